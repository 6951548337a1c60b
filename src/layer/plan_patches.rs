//! A plan of patches as it leaves the house: the patches and the zones as layers, and the whole as JSON.

use super::column::Columns;
use super::credits::{PEOPLE, WALKS, credits};
use super::field::said;
use super::{Is, Layer, LayerId, Value, field, round, zones};
use crate::place::Place;
use crate::plan::patches::{NewPatch, Plan, Plans};
use geo::{Geometry, MultiPolygon, unary_union};
use serde_json::{Value as Json, json};

/// The patches of the first plan, their outlines joined from those of their zones.
#[must_use]
pub fn patches_layer(place: &Place, plans: &Plans) -> Layer {
    let plan = &plans.plans[0];
    let mut columns = Columns::<(usize, &NewPatch)>::new();
    columns.add(field::patch_id("Stable name of the patch"), |(_, patch)| said(&patch.key));
    columns.add(field::name("name", "Name", "Name of the patch"), |(_, patch)| said(&patch.name));
    columns.add(field::residents(), |(_, patch)| round::people(patch.residents));
    columns.add(
        field::number("weight", "Weight", "What is balanced: residents, or residents weighted by need", None),
        |(_, patch)| round::amount(patch.weight),
    );
    columns.add(field::integer("zones", "Zones", "How many zones it has", None), |(_, patch)| {
        Value::Integer(patch.zones as i64)
    });
    columns.add(
        field::people("residents_new", "New residents", "Residents who are in another patch today"),
        |(part, _)| {
            let units = (0..plans.zones.len()).filter(|&unit| plan.part_of[unit] as usize == *part);
            round::people(units.map(|unit| plans.moved(place, plan, unit)).sum())
        },
    );
    columns.add(status(), |_| said(plan.status.word()));
    let rows = plan.patches.iter().enumerate();
    let table = columns.table(rows, |(part, patch)| (patch.key.clone(), outline(place, plans, plan, *part)));
    layer(place, plans, ("plan-patches", "Patches of a plan", table))
}

/// The zones of the first plan, each with its patch today and in the plan.
#[must_use]
pub fn zones_layer(place: &Place, plans: &Plans) -> Layer {
    let plan = &plans.plans[0];
    let patch = |unit: usize| &plan.patches[plan.part_of[unit] as usize];
    let mut columns = Columns::<usize>::new();
    columns.add(field::id("zone_id", "Zone", "Stable name of the zone, as in its file"), |unit| {
        said(&place.zones[plans.zones[*unit]].key)
    });
    columns.add(field::patch_id("Patch of the plan"), |unit| said(&patch(*unit).key));
    columns.add(field::residents(), |unit| round::people(place.zones[plans.zones[*unit]].residents.total));
    columns.add(field::people("moved", "People moved", "Residents who are in another patch today"), |unit| {
        round::people(plans.moved(place, plan, *unit))
    });
    columns.add(status(), |_| said(plan.status.word()));
    let table = columns.table(0..plans.zones.len(), |unit| {
        let zone = plans.zones[*unit];
        (place.zones[zone].key.clone(), Some(zones::geometry(place, zone)))
    });
    layer(place, plans, ("plan-zones", "Zones of a plan of patches", table))
}

fn status() -> super::Field {
    field::text(
        "plan_status",
        "Status",
        "optimal: proven that no other plan is better; feasible: the best found in time; infeasible: the nearest to the \
         tolerance that was found",
    )
    .is(Is::Status)
}

fn layer(place: &Place, plans: &Plans, (id, title, mut table): (&'static str, &str, super::column::Table)) -> Layer {
    let mut credits = credits(place, &[PEOPLE, WALKS], true);
    credits.notices.extend(plans.sentences.iter().cloned());
    table.features.sort_by(|a, b| a.id.cmp(&b.id));
    Layer {
        id: LayerId::of(id),
        title: title.to_owned(),
        description: format!("A plan with {}: a proposal, not what is in force.", plans.plans[0].aim.words()),
        method: "patch-plans",
        credits,
        fields: table.fields,
        features: table.features,
    }
}

/// The outline of a part; its zones' middles where zones have no outlines.
fn outline(place: &Place, plans: &Plans, plan: &Plan, part: usize) -> Option<Geometry<f64>> {
    let zones =
        (0..plans.zones.len()).filter(|&unit| plan.part_of[unit] as usize == part).map(|unit| plans.zones[unit]);
    let (mut shapes, mut points) = (Vec::new(), Vec::new());
    for zone in zones {
        match &place.zones[zone].shape {
            Some(shape) => shapes.extend(shape.iter().cloned()),
            None => points.push(geo::Point::new(place.zones[zone].centre.x, place.zones[zone].centre.y)),
        }
    }
    if shapes.is_empty() {
        return (!points.is_empty()).then(|| Geometry::MultiPoint(points.into()));
    }
    let joined: MultiPolygon<f64> = unary_union(&shapes);
    Some(Geometry::MultiPolygon(joined))
}

/// The whole as one object: sentences, plans with what each costs, patches today and the price of balance.
#[must_use]
pub fn patches_json(place: &Place, plans: &Plans) -> String {
    let value = json!({
        "place": place.key,
        "made_up": place.made_up,
        "tolerance": plans.tolerance,
        "average": plans.average,
        "today": plans.today.as_ref().map(|today| today.iter().map(patch_json).collect::<Vec<_>>()),
        "zones": plans.zones.iter().map(|&zone| place.zones[zone].key.as_str()).collect::<Vec<_>>(),
        "weights": plans.weights,
        "patch_today": plans.main.iter().map(|patch| patch.map(|patch| &place.patches[patch].key)).collect::<Vec<_>>(),
        "neighbours": plans.edges,
        "plans": plans.plans.iter().map(|plan| plan_json(place, plans, plan)).collect::<Vec<_>>(),
        "curve": plans.curve.iter().map(|point| json!({
            "tolerance": point.tolerance,
            "moved": point.moved,
            "at_least": point.at_least,
            "proven": point.is_proven(),
        })).collect::<Vec<_>>(),
        "heavy_zones": plans.heavy.iter().map(|&zone| place.zones[zone].key.as_str()).collect::<Vec<_>>(),
        "joined": plans.joined.iter().map(|join| json!({
            "zone": place.zones[join.zone].key,
            "to": place.zones[join.to].key,
            "metres": join.metres.round(),
            "residents": join.residents,
            "across_a_line": join.by_line,
        })).collect::<Vec<_>>(),
        "in_pieces_today": plans.in_pieces,
        "zones_left_out": plans.left_out.0,
        "residents_left_out": plans.left_out.1,
        "sentences": plans.sentences,
    });
    format!("{value}\n")
}

fn patch_json(patch: &NewPatch) -> Json {
    json!({
        "key": patch.key,
        "name": patch.name,
        "zones": patch.zones,
        "residents": patch.residents,
        "weight": patch.weight,
    })
}

fn plan_json(place: &Place, plans: &Plans, plan: &Plan) -> Json {
    json!({
        "objective": plan.aim.word(),
        "status": plan.status.word(),
        "value": plan.objective,
        "bound": plan.bound,
        "moved": plan.cost.moved,
        "metres_to_middle": plan.cost.way,
        "neighbours_parted": plan.cost.parted,
        "deviation": plan.cost.miss,
        "patches": plan.patches.iter().map(patch_json).collect::<Vec<_>>(),
        "patch_of": plan.part_of.iter().map(|&part| plan.patches[part as usize].key.as_str()).collect::<Vec<_>>(),
        "moved_by_zone": (0..plans.zones.len()).map(|unit| plans.moved(place, plan, unit)).collect::<Vec<_>>(),
        "notes": plan.notes,
    })
}
