//! Bytes for the reader that the environment variable `PATCHWORK_FUZZ` names.
#![no_main]

mod feed;

use std::sync::LazyLock;

static TARGET: LazyLock<String> = LazyLock::new(|| {
    let target = std::env::var("PATCHWORK_FUZZ").unwrap_or_default();
    if !feed::TARGETS.contains(&target.as_str()) {
        eprintln!("PATCHWORK_FUZZ must be one of {}", feed::TARGETS.join(" "));
        std::process::exit(2);
    }
    feed::begin();
    target
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| feed::feed(&TARGET, bytes));
