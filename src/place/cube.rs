//! The engagement cube: what records of people come to, counted, so that it can be made elsewhere, kept and merged.

use super::{Activity, Quarter};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The version of the contract (`docs/cube.md`) that is written and read.
pub const CUBE_VERSION: u32 = 1;

/// What a cube calls rows of records that were counted; every other outcome is the reason why they were not.
pub const COUNTED: &str = "counted";

/// Records, counted by who, where, when, what, about what and at which asset.
///
/// Each combination is one row and each sum is of whole numbers, so the parts of a whole, merged, are the whole, and
/// distinct people stay exact at every level because their pseudonymous keys are kept. That makes a cube as
/// confidential as the records: it is read by `load` and never published.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cube {
    /// The dimensions of groups that it tells, in the order of [`CubeKey::answers`].
    pub dimensions: Vec<String>,
    /// Which dimensions are crossed of which others, as `age_sex:age,sex;…`; mostly nothing.
    pub crossed: String,
    /// The rows.
    pub rows: BTreeMap<CubeKey, CubeSums>,
}

/// What the records of a row have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CubeKey {
    /// [`COUNTED`], or why not; then all else is empty.
    pub outcome: Arc<str>,
    /// `patch:…`, `zone:…` or `district:…` where those lie in several patches, or `outside`.
    pub location: Option<Arc<str>>,
    /// When.
    pub quarter: Option<Quarter>,
    /// What was done.
    pub activity: Option<Activity>,
    /// Key of the asset where it was done.
    pub asset: Option<Arc<str>>,
    /// Themes in alphabetical order, apart by semicolons.
    pub themes: Option<Arc<str>>,
    /// For each dimension the key of a group, `unmatched`, or nothing where nothing was recorded. Rows share them: they are
    /// few, and rows may be millions.
    pub answers: Arc<[Option<Arc<str>>]>,
    /// The pseudonymous key of a person, where the records have one.
    pub person: Option<u64>,
}

/// What the records of a row come to. Amounts are in millionths, so that they are whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CubeSums {
    /// Records.
    pub records: u64,
    /// People in them: everybody counts each time.
    pub people: u64,
    /// People in the largest of them.
    pub largest: u64,
    /// Hours.
    pub hours: u64,
    /// New connections.
    pub connections: u64,
    /// The first day and the last; nothing where the records were not counted.
    pub days: Option<(NaiveDate, NaiveDate)>,
}

impl CubeSums {
    /// Records that were not counted.
    #[must_use]
    pub fn refused(records: u64) -> Self {
        Self { records, people: 0, largest: 0, hours: 0, connections: 0, days: None }
    }

    /// Adds what other records come to.
    pub fn join(&mut self, other: &Self) {
        self.records += other.records;
        self.people = self.people.saturating_add(other.people);
        self.largest = self.largest.max(other.largest);
        self.hours = self.hours.saturating_add(other.hours);
        self.connections = self.connections.saturating_add(other.connections);
        self.days = match (self.days, other.days) {
            (Some(own), Some(other)) => Some((own.0.min(other.0), own.1.max(other.1))),
            (own, other) => own.or(other),
        };
    }
}

impl Cube {
    /// Adds a row to the one with the same key.
    pub fn add(&mut self, key: CubeKey, sums: &CubeSums) {
        self.rows.entry(key).and_modify(|own| own.join(sums)).or_insert(*sums);
    }

    /// How many records were counted, and how many were not, by reason.
    #[must_use]
    pub fn outcomes(&self) -> BTreeMap<&str, u64> {
        let mut outcomes = BTreeMap::new();
        for (key, sums) in &self.rows {
            *outcomes.entry(&*key.outcome).or_default() += sums.records;
        }
        outcomes
    }
}

/// Words that records have in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// What the column tells: `date`, `zone`, `postcode`, `group_age`, …
    pub fact: String,
    /// The words.
    pub words: String,
    /// How many rows have them.
    pub rows: u64,
}

/// What words of records mean in a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// What the column tells.
    pub fact: String,
    /// The words; empty for a cell with nothing in it.
    pub words: String,
    /// As a cube has it: a day, a location, a key, millionths.
    pub value: Option<String>,
    /// Of an asset, the location it stands in.
    pub place: Option<String>,
    /// Of a location, whether it is one patch for certain.
    pub is_exact: bool,
    /// Why a record with these words can't be counted or placed.
    pub why: Option<String>,
}
