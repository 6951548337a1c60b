//! Writes the borough down as the files a council would hand over.

mod boundaries;
mod buses;
mod osm;
pub(super) mod pbf;
mod staged;
mod tables;
mod words;

pub(super) use staged::Staged;

use super::borough::Borough;
use super::records::Planted;
use super::{DemoError, DemoOptions, DemoReport, grants, islands, records};
use crate::crs::{LonLat, Plane, Xy};
use rayon::prelude::*;
use std::fmt::Display;
use std::path::Path;

/// What editors complete and check `place.toml` by; `tests/it/reference.rs` holds it against the loader.
const SCHEMA: &str = include_str!("../../../docs/place.schema.json");

/// Names of the files, as `place.toml` has them.
pub(super) mod file {
    pub(super) const PLACE: &str = "place.toml";
    pub(super) const SCHEMA: &str = "place.schema.json";
    pub(super) const README: &str = "README.txt";
    pub(super) const FAULTS: &str = "FAULTS.md";
    pub(super) const PLANTED: &str = "planted.json";
    pub(super) const PATCHES: &str = "patches.gpkg";
    pub(super) const ZONES: &str = "zones.geojson";
    pub(super) const ETHNIC: &str = "census-ethnic-group-made-up.csv";
    pub(super) const AGE: &str = "census-age-made-up.xlsx";
    pub(super) const DISABILITY: &str = "census-disability-made-up.csv";
    pub(super) const DEPRIVATION: &str = "deprivation-made-up.csv";
    pub(super) const STREETS: &str = "streets.osm";
    pub(super) const ASSETS: &str = "assets.csv";
    pub(super) const HEALTH: &str = "health-made-up.csv";
    pub(super) const POSTCODES: &str = "postcodes-made-up.csv";
    pub(super) const ENGAGEMENT: [&str; 2] = ["engagement-2023-24.csv", "engagement-2024-25.csv"];
    pub(super) const GRANTS: &str = "grants-made-up.csv";
    pub(super) const BUSES: &str = "buses-made-up.zip";
    pub(super) const VAN: &str = "mobile-library.csv";
    /// Every file of a demo; that of the buses only where they were asked for.
    pub(super) const ALL: [&str; 19] = [
        PLACE,
        README,
        FAULTS,
        PLANTED,
        SCHEMA,
        PATCHES,
        ZONES,
        ETHNIC,
        AGE,
        DISABILITY,
        DEPRIVATION,
        STREETS,
        ASSETS,
        HEALTH,
        POSTCODES,
        ENGAGEMENT[0],
        ENGAGEMENT[1],
        GRANTS,
        BUSES,
    ];
}

/// A fault that was put into a file on purpose.
#[derive(Debug)]
pub(super) struct Fault {
    /// The file.
    file: &'static str,
    /// Where in it.
    place: String,
    /// What is wrong.
    wrong: String,
    /// What `patchwork check` should say and do.
    expect: &'static str,
}

/// The nodes of the drawing, bent into the town: metres on the National Grid, and degrees.
struct Placed {
    grid: Vec<Xy>,
    degrees: Vec<LonLat>,
}

impl Placed {
    fn new(borough: &Borough) -> Option<Self> {
        let plane = Plane::british_national_grid();
        let grid: Vec<Xy> = borough.map.points.par_iter().map(|p| borough.place(*p)).collect();
        let degrees: Option<Vec<LonLat>> = grid.par_iter().map(|p| plane.to_lonlat(*p)).collect();
        Some(Self { grid, degrees: degrees? })
    }
}

fn failed(path: &Path) -> impl FnOnce(String) -> DemoError {
    let path = path.to_path_buf();
    move |cause| DemoError::Write { path, cause }
}

/// Runs a writer on a file of the directory.
fn to_file<T, E: Display>(dir: &Path, name: &str, write: impl FnOnce(&Path) -> Result<T, E>) -> Result<T, DemoError> {
    let path = dir.join(name);
    write(&path).map_err(|e| failed(&path)(e.to_string()))
}

/// What is odd in the grants.
fn grant_faults() -> [Fault; 4] {
    let fault = |place: &str, wrong: &str, expect| Fault {
        file: file::GRANTS,
        place: place.to_owned(),
        wrong: wrong.to_owned(),
        expect,
    };
    [
        fault("the last rows", "two grants are to people", "`grants-to-individuals`: counted, and never located"),
        fault("the last rows", "an amount of nought", "`grant-of-nought`: set aside and counted"),
        fault("the last rows", "a grant in euros", "`grant-other-currency`: set aside and counted"),
        fault("the last row", "an older version of the last grant", "`grant-amended`: the newer one is used"),
    ]
}

/// Writes every file into `dir`.
pub(super) fn write_all(
    borough: &Borough,
    (options, with_buses): (&DemoOptions, bool),
    dir: &Path,
    steps: &dyn Fn(&str),
) -> Result<DemoReport, DemoError> {
    let placed = Placed::new(borough).ok_or_else(|| failed(dir)("a point fell off the National Grid".to_owned()))?;
    let mut faults = Vec::new();
    steps("Writing boundaries");
    faults.extend(to_file(dir, file::PATCHES, |path| boundaries::write_patches(borough, &placed, path))?);
    faults.extend(to_file(dir, file::ZONES, |path| boundaries::write_zones(borough, &placed, path))?);
    steps("Writing streets");
    let street_nodes = to_file(dir, file::STREETS, |path| osm::write(borough, &placed, path))?;
    steps("Writing census tables");
    to_file(dir, file::ETHNIC, |path| tables::write_ethnic(borough, path))?;
    faults.extend(to_file(dir, file::AGE, |path| tables::write_ages(borough, options.seed, path))?);
    faults.extend(to_file(dir, file::DISABILITY, |path| tables::write_disability(borough, options.seed, path))?);
    to_file(dir, file::DEPRIVATION, |path| tables::write_deprivation(borough, path))?;
    steps("Writing assets");
    faults.extend(to_file(dir, file::ASSETS, |path| tables::write_assets(borough, path))?);
    faults.extend(to_file(dir, file::HEALTH, |path| tables::write_health(borough, path))?);
    to_file(dir, file::POSTCODES, |path| tables::write_postcodes(borough, path))?;
    steps("Writing engagement records and grants");
    let planted = Planted::new(borough.patches.count, options.seed);
    let engagement = to_file(dir, file::ENGAGEMENT[0], |path| {
        records::write_engagement(borough, &planted, options.seed, path, &dir.join(file::ENGAGEMENT[1]))
    })?;
    let given = to_file(dir, file::GRANTS, |path| grants::write(borough, options.seed, path))?;
    faults.extend(grant_faults());
    if with_buses {
        steps("Writing a timetable");
        to_file(dir, file::BUSES, |path| buses::write(borough, &placed, path))?;
        to_file(dir, file::VAN, |path| std::fs::write(path, buses::van(borough, &placed)))?;
    }
    steps("Writing place.toml");
    to_file(dir, file::PLANTED, |path| std::fs::write(path, words::planted(borough, &planted, &given, options)))?;
    to_file(dir, file::FAULTS, |path| std::fs::write(path, words::faults(borough, &faults)))?;
    to_file(dir, file::README, |path| std::fs::write(path, words::readme(borough, options, with_buses)))?;
    to_file(dir, file::SCHEMA, |path| std::fs::write(path, SCHEMA))?;
    to_file(dir, file::PLACE, |path| std::fs::write(path, words::place(borough) + words::buses(with_buses)))?;
    Ok(DemoReport {
        name: borough.names.borough().to_owned(),
        dir: dir.to_path_buf(),
        residents: borough.residents(),
        patches: borough.patches.count,
        zones: borough.town.zones.len(),
        street_nodes,
        street_ways: borough.map.ways.len(),
        cut_off_nodes: islands::cut_off(&borough.map),
        assets: borough.facilities.len(),
        engagement,
        grants: given.rows,
        faults: faults.len(),
    })
}
