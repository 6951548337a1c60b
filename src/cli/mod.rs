//! The `patchwork` command: results go to stdout, words to stderr, and the exit code tells programs
//! what people read: 0 done, 1 it could not be done, 2 it was called wrongly.

mod args;
mod check;
mod demo;
mod health;
mod measure;
mod progress;
mod serve;
mod words;

use crate::config::Config;
use args::{Cli, Command};
use clap::Parser;
use std::process::ExitCode;

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
    match &cli.command {
        Command::Demo(args) => demo::run(args, &progress),
        Command::Check(args) => check::run(args, &progress),
        Command::Measure(args) => measure::run(args, &progress),
        Command::Serve(args) => serve::run(args, &config, cli.quiet),
        Command::Health(args) => health::run(args, &config),
        Command::Config => print_result(&config.to_toml()),
    }
}

/// Writes a result to stdout. A reader that has had enough (`| head`) is no failure.
pub(crate) fn print_result(text: &str) -> Result<(), Failure> {
    use std::io::Write;
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
