//! Linear programs that are asked again and again with another aim: HiGHS, small ones
//! begun from their last answer.

use highs::{Col, HighsModelStatus, Model, RowProblem, Sense};

/// From so many variables on a program is solved by the interior-point method and carried to a corner: simplex steps
/// grow with the square of the size. One of nothing but sums sooner (0.12 against 0.27 s a program at 3,700 cells)
/// than one whose wholes overlap, as quarters of people do (1.8 against 2.5 s at 46,000). Either way is right.
const LARGE_SUMS: usize = 3_000;
const LARGE: usize = 20_000;

/// A rule `least <= Σ factor · variable <= most`.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) terms: Vec<(usize, f64)>,
    pub(super) least: f64,
    pub(super) most: f64,
}

/// What the solver made of a program.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// The best values, and what the objective would gain by each variable's being one more.
    Best { values: Vec<f64>, reduced_costs: Vec<f64> },
    /// No values meet the rows.
    Infeasible,
    /// The solver gave up.
    Unknown,
}

/// A program that keeps its last answer as the start of the next.
pub(super) struct Lp {
    columns: Vec<Col>,
    bounds: Vec<(f64, f64)>,
    costs: Vec<f64>,
    rows: Vec<Row>,
    model: Option<Model>,
}

impl Lp {
    /// A program over variables between `bounds`, which must meet `rows`, and costs nothing yet.
    pub(super) fn new(bounds: Vec<(f64, f64)>, rows: Vec<Row>) -> Self {
        let costs = vec![0.0; bounds.len()];
        Self { columns: Vec::new(), bounds, costs, rows, model: None }
    }

    fn build(&mut self) -> Option<Model> {
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
        let is_sums = self.rows.iter().all(|row| row.least == row.most);
        if self.bounds.len() >= if is_sums { LARGE_SUMS } else { LARGE } {
            model.try_set_option("solver", "ipm").ok()?;
        }
        Some(model)
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
            return Outcome::Best { values: Vec::new(), reduced_costs: Vec::new() };
        }
        let Some(model) = self.model.take().or_else(|| self.build()) else { return Outcome::Unknown };
        let Ok(solved) = model.try_solve() else { return Outcome::Unknown };
        let outcome = match solved.status() {
            HighsModelStatus::Optimal | HighsModelStatus::ModelEmpty => {
                let solution = solved.get_solution();
                Outcome::Best { values: solution.columns().to_vec(), reduced_costs: solution.dual_columns().to_vec() }
            }
            HighsModelStatus::Infeasible => Outcome::Infeasible,
            _ => Outcome::Unknown,
        };
        self.model = Some(solved.into());
        outcome
    }
}
