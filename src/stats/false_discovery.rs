//! Many questions at once: how many of the differences found are chance?

/// Which share of the findings up to this one would be chance?
///
/// Benjamini and Hochberg (*Controlling the false discovery rate*, Journal of the Royal Statistical
/// Society B 57, 1995): the q-value of a test is the smallest rate at which it would be flagged. Flagging
/// every q ≤ 0.05 keeps the expected share of false flags among all flags at or below 5 %, when tests are
/// independent or positively dependent. `None` (not tested) stays `None` and is not counted.
#[must_use]
pub fn q_values(p_values: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut tested: Vec<(f64, usize)> = p_values.iter().enumerate().filter_map(|(i, p)| Some(((*p)?, i))).collect();
    tested.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let tests = tested.len() as f64;
    let mut q_values = vec![None; p_values.len()];
    let mut least = 1.0_f64;
    for (rank, (p, index)) in tested.into_iter().enumerate().rev() {
        least = least.min((p * tests / (rank + 1) as f64).max(p));
        q_values[index] = Some(least);
    }
    q_values
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_example_of_the_paper_flags_four_at_five_per_cent() {
        // Benjamini and Hochberg (1995), section 2.2: fifteen comparisons of thrombolysis.
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
            0.7590, 1.0,
        ];
        let q = q_values(&p.map(Some));
        assert_eq!(q.iter().filter(|q| q.is_some_and(|q| q <= 0.05)).count(), 4);
    }

    #[test]
    fn what_was_not_tested_is_not_counted() {
        assert_eq!(q_values(&[None, Some(0.02), None]), vec![None, Some(0.02), None]);
    }

    proptest! {
        #[test]
        fn a_smaller_p_never_has_a_larger_q(p in prop::collection::vec(0.0f64..=1.0, 1..40)) {
            let q = q_values(&p.iter().copied().map(Some).collect::<Vec<_>>());
            for i in 0..p.len() {
                prop_assert!(q[i].is_some_and(|q| q >= p[i] && q <= 1.0));
                for j in 0..p.len() {
                    prop_assert!(p[i] > p[j] || q[i] <= q[j]);
                }
            }
        }
    }
}
