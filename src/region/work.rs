//! How much work is left: counted in steps, so that the same question ends at the same step, with the clock as a hard
//! stop behind it.

use super::problem::Effort;
use crate::locate::Watch;
use std::time::{Duration, Instant};

/// Steps planned for each second of the time limit. A step is one look at one neighbour, about 5 nanoseconds on a
/// machine of 2026; so the work ends after about half of the limit, and the clock only on a slow or busy machine. Were
/// it set too high, two runs of one question might end at different steps, and the answer would say so.
const STEPS_A_SECOND: f64 = 8e7;

/// The work of one question.
pub(super) struct Work<'a> {
    started: Instant,
    limit: Duration,
    /// When the step under way ends, at the latest.
    stop: Duration,
    is_stopped: bool,
    watch: Option<&'a Watch>,
    left: u64,
    /// Steps kept for what comes after.
    kept: u64,
    cut_short: bool,
}

impl<'a> Work<'a> {
    pub(super) fn start(effort: &Effort<'a>) -> Self {
        let planned = (effort.time_limit.as_secs_f64() * STEPS_A_SECOND).min(1e18);
        Self {
            started: Instant::now(),
            limit: effort.time_limit,
            stop: effort.time_limit,
            is_stopped: false,
            watch: effort.watch,
            left: effort.steps.unwrap_or(planned as u64),
            kept: 0,
            cut_short: false,
        }
    }

    /// Counts steps; says whether to go on.
    pub(super) fn spend(&mut self, steps: usize) -> bool {
        self.left = self.left.saturating_sub(steps as u64);
        let elapsed = self.started.elapsed();
        if self.left > 0 && (elapsed >= self.limit || self.is_cancelled()) {
            self.cut_short = true;
            self.left = 0;
        }
        if self.left() > 0 && elapsed >= self.stop {
            self.cut_short = true;
            self.is_stopped = true;
        }
        self.left() > 0
    }

    /// Steps left, without those that are kept; none once the step under way has had its time.
    pub(super) fn left(&self) -> u64 {
        if self.is_stopped { 0 } else { self.left.saturating_sub(self.kept) }
    }

    /// What comes now ends after this share of the time limit, at the latest.
    pub(super) fn stop_at(&mut self, share: f64) {
        self.stop = self.limit.mul_f64(share);
    }

    /// What comes now has all the time there is.
    pub(super) fn go_on(&mut self) {
        self.stop = self.limit;
        self.is_stopped = false;
    }

    /// Keeps so many steps for what comes after, in place of those kept before.
    pub(super) fn keep(&mut self, steps: u64) {
        self.kept = steps;
    }

    /// Seconds until the hard stop.
    pub(super) fn seconds_left(&self) -> f64 {
        self.limit.saturating_sub(self.started.elapsed()).as_secs_f64()
    }

    pub(super) fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// The clock ended a step of the proof.
    pub(super) fn note_clock(&mut self) {
        self.cut_short = true;
    }

    /// Whether the clock ended it, not the count of steps.
    pub(super) fn is_cut_short(&self) -> bool {
        self.cut_short
    }

    pub(super) fn watch(&self) -> Option<&'a Watch> {
        self.watch
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.watch.is_some_and(Watch::is_cancelled)
    }

    /// Says which step begins, to whoever waits.
    pub(super) fn say(&self, words: &str) {
        if let Some(watch) = self.watch {
            let limit = self.limit.as_secs_f64().max(1e-9);
            watch.step(words, self.seconds() / limit);
        }
    }
}
