//! A plan for hubs as it leaves the house: the sites as a layer, and the whole as JSON.

use super::column::Columns;
use super::credits::{PEOPLE, WALKS, credits};
use super::field::said;
use super::{Is, Layer, LayerId, Value, field, round};
use crate::measure::Covered;
use crate::place::{PatchIdx, Place};
use crate::plan::Proposal;
use crate::plan::hubs::{Chosen, FairEnd, Replacement, Site};
use crate::units::Share;
use geo::Point;
use serde_json::{Value as Json, json};

/// The sites of a plan, each with who gains and why it is there.
#[must_use]
pub fn hubs_layer(place: &Place, proposal: &Proposal) -> Layer {
    let mut credits = credits(place, &[PEOPLE, WALKS], true);
    credits.notices.extend(proposal.sentences.iter().cloned());
    let mut table = columns(place, proposal).table(proposal.sites.iter().enumerate(), |(_, chosen)| {
        (chosen.site.key.clone(), Some(Point::new(chosen.site.at.x, chosen.site.at.y).into()))
    });
    table.features.sort_by(|a, b| a.id.cmp(&b.id));
    Layer {
        id: LayerId::of("hubs"),
        title: format!("New sites: {}", proposal.brief.noun()),
        description: "Sites to open, in the order of what they bring: who is newly covered by each and by none before \
                      it, what is lost without it, what could stand in its place and how often it is chosen again."
            .to_owned(),
        method: "siting",
        credits,
        fields: table.fields,
        features: table.features,
    }
}

/// A chosen site and its place in the order of what they bring.
type Row<'a> = (usize, &'a Chosen);

fn columns<'a>(place: &'a Place, proposal: &'a Proposal) -> Columns<'a, Row<'a>> {
    let number = |n: usize| Value::Integer(n as i64);
    let lost = format!("in {}", proposal.brief.objective.unit());
    let mut columns = Columns::<Row<'a>>::new();
    columns.add(field::id("site_id", "Site", "Stable name of the candidate"), |(_, chosen)| said(&chosen.site.key));
    columns.add(
        field::integer("rank", "Rank", "1 brings most; each counts what those before it leave", None),
        move |(at, _)| number(at + 1),
    );
    columns.add(field::name("name", "Name", "Name of the site"), |(_, chosen)| said(&chosen.site.name));
    columns.add(
        field::text("kind", "Kind", "What is there today: the kind of asset, a point of a file, or a street"),
        |(_, chosen)| said(&chosen.site.kind),
    );
    columns.add(field::patch_id("Patch the site lies in"), |(_, chosen)| {
        chosen.site.patch.map_or(Value::Null, |patch| said(&place.patches[patch].key))
    });
    columns.add(
        field::people("newly_covered", "Newly covered", "Residents covered by it and by none before it"),
        |(_, chosen)| round::people(chosen.covered),
    );
    columns.add(
        field::number("lost_alone", "Lost without it", &format!("Lost when nothing takes its place, {lost}"), None),
        |(_, chosen)| round::amount(chosen.lost_alone),
    );
    columns.add(
        field::number(
            "lost_replaced",
            "Lost when replaced",
            &format!("Lost with the best plan without it, {lost}"),
            None,
        ),
        |(_, chosen)| chosen.replacement.as_ref().map_or(Value::Null, |again| round::amount(again.lost)),
    );
    columns.add(
        field::text("replacement", "Replacement", "Sites of the best plan without it that are not in this plan"),
        |(_, chosen)| chosen.replacement.as_ref().map_or(Value::Null, |again| names(again.instead.iter())),
    );
    columns.add(
        field::boolean("replacement_proven", "Replacement proven", "Whether no other plan without it loses less"),
        |(_, chosen)| chosen.replacement.as_ref().map_or(Value::Null, |again| Value::Boolean(is_proven(again))),
    );
    columns.add(
        field::text(
            "alternatives",
            "Alternatives",
            "Sites that could stand in its place within 2 % of the plan's gain",
        ),
        |(_, chosen)| names(chosen.alternatives.iter().map(|other| &other.site)),
    );
    columns
        .add(field::integer("runs", "Runs", "Times the choice was made again with other numbers", None), move |_| {
            number(proposal.runs)
        });
    columns.add(
        field::integer("chosen_in_runs", "Chosen in", "Runs in which this very site was chosen", None),
        move |(_, chosen)| number(chosen.chosen_in),
    );
    columns.add(
        field::integer("nearby_in_runs", "Nearby in", "Runs in which a site within 400 m of it was chosen", None),
        move |(_, chosen)| number(chosen.nearby_in),
    );
    columns.add(field::text("why", "Why here", "The same in sentences"), |(_, chosen)| said(&chosen.why.join(" ")));
    columns.add(
        field::text(
            "plan_status",
            "Status",
            "optimal: proven that no other plan is better; feasible: the best found in time",
        )
        .is(Is::Status),
        |_| said(proposal.status.word()),
    );
    let newly =
        field::people("newly_covered", "Newly covered", "Members of the group covered by it and by none before it");
    columns.by_group(place, &newly, |(_, chosen), group| field::group(&chosen.by_group, group));
    columns
}

fn is_proven(again: &Replacement) -> bool {
    again.status == crate::locate::Status::Optimal
}

fn names<'s>(sites: impl Iterator<Item = &'s Site>) -> Value {
    let names: Vec<&str> = sites.map(|site| site.name.as_str()).collect();
    if names.is_empty() { Value::Null } else { Value::Text(names.join("; ")) }
}

/// The whole plan as one object: sentences, sites, before and after by patch and group, and the price of fairness.
#[must_use]
pub fn hubs_json(place: &Place, proposal: &Proposal) -> String {
    let value = json!({
        "place": place.key,
        "made_up": place.made_up,
        "kinds": proposal.brief.standard.kinds,
        "within_minutes": proposal.brief.standard.within.minutes(),
        "objective": proposal.brief.objective.word(),
        "status": proposal.status.word(),
        "value": proposal.objective,
        "value_today": proposal.objective_today,
        "bound": proposal.bound,
        "gap": proposal.gap,
        "unit": proposal.brief.objective.unit(),
        "cut_by_clock": proposal.cut_by_clock,
        "seed": proposal.brief.seed,
        "cost": cost(proposal),
        "fewest": proposal.fewest.as_ref().map(|fewest| json!({
            "share": fewest.share,
            "reachable_share": fewest.reachable,
            "sites": fewest.sites,
            "at_least": fewest.at_least,
        })),
        "candidates": proposal.candidates,
        "hubs_today": proposal.today,
        "residents_beyond_every_candidate": proposal.beyond,
        "sentences": proposal.sentences,
        "sites": proposal.sites.iter().map(|chosen| site_json(place, proposal, chosen)).collect::<Vec<_>>(),
        "given_up": proposal.given_up.iter().map(|site| named(place, site)).collect::<Vec<_>>(),
        "runner_up": proposal.runner_up.as_ref().map(|second| json!({
            "without": proposal.sites.get(second.without).map(|chosen| chosen.site.key.clone()),
            "plan": replacement_json(place, &second.plan),
        })),
        "place_total": change_json(place, &proposal.before.place, &proposal.after.place),
        "patches": patches_json(place, proposal),
        "outside_patches": change_json(place, &proposal.before.outside_patches, &proposal.after.outside_patches),
        "fairness": fairness_json(place, proposal),
        "staying": proposal.staying.as_ref().map(|staying| json!({
            "forgone": staying.forgone,
            "moved_besides": staying.moved_besides,
            "points": staying.points.iter().map(|point| json!({
                "kept": point.kept,
                "lost": point.lost,
                "status": point.status.word(),
            })).collect::<Vec<_>>(),
        })),
    });
    format!("{value:#}\n")
}

fn named(place: &Place, site: &Site) -> Json {
    let position = place.plane.to_lonlat(site.at).map(|at| [at.lon, at.lat]);
    json!({
        "id": site.key,
        "name": site.name,
        "kind": site.kind,
        "patch": site.patch.map(|patch| &place.patches[patch].key),
        "position": position,
        "cost": site.cost,
    })
}

fn site_json(place: &Place, proposal: &Proposal, chosen: &Chosen) -> Json {
    let by_group: serde_json::Map<String, Json> =
        place.groups.iter().zip(&chosen.by_group).map(|(group, more)| (group.key.clone(), json!(more))).collect();
    json!({
        "site": named(place, &chosen.site),
        "newly_covered": chosen.covered,
        "newly_covered_by_group": by_group,
        "newly_covered_by_patch": chosen.by_patch.iter().map(|&(patch, more)| {
            json!({ "patch": place.patches[patch].key, "residents": more })
        }).collect::<Vec<_>>(),
        "lost_alone": chosen.lost_alone,
        "replacement": chosen.replacement.as_ref().map(|again| replacement_json(place, again)),
        "alternatives": chosen.alternatives.iter().map(|other| json!({
            "site": named(place, &other.site), "lost": other.lost, "lost_share": other.lost_share,
        })).collect::<Vec<_>>(),
        "runs": proposal.runs,
        "chosen_in_runs": chosen.chosen_in,
        "nearby_in_runs": chosen.nearby_in,
        "why": chosen.why,
    })
}

fn replacement_json(place: &Place, again: &Replacement) -> Json {
    json!({
        "lost": again.lost,
        "status": again.status.word(),
        "instead": again.instead.iter().map(|site| named(place, site)).collect::<Vec<_>>(),
        "left_out": again.left_out.iter().map(|site| named(place, site)).collect::<Vec<_>>(),
    })
}

fn change_json(place: &Place, before: &Covered, after: &Covered) -> Json {
    let groups: serde_json::Map<String, Json> = place
        .groups
        .iter()
        .zip(before.by_group.iter().zip(&after.by_group))
        .filter_map(|(group, (before, after))| {
            let (before, after) = ((*before)?, (*after)?);
            let counts = json!({ "residents": after.residents, "before": before.covered, "after": after.covered });
            Some((group.key.clone(), counts))
        })
        .collect();
    let share = |covered: &Covered| covered.share().map(Share::get);
    json!({
        "residents": after.residents,
        "before": before.covered,
        "after": after.covered,
        "share_before": share(before),
        "share_after": share(after),
        "groups": groups,
    })
}

fn patches_json(place: &Place, proposal: &Proposal) -> Vec<Json> {
    let one = |patch: PatchIdx| {
        let counts = change_json(place, &proposal.before.patches[patch], &proposal.after.patches[patch]);
        json!({ "patch": place.patches[patch].key, "name": place.patches[patch].name, "counts": counts })
    };
    place.patches.indices().map(one).collect()
}

/// What all new sites cost together; nothing where one of them has no cost.
fn cost(proposal: &Proposal) -> Option<f64> {
    proposal.sites.iter().map(|chosen| chosen.site.cost).sum()
}

fn fairness_json(place: &Place, proposal: &Proposal) -> Json {
    let points = proposal.fairness.points.iter().map(|point| {
        json!({
            "floor": point.floor,
            "covered": point.covered,
            "worst_off_group": place.groups[point.worst.0].key,
            "worst_off_share": point.worst.1,
            "status": point.status.word(),
            "sites": point.sites.iter().map(|site| site.key.as_str()).collect::<Vec<_>>(),
            "places": point.sites.iter().map(|site| named(place, site)).collect::<Vec<_>>(),
        })
    });
    let impossible = match proposal.fairness.end {
        FairEnd::Impossible(floor) => Some(floor),
        FairEnd::NotAsked | FairEnd::Stopped => None,
    };
    json!({ "points": points.collect::<Vec<_>>(), "impossible_floor": impossible })
}
