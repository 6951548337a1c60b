//! What there is to be had in tiles: TileJSON 3.0.0.

use super::grid::MAX_ZOOM;
use super::prepare::TileLayer;
use crate::layer::{FieldKind, Layer};
use serde::Serialize;
use serde_json::{Map, Value};

/// A description of tiles that map libraries read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TileJson {
    /// Version of the format.
    pub tilejson: &'static str,
    /// Name for people.
    pub name: String,
    /// What the tiles show.
    pub description: String,
    /// The words the licences ask for.
    pub attribution: String,
    /// Where a tile is, with `{z}`, `{x}` and `{y}` in it.
    pub tiles: Vec<String>,
    /// The layers in each tile.
    pub vector_layers: Vec<VectorLayer>,
    /// West, south, east, north in degrees.
    pub bounds: [f64; 4],
    /// Longitude, latitude and zoom to begin at.
    pub center: [f64; 3],
    /// First zoom.
    pub minzoom: u8,
    /// Last zoom; maps enlarge its tiles.
    pub maxzoom: u8,
    /// Rows are counted from the north.
    pub scheme: &'static str,
}

/// A layer within tiles.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VectorLayer {
    /// Its name within the tile.
    pub id: String,
    /// What it shows.
    pub description: String,
    /// First zoom.
    pub minzoom: u8,
    /// Last zoom.
    pub maxzoom: u8,
    /// For each property what it is, in words.
    pub fields: Map<String, Value>,
}

/// Describes tiles with these layers. `tiles` is the absolute link with `{z}`, `{x}` and `{y}`.
#[must_use]
pub fn tilejson(name: &str, description: &str, layers: &[(&Layer, &TileLayer)], tiles: String) -> TileJson {
    let bounds = bounds(layers).unwrap_or([-180.0, -85.051_128_779_806_59, 180.0, 85.051_128_779_806_59]);
    let mut attributions: Vec<&str> = Vec::new();
    for words in layers.iter().flat_map(|(layer, _)| &layer.credits.attributions) {
        if !attributions.contains(&words.as_str()) {
            attributions.push(words);
        }
    }
    TileJson {
        tilejson: "3.0.0",
        name: name.to_owned(),
        description: description.to_owned(),
        attribution: attributions.join("; "),
        tiles: vec![tiles],
        vector_layers: layers.iter().map(|(layer, prepared)| vector_layer(layer, prepared)).collect(),
        bounds,
        center: center(bounds),
        minzoom: layers.iter().map(|(_, prepared)| prepared.min_zoom()).min().unwrap_or(0),
        maxzoom: MAX_ZOOM,
        scheme: "xyz",
    }
}

/// The box around all layers, in degrees.
pub(super) fn bounds(layers: &[(&Layer, &TileLayer)]) -> Option<[f64; 4]> {
    layers
        .iter()
        .filter_map(|(_, prepared)| prepared.bounds())
        .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
}

/// The middle, and a zoom at which the whole fits into about two tiles.
fn center([west, south, east, north]: [f64; 4]) -> [f64; 3] {
    let span = (east - west).max(2.0 * (north - south)).max(1e-4);
    let zoom = (360.0 / span).log2().ceil().clamp(0.0, f64::from(MAX_ZOOM));
    [f64::midpoint(west, east), f64::midpoint(south, north), zoom]
}

pub(super) fn vector_layer(layer: &Layer, prepared: &TileLayer) -> VectorLayer {
    let mut fields = Map::new();
    fields.insert("id".to_owned(), Value::String("Name of the feature".to_owned()));
    for field in &layer.fields {
        let kind = match field.kind {
            FieldKind::Text => "text",
            FieldKind::Integer => "whole number",
            FieldKind::Number => "number",
            FieldKind::Boolean => "true or false",
            FieldKind::Date => "date as text",
        };
        let unit = field.unit.map_or(String::new(), |unit| format!(", {unit}"));
        fields.insert(field.name.clone(), Value::String(format!("{} ({kind}{unit})", field.title)));
    }
    VectorLayer {
        id: layer.id.to_string(),
        description: layer.description.clone(),
        minzoom: prepared.min_zoom(),
        maxzoom: MAX_ZOOM,
        fields,
    }
}
