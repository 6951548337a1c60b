//! What is asked: who needs to be served, from where, at what cost, and under which rules.

use super::solution::Unsolved;
use super::watch::Watch;
use std::time::Duration;

/// Costs between demand points and sites, kept only where a site can be reached.
///
/// Compressed by demand point: each has its reachable sites in order of cost, then of site. A pair that is
/// not there cannot be reached; there is no number that stands for it. Memory is 12 bytes per pair kept.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_field_names, reason = "costs are what the table holds")]
pub struct Costs {
    n_sites: usize,
    starts: Vec<usize>,
    sites: Vec<u32>,
    costs: Vec<f64>,
}

impl Costs {
    /// Builds the table from `(demand, site, cost)` in any order. A pair given more than once keeps its
    /// lowest cost.
    ///
    /// # Errors
    /// [`Unsolved::Wrong`] when an index lies outside the table or a cost is negative or not a number.
    pub fn from_pairs(n_demand: usize, n_sites: usize, pairs: &[(u32, u32, f64)]) -> Result<Self, Unsolved> {
        let mut starts = vec![0usize; n_demand + 1];
        for &(demand, site, cost) in pairs {
            if demand as usize >= n_demand || site as usize >= n_sites {
                return Err(Unsolved::wrong(format!(
                    "a cost names demand {demand} and site {site}, but there are {n_demand} and {n_sites}"
                )));
            }
            if !cost.is_finite() || cost < 0.0 {
                return Err(Unsolved::wrong(format!(
                    "the cost from demand {demand} to site {site} is {cost}; costs must be finite and not negative, \
                     and a pair that cannot be reached must be left out"
                )));
            }
            starts[demand as usize + 1] += 1;
        }
        for i in 0..n_demand {
            starts[i + 1] += starts[i];
        }
        let mut next = starts.clone();
        let mut entries = vec![(0u32, 0f64); pairs.len()];
        for &(demand, site, cost) in pairs {
            entries[next[demand as usize]] = (site, cost);
            next[demand as usize] += 1;
        }
        Ok(Self::from_rows(n_demand, n_sites, &starts, &mut entries))
    }

    /// Builds the table from rows that are already known to be sound: one row of `(site, cost)` per demand
    /// point, in any order.
    ///
    /// # Errors
    /// As [`Costs::from_pairs`].
    pub fn from_lists(n_sites: usize, lists: &[Vec<(u32, f64)>]) -> Result<Self, Unsolved> {
        let pairs: Vec<(u32, u32, f64)> = lists
            .iter()
            .enumerate()
            .flat_map(|(demand, list)| {
                list.iter().map(move |&(site, cost)| (u32::try_from(demand).unwrap_or(u32::MAX), site, cost))
            })
            .collect();
        Self::from_pairs(lists.len(), n_sites, &pairs)
    }

    fn from_rows(n_demand: usize, n_sites: usize, starts: &[usize], entries: &mut [(u32, f64)]) -> Self {
        let mut kept = Self {
            n_sites,
            starts: Vec::with_capacity(n_demand + 1),
            sites: Vec::with_capacity(entries.len()),
            costs: Vec::with_capacity(entries.len()),
        };
        kept.starts.push(0);
        for demand in 0..n_demand {
            let row = &mut entries[starts[demand]..starts[demand + 1]];
            row.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            let mut unique: Vec<(u32, f64)> = row.to_vec();
            unique.dedup_by_key(|entry| entry.0);
            unique.sort_unstable_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
            for (site, cost) in unique {
                kept.sites.push(site);
                kept.costs.push(cost);
            }
            kept.starts.push(kept.sites.len());
        }
        kept
    }

    /// How many demand points there are.
    #[must_use]
    pub fn n_demand(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many sites there are.
    #[must_use]
    pub fn n_sites(&self) -> usize {
        self.n_sites
    }

    /// How many pairs can be reached.
    #[must_use]
    pub fn n_pairs(&self) -> usize {
        self.sites.len()
    }

    /// The sites a demand point can reach with their costs, the cheapest first.
    #[must_use]
    pub fn of(&self, demand: usize) -> impl ExactSizeIterator<Item = (usize, f64)> + Clone + '_ {
        let range = self.starts[demand]..self.starts[demand + 1];
        self.sites[range.clone()].iter().map(|&site| site as usize).zip(self.costs[range].iter().copied())
    }

    /// The sites within a radius of a demand point (cost at most the radius), the cheapest first.
    pub fn within(&self, demand: usize, radius: f64) -> impl Iterator<Item = usize> + Clone + '_ {
        self.of(demand).take_while(move |&(_, cost)| cost <= radius).map(|(site, _)| site)
    }

    /// The cost of one pair, or nothing when it cannot be reached.
    #[must_use]
    pub fn between(&self, demand: usize, site: usize) -> Option<f64> {
        self.of(demand).find(|&(there, _)| there == site).map(|(_, cost)| cost)
    }
}

/// A part of the demand that is counted on its own, such as an age band.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Group {
    /// The name used in answers and in explanations.
    pub name: String,
    /// Its weight at every demand point. It need not be part of the demand's own weight.
    pub weights: Vec<f64>,
    /// The least share of the group, from 0 to 1, that must be within the radius; nothing means no floor.
    pub floor: Option<f64>,
}

impl Group {
    /// The weight of the whole group.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.weights.iter().sum()
    }
}

/// A question of facility location, whatever the model that answers it.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Who can reach what. For p-dispersion the demand points are the sites themselves, in the same order.
    pub costs: Costs,
    /// The weight of each demand point, such as residents. A point of weight nought asks for nothing.
    pub weights: Vec<f64>,
    /// Groups, with floors where they have one.
    pub groups: Vec<Group>,
    /// The cost up to which a demand point counts as covered, inclusive.
    pub radius: Option<f64>,
    /// How many sites to open, those required included: exactly so many, or at most when a budget is given too.
    pub sites: Option<usize>,
    /// Money for all the sites that are opened, those required included.
    pub budget: Option<f64>,
    /// What opening a site costs; must be given with a budget. For LSCP they are what is made least.
    pub site_costs: Option<Vec<f64>>,
    /// Sites that must be open.
    pub required: Vec<usize>,
    /// Sites that must not be open.
    pub forbidden: Vec<usize>,
    /// How much weight each site can serve (MCLP and p-median). The weight of a demand point may be shared
    /// between sites.
    pub capacities: Option<Vec<f64>>,
    /// How many open sites must be within the radius for a demand point to count as covered.
    pub times: usize,
    /// p-center only: make the largest weight × cost least (Hakimi's weighted centre) instead of the largest
    /// cost. With weights that count people this puts the many before the far, so it is off unless asked for.
    pub weigh_center: bool,
}

impl Problem {
    /// A problem with these costs, weight 1 everywhere, and no rules.
    #[must_use]
    pub fn new(costs: Costs) -> Self {
        let n_demand = costs.n_demand();
        Self {
            costs,
            weights: vec![1.0; n_demand],
            groups: Vec::new(),
            radius: None,
            sites: None,
            budget: None,
            site_costs: None,
            required: Vec::new(),
            forbidden: Vec::new(),
            capacities: None,
            times: 1,
            weigh_center: false,
        }
    }

    /// Whether any group has a floor.
    #[must_use]
    pub fn has_floors(&self) -> bool {
        self.groups.iter().any(|group| group.floor.is_some())
    }

    /// What may be done with each site.
    pub(super) fn rules(&self) -> Vec<Rule> {
        let mut rules = vec![Rule::Free; self.costs.n_sites()];
        for &site in &self.forbidden {
            rules[site] = Rule::Shut;
        }
        for &site in &self.required {
            rules[site] = Rule::Open;
        }
        rules
    }

    /// Checks that every number and index makes sense by itself.
    pub(super) fn check(&self) -> Result<(), Unsolved> {
        let (n_demand, n_sites) = (self.costs.n_demand(), self.costs.n_sites());
        amounts("demand weights", &self.weights, n_demand)?;
        if let Some(costs) = &self.site_costs {
            amounts("site costs", costs, n_sites)?;
        }
        if let Some(capacities) = &self.capacities {
            amounts("capacities", capacities, n_sites)?;
        }
        for group in &self.groups {
            amounts(&format!("weights of group “{}”", group.name), &group.weights, n_demand)?;
            if let Some(floor) = group.floor
                && !(0.0..=1.0).contains(&floor)
            {
                return Err(Unsolved::wrong(format!(
                    "the floor of group “{}” is {} %; a floor is a share from 0 to 100 %",
                    group.name,
                    floor * 100.0
                )));
            }
        }
        for (word, list) in [("required", &self.required), ("forbidden", &self.forbidden)] {
            if let Some(site) = list.iter().find(|&&site| site >= n_sites) {
                return Err(Unsolved::wrong(format!("site {site} is {word}, but there are only {n_sites} sites")));
            }
        }
        if self.budget.is_some() && self.site_costs.is_none() {
            return Err(Unsolved::wrong("a budget needs the cost of each site"));
        }
        if self.budget.is_some_and(|budget| !budget.is_finite() || budget < 0.0) {
            return Err(Unsolved::wrong("the budget must be a finite amount that is not negative"));
        }
        if self.radius.is_some_and(|radius| !radius.is_finite() || radius < 0.0) {
            return Err(Unsolved::wrong("the radius must be a finite cost that is not negative"));
        }
        if self.times == 0 {
            return Err(Unsolved::wrong("covered 0 times asks for nothing; backup coverage starts at 1"));
        }
        if (self.has_floors() || self.times > 1) && self.radius.is_none() {
            return Err(Unsolved::wrong("floors and backup coverage need a radius, which says what covered means"));
        }
        Ok(())
    }
}

/// What may be done with a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    Free,
    Open,
    Shut,
}

/// How hard to try, and how to repeat it.
#[derive(Debug, Clone, Copy)]
pub struct Effort<'a> {
    /// When to stop by the clock and give the best answer so far with its bound.
    pub time_limit: Duration,
    /// Work to be done at most, in seconds of an idle core as they are counted by steps. With it the same question ends
    /// at the same step on any machine, unless the time limit comes first, which [`Solution::cut_by_clock`] then says
    /// ([`Solution`](super::Solution)); without it the clock alone decides.
    ///
    /// [`Solution::cut_by_clock`]: super::Solution::cut_by_clock
    pub work: Option<Duration>,
    /// Where the heuristics' random choices start. The same seed gives the same answer, unless the clock ends it.
    pub seed: u64,
    /// Who waits for the answer, and may give up.
    pub watch: Option<&'a Watch>,
}

impl Default for Effort<'_> {
    /// One minute: long enough to prove nearly every council-sized question, short enough to wait for. A
    /// shorter limit gives a wider gap, never a wrong answer.
    fn default() -> Self {
        Self { time_limit: Duration::from_secs(60), work: None, seed: 1, watch: None }
    }
}

fn amounts(what: &str, list: &[f64], wanted: usize) -> Result<(), Unsolved> {
    if list.len() != wanted {
        return Err(Unsolved::wrong(format!("there are {} {what}, but {wanted} are needed", list.len())));
    }
    match list.iter().position(|amount| !amount.is_finite() || *amount < 0.0) {
        Some(at) => Err(Unsolved::wrong(format!(
            "number {at} of the {what} is {}; it must be finite and not negative",
            list[at]
        ))),
        None => Ok(()),
    }
}
