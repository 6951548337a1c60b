//! Conditions bound to a layer, and whether a feature satisfies them.

use super::arrays::ListRelation;
use super::like::Pattern;
use super::scalar::{Scalar, Val};
use super::spatial::{Fixed, Relation, Shape};
use super::temporal::TimeRelation;
use crate::layer::Feature;
use std::cmp::Ordering;

/// A condition.
#[derive(Debug)]
pub(super) enum Test {
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
    Compare(Comparison, Scalar, Scalar),
    Between(Scalar, Scalar, Scalar),
    In(Scalar, Vec<Scalar>),
    Like(Scalar, Pattern),
    /// `LIKE` with a pattern that the feature itself holds.
    LikeIts(Scalar, Scalar),
    IsNull(Scalar),
    HasNoShape,
    /// A value that is true or false by itself.
    Truth(Scalar),
    Spatial(Relation, Place, Place),
    Temporal(TimeRelation, Scalar, Scalar),
    Lists(ListRelation, Vec<Scalar>, Vec<Scalar>),
}

/// A shape in a condition.
#[derive(Debug)]
pub(super) enum Place {
    /// The feature's own.
    OfFeature,
    /// One that the condition gives.
    Given(Fixed),
}

/// A comparison of two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Different,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Comparison {
    pub(super) fn of(op: &str) -> Option<Self> {
        Some(match op {
            "=" => Self::Equal,
            "<>" => Self::Different,
            "<" => Self::Less,
            "<=" => Self::AtMost,
            ">" => Self::Greater,
            ">=" => Self::AtLeast,
            _ => return None,
        })
    }

    fn holds(self, a: &Val<'_>, b: &Val<'_>) -> Option<bool> {
        if matches!(a, Val::Null) || matches!(b, Val::Null) {
            return None;
        }
        let order = a.order(b);
        Some(match self {
            Self::Equal => order == Some(Ordering::Equal),
            Self::Different => order != Some(Ordering::Equal),
            Self::Less => order == Some(Ordering::Less),
            Self::AtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Self::Greater => order == Some(Ordering::Greater),
            Self::AtLeast => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        })
    }
}

impl Test {
    /// Whether the feature satisfies the condition; `None` where a null leaves that open.
    pub(super) fn holds(&self, feature: &Feature) -> Option<bool> {
        match self {
            Self::All(tests) => all(tests.iter().map(|test| test.holds(feature))),
            Self::Any(tests) => all(tests.iter().map(|test| test.holds(feature).map(|yes| !yes))).map(|none| !none),
            Self::Not(test) => test.holds(feature).map(|yes| !yes),
            Self::Compare(comparison, a, b) => comparison.holds(&a.of(feature), &b.of(feature)),
            Self::Between(value, low, high) => {
                let value = value.of(feature);
                let bounds = [(Comparison::AtLeast, low), (Comparison::AtMost, high)];
                all(bounds.into_iter().map(|(comparison, bound)| comparison.holds(&value, &bound.of(feature))))
            }
            Self::In(value, list) => {
                let value = value.of(feature);
                let differs = |item: &Scalar| Comparison::Different.holds(&value, &item.of(feature));
                all(list.iter().map(differs)).map(|none| !none)
            }
            Self::Like(value, pattern) => like(&value.of(feature), pattern),
            Self::LikeIts(value, pattern) => match pattern.of(feature) {
                Val::Text(pattern) => like(&value.of(feature), &Pattern::new(&pattern)),
                _ => None,
            },
            Self::IsNull(value) => Some(value.of(feature) == Val::Null),
            Self::HasNoShape => Some(feature.geometry.is_none()),
            Self::Truth(value) => match value.of(feature) {
                Val::Boolean(yes) => Some(yes),
                _ => None,
            },
            Self::Spatial(relation, a, b) => Some(relation.holds(&a.of(feature)?, &b.of(feature)?)),
            Self::Temporal(relation, a, b) => match (a.of(feature), b.of(feature)) {
                (Val::Time(a), Val::Time(b)) => Some(relation.holds(a, b)),
                _ => None,
            },
            Self::Lists(relation, a, b) => {
                let values = |list: &[Scalar]| -> Option<Vec<Val<'_>>> {
                    list.iter()
                        .map(|item| Some(item.of(feature)).filter(|value| *value != Val::Null))
                        .map(owned)
                        .collect()
                };
                Some(relation.holds(&values(a)?, &values(b)?))
            }
        }
    }
}

impl Place {
    fn of<'a>(&'a self, feature: &'a Feature) -> Option<Shape<'a>> {
        match self {
            Self::OfFeature => feature.geometry.as_ref().map(Shape::new),
            Self::Given(fixed) => Some(fixed.shape()),
        }
    }
}

fn owned(value: Option<Val<'_>>) -> Option<Val<'static>> {
    Some(match value? {
        Val::Text(text) => Val::Text(text.into_owned().into()),
        Val::Null => Val::Null,
        Val::Number(number) => Val::Number(number),
        Val::Boolean(yes) => Val::Boolean(yes),
        Val::Time(span) => Val::Time(span),
    })
}

fn like(value: &Val<'_>, pattern: &Pattern) -> Option<bool> {
    match value {
        Val::Text(text) => Some(pattern.matches(text)),
        _ => None,
    }
}

/// False if any is false, else unknown if any is unknown, else true.
fn all(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = Some(true);
    for answer in answers {
        match answer {
            Some(false) => return Some(false),
            None => all = None,
            Some(true) => {}
        }
    }
    all
}
