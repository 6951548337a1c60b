use super::catalog::{Context, Table};
use super::{Feature, Value, field, round};
use crate::network::{Street, StreetClass, StreetNetwork};
use geo::{Coord, LineString};

/// The streets people walk on, cut where they meet.
pub(super) fn table(context: &Context<'_>) -> Table {
    let fields = vec![
        field::text(
            "street_id",
            "Street",
            "Name of this stretch in this release of the data; it may change with the street file",
        ),
        field::text("name", "Name", "Name of the street"),
        field::text("class", "Class", "What it is for: residential, main, service, path or steps"),
        field::integer("length_m", "Length", "Length along its bends", Some(field::METRES)),
    ];
    let streets = context.place.streets.iter().flat_map(StreetNetwork::streets);
    let mut features: Vec<Feature> = streets.enumerate().map(|(number, street)| feature(number, &street)).collect();
    features.sort_by(|a, b| a.id.cmp(&b.id));
    Table { fields, features }
}

fn feature(number: usize, street: &Street<'_>) -> Feature {
    let id = format!("s{:07}", number + 1);
    let values = vec![
        Value::Text(id.clone()),
        field::words(street.name),
        Value::Text(class(street.class).to_owned()),
        round::metres(Some(street.length)),
    ];
    let line: LineString<f64> = street.shape.iter().map(|&point| Coord::from(point)).collect();
    Feature { id, geometry: Some(line.into()), values }
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
