//! Properties that several layers share, so that one thing has one name and one description.

use super::{Field, FieldKind, Is, Role, Value};
use crate::disclose::Cell;
use crate::place::{GroupIdx, IdVec, Idx};

pub(super) const RESIDENTS: &str = "residents";
pub(super) const MINUTES: &str = "minutes";
pub(super) const METRES: &str = "metres";
pub(super) const SHARE: &str = "share from 0 to 1";

fn new(name: &str, title: &str, description: &str, kind: FieldKind, is: Is, unit: Option<&'static str>) -> Field {
    let role = Role { is, ..Role::default() };
    Field { name: name.to_owned(), title: title.to_owned(), description: description.to_owned(), kind, unit, role }
}

pub(crate) fn text(name: &str, title: &str, description: &str) -> Field {
    new(name, title, description, FieldKind::Text, Is::Text, None)
}

pub(crate) fn id(name: &str, title: &str, description: &str) -> Field {
    text(name, title, description).is(Is::Id)
}

pub(crate) fn name(name: &str, title: &str, description: &str) -> Field {
    text(name, title, description).is(Is::Name)
}

/// Why `of` has a value or none.
pub(crate) fn status(of: &str, name: &str, title: &str, description: &str) -> Field {
    text(name, title, description).is(Is::Status).of(of)
}

pub(crate) fn date(name: &str, title: &str, description: &str) -> Field {
    new(name, title, description, FieldKind::Date, Is::Day, None)
}

pub(crate) fn boolean(name: &str, title: &str, description: &str) -> Field {
    new(name, title, description, FieldKind::Boolean, Is::Text, None)
}

pub(crate) fn integer(name: &str, title: &str, description: &str, unit: Option<&'static str>) -> Field {
    let is = if unit == Some(METRES) { Is::Amount } else { Is::Count };
    new(name, title, description, FieldKind::Integer, is, unit)
}

pub(crate) fn number(name: &str, title: &str, description: &str, unit: Option<&'static str>) -> Field {
    let is = if unit == Some(SHARE) { Is::Rate } else { Is::Amount };
    new(name, title, description, FieldKind::Number, is, unit)
}

/// A share, a ratio or a rate.
pub(crate) fn rate(name: &str, title: &str, description: &str, unit: &'static str) -> Field {
    number(name, title, description, Some(unit)).is(Is::Rate)
}

/// The two ends of an interval: `<name>_low` and `<name>_high`.
pub(crate) fn ends(name: &str, titles: [&str; 2], descriptions: [&str; 2], unit: Option<&'static str>) -> [Field; 2] {
    let end =
        |end: &str, at: usize, is| number(&format!("{name}_{end}"), titles[at], descriptions[at], unit).is(is).of(name);
    [end("low", 0, Is::Low), end("high", 1, Is::High)]
}

pub(crate) fn residents() -> Field {
    integer("residents", "Residents", "Everybody who lives here; null where that is unknown", Some(RESIDENTS))
}

/// Whole residents of a kind.
pub(crate) fn people(name: &str, title: &str, description: &str) -> Field {
    integer(name, title, description, Some(RESIDENTS))
}

pub(crate) fn patch_id(description: &str) -> Field {
    text("patch_id", "Patch", description).is(Is::Patch)
}

/// The group's own, where it is known.
pub(crate) fn group<T: Copy>(by_group: &IdVec<GroupIdx, Option<T>>, group: GroupIdx) -> Option<T> {
    by_group.as_slice().get(group.index()).copied().flatten()
}

/// Words, or null.
pub(crate) fn words(words: Option<&str>) -> Value {
    words.map_or(Value::Null, said)
}

/// Words.
pub(crate) fn said(words: &str) -> Value {
    Value::Text(words.to_owned())
}

/// A day, or null.
pub(crate) fn day(day: Option<chrono::NaiveDate>) -> Value {
    day.map_or(Value::Null, Value::Date)
}

/// The count of a cell; null where it is hidden, and the status says so.
pub(crate) fn shown(cell: Cell) -> Value {
    cell.value().map_or(Value::Null, |count| Value::Integer(count as i64))
}
