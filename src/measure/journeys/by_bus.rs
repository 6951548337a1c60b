//! One standard by bus asked about again and again: for many choices of doors, and for each door alone.

use super::pace::{Pace, footpaths};
use super::{Journeys, speeds};
use crate::measure::coverage::{Coverage, coverage_knowing};
use crate::measure::walk::Door;
use crate::place::{Place, Standard};
use crate::transit::Footpath;
use crate::units::{Metres, WalkingSpeed};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// A standard by bus, with everything about its journeys that does not hang on where they lead.
#[derive(Debug)]
pub struct ByBus<'p> {
    place: &'p Place,
    standard: &'p Standard,
    journeys: Journeys<'p>,
}

/// From each dwelling position, by which departures one is in time at which of some doors, each door alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    /// Each walking speed that somebody has, the place's first, with the departures of each position.
    paces: Vec<(WalkingSpeed, Vec<Vec<Together>>)>,
}

/// Departures by which one is in time at the same doors and at no other.
#[derive(Debug, Clone, PartialEq)]
pub struct Together {
    /// Their share of all departures, above 0.
    pub share: f64,
    /// Numbers of the doors, ascending; none where one is in time nowhere.
    pub doors: Vec<u32>,
}

impl Moments {
    /// The departures of somebody who sets out from a position at a speed; their shares sum to 1.
    #[must_use]
    pub fn of(&self, position: usize, speed: WalkingSpeed) -> &[Together] {
        let own = self.paces.iter().find(|(known, _)| *known == speed).or(self.paces.first());
        own.and_then(|(_, positions)| positions.get(position)).map_or(&[], Vec::as_slice)
    }

    /// Pairs of a door and departures by which one is in time there.
    #[must_use]
    pub fn pairs(&self) -> usize {
        self.paces.iter().flat_map(|(_, positions)| positions).flatten().map(|these| these.doors.len()).sum()
    }
}

/// Doors from which one looks between two looks at whether to go on.
const AT_A_TIME: usize = 16;

impl<'p> ByBus<'p> {
    /// `None` for a standard on foot alone.
    #[must_use]
    pub fn of(place: &'p Place, standard: &'p Standard) -> Option<Self> {
        Some(Self { place, standard, journeys: Journeys::of(place, standard)? })
    }

    /// As [`coverage_to`](crate::measure::coverage_to), without working out again what runs.
    #[must_use]
    pub fn coverage(&self, doors: &[Door]) -> Coverage {
        coverage_knowing(self.place, self.standard, doors, &self.journeys)
    }

    /// By which departures is one in time at which door, if that were the only one?
    ///
    /// Whoever is in time at any of some doors is in time where all of them are open, and nobody else is: so a choice of doors
    /// covers, of each position, the departures that lead to one of them in time. The way back is left out of account: one
    /// may go home from another door than one came to, so that with it doors cannot be looked at one by one.
    ///
    /// * `walks`: for each dwelling position, the numbers of the doors within the standard's time on foot, and how far each is.
    /// * `go_on`: told the share of the doors that is done, and how many words of 8 bytes are kept so far; `None` comes of its
    ///   saying no.
    #[must_use]
    pub fn moments(
        &self,
        doors: &[Door],
        walks: &[Vec<(u32, Metres)>],
        go_on: impl Fn(f64, u64) -> bool,
    ) -> Option<Moments> {
        let mut on_foot: Vec<Vec<(usize, Metres)>> = vec![Vec::new(); doors.len()];
        for (position, walks) in walks.iter().enumerate() {
            walks.iter().for_each(|&(door, length)| on_foot[door as usize].push((position, length)));
        }
        let speeds = speeds(self.place);
        let (mut words, all) = (0, (speeds.len() * doors.len()).max(1) as f64);
        let mut paces = Vec::with_capacity(speeds.len());
        for (nth, speed) in speeds.into_iter().enumerate() {
            let paths = footpaths(&self.journeys, speed);
            let mut found: Vec<Vec<(u32, Vec<u64>)>> = vec![Vec::new(); walks.len()];
            for first in (0..doors.len()).step_by(AT_A_TIME) {
                if !go_on((nth * doors.len() + first) as f64 / all, words) {
                    return None;
                }
                let some = first..doors.len().min(first + AT_A_TIME);
                let rows: Vec<Vec<(usize, Vec<u64>)>> = some
                    .clone()
                    .into_par_iter()
                    .map(|door| self.to_one(speed, &paths, &doors[door], &on_foot[door]))
                    .collect();
                for (door, row) in some.zip(rows) {
                    for (position, bits) in row {
                        words += bits.len() as u64 + 3;
                        found[position].push((door as u32, bits));
                    }
                }
            }
            paces.push((speed, found.into_par_iter().map(|found| self.together(&found)).collect()));
        }
        Some(Moments { paces })
    }

    /// From which positions one is in time at a door, and by which departures.
    fn to_one(
        &self,
        speed: WalkingSpeed,
        paths: &[Vec<Footpath>],
        door: &Door,
        on_foot: &[(usize, Metres)],
    ) -> Vec<(usize, Vec<u64>)> {
        let pace = Pace::with(&self.journeys, speed, paths, &self.journeys.onward(std::slice::from_ref(door)));
        let mut walks = on_foot.iter().copied().peekable();
        let mut row = Vec::new();
        for position in 0..self.place.positions.len() {
            let walk = walks.next_if(|(of, _)| *of == position).map(|(_, length)| length);
            row.extend(pace.moments(position, walk).map(|bits| (position, bits)));
        }
        row
    }

    /// Departures by which one is in time at the same doors, put together.
    fn together(&self, found: &[(u32, Vec<u64>)]) -> Vec<Together> {
        let each = self.journeys.moments();
        let days = &self.journeys.known.days;
        let mut known: BTreeMap<Vec<u32>, usize> = BTreeMap::new();
        for at in 0..each * days.len() {
            let is_in_time = |(_, bits): &&(u32, Vec<u64>)| bits[at / 64] >> (at % 64) & 1 == 1;
            let doors: Vec<u32> = found.iter().filter(is_in_time).map(|(door, _)| *door).collect();
            *known.entry(doors).or_default() += days[at / each].1;
        }
        let all = known.values().sum::<usize>().max(1) as f64;
        known.into_iter().map(|(doors, count)| Together { share: count as f64 / all, doors }).collect()
    }
}
