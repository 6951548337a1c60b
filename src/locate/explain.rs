//! Why a problem has no solution: the rule that can't be met, and by how much at the least.

use super::clock::Clock;
use super::cover::Cover;
use super::frame::{Frame, floor_weight};
use super::mip::{Outcome, Var};
use super::problem::{Problem, Rule};
use super::solution::{BrokenRule, Unsolved};

/// Checks the number, the budget and the lists of sites against one another.
///
/// # Errors
/// [`Unsolved::Wrong`] when neither a number nor a budget is given; [`Unsolved::Infeasible`] when they clash.
pub(super) fn check_limits(problem: &Problem) -> Result<(), Unsolved> {
    if problem.sites.is_none() && problem.budget.is_none() {
        return Err(Unsolved::wrong("say how many sites to open, or give a budget and the cost of each site"));
    }
    if problem.sites == Some(0) {
        return Err(Unsolved::wrong("0 sites were asked for; at least 1 is needed"));
    }
    check_lists(problem)?;
    let rules = problem.rules();
    let required = rules.iter().filter(|&&rule| rule == Rule::Open).count();
    let allowed = rules.iter().filter(|&&rule| rule != Rule::Shut).count();
    if let Some(count) = problem.sites {
        if required > count {
            return Err(Unsolved::infeasible(
                BrokenRule::Sites,
                (required - count) as f64,
                format!("{required} sites are required, but only {count} may be open: {} too many", required - count),
            ));
        }
        if problem.budget.is_none() && allowed < count {
            return Err(Unsolved::infeasible(
                BrokenRule::Sites,
                (count - allowed) as f64,
                format!("{count} sites were asked for, but only {allowed} may open: {} too few", count - allowed),
            ));
        }
    }
    Ok(())
}

/// Checks that no site is both required and forbidden, and that those required can be paid.
pub(super) fn check_lists(problem: &Problem) -> Result<(), Unsolved> {
    let both = problem.required.iter().filter(|site| problem.forbidden.contains(site)).count();
    if both > 0 {
        return Err(Unsolved::infeasible(
            BrokenRule::RequiredForbidden,
            both as f64,
            format!("{both} sites are both required and forbidden"),
        ));
    }
    if let (Some(budget), Some(costs)) = (problem.budget, &problem.site_costs) {
        let rules = problem.rules();
        let spent: f64 = (0..costs.len()).filter(|&j| rules[j] == Rule::Open).map(|j| costs[j]).sum();
        if spent > budget + 1e-9 * budget.max(1.0) {
            return Err(Unsolved::infeasible(
                BrokenRule::Budget,
                spent - budget,
                format!("the required sites cost {spent}, {} more than the budget of {budget}", spent - budget),
            ));
        }
    }
    Ok(())
}

/// Checks that every demand point of positive weight reaches enough sites that may open, at any cost or within
/// a radius.
pub(super) fn check_reach(problem: &Problem, radius: Option<f64>, times: usize) -> Result<(), Unsolved> {
    let rules = problem.rules();
    let lonely = (0..problem.weights.len())
        .filter(|&demand| problem.weights[demand] > 0.0)
        .filter(|&demand| {
            let near = problem
                .costs
                .of(demand)
                .filter(|&(site, cost)| rules[site] != Rule::Shut && radius.is_none_or(|radius| cost <= radius));
            near.take(times).count() < times
        })
        .count();
    if lonely == 0 {
        return Ok(());
    }
    let within = radius.map_or_else(|| "at any cost".to_owned(), |radius| format!("within {radius}"));
    Err(Unsolved::infeasible(
        BrokenRule::Reach,
        lonely as f64,
        format!("{lonely} demand points reach fewer than {times} of the sites that may open {within}"),
    ))
}

/// Adds rows of a model to a frame.
pub(super) type Also<'a> = &'a dyn Fn(&mut Frame);

/// Says which floor can't be met, or that they can't be met together.
///
/// Each floor is tried alone first: the most of that group that can be covered under the other rules. If every
/// floor can be met alone, the smallest total shortfall is worked out.
/// `also` adds the rows that the model has besides.
pub(super) fn floors(problem: &Problem, also: Also<'_>, clock: &Clock<'_>) -> Unsolved {
    let Some(radius) = problem.radius else { return Unsolved::NothingFound };
    for (number, group) in problem.groups.iter().enumerate() {
        let Some(floor) = group.floor else { continue };
        let Some(most) = most_of_group(problem, radius, number, also, clock) else { return Unsolved::NothingFound };
        let total = group.total();
        let short = floor_weight(floor, total) - most;
        if short > 1e-6 * total.max(1.0) {
            let short = floor * total - most;
            return Unsolved::infeasible(
                BrokenRule::Floor(group.name.clone()),
                short,
                format!(
                    "at most {:.1} % of group “{}” can be covered, but its floor is {:.1} %: short by {}",
                    100.0 * most / total,
                    group.name,
                    100.0 * floor,
                    rounded(short)
                ),
            );
        }
    }
    match least_shortfall(problem, radius, also, clock) {
        Some(short) => Unsolved::infeasible(
            BrokenRule::Floors,
            short,
            format!("each floor can be met alone, but together the groups fall short by {} in all", rounded(short)),
        ),
        None => Unsolved::NothingFound,
    }
}

/// A frame with a cover variable per demand class or, with capacities, per served pair.
pub(super) struct Covering {
    pub(super) frame: Frame,
    /// The covered weight of each group.
    pub(super) groups: Vec<super::frame::Share>,
    /// The covered weight of all demand.
    pub(super) all: super::frame::Share,
    /// Pairs that can serve, with their variables; only with capacities.
    pub(super) pairs: Vec<(usize, usize, Var)>,
    /// The classes behind the variables; only without capacities.
    pub(super) classes: Option<(Cover, Vec<Var>)>,
}

impl Covering {
    /// Builds the rows that say who is covered, at no cost to anybody.
    pub(super) fn new(problem: &Problem, radius: f64) -> Self {
        let mut frame = Frame::new(problem, |_| 0.0);
        if let Some(capacities) = &problem.capacities {
            let pairs = super::capacity::pairs(&mut frame, problem, capacities, Some(radius), |_, _| 0.0);
            let share = |weights: &[f64]| {
                let terms = pairs.iter().filter(|p| weights[p.0] > 0.0).map(|p| (p.2, weights[p.0])).collect();
                (0.0, terms)
            };
            let groups = problem.groups.iter().map(|group| share(&group.weights)).collect();
            let all = share(&problem.weights);
            return Self { frame, groups, all, pairs, classes: None };
        }
        let cover = Cover::new(problem, radius);
        let vars = frame.cover(&cover, &vec![0.0; cover.classes.len()]);
        let groups = Frame::group_covers(problem, &cover, &vars);
        let (always, by_class) = cover.tally(&problem.weights);
        let all = (always, vars.iter().copied().zip(by_class).collect());
        Self { frame, groups, all, pairs: Vec::new(), classes: Some((cover, vars)) }
    }
}

impl Covering {
    /// Makes the rows of backup coverage as strong as rows for one demand point can be, given what is to be least.
    ///
    /// Whoever needs `k` sites and does without `t < k` of them still needs `k - t` of the others:
    /// `Σ_{j ∉ T} y_j >= (k - t) z`. There are too many such rows to write them all, so those that the relaxation
    /// breaks are added until there is none.
    pub(super) fn tighten(&mut self, clock: &Clock<'_>) {
        let Some((cover, vars)) = self.classes.as_ref().filter(|(cover, _)| cover.classes.iter().any(|c| c.need > 1))
        else {
            return;
        };
        let sites = &self.frame.sites;
        let broken = |values: &[f64]| {
            let mut rules = Vec::new();
            for (class, &var) in cover.classes.iter().zip(vars) {
                let mut near: Vec<Var> = class.sites.iter().map(|&site| sites[site as usize]).collect();
                near.sort_by(|&a, &b| values[b].total_cmp(&values[a]).then(a.cmp(&b)));
                for without in 1..class.need {
                    let rest = &near[without..];
                    let factor = (class.need - without) as f64;
                    if rest.iter().map(|&site| values[site]).sum::<f64>() < factor * values[var] - 1e-4 {
                        let mut terms: Vec<(Var, f64)> = rest.iter().map(|&site| (site, 1.0)).collect();
                        terms.push((var, -factor));
                        rules.push((0.0, terms));
                        break;
                    }
                }
            }
            rules
        };
        self.frame.mip.tighten(&broken, clock);
    }
}

fn most_of_group(problem: &Problem, radius: f64, number: usize, also: Also<'_>, clock: &Clock<'_>) -> Option<f64> {
    let mut covering = Covering::new(problem, radius);
    also(&mut covering.frame);
    let (always, terms) = &covering.groups[number];
    for &(var, weight) in terms {
        covering.frame.mip.set_cost(var, -weight);
    }
    match covering.frame.mip.solve(None, clock) {
        Outcome::Answer { objective, proven: true, .. } => Some(always - objective),
        _ => None,
    }
}

fn least_shortfall(problem: &Problem, radius: f64, also: Also<'_>, clock: &Clock<'_>) -> Option<f64> {
    let mut covering = Covering::new(problem, radius);
    also(&mut covering.frame);
    let slack: Vec<Var> =
        problem.groups.iter().map(|group| covering.frame.mip.amount(1.0, 0.0, group.total())).collect();
    covering.frame.floors(problem, &covering.groups, Some(&slack));
    match covering.frame.mip.solve(None, clock) {
        Outcome::Answer { objective, proven: true, .. } => Some(objective),
        _ => None,
    }
}

/// Says by how many sites (or how much money) the sites allowed fall short of covering everything that must be
/// covered `times` times within the radius, or reached at all when there is no radius.
pub(super) fn cover(problem: &Problem, radius: Option<f64>, clock: &Clock<'_>) -> Unsolved {
    let radius = radius.unwrap_or(f64::MAX);
    let cover = Cover::new(problem, radius);
    let mut frame = Frame::new(problem, |_| 0.0);
    let mut missed: Vec<(Var, f64)> = Vec::new();
    let (_, by_class) = cover.tally(&asking(problem));
    for (class, count) in cover.classes.iter().zip(by_class) {
        let var = if class.need == 1 { frame.mip.amount(count, 0.0, 1.0) } else { frame.mip.choice(count) };
        let mut terms: Vec<(Var, f64)> = class.sites.iter().map(|&j| (frame.sites[j as usize], 1.0)).collect();
        terms.push((var, class.need as f64));
        frame.mip.at_least(class.need as f64, &terms);
        missed.push((var, count));
    }
    match frame.mip.solve(None, clock) {
        Outcome::Answer { objective, proven: true, .. } => {
            let short = objective.round();
            Unsolved::infeasible(
                BrokenRule::Cover,
                short,
                format!("whatever sites are chosen within the limits, at least {short} demand points are left without"),
            )
        }
        _ => Unsolved::NothingFound,
    }
}

/// 1 for every demand point that asks for something.
fn asking(problem: &Problem) -> Vec<f64> {
    problem.weights.iter().map(|&weight| if weight > 0.0 { 1.0 } else { 0.0 }).collect()
}

/// Says by how much the capacities fall short.
pub(super) fn capacity(problem: &Problem, clock: &Clock<'_>) -> Unsolved {
    let Some(capacities) = &problem.capacities else { return Unsolved::NothingFound };
    let mut frame = Frame::new(problem, |_| 0.0);
    let weights = &problem.weights;
    let _ = super::capacity::pairs(&mut frame, problem, capacities, None, |demand, _| -weights[demand]);
    match frame.mip.solve(None, clock) {
        Outcome::Answer { objective, proven: true, .. } => {
            let total: f64 = weights.iter().sum();
            let short = total + objective;
            Unsolved::infeasible(
                BrokenRule::Capacity,
                short,
                format!(
                    "the sites within the limits can serve at most {} of the weight of {}: short by {}",
                    rounded(-objective),
                    rounded(total),
                    rounded(short)
                ),
            )
        }
        _ => Unsolved::NothingFound,
    }
}

fn rounded(amount: f64) -> f64 {
    (amount * 1000.0).round() / 1000.0
}
