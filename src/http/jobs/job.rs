use crate::http::problem::Problem;
use crate::locate::Watch;
use axum::body::Bytes;
use chrono::{DateTime, Utc};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// One execution of a process.
#[derive(Debug)]
pub(in crate::http) struct Job {
    pub(in crate::http) id: String,
    /// Name of the process.
    pub(in crate::http) process: &'static str,
    pub(in crate::http) created: DateTime<Utc>,
    /// Whether the outputs are handed out in one document.
    pub(in crate::http) is_document: bool,
    /// Who started it.
    pub(in crate::http) owner: Owner,
    /// Bytes the work may take.
    pub(in crate::http) memory: u64,
    /// Through which the work hears that nobody wants the outcome any more, and says how far it is.
    pub(in crate::http) watch: Watch,
    state: Arc<Mutex<State>>,
}

/// Who started a job. The id of a job cannot be guessed and is told to nobody else, so whoever has it may see the job;
/// whoever started it may end it. The list shows each browser its own.
#[derive(Debug, Clone, Default)]
pub(in crate::http) struct Owner {
    /// What only the browser that started it holds.
    pub(in crate::http) token: Option<String>,
    /// The address, where it is known.
    pub(in crate::http) client: Option<IpAddr>,
}

impl Owner {
    /// Whether this is who started the job: by what its browser holds, or, for a program that holds nothing, by its
    /// address.
    pub(in crate::http) fn is(&self, token: Option<&str>, client: Option<IpAddr>) -> bool {
        match token {
            Some(token) => self.token.as_deref() == Some(token),
            None => self.client == client,
        }
    }
}

/// How a job stands.
#[derive(Debug, Clone)]
pub(in crate::http) struct State {
    pub(in crate::http) status: Status,
    /// What it is doing, or what came of it, in words.
    pub(in crate::http) message: String,
    /// From 0 to 100.
    pub(in crate::http) progress: u8,
    pub(in crate::http) started: Option<DateTime<Utc>>,
    pub(in crate::http) finished: Option<DateTime<Utc>>,
    pub(in crate::http) updated: DateTime<Utc>,
    /// What came of it, once it succeeded or failed.
    pub(in crate::http) outcome: Option<Result<Vec<Part>, Problem>>,
}

/// An output.
#[derive(Debug, Clone)]
pub(in crate::http) struct Part {
    pub(in crate::http) name: &'static str,
    pub(in crate::http) media: &'static str,
    /// JSON.
    pub(in crate::http) body: Bytes,
}

/// The states of a job, in the words of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum Status {
    Accepted,
    Running,
    Successful,
    Failed,
    Dismissed,
}

impl Status {
    pub(in crate::http) const ALL: [Self; 5] =
        [Self::Accepted, Self::Running, Self::Successful, Self::Failed, Self::Dismissed];

    pub(in crate::http) const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Running => "running",
            Self::Successful => "successful",
            Self::Failed => "failed",
            Self::Dismissed => "dismissed",
        }
    }
}

impl Job {
    pub(super) fn new(id: String, process: &'static str, is_document: bool, owner: Owner, memory: u64) -> Self {
        let created = Utc::now();
        let state = State {
            status: Status::Accepted,
            message: "Waiting for a free worker".to_owned(),
            progress: 0,
            started: None,
            finished: None,
            updated: created,
            outcome: None,
        };
        let state = Arc::new(Mutex::new(state));
        let told = Arc::clone(&state);
        let watch = Watch::telling(move |words, done| locked(&told).tell(words, done));
        Self { id, process, created, is_document, owner, memory, watch, state }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        locked(&self.state)
    }

    /// How it stands now.
    pub(in crate::http) fn state(&self) -> State {
        self.lock().clone()
    }

    /// Whether it is over.
    pub(in crate::http) fn is_over(&self) -> bool {
        self.lock().finished.is_some()
    }

    pub(super) fn is_older_than(&self, age: Duration) -> bool {
        let finished = self.lock().finished;
        finished.is_some_and(|at| (Utc::now() - at).to_std().is_ok_and(|passed| passed > age))
    }

    /// Ends it as far as anybody outside is concerned; its thread stops as soon as it looks.
    pub(super) fn cancel(&self) {
        self.watch.cancel();
        let mut state = self.lock();
        if state.finished.is_none() {
            state.end(Status::Dismissed, "Dismissed before it was done".to_owned());
        }
    }

    /// Does the work, and notes what came of it unless it was cancelled.
    pub(super) fn run(&self, work: impl FnOnce() -> Result<Vec<Part>, Problem>) {
        {
            let mut state = self.lock();
            if state.finished.is_some() {
                return;
            }
            let now = Utc::now();
            (state.status, state.started, state.updated) = (Status::Running, Some(now), now);
            "Working".clone_into(&mut state.message);
        }
        let outcome = work();
        let mut state = self.lock();
        if state.finished.is_some() {
            return;
        }
        match &outcome {
            Ok(_) => {
                state.progress = 100;
                state.end(Status::Successful, "Done".to_owned());
            }
            Err(problem) => {
                let message = problem.detail.clone();
                state.end(Status::Failed, message);
            }
        }
        state.outcome = Some(outcome);
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    /// Says what it is doing, and which share of it is done.
    fn tell(&mut self, words: &str, done: f64) {
        if self.finished.is_none() {
            words.clone_into(&mut self.message);
            (self.progress, self.updated) = ((done * 100.0) as u8, Utc::now());
        }
    }

    fn end(&mut self, status: Status, message: String) {
        let now = Utc::now();
        (self.status, self.message) = (status, message);
        (self.updated, self.finished) = (now, Some(now));
    }
}
