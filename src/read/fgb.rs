//! FlatGeobuf.
//!
//! Header and features are verified by the crate before a byte of them is believed; geometry and
//! properties are then taken out here, because the crate's own conversion trusts the lengths inside.

use super::arc::{self, Arcs};
use super::frame::{self, Claim};
use super::reference::well_known_text;
use super::rows::Builder;
use super::{Issues, Source, Table, words};
use crate::crs::Crs;
use crate::place::{Code, Issue};
use flatgeobuf::{
    ColumnType, Geometry as Packed, GeometryType, Header, size_prefixed_root_as_feature, size_prefixed_root_as_header,
};
use geo::{Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};

/// Bytes of one node of the index: four coordinates and an offset.
const NODE_BYTES: u64 = 40;

/// Reads a FlatGeobuf.
pub(super) fn read(source: &Source<'_>, bytes: &[u8], issues: &mut Issues) -> Result<Table, Issue> {
    let damaged = |why: String| source.damaged("a FlatGeobuf", why);
    let (head, rest) = bytes.get(8..).and_then(sized).ok_or_else(|| damaged("it ends inside its header".to_owned()))?;
    let head = head.to_vec();
    let header = size_prefixed_root_as_header(&head).map_err(|error| damaged(error.to_string()))?;
    let mut rest = after_index(&header, rest).ok_or_else(|| damaged("it ends inside its index".to_owned()))?;
    let columns: Vec<(String, ColumnType)> = header
        .columns()
        .into_iter()
        .flatten()
        .map(|column| (column.name().trim().to_owned(), column.type_()))
        .collect();
    let mut builder = Builder::new(columns.iter().map(|(title, _)| title.clone()).collect());
    let (mut geometries, mut unreadable, mut line) = (Vec::new(), Vec::new(), 0);
    let mut arcs = Arcs::default();
    let mut buffer = Vec::new();
    let mut row = vec![String::new(); builder.width()];
    while let Some((feature, next)) = sized(rest) {
        rest = next;
        line += 1;
        buffer.clear();
        buffer.extend_from_slice(feature);
        let feature =
            size_prefixed_root_as_feature(&buffer).map_err(|error| damaged(format!("feature {line}: {error}")))?;
        row.iter_mut().for_each(String::clear);
        if let Some(properties) = feature.properties() {
            fill(&mut row, &columns, properties.bytes()).map_err(|why| damaged(format!("feature {line}: {why}")))?;
        }
        builder.push(line, row.iter().map(String::as_str)).map_err(|e| source.too_large(e))?;
        arcs.here = 0;
        let read = feature
            .geometry()
            .map_or(Ok(None), |packed| unpacked(&packed, header.geometry_type(), &mut arcs).map(Some));
        arcs.end();
        geometries.push(read.unwrap_or_else(|why| {
            unreadable.push((line, why));
            None
        }));
    }
    if !rest.is_empty() || line < header.features_count() {
        issues.push(source.warning(
            Code::FileCutShort,
            format!("The file announces {} features and holds {line}", header.features_count()),
            "Export or download it again; the last attempt did not finish",
        ));
    }
    frame::report_unreadable(source, &unreadable, issues);
    frame::report_arcs(source, arcs, issues);
    let shapes = frame::shapes(source, claim(&header), geometries, |row| row as u64 + 1, issues)?;
    Ok(source.table(builder, Some(shapes), issues))
}

/// A block with its four bytes of size in front, and what comes after it.
fn sized(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let size = u32::from_le_bytes(*bytes.first_chunk()?) as usize;
    bytes.split_at_checked(size.checked_add(4)?)
}

/// The features: what follows the packed tree, whose size follows from the number of features.
fn after_index<'b>(header: &Header<'_>, bytes: &'b [u8]) -> Option<&'b [u8]> {
    let (mut level, width) = (header.features_count(), u64::from(header.index_node_size()));
    if level == 0 || width == 0 {
        return Some(bytes);
    }
    let mut nodes = level;
    while level > 1 {
        level = level.div_ceil(width.max(2));
        nodes = nodes.checked_add(level)?;
    }
    // A tree over a single feature still has a root above its leaf.
    if header.features_count() == 1 {
        nodes += 1;
    }
    bytes.get(usize::try_from(nodes.checked_mul(NODE_BYTES)?).ok()?..)
}

fn claim(header: &Header<'_>) -> Claim {
    let Some(crs) = header.crs() else { return Claim::Silent };
    let epsg = crs.org().is_none_or(|org| org.eq_ignore_ascii_case("epsg") || org.eq_ignore_ascii_case("ogc"));
    let by_code = u32::try_from(crs.code()).ok().filter(|&code| code > 0 && epsg).and_then(Crs::from_epsg);
    match (by_code, crs.wkt(), crs.code_string(), crs.name()) {
        (Some(crs), ..) => Claim::Says(crs),
        (None, Some(text), ..) if !text.is_empty() => well_known_text(text),
        (None, _, Some(name), _) | (None, _, None, Some(name)) if !name.is_empty() => Claim::named(name),
        _ if crs.code() > 0 => Claim::Unknown(format!("{}:{}", crs.org().unwrap_or("EPSG"), crs.code())),
        _ => Claim::Silent,
    }
}

/// Reads properties: a column's number in two bytes, then its value, again and again.
fn fill(row: &mut [String], columns: &[(String, ColumnType)], mut bytes: &[u8]) -> Result<(), String> {
    let cut = || "its properties are cut short".to_owned();
    // A single byte left over is what some writers leave behind binary columns.
    while bytes.len() > 1 {
        let (at, rest) = bytes.split_first_chunk::<2>().ok_or_else(cut)?;
        let at = usize::from(u16::from_le_bytes(*at));
        let (Some((_, kind)), Some(cell)) = (columns.get(at), row.get_mut(at)) else {
            return Err("its properties name a column that is not there".to_owned());
        };
        let (text, rest) = value(*kind, rest).ok_or_else(cut)?;
        *cell = text;
        bytes = rest;
    }
    Ok(())
}

fn value(kind: ColumnType, bytes: &[u8]) -> Option<(String, &[u8])> {
    macro_rules! number {
        ($type:ty) => {{
            let (head, rest) = bytes.split_first_chunk()?;
            (<$type>::from_le_bytes(*head), rest)
        }};
    }
    macro_rules! printed {
        ($type:ty) => {{
            let (number, rest) = number!($type);
            (number.to_string(), rest)
        }};
    }
    Some(match kind {
        ColumnType::Byte => printed!(i8),
        ColumnType::UByte => printed!(u8),
        ColumnType::Bool => {
            let (truth, rest) = number!(u8);
            ((truth != 0).to_string(), rest)
        }
        ColumnType::Short => printed!(i16),
        ColumnType::UShort => printed!(u16),
        ColumnType::Int => printed!(i32),
        ColumnType::UInt => printed!(u32),
        ColumnType::Long => printed!(i64),
        ColumnType::ULong => printed!(u64),
        ColumnType::Float => {
            let (number, rest) = number!(f32);
            (if number.is_finite() { number.to_string() } else { String::new() }, rest)
        }
        ColumnType::Double => {
            let (number, rest) = number!(f64);
            (words::number(number), rest)
        }
        ColumnType::String | ColumnType::Json | ColumnType::DateTime | ColumnType::Binary => {
            let (text, rest) = sized(bytes)?;
            let text = if kind == ColumnType::Binary { "" } else { &*String::from_utf8_lossy(&text[4..]) };
            (text.strip_suffix("T00:00:00Z").unwrap_or(text).to_owned(), rest)
        }
        _ => return None,
    })
}

/// The geometry of a feature; its own type where the layer has several.
fn unpacked(packed: &Packed<'_>, kind: GeometryType, arcs: &mut Arcs) -> Result<Geometry<f64>, String> {
    let kind = if kind == GeometryType::Unknown { packed.type_() } else { kind };
    let parts = || packed.parts().into_iter().flatten();
    Ok(match kind {
        GeometryType::Point => match coords(packed).first() {
            Some(&at) => Geometry::Point(Point(at)),
            None => Geometry::GeometryCollection(GeometryCollection(Vec::new())),
        },
        GeometryType::MultiPoint => Geometry::MultiPoint(MultiPoint(coords(packed).into_iter().map(Point).collect())),
        GeometryType::LineString => Geometry::LineString(LineString(coords(packed))),
        GeometryType::MultiLineString => Geometry::MultiLineString(MultiLineString(rings(packed)?)),
        GeometryType::Polygon => Geometry::Polygon(polygon(packed)?),
        GeometryType::MultiPolygon if packed.parts().is_none() => Geometry::Polygon(polygon(packed)?),
        GeometryType::MultiPolygon => {
            Geometry::MultiPolygon(MultiPolygon(parts().map(|part| polygon(&part)).collect::<Result<_, _>>()?))
        }
        GeometryType::GeometryCollection => {
            let parts = parts().map(|part| unpacked(&part, GeometryType::Unknown, arcs));
            Geometry::GeometryCollection(GeometryCollection(parts.collect::<Result<_, _>>()?))
        }
        GeometryType::Triangle => Geometry::Polygon(polygon(packed)?),
        GeometryType::CircularString | GeometryType::CompoundCurve => Geometry::LineString(curve(packed, kind, arcs)?),
        GeometryType::CurvePolygon => Geometry::Polygon(curved(packed, arcs)?),
        GeometryType::MultiCurve => Geometry::MultiLineString(MultiLineString(curves(packed, arcs)?)),
        GeometryType::MultiSurface => Geometry::MultiPolygon(MultiPolygon(
            parts()
                .map(|part| match part.type_() {
                    GeometryType::CurvePolygon => curved(&part, arcs),
                    _ => polygon(&part),
                })
                .collect::<Result<_, _>>()?,
        )),
        other => return Err(format!("geometries of type {other:?} (surfaces in space) are not read")),
    })
}

/// A line of straight or bent pieces.
fn curve(packed: &Packed<'_>, kind: GeometryType, arcs: &mut Arcs) -> Result<LineString<f64>, String> {
    match kind {
        GeometryType::CircularString => Ok(LineString(arc::corners(&coords(packed), arcs)?)),
        GeometryType::CompoundCurve => {
            // The pieces of a compound curve are simple, so this goes no deeper.
            let pieces = packed.parts().into_iter().flatten().map(|part| match part.type_() {
                GeometryType::CircularString => Ok(LineString(arc::corners(&coords(&part), arcs)?)),
                _ => Ok(LineString(coords(&part))),
            });
            arc::end_to_end(pieces.collect::<Result<_, String>>()?)
        }
        _ => Ok(LineString(coords(packed))),
    }
}

fn curves(packed: &Packed<'_>, arcs: &mut Arcs) -> Result<Vec<LineString<f64>>, String> {
    packed.parts().into_iter().flatten().map(|part| curve(&part, part.type_(), arcs)).collect()
}

/// A polygon whose rings may be bent.
fn curved(packed: &Packed<'_>, arcs: &mut Arcs) -> Result<Polygon<f64>, String> {
    let mut rings = curves(packed, arcs)?.into_iter();
    let outer = rings.next().unwrap_or_else(|| LineString(Vec::new()));
    Ok(Polygon::new(outer, rings.collect()))
}

fn coords(packed: &Packed<'_>) -> Vec<Coord<f64>> {
    let numbers: Vec<f64> = packed.xy().into_iter().flatten().collect();
    numbers.chunks_exact(2).map(|pair| Coord { x: pair[0], y: pair[1] }).collect()
}

/// The points in runs, each of which ends where `ends` says; one run when it says nothing.
fn rings(packed: &Packed<'_>) -> Result<Vec<LineString<f64>>, String> {
    let coords = coords(packed);
    let ends: Vec<u32> = packed.ends().into_iter().flatten().collect();
    if ends.len() < 2 {
        return Ok(vec![LineString(coords)]);
    }
    let mut from = 0;
    let ring = |end: &u32| {
        let run = coords.get(from..*end as usize).map(|run| LineString(run.to_vec()));
        from = *end as usize;
        run.ok_or_else(|| "its rings end where there are no points".to_owned())
    };
    ends.iter().map(ring).collect()
}

fn polygon(packed: &Packed<'_>) -> Result<Polygon<f64>, String> {
    let mut rings = rings(packed)?.into_iter();
    let outer = rings.next().unwrap_or_else(|| LineString(Vec::new()));
    Ok(Polygon::new(outer, rings.collect()))
}
