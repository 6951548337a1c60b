//! `patchwork check`: what is there, and everything wrong with the files, with what to do about it.

use super::args::{CheckArgs, CheckFormat};
use super::progress::Progress;
use super::words::{count, whole};
use super::{Failure, print_result};
use crate::layer::{report, understood};
use crate::load::{self, Loaded};
use crate::place::{Issue, Place, Severity};
use std::fmt::Write;

/// Faults of one kind in one file that are listed before the rest are only counted.
const LISTED: usize = 5;

/// Runs the command.
pub fn run(args: &CheckArgs, progress: &Progress) -> Result<(), Failure> {
    let loaded = load::load(&args.dir, &|step| progress.step(step));
    progress.done();
    match args.format {
        CheckFormat::Json => print_result(&report::check_json(&loaded))?,
        CheckFormat::Text => print_result(&as_text(&loaded, args.all))?,
    }
    if loaded.place.is_some() { Ok(()) } else { Err(Failure::Said) }
}

fn as_text(loaded: &Loaded, all: bool) -> String {
    let mut text = String::new();
    if let Some(place) = &loaded.place {
        describe(place, &mut text);
    }
    let tables = understood::lines(&loaded.tables);
    if !tables.is_empty() {
        let _ = writeln!(text, "{}tables of residents", if text.is_empty() { "" } else { "\n" });
        for line in tables {
            let _ = writeln!(text, "  {line}");
        }
    }
    let of = |severity| loaded.issues.iter().filter(|issue| issue.severity == severity).count();
    let (errors, warnings, notes) = (of(Severity::Error), of(Severity::Warning), of(Severity::Note));
    if !text.is_empty() {
        text.push('\n');
    }
    let _ = writeln!(
        text,
        "{}, {}, {}",
        count(errors, "error", "errors"),
        count(warnings, "warning", "warnings"),
        count(notes, "note", "notes")
    );
    for run in loaded.issues.chunk_by(same_kind) {
        describe_issues(run, all, &mut text);
    }
    text.push_str(if loaded.place.is_some() {
        "\nThe place is usable.\n"
    } else {
        "\nThe place is not usable until the errors are mended.\n"
    });
    text
}

fn same_kind(a: &Issue, b: &Issue) -> bool {
    a.severity == b.severity && a.code == b.code && a.at.file == b.at.file
}

fn describe_issues(run: &[Issue], all: bool, text: &mut String) {
    let shown = if all || run.len() <= LISTED + 1 { run.len() } else { LISTED };
    for issue in &run[..shown] {
        let _ = writeln!(text, "\n{:<8} {}", issue.severity.word(), place_of(issue));
        let _ = writeln!(text, "         {}.", issue.problem);
        let _ = writeln!(text, "         -> {}.", issue.remedy);
    }
    if shown < run.len() {
        let _ = writeln!(
            text,
            "\n         ... and {} more like this in {} ({}; --all lists them)",
            whole((run.len() - shown) as f64),
            run[0].at.file,
            run[0].code
        );
    }
}

fn place_of(issue: &Issue) -> String {
    let mut words = if issue.at.file.is_empty() { "place.toml".to_owned() } else { issue.at.file.clone() };
    if let Some(row) = issue.at.row {
        let _ = write!(words, ", row {row}");
    }
    if let Some(field) = &issue.at.field {
        let _ = write!(words, ", field {field}");
    }
    if let Some(key) = &issue.at.key {
        let _ = write!(words, " ({key})");
    }
    let _ = write!(words, "  [{}]", issue.code);
    words
}

fn describe(place: &Place, text: &mut String) {
    let made_up = if place.made_up { " (made up: this place does not exist)" } else { "" };
    let _ = writeln!(text, "{}{made_up}", place.name);
    if let Some(notice) = &place.notice {
        let _ = writeln!(text, "{notice}");
    }
    for (name, value) in report::summary(place) {
        let _ = writeln!(text, "  {name:<12} {value}");
    }
}
