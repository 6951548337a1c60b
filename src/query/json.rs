//! Conditions in JSON form.

use super::FilterError;
use super::expr::{DEEPEST, Expr, canonical, corners};
use super::scalar::Operator;
use super::text::joined;
use crate::read::geojson_geometry;
use geo::{Geometry, GeometryCollection};
use serde_json::{Map, Value};

type Parsed = Result<Expr, FilterError>;

/// Reads a condition.
pub(super) fn parse(text: &str) -> Parsed {
    let value: Value = serde_json::from_str(text).map_err(|e| wrong(e.to_string()))?;
    expr(value, 0)
}

fn wrong(problem: impl Into<String>) -> FilterError {
    FilterError::Json(problem.into())
}

fn expr(value: Value, depth: usize) -> Parsed {
    if depth > DEEPEST {
        return Err(wrong(format!("the filter nests deeper than {DEEPEST} levels")));
    }
    Ok(match value {
        Value::Null => Expr::Null,
        Value::Bool(yes) => Expr::Boolean(yes),
        Value::String(words) => Expr::Text(words),
        Value::Number(number) => Expr::Number(number.as_f64().ok_or_else(|| wrong("a number is too large"))?),
        Value::Array(items) => Expr::List(exprs(items, depth)?),
        Value::Object(members) => object(members, depth)?,
    })
}

fn exprs(items: Vec<Value>, depth: usize) -> Result<Vec<Expr>, FilterError> {
    items.into_iter().map(|item| expr(item, depth + 1)).collect()
}

fn object(mut members: Map<String, Value>, depth: usize) -> Parsed {
    if let Some(op) = members.remove("op") {
        return operation(&op, members.remove("args"), depth);
    }
    if members.contains_key("type") {
        return geometry(members);
    }
    for (key, make) in
        [("property", Expr::Property as fn(String) -> Expr), ("date", Expr::Date), ("timestamp", Expr::Timestamp)]
    {
        match members.remove(key) {
            Some(Value::String(words)) => return Ok(make(words)),
            Some(_) => return Err(wrong(format!("{key:?} must be a text"))),
            None => {}
        }
    }
    match (members.remove("interval"), members.remove("bbox")) {
        (Some(Value::Array(bounds)), _) => match <[Expr; 2]>::try_from(exprs(bounds, depth)?) {
            Ok([from, to]) => Ok(Expr::Interval(Box::new(from), Box::new(to))),
            Err(_) => Err(wrong("\"interval\" must have two members")),
        },
        (None, Some(Value::Array(numbers))) => {
            let numbers: Option<Vec<f64>> = numbers.iter().map(Value::as_f64).collect();
            let corners = numbers.and_then(|numbers| corners(&numbers));
            corners.map(Expr::Bbox).ok_or_else(|| wrong("\"bbox\" must be four or six numbers"))
        }
        _ => Err(wrong(
            "an object must have one of op, property, date, timestamp, interval, bbox, or be a GeoJSON geometry",
        )),
    }
}

fn operation(op: &Value, args: Option<Value>, depth: usize) -> Parsed {
    let op = op.as_str().ok_or_else(|| wrong("\"op\" must be a text"))?;
    let args = match args {
        Some(Value::Array(args)) => exprs(args, depth)?,
        _ => return Err(wrong(format!("the operator {op:?} has no list \"args\""))),
    };
    let op = canonical(op);
    Ok(match op {
        "and" | "or" if args.len() > 1 => joined(op, args),
        _ => match Operator::of(op) {
            // A chain such as a + b + c goes from left to right.
            Some(operator) if args.len() == 2 || matches!(op, "+" | "-" | "*" | "/" | "%") => {
                let mut rest = args.into_iter();
                let first = rest.next().ok_or_else(|| wrong(format!("the operator {op:?} has nothing to work on")))?;
                rest.fold(first, |left, right| Expr::arithmetic(left, operator, right))
            }
            _ => Expr::call(op, args),
        },
    })
}

fn geometry(members: Map<String, Value>) -> Parsed {
    let geometry = geojson_geometry(&Value::Object(members)).map_err(|why| wrong(format!("a geometry: {why}")))?;
    Ok(Expr::Geometry(geometry.unwrap_or_else(|| Geometry::GeometryCollection(GeometryCollection::empty()))))
}
