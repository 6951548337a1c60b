//! How much of the time limit is left, and whether anybody still waits.

use super::problem::Effort;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The time limit of one question, running.
pub(super) struct Clock<'a> {
    started: Instant,
    limit: Duration,
    cancel: Option<&'a AtomicBool>,
    pub(super) seed: u64,
}

impl<'a> Clock<'a> {
    pub(super) fn start(effort: Effort<'a>) -> Self {
        Self { started: Instant::now(), limit: effort.time_limit, cancel: effort.cancel, seed: effort.seed }
    }

    pub(super) fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// Seconds until the limit; nothing is left once cancelled.
    pub(super) fn left(&self) -> f64 {
        if self.cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
            return 0.0;
        }
        self.limit.saturating_sub(self.started.elapsed()).as_secs_f64()
    }

    pub(super) fn can_be_cancelled(&self) -> bool {
        self.cancel.is_some()
    }

    pub(super) fn is_over(&self) -> bool {
        self.left() <= 0.0
    }
}
