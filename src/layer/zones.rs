use super::catalog::{Context, Entry, Make};
use super::column::{Columns, Table};
use super::credits::PEOPLE;
use super::field::said;
use super::{Value, field, round};
use crate::place::{Place, Zone, ZoneIdx};

/// The line of the catalogue.
pub(super) const ENTRY: Entry = Entry {
    id: "zones",
    subject: "zones",
    measure: "zones",
    asks: None,
    title: "Zones",
    description: "Small areas: who lives there, by group, and how deprived they are.",
    method: "where-people-live",
    roles: &[PEOPLE],
    walks: false,
    make: Make::Once(|context| Some(table(context))),
};

/// Small areas, who lives there and how deprived they are.
fn table(context: &Context<'_>) -> Table {
    let place = context.place;
    let whole = |number: Option<u32>| number.map_or(Value::Null, |number| Value::Integer(i64::from(number)));
    let mut columns = Columns::<(ZoneIdx, &Zone)>::new();
    columns.add(field::id("zone_id", "Zone", "Stable name of the zone, as in its file"), |(_, zone)| said(&zone.key));
    columns.add(field::name("name", "Name", "Name of the zone"), |(_, zone)| field::words(zone.name.as_deref()));
    columns.add(field::patch_id("Patch in which most of the zone's residents live"), |(index, _)| {
        context.patch_key(context.main_patch[*index])
    });
    columns.add(field::residents(), |(_, zone)| {
        round::known_people((!zone.residents.unknown).then_some(zone.residents.total))
    });
    columns.add(
        field::integer(
            "deprivation_decile",
            "Deprivation decile",
            "1 is the most deprived tenth of the index's zones",
            None,
        ),
        move |(_, zone)| whole(zone.deprivation.map(|index| u32::from(index.decile))),
    );
    columns.add(
        field::integer("deprivation_rank", "Deprivation rank", "1 is the most deprived zone of the index", None),
        move |(_, zone)| whole(zone.deprivation.and_then(|index| index.rank)),
    );
    columns.add(
        field::number("deprivation_score", "Deprivation score", "Score of the index: higher is more deprived", None),
        |(_, zone)| zone.deprivation.and_then(|index| index.score).map_or(Value::Null, Value::Number),
    );
    let lives_here = field::people("residents", "Residents", "Members of the group who live here");
    columns.by_group(place, &lives_here, |(_, zone), group| field::group(&zone.residents.by_group, group));
    columns.table(place.zones.enumerate(), |(index, zone)| (zone.key.clone(), Some(geometry(place, *index))))
}

/// The zone's area, or its centre where no area was given.
pub(super) fn geometry(place: &Place, zone: ZoneIdx) -> geo::Geometry<f64> {
    let zone = &place.zones[zone];
    match &zone.shape {
        Some(shape) => shape.clone().into(),
        None => geo::Point::from(geo::Coord::from(zone.centre)).into(),
    }
}
