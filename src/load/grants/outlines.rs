//! Which zones an area is made of that is known by its outline alone: wards as they were, older neighbourhoods,
//! an area somebody drew.

use super::Ground;
use crate::load::areas::{self, Area as Boundary, Wanted};
use crate::load::desk::{Ask, Desk};
use crate::load::manifest::OutlineSection;
use crate::load::table::Options;
use crate::place::{Idx, Position, ZoneIdx};
use geo::{Area as _, BoundingRect, Intersects, MultiPolygon, Point};
use rstar::primitives::GeomWithData;
use rstar::{AABB, RTree};
use std::collections::{BTreeMap, BTreeSet};

/// A zone belongs to an area when more than this share of its residents live inside: the best fit by population
/// with which the Office for National Statistics makes areas out of small ones. With less, neighbours would
/// overlap; with all, areas whose borders were moved by a street would lose every zone at the border.
const MOST: f64 = 0.5;

/// An area with less than this share of its ground in the place's zones is one of which the place is only a part.
const HERE: f64 = 0.5;

/// An area of an outline file.
pub(super) struct Outlined {
    pub(super) code: String,
    pub(super) name: Option<String>,
    pub(super) zones: BTreeSet<usize>,
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
    /// For each zone, its residents and its positions.
    zones: Vec<(f64, usize)>,
}

impl<'a> Homes<'a> {
    fn of(ground: &Ground<'a>) -> Self {
        let positions = ground.positions;
        let mut zones = vec![(0.0, 0); ground.zones.len()];
        for position in positions {
            if let Some(zone) = zones.get_mut(position.zone.index()) {
                *zone = (zone.0 + position.residents, zone.1 + 1);
            }
        }
        let points = positions.iter().enumerate().map(|(i, p)| GeomWithData::new([p.at.x, p.at.y], i)).collect();
        Self { positions, tree: RTree::bulk_load(points), zones }
    }

    /// The zones most of whose residents live in the area; for one smaller than any, the zone it lies in.
    fn outlined(&self, area: Boundary, ground: &Ground<'_>) -> Option<Outlined> {
        let shape = area.shape.as_ref()?;
        let inside = self.inside(shape)?;
        let share = |(zone, (residents, count)): (&ZoneIdx, &(f64, usize))| {
            let (all, positions) = self.zones.get(zone.index()).copied().unwrap_or_default();
            if all > 0.0 { residents / all } else { *count as f64 / positions.max(1) as f64 }
        };
        let mut zones: BTreeSet<usize> =
            inside.iter().filter(|entry| share(*entry) > MOST).map(|(zone, _)| zone.index()).collect();
        if zones.is_empty() {
            zones.insert(ground.locator.containing(area.centre)?);
        }
        let own = |zone: &usize| Some(ground.zones.get(*zone)?.shape.as_ref()?.unsigned_area());
        let covered: Option<f64> = zones.iter().map(own).sum();
        let is_wider = covered.is_some_and(|covered| covered < HERE * shape.unsigned_area());
        Some(Outlined { code: area.key, name: area.name, zones, is_wider })
    }

    /// Residents and positions of each zone that lie in a shape.
    fn inside(&self, shape: &MultiPolygon<f64>) -> Option<BTreeMap<ZoneIdx, (f64, usize)>> {
        let rect = shape.bounding_rect()?;
        let corners = AABB::from_corners([rect.min().x, rect.min().y], [rect.max().x, rect.max().y]);
        let mut inside: BTreeMap<ZoneIdx, (f64, usize)> = BTreeMap::new();
        for entry in self.tree.locate_in_envelope(&corners) {
            let Some(position) = self.positions.get(entry.data) else { continue };
            if shape.intersects(&Point::new(position.at.x, position.at.y)) {
                let sum = inside.entry(position.zone).or_default();
                *sum = (sum.0 + position.residents, sum.1 + 1);
            }
        }
        Some(inside)
    }
}
