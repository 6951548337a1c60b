//! What a standard is and what came of it in the whole place: totals that are exact before they are
//! rounded, where the sum of rounded zones may be a few people off.

use super::catalog::Answer;
use super::json_value;
use super::round;
use crate::place::{Idx, Journey, Place, clock};
use serde::Serialize;
use serde_json::{Map, Value};

/// A standard with its totals.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Totals {
    /// What is asked.
    pub standard: StandardAbout,
    /// What is true of the whole place, under the names that the coverage of a zone has: `residents`,
    /// `covered_residents`, `covered_share`, `minutes_median`, `minutes_p90`, and for each group
    /// `residents_<group>` and `covered_<group>`.
    pub totals: Map<String, Value>,
}

/// A standard as programs read it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StandardAbout {
    /// Name in links.
    pub key: String,
    /// Name for people.
    pub title: String,
    /// Kinds of asset that satisfy it.
    pub kinds: Vec<String>,
    /// `walk`, or `walk+transit`.
    pub by: &'static str,
    /// Minutes the walk may take, or the journey from door to door.
    pub within_minutes: f64,
    /// The asset must be open at this time or later, as `17:00`; null when any hours do.
    pub open_after: Option<String>,
    /// Days looked at for `open_after`, as `Mon`; empty without it.
    pub days: Vec<String>,
    /// Whether the entrance must be step-free.
    pub step_free: bool,
    /// The day asked about.
    pub date: String,
    /// So many different assets must be within reach; left out where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth: Option<usize>,
    /// Room for 1,000 residents that there must be; left out where that is not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomAbout>,
    /// How many weeks or days are looked at, as `4 weeks`; left out where one look will do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over: Option<String>,
    /// By bus: when people set out and what is asked of the way; null on foot.
    pub journey: Option<JourneyAbout>,
}

/// The room that a standard asks for, as programs read it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RoomAbout {
    /// For 1,000 residents, at least.
    pub per_1000: f64,
    /// `places`, or `place-hours a week`.
    pub unit: &'static str,
    /// What there is for 1,000 residents of the place, each counted once; null where it is known of nobody who has
    /// something in reach, and somebody has something whose room is unknown.
    pub there_is: Value,
    /// Residents within reach of something of which nobody says how much room it has.
    pub unknown_residents: Value,
}

/// Of a standard by bus and on foot, as programs read it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JourneyAbout {
    /// The days on which people set out.
    pub days: Vec<String>,
    /// When they set out, each minute, as `09:30-11:30`; or by when they are to be there, as `there by 10:00`.
    pub window: String,
    /// By when they are to be there, as `10:00`; null where they set out in a window.
    pub arrive_by: Option<String>,
    /// Changes at most.
    pub changes: usize,
    /// Minutes that a walk to a stop, from it or between two may take.
    pub walk_minutes: f64,
    /// When one must be able to be home, as `13:00`; null where that is not asked.
    pub back_by: Option<String>,
    /// The first day on which the timetable has services.
    pub timetable_first: Option<String>,
    /// The last such day.
    pub timetable_last: Option<String>,
}

fn journey(place: &Place, journey: &Journey) -> JourneyAbout {
    let known = place.transit.as_ref().map(|transit| transit.timetable.days()).unwrap_or_default();
    JourneyAbout {
        days: journey.days.iter().map(ToString::to_string).collect(),
        window: journey.window(),
        arrive_by: journey.arrive_by.map(clock),
        changes: journey.changes,
        walk_minutes: (journey.walk.minutes() * 10.0).round() / 10.0,
        back_by: journey.back.map(|back| clock(back.by)),
        timetable_first: known.first().map(ToString::to_string),
        timetable_last: known.last().map(ToString::to_string),
    }
}

/// The totals of each standard, in the place's order.
#[must_use]
pub fn totals(place: &Place, answers: &[Answer<'_>]) -> Vec<Totals> {
    answers.iter().map(|answer| of(place, answer)).collect()
}

fn of(place: &Place, answer: &Answer<'_>) -> Totals {
    let (standard, whole) = (answer.standard, &answer.coverage.place);
    let mut totals = Map::new();
    for (name, value) in [
        ("residents", round::people(whole.residents)),
        ("covered_residents", round::people(whole.covered)),
        ("covered_share", round::share(whole.share())),
        ("minutes_median", round::minutes(whole.median)),
        ("minutes_p90", round::minutes(whole.p90)),
    ] {
        totals.insert(name.to_owned(), json_value(&value));
    }
    if let Some(often) = whole.often.filter(|_| standard.transit.is_some()) {
        for (name, value) in [
            ("every_departure_residents", round::people(often.every)),
            ("half_departures_residents", round::people(often.half)),
            ("any_departure_residents", round::people(often.any)),
            ("minutes_p85_departure", round::minutes(often.p85)),
        ] {
            totals.insert(name.to_owned(), json_value(&value));
        }
    }
    for (prefix, covered) in [("residents", false), ("covered", true)] {
        for (index, group) in place.groups.enumerate() {
            let count = whole.by_group.as_slice().get(index.index()).copied().flatten();
            let count = count.map(|group| if covered { group.covered } else { group.residents });
            totals.insert(format!("{prefix}_{}", group.key), json_value(&round::known_people(count)));
        }
    }
    let timed = standard.open_after.is_some();
    let room = answer.coverage.ratios.as_ref().map(|ratios| {
        let here = ratios.room(place).place;
        RoomAbout {
            per_1000: ratios.asked.per_1000,
            unit: ratios.asked.unit.words(),
            there_is: here.balanced().map_or(Value::Null, |ratio| json_value(&round::amount(ratio * 1000.0))),
            unknown_residents: json_value(&round::people(here.unknown)),
        }
    });
    Totals {
        standard: StandardAbout {
            key: standard.key.clone(),
            title: standard.title.clone(),
            kinds: standard.kinds.clone(),
            by: if standard.transit.is_some() { "walk+transit" } else { "walk" },
            within_minutes: (standard.within.minutes() * 10.0).round() / 10.0,
            open_after: standard.open_after.map(|time| time.format("%H:%M").to_string()),
            days: standard.days.iter().filter(|_| timed).map(ToString::to_string).collect(),
            step_free: standard.step_free,
            date: standard.date.to_string(),
            nth: (standard.nth > 1).then_some(standard.nth),
            room,
            over: standard.over.as_ref().map(|over| format!("{} {}s", over.periods.len(), over.unit)),
            journey: standard.transit.as_ref().map(|own| journey(place, own)),
        },
        totals,
    }
}
