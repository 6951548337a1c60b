//! Sites that can only serve so much.
//!
//! `x_ij` is the share of demand point `i` that site `j` serves: `Σ_j x_ij <= 1`, `x_ij <= y_j`, and
//! `Σ_i w_i x_ij <= C_j y_j` (the capacitated forms of Current and Storbeck 1988, with demand that may be
//! shared). A point is taken to mean many people, so it may be split between sites; where nothing may be split,
//! give one row per unit of demand.

use super::frame::Frame;
use super::mip::Var;
use super::problem::{Problem, Rule};
use super::solution::Served;

/// Adds the variables and rows of serving within a radius (or at any cost), at these costs of serving a whole
/// demand point. Returns the pairs with their variables.
pub(super) fn pairs(
    frame: &mut Frame,
    problem: &Problem,
    capacities: &[f64],
    radius: Option<f64>,
    cost: impl Fn(usize, f64) -> f64,
) -> Vec<(usize, usize, Var)> {
    let rules = problem.rules();
    let mut pairs = Vec::new();
    let mut loads: Vec<Vec<(Var, f64)>> = vec![Vec::new(); problem.costs.n_sites()];
    for demand in 0..problem.weights.len() {
        let mut all = Vec::new();
        for (site, at) in problem.costs.of(demand) {
            if radius.is_some_and(|radius| at > radius) {
                break;
            }
            if rules[site] == Rule::Shut {
                continue;
            }
            let var = frame.mip.amount(cost(demand, at), 0.0, 1.0);
            frame.mip.at_most(0.0, &[(var, 1.0), (frame.sites[site], -1.0)]);
            loads[site].push((var, problem.weights[demand]));
            all.push((var, 1.0));
            pairs.push((demand, site, var));
        }
        if !all.is_empty() {
            frame.mip.at_most(1.0, &all);
        }
    }
    for (site, mut load) in loads.into_iter().enumerate() {
        if !load.is_empty() {
            load.push((frame.sites[site], -capacities[site]));
            frame.mip.at_most(0.0, &load);
        }
    }
    pairs
}

/// Every demand point that asks for something must be served wholly.
pub(super) fn serve_all(frame: &mut Frame, problem: &Problem, pairs: &[(usize, usize, Var)]) {
    for of_one in pairs.chunk_by(|a, b| a.0 == b.0) {
        if of_one.first().is_some_and(|pair| problem.weights[pair.0] > 0.0) {
            let terms: Vec<(Var, f64)> = of_one.iter().map(|pair| (pair.2, 1.0)).collect();
            frame.mip.at_least(1.0, &terms);
        }
    }
}

/// Reads who is served by whom from the values of a program.
///
/// The solver may leave a millionth at a site that it rounds to shut; the open sites of that demand point take it.
pub(super) fn served(pairs: &[(usize, usize, Var)], open: &[usize], values: &[f64]) -> Vec<Served> {
    let mut served = Vec::new();
    for of_one in pairs.chunk_by(|a, b| a.0 == b.0) {
        let all: f64 = of_one.iter().map(|pair| values[pair.2].max(0.0)).sum();
        let kept = of_one.iter().filter(|pair| values[pair.2] > 1e-9 && open.binary_search(&pair.1).is_ok());
        let sum: f64 = kept.clone().map(|pair| values[pair.2]).sum();
        let share = |var: Var| (values[var] * all / sum.max(1e-12)).min(1.0);
        served.extend(kept.map(|&(demand, site, var)| Served { demand, site, share: share(var) }));
    }
    served
}

/// Who can be served when these sites are open: those with the fewest open sites first, each by its nearest site with
/// anything left. A start, not the best.
pub(super) fn serve(problem: &Problem, capacities: &[f64], radius: Option<f64>, open: &[usize]) -> Vec<Served> {
    let mut left = vec![0.0; capacities.len()];
    open.iter().for_each(|&site| left[site] = capacities[site]);
    let reach = |demand: usize| {
        let near = problem.costs.of(demand).take_while(move |&(_, cost)| radius.is_none_or(|radius| cost <= radius));
        near.map(|(site, _)| site).filter(|site| open.binary_search(site).is_ok())
    };
    let mut order: Vec<(usize, usize)> =
        (0..problem.weights.len()).map(|demand| (reach(demand).count(), demand)).collect();
    order.sort_unstable();
    let mut served = Vec::new();
    for (_, demand) in order {
        let weight = problem.weights[demand];
        let mut wanted = 1.0;
        for site in reach(demand) {
            let share = if weight > 0.0 { (left[site] / weight).min(wanted) } else { wanted };
            if share > 0.0 {
                left[site] -= share * weight;
                wanted -= share;
                served.push(Served { demand, site, share });
            }
        }
    }
    served.sort_unstable_by_key(|part| (part.demand, part.site));
    served
}

/// Values for the sites and pairs of a frame as they are served.
pub(super) fn values(frame: &Frame, pairs: &[(usize, usize, Var)], open: &[usize], served: &[Served]) -> Vec<f64> {
    let mut values = frame.start(open, None);
    for &(demand, site, var) in pairs {
        if let Ok(at) = served.binary_search_by_key(&(demand, site), |part| (part.demand, part.site)) {
            values[var] = served[at].share;
        }
    }
    values
}
