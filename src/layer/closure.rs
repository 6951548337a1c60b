//! What a closure does, as it leaves the house: counts before and after, whole people and shares as in the layers.

use super::round;
use super::what_if::{count_json, value_json};
use crate::measure::what_if::Change;
use crate::measure::{Closure, Losers};
use crate::place::{AssetIdx, Place, Standard};
use serde_json::{Map, Value as Json, json};

/// What the closing of these assets does to each of the standards.
#[must_use]
pub fn closure_json(place: &Place, closing: &[AssetIdx], found: &[(&Standard, Closure)]) -> Json {
    let closing = closing.iter().map(|asset| &place.assets[*asset]);
    let standards = found.iter().map(|(standard, closure)| {
        let patches = closure.felt_in().into_iter().map(|(patch, losers, change)| {
            let patch = &place.patches[patch];
            json!({"patch": patch.key, "name": patch.name, "losers": losers_json(place, losers), "counts": counts(place, change)})
        });
        json!({
            "standard": standard.key,
            "title": standard.title,
            "by": standard.by(),
            "within_minutes": value_json(&round::minutes(Some(standard.within))),
            "place": counts(place, &closure.change.place),
            "losers": losers_json(place, &closure.place),
            "patches": patches.collect::<Vec<_>>(),
            "outside_patches": {
                "losers": losers_json(place, &closure.outside_patches),
                "counts": counts(place, &closure.change.outside_patches),
            },
        })
    });
    json!({
        "place": place.key,
        "made_up": place.made_up,
        "closing": closing.map(|asset| json!({"id": asset.key, "name": asset.name, "kind": asset.kind})).collect::<Vec<_>>(),
        "standards": standards.collect::<Vec<_>>(),
        "notices": super::what_if::notices(place),
    })
}

fn counts(place: &Place, change: &Change) -> Json {
    let mut counts = count_json(change.all);
    let groups: Map<String, Json> = place
        .groups
        .iter()
        .zip(&change.by_group)
        .map(|(group, count)| (group.key.clone(), count.map_or(Json::Null, |count| count_json(count).into())))
        .collect();
    counts.insert("groups".to_owned(), groups.into());
    counts.into()
}

fn losers_json(place: &Place, losers: &Losers) -> Json {
    json!({
        "residents": value_json(&round::people(losers.residents)),
        "minutes_median_before": value_json(&round::minutes(losers.before)),
        "minutes_median_after": value_json(&round::minutes(losers.after)),
        "next_asset_id": losers.next.map(|asset| &place.assets[asset].key),
        "next_asset_name": losers.next.map(|asset| &place.assets[asset].name),
    })
}
