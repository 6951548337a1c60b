//! A value in words and as JSON, the same wherever it is written.

use super::Value;
use super::marker::NOT_AVAILABLE;
use serde_json::json;

/// The value as anybody would write it; a marker where it is not there.
#[must_use]
pub fn plain(value: &Value) -> String {
    match value {
        Value::Null => NOT_AVAILABLE.to_owned(),
        Value::Marked(marker) => marker.words().to_owned(),
        Value::Text(words) => words.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Boolean(yes) => yes.to_string(),
        Value::Date(day) => day.to_string(),
    }
}

/// What stands for a value that is not there.
#[must_use]
pub fn marker(value: &Value) -> Option<&'static str> {
    match value {
        Value::Null => Some(NOT_AVAILABLE),
        Value::Marked(marker) => Some(marker.words()),
        _ => None,
    }
}

/// The value as JSON.
#[must_use]
pub fn json_value(value: &Value) -> serde_json::Value {
    match value {
        Value::Text(words) => json!(words),
        Value::Integer(number) => json!(number),
        Value::Number(number) => json!(number),
        Value::Boolean(yes) => json!(yes),
        Value::Date(day) => json!(day.to_string()),
        Value::Null | Value::Marked(_) => serde_json::Value::Null,
    }
}
