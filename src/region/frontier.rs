//! All connected parts of a graph, a layer at a time: the frontier method.
//!
//! Units are decided one after another, in the part or out of it. Of those decided only the frontier matters, those
//! with an undecided neighbour: which of them are in, and which of those hang together (Sekine, Imai and Tani 1995;
//! for districting Kawahara et al. 2017). Choices that lead to the same frontier are one state, so the states are few
//! where the graph is narrow. Prices do not change the states: they are made once.

use super::problem::Problem;
use super::work::Work;
use std::collections::HashMap;

/// No state: the choice cannot lead to a connected part.
pub(super) const DEAD: u32 = u32::MAX;
/// Widest frontier that a state can hold.
const WIDEST: usize = 26;

/// One unit decided: from each state two ways on.
pub(super) struct Layer {
    pub(super) unit: u32,
    /// The state after the unit is left out, and after it is taken in.
    pub(super) next: Vec<[u32; 2]>,
    /// Half the cost of the edges that this cuts.
    pub(super) cost: Vec<[f32; 2]>,
}

/// The layers, and how many states follow the last one: exactly one, where the part is closed.
pub(super) struct Frontier {
    pub(super) layers: Vec<Layer>,
}

/// A frontier: for each of its units 0 (out) or the number of its piece, and whether the part is closed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    code: u128,
}

const BEGUN: u128 = 1 << 126;
const CLOSED: u128 = 1 << 127;

impl Frontier {
    /// The layers of a problem, unless there would be more states than `most`, or the work is used up before.
    pub(super) fn new(problem: &Problem, most: usize, work: &mut Work<'_>) -> Option<Self> {
        let order = order(problem)?;
        let n = order.len();
        let mut position = vec![0; n];
        order.iter().enumerate().for_each(|(at, &unit)| position[unit as usize] = at);
        let last = |unit: u32| {
            let near = problem.adjacency.arcs(unit as usize).iter().map(|&(to, _)| position[to as usize]);
            near.chain([position[unit as usize]]).max().unwrap_or(0)
        };
        let mut frontier: Vec<u32> = Vec::new();
        let mut states: Vec<Key> = vec![Key { code: 0 }];
        let mut layers = Vec::with_capacity(n);
        let mut n_states = 1;
        let mut slots: Vec<u8> = Vec::new();
        for (at, &unit) in order.iter().enumerate() {
            // Neighbours of the unit on the frontier, by slot, with half the cost of the edge.
            let near: Vec<(usize, f32)> = problem
                .adjacency
                .arcs(unit as usize)
                .iter()
                .filter_map(|&(to, edge)| {
                    let slot = frontier.iter().position(|&own| own == to)?;
                    Some((slot, (0.5 * problem.objective.cut_edges * problem.edge_cost(edge as usize)) as f32))
                })
                .collect();
            frontier.push(unit);
            let stays: Vec<bool> = frontier.iter().map(|&own| last(own) > at).collect();
            let mut found: HashMap<Key, u32> = HashMap::new();
            let mut after: Vec<Key> = Vec::new();
            let mut layer =
                Layer { unit, next: Vec::with_capacity(states.len()), cost: Vec::with_capacity(states.len()) };
            for state in &states {
                let mut next = [DEAD; 2];
                let mut cost = [0.0; 2];
                for is_in in [false, true] {
                    decode(state, frontier.len() - 1, &mut slots);
                    let differs = |slot: usize| (slots[slot] > 0) != is_in;
                    cost[usize::from(is_in)] = near.iter().filter(|(slot, _)| differs(*slot)).map(|(_, c)| c).sum();
                    let Some(key) = step(state.code, &mut slots, is_in, &near, &stays) else { continue };
                    next[usize::from(is_in)] = *found.entry(key.clone()).or_insert_with(|| {
                        after.push(key);
                        after.len() as u32 - 1
                    });
                }
                layer.next.push(next);
                layer.cost.push(cost);
            }
            n_states += after.len();
            if n_states > most || !work.spend(20 * after.len()) {
                return None;
            }
            frontier = frontier.iter().zip(&stays).filter(|(_, stays)| **stays).map(|(&own, _)| own).collect();
            states = after;
            layers.push(layer);
        }
        // A part that was never begun is none.
        if let (Some(layer), Some(closed)) = (layers.last_mut(), states.iter().position(|s| s.code & CLOSED != 0)) {
            for next in layer.next.iter_mut().flatten() {
                *next = if *next == closed as u32 { 0 } else { DEAD };
            }
        }
        Some(Self { layers })
    }

    /// How many states there are before each unit is decided, together.
    pub(super) fn n_states(&self) -> usize {
        self.layers.iter().map(|layer| layer.next.len()).sum()
    }
}

fn decode(key: &Key, len: usize, slots: &mut Vec<u8>) {
    slots.clear();
    slots.extend((0..len).map(|slot| ((key.code >> (4 * slot)) & 15) as u8));
}

/// The state after a unit is decided, or nothing where no connected part can come of it.
fn step(code: u128, slots: &mut Vec<u8>, is_in: bool, near: &[(usize, f32)], stays: &[bool]) -> Option<Key> {
    let (mut begun, mut closed) = (code & BEGUN != 0, code & CLOSED != 0);
    if is_in && closed {
        return None;
    }
    if is_in {
        begun = true;
        let own = 15;
        for slot in 0..slots.len() {
            let piece = slots[slot];
            if piece > 0 && piece != own && near.iter().any(|&(other, _)| slots[other] == piece) {
                // A piece that the unit touches becomes its own.
                slots.iter_mut().filter(|other| **other == piece).for_each(|other| *other = own);
            }
        }
        slots.push(own);
    } else {
        slots.push(0);
    }
    // Units that leave the frontier may close the part.
    for slot in 0..slots.len() {
        let piece = slots[slot];
        if stays[slot] || piece == 0 {
            continue;
        }
        slots[slot] = 0;
        let goes_on = (0..slots.len()).any(|other| slots[other] == piece);
        if !goes_on {
            if slots.iter().any(|&other| other > 0) {
                return None;
            }
            closed = true;
        }
    }
    let mut names = [0_u8; 16];
    let mut next = 0;
    let mut key = 0_u128;
    let mut place = 0;
    for (slot, &piece) in slots.iter().enumerate() {
        if !stays[slot] {
            continue;
        }
        let mut name = 0;
        if piece > 0 {
            if names[piece as usize] == 0 {
                next += 1;
                names[piece as usize] = next;
            }
            name = names[piece as usize];
        }
        key |= u128::from(name) << (4 * place);
        place += 1;
    }
    // 15 stands for the unit's own piece, so at most 14 others may be told apart.
    if next > 14 {
        return None;
    }
    if begun {
        key |= BEGUN;
    }
    if closed {
        key |= CLOSED;
    }
    Some(Key { code: key })
}

/// An order of the units whose frontier is narrow: always the unit that closes most and opens least, from the best of
/// some starts. Nothing where the graph is too wide.
fn order(problem: &Problem) -> Option<Vec<u32>> {
    let n = problem.weights.len();
    let every = n.div_ceil(40).max(1);
    let mut best: Option<(f64, Vec<u32>)> = None;
    for start in (0..n).step_by(every) {
        let (price, widest, order) = narrow(problem, start as u32);
        if widest <= WIDEST && best.as_ref().is_none_or(|(least, _)| price < *least) {
            best = Some((price, order));
        }
    }
    best.map(|(_, order)| order)
}

fn narrow(problem: &Problem, start: u32) -> (f64, usize, Vec<u32>) {
    let n = problem.weights.len();
    let graph = &problem.adjacency;
    let mut is_done = vec![false; n];
    let mut open: Vec<usize> = (0..n).map(|unit| graph.arcs(unit).len()).collect();
    let mut frontier: Vec<u32> = Vec::new();
    let mut order = Vec::with_capacity(n);
    let (mut price, mut widest) = (0.0, 0);
    let mut next = Some(start);
    while let Some(unit) = next {
        is_done[unit as usize] = true;
        order.push(unit);
        frontier.push(unit);
        for &(to, _) in graph.arcs(unit as usize) {
            open[to as usize] -= 1;
        }
        widest = widest.max(frontier.len());
        price += 2.5_f64.powi(frontier.len() as i32);
        frontier.retain(|&own| open[own as usize] > 0);
        next = frontier
            .iter()
            .flat_map(|&own| graph.arcs(own as usize))
            .map(|&(to, _)| to)
            .filter(|&to| !is_done[to as usize])
            .min_by_key(|&to| {
                let arcs = graph.arcs(to as usize);
                let closes =
                    arcs.iter().filter(|(near, _)| is_done[*near as usize] && open[*near as usize] == 1).count();
                let opens = arcs.iter().filter(|(near, _)| !is_done[*near as usize]).count();
                (i64::from(open[to as usize] > 0) - closes as i64, opens, to)
            })
            .or_else(|| (0..n as u32).find(|&to| !is_done[to as usize]));
    }
    (price, widest, order)
}
