//! The checks of the OGC's executable test suite for Features (Parts 1 and 2), as tests of our own, so
//! that a failure names the requirement.

use crate::http_place::town;
use crate::http_server::{Answer, Server, find_link, path};
use serde_json::Value;
use std::sync::LazyLock;

static SERVER: LazyLock<Server> = LazyLock::new(|| Server::of(town(12, 9)));

const OPENAPI: &str = "application/vnd.oai.openapi+json;version=3.0";
const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
const BRITISH: &str = "http://www.opengis.net/def/crs/EPSG/0/27700";
const LAT_LON: &str = "http://www.opengis.net/def/crs/EPSG/0/4326";

fn ok(path: &str) -> Answer {
    let answer = SERVER.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("not a list: {value}")).clone()
}

fn collections() -> Vec<String> {
    list(&ok("/collections").json()["collections"])
        .iter()
        .map(|each| each["id"].as_str().expect("an id").to_owned())
        .collect()
}

/// The path's definition in the API document.
fn defined(path: &str) -> Value {
    ok("/api").json()["paths"][path]["get"].clone()
}

/// A parameter of the path, with references followed.
fn parameter(path: &str, name: &str) -> Value {
    let api = ok("/api").json();
    let follow = |parameter: &Value| match parameter["$ref"].as_str() {
        Some(to) => api.pointer(to.trim_start_matches('#')).expect("what is referred to").clone(),
        None => parameter.clone(),
    };
    let found = list(&defined(path)["parameters"]).iter().map(follow).find(|parameter| parameter["name"] == name);
    found.unwrap_or_else(|| panic!("{path} does not define {name}"))
}

fn positions(geometry: &Value, out: &mut Vec<(f64, f64)>) {
    match geometry {
        Value::Array(items) => match items.as_slice() {
            [x, y] if x.is_number() => out.push((x.as_f64().expect("a number"), y.as_f64().expect("a number"))),
            items => items.iter().for_each(|item| positions(item, out)),
        },
        Value::Object(members) => members.values().for_each(|member| positions(member, out)),
        _ => {}
    }
}

fn coordinates(feature: &Value) -> Vec<(f64, f64)> {
    let mut out = Vec::new();
    positions(&feature["geometry"]["coordinates"], &mut out);
    out
}

fn near_utc(time: &str) -> bool {
    chrono::DateTime::parse_from_rfc3339(time).is_ok()
}

#[test]
fn the_landing_page_leads_to_the_definition_the_conformance_and_the_data() {
    let landing = ok("/");
    assert_eq!(landing.media(), "application/json");
    assert!(landing.link("service-desc", Some(OPENAPI)).is_some());
    assert!(landing.link("service-doc", Some("text/html")).is_some());
    for rel in ["conformance", "data", "self"] {
        let href = landing.link(rel, Some("application/json")).unwrap_or_else(|| panic!("no {rel}"));
        assert_eq!(SERVER.get(&path(&href)).status, 200, "{rel}");
    }
    assert!(landing.link("alternate", Some("text/html")).is_some());
}

#[test]
fn the_definition_is_openapi_3_0_under_its_exact_media_type() {
    let href = ok("/").link("service-desc", Some(OPENAPI)).expect("a definition");
    let api = SERVER.ask("GET", &path(&href), &[("Accept", OPENAPI)]);
    assert_eq!((api.status, api.media()), (200, OPENAPI));
    let api = api.json();
    assert_eq!(api["openapi"], "3.0.3");
    for member in ["info", "paths", "servers"] {
        assert!(!api[member].is_null(), "{member}");
    }
    let operations: Vec<Value> = api["paths"]
        .as_object()
        .expect("paths")
        .values()
        .flat_map(|path| path.as_object().into_iter().flatten().map(|(_, operation)| operation["operationId"].clone()))
        .collect();
    for (i, id) in operations.iter().enumerate() {
        assert!(id.is_string() && !operations[..i].contains(id), "{id}");
    }
}

#[test]
fn every_path_of_the_definition_answers() {
    let api = ok("/api").json();
    let read = api["paths"].as_object().expect("paths").iter().filter(|(_, path)| path["get"].is_object());
    for (path, _) in read.filter(|(path, _)| !path.contains('{')) {
        assert_eq!(SERVER.get(path).status, 200, "{path}");
    }
}

#[test]
fn the_conformance_declaration_has_core_and_crs() {
    let classes = list(&ok("/conformance").json()["conformsTo"]);
    for class in [
        "ogcapi-features-1/1.0/conf/core",
        "ogcapi-features-1/1.0/conf/geojson",
        "ogcapi-features-1/1.0/conf/html",
        "ogcapi-features-1/1.0/conf/oas30",
        "ogcapi-features-2/1.0/conf/crs",
    ] {
        assert!(classes.contains(&Value::from(format!("http://www.opengis.net/spec/{class}"))), "{class}");
    }
}

#[test]
fn the_list_of_collections_links_to_itself_and_to_the_items_of_each() {
    let list_of = ok("/collections");
    assert!(list_of.link("self", Some("application/json")).is_some());
    assert!(list_of.link("alternate", Some("text/html")).is_some());
    let listed = list(&list_of.json()["collections"]);
    assert_eq!(collections(), ["patches", "zones", "assets", "streets", "coverage-hub-15", "gaps-hub-15"]);
    for each in &listed {
        for media in ["application/geo+json", "text/html", "text/csv"] {
            let href = find_link(each, "items", Some(media)).unwrap_or_else(|| panic!("{each}"));
            assert_eq!(SERVER.get(&path(&href)).status, 200, "{href}");
        }
    }
}

#[test]
fn a_collection_says_the_same_of_itself_as_the_list_says() {
    for listed in list(&ok("/collections").json()["collections"]) {
        let id = listed["id"].as_str().expect("an id");
        let alone = ok(&format!("/collections/{id}"));
        for member in ["id", "title", "description", "extent", "crs", "storageCrs", "itemType"] {
            assert_eq!(alone.json()[member], listed[member], "{id} {member}");
        }
        assert!(alone.link("self", Some("application/json")).is_some());
        assert!(alone.link("alternate", Some("text/html")).is_some());
        assert!(alone.link("items", Some("application/geo+json")).is_some());
    }
}

#[test]
fn the_extent_holds_every_feature() {
    for id in collections() {
        let extent = ok(&format!("/collections/{id}")).json()["extent"]["spatial"]["bbox"][0].clone();
        let [west, south, east, north] = [0, 1, 2, 3].map(|i: usize| extent[i].as_f64().expect("a number"));
        for feature in list(&ok(&format!("/collections/{id}/items?limit=10000")).json()["features"]) {
            for (x, y) in coordinates(&feature) {
                assert!((west..=east).contains(&x) && (south..=north).contains(&y), "{id} {x} {y}");
            }
        }
    }
}

#[test]
fn items_are_a_feature_collection_with_links_a_time_and_counts() {
    for id in collections() {
        let items = ok(&format!("/collections/{id}/items"));
        assert_eq!(items.media(), "application/geo+json");
        let page = items.json();
        assert_eq!(page["type"], "FeatureCollection");
        assert!(near_utc(page["timeStamp"].as_str().expect("a time")));
        assert_eq!(page["numberReturned"], list(&page["features"]).len());
        assert!(items.link("self", Some("application/geo+json")).is_some());
        assert!(items.link("alternate", Some("text/html")).is_some());
        assert!(list(&page["links"]).iter().all(|link| link["rel"].is_string() && link["type"].is_string()));
        for feature in list(&page["features"]) {
            assert_eq!(feature["type"], "Feature");
            for (lon, lat) in coordinates(&feature) {
                assert!((-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat));
            }
        }
    }
}

#[test]
fn following_next_meets_every_feature_once_and_numbermatched_is_their_number() {
    for id in collections() {
        let (mut seen, mut pages) = (Vec::new(), 0);
        let mut next = Some(format!("/collections/{id}/items?limit=7&bbox=-180,-90,180,90"));
        let mut matched = Value::Null;
        while let Some(page) = next {
            let answer = ok(&page);
            matched = answer.json()["numberMatched"].clone();
            let features = list(&answer.json()["features"]);
            assert!(features.len() <= 7);
            seen.extend(features.iter().map(|feature| feature["id"].as_str().expect("an id").to_owned()));
            next = answer.link("next", Some("application/geo+json")).map(|href| path(&href));
            pages += 1;
            assert!(pages < 100, "next goes on for ever");
        }
        assert_eq!(matched, seen.len(), "{id}");
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), seen.len(), "{id}");
    }
}

#[test]
fn prev_leads_back_to_the_page_before() {
    let second = path(&ok("/collections/zones/items?limit=5").link("next", None).expect("a second page"));
    let first = path(&ok(&second).link("prev", None).expect("a page before"));
    assert_eq!(ok(&first).json()["features"], ok("/collections/zones/items?limit=5").json()["features"]);
}

#[test]
fn an_unknown_parameter_or_an_invalid_limit_is_400() {
    for id in collections() {
        assert_eq!(SERVER.get(&format!("/collections/{id}/items?limit=unlimited")).status, 400);
        assert_eq!(SERVER.get(&format!("/collections/{id}/items?vrwqk=1")).status, 400);
    }
    for path in [
        "/?vrwqk=1",
        "/conformance?vrwqk=1",
        "/api?vrwqk=1",
        "/collections?vrwqk=1",
        "/collections/zones?vrwqk=1",
        "/collections/zones/items/Z000000?vrwqk=1",
    ] {
        assert_eq!(SERVER.get(path).status, 400, "{path}");
    }
}

#[test]
fn limit_is_defined_as_a_whole_number_and_kept() {
    for id in collections() {
        let limit = parameter(&format!("/collections/{id}/items"), "limit");
        assert_eq!(
            (&limit["in"], &limit["required"], &limit["style"], &limit["explode"]),
            (&"query".into(), &false.into(), &"form".into(), &false.into())
        );
        let schema = &limit["schema"];
        assert_eq!(schema["type"], "integer");
        let [minimum, default, maximum] =
            ["minimum", "default", "maximum"].map(|name| schema[name].as_u64().expect("a number"));
        assert!(1 <= minimum && minimum <= default && default <= maximum);
        for limit in [minimum, minimum.midpoint(default), maximum + 1] {
            let returned = list(&ok(&format!("/collections/{id}/items?limit={limit}")).json()["features"]).len() as u64;
            assert!(returned <= limit.min(maximum));
        }
    }
}

#[test]
fn bbox_is_defined_as_four_to_six_numbers() {
    let bbox = parameter("/collections/zones/items", "bbox");
    assert_eq!(
        (&bbox["in"], &bbox["required"], &bbox["style"], &bbox["explode"]),
        (&"query".into(), &false.into(), &"form".into(), &false.into())
    );
    let schema = serde_json::json!({"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}});
    assert_eq!(bbox["schema"], schema);
}

#[test]
fn every_feature_of_a_box_touches_it() {
    let whole = ok("/collections/zones").json()["extent"]["spatial"]["bbox"][0].clone();
    let whole = list(&whole).iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let boxes = [
        whole.as_str(),
        "-1.5,50.0,1.5,53.0",
        "-2.005,52.5,-1.99,52.601",
        "-80.0,-5.0,-70.0,5.0",
        "177.0,65.0,-177.0,70.0",
        "-180.0,-90.0,180.0,-60.0",
        "-180.0,60.0,180.0,90.0",
    ];
    for id in collections() {
        for bbox in boxes {
            let numbers: Vec<f64> = bbox.split(',').map(|number| number.parse().expect("a number")).collect();
            for feature in list(&ok(&format!("/collections/{id}/items?bbox={bbox}&limit=10000")).json()["features"]) {
                let at = coordinates(&feature);
                let reach = |pick: fn(&(f64, f64)) -> f64| {
                    let values = at.iter().map(pick);
                    (values.clone().fold(f64::MAX, f64::min), values.fold(f64::MIN, f64::max))
                };
                let ((west, east), (south, north)) = (reach(|at| at.0), reach(|at| at.1));
                let across = if numbers[0] <= numbers[2] {
                    west <= numbers[2] && east >= numbers[0]
                } else {
                    east >= numbers[0] || west <= numbers[2]
                };
                assert!(across && south <= numbers[3] && north >= numbers[1], "{id} {bbox}");
            }
        }
        let all = ok(&format!("/collections/{id}/items")).json()["numberMatched"].clone();
        assert_eq!(ok(&format!("/collections/{id}/items?bbox={whole}")).json()["numberMatched"], all, "{id}");
        assert_eq!(ok(&format!("/collections/{id}/items?bbox=177,65,-177,70")).json()["numberMatched"], 0, "{id}");
    }
}

#[test]
fn an_invalid_box_is_400() {
    for bbox in ["1,2,3", "a,b,c,d", "1,2,3,4,5", ""] {
        assert_eq!(SERVER.get(&format!("/collections/zones/items?bbox={bbox}")).status, 400, "{bbox}");
    }
}

#[test]
fn datetime_takes_an_instant_an_interval_and_half_an_interval() {
    let parameter = parameter("/collections/zones/items", "datetime");
    assert_eq!(parameter["schema"], serde_json::json!({"type": "string"}));
    assert_eq!((&parameter["style"], &parameter["explode"]), (&"form".into(), &false.into()));
    let temporal = ok("/collections/zones").json()["extent"]["temporal"]["interval"][0].clone();
    let [from, to] = [0, 1].map(|i: usize| temporal[i].as_str().expect("a time").to_owned());
    let all = ok("/collections/zones/items").json()["numberMatched"].clone();
    for datetime in [from.clone(), format!("{from}/{to}"), format!("{from}/.."), format!("../{to}")] {
        assert_eq!(
            ok(&format!("/collections/zones/items?datetime={datetime}")).json()["numberMatched"],
            all,
            "{datetime}"
        );
    }
    assert_eq!(SERVER.get("/collections/zones/items?datetime=tomorrow").status, 400);
}

#[test]
fn a_feature_has_the_id_of_its_path_and_links_to_its_collection() {
    for id in collections() {
        let first = ok(&format!("/collections/{id}/items?limit=1")).json()["features"][0].clone();
        let feature_id = first["id"].as_str().expect("an id");
        let answer = ok(&format!(
            "/collections/{id}/items/{}",
            feature_id
                .replace('%', "%25")
                .replace(' ', "%20")
                .replace('/', "%2F")
                .replace('"', "%22")
                .replace('?', "%3F")
        ));
        assert_eq!(answer.media(), "application/geo+json");
        assert_eq!(answer.json()["id"], feature_id);
        assert_eq!(answer.json()["properties"], first["properties"]);
        assert_eq!(answer.json()["geometry"], first["geometry"]);
        for (rel, media) in
            [("self", "application/geo+json"), ("alternate", "text/html"), ("collection", "application/json")]
        {
            assert!(answer.link(rel, Some(media)).is_some(), "{rel}");
        }
    }
    assert_eq!(SERVER.get("/collections/zones/items/nowhere").status, 404);
    assert_eq!(SERVER.get("/collections/nothing/items").status, 404);
}

#[test]
fn collections_list_crs84_first_and_their_storage_system_among_theirs() {
    let global = list(&ok("/collections").json()["crs"]);
    assert_eq!(global[0], CRS84);
    for each in list(&ok("/collections").json()["collections"]) {
        let crs = list(&each["crs"]);
        assert_eq!(crs[0], CRS84);
        assert!(
            crs.iter().all(|crs| crs.as_str().is_some_and(|crs| crs.starts_with("http://www.opengis.net/def/crs/")))
        );
        assert_eq!(each["storageCrs"], BRITISH);
        assert!(crs.contains(&each["storageCrs"]));
    }
}

#[test]
fn every_page_and_feature_names_its_reference_system() {
    for id in collections() {
        let first = ok(&format!("/collections/{id}/items?limit=1")).json()["features"][0]["id"].clone();
        let own = format!("/collections/{id}/items/{}", first.as_str().expect("an id"));
        let own = if own.contains(' ') { format!("/collections/{id}/items/hub-1") } else { own };
        for path in [format!("/collections/{id}/items"), own] {
            assert_eq!(ok(&path).header("content-crs"), Some(format!("<{CRS84}>").as_str()), "{path}");
            for crs in [CRS84, BRITISH, LAT_LON] {
                let answer = ok(&format!("{path}?crs={crs}"));
                assert_eq!(answer.header("content-crs"), Some(format!("<{crs}>").as_str()), "{path}");
            }
            for crs in ["EPSG:27700", "http://www.opengis.net/def/crs/EPSG/0/3857", ""] {
                assert_eq!(SERVER.get(&format!("{path}?crs={crs}")).status, 400, "{path} {crs}");
            }
        }
    }
}

#[test]
fn coordinates_come_in_the_system_asked_for() {
    let at = |crs: &str| coordinates(&ok(&format!("/collections/assets/items/hub-1?crs={crs}")).json())[0];
    let (lon, lat) = at(CRS84);
    assert_eq!(at(BRITISH), (400_100.0, 300_100.0));
    assert_eq!(at(LAT_LON), (lat, lon));
    let plane = patchwork::crs::Plane::british_national_grid();
    let back = plane.to_xy(patchwork::crs::LonLat { lon, lat }).expect("in Britain");
    assert!((back.x - 400_100.0).abs() < 0.01 && (back.y - 300_100.0).abs() < 0.01, "{back:?}");
}

#[test]
fn a_box_means_the_same_in_every_system() {
    let matched = |query: &str| ok(&format!("/collections/zones/items?{query}")).json()["numberMatched"].clone();
    let british = matched(&format!("bbox=400050,300050,400350,300150&bbox-crs={BRITISH}"));
    assert_eq!(british, 2);
    assert_eq!(matched("bbox=-1.99986,52.59855,-1.9965,52.5988"), british);
    assert_eq!(matched(&format!("bbox=-1.99986,52.59855,-1.9965,52.5988&bbox-crs={CRS84}")), british);
    assert_eq!(matched(&format!("bbox=52.59855,-1.99986,52.5988,-1.9965&bbox-crs={LAT_LON}")), british);
    for crs in ["EPSG:27700", "http://www.opengis.net/def/crs/EPSG/0/3857", ""] {
        assert_eq!(SERVER.get(&format!("/collections/zones/items?bbox=1,2,3,4&bbox-crs={crs}")).status, 400, "{crs}");
    }
}

#[test]
fn crs_and_bbox_crs_are_defined() {
    for name in ["crs", "bbox-crs"] {
        let parameter = parameter("/collections/zones/items", name);
        assert_eq!(parameter["schema"]["type"], "string");
        assert_eq!(
            (&parameter["style"], &parameter["explode"], &parameter["required"]),
            (&"form".into(), &false.into(), &false.into())
        );
    }
}
