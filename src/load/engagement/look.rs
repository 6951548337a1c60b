//! A first look at all files of records together, before any row is counted: which days are plausible, and which rows
//! of one file stand in another.

use super::Open;
use super::columns::{Columns, Fact};
use super::written::day_of;
use crate::load::Issues;
use crate::load::words::{counted, figure};
use crate::place::{Code, Issue, Where};
use chrono::{Days, NaiveDate};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

/// Records later than the place's date are slips when they are at most one in so many; more, and it is the date that
/// is old.
const ONE_IN_AHEAD: u64 = 20;

/// Where the place has no date: records this many days after all others are slips, when they are at most one in
/// [`ONE_IN_APART`]. Half a year is longer than any summer without a session.
/// Among fewer than [`ENOUGH`] nobody can say what is usual.
const APART_DAYS: i64 = 183;
const ONE_IN_APART: u64 = 100;
const ENOUGH: u64 = 20;

/// Records so many days before all others are told. Membership lists go back for decades, so they are counted.
const BEFORE_DAYS: i64 = 5 * 365;

/// Two files with this share of the rows of the smaller in common are copies, or one is the other and more.
const COPY: f64 = 0.5;

/// Different rows of a file that are remembered: 16 megabytes.
const MOST_ROWS: usize = 1_000_000;

/// What the first look found.
#[derive(Debug, Default)]
pub(super) struct Looked {
    /// The last plausible day; nothing where all are.
    pub(super) newest: Option<NaiveDate>,
    /// For each file, the rows of earlier files of which it is a copy.
    copies: Vec<FxHashSet<u64>>,
}

impl Looked {
    /// Whether a row of a file stands in an earlier one of which the file is a copy.
    pub(super) fn is_copied(&self, nth: usize, row: u64) -> bool {
        self.copies.get(nth).is_some_and(|rows| rows.contains(&row))
    }
}

/// What a row says in the columns that are read, in whatever order they stand.
pub(super) fn row_hash<'t>(columns: &Columns, text: &(dyn Fn(usize) -> Option<&'t str> + '_)) -> u64 {
    let mut hasher = FxHasher::default();
    for (fact, column) in columns.facts() {
        (fact, text(column)).hash(&mut hasher);
    }
    for asked in &columns.dimensions {
        for column in &asked.columns {
            (asked.dimension.as_str(), text(*column)).hash(&mut hasher);
        }
    }
    hasher.finish()
}

/// Looks at all files.
pub(super) fn look(open: &[Open<'_>], date: Option<NaiveDate>, issues: &mut Issues) -> Looked {
    let mut days: BTreeMap<NaiveDate, (u64, usize)> = BTreeMap::new();
    for (nth, file) in open.iter().enumerate() {
        let Some(column) = file.columns.of(Fact::Date) else { continue };
        let mut known: FxHashMap<String, Option<NaiveDate>> = FxHashMap::default();
        file.source.scan(column, &mut |words| {
            if known.len() > 200_000 {
                known.clear();
            }
            let day = match known.get(words) {
                Some(day) => *day,
                None => *known.entry(words.to_owned()).or_insert_with(|| day_of(words, file.section.month_first)),
            };
            if let Some(day) = day {
                let entry = days.entry(day).or_insert((0, nth));
                entry.0 += 1;
            }
        });
    }
    let newest = newest(&days, date);
    tell_of_days(open, &days, (newest, date), issues);
    Looked { newest, copies: copies(open, issues) }
}

/// The last plausible day, where some are not.
pub(super) fn newest(days: &BTreeMap<NaiveDate, (u64, usize)>, date: Option<NaiveDate>) -> Option<NaiveDate> {
    let all: u64 = days.values().map(|(n, _)| n).sum();
    if let Some(date) = date {
        let ahead: u64 = days.range(date..).filter(|(day, _)| **day > date).map(|(_, (n, _))| n).sum();
        if ahead > 0 && ahead < all && ahead <= (all / ONE_IN_AHEAD).max(1) {
            return Some(date);
        }
    }
    let most = (all / ONE_IN_APART).max(1);
    let mut after = 0;
    let list: Vec<(NaiveDate, u64)> = days.iter().map(|(day, (n, _))| (*day, *n)).collect();
    let mut found = None;
    for pair in list.windows(2).rev() {
        let (Some((before, _)), Some((day, n))) = (pair.first(), pair.last()) else { continue };
        after += n;
        if after > most || all < ENOUGH {
            break;
        }
        if (*day - *before).num_days() > APART_DAYS {
            found = Some(*before);
        }
    }
    found
}

fn tell_of_days(
    open: &[Open<'_>],
    days: &BTreeMap<NaiveDate, (u64, usize)>,
    (newest, date): (Option<NaiveDate>, Option<NaiveDate>),
    issues: &mut Issues,
) {
    let file = |nth: usize| Where::file(open.get(nth).map_or("", |file| file.section.file.as_str())).field("date");
    let ahead = |date: NaiveDate| {
        let later = date.checked_add_days(Days::new(1)).unwrap_or(date);
        days.range(later..).fold((0, None), |(sum, nth), (_, (n, file))| (sum + n, nth.or(Some(*file))))
    };
    if let (Some(date), None) = (date, newest)
        && let (n, Some(nth)) = ahead(date)
    {
        let records = counted(n as usize, "record is", "records are");
        let problem = format!("{records} later than the place's date, {date}");
        let remedy = "They are counted, since they are too many to be slips; write the day the records end as date under [place]";
        issues.push(Issue::note(Code::RecordsAfterDate, file(nth), problem, remedy));
    }
    let list: Vec<(NaiveDate, u64, usize)> = days.iter().map(|(day, (n, nth))| (*day, *n, *nth)).collect();
    let all: u64 = list.iter().map(|(_, n, _)| n).sum();
    let mut before = 0;
    for pair in list.windows(2) {
        let (Some((day, n, nth)), Some((next, ..))) = (pair.first(), pair.last()) else { continue };
        before += n;
        if before > (all / ONE_IN_APART).max(1) || all < ENOUGH {
            break;
        }
        if (*next - *day).num_days() > BEFORE_DAYS {
            let problem = format!(
                "{} more than five years older than all others, which begin on {next}",
                counted(before as usize, "record is", "records are")
            );
            let remedy = "Counted in the year it says; mend the date if it is a slip";
            issues.push(Issue::warning(Code::RecordsDayOdd, file(*nth), problem, remedy));
            break;
        }
    }
}

/// For each file, the rows it has in common with those before it, where those make it a copy.
fn copies(open: &[Open<'_>], issues: &mut Issues) -> Vec<FxHashSet<u64>> {
    let rows: Vec<FxHashSet<u64>> = if open.len() > 1 {
        open.iter().map(|file| file.source.rows_of(&|text| row_hash(&file.columns, text), MOST_ROWS)).collect()
    } else {
        Vec::new()
    };
    let mut copies = vec![FxHashSet::default(); open.len()];
    for (nth, own) in rows.iter().enumerate() {
        for (before, other) in rows.iter().take(nth).enumerate() {
            let common: FxHashSet<u64> = own.intersection(other).copied().collect();
            let fewer = own.len().min(other.len());
            let names = [before, nth].map(|nth| open.get(nth).map_or("", |file| file.section.file.as_str()));
            if common.is_empty() {
                continue;
            }
            if fewer >= 2 && common.len() as f64 >= COPY * fewer as f64 {
                if let Some(copied) = copies.get_mut(nth) {
                    copied.extend(common);
                }
            } else {
                let problem = format!(
                    "{} in every column read what a row of {} says",
                    counted(common.len(), "row says", "rows say"),
                    names[0]
                );
                let remedy = format!(
                    "Counted in both, since they are few of {}; if the files overlap, take the rows out of one",
                    figure(own.len() as f64)
                );
                issues.push(Issue::note(Code::RecordsOverlap, Where::file(names[1]), problem, remedy));
            }
        }
    }
    copies
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(days: &[(&str, u64)], date: Option<&str>) -> Option<String> {
        let read = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let days = days.iter().map(|(day, n)| (read(day), (*n, 0))).collect();
        newest(&days, date.map(read)).map(|day| day.to_string())
    }

    #[test]
    fn few_records_after_the_date_are_slips_and_many_make_the_date_old() {
        let usual = [("2024-01-10", 50), ("2024-03-10", 50)];
        let with = |day: &'static str, n| [&usual[..], &[(day, n)]].concat();
        let date = Some("2024-03-31");
        assert_eq!(last(&with("2025-03-10", 1), date).as_deref(), Some("2024-03-31"));
        assert_eq!(last(&with("2024-04-02", 3), date).as_deref(), Some("2024-03-31"));
        assert_eq!(last(&with("2024-05-10", 40), date), None, "they are too many to be slips");
        assert_eq!(last(&usual, date), None);
        let few = [("2030-01-01", 1), ("2024-01-01", 1), ("2024-01-02", 1)];
        assert_eq!(last(&few, None), None, "of three records nobody can say");
        assert_eq!(last(&few, Some("2024-06-30")).as_deref(), Some("2024-06-30"));
    }

    #[test]
    fn without_a_date_a_gap_of_half_a_year_before_the_last_few_is_what_tells() {
        let usual = [("2023-12-10", 50), ("2024-03-10", 50)];
        let with = |day: &'static str, n| [&usual[..], &[(day, n)]].concat();
        assert_eq!(last(&with("2042-03-10", 1), None).as_deref(), Some("2024-03-10"));
        assert_eq!(last(&with("2024-06-10", 1), None), None);
        assert_eq!(last(&with("2025-03-10", 30), None), None, "a programme that begins again");
        assert_eq!(last(&with("2025-03-10", 30), Some("2024-03-31")), None);
    }
}
