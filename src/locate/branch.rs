//! The best choice of sites on the [`Core`], with proof: branch and bound on Lagrangian bounds.
//!
//! Each node is a smaller core of its own: sites fixed open lower what everybody pays without the others, sites
//! fixed shut disappear, and demand points that have become alike are merged, so nodes shrink fast. A node
//! inherits the prices of its parent and raises them a little further; sites are fixed by reduced cost; what
//! remains is split on the site that the relaxation is least decided about.

use super::GAP;
use super::anneal::anneal;
use super::clock::Clock;
use super::core::{Core, Fate};
use super::interchange::{Choice, good_choice, polish};
use super::lagrange::{Ascent, Steps, ascend};
use std::sync::Arc;

/// The best choice found and what is known about it.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Outer indices, in order.
    pub(super) sites: Vec<usize>,
    pub(super) bound: f64,
    pub(super) proven: bool,
}

/// Steps at the root: enough to come within a few thousandths of the linear relaxation, which decides how many
/// sites are fixed before any branching. Fewer leaves larger trees, more is wasted on instances that close early.
const AT_ROOT: Steps = Steps { most: 4000, boldness: 1.2, patience: 40 };
/// Steps at a node, which starts from its parent's prices.
const AT_NODE: Steps = Steps { most: 200, boldness: 0.8, patience: 12 };

struct Task {
    parent: Arc<(Core, Vec<f64>)>,
    fates: Vec<Fate>,
    bound: f64,
}

struct Search<'a> {
    best: f64,
    sites: Vec<usize>,
    is_integral: bool,
    judge: Option<Judge<'a>>,
    nodes: usize,
    /// Pairs in the nodes so far.
    pairs: usize,
    is_annealed: bool,
    clock: &'a Clock<'a>,
}

/// What a choice is really worth where the core only bounds it.
#[derive(Clone, Copy)]
pub(super) struct Judge<'a> {
    /// The value of sites by outer index, at least that of the core; nothing when they are not allowed.
    pub(super) worth: &'a dyn Fn(&[usize]) -> Option<f64>,
    /// Whether every value is a whole number.
    pub(super) is_integral: bool,
    /// Nodes after which the search is given up.
    pub(super) most_nodes: usize,
}

/// Pairs in the nodes after which a better answer is looked for by other means: some seconds. Most questions are
/// closed before; of the others it is usually the answer that is short, not the bound.
const PATIENCE: usize = 5_000_000;

/// Solves a core. `start` is a choice known to the caller, by outer index.
pub(super) fn solve(core: &Core, start: Option<&[usize]>, clock: &Clock<'_>) -> Found {
    solve_judged(core, start, None, clock)
}

/// Solves a core whose choices are judged by somebody else, who must like more sites no less than fewer. With a
/// judge there must be a start that is allowed.
pub(super) fn solve_judged(core: &Core, start: Option<&[usize]>, judge: Option<Judge<'_>>, clock: &Clock<'_>) -> Found {
    let is_integral = judge.map_or_else(|| core.is_integral(), |judge| judge.is_integral);
    let mut search = Search {
        best: f64::INFINITY,
        sites: Vec::new(),
        is_integral,
        judge,
        nodes: 0,
        pairs: 0,
        is_annealed: false,
        clock,
    };
    if let Some(start) = start {
        let inner: Vec<u32> = (0..core.n_sites() as u32).filter(|&j| start.contains(&core.outer[j as usize])).collect();
        search.offer(core, core.value(&inner), &inner);
    }
    let free = vec![Fate::Free; core.n_sites()];
    let Some((root, _)) = core.restrict(&free, &vec![0.0; core.n_demand()]) else {
        return search.found(f64::NEG_INFINITY);
    };
    let (value, chosen) = good_choice(&root, clock);
    search.offer(&root, value, &chosen);
    let prices = first_prices(&root, &chosen);
    let mut tasks = Vec::new();
    search.node(root, prices, AT_ROOT, &mut tasks);
    let most_nodes = judge.map_or(usize::MAX, |judge| judge.most_nodes);
    while let Some(task) = tasks.pop() {
        search.nodes += 1;
        if search.pairs > PATIENCE && !std::mem::replace(&mut search.is_annealed, true) {
            search.anneal(core);
        }
        if task.bound >= search.cutoff() {
            continue;
        }
        if clock.is_over() || search.nodes > most_nodes {
            let bound = tasks.iter().map(|task| task.bound).fold(task.bound, f64::min);
            return search.found(bound);
        }
        let (parent, prices) = &*task.parent;
        if let Some((core, prices)) = parent.restrict(&task.fates, prices) {
            search.node(core, prices, AT_NODE, &mut tasks);
        }
    }
    let value = search.best;
    search.found(value)
}

/// Prices half-way between the cost of the nearest and the second nearest site of a good choice.
fn first_prices(core: &Core, chosen: &[u32]) -> Vec<f64> {
    let choice = Choice::new(core, chosen);
    choice.two_costs().map(|(first, second)| 0.5 * (first + second)).collect()
}

impl Search<'_> {
    /// An answer below this would be better than the best by more than rounding.
    fn cutoff(&self) -> f64 {
        if self.is_integral { self.best - 0.99 } else { self.best - GAP * self.best.abs().max(1e-9) }
    }

    fn offer(&mut self, core: &Core, value: f64, chosen: &[u32]) {
        if value >= self.best {
            return;
        }
        let mut sites = core.opened.clone();
        sites.extend(chosen.iter().map(|&j| core.outer[j as usize]));
        sites.sort_unstable();
        let value = match self.judge {
            Some(judge) => {
                self.clock.spend(2 * core.n_pairs());
                (judge.worth)(&sites).filter(|worth| *worth < self.best)
            }
            None => Some(value),
        };
        if let Some(value) = value {
            self.best = value;
            self.sites = sites;
        }
    }

    fn found(self, bound: f64) -> Found {
        let proven = bound >= self.cutoff();
        let bound = if proven { self.best } else { bound };
        Found { sites: self.sites, bound, proven }
    }

    /// Bounds one node, looks for better answers on the way, and splits it if it stays open.
    fn node(&mut self, mut core: Core, mut prices: Vec<f64>, mut steps: Steps, tasks: &mut Vec<Task>) {
        self.pairs += core.n_pairs();
        loop {
            self.clock.spend(4 * core.n_pairs());
            let all: Vec<u32> = (0..core.n_sites() as u32).collect();
            if core.affords(all.iter().map(|&j| core.price(j as usize)).sum()) {
                self.offer(&core, core.value(&all), &all);
                return;
            }
            if let Some(smaller) = without_dominated(&core, &prices) {
                (core, prices) = smaller;
                continue;
            }
            let ascent = ascend(&core, prices, (self.best, self.cutoff()), steps, self.clock);
            self.listen(&core, &ascent, steps.most > AT_NODE.most);
            if ascent.bound >= self.cutoff() {
                return;
            }
            let free = ascent.fates.iter().filter(|&&fate| fate == Fate::Free).count();
            let fixed = core.n_sites() - free;
            if fixed * 8 > core.n_sites() && !self.clock.is_over() {
                match core.restrict(&ascent.fates, &ascent.prices) {
                    Some(smaller) => (core, prices) = smaller,
                    None => return,
                }
                steps = Steps { most: (steps.most / 2).max(AT_NODE.most), boldness: steps.boldness * 0.5, ..steps };
                continue;
            }
            return split(core, ascent, tasks);
        }
    }

    /// Looks longer for a better answer, where branching does not come to an end soon.
    fn anneal(&mut self, core: &Core) {
        let known: Vec<u32> =
            (0..core.n_sites() as u32).filter(|&j| self.sites.binary_search(&core.outer[j as usize]).is_ok()).collect();
        if let Some(covering) = core.covering().filter(|_| self.judge.is_none()) {
            let (_, chosen) = anneal(&covering, &known, self.clock);
            let (value, chosen) = polish(core, &chosen, self.clock);
            self.offer(core, value, &chosen);
        }
    }

    /// Tries the choice of the relaxation as an answer.
    fn listen(&mut self, core: &Core, ascent: &Ascent, is_thorough: bool) {
        let value = core.value(&ascent.chosen);
        self.offer(core, value, &ascent.chosen);
        if is_thorough || value < self.best + 2.0 * (self.best - ascent.bound) {
            let (value, chosen) = polish(core, &ascent.chosen, self.clock);
            self.offer(core, value, &chosen);
        }
    }
}

/// The core without its dominated sites, if that is a good deal smaller.
fn without_dominated(core: &Core, prices: &[f64]) -> Option<(Core, Vec<f64>)> {
    let dominated = core.dominated();
    let count = dominated.iter().filter(|&&is| is).count();
    // Building a smaller core costs about as much as a step of the ascent, so a few sites are not worth it.
    if count * 10 <= core.n_sites() {
        return None;
    }
    let fates: Vec<Fate> = dominated.iter().map(|&is| if is { Fate::Shut } else { Fate::Free }).collect();
    core.restrict(&fates, prices)
}

/// Splits on the free site whose share in the relaxation is nearest to a half.
fn split(core: Core, ascent: Ascent, tasks: &mut Vec<Task>) {
    let undecided = (0..core.n_sites())
        .filter(|&j| ascent.fates[j] == Fate::Free)
        .min_by(|&a, &b| (ascent.share[a] - 0.5).abs().total_cmp(&(ascent.share[b] - 0.5).abs()).then(a.cmp(&b)));
    let Some(j) = undecided else { return };
    let parent = Arc::new((core, ascent.prices));
    for fate in [Fate::Shut, Fate::Open] {
        let mut fates = ascent.fates.clone();
        fates[j] = fate;
        tasks.push(Task { parent: Arc::clone(&parent), fates, bound: ascent.bound });
    }
}
