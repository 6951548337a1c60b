//! A printed page as a workbook: one sheet with its words and maps, and one for each of its tables, with its numbers as
//! numbers.

use super::read::{Block, Table, plain};
use super::{Drawing, Unwritten};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Image, Workbook, Worksheet, XlsxError};

/// Letters that a cell of a workbook can hold.
const LETTERS: usize = 32_000;
/// Letters of the name of a sheet, without its number.
const NAME: usize = 24;

impl From<XlsxError> for Unwritten {
    fn from(error: XlsxError) -> Self {
        Self(error.to_string())
    }
}

/// The workbook.
pub(super) fn write(blocks: &[Block], maps: &[Drawing]) -> Result<Vec<u8>, Unwritten> {
    let mut book = Workbook::new();
    let title = blocks.iter().find_map(|block| match block {
        Block::Title(runs) => Some(plain(runs)),
        _ => None,
    });
    // Nothing says when it was written: the same page is the same file.
    let properties = DocProperties::new()
        .set_title(cut(&title.unwrap_or_default()))
        .set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?);
    book.set_properties(&properties);
    let tables: Vec<&Table> = blocks
        .iter()
        .filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        })
        .collect();
    let names: Vec<String> = tables.iter().enumerate().map(|(i, table)| sheet_name(i + 1, table)).collect();
    said(book.add_worksheet(), blocks, &names, maps)?;
    for (table, name) in tables.iter().zip(&names) {
        tabled(book.add_worksheet(), table, name)?;
    }
    Ok(book.save_to_buffer()?)
}

fn cut(words: &str) -> String {
    words.chars().take(LETTERS).collect()
}

/// Sheets are numbered, since captions may be alike; a name may not have these signs.
fn sheet_name(number: usize, table: &Table) -> String {
    let odd = |c: char| matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'') || c.is_control();
    let caption: String = table.caption.chars().map(|c| if odd(c) { ' ' } else { c }).take(NAME).collect();
    format!("{number} {}", caption.trim()).trim().to_owned()
}

/// The words of the page in their order; a table by the sheet that it is on.
fn said(sheet: &mut Worksheet, blocks: &[Block], names: &[String], maps: &[Drawing]) -> Result<(), XlsxError> {
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let title = Format::new().set_bold().set_font_size(16).set_text_wrap();
    let heading = Format::new().set_bold().set_font_size(12).set_text_wrap();
    sheet.set_name("Paper")?;
    sheet.set_column_width(0, 110)?;
    sheet.set_paper_size(9);
    sheet.set_print_fit_to_pages(1, 0);
    let (mut row, mut names) = (0_u32, names.iter());
    for block in blocks {
        let (words, format) = match block {
            Block::Title(runs) => (plain(runs), &title),
            Block::Heading(runs) => (plain(runs), &heading),
            Block::Words(runs) => (plain(runs), &wrapped),
            Block::Item(runs) => (format!("• {}", plain(runs)), &wrapped),
            Block::Table(table) => {
                let name = names.next().map_or("", String::as_str);
                let caption = if table.caption.is_empty() { "Table" } else { table.caption.as_str() };
                (format!("{caption}: sheet \"{name}\""), &wrapped)
            }
            Block::Maps(shown) => {
                row = drawn(sheet, row, shown, maps)?;
                continue;
            }
        };
        sheet.write_string_with_format(row, 0, cut(&words), format)?;
        row += 1;
    }
    Ok(())
}

/// The maps, one below the other, each over as many rows as it is high.
fn drawn(sheet: &mut Worksheet, from: u32, shown: &[(usize, String)], maps: &[Drawing]) -> Result<u32, XlsxError> {
    /// Height of a row, and of a map, in dots of a screen.
    const ROW: f64 = 20.0;
    const WIDE: f64 = 460.0;
    let mut row = from;
    for (at, below) in shown {
        let Some(map) = maps.get(*at) else { continue };
        let png = Image::new_from_buffer(&map.png())?;
        let high = (WIDE * map.height / map.width).min(620.0);
        let image = png.set_scale_to_size(high * map.width / map.height, high, true).set_alt_text(&map.says);
        sheet.insert_image(row, 0, &image)?;
        row += (high / ROW).ceil() as u32 + 1;
        sheet.write_string(row, 0, cut(below))?;
        row += 2;
    }
    Ok(row)
}

fn tabled(sheet: &mut Worksheet, table: &Table, name: &str) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top);
    let (percent, whole) = (Format::new().set_num_format("0.0%"), Format::new().set_num_format("#,##0"));
    sheet.set_name(name)?;
    sheet.set_freeze_panes(1, 1)?;
    for (column, title) in (0_u16..).zip(&table.head) {
        sheet.write_string_with_format(0, column, cut(title), &bold)?;
    }
    let mut most = vec![10_usize; table.columns()];
    for (row, cells) in (1_u32..).zip(table.rows.iter().filter(|row| !row.is_empty())) {
        let mut column = 0_usize;
        for cell in cells {
            let at = u16::try_from(column).unwrap_or(u16::MAX);
            match number(&cell.words) {
                Some((value, true)) => sheet.write_number_with_format(row, at, value, &percent)?,
                Some((value, false)) if value.fract() == 0.0 && value.abs() >= 1_000.0 => {
                    sheet.write_number_with_format(row, at, value, &whole)?
                }
                Some((value, false)) => sheet.write_number(row, at, value)?,
                None => sheet.write_string(row, at, cut(&cell.words))?,
            };
            if let Some(most) = most.get_mut(column) {
                *most = (*most).max(cell.words.chars().count().min(60));
            }
            column += cell.columns.max(1);
        }
    }
    for (column, wide) in (0_u16..).zip(most) {
        sheet.set_column_width(column, wide as f64 + 2.0)?;
    }
    Ok(())
}

/// A cell that is one number and nothing else, and whether it is a share: "1,234", "−12", "+3.5", "74.1 %".
fn number(words: &str) -> Option<(f64, bool)> {
    let words = words.replace(['\u{a0}', '\u{202f}'], " ");
    let (digits, is_share) = match words.trim().strip_suffix('%') {
        Some(share) => (share.trim(), true),
        None => (words.trim(), false),
    };
    let digits = digits.replace('−', "-");
    let bare = digits.trim_start_matches(['+', '-']);
    let (whole, part) = bare.split_once('.').unwrap_or((bare, "0"));
    let are = |digits: &str| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    // A code with a nought before it is no number.
    let is_code = whole.len() > 1 && whole.starts_with('0');
    let groups: Vec<&str> = whole.split(',').collect();
    let grouped = groups.len() == 1 || groups.iter().skip(1).all(|group| group.len() == 3);
    if is_code || !grouped || !groups.iter().all(|group| are(group)) || !are(part) || bare.len() + 1 < digits.len() {
        return None;
    }
    let value: f64 = digits.replace(',', "").parse().ok()?;
    Some((if is_share { value / 100.0 } else { value }, is_share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_is_a_number_becomes_one_and_nothing_else_does() {
        for (words, value) in [
            ("1,234", (1234.0, false)),
            ("−12", (-12.0, false)),
            ("+3.5", (3.5, false)),
            ("0", (0.0, false)),
            ("74.5\u{a0}%", (0.745, true)),
            ("-0.5 %", (-0.005, true)),
            ("1,234,567", (1_234_567.0, false)),
        ] {
            assert_eq!(number(words), Some(value), "{words}");
        }
        for words in [
            "",
            "–",
            "[c]",
            "007",
            "1,23",
            "12 to 15",
            "£120",
            "1.2.3",
            "E01000001",
            "--1",
            "+",
            "5 minutes",
            "=1+1",
            "1e5",
        ] {
            assert_eq!(number(words), None, "{words}");
        }
    }

    #[test]
    fn names_of_sheets_are_such_as_a_workbook_takes_however_captions_read() {
        for (number, caption) in
            [(1, "Who: [what]?/\\*'"), (12, &*"x".repeat(200)), (3, ""), (4, "£ & é – ü"), (99, "'quoted'")]
        {
            let name = sheet_name(number, &Table { caption: caption.to_owned(), ..Table::default() });
            assert!(name.chars().count() <= 31 && !name.contains(['[', ']', ':', '*', '?', '/', '\\', '\'']), "{name}");
            let mut book = Workbook::new();
            book.add_worksheet().set_name(&name).expect("a name");
        }
    }
}
