//! Any bytes become a table or an issue, never a panic: random bytes, and valid files flipped, cut,
//! spliced and repeated. The real fuzzers in `fuzz/` go on from here.

use super::samples;
use super::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

#[derive(Debug, Clone)]
enum Harm {
    Flip(usize, u8),
    Set(usize, [u8; 4]),
    Cut(usize),
    Drop(usize, usize),
    Repeat(usize, usize),
}

fn harm() -> impl Strategy<Value = Harm> {
    let at = any::<usize>();
    prop_oneof![
        (at, any::<u8>()).prop_map(|(at, mask)| Harm::Flip(at, mask)),
        (at, prop_oneof![Just([0xFF; 4]), Just([0; 4]), Just([0xFF, 0xFF, 0xFF, 0x7F]), any::<[u8; 4]>()])
            .prop_map(|(at, to)| Harm::Set(at, to)),
        at.prop_map(Harm::Cut),
        (at, 1_usize..64).prop_map(|(at, n)| Harm::Drop(at, n)),
        (at, 1_usize..64).prop_map(|(at, n)| Harm::Repeat(at, n)),
    ]
}

fn harmed(whole: &[u8], harms: &[Harm]) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for harm in harms {
        let size = bytes.len();
        if size == 0 {
            break;
        }
        match *harm {
            Harm::Flip(at, mask) => bytes[at % size] ^= mask,
            Harm::Set(at, to) => to.iter().enumerate().for_each(|(i, byte)| bytes[(at % size + i) % size] = *byte),
            Harm::Cut(at) => bytes.truncate(at % size),
            Harm::Drop(at, n) => drop(bytes.drain(at % size..size.min(at % size + n))),
            Harm::Repeat(at, n) => {
                let part = bytes[at % size..size.min(at % size + n)].to_vec();
                bytes.splice(at % size..at % size, part);
            }
        }
    }
    bytes
}

/// Everything a table can be asked, asked.
fn look_at_all(tried: &Tried) {
    let Ok(table) = &tried.table else { return };
    for row in 0..table.rows().min(100) {
        for column in 0..=table.titles().len() {
            let _ = (table.text(column, row), table.number(column, row), table.line(row));
        }
    }
    if let Some(shapes) = table.shapes() {
        assert_eq!(shapes.geometries.len(), table.rows());
    }
}

fn survives(cases: u32, name: &str, whole: &[u8]) {
    let config = Config { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..Config::default() };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    let given = prop::collection::vec(harm(), 1..5);
    let outcome = TestRunner::new(config).run(&given, |harms| {
        std::fs::write(&path, harmed(whole, &harms)).expect("room");
        look_at_all(&read_path(&path, Options::default()));
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{name}: {failure}"));
}

#[test]
fn damaged_text_is_a_table_or_an_issue() {
    survives(1500, "a.csv", &samples::csv());
}

#[test]
fn damaged_geojson_is_a_table_or_an_issue() {
    survives(1500, "a.geojson", &samples::geojson());
}

#[test]
fn damaged_maps_in_json_and_in_words_are_tables_or_issues() {
    let esri = br#"{"fields":[{"name":"seen","type":"esriFieldTypeDate"}],"spatialReference":{"wkid":27700},"features":[
{"attributes":{"code":"E01","seen":1719705600000},"geometry":{"rings":[[[330000,180000],[330000,181000],[331000,181000],[330000,180000]]]}}]}"#;
    survives(1200, "a.json", esri);
    let topology = br#"{"type":"Topology","transform":{"scale":[0.01,0.01],"translate":[-3,51]},"objects":{"zones":{"type":"GeometryCollection",
"geometries":[{"type":"Polygon","id":"E01","arcs":[[0,1]]},{"type":"MultiPolygon","arcs":[[[-1,-2]]]}]}},"arcs":[[[0,0],[0,1]],[[0,1],[1,0],[-1,-1]]]}"#;
    survives(1200, "a.json", topology);
    let overpass = br#"{"version":0.6,"generator":"O","elements":[{"type":"node","id":1,"lat":51.5,"lon":-3.0},{"type":"node","id":2,"lat":51.6,"lon":-3.0},
{"type":"way","id":5,"nodes":[1,2,1],"tags":{"highway":"path"}},{"type":"relation","id":7,"tags":{"type":"multipolygon"},"members":[
{"type":"way","ref":8,"role":"outer","geometry":[{"lat":51.5,"lon":-3},{"lat":51.6,"lon":-3},{"lat":51.6,"lon":-2},{"lat":51.5,"lon":-3}]}]}]}"#;
    survives(1200, "a.json", overpass);
    let services = br#"{"total_items":1,"contents":[{"id":"s","name":"Room","service_at_locations":[{"id":"l","location":{"latitude":51.5,"longitude":-3},
"schedules":[{"freq":"WEEKLY","byday":"MO,WE","opens_at":"09:00","closes_at":"17:00Z","valid_to":"2024-06-30"}]}]}]}"#;
    survives(1200, "a.json", services);
    let words = b"code,wkt\nE01,\"SRID=27700;MULTISURFACE (CURVEPOLYGON (COMPOUNDCURVE (CIRCULARSTRING (0 0, 1 1, 2 0), (2 0, 0 0))))\"\nE02,0101000000000000000000F03F0000000000000040\n";
    survives(1500, "a.csv", words);
    let nested = format!("code,wkt\nE01,\"{}POINT (1 2)\"\n", "GEOMETRYCOLLECTION (".repeat(5_000));
    assert_eq!(read("a.csv", nested).codes(), ["geometry-unreadable"]);
    let nested = format!("code,wkt\nE01,\"{}(1 2)\"\n", "COMPOUNDCURVE (".repeat(5_000));
    assert_eq!(read("a.csv", nested).codes(), ["geometry-unreadable"]);
}

#[test]
fn damaged_kml_is_a_table_or_an_issue() {
    let kml = b"<kml><Document><Placemark id=\"a\"><name>Mill &amp; Park &#65;</name><ExtendedData><Data name=\"code\"><value><![CDATA[E01]]></value></Data></ExtendedData><MultiGeometry><Polygon><outerBoundaryIs><LinearRing><coordinates>-3,51,0 -3,52,0 -2,52,0 -3,51,0</coordinates></LinearRing></outerBoundaryIs></Polygon><Point><coordinates>-3,51</coordinates></Point></MultiGeometry></Placemark></Document></kml>";
    survives(1500, "a.kml", kml);
    let mut packed = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    packed.start_file("doc.kml", zip::write::SimpleFileOptions::default()).expect("a part");
    std::io::Write::write_all(&mut packed, kml).expect("memory");
    survives(600, "a.kmz", &packed.finish().expect("memory").into_inner());
    assert_eq!(read("a.kml", format!("<kml>{}", "<Folder>".repeat(100_000))).error().code, "file-damaged");
}

#[test]
fn a_damaged_workbook_is_a_table_or_an_issue() {
    survives(400, "a.xlsx", &samples::xlsx());
}

#[test]
fn a_damaged_parquet_file_is_a_table_or_an_issue() {
    survives(400, "a.parquet", &samples::parquet());
}

#[test]
fn a_damaged_geoparquet_file_is_a_table_or_an_issue() {
    let geo = r#"{"primary_column":"geometry","columns":{"geometry":{"encoding":"WKB"}}}"#;
    survives(1500, "a.parquet", &samples::geoparquet(geo));
}

#[test]
fn a_damaged_flatgeobuf_is_a_table_or_an_issue() {
    survives(1500, "a.fgb", &samples::fgb(27700));
}

#[test]
fn a_damaged_geopackage_is_a_table_or_an_issue() {
    let folder = tempfile::tempdir().expect("a folder");
    survives(1000, "a.gpkg", &samples::gpkg(folder.path()));
}

#[test]
fn a_damaged_shapefile_is_a_table_or_an_issue() {
    let folder = tempfile::tempdir().expect("a folder");
    let (shp, dbf) = samples::shapefile(folder.path());
    survives(1000, "a.shp", &shp);
    survives(1000, "a.dbf", &dbf);
}

#[test]
fn random_bytes_behind_every_beginning_are_a_table_or_an_issue() {
    let config = Config { cases: 600, failure_persistence: None, rng_seed: RngSeed::Fixed(9), ..Config::default() };
    let heads: [&[u8]; 8] = [
        b"",
        b"PK\x03\x04",
        b"PAR1",
        b"fgb\x03fgb\0",
        b"SQLite format 3\0",
        &[0, 0, 0x27, 0x0A],
        &[0xD0, 0xCF, 0x11, 0xE0],
        b"{",
    ];
    let names = ["a.csv", "a.xlsx", "a.parquet", "a.fgb", "a.gpkg", "a.shp", "a.xls", "a.json", "a.ods", "a.dbf"];
    let given = (
        prop::sample::select(heads.to_vec()),
        prop::sample::select(names.to_vec()),
        prop::collection::vec(any::<u8>(), 0..400),
    );
    let folder = tempfile::tempdir().expect("a folder");
    let outcome = TestRunner::new(config).run(&given, |(head, name, tail)| {
        let path = written(folder.path(), name, &[head, &tail].concat());
        look_at_all(&read_path(&path, Options::default()));
        std::fs::remove_file(path).expect("just written");
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}
