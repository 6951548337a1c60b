//! What the fuzzers and a test of the house share: bytes become what each reader reads, and whatever is read is asked
//! everything it can be asked.

use axum::body::Body;
use axum::http::Request;
use patchwork::http::Options as Serving;
use patchwork::load::streets::load_streets;
use patchwork::load::{Issues, StreetsSection};
use patchwork::read::{Options, Table};
use patchwork::snapshot::{Shared, Snapshot};
use std::path::Path;
use std::sync::{Arc, LazyLock};
use tower::ServiceExt;
use words::PLANE;

#[path = "words.rs"]
pub mod words;

/// The readers of files and of requests. A folder of seeds has the name of each.
pub const TARGETS: [&str; 11] =
    ["csv", "xlsx", "geojson", "gpkg", "shapefile", "flatgeobuf", "parquet", "pbf", "osm", "http", "process"];

/// The fuzzer ends at every panic; those that a reader of another's making has are caught and become an issue.
#[allow(dead_code, reason = "the fuzzer's own, here so that the tests of the house compile it")]
pub fn begin() {
    patchwork::read::quiet_about_damage();
}

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
        "http" | "process" => {
            let Ok(text) = std::str::from_utf8(bytes) else { return };
            let (first, body) = text.split_once('\n').unwrap_or((text, ""));
            let path = if target == "http" { first.to_owned() } else { format!("/processes/{first}/execution") };
            ask(&path, body);
        }
        other => words::feed(other, bytes),
    }
}

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
