//! The definition of the service as OpenAPI 3.0.3: one literal path for each collection, because QGIS
//! and GDAL learn from those what they may filter by.

use super::form::{LIMIT_DEFAULT, LIMIT_MAXIMUM, PARAMETERS};
use super::format::{CSV, FGB, Format, GEOJSON, GPKG, HTML, JSON, OPENAPI, Offer, PARQUET, SCHEMA, XLSX};
use super::request::Ask;
use super::{admit, archive, collection, crs, landing, openapi_tiles, schema};
use crate::layer::{Field, Layer};
use crate::report::paper::Form;
use crate::snapshot::Snapshot;
use serde_json::{Map, Value, json};

/// The document: of all there is, what whoever asks may reach.
pub(super) fn document(ask: &Ask, snapshot: &Snapshot) -> Value {
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
        "servers": [{"url": ask.base}],
        "tags": [
            {"name": "Capabilities", "description": "What this service can do"},
            {"name": "Data", "description": "Features"},
            {"name": "Tiles", "description": "Features as vector tiles"},
            {"name": "Processes", "description": "Questions answered on request, and the jobs that answer them"},
            {"name": "Operation", "description": "Whether it runs, and what is wrong with its files"},
        ],
        "paths": reached(ask, paths(snapshot)),
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

/// Without what whoever asks is refused; in a workspace an owner may close anything to anybody at any time.
fn reached(ask: &Ask, mut paths: Map<String, Value>) -> Map<String, Value> {
    paths.retain(|path, _| admit::is_for(path, ask.sees));
    if ask.is_edited {
        let operations = paths.values_mut().filter_map(Value::as_object_mut).flat_map(Map::values_mut);
        for responses in operations.filter_map(|operation| operation.get_mut("responses")?.as_object_mut()) {
            for (status, name) in [("401", "Unauthorized"), ("403", "Forbidden")] {
                responses.insert(status.to_owned(), json!({"$ref": format!("#/components/responses/{name}")}));
            }
        }
    }
    paths
}

fn paths(snapshot: &Snapshot) -> Map<String, Value> {
    let mut paths = Map::new();
    let mut put = |path: String, operation: Value| {
        paths.insert(path, json!({ "get": operation }));
    };
    put("/".into(), operation("landing", "Capabilities", "Where everything starts", &[], &[JSON, HTML]));
    put(
        "/conformance".into(),
        operation("conformance", "Capabilities", "Standards this service keeps", &[], &[JSON, HTML]),
    );
    put("/api".into(), operation("api", "Capabilities", "This document", &[], &[OPENAPI, HTML]));
    put("/collections".into(), operation("collections", "Capabilities", "The collections", &[], &[JSON, HTML]));
    for each in snapshot.layers() {
        let (layer, path) = (&each.layer, collection::path(&each.layer));
        let id = |what: &str| format!("{what}-{}", layer.id);
        let title = |what: &str| format!("{}: {what}", layer.title);
        put(path.clone(), operation(&id("describe"), "Capabilities", &title("what it is"), &[], &[JSON, HTML]));
        put(format!("{path}/items"), items_operation(layer));
        let of_item = [feature_id(), parameter("crs"), parameter("profile")];
        put(
            format!("{path}/items/{{featureId}}"),
            operation(&id("item"), "Data", &title("one feature"), &of_item, &[GEOJSON, HTML]),
        );
        put(
            format!("{path}/schema"),
            operation(&id("schema"), "Capabilities", &title("its properties"), &[], &[SCHEMA, HTML]),
        );
        put(
            format!("{path}/queryables"),
            operation(&id("queryables"), "Capabilities", &title("what it can be filtered by"), &[], &[SCHEMA, HTML]),
        );
    }
    for (path, operation) in openapi_tiles::paths(snapshot) {
        put(path, operation);
    }
    let map = "The whole map as one file, of which Range names a part";
    put(archive::PATH.into(), operation("map", "Tiles", map, &[], &[archive::PMTILES]));
    put("/-/issues".into(), operation("issues", "Operation", "What is wrong with the files", &[], &[JSON, HTML]));
    put("/livez".into(), operation("livez", "Operation", "Whether the program runs", &[], &[]));
    for path in ["/readyz", "/healthz"] {
        put(path.into(), operation(&path[1..], "Operation", "Whether a place is loaded", &[], &[]));
    }
    for (path, operation) in plain(snapshot) {
        put(path.into(), operation);
    }
    super::process::openapi::add(&mut paths, snapshot);
    paths
}

/// What comes in one form: pages to print, counts for operators, and the files that pages are made of.
fn plain(snapshot: &Snapshot) -> Vec<(&'static str, Value)> {
    let part = |name: &str, description: &str| json!({"name": name, "in": "path", "required": true, "description": description, "schema": {"type": "string"}});
    let patch = part("patch", "Name of the patch, as in the collection patches");
    let file = part("file", "Name of the file");
    let words = "text/plain";
    let mut paths = vec![
        ("/review/{patch}", paper("review", "A page about a patch to print, for its coordinator", &[patch])),
        ("/metrics", as_it_is("metrics", "Operation", "Counts for operators", &[], super::metrics::MEDIA)),
        ("/robots.txt", as_it_is("robots", "Operation", "A word to programs that collect pages", &[], words)),
        ("/-/style.css", as_it_is("style", "Operation", "How the pages look", &[], "text/css")),
        ("/-/web/{file}", as_it_is("web", "Operation", "What the map page is made of", &[file], "*/*")),
    ];
    if snapshot.collection("giving").is_some() {
        let giving = "A page about giving to print, for a meeting of trustees";
        paths.push(("/giving", paper("giving", giving, &[])));
    }
    paths
}

/// A page to print, and the document and the workbook that say the same.
fn paper(id: &str, summary: &str, parameters: &[Value]) -> Value {
    let forms = [Form::Docx, Form::Xlsx];
    let names: Vec<&str> = std::iter::once("html").chain(forms.map(Form::ending)).collect();
    let form = json!({"name": "f", "in": "query", "description": "Form of the paper", "schema": {"type": "string", "enum": names}});
    let mut about = as_it_is(id, "Data", summary, &[parameters, &[form]].concat(), HTML.media);
    for form in forms {
        about["responses"]["200"]["content"][form.media()] = json!({"schema": {"type": "string", "format": "binary"}});
    }
    about
}

/// What comes as this and nothing else, whatever is asked for.
fn as_it_is(id: &str, tag: &str, summary: &str, parameters: &[Value], media: &str) -> Value {
    let mut about = operation(id, tag, summary, parameters, &[]);
    about["responses"]["200"]["content"] = json!({ media: {"schema": {"type": "string"}} });
    about
}

fn items_operation(layer: &Layer) -> Value {
    let shared = PARAMETERS.iter().filter(|name| **name != "f").map(|name| parameter(name));
    let own = layer.fields.iter().filter(|field| !PARAMETERS.contains(&field.name.as_str())).map(property);
    let all: Vec<Value> = shared.chain(own).collect();
    let summary = format!("{}: features", layer.title);
    let offers = [GEOJSON, HTML, CSV, XLSX, GPKG, FGB, PARQUET];
    operation(&format!("items-{}", layer.id), "Data", &summary, &all, &offers)
}

/// What a resource is asked and answers, in each of the formats it comes in; with none, it is JSON whatever is asked.
pub(super) fn operation(id: &str, tag: &str, summary: &str, parameters: &[Value], offers: &[Offer]) -> Value {
    let of_one = |offer: &Offer| match (offer.format, offer.media == GEOJSON.media, id.starts_with("items-")) {
        (Format::Json, true, true) => json!({"$ref": "#/components/schemas/featureCollection"}),
        (Format::Json, true, false) => json!({"$ref": "#/components/schemas/feature"}),
        (Format::Json, false, _) => json!({"$ref": "#/components/schemas/object"}),
        (Format::Html | Format::Csv, ..) => json!({"type": "string"}),
        _ => json!({"type": "string", "format": "binary"}),
    };
    let all = if offers.is_empty() { &[JSON] } else { offers };
    let content: Map<String, Value> =
        all.iter().map(|offer| (offer.media.to_owned(), json!({"schema": of_one(offer)}))).collect();
    let format = (!offers.is_empty()).then(|| format_parameter(offers));
    let parameters: Vec<Value> = parameters.iter().cloned().chain(format).collect();
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
            "content": {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}},
                "text/html": {"schema": {"type": "string"}},
            },
        })
    };
    json!({
        "NotModified": {"description": "The client has it already"},
        "BadRequest": problem("A parameter is unknown or wrong; the detail says which and what to send instead"),
        "Unauthorized": problem("Not everybody may see this, and nobody is signed in or the token is not valid"),
        "Forbidden": problem("Whoever is signed in may not see this"),
        "NotFound": problem("There is nothing of this name"),
        "TooLarge": problem("The request brings more along than may be"),
        "NotAcceptable": problem("It does not come in a format the client reads"),
        "ServerError": problem("A fault in the program"),
        "NotReady": problem("Nothing is loaded yet, or too many ask at once; the header Retry-After says when to ask again"),
    })
}

pub(super) fn parameter(name: &str) -> Value {
    json!({"$ref": format!("#/components/parameters/{name}")})
}

/// `f`, with the words of the formats this resource comes in.
pub(super) fn format_parameter(offers: &[Offer]) -> Value {
    let words: Vec<&str> = offers.iter().map(|offer| offer.format.word()).collect();
    json!({
        "name": "f", "in": "query", "required": false, "style": "form", "explode": false,
        "description": "Format; without it the Accept header decides, and JSON when that is silent",
        "schema": {"type": "string", "enum": words},
    })
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
        "filter": query("filter", "Only features that satisfy this condition in CQL2, such as residents > 1000. \
            It sees protected values only",
            json!({"type": "string"})),
        "filter-lang": query("filter-lang", "How the condition is written",
            json!({"type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text"})),
        "filter-crs": query("filter-crs", "Reference system of shapes in the condition",
            json!({"type": "string", "format": "uri", "enum": systems, "default": crs::CRS84})),
        "sortby": query("sortby", "Properties to sort by, with commas between; a minus before a name turns its order round",
            json!({"type": "string"})),
        "properties": query("properties", "Only these properties, with commas between their names",
            json!({"type": "string"})),
        "skipGeometry": query("skipGeometry", "No shapes: the geometry of every feature is null",
            json!({"type": "boolean", "default": false})),
        "profile": query("profile", "Kind of GeoJSON: plain, or JSON-FG with shapes in metres",
            json!({"type": "string", "enum": ["rfc7946", "jsonfg", "jsonfg-plus"], "default": "rfc7946"})),
        "download": query("download", "All features as a file instead of a page of them; formats other than JSON and \
            HTML are files anyway",
            json!({"type": "boolean", "default": false})),
        "wkt": query("wkt", "A last column with each shape as well-known text in degrees, in a table (CSV)",
            json!({"type": "boolean", "default": false})),
        "limit": query("limit", "Features on a page; a larger number than the maximum gets the maximum. \
            A file (CSV and all formats but JSON and HTML) without a limit is whole",
            json!({"type": "integer", "minimum": 1, "maximum": LIMIT_MAXIMUM, "default": LIMIT_DEFAULT})),
        "offset": query("offset", "Features before the page; follow the links next and prev rather than counting",
            json!({"type": "integer", "minimum": 0, "default": 0})),
        "bbox": query("bbox", "Only features that touch this box: lower corner, then upper one. A box whose \
            west is east of its east reaches across the antimeridian",
            json!({"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}})),
        "bbox-crs": query("bbox-crs", "Reference system of bbox",
            json!({"type": "string", "format": "uri", "enum": systems, "default": crs::CRS84})),
        "datetime": query("datetime", "A time, or two with a slash between. Features without dates fit every \
            time; where they have dates, name the one that is meant in a filter",
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
