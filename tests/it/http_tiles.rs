//! Vector tiles as OGC API – Tiles (20-057) and as map libraries ask for them.

use crate::http_place::town;
use crate::http_server::{Answer, Server, find_link, path};
use flate2::read::GzDecoder;
use geo::BoundingRect;
use patchwork::http::Options;
use patchwork::layer::Feature;
use patchwork::snapshot::Snapshot;
use serde_json::Value;
use std::io::Read;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

static SERVER: LazyLock<Server> = LazyLock::new(|| Server::of(town(12, 9)));

const MVT: &str = "application/vnd.mapbox-vector-tile";
const TILESETS: &str = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";
const QUAD: &str = "WebMercatorQuad";

fn ok(path: &str) -> Answer {
    let answer = SERVER.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
    answer
}

/// The tile of a zoom in the middle of the town.
fn middle(zoom: u32) -> (u32, u32) {
    let (lon, lat) = (-1.99_f64, 52.605_f64.to_radians());
    let side = f64::from(1u32 << zoom);
    let row = (1.0 - (lat.tan() + 1.0 / lat.cos()).ln() / std::f64::consts::PI) / 2.0 * side;
    (((lon + 180.0) / 360.0 * side) as u32, row as u32)
}

fn links(value: &Value, rel: &str) -> Vec<Value> {
    let links = value["links"].as_array().expect("links");
    links.iter().filter(|link| link["rel"] == rel).cloned().collect()
}

#[test]
fn the_landing_page_leads_to_the_tiles_of_everything_and_each_collection_to_its_own() {
    let landing = ok("/");
    let href = landing.link(TILESETS, Some("application/json")).expect("tile sets");
    assert_eq!(path(&href), "/tiles");
    let schemes = landing.link("http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes", None).expect("schemes");
    assert_eq!(ok(&path(&schemes)).json()["tileMatrixSets"][0]["id"], QUAD);
    for each in ok("/collections").json()["collections"].as_array().expect("collections") {
        let href = find_link(each, TILESETS, Some("application/json")).expect("tile sets");
        assert_eq!(path(&href), format!("/collections/{}/tiles", each["id"].as_str().expect("an id")));
    }
}

#[test]
fn every_list_of_tile_sets_leads_to_a_tile_set_that_leads_to_tiles() {
    for list in ["/tiles", "/collections/zones/tiles", "/collections/gaps-hub-15/tiles"] {
        let listed = ok(list).json();
        let entry = &listed["tilesets"][0];
        assert_eq!(
            (&entry["dataType"], &entry["crs"]),
            (&"vector".into(), &"http://www.opengis.net/def/crs/EPSG/0/3857".into())
        );
        assert_eq!(entry["tileMatrixSetURI"], "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad");
        let set = ok(&path(&find_link(entry, "self", Some("application/json")).expect("itself"))).json();
        for member in ["dataType", "crs", "tileMatrixSetURI"] {
            assert_eq!(set[member], entry[member], "{list} {member}");
        }
        let scheme = links(&set, "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme");
        assert_eq!(ok(&path(scheme[0]["href"].as_str().expect("an address"))).json()["id"], QUAD);
        let item = &links(&set, "item")[0];
        assert_eq!((&item["templated"], &item["type"]), (&true.into(), &MVT.into()));
        let (column, row) = middle(12);
        let href = path(item["href"].as_str().expect("an address"))
            .replace("{tileMatrix}", "12")
            .replace("{tileRow}", &row.to_string())
            .replace("{tileCol}", &column.to_string());
        assert_eq!(ok(&href).media(), MVT, "{href}");
        let limits = set["tileMatrixSetLimits"].as_array().expect("limits");
        let of_zoom = limits.iter().find(|limits| limits["tileMatrix"] == "12").expect("zoom 12");
        let within = |low: &str, high: &str, at: u32| {
            (of_zoom[low].as_u64().expect("a number")..=of_zoom[high].as_u64().expect("a number"))
                .contains(&u64::from(at))
        };
        assert!(within("minTileRow", "maxTileRow", row) && within("minTileCol", "maxTileCol", column), "{of_zoom}");
    }
}

#[test]
fn a_tile_has_the_same_bytes_under_each_of_its_addresses() {
    let (x, y) = middle(13);
    let by_row = ok(&format!("/collections/zones/tiles/{QUAD}/13/{y}/{x}"));
    assert_eq!(by_row.media(), MVT);
    assert!(!by_row.body.is_empty());
    assert_eq!(by_row.body, ok(&format!("/tiles/zones/13/{x}/{y}")).body);
    assert_eq!(by_row.body, ok(&format!("/tiles/{QUAD}/13/{y}/{x}?collections=zones")).body);
    assert_eq!(by_row.body, ok(&format!("/tiles/zones/13/{x}/{y}?f=mvt")).body);
    let everything = ok(&format!("/tiles/{QUAD}/13/{y}/{x}"));
    assert!(everything.body.len() > by_row.body.len());
    for (name, there) in [("zones", true), ("streets", true), ("nothing", false)] {
        assert_eq!(everything.body.windows(name.len()).any(|some| some == name.as_bytes()), there, "{name}");
    }
}

#[test]
fn a_tile_outside_the_scheme_is_404_and_one_with_nothing_in_it_is_204() {
    for tile in ["1/2/0", "1/0/2", "21/0/0", "0/0/-1", "a/0/0", "0/0/0.5", "99999999999/0/0", "3/9/1"] {
        for address in [
            format!("/collections/zones/tiles/{QUAD}/{tile}"),
            format!("/tiles/zones/{tile}"),
            format!("/tiles/{QUAD}/{tile}"),
        ] {
            let answer = SERVER.get(&address);
            assert_eq!((answer.status, answer.media()), (404, "application/problem+json"), "{address}");
        }
    }
    for _ in 0..2 {
        let empty = SERVER.get("/tiles/zones/5/0/0");
        assert_eq!((empty.status, empty.header("oatiles-hint"), empty.body.len()), (204, Some("empty"), 0));
        assert!(empty.header("etag").is_some() && empty.header("content-type").is_none());
    }
    assert_eq!(SERVER.get("/tiles/nothing/0/0/0").status, 404);
    assert_eq!(SERVER.get("/collections/zones/tiles/WorldCRS84Quad").status, 404);
    assert_eq!(SERVER.get("/collections/zones/tiles/WorldCRS84Quad/0/0/0").status, 404);
    assert_eq!(SERVER.get("/tileMatrixSets/WorldCRS84Quad").status, 404);
    assert_eq!(SERVER.get(&format!("/tiles/{QUAD}?collections=zones,nothing")).status, 400);
    assert_eq!(SERVER.get("/tiles/zones/0/0/0?limit=1").status, 400);
    assert_eq!(SERVER.ask("GET", "/tiles/zones/0/0/0", &[("Accept", "image/png")]).status, 406);
}

#[test]
fn a_tile_that_was_drawn_before_is_the_same_compressed_or_not() {
    let (x, y) = middle(12);
    let address = format!("/tiles/zones/12/{x}/{y}");
    let plain = ok(&address);
    for time in ["first", "second"] {
        let packed = SERVER.ask("GET", &address, &[("Accept-Encoding", "gzip")]);
        assert_eq!(packed.header("content-encoding"), Some("gzip"), "{time}");
        assert_eq!(packed.header("vary"), Some("Accept, Accept-Encoding"));
        let mut read = Vec::new();
        GzDecoder::new(packed.body.as_slice()).read_to_end(&mut read).expect("gzip");
        assert_eq!(read, plain.body, "{time}");
        assert!(packed.body.len() < plain.body.len());
        let head = SERVER.ask("HEAD", &address, &[("Accept-Encoding", "gzip")]);
        assert_eq!(head.header("content-length"), Some(packed.body.len().to_string().as_str()), "{time}");
        assert!(head.body.is_empty());
    }
    assert_eq!(ok(&address).body, plain.body);
}

#[test]
fn a_client_that_has_the_tile_gets_304_and_after_a_change_the_new_one() {
    let server = Server::of(town(3, 2));
    let (x, y) = middle(14);
    let address = format!("/tiles/{QUAD}/10/{}/{}", y >> 4, x >> 4);
    let etag = server.get(&address).header("etag").expect("a tag").to_owned();
    for _ in 0..2 {
        let again = server.ask("GET", &address, &[("If-None-Match", &etag)]);
        assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, Some(etag.as_str())));
        assert_eq!(again.header("cache-control"), Some("no-cache"));
    }
    let before = server.get(&address).body;
    server.shared.replace(crate::http_server::snapshot(town(3, 3)));
    let after = server.ask("GET", &address, &[("If-None-Match", &etag)]);
    assert_eq!(after.status, 200);
    assert_ne!(after.body, before);
}

#[test]
fn tilejson_says_where_the_tiles_are_and_what_is_in_them() {
    for address in
        ["/tiles/zones", "/tiles/zones/tilejson.json", "/collections/zones/tiles/WebMercatorQuad/tilejson.json"]
    {
        let about = ok(address).json();
        assert_eq!(about["tilejson"], "3.0.0");
        let (x, y) = middle(12);
        let tile = path(about["tiles"][0].as_str().expect("an address"))
            .replace("{z}", "12")
            .replace("{x}", &x.to_string())
            .replace("{y}", &y.to_string());
        assert_eq!(ok(&tile).body, ok(&format!("/tiles/zones/12/{x}/{y}")).body, "{address}");
        let layers = about["vector_layers"].as_array().expect("layers");
        assert_eq!(layers.len(), 1);
        assert_eq!(layers[0]["id"], "zones");
        let fields = layers[0]["fields"].as_object().expect("fields");
        assert!(fields.contains_key("id") && fields.contains_key("zone_id") && fields.contains_key("residents"));
        let [west, south, east, north] = [0, 1, 2, 3].map(|i: usize| about["bounds"][i].as_f64().expect("a number"));
        assert!(west < east && south < north);
    }
    let all = ok(&format!("/tiles/{QUAD}/tilejson.json")).json();
    assert_eq!(all["vector_layers"].as_array().expect("layers").len(), 6);
    let some = ok(&format!("/tiles/{QUAD}/tilejson.json?collections=zones,assets")).json();
    assert_eq!(some["vector_layers"].as_array().expect("layers").len(), 2);
    assert!(some["tiles"][0].as_str().expect("an address").ends_with("/{z}/{y}/{x}?collections=zones,assets"));
}

#[test]
fn every_resource_about_tiles_is_a_page_too() {
    for address in [
        "/tiles",
        "/tiles/WebMercatorQuad",
        "/tiles/zones",
        "/collections/zones/tiles",
        "/collections/zones/tiles/WebMercatorQuad",
        "/tileMatrixSets",
        "/tileMatrixSets/WebMercatorQuad",
    ] {
        let page = SERVER.ask("GET", address, &[("Accept", "text/html")]);
        assert_eq!((page.status, page.media()), (200, "text/html; charset=utf-8"), "{address}");
        assert!(page.text().contains("<h1>"), "{address}");
    }
}

#[test]
fn the_definition_names_every_operation_as_the_standard_asks() {
    let api = ok("/api").json();
    for (address, ending) in [
        ("/tiles", "dataset.vector.getTileSetsList"),
        ("/tiles/WebMercatorQuad", "dataset.vector.getTileSet"),
        ("/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}", "dataset.vector.getTile"),
        ("/collections/zones/tiles", "collection.vector.getTileSetsList"),
        ("/collections/zones/tiles/WebMercatorQuad", "collection.vector.getTileSet"),
        ("/collections/zones/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}", "collection.vector.getTile"),
    ] {
        let operation = &api["paths"][address]["get"];
        assert!(operation["operationId"].as_str().is_some_and(|id| id.ends_with(ending)), "{address}: {operation}");
    }
    let tile = &api["paths"]["/collections/zones/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}"]["get"];
    assert!(tile["responses"]["204"].is_object() && tile["responses"]["200"]["content"][MVT].is_object());
    let names: Vec<&str> =
        tile["parameters"].as_array().expect("a list").iter().filter_map(|each| each["name"].as_str()).collect();
    assert_eq!(names, ["tileMatrix", "tileRow", "tileCol", "f"]);
    let classes = ok("/conformance").json();
    for class in
        ["core", "tileset", "tilesets-list", "dataset-tilesets", "geodata-tilesets", "collections-selection", "mvt"]
    {
        let uri = Value::from(format!("http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{class}"));
        assert!(classes["conformsTo"].as_array().expect("a list").contains(&uri), "{class}");
    }
}

#[test]
fn the_whole_map_is_one_file_of_which_parts_can_be_had() {
    let href = ok("/").link("enclosure", Some("application/vnd.pmtiles")).expect("a file");
    let address = path(&href);
    let whole = ok(&address);
    assert_eq!(whole.media(), "application/vnd.pmtiles");
    assert!(whole.body.starts_with(b"PMTiles\x03"));
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    assert_eq!(whole.header("content-length"), Some(whole.body.len().to_string().as_str()));
    assert!(whole.header("content-disposition").is_some_and(|name| name.contains("gridton.pmtiles")));
    let etag = whole.header("etag").expect("a tag");
    assert!(etag.starts_with('"'), "parts are put together by a strong tag: {etag}");
    let length = whole.body.len();

    let head = SERVER.ask("GET", &address, &[("Range", "bytes=0-126")]);
    assert_eq!((head.status, &head.body[..]), (206, &whole.body[..127]));
    assert_eq!(head.header("content-range"), Some(format!("bytes 0-126/{length}").as_str()));
    assert_eq!(head.header("content-encoding"), None);
    let tail = SERVER.ask("GET", &address, &[("Range", "bytes=-100"), ("If-Range", etag), ("Accept-Encoding", "gzip")]);
    assert_eq!((tail.status, &tail.body[..]), (206, &whole.body[length - 100..]));
    let changed = SERVER.ask("GET", &address, &[("Range", "bytes=0-9"), ("If-Range", "\"older\"")]);
    assert_eq!((changed.status, changed.body.len()), (200, length));
    let beyond = SERVER.ask("GET", &address, &[("Range", &format!("bytes={length}-"))]);
    assert_eq!((beyond.status, beyond.media()), (416, "application/problem+json"));
    assert_eq!(beyond.header("content-range"), Some(format!("bytes */{length}").as_str()));
    let known = SERVER.ask("GET", &address, &[("If-None-Match", etag)]);
    assert_eq!((known.status, known.body.len()), (304, 0));
    let head = SERVER.ask("HEAD", &address, &[]);
    assert_eq!((head.status, head.header("content-length")), (200, Some(length.to_string().as_str())));
    assert!(head.body.is_empty());
}

#[test]
fn the_map_of_a_large_place_is_made_while_others_are_answered_and_who_asks_is_told_when_to_ask_again() {
    let server = Server::empty(Options::default());
    let mut zones = Snapshot::build(town(2, 1), Vec::new()).collection("zones").expect("zones").layer.clone();
    let first = zones.features[0].clone();
    let rect = first.geometry.as_ref().and_then(BoundingRect::bounding_rect).expect("a shape");
    let point =
        |i: usize| geo::Point::new(rect.min().x + 40.0 * (i % 500) as f64, rect.min().y + 40.0 * (i / 500) as f64);
    let feature =
        |i: usize| Feature { id: format!("{i:06}"), geometry: Some(point(i).into()), values: first.values.clone() };
    zones.features = (0..50_001).map(feature).collect();
    server.shared.replace(Snapshot::of_layers(town(2, 1), vec![zones], Vec::new()));

    let refused = server.get("/map.pmtiles");
    assert_eq!((refused.status, refused.media()), (503, "application/problem+json"));
    assert!(refused.text().contains("is being made"), "{}", refused.text());
    let seconds: u32 = refused.header("retry-after").expect("a time").parse().expect("seconds");
    assert!((2..=600).contains(&seconds));
    assert_eq!(server.get("/collections/zones/items?limit=1").status, 200, "others do not wait");
    let began = Instant::now();
    let made = loop {
        let answer = server.get("/map.pmtiles");
        if answer.status == 200 {
            break answer;
        }
        assert_eq!(answer.status, 503);
        assert!(began.elapsed() < Duration::from_secs(300), "{}", answer.text());
        std::thread::sleep(Duration::from_millis(200));
    };
    assert!(made.body.starts_with(b"PMTiles\x03"));
}
