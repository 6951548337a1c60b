//! What the head of every answer says: to browsers, to pages of other sites, and to whoever keeps it on the way.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

const EXPOSED: &str = "Accept-Ranges, Content-Crs, Content-Disposition, Content-Encoding, Content-Length, Content-Range, ETag, Link, Location, OGC-NumberMatched, OGC-NumberReturned, OATiles-hint, Preference-Applied, Retry-After, X-Request-Id";
/// Nothing here asks a browser for anything of the machine it runs on.
const PERMISSIONS: &str = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()";
const FEATURES: HeaderName = HeaderName::from_static("permissions-policy");
/// Scripts of other sites may not run in our pages, and ours have none; the map page brings a policy of its own.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";
/// Names an answer in the log and to whoever asks about it.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Puts what every answer says of itself; an answer that was kept has it already.
pub(super) fn finish(headers: &mut HeaderMap) {
    if headers.contains_key(header::X_CONTENT_TYPE_OPTIONS) {
        return;
    }
    let is_page = headers.get(header::CONTENT_TYPE).is_some_and(|media| media.as_bytes().starts_with(b"text/html"));
    if is_page {
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(PAGE_POLICY));
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(FEATURES, HeaderValue::from_static(PERMISSIONS));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    headers.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
}

/// Puts what [`finish`] does, and room for what differs from one asker to the next, into what is kept: then giving it
/// moves nothing in memory.
pub(super) fn finish_to_keep(headers: &mut HeaderMap) {
    finish(headers);
    headers.insert(REQUEST_ID, HeaderValue::from_static("-"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
}

/// Where not everybody sees the same, no answer is kept on the way for somebody else.
pub(super) fn keep_private(headers: &mut HeaderMap) {
    headers.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Encoding, Authorization, Cookie"));
    let said = headers.get(header::CACHE_CONTROL).and_then(|said| said.to_str().ok());
    if said != Some("no-store") {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
}
