//! Whether a value is as its JSON Schema says; the words we use of it, not the whole language.

use serde_json::{Map, Value};

/// What is wrong with a value, as a sentence that begins with where it is; `None` when nothing is.
///
/// Understands `type`, `enum`, `minimum`, `maximum`, `items`, `minItems`, `maxItems`, `minLength`, `maxLength`,
/// `properties`, `required`, `additionalProperties`, `nullable` and `oneOf`.
pub(in crate::http) fn fault(schema: &Value, value: &Value, at: &str) -> Option<String> {
    if value.is_null() && schema["nullable"] == true {
        return None;
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        return one_of(choices, value, at);
    }
    let kind = schema["type"].as_str().unwrap_or_default();
    if !is_of(kind, value) {
        return Some(format!("{at} is {}; it must be {}", shortened(value), in_words(kind)));
    }
    if let Some(allowed) = schema["enum"].as_array().filter(|allowed| !allowed.contains(value)) {
        let what = schema["title"].as_str().unwrap_or("choice");
        return Some(not_among(what, allowed, value, at));
    }
    match value {
        Value::Number(number) => beyond(schema, number.as_f64()?, at),
        Value::String(words) => {
            let n = words.chars().count() as u64;
            if schema["minLength"].as_u64().is_some_and(|least| n < least) {
                return Some(format!("{at} is too short"));
            }
            let most = schema["maxLength"].as_u64().filter(|most| n > *most)?;
            Some(format!("{at} is longer than {most} characters"))
        }
        Value::Array(items) => of_items(schema, items, at),
        Value::Object(members) => of_members(schema, members, at),
        Value::Null | Value::Bool(_) => None,
    }
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    }
}

fn in_words(kind: &str) -> &'static str {
    match kind {
        "string" => "words in quotes",
        "number" => "a number",
        "integer" => "a whole number",
        "boolean" => "true or false",
        "array" => "a list in [ ]",
        _ => "an object in { }",
    }
}

fn shortened(value: &Value) -> String {
    let words: String = value.to_string();
    if words.chars().count() <= 60 { words } else { format!("{}…", words.chars().take(60).collect::<String>()) }
}

/// The one that fits, or else what is wrong with the one that comes nearest: of the same type.
fn one_of(choices: &[Value], value: &Value, at: &str) -> Option<String> {
    let faults: Vec<String> = choices.iter().map(|choice| fault(choice, value, at)).collect::<Option<_>>()?;
    let near = choices.iter().position(|choice| {
        let fits = is_of(choice["type"].as_str().unwrap_or_default(), value);
        let named = choice["required"]
            .as_array()
            .is_none_or(|names| names.iter().filter_map(Value::as_str).all(|name| value.get(name).is_some()));
        fits && named
    });
    match near.and_then(|near| faults.get(near)) {
        Some(fault) => Some(fault.clone()),
        None => {
            let titles: Vec<&str> = choices.iter().filter_map(|choice| choice["title"].as_str()).collect();
            Some(format!("{at} is {}; it must be {}", shortened(value), titles.join(", or ")))
        }
    }
}

fn not_among(what: &str, allowed: &[Value], value: &Value, at: &str) -> String {
    let words = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if let Some(given) = value.as_str() {
        let allowed: Vec<String> = allowed.iter().map(words).collect();
        return format!("{at}: {}", super::unknown(what, given, allowed.iter().map(String::as_str)));
    }
    let allowed: Vec<String> = allowed.iter().map(words).collect();
    format!("{at} is {}; it must be one of {}", shortened(value), allowed.join(", "))
}

fn beyond(schema: &Value, number: f64, at: &str) -> Option<String> {
    let (least, most) = (schema["minimum"].as_f64(), schema["maximum"].as_f64());
    let is_beyond = least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most);
    let range = match (least, most) {
        (Some(least), Some(most)) => format!("from {least} to {most}"),
        (Some(least), None) => format!("at least {least}"),
        (None, Some(most)) => format!("at most {most}"),
        (None, None) => return None,
    };
    is_beyond.then(|| format!("{at} is {number}; it must be {range}"))
}

fn of_items(schema: &Value, items: &[Value], at: &str) -> Option<String> {
    let n = items.len() as u64;
    let (least, most) = (schema["minItems"].as_u64().unwrap_or(0), schema["maxItems"].as_u64().unwrap_or(u64::MAX));
    if n < least || n > most {
        let range = match (least, most) {
            (least, most) if least == most => format!("exactly {least}"),
            (least, u64::MAX) => format!("at least {least}"),
            (least, most) => format!("{least} to {most}"),
        };
        return Some(format!("{at} has {n} items; it must have {range}"));
    }
    let each = schema.get("items")?;
    items.iter().enumerate().find_map(|(i, item)| fault(each, item, &format!("{at}[{i}]")))
}

fn of_members(schema: &Value, members: &Map<String, Value>, at: &str) -> Option<String> {
    let mut required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    if let Some(missing) = required.find(|name| !members.contains_key(*name)) {
        return Some(format!("{at} lacks {missing:?}"));
    }
    let known = schema["properties"].as_object();
    for (name, value) in members {
        let own = known.and_then(|known| known.get(name));
        let of_others = schema.get("additionalProperties");
        let wrong = match (own, of_others) {
            (Some(own), _) => fault(own, value, &format!("{at}.{name}")),
            (None, Some(Value::Bool(false))) => {
                let names = known.into_iter().flat_map(Map::keys).map(String::as_str);
                let what = schema["title"].as_str().unwrap_or("member");
                Some(format!("{at}: {}", super::unknown(what, name, names)))
            }
            (None, Some(others @ Value::Object(_))) => fault(others, value, &format!("{at}.{name}")),
            (None, _) => None,
        };
        if wrong.is_some() {
            return wrong;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_wrong_is_said_with_where_it_is_and_what_would_be_right() {
        let pin = json!({"type": "object", "required": ["at"], "additionalProperties": false, "properties": {
            "at": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}},
            "kind": {"type": "string", "enum": ["hub", "library"]},
        }});
        let pins = json!({"type": "array", "items": pin});
        let said = |value: Value| fault(&pins, &value, "add").unwrap_or_default();
        assert_eq!(said(json!([{"at": [1, 2.5], "kind": "hub"}])), "");
        assert_eq!(said(json!({"at": [1, 2]})), "add is {\"at\":[1,2]}; it must be a list in [ ]");
        assert_eq!(said(json!([{"at": [1]}])), "add[0].at has 1 items; it must have exactly 2");
        assert_eq!(said(json!([{}])), "add[0] lacks \"at\"");
        assert_eq!(said(json!([{"at": [1, "2"]}])), "add[0].at[1] is \"2\"; it must be a number");
        assert_eq!(
            said(json!([{"at": [1, 2], "kind": "hubb"}])),
            "add[0].kind: there is no choice \"hubb\"; there are hub, library"
        );
        assert!(said(json!([{"at": [1, 2], "kin": "hub"}])).contains("\"kin\""));
    }

    #[test]
    fn numbers_keep_their_range_and_a_choice_of_shapes_says_which_is_nearest() {
        let share = json!({"type": "number", "minimum": 0, "maximum": 1});
        assert_eq!(
            fault(&share, &json!(1.2), "floors.disabled").as_deref(),
            Some("floors.disabled is 1.2; it must be from 0 to 1")
        );
        let either = json!({"oneOf": [
            {"title": "a list of points", "type": "array"},
            {"title": "streets", "type": "object", "required": ["streets"], "properties": {"streets": {"type": "number", "minimum": 10}}},
        ]});
        assert_eq!(fault(&either, &json!({"streets": 250}), "candidates"), None);
        assert_eq!(
            fault(&either, &json!({"streets": 1}), "candidates").as_deref(),
            Some("candidates.streets is 1; it must be at least 10")
        );
        assert_eq!(
            fault(&either, &json!(7), "candidates").as_deref(),
            Some("candidates is 7; it must be a list of points, or streets")
        );
    }
}
