//! Things inside things inside things: whatever goes through them by recursion says where it stops, and no stack ends.

use super::*;

fn varint(mut number: u64) -> Vec<u8> {
    let mut made = Vec::new();
    while number >= 0x80 {
        made.push(number as u8 | 0x80);
        number >>= 7;
    }
    made.push(number as u8);
    made
}

/// A file that ends as Parquet does, with this footer.
fn parquet(footer: &[u8]) -> Vec<u8> {
    [b"PAR1", footer, &(footer.len() as u32).to_le_bytes(), b"PAR1"].concat()
}

/// An element of a schema in Thrift's compact protocol: a group of so many, or a number.
fn element(children: Option<u64>) -> Vec<u8> {
    let kind = if children.is_none() { vec![0x15, 2 << 1, 0x25, 2] } else { vec![0x35, 2] };
    let name = vec![0x18, 1, b'g'];
    let group = children.map(|children| [vec![0x15], varint(children << 1)].concat()).unwrap_or_default();
    [kind, name, group, vec![0]].concat()
}

/// A footer with these elements and no rows.
fn schema(elements: &[Vec<u8>]) -> Vec<u8> {
    let count = varint(elements.len() as u64);
    [vec![0x15, 2, 0x19, 0xFC], count, elements.concat(), vec![0x16, 0, 0x19, 0x0C, 0]].concat()
}

#[test]
fn a_parquet_file_whose_schema_goes_on_inwards_is_refused_before_anybody_follows_it() {
    let nested = |deep: usize| {
        let groups = std::iter::repeat_n(element(Some(1)), deep);
        parquet(&schema(&groups.chain([element(None)]).collect::<Vec<_>>()))
    };
    for deep in [40, 5_000, 200_000] {
        let tried = read("a.parquet", nested(deep));
        assert!(tried.error().problem.contains("nested deeper than 32 levels"), "{:?}", tried.error());
    }
    let told = read("a.parquet", nested(3));
    assert!(!format!("{told:?}", told = told.table).contains("nested deeper"), "three levels are no harm");
}

#[test]
fn lists_in_lists_of_a_parquet_footer_are_not_followed_without_end() {
    for inner in [0x19_u8, 0x1A] {
        let footer = [vec![0x79], vec![inner; 500_000], vec![0]].concat();
        assert_eq!(read("a.parquet", parquet(&footer)).error().code, "file-damaged");
    }
    // Groups that announce more than there is.
    let greedy: Vec<_> = std::iter::repeat_n(element(Some(1 << 62)), 20).chain([element(None)]).collect();
    assert_eq!(read("a.parquet", parquet(&schema(&greedy))).error().code, "file-damaged");
}

#[test]
fn shapes_inside_shapes_are_read_or_refused_and_never_followed_to_the_end_of_the_stack() {
    let features = |geometry: &str| {
        format!(
            "{{\"type\":\"FeatureCollection\",\"features\":[{{\"type\":\"Feature\",\"properties\":{{\"a\":1}},\"geometry\":{geometry}}}]}}"
        )
    };
    let collections = |deep: usize| {
        let (open, close) = ("{\"type\":\"GeometryCollection\",\"geometries\":[".repeat(deep), "]}".repeat(deep));
        features(&format!("{open}{{\"type\":\"Point\",\"coordinates\":[1,52]}}{close}"))
    };
    assert!(read("a.geojson", collections(20)).geometries()[0].is_some());
    for deep in [1_000, 100_000] {
        assert_eq!(read("a.geojson", collections(deep)).error().code, "file-damaged");
    }
    for inside in ["[", "{\"a\":", "{\"type\":\"Polygon\",\"coordinates\":[[["] {
        assert_eq!(read("a.geojson", features(&inside.repeat(100_000))).error().code, "file-damaged");
    }
    // Well-known binary: a collection of one collection of one collection …
    let wkb = [1, 7, 0, 0, 0, 1, 0, 0, 0].repeat(100_000);
    assert!(wkb::geometry(&wkb, &mut arc::Arcs::default()).expect_err("refused").contains("nested too deeply"));
}

#[test]
fn a_workbook_whose_xml_goes_on_inwards_is_refused_or_read_and_ends_nothing() {
    let parts = [
        (
            "xl/worksheets/sheet1.xml",
            "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>",
            "<row>",
        ),
        (
            "xl/worksheets/sheet1.xml",
            "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is>",
            "<r>",
        ),
        (
            "xl/sharedStrings.xml",
            "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><si>",
            "<r>",
        ),
        ("xl/workbook.xml", "<workbook>", "<sheets>"),
    ];
    for (name, head, inside) in parts {
        let mut book = zip::ZipArchive::new(std::io::Cursor::new(samples::xlsx())).expect("a workbook");
        let mut made = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        for at in 0..book.len() {
            let part = book.by_index(at).expect("a part");
            if part.name().is_ok_and(|own| own != name) {
                made.raw_copy_file(part).expect("copied");
            }
        }
        made.start_file(name, options).expect("a part");
        let text = format!("{head}{}", inside.repeat(500_000));
        std::io::Write::write_all(&mut made, text.as_bytes()).expect("written");
        let bytes = made.finish().expect("a file").into_inner();
        if let Err(issue) = read("a.xlsx", bytes).table {
            assert_eq!(issue.code, "file-damaged", "{name}");
        }
    }
}

#[test]
fn an_open_quote_in_a_long_file_costs_its_row_which_is_named_and_no_more() {
    let rows = |quote_at: usize| -> String {
        let row = |at: usize| format!("Z{at},{}the mill,{at}\n", if at == quote_at { "\"" } else { "" });
        (0..20_000).map(row).fold("key,name,n\n".to_owned(), |all, row| all + &row)
    };
    let tried = read("a.csv", rows(9_998));
    assert_eq!(tried.table().rows(), 20_000);
    let told = tried.issue("quote-not-closed");
    assert_eq!(told.at.row, Some(10_000));
    assert_eq!(tried.cells()[9_998], ["Z9998", "\"the mill", "9998"]);
}
