//! The seeds of the fuzzers, read by what the fuzzers read them with: each must still be answered.

use std::path::Path;

#[path = "../../fuzz/src/feed.rs"]
mod feed;

#[test]
fn every_reader_has_seeds_and_what_the_fuzzers_know_ends_nothing() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    for target in feed::TARGETS.into_iter().chain(feed::words::TARGETS) {
        let files = std::fs::read_dir(seeds.join(target)).unwrap_or_else(|error| panic!("{target}: {error}"));
        let mut fed = 0;
        for file in files {
            let bytes = std::fs::read(file.expect("a file").path()).expect("readable");
            feed::feed(target, &bytes);
            // Cut and with one byte wrong, as the first steps of a fuzzer are.
            feed::feed(target, &bytes[..bytes.len() / 2]);
            let mut wrong = bytes.clone();
            if let Some(byte) = wrong.get_mut(bytes.len() / 3) {
                *byte ^= 0x20;
            }
            feed::feed(target, &wrong);
            fed += 1;
        }
        assert!(fed > 0, "{target} has no seed");
    }
}
