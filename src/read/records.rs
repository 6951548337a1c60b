//! The rows of a delimited text: RFC 4180, and what people do to it.
//!
//! The `csv` crate reads what programs write. What people edit has a quote that is never closed, and
//! there that crate, as RFC 4180 has it, puts the rest of the file into one cell. Here such a quote is an
//! ordinary character, the row ends where its line ends, and the place is remembered. On well-formed text
//! the two agree, which a test checks. Line numbers are those of a text editor, also after cells with
//! line breaks, and the separator may be any character, `¬` too.

use super::rows::Tally;
use std::borrow::Cow;

/// A quoted cell with more line breaks than this was never closed. Descriptions and addresses have a
/// few dozen; the limit bounds how far a stray quote is followed.
const MOST_LINES_IN_CELL: u64 = 1000;

/// No table has so many columns; workbooks end at 16,384.
pub(super) const MOST_CELLS_IN_ROW: usize = 100_000;

/// One row.
#[derive(Debug, Default)]
pub(super) struct Record<'t> {
    /// The line it begins on, 1 for the first.
    pub(super) line: u64,
    /// Its cells.
    pub(super) cells: Vec<Cow<'t, str>>,
}

impl Record<'_> {
    /// Whether no cell holds anything.
    pub(super) fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// Takes rows off a text one by one.
#[derive(Debug)]
pub(super) struct Records<'t> {
    text: &'t str,
    separator: &'t str,
    at: usize,
    line: u64,
    /// Quotes that were never closed.
    pub(super) unclosed: Tally,
    /// Rows of more cells than a row may have, of which the first were taken.
    pub(super) too_wide: Tally,
}

/// What comes after a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Separator,
    Line,
    Text,
}

impl<'t> Records<'t> {
    /// Rows of `text` with cells parted by `separator`, which is not empty.
    pub(super) fn new(text: &'t str, separator: &'t str) -> Self {
        Self { text, separator, at: 0, line: 1, unclosed: Tally::default(), too_wide: Tally::default() }
    }

    /// Reads the next row into `record`; `false` at the end.
    pub(super) fn read(&mut self, record: &mut Record<'t>) -> bool {
        record.cells.clear();
        record.line = self.line;
        if self.at >= self.text.len() {
            return false;
        }
        loop {
            let (cell, end) = self.cell();
            if record.cells.len() < MOST_CELLS_IN_ROW {
                record.cells.push(cell);
            } else if self.too_wide.first != record.line {
                self.too_wide.add(record.line);
            }
            if end != End::Separator {
                return true;
            }
        }
    }

    fn cell(&mut self) -> (Cow<'t, str>, End) {
        if self.text.as_bytes().get(self.at) == Some(&b'"') {
            if let Some(found) = self.quoted() {
                return found;
            }
            self.unclosed.add(self.line);
        }
        let from = self.at;
        let (to, end) = self.boundary(from);
        self.pass(to, end);
        (Cow::Borrowed(&self.text[from..to]), end)
    }

    /// A cell in quotes, with `""` for a quote. `None` when the quote is not closed: by nothing at all,
    /// or some lines below by a quote in the middle of other text.
    fn quoted(&mut self) -> Option<(Cow<'t, str>, End)> {
        let bytes = self.text.as_bytes();
        let mut from = self.at + 1;
        let mut at = from;
        let mut before = String::new();
        let mut lines = 0;
        let close = loop {
            let next = at + bytes[at..].iter().position(|b| matches!(b, b'"' | b'\n' | b'\r'))?;
            at = next + 1;
            match (bytes[next], bytes.get(at)) {
                (b'"', Some(b'"')) => {
                    before.push_str(&self.text[from..at]);
                    at += 1;
                    from = at;
                }
                (b'"', _) => break next,
                (b'\r', Some(b'\n')) => {}
                _ => lines += 1,
            }
            if lines > MOST_LINES_IN_CELL {
                return None;
            }
        };
        let (to, end) = self.boundary(close + 1);
        let after = &self.text[close + 1..to];
        if lines > 0 && !after.trim().is_empty() {
            return None;
        }
        let inside = &self.text[from..close];
        let cell = if before.is_empty() && after.is_empty() {
            Cow::Borrowed(inside)
        } else {
            Cow::Owned(before + inside + after)
        };
        self.line += lines;
        self.pass(to, end);
        Some((cell, end))
    }

    /// Where the text without quotes that begins at `from` ends, and by what.
    fn boundary(&self, from: usize) -> (usize, End) {
        let bytes = self.text.as_bytes();
        let separator = self.separator.as_bytes();
        let first = separator[0];
        let mut at = from;
        while let Some(step) = bytes[at..].iter().position(|&b| b == first || b == b'\n' || b == b'\r') {
            at += step;
            if bytes[at] != first {
                return (at, End::Line);
            }
            if bytes[at..].starts_with(separator) {
                return (at, End::Separator);
            }
            at += 1;
        }
        (bytes.len(), End::Text)
    }

    fn pass(&mut self, to: usize, end: End) {
        self.at = match end {
            End::Separator => to + self.separator.len(),
            End::Line if self.text.as_bytes()[to..].starts_with(b"\r\n") => to + 2,
            End::Line => to + 1,
            End::Text => to,
        };
        self.line += u64::from(end == End::Line);
    }
}
