//! A directory that appears whole or not at all.

use super::super::DemoError;
use super::{failed, file, words};
use std::fs;
use std::path::{Path, PathBuf};

/// A directory being written next to where it will be.
#[derive(Debug)]
pub(in super::super) struct Staged {
    part: PathBuf,
    target: PathBuf,
    done: bool,
}

impl Staged {
    /// Begins a directory next to `dir`, unless `dir` holds something that is no earlier demo.
    pub(in super::super) fn beside(dir: &Path) -> Result<Self, DemoError> {
        let target =
            if dir.exists() { dir.canonicalize().map_err(|e| failed(dir)(e.to_string()))? } else { dir.to_path_buf() };
        check_replaceable(&target)?;
        let name = target.file_name().map(|n| n.to_string_lossy().into_owned());
        let name = name.ok_or_else(|| failed(dir)("it has no name".to_owned()))?;
        let part = target.with_file_name(format!(".{name}.part-{}", std::process::id()));
        fs::create_dir_all(&part).map_err(|e| failed(&part)(e.to_string()))?;
        Ok(Self { part, target, done: false })
    }

    /// Where to write.
    pub(in super::super) fn path(&self) -> &Path {
        &self.part
    }

    /// Puts the finished directory where it belongs.
    pub(in super::super) fn move_into_place(mut self) -> Result<(), DemoError> {
        let error = |e: std::io::Error| failed(&self.target)(e.to_string());
        check_replaceable(&self.target)?;
        if self.target.exists() {
            let old = self.part.with_extension("old");
            fs::rename(&self.target, &old).map_err(error)?;
            if let Err(e) = fs::rename(&self.part, &self.target) {
                fs::rename(&old, &self.target).map_err(error)?;
                return Err(error(e));
            }
            fs::remove_dir_all(&old).map_err(error)?;
        } else {
            fs::rename(&self.part, &self.target).map_err(error)?;
        }
        self.done = true;
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.done {
            // Nothing can be done about a leftover that cannot be removed; its name says what it is.
            let _ = fs::remove_dir_all(&self.part);
        }
    }
}

/// Whether the directory is absent, empty, or an earlier demo with nothing added to it.
fn check_replaceable(dir: &Path) -> Result<(), DemoError> {
    if !dir.exists() {
        return Ok(());
    }
    let refuse = |found: String| Err(DemoError::NotEmpty { dir: dir.to_path_buf(), found });
    if !dir.is_dir() {
        return refuse("a file of that name".to_owned());
    }
    let mut names: Vec<String> = fs::read_dir(dir)
        .and_then(|entries| entries.map(|e| e.map(|e| e.file_name().to_string_lossy().into_owned())).collect())
        .map_err(|e| failed(dir)(e.to_string()))?;
    names.sort();
    if let Some(other) = names.iter().find(|name| !file::ALL.contains(&name.as_str())) {
        return refuse(other.clone());
    }
    let earlier = fs::read_to_string(dir.join(file::README)).is_ok_and(|text| text.starts_with(words::MARK));
    match names.into_iter().next() {
        Some(first) if !earlier => refuse(first),
        _ => Ok(()),
    }
}
