//! Lines that no step between a point and a street may cross: rivers, railways, motorways.

use crate::crs::Xy;
use crate::pack::{Done, Packed, Sink, Unpacker};
use rstar::{AABB, RTree, RTreeObject};
use std::cmp::Ordering;

/// A step that ends this near to a line does not cross it: where a street meets a railway on the level, the last
/// digits of coordinates must not decide. No survey is as fine as a centimetre.
const TOUCHES_M: f64 = 0.01;

/// All straight stretches of all lines that cannot be crossed, filed by where they are.
#[derive(Debug)]
pub struct Barriers(RTree<Stretch>);

#[derive(Debug, Clone, Copy, PartialEq)]
struct Stretch {
    start: Xy,
    end: Xy,
}

/// The same pieces in the same order: a tree of them is laid out by nothing else.
impl PartialEq for Barriers {
    fn eq(&self, other: &Self) -> bool {
        self.0.size() == other.0.size() && self.0.iter().eq(other.0.iter())
    }
}

impl Barriers {
    /// Files lines; points that are no numbers are left out.
    #[must_use]
    pub fn new(lines: &[Vec<Xy>]) -> Self {
        let is_number = |at: &Xy| at.x.is_finite() && at.y.is_finite();
        let pairs = lines.iter().flat_map(|line| line.windows(2));
        let stretches = pairs.filter(|pair| pair[0] != pair[1] && pair.iter().all(is_number));
        Self::filed(stretches.map(|pair| Stretch { start: pair[0], end: pair[1] }).collect())
    }

    /// Files stretches, in an order that does not depend on the one in which they come.
    fn filed(mut stretches: Vec<Stretch>) -> Self {
        let ends = |one: &Stretch| [one.start.x, one.start.y, one.end.x, one.end.y];
        stretches.sort_by(|a, b| {
            ends(a).iter().zip(&ends(b)).map(|(a, b)| a.total_cmp(b)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
        });
        Self(RTree::bulk_load(stretches))
    }

    /// All of them.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (Xy, Xy)> + '_ {
        self.0.iter().map(|piece| (piece.start, piece.end))
    }

    /// Does the straight step from one point to another cross any of the lines?
    #[must_use]
    pub fn cross(&self, from: Xy, to: Xy) -> bool {
        let step = Stretch { start: from, end: to };
        self.0.locate_in_envelope_intersecting(&step.envelope()).any(|line| line.is_crossed_by(step))
    }
}

impl Packed for Barriers {
    fn pack(&self, to: &mut dyn Sink) -> Done {
        self.0.size().pack(to)?;
        self.pieces().try_for_each(|piece| piece.pack(to))
    }

    fn unpack(from: &mut Unpacker<'_>) -> Done<Self> {
        let pieces = Vec::<(Xy, Xy)>::unpack(from)?;
        Ok(Self::filed(pieces.into_iter().map(|(start, end)| Stretch { start, end }).collect()))
    }
}

impl Stretch {
    /// How far to the left of this stretch a point lies, in metres; negative to the right.
    fn left(self, at: Xy) -> f64 {
        let (dx, dy) = (self.end.x - self.start.x, self.end.y - self.start.y);
        (dx * (at.y - self.start.y) - dy * (at.x - self.start.x)) / dx.hypot(dy)
    }

    fn is_crossed_by(self, step: Self) -> bool {
        let (from, to) = (self.left(step.start), self.left(step.end));
        // A step through the very vertex of a line crosses one of its two stretches.
        from.abs().min(to.abs()) > TOUCHES_M
            && (from > 0.0) != (to > 0.0)
            && (step.left(self.start) >= 0.0) != (step.left(self.end) >= 0.0)
    }
}

impl RTreeObject for Stretch {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners([self.start.x, self.start.y], [self.end.x, self.end.y])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_crosses_a_line_within_it_or_at_its_bend_and_not_where_it_touches() {
        //  ──────┐
        //        │
        let points = [(0.0, 0.0), (10.0, 0.0), (10.0, -10.0)].map(|(x, y)| Xy::new(x, y));
        let barriers = Barriers::new(&[points.to_vec()]);
        let cross = |a: (f64, f64), b: (f64, f64)| barriers.cross(Xy::new(a.0, a.1), Xy::new(b.0, b.1));
        assert!(cross((5.0, 1.0), (5.0, -1.0)) && cross((5.0, -1.0), (5.0, 1.0)));
        assert!(cross((9.0, -1.0), (11.0, 1.0)), "through the bend");
        assert!(!cross((5.0, 1.0), (5.0, 0.0)) && !cross((5.0, 0.0), (5.0, -1.0)), "touches");
        assert!(!cross((5.0, 1.0), (5.0, -0.005)), "ends on it but for a hair");
        assert!(!cross((-1.0, 1.0), (-1.0, -1.0)) && !cross((11.0, 1.0), (11.0, -11.0)), "past its end");
        assert!(!Barriers::new(&[]).cross(Xy::new(0.0, 0.0), Xy::new(1.0, 1.0)));
    }
}
