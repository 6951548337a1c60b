//! Published timetables as they came: what is in them, and journeys between all their stops.

use super::real_files::real_files;
use chrono::NaiveDate;
use patchwork::load::transit::{Feed, read};
use patchwork::place::{Issue, Issues};
use patchwork::transit::{Connection, Footpath, Question, profile};

fn timetable(name: &str) -> Option<(Feed, Vec<Issue>)> {
    let mut issues = Issues::default();
    let read = read(&real_files()?.join(name), name, &mut issues).expect("a timetable");
    Some((read, issues.into_sorted()))
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day")
}

/// The earliest arrival at every stop, by rides in the order of their departure: forwards, for one departure, with as
/// many changes as one likes.
fn forwards(rides: &[Connection], stops: usize, start: usize, leave: i32, slack: i32) -> Vec<i32> {
    let mut ready = vec![i32::MAX; stops];
    let mut arrival = vec![i32::MAX; stops];
    let mut aboard = vec![false; rides.iter().map(|ride| ride.trip as usize + 1).max().unwrap_or(0)];
    ready[start] = leave;
    for ride in rides.iter().rev() {
        let boards = ride.board && ready[ride.from as usize] <= ride.departure;
        if boards || aboard[ride.trip as usize] {
            aboard[ride.trip as usize] = true;
            let to = ride.to as usize;
            if ride.alight && ride.arrival < arrival[to] {
                arrival[to] = ride.arrival;
                ready[to] = ready[to].min(ride.arrival + slack);
            }
        }
    }
    arrival
}

#[test]
fn newports_trips_are_all_read_and_run_on_the_days_of_their_calendar() {
    let Some((transit, _)) = timetable("newport/newport_bods_2023-06-13_gtfs.zip") else { return };
    assert_eq!(transit.stops.len(), 2686);
    assert_eq!(transit.timetable.trips.len(), 176);
    assert_eq!(transit.timetable.trips.iter().map(|trip| trip.calls.len()).sum::<usize>(), 7765);
    assert!(transit.timetable.runs_on(day(2023, 6, 13)));
    assert!(!transit.timetable.runs_on(day(2024, 6, 13)), "it has expired");
}

#[test]
fn porto_alegres_exceptions_are_kept_and_its_missing_times_told() {
    let Some((transit, issues)) = timetable("porto_alegre/poa_eptc.zip") else { return };
    assert!(transit.timetable.trips.len() > 1000);
    assert!(issues.iter().any(|issue| issue.code == "timetable-interpolated"));
    assert!(issues.iter().all(|issue| issue.code != "timetable-times"), "{issues:?}");
}

#[test]
fn backwards_for_all_departures_is_as_soon_as_forwards_for_each_between_newports_stops() {
    let Some((transit, _)) = timetable("newport/newport_bods_2023-06-13_gtfs.zip") else { return };
    let rides = transit.timetable.on(day(2023, 6, 13), false);
    let stops = transit.stops.len();
    let slack = 60;
    let footpaths: Vec<Vec<Footpath>> = (0..stops as u32).map(|to| vec![Footpath { to, seconds: slack }]).collect();
    let called: Vec<u32> = {
        let mut called: Vec<u32> = rides.iter().map(|ride| ride.to).collect();
        called.sort_unstable();
        called.dedup();
        called
    };
    let destinations: Vec<u32> = called.iter().step_by(called.len() / 10).copied().collect();
    let (mut compared, mut reached) = (0, 0);
    let profiles: Vec<_> = destinations
        .iter()
        .map(|&to| {
            let mut onward = vec![None; stops];
            onward[to as usize] = Some(0);
            let span = 0..200_000;
            profile(&rides, Question { footpaths: &footpaths, onward: &onward, vehicles: 8, span: &span })
        })
        .collect();
    for &start in &called {
        for leave in [7 * 3600, 10 * 3600 + 17, 17 * 3600 + 1800, 22 * 3600] {
            let expected = forwards(&rides, stops, start as usize, leave, slack as i32);
            for (to, profile) in destinations.iter().zip(&profiles).filter(|(to, _)| **to != start) {
                let arrival = expected[*to as usize];
                let arrival = (arrival != i32::MAX).then_some(arrival);
                assert_eq!(profile.arrival(start, leave), arrival, "from {start} to {to} at {leave}");
                compared += 1;
                reached += usize::from(arrival.is_some());
            }
        }
    }
    assert!(compared > 1000 && reached > 100, "{reached} of {compared} arrive");
}
