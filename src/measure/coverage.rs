//! Who can walk to an asset that satisfies a standard, in time?

use super::journeys::{Before, Journeys, Often};
use super::now_and_then::{served, walks};
use super::room::Ratios;
use super::walk::{Door, Site, in_time};
use super::{Walk, Walking, qualify, walk};
use crate::place::{AssetIdx, GroupIdx, IdVec, Idx, PatchIdx, People, Place, Standard, ZoneIdx};
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
    /// The longest walk that counts, or the longest journey from door to door.
    pub within: Seconds,
    /// By bus and on foot: how often one gets there in time from each dwelling position; `None` for a standard on foot
    /// alone.
    pub often: Option<Often>,
    /// Of a standard that is looked at over weeks or days: in how many of them one gets there in time; else `None`.
    pub now_and_then: Option<Often>,
    /// How much room falls to each dwelling position, where the standard asks for room.
    pub ratios: Option<Ratios>,
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
    /// has no way at all, or nobody lives here. By bus, of each resident the time that half the departures do not exceed.
    pub median: Option<Seconds>,
    /// The walk (or that time by bus) that nine residents in ten do not exceed; `None` as above.
    pub p90: Option<Seconds>,
    /// For how many residents each departure will do, or half of them, or any: by bus; and so of the weeks or days over
    /// which a standard is looked at.
    pub often: Option<OftenCovered>,
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

/// How many residents get there in time how often.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct OftenCovered {
    /// By each departure of the window.
    pub every: f64,
    /// By at least half of them.
    pub half: f64,
    /// By one of them at least.
    pub any: f64,
    /// The time from door to door of the resident in the middle when only 15 departures in 100 take longer.
    pub p85: Option<Seconds>,
}

impl Coverage {
    /// The share of the departures by which somebody at this dwelling position is in time, at this walking speed: on
    /// foot all of them, or none; over weeks or days the share of those. None where there is not known to be room.
    #[must_use]
    pub fn share(&self, position: usize, speed: WalkingSpeed) -> f64 {
        if self.ratios.as_ref().is_some_and(|ratios| !ratios.suffices(position)) {
            return 0.0;
        }
        match self.counted() {
            Some(often) => often.share(position, speed),
            None => f64::from(u8::from(in_time(self.walks[position], speed, self.within))),
        }
    }

    /// What was counted over departures, or over weeks or days.
    fn counted(&self) -> Option<&Often> {
        self.often.as_ref().or(self.now_and_then.as_ref())
    }

    /// Whether a dwelling position counts as covered where it must be one or the other: by half of the departures.
    #[must_use]
    pub fn keeps(&self, place: &Place, position: usize) -> bool {
        self.share(position, place.speed) >= 0.5
    }

    /// The middle resident's walk (or, by bus, the time that half the departures do not exceed) among these positions,
    /// and that of other quantiles, at the place's walking speed; `None` where that resident has no way.
    #[must_use]
    pub(super) fn times<const N: usize>(
        &self,
        place: &Place,
        positions: &[usize],
        qs: [f64; N],
    ) -> [Option<Seconds>; N] {
        let people = |i: &usize| place.positions[*i].residents;
        if let Some(often) = &self.often {
            let of = |i: &usize| (often.at_usual_speed(*i).p50.map(f64::from), people(i));
            return quantiles(&positions.iter().map(of).collect::<Vec<_>>(), qs).map(|time| time.map(Seconds::new));
        }
        let of = |i: &usize| (self.walks[*i].map(|walk| walk.length.get()), people(i));
        let lengths: Vec<Weighted> = positions.iter().map(of).collect();
        quantiles(&lengths, qs).map(|length| length.map(|length| place.speed.time(Metres::new(length))))
    }
}

impl Covered {
    /// Share of residents covered; `None` where nobody lives.
    #[must_use]
    pub fn share(&self) -> Option<Share> {
        Share::of(self.covered, self.residents)
    }
}

/// Who can get to an asset that satisfies `standard`, in time?
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
/// *By bus and on foot* ([`Standard::transit`]) a share of somebody is covered: that of the departures in the window by
/// which a journey from door to door keeps the time, see [`journeys`](super::journeys). Residents covered are residents
/// times that share, rounded to the grid of [`People`].
///
/// *More than the nearest* ([`Standard::nth`]): the walk is that to the second or third nearest asset, as the standard says.
///
/// *Room* ([`Standard::places`]): nobody is covered to whom less room is known to fall than the standard asks for, see
/// [`Ratios`].
///
/// *Over weeks or days* ([`Standard::over`]) a share of somebody is covered: that of the weeks or days in which something
/// that satisfies the standard is there, within the time.
///
/// *Limits.* Groups are spread inside a zone as its residents are. The walk is the shortest, not the
/// pleasantest, and takes no account of hills, lighting or crossings. An asset outside the place counts
/// when it is in the asset file, so leave in those just over the border.
#[must_use]
pub fn coverage(place: &Place, standard: &Standard) -> Coverage {
    let qualifying: Vec<AssetIdx> =
        qualify(place, standard).enumerate().filter(|(_, lacks)| lacks.is_none()).map(|(asset, _)| asset).collect();
    coverage_to(place, standard, &walk::doors(place, &qualifying))
}

/// As [`coverage()`], by these doors alone, whether or not they are assets of the place: the answer to "what if".
///
/// The doors that are not assets keep their numbers in the answer, so [`Covered::nearest`] may name one.
#[must_use]
pub fn coverage_to(place: &Place, standard: &Standard, doors: &[Door]) -> Coverage {
    coverage_at(place, standard, &sites(place, doors))
}

/// As [`coverage_to`], by doors with what is known of the assets behind them.
#[must_use]
pub(super) fn coverage_at(place: &Place, standard: &Standard, sites: &[Site<'_>]) -> Coverage {
    measured(place, standard, sites, Journeys::of(place, standard).as_ref())
}

/// As [`coverage_to`] for a standard by bus, where its journeys are known.
#[must_use]
pub(super) fn coverage_knowing(
    place: &Place,
    standard: &Standard,
    doors: &[Door],
    journeys: &Journeys<'_>,
) -> Coverage {
    measured(place, standard, &sites(place, doors), Some(journeys))
}

fn measured(place: &Place, standard: &Standard, sites: &[Site<'_>], journeys: Option<&Journeys<'_>>) -> Coverage {
    let doors: Vec<Door> = sites.iter().map(|site| site.door).collect();
    let walks = walks(place, standard, &doors);
    let often = journeys.map(|journeys| {
        let everywhere: Vec<usize> = (0..place.positions.len()).collect();
        journeys.often(&doors, &everywhere, &walks)
    });
    told(place, standard.within, &doors, found(place, standard, sites, (walks, often)))
}

/// These doors with the assets behind them, where they are assets of the place.
fn sites<'a>(place: &'a Place, doors: &[Door]) -> Vec<Site<'a>> {
    doors.iter().map(|door| site(place, *door, None)).collect()
}

fn site(place: &Place, door: Door, room: Option<f64>) -> Site<'_> {
    Site { door, asset: place.assets.as_slice().get(door.asset.index()), room }
}

/// As [`coverage_to`], by doors each with the room behind it, in the unit of the standard; `None` where nobody knows.
#[must_use]
pub fn coverage_with_room(place: &Place, standard: &Standard, doors: &[(Door, Option<f64>)]) -> Coverage {
    let with_room = |&(door, room): &(Door, Option<f64>)| site(place, door, room);
    coverage_at(place, standard, &doors.iter().map(with_room).collect::<Vec<_>>())
}

/// As [`coverage_at`] where what was before is known: counts alone, without the middle walks and the nearest assets.
///
/// * `before`: by the assets of the place.
/// * `journeys`: of this standard, which has some if it is by bus.
pub(super) fn counts_after(
    place: &Place,
    (standard, sites): (&Standard, &[Site<'_>]),
    before: &Coverage,
    journeys: Option<&Journeys<'_>>,
) -> Coverage {
    let doors: Vec<Door> = sites.iter().map(|site| site.door).collect();
    let walks = walks(place, standard, &doors);
    let often = journeys.zip(before.often.as_ref()).map(|(journeys, often)| {
        let known = walk::doors(place, &before.qualifying);
        journeys.often_since(&doors, &walks, &Before { doors: &known, walks: &before.walks, often })
    });
    counted(place, standard.within, &doors, found(place, standard, sites, (walks, often))).0
}

fn found(
    place: &Place,
    standard: &Standard,
    sites: &[Site<'_>],
    (walks, often): (Vec<Option<Walk>>, Option<Often>),
) -> Found {
    let now_and_then = standard.over.as_ref().map(|over| served(place, standard, over, sites));
    let ratios = standard.places.map(|asked| Ratios::of(place, standard, asked, sites));
    Found { walks, often, now_and_then, ratios }
}

/// What was found for each dwelling position.
struct Found {
    walks: Vec<Option<Walk>>,
    often: Option<Often>,
    now_and_then: Option<Often>,
    ratios: Option<Ratios>,
}

/// As [`coverage_to`], on foot within some time.
#[must_use]
pub fn coverage_by(place: &Place, within: Seconds, doors: &[Door]) -> Coverage {
    let everywhere: Vec<usize> = (0..place.positions.len()).collect();
    let walks = walk::nearest_door(place, &everywhere, doors, None);
    told(place, within, doors, Found { walks, often: None, now_and_then: None, ratios: None })
}

fn told(place: &Place, within: Seconds, doors: &[Door], found: Found) -> Coverage {
    let (mut all, lives) = counted(place, within, doors, found);
    let (mut whole, mut outside) = (std::mem::take(&mut all.place), std::mem::take(&mut all.outside_patches));
    let (mut patches, mut zones) = (std::mem::take(&mut all.patches), std::mem::take(&mut all.zones));
    for (zone, run) in place.zone_positions.enumerate() {
        zones[zone].describe(place, &all, &run.clone().collect::<Vec<_>>());
    }
    whole.describe(place, &all, &(0..place.positions.len()).collect::<Vec<_>>());
    for (patch, positions) in lives {
        let of_patch = match patch {
            Some(patch) => &mut patches[patch],
            None => &mut outside,
        };
        of_patch.describe(place, &all, &positions);
    }
    Coverage { place: whole, patches, zones, outside_patches: outside, ..all }
}

/// Who lives where: for each patch, and outside all, its dwelling positions.
type Lives = BTreeMap<Option<PatchIdx>, Vec<usize>>;

/// Everybody who is covered, counted, and nothing else said of them.
fn counted(place: &Place, within: Seconds, doors: &[Door], found: Found) -> (Coverage, Lives) {
    let nobody = || Covered { by_group: place.groups.iter().map(|_| None).collect(), ..Covered::default() };
    let mut all = Coverage {
        walking: Walking::of(place),
        qualifying: doors.iter().map(|door| door.asset).collect(),
        walks: found.walks,
        within,
        often: found.often,
        now_and_then: found.now_and_then,
        ratios: found.ratios,
        place: nobody(),
        patches: place.patches.iter().map(|_| nobody()).collect(),
        zones: place.zones.iter().map(|_| nobody()).collect(),
        outside_patches: nobody(),
    };
    let (totals, lives) = Totals::of(place, &all, nobody);
    (all.place, all.patches, all.zones, all.outside_patches) =
        (totals.place, totals.patches, totals.zones, totals.outside);
    (all, lives)
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
            within: self.within,
            often: self.often.clone(),
            now_and_then: self.now_and_then.clone(),
            ratios: self.ratios.as_ref().map(|ratios| ratios.renumbered(&number)),
            place: of(&self.place),
            patches: self.patches.iter().map(of).collect(),
            zones: self.zones.iter().map(of).collect(),
            outside_patches: of(&self.outside_patches),
        }
    }
}

struct Totals {
    place: Covered,
    patches: IdVec<PatchIdx, Covered>,
    zones: IdVec<ZoneIdx, Covered>,
    outside: Covered,
}

impl Totals {
    /// Counts once for each part of a zone in one patch, and adds the parts up.
    fn of(place: &Place, known: &Coverage, nobody: impl Fn() -> Covered) -> (Self, Lives) {
        let mut all = Self {
            place: nobody(),
            patches: place.patches.iter().map(|_| nobody()).collect(),
            zones: place.zones.iter().map(|_| nobody()).collect(),
            outside: nobody(),
        };
        let mut lives = Lives::new();
        for (zone, run) in place.zone_positions.enumerate() {
            let mut parts: BTreeMap<Option<PatchIdx>, Covered> = BTreeMap::new();
            for position in run.clone() {
                let patch = place.positions[position].patch;
                count(place, known, position, parts.entry(patch).or_insert_with(&nobody));
                lives.entry(patch).or_default().push(position);
            }
            for (patch, part) in parts {
                all.zones[zone].add(&part);
                all.place.add(&part);
                all.of_patch(patch).add(&part);
            }
        }
        (all, lives)
    }

    fn of_patch(&mut self, patch: Option<PatchIdx>) -> &mut Covered {
        match patch {
            Some(patch) => &mut self.patches[patch],
            None => &mut self.outside,
        }
    }
}

/// Adds the people of one position.
fn count(place: &Place, known: &Coverage, index: usize, sum: &mut Covered) {
    let position = &place.positions[index];
    let of_most = known.share(index, place.speed);
    sum.residents += position.residents;
    sum.covered += part(position.residents, of_most);
    if known.counted().is_some() {
        let often = sum.often.get_or_insert_default();
        let counted = [(1.0, &mut often.every), (0.5, &mut often.half), (f64::MIN_POSITIVE, &mut often.any)];
        for (least, count) in counted {
            *count += if of_most >= least { position.residents } else { 0.0 };
        }
    }
    let counts = &place.zones[position.zone].residents.by_group;
    for ((group, about), members) in place.groups.enumerate().zip(counts) {
        let Some(members) = *members else { continue };
        let here = place.people_at(position, members);
        let share = about.speed.map_or(of_most, |speed| known.share(index, speed));
        let sum = sum.by_group[group].get_or_insert_default();
        sum.residents += here;
        sum.covered += part(here, share);
    }
}

/// So many of these people, on the grid on which counts of people add up.
fn part(people: f64, share: f64) -> f64 {
    if share >= 1.0 { people } else { People::round(people * share) }
}

impl Covered {
    /// Adds the counts of another part of the place.
    fn add(&mut self, part: &Self) {
        self.residents += part.residents;
        self.covered += part.covered;
        if let Some(often) = part.often {
            let sum = self.often.get_or_insert_default();
            sum.every += often.every;
            sum.half += often.half;
            sum.any += often.any;
        }
        for (group, members) in part.by_group.enumerate() {
            let Some(members) = members else { continue };
            let sum = self.by_group[group].get_or_insert_default();
            sum.residents += members.residents;
            sum.covered += members.covered;
        }
    }

    /// Fills in what cannot be added up: the quantiles and the asset nearest for most.
    fn describe(&mut self, place: &Place, known: &Coverage, positions: &[usize]) {
        let mut people_by_asset: BTreeMap<AssetIdx, f64> = BTreeMap::new();
        for &position in positions {
            if let Some(walk) = known.walks[position] {
                *people_by_asset.entry(walk.asset).or_default() += place.positions[position].residents;
            }
        }
        [self.median, self.p90] = known.times(place, positions, [0.5, 0.9]);
        self.nearest = most_people(people_by_asset);
        if let (Some(often), Some(own)) = (&known.often, &mut self.often) {
            let of = |&i: &usize| (often.at_usual_speed(i).p85.map(f64::from), place.positions[i].residents);
            let [p85] = quantiles(&positions.iter().map(of).collect::<Vec<_>>(), [0.5]);
            own.p85 = p85.map(Seconds::new);
        }
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
