//! `patchwork audit`: attacks what is published of engagement records, and says what can be worked out.

use super::args::{AnswerFormat, AuditArgs};
use super::progress::Progress;
use super::words::{table, whole};
use super::{Failure, print_result, usable, write};
use crate::disclose::{self, Audit, Finding, Release, audit, release};
use crate::measure::Engaged;
use crate::place::Place;
use std::fmt::Write;
use std::path::Path;

/// Cells that tell too much that are listed for people; `--format json` has them all.
const LISTED: usize = 20;

/// Runs the command.
pub fn run(args: &AuditArgs, progress: &Progress) -> Result<(), Failure> {
    let mut releases = Vec::new();
    let mut demand = None;
    let (last, before) = args.published.split_last().ok_or_else(|| Failure::Usage("give what to audit".to_owned()))?;
    for file in before {
        releases.push(read(file)?);
    }
    if last.is_dir() {
        let place = usable(last, progress)?;
        demand = Some(disclose::policy(&place));
        releases.splice(0..0, disclose::earlier(&place).map_err(|why| Failure::Failed(why.to_string()))?);
        progress.step("Counting and protecting");
        releases.push(of_place(&place, args.unprotected)?);
    } else if args.unprotected {
        return Err(Failure::Usage("--unprotected needs a place directory: a release is protected already".to_owned()));
    } else {
        releases.push(read(last)?);
    }
    let mut demand = demand.or_else(|| releases.last().map(|release| release.policy)).unwrap_or_default();
    demand.threshold = args.threshold.unwrap_or(demand.threshold);
    let groundless: Vec<String> = (args.published.iter().filter(|file| !file.is_dir()))
        .filter(|file| read(file).is_ok_and(|release| !release.has_ground()))
        .map(|file| file.display().to_string())
        .collect();
    progress.step("Attacking");
    let found = audit(&releases, &demand).map_err(|why| Failure::Failed(why.to_string()))?;
    progress.done();
    match args.format {
        AnswerFormat::Json => print_result(&release::audit_json(&found))?,
        AnswerFormat::Text => {
            print_result(&in_words(&found))?;
            if !groundless.is_empty() && releases.len() > 1 {
                eprintln!(
                    "Nothing in {} says which homes and columns patches and groups stood for, so a name is taken to mean the \
                     same in all: what moved boundaries or groups tell is not seen. Audit the place directory, or releases kept \
                     since.",
                    groundless.join(", ")
                );
            }
        }
    }
    if !found.exposed.is_empty() {
        return Err(Failure::Said);
    }
    match (&args.keep, releases.last()) {
        (Some(_), _) if args.unprotected => {
            Err(Failure::Usage("--keep keeps what may be published, which --unprotected may not".to_owned()))
        }
        (Some(file), Some(release)) => {
            if file.exists() {
                return Err(Failure::Failed(format!("{} is there already: a release is kept once", file.display())));
            }
            write(file, &release::write(release))?;
            eprintln!("kept the release in {}", file.display());
            Ok(())
        }
        _ => Ok(()),
    }
}

fn read(file: &Path) -> Result<Release, Failure> {
    let said = |why: String| Failure::Failed(format!("{} cannot be read: {why}", file.display()));
    let text = std::fs::read(file).map_err(|error| said(error.to_string()))?;
    release::read(&text).map_err(said)
}

fn of_place(place: &Place, is_unprotected: bool) -> Result<Release, Failure> {
    let none = || Failure::Failed("the place has no engagement records that can be used".to_owned());
    let made = if is_unprotected {
        disclose::unprotected(place)
    } else {
        Engaged::of(place).map(|engaged| engaged.map(|engaged| engaged.protected))
    };
    made.map_err(|why| Failure::Failed(why.to_string()))?.ok_or_else(none)
}

fn in_words(found: &Audit) -> String {
    let mut rows = vec![["table", "cells", "shown", "hidden", "narrowest", "between"].map(String::from).to_vec()];
    for one in &found.tables {
        let narrowest = one.narrowest.as_ref();
        let none = if one.hidden > 0 { "not sought" } else { "-" };
        rows.push(vec![
            one.table.clone(),
            whole(one.cells as f64),
            whole(one.shown as f64),
            whole(one.hidden as f64),
            narrowest.map_or_else(|| none.to_owned(), |f| f.cell.clone()),
            narrowest.map_or_else(|| "-".to_owned(), between),
        ]);
    }
    let mut text = table(&rows);
    let _ = writeln!(
        text,
        "\nA hidden count must be able to be {} numbers at least, such as 1 to {}. {} linear programs were asked, with \
         {} earlier releases.",
        found.demand.least_width() + 1,
        found.demand.threshold.saturating_sub(1),
        whole(found.programs as f64),
        found.earlier
    );
    if found.tables.iter().any(|table| table.hidden > 0 && table.narrowest.is_none()) {
        text.push_str(
            "Of so many cells it is not sought which is the narrowest of a table, only that each hidden count is wide enough.\n",
        );
    }
    if !found.told_before.is_empty() {
        let _ = writeln!(
            text,
            "{} counts the earlier releases tell by themselves; whatever is published now, they stay told.",
            whole(found.told_before.len() as f64)
        );
    }
    if found.exposed.is_empty() {
        text.push_str("No hidden count can be worked out more narrowly.\n");
        return text;
    }
    let _ = writeln!(text, "{} counts tell too much:", whole(found.exposed.len() as f64));
    for finding in found.exposed.iter().take(LISTED) {
        let _ = writeln!(text, "  {}: {} ({})", finding.cell, between(finding), finding.table);
        let _ = writeln!(text, "      by {}", finding.by.join("; "));
    }
    if found.exposed.len() > LISTED {
        let _ = writeln!(text, "  ... and {} more; --format json has them all", found.exposed.len() - LISTED);
    }
    text
}

fn between(finding: &Finding) -> String {
    match finding.most {
        Some(most) if most == finding.least => format!("exactly {most}"),
        Some(most) => format!("{} to {most}", finding.least),
        None => format!("{} or more", finding.least),
    }
}
