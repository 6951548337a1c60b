//! What can be walked to from one spot, as it leaves the house.

use super::round;
use super::what_if::value_json;
use crate::measure::{Nearby, Walk};
use crate::place::Place;
use serde_json::{Value as Json, json};

/// The nearest asset of each kind, and for each standard whether it is kept, with the asset that comes nearest to it.
#[must_use]
pub fn nearby_json(place: &Place, nearby: &Nearby) -> Json {
    let kinds =
        nearby.kinds.iter().map(|(kind, walk)| json!({"kind": kind, "nearest": walk.map(|walk| asset(place, walk))}));
    let standards = place.standards.iter().zip(&nearby.standards).map(|(standard, (walk, kept))| {
        json!({
            "standard": standard.key,
            "title": standard.title,
            "by": if standard.transit.is_some() { "walk+transit" } else { "walk" },
            // Null where nobody can walk there in time, and whether a bus goes is not worked out from a spot.
            "kept": kept,
            "within_minutes": value_json(&round::minutes(Some(standard.within))),
            "nearest": walk.map(|walk| asset(place, walk)),
        })
    });
    json!({"kinds": kinds.collect::<Vec<_>>(), "standards": standards.collect::<Vec<_>>()})
}

/// An asset and the walk to it, under the names that the layer of assets gives its facts.
fn asset(place: &Place, walk: Walk) -> Json {
    let asset = &place.assets[walk.asset];
    let degrees = place.plane.to_lonlat(asset.at);
    let decimals = |degrees: f64| (degrees * 1e6).round() / 1e6;
    json!({
        "asset_id": asset.key,
        "name": asset.name,
        "kind": asset.kind,
        "minutes": value_json(&round::minutes(Some(place.speed.time(walk.length)))),
        "metres": value_json(&round::metres(Some(walk.length))),
        "opening_hours": asset.opening.words(),
        "step_free": asset.step_free,
        "last_checked": asset.last_checked.map(|day| day.to_string()),
        "address": asset.address,
        "position": degrees.map(|at| [decimals(at.lon), decimals(at.lat)]),
    })
}
