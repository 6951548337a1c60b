//! Whom an area reaches: which patches and zones its residents live in, and how deprived they are.

use super::need::{BANDS, Bands};
use crate::place::{Area, Idx, PatchIdx, Place, ZoneIdx};
use std::collections::BTreeMap;

/// The residents of a place by zone and patch.
pub(super) struct Homes {
    /// For each zone, its residents by patch; beyond the last patch are those outside every patch.
    by_zone: Vec<Vec<(usize, f64)>>,
    /// How many patches there are.
    pub(super) patches: usize,
}

impl Homes {
    /// Of a place. A zone where nobody lives counts by its positions.
    pub(super) fn of(place: &Place) -> Self {
        let patches = place.patches.len();
        let by_zone = place
            .zones
            .indices()
            .map(|zone| {
                let positions = place.positions_of(zone);
                let empty = positions.iter().all(|position| position.residents <= 0.0);
                let mut here: BTreeMap<usize, f64> = BTreeMap::new();
                for position in positions {
                    let patch = position.patch.map_or(patches, Idx::index);
                    *here.entry(patch).or_default() += if empty { f64::MIN_POSITIVE } else { position.residents };
                }
                here.into_iter().filter(|(_, residents)| *residents > 0.0).collect()
            })
            .collect();
        Self { by_zone, patches }
    }

    /// The residents of a zone by patch.
    pub(super) fn zone(&self, zone: ZoneIdx) -> &[(usize, f64)] {
        self.by_zone.get(zone.index()).map_or(&[], Vec::as_slice)
    }

    /// How many zones there are.
    pub(super) fn zones(&self) -> usize {
        self.by_zone.len()
    }

    /// The patch in which most of a zone's residents live.
    pub(super) fn main_patch(&self, zone: ZoneIdx) -> Option<PatchIdx> {
        let mut best: Option<(usize, f64)> = None;
        for &(patch, residents) in self.zone(zone).iter().filter(|(patch, _)| *patch < self.patches) {
            if best.is_none_or(|(_, most)| residents > most) {
                best = Some((patch, residents));
            }
        }
        best.map(|(patch, _)| PatchIdx::from_usize(patch))
    }
}

/// Whom an area reaches.
#[derive(Debug, Clone, Default)]
pub(super) struct Reach {
    /// Its residents by patch, sorted by patch.
    pub(super) patches: Vec<(usize, f64)>,
    /// Its residents by zone, sorted by zone.
    pub(super) zones: Vec<(usize, f64)>,
    /// For each of `patches`, the shares of its residents here in each band of deprivation.
    pub(super) bands: Vec<[f64; BANDS + 1]>,
}

impl Reach {
    /// Of an area.
    pub(super) fn of(area: &Area, homes: &Homes, bands: &Bands) -> Self {
        let only = if let Area::Patch(patch) = area { Some(patch.index()) } else { None };
        let zones: Vec<usize> = match area {
            Area::Zones(zones) => zones.iter().map(|zone| zone.index()).collect(),
            Area::Patch(_) | Area::Whole => (0..homes.by_zone.len()).collect(),
        };
        let mut by_patch: BTreeMap<usize, [f64; BANDS + 1]> = BTreeMap::new();
        let mut by_zone = Vec::with_capacity(zones.len());
        for zone in zones {
            let mut here = 0.0;
            for &(patch, residents) in homes.by_zone.get(zone).into_iter().flatten() {
                if only.is_none_or(|only| only == patch) {
                    here += residents;
                    if let Some(slot) = by_patch.entry(patch).or_default().get_mut(bands.of_zone(zone)) {
                        *slot += residents;
                    }
                }
            }
            if here > 0.0 {
                by_zone.push((zone, here));
            }
        }
        if let Some(patch) = only {
            by_patch.entry(patch).or_default();
        }
        let mut reach = Self { zones: by_zone, ..Self::default() };
        for (patch, residents) in by_patch {
            let total: f64 = residents.iter().sum();
            reach.patches.push((patch, total));
            reach.bands.push(residents.map(|part| if total > 0.0 { part / total } else { 0.0 }));
        }
        reach
    }

    /// The patch, when it reaches nobody outside one.
    pub(super) fn only_patch(&self) -> Option<usize> {
        match self.patches.as_slice() {
            [(patch, _)] => Some(*patch),
            _ => None,
        }
    }

    /// Whether it reaches a zone.
    pub(super) fn has_zone(&self, zone: ZoneIdx) -> bool {
        self.zones.binary_search_by_key(&zone.index(), |(zone, _)| *zone).is_ok()
    }

    /// Everybody it reaches.
    pub(super) fn residents(&self) -> f64 {
        self.patches.iter().map(|(_, residents)| residents).sum()
    }
}
