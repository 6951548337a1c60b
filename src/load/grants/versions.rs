//! One version of each grant: what stands twice, and what was amended.

use super::raw::Raw;
use super::rows::{Clean, code_of, set_aside, where_of};
use crate::load::Issues;
use crate::load::words::{counted, key_form};
use crate::place::{Aside, Code, GrantFile, Issue, Where};
use crate::read::parse_excel_date;
use chrono::{DateTime, NaiveDateTime, NaiveTime};
use std::collections::{BTreeMap, HashMap};

type Found<'r> = (usize, Clean<'r>);

/// When a version was last modified: the day, and the moment where the hour is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Modified {
    day: chrono::NaiveDate,
    at: Option<NaiveDateTime>,
}

impl Modified {
    /// Understood are the days of every date, with a time behind them: `2024-06-01T17:00:00Z`, `…+01:00`,
    /// `01/06/2024 17:00`, `2024-06-01 5:00 pm`, and Excel's days with their fraction.
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(moment) = DateTime::parse_from_rfc3339(&text.replacen(' ', "T", 1)) {
            let at = moment.naive_utc();
            return Some(Self { day: at.date(), at: Some(at) });
        }
        let day = parse_excel_date(text)?;
        let by_fraction = || {
            let days: f64 = text.parse().ok().filter(|days: &f64| *days < 80_000.0 && days.fract() > 0.0)?;
            NaiveTime::from_num_seconds_from_midnight_opt((days.fract() * 86_400.0).round().min(86_399.0) as u32, 0)
        };
        let time = time_of(text).or_else(by_fraction);
        Some(Self { day, at: time.map(|time| day.and_time(time)) })
    }

    /// The moment, or the first of the day.
    fn earliest(self) -> NaiveDateTime {
        self.at.unwrap_or_else(|| self.day.and_time(NaiveTime::MIN))
    }

    /// Whether nobody can say which of two is later, as of a day and an hour of it.
    fn is_as_late_as(self, other: Self) -> bool {
        match (self.at, other.at) {
            (Some(own), Some(other)) => own == other,
            _ => self.day == other.day,
        }
    }
}

/// The time of day behind a date.
fn time_of(text: &str) -> Option<NaiveTime> {
    let colon = text.find(':')?;
    let from = text.get(..colon)?.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + 1);
    let rest = text.get(from..)?;
    let lower = rest.to_lowercase();
    let digits = lower.trim_end_matches(|c: char| !c.is_ascii_digit());
    let clock = digits.split(['+', '-', 'z', ' ']).next()?;
    let mut numbers = clock.split(':');
    let hour: u32 = numbers.next()?.parse().ok()?;
    let minute: u32 = numbers.next()?.parse().ok()?;
    let second: f64 = numbers.next().map_or(Some(0.0), |text| text.parse().ok())?;
    let hour = match (lower.contains("pm"), lower.contains("am")) {
        (true, _) if hour < 12 => hour + 12,
        (_, true) if hour == 12 => 0,
        _ => hour,
    };
    NaiveTime::from_hms_opt(hour, minute, second as u32)
}

/// Sets aside grants without identifiers that stand in two files, and tells of those that stand twice in one.
///
/// A row of another file that says the same, word for word, is the same grant handed on twice. Within a file two
/// grants may be alike, as instalments are: they are counted, and told.
pub(super) fn keyless<'r>(found: Vec<Found<'r>>, files: &mut [GrantFile], issues: &mut Issues) -> Vec<Found<'r>> {
    let mut first: HashMap<String, (usize, &'r str, u64)> = HashMap::new();
    let mut alike: BTreeMap<(&'r str, u64), Vec<u64>> = BTreeMap::new();
    let mut kept = Vec::with_capacity(found.len());
    for (nth, grant) in found {
        if grant.raw.id.is_some() || grant.raw.individual {
            kept.push((nth, grant));
            continue;
        }
        let said = format!("{:?}", Raw { row: 0, ..grant.raw.clone() });
        match first.get(&said) {
            Some((file, name, row)) if *file != nth => {
                set_aside(files, nth, Aside::Repeated, grant.pence);
                let problem = format!("The grant has no identifier and says word for word what {name}, row {row} says");
                let remedy = "It is counted once; remove the row or, if these are two grants, give them identifiers";
                issues.push(Issue::warning(code_of(Aside::Repeated), where_of(grant.file, grant.raw), problem, remedy));
            }
            Some((_, name, row)) => {
                alike.entry((name, *row)).or_default().push(grant.raw.row);
                kept.push((nth, grant));
            }
            None => {
                first.insert(said, (nth, grant.file, grant.raw.row));
                kept.push((nth, grant));
            }
        }
    }
    for ((file, row), rows) in alike {
        let list: Vec<String> = rows.iter().take(10).map(u64::to_string).collect();
        let more =
            if rows.len() > list.len() { format!(" and {} more", rows.len() - list.len()) } else { String::new() };
        let problem = format!(
            "{} no identifier and word for word the same: row {row} again in row {}{more}",
            counted(rows.len() + 1, "grant has", "grants have"),
            list.join(", ")
        );
        let remedy = "All are counted, since two grants may be alike; if they are one, remove the others, and give grants \
                      identifiers, so that a repeated row is known";
        issues.push(Issue::warning(Code::GrantsAlike, Where::file(file).row(row), problem, remedy));
    }
    kept
}

/// One version of each grant: the last modified, else that of the last file. The rest is set aside.
pub(super) fn latest<'r>(found: Vec<Found<'r>>, files: &mut [GrantFile], issues: &mut Issues) -> Vec<Found<'r>> {
    let mut by_key: BTreeMap<String, Vec<Found<'r>>> = BTreeMap::new();
    for (nth, grant) in found {
        by_key.entry(key_form(&grant.key)).or_default().push((nth, grant));
    }
    let modified = |grant: &Clean<'_>| grant.raw.modified.as_deref().and_then(Modified::parse);
    let mut kept = Vec::with_capacity(by_key.len());
    for mut same in by_key.into_values() {
        // The content decides between versions that nobody can order, so that the order of rows does not.
        same.sort_by_cached_key(|(nth, grant)| {
            let raw = Raw { row: 0, modified: None, ..grant.raw.clone() };
            (modified(grant).map(Modified::earliest), *nth, grant.pence, format!("{raw:?}"))
        });
        let Some(last) = same.pop() else { continue };
        for (nth, grant) in same {
            let alike = |raw: &Raw| Raw { row: 0, ..raw.clone() };
            let why = if alike(grant.raw) == alike(last.1.raw) { Aside::Repeated } else { Aside::Amended };
            set_aside(files, nth, why, grant.pence);
            let (kept_file, kept_row) = (last.1.file, last.1.raw.row);
            let open = nth == last.0
                && match (modified(&grant), modified(&last.1)) {
                    (Some(one), Some(other)) => one.is_as_late_as(other),
                    (one, other) => one.is_none() && other.is_none(),
                };
            let (problem, remedy) = match why {
                Aside::Repeated => (
                    format!("The grant \"{}\" stands again in {kept_file}, row {kept_row}, word for word", grant.key),
                    "It is counted once; remove the row",
                ),
                _ if open => (
                    format!(
                        "The grant \"{}\" stands in another version in {kept_file}, row {kept_row}, and nothing says which is the later",
                        grant.key
                    ),
                    "The one with the larger amount is used, which may be the wrong one; remove the older one, or give both a moment under Last modified",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_a_moment_however_it_is_written() {
        let at = |text: &str| Modified::parse(text).and_then(|modified| modified.at).map(|at| at.to_string());
        let five = Some("2024-06-01 17:00:00".to_owned());
        for text in [
            "2024-06-01T17:00:00Z",
            "2024-06-01T17:00:00.000Z",
            "2024-06-01 18:00:00+01:00",
            "2024-06-01T17:00",
            "01/06/2024 17:00",
            "1 June 2024 5:00 PM",
            "45444.70833333333",
        ] {
            assert_eq!(at(text), five, "{text}");
        }
        assert_eq!(at("2024-06-01"), None);
        assert!(Modified::parse("yesterday").is_none());
    }

    #[test]
    fn a_day_is_as_late_as_every_hour_of_it() {
        let read = |text: &str| Modified::parse(text).expect("a moment");
        assert!(read("2024-06-01").is_as_late_as(read("2024-06-01T09:00:00Z")));
        assert!(!read("2024-06-01T17:00:00Z").is_as_late_as(read("2024-06-01T09:00:00Z")));
        assert!(read("2024-06-01T17:00:00Z").earliest() > read("2024-06-01T09:00:00Z").earliest());
    }
}
