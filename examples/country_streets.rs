//! Made-up streets under the zones of a real place, in several regional files:
//! `country_streets PLACE OUT_DIR [NODES] [REGIONS] [SEED]`, by default 4,000,000 nodes in 12 files.
//!
//! PLACE is a directory with a `place.toml`, with or without streets; the files are for `[streets] files`.
#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use patchwork::load::load;
use patchwork::synth::{CountryOptions, write_country};
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, place, out, rest @ ..] = arguments.as_slice() else {
        return Err("country_streets PLACE OUT_DIR [NODES] [REGIONS] [SEED]".into());
    };
    let number = |i: usize, default: usize| rest.get(i).map_or(Ok(default), |text| text.parse());
    let options = CountryOptions { nodes: number(0, 4_000_000)?, regions: number(1, 12)?, seed: number(2, 1)? as u64 };
    let place = load(Path::new(place), &|_| ()).place.ok_or("the place cannot be used: see patchwork check")?;
    std::fs::create_dir_all(out)?;
    let report = write_country(&place, options, Path::new(out))?;
    let (nodes, ways, shared) = (report.nodes, report.ways, report.shared);
    println!("{nodes} nodes, {ways} ways, {shared} of them in several of {} files", report.files.len());
    Ok(())
}
