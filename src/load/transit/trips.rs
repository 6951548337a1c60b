//! Which ways vehicles go, when they call where, and how often.

use super::files::Files;
use super::rows::{Kind, NAMELESS, Odd, Rows, time};
use crate::place::{Code, Issue};
use crate::transit::{Call, Trip};
use std::collections::HashMap;

const ROW: Code = Code::TimetableRow;
const TIMES: Code = Code::TimetableTimes;
const ASK: &str = "Ask the publisher; until then these trips, or these rows, do not run here";
const TWICE: Kind =
    Kind::warning(ROW, "A trip of this name stands above; the first counts", "Give each trip its own trip_id");
const NO_SERVICE: Kind = Kind::warning(ROW, "The service is in no calendar, so the trip never runs", ASK);
const NO_TRIP: Kind = Kind::warning(ROW, "The trip is not in trips.txt; the row is left out", ASK);
const NO_STOP: Kind = Kind::warning(ROW, "The stop is not in stops.txt; the vehicle passes it", ASK);
const SEQUENCE: Kind =
    Kind::warning(ROW, "Stop_sequence is no whole number, or stands twice in a trip; the trip is left out", ASK);
const TIME: Kind = Kind::warning(TIMES, "No time such as 07:05:00 or 25:10:00; the trip is left out", ASK);
const BACK: Kind = Kind::warning(TIMES, "Earlier than the time before it; the trip is left out", ASK);
const ENDS: Kind = Kind::warning(TIMES, "The first or the last stop of a trip has no time; the trip is left out", ASK);
const SHORT: Kind = Kind::warning(TIMES, "A trip with fewer than two stops; it goes nowhere and is left out", ASK);
const BETWEEN: Kind = Kind::note(
    Code::TimetableInterpolated,
    "No time; it is spread evenly by stops between the times before and after, as the format has it",
    "Nothing needs doing; a publisher's own times would be better",
);
const BY_CALL: Kind = Kind::note(ROW, "To be asked for beforehand; taken as an ordinary stop", "Nothing needs doing");
const HEADWAY: Kind = Kind::warning(
    Code::TimetableFrequency,
    "No headway of ten seconds or more, or no times from and to, the first before the last (after midnight it is 24:30:00); the \
     row is left out",
    ASK,
);
const INEXACT: Kind = Kind::note(
    Code::TimetableFrequency,
    "A headway without exact times; taken to leave at start_time and every headway after it",
    "Nothing needs doing; the waits are those of a timetable, not of chance",
);

/// A row of stop_times.txt.
struct Row {
    sequence: u32,
    line: u64,
    stop: Option<u32>,
    arrival: Option<i32>,
    departure: Option<i32>,
    board: bool,
    alight: bool,
}

/// A trip while it is read; `None` in place of its rows once something forbids it.
struct Draft {
    service: u32,
    /// Its line in trips.txt.
    line: u64,
    step_free: bool,
    rows: Option<Vec<Row>>,
}

/// Everything that runs, headways written out.
pub(super) fn read(
    files: &Files,
    stops: &HashMap<String, u32>,
    services: &HashMap<String, u32>,
    odd: &mut Odd,
) -> Result<Vec<Trip>, Issue> {
    let (mut drafts, numbers) = drafts(files, services, odd)?;
    let text = files.needed("stop_times.txt")?;
    let needed = ["trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time"];
    let mut rows = Rows::new(&text, files.at("stop_times.txt"), &needed)?;
    let columns = needed.map(|title| rows.column(title));
    let (pick_up, drop_off) = (rows.column("pickup_type"), rows.column("drop_off_type"));
    while rows.next(odd) {
        let [trip, stop, sequence, arrival, departure] = columns.map(|column| rows.cell(column));
        let Some(&number) = numbers.get(trip) else {
            odd.add(NO_TRIP, (&rows.file, rows.row(), "trip_id"), trip);
            continue;
        };
        let draft: &mut Draft = &mut drafts[number as usize];
        let at = |field| (rows.file.as_str(), rows.row(), field);
        let Ok(sequence) = sequence.parse::<u32>() else {
            odd.add(SEQUENCE, at("stop_sequence"), sequence);
            draft.rows = None;
            continue;
        };
        let mut read = |written: &str, field| match written {
            "" => Some(None),
            _ => time(written).map(Some).or_else(|| {
                odd.add(TIME, at(field), written);
                None
            }),
        };
        let times = read(arrival, "arrival_time").zip(read(departure, "departure_time"));
        let Some((arrival, departure)) = times else {
            draft.rows = None;
            continue;
        };
        let known = stops.get(stop).copied();
        if known.is_none() {
            odd.add(NO_STOP, at("stop_id"), stop);
        }
        let mut may = |column, field| match rows.cell(column) {
            "1" => false,
            "2" | "3" => {
                odd.add(BY_CALL, at(field), rows.cell(column));
                true
            }
            _ => true,
        };
        let (board, alight) = (may(pick_up, "pickup_type"), may(drop_off, "drop_off_type"));
        if let Some(of_trip) = &mut draft.rows {
            of_trip.push(Row { sequence, line: rows.row(), stop: known, arrival, departure, board, alight });
        }
    }
    let file = rows.file.clone();
    let trips = files.at("trips.txt");
    let made = drafts.into_iter().map(|draft| finished(draft, (&file, &trips), odd)).collect();
    every_headway(files, made, &numbers, odd)
}

fn drafts(
    files: &Files,
    services: &HashMap<String, u32>,
    odd: &mut Odd,
) -> Result<(Vec<Draft>, HashMap<String, u32>), Issue> {
    let text = files.needed("trips.txt")?;
    let mut rows = Rows::new(&text, files.at("trips.txt"), &["trip_id", "service_id"])?;
    let (mut drafts, mut numbers) = (Vec::new(), HashMap::new());
    while rows.next(odd) {
        let (key, service) = (rows.of("trip_id"), rows.of("service_id"));
        if key.is_empty() {
            odd.add(NAMELESS, (&rows.file, rows.row(), "trip_id"), rows.of("route_id"));
            continue;
        }
        if numbers.contains_key(key) {
            odd.add(TWICE, (&rows.file, rows.row(), "trip_id"), key);
            continue;
        }
        numbers.insert(key.to_owned(), drafts.len() as u32);
        let known = services.get(service).copied();
        if known.is_none() {
            odd.add(NO_SERVICE, (&rows.file, rows.row(), "service_id"), service);
        }
        let step_free = rows.of("wheelchair_accessible") == "1";
        let service = known.unwrap_or(u32::MAX);
        drafts.push(Draft { service, line: rows.row(), step_free, rows: Some(Vec::new()) });
    }
    Ok((drafts, numbers))
}

/// A trip with all its times, if it has them.
fn finished(draft: Draft, (file, trips): (&str, &str), odd: &mut Odd) -> Option<Trip> {
    let mut rows = draft.rows?;
    rows.sort_by_key(|row| row.sequence);
    if let Some(pair) = rows.windows(2).find(|pair| pair[0].sequence == pair[1].sequence) {
        odd.add(SEQUENCE, (file, pair[1].line, "stop_sequence"), &pair[1].sequence.to_string());
        return None;
    }
    let (Some(first), Some(last), 2..) = (rows.first(), rows.last(), rows.len()) else {
        match rows.first() {
            Some(row) => odd.add(SHORT, (file, row.line, "trip_id"), ""),
            None => odd.add(SHORT, (trips, draft.line, "trip_id"), ""),
        }
        return None;
    };
    for end in [first, last] {
        if end.arrival.or(end.departure).is_none() {
            odd.add(ENDS, (file, end.line, "arrival_time"), "");
            return None;
        }
    }
    let mut latest = i32::MIN;
    for row in &mut rows {
        (row.arrival, row.departure) = (row.arrival.or(row.departure), row.departure.or(row.arrival));
        for time in [row.arrival, row.departure].into_iter().flatten() {
            if time < latest {
                odd.add(BACK, (file, row.line, "arrival_time"), &clock(time));
                return None;
            }
            latest = time;
        }
    }
    fill(&mut rows, file, odd);
    let call = |row: &Row| {
        let (stop, arrival, departure) = (row.stop?, row.arrival?, row.departure?);
        Some(Call { stop, arrival, departure, board: row.board, alight: row.alight })
    };
    let calls: Vec<Call> = rows.iter().filter_map(call).collect();
    (calls.len() > 1).then_some(Trip { service: draft.service, step_free: draft.step_free, calls })
}

/// Spreads what has no time evenly between what has.
fn fill(rows: &mut [Row], file: &str, odd: &mut Odd) {
    let mut known = 0;
    for next in 1..rows.len() {
        let Some(until) = rows[next].arrival else { continue };
        let from = rows[known].departure.unwrap_or(until);
        let steps = (next - known) as i64;
        for (part, row) in (1_i64..).zip(&mut rows[known + 1..next]) {
            let time = Some(from + (i64::from(until - from) * part / steps) as i32);
            (row.arrival, row.departure) = (time, time);
            odd.add(BETWEEN, (file, row.line, "arrival_time"), "");
        }
        known = next;
    }
}

/// Trips that frequencies.txt repeats are written out once for each departure; the others stay.
fn every_headway(
    files: &Files,
    trips: Vec<Option<Trip>>,
    numbers: &HashMap<String, u32>,
    odd: &mut Odd,
) -> Result<Vec<Trip>, Issue> {
    let Some(text) = files.text("frequencies.txt")? else { return Ok(trips.into_iter().flatten().collect()) };
    let needed = ["trip_id", "start_time", "end_time", "headway_secs"];
    let mut rows = Rows::new(&text, files.at("frequencies.txt"), &needed)?;
    let mut is_repeated = vec![false; trips.len()];
    let mut written_out = Vec::new();
    while rows.next(odd) {
        let key = rows.of("trip_id");
        let Some(&number) = numbers.get(key) else {
            odd.add(NO_TRIP, (&rows.file, rows.row(), "trip_id"), key);
            continue;
        };
        is_repeated[number as usize] = true;
        let (start, end) = (time(rows.of("start_time")), time(rows.of("end_time")));
        let headway = rows.of("headway_secs").parse::<i32>().ok().filter(|headway| *headway >= 10);
        let span = start.zip(end).filter(|(start, end)| start < end);
        let Some(((start, end), headway)) = span.zip(headway) else {
            odd.add(HEADWAY, (&rows.file, rows.row(), "headway_secs"), rows.of("headway_secs"));
            continue;
        };
        if rows.of("exact_times") != "1" {
            odd.add(INEXACT, (&rows.file, rows.row(), "exact_times"), rows.of("exact_times"));
        }
        let Some(trip) = &trips[number as usize] else { continue };
        let first = trip.calls.first().map_or(0, |call| call.departure);
        let mut leaves = start;
        while leaves < end {
            written_out.push(trip.later(leaves - first));
            leaves += headway;
        }
    }
    let once = trips.into_iter().zip(is_repeated).filter(|(_, repeated)| !repeated).filter_map(|(trip, _)| trip);
    Ok(once.chain(written_out).collect())
}

fn clock(seconds: i32) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
