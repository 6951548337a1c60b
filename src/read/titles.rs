//! Which row holds the column titles, and what the columns are called.
//!
//! Statistical offices put a title, a note and a blank line above the header row (mid-year estimates have
//! three such rows), councils merge cells across it. So the header is found by what it does: it is the
//! first row with a title over most of the columns that the rows below it fill.

use std::collections::HashSet;

/// Rows looked at to find the header. Preambles of more than some 30 rows do not occur in the files
/// seen; the rest of the rows show which columns are filled.
pub(super) const PREVIEW: usize = 80;

/// A header covers at least this share of the filled columns. At 0.75 a header that lacks a few titles
/// is passed over for the first row of data; at 0.5 a note of three cells over six columns is taken for
/// the header.
const COVERS: f64 = 0.6;

/// The header of a table.
#[derive(Debug, PartialEq)]
pub(super) struct Header {
    /// Rows of the preview before the first row of data.
    pub(super) skip: usize,
    /// The titles, blank where the file has none.
    pub(super) titles: Vec<String>,
    /// Rows above the header.
    pub(super) preamble: usize,
    /// The titles came from the caller, because the file has none.
    pub(super) given: bool,
    /// The header row looks like a row of data.
    pub(super) doubtful: bool,
}

/// Finds the header among the first rows that are not blank. `None` when there are no rows.
pub(super) fn find<S: AsRef<str>>(preview: &[Vec<S>], if_none: Option<&[&str]>) -> Option<Header> {
    let first = preview.first()?;
    if let Some(titles) = if_none
        && !is_header_like(first, titles)
    {
        let mut titles: Vec<String> = titles.iter().map(|&title| title.to_owned()).collect();
        titles.resize(titles.len().max(first.len()), String::new());
        return Some(Header { skip: 0, titles, preamble: 0, given: true, doubtful: false });
    }
    let at = header_row(preview);
    let row = preview.get(at)?;
    let above = at.checked_sub(1).and_then(|above| preview.get(above)).filter(|row| filled(row) > 1);
    let titles = drop_blank_end(merged(row, above), &preview[at + 1..]);
    let doubtful = above.is_none() && looks_like_data(row);
    Some(Header { skip: at + 1, titles, preamble: at, given: false, doubtful })
}

fn text<S: AsRef<str>>(row: &[S], column: usize) -> &str {
    row.get(column).map_or("", |cell| cell.as_ref().trim())
}

fn filled<S: AsRef<str>>(row: &[S]) -> usize {
    row.iter().filter(|cell| !cell.as_ref().trim().is_empty()).count()
}

/// Whether the first row of a file that may have no header is one: it has a title that was expected,
/// or no number at all.
fn is_header_like<S: AsRef<str>>(row: &[S], expected: &[&str]) -> bool {
    let expected: HashSet<String> = expected.iter().map(|title| plain(title)).collect();
    let known = row.iter().any(|cell| expected.contains(&plain(cell.as_ref())));
    known || !row.iter().any(|cell| cell.as_ref().trim().parse::<f64>().is_ok())
}

fn header_row<S: AsRef<str>>(preview: &[Vec<S>]) -> usize {
    let coverage = |at: usize| {
        let below = &preview[at + 1..preview.len().min(at + 41)];
        let width = below.iter().map(Vec::len).max().unwrap_or(0);
        let often =
            |column: &usize| below.iter().filter(|row| !text(row, *column).is_empty()).count() * 2 >= below.len();
        let used: Vec<usize> = (0..width).filter(often).collect();
        let covered = used.iter().filter(|&&column| !text(&preview[at], column).is_empty()).count();
        if used.is_empty() { 0.0 } else { covered as f64 / used.len() as f64 }
    };
    let last = preview.len().saturating_sub(1);
    if let Some(at) = (0..last).find(|&at| coverage(at) >= COVERS) {
        return at;
    }
    // Nothing below any row: the fullest row, the first of them, is the header of a table without rows.
    (0..preview.len()).max_by_key(|&at| (filled(&preview[at]), usize::MAX - at)).unwrap_or(0)
}

/// Titles of the header row; where merged cells left a gap, the title from the row above; where the same
/// title stands several times below different merged cells, with the merged title before it.
fn merged<S: AsRef<str>>(row: &[S], above: Option<&Vec<S>>) -> Vec<String> {
    let Some(above) = above else {
        return row.iter().map(|cell| one_line(cell.as_ref())).collect();
    };
    let mut seen = HashSet::new();
    let mut twice = HashSet::new();
    for cell in row.iter().map(|cell| plain(cell.as_ref())) {
        if !seen.insert(cell.clone()) {
            twice.insert(cell);
        }
    }
    let mut group = String::new();
    (0..row.len().max(above.len()))
        .map(|column| {
            if !text(above, column).is_empty() {
                group = one_line(text(above, column));
            }
            let own = one_line(text(row, column));
            match own.as_str() {
                "" => one_line(text(above, column)),
                _ if twice.contains(&plain(&own)) && !group.is_empty() => format!("{group}: {own}"),
                _ => own,
            }
        })
        .collect()
}

/// Leaves out the columns at the end that have neither a title nor anything below it.
fn drop_blank_end<S: AsRef<str>>(mut titles: Vec<String>, below: &[Vec<S>]) -> Vec<String> {
    let data = below.iter().filter_map(|row| row.iter().rposition(|cell| !cell.as_ref().trim().is_empty())).max();
    let named = titles.iter().rposition(|title| !title.is_empty());
    // A column with data and no title is kept when most rows have it; a stray cell is a long row.
    let often = |column: usize| below.iter().filter(|row| !text(row, column).is_empty()).count() * 2 > below.len();
    let data = data.filter(|&column| often(column));
    let width = named.max(data).map_or(0, |last| last + 1);
    titles.resize(width, String::new());
    titles
}

/// Whether two or more of the cells, or more than a third of them, are numbers other than ages and years,
/// which do stand in headers.
fn looks_like_data<S: AsRef<str>>(row: &[S]) -> bool {
    let numbers = row.iter().filter(|cell| match cell.as_ref().trim().parse::<f64>() {
        Ok(number) => {
            number.fract() != 0.0 || !((0.0..=150.0).contains(&number) || (1900.0..=2100.0).contains(&number))
        }
        Err(_) => false,
    });
    let numbers = numbers.count();
    numbers > 1 || numbers * 3 > filled(row)
}

/// A title on one line: line breaks and runs of spaces become one space.
fn one_line(title: &str) -> String {
    let words: Vec<&str> = title.split_whitespace().collect();
    words.join(" ")
}

/// A title without case, spaces and punctuation, for comparing.
pub(super) fn plain(title: &str) -> String {
    title.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Makes blank and repeated titles different, and says which were changed.
pub(super) fn unique(titles: Vec<String>) -> (Vec<String>, Vec<String>) {
    let mut taken: HashSet<String> = titles.iter().filter(|title| !title.is_empty()).cloned().collect();
    let mut met = HashSet::new();
    let mut renamed = Vec::new();
    let titles = titles
        .into_iter()
        .enumerate()
        .map(|(column, title)| {
            if !title.is_empty() && met.insert(title.clone()) {
                return title;
            }
            let base = if title.is_empty() { format!("column {}", column + 1) } else { title.clone() };
            let mut name = if title.is_empty() { base.clone() } else { format!("{base} ({})", column + 1) };
            while !taken.insert(name.clone()) {
                name.push('\'');
            }
            renamed.push(name.clone());
            name
        })
        .collect();
    (titles, renamed)
}
