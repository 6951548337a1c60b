//! How much of the time limit is left, and whether anybody still waits.

use super::problem::Effort;
use super::watch::Watch;
use std::time::{Duration, Instant};

/// The time limit of one question, running.
pub(super) struct Clock<'a> {
    started: Instant,
    limit: Duration,
    watch: Option<&'a Watch>,
    pub(super) seed: u64,
}

impl<'a> Clock<'a> {
    pub(super) fn start(effort: Effort<'a>) -> Self {
        Self { started: Instant::now(), limit: effort.time_limit, watch: effort.watch, seed: effort.seed }
    }

    pub(super) fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// Seconds until the limit; nothing is left once cancelled.
    pub(super) fn left(&self) -> f64 {
        if self.is_cancelled() {
            return 0.0;
        }
        self.limit.saturating_sub(self.started.elapsed()).as_secs_f64()
    }

    pub(super) fn watch(&self) -> Option<&'a Watch> {
        self.watch
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.watch.is_some_and(Watch::is_cancelled)
    }

    pub(super) fn is_over(&self) -> bool {
        self.left() <= 0.0
    }
}
