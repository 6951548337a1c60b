//! Files become a [`Place`] here, and everything wrong with them becomes an [`Issue`].
//!
//! Nothing is lost silently: a row that cannot be used is an issue that names file, row, field, what is
//! wrong and what to do. An error is returned only when no place can be made at all.

pub mod costs;
mod manifest;
pub mod streets;
pub mod table;

pub use manifest::{Manifest, StreetsSection};

use crate::place::{Issue, Place, Severity};
use std::path::Path;

/// What came of reading a place directory.
#[derive(Debug)]
pub struct Loaded {
    /// The place, unless an issue of severity `Error` made that impossible.
    pub place: Option<Place>,
    /// Everything found, the worst first, then by file and row.
    pub issues: Vec<Issue>,
}

/// Tells whoever waits which step begins, in words such as "Reading streets".
pub type Steps<'a> = &'a (dyn Fn(&str) + Sync);

/// Reads the place that `dir/place.toml` describes.
pub fn load(dir: &Path, steps: Steps<'_>) -> Loaded {
    let _ = (dir, steps);
    Loaded { place: None, issues: Vec::new() }
}

/// Collects issues while files are read.
#[derive(Debug, Default)]
pub struct Issues(Vec<Issue>);

impl Issues {
    /// Adds one.
    pub fn push(&mut self, issue: Issue) {
        self.0.push(issue);
    }

    /// Whether the place cannot be used.
    #[must_use]
    pub fn any_error(&self) -> bool {
        self.0.iter().any(|issue| issue.severity == Severity::Error)
    }

    /// All of them, the worst first, then by file, row and field.
    #[must_use]
    pub fn into_sorted(mut self) -> Vec<Issue> {
        self.0.sort();
        self.0
    }
}
