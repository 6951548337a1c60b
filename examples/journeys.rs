//! Answers journeys from stop to stop by published timetables, for comparison with other programs:
//! `journeys DAY CHANGES JOURNEYS FEED...` prints a line of JSON per journey and a last one with times.
//!
//! `CHANGES` has the columns `from,to,seconds` (walk and slack between getting off and getting on, itself to itself among
//! them), `JOURNEYS` `from,to,leave,vehicles` (seconds after midnight, vehicles at most). Stops are named
//! `NUMBER:stop_id` with the number of the feed from 1. Each answer has every departure from `leave` on that is worth
//! taking, and when it arrives.
//!
//! The last line says how many pairs of stops were answered a second by one core: each destination of the journeys from
//! every stop at which something calls, for each minute of two hours.

use patchwork::load::transit::read;
use patchwork::place::Issues;
use patchwork::transit::{Connection, Departures, Footpath, Profile, Question, Timetable, profile, travel_times};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

struct Network {
    numbers: HashMap<String, u32>,
    rides: Vec<Connection>,
    footpaths: Vec<Vec<Footpath>>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, day, changes, journeys, feeds @ ..] = arguments.as_slice() else {
        return Err("journeys DAY CHANGES JOURNEYS FEED...".into());
    };
    let began = Instant::now();
    let network = network(day.parse()?, changes, feeds)?;
    let read_s = began.elapsed().as_secs_f64();
    let mut out = std::io::stdout().lock();
    let mut profiles: BTreeMap<(u32, usize), Profile> = BTreeMap::new();
    for row in csv::Reader::from_path(journeys)?.deserialize() {
        let (from, to, leave, vehicles): (String, String, i32, usize) = row?;
        let (from, to) = (network.number(&from)?, network.number(&to)?);
        let profile = profiles.entry((to, vehicles)).or_insert_with(|| network.to(to, vehicles, 0..200_000));
        let later: Vec<(i32, i32)> =
            profile.departures(from).iter().rev().filter(|(at, _)| *at >= leave).copied().collect();
        writeln!(out, "{}", serde_json::json!(later))?;
    }
    let mut report = network.timed(&profiles.keys().map(|(to, _)| *to).collect());
    report["read_s"] = read_s.into();
    Ok(writeln!(out, "{report}")?)
}

fn network(day: chrono::NaiveDate, changes: &str, feeds: &[String]) -> Result<Network, Box<dyn Error>> {
    let mut numbers = HashMap::new();
    let mut all = Timetable::default();
    for (nth, path) in (1..).zip(feeds) {
        let feed = read(Path::new(path), path, &mut Issues::default()).map_err(|issue| issue.problem)?;
        let (stops, services) = (numbers.len() as u32, all.services.len() as u32);
        numbers.extend((stops..).zip(&feed.stops).map(|(number, stop)| (format!("{nth}:{}", stop.key), number)));
        all.services.extend(feed.timetable.services);
        all.trips.extend(feed.timetable.trips.into_iter().map(|mut trip| {
            trip.service += services;
            trip.calls.iter_mut().for_each(|call| call.stop += stops);
            trip
        }));
    }
    let mut network = Network { footpaths: vec![Vec::new(); numbers.len()], numbers, rides: all.on(day, false) };
    for row in csv::Reader::from_path(changes)?.deserialize() {
        let (from, to, seconds): (String, String, u32) = row?;
        let (from, to) = (network.number(&from)?, network.number(&to)?);
        network.footpaths[from as usize].push(Footpath { to, seconds });
    }
    Ok(network)
}

impl Network {
    fn number(&self, key: &str) -> Result<u32, String> {
        self.numbers.get(key).copied().ok_or_else(|| format!("no stop is called {key}"))
    }

    fn to(&self, to: u32, vehicles: usize, span: std::ops::Range<i32>) -> Profile {
        let mut onward = vec![None; self.footpaths.len()];
        onward[to as usize] = Some(0);
        profile(&self.rides, Question { footpaths: &self.footpaths, onward: &onward, vehicles, span: &span })
    }

    /// From every stop to each of these, for each minute from 7:30 to 9:30, arriving within an hour, with up to three changes.
    fn timed(&self, destinations: &BTreeSet<u32>) -> serde_json::Value {
        let called: BTreeSet<u32> = self.rides.iter().flat_map(|ride| [ride.from, ride.to]).collect();
        let window = Departures::each_minute(27_000, 34_200);
        let (mut pairs, mut in_time) = (0_usize, 0_usize);
        let began = Instant::now();
        for &to in destinations {
            let profile = self.to(to, 4, 27_000..37_800);
            for &from in &called {
                let times = travel_times(&profile, &[(from, 0)], None, window);
                in_time += times.iter().flatten().filter(|time| **time <= 3600).count();
                pairs += 1;
            }
        }
        let seconds = began.elapsed().as_secs_f64();
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next());
        serde_json::json!({
            "destinations": destinations.len(), "stops": called.len(), "rides": self.rides.len(),
            "pairs": pairs, "seconds": seconds, "in_time": in_time, "peak_kb": peak,
        })
    }
}
