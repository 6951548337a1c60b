//! Tags by which a client asks whether what it has is still so.

/// Whether a list of tags (`If-None-Match`) has this one.
pub(super) fn names(known: &str, etag: &str) -> bool {
    let opaque = etag.trim_start_matches("W/");
    known.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == opaque)
}

/// Fowler, Noll and Vo's 64-bit hash (1a): for telling addresses apart, not for secrets.
pub(super) fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
