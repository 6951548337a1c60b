//! An answer, before it is a response.

use super::format::Offer;
use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    status: StatusCode,
    headers: Vec<(HeaderName, String)>,
    body: Bytes,
}

/// Links may be used again at once, and what they lead to must be asked for again: 304 makes that cheap.
const REVALIDATE: &str = "no-cache";

impl Reply {
    /// Bytes of a media type.
    pub(super) fn new(media: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![(header::CONTENT_TYPE, media.to_owned())];
        Self { status: StatusCode::OK, headers, body: body.into() }
    }

    /// JSON of the offer's media type.
    pub(super) fn json(offer: Offer, value: &serde_json::Value) -> Self {
        Self::new(offer.media, format!("{value:#}\n"))
    }

    /// The client has it already.
    pub(super) fn not_modified(etag: &str) -> Self {
        Self { status: StatusCode::NOT_MODIFIED, headers: Vec::new(), body: Bytes::new() }.tagged(etag)
    }

    /// With another status than 200.
    pub(super) fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// With a tag by which the client can ask whether it has changed.
    pub(super) fn tagged(self, etag: &str) -> Self {
        self.with(header::ETAG, etag).with(header::CACHE_CONTROL, REVALIDATE)
    }

    /// With another header.
    pub(super) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> axum::response::Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}
