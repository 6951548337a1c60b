use super::{GroupIdx, IdVec};
use crate::crs::Xy;
use geo::MultiPolygon;

/// A small area with residents: an output area, an LSOA, a hexagon, any cell that counts people.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone {
    /// Stable name, as in the file (`E01001962`).
    pub key: String,
    /// Name for people, where the file has one.
    pub name: Option<String>,
    /// The area, valid and in metres; `None` where only a centre was given.
    pub shape: Option<MultiPolygon<f64>>,
    /// A point inside, for labels and for zones without an area.
    pub centre: Xy,
    /// Who lives here.
    pub residents: Residents,
    /// How deprived the zone is, where its index covers it; a missing value is not zero.
    pub deprivation: Option<Deprivation>,
}

/// How many people live in a zone. Counts are multiples of 2⁻²⁰ of a person, so that sums are exact.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Residents {
    /// Everybody.
    pub total: f64,
    /// Each group; `None` where the group's table does not have this zone.
    pub by_group: IdVec<GroupIdx, Option<f64>>,
}

/// A zone's place in an index of deprivation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deprivation {
    /// 1 is the most deprived tenth of the index's zones, 10 the least.
    pub decile: u8,
    /// 1 is the most deprived zone.
    pub rank: Option<u32>,
    /// The index's own score: higher is more deprived.
    pub score: Option<f64>,
}

impl Deprivation {
    /// Whether the zone is among the most deprived fifth: deciles 1 and 2.
    #[must_use]
    pub fn in_most_deprived_fifth(self) -> bool {
        self.decile <= 2
    }
}
