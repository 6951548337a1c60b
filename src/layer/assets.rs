use super::catalog::{Context, Entry, Make};
use super::column::{Columns, Table};
use super::field::{day, said};
use super::{Is, Value, field, round};
use crate::place::{Asset, Opening};

/// The line of the catalogue.
pub(super) const ENTRY: Entry = Entry {
    id: "assets",
    subject: "assets",
    measure: "assets",
    asks: None,
    title: "Assets",
    description: "Things to reach: hubs, libraries, halls, food banks and the like, as the files say.",
    method: "assets",
    roles: &[&["assets", "postcodes"]],
    walks: false,
    make: Make::Once(|context| Some(table(context))),
};

/// Things to reach, as the files say.
fn table(context: &Context<'_>) -> Table {
    let mut columns = Columns::<&Asset>::new();
    columns.add(field::id("asset_id", "Asset", "Stable name of the asset"), |a| said(&a.key));
    columns.add(field::name("name", "Name", "Name of the asset"), |a| said(&a.name));
    columns.add(field::text("kind", "Kind", "What it is: hub, library, food bank, …"), |a| said(&a.kind));
    columns.add(field::text("status", "Status", "open, planned or closed").is(Is::Status), |a| said(a.status.word()));
    columns.add(field::date("opens_on", "Opens on", "First day of use"), |a| day(a.opens_on));
    columns.add(field::date("closes_on", "Closes on", "Last day of use"), |a| day(a.closes_on));
    columns.add(
        field::text(
            "opening_hours",
            "Opening hours",
            "In OpenStreetMap's opening_hours words, or as found in the file",
        ),
        |a| field::words(a.opening.words()),
    );
    columns.add(
        field::boolean(
            "opening_hours_understood",
            "Opening hours understood",
            "Whether the words could be read; if not, the asset counts as not known to be open",
        ),
        |a| match a.opening {
            Opening::Unknown => Value::Null,
            Opening::Hours(_) => Value::Boolean(true),
            Opening::Unreadable(_) => Value::Boolean(false),
        },
    );
    columns.add(field::number("capacity", "Capacity", "People it can hold at once", Some("people")), |a| {
        a.capacity.filter(|capacity| capacity.is_finite()).map_or(Value::Null, Value::Number)
    });
    columns.add(
        field::boolean("step_free", "Step-free", "Whether one can get in without a step; null where nobody said"),
        |a| a.step_free.map_or(Value::Null, Value::Boolean),
    );
    columns.add(field::date("last_checked", "Last checked", "When somebody last looked whether this is true"), |a| {
        day(a.last_checked)
    });
    columns.add(field::text("address", "Address", "Address or postcode, as given"), |a| {
        field::words(a.address.as_deref())
    });
    columns.add(
        field::integer(
            "off_street_m",
            "Off-street walk",
            "Straight line from the entrance to the nearest street",
            Some(field::METRES),
        ),
        |a| round::metres(a.snap.map(|snap| snap.off_street)),
    );
    columns.table(&context.place.assets, |asset| {
        (asset.key.clone(), Some(geo::Point::from(geo::Coord::from(asset.at)).into()))
    })
}
