//! Assets from tables, map layers and OpenStreetMap.

mod columns;
mod draft;
mod finish;
mod high_streets;
mod in_use;
mod kinds;
mod osm;
mod rows;
mod status;
mod status_words;
mod when;

use super::areas::Area;
use super::desk::Desk;
use super::headers;
use super::locator::Locator;
use super::manifest::{AssetsSection, PlaceSection, Provenance, StreetsSection};
use super::postcodes::Postcodes;
use super::streets::{OsmFeature, load_streets};
use crate::crs::{Plane, Xy};
use crate::network::StreetNetwork;
use crate::place::{Asset, Code, Issue, Where};
use crate::read::Table;
use crate::units::Metres;
use chrono::NaiveDate;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The column that says of which kind each thing of a table is.
pub(super) fn kind_column(table: &Table) -> Option<usize> {
    headers::any_of(table, columns::KINDS)
}

/// An asset further than this from every zone is of another place: nobody walks 10 km to a library, and
/// national registers hold thousands. Were it 0, a library across the border would be missing, which
/// residents do use; were it 100 km, every answer would carry assets that nobody can reach.
const ELSEWHERE_M: f64 = 10_000.0;

/// What assets are read against.
pub(super) struct Scene<'a> {
    /// The zones.
    pub(super) zones: &'a [Area],
    /// Finds zones.
    pub(super) locator: &'a Locator<'a>,
    /// The plane.
    pub(super) plane: &'a Plane,
    /// The middle of the place.
    pub(super) middle: Xy,
    /// The day of the place.
    pub(super) date: NaiveDate,
    /// `[place]`, for its postcode file.
    pub(super) place: &'a PlaceSection,
    /// Postcode files that were read, by their written path.
    pub(super) postcodes: RefCell<BTreeMap<String, Option<Arc<Postcodes>>>>,
    /// The streets.
    pub(super) streets: Option<&'a StreetNetwork>,
    /// The street file as written, and the things in it.
    pub(super) street_file: Option<(&'a str, &'a [OsmFeature])>,
    /// Whether `place.toml` names a street file, readable or not.
    pub(super) street_file_named: bool,
    /// Further than this from every street is off the network.
    pub(super) max_off_street: Metres,
}

impl Scene<'_> {
    fn is_far(&self, at: Xy) -> bool {
        let near_centre = || self.zones.iter().any(|zone| zone.centre.distance(at).get() <= ELSEWHERE_M);
        !near_centre() && self.locator.near(at, ELSEWHERE_M).is_none()
    }

    /// The postcode files that were read so far, as written, and which reading of each it was.
    pub(super) fn known(&self) -> Vec<(String, Option<u64>)> {
        let own = self.postcodes.borrow();
        own.iter().map(|(file, read)| (file.clone(), read.as_ref().map(|read| read.serial))).collect()
    }

    /// The postcodes for a section, read once.
    pub(super) fn postcodes(&self, desk: &mut Desk<'_>, own: Option<&String>) -> Option<Arc<Postcodes>> {
        let file = own.or(self.place.postcodes.as_ref())?;
        if let Some(read) = self.postcodes.borrow().get(file) {
            return read.clone();
        }
        let read = Postcodes::read(desk, file, self.plane);
        self.postcodes.borrow_mut().insert(file.clone(), read.clone());
        read
    }
}

/// Reads all assets of the place, sorted by key.
pub(super) fn read(desk: &mut Desk<'_>, sections: &[AssetsSection], scene: &Scene<'_>) -> Vec<Asset> {
    let mut drafts = Vec::new();
    let mut high_streets_done = false;
    for section in sections {
        // Two sections may well read different things out of one file; the same section twice reads the same.
        let what = AssetsSection { file: None, source: Provenance::default(), ..section.clone() };
        let file = section.file.as_deref().or(scene.street_file.map(|(file, _)| file).filter(|_| section.osm));
        if file.is_some_and(|file| desk.named_twice("assets", file, &format!("{what:?}"))) {
            continue;
        }
        match (&section.file, section.osm) {
            (Some(file), false) => drafts.extend(rows::read(desk, file, section, scene)),
            (None, false) => {
                let at = Where::file("place.toml").field("file");
                let problem = "An [[assets]] section names no file";
                desk.issues.push(Issue::error(
                    Code::MissingKey,
                    at,
                    problem,
                    "Add file = \"…\", or osm = true to read the street file",
                ));
            }
            (file, true) => {
                let own = file
                    .as_deref()
                    .filter(|file| scene.street_file.is_none_or(|(street_file, _)| street_file != *file));
                let read = match (own, scene.street_file) {
                    (Some(file), _) => other_osm_file(desk, file, section, scene).map(|features| (file, features)),
                    (None, Some((file, features))) => Some((file, features.to_vec())),
                    // A street file that could not be read has been told of already.
                    (None, None) => {
                        if !scene.street_file_named {
                            no_street_file(desk);
                        }
                        None
                    }
                };
                let Some((file, features)) = read else { continue };
                drafts.extend(osm::read(file, &features, section, scene, &mut desk.issues));
                let at_least = section.high_street_shops.unwrap_or(high_streets::USUAL_SHOPS);
                if at_least > 0 && !high_streets_done {
                    high_streets_done = true;
                    let found = high_streets::find(file, &features, scene.streets, at_least);
                    drafts.extend(found.into_iter().filter(|draft| !scene.is_far(draft.at)));
                }
            }
        }
    }
    finish::finish(drafts, scene, &mut desk.issues)
}

fn no_street_file(desk: &mut Desk<'_>) {
    let at = Where::file("place.toml").field("osm");
    let problem = "Assets are to be read out of OpenStreetMap, and no OpenStreetMap file is named";
    desk.issues.push(Issue::error(Code::MissingKey, at, problem, "Add file = \"….osm.pbf\" here or under [streets]"));
}

/// The things of an OpenStreetMap file that is not the street file.
fn other_osm_file(
    desk: &mut Desk<'_>,
    file: &str,
    section: &AssetsSection,
    scene: &Scene<'_>,
) -> Option<Vec<OsmFeature>> {
    let path = desk.find(file, "assets")?;
    desk.note_source("assets", file, &path, &section.source);
    let streets = StreetsSection {
        file: Some(file.to_owned()),
        files: Vec::new(),
        layer: None,
        name: None,
        crs: None,
        join_within_m: None,
        exclude: BTreeMap::new(),
        max_off_street_m: None,
        source: section.source.clone(),
    };
    match load_streets(&streets, &[(&path, file)], scene.plane, &mut desk.issues, &|_| {}) {
        Ok(streets) => Some(streets.features),
        Err(issue) => {
            desk.issues.push(issue);
            None
        }
    }
}

/// Which column of a list is which, by the titles alone, and the name of each row's asset.
pub(super) fn list_of(table: &crate::read::Table) -> Result<super::AssetList, crate::place::Issue> {
    let section: super::manifest::AssetsSection = super::manifest::AssetsSection::default();
    let columns = columns::Columns::of(table, &section)?;
    let own = |row: usize| columns.name.and_then(|column| table.text(column, row)).map(|name| name.trim().to_owned());
    Ok(super::AssetList {
        file: table.file().to_owned(),
        titles: table.titles().into_iter().map(ToOwned::to_owned).collect(),
        status: columns.status,
        opening_hours: columns.opening_hours,
        step_free: columns.step_free,
        last_checked: columns.last_checked,
        has_days: columns.days.iter().any(Option::is_some),
        rows: (0..table.rows()).map(|row| (table.line(row), own(row))).collect(),
    })
}
