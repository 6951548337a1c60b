//! Journeys by a timetable: what runs on a day, and how soon one arrives for every moment of setting out.
//!
//! Knows stops, trips and seconds; nothing of streets, and nothing of what the journeys are for.

mod profile;
mod timetable;
mod travel;

pub use profile::{Footpath, Profile, Question, profile};
pub use timetable::{Call, Connection, Service, Timetable, Trip};
pub use travel::{Departures, travel_times};

#[cfg(test)]
#[path = "oracle_tests.rs"]
mod oracle_tests;
