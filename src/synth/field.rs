//! Smooth random surfaces: what makes neighbours alike, and straight lines crooked.

use super::dice::Dice;
use crate::crs::Xy;
use std::f64::consts::TAU;

/// A smooth random surface with mean 0 and variance 1: a sum of plane waves.
#[derive(Debug, Clone)]
pub(super) struct Field {
    waves: Vec<(f64, f64, f64)>,
}

impl Field {
    /// A surface whose hills are about `wavelength` metres apart.
    pub(super) fn new(dice: &mut Dice, wavelength: f64) -> Self {
        let waves = (0..WAVES)
            .map(|i| {
                // Directions spread around the compass, so that no seed gives a corrugated town.
                let heading = TAU * (i as f64 + dice.unit()) / WAVES as f64;
                let wave = TAU / (wavelength * dice.between(0.8, 1.25));
                (wave * heading.cos(), wave * heading.sin(), TAU * dice.unit())
            })
            .collect();
        Self { waves }
    }

    /// The height of the surface here.
    pub(super) fn at(&self, p: Xy) -> f64 {
        let sum: f64 = self.waves.iter().map(|(kx, ky, phase)| (kx * p.x + ky * p.y + phase).cos()).sum();
        sum * (2.0 / WAVES as f64).sqrt()
    }
}

const WAVES: usize = 5;

/// Bends a drawing of straight lines into a town, without tearing or folding it.
///
/// Each layer moves points by a smooth field. The move changes by at most a few tenths of a metre per
/// metre, so that neighbours stay neighbours and every crossing stays a crossing.
#[derive(Debug, Clone)]
pub(super) struct Warp {
    middle: Xy,
    layers: Vec<(Field, Field, f64)>,
    winding: (Field, Field, Field),
}

/// How far layers move points, for each metre of their wavelength: large ones make the town's shape and
/// the river's bends, small ones winding streets. The gradient of a layer has a root mean square of
/// 2π times this, 0.11 to 0.18; were their sum near 1 anywhere, the map would fold there, so a test looks.
const BEND: [f64; 3] = [0.027, 0.021, 0.021];
/// The same for winding streets.
const WINDING: f64 = 0.017;

impl Warp {
    /// A bend for a town of this radius, laid around `middle`.
    pub(super) fn new(dice: &mut Dice, middle: Xy, radius: f64) -> Self {
        let mut layers = Vec::new();
        for (wavelength, bend) in [3.4 * radius, 4200.0, 1300.0].into_iter().zip(BEND) {
            if wavelength <= 3.4 * radius {
                let (dx, dy) = (Field::new(dice, wavelength), Field::new(dice, wavelength));
                layers.push((dx, dy, bend * wavelength));
            }
        }
        let winding = (Field::new(dice, 430.0), Field::new(dice, 430.0), Field::new(dice, 2600.0));
        Self { middle, layers, winding }
    }

    /// Where a point of the drawing lies on the National Grid.
    pub(super) fn place(&self, p: Xy) -> Xy {
        let (mut x, mut y) = (self.middle.x + p.x, self.middle.y + p.y);
        for (dx, dy, size) in &self.layers {
            x += size * dx.at(p);
            y += size * dy.at(p);
        }
        // Some quarters have straight streets and some winding ones.
        let winds = 430.0 * WINDING * (0.5 + 0.5 * self.winding.2.at(p)).clamp(0.12, 1.0);
        Xy::new(x + winds * self.winding.0.at(p), y + winds * self.winding.1.at(p))
    }
}

/// A roundish patch of ground, such as a park or an estate.
#[derive(Debug, Clone)]
pub(super) struct Blob {
    /// Its middle.
    pub middle: Xy,
    /// Its mean radius in metres.
    pub radius: f64,
    lobes: [(f64, f64, f64); 3],
}

impl Blob {
    /// A blob with an irregular edge.
    pub(super) fn new(dice: &mut Dice, middle: Xy, radius: f64) -> Self {
        let lobes = [2.0, 3.0, 5.0].map(|n| (n, dice.between(0.04, 0.38 / n), TAU * dice.unit()));
        Self { middle, radius, lobes }
    }

    fn edge(&self, heading: f64) -> f64 {
        self.radius * (1.0 + self.lobes.iter().map(|(n, size, phase)| size * (n * heading + phase).cos()).sum::<f64>())
    }

    /// Whether a point lies inside.
    pub(super) fn contains(&self, p: Xy) -> bool {
        let (dx, dy) = (p.x - self.middle.x, p.y - self.middle.y);
        let distance = dx.hypot(dy);
        distance < 1.6 * self.radius && distance < self.edge(dy.atan2(dx))
    }

    /// Its edge as a ring of points, first and last different.
    pub(super) fn outline(&self) -> Vec<Xy> {
        (0..40)
            .map(|i| {
                let heading = TAU * f64::from(i) / 40.0;
                let r = self.edge(heading);
                Xy::new(self.middle.x + r * heading.cos(), self.middle.y + r * heading.sin())
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bending_never_folds_the_town() {
        for seed in 0..40 {
            for radius in [200.0, 4_300.0, 16_000.0] {
                let warp = Warp::new(&mut Dice::new(seed, "warp"), Xy::new(600_000.0, 480_000.0), radius);
                let mut dice = Dice::new(seed, "points");
                for _ in 0..3_000 {
                    let p = Xy::new(dice.between(-radius, radius), dice.between(-radius, radius));
                    let (a, b, c) =
                        (warp.place(p), warp.place(Xy::new(p.x + 1.0, p.y)), warp.place(Xy::new(p.x, p.y + 1.0)));
                    let area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
                    assert!(area > 0.05, "seed {seed}, radius {radius}: a square metre became {area}");
                }
            }
        }
    }

    #[test]
    fn a_blob_contains_its_middle_and_not_its_neighbour() {
        let blob = Blob::new(&mut Dice::new(1, "blob"), Xy::new(10.0, 10.0), 100.0);
        assert!(blob.contains(Xy::new(10.0, 10.0)));
        assert!(!blob.contains(Xy::new(180.0, 10.0)));
    }
}
