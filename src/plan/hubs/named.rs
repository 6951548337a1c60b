//! The names of a brief, found in the place; a name that is not there is answered with the nearest that is.

use super::brief::unanswered;
use crate::place::{GroupIdx, Place, Standard};
use crate::units::Seconds;
use chrono::{NaiveDate, Weekday};

/// Minutes where neither the brief nor a standard says any: the "fifteen-minute neighbourhood" of planners.
const USUAL_MINUTES: f64 = 15.0;

/// What a hub is and how far one may walk to it: a standard of the place by its key, or a kind of asset.
///
/// * `within`: overrides the standard's time; without it a kind takes that of the first standard for it, else 15
///   minutes.
/// * `today`: the day asked about where neither a standard nor the place says one.
///
/// # Errors
/// A sentence: which name is not there and which are.
pub fn standard_named(
    place: &Place,
    (standard, kind): (Option<&str>, Option<&str>),
    within: Option<Seconds>,
    today: NaiveDate,
) -> Result<Standard, String> {
    match (standard, kind) {
        (Some(_), Some(_)) => Err("give a standard or a kind, not both".to_owned()),
        (None, None) => {
            Err("say what is to be placed: a standard of the place, a kind of asset, or the first of a new kind"
                .to_owned())
        }
        (Some(key), None) => {
            let found = place.standards.iter().find(|standard| standard.key == key);
            let known = || unknown("standard", key, place.standards.iter().map(|standard| standard.key.as_str()));
            let own = found.ok_or_else(known)?;
            if let Some(why) = unanswered(own) {
                return Err(why);
            }
            Ok(Standard { within: within.unwrap_or(own.within), ..own.clone() })
        }
        (None, Some(kind)) => of_kind(place, kind, within, today),
    }
}

fn of_kind(place: &Place, kind: &str, within: Option<Seconds>, today: NaiveDate) -> Result<Standard, String> {
    let on_foot = |standard: &&Standard| standard.is_plain();
    let own = place.standards.iter().filter(on_foot).find(|own| own.kinds.iter().any(|known| known == kind));
    if own.is_none() {
        kind_named(place, kind)?;
    }
    Ok(walked(place, kind, within.or(own.map(|own| own.within)), today))
}

/// What is the first hub of a kind that the place has none of yet, such as `warm_space`?
///
/// Named apart from the kinds there are, so that a slip of the pen is never taken for a new kind.
///
/// # Errors
/// A sentence, where the place has some of the kind already or the words name nothing.
pub fn first_of_kind(
    place: &Place,
    words: &str,
    within: Option<Seconds>,
    today: NaiveDate,
) -> Result<Standard, String> {
    let kind = words.split_whitespace().collect::<Vec<_>>().join("_").to_lowercase();
    if !kind.chars().any(char::is_alphanumeric) {
        return Err("say what is to be placed, such as warm_space".to_owned());
    }
    let there = place.assets.iter().filter(|asset| asset.kind == kind).count();
    if there > 0 {
        let are = if there == 1 { "is one".to_owned() } else { format!("are {there}") };
        return Err(format!("there {are} of the kind {kind:?} already; ask for more of that kind instead"));
    }
    let own = place.standards.iter().find(|standard| standard.kinds.contains(&kind)).map(|own| own.within);
    Ok(walked(place, &kind, within.or(own), today))
}

/// A hub of a kind, whatever its hours and entrance.
fn walked(place: &Place, kind: &str, within: Option<Seconds>, today: NaiveDate) -> Standard {
    let within = within.unwrap_or(Seconds::from_minutes(USUAL_MINUTES));
    let day = place.standards.first().map(|standard| standard.date).or(place.date);
    Standard {
        key: "plan".to_owned(),
        title: format!("{} within {} minutes' walk", kind.replace('_', " "), within.minutes()),
        kinds: vec![kind.to_owned()],
        within,
        open_after: None,
        days: vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri],
        step_free: false,
        date: day.unwrap_or(today),
        transit: None,
        nth: 1,
        places: None,
        over: None,
    }
}

/// Whether any asset is of this kind.
///
/// # Errors
/// A sentence that names the kinds there are.
pub fn kind_named(place: &Place, kind: &str) -> Result<(), String> {
    let mut kinds: Vec<&str> = place.assets.iter().map(|asset| asset.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.contains(&kind) { Ok(()) } else { Err(unknown("asset of kind", kind, kinds.into_iter())) }
}

/// The group of this key.
///
/// # Errors
/// A sentence that names the nearest key.
pub fn group_named(place: &Place, key: &str) -> Result<GroupIdx, String> {
    let found = place.groups.enumerate().find(|(_, group)| group.key == key).map(|(index, _)| index);
    found.ok_or_else(|| unknown("group", key, place.groups.iter().map(|group| group.key.as_str())))
}

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    match crate::text::nearest(name, known.iter().copied(), f64::NEG_INFINITY) {
        None => format!("there is no {what} {name:?}; this place has none"),
        Some(nearest) => {
            format!("there is no {what} {name:?}; the nearest name is {nearest:?} of {}", known.join(", "))
        }
    }
}
