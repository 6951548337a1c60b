//! Who is covered by whom, with demand points that have the same sites taken together.

use super::problem::{Problem, Rule};
use std::collections::HashMap;

/// Demand points with the same free sites within the radius, and as many of them still needed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Class {
    /// How many more sites must open, beyond those required, for these points to count as covered.
    pub(super) need: usize,
    /// Free sites within the radius, in order.
    pub(super) sites: Vec<u32>,
}

/// How a demand point stands towards being covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Covered whatever is chosen, by the sites that are required.
    Always,
    /// Too few sites that may open are within the radius.
    Never,
    /// Depends on the class with this number.
    Depends(usize),
}

/// The cover of a problem at one radius.
#[derive(Debug, Clone)]
pub(super) struct Cover {
    pub(super) classes: Vec<Class>,
    pub(super) standing: Vec<Standing>,
}

impl Cover {
    /// Finds out who can cover whom within the radius.
    pub(super) fn new(problem: &Problem, radius: f64) -> Self {
        let rules = problem.rules();
        let mut numbers: HashMap<Class, usize> = HashMap::new();
        let mut classes = Vec::new();
        let mut standing = Vec::with_capacity(problem.costs.n_demand());
        for demand in 0..problem.costs.n_demand() {
            let mut sites = Vec::new();
            let mut need = problem.times;
            for site in problem.costs.within(demand, radius) {
                match rules[site] {
                    Rule::Open => need = need.saturating_sub(1),
                    Rule::Free => sites.push(u32::try_from(site).unwrap_or(u32::MAX)),
                    Rule::Shut => {}
                }
            }
            standing.push(if need == 0 {
                Standing::Always
            } else if sites.len() < need {
                Standing::Never
            } else {
                sites.sort_unstable();
                let class = Class { need, sites };
                let number = *numbers.entry(class.clone()).or_insert_with(|| {
                    classes.push(class);
                    classes.len() - 1
                });
                Standing::Depends(number)
            });
        }
        Self { classes, standing }
    }

    /// Adds up weights per class; the first number is what is always covered.
    pub(super) fn tally(&self, weights: &[f64]) -> (f64, Vec<f64>) {
        let mut always = 0.0;
        let mut by_class = vec![0.0; self.classes.len()];
        for (standing, weight) in self.standing.iter().zip(weights) {
            match standing {
                Standing::Always => always += weight,
                Standing::Depends(class) => by_class[*class] += weight,
                Standing::Never => {}
            }
        }
        (always, by_class)
    }
}

/// The classes of demand points that ask for something.
pub(super) fn asking_cover(problem: &Problem, radius: f64) -> Vec<Class> {
    let cover = Cover::new(problem, radius);
    let (_, by_class) = cover.tally(&problem.weights);
    cover.classes.into_iter().zip(by_class).filter(|(_, weight)| *weight > 0.0).map(|(class, _)| class).collect()
}

/// Sites compared in looking for classes that say nothing: about a tenth of a second. Ten thousand classes of a
/// hundred sites each would take minutes, and the solver's own reductions find the rest.
const COMPARED: usize = 20_000_000;

/// Keeps the classes that say something: where one class is covered whenever another is, it goes.
///
/// A class goes if it needs no more sites than another whose sites it all has (row dominance of set covering,
/// Toregas and ReVelle 1972). Looking for them ends after [`COMPARED`] sites compared; what is left all stays.
pub(super) fn binding(classes: &[Class]) -> Vec<&Class> {
    let mut order: Vec<usize> = (0..classes.len()).collect();
    order.sort_by(|&a, &b| {
        let (a, b) = (&classes[a], &classes[b]);
        a.sites.len().cmp(&b.sites.len()).then(b.need.cmp(&a.need)).then(a.sites.cmp(&b.sites))
    });
    let mut by_site: HashMap<u32, Vec<usize>> = HashMap::new();
    let mut kept: Vec<&Class> = Vec::new();
    let mut compared = 0;
    for number in order {
        let class = &classes[number];
        // A class with a subset of these sites has its first site among them.
        let is_implied = class.sites.iter().any(|site| {
            by_site.get(site).is_some_and(|list| {
                list.iter().any(|&k| {
                    compared += kept[k].sites.len();
                    compared < COMPARED && kept[k].need >= class.need && is_subset(&kept[k].sites, &class.sites)
                })
            })
        });
        if !is_implied {
            if let Some(&first) = class.sites.first() {
                by_site.entry(first).or_default().push(kept.len());
            }
            kept.push(class);
        }
    }
    kept
}

/// Whether all of `few` are in `many`, both in order.
fn is_subset(few: &[u32], many: &[u32]) -> bool {
    let mut rest = many.iter();
    few.len() <= many.len() && few.iter().all(|a| rest.any(|b| a == b))
}

/// A cover to begin from: the site that meets most remaining needs per cost, again and again (Chvátal 1979); in the
/// end sites that nothing depends on go again, the last first.
pub(super) fn greedy_cover(
    problem: &Problem,
    rows: &[&Class],
    cost: impl Fn(usize) -> f64,
    is_over: &dyn Fn() -> bool,
) -> Option<Vec<usize>> {
    let mut of_site: Vec<Vec<usize>> = vec![Vec::new(); problem.costs.n_sites()];
    for (row, class) in rows.iter().enumerate() {
        class.sites.iter().for_each(|&site| of_site[site as usize].push(row));
    }
    let mut worth: Vec<usize> = of_site.iter().map(Vec::len).collect();
    let mut met = vec![0; rows.len()];
    let mut left = rows.len();
    let mut added: Vec<usize> = Vec::new();
    while left > 0 {
        let rate = |site: usize| worth[site] as f64 / cost(site).max(1e-9);
        let useful = (0..of_site.len()).filter(|&site| worth[site] > 0);
        let best = useful.reduce(|best, next| if rate(next) > rate(best) { next } else { best });
        let best = best.filter(|_| !is_over())?;
        added.push(best);
        for &row in &of_site[best] {
            met[row] += 1;
            if met[row] == rows[row].need {
                left -= 1;
                rows[row].sites.iter().for_each(|&site| worth[site as usize] = worth[site as usize].saturating_sub(1));
            }
        }
        worth[best] = 0;
    }
    let mut order = added.clone();
    order.reverse();
    order.sort_by(|&a, &b| cost(b).total_cmp(&cost(a)));
    for site in order {
        if of_site[site].iter().all(|&row| met[row] > rows[row].need) {
            of_site[site].iter().for_each(|&row| met[row] -= 1);
            added.retain(|&other| other != site);
        }
    }
    Some(added)
}
