//! The cheapest world in which a goal is reached, sought near its count before it is sought everywhere; and what shows
//! that there is none without asking everywhere.

use super::around::{Around, GLANCE, LOOKS};
use super::ground::{Ground, Unprotectable};
use super::linear::{Lp, Outcome, Row, drawn_in};
use super::proof::{Goal, TOLERANCE};
use super::system::Rule;

/// Part of the cost of hiding a cell that remains when hardly any of it is used. The costs of cells that a
/// first answer used little are raised and of those it used much lowered, and the program is asked again
/// (Candès, Wakin & Boyd 2008): fewer cells are hidden than by one answer. Twice as much or half hides
/// a few cells more.
const SPREAD: f64 = 0.5;

/// How many times dearer it is to hide a count that is not what an earlier release said. Tens or hundreds do alike.
const STALE: f64 = 50.0;

/// Asks for one goal after another while more and more is hidden.
pub(super) struct Search<'a> {
    around: &'a Around,
    /// Between which ends each count lies, whatever is hidden, by adding up alone and by what was asked since.
    reach: Vec<Ends>,
    /// The program over all cells, once it was needed.
    all: Option<Program>,
}

type Ends = (f64, f64);

impl<'a> Search<'a> {
    pub(super) fn new(ground: &Ground, around: &'a Around) -> Self {
        let widest = (0..ground.exact.len()).map(|cell| widest(ground, cell)).collect();
        Self { around, reach: drawn_in(widest, &ground.system.rows()), all: None }
    }

    /// Takes it that these cells are hidden now.
    pub(super) fn hide(&mut self, ground: &Ground, cells: &[usize]) {
        if let Some(all) = &mut self.all {
            cells.iter().for_each(|&cell| all.hide(ground, cell));
        }
    }

    /// The world in which the goal is reached that costs least; `None` when there is none.
    pub(super) fn cheapest(&mut self, ground: &Ground, goal: Goal, end: f64) -> Result<Option<World>, Unprotectable> {
        let (least, most) = ground.bounds(goal.cell);
        if (goal.is_most && end > most) || (!goal.is_most && end < least) || self.is_beyond(goal, end) {
            return Ok(None);
        }
        // The smallest look decides only where nothing need be hidden.
        for look in LOOKS {
            let Some(cells) = self.near(ground, goal.cell, look) else { break };
            let world = Program::over(ground, self.around, &cells).cheapest(ground, goal, end)?;
            if let Some(world) = world.filter(|world| look > GLANCE || world.hidden.is_empty()) {
                return Ok(Some(world));
            }
            if look > GLANCE && self.draw_in(ground, goal.cell, &cells)? && self.is_beyond(goal, end) {
                return Ok(None);
            }
        }
        self.all.get_or_insert_with(|| Program::over_all(ground, self.around)).cheapest(ground, goal, end)
    }

    /// The least and the most a hidden count could be if everything that may be hidden were; no more than is needed where
    /// that much is seen near it.
    pub(super) fn farthest(&mut self, ground: &Ground, cell: usize) -> Result<Ends, Unprotectable> {
        for look in LOOKS.into_iter().filter(|look| *look > GLANCE) {
            let Some(cells) = self.near(ground, cell, look) else { break };
            let ends = Program::over(ground, self.around, &cells).farthest(ground, cell)?;
            if ends.1 - ends.0 >= ground.least_width(cell) || is_as_far(ends, self.reach[cell]) {
                return Ok(ends);
            }
        }
        self.all.get_or_insert_with(|| Program::over_all(ground, self.around)).farthest(ground, cell)
    }

    /// Which of these hidden counts are nobody, whatever is hidden.
    pub(super) fn noughts(&mut self, ground: &Ground, cells: Vec<usize>) -> Result<Vec<usize>, Unprotectable> {
        self.all.get_or_insert_with(|| Program::over_all(ground, self.around)).noughts(ground, cells)
    }

    fn is_beyond(&self, goal: Goal, end: f64) -> bool {
        let (least, most) = self.reach[goal.cell];
        if goal.is_most { end > most + TOLERANCE } else { end < least - TOLERANCE }
    }

    fn near(&self, ground: &Ground, cell: usize, look: usize) -> Option<Vec<usize>> {
        // First those free to move and the hidden ones that have most to give, then the smallest of the others, which
        // are hidden at least cost.
        let room = |cell: usize| {
            let exact = ground.exact[cell].min(i64::MAX as u64) as i64;
            if ground.is_hidden[cell] || !ground.is_published[cell] { exact } else { -exact - 1 }
        };
        self.around.cells(&ground.system.rules, cell, look, room)
    }

    /// Draws the reach of a cell in by a program over those around it, in which all others are anything they can be.
    /// Whether that drew it in.
    fn draw_in(&mut self, ground: &Ground, cell: usize, near: &[usize]) -> Result<bool, Unprotectable> {
        let mut column = vec![None; ground.exact.len()];
        for (at, &cell) in near.iter().enumerate() {
            column[cell] = Some(at);
        }
        let Some(own) = column[cell] else { return Ok(false) };
        let rules = self.around.rules(near);
        let rows = rules.iter().flat_map(|&rule| ground.system.rules[rule].rows());
        let rows = rows.filter_map(|row| without_the_rest(row, &column, &self.reach)).collect();
        let limit = limit(ground, cell);
        let mut bounds: Vec<Ends> = near.iter().map(|&cell| self.reach[cell]).collect();
        bounds[own].1 = bounds[own].1.min(limit);
        let mut lp = Lp::new(bounds, rows);
        let before = self.reach[cell];
        for cost in [1.0, -1.0] {
            lp.cost(own, cost);
            // What is not answered says nothing.
            let Outcome::Best { values, .. } = lp.solve() else { return Ok(false) };
            let reach = &mut self.reach[cell];
            if cost > 0.0 {
                reach.0 = reach.0.max(values[own]);
            } else if values[own] < limit - 1.0 {
                reach.1 = reach.1.min(values[own]);
            }
        }
        Ok(before != self.reach[cell])
    }
}

/// Any count above this is as good.
fn limit(ground: &Ground, cell: usize) -> f64 {
    (ground.exact[cell] + ground.threshold[cell]) as f64 * 4.0
}

/// Whether both ends are as far as they can be.
fn is_as_far(ends: Ends, reach: Ends) -> bool {
    ends.0 <= reach.0 + TOLERANCE && ends.1 >= reach.1 - TOLERANCE
}

/// Between which ends a count lies by itself if it is hidden, or may be.
fn widest(ground: &Ground, cell: usize) -> Ends {
    let (own, told) = (ground.bounds(cell), ground.told[cell]);
    if !ground.is_shown(cell) {
        return own;
    }
    // Hidden it is somebody still.
    let least = told.0.max(if ground.is_lenient { 0.0 } else { 1.0 });
    (least.min(own.0), told.1.max(own.1))
}

/// A row over some cells, in which the others are anything they can be; `None` where it then says nothing.
fn without_the_rest(row: Row, column: &[Option<usize>], reach: &[Ends]) -> Option<Row> {
    let (mut terms, mut rest) = (Vec::new(), (0.0, 0.0));
    for (cell, factor) in row.terms {
        match column[cell] {
            Some(column) => terms.push((column, factor)),
            None => {
                let ends = (factor * reach[cell].0, factor * reach[cell].1);
                rest = (rest.0 + ends.0.min(ends.1), rest.1 + ends.0.max(ends.1));
            }
        }
    }
    let (least, most) = (row.least - rest.1, row.most - rest.0);
    (!terms.is_empty() && (least > f64::NEG_INFINITY || most < f64::INFINITY)).then_some(Row { terms, least, most })
}

/// A possible world, and the cells that must be hidden for it to be possible.
pub(super) struct World {
    pub(super) values: Vec<f64>,
    pub(super) hidden: Vec<usize>,
}

/// How far a shown cell must leave its range: upwards and downwards.
#[derive(Debug, Clone, Copy)]
struct Beyond {
    cell: usize,
    above: usize,
    below: usize,
    weight: f64,
}

impl Beyond {
    fn of(&self, values: &[f64]) -> f64 {
        values[self.above] + values[self.below]
    }
}

struct Program {
    lp: Lp,
    column: Vec<Option<usize>>,
    beyond: Vec<Beyond>,
}

impl Program {
    /// The program in which these cells move and all others stay at what is counted.
    fn over(ground: &Ground, around: &Around, cells: &[usize]) -> Self {
        let (rules, mut cells) = (around.rules(cells), cells.to_vec());
        cells.sort_unstable();
        Self::new(ground, around, rules.iter().map(|&rule| &ground.system.rules[rule]), &cells)
    }

    /// The program in which all cells move.
    fn over_all(ground: &Ground, around: &Around) -> Self {
        let cells: Vec<usize> = (0..ground.exact.len()).collect();
        Self::new(ground, around, &ground.system.rules, &cells)
    }

    fn new<'a>(ground: &Ground, around: &Around, rules: impl IntoIterator<Item = &'a Rule>, cells: &[usize]) -> Self {
        let mut column = vec![None; ground.exact.len()];
        let (mut columns, mut moving) = (Vec::new(), Vec::new());
        for &cell in cells {
            let bounds = ground.bounds(cell);
            // What is known to be nobody stays so.
            if bounds != (0.0, 0.0) {
                column[cell] = Some(columns.len());
                columns.push(bounds);
                moving.push(cell);
            }
        }
        let stays_at = |cell: usize| if ground.bounds(cell) == (0.0, 0.0) { 0.0 } else { ground.value[cell] };
        let rows = rules.into_iter().flat_map(Rule::rows);
        let mut rows: Vec<Row> = rows.filter_map(|row| row.over(&column, stays_at)).collect();
        let mut beyond = Vec::new();
        let mut of_column = vec![None; columns.len()];
        for (own, cell) in moving.into_iter().enumerate() {
            if !ground.is_published[cell] || ground.is_hidden[cell] {
                continue;
            }
            let ((least, most), told) = (columns[own], ground.told[cell]);
            // Big counts are missed more, but not in proportion; totals are missed most.
            let missed = (1.0 + (ground.exact[cell] as f64).ln_1p()) * f64::from(1 + 2 * around.wholes[cell]);
            // Shown it puts right what earlier releases say; hidden they would be believed, and the more wrongly concluded.
            let weight = missed * if ground.is_stale[cell] { STALE } else { 1.0 };
            let above = (told.1 - most).max(0.0);
            // Hidden it is somebody still.
            let below = (least - told.0.max(if ground.is_lenient { 0.0 } else { 1.0 })).max(0.0);
            // Of what earlier releases have told already nothing is gained by hiding it.
            if above == 0.0 && below == 0.0 {
                continue;
            }
            columns.extend([(0.0, above), (0.0, below)]);
            let added = Beyond { cell, above: columns.len() - 2, below: columns.len() - 1, weight };
            beyond.push(added);
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
        Self { lp: Lp::by_steps(columns, rows), column, beyond }
    }

    /// The world in which the end of the goal is reached that costs least; `None` when there is none.
    fn cheapest(&mut self, ground: &Ground, goal: Goal, end: f64) -> Result<Option<World>, Unprotectable> {
        let Some(column) = self.column[goal.cell] else { return Ok(None) };
        let (least, most) = ground.bounds(goal.cell);
        let (from, to) = if goal.is_most { (end, most) } else { (least, end) };
        self.lp.bound(column, from, to);
        self.set_costs(|beyond| beyond.weight);
        let mut outcome = self.lp.solve();
        if let Outcome::Best { values: first, .. } = &outcome
            && self.beyond.iter().any(|beyond| beyond.of(first) > 0.0)
        {
            let first = first.clone();
            self.set_costs(|beyond| beyond.weight / (beyond.of(&first) + SPREAD));
            outcome = self.lp.solve();
        }
        self.lp.bound(column, least, most);
        match outcome {
            Outcome::Best { values, .. } => Ok(Some(self.world(ground, &values))),
            Outcome::Infeasible => Ok(None),
            Outcome::Unknown => Err(Unprotectable::Unsolved),
        }
    }

    fn world(&self, ground: &Ground, values: &[f64]) -> World {
        let own = |(column, &value): (&Option<usize>, &f64)| column.map_or(value, |column| values[column]);
        let mut cells: Vec<f64> = self.column.iter().zip(&ground.value).map(own).collect();
        self.beyond.iter().for_each(|b| cells[b.cell] += values[b.above] - values[b.below]);
        let had_to_leave = self.beyond.iter().filter(|beyond| beyond.of(values) > TOLERANCE / 10.0);
        World { values: cells, hidden: had_to_leave.map(|beyond| beyond.cell).collect() }
    }

    /// The least and the most a hidden count could be if everything that may be hidden were.
    fn farthest(&mut self, ground: &Ground, cell: usize) -> Result<(f64, f64), Unprotectable> {
        let Some(column) = self.column[cell] else { return Ok((0.0, 0.0)) };
        self.set_costs(|_| 0.0);
        let limit = limit(ground, cell);
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

    /// Which of these hidden counts are nobody, whatever is hidden: all of them that are nobody still when as many of the
    /// others as can be are somebody at once, and then those others are left out.
    fn noughts(&mut self, ground: &Ground, mut cells: Vec<usize>) -> Result<Vec<usize>, Unprotectable> {
        let asked = cells.clone();
        self.set_costs(|_| 0.0);
        for (column, (least, most)) in asked.iter().filter_map(|&cell| Some((self.column[cell]?, ground.bounds(cell))))
        {
            self.lp.bound(column, least, most.min(1.0));
        }
        loop {
            let before = cells.len();
            let columns: Vec<usize> = cells.iter().filter_map(|&cell| self.column[cell]).collect();
            columns.iter().for_each(|&column| self.lp.cost(column, -1.0));
            let outcome = self.lp.solve();
            columns.iter().for_each(|&column| self.lp.cost(column, 0.0));
            let Outcome::Best { values, .. } = outcome else { return Err(Unprotectable::Unsolved) };
            cells.retain(|&cell| self.column[cell].is_none_or(|column| values[column] < TOLERANCE));
            if cells.len() == before {
                break;
            }
        }
        for (column, (least, most)) in asked.iter().filter_map(|&cell| Some((self.column[cell]?, ground.bounds(cell))))
        {
            self.lp.bound(column, least, most);
        }
        Ok(cells)
    }

    fn set_costs(&mut self, cost: impl Fn(&Beyond) -> f64) {
        for beyond in &self.beyond {
            self.lp.cost(beyond.above, cost(beyond));
            self.lp.cost(beyond.below, cost(beyond));
        }
    }

    /// Takes it that a cell is hidden now.
    fn hide(&mut self, ground: &Ground, cell: usize) {
        let Some(at) = self.beyond.iter().position(|beyond| beyond.cell == cell) else { return };
        let beyond = self.beyond.swap_remove(at);
        self.lp.bound(beyond.above, 0.0, 0.0);
        self.lp.bound(beyond.below, 0.0, 0.0);
        self.lp.cost(beyond.above, 0.0);
        self.lp.cost(beyond.below, 0.0);
        if let Some(column) = self.column[cell] {
            let (least, most) = ground.bounds(cell);
            self.lp.bound(column, least, most);
        }
    }
}
