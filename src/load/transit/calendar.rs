//! On which days services run: the weekly calendar, and its exceptions.

use super::files::Files;
use super::rows::{Kind, Odd, Rows, day};
use crate::place::{Code, Issue, Where};
use crate::transit::Service;
use chrono::{Datelike, NaiveDate};
use std::collections::HashMap;

/// The longest a calendar may be: nobody plans buses for more than ten years.
const MOST_DAYS: i64 = 3660;

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

const UNREADABLE: Kind = Kind::warning(
    Code::TimetableRow,
    "no day such as 20240630, a last day before the first, or more than ten years; left out",
    "Ask the publisher; trips of this service may be missing",
);
const UNKNOWN_EXCEPTION: Kind = Kind::warning(
    Code::TimetableRow,
    "neither 1 (runs as well) nor 2 (does not run); left out",
    "Ask the publisher whether the service runs on that day",
);
const FLAG: Kind = Kind::warning(
    Code::TimetableRow,
    "neither 0 nor 1 under a day of the week; taken as not running",
    "Ask the publisher whether the service runs on these days",
);

/// The services by their names.
pub(super) type Services = (Vec<Service>, HashMap<String, u32>);

/// Which services are there, and on which days?
pub(super) fn read(files: &Files, odd: &mut Odd) -> Result<Services, Issue> {
    let mut services: Services = Default::default();
    let weekly = files.text("calendar.txt")?;
    let dates = files.text("calendar_dates.txt")?;
    if weekly.is_none() && dates.is_none() {
        let problem = "The timetable has neither calendar.txt nor calendar_dates.txt";
        let remedy = "Fetch the timetable again, whole: nothing says on which days its buses run";
        return Err(Issue::error(Code::TimetableFile, Where::file(files.at("calendar.txt")), problem, remedy));
    }
    if let Some(text) = weekly {
        let mut rows = Rows::new(&text, files.at("calendar.txt"), &["service_id", "start_date", "end_date"])?;
        while rows.next(odd) {
            week(&rows, &mut services, odd);
        }
    }
    if let Some(text) = dates {
        let needed = ["service_id", "date", "exception_type"];
        let mut rows = Rows::new(&text, files.at("calendar_dates.txt"), &needed)?;
        while rows.next(odd) {
            exception(&rows, &mut services, odd);
        }
    }
    Ok(services)
}

fn named<'s>(services: &'s mut Services, name: &str) -> &'s mut Service {
    let next = services.0.len();
    let number = *services.1.entry(name.to_owned()).or_insert(next as u32) as usize;
    if number == next {
        services.0.push(Service::default());
    }
    &mut services.0[number]
}

fn week(rows: &Rows<'_>, services: &mut Services, odd: &mut Odd) {
    let service = named(services, rows.of("service_id"));
    let (first, last) = (day(rows.of("start_date")), day(rows.of("end_date")));
    let span = first.zip(last).filter(|(first, last)| (0..=MOST_DAYS).contains(&(*last - *first).num_days()));
    let Some((first, last)) = span else {
        let written = format!("{} to {}", rows.of("start_date"), rows.of("end_date"));
        return odd.add(UNREADABLE, (&rows.file, rows.row(), "start_date"), &written);
    };
    let mut runs = [false; 7];
    for (runs, name) in runs.iter_mut().zip(DAYS) {
        match rows.of(name) {
            "1" => *runs = true,
            "0" => {}
            other => odd.add(FLAG, (&rows.file, rows.row(), name), other),
        }
    }
    let on = |day: &NaiveDate| runs[day.weekday().num_days_from_monday() as usize];
    service.days.extend(first.iter_days().take_while(|day| *day <= last).filter(on));
}

fn exception(rows: &Rows<'_>, services: &mut Services, odd: &mut Odd) {
    let written = rows.of("date");
    let service = named(services, rows.of("service_id"));
    let Some(day) = day(written) else {
        return odd.add(UNREADABLE, (&rows.file, rows.row(), "date"), written);
    };
    match rows.of("exception_type") {
        "1" => {
            service.days.insert(day);
        }
        "2" => {
            service.days.remove(&day);
        }
        other => odd.add(UNKNOWN_EXCEPTION, (&rows.file, rows.row(), "exception_type"), other),
    }
}
