//! The answer to "what if" as it leaves the house: counts before and after, whole people and shares as in the layers.

use super::credits::{PEOPLE, WALKS, credits};
use super::round;
use crate::measure::what_if::{Change, Count, WhatIf};
use crate::place::{Asset, Place, Standard};
use crate::units::Share;
use serde_json::{Map, Value as Json, json};

/// A changed asset, as people are told of it.
#[derive(Debug, Clone)]
pub struct Told<'a> {
    /// Its id.
    pub id: &'a str,
    /// `added`, `moved`, `removed` or `changed`.
    pub what: &'static str,
    /// As it is today; `None` when it is added.
    pub before: Option<&'a Asset>,
    /// As it would be; `None` when it is removed.
    pub after: Option<&'a Asset>,
}

/// A changed asset: where it would be, where it meets the streets, and which of the standards it would satisfy.
#[must_use]
pub fn told_json(place: &Place, told: &Told<'_>, standards: &[&Standard]) -> Json {
    let degrees = |at| place.plane.to_lonlat(at).map(|at| [six_decimals(at.lon), six_decimals(at.lat)]);
    let snap = told.after.and_then(|asset| asset.snap);
    let street = snap.and_then(|snap| Some(place.streets.as_ref()?.street(snap.edge).name?.to_owned()));
    let asset = told.after.or(told.before);
    let satisfied = |asset: Option<&Asset>| -> Vec<&str> {
        let good =
            |standard: &&&Standard| asset.is_some_and(|asset| crate::measure::qualify::satisfies(asset, standard));
        standards.iter().filter(good).map(|standard| standard.key.as_str()).collect()
    };
    json!({
        "id": told.id,
        "change": told.what,
        "name": asset.map(|asset| &asset.name),
        "kind": asset.map(|asset| &asset.kind),
        "position": told.after.and_then(|asset| degrees(asset.at)),
        "on_street": snap.and_then(|snap| degrees(snap.at)),
        "street": street,
        "metres_off_street": snap.map(|snap| snap.off_street.get().round_ties_even() as i64),
        "satisfies": satisfied(told.after),
        "satisfied": satisfied(told.before),
    })
}

/// What the changes do to one standard: the place, each patch, and the zones where anybody's cover differs. With
/// `changes_only` the patches where nobody's does are left out, and so are the groups within each patch.
#[must_use]
pub fn what_if_json(place: &Place, standard: &Standard, answer: &WhatIf, changes_only: bool) -> Json {
    let patches = place.patches.enumerate().zip(&answer.patches);
    let patches = patches.filter(|(_, change)| !changes_only || differs(change));
    let of_patch = |change: &Change| {
        let mut counts = change_json(place, change, true);
        if changes_only {
            counts.remove("groups");
        }
        counts
    };
    let zones = answer.zones.iter().map(|(zone, change)| {
        let mut counts = change_json(place, change, false);
        let mut members = Map::new();
        members.insert("zone".to_owned(), json!(place.zones[*zone].key));
        members.append(&mut counts);
        Json::Object(members)
    });
    json!({
        "standard": standard.key,
        "title": standard.title,
        "within_minutes": standard.within.minutes(),
        "place": change_json(place, &answer.place, true),
        "patches": patches.map(|((_, patch), change)| {
            json!({ "patch": patch.key, "name": patch.name, "counts": of_patch(change) })
        }).collect::<Vec<_>>(),
        "outside_patches": change_json(place, &answer.outside_patches, true),
        "zones": zones.collect::<Vec<_>>(),
    })
}

/// What every reader of an answer about walks must know.
#[must_use]
pub fn notices(place: &Place) -> Vec<String> {
    credits(place, &[PEOPLE, WALKS], true).notices
}

/// Whether anybody's cover differs, in any group: one group may gain what another loses.
fn differs(change: &Change) -> bool {
    let moved = |count: &Count| count.before != count.after;
    moved(&change.all) || change.by_group.iter().flatten().any(moved)
}

/// With `everybody`, all groups and the shares; else only the groups whose cover differs.
fn change_json(place: &Place, change: &Change, everybody: bool) -> Map<String, Json> {
    let mut counts = count_json(change.all);
    if everybody {
        let share = |covered: f64| value_json(&round::share(Share::of(covered, change.all.residents)));
        counts.insert("share_before".to_owned(), share(change.all.before));
        counts.insert("share_after".to_owned(), share(change.all.after));
    }
    let moved = |count: &Option<Count>| count.is_some_and(|count| count.before != count.after);
    let groups: Map<String, Json> = place
        .groups
        .iter()
        .zip(&change.by_group)
        .filter(|(_, count)| everybody || moved(count))
        .map(|(group, count)| (group.key.clone(), count.map_or(Json::Null, |count| count_json(count).into())))
        .collect();
    counts.insert("groups".to_owned(), groups.into());
    counts
}

pub(super) fn count_json(count: Count) -> Map<String, Json> {
    let numbers = [
        ("residents", count.residents),
        ("before", count.before),
        ("after", count.after),
        ("change", count.after - count.before),
    ];
    numbers.into_iter().map(|(name, number)| (name.to_owned(), value_json(&round::people(number)))).collect()
}

pub(super) fn value_json(value: &super::Value) -> Json {
    match value {
        super::Value::Integer(number) => json!(number),
        super::Value::Number(number) => json!(number),
        _ => Json::Null,
    }
}

/// A tenth of a metre.
fn six_decimals(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}
