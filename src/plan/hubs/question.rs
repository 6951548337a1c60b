//! The brief as a problem of facility location.
//!
//! Site 0 of the problem stands for what is there whatever is chosen: today's hubs, where they stay, and in the
//! objective of least walking the walk nobody exceeds. The others are the sites that may be chosen, in order. A
//! group that walks at a speed of its own has demand points of its own, which count for the group and for nobody
//! else.

use super::brief::{Keep, Unplanned};
use super::ground::Ground;
use super::objective::longest;
use super::swap::{Base, Columns};
use crate::locate::{BrokenRule, Costs, Effort, Group, Infeasible, Model, Problem, Solution, Status, Unsolved, solve};
use crate::place::{GroupIdx, Idx};
use crate::text::whole;
use crate::units::{Metres, WalkingSpeed};
use rayon::prelude::*;
use std::collections::HashMap;
use std::time::Duration;

/// How a run differs from what the data say.
#[derive(Debug, Clone, Default)]
pub(super) struct Variation {
    /// What the residents of each zone are multiplied with; empty means nothing is varied.
    pub(super) people: Vec<f64>,
    /// What walking speeds are multiplied with, where they are varied; by bus they never are.
    pub(super) pace: Option<f64>,
    /// Today's hubs that are closed.
    pub(super) closed: Vec<usize>,
}

/// A problem with the way back to the sites.
pub(super) struct Question {
    pub(super) problem: Problem,
    /// The site that is number 1 of the problem.
    first: usize,
    /// The problem in which each of today's hubs that stays counts for something, and for how much.
    staying: Option<(Problem, f64)>,
}

/// What was chosen.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    /// Sites chosen, by their place in the ground's list.
    pub(super) sites: Vec<usize>,
    pub(super) status: Status,
    pub(super) objective: f64,
    pub(super) bound: f64,
    pub(super) gap: f64,
    pub(super) seconds: f64,
    /// Seconds of work, as they are counted.
    pub(super) work: f64,
}

impl Question {
    /// The question of the brief with these floors (groups without one are only counted).
    pub(super) fn of(
        ground: &Ground<'_>,
        groups: &[(GroupIdx, Option<f64>)],
        variation: &Variation,
    ) -> Result<Self, Unplanned> {
        let brief = ground.brief;
        let choice = ground.choice();
        let mut rows = Rows::of(ground, groups, variation);
        if ground.watch.is_cancelled() {
            return Err(Unplanned::Cancelled);
        }
        let costs = Costs::from_lists(choice.len() + 1, &rows.lists).map_err(|why| unplanned(ground, why))?;
        let mut problem = Problem::new(costs);
        problem.weights = std::mem::take(&mut rows.weights);
        problem.groups = groups
            .iter()
            .zip(rows.by_group)
            .map(|(&(group, floor), weights)| Group { name: ground.place.groups[group].key.clone(), weights, floor })
            .collect();
        problem.radius = Some(if brief.objective.is_of_lengths() { limit(ground) } else { COVERED });
        let first = choice.start;
        let must = choice.clone().filter(|site| ground.must_stay(*site) && !variation.closed.contains(site));
        problem.required = std::iter::once(0).chain(must.map(|site| site + 1 - first)).collect();
        let more = if brief.keep == Keep::Free { ground.n_today } else { problem.required.len() - 1 };
        problem.sites = brief.sites.map(|sites| 1 + more + sites);
        let rooms = ground.rooms.as_ref();
        problem.capacities =
            rooms.map(|rooms| std::iter::once(0.0).chain(choice.map(|site| rooms.residents(site))).collect());
        problem.forbidden = variation
            .closed
            .iter()
            .filter(|site| ground.choice().contains(site))
            .map(|site| site - first + 1)
            .collect();
        if let Some(budget) = brief.budget {
            problem.budget = Some(budget);
            problem.site_costs = Some(site_costs(ground)?);
        }
        Ok(Self { problem, first, staying: None })
    }

    /// The number of a site in the problem.
    pub(super) fn number(&self, site: usize) -> usize {
        site + 1 - self.first
    }

    /// The site with this number in the problem; `None` for the number that stands for what stays.
    pub(super) fn site(&self, number: usize) -> Option<usize> {
        (number > 0).then(|| number - 1 + self.first)
    }

    /// The same question where each of today's hubs that may move counts for so much, in the unit of the objective,
    /// when it stays: a demand point of its own, which only that hub serves.
    pub(super) fn staying(&self, ground: &Ground<'_>, worth: f64) -> Result<Self, Unplanned> {
        let plain = &self.problem;
        let mut all = Self { problem: plain.clone(), first: self.first, staying: None };
        if self.first > 0 || worth <= 0.0 {
            return Ok(all);
        }
        let is_walking = ground.brief.objective.is_of_lengths();
        let mut problem = plain.clone();
        let rows =
            (0..plain.costs.n_demand()).map(|demand| plain.costs.of(demand).map(|(j, c)| (j as u32, c)).collect());
        let mut lists: Vec<Vec<(u32, f64)>> = rows.collect();
        for site in 0..ground.n_today {
            let number = self.number(site) as u32;
            lists.push(if is_walking { vec![(0, worth), (number, 0.0)] } else { vec![(number, COVERED)] });
            problem.weights.push(if is_walking { 1.0 } else { worth });
            problem.groups.iter_mut().for_each(|group| group.weights.push(0.0));
        }
        problem.costs = Costs::from_lists(plain.costs.n_sites(), &lists).map_err(|why| unplanned(ground, why))?;
        all.staying = Some((problem, worth));
        Ok(all)
    }

    /// What each of today's hubs that stays counts for.
    pub(super) fn worth(&self) -> f64 {
        self.staying.as_ref().map_or(0.0, |(_, worth)| *worth)
    }

    /// The objective with today's hubs alone.
    pub(super) fn worth_today(&self, ground: &Ground<'_>) -> f64 {
        let today: Vec<usize> = (0..ground.n_today).filter(|&site| !ground.stays(site)).collect();
        self.worth_of(ground, &Columns::of(&self.problem), &today)
    }

    /// The objective with these sites and no other, whatever rules a choice must meet.
    pub(super) fn worth_of(&self, ground: &Ground<'_>, columns: &Columns, sites: &[usize]) -> f64 {
        if self.problem.capacities.is_none() {
            return Base::of(ground, &self.problem, columns, &self.numbers(sites)).value();
        }
        let required: Vec<usize> = std::iter::once(0).chain(self.numbers(sites)).collect();
        let alone = Problem {
            sites: Some(required.len()),
            forbidden: (1..self.problem.costs.n_sites()).filter(|number| !required.contains(number)).collect(),
            required,
            budget: None,
            site_costs: None,
            ..self.problem.clone()
        };
        let found = solve(ground.brief.objective.model(), &alone, effort(ground, ground.brief.time_limit));
        found.map_or(0.0, |found| found.objective)
    }

    /// The numbers that the problem has for sites.
    pub(super) fn numbers(&self, sites: &[usize]) -> Vec<usize> {
        sites.iter().map(|&site| self.number(site)).collect()
    }

    fn asked(&self) -> &Problem {
        self.staying.as_ref().map_or(&self.problem, |(problem, _)| problem)
    }

    /// The best choice.
    pub(super) fn answer(&self, ground: &Ground<'_>, time_limit: Duration) -> Result<Choice, Unplanned> {
        self.answer_to(ground, self.asked(), time_limit)
    }

    /// The best choice in which every hub of today stays.
    pub(super) fn answer_with_all_of_today(&self, ground: &Ground<'_>, limit: Duration) -> Result<Choice, Unplanned> {
        let mut problem = self.asked().clone();
        problem.required.extend((0..ground.n_today).map(|site| self.number(site)));
        self.answer_to(ground, &problem, limit)
    }

    /// The most of each group of the problem that any choice can cover, as far as it is proven in the time: what the
    /// best choice for that group alone reaches, or its bound.
    pub(super) fn most(&self, ground: &Ground<'_>, time_limit: Duration) -> Vec<f64> {
        let share = time_limit.div_f64(self.problem.groups.len().max(1) as f64);
        let most = |group: &Group| {
            let weights = group.weights.clone();
            let alone = Problem { weights, groups: Vec::new(), ..self.problem.clone() };
            let found = solve(Model::Mclp, &alone, effort(ground, share));
            ground.deadline.note(found.as_ref().is_ok_and(|found| found.cut_by_clock));
            found.map_or_else(|_| group.total(), |found| found.bound.max(found.objective))
        };
        self.problem.groups.par_iter().map(most).collect()
    }

    /// Refuses a floor that no choice can meet even if it were the only aim. Quicker than what the solver does to
    /// prove the same, and exact about how much is lacking.
    pub(super) fn check_floors(&self, ground: &Ground<'_>) -> Result<(), Unplanned> {
        let asked: Vec<Group> = self.problem.groups.iter().filter(|group| group.floor.is_some()).cloned().collect();
        let problem = Problem { groups: asked, ..self.problem.clone() };
        let alone = Self { problem, first: self.first, staying: None };
        for (group, most) in alone.problem.groups.iter().zip(alone.most(ground, ground.brief.time_limit)) {
            let short_by = group.floor.unwrap_or(0.0) * group.total() - most;
            if short_by > 1e-9 * group.total() {
                let (rule, sentence) = (BrokenRule::Floor(group.name.clone()), String::new());
                return Err(unplanned(ground, Unsolved::Infeasible(Infeasible { rule, short_by, sentence })));
            }
        }
        Ok(())
    }

    /// The share of all weight that the sites together could cover.
    pub(super) fn reachable(&self) -> f64 {
        let plain = &self.problem;
        let all: f64 = plain.weights.iter().sum();
        let some = (0..plain.costs.n_demand()).filter(|&demand| plain.costs.of(demand).next().is_some());
        // A hair less, so that the order of the sums makes nothing impossible.
        if all > 0.0 { some.map(|demand| plain.weights[demand]).sum::<f64>() / all * (1.0 - 1e-9) } else { 0.0 }
    }

    /// The fewest sites that cover a share of all weight.
    pub(super) fn fewest(&self, ground: &Ground<'_>, share: f64, work: Duration) -> Result<Solution, Unplanned> {
        let weights = self.problem.weights.clone();
        let everybody = Group { name: "everybody".to_owned(), weights, floor: Some(share) };
        let problem = Problem { sites: None, budget: None, groups: vec![everybody], ..self.problem.clone() };
        let found = solve(Model::Lscp, &problem, effort(ground, work)).map_err(|why| unplanned(ground, why))?;
        ground.deadline.note(found.cut_by_clock);
        Ok(found)
    }

    /// The best choice without a site.
    pub(super) fn answer_without(
        &self,
        ground: &Ground<'_>,
        site: usize,
        limit: Duration,
    ) -> Result<Choice, Unplanned> {
        let mut problem = self.asked().clone();
        problem.forbidden.push(self.number(site));
        self.answer_to(ground, &problem, limit)
    }

    fn answer_to(&self, ground: &Ground<'_>, problem: &Problem, time_limit: Duration) -> Result<Choice, Unplanned> {
        let answer = solve(ground.brief.objective.model(), problem, effort(ground, time_limit));
        let is_cut = match &answer {
            Ok(found) => found.cut_by_clock,
            Err(Unsolved::NothingFound) => ground.deadline.left().is_zero(),
            Err(_) => false,
        };
        ground.deadline.note(is_cut);
        let found: Solution = answer.map_err(|why| unplanned(ground, why))?;
        let sites: Vec<usize> = found.sites.iter().filter_map(|&number| self.site(number)).collect();
        // What staying counts for is no part of what the choice achieves.
        let kept = sites.iter().filter(|site| **site < ground.n_today).count();
        let count = if ground.brief.objective.is_of_lengths() { ground.n_today - kept } else { kept };
        let counted = count as f64 * self.worth();
        Ok(Choice {
            sites,
            status: found.status,
            objective: found.objective - counted,
            bound: found.bound - counted,
            gap: found.gap(),
            seconds: found.seconds,
            work: found.work,
        })
    }
}

/// So much work, with the clock behind it.
fn effort<'a>(ground: &Ground<'a>, work: Duration) -> Effort<'a> {
    Effort { time_limit: ground.deadline.left(), work: Some(work), seed: ground.brief.seed, watch: Some(ground.watch) }
}

/// The cost and the radius of every pair that is covered: how far it is within the limit does not count.
const COVERED: f64 = 1.0;

/// The time within which somebody is covered, with the tolerance of [`Within`](crate::place::Within).
fn limit(ground: &Ground<'_>) -> f64 {
    ground.brief.standard.within.get() + 1e-6
}

/// Positions looked at between two looks at whether anybody still waits.
const AT_A_TIME: usize = 1024;

/// Demand points, those with the same sites merged.
#[derive(Default)]
struct Rows {
    lists: Vec<Vec<(u32, f64)>>,
    weights: Vec<f64>,
    by_group: Vec<Vec<f64>>,
    known: HashMap<Vec<u32>, usize>,
}

impl Rows {
    /// All demand points; only some of them once cancelled.
    fn of(ground: &Ground<'_>, groups: &[(GroupIdx, Option<f64>)], variation: &Variation) -> Self {
        let place = ground.place;
        let mut rows = Self { by_group: vec![Vec::new(); groups.len()], ..Self::default() };
        let mut speeds = vec![place.speed];
        for &(group, _) in groups {
            if !speeds.contains(&place.speed_of(group)) {
                speeds.push(place.speed_of(group));
            }
        }
        for speed in speeds {
            for (index, position) in place.positions.iter().enumerate() {
                if index.is_multiple_of(AT_A_TIME) && ground.watch.is_cancelled() {
                    return rows;
                }
                let factor = variation.people.get(position.zone.index()).copied().unwrap_or(1.0);
                let is_all = speed == place.speed;
                let members = |group: GroupIdx| {
                    let count =
                        place.zones[position.zone].residents.by_group.as_slice().get(group.index()).copied().flatten();
                    let counts = place.speed_of(group) == speed;
                    count.filter(|_| counts).map_or(0.0, |count| place.people_at(position, count) * factor)
                };
                let by_group: Vec<f64> = groups.iter().map(|&(group, _)| members(group)).collect();
                let weight = if is_all {
                    position.residents * factor * ground.brief.objective.weight(&place.zones[position.zone])
                } else {
                    0.0
                };
                if weight > 0.0 || by_group.iter().any(|count| *count > 0.0) {
                    for (share, list) in lists(ground, index, speed, variation) {
                        let row = rows.row(ground, list);
                        rows.weights[row] += weight * share;
                        rows.by_group.iter_mut().zip(&by_group).for_each(|(sums, count)| sums[row] += count * share);
                    }
                }
            }
        }
        rows
    }

    /// The demand point with these sites, new if there is none yet.
    fn row(&mut self, ground: &Ground<'_>, list: Vec<(u32, f64)>) -> usize {
        let next = self.lists.len();
        if !ground.brief.objective.is_of_lengths() {
            let key: Vec<u32> = list.iter().map(|&(site, _)| site).collect();
            let row = *self.known.entry(key).or_insert(next);
            if row < next {
                return row;
            }
        }
        self.lists.push(list);
        self.weights.push(0.0);
        self.by_group.iter_mut().for_each(|sums| sums.push(0.0));
        next
    }
}

/// A demand point's share of its people, and its sites by their numbers in the problem, with their costs.
type Shared = (f64, Vec<(u32, f64)>);

/// The sites within reach of a position at a speed: on foot one list; by bus one for each set of sites to which some
/// departures lead in time, with the share of those departures.
fn lists(ground: &Ground<'_>, position: usize, speed: WalkingSpeed, variation: &Variation) -> Vec<Shared> {
    let pace = variation.pace.unwrap_or(1.0);
    if ground.brief.objective.is_of_lengths() {
        let time = |&(site, length): &(u32, Metres)| (site, speed.time(length).get() / pace);
        let end = longest(ground.brief.standard.within).get();
        let near = ground.walks[position].iter().map(time).filter(|(_, time)| *time < end);
        return vec![(1.0, list(ground, near, Some(end), variation))];
    }
    let together = ground.together(position, speed, pace);
    let of = |doors: &[u32]| list(ground, doors.iter().map(|site| (*site, COVERED)), None, variation);
    together.iter().map(|these| (these.share, of(&these.doors))).collect()
}

/// Sites with their costs as a demand point has them: what stays is one, and no site is among them that is no nearer.
///
/// * `end`: what everybody has at the worst, whatever is chosen.
fn list(
    ground: &Ground<'_>,
    near: impl Iterator<Item = (u32, f64)>,
    end: Option<f64>,
    variation: &Variation,
) -> Vec<(u32, f64)> {
    let first = ground.choice().start;
    let mut stays = end;
    let mut list: Vec<(u32, f64)> = Vec::new();
    for (site, cost) in near {
        let site = site as usize;
        if !ground.stays(site) {
            list.push(((site + 1 - first) as u32, cost));
        } else if !variation.closed.contains(&site) {
            stays = Some(stays.map_or(cost, |best| best.min(cost)));
        }
    }
    // A site no nearer than what is there anyway is no use to anybody here.
    list.retain(|&(_, cost)| stays.is_none_or(|best| cost < best));
    list.extend(stays.map(|cost| (0, cost)));
    list
}

fn site_costs(ground: &Ground<'_>) -> Result<Vec<f64>, Unplanned> {
    let mut costs = vec![0.0];
    for site in ground.choice() {
        let known = if site < ground.n_today { Some(0.0) } else { ground.sites[site].cost };
        let Some(cost) = known else {
            let name = &ground.sites[site].name;
            return Err(Unplanned::Wrong(format!(
                "a budget needs the cost of every candidate, and {name:?} has none; give a file of points with a column cost"
            )));
        };
        costs.push(cost);
    }
    Ok(costs)
}

/// The solver's refusal in the words of the brief.
fn unplanned(ground: &Ground<'_>, why: Unsolved) -> Unplanned {
    match why {
        Unsolved::Wrong(sentence) => Unplanned::Wrong(sentence),
        Unsolved::NothingFound => Unplanned::NothingFound,
        Unsolved::Cancelled => Unplanned::Cancelled,
        Unsolved::FailedRecount(why) => Unplanned::FailedRecount(why),
        Unsolved::Infeasible(why) => {
            let sentence = in_words(ground, &why);
            Unplanned::Infeasible { sentence, short_by: why.short_by }
        }
    }
}

fn in_words(ground: &Ground<'_>, why: &Infeasible) -> String {
    let limits = super::words::limits(ground.brief);
    match &why.rule {
        BrokenRule::Floor(key) => {
            let floor = ground.brief.floors.iter().find(|(group, _)| ground.place.groups[*group].key == *key);
            let Some(&(group, share)) = floor else { return why.sentence.clone() };
            let all = super::members(ground.place, group);
            super::words::floor_missed(ground, group, share, (all, why.short_by), &limits)
        }
        BrokenRule::Floors => format!(
            "Each floor could be met alone, but {limits} can't meet them all: together the groups fall short by at least {} residents",
            whole(why.short_by.ceil())
        ),
        _ => why.sentence.clone(),
    }
}
