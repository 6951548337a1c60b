//! Which files a place may name: those of its own directory, and what the operator allows.

use std::path::{Component, Path, PathBuf};

/// Where the system shows itself as files: nothing there is data of a place.
const SYSTEM: [&str; 3] = ["/proc", "/sys", "/dev"];

/// Where a path leads once every link and `..` is followed; as far as it exists.
pub(super) fn real(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    let mut real = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                real.pop();
            }
            Component::CurDir => {}
            other => {
                real.push(other);
                if let Ok(followed) = real.canonicalize() {
                    real = followed;
                }
            }
        }
    }
    real
}

/// Whether a file may be read at all: no device, no pipe, nothing of the system's own.
pub(super) fn is_data(path: &Path) -> bool {
    let real = real(path);
    let special = path.metadata().is_ok_and(|found| !found.is_file() && !found.is_dir());
    !special && !SYSTEM.iter().any(|system| real.starts_with(system))
}

/// Whether the path stays below one of these directories.
pub(super) fn is_below(path: &Path, roots: &[PathBuf]) -> bool {
    let real = real(path);
    roots.iter().any(|root| real.starts_with(self::real(root)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_dots_are_followed_before_it_is_asked_where_a_file_lies() {
        let folder = tempfile::tempdir().expect("a folder");
        let (place, secret) = (folder.path().join("place"), folder.path().join("secret.csv"));
        std::fs::create_dir_all(place.join("inner")).expect("folders");
        std::fs::write(&secret, "a").expect("a file");
        std::fs::write(place.join("own.csv"), "a").expect("a file");
        std::os::unix::fs::symlink(&secret, place.join("link.csv")).expect("a link");
        std::os::unix::fs::symlink(folder.path(), place.join("up")).expect("a link");
        let roots = [place.clone()];
        for inside in ["own.csv", "inner/../own.csv", "missing.csv", "./own.csv", "up/place/own.csv"] {
            assert!(is_below(&place.join(inside), &roots), "{inside}");
        }
        for outside in [
            "../secret.csv",
            "link.csv",
            "up/secret.csv",
            "/etc/passwd",
            "inner/../../secret.csv",
            "../missing",
            "up/missing",
            "../place2/x",
        ] {
            assert!(!is_below(&place.join(outside), &roots), "{outside}");
        }
        for system in ["/proc/self/environ", "/dev/zero", "/dev/null", "/sys/kernel"] {
            assert!(!is_data(Path::new(system)), "{system}");
        }
        assert!(is_data(&secret));
    }
}
