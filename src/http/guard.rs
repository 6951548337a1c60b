//! What goes round every answer: a request id, a limit on how many are worked on at once and for how
//! long, faults caught, problems written out, and headers for browsers of other sites.

use super::admit;
use super::format;
use super::head;
use super::page;
use super::problem::Problem;
use super::{App, Options};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes a request may bring along: ten thousand candidate sites with their names, for a plan.
pub(super) const BODY_LIMIT: usize = 1024 * 1024;
/// What an operator's own programs ask. They are answered however busy the rest is: a server that is killed
/// because it has much to do is of no use to anybody.
pub(super) const PROBES: [&str; 4] = ["/livez", "/readyz", "/healthz", "/metrics"];
/// Seconds after which anybody may ask again.
const LONGEST_RETRY: u16 = 60;
/// What every browser sends since 2020 or so, and no other program.
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// How much is worked on at once.
#[derive(Debug)]
pub(super) struct Limits {
    places: Semaphore,
    light: Arc<Semaphore>,
    heavy: Arc<Semaphore>,
    archive: Arc<Semaphore>,
    timeout: Duration,
    /// Which run of the program this is, in ids of requests: the system is asked once.
    run: u32,
    served: AtomicU64,
    /// What an answer took lately, in microseconds: a mean in which each answer counts an eighth.
    lately: AtomicU64,
}

impl Limits {
    pub(super) fn new(options: &Options) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            places: Semaphore::new(options.max_concurrent_requests),
            light: Arc::new(Semaphore::new(4 * cores)),
            heavy: Arc::new(Semaphore::new(cores)),
            archive: Arc::new(Semaphore::new(1)),
            timeout: options.request_timeout,
            run: std::process::id(),
            served: AtomicU64::new(0),
            lately: AtomicU64::new(0),
        }
    }

    /// One more answer took so long. Of two at the same moment one may be forgotten.
    fn took(&self, time: Duration) {
        let (mean, time) = (self.lately.load(Ordering::Relaxed), u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
        self.lately.store(mean - mean / 8 + time / 8, Ordering::Relaxed);
    }

    /// Seconds until those before are answered: by Little's law (1961) as many as an answer takes on average.
    fn lately(&self) -> u16 {
        let seconds = self.lately.load(Ordering::Relaxed).div_ceil(1_000_000);
        u16::try_from(seconds).unwrap_or(u16::MAX).clamp(1, LONGEST_RETRY)
    }

    /// Waits for a turn to compute. It is over when what is given back is dropped.
    pub(super) async fn turn(&self, work: Work) -> Option<OwnedSemaphorePermit> {
        let turns = match work {
            Work::Light => &self.light,
            Work::Heavy => &self.heavy,
            Work::Archive => &self.archive,
        };
        Arc::clone(turns).acquire_owned().await.ok()
    }
}

/// How much an answer takes. Those that take long wait for each other, and for nobody else.
#[derive(Debug, Clone, Copy)]
pub(super) enum Work {
    /// Milliseconds: four at a time for each core.
    Light,
    /// Up to seconds (tiles, files, filters): one at a time for each core.
    Heavy,
    /// All tiles at once: whoever asks while it is made waits, and holds no thread meanwhile.
    Archive,
}

/// Answers a request, whatever becomes of it.
pub(super) async fn guard(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let id = request_id(request.headers(), &app.limits);
    let watch = app.metrics.watch(&request);
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let wants_page = wants_page(&request);
    let asker = app.origins.asker(&method, uri.path().trim_end_matches('/'), request.headers());
    let is_browser = wants_page || request.headers().contains_key(FETCH_MODE);
    let mut is_private = false;
    let mut response = if preflight(&request) {
        asker.preflight()
    } else if asker.oversteps(&app, request.headers()) {
        Problem::other_site().into_response()
    } else {
        let view = admit::admit(&app, &mut request).await;
        is_private = !matches!(view, Ok(None));
        match view {
            Err(problem) => problem.into_response(),
            Ok(view) => match app.kept.answer(&app, &request, view.as_ref()) {
                Some(kept) => {
                    app.metrics.served_kept();
                    kept
                }
                None => limited(&app, request, next).await,
            },
        }
    };
    if let Some(mut problem) = response.extensions_mut().remove::<Problem>() {
        // A challenge makes a browser ask for name and password in a window of its own; people have a page for that.
        if problem.status == StatusCode::UNAUTHORIZED && is_browser {
            problem.status = StatusCode::FORBIDDEN;
        }
        response = write(&problem, &uri, &id, wants_page, &method);
    }
    head::finish(response.headers_mut());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(head::REQUEST_ID, id);
    }
    if is_private {
        head::keep_private(response.headers_mut());
    }
    asker.tell(response.headers_mut());
    watch.answered(&response, &id, &method, uri.path());
    response
}

async fn limited(app: &App, request: Request, next: Next) -> Response {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let is_long = app.editing.is_some() && super::edit::is_long(request.uri().path());
    let (limit, timeout) =
        if is_long { (super::edit::UPLOAD_LIMIT, super::edit::UPLOAD_TIME) } else { (BODY_LIMIT, app.limits.timeout) };
    if length.is_some_and(|length: usize| length > limit) {
        return Problem::too_large(limit).into_response();
    }
    let place = app.limits.places.try_acquire();
    if place.is_err() && !PROBES.contains(&request.uri().path()) {
        return Problem::busy(app.limits.lately()).into_response();
    }
    let began = Instant::now();
    let answer = tokio::time::timeout(timeout, next.run(request)).await;
    app.limits.took(began.elapsed());
    answer.unwrap_or_else(|_| Problem::too_slow().into_response())
}

/// Whether a browser asks on behalf of another site's page what it may do. A plain OPTIONS is answered
/// by the resource, because QGIS learns from it that nothing can be edited.
fn preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// What may be done with a resource.
pub(super) fn allowed(methods: &'static str) -> Response {
    let headers = [
        (header::ALLOW, methods),
        (header::ACCESS_CONTROL_ALLOW_METHODS, methods),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "*"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// The client's own id if it is harmless in a log, else a new one.
fn request_id(headers: &HeaderMap, limits: &Limits) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let given = headers.get(head::REQUEST_ID).and_then(|id| id.to_str().ok());
    match given.filter(|id| !id.is_empty() && id.len() <= 64 && id.chars().all(harmless)) {
        Some(id) => id.to_owned(),
        None => format!("{:x}-{}", limits.run, limits.served.fetch_add(1, Ordering::Relaxed)),
    }
}

fn wants_page(request: &Request) -> bool {
    let query = request.uri().query().unwrap_or_default();
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    match query.split('&').find_map(|pair| pair.strip_prefix("f=")) {
        Some(f) => f == "html",
        None => format::prefers_html(accept),
    }
}

fn write(problem: &Problem, uri: &Uri, id: &str, wants_page: bool, method: &Method) -> Response {
    let path = uri.path();
    // What was asked for, for whoever signs in first and goes back to it.
    let from = uri.path_and_query().map_or(path, PathAndQuery::as_str);
    let about = serde_json::json!({
        "type": problem.kind,
        "title": problem.title,
        "status": problem.status.as_u16(),
        "detail": problem.detail,
        "instance": path,
        "request_id": id,
    });
    let mut page = about.clone();
    if *method == Method::GET {
        page["from"] = serde_json::json!(from);
    }
    let (media, body) = match wants_page.then(|| page::render("problem.html", &page)) {
        Some(Ok(body)) => (page::MEDIA, body),
        _ => ("application/problem+json", format!("{about:#}\n")),
    };
    let body = if method == Method::HEAD { Body::empty() } else { Body::from(body) };
    let mut response = (problem.status, [(header::CONTENT_TYPE, media)], body).into_response();
    let headers = response.headers_mut();
    if problem.status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(header::ALLOW, HeaderValue::from_static(problem.allow));
    }
    if matches!(problem.status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(problem.retry_after));
    }
    if let Some(range) = problem.length.and_then(|length| HeaderValue::from_str(&format!("bytes */{length}")).ok()) {
        headers.insert(header::CONTENT_RANGE, range);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if problem.status == StatusCode::UNAUTHORIZED {
        headers.append(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"patchwork\""));
        headers
            .append(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"patchwork\", charset=\"UTF-8\""));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_turned_away_is_told_to_come_back_after_as_long_as_an_answer_takes() {
        let limits = Limits::new(&Options::default());
        assert_eq!(limits.lately(), 1);
        (0..100).for_each(|_| limits.took(Duration::from_secs(4)));
        assert_eq!(limits.lately(), 4);
        (0..100).for_each(|_| limits.took(Duration::from_secs(1000)));
        assert_eq!(limits.lately(), LONGEST_RETRY);
    }
}
