//! The cheapest connected part at given prices of its units, and all that are nearly as cheap.
//!
//! Backwards over the layers of the [`Frontier`], with weights rounded to a grid, comes a lower estimate of what it
//! costs to finish from each state with so much weight still to take. Forwards, depth first, with exact weights, the
//! estimate cuts off what cannot be cheap enough. So what is found is exact, and the rounding only costs time.

use super::frontier::{DEAD, Frontier};
use super::problem::Problem;
use super::work::Work;

/// A connected part within the bounds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub(super) units: Vec<u32>,
    /// Half of what the edges that leave it cost.
    pub(super) cost: f64,
}

/// Estimates for one problem.
pub(super) struct Pricer<'a> {
    problem: &'a Problem,
    frontier: &'a Frontier,
    grid: f64,
    /// Each unit's weight on the grid.
    rounded: Vec<usize>,
    buckets: usize,
    /// By how much the true weight of what is still to come may be above and below the rounded one, layer by layer.
    above: Vec<f64>,
    below: Vec<f64>,
    /// By layer, state and bucket.
    estimate: Vec<Vec<f32>>,
    prices: Vec<f64>,
    /// What the estimates may be wrong by, through single precision: an error of rounding for each layer.
    slack: f64,
}

impl<'a> Pricer<'a> {
    /// `cells` is the room for estimates.
    pub(super) fn new(problem: &'a Problem, frontier: &'a Frontier, cells: usize) -> Self {
        let buckets = (cells / frontier.n_states().max(1)).clamp(32, 6000);
        let grid = (problem.upper / (buckets - 2) as f64).max(1e-9);
        let rounded: Vec<usize> = problem.weights.iter().map(|w| (w / grid).round() as usize).collect();
        let n = frontier.layers.len();
        let (mut above, mut below) = (vec![0.0; n + 1], vec![0.0; n + 1]);
        for at in (0..n).rev() {
            let unit = frontier.layers[at].unit as usize;
            let error = problem.weights[unit] - rounded[unit] as f64 * grid;
            above[at] = above[at + 1] + error.max(0.0);
            below[at] = below[at + 1] + (-error).max(0.0);
        }
        let mut estimate: Vec<Vec<f32>> =
            frontier.layers.iter().map(|layer| vec![f32::INFINITY; layer.next.len() * buckets]).collect();
        let mut end = vec![f32::INFINITY; buckets];
        end[0] = 0.0;
        estimate.push(end);
        Self { problem, frontier, grid, rounded, buckets, above, below, estimate, prices: Vec::new(), slack: 0.0 }
    }

    /// Estimates anew for other prices of the units.
    pub(super) fn reprice(&mut self, prices: &[f64]) {
        self.prices = prices.to_vec();
        let mut largest = 0.0_f32;
        for at in (0..self.frontier.layers.len()).rev() {
            let layer = &self.frontier.layers[at];
            let (unit, b) = (layer.unit as usize, self.buckets);
            let (shift, price) = (self.rounded[unit], prices[unit] as f32);
            let (head, tail) = self.estimate.split_at_mut(at + 1);
            let (own, after) = (&mut head[at], &tail[0]);
            for (state, (next, cost)) in layer.next.iter().zip(&layer.cost).enumerate() {
                let row = &mut own[state * b..(state + 1) * b];
                if next[0] == DEAD {
                    row.fill(f32::INFINITY);
                } else {
                    let from = &after[next[0] as usize * b..(next[0] as usize + 1) * b];
                    row.iter_mut().zip(from).for_each(|(cell, &rest)| *cell = rest + cost[0]);
                }
                if next[1] != DEAD && shift < b {
                    let from = &after[next[1] as usize * b..(next[1] as usize + 1) * b];
                    let add = cost[1] - price;
                    row[shift..].iter_mut().zip(from).for_each(|(cell, &rest)| *cell = cell.min(rest + add));
                }
                let sizes = row.iter().map(|cell| if cell.is_finite() { cell.abs() } else { 0.0 });
                largest = sizes.fold(largest, f32::max);
            }
        }
        // Two roundings a layer, each at most half of the precision of the largest number.
        self.slack = 1e-6 + f64::from(largest) * f64::from(f32::EPSILON) * (self.frontier.layers.len() + 1) as f64;
    }

    /// Work of one pricing, in steps.
    pub(super) fn effort(&self) -> usize {
        self.estimate.iter().map(Vec::len).sum::<usize>() / 8
    }

    /// The least that finishing can cost from here, having this weight so far.
    fn rest(&self, at: usize, state: u32, weight: f64) -> f64 {
        let low = ((self.problem.lower - weight - self.above[at]) / self.grid - 1e-6).ceil().max(0.0) as usize;
        let high = (self.problem.upper - weight + self.below[at]) / self.grid + 1e-6;
        if high < 0.0 {
            return f64::INFINITY;
        }
        let high = (high as usize + 1).min(self.buckets);
        if low >= high {
            return f64::INFINITY;
        }
        let row = &self.estimate[at][state as usize * self.buckets..][low..high];
        f64::from(row.iter().copied().fold(f32::INFINITY, f32::min))
    }

    /// No part within the bounds is cheaper than this at the prices.
    pub(super) fn floor(&self) -> f64 {
        self.rest(0, 0, 0.0) - self.slack
    }

    /// Parts whose cost less prices is at most `most`, found depth first, the promising way first. With `narrows`,
    /// `most` falls to the best found so far. Ends early after so many parts or steps; says whether it did not.
    pub(super) fn parts(
        &self,
        most: f64,
        narrows: bool,
        limits: (usize, usize),
        work: &mut Work<'_>,
        keep: &mut dyn FnMut(f64, Part),
    ) -> bool {
        let mut hunt = Hunt { pricer: self, most, narrows, left: limits, taken: Vec::new(), work, keep, spent: 0 };
        hunt.go(0, 0, 0.0, 0.0, 0.0)
    }
}

struct Hunt<'h, 'a, 'w> {
    pricer: &'h Pricer<'a>,
    most: f64,
    narrows: bool,
    left: (usize, usize),
    taken: Vec<u32>,
    work: &'h mut Work<'w>,
    keep: &'h mut dyn FnMut(f64, Part),
    spent: usize,
}

impl Hunt<'_, '_, '_> {
    fn go(&mut self, at: usize, state: u32, weight: f64, cost: f64, prices: f64) -> bool {
        let problem = self.pricer.problem;
        if at == self.pricer.frontier.layers.len() {
            let reduced = cost - prices;
            if weight >= problem.lower && weight <= problem.upper && reduced <= self.most {
                let mut units = self.taken.clone();
                units.sort_unstable();
                (self.keep)(reduced, Part { units, cost });
                self.left.0 = self.left.0.saturating_sub(1);
                if self.narrows {
                    self.most = self.most.min(reduced - 1e-6);
                }
            }
            return self.left.0 > 0;
        }
        self.spent += 1;
        if self.spent.is_multiple_of(1024) && !self.work.spend(1024 * 20) {
            return false;
        }
        self.left.1 = self.left.1.saturating_sub(1);
        if self.left.1 == 0 {
            return false;
        }
        let layer = &self.pricer.frontier.layers[at];
        let (next, costs) = (layer.next[state as usize], layer.cost[state as usize]);
        let unit = layer.unit as usize;
        let mut ways = [(f64::INFINITY, 0_usize); 2];
        for way in 0..2 {
            ways[way].1 = way;
            if next[way] != DEAD {
                let weight = weight + if way == 1 { problem.weights[unit] } else { 0.0 };
                let spent = cost + f64::from(costs[way]) - prices;
                let spent = spent - if way == 1 { self.pricer.prices[unit] } else { 0.0 };
                ways[way].0 = spent + self.pricer.rest(at + 1, next[way], weight);
            }
        }
        if ways[1].0 < ways[0].0 {
            ways.swap(0, 1);
        }
        for (least, way) in ways {
            if least - self.pricer.slack > self.most || least.is_infinite() {
                continue;
            }
            let (weight, prices) = if way == 1 {
                self.taken.push(layer.unit);
                (weight + problem.weights[unit], prices + self.pricer.prices[unit])
            } else {
                (weight, prices)
            };
            let goes_on = self.go(at + 1, next[way], weight, cost + f64::from(costs[way]), prices);
            if way == 1 {
                self.taken.pop();
            }
            if !goes_on {
                return false;
            }
        }
        true
    }
}
