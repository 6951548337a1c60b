//! The worst-off group first on the [`Core`]: prices on the groups, then the same branch and bound.
//!
//! Let `s_g` be the covered share of group `g` and `θ_k` the sum of the `k` smallest shares. Maximising `θ_1`, then
//! `θ_2` among the choices with the best `θ_1`, and so on, maximises the sorted shares lexicographically (Ogryczak
//! and Śliwiński 2003). For prices `0 <= λ_g <= 1` that sum to `k`, no choice loses less than its priced loss:
//! `k - θ_k >= Σ_g λ_g (1 - s_g)`, which is covering with the weights `Σ_g λ_g w_gi / W_g`. Floors, and the share of
//! the worst-off group once it is known, get prices of their own as in [`floors`](super::floors). The prices are
//! raised by subgradient steps and then kept; branching goes on until every choice left is worse than the best.

use super::branch::{self, Judge};
use super::clock::Clock;
use super::core::{Core, Rows};
use super::cover::Cover;
use super::floors;
use super::free_sites::{FreeSites, limit_of};
use super::interchange::{good_choice, polish};
use super::lagrange::{Steps, ascend};
use super::problem::{Group, Problem};
use super::solution::Unsolved;
use std::cell::{Cell, RefCell};

/// Rounds of raising the prices of one level.
const ROUNDS: usize = 40;
/// Steps of the inner ascent in each round, which starts from the prices of the round before.
const INNER: Steps = Steps { most: 60, boldness: 0.8, patience: 12 };
/// What a level may fall short of when the next one is sought, in shares: the rounding of their sums.
const SLACK: f64 = 1e-9;

/// Nodes spent on going through the choices that are equal in the worst-off share.
const EQUALS: usize = 20_000;

/// Sites, and the bound on the worst-off share where it is not proven that they are best.
pub(super) struct Fairest {
    pub(super) sites: Vec<usize>,
    pub(super) bound: Option<f64>,
}

/// What is sought at one level, and what must be held on to.
struct Level {
    /// How many of the smallest shares count; nothing means the weight covered in all.
    count: Option<usize>,
    /// The best sums of the levels before.
    held: Vec<f64>,
    /// The least share of each group.
    floors: Vec<f64>,
}

struct Fair<'a> {
    problem: &'a Problem,
    cover: Cover,
    inner: FreeSites,
    n_groups: usize,
    /// The share of each group that is covered whatever is chosen, and that which a choice may cover.
    always: Vec<f64>,
    reach: Vec<f64>,
    /// By class, then by group: the share of the group.
    parts: Vec<f64>,
    /// By class: the share of all weight.
    weights: Vec<f64>,
    /// A share so small that it decides nothing; see [`floors`](super::floors).
    trace: f64,
}

/// Prices on the groups' shares and on their floors.
#[derive(Clone)]
struct Prices {
    shares: Vec<f64>,
    floors: Vec<f64>,
}

/// Finds the sites that leave the groups with somebody in them best off.
pub(super) fn solve(problem: &Problem, radius: f64, clock: &Clock<'_>) -> Result<Fairest, Unsolved> {
    let fair = Fair::of(problem, radius);
    let mut sites = if problem.has_floors() { floors::feasible(problem, radius, clock)? } else { Vec::new() };
    let own = problem.groups.iter().filter(|group| group.total() > 0.0).map(|group| group.floor.unwrap_or(0.0));
    let mut level = Level { count: Some(1), held: Vec::new(), floors: own.collect() };
    loop {
        let (prices, start) = fair.tune(&level, sites, clock);
        let core = fair.core(&level, &prices);
        let worth = |sites: &[usize]| fair.judge(&level, sites);
        let judge = Judge { worth: &worth, is_integral: false, most_nodes: usize::MAX };
        let found = branch::solve_judged(&core, Some(&start), Some(judge), clock);
        sites = found.sites;
        let (shares, _) = fair.shares(&sites);
        if !found.proven {
            let is_first = level.held.is_empty();
            let bound = if is_first { (1.0 - found.bound).min(1.0) } else { level.held[0] };
            return Ok(Fairest { sites, bound: Some(bound) });
        }
        let Some(count) = level.count else { return Ok(Fairest { sites, bound: None }) };
        if count == 1 {
            let (best, is_proven) = fair.best_of_equals(&level, &core, sites, clock);
            sites = best;
            if is_proven {
                return Ok(Fairest { sites, bound: None });
            }
        }
        level.held.push(least(&shares, count) - SLACK);
        level.floors.iter_mut().for_each(|floor| *floor = floor.max(level.held[0]));
        level.count = Some(count + 1).filter(|count| *count <= fair.n_groups);
    }
}

/// Whether one ranking comes before another, by the first place where they differ by more than rounding.
fn is_better(rank: &[f64], than: &[f64]) -> bool {
    let differs = rank.iter().zip(than).find(|(a, b)| (*a - *b).abs() > SLACK);
    differs.is_some_and(|(a, b)| a > b)
}

/// The sum of the smallest shares.
fn least(shares: &[f64], count: usize) -> f64 {
    let mut sorted = shares.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.iter().take(count).sum()
}

impl<'a> Fair<'a> {
    fn of(problem: &'a Problem, radius: f64) -> Self {
        let cover = Cover::new(problem, radius);
        let groups: Vec<&Group> = problem.groups.iter().filter(|group| group.total() > 0.0).collect();
        let mut parts = vec![0.0; cover.classes.len() * groups.len()];
        let (mut always, mut reach) = (Vec::new(), Vec::new());
        for (g, group) in groups.iter().enumerate() {
            let (at_once, by_class) = cover.tally(&group.weights);
            let all = group.total();
            for (class, weight) in by_class.iter().enumerate() {
                parts[class * groups.len() + g] = weight / all;
            }
            always.push(at_once / all);
            reach.push(by_class.iter().sum::<f64>() / all);
        }
        let (_, weights) = cover.tally(&problem.weights);
        let total: f64 = weights.iter().sum::<f64>().max(1e-12);
        let weights = weights.into_iter().map(|weight| weight / total).collect();
        let trace = 1e-10 / cover.classes.len().max(1) as f64;
        Self {
            problem,
            inner: FreeSites::of(problem),
            n_groups: groups.len(),
            always,
            reach,
            parts,
            weights,
            trace,
            cover,
        }
    }

    fn parts(&self, class: usize) -> &[f64] {
        &self.parts[class * self.n_groups..(class + 1) * self.n_groups]
    }

    /// The covered share of each group, and the share of all weight that is lost.
    fn shares(&self, sites: &[usize]) -> (Vec<f64>, f64) {
        let mut is_open = vec![false; self.inner.of.len()];
        sites.iter().for_each(|&site| is_open[site] = true);
        let (mut shares, mut lost) = (self.always.clone(), 0.0);
        for (at, class) in self.cover.classes.iter().enumerate() {
            if class.sites.iter().any(|&site| is_open[site as usize]) {
                shares.iter_mut().zip(self.parts(at)).for_each(|(share, part)| *share += part);
            } else {
                lost += self.weights[at];
            }
        }
        (shares, lost)
    }

    /// What these sites lose at a level, if they hold on to what was reached before.
    fn judge(&self, level: &Level, sites: &[usize]) -> Option<f64> {
        let (shares, lost) = self.shares(sites);
        let is_above = shares.iter().zip(&level.floors).all(|(share, floor)| *share >= floor - SLACK);
        let holds = level.held.iter().enumerate().all(|(at, held)| least(&shares, at + 1) >= held - SLACK);
        (is_above && holds).then(|| level.count.map_or(lost, |count| count as f64 - least(&shares, count)))
    }

    /// The best of all choices that leave the worst-off group as well off as these sites, and whether they were all
    /// looked at. Nearly always there are few, and going through them is quicker than one level after the other.
    fn best_of_equals(&self, level: &Level, core: &Core, sites: Vec<usize>, clock: &Clock<'_>) -> (Vec<usize>, bool) {
        let Some(lost) = self.judge(level, &sites) else { return (sites, false) };
        let best = RefCell::new((self.rank(&sites), sites.clone()));
        let is_first = Cell::new(true);
        let worth = |sites: &[usize]| {
            if is_first.replace(false) {
                return Some(lost + 2.0 * SLACK);
            }
            if self.judge(level, sites).is_some_and(|loses| loses <= lost + SLACK) {
                let rank = self.rank(sites);
                let mut best = best.borrow_mut();
                if is_better(&rank, &best.0) {
                    *best = (rank, sites.to_vec());
                }
            }
            None
        };
        let judge = Judge { worth: &worth, is_integral: false, most_nodes: EQUALS };
        let found = branch::solve_judged(core, Some(&sites), Some(judge), clock);
        (best.into_inner().1, found.proven)
    }

    /// The covered shares, smallest first, then the share of all weight.
    fn rank(&self, sites: &[usize]) -> Vec<f64> {
        let (mut shares, lost) = self.shares(sites);
        shares.sort_unstable_by(f64::total_cmp);
        shares.push(1.0 - lost);
        shares
    }

    /// The core at these prices.
    fn core(&self, level: &Level, prices: &Prices) -> Core {
        let mut rows = Rows::new();
        for (at, class) in self.cover.classes.iter().enumerate() {
            let both = prices.shares.iter().zip(&prices.floors).map(|(share, floor)| share + floor);
            let priced: f64 = both.zip(self.parts(at)).map(|(price, part)| price * part).sum();
            let own = if level.count.is_none() { self.weights[at] } else { 0.0 };
            rows.sites.extend(class.sites.iter().map(|&site| self.inner.of[site as usize]));
            rows.costs.extend(class.sites.iter().map(|_| 0.0));
            rows.close(own + priced + self.trace);
        }
        let never = (0..self.n_groups).map(|g| {
            let most = self.always[g] + self.reach[g];
            prices.shares[g] * (1.0 - most) + prices.floors[g] * (level.floors[g] - most)
        });
        let fixed = never.sum::<f64>() - self.trace * self.cover.classes.len() as f64;
        let free = &self.inner.free;
        Core::new(rows, limit_of(self.problem, free), free.clone(), Vec::new(), fixed)
    }

    /// Prices with a good bound for a level, and the best choice met on the way.
    fn tune(&self, level: &Level, start: Vec<usize>, clock: &Clock<'_>) -> (Prices, Vec<usize>) {
        let count = level.count.unwrap_or(0) as f64;
        let even = count / self.n_groups as f64;
        let mut prices = Prices { shares: vec![even; self.n_groups], floors: vec![0.0; self.n_groups] };
        let mut core = self.core(level, &prices);
        let (mut best, mut best_bound) = (prices.clone(), f64::NEG_INFINITY);
        let mut known = self.judge(level, &start).map(|lost| (start, lost));
        let mut u: Vec<f64> = core.out.iter().map(|out| 0.5 * out).collect();
        let (_, chosen) = good_choice(&core, clock);
        self.hear(level, &core, &chosen, &mut known);
        for round in 0..ROUNDS {
            if clock.is_over() {
                break;
            }
            clock.spend(8 * core.n_pairs());
            let aim = known.as_ref().map_or(count.max(1.0), |(_, lost)| *lost);
            let ascent = ascend(&core, u, (aim.max(best_bound), f64::INFINITY), INNER, clock);
            if ascent.bound > best_bound {
                best_bound = ascent.bound;
                best = prices.clone();
            }
            self.hear(level, &core, &polish(&core, &ascent.chosen, clock).1, &mut known);
            let shares = self.open_shares(&core, &ascent.share);
            let boldness = 1.0 / (1.0 + round as f64 / 6.0);
            if !prices.follow(level, &shares, boldness * (aim - ascent.bound).max(1e-4)) {
                break;
            }
            let next = self.core(level, &prices);
            u = ascent.prices.iter().zip(core.out.iter().zip(&next.out)).map(|(u, (old, new))| u * new / old).collect();
            core = next;
        }
        (best, known.map_or_else(Vec::new, |(sites, _)| sites))
    }

    /// Keeps a choice, mended by swaps, if it loses less than the one that is known.
    fn hear(&self, level: &Level, core: &Core, chosen: &[u32], known: &mut Option<(Vec<usize>, f64)>) {
        let sites: Vec<usize> = chosen.iter().map(|&j| core.outer[j as usize]).collect();
        if let Some(lost) = self.judge(level, &sites)
            && known.as_ref().is_none_or(|(_, least)| lost < *least)
        {
            *known = Some((sites, lost));
        }
    }

    /// The covered shares when sites are open as often as the relaxation chose them.
    fn open_shares(&self, core: &Core, share: &[f64]) -> Vec<f64> {
        let scale = core.purse() / (0..share.len()).map(|j| share[j] * core.price(j)).sum::<f64>().max(1e-12);
        let mut shares = self.always.clone();
        for (at, class) in self.cover.classes.iter().enumerate() {
            let open: f64 = class.sites.iter().map(|&site| share[self.inner.of[site as usize] as usize] * scale).sum();
            shares.iter_mut().zip(self.parts(at)).for_each(|(sum, part)| *sum += part * open.min(1.0));
        }
        shares
    }
}

impl Prices {
    /// A subgradient step; false when there is nowhere to go.
    fn follow(&mut self, level: &Level, shares: &[f64], reach: f64) -> bool {
        let mean = shares.iter().sum::<f64>() / shares.len().max(1) as f64;
        let (aims, floors): (Vec<f64>, Vec<f64>) =
            shares.iter().zip(&level.floors).map(|(share, floor)| (mean - share, floor - share)).unzip();
        let is_felt = |at: &usize| floors[*at] > 0.0 || self.floors[*at] > 0.0;
        let mut norm: f64 = (0..floors.len()).filter(is_felt).map(|at| floors[at] * floors[at]).sum();
        if level.count.is_some() {
            norm += aims.iter().map(|aim| aim * aim).sum::<f64>();
        }
        if norm <= 1e-18 {
            return false;
        }
        let length = reach / norm;
        self.floors.iter_mut().zip(&floors).for_each(|(price, short)| *price = (*price + length * short).max(0.0));
        if let Some(count) = level.count {
            self.shares.iter_mut().zip(&aims).for_each(|(price, aim)| *price += length * aim);
            onto_prices(&mut self.shares, count as f64);
        }
        true
    }
}

/// The nearest prices between 0 and 1 that sum to `sum`.
fn onto_prices(prices: &mut [f64], sum: f64) {
    let at = |shift: f64| prices.iter().map(|price| (price - shift).clamp(0.0, 1.0)).sum::<f64>();
    let most = prices.iter().copied().fold(1.0, f64::max);
    let (mut low, mut high) = (prices.iter().copied().fold(0.0, f64::min) - 1.0, most);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if at(middle) > sum {
            low = middle;
        } else {
            high = middle;
        }
    }
    prices.iter_mut().for_each(|price| *price = (*price - high).clamp(0.0, 1.0));
}
