//! All timetables of a place as one, with each stop where it meets the streets.

use super::{Feed, read};
use crate::crs::Plane;
use crate::load::desk::Desk;
use crate::load::manifest::TransitSection;
use crate::network::StreetNetwork;
use crate::place::{Code, Issue, Position, Transit, TransitStop, Where};
use crate::transit::Timetable;
use crate::units::Metres;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// What role a timetable has among the sources of a place.
pub(in crate::load) const ROLE: &str = "transit";

/// A timetable by its name in `place.toml`, and the days on which anything of it runs: none where it cannot be read.
pub(in crate::load) struct Running {
    /// As `place.toml` writes it.
    pub(in crate::load) file: String,
    /// Those days.
    pub(in crate::load) days: BTreeSet<NaiveDate>,
}

/// What is known of the ground the stops stand on.
pub(in crate::load) struct Ground<'a> {
    pub(in crate::load) plane: &'a Plane,
    pub(in crate::load) streets: Option<&'a StreetNetwork>,
    pub(in crate::load) max_off_street: Metres,
    pub(in crate::load) homes: &'a [Position],
}

/// Further from every home than this no stop is of any use: two hours' walk, the longest that a standard may allow.
const FAR: f64 = 10_000.0;

/// Reads the timetables a place names; `None` where it names none, or none could be read.
pub(in crate::load) fn timetables(
    desk: &mut Desk<'_>,
    sections: &[TransitSection],
    ground: &Ground<'_>,
) -> (Option<Transit>, Vec<Running>) {
    let (mut all, mut running) = (None, Vec::new());
    for section in sections {
        if desk.named_twice(ROLE, &section.file, "") {
            continue;
        }
        let Some(path) = desk.find_file_or_folder(&section.file, ROLE) else { continue };
        desk.note_source(ROLE, &section.file, &path, &section.source);
        match read(&path, &section.file, &mut desk.issues) {
            Ok(feed) => {
                running.push(Running { file: section.file.clone(), days: feed.timetable.days() });
                let all: &mut Transit = all.get_or_insert_default();
                let (stops, trips) = (all.stops.len(), all.timetable.trips.len());
                add(all, feed, ground);
                let calls = all.timetable.trips[trips..].iter().flat_map(|trip| &trip.calls);
                let called: BTreeSet<usize> = calls.map(|call| call.stop as usize).collect();
                let called: Vec<&TransitStop> = called.into_iter().map(|stop| &all.stops[stop]).collect();
                nowhere_near(&called, all.stops.len() - stops, section, (ground, desk));
            }
            Err(issue) => {
                running.push(Running { file: section.file.clone(), days: BTreeSet::new() });
                desk.issues.push(issue);
            }
        }
    }
    (all, running)
}

/// Puts another timetable behind those that are there: its stops and services are numbered after theirs.
fn add(all: &mut Transit, feed: Feed, ground: &Ground<'_>) {
    let stops = all.stops.len() as u32;
    let Timetable { step_free_stops, services, trips, changes } = feed.timetable;
    let known = &mut all.timetable;
    let first_service = known.services.len() as u32;
    known.step_free_stops.extend(step_free_stops);
    known.services.extend(services);
    known.trips.extend(trips.into_iter().map(|mut trip| {
        trip.service += first_service;
        trip.calls.iter_mut().for_each(|call| call.stop += stops);
        trip
    }));
    known.changes.extend(changes.into_iter().map(|((from, to), least)| ((from + stops, to + stops), least)));
    all.stops.extend(feed.stops.into_iter().map(|stop| {
        let at = stop.at.and_then(|at| ground.plane.to_xy(at));
        let snap = at.zip(ground.streets).and_then(|(at, streets)| streets.snap(at, ground.max_off_street));
        TransitStop { key: stop.key, name: stop.name, at, snap }
    }));
}

/// Tells of a timetable whose vehicles call nowhere near a street of the place, or without streets near where people live:
/// they are in no answer.
fn nowhere_near(
    called: &[&TransitStop],
    all: usize,
    section: &TransitSection,
    (ground, desk): (&Ground<'_>, &mut Desk<'_>),
) {
    let (problem, is_near) = if ground.streets.is_some() {
        ("is near a street of the place", called.iter().any(|stop| stop.snap.is_some()))
    } else {
        let span = |of: fn(&Position) -> f64| {
            let ends = ground.homes.iter().map(of);
            ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), at| (least.min(at), most.max(at)))
        };
        let (x, y) = (span(|home| home.at.x), span(|home| home.at.y));
        let near = |(least, most): (f64, f64), at: f64| (least - FAR..=most + FAR).contains(&at);
        let is_near = called.iter().any(|stop| stop.at.is_some_and(|at| near(x, at.x) && near(y, at.y)));
        ("is within 10 km of where people live", is_near || ground.homes.is_empty())
    };
    if is_near {
        return;
    }
    let problem =
        format!("None of the {} stops at which anything calls, of {all} in the timetable, {problem}", called.len());
    let remedy = "Name a timetable of this place; until then nobody gets on a bus of this one";
    let at = Where::file(&section.file).field("stop_lat");
    desk.issues.push(Issue::warning(Code::TimetableElsewhere, at, problem, remedy));
}
