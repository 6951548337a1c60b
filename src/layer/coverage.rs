use super::catalog::{Answer, Context, Table};
use super::{Feature, Value, field, round, zones};
use crate::measure::Covered;
use crate::place::ZoneIdx;

/// Each zone, and how many of its residents the standard covers.
pub(super) fn table(context: &Context<'_>, answer: &Answer<'_>) -> Table {
    let place = context.place;
    let mut fields = vec![
        field::text("zone_id", "Zone", "Stable name of the zone, as in its file"),
        field::patch_id("Patch in which most of the zone's residents live"),
        field::residents(),
        field::integer(
            "covered_residents",
            "Residents covered",
            "Residents whose walk keeps the standard",
            Some(field::RESIDENTS),
        ),
        field::number(
            "covered_share",
            "Share covered",
            "Share of residents whose walk keeps the standard; null where nobody lives or their number is unknown",
            Some(field::SHARE),
        ),
        field::number(
            "minutes_median",
            "Middle walk",
            "Walk of the resident in the middle to the nearest asset that satisfies the standard; null when there is no way",
            Some(field::MINUTES),
        ),
        field::number(
            "minutes_p90",
            "Nine in ten walk at most",
            "Walk that nine residents in ten do not exceed; null when more than one in ten has no way",
            Some(field::MINUTES),
        ),
        field::text("nearest_asset_id", "Nearest asset", "Asset that is nearest for most residents"),
        field::text(
            "nearest_asset_name",
            "Name of the nearest asset",
            "Name of the asset that is nearest for most residents",
        ),
    ];
    fields.extend(field::by_group(place, "residents", "Residents", "Members of the group who live here"));
    fields.extend(field::by_group(
        place,
        "covered",
        "Covered",
        "Members of the group whose walk keeps the standard, at the group's own speed where it has one",
    ));
    let features = place
        .zones
        .indices()
        .zip(&answer.coverage.zones)
        .map(|(zone, covered)| feature(context, zone, covered))
        .collect();
    Table { fields, features }
}

fn feature(context: &Context<'_>, zone: ZoneIdx, covered: &Covered) -> Feature {
    let place = context.place;
    let key = &place.zones[zone].key;
    let unknown = place.zones[zone].residents.unknown;
    let known = |count: f64| round::known_people((!unknown).then_some(count));
    let mut values = vec![
        Value::Text(key.clone()),
        context.patch_key(context.main_patch[zone]),
        known(covered.residents),
        known(covered.covered),
        round::share(covered.share()),
        round::minutes(covered.median),
        round::minutes(covered.p90),
        context.asset_key(covered.nearest),
        context.asset_name(covered.nearest),
    ];
    values.extend(field::group_values(place, &covered.by_group, |group| group.residents));
    values.extend(field::group_values(place, &covered.by_group, |group| group.covered));
    Feature { id: key.clone(), geometry: Some(zones::geometry(place, zone)), values }
}
