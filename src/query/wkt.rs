//! Shapes in a condition, as well-known text.

use super::FilterError;
use super::cursor::Parser;
use geo::{Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};

type Found<T> = Result<T, FilterError>;

/// The shape that begins with this keyword, if it is one; heights and measures are left out.
pub(super) fn parse(parser: &mut Parser<'_>, keyword: &str) -> Found<Option<Geometry<f64>>> {
    let upper = keyword.to_ascii_uppercase();
    let kind = upper.trim_end_matches(['Z', 'M']);
    let collection = kind == "GEOMETRYCOLLECTION";
    if !collection && !KINDS.contains(&kind) {
        return Ok(None);
    }
    let dimensioned = ["z", "m", "zm"].into_iter().any(|word| parser.keyword(word));
    if parser.keyword("empty") {
        return Ok(Some(Geometry::GeometryCollection(GeometryCollection::empty())));
    }
    // A property may be called `point`: only a bracket makes it a shape.
    if !dimensioned && !parser.sign("(") {
        return Ok(None);
    } else if dimensioned {
        parser.expect("(")?;
    }
    if collection {
        let members = list(parser, member)?;
        return Ok(Some(Geometry::GeometryCollection(GeometryCollection::from(members))));
    }
    single(parser, kind).map(Some)
}

const KINDS: [&str; 6] = ["POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON"];

fn member(parser: &mut Parser<'_>) -> Found<Geometry<f64>> {
    for kind in KINDS {
        if parser.keyword(kind) {
            let _ = ["z", "m", "zm"].into_iter().any(|word| parser.keyword(word));
            parser.expect("(")?;
            return single(parser, kind);
        }
    }
    Err(parser.unexpected("a point, line or polygon"))
}

/// The shape after its opening bracket.
fn single(parser: &mut Parser<'_>, kind: &str) -> Found<Geometry<f64>> {
    Ok(match kind {
        "POINT" => {
            let at = position(parser)?;
            parser.expect(")")?;
            Point(at).into()
        }
        "LINESTRING" => line(parser)?.into(),
        "POLYGON" => polygon(parser)?.into(),
        "MULTIPOINT" => MultiPoint(list(parser, |parser| {
            let bracket = parser.sign("(");
            let at = position(parser)?;
            if bracket {
                parser.expect(")")?;
            }
            Ok(Point(at))
        })?)
        .into(),
        "MULTILINESTRING" => MultiLineString(list(parser, |parser| bracketed(parser, line))?).into(),
        _ => MultiPolygon(list(parser, |parser| bracketed(parser, polygon))?).into(),
    })
}

fn bracketed<T>(parser: &mut Parser<'_>, inner: fn(&mut Parser<'_>) -> Found<T>) -> Found<T> {
    parser.expect("(")?;
    inner(parser)
}

/// Things between commas up to the closing bracket, which is taken.
fn list<T>(parser: &mut Parser<'_>, mut item: impl FnMut(&mut Parser<'_>) -> Found<T>) -> Found<Vec<T>> {
    let mut items = vec![item(parser)?];
    while parser.sign(",") {
        items.push(item(parser)?);
    }
    parser.expect(")")?;
    Ok(items)
}

fn position(parser: &mut Parser<'_>) -> Found<Coord<f64>> {
    let (x, y) = (parser.number()?, parser.number()?);
    // Height and measure.
    for _ in 0..2 {
        if !matches!(parser.peek(), super::lex::Token::Sign("," | ")")) {
            parser.number()?;
        }
    }
    Ok(Coord { x, y })
}

fn line(parser: &mut Parser<'_>) -> Found<LineString<f64>> {
    let positions = list(parser, position)?;
    if positions.len() < 2 {
        Err(parser.unexpected("a line of at least two positions"))
    } else {
        Ok(LineString(positions))
    }
}

fn polygon(parser: &mut Parser<'_>) -> Found<Polygon<f64>> {
    let mut rings = list(parser, |parser| {
        let ring = bracketed(parser, line)?;
        if ring.0.len() < 4 { Err(parser.unexpected("a ring of at least four positions")) } else { Ok(ring) }
    })?;
    let outer = rings.remove(0);
    Ok(Polygon::new(outer, rings))
}
