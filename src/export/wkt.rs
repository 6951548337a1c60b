//! Shapes as well-known text, for a column of a table.

use geo::{Coord, Geometry, LineString, Polygon};
use std::fmt::Write;

/// The shape as well-known text, its numbers with at most so many decimals:
/// `POLYGON ((0 0, 1 0, 1 1, 0 0))`.
#[must_use]
pub fn wkt(geometry: &Geometry<f64>, decimals: usize) -> String {
    let mut pen = Pen { out: String::new(), decimals };
    pen.geometry(geometry);
    pen.out
}

struct Pen {
    out: String,
    decimals: usize,
}

impl Pen {
    fn geometry(&mut self, geometry: &Geometry<f64>) {
        match geometry {
            Geometry::Point(point) => self.tagged("POINT", &[point.0], Self::at),
            Geometry::Line(line) => self.tagged("LINESTRING", &[line.start, line.end], Self::at),
            Geometry::LineString(line) => self.tagged("LINESTRING", &line.0, Self::at),
            Geometry::Polygon(polygon) => self.tagged("POLYGON", &rings(polygon), |pen, ring| pen.line(ring)),
            Geometry::MultiPoint(points) => {
                self.tagged("MULTIPOINT", &points.0, |pen, point| pen.list(&[point.0], Self::at))
            }
            Geometry::MultiLineString(lines) => self.tagged("MULTILINESTRING", &lines.0, Self::line),
            Geometry::MultiPolygon(polygons) => {
                self.tagged("MULTIPOLYGON", &polygons.0, |pen, polygon| {
                    pen.list(&rings(polygon), |pen, ring| pen.line(ring));
                });
            }
            Geometry::Rect(rect) => self.geometry(&rect.to_polygon().into()),
            Geometry::Triangle(triangle) => self.geometry(&triangle.to_polygon().into()),
            Geometry::GeometryCollection(parts) => self.tagged("GEOMETRYCOLLECTION", &parts.0, Self::geometry),
        }
    }

    fn tagged<T>(&mut self, tag: &str, items: &[T], item: impl FnMut(&mut Self, &T)) {
        self.out.push_str(tag);
        self.out.push(' ');
        if items.is_empty() {
            self.out.push_str("EMPTY");
        } else {
            self.list(items, item);
        }
    }

    fn list<T>(&mut self, items: &[T], mut item: impl FnMut(&mut Self, &T)) {
        self.out.push('(');
        for (i, each) in items.iter().enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            item(self, each);
        }
        self.out.push(')');
    }

    fn line(&mut self, line: &LineString<f64>) {
        self.list(&line.0, Self::at);
    }

    fn at(&mut self, at: &Coord<f64>) {
        self.number(at.x);
        self.out.push(' ');
        self.number(at.y);
    }

    fn number(&mut self, number: f64) {
        let start = self.out.len();
        // Writing into a String cannot fail.
        let _ = write!(self.out, "{number:.*}", self.decimals);
        if self.out[start..].contains('.') {
            let kept = self.out[start..].trim_end_matches('0').trim_end_matches('.').len();
            self.out.truncate(start + kept);
        }
        if self.out[start..] == *"-0" {
            self.out.replace_range(start.., "0");
        }
    }
}

fn rings(polygon: &Polygon<f64>) -> Vec<&LineString<f64>> {
    if polygon.exterior().0.is_empty() {
        return Vec::new();
    }
    std::iter::once(polygon.exterior()).chain(polygon.interiors()).collect()
}
