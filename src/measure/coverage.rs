//! Who can walk to an asset that satisfies a standard, in time?

use super::walk::Door;
use super::{Walk, Walking, qualify, walk};
use crate::place::{AssetIdx, GroupIdx, IdVec, PatchIdx, Place, Standard, Within, ZoneIdx};
use crate::stats::{Weighted, quantiles};
use crate::units::{Metres, Seconds, Share, WalkingSpeed};
use std::collections::BTreeMap;

/// Who can walk to an asset that satisfies a standard, in time.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// How walks were worked out.
    pub walking: Walking,
    /// Assets that satisfy the standard.
    pub qualifying: Vec<AssetIdx>,
    /// For each dwelling position of the place, the walk to the nearest of them; `None` when there is
    /// no way.
    pub walks: Vec<Option<Walk>>,
    /// Totals of the whole place.
    pub place: Covered,
    /// Totals of each patch; a zone that straddles patches is split by where its people live.
    pub patches: IdVec<PatchIdx, Covered>,
    /// Totals of each zone.
    pub zones: IdVec<ZoneIdx, Covered>,
    /// Residents who live outside every patch.
    pub outside_patches: Covered,
}

/// Totals of a zone, a patch or the place.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Covered {
    /// Residents.
    pub residents: f64,
    /// Residents covered.
    pub covered: f64,
    /// Each group of the place; `None` where its table reaches no zone here. Where it reaches some of
    /// them, the counts are those zones' alone.
    pub by_group: IdVec<GroupIdx, Option<GroupCovered>>,
    /// The walk of the resident in the middle, at the place's walking speed; `None` when that resident
    /// has no way at all, or nobody lives here.
    pub median: Option<Seconds>,
    /// The walk that nine residents in ten do not exceed; `None` as above.
    pub p90: Option<Seconds>,
    /// The asset that is nearest for most residents; `None` when none can be reached.
    pub nearest: Option<AssetIdx>,
}

/// Members of a group, and how many of them are covered.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct GroupCovered {
    /// Members.
    pub residents: f64,
    /// Members covered, at the group's own walking speed where it has one.
    pub covered: f64,
}

impl Covered {
    /// Share of residents covered; `None` where nobody lives.
    #[must_use]
    pub fn share(&self) -> Option<Share> {
        Share::of(self.covered, self.residents)
    }
}

/// Who can walk to an asset that satisfies `standard`, in time?
///
/// *Method.* Cumulative opportunities with a threshold of one (Handy and Niemeier, *Measuring
/// accessibility*, Environment and Planning A 29, 1997), from where people live instead of from the
/// middle of their zone. [`qualify`](super::qualify()) says which assets count; the walk from each
/// dwelling position to the nearest of them is [`walk::nearest`]; a resident is covered when the walk
/// takes no longer than `standard.within` at the place's walking speed, and a member of a group with a
/// walking speed of its own at that speed. Totals are sums over positions, of counts that add up
/// without rounding (see [`Span`](crate::place::Span)): positions sum to zones, the patches and the
/// people outside them sum to the place, to the last bit.
///
/// *Limits.* Groups are spread inside a zone as its residents are. The walk is the shortest, not the
/// pleasantest, and takes no account of hills, lighting or crossings. An asset outside the place counts
/// when it is in the asset file, so leave in those just over the border.
#[must_use]
pub fn coverage(place: &Place, standard: &Standard) -> Coverage {
    let qualifying: Vec<AssetIdx> =
        qualify(place, standard).enumerate().filter(|(_, lacks)| lacks.is_none()).map(|(asset, _)| asset).collect();
    coverage_by(place, standard.within, &walk::doors(place, &qualifying))
}

/// As [`coverage()`], by these doors alone, whether or not they are assets of the place: the answer to "what if".
///
/// The doors that are not assets keep their numbers in the answer, so [`Covered::nearest`] may name one.
#[must_use]
pub fn coverage_by(place: &Place, within: Seconds, doors: &[Door]) -> Coverage {
    let everywhere: Vec<usize> = (0..place.positions.len()).collect();
    let walks = walk::nearest_door(place, &everywhere, doors, None);
    let totals = Totals::of(place, within, &walks);
    Coverage {
        walking: Walking::of(place),
        qualifying: doors.iter().map(|door| door.asset).collect(),
        walks,
        place: totals.place,
        patches: totals.patches,
        zones: totals.zones,
        outside_patches: totals.outside,
    }
}

impl Coverage {
    /// The same with other numbers for the assets.
    #[must_use]
    pub fn renumbered(&self, number: impl Fn(AssetIdx) -> AssetIdx) -> Self {
        let of = |covered: &Covered| Covered { nearest: covered.nearest.map(&number), ..covered.clone() };
        let walk = |walk: &Option<Walk>| walk.map(|walk| Walk { asset: number(walk.asset), ..walk });
        Self {
            walking: self.walking,
            qualifying: self.qualifying.iter().copied().map(&number).collect(),
            walks: self.walks.iter().map(walk).collect(),
            place: of(&self.place),
            patches: self.patches.iter().map(of).collect(),
            zones: self.zones.iter().map(of).collect(),
            outside_patches: of(&self.outside_patches),
        }
    }
}

/// Whether a walk of this length, if there is one, keeps within the limit at this speed.
pub(super) fn in_time(walk: Option<Walk>, speed: WalkingSpeed, limit: Seconds) -> bool {
    walk.map(|walk| speed.time(walk.length)).within(limit)
}

struct Totals {
    place: Covered,
    patches: IdVec<PatchIdx, Covered>,
    zones: IdVec<ZoneIdx, Covered>,
    outside: Covered,
}

impl Totals {
    /// Counts once for each part of a zone in one patch, and adds the parts up.
    fn of(place: &Place, limit: Seconds, walks: &[Option<Walk>]) -> Self {
        let nobody = || Covered { by_group: place.groups.iter().map(|_| None).collect(), ..Covered::default() };
        let mut all = Self {
            place: nobody(),
            patches: place.patches.iter().map(|_| nobody()).collect(),
            zones: place.zones.iter().map(|_| nobody()).collect(),
            outside: nobody(),
        };
        let mut lives: BTreeMap<Option<PatchIdx>, Vec<usize>> = BTreeMap::new();
        for (zone, run) in place.zone_positions.enumerate() {
            let mut parts: BTreeMap<Option<PatchIdx>, Covered> = BTreeMap::new();
            for position in run.clone() {
                let patch = place.positions[position].patch;
                count(place, limit, (position, walks[position]), parts.entry(patch).or_insert_with(nobody));
                lives.entry(patch).or_default().push(position);
            }
            for (patch, part) in parts {
                all.zones[zone].add(&part);
                all.place.add(&part);
                all.of_patch(patch).add(&part);
            }
            all.zones[zone].describe(place, walks, run.clone());
        }
        all.place.describe(place, walks, 0..place.positions.len());
        for (patch, positions) in lives {
            all.of_patch(patch).describe(place, walks, positions);
        }
        all
    }

    fn of_patch(&mut self, patch: Option<PatchIdx>) -> &mut Covered {
        match patch {
            Some(patch) => &mut self.patches[patch],
            None => &mut self.outside,
        }
    }
}

/// Adds the people of one position.
fn count(place: &Place, limit: Seconds, (index, walk): (usize, Option<Walk>), sum: &mut Covered) {
    let position = &place.positions[index];
    let in_time_for_most = in_time(walk, place.speed, limit);
    sum.residents += position.residents;
    sum.covered += if in_time_for_most { position.residents } else { 0.0 };
    let counts = &place.zones[position.zone].residents.by_group;
    for ((group, about), members) in place.groups.enumerate().zip(counts) {
        let Some(members) = *members else { continue };
        let here = place.people_at(position, members);
        let covered = about.speed.map_or(in_time_for_most, |speed| in_time(walk, speed, limit));
        let sum = sum.by_group[group].get_or_insert_default();
        sum.residents += here;
        sum.covered += if covered { here } else { 0.0 };
    }
}

impl Covered {
    /// Adds the counts of another part of the place.
    fn add(&mut self, part: &Self) {
        self.residents += part.residents;
        self.covered += part.covered;
        for (group, members) in part.by_group.enumerate() {
            let Some(members) = members else { continue };
            let sum = self.by_group[group].get_or_insert_default();
            sum.residents += members.residents;
            sum.covered += members.covered;
        }
    }

    /// Fills in what cannot be added up: the quantiles and the asset nearest for most.
    fn describe(&mut self, place: &Place, walks: &[Option<Walk>], positions: impl IntoIterator<Item = usize>) {
        let mut lengths: Vec<Weighted> = Vec::new();
        let mut people_by_asset: BTreeMap<AssetIdx, f64> = BTreeMap::new();
        for position in positions {
            let (walk, residents) = (walks[position], place.positions[position].residents);
            lengths.push((walk.map(|walk| walk.length.get()), residents));
            if let Some(walk) = walk {
                *people_by_asset.entry(walk.asset).or_default() += residents;
            }
        }
        let time = |length: f64| place.speed.time(Metres::new(length));
        [self.median, self.p90] = quantiles(&lengths, [0.5, 0.9]).map(|length| length.map(time));
        self.nearest = most_people(people_by_asset);
    }
}

/// The key with most people; the first of equals. `None` when there are no people.
pub(super) fn most_people<K: Ord>(people: BTreeMap<K, f64>) -> Option<K> {
    let more = |best: Option<(K, f64)>, next: (K, f64)| match best {
        Some(best) if best.1 >= next.1 => Some(best),
        _ => Some(next),
    };
    people.into_iter().filter(|(_, count)| *count > 0.0).fold(None, more).map(|(key, _)| key)
}
