//! Values in conditions: constants, properties, and what is computed from them.

use super::fold;
use super::temporal::Span;
use crate::layer::{Feature, FieldKind, Value};
use std::borrow::Cow;
use std::cmp::Ordering;

/// A value while a condition is asked.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Val<'a> {
    Null,
    Text(Cow<'a, str>),
    Number(f64),
    Boolean(bool),
    Time(Span),
}

impl Val<'_> {
    /// Which of two is greater; nothing for null or values of different kinds.
    pub(super) fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => Some(a.as_ref().cmp(b.as_ref())),
            (Self::Number(a), Self::Number(b)) => a.partial_cmp(b),
            (Self::Boolean(a), Self::Boolean(b)) => Some(a.cmp(b)),
            (Self::Time(a), Self::Time(b)) => a.order(*b),
            _ => None,
        }
    }
}

/// What kind of value an expression gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Boolean,
    Time,
    /// Nothing but null.
    Null,
}

impl Kind {
    pub(super) fn of(kind: FieldKind) -> Self {
        match kind {
            FieldKind::Text => Self::Text,
            FieldKind::Integer | FieldKind::Number => Self::Number,
            FieldKind::Boolean => Self::Boolean,
            FieldKind::Date => Self::Time,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "numbers",
            Self::Boolean => "true or false",
            Self::Time => "dates",
            Self::Null => "null",
        }
    }
}

/// An expression bound to a layer.
#[derive(Debug)]
pub(super) enum Scalar {
    Constant(Val<'static>),
    /// The name of the feature.
    Id,
    /// A property, by its place.
    Field(usize),
    /// A text that spells a day or moment.
    Spelled(Box<Scalar>),
    Case(Box<Scalar>),
    Accents(Box<Scalar>),
    /// Numbers worked out from left to right.
    Chain(Box<Scalar>, Vec<(Operator, Scalar)>),
    Interval(Box<Scalar>, Box<Scalar>),
}

/// An operator between numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Plus,
    Minus,
    Times,
    Over,
    Rest,
    Power,
    Whole,
}

impl Operator {
    pub(super) fn of(op: &str) -> Option<Self> {
        Some(match op {
            "+" => Self::Plus,
            "-" => Self::Minus,
            "*" => Self::Times,
            "/" => Self::Over,
            "%" => Self::Rest,
            "^" => Self::Power,
            "div" => Self::Whole,
            _ => return None,
        })
    }

    /// The result; not known where there is none, as for a division by nothing.
    fn on(self, a: f64, b: f64) -> Val<'static> {
        let result = match self {
            Self::Plus => a + b,
            Self::Minus => a - b,
            Self::Times => a * b,
            Self::Over => a / b,
            Self::Rest => a % b,
            Self::Power => a.powf(b),
            Self::Whole => (a / b).trunc(),
        };
        if result.is_finite() { Val::Number(result) } else { Val::Null }
    }
}

impl Scalar {
    pub(super) fn of<'a>(&'a self, feature: &'a Feature) -> Val<'a> {
        match self {
            Self::Constant(value) => value.clone(),
            Self::Id => Val::Text(Cow::Borrowed(&feature.id)),
            Self::Field(index) => feature.values.get(*index).map_or(Val::Null, value),
            Self::Spelled(inner) => match inner.of(feature) {
                Val::Text(text) => Span::parse(&text).map_or(Val::Null, Val::Time),
                other => other,
            },
            Self::Case(inner) => folded(inner.of(feature), fold::case),
            Self::Accents(inner) => folded(inner.of(feature), fold::accents),
            Self::Chain(first, rest) => {
                rest.iter().fold(first.of(feature), |left, (operator, right)| match (left, right.of(feature)) {
                    (Val::Number(a), Val::Number(b)) => operator.on(a, b),
                    _ => Val::Null,
                })
            }
            Self::Interval(from, to) => match (from.of(feature), to.of(feature)) {
                (Val::Time(from), Val::Time(to)) => Val::Time(Span { from: from.from, to: to.to }),
                _ => Val::Null,
            },
        }
    }
}

fn value(value: &Value) -> Val<'_> {
    match value {
        Value::Null | Value::Marked(_) => Val::Null,
        Value::Text(words) => Val::Text(Cow::Borrowed(words)),
        Value::Integer(number) => Val::Number(*number as f64),
        Value::Number(number) if number.is_finite() => Val::Number(*number),
        Value::Number(_) => Val::Null,
        Value::Boolean(yes) => Val::Boolean(*yes),
        Value::Date(day) => Val::Time(Span::day(*day)),
    }
}

fn folded(value: Val<'_>, fold: impl Fn(&str) -> Cow<'_, str>) -> Val<'_> {
    match value {
        Val::Text(text) => match fold(&text) {
            Cow::Borrowed(_) => Val::Text(text),
            Cow::Owned(changed) => Val::Text(Cow::Owned(changed)),
        },
        other => other,
    }
}
