//! Dates and flags out of text, and numbers into text.

use chrono::{Datelike, NaiveDate};

/// What a yes-or-no cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum YesNo {
    /// Yes, in any of its words.
    Yes,
    /// In part, as OpenStreetMap says of wheelchair access.
    Limited,
    /// No.
    No,
}

/// The day a cell names.
///
/// Understood are `2024-06-30` (also with a time behind it, and with slashes), `30/06/2024`, `30.6.2024`
/// and `30-06-24` with the day first, as in Britain, `30 June 2024`, `Sunday 30th Jun 2024`,
/// `June 30, 2024` and `20240630`. A month-first date such as `06/30/2024` is not guessed at: it gives `None`, since its
/// neighbours `06/07/2024` would be wrong. Years of two digits are within fifty years back and fifty
/// ahead of 2020.
#[must_use]
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    if text.is_empty() || text.len() > 64 {
        return None;
    }
    compact(text).or_else(|| in_numbers(text)).or_else(|| in_words(text))
}

/// The day a cell names, where a bare number from 20000 to 80000 (1954 to 2119) is Excel's count of days.
#[must_use]
pub fn parse_excel_date(text: &str) -> Option<NaiveDate> {
    if let Ok(days) = text.trim().parse::<f64>()
        && (20_000.0..=80_000.0).contains(&days)
    {
        return NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(chrono::Days::new(days as u64));
    }
    parse_date(text)
}

fn compact(text: &str) -> Option<NaiveDate> {
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    day(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?)
}

/// Three numbers: year first when it has four digits, else day first.
fn in_numbers(text: &str) -> Option<NaiveDate> {
    let date = text.split(['T', ' ']).next()?;
    let separator = date.chars().find(|c| !c.is_ascii_digit())?;
    if !matches!(separator, '-' | '/' | '.') {
        return None;
    }
    let mut parts = date.split(separator);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    let whole = [first, second, third].iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    if parts.next().is_some() || !whole {
        return None;
    }
    match (first.len(), third.len()) {
        (4, 1..=2) => day(first.parse().ok()?, second.parse().ok()?, third.parse().ok()?),
        (1..=2, 2 | 4) => day(year(third)?, second.parse().ok()?, first.parse().ok()?),
        _ => None,
    }
}

/// Words: a month by name, a day with or without its ending, a year; the name of a weekday is passed over.
fn in_words(text: &str) -> Option<NaiveDate> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let (mut the_day, mut month, mut the_year) = (None, None, None);
    for word in text.split([' ', ',', '-', '/']).filter(|word| !word.is_empty()) {
        let lower = word.to_lowercase();
        let begins = |names: &[&str]| names.iter().position(|name| lower.starts_with(name));
        let digits = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        if digits.is_empty() {
            match (begins(&MONTHS), begins(&WEEKDAYS)) {
                (Some(at), _) if month.is_none() => month = Some(at as u32 + 1),
                (None, Some(_)) => {}
                _ if lower == "of" => {}
                _ => return None,
            }
        } else if the_day.is_none() && digits.len() <= 2 {
            the_day = digits.parse().ok();
        } else if the_year.is_none() && digits.len() == lower.len() {
            the_year = year(digits);
        } else if month.is_some() && the_day.is_some() && the_year.is_some() {
            break;
        } else {
            return None;
        }
    }
    day(the_year?, month?, the_day?)
}

fn year(text: &str) -> Option<i32> {
    let year: i32 = text.parse().ok()?;
    match text.len() {
        4 => Some(year),
        2 => Some(if year < 70 { 2000 + year } else { 1900 + year }),
        _ => None,
    }
}

/// A day of the years 1000 to 2999: outside them a date is a slip of the pen.
fn day(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day).filter(|date| (1000..3000).contains(&date.year()))
}

/// Whether a cell says yes or no.
///
/// `None` for blanks and for words that say neither (`unknown`, `ask`).
#[must_use]
pub fn parse_flag(text: &str) -> Option<YesNo> {
    let word = text.trim().trim_end_matches('.').to_lowercase();
    match word.as_str() {
        "yes"
        | "y"
        | "true"
        | "t"
        | "1"
        | "full"
        | "fully"
        | "full access"
        | "fully accessible"
        | "accessible"
        | "designated"
        | "step-free"
        | "step free"
        | "stepfree"
        | "level"
        | "level access"
        | "ramp"
        | "ramped"
        | "wheelchair"
        | "wheelchair accessible"
        | "✓"
        | "✔" => Some(YesNo::Yes),
        "limited"
        | "partial"
        | "partially"
        | "partly"
        | "some"
        | "limited access"
        | "partial access"
        | "partially accessible"
        | "with assistance"
        | "assisted" => Some(YesNo::Limited),
        "no" | "n" | "false" | "f" | "0" | "none" | "inaccessible" | "not accessible" | "no access" | "steps"
        | "stepped" | "stairs" | "✗" | "✘" => Some(YesNo::No),
        _ => None,
    }
}

/// A number as people write it: whole numbers without `.0`, nothing for not-a-number and infinities.
pub(super) fn number(number: f64) -> String {
    if number.is_finite() { format!("{number}") } else { String::new() }
}
