use geo::MultiPolygon;

/// A coordinator's area, of about 12,000 residents.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    /// Stable name, as in the file.
    pub key: String,
    /// Name for people.
    pub name: String,
    /// The area, valid and in metres on the place's plane; outer rings anticlockwise.
    pub shape: MultiPolygon<f64>,
}
