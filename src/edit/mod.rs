//! From a draft to what is served: load it, say what is wrong and what it changes, publish it, go back.
//!
//! A draft is loaded once, when it is checked, on a thread of its own and first in another process that may take no
//! more memory than there is. What came of it is kept, so that publishing only moves the pointer and swaps the
//! snapshot: nobody waits for a second load, and what is served is what was looked at. The version before is kept too,
//! so that going back is as quick.

mod access;
mod bring;
mod compare;
mod correct;
mod kept;
mod record;
mod returned;
mod start;

pub use bring::{Brought, Purpose};
pub use compare::{Difference, LayerChange, Line};
pub use correct::Correction;
pub use record::{Met, is_shared};
pub use returned::returned;

use crate::load;
use crate::place::{Code, Issue, UnderstoodTable, Where};
use crate::snapshot::{Shared, Snapshot};
use crate::store::{Action, Actor, Draft, Entry, InForce, StoreError, Stored, Version, Workspace, may};
use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Snapshots that are kept: the one that is served, and the draft that was checked last or the version before. So a
/// workspace takes up to twice the memory of a directory, three times while a draft is checked.
const KEPT: usize = 2;

/// Results of checks that are kept: words, no snapshots.
const CHECKS: usize = 64;

/// Whether the place in this directory can be loaded within the memory and time there is; why not, in words.
pub type Rehearsal = Box<dyn Fn(&Path) -> Result<(), String> + Send + Sync>;

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
    pub difference: Option<Difference>,
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
    /// Held while the pointer moves and the snapshot is swapped, so that both always tell of one version.
    moving: Mutex<()>,
    access: access::Access,
}

#[derive(Default)]
struct State {
    checks: VecDeque<((String, u64), Progress)>,
    kept: VecDeque<(String, Arc<Snapshot>)>,
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
            moving: Mutex::default(),
        });
        if let Some(now) = editing.workspace.keeper().in_force()? {
            let version = editing.workspace.keeper().version(now.version)?;
            let snapshot = editing.snapshot_of(&version.files)?;
            // A workspace of an older program kept nothing yet; what stands is served in any case.
            if let Err(why) = kept::keep(&editing.workspace, &version.files, &snapshot) {
                tracing::warn!("what is published of people met is not kept: {why}");
            }
            editing.serve(&version.files, snapshot);
        }
        let weak = Arc::downgrade(&editing);
        let thread = std::thread::Builder::new().name("check".to_owned());
        thread.spawn(move || check_whenever(&wanted, &weak))?;
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

    /// How far the check of a draft is; it is begun where it was not.
    ///
    /// # Errors
    /// When nobody checks any more.
    pub fn progress(&self, draft: &Draft) -> Stored<Progress> {
        let key = (draft.id.clone(), draft.revision);
        let mut state = self.state();
        if let Some((_, progress)) = state.checks.iter().find(|(known, _)| *known == key) {
            return Ok(progress.clone());
        }
        while state.checks.len() >= CHECKS {
            state.checks.pop_front();
        }
        state.checks.push_back((key.clone(), Progress::Waiting));
        drop(state);
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue
            .send(key)
            .map_err(|_| StoreError::Refused("Nothing is checked any more; start the program again".into()))?;
        Ok(Progress::Waiting)
    }

    fn tell(&self, key: &(String, u64), progress: Progress) {
        if let Some((_, known)) = self.state().checks.iter_mut().find(|(known, _)| known == key) {
            *known = progress;
        }
    }

    fn check(&self, key: &(String, u64)) {
        let began = Instant::now();
        let checked = self.workspace.keeper().draft(&key.0).and_then(|draft| self.checked(key, &draft));
        let mut report = checked.unwrap_or_else(|error| refused(error.to_string()));
        report.seconds = began.elapsed().as_secs_f64();
        self.tell(key, Progress::Done(Arc::new(report)));
    }

    fn checked(&self, key: &(String, u64), draft: &Draft) -> Stored<Report> {
        let view = self.workspace.view(&draft.files)?;
        self.tell(key, Progress::Running("Trying the files within the memory there is".to_owned()));
        if let Err(why) = (self.rehearsal)(&view) {
            let at = Where::file("place.toml");
            let issue = Issue::error(
                Code::ReloadTooLarge,
                at,
                why,
                "Nothing was changed. Bring a smaller file, or a mended one",
            );
            return Ok(Report { issues: vec![issue], ..refused(String::new()) });
        }
        if draft.files.iter().all(|file| file.name != "place.toml") {
            return self.draft_toml(key, draft, &view);
        }
        let loaded = load::load_inside(&view, &|step| self.tell(key, Progress::Running(step.to_owned())));
        let issues = loaded.issues.clone();
        let Some(mut place) = loaded.place else {
            return Ok(Report { is_usable: false, issues, ..refused(String::new()) }.with(loaded.tables));
        };
        kept::tell(&self.workspace, &draft.files, &mut place)?;
        self.tell(key, Progress::Running("Measuring, and protecting small counts".to_owned()));
        let snapshot = Arc::new(Snapshot::build(place, loaded.issues));
        let difference = compare::difference(self.shared.current().as_deref(), &snapshot);
        let digest = Some(snapshot.digest().to_owned());
        self.keep(&draft.files, snapshot);
        let report = Report { is_usable: true, issues, difference: Some(difference), digest, ..refused(String::new()) };
        Ok(report.with(loaded.tables))
    }

    fn keep(&self, files: &[Entry], snapshot: Arc<Snapshot>) {
        let hash = crate::store::manifest_hash(files);
        let mut state = self.state();
        state.kept.retain(|(known, _)| *known != hash);
        state.kept.push_back((hash, snapshot));
        while state.kept.len() > KEPT {
            state.kept.pop_front();
        }
    }

    /// The snapshot of these files: the one that is kept, or one that is made now.
    fn snapshot_of(&self, files: &[Entry]) -> Stored<Arc<Snapshot>> {
        let hash = crate::store::manifest_hash(files);
        if let Some((_, snapshot)) = self.state().kept.iter().find(|(known, _)| *known == hash) {
            return Ok(Arc::clone(snapshot));
        }
        let view = self.workspace.view(files)?;
        let began = Instant::now();
        let loaded = load::load_inside(&view, &|step| tracing::info!("{step}"));
        let Some(mut place) = loaded.place else {
            let errors = loaded.issues.iter().filter(|issue| issue.severity == crate::place::Severity::Error);
            let words: Vec<String> =
                errors.take(3).map(|issue| format!("{}: {}", issue.at.file, issue.problem)).collect();
            return Err(StoreError::Refused(format!("The files cannot be used: {}", words.join("; "))));
        };
        kept::tell(&self.workspace, files, &mut place)?;
        let mut snapshot = Snapshot::build(place, loaded.issues);
        snapshot.took = Some(began.elapsed());
        Ok(Arc::new(snapshot))
    }

    fn serve(&self, files: &[Entry], snapshot: Arc<Snapshot>) {
        tracing::info!(digest = snapshot.digest(), "another version is in force");
        self.keep(files, Arc::clone(&snapshot));
        self.shared.replace_with(snapshot);
        crate::memory::give_back();
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
        let snapshot = self.snapshot_of(&draft.files)?;
        let _moving = self.moving.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept::keep(&self.workspace, &draft.files, &snapshot)?;
        let published = self.workspace.keeper().publish(actor, id, revision, why);
        let version = published.inspect_err(|_| kept::forget(kept))?;
        self.serve(&version.files, snapshot);
        Ok(version)
    }

    /// Puts an earlier version in force again.
    ///
    /// # Errors
    /// [`StoreError::Stale`] where the version in force is not `seen` any more.
    pub fn restore(&self, actor: &Actor, n: u64, seen: u64) -> Stored<InForce> {
        allowed(actor, Action::Publish, None)?;
        let version = self.workspace.keeper().version(n)?;
        let snapshot = self.snapshot_of(&version.files)?;
        let _moving = self.moving.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept::keep(&self.workspace, &version.files, &snapshot)?;
        let moved = self.workspace.keeper().put_in_force(actor, n, seen).inspect_err(|_| kept::forget(kept))?;
        self.serve(&version.files, snapshot);
        Ok(moved)
    }

    /// What changed from one version to another: both are loaded, where they are not kept.
    ///
    /// # Errors
    /// When there is no such version, or a file of it was erased.
    pub fn between(&self, from: u64, to: u64) -> Stored<Difference> {
        let of = |n: u64| self.snapshot_of(&self.workspace.keeper().version(n)?.files);
        Ok(compare::difference(Some(&*of(from)?), &*of(to)?))
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

fn check_whenever(wanted: &Receiver<(String, u64)>, editing: &std::sync::Weak<Editing>) {
    while let Ok(key) = wanted.recv() {
        let Some(editing) = editing.upgrade() else { return };
        // A fault of ours in one check must not keep all others from being checked.
        let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| editing.check(&key)));
        if checked.is_err() {
            let why = "This is a fault in the program. Please report it, with the files if you may".to_owned();
            editing.tell(&key, Progress::Done(Arc::new(refused(why))));
        }
    }
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
