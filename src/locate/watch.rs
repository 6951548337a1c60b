//! Somebody who waits for an answer: may give up, and likes to be told how far it is.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

/// Called with the step under way, in words for people, and the share of the whole that is done, from 0 to 1.
type Tell = Box<dyn Fn(&str, f64) + Send + Sync>;

/// Shared between whoever asks and whoever works: cancels the work and hears how far it is.
///
/// A cancelled question ends within about a second with `Unsolved::Cancelled`, whatever was found so far. Once
/// cancelled, a watch stays cancelled.
#[derive(Default)]
pub struct Watch {
    cancelled: AtomicBool,
    tell: Option<Tell>,
}

impl Watch {
    /// A watch that is told nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A watch that is told each step in words, with the share of the whole that is done when it begins.
    #[must_use]
    pub fn telling(tell: impl Fn(&str, f64) + Send + Sync + 'static) -> Self {
        Self { cancelled: AtomicBool::new(false), tell: Some(Box::new(tell)) }
    }

    /// Nobody waits any more.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether somebody called [`Watch::cancel`].
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Says which step begins.
    pub fn step(&self, words: &str, done: f64) {
        if let Some(tell) = &self.tell {
            tell(words, done.clamp(0.0, 1.0));
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}
