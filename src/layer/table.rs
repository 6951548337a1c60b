//! Features as the rows of a table that people read on a page.

use super::{Feature, FieldKind, Layer, Value, plain};
use crate::text::thousands;
use serde::Serialize;

/// A table with a title for each column.
#[derive(Debug, Serialize)]
pub struct PageTable {
    /// The columns.
    pub columns: Vec<PageColumn>,
    /// The rows.
    pub rows: Vec<PageRow>,
}

/// A column.
#[derive(Debug, Serialize)]
pub struct PageColumn {
    /// Public name of the property.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// What it is.
    pub description: String,
    /// Unit in words.
    pub unit: Option<&'static str>,
    /// Whether its values are numbers, which line up on the right.
    pub numeric: bool,
}

/// A row.
#[derive(Debug, Serialize)]
pub struct PageRow {
    /// Name of the feature.
    pub id: String,
    /// One cell for each column.
    pub cells: Vec<String>,
}

/// The columns of a layer.
#[must_use]
pub fn columns(layer: &Layer) -> Vec<PageColumn> {
    layer
        .fields
        .iter()
        .map(|field| PageColumn {
            name: field.name.clone(),
            title: field.title.clone(),
            description: field.description.clone(),
            unit: field.unit,
            numeric: matches!(field.kind, FieldKind::Integer | FieldKind::Number),
        })
        .collect()
}

/// The features as a table.
#[must_use]
pub fn table<'a>(layer: &Layer, features: impl Iterator<Item = &'a Feature>) -> PageTable {
    let cells = |feature: &Feature| feature.values.iter().map(cell).collect();
    let rows = features.map(|feature| PageRow { id: feature.id.clone(), cells: cells(feature) }).collect();
    PageTable { columns: columns(layer), rows }
}

/// The value as it stands in a cell: commas between thousands, yes and no, a marker where it is not there.
#[must_use]
pub fn cell(value: &Value) -> String {
    match value {
        Value::Integer(number) => thousands(*number),
        Value::Boolean(yes) => (if *yes { "yes" } else { "no" }).to_owned(),
        other => plain(other),
    }
}

/// A number of things, with commas between thousands.
#[must_use]
pub fn count(number: usize) -> String {
    thousands(i64::try_from(number).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_counted_with_commas_and_the_unknown_is_marked() {
        assert_eq!(cell(&Value::Integer(216_043)), "216,043");
        assert_eq!(cell(&Value::Integer(-1_000)), "−1,000");
        assert_eq!(cell(&Value::Integer(999)), "999");
        assert_eq!(cell(&Value::Null), "[x]");
        assert_eq!(cell(&Value::Boolean(true)), "yes");
        assert_eq!(cell(&Value::Number(0.3333)), "0.3333");
    }
}
