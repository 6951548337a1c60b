//! Who is being met and who is not, by patch, group and period, and what of it is a matter of distance?

use super::engaged::{Concentration, Engaged, count};
use super::near::{Standing, members_near, standing};
use super::reach::{Reach, residents, trend};
use crate::disclose::{Category, Cell, tabulate};
use crate::place::{Group, GroupIdx, Idx, PatchIdx, Place};
use crate::stats::Interval;

/// The key of the whole place, of everybody, and of the whole time.
pub const ALL: &str = "all";

/// Keys of people who are in no group.
const NO_GROUP: [&str; 2] = ["not_recorded", "unmatched"];

/// Who was met of one group of one patch in one period, as far as it may be known.
#[derive(Debug, Clone)]
pub struct GroupReach<'a> {
    /// The patch, `outside` for outside every patch, or the whole place.
    pub patch: &'a Category,
    /// Which patch of the place that is.
    pub at: Option<PatchIdx>,
    /// The group, or everybody.
    pub group: &'a Category,
    /// The quarter, or the whole time.
    pub period: &'a Category,
    /// Residents of the patch who are of the group.
    pub members: Option<f64>,
    /// Those of them who live near a place where people are met.
    pub near: Option<f64>,
    /// How many were met.
    pub met: Cell,
    /// Rates, ratios, intervals and flag.
    pub reach: Reach,
    /// Whether distance or trust is what is missing; in the whole time, of groups of patches.
    pub standing: Option<Standing>,
    /// Met ÷ met in the same quarter a year before; of the last whole quarter for the whole time.
    pub trend: Option<(f64, Interval)>,
    /// Share of everybody met in a patch and quarter who had not been met before.
    pub first: Option<f64>,
    /// How much of the contact goes to those met most; in the whole time, of everybody.
    pub often: Concentration,
}

impl GroupReach<'_> {
    /// Whether it is of one quarter, not of the whole time.
    #[must_use]
    pub fn is_quarter(&self) -> bool {
        self.period.key != ALL
    }

    /// Whether it is of everybody.
    #[must_use]
    pub fn is_everybody(&self) -> bool {
        self.group.key == ALL
    }

    /// Whether these people are in no group, so that nothing is known of how many such residents there are.
    #[must_use]
    pub fn is_no_group(&self) -> bool {
        NO_GROUP.contains(&self.group.key.as_str())
    }
}

/// How each group of each patch was reached in each period, in the order of the protected tables; `None` where nothing
/// is counted by this dimension.
///
/// Flags, and who lives near, are of the whole time: with a family of tests for each quarter, chance alone would flag
/// somebody in some quarter or other.
#[must_use]
pub fn reach_by_group<'a>(place: &'a Place, engaged: &'a Engaged, dimension: &str) -> Option<Vec<GroupReach<'a>>> {
    let table = engaged.people(dimension)?;
    let [patches, answers, periods] = table.dimensions.as_slice() else { return None };
    let reached: Vec<Vec<Vec<Reach>>> =
        (0..periods.categories.len()).map(|period| engaged.reach(place, dimension, period)).collect();
    let visits = engaged.protected.table(tabulate::VISITS);
    let residents = residents(place);
    let mut rows = Vec::new();
    for (row, patch) in patches.categories.iter().enumerate() {
        let patch_idx = row.checked_sub(1).filter(|at| *at < place.patches.len()).map(PatchIdx::from_usize);
        for (column, answer) in answers.categories.iter().enumerate() {
            let same = |(_, g): &(GroupIdx, &Group)| g.key == answer.key && g.dimension == dimension;
            let group = place.groups.enumerate().find(same).map(|(index, _)| index);
            let here = residents.get(row);
            let members = if column == 0 { here.map(|(all, _)| *all) } else { here.and_then(|(_, by)| by[group?]) };
            let told = !engaged.near.qualifying.is_empty();
            let near = if told && (column == 0 || group.is_some()) && (row == 0 || patch_idx.is_some()) {
                members_near(&engaged.near, patch_idx, group)
            } else {
                None
            };
            for (at, period) in periods.categories.iter().enumerate() {
                let cell = table.cell(&[row, column, at]);
                let whole = at == 0;
                let reach = reached.get(at).and_then(|then| then.get(row)?.get(column)).copied().unwrap_or_default();
                let of = |period: usize| count(table, &[row, column, period]);
                let now = if whole { periods.categories.len() - 1 } else { at };
                let first = visits.filter(|_| column == 0).and_then(|visits| {
                    let first = visits.cell_by_key(&[&patch.key, "first", &period.key])?.value()? as f64;
                    let all = cell.value()? as f64;
                    (at > 0 && all > 0.0).then(|| (first / all).min(1.0))
                });
                let often = engaged.concentration.get(row).filter(|_| whole && column == 0);
                rows.push(GroupReach {
                    patch,
                    at: patch_idx,
                    group: answer,
                    period,
                    members,
                    near: near.map(|(_, near)| near),
                    met: cell,
                    reach,
                    standing: standing(near, reach.flag).filter(|_| whole && column > 0 && row > 0),
                    trend: if now >= 5 { trend(of(now), of(now - 4)) } else { None },
                    first,
                    often: often.copied().unwrap_or_default(),
                });
            }
        }
    }
    Some(rows)
}
