use super::{POUNDS, add_range, found};
use crate::layer::catalog::{Context, Entry, Make};
use crate::layer::column::{Columns, Table};
use crate::layer::credits::{GIVING, PEOPLE};
use crate::layer::{Is, Value, field, round};
use crate::measure::giving::NeedPoint;

/// The line of the catalogue.
pub(in crate::layer) const ENTRY: Entry = Entry {
    id: "giving-need",
    subject: "giving",
    measure: "giving",
    asks: None,
    title: "Need against money",
    description: "What share of the money the most deprived tenths of the residents have: the concentration \
                  curve, with ranges.",
    method: "giving-need",
    roles: &[GIVING, PEOPLE],
    walks: false,
    make: Make::Once(table),
};

/// Need against money as a curve: what share of the money the most deprived tenths of the residents have.
fn table(context: &Context<'_>) -> Option<Table> {
    let need = found(context)?.1.need.as_ref()?;
    let mut columns = Columns::<(usize, &NeedPoint)>::new();
    columns.add(
        field::integer(
            "tenth",
            "Tenth",
            "How many tenths of the residents, from the most deprived",
            Some("tenths of the residents"),
        )
        .is(Is::Id),
        |(nth, _)| Value::Integer(*nth as i64),
    );
    columns.add(
        field::number("residents_share", "Share of residents", "Share of the residents up to here", Some(field::SHARE)),
        |(_, point)| round::amount(point.residents_share),
    );
    let share = field::number(
        "money_share",
        "Share of money",
        "Share of the money those residents have; equal to the share of residents where money follows people",
        Some(field::SHARE),
    );
    add_range(&mut columns, share, |(_, point)| {
        let share = point.money_share;
        [share.value, share.low, share.high].map(round::amount)
    });
    columns.add(field::people("residents", "Residents", "Residents of this tenth alone"), |(_, point)| {
        round::people(point.residents)
    });
    columns.add(field::number("money", "Money", "Money of this tenth alone", Some(POUNDS)), |(_, point)| {
        round::pounds(point.pence)
    });
    Some(columns.table(need.points.iter().enumerate(), |(nth, _)| (format!("{nth:02}"), None)))
}
