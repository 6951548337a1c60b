//! Records of people are kept as files for so many days and then only as what they come to: a cube of counts takes their
//! place in a version of its own, and their bytes are erased. Hash and row of the audit stay, and so does what was
//! published of them.

use super::{Editing, Progress, allowed, kept};
use crate::layer::Layer;
use crate::snapshot::Snapshot;
use crate::store::{Action, Actor, Entry, Role, StoreError, Stored, Version};
use crate::{export, load};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::{Arc, PoisonError};

/// Largest cube that is kept.
const LARGEST: u64 = 4 * 1024 * 1024 * 1024;

/// What came of letting go of records.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// The version in which counts took the place of records, where one was needed.
    pub version: Option<u64>,
    /// Names and hashes of what was erased.
    pub erased: Vec<(String, String)>,
    /// Why records of the version in force are still there, where they should not be.
    pub left: Option<String>,
}

impl Editing {
    /// Lets go of records as the workspace's own setting has it; nothing where it has none.
    ///
    /// # Errors
    /// As [`Editing::forget`].
    pub fn forget_due(&self) -> Stored<Forgotten> {
        match self.workspace.keeper().record_days()? {
            Some(days) => self.forget(&Actor::new("retention", Role::Owner), days),
            None => Ok(Forgotten::default()),
        }
    }

    /// As [`Editing::forget_due`], for whoever only reads the log.
    pub(super) fn forget_in_words(&self) {
        match self.forget_due() {
            Ok(done) => {
                if !done.erased.is_empty() {
                    tracing::info!(version = done.version, files = done.erased.len(), "records were let go of");
                }
                if let Some(why) = done.left {
                    tracing::warn!("records are kept for longer than the workspace's setting says: {why}");
                }
            }
            Err(why) => tracing::warn!("records could not be let go of: {why}"),
        }
    }

    /// Erases every file of records that was brought so many days ago or longer, in whatever version or draft it is.
    /// Those of the version in force are counted first, and a new version with the counts comes into force: only where
    /// it says of people what the one before said.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn forget(&self, actor: &Actor, days: u32) -> Stored<Forgotten> {
        allowed(actor, Action::Erase, None)?;
        let _turn = self.forgetting.lock().unwrap_or_else(PoisonError::into_inner);
        let before = Utc::now() - chrono::Duration::days(i64::from(days));
        let due = self.records_before(before)?;
        let mut done = Forgotten::default();
        if due.is_empty() {
            return Ok(done);
        }
        let why = format!("records are kept as files for {days} days");
        if let Some(now) = self.workspace.keeper().in_force()? {
            let version = self.workspace.keeper().version(now.version)?;
            let own: BTreeSet<String> = version
                .files
                .iter()
                .filter(|file| due.contains_key(&file.hash))
                .map(|file| file.name.clone())
                .collect();
            if !own.is_empty() {
                match self.counted(actor, &version, &own, &why) {
                    Ok(n) => done.version = Some(n),
                    Err(error @ (StoreError::Refused(_) | StoreError::Stale(_))) => done.left = Some(error.to_string()),
                    Err(error) => return Err(error),
                }
            }
        }
        for (hash, (name, at)) in due {
            let why = format!("{name}, brought on {}: {why}", at.format("%Y-%m-%d"));
            match self.erase(actor, &hash, &why) {
                Ok(()) => done.erased.push((name, hash)),
                // The same bytes are in force, as records that could not be counted or as something else.
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    /// Files of records that were brought before then, by hash, with their name and when they were brought last. What is
    /// a file of records is said by any `place.toml` of the workspace that names it under `[[engagement]]`.
    fn records_before(&self, before: DateTime<Utc>) -> Stored<BTreeMap<String, (String, DateTime<Utc>)>> {
        let uploads = self.workspace.keeper().uploads()?;
        let mut names = BTreeSet::new();
        for (_, hash, _) in uploads.iter().filter(|(name, ..)| name == "place.toml") {
            // One that cannot be read names nothing.
            names.extend(self.parsed(hash).map(|place| records_of(&place)).unwrap_or_default());
        }
        let mut found: BTreeMap<String, (String, DateTime<Utc>)> = BTreeMap::new();
        for (name, hash, at) in uploads.into_iter().filter(|(name, ..)| names.contains(name)) {
            let known = found.entry(hash).or_insert((name, at));
            known.1 = known.1.max(at);
        }
        found.retain(|_, (_, at)| *at <= before);
        Ok(found)
    }

    fn text(&self, hash: &str) -> Stored<String> {
        let mut text = String::new();
        self.workspace.files.read(hash)?.read_to_string(&mut text)?;
        Ok(text)
    }

    fn parsed(&self, hash: &str) -> Option<toml::Table> {
        self.text(hash).ok()?.parse().ok()
    }

    /// A version with what these records come to in their place. Its number.
    fn counted(&self, actor: &Actor, version: &Version, own: &BTreeSet<String>, why: &str) -> Stored<u64> {
        let none = || StoreError::Refused("The version in force has no place.toml".to_owned());
        let settings = version.files.iter().find(|file| file.name == "place.toml").ok_or_else(none)?;
        let text = self.text(&settings.hash)?;
        let split = split(&text, own).map_err(StoreError::Refused)?;
        let cube = self.cube_of(version, &split.only)?;
        let stem = format!("counts-of-records-{}", Utc::now().format("%Y-%m-%d"));
        let taken = |name: &str| version.files.iter().any(|file| file.name == name);
        let names =
            (1..u32::MAX).map(|n| if n == 1 { format!("{stem}.parquet") } else { format!("{stem}-{n}.parquet") });
        let name = names.into_iter().find(|name| !taken(name)).unwrap_or_default();
        let told = split.told(&name).map_err(StoreError::Refused)?;
        let keeper = self.workspace.keeper();
        let draft = keeper.open_draft(actor, why)?;
        let kept = self.workspace.files.put(&mut told.as_bytes(), LARGEST)?;
        let mut changes: Vec<(String, Option<Entry>)> = own.iter().map(|name| (name.clone(), None)).collect();
        changes.push((name.clone(), Some(Entry::new(&name, cube, actor, why))));
        changes.push(("place.toml".to_owned(), Some(Entry::new("place.toml", kept, actor, why))));
        let mut stands = None;
        let published = keeper.change_draft(actor, &draft.id, draft.revision, &changes).and_then(|draft| {
            stands = kept::stand_for(&self.workspace, &draft.files, &version.files)?;
            let key = (draft.id.clone(), draft.revision);
            self.state().checks.push_back((key.clone(), Progress::Waiting));
            let report = self.checked(&key, &draft)?;
            if !report.is_usable {
                let first = report.issues.first().map_or_else(String::new, |issue| issue.problem.clone());
                return Err(StoreError::Refused(format!("With their counts the place cannot be used: {first}")));
            }
            let (new, _) = self.snapshot_of(&draft.files)?;
            let (now, _) = self.snapshot_of(&version.files)?;
            let differing = differing(&now, &new);
            if !differing.is_empty() {
                let why = format!(
                    "Their counts alone would say something else than the records do ({}): somebody may be in two files \
                     under one identifier, or two files hold one record. Bring one file of all of them, and publish it",
                    differing.join(", ")
                );
                return Err(StoreError::Refused(why));
            }
            self.tell(&key, Progress::Done(Arc::new(report)));
            self.publish(actor, &draft.id, draft.revision, why)
        });
        if let Err(why) = &published {
            super::taken_back(why, stands);
            let _ = keeper.drop_draft(actor, &draft.id);
        }
        Ok(published?.n)
    }

    /// What the records come to that a `place.toml` of nothing else names, as a file that is kept.
    fn cube_of(&self, version: &Version, only: &str) -> Stored<crate::store::Kept> {
        let failed = |why: &str| StoreError::Refused(format!("The records cannot be counted: {why}"));
        let kept = self.workspace.files.put(&mut only.as_bytes(), LARGEST)?;
        let mut files = version.files.clone();
        for file in files.iter_mut().filter(|file| file.name == "place.toml") {
            file.hash.clone_from(&kept.hash);
        }
        let view = self.workspace.view(&files)?;
        let (loaded, cube) = load::count(&view, &|step| tracing::debug!("{step}"));
        let _ = std::fs::remove_dir_all(&view);
        if self.workspace.keeper().hashes()?.iter().all(|(known, _)| *known != kept.hash) {
            self.workspace.files.erase(&kept.hash)?;
        }
        let first = || loaded.issues.first().map_or_else(String::new, |issue| issue.problem.clone());
        let cube = cube.ok_or_else(|| failed(&first()))?;
        let beside = tempfile::Builder::new().suffix(".parquet").tempfile_in(self.workspace.dir())?;
        export::cube(cube, beside.path()).map_err(|error| failed(&error.to_string()))?;
        self.workspace.files.put(&mut std::fs::File::open(beside.path())?, LARGEST)
    }
}

/// The layers of one whose features are not those of the other.
fn differing(one: &Snapshot, other: &Snapshot) -> Vec<String> {
    let same =
        |own: &Layer| other.collection(own.id.as_str()).is_some_and(|known| known.layer.features == own.features);
    let layers = one.layers().iter().filter(|each| !same(&each.layer));
    layers.map(|each| each.layer.id.to_string()).collect()
}

/// Names of the files of records that a place names.
fn records_of(place: &toml::Table) -> Vec<String> {
    let sections = place.get("engagement").and_then(toml::Value::as_array).into_iter().flatten();
    sections.filter_map(|section| Some(section.get("file")?.as_str()?.to_owned())).collect()
}

/// A `place.toml` without some of its records.
struct Split {
    /// What is left.
    text: String,
    /// The place with those records alone.
    only: String,
    /// What counts of them need that they had: where postcodes are, and where they came from.
    about: toml::Table,
}

impl Split {
    /// What is left, and where the counts are.
    fn told(&self, cube: &str) -> Result<String, String> {
        let mut own = self.about.clone();
        own.insert("cube".to_owned(), toml::Value::String(cube.to_owned()));
        let mut section = toml::Table::new();
        section.insert("engagement".to_owned(), toml::Value::Array(vec![toml::Value::Table(own)]));
        let section = toml::to_string(&section).map_err(|error| error.to_string())?;
        Ok(format!(
            "{}\n\n# What records came to that are not kept as files any more.\n{section}",
            self.text.trim_end()
        ))
    }
}

/// Takes the sections of these records out of the text of a `place.toml`.
fn split(text: &str, own: &BTreeSet<String>) -> Result<Split, String> {
    let whole: toml::Table = text.parse().map_err(|error: toml::de::Error| format!("place.toml: {error}"))?;
    let all = whole.get("engagement").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let is_own = |section: &toml::Value| {
        section.get("file").and_then(toml::Value::as_str).is_some_and(|file| own.contains(file))
    };
    let (gone, left): (Vec<toml::Value>, Vec<toml::Value>) = all.iter().cloned().partition(is_own);
    let mut about = toml::Table::new();
    for key in ["postcodes", "source"] {
        let mut said: Vec<Option<&toml::Value>> = gone.iter().map(|section| section.get(key)).collect();
        said.dedup();
        match (said.as_slice(), key) {
            ([one], _) => about.extend(one.map(|one| (key.to_owned(), one.clone()))),
            (_, "postcodes") => {
                return Err(
                    "place.toml gives these records different files of postcodes, so that they cannot be counted \
                            into one file"
                        .to_owned(),
                );
            }
            _ => {}
        }
    }
    let mut kept = Vec::new();
    let (mut nth, mut is_out) = (0, false);
    for line in text.lines() {
        let head = line.trim_start();
        if head.starts_with("[[engagement]]") {
            is_out = all.get(nth).is_some_and(is_own);
            nth += 1;
        } else if head.starts_with('[') && !head.starts_with("[engagement.") && !head.starts_with("[[engagement.") {
            is_out = false;
        }
        if !is_out {
            kept.push(line);
        }
    }
    let with = |sections: &[toml::Value]| {
        let mut place = whole.clone();
        match sections {
            [] => place.remove("engagement"),
            some => place.insert("engagement".to_owned(), toml::Value::Array(some.to_vec())),
        };
        place
    };
    let text = kept.join("\n");
    if text.parse::<toml::Table>().ok().as_ref() != Some(&with(&left)) {
        return Err(
            "place.toml is written in a way that its records cannot be taken out of it. Write each section of records \
                    as lines of its own below [[engagement]]"
                .to_owned(),
        );
    }
    let only = toml::to_string(&with(&gone)).map_err(|error| error.to_string())?;
    Ok(Split { text, only, about })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[place]\nname = \"A\"\n# last year\n[[engagement]]\nfile = \"old.csv\"\nsource = { title = \"T\" }\n\
                        [engagement.columns]\ndate = \"Day\"\n\n[[engagement]]\nfile = \"new.csv\" # this year\n[zones]\nfile = \"z\"\n";

    #[test]
    fn records_are_taken_out_of_the_settings_and_all_else_stays() {
        let own = BTreeSet::from(["old.csv".to_owned()]);
        let found = split(TEXT, &own).expect("split");
        assert!(found.text.contains("# this year") && found.text.contains("# last year"), "{}", found.text);
        assert!(!found.text.contains("old.csv") && !found.text.contains("Day"), "{}", found.text);
        let told: toml::Table = found.told("c.parquet").expect("told").parse().expect("toml");
        let sections = told["engagement"].as_array().expect("sections");
        assert_eq!(sections.len(), 2);
        assert_eq!(
            (sections[1]["cube"].as_str(), sections[1]["source"]["title"].as_str()),
            (Some("c.parquet"), Some("T"))
        );
        let only: toml::Table = found.only.parse().expect("toml");
        assert_eq!(records_of(&only), ["old.csv"]);
        assert_eq!(only["engagement"][0]["columns"]["date"].as_str(), Some("Day"));
        assert_eq!(only["zones"]["file"].as_str(), Some("z"));
    }

    #[test]
    fn settings_written_otherwise_are_refused_and_not_spoilt() {
        let inline = "engagement = [{ file = \"old.csv\" }]\n[place]\nname = \"A\"\n";
        let own = BTreeSet::from(["old.csv".to_owned()]);
        assert!(split(inline, &own).is_err_and(|why| why.contains("[[engagement]]")));
        let two = "[[engagement]]\nfile = \"old.csv\"\npostcodes = \"p\"\n[[engagement]]\nfile = \"older.csv\"\n";
        let own = BTreeSet::from(["old.csv".to_owned(), "older.csv".to_owned()]);
        assert!(split(two, &own).is_err_and(|why| why.contains("postcodes")));
    }
}
