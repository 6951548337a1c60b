//! Bytes of a text file as characters, whatever program wrote them.

use super::rows::Tally;
use super::{Issues, Source};
use crate::place::Code;
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// Decodes a text file: UTF-8 with or without byte order mark, UTF-16 with one, else Windows-1252.
///
/// A file that is UTF-8 except for a few lines (rows pasted from another program) is decoded line by
/// line, so that the good lines stay good. NUL characters, which some databases write for nothing, are
/// taken out.
pub(super) fn decode(source: &Source<'_>, bytes: Vec<u8>, issues: &mut Issues) -> String {
    let text = match Encoding::for_bom(&bytes) {
        Some((encoding, mark)) if encoding != UTF_8 => {
            let (text, broken) = encoding.decode_without_bom_handling(&bytes[mark..]);
            let problem = if broken {
                format!("The file is in {} and cut or damaged", encoding.name())
            } else {
                format!("The file is in {}", encoding.name())
            };
            issues.push(source.note(Code::Encoding, problem, "It was read as such; UTF-8 is safer"));
            text.into_owned()
        }
        found => utf8_or_windows(source, bytes, found.map_or(0, |(_, mark)| mark), issues),
    };
    without_nul(source, text, issues)
}

fn utf8_or_windows(source: &Source<'_>, bytes: Vec<u8>, mark: usize, issues: &mut Issues) -> String {
    let bytes = match String::from_utf8(bytes) {
        Ok(mut text) => {
            text.drain(..mark);
            return text;
        }
        Err(error) => error.into_bytes(),
    };
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 16);
    let mut odd = Tally::default();
    for (at, line) in bytes[mark..].split_inclusive(|&b| b == b'\n').enumerate() {
        match std::str::from_utf8(line) {
            Ok(line) => text.push_str(line),
            Err(_) => {
                odd.add(at as u64 + 1);
                text.push_str(&WINDOWS_1252.decode_without_bom_handling(line).0);
            }
        }
    }
    let mut issue = source.note(
        Code::Encoding,
        format!("{} line(s) are not in UTF-8", odd.count),
        "They were read as Windows-1252; check the accents in names, or save the file as UTF-8",
    );
    issue.at = issue.at.row(odd.first);
    issues.push(issue);
    text
}

fn without_nul(source: &Source<'_>, text: String, issues: &mut Issues) -> String {
    let Some(first) = text.find('\0') else { return text };
    let line = text[..first].matches('\n').count() as u64 + 1;
    let mut issue = source.warning(
        Code::NulCharacters,
        "The file has NUL characters",
        "They were taken out; check the rows around the first one, or export the file again",
    );
    issue.at = issue.at.row(line);
    issues.push(issue);
    text.replace('\0', "")
}
