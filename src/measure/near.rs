//! Is a group not met because it lives too far away, or although it lives near?

use super::coverage::{Coverage, coverage_by};
use super::reach::Flag;
use super::walk;
use crate::place::{AssetIdx, AssetStatus, GroupIdx, Idx, PatchIdx, Place};
use crate::units::Seconds;

/// Near is within this many minutes' walk of somewhere people are met: the fifteen minutes of the
/// neighbourhood, about 1.2 km. At ten, more groups count as too far; at twenty, more as near.
pub const NEAR_MINUTES: f64 = 15.0;

/// A group is near when at least this share of it lives near: the most of its members.
pub const MOST: f64 = 0.5;

/// Where a group stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Most of it lives too far from anywhere people are met: a hub or a bus is what is missing.
    TooFar,
    /// Most of it lives near, and it is met less than others beyond chance: trust is what is missing.
    NearButUnreached,
    /// Most of it lives near, and it is met no less than others, as far as can be told.
    Reached,
}

impl Standing {
    /// The word in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::TooFar => "too far",
            Self::NearButUnreached => "near but unreached",
            Self::Reached => "reached",
        }
    }
}

/// Who lives near the places where people are met, those that are open among them.
#[must_use]
pub fn near(place: &Place, meeting_places: &[AssetIdx]) -> Coverage {
    let open = |asset: &&AssetIdx| place.assets[**asset].status != AssetStatus::Closed;
    let open: Vec<AssetIdx> = meeting_places.iter().filter(open).copied().collect();
    coverage_by(place, Seconds::from_minutes(NEAR_MINUTES), &walk::doors(place, &open))
}

/// Who can walk to an open asset of these kinds in so many minutes.
#[must_use]
pub fn within_reach(place: &Place, kinds: &[String], minutes: f64) -> Coverage {
    let fits = |(_, asset): &(AssetIdx, &crate::place::Asset)| {
        asset.status == AssetStatus::Open && kinds.contains(&asset.kind)
    };
    let assets: Vec<AssetIdx> = place.assets.enumerate().filter(fits).map(|(index, _)| index).collect();
    coverage_by(place, Seconds::from_minutes(minutes), &walk::doors(place, &assets))
}

/// Members of a group of a patch (everybody when `None`), and how many of them live near.
#[must_use]
pub fn members_near(near: &Coverage, patch: Option<PatchIdx>, group: Option<GroupIdx>) -> Option<(f64, f64)> {
    let here = match patch {
        Some(patch) => near.patches.as_slice().get(patch.index())?,
        None => &near.place,
    };
    match group {
        None => Some((here.residents, here.covered)),
        Some(group) => {
            let members = (*here.by_group.as_slice().get(group.index())?)?;
            Some((members.residents, members.covered))
        }
    }
}

/// Where a group stands that is flagged so and of which so many live near. `None` when either may not be
/// known, or nobody lives there.
#[must_use]
pub fn standing(members: Option<(f64, f64)>, flag: Option<Flag>) -> Option<Standing> {
    let (residents, near) = members?;
    if residents <= 0.0 {
        return None;
    }
    if near / residents < MOST {
        return Some(Standing::TooFar);
    }
    Some(if flag? == Flag::Less { Standing::NearButUnreached } else { Standing::Reached })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_comes_before_trust() {
        assert_eq!(standing(Some((100.0, 40.0)), Some(Flag::Less)), Some(Standing::TooFar));
        assert_eq!(standing(Some((100.0, 60.0)), Some(Flag::Less)), Some(Standing::NearButUnreached));
        assert_eq!(standing(Some((100.0, 60.0)), Some(Flag::None)), Some(Standing::Reached));
        assert_eq!(standing(Some((100.0, 60.0)), None), None, "what may not be known is not said");
        assert_eq!(standing(Some((0.0, 0.0)), Some(Flag::None)), None);
    }
}
