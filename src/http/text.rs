//! Percent-encoding, in and out.

use std::fmt::Write;

/// Decodes `%41` and, in a query, `+`; `None` when that is not UTF-8 or a sign is cut off.
pub(super) fn decode(words: &str, plus_is_space: bool) -> Option<String> {
    let mut bytes = Vec::with_capacity(words.len());
    let mut rest = words.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => hex(rest.next()?)? * 16 + hex(rest.next()?)?,
            b'+' if plus_is_space => b' ',
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Encodes everything that has a meaning in a path or a query.
pub(super) fn encode(words: &str) -> String {
    encode_except(words, b"-._~")
}

/// Encodes a value in a query, leaving the signs that make boxes and addresses readable.
pub(super) fn encode_value(words: &str) -> String {
    encode_except(words, b"-._~,:/")
}

fn encode_except(words: &str, kept: &[u8]) -> String {
    let mut out = String::with_capacity(words.len());
    for byte in words.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_plus_is_a_space_in_a_query_and_a_plus_in_a_path() {
        assert_eq!(decode("a+b%2Bc", true).as_deref(), Some("a b+c"));
        assert_eq!(decode("a+b", false).as_deref(), Some("a+b"));
    }

    #[test]
    fn what_is_cut_off_or_not_utf8_is_refused() {
        for words in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(decode(words, true), None, "{words}");
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_comes_back(words in "\\PC*") {
            prop_assert_eq!(decode(&encode(&words), true), Some(words.clone()));
            prop_assert_eq!(decode(&encode_value(&words), true), Some(words));
        }
    }
}
