//! Good answers fast: greedy adding, then swaps, on the [`Core`].
//!
//! Greedy adding with lazy gains (Minoux 1978), then the vertex substitution of Teitz and Bart (1968) with the
//! fast evaluation of Whitaker (1983) and Resende and Werneck (2007): the profit of swapping `r` for `j` is
//! `gain(j) - loss(r) + extra(j, r)`, and all profits of one `j` come from one walk over its demand points.
//! Then the answer is shaken and mended again a stated number of times (iterated local search).

use super::clock::Clock;
use super::core::Core;
use super::dice::Dice;
use std::collections::BinaryHeap;

const NOBODY: u32 = u32::MAX;

/// A choice of sites with what is needed to judge swaps.
pub(super) struct Choice<'a> {
    core: &'a Core,
    is_open: Vec<bool>,
    open: Vec<u32>,
    spent: f64,
    /// The nearest open site of each demand point, and the costs of the nearest and the second nearest.
    nearest: Vec<u32>,
    first: Vec<f64>,
    second: Vec<f64>,
}

impl<'a> Choice<'a> {
    pub(super) fn new(core: &'a Core, chosen: &[u32]) -> Self {
        let mut choice = Self {
            core,
            is_open: vec![false; core.n_sites()],
            open: chosen.to_vec(),
            spent: chosen.iter().map(|&site| core.price(site as usize)).sum(),
            nearest: vec![NOBODY; core.n_demand()],
            first: core.out.clone(),
            second: core.out.clone(),
        };
        choice.open.sort_unstable();
        for &site in chosen {
            choice.is_open[site as usize] = true;
        }
        for i in 0..core.n_demand() {
            choice.look(i);
        }
        choice
    }

    /// Finds the two nearest open sites of a demand point.
    fn look(&mut self, i: usize) {
        let out = self.core.out[i];
        (self.nearest[i], self.first[i], self.second[i]) = (NOBODY, out, out);
        let (sites, costs) = self.core.row(i);
        for (&site, &cost) in sites.iter().zip(costs) {
            if self.is_open[site as usize] {
                if self.nearest[i] == NOBODY {
                    (self.nearest[i], self.first[i]) = (site, cost);
                } else {
                    self.second[i] = cost;
                    return;
                }
            }
        }
    }

    pub(super) fn value(&self) -> f64 {
        self.core.fixed + self.first.iter().sum::<f64>()
    }

    /// The chosen sites in order.
    pub(super) fn sites(&self) -> &[u32] {
        &self.open
    }

    /// The costs of the nearest and the second nearest open site of each demand point.
    pub(super) fn two_costs(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.first.iter().copied().zip(self.second.iter().copied())
    }

    fn gain(&self, j: usize) -> f64 {
        self.core.column(j).iter().map(|&(i, cost)| (self.first[i as usize] - cost).max(0.0)).sum()
    }

    fn add(&mut self, j: u32) {
        self.is_open[j as usize] = true;
        let at = self.open.partition_point(|&site| site < j);
        self.open.insert(at, j);
        self.spent += self.core.price(j as usize);
        for &(i, cost) in self.core.column(j as usize) {
            let i = i as usize;
            if cost < self.first[i] || (self.nearest[i] == NOBODY && cost <= self.first[i]) {
                self.second[i] = self.first[i];
                (self.first[i], self.nearest[i]) = (cost, j);
            } else if cost < self.second[i] {
                self.second[i] = cost;
            }
        }
    }

    fn drop(&mut self, r: u32) {
        self.is_open[r as usize] = false;
        self.open.retain(|&site| site != r);
        self.spent -= self.core.price(r as usize);
        let core = self.core;
        for &(i, cost) in core.column(r as usize) {
            if cost <= self.second[i as usize] {
                self.look(i as usize);
            }
        }
    }

    /// Adds sites while there is one that fits and helps, the one with most gain (per price) first.
    pub(super) fn grow(&mut self, per_price: bool) {
        let worth = |choice: &Self, j: usize| {
            let gain = choice.gain(j);
            if per_price { gain / choice.core.price(j).max(1e-12) } else { gain }
        };
        let mut heap: BinaryHeap<Offer> = (0..self.core.n_sites())
            .filter(|&j| !self.is_open[j])
            .map(|j| Offer(worth(self, j), std::cmp::Reverse(j)))
            .collect();
        while let Some(Offer(old, std::cmp::Reverse(j))) = heap.pop() {
            if !self.core.affords(self.spent + self.core.price(j)) {
                continue;
            }
            let now = worth(self, j);
            if now < old && heap.peek().is_some_and(|next| *next > Offer(now, std::cmp::Reverse(j))) {
                heap.push(Offer(now, std::cmp::Reverse(j)));
            } else if now > 0.0 {
                self.add(u32::try_from(j).unwrap_or(NOBODY));
            }
        }
    }

    /// Swaps until no swap of one open for one shut site helps, or the time is up.
    pub(super) fn improve(&mut self, clock: &Clock<'_>) {
        let m = self.core.n_sites();
        if m == 0 || self.open.is_empty() {
            return;
        }
        let mut loss = self.losses();
        let mut extra = vec![0.0; m];
        let (mut j, mut calm) = (0_usize, 0);
        while calm < m {
            if j.is_multiple_of(LOOKED_AT) && clock.is_over() {
                return;
            }
            clock.spend(1 + self.core.column(j).len() + self.open.len());
            if !self.is_open[j]
                && let Some(r) = self.best_swap(j, &loss, &mut extra)
            {
                self.drop(r);
                self.add(u32::try_from(j).unwrap_or(NOBODY));
                loss = self.losses();
                clock.spend(4 * self.core.n_demand());
                calm = 0;
            }
            calm += 1;
            j = (j + 1) % m;
        }
    }

    /// What closing each open site would cost.
    fn losses(&self) -> Vec<f64> {
        let mut loss = vec![0.0; self.core.n_sites()];
        for i in 0..self.core.n_demand() {
            if self.nearest[i] != NOBODY {
                loss[self.nearest[i] as usize] += self.second[i] - self.first[i];
            }
        }
        loss
    }

    /// The open site that should give way to `j`, if that helps.
    fn best_swap(&self, j: usize, loss: &[f64], extra: &mut [f64]) -> Option<u32> {
        let mut gain = 0.0;
        for &(i, cost) in self.core.column(j) {
            let i = i as usize;
            let (first, second) = (self.first[i], self.second[i]);
            if cost < first {
                gain += first - cost;
            }
            if self.nearest[i] != NOBODY && cost < second {
                extra[self.nearest[i] as usize] += second - first.max(cost);
            }
        }
        let price = self.core.price(j);
        let mut best: Option<(f64, u32)> = None;
        for &r in &self.open {
            let profit = gain - loss[r as usize] + extra[r as usize];
            extra[r as usize] = 0.0;
            let fits = self.core.affords(self.spent - self.core.price(r as usize) + price);
            if fits && best.is_none_or(|(most, _)| profit > most) {
                best = Some((profit, r));
            }
        }
        let least = 1e-9 * self.first.len().max(1) as f64;
        best.filter(|&(profit, _)| profit > least.max(1e-7)).map(|(_, r)| r)
    }

    /// Opens random sites in place of random open ones.
    fn shake(&mut self, swaps: usize, dice: &mut Dice) {
        for _ in 0..swaps {
            if self.open.is_empty() {
                return;
            }
            let r = self.open[dice.below(self.open.len())];
            let j = dice.below(self.core.n_sites());
            if !self.is_open[j] && self.core.affords(self.spent - self.core.price(r as usize) + self.core.price(j)) {
                self.drop(r);
                self.add(u32::try_from(j).unwrap_or(NOBODY));
            }
        }
    }
}

#[derive(PartialEq)]
struct Offer(f64, std::cmp::Reverse<usize>);

impl Eq for Offer {}

impl Ord for Offer {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0).then(self.1.cmp(&other.1))
    }
}

impl PartialOrd for Offer {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Sites tried between two looks at the clock.
const LOOKED_AT: usize = 64;

/// The work, in pairs looked at, that goes into shaking. A hundred million pairs take a tenth of a second or
/// so; more finds the best answer a little more often, less leaves it to the tree search.
const SHAKING_WORK: usize = 100_000_000;

/// A good choice of sites: greedy, swaps, and shaking.
pub(super) fn good_choice(core: &Core, clock: &Clock<'_>) -> (f64, Vec<u32>) {
    let mut dice = Dice::new(clock.seed);
    let mut best: Option<(f64, Vec<u32>)> = None;
    for per_price in [true, false] {
        let mut choice = Choice::new(core, &[]);
        clock.spend(core.n_pairs());
        choice.grow(per_price);
        choice.improve(clock);
        choice.grow(false);
        keep(&mut best, &choice);
        if matches!(core.limit, super::core::Limit::Count(_)) {
            break;
        }
    }
    let rounds = (SHAKING_WORK / (10 * core.n_pairs().max(1))).clamp(3, 60);
    for round in 0..rounds {
        let Some((_, sites)) = best.as_ref().filter(|_| !clock.is_over()) else { break };
        let mut choice = Choice::new(core, sites);
        choice.shake(2 + round % 4, &mut dice);
        choice.improve(clock);
        choice.grow(false);
        keep(&mut best, &choice);
    }
    best.unwrap_or_else(|| (core.value(&[]), Vec::new()))
}

/// The choice reached by swaps from this one.
pub(super) fn polish(core: &Core, chosen: &[u32], clock: &Clock<'_>) -> (f64, Vec<u32>) {
    let mut choice = Choice::new(core, chosen);
    clock.spend(core.n_pairs());
    choice.grow(false);
    choice.improve(clock);
    (choice.value(), choice.sites().to_vec())
}

fn keep(best: &mut Option<(f64, Vec<u32>)>, choice: &Choice<'_>) {
    let value = choice.value();
    if best
        .as_ref()
        .is_none_or(|(least, sites)| value < *least || (value <= *least && choice.sites() < sites.as_slice()))
    {
        *best = Some((value, choice.sites().to_vec()));
    }
}
