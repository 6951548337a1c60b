//! A workspace of a directory goes into a database: by a move, after which the directory says where it went, or from a
//! copy that is brought back.

use super::db::{Db, Engine};
use super::files::sync;
use super::postgres::Postgres;
use super::sqlite::Sqlite;
use super::{Address, DATABASE, MOVED, StoreError, Stored, Workspace, transfer, verify};
use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// What was brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// How many files.
    pub files: usize,
    /// How many rows; 0 where they were there already.
    pub rows: usize,
}

/// Moves a workspace into a database and a directory for its files: nothing of the old one is changed but that it says
/// where it went, and that only after all of it was found whole there. A move that was interrupted is done again.
///
/// # Errors
/// When it is being served, is not whole, or there is another workspace where it should go.
pub fn relocate(from: &Path, to: &Address) -> Stored<Moved> {
    let source = Workspace::open(from)?;
    let _lock = source.alone()?;
    let brought = bring(from, &source, to)?;
    let mut file = fs::File::create(from.join(MOVED))?;
    file.write_all(format!("{to}\n").as_bytes())?;
    file.sync_all()?;
    sync(from)?;
    Ok(brought)
}

/// Brings a workspace or a copy of one into a database; it stays what it is.
///
/// # Errors
/// As [`relocate`].
pub(super) fn bring(from: &Path, source: &Workspace, to: &Address) -> Stored<Moved> {
    let Address::Database { files, .. } = to else {
        let why = "a workspace moves into a database: postgres://user@host/database?files=DIR. Into a directory it goes by \
                   patchwork store backup";
        return Err(StoreError::Refused(why.to_owned()));
    };
    whole(source, "the workspace")?;
    let database = Arc::new(Postgres::ready(to.login()?)?);
    let target = Workspace::shared(files, Arc::clone(&database) as _)?;
    let lists = Sqlite::open(&from.join(DATABASE))?;
    // Refused before a byte is copied; and again below, where nobody can come between.
    let history = lists.read(transfer::history)?;
    database.read(|to| is_free(to, history.as_ref()))?;
    let mut brought = Moved { files: 0, rows: 0 };
    let mut there = HashSet::new();
    for (hash, _) in source.keeper().hashes()?.into_iter().filter(|(_, is_erased)| !is_erased) {
        if !target.files.is_whole(&hash)? {
            let kept = target.files.put(&mut source.files.read(&hash)?, u64::MAX)?;
            if kept.hash != hash {
                return Err(StoreError::Refused(format!("the file {hash} is not what it was; see store verify")));
            }
            brought.files += 1;
        }
        there.insert(hash);
    }
    releases(source, &target)?;
    brought.rows = lists.read(|from| {
        database.fill(|to| {
            if is_free(to, transfer::history(from)?.as_ref())? {
                let rows = transfer::rows(from, to)?;
                named(to, &there)?;
                return Ok(rows);
            }
            Ok(0)
        })
    })?;
    whole(&target, "what was brought")?;
    Ok(brought)
}

/// Copies what was published before of people met, so that later releases are protected together with it there too.
pub(super) fn releases(from: &Workspace, to: &Workspace) -> Stored<()> {
    if !from.releases().is_dir() {
        return Ok(());
    }
    fs::create_dir_all(to.releases())?;
    for entry in fs::read_dir(from.releases())? {
        let entry = entry?;
        // What is still being written has another ending, and may be gone when it is looked at.
        if entry.path().extension().is_none_or(|ending| ending != "json" && ending != "same") {
            continue;
        }
        let mut read = match fs::File::open(entry.path()) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            read => read?,
        };
        // Written beside, so that one that was interrupted is not taken for whole.
        let mut written = tempfile::NamedTempFile::new_in(to.releases())?;
        std::io::copy(&mut read, &mut written)?;
        written.as_file().sync_all()?;
        written.persist(to.releases().join(entry.file_name())).map_err(|error| error.error)?;
    }
    sync(&to.releases())
}

/// Whether a database has no history yet; one with this very history was filled by a move that was interrupted.
fn is_free(to: &dyn Db, history: Option<&(u64, String)>) -> Stored<bool> {
    match transfer::history(to)? {
        None => Ok(true),
        there if there.as_ref() == history => Ok(false),
        Some(_) => Err(StoreError::Refused(
            "There is another workspace in this database, or this one went on after it was moved. Nothing was changed; use \
             an empty database"
                .to_owned(),
        )),
    }
}

/// Whatever the rows name was copied before.
fn named(to: &dyn Db, there: &HashSet<String>) -> Stored<()> {
    let sql = "SELECT hash FROM version_file UNION SELECT hash FROM draft_file WHERE hash IS NOT NULL
               EXCEPT SELECT hash FROM erased";
    for row in to.rows(sql, &[])? {
        let hash = row.text(0)?;
        if !there.contains(&hash) {
            return Err(StoreError::Stale(format!(
                "The file {hash} was brought while this was under way. Nothing was moved; do it again"
            )));
        }
    }
    Ok(())
}

fn whole(workspace: &Workspace, what: &str) -> Stored<()> {
    match verify(workspace)?.into_iter().find(|finding| finding.is_fault) {
        Some(fault) => Err(StoreError::Refused(format!("{what} is not whole: {}", fault.words))),
        None => Ok(()),
    }
}
