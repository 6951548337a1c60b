//! The cells around one: what is asked of a single count is answered among a few hundred others, while the rest
//! of the tables stay as they are counted.

use super::linear::Row;
use super::system::Rule;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// How many cells around one may move while something is asked of it: so few at first that the question costs a
/// millisecond.
pub(super) const LOOKS: [usize; 4] = [GLANCE, 1_000, 8_000, LAST];
/// The fewest of them.
pub(super) const GLANCE: usize = 100;

/// The most of them, of a large place: over 20,000 of 55,000 cells it takes 7 s, over all that is first asked of them 80 s.
const LAST: usize = 20_000;

/// Which rules each cell is in.
pub(super) struct Around {
    rules_of: Vec<Vec<usize>>,
    /// Of how many rules each is the whole.
    pub(super) wholes: Vec<u32>,
    /// Whether there are counts that meet all rules, so that they may stand for cells that do not move.
    has_world: bool,
}

/// Whether values meet all rows and bounds.
pub(super) fn is_world(value: &[f64], rows: &[Row], bounds: impl Fn(usize) -> (f64, f64)) -> bool {
    const NEAR: f64 = 1e-6;
    let rows_hold = rows.iter().all(|row| {
        let sum: f64 = row.terms.iter().map(|&(cell, factor)| factor * value[cell]).sum();
        row.least - NEAR <= sum && sum <= row.most + NEAR
    });
    rows_hold
        && value.iter().enumerate().all(|(cell, &value)| {
            let (least, most) = bounds(cell);
            least - NEAR <= value && value <= most + NEAR
        })
}

impl Around {
    pub(super) fn of(rules: &[Rule], cells: usize, has_world: bool) -> Self {
        let (mut rules_of, mut wholes) = (vec![Vec::new(); cells], vec![0; cells]);
        for (i, rule) in rules.iter().enumerate() {
            for &cell in rule.parts.iter().chain([&rule.whole]) {
                rules_of[cell].push(i);
            }
            wholes[rule.whole] += 1;
        }
        Self { rules_of, wholes, has_world }
    }

    /// Up to `most` cells around one: again and again the one that shares most rules with those taken, so that
    /// what one of them gives another can take up; of those the one with most `room` to give. `None` where only all
    /// cells together will do.
    pub(super) fn cells(
        &self,
        rules: &[Rule],
        seed: usize,
        most: usize,
        room: impl Fn(usize) -> i64,
    ) -> Option<Vec<usize>> {
        // A program over more than a quarter of all cells takes longer than the one over all, which goes on from
        // its last answer; where all are very many, over more than half.
        let all = self.rules_of.len();
        let share = if most == LAST { 2 } else { 4 };
        if !self.has_world || most.saturating_mul(share) > all {
            return None;
        }
        let mut shared = vec![0_u32; all];
        let mut is_taken = vec![false; all];
        let mut is_touched = vec![false; rules.len()];
        let mut next = BinaryHeap::from([(0, 0, Reverse(seed))]);
        let mut taken = Vec::new();
        while let Some((_, _, Reverse(cell))) = next.pop() {
            if std::mem::replace(&mut is_taken[cell], true) {
                continue;
            }
            taken.push(cell);
            if taken.len() == most {
                break;
            }
            for &rule in &self.rules_of[cell] {
                if std::mem::replace(&mut is_touched[rule], true) {
                    continue;
                }
                let rule = &rules[rule];
                for &other in rule.parts.iter().chain([&rule.whole]).filter(|&&other| !is_taken[other]) {
                    shared[other] += 1;
                    next.push((shared[other], room(other), Reverse(other)));
                }
            }
        }
        Some(taken)
    }

    /// The rules that any of the cells is in.
    pub(super) fn rules(&self, cells: &[usize]) -> Vec<usize> {
        let mut rules: Vec<usize> = cells.iter().flat_map(|&cell| self.rules_of[cell].iter().copied()).collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    }
}
