//! A first `place.toml` out of a heap of files: what was recognised is named, what the loader refuses of it is asked
//! about, and what is missing is said with where councils find it.

use super::areas::year;
use super::missing::{ASSETS, BOUNDARIES, DEPRIVATION, Missing, PATCHES, RECORDS, RESIDENTS, STREETS};
use super::proposed;
use super::said::{Meant, Said};
use super::{Purpose, Recognised, names, recognise, shared};
use crate::load::words::quoted;
use crate::load::{Steps, load};
use crate::place::{Issue, Severity};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Sections that are tried without, one after the other, before it is given up.
const TRIES: usize = 12;
/// A table is about these zones when it has at least this share of them: a boundary moves here and there.
const MOST: f64 = 0.8;

/// What came of drafting.
#[derive(Debug)]
pub struct Drafted {
    /// The text of `place.toml`.
    pub toml: String,
    /// Every file and what it was recognised as.
    pub files: Vec<Recognised>,
    /// What is to be answered before all files can be used, in words: file, problem, remedy.
    pub questions: Vec<Issue>,
    /// What each file is used for in the draft, beside its name; a file that is not here is not used.
    pub used: Vec<(String, &'static str)>,
    /// What the place lacks.
    pub missing: Vec<Missing>,
    /// Whether the place loads as it is drafted.
    pub is_usable: bool,
}

/// Drafts a place out of the files below a directory.
///
/// # Errors
/// When the directory cannot be read.
pub fn draft(dir: &Path, name: &str, steps: Steps<'_>) -> std::io::Result<Drafted> {
    draft_as(dir, name, &[], steps)
}

/// The same, where somebody has said what some of the files are.
///
/// # Errors
/// When the directory cannot be read.
pub fn draft_as(dir: &Path, name: &str, said: &[Said], steps: Steps<'_>) -> std::io::Result<Drafted> {
    let mut names = Vec::new();
    walk(dir, "", &mut names)?;
    names.sort();
    let files: Vec<Recognised> = names
        .iter()
        .map(|file| {
            steps(&format!("Looking at {file}"));
            let path = dir.join(file);
            let found = recognise(&path, file);
            match said.iter().find(|said| said.file == *file) {
                Some(said) => said.of(found, &path),
                None => found,
            }
        })
        .collect();
    let mut plan = Plan::of(&files);
    let mut questions = Vec::new();
    let mut is_usable = false;
    for _ in 0..TRIES {
        if plan.zones.is_none() {
            break;
        }
        steps("Trying the draft");
        let toml = plan.toml(name, &files, &[]);
        let issues = tried(dir, &names, &toml, steps)?;
        let errors: Vec<Issue> = issues.into_iter().filter(|issue| issue.severity == Severity::Error).collect();
        if errors.is_empty() {
            is_usable = true;
            break;
        }
        let before = plan.asked.len();
        for error in errors {
            let about = plan.about(&error.at.file);
            if let Some(file) = about.filter(|file| !plan.asked.contains(file)) {
                plan.asked.insert(file);
            }
            questions.push(error);
        }
        if plan.asked.len() == before {
            break;
        }
    }
    questions.dedup();
    let missing = plan.missing();
    let mut toml = plan.toml(name, &files, &questions);
    tell_rest(&mut toml, &plan, &files, &missing);
    let used = plan.used();
    Ok(Drafted { toml, files, questions, used, missing, is_usable })
}

fn walk(dir: &Path, below: &str, names: &mut Vec<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{below}{name}");
        if name.starts_with('.') || (below.is_empty() && name == "place.toml") {
            continue;
        }
        if entry.path().is_dir() {
            walk(&entry.path(), &format!("{path}/"), names)?;
        } else if !is_companion(&name) {
            names.push(path);
        }
    }
    Ok(())
}

/// The parts of a shapefile that are read with it, and notes.
fn is_companion(name: &str) -> bool {
    let ending = name.rsplit('.').next().unwrap_or_default().to_lowercase();
    matches!(ending.as_str(), "dbf" | "shx" | "prj" | "cpg" | "sbn" | "sbx" | "qmd" | "md" | "txt" | "xml")
}

/// Loads the place as it would be with this text, beside the files themselves.
fn tried(dir: &Path, names: &[String], toml: &str, steps: Steps<'_>) -> std::io::Result<Vec<Issue>> {
    let trial = tempfile::tempdir()?;
    let dir = dir.canonicalize()?;
    for entry in std::fs::read_dir(&dir)? {
        let entry = entry?;
        let name = entry.file_name();
        if name != "place.toml" {
            std::os::unix::fs::symlink(entry.path(), trial.path().join(name))?;
        }
    }
    debug_assert!(names.iter().all(|name| !name.starts_with('/')));
    std::fs::write(trial.path().join("place.toml"), toml)?;
    Ok(load(trial.path(), steps).issues)
}

/// Which file becomes which section.
struct Plan<'a> {
    zones: Option<&'a Recognised>,
    patches: Option<&'a Recognised>,
    smaller: Option<&'a Recognised>,
    groups: Vec<(&'a Recognised, String, Option<&'a Recognised>)>,
    deprivation: Option<(&'a Recognised, Option<&'a Recognised>)>,
    postcodes: Option<&'a Recognised>,
    streets: Option<&'a Recognised>,
    assets: Vec<(&'a Recognised, Vec<String>)>,
    records: Vec<&'a Recognised>,
    grants: Vec<&'a Recognised>,
    /// Files that are asked about: their sections are notes.
    asked: BTreeSet<String>,
}

impl<'a> Plan<'a> {
    fn of(files: &'a [Recognised]) -> Self {
        let of = |wanted: fn(&Purpose) -> bool| files.iter().filter(move |file| wanted(&file.purpose));
        let outlines: Vec<&Recognised> = of(|p| *p == Purpose::Boundaries).collect();
        let tables: Vec<&Recognised> = of(|p| matches!(p, Purpose::Groups(_))).collect();
        let lookups: Vec<&Recognised> = of(|p| matches!(p, Purpose::Lookup(..))).collect();
        let said = |wanted: Meant| outlines.iter().copied().find(move |file| file.said.as_ref() == Some(&wanted));
        let zones = said(Meant::Zones).or_else(|| zones(&outlines, &tables, &lookups));
        let patches = said(Meant::Patches).or_else(|| zones.and_then(|zones| patches(&outlines, zones)));
        let smaller = zones.and_then(|zones| {
            let level = zones.areas.as_ref()?.level;
            outlines.iter().copied().find(|file| {
                file.weight.is_some()
                    && file.centre.is_some()
                    && file.areas.as_ref().is_some_and(|areas| areas.level < level)
            })
        });
        let fits = |file: &'a Recognised| -> Option<Option<&'a Recognised>> {
            let zones = zones?;
            if about(file, zones) {
                return Some(None);
            }
            let lookup = lookups.iter().copied().find(|lookup| leads(lookup, file, zones)).map(Some);
            // What somebody said is used; the loader asks what is wrong with it.
            lookup.or_else(|| file.said.is_some().then_some(None))
        };
        let mut groups: Vec<(&Recognised, String, Option<&Recognised>)> = Vec::new();
        for file in tables {
            let Purpose::Groups(dimension) = &file.purpose else { continue };
            let Some(lookup) = fits(file) else { continue };
            let taken =
                |key: &str, groups: &[(&Recognised, String, _)]| groups.iter().any(|(_, known, _)| known == key);
            let free = (1..).map(|n| if n == 1 { dimension.clone() } else { format!("{dimension}_{n}") });
            let dimension = free.into_iter().find(|key| !taken(key, &groups)).unwrap_or_default();
            groups.push((file, dimension, lookup));
        }
        // Whoever has everybody comes first: tables of age and sex leave nobody out.
        let rank = |dimension: &str| {
            ["age", "sex", "population", "ethnic_group"].iter().position(|d| *d == dimension).unwrap_or(9)
        };
        groups.sort_by_key(|(_, dimension, lookup)| (lookup.is_some(), rank(dimension)));
        let newest = |found: Vec<&'a Recognised>| found.into_iter().max_by_key(|file| year(&file.name));
        Self {
            patches,
            smaller,
            groups,
            deprivation: newest(of(|p| *p == Purpose::Deprivation).filter(|file| fits(file).is_some()).collect())
                .map(|file| (file, fits(file).flatten())),
            postcodes: newest(of(|p| *p == Purpose::Postcodes).collect()),
            streets: of(|p| matches!(p, Purpose::Streets { .. })).next(),
            assets: of(|p| matches!(p, Purpose::Assets(_) | Purpose::AssetsBy { .. }))
                .filter_map(|file| match &file.purpose {
                    Purpose::Assets(kind) => Some((file, vec![kind.clone()])),
                    Purpose::AssetsBy { kinds, .. } => Some((file, kinds.clone())),
                    _ => None,
                })
                .collect(),
            records: of(|p| *p == Purpose::Engagement).collect(),
            grants: one_of_each(of(|p| *p == Purpose::Grants).collect()),
            zones,
            asked: BTreeSet::new(),
        }
    }

    /// The file of a section that an issue is about. `place.toml` itself and the zones are none: without them there
    /// is no place.
    fn about(&self, file: &str) -> Option<String> {
        let zones = self.zones.map(|zones| zones.name.as_str());
        self.named().into_iter().find(|name| *name == file && Some(*name) != zones).map(ToOwned::to_owned)
    }

    /// What the files that are used are used for.
    fn used(&self) -> Vec<(String, &'static str)> {
        let mut all: Vec<(&Recognised, &'static str)> = Vec::new();
        all.extend(self.zones.map(|file| (file, "the small areas in which residents are counted")));
        all.extend(self.patches.map(|file| (file, "the patches")));
        all.extend(self.smaller.map(|file| (file, "where in its small area people live")));
        all.extend(self.postcodes.map(|file| (file, "where postcodes are")));
        all.extend(self.streets.map(|file| (file, "the streets people walk along")));
        for (file, _, lookup) in &self.groups {
            all.push((file, "residents"));
            all.extend(lookup.map(|file| (file, "which old area is which new one")));
        }
        if let Some((file, lookup)) = self.deprivation {
            all.push((file, "deprivation"));
            all.extend(lookup.map(|file| (file, "which old area is which new one")));
        }
        all.extend(self.assets.iter().map(|(file, _)| (*file, "places to reach")));
        all.extend(self.records.iter().map(|file| (*file, "people who were met")));
        all.extend(self.grants.iter().map(|file| (*file, "grants")));
        all.retain(|(file, _)| !self.asked.contains(&file.name));
        all.into_iter().map(|(file, words)| (file.name.clone(), words)).collect()
    }

    fn named(&self) -> Vec<&str> {
        let mut all: Vec<&Recognised> =
            [self.zones, self.patches, self.smaller, self.postcodes, self.streets].into_iter().flatten().collect();
        for (file, _, lookup) in &self.groups {
            all.push(file);
            all.extend(*lookup);
        }
        if let Some((file, lookup)) = self.deprivation {
            all.push(file);
            all.extend(lookup);
        }
        all.extend(self.assets.iter().map(|(file, _)| *file));
        all.extend(&self.records);
        all.extend(&self.grants);
        all.into_iter().map(|file| file.name.as_str()).collect()
    }

    fn missing(&self) -> Vec<Missing> {
        let is_osm = self.streets.is_some_and(|file| file.purpose == Purpose::Streets { is_osm: true });
        let used = |file: &Recognised| !self.asked.contains(&file.name);
        let has = [
            (self.zones.is_some(), BOUNDARIES),
            (self.patches.is_some_and(used), PATCHES),
            (self.groups.iter().any(|(file, ..)| used(file)), RESIDENTS),
            (self.streets.is_some_and(used), STREETS),
            (is_osm || self.assets.iter().any(|(file, _)| used(file)), ASSETS),
            (self.deprivation.is_some_and(|(file, _)| used(file)), DEPRIVATION),
            (self.records.iter().any(|file| used(file)), RECORDS),
        ];
        has.into_iter().filter(|(has, _)| !has).map(|(_, missing)| missing).collect()
    }

    fn toml(&self, name: &str, files: &[Recognised], questions: &[Issue]) -> String {
        let mut text = format!(
            "# Drafted by patchwork init from {} files. Every line may be changed; patchwork check says what became of each.\n\n\
             [place]\nname = {}\n# The day the data describe, so that answers can be repeated:\n# date = \"2024-06-30\"\n",
            files.len(),
            quoted(name)
        );
        if let Some(file) = self.postcodes.filter(|file| !self.asked.contains(&file.name)) {
            let _ = writeln!(text, "postcodes = {}", quoted(&file.name));
        }
        let mut section = |head: &str, file: &Recognised, note: &str, lines: &[String]| {
            let mut body = format!("\n# {}: {note}\n", file.name);
            for question in questions.iter().filter(|question| question.at.file == file.name) {
                let _ = writeln!(body, "# ASKED: {}. {}.", one_line(&question.problem), one_line(&question.remedy));
            }
            let _ = writeln!(body, "{head}\nfile = {}", quoted(&file.name));
            lines.iter().for_each(|line| body += &format!("{line}\n"));
            if self.asked.contains(&file.name) {
                let noted = |line: &str| {
                    if line.is_empty() || line.starts_with('#') { format!("{line}\n") } else { format!("# {line}\n") }
                };
                body = body.lines().map(noted).collect();
            }
            text += &body;
        };
        if let Some(file) = self.patches {
            section("[patches]", file, &outlined(file), &[key(file)]);
        }
        if let Some(file) = self.zones {
            section("[zones]", file, &outlined(file), &[key(file)]);
        }
        if let Some((file, (x, y))) = self.smaller.and_then(|file| Some((file, file.centre.clone()?))) {
            let weight = file.weight.clone().unwrap_or_default();
            let lines =
                [format!("weight = {}", quoted(&weight)), format!("x = {}", quoted(&x)), format!("y = {}", quoted(&y))];
            section("[zones.dwellings.smaller_areas]", file, "where in its zone people live", &lines);
        }
        // The first that is used says how many live there.
        let residents =
            self.groups.iter().find(|(file, ..)| !self.asked.contains(&file.name)).map(|(file, ..)| &file.name);
        for (file, dimension, lookup) in &self.groups {
            let mut lines = vec![
                format!("dimension = {}", quoted(dimension)),
                format!("label = {}", quoted(&names::label(dimension))),
            ];
            lines.extend((Some(&file.name) == residents).then(|| "residents = true".to_owned()));
            lines.extend(
                file.only.as_ref().map(|(column, word)| format!("where = {{ {} = {} }}", quoted(column), quoted(word))),
            );
            lines.extend(looked_up("groups", *lookup));
            section("[[groups]]", file, &file.purpose.words(), &lines);
        }
        if let Some((file, lookup)) = self.deprivation {
            section("[deprivation]", file, &file.purpose.words(), &looked_up("deprivation", lookup));
        }
        if let Some(file) = self.streets {
            section("[streets]", file, &file.purpose.words(), &[]);
        }
        for (file, kinds) in &self.assets {
            let line = match &file.purpose {
                Purpose::AssetsBy { column, .. } => format!("kind_field = {}", quoted(column)),
                _ => format!("kind = {}", quoted(&kinds.concat())),
            };
            section("[[assets]]", file, &file.purpose.words(), &[line]);
        }
        for file in &self.records {
            section("[[engagement]]", file, &file.purpose.words(), &[]);
        }
        for file in &self.grants {
            section("[[grants]]", file, &file.purpose.words(), &[]);
        }
        if self
            .streets
            .is_some_and(|file| file.purpose == Purpose::Streets { is_osm: true } && !self.asked.contains(&file.name))
        {
            text += "\n# Shops and amenities of the same extract of OpenStreetMap.\n[[assets]]\nosm = true\n";
        }
        self.standards(&mut text);
        text
    }

    fn standards(&self, text: &mut String) {
        let used = self.assets.iter().filter(|(file, _)| !self.asked.contains(&file.name));
        proposed::standards(&used.flat_map(|(_, kinds)| kinds).map(String::as_str).collect(), text);
    }
}

/// The zones: the outlines that most tables are about; of those the finest; of those the newest.
fn zones<'a>(outlines: &[&'a Recognised], tables: &[&Recognised], lookups: &[&Recognised]) -> Option<&'a Recognised> {
    let score = |file: &&&Recognised| {
        let areas = file.areas.as_ref();
        let direct = tables.iter().filter(|table| about(table, file)).count();
        let by_lookup = tables.iter().filter(|table| lookups.iter().any(|lookup| leads(lookup, table, file))).count();
        let usual = areas.is_some_and(|areas| areas.level == 1);
        let level = areas.map_or(9, |areas| areas.level);
        (direct, by_lookup, usual, std::cmp::Reverse(level), areas.and_then(|areas| areas.year))
    };
    let small = outlines.iter().filter(|file| file.areas.as_ref().is_some_and(|areas| areas.level <= 2));
    small.max_by_key(score).or_else(|| outlines.iter().max_by_key(|file| file.rows)).copied()
}

/// The patches: wards before anything else, the newest of them; outlines of one's own are likelier patches than wards.
fn patches<'a>(outlines: &[&'a Recognised], zones: &Recognised) -> Option<&'a Recognised> {
    let score = |file: &&&Recognised| {
        let areas = file.areas.as_ref();
        let level = areas.map_or(9, |areas| areas.level);
        let named = file.name.to_lowercase().contains("patch");
        (named, level == 3, level == 5, areas.and_then(|areas| areas.year))
    };
    let coarser = |file: &&&Recognised| {
        let (own, of) = (file.areas.as_ref(), zones.areas.as_ref());
        file.name != zones.name
            && file.rows < zones.rows
            && own.zip(of).is_some_and(|(own, of)| own.level > of.level && own.level != 4)
    };
    outlines.iter().filter(coarser).filter(|file| !file.name.contains("isochrone")).max_by_key(score).copied()
}

/// Whether a table is about these zones.
fn about(table: &Recognised, zones: &Recognised) -> bool {
    let (Some(table), Some(zones)) = (&table.areas, &zones.areas) else { return false };
    !zones.keys.is_empty() && shared(&zones.keys, &table.keys) as f64 >= MOST * zones.keys.len() as f64
}

/// Whether a lookup leads from the areas of a table to these zones.
fn leads(lookup: &Recognised, table: &Recognised, zones: &Recognised) -> bool {
    let (Purpose::Lookup(from, to), Some(table), Some(zones)) = (&lookup.purpose, &table.areas, &zones.areas) else {
        return false;
    };
    table.level == zones.level && year(from).is_some() && year(from) == table.year && year(to) == zones.year
}

/// Of files that differ by their ending only, the richer form.
fn one_of_each(files: Vec<&Recognised>) -> Vec<&Recognised> {
    let stem = |name: &str| name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned();
    let richer = |file: &&Recognised| {
        !files.iter().any(|other| {
            other.name != file.name && stem(&other.name) == stem(&file.name) && super::ending(&other.name) == "json"
        })
    };
    files.iter().copied().filter(richer).collect()
}

fn looked_up(section: &str, lookup: Option<&Recognised>) -> Vec<String> {
    let Some((file, Purpose::Lookup(from, to))) = lookup.map(|file| (file, &file.purpose)) else { return Vec::new() };
    vec![
        String::new(),
        format!("[{section}.lookup]"),
        format!("file = {}", quoted(&file.name)),
        format!("from = {}", quoted(from)),
        format!("to = {}", quoted(to)),
    ]
}

fn key(file: &Recognised) -> String {
    file.areas.as_ref().map_or_else(String::new, |areas| format!("key = {}", quoted(&areas.key)))
}

fn outlined(file: &Recognised) -> String {
    let Some(areas) = &file.areas else { return file.purpose.words() };
    let year = areas.year.map_or_else(String::new, |year| format!(" of {year}"));
    format!("{} {}{year}", file.rows, areas.geography)
}

fn tell_rest(toml: &mut String, plan: &Plan<'_>, files: &[Recognised], missing: &[Missing]) {
    let named = plan.named();
    let left: Vec<&Recognised> = files.iter().filter(|file| !named.contains(&file.name.as_str())).collect();
    if !left.is_empty() {
        *toml += "\n# Not used:\n";
        for file in left {
            let _ = writeln!(toml, "#   {}: {}", file.name, one_line(&file.purpose.words()));
        }
    }
    if !missing.is_empty() {
        *toml += "\n# Missing:\n";
        for each in missing {
            let _ = writeln!(toml, "#   {}: without it {}. Where from: {}.", each.what, each.so, each.from);
        }
    }
}

fn one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Writes the text as `place.toml`, whole or not at all, and never over one that is there.
///
/// # Errors
/// When there is one already, or it cannot be written.
pub fn write(dir: &Path, toml: &str) -> std::io::Result<PathBuf> {
    use std::io::Write;
    let to = dir.join("place.toml");
    let mut beside = tempfile::Builder::new().prefix(".place-").suffix(".toml").tempfile_in(dir)?;
    beside.write_all(toml.as_bytes())?;
    beside.as_file().sync_all()?;
    beside.persist_noclobber(&to).map_err(|error| error.error)?;
    std::fs::File::open(dir)?.sync_all()?;
    Ok(to)
}
