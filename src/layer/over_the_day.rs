use super::catalog::{Answer, Context, Entry, Make};
use super::column::{Columns, Table};
use super::credits::{PEOPLE, WALKS};
use super::{Value, field, round};
use crate::measure::journeys::{Hour, over_the_day};
use crate::units::Share;

/// The line of the catalogue.
pub(super) const ENTRY: Entry = Entry {
    id: "over-the-day",
    subject: "hours",
    measure: "over-the-day",
    asks: None,
    title: "Over the day",
    description: "For how many residents of the whole place one gets there in time by bus and on foot, setting out in each hour \
                  of the days that the standard asks about; whatever window it has, and without the way back.",
    method: "journeys",
    roles: &[PEOPLE, WALKS],
    walks: true,
    make: Make::WhereAsked(table),
};

/// Each hour of the day, and how many are covered then; nothing for a standard on foot alone.
fn table(context: &Context<'_>, answer: &Answer<'_>) -> Option<Table> {
    let known = answer.coverage;
    let hours = over_the_day(context.place, answer.standard, &known.qualifying, &known.walks)?;
    let residents = answer.coverage.place.residents;
    let mut columns = Columns::<Hour>::new();
    columns.add(field::id("hour", "Setting out from", "The beginning of the hour: 24:00 is midnight"), |hour| {
        Value::Text(hour.clock())
    });
    columns.add(
        field::people(
            "covered_residents",
            "Residents covered",
            "Residents times the share of the departures of this hour, one each minute, by which each is there in time",
        ),
        |hour| round::people(hour.covered),
    );
    columns.add(
        field::number("covered_share", "Share covered", "The same over all residents", Some(field::SHARE)),
        move |hour| round::share(Share::of(hour.covered, residents)),
    );
    Some(columns.table(hours, |hour| (hour.clock(), None)))
}
