//! A condition as it was written, in either form: what [`text`](super::text) and [`json`](super::json)
//! both give.

use super::scalar::Operator;
use geo::Geometry;

/// Names under which a condition may speak of a feature's shape.
pub(super) const GEOMETRY_NAMES: [&str; 2] = ["geometry", "geom"];

/// Part of a condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    Text(String),
    Number(f64),
    Boolean(bool),
    Null,
    Property(String),
    /// A day, as written.
    Date(String),
    /// A moment, as written.
    Timestamp(String),
    Interval(Box<Expr>, Box<Expr>),
    Geometry(Geometry<f64>),
    /// West, south, east, north.
    Bbox([f64; 4]),
    List(Vec<Expr>),
    /// Numbers worked out from left to right, as `a * b + c` is: one node however many there are, so that no
    /// length of sum uses up the stack where it is read, bound, asked or dropped.
    Chain(Box<Expr>, Vec<(Operator, Expr)>),
    /// An operator or function, by its name in the JSON form.
    Call {
        op: String,
        args: Vec<Expr>,
    },
}

impl Expr {
    pub(super) fn call(op: &str, args: Vec<Self>) -> Self {
        Self::Call { op: op.to_owned(), args }
    }

    /// `left op right`. What is on the left already is worked out first in any case, so it is only gone on with.
    pub(super) fn arithmetic(left: Self, operator: Operator, right: Self) -> Self {
        match left {
            Self::Chain(first, mut rest) => {
                rest.push((operator, right));
                Self::Chain(first, rest)
            }
            first => Self::Chain(Box::new(first), vec![(operator, right)]),
        }
    }
}

/// Deepest nesting that is read. Conditions people write stay below ten; the limit keeps hostile ones
/// from using up the stack.
pub(super) const DEEPEST: usize = 48;

/// Operators whose operands are lists.
pub(super) const ARRAY_OPS: [&str; 4] = ["a_equals", "a_contains", "a_containedBy", "a_overlaps"];

/// Every named operator, in the spelling of the JSON form.
const NAMED: [&str; 38] = [
    "and",
    "or",
    "not",
    "like",
    "between",
    "in",
    "isNull",
    "casei",
    "accenti",
    "div",
    "s_equals",
    "s_intersects",
    "s_disjoint",
    "s_touches",
    "s_within",
    "s_overlaps",
    "s_crosses",
    "s_contains",
    "t_before",
    "t_after",
    "t_meets",
    "t_metBy",
    "t_overlaps",
    "t_overlappedBy",
    "t_starts",
    "t_startedBy",
    "t_during",
    "t_contains",
    "t_finishes",
    "t_finishedBy",
    "t_equals",
    "t_disjoint",
    "t_intersects",
    "a_equals",
    "a_contains",
    "a_containedBy",
    "a_overlaps",
    "<>",
];

/// The name of an operator in its one spelling; a function's name stays as it is.
pub(super) fn canonical(name: &str) -> &str {
    NAMED.iter().find(|known| known.eq_ignore_ascii_case(name)).map_or(name, |known| *known)
}

/// The four numbers of a box: two corners, each of two or three numbers.
pub(super) fn corners(numbers: &[f64]) -> Option<[f64; 4]> {
    match *numbers {
        [west, south, east, north] | [west, south, _, east, north, _] => Some([west, south, east, north]),
        _ => None,
    }
}
