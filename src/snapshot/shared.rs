use super::Snapshot;
use crate::place::Issue;
use chrono::{DateTime, Utc};
use std::sync::{Arc, PoisonError, RwLock};

/// The snapshot that stands now. Whoever builds the next one replaces it, and readers
/// keep the one they began with until they are done. Nothing stands in the default.
#[derive(Debug, Default)]
pub struct Shared(RwLock<Standing>);

#[derive(Debug, Default)]
struct Standing {
    snapshot: Option<Arc<Snapshot>>,
    failure: Option<Arc<Failure>>,
    succeeded: u64,
    failed: u64,
}

/// A rebuild that came to nothing; the snapshot before it still stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// When it was tried.
    pub at: DateTime<Utc>,
    /// What was wrong with the files.
    pub issues: Vec<Issue>,
}

impl Shared {
    /// The snapshot that stands; `None` until the first one is ready.
    #[must_use]
    pub fn current(&self) -> Option<Arc<Snapshot>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).snapshot.clone()
    }

    /// The last rebuild, if it failed.
    #[must_use]
    pub fn failure(&self) -> Option<Arc<Failure>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).failure.clone()
    }

    /// Puts a new snapshot in the place of the old one, and forgets an earlier failure.
    pub fn replace(&self, snapshot: Snapshot) {
        self.replace_with(Arc::new(snapshot));
    }

    /// The same for a snapshot that others hold too.
    pub fn replace_with(&self, snapshot: Arc<Snapshot>) {
        let next = Some(snapshot);
        let mut standing = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let before = (std::mem::replace(&mut standing.snapshot, next), standing.failure.take());
        standing.succeeded += 1;
        drop(standing);
        drop(before);
    }

    /// Keeps the old snapshot and remembers why there is no new one.
    pub fn failed(&self, issues: Vec<Issue>) {
        let failure = Arc::new(Failure { at: Utc::now(), issues });
        let mut standing = self.0.write().unwrap_or_else(PoisonError::into_inner);
        standing.failure = Some(failure);
        standing.failed += 1;
    }

    /// How often a snapshot was put in place, and how often a rebuild failed.
    #[must_use]
    pub fn loads(&self) -> (u64, u64) {
        let standing = self.0.read().unwrap_or_else(PoisonError::into_inner);
        (standing.succeeded, standing.failed)
    }
}
