//! Areas with a key and a name out of a map layer: patches and zones.

use super::Issues;
use super::headers;
use super::shapes::{self, Fault, Mended};
use super::words::{counted, figure, key_form, some_of};
use crate::crs::{Crs, LonLat, Plane, Xy};
use crate::place::{Code, Issue, Where};
use crate::read::Table;
use geo::{BoundingRect, MultiPolygon};
use rayon::prelude::*;
use std::collections::HashMap;

/// An area of a boundary file, valid and on the plane.
#[derive(Debug, Clone)]
pub(super) struct Area {
    /// As in the file, trimmed.
    pub(super) key: String,
    /// For people, where the file has it.
    pub(super) name: Option<String>,
    /// The first row of the table that has it.
    pub(super) row: usize,
    /// The ground it covers; `None` where the file gave only a centre.
    pub(super) shape: Option<MultiPolygon<f64>>,
    /// A point inside.
    pub(super) centre: Xy,
}

/// Which columns of a boundary file hold what, as far as `place.toml` says.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// Column with the key.
    pub(super) key: Option<&'a str>,
    /// Column with the name.
    pub(super) name: Option<&'a str>,
    /// What one of them is called: `zone` or `patch`.
    pub(super) noun: &'static str,
}

/// The columns with key and name.
pub(super) fn columns(table: &Table, wanted: Wanted<'_>) -> Result<(usize, Option<usize>), Issue> {
    let key = headers::named_or(table, wanted.key, "key", headers::key_column)?;
    let name = match wanted.name {
        Some(title) => Some(headers::named(table, title, "name")?),
        None => headers::name_column(table, key),
    };
    Ok((key, name))
}

/// The middle of the features, by the median, so that one feature far away does not move it.
pub(super) fn middle_of(table: &Table) -> Option<LonLat> {
    let layer = table.shapes()?;
    let middles = layer.geometries.iter().flatten().filter_map(shapes::middle);
    median(middles.filter_map(|(x, y)| layer.crs.to_lonlat(x, y)).collect())
}

/// The point in the middle of many, coordinate by coordinate.
pub(super) fn median(points: Vec<LonLat>) -> Option<LonLat> {
    let mut lons: Vec<f64> = points.iter().map(|p| p.lon).collect();
    let mut lats: Vec<f64> = points.iter().map(|p| p.lat).collect();
    lons.sort_by(f64::total_cmp);
    lats.sort_by(f64::total_cmp);
    LonLat::new(*lons.get(lons.len() / 2)?, *lats.get(lats.len() / 2)?)
}

/// The areas of a map layer, sorted by key.
pub(super) fn read(table: &Table, wanted: Wanted<'_>, plane: &Plane, issues: &mut Issues) -> Vec<Area> {
    let (key, name) = match columns(table, wanted) {
        Ok(columns) => columns,
        Err(issue) => {
            issues.push(issue);
            return Vec::new();
        }
    };
    let Some(layer) = table.shapes() else { return Vec::new() };
    let outcomes: Vec<Option<Result<Mended, Fault>>> = layer
        .geometries
        .par_iter()
        .map(|geometry| Some(shapes::area_on(geometry.as_ref()?, &layer.crs, plane)))
        .collect();
    let mut areas = Vec::new();
    let mut off: Vec<(usize, &str)> = Vec::new();
    for (row, outcome) in outcomes.into_iter().enumerate().take(table.rows()) {
        let at = Where::file(table.file()).row(table.line(row));
        let Some(text) = table.text(key, row) else {
            issues.push(blank_key(at, table.titles()[key], wanted.noun));
            continue;
        };
        let at = at.key(text);
        match outcome.unwrap_or(Err(Fault::Empty)) {
            Err(Fault::OffThePlane) => off.push((row, text)),
            Err(fault) => issues.push(unusable(at, fault, wanted.noun)),
            Ok(mended) => {
                if let Some(change) = mended.repaired_m2 {
                    issues.push(repaired(at, change));
                }
                let Some(centre) = shapes::point_inside(&mended.shape) else { continue };
                let name = name.and_then(|column| table.text(column, row)).map(str::to_owned);
                areas.push(Area { key: text.to_owned(), name, row, shape: Some(mended.shape), centre });
            }
        }
    }
    issues.extend(off_the_plane(table, &off, areas.len(), wanted.noun, &layer.crs, plane));
    merge_duplicates(areas, table, wanted.noun, issues)
}

/// The areas that do not lie on the plane, said once: a wrong reference system puts all of them off it.
fn off_the_plane(
    table: &Table,
    off: &[(usize, &str)],
    on: usize,
    noun: &str,
    crs: &Crs,
    plane: &Plane,
) -> Option<Issue> {
    let (first, key) = *off.first()?;
    let keys: Vec<&str> = off.iter().map(|(_, key)| *key).collect();
    let plural = format!("{noun}s");
    let at = Where::file(table.file());
    let read = format!("the {} when read as {}", plane.name(), crs.name());
    let what = format!("{} not on {read}: {}", counted(off.len(), noun, &plural), some_of(&keys));
    if off.len() > on {
        let remedy = "The reference system is probably another: say it with crs = \"EPSG:…\" in place.toml. \
                      What follows from it is mended with it";
        return Some(Issue::error(Code::OffTheMap, at.field("crs"), format!("Coordinates are wrong; {what}"), remedy));
    }
    let remedy = format!("Left out; remove the {plural} that belong elsewhere, or mend their coordinates");
    let at = if off.len() == 1 { at.row(table.line(first)).key(key) } else { at.row(table.line(first)) };
    Some(Issue::warning(Code::OffTheMap, at, format!("Coordinates are wrong; {what}"), remedy))
}

/// A row without a key.
pub(super) fn blank_key(at: Where, title: &str, noun: &str) -> Issue {
    let problem = format!("This {noun} has no key in the column \"{title}\"");
    Issue::warning(Code::BlankKey, at.field(title), problem, format!("It is left out; give every {noun} a key"))
}

fn unusable(at: Where, fault: Fault, noun: &str) -> Issue {
    let (code, problem, remedy) = match fault {
        Fault::NotAnArea => {
            (Code::WrongGeometry, format!("This {noun} is a point or a line, not an area"), "Use a polygon layer")
        }
        Fault::Empty | Fault::OffThePlane => {
            (Code::EmptyGeometry, format!("This {noun} has no area on the map"), "Draw it again in the source")
        }
    };
    Issue::warning(code, at, problem, format!("It is left out. {remedy}"))
}

fn repaired(at: Where, change: f64) -> Issue {
    let problem = "The outline crosses or touches itself, or its parts overlap";
    if change.abs() < 0.5 {
        return Issue::note(Code::RepairedGeometry, at, problem, "It was repaired, and its area stayed the same");
    }
    let words = if change > 0.0 { "larger" } else { "smaller" };
    let remedy =
        format!("It was repaired; its area is {} m² {words} than drawn. Check it on a map", figure(change.abs()));
    Issue::warning(Code::RepairedGeometry, at, problem, remedy)
}

/// Areas with one key become one area; the result is sorted by key.
pub(super) fn merge_duplicates(mut areas: Vec<Area>, table: &Table, noun: &str, issues: &mut Issues) -> Vec<Area> {
    areas.sort_by(|a, b| key_form(&a.key).cmp(&key_form(&b.key)).then(a.row.cmp(&b.row)));
    let mut merged: Vec<Area> = Vec::with_capacity(areas.len());
    let mut run: Vec<Area> = Vec::new();
    for area in areas {
        if run.first().is_some_and(|first| key_form(&first.key) != key_form(&area.key)) {
            merged.extend(merge_run(std::mem::take(&mut run), table, noun, issues));
        }
        run.push(area);
    }
    merged.extend(merge_run(run, table, noun, issues));
    merged.sort_by(|a, b| a.key.cmp(&b.key));
    merged
}

fn merge_run(run: Vec<Area>, table: &Table, noun: &str, issues: &mut Issues) -> Option<Area> {
    if run.len() < 2 {
        return run.into_iter().next();
    }
    let rows: Vec<String> = run.iter().map(|area| table.line(area.row).to_string()).collect();
    // The file's order must not matter: the smallest key text and name stand for all.
    let shape = shapes::union_of(run.iter().filter_map(|area| area.shape.as_ref()));
    let name = run.iter().filter_map(|area| area.name.clone()).min();
    let first = run.into_iter().min_by(|a, b| a.key.cmp(&b.key).then(a.row.cmp(&b.row)))?;
    let at = Where::file(table.file()).row(table.line(first.row)).key(&first.key);
    let problem =
        format!("The key \"{}\" stands on {} ({})", first.key, counted(rows.len(), "row", "rows"), rows.join(", "));
    let remedy = format!("They are taken as parts of one {noun}; if they are different {noun}s, give each its own key");
    issues.push(Issue::warning(Code::DuplicateKey, at, problem, remedy));
    let shape = (!shape.0.is_empty()).then_some(shape);
    let centre = shape.as_ref().and_then(shapes::point_inside).unwrap_or(first.centre);
    Some(Area { name, shape, centre, ..first })
}

/// Areas by the compared form of their keys.
pub(super) fn by_key(areas: &[Area]) -> HashMap<String, usize> {
    areas.iter().enumerate().map(|(i, area)| (key_form(&area.key), i)).collect()
}

/// A zone is looked at in this many points each way for other zones on the same ground; a common part of a
/// twentieth of a zone is found, and slivers of simplified outlines are not sought.
const LOOKS: u32 = 6;

/// Notes zones that lie on the same ground, where everybody is counted twice: one zone given twice under two
/// keys, or areas of two levels in one file.
pub(super) fn note_zones_twice(file: &str, areas: &[Area], issues: &mut Issues) {
    use geo::{Area as _, BooleanOps, Contains};
    let locator = super::locator::Locator::new(areas.iter().map(|area| area.shape.as_ref()));
    let pairs: std::collections::BTreeSet<(usize, usize)> = areas
        .par_iter()
        .enumerate()
        .flat_map_iter(|(own, area)| {
            let mut met = Vec::new();
            if let Some((shape, around)) = area.shape.as_ref().and_then(|shape| Some((shape, shape.bounding_rect()?))) {
                let step = |at: u32| (f64::from(at) + 0.5) / f64::from(LOOKS);
                let looks = (0..LOOKS * LOOKS).map(|at| {
                    Xy::new(
                        around.min().x + around.width() * step(at % LOOKS),
                        around.min().y + around.height() * step(at / LOOKS),
                    )
                });
                for at in looks.chain([area.centre]) {
                    if shape.contains(&geo::Point::new(at.x, at.y)) {
                        met.extend(locator.all_containing(at).filter(|other| *other != own));
                    }
                }
            }
            met.into_iter().map(move |other| (own.min(other), own.max(other)))
        })
        .collect::<Vec<_>>()
        .into_iter()
        .collect();
    let mut common: Vec<(f64, usize, usize)> = pairs
        .into_iter()
        .collect::<Vec<_>>()
        .into_par_iter()
        .filter_map(|(a, b)| {
            let (one, other) = (areas[a].shape.as_ref()?, areas[b].shape.as_ref()?);
            let smaller = one.unsigned_area().min(other.unsigned_area());
            Some((one.intersection(other).unsigned_area() / smaller, a, b))
        })
        .filter(|(share, ..)| *share >= TWICE_SHARE)
        .collect();
    common.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let Some(&(_, first, _)) = common.first() else { return };
    let named = |(share, a, b): &(f64, usize, usize)| {
        format!("\"{}\" and \"{}\" ({:.0} % of the smaller)", areas[*a].key, areas[*b].key, share * 100.0)
    };
    let shown: Vec<String> = common.iter().take(5).map(named).collect();
    let more = match common.len().saturating_sub(5) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let problem = format!(
        "{} on the same ground: {}{more}",
        if common.len() == 1 {
            "1 pair of zones lies".to_owned()
        } else {
            format!("{} pairs of zones lie", common.len())
        },
        shown.join(", ")
    );
    let remedy = "Whoever lives there is counted in both; keep each piece of ground once, and areas of one level only";
    issues.push(Issue::warning(Code::ZonesOverlap, Where::file(file).key(&areas[first].key), problem, remedy));
}

/// Zones that share less than this of the smaller are neighbours with carelessly drawn borders.
const TWICE_SHARE: f64 = 0.02;

/// Notes where patches lie on top of each other; slivers from simplified outlines only in sum.
pub(super) fn note_overlaps(file: &str, areas: &[Area], issues: &mut Issues) {
    use geo::{Area as _, BooleanOps};
    use rstar::primitives::{GeomWithData, Rectangle};
    let boxes: Vec<_> = areas
        .iter()
        .enumerate()
        .filter_map(|(i, area)| {
            let rect = area.shape.as_ref()?.bounding_rect()?;
            Some(GeomWithData::new(
                Rectangle::from_corners([rect.min().x, rect.min().y], [rect.max().x, rect.max().y]),
                i,
            ))
        })
        .collect();
    let tree = rstar::RTree::bulk_load(boxes);
    let mut pairs: Vec<(usize, usize)> = tree
        .intersection_candidates_with_other_tree(&tree)
        .map(|(a, b)| (a.data, b.data))
        .filter(|(a, b)| a < b)
        .collect();
    pairs.sort_unstable();
    let overlaps: Vec<(usize, usize, f64, f64)> = pairs
        .into_par_iter()
        .filter_map(|(a, b)| {
            let (one, other) = (areas[a].shape.as_ref()?, areas[b].shape.as_ref()?);
            let smaller = one.unsigned_area().min(other.unsigned_area());
            Some((a, b, one.intersection(other).unsigned_area(), smaller))
        })
        .filter(|(.., common, _)| *common > 0.01)
        .collect();
    let (large, slivers): (Vec<_>, Vec<_>) =
        overlaps.into_iter().partition(|(.., common, smaller)| common / smaller >= SLIVER_SHARE);
    for (a, b, common, smaller) in &large {
        let problem = format!(
            "The patches \"{}\" and \"{}\" overlap by {} m², {:.1} % of the smaller",
            areas[*a].key,
            areas[*b].key,
            figure(*common),
            common / smaller * 100.0
        );
        let remedy = format!("People there are counted in \"{}\" only; draw the border once", areas[*a].key);
        issues.push(Issue::warning(Code::PatchesOverlap, Where::file(file).key(&areas[*a].key), problem, remedy));
    }
    if !slivers.is_empty() {
        let sum: f64 = slivers.iter().map(|(.., common, _)| common).sum();
        let problem = format!(
            "{} of patches overlap by slivers, {} m² in all",
            counted(slivers.len(), "pair", "pairs"),
            figure(sum)
        );
        issues.push(Issue::note(
            Code::PatchSlivers,
            Where::file(file),
            problem,
            "Harmless: each is less than 0.1 % of the smaller patch",
        ));
    }
}

/// Overlaps below a thousandth of the smaller patch come from simplified outlines, not from a dispute.
const SLIVER_SHARE: f64 = 0.001;
