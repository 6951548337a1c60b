use super::catalog::{Context, Entry, Make};
use super::column::{Columns, Table};
use super::field;
use super::field::said;
use crate::place::{Place, Surrounding};
use geo::{BoundingRect, Geometry, Intersects, Rect, coord};

/// The line of the catalogue.
pub(super) const ENTRY: Entry = Entry {
    id: "surroundings",
    subject: "surroundings",
    measure: "surroundings",
    asks: None,
    title: "Surroundings",
    description: "Water, parks, railways, stations and the names of neighbourhoods out of the street file, for people to \
                  recognise the place by. Nothing is measured with them.",
    method: "surroundings",
    roles: &[&["streets"]],
    walks: false,
    make: Make::Once(table),
};

/// Metres beyond the place within which its surroundings are drawn: what shows at the edge of a map of it.
const BEYOND: f64 = 2000.0;

/// What people know the place by; nothing where the street file tells of none.
fn table(context: &Context<'_>) -> Option<Table> {
    let place = context.place;
    let around = around(place)?;
    let near = |each: &&Surrounding| is_near(&each.shape, &around);
    let all: Vec<&Surrounding> = place.surroundings.iter().filter(near).collect();
    if all.is_empty() {
        return None;
    }
    let mut columns = Columns::<&Surrounding>::new();
    columns.add(
        field::id(
            "surrounding_id",
            "Surrounding",
            "What it is called in the street file: its kind of element and number",
        ),
        |each| said(&each.key),
    );
    columns.add(field::name("name", "Name", "Its name, where it has one"), |each| field::words(each.name.as_deref()));
    columns.add(
        field::text("class", "Class", "What it is: water, waterway, green, railway, station or settlement"),
        |each| said(each.what.word()),
    );
    Some(columns.table(all, |each| (each.key.clone(), Some(each.shape.clone()))))
}

/// The rectangle round the zones, and a little more.
fn around(place: &Place) -> Option<Rect<f64>> {
    let zones = place.zones.iter().map(|zone| {
        let centre = coord! { x: zone.centre.x, y: zone.centre.y };
        zone.shape.as_ref().and_then(BoundingRect::bounding_rect).unwrap_or_else(|| Rect::new(centre, centre))
    });
    let join = |a: Rect<f64>, b: Rect<f64>| {
        let low = coord! { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) };
        let high = coord! { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) };
        Rect::new(low, high)
    };
    let tight = zones.reduce(join)?;
    let more = coord! { x: BEYOND, y: BEYOND };
    Some(Rect::new(tight.min() - more, tight.max() + more))
}

fn is_near(shape: &Geometry<f64>, around: &Rect<f64>) -> bool {
    shape.bounding_rect().is_some_and(|own| own.intersects(around))
}
