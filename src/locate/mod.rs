//! Facility location: which sites should open, with proof of how good the choice is.
//!
//! A [`Problem`] holds sparse [`Costs`] from demand points to sites, weights, [groups](Group) and rules. A
//! [`Model`] says what "good" means, [`solve`] answers with a [`Solution`] or says why there is none. In reading
//! order: [`problem`] and [`solution`] (what is asked and answered), [`certificate`] (the recount every answer
//! passes), the models [`mclp()`], [`lscp()`], [`p_median()`], [`p_center()`] and [`p_dispersion()`]; and below them the
//! common core of covering and medians, its swaps, Lagrangian bounds and branching, and programs for HiGHS.
//!
//! Memory grows with the pairs that can be reached, never with demand × sites. The same question and seed give
//! the same answer unless the time limit cuts it short; ties go to the lower index.

mod anneal;
mod branch;
mod capacity;
mod certificate;
mod clock;
mod core;
mod dice;
mod cover;
mod explain;
mod floors;
mod free_sites;
mod frame;
mod interchange;
mod interrupt;
mod lagrange;
mod lscp;
mod mclp;
mod mip;
mod p_center;
mod p_dispersion;
mod p_median;
mod packing;
mod problem;
mod solution;
mod watch;
mod worst_off;

pub use certificate::{Recount, recount};
pub(crate) use interrupt::{Stop, interrupt_by};
pub use lscp::lscp;
pub use mclp::{mclp, worst_off_first};
pub use p_center::p_center;
pub use p_dispersion::p_dispersion;
pub use p_median::p_median;
pub use problem::{Costs, Effort, Group, Problem};
pub use solution::{BrokenRule, GroupCover, Infeasible, Model, Served, Solution, Status, Unsolved};
pub use watch::Watch;

/// How far below the best an answer may be and still be called proven, as a share of the objective.
///
/// One part in a thousand million is about the rounding of sums over a hundred thousand demand points. Where all
/// weights and costs are whole numbers the proof is exact, because a better answer would be better by one.
pub const GAP: f64 = 1e-9;

/// Answers a problem under a model.
///
/// # Errors
/// [`Unsolved`] says what is missing, which rule can't be met and by how much, that time ran out, or that it was
/// cancelled.
pub fn solve(model: Model, problem: &Problem, effort: Effort<'_>) -> Result<Solution, Unsolved> {
    let watch = effort.watch;
    let answer = match model {
        Model::Mclp => mclp(problem, effort),
        Model::WorstOffFirst => worst_off_first(problem, effort),
        Model::Lscp => lscp(problem, effort),
        Model::PMedian => p_median(problem, effort),
        Model::PCenter => p_center(problem, effort),
        Model::PDispersion => p_dispersion(problem, effort),
    };
    if watch.is_some_and(Watch::is_cancelled) { Err(Unsolved::Cancelled) } else { answer }
}

#[cfg(test)]
#[path = "oracle_tests.rs"]
mod oracle_tests;
