//! Words and few bytes for the reader that the environment variable `PATCHWORK_FUZZ` names.
#![no_main]

mod words;

use std::sync::LazyLock;

static TARGET: LazyLock<String> = LazyLock::new(|| {
    let target = std::env::var("PATCHWORK_FUZZ").unwrap_or_default();
    if !words::TARGETS.contains(&target.as_str()) {
        eprintln!("PATCHWORK_FUZZ must be one of {}", words::TARGETS.join(" "));
        std::process::exit(2);
    }
    target
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| words::feed(&TARGET, bytes));
