//! Reference systems as clients name them.

use super::problem::Problem;
use crate::crs::Plane;
use crate::query::Coordinates;
use crate::snapshot::{BoxCoords, Coords};

pub(super) const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
pub(super) const LAT_LON: &str = "http://www.opengis.net/def/crs/EPSG/0/4326";

/// The name of the place's own plane.
pub(super) fn plane_uri(plane: &Plane) -> String {
    format!("http://www.opengis.net/def/crs/EPSG/0/{}", plane.epsg())
}

/// The systems every collection comes in; the first is the default.
pub(super) fn all(plane: &Plane) -> [String; 3] {
    [CRS84.to_owned(), LAT_LON.to_owned(), plane_uri(plane)]
}

/// The system a parameter names, or CRS84 when it is absent.
pub(super) fn named(parameter: &str, value: Option<&str>, plane: &Plane) -> Result<Coords, Problem> {
    let own = plane_uri(plane);
    match value {
        None | Some(CRS84) => Ok(Coords::Globe),
        Some(LAT_LON) => Ok(Coords::LatLon),
        Some(other) if other == own => Ok(Coords::Plane),
        Some(other) => {
            Err(Problem::bad_request(format!("{parameter} is {other:?}; here it can be {CRS84}, {LAT_LON} or {own}.")))
        }
    }
}

/// The name of a system.
pub(super) fn uri(coords: Coords, plane: &Plane) -> String {
    match coords {
        Coords::Globe => CRS84.to_owned(),
        Coords::LatLon => LAT_LON.to_owned(),
        Coords::Plane => plane_uri(plane),
    }
}

/// What the shapes of a condition in this system are.
pub(super) const fn of_filter(coords: Coords, plane: &Plane) -> Coordinates<'_> {
    match coords {
        Coords::Globe => Coordinates::Degrees(plane),
        Coords::LatLon => Coordinates::LatLon(plane),
        Coords::Plane => Coordinates::OfLayer,
    }
}

/// Coordinates in which boxes of this system are looked for, and whether their axes must be swapped.
pub(super) const fn of_box(coords: Coords) -> (BoxCoords, bool) {
    match coords {
        Coords::Globe => (BoxCoords::Globe, false),
        Coords::LatLon => (BoxCoords::Globe, true),
        Coords::Plane => (BoxCoords::Plane, false),
    }
}
