//! What do people raise, and where more than in the rest?

use super::Coverage;
use super::by_group::ALL;
use super::engaged::{Engaged, count};
use super::near::{NEAR_MINUTES, within_reach};
use super::reach::trend;
use crate::disclose::{Cell, Published, tabulate};
use crate::place::{Idx, PatchIdx, Place};
use crate::stats::{Interval, LogOdds, log_odds};
use std::collections::BTreeMap;

/// A theme in a patch, or in a group over the whole place, as far as it may be known.
#[derive(Debug, Clone)]
pub struct Theme<'a> {
    /// Key and name of the patch.
    pub patch: (&'a str, &'a str),
    /// Which patch of the place that is.
    pub at: Option<PatchIdx>,
    /// What the group is a part of.
    pub dimension: &'a str,
    /// Key of the group.
    pub group: &'a str,
    /// What was raised.
    pub theme: &'a str,
    /// Records that raised it, in the whole time.
    pub records: Cell,
    /// How much more it is raised here than in the rest of the place.
    pub odds: Option<LogOdds>,
    /// Records of the last four whole quarters ÷ of the four before, with the interval.
    pub change: Option<(f64, Interval)>,
    /// Residents with no open asset near that answers it.
    pub without: Option<f64>,
}

impl Theme<'_> {
    /// Whether it is of a group, over the whole place.
    #[must_use]
    pub fn is_of_group(&self) -> bool {
        self.dimension != ALL
    }

    /// The whole place, everybody: there is nothing else to set it beside.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.patch.0 == ALL && !self.is_of_group()
    }
}

/// What people raised, by patch and by group, as far as it may be known; `None` where no theme is counted.
///
/// A theme's odds are those beside the rest of the place ([`stands_out`]); its change is that of the last four whole
/// quarters on the four before; `without` counts residents with no asset near that would answer it.
#[must_use]
pub fn themes<'a>(place: &'a Place, engaged: &'a Engaged) -> Option<Vec<Theme<'a>>> {
    let table = engaged.protected.table(tabulate::THEMES)?;
    let [patches, themes, years] = table.dimensions.as_slice() else { return None };
    let year = |key: &str, row: usize, theme: usize| count(table, &[row, theme, years.find(key)?]);
    let answers: BTreeMap<&str, Coverage> = place
        .theme_answers
        .iter()
        .filter(|(theme, _)| themes.find(theme).is_some())
        .map(|(theme, kinds)| (theme.as_str(), within_reach(place, kinds, NEAR_MINUTES)))
        .collect();
    let mut rows = Vec::new();
    for (row, patch) in patches.categories.iter().enumerate() {
        let at = row.checked_sub(1).filter(|at| *at < place.patches.len()).map(PatchIdx::from_usize);
        let odds = if row == 0 {
            Vec::new()
        } else {
            odds(table, themes.categories.len(), |theme| vec![row, theme, 0], |theme| vec![0, theme, 0])
        };
        for (theme, words) in themes.categories.iter().enumerate().skip(1) {
            let change = trend(year(tabulate::LAST, row, theme), year(tabulate::BEFORE, row, theme));
            let answer = answers.get(words.key.as_str()).filter(|_| row == 0 || at.is_some());
            let without = answer.map(|answer| {
                let here = at.map_or(&answer.place, |patch| &answer.patches[patch]);
                here.residents - here.covered
            });
            rows.push(Theme {
                patch: (&patch.key, &patch.label),
                dimension: ALL,
                group: ALL,
                theme: &words.key,
                records: table.cell(&[row, theme, 0]),
                odds: odds.get(theme - 1).copied().flatten(),
                change,
                without,
                at,
            });
        }
    }
    for dimension in &place.engagement.dimensions {
        let Some(table) = engaged.protected.table(&tabulate::themes_by(dimension)) else { continue };
        let [groups, themes, _] = table.dimensions.as_slice() else { continue };
        for (row, group) in groups.categories.iter().enumerate().skip(1) {
            let odds = odds(table, themes.categories.len(), |theme| vec![row, theme, 0], |theme| vec![0, theme, 0]);
            for (theme, words) in themes.categories.iter().enumerate().skip(1) {
                rows.push(Theme {
                    patch: (ALL, "The whole place"),
                    dimension,
                    group: &group.key,
                    theme: &words.key,
                    records: table.cell(&[row, theme, 0]),
                    odds: odds.get(theme - 1).copied().flatten(),
                    change: None,
                    without: None,
                    at: None,
                });
            }
        }
    }
    Some(rows)
}

/// Log-odds of each theme in a part beside the rest of the whole, from what is shown of both; a hidden count is
/// left out of both, and has no answer.
fn odds(
    table: &Published,
    themes: usize,
    part: impl Fn(usize) -> Vec<usize>,
    whole: impl Fn(usize) -> Vec<usize>,
) -> Vec<Option<LogOdds>> {
    let both: Vec<Option<(f64, f64)>> = (1..themes)
        .map(|theme| Some((count(table, &part(theme))?.shown, count(table, &whole(theme))?.shown)))
        .collect();
    stands_out(&both)
}

/// Which themes stand out in a part beside the rest of the whole.
///
/// `both` has for each theme the records that raised it in the part and in the whole; `None` where one of
/// them may not be known. The prior weighs as much as the part itself, and at least one record: so a theme
/// must differ by more than the part's own size can explain (Monroe, Colaresi and Quinn 2008 leave the
/// strength to the analyst; ten times as strong, hardly anything stands out, at a tenth rare themes do).
fn stands_out(both: &[Option<(f64, f64)>]) -> Vec<Option<LogOdds>> {
    let known: Vec<(f64, f64)> = both.iter().flatten().copied().collect();
    let part: Vec<f64> = known.iter().map(|(here, _)| *here).collect();
    let rest: Vec<f64> = known.iter().map(|(here, whole)| (whole - here).max(0.0)).collect();
    let strength = part.iter().sum::<f64>().max(1.0);
    let mut found = log_odds(&part, &rest, strength).into_iter();
    both.iter().map(|cell| cell.and_then(|_| found.next().flatten())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_theme_raised_more_here_stands_out_and_a_hidden_one_says_nothing() {
        let found = stands_out(&[Some((80.0, 120.0)), None, Some((40.0, 500.0)), Some((40.0, 480.0))]);
        assert!(found[0].is_some_and(|odds| odds.z > 1.96 && odds.ratio.low > 1.0));
        assert_eq!(found[1], None);
        assert!(found[2].is_some_and(|odds| odds.delta < 0.0));
    }

    #[test]
    fn nothing_raised_says_nothing() {
        assert_eq!(stands_out(&[]), Vec::new());
        assert_eq!(stands_out(&[Some((0.0, 0.0)), Some((1.0, 2.0))])[0], None);
    }
}
