use super::rules::Rules;
use std::time::Duration;

/// What a plan of patches is best at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// The fewest people in another patch than today.
    Moved,
    /// The shortest way for everybody together to the middle of their patch, in a straight line.
    Distance,
    /// The fewest pairs of neighbouring zones in two patches.
    CutEdges,
    /// Distance and cut edges, one as dear as the other.
    Both,
}

impl Aim {
    /// The word on the command line and in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Moved => "moved",
            Self::Distance => "distance",
            Self::CutEdges => "cut-edges",
            Self::Both => "distance-and-cut-edges",
        }
    }

    /// What it is best at, as the end of a sentence.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Moved => "the fewest people moved",
            Self::Distance => "the shortest distances",
            Self::CutEdges => "the fewest neighbours parted",
            Self::Both => "short distances and few neighbours parted",
        }
    }

    pub(super) const fn step(self) -> &'static str {
        match self {
            Self::Moved => "A plan that moves the fewest people",
            Self::Distance => "A plan with the shortest distances",
            Self::CutEdges => "A plan that parts the fewest neighbours",
            Self::Both => "A plan between the two",
        }
    }
}

/// What patches should have about as much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Residents.
    Residents,
    /// Residents, those of deprived zones counting for up to twice as much: [`crate::plan::hubs::deprivation_weight`].
    Need,
}

/// What is asked of a plan of patches.
#[derive(Debug, Clone)]
pub struct Brief {
    /// How many patches; as many as today where nothing is given.
    pub parts: Option<usize>,
    /// Or how much weight a patch should have.
    pub target: Option<f64>,
    /// By which share a patch may differ from the average.
    pub tolerance: f64,
    /// What the first plan is best at; what suits the question where nothing is given.
    pub aim: Option<Aim>,
    /// What is to be balanced.
    pub weight: Weight,
    /// Whether today's patches are mended instead of new ones drawn.
    pub repair: bool,
    /// Lines that no patch may lie across, and what stays together.
    pub rules: Rules,
    /// Time for everything.
    pub time_limit: Duration,
    /// The same seed gives the same plans unless the clock ends the search.
    pub seed: u64,
}

impl Default for Brief {
    fn default() -> Self {
        Self {
            parts: None,
            target: None,
            tolerance: 0.1,
            aim: None,
            weight: Weight::Residents,
            repair: false,
            rules: Rules::default(),
            time_limit: Duration::from_secs(60),
            seed: 1,
        }
    }
}
