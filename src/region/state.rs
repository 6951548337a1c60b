//! A plan while it is worked on: the part of each block, the weight of each part, and moves of single blocks.

use super::dice::Dice;
use super::frame::{Frame, NONE};

/// What weight outside the bounds costs against the objective, and how freely a worse plan is taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Climate {
    /// Price of a unit of weight outside the bounds.
    pub(super) outside: f64,
    /// Price of a unit of weight away from the average, inside the bounds or not: pulls loads to the middle.
    pub(super) pull: f64,
    /// Temperature of the annealing; 0 takes nothing worse.
    pub(super) temperature: f64,
}

/// A plan while it is worked on.
pub(super) struct State<'f, 'p> {
    pub(super) frame: &'f Frame<'p>,
    pub(super) labels: Vec<u32>,
    pub(super) loads: Vec<f64>,
    pub(super) counts: Vec<u32>,
    pub(super) centres: Vec<[f64; 2]>,
    /// What the objective comes to, with today's centres and with the price of broken rules.
    pub(super) cost: f64,
    /// Parts outside the bounds.
    pub(super) n_bad: usize,
    marks: Vec<u32>,
    stamp: u32,
    queue: Vec<u32>,
}

impl<'f, 'p> State<'f, 'p> {
    pub(super) fn new(frame: &'f Frame<'p>, labels: Vec<u32>) -> Self {
        let parts = frame.problem.parts;
        let n = frame.len();
        let mut state = Self {
            frame,
            labels,
            loads: vec![0.0; parts],
            counts: vec![0; parts],
            centres: vec![[0.0; 2]; parts],
            cost: 0.0,
            n_bad: 0,
            marks: vec![0; n],
            stamp: 0,
            queue: Vec::with_capacity(n),
        };
        state.count();
        state
    }

    /// Takes over other labels.
    pub(super) fn set(&mut self, labels: &[u32]) {
        self.labels.copy_from_slice(labels);
        self.count();
    }

    /// Counts loads, centres and cost from the labels.
    pub(super) fn count(&mut self) {
        self.loads.fill(0.0);
        self.counts.fill(0);
        for (block, &label) in self.labels.iter().enumerate() {
            self.loads[label as usize] += self.frame.weights[block];
            self.counts[label as usize] += 1;
        }
        self.find_centres();
        self.n_bad = (0..self.loads.len()).filter(|&part| self.is_bad(part)).count();
    }

    /// Moves each centre to the middle of its part by Weiszfeld's steps, and counts the cost anew.
    pub(super) fn find_centres(&mut self) {
        let problem = self.frame.problem;
        if problem.objective.distance > 0.0
            && let Some(at) = &problem.coordinates
        {
            for step in 0..12 {
                let mut sums = vec![[0.0_f64; 3]; self.loads.len()];
                for (block, units) in self.frame.members.iter().enumerate() {
                    let part = self.labels[block] as usize;
                    for &unit in units {
                        let p = at[unit as usize];
                        let away = (p[0] - self.centres[part][0]).hypot(p[1] - self.centres[part][1]);
                        // The first step is the plain mean.
                        let near = if step == 0 { 1.0 } else { 1.0 / away.max(1e-9) };
                        let weight = problem.weights[unit as usize].max(1e-9) * near;
                        sums[part][0] += weight * p[0];
                        sums[part][1] += weight * p[1];
                        sums[part][2] += weight;
                    }
                }
                for (centre, sum) in self.centres.iter_mut().zip(&sums) {
                    if sum[2] > 0.0 {
                        *centre = [sum[0] / sum[2], sum[1] / sum[2]];
                    }
                }
            }
        }
        self.cost = self.frame.offset;
        for block in 0..self.frame.len() as u32 {
            let label = self.labels[block as usize];
            for arc in self.frame.arcs(block).iter().filter(|arc| arc.to > block) {
                if self.labels[arc.to as usize] != label {
                    self.cost += arc.cost;
                }
            }
            if self.frame.has_own_cost {
                self.cost += self.frame.own_cost(block, label, self.centres[label as usize]);
            }
        }
    }

    pub(super) fn is_bad(&self, part: usize) -> bool {
        self.frame.problem.outside(self.loads[part]) > 0.0
    }

    /// The weight outside the bounds.
    pub(super) fn outside(&self) -> f64 {
        self.loads.iter().map(|&load| self.frame.problem.outside(load)).sum()
    }

    /// What a load costs.
    pub(super) fn load_cost(&self, load: f64, climate: &Climate) -> f64 {
        let problem = self.frame.problem;
        let middle = 0.5 * (problem.lower + problem.upper);
        climate.outside * problem.outside(load) + climate.pull * (load - middle).abs()
    }

    pub(super) fn own_cost(&self, block: u32, part: u32) -> f64 {
        if self.frame.has_own_cost { self.frame.own_cost(block, part, self.centres[part as usize]) } else { 0.0 }
    }

    /// What the move of a block to another part changes in the objective.
    fn change(&self, block: u32, to: u32) -> f64 {
        let from = self.labels[block as usize];
        let mut change = 0.0;
        for arc in self.frame.arcs(block) {
            let label = self.labels[arc.to as usize];
            if label == from {
                change += arc.cost;
            } else if label == to {
                change -= arc.cost;
            }
        }
        change + self.own_cost(block, to) - self.own_cost(block, from)
    }

    fn put(&mut self, block: u32, to: u32, change: f64) {
        let from = self.labels[block as usize] as usize;
        let weight = self.frame.weights[block as usize];
        let bad = usize::from(self.is_bad(from)) + usize::from(self.is_bad(to as usize));
        self.labels[block as usize] = to;
        self.loads[from] -= weight;
        self.loads[to as usize] += weight;
        self.counts[from] -= 1;
        self.counts[to as usize] += 1;
        self.cost += change;
        self.n_bad += usize::from(self.is_bad(from)) + usize::from(self.is_bad(to as usize));
        self.n_bad -= bad;
    }

    /// A pair of neighbouring blocks in two parts; none is found in a few tries when there are few.
    pub(super) fn border(&self, dice: &mut Dice) -> Option<[u32; 2]> {
        let edges = &self.frame.edges;
        for _ in 0..200 {
            let [a, b] = *edges.get(dice.below(edges.len().max(1)))?;
            if self.labels[a as usize] != self.labels[b as usize] {
                return Some(if dice.below(2) == 0 { [a, b] } else { [b, a] });
            }
        }
        None
    }

    /// Tries to move one block over a border, or to exchange one against another; says whether anything changed.
    pub(super) fn flip(&mut self, climate: &Climate, dice: &mut Dice) -> bool {
        let Some([block, beside]) = self.border(dice) else { return false };
        let (from, to) = (self.labels[block as usize], self.labels[beside as usize]);
        if self.counts[from as usize] == 1 {
            return false;
        }
        let weight = self.frame.weights[block as usize];
        let (a, b) = (self.loads[from as usize], self.loads[to as usize]);
        let change = self.change(block, to);
        let before = self.load_cost(a, climate) + self.load_cost(b, climate);
        let takes = |worse: f64, dice: &mut Dice| {
            worse <= 0.0 || (climate.temperature > 0.0 && dice.unit() < (-worse / climate.temperature).exp())
        };
        if dice.below(3) > 0 {
            let after = self.load_cost(a - weight, climate) + self.load_cost(b + weight, climate);
            if takes(change + after - before, dice) && self.may_leave(block) {
                self.put(block, to, change);
                return true;
            }
            return false;
        }
        // An exchange: something comes back over the same border.
        let mut back = NONE;
        for _ in 0..12 {
            let Some([x, y]) = self.border(dice) else { return false };
            let pair = (self.labels[x as usize], self.labels[y as usize]);
            if x != block && y != block && pair == (to, from) {
                back = x;
                break;
            }
            if x != block && y != block && pair == (from, to) {
                back = y;
                break;
            }
        }
        if back == NONE || self.counts[to as usize] == 1 || !self.may_leave(block) {
            return false;
        }
        let shift = weight - self.frame.weights[back as usize];
        let after = self.load_cost(a - shift, climate) + self.load_cost(b + shift, climate);
        self.put(block, to, change);
        let change_back = self.change(back, from);
        if takes(change + change_back + after - before, dice) && self.may_leave(back) && self.touches(back, from) {
            self.put(back, from, change_back);
            return true;
        }
        self.put(block, from, -change);
        false
    }

    fn touches(&self, block: u32, part: u32) -> bool {
        self.frame.arcs(block).iter().any(|arc| arc.joins && self.labels[arc.to as usize] == part)
    }

    /// Whether the rest of its part still hangs together without this block.
    fn may_leave(&mut self, block: u32) -> bool {
        let part = self.labels[block as usize];
        self.stamp += 2;
        let (wanted, seen) = (self.stamp, self.stamp + 1);
        let mut left = 0_usize;
        let mut first = NONE;
        for arc in self.frame.arcs(block) {
            if arc.joins && self.labels[arc.to as usize] == part {
                self.marks[arc.to as usize] = wanted;
                first = arc.to;
                left += 1;
            }
        }
        if left <= 1 {
            return left == 1;
        }
        self.marks[first as usize] = seen;
        self.marks[block as usize] = seen;
        left -= 1;
        self.queue.clear();
        self.queue.push(first);
        // Neighbours of the block mostly reach one another directly: they are looked through first.
        let mut at = 0;
        while at < self.queue.len() {
            let next = self.queue[at];
            at += 1;
            for arc in self.frame.arcs(next) {
                let mark = self.marks[arc.to as usize];
                if mark == seen || !arc.joins || self.labels[arc.to as usize] != part {
                    continue;
                }
                self.marks[arc.to as usize] = seen;
                if mark == wanted {
                    left -= 1;
                    if left == 0 {
                        return true;
                    }
                    // To the front of what is still to be looked at.
                    let end = self.queue.len();
                    self.queue.push(arc.to);
                    self.queue.swap(at, end);
                } else {
                    self.queue.push(arc.to);
                }
            }
        }
        false
    }
}
