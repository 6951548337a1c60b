//! Shapefiles: `.shp` with its `.dbf`, `.prj` and `.cpg`.

use super::dbf::{Dbf, sidecar};
use super::frame::{self, Claim};
use super::reference::well_known_text;
use super::rows::Builder;
use super::{Issues, Source, Table, guarded};
use crate::place::{Code, Issue};
use geo::{Contains, Geometry, LineString, MultiPolygon, Polygon};
use shapefile::{PolygonRing, Shape, ShapeReader};
use std::io::Cursor;

/// Reads a shapefile.
pub(super) fn read(source: &Source<'_>, bytes: &[u8], issues: &mut Issues) -> Result<Table, Issue> {
    let (shapes, broken) = guarded(|| shapes(bytes)).map_err(|why| source.damaged("a shapefile", why))?;
    if let Some(why) = broken {
        let mut issue = source.warning(
            Code::FileCutShort,
            format!("The shapefile cannot be read beyond feature {}: {why}", shapes.len()),
            "The features before it were kept; export or copy the file again",
        );
        issue.at = issue.at.row(shapes.len() as u64 + 1);
        issues.push(issue);
    }
    let attributes = sidecar(source, "dbf");
    let dbf = match attributes.as_deref().map(|bytes| Dbf::open(source, bytes)) {
        Some(Ok(dbf)) => Some(dbf),
        Some(Err(why)) => return Err(source.damaged("a shapefile, because of its .dbf", why)),
        None => {
            issues.push(source.warning(
                Code::AttributesMissing,
                "The shapefile has no .dbf beside it, so its features have no attributes",
                "Copy the .dbf, .prj and .cpg beside the .shp",
            ));
            None
        }
    };
    let (builder, lines, geometries) = joined(source, shapes, dbf.as_ref(), issues)?;
    let line = |row: usize| lines.get(row).copied().unwrap_or(0);
    let shapes = frame::shapes(source, claim(source), geometries, line, issues)?;
    Ok(source.table(builder, Some(shapes), issues))
}

/// The shapes in order, and why reading stopped before the end, if it did.
fn shapes(bytes: &[u8]) -> Result<(Vec<Shape>, Option<String>), String> {
    let mut reader = ShapeReader::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    let mut shapes = Vec::new();
    for shape in reader.iter_shapes() {
        match shape {
            Ok(shape) => shapes.push(shape),
            Err(error) => return Ok((shapes, Some(error.to_string()))),
        }
    }
    Ok((shapes, None))
}

type Joined = (Builder, Vec<u64>, Vec<Option<Geometry<f64>>>);

/// Each shape with the record of the same number; records that were deleted take their shape with them.
fn joined(
    source: &Source<'_>,
    shapes: Vec<Shape>,
    dbf: Option<&Dbf<'_>>,
    issues: &mut Issues,
) -> Result<Joined, Issue> {
    if let Some(dbf) = dbf {
        dbf.report_missing(source, issues);
        if dbf.rows() != shapes.len() {
            issues.push(source.warning(
                Code::AttributesDoNotMatch,
                format!("The .shp has {} features and the .dbf {} rows", shapes.len(), dbf.rows()),
                "They were joined by number; copy both files again from the same export",
            ));
        }
    }
    let mut builder = Builder::new(dbf.map(Dbf::titles).unwrap_or_default());
    let (mut lines, mut geometries, mut unreadable) = (Vec::new(), Vec::new(), Vec::new());
    for (at, shape) in shapes.into_iter().enumerate() {
        let line = at as u64 + 1;
        let cells = match dbf {
            Some(dbf) if at < dbf.rows() => match dbf.row(at) {
                Some(cells) => cells,
                None => continue,
            },
            _ => Vec::new(),
        };
        builder.push(line, cells.iter().map(String::as_str)).map_err(|e| source.too_large(e))?;
        lines.push(line);
        geometries.push(geometry(shape).unwrap_or_else(|why| {
            unreadable.push((line, why));
            None
        }));
    }
    frame::report_unreadable(source, &unreadable, issues);
    Ok((builder, lines, geometries))
}

fn geometry(shape: Shape) -> Result<Option<Geometry<f64>>, String> {
    macro_rules! rings {
        ($polygon:expr) => {
            $polygon.into_inner().into_iter().map(|ring| match ring {
                PolygonRing::Outer(points) => (true, points.into_iter().map(|p| (p.x, p.y)).collect()),
                PolygonRing::Inner(points) => (false, points.into_iter().map(|p| (p.x, p.y)).collect()),
            })
        };
    }
    match shape {
        Shape::NullShape => Ok(None),
        Shape::Polygon(polygon) => Ok(Some(polygons(rings!(polygon)))),
        Shape::PolygonM(polygon) => Ok(Some(polygons(rings!(polygon)))),
        Shape::PolygonZ(polygon) => Ok(Some(polygons(rings!(polygon)))),
        Shape::Multipatch(_) => Err("three-dimensional patches are not read".to_owned()),
        other => guarded(|| Geometry::try_from(other).map_err(|error| error.to_string())).map(Some),
    }
}

/// Polygons out of rings: a hole belongs to the smallest outer ring around it, wherever it stands in the
/// list; a hole with no outer ring around it was wound the wrong way and is a polygon itself.
pub(super) fn polygons(rings: impl Iterator<Item = (bool, LineString<f64>)>) -> Geometry<f64> {
    let (outer, holes): (Vec<_>, Vec<_>) = rings.filter(|(_, ring)| !ring.0.is_empty()).partition(|(outer, _)| *outer);
    let mut polygons: Vec<Polygon<f64>> = outer.into_iter().map(|(_, ring)| Polygon::new(ring, Vec::new())).collect();
    let mut strays = Vec::new();
    for (_, hole) in holes {
        let around = |polygon: &&mut Polygon<f64>| hole.0.iter().any(|&at| shell(polygon).contains(&geo::Point(at)));
        let area = |polygon: &Polygon<f64>| geo::Area::unsigned_area(&shell(polygon));
        let mut fitting: Vec<_> = polygons.iter_mut().filter(around).collect();
        fitting.sort_by(|a, b| area(a).total_cmp(&area(b)));
        match fitting.into_iter().next() {
            Some(polygon) => polygon.interiors_push(hole),
            None => strays.push(Polygon::new(hole, Vec::new())),
        }
    }
    polygons.extend(strays);
    Geometry::MultiPolygon(MultiPolygon(polygons))
}

fn shell(polygon: &Polygon<f64>) -> Polygon<f64> {
    Polygon::new(polygon.exterior().clone(), Vec::new())
}

fn claim(source: &Source<'_>) -> Claim {
    match sidecar(source, "prj") {
        Some(bytes) => well_known_text(&String::from_utf8_lossy(&bytes)),
        None => Claim::Silent,
    }
}
