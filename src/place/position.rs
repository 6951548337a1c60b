//! Where people live inside a zone, and how a count is spread over those points without losing anybody.

use super::{PatchIdx, ZoneIdx};
use crate::crs::Xy;
use crate::network::Snap;

/// A point where some of a zone's residents live: an address, a building, a stretch of street, a
/// smaller area's centre.
#[derive(Debug, Clone, PartialEq)]
pub struct Position {
    /// Where it is.
    pub at: Xy,
    /// The zone whose residents live here.
    pub zone: ZoneIdx,
    /// The patch it lies in; `None` outside every patch.
    pub patch: Option<PatchIdx>,
    /// The position's stretch of its zone.
    pub span: Span,
    /// Residents here: the zone's total over the span.
    pub residents: f64,
    /// Where it meets the streets; `None` without streets or too far from any.
    pub snap: Option<Snap>,
}

/// Counts of people as multiples of 2⁻²⁰ of a person.
///
/// Such numbers, up to thousands of millions, add up in `f64` without any rounding, in any order. So
/// "the parts sum to the whole" is true to the last bit, and the order of rows changes nothing.
pub struct People;

impl People {
    const GRAIN: f64 = 1_048_576.0;

    /// The least difference between two counts.
    pub const STEP: f64 = 1.0 / Self::GRAIN;

    /// The nearest count on the grid.
    #[must_use]
    pub fn round(count: f64) -> f64 {
        (count * Self::GRAIN).round() / Self::GRAIN
    }
}

/// A stretch of a zone: the share of its people up to this position, and up to and with it.
///
/// The spans of a zone's positions follow each other from 0 to 1. The part of a count that falls on a
/// span is the difference of two rounded running totals, so the parts always sum to the count exactly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// Share of the zone's people before this position.
    pub from: f64,
    /// Share of the zone's people up to and with this position.
    pub to: f64,
}

impl Span {
    /// The whole zone.
    pub const ALL: Self = Self { from: 0.0, to: 1.0 };

    /// The part of `count` that falls on this span. Parts of one count sum to the rounded count.
    #[must_use]
    pub fn of(self, count: f64) -> f64 {
        People::round(count * self.to) - People::round(count * self.from)
    }

    /// Spans in proportion to weights, in order; the last ends at exactly 1. Weights that sum to
    /// nothing (or are not numbers) give everybody the same.
    #[must_use]
    pub fn in_proportion(weights: &[f64]) -> Vec<Self> {
        let usable = |w: f64| if w.is_finite() && w > 0.0 { w } else { 0.0 };
        let total: f64 = weights.iter().copied().map(usable).sum();
        let n = weights.len();
        let mut spans = Vec::with_capacity(n);
        let (mut before, mut sum) = (0.0, 0.0);
        for (i, &weight) in weights.iter().enumerate() {
            sum += usable(weight);
            let to = match (i + 1 == n, total > 0.0) {
                (true, _) => 1.0,
                (false, true) => (sum / total).min(1.0),
                (false, false) => (i + 1) as f64 / n as f64,
            };
            spans.push(Self { from: before, to });
            before = to;
        }
        spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_third_of_a_hundred_people_three_times_is_a_hundred_people() {
        let parts: Vec<f64> = Span::in_proportion(&[1.0, 1.0, 1.0]).into_iter().map(|s| s.of(100.0)).collect();
        assert_eq!(parts.iter().sum::<f64>(), 100.0);
        assert!((parts[1] - 33.333_33).abs() < 1e-4);
    }

    #[test]
    fn weights_of_nothing_share_equally() {
        let spans = Span::in_proportion(&[0.0, f64::NAN]);
        assert_eq!(spans, vec![Span { from: 0.0, to: 0.5 }, Span { from: 0.5, to: 1.0 }]);
    }

    proptest! {
        #[test]
        fn the_parts_of_a_zone_sum_to_the_zone_in_any_order(
            weights in prop::collection::vec(0.0f64..1000.0, 1..60),
            count in 0.0f64..500_000.0,
        ) {
            let count = People::round(count);
            let mut parts: Vec<f64> = Span::in_proportion(&weights).into_iter().map(|s| s.of(count)).collect();
            prop_assert_eq!(parts.iter().sum::<f64>(), count);
            parts.reverse();
            prop_assert_eq!(parts.iter().sum::<f64>(), count);
            prop_assert!(parts.iter().all(|&p| p >= 0.0));
        }
    }
}
