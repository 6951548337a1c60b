//! What is asked: what for, how many, chosen from what, and what is held fast.

use super::objective::Objective;
use crate::crs::Xy;
use crate::place::{GroupIdx, Place, Standard};
use crate::text::whole;
use crate::units::Metres;
use std::time::Duration;

/// A question about new hubs.
#[derive(Debug, Clone)]
pub struct Brief {
    /// What a hub is (its kinds) and how long the walk may be; assets that satisfy it are there today.
    pub standard: Standard,
    /// How many new sites there may be. With [`Keep::Free`] so many more than there are hubs today.
    pub sites: Option<usize>,
    /// Money for the sites chosen; every candidate must then have a cost.
    pub budget: Option<f64>,
    /// What the best choice is best at.
    pub objective: Objective,
    /// Room of each new site, in the unit of the standard, where that asks for room.
    pub room: Option<f64>,
    /// Where new sites may be.
    pub candidates: Candidates,
    /// Whether today's hubs stay.
    pub keep: Keep,
    /// The least share of a group that must be covered, from 0 to 1.
    pub floors: Vec<(GroupIdx, f64)>,
    /// How much work the choice itself may take, in seconds of an idle core as they are counted by steps, so that the
    /// same brief has the same answer on any machine. The questions after it (what if a site falls through, how stable
    /// the choice is, what fairness costs) may take as much again each. By the clock the whole may take twenty times as
    /// long; what is still searched then is cut, and [`Proposal::cut_by_clock`](super::Proposal::cut_by_clock) says so.
    pub time_limit: Duration,
    /// Where chance begins: the same seed gives the same plan.
    pub seed: u64,
    /// Bytes the question may take while it is worked on; one that would take more is refused before it starts, with
    /// what to ask instead.
    pub memory: u64,
    /// How many times population, walking speed and today's hubs are varied to see how stable the choice is.
    pub runs: usize,
}

impl Brief {
    /// A brief with the usual rest: most residents, today's hubs kept, no floors, a minute, 20 runs.
    #[must_use]
    pub fn new(standard: Standard, sites: usize, candidates: Candidates) -> Self {
        Self {
            standard,
            sites: Some(sites),
            budget: None,
            objective: Objective::Coverage,
            room: None,
            candidates,
            keep: Keep::Existing,
            floors: Vec::new(),
            time_limit: Duration::from_secs(60),
            seed: 1,
            memory: USUAL_MEMORY,
            runs: USUAL_RUNS,
        }
    }

    /// Pairs of a site and a position within reach that fit into the memory.
    pub(super) fn most_pairs(&self) -> u64 {
        (self.memory / BYTES_A_PAIR).max(1)
    }

    /// The sentence for a question with too many pairs of a site and a position.
    pub(super) fn too_much(&self, pairs: u64, candidates: usize) -> Unplanned {
        let most = self.most_pairs();
        // Pairs grow with the square of the walk and, along streets, inversely with the spacing.
        let ratio = pairs as f64 / most as f64;
        let minutes = (self.standard.within.minutes() / ratio.sqrt()).floor();
        let shorter = match self.objective.is_of_lengths() {
            true => "a walk objective looks an hour far: aim at coverage".to_owned(),
            false if minutes >= 1.0 => format!("a shorter walk (about {minutes} minutes)"),
            false => "a shorter walk".to_owned(),
        };
        let fewer = match self.candidates {
            Candidates::Streets(apart) => {
                format!(
                    "candidates further apart along streets (about {} m)",
                    (apart.get() * ratio / 10.0).ceil() * 10.0
                )
            }
            Candidates::Kinds(_) | Candidates::Points(_) => {
                format!("fewer candidates (about {})", ((candidates as f64 / ratio).floor()).max(1.0))
            }
        };
        Unplanned::Wrong(format!(
            "the question is too large for the memory set aside for one: {} walks from {} candidates to where people \
             live, and at most {} fit; ask for {fewer}, or for {shorter}",
            whole(pairs as f64),
            whole(candidates as f64),
            whole(most as f64),
        ))
    }

    /// What a hub is called, in words: `community hub`.
    #[must_use]
    pub fn noun(&self) -> String {
        self.standard.kinds.iter().map(|kind| kind.replace('_', " ")).collect::<Vec<_>>().join(" or ")
    }

    /// The limit of the walk or journey in words: `15 minutes' walk`, `30 minutes by bus and on foot`.
    #[must_use]
    pub fn walk(&self) -> String {
        let minutes = (self.standard.within.minutes() * 10.0).round() / 10.0;
        if self.standard.transit.is_some() {
            return format!("{minutes} minute{} by bus and on foot", if minutes == 1.0 { "" } else { "s" });
        }
        format!("{minutes} {} walk", if minutes == 1.0 { "minute's" } else { "minutes'" })
    }
}

/// Memory for one question where nobody says: two may run at once beside a borough in the 4 GB of the container.
pub const USUAL_MEMORY: u64 = 1 << 30;

/// What a pair of a site and a position is taken to need at the worst moment: 16 bytes as a walk, then as much in each
/// run of the stability that is under way and in each problem the solver is given. Not measured pair by pair: the
/// memory that whole questions took on the demo comes to some 120 bytes a pair, and a third is kept as a margin. Too
/// high, and a question that would fit is refused; too low, and it may take more than its share.
const BYTES_A_PAIR: u64 = 160;

/// Most candidates of one question, however few homes each can reach.
pub(super) const MOST_CANDIDATES: usize = 50_000;

/// How often the choice is made again with other numbers. Twenty tells "nearly always" from "now and then" (a
/// site chosen in 18 of 20 runs is chosen in at least 70 % of all such runs, with 95 % confidence); telling 90 %
/// from 95 % would take hundreds.
pub const USUAL_RUNS: usize = 20;

/// Where new sites may be.
#[derive(Debug, Clone)]
pub enum Candidates {
    /// At assets of these kinds that are in use.
    Kinds(Vec<String>),
    /// At points somebody gives.
    Points(Vec<Spot>),
    /// Along residential and main streets, about this far from one another.
    Streets(Metres),
}

/// A point somebody gives as a candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct Spot {
    /// Stable name.
    pub key: String,
    /// Name for people.
    pub name: String,
    /// Where it is.
    pub at: Xy,
    /// What opening it costs.
    pub cost: Option<f64>,
}

/// Whether today's hubs stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// They stay where they are.
    Existing,
    /// They may be given up for better sites; the number of hubs in all is the same as with [`Keep::Existing`].
    Free,
}

/// Why there is no proposal.
#[derive(Debug, Clone, PartialEq)]
pub enum Unplanned {
    /// The brief contradicts itself or lacks something; the sentence says what to change.
    Wrong(String),
    /// Proven: no choice of sites meets the brief.
    Infeasible {
        /// Which rule can't be met, and by how much, for people.
        sentence: String,
        /// By how much at the least, in the unit of the rule: sites, money or residents.
        short_by: f64,
    },
    /// The time limit came before any choice that meets the brief.
    NothingFound,
    /// Nobody waits for the plan any more.
    Cancelled,
    /// What was found did not stand up to its recount, so it is not given. A fault of ours.
    FailedRecount(String),
}

impl std::fmt::Display for Unplanned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Wrong(sentence) | Self::Infeasible { sentence, .. } => write!(f, "{sentence}"),
            Self::NothingFound => {
                write!(f, "time ran out before a choice that meets every floor was found; give it more time")
            }
            Self::Cancelled => write!(f, "cancelled"),
            Self::FailedRecount(why) => write!(f, "the plan failed its recount and is not given: {why}"),
        }
    }
}

impl std::error::Error for Unplanned {}

/// Why hubs are not planned for a standard; `None` where they are.
pub(super) fn unanswered(standard: &Standard) -> Option<String> {
    let back = standard.transit.as_ref().is_some_and(|journey| journey.back.is_some());
    let (asks, instead) = match standard {
        _ if back => (
            "asks for the way back by bus (back_by), and one may go home from another hub than one came to, so that hubs can't \
             be weighed one by one",
            "without back_by",
        ),
        Standard { places: Some(_), transit: Some(_), .. } => ("asks for room by bus", "on foot, or without room"),
        Standard { over: Some(_), .. } => {
            ("is looked at over weeks or days (over), and nobody knows when a new hub would be there", "without over")
        }
        Standard { nth: 2.., .. } => ("asks for more than one asset in reach (nth)", "that asks for the nearest"),
        _ => return None,
    };
    Some(format!("the standard \"{}\" {asks}; plan by a standard {instead}", standard.key))
}

/// Checks what can be checked before any walk is worked out.
pub(super) fn check(place: &Place, brief: &Brief) -> Result<(), Unplanned> {
    let wrong = |sentence: String| Err(Unplanned::Wrong(sentence));
    if brief.sites == Some(0) || (brief.sites.is_none() && brief.budget.is_none()) {
        return wrong("say how many sites are wanted (at least 1), or give a budget and the cost of each".to_owned());
    }
    if brief.standard.kinds.is_empty() {
        return wrong("say what kind of asset is to be placed".to_owned());
    }
    if let Some(why) = unanswered(&brief.standard) {
        return wrong(why);
    }
    if let Some(why) = super::room::lacks(brief) {
        return wrong(why);
    }
    if brief.standard.transit.is_some() && brief.objective.is_of_lengths() {
        return wrong(format!(
            "least walking knows walks alone, and the standard \"{}\" is by bus and on foot: aim at coverage, at the worst-off \
             group or at deprived zones, or plan by a standard on foot",
            brief.standard.key
        ));
    }
    let within = brief.standard.within.get();
    if !within.is_finite() || within <= 0.0 {
        return wrong("the walk must be a number of minutes above 0".to_owned());
    }
    for &(group, share) in &brief.floors {
        if !(0.0..=1.0).contains(&share) {
            let label = &place.groups[group].label;
            return wrong(format!("the floor of {label} is {} %; a floor is a share from 0 to 100 %", share * 100.0));
        }
    }
    brief.objective.lacks(place).map_or(Ok(()), |what| wrong(what.to_owned()))
}
