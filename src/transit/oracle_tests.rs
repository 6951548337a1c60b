//! The scan beside a search that knows no tricks, timetables drawn by hand, and laws.

use super::*;
use chrono::NaiveDate;
use proptest::prelude::*;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 6, 4).expect("a day")
}

fn trip(calls: &[(u32, i32)]) -> Trip {
    let call = |&(stop, at): &(u32, i32)| Call { stop, arrival: at, departure: at, board: true, alight: true };
    Trip { service: 0, step_free: true, calls: calls.iter().map(call).collect() }
}

fn timetable(stops: usize, trips: Vec<Trip>) -> Timetable {
    let services = vec![Service { days: [day()].into() }];
    Timetable { step_free_stops: vec![true; stops], services, trips, changes: BTreeMap::new() }
}

#[derive(Debug, Clone)]
struct Town {
    timetable: Timetable,
    footpaths: Vec<Vec<Footpath>>,
    onward: Vec<Option<u32>>,
    access: Vec<(u32, u32)>,
    on_foot: Option<u32>,
    vehicles: usize,
}

impl Town {
    fn times(&self, departures: Departures) -> Vec<Option<u32>> {
        let span = -100_000..200_000;
        let question =
            Question { footpaths: &self.footpaths, onward: &self.onward, vehicles: self.vehicles, span: &span };
        let profile = profile(&self.timetable.on(day(), false), question);
        travel_times(&profile, &self.access, self.on_foot, departures)
    }

    /// Dijkstra's algorithm over stops and rides as they follow each other in time, once for each departure: no profile,
    /// nothing left out because something else is better.
    fn by_dijkstra(&self, start: i32) -> Option<u32> {
        let rides = self.timetable.on(day(), false);
        let mut next: BTreeMap<(u32, u32), usize> = BTreeMap::new();
        next.extend(rides.iter().enumerate().map(|(i, ride)| ((ride.trip, ride.order), i)));
        let mut best = self.on_foot.map(|walk| start + walk as i32);
        // (time, whether riding, stop or ride, vehicles used)
        let mut heap = BinaryHeap::new();
        let mut seen = BTreeSet::new();
        for &(stop, walk) in &self.access {
            heap.push(Reverse((start + walk as i32, false, stop as usize, 0)));
        }
        while let Some(Reverse(state)) = heap.pop() {
            if !seen.insert(state) {
                continue;
            }
            let (time, riding, at, used) = state;
            if !riding {
                for (i, ride) in rides.iter().enumerate() {
                    let fits = ride.from as usize == at && ride.board && ride.departure >= time;
                    if fits && used < self.vehicles {
                        heap.push(Reverse((ride.arrival, true, i, used + 1)));
                    }
                }
                continue;
            }
            let ride = rides[at];
            if let Some(&i) = next.get(&(ride.trip, ride.order + 1)) {
                heap.push(Reverse((rides[i].arrival, true, i, used)));
            }
            if ride.alight {
                if let Some(walk) = self.onward[ride.to as usize] {
                    let arrival = time + walk as i32;
                    best = Some(best.map_or(arrival, |known| known.min(arrival)));
                }
                for path in &self.footpaths[ride.to as usize] {
                    heap.push(Reverse((time + path.seconds as i32, false, path.to as usize, used)));
                }
            }
        }
        best.map(|arrival| (arrival - start) as u32)
    }
}

/// Two lines that cross at stop 1; the destination is 100 seconds from stop 3.
fn crossing(vehicles: usize, slack: u32) -> Town {
    let lines = vec![
        trip(&[(0, 600), (1, 1200), (2, 1800)]),
        trip(&[(0, 1200), (1, 1800), (2, 2400)]),
        trip(&[(4, 900), (1, 1230), (3, 1500)]),
        trip(&[(4, 1500), (1, 1890), (3, 2100)]),
    ];
    let itself = |stop| vec![Footpath { to: stop, seconds: slack }];
    Town {
        timetable: timetable(5, lines),
        footpaths: (0..5).map(itself).collect(),
        onward: vec![None, None, None, Some(100), None],
        access: vec![(0, 60)],
        on_foot: None,
        vehicles,
    }
}

#[test]
fn a_change_is_caught_with_its_slack_and_missed_without_it() {
    let at = |first| Departures { first, step: 1, count: 1 };
    assert_eq!(crossing(2, 30).times(at(540)), [Some(1600 - 540)], "30 seconds are enough");
    assert_eq!(crossing(2, 60).times(at(540)), [Some(2200 - 540)], "60 are not, and the next change is taken");
    assert_eq!(crossing(2, 30).times(at(541)), [Some(2200 - 541)], "a second late at the stop");
    assert_eq!(crossing(1, 30).times(at(540)), [None], "without changing one never arrives");
    assert_eq!(crossing(2, 30).times(at(1200)), [None], "after the last bus");
}

/// A line every ten minutes, a ride of 300 seconds, and walks of 120 and 60: with a departure each minute from five to
/// the hour, travel times are uniform on 480, 540 … 1020 seconds.
#[test]
fn travel_times_by_an_even_headway_are_spread_evenly_over_it() {
    let line = (0..30).map(|n| trip(&[(0, 36_000 + n * 600), (1, 36_300 + n * 600)])).collect();
    let town = Town {
        timetable: timetable(2, line),
        footpaths: vec![Vec::new(); 2],
        onward: vec![None, Some(60)],
        access: vec![(0, 120)],
        on_foot: Some(2000),
        vehicles: 1,
    };
    let mut times: Vec<u32> = town.times(Departures::each_minute(36_000, 39_600)).into_iter().flatten().collect();
    times.sort_unstable();
    let expected: Vec<u32> = (0..60).map(|n| 480 + (n / 6) * 60).collect();
    assert_eq!(times, expected);
}

#[test]
fn windows_add_up() {
    let town = crossing(2, 30);
    let all = town.times(Departures::each_minute(0, 3600));
    let halves = [town.times(Departures::each_minute(0, 1800)), town.times(Departures::each_minute(1800, 3600))];
    assert_eq!(all, halves.concat());
}

fn towns() -> impl Strategy<Value = Town> {
    let trips = prop::collection::vec((0i32..2400, prop::collection::vec((0u32..8, 0i32..4, 0i32..2), 2..6)), 1..14);
    let paths = prop::collection::vec((0u32..8, 0u32..8, 1u32..400), 0..10);
    let onward = prop::collection::vec(prop::option::weighted(0.3, 0u32..600), 8);
    let access = prop::collection::vec((0u32..8, 0u32..500), 1..4);
    let rest = (prop::option::of(600u32..4000), 1usize..5, 1u32..130, any::<u64>());
    (trips, paths, onward, access, rest).prop_map(
        |(trips, paths, onward, access, (on_foot, vehicles, slack, marks))| {
            let mut footpaths: Vec<Vec<Footpath>> = (0..8).map(|to| vec![Footpath { to, seconds: slack }]).collect();
            for (from, to, walk) in paths {
                footpaths[from as usize].push(Footpath { to, seconds: walk + slack });
            }
            let mut mark = marks;
            let mut open = || {
                mark = mark.rotate_left(1);
                mark & 3 != 0
            };
            let trips = trips.into_iter().map(|(start, calls)| {
                let mut time = start / 30 * 30;
                let call = |(stop, ride, wait): (u32, i32, i32)| {
                    let arrival = time + ride * 60;
                    time = arrival + wait * 30;
                    Call { stop, arrival, departure: time, board: open(), alight: open() }
                };
                Trip { service: 0, step_free: true, calls: calls.into_iter().map(call).collect() }
            });
            Town { timetable: timetable(8, trips.collect()), footpaths, onward, access, on_foot, vehicles }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_departure_of_random_towns_arrives_in_the_second_that_dijkstra_finds(town in towns()) {
        let departures = Departures { first: 0, step: 97, count: 32 };
        let expected: Vec<Option<u32>> = departures.iter().map(|start| town.by_dijkstra(start)).collect();
        prop_assert_eq!(town.times(departures), expected);
    }

    #[test]
    fn one_trip_more_delays_nobody_and_nobody_is_slower_than_on_foot(
        town in towns(), start in 0i32..2400, calls in prop::collection::vec((0u32..8, 0i32..300), 2..6),
    ) {
        let departures = Departures { first: 0, step: 60, count: 50 };
        let before = town.times(departures);
        let mut more = town.clone();
        let mut time = start;
        let calls: Vec<(u32, i32)> = calls.into_iter().map(|(stop, ride)| { time += ride; (stop, time) }).collect();
        more.timetable.trips.push(trip(&calls));
        for (was, is) in before.iter().zip(more.times(departures)) {
            prop_assert!(was.is_none_or(|was| is.is_some_and(|is| is <= was)));
            prop_assert!(town.on_foot.is_none_or(|walk| is.is_some_and(|is| is <= walk)));
        }
    }

    #[test]
    fn other_numbers_for_stops_and_another_order_of_trips_change_nothing(town in towns()) {
        let departures = Departures { first: 0, step: 60, count: 50 };
        let other = |stop: u32| 7 - stop;
        let mut turned = town.clone();
        turned.timetable.trips.reverse();
        turned.timetable.trips.iter_mut().flat_map(|t| &mut t.calls).for_each(|call| call.stop = other(call.stop));
        turned.footpaths.reverse();
        turned.footpaths.iter_mut().flatten().for_each(|path| path.to = other(path.to));
        turned.onward.reverse();
        turned.access.iter_mut().for_each(|(stop, _)| *stop = other(*stop));
        prop_assert_eq!(turned.times(departures), town.times(departures));
    }
}
