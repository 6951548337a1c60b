//! Answers kept for whoever asks the same next: a hit is a look-up and a write, on the thread that
//! serves the connection, without working anything out.
//!
//! An answer is kept under everything it depends on: the digest of the snapshot as the asker sees it, the address the client used,
//! the path with its query, what the client reads, and whether it reads gzip. Whatever bears a tag follows
//! from these alone, and only that is kept.

use super::App;
use super::admit::View;
use super::etag::names;
use super::head;
use super::reply::{LARGEST, Reply};
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Uri, header};
use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Bytes kept in all, unless told otherwise: all tiles of a borough that people look at in an hour, and
/// the first pages of its collections. Less only makes answers slower.
pub(super) const KEPT: u64 = 128 * 1024 * 1024;

/// What a kept answer takes besides its body: headers, key and its place in the list, estimated high.
const OVERHEAD: u64 = 1536;

/// What a proxy says that stands in links.
const FORWARDED: [HeaderName; 3] = [
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-prefix"),
];

/// Answers that were given.
#[derive(Debug)]
pub(super) struct Kept(Cache<Key, Arc<Stored>, Size>);

/// An answer as it was sent.
#[derive(Debug)]
pub(super) struct Stored {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// What an answer depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    digest: String,
    host: String,
    forwarded: [String; 3],
    target: String,
    accept: String,
    gzip: bool,
}

/// A [`Key`] that owns nothing, to look with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    host: &'a str,
    forwarded: [&'a str; 3],
    target: &'a str,
    accept: &'a str,
    gzip: bool,
}

#[derive(Debug, Clone)]
struct Size;

impl Weighter<Key, Arc<Stored>> for Size {
    fn weight(&self, key: &Key, answer: &Arc<Stored>) -> u64 {
        answer.body.len() as u64 + key.target.len() as u64 + OVERHEAD
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [proto, host, prefix] = &self.forwarded;
        hash([&self.digest, &self.host, proto, host, prefix, &self.target, &self.accept], self.gzip, state);
    }
}

struct Look<'a>(&'a str, Asked<'a>);

impl Hash for Look<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let asked = &self.1;
        let [proto, host, prefix] = asked.forwarded;
        hash([self.0, asked.host, proto, host, prefix, asked.target, asked.accept], asked.gzip, state);
    }
}

fn hash<H: Hasher>(parts: [&str; 7], gzip: bool, state: &mut H) {
    for part in parts {
        part.hash(state);
    }
    gzip.hash(state);
}

impl Equivalent<Key> for Look<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        let Self(digest, asked) = self;
        asked.target == key.target
            && *digest == key.digest
            && asked.accept == key.accept
            && asked.host == key.host
            && asked.forwarded == key.forwarded
            && asked.gzip == key.gzip
    }
}

impl<'a> Asked<'a> {
    /// What is asked; `None` when a header that matters is there twice or is no text, which is too rare
    /// to be worth keeping.
    pub(super) fn of(uri: &'a Uri, headers: &'a HeaderMap, app: &App) -> Option<Self> {
        let host = match &app.public_url {
            Some(_) => "",
            None => {
                one(headers, &header::HOST).filter(|host| !host.is_empty()).or(uri.authority().map(|a| a.as_str()))?
            }
        };
        let proxied = app.behind_proxy && app.public_url.is_none();
        let said = |name: &HeaderName| if proxied { one(headers, name) } else { Some("") };
        Some(Self {
            host,
            forwarded: [said(&FORWARDED[0])?, said(&FORWARDED[1])?, said(&FORWARDED[2])?],
            target: uri.path_and_query().map_or("/", |target| target.as_str()),
            accept: one(headers, &header::ACCEPT)?,
            gzip: reads_gzip(headers),
        })
    }

    /// The same, to keep.
    pub(super) fn key(self, digest: &str) -> Key {
        Key {
            digest: digest.to_owned(),
            host: self.host.to_owned(),
            forwarded: self.forwarded.map(str::to_owned),
            target: self.target.to_owned(),
            accept: self.accept.to_owned(),
            gzip: self.gzip,
        }
    }
}

/// The only value of a header; nothing at all is empty.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Some(""),
        (Some(value), None) => value.to_str().ok(),
        (Some(_), Some(_)) => None,
    }
}

/// Whether the client reads gzip.
pub(super) fn reads_gzip(headers: &HeaderMap) -> bool {
    let coding = |word: &str| {
        let mut parts = word.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip") || name == "*");
        let refused =
            |part: &str| part.strip_prefix("q=").and_then(|q| q.parse::<f64>().ok()).is_some_and(|q| q <= 0.0);
        named && !parts.any(refused)
    };
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(coding)
}

impl Kept {
    /// Room for so many bytes.
    pub(super) fn new(bytes: u64) -> Self {
        let answers = usize::try_from(bytes / 16_384).unwrap_or(usize::MAX).max(64);
        Self(Cache::with_weighter(answers, bytes, Size))
    }

    /// The answer to the request, if it was given before.
    pub(super) fn answer(&self, app: &App, request: &Request, view: Option<&View>) -> Option<Response<Body>> {
        let head = request.method() == Method::HEAD;
        if !head && request.method() != Method::GET {
            return None;
        }
        if request.headers().contains_key(header::CONTENT_LENGTH) {
            return None;
        }
        let snapshot = match view {
            // What not everybody may fetch is never looked up for those who may not.
            Some(view) if !view.sees.files => return None,
            Some(view) => view.snapshot.clone()?,
            None => app.shared.current()?,
        };
        let asked = Asked::of(request.uri(), request.headers(), app)?;
        let stored = self.0.get(&Look(snapshot.digest(), asked))?;
        Some(stored.response(head, request.headers()))
    }

    /// Keeps an answer, if it follows from its key alone and is not too large.
    pub(super) fn keep(&self, key: Key, reply: &Reply) {
        let Some((status, mut headers, body)) = reply.parts() else { return };
        let tagged = headers.contains_key(header::ETAG);
        if tagged && status.is_success() && status != StatusCode::PARTIAL_CONTENT && body.len() <= LARGEST {
            head::finish_to_keep(&mut headers);
            self.0.insert(key, Arc::new(Stored { status, headers, body: body.clone() }));
        }
    }
}

impl Stored {
    fn response(&self, head: bool, asked: &HeaderMap) -> Response<Body> {
        let etag = self.headers.get(header::ETAG);
        if etag.is_some_and(|etag| knows(asked, etag)) {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            for name in [header::ETAG, header::CACHE_CONTROL] {
                if let Some(value) = self.headers.get(&name) {
                    response.headers_mut().insert(name, value.clone());
                }
            }
            return response;
        }
        let body = if head { Body::empty() } else { Body::from(self.body.clone()) };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers.clone();
        if head && self.status != StatusCode::NO_CONTENT {
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(self.body.len()));
        }
        response
    }
}

/// Whether the client already has what bears this tag.
fn knows(asked: &HeaderMap, etag: &HeaderValue) -> bool {
    let (Some(known), Ok(etag)) = (one(asked, &header::IF_NONE_MATCH), etag.to_str()) else { return false };
    names(known, etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gzip(accepted: &'static str) -> bool {
        let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted))]);
        reads_gzip(&headers)
    }

    #[test]
    fn gzip_is_sent_to_who_reads_it_and_to_nobody_else() {
        assert!(gzip("gzip") && gzip("br, GZIP;q=0.5") && gzip("*") && gzip("deflate, gzip;q=1.0"));
        assert!(!gzip("") && !gzip("br") && !gzip("gzip;q=0") && !gzip("identity"));
        assert!(!reads_gzip(&HeaderMap::new()));
    }
}
