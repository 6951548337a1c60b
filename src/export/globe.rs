//! In which coordinates a file's shapes are.

use crate::crs::Plane;
use crate::layer::shape;
use geo::Geometry;

/// Which coordinates a file gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coordinates {
    /// Longitude and latitude (CRS84).
    Degrees,
    /// Metres on the place's plane.
    Metres,
}

impl Coordinates {
    /// The shape in these coordinates, as it leaves the house; `None` where the plane reaches no place
    /// on earth.
    pub(super) fn shape(self, geometry: &Geometry<f64>, plane: &Plane) -> Option<Geometry<f64>> {
        match self {
            Self::Metres => Some(shape::on_plane(geometry)),
            Self::Degrees => shape::on_globe(geometry, plane),
        }
    }
}
