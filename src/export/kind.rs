//! What kind of shapes a layer has, for formats that want one kind for all.

use crate::layer::Layer;
use geo::{Geometry, MultiLineString, MultiPoint, MultiPolygon};

/// The kind of all shapes of a layer. Where single and multiple shapes of a sort occur together, all
/// become multiple.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Point,
    MultiPoint,
    Line,
    MultiLine,
    Polygon,
    MultiPolygon,
    /// Of different sorts, or none at all.
    Any,
}

impl Kind {
    pub(super) fn of(layer: &Layer) -> Self {
        let kinds = layer.features.iter().filter_map(|feature| feature.geometry.as_ref()).map(Self::of_shape);
        kinds.reduce(Self::both).unwrap_or(Self::Any)
    }

    fn of_shape(geometry: &Geometry<f64>) -> Self {
        match geometry {
            Geometry::Point(_) => Self::Point,
            Geometry::MultiPoint(_) => Self::MultiPoint,
            Geometry::Line(_) | Geometry::LineString(_) => Self::Line,
            Geometry::MultiLineString(_) => Self::MultiLine,
            Geometry::Polygon(_) | Geometry::Rect(_) | Geometry::Triangle(_) => Self::Polygon,
            Geometry::MultiPolygon(_) => Self::MultiPolygon,
            Geometry::GeometryCollection(_) => Self::Any,
        }
    }

    fn both(self, other: Self) -> Self {
        if self == other {
            return self;
        }
        match (self.multiple(), other.multiple()) {
            (a, b) if a == b => a,
            _ => Self::Any,
        }
    }

    const fn multiple(self) -> Self {
        match self {
            Self::Point | Self::MultiPoint => Self::MultiPoint,
            Self::Line | Self::MultiLine => Self::MultiLine,
            Self::Polygon | Self::MultiPolygon => Self::MultiPolygon,
            Self::Any => Self::Any,
        }
    }

    /// The shape as this kind.
    pub(super) fn promote(self, geometry: Geometry<f64>) -> Geometry<f64> {
        let plain = match geometry {
            Geometry::Line(line) => geo::LineString::from(vec![line.start, line.end]).into(),
            Geometry::Rect(rect) => rect.to_polygon().into(),
            Geometry::Triangle(triangle) => triangle.to_polygon().into(),
            other => other,
        };
        match (self, plain) {
            (Self::MultiPoint, Geometry::Point(point)) => MultiPoint(vec![point]).into(),
            (Self::MultiLine, Geometry::LineString(line)) => MultiLineString(vec![line]).into(),
            (Self::MultiPolygon, Geometry::Polygon(polygon)) => MultiPolygon(vec![polygon]).into(),
            (_, plain) => plain,
        }
    }

    /// The name in the Simple Features standard, in capitals.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Point => "POINT",
            Self::MultiPoint => "MULTIPOINT",
            Self::Line => "LINESTRING",
            Self::MultiLine => "MULTILINESTRING",
            Self::Polygon => "POLYGON",
            Self::MultiPolygon => "MULTIPOLYGON",
            Self::Any => "GEOMETRY",
        }
    }
}
