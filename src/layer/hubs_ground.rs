//! The ground of a plan for hubs as layers: whom each new site serves, and where people are newly covered.

use super::credits::{PEOPLE, WALKS, credits};
use super::{Feature, Field, Layer, Value, field, round, zones};
use crate::measure::{Catchment, Door, GroupCovered, catchments};
use crate::place::{AssetIdx, GroupIdx, IdVec, Idx, Place};
use crate::plan::Proposal;
use crate::plan::hubs::Chosen;

/// The ground each new site serves within the walk of the plan, when the whole plan is open.
#[must_use]
pub fn catchments_layer(place: &Place, proposal: &Proposal) -> Layer {
    let given_up: Vec<Option<AssetIdx>> = proposal.given_up.iter().map(|site| site.asset).collect();
    let stay: Vec<AssetIdx> =
        proposal.before.qualifying.iter().copied().filter(|asset| !given_up.contains(&Some(*asset))).collect();
    let mut doors = crate::measure::walk::doors(place, &stay);
    let new: Vec<Door> = proposal.sites.iter().enumerate().map(|(at, chosen)| door(place, at, chosen)).collect();
    let of: Vec<AssetIdx> = new.iter().map(|door| door.asset).collect();
    doors.extend(new);
    doors.sort_by_key(|door| door.asset);
    let found = catchments(place, proposal.brief.standard.within, &doors, &of);
    let mut fields = vec![
        field::text("site_id", "Site", "Stable name of the site"),
        field::integer("rank", "Rank", "1 brings most; each counts what those before it leave", None),
        field::text("name", "Name", "Name of the site"),
        field::integer(
            "residents",
            "Residents served",
            "Residents who live nearest to it and reach it in time",
            Some(field::RESIDENTS),
        ),
        field::integer(
            "newly_covered",
            "Newly covered",
            "Residents covered by it and by none before it",
            Some(field::RESIDENTS),
        ),
    ];
    fields.extend(field::by_group(place, "residents", "Residents served", "Members of the group who are served"));
    let mut features: Vec<Feature> = proposal
        .sites
        .iter()
        .zip(&found)
        .enumerate()
        .map(|(at, (chosen, catchment))| served(place, at, chosen, catchment))
        .collect();
    features.sort_by(|a, b| a.id.cmp(&b.id));
    Layer {
        id: "catchments".to_owned(),
        title: format!("Ground served by new sites: {}", proposal.brief.noun()),
        description: format!(
            "Where those live who are nearest to each new site and reach it within {}, with the whole plan open.",
            proposal.brief.walk()
        ),
        method: "catchments",
        credits: credits(place, &[PEOPLE, WALKS], true),
        fields,
        features,
    }
}

/// The door of a new site; one that is no asset is numbered after the place's assets.
fn door(place: &Place, at: usize, chosen: &Chosen) -> Door {
    let asset = chosen.site.asset.unwrap_or_else(|| AssetIdx::from_usize(place.assets.len() + at));
    Door { asset, at: chosen.site.at, snap: chosen.site.snap }
}

fn served(place: &Place, at: usize, chosen: &Chosen, catchment: &Catchment) -> Feature {
    let mut values = vec![
        Value::Text(chosen.site.key.clone()),
        Value::Integer(at as i64 + 1),
        Value::Text(chosen.site.name.clone()),
        round::people(catchment.residents),
        round::people(chosen.covered),
    ];
    values.extend(field::group_values(place, &catchment.by_group, |count| count));
    let ground = (!catchment.ground.0.is_empty()).then(|| catchment.ground.clone().into());
    Feature { id: chosen.site.key.clone(), geometry: ground, values }
}

/// A zone where fewer than this gain or lose would be shown with nought everywhere, so it is left out.
const HALF_A_PERSON: f64 = 0.5;

/// The zones in which the plan covers anybody who is not covered today, or no longer covers somebody who is.
#[must_use]
pub fn gains_layer(place: &Place, proposal: &Proposal) -> Layer {
    let main_patch = zones::main_patch(place);
    let count = |name, title, description| field::integer(name, title, description, Some(field::RESIDENTS));
    let mut fields: Vec<Field> = vec![
        field::text("zone_id", "Zone", "Stable name of the zone, as in its file"),
        field::patch_id("Patch in which most of the zone's residents live"),
        field::residents(),
        count("before", "Covered today", "Residents covered today"),
        count("after", "Covered with the plan", "Residents covered with the plan"),
        count(
            "newly_covered",
            "Newly covered",
            "Residents covered with the plan and not today; below 0 where fewer are",
        ),
    ];
    fields.extend(field::by_group(
        place,
        "newly_covered",
        "Newly covered",
        "Members of the group who are newly covered",
    ));
    let (before, after) = (&proposal.before.zones, &proposal.after.zones);
    let features = place.zones.enumerate().filter_map(|(index, zone)| {
        let (before, after) = (&before[index], &after[index]);
        let by_group = gained(&before.by_group, &after.by_group);
        let is_same = |more: f64| more.abs() < HALF_A_PERSON;
        if is_same(after.covered - before.covered) && by_group.iter().flatten().all(|more| is_same(*more)) {
            return None;
        }
        let mut values = vec![
            Value::Text(zone.key.clone()),
            main_patch[index].map_or(Value::Null, |patch| Value::Text(place.patches[patch].key.clone())),
            round::people(after.residents),
            round::people(before.covered),
            round::people(after.covered),
            round::people(after.covered - before.covered),
        ];
        values.extend(field::group_values(place, &by_group, |more| more));
        Some(Feature { id: zone.key.clone(), geometry: Some(zones::geometry(place, index)), values })
    });
    Layer {
        id: "gains".to_owned(),
        title: format!("Who gains: {}", proposal.brief.noun()),
        description: format!(
            "Zones where the plan changes who can walk to a {} within {}, for at least half a person.",
            proposal.brief.noun(),
            proposal.brief.walk()
        ),
        method: "siting",
        credits: credits(place, &[PEOPLE, WALKS], true),
        fields,
        features: features.collect(),
    }
}

fn gained(
    before: &IdVec<GroupIdx, Option<GroupCovered>>,
    after: &IdVec<GroupIdx, Option<GroupCovered>>,
) -> IdVec<GroupIdx, Option<f64>> {
    let pairs = before.iter().zip(after);
    pairs.map(|(before, after)| Some(after.as_ref()?.covered - before.as_ref()?.covered)).collect()
}
