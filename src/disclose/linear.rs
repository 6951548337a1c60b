//! Linear programs that are asked again and again with another aim: HiGHS, small ones
//! begun from their last answer.

use highs::{Col, HighsModelStatus, Model, RowProblem, Sense};

/// From so many variables on a program is solved by the interior-point method and carried to a corner: simplex steps
/// grow with the square of the size. One of nothing but sums sooner (0.12 against 0.27 s a program at 3,700 cells)
/// than one whose wholes overlap, as quarters of people do (1.8 against 2.5 s at 46,000). Either way is right.
const LARGE_SUMS: usize = 3_000;
const LARGE: usize = 8_000;

/// Interior-point steps that a program may take; ours take some dozens. HiGHS sets no end, and on the demo's third quarter
/// it took them for ever.
const MOST_INTERIOR: i32 = 300;

/// The solver's numbers for primal and dual simplex.
const PRIMAL: i32 = 4;
const DUAL: i32 = 1;

/// A rule `least <= Σ factor · variable <= most`.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) terms: Vec<(usize, f64)>,
    pub(super) least: f64,
    pub(super) most: f64,
}

impl Row {
    /// The row over the variables that have a column, the others staying where they are; `None` where it then says nothing.
    pub(super) fn over(self, column: &[Option<usize>], stays_at: impl Fn(usize) -> f64) -> Option<Self> {
        let (mut terms, mut still) = (Vec::new(), 0.0);
        for (var, factor) in self.terms {
            match column[var] {
                Some(column) => terms.push((column, factor)),
                None => still += factor * stays_at(var),
            }
        }
        (!terms.is_empty()).then_some(Self { terms, least: self.least - still, most: self.most - still })
    }
}

/// What the solver made of a program.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// The best values, what the objective would gain by each variable's being one more, and by each row's.
    Best { values: Vec<f64>, reduced_costs: Vec<f64>, duals: Vec<f64> },
    /// No values meet the rows.
    Infeasible,
    /// The solver gave up.
    Unknown,
}

/// Ends drawn in by one row after another, again and again: what follows from them by adding up alone. They may be wider
/// than what a program finds, never narrower.
pub(super) fn drawn_in(mut ends: Vec<(f64, f64)>, rows: &[Row]) -> Vec<(f64, f64)> {
    const PASSES: usize = 12;
    const STEP: f64 = 1e-3;
    for _ in 0..PASSES {
        let mut has_changed = false;
        for row in rows {
            let part = |&(var, factor): &(usize, f64), ends: &[(f64, f64)]| {
                let (least, most): (f64, f64) = ends[var];
                if factor > 0.0 { (factor * least, factor * most) } else { (factor * most, factor * least) }
            };
            // Sums of what has an end, and how many have none.
            let (mut low, mut high, mut endless) = (0.0, 0.0, (0_usize, 0_usize));
            for term in &row.terms {
                let (least, most) = part(term, &ends);
                if least.is_finite() {
                    low += least
                } else {
                    endless.0 += 1
                }
                if most.is_finite() { high += most } else { endless.1 += 1 }
            }
            for term in &row.terms {
                let (least, most) = part(term, &ends);
                let rest = |sum: f64, own: f64, endless: usize| match (endless, own.is_finite()) {
                    (0, _) => Some(sum - own),
                    (1, false) => Some(sum),
                    _ => None,
                };
                let upper = rest(low, least, endless.0).map_or(f64::INFINITY, |rest| row.most - rest);
                let lower = rest(high, most, endless.1).map_or(f64::NEG_INFINITY, |rest| row.least - rest);
                let factor = term.1;
                let (lower, upper) = if factor > 0.0 { (lower, upper) } else { (upper, lower) };
                let own = &mut ends[term.0];
                if lower / factor > own.0 + STEP {
                    own.0 = lower / factor;
                    has_changed = true;
                }
                if upper / factor < own.1 - STEP {
                    own.1 = upper / factor;
                    has_changed = true;
                }
                if has_changed {
                    // What was added up of this term holds no more.
                    let (now_least, now_most) = part(term, &ends);
                    let swap = |sum: &mut f64, endless: &mut usize, before: f64, now: f64| {
                        if before.is_finite() {
                            *sum -= before
                        } else {
                            *endless -= 1
                        }
                        if now.is_finite() { *sum += now } else { *endless += 1 }
                    };
                    swap(&mut low, &mut endless.0, least, now_least);
                    swap(&mut high, &mut endless.1, most, now_most);
                }
            }
        }
        if !has_changed {
            break;
        }
    }
    ends
}

/// A program that keeps its last answer as the start of the next.
pub(super) struct Lp {
    columns: Vec<Col>,
    bounds: Vec<(f64, f64)>,
    costs: Vec<f64>,
    rows: Vec<Row>,
    by_steps: bool,
    /// Interior-point steps before simplex steps are taken instead.
    most_interior: i32,
    model: Option<Model>,
    /// Whether bounds were moved since the last answer, which may be possible no more.
    has_moved: bool,
}

impl Lp {
    /// A program over variables between `bounds`, which must meet `rows`, and costs nothing yet.
    pub(super) fn new(bounds: Vec<(f64, f64)>, rows: Vec<Row>) -> Self {
        let costs = vec![0.0; bounds.len()];
        let (columns, most_interior) = (Vec::new(), MOST_INTERIOR);
        Self { columns, bounds, costs, rows, by_steps: false, most_interior, model: None, has_moved: false }
    }

    /// The same, for a program asked again and again with little changed, however large it is: only simplex steps
    /// go on from the last answer.
    pub(super) fn by_steps(bounds: Vec<(f64, f64)>, rows: Vec<Row>) -> Self {
        Self { by_steps: true, ..Self::new(bounds, rows) }
    }

    fn build(&mut self, by_steps: bool) -> Option<Model> {
        let mut problem = RowProblem::default();
        self.columns = self
            .bounds
            .iter()
            .zip(&self.costs)
            .map(|(&(least, most), &cost)| problem.add_column(cost, least..=most))
            .collect();
        for row in &self.rows {
            problem.add_row(row.least..=row.most, row.terms.iter().map(|&(var, factor)| (self.columns[var], factor)));
        }
        let mut model = problem.try_optimise(Sense::Minimise).ok()?;
        model.make_quiet();
        // One thread: HiGHS keeps one pool for the whole process, and the answer must not hang on it.
        for set in [model.try_set_option("threads", 1), model.try_set_option("parallel", "off")] {
            set.ok()?;
        }
        if !by_steps {
            model.try_set_option("solver", "ipm").ok()?;
            model.try_set_option("ipm_iteration_limit", self.most_interior).ok()?;
        }
        Some(model)
    }

    /// Whether it is begun anew by the interior-point method.
    pub(super) fn is_large(&self) -> bool {
        let is_sums = self.rows.iter().all(|row| row.least == row.most);
        self.bounds.len() >= if is_sums { LARGE_SUMS } else { LARGE }
    }

    /// Forgets the last answer. Where much has changed since, the solver is quicker to simplify the program and
    /// begin anew than to go on from a far corner.
    pub(super) fn forget(&mut self) {
        self.model = None;
    }

    /// Between which values a variable lies.
    pub(super) fn bounds(&self, var: usize) -> (f64, f64) {
        self.bounds[var]
    }

    /// Sets between which values a variable lies.
    pub(super) fn bound(&mut self, var: usize, least: f64, most: f64) {
        if self.bounds[var] == (least, most) {
            return;
        }
        self.bounds[var] = (least, most);
        if let Some(model) = &mut self.model {
            model.change_column_bounds(self.columns[var], least..=most);
            self.has_moved = true;
        }
    }

    /// Sets what one unit of a variable costs.
    pub(super) fn cost(&mut self, var: usize, cost: f64) {
        if self.costs[var] == cost {
            return;
        }
        self.costs[var] = cost;
        if let Some(model) = &mut self.model {
            model.change_column_cost(self.columns[var], cost);
        }
    }

    /// The cheapest values.
    pub(super) fn solve(&mut self) -> Outcome {
        if self.bounds.is_empty() {
            return Outcome::Best { values: Vec::new(), reduced_costs: Vec::new(), duals: Vec::new() };
        }
        // The last answer is possible still where only the aim is another: primal steps go on from it, however large the
        // program is. Where ends were moved, it is dual steps that lead back to what is possible: primal ones take many
        // times as long (a place of 99 records with crossed groups minutes instead of seconds).
        let strategy = if std::mem::take(&mut self.has_moved) { DUAL } else { PRIMAL };
        let last = self.model.take().and_then(|mut model| {
            model.try_set_option("solver", "simplex").ok()?;
            model.try_set_option("simplex_strategy", strategy).ok()?;
            Some(model)
        });
        if let Some(model) = last {
            let outcome = self.ask(model);
            if !matches!(outcome, Outcome::Unknown) {
                return outcome;
            }
            // Where the steps from there lead nowhere they begin anew.
            self.model = None;
        }
        let by_steps = self.by_steps || !self.is_large();
        match self.build_and_ask(by_steps) {
            Outcome::Unknown if !by_steps => self.build_and_ask(true),
            outcome => outcome,
        }
    }

    fn build_and_ask(&mut self, by_steps: bool) -> Outcome {
        self.build(by_steps).map_or(Outcome::Unknown, |model| self.ask(model))
    }

    fn ask(&mut self, model: Model) -> Outcome {
        let Ok(solved) = model.try_solve() else { return Outcome::Unknown };
        let outcome = match solved.status() {
            HighsModelStatus::Optimal | HighsModelStatus::ModelEmpty => {
                let solution = solved.get_solution();
                let (reduced_costs, duals) = (solution.dual_columns().to_vec(), solution.dual_rows().to_vec());
                Outcome::Best { values: solution.columns().to_vec(), reduced_costs, duals }
            }
            HighsModelStatus::Infeasible => Outcome::Infeasible,
            _ => Outcome::Unknown,
        };
        self.model = Some(solved.into());
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};

    #[test]
    fn what_interior_point_steps_do_not_answer_simplex_steps_do() {
        let rows: Vec<Row> =
            (0..LARGE).map(|var| Row { terms: vec![(var, 1.0), (var + 1, 1.0)], least: 3.0, most: 9.0 }).collect();
        let best = |most_interior: i32| {
            let mut lp = Lp::new(vec![(0.0, 7.0); LARGE + 1], rows.clone());
            lp.most_interior = most_interior;
            (0..=LARGE).for_each(|var| lp.cost(var, [1.0, 3.0, 2.0][var % 3]));
            let Outcome::Best { values, .. } = lp.solve() else { panic!("it has an answer") };
            values.iter().enumerate().map(|(var, value)| value * [1.0, 3.0, 2.0][var % 3]).sum::<f64>()
        };
        assert!((best(0) - best(MOST_INTERIOR)).abs() < 1e-6);
    }

    #[test]
    fn a_program_whose_ends_and_aims_are_moved_answers_as_one_begun_anew() {
        let mut chance = rand_chacha::ChaCha8Rng::seed_from_u64(3);
        let sums = |var: usize| Row { terms: (var..var + 5).map(|var| (var, 1.0)).collect(), least: 20.0, most: 40.0 };
        let rows: Vec<Row> = (0..36).map(sums).collect();
        let mut ends = vec![(0.0, 30.0); 40];
        let mut lp = Lp::by_steps(ends.clone(), rows.clone());
        let mut costs = vec![0.0; 40];
        let (mut best, mut impossible) = (0, 0);
        for _ in 0..200 {
            for _ in 0..3 {
                let var = chance.random_range(0..40);
                let least = f64::from(chance.random_range(0..11));
                ends[var] = (least, least + f64::from(chance.random_range(0..12)));
                lp.bound(var, ends[var].0, ends[var].1);
                let var = chance.random_range(0..40);
                costs[var] = f64::from(chance.random_range(-3..4));
                lp.cost(var, costs[var]);
            }
            let mut anew = Lp::by_steps(ends.clone(), rows.clone());
            costs.iter().enumerate().for_each(|(var, &cost)| anew.cost(var, cost));
            let total = |values: &[f64]| values.iter().zip(&costs).map(|(value, cost)| value * cost).sum::<f64>();
            match (lp.solve(), anew.solve()) {
                (Outcome::Best { values: one, .. }, Outcome::Best { values: other, .. }) => {
                    assert!((total(&one) - total(&other)).abs() < 1e-6, "{} {}", total(&one), total(&other));
                    best += 1;
                }
                (Outcome::Infeasible, Outcome::Infeasible) => impossible += 1,
                (one, other) => panic!("{one:?} {other:?}"),
            }
        }
        assert!(best > 20 && impossible > 20, "{best} possible, {impossible} not");
    }
}
