//! What went wrong with a request, in words that name the remedy (RFC 9457).

use crate::snapshot::Unsaved;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// An answer that is not what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    /// What kind of problem it is, the same each time.
    pub(super) title: &'static str,
    /// What was received and what to send instead.
    pub(super) detail: String,
    /// Bytes of the file of which a part was asked for that it does not have.
    pub(super) length: Option<u64>,
    /// The address that names the kind of problem; `about:blank` where the status says it all.
    pub(super) kind: &'static str,
    /// The methods that do something, where another was used.
    pub(super) allow: &'static str,
    /// Seconds after which to ask again, where asking again helps.
    pub(super) retry_after: u16,
}

/// Methods of a resource that is only read.
pub(super) const READ: &str = "GET, HEAD, OPTIONS";

const NO_SUCH_PROCESS: &str = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-process";
const NO_SUCH_JOB: &str = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-job";
const RESULT_NOT_READY: &str = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/result-not-ready";

impl Problem {
    fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        let kind = "about:blank";
        Self { status, title, detail: detail.into(), length: None, kind, allow: READ, retry_after: 2 }
    }

    /// The request itself is wrong.
    pub(super) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "The request cannot be understood", detail)
    }

    /// There is nothing of this name.
    pub(super) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "There is nothing here", detail)
    }

    /// There is no such path at all.
    pub(super) fn no_such_page(path: &str) -> Self {
        let path: String = path.chars().take(200).collect();
        Self::not_found(format!("Nothing is served at {path}. Start from / and follow its links."))
    }

    /// The path is right and the method is not.
    pub(super) fn not_allowed(method: &str, allow: &'static str) -> Self {
        let detail = format!("{method} does nothing here. Use {allow}.");
        Self { allow, ..Self::new(StatusCode::METHOD_NOT_ALLOWED, "The method is not allowed", detail) }
    }

    /// There is no process of this name.
    pub(super) fn no_such_process(id: &str, known: &str) -> Self {
        let detail = format!("There is no process {id:?}; there are {known}.");
        Self { kind: NO_SUCH_PROCESS, ..Self::not_found(detail) }
    }

    /// There is no job of this id, or no longer.
    pub(super) fn no_such_job() -> Self {
        let detail = "There is no job of this id: it was dismissed, its time is over, or it never was. Execute the process again.";
        Self { kind: NO_SUCH_JOB, ..Self::not_found(detail) }
    }

    /// The job has not come to an end.
    pub(super) fn not_done(detail: impl Into<String>) -> Self {
        let not_found = Self::not_found(detail);
        Self { kind: RESULT_NOT_READY, title: "The results are not ready", ..not_found }
    }

    /// An input of a process is wrong.
    pub(super) fn bad_input(name: &str, why: impl std::fmt::Display) -> Self {
        Self::bad_inputs(format!("{name}: {why}"))
    }

    /// The same, where the words already say which input.
    pub(super) fn bad_inputs(mut detail: String) -> Self {
        if !detail.ends_with('.') {
            detail.push('.');
        }
        Self { title: "An input cannot be used", ..Self::bad_request(detail) }
    }

    /// What is asked can't be done, or not in the time; the words say why.
    pub(super) fn cannot_be_met(why: String) -> Self {
        let mut why = crate::text::capital(&why);
        if !why.ends_with('.') {
            why.push('.');
        }
        Self { title: "The brief cannot be met", ..Self::bad_request(why) }
    }

    /// Every thread works and the queue is full.
    pub(super) fn no_worker(is_long: bool) -> Self {
        let detail = "Every worker is busy and as many jobs wait as may. Ask again when the header Retry-After says.";
        let retry_after = if is_long { 10 } else { 1 };
        Self { retry_after, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "No worker is free", detail) }
    }

    /// A page of another site wants to do what only pages of this one may.
    pub(super) fn other_site() -> Self {
        let detail = "A page of another site may read public data here, and may not start or end work. Ask whoever runs this server to name the site in cors_origins, or send the request from a program of your own.";
        Self::new(StatusCode::FORBIDDEN, "Not from another site's page", detail)
    }

    /// Somebody who did not start a job wants to end it.
    pub(super) fn not_your_job() -> Self {
        let detail = "Whoever is told the address of a job may see it; only whoever started it may end it: the browser that did, or a program without cookies at the same address.";
        Self::new(StatusCode::FORBIDDEN, "Not your job", detail)
    }

    /// One client has as many jobs as it may.
    pub(super) fn too_many_jobs(most: usize) -> Self {
        let detail =
            format!("At most {most} jobs of one client wait or run at once. Wait for one to end, or dismiss one.");
        Self { retry_after: 10, ..Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many jobs", detail) }
    }

    /// A file that an answer is sent from could not be written.
    pub(super) fn unsaved<E>(why: &Unsaved<E>) -> Self {
        match why {
            Unsaved::NoRoom => Self::no_room(),
            Unsaved::Fault(_) => Self::our_fault(),
        }
    }

    /// The map of a large place as one file is under way.
    pub(super) fn being_made(seconds: Option<f64>) -> Self {
        let left = seconds.map_or_else(String::new, |left| format!(", for about {} more", spoken(left)));
        let detail = format!(
            "The map of this place is large, and its file is being made{left}. Ask again then; tiles can be had one by one meanwhile."
        );
        let retry_after = seconds.map_or(10, |left| left.clamp(2.0, 600.0) as u16);
        Self { retry_after, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "Being made", detail) }
    }

    fn no_room() -> Self {
        let detail = "There is no room for temporary files on the machine, so this form cannot be written now. Ask for GeoJSON, CSV or XLSX, or tell whoever runs this server that TMPDIR is full or missing.";
        Self { retry_after: 60, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "No room for temporary files", detail) }
    }

    /// The server stops, or the job was dismissed, before the answer was there.
    pub(super) fn stopped() -> Self {
        let detail = "The work was stopped before it was done. Ask again.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "Stopped", detail)
    }

    /// No representation suits the client.
    pub(super) fn not_acceptable(accept: &str, offered: &str) -> Self {
        let accept: String = accept.chars().take(200).collect();
        let detail = format!(
            "Accept asks for {accept}, and this resource comes as {offered}. Ask for one of those, or leave the header out."
        );
        Self::new(StatusCode::NOT_ACCEPTABLE, "No such representation", detail)
    }

    /// The request brings too much along.
    pub(super) fn too_large(limit: usize) -> Self {
        let detail = format!("A request may bring {limit} bytes along here. Send less.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "The request is too large", detail)
    }

    /// Somebody else was quicker.
    pub(super) fn meanwhile(why: &str) -> Self {
        Self::new(StatusCode::CONFLICT, "Something changed meanwhile", sentence(why))
    }

    /// It cannot be done in this way, and nothing was changed.
    pub(super) fn refused(why: &str) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "It was not done", sentence(why))
    }

    /// Not for anybody who does not say who they are.
    pub(super) fn unauthorized(why: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Sign in first", why)
    }

    /// Somebody tries one password after the other.
    pub(super) fn too_many_attempts(seconds: u16) -> Self {
        let detail =
            "Too many attempts came from this address. Wait as long as the header Retry-After says, and try again.";
        Self { retry_after: seconds, ..Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many attempts", detail) }
    }

    /// Not for whoever asks.
    pub(super) fn forbidden(why: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "Not for everybody", why)
    }

    /// The disk is full.
    pub(super) fn no_disk() -> Self {
        let detail = "The disk is full, so nothing was changed. Tell whoever runs this server; what is served stays.";
        Self { retry_after: 60, ..Self::new(StatusCode::INSUFFICIENT_STORAGE, "The disk is full", detail) }
    }

    /// The database of a workspace cannot be reached: nothing can be changed, and nobody be known.
    pub(super) fn store_away(is_unsure: bool) -> Self {
        let detail = if is_unsure {
            "The database went away while this was saved: it was saved whole, or not at all. Look which, before you do it \
             again; what is published is served as before."
        } else {
            "The database of this workspace cannot be reached, so nothing was changed and nobody can sign in. What \
             everybody may see is served as before. Try again in a minute; if it stays so, tell whoever runs this server."
        };
        Self { retry_after: 10, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "The database is away", detail) }
    }

    /// The part asked for lies beyond the end.
    pub(super) fn no_such_range(length: u64) -> Self {
        let detail = format!(
            "The file has {length} bytes, and Range names none of them. Ask for bytes=0-{}.",
            length.saturating_sub(1)
        );
        Self { length: Some(length), ..Self::new(StatusCode::RANGE_NOT_SATISFIABLE, "There is no such part", detail) }
    }

    /// Nothing stands yet.
    pub(super) fn not_ready() -> Self {
        let detail = "The place is being loaded. Ask again in a few seconds; /readyz says when it is there.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "Not ready yet", detail)
    }

    /// A workspace in which no version is in force.
    pub(super) fn nothing_published() -> Self {
        let detail = "Nothing is published here yet. Whoever looks after the place comes in by the owner's link, which \
            patchwork serve prints when it starts, and brings its files.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "Nothing is published yet", detail)
    }

    /// The first attempt to load came to nothing.
    pub(super) fn nothing_loaded() -> Self {
        let detail =
            "The place could not be loaded. /-/issues says what is wrong with its files; mend them and reload.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "Nothing is loaded", detail)
    }

    /// Too many at once; those before are answered after so many seconds.
    pub(super) fn busy(seconds: u16) -> Self {
        let detail = "More requests came at once than can be answered. Ask again when the header Retry-After says.";
        Self { retry_after: seconds, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "Too busy", detail) }
    }

    /// It took too long.
    pub(super) fn too_slow() -> Self {
        let detail = "The answer took too long and was given up. Ask for less: a smaller limit or a smaller bbox.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "Given up", detail)
    }

    /// A fault in the program.
    pub(super) fn our_fault() -> Self {
        let detail = "This is a fault in the program, not in the request. Report it with the request id in the X-Request-Id header.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Something broke", detail)
    }
}

/// A time for people.
fn spoken(seconds: f64) -> String {
    match (seconds / 60.0).round() {
        less if less < 2.0 => format!("{:.0} seconds", seconds.max(1.0)),
        minutes => format!("{minutes} minutes"),
    }
}

/// With a full stop.
fn sentence(words: &str) -> String {
    if words.ends_with(['.', '?', '!']) { words.to_owned() } else { format!("{words}.") }
}

/// Carries the problem to [`super::guard`], which writes it in the form the client reads.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
