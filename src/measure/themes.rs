//! What do people raise more in one part than in the rest?

use crate::stats::{LogOdds, log_odds};

/// Which themes stand out in a part beside the rest of the whole.
///
/// `both` has for each theme the records that raised it in the part and in the whole; `None` where one of
/// them may not be known. The prior weighs as much as the part itself, and at least one record: so a theme
/// must differ by more than the part's own size can explain (Monroe, Colaresi and Quinn 2008 leave the
/// strength to the analyst; ten times as strong, hardly anything stands out, at a tenth rare themes do).
#[must_use]
pub fn stands_out(both: &[Option<(f64, f64)>]) -> Vec<Option<LogOdds>> {
    let known: Vec<(f64, f64)> = both.iter().flatten().copied().collect();
    let part: Vec<f64> = known.iter().map(|(here, _)| *here).collect();
    let rest: Vec<f64> = known.iter().map(|(here, whole)| (whole - here).max(0.0)).collect();
    let strength = part.iter().sum::<f64>().max(1.0);
    let mut found = log_odds(&part, &rest, strength).into_iter();
    both.iter().map(|cell| cell.and_then(|_| found.next().flatten())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_theme_raised_more_here_stands_out_and_a_hidden_one_says_nothing() {
        let found = stands_out(&[Some((80.0, 120.0)), None, Some((40.0, 500.0)), Some((40.0, 480.0))]);
        assert!(found[0].is_some_and(|odds| odds.z > 1.96 && odds.ratio.low > 1.0));
        assert_eq!(found[1], None);
        assert!(found[2].is_some_and(|odds| odds.delta < 0.0));
    }

    #[test]
    fn nothing_raised_says_nothing() {
        assert_eq!(stands_out(&[]), Vec::new());
        assert_eq!(stands_out(&[Some((0.0, 0.0)), Some((1.0, 2.0))])[0], None);
    }
}
