//! What engagement records say of a place, protected: the one thing that measures, layers and pages about people met are
//! made from.

use super::Coverage;
use super::near::near;
use super::reach::{Count, PatchCounts, Reach, reach, residents};
use crate::disclose::{self, Protected, Published, Unprotectable, tabulate};
use crate::place::{Audience, Code, GroupIdx, Idx, Issue, PatchIdx, Place, Quarter, Where};
use crate::stats::{gini_of_tallies, least_of_classes, top_share_of_tallies};

/// What records say, as far as it may be said.
#[derive(Debug)]
pub struct Engaged {
    /// The protected tables.
    pub protected: Protected,
    /// Who lives near the places where people are met.
    pub near: Coverage,
    /// The quarters told apart, first to last.
    pub quarters: Vec<Quarter>,
    /// How unequally contacts are shared, by patch in the order of the tables.
    pub concentration: Vec<Concentration>,
}

/// How much of the contact goes to those met most, at least: the "usual suspects".
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Concentration {
    /// The least share of all contacts that can be with the tenth of people met most often.
    pub top_tenth: Option<f64>,
    /// The least the Gini coefficient of contacts over people can be.
    pub gini: Option<f64>,
}

/// Concentration is said of at least this many times the threshold: the tenth that is met most are then
/// as many people as the threshold asks for.
const TENTHS: u64 = 10;

/// Concentration is said in whole twentieths, as far as classes of how often people were met tell it.
const CLASS: f64 = 0.05;

impl Engaged {
    /// Counts, and protects; `None` where the place has no records.
    ///
    /// # Errors
    /// When the counts cannot be protected together; nothing may be shown then.
    pub fn of(place: &Place) -> Result<Option<Self>, Unprotectable> {
        Ok(disclose::of_place(place)?.map(|protected| Self::from(place, protected)))
    }

    /// The same with tables that were protected before: of a place that counts the same.
    #[must_use]
    pub fn from(place: &Place, protected: Protected) -> Self {
        let mut own = Self {
            near: near(place, &tabulate::meeting_places(place, &protected)),
            protected,
            quarters: tabulate::quarters(&place.engagement),
            concentration: Vec::new(),
        };
        own.concentration = own.concentrations();
        own
    }

    /// Says that nothing is shown of the records, why, and what to do: to the operator, since what could not be
    /// protected may be named in it.
    #[must_use]
    pub fn not_protected(why: &Unprotectable) -> Issue {
        let remedy = match why {
            Unprotectable::Forgotten { .. } => "Mend the file or bring it back from a copy",
            Unprotectable::Unsolved => {
                "Ask for fewer groups, or move the oldest releases out of the directory of [disclosure] releases; please \
                 report this, with the files if you may"
            }
            Unprotectable::Exposed { .. } => "Join small groups or patches, or raise the threshold under [disclosure]",
            Unprotectable::Told { .. } => {
                "Join small groups or patches, or raise the threshold under [disclosure]; please report this, with the \
                 files if you may"
            }
            Unprotectable::Disagree { .. } | Unprotectable::DoesNotAddUp { .. } => {
                "Please report this, with the files if you may"
            }
        };
        let at = Where::file("place.toml").field("[[engagement]]");
        let problem = format!("Nothing is shown of the engagement records (reach, themes, evidence): {why}");
        Issue { audience: Audience::Operator, ..Issue::warning(Code::NotProtected, at, problem, remedy) }
    }

    /// The table of people by patch, answer and period of a dimension.
    #[must_use]
    pub fn people(&self, dimension: &str) -> Option<&Published> {
        self.protected.table(&tabulate::reach(dimension))
    }

    /// Everybody met, by patch and period.
    #[must_use]
    pub fn everybody(&self) -> Option<&Published> {
        self.protected.tables.iter().find(|table| table.name.starts_with("reach-"))
    }

    /// Worked out from the protected counts of people by how often they were met, so that nothing can be worked out
    /// backwards; nothing is said where one of them is hidden.
    fn concentrations(&self) -> Vec<Concentration> {
        let Some(table) = self.protected.table(tabulate::HOW_OFTEN) else { return Vec::new() };
        let rows = table.dimensions.first().map_or(0, |patch| patch.categories.len());
        (0..rows)
            .map(|row| {
                let cell = table.cell(&[row, 0, 0]);
                let enough = cell.value().is_some_and(|n| n >= TENTHS * self.protected.policy.threshold);
                let classes = tabulate::TIMES.iter().enumerate();
                let times: Option<Vec<(f64, f64, f64)>> = classes
                    .map(|(i, &(_, least, most))| {
                        let most = if most == u32::MAX { f64::INFINITY } else { f64::from(most) };
                        Some((f64::from(least), most, table.cell(&[row, i + 1, 0]).value()? as f64))
                    })
                    .collect();
                let Some(times) = times.filter(|_| enough) else { return Concentration::default() };
                let least = |measure: fn(&[(f64, f64)]) -> Option<f64>| {
                    let least = least_of_classes(&times, measure)?;
                    disclose::derived(cell, (least / CLASS).floor() * CLASS, CLASS)
                };
                Concentration { top_tenth: least(|all| top_share_of_tallies(all, 0.1)), gini: least(gini_of_tallies) }
            })
            .collect()
    }

    /// How each answer of a dimension is reached, by patch: in the rows and columns of [`Engaged::people`], in one
    /// of its periods (0 is the whole time).
    #[must_use]
    pub fn reach(&self, place: &Place, dimension: &str, period: usize) -> Vec<Vec<Reach>> {
        let Some(table) = self.people(dimension) else { return Vec::new() };
        let [patches, answers, _] = table.dimensions.as_slice() else { return Vec::new() };
        let groups: Vec<Option<GroupIdx>> = answers
            .categories
            .iter()
            .skip(1)
            .map(|answer| {
                let same = |(_, group): &(GroupIdx, &crate::place::Group)| {
                    group.key == answer.key && group.dimension == dimension
                };
                place.groups.enumerate().find(same).map(|(index, _)| index)
            })
            .collect();
        let not_recorded = answers.find("not_recorded");
        let residents = residents(place);
        let rows: Vec<PatchCounts> = (0..patches.categories.len())
            .filter_map(|row| {
                let (everybody, members) = residents.get(row)?;
                let count = |answer: usize| count(table, &[row, answer, period]);
                let patch = row.checked_sub(1).filter(|at| *at < place.patches.len()).map(PatchIdx::from_usize);
                Some(PatchCounts {
                    residents: *everybody,
                    members: groups.iter().map(|group| group.and_then(|group| members[group])).collect(),
                    met: count(0),
                    met_of: (1..answers.categories.len()).map(count).collect(),
                    not_recorded: not_recorded.map_or(Some(Count::exactly(0.0)), count),
                    dispersion: if row == 0 { 1.0 } else { tabulate::dispersion(&place.engagement, patch) },
                })
            })
            .collect();
        reach(&rows)
    }
}

/// What may be known of a cell.
#[must_use]
pub fn count(table: &Published, at: &[usize]) -> Option<Count> {
    let (least, most) = table.range(at)?;
    let shown = table.cell(at).value()?;
    Some(Count { shown: shown as f64, least: least as f64, most: most as f64 })
}
