//! Location set covering problem: the fewest (or cheapest) sites that cover everything.
//!
//! ```text
//! min  Σ_j f_j y_j                     f_j = 1 when no site costs are given
//! s.t. Σ_{j ∈ N_i} y_j >= k            every demand point i of positive weight
//! ```
//! (Toregas, Swain, ReVelle and Bergman 1971; covered k times: LSCP-B of Hogan and ReVelle 1986.) Demand points
//! with the same sites are one row, and rows implied by others are left out. HiGHS begins from a greedy cover that
//! annealing has made smaller, and proves it or betters it. With floors the question changes:
//! the fewest sites such that every group reaches its floor, whoever is left out.

use super::anneal;
use super::certificate::certify;
use super::clock::Clock;
use super::cover::{Class, asking_cover, binding, greedy_cover};
use super::explain::{self, Covering};
use super::frame::Frame;
use super::mip::Outcome;
use super::problem::{Effort, Problem};
use super::solution::{BrokenRule, Model, Solution, Unsolved};

/// Of the time left, what annealing may take at most before the proof is begun.
const ANNEALING: f64 = 0.3;

/// How few sites cover every demand point (or bring every group to its floor), and which?
///
/// Uses the radius, site costs, required and forbidden sites, backup coverage and floors. Takes no number of
/// sites; a budget is the most that may be spent. Demand points of weight nought need no cover.
///
/// # Errors
/// [`Unsolved`] says what is missing, which rule can't be met and by how much, or that time ran out.
pub fn lscp(problem: &Problem, effort: Effort<'_>) -> Result<Solution, Unsolved> {
    let clock = Clock::start(effort);
    problem.check()?;
    let Some(radius) = problem.radius else {
        return Err(Unsolved::wrong("covering needs a radius: the cost up to which a demand point counts as covered"));
    };
    if problem.sites.is_some() {
        return Err(Unsolved::wrong("LSCP finds the number of sites itself; leave it out, or use MCLP"));
    }
    if problem.capacities.is_some() {
        return Err(Unsolved::wrong("LSCP knows no capacities; use MCLP or p-median"));
    }
    explain::check_lists(problem)?;
    let cost = |site: usize| problem.site_costs.as_ref().map_or(1.0, |costs| costs[site]);
    if problem.has_floors() {
        return with_floors(problem, radius, cost, &clock);
    }
    explain::check_reach(problem, Some(radius), problem.times)?;
    let classes = asking_cover(problem, radius);
    let rows = binding(&classes);
    let unlimited = Problem { budget: None, ..problem.clone() };
    let mut frame = Frame::new(&unlimited, cost);
    frame.cover_all(rows.iter().copied());
    let known = first(problem, &rows, cost, &clock);
    let start = known.as_ref().map(|open| frame.start(open, None));
    match frame.mip.solve(start.as_deref(), &clock) {
        Outcome::Infeasible | Outcome::Nothing => Err(Unsolved::NothingFound),
        Outcome::Answer { values, bound, proven, .. } => {
            let open = frame.open(&values);
            within_budget(problem, &open, if proven { None } else { Some(bound) }, &clock, cost)
        }
    }
}

fn with_floors(
    problem: &Problem,
    radius: f64,
    cost: impl Fn(usize) -> f64,
    clock: &Clock<'_>,
) -> Result<Solution, Unsolved> {
    let unlimited = Problem { budget: None, ..problem.clone() };
    let mut covering = Covering::new(&unlimited, radius);
    let groups = covering.groups.clone();
    covering.frame.floors(problem, &groups, None);
    for site in 0..problem.costs.n_sites() {
        covering.frame.mip.set_cost(covering.frame.sites[site], cost(site));
    }
    match covering.frame.mip.solve(None, clock) {
        Outcome::Infeasible => Err(explain::floors(&unlimited, &|_| {}, clock)),
        Outcome::Nothing => Err(Unsolved::NothingFound),
        Outcome::Answer { values, bound, proven, .. } => {
            let open = covering.frame.open(&values);
            within_budget(problem, &open, if proven { None } else { Some(bound) }, clock, cost)
        }
    }
}

/// Gives the answer unless it costs more than the budget.
fn within_budget(
    problem: &Problem,
    open: &[usize],
    bound: Option<f64>,
    clock: &Clock<'_>,
    cost: impl Fn(usize) -> f64,
) -> Result<Solution, Unsolved> {
    let spent: f64 = open.iter().map(|&site| cost(site)).sum();
    match problem.budget {
        Some(budget) if spent > budget + 1e-9 * budget.max(1.0) => match bound {
            Some(bound) if bound <= budget => Err(Unsolved::NothingFound),
            bound => {
                let least = bound.unwrap_or(spent);
                Err(Unsolved::infeasible(
                    BrokenRule::Budget,
                    least - budget,
                    format!("at least {least} must be spent, {} more than the budget of {budget}", least - budget),
                ))
            }
        },
        _ => certify(problem, Model::Lscp, open.to_vec(), None, bound, clock),
    }
}

/// A cover to begin from: greedy, then with one site less again and again while [annealing](super::anneal) finds one
/// that covers all. Required sites are part of it.
fn first(problem: &Problem, rows: &[&Class], cost: impl Fn(usize) -> f64, clock: &Clock<'_>) -> Option<Vec<usize>> {
    let mut added = greedy_cover(problem, rows, cost, &|| clock.is_over())?;
    if problem.site_costs.is_none() {
        let covering = anneal::Covering {
            n_sites: problem.costs.n_sites(),
            rows: rows.iter().map(|class| class.sites.as_slice()).collect(),
            weights: vec![1.0; rows.len()],
            needs: rows.iter().map(|class| class.need as u32).collect(),
        };
        let begun = clock.now();
        while let Some((_, fewer)) = added.split_last().filter(|_| clock.now() - begun < ANNEALING * clock.left()) {
            let fewer: Vec<u32> = fewer.iter().map(|&site| site as u32).collect();
            let (covered, found) = anneal::anneal(&covering, &fewer, clock);
            if covered < rows.len() as f64 - 0.5 {
                break;
            }
            added = found.into_iter().map(|site| site as usize).collect();
        }
    }
    added.extend(super::free_sites::distinct(problem.required.clone()));
    Some(added)
}
