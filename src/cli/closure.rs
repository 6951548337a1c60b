//! `patchwork closure`: who loses what when assets close, on foot and by bus, by group and patch.

use super::output::percent;
use super::progress::Progress;
use super::words::{table, whole};
use super::{Failure, print_result, usable, write};
use crate::layer::closure::closure_json;
use crate::measure::what_if::{Change, Count};
use crate::measure::{Closure, Losers, closure, coverage};
use crate::place::{AssetIdx, Place, Standard};
use crate::report;
use crate::text::{nearest, shown_apart};
use crate::units::{Seconds, Share};
use clap::{Args, ValueEnum};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;

/// `patchwork closure`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    patchwork closure my-borough --close library-003\n  \
    patchwork closure my-borough --close library-003 --close hub-02 --standard library-20\n  \
    patchwork closure my-borough --close library-003 --format html --out closure.html\n  \
    patchwork closure my-borough --close library-003 --format json | jq '.standards[0].place'\n\n\
    For each standard that asks for an asset of its kind: how many residents and members of each group are\n\
    covered before and after, in which patches, how long the journey takes then, and where to.\n\n\
    Exit codes: 0 done, 1 the place has errors, 2 wrong call.")]
pub struct ClosureArgs {
    /// Directory with place.toml
    pub dir: PathBuf,
    /// Key of an asset that closes; several times for several
    #[arg(long, required = true, value_name = "ASSET")]
    pub close: Vec<String>,
    /// Only this standard; all of them when absent
    #[arg(long)]
    pub standard: Option<String>,
    /// How to answer
    #[arg(long, value_enum, default_value_t = ClosureFormat::Text)]
    pub format: ClosureFormat,
    /// Write to this file instead of the terminal
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// How `closure` answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ClosureFormat {
    /// For people
    Text,
    /// One page to print
    Html,
    /// For programs
    Json,
}

/// Runs the command.
pub fn run(args: &ClosureArgs, progress: &Progress) -> Result<(), Failure> {
    let place = usable(&args.dir, progress)?;
    let closing = args.close.iter().map(|key| asset(&place, key)).collect::<Result<Vec<_>, _>>()?;
    let standards: Vec<&Standard> = match &args.standard {
        None => {
            let concerns =
                |standard: &&Standard| closing.iter().any(|asset| standard.kinds.contains(&place.assets[*asset].kind));
            let concerned: Vec<&Standard> = place.standards.iter().filter(concerns).collect();
            if concerned.is_empty() {
                let kinds: BTreeSet<&str> = closing.iter().map(|asset| place.assets[*asset].kind.as_str()).collect();
                let kinds = kinds.into_iter().collect::<Vec<_>>().join(" or ");
                return Err(Failure::Failed(format!(
                    "no standard of the place asks for a {kinds}, so nothing says what would be lost; add one under [[standards]]"
                )));
            }
            concerned
        }
        Some(key) => match place.standards.iter().find(|standard| standard.key == *key) {
            Some(standard) => vec![standard],
            None => {
                let known: Vec<&str> = place.standards.iter().map(|standard| standard.key.as_str()).collect();
                return Err(Failure::Usage(format!("--standard: there is no {key:?}; there are {}", known.join(", "))));
            }
        },
    };
    let mut found = Vec::new();
    for standard in standards {
        progress.step(&format!("Measuring {}", standard.title));
        found.push((standard, closure(&place, standard, &coverage(&place, standard), &closing)));
    }
    progress.done();
    let answer = match args.format {
        ClosureFormat::Text => as_text(&place, &closing, &found),
        ClosureFormat::Html => report::closure::page(&place, &closing, &found),
        ClosureFormat::Json => format!("{:#}\n", closure_json(&place, &closing, &found)),
    };
    match &args.out {
        None => print_result(&answer),
        Some(path) => {
            write(path, answer.as_bytes())?;
            eprintln!("wrote {}", path.display());
            Ok(())
        }
    }
}

fn asset(place: &Place, key: &str) -> Result<AssetIdx, Failure> {
    let found = place.assets.enumerate().find(|(_, asset)| asset.key == key).map(|(index, _)| index);
    found.ok_or_else(|| {
        let known = place.assets.iter().map(|asset| asset.key.as_str());
        let meant =
            nearest(key, known, f64::NEG_INFINITY).map_or(String::new(), |near| format!("; did you mean {near:?}?"));
        Failure::Usage(format!("--close: there is no asset {key:?}{meant}"))
    })
}

fn as_text(place: &Place, closing: &[AssetIdx], found: &[(&Standard, Closure)]) -> String {
    let names: Vec<&str> = closing.iter().map(|asset| place.assets[*asset].name.as_str()).collect();
    let mut text = format!("{}: if {} closed\n", place.name, names.join(", "));
    if place.made_up {
        text.push_str("Made up: this place does not exist.\n");
    }
    for (standard, closure) in found {
        let _ = writeln!(text, "\n{} ({})", standard.title, standard.key);
        if closure.is_felt() {
            of_standard(place, standard, closure, &mut text);
        } else {
            text.push_str(
                "Nobody loses by it: what closes does not count for this standard, or nobody can get there.\n",
            );
        }
    }
    text
}

fn of_standard(place: &Place, standard: &Standard, closure: &Closure, text: &mut String) {
    let all = &closure.change.place.all;
    let _ = writeln!(
        text,
        "{} residents are covered instead of {} ({} instead of {}). For {} residents it is the nearest, or they are in time \
         less often: the one in the middle takes {} instead of {} minutes {}{}.",
        whole(all.after),
        whole(all.before),
        percent(Share::of(all.after, all.residents)),
        percent(Share::of(all.before, all.residents)),
        whole(closure.place.residents),
        minutes(closure.place.after),
        minutes(closure.place.before),
        standard.by(),
        next(place, &closure.place),
    );
    let mut rows = vec![["group", "members", "covered", "then", "lose it", "share lost"].map(String::from).to_vec()];
    let everybody = std::iter::once(("Everybody", Some(*all)));
    let groups = place.groups.iter().zip(&closure.change.place.by_group);
    for (name, count) in everybody.chain(groups.map(|(group, count)| (group.label.as_str(), *count))) {
        rows.extend(count.map(|count| counted(name, count)));
    }
    text.push_str(&table(&rows));
    text.push('\n');
    let mut rows = vec![["patch", "losers", "covered", "then", "minutes", "then", "next"].map(String::from).to_vec()];
    let mut row = |name: &str, losers: &Losers, change: &Change| {
        let next = losers.next.map_or("none", |asset| place.assets[asset].name.as_str());
        rows.push(vec![
            name.to_owned(),
            whole(losers.residents),
            whole(change.all.before),
            whole(change.all.after),
            minutes(losers.before),
            minutes(losers.after),
            next.to_owned(),
        ]);
    };
    for (patch, losers, change) in closure.felt_in() {
        row(&place.patches[patch].name, losers, change);
    }
    if closure.outside_patches.residents > 0.0 {
        row("(outside every patch)", &closure.outside_patches, &closure.change.outside_patches);
    }
    text.push_str(&table(&rows));
}

fn counted(name: &str, count: Count) -> Vec<String> {
    vec![
        name.to_owned(),
        whole(count.residents),
        whole(count.before),
        whole(count.after),
        whole(shown_apart(count.before, count.after)),
        percent(Share::of(count.before - count.after, count.residents)),
    ]
}

fn next(place: &Place, losers: &Losers) -> String {
    losers.next.map_or(String::new(), |asset| format!(", most of them next to {} on foot", place.assets[asset].name))
}

fn minutes(time: Option<Seconds>) -> String {
    time.map_or_else(|| "no way".to_owned(), |time| format!("{:.1}", time.minutes()))
}
