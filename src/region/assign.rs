//! The fewest moved, exactly: units are assigned to the parts of today by a whole-number program.
//!
//! Where parts have names, the program is strong: hardly anything is moved, so hardly anything is in fractions. That
//! parts hang together is asked for only where an answer breaks it (Validi, Buchanan and Lykhovyd 2022): a piece too
//! light to be a part needs one of the units around it, and of two pieces one needs what parts them. Each answer bounds
//! the problem from below, because it leaves rules out; the first whose parts hang together is the best plan there is.

use super::problem::Problem;
use super::recount::recount;
use super::work::Work;
use crate::locate::{Stop, interrupt_by};
use highs::{Col, HighsModelStatus, HighsSolutionStatus, RowProblem, Sense};
use std::cell::Cell;

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
    loop {
        work.say(&format!("Proving: at least {:.0} must move", proof.bound));
        let seconds = work.seconds_left() * 0.95;
        if seconds < 0.05 || !work.spend(problem.weights.len() * problem.parts) {
            return proof;
        }
        match assign(problem, &cuts, start, seconds, work) {
            Assigned::Infeasible => {
                proof.is_infeasible = true;
                return proof;
            }
            Assigned::Unknown(bound) => {
                work.note_clock();
                proof.bound = proof.bound.max(bound);
                return proof;
            }
            Assigned::Parts(bound, parts) => {
                proof.bound = proof.bound.max(bound);
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

fn assign(problem: &Problem, cuts: &[Cut], start: Option<&[u32]>, seconds: f64, work: &mut Work<'_>) -> Assigned {
    let (n, k) = (problem.weights.len(), problem.parts);
    let mut program = RowProblem::new();
    let mut is_whole = true;
    let price = |unit: usize, part: usize| match problem.today.as_ref().and_then(|today| today[unit]) {
        Some(now) if now as usize != part => problem.objective.moved * problem.weights[unit],
        _ => 0.0,
    };
    let fixed = |unit: usize, part: usize| {
        problem.fixed.iter().any(|&(fixed, to)| fixed as usize == unit && to as usize != part)
    };
    let mut x: Vec<Col> = Vec::with_capacity(n * k);
    for unit in 0..n {
        for part in 0..k {
            let most = if fixed(unit, part) { 0.0 } else { 1.0 };
            is_whole &= price(unit, part).fract() == 0.0;
            x.push(program.add_integer_column(price(unit, part), 0.0..=most));
        }
    }
    let at = |unit: u32, part: usize| x[unit as usize * k + part];
    for unit in 0..n as u32 {
        program.add_row(1.0..=1.0, (0..k).map(|part| (at(unit, part), 1.0)));
    }
    for part in 0..k {
        program.add_row(
            problem.lower..=problem.upper,
            (0..n as u32).map(|unit| (at(unit, part), problem.weights[unit as usize])),
        );
        program.add_row(1.0.., (0..n as u32).map(|unit| (at(unit, part), 1.0)));
    }
    for unit in 0..n as u32 {
        // A unit too light for a part by itself has a neighbour in its part.
        if problem.weights[unit as usize] < problem.lower {
            for part in 0..k {
                let near = problem.adjacency.arcs(unit as usize).iter().map(|&(to, _)| (at(to, part), 1.0));
                program.add_row(0.0.., near.chain([(at(unit, part), -1.0)]));
            }
        }
    }
    for &[a, b] in &problem.together {
        (0..k).for_each(|part| {
            program.add_row(0.0..=0.0, [(at(a, part), 1.0), (at(b, part), -1.0)].into_iter().filter(|_| a != b));
        });
    }
    for &[a, b] in problem.apart.iter().filter(|[a, b]| a != b) {
        (0..k).for_each(|part| {
            program.add_row(..=1.0, [(at(a, part), 1.0), (at(b, part), 1.0)]);
        });
    }
    for cut in cuts {
        let around = cut.around.iter().map(|&unit| (at(unit, cut.part), 1.0));
        let of = [Some(cut.of.0), cut.of.1].into_iter().flatten().map(|unit| (at(unit, cut.part), -1.0));
        let least = if cut.of.1.is_some() { -1.0 } else { 0.0 };
        program.add_row(least.., around.chain(of));
    }
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
        let values: Vec<f64> = (0..n * k).map(|i| if parts[i / k] as usize == i % k { 1.0 } else { 0.0 }).collect();
        // A start that HiGHS refuses only costs time.
        let _ = model.try_set_solution(Some(&values), None, None, None);
    }
    let stop = Stop { watch: work.watch(), most_iterations: i64::MAX, is_used_up: Cell::new(false) };
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
    let chosen = |unit: usize| (0..k).find(|part| solution.columns()[unit * k + part] > 0.5).unwrap_or(0) as u32;
    let bound = if is_whole { value.round() } else { bound.min(value) };
    Assigned::Parts(bound, (0..n).map(chosen).collect())
}
