use chrono::{Days, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};

/// Seconds in a day of the timetable.
const DAY: i32 = 86_400;

/// A vehicle's stop on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// Number of the stop.
    pub stop: u32,
    /// Seconds after midnight of the day the service belongs to; may be beyond 24 hours.
    pub arrival: i32,
    /// As `arrival`, and never before it.
    pub departure: i32,
    /// Whether one may get on here.
    pub board: bool,
    /// Whether one may get off here.
    pub alight: bool,
}

/// A vehicle's way along its stops, on every day of its service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trip {
    /// Number of the service.
    pub service: u32,
    /// Known to take a wheelchair.
    pub step_free: bool,
    /// In order; times never go back.
    pub calls: Vec<Call>,
}

/// The days on which trips run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Service {
    /// Each day, with exceptions put in.
    pub days: BTreeSet<NaiveDate>,
}

/// Everything that runs, on all days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timetable {
    /// For each stop, whether it is known to be step-free.
    pub step_free_stops: Vec<bool>,
    /// Which days.
    pub services: Vec<Service>,
    /// Which ways.
    pub trips: Vec<Trip>,
    /// Seconds a change takes at least, from a stop to a stop (itself or another); `None` where changing is not possible.
    pub changes: BTreeMap<(u32, u32), Option<u32>>,
}

/// A ride from one stop to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connection {
    /// Where it leaves.
    pub from: u32,
    /// Where it leads.
    pub to: u32,
    /// Seconds after midnight of the day asked about; negative before it.
    pub departure: i32,
    /// As `departure`.
    pub arrival: i32,
    /// The vehicle: rides of one vehicle on one day have one number.
    pub trip: u32,
    /// Its place on the vehicle's way.
    pub order: u32,
    /// Whether one may get on at its start.
    pub board: bool,
    /// Whether one may get off at its end.
    pub alight: bool,
}

impl Trip {
    /// The same way so many seconds later.
    #[must_use]
    pub fn later(&self, seconds: i32) -> Self {
        let later = |call: &Call| Call {
            arrival: call.arrival.saturating_add(seconds),
            departure: call.departure.saturating_add(seconds),
            ..*call
        };
        Self { calls: self.calls.iter().map(later).collect(), ..self.clone() }
    }
}

impl Timetable {
    /// What runs on a day, latest departure first?
    ///
    /// Trips of the day before that run over midnight, and those of the day after, are among them, on one clock. With
    /// `step_free` only vehicles known to take a wheelchair, and getting on and off only at stops known to be step-free.
    #[must_use]
    pub fn on(&self, day: NaiveDate, step_free: bool) -> Vec<Connection> {
        let mut rides = Vec::new();
        let mut vehicle = 0;
        let days = [(day.pred_opt(), -DAY), (Some(day), 0), (day.checked_add_days(Days::new(1)), DAY)];
        for (day, shift) in days.into_iter().filter_map(|(day, shift)| Some((day?, shift))) {
            for trip in &self.trips {
                let runs = self.services.get(trip.service as usize).is_some_and(|service| service.days.contains(&day));
                if !runs || (step_free && !trip.step_free) {
                    continue;
                }
                self.ride(trip, shift, step_free, vehicle, &mut rides);
                vehicle += 1;
            }
        }
        rides.sort_unstable_by_key(|ride| std::cmp::Reverse((ride.departure, ride.trip, ride.order)));
        rides
    }

    fn ride(&self, trip: &Trip, shift: i32, step_free: bool, vehicle: u32, rides: &mut Vec<Connection>) {
        let usable = |stop: u32| !step_free || self.step_free_stops.get(stop as usize) == Some(&true);
        for (order, pair) in (0..).zip(trip.calls.windows(2)) {
            rides.push(Connection {
                from: pair[0].stop,
                to: pair[1].stop,
                departure: pair[0].departure + shift,
                arrival: pair[1].arrival + shift,
                trip: vehicle,
                order,
                board: pair[0].board && usable(pair[0].stop),
                alight: pair[1].alight && usable(pair[1].stop),
            });
        }
    }

    /// Whether any trip runs on a day.
    #[must_use]
    pub fn runs_on(&self, day: NaiveDate) -> bool {
        let runs = |trip: &Trip| self.services.get(trip.service as usize).is_some_and(|s| s.days.contains(&day));
        self.trips.iter().any(runs)
    }

    /// All days on which some trip runs.
    #[must_use]
    pub fn days(&self) -> BTreeSet<NaiveDate> {
        let used: BTreeSet<u32> = self.trips.iter().map(|trip| trip.service).collect();
        let services = used.into_iter().filter_map(|service| self.services.get(service as usize));
        services.flat_map(|service| service.days.iter().copied()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(stop: u32, at: i32) -> Call {
        Call { stop, arrival: at, departure: at, board: true, alight: true }
    }

    #[test]
    fn a_trip_over_midnight_runs_on_the_morning_after_as_well() {
        let monday = NaiveDate::from_ymd_opt(2024, 6, 3).expect("a day");
        let tuesday = monday.succ_opt().expect("a day");
        let night = Trip { service: 0, step_free: true, calls: vec![call(0, 23 * 3600), call(1, 25 * 3600)] };
        let timetable = Timetable {
            step_free_stops: vec![true, false],
            services: vec![Service { days: [monday].into() }],
            trips: vec![night],
            ..Timetable::default()
        };
        assert_eq!(timetable.on(tuesday, false)[0].arrival, 3600);
        assert_eq!(timetable.on(monday, false)[0].arrival, 25 * 3600);
        assert!(timetable.on(tuesday.succ_opt().expect("a day"), false).is_empty());
        assert!(!timetable.on(monday, true)[0].alight, "one can't get off where nobody says that it is step-free");
        assert_eq!(timetable.days().len(), 1);
    }
}
