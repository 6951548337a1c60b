//! Which areas a table is about: their geography, by the codes of the statistical offices, and its year.

use crate::load::headers;
use crate::load::words::key_form;
use crate::read::{Cell, Table};
use std::collections::HashSet;

/// The areas that the rows of a file are about.
#[derive(Debug)]
pub struct Areas {
    /// Title of the column with their keys.
    pub key: String,
    /// How fine they are: 0 output areas, 1 LSOAs and data zones, 2 MSOAs, 3 wards, 4 authorities; 5 anything else.
    pub level: u8,
    /// Their name for people, such as `wards`.
    pub geography: &'static str,
    /// The year of their outlines, where the column or the file says it.
    pub year: Option<u16>,
    /// Their keys.
    pub keys: HashSet<String>,
    /// Whether it is a table about them: codes of a known geography and counts beside.
    pub is_table: bool,
}

/// Beginnings of the nine-character codes of the Government Statistical Service's register, with what they are.
const CODES: [(&str, u8, &str); 19] = [
    ("E00", 0, "output areas"),
    ("W00", 0, "output areas"),
    ("S00", 0, "output areas"),
    ("N00", 0, "small areas"),
    ("E01", 1, "LSOAs"),
    ("W01", 1, "LSOAs"),
    ("S01", 1, "data zones"),
    ("N20", 1, "data zones"),
    ("E02", 2, "MSOAs"),
    ("W02", 2, "MSOAs"),
    ("S02", 2, "intermediate zones"),
    ("N21", 2, "super data zones"),
    ("E05", 3, "wards"),
    ("W05", 3, "wards"),
    ("S13", 3, "wards"),
    ("N08", 3, "wards"),
    ("E06", 4, "authorities"),
    ("E08", 4, "authorities"),
    ("E09", 4, "authorities"),
];

/// The geography of a code of the register: one capital, eight digits.
fn known(code: &str) -> Option<(u8, &'static str)> {
    let is_code = code.len() == 9 && code.as_bytes()[1..].iter().all(u8::is_ascii_digit);
    CODES.iter().find(|(start, ..)| is_code && code.starts_with(start)).map(|(_, level, name)| (*level, *name))
}

/// The geography that most values of a column are codes of.
fn of_column(table: &Table, column: usize) -> Option<(u8, &'static str)> {
    let mut tally: Vec<((u8, &'static str), usize)> = Vec::new();
    let mut filled = 0_usize;
    // The first thousands tell; a file of a country has millions.
    for row in 0..table.rows().min(5000) {
        let Some(text) = table.text(column, row) else { continue };
        filled += 1;
        if let Some(found) = known(text.trim()) {
            match tally.iter_mut().find(|(known, _)| *known == found) {
                Some((_, n)) => *n += 1,
                None => tally.push((found, 1)),
            }
        }
    }
    let (found, n) = tally.into_iter().max_by_key(|(_, n)| *n)?;
    (n * 2 > filled).then_some(found)
}

impl Areas {
    pub(super) fn of(table: &Table, name: &str) -> Option<Self> {
        let titles = table.titles();
        let mut columns: Vec<(u8, &'static str, usize)> = (0..titles.len())
            .filter_map(|column| of_column(table, column).map(|(level, name)| (level, name, column)))
            .collect();
        let distinct = |column: usize| -> HashSet<String> {
            (0..table.rows()).filter_map(|row| table.text(column, row)).map(key_form).collect()
        };
        // Of several, the finest: a ward beside its authority is about the ward.
        columns.sort_by_key(|(level, _, column)| (*level, *column));
        let (level, geography, column) = match columns.first() {
            Some(found) => *found,
            None => (5, "areas", headers::key_column(table).filter(|_| table.shapes().is_some())?),
        };
        let key = titles.get(column)?;
        let counts = (0..titles.len()).filter(|other| *other != column).any(|other| is_counts(table, other));
        Some(Self {
            key: (*key).to_owned(),
            level,
            geography,
            year: year(key).or_else(|| year(name)),
            keys: distinct(column),
            is_table: level < 5 && counts,
        })
    }

    /// The areas of a table by a column that somebody named.
    pub(super) fn by(table: &Table, name: &str, key: &str) -> Option<Self> {
        let column = table.titles().iter().position(|title| *title == key)?;
        let (level, geography) = of_column(table, column).unwrap_or((5, "areas"));
        let keys = (0..table.rows()).filter_map(|row| table.text(column, row)).map(key_form).collect();
        let year = year(key).or_else(|| year(name));
        Some(Self { key: key.to_owned(), level, geography, year, keys, is_table: table.shapes().is_none() })
    }
}

fn is_counts(table: &Table, column: usize) -> bool {
    let rows = table.rows().min(500);
    let numbers = (0..rows).filter(|row| matches!(table.number(column, *row), Cell::Number(_))).count();
    rows > 0 && numbers * 2 > rows
}

/// A year in words: four digits from 2001, or two behind letters, as in `lsoa21` and `LSOA21CD`.
pub(super) fn year(words: &str) -> Option<u16> {
    let mut found = None;
    let (mut digits, mut before) = (String::new(), ' ');
    for c in words.chars().chain([' ']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let number: u16 = digits.parse().unwrap_or_default();
        found = found.or(match digits.len() {
            4 if (2001..2100).contains(&number) => Some(number),
            2 if before.is_alphabetic() && (1..50).contains(&number) => Some(2000 + number),
            _ => None,
        });
        digits.clear();
        before = c;
    }
    found
}

/// The two columns of a lookup: both have codes of one geography, in two years, and nothing is counted but a weight.
pub(super) fn lookup(table: &Table) -> Option<(String, String)> {
    let titles = table.titles();
    let columns: Vec<(usize, u8)> =
        (0..titles.len()).filter_map(|column| Some((column, of_column(table, column)?.0))).collect();
    for (nth, (first, level)) in columns.iter().enumerate() {
        let rest = columns.get(nth + 1..)?;
        let other_year = |other: usize| year(titles[other]).zip(year(titles[*first])).is_some_and(|(a, b)| a != b);
        if let Some((second, _)) = rest.iter().find(|(other, own)| own == level && other_year(*other)) {
            let (a, b) = (titles[*first].to_owned(), titles[*second].to_owned());
            let later = year(&a) > year(&b);
            return Some(if later { (b, a) } else { (a, b) });
        }
    }
    // Areas and the larger ones they are in: a lookup for grants.
    let levels: HashSet<u8> = columns.iter().map(|(_, level)| *level).collect();
    let is_lookup = levels.len() >= 2 && (0..titles.len()).all(|column| !is_counts(table, column));
    match columns.as_slice() {
        [(first, _), (second, _), ..] if is_lookup => Some((titles[*first].to_owned(), titles[*second].to_owned())),
        _ => None,
    }
}
