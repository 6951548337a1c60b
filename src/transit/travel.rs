//! From a starting point to the nearest destination, for each departure of a window.

use super::profile::Profile;

/// Moments of setting out: `first`, and every `step` seconds, `count` of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Departures {
    /// The first, in seconds after midnight.
    pub first: i32,
    /// Seconds from one to the next.
    pub step: i32,
    /// How many.
    pub count: usize,
}

impl Departures {
    /// Every whole minute from `from` up to, and without, `to` (seconds after midnight), so that windows add up.
    #[must_use]
    pub const fn each_minute(from: i32, to: i32) -> Self {
        let count = if to > from { (to - from + 59) / 60 } else { 0 };
        Self { first: from, step: 60, count: count as usize }
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = i32> {
        (0..self.count as i32).map(move |n| self.first + n * self.step)
    }
}

/// How long does it take to the nearest destination, for each departure?
///
/// The time from setting out to arriving, with waiting at the first stop, by the quicker of walking all the way and
/// walking to one of `stops` (number, seconds of walking) and taking what leaves there. In seconds, in the order of the
/// departures; `None` where one does not arrive at all.
#[must_use]
pub fn travel_times(
    profile: &Profile,
    stops: &[(u32, u32)],
    on_foot: Option<u32>,
    departures: Departures,
) -> Vec<Option<u32>> {
    let mut times = vec![on_foot; departures.count];
    for &(stop, walk) in stops {
        let leaving = profile.departures(stop);
        // Both lists are in order of time, the one backwards: each is gone through once.
        let mut usable = leaving.len();
        for (time, start) in times.iter_mut().zip(departures.iter()) {
            let at_stop = start.saturating_add_unsigned(walk);
            while usable > 0 && leaving[usable - 1].0 < at_stop {
                usable -= 1;
            }
            let Some((_, arrival)) = leaving[..usable].last() else { break };
            let taken = arrival.saturating_sub(start).max(0) as u32;
            *time = Some(time.map_or(taken, |known| known.min(taken)));
        }
    }
    times
}
