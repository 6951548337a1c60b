//! Files of records: read, counted, and kept for the measures that use them.

use super::desk::{Ask, Desk};
use super::manifest::RecordsSection;
use super::table::{Options, Table};
use super::words::{plain, some_of};
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
    if role == "engagement" {
        note_personal(desk, &set);
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
        Ok(items) => {
            let first = items.first().and_then(|first| first.as_object());
            let columns = first.map(|first| first.keys().cloned().collect()).unwrap_or_default();
            Some(RecordSet { file: section.file.clone(), records: items.len() as u64, columns })
        }
        Err(problem) => {
            let remedy = "Use a 360Giving package (an object with a list \"grants\"), or a list of records";
            desk.issues.push(Issue::error("records-unreadable", Where::file(&section.file), problem, remedy));
            None
        }
    }
}

/// The records of a JSON file: the `grants` of a 360Giving package, or the items of a plain list.
pub(super) fn parse(path: &Path) -> Result<Vec<serde_json::Value>, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("The file cannot be read: {error}"))?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| format!("The file is not JSON: {error}"))?;
    match value {
        serde_json::Value::Array(items) => Ok(items),
        serde_json::Value::Object(mut package) => {
            let list = ["grants", "records", "features"].iter().find_map(|name| match package.remove(*name) {
                Some(serde_json::Value::Array(items)) => Some(items),
                _ => None,
            });
            list.ok_or_else(|| "The file has no list of records".to_owned())
        }
        _ => Err("The file has no list of records".to_owned()),
    }
}

/// Columns that look like they name people.
fn note_personal(desk: &mut Desk<'_>, set: &RecordSet) {
    let personal: Vec<&str> = set.columns.iter().map(String::as_str).filter(|title| looks_personal(title)).collect();
    if !personal.is_empty() {
        let problem = format!("Columns look like names, addresses or numbers of people: {}", some_of(&personal));
        let remedy = "They are not needed and not kept, and the measures of reach will refuse them; remove the columns before handing the file on";
        desk.issues.push(Issue::warning("personal-data", Where::file(&set.file), problem, remedy));
    }
}

fn looks_personal(title: &str) -> bool {
    let form = plain(title);
    let whole = [
        "name",
        "fullname",
        "personname",
        "participant",
        "participantname",
        "attendee",
        "contactname",
        "clientname",
        "residentname",
        "membername",
        "dob",
        "dateofbirth",
        "birthdate",
        "nino",
        "nhsnumber",
        "address",
        "homeaddress",
    ];
    let parts =
        ["email", "phone", "telephone", "mobile", "firstname", "forename", "surname", "lastname", "nationalinsurance"];
    whole.contains(&form.as_str()) || parts.iter().any(|part| form.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_of_people_are_noticed_and_venues_are_not() {
        for title in ["Email", "First Name", "mobile_number", "Date of birth", "name"] {
            assert!(looks_personal(title), "{title}");
        }
        for title in ["venue_name", "patch", "ethnic_group", "postcode", "date", "theme"] {
            assert!(!looks_personal(title), "{title}");
        }
    }
}
