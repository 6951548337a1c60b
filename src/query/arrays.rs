//! Lists in conditions.

use super::scalar::Val;

/// How one list may be to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListRelation {
    Equals,
    Contains,
    ContainedBy,
    Overlaps,
}

impl ListRelation {
    pub(super) fn of(op: &str) -> Option<Self> {
        Some(match op {
            "a_equals" => Self::Equals,
            "a_contains" => Self::Contains,
            "a_containedBy" => Self::ContainedBy,
            "a_overlaps" => Self::Overlaps,
            _ => return None,
        })
    }

    /// Lists are compared as sets: order and repetition do not matter.
    pub(super) fn holds(self, a: &[Val<'_>], b: &[Val<'_>]) -> bool {
        let all = |inner: &[Val<'_>], outer: &[Val<'_>]| inner.iter().all(|item| outer.contains(item));
        match self {
            Self::Equals => all(a, b) && all(b, a),
            Self::Contains => all(b, a),
            Self::ContainedBy => all(a, b),
            Self::Overlaps => a.iter().any(|item| b.contains(item)),
        }
    }
}
