//! From a draft to what is served: load it, say what is wrong and what it changes, publish it, go back.
//!
//! A draft is loaded once, when it is checked, on a thread of its own and first in another process that may take no
//! more memory than there is. What came of it is kept, so that publishing only moves the pointer and swaps the
//! snapshot: nobody waits for a second load, and what is served is what was looked at. The version before is kept too,
//! so that going back is as quick.

mod access;
mod bring;
mod check;
mod compare;
mod correct;
mod follow;
mod kept;
mod record;
mod retention;
mod returned;
mod start;

pub use bring::{Brought, Purpose};
pub use compare::{Difference, LayerChange, Line};
pub use correct::Correction;
pub use record::{Met, is_shared};
pub use retention::Forgotten;
pub use returned::returned;

use crate::place::{Code, Issue, UnderstoodTable, Where};
use crate::snapshot::{Shared, Snapshot};
use crate::store::{Action, Actor, Entry, InForce, StoreError, Stored, Version, Workspace, may};
use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Whether the place in this directory can be loaded within the memory and time there is; why not, in words.
pub type Rehearsal = Box<dyn Fn(&Path, &Trial) -> Result<(), String> + Send + Sync>;

/// What is tried in another process before it is done in this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trial {
    /// The whole place.
    Place,
    /// These files alone, which are small, are read: the others are being served, and were tried when they came.
    Files(Vec<String>),
}

/// How far the check of a draft is.
#[derive(Debug, Clone)]
pub enum Progress {
    /// Others are before it.
    Waiting,
    /// What it is doing.
    Running(String),
    /// What came of it.
    Done(Arc<Report>),
}

/// What came of checking a draft.
#[derive(Debug)]
pub struct Report {
    /// Whether it can be published.
    pub is_usable: bool,
    /// Everything found, for whoever has the files.
    pub issues: Vec<Issue>,
    /// What became of the columns of its tables of residents.
    pub tables: Vec<UnderstoodTable>,
    /// What it changes of what is served; nothing where it cannot be used.
    pub difference: Option<Arc<Difference>>,
    /// Digest of all it would say.
    pub digest: Option<String>,
    /// Seconds it took.
    pub seconds: f64,
}

/// A workspace that is served and worked on.
pub struct Editing {
    workspace: Workspace,
    shared: Arc<Shared>,
    rehearsal: Rehearsal,
    state: Mutex<State>,
    queue: Mutex<Sender<(String, u64)>>,
    /// Held while records are let go of.
    forgetting: Mutex<()>,
    /// Held while the pointer moves and the snapshot is swapped, so that both always tell of one version.
    moving: Mutex<()>,
    /// Number of the version that is served; 0 for none.
    served: AtomicU64,
    access: access::Access,
    /// What was read of versions and drafts before.
    memory: crate::load::Memory,
}

#[derive(Default)]
struct State {
    checks: VecDeque<((String, u64), Progress)>,
    kept: VecDeque<check::Held>,
    /// What changed from one list of files to another.
    differences: VecDeque<((String, String), Arc<Difference>)>,
    heaps: VecDeque<start::Heap>,
}

impl std::fmt::Debug for Editing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Editing").field("workspace", &self.workspace).finish_non_exhaustive()
    }
}

impl Editing {
    /// Begins to serve a workspace: the version in force becomes what is served, where there is one.
    ///
    /// # Errors
    /// When the store cannot be read, or the version in force cannot be loaded.
    pub fn begin(workspace: Workspace, shared: Arc<Shared>, rehearsal: Rehearsal) -> Stored<Arc<Self>> {
        workspace.tidy()?;
        let (queue, wanted) = channel();
        let access = access::Access::of(workspace.keeper().visibility()?);
        let editing = Arc::new(Self {
            access,
            workspace,
            shared,
            rehearsal,
            state: Mutex::default(),
            queue: Mutex::new(queue),
            forgetting: Mutex::default(),
            moving: Mutex::default(),
            served: AtomicU64::new(0),
            memory: crate::load::Memory::default(),
        });
        if let Some(now) = editing.workspace.keeper().in_force()? {
            let version = editing.workspace.keeper().version(now.version)?;
            let (snapshot, seen) = editing.snapshot_of(&version.files)?;
            // A workspace of an older program kept nothing yet; what stands is served in any case.
            let _turn = editing.workspace.keeper().turn()?;
            if let Err(why) = kept::keep(&editing.workspace, &version.files, &snapshot, seen) {
                tracing::warn!("what is published of people met is not kept: {why}");
            }
            editing.serve(&version.files, snapshot);
            editing.served.store(version.n, Ordering::SeqCst);
        }
        Self::follow(&editing)?;
        let weak = Arc::downgrade(&editing);
        let thread = std::thread::Builder::new().name("check".to_owned());
        thread.spawn(move || check::whenever(&wanted, &weak))?;
        Ok(editing)
    }

    /// The store.
    #[must_use]
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Publishes a draft that was checked: what is served from now on is what was looked at.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where it was not the newest state that was looked at, or another version came before.
    pub fn publish(&self, actor: &Actor, id: &str, revision: u64, why: &str) -> Stored<Version> {
        allowed(actor, Action::Publish, None)?;
        let draft = self.workspace.keeper().draft(id)?;
        if draft.revision != revision {
            let why = "Somebody changed this draft after you looked at it. Nothing was published; look at it again";
            return Err(StoreError::Stale(why.to_owned()));
        }
        match self.progress(&draft)? {
            Progress::Done(report) if report.is_usable => {}
            Progress::Done(_) => {
                return Err(StoreError::Refused("This draft has errors; mend them first".to_owned()));
            }
            _ => return Err(StoreError::Refused("This draft is still being checked; wait for it".to_owned())),
        }
        let (snapshot, seen) = self.snapshot_of(&draft.files)?;
        let _moving = self.moving.lock().unwrap_or_else(PoisonError::into_inner);
        let _turn = self.workspace.keeper().turn()?;
        let kept = self.keep_on(draft.base, &draft.files, &snapshot, seen)?;
        let published = self.workspace.keeper().publish(actor, id, revision, why);
        let version = published.inspect_err(|why| taken_back(why, kept))?;
        self.serve(&version.files, snapshot);
        self.served.store(version.n, Ordering::SeqCst);
        Ok(version)
    }

    /// Puts an earlier version in force again.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where the version in force is not `seen` any more.
    pub fn restore(&self, actor: &Actor, n: u64, seen: u64) -> Stored<InForce> {
        allowed(actor, Action::Publish, None)?;
        let version = self.workspace.keeper().version(n)?;
        let (snapshot, audited) = self.snapshot_of(&version.files)?;
        let _moving = self.moving.lock().unwrap_or_else(PoisonError::into_inner);
        let _turn = self.workspace.keeper().turn()?;
        let kept = self.keep_on(seen, &version.files, &snapshot, audited)?;
        let moved = self.workspace.keeper().put_in_force(actor, n, seen).inspect_err(|why| taken_back(why, kept))?;
        self.serve(&version.files, snapshot);
        self.served.store(n, Ordering::SeqCst);
        Ok(moved)
    }

    /// Keeps what a snapshot tells of people met, if the version in force is still this one: whoever comes too late keeps
    /// nothing that another replica might read before it is taken back.
    fn keep_on(
        &self,
        base: u64,
        files: &[Entry],
        snapshot: &Snapshot,
        seen: Option<kept::Audited>,
    ) -> Stored<Option<PathBuf>> {
        let now = self.workspace.keeper().in_force()?.map_or(0, |now| now.version);
        if now == base { kept::keep(&self.workspace, files, snapshot, seen) } else { Ok(None) }
    }

    /// What changed from one version to another: both are loaded, where they are not kept and nobody asked before.
    ///
    /// # Errors
    /// When there is no such version, or a file of it was erased.
    pub fn between(&self, from: u64, to: u64) -> Stored<Arc<Difference>> {
        let files = |n: u64| Ok::<_, StoreError>(self.workspace.keeper().version(n)?.files);
        let (from, to) = (files(from)?, files(to)?);
        self.is_kept(&from)?;
        self.is_kept(&to)?;
        if let Some(known) = self.difference(&from, &to) {
            return Ok(known);
        }
        let (was, is) = (self.snapshot_of(&from)?.0, self.snapshot_of(&to)?.0);
        let difference = Arc::new(compare::difference(Some(&was), &is));
        self.differs(&from, &to, &difference);
        Ok(difference)
    }

    /// Erases the bytes of an upload for good; its hash and the row of the audit stay.
    ///
    /// # Errors
    /// When it is in the version in force.
    pub fn erase(&self, actor: &Actor, hash: &str, why: &str) -> Stored<()> {
        allowed(actor, Action::Erase, None)?;
        let known = self.workspace.keeper().hashes()?;
        if known.iter().all(|(known, _)| known != hash) {
            return Err(StoreError::Missing("No version and no draft names such a file".to_owned()));
        }
        self.workspace.keeper().erase(actor, hash, why)?;
        // Directories for the loader hold links to the same bytes.
        let views = self.workspace.dir().join("views");
        let _moving = self.moving.lock().unwrap_or_else(PoisonError::into_inner);
        match std::fs::remove_dir_all(&views) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        self.workspace.files.erase(hash)
    }
}

/// Takes back what was kept for a version that did not come about; where nobody knows, it stays: a release too many
/// protects more, one too few less.
fn taken_back(why: &StoreError, kept: Option<PathBuf>) {
    if !matches!(why, StoreError::Unsure(_)) {
        kept::forget(kept);
    }
}

impl Report {
    fn with(self, tables: Vec<UnderstoodTable>) -> Self {
        Self { tables, ..self }
    }
}

fn refused(why: String) -> Report {
    let at = Where::file("place.toml");
    let remedy = "Nothing was changed. Bring another file, or a smaller one";
    let issues = if why.is_empty() { Vec::new() } else { vec![Issue::error(Code::DraftUnreadable, at, why, remedy)] };
    Report { is_usable: false, issues, tables: Vec::new(), difference: None, digest: None, seconds: 0.0 }
}

/// Nothing happens that the one table of rights does not allow.
fn allowed(actor: &Actor, action: Action, owner_of: Option<&str>) -> Stored<()> {
    if may(actor, action, owner_of) {
        return Ok(());
    }
    Err(StoreError::Refused("You may not do this here. Sign in as somebody who may".to_owned()))
}

/// What a draft would publish, by name.
fn by_name(files: &[Entry]) -> HashMap<&str, &Entry> {
    files.iter().map(|file| (file.name.as_str(), file)).collect()
}
