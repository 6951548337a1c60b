//! Those who come by bus: what a plan chosen by walks brings them, and how they are counted in one that is theirs.

use super::ground::Ground;
use crate::measure::coverage_to;
use crate::place::Standard;
use crate::text::whole;

/// For each standard by bus that asks for the same as the plan, one sentence: how many it covers today and with the plan.
///
/// Only those that want the same kinds, hours and entrance: nobody knows more of a site that is not yet there.
///
/// Of a plan by bus, how people are counted in it.
pub(super) fn sentences(ground: &Ground<'_>, (today, with_plan): (&[usize], &[usize])) -> Vec<String> {
    let asked = &ground.brief.standard;
    if let Some(journey) = &asked.transit {
        return vec![format!(
            "By bus and on foot: each resident counts by the share of the {} departures ({}, on {}) that arrive in time, so \
             numbers of residents are residents times that share. The timetable is taken as it is, and walking speeds are not \
             varied from run to run.",
            whole(journey.departures() as f64),
            journey.window(),
            if journey.days.len() == 1 { "one day".to_owned() } else { format!("{} days", journey.days.len()) },
        )];
    }
    let same = |own: &&Standard| {
        let alike = own.kinds == asked.kinds && own.step_free == asked.step_free;
        let hours = own.open_after == asked.open_after && (own.open_after.is_none() || own.days == asked.days);
        own.transit.is_some() && own.nth <= 1 && own.places.is_none() && own.over.is_none() && alike && hours
    };
    let covers = |standard: &Standard, sites: &[usize]| coverage_to(ground.place, standard, &ground.doors(sites)).place;
    let told = |standard: &Standard| {
        let (before, after) = (covers(standard, today).covered, covers(standard, with_plan).covered);
        format!(
            "Chosen by walks alone; for \u{201c}{}\u{201d} residents times the share of departures in time would be {} in place \
             of {}.",
            standard.title,
            whole(after),
            whole(before)
        )
    };
    ground.place.standards.iter().filter(same).map(told).collect()
}
