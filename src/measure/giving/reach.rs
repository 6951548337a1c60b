//! Whom an area reaches: which patches and zones its residents live in, and how deprived they are.

use super::need::{BANDS, Bands};
use crate::crs::Xy;
use crate::place::{Area, Idx, PatchIdx, Place, Zone, ZoneIdx};
use geo::{Area as _, BooleanOps, BoundingRect, CoordsIter, Intersects, MultiPolygon, Point};
use std::collections::{BTreeMap, BTreeSet};

/// The residents of a place by zone and patch.
pub(super) struct Homes {
    /// For each zone, its residents by patch; beyond the last patch are those outside every patch.
    by_zone: Vec<Vec<(usize, f64)>>,
    /// How many patches there are.
    pub(super) patches: usize,
    /// For each patch where nobody lives, the zone that stands for it.
    empty_patches: BTreeMap<usize, usize>,
}

/// What a zone without residents weighs: next to nothing beside anybody, and something where there is nobody.
pub(super) const NOBODY: f64 = 1e-250;

impl Homes {
    /// Of a place. A zone where nobody lives counts by its positions, else by its ground: money for a park or an
    /// industrial estate is money of the patch it lies in.
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
                    *here.entry(patch).or_default() += if empty { NOBODY } else { position.residents };
                }
                if here.is_empty() {
                    return by_ground(place, &place.zones[zone]);
                }
                here.into_iter().filter(|(_, residents)| *residents > 0.0).collect()
            })
            .collect();
        let mut homes = Self { by_zone, patches, empty_patches: BTreeMap::new() };
        let peopled: BTreeSet<usize> = homes.by_zone.iter().flatten().map(|(patch, _)| *patch).collect();
        for patch in (0..patches).filter(|patch| !peopled.contains(patch)) {
            let zone = place.patches.as_slice().get(patch).and_then(|patch| nearest_zone(place, &patch.shape));
            homes.empty_patches.extend(zone.map(|zone| (patch, zone)));
        }
        homes
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
    /// It cuts zones: of a zone it may reach one patch and not another.
    pub(super) cut: bool,
}

impl Reach {
    /// Of an area.
    pub(super) fn of(area: &Area, homes: &Homes, bands: &Bands) -> Self {
        let only = if let Area::Patch(patch) = area { Some(patch.index()) } else { None };
        let zones: Vec<usize> = match area {
            Area::Zones(zones) => zones.iter().map(|zone| zone.index()).collect(),
            Area::Patch(_) | Area::Whole => (0..homes.by_zone.len()).collect(),
            Area::Pieces(pieces) => return Self::of_pieces(pieces, homes, bands),
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
            if let (true, Some(zone)) = (by_zone.is_empty(), homes.empty_patches.get(&patch)) {
                by_zone.push((*zone, NOBODY));
            }
        }
        Self::from_sums(by_patch, by_zone)
    }

    /// Of pieces of zones, each by its own weight.
    fn of_pieces(pieces: &[crate::place::Piece], homes: &Homes, bands: &Bands) -> Self {
        let mut by_patch: BTreeMap<usize, [f64; BANDS + 1]> = BTreeMap::new();
        let mut by_zone: BTreeMap<usize, f64> = BTreeMap::new();
        for piece in pieces {
            let (zone, weight) = (piece.zone.index(), piece.weight as f64 / 1_000.0);
            *by_zone.entry(zone).or_default() += weight;
            let patch = piece.patch.map_or(homes.patches, Idx::index);
            if let Some(slot) = by_patch.entry(patch).or_default().get_mut(bands.of_zone(zone)) {
                *slot += weight;
            }
        }
        Self { cut: true, ..Self::from_sums(by_patch, by_zone.into_iter().collect()) }
    }

    fn from_sums(by_patch: BTreeMap<usize, [f64; BANDS + 1]>, zones: Vec<(usize, f64)>) -> Self {
        let mut reach = Self { zones, ..Self::default() };
        for (patch, residents) in by_patch {
            let total: f64 = residents.iter().sum();
            reach.patches.push((patch, total));
            reach.bands.push(residents.map(|part| if total > 0.0 { part / total } else { 0.0 }));
        }
        reach
    }

    /// Whether it reaches a patch, or what is outside them.
    pub(super) fn has_patch(&self, patch: usize) -> bool {
        self.patches.binary_search_by_key(&patch, |(patch, _)| *patch).is_ok()
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

/// The patches on whose ground a zone without residents lies, by how much of it lies there.
fn by_ground(place: &Place, zone: &Zone) -> Vec<(usize, f64)> {
    let patches = place.patches.as_slice();
    let stands = |at: Xy| {
        let point = Point::new(at.x, at.y);
        patches.iter().position(|patch| patch.shape.intersects(&point)).unwrap_or(patches.len())
    };
    let middle = stands(zone.centre);
    let Some(shape) = &zone.shape else { return vec![(middle, NOBODY)] };
    let touched = touching(place, shape);
    let mut corners = shape.exterior_coords_iter().map(|corner| stands(corner.into()));
    if touched.len() <= 1 || corners.all(|patch| patch == middle) {
        return vec![(middle, NOBODY)];
    }
    let ground = shape.unsigned_area();
    let mut inside = 0.0;
    let mut shares: Vec<(usize, f64)> = Vec::new();
    for patch in touched {
        let own = patches.get(patch).map_or(0.0, |patch| patch.shape.intersection(shape).unsigned_area());
        inside += own;
        shares.push((patch, own / ground));
    }
    shares.push((patches.len(), (ground - inside).max(0.0) / ground));
    // Neighbours that were drawn from different sources overlap by slivers.
    shares.retain(|(_, share)| *share > SLIVER);
    shares.iter_mut().for_each(|(_, share)| *share *= NOBODY);
    if shares.is_empty() { vec![(middle, NOBODY)] } else { shares }
}

/// Less of a zone's ground than this is a sliver between two drawings of one border.
const SLIVER: f64 = 0.02;

/// Patches whose boxes meet the shape's.
fn touching(place: &Place, shape: &MultiPolygon<f64>) -> Vec<usize> {
    let Some(own) = shape.bounding_rect() else { return Vec::new() };
    let meets = |patch: &crate::place::Patch| patch.shape.bounding_rect().is_some_and(|rect| rect.intersects(&own));
    place.patches.iter().enumerate().filter(|(_, patch)| meets(patch)).map(|(nth, _)| nth).collect()
}

/// The zone whose middle is nearest to the middle of a shape.
fn nearest_zone(place: &Place, shape: &MultiPolygon<f64>) -> Option<usize> {
    let middle = Xy::from(shape.bounding_rect()?.center());
    let distances = place.zones.iter().enumerate().map(|(nth, zone)| (zone.centre.distance(middle).get(), nth));
    distances.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))).map(|(_, nth)| nth)
}
