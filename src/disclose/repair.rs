//! Which further cells to hide, so that hidden counts can be what the policy asks.

use super::around::{Around, GLANCE, LOOKS};
use super::linear::{Lp, Outcome};
use super::lines::{self, Line};
use super::proof::{Goal, Proof, TOLERANCE, without};
use super::protect::{Ground, Unprotectable};
use super::system::Rule;
use std::collections::BTreeMap;

/// Part of the cost of hiding a cell that remains when hardly any of it is used. The costs of cells that a
/// first answer used little are raised and of those it used much lowered, and the program is asked again
/// (Candès, Wakin & Boyd 2008): fewer cells are hidden than by one answer. Twice as much or half hides
/// a few cells more.
const SPREAD: f64 = 0.5;

/// How many times dearer it is to hide a count that is not what an earlier release said. Tens or hundreds do alike.
const STALE: f64 = 50.0;

/// Hides what must be hidden for the `exposed` ends to be possible. Returns how many of them no hiding
/// helps, because earlier releases have told them.
pub(super) fn repair(
    ground: &mut Ground,
    proof: &mut Proof,
    around: &Around,
    lines: &[Line],
    exposed: Vec<Goal>,
) -> Result<usize, Unprotectable> {
    let mut all = None;
    let mut widened: BTreeMap<Goal, usize> = BTreeMap::new();
    let mut open = exposed;
    let mut given_up = 0;
    while let Some(&goal) = open.first() {
        if let Some(world) = cheapest(ground, proof, around, &mut all, goal)? {
            proof.see(|cell| world.values[cell]);
            world.hidden.iter().for_each(|&cell| ground.is_hidden[cell] = true);
            if let Some(all) = &mut all {
                world.hidden.iter().for_each(|&cell| all.hide(ground, cell));
            }
            if !proof.is_met(ground, goal) {
                return Err(Unprotectable::Unsolved);
            }
        } else if note(ground, lines) {
            // What was hidden since lets others be nought.
            all = None;
        } else {
            let cell = goal.cell;
            let farthest = all.get_or_insert_with(|| Program::over_all(ground)).farthest(ground, cell)?;
            let times = widened.entry(goal).or_default();
            *times += 1;
            if let Some(goals) = proof.choose(ground, cell, farthest) {
                open.retain(|goal| goal.cell != cell);
                open.extend(goals);
            } else if *times <= 3 && farthest.1 >= 1.0 && ground.is_people[cell] && widen(ground, proof, lines, goal)? {
                all = None;
            } else if let Some(goals) = proof.choose_despite(ground, cell, farthest) {
                open.retain(|goal| goal.cell != cell);
                open.extend(goals);
            } else {
                // A count that cannot be small, whatever is hidden, gives nobody away.
                let may_be_small = farthest.0 < ground.threshold[cell] as f64 && farthest.1 >= 1.0;
                if !ground.is_people[cell] || may_be_small {
                    given_up += 1;
                    proof.lost.insert(cell);
                }
                proof.given_up.insert(goal);
            }
        }
        open.retain(|goal| !proof.is_met(ground, *goal) && !proof.given_up.contains(goal));
    }
    Ok(given_up)
}

/// Makes room for a goal that no hiding of its own makes possible, because what is hidden beside a count that is shown
/// is known to be somebody. The world in which the goal is reached without that knowledge says which cells would
/// have to be nought; the counts shown in the line of each that has fewest of them are hidden. Whether that hid anything.
fn widen(ground: &mut Ground, proof: &Proof, lines: &[Line], goal: Goal) -> Result<bool, Unprotectable> {
    ground.is_lenient = true;
    let world = Program::over_all(ground).cheapest(ground, goal, proof.end(ground, goal));
    ground.is_lenient = false;
    let Some(world) = world? else { return Ok(false) };
    let mut has_hidden = false;
    for cell in world.hidden {
        has_hidden |= !std::mem::replace(&mut ground.is_hidden[cell], true);
    }
    let short: Vec<usize> = ground.owed().filter(|&cell| ground.is_published[cell]).collect();
    for cell in short.into_iter().filter(|&cell| world.values[cell] < 1.0 - TOLERANCE && !ground.may_be_nought[cell]) {
        for at in lines::fewest_shown_beside(ground, lines, cell) {
            ground.is_hidden[at] = true;
            has_hidden = true;
        }
    }
    Ok(note(ground, lines) || has_hidden)
}

/// Hides the noughts that must be, and notes what may be nought, now that more is hidden. Whether that changed anything.
fn note(ground: &mut Ground, lines: &[Line]) -> bool {
    let before = (ground.is_hidden.clone(), ground.may_be_nought.clone());
    lines::hide_noughts(ground, lines);
    ground.note_noughts(lines);
    (&before.0, &before.1) != (&ground.is_hidden, &ground.may_be_nought)
}

/// A possible world, and the cells that must be hidden for it to be possible.
struct World {
    values: Vec<f64>,
    hidden: Vec<usize>,
}

/// The world in which the goal is reached that costs least, sought around its cell before it is sought everywhere;
/// `None` when there is none.
fn cheapest(
    ground: &Ground,
    proof: &Proof,
    around: &Around,
    all: &mut Option<Program>,
    goal: Goal,
) -> Result<Option<World>, Unprotectable> {
    let ((least, most), end) = (ground.bounds(goal.cell), proof.end(ground, goal));
    if (goal.is_most && end > most) || (!goal.is_most && end < least) {
        return Ok(None);
    }
    // First the hidden ones that have most to give, then the smallest of the others, which are hidden at least cost.
    let room = |cell: usize| {
        let exact = ground.exact[cell].min(i64::MAX as u64) as i64;
        if ground.is_hidden[cell] { exact } else { -exact - 1 }
    };
    // The smallest look decides only where nothing need be hidden.
    for look in LOOKS {
        let Some(cells) = around.cells(&ground.system.rules, goal.cell, look, room) else { break };
        let world = Program::over(ground, around, &cells).cheapest(ground, goal, end)?;
        if let Some(world) = world.filter(|world| look > GLANCE || world.hidden.is_empty()) {
            return Ok(Some(world));
        }
    }
    all.get_or_insert_with(|| Program::over_all(ground)).cheapest(ground, goal, end)
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
        let mut moves = vec![false; ground.exact.len()];
        cells.iter().for_each(|&cell| moves[cell] = true);
        let rules = around.rules(cells);
        let stays_at = |cell: usize| (!moves[cell]).then_some(ground.value[cell]);
        Self::new(ground, rules.iter().map(|&rule| &ground.system.rules[rule]), stays_at)
    }

    /// The program in which all cells move.
    fn over_all(ground: &Ground) -> Self {
        Self::new(ground, &ground.system.rules, |_| None)
    }

    fn new<'a>(
        ground: &Ground,
        rules: impl IntoIterator<Item = &'a Rule>,
        stays_at: impl Fn(usize) -> Option<f64>,
    ) -> Self {
        let bounds: Vec<(f64, f64)> = (0..ground.exact.len()).map(|cell| ground.bounds(cell)).collect();
        let nought = |cell: usize| (bounds[cell] == (0.0, 0.0)).then_some(0.0);
        let rows = rules.into_iter().flat_map(Rule::rows);
        let (column, mut columns, mut rows) = without(&bounds, rows, |cell| nought(cell).or_else(|| stays_at(cell)));
        let mut beyond = Vec::new();
        let mut of_column = vec![None; columns.len()];
        let mut wholes = vec![0_u32; bounds.len()];
        ground.system.rules.iter().for_each(|rule| wholes[rule.whole] += 1);
        for cell in 0..bounds.len() {
            let (Some(own), true, false) = (column[cell], ground.is_published[cell], ground.is_hidden[cell]) else {
                continue;
            };
            let ((least, most), told) = (bounds[cell], ground.told[cell]);
            // Big counts are missed more, but not in proportion; totals are missed most.
            let missed = (1.0 + (ground.exact[cell] as f64).ln_1p()) * f64::from(1 + 2 * wholes[cell]);
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
        // Any count above this is as good.
        let limit = (ground.exact[cell] + ground.threshold[cell]) as f64 * 4.0;
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
