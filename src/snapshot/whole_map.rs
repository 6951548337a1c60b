use super::{Saved, Unsaved};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Instant;

/// All tiles of a place as one file: made once, however many want it.
#[derive(Debug, Default)]
pub struct WholeMap {
    file: OnceLock<Saved>,
    turn: Mutex<()>,
    is_begun: AtomicBool,
    began: OnceLock<Instant>,
    /// Millionths that are done.
    done: AtomicU64,
}

/// Hears how much of the file is done.
pub(super) struct Progress<'a>(&'a AtomicU64);

impl Progress<'_> {
    /// So much is done, from 0 to 1.
    pub(super) fn tell(&self, done: f64) {
        self.0.store((done * 1e6) as u64, Ordering::Relaxed);
    }
}

impl WholeMap {
    /// The file, made now unless it is there. Who comes while another makes it waits. A disk that is full now may have room
    /// later, so a failure is not kept.
    pub(super) fn made_by<E>(
        &self,
        make: impl FnOnce(Progress<'_>) -> Result<Saved, Unsaved<E>>,
    ) -> Result<&Saved, Unsaved<E>> {
        if let Some(made) = self.file.get() {
            return Ok(made);
        }
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = self.file.get() {
            return Ok(made);
        }
        let made = make(Progress(&self.done))?;
        Ok(self.file.get_or_init(|| made))
    }

    /// The file, if it is there.
    #[must_use]
    pub fn made(&self) -> Option<&Saved> {
        self.file.get()
    }

    /// Whether nobody makes the file yet; whoever hears so is to make it.
    #[must_use]
    pub fn begin(&self) -> bool {
        self.began.get_or_init(Instant::now);
        !self.is_begun.swap(true, Ordering::Relaxed)
    }

    /// Whoever was to make it could not: the next who asks may try again.
    pub fn give_up(&self) {
        self.is_begun.store(false, Ordering::Relaxed);
    }

    /// Seconds until the file will be there, as far as one can tell from what is done; nothing before that.
    #[must_use]
    pub fn seconds_left(&self) -> Option<f64> {
        let done = self.done.load(Ordering::Relaxed) as f64 / 1e6;
        let taken = self.began.get()?.elapsed().as_secs_f64();
        (done > 0.0).then(|| taken * (1.0 - done) / done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{self, Write};

    #[test]
    fn many_who_want_the_file_at_once_get_one_that_was_made_once_and_a_failure_is_tried_again() {
        let (map, times) = (WholeMap::default(), AtomicU64::new(0));
        assert!(map.made_by(|_| Err(Unsaved::Fault(io::Error::other("full")))).is_err());
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let made = map.made_by(|progress| {
                        times.fetch_add(1, Ordering::Relaxed);
                        progress.tell(0.5);
                        Saved::by(|file| file.write_all(b"tiles"))
                    });
                    assert_eq!(made.expect("a file").length(), 5);
                });
            }
        });
        assert_eq!((times.load(Ordering::Relaxed), map.made().is_some()), (1, true));
    }

    #[test]
    fn one_begins_and_the_next_only_when_that_one_gave_up() {
        let map = WholeMap::default();
        assert_eq!((map.begin(), map.begin(), map.seconds_left()), (true, false, None));
        map.give_up();
        assert!(map.begin());
        Progress(&map.done).tell(0.5);
        assert!(map.seconds_left().is_some());
    }
}
