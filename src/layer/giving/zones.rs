use super::{POUNDS_A_YEAR, add_money, found};
use crate::layer::catalog::{Context, Entry, Make};
use crate::layer::column::{Columns, Table};
use crate::layer::credits::{GIVING, PEOPLE};
use crate::layer::field::said;
use crate::layer::{Value, field, round, zones};
use crate::measure::giving::Money;
use crate::place::{Evidence, Zone, ZoneIdx};

/// The line of the catalogue.
pub(in crate::layer) const ENTRY: Entry = Entry {
    id: "giving-zones",
    subject: "giving",
    measure: "giving",
    asks: None,
    title: "Giving by zone",
    description: "What each zone was given, spread by residents over the area each grant's evidence names, and \
                  the least and the most it can have been.",
    method: "giving",
    roles: &[GIVING, PEOPLE],
    walks: false,
    make: Make::Once(table),
};

/// What each zone was given.
fn table(context: &Context<'_>) -> Option<Table> {
    let (_, reached) = found(context)?;
    let place = context.place;
    let years = reached.place.years();
    let mut columns = Columns::<(ZoneIdx, &Zone, &Money)>::new();
    columns
        .add(field::id("zone_id", "Zone", "Stable name of the zone, as in its file"), |(_, zone, _)| said(&zone.key));
    columns.add(field::patch_id("Patch in which most of the zone's residents live"), |(index, ..)| {
        context.patch_key(context.main_patch[*index])
    });
    columns.add(field::residents(), |(_, zone, _)| {
        round::known_people((!zone.residents.unknown).then_some(zone.residents.total))
    });
    add_money(&mut columns, |(.., money)| money);
    columns.add(
        field::number(
            "money_per_resident_year",
            "Money per resident and year",
            "Money ÷ residents ÷ the years from the first planned day of all grants to the last",
            Some(POUNDS_A_YEAR),
        ),
        move |(_, zone, money)| {
            let residents = zone.residents.total;
            let per = years.filter(|years| *years > 0.0 && residents > 0.0);
            per.map_or(Value::Null, |years| round::pounds(money.spread() as f64 / residents / years))
        },
    );
    columns.add(
        field::text("evidence", "Evidence", "Evidence of most of the money: point, area, delivery, named or office"),
        |(.., money)| {
            let levels: Vec<(Evidence, i64)> = Evidence::ALL.into_iter().zip(money.by_evidence).collect();
            let most = levels.into_iter().rev().filter(|(_, pence)| *pence > 0).max_by_key(|(_, pence)| *pence);
            field::words(most.map(|(level, _)| level.word()))
        },
    );
    let rows = place.zones.enumerate().map(|(index, zone)| (index, zone, &reached.zones[index]));
    Some(columns.table(rows, |(index, zone, _)| (zone.key.clone(), Some(zones::geometry(place, *index)))))
}
