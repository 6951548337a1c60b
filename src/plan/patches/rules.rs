//! What a plan of patches must keep: lines that no patch may lie across, and zones that must stay together.

use super::neighbours::middle;
use crate::crs::Xy;
use crate::network::Barriers;
use crate::place::{Place, Position, ZoneIdx};
use crate::text::{counted, whole};
use geo::{Contains, MultiPolygon, Point};
use std::collections::{BTreeMap, BTreeSet};

/// What a plan must keep besides its tolerance.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Whether no patch may lie across what the street file says cannot be crossed: rivers, railways, motorways.
    pub barriers: bool,
    /// Other lines that no patch may lie across; the outlines of areas are such lines too.
    pub not_across: Vec<Vec<Xy>>,
    /// Areas, such as estates: the zones that lie in one, by where most of their people live, stay together.
    pub keep_whole: Vec<MultiPolygon<f64>>,
    /// Zones that stay together, by their keys.
    pub together: Vec<Vec<String>>,
}

impl Rules {
    pub(super) fn has_lines(&self) -> bool {
        self.barriers || !self.not_across.is_empty()
    }

    /// A zone that is named and is not there.
    pub(super) fn unknown(&self, place: &Place) -> Option<&str> {
        let is_there = |key: &str| place.zones.iter().any(|zone| zone.key == key);
        self.together.iter().flatten().map(String::as_str).find(|key| !is_there(key))
    }
}

/// Which side of the lines the people of zones are on.
pub(super) struct Sides<'a> {
    place: &'a Place,
    lines: Barriers,
    by_street: bool,
    /// The homes of each unit on the side of most of its people.
    homes: Vec<Vec<Xy>>,
    /// Units with homes on several sides, and the people who are not on that of most.
    pub(super) astride: (usize, f64),
}

impl<'a> Sides<'a> {
    pub(super) fn of(place: &'a Place, rules: &Rules, units: &[ZoneIdx]) -> Self {
        let lines = Barriers::new(&rules.not_across);
        let mut own = Self { place, lines, by_street: rules.barriers, homes: Vec::new(), astride: (0, 0.0) };
        own.homes = units.iter().map(|&zone| own.main_side(zone)).collect();
        own
    }

    fn cross(&self, a: Xy, b: Xy) -> bool {
        self.lines.cross(a, b)
            || (self.by_street && self.place.streets.as_ref().is_some_and(|streets| streets.divides(a, b)))
    }

    /// The homes of a zone that no line parts from the home in their middle, on the side on which most people live.
    fn main_side(&mut self, zone: ZoneIdx) -> Vec<Xy> {
        let weight = |home: &Position| home.span.to - home.span.from;
        let mut left: Vec<&Position> = self.place.positions_of(zone).iter().collect();
        if left.is_empty() {
            return vec![self.place.zones[zone].centre];
        }
        let mut best: (f64, Vec<Xy>) = (-1.0, Vec::new());
        let mut sides = 0;
        while !left.is_empty() {
            let [x, y] = if sides == 0 { middle(self.place, zone) } else { [left[0].at.x, left[0].at.y] };
            let away = |home: &&&Position| (home.at.x - x).hypot(home.at.y - y);
            let Some(from) = left.iter().min_by(|a, b| away(a).total_cmp(&away(b))).map(|home| home.at) else { break };
            let (here, beyond): (Vec<_>, Vec<_>) = left.into_iter().partition(|home| !self.cross(from, home.at));
            let share: f64 = here.iter().map(|home| weight(home)).sum();
            if share > best.0 {
                best = (share, here.iter().map(|home| home.at).collect());
            }
            left = beyond;
            sides += 1;
        }
        if sides > 1 {
            self.astride.0 += 1;
            self.astride.1 += self.place.zones[zone].residents.total * (1.0 - best.0).max(0.0);
        }
        best.1
    }

    /// Whether a line lies between the nearest homes of two units.
    pub(super) fn part(&self, [a, b]: [u32; 2]) -> bool {
        let mut nearest: Option<(f64, Xy, Xy)> = None;
        for &from in &self.homes[a as usize] {
            for &to in &self.homes[b as usize] {
                let away = (from.x - to.x).powi(2) + (from.y - to.y).powi(2);
                if nearest.is_none_or(|(least, ..)| away < least) {
                    nearest = Some((away, from, to));
                }
            }
        }
        nearest.is_some_and(|(_, from, to)| self.cross(from, to))
    }
}

/// Units that stay together, in lists of two and more.
pub(super) fn together(place: &Place, rules: &Rules, units: &[ZoneIdx]) -> Vec<Vec<u32>> {
    let unit = |zone: ZoneIdx| units.binary_search(&zone).ok().map(|unit| unit as u32);
    let mut lists: Vec<BTreeSet<u32>> = Vec::new();
    let keys: BTreeMap<&str, ZoneIdx> = place.zones.enumerate().map(|(zone, own)| (own.key.as_str(), zone)).collect();
    for list in &rules.together {
        lists.push(list.iter().filter_map(|key| unit(*keys.get(key.as_str())?)).collect());
    }
    for area in &rules.keep_whole {
        let is_in = |zone: ZoneIdx| {
            let homes = place.positions_of(zone);
            let inside = |home: &&Position| area.contains(&Point::new(home.at.x, home.at.y));
            let share = |home: &Position| home.span.to - home.span.from;
            let centre = place.zones[zone].centre;
            match homes {
                [] => area.contains(&Point::new(centre.x, centre.y)),
                homes => homes.iter().filter(inside).map(share).sum::<f64>() > 0.5,
            }
        };
        lists.push(units.iter().filter(|&&zone| is_in(zone)).filter_map(|&zone| unit(zone)).collect());
    }
    lists.into_iter().filter(|list| list.len() > 1).map(|list| list.into_iter().collect()).collect()
}

/// What came of the rules, to be told.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RulesMet {
    /// Pairs of neighbours that a line parts.
    pub parted: usize,
    /// Zones with homes on several sides of a line, and the people who are not on that of most.
    pub astride: (usize, f64),
    /// Lists of zones that stay together.
    pub together: usize,
    /// Lists that weigh more than a patch may, and are not kept together for that.
    pub too_heavy: usize,
}

impl RulesMet {
    pub(super) fn sentences(&self, rules: &Rules) -> Vec<String> {
        let mut all = Vec::new();
        if rules.has_lines() {
            all.push(format!(
                "Lines that are not to be crossed part {} of neighbouring zones.",
                counted(self.parted, "pair", "pairs")
            ));
        }
        if self.astride.0 > 0 {
            let (zones, people) = self.astride;
            all.push(format!(
                "{} on both sides of a line; zones are never divided, so {} residents go with the side on which most of \
                 their zone live.",
                counted(zones, "zone has homes", "zones have homes"),
                whole(people)
            ));
        }
        if self.together > 0 {
            all.push(format!("{} of zones stay together.", counted(self.together, "group", "groups")));
        }
        if self.too_heavy > 0 {
            let noun = counted(self.too_heavy, "group of zones weighs", "groups of zones weigh");
            all.push(format!("{noun} more than a patch may, and cannot be kept together."));
        }
        all
    }
}
