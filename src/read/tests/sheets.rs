use super::samples;
use super::*;
use rust_xlsxwriter::{Format, Workbook};

#[test]
fn the_first_sheet_with_a_table_is_read_from_below_its_preamble() {
    let tried = read("mye.xlsx", samples::xlsx());
    assert_eq!(tried.table().titles(), ["LSOA 2021 Code", "LSOA 2021 Name", "Total", "Checked", "Opens", "Share"]);
    assert_eq!(tried.cells()[0], ["E01011949", "", "1876", "2024-06-30", "09:30", "0.125"]);
    assert_eq!(tried.lines(), [6, 7]);
    assert!(tried.issue("sheet-chosen").problem.contains("Mid-2022 LSOA 2021"));
    assert_eq!(tried.issue("titles-below").at.row, Some(4));
}

#[test]
fn a_sheet_is_chosen_by_name_in_any_spelling_and_a_wrong_name_lists_the_right_ones() {
    let named = |layer| read_with("mye.xlsx", &samples::xlsx(), Options { layer: Some(layer), ..Options::default() });
    assert_eq!(named("Mid-2023 LSOA 2021").cells(), [["1", "2", "3"]]);
    assert_eq!(named("mid 2023 lsoa 2021").cells(), [["1", "2", "3"]]);
    assert!(named("Mid-2030").error().remedy.contains("\"Mid-2023 LSOA 2021\""));
}

#[test]
fn a_workbook_under_another_ending_is_still_one_and_text_called_a_workbook_is_text() {
    assert_eq!(read("mye.csv", samples::xlsx()).table().rows(), 2);
    assert_eq!(read("mye.xls", "code,n\nA,1\n").cells(), [["A", "1"]]);
}

#[test]
fn a_cell_in_the_last_corner_of_a_sheet_costs_no_memory() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write_row(0, 0, ["code", "n", "m"]).expect("cells");
    sheet.write_row(1, 0, ["A", "1", "2"]).expect("cells");
    sheet.write_row(2, 0, ["B", "1", "2"]).expect("cells");
    sheet.write(1_048_575, 16_383, "stray").expect("a cell");
    let tried = read("a.xlsx", workbook.save_to_buffer().expect("memory"));
    assert_eq!(tried.table().titles(), ["code", "n", "m"]);
    assert_eq!(tried.issue("row-too-long").at.row, Some(1_048_576));
}

#[test]
fn merged_titles_moments_and_truths_come_out_as_text() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.merge_range(0, 1, 0, 2, "Persons", &Format::new()).expect("cells");
    sheet.write_row(1, 0, ["Code", "2023", "2024"]).expect("cells");
    sheet.write(2, 0, true).expect("a cell");
    sheet.write(2, 1, 12_345_678_901_234.0).expect("a cell");
    let moment =
        rust_xlsxwriter::ExcelDateTime::from_ymd(2024, 6, 30).and_then(|d| d.and_hms(9, 30, 0.0)).expect("a moment");
    sheet.write_with_format(2, 2, moment, &Format::new().set_num_format("dd/mm/yyyy hh:mm")).expect("a cell");
    let tried = read("a.xlsx", workbook.save_to_buffer().expect("memory"));
    assert_eq!(tried.table().titles(), ["Code", "2023", "2024"]);
    assert_eq!(tried.cells(), [["true", "12345678901234", "2024-06-30T09:30"]]);
}

#[test]
fn an_empty_or_truncated_workbook_is_refused_in_words() {
    let mut workbook = Workbook::new();
    workbook.add_worksheet();
    assert_eq!(read("a.xlsx", workbook.save_to_buffer().expect("memory")).error().code, "sheet-empty");
    let whole = samples::xlsx();
    assert_eq!(read("a.xlsx", &whole[..whole.len() / 2]).error().code, "file-damaged");
}

#[test]
fn parquet_columns_of_any_type_become_text() {
    let tried = read("a.parquet", samples::parquet());
    assert_eq!(tried.table().titles(), ["code", "n", "share", "half", "open", "day"]);
    assert_eq!(
        tried.cells(),
        [
            ["E01", "1", "0.5", "0.1", "true", "2024-06-30"],
            ["E02", "", "2", "1", "false", "1970-01-01"],
            ["E03", "3", "", "2.5", "true", "1970-01-02"]
        ]
    );
    assert!(tried.table().shapes().is_none());
}

#[test]
fn geoparquet_gives_its_geometry_and_reference_system() {
    let plain = r#"{"version":"1.1.0","primary_column":"geometry","columns":{"geometry":{"encoding":"WKB"}}}"#;
    let tried = read("a.parquet", samples::geoparquet(plain));
    assert_eq!(tried.table().titles(), ["code"]);
    assert!(matches!(tried.table().shapes().expect("a layer").crs, Crs::LonLat));
    assert_eq!(tried.geometries()[0], Some(Geometry::Point(geo::Point::new(-3.0, 51.5))));
    assert!(tried.geometries()[1].is_none());
    assert_eq!(tried.issue("geometry-unreadable").at.row, Some(3));
    let coded = plain.replace(r#""WKB""#, r#""WKB","crs":{"id":{"authority":"EPSG","code":3857}}"#);
    let tried = read("a.parquet", samples::geoparquet(&coded));
    assert_eq!(tried.table().shapes().expect("a layer").crs.name(), "EPSG:3857");
}

#[test]
fn a_truncated_parquet_file_is_refused_in_words() {
    let whole = samples::parquet();
    assert_eq!(read("a.parquet", &whole[..whole.len() - 10]).error().code, "file-damaged");
}

/// The same workbook with other words in its first sheet.
fn rewritten(book: &[u8], from: &str, to: &str) -> Vec<u8> {
    use std::io::{Read, Write};
    let mut old = zip::ZipArchive::new(std::io::Cursor::new(book)).expect("a workbook");
    let mut new = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for nth in 0..old.len() {
        let mut part = old.by_index(nth).expect("a part");
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("its bytes");
        let name = part.name().expect("a name").into_owned();
        if name == "xl/worksheets/sheet1.xml" {
            let text = String::from_utf8(bytes).expect("XML");
            assert!(text.contains(from), "{text}");
            bytes = text.replace(from, to).into_bytes();
        }
        new.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
        new.write_all(&bytes).expect("its bytes");
    }
    new.finish().expect("a workbook").into_inner()
}

#[test]
fn a_formula_that_nobody_worked_out_is_told_and_an_empty_result_is_not() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write_row(0, 0, ["name", "lat", "lon", "status"]).expect("titles");
    for row in 1..4 {
        sheet.write_row(row, 0, ["Hall", "54.2", "1.1"]).expect("cells");
        sheet.write_formula(row, 3, "=CONCATENATE(A1)").expect("a formula");
    }
    let worked = workbook.save_to_buffer().expect("memory");
    assert!(read("a.xlsx", worked.clone()).issues.iter().all(|issue| issue.code != Code::FormulaUnworked));
    for nothing in ["<v></v>", "<v/>", ""] {
        let tried = read("a.xlsx", rewritten(&worked, "<v>0</v>", nothing));
        let issue = tried.issue("formula-unworked");
        assert_eq!(issue.at.row, Some(2), "{nothing}");
        assert!(issue.problem.contains("3 cells") && issue.problem.contains("D2"), "{}", issue.problem);
        assert_eq!(tried.cells().len(), 3, "the rest is read");
    }
    // One of them alone, and a text that came out empty.
    let one =
        rewritten(&worked, "<c r=\"D3\"><f>CONCATENATE(A1)</f><v>0</v></c>", "<c r=\"D3\"><f>CONCATENATE(A1)</f></c>");
    assert!(read("a.xlsx", one).issue("formula-unworked").problem.contains("The cell D3 is"));
    let empty = rewritten(&worked, "<f>CONCATENATE(A1)</f><v>0</v>", "<f>CONCATENATE(A1)</f><v></v>");
    let empty = rewritten(&empty, "<c r=\"D", "<c t=\"str\" r=\"D");
    assert!(read("a.xlsx", empty).issues.iter().all(|issue| issue.code != Code::FormulaUnworked));
}
