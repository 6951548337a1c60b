//! What is asked.

use super::graph::Adjacency;
use crate::locate::Watch;
use std::time::Duration;

/// What a good plan has little of: a weighted mix of three sums, each of which counts by its factor.
///
/// The usual misunderstanding is that factors are shares. They are prices: edges, metres walked by people, and
/// people are of different size, so `cut_edges: 1.0, moved: 0.01` says that a hundred people moved are as bad as
/// one edge cut.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Objective {
    /// Price of an edge between two parts, in the edge's own cost (1 where none is given).
    pub cut_edges: f64,
    /// Price of weight × straight distance to the part's centre, which is its best unit (p-median).
    pub distance: f64,
    /// Price of a unit of weight that is not in the part it is in today.
    pub moved: f64,
}

impl Objective {
    /// Fewest edges between parts: the compactness of the districting literature.
    pub const CUT_EDGES: Self = Self { cut_edges: 1.0, distance: 0.0, moved: 0.0 };
    /// Least weight × distance to the centres.
    pub const DISTANCE: Self = Self { cut_edges: 0.0, distance: 1.0, moved: 0.0 };
    /// Fewest people who change part.
    pub const MOVED: Self = Self { cut_edges: 0.0, distance: 0.0, moved: 1.0 };
}

/// Units, their neighbours, and what the parts must be like.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The weight of each unit, such as its residents.
    pub weights: Vec<f64>,
    /// Which units are neighbours; a part must hang together by these edges alone. An edge that may not be used to
    /// cross a line is simply not here.
    pub adjacency: Adjacency,
    /// What it costs to have the ends of an edge in two parts, edge by edge; nothing is 1 each. Below 0 the plan is
    /// drawn along the edge: a line better not crossed.
    pub edge_costs: Option<Vec<f64>>,
    /// How many parts there are.
    pub parts: usize,
    /// The least weight of a part.
    pub lower: f64,
    /// The most weight of a part.
    pub upper: f64,
    /// What is to be least.
    pub objective: Objective,
    /// Where each unit is, in metres or any other plane unit; needed for distance.
    pub coordinates: Option<Vec<[f64; 2]>>,
    /// The part each unit is in today, below `parts`, or none; needed for moved.
    pub today: Option<Vec<Option<u32>>>,
    /// Pairs of units that must be in one part.
    pub together: Vec<[u32; 2]>,
    /// Pairs of units that must be in two parts.
    pub apart: Vec<[u32; 2]>,
    /// Units that must be in the part named.
    pub fixed: Vec<(u32, u32)>,
}

impl Problem {
    /// Equal parts within a tolerance: each between (1 - tolerance) and (1 + tolerance) times the average.
    #[must_use]
    pub fn balanced(weights: Vec<f64>, edges: &[[u32; 2]], parts: usize, tolerance: f64) -> Self {
        let average = weights.iter().sum::<f64>() / parts.max(1) as f64;
        Self {
            adjacency: Adjacency::new(weights.len(), edges),
            weights,
            edge_costs: None,
            parts,
            lower: average * (1.0 - tolerance),
            upper: average * (1.0 + tolerance),
            objective: Objective::CUT_EDGES,
            coordinates: None,
            today: None,
            together: Vec::new(),
            apart: Vec::new(),
            fixed: Vec::new(),
        }
    }

    /// All weight together.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.weights.iter().sum()
    }

    /// The average weight of a part.
    #[must_use]
    pub fn average(&self) -> f64 {
        self.total() / self.parts.max(1) as f64
    }

    /// By how much a weight misses the bounds.
    #[must_use]
    pub fn outside(&self, weight: f64) -> f64 {
        (weight - self.upper).max(self.lower - weight).max(0.0)
    }

    /// What it costs to cut an edge.
    #[must_use]
    pub fn edge_cost(&self, edge: usize) -> f64 {
        self.edge_costs.as_ref().map_or(1.0, |costs| costs[edge])
    }

    /// Straight distance between two units, 0 where nobody knows where they are.
    #[must_use]
    pub fn distance(&self, a: usize, b: usize) -> f64 {
        self.coordinates.as_ref().map_or(0.0, |at| (at[a][0] - at[b][0]).hypot(at[a][1] - at[b][1]))
    }

    /// What contradicts itself or is missing, as a sentence that says what to change.
    pub(super) fn fault(&self) -> Option<String> {
        let n = self.weights.len();
        if n == 0 {
            return Some("there are no units; give at least one".to_owned());
        }
        if self.parts == 0 {
            return Some("0 parts were asked for; give at least 1".to_owned());
        }
        if self.parts > n {
            let parts = self.parts;
            return Some(format!("{parts} parts cannot be made of {n} units; ask for {n} parts at most"));
        }
        if let Some(unit) = self.weights.iter().position(|w| !w.is_finite() || *w < 0.0) {
            let weight = self.weights[unit];
            return Some(format!("unit {unit} has the weight {weight}; weights are numbers from 0"));
        }
        if !self.lower.is_finite() || !self.upper.is_finite() || self.lower > self.upper {
            let (lower, upper) = (self.lower, self.upper);
            return Some(format!("the least weight of a part, {lower}, is above the most, {upper}"));
        }
        let factors = [self.objective.cut_edges, self.objective.distance, self.objective.moved];
        if factors.iter().any(|f| !f.is_finite() || *f < 0.0) || factors.iter().all(|f| *f == 0.0) {
            return Some("the objective needs factors from 0, at least one of them above 0".to_owned());
        }
        if self.objective.distance > 0.0 && self.coordinates.as_ref().is_none_or(|at| at.len() != n) {
            return Some("distance needs the coordinates of every unit".to_owned());
        }
        if self.objective.moved > 0.0 && self.today.as_ref().is_none_or(|today| today.len() != n) {
            return Some("moved needs the part of every unit today".to_owned());
        }
        if self.edge_costs.as_ref().is_some_and(|costs| costs.len() != self.adjacency.edges().len()) {
            return Some("the edge costs are not as many as the edges".to_owned());
        }
        let far = |unit: u32| unit as usize >= n;
        let pairs = self.together.iter().chain(&self.apart).flatten();
        if pairs.chain(self.fixed.iter().map(|(unit, _)| unit)).any(|&unit| far(unit)) {
            return Some(format!("a rule names a unit that is not there; they are numbered 0 to {}", n - 1));
        }
        let named = self.fixed.iter().map(|&(_, part)| part);
        let today = self.today.iter().flatten().flatten().copied();
        if let Some(part) = named.chain(today).find(|&part| part as usize >= self.parts) {
            let last = self.parts - 1;
            return Some(format!("part {part} is named, but the parts are numbered 0 to {last}"));
        }
        None
    }
}

/// How long to try, and where chance begins.
#[derive(Debug, Clone, Copy)]
pub struct Effort<'a> {
    /// Hard stop. The work is planned so that a machine of today is done before it; where the clock ends the search
    /// all the same, the answer says so, because then a second run may differ.
    pub time_limit: Duration,
    /// Steps of work, each about 5 nanoseconds; planned from the time limit where nothing is given.
    pub steps: Option<u64>,
    /// The same seed gives the same plan unless the clock ended the search.
    pub seed: u64,
    /// Whether to prove the plan: without, the bound is a simple one.
    pub prove: bool,
    /// Somebody who may give up, and likes to be told how far it is.
    pub watch: Option<&'a Watch>,
}

impl Default for Effort<'_> {
    fn default() -> Self {
        Self { time_limit: Duration::from_secs(60), steps: None, seed: 1, prove: true, watch: None }
    }
}
