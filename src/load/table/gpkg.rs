//! GeoPackage: an SQLite database with layers.

use super::frame::{self, Claim};
use super::rows::Builder;
use super::{Issues, Source, Table, titles, wkb, words};
use crate::crs::Crs;
use crate::place::Issue;
use geo::Geometry;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row};

/// One entry of the table of contents.
struct Layer {
    name: String,
    has_geometry: bool,
    srs: i64,
}

/// Reads one layer, or a table without geometry.
pub(super) fn read(source: &Source<'_>, issues: &mut Issues) -> Result<Table, Issue> {
    let damaged = |error: rusqlite::Error| source.damaged("a GeoPackage", error);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(source.path, flags).map_err(damaged)?;
    let layers = layers(&database).map_err(damaged)?;
    let layer = chosen(source, layers)?;
    let claim = claim(&database, layer.srs).map_err(damaged)?;
    let geometry = geometry_column(&database, &layer).map_err(damaged)?;
    let (builder, shapes) = rows(source, &database, &layer, geometry.as_deref(), issues)?;
    let shapes = match shapes {
        Some(geometries) => Some(frame::shapes(source, claim, geometries, |row| row as u64 + 1, issues)?),
        None => None,
    };
    Ok(source.table(builder, shapes, issues))
}

fn layers(database: &Connection) -> rusqlite::Result<Vec<Layer>> {
    let mut statement = database.prepare(
        "SELECT table_name, data_type, srs_id FROM gpkg_contents
         WHERE data_type IN ('features', 'attributes', 'aspatial') ORDER BY table_name",
    )?;
    let layer = |row: &Row<'_>| {
        Ok(Layer {
            name: row.get(0)?,
            has_geometry: row.get::<_, String>(1)? == "features",
            srs: row.get::<_, Option<i64>>(2)?.unwrap_or(0),
        })
    };
    let layers = statement.query_map([], layer)?;
    layers.collect()
}

/// The layer asked for; else the only one with geometry; else the only one.
fn chosen(source: &Source<'_>, layers: Vec<Layer>) -> Result<Layer, Issue> {
    let names: Vec<String> = layers.iter().map(|layer| format!("\"{}\"", layer.name)).collect();
    let names = names.join(", ");
    if layers.is_empty() {
        return Err(source.error("layer-missing", "the GeoPackage has no layers", "export the layer into it again"));
    }
    if let Some(wanted) = source.options.layer {
        let exact = layers.iter().position(|layer| layer.name == wanted);
        let alike = || layers.iter().position(|layer| titles::plain(&layer.name) == titles::plain(wanted));
        let Some(at) = exact.or_else(alike) else {
            let problem = format!("the GeoPackage has no layer \"{wanted}\"");
            return Err(source.error("layer-missing", problem, format!("name one of its layers: {names}")));
        };
        return Ok(layers.into_iter().nth(at).expect("a position found in the list is in the list"));
    }
    let with_geometry = layers.iter().filter(|layer| layer.has_geometry).count();
    let count = layers.len();
    let mut fitting = layers.into_iter().filter(|layer| layer.has_geometry || with_geometry == 0);
    match (fitting.next(), fitting.next()) {
        (Some(layer), None) => Ok(layer),
        _ => Err(source.error(
            "layer-unclear",
            format!("the GeoPackage has {count} layers and none was named"),
            format!("set layer to one of them: {names}"),
        )),
    }
}

/// What the file says of the layer's reference system; 0 and −1 stand for "unknown" in GeoPackages.
fn claim(database: &Connection, srs: i64) -> rusqlite::Result<Claim> {
    if srs <= 0 {
        return Ok(Claim::Silent);
    }
    let asked = "SELECT organization, organization_coordsys_id, srs_name FROM gpkg_spatial_ref_sys WHERE srs_id = ?1";
    let known = database
        .query_row(asked, [srs], |row| {
            Ok((row.get::<_, Option<String>>(0)?, row.get::<_, Option<i64>>(1)?, row.get::<_, Option<String>>(2)?))
        })
        .optional()?;
    let Some((organisation, code, name)) = known else { return Ok(Claim::named(&format!("EPSG:{srs}"))) };
    let epsg = organisation.is_some_and(|organisation| organisation.eq_ignore_ascii_case("epsg"));
    let crs = code.filter(|_| epsg).and_then(|code| Crs::from_epsg(u32::try_from(code).ok()?));
    Ok(crs.map_or_else(|| Claim::Unknown(name.unwrap_or_else(|| srs.to_string())), Claim::Says))
}

fn geometry_column(database: &Connection, layer: &Layer) -> rusqlite::Result<Option<String>> {
    if !layer.has_geometry {
        return Ok(None);
    }
    let asked = "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?1";
    database.query_row(asked, [&layer.name], |row| row.get(0)).optional()
}

type Geometries = Option<Vec<Option<Geometry<f64>>>>;

fn rows(
    source: &Source<'_>,
    database: &Connection,
    layer: &Layer,
    geometry: Option<&str>,
    issues: &mut Issues,
) -> Result<(Builder, Geometries), Issue> {
    let damaged = |error: rusqlite::Error| source.damaged("a GeoPackage", error);
    let table = layer.name.replace('"', "\"\"");
    let mut statement = database.prepare(&format!("SELECT * FROM \"{table}\"")).map_err(damaged)?;
    let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    let shape_at = geometry.and_then(|name| names.iter().position(|column| column.eq_ignore_ascii_case(name)));
    let kept: Vec<usize> = (0..names.len()).filter(|at| Some(*at) != shape_at).collect();
    let mut builder = Builder::new(kept.iter().map(|&at| names[at].trim().to_owned()).collect());
    let mut geometries = Vec::new();
    let mut unreadable = Vec::new();
    let mut found = statement.query([]).map_err(damaged)?;
    let mut line = 0;
    while let Some(row) = found.next().map_err(damaged)? {
        line += 1;
        let cells: Vec<String> = kept.iter().map(|&at| row.get_ref(at).map(printed).unwrap_or_default()).collect();
        builder.push(line, cells.iter().map(String::as_str)).map_err(|e| source.too_large(e))?;
        if let Some(at) = shape_at {
            let read = match row.get_ref(at) {
                Ok(ValueRef::Blob(blob)) => wkb::geopackage(blob),
                Ok(ValueRef::Null) => Ok(None),
                _ => Err("it is not a GeoPackage geometry".to_owned()),
            };
            geometries.push(read.unwrap_or_else(|why| {
                unreadable.push((line, why));
                None
            }));
        }
    }
    frame::report_unreadable(source, &unreadable, issues);
    Ok((builder, shape_at.map(|_| geometries)))
}

/// A value as text; blobs are not text.
fn printed(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null | ValueRef::Blob(_) => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => words::number(number),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
    }
}
