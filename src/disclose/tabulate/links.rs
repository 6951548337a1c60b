//! What adds up to what beyond the tables that are published: what a reader knows of crossed groups, of first
//! meetings and of the ground that each category stands for.

use super::tables::{Dimension, Relation, Table};
use crate::place::{Answer, Crossing, Engagement, Idx, Place, Quarter};
use std::collections::{BTreeMap, BTreeSet};

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

/// Cells that stand somewhere, with their counts by row of the patches.
#[derive(Clone)]
struct Known {
    at: Vec<(String, String)>,
    counts: Vec<u64>,
}

impl Known {
    /// Counts that are published nowhere.
    fn latent(name: &str, key: &str, counts: Vec<u64>) -> Self {
        Self { at: vec![(name.to_owned(), key.to_owned())], counts }
    }

    fn and(&self, other: &Self) -> Vec<u64> {
        self.counts.iter().zip(&other.counts).map(|(a, b)| a + b).collect()
    }

    fn without(&self, other: &Self) -> Vec<u64> {
        self.counts.iter().zip(&other.counts).map(|(a, b)| a.saturating_sub(*b)).collect()
    }
}

/// A whole and its parts, patch by patch; a part may stand several times.
fn relate(name: &str, patch: &Dimension, relation: Relation, whole: &Known, parts: &[(&Known, usize)]) -> Table {
    let mut dimension = Dimension::new(name, relation);
    let all = dimension.push("all", "", None);
    dimension.alias(all, whole.at.iter().cloned());
    let mut counts = vec![&whole.counts];
    for (part, times) in parts {
        for _ in 0..*times {
            let own = dimension.push(&format!("{}", counts.len()), "", Some(all));
            dimension.alias(own, part.at.iter().cloned());
            counts.push(&part.counts);
        }
    }
    let mut table = Table::new(name, "people", vec![patch.clone(), dimension]).latent();
    for (category, counts) in counts.into_iter().enumerate() {
        counts.iter().enumerate().for_each(|(row, &count)| table.add(&[row, category], count));
    }
    table
}

/// What a reader knows of first meetings: everybody was met for the first time once; whoever was met again in a quarter
/// was met for the first time before it.
pub(super) fn first_met(met: &Engagement, visits: &Table, quarters: &[Quarter]) -> Vec<Table> {
    let [patch, visit, period] = visits.dimensions.as_slice() else { return Vec::new() };
    let (Some(first), Some(ever), Some((from, to))) = (visit.find("first"), period.categories.first(), met.days) else {
        return Vec::new();
    };
    let known = |column: usize, is_first: bool| Known {
        at: std::iter::once(("period".to_owned(), period.categories[column].key.clone()))
            .chain(is_first.then(|| ("visit".to_owned(), "first".to_owned())))
            .collect(),
        counts: (0..patch.categories.len())
            .map(|row| visits.index(&[row, if is_first { first } else { 0 }, column]))
            .map(|at| at.and_then(|at| visits.exact().get(at).copied()).unwrap_or(0))
            .collect(),
    };
    let everybody = known(0, false);
    debug_assert_eq!(everybody.at[0].1, ever.key);
    let mut tables = vec![relate("new in the whole time", patch, Relation::Sum, &everybody, &[(&known(0, true), 1)])];
    let Some((began, last)) = quarters.first().zip(quarters.last()) else { return tables };
    // Those first met outside the quarters told apart.
    let beyond = |is_beyond: &dyn Fn(Quarter) -> bool| {
        let mut counts = vec![0; patch.categories.len()];
        for cell in met.first_met.iter().filter(|cell| is_beyond(cell.quarter)) {
            let row = cell.patch.map_or_else(|| patch.find("outside"), |patch| Some(patch.index() + 1));
            for row in row.into_iter().chain([0]) {
                counts[row] += cell.people as u64;
            }
        }
        counts
    };
    let until = |quarter: Quarter, counts| Known::latent("first met until", &quarter.key(), counts);
    let mut before = (*began > Quarter::of(from)).then(|| until(began.before(), beyond(&|quarter| quarter < *began)));
    for (column, quarter) in quarters.iter().enumerate().map(|(nth, quarter)| (nth + 1, *quarter)) {
        let (here, new) = (known(column, false), known(column, true));
        let name = |what: &str| format!("{what} {}", quarter.key());
        before = Some(match before {
            None => {
                tables.push(relate(&name("new in the first quarter"), patch, Relation::Sum, &here, &[(&new, 1)]));
                new
            }
            Some(before) => {
                let again = Known::latent("met again in", &quarter.key(), here.without(&new));
                tables.push(relate(&name("new or again in"), patch, Relation::Sum, &here, &[(&new, 1), (&again, 1)]));
                tables.push(relate(&name("met before"), patch, Relation::Within, &before, &[(&again, 1)]));
                let next = until(quarter, before.and(&new));
                tables.push(relate(&name("first met until"), patch, Relation::Sum, &next, &[(&before, 1), (&new, 1)]));
                next
            }
        });
    }
    let after =
        Known::latent("first met after", &format!("{} to {to}", last.key()), beyond(&|quarter| quarter > *last));
    let is_over = Quarter::of(to) <= *last;
    let parts: Vec<(&Known, usize)> =
        before.iter().chain((!is_over).then_some(&after)).map(|known| (known, 1)).collect();
    tables.push(relate("first met", patch, Relation::Sum, &everybody, &parts));
    tables
}

/// What a reader knows of how often people were met: somebody met twice was met in two quarters at most, and whoever led
/// was met more than once.
pub(super) fn met_often(often: &Table, leaders: &Table, visits: &Table) -> Vec<Table> {
    let ([patch, times, ever], [_, lead, _], [_, _, period]) =
        (often.dimensions.as_slice(), leaders.dimensions.as_slice(), visits.dimensions.as_slice())
    else {
        return Vec::new();
    };
    let (Some(leader), Some(whole)) = (lead.find("leader"), ever.categories.first()) else { return Vec::new() };
    let of = |table: &Table, at: Vec<(String, String)>, cell: &dyn Fn(usize) -> [usize; 3]| Known {
        at,
        counts: (0..patch.categories.len())
            .map(|row| table.index(&cell(row)).and_then(|i| table.exact().get(i).copied()).unwrap_or(0))
            .collect(),
    };
    let in_all = || ("period".to_owned(), whole.key.clone());
    let class = |class: usize| {
        let at = vec![in_all(), (super::TIMES_MET.to_owned(), times.categories[class].key.clone())];
        of(often, at, &|row| [row, class, 0])
    };
    let everybody = of(often, vec![in_all()], &|row| [row, 0, 0]);
    let classes: Vec<Known> = (1..times.categories.len()).map(class).collect();
    let mut tables = Vec::new();
    if let Some((once, _)) = classes.split_first() {
        let again = Known {
            at: vec![in_all(), (super::TIMES_MET.to_owned(), "more than once".to_owned())],
            counts: everybody.without(once),
        };
        tables.push(relate("once or more", patch, Relation::Sum, &everybody, &[(once, 1), (&again, 1)]));
        let leading = of(leaders, vec![in_all(), ("part".to_owned(), "leader".to_owned())], &|row| [row, leader, 0]);
        tables.push(relate("leaders among", patch, Relation::Within, &again, &[(&leading, 1)]));
    }
    let quarters: Vec<Known> = (1..period.categories.len())
        .map(|column| {
            let at = vec![("period".to_owned(), period.categories[column].key.clone())];
            of(visits, at, &|row| [row, 0, column])
        })
        .collect();
    if quarters.len() > 1 {
        let key = format!("{} to {}", period.categories[1].key, period.categories[quarters.len()].key);
        let sum = (0..patch.categories.len()).map(|row| quarters.iter().map(|known| known.counts[row]).sum()).collect();
        let visited = Known::latent("quarters of people", &key, sum);
        let parts: Vec<(&Known, usize)> = quarters.iter().map(|known| (known, 1)).collect();
        tables.push(relate("people by quarter", patch, Relation::Sum, &visited, &parts));
        let times = super::TIMES.iter().map(|(_, most, _)| *most as usize);
        let parts: Vec<(&Known, usize)> =
            classes.iter().zip(times).map(|(known, times)| (known, times.min(quarters.len()))).collect();
        tables.push(relate("people by times", patch, Relation::AtMost, &visited, &parts));
    }
    tables
}

/// A crossed dimension beside those it is crossed of: everybody stands in one combination of their answers, and each
/// answer is the sum of the combinations it is in. `made` has the published tables of the dimensions.
pub(super) fn crossing(place: &Place, crossing: &Crossing, made: &[Table]) -> Vec<Table> {
    let met = &place.engagement;
    let of: Vec<usize> = crossing.margins.iter().copied().chain([crossing.dimension]).collect();
    let named = |i: usize| met.dimensions.get(i).map(|key| super::reach(key));
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
