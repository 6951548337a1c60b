//! What is given to readers of words and of a few bytes, which need nothing else of the house.

use geo::{Coord, LineString, Polygon};
use patchwork::crs::{LonLat, Plane};
use patchwork::export::tile::{TileId, TileLayer, tile};
use patchwork::layer::{Credits, Feature, Field, FieldKind, Layer, LayerId, Role, Value};
use patchwork::load::doors;
use patchwork::query::{Condition, Coordinates, Language};
use std::sync::LazyLock;

/// Each of these readers. A folder of seeds has the name of each.
pub const TARGETS: [&str; 7] = ["wkb", "hours", "settings", "cql2_text", "cql2_json", "wkt", "tile"];

/// Gives the bytes to a reader.
pub fn feed(target: &str, bytes: &[u8]) {
    let text = std::str::from_utf8(bytes);
    match (target, text) {
        ("wkb", _) => doors::wkb(bytes),
        ("tile", _) => draw(bytes),
        ("hours", Ok(text)) => doors::hours(text),
        ("settings", Ok(text)) => doors::settings(text),
        ("cql2_text", Ok(text)) => condition(text, Language::Text),
        ("cql2_json", Ok(text)) => condition(text, Language::Json),
        ("wkt", Ok(text)) => condition(&format!("S_INTERSECTS(geometry, {text})"), Language::Text),
        (other, _) => assert!(TARGETS.contains(&other), "there is no target {other}"),
    }
}

/// The British grid.
pub static PLANE: LazyLock<Plane> = LazyLock::new(|| Plane::from_epsg(27700).expect("the British grid"));

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
