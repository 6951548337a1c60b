//! The made-up borough: the same files a council would have, any size, seeded.
//!
//! A town is planned by cutting a flat sheet into convex cells, where every cut is a street: through
//! roads first, then quarters, zones of about 300 people and blocks of houses. River, railway and bypass
//! are bands that only a few roads cross. Then the sheet is bent into a town, its people are housed, and
//! everything is written as a council would have it: GeoPackage, GeoJSON, CSV, XLSX and OSM XML, with a
//! few faults that `FAULTS.md` lists.

mod borough;
mod buses;
mod country;
mod dice;
mod facilities;
mod facility;
mod field;
mod grants;
mod ground;
mod islands;
mod make_up;
mod names;
mod patches;
mod people;
mod records;
mod sheet;
mod shops;
mod streets;
mod town;
mod write;

pub use country::{CountryOptions, CountryReport, write_country};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// How large the made-up borough is, and which one of all possible it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoOptions {
    /// Residents, from 500 to 3,000,000. Patches follow, at about 12,000 residents each.
    pub residents: u64,
    /// The same seed and residents always write the same bytes.
    pub seed: u64,
}

impl DemoOptions {
    /// Fewer residents than this have no streets worth walking.
    pub const FEWEST: u64 = 500;
    /// More residents than this would reach beyond the sheet of OSTN15.
    pub const MOST: u64 = 3_000_000;
}

impl Default for DemoOptions {
    /// 216,000 residents in 18 patches, seed 1.
    fn default() -> Self {
        Self { residents: 216_000, seed: 1 }
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoReport {
    /// Name of the borough.
    pub name: String,
    /// The directory.
    pub dir: PathBuf,
    /// Residents.
    pub residents: u64,
    /// Patches.
    pub patches: usize,
    /// Zones.
    pub zones: usize,
    /// Nodes of the street file.
    pub street_nodes: usize,
    /// Ways of the street file.
    pub street_ways: usize,
    /// Nodes of streets that no other street reaches.
    pub cut_off_nodes: usize,
    /// Assets, without those in the street file.
    pub assets: usize,
    /// Engagement records.
    pub engagement: u64,
    /// Grants.
    pub grants: u64,
    /// Faults planted and listed in `FAULTS.md`.
    pub faults: usize,
}

/// Why no borough was written.
#[derive(Debug, Error)]
pub enum DemoError {
    /// Too few or too many residents.
    #[error("{0} residents were asked for: the made-up borough has from 500 to 3,000,000, so choose a number between")]
    Size(u64),
    /// The directory holds something else.
    #[error("{dir} is not empty and is no earlier demo ({found} is in it): name a new or empty directory, or empty this one first", dir = .dir.display())]
    NotEmpty {
        /// The directory.
        dir: PathBuf,
        /// A file that no demo writes.
        found: String,
    },
    /// A file could not be written.
    #[error("{path} could not be written ({cause}): check that the disk has room and that you may write there", path = .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
}

/// Writes a made-up borough as an ordinary place directory, with everything a council would have.
///
/// The directory appears whole or not at all: files are written next to it and moved into place at the
/// end. An earlier demo is replaced; any other directory that is not empty is refused.
///
/// # Errors
/// [`DemoError`] when the size is out of range, the directory holds something else, or writing fails.
pub fn write_demo(dir: &Path, options: &DemoOptions, steps: &dyn Fn(&str)) -> Result<DemoReport, DemoError> {
    write_either(dir, options, false, steps)
}

/// As [`write_demo`], with a timetable of buses and two standards that ask about it.
///
/// # Errors
/// As [`write_demo`].
pub fn write_demo_with_buses(dir: &Path, options: &DemoOptions, steps: &dyn Fn(&str)) -> Result<DemoReport, DemoError> {
    write_either(dir, options, true, steps)
}

fn write_either(
    dir: &Path,
    options: &DemoOptions,
    with_buses: bool,
    steps: &dyn Fn(&str),
) -> Result<DemoReport, DemoError> {
    if !(DemoOptions::FEWEST..=DemoOptions::MOST).contains(&options.residents) {
        return Err(DemoError::Size(options.residents));
    }
    let staged = write::Staged::beside(dir)?;
    let borough = make_up::make_up(options.residents, options.seed, steps);
    let mut report = write::write_all(&borough, (options, with_buses), staged.path(), steps)?;
    staged.move_into_place()?;
    report.dir = dir.to_path_buf();
    Ok(report)
}
