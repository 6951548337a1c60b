//! Which further cells to hide, so that hidden counts can be what the policy asks.

use super::linear::{Lp, Outcome};
use super::proof::{Goal, Proof, TOLERANCE, without_noughts};
use super::protect::{Ground, Unprotectable};
use std::collections::BTreeSet;

/// Part of the cost of hiding a cell that remains when hardly any of it is used. The costs of cells that a
/// first answer used little are raised and of those it used much lowered, and the program is asked again
/// (Candès, Wakin & Boyd 2008): fewer cells are hidden than by one answer. Twice as much or half hides
/// a few cells more.
const SPREAD: f64 = 0.5;

/// Hides what must be hidden for the `exposed` ends to be possible. Returns how many of them no hiding
/// helps, because earlier releases have told them.
///
/// Ends that share no sum are repaired in one program together.
pub(super) fn repair(ground: &mut Ground, proof: &mut Proof, exposed: Vec<Goal>) -> Result<usize, Unprotectable> {
    let mut program = Program::new(ground);
    let neighbours = neighbours(ground);
    let mut open = exposed;
    let mut given_up = 0;
    let mut alone = false;
    while !open.is_empty() {
        let batch = if alone { vec![open[0]] } else { apart(&open, &neighbours) };
        match program.cheapest(ground, proof, &batch)? {
            Some(values) => {
                alone = false;
                proof.see(|cell| program.value(cell, &values));
                program.hide_used(ground, &values);
                if batch.iter().any(|goal| !proof.is_met(ground, *goal)) {
                    return Err(Unprotectable::Unsolved);
                }
            }
            None if batch.len() > 1 => alone = true,
            None => {
                alone = false;
                let cell = batch[0].cell;
                let farthest = program.farthest(ground, cell)?;
                if let Some(goals) = proof.choose(ground, cell, farthest) {
                    open.retain(|goal| goal.cell != cell);
                    open.extend(goals);
                } else {
                    // A count that cannot be small, whatever is hidden, gives nobody away.
                    given_up += usize::from(!ground.is_people[cell] || farthest.0 < ground.policy.threshold as f64);
                    proof.given_up.insert(batch[0]);
                }
            }
        }
        open.retain(|goal| !proof.is_met(ground, *goal) && !proof.given_up.contains(goal));
    }
    Ok(given_up)
}

/// For each cell, the rules it is in.
fn neighbours(ground: &Ground) -> Vec<Vec<usize>> {
    let mut rules = vec![Vec::new(); ground.exact.len()];
    for (i, rule) in ground.system.rules.iter().enumerate() {
        for &cell in rule.parts.iter().chain([&rule.whole]) {
            rules[cell].push(i);
        }
    }
    rules
}

/// Goals of which no two are in one rule, in order.
fn apart(goals: &[Goal], neighbours: &[Vec<usize>]) -> Vec<Goal> {
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    let mut chosen: Vec<Goal> = Vec::new();
    for goal in goals {
        let rules = &neighbours[goal.cell];
        if rules.iter().all(|rule| !taken.contains(rule)) && chosen.iter().all(|other| other.cell != goal.cell) {
            taken.extend(rules);
            chosen.push(*goal);
        }
    }
    chosen
}

/// How far a shown cell must leave its range: upwards and downwards.
#[derive(Debug, Clone, Copy)]
struct Beyond {
    above: usize,
    below: usize,
    weight: f64,
}

struct Program {
    lp: Lp,
    column: Vec<Option<usize>>,
    beyond: Vec<Option<Beyond>>,
}

impl Program {
    fn new(ground: &Ground) -> Self {
        let bounds: Vec<(f64, f64)> = (0..ground.exact.len()).map(|cell| ground.bounds(cell)).collect();
        let (column, mut columns, mut rows) = without_noughts(&bounds, ground.system.rows());
        let mut beyond = vec![None; bounds.len()];
        let mut of_column = vec![None; columns.len()];
        let mut wholes = vec![0_u32; bounds.len()];
        ground.system.rules.iter().for_each(|rule| wholes[rule.whole] += 1);
        for cell in 0..bounds.len() {
            let (Some(own), true, false) = (column[cell], ground.is_new[cell], ground.is_hidden[cell]) else {
                continue;
            };
            let ((least, most), told) = (bounds[cell], ground.told[cell]);
            // Big counts are missed more, but not in proportion; totals are missed most.
            let weight = (1.0 + (ground.exact[cell] as f64).ln_1p()) * f64::from(1 + 2 * wholes[cell]);
            columns.push((0.0, (told.1 - most).max(0.0)));
            columns.push((0.0, (least - told.0).max(0.0)));
            let added = Beyond { above: columns.len() - 2, below: columns.len() - 1, weight };
            beyond[cell] = Some(added);
            of_column[own] = Some(added);
        }
        for row in &mut rows {
            let added: Vec<(usize, f64)> = row
                .terms
                .iter()
                .filter_map(|&(own, factor)| of_column[own].map(|b| [(b.above, factor), (b.below, -factor)]))
                .flatten()
                .collect();
            row.terms.extend(added);
        }
        Self { lp: Lp::new(columns, rows), column, beyond }
    }

    fn value(&self, cell: usize, values: &[f64]) -> f64 {
        let own = self.column[cell].map_or(0.0, |column| values[column]);
        own + self.beyond[cell].map_or(0.0, |b| values[b.above] - values[b.below])
    }

    /// The world in which the goals are reached that costs least; `None` when there is none.
    fn cheapest(&mut self, ground: &Ground, proof: &Proof, goals: &[Goal]) -> Result<Option<Vec<f64>>, Unprotectable> {
        for goal in goals {
            let Some(column) = self.column[goal.cell] else { return Ok(None) };
            let ((least, most), end) = (ground.bounds(goal.cell), proof.end(ground, *goal));
            if (goal.is_most && end > most) || (!goal.is_most && end < least) {
                return Ok(None);
            }
            if goal.is_most {
                self.lp.bound(column, end, most);
            } else {
                self.lp.bound(column, least, end);
            }
        }
        self.set_costs(|beyond| beyond.weight);
        let mut outcome = self.lp.solve();
        if let Outcome::Best { values, .. } = &outcome {
            let first = values.clone();
            self.set_costs(|b| b.weight / (first[b.above] + first[b.below] + SPREAD));
            outcome = self.lp.solve();
        }
        for goal in goals {
            if let Some(column) = self.column[goal.cell] {
                let (least, most) = ground.bounds(goal.cell);
                self.lp.bound(column, least, most);
            }
        }
        match outcome {
            Outcome::Best { values, .. } => Ok(Some(values)),
            Outcome::Infeasible => Ok(None),
            Outcome::Unknown => Err(Unprotectable::Unsolved),
        }
    }

    /// The least and the most a hidden count could be if everything that may be hidden were.
    fn farthest(&mut self, ground: &Ground, cell: usize) -> Result<(f64, f64), Unprotectable> {
        let Some(column) = self.column[cell] else { return Ok((0.0, 0.0)) };
        self.set_costs(|_| 0.0);
        // Any count above this is as good.
        let limit = (ground.exact[cell] + ground.policy.threshold) as f64 * 4.0;
        let (least, most) = ground.bounds(cell);
        self.lp.bound(column, least, most.min(limit));
        let mut ends = [0.0; 2];
        for (end, cost) in ends.iter_mut().zip([1.0, -1.0]) {
            self.lp.cost(column, cost);
            let Outcome::Best { values, .. } = self.lp.solve() else { return Err(Unprotectable::Unsolved) };
            *end = values[column];
        }
        self.lp.cost(column, 0.0);
        self.lp.bound(column, least, most);
        Ok((ends[0], ends[1]))
    }

    fn set_costs(&mut self, cost: impl Fn(&Beyond) -> f64) {
        for beyond in self.beyond.iter().flatten() {
            self.lp.cost(beyond.above, cost(beyond));
            self.lp.cost(beyond.below, cost(beyond));
        }
    }

    /// Hides the cells that had to leave their range.
    fn hide_used(&mut self, ground: &mut Ground, values: &[f64]) {
        for cell in 0..self.beyond.len() {
            let Some(beyond) = self.beyond[cell] else { continue };
            if values[beyond.above] + values[beyond.below] <= TOLERANCE / 10.0 {
                continue;
            }
            ground.is_hidden[cell] = true;
            self.beyond[cell] = None;
            self.lp.bound(beyond.above, 0.0, 0.0);
            self.lp.bound(beyond.below, 0.0, 0.0);
            if let Some(column) = self.column[cell] {
                let (least, most) = ground.bounds(cell);
                self.lp.bound(column, least, most);
            }
        }
    }
}
