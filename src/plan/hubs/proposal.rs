//! What is proposed, with the reasons.

use super::brief::Brief;
use super::fewest::Fewest;
use super::sites::Site;
use crate::locate::Status;
use crate::measure::Coverage;
use crate::place::{GroupIdx, IdVec, PatchIdx};

/// Which sites to open, who gains, and how sure that is.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// What was asked.
    pub brief: Brief,
    /// Whether the choice is proven to be the best; where hubs are free to move, that none brings more than
    /// [`Staying::forgone`] more.
    pub status: Status,
    /// What the choice achieves, in the unit of the objective ([`super::Objective::unit`]).
    pub objective: f64,
    /// What today's hubs achieve, in the same unit.
    pub objective_today: f64,
    /// What no choice can better.
    pub bound: f64,
    /// Distance of the two as a share of the objective; 0 when proven.
    pub gap: f64,
    /// Seconds the choice took by the clock: the only thing here that may differ from one machine to the next.
    pub seconds: f64,
    /// Whether the clock ended a search before its work was done: asked again, the answer may differ.
    pub cut_by_clock: bool,
    /// How many candidates there were that somebody could walk to.
    pub candidates: usize,
    /// Named candidates that nobody could walk to in the time.
    pub out_of_reach: Vec<Site>,
    /// How many hubs there are today.
    pub today: usize,
    /// The sites to open, the one that brings most first; each counts what those before it leave.
    pub sites: Vec<Chosen>,
    /// Today's hubs that are given up; only with [`super::Keep::Free`].
    pub given_up: Vec<Site>,
    /// Who is covered today.
    pub before: Coverage,
    /// Who is covered with the plan: counted anew, and equal to the objective.
    pub after: Coverage,
    /// Residents whom neither today's hubs nor any candidate is near enough to cover.
    pub beyond: f64,
    /// The best plan that differs in at least one site; `None` when there is none, or time ran out.
    pub runner_up: Option<RunnerUp>,
    /// What raising the worst-off group costs in coverage, from the best coverage on.
    pub fairness: Fairness,
    /// What it costs to move fewer of today's hubs; only with [`super::Keep::Free`].
    pub staying: Option<Staying>,
    /// Where a share to be covered was asked for: how few sites that takes.
    pub fewest: Option<Fewest>,
    /// How many runs the stability rests on.
    pub runs: usize,
    /// The whole in short sentences for people.
    pub sentences: Vec<String>,
}

impl Proposal {
    /// What the plan gains over today, in the unit of the objective; never below nothing.
    pub(super) fn gain(&self) -> f64 {
        (self.objective - self.objective_today).abs()
    }

    /// Whether this is a candidate that nobody could walk to.
    pub(super) fn is_out_of_reach(&self, site: &Site) -> bool {
        self.out_of_reach.iter().any(|other| other.key == site.key)
    }
}

/// A site of the plan.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The site.
    pub site: Site,
    /// Residents covered by it and by nothing before it.
    pub covered: f64,
    /// The same by group; `None` where the group's table reaches no zone of the place.
    pub by_group: IdVec<GroupIdx, Option<f64>>,
    /// The same by patch, the most first; patches with nobody are left out.
    pub by_patch: Vec<(PatchIdx, f64)>,
    /// What is lost in the objective when it falls through and nothing takes its place.
    pub lost_alone: f64,
    /// The best plan without it.
    pub replacement: Option<Replacement>,
    /// Sites that could stand in its place at a loss of at most 2 % of what the plan gains, the best first.
    pub alternatives: Vec<Alternative>,
    /// Runs in which this very site is chosen.
    pub chosen_in: usize,
    /// Runs in which a site within [`super::NEARBY`] of it is chosen, itself included.
    pub nearby_in: usize,
    /// What to say of it, in short sentences.
    pub why: Vec<String>,
}

/// The best plan when a site falls through.
#[derive(Debug, Clone)]
pub struct Replacement {
    /// What is lost in the objective, in its unit.
    pub lost: f64,
    /// The sites that are not in the proposal.
    pub instead: Vec<Site>,
    /// The sites of the proposal that it does without, the one that falls through among them.
    pub left_out: Vec<Site>,
    /// Whether it is proven that no other replacement loses less.
    pub status: Status,
}

/// A site that could stand in another's place.
#[derive(Debug, Clone)]
pub struct Alternative {
    /// The site.
    pub site: Site,
    /// What is lost in the objective, in its unit.
    pub lost: f64,
    /// The same as a share of what the plan gains over today.
    pub lost_share: f64,
}

/// The best plan that differs.
#[derive(Debug, Clone)]
pub struct RunnerUp {
    /// The site it does without, as its place in [`Proposal::sites`].
    pub without: usize,
    /// What it loses and which sites it has instead.
    pub plan: Replacement,
}

/// What raising the worst-off group costs in coverage.
#[derive(Debug, Clone, Default)]
pub struct Fairness {
    /// The points, from the best coverage on.
    pub points: Vec<FairPoint>,
    /// How the curve ends.
    pub end: FairEnd,
}

/// A point of the price-of-fairness curve.
#[derive(Debug, Clone)]
pub struct FairPoint {
    /// The least share that every group must be covered to; 0 at the first point.
    pub floor: f64,
    /// Residents covered.
    pub covered: f64,
    /// The group that is worst off, and its share.
    pub worst: (GroupIdx, f64),
    /// The sites.
    pub sites: Vec<Site>,
    /// Whether it is proven that nothing covers more at this floor.
    pub status: Status,
}

/// What it costs to move fewer of today's hubs.
#[derive(Debug, Clone)]
pub struct Staying {
    /// How much more the best plan brings that moves as many as it likes, in the unit of the objective.
    pub forgone: f64,
    /// How many hubs that plan moves besides.
    pub moved_besides: usize,
    /// From the proposal to the best plan in which every hub of today stays: how many stay, and what that loses.
    pub points: Vec<StayPoint>,
}

/// The best plan when moving one of today's hubs must bring a certain amount.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StayPoint {
    /// How many of today's hubs stay.
    pub kept: usize,
    /// What it loses beside the proposal, in the unit of the objective.
    pub lost: f64,
    /// Whether it is proven.
    pub status: Status,
}

/// How the curve ends.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum FairEnd {
    /// Nothing was asked: the place has no groups, or the objective is not about coverage.
    #[default]
    NotAsked,
    /// Proven: no choice of sites takes every group to this share.
    Impossible(f64),
    /// Time or the number of points came to an end.
    Stopped,
}
