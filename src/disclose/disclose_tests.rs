//! By hand on small tables, and on a thousand made by chance.

use super::tabulate::{Dimension, NOT_RECORDED, Relation, Table, Tables};
use super::*;
use rand::seq::SliceRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

pub(super) const POLICY: Policy = Policy { threshold: 10, rounding: 5 };

/// A dimension with a total and its parts.
pub(super) fn flat(name: &str, relation: Relation, parts: &[&str]) -> Dimension {
    let mut dimension = Dimension::new(name, relation);
    let all = dimension.push("all", "All", None);
    for part in parts {
        dimension.push(part, part, Some(all));
    }
    dimension
}

/// A table from the counts of its smallest cells, patch by patch.
pub(super) fn table(dimensions: Vec<Dimension>, counts: &[u64]) -> Table {
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

pub(super) fn patch_by_sex(counts: [u64; 4]) -> Tables {
    let patch = flat("patch", Relation::Sum, &["east", "west"]);
    let sex = flat("sex", Relation::Sum, &["female", "male"]).of_people();
    Tables { tables: vec![table(vec![patch, sex], &counts)] }
}

pub(super) fn protected(tables: &Tables) -> Protected {
    protect(tables, &POLICY, &[]).expect("it can be protected")
}

#[test]
fn a_nought_that_is_at_most_noughts_is_told_once() {
    let times = flat("times", Relation::AtMost, &["once", "twice"]);
    let release = protected(&Tables { tables: vec![table(vec![times], &[0, 0])] });
    assert_eq!(release.tables[0].cells, [Cell::Zero; 3]);
}

/// Nothing is wrong with the tables by the audit, and hidden small counts may be any small count.
pub(super) fn is_safe(releases: &[Release]) -> Audit {
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

/// The release in which just the small counts are hidden.
pub(super) fn only_small_hidden(tables: &Tables) -> Release {
    let mut release = protect(tables, &Policy::NONE, &[]).expect("shown");
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
    release
}

#[test]
fn of_very_many_cells_the_narrowest_is_not_sought_and_a_count_that_is_told_is_found_still() {
    let names: Vec<String> = (0..7_000).map(|nth| format!("p{nth}")).collect();
    let patch = flat("patch", Relation::Sum, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let sex = flat("sex", Relation::Sum, &["female", "male"]).of_people();
    let counts: Vec<u64> = [49, 1].into_iter().chain((1..7_000).flat_map(|nth| [60 + nth % 20, 60])).collect();
    let release = only_small_hidden(&Tables { tables: vec![table(vec![patch, sex], &counts)] });
    let found = audit(&[release], &POLICY).expect("it can be audited");
    assert_eq!((found.tables[0].hidden, &found.tables[0].narrowest), (1, &None));
    let [finding] = &found.exposed[..] else { panic!("{:?}", found.exposed) };
    assert_eq!((finding.cell.as_str(), finding.least, finding.most), ("people, patch p0, sex male", 1, Some(4)));
}

#[test]
fn hiding_small_counts_alone_is_not_enough_and_the_audit_says_how() {
    let release = only_small_hidden(&patch_by_sex([49, 1, 80, 70]));
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
fn what_is_crossed_of_what_is_said_by_the_dimension_whatever_it_is_called() {
    // Everybody in the east is old. What is hidden of them is hidden of old women and old men too.
    let patch = || flat("patch", Relation::Sum, &["east", "west"]);
    let age = flat("age by combination for both", Relation::Sum, &["young", "old"]).of_people();
    let mut both = flat("both", Relation::Sum, &["young women", "young men", "old women", "old men"]).of_people();
    both.crossed_of = vec![age.name.clone()];
    let tables = |both: Dimension| {
        let (ages, crossed) = (table(vec![patch(), age.clone()], &[0, 90, 40, 50]), vec![patch(), both]);
        let mut crossed = table(crossed, &[0, 0, 40, 50, 20, 20, 20, 30]);
        crossed.name = "reach-both".to_owned();
        Tables { tables: vec![ages, crossed] }
    };
    let is_hidden = |tables: &Tables| {
        let release = protected(tables);
        let crossed = release.table("reach-both").expect("the table");
        crossed.cell_by_key(&["east", "old women"]) == Some(Cell::Hidden)
    };
    assert!(is_hidden(&tables(both.clone())));
    both.crossed_of.clear();
    assert!(!is_hidden(&tables(both)), "a name says nothing");
}

#[test]
fn where_fewer_people_than_the_threshold_were_met_not_even_noughts_are_shown() {
    for counts in [[1, 0, 0, 0], [2, 0, 1, 0], [3, 2, 4, 0], [0, 0, 0, 9], [1, 1, 1, 1]] {
        let release = protected(&patch_by_sex(counts));
        assert!(release.tables[0].cells.iter().all(|cell| *cell == Cell::Hidden), "{counts:?}: {release:?}");
        let narrowest = is_safe(&[release]).tables.remove(0).narrowest.expect("something is hidden");
        assert_eq!((narrowest.least, narrowest.most), (0, None), "{counts:?}: nothing at all is told");
    }
    let nobody = protected(&patch_by_sex([0; 4]));
    assert!(nobody.tables[0].cells.iter().all(|cell| *cell == Cell::Zero), "that nobody was met is told of nobody");
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
fn noughts_of_a_patch_and_of_a_quarter_do_not_tell_together_that_everybody_gave_one_answer() {
    let release = |counts: [u64; 16]| {
        let patch = flat("patch", Relation::Sum, &["east", "west"]);
        let group = flat("group", Relation::Sum, &["a", "b", "c", NOT_RECORDED]).of_people();
        let period = flat("period", Relation::Sum, &["spring", "summer"]);
        protected(&Tables { tables: vec![table(vec![patch, group, period], &counts)] })
    };
    let (east, a, b, spring) = (1, 1, 2, 1);
    // Nobody in the east is ever in a, and nobody anywhere in b in spring: who was met in the east in spring is in c.
    let made = release([0, 0, 0, 30, 3, 40, 0, 0, 30, 30, 0, 30, 30, 30, 0, 0]);
    let told = |patch, group, period| made.tables[0].cell(&[patch, group, period]) == Cell::Zero;
    assert!(!(told(east, a, 0) || told(east, a, spring)) || !(told(0, b, spring) || told(east, b, spring)));
    // That they did not answer is no answer.
    let made = release([0, 0, 0, 30, 0, 40, 3, 0, 30, 30, 0, 30, 30, 30, 30, 30]);
    assert_eq!(made.tables[0].cell(&[0, b, spring]), Cell::Zero);
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

pub(super) struct Person {
    pub(super) patch: usize,
    pub(super) periods: Vec<usize>,
    pub(super) sex: usize,
    pub(super) ethnic_group: usize,
    pub(super) themes: Vec<usize>,
}

fn leaves_of(dimension: &Dimension) -> Vec<usize> {
    (0..dimension.categories.len()).filter(|&c| dimension.parts(c).next().is_none()).collect()
}

pub(super) fn people_by_chance(
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
pub(super) fn count(
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
        let found = audit(std::slice::from_ref(&release), &policy).expect("audited");
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
