//! What pages of other sites may do here: read what is public, and nothing else.
//!
//! A browser sends its visitor's requests from wherever the visitor is, also into an intranet. So a page of another
//! site may read public data (it holds nothing about the visitor, and takes no credentials), and may neither start a
//! job, see one nor end one, unless the operator names the site.

use super::{App, Options};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Methods that change nothing.
const READING: &str = "GET, HEAD, OPTIONS";

/// Sites whose pages may do what pages of this one may.
#[derive(Debug)]
pub(super) struct Origins(Vec<String>);

/// Who asks, as far as the browser says.
#[derive(Debug, Clone)]
pub(super) struct Asker {
    /// The page's site, where it is one the operator named.
    named: Option<HeaderValue>,
    /// Whether the resource is public data.
    is_public: bool,
    method: Method,
}

impl Origins {
    pub(super) fn new(options: &Options) -> Self {
        Self(options.cors_origins.iter().map(|origin| origin.trim_end_matches('/').to_owned()).collect())
    }

    pub(super) fn asker(&self, method: &Method, path: &str, headers: &HeaderMap) -> Asker {
        let origin = headers.get(header::ORIGIN);
        let named = origin.filter(|origin| self.0.iter().any(|known| known.as_bytes() == origin.as_bytes())).cloned();
        Asker { named, is_public: is_public(path), method: method.clone() }
    }
}

/// Jobs are somebody's, and executing is no reading.
fn is_public(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    !(super::edit::is_private(path) || path == "/jobs" || path.starts_with("/jobs/") || path.ends_with("/execution"))
}

impl Asker {
    /// Whether a page of another site wants what only pages of this one may: to start or end a job.
    pub(super) fn oversteps(&self, app: &App, headers: &HeaderMap) -> bool {
        if self.named.is_some() || matches!(self.method, Method::GET | Method::HEAD | Method::OPTIONS) {
            return false;
        }
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        if let Some(site) = text(&SITE) {
            return !matches!(site, "same-origin" | "none");
        }
        let Some(origin) = headers.get(header::ORIGIN) else { return false };
        let Some((_, host)) = origin.to_str().ok().and_then(|origin| origin.split_once("://")) else { return true };
        let public = app
            .public_url
            .as_deref()
            .and_then(|url| url.split_once("://"))
            .map(|(_, rest)| rest.split('/').next().unwrap_or_default());
        let forwarded = HeaderName::from_static("x-forwarded-host");
        let said = if app.behind_proxy { text(&forwarded) } else { None };
        ![text(&header::HOST), public, said].into_iter().flatten().any(|own| own.eq_ignore_ascii_case(host))
    }

    /// The answer to a browser's question before it sends a page's request here.
    pub(super) fn preflight(&self) -> Response {
        let methods = match (&self.named, self.is_public) {
            (Some(_), _) => "GET, HEAD, POST, DELETE, OPTIONS",
            (None, true) => READING,
            (None, false) => return (StatusCode::NO_CONTENT, [(header::ALLOW, READING)]).into_response(),
        };
        super::guard::allowed(methods)
    }

    /// Says which pages may read the answer.
    pub(super) fn tell(&self, headers: &mut HeaderMap) {
        let who = match &self.named {
            Some(origin) => Some(origin.clone()),
            None if self.is_public => Some(HeaderValue::from_static("*")),
            None => None,
        };
        match who {
            Some(who) => headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, who),
            None => headers.remove(header::ACCESS_CONTROL_ALLOW_ORIGIN),
        };
    }
}
