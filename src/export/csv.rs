//! Features as a table for spreadsheets: UTF-8, lines that end in CRLF, one header row, and a point for
//! each row as easting, northing, longitude and latitude.

use super::wkt;
use crate::crs::{LonLat, Plane, Xy};
use crate::layer::marker::NOT_AVAILABLE;
use crate::layer::{Feature, Layer, Value, plain, shape};
use crate::place::Place;
use geo::{InteriorPoint, Point};

/// Columns added to those of the layer.
const POINT_COLUMNS: [&str; 4] = ["easting", "northing", "longitude", "latitude"];

/// A whole layer as a file, with a byte order mark: a file made by hand is mostly opened in Excel.
#[must_use]
pub fn write(place: &Place, layer: &Layer) -> Vec<u8> {
    rows(layer, layer.features.iter(), &place.plane, Style { bom: true, wkt: false })
}

/// What a table has besides values and points.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Style {
    /// A byte order mark first, without which Excel reads Welsh and Gaelic letters wrong.
    pub bom: bool,
    /// A last column `wkt` with the shape in degrees as well-known text, which Power BI draws.
    pub wkt: bool,
}

/// The features with a header.
pub fn rows<'a>(layer: &Layer, features: impl Iterator<Item = &'a Feature>, plane: &Plane, style: Style) -> Vec<u8> {
    let mut bytes = Vec::new();
    if style.bom {
        bytes.extend_from_slice("\u{feff}".as_bytes());
    }
    let names = layer.fields.iter().map(|field| field.name.clone()).chain(POINT_COLUMNS.map(str::to_owned));
    push_row(&mut bytes, names.chain(style.wkt.then(|| "wkt".to_owned())));
    for feature in features {
        let cells = feature.values.iter().map(cell).chain(point_cells(feature, plane));
        push_row(&mut bytes, cells.chain(style.wkt.then(|| shape_cell(feature, plane))));
    }
    bytes
}

fn shape_cell(feature: &Feature, plane: &Plane) -> String {
    let shape = feature.geometry.as_ref().and_then(|geometry| shape::on_globe(geometry, plane));
    shape.map_or_else(|| NOT_AVAILABLE.to_owned(), |shape| wkt(&shape, shape::DEGREES as usize))
}

/// Appends a row: cells with a comma, a quotation mark or a line end stand between quotation marks.
fn push_row(out: &mut Vec<u8>, cells: impl Iterator<Item = String>) {
    for (i, cell) in cells.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        if cell.contains(['"', ',', '\n', '\r']) {
            out.extend_from_slice(format!("\"{}\"", cell.replace('"', "\"\"")).as_bytes());
        } else {
            out.extend_from_slice(cell.as_bytes());
        }
    }
    out.extend_from_slice(b"\r\n");
}

fn cell(value: &Value) -> String {
    match value {
        Value::Text(words) => harmless(words),
        other => plain(other),
    }
}

/// Words that a spreadsheet would run as a formula get an apostrophe in front, which it hides.
fn harmless(words: &str) -> String {
    if words.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{words}") } else { words.to_owned() }
}

/// A point inside the feature, in decimetres on the plane and in degrees with six decimals.
fn point_cells(feature: &Feature, plane: &Plane) -> [String; 4] {
    let Some(point) = feature.geometry.as_ref().and_then(inside) else {
        return [(); 4].map(|()| NOT_AVAILABLE.to_owned());
    };
    let (lon, lat) = match plane.to_lonlat(point) {
        Some(LonLat { lon, lat }) => (format!("{lon:.6}"), format!("{lat:.6}")),
        None => (NOT_AVAILABLE.to_owned(), NOT_AVAILABLE.to_owned()),
    };
    [format!("{:.1}", point.x), format!("{:.1}", point.y), lon, lat]
}

fn inside(geometry: &geo::Geometry<f64>) -> Option<Xy> {
    geometry.interior_point().map(|point: Point<f64>| Xy::from(point.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layer::{Credits, Field, FieldKind, Role};

    fn lines(words: &str, bom: bool) -> Vec<u8> {
        let field = Field {
            name: "name".into(),
            title: String::new(),
            description: String::new(),
            kind: FieldKind::Text,
            unit: None,
            role: Role::default(),
        };
        let feature = |id: &str, geometry: Option<Point<f64>>, value| Feature {
            id: id.into(),
            geometry: geometry.map(Into::into),
            values: vec![value],
        };
        let layer = Layer {
            id: "things".into(),
            title: String::new(),
            description: String::new(),
            method: "things",
            credits: Credits::default(),
            fields: vec![field],
            features: vec![
                feature("a", Some(Point::new(400_000.0, 300_000.0)), Value::Text(words.into())),
                feature("b", None, Value::Null),
            ],
        };
        rows(&layer, layer.features.iter(), &Plane::british_national_grid(), Style { bom, wkt: false })
    }

    #[test]
    fn a_table_has_a_header_ends_lines_in_crlf_and_marks_what_is_not_known() {
        let text = String::from_utf8(lines("The Mill, \"old\"", false)).expect("UTF-8");
        assert_eq!(
            text,
            "name,easting,northing,longitude,latitude\r\n\
             \"The Mill, \"\"old\"\"\",400000.0,300000.0,-2.001428,52.597808\r\n\
             [x],[x],[x],[x],[x]\r\n"
        );
    }

    #[test]
    fn a_name_that_is_a_formula_is_not_run_by_a_spreadsheet() {
        for words in ["=HYPERLINK(\"http://x\")", "+1", "-1", "@SUM(A1)", "\tx"] {
            let text = String::from_utf8(lines(words, false)).expect("UTF-8");
            let row = text.lines().nth(1).expect("a row").trim_start_matches('"');
            assert!(row.starts_with('\''), "{row}");
        }
    }

    #[test]
    fn excel_gets_a_byte_order_mark_when_asked_for() {
        assert!(lines("Ŵ", true).starts_with(b"\xEF\xBB\xBFname"));
        assert!(lines("Ŵ", false).starts_with(b"name"));
    }
}
