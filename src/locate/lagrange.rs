//! Bounds on the [`Core`] from Lagrangian relaxation, and sites fixed by their reduced costs.
//!
//! Every demand point chooses one site or none: `Σ_j x_ij + o_i = 1`. With a price `u_i` on that rule,
//! `L(u) = Σ_i u_i + min_y Σ_j ρ_j y_j`, `ρ_j = Σ_i min(0, c_ij - u_i)`, `u_i <= out_i`, is a lower bound for
//! every `u`, and its maximum is that of the linear relaxation (Cornuéjols, Fisher and Nemhauser 1977). The
//! prices are raised by subgradient steps with the direction smoothed over steps (Camerini, Fratta and
//! Maffioli 1975; step length of Held, Wolfe and Crowder 1974). If opening a site (or leaving it shut) would
//! lift the bound to the value of the best answer known, it is fixed the other way.

use super::clock::Clock;
use super::core::{Core, Fate, Limit};

/// How much of the last direction stays in the next. Without memory the steps zigzag; with 0.9 the bound on
/// instances where nearly everything can be covered came ten times closer in as many steps than with 0.6, and no
/// instance at hand got slower.
const MEMORY: f64 = 0.9;

/// What came of raising the bound.
pub(super) struct Ascent {
    /// The best bound.
    pub(super) bound: f64,
    /// The prices that give it.
    pub(super) prices: Vec<f64>,
    /// Fates proven on the way.
    pub(super) fates: Vec<Fate>,
    /// How often each site was chosen, lately more than long ago.
    pub(super) share: Vec<f64>,
    /// The choice at the best bound.
    pub(super) chosen: Vec<u32>,
}

/// How long and how boldly to step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steps {
    pub(super) most: usize,
    pub(super) boldness: f64,
    /// Steps without a better bound after which the boldness is cut.
    pub(super) patience: usize,
}

/// Raises the bound from the given prices, until it reaches `cutoff` or the steps or the time are
/// used up.
/// `best` is the value of the best answer known.
pub(super) fn ascend(
    core: &Core,
    prices: Vec<f64>,
    (best, cutoff): (f64, f64),
    steps: Steps,
    clock: &Clock<'_>,
) -> Ascent {
    let n_sites = core.n_sites();
    let mut walk = Walk {
        core,
        rho: vec![0.0; n_sites],
        order: (0..n_sites as u32).collect(),
        is_chosen: vec![false; n_sites],
        ratio: 0.0,
        looked: 0,
    };
    let mut state = Ascent {
        bound: f64::NEG_INFINITY,
        prices: prices.clone(),
        fates: vec![Fate::Free; n_sites],
        share: vec![0.0; n_sites],
        chosen: Vec::new(),
    };
    let mut u = prices;
    let mut direction = vec![0.0; core.n_demand()];
    let (mut boldness, mut calm) = (steps.boldness, 0);
    for step in 0..steps.most {
        if step > 0 && clock.is_over() {
            break;
        }
        clock.spend(std::mem::take(&mut walk.looked));
        let (bound, chosen) = walk.relax(&u, &state.fates);
        for (share, &is_in) in state.share.iter_mut().zip(&walk.is_chosen) {
            *share = 0.93 * *share + if is_in { 0.07 } else { 0.0 };
        }
        if bound > state.bound + 1e-6 * (best - state.bound).abs().min(1.0) {
            calm = 0;
        } else {
            calm += 1;
        }
        if bound > state.bound {
            state.bound = bound;
            state.prices.copy_from_slice(&u);
            state.chosen = chosen;
        }
        walk.fix(bound, cutoff, &mut state.fates);
        if state.bound >= cutoff {
            break;
        }
        if calm >= steps.patience {
            boldness *= 0.6;
            calm = 0;
            u.copy_from_slice(&state.prices);
            direction.fill(0.0);
            if boldness < 2e-3 {
                break;
            }
            // The chosen sites of the best prices are needed for the next direction.
            let _ = walk.relax(&u, &state.fates);
        }
        if !walk.step(&mut u, &mut direction, boldness * (best - bound).max(0.0)) {
            break;
        }
    }
    // The lowest prices of all give a bound too: that everybody is served by the nearest site there is.
    let lowest = core.fixed + (0..core.n_demand()).map(|i| core.row(i).1[0]).sum::<f64>();
    state.bound = state.bound.max(lowest);
    state
}

struct Walk<'a> {
    core: &'a Core,
    rho: Vec<f64>,
    order: Vec<u32>,
    is_chosen: Vec<bool>,
    /// What a unit of purse is worth at the margin.
    ratio: f64,
    /// Pairs looked at and not yet counted as work.
    looked: usize,
}

impl Walk<'_> {
    /// The bound at these prices and the sites that give it.
    fn relax(&mut self, u: &[f64], fates: &[Fate]) -> (f64, Vec<u32>) {
        self.rho.fill(0.0);
        let mut bound = self.core.fixed;
        let mut looked = 0;
        for (i, &price) in u.iter().enumerate() {
            bound += price;
            let (sites, costs) = self.core.row(i);
            for (&site, &cost) in sites.iter().zip(costs) {
                looked += 1;
                if cost >= price {
                    break;
                }
                self.rho[site as usize] += cost - price;
            }
        }
        // The step after it looks at the same pairs again.
        self.looked += 2 * (looked + u.len()) + 4 * self.rho.len();
        self.is_chosen.fill(false);
        let chosen = match self.core.limit {
            Limit::Count(count) => self.pick_count(count, fates, &mut bound),
            Limit::Money(budget, _) => self.pick_money(budget, fates, &mut bound),
        };
        for &site in &chosen {
            self.is_chosen[site as usize] = true;
        }
        (bound, chosen)
    }

    fn pick_count(&mut self, count: usize, fates: &[Fate], bound: &mut f64) -> Vec<u32> {
        let rho = &self.rho;
        let mut chosen: Vec<u32> = (0..rho.len() as u32).filter(|&j| fates[j as usize] == Fate::Open).collect();
        let left = count.saturating_sub(chosen.len());
        self.order.clear();
        self.order.extend((0..rho.len() as u32).filter(|&j| fates[j as usize] == Fate::Free));
        let by_rho = |a: &u32, b: &u32| rho[*a as usize].total_cmp(&rho[*b as usize]).then(a.cmp(b));
        if left < self.order.len() {
            let (_, &mut next, _) = self.order.select_nth_unstable_by(left, by_rho);
            // Any ratio between the last in and the first out is right; the first out is the safe one for
            // sites that are in, and `fix` looks at the last in for those that are out.
            self.ratio = -rho[next as usize];
        } else {
            self.ratio = 0.0;
        }
        chosen.extend_from_slice(&self.order[..left.min(self.order.len())]);
        *bound += chosen.iter().map(|&j| rho[j as usize]).sum::<f64>();
        chosen.sort_unstable();
        chosen
    }

    fn pick_money(&mut self, budget: f64, fates: &[Fate], bound: &mut f64) -> Vec<u32> {
        let (rho, core) = (&self.rho, self.core);
        let mut chosen: Vec<u32> = (0..rho.len() as u32).filter(|&j| fates[j as usize] == Fate::Open).collect();
        let mut left = budget - chosen.iter().map(|&j| core.price(j as usize)).sum::<f64>();
        *bound += chosen.iter().map(|&j| rho[j as usize]).sum::<f64>();
        self.order.clear();
        self.order.extend((0..rho.len() as u32).filter(|&j| fates[j as usize] == Fate::Free));
        let ratio = |j: u32| rho[j as usize] / core.price(j as usize).max(1e-12);
        self.order.sort_unstable_by(|a, b| ratio(*a).total_cmp(&ratio(*b)).then(a.cmp(b)));
        self.ratio = 0.0;
        for &j in &self.order {
            let price = core.price(j as usize);
            if rho[j as usize] >= 0.0 {
                break;
            }
            if price > left {
                *bound += rho[j as usize] * (left.max(0.0) / price);
                self.ratio = -ratio(j);
                break;
            }
            left -= price;
            *bound += rho[j as usize];
            chosen.push(j);
        }
        chosen.sort_unstable();
        chosen
    }

    /// Fixes sites whose reduced cost closes the gap.
    fn fix(&self, bound: f64, cutoff: f64, fates: &mut [Fate]) {
        let last_in = match self.core.limit {
            Limit::Count(_) => (0..self.rho.len())
                .filter(|&j| self.is_chosen[j] && fates[j] == Fate::Free)
                .map(|j| self.rho[j])
                .fold(f64::NEG_INFINITY, f64::max),
            Limit::Money(..) => f64::NEG_INFINITY,
        };
        for (j, fate) in fates.iter_mut().enumerate() {
            if *fate != Fate::Free {
                continue;
            }
            let price = self.core.price(j);
            if self.is_chosen[j] {
                if bound - (self.rho[j] + self.ratio * price) >= cutoff {
                    *fate = Fate::Open;
                }
            } else {
                let ratio = if last_in.is_finite() { -last_in } else { self.ratio };
                if bound + self.rho[j] + ratio * price >= cutoff {
                    *fate = Fate::Shut;
                }
            }
        }
    }

    /// One step along the smoothed subgradient; false when the relaxation has no conflict left.
    fn step(&self, u: &mut [f64], direction: &mut [f64], reach: f64) -> bool {
        let mut norm = 0.0;
        for (i, way) in direction.iter_mut().enumerate() {
            let (sites, costs) = self.core.row(i);
            let mut slope = 1.0;
            for (&site, &cost) in sites.iter().zip(costs) {
                if cost >= u[i] {
                    break;
                }
                if self.is_chosen[site as usize] {
                    slope -= 1.0;
                }
            }
            let mut now = slope + MEMORY * *way;
            if (u[i] >= self.core.out[i] && now > 0.0) || (u[i] <= costs[0] && now < 0.0) {
                now = 0.0;
            }
            *way = now;
            norm += now * now;
        }
        if norm <= 0.0 {
            return false;
        }
        let length = reach / norm;
        for (i, way) in direction.iter().enumerate() {
            let lowest = self.core.row(i).1[0];
            u[i] = (u[i] + length * way).clamp(lowest, self.core.out[i]);
        }
        true
    }
}
