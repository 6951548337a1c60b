//! What adds up to what beyond the tables that are published: what a reader knows of crossed groups, of first
//! meetings and of the ground that each category stands for.

use super::tables::{Dimension, Relation, Table};
use crate::place::{Answer, Crossing, Engagement, Idx, Place, Quarter};
use std::collections::{BTreeMap, BTreeSet};

/// The homes of each patch, and those outside: zones, or the part of a zone that lies there.
pub(super) fn homes(place: &Place) -> (Vec<Vec<String>>, Vec<String>) {
    let mut by_patch: Vec<BTreeSet<String>> = vec![BTreeSet::new(); place.patches.len() + 1];
    for (zone, run) in place.zone_positions.enumerate() {
        let key = &place.zones[zone].key;
        let mut parts: BTreeMap<usize, u64> = BTreeMap::new();
        for position in place.positions.get(run.clone()).unwrap_or_default() {
            let patch = position.patch.map_or(place.patches.len(), Idx::index);
            // Sums of hashes, so that the order of positions changes nothing.
            let at = parts.entry(patch).or_default();
            *at = at.wrapping_add(hash(&[position.at.x, position.at.y]));
        }
        let is_whole = parts.len() == 1;
        for (patch, sum) in parts {
            by_patch[patch].insert(if is_whole { key.clone() } else { format!("{key} in part {sum:016x}") });
        }
    }
    let mut outside: Vec<String> = by_patch.pop().into_iter().flatten().collect();
    outside.push("elsewhere".to_owned());
    (by_patch.into_iter().map(|homes| homes.into_iter().collect()).collect(), outside)
}

/// FNV-1a, which is the same on every machine and in every version.
fn hash(numbers: &[f64]) -> u64 {
    let bytes = numbers.iter().flat_map(|number| ((number * 10.0).round() as i64).to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The quarters of the records; the last until the last record, where it is not over.
pub(super) fn quarters_of(met: &Engagement) -> Vec<String> {
    let Some((first, last)) = met.days else { return Vec::new() };
    let whole = met.last_whole_quarter();
    let mut found = Vec::new();
    let mut quarter = Quarter::of(last);
    while quarter >= Quarter::of(first) {
        let is_over = whole.is_some_and(|whole| quarter <= whole);
        found.push(if is_over { quarter.key() } else { format!("{} until {last}", quarter.key()) });
        quarter = quarter.before();
    }
    found.reverse();
    found
}

/// Everybody was met for the first time in one quarter, and all who were met in the first were.
pub(super) fn first_met(met: &Engagement, visits: &Table, quarters: &[Quarter]) -> Vec<Table> {
    let [patch, visit, period] = visits.dimensions.as_slice() else { return Vec::new() };
    let Some(first) = visit.find("first") else { return Vec::new() };
    let at = |key: &str| ("period".to_owned(), key.to_owned());
    let new = || ("visit".to_owned(), "first".to_owned());
    let exact = |row: usize, visit: usize, column: usize| {
        visits.index(&[row, visit, column]).and_then(|i| visits.exact().get(i).copied()).unwrap_or(0)
    };
    let mut once = Dimension::new("first met in", Relation::Sum);
    let all = once.push("all", "", None);
    for (i, category) in period.categories.iter().enumerate().skip(1) {
        let here = once.push(&category.key, "", Some(all));
        once.alias(here, [at(&category.key), new()]);
        debug_assert_eq!(here, i);
    }
    let rest = once.push("another time", "", Some(all));
    let mut table = Table::new("first-met", "people", vec![patch.clone(), once]).latent();
    for row in 1..patch.categories.len() {
        let mut left = exact(row, 0, 0);
        for column in 1..period.categories.len() {
            let here = exact(row, first, column);
            left = left.saturating_sub(here);
            table.add(&[row, column], here);
        }
        table.add(&[row, rest], left);
    }
    table.roll_up();
    let mut tables = vec![table];
    let mut same = |name: &str, whole: Option<(String, String)>, part: Vec<(String, String)>, column: usize| {
        let mut dimension = Dimension::new(name, Relation::Sum);
        let all = dimension.push("all", "", None);
        dimension.alias(all, whole);
        let own = dimension.push("first", "", Some(all));
        dimension.alias(own, part);
        let mut table = Table::new(name, "people", vec![patch.clone(), dimension]).latent();
        (1..patch.categories.len()).for_each(|row| table.add(&[row, own], exact(row, first, column)));
        table.roll_up();
        tables.push(table);
    };
    same("new in the whole time", None, vec![new()], 0);
    let began = met.days.map(|(first, _)| Quarter::of(first));
    if let (Some(quarter), Some(column)) = (quarters.first().filter(|q| Some(**q) == began), period.categories.get(1)) {
        debug_assert_eq!(quarter.key(), column.key);
        same("new in the first quarter", Some(at(&column.key)), vec![at(&column.key), new()], 1);
    }
    tables
}

/// A crossed dimension beside those it is crossed of: everybody stands in one combination of their answers, and each
/// answer is the sum of the combinations it is in. `made` has the published tables of the dimensions.
pub(super) fn crossing(place: &Place, crossing: &Crossing, made: &[Table]) -> Vec<Table> {
    let met = &place.engagement;
    let of: Vec<usize> = crossing.margins.iter().copied().chain([crossing.dimension]).collect();
    let named = |i: usize| met.dimensions.get(i).map(|key| super::counts::reach(key));
    let Some(first) = named(crossing.dimension).and_then(|name| made.iter().find(|table| table.name == name)) else {
        return Vec::new();
    };
    let [patch, _, period] = first.dimensions.as_slice() else { return Vec::new() };
    let part = |answers: &[Answer]| -> Vec<Answer> { of.iter().filter_map(|&i| answers.get(i)).copied().collect() };
    let combinations: BTreeSet<Vec<Answer>> = met.combinations.iter().map(|answers| part(answers)).collect();
    let key_of = |answer: Answer| match answer {
        Answer::Group(group) => {
            place.groups.as_slice().get(group.index()).map_or("unmatched", |group| group.key.as_str()).to_owned()
        }
        Answer::Unmatched => "unmatched".to_owned(),
        Answer::NotRecorded => "not_recorded".to_owned(),
    };
    let ground = |i: usize, answer: Answer| {
        let key = key_of(answer);
        met.dimensions.get(i).map_or_else(Vec::new, |name| place.disclosure.made_of(name, &key)).join("+")
    };
    let together = format!("combination for {}", met.dimensions[crossing.dimension]);
    let word = |combination: &[Answer]| {
        let words: Vec<String> = of.iter().zip(combination).map(|(&i, &answer)| ground(i, answer)).collect();
        words.join(" and ")
    };
    let mut counts: BTreeMap<(usize, usize, Vec<Answer>), u64> = BTreeMap::new();
    for cell in &met.met {
        let row = cell.patch.map_or_else(|| patch.find("outside"), |patch| Some(patch.index() + 1));
        let column = cell.quarter.map_or(Some(0), |quarter| period.find(&quarter.key()));
        let (Some(row), Some(column), Some(answers)) = (row, column, met.combinations.get(cell.combination)) else {
            continue;
        };
        *counts.entry((row, column, part(answers))).or_default() += cell.count.people.round() as u64;
    }
    let sums_periods = period.relation == Relation::Sum;
    of.iter()
        .enumerate()
        .map(|(nth, &i)| {
            let name = &met.dimensions[i];
            let mut dimension = Dimension::new(&format!("{name} by {together}"), Relation::Sum);
            let all = dimension.push("all", "", None);
            let answers: BTreeSet<Answer> = combinations.iter().map(|combination| combination[nth]).collect();
            let mut column_of = BTreeMap::new();
            for answer in answers {
                let key = key_of(answer);
                let own = dimension.push(&key, "", Some(all));
                dimension.alias(own, [(name.clone(), key)]);
                for combination in combinations.iter().filter(|combination| combination[nth] == answer) {
                    let word = word(combination);
                    let here = dimension.push(&word, "", Some(own));
                    dimension.alias(here, [(together.clone(), word)]);
                    column_of.insert(combination.clone(), here);
                }
            }
            let dimensions = vec![patch.clone(), dimension, period.clone()];
            let mut table = Table::new(&format!("{name}-of-{together}"), "people", dimensions).latent();
            for ((row, column, combination), &people) in &counts {
                let at = column_of.get(combination).copied();
                if let Some(at) = at.filter(|_| !sums_periods || *column > 0) {
                    table.add(&[*row, at, *column], people);
                }
            }
            table.roll_up();
            table
        })
        .collect()
}
