//! Who may see what of what is served: the version in force, narrowed for each role, and who a request is from.

use super::Editing;
use crate::snapshot::Snapshot;
use crate::store::{Actor, Known, Role, StoreError, Stored, Visibility};
use chrono::{Duration, Utc};
use quick_cache::sync::Cache;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;

/// A stay that nobody used for so long is over: a lunch and a meeting.
const IDLE_HOURS: i64 = 2;
/// How old the note of when somebody was last seen may be: each new one is a write with full sync.
const NOTED_MINUTES: i64 = 5;

/// For how long somebody is taken for who they were while the database is away.
const RECENT: std::time::Duration = std::time::Duration::from_secs(600);
/// How many are remembered for that.
const MOST_RECENT: usize = 10_000;

/// For how long a reader is let in without asking who they are again, where no replicas share the database. Whatever is
/// written through this program ends it at once; so it is this long after a command wrote something beside it that a stay
/// may still be good for reading.
const REMEMBERED: std::time::Duration = std::time::Duration::from_secs(1);

/// Narrowed snapshots, with the snapshot they were made of.
type Narrowed = (std::sync::Weak<Snapshot>, Vec<(Role, Arc<Snapshot>)>);

/// What is known without asking the database.
#[derive(Debug)]
pub(super) struct Access {
    visibility: RwLock<Arc<Visibility>>,
    narrowed: Mutex<Option<Narrowed>>,
    /// Who was known lately, by the hash of what they sent, and when the database said so.
    recent: Mutex<HashMap<String, (Known, Instant)>>,
    /// By the hash of what they sent.
    readers: Cache<String, Reader>,
}

/// Somebody who reads, as the database said after so many writes, and when that was.
#[derive(Debug, Clone, Copy)]
struct Reader {
    role: Role,
    writes: u64,
    asked: Instant,
}

impl Access {
    pub(super) fn of(visibility: Visibility) -> Self {
        Self {
            visibility: RwLock::new(Arc::new(visibility)),
            narrowed: Mutex::default(),
            recent: Mutex::default(),
            readers: Cache::new(MOST_RECENT),
        }
    }
}

impl Editing {
    /// Who may see what.
    #[must_use]
    pub fn visibility(&self) -> Arc<Visibility> {
        Arc::clone(&self.access.visibility.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Decides who may see what; it holds from the next request on.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub fn set_visibility(&self, actor: &Actor, visibility: Visibility) -> Stored<()> {
        let mut held = self.access.visibility.write().unwrap_or_else(PoisonError::into_inner);
        self.workspace.keeper().set_visibility(actor, &visibility)?;
        *held = Arc::new(visibility);
        drop(held);
        *self.access.narrowed.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    /// Takes over what another replica decided of who may see what.
    pub(super) fn see(&self, visibility: Visibility) {
        *self.access.visibility.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(visibility);
        *self.access.narrowed.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What this role sees of what is served now; nothing where nothing is.
    #[must_use]
    pub fn seen_by(&self, role: Role, visibility: &Visibility) -> Option<Arc<Snapshot>> {
        let whole = self.shared.current()?;
        if visibility.shows_all(role) {
            return Some(whole);
        }
        let mut narrowed = self.access.narrowed.lock().unwrap_or_else(PoisonError::into_inner);
        let is_of = |made: &Narrowed| std::ptr::eq(made.0.as_ptr(), Arc::as_ptr(&whole));
        let now = *self.visibility() == *visibility;
        if !narrowed.as_ref().is_some_and(is_of) {
            *narrowed = None;
        }
        let (_, made) = narrowed.get_or_insert_with(|| (Arc::downgrade(&whole), Vec::new()));
        if let Some((_, known)) = made.iter().find(|(of, _)| now && *of == role) {
            return Some(Arc::clone(known));
        }
        let narrow = Arc::new(whole.narrowed(|id| visibility.shows(role, id)));
        // Somebody decided otherwise meanwhile: what was made by the old decision is for this answer alone.
        if now {
            made.push((role, Arc::clone(&narrow)));
        }
        Some(narrow)
    }

    /// The role of a reader whom the database knew within the last second, if nothing was written here since: whoever
    /// signs out, or is made something else, is asked about anew at once.
    #[must_use]
    pub fn remembered(&self, hash: &str) -> Option<Role> {
        if self.workspace.is_shared() {
            return None;
        }
        let reader = self.access.readers.get(hash)?;
        (reader.writes == self.writes() && reader.asked.elapsed() < REMEMBERED).then_some(reader.role)
    }

    /// Remembers a reader, who was asked about after so many writes.
    pub fn remember_reader(&self, hash: String, role: Role, writes: u64) {
        if self.workspace.is_shared() {
            return;
        }
        self.access.readers.insert(hash, Reader { role, writes, asked: Instant::now() });
    }

    /// How many writes ended here.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.workspace.keeper().writes()
    }

    /// Whose stay this is, by the hash of what only their browser has; nobody's once it is over.
    ///
    /// # Errors
    /// When the store cannot be asked; so below.
    pub fn of_stay(&self, hash: &str) -> Stored<Option<Known>> {
        let now = Utc::now();
        let known = self.recently(hash, self.workspace.keeper().stay(hash, now - Duration::hours(IDLE_HOURS)))?;
        if known.as_ref().is_some_and(|known| now - known.seen > Duration::minutes(NOTED_MINUTES)) {
            self.noted(self.workspace.keeper().seen(hash))?;
        }
        Ok(known)
    }

    /// Whose token this is, by its hash; nobody's once it is over.
    ///
    /// # Errors
    /// When the store cannot be asked.
    pub fn of_token(&self, hash: &str) -> Stored<Option<Known>> {
        let known = self.recently(hash, self.workspace.keeper().by_token(hash))?;
        if known.as_ref().is_some_and(|known| Utc::now() - known.seen > Duration::hours(1)) {
            self.noted(self.workspace.keeper().token_seen(hash))?;
        }
        Ok(known)
    }

    /// Who somebody is, as the database says; while a shared one is away, as it said a few minutes ago, so that whoever
    /// reads goes on reading. Whoever writes is told by the write itself that it is away.
    fn recently(&self, hash: &str, asked: Stored<Option<Known>>) -> Stored<Option<Known>> {
        if !self.workspace.is_shared() {
            return asked;
        }
        let mut recent = self.access.recent.lock().unwrap_or_else(PoisonError::into_inner);
        match &asked {
            Ok(Some(known)) => {
                if recent.len() >= MOST_RECENT {
                    recent.retain(|_, (_, when)| when.elapsed() < RECENT);
                }
                if recent.len() < MOST_RECENT {
                    recent.insert(hash.to_owned(), (known.clone(), Instant::now()));
                }
            }
            Ok(None) => {
                recent.remove(hash);
            }
            Err(StoreError::Away(_)) => {
                let known =
                    recent.get(hash).filter(|(known, when)| when.elapsed() < RECENT && Utc::now() < known.until);
                if let Some((known, _)) = known {
                    return Ok(Some(known.clone()));
                }
            }
            Err(_) => {}
        }
        asked
    }

    /// That somebody was seen is not worth an answer that fails because a shared database is away.
    fn noted(&self, noted: Stored<()>) -> Stored<()> {
        match noted {
            Err(StoreError::Away(_) | StoreError::Unsure(_)) if self.workspace.is_shared() => Ok(()),
            other => other,
        }
    }
}
