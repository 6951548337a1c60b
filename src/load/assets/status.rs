//! Whether an asset is in use, in the words of many registers and of people who write notes.

use super::draft::Notice;
use super::status_words::{CLOSED, CLOSED_CODES, CLOSED_WITHIN, CLOSING, OPEN, OPENING, PLANNED, TO_BE, UNKNOWN};
use super::when::Period;
use crate::load::words::plain;
use crate::place::AssetStatus;
use chrono::NaiveDate;

/// What words about use say on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) status: AssetStatus,
    /// First day of use that the words name; of a month or a year the last day that it can be.
    pub(super) opens_on: Option<NaiveDate>,
    /// Last day of use that the words name; of a month or a year the day before it begins.
    pub(super) closes_on: Option<NaiveDate>,
    pub(super) doubt: Doubt,
}

/// What had to be assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Doubt {
    /// Nothing.
    #[default]
    None,
    /// The words leave open whether it is in use that day; it is taken as not in use.
    NotInUse,
    /// It was announced for a day that has passed; it is taken as open since.
    Passed,
}

impl Doubt {
    /// How it is told.
    pub(super) const fn notice(self) -> Option<Notice> {
        match self {
            Self::None => None,
            Self::NotInUse => Some(Notice::StatusUnclear),
            Self::Passed => Some(Notice::StatusPassed),
        }
    }
}

impl Reading {
    pub(super) const fn of(status: AssetStatus) -> Self {
        Self { status, opens_on: None, closes_on: None, doubt: Doubt::None }
    }

    const fn doubtful(status: AssetStatus) -> Self {
        Self { doubt: Doubt::NotInUse, ..Self::of(status) }
    }

    /// To be opened at a time.
    fn opening(period: Option<Period>, today: NaiveDate) -> Self {
        let Some(period) = period else { return Self::of(AssetStatus::Planned) };
        let doubt = match () {
            () if period.leaves_open(today) => Doubt::NotInUse,
            () if period.last <= today => Doubt::Passed,
            () => Doubt::None,
        };
        Self { opens_on: Some(period.last), doubt, ..Self::of(AssetStatus::Planned) }
    }

    /// In use until a time.
    fn closing(period: Option<Period>, today: NaiveDate) -> Self {
        let Some(period) = period else { return Self::of(AssetStatus::Open) };
        let is_day = period.first == period.last;
        let last = if is_day { Some(period.last) } else { period.first.pred_opt() };
        let doubt = if period.leaves_open(today) { Doubt::NotInUse } else { Doubt::None };
        Self { closes_on: last, doubt, ..Self::of(AssetStatus::Open) }
    }
}

/// What a word or phrase in a column of statuses says on a day; `None` for words that are not known.
///
/// A temporary closure is a closure: nobody can go there now.
pub(super) fn of(words: &str, today: NaiveDate) -> Option<Reading> {
    let form = plain(words);
    let lower = format!(" {} ", words.to_lowercase().replace(['-', '_', ','], " "));
    let has = |parts: &[&str]| parts.iter().any(|part| form.contains(part));
    let begins = |starts: &[&str]| starts.iter().any(|start| form.starts_with(start));
    let period = Period::named(words);
    if UNKNOWN.contains(&form.as_str()) || words.trim().chars().all(|c| c == '?') && !words.trim().is_empty() {
        return Some(Reading::doubtful(AssetStatus::Closed));
    }
    if TO_BE.contains(&form.as_str()) {
        return Some(Reading::doubtful(AssetStatus::Planned));
    }
    let reopens = has(&["reopening", "reopens", "toreopen", "willreopen"]);
    if has(CLOSING) && !reopens && !has(&["notopen"]) && !begins(&["closed", "temporar", "shut"]) {
        return Some(Reading::closing(period, today));
    }
    let is_hours = names_hours(&lower);
    if has(&["notyetopen", "notopenyet", "yettoopen", "unopened"]) {
        return Some(Reading::opening(period, today));
    }
    if (begins(CLOSED) || CLOSED_CODES.contains(&form.as_str()) || has(CLOSED_WITHIN))
        && !(is_hours && begins(&["clos"]))
    {
        return Some(closed(&form, reopens, period, today));
    }
    if begins(PLANNED) || (has(OPENING) && !is_hours) || (reopens && !is_hours) || form == "p" {
        return Some(Reading::opening(period, today));
    }
    if begins(&["open", "reopened"]) || OPEN.contains(&form.as_str()) || (is_hours && begins(&["clos"])) {
        return Some(match period.filter(|_| !is_hours) {
            Some(period) if period.first > today => Reading::opening(Some(period), today),
            Some(period) => Reading { opens_on: Some(period.first), ..Reading::of(AssetStatus::Open) },
            None => Reading::of(AssetStatus::Open),
        });
    }
    // "From 1 September 2025", or the bare day.
    let is_from = begins(&["from", "availablefrom", "starting", "starts", "launch", "expected", "due", "available"]);
    let is_bare = form.chars().all(|c| c.is_ascii_digit()) || form.len() <= 14;
    let is_to_come = period.is_some_and(|period| period.first > today);
    (period.is_some() && (is_from || (is_bare && is_to_come))).then(|| Reading::opening(period, today))
}

fn closed(form: &str, reopens: bool, period: Option<Period>, today: NaiveDate) -> Reading {
    let until = form.contains("until") || form.contains("till") || form.contains("reopen");
    match period {
        Some(period) if (until || reopens) && period.last > today => Reading::opening(Some(period), today),
        // It should be open again, and still says closed.
        Some(_) if until || reopens => Reading::doubtful(AssetStatus::Closed),
        Some(period) if period.first > today => Reading::closing(Some(period), today),
        _ => Reading::of(AssetStatus::Closed),
    }
}

/// What a note in words says of use, if it says anything for certain: notes speak of hours, history and plans too.
pub(super) fn in_notes(text: &str, today: NaiveDate) -> Option<Reading> {
    const SHUT: &[&str] = &[
        "permanently closed",
        "temporarily closed",
        "closed permanently",
        "closed temporarily",
        "currently closed",
        "now closed",
        "closed until",
        "closed for refurb",
        "closed for renovation",
        "closed for repair",
        "closed for works",
        "closed for building",
        "closed down",
        "has closed",
        "closed since",
        "closed due to",
        "is closed",
        "temporary closure",
        "permanent closure",
        "no longer open",
        "no longer in use",
        "not currently open",
    ];
    const SOON: &[&str] = &["opening soon", "coming soon", "not yet open", "due to open", "yet to open", "opens soon"];
    const OPENS: &[&str] = &[
        "opening",
        "opens",
        "open from",
        "reopening",
        "re-opening",
        "reopens",
        "to open",
        "will open",
        "to reopen",
        "will reopen",
    ];
    const CLOSES: &[&str] = &["closing", "closes", "will close", "due to close", "to close"];
    text.split([';', '\n', '|']).flat_map(|part| part.split(". ")).find_map(|clause| {
        let lower = clause.trim().trim_end_matches('.').to_lowercase();
        let has = |parts: &[&str]| parts.iter().any(|part| lower.contains(part));
        if lower.is_empty() || names_hours(&format!(" {lower} ")) || has(&["reopened", "was closed", "previously"]) {
            return None;
        }
        let period = Period::named(&lower);
        let bare = plain(&lower) == "closed" || (lower.starts_with("closed") && period.is_some());
        if has(SHUT) || bare {
            return of(&lower, today)
                .filter(|reading| reading.status != AssetStatus::Open || reading.closes_on.is_some())
                .or(Some(Reading::of(AssetStatus::Closed)));
        }
        if has(SOON) {
            return Some(Reading::opening(period, today));
        }
        let period = period?;
        if has(OPENS) && period.last > today {
            return Some(Reading::opening(Some(period), today));
        }
        has(CLOSES).then(|| Reading::closing(Some(period), today))
    })
}

/// What is said at the end of a name: `Mill Hall (closed)`, `New Hub - opening 2026`.
pub(super) fn in_name(name: &str, today: NaiveDate) -> Option<Reading> {
    let end = match name.trim().strip_suffix(')').and_then(|name| name.rsplit_once('(')) {
        Some((_, end)) => end,
        None => name.rsplit_once(" - ").or_else(|| name.rsplit_once(" – "))?.1,
    };
    let form = plain(end);
    let plainly = [
        "closed",
        "nowclosed",
        "permanentlyclosed",
        "temporarilyclosed",
        "tempclosed",
        "tempshut",
        "paused",
        "onhold",
        "underrefurbishment",
        "refurbishment",
        "underrenovation",
        "renovation",
        "notrunning",
        "notoperating",
        "nottrading",
        "openingsoon",
        "comingsoon",
        "planned",
        "proposed",
    ];
    if plainly.contains(&form.as_str()) { of(end, today) } else { in_notes(end, today) }
}

/// Words about the hours of a day or the days of a week, not about use.
fn names_hours(lower: &str) -> bool {
    const WORDS: [&str; 21] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        " mon",
        " tue",
        " wed ",
        " thu",
        " fri ",
        " sat ",
        " sun ",
        "weekend",
        "weekday",
        "holiday",
        "lunch",
        "daily",
        "christmas",
        " hours",
    ];
    if WORDS.iter().any(|word| lower.contains(word)) && !lower.contains(" month") {
        return true;
    }
    let bytes = lower.as_bytes();
    (1..bytes.len()).any(|at| {
        let digit = bytes[at - 1].is_ascii_digit();
        let clock = bytes[at] == b':' && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        let half = ["am", "pm", " am", " pm"].iter().any(|half| {
            lower.get(at..).is_some_and(|rest| {
                rest.strip_prefix(half).is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric()))
            })
        });
        digit && (clock || half)
    })
}

#[cfg(test)]
#[path = "status_tests.rs"]
mod tests;
