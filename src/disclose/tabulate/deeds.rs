//! Counts of what was done and raised: amounts, each with how many people it is of.

use super::{
    Dimension, Frame, LAST_YEAR, RAISED, Relation, THEMES, Table, VENUES, WORK, answer_dimension, answers, links,
    theme_dimension, themes_by,
};
use crate::place::{Activity, Engagement, Place, Quarter, Window};
use std::collections::BTreeMap;

impl Frame {
    /// The last four whole quarters.
    fn last_year(&self) -> &[Quarter] {
        &self.quarters[self.quarters.len().saturating_sub(4)..]
    }

    /// The four quarters before those.
    fn year_before(&self) -> &[Quarter] {
        let end = self.quarters.len().saturating_sub(4);
        &self.quarters[end.saturating_sub(4)..end]
    }

    pub(super) fn work(&self, met: &Engagement) -> Vec<Table> {
        let mut activity = Dimension::new("activity", Relation::Sum);
        let all = activity.push("all", "Everything", None);
        for one in Activity::ALL {
            activity.push(one.key(), one.key(), Some(all));
        }
        let mut year = Dimension::new("years", Relation::Sum);
        let last = year.push("last-year", LAST_YEAR, None);
        year.ground(last, self.last_year().iter().map(|quarter| quarter.key()));
        WORK.into_iter()
            .enumerate()
            .map(|(i, name)| {
                let dimensions = vec![self.patch.clone(), activity.clone(), year.clone()];
                let mut table = Table::of_amounts(name, name, dimensions);
                let mut sums: BTreeMap<[usize; 3], f64> = BTreeMap::new();
                for work in met.work.iter().filter(|work| self.last_year().contains(&work.quarter)) {
                    let Some(row) = self.row(work.patch) else { continue };
                    let at = Activity::ALL.iter().position(|own| *own == work.activity).unwrap_or(0) + 1;
                    let amount = [work.records, work.attendances, work.hours, work.connections][i];
                    *sums.entry([row, at, 0]).or_default() += amount;
                }
                for (at, amount) in sums {
                    table.add(&at, amount.round() as u64);
                }
                table.roll_up();
                for row in 0..self.patch.categories.len() {
                    for at in 0..=Activity::ALL.len() {
                        let of = (self.whole(row), at.checked_sub(1).map(|at| Activity::ALL[at]));
                        let people = met.contributors.work.get(&of).map_or(0.0, |people| people[i]);
                        table.set_contributors(&[row, at, 0], people as u64);
                    }
                }
                table
            })
            .collect()
    }

    pub(super) fn venues(&self, met: &Engagement) -> Table {
        let mut table = Table::of_amounts(VENUES, "venues", vec![self.patch.clone(), self.ever()]);
        for venue in &met.venues {
            if let Some(row) = self.row(venue.patch) {
                table.add(&[row, 0], 1);
            }
        }
        table.roll_up();
        for row in 0..self.patch.categories.len() {
            let people = met.contributors.venues.get(&self.whole(row)).copied().unwrap_or(0.0);
            table.set_contributors(&[row, 0], people as u64);
        }
        table
    }

    pub(super) fn themes(&self, met: &Engagement) -> Table {
        let mut period = Dimension::new("years", Relation::Sum);
        let ever = period.push("all", "The whole time", None);
        let all = links::quarters_of(met);
        let linked = self.linked.then_some(ever);
        let keys = |quarters: &[Quarter]| quarters.iter().map(|quarter| quarter.key()).collect::<Vec<_>>();
        let (year, older) = (keys(self.last_year()), keys(self.year_before()));
        let rest: Vec<String> = all.iter().filter(|q| !year.contains(q) && !older.contains(q)).cloned().collect();
        period.ground(ever, all);
        // So that the years add up to the whole time, as a reader knows they do. A year in which there is no quarter
        // is left out: that nothing was raised in it is known.
        let mut at = BTreeMap::from([(Window::Ever, ever)]);
        for (window, key, words, quarters) in [
            (Window::LastYear, super::LAST, LAST_YEAR, year),
            (Window::YearBefore, super::BEFORE, "The four quarters before", older),
            (Window::Other, "other", "Before and after those", rest),
        ] {
            if !quarters.is_empty() {
                let own = period.push(key, words, linked);
                period.ground(own, quarters);
                at.insert(window, own);
            }
        }
        let dimensions = vec![self.patch.clone(), theme_dimension(met), period];
        let mut table = Table::of_amounts(THEMES, RAISED, dimensions);
        let mut sums: BTreeMap<[usize; 3], f64> = BTreeMap::new();
        for raised in &met.raised {
            let Some(row) = self.row(raised.patch) else { continue };
            let theme = raised.theme.map_or(0, |theme| theme + 1);
            let mut add = |period: usize| *sums.entry([row, theme, period]).or_default() += raised.records;
            if linked.is_none() {
                add(ever);
            }
            let window = if self.last_year().contains(&raised.quarter) {
                Window::LastYear
            } else if self.year_before().contains(&raised.quarter) {
                Window::YearBefore
            } else {
                Window::Other
            };
            at.get(&window).copied().into_iter().for_each(add);
        }
        for (at, records) in sums {
            table.add(&at, records.round() as u64);
        }
        table.roll_up();
        for row in 0..self.patch.categories.len() {
            for theme in 0..=met.themes.len() {
                for (&window, &at) in &at {
                    let of = (self.whole(row), theme.checked_sub(1), window);
                    let people = met.contributors.raised.get(&of).copied().unwrap_or(0.0);
                    table.set_contributors(&[row, theme, at], people as u64);
                }
            }
        }
        table
    }

    pub(super) fn themes_by(&self, place: &Place, index: usize, dimension: &str) -> Table {
        let met = &place.engagement;
        let answers = answers(place, Some(index));
        let group = answer_dimension(dimension, &answers, place);
        // Spread records may lie outside the place in part, and then this total is not that of the patches.
        let mut ever = Dimension::new("years", Relation::Sum);
        let at = ever.push("all", "The whole time", None);
        ever.ground(at, links::quarters_of(met));
        let counted = if self.linked { RAISED } else { "records_with_themes_by_group" };
        let mut table = Table::of_amounts(&themes_by(dimension), counted, vec![group, theme_dimension(met), ever]);
        for raised in met.raised_by.iter().filter(|raised| raised.dimension == index) {
            let Some(at) = answers.iter().position(|own| *own == raised.answer) else { continue };
            table.add(&[at + 1, raised.theme.map_or(0, |theme| theme + 1), 0], raised.records.round() as u64);
        }
        table.roll_up();
        for row in 0..=answers.len() {
            for theme in 0..=met.themes.len() {
                let answer = row.checked_sub(1).map(|row| answers[row]);
                let of = (index, answer, theme.checked_sub(1));
                let people = met.contributors.raised_by.get(&of).copied().unwrap_or(0.0);
                table.set_contributors(&[row, theme, 0], people as u64);
            }
        }
        table
    }
}
