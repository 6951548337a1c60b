//! Which grants lie years apart from all others in time: one old grant, or one slip in a date, must not turn every
//! figure that is divided by years.

use super::rows::Clean;
use crate::load::Issues;
use crate::load::words::{counted, some_of};
use crate::place::{Code, Issue, Where};
use chrono::{Datelike, Days, NaiveDate};
use std::collections::BTreeSet;

/// Days further from all others than this are apart. Programmes pause for a year, and grants are planned for up to
/// five; with one year, a fund that missed a round would lose its past; with ten, the slip of 2034 for 2024 would
/// stretch the period to twice its length.
const APART_DAYS: i64 = 3 * 365;

/// As many grants as one in so many, and at least one of three, may be apart; more are a part of the story.
const ONE_IN: usize = 5;

/// Grants with at most this share of the money are apart however many they are.
const LITTLE: f64 = 0.05;

/// Marks the grants that are apart, and tells of them.
pub(super) fn set_apart(grants: &mut [Clean<'_>], issues: &mut Issues) {
    let mut apart: BTreeSet<usize> = BTreeSet::new();
    while let Some(found) = outliers(grants, &apart) {
        apart.extend(found);
    }
    for nth in &apart {
        if let Some(grant) = grants.get_mut(*nth) {
            grant.apart = true;
        }
    }
    tell(grants, issues);
}

/// First and last day of a grant, by any of its dates.
fn days(grant: &Clean<'_>) -> Option<(NaiveDate, NaiveDate)> {
    let planned = grant.planned;
    let from = [grant.awarded, planned.map(|p| p.from)].into_iter().flatten().min()?;
    let to = [grant.awarded, planned.map(|p| p.to)].into_iter().flatten().max()?;
    Some((from, to))
}

/// The grants at one end of the rest that begin, or end, years before or after all others, when they are few.
fn outliers(grants: &[Clean<'_>], without: &BTreeSet<usize>) -> Option<Vec<usize>> {
    let rest: Vec<(usize, NaiveDate, NaiveDate, f64)> = grants
        .iter()
        .enumerate()
        .filter(|(nth, _)| !without.contains(nth))
        .filter_map(|(nth, grant)| days(grant).map(|(from, to)| (nth, from, to, grant.pence as f64)))
        .collect();
    let before: f64 = without.iter().filter_map(|nth| grants.get(*nth)).map(|grant| grant.pence as f64).sum();
    let money: f64 = before + rest.iter().map(|(.., pence)| pence).sum::<f64>();
    let all = without.len() + rest.len();
    let few = |some: &[(usize, NaiveDate, NaiveDate, f64)]| {
        let own: f64 = before + some.iter().map(|(.., pence)| pence).sum::<f64>();
        (all >= 3 && without.len() + some.len() <= (all / ONE_IN).max(1)) || own <= LITTLE * money
    };
    let mut sorted = rest.clone();
    sorted.sort_by_key(|(nth, from, ..)| (*from, *nth));
    let early = first_gap(&sorted, |a, b| (b.1 - a.1).num_days());
    sorted.sort_by_key(|(nth, _, to, _)| (std::cmp::Reverse(*to), *nth));
    let by_end = sorted;
    let late = first_gap(&by_end, |a, b| (a.2 - b.2).num_days());
    let mut by_start = rest.clone();
    by_start.sort_by_key(|(nth, from, ..)| (*from, *nth));
    let ends = [early.and_then(|n| by_start.get(..n)), late.and_then(|n| by_end.get(..n))];
    // Of two ends that both stand out, the one with less money goes first.
    let sum = |some: &&[(usize, NaiveDate, NaiveDate, f64)]| some.iter().map(|(.., pence)| pence).sum::<f64>();
    let found = ends.into_iter().flatten().filter(|some| some.len() < rest.len() && few(some));
    let found = found.min_by(|a, b| sum(a).total_cmp(&sum(b)))?;
    Some(found.iter().map(|(nth, ..)| *nth).collect())
}

/// How many stand before the first gap of years, in the first half of the list; where years between neighbours are
/// usual, none.
fn first_gap<T>(sorted: &[T], days: impl Fn(&T, &T) -> i64) -> Option<usize> {
    let gaps: Vec<i64> = sorted.windows(2).filter_map(|pair| Some(days(pair.first()?, pair.last()?))).collect();
    let mut usual = gaps.clone();
    usual.sort_unstable();
    let usual = if gaps.len() < 2 { 0 } else { usual.get((gaps.len() - 1) / 2).copied().unwrap_or(0) };
    let half = sorted.len().div_ceil(2);
    gaps.iter().take(half).position(|gap| *gap > APART_DAYS.max(2 * usual)).map(|nth| nth + 1)
}

fn tell(grants: &[Clean<'_>], issues: &mut Issues) {
    let files: BTreeSet<&str> = grants.iter().filter(|grant| grant.apart).map(|grant| grant.file).collect();
    let all: Vec<(NaiveDate, NaiveDate)> = grants.iter().filter(|grant| !grant.apart).filter_map(days).collect();
    let period = all.iter().map(|(from, _)| *from).min().zip(all.iter().map(|(_, to)| *to).max());
    for file in files {
        let apart: Vec<&Clean<'_>> = grants.iter().filter(|grant| grant.apart && grant.file == file).collect();
        let words: Vec<String> = apart
            .iter()
            .filter_map(|grant| {
                let (from, to) = days(grant)?;
                Some(format!("{} ({from} to {to})", grant.key))
            })
            .collect();
        let period = period.map_or_else(String::new, |(from, to)| format!(", which lie between {from} and {to}"));
        let problem = format!(
            "The days of {} lie more than three years from those of all others{period}: {}",
            counted(apart.len(), "grant", "grants"),
            some_of(&words)
        );
        let remedy = "Their money is counted, and the years that figures a year are divided by are without them; mend the \
                      dates, or leave grants of another time out of the file";
        let at = Where::file(file).row(apart.first().map_or(0, |grant| grant.raw.row)).field("dates");
        issues.push(Issue::warning(Code::GrantDaysApart, at, problem, remedy));
    }
    if let Some((file, from, to)) = empty_years(grants) {
        let problem = format!("No grant has a day between {from} and {to}, {} years", (to - from).num_days() / 365);
        let remedy = "Figures a year are divided by these years too; leave grants of another time out of the files, or \
                      mend a slip in a date";
        issues.push(Issue::warning(Code::GrantYearsEmpty, Where::file(file).field("dates"), problem, remedy));
    }
}

/// The longest stretch of years that no grant has a day in, between those that have.
fn empty_years<'g>(grants: &[Clean<'g>]) -> Option<(&'g str, NaiveDate, NaiveDate)> {
    let mut spans: Vec<(NaiveDate, NaiveDate, &'g str)> = grants
        .iter()
        .filter(|grant| !grant.apart)
        .filter_map(|grant| days(grant).map(|(from, to)| (from, to, grant.file)))
        .collect();
    spans.sort_unstable();
    let mut until = spans.first()?.1;
    let mut longest: Option<(&'g str, NaiveDate, NaiveDate)> = None;
    for (from, to, file) in spans {
        let gap = (from - until).num_days();
        if gap > APART_DAYS && longest.is_none_or(|(_, a, b)| gap > (b - a).num_days()) {
            longest = Some((file, until, from));
        }
        until = until.max(to);
    }
    longest.map(|(file, from, to)| (file, from.checked_add_days(Days::new(1)).unwrap_or(from), to))
}

/// Whether a date of three numbers is a day only with the month first, as in 06/30/2024.
pub(in crate::load) fn is_month_first(text: &str) -> bool {
    let date = text.trim().split([' ', 'T']).next().unwrap_or_default();
    let numbers: Vec<u32> = date.split(['/', '-', '.']).filter_map(|part| part.parse().ok()).collect();
    matches!(numbers.as_slice(), [month @ 1..=12, day @ 13..=31, year]
        if NaiveDate::from_ymd_opt(*year as i32, *month, *day).is_some_and(|day| day.year() > 0))
}

#[cfg(test)]
mod tests {
    use super::super::raw::Raw;
    use super::*;
    use crate::place::Planned;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    /// Keys of the grants that are apart, of these from, to and pounds.
    fn apart(grants: &[(&str, &str, i64)]) -> (Vec<usize>, Vec<&'static str>) {
        let raw = Raw::default();
        let grant = |(nth, (from, to, pounds)): (usize, &(&str, &str, i64))| Clean {
            raw: &raw,
            file: "g.csv",
            key: format!("G{nth}"),
            pence: pounds * 100,
            awarded: Some(day(from)),
            planned: Some(Planned { from: day(from), to: day(to), assumed: false }),
            apart: false,
        };
        let mut grants: Vec<Clean<'_>> = grants.iter().enumerate().map(grant).collect();
        let mut issues = Issues::default();
        set_apart(&mut grants, &mut issues);
        let found = grants.iter().enumerate().filter(|(_, grant)| grant.apart).map(|(nth, _)| nth).collect();
        (found, issues.into_sorted().iter().map(|issue| issue.code.word()).collect())
    }

    #[test]
    fn one_old_grant_or_one_slip_in_a_date_is_apart() {
        let usual = [("2022-01-01", "2022-12-31", 500); 5];
        let with = |one: (&'static str, &'static str, i64)| [usual.as_slice(), &[one]].concat();
        for one in [
            ("1999-01-01", "1999-12-31", 500),
            ("2034-03-01", "2035-02-28", 9_000),
            ("1992-01-01", "2022-12-31", 10),
            ("2022-01-01", "2052-12-31", 500),
        ] {
            assert_eq!(apart(&with(one)), (vec![5], vec!["grant-days-apart"]), "{one:?}");
        }
        assert_eq!(apart(&[("2022-01-01", "2024-12-31", 30_000), ("1999-01-01", "1999-12-31", 1)]).0, [1]);
        assert_eq!(apart(&with(("2020-01-01", "2021-12-31", 500))), (vec![], vec![]), "two years before are no gap");
    }

    #[test]
    fn years_without_a_grant_between_many_are_told_and_kept() {
        let two = [("2005-01-01", "2005-12-31", 500), ("2022-01-01", "2022-12-31", 500)];
        assert_eq!(apart(&two), (vec![], vec!["grant-years-empty"]));
        let many = [[two[0]; 4], [two[1]; 4]].concat();
        assert_eq!(apart(&many), (vec![], vec!["grant-years-empty"]));
        let sparse = ["2000", "2004", "2008", "2012", "2016", "2020"].map(|year| format!("{year}-01-01"));
        let sparse: Vec<(&str, &str, i64)> = sparse.iter().map(|day| (day.as_str(), day.as_str(), 500)).collect();
        assert_eq!(apart(&sparse).0, Vec::<usize>::new(), "where years between grants are usual, none is apart");
    }

    #[test]
    fn two_slips_at_both_ends_are_both_apart() {
        let mut grants = vec![("2022-01-01", "2022-12-31", 500); 8];
        grants.push(("1993-01-01", "1993-12-31", 500));
        grants.push(("2041-01-01", "2041-12-31", 500));
        assert_eq!(apart(&grants).0, [8, 9]);
    }

    #[test]
    fn a_date_that_only_the_month_first_makes_a_day_is_known() {
        assert!(is_month_first("06/30/2024") && is_month_first("12-13-2023"));
        assert!(!is_month_first("06/07/2024") && !is_month_first("30/06/2024") && !is_month_first("2024-06-30"));
    }
}
