//! The `patchwork` command: results go to stdout, words to stderr, and the exit code tells programs
//! what people read: 0 done, 1 it could not be done, 2 it was called wrongly.

mod args;
mod audit;
mod build;
mod check;
mod count;
mod closure;
mod demo;
mod engaged;
mod giving;
mod health;
mod init;
mod locate;
mod measure;
mod output;
mod plan;
mod plan_patches;
mod progress;
mod region;
mod review;
mod serve;
mod store;
mod words;

use crate::config::Config;
use crate::load;
use crate::memory;
use crate::place::{Issue, Place, Severity};
use crate::report::{check as report, understood};
use args::{Cli, Command};
use clap::Parser;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// Why a command ended without its result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It was called in a way that cannot work; exit code 2.
    Usage(String),
    /// It could not be done; exit code 1.
    Failed(String),
    /// As above, and everything has been said already.
    Said,
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Runs the command of this process.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    crate::read::quiet_about_damage();
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Said) => ExitCode::from(1),
        Err(Failure::Failed(problem)) => {
            eprintln!("patchwork: {problem}");
            ExitCode::from(1)
        }
        Err(Failure::Usage(problem)) => {
            eprintln!("patchwork: {problem}");
            ExitCode::from(2)
        }
    }
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let config = Config::resolve(cli.config.as_deref(), &cli.overrides()).map_err(Failure::Usage)?;
    let progress = progress::Progress::new(cli.quiet);
    // A server sets its own; the trial of a reload ends as it ends.
    let _bounds = (!matches!(cli.command, Command::Serve(_) | Command::Rehearse(_))).then(bounds);
    match &cli.command {
        Command::Demo(args) => demo::run(args, &progress),
        Command::Init(args) => init::run(args, &progress),
        Command::Check(args) => check::run(args, &progress),
        Command::Measure(args) => measure::run(args, &progress),
        Command::Count(args) => count::run(args, &progress),
        Command::Cube(args) => count::cube(args, &progress),
        Command::Closure(args) => closure::run(args, &progress),
        Command::Audit(args) => audit::run(args, &progress),
        Command::Review(args) => review::run(args, &progress),
        Command::Plan(args) => match &args.plan {
            args::Plan::Hubs(hubs) => plan::run(&args.dir, hubs, &progress),
            args::Plan::Patches(patches) => plan_patches::run(&args.dir, patches, &progress),
        },
        Command::Locate(args) => locate::run(args, &progress),
        Command::Region(args) => region::run(args, &progress),
        Command::Serve(args) => serve::run(args, &config, cli.quiet),
        Command::Rehearse(args) => serve::rehearse(args, &config),
        Command::Build(args) => build::run(args, &progress),
        Command::Store(args) => store::run(args),
        Command::Health(args) => health::run(args, &config),
        Command::Config => print_result(&config.to_toml()),
    }
}

/// Nine tenths of what the machine or container has left, and the words for when that is not enough.
fn bounds() -> memory::Bounds {
    let words = "patchwork: this takes more memory than the machine or container has left, or than it is allowed. Leave \
                 out files, sheets, rows or columns that are not needed (the last step named above says which), or \
                 allow it more.";
    memory::within(memory::left().map(|bytes| bytes / 10 * 9), words)
}

/// A place to work on; what makes it unusable is said on stderr.
pub(crate) fn usable(dir: &Path, progress: &progress::Progress) -> Result<Place, Failure> {
    let loaded = load::load(dir, &|step| progress.step(step));
    if let Some(place) = loaded.place {
        progress.done();
        for words in report::unknown(&place).into_iter().chain(understood::doubtful(&loaded.tables)) {
            eprintln!("patchwork: {words}.");
        }
        return Ok(place);
    }
    progress.done();
    say(&loaded.issues, Severity::Error);
    Err(Failure::Failed(format!("the place cannot be used; see patchwork check {}", dir.display())))
}

/// Says the issues that are at least so bad.
pub(crate) fn say(issues: &[Issue], at_least: Severity) {
    for issue in issues.iter().filter(|issue| issue.severity <= at_least) {
        eprintln!("patchwork: {}: {}. {}.", issue.at.file, issue.problem, issue.remedy);
    }
}

/// `GROUP=SHARE` as a group and a share from 0 to 1; the share may be a percentage.
pub(crate) fn floor(words: &str) -> Result<(&str, f64), Failure> {
    let wrong =
        || Failure::Usage(format!("--floor {words}: write it as GROUP=SHARE, such as disabled=80% or disabled=0.8"));
    let (group, share) = words.split_once('=').ok_or_else(wrong)?;
    let (number, scale) = share.trim().strip_suffix('%').map_or((share, 1.0), |number| (number, 100.0));
    let share = number.trim().parse::<f64>().map_err(|_| wrong())? / scale;
    if (0.0..=1.0).contains(&share) {
        return Ok((group.trim(), share));
    }
    let shown = share * 100.0;
    Err(Failure::Usage(format!(
        "--floor {words}: a floor of {shown} % can't be; give a share from 0 to 1 or 0% to 100%"
    )))
}

/// Seconds somebody is ready to wait.
pub(crate) fn seconds(option: f64) -> Result<Duration, Failure> {
    let wrong = |_| Failure::Usage(format!("--time-limit {option}: give a number of seconds above 0"));
    Duration::try_from_secs_f64(option).map_err(wrong)
}

/// Writes beside the file and moves into place, so that nobody ever reads half of it.
pub(crate) fn write(path: &Path, text: &[u8]) -> Result<(), Failure> {
    let beside = path.with_extension("part");
    let failed = |e: std::io::Error| Failure::Failed(format!("{} cannot be written: {e}", path.display()));
    std::fs::write(&beside, text).map_err(failed)?;
    std::fs::rename(&beside, path).map_err(failed)
}

/// Writes a result to stdout. A reader that has had enough (`| head`) is no failure.
pub(crate) fn print_result(text: &str) -> Result<(), Failure> {
    use std::io::Write;
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
