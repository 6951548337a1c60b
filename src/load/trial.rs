//! One table of residents, read as a place would read it, without the place: for trials of how tables are understood.

use super::areas::Area;
use super::desk::Desk;
use super::groups;
use super::manifest::GroupsSection;
use crate::crs::Xy;
use crate::place::{Issue, Severity, UnderstoodTable};
use std::path::Path;

/// What came of reading a table.
#[derive(Debug)]
pub struct ReadTable {
    /// Everybody in each zone, and each group's key and members; `None` where the table is asked about or refused.
    pub residents: Option<(Vec<Option<f64>>, Vec<(String, Vec<Option<f64>>)>)>,
    /// How the table was understood, where it could be read at all.
    pub understood: Option<UnderstoodTable>,
    /// Everything found, the worst first.
    pub issues: Vec<Issue>,
}

/// Reads the table of a section of `place.toml` (the lines below `[[groups]]`) for zones with these keys.
///
/// # Errors
/// When the section itself is not as `place.toml` has it.
pub fn read_table(dir: &Path, section: &str, zones: &[&str]) -> Result<ReadTable, String> {
    let section: GroupsSection = toml::from_str(section).map_err(|error| error.to_string())?;
    let area = |(row, key): (usize, &&str)| Area {
        key: (*key).to_owned(),
        name: None,
        row,
        shape: None,
        centre: Xy::default(),
    };
    let zones: Vec<Area> = zones.iter().enumerate().map(area).collect();
    let mut desk = Desk::new(dir, &|_| None, &|_| {}, false);
    let read = groups::read_one(&mut desk, &section, &zones);
    let understood = desk.understood.pop();
    let (_, issues) = desk.close();
    let issues = issues.into_sorted();
    let refused = issues.iter().any(|issue| issue.severity == Severity::Error);
    Ok(ReadTable { residents: read.filter(|_| !refused), understood, issues })
}

/// Titles and rows of a table as they stand in the file, each row with its number as a person counts it.
///
/// # Errors
/// One issue, when nothing can be made of the file.
pub fn table_of(path: &Path, name: &str) -> Result<(Vec<String>, Vec<(u64, Vec<String>)>), Issue> {
    let options = crate::read::Options::default();
    let table = crate::read::Table::read(path, name, options, &mut super::Issues::default())?;
    let titles: Vec<String> = table.titles().into_iter().map(ToOwned::to_owned).collect();
    let row = |row: usize| {
        let cells = (0..titles.len()).map(|column| table.text(column, row).unwrap_or_default().to_owned());
        (table.line(row), cells.collect())
    };
    let rows = (0..table.rows()).map(row).collect();
    Ok((titles, rows))
}

/// A list of assets, and which of its columns says what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AssetList {
    /// Its file.
    pub file: String,
    /// Titles of its columns.
    pub titles: Vec<String>,
    /// The column that says whether an asset is in use.
    pub status: Option<usize>,
    /// The column with its hours.
    pub opening_hours: Option<usize>,
    /// The column that says whether one can get in without a step.
    pub step_free: Option<usize>,
    /// The column with the day on which somebody looked.
    pub last_checked: Option<usize>,
    /// Whether its hours stand in a column for each day of the week.
    pub has_days: bool,
    /// Its rows, each with its number as a person counts it and the name of its asset.
    pub rows: Vec<(u64, Option<String>)>,
}

/// Which column of a list of assets is which, and where each asset stands in it.
///
/// # Errors
/// One issue, when nothing can be made of the file.
pub fn asset_list(path: &Path, name: &str) -> Result<AssetList, Issue> {
    let options = crate::read::Options::default();
    let table = crate::read::Table::read(path, name, options, &mut super::Issues::default())?;
    super::assets::list_of(&table)
}
