use super::catalog::{Answer, Context, Table};
use super::{Feature, Field, Value, field, round};
use crate::place::{GroupIdx, IdVec, Idx, PatchIdx, Place};
use crate::units::{Share, SquareMetres};
use geo::{Area, Contains};

/// Coordinators' areas, who lives there, and how many of them each standard covers.
pub(super) fn table(context: &Context<'_>) -> Table {
    let place = context.place;
    let people = people_by_patch(place);
    let unknown = unknown_zones(place);
    let features = place
        .patches
        .enumerate()
        .map(|(idx, patch)| {
            let here = &people[idx];
            let mut values = vec![
                Value::Text(patch.key.clone()),
                Value::Text(patch.name.clone()),
                round::people(here.residents),
                round::km2(SquareMetres::new(patch.shape.unsigned_area())),
                round::share(Share::of(here.deprived, here.ranked)),
            ];
            values.extend(unknown.as_ref().map(|unknown| Value::Integer(unknown[idx] as i64)));
            values.extend(field::group_values(place, &here.by_group, |count| count));
            values.extend(context.answers.iter().flat_map(|answer| standard_values(place, answer, idx)));
            Feature { id: patch.key.clone(), geometry: Some(patch.shape.clone().into()), values }
        })
        .collect();
    Table { fields: fields(context), features }
}

fn fields(context: &Context<'_>) -> Vec<Field> {
    let mut fields = vec![
        field::text("patch_id", "Patch", "Stable name of the patch"),
        field::text("name", "Name", "Name of the patch"),
        field::residents(),
        field::number("area_km2", "Area", "Area of the patch", Some("square kilometres")),
        field::number(
            "deprived_share",
            "Share in the most deprived fifth",
            "Share of residents whose zone is in deciles 1 and 2 of the index of deprivation, of those whose zone is in the index",
            Some(field::SHARE),
        ),
    ];
    if context.place.unknown_residents().is_some() {
        fields.push(field::integer(
            "zones_unknown",
            "Zones without a known number of residents",
            "Zones whose middle lies in the patch and whose residents are unknown: they are in none of its numbers",
            None,
        ));
    }
    fields.extend(field::by_group(context.place, "residents", "Residents", "Members of the group who live here"));
    fields.extend(context.answers.iter().flat_map(|answer| standard_fields(context.place, answer)));
    fields
}

fn standard_fields(place: &Place, answer: &Answer<'_>) -> Vec<Field> {
    let (key, title) = (answer.standard.key.replace('-', "_"), &answer.standard.title);
    let mut fields = vec![
        field::integer(
            &format!("{key}_covered_residents"),
            &format!("{title}: residents covered"),
            "Residents whose walk keeps the standard",
            Some(field::RESIDENTS),
        ),
        field::number(
            &format!("{key}_covered_share"),
            &format!("{title}: share covered"),
            "Share of residents whose walk keeps the standard",
            Some(field::SHARE),
        ),
        field::number(
            &format!("{key}_minutes_median"),
            &format!("{title}: middle walk"),
            "Walk of the resident in the middle; null when that resident has no way at all",
            Some(field::MINUTES),
        ),
    ];
    fields.extend(field::by_group(
        place,
        &format!("{key}_covered"),
        &format!("{title}: covered"),
        "Members of the group whose walk keeps the standard",
    ));
    fields
}

fn standard_values(place: &Place, answer: &Answer<'_>, patch: PatchIdx) -> Vec<Value> {
    match answer.coverage.patches.as_slice().get(patch.index()) {
        Some(covered) => {
            let mut values =
                vec![round::people(covered.covered), round::share(covered.share()), round::minutes(covered.median)];
            values.extend(field::group_values(place, &covered.by_group, |group| group.covered));
            values
        }
        None => vec![Value::Null; 3 + place.groups.len()],
    }
}

/// For each patch, how many of its zones have no known number of residents; `None` where all are known.
fn unknown_zones(place: &Place) -> Option<IdVec<PatchIdx, usize>> {
    place.unknown_residents()?;
    let inside = |patch: &crate::place::Patch| {
        let here = |zone: &&crate::place::Zone| patch.shape.contains(&geo::Point::from(geo::Coord::from(zone.centre)));
        place.zones.iter().filter(|zone| zone.residents.unknown).filter(here).count()
    };
    Some(place.patches.iter().map(inside).collect())
}

/// Who lives in a patch, by where the people of its zones live.
struct PatchPeople {
    residents: f64,
    /// Residents whose zone is in the index of deprivation.
    ranked: f64,
    /// Residents whose zone is in its most deprived fifth.
    deprived: f64,
    by_group: IdVec<GroupIdx, Option<f64>>,
}

/// For each patch, the share of its residents whose zone is in the most deprived fifth, of those whose
/// zone is in the index.
pub(super) fn deprived_shares(place: &Place) -> IdVec<PatchIdx, Option<Share>> {
    people_by_patch(place).iter().map(|here| Share::of(here.deprived, here.ranked)).collect()
}

fn people_by_patch(place: &Place) -> IdVec<PatchIdx, PatchPeople> {
    let nobody = || PatchPeople {
        residents: 0.0,
        ranked: 0.0,
        deprived: 0.0,
        by_group: place.groups.iter().map(|_| None).collect(),
    };
    let mut patches: IdVec<PatchIdx, PatchPeople> = place.patches.iter().map(|_| nobody()).collect();
    for position in &place.positions {
        let Some(patch) = position.patch else { continue };
        let (zone, here) = (&place.zones[position.zone], &mut patches[patch]);
        here.residents += position.residents;
        if let Some(deprivation) = zone.deprivation {
            here.ranked += position.residents;
            here.deprived += if deprivation.in_most_deprived_fifth() { position.residents } else { 0.0 };
        }
        for (group, count) in zone.residents.by_group.enumerate() {
            if let Some(count) = count {
                *here.by_group[group].get_or_insert(0.0) += place.people_at(position, *count);
            }
        }
    }
    patches
}
