//! What the fuzzers and a test of the house share: bytes become what each reader reads, and whatever is read is asked
//! everything it can be asked.

use axum::body::Body;
use axum::http::Request;
use geo::{Coord, LineString, Polygon};
use patchwork::crs::{LonLat, Plane};
use patchwork::export::tile::{TileId, TileLayer, tile};
use patchwork::http::Options as Serving;
use patchwork::layer::{Credits, Feature, Field, FieldKind, Layer, LayerId, Role, Value};
use patchwork::load::streets::load_streets;
use patchwork::load::{Issues, StreetsSection, doors};
use patchwork::query::{Condition, Coordinates, Language};
use patchwork::read::{Options, Table};
use patchwork::snapshot::{Shared, Snapshot};
use std::path::Path;
use std::sync::{Arc, LazyLock};
use tower::ServiceExt;

/// Each reader that takes bytes from outside. A folder of seeds has the name of each.
pub const TARGETS: [&str; 18] = [
    "csv",
    "xlsx",
    "geojson",
    "gpkg",
    "shapefile",
    "flatgeobuf",
    "parquet",
    "pbf",
    "osm",
    "wkb",
    "hours",
    "settings",
    "cql2_text",
    "cql2_json",
    "wkt",
    "tile",
    "http",
    "process",
];

/// Gives the bytes to a reader. Nothing may come of it but an answer.
pub fn feed(target: &str, bytes: &[u8]) {
    match target {
        "csv" => table(&[("a.csv", bytes)]),
        "xlsx" => table(&[("a.xlsx", bytes)]),
        "geojson" => table(&[("a.geojson", bytes)]),
        "gpkg" => table(&[("a.gpkg", bytes)]),
        "flatgeobuf" => table(&[("a.fgb", bytes)]),
        "parquet" => table(&[("a.parquet", bytes)]),
        // The first two bytes say how long the .shp is; the .dbf is the rest.
        "shapefile" => {
            let Some((length, rest)) = bytes.split_first_chunk::<2>() else { return };
            let (shp, dbf) = rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()));
            table(&[("a.shp", shp), ("a.dbf", dbf)]);
        }
        "pbf" => streets("a.osm.pbf", bytes),
        "osm" => streets("a.osm", bytes),
        "wkb" => doors::wkb(bytes),
        _ => {
            let Ok(text) = std::str::from_utf8(bytes) else { return };
            words(target, text, bytes);
        }
    }
}

fn words(target: &str, text: &str, bytes: &[u8]) {
    match target {
        "hours" => doors::hours(text),
        "settings" => doors::settings(text),
        "cql2_text" => condition(text, Language::Text),
        "cql2_json" => condition(text, Language::Json),
        "wkt" => condition(&format!("S_INTERSECTS(geometry, {text})"), Language::Text),
        "tile" => draw(bytes),
        "http" => {
            let (path, body) = text.split_once('\n').unwrap_or((text, ""));
            ask(path, body);
        }
        "process" => {
            let (process, body) = text.split_once('\n').unwrap_or((text, ""));
            ask(&format!("/processes/{process}/execution"), body);
        }
        other => panic!("there is no target {other}"),
    }
}

static PLANE: LazyLock<Plane> = LazyLock::new(|| Plane::from_epsg(27700).expect("the British grid"));

/// A folder of a test's own, in memory where that can be had.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    let folder = folder.expect("a temporary folder");
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).expect("room in the temporary folder");
    }
    folder
}

fn table(files: &[(&str, &[u8])]) {
    let folder = folder(files);
    let name = files[0].0;
    let Ok(table) = Table::read(&folder.path().join(name), name, Options::default(), &mut Issues::default()) else {
        return;
    };
    for row in 0..table.rows().min(200) {
        for column in 0..=table.titles().len() {
            let _ = (table.text(column, row), table.number(column, row), table.line(row));
        }
    }
    if let Some(shapes) = table.shapes() {
        assert_eq!(shapes.geometries.len(), table.rows());
    }
}

fn streets(name: &str, bytes: &[u8]) {
    static SECTION: LazyLock<StreetsSection> = LazyLock::new(|| toml::from_str("file = \"a\"").expect("a section"));
    let folder = folder(&[(name, bytes)]);
    let path = folder.path().join(name);
    let _ = load_streets(&SECTION, &[(path.as_path(), name)], &PLANE, &mut Issues::default(), &|_| {});
}

fn square(west: f64, south: f64) -> geo::Geometry<f64> {
    let corners = [(0.0, 0.0), (1000.0, 0.0), (1000.0, 1000.0), (0.0, 1000.0), (0.0, 0.0)];
    let ring = corners.iter().map(|(x, y)| Coord { x: west + x, y: south + y }).collect();
    Polygon::new(LineString(ring), Vec::new()).into()
}

fn layer(features: Vec<Feature>) -> Layer {
    let field = |name: &str, kind| Field {
        name: name.to_owned(),
        title: name.to_owned(),
        description: String::new(),
        kind,
        unit: None,
        role: Role::default(),
    };
    let fields = vec![
        field("name", FieldKind::Text),
        field("residents", FieldKind::Integer),
        field("share", FieldKind::Number),
        field("covered", FieldKind::Boolean),
        field("day", FieldKind::Date),
    ];
    let (id, title, description) = (LayerId::of("patches"), "a".to_owned(), String::new());
    Layer { id, title, description, method: "patches", credits: Credits::default(), fields, features }
}

fn condition(text: &str, language: Language) {
    static LAYER: LazyLock<Layer> = LazyLock::new(|| {
        let day = chrono::NaiveDate::from_ymd_opt(2024, 2, 29).expect("a day");
        let full = vec![
            Value::Text("St Mary's".to_owned()),
            Value::Integer(1200),
            Value::Number(0.25),
            Value::Boolean(true),
            Value::Date(day),
        ];
        layer(vec![
            Feature { id: "P01".to_owned(), geometry: Some(square(425_000.0, 565_000.0)), values: full },
            Feature { id: "P02".to_owned(), geometry: None, values: vec![Value::Null; 5] },
        ])
    });
    let Ok(condition) = Condition::parse(text, language) else { return };
    for coordinates in [Coordinates::OfLayer, Coordinates::Degrees(&PLANE), Coordinates::LatLon(&PLANE)] {
        if let Ok(filter) = condition.bind(&LAYER, coordinates) {
            let _ = filter.places(&LAYER.features);
        }
    }
}

/// The first four bytes choose a tile, the next the kind of shape, and the others are its corners around Newcastle.
fn draw(bytes: &[u8]) {
    let Some(([zoom, column, row, kind], rest)) = bytes.split_first_chunk::<4>() else { return };
    let number = |bytes: &[u8]| f64::from(i16::from_le_bytes([bytes[0], bytes[1]])) * 2.0;
    let corners = rest.chunks_exact(4).take(500);
    let line: LineString<f64> =
        corners.map(|at| Coord { x: 425_000.0 + number(at), y: 565_000.0 + number(&at[2..]) }).collect();
    let geometry = match (kind % 3, line.0.first()) {
        (_, None) => return,
        (0, Some(first)) => geo::Point(*first).into(),
        (1, _) => line.into(),
        _ => Polygon::new(line, Vec::new()).into(),
    };
    let layer = layer(vec![Feature { id: "a".to_owned(), geometry: Some(geometry), values: vec![Value::Null; 5] }]);
    let prepared = TileLayer::new(&layer, &PLANE);
    let zoom = zoom % 15;
    // The tile that holds the middle, and those beside it.
    let middle = LonLat::new(-1.6, 54.98).expect("Newcastle");
    let (x, y) = (middle.lon / 360.0 + 0.5, {
        let sine = middle.lat.to_radians().sin();
        0.5 - ((1.0 + sine) / (1.0 - sine)).ln() / (4.0 * std::f64::consts::PI)
    });
    let of = |share: f64, by: u8| {
        ((share * f64::from(1_u32 << zoom)) as u32).wrapping_add(u32::from(by % 5)).wrapping_sub(2)
    };
    let Some(at) = TileId::new(zoom, of(x, *column), of(y, *row)) else { return };
    let _ = tile(&[(&layer, &prepared)], at);
}

/// Asks a server of a small place, by POST where there is a body. It may refuse; a fault of ours is a fault.
fn ask(path: &str, body: &str) {
    static SERVER: LazyLock<(tokio::runtime::Runtime, axum::Router)> = LazyLock::new(|| {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let places = here.ancestors().map(|dir| dir.join("examples/places/ballyloch")).find(|dir| dir.is_dir());
        let loaded = patchwork::load::load(&places.expect("the examples"), &|_| {});
        let shared = Arc::new(Shared::default());
        shared.replace(Snapshot::build(loaded.place.expect("the example loads"), loaded.issues));
        let options = Serving { kept_bytes: 0, max_running_jobs: 1, max_waiting_jobs: 1, ..Serving::default() };
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let router = runtime.block_on(async { patchwork::http::resources_of(shared, &options) });
        (runtime, router)
    });
    let request = Request::builder().uri(path).header("host", "localhost");
    let request = if body.is_empty() {
        request.body(Body::empty())
    } else {
        request.method("POST").header("content-type", "application/json").body(Body::from(body.to_owned()))
    };
    let Ok(request) = request else { return };
    let (runtime, router) = &*SERVER;
    let answer = runtime.block_on(router.clone().oneshot(request)).expect("a router always answers");
    assert_ne!(answer.status(), 500, "{path} {body}");
}
