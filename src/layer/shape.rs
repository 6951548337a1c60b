//! From metres on the place's plane to the coordinates that leave the house: degrees with seven
//! decimals (a centimetre) or metres with three, rings wound as RFC 7946 asks.

use crate::crs::{Plane, Xy};
use geo::orient::{Direction, Orient};
use geo::{Coord, Geometry, MapCoords};

/// Decimals of a degree.
pub const DEGREES: i32 = 7;
/// Decimals of a metre.
pub const METRES: i32 = 3;

/// The shape in degrees, longitude first, rounded to seven decimals, outer rings anticlockwise; `None`
/// where the plane reaches no place on earth.
#[must_use]
pub fn on_globe(geometry: &Geometry<f64>, plane: &Plane) -> Option<Geometry<f64>> {
    let turned = wound(geometry);
    turned
        .try_map_coords(|at| {
            let there = plane.to_lonlat(Xy::from(at)).ok_or(())?;
            Ok::<_, ()>(Coord { x: round(there.lon, DEGREES), y: round(there.lat, DEGREES) })
        })
        .ok()
}

/// The shape in metres, rounded to millimetres, outer rings anticlockwise.
#[must_use]
pub fn on_plane(geometry: &Geometry<f64>) -> Geometry<f64> {
    wound(geometry).map_coords(|at| Coord { x: round(at.x, METRES), y: round(at.y, METRES) })
}

/// The same shape with latitude before longitude, as EPSG:4326 has it.
#[must_use]
pub fn swapped(geometry: &Geometry<f64>) -> Geometry<f64> {
    geometry.map_coords(|at| Coord { x: at.y, y: at.x })
}

fn wound(geometry: &Geometry<f64>) -> Geometry<f64> {
    match geometry {
        Geometry::Polygon(polygon) => polygon.orient(Direction::Default).into(),
        Geometry::MultiPolygon(polygons) => polygons.orient(Direction::Default).into(),
        other => other.clone(),
    }
}

fn round(number: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (number * scale).round() / scale
}
