use geo::Geometry;

/// Something people know a place by, out of its street file: it is drawn below the answers, and nothing is measured
/// with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Surrounding {
    /// What it is in the street file: `way/123`.
    pub key: String,
    /// What it is.
    pub what: Scenery,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Its area, its line or its spot.
    pub shape: Geometry<f64>,
}

/// What people know a place by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scenery {
    /// A lake, a dock, the bed of a wide river.
    Water,
    /// A river or canal as a line, or the line of a coast.
    Waterway,
    /// A park, a wood, a common, a cemetery.
    Green,
    /// A railway above ground.
    Railway,
    /// A station.
    Station,
    /// A town, a village, a part of a town.
    Settlement,
}

impl Scenery {
    /// The word in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Water => "water",
            Self::Waterway => "waterway",
            Self::Green => "green",
            Self::Railway => "railway",
            Self::Station => "station",
            Self::Settlement => "settlement",
        }
    }
}
