//! Answers journeys with the crate `vulture`: `ask-vulture CALLS CHANGES QUESTIONS` prints the arrival of each, or nothing.
//!
//! `CALLS` has lines `trip,stop,arrival,departure,board,alight` in the order of each trip; `CHANGES` `from,to,seconds`
//! between getting off and getting on; `QUESTIONS` `from,to,leave,vehicles`. Stops are numbers from 0, times seconds.
//!
//! Each stop is two here: where one gets off (2 n) and where one gets on (2 n + 1), and the only ways between them are the
//! changes. So a change takes what it is said to take also at one stop, and nobody walks twice in a row, as in Patchwork.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use vulture::{Duration, RouteIdx, SecondOfDay, StopIdx, Timetable, Transfers, TripIdx};

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Call {
    stop: u32,
    board: bool,
    alight: bool,
}

type Times = Vec<(u32, u32)>;

/// Trips with the same calls, none of which overtakes another, in order.
struct Route {
    stops: Vec<StopIdx>,
    calls: Vec<Call>,
    first_trip: u32,
    trips: Vec<Times>,
}

#[derive(Default)]
struct Lines {
    routes: Vec<Route>,
    route_of: Vec<u32>,
    serving: Vec<Vec<(RouteIdx, u32)>>,
    footpaths: Vec<Vec<StopIdx>>,
    changes: HashMap<(u32, u32), u32>,
}

impl Lines {
    fn of(trips: Vec<(Vec<Call>, Times)>, stops: usize, changes: &[[u32; 3]]) -> Self {
        let mut alike: BTreeMap<Vec<Call>, Vec<Times>> = BTreeMap::new();
        for (calls, times) in trips {
            // The crate looks at the first call of a route at a stop alone: later ones begin a trip of their own.
            for start in 0..calls.len() {
                if start == 0 || calls[..start].iter().any(|call| call.stop == calls[start].stop) {
                    alike.entry(calls[start..].to_vec()).or_default().push(times[start..].to_vec());
                }
            }
        }
        let mut all = Self::default();
        all.serving.resize(2 * stops, Vec::new());
        all.footpaths.resize(2 * stops, Vec::new());
        for (calls, mut trips) in alike {
            trips.sort();
            let mut orderly: Vec<Vec<Times>> = Vec::new();
            for trip in trips {
                let follows = |before: &&mut Vec<Times>| {
                    let last = before.last().expect("one at least");
                    last.iter().zip(&trip).all(|(a, b)| a.0 <= b.0 && a.1 <= b.1)
                };
                match orderly.iter_mut().find(follows) {
                    Some(before) => before.push(trip),
                    None => orderly.push(vec![trip]),
                }
            }
            for trips in orderly {
                let route = RouteIdx::new(all.routes.len() as u32);
                let nodes: Vec<u32> = calls.iter().flat_map(|call| [2 * call.stop, 2 * call.stop + 1]).collect();
                for (position, node) in (0..).zip(&nodes) {
                    let serving = &mut all.serving[*node as usize];
                    if serving.iter().all(|(known, _)| *known != route) {
                        serving.push((route, position));
                    }
                }
                let first_trip = all.route_of.len() as u32;
                all.route_of.extend(trips.iter().map(|_| all.routes.len() as u32));
                let stops = nodes.into_iter().map(StopIdx::new).collect();
                all.routes.push(Route { stops, calls: calls.clone(), first_trip, trips });
            }
        }
        for &[from, to, seconds] in changes {
            all.footpaths[2 * from as usize].push(StopIdx::new(2 * to + 1));
            all.changes.insert((2 * from, 2 * to + 1), seconds);
        }
        all
    }

    fn times(&self, trip: TripIdx, position: u32) -> (u32, u32) {
        let route = &self.routes[self.route_of[trip.get() as usize] as usize];
        route.trips[trip.get() as usize - route.first_trip as usize][position as usize / 2]
    }

    fn call(&self, trip: TripIdx, position: u32) -> &Call {
        &self.routes[self.route_of[trip.get() as usize] as usize].calls[position as usize / 2]
    }
}

impl Timetable for Lines {
    fn n_stops(&self) -> usize {
        self.serving.len()
    }

    fn n_routes(&self) -> usize {
        self.routes.len()
    }

    fn get_routes_serving_stop(&self, stop: StopIdx) -> &[(RouteIdx, u32)] {
        &self.serving[stop.get() as usize]
    }

    fn get_stops_after(&self, route: RouteIdx, position: u32) -> &[StopIdx] {
        &self.routes[route.get() as usize].stops[position as usize..]
    }

    fn stop_at(&self, route: RouteIdx, position: u32) -> StopIdx {
        self.routes[route.get() as usize].stops[position as usize]
    }

    fn get_earliest_trip(&self, route: RouteIdx, at: SecondOfDay, position: u32) -> Option<TripIdx> {
        let route = &self.routes[route.get() as usize];
        let call = position as usize / 2;
        if position % 2 == 0 || !route.calls[call].board {
            return None;
        }
        let first = route.trips.partition_point(|times| times[call].1 < at.0);
        (first < route.trips.len()).then(|| TripIdx::new(route.first_trip + first as u32))
    }

    fn get_arrival_time(&self, trip: TripIdx, position: u32) -> SecondOfDay {
        SecondOfDay(self.times(trip, position).0)
    }

    fn get_departure_time(&self, trip: TripIdx, position: u32) -> SecondOfDay {
        SecondOfDay(self.times(trip, position).1)
    }

    fn pickup_allowed(&self, trip: TripIdx, position: u32) -> bool {
        position % 2 == 1 && self.call(trip, position).board
    }

    fn drop_off_allowed(&self, trip: TripIdx, position: u32) -> bool {
        position % 2 == 0 && self.call(trip, position).alight
    }

    fn get_footpaths_from(&self, stop: StopIdx) -> &[StopIdx] {
        &self.footpaths[stop.get() as usize]
    }

    fn get_transfer_time(&self, from: StopIdx, to: StopIdx) -> Duration {
        Duration(self.changes.get(&(from.get(), to.get())).copied().unwrap_or(u32::MAX / 4))
    }
}

fn numbers<const N: usize>(path: &str) -> Result<Vec<[u32; N]>, Box<dyn Error>> {
    let mut rows = Vec::new();
    for line in std::fs::read_to_string(path)?.lines() {
        let row: Result<Vec<u32>, _> = line.split(',').map(str::parse).collect();
        rows.push(row?.try_into().map_err(|_| format!("{path}: {line} has not {N} numbers"))?);
    }
    Ok(rows)
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, calls, changes, questions] = arguments.as_slice() else {
        return Err("ask-vulture CALLS CHANGES QUESTIONS".into());
    };
    let calls = numbers::<6>(calls)?;
    let stops = calls.iter().map(|call| call[1] as usize + 1).max().unwrap_or(0);
    let mut trips: BTreeMap<u32, (Vec<Call>, Times)> = BTreeMap::new();
    for [trip, stop, arrival, departure, board, alight] in calls {
        let (calls, times) = trips.entry(trip).or_default();
        calls.push(Call { stop, board: board == 1, alight: alight == 1 });
        times.push((arrival, departure));
    }
    let lines = Lines::of(trips.into_values().collect(), stops, &numbers(changes)?);
    for [from, to, leave, vehicles] in numbers(questions)? {
        let query = lines.query().from(StopIdx::new(2 * from + 1)).to(StopIdx::new(2 * to));
        let found = query.max_transfers(Transfers(vehicles as _)).depart_at(SecondOfDay(leave)).run();
        let most = vehicles as usize;
        let soonest = found.iter().filter(|journey| journey.plan.len() <= most).map(|journey| journey.arrival().0).min();
        println!("{}", soonest.map_or(String::new(), |soonest| soonest.to_string()));
    }
    Ok(())
}
