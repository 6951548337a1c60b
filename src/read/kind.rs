//! What kind of file it is, by its first bytes, else by its ending.

use super::{Source, convert};
use crate::place::{Code, Issue};

/// Whether these are the first bytes of an SQLite database, which is read where it is and not as bytes.
pub(super) fn is_geopackage(head: &[u8]) -> bool {
    head.starts_with(b"SQLite format 3\0")
}

/// The other kinds of file that hold rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Delimited,
    Workbook,
    Parquet,
    Json,
    Shapefile,
    Dbase,
    FlatGeobuf,
    Kml,
    PackedKml,
}

/// Tells the kind of a file that is not empty.
pub(super) fn of(source: &Source<'_>, bytes: &[u8]) -> Result<Kind, Issue> {
    if let Some(kind) = by_content(bytes) {
        return Ok(kind);
    }
    let ending = source.ending();
    if bytes.starts_with(b"PK\x03\x04") {
        return zipped(source, &ending, bytes);
    }
    if bytes.starts_with(&[0x1F, 0x8B]) {
        return Err(packed(source, "gzip"));
    }
    if bytes.starts_with(b"%PDF") || ending == "pdf" {
        return Err(source.error(
            Code::FileKind,
            "The file is a PDF document",
            "Ask for the table behind it as CSV or XLSX",
        ));
    }
    if ending == "pbf" {
        return Err(source.error(
            Code::FileKind,
            "The file is an OpenStreetMap extract, not a table or map layer",
            "Name it under [streets]; assets are read out of it with osm = true",
        ));
    }
    let start = start_of(bytes);
    if start.starts_with(b"<") {
        return of_xml(source, start);
    }
    if let Some(what) = convert::of_text(start) {
        return Err(convert::refuse(source, what));
    }
    if matches!(ending.as_str(), "json" | "geojson" | "geojsonl" | "ndjson" | "jsonl" | "geojsons")
        || (start.starts_with(b"{") && ending != "csv")
    {
        return Ok(Kind::Json);
    }
    match (ending.as_str(), is_text(bytes)) {
        ("dbf", _) => Ok(Kind::Dbase),
        (_, true) => Ok(Kind::Delimited),
        ("xlsx" | "xlsm" | "xlsb" | "ods" | "xls", false) => {
            Err(source.damaged("a workbook", "it does not begin like one"))
        }
        ("gpkg" | "sqlite", false) => Err(source.damaged("a GeoPackage", "it is not an SQLite database")),
        ("shp", false) => Err(source.damaged("a shapefile", "it does not begin like one")),
        ("fgb", false) => Err(source.damaged("a FlatGeobuf", "it does not begin like one")),
        ("parquet", false) => Err(source.damaged("a Parquet file", "it does not begin like one")),
        (_, false) => Err(source.error(
            Code::FileKind,
            "The file is neither text nor any kind of table or map layer known here",
            "Give CSV, XLSX, Parquet, GeoJSON, GeoPackage, Shapefile, KML or FlatGeobuf",
        )),
    }
}

fn by_content(bytes: &[u8]) -> Option<Kind> {
    match bytes {
        [b'f', b'g', b'b', _, b'f', b'g', b'b', _, ..] => Some(Kind::FlatGeobuf),
        [0, 0, 0x27, 0x0A, ..] => Some(Kind::Shapefile),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Some(Kind::Workbook),
        _ if bytes.starts_with(b"PAR1") => Some(Kind::Parquet),
        _ => None,
    }
}

fn zipped(source: &Source<'_>, ending: &str, bytes: &[u8]) -> Result<Kind, Issue> {
    let holds = |name: &[u8]| bytes.windows(name.len()).any(|window| window.eq_ignore_ascii_case(name));
    if matches!(ending, "xlsx" | "xlsm" | "xlsb" | "ods") || holds(b"xl/workbook") {
        return Ok(Kind::Workbook);
    }
    let names: Vec<String> = zip::ZipArchive::new(std::io::Cursor::new(bytes))
        .map(|parts| parts.file_names().flatten().map(|name| name.into_owned()).collect())
        .unwrap_or_default();
    if let Some(what) = convert::in_zip(&names) {
        return Err(convert::refuse(source, what));
    }
    if ending == "kmz" || names.iter().any(|name| name.to_lowercase().ends_with(".kml")) {
        return Ok(Kind::PackedKml);
    }
    if holds(b".shp") {
        return Err(source.error(
            Code::FileZipped,
            "The file is a zipped shapefile",
            "Unzip it and name the .shp file; keep .dbf, .prj and .cpg beside it",
        ));
    }
    Err(packed(source, "zip"))
}

/// What a document in angle brackets is.
fn of_xml(source: &Source<'_>, start: &[u8]) -> Result<Kind, Issue> {
    let head = String::from_utf8_lossy(&start[..start.len().min(4096)]).to_lowercase();
    if head.contains("<kml") || head.contains("<placemark") {
        return Ok(Kind::Kml);
    }
    if head.contains("<osm") {
        return Err(source.error(
            Code::FileKind,
            "The file is an OpenStreetMap extract, not a table or map layer",
            "Name it under [streets]; assets are read out of it with osm = true",
        ));
    }
    if let Some(what) = convert::of_text(start) {
        return Err(convert::refuse(source, what));
    }
    Err(source.error(
        Code::FileKind,
        "The file is a web page or XML document, not a table",
        "The download was probably an error page; download the data file itself again",
    ))
}

fn packed(source: &Source<'_>, how: &str) -> Issue {
    source.error(Code::FileZipped, format!("The file is packed ({how})"), "Unpack it and name the file inside")
}

/// The beginning without byte order mark and white space.
fn start_of(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    bytes.trim_ascii_start()
}

/// Whether the beginning looks like text in some encoding: hardly any control characters. A stray NUL or
/// two are mended later.
fn is_text(bytes: &[u8]) -> bool {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return true;
    }
    let start = &bytes[..bytes.len().min(4096)];
    let odd = start.iter().filter(|b| matches!(b, 0..=8 | 0x0E..=0x1A | 0x1C..=0x1E | 0x7F)).count();
    odd <= 2 + start.len() / 50
}
