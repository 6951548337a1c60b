use super::{Walk, Walking};
use crate::place::{AssetIdx, GroupIdx, IdVec, PatchIdx, Place, Standard, ZoneIdx};
use crate::units::{Seconds, Share};

/// Who can walk to an asset that satisfies a standard, in time.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    /// How walks were worked out.
    pub walking: Walking,
    /// Assets that satisfy the standard.
    pub qualifying: Vec<AssetIdx>,
    /// For each dwelling position of the place, the walk to the nearest of them; `None` when there is
    /// no way.
    pub walks: Vec<Option<Walk>>,
    /// Totals of the whole place.
    pub place: Covered,
    /// Totals of each patch; a zone that straddles patches is split by where its people live.
    pub patches: IdVec<PatchIdx, Covered>,
    /// Totals of each zone.
    pub zones: IdVec<ZoneIdx, Covered>,
    /// Residents who live outside every patch.
    pub outside_patches: Covered,
}

/// Totals of a zone, a patch or the place.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Covered {
    /// Residents.
    pub residents: f64,
    /// Residents covered.
    pub covered: f64,
    /// Each group; `None` where its table does not reach here.
    pub by_group: IdVec<GroupIdx, Option<GroupCovered>>,
    /// The walk of the resident in the middle; `None` when that resident has no way at all, or nobody
    /// lives here.
    pub median: Option<Seconds>,
    /// The walk that nine residents in ten do not exceed; `None` as above.
    pub p90: Option<Seconds>,
    /// The asset that is nearest for most residents; `None` when none can be reached.
    pub nearest: Option<AssetIdx>,
}

/// Members of a group, and how many of them are covered.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct GroupCovered {
    /// Members.
    pub residents: f64,
    /// Members covered, at the group's own walking speed where it has one.
    pub covered: f64,
}

impl Covered {
    /// Share of residents covered; `None` where nobody lives.
    #[must_use]
    pub fn share(&self) -> Option<Share> {
        Share::of(self.covered, self.residents)
    }
}

/// Who can walk to an asset that satisfies `standard`, in time?
#[must_use]
pub fn coverage(place: &Place, standard: &Standard) -> Coverage {
    let _ = (place, standard);
    unimplemented!()
}
