//! JSON-FG (OGC 21-045r1): GeoJSON that may also carry shapes in metres, with the name of their
//! reference system beside them.

use super::about;
use super::globe::Coordinates;
use crate::crs::Plane;
use crate::layer::json_value;
use crate::layer::{Feature, Layer};
use geo::Geometry;
use serde_json::{Map, json};
use std::io::{self, Write};

/// The parts of the standard that are kept; the member `conformsTo` tells readers.
pub const CONFORMS_TO: [&str; 1] = ["http://www.opengis.net/spec/json-fg-1/1.0/conf/core"];

/// Writes features as JSON-FG: `place` in metres on the plane and `geometry` in degrees.
#[derive(Debug, Clone, Copy)]
pub struct JsonFg<'a> {
    /// The layer.
    pub layer: &'a Layer,
    /// The plane of its shapes.
    pub plane: &'a Plane,
    /// Whether `geometry` comes along for readers that know GeoJSON only (profile `jsonfg-plus`); else
    /// it is null.
    pub with_degrees: bool,
}

impl JsonFg<'_> {
    /// What stands once for all features: the members of the collection beside `features`. A page of
    /// answers adds its links and counts.
    #[must_use]
    pub fn head(&self) -> Map<String, serde_json::Value> {
        let mut head = Map::new();
        head.insert("type".into(), "FeatureCollection".into());
        head.insert("conformsTo".into(), json!(CONFORMS_TO));
        head.insert(
            "coordRefSys".into(),
            format!("http://www.opengis.net/def/crs/EPSG/0/{}", self.plane.epsg()).into(),
        );
        head.insert("featureType".into(), self.layer.id.as_str().into());
        head
    }

    /// One feature.
    #[must_use]
    pub fn feature(&self, feature: &Feature) -> serde_json::Value {
        let shape = |coordinates: Coordinates| {
            let shape = feature.geometry.as_ref().and_then(|geometry| coordinates.shape(geometry, self.plane));
            shape.map_or(serde_json::Value::Null, |shape| member(&shape))
        };
        let properties: Map<String, serde_json::Value> = self
            .layer
            .fields
            .iter()
            .zip(&feature.values)
            .map(|(field, value)| (field.name.clone(), json_value(value)))
            .collect();
        json!({
            "type": "Feature",
            "id": feature.id,
            "featureType": self.layer.id,
            "time": self.layer.credits.date.map(|day| json!({"date": day.to_string()})),
            "place": shape(Coordinates::Metres),
            "geometry": if self.with_degrees { shape(Coordinates::Degrees) } else { serde_json::Value::Null },
            "properties": properties,
        })
    }

    /// Writes the whole layer as a file.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut head = self.head();
        head.insert("about".into(), about::json(self.layer));
        let mut head = serde_json::Value::from(head).to_string();
        head.truncate(head.len().saturating_sub(1));
        write!(out, "{head},\"features\":[")?;
        for (i, feature) in self.layer.features.iter().enumerate() {
            out.write_all(if i > 0 { b",\n" } else { b"\n" })?;
            serde_json::to_writer(&mut *out, &self.feature(feature))?;
        }
        out.write_all(b"\n]}\n")
    }
}

fn member(shape: &Geometry<f64>) -> serde_json::Value {
    serde_json::to_value(geojson::Geometry::from(shape)).unwrap_or_default()
}
