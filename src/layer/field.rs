//! Properties that several layers share, so that one thing has one name and one description.

use super::{Field, FieldKind, Value};
use crate::place::{GroupIdx, IdVec, Place};

pub(super) const RESIDENTS: &str = "residents";
pub(super) const MINUTES: &str = "minutes";
pub(super) const METRES: &str = "metres";
pub(super) const SHARE: &str = "share from 0 to 1";

fn new(name: &str, title: &str, description: &str, kind: FieldKind, unit: Option<&'static str>) -> Field {
    Field { name: name.to_owned(), title: title.to_owned(), description: description.to_owned(), kind, unit }
}

pub(super) fn text(name: &str, title: &str, description: &str) -> Field {
    new(name, title, description, FieldKind::Text, None)
}

pub(super) fn date(name: &str, title: &str, description: &str) -> Field {
    new(name, title, description, FieldKind::Date, None)
}

pub(super) fn boolean(name: &str, title: &str, description: &str) -> Field {
    new(name, title, description, FieldKind::Boolean, None)
}

pub(super) fn integer(name: &str, title: &str, description: &str, unit: Option<&'static str>) -> Field {
    new(name, title, description, FieldKind::Integer, unit)
}

pub(super) fn number(name: &str, title: &str, description: &str, unit: Option<&'static str>) -> Field {
    new(name, title, description, FieldKind::Number, unit)
}

pub(super) fn residents() -> Field {
    integer("residents", "Residents", "Everybody who lives here; null where that is unknown", Some(RESIDENTS))
}

pub(super) fn patch_id(description: &str) -> Field {
    text("patch_id", "Patch", description)
}

/// One field for each group of the place, named `<prefix>_<group>`.
pub(super) fn by_group(place: &Place, prefix: &str, title: &str, description: &str) -> impl Iterator<Item = Field> {
    place.groups.iter().map(move |group| {
        let name = format!("{prefix}_{}", group.key);
        let title = format!("{title}: {}", group.label);
        let description = format!("{description} ({}: {})", group.dimension_label, group.label);
        integer(&name, &title, &description, Some(RESIDENTS))
    })
}

/// The members of each group, whole people or null, in the order of the fields.
pub(super) fn group_values<T: Copy>(
    place: &Place,
    by_group: &IdVec<GroupIdx, Option<T>>,
    count: impl Fn(T) -> f64,
) -> Vec<Value> {
    place
        .groups
        .indices()
        .map(|group| {
            super::round::known_people(
                by_group.as_slice().get(crate::place::Idx::index(group)).copied().flatten().map(&count),
            )
        })
        .collect()
}

/// Words, or null.
pub(super) fn words(words: Option<&str>) -> Value {
    words.map_or(Value::Null, |words| Value::Text(words.to_owned()))
}
