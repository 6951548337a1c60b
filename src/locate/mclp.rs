//! Maximal covering location problem: most weight within the radius.
//!
//! ```text
//! max  Σ_i w_i z_i
//! s.t. k z_i <= Σ_{j ∈ N_i} y_j      demand i counts once k sites within the radius are open
//!      Σ_j y_j = p   or   Σ_j f_j y_j <= B
//!      Σ_i g_i z_i >= φ_g Σ_i g_i    every group g with a floor φ_g
//!      y_j ∈ {0,1}, z_i ∈ [0,1] (whole when k > 1)
//! ```
//! (Church and ReVelle 1974; backup coverage: Hogan and ReVelle 1986.) Without backup and capacities it is
//! solved on the [core](super::core) by branch and bound, with prices on the [floors](super::floors); with them, by
//! HiGHS on classes of demand points that have the same sites. [`worst_off_first`] maximises the sorted vector of the
//! groups' covered shares lexicographically, worst first: on the core by [prices on the groups](super::worst_off),
//! else by cumulated ordered values (Ogryczak and Śliwiński 2003): `max k t_k - Σ_g d_kg` with `t_k - d_kg <= share_g`,
//! one `k` after the other, then the total.

use super::anneal;
use super::branch;
use super::capacity;
use super::certificate::{certify, recount};
use super::clock::Clock;
use super::core::{Core, Rows};
use super::cover::Cover;
use super::explain::{self, Covering};
use super::floors;
use super::frame::fill;
use super::free_sites::{FreeSites, distinct, limit_of};
use super::mip::{Outcome, Var};
use super::problem::{Effort, Problem};
use super::solution::{Model, Served, Solution, Unsolved};
use super::worst_off;

/// Which sites cover the most weight within the radius?
///
/// Uses the radius, the number of sites or the budget, and every other rule of the problem. The objective is
/// the covered weight.
///
/// # Errors
/// [`Unsolved`] says what is missing, which rule can't be met and by how much, or that time ran out.
pub fn mclp(problem: &Problem, effort: Effort<'_>) -> Result<Solution, Unsolved> {
    let clock = Clock::start(effort);
    let radius = check(problem)?;
    if fits_core(problem) {
        let (found, covered_at_most) = if problem.has_floors() {
            floors::solve(problem, radius, &clock)?
        } else {
            let (core, covered_at_most) = core_of(problem, radius);
            (branch::solve(&core, None, &clock), covered_at_most)
        };
        let bound = (!found.proven).then_some(covered_at_most - found.bound);
        let mut open = problem.required.clone();
        open.extend(found.sites);
        return certify(problem, Model::Mclp, fill(problem, distinct(open)), None, bound, &clock);
    }
    let mut covering = Covering::new(problem, radius);
    let groups = covering.groups.clone();
    covering.frame.floors(problem, &groups, None);
    let all = covering.all.clone();
    for &(var, weight) in &all.1 {
        covering.frame.mip.set_cost(var, -weight);
    }
    let (start, relaxed) = start(problem, radius, &covering, &clock);
    covering.tighten(&clock);
    match covering.frame.mip.solve(start.as_deref(), &clock) {
        Outcome::Infeasible => Err(explain::floors(problem, &|_| {}, &clock)),
        Outcome::Nothing => Err(Unsolved::NothingFound),
        Outcome::Answer { values, bound, proven, .. } => {
            let (open, served) = read(problem, &covering, &values);
            certify(problem, Model::Mclp, open, served, (!proven).then_some(relaxed.min(all.0 - bound)), &clock)
        }
    }
}

/// Which sites leave the worst-off group best off, then the next, and cover the most weight among equals?
///
/// As [`mclp`], for at least one group of positive weight. The objective is the share of the group that is worst
/// off.
///
/// # Errors
/// As [`mclp`].
pub fn worst_off_first(problem: &Problem, effort: Effort<'_>) -> Result<Solution, Unsolved> {
    let clock = Clock::start(effort);
    let radius = check(problem)?;
    let sizes: Vec<f64> = problem.groups.iter().map(super::problem::Group::total).collect();
    let some: Vec<usize> = (0..sizes.len()).filter(|&g| sizes[g] > 0.0).collect();
    if some.is_empty() {
        return Err(Unsolved::wrong("worst-off first needs at least one group with somebody in it"));
    }
    if fits_core(problem) {
        let found = worst_off::solve(problem, radius, &clock)?;
        let mut open = problem.required.clone();
        open.extend(found.sites);
        return certify(problem, Model::WorstOffFirst, fill(problem, distinct(open)), None, found.bound, &clock);
    }
    let mut covering = Covering::new(problem, radius);
    let groups = covering.groups.clone();
    covering.frame.floors(problem, &groups, None);
    // Shares are counted in people of the largest group, so that one person is not lost in rounding.
    let scale = sizes.iter().copied().fold(0.0, f64::max);
    let mut shares: Vec<Var> = Vec::new();
    for &g in &some {
        let share = covering.frame.mip.amount(0.0, 0.0, scale);
        let mut terms = groups[g].1.clone();
        terms.push((share, -sizes[g] / scale));
        covering.frame.mip.at_least(-groups[g].0, &terms);
        shares.push(share);
    }
    let mut levels = Vec::new();
    for level in 1..=some.len() {
        let threshold = covering.frame.mip.amount(0.0, 0.0, scale);
        let short: Vec<Var> = some.iter().map(|_| covering.frame.mip.amount(0.0, 0.0, scale)).collect();
        for (&share, &below) in shares.iter().zip(&short) {
            covering.frame.mip.at_least(0.0, &[(share, 1.0), (threshold, -1.0), (below, 1.0)]);
        }
        levels.push((level as f64, threshold, short));
    }
    climb(problem, &mut covering, &levels, (scale, &sizes, &some), &clock)
}

type Level = (f64, Var, Vec<Var>);

/// Solves one level after the other, holding on to what was reached.
fn climb(
    problem: &Problem,
    covering: &mut Covering,
    levels: &[Level],
    (scale, sizes, some): (f64, &[f64], &[usize]),
    clock: &Clock<'_>,
) -> Result<Solution, Unsolved> {
    let mut best: Option<(Vec<usize>, Option<Vec<Served>>)> = None;
    let mut values: Option<Vec<f64>> = None;
    let mut first_bound = None;
    let mut proven_all = true;
    for step in 0..=levels.len() {
        for var in 0..covering.frame.mip.len() {
            covering.frame.mip.set_cost(var, 0.0);
        }
        match levels.get(step) {
            Some((k, threshold, short)) => {
                covering.frame.mip.set_cost(*threshold, -k);
                short.iter().for_each(|&below| covering.frame.mip.set_cost(below, 1.0));
            }
            None => covering.all.1.clone().into_iter().for_each(|(var, w)| covering.frame.mip.set_cost(var, -w)),
        }
        if step == 0 {
            covering.tighten(clock);
        }
        match covering.frame.mip.solve(values.as_deref(), clock) {
            Outcome::Infeasible if step == 0 => return Err(explain::floors(problem, &|_| {}, clock)),
            Outcome::Answer { values: now, bound, proven, .. } => {
                let (open, served) = read(problem, covering, &now);
                let count = recount(problem, Model::WorstOffFirst, &open, served.as_deref());
                if step == 0 && !proven {
                    first_bound = Some((-bound / scale).min(1.0));
                }
                if let Some((k, threshold, short)) = levels.get(step) {
                    let mut shares: Vec<f64> =
                        some.iter().map(|&g| count.groups[g].covered / sizes[g] * scale).collect();
                    shares.sort_by(f64::total_cmp);
                    let reached: f64 = shares.iter().take(step + 1).sum();
                    let mut terms: Vec<(Var, f64)> = short.iter().map(|&below| (below, -1.0)).collect();
                    terms.push((*threshold, *k));
                    covering.frame.mip.at_least(reached - 1e-7 * scale.max(1.0), &terms);
                }
                best = Some((open, served));
                values = Some(now);
                if !proven {
                    proven_all = false;
                    break;
                }
            }
            _ => {
                proven_all = false;
                break;
            }
        }
    }
    let Some((open, served)) = best else { return Err(Unsolved::NothingFound) };
    let bound = (!proven_all).then(|| first_bound.unwrap_or(0.0));
    certify(problem, Model::WorstOffFirst, open, served, bound, clock)
}

/// Whether the core can say all rules: not backup, capacities, or a number and a budget together.
fn fits_core(problem: &Problem) -> bool {
    problem.times == 1 && problem.capacities.is_none() && (problem.sites.is_none() || problem.budget.is_none())
}

fn check(problem: &Problem) -> Result<f64, Unsolved> {
    problem.check()?;
    let Some(radius) = problem.radius else {
        return Err(Unsolved::wrong("covering needs a radius: the cost up to which a demand point counts as covered"));
    };
    if problem.times > 1 && problem.capacities.is_some() {
        return Err(Unsolved::wrong("backup coverage and capacities can't be asked for together"));
    }
    explain::check_limits(problem)?;
    Ok(radius)
}

/// The core, and the weight that its value is to be taken from.
fn core_of(problem: &Problem, radius: f64) -> (Core, f64) {
    let cover = Cover::new(problem, radius);
    let (always, by_class) = cover.tally(&problem.weights);
    let FreeSites { free, of: inner } = FreeSites::of(problem);
    let mut rows = Rows::new();
    for (class, &weight) in cover.classes.iter().zip(&by_class) {
        if weight > 0.0 {
            rows.sites.extend(class.sites.iter().map(|&site| inner[site as usize]));
            rows.costs.extend(class.sites.iter().map(|_| 0.0));
            rows.close(weight);
        }
    }
    let reachable: f64 = by_class.iter().sum();
    (Core::new(rows, limit_of(problem, &free), free, Vec::new(), 0.0), always + reachable)
}

/// Of the time left, what the question without the rules that the core can't say gets, for a start and a bound.
const RELAXED: f64 = 0.2;

/// A choice to begin from, the best found without floors, capacities and backup if it happens to meet them; and the
/// bound without them, which holds with them too.
fn start(problem: &Problem, radius: f64, covering: &Covering, clock: &Clock<'_>) -> (Option<Vec<f64>>, f64) {
    let budget = problem.budget.filter(|_| problem.sites.is_none());
    let plain = Problem { times: 1, groups: Vec::new(), capacities: None, budget, ..problem.clone() };
    let effort = clock.share(RELAXED);
    let found = mclp(&plain, effort).ok();
    clock.charge(&effort, found.as_ref().map(|found| (found.work, found.cut_by_clock)));
    let Some(found) = found else { return (None, f64::INFINITY) };
    (start_from(problem, radius, covering, found.sites, clock), found.bound)
}

fn start_from(
    problem: &Problem,
    radius: f64,
    covering: &Covering,
    mut open: Vec<usize>,
    clock: &Clock<'_>,
) -> Option<Vec<f64>> {
    if let Some((cover, _)) = covering.classes.as_ref().filter(|_| problem.budget.is_none()) {
        let inner = FreeSites::of(problem);
        let chosen = open.iter().map(|&site| inner.of[site]).filter(|&j| j != u32::MAX).collect();
        let chosen = backed_up(problem, cover, chosen, clock);
        open = problem.required.clone();
        open.extend(chosen.iter().map(|&j| inner.free[j as usize]));
    }
    let open = fill(problem, distinct(open));
    let served =
        problem.capacities.as_ref().map(|capacities| capacity::serve(problem, capacities, Some(radius), &open));
    recount(problem, Model::Mclp, &open, served.as_deref()).objective?;
    match (&covering.classes, served) {
        (Some((cover, vars)), _) => Some(covering.frame.start(&open, Some((cover, vars)))),
        (None, Some(served)) => Some(capacity::values(&covering.frame, &covering.pairs, &open, &served)),
        (None, None) => None,
    }
}

/// A choice that covers much as often as is needed, from one that covers much once.
fn backed_up(problem: &Problem, cover: &Cover, chosen: Vec<u32>, clock: &Clock<'_>) -> Vec<u32> {
    let inner = FreeSites::of(problem);
    let (_, weights) = cover.tally(&problem.weights);
    let rows: Vec<Vec<u32>> =
        cover.classes.iter().map(|class| class.sites.iter().map(|&site| inner.of[site as usize]).collect()).collect();
    let covering = anneal::Covering {
        n_sites: inner.free.len(),
        rows: rows.iter().map(Vec::as_slice).collect(),
        weights,
        needs: cover.classes.iter().map(|class| class.need as u32).collect(),
    };
    anneal::anneal(&covering, &chosen, clock).1
}

fn read(problem: &Problem, covering: &Covering, values: &[f64]) -> (Vec<usize>, Option<Vec<Served>>) {
    let open = fill(problem, covering.frame.open(values));
    let served = problem.capacities.is_some().then(|| capacity::served(&covering.pairs, &open, values));
    (open, served)
}
