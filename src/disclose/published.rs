//! Tables as they may leave the house.

use super::system::Shape;
use super::tabulate::{Dimension, index};
use super::{Cell, Clues, Policy};
use std::sync::{Arc, Mutex, PoisonError};

/// One table, protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Name in files and links.
    pub name: String,
    /// What is counted.
    pub counted: String,
    /// Whether people are counted, rather than something they have or do.
    pub is_people: bool,
    /// Whether it only says what adds up to what, and no cell of it is told.
    pub is_latent: bool,
    /// The dimensions; the last runs fastest.
    pub dimensions: Vec<Dimension>,
    /// Every cell, in the order of the dimensions.
    pub cells: Vec<Cell>,
    /// How it was protected.
    pub policy: Policy,
}

impl Published {
    /// What may be said of the cell at these categories. A cell that is not there is hidden.
    #[must_use]
    pub fn cell(&self, at: &[usize]) -> Cell {
        index(&self.dimensions, at).and_then(|i| self.cells.get(i).copied()).unwrap_or(Cell::Hidden)
    }

    /// The least and the most the exact count can be, as far as the cell itself tells; `None` when hidden.
    /// An interval of a rate runs from the lower bound at the least to the upper bound at the most.
    #[must_use]
    pub fn range(&self, at: &[usize]) -> Option<(u64, u64)> {
        self.policy.range(self.cell(at), self.is_people)
    }

    /// The titles, as of the release that many before the newest.
    pub(super) fn shape(&self, release: usize) -> Shape<'_> {
        Shape { counted: &self.counted, dimensions: &self.dimensions, is_people: self.is_people, release }
    }

    /// The cell at categories named by their keys.
    #[must_use]
    pub fn cell_by_key(&self, keys: &[&str]) -> Option<Cell> {
        if keys.len() != self.dimensions.len() {
            return None;
        }
        let at: Option<Vec<usize>> = self.dimensions.iter().zip(keys).map(|(d, key)| d.find(key)).collect();
        at.map(|at| self.cell(&at))
    }

    /// How much of the table is hidden.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let count = |of: fn(&Cell) -> bool| self.cells.iter().filter(|cell| of(cell)).count();
        Summary {
            policy: self.policy,
            cells: self.cells.len(),
            zero: count(|c| *c == Cell::Zero),
            hidden: count(|c| *c == Cell::Hidden),
        }
    }
}

/// How much of a table is hidden, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// How it was protected.
    pub policy: Policy,
    /// Cells in all.
    pub cells: usize,
    /// Cells with nobody.
    pub zero: usize,
    /// Cells hidden. How many of them are small, and how many only protect the small ones, is not said.
    pub hidden: usize,
}

impl Summary {
    /// The summary as a sentence for the description of a layer.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Policy { threshold, rounding } = self.policy;
        if self.hidden == 0 {
            return format!("No count of its {} is hidden; counts are rounded to the nearest {rounding}.", self.cells);
        }
        format!(
            "{} of {} counts are hidden ([c]): those under {threshold}, those of groups all of whose people would be \
             told something, and those from which a hidden count could be worked out. The others are rounded to the \
             nearest {rounding}.",
            self.hidden, self.cells
        )
    }
}

/// All tables that leave together, protected together. A release that was published before is the same
/// thing, read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protected {
    /// How they were protected.
    pub policy: Policy,
    /// The tables, by name.
    pub tables: Vec<Published>,
    /// Cells that cannot be protected any more, because earlier releases told too much of them already.
    pub told_before: usize,
    /// Found on the way; no part of what is published.
    pub clues: Found,
}

/// What was found while tables were protected, for whoever attacks them next: kept once, since it is large.
#[derive(Debug, Clone, Default)]
pub struct Found(Arc<Mutex<Clues>>);

impl Found {
    pub(super) fn of(clues: Clues) -> Self {
        Self(Arc::new(Mutex::new(clues)))
    }

    /// What is left of it; nothing is afterwards.
    #[must_use]
    pub fn take(&self) -> Clues {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl PartialEq for Found {
    /// It says nothing of what is published.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Found {}

/// A release published earlier.
pub type Release = Protected;

impl Protected {
    /// Whether it says which homes its patches, and which columns its groups, stood for. One that does not can be set beside
    /// others by their names alone.
    #[must_use]
    pub fn has_ground(&self) -> bool {
        let mut categories = self.tables.iter().flat_map(|table| &table.dimensions).flat_map(|d| &d.categories);
        categories.any(|category| !category.atoms.is_empty())
    }

    /// The table of this name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Published> {
        self.tables.iter().find(|table| table.name == name)
    }
}

/// A figure that is no count (a median, a share of repeat visits): shown only where the count of the
/// people it is of is shown, and rounded to a multiple of `step`.
#[must_use]
pub fn derived(of: Cell, figure: f64, step: f64) -> Option<f64> {
    let is_shown = matches!(of, Cell::Shown(_)) && figure.is_finite() && step > 0.0;
    is_shown.then(|| (figure / step).round() * step)
}
