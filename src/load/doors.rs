//! Doors to readers of words and bytes that only `load` itself calls, for the fuzzers and the test that runs their
//! corpora: whatever is given, nothing may come of it but an answer.

use super::settings;
use crate::read::{hours, read_wkb};
use chrono::NaiveDate;

/// Gives words to the reader of opening hours, and asks what it made of them.
pub fn hours(words: &str) {
    let _ = hours::read(words);
    let _ = hours::read_days([Some(words); 7]);
    if let Some(day) = NaiveDate::from_ymd_opt(2024, 6, 30) {
        let _ = hours::never_open(words, day);
    }
}

/// Gives text to the reader of `place.toml`.
pub fn settings(text: &str) {
    let _ = settings::parse(text);
}

/// Gives bytes to the reader of well-known binary.
pub fn wkb(bytes: &[u8]) {
    read_wkb(bytes);
}
