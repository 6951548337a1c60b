//! What each row says of money and days, and an issue for everything odd.

use super::money::{self, Money};
use super::period::{self, is_month_first};
use super::raw::Raw;
use super::rows::{Clean, Sheet, code_of, set_aside, where_of};
use super::versions;
use crate::load::Issues;
use crate::load::words::{counted, some_of};
use crate::place::{Code, GrantFile, Issue, Planned, Tally, Where};
use crate::read::{Cell, parse_excel_date};
use chrono::{Datelike, Months, NaiveDate};

/// Days outside these years are slips of the pen: published grants begin in the 1990s, and nothing is
/// planned for longer than thirty years.
const YEARS: std::ops::RangeInclusive<i32> = 1985..=2060;

/// How long a grant is taken to last when nothing says: a year, the commonest length of small grants.
/// A grant that really lasted three years then ends two years early; no total changes.
const ASSUMED_MONTHS: u32 = 12;

/// What came of reading the rows.
pub(super) struct Cleaned<'r> {
    pub(super) grants: Vec<Clean<'r>>,
    pub(super) files: Vec<GrantFile>,
    pub(super) individuals: Tally,
    pub(super) currency: String,
}

/// Keeps what can be used, sets the rest aside, and says why.
pub(super) fn clean<'r>(sheets: &'r [Sheet], currency: &str, issues: &mut Issues) -> Cleaned<'r> {
    let mut files: Vec<GrantFile> = sheets
        .iter()
        .map(|sheet| GrantFile { file: sheet.file.clone(), rows: sheet.rows.len() as u64, ..GrantFile::default() })
        .collect();
    let mut individuals = Tally::default();
    let mut found: Vec<(usize, Clean<'r>)> = Vec::new();
    for (nth, sheet) in sheets.iter().enumerate() {
        let mut habits = Habits::default();
        for raw in &sheet.rows {
            let at = || where_of(&sheet.file, raw);
            match money::read(raw, currency) {
                Err(refused) => {
                    set_aside(&mut files, nth, refused.why, refused.pence);
                    issues.push(Issue::warning(code_of(refused.why), at(), refused.problem, refused.remedy));
                }
                Ok(Money { pence, assumed }) => {
                    habits.without_currency += u64::from(assumed);
                    let awarded = habits.day(raw.awarded.as_deref(), "Award Date", &at, issues);
                    let planned = habits.planned(raw, awarded, &at, issues);
                    let key = raw.id.clone().unwrap_or_else(|| format!("{}#{}", sheet.file, raw.row));
                    if raw.id.is_none() {
                        let problem = "The grant has no identifier";
                        let remedy =
                            "It is kept under its file and row; give it one, so that it is known again in other files";
                        issues.push(Issue::warning(Code::GrantWithoutId, at().field("id"), problem, remedy));
                    }
                    found.push((nth, Clean { raw, file: &sheet.file, key, pence, awarded, planned, apart: false }));
                }
            }
        }
        habits.report(&sheet.file, currency, issues);
    }
    let found = versions::keyless(found, &mut files, issues);
    let kept = versions::latest(found, &mut files, issues);
    let mut grants = Vec::with_capacity(kept.len());
    for (nth, grant) in kept {
        let file = files.get_mut(nth);
        if grant.raw.individual {
            individuals.add(grant.pence);
            if let Some(file) = file {
                file.individuals.add(grant.pence);
            }
        } else {
            if let Some(file) = file {
                file.loaded.add(grant.pence);
            }
            grants.push(grant);
        }
    }
    note_individuals(&files, issues);
    for file in &mut files {
        file.aside.sort();
    }
    grants.sort_by(|a, b| a.key.cmp(&b.key));
    period::set_apart(&mut grants, issues);
    Cleaned { grants, files, individuals, currency: currency.to_owned() }
}

/// What a whole file does the same way, said once.
#[derive(Default)]
struct Habits {
    day_first: u64,
    assumed: u64,
    read: u64,
    without_currency: u64,
    /// Days that only a reading with the month first makes a day, and one of them.
    month_first: u64,
    month_first_words: String,
}

impl Habits {
    /// A day, when it is a likely one.
    fn day(
        &mut self,
        text: Option<&str>,
        field: &str,
        at: &dyn Fn() -> Where,
        issues: &mut Issues,
    ) -> Option<NaiveDate> {
        let Some(text) = text else {
            if field == "Award Date" {
                let remedy = "It is kept; give the day, so that it counts in its year";
                issues.push(Issue::warning(
                    Code::GrantDateMissing,
                    at().field(field),
                    "The grant has no award date",
                    remedy,
                ));
            }
            return None;
        };
        let Some(day) = parse_excel_date(text) else {
            if is_month_first(text) {
                self.month_first += 1;
                text.clone_into(&mut self.month_first_words);
            }
            let problem = format!("\"{text}\" is not a day");
            let remedy = "The grant is kept without it; write year-month-day, such as 2024-06-30";
            issues.push(Issue::warning(Code::DateUnreadable, at().field(field), problem, remedy));
            return None;
        };
        if !YEARS.contains(&day.year()) {
            let problem = format!("{day} is not a likely day for a grant");
            let remedy = "The grant is kept without it; check the year";
            issues.push(Issue::warning(Code::GrantDateOdd, at().field(field), problem, remedy));
            return None;
        }
        self.read += 1;
        self.day_first += u64::from(!text.get(..4).is_some_and(|year| year.bytes().all(|b| b.is_ascii_digit())));
        Some(day)
    }

    /// When the grant is to be spent: as planned, else from its award for as long as it says, else a year.
    fn planned(
        &mut self,
        raw: &Raw,
        awarded: Option<NaiveDate>,
        at: &dyn Fn() -> Where,
        issues: &mut Issues,
    ) -> Option<Planned> {
        let from = self.day(raw.from.as_deref(), "Planned Dates:Start Date", at, issues);
        let to = self.day(raw.to.as_deref(), "Planned Dates:End Date", at, issues);
        let months = raw.months.as_deref().and_then(|text| match Cell::parse(text) {
            Cell::Number(months) if (0.0..=600.0).contains(&months) => Some(months.round().max(1.0) as u32),
            _ => {
                let problem = format!("\"{text}\" is not a number of months");
                let remedy = "It is ignored; write a whole number such as 12";
                let at = at().field("Planned Dates:Duration (months)");
                issues.push(Issue::warning(Code::GrantDurationOdd, at, problem, remedy));
                None
            }
        });
        let after = |day: NaiveDate, months: u32| day.checked_add_months(Months::new(months))?.pred_opt();
        let start = from.or(awarded);
        if let (Some(start), Some(end)) = (start, to) {
            if start <= end {
                return Some(Planned { from: start, to: end, assumed: false });
            }
            let problem = format!("The planned end, {end}, is before the start, {start}");
            let remedy = "The end is ignored; mend one of the two";
            issues.push(Issue::warning(
                Code::GrantDatesReversed,
                at().field("Planned Dates:End Date"),
                problem,
                remedy,
            ));
        }
        let assumed = months.is_none();
        let start = start.or_else(|| to?.checked_sub_months(Months::new(months.unwrap_or(ASSUMED_MONTHS))))?;
        self.assumed += u64::from(assumed);
        let to = after(start, months.unwrap_or(ASSUMED_MONTHS)).unwrap_or(start);
        Some(Planned { from: start, to, assumed })
    }

    fn report(&self, file: &str, currency: &str, issues: &mut Issues) {
        if self.without_currency > 0 {
            let grants = counted(self.without_currency as usize, "grant names", "grants name");
            let problem = format!("{grants} no currency");
            let remedy = format!("{currency} is assumed, as in the other grants; fill in the column Currency");
            issues.push(Issue::note(Code::GrantCurrencyAssumed, Where::file(file), problem, remedy));
        }
        if self.month_first > 0 && self.day_first > 0 {
            let problem = format!(
                "{} can only be read with the month first, such as \"{}\", so the other {} may have day and month the wrong way round",
                counted(self.month_first as usize, "date", "dates"),
                self.month_first_words,
                self.day_first
            );
            let remedy =
                "Export the file again with dates as 2024-06-30; until then years are right and months may not be";
            issues.push(Issue::warning(Code::DatesMonthFirst, Where::file(file), problem, remedy));
        }
        if self.day_first > 0 {
            let problem =
                format!("{} of {} dates do not begin with the year, as the standard asks", self.day_first, self.read);
            let remedy = "They are read with the day first, as in Britain; write them as 2024-06-30";
            issues.push(Issue::note(Code::GrantDatesDayFirst, Where::file(file), problem, remedy));
        }
        if self.assumed > 0 {
            let grants = counted(self.assumed as usize, "grant does", "grants do");
            let problem = format!("{grants} not say how long the money is to last");
            let remedy = format!("{ASSUMED_MONTHS} months are assumed; give Planned Dates");
            issues.push(Issue::note(Code::GrantPeriodAssumed, Where::file(file), problem, remedy));
        }
    }
}

fn note_individuals(files: &[GrantFile], issues: &mut Issues) {
    let with: Vec<&str> =
        files.iter().filter(|file| file.individuals.grants > 0).map(|file| file.file.as_str()).collect();
    if let Some(first) = with.first() {
        let all: u64 = files.iter().map(|file| file.individuals.grants).sum();
        let problem = format!("{} to individuals in {}", counted(all as usize, "grant", "grants"), some_of(&with));
        let remedy = "They are counted and never located, and no word of them is kept";
        issues.push(Issue::note(Code::GrantsToIndividuals, Where::file(*first), problem, remedy));
    }
}
