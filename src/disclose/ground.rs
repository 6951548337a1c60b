//! What is known while tables are protected: the exact truth about every cell, and what is to become of it.

use super::linear::drawn_in;
use super::system::System;
use super::tabulate::Tables;
use super::{Cell, Policy, Published};

/// Why tables cannot be protected together. No message holds a count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unprotectable {
    /// Two tables say different things of the same people.
    #[error("table {table} counts {cell} differently from another table; count both from the same records")]
    Disagree {
        /// The later of the two.
        table: String,
        /// The cell in words.
        cell: String,
    },
    /// A whole is not what its parts make.
    #[error("{cell} is not what its parts add up to; fill the totals from the parts")]
    DoesNotAddUp {
        /// The whole in words.
        cell: String,
    },
    /// What was published before is not known, so that it could be given away.
    #[error("the earlier release {file} cannot be read: {why}; nothing is published until it can, or is taken away")]
    Forgotten {
        /// The file.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// Whatever is hidden, something can be worked out beside the earlier releases.
    #[error(
        "{counts} small counts of people could be worked out beside the earlier releases, whatever is hidden of this one; \
         nothing is published"
    )]
    Exposed {
        /// How many.
        counts: usize,
    },
    /// The audit finds fault with what protection made.
    #[error("the audit finds that {counts} small counts of people could be worked out ({cell}); nothing is published")]
    Told {
        /// How many.
        counts: usize,
        /// One of them in words.
        cell: String,
    },
    /// The solver did not answer, so that nothing can be promised.
    #[error("the linear program of the protection was not solved; nothing is published")]
    Unsolved,
}

/// The exact truth about every cell, and what is to become of it.
#[derive(Debug)]
pub(super) struct Ground {
    pub(super) system: System,
    pub(super) policy: Policy,
    /// Exact counts; of cells that are not counted now, about what they may be.
    pub(super) exact: Vec<u64>,
    /// A possible world: the exact counts, and of the other cells what agrees with them.
    pub(super) value: Vec<f64>,
    /// People each count is of.
    pub(super) people: Vec<u64>,
    /// Whether the cell counts people.
    pub(super) is_people: Vec<bool>,
    /// Whether the cell is counted now.
    pub(super) is_new: Vec<bool>,
    /// Whether the cell is in the tables to be published now.
    pub(super) is_published: Vec<bool>,
    /// What becomes of the cell.
    pub(super) is_hidden: Vec<bool>,
    /// Whether a reader must reckon with it that the cell, hidden, is nought.
    pub(super) may_be_nought: Vec<bool>,
    /// Whether it is left out that what is hidden is known to be somebody.
    pub(super) is_lenient: bool,
    /// Whether an earlier release hid the cell so that it may be nought, and it may still be where it is hidden.
    pub(super) kept_nought: Vec<bool>,
    /// The threshold the cell is owed: that of now, or of an earlier release that hid it.
    pub(super) threshold: Vec<u64>,
    /// Counts not published now that are owed protection: what an earlier release hid, and what one ground has more
    /// than another.
    pub(super) is_linked: Vec<bool>,
    /// Whether earlier releases tell that the count is not small.
    pub(super) is_large: Vec<bool>,
    /// What earlier releases tell of the cell.
    pub(super) told: Vec<(f64, f64)>,
    /// Whether an earlier release told of the cell what is not true any more. Hidden it would be taken for true again.
    pub(super) is_stale: Vec<bool>,
    /// Whether `told` and `value` are those of a reader who takes it that no record came late, though one did.
    pub(super) is_misled: bool,
    /// Whether a count is not what an earlier release showed: a record came late, or was taken out.
    pub(super) is_late: bool,
}

impl Ground {
    /// Whether a count may not be shown for its own sake. That few people have nothing is no such count.
    pub(super) fn is_small(&self, cell: usize) -> bool {
        self.exact[cell] > 0 && self.people[cell] < self.policy.threshold
    }

    /// Whether a count of somebody is shown.
    pub(super) fn is_shown(&self, cell: usize) -> bool {
        self.is_published[cell] && !self.is_hidden[cell] && self.exact[cell] > 0
    }

    /// Between what a reader knows the count to lie, from this cell alone and from earlier releases.
    pub(super) fn bounds(&self, cell: usize) -> (f64, f64) {
        let (told_least, told_most) = self.told[cell];
        let (least, most) = if !self.is_published[cell] {
            (0.0, f64::INFINITY)
        } else if self.is_hidden[cell] {
            (if self.may_be_nought[cell] || self.is_lenient { 0.0 } else { 1.0 }, f64::INFINITY)
        } else {
            let shown = self.policy.round(self.exact[cell]);
            let range = self.policy.range(shown, self.is_people[cell]);
            range.map_or((0.0, f64::INFINITY), |(least, most)| (least as f64, most as f64))
        };
        (least.max(told_least), most.min(told_most))
    }

    /// How far apart the ends of a hidden count must be.
    pub(super) fn least_width(&self, cell: usize) -> f64 {
        self.threshold[cell].saturating_sub(2) as f64
    }

    /// What a hidden count must be able to be, for all a reader can work out: a small count anything
    /// below the threshold, an amount of few people as much again as it is. `None` for a count that is
    /// hidden for the sake of others: of it only [`Ground::least_width`] is asked.
    pub(super) fn target(&self, cell: usize) -> Option<(f64, f64)> {
        // To a reader who is wrong about it a count need only be uncertain.
        if !self.is_published[cell] || self.is_misled {
            return None;
        }
        let (exact, threshold) = (self.exact[cell], self.threshold[cell]);
        let width = threshold.saturating_sub(2);
        let (least, most) = if exact == 0 {
            (0, width)
        } else if exact < threshold {
            (1, threshold.saturating_sub(1))
        } else if self.is_small(cell) {
            let away = width.max(exact / 2);
            (exact.saturating_sub(away).max(1), exact + away)
        } else {
            return None;
        };
        Some((least as f64, most as f64))
    }

    /// The counts that are owed protection: all hidden ones, but for those that earlier releases tell to be large.
    pub(super) fn owed(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.exact.len())
            .filter(|&cell| if self.is_published[cell] { self.is_hidden[cell] } else { self.is_linked[cell] })
            .filter(|&cell| !self.is_large[cell])
    }

    /// Notes which counts of people earlier releases tell to be as large as the threshold, whatever is hidden now.
    pub(super) fn note_large(&mut self) {
        let ends = drawn_in(self.told.clone(), &self.system.rows());
        for (cell, (least, _)) in ends.into_iter().enumerate() {
            self.is_large[cell] = self.is_people[cell] && least >= self.threshold[cell] as f64;
        }
    }
}

/// The tables as they would leave.
pub(super) fn publish(tables: &Tables, ground: &Ground) -> Vec<Published> {
    let cell = |&cell: &usize| {
        if ground.is_hidden[cell] || !ground.is_published[cell] {
            Cell::Hidden
        } else {
            ground.policy.round(ground.exact[cell])
        }
    };
    let published = tables.tables.iter().zip(&ground.system.places);
    published
        .map(|(table, places)| Published {
            name: table.name.clone(),
            counted: table.counted.clone(),
            is_people: table.is_of_people(),
            is_latent: table.is_latent,
            dimensions: table.dimensions.clone(),
            cells: places.iter().map(cell).collect(),
            policy: ground.policy,
        })
        .collect()
}
