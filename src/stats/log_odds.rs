//! Which words stand out in one part of a whole.

use super::rates::{Interval, Z_95};

/// How much more, or less, a word is used in a part than in the rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogOdds {
    /// Natural logarithm of the ratio of the odds; above 0 is more than in the rest.
    pub delta: f64,
    /// In standard errors.
    pub z: f64,
    /// The ratio of the odds itself, at 95 %.
    pub ratio: Interval,
}

/// How much more is each word used in the part than in the rest?
///
/// Log-odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn, *Fightin' words*, Political
/// Analysis 16, 2008, eq. 15, 16, 20 and 22): the prior of a word is its share of all words times `strength`, so
/// that rare words need more evidence. The variance is their approximation
/// 1 ÷ (count in the part + prior) + 1 ÷ (count in the rest + prior).
///
/// * `part`, `rest`: how often each word was used, in one order.
/// * `strength`: words that the prior weighs as much as. The larger, the nearer to no difference.
///
/// `None` for a word that is used nowhere, and where it is the only word there is.
#[must_use]
pub fn log_odds(part: &[f64], rest: &[f64], strength: f64) -> Vec<Option<LogOdds>> {
    let (n, m): (f64, f64) = (part.iter().sum(), rest.iter().sum());
    part.iter()
        .zip(rest)
        .map(|(&here, &there)| {
            let prior = strength * (here + there) / (n + m);
            let odds = |count: f64, all: f64| ((count + prior) / (all + strength - count - prior)).ln();
            let delta = odds(here, n) - odds(there, m);
            let error = (1.0 / (here + prior) + 1.0 / (there + prior)).sqrt();
            let ratio = Interval { low: (delta - Z_95 * error).exp(), high: (delta + Z_95 * error).exp() };
            (delta.is_finite() && error.is_finite()).then_some(LogOdds { delta, z: delta / error, ratio })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_said_more_here_stands_out_and_one_said_alike_does_not() {
        let found = log_odds(&[40.0, 30.0, 30.0], &[50.0, 225.0, 225.0], 10.0);
        assert!(found[0].is_some_and(|w| w.z > 5.0 && w.ratio.low > 1.0));
        let alike = log_odds(&[10.0, 90.0], &[100.0, 900.0], 10.0);
        assert!(alike[0].is_some_and(|w| w.delta.abs() < 1e-9));
    }

    #[test]
    fn by_hand() {
        // prior of the first word 10 * 9/40 = 2.25; odds (6+2.25)/(10+10-8.25) and (3+2.25)/(30+10-5.25)
        let found = log_odds(&[6.0, 4.0], &[3.0, 27.0], 10.0)[0].expect("used");
        let delta = (8.25_f64 / 11.75).ln() - (5.25_f64 / 34.75).ln();
        assert!((found.delta - delta).abs() < 1e-12);
        assert!((found.z - delta / (1.0 / 8.25 + 1.0 / 5.25_f64).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn a_word_used_nowhere_says_nothing() {
        assert_eq!(log_odds(&[0.0, 1.0], &[0.0, 2.0], 1.0)[0], None);
        assert_eq!(log_odds(&[0.0], &[0.0], 1.0), vec![None]);
    }
}
