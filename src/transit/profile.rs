//! For every moment of setting out at once: how soon does one arrive?

use super::timetable::Connection;
use std::ops::Range;

/// No arrival.
const NEVER: i32 = i32::MAX;

/// A way on foot from one stop to another, or waiting at the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Footpath {
    /// Where it leads.
    pub to: u32,
    /// Seconds between getting off there and getting on here, at the least; slack and walk are in it.
    pub seconds: u32,
}

/// What is asked of a day's rides.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// For each stop, where one can change to and how long that takes; itself is among them where one can change there.
    pub footpaths: &'a [Vec<Footpath>],
    /// For each stop, how many seconds the walk from it to the nearest destination takes; `None` where there is none.
    pub onward: &'a [Option<u32>],
    /// How many vehicles at most: one more than changes.
    pub vehicles: usize,
    /// Rides that leave outside this span are not looked at, in seconds as in the rides.
    pub span: &'a Range<i32>,
}

/// For each stop, the moments at which a vehicle worth taking leaves, latest first, and when it gets one to the nearest
/// destination: each leaves earlier than the one before it in the list and arrives earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    stops: Vec<Vec<(i32, i32)>>,
}

impl Profile {
    /// Arrival at the nearest destination by a vehicle that leaves a stop at `time` or later.
    #[must_use]
    pub fn arrival(&self, stop: u32, time: i32) -> Option<i32> {
        let arrival = earliest(self.stops.get(stop as usize)?, time);
        (arrival != NEVER).then_some(arrival)
    }

    /// Departures worth taking from a stop, latest first, each with its arrival.
    #[must_use]
    pub fn departures(&self, stop: u32) -> &[(i32, i32)] {
        self.stops.get(stop as usize).map_or(&[], Vec::as_slice)
    }
}

/// The arrival of the last departure in the list that isn't before `time`.
fn earliest(departures: &[(i32, i32)], time: i32) -> i32 {
    let usable = departures.partition_point(|(departure, _)| *departure >= time);
    departures[..usable].last().map_or(NEVER, |(_, arrival)| *arrival)
}

/// From each stop, which vehicles are worth taking to get to the nearest of many destinations, and when do they get there?
///
/// *Method.* Profile connection scan (Dibbelt, Pareto, Strasser and Wagner, *Connection Scan Algorithm*, ACM Journal of
/// Experimental Algorithmics 23, 2018, section 4), backwards from all destinations at once: rides are looked at from the
/// last to the first; of each it is known, when its turn comes, how soon one arrives by getting off and walking, by
/// staying seated, or by changing. Profiles are kept by how many vehicles may still be used, so that the limit of
/// changes is exact. What is worth taking from a stop is told at once to all stops from which one can walk there, so that a
/// ride asks at its own stop alone: few rides are worth taking, and all have many stops near them.
///
/// * `rides`: of one day, latest departure first, as [`Timetable::on`](super::Timetable::on) gives them.
///
/// Exact for changes that take at least a second (of zero seconds, the change to a ride that leaves in the very second
/// of arrival may be missed where that ride itself takes no time). Costs time in proportion to rides × vehicles, and to departures
/// worth taking × vehicles × footpaths.
#[must_use]
pub fn profile(rides: &[Connection], question: Question<'_>) -> Profile {
    let n_stops = question.footpaths.len().max(question.onward.len());
    let most = question.vehicles;
    let vehicles = rides.iter().map(|ride| ride.trip as usize + 1).max().unwrap_or(0);
    // How soon one arrives who sits in the vehicle, by how many vehicles may be used, this one among them.
    let mut seated = vec![NEVER; vehicles * most];
    let mut leaving: Vec<Vec<Vec<(i32, i32)>>> = vec![vec![Vec::new(); n_stops]; most];
    // As `leaving`, for who gets off at a stop and walks to where the vehicle leaves: by when they must be off.
    let mut changing = vec![vec![Vec::new(); n_stops]; most.saturating_sub(1)];
    let towards = towards(question.footpaths, n_stops);
    let first = rides.partition_point(|ride| ride.departure >= question.span.end);
    let last = rides.partition_point(|ride| ride.departure >= question.span.start);
    for ride in &rides[first..last.max(first)] {
        for used in 0..most {
            let seat = ride.trip as usize * most + used;
            let mut arrival = seated[seat];
            if ride.alight {
                let onward = question.onward.get(ride.to as usize).copied().flatten();
                arrival = arrival.min(onward.map_or(NEVER, |walk| ride.arrival.saturating_add_unsigned(walk)));
                if used > 0
                    && let Some(here) = changing[used - 1].get(ride.to as usize)
                {
                    arrival = arrival.min(earliest(here, ride.arrival));
                }
            }
            seated[seat] = arrival;
            if ride.board
                && let Some(here) = leaving[used].get_mut(ride.from as usize)
                && add(here, ride.departure, arrival)
                && let Some(changing) = changing.get_mut(used)
            {
                for path in &towards[ride.from as usize] {
                    put(&mut changing[path.to as usize], ride.departure.saturating_sub_unsigned(path.seconds), arrival);
                }
            }
        }
    }
    Profile { stops: leaving.pop().unwrap_or_default() }
}

/// For each stop, from where one can change to it, and how long that takes.
fn towards(footpaths: &[Vec<Footpath>], n_stops: usize) -> Vec<Vec<Footpath>> {
    let mut towards = vec![Vec::new(); n_stops];
    for (from, path) in (0..).zip(footpaths).flat_map(|(from, paths)| paths.iter().map(move |path| (from, path))) {
        if let Some(there) = towards.get_mut(path.to as usize) {
            there.push(Footpath { to: from, seconds: path.seconds });
        }
    }
    towards
}

/// Puts a moment among the others, latest first, if none that is as late arrives as early; those that it makes useless go.
fn put(moments: &mut Vec<(i32, i32)>, moment: i32, arrival: i32) {
    let mut first = moments.partition_point(|(known, _)| *known >= moment);
    if let Some(&(known, soonest)) = first.checked_sub(1).and_then(|last| moments.get(last)) {
        if soonest <= arrival {
            return;
        }
        first -= usize::from(known == moment);
    }
    let useless = moments[first..].iter().take_while(|(_, known)| *known >= arrival).count();
    moments.splice(first..first + useless, [(moment, arrival)]);
}

/// Adds a departure, which is not later than any before it, if it arrives earlier than all of them; says whether it did.
fn add(departures: &mut Vec<(i32, i32)>, departure: i32, arrival: i32) -> bool {
    if arrival == NEVER || departures.last().is_some_and(|(_, known)| *known <= arrival) {
        return false;
    }
    if departures.last().is_some_and(|(known, _)| *known == departure) {
        departures.pop();
    }
    departures.push((departure, arrival));
    true
}
