//! How many rows does a file hold? Counted while it streams by, in a few kilobytes of memory, before anything is made of
//! it: a file that is far too long is refused before it takes what reading it would take.

use super::inflate;
use std::io::{self, Read, Seek, SeekFrom};

/// Bytes looked at at a time.
const PIECE: usize = 64 * 1024;
/// How rows begin in the parts of a packed workbook: XLSX, and ODS.
const ROWS: [&[u8]; 3] = [b"<row ", b"<row>", b"<table:table-row"];
/// Whether a file has more rows than so many: lines of a text, rows of all sheets of a workbook together, rows by the
/// footer of Parquet. Files of other forms have none here, and the limit on bytes is theirs. It is left at its beginning.
///
/// Lines within quotation marks count too, so this is for limits that no honest file is near.
///
/// # Errors
/// When it cannot be read.
pub fn has_more_rows(file: &mut (impl Read + Seek), name: &str, most: u64) -> io::Result<bool> {
    let mut head = [0_u8; 4];
    file.seek(SeekFrom::Start(0))?;
    let read = file.read(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    let more = if head.starts_with(b"PK") {
        in_parts(file, most)
    } else if &head[..read] == b"PAR1" {
        in_footer(file)? > most
    } else if ["csv", "tsv", "txt", "tab", "psv"].contains(&ending.as_str()) {
        lines(file, most)?
    } else {
        false
    };
    file.seek(SeekFrom::Start(0))?;
    Ok(more)
}

fn lines(file: &mut impl Read, most: u64) -> io::Result<bool> {
    let (mut feeds, mut returns, mut piece) = (0_u64, 0_u64, vec![0; PIECE]);
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok(false);
        }
        for byte in &piece[..read] {
            feeds += u64::from(*byte == b'\n');
            returns += u64::from(*byte == b'\r');
        }
        if feeds.max(returns) > most {
            return Ok(true);
        }
    }
}

/// What is damaged, or unpacks to too much, is the reader's to report.
fn in_parts(file: &mut (impl Read + Seek), most: u64) -> bool {
    let Ok(size) = file.seek(SeekFrom::End(0)) else { return false };
    let unpacked = inflate::most(size);
    let Ok(mut parts) = zip::ZipArchive::new(file) else { return false };
    let (mut rows, mut bytes, mut piece) = (0_u64, 0_u64, vec![0; PIECE]);
    let longest = ROWS.iter().map(|row| row.len()).max().unwrap_or(0);
    for number in 0..parts.len() {
        let Ok(mut part) = parts.by_index(number) else { continue };
        if !part.name().is_ok_and(|name| name.ends_with(".xml")) {
            continue;
        }
        // The end of a piece goes before the next one: a row may begin across both.
        let mut kept = 0;
        while let Ok(read @ 1..) = part.read(&mut piece[kept..]) {
            let seen = &piece[..kept + read];
            let end = seen.len().saturating_sub(longest - 1);
            for at in tags(seen, end) {
                rows += u64::from(ROWS.iter().any(|row| seen[at..].starts_with(row)));
            }
            bytes += read as u64;
            if rows > most {
                return true;
            }
            if bytes > unpacked {
                return false;
            }
            kept = seen.len() - end;
            piece.copy_within(end..end + kept, 0);
        }
    }
    false
}

/// Where tags begin before `end`.
fn tags(bytes: &[u8], end: usize) -> impl Iterator<Item = usize> + '_ {
    bytes.iter().take(end).enumerate().filter(|(_, byte)| **byte == b'<').map(|(at, _)| at)
}

/// The rows that a Parquet file says it has.
fn in_footer(file: &mut (impl Read + Seek)) -> io::Result<u64> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut tail = [0_u8; 8];
    file.seek(SeekFrom::Start(length.saturating_sub(8)))?;
    if file.read_exact(&mut tail).is_err() || !tail.ends_with(b"PAR1") {
        return Ok(0);
    }
    let footer = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
    let mut start = vec![0; footer.min(length.saturating_sub(8)) as usize];
    file.seek(SeekFrom::Start(length.saturating_sub(8).saturating_sub(footer)))?;
    file.read_exact(&mut start)?;
    Ok(super::footer::rows(&start).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn has_more(bytes: &[u8], name: &str, most: u64) -> bool {
        has_more_rows(&mut Cursor::new(bytes.to_vec()), name, most).expect("read")
    }

    #[test]
    fn rows_are_counted_in_texts_of_every_line_ending_and_in_workbooks() {
        for text in ["a\n1\n2\n3\n", "a\r\n1\r\n2\r\n3\r\n", "a\r1\r2\r3\r"] {
            assert!(has_more(text.as_bytes(), "x.CSV", 3), "{text:?}");
            assert!(!has_more(text.as_bytes(), "x.csv", 4), "{text:?}");
            assert!(!has_more(text.as_bytes(), "x.geojson", 1), "lines of other files are no rows");
        }
        let mut book = rust_xlsxwriter::Workbook::new();
        for _ in 0..2 {
            let sheet = book.add_worksheet();
            for row in 0..5_000 {
                sheet.write_string(row, 0, "some words, so that the rows go over the pieces").expect("a cell");
            }
        }
        let book = book.save_to_buffer().expect("a workbook");
        assert!(has_more(&book, "x.xlsx", 9_999) && !has_more(&book, "x.xlsx", 10_000));
        assert!(has_more(&book, "x.csv", 9_999), "a workbook by whatever name");
        for (bytes, name) in [
            (&b""[..], "x.csv"),
            (b"PK\x03\x04 cut off", "x.xlsx"),
            (b"PAR1", "x.parquet"),
            (b"PAR1\xff\xff\xff\xffPAR1", "x.parquet"),
        ] {
            assert!(!has_more(bytes, name, 1), "{name} {bytes:?}");
        }
    }

    #[test]
    fn rows_of_parquet_are_those_of_its_footer() {
        // A footer that says nothing but how many: field 3, a whole number of 64 bits, zigzag.
        let footer = [0x36, 0x80, 0x02, 0x00];
        let mut file = b"PAR1".to_vec();
        file.extend(footer);
        file.extend((footer.len() as u32).to_le_bytes());
        file.extend(b"PAR1");
        assert!(has_more(&file, "x.parquet", 127) && !has_more(&file, "x.parquet", 128));
    }
}
