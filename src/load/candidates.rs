//! A file of points where something could be: candidates for a plan, in any form that assets come in.

use super::Issues;
use super::headers;
use super::points::{Columns, Reader};
use super::words::{counted, key_form};
use crate::crs::Xy;
use crate::place::{Code, Issue, Place, Where};
use crate::read::{Cell, Options, Table};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;

/// A point where something could be.
#[derive(Debug, Clone, PartialEq)]
pub struct CandidatePoint {
    /// Stable name: the file's own, or `point-` with the number of the row.
    pub key: String,
    /// Name for people.
    pub name: String,
    /// Where it is.
    pub at: Xy,
    /// What using it costs, where the file has a column `cost`.
    pub cost: Option<f64>,
}

/// Reads a file of points for a place, sorted by key: CSV or a sheet with coordinates, or any map layer. Columns
/// `name` and `cost` are used where there are any.
///
/// # Errors
/// Everything that was found, when the file holds no point.
pub fn read_candidates(path: &Path, place: &Place) -> Result<(Vec<CandidatePoint>, Vec<Issue>), Vec<Issue>> {
    let mut issues = Issues::default();
    match read(path, place, &mut issues) {
        Ok(points) => Ok((points, issues.into_sorted())),
        Err(issue) => {
            issues.push(issue);
            Err(issues.into_sorted())
        }
    }
}

fn read(path: &Path, place: &Place, issues: &mut Issues) -> Result<Vec<CandidatePoint>, Issue> {
    let shown = path.display().to_string();
    let table = Table::read(path, &shown, Options::default(), issues)?;
    let reader = Reader::new(&table, Columns::default(), None, &place.plane)?;
    let key = headers::any_of(&table, &["key", "id", "site_id", "asset_id", "code"]);
    let name = headers::any_of(&table, &["name", "site", "site_name", "title"]);
    let cost = headers::any_of(&table, &["cost", "price", "cost_gbp", "cost_pounds", "total_cost"]);
    if let Some(cost) = cost {
        refuse_split_numbers(&table, cost, issues)?;
    }
    let mut points: BTreeMap<String, CandidatePoint> = BTreeMap::new();
    let (mut nowhere, mut repeated, mut unread) = (0, 0, Vec::new());
    for row in 0..table.rows() {
        let Some(at) = reader.find(row, middle(place)).xy() else {
            nowhere += 1;
            continue;
        };
        let own = key.and_then(|column| table.text(column, row)).map(key_form);
        let key = own.unwrap_or_else(|| format!("point-{:04}", row + 1));
        let name = name.and_then(|column| table.text(column, row)).unwrap_or(&key).to_owned();
        let cost = match cost.map(|column| cost_of(&table, column, row)) {
            Some(Ok(cost)) => cost,
            Some(Err(issue)) => {
                unread.push(issue);
                None
            }
            None => None,
        };
        let point = CandidatePoint { key: key.clone(), name, at, cost };
        if let Entry::Vacant(place) = points.entry(key) {
            place.insert(point);
        } else {
            repeated += 1;
        }
    }
    tell_unread(unread, issues);
    if nowhere > 0 {
        let problem = format!("{} no point on the map", counted(nowhere, "row has", "rows have"));
        issues.push(Issue::warning(
            Code::PointNowhere,
            Where::file(&shown),
            problem,
            "They are left out; give coordinates",
        ));
    }
    if repeated > 0 {
        let problem = format!("{} a key that has come before", counted(repeated, "row has", "rows have"));
        issues.push(Issue::warning(Code::DuplicateKey, Where::file(&shown), problem, "The first of each is used"));
    }
    if points.is_empty() {
        let remedy = "Give columns easting and northing, or latitude and longitude, or a layer of points";
        return Err(Issue::error(Code::NoPoints, Where::file(&shown), "There is no point in this file", remedy));
    }
    Ok(points.into_values().collect())
}

/// Rows with more cells than titles in a file with costs: of `1.10, £120,000` without quotation marks only the 120 is in
/// the column of costs, and nobody could tell.
fn refuse_split_numbers(table: &Table, cost: usize, issues: &Issues) -> Result<(), Issue> {
    let long = issues.iter().find(|issue| issue.code == Code::RowTooLong).map(|issue| issue.at.clone());
    // Where every row is too long the column behind that of costs has no title of its own.
    let untitled = issues.iter().any(|issue| issue.code == Code::TitlesRenamed)
        && table.titles().get(cost + 1).is_some_and(|title| *title == format!("column {}", cost + 2));
    let row = (0..table.rows()).find(|row| untitled && table.text(cost + 1, *row).is_some());
    let Some(at) = long.or_else(|| Some(Where::file(table.file()).row(table.line(row?)))) else { return Ok(()) };
    let problem = "A row has more cells than there are titles, so a cost may be cut in two at its comma";
    let remedy = "Write costs without commas (120000), or in quotation marks (\"120,000\")";
    Err(Issue::error(Code::CostUnreadable, at.field(table.titles()[cost]), problem, remedy))
}

/// What a candidate costs; nothing where the cell is empty.
fn cost_of(table: &Table, column: usize, row: usize) -> Result<Option<f64>, Issue> {
    let Some(text) = table.text(column, row) else { return Ok(None) };
    match Cell::parse(text) {
        Cell::Number(cost) if cost >= 0.0 => Ok(Some(cost)),
        _ => {
            let at = Where::file(table.file()).row(table.line(row)).field(table.titles()[column]);
            let problem = format!("\"{text}\" is not clearly a cost");
            let remedy =
                "It is taken as not known, and a plan with a budget asks for it; write a number such as 120000";
            Err(Issue::warning(Code::CostUnreadable, at, problem, remedy))
        }
    }
}

/// Costs that are told row by row before the rest are only counted.
const LISTED: usize = 12;

fn tell_unread(mut unread: Vec<Issue>, issues: &mut Issues) {
    let more = unread.len().saturating_sub(LISTED);
    if let Some(mut next) = (more > 0).then(|| unread.swap_remove(LISTED)) {
        next.problem = format!("{} not clearly costs, the first here", counted(more, "more cell is", "more cells are"));
        unread.truncate(LISTED);
        unread.push(next);
    }
    unread.into_iter().for_each(|issue| issues.push(issue));
}

/// The middle of where people live, to tell coordinates in the wrong order.
fn middle(place: &Place) -> Option<Xy> {
    let n = place.positions.len() as f64;
    let (x, y) = place.positions.iter().fold((0.0, 0.0), |(x, y), position| (x + position.at.x, y + position.at.y));
    (n > 0.0).then(|| Xy::new(x / n, y / n))
}
