//! What the fuzz targets share: bytes become a file of a kind, and the file is read as a table.

use patchwork::load::Issues;
use patchwork::load::table::{Options, Table};
use std::path::Path;

/// Writes the bytes as a file of this name and asks the table everything it can be asked.
pub fn read_file(name: &str, bytes: &[u8]) {
    read_files(&[(name, bytes)]);
}

/// The same with files beside it; the first is the one that is read.
pub fn read_files(files: &[(&str, &[u8])]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).expect("room in the temporary folder");
    }
    if let Some((name, _)) = files.first() {
        look_at_all(&folder.path().join(name), name);
    }
}

fn look_at_all(path: &Path, name: &str) {
    let mut issues = Issues::default();
    let Ok(table) = Table::read(path, name, Options::default(), &mut issues) else { return };
    for row in 0..table.rows().min(200) {
        for column in 0..=table.titles().len() {
            let _ = (table.text(column, row), table.number(column, row), table.line(row));
        }
    }
    if let Some(shapes) = table.shapes() {
        assert_eq!(shapes.geometries.len(), table.rows());
    }
}
