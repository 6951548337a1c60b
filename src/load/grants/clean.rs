//! What each row says of money, days and versions, and an issue for everything odd.

use super::raw::Raw;
use crate::load::Issues;
use crate::load::table::{Cell, parse_excel_date};
use crate::load::words::{counted, key_form, some_of};
use crate::place::{Aside, GrantFile, Issue, Planned, Tally, Where};
use chrono::{Datelike, Months, NaiveDate};
use std::collections::{BTreeMap, HashMap};

/// Days outside these years are slips of the pen: published grants begin in the 1990s, and nothing is
/// planned for longer than thirty years.
const YEARS: std::ops::RangeInclusive<i32> = 1985..=2060;

/// How long a grant is taken to last when nothing says: a year, the commonest length of small grants.
/// A grant that really lasted three years then ends two years early; no total changes.
const ASSUMED_MONTHS: u32 = 12;

/// A row with its file.
#[derive(Debug)]
pub(super) struct Sheet {
    /// Path as written.
    pub(super) file: String,
    /// Its rows.
    pub(super) rows: Vec<Raw>,
}

/// A grant whose money is known.
#[derive(Debug)]
pub(super) struct Clean<'r> {
    pub(super) raw: &'r Raw,
    pub(super) file: &'r str,
    pub(super) key: String,
    pub(super) pence: i64,
    pub(super) awarded: Option<NaiveDate>,
    pub(super) planned: Option<Planned>,
}

/// What came of reading the rows.
pub(super) struct Cleaned<'r> {
    pub(super) grants: Vec<Clean<'r>>,
    pub(super) files: Vec<GrantFile>,
    pub(super) individuals: Tally,
    pub(super) currency: String,
}

/// The currency of most rows; the first in the alphabet when even, pounds when none says.
fn main_currency(sheets: &[Sheet]) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for code in sheets.iter().flat_map(|sheet| &sheet.rows).filter_map(|raw| raw.currency.as_deref()) {
        *counts.entry(key_form(code)).or_default() += 1;
    }
    let most = counts.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
    most.map_or_else(|| "GBP".to_owned(), |(code, _)| code.clone())
}

/// Pence of an amount as written; fractions of a penny are rounded, halves to the even penny.
pub(super) fn pence(text: &str) -> Option<i64> {
    /// A thousand million pounds: more is a slip of the pen.
    const MOST: f64 = 1e11;
    match Cell::parse(text.trim_start_matches(['£', '$', '€'])) {
        Cell::Number(amount) if (amount * 100.0).abs() <= MOST => Some((amount * 100.0).round_ties_even() as i64),
        _ => None,
    }
}

/// Keeps what can be used, sets the rest aside, and says why.
pub(super) fn clean<'r>(sheets: &'r [Sheet], currency: Option<&str>, issues: &mut Issues) -> Cleaned<'r> {
    let currency = currency.map_or_else(|| main_currency(sheets), key_form);
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
            match money(raw, &currency) {
                Err((why, pence, problem, remedy)) => {
                    set_aside(&mut files, nth, why, pence);
                    issues.push(Issue::warning(code_of(why), at(), problem, remedy));
                }
                Ok(pence) => {
                    let awarded = habits.day(raw.awarded.as_deref(), "Award Date", &at, issues);
                    let planned = habits.planned(raw, awarded, &at, issues);
                    let key = raw.id.clone().unwrap_or_else(|| format!("{}#{}", sheet.file, raw.row));
                    if raw.id.is_none() {
                        let problem = "The grant has no identifier";
                        let remedy =
                            "It is kept under its file and row; give it one, so that it is known again in other files";
                        issues.push(Issue::warning("grant-without-id", at().field("id"), problem, remedy));
                    }
                    found.push((nth, Clean { raw, file: &sheet.file, key, pence, awarded, planned }));
                }
            }
        }
        habits.report(&sheet.file, issues);
    }
    let kept = versions(found, &mut files, issues);
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
    Cleaned { grants, files, individuals, currency }
}

pub(super) fn where_of(file: &str, raw: &Raw) -> Where {
    let at = Where::file(file).row(raw.row);
    match &raw.id {
        Some(id) => at.key(id.clone()),
        None => at,
    }
}

fn set_aside(files: &mut [GrantFile], nth: usize, why: Aside, pence: i64) {
    let Some(file) = files.get_mut(nth) else { return };
    match file.aside.iter_mut().find(|(known, _)| *known == why) {
        Some((_, tally)) => tally.add(pence),
        None => file.aside.push((why, Tally { grants: 1, pence })),
    }
}

const fn code_of(why: Aside) -> &'static str {
    match why {
        Aside::NoAmount => "grant-without-amount",
        Aside::Zero => "grant-of-nought",
        Aside::Negative => "grant-below-nought",
        Aside::Currency => "grant-other-currency",
        Aside::Repeated => "grant-repeated",
        Aside::Amended => "grant-amended",
    }
}

type Refused = (Aside, i64, String, &'static str);

/// The pence of a row, or why it is set aside.
fn money(raw: &Raw, currency: &str) -> Result<i64, Refused> {
    let Some(text) = raw.amount.as_deref() else {
        let problem = "The grant has no amount awarded".to_owned();
        return Err((Aside::NoAmount, 0, problem, "It is set aside and counted; write the amount in pounds"));
    };
    let Some(pence) = pence(text) else {
        let problem = format!("\"{text}\" is not an amount of money");
        return Err((Aside::NoAmount, 0, problem, "It is set aside and counted; write a plain number such as 1250.00"));
    };
    if let Some(code) = raw.currency.as_deref().map(key_form).filter(|code| code != currency) {
        let problem = format!("The grant is in {code}, and most grants are in {currency}");
        return Err((
            Aside::Currency,
            0,
            problem,
            "It is set aside and counted; nothing is converted, since the rate of the day is not known",
        ));
    }
    match pence {
        0 => {
            let problem = "The amount awarded is nought".to_owned();
            Err((
                Aside::Zero,
                0,
                problem,
                "It is set aside and counted; give the amount, or leave out grants that were withdrawn",
            ))
        }
        ..0 => {
            let problem = format!("The amount awarded, {text}, is below nought");
            Err((
                Aside::Negative,
                pence,
                problem,
                "It is set aside and counted; amend the grant that was reduced instead",
            ))
        }
        _ => Ok(pence),
    }
}

/// What a whole file does the same way, said once.
#[derive(Default)]
struct Habits {
    day_first: u64,
    assumed: u64,
    read: u64,
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
                    "grant-date-missing",
                    at().field(field),
                    "The grant has no award date",
                    remedy,
                ));
            }
            return None;
        };
        let Some(day) = parse_excel_date(text) else {
            let problem = format!("\"{text}\" is not a day");
            let remedy = "The grant is kept without it; write year-month-day, such as 2024-06-30";
            issues.push(Issue::warning("grant-date-unreadable", at().field(field), problem, remedy));
            return None;
        };
        if !YEARS.contains(&day.year()) {
            let problem = format!("{day} is not a likely day for a grant");
            let remedy = "The grant is kept without it; check the year";
            issues.push(Issue::warning("grant-date-odd", at().field(field), problem, remedy));
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
                issues.push(Issue::warning("grant-duration-odd", at, problem, remedy));
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
            issues.push(Issue::warning("grant-dates-reversed", at().field("Planned Dates:End Date"), problem, remedy));
        }
        let assumed = months.is_none();
        let start = start.or_else(|| to?.checked_sub_months(Months::new(months.unwrap_or(ASSUMED_MONTHS))))?;
        self.assumed += u64::from(assumed);
        let to = after(start, months.unwrap_or(ASSUMED_MONTHS)).unwrap_or(start);
        Some(Planned { from: start, to, assumed })
    }

    fn report(&self, file: &str, issues: &mut Issues) {
        if self.day_first > 0 {
            let problem =
                format!("{} of {} dates do not begin with the year, as the standard asks", self.day_first, self.read);
            let remedy = "They are read with the day first, as in Britain; write them as 2024-06-30";
            issues.push(Issue::note("grant-dates-day-first", Where::file(file), problem, remedy));
        }
        if self.assumed > 0 {
            let grants = counted(self.assumed as usize, "grant does", "grants do");
            let problem = format!("{grants} not say how long the money is to last");
            let remedy = format!("{ASSUMED_MONTHS} months are assumed; give Planned Dates");
            issues.push(Issue::note("grant-period-assumed", Where::file(file), problem, remedy));
        }
    }
}

/// One version of each grant: the last modified, else that of the last file. The rest is set aside.
fn versions<'r>(
    found: Vec<(usize, Clean<'r>)>,
    files: &mut [GrantFile],
    issues: &mut Issues,
) -> Vec<(usize, Clean<'r>)> {
    let mut by_key: HashMap<String, Vec<(usize, Clean<'r>)>> = HashMap::with_capacity(found.len());
    for (nth, grant) in found {
        by_key.entry(key_form(&grant.key)).or_default().push((nth, grant));
    }
    let mut kept = Vec::with_capacity(by_key.len());
    for mut same in by_key.into_values() {
        // The content decides between versions of one day, so that the order of rows does not.
        same.sort_by_cached_key(|(nth, grant)| {
            let raw = Raw { row: 0, modified: None, ..grant.raw.clone() };
            (grant.raw.modified.as_deref().and_then(parse_excel_date), *nth, grant.pence, format!("{raw:?}"))
        });
        let Some(last) = same.pop() else { continue };
        for (nth, grant) in same {
            let alike = |raw: &Raw| Raw { row: 0, ..raw.clone() };
            let why = if alike(grant.raw) == alike(last.1.raw) { Aside::Repeated } else { Aside::Amended };
            set_aside(files, nth, why, grant.pence);
            let (kept_file, kept_row) = (last.1.file, last.1.raw.row);
            let (problem, remedy) = match why {
                Aside::Repeated => (
                    format!("The grant \"{}\" stands again in {kept_file}, row {kept_row}, word for word", grant.key),
                    "It is counted once; remove the row",
                ),
                _ => (
                    format!("The grant \"{}\" stands in another version in {kept_file}, row {kept_row}", grant.key),
                    "The version modified last is used, else that of the last file; remove the older one",
                ),
            };
            issues.push(Issue::warning(code_of(why), where_of(grant.file, grant.raw), problem, remedy));
        }
        kept.push(last);
    }
    kept
}

fn note_individuals(files: &[GrantFile], issues: &mut Issues) {
    let with: Vec<&str> =
        files.iter().filter(|file| file.individuals.grants > 0).map(|file| file.file.as_str()).collect();
    if let Some(first) = with.first() {
        let all: u64 = files.iter().map(|file| file.individuals.grants).sum();
        let problem = format!("{} to individuals in {}", counted(all as usize, "grant", "grants"), some_of(&with));
        let remedy = "They are counted and never located, and no word of them is kept";
        issues.push(Issue::note("grants-to-individuals", Where::file(*first), problem, remedy));
    }
}
