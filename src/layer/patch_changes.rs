use super::catalog::{Context, Entry, Make};
use super::column::{Columns, Table};
use super::credits::PEOPLE;
use super::field::said;
use super::{Is, Value, field, round};
use crate::measure::{PatchChange, patch_changes};
use crate::place::{EarlierPatches, Place};
use crate::units::Share;
use geo::{BooleanOps, BoundingRect, Geometry, Intersects, MultiPolygon, unary_union};

/// The line of the catalogue.
pub(super) const ENTRY: Entry = Entry {
    id: "patch-changes",
    subject: "changes of patches",
    measure: "patch-changes",
    asks: Some("Where the homes of earlier patches are today, by who lives there"),
    title: "Changes of patches",
    description: "Which homes of each earlier patch are in which patch today, and how many people live there: the table \
                  by which the past is counted on today's patches.",
    method: "patch-history",
    roles: &[PEOPLE, &["earlier-patches"]],
    walks: false,
    make: Make::Once(table),
};

struct Row<'a> {
    set: &'a EarlierPatches,
    change: PatchChange,
    of_then: f64,
    of_now: f64,
}

/// Homes by patch of then and of today; nothing where no earlier patches are named.
fn table(context: &Context<'_>) -> Option<Table> {
    let place = context.place;
    let changes = patch_changes(place);
    if changes.is_empty() {
        return None;
    }
    let sum = |is: &dyn Fn(&PatchChange) -> bool| changes.iter().filter(|c| is(c)).map(|c| c.residents).sum::<f64>();
    let rows = changes.iter().map(|change| Row {
        set: &place.earlier_patches[change.set],
        of_then: sum(&|other| other.set == change.set && other.then == change.then),
        of_now: sum(&|other| other.set == change.set && other.now == change.now),
        change: change.clone(),
    });
    let mut columns = Columns::<Row<'_>>::new();
    columns
        .add(field::id("change_id", "Row", "Last day of the earlier patches, patch of then, patch of today"), |row| {
            said(&id(place, row))
        });
    columns.add(field::name("patches_then", "Patches of then", "What the earlier patches are called"), |row| {
        said(&row.set.title)
    });
    columns.add(field::date("from", "From", "First day they were in force; null where it is not known"), |row| {
        field::day(row.set.from)
    });
    columns.add(field::date("until", "Until", "Last day they were in force"), |row| Value::Date(row.set.until));
    columns.add(
        field::text("patch_then", "Patch of then", "Key of the earlier patch; `outside` where the homes were in none"),
        |row| said(then(row).map_or(OUTSIDE, |patch| &patch.key)),
    );
    columns.add(field::name("patch_then_name", "Name of the patch of then", "Name for people"), |row| {
        said(then(row).map_or(OUTSIDE_IN_WORDS, |patch| &patch.name))
    });
    columns.add(field::patch_id("Patch of today; `outside` where the homes are in none"), move |row| {
        said(row.change.now.map_or(OUTSIDE, |now| &place.patches[now].key))
    });
    columns.add(field::name("patch_name", "Name of the patch of today", "Name for people"), move |row| {
        said(row.change.now.map_or(OUTSIDE_IN_WORDS, |now| &place.patches[now].name))
    });
    columns.add(field::residents(), |row| round::people(row.change.residents));
    if place.unknown_residents().is_some() {
        let unknown = "Zones with homes here whose residents are unknown: they are in none of the numbers";
        columns
            .add(field::integer("zones_unknown", "Zones without a known number of residents", unknown, None), |row| {
                Value::Integer(row.change.unknown as i64)
            });
    }
    let part = "Share of the residents of the patch of then who live here";
    columns.add(field::number("share_of_then", "Share of the patch of then", part, Some(field::SHARE)), |row| {
        round::share(Share::of(row.change.residents, row.of_then).filter(|_| row.change.then.is_some()))
    });
    let part = "Share of the residents of the patch of today who live here";
    columns.add(field::number("share_of_now", "Share of the patch of today", part, Some(field::SHARE)), |row| {
        round::share(Share::of(row.change.residents, row.of_now).filter(|_| row.change.now.is_some()))
    });
    let words = "kept: in the patch that goes on from theirs; moved: in another; joined: in no patch before; left: in no \
                 patch today";
    columns.add(field::text("change", "Change", words).is(Is::Status), |row| said(row.change.kind.word()));
    let mut table = columns.table(rows, |row| (id(place, row), ground(place, row)));
    table.features.sort_by(|a, b| a.id.cmp(&b.id));
    Some(table)
}

const OUTSIDE: &str = "outside";
const OUTSIDE_IN_WORDS: &str = "Outside every patch";

fn then<'a>(row: &Row<'a>) -> Option<&'a crate::place::Patch> {
    row.change.then.map(|then| &row.set.patches[then])
}

fn id(place: &Place, row: &Row<'_>) -> String {
    let now = row.change.now.map_or(OUTSIDE, |now| &place.patches[now].key);
    format!("{}.{}.{now}", row.set.until, then(row).map_or(OUTSIDE, |patch| &patch.key))
}

/// Where the two patches lie on each other; of homes in one of them alone, what of it lies on none of the others.
fn ground(place: &Place, row: &Row<'_>) -> Option<Geometry<f64>> {
    let shape = match (then(row), row.change.now) {
        (Some(then), Some(now)) => then.shape.intersection(&place.patches[now].shape),
        (Some(then), None) => less(&then.shape, place.patches.iter().map(|patch| &patch.shape)),
        (None, Some(now)) => less(&place.patches[now].shape, row.set.patches.iter().map(|patch| &patch.shape)),
        (None, None) => return None,
    };
    (!shape.0.is_empty()).then_some(Geometry::MultiPolygon(shape))
}

fn less<'a>(whole: &MultiPolygon<f64>, others: impl Iterator<Item = &'a MultiPolygon<f64>>) -> MultiPolygon<f64> {
    let Some(around) = whole.bounding_rect() else { return whole.clone() };
    let near: Vec<_> =
        others.filter(|other| other.bounding_rect().is_some_and(|own| own.intersects(&around))).collect();
    let near: Vec<_> = near.into_iter().flat_map(|shape| shape.0.iter()).collect();
    if near.is_empty() { whole.clone() } else { whole.difference(&unary_union(near)) }
}
