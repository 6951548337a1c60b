use crate::place::{IdVec, PatchIdx, Place, ZoneIdx};
use std::collections::BTreeMap;

/// The patch in which most residents of each zone live; by number of dwelling positions where nobody
/// lives, and the first by key when that is even.
pub(super) fn main_patch(place: &Place) -> IdVec<ZoneIdx, Option<PatchIdx>> {
    let mut shares: IdVec<ZoneIdx, BTreeMap<PatchIdx, (f64, usize)>> =
        place.zones.iter().map(|_| BTreeMap::new()).collect();
    for position in &place.positions {
        if let Some(patch) = position.patch {
            let share = shares[position.zone].entry(patch).or_insert((0.0, 0));
            share.0 += position.residents;
            share.1 += 1;
        }
    }
    shares
        .iter()
        .map(|shares| {
            let mut best: Option<(PatchIdx, (f64, usize))> = None;
            for (&patch, &share) in shares {
                if best.is_none_or(|(_, most)| share > most) {
                    best = Some((patch, share));
                }
            }
            best.map(|(patch, _)| patch)
        })
        .collect()
}
