//! The rules that every model shares, as rows of a program: which sites, how many, how dear, whose floor.

use super::cover::Cover;
use super::mip::{Mip, Var};
use super::problem::{Problem, Rule};

/// A program with a variable per site and the shared rules.
pub(super) struct Frame {
    pub(super) mip: Mip,
    /// One per site.
    pub(super) sites: Vec<Var>,
}

/// What a demand point's covered share is in a program: a constant plus a sum of variables.
pub(super) type Share = (f64, Vec<(Var, f64)>);

impl Frame {
    /// Site variables at these costs, with required and forbidden sites, the number and the budget.
    pub(super) fn new(problem: &Problem, site_cost: impl Fn(usize) -> f64) -> Self {
        let mut mip = Mip::default();
        let sites: Vec<Var> = (0..problem.costs.n_sites()).map(|site| mip.choice(site_cost(site))).collect();
        for (&var, rule) in sites.iter().zip(problem.rules()) {
            match rule {
                Rule::Open => mip.fix(var, 1.0),
                Rule::Shut => mip.fix(var, 0.0),
                Rule::Free => {}
            }
        }
        if let Some(count) = problem.sites {
            let terms: Vec<(Var, f64)> = sites.iter().map(|&var| (var, 1.0)).collect();
            // One site more never hurts, so what is missing to the number is filled up in the end.
            mip.at_most(count as f64, &terms);
        }
        if let (Some(budget), Some(prices)) = (problem.budget, &problem.site_costs) {
            let terms: Vec<(Var, f64)> = sites.iter().zip(prices).map(|(&var, &price)| (var, price)).collect();
            mip.at_most(budget, &terms);
        }
        Self { mip, sites }
    }

    /// A variable per class that can be 1 only when the class is covered, at these costs.
    pub(super) fn cover(&mut self, cover: &Cover, costs: &[f64]) -> Vec<Var> {
        cover
            .classes
            .iter()
            .zip(costs)
            .map(|(class, &cost)| {
                let var = if class.need == 1 { self.mip.amount(cost, 0.0, 1.0) } else { self.mip.choice(cost) };
                let mut terms: Vec<(Var, f64)> =
                    class.sites.iter().map(|&site| (self.sites[site as usize], 1.0)).collect();
                terms.push((var, -(class.need as f64)));
                self.mip.at_least(0.0, &terms);
                var
            })
            .collect()
    }

    /// Every class must be covered.
    pub(super) fn cover_all<'c>(&mut self, classes: impl IntoIterator<Item = &'c super::cover::Class>) {
        for class in classes {
            let terms: Vec<(Var, f64)> = class.sites.iter().map(|&site| (self.sites[site as usize], 1.0)).collect();
            self.mip.at_least(class.need as f64, &terms);
        }
    }

    /// How much of each group is covered, from class variables.
    pub(super) fn group_covers(problem: &Problem, cover: &Cover, classes: &[Var]) -> Vec<Share> {
        problem
            .groups
            .iter()
            .map(|group| {
                let (always, by_class) = cover.tally(&group.weights);
                let terms = classes.iter().zip(by_class).filter(|(_, w)| *w > 0.0).map(|(&var, w)| (var, w)).collect();
                (always, terms)
            })
            .collect()
    }

    /// Every group with a floor must reach it. `slack` variables, one per group, may stand in for cover.
    pub(super) fn floors(&mut self, problem: &Problem, covers: &[Share], slack: Option<&[Var]>) {
        for (number, (group, (always, terms))) in problem.groups.iter().zip(covers).enumerate() {
            let Some(floor) = group.floor else { continue };
            let mut terms = terms.clone();
            if let Some(slack) = slack {
                terms.push((slack[number], 1.0));
            }
            let least = floor_weight(floor, group.total()) - always;
            if terms.is_empty() && least <= 0.0 {
                continue;
            }
            self.mip.at_least(least, &terms);
        }
    }

    /// The sites that are open in these values, in order.
    pub(super) fn open(&self, values: &[f64]) -> Vec<usize> {
        (0..self.sites.len()).filter(|&site| values[self.sites[site]] > 0.5).collect()
    }

    /// Values for the site variables, and for class variables as covered by these sites; all else nought.
    pub(super) fn start(&self, open: &[usize], cover: Option<(&Cover, &[Var])>) -> Vec<f64> {
        let mut values = vec![0.0; self.mip.len()];
        for &site in open {
            values[self.sites[site]] = 1.0;
        }
        if let Some((cover, vars)) = cover {
            for (class, &var) in cover.classes.iter().zip(vars) {
                let count = class.sites.iter().filter(|&&site| values[self.sites[site as usize]] > 0.5).count();
                values[var] = if count >= class.need { 1.0 } else { 0.0 };
            }
        }
        values
    }
}

/// The weight a floor asks for, less an allowance for the rounding of sums: one part in a thousand million.
pub(super) fn floor_weight(floor: f64, total: f64) -> f64 {
    floor * total - 1e-9 * total
}

/// Opens further sites, lowest index first, until as many are open as were asked for.
pub(super) fn fill(problem: &Problem, mut open: Vec<usize>) -> Vec<usize> {
    if let (Some(count), None) = (problem.sites, problem.budget) {
        let rules = problem.rules();
        for site in (0..rules.len()).filter(|&site| rules[site] != Rule::Shut) {
            if open.len() >= count {
                break;
            }
            if !open.contains(&site) {
                open.push(site);
            }
        }
    }
    open.sort_unstable();
    open
}
