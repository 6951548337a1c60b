//! From where people live to the nearest asset: along the streets, or in a straight line.

use crate::crs::Xy;
use crate::network::{Search, Snap, StreetNetwork, Targets, matrix};
use crate::place::{Asset, AssetIdx, Place, Within};
use crate::units::{Metres, Seconds, WalkingSpeed};
use rayon::prelude::*;
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

/// Whether a walk of this length, if there is one, keeps within the limit at this speed.
pub(super) fn in_time(walk: Option<Walk>, speed: WalkingSpeed, limit: Seconds) -> bool {
    walk.map(|walk| speed.time(walk.length)).within(limit)
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

/// A door, and the asset behind it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site<'a> {
    /// The door.
    pub(super) door: Door,
    /// What is known of the asset; `None` where a door stands for nothing that is known.
    pub(super) asset: Option<&'a Asset>,
    /// The room behind it, where that is said apart from the asset.
    pub(super) room: Option<f64>,
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
            let lines = lines_to(place, positions, doors, 1);
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

/// How far is the walk from each dwelling position to the nth nearest of some doors? With n = 1 it is [`nearest_door`].
///
/// *Method.* From each door a search as far as four times `usual` keeps the n shortest walks of each position; who is still
/// short of n is searched for again without a limit, so the time grows with the number of doors. Of equals the first.
#[must_use]
pub(super) fn nth_nearest(place: &Place, doors: &[Door], n: usize, usual: Metres) -> Vec<Option<Walk>> {
    let homes: Vec<(Xy, Option<Snap>)> = place.positions.iter().map(|home| (home.at, home.snap)).collect();
    let everybody: Vec<usize> = (0..homes.len()).collect();
    let mut walks = nth_of(place, doors, n, &homes, &everybody, usual * 4.0);
    let left: Vec<usize> = walks.iter().enumerate().filter(|(_, walk)| walk.is_none()).map(|(i, _)| i).collect();
    if doors.len() >= n && !left.is_empty() {
        let found = nth_of(place, doors, n, &homes, &left, Metres::new(f64::from(u32::MAX)));
        for (position, walk) in left.iter().zip(found) {
            walks[*position] = walk;
        }
    }
    walks
}

fn nth_of(
    place: &Place,
    doors: &[Door],
    n: usize,
    homes: &[(Xy, Option<Snap>)],
    positions: &[usize],
    limit: Metres,
) -> Vec<Option<Walk>> {
    let targets: Vec<(Xy, Option<Snap>)> = positions.iter().map(|&i| homes[i]).collect();
    let mut nearest: Vec<Vec<(Metres, AssetIdx)>> = vec![Vec::new(); positions.len()];
    // A few doors at a time: no more than n walks of each position are kept.
    for some in doors.chunks(64) {
        let sources: Vec<(Xy, Option<Snap>)> = some.iter().map(|door| (door.at, door.snap)).collect();
        for (door, row) in some.iter().zip(pairs(place, &sources, &targets, limit)) {
            for (home, walk) in row {
                let known = &mut nearest[home];
                let at = known.partition_point(|(length, asset)| (*length, *asset) <= (walk, door.asset));
                known.insert(at, (walk, door.asset));
                known.truncate(n);
            }
        }
    }
    let nth = |known: Vec<(Metres, AssetIdx)>| known.get(n - 1).map(|&(length, asset)| Walk { asset, length });
    nearest.into_iter().map(nth).collect()
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
    lines_to(place, positions, &doors(place, assets), 1)
}

/// As [`straight_lines`], to the nth nearest.
pub(super) fn lines_to(place: &Place, positions: &[usize], doors: &[Door], n: usize) -> Vec<Option<StraightLine>> {
    let point = |at: Xy| [at.x, at.y];
    let tree = RTree::bulk_load(doors.iter().map(|&door| GeomWithData::new(point(door.at), door)).collect());
    let line = |&position: &usize| {
        let from = place.positions[position].at;
        let near = || tree.nearest_neighbor_iter_with_distance_2(&point(from));
        let (_, nth) = near().nth(n - 1)?;
        let mut until: Vec<(f64, Door)> =
            near().take_while(|(_, squared)| *squared <= nth).map(|(found, squared)| (squared, found.data)).collect();
        until.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.asset.cmp(&b.1.asset)));
        let (_, door) = *until.get(n - 1)?;
        Some(StraightLine { asset: door.asset, length: from.distance(door.at) })
    };
    positions.iter().map(line).collect()
}

/// For each source, the targets within reach on foot and how far each is.
pub(super) fn pairs(
    place: &Place,
    sources: &[(Xy, Option<Snap>)],
    targets: &[(Xy, Option<Snap>)],
    longest: Metres,
) -> Vec<Vec<(usize, Metres)>> {
    let points = |of: &[(Xy, Option<Snap>)]| of.iter().map(|(at, _)| *at).collect::<Vec<_>>();
    let Some(streets) = &place.streets else { return straight(place, &points(sources), &points(targets), longest) };
    let joined = |of: &[(Xy, Option<Snap>)]| -> (Vec<usize>, Vec<Snap>) {
        of.iter().enumerate().filter_map(|(i, (_, snap))| Some((i, (*snap)?))).unzip()
    };
    let ((from, starts), (to, ends)) = (joined(sources), joined(targets));
    let found = matrix(streets, &starts, &Targets::new(streets, &ends), longest);
    let mut rows = vec![Vec::new(); sources.len()];
    for (source, row) in from.into_iter().zip(found) {
        rows[source] = row.into_iter().map(|(target, walk)| (to[target], walk)).collect();
    }
    rows
}

/// The same in straight lines times the place's detour factor.
pub(super) fn straight(place: &Place, sources: &[Xy], targets: &[Xy], longest: Metres) -> Vec<Vec<(usize, Metres)>> {
    let filed = targets.iter().enumerate().map(|(i, at)| GeomWithData::new([at.x, at.y], i)).collect();
    let tree: RTree<GeomWithData<[f64; 2], usize>> = RTree::bulk_load(filed);
    let reach = longest.get() / place.detour;
    let row = |from: &Xy| {
        let near = tree.locate_within_distance([from.x, from.y], reach * reach);
        let mut row: Vec<(usize, Metres)> =
            near.map(|found| (found.data, from.distance(targets[found.data]) * place.detour)).collect();
        row.sort_unstable_by_key(|(target, _)| *target);
        row
    };
    sources.par_iter().map(row).collect()
}
