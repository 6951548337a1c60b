//! Walks that need no street: between two points that are both away from the streets and near each other.

use super::{Snap, StreetNetwork};
use crate::units::Metres;
use rstar::RTree;
use rstar::primitives::GeomWithData;

/// Points this near to their street have it; the walk between two neighbours on it leads along it.
///
/// A judgement: a front garden, a car park. Set to nothing, walks between neighbours cut across their gardens; set
/// to hundreds, a hall in a park is reached from the house beside it by way of the road.
const AWAY: Metres = Metres::new(25.0);

/// Points away from the streets, filed by where they are.
#[derive(Debug, Clone, Default)]
pub(super) struct Away {
    points: RTree<GeomWithData<[f64; 2], (usize, Metres)>>,
    /// The longest of their ways to a street.
    furthest: Metres,
}

fn off(snap: &Snap) -> Metres {
    snap.door.distance(snap.at)
}

impl Away {
    /// Of points with their numbers, those that are away from the streets.
    pub(super) fn of(snaps: impl Iterator<Item = (usize, Snap)>) -> Self {
        let away = snaps.filter(|(_, snap)| off(snap) > AWAY);
        let points: Vec<_> =
            away.map(|(number, snap)| GeomWithData::new([snap.door.x, snap.door.y], (number, off(&snap)))).collect();
        let furthest = points.iter().map(|point| point.data.1).fold(Metres::ZERO, Metres::max);
        Self { points: RTree::bulk_load(points), furthest }
    }

    /// The points that can be walked to in a straight line, and how far each is: no further than the two ways to a
    /// street together, which are straight lines across the same ground, and with no barrier between.
    pub(super) fn near<'a>(
        &'a self,
        network: &'a StreetNetwork,
        from: &'a Snap,
    ) -> impl Iterator<Item = (usize, Metres)> + 'a {
        let own = off(from);
        let reach = if own > AWAY && self.points.size() > 0 { Some((own + self.furthest).get().powi(2)) } else { None };
        reach.into_iter().flat_map(move |square| {
            let near = self.points.locate_within_distance([from.door.x, from.door.y], square);
            near.filter_map(move |point| {
                let (number, other) = point.data;
                let at = crate::crs::Xy::new(point.geom()[0], point.geom()[1]);
                let direct = from.door.distance(at);
                (direct <= own + other && !network.divides(from.door, at)).then_some((number, direct))
            })
        })
    }
}
