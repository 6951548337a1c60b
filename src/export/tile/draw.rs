//! Features as a layer of a vector tile.

use super::clip::{self, Unit};
use super::grid::{MAX_ZOOM, TileId};
use super::prepare::{Shape, TileLayer};
use super::thin::Thinned;
use crate::layer::{Feature, Layer, Value};
use mvt::{GeomData, GeomEncoder, GeomType};

impl TileLayer {
    /// The layer's part of the tile; `None` when it has nothing there.
    pub(super) fn draw(
        &self,
        layer: &Layer,
        tile: TileId,
        mut drawn: mvt::Layer,
    ) -> Result<Option<mvt::Layer>, mvt::Error> {
        let named = layer.fields.iter().any(|field| field.name == "id");
        for index in self.near(tile) {
            let (Some(shapes), Some(feature)) = (self.shapes.get(index), layer.features.get(index)) else { continue };
            for shape in shapes {
                let Some(geometry) = encode(shape, tile)? else { continue };
                let mut encoded = drawn.into_feature(geometry);
                encoded.set_id(index as u64 + 1);
                if !named {
                    encoded.add_tag_string("id", &feature.id);
                }
                add_properties(&mut encoded, layer, feature);
                drawn = encoded.into_layer();
            }
        }
        Ok((drawn.num_features() > 0).then_some(drawn))
    }
}

fn add_properties(encoded: &mut mvt::Feature, layer: &Layer, feature: &Feature) {
    for (field, value) in layer.fields.iter().zip(&feature.values) {
        match value {
            Value::Null | Value::Marked(_) => {}
            Value::Text(words) => encoded.add_tag_string(&field.name, words),
            Value::Integer(number) => encoded.add_tag_int(&field.name, *number),
            Value::Number(number) if number.is_finite() => encoded.add_tag_double(&field.name, *number),
            Value::Number(_) => {}
            Value::Boolean(yes) => encoded.add_tag_bool(&field.name, *yes),
            Value::Date(day) => encoded.add_tag_string(&field.name, &day.to_string()),
        }
    }
}

fn encode(shape: &Shape, tile: TileId) -> Result<Option<GeomData>, mvt::Error> {
    match shape {
        Shape::Points(points) => {
            let units = points.iter().map(|spot| tile.units(*spot)).filter(|at| clip::inside(*at));
            Pen::new(GeomType::Point).points(units)
        }
        Shape::Lines(lines) => {
            let mut pen = Pen::new(GeomType::Linestring);
            for line in lines {
                for mut part in clip::line(corners(line, tile)) {
                    part.dedup();
                    if part.len() > 1 {
                        pen.path(&part)?;
                    }
                }
            }
            pen.done()
        }
        Shape::Polygons(polygons) => {
            let mut pen = Pen::new(GeomType::Polygon);
            for rings in polygons {
                pen.polygon(rings, tile)?;
            }
            pen.done()
        }
    }
}

/// The corners that are drawn at the tile's zoom, none twice in a row.
fn corners(path: &Thinned, tile: TileId) -> Vec<Unit> {
    let zoom = tile.z.min(MAX_ZOOM);
    let shown = path.at.iter().zip(&path.from_zoom).filter(|(_, from)| **from <= zoom);
    let mut units: Vec<Unit> = shown.map(|(spot, _)| tile.units(*spot)).collect();
    units.dedup();
    units
}

/// A ring as it is drawn; `None` when it has no area left.
fn ring(path: &Thinned, tile: TileId) -> Option<(Vec<Unit>, i64)> {
    let mut ring = clip::ring(corners(path, tile));
    ring.dedup();
    while ring.len() > 1 && ring.first() == ring.last() {
        ring.pop();
    }
    let area = area(&ring);
    (area != 0).then_some((ring, area))
}

/// Twice the area, positive when the ring goes clockwise on the screen.
fn area(ring: &[Unit]) -> i64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).map(|(a, b)| a[0] * b[1] - b[0] * a[1]).sum()
}

/// Writes the commands of one geometry.
struct Pen {
    encoder: GeomEncoder<i32>,
    last: Option<Unit>,
    drawn: bool,
}

impl Pen {
    fn new(kind: GeomType) -> Self {
        Self { encoder: GeomEncoder::new(kind), last: None, drawn: false }
    }

    fn points(mut self, points: impl Iterator<Item = Unit>) -> Result<Option<GeomData>, mvt::Error> {
        for at in points {
            self.add(at)?;
            self.drawn = true;
        }
        self.done()
    }

    fn add(&mut self, at: Unit) -> Result<(), mvt::Error> {
        self.last = Some(at);
        // Clipped to the tile and its buffer, so it fits.
        self.encoder.add_point(at[0] as i32, at[1] as i32)
    }

    fn path(&mut self, path: &[Unit]) -> Result<(), mvt::Error> {
        for at in path {
            self.add(*at)?;
        }
        self.drawn = true;
        self.encoder.complete_geom()
    }

    /// An outer ring clockwise on the screen, then its holes the other way round, as the format asks.
    fn polygon(&mut self, rings: &[Thinned], tile: TileId) -> Result<(), mvt::Error> {
        let mut rings = rings.iter();
        let Some(outer) = rings.next().and_then(|outer| ring(outer, tile)) else {
            return Ok(());
        };
        self.ring(outer, false)?;
        for hole in rings.filter_map(|hole| ring(hole, tile)) {
            self.ring(hole, true)?;
        }
        Ok(())
    }

    fn ring(&mut self, (mut ring, area): (Vec<Unit>, i64), hole: bool) -> Result<(), mvt::Error> {
        if (area > 0) == hole {
            ring.reverse();
        }
        // The encoder leaves out the MoveTo of a ring that begins where the last one ended.
        if ring.first().copied() == self.last {
            ring.rotate_left(1);
        }
        self.path(&ring)
    }

    fn done(self) -> Result<Option<GeomData>, mvt::Error> {
        if self.drawn { self.encoder.encode().map(Some) } else { Ok(None) }
    }
}
