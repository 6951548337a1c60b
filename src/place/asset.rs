use crate::crs::Xy;
use crate::network::Snap;
use chrono::NaiveDate;

/// Something to reach: a hub, a library, a hall, a food bank.
#[derive(Debug, Clone, PartialEq)]
pub struct Asset {
    /// Stable name, unique in the place.
    pub key: String,
    /// Name for people.
    pub name: String,
    /// What it is: lower case with underscores (`community_hub`, `library`).
    pub kind: String,
    /// Where its entrance is.
    pub at: Xy,
    /// Where it meets the streets; `None` without streets or too far from any.
    pub snap: Option<Snap>,
    /// Whether it is there to be used.
    pub status: AssetStatus,
    /// First day of use, if the file says so.
    pub opens_on: Option<NaiveDate>,
    /// Last day of use, if the file says so.
    pub closes_on: Option<NaiveDate>,
    /// Opening hours, in OpenStreetMap's `opening_hours` words.
    pub opening: Opening,
    /// People it can hold at once.
    pub capacity: Option<f64>,
    /// Whether one can get in without a step; `None` where nobody said.
    pub step_free: Option<bool>,
    /// When somebody last looked whether this is true.
    pub last_checked: Option<NaiveDate>,
    /// Address or postcode, as given.
    pub address: Option<String>,
}

/// Whether an asset is there to be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum AssetStatus {
    /// In use.
    #[default]
    Open,
    /// Decided and not yet open.
    Planned,
    /// No longer in use.
    Closed,
}

impl AssetStatus {
    /// The word in files and answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Planned => "planned",
            Self::Closed => "closed",
        }
    }
}

/// What is known of opening hours.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Opening {
    /// Nobody said.
    #[default]
    Unknown,
    /// Words that follow the `opening_hours` syntax, checked when they were loaded.
    Hours(String),
    /// Words that could not be understood; kept so that a person can mend them.
    Unreadable(String),
}

impl Opening {
    /// The words as given.
    #[must_use]
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::Unknown => None,
            Self::Hours(words) | Self::Unreadable(words) => Some(words),
        }
    }
}
