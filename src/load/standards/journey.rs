//! Of a standard by bus and on foot: when people set out, what is asked of the way, and whether anything runs then.

use super::{Fault, Given};
use crate::load::manifest::StandardSection;
use crate::place::{Code, Issue, Issues, Journey, Standard, WayBack, Where, clock};
use crate::units::Seconds;
use chrono::{Datelike, Days, NaiveDate, Weekday};
use std::collections::BTreeSet;

/// Changes where nothing is said: three vehicles are what people put up with, and what planners' tools search.
const CHANGES: u32 = 2;

/// More changes than anybody makes within a few hours.
const MOST_CHANGES: u32 = 4;

/// The longest walk to or from a stop where nothing is said, in minutes: 1.6 km at the usual speed, four times the
/// 400 m at which planners call a stop near. Set lower, people at the edge of a village have no bus; set higher, all
/// takes longer and hardly anybody more arrives.
const WALK_MINUTES: f64 = 20.0;

/// How long people stay where nothing is said, in minutes.
const STAY_MINUTES: f64 = 60.0;

/// Nobody sets out longer before they are to be there, in seconds: as long as any standard may last.
const LONGEST: i32 = 4 * 3600;

const ARRIVE: &str = "Write it as \"10:00\", or with days as \"Tu 10:00\" or \"Mo-Fr 10:00\"";

const WINDOW: &str = "Write it as \"09:30-11:30\", or with days as \"Tu 09:30-11:30\" or \"Mo-Fr 09:30-11:30\"";

/// What a section says of the journey; `None` where the standard is on foot alone.
pub(super) fn read(section: &StandardSection, date: NaiveDate, given: &Given<'_>) -> Result<Option<Journey>, Fault> {
    match section.by.as_deref().map(str::trim) {
        None | Some("walk") => return only_on_foot(section).map(|()| None),
        Some("walk+transit") => {}
        Some(other) => {
            let remedy = "Write \"walk\", or \"walk+transit\" for on foot or by bus, whichever is sooner".to_owned();
            return Err(("by", format!("\"{other}\" is no way of travelling that is known"), remedy));
        }
    }
    if given.transit.is_none() {
        let remedy = match given.running.first() {
            None => "Add a [[transit]] section with the file of a GTFS timetable, or write by = \"walk\"".to_owned(),
            Some(one) => format!("Mend {}: its own error says what is wrong with it", one.file),
        };
        return Err(("by", "The place has no timetable that can be read".to_owned(), remedy));
    }
    let When { days, from, to, arrive_by } = when(section, date)?;
    let changes = section.changes.unwrap_or(CHANGES);
    if changes > MOST_CHANGES {
        let remedy = format!("Write a number from 0 to {MOST_CHANGES}");
        return Err(("changes", format!("{changes} changes are more than anybody makes"), remedy));
    }
    let walk = minutes(section.walk_minutes, WALK_MINUTES, ("walk_minutes", 120.0))?;
    let back = way_back(section, arrive_by.unwrap_or(to))?;
    Ok(Some(Journey { days, from, to, arrive_by, changes: changes as usize, walk, back }))
}

/// When people set out, or are to be there.
struct When {
    days: Vec<NaiveDate>,
    from: i32,
    to: i32,
    arrive_by: Option<i32>,
}

fn when(section: &StandardSection, date: NaiveDate) -> Result<When, Fault> {
    match (&section.window, &section.arrive_by) {
        (None, None) => {
            let problem = "Nothing says when people set out, or by when they are to be there".to_owned();
            Err(("window", problem, format!("{WINDOW}; or write arrive_by = \"10:00\"")))
        }
        (Some(_), Some(_)) => {
            let problem = "Both a window and arrive_by are said".to_owned();
            Err(("arrive_by", problem, "Leave one of them out, or write two standards".to_owned()))
        }
        (Some(written), None) => {
            let (days, from, to) = window(written, date)
                .ok_or_else(|| ("window", format!("\"{written}\" is no window of time"), WINDOW.to_owned()))?;
            Ok(When { days, from, to, arrive_by: None })
        }
        (None, Some(written)) => {
            let (days, by) = moment(written, date)
                .ok_or_else(|| ("arrive_by", format!("\"{written}\" is not a time of day"), ARRIVE.to_owned()))?;
            Ok(When { days, from: (by - LONGEST).max(0), to: by + 1, arrive_by: Some(by) })
        }
    }
}

/// The days and the time of `Tu 10:00`.
fn moment(written: &str, date: NaiveDate) -> Option<(Vec<NaiveDate>, i32)> {
    let plain = written.trim();
    let (days, time) = plain.rsplit_once(char::is_whitespace).unwrap_or(("", plain));
    let by = self::time(time)?;
    let days = if days.trim().is_empty() { vec![date] } else { week_days(days.trim(), date)? };
    (by > 0 && !days.is_empty()).then_some((days, by))
}

fn way_back(section: &StandardSection, to: i32) -> Result<Option<WayBack>, Fault> {
    let stay = minutes(section.stay_minutes, STAY_MINUTES, ("stay_minutes", 1440.0))?;
    let Some(written) = &section.back_by else {
        if section.stay_minutes.is_some() {
            let problem = "stay_minutes is said, and not by when one must be back".to_owned();
            return Err(("stay_minutes", problem, "Add back_by = \"13:00\", or leave stay_minutes out".to_owned()));
        }
        return Ok(None);
    };
    let by = time(written.trim()).ok_or_else(|| {
        ("back_by", format!("\"{written}\" is not a time of day"), "Write it as \"13:00\"".to_owned())
    })?;
    if by <= to {
        let problem = format!("One would have to be back by {written}, before {} or then", clock(to));
        return Err(("back_by", problem, "Write a time after the end of the window, or after arrive_by".to_owned()));
    }
    Ok(Some(WayBack { by, stay: stay.get() as i32 }))
}

fn minutes(written: Option<f64>, usual: f64, (field, most): (&'static str, f64)) -> Result<Seconds, Fault> {
    let minutes = written.unwrap_or(usual);
    if (0.0..=most).contains(&minutes) {
        return Ok(Seconds::new(Seconds::from_minutes(minutes).get().round()));
    }
    Err((field, format!("{minutes} minutes cannot be meant"), format!("Write a number from 0 to {most}")))
}

/// A key of journeys where nobody said that buses count is a slip, not a wish.
fn only_on_foot(section: &StandardSection) -> Result<(), Fault> {
    let said = [
        ("window", section.window.is_some()),
        ("arrive_by", section.arrive_by.is_some()),
        ("changes", section.changes.is_some()),
        ("walk_minutes", section.walk_minutes.is_some()),
        ("back_by", section.back_by.is_some()),
        ("stay_minutes", section.stay_minutes.is_some()),
    ];
    match said.into_iter().find(|(_, said)| *said) {
        None => Ok(()),
        Some((field, _)) => {
            let problem = format!("{field} is said of a standard that is on foot alone");
            Err((field, problem, "Add by = \"walk+transit\", or leave it out".to_owned()))
        }
    }
}

/// The days and the times of `Mo-Fr 09:30-11:30`: of the week that holds `date`, or `date` itself.
fn window(written: &str, date: NaiveDate) -> Option<(Vec<NaiveDate>, i32, i32)> {
    let plain = written.replace(['\u{2013}', '\u{2014}'], "-").replace(" - ", "-").replace(" to ", "-");
    let plain = plain.trim();
    let (days, times) = plain.rsplit_once(char::is_whitespace).unwrap_or(("", plain));
    let (from, to) = times.split_once('-')?;
    let (from, to) = (time(from.trim())?, time(to.trim())?);
    let days = days.trim();
    let days = if days.is_empty() { vec![date] } else { week_days(days, date)? };
    (from < to && !days.is_empty()).then_some((days, from, to))
}

fn week_days(words: &str, date: NaiveDate) -> Option<Vec<NaiveDate>> {
    let mut asked: BTreeSet<u32> = BTreeSet::new();
    for part in words.split([',', ' ']).map(str::trim).filter(|part| !part.is_empty()) {
        match part.to_lowercase().as_str() {
            "weekday" | "weekdays" => asked.extend(0..5),
            "weekend" | "weekends" => asked.extend(5..7),
            "daily" => asked.extend(0..7),
            other => {
                let (first, last) = other.split_once('-').unwrap_or((other, other));
                let (first, last) = (weekday(first)?, weekday(last)?);
                asked.extend((0..7).map(|n| (first + n) % 7).take_while(|day| *day != last).chain([last]));
            }
        }
    }
    let monday = date.checked_sub_days(Days::new(u64::from(date.weekday().num_days_from_monday())))?;
    asked.into_iter().map(|n| monday.checked_add_days(Days::new(u64::from(n)))).collect()
}

/// A day by its two letters, or more of them: `Tu`, `Tue`, `Tuesday`.
fn weekday(word: &str) -> Option<u32> {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let word = word.trim().trim_end_matches('.');
    let word = word.strip_suffix("days").map_or_else(|| word.to_owned(), |stem| format!("{stem}day"));
    NAMES.iter().position(|name| word.len() >= 2 && name.starts_with(&word)).map(|n| n as u32)
}

/// Seconds after midnight of `09:30`, up to 29:59 in the night after.
fn time(word: &str) -> Option<i32> {
    let (hours, minutes) = word.split_once(':')?;
    let number = |part: &str, most: i32| {
        let plain = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<i32>().ok().filter(|n| plain && *n <= most)
    };
    (minutes.len() == 2).then_some(())?;
    Some(number(hours, 29)? * 3600 + number(minutes, 59)? * 60)
}

/// What the title says after the minutes: " by bus and on foot, Tuesday 09:30-11:30, back by 13:00".
pub(super) fn title(journey: &Journey) -> String {
    let names: Vec<Weekday> = journey.days.iter().map(Datelike::weekday).collect();
    let days = match names.as_slice() {
        [one] => long_name(*one).to_owned(),
        [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri] => "weekdays".to_owned(),
        [Weekday::Sat, Weekday::Sun] => "at the weekend".to_owned(),
        several => several.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    let back = journey.back.map_or(String::new(), |back| format!(", back by {}", clock(back.by)));
    format!(" by bus and on foot, {days} {}{back}", journey.window())
}

const fn long_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

/// Whether something runs on every day that is asked about; else an error that names days on which it does. A timetable
/// that runs on none of them, beside one that does, is told as well.
pub(super) fn is_run(standard: &Standard, given: &Given<'_>, at: &dyn Fn(&str) -> Where, issues: &mut Issues) -> bool {
    let (Some(journey), Some(transit)) = (&standard.transit, given.transit) else { return true };
    let there: BTreeSet<NaiveDate> = given.running.iter().flat_map(|one| one.days.iter().copied()).collect();
    let without: Vec<NaiveDate> = journey.days.iter().copied().filter(|day| !there.contains(day)).collect();
    if let Some(first) = without.first() {
        let problem = format!("Nothing in the timetable runs on {}", listed(&without));
        let remedy = format!("Give a date on which it does ({}), or a timetable of that time", known(&there, *first));
        issues.push(Issue::error(Code::TimetableOutside, at("date"), problem, remedy));
        return false;
    }
    let readable = given.running.iter().filter(|one| !one.days.is_empty());
    for one in readable.filter(|one| journey.days.iter().all(|day| !one.days.contains(day))) {
        let problem = format!("Nothing in {} runs on {}, so none of its buses count", one.file, listed(&journey.days));
        let remedy = format!(
            "Give a date that all timetables cover ({}), or a newer one for this",
            known(&one.days, journey.days[0])
        );
        issues.push(Issue::warning(Code::TimetableOutside, at("date"), problem, remedy));
    }
    if standard.step_free && !transit.timetable.trips.iter().any(|trip| trip.step_free) {
        let problem = "No trip of the timetable is known to take a wheelchair, so step-free journeys are on foot alone";
        let remedy = "Ask the publisher for wheelchair_accessible in trips.txt and wheelchair_boarding in stops.txt";
        issues.push(Issue::warning(Code::TimetableStepFree, at("step_free"), problem, remedy));
    } else if standard.step_free && !transit.timetable.step_free_stops.contains(&true) {
        let problem = "No stop of the timetable is known to be step-free, so step-free journeys are on foot alone";
        let remedy = "Ask the publisher for wheelchair_boarding in stops.txt, or in the station of a stop";
        issues.push(Issue::warning(Code::TimetableStepFree, at("step_free"), problem, remedy));
    }
    true
}

/// Days in words, such as "Sun 2024-06-09": no more than a week of them is asked about.
fn listed(days: &[NaiveDate]) -> String {
    days.iter().map(|day| day.format("%a %Y-%m-%d").to_string()).collect::<Vec<_>>().join(", ")
}

/// How many days have services, from when to when, and those nearest to a day.
fn known(days: &BTreeSet<NaiveDate>, day: NaiveDate) -> String {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return "it has no services at all".to_owned() };
    let mut nearest: Vec<NaiveDate> = days.iter().copied().collect();
    nearest.sort_by_key(|known| ((*known - day).num_days().abs(), *known));
    nearest.truncate(3);
    nearest.sort_unstable();
    format!("it has services on {} days from {first} to {last}; the nearest: {}", days.len(), listed(&nearest))
}

#[cfg(test)]
#[path = "journey_tests.rs"]
mod tests;
