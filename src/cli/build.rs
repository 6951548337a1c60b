//! `patchwork build`: a place, built once into a file that any number of servers start from.

use super::progress::Progress;
use super::{Failure, say, serve};
use crate::load;
use crate::place::Severity;
use crate::snapshot::Snapshot;
use clap::Args;
use std::path::PathBuf;
use std::time::Instant;

/// `patchwork build`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    patchwork build my-borough --out my-borough.snapshot\n  \
    patchwork serve my-borough.snapshot\n\n\
    The file holds what is published and the public ground it rests on: of engagement records only protected counts.\n\
    It is read by the very program that wrote it, and by no other: build it again after an update.")]
pub struct BuildArgs {
    /// Place directory: the one with place.toml
    pub dir: PathBuf,
    /// The snapshot to write; replaced whole, so that servers may be told to load it again (SIGHUP) at any time
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// Builds a place into a file.
pub fn run(args: &BuildArgs, progress: &Progress) -> Result<(), Failure> {
    let began = Instant::now();
    if args.out.is_dir() {
        return Err(Failure::Usage(format!("--out {}: that is a directory; name a file", args.out.display())));
    }
    let loaded = load::load(&args.dir, &|step| progress.step(step));
    let Some(place) = loaded.place else {
        progress.done();
        say(&loaded.issues, Severity::Error);
        return Err(Failure::Failed(format!("the place cannot be used; see patchwork check {}", args.dir.display())));
    };
    progress.step("Measuring coverage and gaps, and protecting small counts of people met");
    let snapshot = Snapshot::build(place, loaded.issues);
    let took = began.elapsed();
    progress.step("Writing the snapshot");
    let written = snapshot.write_file(&args.out);
    progress.done();
    if let Some(issue) = snapshot.not_shown() {
        eprintln!("patchwork: {}. {}.", issue.problem, issue.remedy);
    }
    let bytes = written.map_err(|e| Failure::Failed(format!("{} cannot be written: {e}", args.out.display())))?;
    match serve::keep_release(&snapshot) {
        Ok(Some(file)) => eprintln!(
            "Kept what is published of people met in {}, so that later releases are protected together with it.",
            file.display()
        ),
        Ok(None) => {}
        Err(error) => {
            return Err(Failure::Failed(format!(
                "{} is written, but what it publishes of people met could not be kept in the directory of [disclosure] \
                 releases: {error}. Mend that and build again before it is served, or the next release is not protected \
                 together with this one",
                args.out.display()
            )));
        }
    }
    eprintln!(
        "Wrote {}: {} layers, {:.1} MB, digest {}, in {:.1} s and {:.1} s. Next: patchwork serve {}",
        args.out.display(),
        snapshot.layers().len(),
        bytes as f64 / 1e6,
        snapshot.digest(),
        took.as_secs_f64(),
        began.elapsed().saturating_sub(took).as_secs_f64(),
        args.out.display()
    );
    Ok(())
}
