//! Catchment ratios of a zone, a patch and the place.

use super::{Ratio, Ratios};
use crate::place::{GroupIdx, IdVec, PatchIdx, Place, ZoneIdx};

/// How much room falls to whom, wherever they live.
#[derive(Debug, Clone, PartialEq)]
pub struct Room {
    /// The whole place.
    pub place: RoomHere,
    /// Each patch.
    pub patches: IdVec<PatchIdx, RoomHere>,
    /// Each zone.
    pub zones: IdVec<ZoneIdx, RoomHere>,
    /// People who live outside every patch.
    pub outside_patches: RoomHere,
}

/// How much room falls to those who live in a zone or a patch, a head. Who reaches an asset of which nobody knows how much
/// room it has is left out of the ratios and counted beside them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RoomHere {
    /// Residents.
    pub residents: f64,
    /// Those of them who reach an asset of which nobody knows how much room it has.
    pub unknown: f64,
    /// Those to whom so much room is known to fall as the standard asks for.
    pub enough: f64,
    /// What falls to those whose room is known, summed over them: the three forms.
    sums: [f64; 3],
    by_group: IdVec<GroupIdx, Option<Members>>,
}

/// Members of a group: those whose room is known, the others, and what falls to the first, in the balanced form.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Members {
    known: f64,
    unknown: f64,
    sum: f64,
}

/// Room a head of those of whom it is known. Where they have none, and others may have some, nothing is known.
fn a_head(sum: f64, known: f64, unknown: f64) -> Option<f64> {
    (known > 0.0 && (sum > 0.0 || unknown <= 0.0)).then(|| sum / known)
}

impl RoomHere {
    /// Room a head where each person is shared among the assets in reach; `None` where it is known of nobody, or of nobody
    /// but those who have nothing in reach.
    #[must_use]
    pub fn balanced(&self) -> Option<f64> {
        self.mean(0)
    }

    /// The same with each person counted in full at each asset in reach, with the decay (E2SFCA).
    #[must_use]
    pub fn enhanced(&self) -> Option<f64> {
        self.mean(1)
    }

    /// The same without the decay (2SFCA).
    #[must_use]
    pub fn two_step(&self) -> Option<f64> {
        self.mean(2)
    }

    /// Room a head, in the balanced form, for the members of a group.
    #[must_use]
    pub fn of_group(&self, group: GroupIdx) -> Option<f64> {
        let Members { known, unknown, sum } = (*self.by_group.enumerate().find(|(own, _)| *own == group)?.1)?;
        a_head(sum, known, unknown)
    }

    fn mean(&self, form: usize) -> Option<f64> {
        a_head(self.sums[form], self.residents - self.unknown, self.unknown)
    }

    fn count(&mut self, place: &Place, index: usize, (ratio, is_enough): (Ratio, bool)) {
        let position = &place.positions[index];
        self.residents += position.residents;
        self.enough += if is_enough { position.residents } else { 0.0 };
        let members = place.groups.indices().zip(&place.zones[position.zone].residents.by_group);
        for (group, members) in members {
            let Some(members) = *members else { continue };
            let here = place.people_at(position, members);
            let sums = self.by_group[group].get_or_insert_default();
            if ratio.unknown {
                sums.unknown += here;
            } else {
                sums.known += here;
                sums.sum += here * ratio.balanced;
            }
        }
        if ratio.unknown {
            self.unknown += position.residents;
            return;
        }
        for (sum, form) in self.sums.iter_mut().zip([ratio.balanced, ratio.enhanced, ratio.two_step]) {
            *sum += form * position.residents;
        }
    }
}

impl Ratios {
    /// How much room falls to those who live in each zone, each patch and the place?
    ///
    /// The mean over residents whose room is known, of a group over its members.
    #[must_use]
    pub fn room(&self, place: &Place) -> Room {
        let nobody = || RoomHere { by_group: place.groups.iter().map(|_| None).collect(), ..RoomHere::default() };
        let mut all = Room {
            place: nobody(),
            patches: place.patches.iter().map(|_| nobody()).collect(),
            zones: place.zones.iter().map(|_| nobody()).collect(),
            outside_patches: nobody(),
        };
        for (index, (position, ratio)) in place.positions.iter().zip(&self.at).enumerate() {
            let of_patch = match position.patch {
                Some(patch) => &mut all.patches[patch],
                None => &mut all.outside_patches,
            };
            for part in [of_patch, &mut all.zones[position.zone], &mut all.place] {
                part.count(place, index, (*ratio, self.suffices(index)));
            }
        }
        all
    }
}
