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
    /// Everybody; 0 where unknown, so that sums are those of the zones that are known.
    pub total: f64,
    /// How many people live here is not known, which is not the same as nobody.
    pub unknown: bool,
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

/// About how many people live in the zones whose residents are unknown: in each as many as on average in the
/// five nearest that are known. An estimate, for saying how much is missing; nothing is computed with it.
#[must_use]
pub fn estimate(zones: impl Iterator<Item = (Xy, Option<f64>)>) -> f64 {
    let (known, unknown): (Vec<_>, Vec<_>) = zones.partition(|(_, total)| total.is_some());
    let around = |(centre, _): &(Xy, Option<f64>)| {
        let mut near: Vec<(f64, f64)> =
            known.iter().map(|(at, total)| ((at.x - centre.x).hypot(at.y - centre.y), total.unwrap_or(0.0))).collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        near.truncate(5);
        near.iter().map(|(_, total)| total).sum::<f64>() / near.len().max(1) as f64
    };
    unknown.iter().map(around).sum()
}
