//! KML, as Google Earth and Google's My Maps save it, plain or packed (KMZ): a row for each placemark, with its name, its
//! description and what stands in its extended data. Styles, pictures and links to other files are passed over.

use super::frame::{self, Claim};
use super::rows::Builder;
use super::{Issues, Source, Table};
use crate::crs::Crs;
use crate::place::{Code, Issue};
use geo::{Coord, Geometry, GeometryCollection, LineString, Point, Polygon};
use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;
use std::io::{Cursor, Read};

/// Elements inside elements deeper than this are damage, not data.
const DEEPEST: usize = 200;

/// A packed file that would unpack to more than this is refused.
const MOST_UNPACKED: u64 = 1 << 30;

/// Reads KML.
pub(super) fn read(source: &Source<'_>, bytes: Vec<u8>, issues: &mut Issues) -> Result<Table, Issue> {
    let text = super::text::decode(source, bytes, issues);
    let mut state = State::default();
    state.read(&text).map_err(|why| source.damaged("KML", why))?;
    if state.row == 0 && state.links > 0 {
        return Err(source.error(
            Code::FileKind,
            "The KML file holds only links to other files, not the places themselves",
            "In Google Earth or My Maps choose to save the data itself, not a network link",
        ));
    }
    frame::report_unreadable(source, &state.unreadable, issues);
    let mut builder = Builder::new(state.titles);
    for (row, cells) in state.rows.iter().enumerate() {
        builder.push(row as u64 + 1, cells.iter().map(String::as_str)).map_err(|e| source.too_large(e))?;
    }
    let shapes = frame::shapes(source, Claim::Says(Crs::LonLat), state.geometries, |row| row as u64 + 1, issues)?;
    Ok(source.table(builder, Some(shapes), issues))
}

/// The KML file in a packed one: `doc.kml`, else the first.
///
/// # Errors
/// When there is none, or it unpacks to too much.
pub(super) fn unpacked(source: &Source<'_>, bytes: &[u8]) -> Result<Vec<u8>, Issue> {
    let damaged = |why: String| source.damaged("KMZ", why);
    let mut parts = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(error.to_string()))?;
    let names: Vec<String> = parts.file_names().flatten().map(|name| name.into_owned()).collect();
    let mut kml: Vec<&String> = names.iter().filter(|name| name.to_lowercase().ends_with(".kml")).collect();
    kml.sort_by_key(|name| (!name.eq_ignore_ascii_case("doc.kml"), name.matches('/').count(), name.len()));
    let first = kml.first().ok_or_else(|| damaged("it holds no .kml file".to_owned()))?;
    let part = parts.by_name(first).map_err(|error| damaged(error.to_string()))?;
    let mut unpacked = Vec::new();
    part.take(MOST_UNPACKED + 1).read_to_end(&mut unpacked).map_err(|error| damaged(error.to_string()))?;
    if unpacked.len() as u64 > MOST_UNPACKED {
        return Err(damaged(format!("it unpacks to more than {} megabytes", MOST_UNPACKED >> 20)));
    }
    Ok(unpacked)
}

#[derive(Default)]
struct State {
    titles: Vec<String>,
    columns: HashMap<String, usize>,
    rows: Vec<Vec<String>>,
    geometries: Vec<Option<Geometry<f64>>>,
    unreadable: Vec<(u64, String)>,
    links: usize,
    row: u64,
    /// Names of the elements that are open.
    open: Vec<String>,
    /// The placemark being read.
    mark: Option<Mark>,
    text: String,
}

#[derive(Default)]
struct Mark {
    depth: usize,
    cells: Vec<(String, String)>,
    /// Title of the extended datum being read.
    datum: Option<String>,
    shapes: Vec<Geometry<f64>>,
    rings: Vec<(bool, LineString<f64>)>,
    line: Option<LineString<f64>>,
    fault: Option<String>,
}

impl State {
    fn read(&mut self, text: &str) -> Result<(), String> {
        let mut reader = Reader::from_str(text);
        loop {
            let event =
                reader.read_event().map_err(|error| format!("{error}, at byte {}", reader.buffer_position()))?;
            match event {
                Event::Start(tag) => self.start(&tag)?,
                Event::Empty(tag) => {
                    self.start(&tag)?;
                    self.end();
                }
                Event::End(_) => self.end(),
                Event::Text(words) => self.text.push_str(&words.xml10_content()),
                Event::CData(words) => self.text.push_str(&words.xml10_content()),
                Event::GeneralRef(name) => match name.resolve_char_ref() {
                    Ok(Some(sign)) => self.text.push(sign),
                    _ => self.text.push_str(resolve_xml_entity(&name.xml10_content()).unwrap_or_default()),
                },
                Event::Eof if self.open.is_empty() => return Ok(()),
                Event::Eof => return Err("it ends before its last element does".to_owned()),
                _ => {}
            }
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        let name = tag.local_name();
        let name: &str = name.as_ref();
        if self.open.len() >= DEEPEST {
            return Err("its elements are nested too deeply".to_owned());
        }
        if self.open.is_empty() && name != "kml" && name != "Placemark" && name != "Document" {
            return Err("its outermost element is not <kml>".to_owned());
        }
        self.open.push(name.to_owned());
        self.text.clear();
        match (name, &mut self.mark) {
            ("NetworkLink", _) => self.links += 1,
            ("Placemark", None) => {
                self.mark = Some(Mark { depth: self.open.len(), ..Mark::default() });
                if let Some(id) = attribute(tag, "id") {
                    self.cell("id", &id);
                }
            }
            ("Data" | "SimpleData", Some(mark)) => mark.datum = attribute(tag, "name"),
            ("Track" | "Model", Some(mark)) => mark.fault = Some(format!("a {name} is not read")),
            _ => {}
        }
        Ok(())
    }

    fn cell(&mut self, title: &str, text: &str) {
        if let Some(mark) = &mut self.mark {
            let text = text.trim();
            if !text.is_empty() && !mark.cells.iter().any(|(known, _)| known == title) {
                mark.cells.push((title.to_owned(), text.to_owned()));
            }
        }
    }

    fn end(&mut self) {
        let Some(name) = self.open.pop() else { return };
        let text = std::mem::take(&mut self.text);
        let parent = self.open.last().map(String::as_str).unwrap_or_default();
        let Some(mark) = &mut self.mark else { return };
        let at_placemark = self.open.len() == mark.depth;
        match name.as_str() {
            "name" | "description" | "address" | "visibility" if at_placemark && name != "visibility" => {
                self.cell(&name, &text);
            }
            "value" if parent == "Data" => {
                if let Some(title) = mark.datum.clone() {
                    self.cell(&title, &text);
                }
            }
            "SimpleData" => {
                if let Some(title) = mark.datum.take() {
                    self.cell(&title, &text);
                }
            }
            "coordinates" => match coordinates(&text) {
                Ok(line) => mark.line = Some(line),
                Err(why) => mark.fault = Some(why),
            },
            "Point" => {
                let at = mark.line.take().and_then(|line| line.0.first().copied());
                mark.shapes.extend(at.map(|at| Geometry::Point(Point(at))));
            }
            "LineString" => mark.shapes.extend(mark.line.take().map(Geometry::LineString)),
            "LinearRing" => match (mark.line.take(), parent) {
                (Some(ring), "outerBoundaryIs") => mark.rings.push((true, ring)),
                (Some(ring), "innerBoundaryIs") => mark.rings.push((false, ring)),
                (Some(ring), _) => mark.shapes.push(Geometry::LineString(ring)),
                (None, _) => {}
            },
            "Polygon" => {
                let (outer, holes): (Vec<_>, Vec<_>) =
                    std::mem::take(&mut mark.rings).into_iter().partition(|(outer, _)| *outer);
                let holes = holes.into_iter().map(|(_, hole)| hole).collect();
                let outer = outer.into_iter().next().map(|(_, ring)| ring);
                mark.shapes.extend(outer.map(|outer| Geometry::Polygon(Polygon::new(outer, holes))));
            }
            "Placemark" if self.open.len() + 1 == mark.depth => self.finish(),
            _ => {}
        }
    }

    fn finish(&mut self) {
        let Some(mut mark) = self.mark.take() else { return };
        self.row += 1;
        let mut cells = Vec::new();
        for (title, text) in mark.cells {
            let next = self.titles.len();
            let column = *self.columns.entry(title.clone()).or_insert(next);
            if column == next {
                self.titles.push(title);
            }
            cells.resize(cells.len().max(column + 1), String::new());
            cells[column] = text;
        }
        self.rows.push(cells);
        if let Some(why) = mark.fault {
            self.unreadable.push((self.row, why));
            mark.shapes.clear();
        }
        self.geometries.push(together(mark.shapes));
    }
}

/// One geometry of several.
fn together(mut shapes: Vec<Geometry<f64>>) -> Option<Geometry<f64>> {
    if shapes.len() < 2 {
        return shapes.pop();
    }
    let polygons: Vec<Polygon<f64>> = shapes
        .iter()
        .filter_map(|shape| match shape {
            Geometry::Polygon(polygon) => Some(polygon.clone()),
            _ => None,
        })
        .collect();
    Some(if polygons.len() == shapes.len() {
        Geometry::MultiPolygon(geo::MultiPolygon(polygons))
    } else {
        Geometry::GeometryCollection(GeometryCollection(shapes))
    })
}

fn attribute(tag: &BytesStart<'_>, key: &str) -> Option<String> {
    let attribute = tag.try_get_attribute(key).ok()??;
    attribute.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}

/// `-3.0,51.5,0 -3.1,51.6`: longitude first; heights are passed over.
fn coordinates(text: &str) -> Result<LineString<f64>, String> {
    let at = |tuple: &str| -> Result<Coord<f64>, String> {
        let mut numbers = tuple.split(',').map(|number| number.trim().parse::<f64>());
        match (numbers.next(), numbers.next()) {
            (Some(Ok(x)), Some(Ok(y))) => Ok(Coord { x, y }),
            _ => Err("a position is not a pair of numbers".to_owned()),
        }
    };
    text.split_whitespace().map(at).collect::<Result<_, _>>().map(LineString)
}
