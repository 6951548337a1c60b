//! The rows of a cube while records are read: records that say the same are one.

use super::record::{Record, day_number};
use crate::place::{Activity, AssetIdx};
use rustc_hash::FxHashMap;

/// Records that say the same of one person in one quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Atom {
    pub(super) person: Option<u64>,
    pub(super) spot: u32,
    pub(super) combination: u32,
    pub(super) themes: u32,
    pub(super) asset: Option<AssetIdx>,
    pub(super) quarter: u16,
    pub(super) activity: Activity,
}

/// What they come to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sums {
    pub(super) records: u64,
    pub(super) amounts: [f64; 3],
    pub(super) largest: f64,
    pub(super) first: u32,
    pub(super) last: u32,
}

/// The rows of a cube while records are read.
#[derive(Debug, Default)]
pub(super) struct Atoms {
    pub(super) rows: FxHashMap<Atom, Sums>,
    pub(super) themes: FxHashMap<Vec<u16>, u32>,
}

impl Atoms {
    /// Counts a record of this quarter and combination of answers.
    pub(super) fn add(&mut self, record: &Record<'_>, (quarter, combination): (u16, u32)) {
        let new = self.themes.len() as u32;
        let themes = match self.themes.get(record.themes) {
            Some(known) => *known,
            None => *self.themes.entry(record.themes.to_vec()).or_insert(new),
        };
        let Record { person, spot, asset, activity, .. } = *record;
        let amounts = [record.people, record.hours, record.connections];
        let (first, last) = (day_number(record.first), day_number(record.day));
        let more = Sums { records: record.records, amounts, largest: record.largest, first, last };
        let atom = Atom { person, spot, combination, themes, asset, quarter, activity };
        let own = |own: &mut Sums| {
            own.records += more.records;
            own.amounts.iter_mut().zip(more.amounts).for_each(|(own, more)| *own += more);
            own.largest = own.largest.max(more.largest);
            own.first = own.first.min(more.first);
            own.last = own.last.max(more.last);
        };
        self.rows.entry(atom).and_modify(own).or_insert(more);
    }
}
