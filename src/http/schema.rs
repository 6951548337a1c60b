//! `/collections/{collection}/schema` and `/queryables`: what each property is, as JSON Schema.

use super::format::{Format, HTML, Offer, SCHEMA};
use super::page;
use super::problem::Problem;
use super::reply::Reply;
use super::request::Ask;
use crate::layer::{Field, FieldKind, Layer};
use geo::Geometry;
use serde_json::{Map, Value, json};

const OFFERS: [Offer; 2] = [SCHEMA, HTML];

/// What a property is to whoever reads it (`crate::layer::Role`): programs need no names or prose for that.
const ROLE: &str = "x-patchwork-role";

/// Answers with the schema of the features.
pub(super) fn schema(ask: &Ask) -> Result<Reply, Problem> {
    answer(ask, false)
}

/// Answers with what items can be filtered by.
pub(super) fn queryables(ask: &Ask) -> Result<Reply, Problem> {
    answer(ask, true)
}

fn answer(ask: &Ask, queryables: bool) -> Result<Reply, Problem> {
    let collection = ask.collection()?;
    ask.only(&[])?;
    ask.told(&OFFERS, |offer, _| {
    let layer = &collection.layer;
    let mut properties = Map::new();
    let mut geometry = json!({"title": "Where it is", "format": geometry_format(layer)});
    if !queryables {
        set(&mut geometry, "x-ogc-role", json!("primary-geometry"));
        set(&mut geometry, "x-ogc-propertySeq", json!(0));
    }
    properties.insert("geometry".to_owned(), geometry);
    for (number, field) in layer.fields.iter().enumerate() {
        let mut about = describe(field);
        set(&mut about, ROLE, json!(field.role));
        if !queryables {
            set(&mut about, "x-ogc-propertySeq", json!(number + 1));
            if number == 0 {
                set(&mut about, "x-ogc-role", json!("id"));
            }
        }
        properties.insert(field.name.clone(), about);
    }
    let document = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("{}{}", ask.base, ask.path),
        "title": layer.title,
        "description": layer.description,
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    Ok(match offer.format {
        Format::Html => {
            let number = layer.fields.iter().find(|field| field.kind == FieldKind::Integer);
            let example = number.map_or_else(|| "id IS NOT NULL".to_owned(), |field| format!("{} > 100", field.name));
            let page =
                json!({"properties": listed(&document["properties"]), "queryables": queryables, "example": example});
            page::reply("schema.html", ask, ask.snapshot()?, Some(layer), page)?
        }
        _ => Reply::json(offer, &document),
    })
    })
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}

/// The members as a list of names and what they are: pages put maps in the order of the alphabet.
pub(super) fn listed(properties: &Value) -> Vec<(&String, &Value)> {
    properties.as_object().into_iter().flatten().collect()
}

/// Type and words of a property, as JSON Schema and OpenAPI both have them.
pub(super) fn describe(field: &Field) -> Value {
    let mut about = type_of(field.kind);
    set(&mut about, "title", json!(field.title));
    set(&mut about, "description", json!(field.description));
    if let Some(unit) = field.unit {
        set(&mut about, "x-ogc-unit", json!(unit));
    }
    about
}

/// The JSON type of a property's values.
pub(super) fn type_of(kind: FieldKind) -> Value {
    match kind {
        FieldKind::Text => json!({"type": "string"}),
        FieldKind::Integer => json!({"type": "integer"}),
        FieldKind::Number => json!({"type": "number"}),
        FieldKind::Boolean => json!({"type": "boolean"}),
        FieldKind::Date => json!({"type": "string", "format": "date"}),
    }
}

/// What shapes the features have, in the words of Features Part 5.
fn geometry_format(layer: &Layer) -> &'static str {
    let mut found = [false; 3];
    for geometry in layer.features.iter().filter_map(|feature| feature.geometry.as_ref()) {
        match geometry {
            Geometry::Point(_) => found[0] = true,
            Geometry::Line(_) | Geometry::LineString(_) | Geometry::MultiLineString(_) => found[1] = true,
            Geometry::Polygon(_) | Geometry::MultiPolygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => {
                found[2] = true
            }
            Geometry::MultiPoint(_) | Geometry::GeometryCollection(_) => return "geometry-any",
        }
    }
    match found {
        [true, false, false] => "geometry-point",
        [false, true, false] => "geometry-linestring-or-multilinestring",
        [false, false, true] => "geometry-polygon-or-multipolygon",
        _ => "geometry-any",
    }
}
