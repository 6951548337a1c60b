//! `patchwork serve`: loads the place on a thread of its own, serves it, and loads it again on SIGHUP.

use super::Failure;
use super::args::ServeArgs;
use crate::config::{Config, LogFormat};
use crate::http::{self, Options};
use crate::load;
use crate::place::Severity;
use crate::snapshot::{Shared, Snapshot};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// Runs the command until it is told to stop.
pub fn run(args: &ServeArgs, config: &Config, quiet: bool) -> Result<(), Failure> {
    start_logging(config, quiet)?;
    if !args.dir.join("place.toml").is_file() {
        return Err(Failure::Failed(format!(
            "{}: no place.toml there; give the directory of a place, or make one with patchwork demo",
            args.dir.display()
        )));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(serve(args.dir.clone(), config.clone()));
    runtime.shutdown_timeout(Duration::from_secs(1));
    served
}

async fn serve(dir: PathBuf, config: Config) -> Result<(), Failure> {
    let listener = TcpListener::bind(&config.bind)
        .await
        .map_err(|e| Failure::Failed(format!("{}: cannot listen there: {e}", config.bind)))?;
    let address = listener.local_addr()?;
    let shared = Arc::new(Shared::default());

    let (first, loaded) = tokio::sync::oneshot::channel();
    let (reload, wanted) = std::sync::mpsc::channel::<()>();
    let (for_thread, place) = (Arc::clone(&shared), dir.clone());
    std::thread::spawn(move || {
        let _ = first.send(build(&place, &for_thread));
        reload_whenever(&wanted, || build(&place, &for_thread));
    });

    let options = Options {
        public_url: config.public_url.clone(),
        behind_proxy: config.behind_proxy,
        request_timeout: Duration::from_secs(config.request_timeout_s),
        max_concurrent_requests: config.max_concurrent_requests,
        kept_bytes: config.kept_mb.saturating_mul(1024 * 1024),
        max_running_jobs: config.max_running_jobs,
        max_waiting_jobs: config.max_waiting_jobs,
    };
    let mut hangup = signal(SignalKind::hangup())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(http::serve(listener, Arc::clone(&shared), options, async {
        let _ = stopped.await;
    }));
    match loaded.await {
        Ok(true) => eprintln!("Serving {} at http://{address}/  (Ctrl-C stops)", dir.display()),
        _ => return Err(Failure::Failed(format!("the place cannot be used; see patchwork check {}", dir.display()))),
    }
    loop {
        tokio::select! {
            _ = hangup.recv() => {
                tracing::info!(dir = %dir.display(), "SIGHUP: loading the place again");
                let _ = reload.send(());
            }
            _ = terminate.recv() => break,
            _ = tokio::signal::ctrl_c() => break,
        }
    }
    tracing::info!("stopping: requests under way are finished first");
    let _ = stop.send(());
    match server.await {
        Ok(result) => result.map_err(Failure::from),
        Err(error) => Err(Failure::Failed(error.to_string())),
    }
}

/// Loads again each time somebody wants it, one load after the other, so that an older one never replaces a
/// newer. Wishes that come while a load is under way are met by one more load.
fn reload_whenever(wanted: &Receiver<()>, load: impl Fn() -> bool) {
    while wanted.recv().is_ok() {
        while wanted.try_recv().is_ok() {}
        load();
    }
}

/// Loads the place and swaps the snapshot. When that fails, the snapshot that stands is kept.
fn build(dir: &Path, shared: &Shared) -> bool {
    let started = Instant::now();
    let loaded = load::load(dir, &|step| tracing::info!("{step}"));
    let Some(place) = loaded.place else {
        for issue in loaded.issues.iter().filter(|issue| issue.severity == Severity::Error) {
            tracing::error!(file = issue.at.file, code = issue.code, "{}. {}", issue.problem, issue.remedy);
        }
        tracing::error!(dir = %dir.display(), kept_old = shared.current().is_some(), "the place was not loaded");
        shared.failed(loaded.issues);
        return false;
    };
    tracing::info!("Measuring coverage and gaps, and protecting small counts of people met");
    let mut snapshot = Snapshot::build(place, loaded.issues);
    snapshot.took = Some(started.elapsed());
    tracing::info!(
        layers = snapshot.layers().len(),
        duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        digest = snapshot.digest(),
        "the place is ready"
    );
    shared.replace(snapshot);
    true
}

fn start_logging(config: &Config, quiet: bool) -> Result<(), Failure> {
    use tracing_subscriber::EnvFilter;
    let words = if quiet { "error" } else { &config.log_filter };
    let filter = EnvFilter::try_new(words)
        .map_err(|e| Failure::Usage(format!("log_filter = {words:?} is not a tracing filter: {e}")))?;
    let colours = std::io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        .with_target(false);
    let started = match config.log {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text => builder.try_init(),
    };
    started.map_err(|e| Failure::Failed(e.to_string()))
}
