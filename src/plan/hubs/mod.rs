//! Where should the next hubs go?
//!
//! In reading order: [`Brief`] says what is asked, with names found by `named`, and [`Objective`] what for; `sites` finds
//! where hubs may be and `ground` walks from them to where people live; `question` makes a problem of facility location
//! of it, which [`crate::locate`] answers; `reasons` and `fairness` ask again what if; `words` says it; [`Proposal`] holds
//! the whole.

mod brief;
mod by_bus;
mod fairness;
mod fewest;
mod ground;
mod named;
mod objective;
mod proposal;
mod question;
mod reasons;
mod room;
mod sites;
mod staying;
mod swap;
mod words;

pub use brief::{Brief, Candidates, Keep, Spot, USUAL_MEMORY, USUAL_RUNS, Unplanned};
pub use fewest::{Fewest, fewest};
pub use named::{first_of_kind, group_named, kind_named, standard_named};
pub use objective::{LONGEST_WALK, Objective, deprivation_weight};
pub use proposal::{
    Alternative, Chosen, FairEnd, FairPoint, Fairness, Proposal, Replacement, RunnerUp, StayPoint, Staying,
};
pub use reasons::{ALIKE, NEARBY};
pub use sites::Site;

use crate::locate::Watch;
use crate::measure::{Coverage, Covered};
use crate::place::{GroupIdx, IdVec, PatchIdx, People, Place};
use ground::Ground;
use question::{Choice, Question, Variation};
use reasons::Reason;
use swap::{Base, Columns};

/// Which sites should open, who gains, and how sure is that?
///
/// *Method.* Demand is where people live, with their groups; costs are walks along the streets (straight lines times
/// the detour factor without streets). The choice is that of [`crate::locate`]: maximal covering, p-median or worst
/// off first, exact where time allows, with its bound. Coverage with the plan is then measured anew by
/// [`crate::measure::coverage_by`], from searches of its own, and must equal the objective.
///
/// *What else is worked out.* The best plan without each site, which also gives the runner-up: a plan that differs
/// does without at least one of the sites, so the best of the plans without each is the best that differs. Single
/// exchanges that lose at most [`ALIKE`] of the gain. The choice made again in seeded runs in which each zone's
/// residents vary by up to a tenth, walking speed by up to a tenth, and each of today's hubs closes with one
/// chance in twenty. The price of fairness, floor by floor.
///
/// *Limits.* All walks within the limit are alike in coverage; try limits nearby too. Costs of land, leases and
/// consent are known only as far as a budget says them.
///
/// # Errors
/// [`Unplanned`]: a brief that lacks something, a rule that can't be met (which and by how much), or no time.
pub fn hubs(place: &Place, brief: &Brief) -> Result<Proposal, Unplanned> {
    hubs_watched(place, brief, &Watch::new())
}

/// As [`hubs()`], for somebody who is told each step and may cancel it.
///
/// # Errors
/// As [`hubs()`], and [`Unplanned::Cancelled`] within about a second of [`Watch::cancel`].
pub fn hubs_watched(place: &Place, brief: &Brief, watch: &Watch) -> Result<Proposal, Unplanned> {
    hubs_covering(place, brief, None, watch)
}

/// As [`hubs_watched()`], with the [fewest](fewest()) sites that cover a share of all residents instead of a number.
///
/// # Errors
/// As [`hubs_watched()`].
pub fn hubs_covering(place: &Place, brief: &Brief, share: Option<f64>, watch: &Watch) -> Result<Proposal, Unplanned> {
    let answer = match share {
        None => plan(place, brief, None, watch),
        Some(share) => fewest(place, brief, share, watch).and_then(|few| {
            if few.sites == 0 {
                let sentence =
                    format!("Today\u{2019}s hubs cover {:.1} % already: no new site is needed", share * 100.0);
                return Err(Unplanned::Infeasible { sentence, short_by: 0.0 });
            }
            plan(place, &Brief { sites: Some(few.sites), budget: None, ..brief.clone() }, Some(few), watch)
        }),
    };
    match answer {
        _ if watch.is_cancelled() => Err(Unplanned::Cancelled),
        answer => answer,
    }
}

fn plan(place: &Place, brief: &Brief, few: Option<Fewest>, watch: &Watch) -> Result<Proposal, Unplanned> {
    brief::check(place, brief)?;
    let step = |words: &str, done: f64| {
        watch.step(words, done);
        if watch.is_cancelled() { Err(Unplanned::Cancelled) } else { Ok(()) }
    };
    step("Walking to every candidate", 0.0)?;
    let ground = Ground::survey(place, brief, watch)?;
    ground.check_reach()?;
    let groups = groups_asked(place, brief);
    step("Gathering who could walk where", 0.08)?;
    let question = Question::of(&ground, &groups, &Variation::default())?;
    step("Choosing the sites", 0.1)?;
    question.check_floors(&ground)?;
    let best = question.answer(&ground, brief.time_limit)?;
    let today = question.worth_today(&ground);
    step("Weighing what moving today's hubs brings", 0.3)?;
    let (question, choice, staying) = staying::settle(&ground, question, best, today)?;
    let today_open: Vec<usize> = (0..ground.n_today).collect();
    let before = ground.coverage(&ground.doors(&today_open));
    let after = ground.coverage(&ground.doors(&open(&ground, &choice.sites)));
    verify(&ground, &choice, &after)?;
    let order = in_order(&ground, &question, &choice);
    step("Asking what if a site falls through", 0.4)?;
    let reasons = reasons::reasons(&ground, &question, &choice, &order);
    step("Choosing again with other numbers", 0.6)?;
    let again = reasons::stability(&ground, (&groups, question.worth()), &order)?;
    step("Working out the price of fairness", 0.8)?;
    let fairness = fairness::curve(&ground)?;
    let mut sites = chosen(&ground, &choice, &order, reasons);
    for (at, site) in sites.iter_mut().enumerate() {
        (site.chosen_in, site.nearby_in) = (again.chosen[at], again.nearby[at]);
    }
    let kept = |site: &usize| choice.sites.contains(site) || ground.must_stay(*site);
    let out_of_reach = ground.out_of_reach();
    let mut proposal = Proposal {
        brief: brief.clone(),
        status: choice.status,
        objective: choice.objective,
        objective_today: if ground.rooms.is_some() { today } else { recount(&ground, &before) },
        bound: choice.bound,
        gap: choice.gap,
        seconds: choice.seconds,
        cut_by_clock: ground.deadline.is_missed(),
        candidates: ground.sites.len() - ground.n_today - out_of_reach.len(),
        out_of_reach,
        today: ground.n_today,
        runner_up: runner_up(&sites),
        sites,
        given_up: (0..ground.n_today).filter(|site| !kept(site)).map(|site| ground.sites[site].clone()).collect(),
        beyond: beyond(&ground),
        before,
        after,
        fairness,
        staying,
        runs: again.runs,
        fewest: few,
        sentences: Vec::new(),
    };
    words::explain(place, &mut proposal);
    proposal.sentences.splice(1..1, room::sentences(&ground, &proposal));
    proposal.sentences.extend(by_bus::sentences(&ground, (&today_open, &open(&ground, &choice.sites))));
    Ok(proposal)
}

/// The groups that the choice itself must look at, with their floors.
fn groups_asked(place: &Place, brief: &Brief) -> Vec<(GroupIdx, Option<f64>)> {
    let asked = |group: &GroupIdx| floor_of(brief, *group).is_some() || brief.objective.is_of_groups();
    place.groups.indices().filter(asked).map(|group| (group, floor_of(brief, group))).collect()
}

/// The highest floor the brief sets for a group.
fn floor_of(brief: &Brief, group: GroupIdx) -> Option<f64> {
    brief.floors.iter().filter(|(of, _)| *of == group).map(|&(_, share)| share).reduce(f64::max)
}

/// Members of a group in the whole place.
fn members(place: &Place, group: GroupIdx) -> f64 {
    place
        .zones
        .iter()
        .filter_map(|zone| zone.residents.by_group.as_slice().get(crate::place::Idx::index(group))?.as_ref())
        .sum()
}

/// All sites that are open with this choice.
fn open(ground: &Ground<'_>, chosen: &[usize]) -> Vec<usize> {
    (0..ground.n_today).filter(|&site| ground.stays(site)).chain(chosen.iter().copied()).collect()
}

/// Residents whom no site could cover, open today or a candidate; by bus, times the share of departures.
fn beyond(ground: &Ground<'_>) -> f64 {
    let place = ground.place;
    let far = |position: usize| {
        let together = ground.together(position, place.speed, 1.0);
        together.iter().filter(|these| these.doors.is_empty()).map(|these| these.share).sum::<f64>()
    };
    // An empty sum would be minus nought.
    place.positions.iter().enumerate().fold(0.0, |sum, (index, position)| sum + position.residents * far(index))
}

/// Counts the objective anew from a measure that knows nothing of how the sites were found.
fn verify(ground: &Ground<'_>, choice: &Choice, after: &Coverage) -> Result<(), Unplanned> {
    // Who has room where hubs are full is told by the certificate of the choice alone: the measure counts otherwise.
    if ground.rooms.is_some() {
        return Ok(());
    }
    let counted = recount(ground, after);
    // Of a position that is covered by some of the departures, people are counted on a grid.
    let grid = match ground.brief.objective {
        _ if !ground.is_by_bus() => 0.0,
        objective if objective.is_of_groups() => 1e-6,
        _ => 2.0 * People::STEP * ground.place.positions.len() as f64,
    };
    if (counted - choice.objective).abs() <= 1e-9 * counted.abs().max(1.0) + grid {
        return Ok(());
    }
    Err(Unplanned::FailedRecount(format!("it was to reach {}, and {counted} is counted", choice.objective)))
}

fn recount(ground: &Ground<'_>, coverage: &Coverage) -> f64 {
    ground.brief.objective.counted(ground.place, ground.brief.standard.within, coverage)
}

/// The new sites of a choice, the one that brings most first, then the one that brings most beside it, and so on.
fn in_order(ground: &Ground<'_>, question: &Question, choice: &Choice) -> Vec<usize> {
    let columns = Columns::of(&question.problem);
    let (mut open, mut left): (Vec<usize>, Vec<usize>) = choice.sites.iter().partition(|site| **site < ground.n_today);
    let mut order = Vec::new();
    while !left.is_empty() {
        let base = Base::of(ground, &question.problem, &columns, &question.numbers(&open));
        let with = |site: usize| open.iter().copied().chain([site]).collect::<Vec<_>>();
        let gains = left.iter().map(|&site| match ground.rooms {
            Some(_) => question.worth_of(ground, &columns, &with(site)),
            None => base.gain_with(&columns, question.number(site)),
        });
        let best = gains.enumerate().reduce(|best, next| if next.1 > best.1 { next } else { best });
        let site = left.remove(best.map_or(0, |(at, _)| at));
        open.push(site);
        order.push(site);
    }
    order
}

/// The sites with who gains: each counts those that nothing before it covers.
fn chosen(ground: &Ground<'_>, choice: &Choice, order: &[usize], reasons: Vec<Reason>) -> Vec<Chosen> {
    let kept: Vec<usize> = choice.sites.iter().copied().filter(|&site| site < ground.n_today).collect();
    let mut doors = ground.doors(&open(ground, &kept));
    let mut before = ground.coverage(&doors);
    let mut sites = Vec::with_capacity(order.len());
    for (&site, reason) in order.iter().zip(reasons) {
        doors.extend(ground.doors(&[site]));
        let after = ground.coverage(&doors);
        sites.push(Chosen {
            site: ground.sites[site].clone(),
            covered: after.place.covered - before.place.covered,
            by_group: gained_by_group(&before.place, &after.place),
            by_patch: gained_by_patch(&before, &after),
            lost_alone: reason.lost_alone,
            replacement: reason.replacement,
            alternatives: reason.alternatives,
            chosen_in: 0,
            nearby_in: 0,
            why: Vec::new(),
        });
        before = after;
    }
    sites
}

fn gained_by_group(before: &Covered, after: &Covered) -> IdVec<GroupIdx, Option<f64>> {
    let pairs = before.by_group.iter().zip(&after.by_group);
    pairs.map(|(before, after)| Some(after.as_ref()?.covered - before.as_ref()?.covered)).collect()
}

fn gained_by_patch(before: &Coverage, after: &Coverage) -> Vec<(PatchIdx, f64)> {
    let pairs = after.patches.enumerate().map(|(patch, after)| (patch, after.covered - before.patches[patch].covered));
    let mut gained: Vec<(PatchIdx, f64)> = pairs.filter(|(_, more)| *more > 0.0).collect();
    gained.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    gained
}

/// The replacement that loses least, when every one of them was found.
fn runner_up(sites: &[Chosen]) -> Option<RunnerUp> {
    let plans = sites.iter().enumerate().filter_map(|(at, site)| Some((at, site.replacement.as_ref()?)));
    let least = plans.min_by(|a, b| a.1.lost.total_cmp(&b.1.lost).then(a.0.cmp(&b.0)))?;
    Some(RunnerUp { without: least.0, plan: least.1.clone() })
}
