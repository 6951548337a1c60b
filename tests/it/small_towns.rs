//! Small towns by chance, for the laws: a grid of streets with some of them missing and a river across.

use crate::town::{Home, Point, Town, TownZone, asset};
use chrono::NaiveTime;
use patchwork::crs::Xy;
use patchwork::place::{Asset, AssetStatus, Opening, Standard};
use patchwork::units::WalkingSpeed;
use proptest::prelude::*;

/// Metres between junctions.
pub(crate) const BLOCK: f64 = 200.0;

/// The river runs between this row of junctions and the next.
pub(crate) const RIVER_ABOVE_ROW: usize = 1;

/// A town in numbers; every combination of them is a town.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    columns: usize,
    rows: usize,
    /// Streets that are there, one flag for each side of each block, used in turn.
    built: Vec<bool>,
    /// Columns with a bridge.
    bridges: Vec<bool>,
    homes: Vec<Dot>,
    assets: Vec<(Dot, AssetDraft)>,
    zones: Vec<ZoneDraft>,
    /// The border between the two patches, and the east end of the second, as columns.
    borders: (f64, f64),
    has_streets: bool,
}

/// A point beside the middle part of a street, so that no other street is as near.
#[derive(Debug, Clone)]
struct Dot {
    street: prop::sample::Index,
    along: u8,
    beside: bool,
    zone: prop::sample::Index,
    weight: u8,
}

#[derive(Debug, Clone)]
struct AssetDraft {
    library: bool,
    status: AssetStatus,
    opening: Opening,
    step_free: Option<bool>,
}

#[derive(Debug, Clone)]
struct ZoneDraft {
    residents: u16,
    slow: Option<u16>,
    fast: Option<u16>,
    decile: Option<u8>,
}

fn dot() -> impl Strategy<Value = Dot> {
    let index = any::<prop::sample::Index>;
    (index(), 20u8..180, any::<bool>(), index(), 0u8..5)
        .prop_map(|(street, along, beside, zone, weight)| Dot { street, along, beside, zone, weight })
}

fn asset_draft() -> impl Strategy<Value = AssetDraft> {
    let status = prop_oneof![
        5 => Just(AssetStatus::Open),
        1 => Just(AssetStatus::Planned),
        1 => Just(AssetStatus::Closed),
    ];
    let opening = prop_oneof![
        2 => Just(Opening::Hours("Mo-Fr 09:00-20:00".into())),
        1 => Just(Opening::Hours("Mo-Fr 09:00-16:00".into())),
        1 => Just(Opening::Unknown),
    ];
    let step_free = prop_oneof![2 => Just(Some(true)), 1 => Just(Some(false)), 1 => Just(None)];
    (prop::bool::weighted(0.2), status, opening, step_free)
        .prop_map(|(library, status, opening, step_free)| AssetDraft { library, status, opening, step_free })
}

fn zone_draft() -> impl Strategy<Value = ZoneDraft> {
    let count = || prop::option::weighted(0.8, 0u16..300);
    (0u16..900, count(), count(), prop::option::of(1u8..=10))
        .prop_map(|(residents, slow, fast, decile)| ZoneDraft { residents, slow, fast, decile })
}

prop_compose! {
    /// Any small town.
    pub(crate) fn drafts()(
        columns in 3usize..7,
        rows in 3usize..6,
        built in prop::collection::vec(prop::bool::weighted(0.8), 7..40),
        bridges in prop::collection::vec(prop::bool::weighted(0.3), 6),
        homes in prop::collection::vec(dot(), 1..40),
        assets in prop::collection::vec((dot(), asset_draft()), 0..6),
        zones in prop::collection::vec(zone_draft(), 1..6),
        borders in (0.0f64..6.0, 0.0f64..7.0),
        has_streets in prop::bool::weighted(0.85),
    ) -> Draft {
        Draft { columns, rows, built, bridges, homes, assets, zones, borders, has_streets }
    }
}

/// Any standard that could be asked of such a town.
pub(crate) fn standards() -> impl Strategy<Value = Standard> {
    (1u8..9, any::<bool>(), any::<bool>()).prop_map(|(minutes, evening, step_free)| Standard {
        open_after: NaiveTime::from_hms_opt(17, 0, 0).filter(|_| evening),
        step_free,
        ..crate::town::standard(&["hub"], f64::from(minutes))
    })
}

impl Draft {
    /// The same town without any bridge.
    pub(crate) fn without_bridges(&self) -> Self {
        Self { bridges: vec![false; 6], has_streets: true, ..self.clone() }
    }

    /// The town drawn out.
    pub(crate) fn town(&self) -> Town {
        let lines = self.lines();
        let zone = |(i, draft): (usize, &ZoneDraft)| TownZone {
            key: format!("z{i}"),
            residents: f64::from(draft.residents),
            by_group: vec![draft.slow.map(f64::from), draft.fast.map(f64::from)],
            decile: draft.decile,
        };
        let mut homes: Vec<Home> = self.homes.iter().map(|dot| self.home(&lines, dot)).collect();
        // Everybody lives somewhere: a zone without a home would lose its people.
        for i in 0..self.zones.len() {
            let key = format!("z{i}");
            if homes.iter().all(|home| home.zone != key) {
                homes.push(Home { zone: key, ..self.home(&lines, &self.homes[i % self.homes.len()]) });
            }
        }
        Town {
            patches: self.patches(),
            has_streets: self.has_streets,
            zones: self.zones.iter().enumerate().map(zone).collect(),
            homes,
            assets: self.assets.iter().enumerate().map(|(i, a)| self.asset(&lines, i, a)).collect(),
            groups: vec![("slow".into(), WalkingSpeed::from_km_per_h(3.0)), ("fast".into(), None)],
            streets: lines,
        }
    }

    /// One line for each side of a block that is there. The south-west corner's always is, so that a town
    /// has a street.
    fn lines(&self) -> Vec<(String, Vec<Point>)> {
        let mut lines = Vec::new();
        let mut flags = self.built.iter().cycle();
        let mut draw = |there: bool, name: String, a: Point, b: Point| {
            if there || lines.is_empty() {
                lines.push((name, vec![a, b]));
            }
        };
        let corner = |c: usize, r: usize| (c as f64 * BLOCK, r as f64 * BLOCK);
        for r in 0..self.rows {
            for c in 0..self.columns {
                let there = *flags.next().unwrap_or(&true);
                if c + 1 < self.columns {
                    draw(there, format!("Row {r}"), corner(c, r), corner(c + 1, r));
                }
                let there = *flags.next().unwrap_or(&true);
                if r + 1 < self.rows {
                    let there = if r == RIVER_ABOVE_ROW { self.bridges[c % self.bridges.len()] } else { there };
                    draw(there, format!("Column {c}"), corner(c, r), corner(c, r + 1));
                }
            }
        }
        lines
    }

    fn at(lines: &[(String, Vec<Point>)], dot: &Dot) -> Point {
        let (_, line) = dot.street.get(lines);
        let ((x, y), (to_x, _)) = (line[0], line[1]);
        let (along, beside) = (f64::from(dot.along), if dot.beside { 10.0 } else { 0.0 });
        if to_x > x { (x + along, y + beside) } else { (x + beside, y + along) }
    }

    fn home(&self, lines: &[(String, Vec<Point>)], dot: &Dot) -> Home {
        let zone = format!("z{}", dot.zone.index(self.zones.len()));
        Home { zone, at: Self::at(lines, dot), weight: f64::from(dot.weight) }
    }

    fn asset(&self, lines: &[(String, Vec<Point>)], i: usize, (dot, draft): &(Dot, AssetDraft)) -> Asset {
        let kind = if draft.library { "library" } else { "hub" };
        let (x, y) = Self::at(lines, dot);
        Asset {
            at: Xy::new(x, y),
            status: draft.status,
            opening: draft.opening.clone(),
            step_free: draft.step_free,
            ..asset(&format!("a{i}"), kind, (x, y))
        }
    }

    /// Two patches side by side, either of which may be nothing; what lies further east is in none.
    fn patches(&self) -> Vec<(String, [f64; 4])> {
        let (first, second) = (self.borders.0.min(self.borders.1), self.borders.0.max(self.borders.1));
        let column = |c: f64| (c * BLOCK).round() + 0.5;
        let mut patches = vec![("p1".to_owned(), [-500.5, -500.5, column(first), 1500.5])];
        if column(second) > column(first) {
            patches.push(("p2".to_owned(), [column(first), -500.5, column(second), 1500.5]));
        }
        patches
    }
}

