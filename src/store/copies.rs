//! Places come in and go out: a directory becomes a draft, a version becomes a directory; a workspace is copied while
//! it is used, and comes back elsewhere.

use super::files::sync;
use super::keeper::Entry;
use super::may::Actor;
use super::{Address, DATABASE, StoreError, Stored, Workspace, is_name, verify};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Largest file that is imported; a country's streets are a few hundred megabytes.
const LARGEST: u64 = 16 * 1024 * 1024 * 1024;

/// Puts all files of a place directory into a new version, in force at once. Files that `place.toml` names elsewhere
/// are brought in under `files/`, and `place.toml` is told so: a version names nothing that can change behind its back.
/// Returns its number and the names of what was brought in from elsewhere.
///
/// # Errors
/// When the directory has no `place.toml`, names what is not there, or the workspace changed meanwhile.
pub fn import(workspace: &Workspace, dir: &Path, actor: &Actor, why: &str) -> Stored<(u64, Vec<String>)> {
    let toml_path = dir.join("place.toml");
    let text = fs::read_to_string(&toml_path)
        .map_err(|error| StoreError::Refused(format!("{}: {error}", toml_path.display())))?;
    let mut names = Vec::new();
    walk(dir, "", &mut names)?;
    let mut found: BTreeMap<String, PathBuf> = names.into_iter().map(|name| (name.clone(), dir.join(name))).collect();
    let (text, brought) = brought_in(dir, &text, &mut found)?;
    let mut changes: Vec<(String, Option<Entry>)> = Vec::new();
    for (name, path) in found.iter().filter(|(name, _)| *name != "place.toml") {
        let kept = workspace.files.put(&mut File::open(path)?, LARGEST)?;
        changes.push((name.clone(), Some(Entry::new(name, kept, actor, why))));
    }
    let kept = workspace.files.put(&mut text.as_bytes(), LARGEST)?;
    changes.push(("place.toml".to_owned(), Some(Entry::new("place.toml", kept, actor, why))));
    let draft = workspace.keeper().open_draft(actor, why)?;
    let gone = draft.files.iter().filter(|old| changes.iter().all(|(name, _)| *name != old.name));
    let gone: Vec<_> = gone.map(|old| (old.name.clone(), None)).collect();
    changes.extend(gone);
    let draft = workspace.keeper().change_draft(actor, &draft.id, draft.revision, &changes)?;
    let version = workspace.keeper().publish(actor, &draft.id, draft.revision, why)?;
    Ok((version.n, brought))
}

fn walk(dir: &Path, below: &str, names: &mut Vec<String>) -> Stored<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{below}{name}");
        if entry.path().is_dir() {
            walk(&entry.path(), &format!("{path}/"), names)?;
        } else if is_name(&path) {
            names.push(path);
        } else {
            return Err(StoreError::Refused(format!("{path:?} cannot be the name of a file here; rename it")));
        }
    }
    Ok(())
}

/// The text with the paths of files elsewhere replaced by names here, and those names.
fn brought_in(dir: &Path, text: &str, found: &mut BTreeMap<String, PathBuf>) -> Stored<(String, Vec<String>)> {
    let parsed: toml::Value =
        toml::from_str(text).map_err(|error| StoreError::Refused(format!("place.toml: {error}")))?;
    let mut words = Vec::new();
    strings(&parsed, &mut words);
    words.sort();
    words.dedup();
    let (mut text, mut brought) = (text.to_owned(), Vec::new());
    for written in words {
        let Some(path) = elsewhere(dir, &written) else { continue };
        if !path.is_file() {
            if written.starts_with("${") || written.starts_with("../") {
                return Err(StoreError::Refused(format!("place.toml names {written}, which is not there")));
            }
            continue;
        }
        let base = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let free = |name: &str, found: &BTreeMap<String, PathBuf>| found.get(name).is_none_or(|taken| *taken == path);
        let name = (0..u32::MAX)
            .map(|n| if n == 0 { format!("files/{base}") } else { format!("files/{n}/{base}") })
            .find(|name| free(name, found))
            .unwrap_or_default();
        for (beside, path) in companions(&path) {
            let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
            found.insert(format!("{folder}/{beside}"), path);
        }
        found.insert(name.clone(), path);
        for quote in ['"', '\''] {
            text = text.replace(&format!("{quote}{written}{quote}"), &format!("{quote}{name}{quote}"));
        }
        brought.push(name);
    }
    Ok((text, brought))
}

fn strings(value: &toml::Value, words: &mut Vec<String>) {
    match value {
        toml::Value::String(word) => words.push(word.clone()),
        toml::Value::Array(all) => all.iter().for_each(|value| strings(value, words)),
        toml::Value::Table(all) => all.values().for_each(|value| strings(value, words)),
        _ => {}
    }
}

/// Where words of `place.toml` lead, if they are the path of something outside the directory.
fn elsewhere(dir: &Path, written: &str) -> Option<PathBuf> {
    if let Some((variable, rest)) = written.strip_prefix("${").and_then(|rest| rest.split_once('}')) {
        let value = std::env::var(variable).ok()?;
        return Some(dir.join(format!("{value}{rest}")));
    }
    (written.starts_with('/') || written.starts_with("../")).then(|| dir.join(written))
}

/// The other files of a shapefile.
fn companions(path: &Path) -> Vec<(String, PathBuf)> {
    if !path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("shp")) {
        return Vec::new();
    }
    let others = ["dbf", "shx", "prj", "cpg"].map(|ending| path.with_extension(ending));
    let named = |path: PathBuf| Some((path.file_name()?.to_string_lossy().into_owned(), path));
    others.into_iter().filter(|path| path.is_file()).filter_map(named).collect()
}

/// Writes the files of a version into a new directory.
///
/// # Errors
/// When the directory exists and has something in it, or a file was erased.
pub fn export(workspace: &Workspace, n: u64, to: &Path) -> Stored<usize> {
    let version = workspace.keeper().version(n)?;
    empty(to)?;
    for entry in &version.files {
        let path = to.join(&entry.name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut from = workspace.files.read(&entry.hash)?;
        std::io::copy(&mut from, &mut File::create_new(&path)?)?;
    }
    Ok(version.files.len())
}

fn empty(dir: &Path) -> Stored<()> {
    fs::create_dir_all(dir)?;
    match fs::read_dir(dir)?.next() {
        Some(_) => Err(StoreError::Refused(format!("{} is not empty", dir.display()))),
        None => Ok(()),
    }
}

/// Copies a workspace into a new directory, as it stands at one moment, while others use it.
///
/// # Errors
/// When the directory has something in it, or a file that the copy names is missing.
pub fn backup(workspace: &Workspace, to: &Path) -> Stored<usize> {
    empty(to)?;
    let copy = to.join(DATABASE);
    workspace.keeper().copy_to(&copy)?;
    // The bytes were there before the rows that name them, so all that the copy names can be copied after it.
    let copied = Workspace::open(to)?;
    let mut n = 0;
    for (hash, is_erased) in copied.keeper().hashes()? {
        if is_erased {
            continue;
        }
        match workspace.files.read(&hash) {
            Ok(mut from) => {
                let kept = copied.files.put(&mut from, u64::MAX)?;
                if kept.hash != hash {
                    return Err(StoreError::Refused(format!("the file {hash} is not what it was; see store verify")));
                }
                n += 1;
            }
            // It was erased while this copy was made, and so it must not be in it.
            Err(StoreError::Missing(_)) if workspace.keeper().hashes()?.contains(&(hash.clone(), true)) => {
                copied.keeper().erase(
                    &Actor::new("backup", super::Role::Owner),
                    &hash,
                    "erased while it was copied",
                )?;
            }
            Err(error) => return Err(error),
        }
    }
    super::relocate::releases(workspace, &copied)?;
    sync(to)?;
    Ok(n)
}

/// Brings a copy back into a new directory or an empty database, after it was found whole.
///
/// # Errors
/// When the copy has a fault, or there is something already where it should go.
pub fn restore(from: &Path, to: &Address) -> Stored<usize> {
    let copy = Workspace::open(from)?;
    let Address::Directory(to) = to else { return Ok(super::relocate::bring(from, &copy, to)?.files) };
    if let Some(fault) = verify(&copy)?.into_iter().find(|finding| finding.is_fault) {
        return Err(StoreError::Refused(format!("the copy is not whole: {}", fault.words)));
    }
    backup(&copy, to)
}
