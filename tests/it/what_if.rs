//! "What if" is what measuring the changed place from nothing would give.

use crate::small_towns::{BLOCK, drafts, standards};
use crate::town::{Point, Town, asset};
use patchwork::crs::Xy;
use patchwork::measure::what_if::{Change, Count, Lost};
use patchwork::measure::{Coverage, Covered, Edit, Today, WhatIf, coverage, what_if};
use patchwork::place::{Asset, AssetIdx, Group, GroupIdx, Place, Position, Standard};
use patchwork::synth::{DemoOptions, write_demo};
use patchwork::units::Metres;
use proptest::prelude::*;

/// A change to the assets of a small town; numbers are taken round where there are fewer.
#[derive(Debug, Clone)]
enum Step {
    Add(Point, bool),
    Move(usize, Point),
    Remove(usize),
    Kind(usize, bool),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let point = || (0.0..6.0 * BLOCK, 0.0..5.0 * BLOCK);
    let step = prop_oneof![
        (point(), any::<bool>()).prop_map(|(at, is_hub)| Step::Add(at, is_hub)),
        (0usize..8, point()).prop_map(|(i, at)| Step::Move(i, at)),
        (0usize..8).prop_map(Step::Remove),
        (0usize..8, any::<bool>()).prop_map(|(i, is_hub)| Step::Kind(i, is_hub)),
    ];
    prop::collection::vec(step, 0..5)
}

fn kind(standard: &Standard, is_hub: bool) -> String {
    if is_hub { standard.kinds[0].clone() } else { "bandstand".to_owned() }
}

/// The place with its assets changed, and the changes as they are asked about.
fn changed(town: &Town, standard: &Standard, steps: &[Step]) -> (Place, Place, Vec<Edit>) {
    let place = |town: &Town| Place { standards: vec![standard.clone()], ..town.place() };
    let before = place(town);
    let mut after = town.clone();
    let mut touched: Vec<String> = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        let pick = |i: usize| before.assets.as_slice().get(i % before.assets.len().max(1)).map(|a| a.key.clone());
        let (key, new) = match step {
            Step::Add(at, is_hub) => {
                let mut new = asset(&format!("new-{number}"), &kind(standard, *is_hub), *at);
                new.step_free = Some(true);
                new.opening = patchwork::place::Opening::Hours("24/7".into());
                (Some(new.key.clone()), Some(new))
            }
            Step::Move(i, _) | Step::Remove(i) | Step::Kind(i, _) => (pick(*i), None),
        };
        let Some(key) = key.filter(|key| !touched.contains(key)) else { continue };
        touched.push(key.clone());
        let own = after.assets.iter().position(|asset| asset.key == key);
        match (step, new, own) {
            (_, Some(new), _) => after.assets.push(new),
            (Step::Move(_, (x, y)), _, Some(own)) => after.assets[own].at = Xy::new(*x, *y),
            (Step::Kind(_, is_hub), _, Some(own)) => after.assets[own].kind = kind(standard, *is_hub),
            (_, _, Some(own)) => drop(after.assets.remove(own)),
            _ => {}
        }
    }
    let after = place(&after);
    let find = |place: &Place, key: &str| -> Option<(AssetIdx, Asset)> {
        place.assets.enumerate().find(|(_, asset)| asset.key == key).map(|(index, asset)| (index, asset.clone()))
    };
    let edits = touched.iter().map(|key| Edit {
        asset: find(&before, key).map(|(index, _)| index),
        after: find(&after, key).map(|(_, asset)| asset),
    });
    let edits = edits.collect();
    (before, after, edits)
}

fn change(before: &Covered, after: &Covered) -> Change {
    let count = |residents, before, after| Count { residents, before, after };
    let groups = before.by_group.iter().zip(&after.by_group);
    Change {
        all: count(after.residents, before.covered, after.covered),
        by_group: groups
            .map(|(before, after)| {
                Some(count(after.as_ref()?.residents, before.as_ref()?.covered, after.as_ref()?.covered))
            })
            .collect(),
    }
}

/// The answer as it follows from two whole measurements.
fn from_two(place: &Place, before: &Coverage, after: &Coverage) -> WhatIf {
    let zones = before.zones.enumerate().map(|(zone, before)| (zone, change(before, &after.zones[zone])));
    let differs = |count: &Count| count.before != count.after;
    WhatIf {
        place: change(&before.place, &after.place),
        patches: before.patches.iter().zip(&after.patches).map(|(before, after)| change(before, after)).collect(),
        outside_patches: change(&before.outside_patches, &after.outside_patches),
        zones: zones.filter(|(_, c)| differs(&c.all) || c.by_group.iter().flatten().any(differs)).collect(),
        lost: lost(place, before, after),
    }
}

/// Who no longer is covered, home by home.
fn lost(place: &Place, before: &Coverage, after: &Coverage) -> Lost {
    let loses = |i: usize, speed| before.share(i, speed) > after.share(i, speed);
    let homes = || place.positions.iter().enumerate();
    let gone = |patch| {
        homes()
            .filter(|(i, home)| home.patch == Some(patch) && loses(*i, place.speed))
            .map(|(_, home)| home.residents)
            .sum()
    };
    let of_group = |(group, about): (GroupIdx, &Group)| {
        before.place.by_group[group]?;
        let speed = about.speed.unwrap_or(place.speed);
        let members = |home: &Position| {
            place.zones[home.zone].residents.by_group[group].map_or(0.0, |m| place.people_at(home, m))
        };
        Some(homes().filter(|(i, _)| loses(*i, speed)).map(|(_, home)| members(home)).sum())
    };
    Lost {
        all: homes().filter(|(i, _)| loses(*i, place.speed)).map(|(_, home)| home.residents).sum(),
        by_patch: place.patches.indices().map(gone).collect(),
        by_group: place.groups.enumerate().map(of_group).collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 384, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_if_equals_measuring_the_changed_place_to_the_last_bit(
        draft in drafts(), standard in standards(), steps in steps(),
    ) {
        let (before, after, edits) = changed(&draft.town(), &standard, &steps);
        let answer = what_if(&before, &Today::of(&before), 0, &edits);
        prop_assert_eq!(answer, from_two(&before, &coverage(&before, &standard), &coverage(&after, &standard)));
    }

    #[test]
    fn moving_a_hub_away_and_back_changes_nothing(draft in drafts(), standard in standards()) {
        let place = Place { standards: vec![standard], ..draft.town().place() };
        let edits: Vec<Edit> = place
            .assets
            .enumerate()
            .map(|(index, asset)| Edit { asset: Some(index), after: Some(asset.clone()) })
            .collect();
        prop_assert!(what_if(&place, &Today::of(&place), 0, &edits).zones.is_empty());
    }
}

#[test]
fn what_if_equals_measuring_anew_in_a_borough_of_ten_thousand() {
    let dir = tempfile::tempdir().expect("a directory");
    let demo = dir.path().join("demo");
    write_demo(&demo, &DemoOptions { residents: 10_000, seed: 3 }, &|_| {}).expect("written");
    let load = || patchwork::load::load_with(&demo, &|_| None, &|_| {}).place.expect("usable");
    let (before, mut after) = (load(), load());
    let today = Today::of(&before);
    let streets = before.streets.as_ref().expect("the demo has streets");
    let hub = before.assets.enumerate().find(|(_, asset)| asset.kind == "community_hub").map(|(index, _)| index);
    let hub = hub.expect("the demo has a hub");
    let mut moved = before.assets[hub].clone();
    let home = &before.positions[before.positions.len() / 3];
    moved.at = home.at;
    moved.snap = streets.snap(home.at, Metres::new(500.0));
    after.assets[hub] = moved.clone();
    let edits = [Edit { asset: Some(hub), after: Some(moved) }];
    for (number, standard) in before.standards.iter().enumerate() {
        let anew = from_two(&before, &today.coverage()[number], &coverage(&after, standard));
        assert_eq!(what_if(&before, &today, number, &edits), anew, "{}", standard.key);
    }
    assert!(!what_if(&before, &today, 0, &edits).zones.is_empty(), "a hub that moves is noticed");
}
