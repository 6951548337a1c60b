//! Which streets to walk, in which order, on which day?

use super::cells::lived_in;
use super::{Coverage, Gap, Gaps};
use crate::crs::Xy;
use crate::place::{PatchIdx, Place, Position, Standard, ZoneIdx};
use std::collections::BTreeMap;

/// A street on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    /// Its name; `None` where the street file has none.
    pub name: Option<String>,
    /// The patch it is in.
    pub patch: Option<PatchIdx>,
    /// The zone most of these residents live in, which tells streets without a name apart.
    pub zone: ZoneIdx,
    /// Residents on it who are asked about.
    pub residents: f64,
    /// Where people live on it: the dwelling position nearest to the middle of them.
    pub at: Xy,
    /// The day, from 1.
    pub day: usize,
}

/// Inhabited dwelling positions that keep none of these standards, in one patch or everywhere.
#[must_use]
pub fn without(place: &Place, measured: &[(&Standard, &Coverage)], patch: Option<PatchIdx>) -> Vec<usize> {
    let lacks_all = |i: usize| measured.iter().all(|(_, coverage)| !coverage.keeps(place, i));
    let here = |position: &Position| lived_in(position) && patch.is_none_or(|patch| position.patch == Some(patch));
    (0..place.positions.len()).filter(|&i| here(&place.positions[i]) && lacks_all(i)).collect()
}

/// The gap of this name.
#[must_use]
pub fn gap_named<'g>(gaps: &'g Gaps, key: &str) -> Option<&'g Gap> {
    gaps.gaps.iter().find(|gap| gap.key == key)
}

/// Every street of these dwelling positions once, in the order of a walk, cut into days.
///
/// *Method.* Residents are put together by patch and street; those on streets without a name by patch and zone. The walk
/// begins at the street with most residents and goes on to the nearest that is left, in a straight line between their
/// middles (nearest neighbour; Rosenkrantz, Stearns and Lewis 1977), so it is a good order and not the shortest. A day
/// ends before the street that would bring it over `a_day` residents; a street with more is a day of its own.
///
/// * `positions`: indices into the place's positions.
/// * `a_day`: residents that a day's work reaches.
///
/// Sums to the residents of the positions, to the last bit, in any order.
#[must_use]
pub fn rounds(place: &Place, positions: &[usize], a_day: f64) -> Vec<Stop> {
    let mut streets: BTreeMap<(Option<PatchIdx>, Option<&str>, Option<ZoneIdx>), Vec<usize>> = BTreeMap::new();
    for &i in positions {
        let position = &place.positions[i];
        let network = place.streets.as_ref();
        let name = position.snap.and_then(|snap| network?.street(snap.edge).name);
        let zone = if name.is_some() { None } else { Some(position.zone) };
        streets.entry((position.patch, name, zone)).or_default().push(i);
    }
    let mut left: Vec<Stop> =
        streets.into_iter().map(|((patch, name, _), here)| stop(place, patch, name, &here)).collect();
    left.sort_by(|a, b| b.residents.total_cmp(&a.residents));
    let mut walk: Vec<Stop> = Vec::with_capacity(left.len());
    let (mut day, mut met) = (1, 0.0);
    while !left.is_empty() {
        let next = walk.last().map_or(0, |last: &Stop| {
            let away = |stop: &Stop| stop.at.distance(last.at).get();
            (0..left.len()).min_by(|&a, &b| away(&left[a]).total_cmp(&away(&left[b])).then(a.cmp(&b))).unwrap_or(0)
        });
        let mut stop = left.remove(next);
        if met > 0.0 && met + stop.residents > a_day {
            (day, met) = (day + 1, 0.0);
        }
        met += stop.residents;
        stop.day = day;
        walk.push(stop);
    }
    walk
}

fn stop(place: &Place, patch: Option<PatchIdx>, name: Option<&str>, here: &[usize]) -> Stop {
    let of = |i: &usize| &place.positions[*i];
    let residents: f64 = here.iter().map(|i| of(i).residents).sum();
    let mean = |part: fn(&Position) -> f64| {
        here.iter().map(|i| part(of(i)) * of(i).residents).sum::<f64>() / residents.max(f64::MIN_POSITIVE)
    };
    let middle = Xy::new(mean(|position| position.at.x), mean(|position| position.at.y));
    let away = |i: &usize| of(i).at.distance(middle).get();
    let nearest = here.iter().min_by(|a, b| away(a).total_cmp(&away(b)).then(a.cmp(b)));
    let mut by_zone: BTreeMap<ZoneIdx, f64> = BTreeMap::new();
    here.iter().for_each(|i| *by_zone.entry(of(i).zone).or_default() += of(i).residents);
    let most = by_zone.into_iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
    Stop {
        name: name.map(str::to_owned),
        patch,
        zone: most.map_or(of(&here[0]).zone, |(zone, _)| zone),
        residents,
        at: nearest.map_or(middle, |i| of(i).at),
        day: 1,
    }
}
