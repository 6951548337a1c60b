//! A cube of engagement records from its Parquet file, held against the contract in `docs/cube.md`. Which place it is
//! of, `load::engagement` finds out.

use super::Issues;
use crate::place::{Activity, COUNTED, CUBE_VERSION, Code, Cube, CubeKey, CubeSums, Issue, Quarter, Where};
use crate::read::stream::{self, Batch, Source};
use chrono::NaiveDate;
use rustc_hash::FxHashSet;
use std::path::Path;
use std::sync::Arc;

/// What every cube has, beside a column `group_…` for each dimension of people.
const COLUMNS: [&str; 16] = [
    "version",
    "outcome",
    "location",
    "quarter",
    "activity",
    "asset",
    "themes",
    "person",
    "records",
    "people",
    "largest",
    "hours",
    "connections",
    "first_day",
    "last_day",
    "crossed",
];

/// How many rows that break the contract are told one by one.
const MOST_TOLD: usize = 10;

/// Keys of persons are below 2^60.
const PERSONS: u64 = 1 << 60;

/// Reads a cube; `shown` is its name in messages.
///
/// # Errors
/// Every way in which it breaks the contract, with file, column and row.
pub fn read(path: &Path, shown: &str) -> Result<Cube, Vec<Issue>> {
    let mut parts = Parts::default();
    parts.read(path, shown)?;
    Ok(parts.whole())
}

/// Cubes that are read into one, so that no part is held beside the whole.
#[derive(Default)]
pub struct Parts {
    words: FxHashSet<Arc<str>>,
    combinations: FxHashSet<Arc<[Option<Arc<str>>]>>,
    cube: Cube,
    /// What the first part is called.
    first: Option<String>,
    /// What the parts so far say is crossed; nothing where they have no rows.
    crossed: Option<String>,
}

impl Parts {
    /// Adds a part; `shown` is its name in messages. Where it can't be used, neither can what was read before.
    ///
    /// # Errors
    /// Every way in which it breaks the contract or can't be a part of the same whole, with file, column and row.
    pub fn read(&mut self, path: &Path, shown: &str) -> Result<(), Vec<Issue>> {
        let mut issues = Issues::default();
        let source = Source::open(path, shown, None, stream::LARGE, &mut issues).map_err(|issue| vec![issue])?;
        let titles = source.titles();
        let missing: Vec<&str> =
            COLUMNS.into_iter().filter(|column| !titles.iter().any(|title| title == column)).collect();
        if !missing.is_empty() {
            let at = Where::file(shown).field(missing.first().copied().unwrap_or_default());
            let problem = format!("The file is no engagement cube: it has no column {}", missing.join(", "));
            let remedy = "Write it with patchwork count, or with every column that docs/cube.md names";
            return Err(vec![Issue::error(Code::ColumnMissing, at, problem, remedy)]);
        }
        let group = |title: &String| title.strip_prefix("group_").map(str::to_owned);
        let dimensions: Vec<String> = titles.iter().filter_map(group).collect();
        match &self.first {
            None => {
                self.first = Some(shown.to_owned());
                self.cube.dimensions = dimensions;
            }
            Some(first) if self.cube.dimensions != dimensions => {
                let (own, other) = (self.cube.dimensions.join(", "), dimensions.join(", "));
                return Err(vec![apart(shown, "group_…", first, &format!("[{own}]"), &format!("[{other}]"))]);
            }
            Some(_) => {}
        }
        let at = COLUMNS.map(|column| titles.iter().position(|title| title == column).unwrap_or(usize::MAX));
        let groups = titles.iter().enumerate().filter(|(_, title)| title.starts_with("group_")).map(|(at, _)| at);
        let groups = groups.collect();
        let mut reader = Reader { shown, at, groups, crossed: None, into: self, issues: Vec::new(), broken: 0 };
        let used: Vec<usize> = (0..titles.len()).collect();
        source.each(shown, &used, &mut |batch, _| reader.batch(batch)).map_err(|issue| vec![issue])?;
        let Reader { mut issues, broken, crossed, .. } = reader;
        if broken > issues.len() {
            let problem = format!("{} more rows break the contract", broken - issues.len());
            let remedy = "Mend what is named above first";
            issues.push(Issue::error(Code::CubeRow, Where::file(shown), problem, remedy));
        }
        match (&self.crossed, crossed) {
            (Some(own), Some(other)) if *own != other => {
                let first = self.first.as_deref().unwrap_or_default();
                issues.push(apart(shown, "crossed", first, &format!("\"{own}\""), &format!("\"{other}\"")));
            }
            (None, other) => self.crossed = other,
            _ => {}
        }
        if issues.is_empty() { Ok(()) } else { Err(issues) }
    }

    /// All of them together.
    #[must_use]
    pub fn whole(self) -> Cube {
        Cube { crossed: self.crossed.unwrap_or_default(), ..self.cube }
    }

    /// Words that occur often, kept once.
    fn word(&mut self, words: &str) -> Arc<str> {
        if let Some(known) = self.words.get(words) {
            return known.clone();
        }
        let new: Arc<str> = words.into();
        self.words.insert(new.clone());
        new
    }
}

/// Two cubes that do not tell the same of people.
fn apart(shown: &str, column: &str, first: &str, own: &str, other: &str) -> Issue {
    let problem = format!("It can't be a part of one cube with {first}, which tells {own} of people: it tells {other}");
    let remedy = "Count both with the same groups of people";
    Issue::error(Code::CubeRow, Where::file(shown).field(column), problem, remedy)
}

struct Reader<'s, 'p> {
    shown: &'s str,
    /// Where each of [`COLUMNS`] is.
    at: [usize; COLUMNS.len()],
    groups: Vec<usize>,
    crossed: Option<String>,
    into: &'p mut Parts,
    issues: Vec<Issue>,
    broken: usize,
}

/// A column and what is wrong with it.
type Broken = (&'static str, String, &'static str);

impl Reader<'_, '_> {
    fn batch(&mut self, batch: &Batch<'_>) {
        for row in 0..batch.rows {
            match self.row(batch, row) {
                Ok((key, sums)) => self.into.cube.add(key, &sums),
                Err((column, problem, remedy)) => {
                    self.broken += 1;
                    if self.issues.len() < MOST_TOLD {
                        let at = Where::file(self.shown).row(batch.line(row)).field(column);
                        let code = if column == "version" { Code::CubeVersion } else { Code::CubeRow };
                        self.issues.push(Issue::error(code, at, problem, remedy));
                    }
                }
            }
        }
    }

    fn row(&mut self, batch: &Batch<'_>, row: usize) -> Result<(CubeKey, CubeSums), Broken> {
        let at = self.at;
        let text = |name: &'static str| {
            COLUMNS.iter().position(|column| *column == name).and_then(|nth| batch.text(at[nth], row))
        };
        let number = |name: &'static str| -> Result<u64, Broken> {
            let words = text(name).unwrap_or_default();
            words.parse().map_err(|_| {
                (
                    name,
                    format!("\"{words}\" is no whole number from 0"),
                    "Amounts are whole millionths, records are whole",
                )
            })
        };
        let version = text("version").unwrap_or_default();
        if version != CUBE_VERSION.to_string() {
            let problem = format!("The cube is of version \"{version}\" of the contract, and {CUBE_VERSION} is read");
            return Err(("version", problem, "Make the cube again with this version of the program"));
        }
        let crossed = text("crossed").unwrap_or_default().to_owned();
        if *self.crossed.get_or_insert_with(|| crossed.clone()) != crossed {
            return Err((
                "crossed",
                "The rows do not agree which dimensions are crossed".to_owned(),
                "Merge cubes with patchwork cube merge",
            ));
        }
        let outcome =
            text("outcome").ok_or(("outcome", "There is no outcome".to_owned(), "Write counted, or why not"))?;
        let records = number("records")?;
        if records == 0 {
            return Err(("records", "A row is of no record".to_owned(), "Leave out rows without records"));
        }
        if outcome != COUNTED {
            let empty = ["location", "quarter", "activity", "asset", "themes", "person", "first_day", "last_day"];
            if let Some(name) = empty.into_iter().find(|name| text(name).is_some()) {
                let problem = format!("Records that were not counted ({outcome}) have a {name}");
                return Err((name, problem, "Leave all but outcome and records empty there"));
            }
            return Ok((self.refused(outcome), CubeSums::refused(records)));
        }
        let day = |name: &'static str| -> Result<NaiveDate, Broken> {
            let words = text(name).unwrap_or_default();
            words.parse().map_err(|_| (name, format!("\"{words}\" is no day"), "Write days as 2024-06-30"))
        };
        let (first, last) = (day("first_day")?, day("last_day")?);
        let quarter = Quarter::of(first);
        if text("quarter") != Some(quarter.key().as_str()) || Quarter::of(last) != quarter || last < first {
            let words = text("quarter").unwrap_or_default();
            let problem = format!("{first} to {last} are not days of one quarter \"{words}\", in order");
            return Err(("quarter", problem, "Write quarters as 2024-q2, and a row for each"));
        }
        let words = text("activity").unwrap_or_default();
        let activity = Activity::ALL.into_iter().find(|activity| activity.key() == words).ok_or_else(|| {
            ("activity", format!("\"{words}\" is no activity"), "Write one of the activities that docs/cube.md lists")
        })?;
        let person = match text("person") {
            None => None,
            Some(words) => Some(words.parse().ok().filter(|person| *person < PERSONS).ok_or((
                "person",
                "A key of a person is no whole number below 2 to the power of 60".to_owned(),
                "Take the first 15 hexadecimal digits of the SHA-256 of the key in the records",
            ))?),
        };
        let location =
            text("location").ok_or(("location", "There is no location".to_owned(), "Write outside for none"))?;
        let themes = text("themes");
        if themes.is_some_and(|themes| !themes.split(';').is_sorted()) {
            return Err(("themes", "Themes are not in order".to_owned(), "Sort them, apart by ; without spaces"));
        }
        let answers = self.answers(batch, row);
        let key = CubeKey {
            outcome: self.into.word(outcome),
            location: Some(self.into.word(location)),
            quarter: Some(quarter),
            activity: Some(activity),
            asset: text("asset").map(|words| self.into.word(words)),
            themes: themes.map(|words| self.into.word(words)),
            answers,
            person,
        };
        let (people, largest) = (number("people")?, number("largest")?);
        if largest > people {
            return Err((
                "largest",
                "The largest record is of more people than all".to_owned(),
                "Take the largest of them",
            ));
        }
        let (hours, connections) = (number("hours")?, number("connections")?);
        Ok((key, CubeSums { records, people, largest, hours, connections, days: Some((first, last)) }))
    }

    /// The key of records that were not counted.
    fn refused(&mut self, outcome: &str) -> CubeKey {
        CubeKey {
            outcome: self.into.word(outcome),
            location: None,
            quarter: None,
            activity: None,
            asset: None,
            themes: None,
            answers: vec![None; self.groups.len()].into(),
            person: None,
        }
    }

    /// What a row says of groups, kept once for all rows that say the same.
    fn answers(&mut self, batch: &Batch<'_>, row: usize) -> Arc<[Option<Arc<str>>]> {
        let at = self.groups.clone();
        let own: Vec<Option<Arc<str>>> =
            at.iter().map(|&at| batch.text(at, row).map(|words| self.into.word(words))).collect();
        if let Some(known) = self.into.combinations.get(own.as_slice()) {
            return known.clone();
        }
        let new: Arc<[Option<Arc<str>>]> = own.into();
        self.into.combinations.insert(new.clone());
        new
    }
}
