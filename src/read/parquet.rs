//! Parquet, and GeoParquet where its metadata name a geometry column.

use super::arc::Arcs;
use super::footer::{self, Field, Meaning};
use super::frame::{self, Claim};
use super::rows::Builder;
use super::{Issues, Source, Table, guarded, pages, reference, wkb, words};
use crate::crs::Crs;
use crate::place::{Code, Issue};
use geo::Geometry;
use polars::io::parquet::read::FileMetadata;
use polars::prelude::*;
use serde_json::Value;
use std::io::Cursor;

/// Reads a Parquet file; every column becomes text, except the geometry.
pub(super) fn read(source: &Source<'_>, bytes: Vec<u8>, issues: &mut Issues) -> Result<Table, Issue> {
    let (bytes, fields) = footer::plain(bytes).map_err(|why| source.damaged("a Parquet file", why))?;
    let (frame, geo) =
        guarded(|| frame_of(&bytes, &fields)).map_err(|why| source.damaged("a Parquet file", short(&why)))?;
    let about = geo.as_deref().and_then(|geo| serde_json::from_str(geo).ok());
    tell_nested(source, &fields, about.as_ref(), issues);
    let geo = about.as_ref().and_then(primary).or_else(|| by_type(&fields));
    if geo.is_none()
        && let Some((column, encoding)) = about.as_ref().and_then(unread)
    {
        return Err(source.error(
            Code::GeometryEncoding,
            format!("The geometry column \"{column}\" is encoded as {encoding}, which is not read"),
            "Write it as WKB, as geopandas does by default: frame.to_parquet(path), or ogr2ogr -lco GEOMETRY_ENCODING=WKB",
        ));
    }
    let mut titles = Vec::new();
    let mut columns = Vec::new();
    let mut geometries = None;
    for column in frame.columns() {
        if geo.as_ref().is_some_and(|geo| geo.column == column.name().as_str()) {
            geometries = Some(unpacked(source, column, issues));
            continue;
        }
        let meaning = fields.iter().find(|field| field.name == column.name().as_str());
        match guarded(|| printed(column, meaning.and_then(|field| field.meaning.as_ref()))) {
            Ok(text) => {
                titles.push(column.name().to_string());
                columns.push(text);
            }
            Err(_) => issues.push(not_text(source, column.name(), &column.dtype().to_string())),
        }
    }
    let mut builder = Builder::new(titles);
    for row in 0..frame.height() {
        let cells = columns.iter().map(|column| column.get(row).unwrap_or_default());
        builder.push(row as u64 + 1, cells).map_err(|e| source.too_large(e))?;
    }
    let shapes = match (geo, geometries) {
        (Some(geo), Some(geometries)) => {
            Some(frame::shapes(source, geo.claim, geometries, |row| row as u64 + 1, issues)?)
        }
        _ => None,
    };
    Ok(source.table(builder, shapes, issues))
}

/// A reader's reason, without what it prints of the file's own metadata.
fn short(why: &str) -> String {
    const MOST: usize = 160;
    match why.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &why[..at]),
        None => why.to_owned(),
    }
}

fn not_text(source: &Source<'_>, column: &str, holds: &str) -> Issue {
    let mut issue = source.note(
        Code::ColumnNotText,
        format!("The column holds {}, which is not read", short(holds)),
        "Keep its parts as columns of their own if they are needed",
    );
    issue.at = issue.at.field(column);
    issue
}

/// Says which columns hold lists or structures. The boxes that speed a search of GeoParquet are no loss.
fn tell_nested(source: &Source<'_>, fields: &[Field], geo: Option<&Value>, issues: &mut Issues) {
    let columns = geo.and_then(|geo| geo.get("columns")).and_then(Value::as_object);
    let boxes: Vec<&str> = columns
        .into_iter()
        .flat_map(|columns| columns.values())
        .filter_map(|column| column.get("covering")?.get("bbox")?.get("xmin")?.get(0)?.as_str())
        .collect();
    for field in fields.iter().filter(|field| field.nested && !boxes.contains(&field.name.as_str())) {
        issues.push(not_text(source, &field.name, "lists or structures"));
    }
}

/// The frame, and the file's `geo` metadata.
fn frame_of(bytes: &[u8], fields: &[Field]) -> std::result::Result<(DataFrame, Option<String>), String> {
    let mut reader = ParquetReader::new(Cursor::new(bytes));
    let metadata = reader.get_metadata().map_err(|error| error.to_string())?;
    plausible(metadata, bytes)?;
    let entries = metadata.key_value_metadata().iter().flatten();
    let geo = entries.filter(|entry| entry.key == "geo").find_map(|entry| entry.value.clone());
    if fields.iter().any(|field| field.nested) {
        let flat = fields.iter().filter(|field| !field.nested).map(|field| field.name.clone());
        reader = reader.with_columns(Some(flat.collect()));
    }
    let frame = reader.finish().map_err(|error| error.to_string())?;
    if frame.columns().iter().any(|column| column.len() != frame.height()) {
        return Err("its columns differ in length".to_owned());
    }
    Ok((frame, geo))
}

/// Values that a file may claim: a million, and a thousand for each of its bytes. A column that repeats
/// one value packs some hundreds of rows into a byte; real tables pack fewer than ten.
fn most_values(bytes: &[u8]) -> usize {
    bytes.len().saturating_mul(1000).saturating_add(1_000_000)
}

/// Refuses numbers of rows and values that the file cannot hold, before anybody makes room for them.
fn plausible(metadata: &FileMetadata, bytes: &[u8]) -> std::result::Result<(), String> {
    let most = most_values(bytes);
    let groups = &metadata.row_groups;
    let rows = groups.iter().fold(0_usize, |sum, group| sum.saturating_add(group.num_rows()));
    if rows > most || metadata.num_rows > most {
        return Err("it claims an impossible number of rows".to_owned());
    }
    for column in groups.iter().flat_map(|group| group.parquet_columns()) {
        if !usize::try_from(column.num_values()).is_ok_and(|values| values <= most) {
            return Err("a column claims an impossible number of values".to_owned());
        }
        let place = column.byte_range();
        let place = usize::try_from(place.start).ok().zip(usize::try_from(place.end).ok());
        let column = place.and_then(|(from, to)| bytes.get(from..to)).ok_or("a column lies outside the file")?;
        pages::check(column, most)?;
    }
    Ok(())
}

struct Primary {
    column: String,
    claim: Claim,
}

/// The geometry column and its reference system, when it is in WKB.
fn primary(geo: &Value) -> Option<Primary> {
    let column = geo.get("primary_column")?.as_str()?;
    let about = geo.get("columns")?.get(column)?;
    if !about.get("encoding")?.as_str()?.eq_ignore_ascii_case("WKB") {
        return None;
    }
    let claim = match about.get("crs") {
        None => Claim::Says(Crs::LonLat),
        Some(Value::Null) => Claim::Silent,
        Some(crs) => reference::projjson(crs),
    };
    Some(Primary { column: column.to_owned(), claim })
}

/// The primary geometry column and its encoding, when it is another than WKB.
fn unread(geo: &Value) -> Option<(&str, &str)> {
    let column = geo.get("primary_column")?.as_str()?;
    Some((column, geo.get("columns")?.get(column)?.get("encoding")?.as_str()?))
}

/// The first column whose own type is geometry, as files without `geo` metadata have it; its default system is
/// longitude and latitude.
fn by_type(fields: &[Field]) -> Option<Primary> {
    fields.iter().find_map(|field| match &field.meaning {
        Some(Meaning::Geometry(crs)) => {
            let claim = match crs.as_deref().map(str::trim) {
                None | Some("") => Claim::Says(Crs::LonLat),
                Some(text) if text.starts_with('{') => serde_json::from_str(text)
                    .map_or_else(|_| Claim::Unknown(text.to_owned()), |crs| reference::projjson(&crs)),
                Some(text) => match text.strip_prefix("srid:") {
                    Some("0") => Claim::Silent,
                    Some(code) => Claim::named(code),
                    None => Claim::named(text),
                },
            };
            Some(Primary { column: field.name.clone(), claim })
        }
        _ => None,
    })
}

fn unpacked(source: &Source<'_>, column: &Column, issues: &mut Issues) -> Vec<Option<Geometry<f64>>> {
    let (mut unreadable, mut arcs) = (Vec::new(), Arcs::default());
    let mut geometries = Vec::with_capacity(column.len());
    for row in 0..column.len() {
        let read = match column.get(row) {
            Ok(AnyValue::Binary(bytes)) => wkb::geometry(bytes, &mut arcs),
            Ok(AnyValue::BinaryOwned(bytes)) => wkb::geometry(&bytes, &mut arcs),
            Ok(AnyValue::Null) => Ok(None),
            _ => Err("it is not in WKB".to_owned()),
        };
        geometries.push(read.unwrap_or_else(|why| {
            unreadable.push((row as u64 + 1, why));
            None
        }));
    }
    frame::report_unreadable(source, &unreadable, issues);
    frame::report_arcs(source, arcs, issues);
    geometries
}

/// A column as text: floating-point numbers without `.0`, midnight as a day.
fn printed(column: &Column, meaning: Option<&Meaning>) -> std::result::Result<StringChunked, String> {
    if let Some(meaning) = meaning {
        return (0..column.len()).map(|row| meant(column, row, meaning)).collect();
    }
    let message = |error: PolarsError| error.to_string();
    let dtype = column.dtype().clone();
    if let DataType::Binary | DataType::List(_) = dtype {
        return Err("not text".to_owned());
    }
    if let DataType::Float32 | DataType::Float64 = dtype {
        let numbers = column.cast(&DataType::Float64).map_err(message)?;
        let numbers = numbers.f64().map_err(message)?;
        let text = numbers.iter().map(|number| number.map(|number| float(number, &dtype)));
        return Ok(text.collect());
    }
    let text = column.cast(&DataType::String).map_err(message)?;
    let text = text.str().map_err(message)?.clone();
    if text.len() != column.len() {
        return Err("cut short".to_owned());
    }
    if let DataType::Datetime(..) = dtype {
        let day = |text: &str| match text.split_once(' ') {
            Some((day, time)) if time.trim_end_matches(['0', '.', ':']).is_empty() => day.to_owned(),
            _ => text.to_owned(),
        };
        return Ok(text.iter().map(|text| text.map(day)).collect());
    }
    Ok(text)
}

/// A plain value with its meaning given back.
fn meant(column: &Column, row: usize, meaning: &Meaning) -> std::result::Result<Option<String>, String> {
    let value = column.get(row).map_err(|error| error.to_string())?;
    let whole = match &value {
        AnyValue::Null => return Ok(None),
        AnyValue::Int32(number) => Some(i128::from(*number)),
        AnyValue::Int64(number) => Some(i128::from(*number)),
        _ => None,
    };
    let bytes: Option<&[u8]> = match &value {
        AnyValue::Binary(bytes) => Some(bytes),
        AnyValue::BinaryOwned(bytes) => Some(bytes),
        _ => None,
    };
    let text = match meaning {
        Meaning::Decimal(scale) => whole.or_else(|| big_endian(bytes?)).map(|number| decimal(number, *scale)),
        Meaning::Half => bytes.and_then(|bytes| <[u8; 2]>::try_from(bytes).ok()).map(half),
        Meaning::Time(parts) => whole.and_then(|number| u64::try_from(number).ok()).map(|number| {
            let seconds = number / u64::from((*parts).max(1));
            format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
        }),
        Meaning::Geometry(_) => None,
    };
    text.map(Some).ok_or_else(|| "not text".to_owned())
}

/// A whole number in two's complement, the highest byte first.
fn big_endian(bytes: &[u8]) -> Option<i128> {
    let sign = if *bytes.first()? >= 0x80 { -1 } else { 0 };
    (bytes.len() <= 16).then(|| bytes.iter().fold(sign, |number: i128, byte| number << 8 | i128::from(*byte)))
}

/// A number of so many decimals, without the noughts at its end.
fn decimal(number: i128, scale: u32) -> String {
    let digits = format!("{:0>width$}", number.unsigned_abs(), width = scale as usize + 1);
    let (whole, part) = digits.split_at(digits.len() - scale as usize);
    let part = part.trim_end_matches('0');
    let sign = if number < 0 { "-" } else { "" };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

/// A number of half precision (IEEE 754 binary16), little-endian.
fn half(bytes: [u8; 2]) -> String {
    let bits = u16::from_le_bytes(bytes);
    let part = f64::from(bits & 0x3FF) / 1024.0;
    let size = match bits >> 10 & 0x1F {
        0 => part * 2_f64.powi(-14),
        31 if part == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        power => (1.0 + part) * 2_f64.powi(i32::from(power) - 15),
    };
    words::number(if bits & 0x8000 == 0 { size } else { -size })
}

/// A number of single precision is printed as short as its own precision allows.
fn float(number: f64, dtype: &DataType) -> String {
    if *dtype == DataType::Float32 && number.is_finite() {
        return format!("{}", number as f32);
    }
    words::number(number)
}
