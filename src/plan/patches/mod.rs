//! Which patches should there be, and what does it cost to have them?
//!
//! In reading order: [`Brief`] says what is asked; `neighbours` finds which zones one can walk between; `rules` what it must keep; `question` makes
//! a problem of districting of it, which [`crate::region`] answers; `cost` counts what a plan comes to for people;
//! `words` says it; [`Plans`] holds the whole.

mod brief;
mod cost;
mod neighbours;
mod outlines;
mod question;
mod rules;
mod words;

pub use brief::{Aim, Brief, Weight};
pub use cost::{Cost, NewPatch, Plan, Plans, Point};
pub use neighbours::{Joined, Neighbours, neighbours};
pub use rules::{Rules, RulesMet};
pub use words::percent;

use crate::locate::Watch;
use crate::place::Place;
use crate::region::{Effort, Objective, Problem, Solution, Status, Unsolved, solve};
use question::Question;
use std::time::Duration;

/// Tolerances of the curve, loosest first.
const CURVE: [f64; 8] = [0.3, 0.2, 0.15, 0.1, 0.075, 0.05, 0.03, 0.02];

/// Which patches should there be?
///
/// *Method.* Zones are units, neighbours where one can walk between their homes past no home of a third
/// ([`neighbours()`]); patches are connected parts of them within the tolerance ([`crate::region`]). Three plans are
/// made, each best at something else, because the board decides: the first is the one asked for. Mending also asks for
/// the fewest people moved at other tolerances: what each further point of balance costs.
///
/// *Limits.* A zone goes into one patch whole, and counts as moved where that is not the patch of most of it today: of a
/// zone that today's patches divide, whoever lives in another than most do is told of apart. Distances are straight lines
/// to the middle zone of the patch.
///
/// # Errors
/// [`Unsolved`]: a brief that contradicts itself, patches that cannot be, or nobody waits any more. A tolerance that
/// cannot be met is no error: the nearest plan is given and said to be that.
pub fn patches(place: &Place, brief: &Brief, watch: &Watch) -> Result<Plans, Unsolved> {
    watch.step("Finding which zones are neighbours", 0.0);
    let near = neighbours(place);
    let question = Question::of(place, brief, &near)?;
    let aims = question.aims(brief);
    let share = |share: f64| brief.time_limit.mul_f64(share);
    let mut plans: Vec<Plan> = Vec::new();
    for (at, &aim) in aims.iter().enumerate() {
        watch.step(aim.step(), 0.05 + 0.3 * at as f64);
        let limit = if at == 0 { share(0.4) } else { share(0.15) };
        let solution = question.solve(aim, &plans, Asked { brief, limit, watch })?;
        plans.push(question.plan(place, aim, solution));
    }
    watch.step("What each point of balance costs", 0.75);
    let curve =
        if brief.repair { question.curve(&plans[0], Asked { brief, limit: share(0.3), watch })? } else { Vec::new() };
    let mut answer = question.answer(place, brief, plans, curve);
    answer.sentences = words::sentences(place, brief, &answer, &near);
    Ok(answer)
}

/// Who asks, and how long there is.
#[derive(Clone, Copy)]
struct Asked<'a> {
    brief: &'a Brief,
    limit: Duration,
    watch: &'a Watch,
}

impl Asked<'_> {
    /// Hands a problem to the method.
    fn of(&self, problem: &Problem) -> Result<Solution, Unsolved> {
        if self.watch.is_cancelled() {
            return Err(Unsolved::Cancelled);
        }
        let effort =
            Effort { time_limit: self.limit, steps: None, seed: self.brief.seed, prove: true, watch: Some(self.watch) };
        solve(problem, effort)
    }
}

impl Question {
    /// The fewest people moved at each tolerance: what is asked for, and those around it.
    fn curve(&self, first: &Plan, asked: Asked<'_>) -> Result<Vec<Point>, Unsolved> {
        let mut tolerances: Vec<f64> = CURVE.into_iter().filter(|t| (t - asked.brief.tolerance).abs() > 1e-9).collect();
        let each = Asked { limit: asked.limit.div_f64(tolerances.len().max(1) as f64), ..asked };
        tolerances.push(asked.brief.tolerance);
        tolerances.sort_by(|a, b| b.total_cmp(a));
        let mut points = Vec::new();
        for tolerance in tolerances {
            let point = if (tolerance - asked.brief.tolerance).abs() <= 1e-9 {
                Point { tolerance, moved: first.is_met().then_some(first.objective), at_least: first.bound }
            } else {
                let mut problem = self.problem(Objective::MOVED);
                self.bound_by(&mut problem, tolerance);
                let solution = each.of(&problem)?;
                let moved = (solution.status != Status::Infeasible).then_some(solution.objective);
                Point { tolerance, moved, at_least: solution.bound }
            };
            points.push(point);
        }
        // A plan within a narrow tolerance is within a wide one; what a wide one needs, a narrow one needs too.
        for at in (1..points.len()).rev() {
            let (tight, wide) = (points[at].moved, points[at - 1].moved);
            if let Some(tight) = tight {
                points[at - 1].moved = Some(wide.map_or(tight, |wide| wide.min(tight)));
            }
        }
        for at in 1..points.len() {
            points[at].at_least = points[at].at_least.max(points[at - 1].at_least);
        }
        Ok(points)
    }
}
