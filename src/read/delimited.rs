//! CSV and its relations: text with cells parted by a character.

use super::records::{MOST_CELLS_IN_ROW, Record, Records};
use super::rows::Builder;
use super::titles::{self, Header};
use super::{Issues, Source, Table, text};
use crate::place::{Code, Issue};

/// Characters that part cells, the usual ones first: of two that explain the file equally well the
/// earlier one is taken.
const SEPARATORS: [&str; 14] = [",", ";", "\t", "|", "¬", "^", "~", "¦", "\u{1f}", "\u{1}", "§", "¤", "!", "#"];

/// A title is shorter, in bytes. Longer is a quotation mark that was never closed, or no table at all.
pub(super) const MOST_TITLE: usize = 10_000;

/// A cell is shorter, in bytes: the outline of a nation's coast has a tenth of it.
const MOST_CELL: usize = 32 << 20;

/// Text looked at to find the separator and the header.
const SAMPLE_BYTES: usize = 256 * 1024;

/// Reads a delimited file.
pub(super) fn read(source: &Source<'_>, bytes: Vec<u8>, issues: &mut Issues) -> Result<Table, Issue> {
    let text = text::decode(source, bytes, issues);
    let text = text.as_str();
    let separator = said_separator(text).unwrap_or_else(|| likely_separator(sample(text)));
    let (preview, lines) = preview(text, separator);
    let Some(header) = titles::find(&preview, source.options.titles_if_none) else {
        return Err(source.error(
            Code::FileEmpty,
            "The file holds nothing but blank lines",
            "Export or download it again; the last attempt did not finish",
        ));
    };
    if let Some(title) = header.titles.iter().position(|title| title.len() > MOST_TITLE) {
        return Err(long_title(source, title));
    }
    let header_line = header.skip.checked_sub(1).and_then(|at| lines.get(at)).copied();
    report_header(source, &header, header_line, separator, issues);
    let builder = fill(source, text, separator, header, issues)?;
    let short = builder.shorter();
    if short.count > 0 {
        let mut issue = source.note(
            Code::RowTooShort,
            format!("{} row(s) have fewer cells than there are titles", short.count),
            "The missing cells count as empty; a note below the table or a line break inside a cell looks like this",
        );
        issue.at = issue.at.row(short.first);
        issues.push(issue);
    }
    Ok(source.table(builder, None, issues))
}

/// Why a table with such a title, by its column, is not read.
pub(super) fn long_title(source: &Source<'_>, column: usize) -> Issue {
    source.error(
        Code::FileDamaged,
        format!("The title of column {} is longer than {MOST_TITLE} characters", column + 1),
        "A quotation mark that is never closed looks like this, and a file that is no table; mend the first rows",
    )
}

/// The beginning of the text, as whole lines where that is possible.
fn sample(text: &str) -> &str {
    let mut end = text.len().min(SAMPLE_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    match text[..end].rfind('\n') {
        Some(line) if end < text.len() => &text[..=line],
        _ => &text[..end],
    }
}

/// The separator that Excel's own first line `sep=;` names. The line stays, so that line numbers are right.
fn said_separator(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("sep=")?;
    let separator = &rest[..rest.chars().next()?.len_utf8()];
    (!matches!(separator, "\n" | "\r" | "\"")).then_some(separator)
}

/// The separator under which most rows have the same number of cells, and that number is at least two.
fn likely_separator(sample: &str) -> &'static str {
    let mut best = (",", 0.0, 0);
    for separator in SEPARATORS {
        if !sample.contains(separator) {
            continue;
        }
        let counts = cells_per_row(sample, separator);
        let Some(usual) = most_common(&counts).filter(|&cells| cells > 1) else { continue };
        let agree = counts.iter().filter(|&&cells| cells == usual).count() as f64 / counts.len() as f64;
        if agree > best.1 + 1e-9 || (agree > best.1 - 1e-9 && usual > best.2) {
            best = (separator, agree, usual);
        }
    }
    best.0
}

fn cells_per_row(sample: &str, separator: &str) -> Vec<usize> {
    let mut records = Records::new(sample, separator);
    let mut record = Record::default();
    let mut counts = Vec::new();
    while counts.len() < 200 && records.read(&mut record) {
        if !record.is_blank() {
            counts.push(record.cells.len());
        }
    }
    counts
}

/// The most common number; the larger of two that are equally common.
fn most_common(counts: &[usize]) -> Option<usize> {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable();
    sorted.chunk_by(|a, b| a == b).max_by_key(|run| (run.len(), run[0])).map(|run| run[0])
}

/// The first rows that are not blank, and their lines.
fn preview(text: &str, separator: &str) -> (Vec<Vec<String>>, Vec<u64>) {
    let mut records = Records::new(text, separator);
    let mut record = Record::default();
    let (mut rows, mut lines) = (Vec::new(), Vec::new());
    while rows.len() < titles::PREVIEW && records.read(&mut record) {
        if !record.is_blank() {
            rows.push(record.cells.iter().map(|cell| beginning(cell.trim()).to_owned()).collect());
            lines.push(record.line);
        }
    }
    (rows, lines)
}

/// As much of a cell as is looked at to find the titles.
fn beginning(cell: &str) -> &str {
    &cell[..cell.floor_char_boundary(MOST_TITLE + 1)]
}

fn report_header(source: &Source<'_>, header: &Header, line: Option<u64>, separator: &str, issues: &mut Issues) {
    if !matches!(separator, "," | ";" | "\t" | "|") {
        issues.push(source.note(
            Code::Separator,
            format!("The cells are parted by \"{}\"", separator.escape_debug()),
            "They were read so; a comma is safer",
        ));
    }
    report_titles(source, header, line, issues);
}

/// Says where the titles were found, when that is not the first line.
pub(super) fn report_titles(source: &Source<'_>, header: &Header, line: Option<u64>, issues: &mut Issues) {
    let mut say = |mut issue: Issue| {
        issue.at.row = line;
        issues.push(issue);
    };
    if header.given {
        say(source.note(
            Code::NoTitles,
            "The file has no row of titles",
            "The titles of its standard layout were used",
        ));
    } else if header.preamble > 0 {
        say(source.note(
            Code::TitlesBelow,
            format!("{} row(s) stand above the row of titles", header.preamble),
            "They were left out; a table with one row of titles at the top is safer",
        ));
    }
    if header.doubtful {
        say(source.warning(
            Code::TitlesDoubtful,
            "The row taken for titles looks like data",
            "Put a row of titles at the top of the file if it has none",
        ));
    }
}

fn fill(
    source: &Source<'_>,
    text: &str,
    separator: &str,
    header: Header,
    issues: &mut Issues,
) -> Result<Builder, Issue> {
    let mut builder = Builder::new(header.titles);
    let mut records = Records::new(text, separator);
    let mut record = Record::default();
    let mut above = header.skip;
    while records.read(&mut record) {
        if record.is_blank() {
            continue;
        }
        if above > 0 {
            above -= 1;
            continue;
        }
        if let Some(column) = record.cells.iter().position(|cell| cell.len() > MOST_CELL) {
            let megabytes = MOST_CELL >> 20;
            let mut issue = source.error(
                Code::FileDamaged,
                format!("The cell in column {} has more than {megabytes} megabytes of text", column + 1),
                "A quotation mark that is never closed looks like this, and a file without line breaks; mend it there",
            );
            issue.at = issue.at.row(record.line);
            return Err(issue);
        }
        let cells = record.cells.iter().map(|cell| &**cell);
        builder.push(record.line, cells).map_err(|e| source.too_large(e))?;
    }
    let wide = records.too_wide;
    if wide.count > 0 {
        let mut issue = source.error(
            Code::FileDamaged,
            format!("{} row(s) have more than {MOST_CELLS_IN_ROW} cells", wide.count),
            "Check that the file is a table, with one row to a line; keep only the columns that are needed",
        );
        issue.at = issue.at.row(wide.first);
        return Err(issue);
    }
    let unclosed = records.unclosed;
    if unclosed.count > 0 {
        let mut issue = source.warning(
            Code::QuoteNotClosed,
            format!("{} cell(s) begin with a quotation mark that is never closed", unclosed.count),
            "The mark was read as an ordinary character and the row ended with its line; mend the cell in the file",
        );
        issue.at = issue.at.row(unclosed.first);
        issues.push(issue);
    }
    Ok(builder)
}
