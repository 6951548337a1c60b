//! GeoPackage: an SQLite database with layers.

use super::arc::Arcs;
use super::frame::{self, Claim};
use super::rows::Builder;
use super::{Issues, Source, Table, guarded, reference, titles, wkb, words};
use crate::crs::Crs;
use crate::place::{Code, Issue};
use geo::Geometry;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// One entry of the table of contents.
struct Layer {
    name: String,
    has_geometry: bool,
    srs: i64,
}

/// Reads one layer, or a table without geometry.
pub(super) fn read(source: &Source<'_>, issues: &mut Issues) -> Result<Table, Issue> {
    let damaged = |error: rusqlite::Error| source.damaged("a GeoPackage", error);
    let database = open(source.path).map_err(damaged)?;
    let patience = Patience::of(&database, QUICK);
    let layers = layers(&database).map_err(|error| patience.lost(source).unwrap_or_else(|| damaged(error)))?;
    let layer = chosen(source, layers)?;
    let claim = claim(&database, layer.srs).map_err(damaged)?;
    let geometry = geometry_column(&database, &layer).map_err(damaged)?;
    let is_view = is_view(&database, &layer.name).map_err(damaged)?;
    drop(patience);
    let patience = Patience::of(&database, if is_view { QUICK } else { LONG });
    let rows = rows(source, &database, &layer, geometry.as_deref(), issues);
    let (builder, shapes) = rows.map_err(|issue| patience.lost(source).unwrap_or(issue))?;
    let shapes = match shapes {
        Some(geometries) => Some(frame::shapes(source, claim, geometries, |row| row as u64 + 1, issues)?),
        None => None,
    };
    Ok(source.table(builder, shapes, issues))
}

/// How long a query of the file's own making, or one of its contents, may take: a view is worked out anew each time.
const QUICK: Duration = Duration::from_secs(12);

/// How long a table may take, whatever its size.
const LONG: Duration = Duration::from_secs(600);

fn is_view(database: &Connection, name: &str) -> rusqlite::Result<bool> {
    let kind = database
        .query_row("SELECT type FROM sqlite_master WHERE name = ?1 COLLATE NOCASE", [name], |row| {
            row.get::<_, String>(0)
        })
        .optional()?;
    Ok(kind.is_none_or(|kind| kind != "table"))
}

/// Ends a query that takes too long; a file can hold one that never ends.
struct Patience {
    ended: Arc<AtomicBool>,
    _done: Sender<()>,
}

impl Patience {
    fn of(database: &Connection, limit: Duration) -> Self {
        let (handle, ended) = (database.get_interrupt_handle(), Arc::new(AtomicBool::new(false)));
        let (done, over) = channel::<()>();
        let flag = Arc::clone(&ended);
        std::thread::spawn(move || {
            // The sender is dropped when the query has ended.
            if over.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                flag.store(true, Ordering::SeqCst);
                handle.interrupt();
            }
        });
        Self { ended, _done: done }
    }

    /// What to say when the query was ended.
    fn lost(&self, source: &Source<'_>) -> Option<Issue> {
        self.ended.load(Ordering::SeqCst).then(|| {
            let problem = "A view in the GeoPackage takes too long to work out, or never ends";
            source.error(Code::FileTooSlow, problem, "Save what the view shows as a table of its own")
        })
    }
}

/// Opens the database without leaving a trace beside it.
///
/// QGIS leaves its files in write-ahead mode, in which even a reader makes two files beside the database
/// and fails in a directory it cannot write to. Unless such a log is there, with changes in it, the
/// database is opened as one that nobody changes.
fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let (false, Some(name)) = (Path::new(&log).exists(), path.to_str()) else {
        return Connection::open_with_flags(path, flags);
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'-' | b'_' | b'~');
    let byte = |b: u8| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") };
    let uri: String = name.bytes().map(byte).collect();
    Connection::open_with_flags(format!("file:{uri}?immutable=1"), flags | OpenFlags::SQLITE_OPEN_URI)
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
        return Err(source.error(Code::LayerMissing, "The GeoPackage has no layers", "Export the layer into it again"));
    }
    if let Some(wanted) = source.options.layer {
        let exact = layers.iter().position(|layer| layer.name == wanted);
        let alike = || layers.iter().position(|layer| titles::plain(&layer.name) == titles::plain(wanted));
        let Some(at) = exact.or_else(alike) else {
            let problem = format!("The GeoPackage has no layer \"{wanted}\"");
            return Err(source.error(Code::LayerMissing, problem, format!("Name one of its layers: {names}")));
        };
        return Ok(layers.into_iter().nth(at).expect("a position found in the list is in the list"));
    }
    let with_geometry = layers.iter().filter(|layer| layer.has_geometry).count();
    let count = layers.len();
    let mut fitting = layers.into_iter().filter(|layer| layer.has_geometry || with_geometry == 0);
    match (fitting.next(), fitting.next()) {
        (Some(layer), None) => Ok(layer),
        _ => Err(source.error(
            Code::LayerUnclear,
            format!("The GeoPackage has {count} layers and none was named"),
            format!("Set layer to one of them: {names}"),
        )),
    }
}

/// What the file says of the layer's reference system; 0 and −1 stand for "unknown" in GeoPackages.
fn claim(database: &Connection, srs: i64) -> rusqlite::Result<Claim> {
    if srs <= 0 {
        return Ok(Claim::Silent);
    }
    let asked = "SELECT organization, organization_coordsys_id, srs_name, definition
                 FROM gpkg_spatial_ref_sys WHERE srs_id = ?1";
    let known = database
        .query_row(asked, [srs], |row| {
            let text = |at| Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(at)?.unwrap_or_default());
            Ok((text(0)?, row.get::<_, Option<i64>>(1)?, text(2)?, text(3)?))
        })
        .optional()?;
    let Some((organisation, code, name, definition)) = known else {
        return Ok(Claim::named(&format!("EPSG:{srs}")));
    };
    let epsg = organisation.eq_ignore_ascii_case("epsg");
    let crs = code.filter(|_| epsg).and_then(|code| Crs::from_epsg(u32::try_from(code).ok()?));
    if let Some(crs) = crs {
        return Ok(Claim::Says(crs));
    }
    Ok(match reference::well_known_text(&definition) {
        Claim::Unknown(_) if !name.is_empty() => {
            if epsg {
                Claim::Unknown(format!("{name} (EPSG:{})", code.unwrap_or(srs)))
            } else {
                Claim::named(&name)
            }
        }
        said => said,
    })
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
    // rusqlite panics on a column name that is not UTF-8.
    let names = guarded(|| Ok(statement.column_names().into_iter().map(str::to_owned).collect::<Vec<String>>()));
    let names = names.map_err(|why| source.damaged("a GeoPackage", why))?;
    let shape_at = geometry.and_then(|name| names.iter().position(|column| column.eq_ignore_ascii_case(name)));
    let kept: Vec<usize> = (0..names.len()).filter(|at| Some(*at) != shape_at).collect();
    let mut builder = Builder::new(kept.iter().map(|&at| names[at].trim().to_owned()).collect());
    let mut geometries = Vec::new();
    let (mut unreadable, mut arcs) = (Vec::new(), Arcs::default());
    let mut found = statement.query([]).map_err(damaged)?;
    let mut line = 0;
    while let Some(row) = found.next().map_err(damaged)? {
        line += 1;
        let cells: Vec<String> = kept.iter().map(|&at| row.get_ref(at).map(printed).unwrap_or_default()).collect();
        builder.push(line, cells.iter().map(String::as_str)).map_err(|e| source.too_large(e))?;
        if let Some(at) = shape_at {
            let read = match row.get_ref(at) {
                Ok(ValueRef::Blob(blob)) => wkb::geopackage(blob, &mut arcs),
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
    frame::report_arcs(source, arcs, issues);
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
