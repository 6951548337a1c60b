//! How often can somebody get there in time, on foot or by what the timetable says?

mod by_bus;
mod pace;
mod ways;

pub use by_bus::{ByBus, Moments, Together};

use super::walk::{Door, Walk, doors};
use crate::place::{AssetIdx, Journey, People, Place, Standard, clock};
use crate::transit::{Connection, Departures};
use crate::units::{Metres, Seconds, WalkingSpeed};
use chrono::{Datelike, Days, NaiveDate};
use pace::Pace;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use ways::Ways;

/// Seconds in a day.
const DAY: i32 = 86_400;

/// How often one gets there in time from each of some dwelling positions, for each walking speed of the place.
#[derive(Debug, Clone, PartialEq)]
pub struct Often {
    /// Moments of setting out: each minute of the window, on each day.
    pub departures: usize,
    /// Each walking speed that somebody has, the place's first.
    paces: Vec<(WalkingSpeed, Vec<InTime>)>,
}

/// What comes of setting out from one dwelling position at each moment of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InTime {
    /// How many of the departures arrive in time (and are back in time, where that is asked).
    pub in_time: u32,
    /// Seconds from door to door that half of the departures do not exceed; `None` where fewer than half arrive at all.
    pub p50: Option<u32>,
    /// Seconds that 85 in 100 of the departures do not exceed.
    pub p85: Option<u32>,
}

impl Often {
    /// What was counted for each walking speed of the place, its own first; without times.
    pub(super) fn counted(departures: usize, paces: Vec<(WalkingSpeed, Vec<InTime>)>) -> Self {
        Self { departures, paces }
    }

    /// What comes of setting out at this speed from the position of this number in the list that was asked about.
    #[must_use]
    pub fn kept(&self, position: usize, speed: WalkingSpeed) -> InTime {
        let own = self.paces.iter().find(|(known, _)| *known == speed).or(self.paces.first());
        own.and_then(|(_, kept)| kept.get(position)).copied().unwrap_or_default()
    }

    /// The share of the departures that arrive in time.
    #[must_use]
    pub fn share(&self, position: usize, speed: WalkingSpeed) -> f64 {
        f64::from(self.kept(position, speed).in_time) / self.departures.max(1) as f64
    }

    /// At the place's own speed.
    #[must_use]
    pub fn at_usual_speed(&self, position: usize) -> InTime {
        self.paces.first().and_then(|(_, kept)| kept.get(position)).copied().unwrap_or_default()
    }
}

/// An hour of the day, and how many get there in time who set out in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hour {
    /// Hours after midnight.
    pub hour: i32,
    /// Residents times the share of departures by which each is in time.
    pub covered: f64,
}

impl Hour {
    /// As `09:00`.
    #[must_use]
    pub fn clock(&self) -> String {
        clock(self.hour * 3600)
    }
}

/// The hours that are told: nobody sets out for a hub in the night.
const HOURS: Range<i32> = 5..23;

/// For how many residents does one get there in time who sets out in each hour of the day?
///
/// *Method.* As [`coverage`](super::coverage()) by bus, for each minute of every hour of the standard's days, at the
/// place's walking speed, without the way back. `None` for a standard on foot alone.
///
/// * `qualifying`: the assets that satisfy the standard.
/// * `walks`: from each dwelling position the walk to the nearest of them.
#[must_use]
pub fn over_the_day(
    place: &Place,
    standard: &Standard,
    qualifying: &[AssetIdx],
    walks: &[Option<Walk>],
) -> Option<Vec<Hour>> {
    let own = standard.transit.as_ref()?;
    let window = HOURS.start * 3600..HOURS.end * 3600;
    let journey = Journey { from: window.start, to: window.end, arrive_by: None, back: None, ..own.clone() };
    let journeys = Journeys::by(place, standard, &journey, &journey.days, window);
    let doors = doors(place, qualifying);
    let from_stops = journeys.known.ways.onward(place, &doors, journeys.longest_walk());
    let pace = Pace::new(&journeys, place.speed, &from_stops);
    let shares = pace.by_hour(walks, HOURS);
    let hours = HOURS.zip(0..).map(|(hour, nth): (i32, usize)| {
        let people = place.positions.iter().zip(&shares);
        Hour { hour, covered: people.map(|(home, shares)| People::round(home.residents * shares[nth])).sum() }
    });
    Some(hours.collect())
}

/// Everything about journeys of a standard that does not hang on where they lead.
#[derive(Debug)]
pub(super) struct Journeys<'p> {
    place: &'p Place,
    journey: &'p Journey,
    known: Arc<Known>,
}

/// What runs and how far it is to where one gets on: all of a standard's journeys that changes with no asset.
#[derive(Debug)]
pub(super) struct Known {
    /// As the standard says it.
    within: Seconds,
    /// Whole seconds from door to door.
    limit: u32,
    /// Rides that leave outside it are of no use, in seconds of the day.
    span: Range<i32>,
    /// What runs on the days asked about, each once with how many days are the same.
    days: Vec<SameDays>,
    ways: Ways,
}

/// What is known already, of other doors.
pub(super) struct Before<'a> {
    pub(super) doors: &'a [Door],
    /// From each position to the nearest of them.
    pub(super) walks: &'a [Option<Walk>],
    /// What came of them, for each position.
    pub(super) often: &'a Often,
}

/// What runs on a day, and on how many of those asked about.
type SameDays = (Vec<Connection>, usize);

impl<'p> Journeys<'p> {
    /// What runs, and how far it is from homes to stops and between stops. `None` for a standard on foot alone.
    pub(super) fn of(place: &'p Place, standard: &'p Standard) -> Option<Self> {
        let journey = standard.transit.as_ref()?;
        Some(Self::by(place, standard, journey, &journey.days, journey.from..journey.to))
    }

    /// * `window`: when one sets out.
    fn by(
        place: &'p Place,
        standard: &Standard,
        journey: &'p Journey,
        asked: &[NaiveDate],
        window: Range<i32>,
    ) -> Self {
        let fastest = speeds(place).into_iter().fold(place.speed, |a, b| if b > a { b } else { a });
        // A hair over the limit by rounding is still within it, as it is on foot.
        let limit = (standard.within.get() + 1e-6).floor().max(0.0) as u32;
        let span = window.start..window.end.saturating_add_unsigned(limit).saturating_add(1);
        let days = days(place, standard, asked, span.start..span.end.max(journey.back.map_or(0, |back| back.by)));
        let ways = Ways::of(place, &days, fastest.distance(journey.walk));
        Self { place, journey, known: Arc::new(Known { within: standard.within, limit, span, days, ways }) }
    }

    /// The same where it was worked out before, for this standard of this place.
    pub(super) fn again(place: &'p Place, standard: &'p Standard, known: &Arc<Known>) -> Option<Self> {
        Some(Self { place, journey: standard.transit.as_ref()?, known: Arc::clone(known) })
    }

    /// What can be kept for another time.
    pub(super) fn known(&self) -> &Arc<Known> {
        &self.known
    }

    /// How often one gets to the nearest of these doors in time from each of these positions.
    ///
    /// * `walks`: for each of `positions`, the walk to the nearest of the doors.
    pub(super) fn often(&self, doors: &[Door], positions: &[usize], walks: &[Option<Walk>]) -> Often {
        let from_stops = self.onward(doors);
        let paces = speeds(self.place).into_iter().map(|speed| {
            let pace = Pace::new(self, speed, &from_stops);
            (speed, pace.kept(positions, walks))
        });
        Often { departures: self.journey.departures(), paces: paces.collect() }
    }

    /// The same of all positions, where it is known what came of other doors: only who may take something else, or walks
    /// another way, sets out anew.
    pub(super) fn often_since(&self, doors: &[Door], walks: &[Option<Walk>], before: &Before<'_>) -> Often {
        let (now, was) = (self.onward(doors), self.onward(before.doors));
        let paces = speeds(self.place).into_iter().map(|speed| {
            let (pace, earlier) = (Pace::new(self, speed, &now), Pace::new(self, speed, &was));
            let moved = |position: usize| {
                let length = |walks: &[Option<Walk>]| walks[position].map(|walk| walk.length);
                length(walks) != length(before.walks)
            };
            let is_other = pace.other_than(&earlier, moved);
            let again: Vec<usize> = (0..walks.len()).filter(|position| is_other[*position]).collect();
            let their_walks: Vec<Option<Walk>> = again.iter().map(|position| walks[*position]).collect();
            let mut kept: Vec<InTime> = (0..walks.len()).map(|position| before.often.kept(position, speed)).collect();
            for (position, found) in again.iter().zip(pace.kept(&again, &their_walks)) {
                kept[*position] = found;
            }
            (speed, kept)
        });
        Often { departures: self.journey.departures(), paces: paces.collect() }
    }

    /// From each stop to the nearest of these doors.
    fn onward(&self, doors: &[Door]) -> Vec<Option<Metres>> {
        self.known.ways.onward(self.place, doors, self.longest_walk())
    }

    /// From which of these positions one gets there in time at some moment of the days asked about or of another day of
    /// their week, at the place's walking speed; the way back is left out of account.
    pub(super) fn at_another_time(&self, standard: &Standard, doors: &[Door], positions: &[usize]) -> Vec<bool> {
        let other = Self::by(self.place, standard, self.journey, &week(self.journey), 0..DAY);
        let from_stops = other.known.ways.onward(self.place, doors, other.longest_walk());
        let pace = Pace::new(&other, self.place.speed, &from_stops);
        pace.ever(positions)
    }

    fn longest_walk(&self) -> Metres {
        let fastest = speeds(self.place).into_iter().fold(self.place.speed, |a, b| if b > a { b } else { a });
        fastest.distance(self.journey.walk)
    }

    /// Moments of a day that count: each minute of the window, or the last that will do.
    fn moments(&self) -> usize {
        if self.journey.arrive_by.is_some() { 1 } else { self.departures().count }
    }

    /// Each minute of the window, or each at which one may set out to be there by a time.
    fn departures(&self) -> Departures {
        Departures::each_minute(self.journey.from, self.journey.to)
    }
}

/// The walking speeds that somebody has here, the place's own first.
fn speeds(place: &Place) -> Vec<WalkingSpeed> {
    let mut speeds = vec![place.speed];
    for speed in place.groups.iter().filter_map(|group| group.speed) {
        if !speeds.contains(&speed) {
            speeds.push(speed);
        }
    }
    speeds
}

/// What runs on these days within a span of each; days on which the same runs are one.
fn days(place: &Place, standard: &Standard, asked: &[NaiveDate], span: Range<i32>) -> Vec<SameDays> {
    let Some(transit) = &place.transit else { return vec![(Vec::new(), asked.len())] };
    let of_day = |day: &NaiveDate| {
        let mut rides = transit.timetable.on(*day, standard.step_free);
        rides.retain(|ride| span.contains(&ride.departure));
        rides.shrink_to_fit();
        rides
    };
    let rides: Vec<Vec<Connection>> = asked.par_iter().map(of_day).collect();
    let mut different: Vec<SameDays> = Vec::new();
    for rides in rides {
        match different.iter_mut().find(|(known, _)| *known == rides) {
            Some((_, count)) => *count += 1,
            None => different.push((rides, 1)),
        }
    }
    different
}

/// The days of the weeks that hold the days asked about.
fn week(journey: &Journey) -> Vec<NaiveDate> {
    let of_week = |day: &NaiveDate| {
        let monday = day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday())));
        (0..7).filter_map(move |n| monday?.checked_add_days(Days::new(n)))
    };
    journey.days.iter().flat_map(of_week).collect::<BTreeSet<NaiveDate>>().into_iter().collect()
}
