//! p-center: the demand point that is served worst should be served as well as can be.
//!
//! ```text
//! min r   s.t. Σ_{j: c_ij <= r} y_j >= k   every demand point i,   Σ_j y_j = p  or  Σ_j f_j y_j <= B
//! ```
//! The best `r` is one of the costs, so it is found by halving the list of distinct costs and asking each time
//! whether a set cover within the limits exists (Minieka 1970). Each cover is solved over a few demand points
//! only; those it leaves uncovered are added until none is left or even the few cannot be covered (Chen and Chen
//! 2009; Contardo, Iori and Kramer 2019), first with sites opening in part, which settles most radii that are
//! too small. Demand points that were hard at one radius are kept for the next.

use super::certificate::{certify, recount};
use super::clock::Clock;
use super::cover::{Class, Cover, asking_cover, binding};
use super::explain;
use super::frame::{Frame, fill};
use super::mip::{Mip, Outcome, Var};
use super::problem::{Effort, Problem, Rule};
use super::solution::{Model, Solution, Unsolved};

/// Which sites make the largest cost to the nearest (or `times`-th nearest) open site least?
///
/// Weights only say who counts: a demand point of weight nought is left out. With `weigh_center` the largest
/// weight × cost is made least. Floors need a radius; backup coverage here means the `times`-th nearest open site
/// and looks at no radius. Capacities are not taken.
///
/// # Errors
/// [`Unsolved`] says what is missing, which rule can't be met and by how much, or that time ran out.
pub fn p_center(problem: &Problem, effort: Effort<'_>) -> Result<Solution, Unsolved> {
    let clock = Clock::start(effort);
    if problem.capacities.is_some() {
        return Err(Unsolved::wrong("p-center knows no capacities; use MCLP or p-median"));
    }
    // Backup coverage needs no radius here, only floors do.
    Problem { times: 1, ..problem.clone() }.check()?;
    if problem.times == 0 {
        return Err(Unsolved::wrong("covered 0 times asks for nothing; backup coverage starts at 1"));
    }
    explain::check_limits(problem)?;
    explain::check_reach(problem, None, problem.times)?;
    let rules = problem.rules();
    let asking: Vec<usize> = (0..problem.weights.len()).filter(|&i| problem.weights[i] > 0.0).collect();
    let mut search = Search { problem, rules, asking, watched: Vec::new(), clock: &clock };
    let radii = search.radii();
    let Some(last) = radii.len().checked_sub(1) else {
        return Err(Unsolved::wrong("no demand point has any weight"));
    };
    // Everything below `low` is known to be too small; `high` is known to do, with `best`.
    let (mut low, mut high) = (0, last);
    let mut best = search.first(&radii, &mut high);
    if best.is_none() {
        match search.decide(radii[last]) {
            Decision::Yes(open) => {
                high = search.place(&radii, &open, last);
                best = Some(open);
            }
            Decision::No => return Err(search.why_not()),
            Decision::Unknown => return Err(Unsolved::NothingFound),
        }
    }
    while low < high {
        let middle = low + (high - low) / 2;
        match search.decide(radii[middle]) {
            Decision::Yes(open) => {
                high = search.place(&radii, &open, middle);
                best = Some(open);
            }
            Decision::No => low = middle + 1,
            Decision::Unknown => break,
        }
    }
    let Some(open) = best else { return Err(Unsolved::NothingFound) };
    let bound = (low < high).then(|| radii[low]);
    certify(problem, Model::PCenter, open, None, bound, &clock)
}

enum Decision {
    Yes(Vec<usize>),
    No,
    Unknown,
}

struct Search<'a> {
    problem: &'a Problem,
    rules: Vec<Rule>,
    /// Demand points that count.
    asking: Vec<usize>,
    /// Demand points that covers are solved over, in the order they were added.
    watched: Vec<usize>,
    clock: &'a Clock<'a>,
}

impl Search<'_> {
    fn scale(&self, demand: usize) -> f64 {
        if self.problem.weigh_center { self.problem.weights[demand] } else { 1.0 }
    }

    /// Sites that may open and serve a demand point within `r`.
    fn near(&self, demand: usize, r: f64) -> impl Iterator<Item = usize> + Clone + '_ {
        let scale = self.scale(demand);
        self.problem
            .costs
            .of(demand)
            .take_while(move |&(_, cost)| cost * scale <= r)
            .map(|(site, _)| site)
            .filter(|&site| self.rules[site] != Rule::Shut)
    }

    /// The distinct costs from the least that might do upwards.
    fn radii(&self) -> Vec<f64> {
        let mut radii = Vec::new();
        let mut least = 0.0_f64;
        for &demand in &self.asking {
            let scale = self.scale(demand);
            let mut count = 0;
            for (site, cost) in self.problem.costs.of(demand) {
                if self.rules[site] != Rule::Shut {
                    count += 1;
                    if count == self.problem.times {
                        least = least.max(cost * scale);
                    }
                    if count >= self.problem.times {
                        radii.push(cost * scale);
                    }
                }
            }
        }
        radii.retain(|&r| r >= least);
        radii.sort_unstable_by(f64::total_cmp);
        radii.dedup();
        radii
    }

    /// The place among the radii of what these sites really achieve.
    fn place(&self, radii: &[f64], open: &[usize], known: usize) -> usize {
        let count = recount(self.problem, Model::PCenter, open, None);
        count.objective.map_or(known, |r| radii.partition_point(|&other| other < r).min(known))
    }

    /// A first answer by greedy covers, where nothing but the number of sites limits it.
    fn first(&self, radii: &[f64], high: &mut usize) -> Option<Vec<usize>> {
        let count = self.problem.sites.filter(|_| self.problem.budget.is_none() && !self.problem.has_floors())?;
        let (mut low, mut best) = (0, None);
        while low < *high {
            let middle = low + (*high - low) / 2;
            match self.greedy(radii[middle], count) {
                Some(open) => {
                    *high = self.place(radii, &open, middle);
                    best = Some(open);
                }
                None => low = middle + 1,
            }
        }
        best.or_else(|| self.greedy(radii[*high], count))
    }

    /// A cover within `r` of at most so many sites, adding each time the site that meets most needs.
    fn greedy(&self, r: f64, count: usize) -> Option<Vec<usize>> {
        let n_sites = self.rules.len();
        let mut worth = vec![0usize; n_sites];
        let mut of_site: Vec<Vec<u32>> = vec![Vec::new(); n_sites];
        let mut needs = vec![self.problem.times; self.asking.len()];
        for (at, &demand) in self.asking.iter().enumerate() {
            for site in self.near(demand, r) {
                of_site[site].push(u32::try_from(at).unwrap_or(u32::MAX));
                worth[site] += 1;
            }
        }
        let mut left: usize = needs.iter().sum();
        let mut is_open = vec![false; n_sites];
        let mut open = Vec::new();
        let mut required: Vec<usize> = (0..n_sites).filter(|&j| self.rules[j] == Rule::Open).rev().collect();
        while left > 0 || !required.is_empty() {
            let next = required.pop().or_else(|| {
                (0..n_sites).filter(|&j| !is_open[j] && worth[j] > 0).max_by_key(|&j| (worth[j], std::cmp::Reverse(j)))
            })?;
            if open.len() == count {
                return None;
            }
            is_open[next] = true;
            open.push(next);
            for &at in &of_site[next] {
                let at = at as usize;
                if needs[at] > 0 {
                    needs[at] -= 1;
                    left -= 1;
                    if needs[at] == 0 {
                        self.near(self.asking[at], r).for_each(|site| worth[site] -= 1);
                    }
                }
            }
        }
        Some(fill(self.problem, open))
    }

    /// Whether everybody can be served within `r`.
    fn decide(&mut self, r: f64) -> Decision {
        if self.watched.is_empty() {
            self.watch(&vec![0.0; self.rules.len()], r);
        }
        if self.problem.budget.is_none() && !self.relax(r) {
            return Decision::No;
        }
        loop {
            let Some(rows) = self.rows(r) else { return Decision::No };
            let mut frame = Frame::new(self.problem, |_| 1.0);
            frame.cover_all(binding(&rows));
            if let Some(radius) = self.problem.radius.filter(|_| self.problem.has_floors()) {
                let cover = Cover::new(self.problem, radius);
                let vars = frame.cover(&cover, &vec![0.0; cover.classes.len()]);
                let groups = Frame::group_covers(self.problem, &cover, &vars);
                frame.floors(self.problem, &groups, None);
            }
            let open = match frame.mip.solve(None, self.clock) {
                Outcome::Infeasible => return Decision::No,
                Outcome::Nothing => return Decision::Unknown,
                Outcome::Answer { values, .. } => frame.open(&values),
            };
            let mut share = vec![0.0; self.rules.len()];
            open.iter().for_each(|&site| share[site] = 1.0);
            if !self.watch(&share, r) {
                return Decision::Yes(fill(self.problem, open));
            }
        }
    }

    /// Whether so many sites might do if sites could open in part. Adds the demand points that decide it.
    fn relax(&mut self, r: f64) -> bool {
        let Some(count) = self.problem.sites else { return true };
        loop {
            let Some(rows) = self.rows(r) else { return false };
            let mut lp = Mip::default();
            let vars: Vec<Var> = self
                .rules
                .iter()
                .map(|rule| match rule {
                    Rule::Open => lp.amount(1.0, 1.0, 1.0),
                    Rule::Shut => lp.amount(1.0, 0.0, 0.0),
                    Rule::Free => lp.amount(1.0, 0.0, 1.0),
                })
                .collect();
            for class in binding(&rows) {
                let terms: Vec<(Var, f64)> = class.sites.iter().map(|&site| (vars[site as usize], 1.0)).collect();
                lp.at_least(class.need as f64, &terms);
            }
            match lp.solve(None, self.clock) {
                Outcome::Infeasible => return false,
                Outcome::Answer { values, objective, proven: true, .. } => {
                    if objective > count as f64 + 1e-6 {
                        return false;
                    }
                    if !self.watch(&values, r) {
                        return true;
                    }
                }
                _ => return true,
            }
        }
    }

    /// The watched demand points as rows of a cover; nothing when one of them cannot be served within `r`.
    fn rows(&self, r: f64) -> Option<Vec<Class>> {
        let mut rows = Vec::with_capacity(self.watched.len());
        for &demand in &self.watched {
            let open = self.near(demand, r).filter(|&site| self.rules[site] == Rule::Open).count();
            let mut sites: Vec<u32> = self
                .near(demand, r)
                .filter(|&site| self.rules[site] == Rule::Free)
                .map(|site| u32::try_from(site).unwrap_or(u32::MAX))
                .collect();
            sites.sort_unstable();
            let need = self.problem.times.saturating_sub(open);
            if sites.len() < need {
                return None;
            }
            if need > 0 {
                rows.push(Class { need, sites });
            }
        }
        Some(rows)
    }

    /// Adds demand points that are not served when sites are open by these shares, no two of which share a site;
    /// false when there are none.
    fn watch(&mut self, share: &[f64], r: f64) -> bool {
        let times = self.problem.times as f64;
        let mut missed: Vec<(f64, usize, usize)> = Vec::new();
        for &demand in &self.asking {
            let served: f64 = self.near(demand, r).map(|site| share[site]).sum();
            if served < times - 1e-6 {
                missed.push((served, self.near(demand, r).count(), demand));
            }
        }
        missed.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let mut taken = vec![false; self.rules.len()];
        let before = self.watched.len();
        for (_, _, demand) in missed {
            if self.near(demand, r).all(|site| !taken[site]) {
                self.near(demand, r).for_each(|site| taken[site] = true);
                self.watched.push(demand);
            }
        }
        self.watched.len() > before
    }

    fn why_not(&self) -> Unsolved {
        let plain = Problem { groups: Vec::new(), ..self.problem.clone() };
        match explain::cover(&plain, None, self.clock) {
            why @ Unsolved::Infeasible(super::Infeasible { short_by: 0.5.., .. }) => why,
            _ if self.problem.has_floors() => {
                let cover = asking_cover(self.problem, f64::MAX);
                explain::floors(self.problem, &|frame| frame.cover_all(&cover), self.clock)
            }
            other => other,
        }
    }
}
