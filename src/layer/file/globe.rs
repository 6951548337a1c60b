//! In which coordinates a file's shapes are.

use crate::crs::{Plane, Xy};
use geo::orient::{Direction, Orient};
use geo::{Coord, Geometry, MapCoords};

/// Which coordinates a file gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coordinates {
    /// Longitude and latitude (CRS84).
    Degrees,
    /// Metres on the place's plane.
    Metres,
}

impl Coordinates {
    /// The shape in these coordinates, rounded to a centimetre or millimetre, outer rings
    /// anticlockwise; `None` where the plane reaches no place on earth.
    pub(super) fn shape(self, geometry: &Geometry<f64>, plane: &Plane) -> Option<Geometry<f64>> {
        let wound = match geometry {
            Geometry::Polygon(polygon) => polygon.orient(Direction::Default).into(),
            Geometry::MultiPolygon(polygons) => polygons.orient(Direction::Default).into(),
            other => other.clone(),
        };
        let round = |number: f64, scale: f64| (number * scale).round() / scale;
        match self {
            Self::Metres => Some(wound.map_coords(|at| Coord { x: round(at.x, 1e3), y: round(at.y, 1e3) })),
            Self::Degrees => wound
                .try_map_coords(|at| {
                    let there = plane.to_lonlat(Xy::from(at)).ok_or(())?;
                    Ok::<_, ()>(Coord { x: round(there.lon, 1e7), y: round(there.lat, 1e7) })
                })
                .ok(),
        }
    }
}
