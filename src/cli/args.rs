//! What can be said on the command line, with examples in every `--help`.

use crate::config::{LogFormat, Overrides};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Who can walk to what in a place, where the gaps are and why.
#[derive(Debug, Parser)]
#[command(
    version,
    propagate_version = true,
    after_help = "Examples:\n  \
        patchwork demo my-borough             write a made-up borough to try things on\n  \
        patchwork check my-borough            say what is there and what is wrong with the files\n  \
        patchwork measure my-borough coverage who can walk to what, by patch\n  \
        patchwork serve my-borough            serve it to QGIS, a browser or a notebook\n\n\
        Exit codes: 0 done, 1 it could not be done, 2 it was called wrongly.\n\
        Results go to stdout, words to stderr."
)]
pub struct Cli {
    /// Say nothing but errors and the result
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Form of the log lines of `serve`
    #[arg(long, global = true, value_enum, value_name = "FORM")]
    pub log: Option<LogFormat>,
    /// Settings file (TOML); `patchwork config` prints every setting
    #[arg(long, global = true, value_name = "FILE", env = "PATCHWORK_CONFIG")]
    pub config: Option<PathBuf>,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// The settings given as flags, which beat the environment and the settings file.
    pub fn overrides(&self) -> Overrides {
        let serve = if let Command::Serve(args) = &self.command { Some(args) } else { None };
        Overrides {
            log: self.log,
            bind: serve.and_then(|args| args.bind.clone()),
            public_url: serve.and_then(|args| args.public_url.clone()),
        }
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a made-up borough as an ordinary place directory
    Demo(DemoArgs),
    /// Load a place; print what is there and everything wrong with its files
    Check(CheckArgs),
    /// Measure a place: coverage of its standards, or the gaps in it
    Measure(MeasureArgs),
    /// Serve a place as OGC API Features, for QGIS, ArcGIS, browsers and notebooks
    Serve(ServeArgs),
    /// Ask a running server whether it is ready (for health checks)
    Health(HealthArgs),
    /// Print the settings that are in force, and where each comes from
    Config,
}

/// `patchwork demo`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    patchwork demo my-borough\n  \
    patchwork demo small --residents 12000 --seed 7\n\n\
    The borough lies in the North Sea and does not exist. FAULTS.md in it lists the faults\n\
    put into its files on purpose, with what `patchwork check` says of each.")]
pub struct DemoArgs {
    /// Directory to write; must not exist, or be an earlier demo
    pub dir: PathBuf,
    /// About how many residents
    #[arg(long, default_value_t = 216_000, value_parser = clap::value_parser!(u64).range(500..=5_000_000))]
    pub residents: u64,
    /// Another number, another borough; the same number, the same bytes
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// How `check` answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people
    Text,
    /// For programs: one object with everything
    Json,
}

/// `patchwork check`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    patchwork check my-borough\n  \
    patchwork check my-borough --all | less\n  \
    patchwork check my-borough --format json | jq '.issues[] | select(.severity == \"error\")'\n\n\
    Exit codes: 0 the place is usable, 1 it is not, 2 wrong call.")]
pub struct CheckArgs {
    /// Place directory: the one with place.toml
    pub dir: PathBuf,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
    /// List every issue, also where many rows of a file share one fault
    #[arg(long)]
    pub all: bool,
}

/// What to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Measure {
    /// Who can walk to an asset that satisfies each standard, in time
    Coverage,
    /// Where people are not covered, who they are, and why
    Gaps,
}

/// `patchwork measure`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    patchwork measure my-borough coverage\n  \
    patchwork measure my-borough coverage --standard hub-15 --out coverage.csv\n  \
    patchwork measure my-borough gaps --standard hub-15 --out gaps.geojson\n\n\
    Without --out a table by patch is printed. With --out the whole layer is written,\n\
    as GeoJSON or CSV by the ending of the file.")]
pub struct MeasureArgs {
    /// Place directory: the one with place.toml
    pub dir: PathBuf,
    /// What to measure
    #[arg(value_enum)]
    pub measure: Measure,
    /// Only this standard of place.toml (all of them when absent)
    #[arg(long, value_name = "KEY")]
    pub standard: Option<String>,
    /// File to write: .geojson or .csv
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `patchwork serve`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    patchwork serve my-borough\n  \
    patchwork serve my-borough --bind 0.0.0.0:8080 --public-url https://maps.example.gov.uk\n\n\
    In QGIS: Layer > Add Layer > Add WFS / OGC API Features, and give the address printed.\n\
    Send SIGHUP to load the files again; if they do not load, the old place stays.")]
pub struct ServeArgs {
    /// Place directory: the one with place.toml
    pub dir: PathBuf,
    /// Address and port to listen on
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub bind: Option<String>,
    /// Address clients see, when a proxy stands in front
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
}

/// `patchwork health`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    patchwork health\n  \
    patchwork health --url http://127.0.0.1:8080\n\n\
    Exit codes: 0 ready, 1 not ready or not there.")]
pub struct HealthArgs {
    /// Address of the server; the one in the settings when absent
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
}
