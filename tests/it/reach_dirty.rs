//! One dirty file of records in every form it comes in: read whole, streamed, as a workbook and as Parquet. Each row is
//! used or set aside with its reason, and all forms say the same.

use patchwork::load::load_with;
use patchwork::place::{Engagement, Issue, RecordFile, Severity};
use polars::prelude::{Column, DataFrame, ParquetWriter};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

const TITLES: [&str; 9] = ["id", "date", "postcode", "zone", "person_key", "people", "hours", "sex", "themes"];

/// Every fault at once: three ways to write a day and one that cannot be read, hidden and missing numbers,
/// postcodes without a space and unknown ones, unknown groups, a repeated id, and quoted line breaks.
const ROWS: [[&str; 9]; 14] = [
    ["1", "2024-01-05", "ab11aa", "", "a", "1", "1.5", "F", "buses; warm homes"],
    ["2", "05/02/2024", "AB1 1AB", "", "b", "[c]", "*", "Male", "buses"],
    ["3", "45000", "", "Z1", "c", "2", "", "purple", ""],
    ["4", "5 March 2024", "", "Z2", "d", "-", "1", "Prefer not to say", "Buses "],
    ["5", "last week", "", "Z2", "d", "1", "1", "F", ""],
    ["6", "", "", "Z2", "e", "1", "1", "F", ""],
    ["7", "2024-01-06", "QQ1 1QQ", "", "f", "1", "1", "F", ""],
    ["8", "2024-01-07", "ZZ9 9ZZ", "", "f", "1", "1", "F", ""],
    ["9", "2024-01-08", "", "Z9", "f", "1", "1", "F", ""],
    ["10", "2024-01-09", "", "", "f", "1", "1", "F", ""],
    ["1", "2024-01-10", "AB1 1AA", "", "a", "1", "1", "F", ""],
    ["11", "2024-01-11", "AB1", "", "", "1,200", "0.5", "M", "litter\nparks"],
    ["12", "2024-01-12", "", "Z1", "g", "n/a", "x", "None", "he said, \"no\""],
    ["13", "31/12/2024", "AB1 1AB", "", "a", "1", "1", "", ""],
];
/// Counted, repeated, without a day, nowhere.
const OUTCOME: (u64, u64, u64, u64) = (7, 1, 2, 4);

fn delimited(rows: &[[&str; 9]]) -> String {
    let quoted = |cell: &&str| format!("\"{}\"", cell.replace('"', "\"\""));
    let line = |cells: &[&str; 9]| cells.iter().map(quoted).collect::<Vec<_>>().join(",");
    let lines: Vec<String> = std::iter::once(&TITLES).chain(rows).map(line).collect();
    lines.join("\r\n") + "\r\n"
}

fn workbook(path: &Path) {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in std::iter::once(&TITLES).chain(&ROWS).enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            // Numbers as numbers, as Excel has them: ids, the day 45000, people.
            match cell.parse::<f64>() {
                Ok(number) => sheet.write_number(row as u32, column as u16, number),
                Err(_) if cell.is_empty() => continue,
                Err(_) => sheet.write_string(row as u32, column as u16, *cell),
            }
            .expect("a cell");
        }
    }
    book.save(path).expect("saved");
}

fn parquet(path: &Path) {
    let column = |i: usize| {
        let cells: Vec<Option<&str>> = ROWS.iter().map(|row| Some(row[i]).filter(|cell| !cell.is_empty())).collect();
        Column::new(TITLES[i].into(), cells)
    };
    let mut frame = DataFrame::new(ROWS.len(), (0..TITLES.len()).map(column).collect()).expect("a table");
    ParquetWriter::new(std::fs::File::create(path).expect("created")).finish(&mut frame).expect("written");
}

/// Two zones of 100 and 300 residents, each a patch, with four postcodes.
fn place(dir: &Path, file: &str, more: &str) {
    let square = |key: &str, x: i32| {
        let (y, east, north) = (400_000, x + 100, 400_100);
        format!(
            "{{\"type\":\"Feature\",\"properties\":{{\"code\":\"{key}\",\"name\":\"{key}\"}},\"geometry\":{{\"type\":\
             \"Polygon\",\"coordinates\":[[[{x},{y}],[{east},{y}],[{east},{north}],[{x},{north}],[{x},{y}]]]}}}}"
        )
    };
    let layer = |one: &str, two: &str| {
        format!(
            "{{\"type\":\"FeatureCollection\",\"crs\":{{\"type\":\"name\",\"properties\":{{\"name\":\"EPSG:27700\"}}}},\
             \"features\":[{},{}]}}",
            square(one, 400_000),
            square(two, 400_100)
        )
    };
    let write = |name: &str, text: &str| std::fs::write(dir.join(name), text).expect("written");
    write("patches.geojson", &layer("P1", "P2"));
    write("zones.geojson", &layer("Z1", "Z2"));
    write("sex.csv", "zone,Female,Male\nZ1,50,50\nZ2,150,150\n");
    write(
        "postcodes.csv",
        "Postcode,Easting,Northing\nAB1 1AA,400050,400050\nAB1 1AB,400150,400050\nAB2 1AA,400150,400050\nZZ9 9ZZ,500000,400050\n",
    );
    let settings = format!(
        "[place]\nname = \"Toy\"\ndate = \"2024-12-31\"\ncrs = \"EPSG:27700\"\npostcodes = \"postcodes.csv\"\n\n[patches]\n\
         file = \"patches.geojson\"\n\n[zones]\nfile = \"zones.geojson\"\n\n[[groups]]\nfile = \"sex.csv\"\ndimension = \
         \"sex\"\nzone = \"zone\"\n\n[[engagement]]\nfile = \"{file}\"\n{more}"
    );
    write("place.toml", &settings);
}

fn read(dir: &Path) -> (Engagement, Vec<Issue>) {
    let loaded = load_with(dir, &|_| None, &|_| {});
    let met = loaded.place.unwrap_or_else(|| panic!("{:#?}", loaded.issues)).engagement;
    for file in &met.files {
        let told = file.used + file.repeated + file.cut + file.without_day + file.nowhere();
        assert_eq!(told, file.rows, "used and set aside are all there is: {file:?}");
    }
    (met, loaded.issues)
}

fn outcome(file: &RecordFile) -> (u64, u64, u64, u64) {
    (file.used, file.repeated, file.without_day, file.nowhere())
}

/// What is said of the records: code, row and field. Every one has a remedy.
fn said(issues: &[Issue], file: &str) -> Vec<(&'static str, Option<u64>, Option<String>)> {
    let of_records = issues.iter().filter(|issue| issue.at.file == file);
    let mut said: Vec<_> = of_records
        .map(|issue| {
            assert!(!issue.remedy.is_empty() && issue.severity != Severity::Error, "{issue:?}");
            (issue.code.word(), issue.at.row, issue.at.field.clone())
        })
        .collect();
    said.sort();
    said
}

#[test]
fn a_dirty_file_says_the_same_as_csv_streamed_as_a_workbook_and_as_parquet() {
    let mut seen: Vec<(Engagement, Vec<_>)> = Vec::new();
    for (file, more) in [
        ("met.csv", ""),
        ("met.csv", "stream_above_mb = 0\n"),
        ("met.xlsx", ""),
        ("met.parquet", ""),
        ("met.parquet", "stream_above_mb = 0\n"),
    ] {
        let dir = tempfile::tempdir().expect("a directory");
        place(dir.path(), file, more);
        let path = dir.path().join(file);
        match file {
            "met.csv" => std::fs::write(&path, delimited(&ROWS)).expect("written"),
            "met.xlsx" => workbook(&path),
            _ => parquet(&path),
        }
        let (mut met, issues) = read(dir.path());
        assert_eq!(outcome(&met.files[0]), OUTCOME, "{file} {more}: {issues:#?}");
        met.files[0].file.clear();
        let said = said(&issues, file);
        let rows = said.into_iter().map(|(code, row, field)| (code, row.is_some(), field)).collect();
        seen.push((met, rows));
    }
    for other in &seen[1..] {
        assert_eq!(seen[0].0, other.0, "the same counts in every form");
        assert_eq!(seen[0].1, other.1, "the same said in every form");
    }
    let codes: Vec<&str> = seen[0].1.iter().map(|(code, ..)| *code).collect();
    for code in
        ["dates-mixed", "unknown-count", "record-without-day", "record-nowhere", "record-repeated", "group-unknown"]
    {
        assert!(codes.contains(&code), "no {code} in {codes:?}");
    }
}

#[test]
fn the_first_row_with_each_fault_is_named_by_its_line_whether_read_whole_or_streamed() {
    for more in ["", "stream_above_mb = 0\n"] {
        let dir = tempfile::tempdir().expect("a directory");
        place(dir.path(), "met.csv", more);
        let text = "id,date,zone,people\n1,2024-01-05,Z1,1\n2,soon,Z1,1\n3,2024-01-05,Z7,1\n3,2024-01-05,Z1,*\n3,2024-01-05,Z1,1\n";
        std::fs::write(dir.path().join("met.csv"), text).expect("written");
        let (_, issues) = read(dir.path());
        let row = |code: &str| issues.iter().find(|issue| issue.code == code).and_then(|issue| issue.at.row);
        let rows = ["record-without-day", "record-nowhere", "unknown-count", "record-repeated"].map(row);
        assert_eq!(rows, [Some(3), Some(4), Some(5), Some(6)], "{more}");
    }
}

#[test]
fn half_a_line_at_the_end_is_told_whether_read_whole_or_streamed() {
    let in_quotes = "\",\"1\",\"1\",\"\",\"\"\r\n".len();
    for (more, missing) in [
        ("", in_quotes),
        ("stream_above_mb = 0\n", in_quotes),
        ("", in_quotes - 1),
        ("stream_above_mb = 0\n", in_quotes - 1),
    ] {
        let dir = tempfile::tempdir().expect("a directory");
        place(dir.path(), "met.csv", more);
        let whole = delimited(&ROWS);
        let half = &whole[..whole.len() - missing];
        std::fs::write(dir.path().join("met.csv"), half).expect("written");
        let (met, issues) = read(dir.path());
        assert_eq!((met.files[0].rows, met.files[0].cut), (ROWS.len() as u64, 1), "{more}");
        assert_eq!(met.files[0].used, OUTCOME.0 - 1);
        assert!(issues.iter().any(|issue| issue.code == "row-cut"), "{issues:#?}");
    }
}

/// A million copies of a record.
fn copies(path: &Path, line: &str, title: &str) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).expect("created"));
    writeln!(file, "{title}").expect("written");
    for _ in 0..1_000_000 {
        file.write_all(line.as_bytes()).expect("written");
    }
    file.flush().expect("written");
}

#[test]
fn a_million_copies_of_a_record_are_one_record_and_said_once() {
    let dir = tempfile::tempdir().expect("a directory");
    place(dir.path(), "met.csv", "stream_above_mb = 0\n");
    copies(&dir.path().join("met.csv"), "2024-0000007,2024-01-05,Z1,F\n", "id,date,zone,sex");
    let (met, issues) = read(dir.path());
    assert_eq!(outcome(&met.files[0]), (1, 999_999, 0, 0));
    let about: Vec<&Issue> = issues.iter().filter(|issue| issue.code == "record-repeated").collect();
    assert_eq!((about.len(), about[0].at.row), (1, Some(3)));
}

#[test]
fn rows_that_say_the_same_and_have_no_id_are_counted_and_told() {
    let dir = tempfile::tempdir().expect("a directory");
    place(dir.path(), "met.csv", "");
    let mut text = "date,zone,sex\n2024-01-05,Z2,M\n".to_owned();
    for _ in 0..100 {
        let _ = writeln!(text, "2024-01-05,Z1,F");
    }
    std::fs::write(dir.path().join("met.csv"), text).expect("written");
    let (met, issues) = read(dir.path());
    assert_eq!(outcome(&met.files[0]), (101, 0, 0, 0));
    let alike = issues.iter().find(|issue| issue.code == "records-alike").expect("told");
    assert_eq!(alike.at.row, Some(4));
    assert!(alike.problem.starts_with("99 rows"), "{}", alike.problem);
}
