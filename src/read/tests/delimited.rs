use super::super::records::{Record, Records};
use super::*;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

#[test]
fn a_plain_file_gives_its_cells_trimmed_and_its_lines() {
    let tried = read("a.csv", "code, name ,n\nE01, The Mill ,3\nE02,,\n");
    assert_eq!(tried.table().titles(), ["code", "name", "n"]);
    assert_eq!(tried.cells(), [["E01", "The Mill", "3"], ["E02", "", ""]]);
    assert_eq!(tried.lines(), [2, 3]);
    assert_eq!(tried.codes(), [""; 0]);
    assert_eq!(tried.table().text(9, 0), None);
    assert_eq!(tried.table().text(0, 9), None);
    assert_eq!(tried.table().line(9), 0);
}

#[test]
fn a_byte_order_mark_does_not_stick_to_the_first_title() {
    assert_eq!(read("a.csv", "\u{feff}code,n\nE01,3\n").table().titles(), ["code", "n"]);
}

#[test]
fn utf_16_with_a_mark_is_read_and_noted() {
    for little in [true, false] {
        let units = "\u{feff}code,name\nW01,Tŷ\n".encode_utf16();
        let bytes: Vec<u8> =
            units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect();
        let tried = read("a.csv", bytes);
        assert_eq!(tried.cells(), [["W01", "Tŷ"]]);
        assert_eq!(tried.codes(), ["encoding"]);
    }
}

#[test]
fn windows_1252_is_read_and_noted_with_its_first_line() {
    let tried = read("a.csv", b"code,name\nE01,Hall\nE02,Caf\xE9 \x96 bar\n");
    assert_eq!(tried.cells()[1], ["E02", "Café – bar"]);
    assert_eq!(tried.issue("encoding").at.row, Some(3));
}

#[test]
fn one_pasted_line_does_not_spoil_the_accents_of_the_others() {
    let tried = read("a.csv", b"code,name\nW01,T\xC5\xB7\nE02,Caf\xE9\n");
    assert_eq!(tried.cells(), [["W01", "Tŷ"], ["E02", "Café"]]);
}

#[test]
fn the_separator_is_found_whatever_it_is() {
    for separator in [",", ";", "\t", "|", "¬", "^", "~", "\u{1f}"] {
        let rows = [
            ["code", "name", "place"],
            ["1", "Mill Hall", "here"],
            ["2", "\"Hall, old\"", "x"],
            ["3", "Hut; new", "y"],
        ];
        let lines = rows.map(|row| row.join(separator).replace("Hut; new", "\"Hut; new\""));
        let tried = read("a.txt", lines.join("\n"));
        assert_eq!(tried.table().titles(), ["code", "name", "place"], "{separator:?}");
        assert_eq!(tried.table().rows(), 3, "{separator:?}");
    }
}

#[test]
fn the_not_sign_of_the_health_service_in_windows_1252_parts_cells() {
    let tried =
        read("GPPractices.csv", b"ID\xACName\xACPostcode\n1\xACThe Surgery, Main St\xACPE11 4NL\n2\xACOther\xAC\n");
    assert_eq!(tried.cells(), [["1", "The Surgery, Main St", "PE11 4NL"], ["2", "Other", ""]]);
    assert!(tried.codes().contains(&"separator"));
}

#[test]
fn decimal_commas_between_semicolons_stay_in_their_cells() {
    assert_eq!(read("a.csv", "code;share\nA;1,5\nB;2,25\nC;3,75\n").cells()[1], ["B", "2,25"]);
}

#[test]
fn the_line_that_excel_writes_to_name_the_separator_is_not_a_title() {
    let tried = read("a.csv", "sep=;\ncode;n\nA;1\n");
    assert_eq!(tried.table().titles(), ["code", "n"]);
    assert_eq!(tried.lines(), [3]);
}

#[test]
fn the_header_of_the_mid_year_estimates_is_found_below_three_rows() {
    let text = "Mid-2022 estimates: persons,,,\nThis sheet contains one table,,,\n,,,\nSource: ONS,,,\n\
                LSOA 2021 Code,LSOA 2021 Name,Total,F0\nE01011949,Hartlepool 009A,\"1,876\",9\nE01011950,Hartlepool 008A,1117,7\n";
    let tried = read("mye.csv", text);
    assert_eq!(tried.table().titles(), ["LSOA 2021 Code", "LSOA 2021 Name", "Total", "F0"]);
    assert_eq!(tried.lines(), [6, 7]);
    assert_eq!(tried.table().number(2, 0), Cell::Number(1876.0));
    assert_eq!(tried.issue("titles-below").at.row, Some(5));
}

#[test]
fn ages_and_years_may_be_titles() {
    let tried = read("a.csv", "lsoa11_name,lsoa11_code,total,0,1,2,3,90\nAdur 1A,E01,10,1,2,3,4,0\n");
    assert_eq!(tried.table().column("90"), Some(7));
    assert_eq!(tried.codes(), [""; 0]);
}

#[test]
fn titles_below_merged_cells_carry_the_merged_title() {
    let tried =
        read("a.csv", "Area,,2023,,2024,\nCode,Name,Males,Females,Males,Females\nE01,Adur,1,2,3,4\nE02,Arun,5,6,7,8\n");
    assert_eq!(
        tried.table().titles(),
        ["Code", "Name", "2023: Males", "2023: Females", "2024: Males", "2024: Females"]
    );
}

#[test]
fn a_file_that_begins_with_data_is_doubted() {
    let tried = read("a.csv", "M15 4AB,382802,396569\nM15 4AD,382782,396499\nM15 4AG,382998,396178\n");
    assert!(tried.codes().contains(&"titles-doubtful"));
    let tried = read("np.csv", "NP10 0AA,10,328000,185000,W92,,,,W06,W05\nNP10 0AB,10,328100,185100,W92,,,,W06,W05\n");
    assert!(tried.codes().contains(&"titles-doubtful"));
}

#[test]
fn a_standard_file_without_titles_gets_those_of_its_layout() {
    let titles = ["Postcode", "Positional_quality_indicator", "Eastings", "Northings"];
    let options = Options { titles_if_none: Some(&titles), ..Options::default() };
    let tried = read_with("np.csv", b"\"NP10 0AA\",10,328000,185000\n\"NP10 0AB\",10,328100,185100\n", options);
    assert_eq!(tried.table().titles(), titles);
    assert_eq!(tried.table().rows(), 2);
    assert_eq!(tried.lines(), [1, 2]);
    let tried = read_with("np.csv", b"Postcode,PQ,Eastings,Northings\nNP10 0AA,10,328000,185000\n", options);
    assert_eq!(tried.table().titles(), ["Postcode", "PQ", "Eastings", "Northings"], "a header that is there is used");
    assert_eq!(tried.table().rows(), 1);
}

#[test]
fn lines_are_right_after_cells_with_line_breaks() {
    let tried = read("a.csv", "code,address\r\n1,\"The Mill\r\nMill Lane\r\n\r\nTown\"\r\n\r\n2,Hall\r\n");
    assert_eq!(tried.lines(), [2, 7]);
    assert_eq!(tried.cells()[0][1], "The Mill\r\nMill Lane\r\n\r\nTown");
}

#[test]
fn old_macintosh_line_ends_are_line_ends() {
    let tried = read("a.csv", "code,n\r1,2\r3,4\r");
    assert_eq!(tried.cells(), [["1", "2"], ["3", "4"]]);
    assert_eq!(tried.lines(), [2, 3]);
}

#[test]
fn quotes_inside_quotes_are_one_quote() {
    assert_eq!(read("a.csv", "a,b\n\"say \"\"hi\"\", you\",2\n").cells(), [["say \"hi\", you", "2"]]);
}

#[test]
fn a_quote_that_is_never_closed_costs_no_row() {
    let tried = read("a.csv", "code,name,n\n1,\"Smith & Sons,5\n2,\"Other, Ltd\",6\n3,Hall,7\n4,\"Last,8\n");
    assert_eq!(
        tried.cells(),
        [["1", "\"Smith & Sons", "5"], ["2", "Other, Ltd", "6"], ["3", "Hall", "7"], ["4", "\"Last", "8"]]
    );
    assert_eq!(tried.issue("quote-not-closed").at.row, Some(2));
    assert!(tried.issue("quote-not-closed").problem.starts_with("2 cell(s)"));
}

#[test]
fn ragged_rows_are_kept_and_reported() {
    let tried = read("a.csv", "a,b,c\n1,2,3\n1,2,3,4,5\n1\n1,2,3\n");
    assert_eq!(tried.cells(), [["1", "2", "3"], ["1", "2", "3"], ["1", "", ""], ["1", "2", "3"]]);
    assert_eq!(tried.issue("row-too-long").at.row, Some(3));
    assert_eq!(tried.issue("row-too-short").at.row, Some(4));
}

#[test]
fn commas_at_the_end_of_every_row_are_not_columns() {
    let tried = read("a.csv", "a,b,,,\n1,2,,,\n3,4,,,\n");
    assert_eq!(tried.table().titles(), ["a", "b"]);
    assert_eq!(tried.codes(), [""; 0]);
}

#[test]
fn a_total_row_and_blank_rows_are_left_to_others() {
    let tried = read("a.csv", "code,n\nA,1\n,\n\nB,2\nTotal,3\n");
    assert_eq!(tried.cells(), [["A", "1"], ["B", "2"], ["Total", "3"]]);
    assert_eq!(tried.lines(), [2, 5, 6]);
}

#[test]
fn titles_are_made_different_and_that_is_noted() {
    let tried = read("a.csv", "code,n,n,,code\nA,1,2,3,4\nB,1,2,3,4\n");
    assert_eq!(tried.table().titles(), ["code", "n", "n (3)", "column 4", "code (5)"]);
    assert_eq!(tried.issue("titles-renamed").severity, Severity::Note);
}

#[test]
fn nul_characters_are_taken_out_and_reported() {
    let tried = read("a.csv", "code,name\nA,Hall\nB,Mi\0ll\n");
    assert_eq!(tried.cells()[1], ["B", "Mill"]);
    assert_eq!(tried.issue("nul-characters").at.row, Some(3));
}

#[test]
fn an_empty_file_and_one_of_blank_lines_are_refused_and_titles_alone_are_a_table_without_rows() {
    assert_eq!(read("a.csv", "").error().code, "file-empty");
    assert_eq!(read("a.csv", "\n\n,,\n").error().code, "file-empty");
    let tried = read("a.csv", "code,n\n");
    assert_eq!((tried.table().rows(), tried.table().titles()), (0, vec!["code", "n"]));
    assert_eq!(tried.codes(), ["no-rows"]);
}

#[test]
fn files_that_are_no_tables_are_refused_with_what_to_do() {
    let refused = |name: &str, bytes: &[u8], words: &str| {
        let tried = read(name, bytes);
        let issue = tried.error();
        let said = format!("{} {}", issue.problem, issue.remedy);
        assert!(said.contains(words), "{name}: {said}");
    };
    refused("a.csv", b"<!DOCTYPE html><html>Sign in</html>", "web page");
    refused("a.pdf", b"%PDF-1.7 ...", "PDF");
    refused("a.zip", b"PK\x03\x04....wards.shp....", "Unzip it and name the .shp");
    refused("a.csv.gz", &[0x1F, 0x8B, 8, 0], "Unpack");
    refused("a.bin", &[0, 1, 2, 3, 4, 5, 6, 7], "GeoPackage");
    refused("a.gpkg", &[0, 1, 2, 3, 4, 5, 6, 7], "not an SQLite database");
    refused("roads.osm.pbf", &[0, 0, 0, 14, 10, 9], "[streets]");
    let missing = read_path(Path::new("/nowhere/at/all.csv"), Options::default());
    assert_eq!(missing.error().code, "file-missing");
}

#[test]
fn a_title_a_cell_and_a_row_longer_than_any_table_has_are_refused_in_words() {
    let open = |before: &str, bytes: usize| format!("{before}\"{}", "a".repeat(bytes));
    for (bytes, words) in [
        (open("", 20_000), "The title of column 1 is longer than 10000 characters"),
        (open("code,", 20_000), "The title of column 2 is longer than"),
        (open("code,n\nE01,", 40 << 20), "The cell in column 2 has more than 32 megabytes of text"),
        (format!("code,n\nE01{}\n", ",1".repeat(200_000)), "1 row(s) have more than 100000 cells"),
    ] {
        let tried = read("a.csv", bytes);
        let issue = tried.error();
        assert_eq!(issue.code, "file-damaged");
        assert!(issue.problem.contains(words), "{}", issue.problem);
    }
    // An outline of some megabytes is a cell like another.
    assert_eq!(read("a.csv", format!("code,shape\nE01,\"{}\"\n", "1 2,".repeat(1 << 20))).table().rows(), 1);
}

#[test]
fn a_column_is_found_in_any_spelling() {
    let tried = read("a.csv", "LSOA21CD,Ethnic group: Total; measures: Value,Left Behind Area?\nE01,5,Y\n");
    let table = tried.table();
    assert_eq!(table.column("lsoa21cd"), Some(0));
    assert_eq!(table.column("Left behind area"), Some(2));
    assert_eq!(table.column("ethnic_group_total_measures_value"), Some(1));
    assert_eq!(table.column_starting("Ethnic group: Total"), Some(1));
    assert_eq!((table.column("nothing"), table.column(""), table.column_starting("?")), (None, None, None));
}

#[test]
fn a_title_cut_at_eighty_characters_is_found_by_its_whole() {
    let whole = "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)";
    let cut: String = whole.chars().take(80).collect();
    let tried = read("a.csv", format!("code,{cut}\nE01,4\n"));
    assert_eq!(tried.table().column_starting(whole), Some(1));
    assert_eq!(tried.table().column(whole), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, rng_seed: RngSeed::Fixed(2), ..ProptestConfig::default() })]

    /// The crate is the oracle for text that a program wrote.
    #[test]
    fn rows_agree_with_the_csv_crate(
        rows in prop::collection::vec(prop::collection::vec("[a-z \",;\n\ré]{0,6}", 2..5), 1..8)
    ) {
        let mut writer = ::csv::WriterBuilder::new().flexible(true).quote_style(::csv::QuoteStyle::Always).from_writer(Vec::new());
        for row in &rows {
            writer.write_record(row).expect("memory");
        }
        let text = String::from_utf8(writer.into_inner().expect("memory")).expect("text");
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let theirs: Vec<Vec<String>> =
            reader.records().map(|row| row.expect("well formed").iter().map(str::to_owned).collect()).collect();
        let (mut records, mut record, mut ours) = (Records::new(&text, ","), Record::default(), Vec::new());
        while records.read(&mut record) {
            ours.push(record.cells.iter().map(|cell| cell.to_string()).collect::<Vec<_>>());
        }
        prop_assert_eq!(records.unclosed.count, 0);
        prop_assert_eq!(ours, theirs);
    }
}
