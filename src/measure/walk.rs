//! From where people live to the nearest asset: along the streets, or in a straight line.

use crate::crs::Xy;
use crate::network::{Search, Snap, StreetNetwork};
use crate::place::{AssetIdx, Place};
use crate::units::Metres;
use rstar::RTree;
use rstar::primitives::GeomWithData;

/// How walks were worked out; every answer that rests on walks says so.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Walking {
    /// Along the streets.
    Streets,
    /// Straight lines times this factor, because the place has no streets.
    StraightLine {
        /// Walk ÷ straight line.
        detour: f64,
    },
}

impl Walking {
    /// How walks are worked out in this place.
    #[must_use]
    pub const fn of(place: &Place) -> Self {
        match place.streets {
            Some(_) => Self::Streets,
            None => Self::StraightLine { detour: place.detour },
        }
    }
}

/// The shortest walk from somewhere to the nearest asset of some kinds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Walk {
    /// Where it leads.
    pub asset: AssetIdx,
    /// How long it is, off-street parts included.
    pub length: Metres,
}

/// Somewhere to walk to: an asset, or what might become one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Door {
    /// Its number in answers. What is not yet an asset is numbered after the place's assets.
    pub asset: AssetIdx,
    /// Where it is.
    pub at: Xy,
    /// Where it meets the streets.
    pub snap: Option<Snap>,
}

/// The doors of some assets.
#[must_use]
pub fn doors(place: &Place, assets: &[AssetIdx]) -> Vec<Door> {
    let door = |&asset: &AssetIdx| Door { asset, at: place.assets[asset].at, snap: place.assets[asset].snap };
    assets.iter().map(door).collect()
}

/// How far is the walk from each dwelling position to the nearest of some assets?
///
/// Along the streets: from the door in a straight line to the nearest point of a street, along the
/// streets, and in a straight line to the asset. Without streets: the straight line times the place's
/// detour factor. The nearest is the one with the shortest walk; of equally near ones the first in the
/// place's order, which is by key.
///
/// * `positions`: indices into the place's positions.
/// * `assets`: the assets that count.
/// * `limit`: walks longer than this need not be looked for; `None` looks as far as streets go.
///
/// One answer for each of `positions`, in order; `None` when no way leads to any asset (within `limit`).
/// With streets, a position or asset that meets no street cannot be walked from or to.
///
/// # Panics
/// When `positions` has an index that is not of this place.
#[must_use]
pub fn nearest(place: &Place, positions: &[usize], assets: &[AssetIdx], limit: Option<Metres>) -> Vec<Option<Walk>> {
    nearest_door(place, positions, &doors(place, assets), limit)
}

/// As [`nearest`], to doors that need not be assets of the place.
///
/// # Panics
/// When `positions` has an index that is not of this place.
#[must_use]
pub fn nearest_door(place: &Place, positions: &[usize], doors: &[Door], limit: Option<Metres>) -> Vec<Option<Walk>> {
    match &place.streets {
        Some(streets) => along_streets(place, streets, positions, doors, limit),
        None => {
            let walk = |line: StraightLine| Walk { asset: line.asset, length: line.length * place.detour };
            let near = |walk: &Walk| limit.is_none_or(|limit| walk.length <= limit);
            let lines = lines_to(place, positions, doors);
            lines.into_iter().map(|line| line.map(walk).filter(near)).collect()
        }
    }
}

fn along_streets(
    place: &Place,
    streets: &StreetNetwork,
    positions: &[usize],
    doors: &[Door],
    limit: Option<Metres>,
) -> Vec<Option<Walk>> {
    let (joined, doors): (Vec<AssetIdx>, Vec<Snap>) =
        doors.iter().filter_map(|door| Some((door.asset, door.snap?))).unzip();
    let (starts, homes): (Vec<usize>, Vec<Snap>) =
        positions.iter().enumerate().filter_map(|(i, &p)| Some((i, place.positions[p].snap?))).unzip();
    let mut walks = vec![None; positions.len()];
    let found = Search::new(streets).nearest(&doors, &homes, limit);
    for (start, nearest) in starts.into_iter().zip(found) {
        walks[start] = nearest.map(|n| Walk { asset: joined[n.source], length: n.distance });
    }
    walks
}

/// A straight line to the nearest of some assets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StraightLine {
    /// Where it leads.
    pub asset: AssetIdx,
    /// How long it is.
    pub length: Metres,
}

/// How far is each dwelling position from the nearest of some assets as the crow flies?
///
/// One answer for each of `positions` (indices into the place's positions), in order; `None` only when
/// there are no assets. Of equally near assets the first in the place's order.
///
/// # Panics
/// When `positions` has an index that is not of this place.
#[must_use]
pub fn straight_lines(place: &Place, positions: &[usize], assets: &[AssetIdx]) -> Vec<Option<StraightLine>> {
    lines_to(place, positions, &doors(place, assets))
}

fn lines_to(place: &Place, positions: &[usize], doors: &[Door]) -> Vec<Option<StraightLine>> {
    let point = |at: Xy| [at.x, at.y];
    let tree = RTree::bulk_load(doors.iter().map(|&door| GeomWithData::new(point(door.at), door)).collect());
    let line = |&position: &usize| {
        let from = place.positions[position].at;
        let mut near = tree.nearest_neighbor_iter_with_distance_2(&point(from)).peekable();
        let closest = near.peek().map(|(_, squared)| *squared)?;
        let equals = near.take_while(|(_, squared)| *squared <= closest).map(|(found, _)| found.data);
        let door = equals.min_by_key(|door| door.asset)?;
        Some(StraightLine { asset: door.asset, length: from.distance(door.at) })
    };
    positions.iter().map(line).collect()
}
