//! What if a hub stood here, moved there, or closed?

use super::coverage::counts_after;
use super::journeys::{Journeys, Known};
use super::walk::{Door, Site, doors, nearest_door};
use super::{Coverage, Covered, GroupCovered, coverage, qualify};
use crate::network::{Search, Snap, StreetNetwork, Targets};
use crate::place::{Asset, AssetIdx, GroupIdx, IdVec, Idx, PatchIdx, Place, Position, Standard, Within, ZoneIdx};
use crate::units::{Metres, WalkingSpeed};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// How far a pin may be from the nearest street: as far as an asset may be unless `place.toml` says otherwise. Beyond
/// this it stands in water, in a field, or where the street file has nothing.
pub const OFF_STREET: Metres = Metres::new(500.0);

/// What is so today, kept ready so that a change need not be measured from nothing.
///
/// Holds the walks of every standard and where each dwelling position meets the streets: about forty bytes for
/// each position and standard.
#[derive(Debug)]
pub struct Today {
    /// Coverage of each standard of the place, in its order.
    coverage: Vec<Coverage>,
    /// Positions that meet a street.
    homes: Vec<usize>,
    /// The same, filed by street; `None` without streets.
    targets: Option<Targets>,
    /// For each standard by bus, what runs, once somebody has asked what if.
    runs: Vec<OnceLock<Arc<Known>>>,
}

/// One asset as it would be.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// The asset that changes; `None` for one that is added.
    pub asset: Option<AssetIdx>,
    /// What it becomes; `None` when it is removed.
    pub after: Option<Asset>,
}

/// What a change of assets does to a standard.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIf {
    /// The whole place.
    pub place: Change,
    /// Each patch.
    pub patches: IdVec<PatchIdx, Change>,
    /// People who live outside every patch.
    pub outside_patches: Change,
    /// The zones in which anybody is covered who was not, or was and no longer is; in the place's order.
    pub zones: Vec<(ZoneIdx, Change)>,
    /// Those who are covered today and would no longer be, however many gain.
    pub lost: Lost,
}

/// People who are covered today and would no longer be. By bus, those who would be in time by fewer departures, each
/// counted by the share of the departures that they lose.
#[derive(Debug, Clone, PartialEq)]
pub struct Lost {
    /// Everybody.
    pub all: f64,
    /// The residents of each patch.
    pub by_patch: IdVec<PatchIdx, f64>,
    /// The members of each group; `None` where its table reaches nobody here.
    pub by_group: IdVec<GroupIdx, Option<f64>>,
}

/// Counts before and after.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Change {
    /// Everybody.
    pub all: Count,
    /// Each group of the place; `None` where its table reaches nobody here.
    pub by_group: IdVec<GroupIdx, Option<Count>>,
}

/// How many there are, and how many of them are covered.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Count {
    /// Residents.
    pub residents: f64,
    /// Covered today.
    pub before: f64,
    /// Covered with the change.
    pub after: f64,
}

impl Today {
    /// Measures every standard of a place.
    #[must_use]
    pub fn of(place: &Place) -> Self {
        Self::measured(place, place.standards.par_iter().map(|standard| coverage(place, standard)).collect())
    }

    /// From coverage that was measured already: one for each standard of the place, in its order.
    #[must_use]
    pub fn measured(place: &Place, coverage: Vec<Coverage>) -> Self {
        let (homes, snaps): (Vec<usize>, Vec<Snap>) =
            place.positions.iter().enumerate().filter_map(|(i, position)| Some((i, position.snap?))).unzip();
        let targets = place.streets.as_ref().map(|streets| Targets::new(streets, &snaps));
        let runs = place.standards.iter().map(|_| OnceLock::new()).collect();
        Self { coverage, homes, targets, runs }
    }

    /// The journeys of a standard by bus; what runs is worked out the first time.
    fn journeys<'p>(&self, place: &'p Place, standard: usize) -> Option<Journeys<'p>> {
        let of = &place.standards[standard];
        let runs = &self.runs[standard];
        match runs.get() {
            Some(known) => Journeys::again(place, of, known),
            None => Journeys::of(place, of).inspect(|journeys| drop(runs.set(Arc::clone(journeys.known())))),
        }
    }

    /// Coverage today, of each standard of the place.
    #[must_use]
    pub fn coverage(&self) -> &[Coverage] {
        &self.coverage
    }
}

/// Who would be covered that is not, and who no longer, if these assets changed?
///
/// *Method.* The same walks as [`coverage()`](super::coverage()), but only those that can differ. From each door
/// that is new a search as far as the standard reaches says who has a shorter walk. Residents whose nearest asset
/// goes are searched for again from the assets that stay; of those only the ones within twice the reach of an asset
/// that goes can matter, because a walk to such a resident and on to another asset is no longer than that. All other
/// walks stay as they are. Counts are multiples of 2⁻²⁰ of a person, so adding the differences to today's totals
/// gives what measuring the changed place from nothing would give, to the last bit.
///
/// * `today`: of this place.
/// * `standard`: its number in the place's list.
/// * `edits`: each asset at most once.
///
/// A standard that asks for more than the walk to the nearest (by bus, room, several assets, over weeks) is measured anew
/// from the changed assets; by bus, what runs and the walks to every stop are worked
/// out once, and only who may take something else or walks another way sets out anew.
///
/// *Limits.* Those of coverage. Counts only: the middle walk and the nearest asset are not worked out.
///
/// # Panics
/// When the place has no standard of this number, or `today` or an edit is of another place.
#[must_use]
pub fn what_if(place: &Place, today: &Today, standard: usize, edits: &[Edit]) -> WhatIf {
    let (number, standard, before) = (standard, &place.standards[standard], &today.coverage[standard]);
    if !standard.is_plain() {
        let left = sites_after(place, standard, before, edits);
        let journeys = today.journeys(place, number);
        return WhatIf::between(place, before, &counts_after(place, (standard, &left), before, journeys.as_ref()));
    }
    let (gone, came) = doors_that_change(place, standard, before, edits);
    let reach = reach(place, standard);
    let mut walks: BTreeMap<usize, Option<Metres>> = BTreeMap::new();
    search_again(place, before, &gone, reach, &mut walks);
    for door in &came {
        for (position, length) in from_door(place, today, door, reach) {
            let known = before.walks[position].map(|walk| walk.length);
            let walk = walks.entry(position).or_insert(known);
            *walk = Some(walk.map_or(length, |known| known.min(length)));
        }
    }
    let mut answer = WhatIf::unchanged(before);
    let mut zones = BTreeMap::new();
    for (position, after) in walks {
        let lengths = [before.walks[position].map(|walk| walk.length), after];
        answer.count(place, standard, (&place.positions[position], lengths), &mut zones, before);
    }
    answer.zones = zones.into_iter().filter(|(_, change)| change.is_any()).collect();
    answer
}

/// How far anybody walks within the standard's time, and a millimetre more for rounding.
fn reach(place: &Place, standard: &Standard) -> Metres {
    let speeds = place.groups.iter().filter_map(|group| group.speed);
    let fastest = speeds.fold(place.speed, |fastest, speed| if speed > fastest { speed } else { fastest });
    fastest.distance(standard.within) * (1.0 + 1e-6) + Metres::new(0.001)
}

/// Assets that no longer satisfy the standard where they were, and doors that do where there was none.
fn doors_that_change(
    place: &Place,
    standard: &Standard,
    before: &Coverage,
    edits: &[Edit],
) -> (Vec<AssetIdx>, Vec<Door>) {
    let (mut gone, mut came) = (Vec::new(), Vec::new());
    for (number, edit) in edits.iter().enumerate() {
        let was = edit.asset.filter(|asset| before.qualifying.binary_search(asset).is_ok());
        let is = edit.after.as_ref().filter(|asset| qualify::satisfies(asset, standard));
        let is_same = was.zip(is).is_some_and(|(was, is)| place.assets[was].at == is.at);
        if is_same {
            continue;
        }
        gone.extend(was);
        let asset = AssetIdx::from_usize(place.assets.len() + number);
        came.extend(is.map(|is| Door { asset, at: is.at, snap: is.snap }));
    }
    gone.sort_unstable();
    (gone, came)
}

/// What satisfies the standard afterwards, as it would be: opening hours and room may change where the door stays.
fn sites_after<'a>(place: &'a Place, standard: &Standard, before: &Coverage, edits: &'a [Edit]) -> Vec<Site<'a>> {
    let edited = |asset: &AssetIdx| edits.iter().any(|edit| edit.asset == Some(*asset));
    let stay: Vec<AssetIdx> = before.qualifying.iter().copied().filter(|asset| !edited(asset)).collect();
    let site = |door: Door, asset| Site { door, asset: Some(asset), room: None };
    let stay = doors(place, &stay).into_iter().map(|door| site(door, &place.assets[door.asset]));
    let came = edits.iter().enumerate().filter_map(|(number, edit)| {
        let is = edit.after.as_ref().filter(|asset| qualify::satisfies(asset, standard))?;
        let asset = AssetIdx::from_usize(place.assets.len() + number);
        Some(site(Door { asset, at: is.at, snap: is.snap }, is))
    });
    stay.chain(came).collect()
}

/// The walks of those whose nearest asset goes, to the nearest of those that stay.
fn search_again(
    place: &Place,
    before: &Coverage,
    gone: &[AssetIdx],
    reach: Metres,
    walks: &mut BTreeMap<usize, Option<Metres>>,
) {
    if gone.is_empty() {
        return;
    }
    let lost = |walk: &super::Walk| walk.length <= reach && gone.binary_search(&walk.asset).is_ok();
    let positions: Vec<usize> =
        before.walks.iter().enumerate().filter(|(_, walk)| walk.as_ref().is_some_and(lost)).map(|(i, _)| i).collect();
    let near = |asset: &AssetIdx| {
        let at = place.assets[*asset].at;
        gone.iter().any(|gone| place.assets[*gone].at.distance(at) <= reach * 2.0 + Metres::new(1.0))
    };
    let stay = before.qualifying.iter().copied().filter(|asset| gone.binary_search(asset).is_err()).filter(near);
    let doors = doors(place, &stay.collect::<Vec<_>>());
    let found = nearest_door(place, &positions, &doors, Some(reach));
    walks.extend(positions.into_iter().zip(found).map(|(position, walk)| (position, walk.map(|walk| walk.length))));
}

/// Everybody within reach of a door, and how far they walk.
fn from_door(place: &Place, today: &Today, door: &Door, reach: Metres) -> Vec<(usize, Metres)> {
    match (&place.streets, &today.targets) {
        (Some(streets), Some(targets)) => along_streets(streets, targets, &today.homes, door, reach),
        _ => {
            let walks = place.positions.iter().map(|position| position.at.distance(door.at) * place.detour);
            walks.enumerate().filter(|(_, length)| *length <= reach).collect()
        }
    }
}

fn along_streets(
    streets: &StreetNetwork,
    targets: &Targets,
    homes: &[usize],
    door: &Door,
    reach: Metres,
) -> Vec<(usize, Metres)> {
    let Some(snap) = &door.snap else { return Vec::new() };
    let found = Search::new(streets).within(snap, targets, reach);
    found.into_iter().filter_map(|(home, length)| Some((*homes.get(home)?, length))).collect()
}

impl WhatIf {
    /// What differs between two measurements by the same standard.
    pub(super) fn between(place: &Place, before: &Coverage, after: &Coverage) -> Self {
        let mut lost = Lost::nobody(before);
        for (i, position) in place.positions.iter().enumerate() {
            let loses = |speed| (before.share(i, speed) - after.share(i, speed)).max(0.0);
            lost.count(place, position, loses);
        }
        let zones = before.zones.enumerate().zip(&after.zones);
        let zones = zones.map(|((zone, before), after)| (zone, Change::between(before, after)));
        Self {
            place: Change::between(&before.place, &after.place),
            patches: before.patches.iter().zip(&after.patches).map(|(a, b)| Change::between(a, b)).collect(),
            outside_patches: Change::between(&before.outside_patches, &after.outside_patches),
            zones: zones.filter(|(_, change)| change.is_any()).collect(),
            lost,
        }
    }

    fn unchanged(before: &Coverage) -> Self {
        Self {
            place: Change::unchanged(&before.place),
            patches: before.patches.iter().map(Change::unchanged).collect(),
            outside_patches: Change::unchanged(&before.outside_patches),
            zones: Vec::new(),
            lost: Lost::nobody(before),
        }
    }

    /// Counts the people of a position, whose walk was `[one]` and becomes `[the other]`.
    fn count(
        &mut self,
        place: &Place,
        standard: &Standard,
        (position, [was, is]): (&Position, [Option<Metres>; 2]),
        zones: &mut BTreeMap<ZoneIdx, Change>,
        before: &Coverage,
    ) {
        let step = |speed: WalkingSpeed| match [was, is]
            .map(|walk| walk.map(|walk| speed.time(walk)).within(standard.within))
        {
            [false, true] => 1.0,
            [true, false] => -1.0,
            _ => 0.0,
        };
        let of_most = step(place.speed);
        let of_groups: Vec<f64> = place.groups.iter().map(|group| group.speed.map_or(of_most, step)).collect();
        if of_most == 0.0 && of_groups.iter().all(|step| *step == 0.0) {
            return;
        }
        self.lost.count(place, position, |speed| (-step(speed)).max(0.0));
        let members = &place.zones[position.zone].residents.by_group;
        let of_patch = match position.patch {
            Some(patch) => &mut self.patches[patch],
            None => &mut self.outside_patches,
        };
        let zone = zones.entry(position.zone).or_insert_with(|| Change::unchanged(&before.zones[position.zone]));
        for change in [&mut self.place, of_patch, zone] {
            change.all.after += of_most * position.residents;
            let steps = place.groups.indices().zip(&of_groups).zip(members);
            for ((group, step), members) in steps {
                if let (Some(count), Some(members)) = (&mut change.by_group[group], members) {
                    count.after += step * place.people_at(position, *members);
                }
            }
        }
    }
}

impl Lost {
    fn nobody(before: &Coverage) -> Self {
        let by_group = before.place.by_group.iter().map(|count| count.as_ref().map(|_| 0.0)).collect();
        Self { all: 0.0, by_patch: before.patches.iter().map(|_| 0.0).collect(), by_group }
    }

    /// Counts the people of a position: `loses` is the share of their cover that goes for those who walk at a speed.
    fn count(&mut self, place: &Place, position: &Position, loses: impl Fn(WalkingSpeed) -> f64) {
        let of_most = loses(place.speed) * position.residents;
        self.all += of_most;
        if let Some(patch) = position.patch {
            self.by_patch[patch] += of_most;
        }
        let members = &place.zones[position.zone].residents.by_group;
        for ((index, group), members) in place.groups.enumerate().zip(members) {
            if let (Some(lost), Some(members)) = (&mut self.by_group[index], members) {
                *lost += loses(group.speed.unwrap_or(place.speed)) * place.people_at(position, *members);
            }
        }
    }
}

impl Change {
    fn unchanged(covered: &Covered) -> Self {
        Self::between(covered, covered)
    }

    fn between(before: &Covered, after: &Covered) -> Self {
        let groups = before.by_group.iter().zip(&after.by_group);
        let group = |(before, after): (&Option<GroupCovered>, &Option<GroupCovered>)| {
            let (before, after) = ((*before)?, (*after)?);
            Some(Count { residents: before.residents, before: before.covered, after: after.covered })
        };
        Self {
            all: Count { residents: before.residents, before: before.covered, after: after.covered },
            by_group: groups.map(group).collect(),
        }
    }

    /// Whether anybody's cover differs.
    fn is_any(&self) -> bool {
        std::iter::once(&self.all).chain(self.by_group.iter().flatten()).any(|count| count.before != count.after)
    }
}
