//! Good answers where swaps alone get stuck: simulated annealing for covering.
//!
//! One open site at a time gives way to another that shares a demand point with it, or now and then to any other.
//! A swap that loses `d` is taken with probability `exp(-d / T)`, and the temperature `T` falls evenly on a log
//! scale (Kirkpatrick, Gelatt and Vecchi 1983; for covering, Murray and Church 1996). A demand point counts once as
//! many open sites cover it as it needs, so that backup coverage is the same to it.

use super::clock::Clock;
use super::dice::Dice;

/// What is to be covered: rows of sites, each with its weight and how many open sites it needs.
pub(super) struct Covering<'a> {
    pub(super) n_sites: usize,
    pub(super) rows: Vec<&'a [u32]>,
    pub(super) weights: Vec<f64>,
    pub(super) needs: Vec<u32>,
}

/// Swaps tried in all. Ten million take a second or two; instances that swaps alone leave a hundredth short come
/// within a few thousandths, and ten times as many gain little more.
const SWAPS: usize = 12_000_000;
/// Swaps between two looks at the clock.
const AT_A_TIME: usize = 4096;
/// One swap in so many brings in any site at all instead of a neighbour.
const FAR: usize = 20;
/// The temperature falls from this share of what a typical swap changes to a hundredth of that.
const HOT: f64 = 0.3;

/// The best choice met on the way from this one, with the weight it covers. Ends early when all is covered.
pub(super) fn anneal(covering: &Covering<'_>, start: &[u32], clock: &Clock<'_>) -> (f64, Vec<u32>) {
    let mut state = State::new(covering, start);
    let mut best = (state.covered, state.open.clone());
    if start.is_empty() || start.len() >= covering.n_sites || covering.rows.is_empty() {
        return best;
    }
    let most = covering.weights.iter().sum::<f64>() * (1.0 - 1e-12);
    let mut dice = Dice::new(clock.seed);
    let hot = HOT * state.typical(&mut dice);
    let rounds = SWAPS / AT_A_TIME;
    for round in 0..rounds {
        if clock.is_over() || best.0 >= most {
            break;
        }
        clock.spend(std::mem::take(&mut state.looked));
        let temperature = hot * 0.01_f64.powf(round as f64 / rounds as f64);
        for _ in 0..AT_A_TIME {
            let Some((at, site)) = state.propose(&mut dice) else { continue };
            let out = state.open[at];
            let change = state.exchange(at, site);
            if change < 0.0 && dice.unit() >= (change / temperature).exp() {
                let _ = state.exchange(at, out);
            } else if state.covered > best.0 + 1e-9 * best.0.abs() {
                best.0 = state.covered;
                best.1.clone_from(&state.open);
            }
        }
    }
    best.1.sort_unstable();
    best
}

struct State<'a> {
    covering: &'a Covering<'a>,
    /// By site: the demand points it covers.
    columns: Vec<Vec<u32>>,
    open: Vec<u32>,
    is_open: Vec<bool>,
    counts: Vec<u32>,
    covered: f64,
    /// Demand points looked at and not yet counted as work.
    looked: usize,
}

impl<'a> State<'a> {
    fn new(covering: &'a Covering<'a>, start: &[u32]) -> Self {
        let mut columns = vec![Vec::new(); covering.n_sites];
        for (row, sites) in (0u32..).zip(&covering.rows) {
            sites.iter().for_each(|&site| columns[site as usize].push(row));
        }
        let mut state = Self {
            covering,
            columns,
            open: start.to_vec(),
            is_open: vec![false; covering.n_sites],
            counts: vec![0; covering.rows.len()],
            covered: 0.0,
            looked: 0,
        };
        start.iter().for_each(|&site| {
            state.is_open[site as usize] = true;
            state.covered += state.enter(site);
        });
        state
    }

    /// A place among the open sites and the site that could take it.
    fn propose(&self, dice: &mut Dice) -> Option<(usize, u32)> {
        let at = dice.below(self.open.len());
        let near = &self.columns[self.open[at] as usize];
        let site = if near.is_empty() || dice.below(FAR) == 0 {
            dice.below(self.covering.n_sites) as u32
        } else {
            let row = self.covering.rows[near[dice.below(near.len())] as usize];
            row[dice.below(row.len())]
        };
        (!self.is_open[site as usize]).then_some((at, site))
    }

    /// Puts a site in the place of an open one, and says what that changes.
    fn exchange(&mut self, at: usize, site: u32) -> f64 {
        let out = std::mem::replace(&mut self.open[at], site);
        self.looked += 4 + self.columns[out as usize].len() + self.columns[site as usize].len();
        (self.is_open[out as usize], self.is_open[site as usize]) = (false, true);
        let change = self.enter(site) - self.leave(out);
        self.covered += change;
        change
    }

    fn enter(&mut self, site: u32) -> f64 {
        let mut gain = 0.0;
        for &row in &self.columns[site as usize] {
            let row = row as usize;
            self.counts[row] += 1;
            if self.counts[row] == self.covering.needs[row] {
                gain += self.covering.weights[row];
            }
        }
        gain
    }

    fn leave(&mut self, site: u32) -> f64 {
        let mut loss = 0.0;
        for &row in &self.columns[site as usize] {
            let row = row as usize;
            if self.counts[row] == self.covering.needs[row] {
                loss += self.covering.weights[row];
            }
            self.counts[row] -= 1;
        }
        loss
    }

    /// The mean change of a thousand swaps, up or down.
    fn typical(&mut self, dice: &mut Dice) -> f64 {
        let mut sum = 0.0;
        for _ in 0..1000 {
            if let Some((at, site)) = self.propose(dice) {
                let out = self.open[at];
                sum += self.exchange(at, site).abs();
                let _ = self.exchange(at, out);
            }
        }
        (sum / 1000.0).max(1e-12)
    }
}
