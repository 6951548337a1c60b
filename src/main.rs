//! Parse, run, choose the exit code: 0 done, 1 it could not be done, 2 it was called wrongly.

use std::process::ExitCode;

fn main() -> ExitCode {
    patchwork::cli::main()
}
