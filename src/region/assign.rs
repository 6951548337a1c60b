//! The fewest moved, exactly: units are assigned to the parts of today by a whole-number program.
//!
//! Where parts have names, the program is strong: hardly anything is moved, so hardly anything is in fractions. That
//! parts hang together is asked for only where an answer breaks it (Validi, Buchanan and Lykhovyd 2022): a piece too
//! light to be a part needs one of the units around it, and of two pieces one needs what parts them. Each answer bounds
//! the problem from below, because it leaves rules out; the first whose parts hang together is the best plan there is.
//!
//! Once a plan is known, most choices need not be asked about: a unit can only be in a part that a way of units leads to,
//! all of them in that part and so moved there; and what the relaxed program prices out for more than the plan costs
//! (reduced costs; Dantzig, Fulkerson and Johnson 1954) is in no better one.

use super::problem::Problem;
use super::recount::recount;
use super::work::Work;
use crate::locate::{Stop, interrupt_by};
use highs::{Col, HighsModelStatus, HighsSolutionStatus, RowProblem, Sense};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Units times parts above which the program is too large to be worth a try.
const MOST_CHOICES: usize = 60_000;

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Proof {
    /// No plan comes to less.
    pub(super) bound: f64,
    /// The best plan of all, where it came to an end.
    pub(super) best: Option<(f64, Vec<u32>)>,
    /// Whether there is no plan at all.
    pub(super) is_infeasible: bool,
}

/// Whether this way of proof is for the problem: moved alone is to be least.
pub(super) fn applies(problem: &Problem) -> bool {
    let objective = problem.objective;
    objective.moved > 0.0
        && objective.cut_edges == 0.0
        && objective.distance == 0.0
        && problem.weights.len() * problem.parts <= MOST_CHOICES
}

/// A rule found broken: of these units of a part at least one, for each unit that is in it.
struct Cut {
    part: usize,
    /// Units of which one must be in the part.
    around: Vec<u32>,
    /// A unit in it; and another, where only both together ask for it.
    of: (u32, Option<u32>),
}

/// Finds the plan that moves least. `start` is a plan to begin from.
pub(super) fn prove(problem: &Problem, start: Option<&[u32]>, work: &mut Work<'_>) -> Proof {
    let mut proof = Proof { bound: 0.0, best: None, is_infeasible: false };
    let mut cuts: Vec<Cut> = Vec::new();
    let known = start.map(|parts| recount(problem, parts)).filter(|count| count.broken.is_empty());
    let known = known.filter(|count| count.outside <= 0.0).map_or(f64::INFINITY, |count| count.objective);
    let mut choices = Choices::within(problem, known);
    loop {
        work.say(&format!("Proving: at least {:.0} must move", proof.bound));
        let seconds = work.seconds_left() * 0.95;
        if seconds < 0.05 || !work.spend(problem.weights.len() * problem.parts) {
            return proof;
        }
        choices.price_out(problem, &cuts, known, seconds, work);
        let seconds = work.seconds_left() * 0.95;
        match assign(problem, &choices, &cuts, start, seconds, work) {
            Assigned::Infeasible => {
                // Nothing but the plan that is known, then.
                proof.is_infeasible = known.is_infinite();
                proof.bound = if known.is_finite() { known } else { 0.0 };
                return proof;
            }
            // What was left out of the program costs more than the plan that is known.
            Assigned::Unknown(bound) => {
                work.note_clock();
                proof.bound = proof.bound.max(bound.min(known));
                return proof;
            }
            Assigned::Parts(bound, parts) => {
                proof.bound = proof.bound.max(bound.min(known));
                let before = cuts.len();
                broken(problem, &parts, &mut cuts);
                if cuts.len() > before {
                    continue;
                }
                let count = recount(problem, &parts);
                if count.broken.is_empty() && count.outside <= 0.0 {
                    proof.bound = count.objective;
                    proof.best = Some((count.objective, parts));
                }
                return proof;
            }
        }
    }
}

/// The rules that a plan breaks: parts in pieces.
fn broken(problem: &Problem, parts: &[u32], cuts: &mut Vec<Cut>) {
    let weigh = |piece: &[u32]| piece.iter().map(|&unit| problem.weights[unit as usize]).sum::<f64>();
    for part in 0..problem.parts {
        let mut pieces = problem.adjacency.pieces(|unit| parts[unit] as usize == part);
        if pieces.len() < 2 {
            continue;
        }
        pieces.sort_by(|a, b| weigh(b).total_cmp(&weigh(a)).then(a.cmp(b)));
        let main = pieces[0][0];
        for (at, piece) in pieces.iter().enumerate() {
            let is_light = weigh(piece) < problem.lower;
            if at == 0 && !is_light {
                continue;
            }
            let beside = |&unit: &u32| problem.adjacency.arcs(unit as usize).iter().map(|&(to, _)| to);
            let mut around: Vec<u32> =
                piece.iter().flat_map(beside).filter(|to| piece.binary_search(to).is_err()).collect();
            around.sort_unstable();
            around.dedup();
            if is_light {
                // It holds for every part, whichever the piece may fall to next.
                for other in 0..problem.parts {
                    cuts.extend(piece.iter().map(|&unit| Cut {
                        part: other,
                        around: around.clone(),
                        of: (unit, None),
                    }));
                }
            } else {
                let other = piece[0];
                cuts.push(Cut { part, around, of: (other, Some(main)) });
            }
        }
    }
}

enum Assigned {
    Infeasible,
    /// Not solved in time; what it must come to at least.
    Unknown(f64),
    /// The bound, and a plan that keeps every rule given.
    Parts(f64, Vec<u32>),
}

/// Which unit may be in which part.
struct Choices {
    /// By unit, then part.
    is_open: Vec<bool>,
}

impl Choices {
    /// What a plan that costs at most `known` can contain: the cheapest way from the part of today to the unit.
    fn within(problem: &Problem, known: f64) -> Self {
        let (n, k) = (problem.weights.len(), problem.parts);
        let mut is_open = vec![true; n * k];
        problem.fixed.iter().for_each(|&(unit, to)| {
            (0..k).for_each(|part| is_open[unit as usize * k + part] &= part == to as usize);
        });
        let Some(today) = problem.today.as_ref().filter(|_| known.is_finite()) else { return Self { is_open } };
        for part in 0..k {
            let own: Vec<u32> = (0..n as u32).filter(|&unit| today[unit as usize] == Some(part as u32)).collect();
            let all: f64 = own.iter().map(|&unit| price(problem, unit as usize, usize::MAX)).sum();
            if all <= known {
                // It may be given up altogether, and begun somewhere else.
                continue;
            }
            let least = ways(problem, part, &own);
            let room = known + 1e-6 * known.abs().max(1.0);
            (0..n).for_each(|unit| is_open[unit * k + part] &= least[unit] <= room);
        }
        Self { is_open }
    }

    /// Leaves out what costs more than `known` at the prices of the relaxed program.
    fn price_out(&mut self, problem: &Problem, cuts: &[Cut], known: f64, seconds: f64, work: &mut Work<'_>) {
        if known.is_infinite() {
            return;
        }
        let (program, columns) = program(problem, self, cuts, false);
        let Ok(mut model) = program.try_optimise(Sense::Minimise) else { return };
        model.make_quiet();
        if model.try_set_option("time_limit", seconds).is_err() {
            return;
        }
        interrupt_by(&mut model, &Stop::of(work.watch()));
        let Ok(solved) = model.try_solve() else { return };
        if solved.status() != HighsModelStatus::Optimal {
            return;
        }
        let (value, solution) = (solved.objective_value(), solved.get_solution());
        let room = known + 1e-6 * known.abs().max(1.0);
        let chosen = columns.iter().enumerate().filter_map(|(at, column)| Some((at, (*column)?)));
        for ((at, _), (&of, &reduced)) in chosen.zip(solution.columns().iter().zip(solution.dual_columns())) {
            self.is_open[at] &= of > 1e-6 || value + reduced <= room;
        }
    }
}

/// What it costs that a unit is in a part.
fn price(problem: &Problem, unit: usize, part: usize) -> f64 {
    match problem.today.as_ref().and_then(|today| today[unit]) {
        Some(now) if now as usize != part => problem.objective.moved * problem.weights[unit],
        _ => 0.0,
    }
}

/// The cheapest way from any of these units to each unit, every unit on it in the part (Dijkstra 1959).
fn ways(problem: &Problem, part: usize, from: &[u32]) -> Vec<f64> {
    let mut least = vec![f64::INFINITY; problem.weights.len()];
    let mut heap: BinaryHeap<Reverse<(Ordered, u32)>> = BinaryHeap::new();
    for &unit in from {
        least[unit as usize] = 0.0;
        heap.push(Reverse((Ordered(0.0), unit)));
    }
    while let Some(Reverse((Ordered(cost), unit))) = heap.pop() {
        if cost > least[unit as usize] {
            continue;
        }
        for &(to, _) in problem.adjacency.arcs(unit as usize) {
            let cost = cost + price(problem, to as usize, part);
            if cost < least[to as usize] {
                least[to as usize] = cost;
                heap.push(Reverse((Ordered(cost), to)));
            }
        }
    }
    least
}

/// A cost that can be put in order.
#[derive(Clone, Copy, PartialEq)]
struct Ordered(f64);

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// The program of the choices that are open, and the column of each.
fn program(problem: &Problem, choices: &Choices, cuts: &[Cut], is_whole: bool) -> (RowProblem, Vec<Option<Col>>) {
    let (n, k) = (problem.weights.len(), problem.parts);
    let mut program = RowProblem::new();
    let mut column = |at: usize| {
        let price = price(problem, at / k, at % k);
        if is_whole { program.add_integer_column(price, 0.0..=1.0) } else { program.add_column(price, 0.0..=1.0) }
    };
    let columns: Vec<Option<Col>> =
        choices.is_open.iter().enumerate().map(|(at, is_open)| is_open.then(|| column(at))).collect();
    let at = |unit: u32, part: usize| columns[unit as usize * k + part];
    for unit in 0..n as u32 {
        program.add_row(1.0..=1.0, (0..k).filter_map(|part| Some((at(unit, part)?, 1.0))));
    }
    for part in 0..k {
        let all = |of: &dyn Fn(usize) -> f64| {
            (0..n as u32).filter_map(|unit| Some((at(unit, part)?, of(unit as usize)))).collect::<Vec<_>>()
        };
        program.add_row(problem.lower..=problem.upper, all(&|unit| problem.weights[unit]));
        program.add_row(1.0.., all(&|_| 1.0));
    }
    for unit in 0..n as u32 {
        // A unit too light for a part by itself has a neighbour in its part.
        if problem.weights[unit as usize] < problem.lower {
            for part in 0..k {
                let Some(own) = at(unit, part) else { continue };
                let near = problem.adjacency.arcs(unit as usize).iter();
                program.add_row(0.0.., near.filter_map(|&(to, _)| Some((at(to, part)?, 1.0))).chain([(own, -1.0)]));
            }
        }
    }
    let row = |units: &[(u32, f64)], part: usize| {
        units.iter().filter_map(|&(unit, of)| Some((at(unit, part)?, of))).collect::<Vec<_>>()
    };
    for &[a, b] in problem.together.iter().filter(|[a, b]| a != b) {
        (0..k).for_each(|part| {
            program.add_row(0.0..=0.0, row(&[(a, 1.0), (b, -1.0)], part));
        });
    }
    for &[a, b] in problem.apart.iter().filter(|[a, b]| a != b) {
        (0..k).for_each(|part| {
            program.add_row(..=1.0, row(&[(a, 1.0), (b, 1.0)], part));
        });
    }
    for cut in cuts {
        let of: Vec<(u32, f64)> = [Some(cut.of.0), cut.of.1].into_iter().flatten().map(|unit| (unit, -1.0)).collect();
        let of_open = row(&of, cut.part);
        // Where one of them cannot be in the part, nothing is asked.
        if of_open.len() == of.len() {
            let around: Vec<(u32, f64)> = cut.around.iter().map(|&unit| (unit, 1.0)).collect();
            program.add_row((1.0 - of.len() as f64).., row(&around, cut.part).into_iter().chain(of_open));
        }
    }
    (program, columns)
}

fn assign(
    problem: &Problem,
    choices: &Choices,
    cuts: &[Cut],
    start: Option<&[u32]>,
    seconds: f64,
    work: &mut Work<'_>,
) -> Assigned {
    let (n, k) = (problem.weights.len(), problem.parts);
    let is_whole = (0..n).all(|unit| price(problem, unit, usize::MAX).fract() == 0.0);
    let (program, columns) = program(problem, choices, cuts, true);
    let Ok(mut model) = program.try_optimise(Sense::Minimise) else { return Assigned::Unknown(0.0) };
    model.make_quiet();
    let set = [
        model.try_set_option("time_limit", seconds),
        model.try_set_option("threads", 1),
        model.try_set_option("parallel", "off"),
        model.try_set_option("mip_rel_gap", 0.0),
        model.try_set_option("mip_abs_gap", if is_whole { 0.99 } else { 1e-6 }),
    ];
    if set.iter().any(Result::is_err) {
        return Assigned::Unknown(0.0);
    }
    if let Some(parts) = start {
        let is_chosen = |i: usize| if parts[i / k] as usize == i % k { 1.0 } else { 0.0 };
        let values: Vec<f64> = (0..n * k).filter(|&i| columns[i].is_some()).map(is_chosen).collect();
        // A start that HiGHS refuses only costs time.
        let _ = model.try_set_solution(Some(&values), None, None, None);
    }
    let stop = Stop::of(work.watch());
    interrupt_by(&mut model, &stop);
    let Ok(solved) = model.try_solve() else { return Assigned::Unknown(0.0) };
    let bound = solved.double_info_value(c"mip_dual_bound").unwrap_or(0.0);
    let bound = if bound.is_finite() { bound.max(0.0) } else { 0.0 };
    match solved.status() {
        HighsModelStatus::Infeasible | HighsModelStatus::UnboundedOrInfeasible => return Assigned::Infeasible,
        HighsModelStatus::Optimal if solved.primal_solution_status() == HighsSolutionStatus::Feasible => {}
        _ => return Assigned::Unknown(if is_whole { (bound - 1e-6).ceil().max(0.0) } else { bound }),
    }
    let value = solved.objective_value();
    let solution = solved.get_solution();
    let mut parts = vec![0; n];
    let open = (0..n * k).filter(|&at| columns[at].is_some());
    open.zip(solution.columns()).filter(|(_, of)| **of > 0.5).for_each(|(at, _)| parts[at / k] = (at % k) as u32);
    let bound = if is_whole { value.round() } else { bound.min(value) };
    Assigned::Parts(bound, parts)
}
