//! What a file says of itself.

use crate::crs::Plane;
use crate::layer::marker::NOT_AVAILABLE;
use crate::layer::{Feature, Field, FieldKind, Layer, Value, marker};
use chrono::NaiveDate;
use serde_json::{Map, json};

/// The day that stands where a format wants a date and the data have none.
const NO_DATE: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).expect("the first of January is a day");

/// The day the data describe, for formats that must have one.
pub(super) fn day(layer: &Layer) -> NaiveDate {
    layer.credits.date.unwrap_or(NO_DATE)
}

/// Everything a reader must know, as lines of a name and words. Several sources, licences or notices
/// are several lines.
pub(super) fn lines(layer: &Layer, plane: &Plane) -> Vec<(&'static str, String)> {
    let credits = &layer.credits;
    let mut lines = vec![("Title", layer.title.clone()), ("Description", layer.description.clone())];
    lines.push(("Method", format!("METHODS.md#{}", layer.method)));
    let lists = [
        ("Source", &credits.sources),
        ("Licence", &credits.licences),
        ("Attribution", &credits.attributions),
        ("Notice", &credits.notices),
    ];
    for (name, words) in lists {
        lines.extend(words.iter().map(|words| (name, words.clone())));
    }
    let date = credits.date.map_or("not known".to_owned(), |day| day.to_string());
    lines.push(("Date of the data", date));
    lines.push(("Reference system", format!("{} (EPSG:{})", plane.name(), plane.epsg())));
    lines
}

/// The same as JSON, with the columns.
pub(super) fn json(layer: &Layer) -> serde_json::Value {
    let mut about = Map::new();
    about.insert("id".to_owned(), json!(layer.id));
    about.extend(members(layer));
    about.into()
}

/// Everything a reader of a layer must know, without its name.
pub(crate) fn members(layer: &Layer) -> Map<String, serde_json::Value> {
    let credits = &layer.credits;
    let fields: Vec<_> = layer
        .fields
        .iter()
        .map(|f| json!({"name": f.name, "title": f.title, "description": f.description, "unit": f.unit}))
        .collect();
    let members = [
        ("title", json!(layer.title)),
        ("description", json!(layer.description)),
        ("method", json!(format!("METHODS.md#{}", layer.method))),
        ("sources", json!(credits.sources)),
        ("licences", json!(credits.licences)),
        ("attributions", json!(credits.attributions)),
        ("date", json!(credits.date.map(|day| day.to_string()))),
        ("notices", json!(credits.notices)),
        ("fields", json!(fields)),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What a column means, in a sentence with its unit.
pub(super) fn meaning(field: &Field) -> String {
    match field.unit {
        Some(unit) => format!("{} ({unit})", field.description),
        None => field.description.clone(),
    }
}

/// A column of a file: a field of the layer, or the names of the features.
#[derive(Clone, Copy)]
pub(super) enum Column<'a> {
    Id,
    Field(usize, &'a Field),
}

/// The columns of the layer. The names of the features come first, unless a field holds them already.
pub(super) fn columns(layer: &Layer) -> Vec<Column<'_>> {
    let holds_names = |(index, field): (usize, &Field)| {
        let is_name =
            |feature: &Feature| matches!(feature.values.get(index), Some(Value::Text(name)) if *name == feature.id);
        field.name == "id" || (field.kind == FieldKind::Text && layer.features.iter().all(is_name))
    };
    let named = layer.fields.iter().enumerate().any(holds_names);
    let id = (!named).then_some(Column::Id);
    id.into_iter().chain(layer.fields.iter().enumerate().map(|(index, field)| Column::Field(index, field))).collect()
}

impl<'a> Column<'a> {
    pub(super) fn name(self) -> &'a str {
        match self {
            Self::Id => "id",
            Self::Field(_, field) => &field.name,
        }
    }

    pub(super) fn title(self) -> &'a str {
        match self {
            Self::Id => "Id",
            Self::Field(_, field) => &field.title,
        }
    }

    pub(super) fn meaning(self) -> String {
        match self {
            Self::Id => "Stable name of the feature".to_owned(),
            Self::Field(_, field) => meaning(field),
        }
    }

    pub(super) fn kind(self) -> FieldKind {
        match self {
            Self::Id => FieldKind::Text,
            Self::Field(_, field) => field.kind,
        }
    }

    /// What stands in the cell where the feature has no value.
    pub(super) fn marker(self, feature: &Feature) -> &'static str {
        match self {
            Self::Id => NOT_AVAILABLE,
            Self::Field(index, _) => feature.values.get(index).and_then(marker).unwrap_or(NOT_AVAILABLE),
        }
    }

    pub(super) fn cell(self, feature: &'a Feature) -> Cell<'a> {
        match self {
            Self::Id => Cell::Text(&feature.id),
            Self::Field(index, _) => match feature.values.get(index) {
                None | Some(Value::Null | Value::Marked(_)) => Cell::Null,
                Some(Value::Text(words)) => Cell::Text(words),
                Some(Value::Integer(number)) => Cell::Integer(*number),
                Some(Value::Number(number)) if number.is_finite() => Cell::Number(*number),
                Some(Value::Number(_)) => Cell::Null,
                Some(Value::Boolean(yes)) => Cell::Boolean(*yes),
                Some(Value::Date(day)) => Cell::Date(*day),
            },
        }
    }
}

/// The value of a cell.
#[derive(Clone, Copy)]
pub(super) enum Cell<'a> {
    Null,
    Text(&'a str),
    Integer(i64),
    Number(f64),
    Boolean(bool),
    Date(NaiveDate),
}
