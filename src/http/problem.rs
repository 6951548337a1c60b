//! What went wrong with a request, in words that name the remedy (RFC 9457).

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
}

impl Problem {
    fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, title, detail: detail.into(), length: None }
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
    pub(super) fn not_allowed(method: &str) -> Self {
        let detail = format!("{method} does nothing here: this service is read-only. Use GET, HEAD or OPTIONS.");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "The method is not allowed", detail)
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
    pub(super) fn too_large(limit: u64) -> Self {
        let detail = format!("A request may bring {limit} bytes along, and nothing here reads them. Send no body.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "The request is too large", detail)
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

    /// The first attempt to load came to nothing.
    pub(super) fn nothing_loaded() -> Self {
        let detail =
            "The place could not be loaded. /-/issues says what is wrong with its files; mend them and reload.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "Nothing is loaded", detail)
    }

    /// Too many at once.
    pub(super) fn busy() -> Self {
        let detail = "More requests came at once than can be answered. Ask again in a second.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "Too busy", detail)
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

/// Carries the problem to [`super::guard`], which writes it in the form the client reads.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
