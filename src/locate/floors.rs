//! Covering with floors on the [`Core`]: prices on the floors, then the same branch and bound.
//!
//! A floor `Σ_i g_i z_i >= b_g` gets a price `λ_g >= 0`. The demand point then weighs `w_i + Σ_g λ_g g_i`, and
//! the value of the core less `Σ_g λ_g (G_g - b_g)`, where `G_g` is what could be covered of the group at all, is
//! at most the weight lost by any choice that meets the floors. The floor prices are raised by a few subgradient
//! steps (Polyak 1969) and then kept; branching goes on until every choice left is worse than the best that was
//! found to meet the floors, so the proof is as strong as without them.

use super::branch::{self, Found, Judge};
use super::clock::Clock;
use super::core::{Core, Rows};
use super::cover::Cover;
use super::explain::{self, Covering};
use super::frame::floor_weight;
use super::free_sites::{FreeSites, limit_of};
use super::interchange::{good_choice, polish};
use super::lagrange::{Steps, ascend};
use super::mip::Outcome;
use super::problem::Problem;
use super::solution::Unsolved;

/// Rounds of raising the floor prices. The bound hardly moves after thirty; what is left costs a few more nodes.
const ROUNDS: usize = 30;
/// Steps of the inner ascent in each round, which starts from the prices of the round before.
const INNER: Steps = Steps { most: 80, boldness: 0.8, patience: 12 };

struct Floor {
    /// The group's weight in each class.
    weights: Vec<f64>,
    /// What must be covered of it beyond what the required sites cover.
    need: f64,
}

struct Floored<'a> {
    problem: &'a Problem,
    cover: Cover,
    inner: FreeSites,
    weights: Vec<f64>,
    floors: Vec<Floor>,
    /// The weight that is covered anyway or could be.
    covered_at_most: f64,
    /// A weight so small that it decides nothing, which keeps classes of no weight of their own in the core: they
    /// may still be what a group needs.
    trace: f64,
}

/// Solves MCLP with floors. The bound in what is found is on the weight lost, of the second number, which could be
/// covered at all.
pub(super) fn solve(problem: &Problem, radius: f64, clock: &Clock<'_>) -> Result<(Found, f64), Unsolved> {
    let floored = Floored::of(problem, radius, clock)?;
    let (prices, start) = floored.start(radius, clock)?;
    let judge = |sites: &[usize]| floored.judge(sites);
    let is_integral = floored.weights.iter().all(|weight| weight.fract() == 0.0);
    let core = floored.core(&prices);
    let found = branch::solve_judged(
        &core,
        Some(&start),
        Some(Judge { worth: &judge, is_integral, most_nodes: usize::MAX }),
        clock,
    );
    Ok((found, floored.covered_at_most))
}

/// A choice that meets the floors and covers much, or why there is none.
pub(super) fn feasible(problem: &Problem, radius: f64, clock: &Clock<'_>) -> Result<Vec<usize>, Unsolved> {
    Ok(Floored::of(problem, radius, clock)?.start(radius, clock)?.1)
}

impl<'a> Floored<'a> {
    /// The problem with its floors, unless one of them is beyond what could be covered at all.
    fn of(problem: &'a Problem, radius: f64, clock: &Clock<'_>) -> Result<Self, Unsolved> {
        let cover = Cover::new(problem, radius);
        let (always, weights) = cover.tally(&problem.weights);
        let floors: Vec<Floor> = problem
            .groups
            .iter()
            .filter_map(|group| {
                let (always, weights) = cover.tally(&group.weights);
                let need = floor_weight(group.floor?, group.total()) - always;
                (need > 0.0).then_some(Floor { weights, need })
            })
            .collect();
        if floors.iter().any(|floor| floor.weights.iter().sum::<f64>() < floor.need) {
            return Err(explain::floors(problem, &|_| {}, clock));
        }
        let total: f64 = weights.iter().sum();
        let trace = 1e-9 * total.max(1.0) / cover.classes.len().max(1) as f64;
        let inner = FreeSites::of(problem);
        Ok(Self { problem, cover, inner, weights, floors, trace, covered_at_most: always + total })
    }

    /// Floor prices, and a choice that meets the floors.
    fn start(&self, radius: f64, clock: &Clock<'_>) -> Result<(Vec<f64>, Vec<usize>), Unsolved> {
        let (prices, known) = self.tune(clock);
        let start = known.map_or_else(|| self.any(radius, clock), |(sites, _)| Ok(sites))?;
        Ok((prices, start))
    }
}

impl Floored<'_> {
    /// The core at these floor prices.
    fn core(&self, prices: &[f64]) -> Core {
        let mut rows = Rows::new();
        for (at, class) in self.cover.classes.iter().enumerate() {
            let floors: f64 = self.floors.iter().zip(prices).map(|(floor, price)| price * floor.weights[at]).sum();
            rows.sites.extend(class.sites.iter().map(|&site| self.inner.of[site as usize]));
            rows.costs.extend(class.sites.iter().map(|_| 0.0));
            rows.close(self.weights[at] + floors + self.trace);
        }
        let allowed: f64 = self
            .floors
            .iter()
            .zip(prices)
            .map(|(floor, price)| price * (floor.weights.iter().sum::<f64>() - floor.need))
            .sum();
        let fixed = -allowed - self.trace * self.cover.classes.len() as f64;
        Core::new(rows, limit_of(self.problem, &self.inner.free), self.inner.free.clone(), Vec::new(), fixed)
    }

    /// The weight lost by these sites, if they meet the floors.
    fn judge(&self, sites: &[usize]) -> Option<f64> {
        let mut is_open = vec![false; self.inner.of.len()];
        sites.iter().for_each(|&site| is_open[site] = true);
        let mut lost = 0.0;
        let mut covered = vec![0.0; self.floors.len()];
        for (at, class) in self.cover.classes.iter().enumerate() {
            if class.sites.iter().any(|&site| is_open[site as usize]) {
                covered.iter_mut().zip(&self.floors).for_each(|(sum, floor)| *sum += floor.weights[at]);
            } else {
                lost += self.weights[at];
            }
        }
        covered.iter().zip(&self.floors).all(|(sum, floor)| *sum >= floor.need).then_some(lost)
    }

    /// Floor prices with a good bound, and the best choice that met the floors on the way.
    fn tune(&self, clock: &Clock<'_>) -> (Vec<f64>, Option<(Vec<usize>, f64)>) {
        let mut prices = vec![0.0; self.floors.len()];
        let mut core = self.core(&prices);
        let (mut best_prices, mut best_bound) = (prices.clone(), f64::NEG_INFINITY);
        let mut known: Option<(Vec<usize>, f64)> = None;
        let mut u: Vec<f64> = core.out.iter().map(|out| 0.5 * out).collect();
        let (plain, chosen) = good_choice(&core, clock);
        self.hear(&core, &chosen, &mut known);
        for round in 0..ROUNDS {
            if clock.is_over() {
                break;
            }
            clock.spend(8 * core.n_pairs());
            // Without a choice that meets the floors, aim somewhat above what is lost without them.
            let aim = known.as_ref().map_or(plain.abs() * 1.05 + 1.0, |(_, lost)| *lost).max(best_bound + 1e-6);
            let ascent = ascend(&core, u, (aim, f64::INFINITY), INNER, clock);
            if ascent.bound > best_bound {
                best_bound = ascent.bound;
                best_prices.copy_from_slice(&prices);
            }
            self.hear(&core, &ascent.chosen, &mut known);
            let (_, polished) = polish(&core, &ascent.chosen, clock);
            self.hear(&core, &polished, &mut known);
            let short = self.shortfalls(&core, &ascent.share);
            let norm: f64 = short.iter().zip(&prices).filter(|(s, p)| **s > 0.0 || **p > 0.0).map(|(s, _)| s * s).sum();
            if norm <= 0.0 {
                break;
            }
            let boldness = 1.0 / (1.0 + round as f64 / 6.0);
            let length = boldness * (aim - ascent.bound).max(1e-3 * aim.abs().max(1.0)) / norm;
            prices.iter_mut().zip(&short).for_each(|(price, short)| *price = (*price + length * short).max(0.0));
            let next = self.core(&prices);
            u = ascent.prices.iter().zip(core.out.iter().zip(&next.out)).map(|(u, (old, new))| u * new / old).collect();
            core = next;
        }
        for push in [1.0, 1.5, 3.0, 10.0, 100.0] {
            if known.is_some() || clock.is_over() {
                break;
            }
            let least = 0.1 * push;
            let pushed: Vec<f64> = best_prices.iter().map(|price| (price * push).max(least)).collect();
            let core = self.core(&pushed);
            let (_, chosen) = good_choice(&core, clock);
            self.hear(&core, &chosen, &mut known);
        }
        (best_prices, known)
    }

    /// Keeps a choice if it meets the floors and loses less than the one that is known.
    fn hear(&self, core: &Core, chosen: &[u32], known: &mut Option<(Vec<usize>, f64)>) {
        let sites: Vec<usize> = chosen.iter().map(|&j| core.outer[j as usize]).collect();
        if let Some(lost) = self.judge(&sites)
            && known.as_ref().is_none_or(|(_, least)| lost < *least)
        {
            *known = Some((sites, lost));
        }
    }

    /// By how much each floor is missed when sites are open as often as the relaxation chose them.
    fn shortfalls(&self, core: &Core, share: &[f64]) -> Vec<f64> {
        let sum: f64 = (0..share.len()).map(|j| share[j] * core.price(j)).sum();
        let scale = core.purse() / sum.max(1e-12);
        let open: Vec<f64> = (0..core.n_demand())
            .map(|i| core.row(i).0.iter().map(|&j| share[j as usize] * scale).sum::<f64>().min(1.0))
            .collect();
        self.floors
            .iter()
            .map(|floor| floor.need - floor.weights.iter().zip(&open).map(|(weight, open)| weight * open).sum::<f64>())
            .collect()
    }

    /// Any choice that meets the floors, from HiGHS.
    fn any(&self, radius: f64, clock: &Clock<'_>) -> Result<Vec<usize>, Unsolved> {
        let mut covering = Covering::new(self.problem, radius);
        let groups = covering.groups.clone();
        covering.frame.floors(self.problem, &groups, None);
        match covering.frame.mip.solve(None, clock) {
            Outcome::Infeasible => Err(explain::floors(self.problem, &|_| {}, clock)),
            Outcome::Nothing => Err(Unsolved::NothingFound),
            Outcome::Answer { values, .. } => {
                let open = covering.frame.open(&values);
                Ok(open.into_iter().filter(|&site| self.inner.of[site] != u32::MAX).collect())
            }
        }
    }
}
