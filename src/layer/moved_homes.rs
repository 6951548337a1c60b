use super::catalog::{Context, Entry, Make};
use super::column::{Columns, Table};
use super::credits::{MET, PEOPLE};
use super::field::said;
use super::{Field, Is, Marker, Value, field};
use crate::measure::MovedHomes;
use crate::measure::moved_homes;
use crate::measure::reach::Count;
use crate::place::Patch;

/// The line of the catalogue.
pub(super) const ENTRY: Entry = Entry {
    id: "moved-homes",
    subject: "moved homes",
    measure: "moved-homes",
    asks: Some("What of a change of people met comes of homes that moved from patch to patch"),
    title: "What comes of moved homes",
    description: "People met in past quarters as they were published, on the patches of then, beside the same quarters on \
                  today's patches: the difference comes of homes that moved, not of more or fewer people met.",
    method: "patch-history",
    roles: &[PEOPLE, MET, &["earlier-patches"]],
    walks: false,
    make: Make::OfRecords(table),
};

struct Row<'a> {
    patch: &'a Patch,
    found: MovedHomes,
}

/// Published then and now; nothing where no kept release is of other ground than today's.
fn table(context: &Context<'_>) -> Option<Table> {
    let place = context.place;
    let rows = moved_homes(place, context.engaged?);
    if rows.is_empty() {
        return None;
    }
    let rows = rows.into_iter().map(|found| Row { patch: &place.patches[found.patch], found });
    let mut columns = Columns::<Row<'_>>::new();
    columns.add(field::id("row_id", "Row", "Patch of today and quarter"), |row| said(&id(row)));
    columns.add(field::patch_id("Patch of today"), |row| said(&row.patch.key));
    columns.add(field::name("patch_name", "Name of the patch", "Name for people"), |row| said(&row.patch.name));
    columns.add(field::text("patch_then", "Patch of then", "Key of the patch that goes on as this one"), |row| {
        said(&row.found.then)
    });
    columns.add(field::text("period", "Period", "A quarter such as 2024-q2").is(Is::Period), |row| {
        said(&row.found.quarter.0)
    });
    columns
        .add(field::name("period_name", "Name of the period", "From when to when"), |row| said(&row.found.quarter.1));
    columns
        .add(met("met_then", "Met, as published then", "On the patch as it was then"), |row| shown(row.found.met_then));
    columns.add(met("met", "Met, on today's patch", "The same quarter counted on the patch of today"), |row| {
        shown(row.found.met)
    });
    let words =
        "How many more are counted on today's patch: what comes of homes that moved, and of records that came late";
    columns.add(met("difference", "Difference", words), |row| shown(row.found.difference()));
    let ends = "As far as the rounded counts tell";
    let titles = ["Difference, from", "Difference, to"];
    let [low, high] = field::ends("difference", titles, [ends; 2], Some("people"));
    columns.add(low, |row| row.found.difference().map_or(HIDDEN, |by| Value::Number(by.least)));
    columns.add(high, |row| row.found.difference().map_or(HIDDEN, |by| Value::Number(by.most)));
    let words = "moved_homes: more than rounding, so homes that moved change it; no_difference: none beyond rounding; \
                 confidential: one of the counts is hidden ([c] in CSV)";
    columns.add(field::status("difference", "status", "Status", words), |row| said(row.found.word()));
    Some(columns.table(rows, |row| (id(row), Some(row.patch.shape.clone().into()))))
}

const HIDDEN: Value = Value::Marked(Marker::Confidential);

fn id(row: &Row<'_>) -> String {
    format!("{}.{}", row.patch.key, row.found.quarter.0)
}

fn met(name: &str, title: &str, what: &str) -> Field {
    field::integer(name, title, what, Some("people"))
}

fn shown(count: Option<Count>) -> Value {
    count.map_or(HIDDEN, |count| Value::Integer(count.shown as i64))
}
