//! p-median: least weighted cost from everybody to the nearest open site.
//!
//! ```text
//! min  Σ_i Σ_j w_i c_ij x_ij
//! s.t. Σ_j x_ij = 1,  x_ij <= y_j,  Σ_j y_j = p  or  Σ_j f_j y_j <= B,  y_j ∈ {0,1}
//! ```
//! (Hakimi 1964; ReVelle and Swain 1970.) Without further rules it is solved on the [core](super::core) by
//! Lagrangian bounds, fixing and branching, in memory of the pairs that can be reached. When exactly `p` of `m`
//! sites open, nobody goes further than the `(m - p + 1)`-th nearest, and longer pairs are not kept. With
//! floors, backup or both number and budget, HiGHS solves the radius form (Cornuéjols, Nemhauser and Wolsey
//! 1980; Elloumi 2010): `z_ik = 1` when no site within the `k`-th distinct cost `D_k` of `i` is open,
//!
//! ```text
//! min  Σ_i w_i (D_i1 + Σ_k (D_i,k+1 - D_ik) z_ik)
//! s.t. z_ik + Σ_{j: c_ij = D_ik} y_j >= z_i,k-1,   z_i0 = 1,  z_iK = 0
//! ```
//! With capacities it is the form in `x_ij` (see [`capacity`](super::capacity)).

use super::branch;
use super::capacity;
use super::certificate::{certify, recount};
use super::clock::Clock;
use super::core::{Core, Rows};
use super::cover::{Cover, asking_cover, binding, greedy_cover};
use super::explain;
use super::frame::{Frame, fill};
use super::free_sites::{FreeSites, distinct, limit_of};
use super::mip::{self, Outcome, Var};
use super::problem::{Effort, Problem, Rule};
use super::solution::{BrokenRule, Model, Solution, Unsolved};

/// Which sites make the weighted cost to the nearest open site least?
///
/// Uses the number of sites or the budget and every other rule of the problem. Backup coverage and floors need a
/// radius: with `times > 1` every demand point must have so many open sites within it. The objective is the sum
/// of weight × cost; divide it by the sum of weights for the mean.
///
/// # Errors
/// [`Unsolved`] says what is missing, which rule can't be met and by how much, or that time ran out.
pub fn p_median(problem: &Problem, effort: Effort<'_>) -> Result<Solution, Unsolved> {
    let clock = Clock::start(effort);
    problem.check()?;
    if problem.times > 1 && problem.capacities.is_some() {
        return Err(Unsolved::wrong("backup coverage and capacities can't be asked for together"));
    }
    explain::check_limits(problem)?;
    explain::check_reach(problem, None, 1)?;
    if problem.times > 1 {
        explain::check_reach(problem, problem.radius, problem.times)?;
    }
    if problem.capacities.is_some() {
        return with_capacities(problem, &clock);
    }
    if problem.has_floors() || problem.times > 1 || (problem.sites.is_some() && problem.budget.is_some()) {
        return with_rules(problem, &clock);
    }
    let sites = Sites::of(problem);
    let asking = || (0..problem.weights.len()).filter(|&i| problem.weights[i] > 0.0);
    let known =
        if asking().all(|i| sites.furthest(problem, i).is_some()) { None } else { Some(some_cover(problem, &clock)?) };
    let core = core_of(problem, &sites, known.as_deref());
    let found = branch::solve(&core, known.as_deref(), &clock);
    let mut open = problem.required.clone();
    open.extend(found.sites);
    let bound = (!found.proven).then_some(found.bound);
    certify(problem, Model::PMedian, fill(problem, distinct(open)), None, bound, &clock)
}

/// What may be done with the sites.
struct Sites {
    rules: Vec<Rule>,
    /// How many free sites will stay shut at the most, when the number of open ones is exact.
    shut: Option<usize>,
}

impl Sites {
    fn of(problem: &Problem) -> Self {
        let rules = problem.rules();
        let allowed = rules.iter().filter(|&&rule| rule != Rule::Shut).count();
        let shut = match (problem.sites, problem.budget) {
            (Some(count), None) => Some(allowed.saturating_sub(count)),
            _ => None,
        };
        Self { rules, shut }
    }

    /// The cost that a demand point pays at most, whichever sites are chosen: to its nearest required site, or to
    /// its `(m - p + 1)`-th nearest of the `m` that may open when exactly `p` will.
    fn furthest(&self, problem: &Problem, demand: usize) -> Option<f64> {
        let mut seen = 0;
        for (site, cost) in problem.costs.of(demand) {
            match self.rules[site] {
                Rule::Open => return Some(cost),
                Rule::Free if self.shut == Some(seen) => return Some(cost),
                Rule::Free => seen += 1,
                Rule::Shut => {}
            }
        }
        None
    }
}

/// The core. Where somebody might reach nothing, doing so costs more than the choice that is known, so that it
/// is never best.
fn core_of(problem: &Problem, sites: &Sites, known: Option<&[usize]>) -> Core {
    let FreeSites { free, of: inner } = FreeSites::of(problem);
    let too_much = known.map_or(0.0, |known| {
        let worth = recount(problem, Model::PMedian, known, None).objective;
        worth.unwrap_or(0.0).ceil() + 1.0
    });
    let mut rows = Rows::new();
    let mut fixed = 0.0;
    for (demand, &weight) in problem.weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
        let out = sites.furthest(problem, demand).map_or(too_much, |cost| cost * weight);
        let before = rows.sites.len();
        for (site, cost) in problem.costs.of(demand) {
            if cost * weight >= out {
                break;
            }
            if sites.rules[site] == Rule::Free {
                rows.sites.push(inner[site]);
                rows.costs.push(cost * weight);
            }
        }
        if rows.sites.len() == before {
            fixed += out;
        } else {
            rows.close(out);
        }
    }
    Core::new(rows, limit_of(problem, &free), free, Vec::new(), fixed)
}

/// Some choice within the limits that everybody can reach, or why there is none.
fn some_cover(problem: &Problem, clock: &Clock<'_>) -> Result<Vec<usize>, Unsolved> {
    let asking = Problem { times: 1, ..problem.clone() };
    let classes = asking_cover(&asking, f64::MAX);
    let rows = binding(&classes);
    let required = distinct(asking.required.clone());
    let plain = if asking.budget.is_none() { greedy_cover(&asking, &rows, |_| 1.0, &|| clock.is_over()) } else { None };
    if let Some(open) = plain.filter(|open| asking.sites.is_some_and(|count| open.len() + required.len() <= count)) {
        return Ok(fill(problem, distinct([open, required].concat())));
    }
    let mut frame = Frame::new(&asking, |_| 1.0);
    frame.cover_all(rows);
    match frame.mip.solve(None, clock) {
        Outcome::Infeasible => Err(explain::cover(&asking, None, clock)),
        Outcome::Nothing => Err(Unsolved::NothingFound),
        Outcome::Answer { values, .. } => Ok(fill(problem, frame.open(&values))),
    }
}

/// The radius form, with the shared rules as rows.
fn with_rules(problem: &Problem, clock: &Clock<'_>) -> Result<Solution, Unsolved> {
    if !mip::fits(3 * problem.costs.n_pairs(), clock.left()) {
        let (open, relaxed) = some_choice(problem, (0.5, 0.4), clock);
        return certify(problem, Model::PMedian, open.ok_or(Unsolved::NothingFound)?, None, Some(relaxed), clock);
    }
    let sites = Sites::of(problem);
    let mut frame = Frame::new(problem, |_| 0.0);
    let (mut base, mut unmet) = (0.0, Vec::new());
    for demand in (0..problem.weights.len()).filter(|&i| problem.weights[i] > 0.0) {
        let (paid, vars) = radius_rows(&mut frame, problem, &sites, demand);
        base += paid;
        unmet.extend(vars.into_iter().map(|(cost, var)| (demand, cost, var)));
    }
    let has_floors = problem.has_floors() && problem.radius.is_some();
    let mut covered = None;
    if let Some(radius) = problem.radius.filter(|_| problem.has_floors() || problem.times > 1) {
        let cover = Cover::new(problem, radius);
        if problem.times > 1 {
            frame.cover_all(&asking_cover(problem, radius));
        }
        if problem.has_floors() {
            let vars = frame.cover(&cover, &vec![0.0; cover.classes.len()]);
            let groups = Frame::group_covers(problem, &cover, &vars);
            frame.floors(problem, &groups, None);
            covered = Some((cover, vars));
        }
    }
    let (open, relaxed) = some_choice(problem, QUICKLY, clock);
    let start = open.map(|open| {
        let mut values = frame.start(&open, covered.as_ref().map(|(cover, vars)| (cover, vars.as_slice())));
        for &(demand, cost, var) in &unmet {
            let nearest = problem.costs.of(demand).find(|(site, _)| open.binary_search(site).is_ok());
            values[var] = if nearest.is_some_and(|nearest| nearest.1 <= cost) { 0.0 } else { 1.0 };
        }
        values
    });
    match frame.mip.solve(start.as_deref(), clock) {
        Outcome::Infeasible => Err(why_not(problem, has_floors, clock)),
        Outcome::Nothing => Err(Unsolved::NothingFound),
        Outcome::Answer { values, bound, proven, .. } => {
            let open = fill(problem, frame.open(&values));
            certify(problem, Model::PMedian, open, None, (!proven).then_some(relaxed.max(base + bound)), clock)
        }
    }
}

/// Of the time left, what the two questions for a start get where a program is solved after them.
const QUICKLY: (f64, f64) = (0.2, 0.2);

/// A choice that meets every rule, or nothing: the best found of the p-median without the further rules, and of
/// covering with them, each in its share of the time left. Besides, the bound without the further rules, which holds with them too.
fn some_choice(problem: &Problem, shares: (f64, f64), clock: &Clock<'_>) -> (Option<Vec<usize>>, f64) {
    let ask = |share: f64, model: &dyn Fn(Effort<'_>) -> Option<Solution>| {
        let effort = clock.share(share);
        let found = model(effort);
        clock.charge(&effort, found.as_ref().map(|found| (found.work, found.cut_by_clock)));
        found
    };
    let budget = problem.budget.filter(|_| problem.sites.is_none());
    let plain = Problem { groups: Vec::new(), times: 1, budget, capacities: None, ..problem.clone() };
    let walking = ask(shares.0, &|effort| p_median(&plain, effort).ok());
    let bound = walking.as_ref().map_or(0.0, |found| found.bound);
    let covering = Problem { capacities: None, ..problem.clone() };
    let has_radius = problem.radius.is_some();
    let covering = if has_radius { ask(shares.1, &|effort| super::mclp::mclp(&covering, effort).ok()) } else { None };
    let choices = [walking, covering].into_iter().flatten().map(|found| found.sites);
    let uncapped = Problem { capacities: None, ..problem.clone() };
    let worth = |open: &[usize]| recount(&uncapped, Model::PMedian, open, None).objective;
    let best = choices.filter_map(|open| Some((worth(&open)?, open))).min_by(|a, b| a.0.total_cmp(&b.0));
    (best.map(|(_, open)| open), bound)
}

/// Adds the rows of one demand point. Returns what it pays in any case, and the variables that say whether no site
/// within a cost is open.
fn radius_rows(frame: &mut Frame, problem: &Problem, sites: &Sites, demand: usize) -> (f64, Vec<(f64, Var)>) {
    let weight = problem.weights[demand];
    let furthest = sites.furthest(problem, demand);
    let reach: Vec<(usize, f64)> = problem
        .costs
        .of(demand)
        .filter(|&(site, _)| sites.rules[site] != Rule::Shut)
        .take_while(|&(_, cost)| furthest.is_none_or(|furthest| cost <= furthest))
        .collect();
    let rings: Vec<&[(usize, f64)]> = reach.chunk_by(|a, b| a.1 <= b.1 && b.1 <= a.1).collect();
    let (mut before, mut vars) = (None, Vec::new());
    for (k, ring) in rings.iter().enumerate() {
        let mut terms: Vec<(usize, f64)> = ring.iter().map(|&(site, _)| (frame.sites[site], 1.0)).collect();
        let next = rings.get(k + 1).map(|next| next[0].1 - ring[0].1);
        let unmet = next.map(|step| frame.mip.amount(weight * step, 0.0, 1.0));
        terms.extend(unmet.map(|var| (var, 1.0)));
        terms.extend(before.map(|var| (var, -1.0)));
        // What lies at the furthest cost is met in any case, by one of the sites there or beyond.
        if next.is_some() || furthest.is_none() {
            frame.mip.at_least(if before.is_none() { 1.0 } else { 0.0 }, &terms);
        }
        before = unmet;
        vars.extend(unmet.map(|var| (ring[0].1, var)));
    }
    (weight * reach.first().map_or(0.0, |first| first.1), vars)
}

fn why_not(problem: &Problem, has_floors: bool, clock: &Clock<'_>) -> Unsolved {
    let reach = Problem { times: 1, groups: Vec::new(), ..problem.clone() };
    if let Err(why) = some_cover(&reach, clock) {
        return why;
    }
    if problem.times > 1
        && let why @ Unsolved::Infeasible(super::Infeasible { short_by: 0.5.., .. }) =
            explain::cover(problem, problem.radius, clock)
    {
        return why;
    }
    if !has_floors {
        return Unsolved::NothingFound;
    }
    let mut rows = asking_cover(&reach, f64::MAX);
    if problem.times > 1 {
        rows.extend(problem.radius.iter().flat_map(|&radius| asking_cover(problem, radius)));
    }
    explain::floors(problem, &|frame| frame.cover_all(&rows), clock)
}

fn with_capacities(problem: &Problem, clock: &Clock<'_>) -> Result<Solution, Unsolved> {
    let Some(capacities) = &problem.capacities else { return Err(Unsolved::NothingFound) };
    let weights = &problem.weights;
    if !mip::fits(4 * problem.costs.n_pairs(), clock.left()) {
        let (open, relaxed) = some_choice(problem, (0.5, 0.4), clock);
        let open = open.ok_or(Unsolved::NothingFound)?;
        let served = capacity::serve(problem, capacities, None, &open);
        recount(problem, Model::PMedian, &open, Some(&served)).objective.ok_or(Unsolved::NothingFound)?;
        return certify(problem, Model::PMedian, open, Some(served), Some(relaxed), clock);
    }
    let (frame, pairs) = capacitated(problem, capacities, &|demand, cost| weights[demand] * cost, false);
    let (open, relaxed) = some_choice(problem, QUICKLY, clock);
    let start = open.and_then(|open| {
        let served = capacity::serve(problem, capacities, None, &open);
        recount(problem, Model::PMedian, &open, Some(&served)).objective?;
        Some(capacity::values(&frame, &pairs, &open, &served))
    });
    match frame.mip.solve(start.as_deref(), clock) {
        Outcome::Infeasible => {
            let plain = Problem { groups: Vec::new(), ..problem.clone() };
            match explain::capacity(&plain, clock) {
                why @ Unsolved::Infeasible(super::Infeasible { short_by: 1e-6.., .. }) => Err(why),
                _ => Err(floors_short(problem, capacities, clock)),
            }
        }
        Outcome::Nothing => Err(Unsolved::NothingFound),
        Outcome::Answer { values, bound, proven, .. } => {
            let open = fill(problem, frame.open(&values));
            let served = capacity::served(&pairs, &open, &values);
            certify(problem, Model::PMedian, open, Some(served), (!proven).then_some(bound.max(relaxed)), clock)
        }
    }
}

/// The rows of serving everybody within the capacities, with the floors. With `is_soft` a floor may be missed at a
/// cost of 1 for each unit of weight.
fn capacitated(
    problem: &Problem,
    capacities: &[f64],
    cost: &dyn Fn(usize, f64) -> f64,
    is_soft: bool,
) -> (Frame, Vec<(usize, usize, Var)>) {
    let mut frame = Frame::new(problem, |_| 0.0);
    let pairs = capacity::pairs(&mut frame, problem, capacities, None, cost);
    capacity::serve_all(&mut frame, problem, &pairs);
    let Some(radius) = problem.radius.filter(|_| problem.has_floors()) else { return (frame, pairs) };
    let near = |demand: usize, site: usize| problem.costs.between(demand, site).is_some_and(|c| c <= radius);
    let within: Vec<_> = pairs.iter().filter(|pair| near(pair.0, pair.1)).collect();
    let groups: Vec<_> = problem
        .groups
        .iter()
        .map(|group| (0.0, within.iter().map(|pair| (pair.2, group.weights[pair.0])).collect()))
        .collect();
    let slack: Vec<Var> = if is_soft {
        problem.groups.iter().map(|group| frame.mip.amount(1.0, 0.0, group.total())).collect()
    } else {
        Vec::new()
    };
    frame.floors(problem, &groups, is_soft.then_some(slack.as_slice()));
    (frame, pairs)
}

fn floors_short(problem: &Problem, capacities: &[f64], clock: &Clock<'_>) -> Unsolved {
    let (frame, _) = capacitated(problem, capacities, &|_, _| 0.0, true);
    match frame.mip.solve(None, clock) {
        Outcome::Answer { objective, proven: true, .. } => Unsolved::infeasible(
            BrokenRule::Floors,
            objective,
            format!("when everybody is served, the groups fall short of their floors by {objective:.3} in all"),
        ),
        _ => Unsolved::NothingFound,
    }
}
