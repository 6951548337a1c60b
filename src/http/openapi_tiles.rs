//! The tiles' part of the definition. The operations bear the endings that OGC API – Tiles asks for, by
//! which programs find them.

use super::format::{HTML, JSON, MVT};
use super::openapi::operation;
use super::tilesets::QUAD;
use super::{collection, text};
use crate::export::tile::MAX_ZOOM;
use crate::snapshot::Snapshot;
use serde_json::{Value, json};

const TAG: &str = "Tiles";

/// The paths with what GET does there.
pub(super) fn paths(snapshot: &Snapshot) -> Vec<(String, Value)> {
    let chosen = [collections(snapshot)];
    let mut paths = vec![
        ("/tileMatrixSets".to_owned(), operation("tileMatrixSets", TAG, "Tiling schemes", &[], &[JSON, HTML])),
        (
            format!("/tileMatrixSets/{QUAD}"),
            operation("tileMatrixSet", TAG, "The tiling scheme of maps on the web", &[], &[JSON, HTML]),
        ),
    ];
    paths.extend(resource("/tiles", "place.dataset", "The map", &chosen));
    for each in snapshot.drawn() {
        let (layer, path) = (&each.layer, collection::path(&each.layer));
        let id = format!("{}.collection", layer.id);
        paths.extend(resource(&format!("{path}/tiles"), &id, &layer.title, &[]));
        let short = format!("/tiles/{}", text::encode(&layer.id));
        let about = format!("{} in tiles, for map libraries", layer.title);
        paths.push((short.clone(), operation(&format!("{}.tilejson", layer.id), TAG, &about, &[], &[JSON, HTML])));
        let numbers = ["z", "x", "y"].map(|name| number(name, "Zoom, column from the west, row from the north"));
        paths.push((
            format!("{short}/{{z}}/{{x}}/{{y}}"),
            tile(&format!("{}.tile", layer.id), &format!("{}: a tile", layer.title), &numbers),
        ));
    }
    paths
}

/// A list of tile sets, the tile set, its TileJSON, and its tiles.
fn resource(path: &str, id: &str, title: &str, parameters: &[Value]) -> Vec<(String, Value)> {
    let named = |ending: &str| format!("{id}.vector.{ending}");
    let set = format!("{path}/{QUAD}");
    let matrix = json!({
        "name": "tileMatrix", "in": "path", "required": true, "schema": {"type": "string"},
        "description": format!("Zoom, from 0 to 20; tiles get no finer after {MAX_ZOOM}"),
    });
    let mut of_tile = vec![matrix, number("tileRow", "Row from the north"), number("tileCol", "Column from the west")];
    of_tile.extend_from_slice(parameters);
    vec![
        (
            path.to_owned(),
            operation(&named("getTileSetsList"), TAG, &format!("{title}: tile sets"), parameters, &[JSON, HTML]),
        ),
        (
            set.clone(),
            operation(&named("getTileSet"), TAG, &format!("{title}: the tile set"), parameters, &[JSON, HTML]),
        ),
        (
            format!("{set}/tilejson.json"),
            operation(
                &named("getTileJson"),
                TAG,
                &format!("{title} in tiles, for map libraries"),
                parameters,
                &[JSON, HTML],
            ),
        ),
        (
            format!("{set}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"),
            tile(&named("getTile"), &format!("{title}: a tile"), &of_tile),
        ),
    ]
}

fn number(name: &str, description: &str) -> Value {
    json!({
        "name": name, "in": "path", "required": true, "description": description,
        "schema": {"type": "integer", "minimum": 0},
    })
}

fn tile(id: &str, summary: &str, parameters: &[Value]) -> Value {
    let mut operation = operation(id, TAG, summary, parameters, &[MVT]);
    if let Some(responses) = operation.pointer_mut("/responses").and_then(Value::as_object_mut) {
        responses.insert("204".to_owned(), json!({"description": "There is nothing in this tile"}));
    }
    operation
}

fn collections(snapshot: &Snapshot) -> Value {
    let ids: Vec<&str> = snapshot.drawn().map(|each| each.layer.id.as_str()).collect();
    json!({
        "name": "collections", "in": "query", "required": false, "style": "form", "explode": false,
        "description": "Only these collections; all when nothing is said",
        "schema": {"type": "array", "minItems": 1, "items": {"type": "string", "enum": ids}},
    })
}
