use super::catalog::{Context, Table};
use super::{Feature, Value, field, round};
use crate::place::{Asset, Opening};

/// Things to reach, as the files say.
pub(super) fn table(context: &Context<'_>) -> Table {
    let fields = vec![
        field::text("asset_id", "Asset", "Stable name of the asset"),
        field::text("name", "Name", "Name of the asset"),
        field::text("kind", "Kind", "What it is: hub, library, food bank, …"),
        field::text("status", "Status", "open, planned or closed"),
        field::date("opens_on", "Opens on", "First day of use"),
        field::date("closes_on", "Closes on", "Last day of use"),
        field::text(
            "opening_hours",
            "Opening hours",
            "In OpenStreetMap's opening_hours words, or as found in the file",
        ),
        field::boolean(
            "opening_hours_understood",
            "Opening hours understood",
            "Whether the words could be read; if not, the asset counts as not known to be open",
        ),
        field::number("capacity", "Capacity", "People it can hold at once", Some("people")),
        field::boolean("step_free", "Step-free", "Whether one can get in without a step; null where nobody said"),
        field::date("last_checked", "Last checked", "When somebody last looked whether this is true"),
        field::text("address", "Address", "Address or postcode, as given"),
        field::integer(
            "off_street_m",
            "Off-street walk",
            "Straight line from the entrance to the nearest street",
            Some(field::METRES),
        ),
    ];
    let features = context.place.assets.iter().map(feature).collect();
    Table { fields, features }
}

fn feature(asset: &Asset) -> Feature {
    let understood = match asset.opening {
        Opening::Unknown => Value::Null,
        Opening::Hours(_) => Value::Boolean(true),
        Opening::Unreadable(_) => Value::Boolean(false),
    };
    let day = |day: Option<chrono::NaiveDate>| day.map_or(Value::Null, Value::Date);
    let values = vec![
        Value::Text(asset.key.clone()),
        Value::Text(asset.name.clone()),
        Value::Text(asset.kind.clone()),
        Value::Text(asset.status.word().to_owned()),
        day(asset.opens_on),
        day(asset.closes_on),
        field::words(asset.opening.words()),
        understood,
        asset.capacity.filter(|capacity| capacity.is_finite()).map_or(Value::Null, Value::Number),
        asset.step_free.map_or(Value::Null, Value::Boolean),
        day(asset.last_checked),
        field::words(asset.address.as_deref()),
        round::metres(asset.snap.map(|snap| snap.off_street)),
    ];
    let at = geo::Point::from(geo::Coord::from(asset.at));
    Feature { id: asset.key.clone(), geometry: Some(at.into()), values }
}
