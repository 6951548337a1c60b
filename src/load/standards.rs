//! Standards: what "covered" means, checked and given a title.

mod journey;
mod more;

use super::Issues;
use super::desk::nearest;
use super::manifest::{OneOrMany, StandardSection};
use super::transit::of_place::Running;
use super::words::{slug, some_of, spoken};
use crate::place::{Asset, AssetStatus, Code, Issue, Opening, Standard, Transit, Where};
use crate::units::Seconds;
use chrono::{NaiveDate, NaiveTime, Weekday};
use std::collections::BTreeSet;

/// The longest walk a standard may ask for, in minutes. Nobody plans for a four-hour walk; a larger
/// number is hours or metres written by mistake.
const MOST_MINUTES: f64 = 240.0;

/// What standards are asked of.
pub(super) struct Given<'a> {
    pub(super) assets: &'a [Asset],
    /// The day asked about where a standard says none.
    pub(super) date: NaiveDate,
    pub(super) transit: Option<&'a Transit>,
    /// Each timetable by itself.
    pub(super) running: &'a [Running],
}

/// Checks the standards of a place.
pub(super) fn read(sections: &[StandardSection], given: &Given<'_>, issues: &mut Issues) -> Vec<Standard> {
    let mut standards: Vec<Standard> = Vec::new();
    for section in sections {
        let at = |field: &str| Where::file("place.toml").field(field.to_owned()).key(&section.key);
        if standards.iter().any(|standard| standard.key == section.key) {
            let problem = format!("Two standards have the key \"{}\"", section.key);
            issues.push(Issue::error(Code::DuplicateKey, at("key"), problem, "Give each its own key"));
            continue;
        }
        match one(section, given) {
            Ok(standard) => {
                note_missing_kinds(&standard, given.assets, at("kinds"), issues);
                note_unknown_hours(&standard, given.assets, at("open_after"), issues);
                more::note_unknown_room(&standard, given.assets, &at, issues);
                if journey::is_run(&standard, given, &at, issues) {
                    standards.push(standard);
                }
            }
            Err((field, problem, remedy)) => {
                issues.push(Issue::error(Code::StandardInvalid, at(field), problem, remedy))
            }
        }
    }
    standards
}

type Fault = (&'static str, String, String);

fn one(section: &StandardSection, given: &Given<'_>) -> Result<Standard, Fault> {
    let proper = slug(&section.key, '-');
    if proper != section.key || proper.is_empty() {
        let problem = format!("\"{}\" cannot be a key", section.key);
        return Err(("key", problem, format!("Use lower case letters, digits and hyphens, such as \"{proper}\"")));
    }
    let minutes = section.within_minutes;
    if !(minutes > 0.0 && minutes <= MOST_MINUTES) {
        return Err((
            "within_minutes",
            format!("{minutes} minutes is not a walk"),
            "Write a number above 0 and at most 240".to_owned(),
        ));
    }
    let kinds: Vec<String> = match &section.kinds {
        OneOrMany::One(kind) => vec![kind.clone()],
        OneOrMany::Many(kinds) => kinds.clone(),
    };
    if kinds.is_empty() {
        return Err(("kinds", "The list of kinds is empty".to_owned(), "Name at least one kind of asset".to_owned()));
    }
    let open_after = match &section.open_after {
        None => None,
        Some(written) => Some(NaiveTime::parse_from_str(written.trim(), "%H:%M").map_err(|_| {
            ("open_after", format!("\"{written}\" is not a time of day"), "Write it as \"17:00\"".to_owned())
        })?),
    };
    let days = match &section.days {
        None if section.over.is_some() => more::EVERY_DAY.to_vec(),
        None => more::EVERY_DAY[..5].to_vec(),
        Some(written) => {
            let mut days = written.iter().map(|day| weekday(day)).collect::<Result<Vec<_>, _>>()?;
            days.sort_by_key(Weekday::num_days_from_monday);
            days.dedup();
            days
        }
    };
    let date = match &section.date {
        None => given.date,
        Some(written) => crate::read::parse_date(written)
            .ok_or_else(|| ("date", format!("\"{written}\" is not a day"), "Write it as \"2024-06-30\"".to_owned()))?,
    };
    let transit = journey::read(section, date, given)?;
    let more = more::read(section, (date, &days))?;
    let by = transit.as_ref().map_or(String::new(), journey::title);
    let made = || title(&kinds, (minutes, &by), open_after, section.step_free) + &more.title();
    let title = section.title.clone().unwrap_or_else(made);
    let within = Seconds::from_minutes(minutes);
    Ok(Standard {
        key: section.key.clone(),
        title,
        kinds,
        within,
        open_after,
        days,
        step_free: section.step_free,
        date,
        transit,
        nth: more.nth,
        places: more.places,
        over: more.over,
    })
}

fn weekday(written: &str) -> Result<Weekday, Fault> {
    match written {
        "Mo" => Ok(Weekday::Mon),
        "Tu" => Ok(Weekday::Tue),
        "We" => Ok(Weekday::Wed),
        "Th" => Ok(Weekday::Thu),
        "Fr" => Ok(Weekday::Fri),
        "Sa" => Ok(Weekday::Sat),
        "Su" => Ok(Weekday::Sun),
        _ => Err(("days", format!("\"{written}\" is not a day"), "Write Mo, Tu, We, Th, Fr, Sa or Su".to_owned())),
    }
}

/// "Library or community hub within 15 minutes, open after 17:00, step-free".
fn title(kinds: &[String], (minutes, by): (f64, &str), open_after: Option<NaiveTime>, step_free: bool) -> String {
    let mut names: Vec<String> = kinds.iter().map(|kind| spoken(kind).to_lowercase()).collect();
    if let Some(first) = names.first_mut() {
        *first = spoken(first);
    }
    let mut title = format!("{} within {minutes} minutes{by}", names.join(" or "));
    if let Some(time) = open_after {
        title.push_str(&format!(", open after {}", time.format("%H:%M")));
    }
    if step_free {
        title.push_str(", step-free");
    }
    title
}

/// Kinds that no asset has: a slip of the pen is named, and a standard that nothing can satisfy is said to be one.
fn note_missing_kinds(standard: &Standard, assets: &[Asset], at: Where, issues: &mut Issues) {
    let present: BTreeSet<&str> = assets.iter().map(|asset| asset.kind.as_str()).collect();
    let missing: Vec<&str> = standard.kinds.iter().map(String::as_str).filter(|kind| !present.contains(kind)).collect();
    if missing.is_empty() {
        return;
    }
    let all = if missing.len() == standard.kinds.len() { ", so nobody can be covered by this standard" } else { "" };
    let problem = format!("No asset has the kind {}{all}", some_of(&missing));
    let meant: Vec<String> = missing
        .iter()
        .filter_map(|kind| {
            let proper = slug(kind, '_');
            let same = present.iter().find(|there| **there == proper).copied();
            let meant = same.or_else(|| nearest(kind, present.iter().copied()))?;
            Some(format!("\"{meant}\" for \"{kind}\""))
        })
        .collect();
    let meant = if meant.is_empty() { String::new() } else { format!("Did you mean {}? ", meant.join(", ")) };
    let there: Vec<&str> = present.into_iter().collect();
    let remedy = if there.is_empty() {
        "There are no assets; add an [[assets]] section".to_owned()
    } else {
        format!("{meant}The kinds there are: {}", there.join(", "))
    };
    issues.push(Issue::warning(Code::KindMissing, at, problem, remedy));
}

/// How many assets a standard about hours loses because nobody knows when they open.
fn note_unknown_hours(standard: &Standard, assets: &[Asset], at: Where, issues: &mut Issues) {
    if standard.open_after.is_none() && standard.over.is_none() {
        return;
    }
    let of_kind: Vec<&Asset> = assets
        .iter()
        .filter(|asset| standard.kinds.contains(&asset.kind) && asset.status != AssetStatus::Closed)
        .filter(|asset| asset.closes_on.is_none_or(|last| last >= standard.date))
        .collect();
    let unreadable = of_kind.iter().filter_map(|asset| match &asset.opening {
        Opening::Unreadable(words) => Some(words.as_str()),
        _ => None,
    });
    let unreadable: Vec<&str> = unreadable.collect();
    // Of what nobody said when it opens, nobody said either that it comes only now and then.
    let unsaid =
        of_kind.iter().filter(|asset| asset.opening == Opening::Unknown && standard.open_after.is_some()).count();
    if unsaid + unreadable.len() == 0 {
        return;
    }
    let mut why = Vec::new();
    if unsaid > 0 {
        why.push(format!("of {unsaid} nobody says when they open"));
    }
    if let Some(first) = unreadable.first() {
        why.push(format!("the hours of {} cannot be understood, such as \"{first}\"", unreadable.len()));
    }
    let lost = unsaid + unreadable.len();
    let when =
        standard.open_after.map_or_else(|| "at all".to_owned(), |after| format!("after {}", after.format("%H:%M")));
    let problem = format!(
        "{lost} of the {} assets of these kinds {}, not known to be open {when}: {}",
        of_kind.len(),
        if lost == 1 { "does not count" } else { "do not count" },
        why.join("; ")
    );
    let remedy = "Give them times, such as \"Mo-Fr 09:00-17:00; Sa 10:00-13:00\"; words like \"AM & PM\" name none";
    issues.push(Issue::warning(Code::HoursUnknown, at, problem, remedy));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(extra: &str) -> (Vec<Standard>, Vec<Issue>) {
        let text = format!("key = \"late-library\"\nkinds = \"library\"\n{extra}");
        let section: StandardSection = toml::from_str(&text).expect("a section");
        let mut issues = Issues::default();
        let date = NaiveDate::from_ymd_opt(2024, 6, 30).expect("a day");
        let given = Given { assets: &[], date, transit: None, running: &[] };
        (read(&[section], &given, &mut issues), issues.into_sorted())
    }

    #[test]
    fn a_title_is_made_from_the_rest() {
        let (standards, issues) = check("within_minutes = 15\nopen_after = \"17:00\"\nstep_free = true");
        assert_eq!(standards[0].title, "Library within 15 minutes, open after 17:00, step-free");
        assert_eq!(standards[0].days.len(), 5);
        assert_eq!(issues[0].code, "kind-missing");
    }

    #[test]
    fn a_standard_that_cannot_be_meant_is_refused_with_the_remedy() {
        for extra in [
            "within_minutes = 0",
            "within_minutes = 1200",
            "within_minutes = 15\nopen_after = \"5pm\"",
            "within_minutes = 15\ndays = [\"Monday\"]",
            "within_minutes = 15\ndate = \"soon\"",
            "within_minutes = 15\nby = \"walk+transit\"\nwindow = \"09:30-11:30\"",
        ] {
            let (standards, issues) = check(extra);
            assert!(standards.is_empty(), "{extra}");
            assert_eq!(issues[0].code, "standard-invalid", "{extra}");
        }
    }
}
