//! By hand on small tables, and on a thousand made by chance.

use super::*;
use crate::measure::tables::{Dimension, Relation, Table, Tables};
use rand::seq::SliceRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

const POLICY: Policy = Policy { threshold: 10, rounding: 5 };

/// A dimension with a total and its parts.
fn flat(name: &str, relation: Relation, parts: &[&str]) -> Dimension {
    let mut dimension = Dimension::new(name, relation);
    let all = dimension.push("all", "All", None);
    for part in parts {
        dimension.push(part, part, Some(all));
    }
    dimension
}

/// A table from the counts of its smallest cells, patch by patch.
fn table(dimensions: Vec<Dimension>, counts: &[u64]) -> Table {
    let mut table = Table::new("reach", "people", dimensions);
    let sizes: Vec<usize> = table.dimensions.iter().map(|d| d.categories.len() - 1).collect();
    for (i, &count) in counts.iter().enumerate() {
        let mut rest = i;
        let mut at: Vec<usize> = sizes
            .iter()
            .rev()
            .map(|size| {
                let category = rest % size;
                rest /= size;
                category + 1
            })
            .collect();
        at.reverse();
        table.add(&at, count);
    }
    table.roll_up();
    table
}

fn patch_by_sex(counts: [u64; 4]) -> Tables {
    let patch = flat("patch", Relation::Sum, &["east", "west"]);
    let sex = flat("sex", Relation::Sum, &["female", "male"]).of_people();
    Tables { tables: vec![table(vec![patch, sex], &counts)] }
}

fn protected(tables: &Tables) -> Protected {
    protect(tables, &POLICY, &[]).expect("it can be protected")
}

/// Nothing is wrong with the tables by the audit, and hidden small counts may be any small count.
fn is_safe(releases: &[Release]) -> Audit {
    let audit = audit(releases, &POLICY).expect("it can be audited");
    assert!(audit.exposed.is_empty(), "{:#?}\n{releases:#?}", audit.exposed);
    audit
}

#[test]
fn a_small_count_is_hidden_and_so_is_the_other_half_that_would_tell_it() {
    // 50 met, 1 of them male: all met - female leaves 1 to 5.
    let release = protected(&patch_by_sex([49, 1, 80, 70]));
    let shown = release.table("reach").expect("the table");
    assert_eq!(shown.cell_by_key(&["east", "male"]), Some(Cell::Hidden));
    assert_eq!(shown.cell_by_key(&["east", "female"]), Some(Cell::Hidden));
    assert_eq!(shown.cell_by_key(&["east", "all"]), Some(Cell::Shown(50)));
    is_safe(&[release]);
}

#[test]
fn hiding_small_counts_alone_is_not_enough_and_the_audit_says_how() {
    let mut release = protect(&patch_by_sex([49, 1, 80, 70]), &Policy::NONE, &[]).expect("shown");
    release.policy = POLICY;
    for table in &mut release.tables {
        table.policy = POLICY;
        for cell in &mut table.cells {
            *cell = match cell.value() {
                Some(count) if (1..10).contains(&count) => Cell::Hidden,
                Some(count) => POLICY.round(count),
                None => *cell,
            };
        }
    }
    let audit = audit(&[release], &POLICY).expect("it can be audited");
    let [finding] = &audit.exposed[..] else { panic!("{:?}", audit.exposed) };
    assert_eq!(finding.cell, "people, patch east, sex male");
    assert_eq!((finding.least, finding.most), (1, Some(4)), "beside a count that is shown, hidden is somebody");
    assert!(!finding.by.is_empty(), "it says by which counts");
}

#[test]
fn without_protection_the_audit_finds_every_small_count() {
    let release = protect(&patch_by_sex([49, 1, 80, 3]), &Policy::NONE, &[]).expect("shown");
    let audit = audit(&[release], &POLICY).expect("it can be audited");
    let mut cells: Vec<&str> = audit.exposed.iter().map(|f| f.cell.as_str()).collect();
    cells.sort_unstable();
    assert_eq!(cells, ["people, patch east, sex male", "people, patch west, sex male", "people, sex male"]);
}

#[test]
fn nought_is_shown_where_somebody_else_is_shown() {
    let release = protected(&patch_by_sex([40, 0, 80, 70]));
    // Everybody met in the east is female: that is not said.
    assert_eq!(release.tables[0].cell_by_key(&["east", "female"]), Some(Cell::Hidden));
    assert_eq!(release.tables[0].cell_by_key(&["east", "male"]), Some(Cell::Hidden));
    is_safe(&[release]);
    let patch = flat("patch", Relation::Sum, &["east", "west"]);
    let age = flat("age", Relation::Sum, &["young", "middle", "old"]).of_people();
    let three = Tables { tables: vec![table(vec![patch, age], &[40, 50, 0, 80, 70, 60])] };
    let release = protected(&three);
    assert_eq!(release.tables[0].cell_by_key(&["east", "old"]), Some(Cell::Zero));
    assert_eq!(release.tables[0].summary().hidden, 0);
    is_safe(&[release]);
}

#[test]
fn tables_that_say_different_things_of_the_same_people_are_refused() {
    let patch = || flat("patch", Relation::Sum, &["east", "west"]);
    let one = table(vec![patch(), flat("sex", Relation::Sum, &["female", "male"])], &[49, 12, 80, 70]);
    let other = table(vec![patch(), flat("age", Relation::Sum, &["young", "old"])], &[49, 13, 80, 70]);
    let refused = protect(&Tables { tables: vec![one, other] }, &POLICY, &[]).expect_err("61 are not 62");
    assert!(refused.to_string().starts_with("table reach counts people"), "{refused}");
    assert!(!refused.to_string().contains("61"), "a message tells no count");
}

#[test]
fn the_same_cell_has_the_same_marker_in_every_table() {
    let patch = || flat("patch", Relation::Sum, &["east", "west", "north"]);
    let mut sex = table(vec![patch(), flat("sex", Relation::Sum, &["f", "m"])], &[3, 2, 80, 70, 30, 31]);
    let mut age = table(vec![flat("age", Relation::Sum, &["young", "old"]), patch()], &[4, 75, 41, 1, 75, 20]);
    sex.name = "reach-sex".into();
    age.name = "reach-age".into();
    let release = protected(&Tables { tables: vec![sex, age] });
    let of = |name: &str, keys: &[&str]| release.table(name).and_then(|t| t.cell_by_key(keys));
    for patch in ["all", "east", "west", "north"] {
        assert_eq!(of("reach-sex", &[patch, "all"]), of("reach-age", &["all", patch]), "{patch}");
    }
    is_safe(&[release]);
}

#[test]
fn what_one_quarter_hides_the_year_does_not_tell() {
    let mut period = Dimension::new("period", Relation::Sum);
    let year = period.push("2025", "2025", None);
    for quarter in ["q1", "q2", "q3", "q4"] {
        period.push(quarter, quarter, Some(year));
    }
    let patch = flat("patch", Relation::Sum, &["east", "west"]);
    let mut table = Table::new("reach", "people", vec![patch, period]);
    for (patch, counts) in [(1, [40, 30, 1, 20]), (2, [50, 50, 50, 50])] {
        for (quarter, count) in counts.into_iter().enumerate() {
            table.add(&[patch, quarter + 1], count);
        }
    }
    table.roll_up();
    let release = protected(&Tables { tables: vec![table] });
    assert_eq!(release.tables[0].cell_by_key(&["east", "q3"]), Some(Cell::Hidden));
    is_safe(&[release]);
}

#[test]
fn an_amount_is_held_against_the_number_of_people_it_is_of() {
    let patch = flat("patch", Relation::Sum, &["east", "west", "north"]);
    let mut hours = Table::of_amounts("hours", "hours", vec![patch]);
    for (patch, (amount, people)) in [(1, (200, 2)), (2, (300, 40)), (3, (350, 50))] {
        hours.add(&[patch], amount);
        hours.add_contributors(&[patch], people);
    }
    hours.roll_up();
    let release = protected(&Tables { tables: vec![hours] });
    let cell = |key: &str| release.tables[0].cell_by_key(&[key]).expect("a cell");
    assert_eq!(cell("east"), Cell::Hidden);
    assert!([cell("west"), cell("north"), cell("all")].contains(&Cell::Hidden), "the rest would tell the east");
    is_safe(&[release]);
}

#[test]
fn that_few_people_have_nothing_is_shown() {
    let mut hours = Table::of_amounts("hours", "hours", vec![flat("patch", Relation::Sum, &["east", "west"])]);
    hours.add_contributors(&[1], 3);
    hours.add_contributors(&[2], 30);
    hours.roll_up();
    let release = protected(&Tables { tables: vec![hours] });
    assert!(release.tables[0].cells.iter().all(|cell| *cell == Cell::Zero));
    is_safe(&[release]);
}

/// Tables of any shape this house makes: nested patches, groups, periods that add up or overlap, themes.
fn by_chance(seed: u64) -> Tables {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let mut patch = Dimension::new("patch", Relation::Sum);
    let all = patch.push("all", "All", None);
    for i in 0..chance.random_range(1..6) {
        let patch_i = patch.push(&format!("p{i}"), "", Some(all));
        if chance.random_range(0..4) == 0 {
            patch.push(&format!("p{i}-a"), "", Some(patch_i));
            patch.push(&format!("p{i}-b"), "", Some(patch_i));
        }
    }
    let mut period = Dimension::new("period", if chance.random() { Relation::Sum } else { Relation::Union });
    let ever = chance.random::<bool>().then(|| period.push("ever", "", None));
    for i in 0..chance.random_range(1..5) {
        period.push(&format!("q{i}"), "", ever);
    }
    let groups: Vec<String> = (0..chance.random_range(2..7)).map(|i| format!("g{i}")).collect();
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    let sex = flat("sex", Relation::Sum, &groups[..2]).of_people();
    let ethnic_group = flat("ethnic_group", Relation::Sum, &groups).of_people();
    let theme = flat("theme", Relation::Within, &["housing", "money", "company"]).of_people();
    let scale = [3.0, 12.0, 40.0, 300.0][chance.random_range(0..4)];
    let people = people_by_chance(&mut chance, &patch, &period, groups.len(), scale);
    let mut tables = vec![count("reach-sex", &people, &[&patch, &sex, &period], &mut |p| vec![p.sex])];
    if chance.random() {
        let dimensions = [&patch, &ethnic_group, &period];
        tables.push(count("reach-ethnic_group", &people, &dimensions, &mut |p| vec![p.ethnic_group]));
    }
    if chance.random() {
        tables.push(count("themes", &people, &[&patch, &theme, &period], &mut |p| p.themes.clone()));
    }
    Tables { tables }
}

struct Person {
    patch: usize,
    periods: Vec<usize>,
    sex: usize,
    ethnic_group: usize,
    themes: Vec<usize>,
}

fn leaves_of(dimension: &Dimension) -> Vec<usize> {
    (0..dimension.categories.len()).filter(|&c| dimension.parts(c).next().is_none()).collect()
}

fn people_by_chance(
    chance: &mut impl Rng,
    patch: &Dimension,
    period: &Dimension,
    groups: usize,
    scale: f64,
) -> Vec<Person> {
    let mut people = Vec::new();
    for at in leaves_of(patch) {
        for when in leaves_of(period) {
            let number = (scale * 4.0 * chance.random::<f64>().powi(2)) as usize;
            for _ in 0..number {
                let mut periods = vec![when];
                if period.relation == Relation::Union && chance.random_range(0..3) == 0 {
                    let others = leaves_of(period);
                    periods.push(others[chance.random_range(0..others.len())]);
                    periods.dedup();
                }
                people.push(Person {
                    patch: at,
                    periods,
                    sex: 1 + usize::from(chance.random_range(0..5) == 0),
                    ethnic_group: 1 + chance.random_range(0..groups).min(chance.random_range(0..groups)),
                    themes: (1..4).filter(|_| chance.random_range(0..6) == 0).collect(),
                });
            }
        }
    }
    people.shuffle(chance);
    people
}

/// Counts distinct people in every cell, wholes too.
fn count(
    name: &str,
    people: &[Person],
    dimensions: &[&Dimension; 3],
    of: &mut dyn FnMut(&Person) -> Vec<usize>,
) -> Table {
    let up = |dimension: &Dimension, from: &[usize]| {
        let mut found = std::collections::BTreeSet::new();
        for &category in from {
            let mut at = Some(category);
            while let Some(category) = at {
                found.insert(category);
                at = dimension.categories[category].parent;
            }
        }
        found
    };
    let mut table = Table::new(name, "people", dimensions.iter().map(|d| (*d).clone()).collect());
    for person in people {
        let (patches, periods) = (up(dimensions[0], &[person.patch]), up(dimensions[2], &person.periods));
        let mut groups = up(dimensions[1], &of(person));
        groups.insert(0);
        for &patch in &patches {
            for &group in &groups {
                periods.iter().for_each(|&period| table.add(&[patch, group, period], 1));
            }
        }
    }
    table
}

/// Cells with somebody, those of them hidden, and those of them small.
fn protected_by_chance(seed: u64) -> [usize; 3] {
    let tables = by_chance(seed);
    let release = protect(&tables, &POLICY, &[]).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
    let found = audit(std::slice::from_ref(&release), &POLICY).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
    assert!(found.exposed.is_empty(), "seed {seed}: {:#?}", found.exposed);
    assert_eq!(release.told_before, 0, "seed {seed}");
    let mut counted = [0; 3];
    for (exact, shown) in tables.tables.iter().zip(&release.tables) {
        for (&exact, &shown) in exact.exact().iter().zip(&shown.cells) {
            let is_small = (1..10).contains(&exact);
            assert!(shown == Cell::Hidden || !is_small, "seed {seed} shows {exact}");
            assert!(shown == Cell::Hidden || shown == POLICY.round(exact), "seed {seed} shows {exact} wrongly");
            counted[0] += usize::from(exact > 0);
            counted[1] += usize::from(exact > 0 && shown == Cell::Hidden);
            counted[2] += usize::from(is_small);
        }
    }
    counted
}

#[test]
fn a_thousand_tables_by_chance_give_nothing_away() {
    let counted = (0..1000).into_par_iter().map(protected_by_chance);
    let [cells, hidden, small] = counted.reduce(|| [0; 3], |a, b| [a[0] + b[0], a[1] + b[1], a[2] + b[2]]);
    // That the tables are hard ones, and that protecting them leaves something to read: of 100 cells with
    // somebody 38 are small, and 13 more are hidden for their sake.
    assert!(small * 3 > cells, "{small} small counts of {cells}");
    assert!(hidden < small + cells / 7, "{hidden} of {cells} hidden");
}

#[test]
fn the_order_of_tables_and_categories_decides_nothing() {
    for seed in 0..40 {
        let tables = by_chance(seed);
        let mut turned = tables.clone();
        turned.tables.reverse();
        let (one, other) = (protected(&tables), protected(&turned));
        for table in &one.tables {
            assert_eq!(Some(table), other.table(&table.name), "seed {seed}");
        }
        assert_eq!(one, protected(&tables), "seed {seed}: the same tables, the same release");
    }
}

#[test]
fn a_lower_threshold_hides_no_more_small_counts() {
    for seed in 0..40 {
        let tables = by_chance(seed);
        let at = |threshold| protect(&tables, &Policy { threshold, rounding: 5 }, &[]).expect("protected");
        let (low, high) = (at(5), at(10));
        for ((exact, low), high) in tables.tables.iter().zip(&low.tables).zip(&high.tables) {
            for ((&exact, &low), &high) in exact.exact().iter().zip(&low.cells).zip(&high.cells) {
                assert!(!(1..5).contains(&exact) || (low == Cell::Hidden && high == Cell::Hidden));
            }
        }
        let hidden = |release: &Protected| release.tables.iter().map(|t| t.summary().hidden).sum::<usize>();
        assert!(hidden(&low) <= hidden(&high), "seed {seed}: {} {}", hidden(&low), hidden(&high));
    }
}

/// The same people with another quarter after, and some records come late.
fn second_release(seed: u64, late: usize) -> (Tables, Tables) {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let patch = flat("patch", Relation::Sum, &["p1", "p2", "p3"]);
    let sex = flat("sex", Relation::Sum, &["f", "m", "not_recorded"]).of_people();
    let relation = if seed.is_multiple_of(2) { Relation::Sum } else { Relation::Union };
    let period = |quarters: &[&str]| flat("period", relation, quarters);
    let (one, two) = (period(&["q1", "q2"]), period(&["q1", "q2", "q3"]));
    let mut people = people_by_chance(&mut chance, &patch, &two, 3, [4.0, 20.0, 60.0][(seed % 3) as usize]);
    people.iter_mut().for_each(|person| person.sex = person.sex.min(2) + usize::from(person.ethnic_group == 3));
    let is_late = |i: usize| i < late;
    let count = |people: &[Person], period: &Dimension| Tables {
        tables: vec![count("reach-sex", people, &[&patch, &sex, period], &mut |p| vec![p.sex])],
    };
    let mut first = Vec::new();
    for (i, person) in people.iter().enumerate() {
        let periods: Vec<usize> = person.periods.iter().copied().filter(|&p| p < 3).collect();
        if !periods.is_empty() && !is_late(i) {
            first.push(Person { periods, themes: Vec::new(), ..*person });
        }
    }
    (count(&first, &one), count(&people, &two))
}

/// The exact count of the cell that the audit calls so.
fn exact_of(tables: &Tables, name: &str) -> u64 {
    let table = &tables.tables[0];
    let sizes: Vec<usize> = table.dimensions.iter().map(|d| d.categories.len()).collect();
    for (i, &exact) in table.exact().iter().enumerate() {
        let at = [i / sizes[2] / sizes[1], i / sizes[2] % sizes[1], i % sizes[2]];
        let mut own = "people".to_owned();
        for k in [0, 2, 1].into_iter().filter(|&k| at[k] > 0) {
            let dimension = &table.dimensions[k];
            own += &format!(", {} {}", dimension.name, dimension.categories[at[k]].key);
        }
        if own == name {
            return exact;
        }
    }
    panic!("no cell {name}")
}

/// The ends told before of a pair of releases; panics when together they give a small count away.
fn pair_by_chance(seed: u64) -> usize {
    let late = if seed % 4 == 3 { 3 } else { 0 };
    let (before, exact) = second_release(seed, late);
    let first = protected(&before);
    let second = protect(&exact, &POLICY, std::slice::from_ref(&first)).expect("protected");
    let told_before = second.told_before;
    let found = audit(&[first, second], &POLICY).expect("audited");
    // Who takes it that no record came late may conclude what is wrong; what is right must not be small.
    let is_right = |finding: &&Finding| {
        const OLD: &str = ", period all (as published 1 before)";
        let of = if finding.cell.contains(OLD) { &before } else { &exact };
        let exact = exact_of(of, &finding.cell.replace(OLD, ""));
        finding.least <= exact && finding.most.is_none_or(|most| exact <= most) && (1..10).contains(&exact)
    };
    let exposed = found.exposed.iter().filter(|finding| late == 0 || is_right(finding)).collect::<Vec<_>>();
    // A late record in what was nought and shown as nought cannot be hidden: that is told, and counted.
    assert!(exposed.is_empty() || late > 0 && exposed.len() <= told_before, "seed {seed}: {exposed:?}");
    told_before
}

#[test]
fn a_thousand_pairs_of_releases_give_no_more_away_than_each_alone() {
    let told_before: Vec<usize> = (0..1000).into_par_iter().map(pair_by_chance).collect();
    let (punctual, late): (Vec<_>, Vec<_>) = told_before.iter().enumerate().partition(|(seed, _)| seed % 4 != 3);
    let sum = |told: &[(usize, &usize)]| told.iter().map(|(_, told)| **told).sum::<usize>();
    // A few ends (4) cannot be reached whatever is hidden now, because the first release was shown already: a count
    // that can be 2 to 10, say, and not 1 to 9. The audit above finds none of them narrow.
    assert!(sum(&punctual) < 8, "without late records {} ends were told before", sum(&punctual));
    assert!(sum(&late) < 100, "in 250 pairs with late records {} counts were told before", sum(&late));
}

#[test]
fn a_release_made_without_the_one_before_it_can_give_a_count_away() {
    let exposed = (0..120).filter(|&seed| {
        let (first, second) = second_release(seed, 0);
        let (first, second) = (protected(&first), protected(&second));
        let found = audit(&[first, second], &POLICY).expect("audited");
        found.exposed.iter().any(|finding| finding.least < 10)
    });
    let exposed = exposed.count();
    assert!(exposed > 0, "the test above tests nothing");
}

#[test]
fn what_was_hidden_stays_hidden_until_many_have_come_in() {
    let patch = |counts: &[u64]| Tables {
        tables: vec![table(vec![flat("patch", Relation::Sum, &["a", "b", "c", "d"])], counts)],
    };
    let first = protected(&patch(&[8, 60, 70, 7]));
    let of = |release: &Protected| release.tables[0].cell_by_key(&["a"]);
    assert_eq!(of(&first), Some(Cell::Hidden));
    let again = |count| protect(&patch(&[count, 60, 70, 7]), &POLICY, std::slice::from_ref(&first)).expect("protected");
    assert_eq!(of(&again(11)), Some(Cell::Hidden));
    assert_eq!(of(&again(40)), Some(Cell::Shown(40)));
}

/// One patch whose groups have these counts, beside one whose groups are all large.
fn one_patch(counts: &[u64]) -> Tables {
    let groups: Vec<String> = (0..counts.len()).map(|i| format!("g{i:02}")).collect();
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    let dimensions = vec![flat("patch", Relation::Sum, &["a", "b"]), flat("group", Relation::Sum, &groups).of_people()];
    let large = counts.iter().map(|_| 300);
    Tables { tables: vec![table(dimensions, &counts.iter().copied().chain(large).collect::<Vec<_>>())] }
}

#[test]
fn groups_of_one_person_each_are_not_told_by_being_hidden_and_so_not_nought() {
    for (policy, counts) in [
        (POLICY, vec![10, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]),
        (POLICY, vec![10, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]),
        (POLICY, vec![10, 1, 2, 1, 2, 1, 1, 1, 0, 2]),
        (POLICY, vec![12, 1, 1, 1, 1, 1, 1, 0, 0]),
        (Policy { threshold: 5, rounding: 1 }, vec![20, 1, 1, 1, 1]),
        (Policy { threshold: 5, rounding: 1 }, vec![20, 1, 0, 2, 1]),
        (Policy { threshold: 3, rounding: 1 }, vec![40, 1, 1]),
    ] {
        let release = protect(&one_patch(&counts), &policy, &[]).expect("protected");
        let found = audit(&[release.clone()], &policy).expect("audited");
        assert!(found.exposed.is_empty(), "{counts:?}: {:#?}", found.exposed);
        assert_eq!(release.told_before, 0, "{counts:?}");
        let mut weaker = release;
        // Protection that forgets what a marker tells is found.
        let [table] = weaker.tables.as_mut_slice() else { panic!("one table") };
        let exact = one_patch(&counts);
        for (cell, &exact) in table.cells.iter_mut().zip(exact.tables[0].exact()) {
            if exact == 0 || exact >= policy.threshold {
                *cell = policy.round(exact);
            }
        }
        assert!(!audit(&[weaker], &policy).expect("audited").exposed.is_empty(), "{counts:?}");
    }
}

#[test]
fn patches_of_one_person_each_are_not_told_either() {
    let group = flat("group", Relation::Sum, &["x", "y"]).of_people();
    let patches: Vec<String> = (0..12).map(|i| format!("p{i:02}")).collect();
    let patches: Vec<&str> = patches.iter().map(String::as_str).collect();
    let counts: Vec<u64> = (0..12).flat_map(|i| [1, 60 + i]).collect();
    let tables = Tables { tables: vec![table(vec![flat("patch", Relation::Sum, &patches), group], &counts)] };
    let release = protected(&tables);
    assert_eq!(release.told_before, 0);
    is_safe(&[release]);
}

#[test]
fn releases_that_contradict_each_other_are_reconciled_however_many_there_are() {
    let mut chance = ChaCha8Rng::seed_from_u64(5);
    for _ in 0..20 {
        let mut releases: Vec<Release> = Vec::new();
        let mut counts = [30_u64, 4, 52, 9, 17, 80];
        for _ in 0..6 {
            // Records are added, corrected and deleted.
            counts.iter_mut().for_each(|count| *count = (*count + chance.random_range(0..9)).saturating_sub(5));
            let patch = flat("patch", Relation::Sum, &["a", "b", "c"]);
            let tables = Tables {
                tables: vec![table(vec![patch, flat("sex", Relation::Sum, &["f", "m"]).of_people()], &counts)],
            };
            releases.push(protect(&tables, &POLICY, &releases).expect("there is always a world"));
            audit(&releases, &POLICY).expect("and an attack");
        }
    }
}

/// Patches made of zones, each with so many people of two groups.
fn of_zones(patches: &[(&str, &[(&str, [u64; 2])])]) -> Tables {
    let mut patch = Dimension::new("patch", Relation::Sum);
    let all = patch.push("all", "", None);
    let mut counts = Vec::new();
    for (key, zones) in patches {
        let at = patch.push(key, key, Some(all));
        patch.ground(at, zones.iter().map(|(zone, _)| (*zone).to_owned()));
        counts.extend([0, 1].map(|group| zones.iter().map(|(_, counts)| counts[group]).sum::<u64>()));
    }
    Tables { tables: vec![table(vec![patch, flat("group", Relation::Sum, &["x", "y"]).of_people()], &counts)] }
}

#[test]
fn a_zone_that_changes_its_patch_is_not_told_by_two_releases_together() {
    let (z1, z2, z3, z4) = (("z1", [40, 50]), ("z2", [3, 2]), ("z3", [60, 30]), ("z4", [90, 80]));
    let before = protected(&of_zones(&[("a", &[z1, z2]), ("b", &[z3]), ("c", &[z4])]));
    let now = of_zones(&[("a", &[z1]), ("b", &[z2, z3]), ("c", &[z4])]);
    let alone = protected(&now);
    let found = audit(&[before.clone(), alone], &POLICY).expect("audited");
    assert!(found.exposed.iter().any(|finding| finding.cell.contains("z2")), "{:#?}", found.exposed);
    let together = protect(&now, &POLICY, std::slice::from_ref(&before)).expect("protected");
    is_safe(&[before, together]);
}

#[test]
fn groups_that_are_renamed_or_merged_and_another_threshold_tell_no_more() {
    let tables = |groups: &[(&str, &[(&str, u64)])]| {
        let mut group = Dimension::new("group", Relation::Sum).of_people();
        let all = group.push("all", "", None);
        let mut counts = Vec::new();
        for (key, columns) in groups {
            let at = group.push(key, key, Some(all));
            group.ground(at, columns.iter().map(|(column, _)| (*column).to_owned()));
            counts.push(columns.iter().map(|(_, count)| count).sum::<u64>());
        }
        let more: Vec<u64> = counts.iter().map(|count| count * 7 + 40).collect();
        counts.extend(more);
        Tables { tables: vec![table(vec![flat("patch", Relation::Sum, &["a", "b"]), group], &counts)] }
    };
    let first = protected(&tables(&[("w", &[("W", 90)]), ("b", &[("B", 8)]), ("a", &[("A", 7)]), ("o", &[("O", 31)])]));
    let low = Policy { threshold: 5, rounding: 3 };
    for (now, policy) in [
        (tables(&[("w", &[("W", 90)]), ("ab", &[("A", 7), ("B", 8)]), ("o", &[("O", 31)])]), POLICY),
        (tables(&[("ww", &[("W", 90)]), ("bb", &[("B", 8)]), ("aa", &[("A", 7)]), ("oo", &[("O", 31)])]), POLICY),
        (tables(&[("w", &[("W", 90)]), ("b", &[("B", 8)]), ("a", &[("A", 7)]), ("o", &[("O", 31)])]), low),
    ] {
        let second = protect(&now, &policy, std::slice::from_ref(&first)).expect("protected");
        let found = audit(&[first.clone(), second], &policy).expect("audited");
        assert!(found.exposed.is_empty(), "{:#?}", found.exposed);
    }
}
