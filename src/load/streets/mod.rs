//! Street files become a network: OpenStreetMap extracts (`osm`), or any layer of lines (`lines`).

mod features;
mod joints;
mod line_tags;
mod line_words;
mod lines;
mod osm;
mod osm_file;
mod osm_pbf;
mod osm_xml;
mod rules;

pub use features::OsmFeature;

use super::manifest::StreetsSection;
use super::table::{Options, Table};
use super::{Issues, Steps};
use crate::crs::Plane;
use crate::network::{BuildReport, StreetNetwork};
use crate::place::{Issue, Where};
use osm_file::OsmFile;
use std::path::Path;

/// What came of reading a street file.
#[derive(Debug)]
pub struct Streets {
    /// The streets one can walk.
    pub network: StreetNetwork,
    /// Things with tags in an OpenStreetMap file, sorted by identifier; none from a layer of lines.
    pub features: Vec<OsmFeature>,
    /// What became of the lines.
    pub report: BuildReport,
}

/// Where files, messages and coordinates of a street file belong.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    /// Path to open.
    pub path: &'a Path,
    /// Path as written in `place.toml`.
    pub shown: &'a str,
    /// Plane of the place.
    pub plane: &'a Plane,
}

/// Which streets does a file hold, and how do they hang together?
///
/// An OpenStreetMap extract (`.osm.pbf`, `.osm`) is read by the rules of access on foot; anything else
/// is taken for a layer of lines. `resolved` is the path to open and `shown` the one for messages.
///
/// # Errors
/// One issue, when the file cannot be read or nothing in it can be walked.
pub fn load_streets(
    section: &StreetsSection,
    resolved: &Path,
    shown: &str,
    plane: &Plane,
    issues: &mut Issues,
    steps: Steps<'_>,
) -> Result<Streets, Issue> {
    let context = Context { path: resolved, shown, plane };
    let name = shown.to_ascii_lowercase();
    let ends_in = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    steps("Reading streets");
    let streets = if ends_in(&[".osm.gz", ".osm.bz2", ".osm.zst", ".osm.xz"]) {
        return Err(packed(shown));
    } else if ends_in(&[".pbf"]) {
        osm::read(&OsmFile::pbf(context)?, context, issues)?
    } else if ends_in(&[".osm", ".osm.xml"]) {
        osm::read(&OsmFile::xml(context)?, context, issues)?
    } else {
        let options = Options { layer: section.layer.as_deref(), crs: section.crs.as_deref(), titles_if_none: None };
        let table = Table::read(resolved, shown, options, issues)?;
        lines::read(section, &table, context, issues)?
    };
    if streets.network.n_streets() == 0 {
        return Err(nothing_to_walk(shown));
    }
    tell_of_islands(&streets.network, context, issues);
    Ok(streets)
}

fn packed(shown: &str) -> Issue {
    let problem = "The street file is packed in a way that is not read here";
    Issue::error(
        "packed-streets",
        Where::file(shown),
        problem,
        "Unpack it to .osm, or use the .osm.pbf of the same area",
    )
}

fn nothing_to_walk(shown: &str) -> Issue {
    let problem = "There is no street in the file that can be walked";
    let remedy = "Give an OpenStreetMap extract or a layer of road lines that covers the place, or leave out \
                  [streets] to measure straight lines";
    Issue::error("no-streets", Where::file(shown), problem, remedy)
}

/// Says how much of the network is cut off from the rest, since nobody there reaches anything else.
fn tell_of_islands(network: &StreetNetwork, context: Context<'_>, issues: &mut Issues) {
    let Some(largest) = network.islands().get(1) else { return };
    let cut_off = &network.islands()[1..];
    let tiny = cut_off.iter().filter(|island| island.is_tiny()).count();
    let metres: f64 = cut_off.iter().map(|island| island.length.get()).sum();
    let share = 100.0 * metres / network.length().get();
    let place = context
        .plane
        .to_lonlat(largest.at)
        .map_or_else(String::new, |at| format!(" at {:.5}, {:.5} (longitude, latitude)", at.lon, at.lat));
    let problem = format!(
        "{} parts of the network, {:.1} km of street in all ({share:.1} %), are not joined to the rest; the largest \
         has {:.0} m of street and is{place}",
        cut_off.len(),
        metres / 1000.0,
        largest.length.get(),
    );
    let remedy = format!(
        "Join them in the source if a way is missing there; people beside the {tiny} with less than {:.0} m are \
         led to the nearest larger street within {:.0} m more, others can reach only what is on their own part",
        crate::network::Island::TINY.get(),
        crate::network::Snap::PAST_TINY.get(),
    );
    issues.push(Issue::note("street-islands", Where::file(context.shown), problem, remedy));
}

#[cfg(test)]
mod line_tests;
#[cfg(test)]
mod tests;
