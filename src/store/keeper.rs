//! What a database must keep for a workspace: the trait, and the things it speaks of.

use super::attempts::Attempts;
use super::db::now;
use super::may::Actor;
use super::people::{People, Stays};
use super::{Kept, Stored};
use chrono::{DateTime, Utc};

/// A file of a version or a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Path below the place's directory, as `place.toml` has it.
    pub name: String,
    /// SHA-256 of its bytes.
    pub hash: String,
    /// How many bytes.
    pub bytes: u64,
    /// Who brought it.
    pub who: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why, in their words.
    pub why: String,
}

impl Entry {
    /// A file as it is brought now.
    #[must_use]
    pub fn new(name: &str, kept: Kept, actor: &Actor, why: &str) -> Self {
        let (name, who, why) = (name.to_owned(), actor.name.clone(), why.to_owned());
        Self { name, hash: kept.hash, bytes: kept.bytes, who, at: now(), why }
    }
}

/// The files of a place as they stood when somebody published them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number, from 1.
    pub n: u64,
    /// The version it was made from.
    pub parent: Option<u64>,
    /// Who published it.
    pub who: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why, in their words.
    pub why: String,
    /// Its files, by name.
    pub files: Vec<Entry>,
}

/// A version that was in force, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// How often the pointer has moved; one more each time.
    pub move_n: u64,
    /// The version.
    pub version: u64,
    /// Since when.
    pub at: DateTime<Utc>,
    /// Who moved the pointer.
    pub who: String,
    /// `publish` or `restore`.
    pub how: String,
}

/// How a draft stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftState {
    /// Being worked on.
    Open,
    /// It became a version.
    Published,
    /// Given up; what it brought is kept until it is erased.
    Dropped,
}

/// The next version, as somebody would have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its name in addresses.
    pub id: String,
    /// The version it starts from; 0 where there is none yet.
    pub base: u64,
    /// How often it was changed: whoever changes it says which state they saw.
    pub revision: u64,
    /// How it stands.
    pub state: DraftState,
    /// Who made it.
    pub who: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why, in their words.
    pub why: String,
    /// What differs from the version it starts from: names, and what stands there instead (`None`: nothing).
    pub changes: Vec<(String, Option<Entry>)>,
    /// All files it would publish, by name.
    pub files: Vec<Entry>,
}

/// A scenario: what somebody tried, and on which version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// Its name in addresses.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Who made it.
    pub who: String,
    /// Its newest state.
    pub latest: ScenarioRevision,
}

/// One state of a scenario, which never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioRevision {
    /// Its number, from 1.
    pub n: u64,
    /// The version it was made on.
    pub version: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// What was tried, as a small JSON text.
    pub body: String,
}

/// A row of the record of who did what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number, from 1, without holes.
    pub n: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub who: String,
    /// What was done.
    pub action: String,
    /// To what.
    pub object: String,
    /// More of it, as words or JSON.
    pub detail: String,
    /// Hash of this row and of the hash before it.
    pub hash: String,
}

/// What keeps the lists of a workspace. Each writing method is one transaction with its row in the audit, and is on
/// the disk when it returns. Written once ([`super::lists`]) for SQLite and PostgreSQL.
#[allow(clippy::missing_errors_doc, reason = "the database may fail in every one; what else may is said at each")]
pub trait Keeper: People + Stays + Attempts + Send + Sync + std::fmt::Debug {
    /// Which version is in force, and since when; `None` before the first is published.
    ///
    /// # Errors
    /// When the database cannot be asked; so all below.
    fn in_force(&self) -> Stored<Option<InForce>>;
    /// Which versions were in force, the newest first, at most so many.
    fn moves(&self, most: usize) -> Stored<Vec<InForce>>;
    /// A version with its files.
    fn version(&self, n: u64) -> Stored<Version>;
    /// All versions without their files, the newest first.
    fn versions(&self) -> Stored<Vec<Version>>;
    /// Starts a draft on the version in force.
    fn open_draft(&self, actor: &Actor, why: &str) -> Stored<Draft>;
    /// A draft with its files.
    fn draft(&self, id: &str) -> Stored<Draft>;
    /// The drafts that are open, the newest first.
    fn drafts(&self) -> Stored<Vec<Draft>>;
    /// Puts files into a draft (or takes them out: `None`), as one change.
    ///
    /// # Errors
    /// [`super::StoreError::Stale`] where the draft is not at `revision` any more.
    fn change_draft(
        &self,
        actor: &Actor,
        id: &str,
        revision: u64,
        changes: &[(String, Option<Entry>)],
    ) -> Stored<Draft>;
    /// Moves a draft onto the version in force, where both changed no file differently.
    fn rebase(&self, actor: &Actor, id: &str, revision: u64) -> Stored<Draft>;
    /// Gives a draft up.
    fn drop_draft(&self, actor: &Actor, id: &str) -> Stored<()>;
    /// Makes a draft the version in force.
    ///
    /// # Errors
    /// [`super::StoreError::Stale`] where the draft, or the version in force, is not what was seen.
    fn publish(&self, actor: &Actor, id: &str, revision: u64, why: &str) -> Stored<Version>;
    /// Puts an earlier version in force again.
    ///
    /// # Errors
    /// [`super::StoreError::Stale`] where the version in force is not `seen` any more.
    fn put_in_force(&self, actor: &Actor, n: u64, seen: u64) -> Stored<InForce>;
    /// Saves a scenario: a new one (`id` is `None`), or a new state of one.
    ///
    /// # Errors
    /// [`super::StoreError::Stale`] where its newest state is not `seen` any more.
    fn save_scenario(
        &self,
        actor: &Actor,
        id: Option<(&str, u64)>,
        name: &str,
        version: u64,
        body: &str,
    ) -> Stored<Scenario>;
    /// A scenario with its newest state.
    fn scenario(&self, id: &str) -> Stored<Scenario>;
    /// One state of a scenario.
    fn scenario_revision(&self, id: &str, n: u64) -> Stored<ScenarioRevision>;
    /// All scenarios, the newest first.
    fn scenarios(&self) -> Stored<Vec<Scenario>>;
    /// Notes that the bytes of a hash are to be erased; the row stays.
    fn erase(&self, actor: &Actor, hash: &str, why: &str) -> Stored<()>;
    /// The hashes that are named anywhere, and whether each was erased.
    fn hashes(&self) -> Stored<Vec<(String, bool)>>;
    /// Name, hash and day of every file that a version or a draft brought and that was not erased.
    fn uploads(&self) -> Stored<Vec<(String, String, DateTime<Utc>)>>;
    /// The newest rows of the audit in which this word stands somewhere (any, where it is empty), the newest first, at
    /// most so many.
    fn audit(&self, word: &str, most: usize) -> Stored<Vec<AuditRow>>;
    /// What the database itself and the chain of the audit find wrong, in words.
    fn inspect(&self) -> Stored<Vec<String>>;
    /// Keeps other replicas from publishing while what is returned lives: what is kept beside the database for a version
    /// (its release) is written by whoever moves the pointer, and by nobody else.
    fn turn(&self) -> Stored<Box<dyn std::any::Any + Send>>;
    /// Writes a copy of the database as a file of SQLite, as it stands, whole, while others write.
    fn copy_to(&self, path: &std::path::Path) -> Stored<()>;
}
