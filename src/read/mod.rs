//! Any file of rows, as text cells with titles: CSV, XLSX, Parquet, and the properties of map layers; and the elements
//! of an OpenStreetMap file ([`osm`]), the words for opening hours ([`hours`]) and rows some at a time ([`stream`]).
//! What a file says about a place is for `load`; nothing here knows of patches, residents or records.
//!
//! Files differ in encoding, preamble, separators and geometry; after this module they do not. One
//! file here reads one kind of file: `kind` tells which it is, `delimited` (with `text` and `records`)
//! reads CSV, `sheet` workbooks, `parquet`, `json` (with `esri`, `topo`, `overpass` and `referral`), `kml`, `gpkg`, `shp`
//! (with `dbf`) and `fgb` the rest; `convert` names what is not read. All of
//! them fill `rows`; `titles` finds the header row; `frame` decides the reference system; `cells` reads
//! numbers and `words` dates and flags out of text.
//!
//! Nothing here trusts a file: counts that a header claims are compared with the bytes that are there
//! before anything is allocated, and the one place where a reader we did not write is called with
//! unchecked bytes is [`guarded`].

mod arc;
mod cells;
mod columns;
pub(crate) mod convert;
mod dbf;
mod delimited;
mod esri;
mod fgb;
mod footer;
mod frame;
mod gpkg;
pub(crate) mod hours;
mod inflate;
mod json;
mod kind;
mod kml;
pub(crate) mod osm;
mod overpass;
mod pages;
mod parquet;
mod records;
mod reference;
mod referral;
mod rows;
mod sheet;
mod size;
mod shp;
pub(crate) mod stream;
mod text;
mod titles;
mod topo;
mod wkb;
mod wkt;
mod words;

pub use cells::Cell;
pub(crate) use columns::{any_of, coordinate_titles, coordinates};
pub use frame::{Claim, Settled, settle_points};
pub use json::geometry as geojson_geometry;
pub use size::has_more_rows;
pub use words::{YesNo, parse_date, parse_excel_date, parse_flag};

use crate::crs::Crs;
use crate::place::{Code, Issue, Issues, Where};
use geo::Geometry;
use kind::Kind;
use rows::{Builder, Cells, TooLarge};
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A file of rows. Every cell is text as it stood in the file, or nothing.
#[derive(Debug)]
pub struct Table {
    file: String,
    titles: Vec<String>,
    plain_titles: Vec<String>,
    cells: Cells,
    lines: Vec<u64>,
    shapes: Option<Shapes>,
}

/// The geometry of a map layer, in the coordinates of the file.
#[derive(Debug)]
pub struct Shapes {
    /// The reference system of the coordinates.
    pub crs: Crs,
    /// Whether nothing but the size of its numbers says that it is the British grid.
    pub is_guess: bool,
    /// A geometry per row; `None` where the file has none, an empty one or an unreadable one.
    pub geometries: Vec<Option<Geometry<f64>>>,
}

/// How to read a file.
#[derive(Debug, Default, Clone, Copy)]
pub struct Options<'a> {
    /// Layer of a GeoPackage or sheet of a workbook.
    pub layer: Option<&'a str>,
    /// Reference system that overrides the file's own.
    pub crs: Option<&'a str>,
    /// Column titles of a file that may have none (Code-Point Open).
    pub titles_if_none: Option<&'a [&'a str]>,
}

impl Table {
    /// Reads a file of any known kind, told by its content first and its ending second.
    ///
    /// What was noticed and mended on the way (encoding, title rows, ragged rows, a guessed reference
    /// system) is added to `issues`; `shown` is the file's name in them, as written in `place.toml`.
    ///
    /// # Errors
    /// One issue, when nothing can be made of the file.
    pub fn read(path: &Path, shown: &str, options: Options<'_>, issues: &mut Issues) -> Result<Self, Issue> {
        let source = Source { path, shown, options };
        if kind::is_geopackage(&source.head()?) {
            return gpkg::read(&source, issues);
        }
        let bytes = source.bytes()?;
        let table = match kind::of(&source, &bytes)? {
            Kind::Delimited => delimited::read(&source, bytes, issues),
            Kind::Workbook => sheet::read(&source, bytes, issues),
            Kind::Parquet => parquet::read(&source, bytes, issues),
            Kind::Json => json::read(&source, bytes, issues),
            Kind::FlatGeobuf => fgb::read(&source, &bytes, issues),
            Kind::Shapefile => shp::read(&source, &bytes, issues),
            Kind::Dbase => dbf::read(&source, &bytes, issues),
            Kind::Kml => kml::read(&source, bytes, issues),
            Kind::PackedKml => kml::read(&source, kml::unpacked(&source, &bytes)?, issues),
        };
        Ok(wkt::lift(&source, table?, issues))
    }

    /// The file as written in `place.toml`.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Column titles, trimmed, in order, each different from the others.
    #[must_use]
    pub fn titles(&self) -> Vec<&str> {
        self.titles.iter().map(String::as_str).collect()
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// The row's number as a person counts it in the file (see [`Where::row`]); 0 for a row that is not there.
    #[must_use]
    pub fn line(&self, row: usize) -> u64 {
        self.lines.get(row).copied().unwrap_or(0)
    }

    /// Column with this title, exactly, else ignoring case, spaces and punctuation.
    #[must_use]
    pub fn column(&self, title: &str) -> Option<usize> {
        let title = title.trim();
        let plain = titles::plain(title);
        let exact = self.titles.iter().position(|own| own == title);
        exact.or_else(|| (!plain.is_empty()).then(|| self.plain_titles.iter().position(|own| *own == plain))?)
    }

    /// The first column whose title begins with this, ignoring case, spaces and punctuation.
    ///
    /// The deprivation workbooks of 2025 cut titles at 80 characters, so a title of 75 characters or
    /// more that is itself the beginning of what is asked for also counts.
    #[must_use]
    pub fn column_starting(&self, prefix: &str) -> Option<usize> {
        let plain = titles::plain(prefix);
        if plain.is_empty() {
            return None;
        }
        let begins = |own: &String| own.starts_with(&plain);
        let cut = |at: &usize| {
            self.titles.get(*at).is_some_and(|title| title.chars().count() >= CUT_TITLE)
                && self.plain_titles.get(*at).is_some_and(|own| plain.starts_with(own.as_str()))
        };
        self.plain_titles.iter().position(begins).or_else(|| (0..self.titles.len()).find(cut))
    }

    /// The text of a cell, trimmed; `None` when empty or not there.
    #[must_use]
    pub fn text(&self, column: usize, row: usize) -> Option<&str> {
        self.cells.text(column, row)
    }

    /// The number in a cell.
    #[must_use]
    pub fn number(&self, column: usize, row: usize) -> Cell<'_> {
        self.text(column, row).map_or(Cell::Blank, Cell::parse)
    }

    /// The geometry, when the file is a map layer.
    #[must_use]
    pub fn shapes(&self) -> Option<&Shapes> {
        self.shapes.as_ref()
    }

    /// Takes the geometry out, for those who keep the shapes and drop the table.
    #[must_use]
    pub fn take_shapes(&mut self) -> Option<Shapes> {
        self.shapes.take()
    }
}

/// Titles this long may have been cut by the workbook they came from (the limit is 80; the publisher's
/// own cuts vary by a few). A shorter title is never taken for a cut one.
const CUT_TITLE: usize = 75;

/// Largest file that is read whole: several times what the largest national tables have.
const MOST_BYTES: u64 = 4 << 30;

/// The file being read, and how to speak of it.
struct Source<'a> {
    path: &'a Path,
    shown: &'a str,
    options: Options<'a>,
}

impl Source<'_> {
    fn at(&self) -> Where {
        Where::file(self.shown)
    }

    fn error(&self, code: Code, problem: impl Into<String>, remedy: impl Into<String>) -> Issue {
        Issue::error(code, self.at(), problem, remedy)
    }

    fn warning(&self, code: Code, problem: impl Into<String>, remedy: impl Into<String>) -> Issue {
        Issue::warning(code, self.at(), problem, remedy)
    }

    fn note(&self, code: Code, problem: impl Into<String>, remedy: impl Into<String>) -> Issue {
        Issue::note(code, self.at(), problem, remedy)
    }

    fn unreadable(&self, error: &std::io::Error) -> Issue {
        match error.kind() {
            std::io::ErrorKind::NotFound => self.error(
                Code::FileMissing,
                "There is no such file",
                "Check the path in place.toml; it is relative to the directory of place.toml",
            ),
            _ => self.error(Code::FileUnreadable, format!("The file cannot be read: {error}"), "Check its permissions"),
        }
    }

    /// The first bytes, by which the one kind of file is known that is too large to be read whole.
    fn head(&self) -> Result<Vec<u8>, Issue> {
        let mut head = Vec::new();
        let file = std::fs::File::open(self.path);
        file.and_then(|file| file.take(64).read_to_end(&mut head)).map_err(|error| self.unreadable(&error))?;
        Ok(head)
    }

    /// The whole file, which is not empty.
    fn bytes(&self) -> Result<Vec<u8>, Issue> {
        let length = std::fs::metadata(self.path).map_err(|error| self.unreadable(&error))?.len();
        if length > MOST_BYTES {
            return Err(self.error(
                Code::FileTooLarge,
                format!("The file has {} megabytes, and one of this kind is read whole", length >> 20),
                "Leave out columns that are not needed, or save it as a GeoPackage, which is read piece by piece",
            ));
        }
        let bytes = std::fs::read(self.path).map_err(|error| self.unreadable(&error))?;
        if bytes.is_empty() {
            return Err(self.error(
                Code::FileEmpty,
                "The file is empty (0 bytes)",
                "Export or download it again; the last attempt did not finish",
            ));
        }
        Ok(bytes)
    }

    /// The ending of the file's name, in lower case.
    fn ending(&self) -> String {
        self.path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default()
    }

    /// The file is of the kind it should be and cannot be read all the same.
    fn damaged(&self, kind: &str, why: impl std::fmt::Display) -> Issue {
        self.error(
            Code::FileDamaged,
            format!("The file cannot be read as {kind}: {why}"),
            "It may be cut short or of another kind; export or download it again",
        )
    }

    fn too_large(&self, TooLarge: TooLarge) -> Issue {
        self.error(
            Code::FileTooLarge,
            format!("The table has more than {} million cells", rows::MOST_CELLS / 1_000_000),
            "Keep only the rows and columns that are needed",
        )
    }

    /// Makes the table: the last step of every reader.
    fn table(&self, builder: Builder, shapes: Option<Shapes>, issues: &mut Issues) -> Table {
        builder.report(self, issues);
        let (titles, cells, lines) = builder.finish();
        if lines.is_empty() {
            issues.push(self.warning(
                Code::NoRows,
                "The file has column titles and no rows",
                "Check that the export finished and that no filter was left on",
            ));
        }
        let plain_titles = titles.iter().map(|title| titles::plain(title)).collect();
        Table { file: self.shown.to_owned(), titles, plain_titles, cells, lines, shapes }
    }
}

/// Readers of others that are at work.
static GUARDED: AtomicUsize = AtomicUsize::new(0);

/// Keeps the panics that [`guarded`] makes issues of from being printed as well: whoever reads the issue is helped by
/// it, and by nothing of a backtrace. Readers have threads of their own, so it is not only the caller's that is quiet;
/// threads that answer requests never are.
pub fn quiet_about_damage() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let answers = std::thread::current().name().is_some_and(|name| name.starts_with("tokio"));
        if GUARDED.load(Ordering::SeqCst) > 0 && !answers {
            tracing::debug!(%panic, "a reader of another's making broke on a damaged file");
        } else {
            usual(panic);
        }
    }));
}

/// Calls a reader that somebody else wrote with bytes that nobody checked.
///
/// The readers of workbooks, Parquet files, shapefiles and street files are meant to return errors; on damaged bytes
/// they sometimes index out of bounds instead. A table is not worth the process, so their panics become
/// errors here, at the one call. Nothing of theirs is used after a panic, which is why asserting unwind
/// safety is sound.
pub(crate) fn guarded<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    GUARDED.fetch_add(1, Ordering::SeqCst);
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read));
    GUARDED.fetch_sub(1, Ordering::SeqCst);
    caught.unwrap_or_else(|_| Err("its inner structure contradicts itself".to_owned()))
}

/// Gives bytes to the reader of well-known binary, for the fuzzers.
pub(crate) fn read_wkb(bytes: &[u8]) {
    let mut arcs = arc::Arcs::default();
    let _ = (wkb::geometry(bytes, &mut arcs), wkb::geopackage(bytes, &mut arcs));
}

#[cfg(test)]
mod tests;
