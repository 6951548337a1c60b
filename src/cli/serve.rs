//! `patchwork serve`: loads the place on a thread of its own, serves it, and loads it again on SIGHUP.

use super::Failure;
use super::args::{RehearseArgs, ServeArgs};
use crate::config::{Config, LogFormat};
use crate::disclose::release;
use crate::edit::{Editing, Trial};
use crate::http::{self, Options};
use crate::load;
use crate::memory;
use crate::place::{Code, Issue, Severity, Where};
use crate::snapshot::{Shared, Snapshot};
use crate::store::{self, Address, Role, Workspace};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Runs the command until it is told to stop.
pub fn run(args: &ServeArgs, config: &Config, quiet: bool) -> Result<(), Failure> {
    start_logging(config, quiet)?;
    let what = match (&args.workspace, &args.dir) {
        (Some(address), _) => What::Workspace(address.clone()),
        (None, Some(dir)) => What::Place(dir.clone()),
        (None, None) => return Err(Failure::Usage("give the directory of a place, or --workspace DIR".to_owned())),
    };
    if let What::Place(dir) = &what
        && !dir.is_file()
        && !dir.join("place.toml").is_file()
    {
        return Err(Failure::Failed(format!(
            "{}: no place.toml there; give the directory of a place or a snapshot of one, or make one with patchwork demo",
            dir.display()
        )));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(serve(what, config.clone()));
    runtime.shutdown_timeout(Duration::from_secs(1));
    served
}

/// What is served.
enum What {
    /// A directory, which nobody here changes.
    Place(PathBuf),
    /// A workspace, whose owner brings files and publishes.
    Workspace(Address),
}

/// A workspace that is served, the key of its owner's link, and what keeps others off.
type Opened = (Arc<Editing>, String, Option<std::fs::File>);

/// How long the owner's link lets somebody in; each start makes a new one, and the old one is void.
const LINK_HOURS: i64 = 24;

/// Opens the workspace and serves its version in force. Also returns the key of the owner's link, and what keeps other
/// servers off while it lives.
fn open(at: &Address, shared: &Arc<Shared>, config: &Config) -> Result<Opened, Failure> {
    let workspace = Workspace::open_at(at)?;
    let lock = workspace.alone()?;
    let key = store::secret()?;
    let until = chrono::Utc::now() + chrono::Duration::hours(LINK_HOURS);
    workspace.keeper().new_link(Role::Owner, &store::hashed(&key), until)?;
    // What somebody brings is never read beyond its own directory, whatever the settings allow the operator.
    let mut settings = config.clone();
    settings.allow_outside = false;
    let rehearsal = Box::new(move |dir: &Path, trial: &Trial| tried(dir, trial, &settings));
    Ok((Editing::begin(workspace, Arc::clone(shared), rehearsal)?, key, lock))
}

/// The signals that end the program, caught from the moment this exists.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    fn listen() -> std::io::Result<Stop> {
        Ok(Stop { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Until somebody wants the program to end.
    async fn told(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// How to serve, as the settings say it.
fn options(config: &Config, editing: Option<Arc<Editing>>) -> Result<Options, Failure> {
    Ok(Options {
        public_url: config.public_url.clone(),
        behind_proxy: config.behind_proxy,
        request_timeout: Duration::from_secs(config.request_timeout_s),
        max_concurrent_requests: config.max_concurrent_requests,
        kept_bytes: config.kept_mb.saturating_mul(1024 * 1024),
        max_running_jobs: config.max_running_jobs,
        max_waiting_jobs: config.max_waiting_jobs,
        max_jobs_per_client: config.max_jobs_per_client,
        job_memory: config.job_memory_mb.saturating_mul(1024 * 1024),
        max_connections: config.max_connections,
        cors_origins: config.sites(),
        provider: match &config.sign_in {
            Some(_) if editing.is_none() => {
                tracing::warn!("[sign_in] has no effect here: only a workspace has accounts (serve --workspace)");
                None
            }
            Some(sign_in) => Some(http::Provider::new(sign_in).map_err(Failure::Usage)?),
            None => None,
        },
        editing,
    })
}

async fn serve(what: What, config: Config) -> Result<(), Failure> {
    // Before anything is begun that a signal could come into: by default each of them ends the program on the spot.
    let mut stop = Stop::listen()?;
    let mut hangup = signal(SignalKind::hangup())?;
    let mut told = (signal(SignalKind::user_defined1())?, signal(SignalKind::user_defined2())?);
    let _unheeded = unheeded();
    let listener = TcpListener::bind(&config.bind)
        .await
        .map_err(|e| Failure::Failed(format!("{}: cannot listen there: {e}", config.bind)))?;
    let address = listener.local_addr()?;
    let shared = Arc::new(Shared::default());

    let (first, loaded) = tokio::sync::oneshot::channel();
    let (reload, wanted) = std::sync::mpsc::channel::<()>();
    // There is nothing to keep yet, so the first load is tried here and not in another process; it ends in words.
    let bounds = super::bounds();
    let (for_thread, settings) = (Arc::clone(&shared), config.clone());
    let (dir, opened) = match what {
        What::Place(dir) => {
            let place = dir.clone();
            std::thread::spawn(move || {
                let _ = first.send(build(&place, &for_thread, &settings));
                reload_whenever(&wanted, || {
                    rehearsed(&place, &for_thread, &settings) && build(&place, &for_thread, &settings)
                });
            });
            (dir.display().to_string(), None)
        }
        What::Workspace(address) => {
            let (at, shown) = (address.clone(), address.to_string());
            let opening = tokio::task::spawn_blocking(move || open(&at, &for_thread, &settings));
            let opened = tokio::select! {
                opened = opening => opened.map_err(|error| Failure::Failed(error.to_string()))??,
                () = stop.told() => return Ok(()),
            };
            let _ = first.send(true);
            (shown, Some(opened))
        }
    };

    let options = options(&config, opened.as_ref().map(|(editing, ..)| Arc::clone(editing)))?;
    let (finish, finished) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(http::serve(listener, Arc::clone(&shared), options, async {
        let _ = finished.await;
    }));
    // Whoever wants it to stop need not wait until a large place is loaded.
    let loaded = tokio::select! {
        loaded = tokio::time::timeout(Duration::from_secs(config.reload_timeout_s), loaded) => loaded,
        () = stop.told() => return Ok(()),
    };
    drop(bounds);
    match loaded {
        Err(_) => {
            return Err(Failure::Failed(format!(
                "loading {} took more than {} seconds; see with patchwork check which file takes so long, or allow more in reload_timeout_s",
                dir, config.reload_timeout_s
            )));
        }
        Ok(Ok(true)) => {
            eprintln!("Serving {dir} at http://{address}/  (Ctrl-C stops)");
            if let Some((_, key, _)) = &opened {
                let base = config.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
                eprintln!("The owner comes in here, for {LINK_HOURS} hours: {base}/sign-in?key={key}");
            }
        }
        _ => return Err(Failure::Failed(unusable(&dir, &shared))),
    }
    loop {
        tokio::select! {
            // A workspace is changed by publishing; there is nothing to load again.
            _ = hangup.recv(), if opened.is_none() => {
                tracing::info!(dir, "SIGHUP: loading the place again");
                let _ = reload.send(());
            }
            _ = told.0.recv() => state(&shared),
            _ = told.1.recv() => state(&shared),
            () = stop.told() => break,
        }
    }
    tracing::info!("stopping: requests under way are finished first");
    let _ = finish.send(());
    match server.await {
        Ok(result) => result.map_err(Failure::from),
        Err(error) => Err(Failure::Failed(error.to_string())),
    }
}

/// Why a directory or a snapshot is not served at all.
fn unusable(dir: &str, shared: &Shared) -> String {
    let refused = shared.failure().filter(|_| Path::new(dir).is_file());
    refused
        .and_then(|failure| failure.issues.first().map(|issue| issue.problem.clone()))
        .unwrap_or_else(|| format!("the place cannot be used; see patchwork check {dir}"))
}

/// Signals that would end the program by default and are to end nothing: that a disk is full for this process, or a limit on
/// files reached, is an error of that write; clocks and files that nobody here set or watches are nobody's.
fn unheeded() -> Vec<Signal> {
    let numbers = [libc::SIGXFSZ, libc::SIGALRM, libc::SIGIO, libc::SIGVTALRM, libc::SIGPROF];
    numbers.into_iter().filter_map(|number| signal(SignalKind::from_raw(number)).ok()).collect()
}

/// SIGUSR1 and SIGUSR2 would end the program by default; here they write into the log how it stands.
fn state(shared: &Shared) {
    let (succeeded, failed) = shared.loads();
    let digest = shared.current().map(|snapshot| snapshot.digest().to_owned()).unwrap_or_default();
    tracing::info!(digest, loads_succeeded = succeeded, loads_failed = failed, "asked by a signal how it stands");
}

/// Whether the place can be loaded within the memory and the time that a reload may take; when not, what was served
/// before stays.
fn rehearsed(dir: &Path, shared: &Shared, config: &Config) -> bool {
    let Err(why) = tried(dir, &Trial::Place, config) else { return true };
    let remedy = "What was served before stays; look at the files with patchwork check, or allow more in reload_memory_mb and reload_timeout_s";
    shared.failed(vec![Issue::error(Code::ReloadTooLarge, Where::file("place.toml"), why.clone(), remedy)]);
    tracing::error!(dir = %dir.display(), "{why}. {remedy}");
    false
}

/// Memory in which a few small files must be read.
const FILES_MB: u64 = 512;

/// Loads the place in another process, or reads a few of its files, so that what ends that process leaves this one alone.
fn tried(dir: &Path, trial: &Trial, config: &Config) -> Result<(), String> {
    let allowed = match config.reload_memory_mb {
        0 => memory::left().map(|bytes| bytes / 10 * 9),
        megabytes => Some(megabytes.saturating_mul(1024 * 1024)),
    };
    let few = FILES_MB * 1024 * 1024;
    let (bytes, files) = match trial {
        Trial::Place => (allowed, &[][..]),
        Trial::Files(files) if files.is_empty() => return Ok(()),
        Trial::Files(files) => (Some(allowed.map_or(few, |bytes| bytes.min(few))), files.as_slice()),
    };
    let limit = Duration::from_secs(config.reload_timeout_s);
    match rehearsal(dir, files, config, bytes).and_then(|child| ended(child, limit)) {
        // With errors in its files it ends with 1; what they are is found out by loading it here, which then takes
        // no more than it took there.
        Ok(Some(status)) if status.code().is_some_and(|code| code <= 1) => Ok(()),
        Ok(Some(status)) => {
            Err(format!("A trial of the new files ended with {status}, most likely for want of memory"))
        }
        Ok(None) => Err(format!("A trial of the new files took more than {} seconds", limit.as_secs())),
        Err(error) => Err(format!("A trial of the new files could not be begun: {error}")),
    }
}

fn rehearsal(dir: &Path, files: &[String], config: &Config, bytes: Option<u64>) -> std::io::Result<Child> {
    let mut command = std::process::Command::new(std::env::current_exe()?);
    command.args(["--quiet", "rehearse"]).arg(dir);
    if let Some(bytes) = bytes {
        command.args(["--bytes", &bytes.to_string()]);
    }
    for file in files {
        command.arg("--file").arg(file);
    }
    command
        .env("PATCHWORK_ALLOW_OUTSIDE", config.allow_outside.to_string())
        // What is said of an allocation that failed would need memory itself.
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

/// How a process ended; `None` when it had to be stopped.
fn ended(mut child: Child, limit: Duration) -> std::io::Result<Option<ExitStatus>> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if began.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Loads a place as the server would, and forgets it.
pub fn rehearse(args: &RehearseArgs, config: &Config) -> Result<(), Failure> {
    memory::go_first();
    if let Some(bytes) = args.bytes {
        memory::at_most(bytes)?;
    }
    if !args.file.is_empty() {
        // What is wrong with a file is found out by loading it; here it only has to be read to its end.
        for name in &args.file {
            let _ = load::table_of(&args.dir.join(name), name);
        }
        return Ok(());
    }
    if args.dir.is_file() {
        return Snapshot::open_file(&args.dir).map(|_| ()).map_err(|why| Failure::Failed(why.to_string()));
    }
    if !args.dir.join("place.toml").exists() {
        // A heap of files of which a place is to be drafted.
        let drafted = load::recognise::draft(&args.dir, "A place", &|_| {});
        return drafted.map(|_| ()).map_err(|_| Failure::Said);
    }
    let loaded = read(&args.dir, config, &|_| {});
    let place = loaded.place.ok_or(Failure::Said)?;
    let _ = Snapshot::build(place, loaded.issues);
    Ok(())
}

fn read(dir: &Path, config: &Config, steps: load::Steps<'_>) -> load::Loaded {
    if config.allow_outside { load::load(dir, steps) } else { load::load_inside(dir, steps) }
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
fn build(dir: &Path, shared: &Shared, config: &Config) -> bool {
    if dir.is_file() {
        return open_snapshot(dir, shared);
    }
    let started = Instant::now();
    let loaded = read(dir, config, &|step| tracing::info!("{step}"));
    let Some(place) = loaded.place else {
        for issue in Issue::for_everybody(&loaded.issues).iter().filter(|issue| issue.severity == Severity::Error) {
            tracing::error!(file = issue.at.file, code = issue.code.word(), "{}. {}", issue.problem, issue.remedy);
        }
        let kept_old = shared.current().is_some();
        shared.failed(loaded.issues);
        tracing::error!(dir = %dir.display(), kept_old, "the place was not loaded");
        return false;
    };
    tracing::info!("Measuring coverage and gaps, and protecting small counts of people met");
    let mut snapshot = Snapshot::build(place, loaded.issues);
    snapshot.took = Some(started.elapsed());
    if let Some(issue) = snapshot.not_shown() {
        tracing::error!(code = issue.code.word(), "{}. {}", issue.problem, issue.remedy);
    }
    match keep_release(&snapshot) {
        Ok(Some(file)) => {
            tracing::info!(file = %file.display(), "kept what is published of people met, so that later releases are protected together with it")
        }
        Ok(None) if snapshot.release.is_some() && snapshot.place.disclosure.releases.is_none() => tracing::info!(
            "what is published of people met is not kept, so that the next release is not protected together with it: \
             write keep = true under [disclosure] in place.toml"
        ),
        Ok(None) => {}
        Err(error) => tracing::warn!(
            "What is published of people met could not be kept: {error}. Let the program write into the directory of [disclosure] releases, \
             or keep each release by hand with patchwork audit --keep; without it the next release is not protected together with this one"
        ),
    }
    let (layers, digest) = (snapshot.layers().len(), snapshot.digest().to_owned());
    shared.replace(snapshot);
    // Said once it is so: whoever reads this asks the new place.
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(layers, duration_ms, digest, "the place is ready");
    if let Some(snapshot) = shared.current() {
        http::make_map_ahead(&snapshot);
    }
    memory::give_back();
    true
}

/// Opens a snapshot and swaps it in. When that fails, the one that stands is kept.
fn open_snapshot(file: &Path, shared: &Shared) -> bool {
    let started = Instant::now();
    let mut snapshot = match Snapshot::open_file(file) {
        Ok(snapshot) => snapshot,
        Err(why) => {
            let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            let problem = format!("{}: {why}", file.display());
            tracing::error!(kept_old = shared.current().is_some(), "the snapshot was not loaded: {problem}");
            let remedy = "Make the snapshot again with patchwork build, by the program that serves it";
            shared.failed(vec![Issue::error(Code::SnapshotRefused, Where::file(name), problem, remedy)]);
            return false;
        }
    };
    snapshot.took = Some(started.elapsed());
    let (layers, digest, snapshot) = (snapshot.layers().len(), snapshot.digest().to_owned(), Arc::new(snapshot));
    shared.replace_with(Arc::clone(&snapshot));
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(layers, duration_ms, digest, built_at = %snapshot.built_at, "the snapshot is ready");
    // What "what if" starts from is not in the file: it is measured now, and whoever asks before it is done waits for it.
    std::thread::spawn(move || {
        let _ = snapshot.missing();
        http::make_map_ahead(&snapshot);
        drop(snapshot);
        memory::give_back();
    });
    true
}

/// Keeps what is published of engagement records, unless the last release kept says the same. The file is there whole or
/// not at all.
pub(super) fn keep_release(snapshot: &Snapshot) -> std::io::Result<Option<PathBuf>> {
    let disclosure = &snapshot.place.disclosure;
    let (Some(directory), Some(now)) = (&disclosure.releases, &snapshot.release) else { return Ok(None) };
    let last = disclosure.earlier.last().and_then(|(_, text)| release::read(text.as_bytes()).ok());
    if last.is_some_and(|last| last.policy == now.policy && last.tables == now.tables) {
        return Ok(None);
    }
    std::fs::create_dir_all(directory)?;
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(&release::write(now))?;
    file.as_file().sync_all()?;
    let name = format!("{}-{}.json", snapshot.built_at.format("%Y-%m-%dT%H%M%SZ"), snapshot.digest());
    let path = directory.join(name);
    file.persist(&path).map_err(|error| error.error)?;
    Ok(Some(path))
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
