//! A printed page as a document that a word processor opens: headings that are headings, tables whose first row is
//! repeated, maps with their words for whoever cannot see them.
//!
//! WordprocessingML (ECMA-376, part 1), as little of it as this needs; five small files and the maps, packed.

use super::read::{Block, Cell, Run, Table, plain};
use super::{Drawing, Unwritten};
use crate::text::escaped;
use std::fmt::Write as _;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

/// English metric units in a millimetre.
const EMU: f64 = 36_000.0;
/// Width between the margins of A4, in millimetres and in twentieths of a point.
const WIDTH_MM: f64 = 180.0;
const WIDTH: usize = 10_205;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const TYPES: &str = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
    <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
    <Default Extension=\"xml\" ContentType=\"application/xml\"/><Default Extension=\"png\" ContentType=\"image/png\"/>\
    <Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>\
    <Override PartName=\"/word/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml\"/>\
    <Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/></Types>";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PARTS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const STYLES: &str = include_str!("styles.xml");

/// The document.
pub(super) fn write(blocks: &[Block], maps: &[Drawing]) -> Result<Vec<u8>, Unwritten> {
    let mut links = Vec::new();
    let mut body: String = String::new();
    for block in blocks {
        body += &match block {
            Block::Title(runs) => paragraph("Title", runs, &mut links),
            Block::Heading(runs) => paragraph("Heading1", runs, &mut links),
            Block::Words(runs) => paragraph("Normal", runs, &mut links),
            Block::Item(runs) => {
                let dot = Run { words: "• ".to_owned(), ..Run::default() };
                let runs: Vec<Run> = std::iter::once(dot).chain(runs.iter().cloned()).collect();
                paragraph("ListBullet", &runs, &mut links)
            }
            Block::Table(own) => table(own),
            Block::Maps(shown) => pictures(shown, maps),
        };
    }
    let document = format!(
        "{HEAD}<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"{OFFICE}\" \
         xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
         xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
         xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><w:body>{body}<w:sectPr>\
         <w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"680\" w:right=\"850\" w:bottom=\"680\" w:left=\"850\" \
         w:header=\"340\" w:footer=\"340\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>"
    );
    let title = blocks.iter().find_map(|block| match block {
        Block::Title(runs) => Some(plain(runs)),
        _ => None,
    });
    let core = format!(
        "{HEAD}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>{}</dc:title><dc:language>en-GB</dc:language></cp:coreProperties>",
        xml(&title.unwrap_or_default())
    );
    let whole = format!(
        "{HEAD}<Relationships xmlns=\"{PARTS}\"><Relationship Id=\"d\" Type=\"{OFFICE}/officeDocument\" Target=\"word/document.xml\"/>\
         <Relationship Id=\"c\" Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" \
         Target=\"docProps/core.xml\"/></Relationships>"
    );
    let mut own = format!("<Relationship Id=\"styles\" Type=\"{OFFICE}/styles\" Target=\"styles.xml\"/>");
    for (i, link) in links.iter().enumerate() {
        let _ = write!(
            own,
            "<Relationship Id=\"link{i}\" Type=\"{OFFICE}/hyperlink\" Target=\"{}\" TargetMode=\"External\"/>",
            xml(link)
        );
    }
    for i in 0..maps.len() {
        let _ = write!(own, "<Relationship Id=\"map{i}\" Type=\"{OFFICE}/image\" Target=\"media/map{i}.png\"/>");
    }
    let own = format!("{HEAD}<Relationships xmlns=\"{PARTS}\">{own}</Relationships>");
    let mut files: Vec<(String, Vec<u8>)> = [
        ("[Content_Types].xml", format!("{HEAD}{TYPES}")),
        ("_rels/.rels", whole),
        ("docProps/core.xml", core),
        ("word/document.xml", document),
        ("word/_rels/document.xml.rels", own),
        ("word/styles.xml", STYLES.to_owned()),
    ]
    .into_iter()
    .map(|(name, text)| (name.to_owned(), text.into_bytes()))
    .collect();
    files.extend(maps.iter().enumerate().map(|(i, map)| (format!("word/media/map{i}.png"), map.png())));
    packed(&files)
}

/// The same files, the same bytes: nothing says when it was packed.
fn packed(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, Unwritten> {
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
        out.start_file(name.as_str(), options).map_err(|error| Unwritten(error.to_string()))?;
        out.write_all(bytes).map_err(|error| Unwritten(error.to_string()))?;
    }
    Ok(out.finish().map_err(|error| Unwritten(error.to_string()))?.into_inner())
}

/// Words as they may stand in XML 1.0, which has no place for control characters.
fn xml(words: &str) -> String {
    let words: String = words.chars().filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')).collect();
    escaped(&words)
}

fn run(words: &str, looks: &str) -> String {
    format!("<w:r>{looks}<w:t xml:space=\"preserve\">{}</w:t></w:r>", xml(words))
}

fn paragraph(style: &str, runs: &[Run], links: &mut Vec<String>) -> String {
    let mut out = format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>");
    for each in runs {
        let bold = if each.is_bold { "<w:rPr><w:b/></w:rPr>" } else { "" };
        match each.link.as_ref().filter(|link| link.starts_with("http")) {
            Some(link) => {
                let _ = write!(
                    out,
                    "<w:hyperlink r:id=\"link{}\">{}</w:hyperlink>",
                    links.len(),
                    run(&each.words, "<w:rPr><w:rStyle w:val=\"Hyperlink\"/></w:rPr>")
                );
                links.push(link.clone());
            }
            None => out += &run(&each.words, bold),
        }
    }
    out + "</w:p>"
}

fn words(style: &str, text: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>{}</w:p>", run(text, ""))
}

/// Letters that stand beside each other in a table as wide as the page.
const LETTERS: usize = 118;

/// Every column holds its longest word; what is left goes to those that have more to say.
fn widths(own: &Table) -> Vec<usize> {
    let longest = |words: &str| words.split([' ', '\u{a0}']).map(|word| word.chars().count()).max().unwrap_or(0);
    let mut least = vec![3_usize; own.columns()];
    let mut best = least.clone();
    for ((least, best), title) in least.iter_mut().zip(&mut best).zip(&own.head) {
        // Titles are bold, and may be broken between words.
        *least = longest(title) + 1;
        *best = *least;
    }
    for row in own.rows.iter().filter(|row| row.len() == own.columns()) {
        for ((least, best), cell) in least.iter_mut().zip(&mut best).zip(row) {
            *least = (*least).max(longest(&cell.words).min(20));
            *best = (*best).max(cell.words.chars().count().min(34));
        }
    }
    // Two letters for the space on both sides.
    let needed: usize = least.iter().map(|letters| letters + 2).sum();
    let more: usize = best.iter().zip(&least).map(|(best, least)| best.saturating_sub(*least)).sum();
    let spare = LETTERS.saturating_sub(needed);
    let letters: Vec<f64> = best
        .iter()
        .zip(&least)
        .map(|(best, least)| {
            let own = best.saturating_sub(*least) as f64;
            (least + 2) as f64 + if more > 0 { own * (spare as f64 / more as f64).min(1.0) } else { 0.0 }
        })
        .collect();
    let all: f64 = letters.iter().sum();
    letters.iter().map(|own| (WIDTH as f64 * own / all.max(1.0)) as usize).collect()
}

fn table(own: &Table) -> String {
    let widths = widths(own);
    let grid: String = widths.iter().map(|width| format!("<w:gridCol w:w=\"{width}\"/>")).collect();
    let caption = match own.caption.as_str() {
        "" => String::new(),
        caption => words("Caption", caption),
    };
    let described =
        if own.caption.is_empty() { String::new() } else { format!("<w:tblCaption w:val=\"{}\"/>", xml(&own.caption)) };
    let mut rows = String::new();
    if !own.head.is_empty() {
        let cells: String = own
            .head
            .iter()
            .enumerate()
            .map(|(i, title)| {
                cell(title, widths.get(i).copied().unwrap_or(500), 1, i > 0 && is_of_numbers(own, i), true)
            })
            .collect();
        rows += &format!("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>");
    }
    for row in own.rows.iter().filter(|row| !row.is_empty()) {
        let mut at = 0;
        let mut cells = String::new();
        for Cell { words, columns, is_name } in row {
            let wide = widths.iter().skip(at).take(*columns).sum::<usize>().max(200);
            cells += &cell(words, wide, *columns, at > 0 && is_of_numbers(own, at), *is_name);
            at += columns;
        }
        rows += &format!("<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>");
    }
    format!(
        "{caption}<w:tbl><w:tblPr><w:tblStyle w:val=\"Rows\"/><w:tblW w:w=\"{WIDTH}\" w:type=\"dxa\"/>\
         <w:tblLayout w:type=\"fixed\"/><w:tblLook w:firstRow=\"1\" w:firstColumn=\"1\" w:lastRow=\"0\" w:lastColumn=\"0\" \
         w:noHBand=\"1\" w:noVBand=\"1\"/>{described}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>{}",
        words("After", "")
    )
}

/// Whether a column has numbers, which end at the right.
fn is_of_numbers(own: &Table, column: usize) -> bool {
    let cells = own.rows.iter().filter(|row| row.len() == own.columns()).filter_map(|row| row.get(column));
    let said: Vec<&str> = cells.map(|cell| cell.words.as_str()).filter(|words| !matches!(*words, "" | "–")).collect();
    let begins = |words: &&&str| {
        words.trim_start_matches(['+', '-', '−', '£', '[']).starts_with(|c: char| c.is_ascii_digit() || c == 'c')
    };
    !said.is_empty()
        && said.iter().filter(begins).count() * 2 > said.len()
        && said.iter().all(|words| words.chars().count() < 24)
}

fn cell(text: &str, wide: usize, columns: usize, is_number: bool, is_bold: bool) -> String {
    let span = if columns > 1 { format!("<w:gridSpan w:val=\"{columns}\"/>") } else { String::new() };
    let right = if is_number { "<w:jc w:val=\"right\"/>" } else { "" };
    let bold = if is_bold { "<w:rPr><w:b/></w:rPr>" } else { "" };
    format!(
        "<w:tc><w:tcPr><w:tcW w:w=\"{wide}\" w:type=\"dxa\"/>{span}</w:tcPr><w:p><w:pPr><w:pStyle w:val=\"Cell\"/>{right}</w:pPr>{}</w:p></w:tc>",
        run(text, bold)
    )
}

/// Maps beside each other in a line, each as large as it may be; below what each is, from the left.
fn pictures(shown: &[(usize, String)], maps: &[Drawing]) -> String {
    let wide = if shown.len() == 1 { WIDTH_MM * 0.55 } else { WIDTH_MM / shown.len() as f64 - 4.0 };
    let drawn: String = shown
        .iter()
        .filter_map(|(at, _)| Some((at, maps.get(*at)?)))
        .map(|(at, map)| {
            let high = (wide * map.height / map.width).min(105.0);
            picture(*at, &map.says, [high * map.width / map.height * EMU, high * EMU])
        })
        .collect();
    let below: Vec<&str> = shown.iter().map(|(_, below)| below.as_str()).filter(|below| !below.is_empty()).collect();
    let from = if below.len() > 1 { "Maps from the left: " } else { "" };
    format!("<w:p><w:pPr><w:pStyle w:val=\"Normal\"/><w:keepNext/></w:pPr>{drawn}</w:p>")
        + &words("Normal", &format!("{from}{}", below.join("; ")))
}

fn picture(at: usize, says: &str, [wide, high]: [f64; 2]) -> String {
    let (id, says) = (at + 1, xml(says));
    format!(
        "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"108000\"><wp:extent cx=\"{wide:.0}\" cy=\"{high:.0}\"/>\
         <wp:docPr id=\"{id}\" name=\"Map {id}\" descr=\"{says}\"/><a:graphic><a:graphicData \
         uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic><pic:nvPicPr><pic:cNvPr id=\"{id}\" \
         name=\"map{at}.png\" descr=\"{says}\"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed=\"map{at}\"/>\
         <a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{wide:.0}\" \
         cy=\"{high:.0}\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData>\
         </a:graphic></wp:inline></w:drawing></w:r>"
    )
}
