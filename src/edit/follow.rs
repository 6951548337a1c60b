//! Replicas follow each other: what one publishes, or decides of who may see what, all serve a moment later.
//!
//! Each asks the database several times a second. A word from the database would come sooner and be missed sometimes
//! (a connection that broke, a proxy between); a question that is asked again misses nothing.

use super::{Editing, kept};
use crate::store::{StoreError, Stored};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, Weak};
use std::time::{Duration, Instant};

/// How long between two questions.
const EVERY: Duration = Duration::from_millis(300);
/// How long before a version that could not be loaded is tried again.
const AGAIN: Duration = Duration::from_secs(30);

impl Editing {
    /// Begins to follow the other replicas, where there may be some.
    pub(super) fn follow(editing: &Arc<Self>) -> Stored<()> {
        if !editing.workspace.is_shared() {
            return Ok(());
        }
        let weak = Arc::downgrade(editing);
        std::thread::Builder::new().name("follow".to_owned()).spawn(move || follow(&weak))?;
        Ok(())
    }

    /// Serves what is in force by now.
    fn look(&self) -> Stored<()> {
        let visibility = self.workspace.keeper().visibility()?;
        if *self.visibility() != visibility {
            self.see(visibility);
        }
        let Some(now) = self.workspace.keeper().in_force()? else { return Ok(()) };
        if now.version == self.served.load(Ordering::SeqCst) {
            return Ok(());
        }
        let version = self.workspace.keeper().version(now.version)?;
        let (snapshot, seen) = self.snapshot_of(&version.files)?;
        let _moving = self.moving.lock().unwrap_or_else(PoisonError::into_inner);
        let still = self.workspace.keeper().in_force()?.map(|now| now.version);
        if still != Some(version.n) || version.n == self.served.load(Ordering::SeqCst) {
            // Another one came meanwhile, here or elsewhere: the next look is for that.
            return Ok(());
        }
        // Whoever published by a page kept it; whoever did by the command line did not. What cannot be kept is not served
        // here: together with what was published before it might tell a small count.
        let _turn = self.workspace.keeper().turn()?;
        kept::keep(&self.workspace, &version.files, &snapshot, seen)?;
        self.serve(&version.files, snapshot);
        self.served.store(version.n, Ordering::SeqCst);
        Ok(())
    }
}

fn follow(editing: &Weak<Editing>) {
    let mut is_away = false;
    let mut failed: Option<Instant> = None;
    loop {
        std::thread::sleep(EVERY);
        let Some(editing) = editing.upgrade() else { return };
        if failed.is_some_and(|when| when.elapsed() < AGAIN) {
            continue;
        }
        failed = None;
        match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| editing.look())) {
            Ok(Ok(())) if is_away => {
                tracing::info!("the store's database is back");
                is_away = false;
            }
            Ok(Ok(())) => {}
            Ok(Err(StoreError::Away(why))) if is_away => tracing::debug!(why, "the store's database is still away"),
            Ok(Err(StoreError::Away(why))) => {
                tracing::error!(why, "the store's database is away; what is published is served as before");
                is_away = true;
            }
            Ok(Err(why)) => {
                tracing::error!("the version in force is not served here: {why}");
                failed = Some(Instant::now());
            }
            Err(_) => {
                tracing::error!("the version in force is not served here: a fault in the program");
                failed = Some(Instant::now());
            }
        }
    }
}
