//! Days and themes as people write them in records.

use crate::read::{parse_date, parse_excel_date};
use chrono::{Datelike, NaiveDate};

/// Whether words say that nothing was raised, as in "none", "n/a" or "no issues raised".
fn says_no_theme(theme: &str) -> bool {
    const NOTHING: [&str; 31] = [
        "",
        "none",
        "na",
        "nil",
        "null",
        "nan",
        "nothing",
        "no",
        "x",
        "c",
        "blank",
        "tbc",
        "tba",
        "unknown",
        "notknown",
        "notrecorded",
        "unrecorded",
        "notapplicable",
        "notstated",
        "notgiven",
        "notasked",
        "notdiscussed",
        "noneraised",
        "nonegiven",
        "nonerecorded",
        "nothemes",
        "notheme",
        "nodata",
        "noanswer",
        "noresponse",
        "noreply",
    ];
    let form: String = theme.chars().filter(|c| c.is_alphanumeric()).collect();
    if NOTHING.contains(&form.as_str()) {
        return true;
    }
    let mut words = theme.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let begins = words.next().is_some_and(|word| matches!(word, "no" | "none" | "nothing" | "not"));
    begins
        && words.all(|word| {
            matches!(
                word,
                "issue"
                    | "issues"
                    | "concern"
                    | "concerns"
                    | "theme"
                    | "themes"
                    | "topic"
                    | "topics"
                    | "comment"
                    | "comments"
                    | "feedback"
                    | "problem"
                    | "problems"
                    | "matter"
                    | "matters"
                    | "question"
                    | "questions"
                    | "particular"
                    | "specific"
                    | "major"
                    | "other"
                    | "further"
                    | "real"
                    | "special"
                    | "new"
                    | "were"
                    | "was"
                    | "been"
                    | "has"
                    | "have"
                    | "raised"
                    | "reported"
                    | "mentioned"
                    | "discussed"
                    | "noted"
                    | "identified"
                    | "recorded"
                    | "given"
                    | "stated"
                    | "made"
                    | "to"
                    | "report"
                    | "raise"
                    | "at"
                    | "this"
                    | "time"
                    | "today"
                    | "of"
                    | "note"
                    | "the"
                    | "above"
                    | "known"
                    | "in"
                    | "any"
            )
        })
}

/// A theme longer than this is a sentence somebody said, and may name somebody.
const LONGEST_THEME: usize = 60;

/// Whether a theme is short enough to be one.
pub(super) fn is_short(theme: &str) -> bool {
    theme.chars().count() <= LONGEST_THEME
}

/// The themes in a cell, in small letters: apart by semicolons, else bars, lines or commas.
pub(super) fn themes_of(words: &str) -> Vec<String> {
    let mark = [';', '|', '\n'].into_iter().find(|mark| words.contains(*mark)).unwrap_or(',');
    let plain = |theme: &str| theme.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    words.split(mark).map(plain).filter(|theme| !theme.is_empty() && !says_no_theme(theme)).collect()
}

/// The day that words name.
pub(super) fn day_of(words: &str, month_first: bool) -> Option<NaiveDate> {
    let turned = if month_first { turned(words) } else { None };
    parse_excel_date(turned.as_deref().unwrap_or(words)).filter(|day| (1900..2200).contains(&day.year()))
}

/// A date of three numbers with its first two turned round.
fn turned(words: &str) -> Option<String> {
    let date = words.split([' ', 'T']).next()?;
    let mark = date.chars().find(|c| matches!(c, '/' | '.' | '-'))?;
    let parts: Vec<&str> = date.split(mark).collect();
    match parts.as_slice() {
        [month, day, year] if month.len() <= 2 => Some(format!("{day}/{month}/{year}")),
        _ => None,
    }
}

pub(super) fn form_of_date(words: &str) -> &'static str {
    let words = words.trim();
    if words.parse::<f64>().is_ok() && words.len() < 8 {
        "Excel's count of days"
    } else if words.get(..4).is_some_and(|year| year.bytes().all(|b| b.is_ascii_digit())) {
        "year first"
    } else if parse_date(words).is_some() && words.chars().any(char::is_alphabetic) {
        "months in words"
    } else {
        "day first"
    }
}
