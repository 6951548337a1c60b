//! Any file of rows, as text cells with titles: CSV, XLSX, Parquet, and the properties of map layers.
//!
//! Files differ in encoding, preamble, separators and geometry; after this module they do not.

use super::Issues;
use crate::crs::Crs;
use geo::Geometry;
use polars::frame::DataFrame;
use std::path::Path;

/// A file of rows. Every cell is text as it stood in the file, or nothing.
#[derive(Debug)]
pub struct Table {
    file: String,
    frame: DataFrame,
    lines: Vec<u64>,
    shapes: Option<Shapes>,
}

/// The geometry of a map layer, in the coordinates of the file.
#[derive(Debug)]
pub struct Shapes {
    /// The reference system of the coordinates.
    pub crs: Crs,
    /// A geometry per row; `None` where the file has none.
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

/// What a cell holds when a number is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// A number, with thousands separators and spaces understood.
    Number(f64),
    /// Empty.
    Blank,
    /// A mark that stands for a hidden or missing number: `*`, `c`, `[c]`, `-`, `..`, `[x]`, …
    Marker(&'a str),
    /// Anything else.
    Other(&'a str),
}

impl Table {
    /// Reads a file of any known kind, told by its content and ending.
    ///
    /// # Errors
    /// One issue, when nothing can be made of the file.
    pub fn read(path: &Path, shown: &str, options: Options<'_>, issues: &mut Issues) -> Result<Self, crate::place::Issue> {
        let _ = (path, shown, options, issues);
        unimplemented!()
    }

    /// The file as written in `place.toml`.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Column titles, trimmed, in order.
    #[must_use]
    pub fn titles(&self) -> Vec<&str> {
        self.frame.get_column_names().into_iter().map(polars::prelude::PlSmallStr::as_str).collect()
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// The row's number as a person counts it in the file (see [`crate::place::Where::row`]).
    #[must_use]
    pub fn line(&self, row: usize) -> u64 {
        self.lines[row]
    }

    /// Column with this title, exactly, else ignoring case, spaces and punctuation.
    #[must_use]
    pub fn column(&self, title: &str) -> Option<usize> {
        let _ = title;
        unimplemented!()
    }

    /// The text of a cell, trimmed; `None` when empty.
    #[must_use]
    pub fn text(&self, column: usize, row: usize) -> Option<&str> {
        let _ = (column, row);
        unimplemented!()
    }

    /// The number in a cell.
    #[must_use]
    pub fn number(&self, column: usize, row: usize) -> Cell<'_> {
        let _ = (column, row);
        unimplemented!()
    }

    /// The geometry, when the file is a map layer.
    #[must_use]
    pub fn shapes(&self) -> Option<&Shapes> {
        self.shapes.as_ref()
    }
}
