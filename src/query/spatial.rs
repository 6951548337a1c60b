//! Shapes in conditions: how they come into the layer's metres, and how they lie to a feature's shape
//! (DE-9IM, Egenhofer and Clementini).

use super::{Coordinates, FilterError};
use crate::crs::{LonLat, Plane, Xy};
use crate::layer::Layer;
use geo::{
    BooleanOps, BoundingRect, Coord, CoordsIter, Densify, Euclidean, Geometry, GeometryCollection, Intersects,
    LineString, MapCoords, MultiLineString, MultiPoint, MultiPolygon, Polygon, Rect, Relate,
};

/// Metres within which every coordinate lies: half again the length of the equator.
const FARTHEST: f64 = 6e7;

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
            Coordinates::Degrees(plane) | Coordinates::LatLon(plane) => to_plane(geometry, layer, plane)?,
        };
        if let Some(at) = geometry.coords_iter().find(|at| !(at.x.abs() < FARTHEST && at.y.abs() < FARTHEST)) {
            return Err(FilterError::Meaning(format!("{} {} is no place on a plane in metres", at.x, at.y)));
        }
        Ok(Self { envelope: geometry.bounding_rect(), geometry })
    }

    /// How many corners it has.
    pub(super) fn corners(&self) -> usize {
        self.geometry.coords_count()
    }

    pub(super) fn shape(&self) -> Shape<'_> {
        Shape { geometry: &self.geometry, envelope: self.envelope }
    }
}

/// A box as a shape: two boxes where it runs over the antimeridian.
pub(super) fn bbox([west, south, east, north]: [f64; 4]) -> Geometry<f64> {
    let piece = |west: f64, east: f64| {
        let corners = vec![(west, south), (east, south), (east, north), (west, north), (west, south)];
        Polygon::new(LineString::from(corners), Vec::new())
    };
    if west <= east {
        piece(west, east).into()
    } else {
        MultiPolygon(vec![piece(west, 180.0), piece(-180.0, east)]).into()
    }
}

/// Longest edge, in degrees, that is taken for straight on the plane. An edge in degrees is a curve
/// there: at the latitude of Britain a chord of this length leaves it by 30 cm at most.
const EDGE: f64 = 0.05;

/// The shape in metres on the plane. A shape that reaches far beyond the layer is cut to the layer's
/// surroundings first, because a plane does not reach round the globe. What is cut off lies outside
/// every feature, and enough of it is left to stick out, so no relation to a feature changes.
fn to_plane(geometry: Geometry<f64>, layer: &Layer, plane: &Plane) -> Result<Geometry<f64>, FilterError> {
    let off = |at: Coord<f64>| {
        let plane = plane.name();
        FilterError::Meaning(format!("{} {} is not a longitude and latitude within the reach of {plane}", at.x, at.y))
    };
    if let Some(at) = geometry.coords_iter().find(|at| LonLat::new(at.x, at.y).is_none()) {
        return Err(off(at));
    }
    let geometry = match (geometry.bounding_rect(), surroundings(layer, plane)) {
        (Some(envelope), Some(around)) if within(envelope, around) => bent(geometry),
        (Some(_), Some(around)) => bent(cut(geometry, around)),
        _ if layer.features.iter().all(|feature| feature.geometry.is_none()) => return Ok(geometry),
        _ => geometry,
    };
    geometry
        .try_map_coords(|at| {
            let there = LonLat::new(at.x, at.y).and_then(|there| plane.to_xy(there));
            there.map(Coord::from).ok_or(at)
        })
        .map_err(off)
}

/// The shape with corners in between where an edge is longer than [`EDGE`].
fn bent(geometry: Geometry<f64>) -> Geometry<f64> {
    match geometry {
        Geometry::LineString(line) => Euclidean.densify(&line, EDGE).into(),
        Geometry::MultiLineString(lines) => Euclidean.densify(&lines, EDGE).into(),
        Geometry::Polygon(polygon) => Euclidean.densify(&polygon, EDGE).into(),
        Geometry::MultiPolygon(polygons) => Euclidean.densify(&polygons, EDGE).into(),
        Geometry::GeometryCollection(parts) => {
            Geometry::GeometryCollection(GeometryCollection(parts.0.into_iter().map(bent).collect()))
        }
        other => other,
    }
}

fn within(inner: Rect<f64>, outer: Rect<f64>) -> bool {
    inner.min().x >= outer.min().x
        && inner.min().y >= outer.min().y
        && inner.max().x <= outer.max().x
        && inner.max().y <= outer.max().y
}

fn cut(geometry: Geometry<f64>, frame: Rect<f64>) -> Geometry<f64> {
    let frames = || MultiPolygon(vec![frame.to_polygon()]);
    let nothing = || Geometry::GeometryCollection(GeometryCollection::empty());
    match geometry {
        Geometry::Polygon(polygon) => MultiPolygon(vec![polygon]).intersection(&frames()).into(),
        Geometry::MultiPolygon(polygons) => polygons.intersection(&frames()).into(),
        Geometry::LineString(line) => frames().clip(&MultiLineString(vec![line]), false).into(),
        Geometry::MultiLineString(lines) => frames().clip(&lines, false).into(),
        Geometry::MultiPoint(points) => {
            MultiPoint(points.0.into_iter().filter(|point| frame.intersects(point)).collect()).into()
        }
        Geometry::GeometryCollection(parts) => {
            let inside = |part: Geometry<f64>| match part.bounding_rect() {
                Some(envelope) if within(envelope, frame) => part,
                _ => cut(part, frame),
            };
            Geometry::GeometryCollection(GeometryCollection(parts.0.into_iter().map(inside).collect()))
        }
        other if frame.intersects(&other) => other,
        _ => nothing(),
    }
}

/// Margin around the layer, in degrees, to which the condition's shapes are cut.
const MARGIN: f64 = 0.1;

/// The box of degrees around the layer, as far as the plane reaches; `None` for a layer without shapes,
/// or where the plane's reach is no box.
fn surroundings(layer: &Layer, plane: &Plane) -> Option<Rect<f64>> {
    let reaches = |lon: f64, lat: f64| LonLat::new(lon, lat).is_some_and(|place| plane.to_xy(place).is_some());
    let [west, south, east, north] = degrees(bounds(layer)?, plane)?;
    let (lon, lat) = (f64::midpoint(west, east), f64::midpoint(south, north));
    let west = farthest(lon, west - MARGIN, |lon| reaches(lon, lat));
    let east = farthest(lon, east + MARGIN, |lon| reaches(lon, lat));
    let south = farthest(lat, south - MARGIN, |lat| reaches(lon, lat));
    let north = farthest(lat, north + MARGIN, |lat| reaches(lon, lat));
    let corners = [west, lon, east].into_iter().flat_map(|lon| [south, lat, north].map(|lat| (lon, lat)));
    let all = corners.into_iter().all(|(lon, lat)| reaches(lon, lat));
    all.then(|| Rect::new(Coord { x: west, y: south }, Coord { x: east, y: north }))
}

/// How far one can go from `start` towards `end`, less a hand's breadth: cutting shapes rounds them.
fn farthest(start: f64, end: f64, reaches: impl Fn(f64) -> bool) -> f64 {
    if reaches(end) {
        return end;
    }
    let (mut good, mut bad) = (start, end);
    for _ in 0..40 {
        let middle = f64::midpoint(good, bad);
        if reaches(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    good + 1e-6 * (start - end).signum()
}

/// The box around the layer's shapes, in metres.
fn bounds(layer: &Layer) -> Option<Rect<f64>> {
    let boxes = layer.features.iter().filter_map(|feature| feature.geometry.as_ref()?.bounding_rect());
    boxes.reduce(|a, b| {
        Rect::new(
            Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) },
            Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) },
        )
    })
}

/// West, south, east and north of a box in metres.
fn degrees(bounds: Rect<f64>, plane: &Plane) -> Option<[f64; 4]> {
    let step = |i: i32| f64::from(i) / 8.0;
    let places = (0..=8).flat_map(|i| (0..=8).map(move |j| (step(i), step(j)))).filter_map(|(i, j)| {
        let at = Xy::new(bounds.min().x + bounds.width() * i, bounds.min().y + bounds.height() * j);
        plane.to_lonlat(at).map(|place| [place.lon, place.lat, place.lon, place.lat])
    });
    places.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
}
