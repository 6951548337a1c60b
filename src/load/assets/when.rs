//! When something opens or closes, as registers write it: a day, a month, a season, a year.

use crate::read::parse_date;
use chrono::{Datelike, NaiveDate};

/// The days that words about a time can mean, the first and the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) first: NaiveDate,
    pub(super) last: NaiveDate,
}

impl Period {
    /// The first time that is named: `1/9/2025`, `Sept 2025`, `2025-09`, `Spring 2026`, `Q3 2025`, `2026`.
    pub(super) fn named(text: &str) -> Option<Self> {
        let lower = text.to_lowercase();
        let ends = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '(' | ')' | '[' | ']' | '"' | '–');
        let words: Vec<&str> = lower
            .split(ends)
            .map(|word| word.trim_start_matches(['.', '-', '/']).trim_end_matches(['.', '-', '/', '\'', '’']))
            .filter(|word| !word.is_empty())
            .collect();
        (0..words.len()).find_map(|at| Self::at(&words, at))
    }

    fn at(words: &[&str], at: usize) -> Option<Self> {
        let word = words[at];
        let next = |ahead: usize| words.get(at + ahead).copied().unwrap_or_default();
        if word.starts_with(|c: char| c.is_ascii_digit())
            && word.contains(['/', '-', '.'])
            && let Some(day) = parse_date(word)
        {
            return Some(Self { first: day, last: day });
        }
        if let Some(month) = month(word) {
            let day = at.checked_sub(1).and_then(|before| ordinal(words[before]));
            let (day, year) = match (year(next(1)), ordinal(next(1))) {
                (Some(year), _) => (day, Some(year)),
                (None, Some(after)) => (Some(after), year(next(2))),
                (None, None) => (day, None),
            };
            let year = year.or_else(|| short_year(next(1).strip_prefix(['\'', '’'])?))?;
            return match day.and_then(|day| NaiveDate::from_ymd_opt(year, month, day)) {
                Some(day) => Some(Self { first: day, last: day }),
                None => Self::months(year, month, 1),
            };
        }
        if let Some((first, n)) = season(word).or_else(|| quarter(word)) {
            return Self::months(year(next(1))?, first, n);
        }
        if let Some(year) = year(word) {
            return match season(next(1)).or_else(|| quarter(next(1))).or_else(|| month(next(1)).map(|m| (m, 1))) {
                Some((first, n)) => Self::months(year, first, n),
                None => Self::months(year, 1, 12),
            };
        }
        let (before, after) = word.split_once(['/', '-'])?;
        match (month(before), year(before), year(after)) {
            (Some(month), _, Some(year)) => Self::months(year, month, 1),
            (Some(month), _, None) => Self::months(short_year(after)?, month, 1),
            (None, Some(year), None) => match (quarter(after), after.parse::<u32>().ok()) {
                (Some((first, n)), _) => Self::months(year, first, n),
                (None, Some(month @ 1..=12)) if word.contains('-') => Self::months(year, month, 1),
                // A financial year, from April to March.
                (None, Some(end)) if end == (year as u32 + 1) % 100 => Self::months(year, 4, 12),
                _ => None,
            },
            (None, Some(year), Some(end)) if end == year + 1 => Self::months(year, 4, 12),
            (None, None, Some(year)) => match (quarter(before), before.parse::<u32>().ok()) {
                (Some((first, n)), _) => Self::months(year, first, n),
                (None, Some(month @ 1..=12)) => Self::months(year, month, 1),
                _ => None,
            },
            _ => None,
        }
    }

    /// `n` months from a month on.
    fn months(year: i32, first: u32, n: u32) -> Option<Self> {
        let end = first - 1 + n;
        let after = NaiveDate::from_ymd_opt(year + (end / 12) as i32, end % 12 + 1, 1)?;
        Some(Self { first: NaiveDate::from_ymd_opt(year, first, 1)?, last: after.pred_opt()? })
    }

    /// Whether a day is in it, and it is more than a day.
    pub(super) fn leaves_open(self, day: NaiveDate) -> bool {
        self.first != self.last && self.first <= day && day < self.last
    }
}

/// A month by its name, or the beginning of it.
fn month(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.trim_matches('.');
    let is = |name: &&str| word.len() >= 3 && name.starts_with(word) || (word == "sept" && name.starts_with("sept"));
    Some(MONTHS.iter().position(is)? as u32 + 1)
}

/// The first month of a season, and how many it has.
fn season(word: &str) -> Option<(u32, u32)> {
    match word {
        "spring" => Some((3, 3)),
        "summer" => Some((6, 3)),
        "autumn" | "fall" => Some((9, 3)),
        "winter" => Some((12, 3)),
        _ => None,
    }
}

fn quarter(word: &str) -> Option<(u32, u32)> {
    match word {
        "q1" => Some((1, 3)),
        "q2" => Some((4, 3)),
        "q3" => Some((7, 3)),
        "q4" => Some((10, 3)),
        _ => None,
    }
}

fn year(word: &str) -> Option<i32> {
    let year: i32 = word.parse().ok()?;
    (word.len() == 4 && (1800..=2200).contains(&year)).then_some(year)
}

/// The year of `Sep-25`: of this century, since nobody announces the last.
fn short_year(word: &str) -> Option<i32> {
    let year: i32 = word.parse().ok()?;
    (word.len() == 2).then_some(2000 + year)
}

fn ordinal(word: &str) -> Option<u32> {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let ending = &word[digits.len()..];
    let day: u32 = digits.parse().ok()?;
    (digits.len() <= 2 && (1..=31).contains(&day) && matches!(ending, "" | "st" | "nd" | "rd" | "th")).then_some(day)
}

/// The day that is wanted of the last days of two facts: the earlier, where both are known.
pub(super) fn earlier(a: Option<NaiveDate>, b: Option<NaiveDate>) -> Option<NaiveDate> {
    a.into_iter().chain(b).min_by_key(|day| day.num_days_from_ce())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Option<String> {
        Period::named(text).map(|period| format!("{}/{}", period.first, period.last))
    }

    #[test]
    fn times_are_read_as_registers_write_them() {
        for (text, expected) in [
            ("Opening Sept 2025", "2025-09-01/2025-09-30"),
            ("opens September, 2025", "2025-09-01/2025-09-30"),
            ("from 1/9/2025", "2025-09-01/2025-09-01"),
            ("from 01.09.2025.", "2025-09-01/2025-09-01"),
            ("2025-09-01", "2025-09-01/2025-09-01"),
            ("reopens 1st September 2025", "2025-09-01/2025-09-01"),
            ("Sept 1st, 2025", "2025-09-01/2025-09-01"),
            ("2025-09", "2025-09-01/2025-09-30"),
            ("09/2025", "2025-09-01/2025-09-30"),
            ("Sep-25", "2025-09-01/2025-09-30"),
            ("Sept '25", "2025-09-01/2025-09-30"),
            ("Due to open 2026", "2026-01-01/2026-12-31"),
            ("opens Spring 2026", "2026-03-01/2026-05-31"),
            ("Winter 2026", "2026-12-01/2027-02-28"),
            ("Q3 2025", "2025-07-01/2025-09-30"),
            ("2025 Q3", "2025-07-01/2025-09-30"),
            ("2025-Q3", "2025-07-01/2025-09-30"),
            ("(2025/26)", "2025-04-01/2026-03-31"),
            ("2025 autumn", "2025-09-01/2025-11-30"),
            ("December 2025", "2025-12-01/2025-12-31"),
        ] {
            assert_eq!(said(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["soon", "Opening September", "9am-5pm", "in 12 weeks", "room 2", "", "may open", "é/ü", "1/2"] {
            assert_eq!(said(text), None, "{text}");
        }
    }
}
