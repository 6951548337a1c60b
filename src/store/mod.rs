//! A workspace: the versions of a place's files as they stood when somebody published them, drafts of the next one,
//! scenarios, people, and a record of who did what.
//!
//! A *version* is an immutable manifest: `place.toml` and a list of (name, SHA-256, bytes, who, when, why). The bytes
//! are kept once, by their hash ([`files`]); the lists are kept in a database behind the trait [`Keeper`], today SQLite
//! in one file. The loader reads a version as an ordinary directory ([`view`]), so that nothing in it knows of versions.
//!
//! Order of every write: the bytes are on the disk (written beside, synced, renamed, directory synced) before a row
//! names them, and a row is committed (WAL, full sync) before anybody is told. So what was acknowledged is never lost,
//! and what was interrupted is at worst a file that no row names.

mod audit;
mod copies;
mod files;
mod keeper;
mod may;
mod password;
mod people;
mod people_sqlite;
mod rows;
mod schema;
mod sqlite;
mod stays_sqlite;
mod verify;
mod view;

pub use copies::{backup, export, import, restore};
pub use files::{Files, Kept};
pub use keeper::{AuditRow, Draft, DraftState, Entry, InForce, Keeper, Scenario, ScenarioRevision, Version};
pub use may::{Action, Actor, Reach, Role, may, may_in};
pub use password::{Password, too_weak};
pub use people::{Invited, Known, People, Person, Stays, Token, Visibility};
pub use verify::{Finding, verify};
pub use view::is_name;

use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else was quicker; nothing was changed, and what was brought is still there.
    #[error("{0}")]
    Stale(String),
    /// There is no such thing.
    #[error("{0}")]
    Missing(String),
    /// It cannot be done in this way.
    #[error("{0}")]
    Refused(String),
    /// The disk is full; nothing was changed.
    #[error("The disk is full; nothing was changed. Make room, and try again")]
    Full,
    /// A file could not be read or written.
    #[error("{0}")]
    Io(std::io::Error),
    /// The database said no.
    #[error("the store's database: {0}")]
    Database(rusqlite::Error),
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::StorageFull { Self::Full } else { Self::Io(error) }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full,
            _ => Self::Database(error),
        }
    }
}

/// What comes of asking the store.
pub type Stored<T> = Result<T, StoreError>;

/// Name of the database in a workspace.
pub const DATABASE: &str = "patchwork.sqlite";

/// A workspace directory: the database, the files, and the directories that the loader reads.
#[derive(Debug)]
pub struct Workspace {
    dir: PathBuf,
    /// The bytes, by their hash.
    pub files: Files,
    keeper: Arc<dyn Keeper>,
}

impl Workspace {
    /// Makes an empty workspace.
    ///
    /// # Errors
    /// When there is one already, or the directory cannot be made.
    pub fn init(dir: &Path) -> Stored<Self> {
        if dir.join(DATABASE).exists() {
            return Err(StoreError::Refused(format!("{} is a workspace already", dir.display())));
        }
        std::fs::create_dir_all(dir)?;
        let keeper = sqlite::Sqlite::create(&dir.join(DATABASE))?;
        Self::with(dir, Arc::new(keeper))
    }

    /// Opens a workspace; an older one is brought up to this program's tables first.
    ///
    /// # Errors
    /// When there is none, or it was written by a newer program.
    pub fn open(dir: &Path) -> Stored<Self> {
        if !dir.join(DATABASE).is_file() {
            let why = format!("{}: no workspace there; make one with patchwork store init", dir.display());
            return Err(StoreError::Missing(why));
        }
        let keeper = sqlite::Sqlite::open(&dir.join(DATABASE))?;
        Self::with(dir, Arc::new(keeper))
    }

    fn with(dir: &Path, keeper: Arc<dyn Keeper>) -> Stored<Self> {
        let dir = dir.canonicalize()?;
        Ok(Self { files: Files::open(&dir.join("files"))?, dir, keeper })
    }

    /// The lists: versions, drafts, scenarios, people, audit.
    #[must_use]
    pub fn keeper(&self) -> &dyn Keeper {
        &*self.keeper
    }

    /// Where it is.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where what each version published of people met is kept.
    #[must_use]
    pub fn releases(&self) -> PathBuf {
        self.dir.join("releases")
    }

    /// A directory in which these files stand under their names, for the loader to read. It is made of links, whole
    /// or not at all, and never changed; the same files are the same directory.
    ///
    /// # Errors
    /// When a file is missing (it was erased), or the directory cannot be made.
    pub fn view(&self, entries: &[Entry]) -> Stored<PathBuf> {
        view::of(&self.dir.join("views"), &self.files, entries)
    }

    /// Forgets the directories made by [`Workspace::view`], which can be made again, and uploads that were never
    /// finished. For a server that begins.
    ///
    /// # Errors
    /// When a directory cannot be removed.
    pub fn tidy(&self) -> Stored<()> {
        match std::fs::remove_dir_all(self.dir.join("views")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        self.files.tidy()
    }

    /// Keeps every other server off this workspace while what is returned lives: two would each serve their own idea
    /// of the version in force.
    ///
    /// # Errors
    /// When another server has it.
    pub fn alone(&self) -> Stored<File> {
        let lock = File::options().create(true).append(true).open(self.dir.join("serving.lock"))?;
        match lock.try_lock() {
            Ok(()) => Ok(lock),
            Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::Refused(format!(
                "{}: another patchwork serves this workspace; stop it first",
                self.dir.display()
            ))),
            Err(std::fs::TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

/// A list of files as one hash: equal lists, equal hash. Who brought them and when is no part of it.
#[must_use]
pub fn manifest_hash(entries: &[Entry]) -> String {
    let mut all = Sha256::new();
    let mut named: Vec<(&str, &str)> = entries.iter().map(|e| (e.name.as_str(), e.hash.as_str())).collect();
    named.sort_unstable();
    for (name, hash) in named {
        all.update(format!("{}:{name}{hash}", name.len()).as_bytes());
    }
    hex(&all.finalize())
}

/// 64 hexadecimal digits that nobody can guess.
///
/// # Errors
/// When the system gives no random bytes.
pub fn secret() -> Stored<String> {
    let mut bytes = [0_u8; 32];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(hex(&bytes))
}

/// The hash by which a secret is known here, so that whoever reads the database cannot use it.
#[must_use]
pub fn hashed(words: &str) -> String {
    hex(&Sha256::digest(words.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        text.push_str(&format!("{byte:02x}"));
        text
    })
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
