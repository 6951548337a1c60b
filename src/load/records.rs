//! Grant files: read, counted, and kept for the measures that will use them.

use super::desk::{Ask, Desk};
use super::manifest::RecordsSection;
use super::table::{Options, Table};
use super::words::plain;
use crate::place::{Issue, RecordSet, Where};
use std::path::Path;

/// Counts the records of a file; nothing when it cannot be read.
pub(super) fn read(desk: &mut Desk<'_>, section: &RecordsSection, role: &'static str) -> Option<RecordSet> {
    let is_json = section.file.to_lowercase().ends_with(".json");
    let set = if is_json { from_json(desk, section, role)? } else { from_table(desk, section, role)? };
    for (fact, title) in &section.columns {
        if !set.columns.iter().any(|column| plain(column) == plain(title)) {
            let at = Where::file(&section.file).field(fact.clone());
            let problem =
                format!("place.toml names the column \"{title}\" for `{fact}`, and the file has no such column");
            desk.issues.push(Issue::warning(
                "column-missing",
                at,
                problem,
                format!("Its columns are: {}", set.columns.join(", ")),
            ));
        }
    }
    Some(set)
}

fn from_table(desk: &mut Desk<'_>, section: &RecordsSection, role: &'static str) -> Option<RecordSet> {
    let options = Options { layer: section.sheet.as_deref(), ..Options::default() };
    let table: Table = desk.table(Ask { role, written: &section.file, options, about: &section.source })?;
    let columns = table.titles().into_iter().map(str::to_owned).collect();
    Some(RecordSet { file: section.file.clone(), records: table.rows() as u64, columns })
}

/// The `grants` of a 360Giving package, or the items of a plain list.
fn from_json(desk: &mut Desk<'_>, section: &RecordsSection, role: &'static str) -> Option<RecordSet> {
    let path = desk.find(&section.file, role)?;
    desk.note_source(role, &section.file, &path, &section.source);
    match parse(&path) {
        Ok((records, columns)) => Some(RecordSet { file: section.file.clone(), records, columns }),
        Err(problem) => {
            let remedy = "Use a 360Giving package (an object with a list \"grants\"), or a list of records";
            desk.issues.push(Issue::error("records-unreadable", Where::file(&section.file), problem, remedy));
            None
        }
    }
}

fn parse(path: &Path) -> Result<(u64, Vec<String>), String> {
    let bytes = std::fs::read(path).map_err(|error| format!("The file cannot be read: {error}"))?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| format!("The file is not JSON: {error}"))?;
    let list = match &value {
        serde_json::Value::Array(items) => items,
        serde_json::Value::Object(package) => {
            let grants = ["grants", "records", "features"].iter().find_map(|name| package.get(*name)?.as_array());
            grants.ok_or("The file has no list of records")?
        }
        _ => return Err("The file has no list of records".to_owned()),
    };
    let columns = list.first().and_then(|first| first.as_object()).map(|first| first.keys().cloned().collect());
    Ok((list.len() as u64, columns.unwrap_or_default()))
}
