//! The definition of the service as OpenAPI 3.0.3: one literal path for each collection, because QGIS
//! and GDAL learn from those what they may filter by.

use super::form::{LIMIT_DEFAULT, LIMIT_MAXIMUM, PARAMETERS};
use super::{collection, crs, landing, openapi_tiles, schema};
use crate::layer::{Field, Layer};
use crate::snapshot::Snapshot;
use serde_json::{Map, Value, json};

/// The document.
pub(super) fn document(base: &str, snapshot: &Snapshot) -> Value {
    let mut info = json!({
        "title": format!("Patchwork: {}", snapshot.place.name),
        "description": landing::description(snapshot),
        "version": env!("CARGO_PKG_VERSION"),
    });
    let licences = licences(snapshot);
    if let (false, Some(members)) = (licences.is_empty(), info.as_object_mut()) {
        members.insert("license".to_owned(), json!({ "name": licences.join("; ") }));
    }
    json!({
        "openapi": "3.0.3",
        "info": info,
        "servers": [{"url": base}],
        "tags": [
            {"name": "Capabilities", "description": "What this service can do"},
            {"name": "Data", "description": "Features"},
            {"name": "Tiles", "description": "Features as vector tiles"},
            {"name": "Processes", "description": "Questions answered on request, and the jobs that answer them"},
            {"name": "Operation", "description": "Whether it runs, and what is wrong with its files"},
        ],
        "paths": paths(snapshot),
        "components": {
            "parameters": parameters(snapshot),
            "responses": responses(),
            "schemas": schemas(),
        },
    })
}

fn licences(snapshot: &Snapshot) -> Vec<&str> {
    let mut licences: Vec<&str> = Vec::new();
    for licence in snapshot.layers().iter().flat_map(|each| &each.layer.credits.licences) {
        if !licences.contains(&licence.as_str()) {
            licences.push(licence);
        }
    }
    licences
}

fn paths(snapshot: &Snapshot) -> Value {
    let mut paths = Map::new();
    let f = [parameter("f")];
    let mut put = |path: String, operation: Value| {
        paths.insert(path, json!({ "get": operation }));
    };
    put("/".into(), operation("landing", "Capabilities", "Where everything starts", &f, JSON, true));
    put(
        "/conformance".into(),
        operation("conformance", "Capabilities", "Standards this service keeps", &f, JSON, true),
    );
    put("/api".into(), operation("api", "Capabilities", "This document", &f, OPENAPI, true));
    put("/collections".into(), operation("collections", "Capabilities", "The collections", &f, JSON, true));
    for each in snapshot.layers() {
        let (layer, path) = (&each.layer, collection::path(&each.layer));
        let id = |what: &str| format!("{what}-{}", layer.id);
        let title = |what: &str| format!("{}: {what}", layer.title);
        put(path.clone(), operation(&id("describe"), "Capabilities", &title("what it is"), &f, JSON, true));
        put(format!("{path}/items"), items_operation(layer));
        let of_item = [feature_id(), parameter("crs"), parameter("f")];
        put(
            format!("{path}/items/{{featureId}}"),
            operation(&id("item"), "Data", &title("one feature"), &of_item, GEOJSON, true),
        );
        put(
            format!("{path}/schema"),
            operation(&id("schema"), "Capabilities", &title("its properties"), &f, SCHEMA, false),
        );
        put(
            format!("{path}/queryables"),
            operation(&id("queryables"), "Capabilities", &title("what it can be filtered by"), &f, SCHEMA, false),
        );
    }
    for (path, operation) in openapi_tiles::paths(snapshot) {
        put(path, operation);
    }
    put("/-/issues".into(), operation("issues", "Operation", "What is wrong with the files", &f, JSON, true));
    put("/livez".into(), operation("livez", "Operation", "Whether the program runs", &[], JSON, false));
    put("/readyz".into(), operation("readyz", "Operation", "Whether a place is loaded", &[], JSON, false));
    super::process::openapi::add(&mut paths, snapshot);
    Value::Object(paths)
}

pub(super) const JSON: &str = "application/json";
const GEOJSON: &str = "application/geo+json";
const SCHEMA: &str = "application/schema+json";
const OPENAPI: &str = "application/vnd.oai.openapi+json;version=3.0";

fn items_operation(layer: &Layer) -> Value {
    let shared = PARAMETERS.iter().map(|name| parameter(if *name == "f" { "f-items" } else { name }));
    let own = layer.fields.iter().filter(|field| !PARAMETERS.contains(&field.name.as_str())).map(property);
    let all: Vec<Value> = shared.chain(own).collect();
    let summary = format!("{}: features", layer.title);
    let mut operation = operation(&format!("items-{}", layer.id), "Data", &summary, &all, GEOJSON, true);
    if let Some(content) = operation.pointer_mut("/responses/200/content").and_then(Value::as_object_mut) {
        content.insert("text/csv".to_owned(), json!({"schema": {"type": "string"}}));
    }
    operation
}

pub(super) fn operation(id: &str, tag: &str, summary: &str, parameters: &[Value], media: &str, page: bool) -> Value {
    let schema = match (media, id.starts_with("items-")) {
        (GEOJSON, true) => "featureCollection",
        (GEOJSON, false) => "feature",
        _ => "object",
    };
    let mut content = Map::new();
    content.insert(media.to_owned(), json!({"schema": {"$ref": format!("#/components/schemas/{schema}")}}));
    if page {
        content.insert("text/html".to_owned(), json!({"schema": {"type": "string"}}));
    }
    let mut responses = Map::new();
    responses.insert("200".to_owned(), json!({"description": "What was asked for", "content": content}));
    for (status, name) in PROBLEMS {
        responses.insert(status.to_owned(), json!({"$ref": format!("#/components/responses/{name}")}));
    }
    json!({
        "operationId": id,
        "tags": [tag],
        "summary": summary,
        "parameters": parameters,
        "responses": responses,
    })
}

const PROBLEMS: [(&str, &str); 6] = [
    ("304", "NotModified"),
    ("400", "BadRequest"),
    ("404", "NotFound"),
    ("406", "NotAcceptable"),
    ("500", "ServerError"),
    ("503", "NotReady"),
];

fn responses() -> Value {
    let problem = |description: &str| {
        json!({
            "description": description,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}},
        })
    };
    json!({
        "NotModified": {"description": "The client has it already"},
        "BadRequest": problem("A parameter is unknown or wrong; the detail says which and what to send instead"),
        "NotFound": problem("There is nothing of this name"),
        "NotAcceptable": problem("It does not come in a format the client reads"),
        "ServerError": problem("A fault in the program"),
        "NotReady": problem("Nothing is loaded yet, or too many ask at once; the header Retry-After says when to ask again"),
    })
}

pub(super) fn parameter(name: &str) -> Value {
    json!({"$ref": format!("#/components/parameters/{name}")})
}

fn feature_id() -> Value {
    json!({
        "name": "featureId", "in": "path", "required": true, "description": "Name of the feature",
        "schema": {"type": "string"},
    })
}

/// A property of the features, by whose value items can be chosen.
fn property(field: &Field) -> Value {
    json!({
        "name": field.name, "in": "query", "required": false, "style": "form", "explode": false,
        "description": format!("Only features whose value is this: {}", field.description),
        "schema": schema::type_of(field.kind),
    })
}

fn parameters(snapshot: &Snapshot) -> Value {
    let systems = crs::all(&snapshot.place.plane);
    let query = |name: &str, description: &str, schema: Value| {
        json!({
            "name": name, "in": "query", "required": false, "style": "form", "explode": false,
            "description": description, "schema": schema,
        })
    };
    json!({
        "f": query("f", "Format; without it the Accept header decides, and JSON when that is silent",
            json!({"type": "string", "enum": ["json", "html"]})),
        "f-items": query("f", "Format; without it the Accept header decides, and GeoJSON when that is silent",
            json!({"type": "string", "enum": ["json", "geojson", "html", "csv"]})),
        "limit": query("limit", "Features on a page; a larger number than the maximum gets the maximum. \
            A table (CSV) without a limit is whole",
            json!({"type": "integer", "minimum": 1, "maximum": LIMIT_MAXIMUM, "default": LIMIT_DEFAULT})),
        "offset": query("offset", "Features before the page; follow the links next and prev rather than counting",
            json!({"type": "integer", "minimum": 0, "default": 0})),
        "bbox": query("bbox", "Only features that touch this box: lower corner, then upper one. A box whose \
            west is east of its east reaches across the antimeridian",
            json!({"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}})),
        "bbox-crs": query("bbox-crs", "Reference system of bbox",
            json!({"type": "string", "format": "uri", "enum": systems, "default": crs::CRS84})),
        "datetime": query("datetime", "A time, or two with a slash between. Features here have no time of \
            their own, so all fit",
            json!({"type": "string"})),
        "crs": query("crs", "Reference system of the coordinates sent",
            json!({"type": "string", "format": "uri", "enum": systems, "default": crs::CRS84})),
        "bom": query("bom", "Begin a table (CSV) with a byte order mark, for Excel",
            json!({"type": "boolean", "default": false})),
    })
}

fn schemas() -> Value {
    json!({
        "object": {"type": "object"},
        "link": {
            "type": "object", "required": ["href", "rel"],
            "properties": {
                "href": {"type": "string", "format": "uri"}, "rel": {"type": "string"},
                "type": {"type": "string"}, "title": {"type": "string"},
            },
        },
        "feature": {
            "type": "object", "required": ["type", "geometry", "properties"],
            "properties": {
                "type": {"type": "string", "enum": ["Feature"]},
                "id": {"type": "string"},
                "geometry": {"type": "object", "nullable": true},
                "properties": {"type": "object", "nullable": true},
                "links": {"type": "array", "items": {"$ref": "#/components/schemas/link"}},
            },
        },
        "featureCollection": {
            "type": "object", "required": ["type", "features"],
            "properties": {
                "type": {"type": "string", "enum": ["FeatureCollection"]},
                "features": {"type": "array", "items": {"$ref": "#/components/schemas/feature"}},
                "links": {"type": "array", "items": {"$ref": "#/components/schemas/link"}},
                "timeStamp": {"type": "string", "format": "date-time"},
                "numberMatched": {"type": "integer", "minimum": 0},
                "numberReturned": {"type": "integer", "minimum": 0},
            },
        },
        "statusInfo": super::process::openapi::schemas(),
        "problem": {
            "type": "object",
            "properties": {
                "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
                "detail": {"type": "string"}, "instance": {"type": "string"}, "request_id": {"type": "string"},
            },
        },
    })
}
