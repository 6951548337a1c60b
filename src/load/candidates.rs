//! A file of points where something could be: candidates for a plan, in any form that assets come in.

use super::Issues;
use super::headers;
use super::points::{Columns, Reader};
use super::table::{Options, Table};
use super::words::{counted, key_form};
use crate::crs::Xy;
use crate::place::{Code, Issue, Place, Where};
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
    let cost = headers::any_of(&table, &["cost", "price"]);
    let mut points: BTreeMap<String, CandidatePoint> = BTreeMap::new();
    let (mut nowhere, mut repeated) = (0, 0);
    for row in 0..table.rows() {
        let Some(at) = reader.find(row, middle(place)).xy() else {
            nowhere += 1;
            continue;
        };
        let own = key.and_then(|column| table.text(column, row)).map(key_form);
        let key = own.unwrap_or_else(|| format!("point-{:04}", row + 1));
        let name = name.and_then(|column| table.text(column, row)).unwrap_or(&key).to_owned();
        let cost = cost.and_then(|column| table.number(column, row).value()).filter(|cost| *cost >= 0.0);
        let point = CandidatePoint { key: key.clone(), name, at, cost };
        if let Entry::Vacant(place) = points.entry(key) {
            place.insert(point);
        } else {
            repeated += 1;
        }
    }
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

/// The middle of where people live, to tell coordinates in the wrong order.
fn middle(place: &Place) -> Option<Xy> {
    let n = place.positions.len() as f64;
    let (x, y) = place.positions.iter().fold((0.0, 0.0), |(x, y), position| (x + position.at.x, y + position.at.y));
    (n > 0.0).then(|| Xy::new(x / n, y / n))
}
