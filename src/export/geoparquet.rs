//! GeoParquet 1.1: a table in columns, for geopandas, DuckDB and data warehouses.

use super::FileError;
use super::about::{self, Cell, Column};
use super::globe::Coordinates;
use super::kind::Kind;
use crate::crs::Plane;
use crate::layer::{FieldKind, Layer};
use chrono::NaiveDate;
use geo::{BoundingRect, Geometry, Rect};
use geozero::{CoordDimensions, ToWkb};
use polars::polars_utils::compression::ZstdLevel;
use polars::prelude::{
    DataFrame, DataType, FileWriteFormat, IntoColumn, IntoLazy, IntoSeries, KeyValueMetadata, NamedFrom,
    ParquetCompression, ParquetWriteOptions, PlRefPath, PolarsError, Series, SinkDestination, SinkTarget,
    StructChunked, UnifiedSinkArgs,
};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

/// Rows written together. Readers skip a group whose box lies elsewhere; the guide of the format says
/// 50,000 to 150,000.
const GROUP: usize = 50_000;

/// Writes the layer in degrees, with shapes as well-known binary and the box of each feature in the
/// column `bbox`, compressed by zstd. Everything a reader must know stands in the file's metadata under
/// `patchwork`.
///
/// # Errors
/// When the file cannot be written.
pub fn write(layer: &Layer, plane: &Plane, path: &Path) -> Result<(), FileError> {
    let kind = Kind::of(layer);
    let shapes: Vec<Option<Geometry<f64>>> = layer
        .features
        .iter()
        .map(|feature| {
            let shape = feature.geometry.as_ref().and_then(|geometry| Coordinates::Degrees.shape(geometry, plane));
            shape.map(|shape| kind.promote(shape))
        })
        .collect();
    let boxes: Vec<Option<Rect<f64>>> =
        shapes.iter().map(|shape| shape.as_ref().and_then(BoundingRect::bounding_rect)).collect();
    let blobs = shapes
        .iter()
        .map(|shape| shape.as_ref().map(|shape| shape.to_wkb(CoordDimensions::xy())).transpose())
        .collect::<Result<Vec<Option<Vec<u8>>>, _>>()
        .map_err(FileError::format(layer, "GeoParquet"))?;
    let wrong = FileError::format::<PolarsError>(layer, "GeoParquet");
    let frame = frame(layer, &blobs, &boxes).map_err(&wrong)?;
    let metadata = vec![
        ("geo".to_owned(), geo_metadata(&shapes, &boxes).to_string()),
        ("patchwork".to_owned(), about::json(layer).to_string()),
    ];
    save(frame, metadata, path).map_err(&wrong)
}

/// Writes the table. The streaming writer is used because it keeps text as other programs know it; the
/// plain one writes a newer kind of text column that Arrow's own filters refuse.
fn save(frame: DataFrame, metadata: Vec<(String, String)>, path: &Path) -> Result<(), PolarsError> {
    let options = ParquetWriteOptions {
        compression: ParquetCompression::Zstd(Some(ZstdLevel::try_new(15)?)),
        row_group_size: Some(GROUP),
        key_value_metadata: Some(KeyValueMetadata::from_static(metadata)),
        ..ParquetWriteOptions::default()
    };
    let target = SinkTarget::Path(PlRefPath::try_from_path(path)?);
    let format = FileWriteFormat::Parquet(Arc::new(options));
    frame.lazy().sink(SinkDestination::File { target }, format, UnifiedSinkArgs::default())?.collect()?;
    Ok(())
}

fn frame(layer: &Layer, blobs: &[Option<Vec<u8>>], boxes: &[Option<Rect<f64>>]) -> Result<DataFrame, PolarsError> {
    let mut columns = Vec::new();
    for column in about::columns(layer) {
        let name = match column.name() {
            taken @ ("geometry" | "bbox") => format!("{taken}_"),
            name => name.to_owned(),
        };
        columns.push(series(column, &name, layer)?.into_column());
    }
    let corner = |name: &str, of: fn(&Rect<f64>) -> f64| {
        let numbers: Vec<Option<f64>> = boxes.iter().map(|found| found.as_ref().map(of)).collect();
        Series::new(name.into(), numbers)
    };
    let sides = [
        corner("xmin", |r| r.min().x),
        corner("ymin", |r| r.min().y),
        corner("xmax", |r| r.max().x),
        corner("ymax", |r| r.max().y),
    ];
    columns.push(Series::new("geometry".into(), blobs).into_column());
    columns.push(StructChunked::from_series("bbox".into(), boxes.len(), sides.iter())?.into_series().into_column());
    DataFrame::new(layer.features.len(), columns)
}

fn series(column: Column<'_>, name: &str, layer: &Layer) -> Result<Series, PolarsError> {
    let cells = || layer.features.iter().map(|feature| column.cell(feature));
    Ok(match column.kind() {
        FieldKind::Text => {
            let words = cells().map(|cell| if let Cell::Text(words) = cell { Some(words) } else { None });
            Series::new(name.into(), words.collect::<Vec<_>>())
        }
        FieldKind::Integer => {
            let numbers = cells().map(|cell| if let Cell::Integer(number) = cell { Some(number) } else { None });
            Series::new(name.into(), numbers.collect::<Vec<_>>())
        }
        FieldKind::Number => {
            let numbers = cells().map(|cell| match cell {
                Cell::Number(number) => Some(number),
                Cell::Integer(number) => Some(number as f64),
                _ => None,
            });
            Series::new(name.into(), numbers.collect::<Vec<_>>())
        }
        FieldKind::Boolean => {
            let answers = cells().map(|cell| if let Cell::Boolean(yes) = cell { Some(yes) } else { None });
            Series::new(name.into(), answers.collect::<Vec<_>>())
        }
        FieldKind::Date => {
            let days = cells().map(|cell| if let Cell::Date(day) = cell { Some(since_1970(day)) } else { None });
            Series::new(name.into(), days.collect::<Vec<_>>()).cast(&DataType::Date)?
        }
    })
}

fn since_1970(day: NaiveDate) -> i32 {
    day.signed_duration_since(NaiveDate::default()).num_days() as i32
}

fn geo_metadata(shapes: &[Option<Geometry<f64>>], boxes: &[Option<Rect<f64>>]) -> serde_json::Value {
    let mut types: Vec<&str> = shapes.iter().flatten().map(type_name).collect();
    types.sort_unstable();
    types.dedup();
    let side = |name: &str| json!(["bbox", name]);
    let mut column = json!({
        "encoding": "WKB",
        "geometry_types": types,
        "orientation": "counterclockwise",
        "covering": {"bbox": {"xmin": side("xmin"), "ymin": side("ymin"), "xmax": side("xmax"), "ymax": side("ymax")}},
    });
    let bounds = boxes.iter().flatten().map(|r| [r.min().x, r.min().y, r.max().x, r.max().y]);
    let bounds = bounds.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]);
    if let Some(bounds) = bounds {
        column["bbox"] = json!(bounds);
    }
    json!({"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}})
}

fn type_name(geometry: &Geometry<f64>) -> &'static str {
    match geometry {
        Geometry::Point(_) => "Point",
        Geometry::Line(_) | Geometry::LineString(_) => "LineString",
        Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => "Polygon",
        Geometry::MultiPoint(_) => "MultiPoint",
        Geometry::MultiLineString(_) => "MultiLineString",
        Geometry::MultiPolygon(_) => "MultiPolygon",
        Geometry::GeometryCollection(_) => "GeometryCollection",
    }
}
