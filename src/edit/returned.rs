//! A person's own file, given back with what is wrong in it: each row with its problems and remedies beside it.

use super::Report;
use crate::load::table_of;
use crate::place::Issue;
use crate::store::{StoreError, Stored};
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use std::collections::BTreeMap;
use std::path::Path;

/// Rows of a sheet that is given back; a workbook has no more.
const ROWS: usize = 1_000_000;
/// Letters that a cell of a workbook can hold.
const LETTERS: usize = 32_000;

/// The file at `path`, called `name` in the report, as a workbook with two columns more. Cells are text, so that
/// nothing in them is worked out when it is opened.
///
/// # Errors
/// When the file is no table.
pub fn returned(path: &Path, name: &str, report: &Report) -> Stored<Vec<u8>> {
    let (titles, rows) = table_of(path, name).map_err(|issue| {
        StoreError::Refused(format!("{name} cannot be given back as a sheet: {}. {}", issue.problem, issue.remedy))
    })?;
    let own: Vec<&Issue> = report.issues.iter().filter(|issue| issue.at.file == name).collect();
    let mut by_row: BTreeMap<u64, Vec<&Issue>> = BTreeMap::new();
    for issue in &own {
        by_row.entry(issue.at.row.unwrap_or(0)).or_default().push(issue);
    }
    written(&titles, &rows, &by_row)
        .map_err(|error| StoreError::Refused(format!("The sheet cannot be written: {error}")))
}

fn written(
    titles: &[String],
    rows: &[(u64, Vec<String>)],
    by_row: &BTreeMap<u64, Vec<&Issue>>,
) -> Result<Vec<u8>, XlsxError> {
    let bold = Format::new().set_bold();
    let wrong = Format::new().set_text_wrap().set_background_color("#FBE3EC");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Rows")?;
    let width = u16::try_from(titles.len()).unwrap_or(u16::MAX).min(16_000);
    sheet.write_with_format(0, 0, "Problem", &bold)?;
    sheet.write_with_format(0, 1, "Remedy", &bold)?;
    for (column, title) in (2..width + 2).zip(titles) {
        sheet.write_with_format(0, column, cut(title), &bold)?;
    }
    sheet.set_column_width(0, 50)?;
    sheet.set_column_width(1, 50)?;
    sheet.set_freeze_panes(1, 2)?;
    for (line, (number, cells)) in (1_u32..).zip(rows.iter().take(ROWS)) {
        if let Some(issues) = by_row.get(number) {
            sheet.write_with_format(line, 0, cut(&joined(issues, problem)), &wrong)?;
            sheet.write_with_format(line, 1, cut(&joined(issues, |issue| issue.remedy.clone())), &wrong)?;
        }
        for (column, cell) in (2..width + 2).zip(cells) {
            if !cell.is_empty() {
                sheet.write_string(line, column, cut(cell))?;
            }
        }
    }
    let sheet = book.add_worksheet();
    sheet.set_name("All that was found")?;
    for (column, title) in (0_u16..).zip(["Severity", "Row", "Column", "Problem", "Remedy"]) {
        sheet.write_with_format(0, column, title, &bold)?;
    }
    sheet.set_column_width(3, 60)?;
    sheet.set_column_width(4, 60)?;
    for (line, issue) in (1_u32..).zip(by_row.values().flatten().take(ROWS)) {
        sheet.write_string(line, 0, issue.severity.word())?;
        if let Some(row) = issue.at.row {
            sheet.write_number(line, 1, row as f64)?;
        }
        sheet.write_string(line, 2, cut(issue.at.field.as_deref().unwrap_or_default()))?;
        sheet.write_string(line, 3, cut(&issue.problem))?;
        sheet.write_string(line, 4, cut(&issue.remedy))?;
    }
    book.save_to_buffer()
}

fn problem(issue: &Issue) -> String {
    match &issue.at.field {
        Some(field) => format!("{field}: {}", issue.problem),
        None => issue.problem.clone(),
    }
}

fn joined(issues: &[&Issue], of: impl Fn(&Issue) -> String) -> String {
    issues.iter().map(|issue| of(issue)).collect::<Vec<_>>().join("\n")
}

fn cut(words: &str) -> String {
    words.chars().take(LETTERS).collect()
}
