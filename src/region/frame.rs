//! The problem as the search sees it: blocks of units that stay together, and what it costs to part them.

use super::problem::Problem;
use std::collections::BTreeMap;

/// No part.
pub(super) const NONE: u32 = u32::MAX;

/// The way from a block to another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arc {
    pub(super) to: u32,
    /// Whether the two are neighbours; if not, only the cost counts.
    pub(super) joins: bool,
    /// What it costs to have them in two parts.
    pub(super) cost: f64,
}

/// Blocks of units, their weights and neighbours.
pub(super) struct Frame<'a> {
    pub(super) problem: &'a Problem,
    /// The units of each block.
    pub(super) members: Vec<Vec<u32>>,
    pub(super) weights: Vec<f64>,
    /// The part a block must be in, or [`NONE`].
    pub(super) fixed: Vec<u32>,
    /// Pairs of neighbouring blocks.
    pub(super) edges: Vec<[u32; 2]>,
    /// Whether blocks have a price of their own in a part: moved, distance, fixed.
    pub(super) has_own_cost: bool,
    /// More than twice what any plan can cost by its objective.
    pub(super) forbidding: f64,
    /// What the cost begins with, so that pairs that are apart bring it back to the objective.
    pub(super) offset: f64,
    starts: Vec<u32>,
    arcs: Vec<Arc>,
}

impl<'a> Frame<'a> {
    pub(super) fn new(problem: &'a Problem) -> Self {
        let n = problem.weights.len();
        let block_of = blocks(problem);
        let n_blocks = block_of.iter().max().map_or(0, |&last| last as usize + 1);
        let mut members = vec![Vec::new(); n_blocks];
        let mut weights = vec![0.0; n_blocks];
        for unit in 0..n {
            members[block_of[unit] as usize].push(unit as u32);
            weights[block_of[unit] as usize] += problem.weights[unit];
        }
        let forbidding = 2.0 * dearest(problem);
        let mut between: BTreeMap<(u32, u32), (bool, f64)> = BTreeMap::new();
        let mut add = |a: u32, b: u32, joins: bool, cost: f64| {
            let (a, b) = (block_of[a as usize], block_of[b as usize]);
            if a != b {
                let entry = between.entry((a.min(b), a.max(b))).or_insert((false, 0.0));
                entry.0 |= joins;
                entry.1 += cost;
            }
        };
        for (e, &[a, b]) in problem.adjacency.edges().iter().enumerate() {
            add(a, b, true, problem.objective.cut_edges * problem.edge_cost(e));
        }
        for &[a, b] in &problem.together {
            add(a, b, false, forbidding);
        }
        for &[a, b] in &problem.apart {
            add(a, b, false, -forbidding);
        }
        let mut starts = vec![0_u32; n_blocks + 1];
        for &(a, b) in between.keys() {
            starts[a as usize + 1] += 1;
            starts[b as usize + 1] += 1;
        }
        for i in 0..n_blocks {
            starts[i + 1] += starts[i];
        }
        let mut next = starts.clone();
        let mut arcs = vec![Arc { to: 0, joins: false, cost: 0.0 }; 2 * between.len()];
        for (&(a, b), &(joins, cost)) in &between {
            for (from, to) in [(a, b), (b, a)] {
                arcs[next[from as usize] as usize] = Arc { to, joins, cost };
                next[from as usize] += 1;
            }
        }
        let edges = between.iter().filter(|(_, (joins, _))| *joins).map(|(&(a, b), _)| [a, b]).collect();
        let mut fixed = vec![NONE; n_blocks];
        for &(unit, part) in &problem.fixed {
            fixed[block_of[unit as usize] as usize] = part;
        }
        let offset = forbidding * problem.apart.len() as f64;
        let has_own_cost =
            problem.objective.moved > 0.0 || problem.objective.distance > 0.0 || !problem.fixed.is_empty();
        Self { problem, members, weights, fixed, edges, has_own_cost, forbidding, offset, starts, arcs }
    }

    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    pub(super) fn arcs(&self, block: u32) -> &[Arc] {
        &self.arcs[self.starts[block as usize] as usize..self.starts[block as usize + 1] as usize]
    }

    /// The connected pieces, each in the order of its blocks.
    pub(super) fn pieces(&self) -> Vec<Vec<u32>> {
        super::graph::Adjacency::new(self.len(), &self.edges).pieces(|_| true)
    }

    /// The price of a block for itself in a part with this centre.
    pub(super) fn own_cost(&self, block: u32, part: u32, centre: [f64; 2]) -> f64 {
        let mut cost = 0.0;
        let problem = self.problem;
        if problem.objective.moved > 0.0
            && let Some(today) = &problem.today
        {
            for &unit in &self.members[block as usize] {
                if today[unit as usize].is_some_and(|now| now != part) {
                    cost += problem.objective.moved * problem.weights[unit as usize];
                }
            }
        }
        if problem.objective.distance > 0.0
            && let Some(at) = &problem.coordinates
        {
            for &unit in &self.members[block as usize] {
                let at = at[unit as usize];
                let away = (at[0] - centre[0]).hypot(at[1] - centre[1]);
                cost += problem.objective.distance * problem.weights[unit as usize] * away;
            }
        }
        if self.fixed[block as usize] != NONE && self.fixed[block as usize] != part {
            cost += self.forbidding;
        }
        cost
    }

    /// The part of each unit from the part of each block.
    pub(super) fn spread(&self, labels: &[u32]) -> Vec<u32> {
        let mut parts = vec![0; self.problem.weights.len()];
        for (block, units) in self.members.iter().enumerate() {
            for &unit in units {
                parts[unit as usize] = labels[block];
            }
        }
        parts
    }
}

/// The block of each unit: units that must be together and hang together by themselves are one.
fn blocks(problem: &Problem) -> Vec<u32> {
    let n = problem.weights.len();
    let mut root: Vec<u32> = (0..n as u32).collect();
    fn find(root: &mut [u32], mut unit: u32) -> u32 {
        while root[unit as usize] != unit {
            root[unit as usize] = root[root[unit as usize] as usize];
            unit = root[unit as usize];
        }
        unit
    }
    let mut group: Vec<u32> = (0..n as u32).collect();
    for &[a, b] in &problem.together {
        let (a, b) = (find(&mut group, a), find(&mut group, b));
        group[a.max(b) as usize] = a.min(b);
    }
    // Within a group, neighbours are one block.
    for &[a, b] in problem.adjacency.edges() {
        if find(&mut group, a) == find(&mut group, b) {
            let (a, b) = (find(&mut root, a), find(&mut root, b));
            root[a.max(b) as usize] = a.min(b);
        }
    }
    let mut number = vec![NONE; n];
    let mut next = 0;
    (0..n as u32)
        .map(|unit| {
            let top = find(&mut root, unit) as usize;
            if number[top] == NONE {
                number[top] = next;
                next += 1;
            }
            number[top]
        })
        .collect()
}

/// More than any plan can cost by its objective.
fn dearest(problem: &Problem) -> f64 {
    let edges: f64 = (0..problem.adjacency.edges().len()).map(|e| problem.edge_cost(e).abs()).sum();
    let mut far: f64 = 0.0;
    if let Some(at) = &problem.coordinates {
        for axis in 0..2 {
            let most = at.iter().map(|p| p[axis]).fold(f64::MIN, f64::max);
            let least = at.iter().map(|p| p[axis]).fold(f64::MAX, f64::min);
            far += (most - least).max(0.0);
        }
    }
    let total = problem.total();
    1.0 + problem.objective.cut_edges * edges + total * (problem.objective.moved + problem.objective.distance * far)
}
