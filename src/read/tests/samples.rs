//! Small valid files of every kind, written by the writers of the field. They are also where the seeds
//! of the fuzzers in `fuzz/seeds` come from.

use flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use geo::{Geometry, LineString, Point, Polygon, polygon};
use geozero::{ColumnValue, PropertyProcessor};
use polars::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use shapefile::dbase::{FieldValue, Record, TableWriterBuilder};
use std::path::Path;

/// A square with a hole, on the National Grid.
pub(super) fn square() -> Polygon<f64> {
    polygon!(
        exterior: [(x: 330_000.0, y: 180_000.0), (x: 330_000.0, y: 181_000.0), (x: 331_000.0, y: 181_000.0), (x: 331_000.0, y: 180_000.0)],
        interiors: [[(x: 330_400.0, y: 180_400.0), (x: 330_600.0, y: 180_400.0), (x: 330_600.0, y: 180_600.0), (x: 330_400.0, y: 180_600.0)]],
    )
}

pub(super) fn csv() -> Vec<u8> {
    b"Title of the table,,\n\ncode,\"name, full\",n\nE01,\"The \"\"Mill\"\"\nLane\",\"1,234\"\nE02,Caf\xE9,*\n".to_vec()
}

pub(super) fn geojson() -> Vec<u8> {
    br#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::27700"}},"features":[
{"type":"Feature","id":7,"properties":{"name":"Mill","n":12.0,"tags":{"a":[1,2]}},"geometry":{"type":"Point","coordinates":[330000,180000,12]}},
{"type":"Feature","properties":{"name":null},"geometry":null},
{"type":"Feature","properties":{"late":true},"geometry":{"type":"Polygon","coordinates":[[[330000,180000],[331000,180000],[331000,181000],[330000,180000]]]}}]}"#
        .to_vec()
}

pub(super) fn xlsx() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let cover = workbook.add_worksheet();
    cover.set_name("Cover").expect("a name");
    cover.write(0, 0, "Mid-year estimates").expect("a cell");
    let sheet = workbook.add_worksheet();
    sheet.set_name("Mid-2022 LSOA 2021").expect("a name");
    for (row, text) in ["Mid-2022 estimates", "This sheet contains one table", "Source: ONS"].iter().enumerate() {
        sheet.write(row as u32, 0, *text).expect("a cell");
    }
    for (column, title) in ["LSOA 2021 Code", "LSOA 2021 Name", "Total", "Checked", "Opens", "Share"].iter().enumerate()
    {
        sheet.write(3, column as u16, *title).expect("a cell");
    }
    let (date, time) = (Format::new().set_num_format("dd/mm/yyyy"), Format::new().set_num_format("hh:mm"));
    for (row, (code, total)) in [("E01011949", 1876.0), ("E01011950", 1117.0)].iter().enumerate() {
        let row = row as u32 + 5;
        sheet.write(row, 0, *code).expect("a cell");
        sheet.write(row, 2, *total).expect("a cell");
        sheet.write_with_format(row, 3, ExcelDateTime::from_ymd(2024, 6, 30).expect("a day"), &date).expect("a cell");
        sheet.write_with_format(row, 4, ExcelDateTime::from_hms(9, 30, 0.0).expect("a time"), &time).expect("a cell");
        sheet.write(row, 5, 0.125).expect("a cell");
    }
    let other = workbook.add_worksheet();
    other.set_name("Mid-2023 LSOA 2021").expect("a name");
    other.write_row(0, 0, ["a", "b", "c"]).expect("cells");
    other.write_row(1, 0, [1, 2, 3]).expect("cells");
    workbook.save_to_buffer().expect("memory")
}

pub(super) fn parquet() -> Vec<u8> {
    let mut frame = df!(
        "code" => ["E01", "E02", "E03"],
        "n" => [Some(1_i64), None, Some(3)],
        "share" => [0.5, 2.0, f64::NAN],
        "half" => [0.1_f32, 1.0, 2.5],
        "open" => [true, false, true],
    )
    .expect("columns of one length");
    let days = Column::new("day".into(), [19_904_i32, 0, 1]).cast(&DataType::Date).expect("days");
    frame.with_column(days).expect("a column of the same length");
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame).expect("memory");
    bytes
}

/// Well-known binary of a point, little-endian.
pub(super) fn wkb_point(x: f64, y: f64) -> Vec<u8> {
    [&[1, 1, 0, 0, 0][..], &x.to_le_bytes(), &y.to_le_bytes()].concat()
}

pub(super) fn geoparquet(geo: &str) -> Vec<u8> {
    let shapes = [Some(wkb_point(-3.0, 51.5)), None, Some(vec![1, 2, 3])];
    let shapes: BinaryChunked = shapes.into_iter().collect();
    let mut frame = df!("code" => ["E01", "E02", "E03"]).expect("a frame");
    frame.with_column(shapes.with_name("geometry".into()).into_series().into()).expect("a column of the same length");
    let mut bytes = Vec::new();
    let metadata = KeyValueMetadata::from_static(vec![("geo".to_owned(), geo.to_owned())]);
    ParquetWriter::new(&mut bytes).with_key_value_metadata(Some(metadata)).finish(&mut frame).expect("memory");
    bytes
}

pub(super) fn fgb(code: i32) -> Vec<u8> {
    let options = FgbWriterOptions {
        write_index: true,
        crs: FgbCrs { code, ..FgbCrs::default() },
        ..FgbWriterOptions::default()
    };
    let mut writer = FgbWriter::create_with_options("zones", GeometryType::Polygon, options).expect("a writer");
    writer.add_column("code", ColumnType::String, |_, _| {});
    writer.add_column("n", ColumnType::Long, |_, _| {});
    writer.add_column("share", ColumnType::Double, |_, _| {});
    for (at, name) in ["E01", "E02", "Tŷ"].iter().enumerate() {
        let shape = Geometry::Polygon(square());
        writer
            .add_feature_geom(shape, |feature| {
                feature.property(0, "code", &ColumnValue::String(name)).expect("a property");
                feature.property(1, "n", &ColumnValue::Long(at as i64)).expect("a property");
                if at == 1 {
                    feature.property(2, "share", &ColumnValue::Double(0.5)).expect("a property");
                }
            })
            .expect("a feature");
    }
    let mut bytes = Vec::new();
    writer.write(&mut bytes).expect("memory");
    bytes
}

/// The `.shp` and `.dbf` of three features: a square with a hole, nothing, two squares apart.
pub(super) fn shapefile(folder: &Path) -> (Vec<u8>, Vec<u8>) {
    let path = folder.join("sample.shp");
    let table = TableWriterBuilder::new()
        .add_character_field("code".try_into().expect("a name"), 10)
        .add_numeric_field("n".try_into().expect("a name"), 10, 2)
        .add_logical_field("open".try_into().expect("a name"));
    let mut writer = shapefile::Writer::from_path(&path, table).expect("a writer");
    let far = polygon![(x: 340_000.0, y: 180_000.0), (x: 340_000.0, y: 181_000.0), (x: 341_000.0, y: 181_000.0)];
    let shapes = [
        shapefile::Polygon::from(square()),
        shapefile::Polygon::from(far.clone()),
        shapefile::Polygon::from(geo::MultiPolygon(vec![square(), far])),
    ];
    for (at, shape) in shapes.iter().enumerate() {
        let mut record = Record::default();
        record.insert("code".to_owned(), FieldValue::Character(Some(format!("00{at}"))));
        record.insert("n".to_owned(), FieldValue::Numeric((at != 1).then_some(at as f64)));
        record.insert("open".to_owned(), FieldValue::Logical(Some(at == 0)));
        writer.write_shape_and_record(shape, &record).expect("a row");
    }
    drop(writer);
    let read = |ending| std::fs::read(path.with_extension(ending)).expect("just written");
    (read("shp"), read("dbf"))
}

/// A GeoPackage with a layer `zones` of points on the grid and a table `notes` without geometry.
pub(super) fn gpkg(folder: &Path) -> Vec<u8> {
    let path = folder.join("sample.gpkg");
    let database = rusqlite::Connection::open(&path).expect("a database");
    database
        .execute_batch(
            "PRAGMA application_id = 0x47504B47;
             CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT,
                 organization_coordsys_id INTEGER, definition TEXT);
             INSERT INTO gpkg_spatial_ref_sys VALUES ('OSGB36', 27700, 'EPSG', 27700, ''), ('ours', 900001, 'NONE', 1, '');
             CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, srs_id INTEGER);
             INSERT INTO gpkg_contents VALUES ('zones', 'features', 27700), ('notes', 'attributes', NULL);
             CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT);
             INSERT INTO gpkg_geometry_columns VALUES ('zones', 'geom');
             CREATE TABLE zones (fid INTEGER PRIMARY KEY, geom BLOB, code TEXT, share REAL);
             CREATE TABLE notes (fid INTEGER PRIMARY KEY, note TEXT);
             INSERT INTO notes VALUES (1, 'seen');",
        )
        .expect("tables");
    let point = |x, y| [&b"GP\0\x01"[..], &27700_i32.to_le_bytes(), &wkb_point(x, y)].concat();
    let insert = "INSERT INTO zones (geom, code, share) VALUES (?1, ?2, ?3)";
    database.execute(insert, (point(330_000.0, 180_000.0), "E01", 0.5)).expect("a row");
    database.execute(insert, (None::<Vec<u8>>, "E02", 2.0)).expect("a row");
    database.execute(insert, (vec![1_u8, 2, 3], "E03", None::<f64>)).expect("a row");
    drop(database);
    std::fs::read(path).expect("just written")
}

pub(super) fn line() -> Geometry<f64> {
    Geometry::LineString(LineString::from(vec![Point::new(0.0, 0.0), Point::new(1.0, 1.0)]))
}
