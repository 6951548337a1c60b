//! Parquet, and GeoParquet where its metadata name a geometry column.

use super::frame::{self, Claim};
use super::rows::Builder;
use super::{Issues, Source, Table, guarded, wkb, words};
use crate::crs::Crs;
use crate::place::Issue;
use geo::Geometry;
use polars::prelude::*;
use serde_json::Value;
use std::io::Cursor;

/// Reads a Parquet file; every column becomes text, except the geometry.
pub(super) fn read(source: &Source<'_>, bytes: Vec<u8>, issues: &mut Issues) -> Result<Table, Issue> {
    let (frame, geo) = guarded(|| frame_of(bytes)).map_err(|why| source.damaged("a Parquet file", why))?;
    let geo = geo.as_deref().and_then(primary);
    let mut titles = Vec::new();
    let mut columns = Vec::new();
    let mut geometries = None;
    for column in frame.columns() {
        if geo.as_ref().is_some_and(|geo| geo.column == column.name().as_str()) {
            geometries = Some(unpacked(source, column, issues));
            continue;
        }
        match guarded(|| printed(column)) {
            Ok(text) => {
                titles.push(column.name().to_string());
                columns.push(text);
            }
            Err(_) => {
                let mut issue = source.note(
                    "column-not-text",
                    format!("the column holds {}, which is not read", column.dtype()),
                    "keep its parts as columns of their own if they are needed",
                );
                issue.at = issue.at.field(column.name().as_str());
                issues.push(issue);
            }
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

/// The frame, and the file's `geo` metadata.
fn frame_of(bytes: Vec<u8>) -> std::result::Result<(DataFrame, Option<String>), String> {
    let mut reader = ParquetReader::new(Cursor::new(bytes));
    let metadata = reader.get_metadata().map_err(|error| error.to_string())?;
    let entries = metadata.key_value_metadata().iter().flatten();
    let geo = entries.filter(|entry| entry.key == "geo").find_map(|entry| entry.value.clone());
    Ok((reader.finish().map_err(|error| error.to_string())?, geo))
}

struct Primary {
    column: String,
    claim: Claim,
}

/// The geometry column and its reference system, when it is in WKB.
fn primary(geo: &str) -> Option<Primary> {
    let geo: Value = serde_json::from_str(geo).ok()?;
    let column = geo.get("primary_column")?.as_str()?;
    let about = geo.get("columns")?.get(column)?;
    if !about.get("encoding")?.as_str()?.eq_ignore_ascii_case("WKB") {
        return None;
    }
    let claim = match about.get("crs") {
        None => Claim::Says(Crs::LonLat),
        Some(Value::Null) => Claim::Silent,
        Some(crs) => projjson(crs),
    };
    Some(Primary { column: column.to_owned(), claim })
}

fn projjson(crs: &Value) -> Claim {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let id = crs.get("id").map(|id| {
        let part = |name| id.get(name).map(text).unwrap_or_default();
        format!("{}:{}", part("authority"), part("code"))
    });
    Claim::named(&id.or_else(|| crs.get("name").map(text)).unwrap_or_else(|| "without a name".to_owned()))
}

fn unpacked(source: &Source<'_>, column: &Column, issues: &mut Issues) -> Vec<Option<Geometry<f64>>> {
    let mut unreadable = Vec::new();
    let mut geometries = Vec::with_capacity(column.len());
    for row in 0..column.len() {
        let read = match column.get(row) {
            Ok(AnyValue::Binary(bytes)) => wkb::geometry(bytes),
            Ok(AnyValue::BinaryOwned(bytes)) => wkb::geometry(&bytes),
            Ok(AnyValue::Null) => Ok(None),
            _ => Err("it is not in WKB".to_owned()),
        };
        geometries.push(read.unwrap_or_else(|why| {
            unreadable.push((row as u64 + 1, why));
            None
        }));
    }
    frame::report_unreadable(source, &unreadable, issues);
    geometries
}

/// A column as text: floating-point numbers without `.0`, midnight as a day.
fn printed(column: &Column) -> std::result::Result<StringChunked, String> {
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
    if let DataType::Datetime(..) = dtype {
        let day = |text: &str| match text.split_once(' ') {
            Some((day, time)) if time.trim_end_matches(['0', '.', ':']).is_empty() => day.to_owned(),
            _ => text.to_owned(),
        };
        return Ok(text.iter().map(|text| text.map(day)).collect());
    }
    Ok(text)
}

/// A number of single precision is printed as short as its own precision allows.
fn float(number: f64, dtype: &DataType) -> String {
    if *dtype == DataType::Float32 && number.is_finite() {
        return format!("{}", number as f32);
    }
    words::number(number)
}
