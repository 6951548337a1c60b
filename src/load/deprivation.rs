//! How deprived each zone is, from an index's published table.

use super::areas::{self, Area};
use super::desk::{Ask, Desk};
use super::groups::zone_of;
use super::headers;
use super::lookup::{Lookup, Piece};
use super::manifest::DeprivationSection;
use super::ranking;
use super::words::{counted, plain, some_of};
use crate::place::{Code, Deprivation, Issue, Where};
use crate::read::{Cell, Options, Table};
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
    let Some(table) = desk.table(Ask { role: "deprivation", written: &section.file, options, about: &section.source })
    else {
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

/// Whether a table has the columns of an index.
pub(super) fn is_index(table: &Table, section: &DeprivationSection) -> bool {
    let says = |title: &&str| {
        let form = plain(title);
        ["imd", "deprivation", "mdm", "cni"].iter().any(|word| form.contains(word))
    };
    columns(table, section).is_ok() && table.titles().iter().any(says)
}

fn read_rows(
    table: &Table,
    section: &DeprivationSection,
    keys: &HashMap<String, usize>,
    desk: &mut Desk<'_>,
) -> Result<Vec<Option<Row>>, Box<Issue>> {
    let zone = headers::zone_column(table, section.zone.as_deref(), keys)?;
    let columns = columns(table, section)?;
    let mut rows: Vec<Option<Row>> = vec![None; keys.len()];
    // Deciles follow from ranks when the table has none: the number of ranked zones is the largest rank.
    let mut ranks: Vec<u32> = Vec::new();
    let mut triples: Vec<(Option<f64>, Option<f64>, Option<f64>)> = Vec::new();
    let mut a_key = String::new();
    let mut faults = Vec::new();
    let mut repeated = Vec::new();
    for row in 0..table.rows() {
        let number = |column: Option<usize>| match table.number(column?, row) {
            Cell::Number(n) => Some(n),
            _ => None,
        };
        let rank = number(columns.rank).filter(|n| *n >= 1.0 && *n < 1e7).map(|n| n as u32);
        ranks.extend(rank);
        triples.push((number(columns.decile), rank.map(f64::from), number(columns.score)));
        let Some(slot) = table.text(zone, row).and_then(|text| zone_of(keys, text)) else { continue };
        if a_key.is_empty() {
            a_key = table.text(zone, row).unwrap_or_default().to_owned();
        }
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
    let upside_down = upside_down(table, section, &columns, &triples, desk)?;
    let titles = table.titles();
    let sizes = ranking::sizes(&ranks, &a_key, &titles, section.zones_ranked);
    let mut unsure = 0;
    for row in rows.iter_mut().flatten() {
        if upside_down {
            row.decile = row.decile.map(|decile| 11 - decile);
            row.rank = row.rank.and_then(|rank| match sizes.as_slice() {
                [n] => (n + 1).checked_sub(rank),
                _ => None,
            });
        }
        if row.decile.is_none() && columns.decile.is_none() {
            row.decile = row.rank.and_then(|rank| ranking::agreed(rank, &sizes));
            unsure += usize::from(row.decile.is_none() && row.rank.is_some());
        }
    }
    if unsure > 0 {
        let problem = format!(
            "{} a rank and no decile, and the table is only a part of its index",
            counted(unsure, "zone has", "zones have")
        );
        let remedy = "Their deprivation is unknown, which is not the same as none; give the deciles, or the number of \
                      zones in the whole index as zones_ranked = … under [deprivation]";
        desk.issues.push(Issue::warning(Code::DecilesUnknown, Where::file(table.file()), problem, remedy));
    }
    let at = |row: usize| Where::file(table.file()).row(table.line(row));
    if let Some(&row) = faults.first() {
        let problem = format!("{} not from 1 to 10, the first here", counted(faults.len(), "decile is", "deciles are"));
        desk.issues.push(Issue::warning(
            Code::DecileImpossible,
            at(row),
            problem,
            "They are taken as unknown; mend the rows",
        ));
    }
    if let Some(&row) = repeated.first() {
        let problem =
            format!("{} about a zone that stood before, the first here", counted(repeated.len(), "row is", "rows are"));
        desk.issues.push(Issue::warning(
            Code::RepeatedZone,
            at(row),
            problem,
            "The first row of a zone is used; remove the others",
        ));
    }
    Ok(rows)
}

/// Whether the file counts from the least deprived, by its titles or its numbers: the score rises with deprivation.
fn upside_down(
    table: &Table,
    section: &DeprivationSection,
    columns: &Columns,
    triples: &[(Option<f64>, Option<f64>, Option<f64>)],
    desk: &mut Desk<'_>,
) -> Result<bool, Box<Issue>> {
    let titles = table.titles();
    let at = || Where::file(table.file()).field(columns.decile.or(columns.rank).map_or("decile", |c| titles[c]));
    match section.most_deprived {
        None => {}
        Some(1) => return Ok(false),
        Some(10) => return Ok(true),
        Some(other) => {
            let problem = format!("{other} is not the decile of the most deprived tenth");
            return Err(Box::new(Issue::error(
                Code::OutOfRange,
                at(),
                problem,
                "Write most_deprived = 1 or most_deprived = 10",
            )));
        }
    }
    let turned = |problem: String, desk: &mut Desk<'_>| {
        let remedy = "They are turned round, so that 1 is the most deprived here as elsewhere; if that is wrong, write \
                      most_deprived = 1 under [deprivation]";
        desk.issues.push(Issue::warning(Code::DeprivationUpsideDown, at(), problem, remedy));
        Ok(true)
    };
    if let Some(column) = columns.decile.or(columns.rank).filter(|c| ranking::says_upside_down(titles[*c])) {
        return turned(format!("\"{}\" counts from the least deprived", titles[column]), desk);
    }
    let pairs = |of: fn(&(Option<f64>, Option<f64>, Option<f64>)) -> Option<(f64, f64)>| {
        let found: Vec<(f64, f64)> = triples.iter().filter_map(of).collect();
        if found.len() >= 3 { ranking::together(&found) } else { 0.0 }
    };
    let decile_rank = pairs(|(decile, rank, _)| decile.zip(*rank));
    let decile_score = pairs(|(decile, _, score)| decile.zip(*score));
    let rank_score = pairs(|(_, rank, score)| rank.zip(*score));
    const CLEARLY: f64 = 0.5;
    if decile_rank < -CLEARLY || (decile_score > CLEARLY) || (rank_score > CLEARLY && columns.decile.is_none()) {
        let problem =
            "The index counts from both ends: its deciles, ranks and scores do not agree on which is the most deprived";
        let remedy = "A high score and a low rank mean deprived; write most_deprived = 1 or most_deprived = 10 under \
                      [deprivation], whichever the publisher says of the deciles (of the ranks, where there are none)";
        return Err(Box::new(Issue::error(Code::DeprivationUnclear, at(), problem, remedy)));
    }
    Ok(false)
}

/// The columns, as named in `place.toml`, else by the titles of IoD 2019 and 2025 (File 7, also with
/// titles cut at 80 characters), WIMD, and their short forms.
fn columns(table: &Table, section: &DeprivationSection) -> Result<Columns, Box<Issue>> {
    let column = |named: &Option<String>, field: &str, starts: &[&str]| match named {
        Some(title) => headers::named(table, title, field).map(Some).map_err(Box::new),
        None => Ok(starting(table, starts).or_else(|| overall(table, field))),
    };
    let columns = Columns {
        decile: column(
            &section.decile,
            "decile",
            &["indexofmultipledeprivationimddecile", "imddecile", "wimddecile", "decile"],
        )?,
        rank: column(
            &section.rank,
            "rank",
            &["indexofmultipledeprivationimdrank", "imdrank", "wimdrank", "wimd2019rank", "rank"],
        )?,
        score: column(
            &section.score,
            "score",
            &["indexofmultipledeprivationimdscore", "imdscore", "wimdscore", "score"],
        )?,
        people: starting(table, &["totalpopulation", "population"]),
    };
    if columns.decile.is_none() && columns.rank.is_none() {
        return Err(Box::new(headers::unrecognised(table, "decile")));
    }
    Ok(columns)
}

/// The column of the whole index, not of one of its domains, as Scotland, Wales and Northern Ireland name it:
/// `SIMD2020v2_Decile`, `WIMD 2019`, `Multiple Deprivation Measure Rank (where 1 is most deprived)`.
fn overall(table: &Table, fact: &str) -> Option<usize> {
    const WHOLE: [&str; 7] = ["simd", "wimd", "nimdm", "mdm", "multipledeprivation", "overall", "imd"];
    const DOMAINS: [&str; 16] = [
        "income",
        "employment",
        "health",
        "education",
        "crime",
        "housing",
        "access",
        "living",
        "environment",
        "domain",
        "skills",
        "services",
        "community",
        "proximity",
        "barriers",
        "physical",
    ];
    let titles: Vec<String> = table.titles().iter().map(|title| plain(title)).collect();
    let whole = |title: &String| {
        WHOLE.iter().any(|word| title.contains(word)) && !DOMAINS.iter().any(|word| title.contains(word))
    };
    let named = titles.iter().position(|title| whole(title) && title.contains(fact));
    let bare = || {
        titles
            .iter()
            .position(|title| title.strip_prefix("wimd").is_some_and(|y| y.len() == 4 && y.parse::<u16>().is_ok()))
    };
    named.or_else(|| if fact == "rank" { bare() } else { None })
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
    let missing: Vec<&str> =
        zones.iter().zip(found).filter(|(_, d)| d.is_none()).map(|(zone, _)| zone.key.as_str()).collect();
    if !missing.is_empty() {
        let problem = format!(
            "{} no place in this index: {}",
            counted(missing.len(), "zone has", "zones have"),
            some_of(&missing)
        );
        desk.issues.push(Issue::warning(
            Code::DeprivationMissing,
            Where::file(table.file()),
            problem,
            "Their deprivation is unknown, which is not the same as none",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merged_zone_takes_the_values_of_the_larger_part() {
        let piece = |source| Piece { source, weight: None, siblings: 1 };
        let row =
            |decile, people| Some(Row { decile: Some(decile), rank: Some(u32::from(decile)), score: None, people });
        let rows = [row(9, Some(2_000.0)), row(2, Some(1_000.0)), row(3, None), row(1, None)];
        assert_eq!(largest(&[piece(0), piece(1)], &rows).and_then(|r| r.decile), Some(9));
        assert_eq!(
            largest(&[piece(2), piece(3)], &rows).and_then(|r| r.decile),
            Some(1),
            "ties go to the more deprived"
        );
        assert!(largest(&[], &rows).is_none());
    }
}
