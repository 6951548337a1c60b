//! What can somebody walk to from one spot? The nearest asset of each kind, and which standards are kept there.

use super::qualify::qualify;
use super::walk::Walk;
use crate::crs::Xy;
use crate::network::{Search, Snap};
use crate::place::{AssetIdx, AssetStatus, Idx, Place, Within};
use crate::units::Metres;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What can be walked to from a spot.
#[derive(Debug, Clone, PartialEq)]
pub struct Nearby {
    /// Every kind of asset there is in the place, by name, with the nearest in use.
    pub kinds: Vec<(String, Option<Walk>)>,
    /// For each standard of the place, in its order, the nearest asset that satisfies it, and whether the walk is
    /// within the standard's time; `None` where that alone does not say whether it is kept: only a bus might do, or there
    /// must be room, or it is there now and then.
    pub standards: Vec<(Option<Walk>, Option<bool>)>,
}

/// What can somebody walk to from here?
///
/// One walk outwards along the streets from the spot finds the way to every asset, as [`super::walk::nearest`] does
/// from every home, at the place's walking speed. An asset counts for its kind when it is in use on `date`; what a
/// standard asks for (hours, step, date) is asked of the standards alone.
///
/// * `snap`: where the spot meets the streets; with streets and without a snap nothing can be walked to.
/// * `limit`: walks longer than this are not looked for.
#[must_use]
pub fn nearby(place: &Place, at: Xy, snap: Option<Snap>, date: NaiveDate, limit: Metres) -> Nearby {
    let walks = walks(place, at, snap, limit);
    let shortest = |counts: &dyn Fn(AssetIdx) -> bool| {
        let found = walks.iter().filter(|walk| counts(walk.asset));
        found.min_by(|a, b| a.length.get().total_cmp(&b.length.get()).then(a.asset.cmp(&b.asset))).copied()
    };
    let mut kinds: BTreeMap<&str, Option<Walk>> = BTreeMap::new();
    for asset in &place.assets {
        let of_kind = |asset: AssetIdx, kind: &str| place.assets[asset].kind == kind && in_use(place, asset, date);
        kinds.entry(&asset.kind).or_insert_with(|| shortest(&|found| of_kind(found, &asset.kind)));
    }
    let standards = place.standards.iter().map(|standard| {
        let lacks = qualify(place, standard);
        let mut those: Vec<Walk> = walks.iter().filter(|walk| lacks[walk.asset].is_none()).copied().collect();
        those.sort_by(|a, b| a.length.get().total_cmp(&b.length.get()).then(a.asset.cmp(&b.asset)));
        let nearest = those.get(standard.nth.max(1) - 1).copied();
        let kept = nearest.map(|walk| place.speed.time(walk.length)).within(standard.within);
        // Who walks there in time needs no bus; who does not, no room.
        let more = standard.places.is_some() || standard.over.is_some();
        let is_told = if kept { !more } else { standard.transit.is_none() };
        (nearest, is_told.then_some(kept))
    });
    Nearby { standards: standards.collect(), kinds: kinds.into_iter().map(|(k, walk)| (k.to_owned(), walk)).collect() }
}

/// Whether an asset is there to be used that day.
fn in_use(place: &Place, asset: AssetIdx, date: NaiveDate) -> bool {
    let asset = &place.assets[asset];
    let opened = asset.opens_on.map_or(asset.status != AssetStatus::Planned, |first| first <= date);
    opened && asset.status != AssetStatus::Closed && asset.closes_on.is_none_or(|last| last >= date)
}

/// The walk from the spot to each asset that can be reached.
fn walks(place: &Place, at: Xy, snap: Option<Snap>, limit: Metres) -> Vec<Walk> {
    let Some(streets) = &place.streets else {
        let walk = |asset: AssetIdx| Walk { asset, length: at.distance(place.assets[asset].at) * place.detour };
        let every = (0..place.assets.len()).map(AssetIdx::from_usize).map(walk);
        return every.filter(|walk| walk.length <= limit).collect();
    };
    let Some(snap) = snap else { return Vec::new() };
    let (assets, doors): (Vec<AssetIdx>, Vec<Snap>) =
        place.assets.enumerate().filter_map(|(asset, of)| Some((asset, of.snap?))).unzip();
    let found = Search::new(streets).nearest(&[snap], &doors, Some(limit));
    let walks = assets.into_iter().zip(found);
    walks.filter_map(|(asset, nearest)| Some(Walk { asset, length: nearest?.distance })).collect()
}
