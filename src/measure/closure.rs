//! What does it do to people when assets close?

use super::Coverage;
use super::coverage::{coverage_to, most_people};
use super::walk::doors;
use super::what_if::{Change, WhatIf};
use crate::place::{AssetIdx, IdVec, PatchIdx, Place, Standard};
use crate::units::Seconds;
use std::collections::BTreeMap;

/// What a closure does to one standard.
#[derive(Debug, Clone, PartialEq)]
pub struct Closure {
    /// Who is covered before and after: the place, each patch, each zone where it differs.
    pub change: WhatIf,
    /// Those who lose by it, in the whole place.
    pub place: Losers,
    /// Those of each patch.
    pub patches: IdVec<PatchIdx, Losers>,
    /// Those outside every patch.
    pub outside_patches: Losers,
}

/// People whose nearest asset closes, or who are covered less than before; and how far they have it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Losers {
    /// Residents.
    pub residents: f64,
    /// The middle resident's walk, or time by bus (that half of the departures do not exceed), as it is; `None` where
    /// there is no way.
    pub before: Option<Seconds>,
    /// The same afterwards.
    pub after: Option<Seconds>,
    /// The asset that is nearest on foot for most of them afterwards; `None` when none can be reached.
    pub next: Option<AssetIdx>,
}

/// Who loses what when these assets close?
///
/// *Method.* [Coverage](super::coverage()) before and after, each measured from nothing, on foot or by bus as the standard
/// says. Losers are the residents of dwelling positions whose nearest qualifying asset on foot closes, and of those that
/// are in time by fewer departures than before; the others notice nothing. For them the middle journey is told before
/// and after, and the asset that comes next for most.
///
/// * `before`: the coverage of this place by this standard.
/// * `closing`: the assets; those that do not satisfy the standard change nothing.
///
/// *Limits.* Those of coverage. Nothing is said of how full the next asset is.
#[must_use]
pub fn closure(place: &Place, standard: &Standard, before: &Coverage, closing: &[AssetIdx]) -> Closure {
    let stay: Vec<AssetIdx> = before.qualifying.iter().copied().filter(|asset| !closing.contains(asset)).collect();
    let after = coverage_to(place, standard, &doors(place, &stay));
    let loses = |i: &usize| {
        let nearest = before.walks[*i].is_some_and(|walk| closing.contains(&walk.asset));
        nearest || after.share(*i, place.speed) < before.share(*i, place.speed)
    };
    let losers: Vec<usize> = (0..place.positions.len()).filter(loses).collect();
    let mut by_patch: BTreeMap<Option<PatchIdx>, Vec<usize>> = BTreeMap::new();
    for &i in &losers {
        by_patch.entry(place.positions[i].patch).or_default().push(i);
    }
    let of = |positions: Option<&Vec<usize>>| {
        positions.map_or_else(Losers::default, |positions| told(place, before, &after, positions))
    };
    Closure {
        change: WhatIf::between(place, before, &after),
        place: told(place, before, &after, &losers),
        patches: place.patches.indices().map(|patch| of(by_patch.get(&Some(patch)))).collect(),
        outside_patches: of(by_patch.get(&None)),
    }
}

fn told(place: &Place, before: &Coverage, after: &Coverage, positions: &[usize]) -> Losers {
    let people = |i: &usize| place.positions[*i].residents;
    let mut next: BTreeMap<AssetIdx, f64> = BTreeMap::new();
    for i in positions {
        if let Some(walk) = after.walks[*i] {
            *next.entry(walk.asset).or_default() += people(i);
        }
    }
    Losers {
        residents: positions.iter().map(people).sum(),
        before: before.times(place, positions, [0.5])[0],
        after: after.times(place, positions, [0.5])[0],
        next: most_people(next),
    }
}

impl Closure {
    /// Whether anybody is covered less than before, or has it further.
    #[must_use]
    pub fn is_felt(&self) -> bool {
        self.place.residents > 0.0
    }

    /// Patches in which anybody loses, with what changes there; those with most losers first.
    #[must_use]
    pub fn felt_in(&self) -> Vec<(PatchIdx, &Losers, &Change)> {
        let all =
            self.patches.enumerate().zip(&self.change.patches).map(|((patch, losers), change)| (patch, losers, change));
        let mut felt: Vec<_> = all.filter(|(_, losers, _)| losers.residents > 0.0).collect();
        felt.sort_by(|a, b| b.1.residents.total_cmp(&a.1.residents));
        felt
    }
}
