//! Several street files as one network: what each of them says of the others' border.

use super::StreetsSection;
use crate::place::{Code, Issue, Issues, Where};
use std::collections::BTreeSet;

/// Why the files that are named cannot be read as they are.
pub(super) fn wrongly_named(section: &StreetsSection) -> Option<Issue> {
    let issue = |code, problem: String, remedy: &str| {
        Some(Issue::error(code, Where::file("place.toml").field("[streets] files"), problem, remedy))
    };
    if section.named().is_empty() {
        let remedy = "Write file = \"…\", or files = [\"…\", \"…\"] where the streets come region by region";
        return issue(Code::MissingKey, "[streets] names no file".to_owned(), remedy);
    }
    if section.file.is_some() && !section.files.is_empty() {
        let problem = "[streets] has both file and files, and does not say whether they belong together".to_owned();
        return issue(Code::StreetFilesUnlike, problem, "Name every file under files, and leave out file");
    }
    let mut seen = BTreeSet::new();
    let twice = section.files.iter().find(|file| !seen.insert(file.as_str()))?;
    issue(Code::StreetFilesUnlike, format!("[streets] files names \"{twice}\" twice"), "Name each file once")
}

/// Files of different forms are not put together: ways of OpenStreetMap meet by the numbers of their nodes, lines of a layer
/// by where they are.
pub(super) fn unlike(shown: &str) -> Issue {
    let problem = "Some of the street files are of OpenStreetMap and some are layers of lines: where one ends and the other \
                   begins they would not meet";
    let remedy = "Take all regions from one source: all .osm.pbf or .osm, or all layers of lines";
    Issue::error(Code::StreetFilesUnlike, Where::file(shown), problem, remedy)
}

/// Where do the streets of one file meet those of another?
#[derive(Default)]
pub(super) struct Meetings {
    /// Points at which streets of several files meet.
    points: usize,
    /// The files that have such a point.
    files: BTreeSet<usize>,
}

impl Meetings {
    /// A point, and the files whose streets come there.
    pub(super) fn at(&mut self, files: &BTreeSet<usize>) {
        if files.len() > 1 {
            self.points += 1;
            self.files.extend(files);
        }
    }

    /// Says where files were joined, and which meet no other. Nothing where there is one file.
    pub(super) fn tell(&self, names: &[&str], issues: &mut Issues) {
        if names.len() < 2 {
            return;
        }
        for (_, name) in names.iter().enumerate().filter(|(file, _)| !self.files.contains(file)) {
            let problem = "No street of this file meets one of the other street files";
            let remedy = "Where the regions lie apart there is nothing to do. Where they lie beside each other, cut both from \
                          one source of one day, or (layers of lines) raise [streets] join_within_m";
            issues.push(Issue::warning(Code::StreetFilesApart, Where::file(*name), problem, remedy));
        }
        if self.points > 0 {
            let problem = format!(
                "{} street files are one network: streets of several of them meet at {} points",
                names.len(),
                self.points
            );
            let remedy = "Nothing to do";
            issues.push(Issue::note(Code::StreetFilesJoined, Where::file(names.join(", ")), problem, remedy));
        }
    }
}
