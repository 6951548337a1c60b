//! The intruder inside: which hidden counts can be bounded more narrowly than the policy allows?

use super::Clues;
use super::ground::{Ground, Unprotectable};
use super::linear::{Lp, Outcome, Row};
use std::collections::{BTreeMap, BTreeSet};

/// How far from a whole number the solver's answers may lie.
pub(super) const TOLERANCE: f64 = 1e-5;

/// An end of what a hidden count must be able to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Goal {
    pub(super) cell: usize,
    pub(super) is_most: bool,
}

/// What is proven so far. Hiding further cells only lets the others be more, so a proof stays one.
#[derive(Default)]
pub(super) struct Proof {
    /// Hidden counts of every cell, as low and as high as some answer had them.
    seen: Vec<(f64, f64)>,
    /// The answers.
    pub(super) clues: Clues,
    /// Ends given up: earlier releases have told them already.
    pub(super) given_up: BTreeSet<Goal>,
    /// The counts among them that may be small for all that is known.
    pub(super) lost: BTreeSet<usize>,
    /// Ends chosen for counts hidden for the sake of others that have room on neither side alone.
    chosen: BTreeMap<usize, (f64, f64)>,
    /// Those of them that should have been able to be all that a small count can.
    is_despite: BTreeSet<usize>,
}

impl Proof {
    /// Nothing is proven but that the counts can be what they are.
    pub(super) fn of(ground: &Ground) -> Self {
        Self { seen: ground.value.iter().map(|&value| (value, value)).collect(), ..Self::default() }
    }

    /// The ends of these counts that are not yet proven: of those hidden for the sake of others one.
    pub(super) fn open(&self, ground: &Ground, cells: &[usize]) -> Vec<Goal> {
        let ends = cells.iter().flat_map(|&cell| [false, true].map(|is_most| Goal { cell, is_most }));
        ends.filter(|goal| !self.is_met(ground, *goal) && self.is_end(ground, *goal)).collect()
    }

    /// Whether it is this end that is asked for: a count hidden for the sake of others is widened downwards, where there
    /// is room.
    fn is_end(&self, ground: &Ground, goal: Goal) -> bool {
        let has_room = self.end(ground, Goal { is_most: false, ..goal }) >= ground.bounds(goal.cell).0;
        self.target(ground, goal.cell).is_some() || goal.is_most != has_room
    }

    /// Takes one possible world into account.
    pub(super) fn see(&mut self, world: Vec<f64>) {
        for (seen, &value) in self.seen.iter_mut().zip(&world) {
            *seen = (seen.0.min(value), seen.1.max(value));
        }
        self.clues.see(world);
    }

    /// Whether some answer had somebody in a cell.
    pub(super) fn is_seen(&self, cell: usize) -> bool {
        self.seen[cell].1 > TOLERANCE
    }

    /// What a hidden count must be able to be, where that does not depend on what is seen.
    fn target(&self, ground: &Ground, cell: usize) -> Option<(f64, f64)> {
        self.chosen.get(&cell).copied().or_else(|| ground.target(cell))
    }

    /// Chooses ends, wide enough, for a small count that cannot be all that one can, whatever is hidden, because earlier
    /// releases tell something of it. `None` when the farthest are too near each other.
    pub(super) fn choose_despite(&mut self, ground: &Ground, cell: usize, farthest: (f64, f64)) -> Option<[Goal; 2]> {
        let goals = self.chosen_between(ground, cell, farthest)?;
        self.is_despite.insert(cell);
        Some(goals)
    }

    /// Forgets what was given up, and what was chosen for counts that should be all a small one can: it may have
    /// become possible since. Whether there was any.
    pub(super) fn try_again(&mut self) -> bool {
        let had = !self.given_up.is_empty() || !self.is_despite.is_empty();
        self.given_up.clear();
        self.lost.clear();
        for cell in std::mem::take(&mut self.is_despite) {
            self.chosen.remove(&cell);
        }
        had
    }

    /// Chooses ends, wide enough, between the farthest that any hiding could make possible for a count hidden for
    /// the sake of others; `None` when they are too near each other.
    pub(super) fn choose(&mut self, ground: &Ground, cell: usize, farthest: (f64, f64)) -> Option<[Goal; 2]> {
        if ground.target(cell).is_some() { None } else { self.chosen_between(ground, cell, farthest) }
    }

    fn chosen_between(&mut self, ground: &Ground, cell: usize, (least, most): (f64, f64)) -> Option<[Goal; 2]> {
        let width = ground.least_width(cell);
        if self.chosen.contains_key(&cell) || most - least < width - TOLERANCE {
            return None;
        }
        let from = (self.seen[cell].1 - width).min(most - width).max(least);
        self.chosen.insert(cell, (from, from + width));
        Some([false, true].map(|is_most| Goal { cell, is_most }))
    }

    /// The value a goal asks for. Of a count hidden for the sake of others both ends together must be wide
    /// enough, so one end depends on how far the other has been seen.
    pub(super) fn end(&self, ground: &Ground, goal: Goal) -> f64 {
        let (least, most) = self.target(ground, goal.cell).unwrap_or_else(|| {
            let (width, seen) = (ground.least_width(goal.cell), self.seen[goal.cell]);
            (seen.1 - width, seen.0 + width)
        });
        if goal.is_most { most } else { least }
    }

    pub(super) fn is_met(&self, ground: &Ground, goal: Goal) -> bool {
        let (end, seen) = (self.end(ground, goal), self.seen[goal.cell]);
        if goal.is_most { seen.1 >= end - TOLERANCE } else { seen.0 <= end + TOLERANCE }
    }

    /// The ends that no possible world found reaches.
    ///
    /// One program raises as many hidden counts as it can all at once; a world that reaches the ends of many
    /// cells proves them all.
    pub(super) fn exposed(&mut self, ground: &Ground) -> Result<Vec<Goal>, Unprotectable> {
        let mut program = Program::new(ground);
        let mut exposed = Vec::new();
        for is_most in [true, false] {
            let mut open: Vec<Goal> = ground
                .owed()
                .map(|cell| Goal { cell, is_most })
                .filter(|goal| !self.is_met(ground, *goal) && !self.given_up.contains(goal))
                .collect();
            // What few of these worlds reach is left to the repair, which asks one by one and hides
            // nothing where nothing need be hidden.
            while !open.is_empty() {
                let before = open.len();
                self.try_all(ground, &mut program, &mut open)?;
                if open.len() * 10 > before * 9 {
                    break;
                }
            }
            exposed.extend(open);
        }
        // A count hidden for the sake of others failed at its most may have made up for it at its least;
        // what is still too narrow is widened downwards, where there is room.
        exposed.retain(|goal| !self.is_met(ground, *goal));
        exposed.retain(|goal| self.is_end(ground, *goal));
        exposed.sort();
        Ok(exposed)
    }

    fn try_all(&mut self, ground: &Ground, program: &mut Program, open: &mut Vec<Goal>) -> Result<(), Unprotectable> {
        for goal in &*open {
            program.aim(ground, *goal, self.end(ground, *goal));
        }
        self.look(program)?;
        for goal in &*open {
            program.forget(ground, *goal);
        }
        open.retain(|goal| !self.is_met(ground, *goal));
        Ok(())
    }

    fn look(&mut self, program: &mut Program) -> Result<(), Unprotectable> {
        program.lp.forget();
        match program.lp.solve() {
            Outcome::Best { values, .. } => {
                self.see(program.column.iter().map(|column| column.map_or(0.0, |column| values[column])).collect());
                Ok(())
            }
            Outcome::Infeasible | Outcome::Unknown => Err(Unprotectable::Unsolved),
        }
    }
}

/// The program over the cells that are not known to be nought.
struct Program {
    lp: Lp,
    column: Vec<Option<usize>>,
}

impl Program {
    fn new(ground: &Ground) -> Self {
        let bounds: Vec<(f64, f64)> = (0..ground.exact.len()).map(|cell| ground.bounds(cell)).collect();
        let (column, bounds, rows) = without_noughts(&bounds, ground.system.rows());
        Self { lp: Lp::new(bounds, rows), column }
    }

    fn aim(&mut self, ground: &Ground, goal: Goal, end: f64) {
        let Some(column) = self.column[goal.cell] else { return };
        let (least, most) = ground.bounds(goal.cell);
        self.lp.cost(column, if goal.is_most { -1.0 } else { 1.0 });
        // Beyond the end nothing is gained, so that the room is left to the others.
        if goal.is_most {
            self.lp.bound(column, least, most.min(end));
        } else {
            self.lp.bound(column, least.max(end), most);
        }
    }

    fn forget(&mut self, ground: &Ground, goal: Goal) {
        let Some(column) = self.column[goal.cell] else { return };
        let (least, most) = ground.bounds(goal.cell);
        self.lp.cost(column, 0.0);
        self.lp.bound(column, least, most);
    }
}

/// Leaves out the cells known to be nought, and the rows that then say nothing.
pub(super) fn without_noughts(
    bounds: &[(f64, f64)],
    rows: impl IntoIterator<Item = Row>,
) -> (Vec<Option<usize>>, Vec<(f64, f64)>, Vec<Row>) {
    without(bounds, rows, |cell| (bounds[cell] == (0.0, 0.0)).then_some(0.0))
}

/// Leaves out the cells that stay at a value, and the rows that then say nothing: the column of each other cell,
/// the bounds of the columns, and the rows.
pub(super) fn without(
    bounds: &[(f64, f64)],
    rows: impl IntoIterator<Item = Row>,
    stays_at: impl Fn(usize) -> Option<f64>,
) -> (Vec<Option<usize>>, Vec<(f64, f64)>, Vec<Row>) {
    let mut kept = Vec::new();
    let mut column = vec![None; bounds.len()];
    for cell in (0..bounds.len()).filter(|&cell| stays_at(cell).is_none()) {
        column[cell] = Some(kept.len());
        kept.push(bounds[cell]);
    }
    let still = |cell: usize| stays_at(cell).unwrap_or(0.0);
    let rows = rows.into_iter().filter_map(|row| row.over(&column, still)).collect();
    (column, kept, rows)
}
