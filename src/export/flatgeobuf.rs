//! FlatGeobuf: a stream of features with an index, which QGIS can fetch instead of GeoJSON.

use super::FileError;
use super::about::{self, Cell};
use super::globe::Coordinates;
use super::kind::Kind;
use crate::crs::Plane;
use crate::layer::{Feature, FieldKind, Layer};
use flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use geo::HasDimensions;
use geozero::{ColumnValue, GeozeroGeometry, PropertyProcessor};
use std::io::Write;

/// Writes features of the layer: all for a download, some for a page of answers.
///
/// The features come in the order of the index (a Hilbert curve), not of the layer, unless one has no
/// shape: a file with such a feature has no index. Title, description and everything else stand in the
/// header.
///
/// # Errors
/// When `out` cannot be written to, or no temporary file can be made.
pub fn write<'a>(
    layer: &Layer,
    features: impl Iterator<Item = &'a Feature> + Clone,
    plane: &Plane,
    coordinates: Coordinates,
    mut out: impl Write,
) -> Result<(), FileError> {
    let wrong = FileError::format::<flatgeobuf::Error>(layer, "FlatGeobuf");
    let broken = FileError::format::<geozero::error::GeozeroError>(layer, "FlatGeobuf");
    let kind = Kind::of(layer);
    let all_placed = features.clone().all(has_shape) && features.clone().next().is_some();
    let mut writer = open(layer, plane, coordinates, all_placed, kind).map_err(wrong)?;
    let columns = about::columns(layer);
    for column in &columns {
        let kind = match column.kind() {
            FieldKind::Text => ColumnType::String,
            FieldKind::Integer => ColumnType::Long,
            FieldKind::Number => ColumnType::Double,
            FieldKind::Boolean => ColumnType::Bool,
            FieldKind::Date => ColumnType::DateTime,
        };
        writer.add_column(column.name(), kind, |fbb, args| {
            args.title = Some(fbb.create_string(column.title()));
            args.description = Some(fbb.create_string(&column.meaning()));
        });
    }
    for feature in features.clone() {
        let own = feature.geometry.as_ref().filter(|_| has_shape(feature));
        let shape = own.and_then(|geometry| coordinates.shape(geometry, plane));
        let shape = Placed(shape.map(|shape| kind.promote(shape)));
        let mut outcome = Ok(());
        writer
            .add_feature_geom(shape, |properties| {
                for (i, column) in columns.iter().enumerate() {
                    let day;
                    let value = match column.cell(feature) {
                        Cell::Null => continue,
                        Cell::Text(words) => ColumnValue::String(words),
                        Cell::Integer(number) => ColumnValue::Long(number),
                        Cell::Number(number) => ColumnValue::Double(number),
                        Cell::Boolean(yes) => ColumnValue::Bool(yes),
                        Cell::Date(date) => {
                            day = date.to_string();
                            ColumnValue::DateTime(&day)
                        }
                    };
                    if let Err(problem) = properties.property(i, column.name(), &value) {
                        outcome = Err(problem);
                    }
                }
            })
            .and(outcome)
            .map_err(&broken)?;
    }
    let unwritten = FileError::format::<flatgeobuf::Error>(layer, "FlatGeobuf");
    if all_placed {
        return writer.write(out).map_err(unwritten);
    }
    let mut file = Vec::new();
    writer.write(&mut file).map_err(unwritten)?;
    leave_out_shapes(&mut file, features.map(|feature| !has_shape(feature)));
    out.write_all(&file).map_err(FileError::format::<std::io::Error>(layer, "FlatGeobuf"))
}

/// A shape without a corner, such as a polygon that was cut away, is none.
fn has_shape(feature: &Feature) -> bool {
    feature.geometry.as_ref().is_some_and(|shape| !shape.is_empty())
}

/// Takes the shape out of features that have none. The writer gives each one, if need be without coordinates, at which
/// GDAL stops reading; as the format has it, a field whose place in the table of fields is nought is not there.
fn leave_out_shapes(file: &mut [u8], is_bare: impl Iterator<Item = bool>) {
    const MAGIC: usize = 8;
    const SIZE: usize = 4;
    // Where a table says how large it and its fields are, before the place of the first field, which is the shape.
    const BEFORE_FIELDS: usize = 4;
    let number = |file: &[u8], at: usize| {
        let bytes = file.get(at..at + SIZE).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes);
        bytes as usize
    };
    let mut at = MAGIC + SIZE + number(file, MAGIC);
    for is_bare in is_bare {
        let (body, size) = (at + SIZE, number(file, at));
        let table = body + number(file, body);
        let fields = table.wrapping_sub(number(file, table) as u32 as i32 as usize);
        if let (true, Some(place)) = (is_bare, file.get_mut(fields + BEFORE_FIELDS..fields + BEFORE_FIELDS + 2)) {
            place.fill(0);
        }
        at = body + size;
    }
}

fn open<'b>(
    layer: &Layer,
    plane: &Plane,
    coordinates: Coordinates,
    index: bool,
    kind: Kind,
) -> Result<FgbWriter<'b>, flatgeobuf::Error> {
    let (code, name) = match coordinates {
        Coordinates::Degrees => (4326, "WGS 84".to_owned()),
        Coordinates::Metres => (plane.epsg() as i32, plane.name()),
    };
    let metadata = about::json(layer).to_string();
    let options = FgbWriterOptions {
        write_index: index,
        detect_type: false,
        promote_to_multi: false,
        crs: FgbCrs { org: Some("EPSG"), code, name: Some(&name), ..FgbCrs::default() },
        title: Some(&layer.title),
        description: Some(&layer.description),
        metadata: Some(&metadata),
        ..FgbWriterOptions::default()
    };
    let geometry_type = match kind {
        Kind::Point => GeometryType::Point,
        Kind::MultiPoint => GeometryType::MultiPoint,
        Kind::Line => GeometryType::LineString,
        Kind::MultiLine => GeometryType::MultiLineString,
        Kind::Polygon => GeometryType::Polygon,
        Kind::MultiPolygon => GeometryType::MultiPolygon,
        Kind::Any => GeometryType::Unknown,
    };
    FgbWriter::create_with_options(&layer.id, geometry_type, options)
}

/// A shape, or none.
struct Placed(Option<geo::Geometry<f64>>);

impl GeozeroGeometry for Placed {
    fn process_geom<P: geozero::GeomProcessor>(&self, processor: &mut P) -> geozero::error::Result<()> {
        self.0.as_ref().map_or(Ok(()), |shape| shape.process_geom(processor))
    }
}
