use super::{POUNDS, found, range_fields};
use crate::layer::catalog::{Context, Table};
use crate::layer::{Feature, Value, field, round};

/// Need against money as a curve: what share of the money the most deprived tenths of the residents have.
pub(in crate::layer) fn table(context: &Context<'_>) -> Option<Table> {
    let need = found(context)?.1.need.as_ref()?;
    let mut fields = vec![
        field::integer(
            "tenth",
            "Tenth",
            "How many tenths of the residents, from the most deprived",
            Some("tenths of the residents"),
        ),
        field::number("residents_share", "Share of residents", "Share of the residents up to here", Some(field::SHARE)),
    ];
    fields.extend(range_fields(
        "money_share",
        "Share of money",
        "Share of the money those residents have; equal to the share of residents where money follows people",
        Some(field::SHARE),
    ));
    fields.extend([
        field::integer("residents", "Residents", "Residents of this tenth alone", Some(field::RESIDENTS)),
        field::number("money", "Money", "Money of this tenth alone", Some(POUNDS)),
    ]);
    let features = need
        .points
        .iter()
        .enumerate()
        .map(|(nth, point)| {
            let share = point.money_share;
            let values = vec![
                Value::Integer(nth as i64),
                round::amount(point.residents_share),
                round::amount(share.value),
                round::amount(share.low),
                round::amount(share.high),
                round::people(point.residents),
                round::pounds(point.pence),
            ];
            Feature { id: format!("{nth:02}"), geometry: None, values }
        })
        .collect();
    Some(Table { fields, features })
}
