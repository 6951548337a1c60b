//! Features as GeoJSON (RFC 7946), written straight into bytes: a page of a thousand areas is hundreds
//! of thousands of numbers, and their decimals are fixed.

use super::members;
use crate::crs::Plane;
use crate::layer::{Feature, Field, Layer, Value, shape};
use crate::place::Place;
use geo::{Coord, Geometry, LineString, Polygon};
use serde_json::json;

/// Appends a feature as a JSON object. `geometry` is the feature's shape in the coordinates wanted, and
/// `decimals` how many its numbers get.
pub fn push_feature(
    out: &mut Vec<u8>,
    fields: &[Field],
    feature: &Feature,
    geometry: Option<&Geometry<f64>>,
    decimals: i32,
) {
    out.extend_from_slice(b"{\"type\":\"Feature\",\"id\":");
    push_string(out, &feature.id);
    out.extend_from_slice(b",\"geometry\":");
    match geometry {
        Some(geometry) => push_geometry(out, geometry, decimals),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b",\"properties\":{");
    for (i, (field, value)) in fields.iter().zip(&feature.values).enumerate() {
        if i > 0 {
            out.push(b',');
        }
        push_string(out, &field.name);
        out.push(b':');
        push_value(out, value);
    }
    out.extend_from_slice(b"}}");
}

/// Appends a value as JSON.
pub fn push_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Text(words) => push_string(out, words),
        Value::Integer(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Value::Number(number) if number.is_finite() => out.extend_from_slice(json!(number).to_string().as_bytes()),
        Value::Boolean(true) => out.extend_from_slice(b"true"),
        Value::Boolean(false) => out.extend_from_slice(b"false"),
        Value::Date(day) => push_string(out, &day.to_string()),
        Value::Null | Value::Marked(_) | Value::Number(_) => out.extend_from_slice(b"null"),
    }
}

/// Appends words as a JSON string.
pub fn push_string(out: &mut Vec<u8>, words: &str) {
    out.extend_from_slice(json!(words).to_string().as_bytes());
}

fn push_geometry(out: &mut Vec<u8>, geometry: &Geometry<f64>, decimals: i32) {
    let mut pen = Pen { out, decimals };
    match geometry {
        Geometry::Point(point) => pen.shape("Point", |pen| pen.position(point.0)),
        Geometry::Line(line) => {
            pen.shape("LineString", |pen| pen.list(&[line.start, line.end], |pen, at| pen.position(*at)))
        }
        Geometry::LineString(line) => pen.shape("LineString", |pen| pen.line(line)),
        Geometry::Polygon(polygon) => pen.shape("Polygon", |pen| pen.polygon(polygon)),
        Geometry::MultiPoint(points) => {
            pen.shape("MultiPoint", |pen| pen.list(&points.0, |pen, point| pen.position(point.0)));
        }
        Geometry::MultiLineString(lines) => {
            pen.shape("MultiLineString", |pen| pen.list(&lines.0, |pen, line| pen.line(line)));
        }
        Geometry::MultiPolygon(polygons) => {
            pen.shape("MultiPolygon", |pen| pen.list(&polygons.0, |pen, polygon| pen.polygon(polygon)));
        }
        Geometry::Rect(rect) => pen.shape("Polygon", |pen| pen.polygon(&rect.to_polygon())),
        Geometry::Triangle(triangle) => pen.shape("Polygon", |pen| pen.polygon(&triangle.to_polygon())),
        Geometry::GeometryCollection(parts) => {
            pen.out.extend_from_slice(b"{\"type\":\"GeometryCollection\",\"geometries\":");
            pen.list(&parts.0, |pen, part| push_geometry(pen.out, part, decimals));
            pen.out.push(b'}');
        }
    }
}

struct Pen<'a> {
    out: &'a mut Vec<u8>,
    decimals: i32,
}

impl Pen<'_> {
    fn shape(&mut self, kind: &str, coordinates: impl FnOnce(&mut Pen<'_>)) {
        self.out.extend_from_slice(b"{\"type\":\"");
        self.out.extend_from_slice(kind.as_bytes());
        self.out.extend_from_slice(b"\",\"coordinates\":");
        coordinates(self);
        self.out.push(b'}');
    }

    fn list<T>(&mut self, items: &[T], mut item: impl FnMut(&mut Pen<'_>, &T)) {
        self.out.push(b'[');
        for (i, each) in items.iter().enumerate() {
            if i > 0 {
                self.out.push(b',');
            }
            item(self, each);
        }
        self.out.push(b']');
    }

    fn line(&mut self, line: &LineString<f64>) {
        self.list(&line.0, |pen, at| pen.position(*at));
    }

    fn polygon(&mut self, polygon: &Polygon<f64>) {
        let rings: Vec<&LineString<f64>> = std::iter::once(polygon.exterior()).chain(polygon.interiors()).collect();
        self.list(&rings, |pen, ring| pen.line(ring));
    }

    fn position(&mut self, at: Coord<f64>) {
        self.out.push(b'[');
        push_fixed(self.out, at.x, self.decimals);
        self.out.push(b',');
        push_fixed(self.out, at.y, self.decimals);
        self.out.push(b']');
    }
}

/// Appends a number with at most so many decimals, without trailing zeros.
fn push_fixed(out: &mut Vec<u8>, number: f64, decimals: i32) {
    let scale = 10f64.powi(decimals);
    let scaled = (number * scale).round();
    if scaled.is_nan() || scaled.abs() >= 9e18 {
        out.extend_from_slice(json!(number).to_string().as_bytes());
        return;
    }
    let scaled = scaled as i64;
    if scaled < 0 {
        out.push(b'-');
    }
    let (scaled, scale) = (scaled.unsigned_abs(), scale as u64);
    let mut digits = [0u8; 20];
    push_digits(out, &mut digits, scaled / scale, 1);
    let mut fraction = scaled % scale;
    if fraction == 0 {
        return;
    }
    let mut places = decimals as usize;
    while fraction.is_multiple_of(10) {
        fraction /= 10;
        places -= 1;
    }
    out.push(b'.');
    push_digits(out, &mut digits, fraction, places);
}

/// Appends a whole number with at least `places` digits.
fn push_digits(out: &mut Vec<u8>, digits: &mut [u8; 20], mut number: u64, places: usize) {
    let mut start = digits.len();
    while number > 0 || digits.len() - start < places {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    out.extend_from_slice(&digits[start..]);
}

/// A whole layer as a file: degrees, with everything a reader must know as members beside the features.
#[must_use]
pub fn write(place: &Place, layer: &Layer) -> Vec<u8> {
    written(&place.plane, layer)
}

fn written(plane: &Plane, layer: &Layer) -> Vec<u8> {
    let mut head = about(layer).to_string();
    head.truncate(head.len().saturating_sub(1));
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(b",\"features\":[");
    for (i, feature) in layer.features.iter().enumerate() {
        bytes.extend_from_slice(if i > 0 { b",\n" } else { b"\n" });
        let geometry = feature.geometry.as_ref().and_then(|geometry| shape::on_globe(geometry, plane));
        push_feature(&mut bytes, &layer.fields, feature, geometry.as_ref(), shape::DEGREES);
    }
    bytes.extend_from_slice(b"\n]}\n");
    bytes
}

/// Everything a reader of the layer must know, as the members of a collection beside its features.
#[must_use]
pub fn about(layer: &Layer) -> serde_json::Value {
    let mut about = serde_json::Map::new();
    about.insert("type".to_owned(), json!("FeatureCollection"));
    about.insert("name".to_owned(), json!(layer.id));
    about.extend(members(layer));
    about.into()
}

#[cfg(test)]
#[path = "geojson_tests.rs"]
mod tests;
