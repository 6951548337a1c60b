//! The cells of a table, kept as one long text: about the size of the file, whatever the file.

use super::{Issues, Source, titles};
use crate::place::Code;

/// A table with more cells than this is refused. Half a thousand million cells is ten thousand times a
/// census table and about two gigabytes of cell ends; only a damaged or hostile file gets there, and it
/// should meet a sentence rather than the end of memory.
pub(super) const MOST_CELLS: usize = 500_000_000;

/// The table does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLarge;

/// Cells row by row: the text of all cells one after the other, and where each ends in its row.
#[derive(Debug, Default)]
pub(super) struct Cells {
    text: String,
    ends: Vec<u32>,
    starts: Vec<Start>,
}

/// Where a row begins.
#[derive(Debug, Clone, Copy)]
struct Start {
    text: usize,
    cell: usize,
}

impl Cells {
    /// The text of a cell; `None` when empty or not there.
    pub(super) fn text(&self, column: usize, row: usize) -> Option<&str> {
        let start = self.starts.get(row)?;
        let past = self.starts.get(row + 1).map_or(self.ends.len(), |next| next.cell);
        let ends = self.ends.get(start.cell..past)?;
        let to = *ends.get(column)?;
        let from = column.checked_sub(1).and_then(|before| ends.get(before)).map_or(0, |end| *end);
        let text = self.text.get(start.text + from as usize..start.text + to as usize)?;
        (!text.is_empty()).then_some(text)
    }

    fn push<'c>(&mut self, cells: impl Iterator<Item = &'c str>) -> Result<(), TooLarge> {
        let start = Start { text: self.text.len(), cell: self.ends.len() };
        for cell in cells {
            self.text.push_str(cell.trim());
            self.ends.push(u32::try_from(self.text.len() - start.text).map_err(|_| TooLarge)?);
        }
        // Blank cells at the end of a row need no room.
        while self.ends.len() > start.cell {
            let before = if self.ends.len() - 1 > start.cell { self.ends[self.ends.len() - 2] } else { 0 };
            if self.ends[self.ends.len() - 1] != before {
                break;
            }
            self.ends.pop();
        }
        self.starts.push(start);
        if self.ends.len() > MOST_CELLS { Err(TooLarge) } else { Ok(()) }
    }
}

/// A table being read.
#[derive(Debug, Default)]
pub(super) struct Builder {
    titles: Vec<String>,
    renamed: Vec<String>,
    cells: Cells,
    lines: Vec<u64>,
    longer: Tally,
    shorter: Tally,
}

/// How often something happened, and where first.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Tally {
    pub(super) count: u64,
    pub(super) first: u64,
}

impl Tally {
    /// Counts one more.
    pub(super) fn add(&mut self, line: u64) {
        if self.count == 0 {
            self.first = line;
        }
        self.count += 1;
    }
}

impl Builder {
    /// A table with these titles, made different from each other.
    pub(super) fn new(titles: Vec<String>) -> Self {
        let (titles, renamed) = titles::unique(titles);
        Self { titles, renamed, ..Self::default() }
    }

    /// How many columns there are.
    pub(super) fn width(&self) -> usize {
        self.titles.len()
    }

    /// Adds a column that nobody announced.
    pub(super) fn add_column(&mut self, title: &str) -> usize {
        self.titles.push(title.to_owned());
        self.titles.len() - 1
    }

    /// Adds a row as the file has it: cells beyond the titles are counted and left out.
    pub(super) fn push<'c>(&mut self, line: u64, cells: impl Iterator<Item = &'c str>) -> Result<(), TooLarge> {
        let width = self.titles.len();
        let (mut seen, mut beyond) = (0_usize, false);
        let kept = cells.filter(|cell| {
            seen += 1;
            beyond |= seen > width && !cell.trim().is_empty();
            seen <= width
        });
        self.cells.push(kept)?;
        if beyond {
            self.longer.add(line);
        }
        if seen < width {
            self.shorter.add(line);
        }
        self.lines.push(line);
        Ok(())
    }

    /// Rows with fewer cells than titles, which matters only where cells are counted by separators.
    pub(super) fn shorter(&self) -> Tally {
        self.shorter
    }

    /// Says what was odd about titles and rows.
    pub(super) fn report(&self, source: &Source<'_>, issues: &mut Issues) {
        if let Some(first) = self.renamed.first() {
            let more = match self.renamed.len() {
                1 => String::new(),
                n => format!(" and {} more", n - 1),
            };
            let mut issue = source.note(
                Code::TitlesRenamed,
                format!("Columns without a title of their own: \"{first}\"{more}"),
                "They were numbered; give every column its own title to be able to name it",
            );
            issue.at = issue.at.field(first);
            issues.push(issue);
        }
        if self.longer.count > 0 {
            let mut issue = source.warning(
                Code::RowTooLong,
                format!("{} row(s) have more cells than there are titles", self.longer.count),
                "the cells beyond the last title were left out; look for a separator inside a cell without quotes",
            );
            issue.at = issue.at.row(self.longer.first);
            issues.push(issue);
        }
    }

    /// Titles, cells and line numbers.
    pub(super) fn finish(self) -> (Vec<String>, Cells, Vec<u64>) {
        (self.titles, self.cells, self.lines)
    }
}
