//! p-dispersion: sites as far from one another as they can be.
//!
//! ```text
//! max r   s.t. y_i + y_j <= 1   every pair with c_ij < r,   Σ_j y_j = p
//! ```
//! (Kuby 1987.) The best `r` is one of the costs between two sites; it is found by halving, each time asking
//! whether `p` sites no two of which are closer than `r` exist (Sayah and Irnich 2017): a [packing](super::packing),
//! or with a budget or floors a program, where pairs that exclude each other are gathered into cliques, which makes
//! the relaxation much tighter. First answers take the furthest site again and again and are mended by exchanges.

use super::certificate::{certify, recount};
use super::clock::Clock;
use super::cover::Cover;
use super::dice::Dice;
use super::explain;
use super::frame::Frame;
use super::mip::Outcome;
use super::packing::{Conflicts, Packed};
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

/// What is known of the best radius, by places in the list of radii.
struct Range {
    /// This one does, with these sites.
    low: usize,
    best: Vec<usize>,
    /// Nothing above this does.
    high: usize,
}

/// Nodes that a radius gets before others are asked, nearer to the ends of the range. The radii about the best are
/// by far the hardest, and with so few nodes the others are settled in a fraction of a second.
const QUICK: usize = 2_000;
/// How many times as many the next round gets.
const LONGER: usize = 8;

/// First answers, each begun from another site: more than a few dozen seldom find a better one.
const STARTS: usize = 40;

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
        let Some(high) = radii.len().checked_sub(1) else { return Err(self.unlimited()) };
        let best = match self.decide(radii[0], usize::MAX) {
            Decision::Yes(open) => open,
            Decision::No => return Err(self.why_not()),
            Decision::Unknown => return Err(Unsolved::NothingFound),
        };
        let mut range = Range { low: self.place(&radii, &best)?, best, high };
        if self.is_plain()
            && let Some(open) = spread(self, radii[high])
        {
            let at = self.place(&radii, &open)?;
            if at > range.low {
                (range.low, range.best) = (at, open);
            }
        }
        let mut nodes = QUICK;
        while range.low < range.high && !self.clock.is_over() {
            let middle = range.low + (range.high - range.low).div_ceil(2);
            if !self.ask(&radii, &mut range, middle, nodes)? {
                self.squeeze(&radii, &mut range, middle, nodes)?;
                nodes = nodes.saturating_mul(LONGER);
            }
        }
        let bound = (range.low < range.high).then(|| radii[range.high]);
        certify(self.problem, Model::PDispersion, range.best, None, bound, self.clock)
    }

    /// Narrows the range by the answer for one radius; false when there is no answer.
    fn ask(&self, radii: &[f64], range: &mut Range, at: usize, nodes: usize) -> Result<bool, Unsolved> {
        match self.decide(radii[at], nodes) {
            Decision::Yes(open) => {
                range.low = self.place(radii, &open)?.max(at);
                range.best = open;
            }
            Decision::No => range.high = at - 1,
            Decision::Unknown => return Ok(false),
        }
        Ok(true)
    }

    /// Brings both ends nearer to a radius that is too hard as yet.
    fn squeeze(&self, radii: &[f64], range: &mut Range, hard: usize, nodes: usize) -> Result<(), Unsolved> {
        let (mut bottom, mut top) = (hard, hard);
        while top < range.high && !self.clock.is_over() {
            let at = top + (range.high - top).div_ceil(2);
            if !self.ask(radii, range, at, nodes)? {
                top = at;
            }
        }
        while range.low + 1 < bottom && bottom <= range.high && !self.clock.is_over() {
            let at = range.low + (bottom - range.low) / 2;
            if !self.ask(radii, range, at, nodes)? {
                bottom = at;
            }
        }
        Ok(())
    }

    /// Whether nothing but the number and the lists of sites limits the choice.
    fn is_plain(&self) -> bool {
        self.problem.budget.is_none() && !self.problem.has_floors()
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

    /// Whether so many sites exist, no two closer than `r`. Without a budget and floors, in so many nodes at most.
    fn decide(&self, r: f64, nodes: usize) -> Decision {
        let close = &self.pairs[..self.pairs.partition_point(|pair| pair.0 < r)];
        let close = close.iter().map(|&(_, a, b)| (a as usize, b as usize));
        let conflicts = Conflicts::new(self.rules.len(), close);
        if !self.is_plain() {
            return self.decide_by_program(&conflicts);
        }
        let required = super::free_sites::distinct(self.problem.required.clone());
        let is_shut = |site: usize| self.rules[site] == Rule::Shut;
        match conflicts.pack(self.count, &required, is_shut, nodes, &|| self.clock.is_over()) {
            Packed::Yes(open) => Decision::Yes(open),
            Packed::No => Decision::No,
            Packed::Unknown => Decision::Unknown,
        }
    }

    fn decide_by_program(&self, conflicts: &Conflicts) -> Decision {
        let mut frame = Frame::new(self.problem, |_| -1.0);
        let terms: Vec<(usize, f64)> = frame.sites.iter().map(|&var| (var, 1.0)).collect();
        frame.mip.exactly(self.count as f64, &terms);
        let Some(cliques) = conflicts.cliques(&|| self.clock.is_over()) else { return Decision::Unknown };
        for clique in cliques {
            let terms: Vec<(usize, f64)> = clique.iter().map(|&site| (frame.sites[site], 1.0)).collect();
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

/// Sites far from one another: the furthest from those open again and again, begun from one site after the other, and
/// one of the two closest exchanged while that helps. Nothing where too few may open.
fn spread(search: &Search<'_>, furthest: f64) -> Option<Vec<usize>> {
    let n_sites = search.rules.len();
    let mut near: Vec<Vec<(u32, f64)>> = vec![Vec::new(); n_sites];
    for &(cost, a, b) in &search.pairs {
        near[a as usize].push((b, cost));
        near[b as usize].push((a, cost));
    }
    let free: Vec<usize> = (0..n_sites).filter(|&site| search.rules[site] == Rule::Free).collect();
    let required = super::free_sites::distinct(search.problem.required.clone());
    let spread = Spread { near, free, n_required: required.len(), beyond: 2.0 * furthest + 1.0 };
    let mut dice = Dice::new(search.clock.seed);
    let mut best: Option<(f64, Vec<usize>)> = None;
    for start in 0..STARTS {
        if start > 0 && search.clock.is_over() {
            break;
        }
        let mut open = required.clone();
        if start > 0 && open.len() < search.count && !spread.free.is_empty() {
            open.push(spread.free[dice.below(spread.free.len())]);
        }
        while open.len() < search.count {
            open.push(spread.furthest(&open)?.0);
        }
        spread.mend(&mut open, search.clock);
        let least = spread.closest(&open).map_or(spread.beyond, |(_, _, cost)| cost);
        if best.as_ref().is_none_or(|(most, _)| least > *most) {
            best = Some((least, open));
        }
    }
    best.map(|(_, open)| open)
}

struct Spread {
    near: Vec<Vec<(u32, f64)>>,
    free: Vec<usize>,
    n_required: usize,
    /// Further than any two sites are.
    beyond: f64,
}

impl Spread {
    /// The free site whose least cost to those open is largest, with that cost.
    fn furthest(&self, open: &[usize]) -> Option<(usize, f64)> {
        let mut least = vec![self.beyond; self.near.len()];
        for &site in open {
            least[site] = -1.0;
            for &(other, cost) in &self.near[site] {
                least[other as usize] = least[other as usize].min(cost);
            }
        }
        let best = self.free.iter().copied().max_by(|&a, &b| least[a].total_cmp(&least[b]).then(b.cmp(&a)))?;
        (least[best] >= 0.0).then_some((best, least[best]))
    }

    /// The two open sites that are closest, as places in the list, with their cost.
    fn closest(&self, open: &[usize]) -> Option<(usize, usize, f64)> {
        let mut place = vec![usize::MAX; self.near.len()];
        open.iter().enumerate().for_each(|(at, &site)| place[site] = at);
        let pairs = open.iter().enumerate().flat_map(|(at, &site)| {
            let others = self.near[site].iter().map(|&(other, cost)| (place[other as usize], cost));
            others.filter(move |(other, _)| *other < at).map(move |(other, cost)| (other, at, cost))
        });
        pairs.min_by(|a, b| a.2.total_cmp(&b.2).then((a.0, a.1).cmp(&(b.0, b.1))))
    }

    /// Puts a site that is further from the rest in the place of one of the two closest, while there is one.
    fn mend(&self, open: &mut [usize], clock: &Clock<'_>) {
        while let Some((a, b, cost)) = self.closest(open) {
            let better = [b, a].into_iter().filter(|at| *at >= self.n_required).find_map(|at| {
                let mut rest = open.to_vec();
                rest.swap_remove(at);
                let (site, least) = self.furthest(&rest)?;
                (least > cost).then_some((at, site))
            });
            match better.filter(|_| !clock.is_over()) {
                Some((at, site)) => open[at] = site,
                None => return,
            }
        }
    }
}
