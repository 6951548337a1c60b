//! An asset as it comes out of a file, before it has its final key.

use crate::crs::Xy;
use crate::load::Issues;
use crate::load::words::some_of;
use crate::place::{AssetStatus, Audience, Code, Issue, Opening, Severity, Where};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What to do about opening hours that cannot be understood.
pub(super) const HOURS_REMEDY: &str = "Taken as unknown; write them in the opening_hours syntax of OpenStreetMap, such as \"Mo-Fr 09:00-17:00; Sa 10:00-13:00\"";

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
    HoursUnreadable,
    StatusUnknown,
    StatusUnclear,
    StatusPassed,
    SaidInWords,
    NeverOpen,
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
    let told = TOLD.iter().find(|told| told.0 == notice);
    let (_, severity, code, problem, remedy) = *told.expect("every notice stands in the table");
    let problem = problem.replace("{rows}", rows).replace("{words}", words);
    Issue { severity, code, at, problem, remedy: remedy.to_owned(), audience: Audience::Everybody }
}

/// Severity, code, problem and remedy of each notice.
const TOLD: &[(Notice, Severity, Code, &str, &str)] = &[
    (
        Notice::Swapped,
        Severity::Warning,
        Code::AxesSwapped,
        "In {rows} longitude and latitude stand in each other's place",
        "They were turned round; correct the file",
    ),
    (
        Notice::NotAPoint,
        Severity::Note,
        Code::AreaAsPoint,
        "In {rows} the asset is drawn as an area or a line",
        "A point inside stands for it; draw the entrance as a point where it matters",
    ),
    (
        Notice::Translated,
        Severity::Note,
        Code::HoursTranslated,
        "Opening hours in {rows} are not in the opening_hours syntax: {words}",
        "They were understood and translated; check one or two",
    ),
    (
        Notice::HoursUnreadable,
        Severity::Warning,
        Code::HoursUnreadable,
        "In {rows} more opening hours cannot be understood",
        HOURS_REMEDY,
    ),
    (
        Notice::StatusUnknown,
        Severity::Note,
        Code::StatusUnknown,
        "The status in {rows} is a word that is not known: {words}",
        "The assets are taken as open; use open, planned or closed",
    ),
    (
        Notice::StatusUnclear,
        Severity::Warning,
        Code::StatusUnclear,
        "What is said in {rows} leaves open whether the asset is in use on the day of the place: {words}",
        "The assets are taken as not in use; write open, planned or closed, and the day under opens_on or closes_on",
    ),
    (
        Notice::StatusPassed,
        Severity::Warning,
        Code::StatusPassed,
        "In {rows} the asset was to open on a day that has passed, and is still announced: {words}",
        "The assets are taken as open since; write closed or planned if they are not",
    ),
    (
        Notice::SaidInWords,
        Severity::Note,
        Code::StatusInWords,
        "In {rows} it is said beside the status that the asset is shut, to open or to close: {words}",
        "The assets are taken so; give the file columns for status, opens_on and closes_on to say it for certain",
    ),
    (
        Notice::NeverOpen,
        Severity::Warning,
        Code::HoursNeverOpen,
        "The opening hours in {rows} say that the asset is never open: {words}",
        "The assets are taken as closed; write the hours, or leave them out if they are not known",
    ),
    (
        Notice::DateUnreadable,
        Severity::Warning,
        Code::DateUnreadable,
        "The date in {rows} cannot be read: {words}",
        "It is taken as unknown; write it as year-month-day",
    ),
    (
        Notice::FlagUnreadable,
        Severity::Note,
        Code::FlagUnreadable,
        "The answer in {rows} is neither yes nor no: {words}",
        "It is taken as unknown; write yes or no",
    ),
    (
        Notice::NumberUnreadable,
        Severity::Warning,
        Code::CapacityUnreadable,
        "The capacity in {rows} is not a number: {words}",
        "It is taken as unknown; write a whole number",
    ),
    (
        Notice::KindBlank,
        Severity::Warning,
        Code::KindBlank,
        "In {rows} the kind of asset is not given",
        "They are left out; give every asset a kind",
    ),
    (
        Notice::ByPostcode,
        Severity::Note,
        Code::PlacedByPostcode,
        "In {rows} there are no coordinates, only a postcode",
        "The middle of the postcode stands for the asset, often 50 to 100 m from the door; give coordinates where it matters",
    ),
    (
        Notice::Far,
        Severity::Note,
        Code::AssetElsewhere,
        "In {rows} the asset is more than 10 km from every zone",
        "Left out; nothing to do if the file covers more than the place",
    ),
    (
        Notice::OtherKind,
        Severity::Note,
        Code::KindLeftOut,
        "In {rows} the kind is none of those asked for in `kinds`: {words}",
        "Left out, as place.toml asks",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notice_is_told_with_its_number_and_first_row() {
        for (notice, ..) in TOLD {
            let mut noticed = Noticed::default();
            noticed.note(*notice, "field", 7, "words");
            noticed.note(*notice, "field", 3, "words");
            let mut issues = Issues::default();
            noticed.report("file.csv", &mut issues);
            let issues = issues.into_sorted();
            assert_eq!((issues.len(), issues[0].at.row), (1, Some(3)));
            assert!(issues[0].problem.to_lowercase().contains("2 rows"), "{}", issues[0].problem);
        }
        assert_eq!(TOLD.len(), Notice::OtherKind as usize + 1);
    }
}
