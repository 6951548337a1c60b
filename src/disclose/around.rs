//! The cells around one: what is asked of a single count is answered among a few hundred others, while the rest
//! of the tables stay as they are counted.

use super::protect::Ground;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Which rules each cell is in.
pub(super) struct Around {
    rules_of: Vec<Vec<usize>>,
    /// Whether the counts meet all rules, so that they may stand for cells that do not move. Cells only an
    /// earlier release had are counted nowhere, and what stands for them may not.
    counts_hold: bool,
}

impl Around {
    pub(super) fn of(ground: &Ground) -> Self {
        let mut rules_of = vec![Vec::new(); ground.exact.len()];
        for (i, rule) in ground.system.rules.iter().enumerate() {
            for &cell in rule.parts.iter().chain([&rule.whole]) {
                rules_of[cell].push(i);
            }
        }
        const NEAR: f64 = 1e-6;
        let exact = |cell: usize| ground.value[cell];
        let rows_hold = ground.system.rows().iter().all(|row| {
            let sum: f64 = row.terms.iter().map(|&(cell, factor)| factor * exact(cell)).sum();
            row.least - NEAR <= sum && sum <= row.most + NEAR
        });
        let bounds_hold = (0..ground.exact.len()).all(|cell| {
            let (least, most) = ground.bounds(cell);
            least - NEAR <= exact(cell) && exact(cell) <= most + NEAR
        });
        Self { rules_of, counts_hold: rows_hold && bounds_hold }
    }

    /// Up to `most` cells around one: again and again the one that shares most rules with those taken, so that
    /// what one of them gives another can take up; of those the hidden ones that have most to give, then the
    /// smallest of the others, which are hidden at least cost. `None` where only all cells together will do.
    pub(super) fn cells(&self, ground: &Ground, seed: usize, most: usize) -> Option<Vec<usize>> {
        // A program over more than a quarter of all cells takes longer than the one over all, which goes on from
        // its last answer.
        if !self.counts_hold || most.saturating_mul(4) > ground.exact.len() {
            return None;
        }
        let room = |cell: usize| {
            let exact = ground.exact[cell].min(i64::MAX as u64) as i64;
            if ground.is_hidden[cell] { exact } else { -exact - 1 }
        };
        let mut shared = vec![0_u32; ground.exact.len()];
        let mut is_taken = vec![false; ground.exact.len()];
        let mut is_touched = vec![false; ground.system.rules.len()];
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
                let rule = &ground.system.rules[rule];
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
