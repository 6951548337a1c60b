//! Counts by zone and category out of a table, wide or long.

use super::doubts::Doubts;
use crate::load::Issues;
use crate::load::headers;
use crate::load::manifest::{GroupsSection, OneOrMany};
use crate::load::table::{Cell, Table};
use crate::load::words::{counted, key_form, plain, some_of};
use crate::place::{Issue, People, Where};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Counts by category and zone.
#[derive(Debug)]
pub(super) struct Tally {
    /// The categories, as the file names them.
    pub(super) labels: Vec<String>,
    /// For each category, the count of each zone; `None` where unknown.
    pub(super) counts: Vec<Vec<Option<f64>>>,
    /// Which zones the table has.
    pub(super) seen: Vec<bool>,
    /// How many other zones it has.
    pub(super) elsewhere: usize,
}

/// The rows of a table that are about zones we know.
struct Rows<'t> {
    table: &'t Table,
    zone: usize,
    rows: Vec<(usize, usize)>,
    n_zones: usize,
}

/// The counts of a table for the zones in `keys` (compared form of the key → index).
pub(super) fn read(
    table: &Table,
    section: &GroupsSection,
    keys: &HashMap<String, usize>,
    issues: &mut Issues,
) -> Option<Tally> {
    match try_read(table, section, keys, issues) {
        Ok(tally) => Some(tally),
        Err(issue) => {
            issues.push(*issue);
            None
        }
    }
}

fn try_read(
    table: &Table,
    section: &GroupsSection,
    keys: &HashMap<String, usize>,
    issues: &mut Issues,
) -> Result<Tally, Box<Issue>> {
    let zone = headers::zone_column(table, section.zone.as_deref(), keys)?;
    let kept = filter(table, section)?;
    let mut elsewhere: HashSet<&str> = HashSet::new();
    let mut rows = Vec::new();
    for row in kept {
        let Some(text) = table.text(zone, row) else { continue };
        match keys.get(text).or_else(|| keys.get(&key_form(text))) {
            Some(&slot) => rows.push((row, slot)),
            None => {
                elsewhere.insert(text);
            }
        }
    }
    if rows.is_empty() {
        let problem = "After `where`, no row is left for a zone of this place";
        let at = Where::file(table.file()).field("where");
        return Err(Box::new(Issue::error("no-rows", at, problem, "Check the column and the value in `where`")));
    }
    let rows = Rows { table, zone, rows, n_zones: keys.len() };
    let mut tally = match long_columns(&rows, section)? {
        Some((category, count)) => rows.long(category, count, issues)?,
        None => rows.wide(section, issues)?,
    };
    tally.elsewhere = elsewhere.len();
    Ok(tally)
}

/// The rows that `where` keeps.
fn filter(table: &Table, section: &GroupsSection) -> Result<Vec<usize>, Box<Issue>> {
    let mut conditions = Vec::new();
    for (title, value) in &section.only {
        conditions.push((headers::named(table, title, "where").map_err(Box::new)?, plain(value)));
    }
    let keeps = |row: usize| {
        conditions.iter().all(|(column, value)| table.text(*column, row).is_some_and(|t| plain(t) == *value))
    };
    Ok((0..table.rows()).filter(|&row| keeps(row)).collect())
}

/// Titles of the count in a long table.
const COUNT_TITLES: &[&str] = &[
    "n",
    "count",
    "value",
    "observation",
    "obsvalue",
    "obs",
    "residents",
    "persons",
    "people",
    "number",
    "usualresidents",
];

/// The columns with category and count, when the table is long.
fn long_columns(rows: &Rows<'_>, section: &GroupsSection) -> Result<Option<(usize, usize)>, Box<Issue>> {
    let table = rows.table;
    let count = match section.count.as_deref() {
        Some(title) => Some(headers::named(table, title, "count").map_err(Box::new)?),
        None => headers::any_of(table, COUNT_TITLES),
    };
    let named = section
        .category
        .as_deref()
        .map(|title| headers::named(table, title, "category").map_err(Box::new))
        .transpose()?;
    let several = rows.rows.len() > rows.zones().len();
    match (named, count) {
        (Some(category), Some(count)) => Ok(Some((category, count))),
        (Some(_), None) => Err(Box::new(headers::unrecognised(table, "count"))),
        (None, Some(count)) if several => {
            rows.category_column(&section.dimension, count).map(|category| Some((category, count)))
        }
        (None, _) => Ok(None),
    }
}

impl Rows<'_> {
    fn zones(&self) -> BTreeSet<usize> {
        self.rows.iter().map(|(_, slot)| *slot).collect()
    }

    fn at(&self) -> Where {
        Where::file(self.table.file())
    }

    /// The column that tells the rows of a zone apart; by its title where several would.
    fn category_column(&self, dimension: &str, count: usize) -> Result<usize, Box<Issue>> {
        let wanted = plain(dimension);
        let titles = self.table.titles();
        let rank = |column: usize| {
            let title = plain(titles[column]);
            match title.as_str() {
                _ if title == wanted => 0,
                _ if title.starts_with(&wanted) || wanted.starts_with(&title) => 1,
                "category" | "indicator" | "characteristic" | "group" | "band" | "ageband" | "agegroup"
                | "ethnicgroup" | "variable" => 2,
                _ => 3,
            }
        };
        let mut best: Option<(usize, usize)> = None;
        for column in (0..titles.len()).filter(|&c| c != self.zone && c != count) {
            let values: HashSet<&str> = self.rows.iter().filter_map(|(row, _)| self.table.text(column, *row)).collect();
            let numbers = self
                .rows
                .iter()
                .take(200)
                .filter(|(row, _)| matches!(self.table.number(column, *row), Cell::Number(_)))
                .count();
            let rank = rank(column);
            let mostly_numbers = numbers * 2 > self.rows.len().min(200);
            if values.len() < 2
                || (mostly_numbers && rank == 3)
                || (rank == 3 && headers::is_about_the_row(titles[column]))
            {
                continue;
            }
            if best.is_none_or(|(r, _)| rank < r) {
                best = Some((rank, column));
            }
        }
        best.map(|(_, column)| column).ok_or_else(|| Box::new(headers::unrecognised(self.table, "category")))
    }

    fn long(&self, category: usize, count: usize, issues: &mut Issues) -> Result<Tally, Box<Issue>> {
        let mut labels: BTreeSet<&str> = BTreeSet::new();
        for (row, _) in &self.rows {
            labels.extend(self.table.text(category, *row));
        }
        let labels: Vec<&str> = labels.into_iter().collect();
        let index: HashMap<&str, usize> = labels.iter().enumerate().map(|(i, label)| (*label, i)).collect();
        let mut first: HashMap<(usize, usize), usize> = HashMap::new();
        let mut counts = vec![vec![None; self.n_zones]; labels.len()];
        let mut doubts = Doubts::default();
        let mut repeated = 0;
        for &(row, slot) in &self.rows {
            let Some(&label) = self.table.text(category, row).and_then(|text| index.get(text)) else {
                doubts.unknown(row);
                continue;
            };
            if let Some(&earlier) = first.get(&(slot, label)) {
                if self.table.text(count, row) != self.table.text(count, earlier) {
                    return Err(self.repeated(earlier, row, Some(labels[label]), &[self.zone, count, category]));
                }
                repeated += 1;
                continue;
            }
            first.insert((slot, label), row);
            counts[label][slot] = self.count(count, row, &mut doubts);
        }
        self.note_repeats(repeated, issues);
        doubts.report(self.table, self.table.titles()[count], issues);
        let labels = labels.into_iter().map(str::to_owned).collect();
        Ok(Tally { labels, counts, seen: self.seen(), elsewhere: 0 })
    }

    fn wide(&self, section: &GroupsSection, issues: &mut Issues) -> Result<Tally, Box<Issue>> {
        let columns = self.count_columns(section)?;
        let mut first: HashMap<usize, usize> = HashMap::new();
        let mut repeated = 0;
        let mut counts = vec![vec![None; self.n_zones]; columns.len()];
        let mut doubts = Doubts::default();
        for &(row, slot) in &self.rows {
            if let Some(&earlier) = first.get(&slot) {
                let same =
                    columns.iter().all(|&column| self.table.text(column, row) == self.table.text(column, earlier));
                if !same {
                    let mut skip = columns.clone();
                    skip.push(self.zone);
                    return Err(self.repeated(earlier, row, None, &skip));
                }
                repeated += 1;
                continue;
            }
            first.insert(slot, row);
            for (i, &column) in columns.iter().enumerate() {
                counts[i][slot] = self.count(column, row, &mut doubts);
            }
        }
        self.note_repeats(repeated, issues);
        doubts.report(self.table, "", issues);
        let titles = self.table.titles();
        let labels = columns.iter().map(|&column| titles[column].to_owned()).collect();
        Ok(Tally { labels, counts, seen: self.seen(), elsewhere: 0 })
    }

    /// The columns of a wide table that hold counts: those that `place.toml` names, else every column
    /// of numbers that is not about the row itself.
    fn count_columns(&self, section: &GroupsSection) -> Result<Vec<usize>, Box<Issue>> {
        let titles = self.table.titles();
        let asked: Vec<&String> = section
            .groups
            .values()
            .flat_map(|names| match names {
                OneOrMany::One(name) => std::slice::from_ref(name),
                OneOrMany::Many(names) => names.as_slice(),
            })
            .chain(&section.total)
            .collect();
        let is_numeric = |column: usize| {
            let mut numbers = 0;
            let all = self.rows.iter().all(|(row, _)| match self.table.number(column, *row) {
                Cell::Number(_) => {
                    numbers += 1;
                    true
                }
                Cell::Blank | Cell::Marker(_) => true,
                Cell::Other(_) => false,
            });
            all && numbers > 0
        };
        let named: Option<Vec<usize>> = asked.iter().map(|title| self.table.column(title)).collect();
        if let Some(mut columns) = named.filter(|columns| !columns.is_empty() && !section.groups.is_empty()) {
            let is_everybody = |title: &str| {
                let label = super::categories::clean(title);
                super::categories::is_total(label.split_once(": ").map_or(label, |(_, rest)| rest))
            };
            columns.extend((0..titles.len()).filter(|&c| is_everybody(titles[c]) && is_numeric(c)));
            columns.sort_unstable();
            columns.dedup();
            return Ok(columns);
        }
        let columns: Vec<usize> = (0..titles.len())
            .filter(|&c| c != self.zone && !section.only.keys().any(|title| self.table.column(title) == Some(c)))
            .filter(|&c| !headers::is_about_the_row(titles[c]) && is_numeric(c))
            .collect();
        if columns.is_empty() {
            return Err(Box::new(headers::unrecognised(self.table, "count")));
        }
        Ok(columns)
    }

    fn count(&self, column: usize, row: usize, doubts: &mut Doubts) -> Option<f64> {
        match self.table.number(column, row) {
            Cell::Number(count) if (0.0..1e10).contains(&count) => {
                if count.fract() != 0.0 {
                    doubts.fraction(row);
                }
                Some(People::round(count))
            }
            Cell::Number(_) => {
                doubts.impossible(row);
                None
            }
            Cell::Blank | Cell::Marker(_) | Cell::Other(_) => {
                doubts.unknown(row);
                None
            }
        }
    }

    fn seen(&self) -> Vec<bool> {
        let mut seen = vec![false; self.n_zones];
        for (_, slot) in &self.rows {
            seen[*slot] = true;
        }
        seen
    }

    /// Two rows disagree about the same zone: names the column in which they differ.
    fn repeated(&self, earlier: usize, row: usize, label: Option<&str>, skip: &[usize]) -> Box<Issue> {
        let table = self.table;
        let titles = table.titles();
        let differs = (0..titles.len()).find(|c| {
            !skip.contains(c)
                && table.text(*c, earlier) != table.text(*c, row)
                && !matches!(table.number(*c, row), Cell::Number(_))
        });
        let differs = differs.or_else(|| {
            (0..titles.len()).find(|c| !skip.contains(c) && table.text(*c, earlier) != table.text(*c, row))
        });
        let key = table.text(self.zone, row).unwrap_or_default();
        let about = label.map_or_else(String::new, |label| format!(" for \"{label}\""));
        let at = self.at().row(table.line(row)).key(key);
        let lines = format!("rows {} and {}", table.line(earlier), table.line(row));
        Box::new(match differs {
            Some(column) => {
                let values: BTreeSet<&str> = self.rows.iter().filter_map(|(r, _)| table.text(column, *r)).collect();
                let values: Vec<&str> = values.into_iter().collect();
                let likely = values
                    .iter()
                    .find(|v| super::categories::is_total(v))
                    .or(values.first())
                    .copied()
                    .unwrap_or_default();
                let title = titles[column];
                let problem = format!(
                    "The zone \"{key}\" has several counts{about} ({lines}), which differ in the column \"{title}\""
                );
                let remedy =
                    format!("Keep one kind of row: where = {{ {title} = \"{likely}\" }}. It has: {}", some_of(&values));
                Issue::error("repeated-zone", at.field(title), problem, remedy)
            }
            None => {
                let problem = format!("The zone \"{key}\" has two different counts{about} ({lines})");
                Issue::error("repeated-zone", at, problem, "Remove the wrong row")
            }
        })
    }

    fn note_repeats(&self, repeated: usize, issues: &mut Issues) {
        if repeated > 0 {
            let problem = format!("{} the same as an earlier one", counted(repeated, "row is", "rows are"));
            issues.push(Issue::note("repeated-row", self.at(), problem, "They are counted once"));
        }
    }
}
