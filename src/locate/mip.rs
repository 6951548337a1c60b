//! Mixed-integer programs for HiGHS, row by row, with a start, a time limit and a bound that can be trusted.

use super::clock::Clock;
use super::interrupt::{Stop, interrupt_by};
use highs::{Col, HighsModelStatus, HighsSolutionStatus, RowProblem, Sense};
use std::cell::Cell;

/// Seconds of the first slice of a run that may be cancelled: long enough for the first relaxation of nearly every
/// program there is here, short enough that nobody notices it going on.
const FIRST_SLICE: f64 = 2.0;

/// Terms of rows for each second that is left, above which the solver is not begun. With eight million terms and 24
/// seconds it ended after 80: it presolves such programs without a look at its clock, and would not have come far.
const TERMS_A_SECOND: f64 = 100_000.0;

/// Seconds of work that an iteration of the simplex method counts as, whatever the program, and for each of its terms.
/// Cuts, presolving and the search in between are counted with the iterations.
const AN_ITERATION: (f64, f64) = (3e-5, 3e-10);

/// Seconds of work for each term of a program before the first iteration.
const A_TERM: f64 = 1e-6;

/// Whether the solver keeps its time with a program of so many terms.
pub(super) fn fits(n_terms: usize, seconds: f64) -> bool {
    n_terms as f64 <= TERMS_A_SECOND * seconds
}

/// A variable of a program.
pub(super) type Var = usize;

/// How a run ended.
struct Run {
    outcome: Outcome,
    /// Whether it got past the first relaxation.
    is_past: bool,
    /// Whether all the work there was is done.
    is_used_up: bool,
    /// Seconds of work.
    work: f64,
}

/// A program under construction. Everything is minimised.
#[derive(Default)]
pub(super) struct Mip {
    problem: RowProblem,
    columns: Vec<Col>,
    costs: Vec<f64>,
    bounds: Vec<(f64, f64)>,
    is_whole: Vec<bool>,
    n_terms: usize,
}

/// What the solver made of a program.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// No values meet the rows.
    Infeasible,
    /// Time ran out before any values were found.
    Nothing,
    /// Values that meet the rows.
    Answer { values: Vec<f64>, objective: f64, bound: f64, proven: bool },
}

impl Mip {
    /// Adds a variable that is 0 or 1.
    pub(super) fn choice(&mut self, cost: f64) -> Var {
        self.variable(cost, 0.0, 1.0, true)
    }

    /// Adds a variable between two bounds.
    pub(super) fn amount(&mut self, cost: f64, least: f64, most: f64) -> Var {
        self.variable(cost, least, most, false)
    }

    fn variable(&mut self, cost: f64, least: f64, most: f64, is_whole: bool) -> Var {
        self.columns.push(self.problem.add_column_with_integrality(cost, least..=most, is_whole));
        self.costs.push(cost);
        self.bounds.push((least, most));
        self.is_whole.push(is_whole);
        self.columns.len() - 1
    }

    /// Fixes a variable.
    pub(super) fn fix(&mut self, var: Var, value: f64) {
        self.problem.change_column_bounds(self.columns[var], value..=value);
        self.bounds[var] = (value, value);
    }

    /// Changes what a variable costs.
    pub(super) fn set_cost(&mut self, var: Var, cost: f64) {
        self.problem.change_column_cost(self.columns[var], cost);
        self.costs[var] = cost;
    }

    /// Adds the rule `least <= Σ factor · variable`.
    pub(super) fn at_least(&mut self, least: f64, terms: &[(Var, f64)]) {
        self.n_terms += terms.len();
        self.problem.add_row(least.., terms.iter().map(|&(var, factor)| (self.columns[var], factor)));
    }

    /// Adds the rule `Σ factor · variable <= most`.
    pub(super) fn at_most(&mut self, most: f64, terms: &[(Var, f64)]) {
        self.n_terms += terms.len();
        self.problem.add_row(..=most, terms.iter().map(|&(var, factor)| (self.columns[var], factor)));
    }

    /// Adds the rule `Σ factor · variable = value`.
    pub(super) fn exactly(&mut self, value: f64, terms: &[(Var, f64)]) {
        self.n_terms += terms.len();
        self.problem.add_row(value..=value, terms.iter().map(|&(var, factor)| (self.columns[var], factor)));
    }

    /// How many variables there are.
    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }

    /// Adds the rules that the relaxation breaks, again and again until it breaks none or the time is half over.
    ///
    /// `broken` looks at the values of the relaxation and gives rules as for [`Mip::at_least`], which must hold for
    /// every answer.
    pub(super) fn tighten(&mut self, broken: &dyn Fn(&[f64]) -> Vec<(f64, Vec<(Var, f64)>)>, clock: &Clock<'_>) {
        let (begun, half) = (clock.now(), 0.5 * clock.left());
        if !fits(self.n_terms, half) {
            return;
        }
        let wall = if clock.counts_work() { clock.left_on_the_wall() } else { half };
        let mut done = 0;
        let Ok(mut model) = self.problem.clone().try_optimise(Sense::Minimise) else { return };
        model.make_quiet();
        let is_set = model.try_set_option("solve_relaxation", true).is_ok() && self.set_usual(&mut model, clock);
        // The solver's own clock and its count of iterations run on from one relaxation to the next.
        while is_set && !clock.is_over() && model.try_set_option("time_limit", wall).is_ok() {
            let left = half - (clock.now() - begun);
            let stop = self.stop(clock, if clock.counts_work() { left } else { f64::INFINITY });
            let stop = Stop { most_iterations: stop.most_iterations.saturating_add(done), ..stop };
            interrupt_by(&mut model, &stop);
            let Ok(solved) = model.try_solve() else { return };
            let iterations = solved.simplex_iteration_count().max(done);
            clock.spend_seconds(self.seconds_of(iterations - done));
            done = iterations;
            if solved.status() == HighsModelStatus::ReachedTimeLimit && clock.counts_work() {
                clock.cut();
            }
            if solved.status() != HighsModelStatus::Optimal || clock.now() - begun > half {
                return;
            }
            let rules = broken(solved.get_solution().columns());
            if rules.is_empty() {
                return;
            }
            model = solved.into();
            for (least, terms) in rules {
                let row = terms.iter().map(|&(var, factor)| (self.columns[var], factor));
                if model.try_add_row(least.., row).is_err() {
                    return;
                }
                self.at_least(least, &terms);
            }
        }
    }

    /// Seconds of work that so many iterations count as.
    fn seconds_of(&self, iterations: i64) -> f64 {
        (AN_ITERATION.0 + AN_ITERATION.1 * self.n_terms as f64) * iterations as f64
    }

    /// What ends a run for which there are so many seconds of work.
    fn stop<'a>(&self, clock: &Clock<'a>, seconds: f64) -> Stop<'a> {
        let most = ((seconds - A_TERM * self.n_terms as f64) / self.seconds_of(1)).max(1.0);
        Stop { watch: clock.watch(), most_iterations: most.min(1e15) as i64, is_used_up: Cell::new(false) }
    }

    /// Sets what every run has in common.
    fn set_usual(&self, model: &mut highs::Model, clock: &Clock<'_>) -> bool {
        let seed = i32::try_from(clock.seed % 1_000_000).unwrap_or(0);
        let set = [
            model.try_set_option("random_seed", seed),
            // More threads cannot be had safely: HiGHS keeps one pool for the whole process.
            model.try_set_option("threads", 1),
            model.try_set_option("parallel", "off"),
        ];
        set.iter().all(Result::is_ok)
    }

    /// Solves the program. `start` gives values to begin from, one per variable, that meet the rows: where time runs
    /// out before anything better is found, they are the answer.
    ///
    /// HiGHS can be interrupted everywhere but in the first relaxation. Where somebody may cancel, it is therefore
    /// given slices of time, each twice as long as the one before, until one of them gets past that: a cancelled run
    /// ends at the latest when it has gone on for as long again.
    pub(super) fn solve(&self, start: Option<&[f64]>, clock: &Clock<'_>) -> Outcome {
        let mut slice = if clock.watch().is_some() { FIRST_SLICE } else { f64::INFINITY };
        loop {
            let run = self.run(start, clock, slice.min(clock.left_on_the_wall()));
            let is_open = matches!(run.outcome, Outcome::Nothing | Outcome::Answer { proven: false, .. });
            if !is_open || run.is_used_up || slice.is_infinite() || clock.is_over() {
                if is_open && !run.is_used_up && clock.counts_work() {
                    clock.cut();
                }
                // A slice that was thrown away counts for nothing: how many there were depends on the machine.
                clock.spend_seconds(run.work);
                return self.at_worst(run.outcome, start);
            }
            slice = if run.is_past { f64::INFINITY } else { 2.0 * slice };
        }
    }

    /// The outcome with the start where nothing was found, and with the bound that the bounds of the variables give
    /// where there is no better one.
    fn at_worst(&self, outcome: Outcome, start: Option<&[f64]>) -> Outcome {
        let least = || self.costs.iter().zip(&self.bounds).map(|(cost, (a, b))| (cost * a).min(cost * b)).sum::<f64>();
        match (outcome, start) {
            (Outcome::Nothing, Some(values)) if values.len() == self.costs.len() => {
                let objective = self.costs.iter().zip(values).map(|(cost, value)| cost * value).sum();
                Outcome::Answer { values: values.to_vec(), objective, bound: least(), proven: false }
            }
            (Outcome::Answer { values, objective, bound, proven: false }, _) => {
                Outcome::Answer { values, objective, bound: bound.max(least()), proven: false }
            }
            (outcome, _) => outcome,
        }
    }

    /// One run.
    fn run(&self, start: Option<&[f64]>, clock: &Clock<'_>, seconds: f64) -> Run {
        let nothing = Run { outcome: Outcome::Nothing, is_past: true, is_used_up: true, work: 0.0 };
        let left = clock.left();
        if self.columns.is_empty() || seconds.min(left) <= 0.0 || !fits(self.n_terms, left) {
            return nothing;
        }
        let stop = self.stop(clock, if clock.counts_work() { left } else { f64::INFINITY });
        let Ok(mut model) = self.problem.clone().try_optimise(Sense::Minimise) else { return nothing };
        model.make_quiet();
        // A whole-number objective is proven once less than one is left between answer and bound.
        let is_whole =
            self.costs.iter().zip(&self.is_whole).all(|(c, whole)| *c == 0.0 || (*whole && c.fract() == 0.0));
        let absolute: f64 = if is_whole { 0.99 } else { 1e-9 };
        let set = [
            model.try_set_option("time_limit", seconds),
            model.try_set_option("mip_rel_gap", 0.0),
            model.try_set_option("mip_abs_gap", absolute),
        ];
        if set.iter().any(Result::is_err) || !self.set_usual(&mut model, clock) {
            return nothing;
        }
        if let Some(start) = start {
            // A start that HiGHS refuses only costs time.
            let _ = model.try_set_solution(Some(start), None, None, None);
        }
        interrupt_by(&mut model, &stop);
        let Ok(solved) = model.try_solve() else { return nothing };
        let work = A_TERM * self.n_terms as f64 + self.seconds_of(solved.simplex_iteration_count().max(0));
        let ended = |outcome, is_past| Run { outcome, is_past, is_used_up: stop.is_used_up.get(), work };
        let is_mip = self.is_whole.contains(&true);
        let bound = if is_mip {
            solved.double_info_value(c"mip_dual_bound").unwrap_or(f64::NEG_INFINITY)
        } else {
            f64::NEG_INFINITY
        };
        match solved.status() {
            HighsModelStatus::Infeasible | HighsModelStatus::UnboundedOrInfeasible => {
                return ended(Outcome::Infeasible, true);
            }
            HighsModelStatus::Optimal | HighsModelStatus::ObjectiveBound | HighsModelStatus::ModelEmpty => {}
            _ if solved.primal_solution_status() != HighsSolutionStatus::Feasible => {
                return ended(Outcome::Nothing, bound.is_finite());
            }
            _ => {}
        }
        let proven = solved.status() == HighsModelStatus::Optimal;
        let objective = solved.objective_value();
        let values = solved.get_solution().columns().to_vec();
        let is_past = bound.is_finite();
        let bound = if proven { objective.min(bound.max(objective - absolute)) } else { bound };
        ended(Outcome::Answer { values, objective, bound, proven }, is_past)
    }
}
