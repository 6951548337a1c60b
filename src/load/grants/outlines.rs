//! Which zones an area is made of that is known by its outline alone: wards as they were, older neighbourhoods,
//! an area somebody drew.

use super::Ground;
use crate::load::areas::{self, Area as Boundary, Wanted};
use crate::load::desk::{Ask, Desk};
use crate::load::manifest::OutlineSection;
use crate::place::{Idx, PatchIdx, Piece, Position, ZoneIdx};
use crate::read::Options;
use geo::{Area as _, BooleanOps, BoundingRect, Intersects, MultiPolygon, Point};
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree};
use std::collections::{BTreeMap, BTreeSet};

/// A zone belongs to an area when more than this share of its residents live inside: the best fit by population
/// with which the Office for National Statistics makes areas out of small ones. With less, neighbours would
/// overlap; with all, areas whose borders were moved by a street would lose every zone at the border.
const MOST: f64 = 0.5;

/// An area with less than this share of its ground in the place's zones is one of which the place is only a part.
const HERE: f64 = 0.5;

/// A share smaller than this is a sliver between two drawings of one border, of a zone or of a patch.
const SLIVER: f64 = 0.02;

/// An area of an outline file.
pub(super) struct Outlined {
    pub(super) code: String,
    pub(super) name: Option<String>,
    pub(super) zones: BTreeSet<usize>,
    /// What it cuts out of zones, where it lies in several patches and its zones as wholes would not.
    pub(super) pieces: Option<Vec<Piece>>,
    /// The place is only a part of it.
    pub(super) is_wider: bool,
}

/// The areas of a file that have anything to do with the place.
pub(super) fn read(desk: &mut Desk<'_>, section: &OutlineSection, ground: &Ground<'_>) -> Vec<Outlined> {
    let options = Options { layer: section.layer.as_deref(), crs: section.crs.as_deref(), ..Options::default() };
    let ask = Ask { role: "grants", written: &section.file, options, about: &section.source };
    let Some(table) = desk.table(ask) else { return Vec::new() };
    let wanted = Wanted { key: section.key.as_deref(), name: section.name.as_deref(), noun: "area" };
    let found = areas::read(&table, wanted, ground.plane, &mut desk.issues);
    let homes = Homes::of(ground);
    found.into_iter().filter_map(|area| homes.outlined(area, ground)).collect()
}

/// Where the residents of each zone live.
struct Homes<'a> {
    positions: &'a [Position],
    tree: RTree<GeomWithData<[f64; 2], usize>>,
    /// For each zone, its residents, and its positions.
    zones: Vec<(f64, Vec<usize>)>,
}

/// What an outline has of a zone.
#[derive(Debug, Default)]
struct Cut {
    /// Residents inside, by patch.
    people: BTreeMap<Option<PatchIdx>, f64>,
    /// Their share of the zone's; of its ground where nobody lives.
    share: f64,
    /// Square metres inside.
    ground: f64,
}

impl<'a> Homes<'a> {
    fn of(ground: &Ground<'a>) -> Self {
        let positions = ground.positions;
        let mut zones = vec![(0.0, Vec::new()); ground.zones.len()];
        for (nth, position) in positions.iter().enumerate() {
            if let Some((residents, own)) = zones.get_mut(position.zone.index()) {
                *residents += position.residents;
                own.push(nth);
            }
        }
        let points = positions.iter().enumerate().map(|(i, p)| GeomWithData::new([p.at.x, p.at.y], i)).collect();
        Self { positions, tree: RTree::bulk_load(points), zones }
    }

    /// The zones most of whose residents live in the area; for one smaller than any, the zone it lies in. Where it
    /// lies in several patches, what it cuts out of each zone.
    fn outlined(&self, area: Boundary, ground: &Ground<'_>) -> Option<Outlined> {
        let shape = area.shape.as_ref()?;
        let cuts = self.cuts(shape, ground)?;
        let mut zones: BTreeSet<usize> =
            cuts.iter().filter(|(_, cut)| cut.share > MOST).map(|(zone, _)| *zone).collect();
        let pieces = self.pieces(&cuts, ground);
        if zones.is_empty() && pieces.is_none() {
            zones.insert(ground.locator.containing(area.centre)?);
        }
        let own = |zone: &usize| Some(ground.zones.get(*zone)?.shape.as_ref()?.unsigned_area());
        let covered: Option<f64> = match &pieces {
            Some(_) => Some(cuts.values().map(|cut| cut.ground).sum()),
            None => zones.iter().map(own).sum(),
        };
        let is_wider = covered.is_some_and(|covered| covered < HERE * shape.unsigned_area());
        if pieces.is_some() {
            zones.extend(cuts.keys());
        }
        Some(Outlined { code: area.key, name: area.name, zones, pieces, is_wider })
    }

    /// The pieces of an outline that lies in several patches; nothing where whole zones say the same.
    fn pieces(&self, cuts: &BTreeMap<usize, Cut>, ground: &Ground<'_>) -> Option<Vec<Piece>> {
        let is_cut = |cut: &Cut| (SLIVER..=1.0 - SLIVER).contains(&cut.share);
        if !cuts.values().any(is_cut) {
            return None;
        }
        let people: f64 = cuts.values().flat_map(|cut| cut.people.values()).sum();
        let mut weights: BTreeMap<(usize, Option<PatchIdx>), f64> = BTreeMap::new();
        for (zone, cut) in cuts.iter().filter(|(_, cut)| cut.share >= SLIVER) {
            for (patch, residents) in &cut.people {
                *weights.entry((*zone, *patch)).or_default() += residents * 1_000.0;
            }
            if people <= 0.0 {
                let centre = ground.zones.get(*zone)?.centre;
                let point = Point::new(centre.x, centre.y);
                let patch = ground.patches.iter().position(|patch| patch.shape.intersects(&point));
                *weights.entry((*zone, patch.map(PatchIdx::from_usize))).or_default() += cut.ground;
            }
        }
        let mut by_patch: BTreeMap<Option<PatchIdx>, f64> = BTreeMap::new();
        for ((_, patch), weight) in &weights {
            *by_patch.entry(*patch).or_default() += weight;
        }
        let all: f64 = by_patch.values().sum();
        by_patch.retain(|_, weight| *weight >= SLIVER * all);
        if by_patch.len() < 2 {
            return None;
        }
        let piece = |((zone, patch), weight): ((usize, Option<PatchIdx>), f64)| Piece {
            zone: ZoneIdx::from_usize(zone),
            patch,
            weight: weight.round().max(1.0) as u64,
        };
        Some(weights.into_iter().filter(|((_, patch), _)| by_patch.contains_key(patch)).map(piece).collect())
    }

    /// What a shape has of each zone: its residents by their positions; where only the middle of a zone is known,
    /// by the share of its ground.
    fn cuts(&self, shape: &MultiPolygon<f64>, ground: &Ground<'_>) -> Option<BTreeMap<usize, Cut>> {
        let rect = shape.bounding_rect()?;
        let corners = AABB::from_corners([rect.min().x, rect.min().y], [rect.max().x, rect.max().y]);
        let mut cuts: BTreeMap<usize, Cut> = BTreeMap::new();
        let mut inside: BTreeMap<usize, (f64, usize)> = BTreeMap::new();
        for entry in self.tree.locate_in_envelope(&corners) {
            let Some(position) = self.positions.get(entry.data) else { continue };
            let zone = position.zone.index();
            if shape.intersects(&Point::new(position.at.x, position.at.y)) {
                let sum = inside.entry(zone).or_default();
                *sum = (sum.0 + position.residents, sum.1 + 1);
                *cuts.entry(zone).or_default().people.entry(position.patch).or_default() += position.residents;
            }
        }
        for (zone, (residents, count)) in inside {
            let Some((all, positions)) = self.zones.get(zone) else { continue };
            let Some(cut) = cuts.get_mut(&zone) else { continue };
            cut.share = if *all > 0.0 { residents / all } else { count as f64 / positions.len().max(1) as f64 };
        }
        for zone in ground.locator.touching(&corners) {
            let Some(own) = ground.zones.get(zone).and_then(|zone| zone.shape.as_ref()) else { continue };
            let both = own.intersection(shape).unsigned_area();
            let share = (both / own.unsigned_area()).clamp(0.0, 1.0);
            if share < 1e-6 {
                continue;
            }
            let cut = cuts.entry(zone).or_default();
            cut.ground = both;
            let (residents, positions) = self.zones.get(zone).map_or((0.0, &[] as &[usize]), |(r, own)| (*r, own));
            if positions.len() <= 1 {
                cut.share = if share > 1.0 - SLIVER { 1.0 } else { share };
                cut.people.clear();
                if let Some(position) = positions.first().and_then(|nth| self.positions.get(*nth)) {
                    cut.people.insert(position.patch, residents * cut.share);
                }
            }
        }
        Some(cuts)
    }
}
