//! What is answered: the sites, how good they are, and how far from the best they can be at most.

/// The models, in the names of the literature (and of PySAL's `spopt`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Model {
    /// Maximal covering location problem: most weight within the radius (Church and ReVelle 1974).
    Mclp,
    /// As [`Model::Mclp`], but the group with the lowest covered share comes first, then the next lowest, and
    /// so on (lexicographic maximin); the total decides between equals.
    WorstOffFirst,
    /// Location set covering problem: fewest (or cheapest) sites that cover everything (Toregas et al. 1971).
    Lscp,
    /// Least weighted cost to the nearest open site (Hakimi 1964).
    PMedian,
    /// Least cost of the demand point that is served worst (Hakimi 1964).
    PCenter,
    /// Sites as far from one another as they can be (Kuby 1987).
    PDispersion,
}

impl Model {
    /// All of them, in reading order.
    pub const ALL: [Self; 6] =
        [Self::Mclp, Self::WorstOffFirst, Self::Lscp, Self::PMedian, Self::PCenter, Self::PDispersion];

    /// The word on the command line and in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mclp => "mclp",
            Self::WorstOffFirst => "worst-off-first",
            Self::Lscp => "lscp",
            Self::PMedian => "p-median",
            Self::PCenter => "p-center",
            Self::PDispersion => "p-dispersion",
        }
    }

    /// The model with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.word() == word)
    }

    /// Whether a larger objective is better.
    #[must_use]
    pub const fn is_larger_better(self) -> bool {
        matches!(self, Self::Mclp | Self::WorstOffFirst | Self::PDispersion)
    }
}

/// Whether the answer is known to be the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Proven: nothing better exists, to within [`super::GAP`] of the objective.
    Optimal,
    /// The best found when time ran out; the bound says how much better there might be.
    Feasible,
}

impl Status {
    /// The word on the command line and in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Optimal => "optimal",
            Self::Feasible => "feasible",
        }
    }
}

/// How much of a group is covered.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupCover {
    /// The group's name.
    pub name: String,
    /// The weight of the group that is covered.
    pub covered: f64,
    /// The weight of the whole group.
    pub total: f64,
}

impl GroupCover {
    /// The covered share; an empty group counts as wholly covered.
    #[must_use]
    pub fn share(&self) -> f64 {
        if self.total > 0.0 { self.covered / self.total } else { 1.0 }
    }
}

/// A part of a demand point's weight that a site serves, where sites have capacities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Served {
    /// The demand point.
    pub demand: usize,
    /// The site.
    pub site: usize,
    /// The share of the demand point's weight, from 0 to 1.
    pub share: f64,
}

/// An answer with its certificate.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// The model that was asked.
    pub model: Model,
    /// Whether it is proven.
    pub status: Status,
    /// The sites to open, in order of index.
    pub sites: Vec<usize>,
    /// What these sites achieve, counted anew from the problem: covered weight (MCLP), share of the worst-off
    /// group (worst-off first), number or cost of sites (LSCP), weighted cost (p-median), largest cost
    /// (p-center), least cost between two sites (p-dispersion).
    pub objective: f64,
    /// No answer can do better than this.
    pub bound: f64,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// Work done, in seconds as [`Effort::work`](super::Effort::work) counts them: the same on any machine.
    pub work: f64,
    /// Whether the clock ended a search, so that another run may end elsewhere.
    pub cut_by_clock: bool,
    /// The weight within the radius, when there is a radius.
    pub covered: Option<f64>,
    /// The cover of each group, when there is a radius.
    pub groups: Vec<GroupCover>,
    /// What the sites cost, when site costs are given.
    pub spent: Option<f64>,
    /// Who is served by which site; only where sites have capacities.
    pub served: Option<Vec<Served>>,
    /// The seed of the heuristics.
    pub seed: u64,
}

impl Solution {
    /// The distance between objective and bound as a share of the objective: 0 when proven.
    #[must_use]
    pub fn gap(&self) -> f64 {
        let distance = (self.objective - self.bound).abs();
        if distance <= 0.0 { 0.0 } else { distance / self.objective.abs().max(1e-9) }
    }
}

/// A rule of the problem that cannot be met.
#[derive(Debug, Clone, PartialEq)]
pub struct Infeasible {
    /// Which rule.
    pub rule: BrokenRule,
    /// By how much it is missed at the least, in the unit of the rule.
    pub short_by: f64,
    /// The same as a sentence.
    pub sentence: String,
}

/// The kinds of rule that can turn out to be impossible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BrokenRule {
    /// A site is both required and forbidden; short by a number of sites.
    RequiredForbidden,
    /// More sites are required than may be opened, or fewer may be opened than asked for; in sites.
    Sites,
    /// The sites required cost more than the budget; in money.
    Budget,
    /// Some demand points can't be reached by any site that may open; in demand points.
    Reach,
    /// The sites allowed by number and budget cannot cover everything that must be; in demand points.
    Cover,
    /// The group's floor, by name, is out of reach even if it were the only floor; in weight of the group.
    Floor(String),
    /// Each floor could be met alone, but not all together; in weight of the groups.
    Floors,
    /// The sites that may open can't hold all demand; in weight.
    Capacity,
}

/// Why there is no solution.
#[derive(Debug, Clone, PartialEq)]
pub enum Unsolved {
    /// The question contradicts itself or lacks something; the sentence says what to change.
    Wrong(String),
    /// Proven: no choice of sites meets every rule.
    Infeasible(Infeasible),
    /// Time ran out before any choice that meets every rule was found.
    NothingFound,
    /// Nobody waits for the answer any more.
    Cancelled,
    /// The answer did not stand up to its recount, so it is not given. This is a fault of ours or of the solver.
    FailedRecount(String),
}

impl Unsolved {
    pub(super) fn wrong(sentence: impl Into<String>) -> Self {
        Self::Wrong(sentence.into())
    }

    pub(super) fn infeasible(rule: BrokenRule, short_by: f64, sentence: impl Into<String>) -> Self {
        Self::Infeasible(Infeasible { rule, short_by, sentence: sentence.into() })
    }
}

impl std::fmt::Display for Unsolved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Wrong(sentence) => write!(f, "{sentence}"),
            Self::Infeasible(why) => write!(f, "infeasible: {}", why.sentence),
            Self::NothingFound => write!(f, "time ran out before a choice that meets every rule was found"),
            Self::Cancelled => write!(f, "cancelled"),
            Self::FailedRecount(why) => write!(f, "the answer failed its recount: {why}"),
        }
    }
}

impl std::error::Error for Unsolved {}
