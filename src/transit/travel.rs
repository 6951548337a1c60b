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
    const NEVER: i32 = i32::MAX;
    let Some(last) = departures.count.checked_sub(1) else { return Vec::new() };
    // The earliest arrival of those who may set out at this moment and, but for the last, not at the next: a vehicle is put
    // where one can just catch it, and each moment then has also what all later ones have.
    let mut arrivals = vec![NEVER; departures.count];
    let step = departures.step.max(1);
    for &(stop, walk) in stops {
        let leaving = profile.departures(stop);
        let first = departures.first.saturating_add_unsigned(walk);
        let usable = leaving.partition_point(|(leaves, _)| *leaves >= first);
        for &(leaves, arrives) in leaving[..usable].iter().rev() {
            let moment = ((leaves - first) / step) as usize;
            let at = &mut arrivals[moment.min(last)];
            *at = (*at).min(arrives);
            // Whatever leaves later still arrives later still.
            if moment >= last {
                break;
            }
        }
    }
    let mut soonest = NEVER;
    for arrival in arrivals.iter_mut().rev() {
        soonest = soonest.min(*arrival);
        *arrival = soonest;
    }
    let taken = |(arrival, start): (i32, i32)| {
        let riding = (arrival != NEVER).then(|| arrival.saturating_sub(start).max(0).unsigned_abs());
        riding.into_iter().chain(on_foot).min()
    };
    arrivals.into_iter().zip(departures.iter()).map(taken).collect()
}
