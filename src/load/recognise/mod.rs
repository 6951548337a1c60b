//! What is this file? For a heap of downloads, and for a file that somebody brings: told by what is in it, and only
//! where that says nothing by its name. What cannot be told is not guessed.

mod areas;
mod draft;
mod missing;
mod names;
mod proposed;
mod said;

pub use draft::{Drafted, draft, draft_as, write};
pub use missing::Missing;
pub use said::{Meant, Said};

use super::headers;
use super::manifest::{DeprivationSection, EngagementSection};
use super::{Issues, deprivation, engagement, grants, postcodes};
use crate::place::Issue;
use crate::read::{Options, Table};
use areas::Areas;
use geo::Geometry;
use std::collections::{BTreeSet, HashSet};
use std::path::Path;

/// The most kinds that a column of kinds has; beyond, it is a column of something else.
const MOST_KINDS: usize = 40;
/// How many of them are named to whoever brought the file.
const MOST_KINDS_NAMED: usize = 8;

/// What a file is for.
#[derive(Debug, Clone, PartialEq)]
pub enum Purpose {
    /// Outlines of areas, with keys.
    Boundaries,
    /// A table of residents by group for areas; the dimension, such as `age`.
    Groups(String),
    /// An index of deprivation.
    Deprivation,
    /// Postcodes with coordinates.
    Postcodes,
    /// Streets as lines, or an extract of OpenStreetMap, which has assets as well.
    Streets {
        /// Whether it is OpenStreetMap's.
        is_osm: bool,
    },
    /// Things to reach; their kind, such as `library`.
    Assets(String),
    /// Things to reach of several kinds: the title of the column that says which, and what it says.
    AssetsBy {
        /// The title.
        column: String,
        /// The kinds, as `place.toml` has them.
        kinds: Vec<String>,
    },
    /// Records of people who were met.
    Engagement,
    /// Grants, as 360Giving has them.
    Grants,
    /// Which old area is which new one; the titles of the two columns.
    Lookup(String, String),
    /// A timetable of public transport (GTFS).
    Timetable,
    /// A directory of services in the Open Referral form.
    Services,
    /// It could not be told, and why.
    Unknown(String),
}

impl Purpose {
    /// In words, for people.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Boundaries => "outlines of areas".to_owned(),
            Self::Groups(dimension) => format!("residents by {}", dimension.replace('_', " ")),
            Self::Deprivation => "an index of deprivation".to_owned(),
            Self::Postcodes => "postcodes with coordinates".to_owned(),
            Self::Streets { is_osm: true } => "an extract of OpenStreetMap: streets, shops and amenities".to_owned(),
            Self::Streets { is_osm: false } => "streets as lines".to_owned(),
            Self::Assets(kind) => format!("assets of the kind {}", kind.replace('_', " ")),
            Self::AssetsBy { column, kinds } => {
                let kinds = super::words::listed(kinds.iter().map(|kind| kind.replace('_', " ")), MOST_KINDS_NAMED);
                format!("assets, whose kind stands in the column {column}: {kinds}")
            }
            Self::Engagement => "records of people who were met".to_owned(),
            Self::Grants => "grants (360Giving)".to_owned(),
            Self::Lookup(from, to) => format!("a lookup from {from} to {to}"),
            Self::Timetable => "a timetable of public transport".to_owned(),
            Self::Services => "a directory of services (Open Referral)".to_owned(),
            Self::Unknown(why) => format!("not understood: {why}"),
        }
    }
}

/// A file, and what it was recognised as.
#[derive(Debug)]
pub struct Recognised {
    /// Its name, as `place.toml` would have it.
    pub name: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Its rows or features; 0 where they were not read.
    pub rows: usize,
    /// Titles of its columns.
    pub titles: Vec<String>,
    /// The areas its rows are about, where they are about areas.
    pub areas: Option<Areas>,
    /// The column by which smaller areas weigh: how many live there.
    pub weight: Option<String>,
    /// The columns of a population-weighted centre, easting or longitude first.
    pub centre: Option<(String, String)>,
    /// The rows to keep of a table that counts each sex and everybody: the column, and its word for everybody.
    pub only: Option<(String, String)>,
    /// What somebody said it is, who knows better.
    pub said: Option<Meant>,
}

impl Recognised {
    fn as_(name: &str, purpose: Purpose) -> Self {
        Self {
            name: name.to_owned(),
            purpose,
            rows: 0,
            titles: Vec::new(),
            areas: None,
            weight: None,
            centre: None,
            only: None,
            said: None,
        }
    }
}

/// Says what a file is for. `name` is how it is called in what is told of it.
#[must_use]
pub fn recognise(path: &Path, name: &str) -> Recognised {
    let ending = ending(name);
    if ["pbf", "osm"].contains(&ending.as_str()) {
        return Recognised::as_(name, Purpose::Streets { is_osm: true });
    }
    if ending == "zip" {
        return Recognised::as_(name, zipped(path));
    }
    if ending == "json"
        && let Some(purpose) = json(path)
    {
        return Recognised::as_(name, purpose);
    }
    match Table::read(path, name, Options::default(), &mut Issues::default()) {
        Ok(table) => of_table(&table, name, path),
        Err(issue) => Recognised::as_(name, Purpose::Unknown(told(&issue))),
    }
}

/// What follows the last dot of a name.
fn ending(name: &str) -> String {
    name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default()
}

fn told(issue: &Issue) -> String {
    let mut words = issue.problem.clone();
    if let Some(first) = words.get(0..1).map(str::to_lowercase) {
        words.replace_range(0..1, &first);
    }
    words
}

fn zipped(path: &Path) -> Purpose {
    let names = std::fs::File::open(path).ok().and_then(|file| zip::ZipArchive::new(file).ok());
    let names: Vec<String> =
        names.map(|zip| zip.file_names().flatten().map(|name| name.into_owned()).collect()).unwrap_or_default();
    let has = |name: &str| names.iter().any(|known| known == name || known.ends_with(&format!("/{name}")));
    if has("stops.txt") && has("trips.txt") {
        return Purpose::Timetable;
    }
    Purpose::Unknown("it is packed; unpack it, and bring what is in it".to_owned())
}

/// JSON that is no GeoJSON. Only the beginning is looked at.
fn json(path: &Path) -> Option<Purpose> {
    use std::io::Read;
    let mut head = Vec::new();
    std::fs::File::open(path).ok()?.take(64 * 1024).read_to_end(&mut head).ok()?;
    let head = String::from_utf8_lossy(&head);
    let has = |key: &str| head.contains(&format!("\"{key}\""));
    if has("FeatureCollection") || has("coordinates") {
        return None;
    }
    if has("grants") || (has("awardDate") && has("amountAwarded")) {
        return Some(Purpose::Grants);
    }
    if has("service_at_locations")
        || has("contents") && has("organization")
        || has("eligible_age")
        || has("cost_options")
    {
        return Some(Purpose::Services);
    }
    None
}

fn of_table(table: &Table, name: &str, path: &Path) -> Recognised {
    let titles: Vec<String> = table.titles().into_iter().map(ToOwned::to_owned).collect();
    let areas = Areas::of(table, name);
    let mut found = Recognised { rows: table.rows(), areas, ..Recognised::as_(name, Purpose::Unknown(String::new())) };
    found.weight = titles.iter().find(|title| names::is_residents(title)).cloned();
    found.centre =
        headers::coordinates(table).map(|(x, y)| (titles[x].clone(), titles[y].clone())).or_else(|| centre(&titles));
    found.purpose = purpose(table, name, path, &titles, found.areas.as_ref());
    found.only = everybody(table);
    found.titles = titles;
    found
}

/// The column `sex` of a table that has a row for each sex and one for all, and what it calls all.
fn everybody(table: &Table) -> Option<(String, String)> {
    let titles = table.titles();
    let column = titles.iter().position(|title| matches!(super::words::plain(title).as_str(), "sex" | "gender"))?;
    let words: HashSet<&str> = (0..table.rows().min(5000)).filter_map(|row| table.text(column, row)).collect();
    let all = ["persons", "all", "allpersons", "total"];
    let word =
        words.iter().find(|word| all.contains(&super::words::plain(word).as_str())).filter(|_| words.len() > 1)?;
    Some((titles.get(column)?.to_string(), (*word).to_owned()))
}

/// The titles of a population-weighted centre, as in `pwc_lon`, `pwc_lat`.
fn centre(titles: &[String]) -> Option<(String, String)> {
    let ends = |end: &str| titles.iter().find(|title| title.to_lowercase().ends_with(end)).cloned();
    Some((ends("_lon")?, ends("_lat")?))
}

fn purpose(table: &Table, name: &str, path: &Path, titles: &[String], areas: Option<&Areas>) -> Purpose {
    // Areas that are named again and again are where something is; a list of areas names each once.
    let repeats = areas.is_some_and(|areas| areas.keys.len() * 10 < table.rows() * 9);
    if grants::is_sheet(table) {
        return Purpose::Grants;
    }
    match shape(table) {
        // Isochrones are somebody else's walks; walks are measured here.
        Some(Shape::Area) if name.to_lowercase().contains("isochrone") => {
            return Purpose::Unknown("isochrones are not read: walks are measured along the streets".to_owned());
        }
        Some(Shape::Area)
            if areas.is_none_or(|areas| areas.level == 5 || repeats) && names::known_kind(name).is_some() =>
        {
            return assets(table, name);
        }
        Some(Shape::Area) if areas.is_some() => return Purpose::Boundaries,
        Some(Shape::Line) => return Purpose::Streets { is_osm: false },
        Some(Shape::Point) if !engagement::is_records(titles) => return assets(table, name),
        Some(Shape::Area) => {
            let why = format!("its areas have no column with keys; its columns are {}", titles.join(", "));
            return Purpose::Unknown(why);
        }
        _ => {}
    }
    if postcodes::is_list(path, name) {
        return Purpose::Postcodes;
    }
    if let Some((from, to)) = areas::lookup(table) {
        return Purpose::Lookup(from, to);
    }
    if areas.is_some() && !repeats && deprivation::is_index(table, &DeprivationSection::of(name)) {
        return Purpose::Deprivation;
    }
    if engagement::is_records(titles) && !areas.is_some_and(|areas| areas.is_table) {
        return Purpose::Engagement;
    }
    let has_place = headers::coordinates(table).is_some() || titles.iter().any(|title| names::is_postcode(title));
    if has_place && titles.iter().any(|title| names::is_name(title)) {
        return assets(table, name);
    }
    match areas {
        Some(_) if engagement::is_records(titles) => Purpose::Engagement,
        Some(areas) if areas.is_table => names::dimension(name, titles).map_or_else(
            || {
                Purpose::Unknown(format!(
                    "a table about {}, but neither its name nor its titles say that it counts residents; if it does, add \
                     it as [[groups]] with a dimension",
                    areas.geography
                ))
            },
            |dimension| Purpose::Groups(dimension.to_owned()),
        ),
        _ => Purpose::Unknown(format!(
            "nothing in it says what it is about; its columns are {}",
            super::words::some_of(&titles.iter().map(String::as_str).collect::<Vec<_>>())
        )),
    }
}

/// Of which kind the things of a file are: by its name, else by a column; else by its name all the same, unless it says
/// nothing, or several kinds.
fn assets(table: &Table, name: &str) -> Purpose {
    let named = names::known_kinds(name);
    if let [kind] = named.as_slice() {
        return Purpose::Assets((*kind).to_owned());
    }
    let column = super::assets::kind_column(table);
    if let Some(column) = column {
        let kinds: BTreeSet<String> = (0..table.rows())
            .filter_map(|row| table.text(column, row))
            .map(|word| super::words::slug(word, '_'))
            .filter(|kind| !kind.is_empty())
            .collect();
        // Codes without a letter are not what anybody calls a kind.
        let are_words = kinds.iter().all(|kind| kind.contains(char::is_alphabetic));
        if are_words && (1..=MOST_KINDS).contains(&kinds.len()) {
            let column = table.titles().get(column).copied().unwrap_or_default().to_owned();
            return Purpose::AssetsBy { column, kinds: kinds.into_iter().collect() };
        }
    }
    if named.len() > 1 || names::says_nothing(name) {
        return Purpose::Unknown(
            "places people can go to, but neither the file's name nor a column says of which one kind each is; say it, such as library"
                .to_owned(),
        );
    }
    Purpose::Assets(names::kind(name))
}

enum Shape {
    Area,
    Line,
    Point,
}

/// What most of its shapes are.
fn shape(table: &Table) -> Option<Shape> {
    let mut counts = [0_usize; 3];
    for geometry in table.shapes()?.geometries.iter().flatten() {
        match geometry {
            Geometry::Polygon(_) | Geometry::MultiPolygon(_) => counts[0] += 1,
            Geometry::LineString(_) | Geometry::MultiLineString(_) => counts[1] += 1,
            Geometry::Point(_) | Geometry::MultiPoint(_) => counts[2] += 1,
            _ => {}
        }
    }
    match counts {
        [0, 0, 0] => None,
        [a, b, c] if a >= b && a >= c => Some(Shape::Area),
        [_, b, c] if b >= c => Some(Shape::Line),
        _ => Some(Shape::Point),
    }
}

impl DeprivationSection {
    fn of(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            sheet: None,
            index: None,
            zone: None,
            decile: None,
            rank: None,
            zones_ranked: None,
            most_deprived: None,
            score: None,
            lookup: None,
            source: super::manifest::Provenance::default(),
        }
    }
}

impl EngagementSection {
    pub(super) fn of(file: &str) -> Self {
        Self {
            cube: None,
            file: file.to_owned(),
            sheet: None,
            columns: std::collections::BTreeMap::new(),
            dimensions: std::collections::BTreeMap::new(),
            groups: std::collections::BTreeMap::new(),
            activity: None,
            activities: std::collections::BTreeMap::new(),
            month_first: false,
            crs: None,
            postcodes: None,
            patch_names: super::manifest::PatchNames::default(),
            stream_above_mb: None,
            source: super::manifest::Provenance::default(),
        }
    }
}

/// How many of these keys are in that set.
fn shared(keys: &HashSet<String>, of: &HashSet<String>) -> usize {
    keys.iter().filter(|key| of.contains(*key)).count()
}

#[cfg(test)]
#[path = "recognise_tests.rs"]
mod tests;
