use super::*;
use crate::place::Severity;
use chrono::NaiveDate;
use std::io::{Cursor, Write};

const STOPS: &str = "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station,wheelchair_boarding\n\
    A,Alder Road,51.5,-3.0,0,,1\nB,Bridge,51.6,-3.0,,S,\nS,Station,51.61,-3.01,1,,1\nC,Corner,51.7,-3.0,0,,2\n";
const CALENDAR: &str = "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n\
    week,1,1,1,1,1,0,0,20240603,20240616\n";
const DATES: &str = "service_id,date,exception_type\nweek,20240604,2\nweek,20240608,1\n";
const TRIPS: &str = "route_id,service_id,trip_id,wheelchair_accessible\nr,week,one,1\n";
const TIMES: &str = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n\
    one,23:50:00,23:50:00,A,1\none,,,B,5\none,24:10:00,24:11:00,C,9\n";

type Parts<'a> = Vec<(&'a str, &'a str)>;

fn feed() -> Parts<'static> {
    vec![
        ("stops.txt", STOPS),
        ("calendar.txt", CALENDAR),
        ("calendar_dates.txt", DATES),
        ("trips.txt", TRIPS),
        ("stop_times.txt", TIMES),
    ]
}

/// The feed with another text for one file.
fn with<'a>(name: &'a str, text: &'a str) -> Parts<'a> {
    let mut parts: Parts<'a> = feed();
    parts.retain(|(known, _)| *known != name);
    parts.push((name, text));
    parts
}

fn without(name: &str) -> Parts<'static> {
    feed().into_iter().filter(|(known, _)| *known != name).collect()
}

fn zipped<'a>(parts: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
        zip.write_all(bytes).expect("written");
    }
    zip.finish().expect("a zip").into_inner()
}

fn read_zip(bytes: &[u8]) -> (Result<Feed, Issue>, Vec<Issue>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("buses.zip");
    std::fs::write(&path, bytes).expect("a file");
    let mut issues = Issues::default();
    let read = read(&path, "buses.zip", &mut issues);
    (read, issues.into_sorted())
}

fn read_parts(parts: &Parts<'_>) -> (Result<Feed, Issue>, Vec<Issue>) {
    read_zip(&zipped(parts.iter().map(|(name, text)| (*name, text.as_bytes()))))
}

fn codes(issues: &[Issue]) -> Vec<&'static str> {
    issues.iter().map(|issue| issue.code.word()).collect()
}

fn day(of_june: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 6, of_june).expect("a day")
}

#[test]
fn a_timetable_is_read_with_its_exceptions_its_night_and_its_missing_time() {
    let (read, issues) = read_parts(&feed());
    let transit = read.expect("a timetable");
    let calls = &transit.timetable.trips[0].calls;
    let times: Vec<(i32, i32)> = calls.iter().map(|call| (call.arrival, call.departure)).collect();
    assert_eq!(times, [(85_800, 85_800), (86_400, 86_400), (87_000, 87_060)], "half of the way, at midnight");
    let ran: Vec<u32> = (1..=30).filter(|n| transit.timetable.runs_on(day(*n))).collect();
    assert_eq!(ran, [3, 5, 6, 7, 8, 10, 11, 12, 13, 14], "not on the 4th, and on Saturday the 8th");
    let step_free: Vec<bool> = transit.stops.iter().map(|stop| stop.step_free).collect();
    assert_eq!(step_free, [true, true, true, false], "a stop of which nothing is said is as its station");
    assert_eq!(codes(&issues), ["timetable-interpolated"]);
    assert_eq!(issues[0].at.row, Some(3));
}

#[test]
fn a_folder_a_zip_in_a_zip_marks_and_line_ends_of_windows_give_the_same_timetable() {
    let plain = read_parts(&feed()).0.expect("a timetable");
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in feed() {
        let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        std::fs::write(folder.path().join(name), windows).expect("a file");
    }
    let mut issues = Issues::default();
    assert_eq!(read(folder.path(), "buses", &mut issues).expect("a timetable"), plain);
    let in_folder: Vec<(String, &str)> =
        feed().into_iter().map(|(name, text)| (format!("gtfs/{name}"), text)).collect();
    let inner = zipped(in_folder.iter().map(|(name, text)| (name.as_str(), text.as_bytes())));
    let (read, issues) = read_zip(&zipped([("inner.zip", inner.as_slice()), ("read me.txt", b"hello".as_slice())]));
    assert_eq!(read.expect("a timetable"), plain);
    assert!(codes(&issues).contains(&"timetable-nested"));
    let two = zipped([("a/stops.txt", STOPS.as_bytes()), ("b/stops.txt", STOPS.as_bytes())]);
    assert!(read_zip(&two).0.expect_err("two").problem.contains("several timetables"));
}

#[test]
fn a_file_that_is_missing_or_damaged_is_an_error_that_names_it() {
    for name in ["stops.txt", "trips.txt", "stop_times.txt"] {
        let error = read_parts(&without(name)).0.expect_err("an error");
        assert_eq!(error.code, "timetable-file");
        assert!(name == "stops.txt" || error.at.file == format!("buses.zip/{name}"), "{error:?}");
    }
    let neither: Parts<'_> = without("calendar.txt").into_iter().filter(|p| p.0 != "calendar_dates.txt").collect();
    assert_eq!(read_parts(&neither).0.expect_err("an error").code, "timetable-file");
    let no_column = with("stop_times.txt", "trip_id,arrival_time,departure_time,stop_id\none,1,1,A\n");
    assert_eq!(read_parts(&no_column).0.expect_err("an error").at.field.as_deref(), Some("stop_sequence"));
    let whole = zipped(feed().iter().map(|(name, text)| (*name, text.as_bytes())));
    for cut in [0, 1, 30, whole.len() / 2, whole.len() - 1] {
        assert!(read_zip(&whole[..cut]).0.is_err(), "cut after {cut} bytes");
    }
    assert_eq!(read_zip(b"stop_id,stop_name\n").0.expect_err("an error").code, "timetable-file");
}

#[test]
fn exceptions_alone_are_a_calendar_and_a_service_without_a_day_is_told() {
    let only = read_parts(&without("calendar.txt")).0.expect("a timetable");
    assert_eq!(only.timetable.days(), [day(8)].into());
    let never = CALENDAR.replace("1,1,1,1,1,0,0", "0,0,0,0,0,0,0");
    let mut parts = with("calendar.txt", &never);
    parts.retain(|part| part.0 != "calendar_dates.txt");
    let (read, issues) = read_parts(&parts);
    assert_eq!(read.expect_err("nothing runs").code, "timetable-empty");
    assert!(codes(&issues).contains(&"timetable-never-runs"));
}

#[test]
fn times_that_go_back_lack_an_end_or_cannot_be_read_leave_the_trip_out_and_name_the_row() {
    let head = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n";
    let cases = [
        ("one,08:00:00,08:00:00,A,1\none,07:59:00,07:59:00,B,2\n", "timetable-times", 3),
        ("one,08:00:00,08:00:00,A,1\none,08:05:00,08:04:00,B,2\n", "timetable-times", 3),
        ("one,,,A,1\none,08:05:00,08:05:00,B,2\n", "timetable-times", 2),
        ("one,08:00:00,08:00:00,A,1\none,,,B,2\n", "timetable-times", 3),
        ("one,8 o'clock,08:00:00,A,1\none,08:05:00,08:05:00,B,2\n", "timetable-times", 2),
        ("one,-1:00:00,08:00:00,A,1\none,08:05:00,08:05:00,B,2\n", "timetable-times", 2),
        ("one,99:00:00,99:00:00,A,1\none,99:05:00,99:05:00,B,2\n", "timetable-times", 2),
        ("one,08:00:00,08:00:00,A,1\none,08:05:00,08:05:00,B,1\n", "timetable-row", 3),
        ("one,08:00:00,08:00:00,A,first\none,08:05:00,08:05:00,B,2\n", "timetable-row", 2),
        ("one,08:00:00,08:00:00,A,1\n", "timetable-times", 2),
    ];
    for (rows, code, row) in cases {
        let text = format!("{head}{rows}");
        let (read, issues) = read_parts(&with("stop_times.txt", &text));
        assert_eq!(read.expect_err("no trip is left").code, "timetable-empty", "{rows}");
        let told = issues.iter().find(|issue| issue.severity == Severity::Warning).expect("a warning");
        assert_eq!((told.code.word(), told.at.row), (code, Some(row)), "{rows}");
    }
}

#[test]
fn nobody_gets_on_where_nobody_knows_where_that_is_and_strangers_are_told() {
    let nowhere = STOPS.replace("51.5,-3.0,0", ",,0").replace("51.7,-3.0", "0,0");
    let (read, issues) = read_parts(&with("stops.txt", &nowhere));
    let transit = read.expect("a timetable");
    assert!(!transit.timetable.trips[0].calls[0].board);
    assert!(!transit.timetable.trips[0].calls[2].alight);
    assert!(
        issues.iter().any(|i| i.code == "timetable-stop" && i.at.row == Some(2) && i.problem.starts_with("2 rows"))
    );
    let text = format!("{TIMES}one,24:20:00,24:20:00,X,10\ntwo,08:00:00,08:00:00,A,1\n");
    let (read, issues) = read_parts(&with("stop_times.txt", &text));
    assert_eq!(read.expect("a timetable").timetable.trips[0].calls.len(), 3, "an unknown stop is passed");
    assert_eq!(codes(&issues).iter().filter(|code| **code == "timetable-row").count(), 2);
}

#[test]
fn a_headway_is_written_out_to_its_end_and_the_pattern_itself_does_not_run() {
    let text = "trip_id,start_time,end_time,headway_secs\none,08:00:00,08:30:00,600\none,09:00:00,09:01:00,5\n";
    let (read, issues) = read_parts(&with("frequencies.txt", text));
    let starts: Vec<i32> = read.expect("a timetable").timetable.trips.iter().map(|t| t.calls[0].departure).collect();
    assert_eq!(starts, [28_800, 29_400, 30_000], "not at 08:30, nor at 23:50");
    assert_eq!(codes(&issues).iter().filter(|code| **code == "timetable-frequency").count(), 2);
}

#[test]
fn changes_have_their_least_time_or_are_forbidden() {
    let text =
        "from_stop_id,to_stop_id,transfer_type,min_transfer_time\nA,B,2,120\nB,A,3,\nA,C,0,\nA,X,2,5\nC,A,2,soon\n";
    let (read, issues) = read_parts(&with("transfers.txt", text));
    let changes = read.expect("a timetable").timetable.changes;
    assert_eq!(changes, [((0, 1), Some(120)), ((1, 0), None)].into());
    assert_eq!(issues[0].code, "timetable-row");
    assert!(issues[0].problem.starts_with("2 rows"));
}

#[test]
fn a_quotation_mark_left_open_and_a_comma_without_marks_are_told_with_their_row() {
    let open = STOPS.replace("B,Bridge,", "B,\"Bridge,");
    let (_, issues) = read_parts(&with("stops.txt", &open));
    let told: Vec<(Option<u64>, bool)> = issues
        .iter()
        .filter(|issue| issue.at.file == "buses.zip/stops.txt")
        .map(|issue| (issue.at.row, issue.problem.contains("quotation mark")))
        .collect();
    assert_eq!(told, [(Some(3), true), (Some(3), false)], "and the stop in that row has no place: {issues:?}");
    let comma = STOPS.replace("Corner,51.7,-3.0,0,,2", "Corner, the old one,51.7,-3.0,0,,2");
    let (_, issues) = read_parts(&with("stops.txt", &comma));
    assert!(issues.iter().any(|issue| issue.at.row == Some(5) && issue.problem.contains("comma")), "{issues:?}");
    let ends = TIMES.replace("A,1\n", "A,1,,\n");
    assert_eq!(
        codes(&read_parts(&with("stop_times.txt", &ends)).1),
        ["timetable-interpolated"],
        "empty cells are nothing"
    );
}

#[test]
fn titles_in_capitals_and_cells_between_semicolons_are_errors_that_say_so() {
    for (text, word) in [(STOPS.replace("stop_id", "STOP_ID"), "STOP_ID"), (STOPS.replace(',', ";"), "semicolons")] {
        let error = read_parts(&with("stops.txt", &text)).0.expect_err("no column");
        assert!(error.at.file == "buses.zip/stops.txt" && error.remedy.contains(word), "{error:?}");
    }
}

#[test]
fn a_service_that_stands_twice_or_contradicts_itself_is_told_and_one_without_days_by_its_row() {
    let twice = format!("{CALENDAR}week,0,0,0,0,0,1,0,20240603,20240616\n");
    let (read, issues) = read_parts(&with("calendar.txt", &twice));
    assert!(read.expect("a timetable").timetable.runs_on(day(15)), "the Saturday of the second row");
    assert!(issues.iter().any(|issue| issue.at.row == Some(3) && issue.problem.contains("stands above")), "{issues:?}");
    let both = format!("{DATES}week,20240604,1\n");
    let (read, issues) = read_parts(&with("calendar_dates.txt", &both));
    assert!(read.expect("a timetable").timetable.runs_on(day(4)), "the last row counts");
    assert!(issues.iter().any(|issue| issue.at.row == Some(4) && issue.problem.contains("by another")), "{issues:?}");
    let never = format!("{CALENDAR}none,0,0,0,0,0,0,0,20240603,20240616\n");
    let trips = format!("{TRIPS}r,none,two,1\n");
    let times = format!("{TIMES}two,08:00:00,08:00:00,A,1\ntwo,08:10:00,08:10:00,C,2\n");
    let mut parts = with("calendar.txt", &never);
    parts.retain(|(name, _)| !matches!(*name, "trips.txt" | "stop_times.txt"));
    parts.extend([("trips.txt", trips.as_str()), ("stop_times.txt", times.as_str())]);
    let issues = read_parts(&parts).1;
    let told = issues.iter().find(|issue| issue.code == "timetable-never-runs").expect("told");
    assert_eq!((told.at.file.as_str(), told.at.row), ("buses.zip/calendar.txt", Some(3)));
}

#[test]
fn rows_without_a_name_and_trips_without_a_stop_are_told_by_their_own_row() {
    let nameless = format!("{STOPS},Nobody,51.5,-3.0,0,,\n");
    let (read, issues) = read_parts(&with("stops.txt", &nameless));
    assert_eq!(read.expect("a timetable").stops.len(), 4);
    assert!(issues.iter().any(|issue| issue.at.row == Some(6) && issue.problem.contains("no name")), "{issues:?}");
    let empty = format!("{TRIPS}r,week,ghost,1\nr,week,,1\n");
    let issues = read_parts(&with("trips.txt", &empty)).1;
    let rows: Vec<Option<u64>> =
        issues.iter().filter(|i| i.at.file == "buses.zip/trips.txt").map(|i| i.at.row).collect();
    assert_eq!(rows, [Some(3), Some(4)], "{issues:?}");
}

#[test]
fn a_headway_that_ends_before_it_begins_is_told_and_no_bus_lost_in_silence() {
    let text = "trip_id,start_time,end_time,headway_secs,exact_times\none,22:00:00,00:30:00,600,1\n";
    let (read, issues) = read_parts(&with("frequencies.txt", text));
    assert_eq!(read.expect_err("nothing is left").code, "timetable-empty");
    let told = issues.iter().find(|issue| issue.code == "timetable-frequency").expect("told");
    assert!(told.at.row == Some(2) && told.problem.contains("24:30:00"), "{told:?}");
}

#[test]
fn what_is_said_of_a_change_at_a_station_holds_for_its_stops_unless_they_have_their_own_word() {
    let stops = format!("{STOPS}D,Dock,51.61,-3.01,0,S,\n");
    let text = "from_stop_id,to_stop_id,transfer_type,min_transfer_time\nB,D,2,60\nS,S,2,300\nS,A,3,\n";
    let mut parts = with("transfers.txt", text);
    parts.retain(|(name, _)| *name != "stops.txt");
    parts.push(("stops.txt", &stops));
    let changes = read_parts(&parts).0.expect("a timetable").timetable.changes;
    let expected = [((1, 1), Some(300)), ((1, 4), Some(60)), ((4, 1), Some(300)), ((4, 4), Some(300))];
    assert_eq!(changes, expected.into_iter().chain([((1, 0), None), ((4, 0), None)]).collect());
}
