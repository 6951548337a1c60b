//! Layers of lines that came out of OpenStreetMap are read by its rules, whoever wrote them.

use super::tests::{World, at, codes, read_path, read_text, walk};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A street, a line with some tags, and a street beyond it, in a row.
fn world(tags: &str) -> World {
    World::new(&[(1, 0.0, 0.0, ""), (2, 2.0, 0.0, ""), (3, 4.0, 0.0, ""), (4, 6.0, 0.0, "")])
        .way(10, &[1, 2], "highway=residential name=Near")
        .way(11, &[2, 3], tags)
        .way(12, &[3, 4], "highway=residential name=Far")
}

/// How a program writes tags into the properties of a line.
type Writer = fn(&BTreeMap<&str, &str>) -> Value;

fn layer(tags: &str, write: Writer) -> Vec<u8> {
    let lines =
        [("highway=residential name=Near", 0.0, 2.0), (tags, 2.0, 4.0), ("highway=residential name=Far", 4.0, 6.0)];
    let features: Vec<Value> = lines
        .iter()
        .map(|(tags, from, to)| {
            let tags: BTreeMap<&str, &str> = tags.split(' ').filter_map(|tag| tag.split_once('=')).collect();
            let point = |east: &f64| json!([-3.0 + east / 1000.0, 51.58]);
            json!({ "type": "Feature", "properties": write(&tags),
                    "geometry": { "type": "LineString", "coordinates": [point(from), point(to)] } })
        })
        .collect();
    json!({ "type": "FeatureCollection", "features": features }).to_string().into_bytes()
}

/// One column for each tag, all there in every row.
fn columns(tags: &BTreeMap<&str, &str>) -> Value {
    const ALL: [&str; 16] = [
        "highway",
        "access",
        "foot",
        "indoor",
        "motorroad",
        "waterway",
        "railway",
        "man_made",
        "construction",
        "proposed",
        "impassable",
        "tunnel",
        "bridge",
        "covered",
        "route",
        "boundary",
    ];
    let mut all: serde_json::Map<String, Value> = ALL.iter().map(|key| ((*key).to_owned(), Value::Null)).collect();
    all.extend(tags.iter().map(|(key, value)| ((*key).to_owned(), json!(value))));
    Value::Object(all)
}

/// The `lines` layer of ogr2ogr: a few columns, and all other tags in one.
fn ogr(tags: &BTreeMap<&str, &str>, bundle: impl Fn(Vec<(&str, &str)>) -> String) -> Value {
    const OWN: [&str; 7] = ["name", "highway", "waterway", "aerialway", "barrier", "man_made", "railway"];
    let mut all: serde_json::Map<String, Value> =
        OWN.iter().map(|key| ((*key).to_owned(), json!(tags.get(key)))).collect();
    let others = tags.iter().map(|(key, value)| (*key, *value)).filter(|(key, _)| !OWN.contains(key));
    all.insert("other_tags".to_owned(), json!(bundle(others.collect())));
    all.insert("z_order".to_owned(), json!(0));
    Value::Object(all)
}

fn hstore(tags: &BTreeMap<&str, &str>) -> Value {
    ogr(tags, |others| {
        others.iter().map(|(key, value)| format!("\"{key}\"=>\"{value}\"")).collect::<Vec<_>>().join(",")
    })
}

fn as_json(tags: &BTreeMap<&str, &str>) -> Value {
    ogr(tags, |others| json!(others.into_iter().collect::<BTreeMap<_, _>>()).to_string())
}

#[test]
fn a_layer_of_lines_gives_what_the_same_ways_give_as_openstreetmap() {
    let cases = [
        ("highway=footway", true),
        ("highway=service access=customers", true),
        ("highway=service access=private foot=yes", true),
        ("highway=path foot=permissive access=no", true),
        ("man_made=pier", true),
        ("railway=platform", true),
        ("highway=footway tunnel=yes", true),
        ("highway=motorway foot=yes", true),
        ("waterway=river", false),
        ("railway=rail", false),
        ("boundary=administrative", false),
        ("route=ferry foot=yes", false),
        ("highway=service access=private", false),
        ("highway=service access=private;delivery", false),
        ("highway=footway foot=no", false),
        ("highway=construction", false),
        ("highway=proposed", false),
        ("highway=residential construction=yes", false),
        ("highway=residential impassable=yes", false),
        ("highway=footway indoor=yes", false),
        ("highway=motorway", false),
        ("highway=trunk motorroad=yes", false),
        ("highway=corridor", false),
    ];
    for (tags, is_walked) in cases {
        let osm = walk(&world(tags).read().0, at(1.0, 0.0), at(5.0, 0.0));
        assert_eq!(osm.is_some(), is_walked, "{tags}");
        for (form, write) in [("columns", columns as Writer), ("hstore", hstore), ("json", as_json)] {
            let (streets, _) = read_text("lines.geojson", &layer(tags, write));
            let streets = streets.expect("the layer can be read");
            let found = walk(&streets, at(1.0, 0.0), at(5.0, 0.0));
            let agree = match (osm, found) {
                (Some(a), Some(b)) => (a - b).abs() < 0.001,
                (a, b) => a == b,
            };
            assert!(agree, "{tags} as {form}: {osm:?} and {found:?}");
            let near = streets.network.streets().filter(|street| street.name == Some("Near"));
            assert_eq!(near.count(), 1, "{tags} as {form}");
        }
    }
}

#[test]
fn the_words_and_numbers_of_geofabrik_are_read() {
    let by_word: Writer =
        |tags| json!({ "osm_id": "1", "code": 5100, "fclass": tags.get("f"), "bridge": "F", "tunnel": "F" });
    let by_code: Writer = |tags| json!({ "osm_id": "1", "code": tags.get("f").unwrap_or(&"5122") });
    for (word, is_walked) in [
        ("footway", true),
        ("track_grade3", true),
        ("unknown", true),
        ("motorway", false),
        ("rail", false),
        ("river", false),
        ("drain", false),
    ] {
        let text = String::from_utf8(layer(&format!("f={word}"), by_word)).expect("text");
        let text = text.replace("\"fclass\":null", "\"fclass\":\"residential\"");
        let (streets, issues) = read_text("lines.geojson", text.as_bytes());
        let streets = streets.expect("the layer can be read");
        assert_eq!(walk(&streets, at(1.0, 0.0), at(5.0, 0.0)).is_some(), is_walked, "{word}");
        assert!(codes(&issues).contains(&"streets-access-unknown"), "{issues:?}");
    }
    for (code, is_walked) in [("5153", true), ("5145", true), ("5111", false), ("6101", false), ("8101", false)] {
        let (streets, _) = read_text("lines.geojson", &layer(&format!("f={code}"), by_code));
        let streets = streets.expect("the layer can be read");
        assert_eq!(walk(&streets, at(1.0, 0.0), at(5.0, 0.0)).is_some(), is_walked, "{code}");
    }
}

#[test]
fn the_lists_of_osmnx_are_read() {
    let osmnx: Writer = |tags| {
        let list = |key: &str| tags.get(key).map(|value| format!("['{}']", value.replace(';', "', '")));
        json!({ "osmid": "[1, 2]", "highway": list("highway"), "access": list("access"), "tunnel": null })
    };
    for (tags, is_walked) in [
        ("highway=footway;steps", true),
        ("highway=residential access=yes", true),
        ("highway=residential access=yes;private", false),
        ("highway=residential;motorway", false),
        ("highway=residential;proposed", false),
    ] {
        let (streets, _) = read_text("edges.geojson", &layer(tags, osmnx));
        let streets = streets.expect("the layer can be read");
        assert_eq!(walk(&streets, at(1.0, 0.0), at(5.0, 0.0)).is_some(), is_walked, "{tags}");
    }
}

#[test]
fn a_layer_of_several_kinds_in_its_own_words_leaves_out_rivers_or_asks() {
    let typed: Writer = |tags| json!({ "type": tags.get("t").unwrap_or(&"Local Road") });
    for (word, is_walked) in
        [("Minor_Road", true), ("Footpath", true), ("River", false), ("Railway", false), ("Ward_boundary", false)]
    {
        let (streets, issues) = read_text("lines.geojson", &layer(&format!("t={word}"), typed));
        let streets = streets.expect("the layer can be read");
        assert_eq!(walk(&streets, at(1.0, 0.0), at(5.0, 0.0)).is_some(), is_walked, "{word}");
        assert_eq!(codes(&issues).contains(&"streets-other-lines"), !is_walked, "{word}");
    }
    let unknown: Writer = |tags| json!({ "type": tags.get("t").unwrap_or(&"X12") });
    let (streets, _) = read_text("lines.geojson", &layer("t=River", unknown));
    let issue = streets.expect_err("X12 may be anything");
    assert_eq!((issue.code.word(), issue.at.field.as_deref()), ("street-kinds-unclear", Some("type")));
    assert!(issue.remedy.contains("exclude = { \"type\" = [\"River\"]"), "{}", issue.remedy);

    let elsewhere: Writer = |tags| json!({ "id": 1, "theme": tags.get("t").unwrap_or(&"Way") });
    let content = layer("t=Railway", elsewhere);
    assert_eq!(read_text("lines.geojson", &content).0.expect_err("asked").code, "street-kinds-unclear");
    let dir = tempfile::tempdir().expect("a directory for the test");
    let path = dir.path().join("lines.geojson");
    std::fs::write(&path, content).expect("the test may write");
    let (streets, _) = read_path(&path, "exclude = { theme = 'Railway' }");
    assert_eq!(walk(&streets.expect("the question is answered"), at(1.0, 0.0), at(5.0, 0.0)), None);
}

#[test]
fn a_class_under_a_title_of_a_joined_table_is_found() {
    let joined: Writer = |tags| json!({ "SL_ID": "1", "nt_RoadTyp": tags.get("t").unwrap_or(&"Mi") });
    for (word, is_walked) in [("Mo", false), ("Mi", true), ("A", true), ("b", true), ("Motorway", false)] {
        let (streets, _) = read_text("lines.geojson", &layer(&format!("t={word}"), joined));
        let streets = streets.expect("the layer can be read");
        assert_eq!(walk(&streets, at(1.0, 0.0), at(5.0, 0.0)).is_some(), is_walked, "{word}");
    }
}

#[test]
fn streets_of_other_publishers_that_are_private_or_not_yet_there_are_left_out() {
    let own: Writer = |tags| {
        json!({ "road_type": "Local Road", "access": tags.get("a").unwrap_or(&"Public"),
                "operational_state": tags.get("s").unwrap_or(&"Open") })
    };
    for (tags, is_walked) in [
        ("a=Public", true),
        ("a=Private", false),
        ("a=No", false),
        ("s=Open", true),
        ("s=Under_Construction", false),
        ("s=Prospective", false),
    ] {
        let (streets, _) = read_text("lines.geojson", &layer(tags, own));
        let streets = streets.expect("the layer can be read");
        assert_eq!(walk(&streets, at(1.0, 0.0), at(5.0, 0.0)).is_some(), is_walked, "{tags}");
    }
}
