//! Shapes in conditions: how they come into the layer's metres, and how they lie to a feature's shape
//! (DE-9IM, Egenhofer and Clementini).

use super::{Coordinates, FilterError};
use crate::crs::{LonLat, Plane, Xy};
use crate::layer::Layer;
use geo::{
    BooleanOps, BoundingRect, Coord, Geometry, Intersects, LineString, MapCoords, MultiPolygon, Polygon, Rect, Relate,
};

/// How one shape may lie to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Intersects,
    Disjoint,
    Equals,
    Touches,
    Within,
    Overlaps,
    Crosses,
    Contains,
}

impl Relation {
    pub(super) fn of(op: &str) -> Option<Self> {
        Some(match op {
            "s_intersects" => Self::Intersects,
            "s_disjoint" => Self::Disjoint,
            "s_equals" => Self::Equals,
            "s_touches" => Self::Touches,
            "s_within" => Self::Within,
            "s_overlaps" => Self::Overlaps,
            "s_crosses" => Self::Crosses,
            "s_contains" => Self::Contains,
            _ => return None,
        })
    }

    pub(super) fn holds(self, a: &Shape<'_>, b: &Shape<'_>) -> bool {
        let near = matches!((a.envelope, b.envelope), (Some(a), Some(b)) if a.intersects(&b));
        if !near {
            return self == Self::Disjoint;
        }
        match self {
            Self::Intersects => a.geometry.intersects(b.geometry),
            Self::Disjoint => !a.geometry.intersects(b.geometry),
            Self::Equals => a.geometry.relate(b.geometry).is_equal_topo(),
            Self::Touches => a.geometry.relate(b.geometry).is_touches(),
            Self::Within => a.geometry.relate(b.geometry).is_within(),
            Self::Overlaps => a.geometry.relate(b.geometry).is_overlaps(),
            Self::Crosses => a.geometry.relate(b.geometry).is_crosses(),
            Self::Contains => a.geometry.relate(b.geometry).is_contains(),
        }
    }
}

/// A shape and the box around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape<'a> {
    geometry: &'a Geometry<f64>,
    envelope: Option<Rect<f64>>,
}

impl<'a> Shape<'a> {
    pub(super) fn new(geometry: &'a Geometry<f64>) -> Self {
        Self { geometry, envelope: geometry.bounding_rect() }
    }
}

/// A shape of the condition, in the layer's coordinates.
#[derive(Debug)]
pub(super) struct Fixed {
    geometry: Geometry<f64>,
    envelope: Option<Rect<f64>>,
}

impl Fixed {
    pub(super) fn new(
        geometry: Geometry<f64>,
        layer: &Layer,
        coordinates: Coordinates<'_>,
    ) -> Result<Self, FilterError> {
        let geometry = match coordinates {
            Coordinates::OfLayer => geometry,
            Coordinates::Degrees(plane) => to_plane(geometry, layer, plane)?,
        };
        Ok(Self { envelope: geometry.bounding_rect(), geometry })
    }

    pub(super) fn shape(&self) -> Shape<'_> {
        Shape { geometry: &self.geometry, envelope: self.envelope }
    }
}

/// Longest edge of a box, in degrees: its sides run along parallels, which are curves on a plane. At
/// the latitude of Britain the chord leaves the arc by 30 cm at most.
const EDGE: f64 = 0.05;

/// A box as a shape: two boxes where it runs over the antimeridian. Its sides get corners in between
/// where the layer is not in degrees.
pub(super) fn bbox([west, south, east, north]: [f64; 4], coordinates: Coordinates<'_>) -> Geometry<f64> {
    let along = matches!(coordinates, Coordinates::Degrees(_));
    let piece = |west: f64, east: f64| {
        let corners = [(west, south), (east, south), (east, north), (west, north), (west, south)];
        let mut ring = Vec::new();
        for pair in corners.windows(2) {
            let [(x0, y0), (x1, y1)] = [pair[0], pair[1]];
            let steps = if along { ((x1 - x0).abs() / EDGE).ceil().clamp(1.0, 256.0) } else { 1.0 };
            for step in 0..steps as usize {
                let share = step as f64 / steps;
                ring.push(Coord { x: x0 + (x1 - x0) * share, y: y0 + (y1 - y0) * share });
            }
        }
        Polygon::new(LineString(ring), Vec::new())
    };
    if west <= east {
        piece(west, east).into()
    } else {
        MultiPolygon(vec![piece(west, 180.0), piece(-180.0, east)]).into()
    }
}

/// Margin around the layer, in degrees, to which the condition's shapes are cut.
const MARGIN: f64 = 0.1;

/// The shape in metres on the plane. A shape that reaches far beyond the layer is cut to the layer's
/// surroundings first, because a plane does not reach round the globe. What is cut off lies outside
/// every feature, and enough of it is left to stick out, so no relation to a feature changes.
fn to_plane(geometry: Geometry<f64>, layer: &Layer, plane: &Plane) -> Result<Geometry<f64>, FilterError> {
    let Some(around) = surroundings(layer, plane) else {
        return Ok(geometry);
    };
    let geometry = match geometry.bounding_rect() {
        None => return Ok(geometry),
        Some(envelope) if within(envelope, around) => geometry,
        Some(_) => cut(geometry, around),
    };
    geometry
        .try_map_coords(|at| {
            let there = LonLat::new(at.x, at.y).and_then(|there| plane.to_xy(there));
            there.map(Coord::from).ok_or(at)
        })
        .map_err(|at| {
            FilterError::Meaning(format!(
                "{} {} is not a longitude and latitude within the reach of {}",
                at.x,
                at.y,
                plane.name()
            ))
        })
}

fn within(inner: Rect<f64>, outer: Rect<f64>) -> bool {
    inner.min().x >= outer.min().x
        && inner.min().y >= outer.min().y
        && inner.max().x <= outer.max().x
        && inner.max().y <= outer.max().y
}

fn cut(geometry: Geometry<f64>, to: Rect<f64>) -> Geometry<f64> {
    let frame = MultiPolygon(vec![to.to_polygon()]);
    match geometry {
        Geometry::Polygon(polygon) => MultiPolygon(vec![polygon]).intersection(&frame).into(),
        Geometry::MultiPolygon(polygons) => polygons.intersection(&frame).into(),
        Geometry::Rect(rect) => MultiPolygon(vec![rect.to_polygon()]).intersection(&frame).into(),
        Geometry::LineString(line) => frame.clip(&geo::MultiLineString(vec![line]), false).into(),
        Geometry::MultiLineString(lines) => frame.clip(&lines, false).into(),
        Geometry::MultiPoint(points) => {
            geo::MultiPoint(points.0.into_iter().filter(|point| to.intersects(point)).collect()).into()
        }
        Geometry::GeometryCollection(parts) => {
            let inside = |part: Geometry<f64>| match part.bounding_rect() {
                Some(envelope) if within(envelope, to) => part,
                _ => cut(part, to),
            };
            Geometry::GeometryCollection(geo::GeometryCollection(parts.0.into_iter().map(inside).collect()))
        }
        Geometry::Point(point) if !to.intersects(&point) => Geometry::GeometryCollection(geo::GeometryCollection::empty()),
        other => other,
    }
}

/// The box of degrees around the layer, with a margin; `None` for a layer without shapes.
fn surroundings(layer: &Layer, plane: &Plane) -> Option<Rect<f64>> {
    let boxes = layer.features.iter().filter_map(|feature| feature.geometry.as_ref()?.bounding_rect());
    let on_plane = boxes.reduce(|a, b| {
        Rect::new(
            Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) },
            Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) },
        )
    })?;
    let (min, size) = (on_plane.min(), on_plane.max() - on_plane.min());
    let mut degrees: Option<Rect<f64>> = None;
    for (i, j) in (0..=8).flat_map(|i| (0..=8).map(move |j| (i, j))) {
        let at = Xy::new(min.x + size.x * f64::from(i) / 8.0, min.y + size.y * f64::from(j) / 8.0);
        let Some(LonLat { lon, lat }) = plane.to_lonlat(at) else { continue };
        let (low, high) = degrees.map_or((Coord { x: lon, y: lat }, Coord { x: lon, y: lat }), |r| (r.min(), r.max()));
        degrees = Some(Rect::new(
            Coord { x: low.x.min(lon), y: low.y.min(lat) },
            Coord { x: high.x.max(lon), y: high.y.max(lat) },
        ));
    }
    let degrees = degrees?;
    Some(Rect::new(
        Coord { x: (degrees.min().x - MARGIN).max(-180.0), y: (degrees.min().y - MARGIN).max(-90.0) },
        Coord { x: (degrees.max().x + MARGIN).min(180.0), y: (degrees.max().y + MARGIN).min(90.0) },
    ))
}
