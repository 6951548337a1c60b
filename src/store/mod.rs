//! A workspace: the versions of a place's files as they stood when somebody published them, drafts of the next one,
//! scenarios, people, and a record of who did what.
//!
//! A *version* is an immutable manifest: `place.toml` and a list of (name, SHA-256, bytes, who, when, why). The bytes
//! are kept once, by their hash ([`files`]); the lists are kept in a database behind the trait [`Keeper`]: SQLite in
//! one file, or PostgreSQL, which any number of replicas share ([`Address`]). The loader reads a version as an ordinary directory ([`view`]), so that nothing in it knows of versions.
//!
//! Order of every write: the bytes are on the disk (written beside, synced, renamed, directory synced) before a row
//! names them, and a row is committed (WAL, full sync) before anybody is told. So what was acknowledged is never lost,
//! and what was interrupted is at worst a file that no row names.

mod accounts;
mod address;
mod attempts;
mod audit;
mod copies;
mod db;
mod files;
mod keeper;
mod lists;
mod may;
mod password;
mod people;
mod postgres;
mod relocate;
mod rows;
mod schema;
mod sqlite;
mod stays;
mod tables;
mod tls;
mod transfer;
mod verify;
mod view;

pub use address::Address;
pub use attempts::{Attempts, Turn};
pub use copies::{backup, export, import, restore};
pub(crate) use files::sync;
pub use files::{Files, Kept};
pub use keeper::{AuditRow, Draft, DraftState, Entry, InForce, Keeper, Scenario, ScenarioRevision, Version};
pub use may::{Action, Actor, Reach, Role, may, may_in};
pub use password::{Password, too_weak};
pub use people::{Invited, Known, People, Person, Stays, Token, Visibility};
pub use relocate::{Moved, relocate};
pub use verify::{Finding, verify};
pub use view::is_name;

use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

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
    Database(String),
    /// There is one already; the transaction came to nothing.
    #[error("the store's database: {0}")]
    Twice(String),
    /// The database cannot be reached; nothing was changed.
    #[error(
        "The store's database cannot be reached ({0}); nothing was changed. What is published is served as before. Try again when it is back"
    )]
    Away(String),
    /// The database went away while it was told to keep something: it was kept whole, or not at all.
    #[error(
        "The store's database went away while this was saved ({0}): it was saved whole or not at all. Look which, before you do it again"
    )]
    Unsure(String),
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::StorageFull { Self::Full } else { Self::Io(error) }
    }
}

/// What comes of asking the store.
pub type Stored<T> = Result<T, StoreError>;

/// Name of the database in a workspace.
pub const DATABASE: &str = "patchwork.sqlite";

/// Name of the file by which a workspace that was moved says where it went.
const MOVED: &str = "MOVED";

/// After so long nobody goes on with an upload.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// A workspace directory: the database, the files, and the directories that the loader reads.
#[derive(Debug)]
pub struct Workspace {
    dir: PathBuf,
    /// The bytes, by their hash.
    pub files: Files,
    keeper: Arc<dyn Keeper>,
    is_shared: bool,
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
        if let Ok(to) = std::fs::read_to_string(dir.join(MOVED)) {
            return Err(StoreError::Refused(format!(
                "{}: this workspace was moved to {}, and goes on there. To go back to how it stood then, delete the file \
                 {MOVED} in it",
                dir.display(),
                to.trim()
            )));
        }
        let keeper = sqlite::Sqlite::open(&dir.join(DATABASE))?;
        Self::with(dir, Arc::new(keeper))
    }

    /// Makes an empty workspace, wherever it is to be.
    ///
    /// # Errors
    /// As [`Workspace::init`]; and when the database cannot be reached.
    pub fn init_at(address: &Address) -> Stored<Self> {
        match address {
            Address::Directory(dir) => Self::init(dir),
            Address::Database { files, .. } => {
                let keeper = postgres::Postgres::create(address.login()?)?;
                Self::shared(files, Arc::new(keeper))
            }
        }
    }

    /// Opens a workspace, wherever it is.
    ///
    /// # Errors
    /// As [`Workspace::open`]; and when the database cannot be reached.
    pub fn open_at(address: &Address) -> Stored<Self> {
        match address {
            Address::Directory(dir) => Self::open(dir),
            Address::Database { files, .. } => {
                let keeper = postgres::Postgres::open(address.login()?)?;
                Self::shared(files, Arc::new(keeper))
            }
        }
    }

    fn with(dir: &Path, keeper: Arc<dyn Keeper>) -> Stored<Self> {
        let dir = dir.canonicalize()?;
        Ok(Self { files: Files::open(&dir.join("files"))?, dir, keeper, is_shared: false })
    }

    /// A workspace whose lists others share.
    fn shared(dir: &Path, keeper: Arc<dyn Keeper>) -> Stored<Self> {
        if dir.join(DATABASE).exists() {
            return Err(StoreError::Refused(format!(
                "{} is a workspace of its own; give a directory for the files of this one alone",
                dir.display()
            )));
        }
        std::fs::create_dir_all(dir)?;
        Ok(Self { is_shared: true, ..Self::with(dir, keeper)? })
    }

    /// Whether other replicas may serve it too.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.is_shared
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
        if self.is_shared {
            // Others may be reading the ones and writing the others.
            return self.files.tidy(ABANDONED);
        }
        match std::fs::remove_dir_all(self.dir.join("views")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        self.files.tidy(Duration::ZERO)
    }

    /// Keeps every other server off this workspace while what is returned lives: two would each serve their own idea
    /// of the version in force. Of a shared workspace nothing is kept: replicas follow each other.
    ///
    /// # Errors
    /// When another server has it.
    pub fn alone(&self) -> Stored<Option<File>> {
        if self.is_shared {
            return Ok(None);
        }
        let lock = File::options().create(true).append(true).open(self.dir.join("serving.lock"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(lock)),
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
    let digit = |four: u8| char::from_digit(u32::from(four), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "postgres_tests.rs"]
mod postgres_tests;
