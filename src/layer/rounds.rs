//! A list of streets to walk, as it leaves the house.

use super::round;
use super::what_if::value_json;
use crate::measure::Stop;
use crate::place::Place;
use serde_json::{Value as Json, json};

/// The streets in the order of the walk, with their days.
#[must_use]
pub fn rounds_json(place: &Place, stops: &[Stop]) -> Json {
    let decimals = |degrees: f64| (degrees * 1e6).round() / 1e6;
    let streets = stops.iter().enumerate().map(|(at, stop)| {
        let position = place.plane.to_lonlat(stop.at).map(|at| [decimals(at.lon), decimals(at.lat)]);
        json!({
            "order": at + 1,
            "day": stop.day,
            "street": stop.name,
            "patch_id": stop.patch.map(|patch| place.patches[patch].key.as_str()),
            "zone_id": place.zones[stop.zone].key,
            "residents": value_json(&round::people(stop.residents)),
            "position": position,
        })
    });
    let residents = stops.iter().map(|stop| stop.residents).sum();
    json!({
        "streets": streets.collect::<Vec<_>>(),
        "days": stops.iter().map(|stop| stop.day).max().unwrap_or(0),
        "residents": value_json(&round::people(residents)),
    })
}
