//! What stands in the cell of a table whose value is not there: the markers of the Government Analysis
//! Function, which say why.

/// Not known, or not reachable.
pub const NOT_AVAILABLE: &str = "[x]";

/// Why a value is not there, where more is known than that it is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// Hidden to protect people, or worked out from a number that is.
    Confidential,
    /// More than nothing, and rounds to nothing.
    Low,
    /// There can be no such value on this row.
    NotApplicable,
}

impl Marker {
    /// What stands in the cell.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Confidential => "[c]",
            Self::Low => "[low]",
            Self::NotApplicable => "[z]",
        }
    }

    /// The same in a column that says of another why it has no value.
    #[must_use]
    pub const fn status(self) -> &'static str {
        match self {
            Self::Confidential => "confidential",
            Self::Low => "low",
            Self::NotApplicable => "not applicable",
        }
    }
}

/// What the markers mean, for notes above tables.
pub const MEANING: [(&str, &str); 4] = [
    (Marker::Confidential.words(), "Confidential: hidden to protect people"),
    (Marker::Low.words(), "More than nothing, and rounds to nothing"),
    (NOT_AVAILABLE, "Not available: not known, not reachable on foot, or resting on a number that is hidden"),
    (Marker::NotApplicable.words(), "Not applicable: there is no such number on this row"),
];
