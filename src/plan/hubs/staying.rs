//! Today's hubs that may move, and whether moving them is worth it.
//!
//! Leases, staff and habits hold a hub where it is, and the model knows nothing of them. So of plans that bring about
//! as much, the one that moves fewest hubs is taken. The plans between moving freely and moving none are found by
//! letting each hub that stays count for something, and raising that: each is the best there is when a move must bring
//! so much (the supported points of the two goals; Ehrgott 2005).

use super::brief::{Keep, Unplanned};
use super::ground::Ground;
use super::proposal::{StayPoint, Staying};
use super::question::{Choice, Question};
use super::reasons::ALIKE;
use crate::locate::Status;
use std::time::Duration;

/// Plans looked at, the two ends included: more would be more than anybody weighs up.
const POINTS: usize = 8;

/// A plan, and how many of today's hubs stay in it.
#[derive(Clone)]
struct Point {
    kept: usize,
    choice: Choice,
}

/// The question and the plan that moves fewest hubs among those within [`ALIKE`] of the gain of the best; as they were
/// where hubs stay anyway.
pub(super) fn settle(
    ground: &Ground<'_>,
    question: Question,
    best: Choice,
    today: f64,
) -> Result<(Question, Choice, Option<Staying>), Unplanned> {
    let brief = ground.brief;
    if brief.keep == Keep::Existing || ground.n_today == 0 || brief.objective.is_of_groups() {
        return Ok((question, best, None));
    }
    let least = ALIKE * (best.objective - today).abs();
    let points = frontier(ground, &question, &best);
    let is_alike = |at: &usize| ground.brief.objective.loss(best.objective, points[*at].choice.objective) <= least;
    let Some(at) = (0..points.len()).rev().find(is_alike) else { return Ok((question, best, None)) };
    let (taken, worth) = (points[at].clone(), worth_at(ground, &points, at));
    let more = points[at..].iter();
    let staying = Staying {
        forgone: ground.brief.objective.loss(best.objective, taken.choice.objective),
        moved_besides: taken.kept - kept(ground, &best).min(taken.kept),
        points: more
            .map(|point| StayPoint {
                kept: point.kept,
                lost: ground.brief.objective.loss(taken.choice.objective, point.choice.objective),
                status: point.choice.status,
            })
            .collect(),
    };
    let is_proven = best.status == Status::Optimal && taken.choice.status == Status::Optimal;
    let gap = (best.bound - taken.choice.objective).abs() / taken.choice.objective.abs().max(1e-12);
    let choice = Choice {
        status: if is_proven { Status::Optimal } else { Status::Feasible },
        bound: best.bound,
        gap,
        seconds: best.seconds + if at > 0 { taken.choice.seconds } else { 0.0 },
        ..taken.choice
    };
    Ok((question.staying(ground, worth)?, choice, Some(staying)))
}

/// The plans from the best to the one in which every hub stays, fewest kept first.
fn frontier(ground: &Ground<'_>, question: &Question, best: &Choice) -> Vec<Point> {
    let mut left = ground.brief.time_limit.as_secs_f64();
    let point = |choice: Choice| Point { kept: kept(ground, &choice), choice };
    let few = point(best.clone());
    let mut points = vec![few.clone()];
    let share = half(left);
    let Ok(all) = question.answer_with_all_of_today(ground, share) else { return points };
    left -= all.work;
    let many = point(all);
    if many.kept > few.kept {
        points.push(many.clone());
    }
    let mut open = vec![(few, many)];
    while let Some((few, many)) = open.pop().filter(|_| points.len() < POINTS) {
        if many.kept <= few.kept + 1 {
            continue;
        }
        // Where a hub counts for this much, both ends are alike; what is better lies between them.
        let worth = worth_between(ground, &few, &many);
        let share = half(left);
        let found = question.staying(ground, worth).and_then(|other| other.answer(ground, share));
        left -= found.as_ref().map_or(share.as_secs_f64(), |choice| choice.work);
        let Some(next) = found.ok().map(point) else { continue };
        if few.kept < next.kept && next.kept < many.kept {
            points.push(next.clone());
            open.extend([(next.clone(), many), (few, next)]);
        }
    }
    points.sort_by_key(|point| point.kept);
    points
}

/// Half of the work that is left.
fn half(left: f64) -> Duration {
    Duration::from_secs_f64((left / 2.0).max(0.0))
}

/// What a hub counts for where this plan is the best: half-way between where the plans beside it take over.
fn worth_at(ground: &Ground<'_>, points: &[Point], at: usize) -> f64 {
    let between = |a: usize, b: usize| Some(worth_between(ground, points.get(a)?, points.get(b)?));
    let below = at.checked_sub(1).and_then(|before| between(before, at)).unwrap_or(0.0);
    let above = between(at, at + 1).unwrap_or(2.0 * below);
    f64::midpoint(below, above)
}

/// What a hub counts for when two plans are alike.
fn worth_between(ground: &Ground<'_>, few: &Point, many: &Point) -> f64 {
    ground.brief.objective.loss(few.choice.objective, many.choice.objective)
        / (many.kept.saturating_sub(few.kept)).max(1) as f64
}

fn kept(ground: &Ground<'_>, choice: &Choice) -> usize {
    choice.sites.iter().filter(|site| **site < ground.n_today).count()
}
