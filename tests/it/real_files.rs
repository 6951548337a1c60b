//! Are the real files here that some tests read? They are not in this repository, and not on every machine.

use std::io::Write;
use std::path::{Path, PathBuf};

/// The folder of real files. Where it is not there, the test that asks returns, and `make test` says so at its end.
pub(crate) fn real_files() -> Option<PathBuf> {
    let root = std::env::var_os("PATCHWORK_SHARED").filter(|root| !root.is_empty());
    let root = root.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let data = root.join("data");
    if data.is_dir() {
        return Some(data);
    }
    left_out(&format!(
        "tests in Rust on real files: there is no folder `data` in {}; set PATCHWORK_SHARED",
        root.display()
    ));
    None
}

/// Writes down what is left out and why, for `make test` to read out.
pub(crate) fn left_out(what: &str) {
    if let Some(path) = std::env::var_os("PATCHWORK_LEFT_OUT") {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(format!("{what}\n").as_bytes()))
            .expect("what is left out is written down");
    }
}
