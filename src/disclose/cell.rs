//! What may be said of one cell.

/// One cell of a published table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cell {
    /// Nobody, exactly.
    Zero,
    /// Somebody, but fewer than rounds to anything: `[low]`.
    Low,
    /// A count, rounded.
    Shown(u64),
    /// Confidential: `[c]`. Either a small count, or one from which a small count could be worked out;
    /// which of the two is never said, because it would tell the one from the other.
    Hidden,
}

impl Cell {
    /// The marker of statistics in the public sector that stands in the place of a number.
    #[must_use]
    pub fn marker(self) -> Option<&'static str> {
        match self {
            Self::Zero | Self::Shown(_) => None,
            Self::Low => Some("[low]"),
            Self::Hidden => Some("[c]"),
        }
    }

    /// The number that is shown.
    #[must_use]
    pub fn value(self) -> Option<u64> {
        match self {
            Self::Zero => Some(0),
            Self::Shown(count) => Some(count),
            Self::Low | Self::Hidden => None,
        }
    }

    /// The word beside a null in JSON.
    #[must_use]
    pub fn status(self) -> &'static str {
        match self {
            Self::Zero | Self::Shown(_) => "shown",
            Self::Low => "low",
            Self::Hidden => "confidential",
        }
    }

    /// The cell as a table of text has it: the number or the marker.
    #[must_use]
    pub fn text(self) -> String {
        match (self.marker(), self.value()) {
            (Some(marker), _) => marker.to_owned(),
            (None, value) => value.unwrap_or(0).to_string(),
        }
    }

    /// Reads what [`Cell::text`] writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "[c]" => Some(Self::Hidden),
            "[low]" => Some(Self::Low),
            "0" => Some(Self::Zero),
            number => number.parse().ok().map(Self::Shown),
        }
    }
}

/// How small counts are protected: `[disclosure]` in place.toml.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Counts of 1 up to one less than this are hidden. Ten is the rule of thumb of the Office for
    /// National Statistics' research service for outputs about people; at 5 more is shown and less is
    /// safe, at 1 nothing is hidden.
    pub threshold: u64,
    /// Other counts are rounded to the nearest multiple of this. Five is what NHS England rounds to; at
    /// 1 nothing is rounded, and more cells must be hidden to protect the small ones.
    pub rounding: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self { threshold: 10, rounding: 5 }
    }
}

impl Policy {
    /// No protection at all: what the audit must find fault with.
    pub const NONE: Self = Self { threshold: 1, rounding: 1 };

    /// The fewest whole numbers between the ends of what a hidden count can be: with a threshold of 10
    /// a hidden count can be anything from 1 to 9, and its ends are 8 apart.
    #[must_use]
    pub fn least_width(self) -> u64 {
        self.threshold.saturating_sub(2)
    }

    /// A count that may be shown, as it is shown.
    #[must_use]
    pub fn round(self, count: u64) -> Cell {
        let base = self.rounding.max(1);
        match (count, count.saturating_add(base / 2) / base * base) {
            (0, _) => Cell::Zero,
            (_, 0) => Cell::Low,
            (_, rounded) => Cell::Shown(rounded),
        }
    }

    /// The least and the most that a shown cell can be; `None` when it is hidden.
    ///
    /// A cell of people that is shown is at least the threshold; an amount (`is_people` false) need not be.
    #[must_use]
    pub fn range(self, cell: Cell, is_people: bool) -> Option<(u64, u64)> {
        let base = self.rounding.max(1);
        let least = if is_people { self.threshold.max(1) } else { 1 };
        // A count x is shown as r when r <= x + floor(b/2) < r + b.
        let (below, above) = (base / 2, base - 1 - base / 2);
        match cell {
            Cell::Zero => Some((0, 0)),
            Cell::Low => Some((1, above.max(1))),
            Cell::Shown(r) => Some((r.saturating_sub(below).max(least).min(r + above), r + above)),
            Cell::Hidden => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_count_lies_in_the_range_that_is_told_of_it() {
        for rounding in 1..12 {
            for threshold in 1..12 {
                let policy = Policy { threshold, rounding };
                for count in 0..60 {
                    let cell = policy.round(count);
                    let people = count == 0 || count >= threshold;
                    let (least, most) = policy.range(cell, people).expect("rounding hides nothing");
                    assert!(least <= count && count <= most, "{count} as {cell:?} by {policy:?}: {least} to {most}");
                }
            }
        }
    }

    #[test]
    fn what_rounds_to_nothing_and_is_not_nothing_is_low() {
        assert_eq!(Policy { threshold: 1, rounding: 5 }.round(2), Cell::Low);
        assert_eq!(Policy::default().round(12), Cell::Shown(10));
        assert_eq!(Policy::default().round(13), Cell::Shown(15));
        assert_eq!(Policy::default().round(0), Cell::Zero);
    }

    #[test]
    fn the_text_of_a_cell_reads_back() {
        for cell in [Cell::Zero, Cell::Low, Cell::Shown(15), Cell::Hidden] {
            assert_eq!(Cell::parse(&cell.text()), Some(cell));
        }
        assert_eq!(Cell::parse("*"), None);
    }
}
