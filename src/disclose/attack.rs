//! The reader who works things out: what is known of every cell, and programs for its ends.

use super::linear::{Lp, Outcome, Row};
use super::proof::{TOLERANCE, without_noughts};
use super::published::{Published, Release};
use super::system::{Shape, System};
use super::{Cell, Unprotectable};
use rand::{RngExt, SeedableRng};
use std::collections::BTreeSet;

/// Aims tried at first, up and down, to see many cells wide at once. Fewer or more of them change how long the
/// attack takes, not what it finds.
const GLANCES: usize = 3;

/// Shown cells named in a finding.
const NAMED: usize = 6;

pub(super) struct Attack {
    system: System,
    column: Vec<Option<usize>>,
    lp: Lp,
    limit: f64,
    /// Ends some possible world had.
    seen: Vec<(f64, f64)>,
    /// Ends proven, with the shown cells that prove them.
    exact: Vec<Option<(f64, f64, Vec<usize>)>>,
    pub(super) programs: usize,
}

impl Attack {
    pub(super) fn new(newest: &Release, earlier: &[Release]) -> Result<Self, Unprotectable> {
        let by_age = || std::iter::once(newest).chain(earlier.iter().rev()).enumerate();
        let shapes: Vec<Shape<'_>> =
            by_age().flat_map(|(age, release)| release.tables.iter().map(move |table| table.shape(age))).collect();
        let system = System::new(&shapes);
        let told = told(by_age().map(|(_, release)| release), &system, newest.tables.len());
        // Far above anything shown: a count that can be so large is not limited.
        let most = told.iter().flat_map(|(now, then)| [now.1, then.1]).filter(|most| most.is_finite());
        let limit = most.fold(1e4, f64::max) * 4.0;
        let mut bounds: Vec<(f64, f64)> =
            told.iter().map(|(now, then)| (now.0.max(then.0), now.1.min(then.1).min(limit))).collect();
        let rows = system.rows();
        if !earlier.is_empty() {
            give_way(&told, &rows, limit, &mut bounds)?;
        }
        let (column, kept, rows) = without_noughts(&bounds, rows);
        let n = bounds.len();
        let mut attack = Self {
            system,
            column,
            lp: Lp::new(kept, rows),
            limit,
            seen: vec![(f64::INFINITY, f64::NEG_INFINITY); n],
            exact: vec![None; n],
            programs: 0,
        };
        attack.ask()?;
        Ok(attack)
    }

    /// Looks from several sides, so that most of the hidden cells are seen to be wide without a question of
    /// their own: first from sides chosen by chance from a fixed beginning; then each cell that is not yet
    /// seen wide is asked to be wide enough, all at once, as long as that helps a tenth of them.
    pub(super) fn look_around(&mut self, hidden: &BTreeSet<usize>, enough: u64) -> Result<(), Unprotectable> {
        let mut chance = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        for _ in 0..GLANCES {
            let open = self.open(hidden, enough);
            for sign in [1.0, -1.0] {
                for &(_, column) in &open {
                    self.lp.cost(column, sign * chance.random_range(-1.0..1.0));
                }
                if !open.is_empty() {
                    self.ask()?;
                }
                open.iter().for_each(|&(_, column)| self.lp.cost(column, 0.0));
            }
        }
        loop {
            let before = self.open(hidden, enough).len();
            self.press(hidden, enough, true)?;
            self.press(hidden, enough, false)?;
            if self.open(hidden, enough).len() * 10 >= before * 9 {
                return Ok(());
            }
        }
    }

    /// Hidden cells not yet seen wide enough, and their columns.
    fn open(&self, hidden: &BTreeSet<usize>, enough: u64) -> Vec<(usize, usize)> {
        let open = hidden.iter().filter(|&&cell| self.width_seen(cell) < enough);
        open.filter_map(|&cell| self.column[cell].map(|column| (cell, column))).collect()
    }

    /// Asks all cells not yet seen wide to be twice as wide as is enough, upwards or downwards, and no wider, so
    /// that room is left to the others; what is seen so wide need not be asked for the narrowest.
    fn press(&mut self, hidden: &BTreeSet<usize>, enough: u64, is_up: bool) -> Result<(), Unprotectable> {
        let open = self.open(hidden, enough);
        if open.is_empty() {
            return Ok(());
        }
        let room = 2.0 * enough as f64;
        let free: Vec<(f64, f64)> = open.iter().map(|&(_, column)| self.lp.bounds(column)).collect();
        for (&(cell, column), &(least, most)) in open.iter().zip(&free) {
            let seen = self.seen[cell];
            if is_up {
                self.lp.cost(column, -1.0);
                self.lp.bound(column, least, most.min(seen.0 + room));
            } else {
                self.lp.cost(column, 1.0);
                self.lp.bound(column, least.max(seen.1 - room), most);
            }
        }
        self.ask()?;
        for (&(_, column), (least, most)) in open.iter().zip(free) {
            self.lp.cost(column, 0.0);
            self.lp.bound(column, least, most);
        }
        Ok(())
    }

    fn ask(&mut self) -> Result<Vec<f64>, Unprotectable> {
        self.programs += 1;
        match self.lp.solve() {
            Outcome::Best { values, reduced_costs } => {
                for (cell, seen) in self.seen.iter_mut().enumerate() {
                    let value = self.column[cell].map_or(0.0, |column| values[column]);
                    *seen = (seen.0.min(value), seen.1.max(value));
                }
                Ok(reduced_costs)
            }
            Outcome::Infeasible | Outcome::Unknown => Err(Unprotectable::Unsolved),
        }
    }

    /// Proves the ends of one cell.
    pub(super) fn bound(&mut self, cell: usize) -> Result<(), Unprotectable> {
        let (Some(column), true) = (self.column[cell], self.exact[cell].is_none()) else { return Ok(()) };
        let mut by = BTreeSet::new();
        for cost in [1.0, -1.0] {
            self.lp.cost(column, cost);
            let reduced_costs = self.ask()?;
            let binding = |&other: &usize| {
                other != cell && self.column[other].is_some_and(|c| reduced_costs[c].abs() > TOLERANCE)
            };
            by.extend((0..self.column.len()).filter(binding));
        }
        self.lp.cost(column, 0.0);
        let (least, most) = self.seen[cell];
        self.exact[cell] = Some((least, most, by.into_iter().collect()));
        Ok(())
    }

    /// The cell at a place of a table.
    pub(super) fn place(&self, table: usize, place: usize) -> usize {
        self.system.places[table][place]
    }

    /// A cell in words.
    pub(super) fn name(&self, cell: usize) -> &str {
        &self.system.names[cell]
    }

    /// The hidden cells of a table.
    pub(super) fn hidden_of(&self, nth: usize, table: &Published) -> BTreeSet<usize> {
        let places = self.system.places[nth].iter().zip(&table.cells);
        places.filter(|(_, cell)| **cell == Cell::Hidden).map(|(&place, _)| place).collect()
    }

    /// Cells, the narrowest seen first.
    pub(super) fn by_width(&self, cells: &BTreeSet<usize>) -> Vec<usize> {
        let mut order: Vec<usize> = cells.iter().copied().collect();
        order.sort_by_key(|&cell| (self.width_seen(cell), cell));
        order
    }

    /// Whole numbers between the ends seen so far: never more than is possible.
    pub(super) fn width_seen(&self, cell: usize) -> u64 {
        let (least, most) = whole(self.seen[cell]);
        most.saturating_sub(least)
    }

    /// The least the cell can be, as far as it is seen.
    pub(super) fn least(&self, cell: usize) -> u64 {
        whole(self.seen[cell]).0
    }

    /// Whole numbers between the proven ends.
    pub(super) fn width(&self, cell: usize) -> u64 {
        self.width_seen(cell)
    }

    pub(super) fn finding(&self, table: &str, cell: usize) -> super::Finding {
        let (least, most) = whole(self.seen[cell]);
        let by = self.exact[cell].iter().flat_map(|(_, _, by)| by);
        super::Finding {
            table: table.to_owned(),
            cell: self.name(cell).to_owned(),
            least,
            most: (self.seen[cell].1 < self.limit - 1.0).then_some(most),
            by: by.take(NAMED).map(|&other| self.name(other).to_owned()).collect(),
        }
    }
}

/// Ends drawn in to whole numbers: people are not cut.
fn whole((least, most): (f64, f64)) -> (u64, u64) {
    ((least - TOLERANCE).ceil().max(0.0) as u64, (most + TOLERANCE).floor().max(0.0) as u64)
}

/// What the newest release, and what the earlier ones, say of each cell by itself.
fn told<'a>(
    by_age: impl Iterator<Item = &'a Release>,
    system: &System,
    newest: usize,
) -> Vec<((f64, f64), (f64, f64))> {
    let mut told = vec![((0.0_f64, f64::INFINITY), (0.0_f64, f64::INFINITY)); system.names.len()];
    let mut is_hidden = vec![false; told.len()];
    for (nth, (table, places)) in by_age.flat_map(|release| &release.tables).zip(&system.places).enumerate() {
        for (&place, &cell) in places.iter().zip(&table.cells) {
            is_hidden[place] |= nth < newest && cell == Cell::Hidden;
            if let Some((least, most)) = table.policy.range(cell, table.is_people) {
                let told = if nth < newest { &mut told[place].0 } else { &mut told[place].1 };
                *told = (told.0.max(least as f64), told.1.min(most as f64));
            }
        }
    }
    // A nought of an earlier release that is hidden now is none any more: a record came late.
    for ((_, then), is_hidden) in told.iter_mut().zip(is_hidden) {
        if is_hidden && *then == (0.0, 0.0) {
            *then = (0.0, f64::INFINITY);
        }
    }
    told
}

/// Lets earlier releases give way where they contradict the newest: there a record came late.
fn give_way(
    told: &[((f64, f64), (f64, f64))],
    rows: &[Row],
    limit: f64,
    bounds: &mut [(f64, f64)],
) -> Result<(), Unprotectable> {
    let mut columns: Vec<(f64, f64)> = told.iter().map(|(now, _)| (now.0, now.1.min(limit))).collect();
    let mut rows = rows.to_vec();
    let mut astray = Vec::new();
    for (cell, (_, then)) in told.iter().enumerate().filter(|(_, (_, then))| then.1.is_finite()) {
        let (below, above) = (columns.len(), columns.len() + 1);
        columns.extend([(0.0, f64::INFINITY); 2]);
        astray.extend([below, above]);
        rows.push(Row { terms: vec![(cell, 1.0), (below, 1.0), (above, -1.0)], least: then.0, most: then.1 });
    }
    let mut lp = Lp::new(columns, rows);
    astray.into_iter().for_each(|column| lp.cost(column, 1.0));
    let Outcome::Best { values, .. } = lp.solve() else { return Err(Unprotectable::Unsolved) };
    for (cell, bound) in bounds.iter_mut().enumerate() {
        let ((now, then), value) = (told[cell], values[cell]);
        let is_astray = value < then.0 - TOLERANCE || value > then.1 + TOLERANCE;
        if is_astray {
            *bound = (now.0, now.1.min(limit));
        }
    }
    Ok(())
}
