//! The reader who works things out: what is known of every cell, and programs for its ends.

use super::Clues;
use super::around::{Around, LOOKS, is_world};
use super::clues::Certificate;
use super::ground::Unprotectable;
use super::linear::{Lp, Outcome, Row, drawn_in};
use super::linked::{self, Ends, Reading, hidden_cells};
use super::proof::{TOLERANCE, without, without_noughts};
use super::published::{Published, Release};
use super::system::{Rule, Shape, System};
use rand::{RngExt, SeedableRng};
use std::collections::BTreeSet;

/// Aims tried at first, up and down, to see many cells wide at once. Fewer or more of them change how long the
/// attack takes, not what it finds.
const GLANCES: usize = 5;

/// So many cells are each asked for their ends at once.
const FEW: usize = 12;

/// From so many cells on what is near one is asked first.
const MANY: usize = 40_000;

/// From so many cells on the narrowest of each table is not sought.
const VERY_MANY: usize = 20_000;

/// What a program says of each cell and each row.
struct Answer {
    reduced_costs: Vec<f64>,
    duals: Vec<f64>,
}

pub(super) struct Attack {
    system: System,
    column: Vec<Option<usize>>,
    /// What is known of each cell by itself.
    bounds: Vec<Ends>,
    /// What follows of each cell by adding up alone.
    drawn_in: Vec<Ends>,
    lp: Lp,
    limit: f64,
    around: Around,
    /// A possible world.
    world: Vec<f64>,
    /// Ends some possible world had.
    seen: Vec<(f64, f64)>,
    /// Ends proven, with the shown cells that prove them.
    exact: Vec<Option<(f64, f64, Vec<usize>)>>,
    pub(super) programs: usize,
    /// The last possible worlds found, and what was proven.
    pub(super) clues: Clues,
    /// The row of the system that each row of the program is.
    row_of: Vec<usize>,
    /// The highest threshold under which each cell was hidden.
    pub(super) threshold: Vec<u64>,
    /// Counts that the newest release does not have and that are owed protection: hidden by an earlier one, or
    /// what one ground has more than another.
    pub(super) linked: BTreeSet<usize>,
    /// What it takes for true.
    pub(super) reading: Reading,
}

impl Attack {
    /// The reader of these releases, to whom is shown what somebody found who asked before: of that, what holds for all this
    /// one knows need not be sought again.
    pub(super) fn new(newest: &Release, earlier: &[Release], clues: Clues) -> Result<Self, Unprotectable> {
        let by_age = || std::iter::once(newest).chain(earlier.iter().rev()).enumerate();
        let shapes: Vec<Shape<'_>> =
            by_age().flat_map(|(age, release)| release.tables.iter().map(move |table| table.shape(age))).collect();
        let mut system = System::new(&shapes);
        let n = system.names.len();
        let (first, places) = (newest.tables.len(), system.places.clone());
        let mut rows = system.rows();
        let reading = linked::read(newest, earlier, &places, n, &rows)?;
        let mut threshold = vec![newest.policy.threshold; n];
        let mut linked_cells = system.is_difference.clone();
        let old = earlier.iter().rev().flat_map(|release| &release.tables);
        for (table, places) in old.zip(&places[first..]) {
            for cell in hidden_cells(places, table) {
                threshold[cell] = threshold[cell].max(table.policy.threshold);
                linked_cells[cell] |= table.is_people;
            }
        }
        let published: BTreeSet<usize> = places[..first].iter().flatten().copied().collect();
        let mut linked: BTreeSet<usize> =
            (0..n).filter(|&cell| linked_cells[cell] && !published.contains(&cell)).collect();
        let mut bounds = reading.now.clone();
        match &reading.agreed {
            Some(agreed) => {
                for (bound, told) in bounds.iter_mut().zip(&agreed.told) {
                    *bound = (bound.0.max(told.0), bound.1.min(told.1));
                }
            }
            None if earlier.is_empty() => {}
            None => {
                linked::unlink(&mut system, |cell| published.contains(&cell));
                linked.clear();
                rows = system.rows();
            }
        }
        let is_possible = |world: &Vec<f64>| world.len() == n && is_world(world, &rows, |cell| bounds[cell]);
        let Clues { worlds, least } = clues;
        let worlds: Vec<Vec<f64>> = worlds.into_iter().filter(is_possible).collect();
        let mut drawn_in = drawn_in(bounds.clone(), &rows);
        for (&cell, certificate) in &least {
            let proven = certificate.least(cell, &rows, &drawn_in);
            if let Some(own) = drawn_in.get_mut(cell) {
                own.0 = own.0.max(proven);
            }
        }
        let moves = |row: &Row| row.terms.iter().any(|(cell, _)| bounds[*cell] != (0.0, 0.0));
        let row_of = (0..rows.len()).filter(|&row| moves(&rows[row])).collect();
        let (column, kept, rows) = without_noughts(&bounds, rows);
        let mut attack = Self {
            around: Around::of(&system.rules, n, true),
            world: Vec::new(),
            bounds,
            drawn_in,
            system,
            column,
            lp: Lp::new(kept, rows),
            limit: reading.limit,
            reading,
            seen: vec![(f64::INFINITY, f64::NEG_INFINITY); n],
            exact: vec![None; n],
            programs: 0,
            clues: Clues { worlds: Vec::new(), least },
            row_of,
            threshold,
            linked,
        };
        worlds.into_iter().for_each(|world| attack.see(world));
        if attack.clues.worlds.is_empty() {
            attack.ask()?;
        }
        attack.world = attack.clues.worlds.last().cloned().unwrap_or_default();
        Ok(attack)
    }

    /// Whether a cell is seen to be that wide, also when only a few hundred or thousand cells around it move and
    /// all others stay as in one possible world: what is possible there is possible.
    pub(super) fn is_seen_wide(&mut self, cell: usize, enough: u64) -> bool {
        // To go on from the last answer takes less than to begin anew among few, where all are not very many.
        let is_many = self.column.len() >= MANY;
        for look in LOOKS.into_iter().filter(|_| is_many) {
            if self.width_seen(cell) >= enough {
                return true;
            }
            let room = |cell: usize| i64::from(self.bounds[cell].1 >= self.limit);
            let Some(cells) = self.around.cells(&self.system.rules, cell, look, room) else { return false };
            self.look_near(cell, &cells, enough);
        }
        self.width_seen(cell) >= enough
    }

    fn look_near(&mut self, cell: usize, near: &[usize], enough: u64) {
        let mut moves = vec![false; self.world.len()];
        near.iter().for_each(|&cell| moves[cell] = self.bounds[cell] != (0.0, 0.0));
        let rules = self.around.rules(near);
        let rows = rules.iter().flat_map(|&rule| Rule::rows(&self.system.rules[rule]));
        let (column, bounds, rows) = without(&self.bounds, rows, |cell| (!moves[cell]).then_some(self.world[cell]));
        let Some(own) = column[cell] else { return };
        let (least, most) = bounds[own];
        let mut lp = Lp::new(bounds, rows);
        // Twice as wide as is enough, and no wider, so that room is left to the others.
        let room = 2.0 * enough.min(1 << 30) as f64;
        lp.bound(own, least.max(self.world[cell] - room), most.min(self.world[cell] + room));
        for cost in [1.0, -1.0] {
            lp.cost(own, cost);
            self.programs += 1;
            let Outcome::Best { values, .. } = lp.solve() else { return };
            for &cell in near {
                let Some(column) = column[cell] else { continue };
                let seen = &mut self.seen[cell];
                *seen = (seen.0.min(values[column]), seen.1.max(values[column]));
            }
        }
    }

    /// Looks from several sides, so that most of the hidden cells are seen to be wide without a question of
    /// their own: first from sides chosen by chance from a fixed beginning; then each cell that is not yet
    /// seen wide is asked to be wide enough, all at once, as long as that helps a tenth of them.
    pub(super) fn look_around(&mut self, hidden: &BTreeSet<usize>, enough: u64) -> Result<(), Unprotectable> {
        // Few cells are asked sooner one by one.
        if hidden.len() <= FEW {
            return Ok(());
        }
        let mut chance = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        for _ in 0..GLANCES {
            let open = self.open(hidden, enough);
            for sign in [1.0, -1.0] {
                for &(_, column) in &open {
                    self.lp.cost(column, sign * chance.random_range(-1.0..1.0));
                }
                if !open.is_empty() {
                    self.ask_anew()?;
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
        self.ask_anew()?;
        for (&(_, column), (least, most)) in open.iter().zip(free) {
            self.lp.cost(column, 0.0);
            self.lp.bound(column, least, most);
        }
        Ok(())
    }

    /// Asks for something far from the last answer: simplified and begun anew, a program takes a third of the time that
    /// going on from there takes (0.12 against 0.4 s at 5,700 cells).
    fn ask_anew(&mut self) -> Result<Answer, Unprotectable> {
        self.lp.forget();
        self.ask()
    }

    fn see(&mut self, world: Vec<f64>) {
        for (seen, &value) in self.seen.iter_mut().zip(&world) {
            *seen = (seen.0.min(value), seen.1.max(value));
        }
        self.clues.see(world);
    }

    fn ask(&mut self) -> Result<Answer, Unprotectable> {
        self.programs += 1;
        match self.lp.solve() {
            Outcome::Best { values, reduced_costs, duals } => {
                self.see(self.column.iter().map(|column| column.map_or(0.0, |column| values[column])).collect());
                Ok(Answer { reduced_costs, duals })
            }
            Outcome::Infeasible | Outcome::Unknown => Err(Unprotectable::Unsolved),
        }
    }

    /// Whether a count is proven not to be small: asked only where nothing seen says otherwise.
    pub(super) fn is_large(&mut self, cell: usize, threshold: u64) -> Result<bool, Unprotectable> {
        if self.is_proven_large(cell, threshold) {
            return Ok(true);
        }
        let (Some(column), true) = (self.column[cell], self.least(cell) >= threshold) else { return Ok(false) };
        self.lp.cost(column, 1.0);
        let Answer { duals, .. } = self.ask()?;
        self.lp.cost(column, 0.0);
        let is_large = self.least(cell) >= threshold;
        if is_large {
            self.clues.least.insert(cell, Certificate::of(self.row_of.iter().copied().zip(duals)));
        }
        Ok(is_large)
    }

    /// Whether that is proven without a question.
    pub(super) fn is_proven_large(&self, cell: usize, threshold: u64) -> bool {
        whole(self.drawn_in[cell]).0 >= threshold
    }

    /// Whether there are so many cells that the narrowest of each table is not sought.
    pub(super) fn has_very_many(&self) -> bool {
        self.column.len() >= VERY_MANY
    }

    /// Proves the ends of one cell.
    pub(super) fn bound(&mut self, cell: usize) -> Result<(), Unprotectable> {
        let (Some(column), true) = (self.column[cell], self.exact[cell].is_none()) else { return Ok(()) };
        let mut by = BTreeSet::new();
        for cost in [1.0, -1.0] {
            self.lp.cost(column, cost);
            let Answer { reduced_costs, .. } = self.ask()?;
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

    /// The cell of this name.
    pub(super) fn named(&self, name: &str) -> Option<usize> {
        self.system.names.iter().position(|own| own == name)
    }

    /// The hidden cells of a table.
    pub(super) fn hidden_of(&self, nth: usize, table: &Published) -> BTreeSet<usize> {
        hidden_cells(&self.system.places[nth], table).into_iter().collect()
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

    /// The most the cell can be, as far as it is seen.
    pub(super) fn most(&self, cell: usize) -> u64 {
        whole(self.seen[cell]).1
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
            by: by.map(|&other| self.name(other).to_owned()).collect(),
        }
    }
}

/// Ends drawn in to whole numbers: people are not cut.
fn whole((least, most): (f64, f64)) -> (u64, u64) {
    ((least - TOLERANCE).ceil().max(0.0) as u64, (most + TOLERANCE).floor().max(0.0) as u64)
}
