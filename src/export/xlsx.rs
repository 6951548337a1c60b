//! A spreadsheet: one sheet that says what it is, one with the numbers.

use super::FileError;
use super::about::{self, Cell, Column};
use crate::crs::{Plane, Xy};
use crate::layer::marker::{MEANING, NOT_AVAILABLE};
use crate::layer::{FieldKind, Layer};
use geo::InteriorPoint;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

/// The columns after the layer's own: a point within each feature.
const POINT: [&str; 4] = ["easting", "northing", "longitude", "latitude"];

/// The layer as a spreadsheet for Excel and LibreOffice, in memory.
///
/// The sheet `About` has the title, description, method, sources, licences, date, notices, the meaning
/// and unit of each column, and what `[x]` and `[c]` stand for. The sheet `Data` has one row for each feature
/// under one row of names, without merged cells, so that programs read it as well as people.
///
/// # Errors
/// When the layer has more than 1,048,575 features or a text longer than 32,767 letters.
pub fn write(layer: &Layer, plane: &Plane) -> Result<Vec<u8>, FileError> {
    workbook(layer, plane).map_err(FileError::format(layer, "XLSX"))
}

fn workbook(layer: &Layer, plane: &Plane) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let properties = DocProperties::new()
        .set_title(&layer.title)
        .set_subject(&layer.description)
        .set_comment(layer.credits.attributions.join("; "))
        .set_creation_datetime(&excel_day(about::day(layer))?);
    workbook.set_properties(&properties);
    let columns = about::columns(layer);
    cover(workbook.add_worksheet(), layer, plane, &columns)?;
    data(workbook.add_worksheet(), layer, plane, &columns)?;
    workbook.save_to_buffer()
}

fn excel_day(day: chrono::NaiveDate) -> Result<ExcelDateTime, XlsxError> {
    use chrono::Datelike;
    ExcelDateTime::from_ymd(day.year().clamp(1900, 9999) as u16, day.month() as u8, day.day() as u8)
}

fn cover(sheet: &mut Worksheet, layer: &Layer, plane: &Plane, columns: &[Column<'_>]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let name = Format::new().set_bold().set_align(FormatAlign::Top);
    sheet.set_name("About")?;
    sheet.set_column_width(0, 28)?.set_column_width(1, 90)?;
    let mut row = 0;
    for (key, words) in about::lines(layer, plane) {
        sheet.write_string_with_format(row, 0, key, &name)?;
        sheet.write_string_with_format(row, 1, &words, &wrapped)?;
        row += 1;
    }
    let rows = layer.features.len().to_string();
    let sheet_words = "Sheet \"Data\": one row for each feature, one column for each of the names below.";
    for (key, words) in [("Rows", rows.as_str()), ("Layout", sheet_words)].into_iter().chain(MEANING) {
        sheet.write_string_with_format(row, 0, key, &name)?;
        sheet.write_string_with_format(row, 1, words, &wrapped)?;
        row += 1;
    }
    row += 1;
    sheet.write_string_with_format(row, 0, "Column", &bold)?;
    sheet.write_string_with_format(row, 1, "Meaning", &bold)?;
    row += 1;
    for column in columns {
        sheet.write_string(row, 0, column.name())?;
        sheet.write_string_with_format(row, 1, format!("{}: {}", column.title(), column.meaning()), &wrapped)?;
        row += 1;
    }
    sheet.write_string(row, 0, POINT.join(", "))?;
    sheet.write_string_with_format(
        row,
        1,
        "A point within the feature, in metres on the reference system and in degrees (WGS84)",
        &wrapped,
    )?;
    Ok(())
}

fn data(sheet: &mut Worksheet, layer: &Layer, plane: &Plane, columns: &[Column<'_>]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let date = Format::new().set_num_format("yyyy-mm-dd");
    sheet.set_name("Data")?;
    sheet.set_freeze_panes(1, 1)?;
    let names = columns.iter().map(|column| column.name()).chain(POINT);
    for (i, name) in names.enumerate() {
        sheet.write_string_with_format(0, i as u16, name, &bold)?;
        let wide = columns.get(i).is_some_and(|column| column.kind() == FieldKind::Text);
        let width = name.chars().count().clamp(10, 40) + 2;
        sheet.set_column_width(i as u16, (if wide { width.max(24) } else { width }) as f64)?;
    }
    for (i, feature) in layer.features.iter().enumerate() {
        let row = i as u32 + 1;
        let mut next = 0u16;
        for column in columns {
            match column.cell(feature) {
                Cell::Null => sheet.write_string(row, next, column.marker(feature))?,
                Cell::Text(words) => sheet.write_string(row, next, words)?,
                Cell::Integer(number) => sheet.write_number(row, next, number as f64)?,
                Cell::Number(number) => sheet.write_number(row, next, number)?,
                Cell::Boolean(yes) => sheet.write_boolean(row, next, yes)?,
                Cell::Date(day) => sheet.write_datetime_with_format(row, next, &excel_day(day)?, &date)?,
            };
            next += 1;
        }
        for number in point(feature.geometry.as_ref(), plane) {
            match number {
                Some(number) => sheet.write_number(row, next, number)?,
                None => sheet.write_string(row, next, NOT_AVAILABLE)?,
            };
            next += 1;
        }
    }
    Ok(())
}

/// A point within the feature, in decimetres and millionths of a degree.
fn point(geometry: Option<&geo::Geometry<f64>>, plane: &Plane) -> [Option<f64>; 4] {
    let Some(point) = geometry.and_then(InteriorPoint::interior_point) else {
        return [None; 4];
    };
    let degrees = plane.to_lonlat(Xy::from(point.0));
    let round = |number: f64, scale: f64| Some((number * scale).round() / scale);
    [
        round(point.x(), 10.0),
        round(point.y(), 10.0),
        degrees.and_then(|place| round(place.lon, 1e6)),
        degrees.and_then(|place| round(place.lat, 1e6)),
    ]
}
