use super::*;
use crate::layer::{Credits, FieldKind};
use geo::{MultiPolygon, Point, polygon};

fn fixed(number: f64, decimals: i32) -> String {
    let mut out = Vec::new();
    push_fixed(&mut out, number, decimals);
    String::from_utf8(out).expect("digits")
}

#[test]
fn numbers_have_no_more_decimals_than_they_need() {
    assert_eq!(fixed(-1.5, 7), "-1.5");
    assert_eq!(fixed(0.000_000_04, 7), "0");
    assert_eq!(fixed(-0.000_000_04, 7), "0");
    assert_eq!(fixed(51.500_000_1, 7), "51.5000001");
    assert_eq!(fixed(400_000.0, 3), "400000");
    assert_eq!(fixed(400_000.062_5, 3), "400000.063");
    assert_eq!(fixed(-0.05, 3), "-0.05");
}

fn layer(geometry: Geometry<f64>) -> Layer {
    let field = |name: &str, kind| Field {
        name: name.to_owned(),
        title: name.to_owned(),
        description: String::new(),
        kind,
        unit: None,
        role: crate::layer::Role::default(),
    };
    Layer {
        id: "things".into(),
        title: "Things".into(),
        description: "Some things.".into(),
        method: "things",
        credits: Credits { notices: vec!["Made up.".into()], ..Credits::default() },
        fields: vec![field("name", FieldKind::Text), field("share", FieldKind::Number)],
        features: vec![Feature {
            id: "a\"b".into(),
            geometry: Some(geometry),
            values: vec![Value::Text("Zoë\n".into()), Value::Null],
        }],
    }
}

fn file(geometry: Geometry<f64>) -> serde_json::Value {
    serde_json::from_slice(&written(&Plane::british_national_grid(), &layer(geometry))).expect("JSON")
}

#[test]
fn a_file_says_what_it_is_and_every_unknown_value_is_null() {
    let file = file(Point::new(400_000.0, 300_000.0).into());
    assert_eq!(file["notices"][0], "Made up.");
    assert_eq!(file["method"], "METHODS.md#things");
    assert_eq!(file["features"][0]["id"], "a\"b");
    assert_eq!(file["features"][0]["properties"], json!({"name": "Zoë\n", "share": null}));
}

#[test]
fn coordinates_are_longitude_then_latitude_and_outer_rings_run_anticlockwise() {
    let clockwise = polygon![(x: 400_000., y: 300_000.), (x: 400_000., y: 300_100.), (x: 400_100., y: 300_100.), (x: 400_100., y: 300_000.)];
    let file = file(MultiPolygon::new(vec![clockwise]).into());
    let ring = file["features"][0]["geometry"]["coordinates"][0][0].as_array().expect("a ring").clone();
    let at = |i: usize| (ring[i][0].as_f64().expect("a number"), ring[i][1].as_f64().expect("a number"));
    let twice_area: f64 = (0..ring.len() - 1).map(|i| at(i).0 * at(i + 1).1 - at(i + 1).0 * at(i).1).sum();
    assert!(twice_area > 0.0, "{ring:?}");
    assert!((at(0).0 - -2.0).abs() < 0.01 && (at(0).1 - 52.6).abs() < 0.1, "{ring:?}");
}

#[test]
fn what_is_written_is_geojson_to_another_reader() {
    let line: LineString<f64> = vec![(400_000.0, 300_000.0), (400_050.0, 300_010.0)].into();
    let bytes = written(&Plane::british_national_grid(), &layer(line.into()));
    let text = String::from_utf8(bytes).expect("UTF-8");
    let parsed: geojson::FeatureCollection = text.parse().expect("GeoJSON");
    assert_eq!(parsed.features.len(), 1);
}
