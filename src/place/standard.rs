use super::Journey;
use crate::units::Seconds;
use chrono::{NaiveDate, NaiveTime, Weekday};

/// What residents are entitled to expect: "a hub within 15 minutes, open after 17:00".
#[derive(Debug, Clone, PartialEq)]
pub struct Standard {
    /// Name in links: lower case letters, digits and hyphens.
    pub key: String,
    /// Name for people.
    pub title: String,
    /// Kinds of asset that satisfy it.
    pub kinds: Vec<String>,
    /// How long the walk may be, or the journey from door to door.
    pub within: Seconds,
    /// The asset must be open at this time or later, on at least one of `days`.
    pub open_after: Option<NaiveTime>,
    /// Days looked at for `open_after`; Monday to Friday unless said otherwise.
    pub days: Vec<Weekday>,
    /// The entrance must be step-free. An asset nobody has checked does not count.
    pub step_free: bool,
    /// The day asked about: assets closed by then, or not yet open, do not count.
    pub date: NaiveDate,
    /// By bus as well as on foot; `None` where walking alone counts.
    pub transit: Option<Journey>,
    /// So many different assets must be in reach: 1 asks for the nearest, 2 for the second nearest.
    pub nth: usize,
    /// How much room there must be in what is in reach; `None` where that is not asked.
    pub places: Option<PlacesAsked>,
    /// Over which time one looks at what comes and goes; `None` where one look will do.
    pub over: Option<Over>,
}

/// How much room there must be for those who live where it can be reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlacesAsked {
    /// For 1,000 residents, at least.
    pub per_1000: f64,
    /// Of what.
    pub unit: PlaceUnit,
}

/// In what room is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceUnit {
    /// Places.
    Places,
    /// Places times the hours in which the doors are open in a week.
    PlaceHours,
}

impl PlaceUnit {
    /// "places", or "place-hours a week".
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Places => "places",
            Self::PlaceHours => "place-hours a week",
        }
    }
}

/// Weeks or days that are looked at one by one, where a van comes every second Tuesday or a club meets in term time.
#[derive(Debug, Clone, PartialEq)]
pub struct Over {
    /// "week", or "day".
    pub unit: &'static str,
    /// The days of each: whatever is open on one of them counts for that week.
    pub periods: Vec<Vec<NaiveDate>>,
}

impl Standard {
    /// "by bus and on foot", or "on foot".
    #[must_use]
    pub const fn by(&self) -> &'static str {
        match self.transit {
            Some(_) => "by bus and on foot",
            None => "on foot",
        }
    }

    /// Whether the walk to the nearest asset is all that it asks for.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        self.transit.is_none() && self.nth <= 1 && self.places.is_none() && self.over.is_none()
    }
}

/// Whether a walk keeps within a standard's time.
pub trait Within {
    /// `None` (cannot be reached) is never within.
    fn within(self, limit: Seconds) -> bool;
}

impl Within for Option<Seconds> {
    fn within(self, limit: Seconds) -> bool {
        // A hair over the limit by rounding is still within it: a microsecond is 1.3 micrometres.
        self.is_some_and(|time| time.get() <= limit.get() + 1e-6)
    }
}
