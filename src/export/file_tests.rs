use super::*;
use crate::crs::Plane;
use crate::layer::{Credits, Feature, Field, FieldKind, Layer, Role, Value};
use chrono::NaiveDate;
use geo::{Geometry, LineString, MultiPolygon, Point, Polygon, line_string};

fn square(x: f64, y: f64, side: f64) -> Polygon<f64> {
    let ring = LineString::from(vec![(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]);
    Polygon::new(ring, Vec::new())
}

fn layer() -> Layer {
    let field = |name: &str, kind, unit| Field {
        name: name.into(),
        title: name.to_uppercase(),
        description: format!("What {name} is"),
        kind,
        unit,
        role: Role::default(),
    };
    let day = NaiveDate::from_ymd_opt(2024, 3, 31).expect("a day");
    let feature = |id: &str, geometry: Option<Geometry<f64>>, values| Feature { id: id.into(), geometry, values };
    Layer {
        id: "patches".into(),
        title: "Patches & \"zones\"".into(),
        description: "Who lives where.".into(),
        method: "where-people-live",
        credits: Credits {
            sources: vec!["Census 2021".into(), "Boundaries".into()],
            licences: vec!["Open Government Licence v3".into()],
            attributions: vec!["Contains National Statistics data".into()],
            date: Some(day),
            notices: vec!["Made up.".into()],
            protection: None,
        },
        fields: vec![
            field("name", FieldKind::Text, None),
            field("residents", FieldKind::Integer, Some("residents")),
            field("share", FieldKind::Number, Some("share from 0 to 1")),
            field("rural", FieldKind::Boolean, None),
            field("opened", FieldKind::Date, None),
            field("GEOM", FieldKind::Text, None),
        ],
        features: vec![
            feature(
                "a",
                Some(
                    MultiPolygon(vec![square(330_000.0, 188_000.0, 500.0), square(331_000.0, 188_000.0, 500.0)]).into(),
                ),
                vec![
                    "=Tŷ".to_owned().pipe(Value::Text),
                    Value::Integer(12_000),
                    Value::Number(0.25),
                    Value::Boolean(true),
                    Value::Date(day),
                    Value::Null,
                ],
            ),
            feature("b", Some(square(332_000.0, 188_000.0, 500.0).into()), vec![Value::Null; 6]),
            feature("c", None, vec![Value::Null; 6]),
        ],
    }
}

trait Pipe: Sized {
    fn pipe<T>(self, into: impl FnOnce(Self) -> T) -> T {
        into(self)
    }
}
impl Pipe for String {}

fn plane() -> Plane {
    Plane::british_national_grid()
}

#[test]
fn a_spreadsheet_has_a_cover_that_says_what_it_is_and_a_sheet_of_plain_rows() {
    use calamine::{Data, Reader, Xlsx};
    let bytes = xlsx(&layer(), &plane()).expect("a spreadsheet");
    let mut book = Xlsx::new(std::io::Cursor::new(bytes)).expect("opens");
    assert_eq!(book.sheet_names(), ["About", "Data"]);
    let about = book.worksheet_range("About").expect("a sheet");
    let words: Vec<String> = about.rows().map(|row| format!("{}: {}", row[0], row[1])).collect();
    for expected in [
        "Title: Patches & \"zones\"",
        "Method: METHODS.md#where-people-live",
        "Source: Boundaries",
        "Licence: Open Government Licence v3",
        "Notice: Made up.",
        "Date of the data: 2024-03-31",
        "Reference system: British National Grid (EPSG:27700)",
        "residents: RESIDENTS: What residents is (residents)",
    ] {
        assert!(words.iter().any(|line| line == expected), "no line {expected:?} in {words:#?}");
    }
    let data = book.worksheet_range("Data").expect("a sheet");
    let rows: Vec<&[Data]> = data.rows().collect();
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[0][0], Data::String("id".into()));
    assert_eq!(rows[1][1], Data::String("=Tŷ".into()), "words, not a formula");
    assert_eq!(rows[1][2], Data::Float(12_000.0));
    assert_eq!(rows[1][4], Data::Bool(true));
    assert!(rows[1][5].to_string().contains("45382") || matches!(rows[1][5], Data::DateTime(_)));
    assert_eq!(rows[3][2], Data::String("[x]".into()));
    assert_eq!(rows[3][7], Data::String("[x]".into()), "no point for what has no place");
    assert!(matches!(rows[2][7], Data::Float(x) if (x - 332_250.0).abs() < 1.0));
}

#[test]
fn the_same_layer_gives_the_same_bytes_in_every_format() {
    let make = || {
        let layer = layer();
        let mut fgb = Vec::new();
        flatgeobuf(&layer, layer.features.iter(), &plane(), Coordinates::Degrees, &mut fgb).expect("FlatGeobuf");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.gpkg");
        geopackage(&layer, &plane(), &path).expect("GeoPackage");
        let parquet = folder.path().join("a.parquet");
        geoparquet(&layer, &plane(), &parquet).expect("GeoParquet");
        let read = |path| std::fs::read(path).expect("readable");
        [xlsx(&layer, &plane()).expect("XLSX"), read(parquet), fgb, read(path)]
    };
    for (first, second) in make().iter().zip(make()) {
        assert!(*first == second);
    }
}

#[test]
fn a_geopackage_says_what_it_is_and_where() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("patches.gpkg");
    geopackage(&layer(), &plane(), &path).expect("GeoPackage");
    let db = rusqlite::Connection::open(&path).expect("opens");
    let text = |sql: &str| db.query_row(sql, [], |row| row.get::<_, String>(0)).expect(sql);
    let number = |sql: &str| db.query_row(sql, [], |row| row.get::<_, f64>(0)).expect(sql);
    assert_eq!(text("SELECT identifier FROM gpkg_contents WHERE table_name = 'patches'"), "Patches & \"zones\"");
    assert!(
        text("SELECT description FROM gpkg_contents WHERE srs_id = 27700")
            .contains("Licence: Open Government Licence v3")
    );
    assert_eq!(text("SELECT geometry_type_name FROM gpkg_geometry_columns"), "MULTIPOLYGON");
    assert!(text("SELECT definition FROM gpkg_spatial_ref_sys WHERE srs_id = 27700").starts_with("PROJCS[\"OSGB36"));
    assert!(text("SELECT description FROM gpkg_data_columns WHERE column_name = 'residents'").ends_with("(residents)"));
    assert_eq!(text("SELECT words FROM about WHERE name = 'Date of the data'"), "2024-03-31");
    assert!(text("SELECT metadata FROM gpkg_metadata").contains("\"licences\""));
    assert!((number("SELECT max_x FROM gpkg_contents WHERE table_name = 'patches'") - 332_500.0).abs() < 1e-9);
    assert!((number("SELECT count(*) FROM patches WHERE geom IS NULL") - 1.0).abs() < 1e-9);
    assert_eq!(text("SELECT opened FROM patches WHERE id = 'a'"), "2024-03-31");
    assert!((number("SELECT count(*) FROM patches WHERE GEOM_ IS NULL") - 3.0).abs() < 1e-9);
    let blob: Vec<u8> = db.query_row("SELECT geom FROM patches WHERE id = 'a'", [], |row| row.get(0)).expect("a shape");
    assert_eq!((&blob[..2], i32::from_le_bytes([blob[4], blob[5], blob[6], blob[7]])), (&b"GP"[..], 27700));
}

#[test]
fn flatgeobuf_comes_back_as_it_went_in_either_reference_system() {
    use fallible::features;
    for (coordinates, epsg, x) in [(Coordinates::Metres, 27700, 330_000.0), (Coordinates::Degrees, 4326, -3.0)] {
        let layer = layer();
        let mut bytes = Vec::new();
        flatgeobuf(&layer, layer.features.iter().take(2), &plane(), coordinates, &mut bytes).expect("FlatGeobuf");
        let (code, found) = features(&bytes);
        assert_eq!((code, found.len()), (epsg, 2));
        assert!(found.iter().any(|(id, first)| id == "a" && (first - x).abs() < 0.1 * x.abs()), "{found:?}");
        let mut bytes = Vec::new();
        flatgeobuf(&layer, layer.features.iter(), &plane(), coordinates, &mut bytes)
            .expect("with a feature without place");
        assert_eq!(features(&bytes).1.len(), 3);
        let mut bytes = Vec::new();
        flatgeobuf(&layer, layer.features.iter().take(0), &plane(), coordinates, &mut bytes).expect("without features");
        assert_eq!(features(&bytes).1.len(), 0);
    }
}

/// Reads FlatGeobuf back.
mod fallible {
    use flatgeobuf::{FallibleStreamingIterator, FeatureProperties, FgbReader};

    /// EPSG code, and for each feature its id and first coordinate.
    pub(super) fn features(bytes: &[u8]) -> (i32, Vec<(String, f64)>) {
        let reader = FgbReader::open(std::io::Cursor::new(bytes)).expect("opens");
        let code = reader.header().crs().expect("a reference system").code();
        let mut features = reader.select_all_seq().expect("features");
        let mut found = Vec::new();
        while let Some(feature) = features.next().expect("a feature") {
            let geometry = feature.geometry();
            let xy = geometry.and_then(|g| {
                g.xy().or_else(|| {
                    g.parts().and_then(|parts| (!parts.is_empty()).then(|| parts.get(0)).and_then(|p| p.xy()))
                })
            });
            let first = xy.filter(|xy| !xy.is_empty()).map_or(f64::NAN, |xy| xy.get(0));
            let id: String = feature.property("id").expect("an id");
            found.push((id, first));
        }
        (code, found)
    }
}

#[test]
fn json_fg_has_metres_with_their_name_and_degrees_beside_them() {
    let layer = layer();
    let writer = JsonFg { layer: &layer, plane: &plane(), with_degrees: true };
    let mut bytes = Vec::new();
    writer.write(&mut bytes).expect("JSON-FG");
    let json: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
    assert_eq!(json["conformsTo"][0], "http://www.opengis.net/spec/json-fg-1/1.0/conf/core");
    assert_eq!(json["coordRefSys"], "http://www.opengis.net/def/crs/EPSG/0/27700");
    let first = &json["features"][0];
    assert_eq!(first["place"]["coordinates"][0][0][0][0], 330_000.0);
    assert!(first["geometry"]["coordinates"][0][0][0][0].as_f64().expect("a number") < 0.0);
    assert_eq!(first["time"]["date"], "2024-03-31");
    assert_eq!(json["features"][2]["place"], serde_json::Value::Null);
    let without = JsonFg { with_degrees: false, ..writer };
    assert_eq!(without.feature(&layer.features[0])["geometry"], serde_json::Value::Null);
}

#[test]
fn well_known_text_is_short_and_exact() {
    let text = |geometry: Geometry<f64>| wkt(&geometry, 2);
    assert_eq!(text(Point::new(330_000.0, -0.001).into()), "POINT (330000 0)");
    assert_eq!(text(line_string![(x: 0.5, y: 1.25), (x: 100.0, y: 2.0)].into()), "LINESTRING (0.5 1.25, 100 2)");
    assert_eq!(text(square(0.0, 0.0, 1.0).into()), "POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))");
    assert_eq!(text(geo::MultiPoint::from(vec![(1.0, 2.0), (3.0, 4.0)]).into()), "MULTIPOINT ((1 2), (3 4))");
    assert_eq!(text(MultiPolygon::<f64>(vec![]).into()), "MULTIPOLYGON EMPTY");
}
