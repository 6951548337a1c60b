//! What a workbook inflates to, before anything is made of it.

use std::io::{Cursor, Read};

/// A workbook may always inflate to so many bytes.
const ALWAYS: u64 = 64 << 20;

/// And to so many times its size: XML of cells shrinks to a tenth or a thirtieth, never to a hundredth unless it says
/// the same thing over and over.
const TIMES: u64 = 100;

/// But never to more than this.
const NEVER: u64 = 1 << 30;

/// To how many bytes a workbook of this size may inflate.
pub(super) fn most(size: u64) -> u64 {
    size.saturating_mul(TIMES).clamp(ALWAYS, NEVER)
}

/// Says why not, when the parts of a packed workbook inflate to more than a workbook of its size does. Files that are
/// not packed pass.
///
/// The parts are inflated and thrown away, because what a file says of its own size may be wrong.
pub(super) fn check(bytes: &[u8]) -> Result<(), String> {
    let Ok(mut parts) = zip::ZipArchive::new(Cursor::new(bytes)) else { return Ok(()) };
    let most = most(bytes.len() as u64);
    let mut all = 0;
    for number in 0..parts.len() {
        let Ok(part) = parts.by_index(number) else { continue };
        // A part that breaks off is the reader's to report.
        all += std::io::copy(&mut part.take(most + 1 - all), &mut std::io::sink()).unwrap_or(0);
        if all > most {
            return Err(format!("its {} kilobytes unpack to more than {} megabytes", bytes.len() / 1024, most >> 20));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_workbook_that_unpacks_to_very_much_is_refused_and_an_ordinary_one_is_not() {
        let packed = |megabytes: usize| {
            let mut book = rust_xlsxwriter::Workbook::new();
            let sheet = book.add_worksheet();
            for row in 0..megabytes as u32 * 32 {
                sheet.write_string(row, 0, "a".repeat(32_000)).expect("a cell");
            }
            book.save_to_buffer().expect("a workbook")
        };
        assert_eq!(check(&packed(2)), Ok(()));
        assert_eq!(check(b"PK but no workbook"), Ok(()));
        let mut bomb = zip::ZipWriter::new(Cursor::new(Vec::new()));
        bomb.start_file("xl/sheet1.xml", zip::write::SimpleFileOptions::default()).expect("a part");
        for _ in 0..80 {
            std::io::Write::write_all(&mut bomb, &vec![b' '; 1 << 20]).expect("written");
        }
        let bomb = bomb.finish().expect("a file").into_inner();
        assert!(check(&bomb).expect_err("too much").contains("unpack to more than 64 megabytes"));
    }
}
