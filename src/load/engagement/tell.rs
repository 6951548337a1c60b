//! What was wrong with a file of records, in sentences.

use super::columns::Columns;
use super::personal::Why;
use super::reader::{Noticed, Seen};
use crate::load::Issues;
use crate::load::words::{counted, figure, some_of};
use crate::place::{Issue, RecordFile, Where};

/// A column that names people: its title, why, and the first row.
pub(super) type Refused = (String, Why, Option<u64>);

/// Columns that name people: the file is not read. What stands in them is not repeated.
pub(super) fn personal(file: &str, refused: &[Refused]) -> Issue {
    let one = |(title, why, row): &Refused| match row {
        Some(row) => format!("\"{title}\" ({}, as in row {row})", why.words()),
        None => format!("\"{title}\" ({})", why.words()),
    };
    let columns: Vec<String> = refused.iter().map(one).collect();
    let problem = format!(
        "{} to name people: {}",
        if columns.len() == 1 { "A column looks" } else { "Columns look" },
        columns.join(", ")
    );
    let remedy = "The file is refused. Take these columns out and hand it on without them (a title alone is mended by \
                  another title, if nobody is named below it); to count people once, put in a column person_key with a \
                  made-up number for each person, whose list stays with you";
    let mut at = Where::file(file);
    if let Some((title, _, row)) = refused.first() {
        at = at.field(title.clone());
        if let Some(row) = row {
            at = at.row(*row);
        }
    }
    Issue::error("personal-data", at, problem, remedy)
}

/// Columns that are not read.
pub(super) fn unread(file: &str, titles: &[String], columns: &Columns, issues: &mut Issues) {
    let unread: Vec<&str> =
        columns.unused.iter().filter_map(|column| titles.get(*column)).map(String::as_str).collect();
    if unread.is_empty() {
        return;
    }
    let problem = format!("{} not read: {}", counted(unread.len(), "column is", "columns are"), some_of(&unread));
    let remedy = "Nothing to do, unless one of them is wanted: name it under [engagement.columns] or [engagement.dimensions] \
                  (a dimension needs a [[groups]] table of residents)";
    issues.push(Issue::note("columns-unread", Where::file(file), problem, remedy));
}

/// Everything noticed while a file was read.
pub(super) fn noticed(file: &RecordFile, noticed: &Noticed, issues: &mut Issues) {
    let mut say = |seen: &Seen, warning: bool, code: &'static str, field: &str, what: String, remedy: &str| {
        if seen.count == 0 {
            return;
        }
        let words = if seen.words.is_empty() { String::new() } else { format!(": {}", some_of(&seen.words)) };
        let mut at = Where::file(&file.file).row(seen.first);
        if !field.is_empty() {
            at = at.field(field.to_owned());
        }
        let problem = format!("{what}{words}");
        issues.push(if warning {
            Issue::warning(code, at, problem, remedy)
        } else {
            Issue::note(code, at, problem, remedy)
        });
    };
    let rows = |n: u64| match n {
        1 => "1 row".to_owned(),
        n => format!("{} rows, the first here,", figure(n as f64)),
    };
    let records = rows(noticed.repeated.count);
    let has = if noticed.repeated.count == 1 { "has" } else { "have" };
    say(
        &noticed.repeated,
        true,
        "record-repeated",
        "id",
        format!("{records} {has} the id of a record that was read before"),
        "Each id is counted once, as it stands first; check that ids are not used for two records",
    );
    let records = rows(noticed.alike.count);
    let verb = if noticed.alike.count == 1 { "says" } else { "say" };
    say(
        &noticed.alike,
        false,
        "records-alike",
        "",
        format!("{records} {verb} in every column read what a row before says, and no id tells records apart"),
        "Counted, since two people may say the same; with a column of ids, a row that stands twice is counted once",
    );
    let records = rows(noticed.without_day.count);
    say(
        &noticed.without_day,
        true,
        "record-without-day",
        "date",
        format!("{records} without a day that can be read"),
        "Not counted; write days as 2024-06-30 or 30/06/2024, and month_first = true where the month comes first",
    );
    for (why, seen) in &noticed.nowhere {
        let records = rows(seen.count);
        say(
            seen,
            true,
            "record-nowhere",
            "",
            format!("{records} cannot be placed: {why}"),
            "Placed nowhere and not counted; give a zone, patch, postcode or coordinates, or a newer postcode file",
        );
    }
    say(
        &noticed.cut,
        true,
        "row-cut",
        "",
        "The file ends in the middle of its last row".to_owned(),
        "That row is not counted; export the file again, the last attempt did not finish",
    );
    for (name, seen) in &noticed.unknown_numbers {
        let records = rows(seen.count);
        let remedy = if *name == "people" {
            "Counted as one person, the fewest there can have been"
        } else {
            "Counted as none; the true number is unknown"
        };
        say(
            seen,
            true,
            "unknown-count",
            name,
            format!("{records} hide the number of {name} or have no number"),
            remedy,
        );
    }
    for (dimension, seen) in &noticed.unmatched {
        let records = rows(seen.count);
        say(
            seen,
            true,
            "group-unknown",
            dimension,
            format!("{records} say something that is none of the place's groups"),
            "Counted as recorded, in no group; say which group is meant under [engagement.groups] in place.toml",
        );
    }
    let records = rows(noticed.other_activity.count);
    say(
        &noticed.other_activity,
        false,
        "activity-unknown",
        "activity",
        format!("{records} name an activity that is not known"),
        "Counted as \"other\"; say which activity is meant under [engagement.activities] in place.toml",
    );
    let records = rows(noticed.unknown_asset.count);
    say(
        &noticed.unknown_asset,
        false,
        "asset-unknown",
        "asset",
        format!("{records} name a venue that is not among the assets"),
        "Counted all the same, without their venue",
    );
    let records = rows(noticed.by_venue.count);
    say(
        &noticed.by_venue,
        false,
        "record-at-venue",
        "asset",
        format!("{records} only say at which asset people were met"),
        "Counted where the asset stands, which may not be where the people live",
    );
    let records = rows(noticed.spread.count);
    let outside = match noticed.elsewhere.round() {
        n if n >= 1.0 => format!("; about {} of the people are expected to live outside the place", figure(n)),
        _ => String::new(),
    };
    say(
        &noticed.spread,
        false,
        "record-spread",
        "",
        format!("{records} only say an area that lies in several patches, such as a postcode district{outside}"),
        "Their people are shared among the patches by residents, and intervals are widened for it",
    );
    let records = rows(noticed.long_themes.count);
    say(
        &noticed.long_themes,
        true,
        "theme-free-text",
        "themes",
        format!(
            "{records} have themes that are sentences, or more different themes than {}",
            super::tally::MOST_THEMES
        ),
        "Such themes are not read: sentences may name somebody; use a short list of themes",
    );
    if noticed.date_forms.len() > 1 {
        let forms: Vec<String> =
            noticed.date_forms.iter().map(|(form, n)| format!("{form} ({} different)", figure(*n as f64))).collect();
        let problem = format!("Days are written in {} ways: {}", forms.len(), forms.join(", "));
        let remedy = "All were read; of 03/04/2024 the first number is taken as the day unless month_first = true";
        issues.push(Issue::note("dates-mixed", Where::file(&file.file).field("date"), problem, remedy));
    }
}
