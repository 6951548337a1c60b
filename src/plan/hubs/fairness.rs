//! The price of fairness: how much coverage is given up for the group that is worst off (Bertsimas, Farias and
//! Trichakis 2011), as the frontier of the two goals, floor by floor.

use super::brief::{Brief, Unplanned};
use super::ground::Ground;
use super::objective::{Objective, worst_off};
use super::proposal::{FairEnd, FairPoint, Fairness};
use super::question::{Question, Variation};
use crate::place::GroupIdx;
use std::time::Duration;

/// How much higher the next floor is than what the worst-off group has, as a share: one in a hundred of its members
/// is the least that anybody would argue over.
const STEP: f64 = 0.01;

/// Points of the curve at most.
const POINTS: usize = 8;

/// The curve from the best coverage on: each point raises the floor of every group a step above what the worst-off
/// group has at the point before.
///
/// Groups with nobody in them are left out; floors of the brief hold throughout. No floor can be above the least of
/// what each group could have if it were the only aim, which ends the curve without a search.
pub(super) fn curve(ground: &Ground<'_>) -> Result<Fairness, Unplanned> {
    let place = ground.place;
    let groups: Vec<GroupIdx> = place.groups.indices().filter(|&group| super::members(place, group) > 0.0).collect();
    if groups.is_empty() || ground.brief.objective.is_of_lengths() || ground.rooms.is_some() {
        return Ok(Fairness::default());
    }
    let brief = Brief { objective: Objective::Coverage, ..ground.brief.clone() };
    let ground = ground.with(&brief);
    let plain: Vec<(GroupIdx, Option<f64>)> = groups.iter().map(|&group| (group, None)).collect();
    let most = Question::of(&ground, &plain, &Variation::default())?.most(&ground, brief.time_limit.div_f64(4.0));
    let caps = groups.iter().zip(most).map(|(&group, most)| most / super::members(place, group));
    let cap = caps.fold(1.0, f64::min);
    let mut curve = Fairness { points: Vec::new(), end: FairEnd::Stopped };
    let mut floor = 0.0;
    let mut left = brief.time_limit.as_secs_f64();
    while curve.points.len() < POINTS {
        if floor > cap + 1e-9 {
            curve.end = FairEnd::Impossible(floor.min(1.0));
            break;
        }
        let floors: Vec<(GroupIdx, Option<f64>)> =
            groups.iter().map(|&group| (group, higher(super::floor_of(&brief, group), floor))).collect();
        let question = Question::of(&ground, &floors, &Variation::default())?;
        let found = match question.answer(&ground, Duration::from_secs_f64(left.max(0.0))) {
            Ok(found) => found,
            Err(Unplanned::Infeasible { .. }) => {
                curve.end = FairEnd::Impossible(floor);
                break;
            }
            Err(_) => break,
        };
        left -= found.work;
        let open = super::open(&ground, &found.sites);
        let after = ground.coverage(&ground.doors(&open));
        let Some(worst) = worst_off(&after) else { break };
        curve.points.push(FairPoint {
            floor,
            covered: after.place.covered,
            worst,
            sites: found.sites.iter().map(|&site| ground.sites[site].clone()).collect(),
            status: found.status,
        });
        floor = worst.1 + STEP;
    }
    Ok(curve)
}

/// The higher of a floor of the brief and one of the curve; none where neither asks for anything.
fn higher(own: Option<f64>, floor: f64) -> Option<f64> {
    Some(own.unwrap_or(0.0).max(floor)).filter(|floor| *floor > 0.0)
}
