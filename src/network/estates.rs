//! Private streets: those who live on them walk along them to the nearest junction with the streets of everybody.

use super::NodeIdx;
use crate::crs::Xy;
use crate::pack::{Done, Packed, Sink, Unpacker, packed_structs};
use crate::units::Metres;
use rstar::{AABB, PointDistance, RTree, RTreeObject};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// A private street as its builder knows it: the numbers of its ends and its line.
#[derive(Debug, Clone)]
pub(super) struct Drive {
    pub from: u32,
    pub to: u32,
    pub shape: Vec<Xy>,
}

/// All straight stretches of private streets from which one gets out, filed by where they are.
#[derive(Debug)]
pub(super) struct Estates(RTree<Stretch>);

/// The way out from a point on a private street.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct WayOut {
    /// The junction with the streets of everybody.
    pub gate: NodeIdx,
    /// From the point to the private street.
    pub step: Metres,
    /// Along private streets to the junction.
    pub walk: Metres,
    /// Where the step ends.
    pub at: Xy,
}

/// How far it is to the nearest junction, in tenths of a millimetre, and which it is.
type Out = (u64, NodeIdx);

#[derive(Debug, Clone, Copy, PartialEq)]
struct Stretch {
    start: Xy,
    end: Xy,
    /// The way out from each end, where there is one.
    from_start: Option<(f64, NodeIdx)>,
    from_end: Option<(f64, NodeIdx)>,
}

const PER_METRE: f64 = 10_000.0;

/// The same pieces in the same order: a tree of them is laid out by nothing else.
impl PartialEq for Estates {
    fn eq(&self, other: &Self) -> bool {
        self.0.size() == other.0.size() && self.0.iter().eq(other.0.iter())
    }
}

impl Estates {
    /// Finds the way out of every private street. `renamed` says which node of the network a node became, if a street
    /// of everybody ends there.
    pub(super) fn new(drives: &[Drive], renamed: &[Option<u32>]) -> Self {
        let length = |shape: &[Xy]| shape.windows(2).map(|pair| pair[0].distance(pair[1]).get()).sum::<f64>();
        let mut next: BTreeMap<u32, Vec<(u32, u64)>> = BTreeMap::new();
        for drive in drives {
            let metres = length(&drive.shape);
            if metres.is_finite() {
                let weight = (metres * PER_METRE).round() as u64;
                next.entry(drive.from).or_default().push((drive.to, weight));
                next.entry(drive.to).or_default().push((drive.from, weight));
            }
        }
        let out = ways_out(&next, renamed);
        let mut stretches = Vec::new();
        for drive in drives {
            let metres = length(&drive.shape);
            let way_out = |end: u32, more: f64| out.get(&end).map(|&(far, gate)| (far as f64 / PER_METRE + more, gate));
            let mut along = 0.0;
            for pair in drive.shape.windows(2) {
                let step = pair[0].distance(pair[1]).get();
                let here = |along: f64| {
                    let both = [way_out(drive.from, along), way_out(drive.to, metres - along)];
                    both.into_iter().flatten().min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
                };
                let (from_start, from_end) = (here(along), here(along + step));
                if step.is_finite() && step > 0.0 && from_start.is_some() {
                    stretches.push(Stretch { start: pair[0], end: pair[1], from_start, from_end });
                }
                along += step;
            }
        }
        Self::filed(stretches)
    }

    /// Files stretches, in an order that does not depend on the one in which they come.
    fn filed(mut stretches: Vec<Stretch>) -> Self {
        let ends = |one: &Stretch| [one.start.x, one.start.y, one.end.x, one.end.y];
        let order = |a: &Stretch, b: &Stretch| {
            let ends = ends(a).into_iter().zip(ends(b)).map(|(a, b)| a.total_cmp(&b)).find(|order| order.is_ne());
            ends.unwrap_or_else(|| a.from_start.map(|(_, gate)| gate).cmp(&b.from_start.map(|(_, gate)| gate)))
        };
        stretches.sort_by(order);
        Self(RTree::bulk_load(stretches))
    }

    /// The way out along the nearest private street that is nearer than `than` and reached by a step that `may` be taken.
    pub(super) fn way_out(&self, at: Xy, than: Metres, may: impl Fn(Xy) -> bool) -> Option<WayOut> {
        for (stretch, square) in self.0.nearest_neighbor_iter_with_distance_2(&[at.x, at.y]) {
            let step = Metres::new(square.sqrt());
            if step >= than {
                return None;
            }
            let on = stretch.nearest(at);
            if may(on) {
                let left =
                    |way: Option<(f64, NodeIdx)>, end: Xy| way.map(|(far, gate)| (far + on.distance(end).get(), gate));
                let both = [left(stretch.from_start, stretch.start), left(stretch.from_end, stretch.end)];
                let nearest = both.into_iter().flatten().min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                return nearest.map(|(walk, gate)| WayOut { gate, step, walk: Metres::new(walk), at: on });
            }
        }
        None
    }
}

/// From every node of the private streets to its nearest junction, by Dijkstra's algorithm from all junctions at once.
fn ways_out(next: &BTreeMap<u32, Vec<(u32, u64)>>, renamed: &[Option<u32>]) -> BTreeMap<u32, Out> {
    let mut out: BTreeMap<u32, Out> = BTreeMap::new();
    let mut queue: BinaryHeap<Reverse<(u64, NodeIdx, u32)>> = BinaryHeap::new();
    for &node in next.keys() {
        if let Some(gate) = renamed.get(node as usize).copied().flatten() {
            queue.push(Reverse((0, NodeIdx(gate), node)));
        }
    }
    while let Some(Reverse((far, gate, node))) = queue.pop() {
        if out.contains_key(&node) {
            continue;
        }
        out.insert(node, (far, gate));
        for &(other, weight) in next.get(&node).into_iter().flatten() {
            if !out.contains_key(&other) {
                queue.push(Reverse((far + weight, gate, other)));
            }
        }
    }
    out
}

impl Packed for Estates {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        self.0.size().pack(to)?;
        self.0.iter().try_for_each(|stretch| stretch.pack(to))
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        Ok(Self::filed(Packed::unpack(from)?))
    }
}

packed_structs! { Stretch { start, end, from_start, from_end } }

impl Stretch {
    fn nearest(&self, at: Xy) -> Xy {
        let (dx, dy) = (self.end.x - self.start.x, self.end.y - self.start.y);
        let share = ((at.x - self.start.x) * dx + (at.y - self.start.y) * dy) / (dx * dx + dy * dy);
        let share = share.clamp(0.0, 1.0);
        Xy::new(self.start.x + dx * share, self.start.y + dy * share)
    }
}

impl RTreeObject for Stretch {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners([self.start.x, self.start.y], [self.end.x, self.end.y])
    }
}

impl PointDistance for Stretch {
    fn distance_2(&self, &[x, y]: &[f64; 2]) -> f64 {
        let at = Xy::new(x, y);
        let on = self.nearest(at);
        (at.x - on.x).powi(2) + (at.y - on.y).powi(2)
    }
}
