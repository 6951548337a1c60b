//! Where people live inside their zone: at given points, at the centres of smaller areas, along
//! residential streets, or at the centre of the zone, in that order of what is given.

mod along_streets;

use super::areas::Area;
use super::desk::{Ask, Desk};
use super::headers;
use super::locator::{Locator, SLIVER_M};
use super::manifest::{DwellingsSection, WeightedPoints};
use super::numerals::{Decimal, Sign};
use super::points::{Columns, Found, Reader};
use super::streets::meet;
use super::words::{counted, figure, some_of};
use crate::crs::{Plane, Xy};
use crate::network::StreetNetwork;
use crate::place::{Code, IdVec, Idx, Issue, PatchIdx, Position, Span, Where, ZoneIdx};
use crate::read::{Options, Table};
use crate::units::Metres;
use rayon::prelude::*;
use std::ops::Range;

/// A point where people live, and how many compared with the others of its zone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spot {
    at: Xy,
    weight: f64,
}

/// The ground on which people are settled.
pub(super) struct Ground<'a> {
    /// The zones, sorted by key.
    pub(super) zones: &'a [Area],
    /// Residents of each zone.
    pub(super) totals: &'a [f64],
    /// Finds zones.
    pub(super) locator: &'a Locator<'a>,
    /// Finds patches.
    pub(super) patches: &'a Locator<'a>,
    /// Whether the place is one patch, so that everybody is in it.
    pub(super) one_patch: bool,
    /// The plane.
    pub(super) plane: &'a Plane,
    /// The streets, if there are any.
    pub(super) streets: Option<&'a StreetNetwork>,
    /// Further than this from every street is off the network.
    pub(super) max_off_street: Metres,
}

/// Positions of a place, and the run of each zone.
pub(super) type Settled = (Vec<Position>, IdVec<ZoneIdx, Range<usize>>);

/// Settles the residents of every zone.
pub(super) fn settle(desk: &mut Desk<'_>, section: &DwellingsSection, ground: &Ground<'_>) -> Settled {
    let mut spots: Vec<Vec<Spot>> = vec![Vec::new(); ground.zones.len()];
    let mut used: Vec<(&str, usize)> = Vec::new();
    for (given, what) in
        [(&section.points, "at given points"), (&section.smaller_areas, "at the centres of smaller areas")]
    {
        if let Some(given) = given {
            let found = given_spots(desk, given, ground);
            used.push((what, take(&mut spots, found, ground.totals)));
        }
    }
    if let Some(streets) = ground.streets.filter(|_| section.streets != Some(false)) {
        let wanted: Vec<bool> =
            spots.iter().zip(ground.totals).map(|(s, total)| s.is_empty() && *total > 0.0).collect();
        if wanted.contains(&true) {
            let found = along_streets::spots(streets, ground.zones, ground.locator, &wanted);
            used.push(("along the streets of their zone", take(&mut spots, found, ground.totals)));
        }
    }
    let centres = ground.zones.iter().map(|zone| vec![Spot { at: zone.centre, weight: 1.0 }]).collect();
    used.push(("at the centre of their zone", take(&mut spots, centres, ground.totals)));
    note_ways(desk, &used);
    let settled = positions(spots, ground);
    note_off_street(desk, ground, &settled.0);
    note_orphans(desk, ground, &settled);
    settled
}

/// Gives spots to the peopled zones that have none yet; how many got some.
fn take(spots: &mut [Vec<Spot>], found: Vec<Vec<Spot>>, totals: &[f64]) -> usize {
    let mut zones = 0;
    for ((have, found), total) in spots.iter_mut().zip(found).zip(totals) {
        if have.is_empty() && !found.is_empty() && *total > 0.0 {
            *have = found;
            zones += 1;
        }
    }
    zones
}

/// Points or smaller areas from a file, by zone.
fn given_spots(desk: &mut Desk<'_>, given: &WeightedPoints, ground: &Ground<'_>) -> Vec<Vec<Spot>> {
    let mut by_zone = vec![Vec::new(); ground.zones.len()];
    let options = Options { layer: given.layer.as_deref(), crs: given.crs.as_deref(), ..Options::default() };
    let Some(table) = desk.table(Ask { role: "dwellings", written: &given.file, options, about: &given.source }) else {
        return by_zone;
    };
    let columns = Columns { x: given.x.as_deref(), y: given.y.as_deref() };
    let prepared = Reader::new(&table, columns, given.crs.as_deref(), ground.plane).and_then(|reader| {
        let weight = given.weight.as_deref().map(|title| headers::named(&table, title, "weight")).transpose()?;
        Ok((reader, weight))
    });
    let (reader, weight) = match prepared {
        Ok(prepared) => prepared,
        Err(issue) => {
            desk.issues.push(issue);
            return by_zone;
        }
    };
    let decimal = weight.map_or(Decimal::Point, |column| {
        let cells = (0..table.rows()).filter_map(|row| table.text(column, row)).collect();
        match Decimal::of(std::iter::once(cells), false) {
            Sign::As(decimal) => decimal,
            Sign::Unclear(_) => Decimal::Point,
        }
    });
    let weighed = weight.map(|column| (column, decimal));
    let found: Vec<Outcome> =
        (0..table.rows()).into_par_iter().map(|row| outcome(&table, &reader, weighed, row, ground)).collect();
    desk.issues.extend(reader.note());
    note_lost(desk, &table, &found);
    for outcome in found {
        if let Outcome::In(zone, spot) = outcome {
            by_zone[zone].push(spot);
        }
    }
    by_zone
}

/// What became of a given point.
enum Outcome {
    In(usize, Spot),
    Empty,
    Unweighed,
    Nowhere,
    Outside,
}

fn outcome(
    table: &Table,
    reader: &Reader<'_>,
    weight: Option<(usize, Decimal)>,
    row: usize,
    ground: &Ground<'_>,
) -> Outcome {
    let weight = match weight.map(|(column, decimal)| table.text(column, row).and_then(|text| decimal.number(text))) {
        None => 1.0,
        Some(Some(weight)) if weight > 0.0 && weight.is_finite() => weight,
        Some(Some(0.0)) => return Outcome::Empty,
        Some(_) => return Outcome::Unweighed,
    };
    let middle = ground.zones.get(ground.zones.len() / 2).map(|zone| zone.centre);
    match reader.find(row, middle) {
        Found::Here(at) | Found::Swapped(at) | Found::Inside(at) => match ground.locator.near(at, SLIVER_M) {
            Some(zone) => Outcome::In(zone, Spot { at, weight }),
            None => Outcome::Outside,
        },
        Found::Nowhere | Found::Absent => Outcome::Nowhere,
    }
}

fn note_lost(desk: &mut Desk<'_>, table: &Table, found: &[Outcome]) {
    let first = |wanted: fn(&Outcome) -> bool| {
        let n = found.iter().filter(|outcome| wanted(outcome)).count();
        found.iter().position(wanted).map(|row| (n, Where::file(table.file()).row(table.line(row))))
    };
    if let Some((n, at)) = first(|outcome| matches!(outcome, Outcome::Nowhere)) {
        let problem = format!("{} no usable coordinates, the first here", counted(n, "point has", "points have"));
        desk.issues.push(Issue::warning(Code::PointNowhere, at, problem, "They are left out; mend or remove the rows"));
    }
    if let Some((n, at)) = first(|outcome| matches!(outcome, Outcome::Unweighed)) {
        let problem = format!("{} no usable weight, the first here", counted(n, "point has", "points have"));
        desk.issues.push(Issue::warning(
            Code::WeightUnreadable,
            at,
            problem,
            "They are left out; write a number, 0 for an empty one",
        ));
    }
    if let Some((n, at)) = first(|outcome| matches!(outcome, Outcome::Outside)) {
        let problem = format!("{} in no zone of this place, the first here", counted(n, "point is", "points are"));
        desk.issues.push(Issue::note(
            Code::PointElsewhere,
            at,
            problem,
            "They are left out; nothing to do if the file covers more than the place",
        ));
    }
}

fn note_ways(desk: &mut Desk<'_>, used: &[(&str, usize)]) {
    let told: Vec<String> = used.iter().filter(|(_, n)| *n > 0).map(|(what, n)| format!("{n} {what}")).collect();
    if !told.is_empty() {
        let at = Where::file("place.toml").field("[zones.dwellings]");
        let problem = format!("Residents of zones are placed: {}", told.join(", "));
        let remedy = "Give address or building points under [zones.dwellings] to place them better";
        desk.issues.push(Issue::note(Code::Dwellings, at, problem, remedy));
    }
}

/// The positions, sorted by zone and place, each with its patch, its stretch of the zone and its snap.
fn positions(spots: Vec<Vec<Spot>>, ground: &Ground<'_>) -> Settled {
    let by_zone: Vec<Vec<Position>> = spots
        .into_par_iter()
        .enumerate()
        .map(|(zone, spots)| if ground.totals[zone] > 0.0 { positions_of(zone, spots, ground) } else { Vec::new() })
        .collect();
    let mut all = Vec::with_capacity(by_zone.iter().map(Vec::len).sum());
    let mut runs = IdVec::new();
    for positions in by_zone {
        let start = all.len();
        all.extend(positions);
        runs.push(start..all.len());
    }
    (all, runs)
}

fn positions_of(zone: usize, mut spots: Vec<Spot>, ground: &Ground<'_>) -> Vec<Position> {
    spots.sort_by(|a, b| a.at.x.total_cmp(&b.at.x).then(a.at.y.total_cmp(&b.at.y)).then(a.weight.total_cmp(&b.weight)));
    // Flats of one building share a point: one position with their weights together.
    spots.dedup_by(|next, kept| {
        let same = next.at == kept.at;
        if same {
            kept.weight += next.weight;
        }
        same
    });
    let weights: Vec<f64> = spots.iter().map(|spot| spot.weight).collect();
    let spans = Span::in_proportion(&weights);
    spots
        .into_iter()
        .zip(spans)
        .map(|(spot, span)| Position {
            at: spot.at,
            zone: ZoneIdx::from_usize(zone),
            patch: patch_at(spot.at, ground),
            span,
            residents: span.of(ground.totals[zone]),
            snap: ground.streets.and_then(|streets| meet(streets, spot.at, ground.max_off_street)),
        })
        .collect()
}

fn patch_at(at: Xy, ground: &Ground<'_>) -> Option<PatchIdx> {
    if ground.one_patch {
        return Some(PatchIdx::from_usize(0));
    }
    ground.patches.near(at, SLIVER_M).map(PatchIdx::from_usize)
}

fn note_off_street(desk: &mut Desk<'_>, ground: &Ground<'_>, positions: &[Position]) {
    if ground.streets.is_none() {
        return;
    }
    let off: f64 = positions.iter().filter(|p| p.snap.is_none()).map(|p| p.residents).sum();
    if off > 0.0 {
        let mut zones: Vec<&str> =
            positions.iter().filter(|p| p.snap.is_none()).map(|p| ground.zones[p.zone.index()].key.as_str()).collect();
        zones.dedup();
        let limit = figure(ground.max_off_street.get());
        let problem = format!(
            "{} residents live more than {limit} m from every street they can reach without crossing a river, railway \
                 or motorway, in {}",
            figure(off),
            some_of(&zones)
        );
        let remedy = "They count as unable to walk anywhere; use a street file that covers the whole place, or raise max_off_street_m";
        desk.issues.push(Issue::warning(
            Code::OffStreet,
            Where::file("place.toml").field("[streets]"),
            problem,
            remedy,
        ));
    }
}

/// Zones none of whose people are in a patch, and people of other zones who are in none.
fn note_orphans(desk: &mut Desk<'_>, ground: &Ground<'_>, (positions, runs): &Settled) {
    let (mut orphans, mut orphaned, mut others, mut elsewhere) = (Vec::new(), 0.0, 0, 0.0);
    for (zone, run) in runs.enumerate() {
        let outside: f64 = positions[run.clone()].iter().filter(|p| p.patch.is_none()).map(|p| p.residents).sum();
        if outside > 0.0 && outside == ground.totals[zone.index()] {
            orphans.push(ground.zones[zone.index()].key.as_str());
            orphaned += outside;
        } else if outside > 0.0 {
            others += 1;
            elsewhere += outside;
        }
    }
    let at = Where::file("place.toml").field("[patches]");
    if !orphans.is_empty() {
        let noun = counted(orphans.len(), "zone lies", "zones lie");
        let problem = format!("{noun} outside every patch, with {} residents: {}", figure(orphaned), some_of(&orphans));
        let remedy = "They count for the place and for no patch; extend a patch, or remove the zones";
        desk.issues.push(Issue::warning(Code::OrphanZone, at.clone(), problem, remedy));
    }
    if others > 0 {
        let noun = counted(others, "zone", "zones");
        let problem =
            format!("{} residents of {noun} that straddle a border live outside every patch", figure(elsewhere));
        let remedy = "They count for the place and for no patch; nothing to do if the patches are meant to end there";
        desk.issues.push(Issue::note(Code::OutsidePatches, at, problem, remedy));
    }
}
