//! Small counts borrow strength from the others: gamma-Poisson pooling.

use super::rates::{Interval, gamma_quantile};

/// How rates differ between areas: a gamma distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    /// The middle rate.
    pub mean: f64,
    /// How much true rates differ: the variance between areas. 0 where the counts give no sign that they
    /// differ at all.
    pub variance: f64,
    /// Everybody the middle rate was learned from.
    pub exposure: f64,
}

/// A pooled rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pooled {
    /// The rate, drawn towards the mean the more the fewer people there are.
    pub rate: f64,
    /// Where it lies at 95 %, given the prior.
    pub interval: Interval,
}

/// How do rates differ between areas, beyond what chance explains?
///
/// Empirical Bayes by the method of moments (Marshall, *Mapping disease and mortality rates using
/// empirical Bayes estimators*, Applied Statistics 40, 1991): the mean is Σ counts ÷ Σ exposures, and
/// the variance between areas is the weighted variance of the rates less mean ÷ average exposure,
/// at least 0. `counts` are pairs of count and exposure; those without exposure are left out.
///
/// `None` when nothing was counted anywhere.
#[must_use]
pub fn prior(counts: &[(f64, f64)]) -> Option<Prior> {
    let sound = || counts.iter().filter(|(count, exposure)| *exposure > 0.0 && count.is_finite());
    let areas = sound().count() as f64;
    let (sum, exposure) = sound().fold((0.0, 0.0), |(s, e), (count, here)| (s + count, e + here));
    if !(sum > 0.0 && exposure > 0.0) {
        return None;
    }
    let mean = sum / exposure;
    let spread = sound().map(|(count, here)| here * (count / here - mean).powi(2)).sum::<f64>() / exposure;
    let variance = (spread - mean / (exposure / areas)).max(0.0);
    Some(Prior { mean, variance, exposure })
}

/// What is the rate of one area, given how rates differ between areas?
///
/// The posterior of a Poisson count under a gamma prior is gamma (Clayton and Kaldor, Biometrics 43,
/// 1987): shape α + count, rate β + exposure, with α = mean² ÷ variance and β = mean ÷ variance; the rate is
/// the mean of it. That the mean of the prior is itself learned, from all areas together, adds to the
/// variance the square of its weight, β ÷ (β + exposure), times mean ÷ all exposure (Morris, Journal of the
/// American Statistical Association 78, 1983); the interval is that of the gamma with this mean and
/// variance. The spread between areas is taken as known, so with few areas it is still somewhat too narrow.
#[must_use]
pub fn pool(prior: Prior, count: f64, exposure: f64) -> Option<Pooled> {
    if !(count >= 0.0 && count.is_finite() && exposure > 0.0 && exposure.is_finite()) {
        return None;
    }
    let Prior { mean, variance, exposure: all } = prior;
    // How much the mean counts beside the area's own rate: all where areas do not differ.
    let weight = mean / (mean + variance * exposure);
    let rate = weight * mean + (1.0 - weight) * count / exposure;
    let own = (1.0 - weight) * rate / exposure;
    let spread = own + weight * weight * mean / all;
    let (shape, scale) = (rate * rate / spread, spread / rate);
    let interval = Interval { low: gamma_quantile(shape, 0.025)?, high: gamma_quantile(shape, 0.975)? };
    Some(Pooled { rate, interval: interval.times(scale) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_people_are_drawn_to_the_middle_and_many_stay_where_they_are() {
        let prior = Prior { mean: 0.1, variance: 0.001, exposure: 100_000.0 };
        let few = pool(prior, 4.0, 10.0).expect("sound");
        let many = pool(prior, 4000.0, 10_000.0).expect("sound");
        assert!((few.rate - 0.1).abs() < 0.04, "{few:?}");
        assert!((many.rate - 0.4).abs() < 0.01, "{many:?}");
        assert!(few.interval.holds(few.rate) && many.interval.holds(many.rate));
    }

    #[test]
    fn counts_as_alike_as_chance_makes_them_have_no_variance_between_areas() {
        let prior = prior(&[(10.0, 100.0), (11.0, 100.0), (9.0, 100.0), (5.0, 0.0)]).expect("counted");
        assert!((prior.mean - 0.1).abs() < 1e-12);
        assert_eq!(prior.variance, 0.0);
        let pooled = pool(prior, 9.0, 100.0).expect("sound");
        assert_eq!(pooled.rate, prior.mean);
        assert!(pooled.interval.low < prior.mean && pooled.interval.high > prior.mean);
    }

    #[test]
    fn nothing_counted_has_no_prior() {
        assert_eq!(prior(&[(0.0, 10.0)]), None);
        assert_eq!(prior(&[]), None);
    }
}
