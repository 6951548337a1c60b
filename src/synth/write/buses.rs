//! The timetable, as operators publish it: a GTFS zip.

use super::super::borough::Borough;
use super::super::buses::{BusLine, SERVICES, lines};
use super::Placed;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Writes the timetable.
pub(super) fn write(borough: &Borough, placed: &Placed, path: &Path) -> zip::result::ZipResult<()> {
    let lines = lines(borough, &placed.grid);
    let mut out = ZipWriter::new(File::create(path)?);
    // The same bytes each time: no file has a date of its own.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    for (name, text) in [
        ("agency.txt", agency(borough)),
        ("routes.txt", routes(&lines)),
        ("stops.txt", stops(&lines, placed)),
        ("calendar.txt", calendar()),
        ("calendar_dates.txt", "service_id,date,exception_type\nweekday,20250505,2\nsunday,20250505,1\n".to_owned()),
        ("trips.txt", trips(&lines)),
        ("stop_times.txt", stop_times(&lines)),
    ] {
        out.start_file(name, options)?;
        out.write_all(text.as_bytes())?;
    }
    out.finish()?;
    Ok(())
}

/// The stops of a library van, as a council lists them: every sixth stop of each bus line, there on a weekday of every
/// second week.
pub(super) fn van(borough: &Borough, placed: &Placed) -> String {
    const DAYS: [&str; 5] = ["Mo", "Tu", "We", "Th", "Fr"];
    let mut text = "name,latitude,longitude,opening_hours\n".to_owned();
    let lines = lines(borough, &placed.grid);
    for (line, stop, (node, name, _)) in every_stop(&lines).filter(|(_, stop, _)| stop % 6 == 3) {
        let (at, first) = (placed.degrees[*node], 1 + (line + stop / 6) % 2);
        let _ = writeln!(
            text,
            "\"Library van, {name}\",{:.6},{:.6},week {first:02}-53/2 {} {:02}:00-{:02}:45",
            at.lat,
            at.lon,
            DAYS[line % 5],
            10 + stop / 6,
            10 + stop / 6
        );
    }
    text
}

fn agency(borough: &Borough) -> String {
    let name = borough.names.borough();
    format!(
        "agency_id,agency_name,agency_url,agency_timezone\n1,{name} Buses (made up),https://example.org,Europe/London\n"
    )
}

fn routes(lines: &[BusLine]) -> String {
    let mut text = "route_id,agency_id,route_short_name,route_type\n".to_owned();
    for n in 1..=lines.len() {
        let _ = writeln!(text, "{n},1,{n},3");
    }
    text
}

fn stops(lines: &[BusLine], placed: &Placed) -> String {
    let mut text = "stop_id,stop_name,stop_lat,stop_lon,wheelchair_boarding\n".to_owned();
    for (line, stop, (node, name, _)) in every_stop(lines) {
        let at = placed.degrees[*node];
        let step_free = if stop % 5 == 4 { 2 } else { 1 };
        let _ = writeln!(text, "{},\"{name}\",{:.6},{:.6},{step_free}", key(line, stop), at.lat, at.lon);
    }
    text
}

fn calendar() -> String {
    let mut text =
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n".to_owned();
    for service in SERVICES {
        let days = service.days.map(|runs| if runs { "1" } else { "0" }).join(",");
        let _ = writeln!(text, "{},{days},20250301,20250630", service.key);
    }
    text
}

fn trips(lines: &[BusLine]) -> String {
    let mut text = "route_id,service_id,trip_id,direction_id,wheelchair_accessible\n".to_owned();
    every_trip(lines, |line, trip, service, way, _| {
        let _ = writeln!(text, "{},{service},{trip},{way},1", line + 1);
    });
    text
}

fn stop_times(lines: &[BusLine]) -> String {
    let mut text = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n".to_owned();
    every_trip(lines, |line, trip, _, way, start| {
        let stops = &lines[line].stops;
        let whole = stops.last().map_or(0, |(.., seconds)| *seconds);
        for n in 0..stops.len() {
            let stop = if way == 0 { n } else { stops.len() - 1 - n };
            let at = start + if way == 0 { stops[stop].2 } else { whole - stops[stop].2 };
            let time = format!("{:02}:{:02}:{:02}", at / 3600, at / 60 % 60, at % 60);
            let _ = writeln!(text, "{trip},{time},{time},{},{}", key(line, stop), n + 1);
        }
    });
    text
}

fn key(line: usize, stop: usize) -> String {
    format!("L{}S{:02}", line + 1, stop + 1)
}

fn every_stop(lines: &[BusLine]) -> impl Iterator<Item = (usize, usize, &(usize, String, i32))> {
    let of = |(line, own)| (0..).zip(own).map(move |(stop, one)| (line, stop, one));
    lines.iter().enumerate().map(|(line, own)| (line, &own.stops)).flat_map(of)
}

/// Each trip: its line, its name, its service, which way it goes, and when it leaves.
fn every_trip(lines: &[BusLine], mut tell: impl FnMut(usize, &str, &str, usize, i32)) {
    for service in SERVICES {
        for line in (0..lines.len()).take(if service.is_one_line { 1 } else { lines.len() }) {
            for (n, way) in (0..=(service.last - service.first) / service.every).flat_map(|n| [(n, 0), (n, 1)]) {
                let trip = format!("{}-{}-{way}-{n:02}", service.key, line + 1);
                // Lines do not all leave on the same minute.
                let start = service.first + n * service.every + 240 * (line as i32 % 5);
                tell(line, &trip, service.key, way, start);
            }
        }
    }
}
