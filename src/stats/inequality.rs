//! How unequally something is shared.

/// Counts and how many have that count: `(contacts, people)`.
type Tally = (f64, f64);

/// How unequally is it shared? 0 when all have the same, towards 1 when one has all.
///
/// The Gini coefficient: twice the area between the Lorenz curve and the line of equality. `tallies` are
/// pairs of an amount and how many have it, in any order. `None` when nobody has anything.
#[must_use]
pub fn gini_of_tallies(tallies: &[Tally]) -> Option<f64> {
    let sorted = in_order(tallies);
    let (people, total) = sums(&sorted)?;
    let (mut before, mut area) = (0.0, 0.0);
    for (amount, n) in sorted {
        let here = amount * n;
        area += n * (2.0 * before + here);
        before += here;
    }
    Some(1.0 - area / (people * total))
}

/// Which share of everything belongs to the `share` of people who have most?
///
/// A person who straddles the line counts in part, so that the answer does not jump. `None` as above.
#[must_use]
pub fn top_share_of_tallies(tallies: &[Tally], share: f64) -> Option<f64> {
    let mut sorted = in_order(tallies);
    sorted.reverse();
    let (people, total) = sums(&sorted)?;
    let mut left = people * share.clamp(0.0, 1.0);
    let mut sum = 0.0;
    for (amount, n) in sorted {
        let taken = n.min(left);
        sum += amount * taken;
        left -= taken;
    }
    Some(sum / total)
}

fn in_order(tallies: &[Tally]) -> Vec<Tally> {
    let mut sorted: Vec<Tally> = tallies.iter().copied().filter(|(amount, n)| *amount >= 0.0 && *n > 0.0).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    sorted
}

fn sums(sorted: &[Tally]) -> Option<(f64, f64)> {
    let people: f64 = sorted.iter().map(|(_, n)| n).sum();
    let total: f64 = sorted.iter().map(|(amount, n)| amount * n).sum();
    (total > 0.0).then_some((people, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_alike_is_nought_and_one_with_all_is_nearly_one() {
        assert!(gini_of_tallies(&[(3.0, 10.0)]).is_some_and(|g| g.abs() < 1e-12));
        assert!(gini_of_tallies(&[(0.0, 99.0), (5.0, 1.0)]).is_some_and(|g| (g - 0.99).abs() < 1e-12));
        assert_eq!(gini_of_tallies(&[(0.0, 4.0)]), None);
    }

    #[test]
    fn gini_is_half_the_mean_difference_over_the_mean() {
        // 1, 2, 2, 7: mean 3, mean absolute difference over all 16 pairs 2.25
        assert!(gini_of_tallies(&[(7.0, 1.0), (2.0, 2.0), (1.0, 1.0)]).is_some_and(|g| (g - 2.25 / 6.0).abs() < 1e-12));
    }

    #[test]
    fn the_top_tenth_of_twenty_people_is_the_two_who_come_most() {
        assert!(
            top_share_of_tallies(&[(10.0, 2.0), (1.0, 18.0)], 0.1).is_some_and(|s| (s - 20.0 / 38.0).abs() < 1e-12)
        );
        assert!(top_share_of_tallies(&[(1.0, 5.0)], 0.1).is_some_and(|s| (s - 0.1).abs() < 1e-12));
    }
}
