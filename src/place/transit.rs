use crate::crs::Xy;
use crate::network::Snap;
use crate::transit::Timetable;
use crate::units::Seconds;
use chrono::NaiveDate;

/// What runs in a place and around it, and where one gets on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Transit {
    /// The stops of all timetables; their numbers are those of `timetable`.
    pub stops: Vec<TransitStop>,
    /// What runs.
    pub timetable: Timetable,
}

/// Where one gets on and off.
#[derive(Debug, Clone, PartialEq)]
pub struct TransitStop {
    /// Its name in the timetable.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// Where it is; `None` where nobody says, and nobody gets on or off.
    pub at: Option<Xy>,
    /// Where it meets the streets; `None` without streets or too far from any of the place's.
    pub snap: Option<Snap>,
}

/// Of a standard by bus and on foot: when people set out, and what may be asked of them on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Journey {
    /// The days on which they set out; never none.
    pub days: Vec<NaiveDate>,
    /// The first moment of setting out, in seconds after midnight.
    pub from: i32,
    /// The end of the window, which is not itself a moment of setting out.
    pub to: i32,
    /// By when they must be there, in place of a window: they set out at the last minute from `from` on that will do, and
    /// `to` is a second later.
    pub arrive_by: Option<i32>,
    /// Changes from one vehicle to another, at most.
    pub changes: usize,
    /// No walk to a stop, from it or between two is longer; walking all the way may be.
    pub walk: Seconds,
    /// The way back, where it is asked for.
    pub back: Option<WayBack>,
}

/// What is asked of the way back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WayBack {
    /// One must be at home by then, in seconds after midnight of the day of setting out.
    pub by: i32,
    /// Seconds between arriving and setting out again, at least.
    pub stay: i32,
}

impl Journey {
    /// How many moments of setting out there are: each minute of the window, on each day; the last that will do, on each
    /// day, where they must be there by a time.
    #[must_use]
    pub fn departures(&self) -> usize {
        if self.arrive_by.is_some() {
            return self.days.len();
        }
        let minutes = (self.to - self.from).max(0).unsigned_abs().div_ceil(60) as usize;
        minutes * self.days.len()
    }

    /// The window in words, such as `09:30-11:30`, or `there by 10:00`.
    #[must_use]
    pub fn window(&self) -> String {
        match self.arrive_by {
            Some(by) => format!("there by {}", clock(by)),
            None => format!("{}-{}", clock(self.from), clock(self.to)),
        }
    }
}

/// A time of day in words; beyond 24:00 it is of the night after.
#[must_use]
pub fn clock(seconds: i32) -> String {
    format!("{:02}:{:02}", seconds / 3600, seconds / 60 % 60)
}
