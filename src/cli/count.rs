//! `patchwork count` and `patchwork cube merge`: what engagement records come to, as a cube.

use super::progress::Progress;
use super::{Failure, say};
use crate::load;
use crate::place::{COUNTED, Cube, Severity};
use crate::text::thousands;
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};

/// `patchwork count`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    patchwork count my-borough --out cube.parquet\n\n\
    Then [[engagement]] cube = \"cube.parquet\" in place.toml gives what the records gave. A cube has a row for each\n\
    person, place and quarter: it is as confidential as the records. docs/cube.md says what is in it.")]
pub struct CountArgs {
    /// Place directory: the one with place.toml
    pub dir: PathBuf,
    /// The cube to write
    #[arg(long, value_name = "FILE.parquet")]
    pub out: PathBuf,
}

/// `patchwork cube`
#[derive(Debug, Args)]
pub struct CubeArgs {
    #[command(subcommand)]
    command: CubeCommand,
}

#[derive(Debug, Subcommand)]
enum CubeCommand {
    /// Make one cube of the cubes of parts: the same as if all records were counted at once
    #[command(after_help = "Examples:\n  \
        patchwork cube merge north.parquet south.parquet --out all.parquet\n  \
        patchwork cube merge spark-output --out all.parquet\n\n\
        All records of one id must stand in one part, since a cube has no ids.")]
    Merge {
        /// Cubes, or directories of them
        #[arg(required = true)]
        parts: Vec<PathBuf>,
        /// The cube to write
        #[arg(long, value_name = "FILE.parquet")]
        out: PathBuf,
    },
}

/// Counts the records of a place.
pub fn run(args: &CountArgs, progress: &Progress) -> Result<(), Failure> {
    let (loaded, cube) = load::count(&args.dir, &|step| progress.step(step));
    progress.done();
    let Some(cube) = cube else {
        say(&loaded.issues, Severity::Error);
        let dir = args.dir.display();
        return Err(Failure::Failed(format!("the place cannot be used; see patchwork check {dir}")));
    };
    if cube.rows.is_empty() {
        return Err(Failure::Failed("the place has no engagement records to count".to_owned()));
    }
    write(&cube, &args.out)
}

/// Works on cubes alone.
pub fn cube(args: &CubeArgs, progress: &Progress) -> Result<(), Failure> {
    let CubeCommand::Merge { parts, out } = &args.command;
    let mut whole: Option<(Cube, PathBuf)> = None;
    for path in files(parts)? {
        let shown = path.display().to_string();
        progress.step(&format!("Reading {shown}"));
        let part = load::cube::read(&path, &shown).map_err(|issues| {
            progress.done();
            say(&issues, Severity::Error);
            Failure::Said
        })?;
        match &mut whole {
            None => whole = Some((part, path)),
            Some((whole, first)) => whole.merge(part).map_err(|why| {
                let first = first.display();
                Failure::Failed(format!(
                    "{first} and {shown} can't be parts of one cube: {why}. Count both with the same groups of people"
                ))
            })?,
        }
    }
    progress.done();
    let (whole, _) = whole.ok_or_else(|| Failure::Usage("there is no .parquet file among the parts".to_owned()))?;
    write(&whole, out)
}

/// The files, with those of directories; what engines write beside them (`_SUCCESS`, `.crc`) is passed over.
fn files(parts: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for part in parts {
        if part.is_dir() {
            let entries = std::fs::read_dir(part)?.collect::<Result<Vec<_>, _>>()?;
            let mut inside: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
            inside.retain(|path| path.extension().is_some_and(|ending| ending == "parquet"));
            inside.sort();
            files.extend(inside);
        } else {
            files.push(part.clone());
        }
    }
    Ok(files)
}

fn write(cube: &Cube, path: &Path) -> Result<(), Failure> {
    crate::export::cube(cube, path).map_err(|error| Failure::Failed(error.to_string()))?;
    let mut outcomes = cube.outcomes();
    let counted = outcomes.remove(COUNTED).unwrap_or(0);
    let number = |n: u64| thousands(n.cast_signed());
    eprintln!("wrote {} records in {} rows to {}", number(counted), number(cube.rows.len() as u64), path.display());
    for (why, records) in outcomes {
        eprintln!("not counted: {} {why}", number(records));
    }
    Ok(())
}
