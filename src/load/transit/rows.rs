//! The rows of one file of a timetable, and a tally of what is odd about them.

use crate::place::{Code, Issue, Issues, Severity, Where};
use std::collections::BTreeMap;

/// A file with its titles.
pub(super) struct Rows<'t> {
    reader: csv::Reader<&'t [u8]>,
    titles: Vec<String>,
    record: csv::StringRecord,
    /// Its name in messages.
    pub(super) file: String,
}

impl<'t> Rows<'t> {
    /// Reads the titles; a title that is needed and not there is an error.
    pub(super) fn new(text: &'t str, file: String, needed: &[&str]) -> Result<Self, Issue> {
        let mut builder = csv::ReaderBuilder::new();
        let mut reader = builder.flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
        let titles = reader.headers().map(|titles| titles.iter().map(str::to_owned).collect::<Vec<_>>());
        let titles = titles.unwrap_or_default();
        if let Some(missing) = needed.iter().find(|needed| !titles.iter().any(|title| title == *needed)) {
            let problem = format!("There is no column {missing}");
            let remedy = match titles.as_slice() {
                [one] if one.contains(';') => {
                    "Save the file with commas between its cells: they are semicolons".to_owned()
                }
                [one] if one.contains('\t') => "Save the file with commas between its cells: they are tabs".to_owned(),
                _ => match titles.iter().find(|title| title.eq_ignore_ascii_case(missing)) {
                    Some(title) => format!("Write {missing} in place of {title}: the GTFS format has small letters"),
                    None => "Fetch the timetable again; the GTFS format asks for this column".to_owned(),
                },
            };
            return Err(Issue::error(Code::TimetableFile, Where::file(file).field(*missing), problem, remedy));
        }
        Ok(Self { reader, titles, record: csv::StringRecord::new(), file })
    }

    /// Goes to the next row; `false` at the end. A row that is no text ends the file, and is counted.
    pub(super) fn next(&mut self, odd: &mut Odd) -> bool {
        match self.reader.read_record(&mut self.record) {
            Ok(more) => {
                self.tell_shape(odd);
                more
            }
            Err(error) => {
                let row = error.position().map_or(0, csv::Position::line);
                odd.add(Kind::UNREADABLE, (&self.file, row, ""), &error.to_string());
                false
            }
        }
    }

    /// Tells of a row whose cells cannot be those of its titles: something in it is not quoted as it should be.
    fn tell_shape(&self, odd: &mut Odd) {
        let at = (self.file.as_str(), self.row(), "");
        if let Some(cell) = self.record.iter().find(|cell| cell.contains(['\n', '\r'])) {
            let first = cell.lines().next().unwrap_or_default();
            odd.add(Kind::QUOTE, at, &first.chars().take(60).collect::<String>());
        }
        if let Some(more) = self.record.iter().skip(self.titles.len()).find(|cell| !cell.is_empty()) {
            odd.add(Kind::COMMA, at, more);
        }
    }

    /// The line of the file.
    pub(super) fn row(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    /// A number to give to [`Rows::cell`], for files of many rows.
    pub(super) fn column(&self, title: &str) -> Option<usize> {
        self.titles.iter().position(|known| known == title)
    }

    /// A cell; empty where there is none.
    pub(super) fn cell(&self, column: Option<usize>) -> &str {
        column.and_then(|column| self.record.get(column)).unwrap_or_default()
    }

    /// A cell by its title.
    pub(super) fn of(&self, title: &str) -> &str {
        self.cell(self.column(title))
    }
}

/// What can be odd about a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kind {
    pub(super) code: Code,
    pub(super) severity: Severity,
    /// After "3 rows ".
    pub(super) what: &'static str,
    pub(super) remedy: &'static str,
}

impl Kind {
    /// An oddity that makes a difference to answers.
    pub(super) const fn warning(code: Code, what: &'static str, remedy: &'static str) -> Self {
        Self { code, severity: Severity::Warning, what, remedy }
    }

    /// One that is worth knowing.
    pub(super) const fn note(code: Code, what: &'static str, remedy: &'static str) -> Self {
        Self { code, severity: Severity::Note, what, remedy }
    }

    const QUOTE: Self = Self::warning(
        Code::TimetableRow,
        "A cell goes on over several lines: a quotation mark is not closed, and the rows up to the next one are lost in it",
        "Close the quotation mark in the file, or ask the publisher to",
    );
    const COMMA: Self = Self::warning(
        Code::TimetableRow,
        "More cells than there are columns: perhaps a name with a comma stands without quotation marks, and the cells after it \
         are taken for others",
        "Put the name between quotation marks, or ask the publisher to",
    );
    const UNREADABLE: Self =
        Self::warning(Code::TimetableRow, "Cannot be read, nor anything after them", "Fetch the timetable again");
}

/// Oddities by file and kind: the first of each with its row, and how many there are.
#[derive(Debug, Default)]
pub(super) struct Odd(BTreeMap<(String, Kind, String), (u64, String, usize)>);

impl Odd {
    /// Counts one, at (file, row, field).
    pub(super) fn add(&mut self, kind: Kind, (file, row, field): (&str, u64, &str), value: &str) {
        let first = || (row, value.to_owned(), 0);
        self.0.entry((file.to_owned(), kind, field.to_owned())).or_insert_with(first).2 += 1;
    }

    /// Tells all of them, one issue for each file, kind and field.
    pub(super) fn tell(self, issues: &mut Issues) {
        for ((file, kind, field), (row, value, count)) in self.0 {
            let mut at = Where::file(file).row(row);
            if !field.is_empty() {
                at = at.field(field);
            }
            let rows = if count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
            let problem = format!("{rows}, first \"{value}\": {}", kind.what);
            let issue = match kind.severity {
                Severity::Note => Issue::note(kind.code, at, problem, kind.remedy),
                _ => Issue::warning(kind.code, at, problem, kind.remedy),
            };
            issues.push(issue);
        }
    }
}

/// What a row has to be called by, for other rows to name it.
pub(super) const NAMELESS: Kind = Kind::warning(
    Code::TimetableRow,
    "The row has no name that others could use; it is left out",
    "Give it an id of its own, or ask the publisher to",
);

/// Seconds after midnight of `7:05:00` or `25:10:00`; `None` when it is no such time, or later than the third night.
pub(super) fn time(text: &str) -> Option<i32> {
    let mut parts = text.split(':');
    let mut number = |most: i32| -> Option<i32> {
        let part = parts.next()?;
        let plain = !part.is_empty() && part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit());
        part.parse().ok().filter(|n| plain && *n <= most)
    };
    let (hours, minutes, seconds) = (number(71)?, number(59)?, number(59)?);
    parts.next().is_none().then_some(hours * 3600 + minutes * 60 + seconds)
}

/// A day written as `20240630`.
pub(super) fn day(text: &str) -> Option<chrono::NaiveDate> {
    let plain = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
    if plain { chrono::NaiveDate::parse_from_str(text, "%Y%m%d").ok() } else { None }
}
