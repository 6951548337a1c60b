//! Drafts are looked at here, one after the other on a thread of their own, and what came of it is kept until it is
//! published, so that nothing is done twice: the snapshot, its audit, and the difference it makes.

use super::{Difference, Editing, Progress, Report, Trial, by_name, compare, kept, refused};
use crate::disclose::Protected;
use crate::load;
use crate::place::{Audience, Code, Issue, Place, Where};
use crate::snapshot::Snapshot;
use crate::store::{Draft, Entry, StoreError, Stored};
use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

/// Snapshots that are kept whatever their size: the one that is served, and the draft that was checked last or the version
/// before. They share the layers that say the same.
const KEPT: usize = 2;
/// The most that are kept, where the files they were made of are together no more than [`KEPT_BYTES`].
const MOST: usize = 12;
/// See [`MOST`]; a snapshot takes some times the bytes of its files.
const KEPT_BYTES: u64 = 64 * 1024 * 1024;
/// Results of checks that are kept: words, no snapshots.
const CHECKS: usize = 64;
/// When records are let go of that were kept for long enough: soon after the start, and again whenever nothing was asked
/// for so long.
const FIRST: Duration = Duration::from_secs(60);
const AGAIN: Duration = Duration::from_secs(3_600);
/// Bytes of files that may be tried by reading them alone.
const SMALL: u64 = 8 * 1024 * 1024;

/// Endings of files that are read as rows and nothing else.
const SHEETS: [&str; 6] = ["csv", "tsv", "txt", "xlsx", "xls", "ods"];

/// A snapshot that is kept, what it was made of, and what came of its audit.
pub(super) struct Held {
    hash: String,
    snapshot: Arc<Snapshot>,
    audited: Option<kept::Audited>,
    bytes: u64,
}

impl Editing {
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

    pub(super) fn tell(&self, key: &(String, u64), progress: Progress) {
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

    pub(super) fn checked(&self, key: &(String, u64), draft: &Draft) -> Stored<Report> {
        let view = self.workspace.view(&draft.files)?;
        let step = |words: &str| {
            tracing::debug!(draft = draft.id, "{words}");
            self.tell(key, Progress::Running(words.to_owned()));
        };
        step("Trying the files within the memory there is");
        if let Err(why) = self.tried(draft, &view) {
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
        let loaded = load::load_again(&view, &self.memory, &step);
        let mut issues = loaded.issues.clone();
        let Some(mut place) = loaded.place else {
            return Ok(Report { is_usable: false, issues, ..refused(String::new()) }.with(loaded.tables));
        };
        kept::tell(&self.workspace, &draft.files, &mut place)?;
        step("Measuring, protecting small counts, and looking whether they could be worked out");
        let served = self.shared.current();
        let audit = |place: &Place, now: &Protected| kept::audited(&self.workspace, place, now);
        let (snapshot, audited) = Snapshot::build_beside(place, loaded.issues, served.as_deref(), audit);
        let (snapshot, audited) = (Arc::new(snapshot), audited.transpose()?);
        let difference = Arc::new(compare::difference(served.as_deref(), &snapshot));
        let why = audited.as_ref().and_then(kept::Audited::refused).map(ToOwned::to_owned);
        let is_usable = why.is_none();
        issues.extend(why.map(|why| exposes(&why)));
        let digest = Some(snapshot.digest().to_owned());
        if let Some(Ok(base)) = (draft.base > 0).then(|| self.workspace.keeper().version(draft.base))
            && served.is_some_and(|served| self.holds(&base.files, &served))
        {
            self.differs(&base.files, &draft.files, &difference);
        }
        self.hold(&draft.files, snapshot, audited);
        let report = Report { is_usable, issues, difference: Some(difference), digest, ..refused(String::new()) };
        Ok(report.with(loaded.tables))
    }

    /// Tries what the draft changes in another process: its own files alone where they are small and only read beside
    /// what is served, else the whole place.
    fn tried(&self, draft: &Draft, view: &Path) -> Result<(), String> {
        if let Some(files) = self.read_beside(draft)
            && (self.rehearsal)(view, &Trial::Files(files)).is_ok()
        {
            return Ok(());
        }
        (self.rehearsal)(view, &Trial::Place)
    }

    /// The files that a draft adds to what is served, or changes of it, where they are small and lists of things, people
    /// or grants: what is made of them grows with their rows. Anything else may change how much there is to work out.
    fn read_beside(&self, draft: &Draft) -> Option<Vec<String>> {
        let base = self.workspace.keeper().version(draft.base).ok()?;
        if !self.holds(&base.files, &*self.shared.current()?) {
            return None;
        }
        let was: HashMap<&str, &Entry> = by_name(&base.files);
        let changed: Vec<&Entry> = draft
            .files
            .iter()
            .filter(|file| was.get(file.name.as_str()).is_none_or(|old| old.hash != file.hash))
            .collect();
        if changed.iter().map(|file| file.bytes).sum::<u64>() > SMALL {
            return None;
        }
        let text = |entry: &Entry| {
            let mut text = String::new();
            self.workspace.files.read(&entry.hash).ok()?.read_to_string(&mut text).ok()?;
            text.parse::<toml::Table>().ok()
        };
        let own = draft.files.iter().find(|file| file.name == "place.toml")?;
        let mut settings = text(own)?;
        let mut before = text(was.get("place.toml")?)?;
        let mut lists: Vec<String> = Vec::new();
        for section in ["assets", "engagement", "grants"] {
            before.remove(section);
            let sections = settings.remove(section);
            let named = sections.iter().filter_map(toml::Value::as_array).flatten();
            let files = named.filter_map(|each| Some(each.get("file")?.as_str()?.to_owned()));
            lists.extend(files.filter(|file| SHEETS.contains(&super::bring::ending(file).as_str())));
        }
        let names: Vec<String> =
            changed.iter().map(|file| file.name.clone()).filter(|name| name != "place.toml").collect();
        (settings == before && names.iter().all(|name| lists.contains(name))).then_some(names)
    }

    /// Whether the snapshot that is kept for these files is this one.
    fn holds(&self, files: &[Entry], snapshot: &Snapshot) -> bool {
        let hash = crate::store::manifest_hash(files);
        self.state().kept.iter().any(|held| held.hash == hash && held.snapshot.digest() == snapshot.digest())
    }

    /// Keeps a snapshot of these files, and forgets the oldest where they are too many.
    pub(super) fn hold(&self, files: &[Entry], snapshot: Arc<Snapshot>, audited: Option<kept::Audited>) {
        let hash = crate::store::manifest_hash(files);
        let bytes = files.iter().map(|file| file.bytes).sum();
        let mut state = self.state();
        state.kept.retain(|held| held.hash != hash);
        state.kept.push_back(Held { hash, snapshot, audited, bytes });
        let served = self.shared.current();
        let is_served = |held: &Held| served.as_ref().is_some_and(|served| Arc::ptr_eq(served, &held.snapshot));
        while state.kept.len() > MOST
            || state.kept.len() > KEPT && state.kept.iter().map(|held| held.bytes).sum::<u64>() > KEPT_BYTES
        {
            let Some(oldest) = state.kept.iter().position(|held| !is_served(held)) else { break };
            state.kept.remove(oldest);
        }
    }

    /// The snapshot of these files, and what came of its audit if there was one: the one that is kept, or one that is
    /// made now.
    pub(super) fn snapshot_of(&self, files: &[Entry]) -> Stored<(Arc<Snapshot>, Option<kept::Audited>)> {
        self.is_kept(files)?;
        let hash = crate::store::manifest_hash(files);
        if let Some(held) = self.state().kept.iter().find(|held| held.hash == hash) {
            return Ok((Arc::clone(&held.snapshot), held.audited.clone()));
        }
        let view = self.workspace.view(files)?;
        let began = Instant::now();
        let loaded = load::load_again(&view, &self.memory, &|step| tracing::info!("{step}"));
        let Some(mut place) = loaded.place else {
            let errors = loaded.issues.iter().filter(|issue| issue.severity == crate::place::Severity::Error);
            let words: Vec<String> =
                errors.take(3).map(|issue| format!("{}: {}", issue.at.file, issue.problem)).collect();
            return Err(StoreError::Refused(format!("The files cannot be used: {}", words.join("; "))));
        };
        kept::tell(&self.workspace, files, &mut place)?;
        let mut snapshot = Snapshot::build_after(place, loaded.issues, self.shared.current().as_deref());
        snapshot.took = Some(began.elapsed());
        Ok((Arc::new(snapshot), None))
    }

    /// Refuses, in words, what rests on files that were erased.
    pub(super) fn is_kept(&self, files: &[Entry]) -> Stored<()> {
        let hashes = self.workspace.keeper().hashes()?;
        let gone = |file: &&Entry| hashes.iter().any(|(hash, is_erased)| *is_erased && *hash == file.hash);
        let names: Vec<&str> = files.iter().filter(gone).map(|file| file.name.as_str()).collect();
        if names.is_empty() {
            return Ok(());
        }
        Err(StoreError::Missing(format!(
            "It rests on files that were erased ({}), so it cannot be put in force or compared again. What it published \
             of people met is kept, as counts",
            names.join(", ")
        )))
    }

    /// What is known to differ from one list of files to another.
    pub(super) fn difference(&self, from: &[Entry], to: &[Entry]) -> Option<Arc<Difference>> {
        let key = (crate::store::manifest_hash(from), crate::store::manifest_hash(to));
        let state = self.state();
        state.differences.iter().find(|(known, _)| *known == key).map(|(_, known)| Arc::clone(known))
    }

    /// Remembers what differs from one list of files to another.
    pub(super) fn differs(&self, from: &[Entry], to: &[Entry], difference: &Arc<Difference>) {
        let key = (crate::store::manifest_hash(from), crate::store::manifest_hash(to));
        let mut state = self.state();
        state.differences.retain(|(known, _)| *known != key);
        state.differences.push_back((key, Arc::clone(difference)));
        while state.differences.len() > CHECKS {
            state.differences.pop_front();
        }
    }

    pub(super) fn serve(&self, files: &[Entry], snapshot: Arc<Snapshot>) {
        tracing::info!(digest = snapshot.digest(), "another version is in force");
        self.hold(files, Arc::clone(&snapshot), None);
        self.shared.replace_with(snapshot);
        crate::memory::give_back();
    }
}

fn exposes(why: &str) -> Issue {
    let (problem, remedy) = why.split_once(". ").unwrap_or((why, ""));
    let mut letters = problem.chars();
    let problem = letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect());
    let at = Where::file("place.toml").field("[[engagement]]");
    Issue { audience: Audience::Operator, ..Issue::error(Code::PublishExposes, at, problem, remedy) }
}

/// Checks whatever is wanted, one after the other.
pub(super) fn whenever(wanted: &Receiver<(String, u64)>, editing: &std::sync::Weak<Editing>) {
    let mut next = FIRST;
    loop {
        let asked = wanted.recv_timeout(next);
        let Some(editing) = editing.upgrade() else { return };
        let key = match asked {
            Ok(key) => key,
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                next = AGAIN;
                editing.forget_in_words();
                continue;
            }
        };
        // A fault of ours in one check must not keep all others from being checked.
        let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| editing.check(&key)));
        if checked.is_err() {
            let why = "This is a fault in the program. Please report it, with the files if you may".to_owned();
            editing.tell(&key, Progress::Done(Arc::new(refused(why))));
        }
    }
}
