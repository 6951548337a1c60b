//! The ground of a plan for hubs as layers: whom each new site serves, and where people are newly covered.

use super::column::Columns;
use super::credits::{PEOPLE, WALKS, credits};
use super::field::said;
use super::main_patch::main_patch;
use super::{Layer, LayerId, Value, field, round, zones};
use crate::measure::{Catchment, Covered, Door, GroupCovered, catchments};
use crate::place::{AssetIdx, GroupIdx, IdVec, Idx, Place, Zone, ZoneIdx};
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
    let mut columns = Columns::<(usize, &Chosen, &Catchment)>::new();
    columns.add(field::id("site_id", "Site", "Stable name of the site"), |(_, chosen, _)| said(&chosen.site.key));
    columns.add(
        field::integer("rank", "Rank", "1 brings most; each counts what those before it leave", None),
        |(at, ..)| Value::Integer(*at as i64 + 1),
    );
    columns.add(field::name("name", "Name", "Name of the site"), |(_, chosen, _)| said(&chosen.site.name));
    columns.add(
        field::people("residents", "Residents served", "Residents who live nearest to it and reach it in time"),
        |(.., catchment)| round::people(catchment.residents),
    );
    columns.add(
        field::people("newly_covered", "Newly covered", "Residents covered by it and by none before it"),
        |(_, chosen, _)| round::people(chosen.covered),
    );
    let served = field::people("residents", "Residents served", "Members of the group who are served");
    columns.by_group(place, &served, |(.., catchment), group| field::group(&catchment.by_group, group));
    let rows = proposal.sites.iter().zip(&found).enumerate().map(|(at, (chosen, catchment))| (at, chosen, catchment));
    let mut table = columns.table(rows, |(_, chosen, catchment)| {
        let ground = (!catchment.ground.0.is_empty()).then(|| catchment.ground.clone().into());
        (chosen.site.key.clone(), ground)
    });
    table.features.sort_by(|a, b| a.id.cmp(&b.id));
    Layer {
        id: LayerId::of("catchments"),
        title: format!("Ground served by new sites: {}", proposal.brief.noun()),
        description: format!(
            "Where those live who are nearest to each new site and reach it within {:.0} minutes on foot, with the whole plan open.",
            proposal.brief.standard.within.minutes()
        ),
        method: "catchments",
        credits: credits(place, &[PEOPLE, WALKS], true),
        fields: table.fields,
        features: table.features,
    }
}

/// The door of a new site; one that is no asset is numbered after the place's assets.
fn door(place: &Place, at: usize, chosen: &Chosen) -> Door {
    let asset = chosen.site.asset.unwrap_or_else(|| AssetIdx::from_usize(place.assets.len() + at));
    Door { asset, at: chosen.site.at, snap: chosen.site.snap }
}

/// A zone where fewer than this gain or lose would be shown with nought everywhere, so it is left out.
const HALF_A_PERSON: f64 = 0.5;

/// The zones in which the plan covers anybody who is not covered today, or no longer covers somebody who is.
#[must_use]
pub fn gains_layer(place: &Place, proposal: &Proposal) -> Layer {
    let main_patch = main_patch(place);
    let mut columns = Columns::<Gain<'_>>::new();
    columns.add(field::id("zone_id", "Zone", "Stable name of the zone, as in its file"), |row| said(&row.zone.key));
    columns.add(field::patch_id("Patch in which most of the zone's residents live"), |row| {
        main_patch[row.index].map_or(Value::Null, |patch| said(&place.patches[patch].key))
    });
    columns.add(field::residents(), |row| round::people(row.after.residents));
    columns.add(field::people("before", "Covered today", "Residents covered today"), |row| {
        round::people(row.before.covered)
    });
    columns.add(field::people("after", "Covered with the plan", "Residents covered with the plan"), |row| {
        round::people(row.after.covered)
    });
    columns.add(
        field::people(
            "newly_covered",
            "Newly covered",
            "Residents covered with the plan and not today; below 0 where fewer are",
        ),
        |row| round::people(row.after.covered - row.before.covered),
    );
    let newly = field::people("newly_covered", "Newly covered", "Members of the group who are newly covered");
    columns.by_group(place, &newly, |row, group| field::group(&row.by_group, group));
    let rows = place.zones.enumerate().filter_map(|(index, zone)| {
        let (before, after) = (&proposal.before.zones[index], &proposal.after.zones[index]);
        let row = Gain { index, zone, before, after, by_group: gained(&before.by_group, &after.by_group) };
        row.is_seen().then_some(row)
    });
    let table = columns.table(rows, |row| (row.zone.key.clone(), Some(zones::geometry(place, row.index))));
    Layer {
        id: LayerId::of("gains"),
        title: format!("Who gains: {}", proposal.brief.noun()),
        description: format!(
            "Zones where the plan changes who is covered by a {} within {}, for at least half a person.",
            proposal.brief.noun(),
            proposal.brief.walk()
        ),
        method: "siting",
        credits: credits(place, &[PEOPLE, WALKS], true),
        fields: table.fields,
        features: table.features,
    }
}

/// A zone before and after.
struct Gain<'a> {
    index: ZoneIdx,
    zone: &'a Zone,
    before: &'a Covered,
    after: &'a Covered,
    by_group: IdVec<GroupIdx, Option<f64>>,
}

impl Gain<'_> {
    /// Whether anybody's cover differs by enough to be seen.
    fn is_seen(&self) -> bool {
        let is_same = |more: f64| more.abs() < HALF_A_PERSON;
        !is_same(self.after.covered - self.before.covered) || !self.by_group.iter().flatten().all(|more| is_same(*more))
    }
}

fn gained(
    before: &IdVec<GroupIdx, Option<GroupCovered>>,
    after: &IdVec<GroupIdx, Option<GroupCovered>>,
) -> IdVec<GroupIdx, Option<f64>> {
    let pairs = before.iter().zip(after);
    pairs.map(|(before, after)| Some(after.as_ref()?.covered - before.as_ref()?.covered)).collect()
}
