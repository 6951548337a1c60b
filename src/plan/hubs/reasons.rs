//! Why each site: what is lost without it, what could stand in its place, and how often it is chosen again.

use super::brief::Unplanned;
use super::ground::{Ground, PACE_RANGE};
use super::proposal::{Alternative, Replacement};
use super::question::{Choice, Question, Variation};
use super::swap::{Base, Columns};
use crate::place::GroupIdx;
use crate::units::Metres;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::time::Duration;

/// How near a site is to count as much the same place: five minutes' walk in a straight line. Wider, and another
/// high street would count; narrower, and the other end of the same one would not.
pub const NEARBY: Metres = Metres::new(400.0);

/// How much less than the plan an alternative may bring, as a share of what the plan gains over today. Censuses are
/// not better than that: less would call noise a difference, more would call everything alike.
pub const ALIKE: f64 = 0.02;

/// Alternatives that are listed for one site.
const LISTED: usize = 5;

/// How far the residents of each zone are varied either way: what a census is off by some years later.
const PEOPLE_RANGE: f64 = 0.1;
/// How likely one of today's hubs is to close: about one in twenty, as council buildings have in hard years.
const CLOSES: f64 = 0.05;

/// Seconds of work that each walk counts as when the problem of a run is put together.
const A_WALK: f64 = 1e-7;

/// What each site is worth beside the others.
pub(super) struct Reason {
    pub(super) lost_alone: f64,
    pub(super) replacement: Option<Replacement>,
    pub(super) alternatives: Vec<Alternative>,
}

/// The reasons for the sites `of` of a choice, in order.
pub(super) fn reasons(ground: &Ground<'_>, question: &Question, choice: &Choice, of: &[usize]) -> Vec<Reason> {
    let columns = Columns::of(&question.problem);
    let today = question.worth_today(ground);
    let share = ground.brief.time_limit.div_f64(of.len().max(1) as f64);
    of.par_iter()
        .map(|&site| {
            let others: Vec<usize> = choice.sites.iter().copied().filter(|other| *other != site).collect();
            let base = Base::of(ground, &question.problem, &columns, &question.numbers(&others));
            let lost = |worth: f64| ground.brief.objective.loss(choice.objective, worth);
            Reason {
                lost_alone: lost(question.worth_of(ground, &columns, &others)),
                replacement: question.answer_without(ground, site, share).ok().map(|without| Replacement {
                    lost: lost(without.objective),
                    instead: missing_from(ground, choice, &without),
                    left_out: missing_from(ground, &without, choice),
                    status: without.status,
                }),
                alternatives: alternatives(
                    ground,
                    question,
                    choice,
                    (&base, &columns),
                    ground.brief.objective.loss(choice.objective, today),
                ),
            }
        })
        .collect()
}

/// The sites of another choice that this one lacks.
fn missing_from(ground: &Ground<'_>, this: &Choice, other: &Choice) -> Vec<super::Site> {
    other.sites.iter().filter(|site| !this.sites.contains(site)).map(|&site| ground.sites[site].clone()).collect()
}

fn alternatives(
    ground: &Ground<'_>,
    question: &Question,
    choice: &Choice,
    (base, columns): (&Base<'_>, &Columns),
    gain: f64,
) -> Vec<Alternative> {
    if gain <= 0.0 || question.problem.budget.is_some() || ground.rooms.is_some() {
        return Vec::new();
    }
    let others = ground.choice().filter(|site| !choice.sites.contains(site));
    let mut found: Vec<(f64, usize)> = others
        .filter_map(|site| {
            Some((
                ground.brief.objective.loss(choice.objective, base.worth_with(columns, question.number(site))?),
                site,
            ))
        })
        .filter(|(lost, _)| *lost <= gain * ALIKE)
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    found.truncate(LISTED);
    let alternative =
        |(lost, site): (f64, usize)| Alternative { site: ground.sites[site].clone(), lost, lost_share: lost / gain };
    found.into_iter().map(alternative).collect()
}

/// In how many runs each site of a choice is chosen again: itself, and anything within [`NEARBY`].
pub(super) struct Again {
    pub(super) runs: usize,
    pub(super) chosen: Vec<usize>,
    pub(super) nearby: Vec<usize>,
}

/// Chooses again with other numbers, run after run, each with a seed of its own. `worth` is what a hub that stays counts
/// for.
pub(super) fn stability(
    ground: &Ground<'_>,
    (groups, worth): (&[(GroupIdx, Option<f64>)], f64),
    of: &[usize],
) -> Result<Again, Unplanned> {
    let share = ground.brief.time_limit.div_f64(ground.brief.runs.max(1) as f64).max(Duration::from_millis(10));
    // Gathering who could walk where takes work too, run for run.
    let gathering = A_WALK * ground.pairs().max(1) as f64;
    let most = (ground.brief.time_limit.as_secs_f64() / gathering).max(1.0) as usize;
    let runs: Vec<Option<Choice>> = (0..ground.brief.runs.min(most) as u64)
        .into_par_iter()
        .map(|run| {
            if ground.watch.is_cancelled() || ground.deadline.is_over() {
                return None;
            }
            let question = Question::of(ground, groups, &variation(ground, run)).ok()?;
            question.staying(ground, worth).ok()?.answer(ground, share).ok()
        })
        .collect();
    let done: Vec<&Choice> = runs.iter().flatten().collect();
    let near = |a: usize, b: usize| ground.sites[a].at.distance(ground.sites[b].at) <= NEARBY;
    let times = |counts: &dyn Fn(&Choice, usize) -> bool| -> Vec<usize> {
        of.iter().map(|&site| done.iter().filter(|run| counts(run, site)).count()).collect()
    };
    Ok(Again {
        runs: done.len(),
        chosen: times(&|run, site| run.sites.contains(&site)),
        nearby: times(&|run, site| run.sites.iter().any(|&other| near(other, site))),
    })
}

fn variation(ground: &Ground<'_>, run: u64) -> Variation {
    let mut rng = ChaCha8Rng::seed_from_u64(ground.brief.seed);
    rng.set_stream(run + 1);
    let mut unit = || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let pace = 1.0 + PACE_RANGE * (2.0 * unit() - 1.0);
    let pace = (!ground.is_by_bus()).then_some(pace);
    let people = ground.place.zones.iter().map(|_| 1.0 + PEOPLE_RANGE * (2.0 * unit() - 1.0)).collect();
    let closed = (0..ground.n_today).filter(|_| unit() < CLOSES).collect();
    Variation { people, pace, closed }
}
