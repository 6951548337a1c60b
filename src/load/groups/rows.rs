//! The rows of a table that are about zones of the place, and what can be seen of its columns through them.

use super::label::Label;
use super::zone_of;
use crate::load::Issues;
use crate::load::headers;
use crate::load::manifest::GroupsSection;
use crate::load::numerals::{Count, Decimal};
use crate::load::words::{counted, plain, some_of};
use crate::place::{Code, Issue, Where};
use crate::read::{Cell, Table};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The rows of a table that are about zones we know.
#[expect(clippy::struct_field_names, reason = "rows are what the table has")]
pub(super) struct Rows<'t> {
    pub(super) table: &'t Table,
    /// The column with the keys.
    pub(super) zone: usize,
    /// Row and zone.
    pub(super) rows: Vec<(usize, usize)>,
    /// Rows with numbers and no key, and the zone of the last row above that has one, where it is ours.
    pub(super) without_zone: Vec<(usize, Option<usize>)>,
    /// In a pivot table in outline, the rows of categories: row, zone above, category.
    pub(super) compact: Option<Vec<(usize, usize, String)>>,
    pub(super) elsewhere: usize,
    pub(super) n_zones: usize,
}

/// Whether a title says which area a row is about.
pub(super) fn is_key_or_name(title: &str) -> bool {
    headers::is_about_the_row(title) && Label::read(title).not_people.is_none_or(|why| why == crate::place::Why::Id)
}

/// The rows that `where` keeps, by zone.
pub(super) fn read<'t>(
    table: &'t Table,
    section: &GroupsSection,
    keys: &HashMap<String, usize>,
) -> Result<Rows<'t>, Box<Issue>> {
    let zone = headers::zone_column(table, section.zone.as_deref(), keys)?;
    let kept = filter(table, section)?;
    let mut elsewhere: HashSet<&str> = HashSet::new();
    let mut strangers: Vec<(usize, Option<usize>, &str)> = Vec::new();
    let mut rows = Vec::new();
    let mut without_zone = Vec::new();
    let mut above = None;
    for row in kept {
        match table.text(zone, row) {
            Some(text) => match zone_of(keys, text) {
                Some(slot) => {
                    above = Some(slot);
                    rows.push((row, slot));
                }
                None => {
                    strangers.push((row, above, text));
                    if !looks_like_category(text) {
                        above = None;
                    }
                    elsewhere.insert(text);
                }
            },
            None if has_words_and_numbers(table, row) => without_zone.push((row, above)),
            None => {}
        }
    }
    if rows.is_empty() {
        let problem = "After `where`, no row is left for a zone of this place";
        let at = Where::file(table.file()).field("where");
        return Err(Box::new(Issue::error(Code::NoRows, at, problem, "Check the column and the value in `where`")));
    }
    let compact = outline(&rows, &strangers);
    let elsewhere = if compact.is_some() { 0 } else { elsewhere.len() };
    Ok(Rows { table, zone, rows, without_zone, compact, elsewhere, n_zones: keys.len() })
}

/// Whether a text reads like a category and not like the key of an area: it has no digit, or is an age.
fn looks_like_category(text: &str) -> bool {
    !text.chars().any(|c| c.is_ascii_digit()) || super::ages::band(text).is_some()
}

/// The rows of categories below zones, when a table is a pivot table in outline: nearly every zone is followed by
/// the same few names of categories.
fn outline(rows: &[(usize, usize)], strangers: &[(usize, Option<usize>, &str)]) -> Option<Vec<(usize, usize, String)>> {
    let below: Vec<(usize, usize, &str)> = strangers
        .iter()
        .filter(|(.., text)| looks_like_category(text) && !Label::read(text).everybody())
        .filter_map(|(row, above, text)| Some((*row, (*above)?, *text)))
        .collect();
    let zones: HashSet<usize> = rows.iter().map(|(_, slot)| *slot).collect();
    let mut by_text: BTreeMap<&str, HashSet<usize>> = BTreeMap::new();
    for (_, slot, text) in &below {
        by_text.entry(text).or_default().insert(*slot);
    }
    let usual = by_text.values().filter(|slots| slots.len() * 2 > zones.len()).count();
    let once = rows.len() == zones.len();
    (once && usual >= 2 && zones.len() >= 2)
        .then(|| below.into_iter().map(|(row, slot, text)| (row, slot, text.to_owned())).collect())
}

fn has_words_and_numbers(table: &Table, row: usize) -> bool {
    let cells = || (0..table.titles().len()).filter_map(|c| table.text(c, row));
    let number = |text: &&str| matches!(Decimal::Point.count(Some(text)), Count::Plain(_) | Count::Marked(_));
    cells().any(|text| number(&text)) && cells().any(|text| !number(&text))
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

/// How titles of columns of codes end, and those of the words that stand beside them.
const CODES: [&str; 2] = ["code", "codes"];
const WORDS: [&str; 6] = ["", "label", "labels", "name", "names", "description"];

/// A column is one of numbers when at least this share of what is written in it, other than marks and errors, is.
const MOSTLY: f64 = 0.5;

impl Rows<'_> {
    pub(super) fn zones(&self) -> BTreeSet<usize> {
        self.rows.iter().map(|(_, slot)| *slot).collect()
    }

    /// The rows about zones of the place, and those without a key of their own.
    pub(super) fn all(&self) -> impl Iterator<Item = usize> {
        let without = self.without_zone.iter().filter(|(_, above)| above.is_some()).map(|(row, _)| *row);
        self.rows.iter().map(|(row, _)| *row).chain(without)
    }

    fn at(&self) -> Where {
        Where::file(self.table.file())
    }

    /// Whether a column tells rows of the same zone apart.
    pub(super) fn varies_within(&self, column: usize) -> bool {
        let mut first: HashMap<usize, Option<&str>> = HashMap::new();
        let differs = |(row, slot): &(usize, usize)| {
            let text = self.table.text(column, *row);
            *first.entry(*slot).or_insert(text) != text
        };
        self.rows.iter().any(differs) || !self.without_zone.is_empty()
    }

    fn kinds(&self, column: usize) -> (usize, usize, usize) {
        let (mut numbers, mut others, mut errors) = (0, 0, 0);
        for row in self.all() {
            let text = self.table.text(column, row);
            let read = [Decimal::Point, Decimal::Comma].map(|decimal| decimal.count(text));
            let number = |count: &Count| matches!(count, Count::Plain(_) | Count::Marked(_) | Count::Percent(_));
            match read {
                _ if read.iter().any(number) => numbers += 1,
                [Count::Hidden, _] => {}
                [Count::Error, _] => errors += 1,
                _ => others += 1,
            }
        }
        (numbers, others, errors)
    }

    /// Whether a column has numbers, but for a few cells.
    pub(super) fn has_numbers(&self, column: usize) -> bool {
        let (numbers, others, _) = self.kinds(column);
        numbers > 0 && numbers as f64 >= MOSTLY * (numbers + others) as f64
    }

    /// Whether a column has a title of its own and nothing in it but blanks, marks and errors.
    pub(super) fn is_empty_count(&self, column: usize) -> bool {
        let title = self.table.titles()[column];
        let unnamed = plain(title).strip_prefix("column").is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()));
        let (numbers, others, _) = self.kinds(column);
        numbers == 0 && others == 0 && !unnamed
    }

    /// The columns of numbers other than the zone's.
    pub(super) fn number_columns(&self, _decimal: Decimal) -> Vec<usize> {
        (0..self.table.titles().len()).filter(|c| *c != self.zone && self.has_numbers(*c)).collect()
    }

    /// The column whose title is that of the dimension and which tells the rows of a zone apart.
    pub(super) fn category_by_title(&self, dimension: &str) -> Option<usize> {
        let wanted = plain(dimension);
        let titles = self.table.titles();
        (0..titles.len())
            .filter(|c| *c != self.zone)
            .find(|c| {
                let title = plain(titles[*c]);
                title.starts_with(&wanted) && !wanted.is_empty() && self.varies_within(*c)
            })
            .map(|column| self.words_of(column))
    }

    /// The column with the words of a column of codes: "Age Label" beside "Age Code", as publishers pair them. A
    /// column that has no such partner is its own.
    pub(super) fn words_of(&self, codes: usize) -> usize {
        let titles = self.table.titles();
        let own = plain(titles[codes]);
        let Some(stem) = CODES.iter().find_map(|ending| own.strip_suffix(ending)).filter(|stem| !stem.is_empty())
        else {
            return codes;
        };
        let partner = |column: &usize| {
            let rest = plain(titles[*column]);
            rest.strip_prefix(stem).is_some_and(|rest| WORDS.contains(&rest)) && !self.has_numbers(*column)
        };
        (0..titles.len()).filter(|column| *column != codes && *column != self.zone).find(partner).unwrap_or(codes)
    }

    /// Whether a column says that it holds codes, and holds numbers: which group each stands for is not in the file.
    pub(super) fn is_of_codes(&self, column: usize) -> bool {
        let title = plain(self.table.titles()[column]);
        CODES.iter().any(|ending| title.ends_with(ending)) && self.has_numbers(column)
    }

    /// The column of counts beside a column of categories: the only one, or the one that is everybody.
    pub(super) fn count_beside(&self, category: usize) -> Option<usize> {
        let titles = self.table.titles();
        let columns: Vec<usize> = self
            .number_columns(Decimal::Point)
            .into_iter()
            .filter(|c| *c != category && !is_key_or_name(titles[*c]))
            .filter(|c| Label::read(titles[*c]).not_people.is_none() && self.varies_within(*c))
            .collect();
        match columns.as_slice() {
            [one] => Some(*one),
            several => {
                let everybody: Vec<usize> =
                    several.iter().copied().filter(|c| Label::read(titles[*c]).everybody()).collect();
                (everybody.len() == 1).then(|| everybody[0])
            }
        }
    }

    /// Gives rows without a key the zone of the row above, where the table is made so: merged cells, or a pivot
    /// table that names a zone once.
    pub(super) fn fill_down(&mut self, long: Option<(usize, usize)>, issues: &mut Issues) -> Result<(), Box<Issue>> {
        let Some((category, count)) = long else { return Ok(()) };
        let blank: Vec<(usize, Option<usize>)> = self
            .without_zone
            .iter()
            .copied()
            .filter(|(row, _)| self.table.text(category, *row).is_some() && self.table.text(count, *row).is_some())
            .filter(|(row, _)| !self.table.text(category, *row).is_some_and(|t| Label::read(t).everybody()))
            .collect();
        let Some(&(first, _)) = blank.first() else { return Ok(()) };
        let mut taken: HashSet<(usize, &str)> =
            self.rows.iter().filter_map(|(row, slot)| Some((*slot, self.table.text(category, *row)?))).collect();
        let unlike = blank.iter().find(|(row, slot)| match (slot, self.table.text(category, *row)) {
            (Some(slot), Some(text)) => !taken.insert((*slot, text)),
            _ => false,
        });
        let title = self.table.titles()[self.zone];
        let at = self.at().row(self.table.line(first)).field(title);
        let many = counted(blank.len(), "row has a count and no zone", "rows have a count and no zone");
        if unlike.is_some() || blank.len() < self.zones().len() {
            let problem = format!("{many}, the first here");
            let remedy = "Fill the zone in on every row (in a spreadsheet, unmerge the cells and fill down)";
            return Err(Box::new(Issue::error(Code::RowsWithoutZone, at, problem, remedy)));
        }
        let filled = blank.iter().filter_map(|(row, slot)| Some((*row, (*slot)?)));
        self.rows.extend(filled.collect::<Vec<_>>());
        self.rows.sort_unstable();
        let remedy = "They are taken to belong to the zone above, as in merged cells and pivot tables";
        issues.push(Issue::note(Code::ZoneFilledDown, at, many, remedy));
        Ok(())
    }

    pub(super) fn seen(&self) -> Vec<bool> {
        let mut seen = vec![false; self.n_zones];
        for (_, slot) in &self.rows {
            seen[*slot] = true;
        }
        seen
    }

    /// Two rows disagree about the same zone: names the column in which they differ.
    pub(super) fn repeated(&self, earlier: usize, row: usize, label: Option<&str>, skip: &[usize]) -> Box<Issue> {
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
                    .find(|v| Label::read(v).everybody())
                    .or_else(|| values.iter().find(|v| Label::read(v).not_people.is_none()))
                    .copied()
                    .unwrap_or_default();
                let title = titles[column];
                let problem = format!(
                    "The zone \"{key}\" has several counts{about} ({lines}), which differ in the column \"{title}\""
                );
                let quoted = if title.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                    title.to_owned()
                } else {
                    format!("\"{title}\"")
                };
                let remedy = format!(
                    "Keep one kind of row: where = {{ {quoted} = \"{likely}\" }}. It has: {}",
                    some_of(&values)
                );
                Issue::error(Code::RepeatedZone, at.field(title), problem, remedy)
            }
            None => {
                let problem = format!("The zone \"{key}\" has two different counts{about} ({lines})");
                Issue::error(Code::RepeatedZone, at, problem, "Remove the wrong row")
            }
        })
    }

    pub(super) fn note_repeats(&self, repeated: usize, issues: &mut Issues) {
        if repeated > 0 {
            let problem = format!("{} the same as an earlier one", counted(repeated, "row is", "rows are"));
            issues.push(Issue::note(Code::RowRepeated, self.at(), problem, "They are counted once"));
        }
    }
}
