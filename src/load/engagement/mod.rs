//! Engagement records: who was met, when, where and what about. Read in one pass and counted; no record is
//! kept.
//!
//! [`crate::read::stream`] hands over rows, `look` looks at all files together first, `columns` says which column is which, `personal` refuses names of people,
//! `wheres` places a record, `labels` says who it is about, `reader` puts a row together, `tally` counts
//! it, `fold` makes what the place keeps, `tell` says what was wrong.

mod atoms;
mod behind;
mod columns;
mod crossed;
mod cube;
mod fold;
pub mod grid;
mod ids;
mod labels;
mod lookup;
mod look;
mod personal;
mod reader;
mod record;
mod tally;
mod tell;
mod wheres;
mod written;

pub(super) use wheres::Ground;

use super::assets::Scene;
use super::desk::Desk;
use super::manifest::EngagementSection;
use crate::place::{Basis, Code, Cube, Engagement, Group, Issue, RecordFile, Where};
use crate::read::stream::{self, Source};
use columns::{Columns, Fact};
use look::Looked;
use personal::Role;
use reader::{Reader, Seen};
use std::collections::BTreeMap;
use std::path::PathBuf;
use tally::{MOST_DIMENSIONS, Tally};
use wheres::Wheres;

/// Whether columns with these titles tell of people who were met: a day, and what was done or how many came.
pub(super) fn is_records(titles: &[String]) -> bool {
    let found = Columns::find(titles, &EngagementSection::of(""), &[], &mut super::Issues::default());
    let has = |fact| found.of(fact).is_some();
    let told = [Fact::Activity, Fact::Person, Fact::People, Fact::Hours, Fact::Connections, Fact::Themes];
    let placed = [Fact::Asset, Fact::Patch, Fact::Zone, Fact::Postcode, Fact::District, Fact::X];
    has(Fact::Date) && told.into_iter().any(has) && placed.into_iter().any(has)
}

/// A file that can be read.
struct Open<'a> {
    section: &'a EngagementSection,
    path: PathBuf,
    source: Source,
    columns: Columns,
}

/// Reads all files of engagement records.
pub(super) fn read(
    desk: &mut Desk<'_>,
    sections: &[EngagementSection],
    ground: &Ground<'_>,
    groups: &[Group],
    scene: &Scene<'_>,
) -> Engagement {
    if let Some(words) = desk.words.take() {
        let section = sections.first().cloned().unwrap_or_else(|| EngagementSection::of(""));
        let mut wheres = Wheres::new(ground);
        wheres.use_postcodes(scene.postcodes(desk, section.postcodes.as_ref()));
        let names = cube::Names { dimensions: &[], crossings: &[], groups, assets: ground.assets };
        desk.meanings = lookup::meanings(&words, &section, ground.date, &mut wheres, &names, &mut desk.issues);
        return Engagement::default();
    }
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut cubes: Vec<(&EngagementSection, Cube)> = Vec::new();
    for section in sections {
        if section.cube.is_some() {
            cubes.extend(cubed(desk, section).map(|cube| (section, cube)));
        } else {
            open.extend(opened(desk, section, groups));
        }
    }
    let mut dimensions: Vec<String> = Vec::new();
    for group in groups {
        let in_cube = cubes.iter().any(|(_, cube)| cube.dimensions.contains(&group.dimension));
        let told = in_cube
            || open.iter().any(|file| file.columns.dimensions.iter().any(|asked| asked.dimension == group.dimension));
        if told && !dimensions.contains(&group.dimension) && dimensions.len() < MOST_DIMENSIONS {
            dimensions.push(group.dimension.clone());
        }
    }
    let looked = look::look(&open, ground.date, &mut desk.issues);
    let mut wheres = Wheres::new(ground);
    let mut unkeyed = Vec::new();
    let mut tally = Tally::default();
    tally.atoms = desk.cube.is_some().then(atoms::Atoms::default);
    let mut files = Vec::new();
    for file in &mut open {
        file.columns.dimensions.retain(|asked| dimensions.contains(&asked.dimension));
    }
    let crossings = crossed::find(&open, &cubes, &dimensions, groups);
    let untold = crossings.iter().filter_map(|crossing| crossed::of_no_words(crossing, &dimensions, groups));
    untold.for_each(|issue| desk.issues.push(issue));
    let names = cube::Names { dimensions: &dimensions, crossings: &crossings, groups, assets: ground.assets };
    for (nth, Open { section, path, source, columns }) in open.into_iter().enumerate() {
        wheres.use_postcodes(match columns.of(Fact::Postcode).or(columns.of(Fact::District)) {
            Some(_) => scene.postcodes(desk, section.postcodes.as_ref()),
            None => None,
        });
        let titles = source.titles();
        let seen = (&looked, nth);
        let (file, keyless) =
            count(desk, section, &path, source, &columns, (&mut wheres, &mut tally), (&dimensions, groups), seen);
        if keyless.count > 0 {
            unkeyed.push(tell::Unkeyed::of(&file, &columns, &titles, keyless));
        }
        files.push(file);
    }
    for (section, cube) in &cubes {
        wheres.use_postcodes(scene.postcodes(desk, section.postcodes.as_ref()));
        let shown = section.cube.clone().unwrap_or_default();
        let mut file = RecordFile { file: shown, ..RecordFile::default() };
        let mut noticed = reader::Noticed::default();
        cube::count(cube, &mut file, &mut noticed, (&mut wheres, &mut tally), &names);
        if let Some(whole) = &mut desk.cube {
            cube::refusals(whole, &noticed, dimensions.len());
        }
        tell::noticed(&file, &noticed, &BTreeMap::new(), &mut desk.issues);
        files.push(file);
    }
    if let Some(whole) = &mut desk.cube {
        cube::fill(whole, &tally, &wheres, &names);
    }
    let folded = fold::fold(&tally, &wheres, files, dimensions, crossings);
    if folded.basis == Basis::People {
        unkeyed.iter().for_each(|file| desk.issues.push(file.issue()));
    }
    folded
}

/// Reads a cube; nothing, with the reasons told, when it breaks its contract.
fn cubed(desk: &mut Desk<'_>, section: &EngagementSection) -> Option<Cube> {
    let written = section.cube.as_deref()?;
    if !section.file.is_empty() {
        let problem = format!("One [[engagement]] names both the file \"{}\" and the cube \"{written}\"", section.file);
        let remedy = "Name the one that holds all the records, or write a section for each if they hold different ones";
        desk.issues.push(unclear(problem, remedy));
        return None;
    }
    if desk.named_twice("engagement", written, "") {
        return None;
    }
    let path = desk.find(written, "engagement")?;
    desk.step(&format!("Reading {written}"));
    desk.note_source("engagement", written, &path, &section.source);
    super::cube::read(&path, written).map_err(|issues| issues.into_iter().for_each(|one| desk.issues.push(one))).ok()
}

fn unclear(problem: String, remedy: &str) -> Issue {
    Issue::error(Code::EngagementUnclear, Where::file("place.toml").field("engagement"), problem, remedy)
}

/// Opens a file and recognises its columns; nothing when it cannot be used.
fn opened<'a>(desk: &mut Desk<'_>, section: &'a EngagementSection, groups: &[Group]) -> Option<Open<'a>> {
    if section.file.is_empty() {
        let problem = "A section [[engagement]] names neither a file nor a cube".to_owned();
        desk.issues
            .push(unclear(problem, "Write file = \"…\" with the records, or cube = \"…\" with what they come to"));
        return None;
    }
    if desk.named_twice("engagement", &section.file, section.sheet.as_deref().unwrap_or_default()) {
        return None;
    }
    if let Some(written) = section.crs.as_deref().filter(|written| crate::crs::Crs::parse(written).is_none()) {
        let at = Where::file("place.toml").field("engagement.crs");
        let problem = format!("The reference system \"{written}\" is not known");
        let remedy = "Write an EPSG code, such as EPSG:27700 or EPSG:4326";
        desk.issues.push(Issue::error(Code::CrsUnknown, at, problem, remedy));
        return None;
    }
    tell::own_words(&section.groups, groups, &mut desk.issues);
    let path = desk.find(&section.file, "engagement")?;
    desk.step(&format!("Reading {}", section.file));
    desk.note_source("engagement", &section.file, &path, &section.source);
    let large = section.stream_above_mb.map_or(stream::LARGE, |megabytes| megabytes.saturating_mul(1 << 20));
    let source = match Source::open(&path, &section.file, section.sheet.as_deref(), large, &mut desk.issues) {
        Ok(source) => source,
        Err(issue) => {
            desk.issues.push(issue);
            return None;
        }
    };
    let titles = source.titles();
    let columns = Columns::find(&titles, section, groups, &mut desk.issues);
    let refused = personal_columns(&source, &titles, &columns);
    if !refused.is_empty() {
        desk.issues.push(tell::personal(&section.file, &refused));
        return None;
    }
    if let Some(issue) = lacking(&section.file, &columns, &titles) {
        desk.issues.push(issue);
        return None;
    }
    tell::unread(&section.file, &titles, &columns, &mut desk.issues);
    Some(Open { section, path, source, columns })
}

fn personal_columns(source: &Source, titles: &[String], columns: &Columns) -> Vec<tell::Refused> {
    let sample = source.sample();
    let role = |column: usize| {
        let is = |facts: &[Fact]| facts.iter().any(|fact| columns.of(*fact) == Some(column));
        match () {
            () if is(&[Fact::Id]) => Role::Id,
            () if is(&[Fact::Date]) => Role::Date,
            () if is(&[Fact::Asset, Fact::Patch, Fact::Zone]) => Role::Place,
            () => Role::Other,
        }
    };
    let why = |column: usize, title: &String| {
        let cells = sample.get(column).map_or(&[] as &[personal::Cell], Vec::as_slice);
        let (why, row) = personal::refused(title, role(column), cells)?;
        Some((title.clone(), why, row))
    };
    titles.iter().enumerate().filter_map(|(column, title)| why(column, title)).collect()
}

/// What a file must have and this one has not.
fn lacking(file: &str, columns: &Columns, titles: &[String]) -> Option<Issue> {
    let places = [Fact::X, Fact::Zone, Fact::Patch, Fact::Postcode, Fact::District, Fact::Asset];
    let (what, key) = match columns.of(Fact::Date) {
        None => ("the day", "date"),
        Some(_) if places.iter().all(|fact| columns.of(*fact).is_none()) => {
            ("the place (coordinates, postcode, zone, patch or asset)", "zone")
        }
        Some(_) => return None,
    };
    let problem = format!("No column is recognised as {what} of a record");
    let remedy = format!("Write {key} = \"…\" under [engagement.columns], with one of: {}", titles.join(", "));
    Some(Issue::error(Code::ColumnUnrecognised, Where::file(file).field(key), problem, remedy))
}

#[allow(clippy::too_many_arguments)]
fn count(
    desk: &mut Desk<'_>,
    section: &EngagementSection,
    path: &std::path::Path,
    source: Source,
    columns: &Columns,
    (wheres, tally): (&mut Wheres<'_>, &mut Tally),
    (dimensions, groups): (&[String], &[Group]),
    seen: (&Looked, usize),
) -> (RecordFile, Seen) {
    let cut = stream::end_of(path) != stream::End::Whole;
    let mut reader = Reader::new(section, columns, wheres, tally, dimensions, groups, seen);
    let read = source.each(&section.file, &columns.used(), &mut |batch, last| reader.batch(batch, cut && last));
    let keys = reader.keys();
    let Reader { mut file, noticed, .. } = reader;
    file.nowhere = noticed.nowhere.iter().map(|(why, seen)| (*why, seen.count)).collect();
    if let Err(issue) = read {
        desk.issues.push(issue);
    }
    if let Some(cube) = &mut desk.cube {
        cube::refusals(cube, &noticed, dimensions.len());
    }
    tell::noticed(&file, &noticed, &keys, &mut desk.issues);
    (file, noticed.unkeyed)
}
