//! A layer as a file on disk, in the format its name asks for.

use super::{Layer, csv, geojson};
use crate::crs::Plane;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Why a layer could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The name ends in nothing that is written here.
    #[error("{0} ends in no format that can be written: end it in .geojson, .json or .csv")]
    UnknownFormat(String),
    /// The disk said no.
    #[error("{path} cannot be written ({source}): check that its folder exists and may be written to")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

/// Writes the layer to `path`: `.geojson` or `.json` in degrees (RFC 7946), `.csv` as a table with a
/// byte order mark, since a file made by hand is mostly opened in Excel.
///
/// # Errors
/// When the name ends in no known format, or the disk cannot be written.
pub fn to_file(layer: &Layer, plane: &Plane, path: &Path) -> Result<(), ExportError> {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_ascii_lowercase();
    let write: fn(&Layer, &Plane, &mut BufWriter<File>) -> io::Result<()> = match extension.as_str() {
        "geojson" | "json" => |layer, plane, out| geojson::write(layer, plane, out),
        "csv" => |layer, plane, out| csv::write(layer, layer.features.iter(), plane, true, out),
        _ => return Err(ExportError::UnknownFormat(path.display().to_string())),
    };
    let written = File::create(path).and_then(|file| {
        let mut out = BufWriter::new(file);
        write(layer, plane, &mut out)?;
        out.flush()
    });
    written.map_err(|source| ExportError::Io { path: path.display().to_string(), source })
}
