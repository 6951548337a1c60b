//! The town plan: through roads first, then quarters by how many people live in them, then zones of
//! about 300 people, then blocks of houses. Every cut is a street.

use super::dice::{Dice, apportion};
use super::ground::{Ground, Strip};
use super::sheet::{Barrier, Cell, Class, Line, NodeId, Ray, Sheet};
use crate::crs::Xy;
use std::f64::consts::{FRAC_PI_2, PI, TAU};

/// Residents of a zone: the mean of an output area of the 2021 census of England and Wales is 315.
const PER_ZONE: f64 = 300.0;
/// Residents of a block of houses, which sets how close the streets are (about 5 m of street each).
const PER_BLOCK: f64 = 40.0;

/// A small area with residents.
#[derive(Debug)]
pub(super) struct Quarter {
    /// Its ground.
    pub cell: Cell,
    /// Its middle, where its people live rather than where its land is.
    pub middle: Xy,
    /// How many live here.
    pub residents: u64,
    /// Whether it lies left of the river.
    pub left_bank: bool,
}

/// A block between streets.
#[derive(Debug)]
pub(super) struct Block {
    /// Its ground.
    pub cell: Cell,
    /// The zone it is part of.
    pub zone: usize,
}

/// The whole plan.
#[derive(Debug)]
pub(super) struct Town {
    /// The land below.
    pub ground: Ground,
    /// All lines and nodes.
    pub sheet: Sheet,
    /// Zones in a fixed order.
    pub zones: Vec<Quarter>,
    /// Blocks, zone by zone.
    pub blocks: Vec<Block>,
    /// The band cells of the river, for drawing its water.
    pub water: Vec<Cell>,
}

struct Piece {
    cell: Cell,
    band: Option<Barrier>,
    island: bool,
    people: Vec<Xy>,
}

struct Builder {
    sheet: Sheet,
    dice: Dice,
    roads: usize,
    zones: Vec<(Cell, Vec<Xy>)>,
}

/// Plans a town.
pub(super) fn plan(residents: u64, seed: u64) -> Town {
    let ground = Ground::new(residents, seed);
    let mut builder = Builder { sheet: Sheet::default(), dice: Dice::new(seed, "plan"), roads: 1, zones: Vec::new() };
    let mut pieces = builder.land(&ground, seed);
    builder.lay_strips(&ground, &mut pieces);
    builder.lay_through_roads(&ground, &mut pieces);
    builder.causeway(&ground, &pieces);
    let per_sample = residents as f64 / pieces.iter().map(|p| p.people.len()).sum::<usize>().max(1) as f64;
    let mut water = Vec::new();
    for piece in pieces {
        match piece.band {
            Some(Barrier::River) => water.push(piece.cell),
            Some(_) => {}
            None if (piece.people.len() as f64 * per_sample) < (PER_ZONE / 8.0).min(residents as f64 / 40.0) => {}
            None => {
                let zones = (piece.people.len() as f64 * per_sample / PER_ZONE).round().max(1.0) as usize;
                builder.quarter(piece.cell, piece.people, zones);
            }
        }
    }
    builder.finish(ground, residents, water)
}

impl Builder {
    /// The land, uncut, with a sample of where people will live.
    fn land(&mut self, ground: &Ground, seed: u64) -> Vec<Piece> {
        let mut pieces = vec![Piece {
            cell: self.sheet.cell(&ground.mainland(seed)),
            band: None,
            island: false,
            people: Vec::new(),
        }];
        if let Some(corners) = ground.island_outline(seed) {
            pieces.push(Piece { cell: self.sheet.cell(&corners), band: None, island: true, people: Vec::new() });
        }
        let wanted = (ground.residents as f64 / 10.0).max(3_000.0);
        let per_area = wanted * ground.crowd() / ground.residents as f64;
        for piece in &mut pieces {
            let corners: Vec<Xy> = self.sheet.sides(&piece.cell).map(|(_, a, _)| a).collect();
            let rays: Vec<Ray> = (0..corners.len())
                .map(|i| {
                    let (a, b) = (corners[i], corners[(i + 1) % corners.len()]);
                    Ray::heading(a, (b.y - a.y).atan2(b.x - a.x))
                })
                .collect();
            let fold = |f: fn(f64, f64) -> f64, v: fn(&Xy) -> f64| corners.iter().map(v).fold(v(&corners[0]), f);
            let (west, east) = (fold(f64::min, |p| p.x), fold(f64::max, |p| p.x));
            let (south, north) = (fold(f64::min, |p| p.y), fold(f64::max, |p| p.y));
            let throws = ((east - west) * (north - south) * per_area) as usize;
            for _ in 0..throws {
                let p = Xy::new(self.dice.between(west, east), self.dice.between(south, north));
                if rays.iter().all(|ray| ray.left(p) > 0.0) && self.dice.chance(ground.density(p)) {
                    piece.people.push(p);
                }
            }
        }
        pieces
    }

    fn lay_strips(&mut self, ground: &Ground, pieces: &mut Vec<Piece>) {
        for strip in &ground.strips {
            for by in [strip.half, -strip.half] {
                self.cut_all(pieces, strip.ray.moved_left(by), |piece| {
                    (!piece.island).then_some(Line::Edge(strip.barrier))
                });
            }
            for piece in pieces.iter_mut().filter(|p| p.band.is_none() && !p.island) {
                if strip.contains(self.sheet.centroid(&piece.cell)) {
                    piece.band = Some(strip.barrier);
                    piece.people.clear();
                }
            }
        }
    }

    /// Cuts every piece that the line passes through and `line_in` wants cut.
    fn cut_all(&mut self, pieces: &mut Vec<Piece>, ray: Ray, line_in: impl Fn(&Piece) -> Option<Line>) {
        let roads = [self.roads, self.roads + 1];
        self.roads += 2;
        let mut cut = Vec::with_capacity(pieces.len() * 2);
        for piece in pieces.drain(..) {
            // A road keeps its name as far as the middle of the town.
            let road = roads[usize::from(ray.ahead(self.sheet.centroid(&piece.cell)) > 0.0)];
            match line_in(&piece).and_then(|line| self.sheet.split(&piece.cell, ray, line, road)) {
                Some((left, right)) => {
                    let (a, b) = piece.people.into_iter().partition(|p| ray.left(*p) > 0.0);
                    cut.push(Piece { cell: left, people: a, ..piece });
                    cut.push(Piece { cell: right, people: b, ..piece });
                }
                None => cut.push(piece),
            }
        }
        *pieces = cut;
    }

    fn lay_through_roads(&mut self, ground: &Ground, pieces: &mut Vec<Piece>) {
        for k in 0..ground.through_roads {
            // The first leads to the island and must not miss it.
            let sway = if k == 0 { 0.0 } else { self.dice.between(-0.09, 0.09) };
            let ray = Ray::heading(Xy::default(), ground.heading + PI * k as f64 / ground.through_roads as f64 + sway);
            self.cut_all(pieces, ray, |piece| match (piece.island, piece.band) {
                (true, _) => (k == 0).then_some(Line::Street(Class::Primary)),
                (_, Some(barrier)) => Some(Line::Bridge(Class::Primary, barrier)),
                (_, None) => Some(Line::Street(Class::Primary)),
            });
        }
        for (k, ray) in self.ring_roads(ground).into_iter().enumerate() {
            self.cut_all(pieces, ray, |piece| match (piece.island, piece.band) {
                (true, _) => None,
                (_, Some(Barrier::River)) => (k % 5 == 4).then_some(Line::Bridge(Class::Secondary, Barrier::River)),
                (_, Some(barrier)) => (k % 2 == 0).then_some(Line::Bridge(Class::Secondary, barrier)),
                (_, None) => Some(Line::Street(Class::Secondary)),
            });
        }
    }

    /// Roads around the middle, at some distance, none nearly parallel to a river, railway or bypass.
    fn ring_roads(&mut self, ground: &Ground) -> Vec<Ray> {
        let n = match ground.residents {
            0..12_000 => 0,
            12_000..60_000 => 3,
            60_000..600_000 => 5,
            _ => 12,
        };
        let start = self.dice.unit();
        let mut rays = Vec::new();
        for k in 0..n {
            let rim = if n > 6 { [0.28, 0.55, 0.75][k % 3] } else { 0.47 };
            let heading = TAU * (k as f64 + start + self.dice.between(-0.15, 0.15)) / n as f64;
            let ray =
                Ray::heading(Xy::default(), heading).moved_left(ground.radius * rim * self.dice.between(0.88, 1.12));
            let across =
                |strip: &Strip| (ray.along.x * strip.ray.along.y - ray.along.y * strip.ray.along.x).abs() > 0.34;
            if ground.strips.iter().all(across) {
                rays.push(ray);
            }
        }
        rays
    }

    /// Joins the island to the end of the road that leads there.
    fn causeway(&mut self, ground: &Ground, pieces: &[Piece]) {
        let Some((island, _)) = ground.island else { return };
        let ray = Ray::heading(Xy::default(), ground.heading);
        let on_road = |node: NodeId, sheet: &Sheet| ray.left(sheet.nodes[node]).abs() < 30.0;
        let nearest = |wanted: bool, to: Xy, sheet: &Sheet| {
            let land = pieces.iter().filter(|p| p.island == wanted && p.band.is_none());
            let nodes = land.flat_map(|p| sheet.corners(&p.cell)).filter(|n| on_road(*n, sheet));
            let distance = |n: NodeId| sheet.nodes[n].distance(to).get();
            nodes.min_by(|&a, &b| distance(a).total_cmp(&distance(b)).then(a.cmp(&b)))
        };
        let Some(shore) = nearest(false, island, &self.sheet) else { return };
        let Some(landing) = nearest(true, self.sheet.nodes[shore], &self.sheet) else { return };
        let road = self.roads;
        self.roads += 1;
        self.sheet.chord_between(shore, landing, Line::Bridge(Class::Primary, Barrier::River), road, [None; 2]);
    }

    /// Cuts a quarter into zones, halving its people each time.
    fn quarter(&mut self, cell: Cell, people: Vec<Xy>, zones: usize) {
        if zones <= 1 || people.len() < 2 {
            self.zones.push((cell, people));
            return;
        }
        let class = match zones {
            24.. => Class::Secondary,
            7.. => Class::Tertiary,
            _ => Class::Local,
        };
        for attempt in 0..4 {
            let (long, length, width) = self.sheet.long_axis(&cell);
            let turned = if attempt == 2 || (attempt == 0 && length < 1.25 * width && self.dice.chance(0.4)) {
                0.0
            } else {
                FRAC_PI_2
            };
            let heading = long + turned + self.dice.between(-0.16, 0.16);
            let share = (zones / 2) as f64 / zones as f64 + self.dice.between(-0.07, 0.07);
            let ray = Ray::heading(middle_by(&people, heading, share), heading);
            let road = self.roads;
            let Some((left, right)) = self.sheet.split(&cell, ray, Line::Street(class), road) else { continue };
            self.roads += 1;
            let (a, b): (Vec<Xy>, Vec<Xy>) = people.into_iter().partition(|p| ray.left(*p) > 0.0);
            let in_left = (zones as f64 * a.len() as f64 / (a.len() + b.len()) as f64).round();
            let in_left = (in_left as usize).clamp(1, zones - 1);
            self.quarter(left, a, in_left);
            self.quarter(right, b, zones - in_left);
            return;
        }
        self.zones.push((cell, people));
    }

    /// Cuts a zone into blocks of houses.
    fn blocks(&mut self, ground: &Ground, cell: Cell, zone: usize, blocks: &mut Vec<Block>) {
        let middle = self.sheet.centroid(&cell);
        let density = ground.density(middle).max(0.12);
        let (long, length, width) = self.sheet.long_axis(&cell);
        let oblong = if ground.in_estate(middle) { 1.35 } else { 1.0 };
        let enough = (PER_BLOCK / (ground.crowd() * density)).clamp(3_000.0, 40_000.0) * oblong;
        if self.sheet.area(&cell) > 1.5 * enough && width > 45.0 {
            let sway = if ground.in_estate(middle) { 0.3 } else { 0.08 };
            let heading = long + FRAC_PI_2 + self.dice.between(-sway, sway);
            let off = length * self.dice.between(-0.09, 0.09);
            let ray = Ray::heading(middle, heading).moved_left(off);
            let road = self.roads;
            if let Some((left, right)) = self.sheet.split(&cell, ray, Line::Street(Class::Local), road) {
                self.roads += 1;
                self.blocks(ground, left, zone, blocks);
                self.blocks(ground, right, zone, blocks);
                return;
            }
        }
        blocks.push(Block { cell, zone });
    }

    fn finish(mut self, ground: Ground, residents: u64, water: Vec<Cell>) -> Town {
        let weights: Vec<f64> = self.zones.iter().map(|(_, people)| people.len() as f64).collect();
        let counts = apportion(residents, &weights);
        let mut zones = Vec::with_capacity(counts.len());
        let mut blocks = Vec::new();
        let planned = std::mem::take(&mut self.zones);
        for (i, ((cell, people), residents)) in planned.into_iter().zip(counts).enumerate() {
            let n = people.len().max(1) as f64;
            let middle = if people.is_empty() {
                self.sheet.centroid(&cell)
            } else {
                Xy::new(people.iter().map(|p| p.x).sum::<f64>() / n, people.iter().map(|p| p.y).sum::<f64>() / n)
            };
            let left_bank = ground.strips.first().is_some_and(|river| river.ray.left(middle) > 0.0);
            self.blocks(&ground, cell.clone(), i, &mut blocks);
            zones.push(Quarter { cell, middle, residents, left_bank });
        }
        Town { ground, sheet: self.sheet, zones, blocks, water }
    }
}

/// A point on the line of this heading that has `share` of the people on its left.
pub(super) fn middle_by(people: &[Xy], heading: f64, share: f64) -> Xy {
    let ray = Ray::heading(Xy::default(), heading);
    let mut offsets: Vec<f64> = people.iter().map(|p| ray.left(*p)).collect();
    let k = ((1.0 - share.clamp(0.2, 0.8)) * offsets.len() as f64) as usize;
    let k = k.min(offsets.len().saturating_sub(1));
    let offset = *offsets.select_nth_unstable_by(k, f64::total_cmp).1;
    ray.moved_left(offset).through
}
