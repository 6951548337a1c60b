//! The lie of the land: how big the town is, where its river, railway and bypass run, where parks,
//! works and estates are, and how densely people live between them.

use super::dice::Dice;
use super::field::{Blob, Field, Warp};
use super::sheet::{Barrier, Ray};
use crate::crs::Xy;
use std::f64::consts::{PI, TAU};

/// The middle of every made-up borough: in the North Sea, inside the sheet of the National Grid and
/// inside OSTN15, further from any coast than the largest town is wide.
pub(super) const MIDDLE: Xy = Xy::new(600_000.0, 480_000.0);

/// Residents for each square kilometre of the whole town: between Newport (850 in a county with much
/// farmland, about 3,000 where it is built up) and Haringey (9,000).
const PER_KM2: f64 = 3_600.0;

/// A straight band of the drawing that walkers cannot enter.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strip {
    /// What it is.
    pub barrier: Barrier,
    /// Its middle line.
    pub ray: Ray,
    /// Half its width in metres.
    pub half: f64,
}

impl Strip {
    /// Whether a point lies in the band.
    pub(super) fn contains(&self, p: Xy) -> bool {
        self.ray.left(p).abs() < self.half - 0.5
    }
}

/// How the land lies, before anything is built. All points are on the unbent drawing around (0, 0).
#[derive(Debug)]
pub(super) struct Ground {
    /// Residents asked for.
    pub residents: u64,
    /// Mean radius in metres.
    pub radius: f64,
    /// The bend that makes a town of the drawing.
    pub warp: Warp,
    /// Heading of the first through road.
    pub heading: f64,
    /// How many roads run through the middle.
    pub through_roads: usize,
    /// River, railway and bypass.
    pub strips: Vec<Strip>,
    /// Green spaces.
    pub parks: Vec<Blob>,
    /// Factories and warehouses.
    pub works: Vec<Blob>,
    /// Housing estates of cul-de-sacs.
    pub estates: Vec<Blob>,
    /// The middle and radius of the island, when there is one.
    pub island: Option<(Xy, f64)>,
    crowding: Field,
}

impl Ground {
    /// The land for so many residents.
    pub(super) fn new(residents: u64, seed: u64) -> Self {
        let mut dice = Dice::new(seed, "ground");
        let radius = (residents as f64 / PER_KM2 / PI).sqrt() * 1_000.0;
        let through_roads = match residents {
            0..3_000 => 2,
            3_000..30_000 => 3,
            30_000..600_000 => 4,
            _ => 6,
        };
        let heading = TAU * dice.unit();
        let strips = strips(&mut dice, residents, radius, heading, through_roads);
        let island = (residents >= 12_000).then(|| {
            let away = 1.32 * radius + 250.0;
            (Xy::new(away * heading.cos(), away * heading.sin()), 0.16 * radius + 60.0)
        });
        let mut ground = Self {
            residents,
            radius,
            warp: Warp::new(&mut dice, MIDDLE, radius),
            heading,
            through_roads,
            strips,
            parks: Vec::new(),
            works: Vec::new(),
            estates: Vec::new(),
            island,
            crowding: Field::new(&mut dice, (1.1 * radius).clamp(300.0, 4_500.0)),
        };
        ground.parks = ground.blobs(&mut dice, 14_000, (110.0, 330.0), 0.15);
        ground.works = ground.blobs(&mut dice, 55_000, (260.0, 520.0), 0.55);
        ground.estates = ground.blobs(&mut dice, 16_000, (260.0, 520.0), 0.3);
        ground
    }

    fn blobs(&self, dice: &mut Dice, residents_each: u64, radii: (f64, f64), nearest: f64) -> Vec<Blob> {
        let n = (self.residents + residents_each / 2) / residents_each;
        (0..n.max(1))
            .map(|_| {
                let (from_middle, heading) = (self.radius * dice.between(nearest, 0.92), TAU * dice.unit());
                let radius = dice.between(radii.0, radii.1).min(0.17 * self.radius);
                Blob::new(dice, Xy::new(from_middle * heading.cos(), from_middle * heading.sin()), radius)
            })
            .collect()
    }

    /// The corners of the mainland, convex and anticlockwise.
    pub(super) fn mainland(&self, seed: u64) -> Vec<Xy> {
        outline(&mut Dice::new(seed, "mainland"), Xy::default(), self.radius, 22)
    }

    /// The corners of the island, if there is one.
    pub(super) fn island_outline(&self, seed: u64) -> Option<Vec<Xy>> {
        self.island.map(|(middle, radius)| outline(&mut Dice::new(seed, "island"), middle, radius, 13))
    }

    /// Whether a point is in a park.
    pub(super) fn in_park(&self, p: Xy) -> bool {
        self.parks.iter().any(|park| park.contains(p))
    }

    /// Whether a point is among factories.
    pub(super) fn in_works(&self, p: Xy) -> bool {
        self.works.iter().any(|works| works.contains(p))
    }

    /// Whether a point is in an estate.
    pub(super) fn in_estate(&self, p: Xy) -> bool {
        self.estates.iter().any(|estate| estate.contains(p))
    }

    /// Whether a point is in a river, on a railway or on the bypass.
    pub(super) fn barrier_at(&self, p: Xy) -> Option<Barrier> {
        self.strips.iter().find(|strip| strip.contains(p)).map(|strip| strip.barrier)
    }

    /// How densely people live here, against the densest quarter: 0 to 1.
    pub(super) fn density(&self, p: Xy) -> f64 {
        if self.in_park(p) || self.in_works(p) {
            return 0.0;
        }
        let out = p.x.hypot(p.y) / self.radius;
        let core = 0.30 + 0.70 * (-(2.1 * out).powi(2)).exp();
        (core * (1.0 + 0.35 * self.crowding.at(p))).clamp(0.08, 1.0)
    }

    /// Residents for each square metre where density is 1, so that the whole town has as many as asked.
    pub(super) fn crowd(&self) -> f64 {
        // The mean of `density` over the disc is about 0.36 of the densest quarter.
        PER_KM2 / 1e6 / 0.36
    }
}

fn strips(dice: &mut Dice, residents: u64, radius: f64, heading: f64, through_roads: usize) -> Vec<Strip> {
    // Bands run half-way between the headings of through roads, so that these cross them squarely enough.
    let between = |k: f64| heading + PI * (k + 0.5) / through_roads as f64;
    let mut band = |barrier, heading: f64, away: f64, half| {
        let heading = heading + dice.between(-0.1, 0.1);
        let side = if dice.chance(0.5) { 1.0 } else { -1.0 };
        let ray = Ray::heading(Xy::default(), heading).moved_left(side * radius * away * dice.between(0.85, 1.15));
        Strip { barrier, ray, half }
    };
    let square = (through_roads / 2) as f64;
    let mut strips = vec![band(Barrier::River, between(square), 0.2, (0.011 * radius).clamp(10.0, 42.0))];
    if residents >= 8_000 {
        strips.push(band(Barrier::Railway, between(0.0), 0.3, 10.0));
    }
    if residents >= 60_000 {
        strips.push(band(Barrier::Bypass, between(square - 1.0), 0.66, 17.0));
    }
    strips
}

/// A convex, slightly irregular ring of about `n` corners.
fn outline(dice: &mut Dice, middle: Xy, radius: f64, n: usize) -> Vec<Xy> {
    let squash = dice.between(0.86, 1.0);
    let lean = TAU * dice.unit();
    let points: Vec<Xy> = (0..n)
        .map(|i| {
            let heading = TAU * (i as f64 + dice.between(-0.3, 0.3)) / n as f64;
            let r = radius * dice.between(0.97, 1.12);
            let (u, v) = (r * heading.cos() / squash.sqrt(), r * heading.sin() * squash.sqrt());
            Xy::new(middle.x + u * lean.cos() - v * lean.sin(), middle.y + u * lean.sin() + v * lean.cos())
        })
        .collect();
    convex_hull(points)
}

/// The corners of the convex hull, anticlockwise (Andrew's monotone chain).
fn convex_hull(mut points: Vec<Xy>) -> Vec<Xy> {
    points.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let turn = |a: Xy, b: Xy, c: Xy| (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    let half = |points: &mut dyn Iterator<Item = &Xy>| {
        let mut chain: Vec<Xy> = Vec::new();
        for &p in points {
            while let [.., a, b] = chain[..] {
                if turn(a, b, p) > 0.0 {
                    break;
                }
                chain.pop();
            }
            chain.push(p);
        }
        chain.pop();
        chain
    };
    let mut hull = half(&mut points.iter());
    hull.extend(half(&mut points.iter().rev()));
    hull
}
