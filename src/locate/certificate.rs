//! What a list of sites really achieves, counted from the problem alone.
//!
//! Nothing of how the answer was found is used here: not the merged demand points, not the core, not the values
//! of any program. Every answer passes through this before it leaves.

use super::clock::Clock;
use super::frame::floor_weight;
use super::problem::Problem;
use super::solution::{GroupCover, Model, Served, Solution, Status, Unsolved};

/// What a list of sites achieves.
#[derive(Debug, Clone, PartialEq)]
pub struct Recount {
    /// As [`Solution::objective`]; nothing where the rules of the model are broken.
    pub objective: Option<f64>,
    /// The weight within the radius, when there is a radius.
    pub covered: Option<f64>,
    /// The cover of each group, when there is a radius.
    pub groups: Vec<GroupCover>,
    /// What the sites cost, when site costs are given.
    pub spent: Option<f64>,
    /// Every rule that is broken, as sentences.
    pub broken: Vec<String>,
}

/// Counts what these sites achieve under a model, and which rules they break.
///
/// `served` says who is served by which site; it is needed where sites have capacities, and ignored elsewhere.
/// Sums are allowed to miss a limit by one part in a million, which is the solver's own tolerance.
#[must_use]
pub fn recount(problem: &Problem, model: Model, sites: &[usize], served: Option<&[Served]>) -> Recount {
    let n_sites = problem.costs.n_sites();
    let mut broken = Vec::new();
    let mut is_open = vec![false; n_sites];
    for &site in sites {
        match is_open.get_mut(site) {
            Some(open) if !*open => *open = true,
            Some(_) => broken.push(format!("site {site} is named twice")),
            None => broken.push(format!("site {site} does not exist")),
        }
    }
    let spent = problem.site_costs.as_ref().map(|costs| (0..n_sites).filter(|&j| is_open[j]).map(|j| costs[j]).sum());
    check_sites(problem, &is_open, spent, &mut broken);
    let served = if problem.capacities.is_some() { Some(served.unwrap_or(&[])) } else { None };
    if let Some(served) = served {
        check_served(problem, &is_open, served, &mut broken);
    }
    let share = problem.radius.map(|radius| covered_shares(problem, &is_open, served, radius));
    let covered = share.as_ref().map(|share| dot(share, &problem.weights));
    let groups: Vec<GroupCover> = share.as_ref().map_or_else(Vec::new, |share| {
        problem
            .groups
            .iter()
            .map(|group| GroupCover {
                name: group.name.clone(),
                covered: dot(share, &group.weights),
                total: group.total(),
            })
            .collect()
    });
    for (group, cover) in problem.groups.iter().zip(&groups) {
        if let Some(floor) = group.floor
            && cover.covered + 1e-6 * cover.total.max(1.0) < floor_weight(floor, cover.total)
        {
            broken.push(format!("group “{}” is below its floor", group.name));
        }
    }
    let objective = match model {
        Model::Mclp => covered,
        Model::WorstOffFirst => Some(groups.iter().map(GroupCover::share).fold(1.0, f64::min)),
        Model::Lscp => lscp(problem, share.as_deref(), spent, sites.len(), &mut broken),
        Model::PMedian => p_median(problem, &is_open, served, share.as_deref(), &mut broken),
        Model::PCenter => p_center(problem, &is_open, &mut broken),
        Model::PDispersion => p_dispersion(problem, sites, &is_open),
    };
    Recount { objective: objective.filter(|_| broken.is_empty()), covered, groups, spent, broken }
}

/// Makes the answer of a model from its sites, unless the recount disagrees.
pub(super) fn certify(
    problem: &Problem,
    model: Model,
    mut sites: Vec<usize>,
    served: Option<Vec<Served>>,
    bound: Option<f64>,
    clock: &Clock<'_>,
) -> Result<Solution, Unsolved> {
    sites.sort_unstable();
    let count = recount(problem, model, &sites, served.as_deref());
    let Some(objective) = count.objective else {
        let why = if count.broken.is_empty() { "nothing to count".to_owned() } else { count.broken.join("; ") };
        return Err(Unsolved::FailedRecount(why));
    };
    let (status, bound) = match bound {
        None => (Status::Optimal, objective),
        // A bound that is reached is a proof, whoever found it; not of what comes after the worst-off group.
        Some(bound) if model != Model::WorstOffFirst && (bound - objective).abs() <= super::GAP * objective.abs() => {
            (Status::Optimal, objective)
        }
        // A bound may fall a rounding error short of what was counted.
        Some(bound) if model.is_larger_better() => (Status::Feasible, bound.max(objective)),
        Some(bound) => (Status::Feasible, bound.min(objective)),
    };
    Ok(Solution {
        model,
        status,
        sites,
        objective,
        bound,
        seconds: clock.seconds(),
        work: clock.work(),
        cut_by_clock: clock.is_cut(),
        covered: count.covered,
        groups: count.groups,
        spent: count.spent,
        served,
        seed: clock.seed,
    })
}

fn check_sites(problem: &Problem, is_open: &[bool], spent: Option<f64>, broken: &mut Vec<String>) {
    for &site in &problem.required {
        if !is_open.get(site).copied().unwrap_or(false) {
            broken.push(format!("site {site} is required but not open"));
        }
    }
    for &site in &problem.forbidden {
        if is_open.get(site).copied().unwrap_or(false) {
            broken.push(format!("site {site} is forbidden but open"));
        }
    }
    let count = is_open.iter().filter(|&&open| open).count();
    if let Some(sites) = problem.sites
        && (count > sites || (problem.budget.is_none() && count < sites))
    {
        broken.push(format!("{count} sites are open instead of {sites}"));
    }
    if let (Some(budget), Some(spent)) = (problem.budget, spent)
        && spent > budget + 1e-6 * budget.max(1.0)
    {
        broken.push(format!("the sites cost {spent}, more than the budget of {budget}"));
    }
}

fn check_served(problem: &Problem, is_open: &[bool], served: &[Served], broken: &mut Vec<String>) {
    let mut loads = vec![0.0; is_open.len()];
    let mut shares = vec![0.0; problem.weights.len()];
    for part in served {
        if part.share < 0.0 || !is_open[part.site] || problem.costs.between(part.demand, part.site).is_none() {
            broken.push(format!("demand {} cannot be served by site {}", part.demand, part.site));
        }
        loads[part.site] += part.share * problem.weights[part.demand];
        shares[part.demand] += part.share;
    }
    if let Some(demand) = shares.iter().position(|&share| share > 1.0 + 1e-6) {
        broken.push(format!("demand {demand} is served more than once over"));
    }
    for (site, capacity) in problem.capacities.iter().flatten().enumerate() {
        if loads[site] > capacity + 1e-6 * capacity.max(1.0) {
            broken.push(format!("site {site} serves {} with a capacity of {capacity}", loads[site]));
        }
    }
}

/// The share of each demand point that is covered.
fn covered_shares(problem: &Problem, is_open: &[bool], served: Option<&[Served]>, radius: f64) -> Vec<f64> {
    let Some(served) = served else {
        return (0..problem.weights.len())
            .map(|demand| {
                let near = problem.costs.within(demand, radius).filter(|&site| is_open[site]).count();
                if near >= problem.times { 1.0 } else { 0.0 }
            })
            .collect();
    };
    let mut share = vec![0.0; problem.weights.len()];
    for part in served {
        if problem.costs.between(part.demand, part.site).is_some_and(|cost| cost <= radius) {
            share[part.demand] += part.share;
        }
    }
    share.iter_mut().for_each(|share: &mut f64| *share = share.min(1.0));
    share
}

fn lscp(
    problem: &Problem,
    share: Option<&[f64]>,
    spent: Option<f64>,
    count: usize,
    broken: &mut Vec<String>,
) -> Option<f64> {
    if !problem.has_floors() {
        must_cover(problem, share?, broken);
    }
    Some(spent.unwrap_or(count as f64))
}

fn must_cover(problem: &Problem, share: &[f64], broken: &mut Vec<String>) {
    let missed = share.iter().zip(&problem.weights).filter(|&(share, weight)| *weight > 0.0 && *share < 1.0).count();
    if missed > 0 {
        broken.push(format!("{missed} demand points are not covered"));
    }
}

fn p_median(
    problem: &Problem,
    is_open: &[bool],
    served: Option<&[Served]>,
    share: Option<&[f64]>,
    broken: &mut Vec<String>,
) -> Option<f64> {
    if problem.times > 1 {
        must_cover(problem, share?, broken);
    }
    if let Some(served) = served {
        let mut shares = vec![0.0; problem.weights.len()];
        let mut sum = 0.0;
        for part in served {
            shares[part.demand] += part.share;
            sum += part.share * problem.weights[part.demand] * problem.costs.between(part.demand, part.site)?;
        }
        let missed = (0..shares.len()).filter(|&i| problem.weights[i] > 0.0 && shares[i] < 1.0 - 1e-6).count();
        if missed > 0 {
            broken.push(format!("{missed} demand points are not wholly served"));
        }
        return Some(sum);
    }
    nearest(problem, is_open, 1, broken).map(|costs| dot(&costs, &problem.weights))
}

fn p_center(problem: &Problem, is_open: &[bool], broken: &mut Vec<String>) -> Option<f64> {
    let costs = nearest(problem, is_open, problem.times, broken)?;
    let costs = costs.iter().zip(&problem.weights).filter(|&(_, &weight)| weight > 0.0);
    Some(costs.map(|(cost, weight)| if problem.weigh_center { cost * weight } else { *cost }).fold(0.0, f64::max))
}

/// The cost of every demand point to its `times`-th nearest open site; nought where the weight is nought.
fn nearest(problem: &Problem, is_open: &[bool], times: usize, broken: &mut Vec<String>) -> Option<Vec<f64>> {
    let costs: Vec<Option<f64>> = (0..problem.weights.len())
        .map(|demand| {
            if problem.weights[demand] > 0.0 {
                problem.costs.of(demand).filter(|&(site, _)| is_open[site]).nth(times - 1).map(|(_, cost)| cost)
            } else {
                Some(0.0)
            }
        })
        .collect();
    let missed = costs.iter().filter(|cost| cost.is_none()).count();
    if missed > 0 {
        broken.push(format!("{missed} demand points reach fewer than {times} open sites"));
        return None;
    }
    Some(costs.into_iter().flatten().collect())
}

/// The least cost between two open sites, in either direction; nothing when no two reach each other.
fn p_dispersion(problem: &Problem, sites: &[usize], is_open: &[bool]) -> Option<f64> {
    let mut least: Option<f64> = None;
    for &from in sites {
        let other = problem.costs.of(from).find(|&(site, _)| site != from && is_open[site]);
        if let Some((_, cost)) = other {
            least = Some(least.map_or(cost, |least| least.min(cost)));
        }
    }
    least
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
