//! Answers that stand in a temporary file: sent in pieces, whole or the part that `Range` names (RFC 9110,
//! section 14), so that a large download takes no more memory than a small one.

use super::problem::Problem;
use super::reply::Reply;
use super::request::Ask;
use super::text;
use crate::snapshot::Saved;
use axum::http::{StatusCode, header};
use std::ops::Range;

/// The file, or the part of it that the client wants.
pub(super) fn ranged(ask: &Ask, media: &str, file: &Saved, etag: &str) -> Result<Reply, Problem> {
    let length = file.length();
    let same = ask.if_range.as_deref().is_none_or(|known| known == etag);
    let part = ask.range.as_deref().filter(|_| same).and_then(|range| part(range, length));
    let whole = Reply::file(media, file.clone(), 0..length).with(header::ACCEPT_RANGES, "bytes");
    match part {
        None => Ok(whole),
        Some(None) => Err(Problem::no_such_range(length)),
        Some(Some(part)) => Ok(Reply::file(media, file.clone(), part.clone())
            .status(StatusCode::PARTIAL_CONTENT)
            .with(header::ACCEPT_RANGES, "bytes")
            .with(header::CONTENT_RANGE, format!("bytes {}-{}/{length}", part.start, part.end - 1))),
    }
}

/// The one range that a `Range` header names; `None` when it is not to be heeded (another unit, several
/// ranges, no range at all), `Some(None)` when it lies beyond the end.
#[expect(clippy::option_option, reason = "a range beyond the end is answered otherwise than none")]
fn part(range: &str, length: u64) -> Option<Option<Range<u64>>> {
    let (first, last) = range.strip_prefix("bytes=")?.trim().split_once('-')?;
    let number = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok())?;
    let within = |range: Range<u64>| (range.start < range.end).then_some(range);
    match (first, last) {
        ("", last) => Some(within(length.saturating_sub(number(last)?)..length)),
        (first, "") => Some(within(number(first)?..length)),
        (first, last) => {
            let (first, last): (u64, u64) = (number(first)?, number(last)?);
            (first <= last).then(|| within(first..last.saturating_add(1).min(length)))
        }
    }
}

/// What browsers should call a download.
pub(super) fn disposition(file: &str) -> String {
    let plain: String =
        file.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", text::encode(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_from_the_first_byte_to_the_last_or_counts_from_the_end() {
        assert_eq!(part("bytes=0-99", 1000), Some(Some(0..100)));
        assert_eq!(part("bytes=900-", 1000), Some(Some(900..1000)));
        assert_eq!(part("bytes=-100", 1000), Some(Some(900..1000)));
        assert_eq!(part("bytes=990-2000", 1000), Some(Some(990..1000)));
        assert_eq!(part("bytes=-2000", 1000), Some(Some(0..1000)));
    }

    #[test]
    fn a_range_beyond_the_end_cannot_be_had_and_what_is_no_range_is_not_heeded() {
        assert_eq!(part("bytes=1000-1001", 1000), Some(None));
        assert_eq!(part("bytes=1000-", 1000), Some(None));
        assert_eq!(part("bytes=-0", 1000), Some(None));
        for words in ["bytes=5-4", "bytes=a-b", "bytes=0-1,5-6", "lines=0-1", "bytes=", "bytes=-", "bytes=+1-2"] {
            assert_eq!(part(words, 1000), None, "{words}");
        }
    }
}
