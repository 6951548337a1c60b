//! A layer as other programs open it: GeoJSON, CSV, spreadsheet, GeoPackage, FlatGeobuf, GeoParquet, JSON-FG and
//! map tiles. Every file says within itself what it is: title, method, sources, licence, date, what each
//! column means and in which unit.
//!
//! The same layer gives the same bytes: where a format wants the moment of writing, it gets the day the
//! data describe.

pub mod csv;
pub mod geojson;
pub mod tile;

mod about;
mod cube;
mod flatgeobuf;
mod format;
mod geopackage;
mod geoparquet;
mod globe;
mod jsonfg;
mod kind;
mod wkt;
mod xlsx;

use about::members;
pub use cube::write as cube;
pub use flatgeobuf::write as flatgeobuf;
pub use format::FileFormat;
pub use geopackage::write as geopackage;
pub use geoparquet::write as geoparquet;
pub use globe::Coordinates;
pub use jsonfg::{CONFORMS_TO, JsonFg};
pub use wkt::wkt;
pub use xlsx::write as xlsx;

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The disk, or whoever reads the other end.
    #[error("the file cannot be written ({0}): check that its folder exists and has room")]
    Io(#[from] std::io::Error),
    /// The library that writes the format.
    #[error("{layer} cannot be written as {format}: {problem}")]
    Format {
        /// The layer.
        layer: String,
        /// The format.
        format: &'static str,
        /// What the library said.
        problem: String,
    },
}

impl FileError {
    fn format<E: ToString>(layer: &crate::layer::Layer, format: &'static str) -> impl Fn(E) -> Self {
        move |problem| Self::Format { layer: layer.id.to_string(), format, problem: problem.to_string() }
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
