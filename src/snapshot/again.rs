//! What of an answered place is true of another: of a draft, which seldom differs from what is served in more than a file.
//!
//! Nothing is assumed of files or settings. What an answer rests on is compared itself, in the two places as they were
//! read, so whatever made them differ is seen; what is taken over is what would have come out.

use super::Snapshot;
use crate::disclose::{Protected, counts_the_same, release};
use crate::measure::qualify::Shortfall;
use crate::measure::{Coverage, Gaps, qualify};
use crate::place::{Asset, AssetIdx, Idx, Place, Standard};
use std::sync::Arc;

/// A place that was answered, and stands on the same ground as another.
pub(super) struct Again<'a> {
    before: &'a Snapshot,
}

impl<'a> Again<'a> {
    /// `None` where the ground differs: streets, homes, zones, patches, groups, or how fast people walk.
    pub(super) fn of(before: &'a Snapshot, place: &Place) -> Option<Self> {
        let was = &*before.place;
        let same = was.plane == place.plane
            && was.speed == place.speed
            && was.detour == place.detour
            && was.groups == place.groups
            && was.zone_positions == place.zone_positions
            && was.positions == place.positions
            && was.zones == place.zones
            && was.patches == place.patches
            && match (&was.streets, &place.streets) {
                (Some(was), Some(is)) => Arc::ptr_eq(was, is) || was == is,
                (was, is) => was.is_none() && is.is_none(),
            };
        (same && before.gaps.len() == was.standards.len()).then_some(Self { before })
    }

    /// Who is covered by a standard and where people are not: where the standard is the same and so is every asset that
    /// satisfies it or might. Assets come and go that have nothing to do with it; the others are numbered anew.
    pub(super) fn of_standard(&self, place: &Place, standard: &Standard) -> Option<(Coverage, Gaps)> {
        let was = &*self.before.place;
        let nth = was.standards.iter().position(|known| known == standard)?;
        if standard.transit.is_some() && was.transit != place.transit {
            return None;
        }
        let (old, new) = (concerned(was, standard), concerned(place, standard));
        let same = old.len() == new.len()
            && old.iter().zip(&new).all(|((_, a, lacks), (_, b, lacks_now))| {
                // Room and hours count for themselves where the standard asks for room, or in which weeks.
                let rest = standard.is_plain() || (a.capacity, &a.opening) == (b.capacity, &b.opening);
                let days = (a.opens_on, a.closes_on, a.status) == (b.opens_on, b.closes_on, b.status);
                lacks == lacks_now
                    && (&a.key, a.at, a.snap) == (&b.key, b.at, b.snap)
                    && rest
                    && (days || standard.over.is_none())
            });
        if !same {
            return None;
        }
        let mut numbers = vec![None; was.assets.len()];
        for ((old, ..), (new, ..)) in old.iter().zip(&new) {
            *numbers.get_mut(old.index())? = Some(*new);
        }
        // Whatever an answer names is among those it rests on.
        let number = |asset: AssetIdx| numbers.get(asset.index()).copied().flatten().unwrap_or(asset);
        let (coverage, gaps) = (self.before.today().coverage().get(nth)?, self.before.gaps.get(nth)?);
        Some((coverage.renumbered(number), gaps.renumbered(number)))
    }
}

/// The assets that satisfy a standard or could be made to, and what each lacks.
fn concerned<'a>(place: &'a Place, standard: &Standard) -> Vec<(AssetIdx, &'a Asset, Shortfall)> {
    let lacks = qualify(place, standard);
    let assets = place.assets.enumerate().zip(lacks.iter());
    assets.filter(|(_, lacks)| lacks.may_be_mended()).map(|((index, asset), lacks)| (index, asset, *lacks)).collect()
}

/// What was published of people met, where the records of this place count the same and nothing was published since
/// that was not known then: to say the same again tells nobody anything new, and is what was audited.
pub(super) fn published(before: &Snapshot, place: &Place) -> Option<Protected> {
    let release = before.release.as_ref()?;
    let kept = release::kept(release)?;
    let known = &before.place.disclosure.earlier;
    let is_known = |one: &(String, String)| {
        known.contains(one)
            || release::read(one.1.as_bytes()).is_ok_and(|one| one.policy == kept.policy && one.tables == kept.tables)
    };
    let earlier = &place.disclosure.earlier;
    let is_all = earlier.iter().all(is_known) && known.iter().all(|one| earlier.contains(one));
    (is_all && counts_the_same(&before.place, place)).then(|| release.clone())
}
