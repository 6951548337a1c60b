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

/// What is the least that a measure of inequality can be, where of everybody only a class is known?
///
/// `classes` are disjoint, each from its least to its most (which may be infinite) with how many are in it. Within a class it
/// is least when all have the same (Gastwirth 1972); both measures above are then a linear function of what the classes
/// have over another, so that the least lies where each has one of its ends. `None` when nobody has anything.
#[must_use]
pub fn least_of_classes(classes: &[(f64, f64, f64)], measure: impl Fn(&[Tally]) -> Option<f64>) -> Option<f64> {
    let told = |ends: usize| -> Vec<Tally> {
        let is_most = |nth: usize| ends >> nth & 1 == 1;
        let held = |(nth, &(least, most, n)): (usize, &(f64, f64, f64))| {
            (if is_most(nth) { most.min(ENDLESS) } else { least }, n)
        };
        classes.iter().enumerate().map(held).collect()
    };
    (0..1 << classes.len()).filter_map(|ends| measure(&told(ends))).reduce(f64::min)
}

/// So much stands for no end at all.
const ENDLESS: f64 = 1e9;

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
    fn the_least_of_classes_is_what_no_shares_within_them_can_go_below() {
        // Eighteen came once, two 3 to 5 times: at least the two have 6 of 24.
        let classes = [(1.0, 1.0, 18.0), (3.0, 5.0, 2.0)];
        let top = least_of_classes(&classes, |all| top_share_of_tallies(all, 0.1));
        assert!(top.is_some_and(|share| (share - 6.0 / 24.0).abs() < 1e-12));
        // All in the open class may have come equally often.
        assert!(least_of_classes(&[(11.0, f64::INFINITY, 7.0)], gini_of_tallies).is_some_and(|g| g.abs() < 1e-9));
        let classes = [(1.0, 1.0, 5.0), (3.0, 5.0, 7.0), (6.0, 10.0, 4.0), (11.0, f64::INFINITY, 3.0)];
        let least = least_of_classes(&classes, gini_of_tallies).expect("somebody came");
        for taken in 0..500_u32 {
            let at = |nth: u32, from: u32, to: u32| f64::from(from + (taken * 7 + nth * taken / 3) % (to - from + 1));
            let mut all = vec![(1.0, 5.0)];
            all.extend((0..7).map(|nth| (at(nth, 3, 5), 1.0)));
            all.extend((0..4).map(|nth| (at(nth, 6, 10), 1.0)));
            all.extend((0..3).map(|nth| (at(nth, 11, 60), 1.0)));
            assert!(gini_of_tallies(&all).is_some_and(|gini| gini >= least - 1e-12), "{all:?}");
        }
    }

    #[test]
    fn the_top_tenth_of_twenty_people_is_the_two_who_come_most() {
        assert!(
            top_share_of_tallies(&[(10.0, 2.0), (1.0, 18.0)], 0.1).is_some_and(|s| (s - 20.0 / 38.0).abs() < 1e-12)
        );
        assert!(top_share_of_tallies(&[(1.0, 5.0)], 0.1).is_some_and(|s| (s - 0.1).abs() < 1e-12));
    }
}
