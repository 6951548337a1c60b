use std::cmp::Ordering;

/// A value and how much it weighs; `None` is a value beyond every number, such as "cannot be reached".
pub type Weighted = (Option<f64>, f64);

/// Which value do a share `q` of the weight not exceed?
///
/// The smallest value whose cumulative weight is at least `q` times the total: the inverse of the
/// weighted empirical distribution (definition 1 of Hyndman and Fan, *Sample quantiles in statistical
/// packages*, The American Statistician 50, 1996). It is always one of the values, never a point
/// between two, so it can be `None` when the value at that place is.
///
/// * `values`: in any order; `None` sorts last, and so does a value that is not a number. Weights that
///   are not finite or not above zero are left out.
/// * `q`: from 0 to 1; 0 asks for the smallest value that weighs anything, 1 for the largest.
///
/// `None` when nothing weighs anything, or when the value at that place is `None`. Exact for weights
/// whose sums are exact, and then independent of the order of the values.
#[must_use]
pub fn quantile(values: &[Weighted], q: f64) -> Option<f64> {
    let [value] = quantiles(values, [q]);
    value
}

/// Several quantiles of the same values for one sort; see [`quantile`].
#[must_use]
pub fn quantiles<const N: usize>(values: &[Weighted], qs: [f64; N]) -> [Option<f64>; N] {
    let mut sorted: Vec<Weighted> =
        values.iter().filter(|(_, weight)| weight.is_finite() && *weight > 0.0).map(|&(v, w)| (number(v), w)).collect();
    sorted.sort_unstable_by(|a, b| unreachable_last(a.0, b.0));
    let total: f64 = sorted.iter().map(|(_, weight)| weight).sum();
    qs.map(|q| {
        let wanted = q.clamp(0.0, 1.0) * total;
        let mut sum = 0.0;
        let found = sorted.iter().find(|(_, weight)| {
            sum += weight;
            sum >= wanted
        });
        found.or(sorted.last()).and_then(|&(value, _)| value)
    })
}

fn number(value: Option<f64>) -> Option<f64> {
    value.filter(|v| !v.is_nan())
}

fn unreachable_last(a: Option<f64>, b: Option<f64>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EVERYBODY: [Weighted; 4] = [(Some(3.0), 1.0), (None, 4.0), (Some(1.0), 2.0), (Some(2.0), 3.0)];

    #[test]
    fn the_quantile_is_the_first_value_that_enough_weight_does_not_exceed() {
        // In order: 1 weighs 2, 2 weighs 3, 3 weighs 1, unreachable weighs 4; the total is 10.
        assert_eq!(quantile(&EVERYBODY, 0.0), Some(1.0));
        assert_eq!(quantile(&EVERYBODY, 0.2), Some(1.0));
        assert_eq!(quantile(&EVERYBODY, 0.21), Some(2.0));
        assert_eq!(quantile(&EVERYBODY, 0.5), Some(2.0));
        assert_eq!(quantile(&EVERYBODY, 0.6), Some(3.0));
    }

    #[test]
    fn the_quantile_is_unknown_where_that_resident_cannot_get_there() {
        assert_eq!(quantile(&EVERYBODY, 0.61), None);
        assert_eq!(quantile(&EVERYBODY, 1.0), None);
    }

    #[test]
    fn nothing_has_no_quantile() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[(Some(1.0), 0.0), (Some(2.0), f64::NAN)], 0.5), None);
    }

    #[test]
    fn a_value_that_is_not_a_number_counts_as_unreachable() {
        assert_eq!(quantiles(&[(Some(f64::NAN), 1.0), (Some(5.0), 1.0)], [0.5, 1.0]), [Some(5.0), None]);
    }

    /// Small whole numbers, so that sums are exact and ties happen.
    fn some_values() -> impl Strategy<Value = Vec<Weighted>> {
        prop::collection::vec((prop::option::weighted(0.8, (0u8..12).prop_map(f64::from)), (0u8..9).prop_map(f64::from)), 0..40)
    }

    /// The definition, read aloud: try every value, and take the smallest that does.
    fn by_definition(values: &[Weighted], q: f64) -> Option<f64> {
        let total: f64 = values.iter().map(|v| v.1).sum();
        let upto = |x: f64| values.iter().filter(|v| v.0.is_some_and(|v| v <= x)).map(|v| v.1).sum::<f64>();
        let candidates = values.iter().filter(|v| v.1 > 0.0).filter_map(|v| v.0);
        candidates.filter(|&x| upto(x) >= q * total).min_by(f64::total_cmp)
    }

    proptest! {
        #[test]
        fn the_quantile_agrees_with_trying_every_value(values in some_values(), q in 0.0f64..=1.0) {
            prop_assert_eq!(quantile(&values, q), by_definition(&values, q));
        }

        #[test]
        fn the_order_of_the_values_changes_nothing(values in some_values(), q in 0.0f64..=1.0) {
            let mut turned = values.clone();
            turned.reverse();
            prop_assert_eq!(quantile(&values, q), quantile(&turned, q));
        }

        #[test]
        fn a_larger_share_never_has_a_smaller_quantile(values in some_values(), a in 0.0f64..=1.0, b in 0.0f64..=1.0) {
            let [low, high] = quantiles(&values, [a.min(b), a.max(b)]);
            prop_assert_ne!(unreachable_last(low, high), Ordering::Greater);
        }

        #[test]
        fn a_weight_of_two_is_two_values(values in some_values(), q in 0.0f64..=1.0) {
            let one_by_one: Vec<Weighted> =
                values.iter().flat_map(|&(v, w)| std::iter::repeat_n((v, 1.0), w as usize)).collect();
            prop_assert_eq!(quantile(&values, q), quantile(&one_by_one, q));
        }
    }
}
