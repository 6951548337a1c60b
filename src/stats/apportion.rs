/// How is a whole number shared out by weights, so that the parts sum to it exactly?
///
/// The method of largest remainders (Hamilton's): every part gets the whole number below its exact
/// share, and the units left over go to the largest remainders, the first of equal ones first. No part
/// is off its exact share by a whole unit. A negative total is shared like its opposite.
///
/// * `weights`: not finite or below nought counts as nought; where all are nought, everybody gets the
///   same. No weights, no parts.
///
/// The parts stand in the order of the weights.
#[must_use]
pub fn apportion(total: i64, weights: &[f64]) -> Vec<i64> {
    let usable = |w: &f64| if w.is_finite() && *w > 0.0 { *w } else { 0.0 };
    let sum: f64 = weights.iter().map(usable).sum();
    let whole = total.unsigned_abs();
    let share = |w: &f64| {
        if sum > 0.0 { whole as f64 * (usable(w) / sum) } else { whole as f64 / weights.len() as f64 }
    };
    let mut parts = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    for (i, weight) in weights.iter().enumerate() {
        let exact = share(weight);
        parts.push(exact.floor() as i64);
        remainders.push((exact - exact.floor(), i));
    }
    let given: i64 = parts.iter().sum();
    let mut left = whole as i64 - given;
    remainders.retain(|(_, i)| sum <= 0.0 || weights.get(*i).is_some_and(|w| usable(w) > 0.0));
    remainders.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    // Rounding of very large totals can leave a unit too many or too few: the same order takes it back.
    for &(_, i) in remainders.iter().cycle().take(if remainders.is_empty() { 0 } else { weights.len() * 4 }) {
        if left == 0 {
            break;
        }
        let step = left.signum();
        if let Some(part) = parts.get_mut(i)
            && *part + step >= 0
        {
            *part += step;
            left -= step;
        }
    }
    if total < 0 { parts.into_iter().map(|part| -part).collect() } else { parts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_largest_remainders_get_the_pennies_that_are_left() {
        assert_eq!(apportion(100, &[1.0, 1.0, 1.0]), [34, 33, 33]);
        assert_eq!(apportion(10, &[5.0, 0.0, 3.0, 2.5]), [5, 0, 3, 2]);
        assert_eq!(apportion(-100, &[1.0, 1.0, 1.0]), [-34, -33, -33]);
        assert_eq!(apportion(5, &[0.0, f64::NAN]), [3, 2]);
        assert_eq!(apportion(5, &[]), Vec::<i64>::new());
    }

    proptest! {
        #[test]
        fn the_parts_sum_to_the_whole_and_none_is_a_unit_off(
            total in 0i64..50_000_000_000,
            weights in prop::collection::vec(prop_oneof![Just(0.0), 0.0f64..9_000.0], 1..80),
        ) {
            let parts = apportion(total, &weights);
            prop_assert_eq!(parts.iter().sum::<i64>(), total);
            let sum: f64 = weights.iter().sum();
            if sum > 0.0 {
                for (part, weight) in parts.iter().zip(&weights) {
                    prop_assert!((*part as f64 - total as f64 * weight / sum).abs() < 1.0 + 1e-4);
                }
            }
        }
    }
}
