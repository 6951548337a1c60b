//! `patchwork plan`: where the next hubs should go, as words for a committee, JSON, or a layer in a file.

use super::args::{AnswerFormat, HubsArgs, PlanKeep};
use super::output::{check_ending, percent, write_layer};
use super::progress::Progress;
use super::words::{table, whole};
use super::{Failure, floor, print_result, say, seconds, usable};
use crate::layer::hubs::{hubs_json, hubs_layer};
use crate::load::candidates::read_candidates;
use crate::measure::Covered;
use crate::place::{GroupIdx, Place, Severity, Standard};
use crate::plan::hubs::{
    Brief, Candidates, FairEnd, Keep, Objective, Proposal, Spot, Unplanned, first_of_kind, group_named, hubs_watched,
    standard_named,
};
use crate::text::shown_apart;
use crate::units::{Metres, Seconds, Share};
use clap::ValueEnum;
use clap::builder::PossibleValue;
use std::fmt::Write;
use std::path::Path;

/// Runs the command.
pub fn run(dir: &Path, args: &HubsArgs, progress: &Progress) -> Result<(), Failure> {
    if let Some(path) = &args.out {
        check_ending(path)?;
    }
    let place = usable(dir, progress)?;
    let brief = brief(&place, args)?;
    let proposal = hubs_watched(&place, &brief, &progress.watch());
    progress.done();
    let proposal = proposal.map_err(|why| match why {
        Unplanned::Wrong(_) => Failure::Usage(why.to_string()),
        _ => Failure::Failed(why.to_string()),
    })?;
    if let Some(path) = &args.out {
        write_layer(&place, &hubs_layer(&place, &proposal), path)?;
        eprintln!("wrote {} sites to {}", proposal.sites.len(), path.display());
    }
    match args.format {
        AnswerFormat::Json => print_result(&hubs_json(&place, &proposal)),
        AnswerFormat::Text => print_result(&as_text(&place, &proposal)),
    }
}

impl ValueEnum for Objective {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.word()).help(self.unit()))
    }
}

fn brief(place: &Place, args: &HubsArgs) -> Result<Brief, Failure> {
    let keep = match args.keep {
        PlanKeep::Existing => Keep::Existing,
        PlanKeep::Free => Keep::Free,
    };
    Ok(Brief {
        standard: standard(place, args)?,
        sites: args.sites.map(|sites| sites as usize),
        budget: args.budget,
        room: args.room,
        objective: args.objective,
        candidates: candidates(place, &args.candidates)?,
        keep,
        floors: args.floor.iter().map(|words| group_floor(place, words)).collect::<Result<_, _>>()?,
        time_limit: seconds(args.time_limit)?,
        seed: args.seed,
        // Whoever calls the command has the machine, and Ctrl-C.
        memory: u64::MAX,
        runs: args.runs as usize,
    })
}

/// What a hub is, from the standard or the kind and the minutes of the call.
fn standard(place: &Place, args: &HubsArgs) -> Result<Standard, Failure> {
    let named = (args.standard.as_deref(), args.kind.as_deref());
    let (today, within) = (chrono::Local::now().date_naive(), args.within.map(Seconds::from_minutes));
    let (flag, found) = match (&args.first_of_kind, named) {
        (Some(kind), _) => ("--first-of-kind", first_of_kind(place, kind, within, today)),
        (None, (Some(_), _)) => ("--standard", standard_named(place, named, within, today)),
        (None, _) => ("--kind", standard_named(place, named, within, today)),
    };
    found.map_err(|why| Failure::Usage(format!("{flag}: {why}")))
}

fn candidates(place: &Place, words: &str) -> Result<Candidates, Failure> {
    if let Some(metres) = words.strip_prefix("streets:") {
        let wrong = |_| Failure::Usage(format!("--candidates {words}: write a number of metres after streets:"));
        return metres.trim().parse().map(|metres| Candidates::Streets(Metres::new(metres))).map_err(wrong);
    }
    let path = Path::new(words);
    if path.is_file() {
        let (points, issues) = read_candidates(path, place).map_err(|issues| {
            say(&issues, Severity::Error);
            Failure::Failed(format!("no candidates could be read from {words}"))
        })?;
        say(&issues, Severity::Warning);
        let spots = points.into_iter().map(|p| Spot { key: p.key, name: p.name, at: p.at, cost: p.cost }).collect();
        return Ok(Candidates::Points(spots));
    }
    if path.extension().is_some() {
        return Err(Failure::Usage(format!("--candidates {words}: there is no such file")));
    }
    Ok(Candidates::Kinds(words.split(',').map(|kind| kind.trim().to_owned()).filter(|kind| !kind.is_empty()).collect()))
}

fn group_floor(place: &Place, words: &str) -> Result<(GroupIdx, f64), Failure> {
    let (key, share) = floor(words)?;
    let group = group_named(place, key).map_err(|why| Failure::Usage(format!("--floor {words}: {why}")))?;
    Ok((group, share))
}

fn as_text(place: &Place, proposal: &Proposal) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}: new sites, {}", place.name, proposal.brief.standard.title);
    if place.made_up {
        text.push_str("Made up: this place does not exist.\n");
    } else if let Some(notice) = &place.notice {
        let _ = writeln!(text, "{notice}");
    }
    if place.streets.is_none() {
        let _ = writeln!(text, "No streets: walks are straight lines times {}.", place.detour);
    }
    text.push('\n');
    for sentence in &proposal.sentences {
        let _ = writeln!(text, "{sentence}");
    }
    for (at, chosen) in proposal.sites.iter().enumerate() {
        let site = &chosen.site;
        let patch = site.patch.map_or("outside every patch", |patch| place.patches[patch].name.as_str());
        let _ = writeln!(text, "\n{}. {} ({}, {patch}; {})", at + 1, site.name, site.kind.replace('_', " "), site.key);
        for sentence in &chosen.why {
            let _ = writeln!(text, "   {sentence}");
        }
    }
    text.push('\n');
    before_after(place, proposal, &mut text);
    fairness(place, proposal, &mut text);
    text
}

fn before_after(place: &Place, proposal: &Proposal, text: &mut String) {
    let heads = ["who is covered", "residents", "today", "", "with the plan", "", "more"];
    let mut rows = vec![heads.map(String::from).to_vec()];
    let (before, after) = (&proposal.before, &proposal.after);
    let mut count = |name: &str, b: &Covered, a: &Covered| rows.push(cells(name, a.residents, b.covered, a.covered));
    for (patch, about) in place.patches.enumerate() {
        count(&about.name, &before.patches[patch], &after.patches[patch]);
    }
    if after.outside_patches.residents > 0.0 {
        count("(outside every patch)", &before.outside_patches, &after.outside_patches);
    }
    count("All", &before.place, &after.place);
    rows.push(Vec::new());
    let mut row =
        |name: &str, residents: f64, before: f64, after: f64| rows.push(cells(name, residents, before, after));
    for (group, about) in place.groups.enumerate() {
        if let (Some(before), Some(after)) = (before.place.by_group[group], after.place.by_group[group]) {
            row(&about.label, after.residents, before.covered, after.covered);
        }
    }
    text.push_str(&table(&rows));
}

fn cells(name: &str, residents: f64, before: f64, after: f64) -> Vec<String> {
    vec![
        name.to_owned(),
        whole(residents),
        whole(before),
        percent(Share::of(before, residents)),
        whole(after),
        percent(Share::of(after, residents)),
        whole(shown_apart(after, before)),
    ]
}

fn fairness(place: &Place, proposal: &Proposal, text: &mut String) {
    let points = &proposal.fairness.points;
    if points.len() < 2 {
        return;
    }
    let heads = ["every group covered to", "residents covered", "worst-off share", "proven"];
    let mut rows = vec![heads.map(String::from).to_vec()];
    for point in points {
        let floor = if point.floor > 0.0 { percent(Some(Share::new(point.floor))) } else { "(no floor)".to_owned() };
        let proven = if point.status == crate::locate::Status::Optimal { "yes" } else { "no" };
        rows.push(vec![floor, whole(point.covered), percent(Some(Share::new(point.worst.1))), proven.to_owned()]);
    }
    match proposal.fairness.end {
        FairEnd::Impossible(floor) => {
            rows.push(vec![percent(Some(Share::new(floor))), "impossible".to_owned(), String::new(), "yes".to_owned()]);
        }
        FairEnd::Stopped => rows.push(vec!["(higher floors: not settled within the limit of work)".to_owned()]),
        FairEnd::NotAsked => {}
    }
    let _ = writeln!(text, "\nPrice of fairness for {}", place.name);
    text.push_str(&table(&rows));
}
