//! Shapes written as words in a column of a table: well-known text (`POLYGON ((…))`), extended with its reference system
//! or not (`SRID=27700;POINT (…)`), and the hexadecimal well-known binary that PostGIS prints.

use super::arc::Arcs;
use super::frame::{self, Claim};
use super::{Issues, Source, Table, titles, wkb};
use crate::crs::Crs;
use geo::{Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};

/// Collections inside collections deeper than this are damage, not data.
const DEEPEST: usize = 32;

/// Titles of columns with shapes.
const TITLES: [&str; 17] = [
    "wkt",
    "geometry",
    "geom",
    "thegeom",
    "shape",
    "wkbgeometry",
    "wktgeometry",
    "geometrywkt",
    "geomwkt",
    "shapewkt",
    "wktgeom",
    "ewkt",
    "boundary",
    "polygon",
    "footprint",
    "point",
    "geo",
];

/// Gives a table without a map the shapes that one of its columns writes in words, where there is such a column.
///
/// A table with points in words and coordinates in columns keeps its coordinates.
pub(super) fn lift(source: &Source<'_>, mut table: Table, issues: &mut Issues) -> Table {
    if table.shapes.is_some() {
        return table;
    }
    let Some(column) = column(&table) else { return table };
    let (mut unreadable, mut arcs, mut srid) = (Vec::new(), Arcs::default(), None);
    let mut geometries = Vec::with_capacity(table.rows());
    for row in 0..table.rows() {
        let read = table.text(column, row).map_or(Ok(None), |text| shape(text, &mut srid, &mut arcs));
        geometries.push(read.unwrap_or_else(|why| {
            unreadable.push((table.line(row), why));
            None
        }));
    }
    let is_point = |shape: &Geometry<f64>| matches!(shape, Geometry::Point(_) | Geometry::MultiPoint(_));
    if geometries.iter().flatten().all(is_point) && super::coordinates(&table).is_some() {
        return table;
    }
    frame::report_unreadable(source, &unreadable, issues);
    frame::report_arcs(source, arcs, issues);
    let claim = match srid {
        None | Some(0) => Claim::Silent,
        Some(code) => Crs::from_epsg(code).map_or_else(|| Claim::Unknown(format!("SRID {code}")), Claim::Says),
    };
    let lines: Vec<u64> = (0..table.rows()).map(|row| table.line(row)).collect();
    let line = |row: usize| lines.get(row).copied().unwrap_or(0);
    match frame::shapes(source, claim, geometries, line, issues) {
        Ok(shapes) => table.shapes = Some(shapes),
        // A table of counts may have shapes beside them that nobody needs.
        Err(mut issue) => {
            issue.severity = crate::place::Severity::Warning;
            issue.at = issue.at.field(table.titles()[column]);
            issues.push(issue);
        }
    }
    table
}

/// The column whose title and first cells are those of shapes.
fn column(table: &Table) -> Option<usize> {
    const LOOKED_AT: usize = 20;
    (0..table.titles().len()).find(|&column| {
        let title = titles::plain(table.titles()[column]);
        let cells = || (0..table.rows()).filter_map(|row| table.text(column, row)).take(LOOKED_AT);
        TITLES.contains(&title.as_str()) && cells().any(begins_like_one) && cells().all(begins_like_one)
    })
}

const KINDS: [&str; 13] = [
    "POINT",
    "LINESTRING",
    "POLYGON",
    "MULTIPOINT",
    "MULTILINESTRING",
    "MULTIPOLYGON",
    "GEOMETRYCOLLECTION",
    "CIRCULARSTRING",
    "COMPOUNDCURVE",
    "CURVEPOLYGON",
    "MULTICURVE",
    "MULTISURFACE",
    "TRIANGLE",
];

fn begins_like_one(text: &str) -> bool {
    let text = after_srid(text).1;
    let word: String = text.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_uppercase();
    let kind = word.trim_end_matches(['Z', 'M']);
    KINDS.contains(&kind) || KINDS.contains(&word.as_str()) || is_hexadecimal(text)
}

/// Whether it begins like the hexadecimal form of well-known binary: at least a byte order and a type.
fn is_hexadecimal(text: &str) -> bool {
    text.len() >= 18
        && text.len().is_multiple_of(2)
        && (text.starts_with("00") || text.starts_with("01"))
        && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The code before a semicolon, and the rest.
fn after_srid(text: &str) -> (Option<u32>, &str) {
    let text = text.trim();
    let head = text.get(..5).filter(|head| head.eq_ignore_ascii_case("SRID="));
    match head.and_then(|_| text[5..].split_once(';')) {
        Some((code, rest)) => (code.trim().parse().ok(), rest.trim_start()),
        None => (None, text),
    }
}

/// The shape that a cell writes; nothing for an empty one. The first code of a reference system is kept in `srid`.
fn shape(text: &str, srid: &mut Option<u32>, arcs: &mut Arcs) -> Result<Option<Geometry<f64>>, String> {
    let (code, text) = after_srid(text);
    if is_hexadecimal(text) {
        let digits = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).map_err(|error| error.to_string());
        let bytes: Vec<u8> = (0..text.len()).step_by(2).map(digits).collect::<Result<_, _>>()?;
        keep(srid, wkb::srid(&bytes))?;
        return wkb::geometry(&bytes, arcs);
    }
    keep(srid, code)?;
    arcs.here = 0;
    let mut words = Words { text };
    let read = words.geometry(0, arcs);
    arcs.end();
    let read = read?;
    words.space();
    if words.text.is_empty() { Ok(read) } else { Err("there is more behind its last bracket".to_owned()) }
}

fn keep(srid: &mut Option<u32>, own: Option<u32>) -> Result<(), String> {
    match (*srid, own) {
        (Some(first), Some(own)) if first != own => {
            Err(format!("it is in another reference system (SRID {own}) than the first (SRID {first})"))
        }
        (None, Some(own)) => {
            *srid = Some(own);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// What is left to read of a shape in words.
struct Words<'t> {
    text: &'t str,
}

type Read<T> = Result<T, String>;

impl Words<'_> {
    fn space(&mut self) {
        self.text = self.text.trim_start();
    }

    fn sign(&mut self, sign: char) -> bool {
        self.space();
        match self.text.strip_prefix(sign) {
            Some(rest) => {
                self.text = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, sign: char) -> Read<()> {
        if self.sign(sign) { Ok(()) } else { Err(format!("a \"{sign}\" is missing, or it is cut short")) }
    }

    fn word(&mut self) -> String {
        self.space();
        let end = self.text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(self.text.len());
        let (word, rest) = self.text.split_at(end);
        self.text = rest;
        word.to_ascii_uppercase()
    }

    /// The next word, left where it is.
    fn ahead(&self) -> String {
        Words { text: self.text }.word()
    }

    /// The kind of the shape, and whether it is empty.
    fn head(&mut self) -> Read<(String, bool)> {
        let word = self.word();
        let kind = if KINDS.contains(&word.as_str()) { &word } else { word.trim_end_matches(['Z', 'M']) };
        if !KINDS.contains(&kind) {
            return Err(format!("\"{}\" is not the beginning of a shape in well-known text", short(&word)));
        }
        if matches!(self.ahead().as_str(), "Z" | "M" | "ZM") {
            self.word();
        }
        let is_empty = self.ahead() == "EMPTY";
        if is_empty {
            self.word();
        }
        Ok((kind.to_owned(), is_empty))
    }

    fn geometry(&mut self, depth: usize, arcs: &mut Arcs) -> Read<Option<Geometry<f64>>> {
        if depth > DEEPEST {
            return Err("its collections are nested too deeply".to_owned());
        }
        let (kind, is_empty) = self.head()?;
        if is_empty {
            return Ok(None);
        }
        Ok(Some(match kind.as_str() {
            "POINT" => {
                self.expect('(')?;
                let at = self.position()?;
                self.expect(')')?;
                Geometry::Point(Point(at))
            }
            "LINESTRING" => Geometry::LineString(self.line()?),
            "CIRCULARSTRING" | "COMPOUNDCURVE" => Geometry::LineString(self.curve_of(&kind, depth, arcs)?),
            "POLYGON" | "TRIANGLE" => Geometry::Polygon(self.polygon()?),
            "CURVEPOLYGON" => Geometry::Polygon(self.curve_polygon(depth, arcs)?),
            "MULTIPOINT" => Geometry::MultiPoint(MultiPoint(self.list(|words| {
                let bracket = words.sign('(');
                let at = words.position()?;
                if bracket {
                    words.expect(')')?;
                }
                Ok(Point(at))
            })?)),
            "MULTILINESTRING" => Geometry::MultiLineString(MultiLineString(self.list(Self::line)?)),
            "MULTICURVE" => {
                Geometry::MultiLineString(MultiLineString(self.list(|words| words.curve(depth + 1, arcs))?))
            }
            "MULTIPOLYGON" => Geometry::MultiPolygon(MultiPolygon(self.list(Self::polygon)?)),
            "MULTISURFACE" => Geometry::MultiPolygon(MultiPolygon(self.list(|words| {
                if words.ahead().is_empty() {
                    return words.polygon();
                }
                match words.head()?.0.as_str() {
                    "CURVEPOLYGON" => words.curve_polygon(depth + 1, arcs),
                    _ => words.polygon(),
                }
            })?)),
            _ => {
                let parts = self.list(|words| words.geometry(depth + 1, arcs))?;
                Geometry::GeometryCollection(GeometryCollection(parts.into_iter().flatten().collect()))
            }
        }))
    }

    /// Things with commas between them, in brackets.
    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        self.expect('(')?;
        let mut items = vec![item(self)?];
        while self.sign(',') {
            items.push(item(self)?);
        }
        self.expect(')')?;
        Ok(items)
    }

    fn number(&mut self) -> Read<f64> {
        self.space();
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E');
        let end = self.text.find(|c: char| !is_part(c)).unwrap_or(self.text.len());
        let (number, rest) = self.text.split_at(end);
        self.text = rest;
        number.parse().map_err(|_| "a coordinate is not a number, or it is cut short".to_owned())
    }

    /// Two numbers; a height and a measure behind them are passed over.
    fn position(&mut self) -> Read<Coord<f64>> {
        let at = Coord { x: self.number()?, y: self.number()? };
        for _ in 0..2 {
            self.space();
            if !self.text.starts_with([',', ')']) {
                self.number()?;
            }
        }
        Ok(at)
    }

    fn line(&mut self) -> Read<LineString<f64>> {
        self.list(Self::position).map(LineString)
    }

    fn polygon(&mut self) -> Read<Polygon<f64>> {
        self.list(Self::line).map(of_rings)
    }

    fn curve_polygon(&mut self, depth: usize, arcs: &mut Arcs) -> Read<Polygon<f64>> {
        self.list(|words| words.curve(depth + 1, arcs)).map(of_rings)
    }

    /// A line of straight or bent pieces, with or without its name.
    fn curve(&mut self, depth: usize, arcs: &mut Arcs) -> Read<LineString<f64>> {
        if depth > DEEPEST {
            return Err("its curves are nested too deeply".to_owned());
        }
        if self.ahead().is_empty() {
            return self.line();
        }
        let (kind, is_empty) = self.head()?;
        if is_empty {
            return Ok(LineString(Vec::new()));
        }
        self.curve_of(&kind, depth, arcs)
    }

    fn curve_of(&mut self, kind: &str, depth: usize, arcs: &mut Arcs) -> Read<LineString<f64>> {
        match kind {
            "LINESTRING" => self.line(),
            "CIRCULARSTRING" => {
                let points = self.line()?;
                super::arc::corners(&points.0, arcs).map(LineString)
            }
            "COMPOUNDCURVE" => {
                let pieces = self.list(|words| words.curve(depth + 1, arcs))?;
                super::arc::end_to_end(pieces)
            }
            other => Err(format!("a {other} is no part of a curve")),
        }
    }
}

fn of_rings(rings: Vec<LineString<f64>>) -> Polygon<f64> {
    let mut rings = rings.into_iter();
    let outer = rings.next().unwrap_or_else(|| LineString(Vec::new()));
    Polygon::new(outer, rings.collect())
}

fn short(text: &str) -> String {
    text.chars().take(20).collect()
}
