//! Zones: from boundaries, from a table of H3 cells, or from a table of centres.

use super::areas::{self, Area, Wanted};
use super::manifest::{PlaceSection, ZonesSection};
use super::shapes;
use super::words::key_form;
use super::{Issues, points};
use crate::crs::{LonLat, Plane};
use crate::place::{Code, Issue, Where};
use crate::read::Table;
use geo::{Geometry, LineString, Polygon};
use h3o::CellIndex;

/// The plane of the place, from `[place] crs`, else from where its zones (else its patches) lie.
///
/// # Errors
/// When neither says where the place is, or `crs` is not a plane that Patchwork measures on.
pub(super) fn plane(
    section: &PlaceSection,
    zones: &Table,
    key: Option<&str>,
    patches: Option<&Table>,
) -> Result<Plane, Issue> {
    let middle = || {
        areas::middle_of(zones)
            .or_else(|| areas::median(cells(zones, key)?.1.iter().flatten().map(centre_of).collect()))
            .or_else(|| points::middle_of(zones))
            .or_else(|| areas::middle_of(patches?))
    };
    if let Some(written) = &section.crs {
        let code = written.trim().rsplit(':').next().and_then(|code| code.parse().ok());
        let plane = code.and_then(Plane::from_epsg).ok_or_else(|| {
            let at = Where::file("place.toml").field("crs");
            let problem = format!("\"{written}\" is not a plane that distances are measured on");
            let remedy = "Write EPSG:27700 or a WGS84 UTM zone such as EPSG:32722, or leave the key out";
            Issue::error(Code::PlaneUnknown, at, problem, remedy)
        })?;
        return match middle() {
            Some(middle) => fitting(plane, written, middle),
            None => Ok(plane),
        };
    }
    middle().map(Plane::around).ok_or_else(|| {
        let problem = "The zones have no coordinates: no geometry, no H3 cells, no columns with longitude and latitude";
        let remedy =
            format!("Use a boundary file, or a table with centres; its columns are {}", zones.titles().join(", "));
        Issue::error(Code::ZonesNowhere, Where::file(zones.file()), problem, remedy)
    })
}

/// A plane may make walks at the middle of the place this much too long or short. A neighbouring UTM zone does
/// so by two thousandths at most in Britain; ten would move the edge of a walk of 15 minutes by a house or two.
const MOST_STRETCH: f64 = 0.01;

/// The plane, when it is one of this part of the world.
fn fitting(plane: Plane, written: &str, middle: LonLat) -> Result<Plane, Issue> {
    let stretch = plane.stretch(middle);
    if stretch.is_some_and(|stretch| (stretch - 1.0).abs() <= MOST_STRETCH) {
        return Ok(plane);
    }
    let own = Plane::around(middle);
    let effect = match stretch {
        Some(stretch) if stretch < 10.0 => {
            format!(
                "there it makes every walk {:.0} % too {}",
                (stretch - 1.0).abs() * 100.0,
                if stretch > 1.0 { "long" } else { "short" }
            )
        }
        _ => "which does not lie on it".to_owned(),
    };
    let problem = format!(
        "\"{written}\" ({}) is not the plane of this place, whose middle is at {:.3}, {:.3} (longitude, latitude); {effect}",
        plane.name(),
        middle.lon,
        middle.lat
    );
    let remedy = format!(
        "Leave the key out, or write crs = \"EPSG:{}\" ({}); if the place is elsewhere, set crs under [zones]",
        own.epsg(),
        own.name()
    );
    Err(Issue::error(Code::PlaneElsewhere, Where::file("place.toml").field("crs"), problem, remedy))
}

/// The zones of a file, sorted by key.
pub(super) fn read(table: &Table, section: &ZonesSection, plane: &Plane, issues: &mut Issues) -> Vec<Area> {
    let wanted = Wanted { key: section.key.as_deref(), name: section.name.as_deref(), noun: "zone" };
    let has_areas = table.shapes().is_some_and(|layer| {
        layer.geometries.iter().flatten().any(|g| !matches!(g, Geometry::Point(_) | Geometry::MultiPoint(_)))
    });
    if has_areas {
        return areas::read(table, wanted, plane, issues);
    }
    if let Some((key, cells)) = cells(table, section.key.as_deref()) {
        let name = section.name.as_deref().and_then(|title| table.column(title));
        return from_cells(table, key, name, &cells, plane, issues);
    }
    from_centres(table, section, wanted, plane, issues)
}

/// The column of H3 cell ids and the cells in it, when at least nine values in ten are one.
fn cells(table: &Table, key: Option<&str>) -> Option<(usize, Vec<Option<CellIndex>>)> {
    let candidates: Vec<usize> = match key {
        Some(title) => table.column(title).into_iter().collect(),
        None => (0..table.titles().len()).collect(),
    };
    candidates.into_iter().find_map(|column| {
        let cells: Vec<Option<CellIndex>> =
            (0..table.rows()).map(|row| table.text(column, row).and_then(cell)).collect();
        let found = cells.iter().flatten().count();
        (found > 0 && found * 10 >= table.rows() * 9).then_some((column, cells))
    })
}

/// An H3 cell: in hexadecimal as people write it, or as the whole number that databases keep.
fn cell(text: &str) -> Option<CellIndex> {
    let text = text.trim();
    let text = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    let whole = text.strip_suffix(".0").unwrap_or(text);
    let number = || if whole.len() >= 18 { CellIndex::try_from(whole.parse::<u64>().ok()?).ok() } else { None };
    number().or_else(|| text.to_lowercase().parse().ok())
}

fn centre_of(cell: &CellIndex) -> LonLat {
    let centre = h3o::LatLng::from(*cell);
    LonLat { lon: centre.lng(), lat: centre.lat() }
}

fn from_cells(
    table: &Table,
    key: usize,
    name: Option<usize>,
    cells: &[Option<CellIndex>],
    plane: &Plane,
    issues: &mut Issues,
) -> Vec<Area> {
    let mut found = Vec::with_capacity(cells.len());
    for (row, cell) in cells.iter().enumerate() {
        let at = Where::file(table.file()).row(table.line(row)).field(table.titles()[key]);
        let Some(text) = table.text(key, row) else {
            issues.push(areas::blank_key(at, table.titles()[key], "zone"));
            continue;
        };
        let outline = cell.and_then(|cell| {
            let ring: LineString<f64> = cell.boundary().iter().map(|c| (c.lng(), c.lat())).collect();
            shapes::area_on(&Geometry::Polygon(Polygon::new(ring, Vec::new())), &crate::crs::Crs::LonLat, plane).ok()
        });
        let Some(shape) = outline.map(|mended| mended.shape) else {
            let problem = format!("\"{text}\" is not an H3 cell on the {}", plane.name());
            issues.push(Issue::warning(
                Code::CellUnreadable,
                at.key(text),
                problem,
                "It is left out; mend or remove the row",
            ));
            continue;
        };
        let Some(centre) = shapes::point_inside(&shape) else { continue };
        let name = name.and_then(|column| table.text(column, row)).map(str::to_owned);
        found.push(Area { key: text.to_owned(), name, row, shape: Some(shape), centre });
    }
    areas::merge_duplicates(found, table, "zone", issues)
}

fn from_centres(
    table: &Table,
    section: &ZonesSection,
    wanted: Wanted<'_>,
    plane: &Plane,
    issues: &mut Issues,
) -> Vec<Area> {
    let (key, name) = match areas::columns(table, wanted) {
        Ok(columns) => columns,
        Err(issue) => {
            issues.push(issue);
            return Vec::new();
        }
    };
    let mut found = Vec::new();
    let reader = match points::Reader::new(table, points::Columns::default(), section.crs.as_deref(), plane) {
        Ok(reader) => reader,
        Err(issue) => {
            issues.push(issue);
            return Vec::new();
        }
    };
    for row in 0..table.rows() {
        let at = Where::file(table.file()).row(table.line(row));
        let Some(text) = table.text(key, row) else {
            issues.push(areas::blank_key(at, table.titles()[key], "zone"));
            continue;
        };
        let Some(centre) = reader.at(row) else {
            let remedy = "It is left out; give it a longitude and a latitude";
            issues.push(Issue::warning(
                Code::EmptyGeometry,
                at.key(text),
                "This zone has no usable coordinates",
                remedy,
            ));
            continue;
        };
        let name = name.and_then(|column| table.text(column, row)).map(str::to_owned);
        found.push(Area { key: text.to_owned(), name, row, shape: None, centre });
    }
    if !found.is_empty() {
        let problem = "The zones have centres and no areas";
        let remedy =
            "Everybody is taken to live at the centre of the zone; a boundary file would spread them along its streets";
        issues.push(Issue::note(Code::ZonesWithoutArea, Where::file(table.file()), problem, remedy));
    }
    // One centre per key: a key that stands twice keeps the row whose key and place sort first.
    found.sort_by(|a, b| {
        key_form(&a.key)
            .cmp(&key_form(&b.key))
            .then(a.centre.x.total_cmp(&b.centre.x))
            .then(a.centre.y.total_cmp(&b.centre.y))
    });
    areas::merge_duplicates(found, table, "zone", issues)
}
