//! How deprived each zone is, from an index's published table.

use super::areas::{self, Area};
use super::desk::{Ask, Desk};
use super::groups::{tally, zone_of};
use super::headers;
use super::lookup::{Lookup, Piece};
use super::manifest::DeprivationSection;
use super::table::{Cell, Options, Table};
use super::words::{counted, plain, some_of};
use crate::place::{Deprivation, Issue, Where};
use std::collections::HashMap;

/// The columns of an index.
struct Columns {
    decile: Option<usize>,
    rank: Option<usize>,
    score: Option<usize>,
    people: Option<usize>,
}

/// A row of an index.
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    decile: Option<u8>,
    rank: Option<u32>,
    score: Option<f64>,
    people: Option<f64>,
}

/// Reads an index of deprivation; `None` for zones it does not cover.
///
/// Ranks and deciles do not average. A zone that was made from several older ones gets the values of
/// the one with most of its people (by the table's own population, else by the lookup's weight, else
/// the one that went most wholly into it; ties go to the more deprived).
pub(super) fn read(desk: &mut Desk<'_>, section: &DeprivationSection, zones: &[Area]) -> Vec<Option<Deprivation>> {
    let nothing = vec![None; zones.len()];
    let options = Options { layer: section.sheet.as_deref(), ..Options::default() };
    let Some(table) = desk.table(Ask { role: "deprivation", written: &section.file, options, about: &section.source }) else {
        return nothing;
    };
    let ours = areas::by_key(zones);
    let lookup = match &section.lookup {
        Some(asked) => match Lookup::read(desk, asked, &ours) {
            Some(lookup) => Some(lookup),
            None => return nothing,
        },
        None => None,
    };
    let keys: HashMap<String, usize> = match &lookup {
        Some(lookup) => lookup.sources.iter().cloned().enumerate().map(|(i, key)| (key, i)).collect(),
        None => ours,
    };
    let rows = match read_rows(&table, section, &keys, desk) {
        Ok(rows) => rows,
        Err(issue) => {
            desk.issues.push(*issue);
            return nothing;
        }
    };
    let found: Vec<Option<Deprivation>> = match &lookup {
        Some(lookup) => lookup.pieces(zones.len()).iter().map(|pieces| finished(largest(pieces, &rows)?)).collect(),
        None => rows.iter().map(|row| finished((*row)?)).collect(),
    };
    note_missing(desk, &table, zones, &found);
    found
}

fn read_rows(
    table: &Table,
    section: &DeprivationSection,
    keys: &HashMap<String, usize>,
    desk: &mut Desk<'_>,
) -> Result<Vec<Option<Row>>, Box<Issue>> {
    let zone = tally::zone_column(table, section.zone.as_deref(), keys)?;
    let columns = columns(table, section)?;
    let mut rows: Vec<Option<Row>> = vec![None; keys.len()];
    // Deciles follow from ranks when the table has none: the number of ranked zones is the largest rank.
    let mut highest: u32 = 0;
    let mut faults = Vec::new();
    let mut repeated = Vec::new();
    for row in 0..table.rows() {
        let number = |column: Option<usize>| match table.number(column?, row) {
            Cell::Number(n) => Some(n),
            _ => None,
        };
        let rank = number(columns.rank).filter(|n| *n >= 1.0 && *n < 1e7).map(|n| n as u32);
        highest = highest.max(rank.unwrap_or(0));
        let Some(slot) = table.text(zone, row).and_then(|text| zone_of(keys, text)) else { continue };
        let decile = number(columns.decile);
        if decile.is_some_and(|n| !(1.0..=10.0).contains(&n) || n.fract() != 0.0) {
            faults.push(row);
        }
        let decile = decile.filter(|n| (1.0..=10.0).contains(n) && n.fract() == 0.0).map(|n| n as u8);
        if rows[slot].is_some() {
            repeated.push(row);
            continue;
        }
        rows[slot] = Some(Row { decile, rank, score: number(columns.score), people: number(columns.people) });
    }
    for row in rows.iter_mut().flatten() {
        if row.decile.is_none() && columns.decile.is_none() {
            row.decile = row.rank.filter(|_| highest >= 10).map(|rank| decile_of(rank, highest));
        }
    }
    let at = |row: usize| Where::file(table.file()).row(table.line(row));
    if let Some(&row) = faults.first() {
        let problem = format!("{} not from 1 to 10, the first here", counted(faults.len(), "decile is", "deciles are"));
        desk.issues.push(Issue::warning("decile-impossible", at(row), problem, "They are taken as unknown; mend the rows"));
    }
    if let Some(&row) = repeated.first() {
        let problem = format!("{} about a zone that stood before, the first here", counted(repeated.len(), "row is", "rows are"));
        desk.issues.push(Issue::warning("repeated-zone", at(row), problem, "The first row of a zone is used; remove the others"));
    }
    Ok(rows)
}

fn decile_of(rank: u32, of: u32) -> u8 {
    ((u64::from(rank - 1) * 10 / u64::from(of)) as u8).min(9) + 1
}

/// The columns, as named in `place.toml`, else by the titles of IoD 2019 and 2025 (File 7, also with
/// titles cut at 80 characters), WIMD, and their short forms.
fn columns(table: &Table, section: &DeprivationSection) -> Result<Columns, Box<Issue>> {
    let column = |named: &Option<String>, field: &str, starts: &[&str]| match named {
        Some(title) => headers::named(table, title, field).map(Some).map_err(Box::new),
        None => Ok(starting(table, starts)),
    };
    let columns = Columns {
        decile: column(&section.decile, "decile", &["indexofmultipledeprivationimddecile", "imddecile", "wimddecile", "decile"])?,
        rank: column(&section.rank, "rank", &["indexofmultipledeprivationimdrank", "imdrank", "wimdrank", "wimd2019rank", "rank"])?,
        score: column(&section.score, "score", &["indexofmultipledeprivationimdscore", "imdscore", "wimdscore", "score"])?,
        people: starting(table, &["totalpopulation", "population"]),
    };
    if columns.decile.is_none() && columns.rank.is_none() {
        return Err(Box::new(headers::unrecognised(table, "decile")));
    }
    Ok(columns)
}

/// The first column whose title begins with one of these, in the order of `starts`.
fn starting(table: &Table, starts: &[&str]) -> Option<usize> {
    let titles: Vec<String> = table.titles().iter().map(|title| plain(title)).collect();
    starts.iter().find_map(|start| titles.iter().position(|title| title.starts_with(start)))
}

fn finished(row: Row) -> Option<Deprivation> {
    Some(Deprivation { decile: row.decile?, rank: row.rank, score: row.score })
}

/// The older zone with most of a zone's people.
fn largest(pieces: &[Piece], rows: &[Option<Row>]) -> Option<Row> {
    pieces
        .iter()
        .filter_map(|piece| Some((piece, rows[piece.source]?)))
        .max_by(|(a, x), (b, y)| {
            let size = |piece: &Piece, row: &Row| match (row.people, piece.weight) {
                (Some(people), weight) => people * weight.unwrap_or(1.0 / piece.siblings as f64),
                (None, Some(weight)) => weight,
                (None, None) => 1.0 / piece.siblings as f64,
            };
            size(a, x).total_cmp(&size(b, y)).then(y.rank.unwrap_or(u32::MAX).cmp(&x.rank.unwrap_or(u32::MAX)))
        })
        .map(|(_, row)| row)
}

fn note_missing(desk: &mut Desk<'_>, table: &Table, zones: &[Area], found: &[Option<Deprivation>]) {
    let missing: Vec<&str> = zones.iter().zip(found).filter(|(_, d)| d.is_none()).map(|(zone, _)| zone.key.as_str()).collect();
    if !missing.is_empty() {
        let problem = format!("{} no place in this index: {}", counted(missing.len(), "zone has", "zones have"), some_of(&missing));
        desk.issues.push(Issue::warning("deprivation-missing", Where::file(table.file()), problem, "Their deprivation is unknown, which is not the same as none"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_give_deciles_when_the_table_has_none() {
        assert_eq!([1, 3_375, 3_376, 3_377, 33_755].map(|rank| decile_of(rank, 33_755)), [1, 1, 1, 2, 10]);
    }

    #[test]
    fn a_merged_zone_takes_the_values_of_the_larger_part() {
        let piece = |source| Piece { source, weight: None, siblings: 1 };
        let row = |decile, people| Some(Row { decile: Some(decile), rank: Some(u32::from(decile)), score: None, people });
        let rows = [row(9, Some(2_000.0)), row(2, Some(1_000.0)), row(3, None), row(1, None)];
        assert_eq!(largest(&[piece(0), piece(1)], &rows).and_then(|r| r.decile), Some(9));
        assert_eq!(largest(&[piece(2), piece(3)], &rows).and_then(|r| r.decile), Some(1), "ties go to the more deprived");
        assert!(largest(&[], &rows).is_none());
    }
}
