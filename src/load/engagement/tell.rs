//! What was wrong with a file of records, in sentences.

use super::columns::{Columns, Fact};
use super::personal::Why;
use super::reader::{Noticed, Seen};
use crate::load::Issues;
use crate::load::desk;
use crate::load::manifest::GroupWords;
use crate::load::words::{counted, figure, plain, some_of};
use crate::place::{Code, Group, Issue, RecordFile, Where};
use std::collections::BTreeMap;

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
    Issue::error(Code::PersonalData, at, problem, remedy)
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
    issues.push(Issue::note(Code::ColumnsUnread, Where::file(file), problem, remedy));
}

/// Rows that have no key of a person, in a place where people are counted by their keys.
pub(super) struct Unkeyed {
    file: String,
    rows: u64,
    seen: Seen,
    title: Option<String>,
    unread: Vec<String>,
}

impl Unkeyed {
    pub(super) fn of(file: &RecordFile, columns: &Columns, titles: &[String], seen: Seen) -> Self {
        let title = |column: usize| titles.get(column).cloned();
        Self {
            file: file.file.clone(),
            rows: file.used,
            seen,
            title: columns.of(Fact::Person).and_then(title),
            unread: columns.unused.iter().filter_map(|column| title(*column)).collect(),
        }
    }

    /// One warning: what it costs, and what to do.
    pub(super) fn issue(&self) -> Issue {
        let n = self.seen.count;
        let all = if n == self.rows { "All " } else { "" };
        let rows = counted(n as usize, "row", "rows");
        let why = match &self.title {
            Some(title) => format!("\"{title}\" is empty there"),
            None => "no column is recognised as the key of a person".to_owned(),
        };
        let problem = format!(
            "{all}{rows} of this file met nobody, because {why}: people are counted by their keys here, so these count as \
             work done and not as people"
        );
        let remedy = match (&self.title, self.unread.as_slice()) {
            (Some(_), _) => {
                "Give every person a made-up number, or leave the rows as they are if nobody was asked".to_owned()
            }
            (None, []) => "Put in a column person_key with a made-up number for each person".to_owned(),
            (None, unread) => format!(
                "Write columns = {{ person = \"…\" }} below its [[engagement]], with the column that has a made-up number for \
                 each person; those not read are: {}",
                some_of(unread)
            ),
        };
        let at = Where::file(&self.file).row(self.seen.first).field("person");
        Issue::warning(Code::RecordsWithoutPerson, at, problem, remedy)
    }
}

/// Tells of words for groups in `place.toml` that name no group.
pub(super) fn own_words(own: &BTreeMap<String, GroupWords>, groups: &[Group], issues: &mut Issues) {
    let listed = |dimension: Option<&str>| {
        let here = groups.iter().filter(|group| dimension.is_none_or(|dimension| group.dimension == dimension));
        here.map(|group| format!("{} ({})", group.key, group.label)).collect::<Vec<_>>().join(", ")
    };
    let mut check = |dimension: Option<&str>, words: &str, key: &str| {
        let of = |group: &&Group| dimension.is_none_or(|dimension| group.dimension == dimension);
        if plain(key) == "notrecorded" || groups.iter().filter(of).any(|group| group.key == key) {
            return;
        }
        let same = |group: &&Group| plain(&group.label) == plain(key) || plain(&group.key) == plain(key);
        let near = groups.iter().filter(of).find(same).map(|group| group.key.as_str());
        let near = near.or_else(|| desk::nearest(key, groups.iter().filter(of).map(|group| group.key.as_str())));
        let hint = near.map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
        let place = dimension.map_or_else(|| "the place".to_owned(), |dimension| format!("the dimension {dimension}"));
        let problem = format!("\"{words}\" is to mean the group \"{key}\", and {place} has no group of that key{hint}");
        let remedy = format!("Write not_recorded, or one of: {}", listed(dimension));
        let at = Where::file("place.toml").field(format!("engagement.groups.{words}"));
        issues.push(Issue::error(Code::GroupKeyUnknown, at, problem, remedy));
    };
    let mut strange = Vec::new();
    for (name, given) in own {
        match given {
            GroupWords::Key(key) => check(None, name, key),
            GroupWords::Words(words) if groups.iter().any(|group| group.dimension == *name) => {
                words.iter().for_each(|(words, key)| check(Some(name), words, key));
            }
            GroupWords::Words(_) => strange.push(name),
        }
    }
    for name in strange {
        let mut known: Vec<&str> = groups.iter().map(|group| group.dimension.as_str()).collect();
        known.dedup();
        let near = desk::nearest(name, known.iter().copied());
        let hint = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
        let problem = format!("[engagement.groups.{name}] names a dimension that the place does not have{hint}");
        let remedy = format!("The dimensions with residents by group are: {}", known.join(", "));
        let at = Where::file("place.toml").field(format!("engagement.groups.{name}"));
        issues.push(Issue::error(Code::DimensionUnknown, at, problem, remedy));
    }
}

/// Everything noticed while a file was read.
#[expect(clippy::too_many_lines, reason = "one thing after another that is to be told, each a few lines")]
pub(super) fn noticed(file: &RecordFile, noticed: &Noticed, keys: &BTreeMap<String, String>, issues: &mut Issues) {
    let mut say = |seen: &Seen, warning: bool, code: Code, field: &str, what: String, remedy: &str| {
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
        Code::RecordRepeated,
        "id",
        format!("{records} {has} the id of a record that was read before"),
        "Each id is counted once, as it stands first; check that ids are not used for two records",
    );
    let records = rows(noticed.alike.count);
    let verb = if noticed.alike.count == 1 { "says" } else { "say" };
    say(
        &noticed.alike,
        false,
        Code::RecordsAlike,
        "",
        format!("{records} {verb} in every column read what a row before says, and no id tells records apart"),
        "Counted, since two people may say the same; with a column of ids, a row that stands twice is counted once",
    );
    let records = rows(noticed.without_day.count);
    say(
        &noticed.without_day,
        true,
        Code::RecordWithoutDay,
        "date",
        format!("{records} without a day that can be read"),
        "Not counted; write days as 2024-06-30 or 30/06/2024, and month_first = true where the month comes first",
    );
    if noticed.month_first.count > 0 && noticed.date_forms.contains_key("day first") {
        let records = rows(noticed.month_first.count);
        say(
            &noticed.month_first,
            true,
            Code::DatesMonthFirst,
            "date",
            format!(
                "{records} can only be read with the month first, so the others may have day and month the wrong way round"
            ),
            "Write month_first = true under [[engagement]] if they have; export days as 2024-06-30 to be sure",
        );
    }
    let records = rows(noticed.ahead.count);
    let is = if noticed.ahead.count == 1 { "is" } else { "are" };
    say(
        &noticed.ahead,
        true,
        Code::RecordAhead,
        "date",
        format!("{records} {is} dated after the day the records can reach"),
        "Not counted, since one slip in a date would empty every current figure; mend the date, or write the day the \
         records end as date under [place]",
    );
    let records = rows(noticed.copied.count);
    let verb = if noticed.copied.count == 1 { "stands" } else { "stand" };
    say(
        &noticed.copied,
        true,
        Code::RecordInTwoFiles,
        "",
        format!("{records} {verb} word for word in a file read before, of which this one is a copy"),
        "Counted once; remove one of the two files from place.toml, or take the rows out of one",
    );
    for (why, seen) in &noticed.nowhere {
        let records = rows(seen.count);
        say(
            seen,
            true,
            Code::RecordNowhere,
            "",
            format!("{records} cannot be placed: {why}"),
            "Placed nowhere and not counted; give a zone, patch, postcode or coordinates, or a newer postcode file",
        );
    }
    say(
        &noticed.cut,
        true,
        Code::RowCut,
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
            Code::UnknownCount,
            name,
            format!("{records} hide the number of {name} or have no number"),
            remedy,
        );
    }
    for (dimension, seen) in &noticed.unmatched {
        let records = rows(seen.count);
        let example = seen.words.first().map_or("their words", String::as_str).replace('"', "'");
        let known = keys.get(dimension).map_or("", String::as_str);
        let verb = if seen.count == 1 { "says" } else { "say" };
        say(
            seen,
            true,
            Code::GroupUnknown,
            dimension,
            format!("{records} {verb} something that is none of the place's groups"),
            &format!(
                "Counted as recorded, in no group; where a group is meant, write below its [[engagement]]: \
                 groups = {{ {dimension} = {{ \"{example}\" = \"KEY\" }} }}, where KEY is not_recorded or one of: {known}"
            ),
        );
    }
    let records = rows(noticed.other_activity.count);
    say(
        &noticed.other_activity,
        false,
        Code::ActivityUnknown,
        "activity",
        format!("{records} name an activity that is not known"),
        "Counted as \"other\"; say which activity is meant under [engagement.activities] in place.toml",
    );
    let records = rows(noticed.unknown_asset.count);
    say(
        &noticed.unknown_asset,
        false,
        Code::AssetUnknown,
        "asset",
        format!("{records} name a venue that is not among the assets"),
        "Counted all the same, without their venue",
    );
    let records = rows(noticed.by_venue.count);
    say(
        &noticed.by_venue,
        false,
        Code::RecordAtVenue,
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
        Code::RecordSpread,
        "",
        format!("{records} only say an area that lies in several patches, such as a postcode district{outside}"),
        "Their people are shared among the patches by residents, and intervals are widened for it",
    );
    let records = rows(noticed.patch_then.count);
    let verb = if noticed.patch_then.count == 1 { "names" } else { "name" };
    say(
        &noticed.patch_then,
        false,
        Code::RecordPatchThen,
        "patch",
        format!("{records} {verb} a patch of an earlier time"),
        "Counted in today's patches, by where the residents of that patch live; if the file was written anew with today's \
         names, write patch_names = \"today\" under its [[engagement]]",
    );
    say(
        &noticed.irish,
        false,
        Code::IrishGrid,
        "x",
        "Coordinates are metres, which were read as the Irish Grid or Irish Transverse Mercator, by their size"
            .to_owned(),
        "Set crs to be sure, such as \"EPSG:29903\"",
    );
    let records = rows(noticed.long_themes.count);
    say(
        &noticed.long_themes,
        true,
        Code::ThemeFreeText,
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
        issues.push(Issue::note(Code::DatesMixed, Where::file(&file.file).field("date"), problem, remedy));
    }
}
