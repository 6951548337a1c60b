//! A machine that has other things to do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Keeps more threads busy than there are cores, until it is dropped.
pub struct Busy(Arc<AtomicBool>);

impl Busy {
    pub fn start() -> Self {
        let is_done = Arc::new(AtomicBool::new(false));
        for _ in 0..4 {
            let is_done = Arc::clone(&is_done);
            std::thread::spawn(move || {
                while !is_done.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        Self(is_done)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
