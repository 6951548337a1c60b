//! Counts by zone and category out of a table, wide or long.

use super::doubts::Doubts;
use super::label::Label;
use super::rows::{self, Rows};
use crate::load::Issues;
use crate::load::headers;
use crate::load::manifest::{GroupsSection, OneOrMany};
use crate::load::numerals::{Count, Decimal, Sign};
use crate::load::words::plain;
use crate::place::{Code, Issue, Where};
use crate::read::{Cell, Table};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Counts by category and zone.
#[derive(Debug)]
pub(super) struct Tally {
    /// The categories, as the file names them, in its order.
    pub(super) labels: Vec<String>,
    /// For each category, the count of each zone; `None` where unknown.
    pub(super) counts: Vec<Vec<Option<f64>>>,
    /// Which categories are written as percentages.
    pub(super) percentages: Vec<usize>,
    /// Which zones the table has.
    pub(super) seen: Vec<bool>,
    /// How many other zones it has.
    pub(super) elsewhere: usize,
    /// Title of the column with the keys.
    pub(super) key: String,
    /// Titles of the columns with category and count, when the table is long.
    pub(super) long: Option<(String, String)>,
    /// Counts that are not plain counts, by category.
    pub(super) doubts: Doubts,
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
    let mut rows = rows::read(table, section, keys)?;
    if rows.compact.is_some() {
        return compact(&rows, section, issues);
    }
    let long = long_columns(&rows, section)?;
    rows.fill_down(long, issues)?;
    match long {
        Some((category, count)) => rows.long(category, count, section, issues),
        None => rows.wide(section, issues),
    }
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
    "countofpeople",
    "numberofpeople",
    "numberofpersons",
    "numberofresidents",
    "countofresidents",
    "sumofcount",
    "sumofvalue",
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
    let several = rows.rows.len() + rows.without_zone.len() > rows.zones().len();
    match (named, count) {
        (Some(category), Some(count)) => Ok(Some((category, count))),
        (Some(category), None) => match rows.count_beside(category) {
            Some(count) => Ok(Some((category, count))),
            None => Err(Box::new(headers::unrecognised(table, "count"))),
        },
        (None, Some(count)) if several => {
            category_column(rows, &section.dimension, count).map(|category| Some((category, count)))
        }
        (None, None) if several => match rows.category_by_title(&section.dimension) {
            Some(category) if rows.is_of_codes(category) => Err(Box::new(codes_alone(rows, category))),
            category => Ok(category.and_then(|category| Some((category, rows.count_beside(category)?)))),
        },
        (None, _) => Ok(None),
    }
}

/// The column that tells the rows of a zone apart; by its title where several would.
fn category_column(rows: &Rows<'_>, dimension: &str, count: usize) -> Result<usize, Box<Issue>> {
    let titles = rows.table.titles();
    let mut best: Option<(usize, usize)> = None;
    for column in (0..titles.len()).filter(|&c| c != rows.zone && c != count) {
        let values: HashSet<&str> = rows.all().filter_map(|row| rows.table.text(column, row)).collect();
        let some: Vec<usize> = rows.all().take(200).collect();
        let numbers = some.iter().filter(|row| matches!(rows.table.number(column, **row), Cell::Number(_))).count();
        let rank = rank(titles[column], dimension);
        let mostly_numbers = numbers * 2 > some.len();
        if values.len() < 2
            || (mostly_numbers && rank == 3)
            || (rank == 3 && headers::is_about_the_row(titles[column]))
            || (rank == 3 && !rows.varies_within(column))
        {
            continue;
        }
        if best.is_none_or(|(r, _)| rank < r) {
            best = Some((rank, column));
        }
    }
    let Some(column) = best.map(|(_, column)| rows.words_of(column)) else {
        return Err(Box::new(headers::unrecognised(rows.table, "category")));
    };
    if rows.is_of_codes(column) { Err(Box::new(codes_alone(rows, column))) } else { Ok(column) }
}

/// Asks what the codes stand for, where no column says it in words: a "1" is neither the age nor a name.
fn codes_alone(rows: &Rows<'_>, column: usize) -> Issue {
    let title = rows.table.titles()[column];
    Issue::error(
        Code::CategoryCodes,
        Where::file(rows.table.file()).field(title),
        format!("\"{title}\" holds codes, and no column says in words what they stand for"),
        format!(
            "Download the table with labels, name the column of words with category = \"…\", or write category = \"{title}\" \
             if its numbers are the categories themselves"
        ),
    )
}

/// How surely a title names the categories of a dimension, 0 the surest.
fn rank(title: &str, dimension: &str) -> usize {
    let wanted = plain(dimension);
    let title = plain(title);
    match title.as_str() {
        _ if title == wanted => 0,
        _ if !title.is_empty() && (title.starts_with(&wanted) || wanted.starts_with(&title)) => 1,
        "category" | "indicator" | "characteristic" | "group" | "band" | "ageband" | "agegroup" | "ethnicgroup"
        | "variable" => 2,
        _ => 3,
    }
}

/// A pivot table in outline: below each zone its categories, in one column; the row of the zone is their sum.
fn compact(rows: &Rows<'_>, section: &GroupsSection, issues: &mut Issues) -> Result<Tally, Box<Issue>> {
    let titles = rows.table.titles();
    let count = match section.count.as_deref() {
        Some(title) => headers::named(rows.table, title, "count").map_err(Box::new)?,
        None => {
            let columns = rows.number_columns(Decimal::Point);
            match columns
                .iter()
                .filter(|c| Label::read(titles[**c]).not_people.is_none())
                .collect::<Vec<_>>()
                .as_slice()
            {
                [one] => **one,
                _ => return Err(Box::new(headers::unrecognised(rows.table, "count"))),
            }
        }
    };
    let decimal = settle(rows, &[count], section)?;
    let mut doubts = Doubts::of(section);
    let entries: Vec<(usize, usize, String)> = rows
        .rows
        .iter()
        .map(|(row, slot)| (*row, *slot, "Total".to_owned()))
        .chain(rows.compact.iter().flatten().cloned())
        .collect();
    let mut order: Vec<&(usize, usize, String)> = entries.iter().collect();
    order.sort_by_key(|(row, ..)| *row);
    let mut labels: Vec<String> = Vec::new();
    let mut counts: Vec<Vec<Option<f64>>> = Vec::new();
    for (row, slot, label) in order {
        let at = labels.iter().position(|own| own == label).unwrap_or_else(|| {
            labels.push(label.clone());
            counts.push(vec![None; rows.n_zones]);
            labels.len() - 1
        });
        counts[at][*slot] = doubts.read(decimal, rows.table, count, *row, at);
    }
    let at = Where::file(rows.table.file()).field(titles[rows.zone]);
    issues.push(Issue::note(
        Code::PivotLayout,
        at,
        "Zones and categories stand below each other in one column, as in a pivot table",
        "The row of a zone is taken for everybody there",
    ));
    Ok(Tally {
        doubts,
        labels,
        counts,
        percentages: Vec::new(),
        seen: rows.seen(),
        elsewhere: rows.elsewhere,
        key: titles[rows.zone].to_owned(),
        long: Some((titles[rows.zone].to_owned(), titles[count].to_owned())),
    })
}

/// The sign before decimals, as `place.toml` says or the columns show.
fn settle(rows: &Rows<'_>, columns: &[usize], section: &GroupsSection) -> Result<Decimal, Box<Issue>> {
    let at = |field: &str| Where::file(rows.table.file()).field(field.to_owned());
    if let Some(said) = section.decimal.as_deref() {
        return Decimal::named(said).ok_or_else(|| {
            let problem = format!("\"{said}\" is not a sign before decimals");
            Box::new(Issue::error(
                Code::DecimalUnknown,
                at("decimal"),
                problem,
                "Write decimal = \".\" or decimal = \",\"",
            ))
        });
    }
    let cells = |column: &usize| rows.all().filter_map(|row| rows.table.text(*column, row)).collect();
    match Decimal::of(columns.iter().map(cells), true) {
        Sign::As(decimal) => Ok(decimal),
        Sign::Unclear(example) => {
            let sum = |decimal: Decimal| -> f64 {
                let of = |column: &usize| {
                    rows.all().filter_map(|row| decimal.number(rows.table.text(*column, row)?)).sum::<f64>()
                };
                columns.iter().map(of).sum()
            };
            let figure = crate::load::words::figure;
            let problem = format!(
                "Numbers such as {example} may be thousands or decimals: all counts sum to {} or to {}",
                figure(sum(Decimal::Comma)),
                figure(sum(Decimal::Point))
            );
            let remedy = "Write decimal = \",\" in its section of place.toml if 1.234 is more than a thousand, \
                          decimal = \".\" if it is a little more than one";
            Err(Box::new(Issue::error(Code::NumberUnclear, at("decimal"), problem, remedy)))
        }
    }
}

impl Rows<'_> {
    fn long(
        &self,
        category: usize,
        count: usize,
        section: &GroupsSection,
        issues: &mut Issues,
    ) -> Result<Tally, Box<Issue>> {
        let decimal = settle(self, &[count], section)?;
        let mut labels: Vec<&str> = Vec::new();
        let mut index: HashMap<&str, usize> = HashMap::new();
        let mut first: HashMap<(usize, usize), usize> = HashMap::new();
        let mut counts: Vec<Vec<Option<f64>>> = Vec::new();
        let mut doubts = Doubts::of(section);
        let mut percent = Vec::new();
        let mut repeated = 0;
        for &(row, slot) in &self.rows {
            let Some(text) = self.table.text(category, row) else {
                if self.table.text(count, row).is_some() {
                    doubts.nameless(row);
                }
                continue;
            };
            let label = *index.entry(text).or_insert_with(|| {
                labels.push(text);
                counts.push(vec![None; self.n_zones]);
                percent.push(0_usize);
                labels.len() - 1
            });
            if let Some(&earlier) = first.get(&(slot, label)) {
                if self.table.text(count, row) != self.table.text(count, earlier) {
                    return Err(self.repeated(earlier, row, Some(text), &[self.zone, count, category]));
                }
                repeated += 1;
                continue;
            }
            first.insert((slot, label), row);
            if let Count::Percent(_) = decimal.count(self.table.text(count, row)) {
                percent[label] += 1;
            }
            counts[label][slot] = doubts.read(decimal, self.table, count, row, label);
        }
        self.note_repeats(repeated, issues);
        let titles = self.table.titles();
        let empty = |of: &usize| counts[*of].iter().all(Option::is_none);
        Ok(Tally {
            percentages: (0..labels.len()).filter(|l| percent[*l] > 0 && empty(l)).collect(),
            doubts,
            labels: labels.into_iter().map(str::to_owned).collect(),
            counts,
            seen: self.seen(),
            elsewhere: self.elsewhere,
            key: titles[self.zone].to_owned(),
            long: Some((titles[category].to_owned(), titles[count].to_owned())),
        })
    }

    fn wide(&self, section: &GroupsSection, issues: &mut Issues) -> Result<Tally, Box<Issue>> {
        let (columns, decimal) = self.count_columns(section)?;
        let mut first: HashMap<usize, usize> = HashMap::new();
        let mut repeated = 0;
        let mut counts = vec![vec![None; self.n_zones]; columns.len()];
        let mut percent = vec![0_usize; columns.len()];
        let mut doubts = Doubts::of(section);
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
                if let Count::Percent(_) = decimal.count(self.table.text(column, row)) {
                    percent[i] += 1;
                }
                counts[i][slot] = doubts.read(decimal, self.table, column, row, i);
            }
        }
        let titles = self.table.titles();
        self.note_repeats(repeated, issues);
        let empty = |of: &usize| counts[*of].iter().all(Option::is_none);
        Ok(Tally {
            labels: columns.iter().map(|&column| titles[column].to_owned()).collect(),
            percentages: (0..columns.len()).filter(|i| percent[*i] > 0 && empty(i)).collect(),
            doubts,
            counts,
            seen: self.seen(),
            elsewhere: self.elsewhere,
            key: titles[self.zone].to_owned(),
            long: None,
        })
    }

    /// The columns of a wide table that hold numbers and are not about the row itself, and how they write them.
    fn count_columns(&self, section: &GroupsSection) -> Result<(Vec<usize>, Decimal), Box<Issue>> {
        let titles = self.table.titles();
        let of_where = |c: usize| section.only.keys().any(|title| self.table.column(title) == Some(c));
        let asked: BTreeSet<usize> = section
            .groups
            .values()
            .flat_map(|names| match names {
                OneOrMany::One(name) => std::slice::from_ref(name),
                OneOrMany::Many(names) => names.as_slice(),
            })
            .chain(&section.total)
            .filter_map(|title| self.table.column(title))
            .collect();
        let candidates: Vec<usize> = (0..titles.len())
            .filter(|&c| c != self.zone && !of_where(c))
            .filter(|&c| asked.contains(&c) || !rows::is_key_or_name(titles[c]))
            .collect();
        let first_guess: Vec<usize> =
            candidates.iter().copied().filter(|c| asked.contains(c) || self.has_numbers(*c)).collect();
        let decimal = settle(self, &first_guess, section)?;
        let columns: Vec<usize> =
            candidates.into_iter().filter(|&c| first_guess.contains(&c) || self.is_empty_count(c)).collect();
        if columns.iter().all(|c| self.is_empty_count(*c)) {
            return Err(Box::new(headers::unrecognised(self.table, "count")));
        }
        Ok((columns, decimal))
    }
}
