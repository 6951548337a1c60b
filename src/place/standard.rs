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

    /// Why a question that knows walks alone is not answered for this standard; `None` where it is.
    #[must_use]
    pub fn on_foot_only(&self, what: &str) -> Option<String> {
        self.transit.as_ref().map(|_| {
            format!(
                "the standard \"{}\" is by bus and on foot (by = \"walk+transit\"), and {what} is worked out for standards \
                 on foot alone; ask by one of those",
                self.key
            )
        })
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
