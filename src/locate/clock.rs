//! How much may still be done, and whether anybody still waits.
//!
//! Work is counted in steps, so that a question ends at the same step on any machine, however busy; the clock is a limit
//! behind that, and an answer that it cut says so. Where no work is planned, the clock alone decides.

use super::problem::Effort;
use super::watch::Watch;
use std::cell::Cell;
use std::time::{Duration, Instant};

/// Steps that count as a second of work. A step is one look at one pair of a demand point and a site: two to four
/// nanoseconds on an idle core of 2026. It sets how far a search goes, so it is never changed for a machine.
const STEPS_A_SECOND: f64 = 1.5e8;

/// The limits of one question, running.
pub(super) struct Clock<'a> {
    started: Instant,
    limit: Duration,
    /// Seconds of work planned; nothing where the clock alone decides.
    planned: Option<f64>,
    spent: Cell<f64>,
    is_cut: Cell<bool>,
    watch: Option<&'a Watch>,
    pub(super) seed: u64,
}

impl<'a> Clock<'a> {
    pub(super) fn start(effort: Effort<'a>) -> Self {
        Self {
            started: Instant::now(),
            limit: effort.time_limit,
            planned: effort.work.map(|work| work.as_secs_f64()),
            spent: Cell::new(0.0),
            is_cut: Cell::new(false),
            watch: effort.watch,
            seed: effort.seed,
        }
    }

    /// Counts steps of work.
    pub(super) fn spend(&self, steps: usize) {
        self.spend_seconds(steps as f64 / STEPS_A_SECOND);
    }

    /// Counts work in seconds of it.
    pub(super) fn spend_seconds(&self, seconds: f64) {
        self.spent.set(self.spent.get() + seconds);
    }

    /// Seconds of work counted so far.
    pub(super) fn work(&self) -> f64 {
        self.spent.get()
    }

    /// Seconds on the wall.
    pub(super) fn seconds(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// How far the question is, in seconds of what limits it: of work where that is planned.
    pub(super) fn now(&self) -> f64 {
        if self.planned.is_some() { self.work() } else { self.seconds() }
    }

    /// Seconds until the clock ends it; nothing is left once cancelled.
    pub(super) fn left_on_the_wall(&self) -> f64 {
        if self.is_cancelled() {
            return 0.0;
        }
        self.limit.saturating_sub(self.started.elapsed()).as_secs_f64()
    }

    /// Seconds left of what limits the question: of work where that is planned. Nothing once the clock is over, whatever
    /// work is left.
    pub(super) fn left(&self) -> f64 {
        let work = self.planned.map(|planned| (planned - self.work()).max(0.0));
        let wall = self.left_on_the_wall();
        if wall <= 0.0 {
            self.is_cut.set(self.is_cut.get() || work.is_none_or(|work| work > 0.0));
            return 0.0;
        }
        work.unwrap_or(wall)
    }

    /// Whether work is planned.
    pub(super) fn counts_work(&self) -> bool {
        self.planned.is_some()
    }

    /// Whether the clock ended something that was not done, so that another run may end elsewhere.
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut.get()
    }

    /// Notes that the clock ended something.
    pub(super) fn cut(&self) {
        self.is_cut.set(true);
    }

    /// What a question inside this one may take: a share of what is left.
    pub(super) fn share(&self, share: f64) -> Effort<'a> {
        let part = |seconds: f64| Duration::from_secs_f64((share * seconds).max(0.0));
        let (left, wall) = (self.left(), self.left_on_the_wall());
        let time_limit = if self.counts_work() { Duration::from_secs_f64(wall) } else { part(wall) };
        Effort { time_limit, work: self.counts_work().then(|| part(left)), seed: self.seed, watch: self.watch }
    }

    /// Counts what such a question took: the work of its answer, or all that was planned where it has none.
    pub(super) fn charge(&self, effort: &Effort<'_>, answer: Option<(f64, bool)>) {
        let planned = effort.work.map_or(0.0, |work| work.as_secs_f64());
        self.spend_seconds(answer.map_or(planned, |(work, _)| work));
        if answer.is_some_and(|(_, is_cut)| is_cut && self.counts_work()) {
            self.cut();
        }
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
