//! Features as ArcGIS services send them with `f=json`: attributes beside rings, paths or a pair of numbers.

use super::frame::Claim;
use super::reference::well_known_text;
use super::shp;
use crate::crs::Crs;
use geo::{Coord, Geometry, LineString, MultiLineString, MultiPoint, Point};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// The attributes of a feature in this form; `None` for anything else.
pub(super) fn attributes(members: &Map<String, Value>) -> Option<&Map<String, Value>> {
    let others = |name: &String| matches!(name.as_str(), "attributes" | "geometry" | "centroid" | "symbol");
    members.get("attributes")?.as_object().filter(|_| members.keys().all(others))
}

/// The geometry; `None` where there is none.
pub(super) fn geometry(value: &Value) -> Result<Option<Geometry<f64>>, String> {
    let Some(shape) = value.as_object().filter(|shape| !shape.is_empty()) else {
        return if value.is_null() || value.is_object() { Ok(None) } else { Err("it is not a geometry".to_owned()) };
    };
    if shape.contains_key("curveRings") || shape.contains_key("curvePaths") {
        return Err("it has curves; ask the service with returnTrueCurves=false".to_owned());
    }
    let lines = |name: &str| -> Result<Option<Vec<LineString<f64>>>, String> {
        shape.get(name).map(|lines| list(lines)?.iter().map(line).collect()).transpose()
    };
    if let Some(rings) = lines("rings")? {
        // Outer rings run clockwise, holes the other way.
        let sided = rings.into_iter().map(|ring| (twice_area(&ring) <= 0.0, ring));
        return Ok(Some(shp::polygons(sided)));
    }
    if let Some(paths) = lines("paths")? {
        return Ok(Some(Geometry::MultiLineString(MultiLineString(paths))));
    }
    if let Some(points) = shape.get("points") {
        let points = list(points)?.iter().map(|at| position(at).map(Point)).collect::<Result<_, _>>()?;
        return Ok(Some(Geometry::MultiPoint(MultiPoint(points))));
    }
    match (shape.get("x"), shape.get("y")) {
        (Some(x), Some(y)) => match (x.as_f64(), y.as_f64()) {
            (Some(x), Some(y)) => Ok(Some(Geometry::Point(Point::new(x, y)))),
            // An empty point is {"x": null} or {"x": "NaN"}.
            _ if x.is_null() || x.as_str() == Some("NaN") => Ok(None),
            _ => Err("a position is not a pair of numbers".to_owned()),
        },
        (Some(Value::Null), None) => Ok(None),
        _ => Err("it has neither rings, paths, points nor x and y".to_owned()),
    }
}

fn list(value: &Value) -> Result<&Vec<Value>, String> {
    value.as_array().ok_or_else(|| "its coordinates are not nested as they should be".to_owned())
}

fn line(value: &Value) -> Result<LineString<f64>, String> {
    list(value)?.iter().map(position).collect::<Result<_, _>>().map(LineString)
}

fn position(value: &Value) -> Result<Coord<f64>, String> {
    let number = |at: usize| value.get(at).and_then(Value::as_f64);
    match (number(0), number(1)) {
        (Some(x), Some(y)) => Ok(Coord { x, y }),
        _ => Err("a position is not a pair of numbers".to_owned()),
    }
}

/// Twice the area of a ring, below nought when it runs clockwise; measured from its first corner, so that nothing is
/// lost of large coordinates.
fn twice_area(ring: &LineString<f64>) -> f64 {
    let Some(&first) = ring.0.first() else { return 0.0 };
    let from = |at: Coord<f64>| (at.x - first.x, at.y - first.y);
    ring.0
        .windows(2)
        .map(|pair| {
            let ((ax, ay), (bx, by)) = (from(pair[0]), from(pair[1]));
            ax * by - bx * ay
        })
        .sum()
}

/// What a `spatialReference` says.
pub(super) fn claim(reference: Option<&Value>) -> Claim {
    let Some(reference) = reference.and_then(Value::as_object).filter(|members| !members.is_empty()) else {
        return Claim::Silent;
    };
    let codes: Vec<u64> = ["latestWkid", "wkid"].iter().filter_map(|name| reference.get(*name)?.as_u64()).collect();
    // Esri's own number for the Mercator of web maps.
    let epsg = |code: &u64| if matches!(code, 102_100 | 102_113) { 3857 } else { *code };
    if let Some(crs) = codes.iter().find_map(|code| Crs::from_epsg(u32::try_from(epsg(code)).ok()?)) {
        return Claim::Says(crs);
    }
    match (reference.get("wkt").or_else(|| reference.get("wkt2")).and_then(Value::as_str), codes.first()) {
        (Some(text), _) => well_known_text(text),
        (None, Some(code)) => Claim::Unknown(format!("wkid {code}")),
        (None, None) => Claim::Silent,
    }
}

/// The names of the attributes that are moments, which are written as milliseconds since 1970.
pub(super) fn moments(fields: Option<&Value>) -> HashSet<String> {
    let fields = fields.and_then(Value::as_array).into_iter().flatten();
    let moments = fields.filter(|field| field.get("type").and_then(Value::as_str) == Some("esriFieldTypeDate"));
    moments.filter_map(|field| Some(field.get("name")?.as_str()?.trim().to_owned())).collect()
}

/// A moment as a day, with its time where it is not midnight.
pub(super) fn moment(value: &Value) -> Option<String> {
    let at = chrono::DateTime::from_timestamp_millis(value.as_i64()?)?;
    let is_midnight = at.time() == chrono::NaiveTime::MIN;
    Some(at.format(if is_midnight { "%Y-%m-%d" } else { "%Y-%m-%dT%H:%M:%SZ" }).to_string())
}
