//! Timetables in the GTFS format become a [`Timetable`] and the places of its stops.
//!
//! *Why a reader of our own.* The readers there are stop at the first odd row or pass it over in silence; here each kind
//! of oddity is an issue with file, row, field and remedy, and the rest is read.

mod calendar;
mod files;
pub(super) mod of_place;
mod rows;
mod stops;
mod trips;

pub use stops::Stop;

use crate::place::{Code, Issue, Issues, Where};
use crate::transit::Timetable;
use files::Files;
use rows::{Kind, Odd, Rows};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use stops::Stops;

/// A timetable and where its stops are.
#[derive(Debug, Clone, PartialEq)]
pub struct Feed {
    /// In the order of the file: their numbers are those of the timetable.
    pub stops: Vec<Stop>,
    /// What runs.
    pub timetable: Timetable,
}

const NEVER: Kind = Kind::warning(
    Code::TimetableNeverRuns,
    "Trips have a service that runs on no day",
    "Look at calendar.txt and calendar_dates.txt: these trips are in no answer",
);
const TRANSFER: Kind = Kind::note(
    Code::TimetableRow,
    "A change from one vehicle or line to another, or within a vehicle, is not read; changes are as between other stops",
    "Nothing needs doing",
);
const TRANSFER_ODD: Kind = Kind::warning(
    Code::TimetableRow,
    "No kind of change that is known, no whole seconds, or a stop that is not in stops.txt; left out",
    "Ask the publisher how long the change takes",
);

/// What runs, when and from where, by the timetable in a folder or a zip?
///
/// `path` is the folder or zip and `shown` its name in messages.
///
/// # Errors
/// One issue, when a file is missing or unreadable, or nothing in it ever runs.
pub fn read(path: &Path, shown: &str, issues: &mut Issues) -> Result<Feed, Issue> {
    let files = Files::open(path, shown, issues)?;
    let mut odd = Odd::default();
    let read = all(&files, &mut odd);
    odd.tell(issues);
    let transit = read?;
    if transit.timetable.days().is_empty() {
        let problem = "No trip of the timetable runs on any day";
        let remedy = "Fetch a timetable that is in force; the other issues of this file say what is wrong with it";
        return Err(Issue::error(Code::TimetableEmpty, Where::file(shown), problem, remedy));
    }
    Ok(transit)
}

fn all(files: &Files, odd: &mut Odd) -> Result<Feed, Issue> {
    let stops = stops::read(files, odd)?;
    let services = calendar::read(files, odd)?;
    let mut trips = trips::read(files, &stops.numbers, &services.numbers, odd)?;
    trips.retain(|trip| (trip.service as usize) < services.all.len());
    let used: BTreeSet<u32> = trips.iter().map(|trip| trip.service).collect();
    let mut idle: Vec<(&String, u32)> = services.numbers.iter().map(|(key, number)| (key, *number)).collect();
    idle.retain(|(_, number)| used.contains(number) && services.all[*number as usize].days.is_empty());
    idle.sort_by_key(|(_, number)| *number);
    for (name, number) in idle {
        let (file, row) = &services.named[number as usize];
        odd.add(NEVER, (file, *row, "service_id"), name);
    }
    // Nobody gets on or off where nobody knows where that is.
    for call in trips.iter_mut().flat_map(|trip| &mut trip.calls) {
        let is_somewhere = stops.all[call.stop as usize].at.is_some();
        call.board &= is_somewhere;
        call.alight &= is_somewhere;
    }
    let changes = changes(files, &stops, odd)?;
    let step_free_stops = stops.all.iter().map(|stop| stop.step_free).collect();
    Ok(Feed { stops: stops.all, timetable: Timetable { step_free_stops, services: services.all, trips, changes } })
}

type Changes = BTreeMap<(u32, u32), Option<u32>>;

/// What the timetable says of changes. Said of a station, it holds for each of its stops, unless the stop has its own word.
fn changes(files: &Files, stops: &Stops, odd: &mut Odd) -> Result<Changes, Issue> {
    let mut changes = Changes::new();
    let Some(text) = files.text("transfers.txt")? else { return Ok(changes) };
    let mut rows = Rows::new(&text, files.at("transfers.txt"), &["from_stop_id", "to_stop_id"])?;
    let mut said: Vec<((u32, u32), Option<u32>)> = Vec::new();
    while rows.next(odd) {
        let special = ["from_trip_id", "to_trip_id", "from_route_id", "to_route_id"];
        let kind = rows.of("transfer_type");
        if matches!(kind, "4" | "5") || special.iter().any(|title| !rows.of(title).is_empty()) {
            odd.add(TRANSFER, (&rows.file, rows.row(), "transfer_type"), kind);
            continue;
        }
        let number = |title| stops.numbers.get(rows.of(title)).copied();
        let pair = number("from_stop_id").zip(number("to_stop_id"));
        let least = match (kind, rows.of("min_transfer_time")) {
            ("3", _) => Some(None),
            ("" | "0" | "1", "") => continue,
            ("" | "0" | "1" | "2", seconds) => seconds.parse::<u32>().ok().filter(|s| *s <= 86_400).map(Some),
            _ => None,
        };
        match pair.zip(least) {
            Some(known) => said.push(known),
            None => odd.add(TRANSFER_ODD, (&rows.file, rows.row(), "transfer_type"), kind),
        }
    }
    let stops_of = |stop: u32| stops.of_station.get(&stop).map_or_else(|| vec![stop], Clone::clone);
    let is_of_stations =
        |pair: &(u32, u32)| [pair.0, pair.1].iter().filter(|n| stops.of_station.contains_key(n)).count();
    // The less a row is about stations, the more it is meant for the very stops.
    said.sort_by_key(|(pair, _)| std::cmp::Reverse(is_of_stations(pair)));
    for ((from, to), least) in said {
        for from in stops_of(from) {
            changes.extend(stops_of(to).into_iter().map(|to| ((from, to), least)));
        }
    }
    Ok(changes)
}

#[cfg(test)]
#[path = "transit_tests.rs"]
mod tests;
