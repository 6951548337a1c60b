//! `patchwork plan DIR patches`: patches drawn anew or mended, in words, as JSON, or as layers in files.

use super::args::AnswerFormat;
use super::output::{check_ending, write_layer};
use super::progress::Progress;
use super::words::table;
use super::{Failure, print_result, say, seconds, usable};
use crate::layer::plan_patches::{patches_json, patches_layer, zones_layer};
use crate::load::read_shapes;
use crate::place::{Place, Severity};
use crate::plan::patches::{Aim, Brief, Plan, Plans, Rules, Weight, patches, percent};
use crate::region::{Status, Unsolved};
use crate::text::whole;
use clap::{Args, ValueEnum};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// What the first plan is best at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PatchesObjective {
    /// Fewest people in another patch than today
    Moved,
    /// Shortest distances to the middle of the patch, for everybody together
    Distance,
    /// Fewest pairs of neighbouring zones in two patches
    CutEdges,
}

/// What is balanced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PatchesWeight {
    /// Residents
    Residents,
    /// Residents, those of deprived zones counting for up to twice as much
    Need,
}

/// `patchwork plan DIR patches`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    patchwork plan my-borough patches --repair --tolerance 0.1\n  \
    patchwork plan my-borough patches --target 12000 --tolerance 0.05 --out patches.geojson\n  \
    patchwork plan my-borough patches --parts 21 --objective cut-edges --zones moved.csv\n\n\
    Zones are never divided. Two zones are neighbours where one can walk between their homes past no home of a\n\
    third: a bridge joins its banks, a river does not. Three plans are made, the one asked for first.\n\n\
    Exit codes: 0 done, 1 no plan is within the tolerance (the nearest is given) or none can be, 2 wrong call.")]
pub struct PatchesArgs {
    /// Mend today's patches: the fewest people change patch
    #[arg(long, conflicts_with_all = ["parts", "target"])]
    pub repair: bool,
    /// How many patches [default: as many as today]
    #[arg(long, value_name = "K", conflicts_with = "target")]
    pub parts: Option<usize>,
    /// Or how large a patch should be
    #[arg(long, value_name = "PEOPLE")]
    pub target: Option<f64>,
    /// By which share a patch may differ from the average
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    pub tolerance: f64,
    /// What the first plan is best at [default: moved with --repair, else distance]
    #[arg(long, value_enum)]
    pub objective: Option<PatchesObjective>,
    /// What is balanced
    #[arg(long, value_enum, default_value_t = PatchesWeight::Residents)]
    pub weight: PatchesWeight,
    /// Lines that no patch may lie across: `barriers` are the rivers, railways and motorways of the street file; or a
    /// map layer of lines or areas, whose outlines count. May be given several times
    #[arg(long, value_name = "FILE|barriers")]
    pub not_across: Vec<String>,
    /// A map layer of areas, such as estates: the zones of each stay in one patch. May be given several times
    #[arg(long, value_name = "FILE")]
    pub keep_whole: Vec<PathBuf>,
    /// Seconds for everything
    #[arg(long, value_name = "S", default_value_t = 60.0)]
    pub time_limit: f64,
    /// Where chance begins: the same number, the same plans
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    pub format: AnswerFormat,
    /// File to write the patches of the first plan to: .geojson, .fg.json, .csv, .xlsx, .gpkg, .fgb or .parquet
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// File to write the zones of the first plan to, each with its patch today and then
    #[arg(long, value_name = "FILE")]
    pub zones: Option<PathBuf>,
}

/// Runs the command.
pub fn run(dir: &Path, args: &PatchesArgs, progress: &Progress) -> Result<(), Failure> {
    for path in args.out.iter().chain(&args.zones) {
        check_ending(path)?;
    }
    let place = usable(dir, progress)?;
    let brief = Brief {
        parts: args.parts,
        target: args.target,
        tolerance: args.tolerance,
        aim: args.objective.map(|objective| match objective {
            PatchesObjective::Moved => Aim::Moved,
            PatchesObjective::Distance => Aim::Distance,
            PatchesObjective::CutEdges => Aim::CutEdges,
        }),
        weight: match args.weight {
            PatchesWeight::Residents => Weight::Residents,
            PatchesWeight::Need => Weight::Need,
        },
        repair: args.repair,
        rules: rules(&place, args)?,
        time_limit: seconds(args.time_limit)?,
        seed: args.seed,
    };
    let plans = patches(&place, &brief, &progress.watch());
    progress.done();
    let plans = plans.map_err(|why| match why {
        Unsolved::Wrong(why) => Failure::Usage(why),
        why => Failure::Failed(why.to_string()),
    })?;
    if let Some(path) = &args.out {
        write_layer(&place, &patches_layer(&place, &plans), path)?;
        eprintln!("wrote {} patches to {}", plans.plans[0].patches.len(), path.display());
    }
    if let Some(path) = &args.zones {
        write_layer(&place, &zones_layer(&place, &plans), path)?;
        eprintln!("wrote {} zones to {}", plans.zones.len(), path.display());
    }
    match args.format {
        AnswerFormat::Json => print_result(&patches_json(&place, &plans))?,
        AnswerFormat::Text => print_result(&as_text(&place, &plans))?,
    }
    if plans.plans[0].is_met() { Ok(()) } else { Err(Failure::Said) }
}

/// What a plan must keep, with the layers that are named.
fn rules(place: &Place, args: &PatchesArgs) -> Result<Rules, Failure> {
    let mut rules = Rules::default();
    let read = |path: &Path| {
        let (shapes, issues) = read_shapes(path, place).map_err(|issues| {
            say(&issues, Severity::Error);
            Failure::Failed(format!("no lines could be read from {}", path.display()))
        })?;
        say(&issues, Severity::Warning);
        Ok::<_, Failure>(shapes)
    };
    for written in &args.not_across {
        if written == "barriers" {
            rules.barriers = true;
        } else {
            rules.not_across.extend(read(Path::new(written))?.lines);
        }
    }
    for path in &args.keep_whole {
        let shapes = read(path)?;
        if shapes.areas.is_empty() {
            return Err(Failure::Usage(format!("{} has no areas to be kept whole", path.display())));
        }
        rules.keep_whole.extend(shapes.areas);
    }
    Ok(rules)
}

fn as_text(place: &Place, plans: &Plans) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}: patches", place.name);
    if place.made_up {
        text.push_str("Made up: this place does not exist.\n");
    } else if let Some(notice) = &place.notice {
        let _ = writeln!(text, "{notice}");
    }
    text.push('\n');
    for sentence in &plans.sentences {
        let _ = writeln!(text, "{sentence}");
    }
    let heads = ["best at", "people moved", "metres to the middle", "neighbours parted", "off average", "proven"];
    let mut rows = vec![heads.map(String::from).to_vec()];
    rows.extend(plans.plans.iter().map(row));
    let _ = writeln!(text, "\nPlans\n{}", table(&rows).trim_end());
    let mut rows = vec![["patch", "zones", "residents", "weight", "weight today"].map(String::from).to_vec()];
    for patch in &plans.plans[0].patches {
        let now = plans.today.iter().flatten().find(|today| today.key == patch.key);
        rows.push(vec![
            if patch.name == patch.key { patch.key.clone() } else { format!("{} ({})", patch.name, patch.key) },
            patch.zones.to_string(),
            whole(patch.residents),
            whole(patch.weight),
            now.map_or_else(|| "-".to_owned(), |now| whole(now.weight)),
        ]);
    }
    let _ = writeln!(text, "\nPatches with {}\n{}", plans.plans[0].aim.words(), table(&rows).trim_end());
    if !plans.curve.is_empty() {
        let mut rows = vec![["within", "people moved", "at least", "proven"].map(String::from).to_vec()];
        for point in &plans.curve {
            rows.push(vec![
                percent(point.tolerance),
                point.moved.map_or_else(|| "no plan found".to_owned(), whole),
                whole(point.at_least),
                if point.is_proven() { "yes".to_owned() } else { "no".to_owned() },
            ]);
        }
        let _ = writeln!(text, "\nWhat balance costs (zones counted whole)\n{}", table(&rows).trim_end());
    }
    text
}

fn row(plan: &Plan) -> Vec<String> {
    let proven = match plan.status {
        Status::Optimal => "yes",
        Status::Feasible => "no",
        Status::Infeasible => "not within the tolerance",
    };
    vec![
        plan.aim.word().to_owned(),
        plan.cost.moved.map_or_else(|| "-".to_owned(), whole),
        whole(plan.cost.way),
        plan.cost.parted.to_string(),
        percent(plan.cost.miss),
        proven.to_owned(),
    ]
}
