//! How far it is on foot from homes to stops, from stop to stop, and from stops to where one wants to go.

use crate::crs::Xy;
use crate::measure::walk::{Door, pairs, straight};
use crate::network::{Search, Snap};
use crate::place::{Place, TransitStop};
use crate::transit::Connection;
use crate::units::Metres;
use rstar::RTree;
use std::collections::BTreeSet;

/// Walks at the two ends of journeys and between stops, up to a length.
#[derive(Debug)]
pub(super) struct Ways {
    /// Stops at which anything calls that one may get on or off, ascending.
    served: Vec<u32>,
    /// For each dwelling position, the stops within reach and how far they are.
    pub(super) from_homes: Vec<Vec<(u32, Metres)>>,
    /// From stop to stop, both of them served and different.
    pub(super) between: Vec<(u32, u32, Metres)>,
    /// How many stops there are.
    pub(super) stops: usize,
}

impl Ways {
    /// * `days`: what runs; stops at which nothing calls are left out.
    /// * `longest`: no walk is longer.
    pub(super) fn of(place: &Place, days: &[(Vec<Connection>, usize)], longest: Metres) -> Self {
        let none: &[TransitStop] = &[];
        let stops = place.transit.as_ref().map_or(none, |transit| transit.stops.as_slice());
        let mut served: BTreeSet<u32> = BTreeSet::new();
        for ride in days.iter().flat_map(|(rides, _)| rides) {
            served.extend(ride.board.then_some(ride.from));
            served.extend(ride.alight.then_some(ride.to));
        }
        let served: Vec<u32> = served.into_iter().filter(|stop| (*stop as usize) < stops.len()).collect();
        let homes: Vec<(Xy, Option<Snap>)> = place.positions.iter().map(|home| (home.at, home.snap)).collect();
        let (number, at): (Vec<u32>, Vec<(Xy, Option<Snap>)>) = served
            .iter()
            .filter_map(|&stop| Some((stop, (stops[stop as usize].at?, stops[stop as usize].snap))))
            .unzip();
        let mut from_homes = vec![Vec::new(); homes.len()];
        for (from, row) in pairs(place, &at, &homes, longest).into_iter().enumerate() {
            for (home, walk) in row {
                from_homes[home].push((number[from], walk));
            }
        }
        let mut between = Vec::new();
        for (from, row) in pairs(place, &at, &at, longest).into_iter().enumerate() {
            between.extend(row.into_iter().filter(|(to, _)| *to != from).map(|(to, w)| (number[from], number[to], w)));
        }
        // Where the place has no streets, between two stops elsewhere, a straight line is all that is known.
        if place.streets.is_some() {
            let (far, at): (Vec<u32>, Vec<Xy>) = number
                .iter()
                .zip(&at)
                .filter(|(_, (_, snap))| snap.is_none())
                .map(|(stop, (at, _))| (*stop, *at))
                .unzip();
            for (from, row) in straight(place, &at, &at, longest).into_iter().enumerate() {
                between.extend(row.into_iter().filter(|(to, _)| *to != from).map(|(to, w)| (far[from], far[to], w)));
            }
        }
        Self { served, from_homes, between, stops: stops.len() }
    }

    /// Stops at which anything calls.
    pub(super) fn served(&self) -> &[u32] {
        &self.served
    }

    /// From each stop of the timetable to the nearest of these doors.
    pub(super) fn onward(&self, place: &Place, doors: &[Door], longest: Metres) -> Vec<Option<Metres>> {
        let mut found = vec![None; self.stops];
        let Some(transit) = &place.transit else { return found };
        let stop = |number: &u32| &transit.stops[*number as usize];
        match &place.streets {
            Some(streets) => {
                let doors: Vec<Snap> = doors.iter().filter_map(|door| door.snap).collect();
                let (numbers, snaps): (Vec<u32>, Vec<Snap>) =
                    self.served.iter().filter_map(|number| Some((*number, stop(number).snap?))).unzip();
                let nearest = Search::new(streets).nearest(&doors, &snaps, Some(longest));
                for (number, nearest) in numbers.into_iter().zip(nearest) {
                    found[number as usize] = nearest.map(|nearest| nearest.distance);
                }
            }
            None => {
                let tree = RTree::bulk_load(doors.iter().map(|door| [door.at.x, door.at.y]).collect());
                for number in &self.served {
                    let near = stop(number).at.and_then(|at| {
                        let [x, y] = *tree.nearest_neighbor(&[at.x, at.y])?;
                        Some(at.distance(Xy::new(x, y)) * place.detour)
                    });
                    found[*number as usize] = near.filter(|walk| *walk <= longest);
                }
            }
        }
        found
    }
}
