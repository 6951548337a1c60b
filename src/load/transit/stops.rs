//! Where one gets on and off.

use super::files::Files;
use super::rows::{Kind, NAMELESS, Odd, Rows};
use crate::crs::LonLat;
use crate::place::{Code, Issue};
use std::collections::HashMap;

/// A stop of a timetable.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    /// Its name in the file, which trips use.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// Where it is; `None` where neither it nor its station says, and nobody can get on or off there.
    pub at: Option<LonLat>,
    /// Known to be step-free, by itself or by its station.
    pub step_free: bool,
}

const NOWHERE: Kind = Kind::warning(
    Code::TimetableStop,
    "No usable stop_lat and stop_lon, nor a station that has them; nobody gets on or off there",
    "Give the stop its coordinates, in degrees",
);
const TWICE: Kind = Kind::warning(
    Code::TimetableRow,
    "A stop of this name stands above; the first counts",
    "Give each stop a stop_id of its own",
);
const ORPHAN: Kind = Kind::note(
    Code::TimetableRow,
    "The station it belongs to is not in the file",
    "Nothing needs doing where the stop has coordinates of its own",
);

/// The stops, what they are numbered by their keys, and which stops belong to which station.
#[derive(Debug, Default)]
pub(super) struct Stops {
    pub(super) all: Vec<Stop>,
    pub(super) numbers: HashMap<String, u32>,
    pub(super) of_station: HashMap<u32, Vec<u32>>,
}

/// The stops, with the place and the step of their station where they have none of their own.
pub(super) fn read(files: &Files, odd: &mut Odd) -> Result<Stops, Issue> {
    let text = files.needed("stops.txt")?;
    let mut rows = Rows::new(&text, files.at("stops.txt"), &["stop_id"])?;
    let mut stops: Vec<Stop> = Vec::new();
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut others = Vec::new();
    while rows.next(odd) {
        let key = rows.of("stop_id");
        if key.is_empty() {
            odd.add(NAMELESS, (&rows.file, rows.row(), "stop_id"), rows.of("stop_name"));
            continue;
        }
        if numbers.contains_key(key) {
            odd.add(TWICE, (&rows.file, rows.row(), "stop_id"), key);
            continue;
        }
        numbers.insert(key.to_owned(), stops.len() as u32);
        let number = |title| rows.of(title).parse::<f64>().ok();
        let at = number("stop_lon").zip(number("stop_lat")).and_then(|(lon, lat)| place(lon, lat));
        let accessible = match rows.of("wheelchair_boarding") {
            "1" => Some(true),
            "2" => Some(false),
            _ => None,
        };
        // Stations, entrances and nodes are no stops; they lend their place.
        let is_stop = matches!(rows.of("location_type"), "" | "0");
        others.push((rows.row(), rows.of("parent_station").to_owned(), accessible, is_stop));
        let name = rows.of("stop_name").to_owned();
        stops.push(Stop { key: key.to_owned(), name, at, step_free: accessible == Some(true) });
    }
    let mut of_station: HashMap<u32, Vec<u32>> = HashMap::new();
    for (number, (row, parent, accessible, is_stop)) in others.iter().enumerate() {
        let station = numbers.get(parent).map(|&n| n as usize);
        if let Some(station) = station {
            let lent = stops[station].at;
            let stop = &mut stops[number];
            stop.at = stop.at.or(lent);
            stop.step_free = accessible.or(others[station].2) == Some(true);
            of_station.entry(station as u32).or_default().push(number as u32);
        } else if !parent.is_empty() {
            odd.add(ORPHAN, (&rows.file, *row, "parent_station"), parent);
        }
        if *is_stop && stops[number].at.is_none() {
            odd.add(NOWHERE, (&rows.file, *row, "stop_lat"), &stops[number].key);
        }
    }
    Ok(Stops { all: stops, numbers, of_station })
}

/// A place on earth; nought and nought is what is written where nobody knows.
fn place(lon: f64, lat: f64) -> Option<LonLat> {
    let usable = lon.abs() <= 180.0 && lat.abs() <= 90.0 && (lon != 0.0 || lat != 0.0);
    usable.then_some(LonLat { lon, lat })
}
