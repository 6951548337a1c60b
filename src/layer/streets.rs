use super::catalog::{Context, Entry, Make};
use super::column::{Columns, Table};
use super::field::said;
use super::{field, round};
use crate::network::{Street, StreetClass};
use geo::{Coord, LineString};

/// The line of the catalogue.
pub(super) const ENTRY: Entry = Entry {
    id: "streets",
    subject: "streets",
    measure: "streets",
    asks: None,
    title: "Streets",
    description: "The streets people can walk on, cut where they meet. Walks follow these lines and no others.",
    method: "walking-time",
    roles: &[&["streets"]],
    walks: true,
    make: Make::Once(|context| Some(table(context))),
};

/// The streets people walk on, cut where they meet.
fn table(context: &Context<'_>) -> Table {
    let mut columns = Columns::<(String, Street<'_>)>::new();
    columns.add(
        field::id(
            "street_id",
            "Street",
            "Name of this stretch in this release of the data; it may change with the street file",
        ),
        |(id, _)| said(id),
    );
    columns.add(field::name("name", "Name", "Name of the street"), |(_, street)| field::words(street.name));
    columns.add(
        field::text("class", "Class", "What it is for: residential, main, service, path or steps"),
        |(_, street)| said(class(street.class)),
    );
    columns.add(field::integer("length_m", "Length", "Length along its bends", Some(field::METRES)), |(_, street)| {
        round::metres(Some(street.length))
    });
    let streets = context.place.streets.iter().flat_map(|network| network.streets()).enumerate();
    let mut table =
        columns.table(streets.map(|(number, street)| (format!("s{:07}", number + 1), street)), |(id, street)| {
            let line: LineString<f64> = street.shape.iter().map(|&point| Coord::from(point)).collect();
            (id.clone(), Some(line.into()))
        });
    table.features.sort_by(|a, b| a.id.cmp(&b.id));
    table
}

const fn class(class: StreetClass) -> &'static str {
    match class {
        StreetClass::Residential => "residential",
        StreetClass::Main => "main",
        StreetClass::Service => "service",
        StreetClass::Path => "path",
        StreetClass::Steps => "steps",
    }
}
