//! What is answered.

/// Whether the plan is known to be the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Proven: nothing better exists.
    Optimal,
    /// Every rule is met; the bound says how much better there might be.
    Feasible,
    /// No plan was found that meets the bounds on weight; this is the nearest that was.
    Infeasible,
}

impl Status {
    /// The word on the command line and in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Optimal => "optimal",
            Self::Feasible => "feasible",
            Self::Infeasible => "infeasible",
        }
    }
}

/// A plan with its certificate.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// Whether it is proven.
    pub status: Status,
    /// The part of each unit.
    pub parts: Vec<u32>,
    /// What the plan comes to, counted anew from the problem.
    pub objective: f64,
    /// No plan within the bounds can come to less than this.
    pub bound: f64,
    /// The weight of each part.
    pub weights: Vec<f64>,
    /// The edges between parts.
    pub cut_edges: usize,
    /// The weight that is in another part than today, where today is known.
    pub moved: Option<f64>,
    /// The largest distance of a part's weight from the average, as a share of the average: the tolerance that this
    /// plan meets.
    pub deviation: f64,
    /// The weight outside the bounds: 0 unless infeasible.
    pub outside: f64,
    /// Whether it is proven that no plan meets the bounds, where none was found.
    pub proven_infeasible: bool,
    /// Why there is no plan within the bounds, or what else must be known, as sentences.
    pub notes: Vec<String>,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// Whether the clock ended the search, so that a second run may differ.
    pub cut_short: bool,
    /// Re-splits of pairs of parts that were made.
    pub resplits: u64,
    /// The seed.
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

/// Why there is no answer at all.
#[derive(Debug, Clone, PartialEq)]
pub enum Unsolved {
    /// The question contradicts itself or lacks something; the sentence says what to change.
    Wrong(String),
    /// No plan exists whatever the tolerance; the sentence says why.
    Impossible(String),
    /// Nobody waits for the answer any more.
    Cancelled,
    /// The plan did not stand up to its recount, so it is not given. This is a fault of ours.
    FailedRecount(String),
}

impl std::fmt::Display for Unsolved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Wrong(sentence) | Self::Impossible(sentence) => write!(f, "{sentence}"),
            Self::Cancelled => write!(f, "cancelled"),
            Self::FailedRecount(why) => write!(f, "the plan failed its recount: {why}"),
        }
    }
}

impl std::error::Error for Unsolved {}
