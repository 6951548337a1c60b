//! A map layer of lines and areas that are none of the place's own: what a plan must keep.

use super::shapes::area_on;
use super::{Issue, Issues};
use crate::crs::Xy;
use crate::place::{Code, Place, Where};
use crate::read::{Options, Table};
use geo::{Geometry, LineString, MultiPolygon};
use std::path::Path;

/// Lines and areas on the place's plane.
#[derive(Debug, Clone, Default)]
pub struct PlanShapes {
    /// Lines, and the outlines of areas.
    pub lines: Vec<Vec<Xy>>,
    /// Areas, each valid.
    pub areas: Vec<MultiPolygon<f64>>,
}

/// Reads the lines and areas of a map layer for a place.
///
/// # Errors
/// Everything that was found, when the layer holds neither.
pub fn read_shapes(path: &Path, place: &Place) -> Result<(PlanShapes, Vec<Issue>), Vec<Issue>> {
    let mut issues = Issues::default();
    let shown = path.display().to_string();
    let found = Table::read(path, &shown, Options::default(), &mut issues).and_then(|table| {
        let Some(layer) = table.shapes() else {
            let problem = "This file has rows and no shapes";
            let remedy = "Give a map layer of lines or areas: GeoJSON, GeoPackage, Shapefile or FlatGeobuf";
            return Err(Issue::error(Code::WrongGeometry, Where::file(&shown), problem, remedy));
        };
        let (mut shapes, mut left_out) = (PlanShapes::default(), 0);
        for geometry in layer.geometries.iter().flatten() {
            let mut strings: Vec<&LineString<f64>> = Vec::new();
            collect(geometry, &mut strings);
            let lines: Vec<Vec<Xy>> = strings
                .into_iter()
                .map(|line| line.0.iter().filter_map(|at| layer.crs.to_xy(at.x, at.y, &place.plane)).collect())
                .filter(|line: &Vec<Xy>| line.len() > 1)
                .collect();
            left_out += usize::from(lines.is_empty());
            shapes.lines.extend(lines);
            if let Ok(mended) = area_on(geometry, &layer.crs, &place.plane) {
                shapes.areas.push(mended.shape);
            }
        }
        if shapes.lines.is_empty() {
            let problem = "This file has no lines and no areas that lie here";
            let remedy = "Check its reference system, and that it holds lines or areas";
            return Err(Issue::error(Code::WrongGeometry, Where::file(&shown), problem, remedy));
        }
        Ok((shapes, left_out))
    });
    match found {
        Ok((shapes, left_out)) => {
            if left_out > 0 {
                let problem = format!("{left_out} features are no lines and no areas that lie here");
                let remedy = "They are left out; give lines or areas";
                issues.push(Issue::warning(Code::WrongGeometry, Where::file(&shown), problem, remedy));
            }
            Ok((shapes, issues.into_sorted()))
        }
        Err(issue) => {
            issues.push(issue);
            Err(issues.into_sorted())
        }
    }
}

fn collect<'g>(geometry: &'g Geometry<f64>, into: &mut Vec<&'g LineString<f64>>) {
    match geometry {
        Geometry::LineString(line) => into.push(line),
        Geometry::MultiLineString(lines) => into.extend(&lines.0),
        Geometry::Polygon(area) => into.extend(std::iter::once(area.exterior()).chain(area.interiors())),
        Geometry::MultiPolygon(areas) => {
            into.extend(areas.iter().flat_map(|area| std::iter::once(area.exterior()).chain(area.interiors())));
        }
        Geometry::GeometryCollection(parts) => parts.iter().for_each(|part| collect(part, into)),
        _ => {}
    }
}
