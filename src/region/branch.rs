//! Fewest cut edges by branch and bound over units: exact where few edges need be cut, however wide the graph is.
//!
//! Units are given to parts one after another, always the unit farthest from all that are given. Two bounds end a
//! branch (Delling, Fleischman, Goldberg, Razenshteyn and Werneck 2015 for two halves; here for any number of parts).
//! Between a part as it is so far and all others there are as many paths that share no edge as the greatest flow has
//! (Ford and Fulkerson 1956), and each of them is cut. What flow leaves over is packed with trees, each rooted at one
//! edge of the part: if the others still need people, they must enter trees, and every tree entered is cut once more.
//! A cut edge lies on the border of two parts, so half of the sum over the parts bounds the plan; for four parts the
//! three ways of pairing them bound it as well. Parts hang together: a unit that only one part can reach is its own.

use super::problem::Problem;
use super::work::Work;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// More parts than this give bounds too weak to end branches.
const MOST_PARTS: usize = 8;
/// Units above which no branch ends soon enough.
const MOST_UNITS: usize = 2000;
/// Share of the work, by the number of parts: the more there are, the less often it comes to an end.
const SHARES: [f64; 6] = [0.0, 0.0, 0.8, 0.6, 0.3, 0.08];
const FREE: u8 = u8::MAX;

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Proof {
    /// No plan cuts fewer edges.
    pub(super) least: u32,
    /// A plan that cuts so many.
    pub(super) plan: Option<Vec<u32>>,
}

/// Whether this way of proof is for the problem: every edge counts the same, and no rule but the bounds.
pub(super) fn applies(problem: &Problem) -> bool {
    let alike = |edge: usize| problem.edge_cost(edge).total_cmp(&1.0).is_eq();
    (2..=MOST_PARTS).contains(&problem.parts)
        && problem.weights.len() <= MOST_UNITS
        && (0..problem.adjacency.edges().len()).all(alike)
        && super::columns::applies(problem)
}

/// Raises the number of edges from below: is there a plan that cuts so few? The first that there is, is the best;
/// above `known`, what the best plan known cuts, nobody needs to ask.
pub(super) fn prove(problem: &Problem, known: u32, work: &mut Work<'_>) -> Proof {
    let (lower, upper, total) = (problem.lower, problem.upper, problem.total());
    let rest = (total - upper, total - lower);
    let all = work.left();
    let keep = |work: &mut Work<'_>, share: f64| work.keep((all as f64 * (1.0 - share)) as u64);
    let share = SHARES[problem.parts.min(SHARES.len() - 1)];
    let mut border = [0, 0];
    if problem.parts > 2 {
        // The shortest border that any one part can have, and any two of four.
        let one = [Room { lower, upper, hangs: true }, Room { lower: rest.0, upper: rest.1, hangs: false }];
        keep(work, share / 4.0);
        border[0] = raise(&mut Branch::new(problem, one.to_vec(), [0, 0]), 0, u32::MAX, work).least;
        if problem.parts == 4 {
            let two = Room { lower: 2.0 * lower, upper: 2.0 * upper, hangs: false };
            keep(work, share / 2.0);
            border[1] = raise(&mut Branch::new(problem, vec![two; 2], [0, 0]), 0, u32::MAX, work).least;
        }
    }
    keep(work, share);
    let mut branch = Branch::new(problem, vec![Room { lower, upper, hangs: true }; problem.parts], border);
    let least = branch.bound(&branch.borders.clone());
    let proof = raise(&mut branch, least, known, work);
    work.keep(0);
    proof
}

/// From `least` up to what is known.
fn raise(branch: &mut Branch<'_>, least: u32, known: u32, work: &mut Work<'_>) -> Proof {
    let n_edges = branch.problem.adjacency.edges().len() as u32;
    let mut least = least;
    while least < known.min(n_edges + 1) {
        branch.most = least;
        match branch.search(work) {
            Search::Found(plan) => return Proof { least, plan: Some(plan) },
            Search::Nothing => least += 1,
            Search::Ended => break,
        }
        work.say(&format!("Proving: at least {least} edges are cut"));
    }
    Proof { least, plan: None }
}

/// What a part may be like.
#[derive(Debug, Clone, PartialEq)]
struct Room {
    lower: f64,
    upper: f64,
    hangs: bool,
}

/// A set of parts against all others: the flow between them, and what either side must weigh.
struct Border {
    parts: u32,
    least: [f64; 2],
}

enum Search {
    Found(Vec<u32>),
    Nothing,
    Ended,
}

/// A unit given to a part by choice: what was given since, what is left to try, and what was known before.
struct Choice {
    unit: u32,
    given: usize,
    untried: Vec<u8>,
    borders: Vec<u32>,
    used: usize,
}

struct Branch<'a> {
    problem: &'a Problem,
    rooms: Vec<Room>,
    sets: Vec<Border>,
    /// What each border cuts at least, whatever is chosen.
    borders: Vec<u32>,
    /// Parts of one kind are told apart by their first units alone.
    alike: bool,
    /// A plan may cut so many edges.
    most: u32,
    part: Vec<u8>,
    /// Units in the order in which they were given to a part.
    given: Vec<u32>,
    /// The flow over each edge, from its lower end.
    flow: Vec<i8>,
    /// The edge by which a unit was reached, and when.
    reached: Vec<(u32, u32)>,
    round: u32,
    tree: Vec<u32>,
    looks: usize,
    slack: f64,
}

impl<'a> Branch<'a> {
    fn new(problem: &'a Problem, rooms: Vec<Room>, border: [u32; 2]) -> Self {
        let total = problem.total();
        let set = |parts: u32| {
            let inside = (0..rooms.len()).filter(|part| parts >> part & 1 == 1);
            let (least, most) = inside.fold((0.0, 0.0), |(a, b), part| (a + rooms[part].lower, b + rooms[part].upper));
            Border { parts, least: [least, total - most] }
        };
        let mut sets: Vec<Border> = (0..rooms.len()).map(|part| set(1 << part)).collect();
        let mut borders = vec![border[0]; rooms.len()];
        match rooms.len() {
            // The border of either of two is the border of the other.
            2 => (sets, borders) = (vec![set(1)], vec![border[0]]),
            4 => {
                sets.extend([0b11, 0b101, 0b1001].map(set));
                borders.extend([border[1]; 3]);
            }
            _ => {}
        }
        let (n, m) = (problem.weights.len(), problem.adjacency.edges().len());
        Self {
            alike: rooms.iter().all(|room| *room == rooms[0]),
            problem,
            rooms,
            sets,
            borders,
            most: 0,
            part: vec![FREE; n],
            given: Vec::with_capacity(n),
            flow: vec![0; m],
            reached: vec![(0, 0); n],
            round: 0,
            tree: vec![0; n],
            looks: 0,
            slack: 1e-9 * total,
        }
    }

    /// The edges that a plan with such borders cuts at least.
    fn bound(&self, borders: &[u32]) -> u32 {
        if self.rooms.len() == 2 {
            return borders[0];
        }
        let single: u32 = borders[..self.rooms.len()].iter().sum();
        single.max(borders[self.rooms.len()..].iter().sum()).div_ceil(2)
    }

    /// Is there a plan that cuts at most so many edges?
    fn search(&mut self, work: &mut Work<'_>) -> Search {
        self.part.fill(FREE);
        self.given.clear();
        let mut choices: Vec<Choice> = Vec::new();
        let (mut borders, mut used, mut last) = (self.borders.clone(), 0, 0);
        loop {
            self.looks = 0;
            let goes_on = self.hang_together(used) && self.fits(&mut borders, used, last);
            if !work.spend(self.looks) {
                return Search::Ended;
            }
            let next = if goes_on { self.farthest() } else { None };
            match next {
                Some(unit) => choices.push(self.choice(unit, &borders, used)),
                None if goes_on => {
                    if let Some(plan) = self.plan(used) {
                        return Search::Found(plan);
                    }
                }
                None => {}
            }
            let Some(next) = self.back(&mut choices) else { return Search::Nothing };
            (borders, used, last) = next;
        }
    }

    /// The parts that a unit may be given to, the lightest first.
    fn choice(&self, unit: u32, borders: &[u32], used: usize) -> Choice {
        let n_parts = if self.alike { (used + 1).min(self.rooms.len()) } else { self.rooms.len() };
        let loads = self.loads();
        let mut untried: Vec<u8> = (0..n_parts as u8).collect();
        // They are taken from the end.
        untried.sort_by(|&a, &b| loads[b as usize].total_cmp(&loads[a as usize]).then(b.cmp(&a)));
        Choice { unit, given: self.given.len(), untried, borders: borders.to_vec(), used }
    }

    /// Takes back what was given since the last choice that has something left to try, and tries it.
    fn back(&mut self, choices: &mut Vec<Choice>) -> Option<(Vec<u32>, usize, u8)> {
        loop {
            let choice = choices.last_mut()?;
            for unit in self.given.drain(choice.given..) {
                self.part[unit as usize] = FREE;
            }
            if let Some(part) = choice.untried.pop() {
                self.part[choice.unit as usize] = part;
                self.given.push(choice.unit);
                return Some((choice.borders.clone(), choice.used.max(part as usize + 1), part));
            }
            choices.pop();
        }
    }

    fn loads(&self) -> Vec<f64> {
        let mut loads = vec![0.0; self.rooms.len()];
        self.given.iter().for_each(|&unit| {
            loads[self.part[unit as usize] as usize] += self.problem.weights[unit as usize];
        });
        loads
    }

    /// The plan, where every unit is given to a part and all is as asked for.
    fn plan(&self, used: usize) -> Option<Vec<u32>> {
        let is_right = |(load, room): (&f64, &Room)| (room.lower..=room.upper).contains(load);
        let edges = self.problem.adjacency.edges();
        let cut = edges.iter().filter(|[a, b]| self.part[*a as usize] != self.part[*b as usize]).count();
        let is_plan =
            used == self.rooms.len() && self.loads().iter().zip(&self.rooms).all(is_right) && cut as u32 <= self.most;
        is_plan.then(|| self.part.iter().map(|&part| u32::from(part)).collect())
    }

    /// Gives units that one part alone can reach to it; false where a part can no longer hang together, is too heavy
    /// or can no longer become heavy enough.
    fn hang_together(&mut self, used: usize) -> bool {
        let graph = &self.problem.adjacency;
        loop {
            let mut reach = vec![0_u8; self.part.len()];
            for (part, room) in self.rooms.iter().enumerate().take(used) {
                let bit = 1 << part;
                let own = part as u8;
                let first = self.given.iter().copied().find(|&unit| self.part[unit as usize] == own);
                let Some(first) = first.filter(|_| room.hangs) else {
                    reach.iter_mut().for_each(|mask| *mask |= bit);
                    continue;
                };
                reach[first as usize] |= bit;
                let mut open = vec![first];
                let mut weight = 0.0;
                while let Some(unit) = open.pop() {
                    weight += self.problem.weights[unit as usize];
                    for &(to, _) in graph.arcs(unit as usize) {
                        let is_open = self.part[to as usize] == own || self.part[to as usize] == FREE;
                        if is_open && reach[to as usize] & bit == 0 {
                            reach[to as usize] |= bit;
                            open.push(to);
                        }
                    }
                }
                self.looks += self.part.len() * 4;
                let is_torn = |&unit: &u32| self.part[unit as usize] == own && reach[unit as usize] & bit == 0;
                if weight < room.lower - self.slack || self.given.iter().any(is_torn) {
                    return false;
                }
            }
            let before = self.given.len();
            if used == self.rooms.len() {
                for (unit, reached) in reach.iter().enumerate() {
                    if self.part[unit] != FREE {
                        continue;
                    }
                    match reached.count_ones() {
                        0 => return false,
                        1 => {
                            self.part[unit] = reached.trailing_zeros() as u8;
                            self.given.push(unit as u32);
                        }
                        _ => {}
                    }
                }
            }
            if self.loads().iter().zip(&self.rooms).any(|(load, room)| *load > room.upper + self.slack) {
                return false;
            }
            if self.given.len() == before {
                return true;
            }
        }
    }

    /// Raises what the borders cut at least; false as soon as that is too much.
    fn fits(&mut self, borders: &mut [u32], used: usize, last: u8) -> bool {
        let mut order: Vec<usize> = (0..self.sets.len()).collect();
        // The borders of the part that has just grown have risen most.
        order.sort_by_key(|&set| (set >= self.rooms.len(), self.sets[set].parts >> last & 1 == 0));
        for set in order {
            if self.bound(borders) > self.most {
                return false;
            }
            let Border { parts, least } = self.sets[set];
            let given = ((1_u32 << used) - 1) & parts;
            let others = ((1_u32 << used) - 1) & !parts;
            let flow = if given > 0 && others > 0 { self.greatest_flow(parts) } else { self.no_flow() };
            let own = if given > 0 { self.trees_entered(parts, true, least[1]) } else { 0 };
            let far = if others > 0 { self.trees_entered(parts, false, least[0]) } else { 0 };
            borders[set] = borders[set].max(flow.saturating_add(own.max(far)));
        }
        self.bound(borders) <= self.most
    }

    fn no_flow(&mut self) -> u32 {
        self.flow.fill(0);
        0
    }

    fn is_in(&self, unit: u32, parts: u32) -> bool {
        let part = self.part[unit as usize];
        part != FREE && parts >> part & 1 == 1
    }

    /// Paths that share no edge from these parts to the others; which edges they use is left in `flow`.
    fn greatest_flow(&mut self, parts: u32) -> u32 {
        self.flow.fill(0);
        let (graph, n) = (&self.problem.adjacency, self.part.len());
        let edges = graph.edges();
        let mut open: Vec<u32> = Vec::with_capacity(n);
        let mut paths = 0;
        loop {
            self.round += 1;
            open.clear();
            open.extend(self.given.iter().filter(|unit| self.is_in(**unit, parts)));
            open.iter().for_each(|&unit| self.reached[unit as usize].1 = self.round);
            let (mut at, mut end) = (0, None);
            'reach: while at < open.len() {
                let unit = open[at];
                at += 1;
                for &(to, edge) in graph.arcs(unit as usize) {
                    let flow = self.flow[edge as usize];
                    let is_used = if edges[edge as usize][0] == unit { flow > 0 } else { flow < 0 };
                    if is_used || self.reached[to as usize].1 == self.round {
                        continue;
                    }
                    self.reached[to as usize] = (edge, self.round);
                    if self.part[to as usize] != FREE {
                        end = Some(to);
                        break 'reach;
                    }
                    open.push(to);
                }
            }
            self.looks += 6 * at;
            let Some(mut unit) = end else { return paths };
            while !self.is_in(unit, parts) {
                let edge = self.reached[unit as usize].0 as usize;
                let [a, b] = edges[edge];
                self.flow[edge] += if a == unit { -1 } else { 1 };
                unit = if a == unit { b } else { a };
            }
            paths += 1;
        }
    }

    /// How many trees the other side must enter to weigh so much. Trees grow from the edges of one side that no path
    /// uses, the lightest first, so that they are about as heavy as one another.
    fn trees_entered(&mut self, parts: u32, is_own: bool, needed: f64) -> u32 {
        self.looks += 10 * self.part.len();
        let mut tree_of = std::mem::take(&mut self.tree);
        let (graph, weights) = (&self.problem.adjacency, &self.problem.weights);
        let is_root = |unit: u32| self.part[unit as usize] != FREE && self.is_in(unit, parts) == is_own;
        let none = u32::MAX;
        tree_of.fill(none);
        let mut trees: Vec<(f64, VecDeque<u32>)> = Vec::new();
        let mut next = BinaryHeap::new();
        let mut outside: f64 = 0.0;
        for unit in 0..self.part.len() as u32 {
            if self.part[unit as usize] != FREE {
                continue;
            }
            let is_free = |&(to, edge): &(u32, u32)| is_root(to) && self.flow[edge as usize] == 0;
            if graph.arcs(unit as usize).iter().any(is_free) {
                let weight = weights[unit as usize];
                tree_of[unit as usize] = trees.len() as u32;
                next.push(Reverse((weight.to_bits(), trees.len())));
                trees.push((weight, VecDeque::from([unit])));
            }
        }
        while let Some(Reverse((_, tree))) = next.pop() {
            while let Some(&unit) = trees[tree].1.front() {
                let is_free = |&&(to, edge): &&(u32, u32)| {
                    let is_new = self.part[to as usize] == FREE && tree_of[to as usize] == none;
                    is_new && self.flow[edge as usize] == 0
                };
                if let Some(&(to, _)) = graph.arcs(unit as usize).iter().find(is_free) {
                    tree_of[to as usize] = tree as u32;
                    trees[tree].0 += weights[to as usize];
                    trees[tree].1.push_back(to);
                    // Weights are not below nought, so their bits are in their order.
                    next.push(Reverse((trees[tree].0.to_bits(), tree)));
                    break;
                }
                trees[tree].1.pop_front();
            }
        }
        for unit in 0..self.part.len() as u32 {
            if tree_of[unit as usize] == none && !is_root(unit) {
                outside += weights[unit as usize];
            }
        }
        self.tree = tree_of;
        let mut missing = needed - outside - self.slack;
        let mut heavy: Vec<f64> = trees.iter().map(|(weight, _)| *weight).collect();
        heavy.sort_by(|a, b| b.total_cmp(a));
        let mut entered = 0;
        for weight in heavy {
            if missing <= 0.0 {
                return entered;
            }
            (missing, entered) = (missing - weight, entered + 1);
        }
        if missing > 0.0 { u32::MAX / 64 } else { entered }
    }

    /// The unit farthest from all that are given, those with many neighbours before others.
    fn farthest(&mut self) -> Option<u32> {
        let graph = &self.problem.adjacency;
        let mut open = self.given.clone();
        let mut steps = vec![0_u32; self.part.len()];
        let mut at = 0;
        while at < open.len() {
            let unit = open[at];
            at += 1;
            for &(to, _) in graph.arcs(unit as usize) {
                if self.part[to as usize] == FREE && steps[to as usize] == 0 {
                    steps[to as usize] = steps[unit as usize] + 1;
                    open.push(to);
                }
            }
        }
        self.looks += 6 * self.part.len();
        let free = (0..self.part.len() as u32).filter(|&unit| self.part[unit as usize] == FREE);
        free.max_by_key(|&unit| (steps[unit as usize].max(1) as usize * graph.arcs(unit as usize).len(), Reverse(unit)))
    }
}
