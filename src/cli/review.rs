//! `patchwork review`: one page about a patch, to print.

use super::args::ReviewArgs;
use super::progress::Progress;
use super::{Failure, print_result, usable, write};
use crate::layer::Layer;
use crate::report::review;
use crate::snapshot::Snapshot;

/// Runs the command.
pub(super) fn run(args: &ReviewArgs, progress: &Progress) -> Result<(), Failure> {
    let place = usable(&args.dir, progress)?;
    progress.step("Measuring");
    let snapshot = Snapshot::build(place, Vec::new());
    progress.done();
    let layers: Vec<&Layer> = snapshot.layers().iter().map(|collection| &collection.layer).collect();
    let page = review::page(&snapshot.place, &layers, snapshot.missing(), &args.patch).ok_or_else(|| {
        let keys: Vec<&str> = snapshot.place.patches.iter().map(|patch| patch.key.as_str()).collect();
        Failure::Usage(format!("there is no patch {:?}; there are {}", args.patch, keys.join(", ")))
    })?;
    match &args.out {
        Some(path) => {
            write(path, page.as_bytes())?;
            eprintln!("wrote {}", path.display());
            Ok(())
        }
        None => print_result(&page),
    }
}
