use super::catalog::{Context, Table};
use super::{Feature, Value, field, round};
use crate::place::{IdVec, PatchIdx, Place, ZoneIdx};
use std::collections::BTreeMap;

/// Small areas, who lives there and how deprived they are.
pub(super) fn table(context: &Context<'_>) -> Table {
    let place = context.place;
    let mut fields = vec![
        field::text("zone_id", "Zone", "Stable name of the zone, as in its file"),
        field::text("name", "Name", "Name of the zone"),
        field::patch_id("Patch in which most of the zone's residents live"),
        field::residents(),
        field::integer(
            "deprivation_decile",
            "Deprivation decile",
            "1 is the most deprived tenth of the index's zones",
            None,
        ),
        field::integer("deprivation_rank", "Deprivation rank", "1 is the most deprived zone of the index", None),
        field::number("deprivation_score", "Deprivation score", "Score of the index: higher is more deprived", None),
    ];
    fields.extend(field::by_group(place, "residents", "Residents", "Members of the group who live here"));
    let features = place
        .zones
        .enumerate()
        .map(|(idx, zone)| {
            let rank = zone.deprivation.and_then(|index| index.rank);
            let mut values = vec![
                Value::Text(zone.key.clone()),
                field::words(zone.name.as_deref()),
                context.patch_key(context.main_patch[idx]),
                round::known_people((!zone.residents.unknown).then_some(zone.residents.total)),
                zone.deprivation.map_or(Value::Null, |index| Value::Integer(i64::from(index.decile))),
                rank.map_or(Value::Null, |rank| Value::Integer(i64::from(rank))),
                zone.deprivation.and_then(|index| index.score).map_or(Value::Null, Value::Number),
            ];
            values.extend(field::group_values(place, &zone.residents.by_group, |count| count));
            Feature { id: zone.key.clone(), geometry: Some(geometry(place, idx)), values }
        })
        .collect();
    Table { fields, features }
}

/// The zone's area, or its centre where no area was given.
pub(super) fn geometry(place: &Place, zone: ZoneIdx) -> geo::Geometry<f64> {
    let zone = &place.zones[zone];
    match &zone.shape {
        Some(shape) => shape.clone().into(),
        None => geo::Point::from(geo::Coord::from(zone.centre)).into(),
    }
}

/// The patch in which most residents of each zone live; by number of dwelling positions where nobody
/// lives, and the first by key when that is even.
pub(super) fn main_patch(place: &Place) -> IdVec<ZoneIdx, Option<PatchIdx>> {
    let mut shares: IdVec<ZoneIdx, BTreeMap<PatchIdx, (f64, usize)>> =
        place.zones.iter().map(|_| BTreeMap::new()).collect();
    for position in &place.positions {
        if let Some(patch) = position.patch {
            let share = shares[position.zone].entry(patch).or_insert((0.0, 0));
            share.0 += position.residents;
            share.1 += 1;
        }
    }
    shares
        .iter()
        .map(|shares| {
            let mut best: Option<(PatchIdx, (f64, usize))> = None;
            for (&patch, &share) in shares {
                if best.is_none_or(|(_, most)| share > most) {
                    best = Some((patch, share));
                }
            }
            best.map(|(patch, _)| patch)
        })
        .collect()
}
