//! Threads of their own for work that takes long, with a queue that has an end.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

type Task = Box<dyn FnOnce() + Send>;

/// A number of threads and a queue before them. The threads end when the pool is closed.
#[derive(Debug)]
pub(super) struct Pool {
    queue: Arc<Queue>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// Every thread works and the queue is full.
#[derive(Debug)]
pub(super) struct Full;

struct Queue {
    state: Mutex<State>,
    more: Condvar,
    /// Tasks that may wait while every thread works.
    room: usize,
}

struct State {
    /// Tasks with the names under which they can be taken back.
    waiting: VecDeque<(String, Task)>,
    idle: usize,
    closed: bool,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").field("room", &self.room).finish_non_exhaustive()
    }
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        while let Some(task) = self.next() {
            task();
            self.state().idle += 1;
        }
    }

    fn next(&self) -> Option<Task> {
        let mut state = self.state();
        loop {
            if state.closed {
                return None;
            }
            if let Some((_, task)) = state.waiting.pop_front() {
                state.idle -= 1;
                return Some(task);
            }
            state = self.more.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Pool {
    /// A pool of so many threads (at least one) with room for so many tasks that wait.
    pub(super) fn new(name: &str, threads: usize, room: usize) -> Self {
        let threads = threads.max(1);
        let state = Mutex::new(State { waiting: VecDeque::new(), idle: 0, closed: false });
        let queue = Arc::new(Queue { state, more: Condvar::new(), room });
        let start = |number: usize| {
            let queue = Arc::clone(&queue);
            std::thread::Builder::new().name(format!("{name}-{number}")).spawn(move || queue.work())
        };
        // A machine that refuses a thread has fewer workers; with none at all every task is refused.
        let threads: Vec<JoinHandle<()>> = (1..=threads).filter_map(|number| start(number).ok()).collect();
        queue.state().idle = threads.len();
        Self { queue, threads: Mutex::new(threads) }
    }

    /// Hands over a task, unless every thread works and the queue is full, or the pool is closed.
    pub(super) fn submit(&self, name: &str, task: Task) -> Result<(), Full> {
        let mut state = self.queue.state();
        if state.closed || state.waiting.len() >= state.idle + self.queue.room {
            return Err(Full);
        }
        state.waiting.push_back((name.to_owned(), task));
        drop(state);
        self.queue.more.notify_one();
        Ok(())
    }

    /// Takes a task back that has not begun.
    pub(super) fn withdraw(&self, name: &str) {
        self.queue.state().waiting.retain(|(waiting, _)| waiting != name);
    }

    /// Forgets what waits, lets the threads finish what they do, and waits for them to end.
    pub(super) fn close(&self) {
        let forgotten = {
            let mut state = self.queue.state();
            state.closed = true;
            std::mem::take(&mut state.waiting)
        };
        drop(forgotten);
        self.queue.more.notify_all();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            let _ = thread.join();
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn what_does_not_fit_is_refused_and_what_was_taken_back_never_runs() {
        let pool = Pool::new("test", 1, 1);
        let (release, held) = mpsc::channel::<()>();
        let (tell, told) = mpsc::channel();
        let told_begin = tell.clone();
        pool.submit(
            "first",
            Box::new(move || {
                told_begin.send("first").expect("heard");
                let _ = held.recv();
            }),
        )
        .expect("room");
        assert_eq!(told.recv(), Ok("first"));
        let again = tell.clone();
        pool.submit("second", Box::new(move || again.send("second").expect("heard"))).expect("room");
        assert!(pool.submit("third", Box::new(|| {})).is_err());
        pool.withdraw("second");
        pool.submit("fourth", Box::new(move || tell.send("fourth").expect("heard"))).expect("room again");
        drop(release);
        assert_eq!(told.recv(), Ok("fourth"));
        pool.close();
        assert!(pool.submit("fifth", Box::new(|| {})).is_err());
    }
}
