//! Snapshots over HTTP, as OGC API – Features asks and as QGIS, GDAL, ArcGIS and browsers expect.
//!
//! The only module with async code. One file per resource; each is a plain function from a [`request::Ask`]
//! to a [`reply::Reply`] or a [`problem::Problem`], and [`guard`] does what every answer needs.

mod admit;
mod api;
mod archive;
mod collection;
mod conformance;
mod connect;
mod crs;
mod docs;
mod edit;
mod download;
mod form;
mod etag;
mod format;
mod giving;
mod guard;
mod head;
mod health;
mod issues;
mod item;
mod items;
mod job;
mod jobs;
mod kept;
mod landing;
mod links;
mod metrics;
mod openapi;
mod origin;
mod openapi_tiles;
mod page;
mod peer;
mod pieces;
mod problem;
mod process;
mod reply;
mod request;
mod review;
mod saved;
mod schema;
mod schemes;
mod text;
mod status_info;
mod tile;
mod tilesets;
mod web;

pub use archive::make_ahead as make_map_ahead;
pub use edit::{Provider, Secret, SignIn};

use crate::edit::Editing;
use crate::snapshot::Shared;
use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{Extensions, HeaderMap, StatusCode, Version, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use guard::Work;
use jobs::Jobs;
use problem::Problem;
use reply::Reply;
use request::Ask;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

/// How to serve.
#[derive(Debug, Clone)]
pub struct Options {
    /// Address in links, such as `https://maps.example.org/patchwork`, where a proxy stands in front;
    /// without it the `Host` header of each request is used.
    pub public_url: Option<String>,
    /// Whether a proxy in front says what clients asked it: `X-Forwarded-Proto`, `-Host` and `-Prefix` are then
    /// believed in links. Without a proxy anybody could send them, so they are ignored unless this is set.
    pub behind_proxy: bool,
    /// How long an answer may take. The slowest honest one, a table of all streets of a large city,
    /// takes a second or two.
    pub request_timeout: Duration,
    /// Requests worked on at once. Each may hold a page in memory (some megabytes); more are told to
    /// come back in a second, which beats letting all of them wait.
    pub max_concurrent_requests: usize,
    /// Long jobs (plans for hubs) worked on at once. Each uses every core when it can, so more do not make
    /// the whole quicker; two keep a short one from waiting for a long one.
    pub max_running_jobs: usize,
    /// Long jobs that may wait; more are told to come back.
    pub max_waiting_jobs: usize,
    /// Long jobs of one client that may wait or run at once; more are told to wait for those. A client is an address:
    /// that of the connection, or what the proxy says with [`Options::behind_proxy`]. This machine itself may have
    /// any number.
    pub max_jobs_per_client: usize,
    /// Bytes a job may take while it is worked on; a question that would take more is refused before it starts.
    pub job_memory: u64,
    /// Connections open at once. Beyond them only probes are answered.
    pub max_connections: usize,
    /// Sites (`https://maps.example.org`) whose pages may start, read and end jobs here. All others may read what is
    /// public, and nothing else.
    pub cors_origins: Vec<String>,
    /// Bytes of answers that are kept for whoever asks the same next.
    pub kept_bytes: u64,
    /// The workspace that is served and worked on, where it is one; without it there is nothing to sign in to.
    pub editing: Option<Arc<Editing>>,
    /// Who else vouches for people of the workspace.
    pub provider: Option<Arc<Provider>>,
}

/// How long open answers are waited for when the server is told to stop. Orchestrators commonly kill
/// after ten seconds or more; a shorter time cuts off downloads, a longer one gets killed anyway.
const GRACE: Duration = Duration::from_secs(8);

impl Default for Options {
    fn default() -> Self {
        Self {
            public_url: None,
            behind_proxy: false,
            request_timeout: Duration::from_secs(30),
            max_concurrent_requests: 256,
            max_running_jobs: 2,
            max_waiting_jobs: 8,
            max_jobs_per_client: 4,
            job_memory: crate::plan::hubs::USUAL_MEMORY,
            max_connections: 1024,
            cors_origins: Vec::new(),
            kept_bytes: kept::KEPT,
            editing: None,
            provider: None,
        }
    }
}

/// What every request can see.
#[derive(Debug)]
struct App {
    shared: Arc<Shared>,
    public_url: Option<String>,
    behind_proxy: bool,
    limits: guard::Limits,
    origins: origin::Origins,
    jobs: Arc<Jobs>,
    kept: kept::Kept,
    metrics: metrics::Metrics,
    editing: Option<Arc<Editing>>,
    provider: Option<Arc<Provider>>,
}

/// Answers requests until `stop` comes true; then finishes those it has begun.
///
/// `shared` may be empty at first: data resources answer 503 until somebody calls
/// [`Shared::replace`], and go over to each later snapshot in the same way.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    shared: Arc<Shared>,
    options: Options,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (told, hear) = tokio::sync::oneshot::channel::<()>();
    let jobs = Arc::new(Jobs::new(&options));
    let waiting = Arc::clone(&jobs);
    let stop = async move {
        stop.await;
        waiting.cancel_all();
        let _ = told.send(());
    };
    let too_late = async move {
        if hear.await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(GRACE).await;
    };
    let serving = connect::serve(listener, router(shared, &options, Arc::clone(&jobs)), options.max_connections, stop);
    let ended = tokio::select! {
        ended = serving => ended,
        () = too_late => Ok(()),
    };
    let closed = tokio::task::spawn_blocking(move || jobs.close());
    let _ = tokio::time::timeout(GRACE, closed).await;
    ended
}

/// All resources without a listener, for fuzzers and tests that ask them in the same process.
#[doc(hidden)]
pub fn resources_of(shared: Arc<Shared>, options: &Options) -> Router {
    router(shared, options, Arc::new(Jobs::new(options)))
}

/// The paths of all resources, for the test that asks each of them as each role.
#[doc(hidden)]
#[must_use]
pub fn paths() -> Vec<&'static str> {
    resources().into_iter().chain(edit::resources()).map(|(path, _)| path).collect()
}

/// All resources, with everything that goes round them.
fn router(shared: Arc<Shared>, options: &Options, jobs: Arc<Jobs>) -> Router {
    let public_url = options.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
    let metrics = metrics::Metrics::new(Arc::clone(&shared));
    let app = Arc::new(App {
        shared,
        public_url,
        behind_proxy: options.behind_proxy,
        limits: guard::Limits::new(options),
        origins: origin::Origins::new(options),
        kept: kept::Kept::new(options.kept_bytes),
        jobs,
        metrics,
        editing: options.editing.clone(),
        provider: options.provider.clone(),
    });
    let edited = if options.editing.is_some() { edit::resources() } else { Vec::new() };
    let mut router = Router::new();
    for (path, methods) in resources().into_iter().chain(edited) {
        if path != "/" {
            router = router.route(&format!("{path}/"), methods.clone());
        }
        router = router.route(path, methods);
    }
    router
        .fallback(async |request: Request| Problem::no_such_page(request.uri().path()).into_response())
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(worth_packing))
        .layer(CatchPanicLayer::custom(|_| Problem::our_fault().into_response()))
        .layer(axum::middleware::from_fn_with_state(app.clone(), guard::guard))
        .with_state(app)
}

fn resources() -> Vec<(&'static str, MethodRouter<Arc<App>>)> {
    vec![
        ("/", resource(landing::landing)),
        ("/conformance", resource(conformance::conformance)),
        ("/api", resource(api::api)),
        ("/collections", resource(collection::list)),
        ("/collections/{collection}", resource(collection::one)),
        ("/collections/{collection}/schema", resource(schema::schema)),
        ("/collections/{collection}/queryables", resource(schema::queryables)),
        ("/collections/{collection}/items", sized(items::items, items::work)),
        ("/collections/{collection}/items/{feature}", resource(item::item)),
        ("/collections/{collection}/tiles", resource(tilesets::of_collection)),
        ("/collections/{collection}/tiles/{scheme}", heavy(tilesets::set_of_collection)),
        ("/collections/{collection}/tiles/{scheme}/tilejson.json", heavy(tilesets::json_of_collection)),
        ("/collections/{collection}/tiles/{scheme}/{z}/{row}/{col}", heavy(tile::of_collection)),
        ("/tiles", resource(tilesets::of_place)),
        ("/tiles/{source}", heavy(tilesets::source)),
        ("/tiles/{source}/tilejson.json", heavy(tilesets::json_of_source)),
        ("/tiles/{source}/{z}/{second}/{third}", heavy(tile::of_source)),
        (archive::PATH, sized(archive::archive, |_| Work::Archive)),
        ("/tileMatrixSets", resource(schemes::list)),
        ("/tileMatrixSets/{scheme}", resource(schemes::one)),
        ("/processes", resource(process::list::list)),
        ("/processes/{process}", resource(process::list::one)),
        ("/processes/{process}/execution", execution()),
        ("/jobs", resource(job::list)),
        ("/jobs/{job}", a_job()),
        ("/jobs/{job}/results", resource(job::results)),
        ("/livez", resource(health::alive)),
        ("/readyz", resource(health::ready)),
        ("/healthz", resource(health::ready)),
        ("/metrics", plain(get(metrics::metrics))),
        ("/giving", resource(giving::giving)),
        ("/-/issues", resource(issues::issues)),
        ("/-/style.css", resource(page::style)),
        ("/-/web/{file}", resource(web::asset)),
        (docs::PATH, resource(docs::index)),
        ("/docs/{page}", resource(docs::one)),
        ("/review/{patch}", resource(review::review)),
        ("/robots.txt", resource(page::robots)),
    ]
}

/// A function that answers. It may compute, so it never runs on a thread that serves connections.
type Answer = fn(&Ask) -> Result<Reply, Problem>;

fn resource(answer: Answer) -> MethodRouter<Arc<App>> {
    sized(answer, |_| Work::Light)
}

/// For what may take long: drawing tiles, making files.
fn heavy(answer: Answer) -> MethodRouter<Arc<App>> {
    sized(answer, |_| Work::Heavy)
}

fn sized(answer: Answer, work: fn(&Ask) -> Work) -> MethodRouter<Arc<App>> {
    plain(get(async move |State(app): State<Arc<App>>, ask: Ask| run(answer, work(&ask), app, ask).await))
}

/// With the answers to the other methods, which are the same for all resources that can only be read.
fn plain(answers: MethodRouter<Arc<App>>) -> MethodRouter<Arc<App>> {
    others(answers, problem::READ)
}

/// The methods of a resource, and a word about all others.
fn others(methods: MethodRouter<Arc<App>>, allow: &'static str) -> MethodRouter<Arc<App>> {
    methods
        .options(async move || guard::allowed(allow))
        .fallback(async move |request: Request| Problem::not_allowed(request.method().as_str(), allow).into_response())
}

fn execution() -> MethodRouter<Arc<App>> {
    let execute = async |ask: Ask, body: Result<Bytes, BytesRejection>| match body {
        Ok(body) => process::execute::execute(ask, body).await,
        Err(_) => Problem::too_large(guard::BODY_LIMIT).into_response(),
    };
    others(post(execute), "POST, OPTIONS").layer(DefaultBodyLimit::max(guard::BODY_LIMIT))
}

fn a_job() -> MethodRouter<Arc<App>> {
    let ended = async |State(app): State<Arc<App>>, ask: Ask| run(job::dismiss, Work::Light, app, ask).await;
    let told = async |State(app): State<Arc<App>>, ask: Ask| run(job::one, Work::Light, app, ask).await;
    others(get(told).delete(ended), "GET, HEAD, DELETE, OPTIONS")
}

async fn run(answer: Answer, work: Work, app: Arc<App>, mut ask: Ask) -> Response {
    let turn = app.limits.turn(work).await;
    let (key, gzip) = (ask.key.take(), ask.gzip);
    let answered = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let reply = answer(&ask)?.packed(gzip);
        if let Some(key) = key {
            app.kept.keep(key, &reply);
        }
        Ok::<_, Problem>(reply)
    });
    match answered.await {
        Ok(Ok(reply)) => reply.into_response(),
        Ok(Err(problem)) => problem.into_response(),
        Err(_) => Problem::our_fault().into_response(),
    }
}

/// What is too large to be kept is compressed on its way out, when that makes it smaller.
fn worth_packing(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let media = headers.get(header::CONTENT_TYPE).and_then(|media| media.to_str().ok());
    media.is_some_and(reply::packs)
}
