use super::catalog::{Answer, Context, Entry, Make, ROOM};
use super::column::{Columns, Table};
use super::credits::{PEOPLE, WALKS};
use super::field::said;
use super::{Field, Value, field, round, zones};
use crate::measure::{Covered, RoomHere};
use crate::place::{PlaceUnit, PlacesAsked, Zone, ZoneIdx};

/// A zone, and how much room falls to its residents.
type Row<'a> = (ZoneIdx, &'a Zone, &'a RoomHere);

/// The line of the catalogue.
pub(super) const ENTRY: Entry = Entry {
    id: ROOM,
    subject: "room",
    measure: ROOM,
    asks: Some("How many places fall to each 1,000 residents within reach, of the standards that ask for it"),
    title: "Catchment ratios",
    description: "How much room falls to the residents of each zone in what they can walk to in time: places for 1,000 \
                  residents, each counted once; and the same by two older methods, which count people at each place.",
    method: "catchment-ratios",
    roles: &[PEOPLE, WALKS],
    walks: true,
    make: Make::WhereAsked(table),
};

/// For 1,000 residents.
fn per_1000(ratio: Option<f64>) -> Value {
    ratio.map_or(Value::Null, |ratio| round::amount(ratio * 1000.0))
}

/// Room for 1,000 residents in the form that counts everybody once.
pub(super) fn ratio_field(asked: PlacesAsked) -> Field {
    let (name, title, unit) = match asked.unit {
        PlaceUnit::Places => ("places_per_1000", "Places for 1,000 residents", "places for 1,000 residents"),
        PlaceUnit::PlaceHours => {
            ("place_hours_per_1000", "Place-hours a week for 1,000 residents", "place-hours a week for 1,000 residents")
        }
    };
    let about = format!(
        "Room within reach, each resident shared among what is in reach, so that residents times this sums to the room there \
         is; the standard asks for {}; null where it is known of nobody who has \
         something in reach, and somebody has something whose room is unknown",
        asked.per_1000
    );
    field::rate(name, title, &about, unit)
}

/// Who reaches something of which nobody knows how much room it has.
pub(super) fn unknown_field() -> Field {
    field::people(
        "room_unknown_residents",
        "Reach something whose room is unknown",
        "Residents within reach of an asset of which nobody says how much room it has: left out of the ratios",
    )
}

/// After what a share of residents is, of a standard that asks for room.
pub(super) const SHARE_UNKNOWN: &str =
    "; null where nobody is known to have enough room, and somebody reaches something whose room is unknown";

/// The share of residents covered, of a zone or a patch, by a standard that may ask for room. Where nobody is known to have
/// enough, and it is unknown of somebody, the share is unknown and not nought.
pub(super) fn share(covered: &Covered, room: Option<&RoomHere>) -> Value {
    let is_unknown = covered.covered <= 0.0 && room.is_some_and(|here| here.unknown > 0.0);
    if is_unknown { Value::Null } else { round::share(covered.share()) }
}

/// Room for 1,000 residents of a zone or a patch.
pub(super) fn ratio_value(here: &RoomHere) -> Value {
    per_1000(here.balanced())
}

/// Each zone, and how much room falls to its residents; nothing for a standard that does not ask.
fn table(context: &Context<'_>, answer: &Answer<'_>) -> Option<Table> {
    let (place, ratios) = (context.place, answer.coverage.ratios.as_ref()?);
    let room = ratios.room(place);
    let known = |(_, zone, _): &Row<'_>, count: f64| round::known_people((!zone.residents.unknown).then_some(count));
    let mut columns = Columns::<Row<'_>>::new();
    columns
        .add(field::id("zone_id", "Zone", "Stable name of the zone, as in its file"), |(_, zone, _)| said(&zone.key));
    columns.add(field::patch_id("Patch in which most of the zone's residents live"), |(zone, ..)| {
        context.patch_key(context.main_patch[*zone])
    });
    columns.add(field::residents(), move |row| known(row, row.2.residents));
    let main = ratio_field(ratios.asked);
    columns.add(main.clone(), |(.., here)| ratio_value(here));
    columns.add(
        field::people(
            "enough_room_residents",
            "With enough room",
            "Residents to whom so much room is known to fall as the standard asks for",
        ),
        move |row| known(row, row.2.enough),
    );
    columns.add(unknown_field(), move |row| known(row, row.2.unknown));
    let other = |stem: &str, title: &str, about: &str| {
        let unit = main.unit.unwrap_or_default();
        field::rate(&format!("{}_{stem}", main.name), &format!("{}, {title}", main.title), about, unit)
    };
    columns.add(
        other(
            "e2sfca",
            "E2SFCA",
            "By the enhanced two-step floating catchment method: each resident is counted at each asset in reach, by 1, 0.68 \
             and 0.22 in the first, second and last third of the standard's time",
        ),
        |(.., here)| per_1000(here.enhanced()),
    );
    columns.add(
        other(
            "2sfca",
            "2SFCA",
            "By the two-step floating catchment method: each resident is counted in full at each asset in reach",
        ),
        |(.., here)| per_1000(here.two_step()),
    );
    columns.rates_by_group(place, &main, |(.., here), group| per_1000(here.of_group(group)));
    let rows = place.zones.enumerate().zip(&room.zones).map(|((index, zone), own)| (index, zone, own));
    Some(columns.table(rows, |(index, zone, _)| (zone.key.clone(), Some(zones::geometry(place, *index)))))
}
