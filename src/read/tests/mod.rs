//! Fixtures of every kind, each with one of the traps that real files hold.

mod damage;
mod delimited;
mod frame;
mod layers;
mod nesting;
mod reference;
mod samples;
mod shared;
mod sheets;
mod words;

use super::*;
use crate::place::Severity;
use std::path::PathBuf;

/// A table read from bytes, and the issues met on the way.
struct Tried {
    table: Result<Table, Issue>,
    issues: Vec<Issue>,
}

impl Tried {
    fn table(&self) -> &Table {
        self.table.as_ref().unwrap_or_else(|issue| panic!("not readable: {issue:?}"))
    }

    fn error(&self) -> &Issue {
        self.table.as_ref().expect_err("the file should be refused")
    }

    /// Codes of the issues, in the order they were met.
    fn codes(&self) -> Vec<&str> {
        self.issues.iter().map(|issue| issue.code.word()).collect()
    }

    fn issue(&self, code: &str) -> &Issue {
        self.issues.iter().find(|issue| issue.code == code).unwrap_or_else(|| panic!("no {code} in {:?}", self.issues))
    }

    /// All cells, row by row, blanks as "".
    fn cells(&self) -> Vec<Vec<&str>> {
        let table = self.table();
        let row = |row| (0..table.titles().len()).map(|column| table.text(column, row).unwrap_or("")).collect();
        (0..table.rows()).map(row).collect()
    }

    fn lines(&self) -> Vec<u64> {
        (0..self.table().rows()).map(|row| self.table().line(row)).collect()
    }

    fn geometries(&self) -> &[Option<Geometry<f64>>] {
        &self.table().shapes().expect("a map layer").geometries
    }
}

fn read_path(path: &Path, options: Options<'_>) -> Tried {
    let mut issues = Issues::default();
    let shown = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let table = Table::read(path, &shown, options, &mut issues);
    Tried { table, issues: issues.iter().cloned().collect() }
}

fn read_with(name: &str, bytes: &[u8], options: Options<'_>) -> Tried {
    let folder = tempfile::tempdir().expect("a temporary folder");
    read_path(&written(folder.path(), name, bytes), options)
}

fn read(name: &str, bytes: impl AsRef<[u8]>) -> Tried {
    read_with(name, bytes.as_ref(), Options::default())
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("room in the temporary folder");
    path
}
