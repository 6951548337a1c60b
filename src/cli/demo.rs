//! `patchwork demo`: writes the made-up borough.

use super::args::DemoArgs;
use super::progress::Progress;
use super::words::whole;
use super::{Failure, print_result};
use crate::synth::{DemoOptions, write_demo, write_demo_with_buses};

/// Runs the command.
pub fn run(args: &DemoArgs, progress: &Progress) -> Result<(), Failure> {
    let options = DemoOptions { residents: args.residents, seed: args.seed };
    let write = if args.buses { write_demo_with_buses } else { write_demo };
    let report = write(&args.dir, &options, &|step| progress.step(step));
    progress.done();
    let report = report.map_err(|error| Failure::Failed(error.to_string()))?;
    let dir = args.dir.display();
    print_result(&format!(
        "Wrote the made-up borough of {} to {dir}: {} residents, {} patches, {} zones, seed {}.\n\
         It does not exist. Next: patchwork check {dir}\n",
        report.name,
        whole(report.residents as f64),
        report.patches,
        report.zones,
        args.seed
    ))
}
