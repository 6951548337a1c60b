//! How good a plan for fewest cut edges can be: column generation over connected parts.
//!
//! A plan is a choice of parts that hold every unit once. The linear relaxation of that choice is solved with the
//! parts known so far; its prices ask for the cheapest part there is ([`Pricer`]), which gives the relaxation a new
//! column and, at any prices, a bound (Lagrange): the prices of all units and as many times the cheapest part as there
//! are parts. Prices are smoothed towards the best bound (Wentges 1997). At the end every part that a better plan could
//! hold is listed by its reduced cost, and a small whole-number program over the list finds that plan or proves that
//! there is none (as Baldacci, Christofides and Mingozzi 2008 do for routes).

use super::frontier::Frontier;
use super::price::{Part, Pricer};
use super::problem::Problem;
use super::work::Work;
use highs::{Col, HighsModelStatus, HighsSolutionStatus, Model, RowProblem, Sense};
use std::collections::HashSet;

/// States above which the frontier is too wide for a proof: more fill gigabytes.
const MOST_STATES: usize = 1_500_000;
/// Room for estimates. Six times as much made proofs of 44 to 99 counties slower by a half, and none shorter.
const CELLS: usize = 10_000_000;
/// Parts a pricing may give to the relaxation.
const A_TIME: usize = 60;
/// Parts listed at the end, above which the program would take longer than it is worth.
const MOST_LISTED: usize = 100_000;

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Proof {
    /// No plan can come to less.
    pub(super) bound: f64,
    /// A plan better than the one given, and what it costs.
    pub(super) better: Option<(f64, Vec<u32>)>,
}

/// Whether this way of proof is for the problem at all: cut edges alone, no rule but the bounds, no edge below 0.
pub(super) fn applies(problem: &Problem) -> bool {
    let objective = problem.objective;
    objective.cut_edges > 0.0
        && objective.distance == 0.0
        && objective.moved == 0.0
        && problem.together.is_empty()
        && problem.apart.is_empty()
        && problem.fixed.is_empty()
        && problem.parts > 1
        && (0..problem.adjacency.edges().len()).all(|edge| problem.edge_cost(edge) >= 0.0)
}

/// Bounds the problem from below, and betters the plan where it can. `known` are plans whose parts begin the columns.
pub(super) fn prove(problem: &Problem, cost: f64, known: &[Vec<u32>], work: &mut Work<'_>) -> Option<Proof> {
    let frontier = Frontier::new(problem, MOST_STATES, work)?;
    let mut master = Master::new(problem, cost);
    for plan in known {
        for part in 0..problem.parts as u32 {
            let units: Vec<u32> = (0..plan.len() as u32).filter(|&unit| plan[unit as usize] == part).collect();
            master.add(own_cost(problem, units));
        }
    }
    let pricer = Pricer::new(problem, &frontier, CELLS);
    let mut search = Search { problem, pricer, master, best: None, cost, plan: None, level: 0.0 };
    search.relax(work);
    search.finish(work);
    let bound = search.bound();
    let cost = search.cost;
    Some(Proof { bound, better: search.plan.map(|plan| (cost, plan)) })
}

fn own_cost(problem: &Problem, units: Vec<u32>) -> Part {
    let mut cost = 0.0;
    for &unit in &units {
        for &(to, edge) in problem.adjacency.arcs(unit as usize) {
            if units.binary_search(&to).is_err() {
                cost += 0.5 * problem.objective.cut_edges * problem.edge_cost(edge as usize);
            }
        }
    }
    Part { units, cost }
}

/// By how much a better plan must be better: 1 where all costs are whole.
fn step(problem: &Problem) -> f64 {
    let is_whole = |edge: usize| (problem.objective.cut_edges * problem.edge_cost(edge)).fract() == 0.0;
    if (0..problem.adjacency.edges().len()).all(is_whole) { 1.0 } else { 1e-6 }
}

struct Search<'a> {
    problem: &'a Problem,
    pricer: Pricer<'a>,
    master: Master,
    /// The best Lagrangian bound, its prices, and the reduced cost of the cheapest part at them.
    best: Option<(f64, Vec<f64>, f64)>,
    /// What the best plan costs.
    cost: f64,
    plan: Option<Vec<u32>>,
    /// Nothing of less than this exists: proven by lists.
    level: f64,
}

impl Search<'_> {
    /// The bound with what whole numbers add.
    fn bound(&self) -> f64 {
        let bound = self.best.as_ref().map_or(0.0, |(bound, _, _)| *bound).max(0.0);
        let bound = if step(self.problem) == 1.0 { (bound - 1e-4).ceil() } else { bound };
        bound.max(self.level).min(self.cost)
    }

    fn is_proven(&self) -> bool {
        self.bound() > self.cost - step(self.problem) + 1e-6
    }

    /// Solves the relaxation, or stops when it is good enough.
    fn relax(&mut self, work: &mut Work<'_>) {
        let parts = self.problem.parts as f64;
        let mut stalled = 0;
        for round in 0..2000 {
            let Some((value, duals)) = self.master.relaxation(work) else { return };
            let smooth = if stalled > 0 { 0.0 } else { 0.6 };
            let prices: Vec<f64> = match &self.best {
                Some((_, inner, _)) => inner.iter().zip(&duals).map(|(a, b)| smooth * a + (1.0 - smooth) * b).collect(),
                None => duals,
            };
            self.pricer.reprice(&prices);
            if !work.spend(self.pricer.effort() + 2000 * self.master.parts.len() / 10) {
                return;
            }
            let mut found: Vec<(f64, Part)> = Vec::new();
            let mut keep = |reduced: f64, part: Part| found.push((reduced, part));
            let is_exact = self.pricer.parts(f64::INFINITY, true, (usize::MAX, 3_000_000), work, &mut keep);
            let least = if is_exact {
                found.iter().map(|(reduced, _)| *reduced).fold(f64::INFINITY, f64::min) - 1e-6
            } else {
                self.pricer.floor()
            };
            if least == f64::INFINITY {
                // No connected part is within the bounds: there is no plan at all.
                self.best = Some((f64::INFINITY, prices, 0.0));
                return;
            }
            let bound = prices.iter().sum::<f64>() + parts * least;
            if self.best.as_ref().is_none_or(|(best, _, _)| bound > *best) {
                self.best = Some((bound, prices, least));
            }
            let near = least + (0.4 * (self.master.count_price - least)).max(0.05);
            let mut more = Vec::new();
            let mut keep = |reduced: f64, part: Part| more.push((reduced, part));
            self.pricer.parts(near, false, (A_TIME, 60_000), work, &mut keep);
            found.append(&mut more);
            let mut added = 0;
            for (_, part) in found {
                added += usize::from(self.master.add(part));
            }
            stalled = if added == 0 { stalled + 1 } else { 0 };
            let best = self.best.as_ref().map_or(0.0, |(best, _, _)| *best);
            if self.is_proven() || stalled > 1 || value <= best + 1e-3 || !work.spend(0) {
                return;
            }
            if round % 10 == 9 {
                work.say(&format!("Proving: at least {:.1} of {}", best, self.cost));
            }
        }
    }

    /// Level by level from the bound up: lists every part that a plan of so little could hold, and looks for one.
    fn finish(&mut self, work: &mut Work<'_>) {
        let Some((bound, prices, least)) = self.best.clone() else { return };
        if self.is_proven() || work.left() == 0 {
            return;
        }
        let whole = step(self.problem) == 1.0;
        let rise = if whole { 1.0 } else { (self.cost - bound) / 4.0 };
        self.pricer.reprice(&prices);
        let mut level = if whole { self.bound() } else { bound + rise };
        let mut listed = Vec::new();
        while level < self.cost - 1e-9 {
            work.say(&format!("Proving: is there a plan of {level:.2}?"));
            listed.clear();
            let mut keep = |_: f64, part: Part| listed.push(part);
            let most = least + (level - bound) + 1e-4;
            if !self.pricer.parts(most, false, (MOST_LISTED, 200_000_000), work, &mut keep) {
                break;
            }
            if self.problem.parts == 2 {
                listed.retain(|part| is_half(self.problem, part));
            }
            match choose(self.problem, &listed, level, work.seconds_left() * 0.9, work) {
                // Nothing of less than this level exists, so whatever is of this level is the best.
                Choice::Plan(cost, plan) => {
                    (self.cost, self.plan) = (cost, Some(plan));
                    self.level = if whole { cost } else { self.level };
                    return;
                }
                Choice::None => self.level = if whole { level + 1.0 } else { level },
                Choice::Unknown => return,
            }
            level += rise;
        }
        if level < self.cost - 1e-9 {
            // Too many to list: perhaps what is known makes a better plan all the same.
            listed.truncate(10_000);
            listed.extend(self.master.parts.iter().cloned());
            let most = self.cost - step(self.problem);
            let seconds = (work.seconds_left() * 0.2).min(20.0);
            if let Choice::Plan(cost, plan) = choose(self.problem, &listed, most, seconds, work) {
                (self.cost, self.plan) = (cost, Some(plan));
            }
        }
    }
}

/// Whether what a part of two leaves over is connected and within the bounds too.
fn is_half(problem: &Problem, part: &Part) -> bool {
    let rest = problem.total() - part.units.iter().map(|&unit| problem.weights[unit as usize]).sum::<f64>();
    problem.outside(rest) <= 0.0 && problem.adjacency.is_connected(|u| part.units.binary_search(&(u as u32)).is_err())
}

enum Choice {
    Plan(f64, Vec<u32>),
    /// Proven: no choice of these parts costs so little.
    None,
    Unknown,
}

/// The cheapest plan of these parts that costs at most so much.
fn choose(problem: &Problem, parts: &[Part], most: f64, seconds: f64, work: &mut Work<'_>) -> Choice {
    let mut program = RowProblem::new();
    let columns: Vec<Col> = parts.iter().map(|part| program.add_integer_column(part.cost, 0.0..=1.0)).collect();
    let mut rows: Vec<Vec<(Col, f64)>> = vec![Vec::new(); problem.weights.len()];
    for (part, &column) in parts.iter().zip(&columns) {
        part.units.iter().for_each(|&unit| rows[unit as usize].push((column, 1.0)));
    }
    if rows.iter().any(Vec::is_empty) {
        return Choice::None;
    }
    for row in rows {
        program.add_row(1.0..=1.0, row);
    }
    let count = problem.parts as f64;
    program.add_row(count..=count, columns.iter().map(|&column| (column, 1.0)));
    program.add_row(..=most + 1e-6, columns.iter().zip(parts).map(|(&column, part)| (column, part.cost)));
    let Ok(mut model) = program.try_optimise(Sense::Minimise) else { return Choice::Unknown };
    model.make_quiet();
    let set = [
        model.try_set_option("time_limit", seconds.max(0.1)),
        model.try_set_option("threads", 1),
        model.try_set_option("parallel", "off"),
        model.try_set_option("mip_rel_gap", 0.0),
    ];
    if set.iter().any(Result::is_err) {
        return Choice::Unknown;
    }
    let Ok(solved) = model.try_solve() else { return Choice::Unknown };
    work.spend(parts.len() * 1000);
    match solved.status() {
        HighsModelStatus::Infeasible | HighsModelStatus::UnboundedOrInfeasible => return Choice::None,
        HighsModelStatus::Optimal => {}
        _ => {
            work.note_clock();
            if solved.primal_solution_status() != HighsSolutionStatus::Feasible {
                return Choice::Unknown;
            }
        }
    }
    let mut plan = vec![u32::MAX; problem.weights.len()];
    let (mut next, mut cost) = (0, 0.0);
    for (part, value) in parts.iter().zip(solved.get_solution().columns()) {
        if *value > 0.5 {
            part.units.iter().for_each(|&unit| plan[unit as usize] = next);
            next += 1;
            cost += part.cost;
        }
    }
    if plan.contains(&u32::MAX) || next as usize != problem.parts {
        return Choice::Unknown;
    }
    Choice::Plan(cost, plan)
}

/// The relaxation: each unit in parts that add up to 1, as many parts as asked for.
struct Master {
    model: Option<Model>,
    parts: Vec<Part>,
    index: HashSet<Vec<u32>>,
    n_units: usize,
    rows: Vec<highs::Row>,
    /// Of the last relaxation: what one part more would cost.
    count_price: f64,
    /// Time that the relaxations took.
    seconds: f64,
}

impl Master {
    /// With slack at a price no plan pays, so that there is always an answer.
    fn new(problem: &Problem, cost: f64) -> Self {
        let n = problem.weights.len();
        let mut start = highs::ColProblem::new();
        let mut rows: Vec<highs::Row> = (0..n).map(|_| start.add_row(1.0..=1.0)).collect();
        let count = problem.parts as f64;
        rows.push(start.add_row(count..=count));
        let dear = cost.max(1.0);
        for &row in &rows {
            start.add_column(dear, 0.0.., [(row, 1.0)]);
            start.add_column(dear, 0.0.., [(row, -1.0)]);
        }
        let mut model = start.try_optimise(Sense::Minimise).ok();
        if let Some(model) = &mut model {
            model.make_quiet();
            let _ = model.try_set_option("threads", 1);
            let _ = model.try_set_option("parallel", "off");
        }
        Self { model, parts: Vec::new(), index: HashSet::new(), n_units: n, rows, count_price: 0.0, seconds: 0.0 }
    }

    /// Adds a column; says whether it is new.
    fn add(&mut self, part: Part) -> bool {
        if part.units.is_empty() || self.index.contains(&part.units) {
            return false;
        }
        let rows = part.units.iter().map(|&unit| (self.rows[unit as usize], 1.0));
        let factors: Vec<(highs::Row, f64)> = rows.chain([(self.rows[self.n_units], 1.0)]).collect();
        let Some(model) = &mut self.model else { return false };
        if model.try_add_column(part.cost, 0.0.., factors).is_err() {
            return false;
        }
        self.index.insert(part.units.clone());
        self.parts.push(part);
        true
    }

    /// The value of the relaxation and the prices of the units.
    fn relaxation(&mut self, work: &mut Work<'_>) -> Option<(f64, Vec<f64>)> {
        let mut model = self.model.take()?;
        // HiGHS counts the time of all its runs together.
        model.try_set_option("time_limit", self.seconds + work.seconds_left()).ok()?;
        let began = std::time::Instant::now();
        let solved = model.try_solve().ok()?;
        self.seconds += began.elapsed().as_secs_f64();
        if solved.status() != HighsModelStatus::Optimal || !work.spend(1000) {
            return None;
        }
        let value = solved.objective_value();
        let solution = solved.get_solution();
        let duals = solution.dual_rows();
        self.count_price = duals[self.n_units];
        let prices = duals[..self.n_units].to_vec();
        self.model = Some(solved.into());
        Some((value, prices))
    }
}
