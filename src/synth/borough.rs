//! Everything that was made up, before it is written down.

use super::dice::Dice;
use super::facility::Facility;
use super::names::Names;
use super::patches::{self, Patches};
use super::people::{self, Households};
use super::sheet::{Barrier, Line, NodeId};
use super::shops::Centre;
use super::streets::StreetMap;
use super::town::Town;
use crate::crs::Xy;
use std::ops::Range;

/// The whole made-up borough.
#[derive(Debug)]
pub(super) struct Borough {
    /// Its plan.
    pub town: Town,
    /// Its names.
    pub names: Names,
    /// Its patches.
    pub patches: Patches,
    /// Who lives in each zone.
    pub people: Vec<Households>,
    /// Its street map.
    pub map: StreetMap,
    /// Its postcodes.
    pub postcodes: Postcodes,
    /// Where its shops are.
    pub centres: Vec<Centre>,
    /// What residents may walk to.
    pub facilities: Vec<Facility>,
    /// The zone each centre stands in.
    centre_zones: Vec<usize>,
    zone_blocks: Vec<Range<usize>>,
    on_road: Vec<bool>,
}

/// Invented postcodes, zone by zone, in postcode areas that do not exist.
#[derive(Debug, Default)]
pub(super) struct Postcodes {
    /// As on an envelope: `ZQ1 4AB`.
    pub codes: Vec<String>,
    /// Where they are, on the unbent drawing.
    pub at: Vec<Xy>,
    of_zone: Vec<Range<usize>>,
}

impl Borough {
    /// A borough with postcodes and everything else, but for what residents may walk to.
    pub(super) fn without_facilities(
        town: Town,
        names: Names,
        map: StreetMap,
        centres: Vec<Centre>,
        seed: u64,
    ) -> Self {
        let mut zone_blocks = vec![0..0; town.zones.len()];
        for (b, block) in town.blocks.iter().enumerate() {
            let range = &mut zone_blocks[block.zone];
            *range = if range.start == range.end { b..b + 1 } else { range.start..b + 1 };
        }
        let mut on_road = vec![false; map.points.len()];
        for node in map.ways.iter().filter(|w| w.class.is_some()).flat_map(|w| &w.nodes) {
            on_road[*node] = true;
        }
        let centre_zones = centres.iter().map(|c| nearest_zone(&town, c.at)).collect();
        let patches = patches::share_out(&town);
        let people = people::settle(&town, seed);
        let mut borough = Self {
            town,
            names,
            patches,
            people,
            map,
            postcodes: Postcodes::default(),
            centres,
            centre_zones,
            facilities: Vec::new(),
            zone_blocks,
            on_road,
        };
        borough.postcodes = Postcodes::new(&borough, seed);
        borough
    }

    /// Everybody.
    pub(super) fn residents(&self) -> u64 {
        self.town.zones.iter().map(|z| z.residents).sum()
    }

    /// Key of a zone: shaped like a code of the Office for National Statistics, with a first letter
    /// that no nation has.
    pub(super) fn zone_key(&self, zone: usize) -> String {
        format!("Z00{:06}", zone + 1)
    }

    /// Key of a patch.
    pub(super) fn patch_key(&self, patch: usize) -> String {
        format!("P{:02}", patch + 1)
    }

    /// Name of a patch.
    pub(super) fn patch_name(&self, patch: usize) -> String {
        self.names.patch(patch)
    }

    /// Where a point of the drawing lies on the National Grid.
    pub(super) fn place(&self, p: Xy) -> Xy {
        self.town.ground.warp.place(p)
    }

    /// A door somewhere, where more people live the likelier; with its zone.
    pub(super) fn doorstep(&self, dice: &mut Dice) -> Option<(Xy, usize)> {
        let weights: Vec<f64> = self.town.zones.iter().map(|z| z.residents as f64).collect();
        let zone = dice.weighted(&weights);
        self.door_in(zone, dice).map(|at| (at, zone))
    }

    /// A door in a zone: a few metres off a street, inside the block.
    pub(super) fn door_in(&self, zone: usize, dice: &mut Dice) -> Option<Xy> {
        let blocks = self.zone_blocks.get(zone)?.clone();
        let block = self.town.blocks.get(blocks.start + dice.below(blocks.len()))?;
        let ring = self.town.sheet.ring(&block.cell);
        let streets: Vec<NodeId> = ring.iter().copied().filter(|n| self.on_road[*n]).collect();
        let among = if streets.is_empty() { &ring } else { &streets };
        let from = *self.map.points.get(*among.get(dice.below(among.len()))?)?;
        Some(inward(from, self.town.sheet.centroid(&block.cell)))
    }

    /// A place on a high street of a patch, or else anywhere in it; with its zone.
    pub(super) fn high_street_of(&self, patch: usize, dice: &mut Dice) -> Option<(Xy, usize)> {
        let zones: Vec<usize> = (0..self.town.zones.len()).filter(|&z| self.patches.of_zone[z] == patch).collect();
        let shops = self.centres.iter().zip(&self.centre_zones);
        let here = shops.map(|(centre, zone)| (centre.at, *zone)).find(|(_, z)| self.patches.of_zone[*z] == patch);
        here.or_else(|| {
            let zone = *zones.get(dice.below(zones.len()))?;
            Some((self.door_in(zone, dice)?, zone))
        })
    }

    /// A door on the river bank, among many people and as far from a bridge as can be; with its zone.
    pub(super) fn far_from_bridges(&self) -> Option<(Xy, usize)> {
        let sheet = &self.town.sheet;
        let nodes_of = |wanted: fn(Line) -> bool| {
            let chords = sheet.chords.iter().filter(move |c| wanted(c.line));
            chords.flat_map(|c| c.stations.iter().map(|s| s.1)).collect::<Vec<_>>()
        };
        let mut bank = vec![false; sheet.nodes.len()];
        for node in nodes_of(|line| line == Line::Edge(Barrier::River)) {
            bank[node] = true;
        }
        let bridges = nodes_of(|line| matches!(line, Line::Bridge(_, Barrier::River)));
        // Further than this from a bridge, more people matter more than more metres.
        let enough = (0.4 * self.town.ground.radius).min(900.0);
        let mut best: Option<(f64, Xy, usize)> = None;
        for block in &self.town.blocks {
            let middle = sheet.centroid(&block.cell);
            for node in sheet.ring(&block.cell).into_iter().filter(|n| bank[*n]) {
                let p = sheet.nodes[node];
                let away = bridges.iter().map(|b| sheet.nodes[*b].distance(p).get()).fold(enough, f64::min);
                let score = away * self.town.ground.density(middle);
                if best.is_none_or(|(most, ..)| score > most) {
                    best = Some((score, inward(p, middle), block.zone));
                }
            }
        }
        best.map(|(_, at, zone)| (at, zone))
    }
}

fn nearest_zone(town: &Town, at: Xy) -> usize {
    let distance = |z: usize| town.zones[z].middle.distance(at).get();
    (0..town.zones.len()).min_by(|&a, &b| distance(a).total_cmp(&distance(b))).unwrap_or(0)
}

/// A point twelve metres from `from` towards `middle`, or half-way when that is nearer.
fn inward(from: Xy, middle: Xy) -> Xy {
    let f = (12.0 / from.distance(middle).get().max(24.0)).min(0.5);
    Xy::new(from.x + f * (middle.x - from.x), from.y + f * (middle.y - from.y))
}

/// Residents who share a postcode: the mean in Great Britain is about 40.
const PER_POSTCODE: u64 = 40;
/// Letters that stand in the last two places of a postcode.
const UNIT: &[u8; 20] = b"ABDEFGHJLNPQRSTUWXYZ";

impl Postcodes {
    fn new(borough: &Borough, seed: u64) -> Self {
        let mut dice = Dice::new(seed, "postcodes");
        let mut postcodes = Self::default();
        let mut used = vec![0_usize; borough.patches.count];
        for (zone, quarter) in borough.town.zones.iter().enumerate() {
            let first = postcodes.codes.len();
            for _ in 0..quarter.residents.div_ceil(PER_POSTCODE) {
                let Some(at) = borough.door_in(zone, &mut dice) else { break };
                let patch = borough.patches.of_zone[zone];
                postcodes.codes.push(code(patch, used[patch]));
                postcodes.at.push(at);
                used[patch] += 1;
            }
            postcodes.of_zone.push(first..postcodes.codes.len());
        }
        postcodes
    }

    /// The postcodes of a zone.
    pub(super) fn of_zone(&self, zone: usize) -> Range<usize> {
        self.of_zone.get(zone).cloned().unwrap_or_default()
    }

    /// The nearest postcode of a zone.
    pub(super) fn nearest(&self, at: Xy, zone: usize) -> usize {
        let distance = |i: usize| self.at[i].distance(at).get();
        self.of_zone(zone).min_by(|&a, &b| distance(a).total_cmp(&distance(b))).unwrap_or(0)
    }
}

/// The n-th postcode of a patch. `ZQ`, `ZV` and `ZX` are no postcode areas, and no area begins with Z but `ZE`.
fn code(patch: usize, n: usize) -> String {
    let area = ["ZQ", "ZV", "ZX"][patch / 99 % 3];
    let (sector, unit) = (n / 400 % 9 + 1, n * 37 % 400);
    format!("{area}{} {sector}{}{}", patch % 99 + 1, char::from(UNIT[unit / 20]), char::from(UNIT[unit % 20]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_patch_has_three_thousand_six_hundred_postcodes_before_one_comes_back() {
        let all: BTreeSet<String> = (0..3_600).map(|n| code(4, n)).collect();
        assert_eq!(all.len(), 3_600);
        assert!(all.iter().all(|c| c.starts_with("ZQ5 ")));
    }
}
