//! An answer, before it is a response.

use super::format::Offer;
use super::pieces::Pieces;
use crate::snapshot::Saved;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::ops::Range;

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    status: StatusCode,
    headers: Vec<(HeaderName, String)>,
    body: Content,
}

#[derive(Debug)]
enum Content {
    Bytes(Bytes),
    File(Saved, Range<u64>),
}

/// Links may be used again at once, and what they lead to must be asked for again: 304 makes that cheap.
const REVALIDATE: &str = "no-cache";

/// Largest answer that is kept, in bytes as sent. A page of a thousand areas is 1 MB, and compressed a
/// fifth of that; one answer of this size takes a thirty-second part of the memory of [`super::kept::KEPT`].
pub(super) const LARGEST: usize = 4 * 1024 * 1024;

/// Smallest body worth compressing: below it the packet on the wire is hardly smaller.
const WORTH_PACKING: usize = 512;

/// zlib's own middle. Answers that are compressed here are kept, so a level that takes a few times as long
/// as the fastest and saves a fifth of the bytes is paid once.
const LEVEL: Compression = Compression::new(6);

impl Reply {
    /// Bytes of a media type.
    pub(super) fn new(media: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![(header::CONTENT_TYPE, media.to_owned())];
        Self { status: StatusCode::OK, headers, body: Content::Bytes(body.into()) }
    }

    /// JSON of the offer's media type.
    pub(super) fn json(offer: Offer, value: &serde_json::Value) -> Self {
        Self::new(offer.media, format!("{value:#}\n"))
    }

    /// A part of a file.
    pub(super) fn file(media: &str, file: Saved, part: Range<u64>) -> Self {
        let headers = vec![
            (header::CONTENT_TYPE, media.to_owned()),
            (header::CONTENT_LENGTH, part.end.saturating_sub(part.start).to_string()),
        ];
        Self { status: StatusCode::OK, headers, body: Content::File(file, part) }
    }

    /// With another status than 200.
    pub(super) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Nothing, and rightly so.
    pub(super) fn empty() -> Self {
        Self { status: StatusCode::NO_CONTENT, headers: Vec::new(), body: Content::Bytes(Bytes::new()) }
    }

    /// The client has it already.
    pub(super) fn not_modified(etag: &str) -> Self {
        Self { status: StatusCode::NOT_MODIFIED, headers: Vec::new(), body: Content::Bytes(Bytes::new()) }.tagged(etag)
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

    /// Compressed, if the client reads that, it pays, and the answer is small enough to be kept; larger ones
    /// are compressed as they are sent.
    pub(super) fn packed(mut self, gzip: bool) -> Self {
        let Content::Bytes(body) = &self.body else { return self };
        if !gzip || body.len() < WORTH_PACKING || body.len() > LARGEST || !self.is_text() {
            return self;
        }
        let mut packer = GzEncoder::new(Vec::with_capacity(body.len() / 4), LEVEL);
        let packed = packer.write_all(body).and_then(|()| packer.finish());
        if let Ok(packed) = packed {
            self.body = Content::Bytes(packed.into());
            return self.with(header::CONTENT_ENCODING, "gzip");
        }
        self
    }

    /// Whether the body gets smaller by compression: words and vector tiles do, files are compressed within.
    fn is_text(&self) -> bool {
        let media =
            self.headers.iter().find(|(name, _)| *name == header::CONTENT_TYPE).map(|(_, media)| media.as_str());
        media.is_some_and(packs)
    }

    /// Status, headers and body as they are sent; `None` for a file, which is not held in memory.
    pub(super) fn parts(&self) -> Option<(StatusCode, HeaderMap, &Bytes)> {
        match &self.body {
            Content::Bytes(body) => Some((self.status, self.header_map(), body)),
            Content::File(..) => None,
        }
    }

    fn header_map(&self) -> HeaderMap {
        let mut map = HeaderMap::with_capacity(self.headers.len() + 8);
        for (name, value) in &self.headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                map.append(name, value);
            }
        }
        map
    }
}

/// Whether what has this media type gets smaller by compression.
pub(super) fn packs(media: &str) -> bool {
    media.starts_with("text/")
        || media.contains("json")
        || media.contains("mapbox-vector-tile")
        || media.contains("svg")
}

impl IntoResponse for Reply {
    fn into_response(self) -> axum::response::Response {
        let headers = self.header_map();
        let mut response = Response::new(match self.body {
            Content::Bytes(body) => Body::from(body),
            Content::File(file, part) => Body::from_stream(Pieces::new(file, part)),
        });
        *response.status_mut() = self.status;
        *response.headers_mut() = headers;
        response
    }
}
