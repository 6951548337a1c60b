//! The sites among which a model chooses, and how much of the number or the budget is left for them.

use super::core::Limit;
use super::problem::{Problem, Rule};

/// The sites that may be chosen, as a core numbers them.
pub(super) struct FreeSites {
    /// The free sites in order.
    pub(super) free: Vec<usize>,
    /// The number of each site in the core; `u32::MAX` for those that are not free.
    pub(super) of: Vec<u32>,
}

impl FreeSites {
    pub(super) fn of(problem: &Problem) -> Self {
        let rules = problem.rules();
        let free: Vec<usize> = (0..rules.len()).filter(|&site| rules[site] == Rule::Free).collect();
        let mut of = vec![u32::MAX; rules.len()];
        for (at, &site) in (0u32..).zip(&free) {
            of[site] = at;
        }
        Self { free, of }
    }
}

/// What is left of the number or the budget once the required sites are open.
pub(super) fn limit_of(problem: &Problem, free: &[usize]) -> Limit {
    let rules = problem.rules();
    let required: Vec<usize> = (0..rules.len()).filter(|&site| rules[site] == Rule::Open).collect();
    match (problem.sites, problem.budget, &problem.site_costs) {
        (None, Some(budget), Some(costs)) => {
            let spent: f64 = required.iter().map(|&site| costs[site]).sum();
            Limit::Money((budget - spent).max(0.0), free.iter().map(|&site| costs[site]).collect())
        }
        (sites, _, _) => Limit::Count(sites.unwrap_or(0).saturating_sub(required.len())),
    }
}

/// Sorted, each once.
pub(super) fn distinct(mut sites: Vec<usize>) -> Vec<usize> {
    sites.sort_unstable();
    sites.dedup();
    sites
}
