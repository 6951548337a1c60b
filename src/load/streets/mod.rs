//! Street files become a network: OpenStreetMap extracts (`osm`), or any layer of lines (`lines`).

mod borders;
mod features;
mod islands;
mod joints;
mod line_notes;
mod line_tags;
mod line_words;
mod lines;
mod osm;
mod rules;
mod surroundings;

pub use features::OsmFeature;
pub(super) use islands::tell_of_islands;
pub(super) use rules::open_by;

use super::desk::Desk;
use super::manifest::{Manifest, StreetsSection};
use super::{Issues, Steps};
use crate::crs::{Plane, Xy};
use crate::network::{BuildReport, Snap, StreetNetwork};
use crate::place::{Code, Issue, Surrounding, Where};
use crate::read::osm::OsmFile;
use crate::read::{Options, Table};
use crate::units::Metres;
use std::path::Path;

/// What came of reading a street file.
#[derive(Debug)]
pub struct Streets {
    /// The streets one can walk.
    pub network: StreetNetwork,
    /// Things with tags in an OpenStreetMap file, sorted by identifier; none from a layer of lines.
    pub features: Vec<OsmFeature>,
    /// What people know the place by, in an OpenStreetMap file, sorted by key; none from a layer of lines.
    pub surroundings: Vec<Surrounding>,
    /// What became of the lines.
    pub report: BuildReport,
}

/// Where messages and coordinates of a street file belong.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    /// Path as written in `place.toml`.
    pub shown: &'a str,
    /// Plane of the place.
    pub plane: &'a Plane,
}

/// Which streets does a file hold, and how do they hang together?
///
/// An OpenStreetMap extract (`.osm.pbf`, `.osm`) is read by the rules of access on foot; anything else
/// is taken for a layer of lines. Of several files, which must be of one form, the elements are put together before anything
/// is made of them, so that what was cut at a border is whole again. Each is the path to open and the one for messages.
///
/// # Errors
/// One issue, when the file cannot be read or nothing in it can be walked.
pub fn load_streets(
    section: &StreetsSection,
    files: &[(&Path, &str)],
    plane: &Plane,
    issues: &mut Issues,
    steps: Steps<'_>,
) -> Result<Streets, Issue> {
    let shown = files.iter().map(|(_, shown)| *shown).collect::<Vec<_>>().join(", ");
    let context = Context { shown: &shown, plane };
    let (mut extracts, mut tables) = (Vec::new(), Vec::new());
    for &(resolved, shown) in files {
        let name = shown.to_ascii_lowercase();
        let ends_in = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        steps("Reading streets");
        if ends_in(&[".osm.gz", ".osm.bz2", ".osm.zst", ".osm.xz"]) {
            return Err(packed(shown));
        } else if ends_in(&[".pbf"]) {
            extracts.push(OsmFile::pbf(resolved, shown)?);
        } else if ends_in(&[".osm", ".osm.xml"]) {
            extracts.push(OsmFile::xml(resolved, shown)?);
        } else {
            let options =
                Options { layer: section.layer.as_deref(), crs: section.crs.as_deref(), titles_if_none: None };
            tables.push((Table::read(resolved, shown, options, issues)?, shown));
        }
    }
    let names: Vec<&str> = files.iter().map(|(_, shown)| *shown).collect();
    let streets = match (extracts.as_slice(), tables.as_slice()) {
        ([], tables) => lines::read(section, tables, context, issues)?,
        (extracts, []) => osm::read(extracts, &names, context, issues)?,
        _ => return Err(borders::unlike(&shown)),
    };
    if streets.network.n_streets() == 0 {
        return Err(nothing_to_walk(&shown));
    }
    Ok(streets)
}

/// What a street file gives a place: the network, things with tags, and what people know the place by.
type OfPlace = (Option<StreetNetwork>, Vec<OsmFeature>, Vec<Surrounding>);

/// The streets of a place; nothing where it names no file of them, or that cannot be read.
pub(super) fn of_place(desk: &mut Desk<'_>, manifest: &Manifest, plane: &Plane, detour: f64) -> OfPlace {
    let Some(section) = &manifest.streets else {
        let remedy = format!(
            "Walks are straight lines times {detour}, and every answer says so; add [streets] with an OpenStreetMap extract"
        );
        let at = Where::file("place.toml").field("[streets]");
        desk.issues.push(Issue::warning(Code::NoStreets, at, "The place has no streets", remedy));
        return OfPlace::default();
    };
    let named = section.named();
    if let Some(issue) = borders::wrongly_named(section) {
        desk.issues.push(issue);
        return OfPlace::default();
    }
    let found: Vec<_> = named.iter().map(|file| desk.find(file, "streets")).collect();
    let Some(paths) = found.into_iter().collect::<Option<Vec<_>>>() else { return OfPlace::default() };
    let files: Vec<(&Path, &str)> = paths.iter().map(AsRef::as_ref).zip(named).collect();
    for &(path, file) in &files {
        desk.note_source("streets", file, path, &section.source);
    }
    let steps = desk.steps();
    match load_streets(section, &files, plane, &mut desk.issues, steps) {
        Ok(read) => (Some(read.network), read.features, read.surroundings),
        Err(issue) => {
            desk.issues.push(issue);
            OfPlace::default()
        }
    }
}

/// Where does a door meet the streets, if one can be reached within this distance?
///
/// Registers give whole metres, so half a metre more or less decides nothing: 500.1 m, which is told as 500, is not
/// more than 500.
pub(super) fn meet(network: &StreetNetwork, door: Xy, within: Metres) -> Option<Snap> {
    network.snap(door, within + Metres::new(0.5))
}

fn packed(shown: &str) -> Issue {
    let problem = "The street file is packed in a way that is not read here";
    Issue::error(
        Code::FileZipped,
        Where::file(shown),
        problem,
        "Unpack it to .osm, or use the .osm.pbf of the same area",
    )
}

fn nothing_to_walk(shown: &str) -> Issue {
    let problem = "There is no street in the file that can be walked";
    let remedy = "Give an OpenStreetMap extract or a layer of road lines that covers the place, or leave out \
                  [streets] to measure straight lines";
    Issue::error(Code::NoStreets, Where::file(shown), problem, remedy)
}

#[cfg(test)]
mod border_tests;
#[cfg(test)]
mod line_tests;
#[cfg(test)]
mod tests;
