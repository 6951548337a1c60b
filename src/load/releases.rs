//! Finds what was published before: the files of `[disclosure] releases`.

use super::desk::Desk;
use super::manifest::{DisclosureSection, GroupsSection, OneOrMany};
use super::words::plain;
use crate::place::{Code, Disclosure, Issue, Severity, Where};
use std::collections::BTreeMap;

/// How small counts are protected, with the text of every release published before, oldest first by
/// name. A file that cannot be read is an error, because without it what it hid could be given away.
pub(super) fn read(desk: &mut Desk<'_>, section: &DisclosureSection, groups: &[GroupsSection]) -> Disclosure {
    let mut grounds = BTreeMap::new();
    for table in groups {
        for (key, parts) in &table.groups {
            let parts: Vec<String> = match parts {
                OneOrMany::One(one) => vec![plain(one)],
                OneOrMany::Many(many) => many.iter().map(|one| plain(one)).collect(),
            };
            grounds.insert((table.dimension.clone(), key.clone()), parts);
        }
    }
    let earlier = section.releases.as_deref().map_or_else(Vec::new, |written| texts(desk, written));
    Disclosure { threshold: u64::from(section.threshold), rounding: u64::from(section.rounding), earlier, grounds }
}

fn texts(desk: &mut Desk<'_>, written: &str) -> Vec<(String, String)> {
    let directory = desk.directory(written);
    if let Some(issue) = desk.refused(written, &directory, "releases").filter(|issue| issue.severity == Severity::Error)
    {
        desk.issues.push(issue);
        return Vec::new();
    }
    let mut files: Vec<_> = match std::fs::read_dir(directory) {
        Ok(entries) => entries.filter_map(|entry| Some(entry.ok()?.path())).collect(),
        Err(error) => {
            let problem = format!("\"{written}\" cannot be listed: {error}");
            let at = Where::file("place.toml").field("releases".to_owned());
            desk.issues.push(Issue::error(
                Code::ReleasesUnreadable,
                at,
                problem,
                "Make the directory, or remove the key",
            ));
            return Vec::new();
        }
    };
    files.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            // What cannot be read is kept as no text, which is no release, so that nothing is published.
            let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
                let problem = format!("The release cannot be read: {error}");
                let remedy = "Mend the file or bring it back from a copy; nothing of the records is shown without it";
                desk.issues.push(Issue::error(Code::ReleasesUnreadable, Where::file(&name), problem, remedy));
                String::new()
            });
            (name, text)
        })
        .collect()
}
