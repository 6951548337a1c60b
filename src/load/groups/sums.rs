//! Which columns are sums of which others: arithmetic over the whole table, before any words.
//!
//! Published tables are perturbed cell by cell or rounded, so equal means: within what perturbation can
//! do, in nearly every zone, and close in sum. How much an equality proves is counted in bits: the sum of
//! the logarithms of how many values the total could have taken in each zone. A chance hit among the
//! hypotheses tried is as likely as two to the minus of that.

/// Zones compared: arithmetic on more proves nothing further.
const SAMPLE: usize = 400;

/// Bits by which an equality must outweigh the number of hypotheses tried, where no word supports it:
/// wrong once in 500 tables at most.
const SPARE_BITS: f64 = 9.0;

/// The counts of a table's columns in a sample of its zones.
pub(super) struct Columns {
    /// By column, then by sampled zone.
    values: Vec<Vec<Option<f64>>>,
    /// The number that all counts are multiples of: 1, 5 or 10.
    rounded_to: f64,
}

/// How two columns agree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Agreement {
    /// In every zone, to the last person.
    pub(super) exact: bool,
    /// How much it proves.
    pub(super) bits: f64,
}

impl Agreement {
    /// Whether chance alone would hardly ever make such an equality among so many hypotheses.
    pub(super) fn proves(self, hypotheses: f64) -> bool {
        self.bits >= SPARE_BITS + hypotheses.max(1.0).log2()
    }
}

impl Columns {
    /// Samples zones evenly, those with the most known counts being no different from others.
    pub(super) fn new<'a>(columns: impl Iterator<Item = &'a [Option<f64>]>) -> Self {
        let mut values: Vec<Vec<Option<f64>>> = Vec::new();
        for column in columns {
            let step = column.len().div_ceil(SAMPLE).max(1);
            values.push(column.iter().step_by(step).copied().collect());
        }
        let all = || values.iter().flatten().flatten().copied().filter(|v| *v != 0.0);
        let multiples_of = |n: f64| all().take(40).count() >= 12 && all().all(|v| v % n == 0.0);
        let rounded_to = [100.0, 10.0, 5.0].into_iter().find(|n| multiples_of(*n)).unwrap_or(1.0);
        Self { values, rounded_to }
    }

    /// The sampled counts of a column.
    pub(super) fn of(&self, column: usize) -> &[Option<f64>] {
        &self.values[column]
    }

    /// The sums of some columns; unknown where one of them is.
    pub(super) fn sum(&self, columns: &[usize]) -> Vec<Option<f64>> {
        let zones = self.values.first().map_or(0, Vec::len);
        (0..zones).map(|zone| columns.iter().map(|c| self.values[*c][zone]).sum()).collect()
    }

    /// Whether a sum of `parts` columns agrees with a total.
    pub(super) fn agree(&self, total: &[Option<f64>], sum: &[Option<f64>], parts: usize) -> Option<Agreement> {
        let root = ((parts + 1) as f64).sqrt();
        // Three standard deviations of the rounding of so many cells, or of a cell key's few persons.
        let allowed = if self.rounded_to > 1.0 { self.rounded_to * root } else { 2.2 * root + 1.0 };
        let (mut zones, mut within, mut off, mut size, mut difference) = (0_usize, 0_usize, 0.0, 0.0, 0.0);
        let (mut exact_bits, mut near_bits) = (0.0, 0.0);
        for (t, s) in total.iter().zip(sum) {
            let (Some(t), Some(s)) = (t, s) else { continue };
            zones += 1;
            let apart = (t - s).abs();
            within += usize::from(apart <= allowed);
            off += apart;
            difference += t - s;
            size += t.abs();
            exact_bits += (1.0 + t.abs()).log2();
            near_bits += (1.0 + t.abs() / (2.0 * allowed + 1.0)).log2();
        }
        if zones == 0 || size == 0.0 {
            return None;
        }
        if off < 1e-6 * size {
            return Some(Agreement { exact: true, bits: exact_bits });
        }
        let nearly_all = if zones < 20 { within == zones } else { within * 100 >= zones * 96 };
        let close = off <= 0.1 * size && f64::abs(difference) <= 0.01 * size + 2.0 * allowed / (zones as f64).sqrt();
        (nearly_all && close).then_some(Agreement { exact: false, bits: near_bits })
    }

    /// Whether some columns sum to a total.
    pub(super) fn adds_up(&self, total: usize, parts: &[usize]) -> Option<Agreement> {
        if parts.is_empty() {
            return None;
        }
        self.agree(self.of(total), &self.sum(parts), parts.len())
    }

    /// Whether some columns nowhere sum to more than another, but for perturbation.
    pub(super) fn fits_in(&self, whole: &[Option<f64>], parts: &[usize]) -> bool {
        let allowed = 3.0 * self.rounded_to.max(1.2) * ((parts.len() + 1) as f64).sqrt();
        whole.iter().zip(self.sum(parts)).all(|(whole, sum)| match (whole, sum) {
            (Some(whole), Some(sum)) => sum <= whole + allowed,
            _ => true,
        })
    }

    /// The run of columns next to `total`, out of `open` (in the order of the file), that sums to it.
    pub(super) fn run_beside(&self, total: usize, open: &[usize]) -> Option<(Vec<usize>, Agreement)> {
        let at = open.iter().position(|c| *c == total)?;
        let after: Vec<usize> = open[at + 1..].to_vec();
        let before: Vec<usize> = open[..at].iter().rev().copied().collect();
        let hypotheses = (after.len() + before.len()) as f64;
        let mut best: Option<(Vec<usize>, Agreement)> = None;
        for side in [after, before] {
            let mut sum: Vec<Option<f64>> = vec![Some(0.0); self.of(total).len()];
            for (n, column) in side.iter().enumerate() {
                for (sum, value) in sum.iter_mut().zip(self.of(*column)) {
                    *sum = sum.zip(*value).map(|(a, b)| a + b);
                }
                if n == 0 {
                    continue;
                }
                let found = self.agree(self.of(total), &sum, n + 1).filter(|a| a.proves(hypotheses));
                if let Some(found) = found
                    && best.as_ref().is_none_or(|(_, so_far)| (found.exact, found.bits) > (so_far.exact, so_far.bits))
                {
                    best = Some((side[..=n].to_vec(), found));
                }
            }
        }
        best
    }

    /// The columns out of `open`, at least two and in any order, that sum exactly to a total.
    ///
    /// Looked for among at most [`FEW`] columns, since the number of choices doubles with each.
    pub(super) fn subset(&self, total: &[Option<f64>], open: &[usize]) -> Option<Vec<usize>> {
        let open: Vec<usize> =
            open.iter().copied().filter(|c| !self.agree(total, self.of(*c), 1).is_some_and(|a| a.exact)).collect();
        if open.len() < 2 || open.len() > FEW {
            return None;
        }
        let hypotheses = f64::from(1_u32 << open.len());
        let scalar = |values: &[Option<f64>]| values.iter().flatten().sum::<f64>();
        let known =
            total.iter().enumerate().filter(|(z, t)| t.is_some() && open.iter().all(|c| self.of(*c)[*z].is_some()));
        let zones: Vec<usize> = known.map(|(zone, _)| zone).collect();
        let only = |values: &[Option<f64>]| zones.iter().map(|z| values[*z]).collect::<Vec<_>>();
        let wanted = only(total);
        let sums: Vec<f64> = open.iter().map(|c| scalar(&only(self.of(*c)))).collect();
        let target = scalar(&wanted);
        if zones.is_empty() || target == 0.0 {
            return None;
        }
        let mut found: Option<Vec<usize>> = None;
        for choice in 1_u32..(1 << open.len()) {
            if choice.count_ones() < 2 {
                continue;
            }
            let sum: f64 = sums.iter().enumerate().filter(|(i, _)| choice >> i & 1 == 1).map(|(_, s)| s).sum();
            if (sum - target).abs() > 1e-6 * target {
                continue;
            }
            let chosen: Vec<usize> = (0..open.len()).filter(|i| choice >> i & 1 == 1).map(|i| open[i]).collect();
            let agrees = self.agree(total, &self.sum(&chosen), chosen.len());
            if agrees.is_some_and(|a| a.exact && a.proves(hypotheses)) {
                if found.is_some() {
                    return None;
                }
                found = Some(chosen);
            }
        }
        found
    }
}

/// The most columns among which every choice is tried: 4,096 of them.
const FEW: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(table: &[&[f64]]) -> Columns {
        let owned: Vec<Vec<Option<f64>>> = table.iter().map(|c| c.iter().map(|v| Some(*v)).collect()).collect();
        Columns::new(owned.iter().map(Vec::as_slice))
    }

    #[test]
    fn a_total_is_found_in_any_order_and_chance_is_not_taken_for_one() {
        let found =
            columns(&[&[480.0, 900.0, 700.0, 250.0], &[1000.0, 2000.0, 1500.0, 500.0], &[520.0, 1100.0, 800.0, 250.0]]);
        assert_eq!(found.subset(found.of(1), &[0, 2]), Some(vec![0, 2]));
        let small = columns(&[&[1.0], &[3.0], &[2.0]]);
        assert_eq!(small.subset(small.of(1), &[0, 2]), None, "one small zone proves nothing");
    }

    #[test]
    fn perturbed_tables_agree_and_others_do_not() {
        let total: Vec<f64> = (0..60).map(|z| 300.0 + f64::from(z * 7 % 50)).collect();
        let a: Vec<f64> = total
            .iter()
            .enumerate()
            .map(|(z, t)| (t * 0.4).round() + f64::from((z % 4) as u32) - 1.5)
            .map(f64::round)
            .collect();
        let b: Vec<f64> =
            total.iter().zip(&a).enumerate().map(|(z, (t, a))| t - a + f64::from((z % 3) as u32) - 1.0).collect();
        let off: Vec<f64> = b.iter().map(|b| b * 1.05).collect();
        let found = columns(&[&total, &a, &b, &off]);
        assert!(found.adds_up(0, &[1, 2]).is_some_and(|a| !a.exact && a.proves(10.0)));
        assert!(found.adds_up(0, &[1, 3]).is_none());
    }
}
