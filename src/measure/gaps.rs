use super::Coverage;
use crate::place::{AssetIdx, GroupIdx, IdVec, PatchIdx, Place, Standard};
use crate::units::{Metres, Seconds, Share};
use geo::MultiPolygon;

/// Stretches of a place where people are not covered, the one with most residents first.
#[derive(Debug, Clone, PartialEq)]
pub struct Gaps {
    /// The gaps. Every uncovered resident of a patch is in exactly one.
    pub gaps: Vec<Gap>,
}

/// A connected stretch of uncovered dwelling positions within one patch.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// Stable name: the patch's key and a number, from the most residents to the fewest.
    pub key: String,
    /// The patch; `None` where there are no patches or people live outside all of them.
    pub patch: Option<PatchIdx>,
    /// Indices into the place's positions.
    pub positions: Vec<usize>,
    /// The ground of those positions, clipped to the patch.
    pub shape: MultiPolygon<f64>,
    /// Residents.
    pub residents: f64,
    /// Members of each group; `None` where its table does not reach here.
    pub by_group: IdVec<GroupIdx, Option<f64>>,
    /// The cause for most residents.
    pub cause: Cause,
    /// Residents under each cause, most first.
    pub causes: Vec<(Cause, f64)>,
    /// The middle resident's walk; `None` when there is no way.
    pub median: Option<Seconds>,
    /// The middle resident's straight line to the nearest qualifying asset; `None` when there is none.
    pub straight_line: Option<Metres>,
    /// The asset that is nearest for most residents.
    pub nearest: Option<AssetIdx>,
    /// Share of residents in the most deprived fifth; `None` where the index does not reach.
    pub deprived: Option<Share>,
    /// Names of the streets people live on here, most residents first.
    pub streets: Vec<String>,
}

/// Why a stretch is not covered; tells what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// An asset decided and not yet open would cover it.
    Planned,
    /// An asset is near, but not open when it should be.
    Hours,
    /// An asset is near, but not known to be step-free.
    Access,
    /// An asset is near as the crow flies, but a river, railway or road is in the way.
    Severance,
    /// Nothing is near.
    Distance,
}

impl Cause {
    /// The word in files and answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Hours => "hours",
            Self::Access => "access",
            Self::Severance => "severance",
            Self::Distance => "distance",
        }
    }
}

/// Where are people not covered, who are they, and why?
#[must_use]
pub fn gaps(place: &Place, standard: &Standard, coverage: &Coverage) -> Gaps {
    let _ = (place, standard, coverage);
    unimplemented!()
}
