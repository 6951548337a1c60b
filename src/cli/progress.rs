//! Progress of long work: a spinner with the step's name on a terminal, nothing when piped or quiet.

use crate::locate::Watch;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

/// Shows which step is under way.
pub struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Visible when stderr is a terminal and nobody asked for quiet.
    pub fn new(quiet: bool) -> Self {
        let visible = !quiet && std::io::stderr().is_terminal();
        let bar = visible.then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { bar }
    }

    /// Somebody who waits, and sees each step of the work here.
    pub fn watch(&self) -> Watch {
        match &self.bar {
            Some(bar) => {
                let bar = bar.clone();
                Watch::telling(move |words, _| bar.set_message(words.to_owned()))
            }
            None => Watch::new(),
        }
    }

    /// A step begins.
    pub fn step(&self, words: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(words.to_owned());
        }
    }

    /// Clears the line, so that results start on a clean one.
    pub fn done(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
