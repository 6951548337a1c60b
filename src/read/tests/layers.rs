use super::super::arc::Arcs;
use super::samples;
use super::*;
use geo::{Area, CoordsIter};

fn code(tried: &Tried) -> &str {
    tried.table().shapes().expect("a map layer").crs.name()
}

const GRID: &str = "British National Grid (EPSG:27700)";
const DEGREES: &str = "WGS84 longitude and latitude";

#[test]
fn geojson_gives_properties_in_their_order_and_its_legacy_reference_system() {
    let tried = read("a.geojson", samples::geojson());
    assert_eq!(tried.table().titles(), ["id", "name", "n", "tags", "late"]);
    assert_eq!(tried.cells()[0], ["7", "Mill", "12", "{\"a\":[1,2]}", ""]);
    assert_eq!(tried.cells()[2], ["", "", "", "", "true"]);
    assert_eq!(code(&tried), GRID);
    assert_eq!(tried.geometries()[0], Some(Geometry::Point(geo::Point::new(330_000.0, 180_000.0))));
    assert!(tried.geometries()[1].is_none());
    assert_eq!(tried.lines(), [1, 2, 3]);
    assert_eq!(tried.codes(), [""; 0]);
}

#[test]
fn geojson_comes_in_many_shapes() {
    let one = r#"{"type":"Feature","properties":{"n":1},"geometry":{"type":"Point","coordinates":[-3,51]}}"#;
    let rows = |text: &str| {
        (read("a.geojson", text).table().rows(), read("a.geojson", text).geometries().iter().flatten().count())
    };
    assert_eq!(rows(one), (1, 1));
    assert_eq!(rows(&format!("{one}\n{one}\n")), (2, 2), "one feature per line");
    assert_eq!(rows(&format!("\u{1e}{one}\n\u{1e}{one}\n")), (2, 2), "a text sequence");
    assert_eq!(rows(&format!("[{one},{one}]")), (2, 2));
    assert_eq!(rows(r#"{"type":"Point","coordinates":[-3,51]}"#), (1, 1));
    assert_eq!(rows(r#"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[-3,51]}]}"#), (1, 1));
    assert_eq!(rows(r#"{"features":[],"type":"FeatureCollection"}"#), (0, 0));
    assert_eq!(rows(&format!("\u{feff}{{\"features\":[{one}],\"type\":\"FeatureCollection\"}}")), (1, 1));
    assert_eq!(rows(r#"{"type":"Polygon","coordinates":[]}"#), (1, 0), "an empty geometry is none");
}

#[test]
fn a_bad_geometry_costs_its_feature_the_geometry_and_nothing_else() {
    let bad = [
        "{\"type\":\"Point\",\"coordinates\":[1]}",
        "{\"type\":\"Circle\",\"coordinates\":[1,2]}",
        "{\"type\":\"Polygon\",\"coordinates\":[[1,2]]}",
        "7",
    ];
    for geometry in bad {
        let text = format!(
            "{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"properties\":{{\"a\":1}},\"geometry\":{geometry}}},
             {{\"type\":\"Feature\",\"properties\":{{\"a\":2}},\"geometry\":{{\"type\":\"Point\",\"coordinates\":[-3,51]}}}}]}}"
        );
        let tried = read("a.geojson", &text);
        assert_eq!(tried.geometries().iter().map(Option::is_some).collect::<Vec<_>>(), [false, true], "{geometry}");
        assert_eq!(tried.issue("geometry-unreadable").at.row, Some(1));
    }
}

#[test]
fn truncated_and_malformed_json_names_line_and_column() {
    let whole = samples::geojson();
    let tried = read("a.geojson", &whole[..whole.len() - 30]);
    assert!(tried.error().problem.contains("line 4 column"), "{}", tried.error().problem);
    assert!(tried.error().remedy.contains("cut short"));
    let tried = read("a.geojson", "{\"type\":\"Feature\",\n\"properties\":{\"n\":NaN}}");
    assert_eq!(tried.error().at.row, Some(2));
    assert!(tried.error().remedy.contains("NaN"));
}

#[test]
fn geojson_in_grid_metres_without_saying_so_is_noticed() {
    let tried = read("a.geojson", r#"{"type":"Point","coordinates":[330000,180000]}"#);
    assert_eq!((code(&tried), tried.codes()), (GRID, vec!["crs-guessed"]));
}

#[test]
fn geojson_with_latitude_first_is_turned_round() {
    let tried = read("a.geojson", r#"{"type":"LineString","coordinates":[[51.5,-3.0],[51.6,-3.1]]}"#);
    assert_eq!((code(&tried), tried.codes()), (DEGREES, vec!["axes-swapped"]));
    let first = tried.geometries()[0].as_ref().and_then(|line| line.coords_iter().next()).expect("a point");
    assert_eq!((first.x, first.y), (-3.0, 51.5));
}

#[test]
fn records_in_json_are_a_table_without_shapes() {
    let tried = read(
        "grants.json",
        r#"{"version":"1.1","grants":[{"id":"360G-1","amountAwarded":500.0,"recipientOrganization":[{"name":"Hall"}]},{"id":"360G-2","title":"x"}]}"#,
    );
    assert_eq!(tried.table().titles(), ["id", "amountAwarded", "recipientOrganization", "title"]);
    assert_eq!(tried.cells()[0], ["360G-1", "500", "[{\"name\":\"Hall\"}]", ""]);
    assert!(tried.table().shapes().is_none());
}

#[test]
fn a_geopackage_gives_its_layer_its_table_and_its_reference_system() {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = samples::gpkg(folder.path());
    let tried = read("a.gpkg", &bytes);
    assert_eq!(tried.table().titles(), ["fid", "code", "share"]);
    assert_eq!(tried.cells()[0], ["1", "E01", "0.5"]);
    assert_eq!(code(&tried), GRID);
    assert_eq!(tried.geometries()[0], Some(Geometry::Point(geo::Point::new(330_000.0, 180_000.0))));
    assert!(tried.geometries()[1].is_none());
    assert_eq!(tried.issue("geometry-unreadable").at.row, Some(3));
    let notes = read_with("a.gpkg", &bytes, Options { layer: Some("notes"), ..Options::default() });
    assert_eq!(notes.cells(), [["1", "seen"]]);
    assert!(notes.table().shapes().is_none());
    let none = read_with("a.gpkg", &bytes, Options { layer: Some("roads"), ..Options::default() });
    assert!(none.error().remedy.contains("\"notes\", \"zones\""));
}

#[test]
fn a_geopackage_with_two_layers_asks_which_one() {
    let folder = tempfile::tempdir().expect("a folder");
    samples::gpkg(folder.path());
    let path = folder.path().join("sample.gpkg");
    let database = rusqlite::Connection::open(&path).expect("a database");
    database.execute_batch("INSERT INTO gpkg_contents VALUES ('more', 'features', 27700);").expect("a row");
    drop(database);
    assert_eq!(read_path(&path, Options::default()).error().code, "layer-unclear");
}

#[test]
fn a_geopackage_in_write_ahead_mode_is_read_without_a_trace_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    samples::gpkg(folder.path());
    let path = folder.path().join("zones of 100% ?#.gpkg");
    std::fs::rename(folder.path().join("sample.gpkg"), &path).expect("a new name");
    let database = rusqlite::Connection::open(&path).expect("a database");
    database.pragma_update(None, "journal_mode", "wal").expect("the mode");
    drop(database);
    assert_eq!(read_path(&path, Options::default()).table().rows(), 3);
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 1);
}

#[test]
fn other_databases_and_truncated_ones_are_refused_in_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = samples::gpkg(folder.path());
    assert_eq!(read("a.gpkg", &bytes[..bytes.len() / 2]).error().code, "file-damaged");
    let path = folder.path().join("other.sqlite");
    rusqlite::Connection::open(&path).and_then(|db| db.execute_batch("CREATE TABLE t (a);")).expect("a database");
    assert_eq!(read_path(&path, Options::default()).error().code, "file-damaged");
}

fn shapefile(extra: &[(&str, &[u8])], with_dbf: bool) -> Tried {
    let (made, folder) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (shp, dbf) = samples::shapefile(made.path());
    if with_dbf {
        written(folder.path(), "z.DBF", &dbf);
    }
    for (ending, bytes) in extra {
        written(folder.path(), &format!("z.{ending}"), bytes);
    }
    read_path(&written(folder.path(), "z.shp", &shp), Options::default())
}

#[test]
fn a_shapefile_gives_polygons_with_holes_and_its_attributes_as_text() {
    let esri = b"PROJCS[\"British_National_Grid\",GEOGCS[\"GCS_OSGB_1936\"]]";
    let tried = shapefile(&[("prj", esri)], true);
    assert_eq!(tried.table().titles(), ["code", "n", "open"]);
    assert_eq!(tried.cells(), [["000", "0", "true"], ["001", "", "false"], ["002", "2", "false"]]);
    assert_eq!((code(&tried), tried.codes()), (GRID, vec![]));
    let areas: Vec<f64> = tried.geometries().iter().flatten().map(Area::unsigned_area).collect();
    assert_eq!(areas, [960_000.0, 500_000.0, 1_460_000.0]);
}

#[test]
fn a_shapefile_without_prj_or_dbf_is_read_and_says_so() {
    assert_eq!(shapefile(&[], true).codes(), ["crs-guessed"]);
    let bare = shapefile(&[], false);
    assert_eq!(bare.codes(), ["attributes-missing", "crs-guessed"]);
    assert_eq!((bare.table().rows(), bare.table().titles().len()), (3, 0));
}

#[test]
fn the_encoding_of_a_shapefile_comes_from_its_cpg() {
    let (made, folder) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (shp, mut dbf) = samples::shapefile(made.path());
    let at = dbf.windows(3).position(|cell| cell == b"000").expect("the first code");
    dbf[at..at + 3].copy_from_slice(b"T\xF0 ");
    written(folder.path(), "z.dbf", &dbf);
    written(folder.path(), "z.cpg", b"ISO-8859-14");
    assert_eq!(read_path(&written(folder.path(), "z.shp", &shp), Options::default()).cells()[0][0], "Tŵ");
    written(folder.path(), "z.cpg", b"ANSI 1252");
    assert_eq!(read_path(&folder.path().join("z.shp"), Options::default()).cells()[0][0], "Tð");
}

#[test]
fn reference_systems_are_known_by_code_and_by_name() {
    let named = |text: &str| match super::super::reference::well_known_text(text) {
        Claim::Says(crs) => crs.name().to_owned(),
        other => format!("{other:?}"),
    };
    assert_eq!(named("PROJCS[\"x\",GEOGCS[\"y\",AUTHORITY[\"EPSG\",\"4277\"]],AUTHORITY[\"EPSG\",\"27700\"]]"), GRID);
    assert_eq!(named("PROJCRS[\"x\",BASEGEOGCRS[\"y\",ID[\"EPSG\",4277]],ID[\"EPSG\",27700]]"), GRID);
    assert_eq!(named("GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\"]]"), DEGREES);
    assert_eq!(named("PROJCS[\"WGS_1984_UTM_Zone_22S\",GEOGCS[\"GCS_WGS_1984\"]]"), "EPSG:32722");
    assert_eq!(named("PROJCS[\"OSGB_1936_British_National_Grid\",GEOGCS[\"y\",AUTHORITY[\"EPSG\",\"4277\"]]]"), GRID);
    assert_eq!(named("PROJCS[\"Somewhere\",GEOGCS[\"y\",AUTHORITY[\"EPSG\",\"4326\"]]]"), "Unknown(\"Somewhere\")");
}

#[test]
fn a_truncated_shapefile_keeps_what_is_whole() {
    let (made, folder) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (shp, dbf) = samples::shapefile(made.path());
    written(folder.path(), "z.dbf", &dbf);
    let tried = read_path(&written(folder.path(), "z.shp", &shp[..shp.len() - 40]), Options::default());
    assert_eq!(tried.table().rows(), 2);
    assert_eq!(tried.issue("file-cut-short").at.row, Some(3));
    assert!(tried.codes().contains(&"attributes-do-not-match"));
}

#[test]
fn a_flatgeobuf_gives_its_properties_and_its_reference_system() {
    let tried = read("a.fgb", samples::fgb(27700));
    let mut cells = tried.cells();
    cells.sort();
    assert_eq!(tried.table().titles(), ["code", "n", "share"]);
    assert_eq!(cells, [["E01", "0", ""], ["E02", "1", "0.5"], ["Tŷ", "2", ""]]);
    assert_eq!((code(&tried), tried.codes()), (GRID, vec![]));
    assert!(tried.geometries().iter().flatten().all(|shape| shape.unsigned_area() == 960_000.0));
    assert_eq!(read("a.fgb", samples::fgb(0)).codes(), ["crs-guessed"]);
}

#[test]
fn a_truncated_flatgeobuf_keeps_what_is_whole() {
    let whole = samples::fgb(27700);
    let tried = read("a.fgb", &whole[..whole.len() - 40]);
    assert_eq!(tried.table().rows(), 2);
    assert_eq!(tried.codes(), ["file-cut-short"]);
    assert_eq!(read("a.fgb", &whole[..40]).error().code, "file-damaged");
}

#[test]
fn well_known_binary_agrees_with_geozero() {
    use geozero::{CoordDimensions, ToWkb};
    let square = Geometry::Polygon(samples::square());
    let parts = geo::MultiPolygon(vec![samples::square(), samples::square()]);
    let several = Geometry::GeometryCollection(geo::GeometryCollection(vec![square.clone(), samples::line()]));
    let points = Geometry::MultiPoint(geo::MultiPoint(vec![geo::Point::new(1.0, 2.0)]));
    for shape in [square, samples::line(), Geometry::MultiPolygon(parts), several, points] {
        let plain = shape.to_wkb(CoordDimensions::xy()).expect("memory");
        let extended = shape.to_ewkb(CoordDimensions::xy(), Some(27700)).expect("memory");
        let gpkg = shape.to_gpkg_wkb(CoordDimensions::xy(), Some(27700), vec![0.0, 1.0, 0.0, 1.0]).expect("memory");
        assert_eq!(wkb::geometry(&plain, &mut Arcs::default()), Ok(Some(shape.clone())));
        assert_eq!(wkb::geometry(&extended, &mut Arcs::default()), Ok(Some(shape.clone())));
        assert_eq!(wkb::geopackage(&gpkg, &mut Arcs::default()), Ok(Some(shape.clone())));
        for end in 0..plain.len() {
            assert!(wkb::geometry(&plain[..end], &mut Arcs::default()).is_err());
        }
    }
}

#[test]
fn counts_that_the_bytes_cannot_hold_are_refused_before_room_is_made() {
    let line_of_four_thousand_million = [1, 2, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0];
    assert!(wkb::geometry(&line_of_four_thousand_million, &mut Arcs::default()).is_err());
    let nested: Vec<u8> = [1, 7, 0, 0, 0, 1, 0, 0, 0].repeat(5000);
    assert!(wkb::geometry(&nested, &mut Arcs::default()).is_err());
}

/// Well-known binary of a type, with what follows its head.
fn wkb_of(kind: u32, body: &[Vec<u8>]) -> Vec<u8> {
    [vec![1], kind.to_le_bytes().to_vec(), body.concat()].concat()
}

fn wkb_points(points: &[[f64; 2]], more: usize) -> Vec<Vec<u8>> {
    let numbers = points.iter().flat_map(|at| at.iter().copied().chain(std::iter::repeat_n(7.0, more)));
    let count = (points.len() as u32).to_le_bytes().to_vec();
    std::iter::once(count).chain(numbers.map(|number| number.to_le_bytes().to_vec())).collect()
}

/// A half circle of a hundred metres above a straight diameter.
const HALF: [[f64; 2]; 3] = [[330_000.0, 180_000.0], [330_100.0, 180_100.0], [330_200.0, 180_000.0]];
const BACK: [[f64; 2]; 2] = [[330_200.0, 180_000.0], [330_000.0, 180_000.0]];

#[test]
fn curves_are_read_as_lines_in_every_dimension_and_order_of_nesting() {
    let half_disc = std::f64::consts::PI * 100.0 * 100.0 / 2.0;
    let one = |count: u32| count.to_le_bytes().to_vec();
    for (thousand, more) in [(0, 0), (1000, 1), (2000, 1), (3000, 2)] {
        let arc = wkb_of(8 + thousand, &wkb_points(&HALF, more));
        let line = wkb_of(2 + thousand, &wkb_points(&BACK, more));
        let compound = wkb_of(9 + thousand, &[one(2), arc.clone(), line.clone()]);
        let polygon = wkb_of(10 + thousand, &[one(1), compound.clone()]);
        let surface = wkb_of(12 + thousand, &[one(1), polygon.clone()]);
        let collection = wkb_of(7 + thousand, &[one(1), surface.clone()]);
        for (number, shape) in [&polygon, &surface, &collection].into_iter().enumerate() {
            let mut arcs = Arcs::default();
            let read = wkb::geometry(shape, &mut arcs).expect("a shape").expect("not empty");
            assert_eq!(arcs, Arcs { here: 0, geometries: 1 });
            let area = read.unsigned_area();
            assert!((area / half_disc - 1.0).abs() < 3e-4, "{thousand} {number}: {area} for {half_disc}");
        }
        let curves = wkb_of(11 + thousand, &[one(2), arc.clone(), line.clone()]);
        let read = wkb::geometry(&curves, &mut Arcs::default()).expect("a shape");
        assert!(matches!(read, Some(Geometry::MultiLineString(lines)) if lines.0.len() == 2));
        let apart = wkb_of(9 + thousand, &[one(2), line.clone(), line]);
        assert!(wkb::geometry(&apart, &mut Arcs::default()).is_err(), "the pieces do not meet");
        for end in 0..polygon.len() {
            assert!(wkb::geometry(&polygon[..end], &mut Arcs::default()).is_err());
        }
    }
    let solid = wkb_of(1015, &[one(0)]);
    assert!(wkb::geometry(&solid, &mut Arcs::default()).is_err_and(|why| why.contains("ogr2ogr")));
}

#[test]
fn a_geopackage_of_curves_is_read_and_says_so_and_a_view_is_a_layer() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    samples::gpkg(folder.path());
    let path = folder.path().join("sample.gpkg");
    let one = 1_u32.to_le_bytes().to_vec();
    let compound =
        wkb_of(9, &[2_u32.to_le_bytes().to_vec(), wkb_of(8, &wkb_points(&HALF, 0)), wkb_of(2, &wkb_points(&BACK, 0))]);
    let shape = wkb_of(10, &[one, compound]);
    let blob = [&b"GP\0\x01"[..], &27700_i32.to_le_bytes(), &shape].concat();
    let odd = [&b"GP\0\x21"[..], &27700_i32.to_le_bytes(), &shape].concat();
    let database = rusqlite::Connection::open(&path).expect("a database");
    database.execute("DELETE FROM zones", []).expect("gone");
    let insert = "INSERT INTO zones (geom, code) VALUES (?1, ?2)";
    database.execute(insert, (blob, "E01")).expect("a row");
    database.execute(insert, (odd, "E02")).expect("a row");
    database
        .execute_batch(
            "CREATE VIEW seen AS SELECT fid, geom, code FROM zones WHERE code = 'E01';
             INSERT INTO gpkg_contents VALUES ('seen', 'features', 27700);
             INSERT INTO gpkg_geometry_columns VALUES ('seen', 'geom');",
        )
        .expect("a view");
    drop(database);
    let read = |layer| read_path(&path, Options { layer: Some(layer), ..Options::default() });
    let whole = read("zones");
    assert_eq!(whole.codes(), ["geometry-unreadable", "arcs-as-lines"]);
    assert!(whole.issue("geometry-unreadable").problem.contains("own encoding"));
    let view = read("seen");
    assert_eq!(view.codes(), ["arcs-as-lines"]);
    let area = view.geometries()[0].as_ref().map_or(0.0, Area::unsigned_area);
    assert!((area / 15_707.96 - 1.0).abs() < 3e-4, "{area}");
}
