//! Work that runs on threads of its own: what waits, what runs, and what has come of it.
//!
//! Quick work (the answer to a dragged pin) and long work (plans) have separate threads, so that a plan never
//! holds up a pin. Everything is bounded: threads, those that wait, results and how long they are kept.

mod answers;
mod job;
mod pool;

pub(super) use answers::Question;
pub(super) use job::{Job, Owner, Part, Status};

use super::Options;
use super::problem::Problem;
use answers::Answers;
use pool::Pool;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Finished jobs that are kept; the oldest are forgotten first. A plan is about a megabyte.
pub(super) const KEPT: usize = 100;

/// How long a finished job is kept: long enough to come back after lunch.
pub(super) const KEPT_FOR: Duration = Duration::from_secs(2 * 60 * 60);

/// Threads for quick work, and how many may wait for them. At a few milliseconds each, 64 are a fraction of a second.
const QUICK: (usize, usize) = (2, 64);

/// Which threads do the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// Milliseconds.
    Quick,
    /// Seconds and minutes.
    Long,
}

/// All jobs, and the threads that do them.
#[derive(Debug)]
pub(super) struct Jobs {
    /// Jobs that can be asked after, the oldest first.
    known: Mutex<Vec<Arc<Job>>>,
    quick: Pool,
    long: Pool,
    answers: Arc<Answers>,
    /// What long work may spread itself over; `None` where the machine refused the threads.
    cores: Option<Arc<rayon::ThreadPool>>,
    /// Keys that nobody outside knows: what they make of a number can't be guessed.
    secret: [RandomState; 2],
    made: AtomicU64,
    most_of_one: usize,
    memory: u64,
}

impl Jobs {
    pub(super) fn new(options: &Options) -> Self {
        let cores = rayon::ThreadPoolBuilder::new().thread_name(|number| format!("plan-{number}")).build();
        Self {
            known: Mutex::default(),
            quick: Pool::new("quick", QUICK.0, QUICK.1),
            long: Pool::new("long", options.max_running_jobs, options.max_waiting_jobs),
            answers: Arc::new(Answers::new()),
            cores: cores.ok().map(Arc::new),
            secret: [RandomState::new(), RandomState::new()],
            made: AtomicU64::new(0),
            most_of_one: options.max_jobs_per_client,
            memory: options.job_memory,
        }
    }

    /// A job that nobody has been told of yet.
    pub(super) fn make(&self, process: &'static str, is_document: bool, owner: Owner) -> Arc<Job> {
        Arc::new(Job::new(self.secret(), process, is_document, owner, self.memory))
    }

    /// 128 bits that nobody can guess: names of jobs, and what a browser knows its own jobs by.
    pub(super) fn secret(&self) -> String {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let [a, b] = [0, 1].map(|half: usize| self.secret[half].hash_one((number, half)));
        format!("{a:016x}{b:016x}")
    }

    /// Refuses another job of a client that has as many as it may.
    pub(super) fn room_for(&self, client: Option<IpAddr>) -> Result<(), Problem> {
        let Some(client) = client else { return Ok(()) };
        let own = self.known().iter().filter(|job| job.owner.client == Some(client) && !job.is_over()).count();
        if own < self.most_of_one { Ok(()) } else { Err(Problem::too_many_jobs(self.most_of_one)) }
    }

    /// What long questions were answered before.
    pub(super) fn answers(&self) -> Arc<Answers> {
        Arc::clone(&self.answers)
    }

    /// Sets a job to work; `done` is told when it is over, whatever came of it.
    pub(super) fn start(
        &self,
        job: &Arc<Job>,
        lane: Lane,
        work: impl FnOnce(&Job) -> Result<Vec<Part>, Problem> + Send + 'static,
        done: impl FnOnce() + Send + 'static,
    ) -> Result<(), Problem> {
        let (own, cores) = (Arc::clone(job), self.cores.clone().filter(|_| lane == Lane::Long));
        let task = move || {
            own.run(|| {
                let work = || catch_unwind(AssertUnwindSafe(|| work(&own)));
                let result = if let Some(cores) = &cores { cores.install(work) } else { work() };
                result.unwrap_or_else(|_| {
                    tracing::error!(job = own.id, process = own.process, "a job broke");
                    Err(Problem::our_fault())
                })
            });
            done();
        };
        self.pool(lane).submit(&job.id, Box::new(task)).map_err(|_| Problem::no_worker(lane == Lane::Long))
    }

    fn pool(&self, lane: Lane) -> &Pool {
        match lane {
            Lane::Quick => &self.quick,
            Lane::Long => &self.long,
        }
    }

    fn known(&self) -> MutexGuard<'_, Vec<Arc<Job>>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut finished = known.iter().filter(|job| job.is_over()).count();
        known.retain(|job| {
            let forget = job.is_over() && (finished > KEPT || job.is_older_than(KEPT_FOR));
            finished -= usize::from(forget);
            !forget
        });
        known
    }

    /// Makes a job one that can be asked after.
    pub(super) fn publish(&self, job: &Arc<Job>) {
        self.known().push(Arc::clone(job));
    }

    /// Jobs of whoever holds this token, the newest first.
    pub(super) fn list(&self, token: Option<&str>) -> Vec<Arc<Job>> {
        let own = |job: &&Arc<Job>| token.is_some() && job.owner.token.as_deref() == token;
        self.known().iter().rev().filter(own).cloned().collect()
    }

    /// The job of this id.
    pub(super) fn find(&self, id: &str) -> Option<Arc<Job>> {
        self.known().iter().find(|job| job.id == id).cloned()
    }

    /// Cancels a job that is not over, and forgets one that is.
    pub(super) fn dismiss(&self, job: &Arc<Job>) {
        if job.is_over() {
            self.known().retain(|known| known.id != job.id);
        } else {
            self.cancel(job);
        }
    }

    /// Takes a job back that has not begun, and tells one that has to stop.
    pub(super) fn cancel(&self, job: &Job) {
        job.cancel();
        self.quick.withdraw(&job.id);
        self.long.withdraw(&job.id);
    }

    /// Cancels every job that can be asked after.
    pub(super) fn cancel_all(&self) {
        let known = self.known().clone();
        known.iter().filter(|job| !job.is_over()).for_each(|job| self.cancel(job));
    }

    /// Cancels everything and waits for the threads to end.
    pub(super) fn close(&self) {
        self.cancel_all();
        self.quick.close();
        self.long.close();
    }
}
