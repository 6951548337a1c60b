//! What every part of loading shares: where files are, what was found, and which sources were read.

use super::fence;
use super::manifest::Provenance;
use super::memory::{Memory, Print, Said};
use super::{Issues, Steps};
use crate::place::{Code, Cube, Issue, Meaning, Severity, Source, UnderstoodTable, Where, Words};
use crate::read::{Options, Table};
use crate::text;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Looks up an environment variable.
pub(super) type Variables<'a> = &'a (dyn Fn(&str) -> Option<String> + Sync);

/// The desk on which the files of a place are opened.
pub(super) struct Desk<'a> {
    dir: &'a Path,
    is_fenced: bool,
    variables: Variables<'a>,
    steps: Steps<'a>,
    /// Everything found so far.
    pub(super) issues: Issues,
    /// What the records come to, where a cube of them is asked for.
    pub(super) cube: Option<Cube>,
    /// Words of records whose meaning is asked for, instead of records being read.
    pub(super) words: Option<Vec<Words>>,
    /// What they mean.
    pub(super) meanings: Vec<Meaning>,
    /// How each table of residents was understood.
    pub(super) understood: Vec<UnderstoodTable>,
    sources: Vec<Source>,
    digests: HashMap<PathBuf, String>,
    /// Role, digest and part of every file whose rows were read, and how it was written.
    read: Vec<([String; 3], String)>,
    /// What was read of the place before, where somebody remembers.
    pub(super) memory: Option<&'a Memory>,
    /// Files that were looked for, as written, and what they held then; kept where somebody remembers.
    looked_for: Vec<(String, Option<Print>)>,
}

/// How much had been said at some time: issues, tables, sources, files read and files looked for.
pub(super) struct Mark([usize; 5]);

/// A file that a section of `place.toml` names.
#[derive(Clone, Copy)]
pub(super) struct Ask<'a> {
    /// What the file is for: `zones`, `assets`, …
    pub(super) role: &'static str,
    /// The path as written.
    pub(super) written: &'a str,
    /// How to read it.
    pub(super) options: Options<'a>,
    /// About the file.
    pub(super) about: &'a Provenance,
}

impl<'a> Desk<'a> {
    /// An empty desk. With `is_fenced` files outside the place's directory are refused.
    pub(super) fn new(dir: &'a Path, variables: Variables<'a>, steps: Steps<'a>, is_fenced: bool) -> Self {
        Self {
            dir,
            is_fenced,
            variables,
            steps,
            issues: Issues::default(),
            cube: None,
            words: None,
            meanings: Vec::new(),
            understood: Vec::new(),
            sources: Vec::new(),
            digests: HashMap::new(),
            read: Vec::new(),
            memory: None,
            looked_for: Vec::new(),
        }
    }

    /// Whether files outside the place's directory are refused.
    pub(super) fn is_fenced(&self) -> bool {
        self.is_fenced
    }

    /// How much was said so far.
    pub(super) fn mark(&self) -> Mark {
        Mark([self.issues.len(), self.understood.len(), self.sources.len(), self.read.len(), self.looked_for.len()])
    }

    /// What was said since, and the files that were looked for; no files where one of them was not there.
    pub(super) fn said_since(
        &self,
        Mark([issues, understood, sources, read, looked_for]): &Mark,
    ) -> (Said, Option<Vec<(String, Print)>>) {
        let said = Said {
            issues: self.issues.iter().skip(*issues).cloned().collect(),
            understood: self.understood.get(*understood..).unwrap_or_default().to_vec(),
            sources: self.sources.get(*sources..).unwrap_or_default().to_vec(),
            read: self.read.get(*read..).unwrap_or_default().to_vec(),
        };
        let looked_for = self.looked_for.iter().skip(*looked_for).cloned();
        (said, looked_for.map(|(written, print)| Some((written, print?))).collect())
    }

    /// Says again what a step said that is not done again.
    pub(super) fn say(&mut self, said: &Said, files: &[(String, Print)]) {
        self.issues.extend(said.issues.iter().cloned());
        self.understood.extend(said.understood.iter().cloned());
        for source in &said.sources {
            if !self.sources.iter().any(|known| known.file == source.file && known.role == source.role) {
                self.sources.push(source.clone());
            }
        }
        self.read.extend(said.read.iter().cloned());
        self.looked_for.extend(files.iter().map(|(written, print)| (written.clone(), Some(print.clone()))));
    }

    /// What a file as written and those beside it that may be read with it hold now; nothing where it may not be read.
    pub(super) fn print(&mut self, written: &str) -> Option<Print> {
        let path = self.dir.join(expand(written, self.variables).ok()?);
        if self.refused(written, &path, "").is_some_and(|issue| issue.severity == Severity::Error) {
            return None;
        }
        let stem = format!("{}.", path.file_stem()?.to_string_lossy());
        let beside = std::fs::read_dir(path.parent()?).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
        let own = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&stem));
        let mut all: Vec<PathBuf> = beside.filter(|path| own(path) && path.is_file()).collect();
        if !all.contains(&path) {
            all.push(path);
        }
        all.sort();
        let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Some(all.iter().map(|path| (name(path), self.digest(path))).collect())
    }

    fn look_for(&mut self, written: &str) {
        if self.memory.is_some() {
            let print = self.print(written);
            self.looked_for.push((written.to_owned(), print));
        }
    }

    /// Tells whoever waits what happens now.
    pub(super) fn step(&self, what: &str) {
        (self.steps)(what);
    }

    /// The same voice, for those who do not hold the desk.
    pub(super) fn steps(&self) -> Steps<'a> {
        self.steps
    }

    /// As [`Desk::find`], where a folder will do.
    pub(super) fn find_file_or_folder(&mut self, written: &str, role: &str) -> Option<PathBuf> {
        let path = self.directory(written);
        if !path.is_dir() {
            return self.find(written, role);
        }
        match self.refused(written, &path, role) {
            Some(issue) => {
                let is_error = issue.severity == Severity::Error;
                self.issues.push(issue);
                (!is_error).then_some(path)
            }
            None => Some(path),
        }
    }

    /// Where a written path leads; an error is noted when it leads nowhere.
    pub(super) fn find(&mut self, written: &str, role: &str) -> Option<PathBuf> {
        self.look_for(written);
        let at = || Where::file("place.toml").field(role.to_owned());
        let path = match expand(written, self.variables) {
            Ok(path) => self.dir.join(path),
            Err(name) => {
                let problem =
                    format!("The path \"{written}\" begins with the environment variable {name}, which is not set");
                let remedy = format!("Set it, as in {name}=/path/to/data, or write the path without it");
                self.issues.push(Issue::error(Code::VariableUnset, at(), problem, remedy));
                return None;
            }
        };
        if let Some(issue) = self.refused(written, &path, role) {
            let is_error = issue.severity == Severity::Error;
            self.issues.push(issue);
            if is_error {
                return None;
            }
        }
        if path.is_file() {
            return Some(path);
        }
        if let Some(issue) = crate::read::convert::geodatabase(&path, written) {
            self.issues.push(issue);
            return None;
        }
        let remedy = match nearest_file(&path) {
            Some(name) => {
                format!("Did you mean \"{name}\", which is in the same directory? Paths are relative to place.toml")
            }
            None => "Check the path: it is relative to the directory of place.toml".to_owned(),
        };
        self.issues.push(Issue::error(Code::FileMissing, at(), format!("There is no file \"{written}\""), remedy));
        None
    }

    /// Why a path may not be read, or that a server would not read it. It is not told whether anything is there.
    pub(super) fn refused(&self, written: &str, path: &Path, role: &str) -> Option<Issue> {
        let at = Where::file("place.toml").field(role.to_owned());
        if !fence::is_data(path) {
            let problem = format!("\"{written}\" is no file of data: it is a device, a pipe or part of the system");
            return Some(Issue::error(Code::FileSpecial, at, problem, "Name a file of the place"));
        }
        let mut roots = vec![self.dir.to_path_buf()];
        // A variable with the program's own name is the operator's word.
        if let Some((name, _)) = written.strip_prefix("${").and_then(|rest| rest.split_once('}'))
            && name.starts_with("PATCHWORK_")
        {
            roots.extend((self.variables)(name).map(PathBuf::from));
        }
        if fence::is_below(path, &roots) {
            return None;
        }
        let problem = format!("\"{written}\" leads outside the directory of the place");
        Some(if self.is_fenced {
            let remedy = "Put the file into the place; or start the server with --allow-outside (PATCHWORK_ALLOW_OUTSIDE=true), or begin the path with a variable such as ${PATCHWORK_SHARED}";
            Issue::error(Code::FileOutside, at, problem, remedy)
        } else {
            let remedy = "It is read here; patchwork serve reads it only with --allow-outside";
            Issue::note(Code::FileOutside, at, problem, remedy)
        })
    }

    /// Where a written path to a directory leads, whether or not there is one.
    pub(super) fn directory(&self, written: &str) -> PathBuf {
        let expanded = expand(written, self.variables);
        expanded.map_or_else(|_| self.dir.join(written), |path| self.dir.join(path))
    }

    /// The rows of a file, noted as a source; `None`, with the reason noted, when it cannot be read.
    pub(super) fn table(&mut self, ask: Ask<'_>) -> Option<Table> {
        let path = self.find(ask.written, ask.role)?;
        self.note_source(ask.role, ask.written, &path, ask.about);
        match Table::read(&path, ask.written, ask.options, &mut self.issues) {
            Ok(table) => {
                let unclear = super::points::irish_guess(&table, matches!(ask.role, "zones" | "patches"));
                let is_refused = unclear.as_ref().is_some_and(|issue| issue.severity == Severity::Error);
                self.issues.extend(unclear);
                (!is_refused).then_some(table)
            }
            Err(issue) => {
                self.issues.push(issue);
                None
            }
        }
    }

    /// Remembers that a file was used, with the digest of its bytes.
    pub(super) fn note_source(&mut self, role: &str, written: &str, path: &Path, about: &Provenance) {
        if self.sources.iter().any(|source| source.file == written && source.role == role) {
            return;
        }
        let digest = self.digest(path);
        let date = self.day_of(about.date.as_deref(), "source.date");
        self.sources.push(Source {
            file: written.to_owned(),
            role: role.to_owned(),
            title: about.title.clone(),
            licence: about.licence.clone(),
            attribution: about.attribution.clone(),
            date,
            digest,
        });
    }

    fn digest(&mut self, path: &Path) -> String {
        match self.digests.get(path) {
            Some(digest) => digest.clone(),
            None => self.digests.entry(path.to_owned()).or_insert(digest_of(path)).clone(),
        }
    }

    /// Whether the same bytes were read for the same purpose already: a file that two sections name, or a copy of it
    /// under another name. Its rows would count twice, so it is told, and the second is to be passed over. `part` is
    /// the sheet or whatever else makes two readings of one file two different things.
    pub(super) fn named_twice(&mut self, role: &'static str, written: &str, part: &str) -> bool {
        self.look_for(written);
        let Ok(path) = expand(written, self.variables).map(|path| self.dir.join(path)) else { return false };
        if !path.is_file() {
            return false;
        }
        let own = [role.to_owned(), self.digest(&path), part.to_owned()];
        let Some(first) = self.read.iter().find(|(known, _)| *known == own).map(|(_, written)| written.clone()) else {
            self.read.push((own, written.to_owned()));
            return false;
        };
        let problem = if first == written {
            format!("The file is named in two sections [[{role}]]")
        } else {
            format!("The file holds the same bytes as {first}, which another section [[{role}]] names")
        };
        let remedy = "Its rows are counted once; remove one of the two sections from place.toml";
        self.issues.push(Issue::warning(Code::FileNamedTwice, Where::file(written).field(role), problem, remedy));
        true
    }

    /// The day a key of `place.toml` gives; a warning is noted when it is not a day.
    pub(super) fn day_of(&mut self, written: Option<&str>, field: &str) -> Option<chrono::NaiveDate> {
        let written = written?;
        let day = crate::read::parse_date(written);
        if day.is_none() {
            let at = Where::file("place.toml").field(field.to_owned());
            let problem = format!("\"{written}\" is not a day");
            self.issues.push(Issue::warning(
                Code::DateUnreadable,
                at,
                problem,
                "Write it as year-month-day, such as \"2024-06-30\"",
            ));
        }
        day
    }

    /// What was read and what was found.
    pub(super) fn close(self) -> (Vec<Source>, Issues) {
        (self.sources, self.issues)
    }
}

/// A path with the variable at its start filled in, or the name of the variable that is not set.
fn expand(written: &str, variables: Variables<'_>) -> Result<PathBuf, String> {
    let Some((name, rest)) = written.strip_prefix("${").and_then(|rest| rest.split_once('}')) else {
        return Ok(PathBuf::from(written));
    };
    let value = variables(name).filter(|value| !value.is_empty()).ok_or_else(|| name.to_owned())?;
    Ok(PathBuf::from(value).join(rest.trim_start_matches('/')))
}

/// The file of the same directory whose name is most like the one that is missing.
fn nearest_file(path: &Path) -> Option<String> {
    let wanted = path.file_name()?.to_string_lossy().into_owned();
    let mut names: Vec<String> = std::fs::read_dir(path.parent()?)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    names.sort();
    nearest(&wanted, names.iter().map(String::as_str)).map(str::to_owned)
}

/// The candidate most like `wanted`, when it is like enough to be a slip of the pen.
pub(super) fn nearest<'n>(wanted: &str, candidates: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    text::nearest(wanted, candidates, 0.75)
}

/// SHA-256 of a file; for a Shapefile, of its parts one after the other. Empty when it cannot be read,
/// which the reader of the file reports.
fn digest_of(path: &Path) -> String {
    let mut hash = Sha256::new();
    let is_shapefile = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("shp"));
    let parts: &[&str] = if is_shapefile { &["shp", "dbf", "prj"] } else { &[""] };
    let mut any = false;
    for part in parts {
        let part_path = if part.is_empty() { path.to_owned() } else { path.with_extension(part) };
        let Ok(mut file) = std::fs::File::open(part_path) else { continue };
        let mut buffer = vec![0; 1 << 16];
        while let Ok(n @ 1..) = file.read(&mut buffer) {
            hash.update(&buffer[..n]);
        }
        any = true;
    }
    if !any {
        return String::new();
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_at_the_start_of_a_path_is_filled_in() {
        let variables = |name: &str| (name == "DATA").then(|| "/data".to_owned());
        assert_eq!(expand("${DATA}/a/b.csv", &variables), Ok(PathBuf::from("/data/a/b.csv")));
        assert_eq!(expand("a/${DATA}.csv", &variables), Ok(PathBuf::from("a/${DATA}.csv")));
        assert_eq!(expand("${OTHER}/b.csv", &variables), Err("OTHER".to_owned()));
    }

    #[test]
    fn a_slip_of_the_pen_is_recognised_and_a_different_word_is_not() {
        assert_eq!(nearest("license", ["title", "licence", "date"].into_iter()), Some("licence"));
        assert_eq!(nearest("zzz", ["title", "licence"].into_iter()), None);
    }
}
