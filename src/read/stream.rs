//! The rows of a file of records, some ten thousands at a time.
//!
//! Up to [`LARGE`] bytes a file is read by the same careful reader as every other table. A larger CSV or
//! Parquet file streams through polars, so that memory does not grow with it.

use super::{Cell, Options, Table};
use crate::place::{Code, Issue, Issues, Where};
use polars::prelude::*;
use rustc_hash::FxHashSet;
use std::io::{Read, Seek, SeekFrom};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::mpsc::sync_channel;

/// Files above this stream. The careful reader holds the text and its cells, some three times the file.
pub(crate) const LARGE: u64 = 128 << 20;

/// A file that can't be streamed is read whole up to this size, for some six gigabytes of memory.
const MOST_WHOLE: u64 = 2 << 30;

/// Rows of a batch: some tens of megabytes of text.
const BATCH: usize = 131_072;

/// Makes one number of the cells of a row that are read, of which it is given each by its column.
pub(crate) type RowHash<'h> = &'h dyn for<'t> Fn(&(dyn Fn(usize) -> Option<&'t str> + 't)) -> u64;

/// Some rows of a file.
pub(crate) struct Batch<'b> {
    columns: Vec<Cells<'b>>,
    /// How many rows.
    pub(crate) rows: usize,
    lines: Lines<'b>,
}

enum Cells<'b> {
    Table(&'b Table, usize),
    Text(StringChunked),
    Absent,
}

enum Lines<'b> {
    Table(&'b Table),
    /// Line of the first row.
    From(u64),
}

impl Batch<'_> {
    /// The text of a cell, trimmed; `None` when empty.
    pub(crate) fn text(&self, column: usize, row: usize) -> Option<&str> {
        match self.columns.get(column)? {
            Cells::Table(table, column) => table.text(*column, row),
            Cells::Text(cells) => cells.get(row).map(str::trim).filter(|text| !text.is_empty()),
            Cells::Absent => None,
        }
    }

    /// The number in a cell.
    pub(crate) fn number(&self, column: usize, row: usize) -> Cell<'_> {
        self.text(column, row).map_or(Cell::Blank, Cell::parse)
    }

    /// The row's number as a person counts it in the file.
    pub(crate) fn line(&self, row: usize) -> u64 {
        match self.lines {
            Lines::Table(table) => table.line(row),
            Lines::From(first) => first + row as u64,
        }
    }
}

/// A file that is open, with its titles.
pub(crate) enum Source {
    /// Read whole.
    Whole(Table),
    /// To be streamed.
    Stream { frame: Box<LazyFrame>, titles: Vec<String>, first_line: u64 },
}

impl Source {
    /// Opens a file.
    pub(crate) fn open(
        path: &Path,
        shown: &str,
        sheet: Option<&str>,
        large: u64,
        issues: &mut Issues,
    ) -> Result<Self, Issue> {
        let size = std::fs::metadata(path).map_or(0, |about| about.len());
        let head = head_of(path).unwrap_or_default();
        let parquet = head.starts_with(b"PAR1");
        let workbook = head.starts_with(b"PK") || head.starts_with(&[0xD0, 0xCF]);
        let wide = head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]);
        let cut_in_quotes = !parquet && size > large && end_of(path) == End::InQuotes;
        if cut_in_quotes && size > MOST_WHOLE {
            return Err(Issue::error(
                Code::RowCut,
                Where::file(shown),
                "The file ends in the middle of its last row, inside quotation marks, and is too large to be read whole",
                "Cut its last row off, or export it again; the last attempt did not finish",
            ));
        }
        // Polars reads nothing of a file whose last quotation mark is missing; the careful reader does.
        if size <= large || workbook || wide || cut_in_quotes {
            let options = Options { layer: sheet, ..Options::default() };
            return Table::read(path, shown, options, issues).map(Self::Whole);
        }
        if !parquet && !head.contains(&b'\n') {
            return Err(Issue::error(
                Code::FileDamaged,
                Where::file(shown),
                format!("Its first line is longer than {} bytes", head.len()),
                "Check that the file is a table, with its titles in the first line and one row to a line",
            ));
        }
        let damaged = |why: String| {
            Issue::error(
                Code::FileDamaged,
                Where::file(shown),
                why,
                "Export or download it again; the last attempt did not finish",
            )
        };
        let place = PlRefPath::try_from_path(path).map_err(|error| damaged(error.to_string()))?;
        let frame = if parquet { LazyFrame::scan_parquet(place, sparing()) } else { csv(place, &head) };
        let mut frame = frame.map_err(|error| damaged(format!("The file cannot be read: {error}")))?;
        let schema = frame.collect_schema().map_err(|error| damaged(format!("The file cannot be read: {error}")))?;
        let titles = schema.iter_names().map(|name| name.trim().to_owned()).collect();
        Ok(Self::Stream { frame: Box::new(frame), titles, first_line: if parquet { 1 } else { 2 } })
    }

    /// Column titles in order.
    pub(crate) fn titles(&self) -> Vec<String> {
        match self {
            Self::Whole(table) => table.titles().into_iter().map(str::to_owned).collect(),
            Self::Stream { titles, .. } => titles.clone(),
        }
    }

    /// Cells of the first rows of every column, with their lines, to see what kind of thing stands in them.
    pub(crate) fn sample(&self) -> Vec<Vec<(u64, String)>> {
        const ROWS: usize = 10_000;
        match self {
            Self::Whole(table) => {
                let cell = |column, row| Some((table.line(row), table.text(column, row)?.to_owned()));
                let cells = |column| (0..table.rows().min(ROWS)).filter_map(move |row| cell(column, row));
                (0..table.titles().len()).map(|column| cells(column).collect()).collect()
            }
            Self::Stream { frame, first_line, .. } => {
                let some = frame.as_ref().clone().limit(ROWS as IdxSize).collect();
                let texts = |column: &Column| {
                    let text = column.cast(&DataType::String).ok()?;
                    let lines = (*first_line..).zip(text.str().ok()?.iter());
                    Some(lines.filter_map(|(line, cell)| Some((line, cell?.trim().to_owned()))).collect())
                };
                some.map_or_else(
                    |_| Vec::new(),
                    |some| some.columns().iter().map(|c| texts(c).unwrap_or_default()).collect(),
                )
            }
        }
    }

    /// Hands over the filled cells of one column. What cannot be read is passed over: the rows are read again.
    pub(crate) fn scan(&self, column: usize, on: &mut dyn FnMut(&str)) {
        match self {
            Self::Whole(table) => (0..table.rows()).filter_map(|row| table.text(column, row)).for_each(on),
            Self::Stream { frame, titles, first_line } => {
                let each = &mut |batch: &Batch<'_>, _| {
                    (0..batch.rows).filter_map(|row| batch.text(column, row)).for_each(&mut *on);
                };
                let _ = stream(frame.as_ref().clone(), titles, *first_line, &[column], each);
            }
        }
    }

    /// What the rows say in the columns that are read, as hashes; nothing of a file that streams, or with more rows
    /// than `most`.
    pub(crate) fn rows_of(&self, hash: RowHash<'_>, most: usize) -> FxHashSet<u64> {
        match self {
            Self::Whole(table) if table.rows() <= most => {
                (0..table.rows()).map(|row| hash(&|column| table.text(column, row))).collect()
            }
            _ => FxHashSet::default(),
        }
    }

    /// Hands over all rows in order, the columns `used` alone; the last batch with `true`.
    pub(crate) fn each(self, shown: &str, used: &[usize], on: &mut dyn FnMut(&Batch<'_>, bool)) -> Result<(), Issue> {
        match self {
            Self::Whole(table) => {
                let columns = (0..table.titles().len()).map(|column| Cells::Table(&table, column)).collect();
                on(&Batch { columns, rows: table.rows(), lines: Lines::Table(&table) }, true);
                Ok(())
            }
            Self::Stream { frame, titles, first_line } => {
                stream(*frame, &titles, first_line, used, on).map_err(|why| {
                    let problem = format!("The file cannot be read to its end: {why}");
                    Issue::error(Code::FileDamaged, Where::file(shown), problem, "Export or download it again")
                })
            }
        }
    }
}

fn sparing() -> ScanArgsParquet {
    ScanArgsParquet { low_memory: true, cache: false, glob: false, ..ScanArgsParquet::default() }
}

/// Every cell as text; what is not UTF-8 is shown by a mark rather than refused, short rows are filled
/// with nothing.
fn csv(place: PlRefPath, head: &[u8]) -> PolarsResult<LazyFrame> {
    let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |separator: u8| first.iter().filter(|byte| **byte == separator).count();
    let separator =
        [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(|separator| count(*separator)).unwrap_or(b',');
    LazyCsvReader::new(place)
        .with_separator(separator)
        .with_infer_schema_length(Some(0))
        .with_encoding(CsvEncoding::LossyUtf8)
        .with_truncate_ragged_lines(true)
        .with_ignore_errors(true)
        .with_low_memory(true)
        .with_cache(false)
        .with_glob(false)
        .finish()
}

fn stream(
    frame: LazyFrame,
    titles: &[String],
    first_line: u64,
    used: &[usize],
    on: &mut dyn FnMut(&Batch<'_>, bool),
) -> Result<(), String> {
    let schema = frame.clone().collect_schema().map_err(|error| error.to_string())?;
    let names: Vec<PlSmallStr> = schema.iter_names_cloned().collect();
    let wanted: Vec<Expr> = used
        .iter()
        .filter_map(|column| names.get(*column))
        .map(|name| col(name.clone()).cast(DataType::String))
        .collect();
    let (send, receive) = sync_channel::<DataFrame>(2);
    let give = PlanCallback::new(move |batch: DataFrame| Ok(send.send(batch).is_err()));
    let rows =
        frame.select(wanted).sink_batches(give, true, NonZeroUsize::new(BATCH)).map_err(|error| error.to_string())?;
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || rows.collect_with_engine(Engine::Streaming).map(|_| ()));
        let mut before: Option<DataFrame> = None;
        let mut line = first_line;
        let mut hand_over = |batch: &DataFrame, last: bool| -> Result<(), String> {
            let mut columns: Vec<Cells<'_>> = (0..titles.len()).map(|_| Cells::Absent).collect();
            for (column, &at) in batch.columns().iter().zip(used) {
                let text = column.str().map_err(|error| error.to_string())?;
                columns[at] = Cells::Text(text.rechunk().into_owned());
            }
            on(&Batch { columns, rows: batch.height(), lines: Lines::From(line) }, last);
            line += batch.height() as u64;
            Ok(())
        };
        for batch in &receive {
            if let Some(done) = before.replace(batch) {
                hand_over(&done, false)?;
            }
        }
        let ended = reader.join().map_err(|_| "the reader stopped".to_owned())?;
        ended.map_err(|error| error.to_string())?;
        before.map_or(Ok(()), |last| hand_over(&last, true))
    })
}

fn head_of(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    std::fs::File::open(path)?.take(65_536).read_to_end(&mut head)?;
    Ok(head)
}

/// How a delimited file ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// With a whole row.
    Whole,
    /// In the middle of its last row: no line break at the end, and fewer cells than the first row has.
    Midway,
    /// In the middle of its last row, inside quotation marks.
    InQuotes,
}

/// How the file ends; other files than delimited ones end as their format says.
pub(crate) fn end_of(path: &Path) -> End {
    const TAIL: u64 = 65_536;
    let look = || -> std::io::Result<End> {
        let head = head_of(path)?;
        let mut file = std::fs::File::open(path)?;
        let size = file.metadata()?.len();
        file.seek(SeekFrom::Start(size.saturating_sub(TAIL)))?;
        let mut tail = Vec::new();
        file.take(TAIL).read_to_end(&mut tail)?;
        let text = std::str::from_utf8(&head).is_ok() || !head.contains(&0);
        if !text
            || head.starts_with(b"PAR1")
            || head.starts_with(b"PK")
            || tail.ends_with(b"\n")
            || tail.ends_with(b"\r")
        {
            return Ok(End::Whole);
        }
        let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let last = tail.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let separator = [b',', b';', b'\t', b'|'].into_iter().max_by_key(|s| first.iter().filter(|b| *b == s).count());
        let cells = |line: &[u8]| {
            let mut quoted = false;
            let separators = line.iter().filter(|byte| {
                quoted ^= **byte == b'"';
                !quoted && Some(**byte) == separator
            });
            (separators.count(), quoted)
        };
        let (there, open) = cells(last);
        Ok(match (tail.contains(&b'\n'), open) {
            (true, true) => End::InQuotes,
            (true, false) if there < cells(first).0 => End::Midway,
            _ => End::Whole,
        })
    };
    look().unwrap_or(End::Whole)
}
