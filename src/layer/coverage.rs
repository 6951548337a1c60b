use super::catalog::{Answer, Context, Entry, Make};
use super::column::{Columns, Table};
use super::credits::{PEOPLE, WALKS};
use super::field::said;
use super::room::{SHARE_UNKNOWN, share};
use super::{asked, field, round, zones};
use crate::measure::{Covered, OftenCovered};
use crate::place::{Zone, ZoneIdx};

/// A zone, and how many of its residents the standard covers.
type Row<'a> = (ZoneIdx, &'a Zone, &'a Covered);

/// The line of the catalogue.
pub(super) const ENTRY: Entry = Entry {
    id: "coverage",
    subject: "coverage",
    measure: "coverage",
    asks: Some("Who can get to an asset that satisfies each standard, in time"),
    title: "Coverage",
    description: "How many residents of each zone can get to an asset that satisfies the standard, in time.",
    method: "coverage",
    roles: &[PEOPLE, WALKS],
    walks: true,
    make: Make::PerStandard(table),
};

/// Titles and descriptions of the middle walk, and of that which nine in ten do not exceed.
const ON_FOOT: [(&str, &str); 2] = [
    (
        "Middle walk",
        "Walk of the resident in the middle to the nearest asset that satisfies the standard; null when there is no way",
    ),
    (
        "Nine in ten walk at most",
        "Walk that nine residents in ten do not exceed; null when more than one in ten has no way",
    ),
];

/// The same by bus.
const BY_BUS: [(&str, &str); 2] = [
    (
        "Middle journey",
        "Door to door, waiting included, for the resident in the middle: the time that half the departures do not exceed; \
         null when half of them do not arrive",
    ),
    (
        "Nine in ten take at most",
        "The same that nine residents in ten do not exceed; null when more than one in ten has none",
    ),
];

/// For how many residents every week or day will do, or half of them, or any.
fn in_how_many<'a>(
    columns: &mut Columns<'a, Row<'a>>,
    unit: &str,
    known: impl Fn(&Row<'a>, f64) -> super::Value + Copy + 'a,
) {
    let counts: [(&str, &str, fn(&OftenCovered) -> f64); 3] = [
        ("every", "every", |often| often.every),
        ("half_of", "at least half of", |often| often.half),
        ("any", "any", |often| often.any),
    ];
    for (stem, words, of) in counts {
        let units = if stem == "half_of" { format!("the {unit}s") } else { unit.to_owned() };
        let name = format!("{stem}_{}_residents", units.replace("the ", ""));
        let title = format!("Covered in {words} {units}");
        let about = format!("Residents within reach of what is there in {words} {units} that is looked at");
        columns
            .add(field::people(&name, &title, &about.replace("s that is looked", "s that are looked")), move |row| {
                known(row, row.2.often.as_ref().map_or(0.0, of))
            });
    }
}

/// For how many residents every departure will do, or half of them, or any; and how long a poor one takes.
fn how_often<'a>(columns: &mut Columns<'a, Row<'a>>, known: impl Fn(&Row<'a>, f64) -> super::Value + Copy + 'a) {
    let counts: [(&str, &str, &str, fn(&OftenCovered) -> f64); 3] = [
        (
            "every_departure_residents",
            "In time by every departure",
            "Residents who are there in time whenever in the window they set out",
            |often| often.every,
        ),
        (
            "half_departures_residents",
            "In time by half the departures",
            "Residents who are there in time by at least half of the departures; the others are in a gap",
            |often| often.half,
        ),
        (
            "any_departure_residents",
            "In time by any departure",
            "Residents who are there in time by one departure at least",
            |often| often.any,
        ),
    ];
    for (name, title, description, of) in counts {
        columns
            .add(field::people(name, title, description), move |row| known(row, row.2.often.as_ref().map_or(0.0, of)));
    }
    columns.add(
        field::number(
            "minutes_p85_departure",
            "Middle journey, poor departure",
            "Door to door for the resident in the middle: the time that 85 in 100 departures do not exceed; null when 85 in \
             100 do not arrive",
            Some(field::MINUTES),
        ),
        |(.., covered)| round::minutes(covered.often.and_then(|often| often.p85)),
    );
}

/// Each zone, and how many of its residents the standard covers.
fn table(context: &Context<'_>, answer: &Answer<'_>) -> Table {
    let place = context.place;
    let known = |(_, zone, _): &Row<'_>, count: f64| round::known_people((!zone.residents.unknown).then_some(count));
    let by_bus = answer.standard.transit.is_some();
    let room = answer.coverage.ratios.as_ref().map(|ratios| ratios.room(place));
    let mut columns = Columns::<Row<'_>>::new();
    columns
        .add(field::id("zone_id", "Zone", "Stable name of the zone, as in its file"), |(_, zone, _)| said(&zone.key));
    columns.add(field::patch_id("Patch in which most of the zone's residents live"), |(zone, ..)| {
        context.patch_key(context.main_patch[*zone])
    });
    columns.add(field::residents(), move |row| known(row, row.2.residents));
    let who = match by_bus {
        true => "Residents times the share of departures by which each is there in time".to_owned(),
        false => asked::covered(answer.standard, "Residents"),
    };
    columns.add(field::people("covered_residents", "Residents covered", &who), move |row| known(row, row.2.covered));
    columns.add(
        field::number(
            "covered_share",
            "Share covered",
            &match by_bus {
                true => {
                    "Share of departures by which residents are there in time, over all residents; null where nobody \
                         lives or their number is unknown"
                        .to_owned()
                }
                false => format!(
                    "{}; null where nobody lives or their number is unknown{}",
                    asked::covered(answer.standard, "Share of residents"),
                    if room.is_some() { SHARE_UNKNOWN } else { "" }
                ),
            },
            Some(field::SHARE),
        ),
        move |(zone, _, covered)| share(covered, room.as_ref().map(|room| &room.zones[*zone])),
    );
    let [median, p90] = if by_bus { BY_BUS } else { ON_FOOT };
    let to =
        |words: &str| words.replace("the nearest asset", &format!("the {} asset", asked::nearest(answer.standard.nth)));
    columns.add(field::number("minutes_median", median.0, &to(median.1), Some(field::MINUTES)), |(.., covered)| {
        round::minutes(covered.median)
    });
    columns.add(field::number("minutes_p90", p90.0, &to(p90.1), Some(field::MINUTES)), |(.., covered)| {
        round::minutes(covered.p90)
    });
    if by_bus {
        how_often(&mut columns, known);
    }
    if let Some(over) = &answer.standard.over {
        in_how_many(&mut columns, over.unit, known);
    }
    columns.add(
        field::text("nearest_asset_id", "Nearest asset", "Asset that is nearest on foot for most residents"),
        |(.., covered)| context.asset_key(covered.nearest),
    );
    columns.add(
        field::name(
            "nearest_asset_name",
            "Name of the nearest asset",
            "Name of the asset that is nearest on foot for most residents",
        ),
        |(.., covered)| context.asset_name(covered.nearest),
    );
    let lives_here = field::people("residents", "Residents", "Members of the group who live here");
    columns.by_group(place, &lives_here, |(.., covered), group| {
        field::group(&covered.by_group, group).map(|group| group.residents)
    });
    let who = match by_bus {
        true => {
            "Members of the group times the share of departures that keep the standard, at the group's own walking speed"
                .to_owned()
        }
        false => format!(
            "{}, at the group's own speed where it has one",
            asked::covered(answer.standard, "Members of the group")
        ),
    };
    let covered = field::people("covered", "Covered", &who);
    columns.by_group(place, &covered, |(.., covered), group| {
        field::group(&covered.by_group, group).map(|group| group.covered)
    });
    let rows = place.zones.enumerate().zip(&answer.coverage.zones).map(|((index, zone), own)| (index, zone, own));
    columns.table(rows, |(index, zone, _)| (zone.key.clone(), Some(zones::geometry(place, *index))))
}
