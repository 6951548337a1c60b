//! A layer made ready for tiles.

use super::grid::{MAX_ZOOM, Spot, TileId, place, spot};
use super::thin::{Junctions, Thinned};
use crate::crs::{Plane, Xy};
use crate::layer::Layer;
use geo::{Coord, Geometry, LineString, Polygon};
use rayon::prelude::*;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use std::collections::HashMap;

/// Most features in one tile. A tile with more is megabytes to fetch and several zones to a pixel to
/// look at, so a layer begins at the first zoom where no tile has more. All small areas of England and
/// Wales (35,672) with eight properties begin at zoom 7, whose largest tile is about 1 MB, a third of
/// that compressed.
const MOST: usize = 20_000;

/// A layer's shapes on the Web Mercator square, ready to be cut into tiles.
#[derive(Debug)]
pub struct TileLayer {
    /// For each feature its shapes, in the layer's order.
    pub(super) shapes: Vec<Vec<Shape>>,
    tree: RTree<GeomWithData<Rectangle<[i64; 2]>, usize>>,
    bounds: Option<[f64; 4]>,
    min_zoom: u8,
}

/// A shape of one kind, as a vector tile wants them.
#[derive(Debug)]
pub(super) enum Shape {
    Points(Vec<Spot>),
    Lines(Vec<Thinned>),
    /// Each polygon's outer ring, then its holes.
    Polygons(Vec<Vec<Thinned>>),
}

/// A shape before thinning.
enum Raw {
    Points(Vec<Spot>),
    Lines(Vec<Vec<Spot>>),
    Polygons(Vec<Vec<Vec<Spot>>>),
}

impl TileLayer {
    /// Prepares a layer. What lies where the plane reaches no place on earth is not drawn.
    #[must_use]
    pub fn new(layer: &Layer, plane: &Plane) -> Self {
        let raw: Vec<Vec<Raw>> = layer
            .features
            .par_iter()
            .map(|feature| {
                let mut shapes = Vec::new();
                if let Some(geometry) = &feature.geometry {
                    collect(geometry, plane, &mut shapes);
                }
                shapes
            })
            .collect();
        let junctions = Junctions::of(|corners| {
            for shape in raw.iter().flatten() {
                match shape {
                    Raw::Points(_) => {}
                    Raw::Lines(lines) => lines.iter().for_each(|line| corners.line(line)),
                    Raw::Polygons(polygons) => polygons.iter().flatten().for_each(|ring| corners.ring(ring)),
                }
            }
        });
        let shapes: Vec<Vec<Shape>> = raw
            .into_par_iter()
            .map(|shapes| shapes.into_iter().map(|shape| thin(shape, &junctions)).collect())
            .collect();
        let envelopes: Vec<(usize, [Spot; 2])> =
            shapes.par_iter().enumerate().filter_map(|(i, shapes)| Some((i, envelope(shapes)?))).collect();
        let bounds = envelopes.iter().map(|(_, envelope)| *envelope).reduce(join);
        let boxes = envelopes.iter().map(|(i, [low, high])| {
            GeomWithData::new(Rectangle::from_corners(low.map(i64::from), high.map(i64::from)), *i)
        });
        Self {
            tree: RTree::bulk_load(boxes.collect()),
            bounds: bounds.map(|[low, high]| {
                let ([west, north], [east, south]) = (place(low), place(high));
                [west, south, east, north]
            }),
            min_zoom: min_zoom(&envelopes),
            shapes,
        }
    }

    /// West, south, east and north in degrees; `None` for a layer with nothing on the map.
    #[must_use]
    pub const fn bounds(&self) -> Option<[f64; 4]> {
        self.bounds
    }

    /// The first zoom at which the layer is drawn.
    #[must_use]
    pub const fn min_zoom(&self) -> u8 {
        self.min_zoom
    }

    /// Whether a feature may reach into the tile.
    #[must_use]
    pub fn may_reach(&self, tile: TileId) -> bool {
        self.tree.locate_in_envelope_intersecting(&tile_box(tile)).next().is_some()
    }

    /// The features near the tile, in the layer's order.
    pub(super) fn near(&self, tile: TileId) -> Vec<usize> {
        if tile.z < self.min_zoom {
            return Vec::new();
        }
        let mut near: Vec<usize> =
            self.tree.locate_in_envelope_intersecting(&tile_box(tile)).map(|found| found.data).collect();
        near.sort_unstable();
        near
    }
}

fn tile_box(tile: TileId) -> AABB<[i64; 2]> {
    let [west, north, east, south] = tile.envelope();
    AABB::from_corners([west, north], [east, south])
}

fn min_zoom(envelopes: &[(usize, [Spot; 2])]) -> u8 {
    if envelopes.len() <= MOST {
        return 0;
    }
    let middle =
        |[low, high]: [Spot; 2]| [0, 1].map(|axis| ((u64::from(low[axis]) + u64::from(high[axis])) / 2) as u32);
    let fits = |z: &u8| {
        let mut counts: HashMap<TileId, usize> = HashMap::new();
        envelopes.iter().all(|(_, envelope)| {
            let count = counts.entry(TileId::around(middle(*envelope), *z)).or_default();
            *count += 1;
            *count <= MOST
        })
    };
    (1..MAX_ZOOM).find(fits).unwrap_or(MAX_ZOOM)
}

fn envelope(shapes: &[Shape]) -> Option<[Spot; 2]> {
    let spots = shapes.iter().flat_map(|shape| -> Box<dyn Iterator<Item = &Spot>> {
        match shape {
            Shape::Points(points) => Box::new(points.iter()),
            Shape::Lines(lines) => Box::new(lines.iter().flat_map(|line| &line.at)),
            Shape::Polygons(polygons) => {
                Box::new(polygons.iter().filter_map(|rings| rings.first()).flat_map(|ring| &ring.at))
            }
        }
    });
    spots.map(|spot| [*spot, *spot]).reduce(join)
}

fn join([low, high]: [Spot; 2], [lower, higher]: [Spot; 2]) -> [Spot; 2] {
    [[low[0].min(lower[0]), low[1].min(lower[1])], [high[0].max(higher[0]), high[1].max(higher[1])]]
}

fn thin(shape: Raw, junctions: &Junctions) -> Shape {
    match shape {
        Raw::Points(points) => Shape::Points(points),
        Raw::Lines(lines) => Shape::Lines(lines.into_iter().map(|line| junctions.thin_line(line)).collect()),
        Raw::Polygons(polygons) => Shape::Polygons(
            polygons
                .into_iter()
                .map(|rings| rings.into_iter().map(|ring| junctions.thin_ring(ring)).collect())
                .collect(),
        ),
    }
}

/// Takes a geometry apart into shapes of one kind.
fn collect(geometry: &Geometry<f64>, plane: &Plane, into: &mut Vec<Raw>) {
    let at = |coord: Coord<f64>| plane.to_lonlat(Xy::from(coord)).map(spot);
    match geometry {
        Geometry::Point(point) => into.extend(at(point.0).map(|spot| Raw::Points(vec![spot]))),
        Geometry::MultiPoint(points) => {
            let spots: Vec<Spot> = points.iter().filter_map(|point| at(point.0)).collect();
            into.extend((!spots.is_empty()).then_some(Raw::Points(spots)));
        }
        Geometry::Line(line) => collect_lines(&[LineString::from(vec![line.start, line.end])], at, into),
        Geometry::LineString(line) => collect_lines(std::slice::from_ref(line), at, into),
        Geometry::MultiLineString(lines) => collect_lines(&lines.0, at, into),
        Geometry::Polygon(polygon) => collect_polygons(std::slice::from_ref(polygon), at, into),
        Geometry::MultiPolygon(polygons) => collect_polygons(&polygons.0, at, into),
        Geometry::Rect(rect) => collect_polygons(&[rect.to_polygon()], at, into),
        Geometry::Triangle(triangle) => collect_polygons(&[triangle.to_polygon()], at, into),
        Geometry::GeometryCollection(parts) => parts.iter().for_each(|part| collect(part, plane, into)),
    }
}

fn collect_lines(lines: &[LineString<f64>], at: impl Fn(Coord<f64>) -> Option<Spot>, into: &mut Vec<Raw>) {
    let spots = |line: &LineString<f64>| path(line, &at).filter(|line| line.len() > 1);
    let lines: Vec<Vec<Spot>> = lines.iter().filter_map(spots).collect();
    into.extend((!lines.is_empty()).then_some(Raw::Lines(lines)));
}

fn collect_polygons(polygons: &[Polygon<f64>], at: impl Fn(Coord<f64>) -> Option<Spot>, into: &mut Vec<Raw>) {
    let ring = |line: &LineString<f64>| {
        let mut ring = path(line, &at)?;
        while ring.len() > 1 && ring.first() == ring.last() {
            ring.pop();
        }
        (ring.len() > 2).then_some(ring)
    };
    let polygons: Vec<Vec<Vec<Spot>>> = polygons
        .iter()
        .filter_map(|polygon| {
            let outer = ring(polygon.exterior())?;
            Some(std::iter::once(outer).chain(polygon.interiors().iter().filter_map(&ring)).collect())
        })
        .collect();
    into.extend((!polygons.is_empty()).then_some(Raw::Polygons(polygons)));
}

/// Corners on the square, none twice in a row; `None` when one lies off the plane.
fn path(line: &LineString<f64>, at: impl Fn(Coord<f64>) -> Option<Spot>) -> Option<Vec<Spot>> {
    let mut spots = line.0.iter().map(|coord| at(*coord)).collect::<Option<Vec<Spot>>>()?;
    spots.dedup();
    Some(spots)
}
