//! How unequally something is held, and whether it leans to those who come first in an order.

/// A group in an order: how many hold, and how much they hold.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Step {
    /// How many they are.
    pub people: f64,
    /// How much they hold.
    pub amount: f64,
}

/// What share of the amount do the first so many of the people hold?
///
/// The concentration curve (Kakwani, Wagstaff and van Doorslaer 1997): cumulative shares of people and of
/// the amount, from (0, 0), one point after each step, in the order given. `None` when nobody is there or
/// nothing is held.
#[must_use]
pub fn curve(steps: &[Step]) -> Option<Vec<(f64, f64)>> {
    let people: f64 = steps.iter().map(|step| step.people).sum();
    let amount: f64 = steps.iter().map(|step| step.amount).sum();
    if people <= 0.0 || amount <= 0.0 {
        return None;
    }
    let mut points = vec![(0.0, 0.0)];
    let (mut x, mut y) = (0.0, 0.0);
    for step in steps {
        x += step.people;
        y += step.amount;
        points.push((x / people, y / amount));
    }
    Some(points)
}

/// Does the amount lean to those who come first in the order?
///
/// The concentration index: twice the area between the line of equality and the [`curve`]. 0 when
/// everybody holds the same; below 0 when those who come first hold more than their share, down to −1;
/// above 0 when the last do. Between the points the curve is straight, so people of one step count
/// as holding alike.
#[must_use]
pub fn concentration_index(steps: &[Step]) -> Option<f64> {
    let points = curve(steps)?;
    let twice: f64 = points.windows(2).map(|pair| (pair[1].0 - pair[0].0) * (pair[1].1 + pair[0].1)).sum();
    Some(1.0 - twice)
}

/// How unequally is the amount held?
///
/// The Gini coefficient: the [`concentration_index`] in the order of what each of them holds for each
/// person, least first. 0 when all hold alike, towards 1 when one holds everything.
#[must_use]
pub fn gini(steps: &[Step]) -> Option<f64> {
    let mut sorted: Vec<Step> = steps.iter().copied().filter(|step| step.people > 0.0).collect();
    sorted.sort_by(|a, b| (a.amount * b.people).total_cmp(&(b.amount * a.people)));
    concentration_index(&sorted)
}

/// How much does everything hang on few?
///
/// The Herfindahl–Hirschman index: the sum of squared shares. 1 when one has everything, 1/n when n have
/// the same. `None` when there is nothing.
#[must_use]
pub fn hhi(amounts: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut squares) = (0.0, 0.0);
    for amount in amounts {
        sum += amount;
        squares += amount * amount;
    }
    (sum > 0.0).then(|| squares / (sum * sum))
}

/// What share of the amount do the largest so many have?
///
/// The largest `share` of them, rounded up to whole ones, at least one. `None` when there is nothing.
#[must_use]
pub fn top_share(amounts: impl IntoIterator<Item = f64>, share: f64) -> Option<f64> {
    let mut sorted: Vec<f64> = amounts.into_iter().collect();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let total: f64 = sorted.iter().sum();
    let n = ((sorted.len() as f64 * share).ceil() as usize).max(1);
    (total > 0.0).then(|| sorted.iter().take(n).sum::<f64>() / total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn steps(of: &[(f64, f64)]) -> Vec<Step> {
        of.iter().map(|&(people, amount)| Step { people, amount }).collect()
    }

    #[test]
    fn equal_shares_have_no_index_and_one_holder_has_nearly_all_of_it() {
        assert_eq!(concentration_index(&steps(&[(10.0, 5.0), (30.0, 15.0)])), Some(0.0));
        assert_eq!(concentration_index(&steps(&[(1.0, 1.0), (1.0, 0.0)])), Some(-0.5));
        assert_eq!(concentration_index(&steps(&[(1.0, 0.0), (1.0, 1.0)])), Some(0.5));
        assert_eq!(gini(&steps(&[(1.0, 9.0), (1.0, 0.0), (1.0, 0.0)])), Some(2.0 / 3.0));
        assert_eq!(concentration_index(&steps(&[(1.0, 0.0)])), None);
    }

    #[test]
    fn dependence_is_one_on_one_and_a_quarter_on_four_alike() {
        assert_eq!(hhi([7.0]), Some(1.0));
        assert_eq!(hhi([1.0; 4]), Some(0.25));
        assert_eq!(hhi([0.0]), None);
        assert_eq!(top_share([1.0, 5.0, 2.0, 2.0], 0.1), Some(0.5));
    }

    proptest! {
        #[test]
        fn the_index_turns_round_with_the_order_and_never_exceeds_the_gini(
            of in prop::collection::vec((0.1f64..100.0, 0.0f64..100.0), 2..30)
        ) {
            let forward = steps(&of);
            let backward: Vec<Step> = forward.iter().rev().copied().collect();
            if let (Some(a), Some(b), Some(g)) = (concentration_index(&forward), concentration_index(&backward), gini(&forward)) {
                prop_assert!((a + b).abs() < 1e-9);
                prop_assert!(a.abs() <= g + 1e-9);
            }
        }
    }
}
