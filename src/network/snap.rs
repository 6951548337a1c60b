use super::edge::Edge;
use super::segments::{Segment, between};
use super::{EdgeIdx, Island, StreetNetwork};
use crate::crs::Xy;
use crate::units::Metres;
use rstar::PointDistance;

/// Where a point meets the network: the nearest point along a street, not its nearest end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Snap {
    /// The street.
    pub edge: EdgeIdx,
    /// How far along it, from its `from` end.
    pub along: Metres,
    /// The walk from the point to the street, in a straight line.
    pub off_street: Metres,
    /// The point on the street.
    pub at: Xy,
    /// The point that snapped, if the walk from it to `at` is a straight line; else `at`.
    pub door: Xy,
}

/// A point this near to a street is on it: no step is so short that anything lies between.
const ON_STREET: Metres = Metres::new(0.02);

impl Snap {
    /// How much further a street of a larger island may be, to be preferred to one of a tiny island.
    ///
    /// A judgement: about a minute's walk, the width of a block. See [`Island::TINY`]. Set too high, a
    /// river could be stepped over to leave a tiny island; too low, homes beside a loose bit of path
    /// count as unreachable.
    pub const PAST_TINY: Metres = Metres::new(100.0);

    /// Streets whose distances differ by no more are equally near. As fine as lengths are told apart in
    /// a search, and coarse enough that the last digits of coordinates do not choose a street.
    const AS_NEAR: Metres = Metres::new(0.000_1);
}

impl StreetNetwork {
    /// Where does a point meet the streets?
    ///
    /// The nearest point along any street in a straight line, if that is at most `max` away and the line crosses no
    /// barrier ([`super::Builder::barrier`]). Nobody gets onto a tunnel or bridge between its ends. Of streets
    /// equally near (to a tenth of a millimetre), the one with the lowest index. A street of a tiny island ([`Island::TINY`]) gives
    /// way to one of a larger island that is at most [`Snap::PAST_TINY`] further; to know whether
    /// the point still ended up apart from the main streets, ask [`StreetNetwork::island_of`].
    ///
    /// A private street ([`super::Builder::private`]) nearer than any other is walked to its nearest junction with
    /// the others: the snap is that junction, and the way to it is off the street.
    #[must_use]
    pub fn snap(&self, at: Xy, max: Metres) -> Option<Snap> {
        if !(at.x.is_finite() && at.y.is_finite()) {
            return None;
        }
        let mut chosen: Option<Snap> = None;
        let (mut reach, mut as_near) = (max, max);
        for (segment, square) in self.segments.0.nearest_neighbor_iter_with_distance_2(&[at.x, at.y]) {
            let off_street = Metres::new(square.sqrt());
            if off_street > reach {
                break;
            }
            let candidate = segment.snap(at, off_street);
            if off_street > ON_STREET && self.barriers.cross(at, candidate.at) {
                continue;
            }
            let tiny = self.on_tiny_island(candidate.edge);
            match chosen.map(|best| (best, self.on_tiny_island(best.edge))) {
                Some((_, false)) if tiny => {}
                Some((best, best_tiny)) if best_tiny == tiny => {
                    if off_street <= as_near && candidate.before(&best) {
                        chosen = Some(candidate);
                    }
                }
                None | Some(_) => {
                    as_near = off_street + Snap::AS_NEAR;
                    reach = reach.min(if tiny { off_street + Snap::PAST_TINY } else { as_near });
                    chosen = Some(candidate);
                }
            }
        }
        let than = chosen.map_or(max, |best| best.off_street);
        if than <= ON_STREET {
            return chosen;
        }
        self.estates
            .way_out(at, than, |on| !self.barriers.cross(at, on))
            .map(|out| Snap { off_street: out.step + out.walk, ..self.on_node(out.gate) })
            .filter(|out| !self.on_tiny_island(out.edge))
            .or(chosen)
    }

    /// How far is the nearest street, whatever lies between?
    #[must_use]
    pub fn distance_to(&self, at: Xy) -> Option<Metres> {
        let nearest = self.segments.0.nearest_neighbor(&[at.x, at.y])?;
        Some(Metres::new(nearest.distance_2(&[at.x, at.y]).sqrt()))
    }

    /// The lines that no step from a point to a street crosses, piece by piece.
    pub fn barriers(&self) -> impl Iterator<Item = (Xy, Xy)> + '_ {
        self.barriers.pieces()
    }

    /// Does a straight line between two points cross a barrier?
    #[must_use]
    pub fn divides(&self, a: Xy, b: Xy) -> bool {
        self.barriers.cross(a, b)
    }

    /// The point `along` metres from the `from` end of a street, as a snap without any off-street walk.
    ///
    /// Lengths outside the street give its ends.
    #[must_use]
    pub fn on_street(&self, edge: EdgeIdx, along: Metres) -> Snap {
        let shape = self.shape(edge);
        let along = along.max(Metres::ZERO).min(self.street(edge).length);
        let mut left = along.get();
        let mut at = shape.first().copied().unwrap_or_default();
        for pair in shape.windows(2) {
            let length = pair[0].distance(pair[1]).get();
            if left <= length {
                at = between(pair[0], pair[1], left / length);
                break;
            }
            left -= length;
            at = pair[1];
        }
        Snap { edge, along, off_street: Metres::ZERO, at, door: at }
    }

    /// A node as a snap: the matching end of one of its streets.
    #[must_use]
    pub fn on_node(&self, node: super::NodeIdx) -> Snap {
        let edge = self.arcs.edge[self.arcs.first[node.index()] as usize];
        let Edge { from, length, .. } = self.edges[edge as usize];
        let along = Metres::new(if from == node.0 { 0.0 } else { length });
        let at = self.node_at(node);
        Snap { edge: EdgeIdx(edge), along, off_street: Metres::ZERO, at, door: at }
    }

    fn on_tiny_island(&self, edge: EdgeIdx) -> bool {
        self.islands.get(self.island_of(edge)).is_some_and(Island::is_tiny)
    }
}

impl Snap {
    fn before(&self, other: &Self) -> bool {
        (self.edge, self.along.get()) < (other.edge, other.along.get())
    }
}

impl Segment {
    fn snap(&self, at: Xy, off_street: Metres) -> Snap {
        let share = self.share(at);
        let on = between(self.start, self.end, share);
        let along = Metres::new(self.along + share * self.start.distance(self.end).get());
        Snap { edge: EdgeIdx(self.edge), along, off_street, at: on, door: at }
    }
}

#[cfg(test)]
#[path = "snap_tests.rs"]
mod tests;
