//! Whether a row's asset is in use: by its status, its days, its hours, its notes and its name.

use super::draft::{Notice, Noticed};
use super::rows::Rows;
use super::status::{self, Doubt, Reading};
use super::when::Period;
use crate::load::words::{plain, year};
use crate::place::{AssetStatus, Opening};
use crate::read::hours;
use crate::read::{YesNo, parse_excel_date, parse_flag};
use chrono::NaiveDate;

impl Rows<'_> {
    pub(super) fn with_status_told(mut self, kept: &[usize]) -> Self {
        let mut words = kept.iter().filter_map(|&row| self.text(self.columns.status, row));
        self.status_tells = words.any(|word| status::of(word, self.scene.date).is_some());
        self
    }

    /// What is said of use: by the status; where that says no more than open, by the hours, notes and name.
    pub(super) fn use_of(&self, row: usize, opening: &Opening, noticed: &mut Noticed) -> Reading {
        let (today, line) = (self.scene.date, self.table.line(row));
        let word = self.text(self.columns.status, row);
        let by_status = word.map(|word| match status::of(word, today) {
            Some(reading) => reading,
            None if self.status_tells => Reading { doubt: Doubt::NotInUse, ..Reading::of(AssetStatus::Closed) },
            None => {
                noticed.note(Notice::StatusUnknown, self.title(self.columns.status), line, word);
                Reading::of(AssetStatus::Open)
            }
        });
        let by_status = by_status.unwrap_or(Reading::of(AssetStatus::Open));
        if let (Some(notice), Some(word)) = (by_status.doubt.notice(), word) {
            noticed.note(notice, self.title(self.columns.status), line, word);
        }
        if by_status != Reading::of(AssetStatus::Open) {
            return by_status;
        }
        let hours = match opening {
            Opening::Unreadable(words) => {
                let title = self.title(self.columns.opening_hours);
                status::in_notes(words, today).map(|reading| (reading, title, words.as_str()))
            }
            _ => None,
        };
        let notes = || {
            self.columns.notes.iter().find_map(|&column| {
                let words = self.text(Some(column), row)?;
                Some((status::in_notes(words, today)?, self.title(Some(column)), words))
            })
        };
        let name = || {
            let name = self.text(self.columns.name, row)?;
            Some((status::in_name(name, today)?, self.title(self.columns.name), name))
        };
        match hours.or_else(notes).or_else(name) {
            Some((reading, title, words)) => {
                noticed.note(reading.doubt.notice().unwrap_or(Notice::SaidInWords), title, line, words);
                reading
            }
            None => by_status,
        }
    }

    /// Whether the hours themselves say that nobody ever gets in.
    pub(super) fn never_opens(&self, row: usize, opening: &Opening, noticed: &mut Noticed) -> bool {
        let never = matches!(opening, Opening::Hours(words) if hours::never_open(words, self.scene.date));
        if never {
            let column = self.columns.opening_hours.or(self.columns.days[0]);
            let words = opening.words().unwrap_or_default();
            noticed.note(Notice::NeverOpen, self.title(column), self.table.line(row), words);
        }
        never
    }

    /// The first day of use, or that there has been none: a date, the last day of a month or season that is to come,
    /// 1 January of a bare year.
    pub(super) fn opened(&self, row: usize, noticed: &mut Noticed) -> (Option<NaiveDate>, Option<Reading>) {
        let (column, today, line) = (self.columns.opens_on, self.scene.date, self.table.line(row));
        let Some(text) = self.text(column, row) else { return (None, None) };
        if let Some(date) = parse_excel_date(text).filter(|_| year(text).is_none()) {
            return (Some(date), None);
        }
        let year = year(text).and_then(|year| NaiveDate::from_ymd_opt(year, 1, 1));
        let is_past = plain(self.title(column)).contains("opened");
        match Period::named(text) {
            Some(period) if period.leaves_open(today) && !is_past => {
                noticed.note(Notice::StatusUnclear, self.title(column), line, text);
                (Some(period.last), None)
            }
            Some(period) if period.first > today && year.is_none() => (Some(period.last), None),
            Some(period) => (Some(year.unwrap_or(period.first)), None),
            None if year.is_some() => (year, None),
            None => match status::of(text, today).filter(|_| parse_flag(text).is_none()) {
                Some(reading) if reading.status != AssetStatus::Open => {
                    noticed.note(Notice::StatusUnclear, self.title(column), line, text);
                    (None, Some(reading))
                }
                Some(_) => (None, None),
                None if parse_flag(text).is_some() => (None, None),
                None => (self.date(column, row, noticed), None),
            },
        }
    }

    /// The last day of use, and whether a plain yes says it is closed. A bare year ("Year closed") means
    /// its last day: the asset may have been open for any part of that year.
    pub(super) fn closure(&self, row: usize, noticed: &mut Noticed) -> (Option<NaiveDate>, bool) {
        let Some(text) = self.text(self.columns.closes_on, row) else { return (None, false) };
        if let Some(year) = year(text) {
            return (NaiveDate::from_ymd_opt(year, 12, 31), false);
        }
        match parse_flag(text) {
            Some(YesNo::Yes) => (None, true),
            Some(_) => (None, false),
            None => match (parse_excel_date(text), Period::named(text), status::of(text, self.scene.date)) {
                (Some(date), ..) => (Some(date), false),
                (None, Some(period), _) => (Some(period.last), false),
                (None, None, Some(said)) => (None, said.status == AssetStatus::Closed),
                (None, None, None) => (self.date(self.columns.closes_on, row, noticed), false),
            },
        }
    }
}
