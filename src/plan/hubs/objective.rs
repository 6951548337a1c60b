//! What the best choice is best at: all that differs between one objective and another, so that a new one is written here
//! and is nowhere else a case of its own.

use crate::locate::Model;
use crate::measure::{Coverage, Walk};
use crate::place::{GroupIdx, Place, Position, Zone};
use crate::text::{percent, whole};
use crate::units::Seconds;

/// What the best choice is best at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objective {
    /// Most residents covered (maximal covering, Church and ReVelle 1974).
    Coverage,
    /// Least walking by all residents together (p-median, Hakimi 1964). Nobody counts for more than
    /// [`LONGEST_WALK`].
    Walking,
    /// The group with the lowest covered share comes first, then the next lowest; then most residents.
    WorstOff,
    /// As coverage, with residents of deprived zones counting for more: see [`deprivation_weight`].
    Deprivation,
}

/// The walk beyond which somebody counts as not walking at all, in the objective of least walking.
///
/// An hour is twice what planners call walkable. Without an end a few far farms would draw a hub away from
/// thousands; with a shorter one their long walks would not count at all.
pub const LONGEST_WALK: Seconds = Seconds::new(3600.0);

/// How much a resident counts for in the objective weighted by deprivation: 2 in the most deprived tenth of zones,
/// 1 in the least, evenly in between, and 1.5 where the index has no such zone.
///
/// A judgement: a resident of the most deprived tenth counts double. Higher weights come nearer to leaving the rest
/// out of account; at 1 throughout it is plain coverage.
#[must_use]
pub fn deprivation_weight(decile: Option<u8>) -> f64 {
    decile.map_or(1.5, |decile| 1.0 + f64::from(10 - decile.clamp(1, 10)) / 9.0)
}

/// The walk nobody exceeds in the objective of least walking: [`LONGEST_WALK`], or a second more than what counts as
/// covered where that is longer.
pub(super) fn longest(within: Seconds) -> Seconds {
    LONGEST_WALK.max(within + Seconds::new(1.0))
}

impl Objective {
    /// All of them, in reading order.
    pub const ALL: [Self; 4] = [Self::Coverage, Self::Walking, Self::WorstOff, Self::Deprivation];

    /// The word on the command line and in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Coverage => "coverage",
            Self::Walking => "walking",
            Self::WorstOff => "worst-off",
            Self::Deprivation => "deprivation",
        }
    }

    /// The unit of the objective.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Coverage => "residents covered",
            Self::Walking => "seconds walked by all residents",
            Self::WorstOff => "share of the worst-off group covered",
            Self::Deprivation => "residents covered, weighted by deprivation",
        }
    }

    /// The problem of facility location that answers it.
    pub(super) const fn model(self) -> Model {
        match self {
            Self::Coverage | Self::Deprivation => Model::Mclp,
            Self::Walking => Model::PMedian,
            Self::WorstOff => Model::WorstOffFirst,
        }
    }

    /// Whether every walk counts by its length, so that less is better; else walks within the limit count alike.
    pub(super) const fn is_of_lengths(self) -> bool {
        matches!(self.model(), Model::PMedian)
    }

    /// Whether the choice looks at groups even where none has a floor.
    pub(super) const fn is_of_groups(self) -> bool {
        matches!(self.model(), Model::WorstOffFirst)
    }

    /// What a place lacks for this to be asked of it.
    pub(super) fn lacks(self, place: &Place) -> Option<&'static str> {
        match self {
            Self::WorstOff if place.groups.is_empty() => {
                Some("worst-off needs groups of residents, and this place has none")
            }
            Self::Deprivation if place.zones.iter().all(|zone| zone.deprivation.is_none()) => {
                Some("weighing by deprivation needs an index of deprivation, and this place has none")
            }
            _ => None,
        }
    }

    /// The longest walk that counts for anything.
    pub(super) fn reach(self, within: Seconds) -> Seconds {
        if self.is_of_lengths() { longest(within) } else { within }
    }

    /// How much a resident of a zone counts for.
    pub(super) fn weight(self, zone: &Zone) -> f64 {
        match self {
            Self::Deprivation => deprivation_weight(zone.deprivation.map(|deprivation| deprivation.decile)),
            Self::Coverage | Self::Walking | Self::WorstOff => 1.0,
        }
    }

    /// By how much `worth` is worse than `best`; never below nothing.
    pub(super) fn loss(self, best: f64, worth: f64) -> f64 {
        (if self.is_of_lengths() { worth - best } else { best - worth }).max(0.0)
    }

    /// What a place with this coverage achieves, counted anew from walks that know nothing of how sites were found.
    pub(super) fn counted(self, place: &Place, within: Seconds, coverage: &Coverage) -> f64 {
        match self {
            Self::Coverage => coverage.place.covered,
            Self::WorstOff => worst_off(coverage).map_or(1.0, |(_, share)| share),
            Self::Walking => walked(place, within, coverage),
            Self::Deprivation => {
                let weighted = |(index, position): (usize, &Position)| {
                    position.residents * coverage.share(index, place.speed) * self.weight(&place.zones[position.zone])
                };
                place.positions.iter().enumerate().map(weighted).sum()
            }
        }
    }

    /// What it comes to, in a sentence, where that is not the number of residents covered.
    pub(super) fn outcome(
        self,
        place: &Place,
        within: Seconds,
        (before, after): (&Coverage, &Coverage),
    ) -> Option<String> {
        match self {
            Self::Coverage => None,
            Self::Walking => {
                let minutes = |coverage| walked(place, within, coverage) / place.residents().max(1.0) / 60.0;
                Some(format!(
                    "The average walk to the nearest falls from {:.1} to {:.1} minutes, nobody counted for more than {:.0}.",
                    minutes(before),
                    minutes(after),
                    longest(within).minutes()
                ))
            }
            Self::WorstOff => {
                let (was, is) = (worst_off(before)?, worst_off(after)?);
                let label = |group: GroupIdx| place.groups[group].label.as_str();
                let would = if was.0 == is.0 {
                    "it would have".to_owned()
                } else {
                    format!("it would be {}, with", label(is.0))
                };
                Some(format!(
                    "The worst-off group today is {}, with {} covered; {would} {}.",
                    label(was.0),
                    percent(was.1),
                    percent(is.1)
                ))
            }
            Self::Deprivation => Some(
                "Residents of the most deprived tenth of zones count double in the choice, those of the least once."
                    .to_owned(),
            ),
        }
    }

    /// How much better another choice could be at most.
    pub(super) fn could_be_better(self, away: f64, residents: f64) -> String {
        match self {
            Self::Coverage => {
                format!("No choice among the candidates could cover more than {} residents more", whole(away.ceil()))
            }
            Self::Walking => format!(
                "No choice could shorten the average walk by more than {:.0} seconds more",
                (away / residents).ceil()
            ),
            Self::WorstOff if away < 5e-4 => {
                "No choice lifts the worst-off group further, but those above it might be lifted".to_owned()
            }
            Self::WorstOff => {
                format!("No choice could lift the worst-off group by more than {:.1} points more", away * 100.0)
            }
            Self::Deprivation => {
                format!("No choice could bring more than {} weighted residents more", whole(away.ceil()))
            }
        }
    }

    /// An amount of it in words.
    pub(super) fn amount(self, amount: f64, residents: f64) -> String {
        match self {
            Self::Coverage => format!("{} residents covered", whole(amount)),
            Self::Deprivation => format!("{} residents covered, weighted by deprivation", whole(amount)),
            Self::Walking => format!("{} off the average walk", spoken(amount / residents)),
            Self::WorstOff => format!("{:.2} points for the worst-off group", amount * 100.0),
        }
    }

    /// What a loss of it means.
    pub(super) fn lost(self, amount: f64, residents: f64) -> String {
        match self {
            _ if amount <= 0.0 => "nothing is lost".to_owned(),
            Self::Coverage => format!("{} fewer residents are covered", whole(amount)),
            Self::Walking => format!("the average walk is {} longer", spoken(amount / residents)),
            Self::WorstOff => format!("the worst-off group has {:.2} points less", amount * 100.0),
            Self::Deprivation => format!("{} fewer residents are covered, weighted by deprivation", whole(amount)),
        }
    }
}

/// The group with the lowest covered share, the first of equals.
pub(super) fn worst_off(coverage: &Coverage) -> Option<(GroupIdx, f64)> {
    let counted = coverage.place.by_group.enumerate().filter_map(|(group, counts)| Some((group, (*counts)?)));
    let shares =
        counted.filter(|(_, counts)| counts.residents > 0.0).map(|(group, c)| (group, c.covered / c.residents));
    shares.min_by(|a, b| a.1.total_cmp(&b.1))
}

/// Each position with the time of its walk.
fn each<'a>(place: &'a Place, coverage: &'a Coverage) -> impl Iterator<Item = (&'a Position, Option<Seconds>)> {
    let time = |walk: &Walk| place.speed.time(walk.length);
    place.positions.iter().zip(&coverage.walks).map(move |(position, walk)| (position, walk.as_ref().map(time)))
}

/// Seconds that all residents walk to the nearest, nobody more than the longest walk.
fn walked(place: &Place, within: Seconds, coverage: &Coverage) -> f64 {
    let longest = longest(within);
    each(place, coverage).map(|(position, time)| position.residents * time.unwrap_or(longest).min(longest).get()).sum()
}

/// Seconds for people: tenths where there are few.
fn spoken(seconds: f64) -> String {
    match seconds {
        few if few < 9.95 => format!("{few:.1} seconds"),
        more => format!("{more:.0} seconds"),
    }
}
