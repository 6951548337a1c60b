//! What a standard is and what came of it in the whole place: totals that are exact before they are
//! rounded, where the sum of rounded zones may be a few people off.

use super::catalog::Answer;
use super::json_value;
use super::round;
use crate::place::{Idx, Place};
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
    /// Minutes the walk may take.
    pub within_minutes: f64,
    /// The asset must be open at this time or later, as `17:00`; null when any hours do.
    pub open_after: Option<String>,
    /// Days looked at for `open_after`, as `Mon`; empty without it.
    pub days: Vec<String>,
    /// Whether the entrance must be step-free.
    pub step_free: bool,
    /// The day asked about.
    pub date: String,
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
    for (prefix, covered) in [("residents", false), ("covered", true)] {
        for (index, group) in place.groups.enumerate() {
            let count = whole.by_group.as_slice().get(index.index()).copied().flatten();
            let count = count.map(|group| if covered { group.covered } else { group.residents });
            totals.insert(format!("{prefix}_{}", group.key), json_value(&round::known_people(count)));
        }
    }
    let timed = standard.open_after.is_some();
    Totals {
        standard: StandardAbout {
            key: standard.key.clone(),
            title: standard.title.clone(),
            kinds: standard.kinds.clone(),
            within_minutes: (standard.within.minutes() * 10.0).round() / 10.0,
            open_after: standard.open_after.map(|time| time.format("%H:%M").to_string()),
            days: standard.days.iter().filter(|_| timed).map(ToString::to_string).collect(),
            step_free: standard.step_free,
            date: standard.date.to_string(),
        },
        totals,
    }
}
