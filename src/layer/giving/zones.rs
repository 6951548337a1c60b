use super::{POUNDS_A_YEAR, found, money_fields, money_values};
use crate::layer::catalog::{Context, Table};
use crate::layer::{Feature, Value, field, round, zones};
use crate::place::Evidence;

/// What each zone was given.
pub(in crate::layer) fn table(context: &Context<'_>) -> Option<Table> {
    let (_, reached) = found(context)?;
    let place = context.place;
    let mut fields = vec![
        field::text("zone_id", "Zone", "Stable name of the zone, as in its file"),
        field::patch_id("Patch in which most of the zone's residents live"),
        field::residents(),
    ];
    fields.extend(money_fields());
    fields.extend([
        field::number(
            "money_per_resident_year",
            "Money per resident and year",
            "Money ÷ residents ÷ the years from the first planned day of all grants to the last",
            Some(POUNDS_A_YEAR),
        ),
        field::text("evidence", "Evidence", "Evidence of most of the money: point, area, delivery, named or office"),
    ]);
    let years = reached.place.years();
    let features = place
        .zones
        .enumerate()
        .map(|(idx, zone)| {
            let money = &reached.zones[idx];
            let residents = zone.residents.total;
            let mut values = vec![
                Value::Text(zone.key.clone()),
                context.patch_key(context.main_patch[idx]),
                round::known_people((!zone.residents.unknown).then_some(residents)),
            ];
            values.extend(money_values(money));
            let per = years.filter(|years| *years > 0.0 && residents > 0.0);
            values.push(per.map_or(Value::Null, |years| round::pounds(money.spread() as f64 / residents / years)));
            let levels: Vec<(Evidence, i64)> = Evidence::ALL.into_iter().zip(money.by_evidence).collect();
            let most = levels.into_iter().rev().filter(|(_, pence)| *pence > 0).max_by_key(|(_, pence)| *pence);
            values.push(most.map_or(Value::Null, |(level, _)| Value::Text(level.word().to_owned())));
            Feature { id: zone.key.clone(), geometry: Some(zones::geometry(place, idx)), values }
        })
        .collect();
    Some(Table { fields, features })
}
