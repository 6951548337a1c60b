//! `multipart/form-data` (RFC 7578) from a file on the disk: fields in memory, each of its files as a file of its own.

use super::super::problem::Problem;
use super::visit::Form;
use crate::store::StoreError;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Seek, Write};
use std::path::Path;

/// Bytes of all fields that are not files.
const FIELDS: usize = 256 * 1024;
/// Bytes of the lines that head a part.
const HEAD: usize = 16 * 1024;
/// Fields in a form, and files.
const MOST: usize = 200;

/// The boundary that a media type names.
pub(super) fn boundary(media: &str) -> Option<String> {
    let (kind, rest) = media.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let named = rest.split(';').filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = named.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
    let value = value.trim().trim_matches('"');
    (!value.is_empty() && value.len() <= 70).then(|| value.to_owned())
}

fn wrong(what: &str) -> Problem {
    Problem::bad_request(format!("The form cannot be read: {what}. Send it as a browser does."))
}

/// Reads the form.
pub(super) fn read(file: File, boundary: &str, dir: &Path) -> Result<Form, Problem> {
    let failed = |error: std::io::Error| Problem::from(StoreError::from(error));
    let mut input = BufReader::with_capacity(64 * 1024, file);
    let mut form = Form::default();
    let mark = format!("--{boundary}");
    // What stands before the first boundary is not part of the form.
    let mut fields = 0;
    if !skip_to(&mut input, mark.as_bytes()).map_err(failed)? {
        return Err(wrong("it has no parts"));
    }
    loop {
        let mut line = Vec::new();
        limited_line(&mut input, &mut line).map_err(failed)?;
        if line.starts_with(b"--") {
            return Ok(form);
        }
        let (name, file_name) = head(&mut input)?;
        if form.fields.len() >= MOST {
            return Err(wrong("it has too many fields"));
        }
        match file_name {
            Some(_) if form.files.len() >= MOST => return Err(wrong("it has too many files; pack them into a zip")),
            Some(given) => {
                let mut out = BufWriter::new(tempfile::tempfile_in(dir).map_err(failed)?);
                let bytes = part(&mut input, boundary, &mut out, usize::MAX).map_err(failed)?;
                let Some(bytes) = bytes else { return Err(wrong("it ends in the middle")) };
                let mut out = out.into_inner().map_err(|error| failed(error.into_error()))?;
                out.rewind().map_err(failed)?;
                if !given.is_empty() || bytes > 0 {
                    form.files.push((given, out));
                }
            }
            None => {
                let mut value = Vec::new();
                let left = FIELDS.saturating_sub(fields);
                let Some(bytes) = part(&mut input, boundary, &mut value, left).map_err(failed)? else {
                    return Err(wrong("it ends in the middle, or a field is too long"));
                };
                fields += bytes;
                let value = String::from_utf8(value).map_err(|_| wrong("a field is not text"))?;
                form.fields.push((name, value));
            }
        }
    }
}

/// The rest of a line, without its end; at most [`HEAD`] bytes.
fn limited_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<()> {
    std::io::Read::take(input, HEAD as u64).read_until(b'\n', line)?;
    while line.last().is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
        line.pop();
    }
    Ok(())
}

/// Name of a part, and of its file if it is one.
fn head(input: &mut impl BufRead) -> Result<(String, Option<String>), Problem> {
    let (mut name, mut file) = (None, None);
    for _ in 0..32 {
        let mut line = Vec::new();
        limited_line(input, &mut line).map_err(|error| Problem::from(StoreError::from(error)))?;
        if line.is_empty() {
            return name.map(|name| (name, file)).ok_or_else(|| wrong("a part has no name"));
        }
        let line = String::from_utf8_lossy(&line).into_owned();
        let Some((title, value)) = line.split_once(':') else { continue };
        if title.trim().eq_ignore_ascii_case("content-disposition") {
            (name, file) = (parameter(value, "name"), parameter(value, "filename"));
        }
    }
    Err(wrong("a part has too many heads"))
}

/// A quoted parameter, with the three escapes that browsers write in it.
fn parameter(value: &str, wanted: &str) -> Option<String> {
    let mut rest = value;
    while let Some(at) = rest.find(wanted) {
        let before = rest[..at].chars().next_back();
        let after = &rest[at + wanted.len()..];
        if before.is_none_or(|c| c == ';' || c == ' ')
            && let Some(quoted) = after.strip_prefix("=\"")
        {
            let end = quoted.find('"')?;
            return Some(quoted[..end].replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n"));
        }
        rest = after;
    }
    None
}

/// Reads on until just after `mark`; whether it came.
fn skip_to(input: &mut impl BufRead, mark: &[u8]) -> std::io::Result<bool> {
    Ok(copy_to(input, mark, &mut std::io::sink(), usize::MAX)?.is_some())
}

/// Copies a part to its end, which is the boundary on a line of its own; how many bytes, or `None` where it never ends
/// or is longer than `limit`.
fn part(
    input: &mut impl BufRead,
    boundary: &str,
    out: &mut impl Write,
    limit: usize,
) -> std::io::Result<Option<usize>> {
    copy_to(input, format!("\r\n--{boundary}").as_bytes(), out, limit)
}

fn copy_to(
    input: &mut impl BufRead,
    mark: &[u8],
    out: &mut impl Write,
    limit: usize,
) -> std::io::Result<Option<usize>> {
    let (mut copied, mut held) = (0, Vec::<u8>::new());
    loop {
        let piece = input.fill_buf()?;
        if piece.is_empty() {
            return Ok(None);
        }
        // What was held back is shorter than the mark, so that a mark across two pieces is found.
        let (before, taken) = (held.len(), piece.len());
        held.extend_from_slice(piece);
        if let Some(at) = find(&held, mark) {
            out.write_all(&held[..at])?;
            out.flush()?;
            input.consume(at + mark.len() - before);
            return Ok((copied + at <= limit).then_some(copied + at));
        }
        input.consume(taken);
        let keep = held.len().min(mark.len() - 1);
        let pass = held.len() - keep;
        out.write_all(&held[..pass])?;
        copied += pass;
        if copied > limit {
            return Ok(None);
        }
        held.drain(..pass);
    }
}

fn find(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    let first = *mark.first()?;
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| *byte == first) {
        if bytes[from + at..].starts_with(mark) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn read_text(text: &[u8]) -> Result<Form, Problem> {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(text).expect("written");
        file.rewind().expect("rewound");
        read(file, "XX", &std::env::temp_dir())
    }

    fn form(body: &[u8]) -> Vec<u8> {
        let mut text = b"--XX\r\nContent-Disposition: form-data; name=\"why\"\r\n\r\nnew \xc3\xa4\r\n--XX\r\nContent-Disposition: form-data; \
            name=\"file\"; filename=\"a %22b%22.csv\"\r\nContent-Type: text/csv\r\n\r\n"
            .to_vec();
        text.extend_from_slice(body);
        text.extend_from_slice(b"\r\n--XX--\r\n");
        text
    }

    #[test]
    fn fields_and_the_file_come_out_as_they_went_in() {
        // Also where the boundary almost stands in the file, and where it crosses the pieces that are read at a time.
        let long: Vec<u8> = (0..200_000_u32).flat_map(|n| if n % 7 == 0 { *b"\r\n--X" } else { [b'a'; 5] }).collect();
        for size in [0, 1, 5, 65_300, 65_400, 65_530, 65_536, 65_540, 131_072, long.len()] {
            let body = &long[..size];
            let form = read_text(&form(body)).expect("a form");
            assert_eq!(form.get("why"), "new ä");
            let (name, mut file) = form.files.into_iter().next().expect("a file");
            let mut text = Vec::new();
            file.read_to_end(&mut text).expect("read");
            assert_eq!((name.as_str(), text.len()), ("a \"b\".csv", size));
            assert!(text == body);
        }
    }

    #[test]
    fn a_form_that_is_cut_off_or_odd_is_refused_in_words() {
        let whole = form(b"1,2");
        for cut in [0, 3, 40, 80, 120, whole.len() - 10] {
            assert!(read_text(&whole[..cut]).is_err(), "{cut}");
        }
        let two = [form(b"1").as_slice(), form(b"2").as_slice()].concat();
        assert!(read_text(&two).is_ok(), "what follows the end is not read");
        assert!(read_text(b"--XX\r\nX: y\r\n\r\nv\r\n--XX--\r\n").is_err());
        let long = [
            b"--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n".as_slice(),
            &vec![b'a'; FIELDS + 1],
            b"\r\n--XX--",
        ];
        assert!(read_text(&long.concat()).is_err());
    }

    #[test]
    fn a_form_without_a_chosen_file_has_none() {
        let text = b"--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n--XX--\r\n";
        assert!(read_text(text).expect("a form").files.is_empty());
    }

    #[test]
    fn the_boundary_is_read_with_and_without_quotes() {
        assert_eq!(boundary("multipart/form-data; boundary=abc").as_deref(), Some("abc"));
        assert_eq!(boundary("Multipart/Form-Data; charset=utf-8; boundary=\"a c\"").as_deref(), Some("a c"));
        assert_eq!(boundary("text/csv"), None);
    }
}
