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
    // The fuzzer ends at every panic; those that a reader of another's making has are caught and become an issue.
    patchwork::read::quiet_about_damage();
    target
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| feed::feed(&TARGET, bytes));
