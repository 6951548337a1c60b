//! A GeoPackage (OGC 12-128r18): a database with the layer as a table, for QGIS and ArcGIS.

use super::FileError;
use super::about::{self, Cell, Column};
use super::globe::Coordinates;
use super::kind::Kind;
use crate::crs::Plane;
use crate::layer::{FieldKind, Layer};
use geo::{BoundingRect, Geometry, Rect};
use geozero::{CoordDimensions, ToWkb};
use rusqlite::types::{Null, ToSqlOutput};
use rusqlite::{Connection, ToSql, params, params_from_iter};
use std::path::Path;

/// The tables that every GeoPackage has, and those of the extensions for metadata and for the meaning
/// of columns.
const TABLES: &str = "
PRAGMA application_id = 1196444487;
PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY,
  organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
  srs_id INTEGER, CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL UNIQUE, column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,
  definition TEXT NOT NULL, scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT,
  description TEXT, mime_type TEXT, constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT,
  min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
CREATE TABLE gpkg_metadata (id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL,
  md_scope TEXT NOT NULL DEFAULT 'dataset', md_standard_uri TEXT NOT NULL,
  mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '');
CREATE TABLE gpkg_metadata_reference (reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT,
  row_id_value INTEGER, timestamp DATETIME NOT NULL, md_file_id INTEGER NOT NULL, md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id));
INSERT INTO gpkg_extensions VALUES
  ('gpkg_data_columns', NULL, 'gpkg_schema', 'http://www.geopackage.org/spec/#extension_schema', 'read-write'),
  ('gpkg_data_column_constraints', NULL, 'gpkg_schema', 'http://www.geopackage.org/spec/#extension_schema', 'read-write'),
  ('gpkg_metadata', NULL, 'gpkg_metadata', 'http://www.geopackage.org/spec/#extension_metadata', 'read-write'),
  ('gpkg_metadata_reference', NULL, 'gpkg_metadata', 'http://www.geopackage.org/spec/#extension_metadata', 'read-write');
";

const DEGREES: &str = r#"GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]"#;

const BRITISH_GRID: &str = r#"PROJCS["OSGB36 / British National Grid",GEOGCS["OSGB36",DATUM["Ordnance_Survey_of_Great_Britain_1936",SPHEROID["Airy 1830",6377563.396,299.3249646,AUTHORITY["EPSG","7001"]],AUTHORITY["EPSG","6277"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4277"]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",49],PARAMETER["central_meridian",-2],PARAMETER["scale_factor",0.9996012717],PARAMETER["false_easting",400000],PARAMETER["false_northing",-100000],UNIT["metre",1,AUTHORITY["EPSG","9001"]],AXIS["Easting",EAST],AXIS["Northing",NORTH],AUTHORITY["EPSG","27700"]]"#;

/// Writes the layer as a new GeoPackage in metres on the plane. `path` must not exist yet.
///
/// The table has the layer's id as its name and `fid`, `geom` and one column for each field. Title,
/// licence and the rest stand in `gpkg_contents`, in `gpkg_metadata` as JSON, and in a table `about`
/// that every program can show; what columns mean stands in `gpkg_data_columns`.
///
/// # Errors
/// When the file cannot be written.
pub fn write(layer: &Layer, plane: &Plane, path: &Path) -> Result<(), FileError> {
    database(layer, plane, path).map_err(FileError::format(layer, "GeoPackage"))
}

type Problem = Box<dyn std::error::Error>;

fn database(layer: &Layer, plane: &Plane, path: &Path) -> Result<(), Problem> {
    let mut connection = Connection::open(path)?;
    // Nobody else reads a file that is not finished, so it needs no journal.
    connection.pragma_update(None, "journal_mode", "OFF")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(TABLES)?;
    reference_systems(&transaction, plane)?;
    let columns: Vec<(Column<'_>, String)> = free_names(about::columns(layer));
    let moment = format!("{}T00:00:00.000Z", about::day(layer));
    contents(&transaction, layer, plane, &moment)?;
    describe(&transaction, layer, plane, &columns, &moment)?;
    let bounds = features(&transaction, layer, plane, &columns)?;
    if let Some(bounds) = bounds {
        transaction.execute(
            "UPDATE gpkg_contents SET min_x = ?1, min_y = ?2, max_x = ?3, max_y = ?4 WHERE table_name = ?5",
            params![bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y, layer.id.as_str()],
        )?;
    }
    transaction.commit()?;
    connection.close().map_err(|(_, problem)| problem)?;
    Ok(())
}

/// Names that differ from each other and from the table's own columns even without regard to case.
fn free_names(columns: Vec<Column<'_>>) -> Vec<(Column<'_>, String)> {
    let mut taken = vec!["fid".to_owned(), "geom".to_owned()];
    columns
        .into_iter()
        .map(|column| {
            let mut name = column.name().to_owned();
            while taken.contains(&name.to_lowercase()) {
                name.push('_');
            }
            taken.push(name.to_lowercase());
            (column, name)
        })
        .collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn reference_systems(connection: &Connection, plane: &Plane) -> Result<(), Problem> {
    let mut insert = connection.prepare("INSERT INTO gpkg_spatial_ref_sys VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    insert.execute(params!["Undefined Cartesian SRS", -1, "NONE", -1, "undefined", "undefined Cartesian"])?;
    insert.execute(params!["Undefined geographic SRS", 0, "NONE", 0, "undefined", "undefined geographic"])?;
    insert.execute(params!["WGS 84 geodetic", 4326, "EPSG", 4326, DEGREES, "longitude and latitude"])?;
    insert.execute(params![plane.name(), plane.epsg(), "EPSG", plane.epsg(), definition(plane), "metres"])?;
    Ok(())
}

/// The plane in the first version of well-known text, which the format prescribes.
fn definition(plane: &Plane) -> String {
    let epsg = plane.epsg();
    if epsg == 27700 {
        return BRITISH_GRID.to_owned();
    }
    let (zone, south) = (epsg % 100, epsg >= 32700);
    let meridian = i64::from(zone) * 6 - 183;
    let (hemisphere, northing) = if south { ("S", 10_000_000) } else { ("N", 0) };
    format!(
        "PROJCS[\"WGS 84 / UTM zone {zone}{hemisphere}\",{DEGREES},PROJECTION[\"Transverse_Mercator\"],\
         PARAMETER[\"latitude_of_origin\",0],PARAMETER[\"central_meridian\",{meridian}],PARAMETER[\"scale_factor\",0.9996],\
         PARAMETER[\"false_easting\",500000],PARAMETER[\"false_northing\",{northing}],\
         UNIT[\"metre\",1,AUTHORITY[\"EPSG\",\"9001\"]],AXIS[\"Easting\",EAST],AXIS[\"Northing\",NORTH],\
         AUTHORITY[\"EPSG\",\"{epsg}\"]]"
    )
}

fn contents(connection: &Connection, layer: &Layer, plane: &Plane, moment: &str) -> Result<(), Problem> {
    let words: Vec<String> = about::lines(layer, plane)
        .into_iter()
        .filter(|(name, _)| *name != "Title")
        .map(|(name, words)| if name == "Description" { words } else { format!("{name}: {words}") })
        .collect();
    let mut insert = connection.prepare(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    insert.execute(params![layer.id.as_str(), "features", layer.title, words.join("\n"), moment, plane.epsg()])?;
    insert.execute(params![
        "about",
        "attributes",
        format!("About {}", layer.title),
        "What this file is",
        moment,
        Null
    ])?;
    connection.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?1, 'geom', ?2, ?3, 0, 0)",
        params![layer.id.as_str(), Kind::of(layer).name(), plane.epsg()],
    )?;
    Ok(())
}

fn describe(
    connection: &Connection,
    layer: &Layer,
    plane: &Plane,
    columns: &[(Column<'_>, String)],
    moment: &str,
) -> Result<(), Problem> {
    connection.execute_batch(
        "CREATE TABLE about (fid INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL, words TEXT NOT NULL)",
    )?;
    for (name, words) in about::lines(layer, plane) {
        connection.execute("INSERT INTO about (name, words) VALUES (?1, ?2)", params![name, words])?;
    }
    let mut insert = connection.prepare(
        "INSERT INTO gpkg_data_columns (table_name, column_name, name, title, description) VALUES (?1, ?2, ?2, ?3, ?4)",
    )?;
    for (column, name) in columns {
        insert.execute(params![layer.id.as_str(), name, column.title(), column.meaning()])?;
    }
    connection.execute(
        "INSERT INTO gpkg_metadata VALUES (1, 'dataset', 'https://schema.org/Dataset', 'application/json', ?1)",
        params![about::json(layer).to_string()],
    )?;
    connection.execute(
        "INSERT INTO gpkg_metadata_reference VALUES ('table', ?1, NULL, NULL, ?2, 1, NULL)",
        params![layer.id.as_str(), moment],
    )?;
    Ok(())
}

/// Writes the features and returns the box around them.
fn features(
    connection: &Connection,
    layer: &Layer,
    plane: &Plane,
    columns: &[(Column<'_>, String)],
) -> Result<Option<Rect<f64>>, Problem> {
    let kind = Kind::of(layer);
    let table = quoted(&layer.id);
    let types: Vec<String> = columns
        .iter()
        .map(|(column, name)| {
            let kind = match column.kind() {
                FieldKind::Text => "TEXT",
                FieldKind::Integer => "INTEGER",
                FieldKind::Number => "DOUBLE",
                FieldKind::Boolean => "BOOLEAN",
                FieldKind::Date => "DATE",
            };
            format!(", {} {kind}", quoted(name))
        })
        .collect();
    connection.execute_batch(&format!(
        "CREATE TABLE {table} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom {}{})",
        kind.name(),
        types.concat()
    ))?;
    let marks = (0..columns.len() + 2).map(|i| format!("?{}", i + 1)).collect::<Vec<_>>().join(", ");
    let mut insert = connection.prepare(&format!("INSERT INTO {table} VALUES ({marks})"))?;
    let mut bounds: Option<Rect<f64>> = None;
    for (i, feature) in layer.features.iter().enumerate() {
        let shape = feature.geometry.as_ref().and_then(|geometry| Coordinates::Metres.shape(geometry, plane));
        let shape = shape.map(|shape| kind.promote(shape));
        if let Some(envelope) = shape.as_ref().and_then(BoundingRect::bounding_rect) {
            bounds = Some(bounds.map_or(envelope, |bounds| joined(bounds, envelope)));
        }
        let mut row: Vec<ToSqlOutput<'_>> = vec![(i as i64 + 1).into(), blob(shape.as_ref(), plane)?];
        row.extend(columns.iter().map(|(column, _)| sql(column.cell(feature))));
        insert.execute(params_from_iter(row.iter().map(|cell| cell as &dyn ToSql)))?;
    }
    Ok(bounds)
}

fn joined(a: Rect<f64>, b: Rect<f64>) -> Rect<f64> {
    let low = geo::Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) };
    let high = geo::Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) };
    Rect::new(low, high)
}

fn blob(shape: Option<&Geometry<f64>>, plane: &Plane) -> Result<ToSqlOutput<'static>, Problem> {
    let Some(shape) = shape else {
        return Ok(ToSqlOutput::from(Null));
    };
    let envelope = match (shape, shape.bounding_rect()) {
        (Geometry::Point(_), _) | (_, None) => Vec::new(),
        (_, Some(r)) => vec![r.min().x, r.max().x, r.min().y, r.max().y],
    };
    Ok(shape.to_gpkg_wkb(CoordDimensions::xy(), Some(plane.epsg() as i32), envelope)?.into())
}

fn sql(cell: Cell<'_>) -> ToSqlOutput<'static> {
    match cell {
        Cell::Null => Null.into(),
        Cell::Text(words) => words.to_owned().into(),
        Cell::Integer(number) => number.into(),
        Cell::Number(number) => number.into(),
        Cell::Boolean(yes) => yes.into(),
        Cell::Date(day) => day.to_string().into(),
    }
}
