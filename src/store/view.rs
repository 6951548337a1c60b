//! A version as the directory that the loader reads: links to the kept bytes, under the names of the version.

use super::keeper::Entry;
use super::{Files, StoreError, Stored, manifest_hash};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

static MADE: AtomicU64 = AtomicU64::new(0);

/// Longest name of a file in a version, in bytes.
const LONGEST: usize = 200;

/// Whether a file of a version may have this name: a path below the place's directory without anything odd in it.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let plain = |part: Component<'_>| match part {
        Component::Normal(part) => !part.to_string_lossy().starts_with('.'),
        _ => false,
    };
    let odd = |c: char| c.is_control() || matches!(c, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    !name.is_empty()
        && name.len() <= LONGEST
        && !name.contains("//")
        && !name.ends_with('/')
        && !name.contains(odd)
        && Path::new(name).components().all(plain)
        && name.split('/').all(|part| part == part.trim() && part != ".")
}

/// The directory of these files below `views`.
pub(super) fn of(views: &Path, files: &Files, entries: &[Entry]) -> Stored<PathBuf> {
    let made = views.join(manifest_hash(entries));
    if made.is_dir() {
        return Ok(made);
    }
    let nth = MADE.fetch_add(1, Ordering::Relaxed);
    let beside = views.join(format!(".part-{}-{nth}", files.own()));
    fs::create_dir_all(&beside)?;
    let laid = lay(&beside, files, entries).and_then(|()| match fs::rename(&beside, &made) {
        // Another thread made the same one meanwhile.
        Err(_) if made.is_dir() => Ok(()),
        renamed => Ok(renamed?),
    });
    let _ = fs::remove_dir_all(&beside);
    laid.map(|()| made)
}

fn lay(dir: &Path, files: &Files, entries: &[Entry]) -> Stored<()> {
    for entry in entries {
        if !is_name(&entry.name) {
            return Err(StoreError::Refused(format!("{:?} cannot be the name of a file here", entry.name)));
        }
        let to = dir.join(&entry.name);
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        let from = files.path(&entry.hash)?;
        if !from.is_file() {
            return Err(StoreError::Missing(format!("{} was erased", entry.name)));
        }
        // Hard links, since a place's files may not lead out of its directory; a copy where the system has none.
        if fs::hard_link(&from, &to).is_err() {
            fs::copy(&from, &to)?;
        }
    }
    Ok(())
}
