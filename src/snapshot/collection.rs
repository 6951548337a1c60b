use crate::crs::Plane;
use crate::export::geojson;
use crate::export::tile::TileLayer;
use crate::layer::{Feature, Layer, Value, shape};
use geo::{BoundingRect, Coord, CoordsIter, Geometry, Intersects, Rect};
use rayon::prelude::*;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

/// Features that are turned into bytes by one thread at a time.
const CHUNK: usize = 256;

/// Coordinates in which features are handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coords {
    /// Degrees, longitude first (CRS84).
    Globe,
    /// Degrees, latitude first (EPSG:4326).
    LatLon,
    /// Metres on the place's plane, easting first.
    Plane,
}

/// Which features are wanted. Features without a shape are in every box.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Boxes of which a feature must touch one, in degrees (longitude first) or metres; all if `None`.
    pub boxes: Option<(Vec<Rect<f64>>, BoxCoords)>,
    /// Values that properties must have: index of the field, and the values of which it must have one.
    pub values: Vec<(usize, Vec<Value>)>,
}

/// Coordinates of the boxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoxCoords {
    /// Degrees, longitude first.
    Globe,
    /// Metres on the place's plane.
    Plane,
}

/// A layer with its indices and its features as bytes.
#[derive(Debug)]
pub struct Collection {
    /// The layer.
    pub layer: Layer,
    /// SHA-256 of what the layer says.
    pub(super) digest: [u8; 32],
    by_id: HashMap<String, u32>,
    globe: Vec<Option<Geometry<f64>>>,
    globe_index: Index,
    plane_index: Index,
    globe_bytes: Written,
    lat_lon_bytes: OnceLock<Written>,
    plane_bytes: OnceLock<Written>,
    tiles: OnceLock<TileLayer>,
}

impl Collection {
    /// Whether both say the same, to the last byte.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.digest == other.digest
    }

    /// Indexes a layer and writes its features in degrees; other coordinates are written when first
    /// asked for.
    #[must_use]
    pub fn new(layer: Layer, plane: &Plane) -> Self {
        let globe = on_globe(&layer.features, plane);
        let by_id = layer.features.iter().zip(0..).map(|(feature, i)| (feature.id.clone(), i)).collect();
        let globe_index = Index::new(globe.iter().map(Option::as_ref));
        let plane_index = Index::new(layer.features.iter().map(|feature| feature.geometry.as_ref()));
        let globe_bytes = Written::new(&layer, shape::DEGREES, |i| globe.get(i).cloned().flatten());
        let digest = digest(&layer, &globe_bytes);
        Self {
            layer,
            digest,
            by_id,
            globe,
            globe_index,
            plane_index,
            globe_bytes,
            lat_lon_bytes: OnceLock::new(),
            plane_bytes: OnceLock::new(),
            tiles: OnceLock::new(),
        }
    }

    /// The layer made ready for tiles, when first asked for; `plane` is that of its place.
    #[must_use]
    pub fn tiles(&self, plane: &Plane) -> &TileLayer {
        self.tiles.get_or_init(|| TileLayer::new(&self.layer, plane))
    }

    /// Number of features.
    #[must_use]
    pub fn len(&self) -> usize {
        self.layer.features.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.layer.features.is_empty()
    }

    /// Where in the list the feature of this name is.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).map(|&i| i as usize)
    }

    /// The box around all features, in degrees.
    #[must_use]
    pub fn extent(&self) -> Option<Rect<f64>> {
        self.globe_index.extent
    }

    /// The shapes in degrees, longitude first.
    #[must_use]
    pub fn on_globe(&self) -> &[Option<Geometry<f64>>] {
        &self.globe
    }

    /// Where in the list the wanted features are, in order; `None` for all of them.
    #[must_use]
    pub fn select(&self, wanted: &Wanted) -> Option<Vec<usize>> {
        let in_boxes = wanted.boxes.as_ref().map(|(boxes, coords)| self.in_boxes(boxes, *coords));
        if wanted.values.is_empty() {
            return in_boxes;
        }
        let has_values = |&i: &usize| {
            self.layer.features.get(i).is_some_and(|feature| {
                let has = |(field, any): &(usize, Vec<Value>)| {
                    feature.values.get(*field).is_some_and(|value| any.contains(value))
                };
                wanted.values.iter().all(has)
            })
        };
        Some(match in_boxes {
            Some(some) => some.into_iter().filter(has_values).collect(),
            None => (0..self.len()).filter(has_values).collect(),
        })
    }

    fn in_boxes(&self, boxes: &[Rect<f64>], coords: BoxCoords) -> Vec<usize> {
        let shape = |i: usize| match coords {
            BoxCoords::Globe => self.globe.get(i).and_then(Option::as_ref),
            BoxCoords::Plane => self.layer.features.get(i).and_then(|feature| feature.geometry.as_ref()),
        };
        let index = match coords {
            BoxCoords::Globe => &self.globe_index,
            BoxCoords::Plane => &self.plane_index,
        };
        let mut found: Vec<usize> = index.without_shape.clone();
        for rect in boxes {
            let envelope = AABB::from_corners(corner(rect.min()), corner(rect.max()));
            for candidate in index.tree.locate_in_envelope_intersecting(&envelope) {
                let inside = holds(&envelope, candidate.geom().lower(), candidate.geom().upper());
                if inside || shape(candidate.data).is_some_and(|shape| shape.intersects(rect)) {
                    found.push(candidate.data);
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The features at these places of the list as JSON objects with commas between them.
    #[must_use]
    pub fn json(&self, features: Range<usize>, coords: Coords) -> &[u8] {
        self.written(coords).range(features)
    }

    /// The shape of the feature at this place of the list, in these coordinates.
    #[must_use]
    pub fn shape(&self, i: usize, coords: Coords) -> Option<Geometry<f64>> {
        match coords {
            Coords::Globe => self.globe.get(i).cloned().flatten(),
            Coords::LatLon => self.globe.get(i)?.as_ref().map(shape::swapped),
            Coords::Plane => self.layer.features.get(i)?.geometry.as_ref().map(shape::on_plane),
        }
    }

    fn written(&self, coords: Coords) -> &Written {
        let globe = |i: usize| self.globe.get(i).and_then(Option::as_ref);
        match coords {
            Coords::Globe => &self.globe_bytes,
            Coords::LatLon => self
                .lat_lon_bytes
                .get_or_init(|| Written::new(&self.layer, shape::DEGREES, |i| globe(i).map(shape::swapped))),
            Coords::Plane => self.plane_bytes.get_or_init(|| {
                let feature = |i: usize| self.layer.features.get(i);
                Written::new(&self.layer, shape::METRES, |i| feature(i)?.geometry.as_ref().map(shape::on_plane))
            }),
        }
    }
}

fn holds(outer: &AABB<[f64; 2]>, low: [f64; 2], high: [f64; 2]) -> bool {
    let (min, max) = (outer.lower(), outer.upper());
    min.iter().zip(low).all(|(min, low)| *min <= low) && max.iter().zip(high).all(|(max, high)| high <= *max)
}

fn corner(at: Coord<f64>) -> [f64; 2] {
    [at.x, at.y]
}

/// The shapes of features in degrees. Many rows of a table have the same shape, that of their patch: it is turned once.
fn on_globe(features: &[Feature], plane: &Plane) -> Vec<Option<Geometry<f64>>> {
    let mut alike: HashMap<(usize, [u64; 4]), Vec<usize>> = HashMap::new();
    let mut first: Vec<usize> = Vec::with_capacity(features.len());
    for (nth, feature) in features.iter().enumerate() {
        let own = feature.geometry.as_ref().map_or(nth, |shape| {
            let known = alike.entry(likeness(shape)).or_default();
            let same = known.iter().copied().find(|&one| features[one].geometry.as_ref() == Some(shape));
            same.unwrap_or_else(|| {
                known.push(nth);
                nth
            })
        });
        first.push(own);
    }
    let turned = |(nth, feature): (usize, &Feature)| {
        let shape = feature.geometry.as_ref().filter(|_| first[nth] == nth);
        shape.and_then(|shape| shape::on_globe(shape, plane))
    };
    let turned: Vec<Option<Geometry<f64>>> = features.par_iter().enumerate().map(turned).collect();
    first.into_iter().map(|nth| turned[nth].clone()).collect()
}

/// What shapes that are the same have in common: how many corners, and between which.
fn likeness(shape: &Geometry<f64>) -> (usize, [u64; 4]) {
    let ends = shape.bounding_rect().map_or([0.0; 4], |rect| [rect.min().x, rect.min().y, rect.max().x, rect.max().y]);
    (shape.coords_count(), ends.map(f64::to_bits))
}

fn digest(layer: &Layer, bytes: &Written) -> [u8; 32] {
    let mut hash = Sha256::new();
    let about = (&layer.id, &layer.title, &layer.description, layer.method, &layer.credits, &layer.fields);
    hash.update(format!("{about:?}").as_bytes());
    hash.update(&bytes.bytes);
    hash.finalize().into()
}

/// Features by their boxes.
#[derive(Debug)]
struct Index {
    tree: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
    without_shape: Vec<usize>,
    extent: Option<Rect<f64>>,
}

impl Index {
    fn new<'a>(shapes: impl Iterator<Item = Option<&'a Geometry<f64>>>) -> Self {
        let (mut boxes, mut without_shape) = (Vec::new(), Vec::new());
        let mut extent: Option<Rect<f64>> = None;
        for (i, shape) in shapes.enumerate() {
            let Some(rect) = shape.and_then(BoundingRect::bounding_rect) else {
                without_shape.push(i);
                continue;
            };
            extent = Some(extent.map_or(rect, |all| around(all, rect)));
            boxes.push(GeomWithData::new(Rectangle::from_corners(corner(rect.min()), corner(rect.max())), i));
        }
        Self { tree: RTree::bulk_load(boxes), without_shape, extent }
    }
}

fn around(a: Rect<f64>, b: Rect<f64>) -> Rect<f64> {
    let low = Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) };
    let high = Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) };
    Rect::new(low, high)
}

/// Features as JSON, one after the other with commas between, so that a page is one stretch of bytes.
#[derive(Debug)]
struct Written {
    bytes: Vec<u8>,
    /// Where each feature begins; the last is where the next would.
    starts: Vec<usize>,
}

impl Written {
    fn new(layer: &Layer, decimals: i32, shape: impl Fn(usize) -> Option<Geometry<f64>> + Sync) -> Self {
        let chunks: Vec<(Vec<u8>, Vec<usize>)> = layer
            .features
            .par_chunks(CHUNK)
            .enumerate()
            .map(|(chunk, features)| write_chunk(layer, features, chunk * CHUNK, decimals, &shape))
            .collect();
        let mut all = Self { bytes: Vec::new(), starts: vec![0] };
        all.bytes.reserve_exact(chunks.iter().map(|(bytes, _)| bytes.len()).sum());
        for (bytes, ends) in chunks {
            let before = all.bytes.len();
            all.bytes.extend_from_slice(&bytes);
            all.starts.extend(ends.into_iter().map(|end| before + end));
        }
        all
    }

    fn range(&self, features: Range<usize>) -> &[u8] {
        match (self.starts.get(features.start), self.starts.get(features.end)) {
            (Some(&from), Some(&to)) if from < to => self.bytes.get(from..to - 1).unwrap_or_default(),
            _ => &[],
        }
    }
}

fn write_chunk(
    layer: &Layer,
    features: &[Feature],
    first: usize,
    decimals: i32,
    shape: &(impl Fn(usize) -> Option<Geometry<f64>> + Sync),
) -> (Vec<u8>, Vec<usize>) {
    let (mut bytes, mut ends) = (Vec::new(), Vec::with_capacity(features.len()));
    for (feature, i) in features.iter().zip(first..) {
        geojson::push_feature(&mut bytes, &layer.fields, feature, shape(i).as_ref(), decimals);
        bytes.push(b',');
        ends.push(bytes.len());
    }
    (bytes, ends)
}
