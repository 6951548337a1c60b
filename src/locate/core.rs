//! The one problem under MCLP and p-median, made small before anything is solved.
//!
//! Choose sites `S` so that `Σ_i min(out_i, min_{j ∈ S} c_ij)` is least, where `out_i` is what demand point
//! `i` costs when nothing near it is open. In p-median `c_ij` is weight × cost and `out_i` is the cost of
//! the site it could at worst be sent to; in MCLP `c_ij = 0` for a site that covers and `out_i` is the weight
//! that is lost (Church and ReVelle 1976 show that they are the same problem).
//!
//! Pairs with `c_ij >= out_i` never matter and are not kept. Demand points whose sites come in the same order
//! are merged: for any choice they are served by the same site, so their costs add up. Sites that serve
//! everybody no better than another one, and cost no less, are dropped.

use super::anneal::Covering;
use std::collections::HashMap;

/// How many sites may be opened.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Limit {
    /// At most this many.
    Count(usize),
    /// Sites for at most this much, with the price of each.
    Money(f64, Vec<f64>),
}

/// What has been decided about a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Free,
    Open,
    Shut,
}

/// An instance over the sites that are still free.
#[derive(Debug, Clone)]
pub(super) struct Core {
    /// By demand point: free sites with `cost < out`, the cheapest first.
    starts: Vec<usize>,
    sites: Vec<u32>,
    costs: Vec<f64>,
    /// The cost of each demand point when no free site is opened.
    pub(super) out: Vec<f64>,
    /// By site: demand points it would serve better than nothing.
    site_starts: Vec<usize>,
    served: Vec<(u32, f64)>,
    /// What may still be opened.
    pub(super) limit: Limit,
    /// The cost that no choice can change.
    pub(super) fixed: f64,
    /// The outer index of each site.
    pub(super) outer: Vec<usize>,
    /// The outer indices of sites already opened.
    pub(super) opened: Vec<usize>,
}

/// Rows of a core before it is sealed.
pub(super) struct Rows {
    pub(super) starts: Vec<usize>,
    pub(super) sites: Vec<u32>,
    pub(super) costs: Vec<f64>,
    pub(super) out: Vec<f64>,
}

impl Rows {
    pub(super) fn new() -> Self {
        Self { starts: vec![0], sites: Vec::new(), costs: Vec::new(), out: Vec::new() }
    }

    /// Closes the row whose entries were pushed last.
    pub(super) fn close(&mut self, out: f64) {
        self.starts.push(self.sites.len());
        self.out.push(out);
    }
}

impl Core {
    /// Seals rows into a core: merges demand points, drops dominated sites, and indexes by site.
    /// `outer` names the sites as the caller does.
    pub(super) fn new(rows: Rows, limit: Limit, outer: Vec<usize>, opened: Vec<usize>, fixed: f64) -> Self {
        Self::seal(rows, limit, (outer, opened), fixed, &mut Vec::new())
    }

    /// As [`Core::new`], with a number for each demand point that is carried along: those of merged points add up.
    fn seal(
        rows: Rows,
        limit: Limit,
        (outer, opened): (Vec<usize>, Vec<usize>),
        fixed: f64,
        carried: &mut Vec<f64>,
    ) -> Self {
        let mut core = Self {
            starts: rows.starts,
            sites: rows.sites,
            costs: rows.costs,
            out: rows.out,
            site_starts: Vec::new(),
            served: Vec::new(),
            limit,
            fixed,
            outer,
            opened,
        };
        let kept = core.merge(carried);
        carried.truncate(kept);
        core.index();
        core
    }

    pub(super) fn n_demand(&self) -> usize {
        self.out.len()
    }

    pub(super) fn n_sites(&self) -> usize {
        self.outer.len()
    }

    /// How many pairs are kept.
    pub(super) fn n_pairs(&self) -> usize {
        self.sites.len()
    }

    /// The sites of a demand point, the cheapest first.
    pub(super) fn row(&self, demand: usize) -> (&[u32], &[f64]) {
        let range = self.starts[demand]..self.starts[demand + 1];
        (&self.sites[range.clone()], &self.costs[range])
    }

    /// The demand points of a site.
    pub(super) fn column(&self, site: usize) -> &[(u32, f64)] {
        &self.served[self.site_starts[site]..self.site_starts[site + 1]]
    }

    /// The price of a site: 1 where sites are counted.
    pub(super) fn price(&self, site: usize) -> f64 {
        match &self.limit {
            Limit::Count(_) => 1.0,
            Limit::Money(_, prices) => prices[site],
        }
    }

    /// What may be spent.
    pub(super) fn purse(&self) -> f64 {
        match &self.limit {
            Limit::Count(count) => *count as f64,
            Limit::Money(budget, _) => *budget,
        }
    }

    /// Whether a total price can be paid, allowing for rounding in sums of prices.
    pub(super) fn affords(&self, price: f64) -> bool {
        price <= self.purse() + 1e-9 * self.purse().abs().max(1.0)
    }

    /// Whether every choice costs a whole number, so that a better one is better by at least 1.
    pub(super) fn is_integral(&self) -> bool {
        let whole = |x: &f64| x.fract() == 0.0 && x.abs() < 1e13;
        whole(&self.fixed) && self.costs.iter().all(whole) && self.out.iter().all(whole)
    }

    /// The core as covering, where a demand point is served by any of its sites alike and sites are counted.
    pub(super) fn covering(&self) -> Option<Covering<'_>> {
        let is_alike = self.costs.iter().all(|cost| *cost == 0.0) && matches!(self.limit, Limit::Count(_));
        is_alike.then(|| Covering {
            n_sites: self.n_sites(),
            rows: (0..self.n_demand()).map(|demand| self.row(demand).0).collect(),
            weights: self.out.clone(),
            needs: vec![1; self.n_demand()],
        })
    }

    /// The cost of opening these sites on top of those already open.
    pub(super) fn value(&self, chosen: &[u32]) -> f64 {
        let mut is_open = vec![false; self.n_sites()];
        for &site in chosen {
            is_open[site as usize] = true;
        }
        self.fixed
            + (0..self.n_demand())
                .map(|demand| {
                    let (sites, costs) = self.row(demand);
                    sites.iter().position(|&site| is_open[site as usize]).map_or(self.out[demand], |at| costs[at])
                })
                .sum::<f64>()
    }

    /// The smaller instance once fates are decided. `prices[i]` belongs to demand point `i` and is carried
    /// along: merged points add up.
    ///
    /// Returns nothing when the sites that must be open cannot be paid.
    pub(super) fn restrict(&self, fates: &[Fate], prices: &[f64]) -> Option<(Self, Vec<f64>)> {
        let spent: f64 = (0..self.n_sites()).filter(|&j| fates[j] == Fate::Open).map(|j| self.price(j)).sum();
        if !self.affords(spent) {
            return None;
        }
        let left = (self.purse() - spent).max(0.0);
        let mut inner = vec![u32::MAX; self.n_sites()];
        let mut outer = Vec::new();
        let mut kept_prices = Vec::new();
        let mut opened = self.opened.clone();
        for j in 0..self.n_sites() {
            match fates[j] {
                Fate::Open => opened.push(self.outer[j]),
                Fate::Free if self.price(j) <= left + 1e-9 * left.max(1.0) => {
                    inner[j] = u32::try_from(outer.len()).unwrap_or(u32::MAX);
                    outer.push(self.outer[j]);
                    kept_prices.push(self.price(j));
                }
                _ => {}
            }
        }
        let limit = match &self.limit {
            Limit::Count(count) => Limit::Count(count - (opened.len() - self.opened.len()).min(*count)),
            Limit::Money(..) => Limit::Money(left, kept_prices),
        };
        let mut rows = Rows::new();
        let mut fixed = self.fixed;
        let mut multipliers = Vec::new();
        #[expect(clippy::needless_range_loop, reason = "rows and what is outside share the index")]
        for i in 0..self.n_demand() {
            let (sites, costs) = self.row(i);
            let mut out = self.out[i];
            let start = rows.sites.len();
            for (&site, &cost) in sites.iter().zip(costs) {
                if fates[site as usize] == Fate::Open {
                    out = cost;
                    break;
                }
                if inner[site as usize] != u32::MAX {
                    rows.sites.push(inner[site as usize]);
                    rows.costs.push(cost);
                }
            }
            while rows.sites.len() > start && rows.costs[rows.costs.len() - 1] >= out {
                rows.sites.pop();
                rows.costs.pop();
            }
            if rows.sites.len() == start {
                fixed += out;
            } else {
                rows.close(out);
                multipliers.push(prices[i].min(out));
            }
        }
        let core = Self::seal(rows, limit, (outer, opened), fixed, &mut multipliers);
        Some((core, multipliers))
    }

    /// Merges demand points whose sites come in the same order, and adds up what is carried along.
    fn merge(&mut self, carried: &mut [f64]) -> usize {
        let mut seen: HashMap<u64, Vec<usize>> = HashMap::with_capacity(self.out.len());
        let mut kept = 0;
        let mut end = 0;
        for i in 0..self.out.len() {
            let (from, to) = (self.starts[i], self.starts[i + 1]);
            let hash = self.sites[from..to].iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &site| {
                (hash ^ u64::from(site)).wrapping_mul(0x0100_0000_01b3).rotate_left(23)
            });
            let alike = seen.entry(hash).or_default();
            let twin = alike.iter().copied().find(|&k| {
                self.sites[self.starts[k]..self.starts[k] + to - from] == self.sites[from..to]
                    && self.starts[k + 1] - self.starts[k] == to - from
            });
            if let Some(k) = twin {
                let at = self.starts[k];
                for offset in 0..to - from {
                    self.costs[at + offset] += self.costs[from + offset];
                }
                self.out[k] += self.out[i];
                if !carried.is_empty() {
                    carried[k] += carried[i];
                }
                continue;
            }
            alike.push(kept);
            self.sites.copy_within(from..to, end);
            self.costs.copy_within(from..to, end);
            self.out[kept] = self.out[i];
            if !carried.is_empty() {
                carried[kept] = carried[i];
            }
            end += to - from;
            kept += 1;
            // Written behind the row being read, never ahead of it.
            self.starts[kept] = end;
        }
        self.sites.truncate(end);
        self.costs.truncate(end);
        self.out.truncate(kept);
        self.starts.truncate(kept + 1);
        kept
    }

    /// Lists the demand points of every site.
    fn index(&mut self) {
        let mut starts = vec![0usize; self.n_sites() + 1];
        for &site in &self.sites {
            starts[site as usize + 1] += 1;
        }
        for j in 0..self.n_sites() {
            starts[j + 1] += starts[j];
        }
        let mut next = starts.clone();
        let mut served = vec![(0u32, 0f64); self.sites.len()];
        for i in 0..self.n_demand() {
            for at in self.starts[i]..self.starts[i + 1] {
                let j = self.sites[at] as usize;
                served[next[j]] = (u32::try_from(i).unwrap_or(u32::MAX), self.costs[at]);
                next[j] += 1;
            }
        }
        self.site_starts = starts;
        self.served = served;
    }

    /// Marks sites that serve every demand point no better than some other free site that costs no more.
    /// Of equals the first stays.
    pub(super) fn dominated(&self) -> Vec<bool> {
        let mut dominated = vec![false; self.n_sites()];
        for j in 0..self.n_sites() {
            let column = self.column(j);
            // A dominating site must serve the demand point of j with the fewest sites.
            let Some(&(rarest, cost)) =
                column.iter().min_by_key(|&&(i, _)| self.starts[i as usize + 1] - self.starts[i as usize])
            else {
                dominated[j] = true;
                continue;
            };
            let (sites, costs) = self.row(rarest as usize);
            dominated[j] = sites.iter().zip(costs).take_while(|&(_, &c)| c <= cost).any(|(&k, _)| {
                let k = k as usize;
                k != j && !dominated[k] && self.price(k) <= self.price(j) && self.outdoes(k, j)
            });
        }
        dominated
    }

    fn outdoes(&self, strong: usize, weak: usize) -> bool {
        if self.column(strong).len() < self.column(weak).len() {
            return false;
        }
        let mut theirs = self.column(strong).iter().peekable();
        self.column(weak).iter().all(|&(i, cost)| {
            while theirs.next_if(|&&(k, _)| k < i).is_some() {}
            theirs.peek().is_some_and(|&&(k, c)| k == i && c <= cost)
        })
    }
}
