//! What an attack found, for whoever attacks the same tables next. Nothing rests on it: each looks itself whether it holds
//! for all that it knows.

use super::linear::Row;
use std::collections::BTreeMap;

/// Possible worlds, and why some counts are not small.
#[derive(Debug, Clone, Default)]
pub struct Clues {
    /// Each says how many there could be in every cell.
    pub worlds: Vec<Vec<f64>>,
    /// By cell.
    pub(super) least: BTreeMap<usize, Certificate>,
}

/// Possible worlds kept for whoever asks next.
const KEPT: usize = 64;

impl Clues {
    /// Adds a possible world. Of too many one in the middle is forgotten: the first were sought for many counts at once, and
    /// the last are of what is hidden now.
    pub(super) fn see(&mut self, world: Vec<f64>) {
        if self.worlds.len() == KEPT {
            self.worlds.remove(KEPT / 2);
        }
        self.worlds.push(world);
    }
}

/// Rows and their weights: added up so, they say how much there is of a cell at least (a dual solution of its program).
#[derive(Debug, Clone)]
pub(super) struct Certificate(Vec<(usize, f64)>);

impl Certificate {
    /// Of the weights of all rows those that count.
    pub(super) fn of(weights: impl IntoIterator<Item = (usize, f64)>) -> Self {
        const NOTHING: f64 = 1e-9;
        Self(weights.into_iter().filter(|(_, weight)| weight.abs() > NOTHING).collect())
    }

    /// How much there is at least for whoever knows these rows and ends. That is true of any weights; of some it says little.
    pub(super) fn least(&self, cell: usize, rows: &[Row], ends: &[(f64, f64)]) -> f64 {
        let mut least = 0.0;
        let mut rest = BTreeMap::from([(cell, 1.0)]);
        for &(row, weight) in &self.0 {
            let Some(row) = rows.get(row) else { continue };
            least += weight * if weight > 0.0 { row.least } else { row.most };
            for &(cell, factor) in &row.terms {
                *rest.entry(cell).or_insert(0.0) -= weight * factor;
            }
        }
        for (cell, factor) in rest.into_iter().filter(|(_, factor)| *factor != 0.0) {
            let (from, to) = ends.get(cell).copied().unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
            least += factor * if factor > 0.0 { from } else { to };
        }
        least
    }
}
