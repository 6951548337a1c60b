//! Why is a dwelling position not covered? The cheapest thing that would mend it.

use super::coverage::coverage_at;
use super::journeys::Journeys;
use super::walk::{self, Site, StraightLine, Walking, in_time};
use super::{Coverage, Shortfall, qualify};
use crate::place::{AssetIdx, Place, Standard};
use crate::stats::{Weighted, quantile};
use crate::units::Metres;

/// How much longer than the place's usual detour a walk must be before something is said to be in the
/// way.
///
/// A judgement. By the definition of a median, half the residents have a longer detour than the usual
/// one, so with a factor of 1 the ragged edge of every catchment would be called severed. Half as long
/// again is more than winding streets do (walk ÷ straight line is 1.2 to 1.5 in most towns: Barthélemy,
/// *Spatial networks*, Physics Reports 499, 2011, section 2.2.3) and less than a river, a railway or a
/// motorway does. A smaller factor calls more gaps severed, a larger one more of them distant; nobody
/// becomes covered or uncovered by it.
const OUT_OF_THE_WAY: f64 = 1.5;

/// Why a stretch is not covered; tells what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// An asset decided and not yet open would cover it.
    Planned,
    /// An asset is near, but not known to be open when it should be.
    Hours,
    /// An asset is near, but not known to be step-free.
    Access,
    /// By bus one would be there in time at another hour, or on another day of the week.
    Timetable,
    /// An asset is near, but there is not room in it for all who live near, or nobody knows whether there is.
    Capacity,
    /// An asset is near as the crow flies, but the way to it is far longer than ways usually are here,
    /// or there is none: a river, a railway or a road is in between.
    Severance,
    /// Nothing is near enough.
    Distance,
}

impl Cause {
    /// The word in files and answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Hours => "hours",
            Self::Access => "access",
            Self::Timetable => "timetable",
            Self::Capacity => "capacity",
            Self::Severance => "severance",
            Self::Distance => "distance",
        }
    }
}

/// What is known of one uncovered position.
#[derive(Debug, Clone, Copy)]
pub(super) struct Why {
    pub(super) cause: Cause,
    /// To the nearest qualifying asset.
    pub(super) line: Option<StraightLine>,
}

/// The cause for each of the uncovered positions (indices into the place's positions), in order.
pub(super) fn causes(place: &Place, standard: &Standard, coverage: &Coverage, uncovered: &[usize]) -> Vec<Why> {
    let journeys = Journeys::of(place, standard).filter(|_| !uncovered.is_empty());
    let mended = mended(place, standard, journeys.as_ref(), uncovered);
    let at_another_time = journeys.map_or_else(Vec::new, |journeys| {
        let doors = walk::doors(place, &coverage.qualifying);
        journeys.at_another_time(standard, &doors, uncovered)
    });
    let doors = walk::doors(place, &coverage.qualifying);
    let lines = walk::lines_to(place, uncovered, &doors, standard.nth.max(1));
    let reach = place.speed.distance(standard.within);
    let usual = usual_detour(place, coverage);
    let otherwise = |position: usize, line: Option<StraightLine>| match line {
        Some(line) if severed(coverage.walks[position].map(|walk| walk.length), line.length * usual, reach) => {
            Cause::Severance
        }
        _ => Cause::Distance,
    };
    // Near enough, and still not covered: there now and then, or without room.
    let near = |position: usize| match standard.places {
        _ if standard.transit.is_some() || !in_time(coverage.walks[position], place.speed, standard.within) => None,
        Some(_) => Some(Cause::Capacity),
        None => standard.over.as_ref().map(|_| Cause::Hours),
    };
    let why = |(i, ((&position, mend), line)): (usize, ((&usize, Option<Cause>), Option<StraightLine>))| {
        let timetable = at_another_time.get(i).copied().unwrap_or(false).then_some(Cause::Timetable);
        Why { cause: mend.or(timetable).or(near(position)).unwrap_or_else(|| otherwise(position, line)), line }
    };
    uncovered.iter().zip(mended).zip(lines).enumerate().map(why).collect()
}

/// What would have to change about assets for them to count, from the cheapest to mend to the dearest:
/// wait for what is decided; open longer; take out a step; open longer and take out a step; wait, and
/// see to its hours and its step as well.
const MENDS: [Cause; 5] = [Cause::Planned, Cause::Hours, Cause::Access, Cause::Hours, Cause::Planned];

/// Which of [`MENDS`] an asset needs; `None` when it needs none, or nothing helps.
fn mend(lacks: Shortfall) -> Option<usize> {
    if !lacks.may_be_mended() {
        return None;
    }
    match (lacks.planned, lacks.hours, lacks.access) {
        (false, false, false) => None,
        (true, false, false) => Some(0),
        (false, true, false) => Some(1),
        (false, false, true) => Some(2),
        (false, true, true) => Some(3),
        (true, _, _) => Some(4),
    }
}

/// The first of [`MENDS`] that would cover each position.
fn mended(
    place: &Place,
    standard: &Standard,
    journeys: Option<&Journeys<'_>>,
    uncovered: &[usize],
) -> Vec<Option<Cause>> {
    let mut needing: [Vec<AssetIdx>; MENDS.len()] = Default::default();
    let mut qualifying = Vec::new();
    for (asset, lacks) in qualify(place, standard).enumerate() {
        if lacks.is_none() {
            qualifying.push(asset);
        }
        if let Some(step) = mend(*lacks) {
            needing[step].push(asset);
        }
    }
    let mut causes = vec![None; uncovered.len()];
    // A metre more than the reach, so that rounding is judged in one place only.
    let limit = place.speed.distance(standard.within) + Metres::new(1.0);
    for (cause, assets) in MENDS.into_iter().zip(needing).filter(|(_, assets)| !assets.is_empty()) {
        let (left, positions): (Vec<usize>, Vec<usize>) =
            uncovered.iter().enumerate().filter(|(i, _)| causes[*i].is_none()).unzip();
        if let Some(journeys) = journeys {
            // With those that count already: who gets to one at nine and to the other at ten is covered by both.
            let all: Vec<AssetIdx> = qualifying.iter().copied().chain(assets.iter().copied()).collect();
            let doors = walk::doors(place, &all);
            let walks = walk::nearest_door(place, &positions, &doors, Some(limit));
            let often = journeys.often(&doors, &positions, &walks);
            let kept = left.into_iter().enumerate().filter(|(nth, _)| often.share(*nth, place.speed) >= 0.5);
            kept.for_each(|(_, i)| causes[i] = Some(cause));
            continue;
        }
        if !standard.is_plain() {
            // With those that count already: two of them may be asked for, and the room in all of them is shared.
            let site = |door: walk::Door, known: bool| Site {
                door,
                asset: known.then(|| &place.assets[door.asset]),
                room: None,
            };
            let mut sites: Vec<Site<'_>> =
                walk::doors(place, &qualifying).into_iter().map(|door| site(door, true)).collect();
            // Over weeks or days, what is mended would be there in each.
            let as_it_is = standard.over.is_none();
            sites.extend(walk::doors(place, &assets).into_iter().map(|door| site(door, as_it_is)));
            let then = coverage_at(place, standard, &sites);
            let kept = left.into_iter().zip(positions).filter(|(_, position)| then.keeps(place, *position));
            kept.for_each(|(i, _)| causes[i] = Some(cause));
            continue;
        }
        let walks = walk::nearest(place, &positions, &assets, Some(limit));
        for (i, _) in left.into_iter().zip(walks).filter(|(_, walk)| in_time(*walk, place.speed, standard.within)) {
            causes[i] = Some(cause);
        }
    }
    causes
}

/// Whether an asset would be in reach by a walk as direct as usual here, and the walk is far from it.
fn severed(walk: Option<Metres>, usual: Metres, reach: Metres) -> bool {
    usual <= reach && walk.is_none_or(|walk| walk > usual * OUT_OF_THE_WAY)
}

/// How much longer than a straight line is a walk here, for the resident in the middle?
///
/// The median over residents of the walk to the nearest qualifying asset ÷ the straight line to the same
/// asset, at least 1. Residents who have no walk, or live at the asset, are left out. Without streets it
/// is the place's detour factor, and nothing is ever severed.
fn usual_detour(place: &Place, coverage: &Coverage) -> f64 {
    if let Walking::StraightLine { detour } = coverage.walking {
        return detour;
    }
    let detour = |(position, walk): (&crate::place::Position, &Option<walk::Walk>)| -> Option<Weighted> {
        let walk = (*walk)?;
        let line = position.at.distance(place.assets[walk.asset].at);
        (line > Metres::ZERO).then(|| (Some(walk.length.get() / line.get()), position.residents))
    };
    let detours: Vec<Weighted> = place.positions.iter().zip(&coverage.walks).filter_map(detour).collect();
    quantile(&detours, 0.5).map_or(1.0, |usual| usual.max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_comes_before_hours_and_hours_before_steps() {
        let lacks = |planned, hours, access| mend(Shortfall { planned, hours, access, ..Shortfall::default() });
        let order = [(true, false, false), (false, true, false), (false, false, true), (false, true, true)];
        let steps: Vec<_> = order.into_iter().map(|(p, h, a)| lacks(p, h, a)).collect();
        assert_eq!(steps, [Some(0), Some(1), Some(2), Some(3)]);
        assert_eq!(lacks(true, true, true), Some(4));
        assert_eq!(lacks(false, false, false), None);
    }

    #[test]
    fn nothing_mends_a_closed_asset_or_one_of_another_kind() {
        assert_eq!(mend(Shortfall { closed: true, hours: true, ..Shortfall::default() }), None);
        assert_eq!(mend(Shortfall { kind: true, planned: true, ..Shortfall::default() }), None);
    }

    #[test]
    fn severed_means_near_in_a_straight_line_and_far_on_foot() {
        let (m, reach) = (Metres::new, Metres::new(1200.0));
        assert!(severed(Some(m(2500.0)), m(900.0), reach));
        assert!(severed(None, m(900.0), reach), "no way at all");
        assert!(!severed(Some(m(1300.0)), m(900.0), reach), "a walk a little too long is just too long");
        assert!(!severed(Some(m(2500.0)), m(1300.0), reach), "not near");
        assert!(!severed(None, m(1300.0), reach));
    }
}
