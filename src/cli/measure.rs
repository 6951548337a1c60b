//! `patchwork measure`: one measure of a place, as a table for people or a layer in a file.

use super::args::MeasureArgs;
use super::output::{check_ending, percent, write_layer};
use super::progress::Progress;
use super::words::{table, whole};
use super::{Failure, print_result, usable};
use crate::layer::catalog::{self, Asked, Entry};
use crate::layer::{self, CATALOGUE};
use crate::measure::{Coverage, Covered, Gaps, coverage, gaps};
use crate::place::{Place, Standard};
use crate::report;
use crate::units::Seconds;
use std::fmt::Write;

/// Gaps a table on the terminal lists; the file has them all, and the table says how many are left.
const GAPS_LISTED: usize = 20;

/// Runs the command.
pub fn run(args: &MeasureArgs, progress: &Progress) -> Result<(), Failure> {
    let place = usable(&args.dir, progress)?;
    let entry = CATALOGUE.iter().find(|entry| entry.measure == args.measure && entry.asks.is_some());
    let entry = entry.ok_or_else(|| Failure::Usage(format!("no measure {:?}", args.measure)))?;
    match entry.asked() {
        Asked::Records => super::engaged::run(entry, args, &place, progress),
        Asked::Place if args.measure == catalog::GIVING => super::giving::run(&place, args, progress),
        Asked::Place => of_place(entry, args, &place, progress),
        Asked::Standards => of_standards(args, &place, progress),
    }
}

/// A measure of the place, as one table.
fn of_place(entry: &Entry, args: &MeasureArgs, place: &Place, progress: &Progress) -> Result<(), Failure> {
    args.out.as_deref().map(check_ending).transpose()?;
    progress.step(&format!("Measuring {}", entry.title));
    let layer = catalog::once(place, entry);
    progress.done();
    let layer = layer.ok_or_else(|| Failure::Failed(format!("there is nothing to say of {} here", entry.title)))?;
    match &args.out {
        None => print_result(&report::printed::whole_layer(&layer)),
        Some(path) => {
            write_layer(place, &layer, path)?;
            eprintln!("wrote {} features to {}", whole(layer.features.len() as f64), path.display());
            Ok(())
        }
    }
}

fn of_standards(args: &MeasureArgs, place: &Place, progress: &Progress) -> Result<(), Failure> {
    let standards = chosen(place, args)?;
    if let Some(path) = &args.out {
        check_ending(path)?;
        if standards.len() > 1 {
            let keys: Vec<&str> = standards.iter().map(|s| s.key.as_str()).collect();
            return Err(Failure::Usage(format!(
                "--out writes one standard: add --standard with one of {}",
                keys.join(", ")
            )));
        }
    }
    let mut text = String::new();
    let mut asked = args.measure != catalog::ROOM;
    for standard in standards {
        progress.step(&format!("Measuring {}", standard.title));
        let covered = coverage(place, standard);
        let found = (args.measure == "gaps").then(|| gaps(place, standard, &covered));
        if args.measure == catalog::ROOM {
            progress.done();
            let Some(layer) = layer::room_layer(place, standard, &covered) else { continue };
            asked = true;
            match &args.out {
                None => text.push_str(&report::printed::whole_layer(&layer)),
                Some(path) => {
                    write_layer(place, &layer, path)?;
                    eprintln!("wrote {} features to {}", whole(layer.features.len() as f64), path.display());
                }
            }
            continue;
        }
        if let Some(path) = &args.out {
            let layer = match &found {
                Some(found) => layer::gaps_layer(place, standard, &covered, found),
                None => layer::coverage_layer(place, standard, &covered),
            };
            write_layer(place, &layer, path)?;
            progress.done();
            eprintln!("wrote {} features to {}", whole(layer.features.len() as f64), path.display());
        } else {
            match &found {
                Some(found) => gaps_table(place, standard, found, &mut text),
                None => coverage_table(place, standard, &covered, &mut text),
            }
        }
    }
    progress.done();
    if !asked {
        return Err(Failure::Failed(
            "no standard asks for room: give one places_per_1000 or place_hours_per_1000 in place.toml".to_owned(),
        ));
    }
    print_result(&text)
}

fn chosen<'p>(place: &'p Place, args: &MeasureArgs) -> Result<Vec<&'p Standard>, Failure> {
    let keys = || place.standards.iter().map(|s| s.key.as_str()).collect::<Vec<_>>().join(", ");
    if place.standards.is_empty() {
        return Err(Failure::Failed(
            "place.toml has no [[standards]]: add one with key, kinds and within_minutes".to_owned(),
        ));
    }
    match &args.standard {
        None => Ok(place.standards.iter().collect()),
        Some(key) => match place.standards.iter().find(|s| s.key == *key) {
            Some(standard) => Ok(vec![standard]),
            None => Err(Failure::Usage(format!("no standard {key:?} in place.toml; there are {}", keys()))),
        },
    }
}

fn coverage_table(place: &Place, standard: &Standard, answer: &Coverage, text: &mut String) {
    heading(place, standard, text);
    let titles: &[&str] = match (&standard.transit, &standard.over) {
        (None, None) => &["patch", "residents", "covered", "share", "minutes (median)", "minutes (90%)"],
        (None, Some(_)) => {
            &["patch", "residents", "covered", "share", "always", "half", "ever", "minutes (median)", "minutes (90%)"]
        }
        (Some(_), _) => {
            &["patch", "residents", "covered", "share", "always", "half", "ever", "minutes (median)", "poor"]
        }
    };
    let mut rows = vec![titles.iter().map(|title| (*title).to_owned()).collect()];
    let row = |name: &str, c: &Covered| {
        let mut cells = vec![name.to_owned(), whole(c.residents), whole(c.covered), percent(c.share())];
        match (&standard.transit, c.often.unwrap_or_default()) {
            (None, often) => {
                if standard.over.is_some() {
                    cells.extend([often.every, often.half, often.any].map(whole));
                }
                cells.extend([minutes(c.median), minutes(c.p90)]);
            }
            (Some(_), often) => {
                cells.extend([often.every, often.half, often.any].map(whole));
                cells.extend([minutes(c.median), minutes(often.p85)]);
            }
        }
        cells
    };
    for (idx, patch) in place.patches.enumerate() {
        rows.push(row(&patch.name, &answer.patches[idx]));
    }
    if answer.outside_patches.residents > 0.0 {
        rows.push(row("(outside every patch)", &answer.outside_patches));
    }
    rows.push(row("All", &answer.place));
    text.push_str(&table(&rows));
    let _ = match answer.qualifying.len() {
        1 => writeln!(text, "1 asset satisfies the standard."),
        some => writeln!(text, "{some} assets satisfy the standard."),
    };
    let to_be_there = standard.transit.as_ref().filter(|journey| journey.arrive_by.is_some());
    if let Some(journey) = to_be_there {
        let _ = writeln!(
            text,
            "Covered is residents times the share of {} days on which they are {} by setting out as late as will do. Minutes \
             are from door to door for the resident in the middle, and (poor) 85 in 100.",
            journey.days.len(),
            journey.window()
        );
    }
    if let Some(often) = answer.often.as_ref().filter(|_| to_be_there.is_none()) {
        let _ = writeln!(
            text,
            "Covered is residents times the share of departures ({} in all) that keep the standard; always, half and ever: residents \
             in time by all of them, by half of them at least, by one at least. Minutes are from door to door for the \
             resident in the middle: the time that half the departures do not exceed, and (poor) 85 in 100.",
            often.departures
        );
    }
    if let Some(over) = &standard.over {
        let _ = writeln!(
            text,
            "Covered is residents times the share of {} {}s in which something is there within reach; always, half and ever: \
             in all of them, in half of them at least, in one at least.",
            over.periods.len(),
            over.unit
        );
    }
    if let (Some(ratios), Some(asked)) = (&answer.ratios, standard.places) {
        let here = ratios.room(place).place;
        let there = here.balanced().map_or_else(|| "unknown".to_owned(), |ratio| format!("{:.1}", ratio * 1000.0));
        let _ = writeln!(
            text,
            "Room for 1,000 residents: {there} {}, where {} are asked for; {} residents reach something of which nobody says \
             how much room it has{}.",
            asked.unit.words(),
            asked.per_1000,
            whole(here.unknown),
            if here.unknown > 0.0 { ", so covered is the least that can be said" } else { "" }
        );
    }
    text.push('\n');
}

fn gaps_table(place: &Place, standard: &Standard, found: &Gaps, text: &mut String) {
    heading(place, standard, text);
    let mut rows = vec![["gap", "residents", "cause", "minutes", "nearest", "streets"].map(String::from).to_vec()];
    for gap in found.gaps.iter().take(GAPS_LISTED) {
        let nearest = gap.nearest.map_or("none", |asset| place.assets[asset].name.as_str());
        let patch = gap.patch.map_or("outside every patch", |patch| place.patches[patch].name.as_str());
        let streets: Vec<&str> = gap.streets.iter().take(3).map(String::as_str).collect();
        rows.push(vec![
            format!("{} ({patch})", gap.key),
            whole(gap.residents),
            gap.cause.word().to_owned(),
            minutes(gap.median),
            nearest.to_owned(),
            streets.join(", "),
        ]);
    }
    text.push_str(&table(&rows));
    let left = found.gaps.len().saturating_sub(GAPS_LISTED);
    if left > 0 {
        let residents: f64 = found.gaps[GAPS_LISTED..].iter().map(|gap| gap.residents).sum();
        let _ =
            writeln!(text, "... and {left} smaller gaps with {} residents; --out writes them all", whole(residents));
    }
    text.push('\n');
}

fn heading(place: &Place, standard: &Standard, text: &mut String) {
    let _ = writeln!(text, "{}: {} ({})", place.name, standard.title, standard.key);
    if place.made_up {
        let _ = writeln!(text, "Made up: this place does not exist.");
    }
    let known = place.transit.as_ref().filter(|_| standard.transit.is_some()).map(|own| own.timetable.days());
    if let Some((first, last)) = known.as_ref().and_then(|days| Some((days.first()?, days.last()?))) {
        let _ = writeln!(text, "By bus and on foot; the timetable has services from {first} to {last}.");
    }
    if place.streets.is_none() {
        let _ = writeln!(text, "No streets: walks are straight lines times {}.", place.detour);
    }
}

fn minutes(time: Option<Seconds>) -> String {
    time.map_or_else(|| "no way".to_owned(), |time| format!("{:.1}", time.minutes()))
}
