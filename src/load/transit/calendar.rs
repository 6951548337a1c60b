//! On which days services run: the weekly calendar, and its exceptions.

use super::files::Files;
use super::rows::{Kind, NAMELESS, Odd, Rows, day};
use crate::place::{Code, Issue, Where};
use crate::transit::Service;
use chrono::{Datelike, NaiveDate};
use std::collections::HashMap;

/// The longest a calendar may be: nobody plans buses for more than ten years.
const MOST_DAYS: i64 = 3660;

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

const UNREADABLE: Kind = Kind::warning(
    Code::TimetableRow,
    "No day such as 20240630, a last day before the first, or more than ten years; left out",
    "Ask the publisher; trips of this service may be missing",
);
const UNKNOWN_EXCEPTION: Kind = Kind::warning(
    Code::TimetableRow,
    "Neither 1 (runs as well) nor 2 (does not run); left out",
    "Ask the publisher whether the service runs on that day",
);
const FLAG: Kind = Kind::warning(
    Code::TimetableRow,
    "Neither 0 nor 1 under a day of the week; taken as not running",
    "Ask the publisher whether the service runs on these days",
);

const TWICE: Kind = Kind::warning(
    Code::TimetableRow,
    "A service of this name stands above; the days of both count",
    "Give each service its own service_id, or ask the publisher which row is meant",
);
const BOTH: Kind = Kind::warning(
    Code::TimetableRow,
    "The service runs on this day by one row and does not by another; the last row counts",
    "Ask the publisher whether the service runs on that day",
);

/// The services by their names.
#[derive(Debug, Default)]
pub(super) struct Services {
    pub(super) all: Vec<Service>,
    pub(super) numbers: HashMap<String, u32>,
    /// For each, the file and the row that name it first.
    pub(super) named: Vec<(String, u64)>,
}

/// Which services are there, and on which days?
pub(super) fn read(files: &Files, odd: &mut Odd) -> Result<Services, Issue> {
    let mut services = Services::default();
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
            let before = services.all.len();
            let service = services.of(&rows, odd);
            if let Some(service) = service {
                if services.all.len() == before {
                    odd.add(TWICE, (&rows.file, rows.row(), "service_id"), rows.of("service_id"));
                }
                week(&rows, &mut services.all[service], odd);
            }
        }
    }
    if let Some(text) = dates {
        let needed = ["service_id", "date", "exception_type"];
        let mut rows = Rows::new(&text, files.at("calendar_dates.txt"), &needed)?;
        let mut said = HashMap::new();
        while rows.next(odd) {
            let Some(service) = services.of(&rows, odd) else { continue };
            let exception = exception(&rows, &mut services.all[service], odd);
            let before = exception.and_then(|(day, runs)| Some((said.insert((service, day), runs)?, runs)));
            if before.is_some_and(|(before, runs)| before != runs) {
                odd.add(BOTH, (&rows.file, rows.row(), "exception_type"), rows.of("service_id"));
            }
        }
    }
    Ok(services)
}

impl Services {
    /// The number of the service that a row is about; `None` where it names none.
    fn of(&mut self, rows: &Rows<'_>, odd: &mut Odd) -> Option<usize> {
        let name = rows.of("service_id");
        if name.is_empty() {
            odd.add(NAMELESS, (&rows.file, rows.row(), "service_id"), name);
            return None;
        }
        let next = self.all.len();
        let number = *self.numbers.entry(name.to_owned()).or_insert(next as u32) as usize;
        if number == next {
            self.all.push(Service::default());
            self.named.push((rows.file.clone(), rows.row()));
        }
        Some(number)
    }
}

fn week(rows: &Rows<'_>, service: &mut Service, odd: &mut Odd) {
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

/// The day of a row and whether the service runs on it; `None` where the row does not say.
fn exception(rows: &Rows<'_>, service: &mut Service, odd: &mut Odd) -> Option<(NaiveDate, bool)> {
    let written = rows.of("date");
    let Some(day) = day(written) else {
        odd.add(UNREADABLE, (&rows.file, rows.row(), "date"), written);
        return None;
    };
    match rows.of("exception_type") {
        "1" => service.days.insert(day),
        "2" => service.days.remove(&day),
        other => {
            odd.add(UNKNOWN_EXCEPTION, (&rows.file, rows.row(), "exception_type"), other);
            return None;
        }
    };
    Some((day, rows.of("exception_type") == "1"))
}
