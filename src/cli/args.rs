//! What can be said on the command line, with examples in every `--help`.

use crate::config::{LogFormat, Overrides};
use crate::layer::CATALOGUE;
use crate::layer::catalog::Entry;
use crate::locate::Model;
use crate::plan::hubs::Objective;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Who can walk to what in a place, where the gaps are and why.
#[derive(Debug, Parser)]
#[command(
    version,
    propagate_version = true,
    after_help = "Examples:\n  \
        patchwork init downloads              make a place out of a folder of files\n  \
        patchwork demo my-borough             write a made-up borough to try things on\n  \
        patchwork check my-borough            say what is there and what is wrong with the files\n  \
        patchwork measure my-borough coverage who can walk to what, by patch\n  \
        patchwork plan my-borough hubs --kind community_hub --sites 3\n  \
    patchwork plan my-borough hubs --standard hub-evening-15 --sites 3\n  \
        \x20                                      where the next three hubs should go, and why\n  \
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
            allow_outside: serve.is_some_and(|args| args.allow_outside),
        }
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a made-up borough as an ordinary place directory
    Demo(DemoArgs),
    /// Draft a place.toml out of a folder of downloads: what each file is, what is asked, what is missing
    Init(super::init::InitArgs),
    /// Load a place; print what is there and everything wrong with its files
    Check(CheckArgs),
    /// Measure a place: coverage and gaps of its standards, reach, themes, evidence, or giving
    Measure(MeasureArgs),
    /// Count engagement records into a cube, which can be kept, merged and read instead of them
    Count(super::count::CountArgs),
    /// Merge the cubes of parts into one
    Cube(super::count::CubeArgs),
    /// Say who loses what when assets close: on foot and by bus, by group and patch
    Closure(super::closure::ClosureArgs),
    /// Attack what is published of engagement records, and say what can be worked out
    Audit(AuditArgs),
    /// Write one page about a patch, for its coordinator to print
    Review(ReviewArgs),
    /// Say where the next hubs should go: proven, and explained
    Plan(Box<PlanArgs>),
    /// Choose sites over anybody's table of costs, or an OR-Library file
    Locate(Box<LocateArgs>),
    /// Cut anybody's units and edges into connected parts of about the same weight
    Region(RegionArgs),
    /// Serve a place as OGC API Features, Tiles and Processes, for QGIS, ArcGIS, browsers and notebooks
    Serve(ServeArgs),
    /// Build a place once into a file that any number of servers start from
    Build(super::build::BuildArgs),
    /// Keep a place in a workspace: versions, copies, and what was done by whom
    Store(super::store::StoreArgs),
    /// Ask a running server whether it is ready (for health checks)
    Health(HealthArgs),
    /// Load a place as `serve` would, within the memory given, and say nothing but whether it went well
    #[command(hide = true)]
    Rehearse(RehearseArgs),
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
    /// With a timetable of buses, and standards that ask about it
    #[arg(long)]
    pub buses: bool,
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

/// The measures of the catalogue, each with its line of help.
fn measures() -> PossibleValuesParser {
    let asked = |entry: &Entry| Some(PossibleValue::new(entry.measure).help(entry.asks?));
    CATALOGUE.iter().filter_map(asked).collect::<Vec<_>>().into()
}

/// `patchwork measure`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    patchwork measure my-borough coverage\n  \
    patchwork measure my-borough coverage --standard hub-15 --out coverage.csv\n  \
    patchwork measure my-borough gaps --standard hub-15 --out gaps.geojson\n  \
    patchwork measure my-borough reach\n  \
    patchwork measure my-borough reach --dimension age --out reach-age.csv\n  \
    patchwork measure my-borough giving --layer grants --out grants.csv\n  \
    patchwork measure my-borough giving --out trustees.html\n\n\
    Without --out a table by patch is printed. With --out the whole layer is written, in the form\n\
    that the ending of the file asks for: .geojson, .fg.json, .csv, .xlsx, .gpkg, .fgb or .parquet.")]
pub struct MeasureArgs {
    /// Place directory: the one with place.toml
    pub dir: PathBuf,
    /// What to measure
    #[arg(value_parser = measures())]
    pub measure: String,
    /// Only this standard of place.toml (all of them when absent)
    #[arg(long, value_name = "KEY")]
    pub standard: Option<String>,
    /// Reach: only this dimension, such as age (all of them when absent)
    #[arg(long, value_name = "KEY")]
    pub dimension: Option<String>,
    /// Giving: which layer, `giving` (by patch), `grants`, `giving-zones`, `giving-need`, `giving-place` or
    /// `giving-beside` (money beside coverage and reach)
    #[arg(long, value_name = "LAYER")]
    pub layer: Option<String>,
    /// File to write: .geojson, .fg.json, .csv, .xlsx, .gpkg, .fgb or .parquet; for giving also .html, a page to print
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `patchwork review`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    patchwork review my-borough P01 --out P01.html\n\n\
    The page is HTML; print it from any browser. Without --out it goes to stdout.")]
pub struct ReviewArgs {
    /// Place directory: the one with place.toml
    pub dir: PathBuf,
    /// Key of the patch
    pub patch: String,
    /// File to write
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// What to plan.
#[derive(Debug, Subcommand)]
pub enum Plan {
    /// Where the next hubs should go
    Hubs(Box<HubsArgs>),
    /// Which patches there should be: mended, or drawn anew
    Patches(Box<super::plan_patches::PatchesArgs>),
}

/// `patchwork plan`
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// Place directory: the one with place.toml
    pub dir: PathBuf,
    /// What to plan
    #[command(subcommand)]
    pub plan: Plan,
}

/// How `plan` and `locate` answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AnswerFormat {
    /// For people
    Text,
    /// For programs: one object with everything
    Json,
}

/// Whether today's hubs stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlanKeep {
    /// They stay where they are
    Existing,
    /// They may be given up for better sites
    Free,
}

/// `patchwork plan DIR hubs`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    patchwork plan my-borough hubs --kind community_hub --sites 3\n  \
    patchwork plan my-borough hubs --standard hub-evening-15 --sites 3\n  \
    patchwork plan my-borough hubs --kind community_hub --sites 3 --candidates high_street,library\n  \
    patchwork plan my-borough hubs --kind library --sites 2 --within 20 --objective worst-off\n  \
    patchwork plan my-borough hubs --kind community_hub --sites 4 --floor disabled=80% --out plan.geojson\n  \
    patchwork plan my-borough hubs --kind community_hub --candidates empty-shops.csv --budget 250000\n\n\
    Hubs of the kind that are there today stay unless --keep free. The floor is a share of the group of\n\
    residents with that key; `patchwork check` lists the keys. With --budget the candidates are a file with\n\
    a column cost.\n\n\
    Exit codes: 0 done, 1 no choice of sites meets the brief (it says which rule and by how much), 2 wrong call.")]
pub struct HubsArgs {
    /// Kind of asset to place, as in the asset files
    #[arg(long, value_name = "KIND", required_unless_present_any = ["standard", "first_of_kind"])]
    pub kind: Option<String>,
    /// A kind of which the place has none yet instead, such as warm_space
    #[arg(long, value_name = "KIND", conflicts_with_all = ["kind", "standard"])]
    pub first_of_kind: Option<String>,
    /// Standard of place.toml instead: its kinds, minutes, opening hours and step-free entrance
    #[arg(long, value_name = "KEY", conflicts_with = "kind")]
    pub standard: Option<String>,
    /// How many new sites
    #[arg(long, value_name = "P", value_parser = clap::value_parser!(u32).range(1..))]
    pub sites: Option<u32>,
    /// How many minutes the walk may take [default: as the standard, or the first for this kind, else 15]
    #[arg(long, value_name = "MIN")]
    pub within: Option<f64>,
    /// What the choice is best at
    #[arg(long, value_enum, default_value_t = Objective::Coverage)]
    pub objective: Objective,
    /// Where sites may be: kinds of asset, a file of points, or streets:METRES
    #[arg(long, value_name = "KIND,…|FILE|streets:METRES", default_value = "streets:250")]
    pub candidates: String,
    /// Whether today's hubs stay
    #[arg(long, value_enum, default_value_t = PlanKeep::Existing)]
    pub keep: PlanKeep,
    /// Least share of a group that must be covered, such as disabled=80% (may be given several times)
    #[arg(long, value_name = "GROUP=SHARE")]
    pub floor: Vec<String>,
    /// Money for all new sites together
    #[arg(long, value_name = "MONEY")]
    pub budget: Option<f64>,
    /// Places (or place-hours a week) that each new site has, where the standard asks for room
    #[arg(long, value_name = "N")]
    pub room: Option<f64>,
    /// Seconds of work the choice may take, counted in steps: the same question, the same answer on any machine
    #[arg(long, value_name = "S", default_value_t = 60.0)]
    pub time_limit: f64,
    /// Where chance begins: the same number, the same plan
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Times the choice is made again with other numbers, to see how stable it is
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(..=1000))]
    pub runs: u32,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub format: AnswerFormat,
    /// File to write the sites to as well: .geojson, .fg.json, .csv, .xlsx, .gpkg, .fgb or .parquet
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `patchwork locate`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    patchwork locate --model p-median --costs pmed1.txt\n  \
    patchwork locate --model mclp --costs walks.csv --weights people.csv --radius 900 --p 5\n  \
    patchwork locate --model mclp --costs walks.csv --groups ages.csv --floor over_85=0.8 --radius 900 --p 5\n\n\
    The costs are a table of from, to, cost (CSV, Parquet or a workbook; pairs left out can't be reached), or an\n\
    OR-Library p-median file, whose own number of sites stands unless --p is given. Weights: from, weight.\n\
    Groups: from, group, weight. Sites: to, and any of cost, capacity, rule (required or forbidden).\n\n\
    Exit codes: 0 done, 1 infeasible or nothing found in time, 2 wrong call.")]
pub struct LocateArgs {
    /// mclp, worst-off-first, lscp, p-median, p-center or p-dispersion
    #[arg(long, value_name = "MODEL", value_parser = model)]
    pub model: Model,
    /// Table of from, to, cost, or an OR-Library p-median file
    #[arg(long, value_name = "FILE")]
    pub costs: PathBuf,
    /// How many sites
    #[arg(long, value_name = "N")]
    pub p: Option<usize>,
    /// Table of from, weight
    #[arg(long, value_name = "FILE")]
    pub weights: Option<PathBuf>,
    /// Table of from, group, weight
    #[arg(long, value_name = "FILE")]
    pub groups: Option<PathBuf>,
    /// Table of sites: to, and any of cost, capacity, rule
    #[arg(long, value_name = "FILE")]
    pub sites: Option<PathBuf>,
    /// Cost up to which something is covered
    #[arg(long, value_name = "R")]
    pub radius: Option<f64>,
    /// Money for all sites together, where the table of sites has costs
    #[arg(long, value_name = "MONEY")]
    pub budget: Option<f64>,
    /// Least share of a group that must be covered, such as over_85=0.8 (may be given several times)
    #[arg(long, value_name = "GROUP=SHARE")]
    pub floor: Vec<String>,
    /// How many open sites must be within the radius for something to be covered
    #[arg(long, value_name = "K", default_value_t = 1)]
    pub times: usize,
    /// Seconds after which the best so far is given, with its bound
    #[arg(long, value_name = "S", default_value_t = 60.0)]
    pub time_limit: f64,
    /// Where chance begins: the same number, the same answer
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub format: AnswerFormat,
    /// File to write the sites to as well, one key in each row of a CSV
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// What parts are best at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RegionObjective {
    /// Fewest edges between parts
    CutEdges,
    /// Least weight times distance to the parts' centres
    Distance,
    /// Least weight that changes part
    Moved,
}

/// `patchwork region`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    patchwork region --units counties.txt\n  \
    patchwork region --units zones.txt --parts 21 --tolerance 0.02 --format json\n  \
    patchwork region --units wards.txt --today wards-today.txt --objective moved --tolerance 0.1\n\n\
    The units are a file of numbers: a first line `units edges parts lower upper`, then the weight of each unit,\n\
    a line each, then an edge a line, as two units counted from 0. Today: the part of each unit, a line each, - for\n\
    none. Coordinates: x y of each unit, a line each.\n\n\
    Exit codes: 0 done, 1 no plan within the bounds (the nearest is given), 2 wrong call.")]
pub struct RegionArgs {
    /// Units, edges, parts and bounds
    #[arg(long, value_name = "FILE")]
    pub units: PathBuf,
    /// How many parts [default: as the first line of the file]
    #[arg(long, value_name = "K")]
    pub parts: Option<usize>,
    /// About how much a part should weigh, instead of how many there are
    #[arg(long, value_name = "WEIGHT", conflicts_with = "parts")]
    pub size: Option<f64>,
    /// Share by which a part may differ from the average, such as 0.05 [default: the bounds of the file]
    #[arg(long, value_name = "SHARE")]
    pub tolerance: Option<f64>,
    /// What is to be least
    #[arg(long, value_enum, default_value_t = RegionObjective::CutEdges)]
    pub objective: RegionObjective,
    /// The part of each unit today
    #[arg(long, value_name = "FILE")]
    pub today: Option<PathBuf>,
    /// Where each unit is, in metres
    #[arg(long, value_name = "FILE")]
    pub coordinates: Option<PathBuf>,
    /// Seconds after which the best so far is given, with its bound
    #[arg(long, value_name = "S", default_value_t = 60.0)]
    pub time_limit: f64,
    /// Where chance begins: the same number, the same plan
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Look for good plans only, and prove nothing
    #[arg(long)]
    pub no_proof: bool,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub format: AnswerFormat,
    /// File to write the parts to as well: unit,part
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

fn model(word: &str) -> Result<Model, String> {
    let words: Vec<&str> = Model::ALL.iter().map(|model| model.word()).collect();
    Model::from_word(word).ok_or_else(|| format!("the models are {}", words.join(", ")))
}

/// `patchwork rehearse`
#[derive(Debug, Args)]
pub struct RehearseArgs {
    /// Directory with place.toml
    pub dir: PathBuf,
    /// Bytes it may take
    #[arg(long)]
    pub bytes: Option<u64>,
    /// A file there that is to be read, and nothing else
    #[arg(long)]
    pub file: Vec<String>,
}

/// `patchwork serve`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    patchwork serve my-borough\n  \
    patchwork serve my-borough --bind 0.0.0.0:8080 --public-url https://maps.example.gov.uk\n  \
    patchwork serve --workspace my-workspace      prints the owner's link\n  \
    patchwork serve --workspace 'postgres://patchwork@db/patchwork?files=/shared/patchwork'\n\n\
    In QGIS: Layer > Add Layer > Add WFS / OGC API Features, and give the address printed.\n\
    Send SIGHUP to load the files again; if they do not load, the old place stays.")]
pub struct ServeArgs {
    /// Place directory: the one with place.toml; or a snapshot that `patchwork build` wrote
    #[arg(required_unless_present = "workspace", conflicts_with = "workspace")]
    pub dir: Option<PathBuf>,
    /// Serve the version in force of a workspace, and let its owner bring files, publish and go back
    /// (a directory, or postgres://user@host/database?files=DIR, which any number of replicas may serve)
    #[arg(long, value_name = "DIR|ADDRESS")]
    pub workspace: Option<crate::store::Address>,
    /// Address and port to listen on
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub bind: Option<String>,
    /// Address clients see, when a proxy stands in front
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Read files outside the place's directory too, where place.toml names some
    #[arg(long)]
    pub allow_outside: bool,
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

/// `patchwork audit`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    patchwork audit my-borough\n  \
    patchwork audit my-borough --keep my-borough/releases/2026-q3.json\n  \
    patchwork audit 2026-q2.json 2026-q3.json --format json\n  \
    patchwork audit my-borough --unprotected\n\n\
    Linear programs bound every hidden count by all that is shown, in one release and between several.\n\
    Exit codes: 0 no count can be worked out, 1 one can or it could not be tried, 2 wrong call.")]
pub struct AuditArgs {
    /// Place directory (with the releases its place.toml names), or releases kept before, oldest first
    #[arg(required = true, value_name = "DIR|FILE")]
    pub published: Vec<PathBuf>,
    /// Attack the exact counts instead, to see that the audit finds them
    #[arg(long)]
    pub unprotected: bool,
    /// Counts below this are small, whatever the policy says
    #[arg(long, value_name = "N")]
    pub threshold: Option<u64>,
    /// Keep the release in this file when nothing can be worked out, for later ones to agree with
    #[arg(long, value_name = "FILE")]
    pub keep: Option<PathBuf>,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub format: AnswerFormat,
}
