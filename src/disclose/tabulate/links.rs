//! What adds up to what beyond the tables that are published: what a reader knows of crossed groups, of first
//! meetings and of the ground that each category stands for.

use super::tables::{Dimension, Relation, Table};
use crate::place::{Answer, Crossing, Engagement, Idx, PatchIdx, Place, Quarter};
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

/// Who people are, in one way of telling them apart: a dimension, and the category of each combination of answers.
pub(super) struct Who {
    pub(super) group: Dimension,
    pub(super) of: Vec<Option<usize>>,
    /// How many categories somebody can be in, for all that is known.
    pub(super) most: usize,
}

/// So many counts of people met for the first time, by patch, group and quarter, are told apart; of more those of the whole
/// place alone, so that protecting a large place takes seconds.
const MOST_FIRST: usize = 400;

/// What a reader knows of first meetings of each group: who was met for the first time in a quarter was met in it, who was
/// met in a quarter was met for the first time by then, and everybody once.
pub(super) fn first_met_by(met: &Engagement, who: &Who, visits: &Table, quarters: &[Quarter]) -> Vec<Table> {
    let [patch, visit, period] = visits.dimensions.as_slice() else { return Vec::new() };
    let (Some(_), Some((from, to))) = (visit.find("first"), met.days) else { return Vec::new() };
    let (Some(began), Some(last)) = (quarters.first(), quarters.last()) else { return Vec::new() };
    let (Who { group, of, most }, name) = (who, &who.group.name);
    let is_by_patch = patch.categories.len() * most * quarters.len() <= MOST_FIRST;
    let patches = if is_by_patch { patch.categories.len() } else { 1 };
    // A count at its patch and group, and in their totals.
    let places = |home: Option<PatchIdx>, combination: usize| {
        let row = home.map_or_else(|| patch.find("outside"), |patch| Some(patch.index() + 1));
        let own = row.zip(of.get(combination).copied().flatten());
        let all = own.into_iter().flat_map(|(row, at)| [[row, at], [row, 0], [0, at], [0, 0]]);
        all.filter(|[row, _]| *row < patches)
    };
    // Columns: the whole time, the quarters told apart, before them and after them.
    let (before, after) = (quarters.len() + 1, quarters.len() + 2);
    let column = |quarter: Quarter| match quarters.iter().position(|own| *own == quarter) {
        Some(at) => at + 1,
        None if quarter < *began => before,
        None => after,
    };
    let (mut people, mut new) = (BTreeMap::new(), BTreeMap::new());
    for cell in &met.met {
        for [row, at] in places(cell.patch, cell.combination) {
            *people.entry((row, at, cell.quarter.map_or(0, column))).or_insert(0) += cell.count.people as u64;
        }
    }
    for cell in &met.first_met {
        for [row, at] in places(cell.patch, cell.combination) {
            *new.entry((row, at, column(cell.quarter))).or_insert(0) += cell.people as u64;
        }
    }
    let here = |column: usize| vec![("period".to_owned(), period.categories[column].key.clone())];
    let first = |column: usize| match column {
        _ if column == before => vec![("first met until".to_owned(), began.before().key())],
        _ if column == after => vec![("first met after".to_owned(), format!("{} to {to}", last.key()))],
        _ => here(column).into_iter().chain([("visit".to_owned(), "first".to_owned())]).collect(),
    };
    let relate = |what: &str, relation: Relation, all: &[(usize, Vec<usize>)]| {
        let mut dimension = Dimension::new(&format!("{what} by {name}"), relation);
        let mut cells = Vec::new();
        for (whole, parts) in all {
            let at = dimension.push(&format!("{}", cells.len()), "", None);
            dimension.alias(at, here(*whole));
            cells.push((&people, *whole));
            for part in parts {
                let own = dimension.push(&format!("{}", cells.len()), "", Some(at));
                dimension.alias(own, first(*part));
                cells.push((&new, *part));
            }
        }
        let title = dimension.name.clone();
        let dimensions = is_by_patch.then(|| patch.clone()).into_iter().chain([group.clone(), dimension]).collect();
        let mut table = Table::new(&title, "people", dimensions);
        for row in 0..patches {
            for at in 0..group.categories.len() {
                for (own, (counts, column)) in cells.iter().enumerate() {
                    let count = counts.get(&(row, at, *column)).copied().unwrap_or(0);
                    let all = [row, at, own];
                    table.add(if is_by_patch { &all } else { &all[1..] }, count);
                }
            }
        }
        table.latent()
    };
    let all = 1..=quarters.len();
    let earlier = || (*began > Quarter::of(from)).then_some(before).into_iter();
    let since = (Quarter::of(to) > *last).then_some(after);
    let within: Vec<(usize, Vec<usize>)> = all.clone().map(|column| (column, vec![column])).collect();
    let until: Vec<_> = all.clone().map(|column| (column, earlier().chain(1..=column).collect())).collect();
    let once = [(0, earlier().chain(all).chain(since).collect())];
    vec![
        relate("first met in", Relation::Within, &within),
        relate("first met by then", Relation::AtMost, &until),
        relate("first met once", Relation::Sum, &once),
    ]
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
        let times = super::TIMES.iter().map(|(_, _, most)| *most as usize);
        let parts: Vec<(&Known, usize)> =
            classes.iter().zip(times).map(|(known, times)| (known, times.min(quarters.len()))).collect();
        tables.push(relate("people by times", patch, Relation::AtMost, &visited, &parts));
    }
    tables
}

fn key_of(place: &Place, answer: Answer) -> String {
    match answer {
        Answer::Group(group) => {
            place.groups.as_slice().get(group.index()).map_or("unmatched", |group| group.key.as_str()).to_owned()
        }
        Answer::Unmatched => "unmatched".to_owned(),
        Answer::NotRecorded => super::NOT_RECORDED.to_owned(),
    }
}

/// What crossed groups raised beside what those they are crossed of did: each answer is the sum of the crossed groups in it
/// and of the rest of it, of whom another answer is not recorded. `made` has the published tables of themes by group.
pub(super) fn themes_crossed(place: &Place, crossing: &Crossing, made: &[Table]) -> Vec<Table> {
    let met = &place.engagement;
    let of = |i: usize| {
        let name = met.dimensions.get(i)?;
        Some((name, made.iter().find(|table| table.name == super::themes_by(name))?))
    };
    let Some((crossed, fine)) = of(crossing.dimension) else { return Vec::new() };
    let mut tables = Vec::new();
    for (margin, coarse) in crossing.margins.iter().filter_map(|&i| Some((i, of(i)?))) {
        let (name, coarse) = coarse;
        let ([fine_by, theme, years], [coarse_by, _, _]) = (fine.dimensions.as_slice(), coarse.dimensions.as_slice())
        else {
            continue;
        };
        let mut within: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let given = met.combinations.iter().filter_map(|all| Some((*all.get(crossing.dimension)?, *all.get(margin)?)));
        let nth = crossing.margins.iter().position(|of| *of == margin);
        let meant = crossing.together.iter().filter_map(|all| Some((*all.last()?, *all.get(nth?)?)));
        for (own, of) in given.chain(meant).filter(|(own, _)| matches!(own, Answer::Group(_))) {
            within.entry(key_of(place, own)).or_default().insert(key_of(place, of));
        }
        let only = |key: &str| within.get(key).filter(|of| of.len() == 1).and_then(BTreeSet::first);
        // Each category of a table of themes by what it stands for, with its exact counts.
        let row = |table: &Table, at: usize| -> Vec<(u64, u64)> {
            let cells = (0..theme.categories.len()).filter_map(|theme| table.index(&[at, theme, 0]));
            cells.map(|i| (table.exact()[i], table.exact_contributors()[i])).collect()
        };
        let mut dimension = Dimension::new(&format!("{name} by combination for {crossed}, raised"), Relation::Sum);
        let mut rows: Vec<Vec<(u64, u64)>> = Vec::new();
        let rest = format!("rest of {name} for {crossed}");
        let mut add = |rows: &mut Vec<Vec<(u64, u64)>>, parent, at: (&str, &str), counts: Vec<(u64, u64)>| {
            let own = dimension.push(&format!("{}", rows.len()), "", parent);
            dimension.alias(own, [(at.0.to_owned(), at.1.to_owned())]);
            rows.push(counts);
            own
        };
        let sum_of = |rows: &[Vec<(u64, u64)>]| -> Vec<(u64, u64)> {
            (0..theme.categories.len()).map(|t| (rows.iter().map(|row| row[t].0).sum(), 0)).collect()
        };
        let (mut rests, mut is_possible) = (Vec::new(), true);
        for (at, answer) in coarse_by.categories.iter().enumerate().filter(|(_, one)| one.parent.is_some()) {
            let whole = add(&mut rows, None, (name, &answer.key), row(coarse, at));
            let mut left = row(coarse, at);
            for (fine_at, part) in fine_by.categories.iter().enumerate().filter(|(_, one)| one.parent.is_some()) {
                if only(&part.key) == Some(&answer.key) {
                    add(&mut rows, Some(whole), (crossed, &part.key), row(fine, fine_at));
                    for (left, part) in left.iter_mut().zip(row(fine, fine_at)) {
                        is_possible &= part.0 <= left.0;
                        *left = (left.0.saturating_sub(part.0), 0);
                    }
                }
            }
            left.iter_mut().for_each(|left| left.1 = 0);
            add(&mut rows, Some(whole), (&rest, &answer.key), left.clone());
            rests.push((answer.key.clone(), left));
        }
        let loose = fine_by.categories.iter().enumerate().filter(|(_, one)| one.parent.is_some());
        let loose: Vec<(&str, Vec<(u64, u64)>)> = loose
            .filter(|(_, one)| only(&one.key).is_none())
            .map(|(at, one)| (one.key.as_str(), row(fine, at)))
            .collect();
        let of_rests: Vec<Vec<(u64, u64)>> = rests.iter().map(|(_, counts)| counts.clone()).collect();
        let all = sum_of(&of_rests);
        let whole = add(&mut rows, None, (&rest, "by answer"), all.clone());
        for (key, counts) in rests {
            add(&mut rows, Some(whole), (&rest, &key), counts);
        }
        let whole = add(&mut rows, None, (&rest, "by answer"), all);
        for (key, counts) in loose {
            add(&mut rows, Some(whole), (crossed, key), counts);
        }
        if !is_possible {
            continue;
        }
        let title = format!("themes-{name}-of-{crossed}");
        let mut table = Table::of_amounts(&title, super::RAISED, vec![dimension, theme.clone(), years.clone()]);
        for (at, counts) in rows.iter().enumerate() {
            for (theme, &(count, people)) in counts.iter().enumerate() {
                table.add(&[at, theme, 0], count);
                table.set_contributors(&[at, theme, 0], people);
            }
        }
        tables.push(table.latent());
    }
    tables
}

/// Combinations in which an answer is not recorded, and which nobody gave: that they are nobody's is nothing that is told
/// of them, so that hidden noughts may be in them.
fn unanswered(place: &Place, crossing: &Crossing, seen: &BTreeSet<Vec<Answer>>) -> Vec<Vec<Answer>> {
    let mut all: Vec<Vec<Answer>> = vec![Vec::new()];
    for &margin in &crossing.margins {
        let answers = super::answers(place, Some(margin));
        let with = |known: &Vec<Answer>| {
            let known = known.clone();
            answers.iter().map(move |&answer| known.iter().copied().chain([answer]).collect()).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(with).collect();
    }
    let is_known: BTreeSet<&[Answer]> = seen.iter().filter_map(|all| all.split_last()).map(|(_, of)| of).collect();
    all.retain(|of| of.contains(&Answer::NotRecorded) && !of.contains(&Answer::Unmatched) && !is_known.contains(&**of));
    all.iter_mut().for_each(|of| of.push(Answer::NotRecorded));
    all
}

/// A crossed dimension beside those it is crossed of: everybody stands in one combination of their answers, and each
/// answer is the sum of the combinations it is in. `made` has the published tables of the dimensions.
pub(super) fn crossing(place: &Place, crossing: &Crossing, made: &[Table]) -> (Vec<Table>, Option<Who>) {
    let met = &place.engagement;
    let of: Vec<usize> = crossing.margins.iter().copied().chain([crossing.dimension]).collect();
    let named = |i: usize| met.dimensions.get(i).map(|key| super::reach(key));
    let Some(first) = named(crossing.dimension).and_then(|name| made.iter().find(|table| table.name == name)) else {
        return (Vec::new(), None);
    };
    let [patch, _, period] = first.dimensions.as_slice() else { return (Vec::new(), None) };
    let part = |answers: &[Answer]| -> Vec<Answer> { of.iter().filter_map(|&i| answers.get(i)).copied().collect() };
    let mut combinations: BTreeSet<Vec<Answer>> = met.combinations.iter().map(|answers| part(answers)).collect();
    let seen = combinations.len();
    combinations.extend(unanswered(place, crossing, &combinations));
    combinations.extend(crossing.together.iter().cloned());
    let key_of = |answer: Answer| key_of(place, answer);
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
    let mut group = Dimension::new(&format!("{together}, each"), Relation::Sum);
    let all = group.push("all", "", None);
    let mut at = BTreeMap::new();
    for combination in &combinations {
        let word = word(combination);
        let own = group.push(&word, "", Some(all));
        group.alias(own, [(together.clone(), word)]);
        at.insert(combination.clone(), own);
    }
    let of_each = met.combinations.iter().map(|answers| at.get(&part(answers)).copied()).collect();
    let who = Who { group, of: of_each, most: seen + 1 };
    let sums_periods = period.relation == Relation::Sum;
    let tables = of
        .iter()
        .enumerate()
        .map(|(nth, &i)| {
            let name = &met.dimensions[i];
            let crossed = &met.dimensions[crossing.dimension];
            let mut dimension = Dimension::new(&format!("{name} by combination for {crossed}"), Relation::Sum);
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
        .collect();
    (tables, Some(who))
}
