//! Well-known binary: how GeoPackages and GeoParquet files write a geometry.
//!
//! Written here because the readers at hand make room for as many points as the bytes claim before they
//! look whether they are there. ISO (1001, 2001, 3001) and extended (high bits, SRID) dimensions are
//! understood; heights and measures are passed over. Arcs of circles become lines of short steps.

use super::arc::{self, Arcs};
use geo::{Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};

/// Collections inside collections deeper than this are damage, not data.
const DEEPEST: usize = 32;

// Types of ISO 13249-3 beside the seven simple ones.
const CIRCULAR_STRING: u32 = 8;
const COMPOUND_CURVE: u32 = 9;
const CURVE_POLYGON: u32 = 10;
const MULTI_CURVE: u32 = 11;
const MULTI_SURFACE: u32 = 12;
const TRIANGLE: u32 = 17;

/// The geometry in WKB; `None` when it is empty. Arcs in it are added to `arcs`.
pub(super) fn geometry(bytes: &[u8], arcs: &mut Arcs) -> Result<Option<Geometry<f64>>, String> {
    arcs.here = 0;
    let read = Input { bytes, little: true, arcs }.geometry(0);
    arcs.end();
    read
}

/// The code of the reference system in extended WKB, where it has one.
pub(super) fn srid(bytes: &[u8]) -> Option<u32> {
    let word = |at: usize| -> Option<u32> {
        let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(if bytes.first() == Some(&0) { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
    };
    word(1).filter(|kind| kind & 0x2000_0000 != 0).and_then(|_| word(5))
}

/// The geometry in a GeoPackage blob; `None` when it is empty.
pub(super) fn geopackage(bytes: &[u8], arcs: &mut Arcs) -> Result<Option<Geometry<f64>>, String> {
    let [b'G', b'P', _, flags, rest @ ..] = bytes else {
        return Err("it does not begin like a GeoPackage geometry".to_owned());
    };
    let envelope = match (flags >> 1) & 7 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        _ => return Err("its envelope is of no known kind".to_owned()),
    };
    if flags & 0x20 != 0 {
        return Err("it is in another program's own encoding, not in WKB".to_owned());
    }
    let bytes = rest.get(4 + envelope..).ok_or_else(cut_short)?;
    geometry(bytes, arcs)
}

fn cut_short() -> String {
    "it is cut short".to_owned()
}

struct Input<'b> {
    bytes: &'b [u8],
    little: bool,
    arcs: &'b mut Arcs,
}

/// What follows the head of a geometry.
struct Head {
    kind: u32,
    numbers: usize,
}

impl Input<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (head, rest) = self.bytes.split_first_chunk::<N>().ok_or_else(cut_short)?;
        self.bytes = rest;
        Ok(*head)
    }

    fn integer(&mut self) -> Result<u32, String> {
        let bytes = self.take()?;
        Ok(if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    fn number(&mut self) -> Result<f64, String> {
        let bytes = self.take()?;
        Ok(if self.little { f64::from_le_bytes(bytes) } else { f64::from_be_bytes(bytes) })
    }

    /// A count of things of at least `size` bytes each, of which there are enough bytes left.
    fn count(&mut self, size: usize) -> Result<usize, String> {
        let count = self.integer()? as usize;
        if count.saturating_mul(size) > self.bytes.len() { Err(cut_short()) } else { Ok(count) }
    }

    fn head(&mut self) -> Result<Head, String> {
        self.little = match self.take::<1>()? {
            [0] => false,
            [1] => true,
            _ => return Err("its byte order is neither of the two".to_owned()),
        };
        let word = self.integer()?;
        if word & 0x2000_0000 != 0 {
            self.integer()?;
        }
        let iso = word & 0x0FFF_FFFF;
        let extended = usize::from(word & 0x8000_0000 != 0) + usize::from(word & 0x4000_0000 != 0);
        let numbers = match iso / 1000 {
            0 => 2 + extended,
            1 | 2 => 3,
            3 => 4,
            _ => return Err(format!("its type {word} is not known")),
        };
        Ok(Head { kind: iso % 1000, numbers })
    }

    fn geometry(&mut self, depth: usize) -> Result<Option<Geometry<f64>>, String> {
        if depth > DEEPEST {
            return Err("its collections are nested too deeply".to_owned());
        }
        let Head { kind, numbers } = self.head()?;
        Ok(Some(match kind {
            1 => {
                let at = self.coord(numbers)?;
                if at.x.is_nan() && at.y.is_nan() {
                    return Ok(None);
                }
                Geometry::Point(Point(at))
            }
            2 => Geometry::LineString(self.line(numbers)?),
            3 | TRIANGLE => Geometry::Polygon(self.polygon(numbers)?),
            CIRCULAR_STRING => {
                let points = self.line(numbers)?;
                Geometry::LineString(LineString(arc::corners(&points.0, self.arcs)?))
            }
            4..=7 | COMPOUND_CURVE..=MULTI_SURFACE => return self.parts(kind, depth).map(Some),
            _ => {
                return Err(format!(
                    "geometries of type {kind} (surfaces in space) are not read; ogr2ogr -nlt CONVERT_TO_LINEAR makes lines \
                     of curves, -nlt MULTIPOLYGON polygons of surfaces"
                ));
            }
        }))
    }

    fn parts(&mut self, kind: u32, depth: usize) -> Result<Geometry<f64>, String> {
        let count = self.count(5)?;
        let mut parts = Vec::new();
        for _ in 0..count {
            parts.extend(self.geometry(depth + 1)?);
        }
        let odd = || "its parts are not of its own type".to_owned();
        macro_rules! all {
            ($kind:ident) => {
                parts.into_iter().map(|part| match part {
                    Geometry::$kind(part) => Ok(part),
                    _ => Err(odd()),
                })
            };
        }
        Ok(match kind {
            4 => Geometry::MultiPoint(MultiPoint(all!(Point).collect::<Result<_, _>>()?)),
            5 | MULTI_CURVE => Geometry::MultiLineString(MultiLineString(all!(LineString).collect::<Result<_, _>>()?)),
            6 | MULTI_SURFACE => Geometry::MultiPolygon(MultiPolygon(all!(Polygon).collect::<Result<_, _>>()?)),
            COMPOUND_CURVE => {
                let lines = all!(LineString).collect::<Result<Vec<LineString<f64>>, _>>()?;
                Geometry::LineString(arc::end_to_end(lines)?)
            }
            CURVE_POLYGON => {
                let mut rings = all!(LineString).collect::<Result<Vec<LineString<f64>>, _>>()?.into_iter();
                let outer = rings.next().unwrap_or_else(|| LineString(Vec::new()));
                Geometry::Polygon(Polygon::new(outer, rings.collect()))
            }
            _ => Geometry::GeometryCollection(GeometryCollection(parts)),
        })
    }

    fn coord(&mut self, numbers: usize) -> Result<Coord<f64>, String> {
        let at = Coord { x: self.number()?, y: self.number()? };
        for _ in 2..numbers {
            self.number()?;
        }
        Ok(at)
    }

    fn line(&mut self, numbers: usize) -> Result<LineString<f64>, String> {
        let count = self.count(numbers * 8)?;
        (0..count).map(|_| self.coord(numbers)).collect::<Result<Vec<_>, _>>().map(LineString)
    }

    fn polygon(&mut self, numbers: usize) -> Result<Polygon<f64>, String> {
        let count = self.count(4)?;
        let mut rings = (0..count).map(|_| self.line(numbers)).collect::<Result<Vec<_>, _>>()?.into_iter();
        let outer = rings.next().unwrap_or_else(|| LineString(Vec::new()));
        Ok(Polygon::new(outer, rings.collect()))
    }
}
