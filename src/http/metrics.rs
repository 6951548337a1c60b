//! `/metrics`: what an operator watches, under OpenTelemetry's names as Prometheus writes them; and the one
//! line each answer leaves in the log. Neither says what was asked for in a query.

use super::App;
use crate::snapshot::Shared;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, Method, header};
use axum::response::{IntoResponse, Response};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use std::fmt::Error;
use std::sync::Arc;
use std::time::Instant;

pub(super) const MEDIA: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Upper ends of the classes of durations, in seconds. Most answers take under a millisecond, so the
/// customary classes, which begin at five, are led by three smaller ones.
const CLASSES_S: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Counts since the program started.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    durations: Family<Answered, Histogram, fn() -> Histogram>,
    active: Gauge,
    kept: Counter,
}

/// What answers are told apart by. Routes are patterns, so that their number does not grow with the data.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
#[expect(clippy::struct_field_names, reason = "the names of the OpenTelemetry conventions")]
struct Answered {
    http_request_method: &'static str,
    http_route: String,
    http_response_status_code: u64,
}

impl Metrics {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let durations = Family::new_with_constructor((|| Histogram::new(CLASSES_S)) as fn() -> Histogram);
        let active = Gauge::default();
        let mut registry = Registry::default();
        let help = "Time from a request to the head of its answer";
        registry.register_with_unit("http_server_request_duration", help, Unit::Seconds, durations.clone());
        registry.register("http_server_active_requests", "Requests being answered", active.clone());
        let kept = Counter::default();
        let help = "Answers given again as they were kept, without working them out";
        registry.register("patchwork_kept_answers", help, kept.clone());
        registry.register_collector(Box::new(Standing(shared)));
        Self { registry, durations, active, kept }
    }

    /// An answer was not worked out, because it had been kept.
    pub(super) fn served_kept(&self) {
        self.kept.inc();
    }

    /// Watches a request from now on.
    pub(super) fn watch(&self, request: &Request) -> Watch {
        let route = request.extensions().get::<MatchedPath>().map_or("", |route| route.as_str());
        let route = if route.len() > 1 { route.trim_end_matches('/') } else { route };
        self.active.inc();
        Watch {
            began: Instant::now(),
            route: route.to_owned(),
            durations: self.durations.clone(),
            active: self.active.clone(),
        }
    }
}

/// A request that is being answered; also when its client goes away, it ends.
#[derive(Debug)]
pub(super) struct Watch {
    began: Instant,
    route: String,
    durations: Family<Answered, Histogram, fn() -> Histogram>,
    active: Gauge,
}

impl Watch {
    /// Counts the answer and writes its line in the log.
    pub(super) fn answered(mut self, response: &Response, id: &str, method: &Method, path: &str) {
        let took = self.began.elapsed().as_secs_f64();
        let status = response.status().as_u16();
        let labels = Answered {
            http_request_method: known(method),
            http_route: std::mem::take(&mut self.route),
            http_response_status_code: status.into(),
        };
        self.durations.get_or_create(&labels).observe(took);
        tracing::info!(
            request_id = %id,
            method = %method,
            path = %path,
            route = %labels.http_route,
            status,
            duration_ms = (took * 1e6).round() / 1e3,
            "answered"
        );
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.active.dec();
    }
}

/// Methods people make up are counted as one.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        _ => "_OTHER",
    }
}

/// What the snapshot that stands says of itself.
#[derive(Debug)]
struct Standing(Arc<Shared>);

impl Collector for Standing {
    fn encode(&self, mut to: DescriptorEncoder) -> Result<(), Error> {
        let (succeeded, failed) = self.0.loads();
        counter(&mut to, "patchwork_loads_succeeded", "Times a place was loaded and put in service", succeeded)?;
        counter(&mut to, "patchwork_loads_failed", "Times loading failed and the place before was kept", failed)?;
        if let Some(bytes) = resident_bytes() {
            gauge(&mut to, "process_resident_memory", "Memory held", Some(Unit::Bytes), bytes)?;
        }
        let Some(snapshot) = self.0.current() else { return Ok(()) };
        let about = Info::new(vec![("digest", snapshot.digest().to_owned()), ("place", snapshot.place.key.clone())]);
        let help = "The place that is served, and the digest of all that is said of it";
        about.encode(to.encode_descriptor("patchwork_snapshot", help, None, about.metric_type())?)?;
        let built = snapshot.built_at;
        let age = (chrono::Utc::now() - built).as_seconds_f64().max(0.0);
        gauge(&mut to, "patchwork_snapshot_age", "Time since the place was loaded", Some(Unit::Seconds), age)?;
        let at = built.timestamp_millis() as f64 / 1e3;
        gauge(&mut to, "patchwork_snapshot_built_timestamp", "When the place was loaded", Some(Unit::Seconds), at)?;
        if let Some(took) = snapshot.took {
            let help = "Time from the files to the place that is served";
            gauge(&mut to, "patchwork_snapshot_build", help, Some(Unit::Seconds), took.as_secs_f64())?;
        }
        let issues = snapshot.issues.len() as f64;
        gauge(&mut to, "patchwork_snapshot_issues", "What is wrong with the files of the place", None, issues)
    }
}

fn gauge(to: &mut DescriptorEncoder, name: &str, help: &str, unit: Option<Unit>, value: f64) -> Result<(), Error> {
    let gauge = ConstGauge::new(value);
    gauge.encode(to.encode_descriptor(name, help, unit.as_ref(), gauge.metric_type())?)
}

fn counter(to: &mut DescriptorEncoder, name: &str, help: &str, value: u64) -> Result<(), Error> {
    let counter = ConstCounter::new(value);
    counter.encode(to.encode_descriptor(name, help, None, counter.metric_type())?)
}

/// Memory this process holds, where the system says so (Linux).
fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib * 1024.0)
}

/// Answers with the counts, as OpenMetrics text.
pub(super) async fn metrics(State(app): State<Arc<App>>) -> Response {
    let mut text = String::new();
    match encode(&mut text, &app.metrics.registry) {
        Ok(()) => {
            let headers: [(HeaderName, &str); 2] = [(header::CONTENT_TYPE, MEDIA), (header::CACHE_CONTROL, "no-store")];
            (headers, text).into_response()
        }
        Err(_) => super::problem::Problem::our_fault().into_response(),
    }
}
