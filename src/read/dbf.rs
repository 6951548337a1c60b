//! dBASE: the attributes of a shapefile.
//!
//! Read here, since the cells are text in the file and stay text in a table: a code keeps its leading
//! zeros, and one cell that overflowed into asterisks does not spoil its row.

use super::rows::Builder;
use super::{Issues, Source, Table};
use crate::place::{Code, Issue};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use std::path::Path;

/// The table in the bytes of a `.dbf`.
pub(super) struct Dbf<'b> {
    fields: Vec<Field>,
    records: &'b [u8],
    record_size: usize,
    claimed: usize,
    encoding: &'static Encoding,
}

struct Field {
    title: String,
    kind: u8,
    from: usize,
    to: usize,
}

/// A `.dbf` on its own.
pub(super) fn read(source: &Source<'_>, bytes: &[u8], issues: &mut Issues) -> Result<Table, Issue> {
    let dbf = Dbf::open(source, bytes).map_err(|why| source.damaged("a dBASE table", why))?;
    dbf.report_missing(source, issues);
    let mut builder = Builder::new(dbf.titles());
    for row in 0..dbf.rows() {
        if let Some(cells) = dbf.row(row) {
            builder.push(row as u64 + 1, cells.iter().map(String::as_str)).map_err(|e| source.too_large(e))?;
        }
    }
    Ok(source.table(builder, None, issues))
}

impl<'b> Dbf<'b> {
    /// Reads the description of the fields. The encoding is that of the `.cpg` beside the file, else
    /// UTF-8 where a cell is that, else Windows-1252.
    pub(super) fn open(source: &Source<'_>, bytes: &'b [u8]) -> Result<Self, String> {
        let (Some(head), Some(size)) = (bytes.get(..32), bytes.len().checked_sub(32)) else {
            return Err("it is shorter than its own header".to_owned());
        };
        let claimed = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let header_size = usize::from(u16::from_le_bytes([head[8], head[9]]));
        let record_size = usize::from(u16::from_le_bytes([head[10], head[11]]));
        if header_size < 33 || header_size > size + 32 || record_size == 0 {
            return Err("its header contradicts its size".to_owned());
        }
        let encoding = sidecar(source, "cpg").and_then(|bytes| code_page(&bytes)).unwrap_or(WINDOWS_1252);
        let mut fields = Vec::new();
        let mut from = 1;
        for field in bytes[32..header_size].chunks_exact(32).take_while(|field| field[0] != 0x0D) {
            let length = match field[11] {
                // Character fields longer than 255 keep the upper byte where numbers keep their decimals.
                b'C' => usize::from(u16::from_le_bytes([field[16], field[17]])),
                _ => usize::from(field[16]),
            };
            let name = field[..11].split(|&b| b == 0).next().unwrap_or_default();
            let to = from + length;
            if to > record_size {
                return Err("its fields are longer than its records".to_owned());
            }
            fields.push(Field { title: decoded(name, encoding), kind: field[11], from, to });
            from = to;
        }
        Ok(Self { fields, records: &bytes[header_size..], record_size, claimed, encoding })
    }

    pub(super) fn titles(&self) -> Vec<String> {
        self.fields.iter().map(|field| field.title.clone()).collect()
    }

    /// Records that are there in full.
    pub(super) fn rows(&self) -> usize {
        self.claimed.min(self.records.len() / self.record_size)
    }

    /// The cells of a record; `None` for one that was deleted or is not there.
    pub(super) fn row(&self, row: usize) -> Option<Vec<String>> {
        let record = self.records.chunks_exact(self.record_size).nth(row).filter(|_| row < self.claimed)?;
        if record[0] == b'*' {
            return None;
        }
        Some(self.fields.iter().map(|field| self.cell(field, &record[field.from..field.to])).collect())
    }

    fn cell(&self, field: &Field, bytes: &[u8]) -> String {
        let text = decoded(bytes, self.encoding);
        let digits = || text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
        match field.kind {
            b'D' if digits() => format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..]),
            b'L' => match text.as_str() {
                "T" | "t" | "Y" | "y" => "true".to_owned(),
                "F" | "f" | "N" | "n" => "false".to_owned(),
                _ => String::new(),
            },
            // Memos and other binary fields hold numbers of blocks in another file.
            b'M' | b'B' | b'G' | b'P' | b'I' | b'@' | b'O' | b'+' | b'T' | b'Y' => String::new(),
            b'N' | b'F' => whole(&text),
            _ => text,
        }
    }

    /// Says when the file ends before its own count of records.
    pub(super) fn report_missing(&self, source: &Source<'_>, issues: &mut Issues) {
        if self.rows() < self.claimed {
            issues.push(source.warning(
                Code::FileCutShort,
                format!("The .dbf announces {} rows and holds {}", self.claimed, self.rows()),
                "Export or copy the file again; the missing rows have no attributes",
            ));
        }
    }
}

/// `12.000` as `12`; anything else as it stands.
fn whole(text: &str) -> String {
    match text.split_once('.') {
        Some((whole, zeros)) if !whole.is_empty() && !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => {
            whole.to_owned()
        }
        _ => text.to_owned(),
    }
}

fn decoded(bytes: &[u8], encoding: &'static Encoding) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) if encoding == UTF_8 => WINDOWS_1252.decode_without_bom_handling(bytes).0,
        Err(_) => encoding.decode_without_bom_handling(bytes).0,
    };
    text.trim_matches(|c: char| c == '\0' || c.is_whitespace()).to_owned()
}

/// The encoding a `.cpg` names: `UTF-8`, `1252`, `ISO-8859-1`, `ANSI 1252`, …
fn code_page(bytes: &[u8]) -> Option<&'static Encoding> {
    let name = String::from_utf8_lossy(bytes).trim().to_lowercase();
    let number: String = name.chars().filter(char::is_ascii_digit).collect();
    let by_number = || Encoding::for_label(format!("windows-{number}").as_bytes());
    let iso = || Encoding::for_label(format!("iso-8859-{}", number.strip_prefix("8859")?).as_bytes());
    if number == "65001" {
        return Some(UTF_8);
    }
    Encoding::for_label(name.as_bytes()).or_else(iso).or_else(by_number)
}

/// Whether what stands beside a file is a file and no link to somewhere else.
fn stays(main: &Path, beside: &Path) -> bool {
    let folder = |path: &Path| path.canonicalize().ok()?.parent().map(Path::to_path_buf);
    let is_link = beside.symlink_metadata().is_ok_and(|found| found.is_symlink());
    beside.is_file() && (!is_link || folder(main) == folder(beside))
}

/// The file beside the shapefile with another ending, in lower or upper case.
pub(super) fn sidecar(source: &Source<'_>, ending: &str) -> Option<Vec<u8>> {
    let whole = source.path.file_name().map(|name| format!("{}.{ending}", name.to_string_lossy()));
    let beside = [source.path.with_extension(ending), source.path.with_extension(ending.to_uppercase())];
    beside
        .into_iter()
        .chain(whole.map(|name| source.path.with_file_name(name)))
        .filter(|path| stays(source.path, path))
        .find_map(|path| std::fs::read(path).ok())
}
