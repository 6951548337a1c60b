//! Journeys at one walking speed.

use super::{InTime, Journeys};
use crate::measure::walk::Walk;
use crate::place::{WayBack, Within};
use crate::transit::{Connection, Departures, Footpath, Profile, Question, profile, travel_times};
use crate::units::{Metres, WalkingSpeed};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::ops::Range;

/// Seconds between getting off and getting on elsewhere, at the least and beside the walk, where the timetable says
/// nothing: what OpenTripPlanner takes. With less, buses that are a little late are missed; with more, changes that
/// people make every day are not.
const SLACK: u32 = 120;

/// For one speed, what is worth taking from every stop on each of the days.
pub(super) struct Pace<'a> {
    all: &'a Journeys<'a>,
    speed: WalkingSpeed,
    /// One for each of the days, with how many days are the same.
    days: Vec<Day>,
}

struct Day {
    there: Profile,
    /// Backwards in time: from a stop, how long before the end one must set out from the destination.
    back: Option<Profile>,
    same: usize,
}

impl<'a> Pace<'a> {
    pub(super) fn new(all: &'a Journeys<'a>, speed: WalkingSpeed, from_stops: &[Option<Metres>]) -> Self {
        Self::with(all, speed, &footpaths(all, speed), from_stops)
    }

    /// As [`Self::new`], where the ways between stops at this speed are known: those of [`footpaths`].
    pub(super) fn with(
        all: &'a Journeys<'a>,
        speed: WalkingSpeed,
        there: &[Vec<Footpath>],
        from_stops: &[Option<Metres>],
    ) -> Self {
        let onward: Vec<Option<u32>> =
            from_stops.iter().map(|walk| walk.and_then(|walk| seconds(all, speed, walk))).collect();
        let vehicles = all.journey.changes + 1;
        let span = all.known.span.clone();
        let mut pace = Self { all, speed, days: Vec::new() };
        let back = all.journey.back.map(|back| (back, turned(there)));
        let day = |(rides, same): &(Vec<Connection>, usize)| {
            let ask = Question { footpaths: there, onward: &onward, vehicles, span: &span };
            let back = back.as_ref().map(|(back, paths)| {
                let span = -back.by..-span.start;
                let ask = Question { footpaths: paths, onward: &onward, vehicles, span: &span };
                profile(&reversed(rides), ask)
            });
            Day { there: profile(rides, ask), back, same: *same }
        };
        pace.days = all.known.days.par_iter().map(day).collect();
        pace
    }

    /// What comes of setting out from each of some positions, with the walk from it to the nearest destination.
    pub(super) fn kept(&self, positions: &[usize], walks: &[Option<Walk>]) -> Vec<InTime> {
        positions.par_iter().zip(walks).map(|(position, walk)| self.of(*position, *walk)).collect()
    }

    /// For each position, with its walk to the nearest destination, the share of departures that arrive in time of each of
    /// some hours: one each minute.
    pub(super) fn by_hour(&self, walks: &[Option<Walk>], hours: Range<i32>) -> Vec<Vec<f64>> {
        const EACH: usize = 60;
        let count = hours.len() * EACH;
        let departures = Departures { first: hours.start * 3600, step: 60, count };
        let all = (self.days.iter().map(|day| day.same).sum::<usize>() * EACH).max(1);
        let of = |(position, walk): (usize, &Option<Walk>)| {
            let (stops, on_foot) = (self.stops_near(position), self.on_foot(walk.map(|walk| walk.length)));
            let mut in_time = vec![0; hours.len()];
            for day in &self.days {
                for (nth, time) in travel_times(&day.there, &stops, on_foot, departures).into_iter().enumerate() {
                    in_time[nth / EACH] +=
                        if time.is_some_and(|time| time <= self.all.known.limit) { day.same } else { 0 };
                }
            }
            in_time.into_iter().map(|count| count as f64 / all as f64).collect()
        };
        walks.par_iter().enumerate().map(of).collect()
    }

    /// Seconds on foot all the way. A walk that keeps the limit keeps it here as well, however it rounds.
    fn on_foot(&self, walk: Option<Metres>) -> Option<u32> {
        let time = self.speed.time(walk?);
        let seconds = whole(time.get())?;
        Some(if Some(time).within(self.all.known.within) { seconds.min(self.all.known.limit) } else { seconds })
    }

    fn of(&self, position: usize, walk: Option<Walk>) -> InTime {
        let journey = self.all.journey;
        let on_foot = self.on_foot(walk.map(|walk| walk.length));
        let stops = self.stops_near(position);
        let mut times: Vec<(u32, usize)> = Vec::with_capacity(self.all.moments() * self.days.len());
        let mut in_time = 0;
        for day in &self.days {
            let leave_by = journey.back.map(|back| day.leave_by(back, &stops, on_foot));
            for (start, time) in self.taken(day, &stops, on_foot) {
                times.push((time.unwrap_or(u32::MAX), day.same));
                let is_in_time = time.is_some_and(|time| time <= self.all.known.limit);
                let is_back = match (leave_by, journey.back, time) {
                    (Some(leave_by), Some(back), Some(time)) => {
                        // Who is to be there by a time stays from then on.
                        let there = journey.arrive_by.unwrap_or(start.saturating_add_unsigned(time));
                        let away = there.saturating_add(back.stay);
                        leave_by.is_some_and(|latest| away <= latest)
                    }
                    _ => true,
                };
                in_time += if is_in_time && is_back { day.same } else { 0 };
            }
        }
        let [p50, p85] = not_exceeded(times, [0.5, 0.85]);
        InTime { in_time: in_time as u32, p50, p85 }
    }

    /// Each moment of setting out on a day and the seconds from door to door; of who is to be there by a time, the last that
    /// will do.
    fn taken(&self, day: &Day, stops: &[(u32, u32)], on_foot: Option<u32>) -> Vec<(i32, Option<u32>)> {
        let departures = self.all.departures();
        let taken = departures.iter().zip(travel_times(&day.there, stops, on_foot, departures));
        match self.all.journey.arrive_by {
            Some(by) => vec![(by, last_that_will_do(by, on_foot, taken))],
            None => taken.collect(),
        }
    }

    /// On which of the moments of all days one is in time who sets out from a position: a bit each, day after day; `None`
    /// where on none of them. The way back is left out of account.
    ///
    /// * `walk`: from there to the nearest destination.
    pub(super) fn moments(&self, position: usize, walk: Option<Metres>) -> Option<Vec<u64>> {
        let (stops, on_foot) = (self.stops_near(position), self.on_foot(walk));
        let in_time = |time: Option<u32>| time.is_some_and(|time| time <= self.all.known.limit);
        let is_near = |day: &Day| stops.iter().any(|(stop, _)| !day.there.departures(*stop).is_empty());
        let each = self.all.moments();
        let mut bits = vec![0; (each * self.days.len()).div_ceil(64)];
        for (nth, day) in self.days.iter().enumerate().filter(|(_, day)| in_time(on_foot) || is_near(day)) {
            for (moment, (_, time)) in self.taken(day, &stops, on_foot).into_iter().enumerate() {
                let at = nth * each + moment;
                bits[at / 64] |= u64::from(in_time(time)) << (at % 64);
            }
        }
        bits.iter().any(|bits| *bits != 0).then_some(bits)
    }

    /// For each position, whether another answer may come of it than at an earlier pace at the same speed: where something
    /// else is worth taking from a stop near it, or where it has moved in any other way.
    pub(super) fn other_than(&self, earlier: &Self, moved: impl Fn(usize) -> bool + Sync) -> Vec<bool> {
        let differs = |stop: u32| {
            let back = |day: &Day| day.back.as_ref().map(|back| back.departures(stop).to_vec());
            let mut days = self.days.iter().zip(&earlier.days);
            days.any(|(now, was)| now.there.departures(stop) != was.there.departures(stop) || back(now) != back(was))
        };
        let differs: Vec<bool> = (0..self.all.known.ways.stops as u32).into_par_iter().map(differs).collect();
        let near = |position: usize| self.stops_near(position).iter().any(|(stop, _)| differs[*stop as usize]);
        let positions = 0..self.all.place.positions.len();
        positions.into_par_iter().map(|position| moved(position) || near(position)).collect()
    }

    /// From which of these positions one arrives in time at some moment of some day, by a vehicle at least.
    pub(super) fn ever(&self, positions: &[usize]) -> Vec<bool> {
        let quickest: Vec<Option<u32>> = (0..self.all.known.ways.stops as u32)
            .into_par_iter()
            .map(|stop| {
                let rides = self.days.iter().flat_map(|day| day.there.departures(stop));
                rides.map(|(leaves, arrives)| (arrives - leaves).max(0).unsigned_abs()).min()
            })
            .collect();
        let arrives = |position: &usize| {
            self.stops_near(*position).iter().any(|(stop, walk)| {
                quickest[*stop as usize].is_some_and(|ride| ride.saturating_add(*walk) <= self.all.known.limit)
            })
        };
        positions.par_iter().map(arrives).collect()
    }

    fn stops_near(&self, position: usize) -> Vec<(u32, u32)> {
        let near = self.all.known.ways.from_homes.get(position).map_or(&[][..], Vec::as_slice);
        near.iter().filter_map(|(stop, walk)| Some((*stop, seconds(self.all, self.speed, *walk)?))).collect()
    }
}

impl Day {
    /// The latest moment of setting out for home; `None` where one does not get home at all.
    fn leave_by(&self, back: WayBack, stops: &[(u32, u32)], on_foot: Option<u32>) -> Option<i32> {
        let end = Departures { first: -back.by, step: 1, count: 1 };
        let way = travel_times(self.back.as_ref()?, stops, on_foot, end).first().copied().flatten()?;
        Some(back.by.saturating_sub_unsigned(way))
    }
}

/// Seconds from the last moment of setting out that gets one there by a time until that time: waiting there counts. On foot
/// one sets out to the second, else on the whole minute.
fn last_that_will_do(by: i32, on_foot: Option<u32>, taken: impl Iterator<Item = (i32, Option<u32>)>) -> Option<u32> {
    let in_time = taken.filter(|(start, time)| time.is_some_and(|time| start.saturating_add_unsigned(time) <= by));
    let latest = in_time.map(|(start, _)| (by - start).max(0).unsigned_abs()).min();
    latest.into_iter().chain(on_foot).min()
}

/// The time that a share of the departures does not exceed, for each share; `None` where fewer arrive.
fn not_exceeded<const N: usize>(mut times: Vec<(u32, usize)>, shares: [f64; N]) -> [Option<u32>; N] {
    times.sort_unstable();
    let all: usize = times.iter().map(|(_, count)| count).sum();
    shares.map(|share| {
        let wanted = (all as f64 * share - 1e-9).ceil() as usize;
        let mut seen = 0;
        let found = times.iter().find(|(_, count)| {
            seen += count;
            seen >= wanted
        });
        found.map(|(time, _)| *time).filter(|time| *time != u32::MAX)
    })
}

/// A walk in whole seconds, rounded up: who is told to be in time is. `None` where it is too long for a walk to a stop.
fn seconds(all: &Journeys<'_>, speed: WalkingSpeed, walk: Metres) -> Option<u32> {
    let time = speed.time(walk);
    (time.get() <= all.journey.walk.get() + 1e-6).then(|| whole(time.get())).flatten()
}

fn whole(seconds: f64) -> Option<u32> {
    (seconds < f64::from(u32::MAX / 4)).then(|| (seconds - 1e-6).ceil().max(0.0) as u32)
}

/// For each stop, where one can change to and how long that takes.
pub(super) fn footpaths(all: &Journeys<'_>, speed: WalkingSpeed) -> Vec<Vec<Footpath>> {
    let mut paths: Vec<Vec<Footpath>> = vec![Vec::new(); all.known.ways.stops];
    let Some(transit) = &all.place.transit else { return paths };
    let said = &transit.timetable.changes;
    let served = all.known.ways.served();
    for &stop in served.iter().filter(|stop| !said.contains_key(&(**stop, **stop))) {
        paths[stop as usize].push(Footpath { to: stop, seconds: SLACK });
    }
    for &(from, to, walk) in &all.known.ways.between {
        if let Some(walk) = seconds(all, speed, walk).filter(|_| !said.contains_key(&(from, to))) {
            paths[from as usize].push(Footpath { to, seconds: walk + SLACK });
        }
    }
    // What the timetable says of a change is said for most people; who walks more slowly than they needs longer.
    let slower = (all.place.speed.km_per_h() / speed.km_per_h()).max(1.0);
    let served: BTreeSet<u32> = served.iter().copied().collect();
    for (&(from, to), least) in said.iter().filter(|((from, to), _)| served.contains(from) && served.contains(to)) {
        if let Some(least) = least {
            let seconds = (f64::from(*least) * slower).ceil().max(1.0) as u32;
            paths[from as usize].push(Footpath { to, seconds });
        }
    }
    paths
}

/// The same ways in the other direction.
fn turned(paths: &[Vec<Footpath>]) -> Vec<Vec<Footpath>> {
    let mut turned = vec![Vec::new(); paths.len()];
    for (from, path) in paths.iter().enumerate().flat_map(|(from, paths)| paths.iter().map(move |path| (from, path))) {
        turned[path.to as usize].push(Footpath { to: from as u32, seconds: path.seconds });
    }
    turned
}

/// The same rides with time running backwards, the latest "departure" first.
fn reversed(rides: &[Connection]) -> Vec<Connection> {
    let turn = |ride: &Connection| Connection {
        from: ride.to,
        to: ride.from,
        departure: -ride.arrival,
        arrival: -ride.departure,
        trip: ride.trip,
        order: u32::MAX - ride.order,
        board: ride.alight,
        alight: ride.board,
    };
    let mut turned: Vec<Connection> = rides.iter().map(turn).collect();
    turned.sort_unstable_by_key(|ride| std::cmp::Reverse((ride.departure, ride.trip, ride.order)));
    turned
}
