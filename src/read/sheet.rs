//! Workbooks: XLSX, XLSM, XLSB, XLS, ODS.

use super::delimited::report_titles;
use super::rows::Builder;
use super::titles::{self, Header};
use super::{Issues, Source, Table, guarded, inflate, words};
use crate::place::{Code, Issue};
use calamine::{Data, DataRef, ExcelDateTime, Reader, Sheets, open_workbook_auto_from_rs};
use std::io::Cursor;

/// A workbook whose cells would need more room than this when unfolded is refused: 50 million cells are
/// fifty full sheets of the national census, and about 3 GB.
const MOST_CELLS: u64 = 50_000_000;

type Workbook = Sheets<Cursor<Vec<u8>>>;

/// A row that has cells: its number in the sheet, and the cells by column.
struct Row {
    line: u64,
    cells: Vec<String>,
}

/// The cells of a sheet.
struct Cells {
    rows: Vec<Row>,
    /// Cells with a formula and no value, where there are any.
    unworked: Option<Unworked>,
}

/// Formulas that nobody worked out: how many, and the line and column of the first.
struct Unworked {
    count: u64,
    line: u64,
    column: u32,
}

/// Tells of formulas without values: what stands there is not known, and an empty cell says something else.
fn not_worked_out(source: &Source<'_>, unworked: &Unworked) -> Issue {
    let mut letters = String::new();
    let mut rest = unworked.column + 1;
    while rest > 0 {
        letters.insert(0, char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    let at = format!("{letters}{}", unworked.line);
    let problem = match unworked.count {
        1 => format!("The cell {at} is a formula that was not worked out, and is read as empty"),
        n => format!("{n} cells are formulas that were not worked out, and are read as empty; the first is {at}"),
    };
    let remedy = "Open the workbook in a spreadsheet program and save it again, so that their values are kept; then bring it again";
    let mut issue = source.warning(Code::FormulaUnworked, problem, remedy);
    issue.at = issue.at.row(unworked.line);
    issue
}

/// Reads the named sheet, or the first that holds a table.
pub(super) fn read(source: &Source<'_>, bytes: Vec<u8>, issues: &mut Issues) -> Result<Table, Issue> {
    guarded(|| inflate::check(&bytes)).map_err(|why| {
        let remedy = "Save only the sheet with the table, without the formatting of empty rows, or as CSV";
        source.error(Code::FileTooLarge, format!("The workbook is not read: {why}"), remedy)
    })?;
    let opened = guarded(|| open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| error.to_string()));
    let mut workbook = opened.map_err(|why| source.damaged("a workbook", why))?;
    let names = workbook.sheet_names();
    let (name, Cells { rows, unworked }, header) = match source.options.layer {
        Some(wanted) => {
            let name = named(source, wanted, &names)?;
            let rows = rows_of(source, &mut workbook, &name)?;
            let header = header_of(source, &rows.rows);
            (name, rows, header)
        }
        None => first_table(source, &mut workbook, &names, issues)?,
    };
    let Some(header) = header else {
        return Err(source.error(
            Code::SheetEmpty,
            format!("The sheet \"{name}\" is empty"),
            format!("name the sheet with the table: {}", listed(&names)),
        ));
    };
    if let Some(unworked) = unworked {
        issues.push(not_worked_out(source, &unworked));
    }
    let line = header.skip.checked_sub(1).and_then(|at| rows.get(at)).map(|row| row.line);
    report_titles(source, &header, line, issues);
    let mut builder = Builder::new(header.titles);
    for row in &rows[header.skip.min(rows.len())..] {
        builder.push(row.line, row.cells.iter().map(String::as_str)).map_err(|e| source.too_large(e))?;
    }
    Ok(source.table(builder, None, issues))
}

fn named(source: &Source<'_>, wanted: &str, names: &[String]) -> Result<String, Issue> {
    let same = |name: &&String| titles::plain(name) == titles::plain(wanted);
    names.iter().find(|name| *name == wanted).or_else(|| names.iter().find(same)).cloned().ok_or_else(|| {
        let problem = format!("The workbook has no sheet \"{wanted}\"");
        source.error(Code::SheetMissing, problem, format!("Name one of its sheets: {}", listed(names)))
    })
}

fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    quoted.join(", ")
}

fn header_of(source: &Source<'_>, rows: &[Row]) -> Option<Header> {
    let preview: Vec<Vec<&str>> =
        rows.iter().take(titles::PREVIEW).map(|row| row.cells.iter().map(String::as_str).collect()).collect();
    titles::find(&preview, source.options.titles_if_none)
}

/// Whether a sheet is there to explain the others, going by its name.
fn explains(name: &str) -> bool {
    let name = titles::plain(name);
    ["cover", "contents", "notes", "readme", "metadata", "information", "index", "guidance", "meta", "about"]
        .iter()
        .any(|word| name.starts_with(word))
}

type Chosen = (String, Cells, Option<Header>);

/// The first sheet with a table: at least three titles and a row below them; else the first with two
/// titles; else the first that is not empty. Sheets that explain the others, and hidden ones, come last.
fn first_table(
    source: &Source<'_>,
    workbook: &mut Workbook,
    names: &[String],
    issues: &mut Issues,
) -> Result<Chosen, Issue> {
    let hidden: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.visible != calamine::SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    let (mut order, last): (Vec<&String>, Vec<&String>) =
        names.iter().partition(|name| !explains(name) && !hidden.contains(name));
    order.extend(last);
    let mut best: Option<(usize, Chosen)> = None;
    for name in order {
        let cells = rows_of(source, workbook, name)?;
        let header = header_of(source, &cells.rows);
        let worth = match &header {
            Some(header) if cells.rows.len() > header.skip => header.titles.len().min(3),
            _ => 0,
        };
        if best.as_ref().is_none_or(|(so_far, _)| worth > *so_far) {
            best = Some((worth, (name.clone(), cells, header)));
        }
        if worth == 3 {
            break;
        }
    }
    let Some((_, chosen)) = best else {
        return Err(source.error(Code::SheetEmpty, "The workbook has no sheets", "Save it again as XLSX or CSV"));
    };
    if names.len() > 1 {
        issues.push(source.note(
            Code::SheetChosen,
            format!("The sheet \"{}\" was read, the first with a table", chosen.0),
            format!("name another if that is not the one: {}", listed(names)),
        ));
    }
    Ok(chosen)
}

fn rows_of(source: &Source<'_>, workbook: &mut Workbook, name: &str) -> Result<Cells, Issue> {
    let read = guarded(|| match workbook {
        // A formula that cannot be taken apart is no reason to refuse the values beside it.
        Sheets::Xlsx(xlsx) => sparse_rows(xlsx, name, true).or_else(|_| sparse_rows(xlsx, name, false)),
        other => full_rows(other, name).map(|rows| Cells { rows, unworked: None }),
    });
    read.map_err(|why| source.damaged(&format!("a workbook (sheet \"{name}\")"), why))
}

/// XLSX is read cell by cell: a cell in the last corner of a sheet costs one row, not a sheet.
fn sparse_rows(xlsx: &mut calamine::Xlsx<Cursor<Vec<u8>>>, name: &str, formulas: bool) -> Result<Cells, String> {
    let mut cells = xlsx.worksheet_cells_reader(name).map_err(|error| error.to_string())?;
    let mut rows: Vec<Row> = Vec::new();
    let (mut room, mut unworked) = (0, None);
    let mut next = || {
        if formulas {
            let cell = cells.next_cell_with_formula_metadata()?;
            return Ok(cell.map(|cell| (cell.pos, cell.value, cell.formula.is_some())));
        }
        Ok(cells.next_cell()?.map(|cell| (cell.get_position(), cell.get_value().clone(), false)))
    };
    while let Some(((row, column), value, is_formula)) =
        next().map_err(|error: calamine::XlsxError| error.to_string())?
    {
        let line = u64::from(row) + 1;
        if is_formula && matches!(value, DataRef::Empty) {
            unworked.get_or_insert(Unworked { count: 0, line, column }).count += 1;
        }
        let text = printed(&Data::from(value));
        if text.is_empty() {
            continue;
        }
        if rows.last().is_none_or(|last| last.line != line) {
            rows.push(Row { line, cells: Vec::new() });
        }
        if let Some(last) = rows.last_mut() {
            let column = column as usize;
            let grown = (column + 1).saturating_sub(last.cells.len());
            room += grown as u64;
            if room > MOST_CELLS {
                return Err(format!("its cells are spread over more than {MOST_CELLS} places"));
            }
            last.cells.resize(last.cells.len() + grown, String::new());
            last.cells[column] = text;
        }
    }
    rows.sort_by_key(|row| row.line);
    Ok(Cells { rows, unworked })
}

fn full_rows(workbook: &mut Workbook, name: &str) -> Result<Vec<Row>, String> {
    let range = workbook.worksheet_range(name).map_err(|error| error.to_string())?;
    let (first, left) = range.start().unwrap_or((0, 0));
    let rows = range.rows().enumerate().map(|(at, cells)| {
        let blank = std::iter::repeat_n(String::new(), left as usize);
        Row { line: u64::from(first) + at as u64 + 1, cells: blank.chain(cells.iter().map(printed)).collect() }
    });
    Ok(rows.filter(|row| row.cells.iter().any(|cell| !cell.is_empty())).collect())
}

/// A cell as text: whole numbers without `.0`, dates as `YYYY-MM-DD`, times of day as `HH:MM`.
fn printed(cell: &Data) -> String {
    match cell {
        Data::Int(number) => number.to_string(),
        Data::Float(number) => words::number(*number),
        Data::String(text) => text.trim().to_owned(),
        Data::Bool(truth) => truth.to_string(),
        Data::DateTime(date) => printed_date(date),
        Data::DateTimeIso(text) | Data::DurationIso(text) => text.strip_suffix("T00:00:00").unwrap_or(text).to_owned(),
        Data::Error(error) => error.to_string(),
        Data::Empty => String::new(),
    }
}

fn printed_date(date: &ExcelDateTime) -> String {
    let value = date.as_f64();
    if !value.is_finite() {
        return String::new();
    }
    if date.is_duration() || (0.0..1.0).contains(&value) {
        let minutes = (value * 1440.0).round() as i64;
        return format!("{:02}:{:02}", minutes / 60, minutes.rem_euclid(60));
    }
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    match (hour, minute, second) {
        (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        (_, _, 0) => format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}"),
        _ => format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"),
    }
}
