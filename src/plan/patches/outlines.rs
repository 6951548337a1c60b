//! Which zones touch: the neighbours of zones where no street says whose homes lie beside whose.

use crate::place::{IdVec, Place, ZoneIdx};
use geo::{Coord, LinesIter};
use rstar::{AABB, PointDistance, RTree, RTreeObject};
use std::collections::{BTreeMap, BTreeSet};

/// Outlines nearer to one another than this are one, in metres: publishers round coordinates.
const NEAR_M: f64 = 0.5;
/// Zones that share less outline than this meet at a corner, in metres.
const CORNER_M: f64 = 1.0;

/// One straight piece of a zone's outline.
struct Side {
    zone: ZoneIdx,
    from: Coord<f64>,
    to: Coord<f64>,
}

impl RTreeObject for Side {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners([self.from.x, self.from.y], [self.to.x, self.to.y])
    }
}

impl PointDistance for Side {
    fn distance_2(&self, point: &[f64; 2]) -> f64 {
        let at = Coord { x: point[0], y: point[1] };
        let nearest = self.point_at(self.along(at).clamp(0.0, 1.0));
        (nearest.x - at.x).powi(2) + (nearest.y - at.y).powi(2)
    }
}

impl Side {
    fn length(&self) -> f64 {
        (self.to.x - self.from.x).hypot(self.to.y - self.from.y)
    }

    /// Where a point falls on the line, as a share of the way from one end to the other.
    fn along(&self, at: Coord<f64>) -> f64 {
        let (x, y) = (self.to.x - self.from.x, self.to.y - self.from.y);
        ((at.x - self.from.x) * x + (at.y - self.from.y) * y) / (x * x + y * y)
    }

    fn point_at(&self, share: f64) -> Coord<f64> {
        Coord { x: self.from.x + share * (self.to.x - self.from.x), y: self.from.y + share * (self.to.y - self.from.y) }
    }

    /// How much of this side lies along another, in metres.
    fn shared_with(&self, other: &Self) -> f64 {
        let (a, b) = (self.along(other.from), self.along(other.to));
        let (from, to) = (a.min(b).max(0.0), a.max(b).min(1.0));
        let is_on = |share: f64| {
            let at = self.point_at(share);
            other.distance_2(&[at.x, at.y]) <= NEAR_M * NEAR_M
        };
        if from < to && is_on(from) && is_on(to) { (to - from) * self.length() } else { 0.0 }
    }
}

/// Pairs of zones whose outlines run along one another, the lower first: more than a corner (the rook's rule of spatial
/// weights).
pub(super) fn touching(place: &Place) -> BTreeSet<[ZoneIdx; 2]> {
    let sides_of = |zone: ZoneIdx| {
        let lines = place.zones[zone].shape.iter().flat_map(LinesIter::lines_iter);
        lines.filter(|line| line.start != line.end).map(move |line| Side { zone, from: line.start, to: line.end })
    };
    let tree = RTree::bulk_load(place.zones.indices().flat_map(sides_of).collect());
    let mut found = BTreeSet::new();
    for zone in place.zones.indices() {
        let mut shared: BTreeMap<ZoneIdx, f64> = BTreeMap::new();
        for side in sides_of(zone) {
            let (low, high) = (side.envelope().lower(), side.envelope().upper());
            let around = AABB::from_corners(low.map(|at| at - NEAR_M), high.map(|at| at + NEAR_M));
            // Each pair is looked at once, from the lower zone.
            for other in tree.locate_in_envelope_intersecting(&around).filter(|other| other.zone > zone) {
                *shared.entry(other.zone).or_default() += side.shared_with(other);
            }
        }
        found.extend(shared.into_iter().filter(|(_, metres)| *metres > CORNER_M).map(|(other, _)| [zone, other]));
    }
    found
}

/// Which zones touch no other, or have no outline: what lies beside them has to be told otherwise.
pub(super) fn alone(place: &Place, touching: &BTreeSet<[ZoneIdx; 2]>) -> IdVec<ZoneIdx, bool> {
    let mut is_alone: IdVec<ZoneIdx, bool> = place.zones.indices().map(|_| true).collect();
    touching.iter().flatten().for_each(|&zone| is_alone[zone] = false);
    is_alone
}
