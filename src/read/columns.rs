//! Columns that are known by their titles whatever the table is about: coordinates.

use super::{Table, titles};

/// The first column with one of these titles (compared by letters and digits), in the order of `titles`.
pub(crate) fn any_of(table: &Table, titles: &[&str]) -> Option<usize> {
    let present: Vec<String> = table.titles().iter().map(|title| titles::plain(title)).collect();
    titles.iter().find_map(|wanted| present.iter().position(|title| title == wanted))
}

/// Pairs of titles of coordinates, longitude or easting first.
const COORDINATES: &[(&str, &str)] = &[
    ("longitude", "latitude"),
    ("lon", "lat"),
    ("lng", "lat"),
    ("long", "lat"),
    ("pwclon", "pwclat"),
    ("geox", "geoy"),
    ("easting", "northing"),
    ("eastings", "northings"),
    ("oseast1m", "osnrth1m"),
    ("east1m", "north1m"),
    ("bnge", "bngn"),
    ("xcoordinate", "ycoordinate"),
    ("xcoord", "ycoord"),
    ("x", "y"),
    ("e", "n"),
];

/// Pairs of titles of coordinates in letters and digits, longitude or easting first.
pub(crate) fn coordinate_titles() -> impl Iterator<Item = (&'static str, &'static str)> {
    COORDINATES.iter().copied()
}

/// The columns with coordinates, longitude or easting first.
pub(crate) fn coordinates(table: &Table) -> Option<(usize, usize)> {
    COORDINATES.iter().find_map(|(x, y)| Some((any_of(table, &[x])?, any_of(table, &[y])?)))
}
