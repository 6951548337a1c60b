//! Where the homes of earlier patches are today.

use crate::place::{EarlierIdx, EarlierPatches, IdVec, Idx, PatchIdx, Place, ZoneIdx};
use std::collections::{BTreeMap, BTreeSet};

/// The homes that were in one patch and are in one today.
#[derive(Debug, Clone, PartialEq)]
pub struct PatchChange {
    /// Which of [`Place::earlier_patches`].
    pub set: usize,
    /// The patch of then; `None` outside every one.
    pub then: Option<EarlierIdx>,
    /// The patch of today; `None` outside every one.
    pub now: Option<PatchIdx>,
    /// Who lives there.
    pub residents: f64,
    /// Zones with homes there whose residents are unknown: they are in no sum.
    pub unknown: usize,
    /// What became of these homes.
    pub kind: ChangeKind,
}

/// What became of homes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// They are in the patch that goes on from theirs.
    Kept,
    /// They are in another patch.
    Moved,
    /// They were in no patch and are in one.
    Joined,
    /// They were in a patch and are in none.
    Left,
}

impl ChangeKind {
    /// The word in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Moved => "moved",
            Self::Joined => "joined",
            Self::Left => "left",
        }
    }
}

/// Where are the homes of each earlier patch today?
///
/// *Method.* Every home is a position, which has one patch of then and one of today; residents are those of today, since
/// nobody knows who lived there then. A patch goes on as the patch of today with which it shares the most residents, the
/// pair that shares most first (greedily; of equal ones the one that keeps its key), so that each goes on as one at most.
/// Homes that were outside then and are outside now are not told of. Sums are of multiples of 2⁻²⁰ of a person: those of
/// an earlier patch sum to its residents, and with those who joined they sum to the place's, to the last bit.
#[must_use]
pub fn patch_changes(place: &Place) -> Vec<PatchChange> {
    place.earlier_patches.iter().enumerate().flat_map(|(at, set)| of_set(place, at, set)).collect()
}

/// The patch of today as which each earlier patch goes on.
#[must_use]
pub fn goes_on_as(place: &Place, set: &EarlierPatches) -> IdVec<EarlierIdx, Option<PatchIdx>> {
    let shared = shared(place, set);
    let mut order: Vec<(EarlierIdx, PatchIdx, f64)> = shared
        .iter()
        .filter_map(|((then, now), here)| Some(((*then)?, (*now)?, here.residents)))
        .filter(|(.., residents)| *residents > 0.0)
        .collect();
    let keeps_key = |then: EarlierIdx, now: PatchIdx| set.patches[then].key == place.patches[now].key;
    order.sort_by(|a, b| {
        b.2.total_cmp(&a.2).then(keeps_key(b.0, b.1).cmp(&keeps_key(a.0, a.1))).then((a.0, a.1).cmp(&(b.0, b.1)))
    });
    let mut goes_on: IdVec<EarlierIdx, Option<PatchIdx>> = set.patches.iter().map(|_| None).collect();
    for (then, now, _) in order {
        if goes_on[then].is_none() && !goes_on.iter().any(|taken| *taken == Some(now)) {
            goes_on[then] = Some(now);
        }
    }
    goes_on
}

#[derive(Default)]
struct Homes {
    residents: f64,
    unknown: BTreeSet<ZoneIdx>,
}

fn shared(place: &Place, set: &EarlierPatches) -> BTreeMap<(Option<EarlierIdx>, Option<PatchIdx>), Homes> {
    let mut shared: BTreeMap<(Option<EarlierIdx>, Option<PatchIdx>), Homes> = BTreeMap::new();
    for (position, &then) in place.positions.iter().zip(&set.of_position) {
        if then.is_none() && position.patch.is_none() {
            continue;
        }
        let here = shared.entry((then, position.patch)).or_default();
        here.residents += position.residents;
        if place.zones[position.zone].residents.unknown {
            here.unknown.insert(position.zone);
        }
    }
    shared
}

fn of_set(place: &Place, at: usize, set: &EarlierPatches) -> Vec<PatchChange> {
    let goes_on = goes_on_as(place, set);
    let kind = |then: Option<EarlierIdx>, now: Option<PatchIdx>| match (then, now) {
        (None, _) => ChangeKind::Joined,
        (_, None) => ChangeKind::Left,
        (Some(then), now) if goes_on.as_slice()[then.index()] == now => ChangeKind::Kept,
        _ => ChangeKind::Moved,
    };
    shared(place, set)
        .into_iter()
        .map(|((then, now), homes)| PatchChange {
            set: at,
            then,
            now,
            residents: homes.residents,
            unknown: homes.unknown.len(),
            kind: kind(then, now),
        })
        .collect()
}
