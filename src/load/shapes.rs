//! Shapes on the plane: brought there from a file's coordinates, checked, mended, measured.

use crate::crs::{Crs, Plane, Xy};
use geo::orient::{Direction, Orient};
use geo::{
    Area, BooleanOps, BoundingRect, Coord, Geometry, InteriorPoint, Intersects, Line, LineString, MultiPolygon, Polygon,
};

/// Why a feature has no usable area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// No geometry, or one without points.
    Empty,
    /// Points or lines where an area is wanted.
    NotAnArea,
    /// Coordinates that are not on the plane of the place.
    OffThePlane,
}

/// An area on the plane, and what was done to make it valid.
#[derive(Debug, Clone)]
pub(super) struct Mended {
    /// Valid; outer rings anticlockwise.
    pub(super) shape: MultiPolygon<f64>,
    /// Change of its area, where it had to be repaired.
    pub(super) repaired_m2: Option<f64>,
}

/// Two outlines of an area may differ by this much before they count as different: what the integer
/// grid of the overlay does to a borough's outline is a hundred times less.
const AREA_SLACK_M2: f64 = 1.0;

/// A file's geometry as a valid area on the plane.
///
/// An outline that crosses or touches itself is rebuilt by the even-odd rule (a bow tie keeps both its
/// wings), and parts that overlap are united. The change of area is measured against the outline as it
/// was drawn, so that a reader can judge the repair.
pub(super) fn area_on(geometry: &Geometry<f64>, crs: &Crs, plane: &Plane) -> Result<Mended, Fault> {
    let mut polygons = Vec::new();
    collect_polygons(geometry, &mut polygons)?;
    let mut placed = Vec::with_capacity(polygons.len());
    for polygon in polygons {
        placed.push(project(polygon, crs, plane)?);
    }
    mend(MultiPolygon(placed))
}

fn collect_polygons<'g>(geometry: &'g Geometry<f64>, into: &mut Vec<&'g Polygon<f64>>) -> Result<(), Fault> {
    match geometry {
        Geometry::Polygon(polygon) => into.push(polygon),
        Geometry::MultiPolygon(polygons) => into.extend(&polygons.0),
        Geometry::GeometryCollection(parts) => {
            for part in parts {
                // Lines and points left over from an overlay stand beside the areas; the areas count.
                let _ = collect_polygons(part, into);
            }
            if into.is_empty() && !parts.is_empty() {
                return Err(Fault::NotAnArea);
            }
        }
        _ => return Err(Fault::NotAnArea),
    }
    Ok(())
}

fn project(polygon: &Polygon<f64>, crs: &Crs, plane: &Plane) -> Result<Polygon<f64>, Fault> {
    let ring = |line: &LineString<f64>| {
        line.coords()
            .map(|c| crs.to_xy(c.x, c.y, plane).map(Coord::from))
            .collect::<Option<Vec<_>>>()
            .map(LineString)
            .ok_or(Fault::OffThePlane)
    };
    Ok(Polygon::new(ring(polygon.exterior())?, polygon.interiors().iter().map(ring).collect::<Result<_, _>>()?))
}

/// A valid area made from polygons that may be faulty; [`Fault::Empty`] when nothing is left.
pub(super) fn mend(shape: MultiPolygon<f64>) -> Result<Mended, Fault> {
    let drawn: f64 = shape.0.iter().map(Area::unsigned_area).sum();
    let simple = shape.0.iter().all(|p| std::iter::once(p.exterior()).chain(p.interiors()).all(is_simple));
    let nothing = MultiPolygon::<f64>(Vec::new());
    let rebuilt: Vec<MultiPolygon<f64>> = shape.0.iter().map(|polygon| polygon.union(&nothing)).collect();
    let united = match rebuilt.as_slice() {
        [one] => one.clone(),
        several => several.iter().fold(nothing, |all, part| all.union(part)),
    };
    let kept = united.unsigned_area();
    if kept.is_nan() || kept <= 0.0 {
        return Err(Fault::Empty);
    }
    let slack = AREA_SLACK_M2.max(drawn * 1e-6);
    if simple && (kept - drawn).abs() <= slack {
        return Ok(Mended { shape: shape.orient(Direction::Default), repaired_m2: None });
    }
    Ok(Mended { shape: united.orient(Direction::Default), repaired_m2: Some(kept - drawn) })
}

/// Whether a closed ring neither crosses nor touches nor doubles back on itself.
///
/// Segments are swept in order of their western end, so that a ring of n points costs about n log n.
fn is_simple(ring: &LineString<f64>) -> bool {
    let lines: Vec<Line<f64>> = ring.lines().filter(|line| line.start != line.end).collect();
    let n = lines.len();
    if n < 3 {
        return false;
    }
    let west = |i: usize| lines[i].start.x.min(lines[i].end.x);
    let east = |i: usize| lines[i].start.x.max(lines[i].end.x);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| west(a).total_cmp(&west(b)).then(a.cmp(&b)));
    for (k, &i) in order.iter().enumerate() {
        for &j in order[k + 1..].iter().take_while(|&&j| west(j) <= east(i)) {
            let (first, second) = (i.min(j), i.max(j));
            let neighbours = second - first == 1 || (first == 0 && second == n - 1);
            let bad =
                if neighbours { doubles_back(lines[first], lines[second]) } else { lines[i].intersects(&lines[j]) };
            if bad {
                return false;
            }
        }
    }
    true
}

/// Whether two segments that share an end lie on top of each other.
fn doubles_back(a: Line<f64>, b: Line<f64>) -> bool {
    let (u, v) = (a.delta(), b.delta());
    let cross = u.x * v.y - u.y * v.x;
    cross == 0.0 && u.x * v.x + u.y * v.y < 0.0
}

/// A point inside an area, near its middle; its first corner in the one case where none can be found.
pub(super) fn point_inside(shape: &MultiPolygon<f64>) -> Option<Xy> {
    let corner = || shape.0.first().and_then(|p| p.exterior().0.first()).copied().map(Xy::from);
    shape.interior_point().map(|p| Xy::from(p.0)).or_else(corner)
}

/// The one point that stands for a geometry of a file, in the file's coordinates: itself, the middle
/// of a line, a point inside an area.
pub(super) fn point_of(geometry: &Geometry<f64>) -> Option<(f64, f64)> {
    let point = match geometry {
        Geometry::Point(point) => Some(*point),
        Geometry::MultiPoint(points) => points.0.first().copied(),
        other => other.interior_point(),
    }?;
    (point.x().is_finite() && point.y().is_finite()).then_some((point.x(), point.y()))
}

/// The middle of a geometry's box, in the file's coordinates.
pub(super) fn middle(geometry: &Geometry<f64>) -> Option<(f64, f64)> {
    let middle = geometry.bounding_rect()?.center();
    (middle.x.is_finite() && middle.y.is_finite()).then_some((middle.x, middle.y))
}

/// Everything that any of the shapes covers.
pub(super) fn union_of<'s>(shapes: impl Iterator<Item = &'s MultiPolygon<f64>>) -> MultiPolygon<f64> {
    let all: Vec<&MultiPolygon<f64>> = shapes.collect();
    geo::unary_union(all).orient(Direction::Default)
}

/// How far a point is from the nearest edge of an area.
pub(super) fn distance_to_edge(shape: &MultiPolygon<f64>, at: Xy) -> f64 {
    let rings = shape.0.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
    rings.flat_map(LineString::lines).map(|line| distance_to_line(line, at)).fold(f64::INFINITY, f64::min)
}

fn distance_to_line(line: Line<f64>, at: Xy) -> f64 {
    let d = line.delta();
    let length_2 = d.x * d.x + d.y * d.y;
    let (px, py) = (at.x - line.start.x, at.y - line.start.y);
    let t = if length_2 > 0.0 { ((px * d.x + py * d.y) / length_2).clamp(0.0, 1.0) } else { 0.0 };
    (px - t * d.x).hypot(py - t * d.y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::polygon;

    #[test]
    fn a_bow_tie_keeps_both_wings() {
        let tie = polygon![(x: 0.0, y: 0.0), (x: 100.0, y: 100.0), (x: 100.0, y: 0.0), (x: 0.0, y: 100.0)];
        let mended = mend(MultiPolygon(vec![tie])).expect("an area");
        assert!((mended.shape.unsigned_area() - 5_000.0).abs() < 0.1);
        assert!(mended.repaired_m2.is_some());
        assert!(mended.shape.0.iter().all(|p| p.exterior().lines().map(|l| l.determinant()).sum::<f64>() > 0.0));
    }

    #[test]
    fn a_clockwise_square_is_turned_and_not_called_faulty() {
        let square = polygon![(x: 0.0, y: 0.0), (x: 0.0, y: 100.0), (x: 100.0, y: 100.0), (x: 100.0, y: 0.0)];
        let mended = mend(MultiPolygon(vec![square])).expect("an area");
        assert_eq!(mended.repaired_m2, None);
        assert!(mended.shape.signed_area() > 0.0);
    }

    #[test]
    fn overlapping_parts_are_united_and_flat_ones_are_nothing() {
        let a = polygon![(x: 0.0, y: 0.0), (x: 10.0, y: 0.0), (x: 10.0, y: 10.0), (x: 0.0, y: 10.0)];
        let b = polygon![(x: 5.0, y: 0.0), (x: 15.0, y: 0.0), (x: 15.0, y: 10.0), (x: 5.0, y: 10.0)];
        let mended = mend(MultiPolygon(vec![a, b])).expect("an area");
        assert!((mended.shape.unsigned_area() - 150.0).abs() < 0.01);
        assert!((mended.repaired_m2.expect("repaired") + 50.0).abs() < 0.01);
        let flat = polygon![(x: 0.0, y: 0.0), (x: 10.0, y: 0.0), (x: 20.0, y: 0.0)];
        assert_eq!(mend(MultiPolygon(vec![flat])).err(), Some(Fault::Empty));
        assert_eq!(mend(MultiPolygon(Vec::new())).err(), Some(Fault::Empty));
    }

    #[test]
    fn a_spike_is_taken_off() {
        let spiked = polygon![
            (x: 0.0, y: 0.0), (x: 100.0, y: 0.0), (x: 100.0, y: 50.0), (x: 150.0, y: 50.0), (x: 100.0, y: 50.0),
            (x: 100.0, y: 100.0), (x: 0.0, y: 100.0)
        ];
        let mended = mend(MultiPolygon(vec![spiked])).expect("an area");
        assert!(mended.repaired_m2.is_some());
        assert!(mended.shape.bounding_rect().expect("a box").max().x < 101.0);
    }

    #[test]
    fn points_and_lines_are_not_areas() {
        let plane = Plane::british_national_grid();
        let point = Geometry::Point(geo::Point::new(330_000.0, 188_000.0));
        assert_eq!(area_on(&point, &Crs::BritishNationalGrid, &plane).err(), Some(Fault::NotAnArea));
    }
}
