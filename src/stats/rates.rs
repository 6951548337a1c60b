//! Rates and shares with exact intervals, and whether two rates are the same.

use statrs::function::beta::checked_beta_reg;
use statrs::function::gamma::checked_gamma_lr;

/// Confidence of every interval: 95 %, the field's custom. At 90 % one flag in ten would be chance.
const LEVEL: f64 = 0.95;

/// Standard deviations that hold 95 % of a normal distribution.
pub const Z_95: f64 = 1.959_963_984_540_054;

/// Halvings of an interval after which two neighbours in `f64` are reached from any start.
const HALVINGS: u32 = 200;

/// From where to where a number may lie, at 95 %.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// Both ends times the same number.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self { low: self.low * factor, high: self.high * factor }
    }

    /// Whether a number lies in it, the ends included.
    #[must_use]
    pub fn holds(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// Which rate per unit of exposure could have given `count`?
///
/// Garwood's exact interval of a Poisson mean (*Fiducial limits for the Poisson distribution*, Biometrika
/// 28, 1936): gamma quantiles at `count` and `count + 1`. Where the count varies more than a Poisson
/// count does, by the factor `dispersion` (1 where it does not), the interval is that of
/// `count ÷ dispersion` times `dispersion` (quasi-Poisson; McCullagh and Nelder 1989, §6.2).
///
/// `None` without exposure, or when a number is not finite or below zero.
#[must_use]
pub fn poisson_rate(count: f64, exposure: f64, dispersion: f64) -> Option<Interval> {
    let sound = count.is_finite() && count >= 0.0 && exposure.is_finite() && exposure > 0.0;
    if !sound || !dispersion.is_finite() {
        return None;
    }
    let dispersion = dispersion.max(1.0);
    let seen = count / dispersion;
    let tail = (1.0 - LEVEL) / 2.0;
    let low = if seen > 0.0 { gamma_quantile(seen, tail)? } else { 0.0 };
    let high = gamma_quantile(seen + 1.0, 1.0 - tail)?;
    Some(Interval { low, high }.times(dispersion / exposure))
}

/// Which share could have given `count` of `trials`?
///
/// Clopper and Pearson's exact interval (Biometrika 26, 1934): beta quantiles. With more spread than a
/// binomial count has, both numbers are divided by `dispersion`. `None` without trials or when the
/// numbers make no sense.
#[must_use]
pub fn binomial_share(count: f64, trials: f64, dispersion: f64) -> Option<Interval> {
    share_at(count, trials, dispersion, 1.0 - LEVEL)
}

/// As [`binomial_share()`], at one chance in `1 / error` of leaving out the truth.
fn share_at(count: f64, trials: f64, dispersion: f64, error: f64) -> Option<Interval> {
    let sound = count >= 0.0 && trials > 0.0 && count <= trials && trials.is_finite() && dispersion.is_finite();
    if !sound {
        return None;
    }
    let dispersion = dispersion.max(1.0);
    let (hits, misses) = (count / dispersion, (trials - count) / dispersion);
    let tail = error / 2.0;
    let low = if hits > 0.0 { beta_quantile(hits, misses + 1.0, tail)? } else { 0.0 };
    let high = if misses > 0.0 { beta_quantile(hits + 1.0, misses, 1.0 - tail)? } else { 1.0 };
    Some(Interval { low, high })
}

/// How many times the second rate is the first? The estimate and its exact interval.
///
/// Given the sum of two Poisson counts, the first is binomial; the interval of its share is turned into
/// one of the ratio (Przyborowski and Wilenski, Biometrika 31, 1940). The upper end is infinite where
/// the second count is 0. `None` where both counts are 0 or an exposure is.
#[must_use]
pub fn rate_ratio(first: (f64, f64), second: (f64, f64)) -> Option<(f64, Interval)> {
    rate_ratio_at(first, second, 1.0 - LEVEL)
}

/// As [`rate_ratio()`], with an interval that leaves out the truth with a chance of `error` at most: it leaves out 1
/// exactly where [`same_rate()`] is not above `error`, since both rest on the same tails.
#[must_use]
pub fn rate_ratio_at(first: (f64, f64), second: (f64, f64), error: f64) -> Option<(f64, Interval)> {
    let ((a, at_a), (b, at_b)) = (first, second);
    if !(a + b > 0.0 && at_a > 0.0 && at_b > 0.0) {
        return None;
    }
    let share = share_at(a, a + b, 1.0, error)?;
    let odds = |share: f64| share / (1.0 - share) * at_b / at_a;
    Some(((a / at_a) / (b / at_b), Interval { low: odds(share.low), high: odds(share.high) }))
}

/// How likely is a difference at least as large as this one, when both rates are the same?
///
/// The conditional test of two Poisson rates: given their sum, the first count is binomial with the
/// share of its exposure; twice the smaller tail, at most 1. It errs on the side of no difference,
/// because counts come in whole numbers. `None` when an exposure is missing.
#[must_use]
pub fn same_rate(first: (f64, f64), second: (f64, f64)) -> Option<f64> {
    let ((a, at_a), (b, at_b)) = (first, second);
    if !(a >= 0.0 && b >= 0.0 && at_a > 0.0 && at_b > 0.0) {
        return None;
    }
    let share = at_a / (at_a + at_b);
    let at_most = if b > 0.0 { checked_beta_reg(b, a + 1.0, 1.0 - share).ok()? } else { 1.0 };
    let at_least = if a > 0.0 { checked_beta_reg(a, b + 1.0, share).ok()? } else { 1.0 };
    Some((2.0 * at_most.min(at_least)).min(1.0))
}

/// The value that a gamma variable of this shape and scale 1 does not exceed with probability `p`.
/// `None` outside shape > 0 and 0 ≤ p < 1.
#[must_use]
pub fn gamma_quantile(shape: f64, p: f64) -> Option<f64> {
    if !(shape > 0.0 && shape.is_finite() && (0.0..1.0).contains(&p)) {
        return None;
    }
    let below = |x: f64| if x > 0.0 { checked_gamma_lr(shape, x).unwrap_or(1.0) } else { 0.0 };
    let mut high = shape + 1.0;
    while below(high) < p && high < f64::MAX / 4.0 {
        high *= 2.0;
    }
    Some(halve(0.0, high, |x| below(x) < p))
}

/// The value that a beta variable does not exceed with probability `p`. `None` outside a, b > 0 and
/// 0 ≤ p ≤ 1.
#[must_use]
pub fn beta_quantile(a: f64, b: f64, p: f64) -> Option<f64> {
    if !(a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite() && (0.0..=1.0).contains(&p)) {
        return None;
    }
    let below = |x: f64| checked_beta_reg(a, b, x).unwrap_or(f64::from(u8::from(x > 0.5)));
    Some(halve(0.0, 1.0, |x| below(x) < p))
}

/// Where a condition that holds below and fails above changes.
fn halve(mut low: f64, mut high: f64, still_below: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..HALVINGS {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if still_below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{a} is not {b}");
    }

    #[test]
    fn the_exact_interval_of_a_count_is_the_one_in_the_tables() {
        // scipy: chi2.ppf([.025, .975], [2 n, 2 n + 2]) / 2
        for (count, low, high) in [
            (0.0, 0.0, 3.688_879_454_113_936),
            (1.0, 0.025_317_807_984_289_897, 5.571_643_390_938_898),
            (10.0, 4.795_388_967_320_577, 18.390_356_042_464_443),
            (1000.0, 938.972_974_183_8, 1_063.952_684_966),
        ] {
            let found = poisson_rate(count, 1.0, 1.0).expect("sound");
            assert!((found.low - low).abs() < 1e-6 * low.max(1.0), "{count}: {found:?}");
            assert!((found.high - high).abs() < 1e-6 * high.max(1.0), "{count}: {found:?}");
        }
    }

    #[test]
    fn shares_of_nothing_and_of_all_have_one_open_end() {
        let none = binomial_share(0.0, 10.0, 1.0).expect("sound");
        near(none.low, 0.0);
        near(none.high, 1.0 - 0.025_f64.powf(0.1));
        let all = binomial_share(10.0, 10.0, 1.0).expect("sound");
        near(all.low, 0.025_f64.powf(0.1));
        near(all.high, 1.0);
    }

    #[test]
    fn equal_rates_are_not_told_apart_and_a_third_of_the_rate_is() {
        assert_eq!(same_rate((10.0, 100.0), (100.0, 1000.0)), Some(1.0));
        assert!(same_rate((10.0, 300.0), (1000.0, 10_000.0)).is_some_and(|p| p < 1e-4));
        assert_eq!(same_rate((1.0, 0.0), (1.0, 1.0)), None);
    }

    #[test]
    fn the_tail_of_the_test_is_the_sum_of_the_binomial() {
        // P(X <= 2) of Bin(7, 1/4) = .75^7 + 7 .25 .75^6 + 21 .25^2 .75^5, the smaller tail of 2 or fewer or of 2 or more
        let at_most: f64 = 0.75_f64.powi(7) + 7.0 * 0.25 * 0.75_f64.powi(6) + 21.0 * 0.0625 * 0.75_f64.powi(5);
        let at_least = 1.0 - 0.75_f64.powi(7) - 7.0 * 0.25 * 0.75_f64.powi(6);
        near(same_rate((2.0, 1.0), (5.0, 3.0)).expect("sound"), (2.0 * at_most.min(at_least)).min(1.0));
    }

    #[test]
    fn a_ratio_of_rates_with_nothing_below_has_no_upper_end() {
        let (_, interval) = rate_ratio((5.0, 10.0), (0.0, 10.0)).expect("sound");
        assert_eq!(interval.high, f64::INFINITY);
        assert!(interval.low > 0.0);
    }

    #[test]
    fn more_spread_widens_the_interval() {
        let exact = poisson_rate(100.0, 1000.0, 1.0).expect("sound");
        let wide = poisson_rate(100.0, 1000.0, 2.0).expect("sound");
        assert!(wide.low < exact.low && wide.high > exact.high);
    }

    #[test]
    fn no_exposure_has_no_rate() {
        assert_eq!(poisson_rate(3.0, 0.0, 1.0), None);
        assert_eq!(poisson_rate(f64::NAN, 1.0, 1.0), None);
        assert_eq!(binomial_share(3.0, 2.0, 1.0), None);
    }

    proptest! {
        #[test]
        fn an_interval_holds_its_estimate(count in 0.0f64..1e6, exposure in 1.0f64..1e7) {
            let interval = poisson_rate(count, exposure, 1.0).expect("sound");
            prop_assert!(interval.holds(count / exposure));
        }

        #[test]
        fn a_share_lies_in_its_interval(hits in 0u32..5000, misses in 0u32..5000) {
            prop_assume!(hits + misses > 0);
            let trials = f64::from(hits + misses);
            let interval = binomial_share(f64::from(hits), trials, 1.0).expect("sound");
            prop_assert!(interval.holds(f64::from(hits) / trials));
            prop_assert!(interval.low >= 0.0 && interval.high <= 1.0);
        }
    }
}
