//! What GDAL and QGIS send, word for word, is answered by what it asks for, or refused in words.

use crate::http_place::town;
use crate::http_server::Server;
use patchwork::place::IdVec;
use std::sync::LazyLock;

const PLUS_NAME: &str = "Cup+Saucer";

static SERVER: LazyLock<Server> = LazyLock::new(|| {
    let mut place = town(12, 9);
    let mut assets = place.assets.as_slice().to_vec();
    (assets[0].step_free, assets[1].step_free) = (Some(true), Some(false));
    assets[2].name = PLUS_NAME.to_owned();
    place.assets = IdVec::from(assets);
    Server::of(place)
});

/// How many features a query that is written as it is sent finds.
fn found(collection: &str, query: &str) -> u64 {
    let answer = SERVER.get(&format!("/collections/{collection}/items?limit=1&{query}"));
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    answer.json()["numberMatched"].as_u64().expect("a number")
}

fn refused(collection: &str, query: &str) -> String {
    let answer = SERVER.get(&format!("/collections/{collection}/items?{query}"));
    assert_eq!(answer.status, 400, "{query}: {}", answer.text());
    answer.json()["detail"].as_str().expect("words").to_owned()
}

fn encoded(words: &str) -> String {
    words
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

#[test]
fn a_time_without_a_date_to_mean_is_refused_in_words_that_help() {
    for datetime in ["2024-01-01T00%3A00%3A00Z%2F..", "..%2F2024-01-01T", "2024-01-01", "2024-01-01T%2F2024-12-31T"] {
        let why = refused("assets", &format!("datetime={datetime}"));
        assert!(why.contains("opens_on, closes_on, last_checked") && why.contains("filter=opens_on >= DATE("), "{why}");
    }
    let extent = SERVER.get("/collections/assets").json()["extent"].clone();
    assert!(extent["temporal"].is_null() && !extent["spatial"].is_null(), "{extent}");
    let zones = found("zones", "offset=0");
    for datetime in ["2024-01-01T%2F..", "2024-01-01T00:00:00+01:00", "2024-01-01T00%3A00%3A00%2B01%3A00%2F.."] {
        assert_eq!(found("zones", &format!("datetime={datetime}")), zones, "{datetime}");
    }
    assert!(refused("zones", "datetime=T").contains("must be a time"));
}

#[test]
fn truth_is_read_as_each_program_writes_it() {
    for (yes, no) in [("true", "false"), ("TRUE", "FALSE"), ("True", "False"), ("1", "0")] {
        assert_eq!(found("assets", &format!("step_free={yes}")), found("assets", "filter=step_free%20%3D%20TRUE"));
        assert_eq!(found("assets", &format!("step_free={no}")), found("assets", "filter=step_free%20%3D%20FALSE"));
        assert_eq!(found("assets", &format!("skipGeometry={yes}")), found("assets", &format!("skipGeometry={no}")));
    }
    assert!(refused("assets", "step_free=maybe").contains("true or false"));
}

#[test]
fn a_plus_in_a_value_is_a_space_or_itself() {
    let names = SERVER.get("/collections/assets/items?limit=1000").json();
    let names = names["features"].as_array().expect("features").iter();
    let names: Vec<String> = names.filter_map(|asset| Some(asset["properties"]["name"].as_str()?.to_owned())).collect();
    let spaced = names.iter().find(|name| name.contains(' ')).expect("a name of two words");
    let as_form = spaced.split(' ').map(encoded).collect::<Vec<_>>().join("+");
    assert_eq!(found("assets", &format!("name={as_form}")), found("assets", &format!("name={}", encoded(spaced))));
    assert!(names.iter().any(|name| name == PLUS_NAME), "{names:?}");
    for sent in [PLUS_NAME, "Cup%2BSaucer"] {
        assert_eq!(found("assets", &format!("name={sent}")), 1, "{sent}");
    }
}

/// The forms of `QgsOapifCql2TextExpressionCompiler`: names in quotation marks, brackets round everything, days as
/// `DATE('…')`, moments as `TIMESTAMP('…')` with thousandths, `ILIKE` as two `CASEI`.
#[test]
fn conditions_that_qgis_pushes_down_are_answered() {
    let all = found("zones", "filter-lang=cql2-text&filter=%28%22residents%22%20%3E%3D%200%29");
    assert_eq!(all, found("zones", "offset=0"));
    let count = |collection: &str, filter: &str| {
        let here = found(collection, &format!("filter={}&filter-lang=cql2-text", encoded(filter)));
        // Some versions send the spaces of a joined filter as a form does.
        let as_form = encoded(filter).replace("%20", "+");
        assert_eq!(here, found(collection, &format!("filter={as_form}&filter-lang=cql2-text")), "{filter}");
        here
    };
    for (filter, same) in [
        ("(\"residents\" > 103)", "residents > 103"),
        ("(NOT (\"residents\" > 103))", "residents <= 103"),
        ("((\"residents\" > 100) AND (\"residents\" <= 104))", "residents > 100 and residents <= 104"),
        ("(\"residents\" > ( - (1)))", "residents >= 0"),
        ("(\"residents\" > (50 * 2))", "residents > 100"),
        ("((\"residents\" % 2) = 0)", "residents % 2 = 0"),
        ("\"residents\" IN (101,102,103)", "residents = 101 or residents = 102 or residents = 103"),
        ("\"residents\" NOT IN (101,102)", "residents <> 101 and residents <> 102"),
        ("\"residents\" BETWEEN 101 AND 103", "residents >= 101 and residents <= 103"),
        ("(\"patch_id\" IS NULL)", "patch_id is null"),
        ("(\"patch_id\" IS NOT NULL)", "patch_id is not null"),
        ("(\"zone_id\" LIKE '%1%')", "zone_id like '%1%'"),
        ("(\"zone_id\" NOT LIKE '%1%')", "not (zone_id like '%1%')"),
        ("(CASEI(\"zone_id\") LIKE CASEI('%Z%'))", "casei(zone_id) like casei('%z%')"),
        ("(CASEI(\"zone_id\") NOT LIKE CASEI('%Z%'))", "not (casei(zone_id) like casei('%z%'))"),
        ("(\"zone_id\" <> 'it''s')", "zone_id is not null"),
    ] {
        assert_eq!(count("zones", filter), count("zones", same), "{filter}");
    }
    for (filter, same) in [
        ("(\"last_checked\" >= DATE('2026-03-01'))", "last_checked is not null"),
        ("(\"last_checked\" < DATE('2026-03-01'))", "last_checked is null and kind = 'none'"),
        ("(\"last_checked\" > TIMESTAMP('2026-01-01T00:00:00.000Z'))", "last_checked is not null"),
        ("(\"step_free\" = TRUE)", "step_free = true"),
        ("((\"step_free\" = FALSE) OR (\"step_free\" IS NULL))", "step_free = false or step_free is null"),
    ] {
        assert_eq!(count("assets", filter), count("assets", same), "{filter}");
    }
    let crs = "filter-crs=http://www.opengis.net/def/crs/EPSG/0/27700";
    let boxed = encoded("S_INTERSECTS(geometry,BBOX(400000,300000,400450,300250))");
    assert_eq!(found("zones", &format!("filter={boxed}&filter-lang=cql2-text&{crs}")), 6);
    let point = encoded("S_INTERSECTS(\"geometry\",POINT(400100 300100))");
    assert_eq!(found("zones", &format!("filter={point}&filter-lang=cql2-text&{crs}")), 1);
}

/// The classes that QGIS 3.32 to 3.44 looks for before it sends any condition.
#[test]
fn qgis_is_told_that_it_may_push_conditions_down() {
    let answer = SERVER.get("/conformance");
    let conformance = answer.text();
    for class in [
        "ogcapi-features-3/1.0/conf/filter\"",
        "ogcapi-features-3/1.0/conf/features-filter\"",
        "cql2/1.0/conf/cql2-text\"",
        "cql2/1.0/conf/basic-cql2\"",
        "cql2/1.0/conf/advanced-comparison-operators\"",
        "cql2/1.0/conf/case-insensitive-comparison\"",
        "cql2/1.0/conf/basic-spatial-functions\"",
    ] {
        assert!(conformance.contains(class), "{class}");
    }
    assert_eq!(SERVER.get("/collections/zones/queryables").status, 200);
}
