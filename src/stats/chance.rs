use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Chance that repeats itself: the same seed and stream always throw the same numbers, on every machine
/// and in whatever order the streams are asked.
#[derive(Debug, Clone)]
pub struct Chance(ChaCha8Rng);

impl Chance {
    /// A stream of random numbers.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// From 0 up to, not including, 1.
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Above 0, up to 1: what a logarithm can take.
    fn above_zero(&mut self) -> f64 {
        1.0 - self.unit()
    }

    /// From the exponential distribution with mean 1.
    pub fn exponential(&mut self) -> f64 {
        -self.above_zero().ln()
    }

    /// From the standard normal distribution (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        (-2.0 * self.above_zero().ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// From the gamma distribution of this shape, which must be at least 1, and scale 1 (Marsaglia and
    /// Tsang 2000).
    pub fn gamma(&mut self, shape: f64) -> f64 {
        let d = shape.max(1.0) - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.above_zero().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    /// From the beta distribution; both shapes must be at least 1.
    pub fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (x, y) = (self.gamma(a), self.gamma(b));
        x / (x + y)
    }

    /// The position in running totals where a random share of the last of them falls.
    pub fn pick(&mut self, running: &[f64]) -> usize {
        let Some(total) = running.last() else { return 0 };
        let wanted = self.unit() * total;
        running.partition_point(|sum| *sum <= wanted).min(running.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(of: impl Fn(&mut Chance) -> f64) -> f64 {
        let mut chance = Chance::new(7, 3);
        (0..40_000).map(|_| of(&mut chance)).sum::<f64>() / 40_000.0
    }

    #[test]
    fn the_distributions_have_the_means_they_should_have() {
        assert!((mean(Chance::unit) - 0.5).abs() < 0.01);
        assert!((mean(Chance::exponential) - 1.0).abs() < 0.03);
        assert!(mean(Chance::normal).abs() < 0.02);
        assert!((mean(|c| c.gamma(3.5)) - 3.5).abs() < 0.05);
        assert!((mean(|c| c.gamma(1.0)) - 1.0).abs() < 0.03);
        assert!((mean(|c| c.beta(2.0, 6.0)) - 0.25).abs() < 0.01);
        assert!((mean(|c| f64::from(u8::from(c.pick(&[1.0, 4.0]) == 1))) - 0.75).abs() < 0.01);
    }

    #[test]
    fn the_same_seed_and_stream_throw_the_same_numbers() {
        let throw = |seed, stream| Chance::new(seed, stream).unit();
        assert_eq!(throw(1, 2), throw(1, 2));
        assert_ne!(throw(1, 2), throw(1, 3));
        assert_ne!(throw(1, 2), throw(2, 2));
    }
}
