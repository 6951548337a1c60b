//! Where results go: layers to files in every format, and small numbers to tables.

use super::Failure;
use crate::export::FileFormat;
use crate::layer::Layer;
use crate::place::Place;
use crate::units::Share;
use std::path::Path;

/// Refuses a file whose name asks for no format, before anything is worked out.
pub(super) fn check_ending(path: &Path) -> Result<FileFormat, Failure> {
    FileFormat::of(path).ok_or_else(|| {
        Failure::Usage(format!("--out {}: the file must end in {}", path.display(), FileFormat::endings()))
    })
}

/// Writes a layer in the format that the name of the file asks for; the file appears whole or not at all.
pub(super) fn write_layer(place: &Place, layer: &Layer, path: &Path) -> Result<(), Failure> {
    let format = check_ending(path)?;
    let beside = path.with_extension("part");
    let failed = |why: &dyn std::fmt::Display| Failure::Failed(format!("{} cannot be written: {why}", path.display()));
    if beside.exists() {
        std::fs::remove_file(&beside).map_err(|why| failed(&why))?;
    }
    format.write(place, layer, &beside).map_err(|why| failed(&why))?;
    std::fs::rename(&beside, path).map_err(|why| failed(&why))
}

/// A share as "12.3%".
pub(super) fn percent(share: Option<Share>) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.1}%", share.get() * 100.0))
}
