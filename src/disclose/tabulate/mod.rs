//! Everything counted from engagement records that may be published, as exact tables for `disclose`, which alone can
//! read a number out of them: it is a part of `disclose` so that the compiler sees to that.

mod deeds;
mod homes;
mod links;
mod tables;

pub(in crate::disclose) use homes::{refine, refine_today};
pub(in crate::disclose) use tables::NOT_RECORDED;
pub use tables::{Category, Dimension, Relation, TIMES_MET, Table, Tables, categories, index};

use crate::disclose::{Cell, Protected};
use crate::place::{Answer, AssetIdx, Basis, Engagement, Expected, Idx, PatchIdx, Place, PlaceOrPatch, Quarter};
use std::collections::BTreeMap;

/// The most quarters that are told apart: two years, so that each of the last four has the same quarter of
/// the year before beside it. More would hide more, because every further cell is one more way to a small count.
pub const QUARTERS: usize = 8;

/// Name of the table of visits: people met, for the first time and again.
pub const VISITS: &str = "visits";
/// Name of the table of records that raised themes.
pub const THEMES: &str = "themes";
/// What the tables of themes count.
const RAISED: &str = "records_with_themes";
/// Name of the table of people who took part in projects again and again.
pub const LEADERS: &str = "leaders";
/// Name of the table of assets at which people were met.
pub const VENUES: &str = "venues";
/// Name of the table of different people by the asset at which they were met, until the end of the last whole quarter.
pub const MEETING_PLACES: &str = "meeting-places";
/// Name of the table of people by how often they were met.
pub const HOW_OFTEN: &str = "how-often";
/// Classes of how often: key, the least and the most times. Wide, because every class is one more way to a small count.
pub const TIMES: [(&str, u32, u32); 5] =
    [("once", 1, 1), ("twice", 2, 2), ("3-5", 3, 5), ("6-10", 6, 10), ("11+", 11, u32::MAX)];
/// Keys of the last four whole quarters and of the four before, in the tables of themes.
pub const LAST: &str = "last-year";
/// See [`LAST`].
pub const BEFORE: &str = "year-before";
/// What the last year is called.
const LAST_YEAR: &str = "The last four whole quarters";
/// Names of the tables of what was done, with what they count.
pub const WORK: [&str; 4] = ["records", "attendances", "hours", "connections"];

/// Name of the table of people met by group.
#[must_use]
pub fn reach(dimension: &str) -> String {
    format!("reach-{dimension}")
}

/// Name of the table of themes by group.
#[must_use]
pub fn themes_by(dimension: &str) -> String {
    format!("themes-{dimension}")
}

/// The exact tables of a place; none where it has no records.
///
/// * `reach-<dimension>`: people by patch, answer and period. Periods are the whole time (each person once)
///   and at most [`QUARTERS`] quarters.
/// * [`VISITS`]: people by patch and period, and how many of them for the first time; where people can be told apart.
/// * [`WORK`]: records, attendances, hours and new connections by patch and activity, of the last year.
/// * [`THEMES`]: records that raised any theme, and each, by patch and year; `themes-<dimension>` by answer.
/// * [`LEADERS`], [`VENUES`]: by patch.
///
/// Counts that were spread over patches are made whole, patch by patch and then answer by answer, so that
/// each total stays the nearest whole number (largest remainders).
#[must_use]
pub(in crate::disclose) fn tables(place: &Place) -> Tables {
    let met = &place.engagement;
    if met.is_empty() {
        return Tables::default();
    }
    let frame = Frame::of(place);
    let mut tables = Vec::new();
    for (i, dimension) in met.dimensions.iter().enumerate() {
        tables.push(frame.people(place, Some((i, dimension))));
    }
    if met.dimensions.is_empty() {
        tables.push(frame.people(place, None));
    }
    let mut whos = Vec::new();
    if frame.linked {
        let is_crossed = |i: usize| met.crossings.iter().any(|one| one.dimension == i || one.margins.contains(&i));
        let plain = (0..met.dimensions.len()).filter(|i| !is_crossed(*i));
        whos.extend(plain.filter_map(|i| frame.who(place, i, tables.get(i)?)));
        for crossing in &met.crossings {
            let (crossed, who) = links::crossing(place, crossing, &tables);
            tables.extend(crossed);
            whos.extend(who);
        }
    }
    if met.basis == Basis::People && frame.linked {
        let visits = frame.visits(met);
        let (leaders, often) = (frame.leaders(met, &visits), frame.how_often(met));
        tables.extend(links::first_met(met, &visits, &frame.quarters));
        tables.extend(whos.iter().flat_map(|who| links::first_met_by(met, who, &visits, &frame.quarters)));
        tables.extend(links::met_often(&often, &leaders, &visits));
        tables.extend([visits, leaders, often]);
    }
    tables.extend(frame.work(met));
    tables.push(frame.venues(met));
    tables.extend(meeting_place_table(place));
    if !met.themes.is_empty() {
        tables.push(frame.themes(met));
        for (i, dimension) in met.dimensions.iter().enumerate() {
            tables.push(frame.themes_by(place, i, dimension));
        }
        for crossing in met.crossings.iter().filter(|_| frame.linked) {
            tables.extend(links::themes_crossed(place, crossing, &tables));
        }
    }
    Tables { tables }
}

/// The quarters told apart: the last whole ones, first to last.
#[must_use]
pub fn quarters(met: &Engagement) -> Vec<Quarter> {
    let (Some(last), Some((first, _))) = (met.last_whole_quarter(), met.days) else { return Vec::new() };
    let mut found = vec![last];
    while found.len() < QUARTERS && found.last().is_some_and(|quarter| *quarter > Quarter::of(first)) {
        found.extend(found.last().map(|quarter| quarter.before()));
    }
    found.reverse();
    found
}

/// The dimensions that tables share.
struct Frame {
    patch: Dimension,
    period: Dimension,
    quarters: Vec<Quarter>,
    /// Every count of people is whole, so that quarters and the whole time agree to the last person.
    linked: bool,
    outside: Option<usize>,
}

impl Frame {
    fn of(place: &Place) -> Self {
        let met = &place.engagement;
        let mut patch = Dimension::new("patch", Relation::Sum);
        let all = patch.push("all", "The whole place", None);
        let (homes, homes_outside) = homes::homes(place);
        for (one, homes) in place.patches.iter().zip(homes) {
            let at = patch.push(&one.key, &one.name, Some(all));
            patch.ground(at, homes);
        }
        let is_outside = met.met.iter().any(|cell| cell.patch.is_none()) || met.work.iter().any(|w| w.patch.is_none());
        let outside = is_outside.then(|| patch.push("outside", "Outside every patch", Some(all)));
        if let Some(at) = outside {
            patch.ground(at, homes_outside);
        }
        let quarters = quarters(met);
        let linked = met.met.iter().all(|cell| cell.count.people.fract() == 0.0);
        let all_of_them = met.met.iter().filter_map(|cell| cell.quarter).all(|quarter| quarters.contains(&quarter));
        let relation = match (all_of_them, met.basis) {
            (true, Basis::Attendances) => Relation::Sum,
            (true, Basis::People) => Relation::Union,
            (false, _) => Relation::Within,
        };
        let mut period = Dimension::new("period", relation);
        let (from, to) = met.days.unwrap_or_default();
        let ever = period.push("all", &format!("{from} to {to}"), None);
        period.ground(ever, links::quarters_of(met));
        for quarter in &quarters {
            period.push(&quarter.key(), &quarter.words(), linked.then_some(ever));
        }
        Self { patch, period, quarters, linked, outside }
    }

    /// Where a patch stands in its dimension.
    fn row(&self, patch: Option<PatchIdx>) -> Option<usize> {
        patch.map_or(self.outside, |patch| Some(Idx::index(patch) + 1))
    }

    /// The place that a row of the patch dimension is.
    fn whole(&self, row: usize) -> PlaceOrPatch {
        match row.checked_sub(1) {
            None => None,
            Some(_) if self.outside == Some(row) => Some(None),
            Some(patch) => Some(Some(Idx::from_usize(patch))),
        }
    }

    fn column(&self, quarter: Option<Quarter>) -> Option<usize> {
        quarter.map_or(Some(0), |quarter| self.quarters.iter().position(|own| *own == quarter).map(|at| at + 1))
    }

    fn people(&self, place: &Place, dimension: Option<(usize, &String)>) -> Table {
        let met = &place.engagement;
        let answers = answers(place, dimension.map(|(i, _)| i));
        let (name, group) = match dimension {
            Some((_, key)) => (reach(key), answer_dimension(key, &answers, place)),
            None => (reach("everybody"), answer_dimension("everybody", &[], place)),
        };
        let mut sums: BTreeMap<usize, BTreeMap<usize, BTreeMap<usize, f64>>> = BTreeMap::new();
        for cell in &met.met {
            let (Some(row), Some(column)) = (self.row(cell.patch), self.column(cell.quarter)) else { continue };
            let answer = match dimension {
                Some((i, _)) => met.combinations.get(cell.combination).and_then(|all| all.get(i)).copied(),
                None => None,
            };
            let at = answer.and_then(|answer| answers.iter().position(|own| *own == answer)).map_or(0, |at| at + 1);
            *sums.entry(column).or_default().entry(row).or_default().entry(at).or_default() += cell.count.people;
        }
        let mut table = Table::new(&name, "people", vec![self.patch.clone(), group, self.period.clone()]);
        for (column, rows) in sums {
            let totals: Vec<f64> = rows.values().map(|answers| answers.values().sum()).collect();
            for ((row, answers), total) in rows.iter().zip(whole(&totals, None)) {
                let counts: Vec<f64> = answers.values().copied().collect();
                for (at, count) in answers.keys().zip(whole(&counts, Some(total))) {
                    table.add(&[*row, *at, column], count);
                }
            }
        }
        if self.period.relation == Relation::Sum && self.linked {
            self.without_wholes(&mut table)
        } else {
            table.roll_up();
            table
        }
    }

    /// The totals over periods are summed from the quarters like the others, so they must not be counted twice.
    fn without_wholes(&self, table: &mut Table) -> Table {
        let mut fresh = Table::new(&table.name, &table.counted, table.dimensions.clone());
        let (patches, answers) = (table.dimensions[0].categories.len(), table.dimensions[1].categories.len());
        for row in 0..patches {
            for answer in 0..answers {
                for column in 1..self.period.categories.len() {
                    let at = [row, answer, column];
                    fresh.add(&at, table.index(&at).map_or(0, |i| table.exact()[i]));
                }
            }
        }
        fresh.roll_up();
        fresh
    }

    /// Who people are by one dimension, of which `reach` is the table.
    fn who(&self, place: &Place, dimension: usize, reach: &Table) -> Option<links::Who> {
        let answers = answers(place, Some(dimension));
        let at = |own: &Answer| answers.iter().position(|answer| answer == own).map(|at| at + 1);
        let of = place.engagement.combinations.iter().map(|all| all.get(dimension).and_then(at)).collect();
        let group = reach.dimensions.get(1)?.clone();
        let most = group.categories.len();
        Some(links::Who { group, of, most })
    }

    fn how_often(&self, met: &Engagement) -> Table {
        let mut times = Dimension::new(TIMES_MET, Relation::Sum).of_people();
        let all = times.push("all", "Any number of times", None);
        for (key, _, _) in TIMES {
            times.push(key, key, Some(all));
        }
        let mut table = Table::new(HOW_OFTEN, "people", vec![self.patch.clone(), times, self.ever()]);
        for often in &met.how_often {
            let class = TIMES.iter().position(|(_, _, most)| often.times <= *most).unwrap_or(TIMES.len() - 1);
            if let Some(row) = self.row(often.patch) {
                table.add(&[row, class + 1, 0], often.people.round() as u64);
            }
        }
        table.roll_up();
        table
    }

    /// The whole time alone.
    fn ever(&self) -> Dimension {
        let mut period = Dimension::new("period", self.period.relation);
        if let Some(all) = self.period.categories.first() {
            let at = period.push(&all.key, &all.label, None);
            period.ground(at, all.atoms.iter().cloned());
        }
        period
    }

    fn visits(&self, met: &Engagement) -> Table {
        // In the whole time everybody came for a first time, so "again" has no whole to be a part of.
        let mut visit = Dimension::new("visit", Relation::Within);
        let all = visit.push("all", "First time or again", None);
        let first = visit.push("first", "First time", Some(all));
        let mut table = Table::new(VISITS, "people", vec![self.patch.clone(), visit, self.period.clone()]);
        let mut people: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        for cell in &met.met {
            if let (Some(row), Some(column)) = (self.row(cell.patch), self.column(cell.quarter)) {
                *people.entry((row, column)).or_default() += cell.count.people as u64;
            }
        }
        let mut new: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        for cell in &met.first_met {
            let Some(row) = self.row(cell.patch) else { continue };
            *new.entry((row, 0)).or_default() += cell.people as u64;
            if let Some(column) = self.column(Some(cell.quarter)) {
                *new.entry((row, column)).or_default() += cell.people as u64;
            }
        }
        for ((row, column), people) in people {
            let new = new.get(&(row, column)).copied().unwrap_or(0).min(people);
            table.add(&[row, all, column], people);
            table.add(&[row, first, column], new);
        }
        table.roll_up();
        table
    }

    /// People who took part in projects again and again, among everybody met.
    fn leaders(&self, met: &Engagement, visits: &Table) -> Table {
        let mut part = Dimension::new("part", Relation::Within);
        let all = part.push("all", "Everybody", None);
        let leader = part.push("leader", "Leading", Some(all));
        let mut table = Table::new(LEADERS, "people", vec![self.patch.clone(), part, self.ever()]);
        for (patch, people) in &met.took_charge {
            if let Some(row) = self.row(*patch) {
                table.add(&[row, leader, 0], people.round() as u64);
            }
        }
        for row in 1..self.patch.categories.len() {
            table.add(&[row, all, 0], visits.index(&[row, 0, 0]).map_or(0, |at| visits.exact()[at]));
        }
        table.roll_up();
        table
    }
}

/// The answers of a dimension: its groups, then what matches none where that occurs, then what nobody recorded. Groups
/// of whom nobody was met are among them: of a single group that is listed everybody would be known to be.
fn answers(place: &Place, dimension: Option<usize>) -> Vec<Answer> {
    let Some(dimension) = dimension else { return Vec::new() };
    let met = &place.engagement;
    let key = met.dimensions.get(dimension);
    let groups = place.groups.enumerate().filter(|(_, group)| Some(&group.dimension) == key);
    let mut all: Vec<Answer> = groups.map(|(group, _)| Answer::Group(group)).chain([Answer::NotRecorded]).collect();
    all.extend(met.combinations.iter().filter_map(|answers| answers.get(dimension)).copied());
    all.extend(met.raised_by.iter().filter(|raised| raised.dimension == dimension).map(|raised| raised.answer));
    all.sort_unstable();
    all.dedup();
    all
}

/// Different people by asset, none of whom has most of its records: counted until the end of the last whole quarter, so
/// that it changes when a quarter's people have come, not with the one who makes a number full.
fn meeting_place_table(place: &Place) -> Option<Table> {
    let met = &place.engagement;
    let mut venue = Dimension::new("meeting_place", Relation::Within);
    let mut until = Dimension::new("until", Relation::Within);
    let last = met.last_whole_quarter()?;
    let at = until.push("all", &format!("Until the end of {}", last.words()), None);
    until.ground(at, links::quarters_of(met).into_iter().filter(|quarter| !quarter.contains(' ')));
    let people: Vec<(AssetIdx, u64)> = met
        .contributors
        .at_asset
        .iter()
        .map(|(asset, people)| (*asset, *people as u64))
        .filter(|one| one.1 > 0)
        .collect();
    for &(asset, _) in &people {
        let asset = place.assets.as_slice().get(Idx::index(asset))?;
        let at = venue.push(&asset.key, &asset.name, None);
        venue.ground(at, [asset.key.clone()]);
    }
    let mut table = Table::new(MEETING_PLACES, "people_at_meeting_places", vec![venue, until]);
    people.iter().enumerate().for_each(|(row, &(_, people))| table.add(&[row, 0], people));
    (!people.is_empty()).then_some(table)
}

fn answer_dimension(key: &str, answers: &[Answer], place: &Place) -> Dimension {
    let mut dimension = Dimension::new(key, Relation::Sum).of_people();
    let met = &place.engagement;
    let name = |i: &usize| met.dimensions.get(*i);
    let own = met.crossings.iter().filter(|crossing| name(&crossing.dimension).is_some_and(|name| name == key));
    dimension.crossed_of = own.flat_map(|crossing| crossing.margins.iter().filter_map(name)).cloned().collect();
    let all = dimension.push("all", "Everybody", None);
    for answer in answers {
        match answer {
            Answer::Group(group) => match place.groups.as_slice().get(Idx::index(*group)) {
                Some(group) => {
                    let at = dimension.push(&group.key, &group.label, Some(all));
                    dimension.ground(at, place.disclosure.made_of(key, &group.key));
                    at
                }
                None => dimension.push("unmatched", "Recorded, in none of the groups", Some(all)),
            },
            Answer::Unmatched => dimension.push("unmatched", "Recorded, in none of the groups", Some(all)),
            Answer::NotRecorded => dimension.push(NOT_RECORDED, "Not recorded", Some(all)),
        };
    }
    dimension
}

fn theme_dimension(met: &Engagement) -> Dimension {
    let mut theme = Dimension::new("theme", Relation::Within);
    let any = theme.push("all", "Any theme", None);
    theme.ground(any, ["any theme".to_owned()]);
    for words in &met.themes {
        theme.push(words, words, Some(any));
    }
    theme
}

/// PlaceOrPatch numbers as near as can be, whose sum is `total`, or the nearest whole number to the sum: rounded
/// down, and the largest remainders up; of equal ones the first.
fn whole(counts: &[f64], total: Option<u64>) -> Vec<u64> {
    let total = total.unwrap_or_else(|| counts.iter().sum::<f64>().round().max(0.0) as u64);
    let mut found: Vec<u64> = counts.iter().map(|count| count.max(0.0).floor() as u64).collect();
    let mut order: Vec<usize> = (0..counts.len()).collect();
    let rest = |i: usize| counts[i] - counts[i].floor();
    order.sort_by(|&a, &b| rest(b).total_cmp(&rest(a)).then(a.cmp(&b)));
    let mut sum: u64 = found.iter().sum();
    for &i in &order {
        if sum < total {
            found[i] += 1;
            sum += 1;
        }
    }
    for &i in order.iter().rev() {
        if sum > total && found[i] > 0 {
            found[i] -= 1;
            sum -= 1;
        }
    }
    found
}

/// How much more the count of a patch varies because its people were placed by a coarse area: 1 where every
/// record says the patch. The variance of spreading is that of drawing each person's patch by the shares
/// of residents; to the variance of the count itself it adds in proportion.
/// Rounded up to one decimal: enough for an interval, too little to tell a count from.
#[must_use]
pub fn dispersion(met: &Engagement, patch: Option<PatchIdx>) -> f64 {
    let cells = met.met.iter().filter(|cell| cell.patch == patch && cell.quarter.is_none());
    let sum = cells.fold(Expected::default(), |sum, cell| Expected {
        people: sum.people + cell.count.people,
        variance: sum.variance + cell.count.variance,
    });
    let dispersion = if sum.people > 0.0 { 1.0 + sum.variance / sum.people } else { 1.0 };
    (dispersion * 10.0).ceil() / 10.0
}

/// Assets where it may be said that people are met: those of which the number of different people is shown.
#[must_use]
pub fn meeting_places(place: &Place, protected: &Protected) -> Vec<AssetIdx> {
    let Some(table) = protected.table(MEETING_PLACES) else { return Vec::new() };
    let Some(venue) = table.dimensions.first() else { return Vec::new() };
    let is_shown = |key: &str| venue.find(key).is_some_and(|at| matches!(table.cell(&[at, 0]), Cell::Shown(_)));
    place.assets.enumerate().filter(|(_, asset)| is_shown(&asset.key)).map(|(asset, _)| asset).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn remainders_go_to_the_largest() {
        assert_eq!(whole(&[0.4, 0.4, 0.2], None), [1, 0, 0]);
        assert_eq!(whole(&[1.5, 1.5], Some(3)), [2, 1]);
        assert_eq!(whole(&[2.0, 1.0], Some(2)), [2, 0]);
        assert_eq!(whole(&[], None), Vec::<u64>::new());
    }

    proptest! {
        #[test]
        fn whole_numbers_sum_to_the_rounded_sum(counts in prop::collection::vec(0.0f64..50.0, 0..30)) {
            let found = whole(&counts, None);
            prop_assert_eq!(found.iter().sum::<u64>(), counts.iter().sum::<f64>().round() as u64);
            prop_assert!(found.iter().zip(&counts).all(|(n, count)| (*n as f64 - count).abs() <= 1.0));
        }
    }
}
