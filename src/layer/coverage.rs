use super::catalog::{Answer, Context, Entry, Make};
use super::column::{Columns, Table};
use super::credits::{PEOPLE, WALKS};
use super::field::said;
use super::{field, round, zones};
use crate::measure::Covered;
use crate::place::{Zone, ZoneIdx};

/// A zone, and how many of its residents the standard covers.
type Row<'a> = (ZoneIdx, &'a Zone, &'a Covered);

/// The line of the catalogue.
pub(super) const ENTRY: Entry = Entry {
    id: "coverage",
    subject: "coverage",
    measure: "coverage",
    asks: Some("Who can walk to an asset that satisfies each standard, in time"),
    title: "Coverage",
    description: "How many residents of each zone can walk to an asset that satisfies the standard, in time.",
    method: "coverage",
    roles: &[PEOPLE, WALKS],
    walks: true,
    make: Make::PerStandard(table),
};

/// Each zone, and how many of its residents the standard covers.
fn table(context: &Context<'_>, answer: &Answer<'_>) -> Table {
    let place = context.place;
    let known = |(_, zone, _): &Row<'_>, count: f64| round::known_people((!zone.residents.unknown).then_some(count));
    let mut columns = Columns::<Row<'_>>::new();
    columns
        .add(field::id("zone_id", "Zone", "Stable name of the zone, as in its file"), |(_, zone, _)| said(&zone.key));
    columns.add(field::patch_id("Patch in which most of the zone's residents live"), |(zone, ..)| {
        context.patch_key(context.main_patch[*zone])
    });
    columns.add(field::residents(), move |row| known(row, row.2.residents));
    columns.add(
        field::people("covered_residents", "Residents covered", "Residents whose walk keeps the standard"),
        move |row| known(row, row.2.covered),
    );
    columns.add(
        field::number(
            "covered_share",
            "Share covered",
            "Share of residents whose walk keeps the standard; null where nobody lives or their number is unknown",
            Some(field::SHARE),
        ),
        |(.., covered)| round::share(covered.share()),
    );
    columns.add(
        field::number(
            "minutes_median",
            "Middle walk",
            "Walk of the resident in the middle to the nearest asset that satisfies the standard; null when there is no way",
            Some(field::MINUTES),
        ),
        |(.., covered)| round::minutes(covered.median),
    );
    columns.add(
        field::number(
            "minutes_p90",
            "Nine in ten walk at most",
            "Walk that nine residents in ten do not exceed; null when more than one in ten has no way",
            Some(field::MINUTES),
        ),
        |(.., covered)| round::minutes(covered.p90),
    );
    columns.add(
        field::text("nearest_asset_id", "Nearest asset", "Asset that is nearest for most residents"),
        |(.., covered)| context.asset_key(covered.nearest),
    );
    columns.add(
        field::name(
            "nearest_asset_name",
            "Name of the nearest asset",
            "Name of the asset that is nearest for most residents",
        ),
        |(.., covered)| context.asset_name(covered.nearest),
    );
    let lives_here = field::people("residents", "Residents", "Members of the group who live here");
    columns.by_group(place, &lives_here, |(.., covered), group| {
        field::group(&covered.by_group, group).map(|group| group.residents)
    });
    let covered = field::people(
        "covered",
        "Covered",
        "Members of the group whose walk keeps the standard, at the group's own speed where it has one",
    );
    columns.by_group(place, &covered, |(.., covered), group| {
        field::group(&covered.by_group, group).map(|group| group.covered)
    });
    let rows = place.zones.enumerate().zip(&answer.coverage.zones).map(|((index, zone), own)| (index, zone, own));
    columns.table(rows, |(index, zone, _)| (zone.key.clone(), Some(zones::geometry(place, *index))))
}
