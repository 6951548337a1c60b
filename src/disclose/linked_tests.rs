//! Several releases together.

use super::clues::Certificate;
use super::tabulate::{Dimension, Relation, Table, Tables};
use super::tests::{POLICY, Person, count, flat, is_safe, people_by_chance, protected, table};
use super::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::collections::BTreeSet;

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

/// The ends told before of a pair of releases, `None` where the second is refused since something would be exposed whatever
/// is hidden; panics when together they give a small count away.
fn pair_by_chance(seed: u64) -> Option<usize> {
    let late = if seed % 4 == 3 { 3 } else { 0 };
    let (before, exact) = second_release(seed, late);
    let first = protected(&before);
    let second = match protect(&exact, &POLICY, std::slice::from_ref(&first)) {
        Err(Unprotectable::Exposed { .. }) => return None,
        second => second.expect("protected"),
    };
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
    assert!(exposed.is_empty(), "seed {seed}: {exposed:?}");
    Some(told_before)
}

#[test]
fn a_thousand_pairs_of_releases_give_no_more_away_than_each_alone() {
    let told_before: Vec<Option<usize>> = (0..1000).into_par_iter().map(pair_by_chance).collect();
    let (punctual, late): (Vec<_>, Vec<_>) = told_before.iter().enumerate().partition(|(seed, _)| seed % 4 != 3);
    assert!(punctual.iter().all(|(_, told)| **told == Some(0)), "without late records nothing was told before");
    let told: usize = late.iter().filter_map(|(_, told)| **told).sum();
    assert!(told < 100, "in 250 pairs with late records {told} counts were told before");
    // A late record in what was shown as nought can seldom be hidden: such a release is refused.
    let refused = late.iter().filter(|(_, told)| told.is_none()).count();
    assert!(refused < 10, "of 250 pairs with late records {refused} are refused");
}

#[test]
fn who_was_met_twice_up_to_then_may_have_been_met_more_often_since() {
    let mut chance = ChaCha8Rng::seed_from_u64(11);
    let patch = flat("patch", Relation::Sum, &["p1", "p2", "p3", "p4"]);
    let times = flat("times", Relation::Sum, &["once", "twice", "3-5", "6-10"]).of_people();
    // The whole time alone, of so many quarters.
    let ever = |quarters: usize| {
        let mut period = Dimension::new("period", Relation::Union);
        let all = period.push("all", "", None);
        period.ground(all, (1..=quarters).map(|quarter| format!("q{quarter}")));
        period
    };
    for chain in 0..100 {
        let mut people: Vec<[usize; 2]> = Vec::new();
        let mut releases: Vec<Release> = Vec::new();
        for quarters in 1..=3 {
            // Some come again, some for the first time.
            people.iter_mut().for_each(|person| person[1] = (person[1] + chance.random_range(0..3)).min(4));
            people.extend((0..chance.random_range(20..70)).map(|_| [chance.random_range(1..5), 1]));
            let mut often = Table::new("how-often", "people", vec![patch.clone(), times.clone(), ever(quarters)]);
            people.iter().for_each(|[patch, times]| often.add(&[*patch, *times, 0], 1));
            often.roll_up();
            let now = protect(&Tables { tables: vec![often] }, &POLICY, &releases).expect("no record came late");
            assert_eq!(now.told_before, 0, "chain {chain}, release {quarters}");
            releases.push(now);
            is_safe(&releases);
        }
    }
}

/// People of two patches and five groups, met in quarters; the answer of some is only known from a later release on.
fn answers_come_later(seed: u64, releases: usize) -> Vec<Tables> {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let patch = flat("patch", Relation::Sum, &["p1", "p2"]);
    let group = flat("group", Relation::Sum, &["a", "b", "c", "d", "not_recorded"]).of_people();
    let quarters = ["q1", "q2", "q3", "q4", "q5", "q6"];
    let period = flat("period", Relation::Union, &quarters[..=releases]);
    let people = people_by_chance(&mut chance, &patch, &period, 4, 60.0);
    let known: Vec<usize> =
        people.iter().map(|p| p.periods[0] + [0, 0, 0, 0, 1, 2, 3, 9][chance.random_range(0..8)]).collect();
    let of = |nth: usize| {
        let period = flat("period", Relation::Union, &quarters[..nth]);
        let mut met = Vec::new();
        for (person, known) in people.iter().zip(&known) {
            let periods: Vec<usize> = person.periods.iter().copied().filter(|&p| p <= nth).collect();
            let ethnic_group = if *known <= nth { person.ethnic_group } else { 5 };
            if !periods.is_empty() {
                met.push(Person { periods, ethnic_group, themes: Vec::new(), ..*person });
            }
        }
        Tables { tables: vec![count("reach-group", &met, &[&patch, &group, &period], &mut |p| vec![p.ethnic_group])] }
    };
    (1..=releases).map(of).collect()
}

/// The shares of counts hidden by releases in which answers come late, one after another; each is attacked.
fn shares_hidden(seed: u64) -> Vec<f64> {
    let (mut releases, mut shares): (Vec<Release>, Vec<f64>) = (Vec::new(), Vec::new());
    for tables in answers_come_later(seed, 5) {
        let now = match protect(&tables, &POLICY, &releases) {
            // What was shown as nought and is none any more cannot be taken back.
            Err(Unprotectable::Exposed { .. }) => break,
            now => now.expect("protected"),
        };
        let is = |cell: Cell| now.tables[0].cells.iter().filter(|own| **own == cell).count() as f64;
        shares.push(is(Cell::Hidden) / (now.tables[0].cells.len() as f64 - is(Cell::Zero)));
        releases.push(now);
        is_safe(&releases);
    }
    shares
}

#[test]
fn where_answers_come_later_no_release_hides_everything_for_the_sake_of_what_is_believed_of_old_ones() {
    let chains: Vec<Vec<f64>> = (17..27_u64).into_par_iter().map(shares_hidden).collect();
    assert!(chains.iter().flatten().all(|share| *share < 0.9), "{chains:.2?}");
}

#[test]
fn of_what_is_hidden_around_an_old_count_that_late_answers_tell_no_more_is_kept_than_helps() {
    // 26 counts around it had to be hidden at once before the old one could not be told; five of them do.
    let shares = shares_hidden(27);
    assert!(shares.len() == 5 && shares[4] < 0.45, "{shares:.2?}");
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

#[test]
fn releases_that_contradict_each_other_are_reconciled_however_many_there_are_and_tell_no_more() {
    let mut chance = ChaCha8Rng::seed_from_u64(5);
    for chain in 0..20 {
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
            let found = audit(&releases, &POLICY).expect("and an attack");
            assert!(found.exposed.is_empty(), "chain {chain}, release {}: {:#?}", releases.len(), found.exposed);
        }
    }
}

#[test]
fn whoever_seeks_only_what_is_exposed_finds_what_the_audit_finds_whatever_clues_they_are_given() {
    let mut chance = ChaCha8Rng::seed_from_u64(12);
    let (mut found_some, mut shown_some, mut proven_some) = (0, 0, 0);
    for seed in 0..200 {
        let (before, exact) = second_release(seed, 3);
        let first = protected(&before);
        let Ok(mut second) = protect(&exact, &POLICY, std::slice::from_ref(&first)) else { continue };
        let mut clues = second.clues.take();
        let worlds = &mut clues.worlds;
        shown_some += usize::from(!worlds.is_empty());
        proven_some += usize::from(!clues.least.is_empty());
        // Some that are impossible, and some of another system.
        for world in worlds.clone() {
            worlds.push(world.iter().map(|value| value + f64::from(chance.random_range(0_i32..9))).collect());
            worlds.push(world.into_iter().skip(1).collect());
        }
        // Certificates that say nothing of a count, though they might seem to.
        for cell in 0..40 {
            let weights = (0..4).map(|_| (chance.random_range(0..60), chance.random_range(-2.0..2.0)));
            clues.least.entry(cell).or_insert_with(|| Certificate::of(weights));
        }
        // Every other release is weakened: a few counts that were hidden are shown.
        if seed % 2 == 0 {
            let cells = second.tables.iter_mut().flat_map(|table| &mut table.cells);
            for cell in cells.filter(|cell| **cell == Cell::Hidden) {
                if chance.random_bool(0.2) {
                    *cell = Cell::Low;
                }
            }
        }
        second.clues = Found::of(clues);
        let releases = [first, second];
        let names = |found: &Audit| found.exposed.iter().map(|finding| finding.cell.clone()).collect::<BTreeSet<_>>();
        // The first uses up the clues.
        match (exposed(&releases, &POLICY), audit(&releases, &POLICY)) {
            (Ok(some), Ok(all)) => {
                found_some += usize::from(!all.exposed.is_empty());
                assert_eq!(names(&all), names(&some), "seed {seed}");
            }
            (some, all) => assert_eq!(some.is_err(), all.is_err(), "seed {seed}"),
        }
    }
    assert!(found_some > 5 && shown_some > 100, "{found_some} of them tell something, {shown_some} brought worlds");
    assert!(proven_some > 5, "{proven_some} brought certificates");
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
fn groups_made_of_columns_of_the_same_names_are_not_one_group_in_the_next_release() {
    let tables = |counts: &[u64]| {
        let mut group = Dimension::new("age_sex", Relation::Sum).of_people();
        let all = group.push("all", "", None);
        for key in ["women_young", "men_young", "women_old", "men_old"] {
            let at = group.push(key, key, Some(all));
            let columns = if key.ends_with("young") { ["0", "1"] } else { ["2", "3"] };
            group.ground(at, columns.map(ToOwned::to_owned));
        }
        Tables { tables: vec![table(vec![flat("patch", Relation::Sum, &["a", "b"]), group], counts)] }
    };
    let now = tables(&[30, 3, 50, 70, 20, 90, 4, 60]);
    let first = protected(&tables(&[30, 3, 50, 70, 20, 90, 4, 60]));
    let second = protect(&now, &POLICY, std::slice::from_ref(&first)).expect("it is what it was");
    assert_eq!(second.told_before, 0);
    assert_eq!(second.tables, first.tables, "nothing changed");
    is_safe(&[first, second]);
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

#[test]
fn a_nought_that_was_hidden_may_be_one_still_in_every_release_that_hides_it_since() {
    use Cell::{Hidden, Shown};
    let release = |cells: [Cell; 4]| Protected {
        policy: POLICY,
        tables: vec![Published {
            name: "reach".into(),
            counted: "people".into(),
            is_people: true,
            is_latent: false,
            dimensions: vec![flat("patch", Relation::Sum, &["a", "b", "c"])],
            cells: cells.to_vec(),
            policy: POLICY,
        }],
        told_before: 0,
        clues: Found::default(),
    };
    let ends = |releases: &[Release]| {
        let found = audit(releases, &POLICY).expect("audited");
        let narrowest = found.tables[0].narrowest.clone().expect("some are hidden");
        (narrowest.least, narrowest.most)
    };
    // The first shows nothing, so that each may be nought; beside a whole that is shown each would be somebody.
    let (silent, whole) = (release([Hidden; 4]), release([Shown(40), Hidden, Hidden, Hidden]));
    assert_eq!(ends(std::slice::from_ref(&whole)), (1, Some(40)));
    for since in 1..4 {
        let releases: Vec<Release> =
            std::iter::once(silent.clone()).chain(std::iter::repeat_n(whole.clone(), since)).collect();
        assert_eq!(ends(&releases), (0, Some(42)), "{since} releases since");
    }
}

#[test]
fn what_earlier_releases_tell_by_themselves_is_set_apart_and_what_the_newest_adds_is_not() {
    let patch = flat("patch", Relation::Sum, &["east", "west"]);
    let sex = flat("sex", Relation::Sum, &["female", "male", "not_recorded"]).of_people();
    for small in [1, 3, 9] {
        let counts = [49, small, 20, 80, 70, 30];
        let tables = Tables { tables: vec![table(vec![patch.clone(), sex.clone()], &counts)] };
        let shown = protect(&tables, &Policy::NONE, &[]).expect("shown");
        let kept = protect(&tables, &POLICY, std::slice::from_ref(&shown)).expect("protected");
        let found = audit(&[shown.clone(), kept.clone()], &POLICY).expect("audited");
        assert!(found.exposed.is_empty() && !found.told_before.is_empty(), "{small}: {found:#?}");
        // The other way round it is the newest that gives the count away.
        let found = audit(&[kept, shown], &POLICY).expect("audited");
        assert!(!found.exposed.is_empty(), "{small}: {found:#?}");
    }
}

#[test]
fn few_people_after_a_release_that_told_noughts_and_many_after_one_that_told_nothing_can_be_published() {
    let patch = flat("patch", Relation::Sum, &["east", "west"]);
    let sex = flat("sex", Relation::Sum, &["female", "male", "not_recorded"]).of_people();
    let of = |counts: &[u64]| Tables { tables: vec![table(vec![patch.clone(), sex.clone()], counts)] };
    let (few, many, nobody) = ([2, 0, 1, 0, 0, 1], [40, 0, 30, 20, 50, 1], [0; 6]);
    for series in [[&nobody, &few, &many], [&few, &many, &few], [&few, &few, &nobody], [&many, &few, &few]] {
        let mut releases: Vec<Release> = Vec::new();
        for counts in series {
            let next = protect(&of(counts), &POLICY, &releases).expect("it can be protected");
            releases.push(next);
        }
    }
}
