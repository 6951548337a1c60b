//! Builds a [`Place`] from things drawn by hand or by chance: lines, homes, hubs. No files.

use chrono::{NaiveDate, NaiveTime, Weekday};
use geo::{LineString, MultiPolygon, Polygon};
use patchwork::crs::{Plane, Xy};
use patchwork::network::{Builder, BuilderNode, Snap, StreetClass, StreetNetwork};
use patchwork::place::{
    Asset, AssetStatus, Deprivation, Group, IdVec, Idx, Opening, Patch, PatchIdx, People, Place, Position, Residents,
    Span, Standard, Zone, ZoneIdx,
};
use patchwork::units::{Metres, Seconds, WalkingSpeed};
use std::collections::BTreeMap;

/// A point given in metres.
pub(crate) type Point = (f64, f64);

/// A small area, its residents in all and by group.
#[derive(Debug, Clone)]
pub(crate) struct TownZone {
    pub(crate) key: String,
    pub(crate) residents: f64,
    pub(crate) by_group: Vec<Option<f64>>,
    pub(crate) decile: Option<u8>,
}

/// A home: the zone's key, where it is, and its weight among the zone's homes.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    pub(crate) zone: String,
    pub(crate) at: Point,
    pub(crate) weight: f64,
}

/// Everything a place is made from, in any order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Town {
    /// Names and corners; streets meet where they have a corner in common.
    pub(crate) streets: Vec<(String, Vec<Point>)>,
    pub(crate) has_streets: bool,
    /// Keys and rectangles `(west, south, east, north)`.
    pub(crate) patches: Vec<(String, [f64; 4])>,
    pub(crate) zones: Vec<TownZone>,
    pub(crate) homes: Vec<Home>,
    pub(crate) assets: Vec<Asset>,
    pub(crate) groups: Vec<(String, Option<WalkingSpeed>)>,
}

/// 6 km/h is 100 metres a minute, so that minutes are read off the map.
pub(crate) fn hundred_metres_a_minute() -> WalkingSpeed {
    WalkingSpeed::from_km_per_h(6.0).unwrap()
}

/// An open asset of which nothing else is known.
pub(crate) fn asset(key: &str, kind: &str, (x, y): Point) -> Asset {
    Asset {
        key: key.into(),
        name: key.into(),
        kind: kind.into(),
        at: Xy::new(x, y),
        snap: None,
        status: AssetStatus::Open,
        opens_on: None,
        closes_on: None,
        opening: Opening::Unknown,
        capacity: None,
        step_free: None,
        last_checked: None,
        address: None,
    }
}

/// A standard of some kinds within some minutes, on Wednesday 5 June 2024.
pub(crate) fn standard(kinds: &[&str], minutes: f64) -> Standard {
    Standard {
        key: "standard".into(),
        title: "A standard".into(),
        kinds: kinds.iter().map(|kind| (*kind).into()).collect(),
        within: Seconds::from_minutes(minutes),
        open_after: None,
        days: vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri],
        step_free: false,
        date: NaiveDate::from_ymd_opt(2024, 6, 5).unwrap(),
        transit: None,
        nth: 1,
        places: None,
        over: None,
    }
}

/// As [`standard`], open at some moment after five on a weekday, and step-free.
pub(crate) fn evening_and_step_free(kinds: &[&str], minutes: f64) -> Standard {
    Standard { open_after: NaiveTime::from_hms_opt(17, 0, 0), step_free: true, ..standard(kinds, minutes) }
}

impl Town {
    /// The place, as a loader would make it: lists by key, homes by zone and place.
    pub(crate) fn place(&self) -> Place {
        let streets = self.has_streets.then(|| network(&self.streets));
        let snap = |at: Xy| streets.as_ref().and_then(|s| s.snap(at, Metres::new(50.0)));
        let mut zones = self.zones.clone();
        zones.sort_by(|a, b| a.key.cmp(&b.key));
        let mut patches: Vec<Patch> = self.patches.iter().map(|(key, corners)| patch(key, *corners)).collect();
        patches.sort_by(|a, b| a.key.cmp(&b.key));
        let mut assets = self.assets.clone();
        assets.sort_by(|a, b| a.key.cmp(&b.key));
        for asset in &mut assets {
            asset.snap = snap(asset.at);
        }
        let (positions, zone_positions) = self.positions(&zones, snap);
        Place {
            key: "toytown".into(),
            name: "Toytown".into(),
            made_up: true,
            notice: None,
            contact: None,
            postcodes: Vec::new(),
            base_map: None,
            surroundings: Vec::new(),
            date: None,
            plane: Plane::british_national_grid(),
            groups: self.groups.iter().map(|(key, speed)| group(key, *speed)).collect(),
            patches: patches.into(),
            earlier_patches: Vec::new(),
            zones: zones.into_iter().map(zone).collect(),
            positions,
            zone_positions,
            assets: assets.into(),
            streets: streets.map(std::sync::Arc::new),
            transit: None,
            detour: 1.3,
            speed: hundred_metres_a_minute(),
            standards: Vec::new(),
            engagement: patchwork::place::Engagement::default(),
            disclosure: patchwork::place::Disclosure::default(),
            theme_answers: std::collections::BTreeMap::new(),
            grants: Vec::new(),
            giving: None,
            sources: IdVec::new(),
        }
    }

    fn positions(
        &self,
        zones: &[TownZone],
        snap: impl Fn(Xy) -> Option<Snap>,
    ) -> (Vec<Position>, IdVec<ZoneIdx, std::ops::Range<usize>>) {
        let mut positions = Vec::new();
        let mut runs = IdVec::new();
        for (index, zone) in zones.iter().enumerate() {
            let mut homes: Vec<&Home> = self.homes.iter().filter(|home| home.zone == zone.key).collect();
            homes.sort_by(|a, b| a.at.0.total_cmp(&b.at.0).then(a.at.1.total_cmp(&b.at.1)));
            let weights: Vec<f64> = homes.iter().map(|home| home.weight).collect();
            let start = positions.len();
            for (home, span) in homes.into_iter().zip(Span::in_proportion(&weights)) {
                let at = Xy::new(home.at.0, home.at.1);
                positions.push(Position {
                    at,
                    zone: ZoneIdx::from_usize(index),
                    patch: self.patch_at(home.at),
                    span,
                    residents: span.of(People::round(zone.residents)),
                    snap: snap(at),
                });
            }
            runs.push(start..positions.len());
        }
        (positions, runs)
    }

    /// The patch whose rectangle holds a point; borders belong to the west and the south.
    fn patch_at(&self, (x, y): Point) -> Option<PatchIdx> {
        let mut sorted: Vec<_> = self.patches.iter().collect();
        sorted.sort_by(|a, b| a.0.cmp(&b.0));
        let inside = |[w, s, e, n]: [f64; 4]| w < x && x <= e && s < y && y <= n;
        sorted.iter().position(|(_, corners)| inside(*corners)).map(PatchIdx::from_usize)
    }

    /// The same town somewhere else.
    pub(crate) fn moved(&self, (dx, dy): Point) -> Self {
        let mut town = self.clone();
        let shift = |p: &mut Point| *p = (p.0 + dx, p.1 + dy);
        town.streets.iter_mut().for_each(|(_, line)| line.iter_mut().for_each(shift));
        town.homes.iter_mut().for_each(|home| shift(&mut home.at));
        for asset in &mut town.assets {
            asset.at = Xy::new(asset.at.x + dx, asset.at.y + dy);
        }
        for (_, [w, s, e, n]) in &mut town.patches {
            (*w, *s, *e, *n) = (*w + dx, *s + dy, *e + dx, *n + dy);
        }
        town
    }
}

fn network(lines: &[(String, Vec<Point>)]) -> StreetNetwork {
    let mut builder = Builder::new();
    let mut nodes: BTreeMap<(u64, u64), BuilderNode> = BTreeMap::new();
    for (name, line) in lines {
        let ends: Vec<BuilderNode> = line
            .iter()
            .map(|&(x, y)| {
                let node = nodes.entry((x.to_bits(), y.to_bits()));
                *node.or_insert_with(|| builder.node(Xy::new(x, y)))
            })
            .collect();
        for pair in ends.windows(2) {
            builder.street(pair[0], pair[1], &[], StreetClass::Residential, Some(name));
        }
    }
    builder.build().0
}

fn patch(key: &str, [west, south, east, north]: [f64; 4]) -> Patch {
    let ring = vec![(west, south), (east, south), (east, north), (west, north), (west, south)];
    let shape = MultiPolygon::new(vec![Polygon::new(LineString::from(ring), Vec::new())]);
    Patch { key: key.into(), name: key.into(), shape }
}

fn zone(zone: TownZone) -> Zone {
    Zone {
        key: zone.key,
        name: None,
        shape: None,
        centre: Xy::default(),
        residents: Residents {
            unknown: false,
            total: People::round(zone.residents),
            by_group: zone.by_group.into_iter().map(|count| count.map(People::round)).collect(),
        },
        deprivation: zone.decile.map(|decile| Deprivation { decile, rank: None, score: None }),
    }
}

fn group(key: &str, speed: Option<WalkingSpeed>) -> Group {
    Group { key: key.into(), label: key.into(), dimension: "kind".into(), dimension_label: "Kind".into(), speed }
}
