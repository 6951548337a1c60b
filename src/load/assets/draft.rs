//! An asset as it comes out of a file, before it has its final key.

use crate::crs::Xy;
use crate::load::Issues;
use crate::load::words::some_of;
use crate::place::{AssetStatus, Issue, Opening, Where};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// An asset of one file.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// The file's own key, where it has one.
    pub(super) key: Option<String>,
    /// Name for people, where the file has one.
    pub(super) name: Option<String>,
    pub(super) kind: String,
    pub(super) at: Xy,
    pub(super) status: AssetStatus,
    pub(super) opens_on: Option<NaiveDate>,
    pub(super) closes_on: Option<NaiveDate>,
    pub(super) opening: Opening,
    pub(super) capacity: Option<f64>,
    pub(super) step_free: Option<bool>,
    pub(super) last_checked: Option<NaiveDate>,
    pub(super) address: Option<String>,
    /// Path as written, and the row.
    pub(super) file: String,
    pub(super) line: u64,
}

impl Draft {
    /// Where to find it in its file.
    pub(super) fn at_row(&self) -> Where {
        let at = Where::file(&self.file);
        if self.line > 0 { at.row(self.line) } else { at }
    }
}

/// Things noticed in many rows of a file, told once with their number, the first row and the words.
#[derive(Debug, Default)]
pub(super) struct Noticed(BTreeMap<(Notice, String), (usize, u64, Vec<String>)>);

/// What was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Notice {
    Swapped,
    NotAPoint,
    Translated,
    StatusUnknown,
    DateUnreadable,
    FlagUnreadable,
    NumberUnreadable,
    KindBlank,
    ByPostcode,
    Far,
    OtherKind,
}

impl Noticed {
    /// Notes one row; `field` is the column, `words` what stood there.
    pub(super) fn note(&mut self, notice: Notice, field: &str, line: u64, words: &str) {
        let entry = self.0.entry((notice, field.to_owned())).or_insert((0, line, Vec::new()));
        entry.0 += 1;
        entry.1 = entry.1.min(line);
        if !words.is_empty() && !entry.2.iter().any(|known| known == words) && entry.2.len() < 30 {
            entry.2.push(words.to_owned());
        }
    }

    /// Tells what was noticed in a file.
    pub(super) fn report(self, file: &str, issues: &mut Issues) {
        for ((notice, field), (n, line, mut words)) in self.0 {
            words.sort();
            let at = Where::file(file);
            let at = if line > 0 { at.row(line) } else { at };
            let at = if field.is_empty() { at } else { at.field(field) };
            issues.push(issue(notice, at, &rows(n), &some_of(&words)));
        }
    }
}

fn rows(n: usize) -> String {
    if n == 1 { "1 row".to_owned() } else { format!("{n} rows, the first here,") }
}

fn issue(notice: Notice, at: Where, rows: &str, words: &str) -> Issue {
    match notice {
        Notice::Swapped => Issue::warning(
            "swapped-coordinates", at, format!("In {rows} longitude and latitude stand in each other's place"),
            "They were turned round; correct the file",
        ),
        Notice::NotAPoint => Issue::note(
            "area-as-point", at, format!("In {rows} the asset is drawn as an area or a line"),
            "A point inside stands for it; draw the entrance as a point where it matters",
        ),
        Notice::Translated => Issue::note(
            "hours-translated", at, format!("Opening hours in {rows} are English words: {words}"),
            "They were translated to the opening_hours syntax; check one or two",
        ),
        Notice::StatusUnknown => Issue::note(
            "status-unknown", at, format!("The status in {rows} is a word that is not known: {words}"),
            "The assets are taken as open; use open, planned or closed",
        ),
        Notice::DateUnreadable => Issue::warning(
            "date-unreadable", at, format!("The date in {rows} cannot be read: {words}"),
            "It is taken as unknown; write it as year-month-day",
        ),
        Notice::FlagUnreadable => Issue::note(
            "flag-unreadable", at, format!("The answer in {rows} is neither yes nor no: {words}"),
            "It is taken as unknown; write yes or no",
        ),
        Notice::NumberUnreadable => Issue::warning(
            "capacity-unreadable", at, format!("The capacity in {rows} is not a number: {words}"),
            "It is taken as unknown; write a whole number",
        ),
        Notice::KindBlank => Issue::warning(
            "kind-blank", at, format!("In {rows} the kind of asset is not given"),
            "They are left out; give every asset a kind",
        ),
        Notice::ByPostcode => Issue::note(
            "placed-by-postcode", at, format!("In {rows} there are no coordinates, only a postcode"),
            "The middle of the postcode stands for the asset, often 50 to 100 m from the door; give coordinates where it matters",
        ),
        Notice::Far => Issue::note(
            "asset-elsewhere", at, format!("In {rows} the asset is more than 10 km from every zone"),
            "Left out; nothing to do if the file covers more than the place",
        ),
        Notice::OtherKind => Issue::note(
            "kind-left-out", at, format!("In {rows} the kind is none of those asked for in `kinds`: {words}"),
            "Left out, as place.toml asks",
        ),
    }
}
