//! Stretches of time and how they lie to each other.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use std::cmp::Ordering;

/// A stretch of time, first and last microsecond since 1970. A moment is as long as nothing, a day runs
/// to its last microsecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: i64,
    pub(super) to: i64,
}

impl Span {
    pub(super) fn day(day: NaiveDate) -> Self {
        let from = day.and_time(NaiveTime::MIN).and_utc().timestamp_micros();
        Self { from, to: from + 86_400_000_000 - 1 }
    }

    fn moment(at: i64) -> Self {
        Self { from: at, to: at }
    }

    /// A day (`2022-04-16`) or a moment (`2022-04-16T10:13:19Z`; without a zone it is UTC).
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Ok(day) = text.parse::<NaiveDate>() {
            return Some(Self::day(day));
        }
        if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
            return Some(Self::moment(moment.timestamp_micros()));
        }
        let naive = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
            .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f"));
        naive.ok().map(|moment| Self::moment(moment.and_utc().timestamp_micros()))
    }

    /// The bound of an interval: like [`Span::parse`], and `..` or nothing for no bound.
    pub(super) fn parse_bound(text: &str) -> Option<Self> {
        if text.is_empty() || text == ".." {
            return Some(Self { from: i64::MIN, to: i64::MAX });
        }
        Self::parse(text)
    }

    /// Which of two comes first; nothing when they overlap without being the same.
    pub(super) fn order(self, other: Self) -> Option<Ordering> {
        if self == other {
            Some(Ordering::Equal)
        } else if self.to < other.from {
            Some(Ordering::Less)
        } else if self.from > other.to {
            Some(Ordering::Greater)
        } else {
            None
        }
    }
}

/// How one stretch of time may lie to another (Allen 1983).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeRelation {
    After,
    Before,
    Contains,
    Disjoint,
    During,
    Equals,
    FinishedBy,
    Finishes,
    Intersects,
    Meets,
    MetBy,
    OverlappedBy,
    Overlaps,
    StartedBy,
    Starts,
}

impl TimeRelation {
    pub(super) fn of(op: &str) -> Option<Self> {
        Some(match op {
            "t_after" => Self::After,
            "t_before" => Self::Before,
            "t_contains" => Self::Contains,
            "t_disjoint" => Self::Disjoint,
            "t_during" => Self::During,
            "t_equals" => Self::Equals,
            "t_finishedBy" => Self::FinishedBy,
            "t_finishes" => Self::Finishes,
            "t_intersects" => Self::Intersects,
            "t_meets" => Self::Meets,
            "t_metBy" => Self::MetBy,
            "t_overlappedBy" => Self::OverlappedBy,
            "t_overlaps" => Self::Overlaps,
            "t_startedBy" => Self::StartedBy,
            "t_starts" => Self::Starts,
            _ => return None,
        })
    }

    pub(super) fn holds(self, a: Span, b: Span) -> bool {
        match self {
            Self::After => a.from > b.to,
            Self::Before => a.to < b.from,
            Self::Contains => a.from < b.from && a.to > b.to,
            Self::Disjoint => a.to < b.from || a.from > b.to,
            Self::During => a.from > b.from && a.to < b.to,
            Self::Equals => a == b,
            Self::FinishedBy => a.from < b.from && a.to == b.to,
            Self::Finishes => a.from > b.from && a.to == b.to,
            Self::Intersects => a.from <= b.to && a.to >= b.from,
            Self::Meets => a.to == b.from,
            Self::MetBy => a.from == b.to,
            Self::OverlappedBy => a.from > b.from && a.from < b.to && a.to > b.to,
            Self::Overlaps => a.from < b.from && a.to > b.from && a.to < b.to,
            Self::StartedBy => a.from == b.from && a.to > b.to,
            Self::Starts => a.from == b.from && a.to < b.to,
        }
    }
}
