//! Layers as files: whole, named, described, and filtered as the page is.

use crate::http_place::town;
use crate::http_server::{Answer, Server, path};
use serde_json::{Value, json};
use std::sync::LazyLock;

static SERVER: LazyLock<Server> = LazyLock::new(|| Server::of(town(12, 12)));

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// How a file is asked for, its media type, how it begins, the end of its name.
const FILES: [(&str, &str, &[u8], &str); 6] = [
    ("f=json&download=true", "application/geo+json", b"{\"type\":\"FeatureCollection\"", "geojson"),
    ("f=csv", "text/csv; charset=utf-8; header=present", b"zone_id,", "csv"),
    ("f=xlsx", XLSX, b"PK\x03\x04", "xlsx"),
    ("f=gpkg", "application/geopackage+sqlite3", b"SQLite format 3\0", "gpkg"),
    ("f=fgb", "application/flatgeobuf", b"fgb\x03fgb", "fgb"),
    ("f=parquet", "application/vnd.apache.parquet", b"PAR1", "parquet"),
];

fn ok(path: &str) -> Answer {
    let answer = SERVER.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
    answer
}

#[test]
fn every_collection_links_to_each_of_its_files_and_they_have_every_feature() {
    let listed = ok("/collections/zones").json();
    let links: Vec<&Value> =
        listed["links"].as_array().expect("links").iter().filter(|link| link["rel"] == "enclosure").collect();
    assert_eq!(links.len(), 7);
    for link in links {
        let href = path(link["href"].as_str().expect("an address"));
        let file = ok(&href);
        let media = file.media().split(';').next().unwrap_or_default();
        assert_eq!(link["type"], media, "{href}");
        assert_eq!(file.header("ogc-numberreturned"), Some("144"), "more than a page, and whole: {href}");
    }
    let page = SERVER.ask("GET", "/collections/zones", &[("Accept", "text/html")]);
    for (query, ..) in FILES {
        let query = query.replace("f=csv", "f=csv&bom=true").replace('&', "&amp;");
        assert!(page.text().contains(&format!("items?{query}\"")), "{query}");
    }
}

#[test]
fn a_file_has_its_type_its_name_and_its_own_beginning() {
    for (query, media, beginning, ending) in FILES {
        let file = ok(&format!("/collections/zones/items?{query}"));
        assert_eq!(file.media(), media);
        assert!(file.body.starts_with(beginning), "{query}");
        let name = format!("attachment; filename=\"gridton-zones.{ending}\"");
        assert!(file.header("content-disposition").is_some_and(|words| words.starts_with(&name)), "{query}");
        assert!(file.header("etag").is_some());
        assert_eq!(ok(&format!("/collections/zones/items?{query}")).body, file.body, "the same bytes again: {query}");
    }
    let by_accept = SERVER.ask("GET", "/collections/zones/items", &[("Accept", XLSX)]);
    assert_eq!((by_accept.status, by_accept.media()), (200, XLSX));
}

#[test]
fn a_file_has_only_what_was_asked_for() {
    let all = ok("/collections/zones/items?f=json&download=true").json();
    assert_eq!(all["features"].as_array().map(Vec::len), Some(144));
    for member in ["title", "description", "method", "sources", "licences", "attributions", "fields"] {
        assert!(!all[member].is_null(), "{member}");
    }
    for (query, ..) in FILES {
        let some = ok(&format!("/collections/zones/items?{query}&filter=residents%20%3D%20105&properties=residents"));
        let count: usize = some.header("ogc-numbermatched").and_then(|n| n.parse().ok()).expect("a number");
        assert!(0 < count && count < 144, "{query}");
        let ten = ok(&format!("/collections/zones/items?{query}&limit=10&offset=5"));
        assert_eq!(ten.header("ogc-numberreturned"), Some("10"), "{query}");
        assert_eq!(ten.header("ogc-numbermatched"), Some("144"), "{query}");
        assert!(ten.body.len() < ok(&format!("/collections/zones/items?{query}")).body.len());
    }
}

#[test]
fn qgis_reads_flatgeobuf_page_by_page() {
    let first = ok("/collections/zones/items?f=fgb&limit=100");
    assert_eq!((first.header("ogc-numbermatched"), first.header("ogc-numberreturned")), (Some("144"), Some("100")));
    let link = first.header("link").expect("links").to_owned();
    let next = link.split(", ").find(|link| link.contains("rel=\"next\"")).expect("a next page");
    assert!(next.ends_with("type=\"application/flatgeobuf\""), "{next}");
    let href = next.trim_start_matches('<').split('>').next().expect("an address");
    let second = ok(&path(href));
    assert_eq!(second.header("ogc-numberreturned"), Some("44"));
    assert!(!second.header("link").expect("links").contains("rel=\"next\""));
    let typed = ok("/collections/zones").link("items", Some("application/flatgeobuf")).expect("a transport");
    assert_eq!(ok(&path(&typed)).media(), "application/flatgeobuf");
    let accepted = SERVER.ask("GET", "/collections/zones/items?limit=7", &[("Accept", "application/flatgeobuf")]);
    assert_eq!((accepted.media(), accepted.header("ogc-numberreturned")), ("application/flatgeobuf", Some("7")));
}

#[test]
fn files_name_the_coordinates_they_have_and_refuse_others() {
    let own = "http://www.opengis.net/def/crs/EPSG/0/27700";
    let globe = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
    for (query, crs) in [
        ("f=gpkg".to_owned(), own),
        (format!("f=gpkg&crs={own}"), own),
        ("f=parquet".to_owned(), globe),
        ("f=fgb".to_owned(), globe),
        (format!("f=fgb&crs={own}"), own),
        ("f=json&profile=jsonfg".to_owned(), own),
    ] {
        let file = ok(&format!("/collections/zones/items?{query}"));
        assert_eq!(file.header("content-crs"), Some(format!("<{crs}>").as_str()), "{query}");
    }
    for query in [format!("f=gpkg&crs={globe}"), format!("f=parquet&crs={own}"), format!("profile=jsonfg&crs={globe}")]
    {
        assert_eq!(SERVER.get(&format!("/collections/zones/items?{query}")).status, 400, "{query}");
    }
}

#[test]
fn a_table_may_have_shapes_as_words_and_a_byte_order_mark() {
    let table = ok("/collections/zones/items?f=csv&wkt=true&bom=true&limit=1");
    assert!(table.body.starts_with(b"\xEF\xBB\xBFzone_id,"));
    let text = table.text();
    assert!(text.lines().next().expect("a header").ends_with("longitude,latitude,wkt"));
    assert!(text.contains("MULTIPOLYGON (((-1.99"), "{text}");
}

#[test]
fn json_fg_has_metres_with_the_name_of_their_system() {
    for (profile, degrees) in [("jsonfg", false), ("jsonfg-plus", true)] {
        let page = ok(&format!("/collections/zones/items?limit=2&profile={profile}"));
        assert_eq!(page.media(), "application/geo+json");
        let page = page.json();
        assert!(page["conformsTo"][0].as_str().is_some_and(|uri| uri.contains("json-fg-1/1.0/conf/core")));
        assert_eq!(page["coordRefSys"], "http://www.opengis.net/def/crs/EPSG/0/27700");
        assert_eq!((&page["numberMatched"], &page["numberReturned"]), (&json!(144), &json!(2)));
        let feature = &page["features"][0];
        assert_eq!(feature["place"]["coordinates"][0][0][0][0].as_f64().map(|x| x >= 400_000.0), Some(true));
        assert_eq!(feature["geometry"].is_object(), degrees);
    }
    let one = ok("/collections/zones/items/Z000000?profile=jsonfg").json();
    assert!(one["conformsTo"].is_array() && one["place"].is_object() && one["links"].is_array());
    assert_eq!(one["id"], "Z000000");
}
