//! Percentages, proportions and other numbers that are not whole, told from counts by arithmetic.

use super::reading::{Reading, State};
use crate::place::{Code, Why};

/// A column is not one of counts when more than this share of its numbers is not whole: a few are slips.
const FEW_FRACTIONS: f64 = 0.2;

impl Reading<'_> {
    /// Leaves out shares beside counts; refuses a table of nothing but shares.
    pub(super) fn shares(&mut self) {
        let open = self.open();
        let (fractions, whole): (Vec<usize>, Vec<usize>) = open.iter().copied().partition(|c| self.has_fractions(*c));
        if whole.is_empty() && !fractions.is_empty() {
            self.refuse_shares(&fractions);
            return;
        }
        self.leave_fractions(&fractions, &whole);
        let open = self.open();
        self.refuse_shares(&open);
        self.leave_whole_percentages(&open);
    }

    fn has_fractions(&self, column: usize) -> bool {
        let known = self.counts[column].iter().flatten();
        let (all, split) =
            known.fold((0_usize, 0_usize), |(all, split), n| (all + 1, split + usize::from(n.fract() != 0.0)));
        split as f64 > FEW_FRACTIONS * all as f64
    }

    fn largest(&self, column: usize) -> f64 {
        self.counts[column].iter().flatten().copied().fold(0.0, f64::max)
    }

    /// For each sampled zone with all of them known, the sum of some columns.
    fn row_sums(&self, columns: &[usize]) -> Vec<f64> {
        self.columns.sum(columns).into_iter().flatten().collect()
    }

    fn sums_to(&self, columns: &[usize], to: f64) -> bool {
        let sums = self.row_sums(columns);
        // Percentages rounded to whole numbers are each off by up to a half.
        let allowed = to * 0.005 * (columns.len() as f64).max(2.0);
        sums.len() >= 2 && sums.iter().all(|sum| (sum - to).abs() <= allowed)
    }

    /// A table of percentages alone tells no number of people.
    fn refuse_shares(&mut self, columns: &[usize]) {
        let parts: Vec<usize> = columns.iter().copied().filter(|c| !self.labels[*c].everybody()).collect();
        let totals: Vec<usize> = columns.iter().copied().filter(|c| self.labels[*c].everybody()).collect();
        let fractional = columns.iter().any(|c| self.has_fractions(*c));
        let zones = self.row_sums(columns).len();
        let of = |to: f64| {
            let constant = totals.iter().any(|c| self.sums_to(&[*c], to));
            let with_parts = totals.is_empty() || constant;
            with_parts && (self.sums_to(&parts, to) || (constant && fractional))
        };
        let plain_toy = !fractional && zones < 3;
        if columns.is_empty() || !(of(100.0) || (fractional && of(1.0))) {
            return;
        }
        if plain_toy {
            self.warn(
                Code::HundredEach,
                "Every zone has exactly 100 residents by this table",
                "They are taken for people; if they are percentages, use the table of counts",
            );
            return;
        }
        let listed = self.named_all(columns);
        self.ask(
            Code::Percentages,
            format!("These are percentages or shares, which sum to the same in every zone, and not people: {listed}"),
            "Use the table with counts (Nomis and the census downloads offer both), or one with both",
        );
    }

    /// Columns that are not whole, beside columns that are.
    fn leave_fractions(&mut self, fractions: &[usize], whole: &[usize]) {
        let apportioned = whole.iter().any(|total| self.columns.adds_up(*total, fractions).is_some());
        if apportioned && !fractions.is_empty() {
            return;
        }
        for &column in fractions {
            if self.is_asked(column) {
                let problem = format!("\"{}\" is named for a group, and its numbers are not whole", self.names[column]);
                self.ask(Code::Percentages, problem, "Name the column with the count of people");
                continue;
            }
            let why = if self.largest(column) <= 100.5 { Why::Share } else { Why::NotWhole };
            self.leave(column, why);
            if why == Why::NotWhole && self.labels[column].family.is_some() {
                let problem = format!(
                    "{} is named like a group of people, and its numbers are not whole, as the others' are",
                    self.with_sum(column)
                );
                let remedy = format!(
                    "If it is not people, write leave_out = [\"{}\"]; else give whole counts",
                    self.names[column]
                );
                self.ask(Code::ColumnUnclear, problem, remedy);
            }
        }
    }

    /// Whole percentages beside counts: small numbers that sum to a hundred in every zone.
    fn leave_whole_percentages(&mut self, open: &[usize]) {
        let (small, large): (Vec<usize>, Vec<usize>) = open
            .iter()
            .copied()
            .filter(|c| !self.labels[*c].everybody())
            .partition(|c| self.largest(*c) <= 100.0 && !self.is_asked(*c));
        if large.is_empty() || small.is_empty() {
            return;
        }
        let counts = self.row_sums(&large);
        if small.len() > 1 && self.sums_to(&small, 100.0) && counts.iter().any(|sum| *sum > 110.0) {
            for column in small {
                self.state[column] = State::Left(Why::Share);
            }
            return;
        }
        // Or each is the percentage of another column among all of them, or of everybody.
        let totals: Vec<usize> = open.iter().copied().filter(|c| self.labels[*c].everybody()).collect();
        let wholes: Vec<Vec<Option<f64>>> = totals
            .iter()
            .map(|c| self.columns.of(*c).to_vec())
            .chain(std::iter::once(self.columns.sum(&large)))
            .collect();
        for &column in &small {
            let is_share = large.iter().any(|of| wholes.iter().any(|whole| self.is_percentage_of(column, *of, whole)));
            if is_share {
                self.leave(column, Why::Share);
            }
        }
    }

    fn is_percentage_of(&self, column: usize, part: usize, whole: &[Option<f64>]) -> bool {
        let mut zones = 0;
        for ((share, part), whole) in self.columns.of(column).iter().zip(self.columns.of(part)).zip(whole) {
            let (Some(share), Some(part), Some(whole)) = (share, part, whole) else { continue };
            if *whole < 110.0 {
                continue;
            }
            zones += 1;
            if (share - part / whole * 100.0).abs() > 0.51 {
                return false;
            }
        }
        zones >= 3
    }
}
