//! Conditions (CQL2), order and choice of properties through the service.

use crate::http_place::town;
use crate::http_server::{Answer, PUBLIC, Server};
use crate::support::shared;
use geozero::ToGeo;
use geozero::wkb::GpkgWkb;
use patchwork::http::Options;
use patchwork::layer::{Credits, Feature, Field, FieldKind, Layer, LayerId, Role, Value};
use patchwork::snapshot::Snapshot;
use rusqlite::types::ValueRef;
use serde_json::json;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

static SERVER: LazyLock<Server> = LazyLock::new(|| Server::of(town(12, 9)));

const BRITISH: &str = "http://www.opengis.net/def/crs/EPSG/0/27700";
const LAT_LON: &str = "http://www.opengis.net/def/crs/EPSG/0/4326";

fn encoded(words: &str) -> String {
    words
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

fn ask(collection: &str, parameters: &[(&str, &str)]) -> Answer {
    let query: Vec<String> = parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    SERVER.get(&format!("/collections/{collection}/items?{}", query.join("&")))
}

fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let page = answer.json();
    let features = page["features"].as_array().expect("features");
    assert_eq!(page["numberReturned"], features.len());
    features.iter().map(|feature| feature["id"].as_str().expect("an id").to_owned()).collect()
}

fn matched(collection: &str, filter: &str) -> u64 {
    let answer = ask(collection, &[("filter", filter), ("limit", "1")]);
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["numberMatched"].as_u64().expect("a number")
}

#[test]
fn a_condition_combines_with_a_box_a_property_and_a_page() {
    let all = matched("zones", "residents >= 0");
    assert_eq!(all, 108);
    let some = matched("zones", "residents > 103");
    assert!(0 < some && some < all);
    assert_eq!(some + matched("zones", "residents <= 103"), all);
    let both = ask("zones", &[("filter", "residents > 103"), ("residents", "105"), ("limit", "1000")]);
    assert_eq!(ids(&both).len() as u64, matched("zones", "residents = 105"));
    let page = ask("zones", &[("filter", "residents > 103"), ("limit", "5")]);
    assert_eq!((ids(&page).len(), &page.json()["numberMatched"]), (5, &json!(some)));
    let next = page.link("next", None).expect("a second page");
    assert!(next.starts_with(PUBLIC) && next.contains("filter=residents%20%3E%20103"), "{next}");
    let bbox = "-2.0014,52.5979,-1.9986,52.5995";
    let near = ids(&ask("zones", &[("filter", "residents > 0"), ("bbox", bbox)]));
    assert_eq!(near, ids(&ask("zones", &[("bbox", bbox)])));
    let shape = "S_INTERSECTS(geometry, BBOX(-2.0014,52.5979,-1.9986,52.5995))";
    assert_eq!(ids(&ask("zones", &[("filter", shape)])), near);
}

#[test]
fn both_languages_and_all_reference_systems_say_the_same() {
    let text = ids(&ask("zones", &[("filter", "residents BETWEEN 102 AND 104"), ("limit", "1000")]));
    let json = r#"{"op":"between","args":[{"property":"residents"},102,104]}"#;
    assert_eq!(ids(&ask("zones", &[("filter", json), ("filter-lang", "cql2-json"), ("limit", "1000")])), text);
    let degrees = ids(&ask("zones", &[("filter", "S_INTERSECTS(geometry, POINT(-1.999 52.5987))")]));
    assert_eq!(degrees.len(), 1);
    let turned = [("filter", "S_INTERSECTS(geometry, POINT(52.5987 -1.999))"), ("filter-crs", LAT_LON)];
    assert_eq!(ids(&ask("zones", &turned)), degrees);
    let turned = [("filter", "S_INTERSECTS(geometry, BBOX(52.5986,-1.9991,52.5988,-1.9989))"), ("filter-crs", LAT_LON)];
    assert_eq!(ids(&ask("zones", &turned)), degrees);
    let metres = [("filter", "S_INTERSECTS(geometry, POINT(400167 300099))"), ("filter-crs", BRITISH)];
    assert_eq!(ids(&ask("zones", &metres)), degrees);
}

#[test]
fn what_qgis_writes_is_understood() {
    for filter in [
        "((\"residents\" > 103) AND (\"zone_id\" LIKE 'Z00%'))",
        "CASEI(\"zone_id\") LIKE CASEI('z000%')",
        "\"zone_id\" IN ('Z000000','Z000001')",
        "NOT (\"residents\" BETWEEN 0 AND 1)",
        "\"zone_id\" IS NOT NULL",
    ] {
        assert!(matched("zones", filter) > 0, "{filter}");
    }
    assert!(matched("assets", "\"last_checked\" > DATE('2026-01-01')") > 0);
}

#[test]
fn features_come_in_the_order_asked_for_with_the_properties_asked_for() {
    let answer = ask("zones", &[("sortby", "-residents,zone_id"), ("properties", "residents"), ("limit", "1000")]);
    let page = answer.json();
    let features = page["features"].as_array().expect("features");
    let counts: Vec<i64> =
        features.iter().map(|feature| feature["properties"]["residents"].as_i64().expect("a count")).collect();
    assert!(counts.is_sorted_by(|a, b| a >= b) && counts.first() > counts.last());
    for feature in features {
        assert_eq!(feature["properties"].as_object().expect("properties").len(), 1);
        assert!(feature["geometry"].is_object());
    }
    let plain = ask("zones", &[("limit", "1000")]).json();
    let same = |id: &str| {
        let all = plain["features"].as_array().expect("features");
        all.iter().find(|feature| feature["id"] == id).cloned().expect("the feature")
    };
    let first = &features[0];
    assert_eq!(first["geometry"], same(first["id"].as_str().expect("an id"))["geometry"]);
    let last = ids(&ask("zones", &[("sortby", "-zone_id"), ("limit", "1")]));
    assert_eq!(last, ["Z008011"]);
    let table = ask("zones", &[("f", "csv"), ("properties", "residents"), ("filter", "residents = 105")]);
    assert!(table.text().starts_with("residents,easting,northing,longitude,latitude\r\n105,"), "{}", table.text());
    let page = SERVER.ask("GET", "/collections/zones/items?filter=residents%20%3D%20105&f=html", &[]);
    assert!(page.text().contains("value=\"residents = 105\""));
}

#[test]
fn a_mistake_is_answered_at_once_with_what_to_do() {
    let mistakes: Vec<(&str, String, &str)> = vec![
        ("filter", "residents >".into(), "cannot be read"),
        ("filter", "residants > 1".into(), "did you mean \"residents\""),
        ("filter", "zone_id > 1".into(), "cannot be applied"),
        ("filter", "(".repeat(5000), "cannot be read"),
        ("filter", format!("{}residents > 1{}", "NOT (".repeat(5000), ")".repeat(5000)), "cannot be read"),
        ("filter", format!("residents IN ({})", vec!["1"; 100_000].join(",")), "longer than"),
        ("filter-lang", "sql".into(), "cql2-text or cql2-json"),
        ("filter-crs", "EPSG:27700".into(), "here it can be"),
        ("sortby", "residants".into(), "did you mean \"residents\""),
        ("properties", "residants".into(), "did you mean \"residents\""),
        ("profile", "geojson".into(), "rfc7946, jsonfg or jsonfg-plus"),
        ("download", "yes".into(), "true or false"),
    ];
    for (name, value, words) in mistakes {
        let began = Instant::now();
        let answer = ask("zones", &[(name, &value)]);
        let shown: String = value.chars().take(40).collect();
        assert!(began.elapsed() < Duration::from_secs(5), "{name}={shown}");
        if answer.status == 414 || answer.status == 431 {
            continue;
        }
        assert_eq!((answer.status, answer.media()), (400, "application/problem+json"), "{name}={shown}");
        let detail = answer.json()["detail"].as_str().expect("a detail").to_owned();
        assert!(detail.contains(words), "{name}={shown}: {detail}");
    }
    let json = ask("zones", &[("filter", "{\"op\":\"nothing\"}"), ("filter-lang", "cql2-json")]);
    assert_eq!(json.status, 400);
}

#[test]
fn posting_a_condition_is_refused_so_that_qgis_does_not_think_features_can_be_added() {
    let refused = SERVER.ask(
        "POST",
        "/collections/zones/items",
        &[("Content-Type", "application/json"), ("Content-Length", "0")],
    );
    assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, HEAD, OPTIONS")));
    assert_eq!(refused.media(), "application/problem+json");
}

#[test]
fn queryables_and_schema_name_every_property_as_json_and_as_a_page() {
    for resource in ["queryables", "schema"] {
        let address = format!("/collections/zones/{resource}");
        let schema = SERVER.get(&address);
        assert_eq!(schema.media(), "application/schema+json");
        assert_eq!(schema.json()["additionalProperties"], false);
        assert!(schema.json()["properties"]["geometry"]["format"].is_string());
        assert!(schema.json()["properties"]["geometry"]["type"].is_null());
        let page = SERVER.ask("GET", &address, &[("Accept", "text/html")]);
        assert_eq!(page.media(), "text/html; charset=utf-8");
        for name in schema.json()["properties"].as_object().expect("properties").keys() {
            assert!(page.text().contains(&format!("<code>{name}</code>")), "{name}");
        }
    }
}

#[test]
fn filtering_is_declared_where_clients_look_for_it() {
    let declared = SERVER.get("/conformance").json();
    for class in [
        "ogcapi-features-3/1.0/conf/filter",
        "ogcapi-features-3/1.0/conf/features-filter",
        "cql2/1.0/conf/basic-cql2",
        "cql2/1.0/conf/cql2-text",
        "cql2/1.0/conf/cql2-json",
        "cql2/1.0/conf/basic-spatial-functions",
    ] {
        let uri = json!(format!("http://www.opengis.net/spec/{class}"));
        assert!(declared["conformsTo"].as_array().expect("a list").contains(&uri), "{class}");
    }
    let api = SERVER.get("/api").json();
    let names: Vec<&str> = api["paths"]["/collections/zones/items"]["get"]["parameters"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|each| each["$ref"].as_str())
        .collect();
    for name in ["filter", "filter-lang", "filter-crs", "sortby", "properties", "profile", "download"] {
        assert!(names.contains(&format!("#/components/parameters/{name}").as_str()), "{name}");
        assert!(api["components"]["parameters"][name].is_object(), "{name}");
    }
}

/// A table of the abstract test data as a layer whose metres are degrees.
fn natural_earth(table: &str) -> Layer {
    let db = rusqlite::Connection::open_with_flags(
        shared().join("data/cql2/ne110m4cql2.gpkg"),
        rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY,
    )
    .expect("the test data");
    let mut columns = db.prepare(&format!("PRAGMA table_info(\"{table}\")")).expect("a table");
    let fields: Vec<Field> = columns
        .query_map([], |row| Ok((row.get::<_, String>(1)?, row.get::<_, String>(2)?)))
        .expect("columns")
        .map(|column| column.expect("a column"))
        .filter(|(name, _)| name != "fid" && name != "geom")
        .map(|(name, kind)| {
            let kind = match kind.split('(').next().unwrap_or_default() {
                "INTEGER" => FieldKind::Integer,
                "REAL" => FieldKind::Number,
                "BOOLEAN" => FieldKind::Boolean,
                "DATE" => FieldKind::Date,
                _ => FieldKind::Text,
            };
            Field { title: name.clone(), name, description: String::new(), kind, unit: None, role: Role::default() }
        })
        .collect();
    let names: Vec<String> = fields.iter().map(|field| format!("\"{}\"", field.name)).collect();
    let mut rows = db.prepare(&format!("SELECT fid, geom, {} FROM \"{table}\"", names.join(", "))).expect("rows");
    let features = rows
        .query_map([], |row| {
            let shape: Vec<u8> = row.get(1)?;
            let value = |(i, field): (usize, &Field)| value(row.get_ref(i + 2).expect("a cell"), field.kind);
            Ok(Feature {
                id: row.get::<_, i64>(0)?.to_string(),
                geometry: Some(GpkgWkb(shape).to_geo().expect("a shape")),
                values: fields.iter().enumerate().map(value).collect(),
            })
        })
        .expect("rows")
        .map(|row| row.expect("a row"))
        .collect();
    Layer {
        id: LayerId::of(table.to_owned()),
        title: table.to_owned(),
        description: String::new(),
        method: "assets",
        credits: Credits::default(),
        fields,
        features,
    }
}

fn value(cell: ValueRef<'_>, kind: FieldKind) -> Value {
    match (cell, kind) {
        (ValueRef::Integer(number), FieldKind::Boolean) => Value::Boolean(number != 0),
        (ValueRef::Integer(number), _) => Value::Integer(number),
        (ValueRef::Real(number), _) => Value::Number(number),
        (ValueRef::Text(text), FieldKind::Date) => {
            Value::Date(std::str::from_utf8(text).expect("UTF-8").parse().expect("a day"))
        }
        (ValueRef::Text(text), _) => Value::Text(String::from_utf8(text.to_vec()).expect("UTF-8")),
        _ => Value::Null,
    }
}

#[test]
fn every_predicate_of_the_cql2_test_suite_finds_as_many_items_through_the_service() {
    if crate::real_files::real_files().is_none() {
        return;
    }
    let tables = ["ne_110m_admin_0_countries", "ne_110m_populated_places_simple", "ne_110m_rivers_lake_centerlines"];
    let server = Server::empty(Options { public_url: Some(PUBLIC.to_owned()), ..Options::default() });
    let layers = tables.map(natural_earth).to_vec();
    server.shared.replace(Snapshot::of_layers(town(2, 1), layers, Vec::new()));
    let path = shared().join("data/cql2/expected_counts.csv");
    let mut rows = csv::Reader::from_path(path).expect("the expected counts");
    let (mut asked, mut wrong) = (0, Vec::new());
    for row in rows.records() {
        let row = row.expect("a row");
        let query = format!("filter={}&filter-crs={}&limit=1", encoded(&row[2]), encoded(BRITISH));
        let answer = server.get(&format!("/collections/{}/items?{query}", &row[1]));
        asked += 1;
        let expected = format!("\"numberMatched\":{},", &row[3]);
        if answer.status != 200 || !answer.text().contains(&expected) {
            let said: String = answer.text().chars().take(200).collect();
            wrong.push(format!("{}: {} must give {}: {said}", &row[0], &row[2], &row[3]));
        }
    }
    assert_eq!(asked, 139);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
