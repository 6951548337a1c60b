//! Where what was read of a place is kept for the next reading (see [`super::again`]).

use crate::place::{Issue, Source, UnderstoodTable};
use std::any::Any;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What was read before. One is kept by whoever reads much the same place again and again.
#[derive(Debug, Default)]
pub struct Memory(Mutex<BTreeMap<&'static str, VecDeque<Arc<Reading>>>>);

/// A kind of step of loading, and how many readings of it are kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shelf {
    pub(super) name: &'static str,
    pub(super) most: usize,
}

/// One reading, and all it rests on.
#[derive(Debug)]
pub(super) struct Reading {
    /// What was asked of the step.
    pub(super) asked: String,
    /// Files as written, and what they and those beside them held.
    pub(super) files: Vec<(String, Print)>,
    /// What came of it.
    pub(super) made: Arc<dyn Any + Send + Sync>,
    /// What was said meanwhile.
    pub(super) said: Said,
}

/// Names and digests of a file and of those beside it that are read with it, such as the parts of a shapefile.
pub(super) type Print = Vec<(String, String)>;

/// What a step of loading said, beside what it made.
#[derive(Debug)]
pub(super) struct Said {
    /// What was found.
    pub(super) issues: Vec<Issue>,
    /// How tables of residents were understood.
    pub(super) understood: Vec<UnderstoodTable>,
    /// Files that were used.
    pub(super) sources: Vec<Source>,
    /// Role, digest and part of every file whose rows were read, and how it was written.
    pub(super) read: Vec<([String; 3], String)>,
}

impl Memory {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, VecDeque<Arc<Reading>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The readings in which the same was asked, the newest first.
    pub(super) fn asked(&self, shelf: Shelf, asked: &str) -> Vec<Arc<Reading>> {
        let all = self.lock();
        all.get(shelf.name).into_iter().flatten().rev().filter(|known| known.asked == asked).cloned().collect()
    }

    /// Keeps a reading as the newest, and forgets the oldest where they are too many.
    pub(super) fn keep(&self, shelf: Shelf, reading: Arc<Reading>) {
        let mut all = self.lock();
        let own = all.entry(shelf.name).or_default();
        own.retain(|known| !Arc::ptr_eq(known, &reading));
        own.push_back(reading);
        while own.len() > shelf.most {
            own.pop_front();
        }
    }
}
