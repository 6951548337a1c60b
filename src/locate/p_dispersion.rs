//! p-dispersion: sites as far from one another as they can be.
//!
//! ```text
//! max r   s.t. y_i + y_j <= 1   every pair with c_ij < r,   Σ_j y_j = p
//! ```
//! (Kuby 1987.) The best `r` is one of the costs between two sites; it is found by halving, each time asking
//! whether `p` sites no two of which are closer than `r` exist (Sayah and Irnich 2017). The pairs that exclude
//! each other are gathered into cliques before HiGHS sees them, which makes the relaxation much tighter.

use super::certificate::{certify, recount};
use super::clock::Clock;
use super::cover::Cover;
use super::explain;
use super::frame::Frame;
use super::mip::Outcome;
use super::problem::{Effort, Problem, Rule};
use super::solution::{BrokenRule, Model, Solution, Unsolved};

/// Which sites keep the largest least distance from one another?
///
/// The costs are between sites: demand point `i` is site `i`. The cost of a pair is that of its cheaper
/// direction; a pair that can't be reached sets no limit. Needs the number of sites (at least 2); takes required
/// and forbidden sites, and a budget besides. Floors with a radius are taken as in MCLP: demand point `i` is
/// covered by the open sites it reaches within the radius. Demand weights play no part.
///
/// # Errors
/// [`Unsolved`] says what is missing, which rule can't be met and by how much, or that time ran out.
pub fn p_dispersion(problem: &Problem, effort: Effort<'_>) -> Result<Solution, Unsolved> {
    let clock = Clock::start(effort);
    problem.check()?;
    let count = match problem.sites {
        Some(count) if count >= 2 => count,
        _ => return Err(Unsolved::wrong("p-dispersion needs the number of sites, at least 2")),
    };
    if problem.costs.n_demand() != problem.costs.n_sites() {
        return Err(Unsolved::wrong("p-dispersion needs costs between sites: as many demand points as sites"));
    }
    if problem.capacities.is_some() || problem.times > 1 {
        return Err(Unsolved::wrong("p-dispersion knows neither capacities nor backup coverage"));
    }
    explain::check_limits(problem)?;
    let search = Search::new(problem, count, &clock);
    search.run()
}

struct Search<'a> {
    problem: &'a Problem,
    count: usize,
    rules: Vec<Rule>,
    /// Pairs of sites that may both open, with the lower index first, the closest pair first.
    pairs: Vec<(f64, u32, u32)>,
    clock: &'a Clock<'a>,
}

enum Decision {
    Yes(Vec<usize>),
    No,
    Unknown,
}

impl<'a> Search<'a> {
    fn new(problem: &'a Problem, count: usize, clock: &'a Clock<'a>) -> Self {
        let rules = problem.rules();
        let mut pairs = Vec::new();
        for from in 0..problem.costs.n_demand() {
            for (to, cost) in problem.costs.of(from) {
                if from != to && rules[from] != Rule::Shut && rules[to] != Rule::Shut {
                    let pair = (from.min(to), from.max(to));
                    pairs.push((
                        cost,
                        u32::try_from(pair.0).unwrap_or(u32::MAX),
                        u32::try_from(pair.1).unwrap_or(u32::MAX),
                    ));
                }
            }
        }
        pairs.sort_unstable_by(|a, b| (a.1, a.2).cmp(&(b.1, b.2)).then(a.0.total_cmp(&b.0)));
        pairs.dedup_by_key(|pair| (pair.1, pair.2));
        pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        Self { problem, count, rules, pairs, clock }
    }

    fn run(&self) -> Result<Solution, Unsolved> {
        let mut radii: Vec<f64> = self.pairs.iter().map(|pair| pair.0).collect();
        radii.dedup();
        let Some(mut high) = radii.len().checked_sub(1) else { return Err(self.unlimited()) };
        // `low` is known to do, with `best`; everything above `high` is known to be too far.
        let (mut low, mut best) = match self.decide(radii[0]) {
            Decision::Yes(open) => (self.place(&radii, &open)?, open),
            Decision::No => return Err(self.why_not()),
            Decision::Unknown => return Err(Unsolved::NothingFound),
        };
        if let Some(open) = self.greedy(&radii) {
            let at = self.place(&radii, &open)?;
            if at > low {
                (low, best) = (at, open);
            }
        }
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            match self.decide(radii[middle]) {
                Decision::Yes(open) => {
                    low = self.place(&radii, &open)?;
                    best = open;
                }
                Decision::No => high = middle - 1,
                Decision::Unknown => break,
            }
        }
        let bound = (low < high).then(|| radii[high]);
        certify(self.problem, Model::PDispersion, best, None, bound, self.clock)
    }

    /// The place among the radii of what these sites really achieve.
    fn place(&self, radii: &[f64], open: &[usize]) -> Result<usize, Unsolved> {
        let count = recount(self.problem, Model::PDispersion, open, None);
        match count.objective {
            Some(r) => Ok(radii.partition_point(|&other| other < r)),
            None if count.broken.is_empty() => Err(self.unlimited()),
            None => Err(Unsolved::FailedRecount(count.broken.join("; "))),
        }
    }

    fn unlimited(&self) -> Unsolved {
        Unsolved::wrong(format!(
            "there are {} sites no two of which reach each other, so no cost limits how far apart they can be; \
             give the costs between all sites",
            self.count
        ))
    }

    /// The site furthest from those open, again and again; only when nothing but the number limits the choice.
    fn greedy(&self, radii: &[f64]) -> Option<Vec<usize>> {
        if self.problem.budget.is_some() || self.problem.has_floors() {
            return None;
        }
        let n_sites = self.rules.len();
        let mut near: Vec<Vec<(u32, f64)>> = vec![Vec::new(); n_sites];
        for &(cost, a, b) in &self.pairs {
            near[a as usize].push((b, cost));
            near[b as usize].push((a, cost));
        }
        let beyond = radii.last()? + 1.0;
        let mut least = vec![beyond; n_sites];
        let mut open = super::mclp::distinct(self.problem.required.clone());
        let mut added = 0;
        loop {
            while added < open.len() {
                for &(other, cost) in &near[open[added]] {
                    least[other as usize] = least[other as usize].min(cost);
                }
                added += 1;
            }
            if open.len() >= self.count {
                return Some(open);
            }
            let next = (0..n_sites)
                .filter(|site| self.rules[*site] == Rule::Free && !open.contains(site))
                .max_by(|&a, &b| least[a].total_cmp(&least[b]).then(b.cmp(&a)))?;
            open.push(next);
        }
    }

    /// Whether so many sites exist, no two closer than `r`.
    fn decide(&self, r: f64) -> Decision {
        let mut frame = Frame::new(self.problem, |_| -1.0);
        let terms: Vec<(usize, f64)> = frame.sites.iter().map(|&var| (var, 1.0)).collect();
        frame.mip.exactly(self.count as f64, &terms);
        let close = &self.pairs[..self.pairs.partition_point(|pair| pair.0 < r)];
        for clique in cliques(self.rules.len(), close) {
            let terms: Vec<(usize, f64)> = clique.iter().map(|&site| (frame.sites[site as usize], 1.0)).collect();
            frame.mip.at_most(1.0, &terms);
        }
        if let Some(radius) = self.problem.radius.filter(|_| self.problem.has_floors()) {
            let cover = Cover::new(self.problem, radius);
            let vars = frame.cover(&cover, &vec![0.0; cover.classes.len()]);
            let groups = Frame::group_covers(self.problem, &cover, &vars);
            frame.floors(self.problem, &groups, None);
        }
        match frame.mip.solve(None, self.clock) {
            Outcome::Infeasible => Decision::No,
            Outcome::Nothing => Decision::Unknown,
            Outcome::Answer { values, .. } => Decision::Yes(frame.open(&values)),
        }
    }

    /// Nothing does even where distance is no matter: a clash of number and budget, or a floor.
    fn why_not(&self) -> Unsolved {
        if let (Some(budget), Some(costs)) = (self.problem.budget, &self.problem.site_costs) {
            let mut prices: Vec<f64> =
                (0..costs.len()).filter(|&j| self.rules[j] == Rule::Free).map(|j| costs[j]).collect();
            prices.sort_unstable_by(f64::total_cmp);
            let required: Vec<f64> =
                (0..costs.len()).filter(|&j| self.rules[j] == Rule::Open).map(|j| costs[j]).collect();
            let free = self.count.saturating_sub(required.len());
            let least = required.iter().chain(prices.iter().take(free)).sum::<f64>();
            if free > prices.len() {
                let short = free - prices.len();
                let sentence = format!("{} sites were asked for, but {short} fewer may open", self.count);
                return Unsolved::infeasible(BrokenRule::Sites, short as f64, sentence);
            }
            if least > budget {
                let sentence =
                    format!("the {} cheapest sites cost {least}, more than the budget of {budget}", self.count);
                return Unsolved::infeasible(BrokenRule::Budget, least - budget, sentence);
            }
        }
        let exactly = |frame: &mut Frame| {
            let terms: Vec<(usize, f64)> = frame.sites.iter().map(|&var| (var, 1.0)).collect();
            frame.mip.exactly(self.count as f64, &terms);
        };
        explain::floors(self.problem, &exactly, self.clock)
    }
}

/// Gathers pairs that exclude each other into cliques that contain every pair at least once.
fn cliques(n_sites: usize, pairs: &[(f64, u32, u32)]) -> Vec<Vec<u32>> {
    let mut near: Vec<Vec<u32>> = vec![Vec::new(); n_sites];
    for &(_, a, b) in pairs {
        near[a as usize].push(b);
        near[b as usize].push(a);
    }
    near.iter_mut().for_each(|list| list.sort_unstable());
    let is_near = |a: u32, b: u32| near[a as usize].binary_search(&b).is_ok();
    let mut done: std::collections::HashSet<(u32, u32)> = std::collections::HashSet::new();
    let mut cliques = Vec::new();
    for &(_, a, b) in pairs {
        if done.contains(&(a, b)) {
            continue;
        }
        let mut clique = vec![a, b];
        for &c in &near[a as usize] {
            if c != b && clique.iter().all(|&member| is_near(member, c)) {
                clique.push(c);
            }
        }
        clique.sort_unstable();
        for (at, &x) in clique.iter().enumerate() {
            done.extend(clique[at + 1..].iter().map(|&y| (x, y)));
        }
        cliques.push(clique);
    }
    cliques
}
