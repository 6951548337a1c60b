//! Patches of the drawn town, mended and drawn anew: rivers, bridges, islands, and zones too large for a patch.

use crate::town::Town;
use crate::toytown::toytown;
use patchwork::crs::Xy;
use patchwork::layer::plan_patches::{patches_json, patches_layer, zones_layer};
use patchwork::locate::Watch;
use patchwork::place::Place;
use patchwork::plan::patches::{Aim, Brief, Plans, Rules, Weight, neighbours, patches};
use patchwork::region::{Status, Unsolved};
use std::time::Duration;

/// Zones on South Bank.
const SOUTH: [&str; 5] = ["D3", "D4", "E3", "F3", "F4"];

fn brief() -> Brief {
    Brief { time_limit: Duration::from_secs(2), ..Brief::default() }
}

fn planned(town: &Town, brief: &Brief) -> (Place, Plans) {
    let place = town.place();
    let plans = patches(&place, brief, &Watch::new()).expect("plans");
    (place, plans)
}

fn without_bridge() -> Town {
    let mut town = toytown();
    town.streets.retain(|(name, _)| name != "Bridge");
    town
}

/// With two more bridges and the island out of the patches, so that each patch of today hangs together.
fn with_bridges() -> Town {
    let mut town = toytown();
    let at = |x: f64, y: f64| (x * 100.0, y * 100.0);
    for (name, line) in &mut town.streets {
        if name.ends_with("Bank") {
            let y = line[0].1 / 100.0;
            *line = [0.0, 2.0, 12.0, 20.0, 22.0, 24.0].map(|x| at(x, y)).to_vec();
        }
    }
    town.streets.extend([12.0, 20.0].map(|x| ("Footbridge".to_owned(), vec![at(x, 2.5), at(x, 3.5)])));
    town
}

/// Keys of the neighbours of a zone.
fn beside(place: &Place, key: &str) -> Vec<String> {
    let near = neighbours(place);
    let name = |zone| place.zones[zone].key.clone();
    let other = |[a, b]: [_; 2]| {
        let (a, b) = (name(a), name(b));
        if a == key { Some(b) } else { (b == key).then_some(a) }
    };
    near.pairs.iter().filter_map(|&pair| other(pair)).collect()
}

/// The zones of each patch of the first plan.
fn members(place: &Place, plans: &Plans) -> Vec<Vec<String>> {
    let plan = &plans.plans[0];
    let of = |part: usize| {
        let units = (0..plans.zones.len()).filter(|&unit| plan.part_of[unit] as usize == part);
        units.map(|unit| place.zones[plans.zones[unit]].key.clone()).collect()
    };
    (0..plan.patches.len()).map(of).collect()
}

#[test]
fn zones_are_neighbours_over_the_bridge_and_nowhere_else_over_the_river() {
    let place = toytown().place();
    // The bridge stands at x = 2, in the middle of D1 (homes 0 to 3) and of D3 on the other bank.
    assert_eq!(beside(&place, "D3"), ["D1", "D4"]);
    assert_eq!(beside(&place, "D4"), ["D3", "E3"]);
    assert_eq!(beside(&place, "E1"), ["D2", "E2"]);
    // Mill Lane meets High Street at x = 2, between the last home of A1 and the first of A2.
    assert!(["A1", "A2"].iter().any(|zone| beside(&place, "D1").contains(&(*zone).to_owned())));
    let place = without_bridge().place();
    assert_eq!(beside(&place, "D3"), ["D4"]);
    let near = neighbours(&place);
    let is_south = |zone| SOUTH.contains(&place.zones[zone].key.as_str());
    assert!(near.by_street && near.pairs.iter().all(|&[a, b]| is_south(a) == is_south(b)));
    assert!(beside(&place, "E4").is_empty(), "nobody walks to the island");
}

#[test]
fn without_streets_zones_whose_outlines_touch_are_neighbours() {
    let mut place = toytown().place();
    place.streets = None;
    // A1 and A2 share a side that one of them has in two pieces; B1 begins three decimetres beside A2; B2 meets A2 at a
    // corner; B3 is away from all.
    let outlines: [(&str, [f64; 4]); 5] = [
        ("A1", [0.0, 0.0, 100.0, 100.0]),
        ("A2", [100.0, 0.0, 200.0, 100.0]),
        ("B1", [200.3, 0.0, 300.0, 100.0]),
        ("B2", [200.0, 100.0, 300.0, 200.0]),
        ("B3", [500.0, 500.0, 600.0, 600.0]),
    ];
    for (key, [west, south, east, north]) in outlines {
        let mut ring = vec![(west, south), (east, south), (east, north), (west, north), (west, south)];
        if key == "A1" {
            ring.insert(2, (east, 40.0));
        }
        let zone = place.zones.indices().find(|&zone| place.zones[zone].key == key).expect("a zone of the town");
        place.zones[zone].shape = Some(geo::Polygon::new(ring.into(), vec![]).into());
    }
    let touched = |key: &str| {
        let is_drawn = |name: &String| outlines[..4].iter().any(|(drawn, _)| drawn == name);
        beside(&place, key).into_iter().filter(is_drawn).collect::<Vec<_>>()
    };
    assert_eq!(touched("A1"), ["A2"]);
    assert_eq!(touched("A2"), ["A1", "B1"]);
    assert_eq!(touched("B1"), ["A2", "B2"]);
    // Who touches nobody, or has no outline, has those whose middles are near.
    assert!(!beside(&place, "B3").is_empty() && !beside(&place, "F3").is_empty());
    assert!(!neighbours(&place).by_street);
}

#[test]
fn without_a_bridge_no_patch_lies_on_both_banks() {
    for parts in [3, 4, 6] {
        let (place, plans) = planned(&without_bridge(), &Brief { parts: Some(parts), tolerance: 0.5, ..brief() });
        assert!(plans.plans[0].is_met(), "{:?}", plans.sentences);
        for zones in members(&place, &plans) {
            let south = zones.iter().filter(|zone| SOUTH.contains(&zone.as_str()) || *zone == "E4").count();
            assert!(south == 0 || south == zones.len(), "{zones:?}");
        }
    }
}

#[test]
fn an_island_too_small_for_a_patch_goes_with_its_nearest_zone_and_that_is_said() {
    let (place, plans) = planned(&toytown(), &Brief { parts: Some(6), tolerance: 0.5, ..brief() });
    let joined: Vec<(&str, &str, f64, f64)> = plans
        .joined
        .iter()
        .map(|j| (place.zones[j.zone].key.as_str(), place.zones[j.to].key.as_str(), j.metres.round(), j.residents))
        .collect();
    assert_eq!(joined, [("E4", "E3", 150.0, 200.0)]);
    assert!(plans.sentences.iter().any(|said| said.contains("200 residents around zone E4")), "{:?}", plans.sentences);
    // An island that can be a patch of its own is one.
    let mut town = toytown();
    town.zones.iter_mut().filter(|zone| zone.key == "E4").for_each(|zone| zone.residents = 1300.0);
    let (place, plans) = planned(&town, &Brief { parts: Some(6), tolerance: 0.5, ..brief() });
    assert!(plans.joined.is_empty());
    assert!(members(&place, &plans).contains(&vec!["E4".to_owned()]), "{:?}", members(&place, &plans));
}

#[test]
fn a_zone_larger_than_a_patch_is_a_patch_and_the_others_are_even() {
    let mut town = toytown();
    town.zones.iter_mut().filter(|zone| zone.key == "F4").for_each(|zone| zone.residents = 6000.0);
    let (place, plans) = planned(&town, &Brief { parts: Some(5), tolerance: 0.3, ..brief() });
    let heavy: Vec<&str> = plans.heavy.iter().map(|&zone| place.zones[zone].key.as_str()).collect();
    assert_eq!((heavy, plans.even), (vec!["F4"], 4));
    assert!(members(&place, &plans).contains(&vec!["F4".to_owned()]));
    let plan = &plans.plans[0];
    assert!(plan.is_met() && plan.cost.miss <= 0.3 + 1e-9, "{:?}", plans.sentences);
    assert!(plans.sentences.iter().any(|said| said.contains("Zone F4 alone")), "{:?}", plans.sentences);
    // It cannot be a patch by itself where that would cut others off: then the nearest plan is given, by name.
    town = toytown();
    town.zones.iter_mut().filter(|zone| zone.key == "D3").for_each(|zone| zone.residents = 60_000.0);
    let (_, plans) = planned(&town, &Brief { parts: Some(2), tolerance: 0.1, ..brief() });
    assert_eq!(plans.plans[0].status, Status::Infeasible);
    assert!(plans.sentences.iter().any(|said| said.contains("zone D3 alone")), "{:?}", plans.sentences);
}

#[test]
fn mending_patches_that_are_within_the_tolerance_moves_nobody() {
    let (place, plans) = planned(&with_bridges(), &Brief { repair: true, tolerance: 0.6, ..brief() });
    let plan = &plans.plans[0];
    assert_eq!((plan.aim, plan.status, plan.cost.moved), (Aim::Moved, Status::Optimal, Some(0.0)));
    let keys: Vec<&str> = plan.patches.iter().map(|patch| patch.key.as_str()).collect();
    assert_eq!(keys, ["A", "B", "C", "D", "E", "F"]);
    // The home at 16.5 is in patch C, the rest of its zone B4 in B; that of 23.5 in no patch at all.
    assert_eq!(plans.divided, (1, 100.0));
    assert_eq!(plans.plans.iter().map(|plan| plan.patches.len()).collect::<Vec<_>>(), [6, 6, 6]);
    assert!((0..plans.zones.len()).all(|unit| plans.moved(&place, plan, unit) == 0.0));
}

#[test]
fn mending_moves_the_fewest_and_proves_it() {
    // Within 36 % of 1,233 are 789 to 1,678. C has 700 and must grow: by F2 (400, over East Lane) or by B4 (300), which
    // leaves B short, then A. E has 1,800 and must shrink: by E1 to D, which is then too large unless it gives to A, or
    // by E2 to F, which has room once F2 is gone. F2 to C and E2 to F are 800.
    let brief = Brief { repair: true, tolerance: 0.36, ..brief() };
    let (place, plans) = planned(&with_bridges(), &brief);
    let plan = &plans.plans[0];
    assert_eq!(
        (plan.status, plan.cost.moved, plan.bound),
        (Status::Optimal, Some(800.0), 800.0),
        "{:?}",
        plans.sentences
    );
    let moved: Vec<&str> = (0..plans.zones.len())
        .filter(|&unit| plans.moved(&place, plan, unit) > 0.0)
        .map(|unit| place.zones[plans.zones[unit]].key.as_str())
        .collect();
    assert_eq!(moved, ["E2", "F2"]);
    assert!(plans.curve.windows(2).all(|pair| pair[0].tolerance > pair[1].tolerance));
    let moved: Vec<f64> = plans.curve.iter().map(|point| point.moved.unwrap_or(f64::INFINITY)).collect();
    assert!(moved.is_sorted(), "{moved:?}");
    let asked = plans.curve.iter().find(|point| point.tolerance == 0.36).expect("the tolerance asked for");
    assert!(asked.is_proven() && asked.moved == Some(800.0));
    assert!(plans.curve.iter().all(|point| point.moved.is_none_or(|moved| point.at_least <= moved)));
    let again = patches(&place, &brief, &Watch::new()).expect("plans");
    assert_eq!(again.plans[0].part_of, plan.part_of);
}

#[test]
fn a_patch_of_today_that_the_river_divides_is_told_and_mended() {
    // Without the footbridges E has both banks and no way between them, and F as well.
    let (_, plans) = planned(&toytown(), &Brief { repair: true, tolerance: 0.6, ..brief() });
    let said = plans.sentences.join(" ");
    assert!(said.contains("Today\u{2019}s patches E, F do not hang together on foot"), "{said}");
    assert!(plans.plans[0].cost.moved > Some(0.0));
    let (_, plans) = planned(&with_bridges(), &Brief { repair: true, tolerance: 0.6, ..brief() });
    assert!(!plans.sentences.join(" ").contains("hang together"));
}

#[test]
fn nobody_is_lost_between_today_and_the_plan() {
    for weight in [Weight::Residents, Weight::Need] {
        let (place, plans) = planned(&toytown(), &Brief { parts: Some(5), tolerance: 0.4, weight, ..brief() });
        for plan in &plans.plans {
            let residents: f64 = plan.patches.iter().map(|patch| patch.residents).sum();
            assert_eq!(residents + plans.left_out.1, place.residents());
            let weight: f64 = plan.patches.iter().map(|patch| patch.weight).sum();
            assert_eq!(weight, plans.weights.iter().sum::<f64>());
        }
        let (patches, zones) = (patches_layer(&place, &plans), zones_layer(&place, &plans));
        assert_eq!((patches.features.len(), zones.features.len()), (5, plans.zones.len()));
        let json: serde_json::Value = serde_json::from_str(&patches_json(&place, &plans)).expect("JSON");
        assert_eq!(json["plans"].as_array().map(Vec::len), Some(3));
    }
}

#[test]
fn what_cannot_be_asked_is_said() {
    let place = toytown().place();
    let ask = |brief: Brief| match patches(&place, &brief, &Watch::new()) {
        Err(Unsolved::Wrong(why)) => why,
        other => panic!("{other:?}"),
    };
    assert!(ask(Brief { parts: Some(0), ..brief() }).contains("at least 1"));
    assert!(ask(Brief { parts: Some(99), ..brief() }).contains("ask for fewer"));
    assert!(ask(Brief { target: Some(f64::NAN), ..brief() }).contains("above 0"));
    assert!(ask(Brief { tolerance: -0.1, ..brief() }).contains("share from 0"));
    assert!(ask(Brief { repair: true, parts: Some(3), ..brief() }).contains("6 patches"));
    let mut town = toytown();
    town.patches.clear();
    let bare = town.place();
    let why = patches(&bare, &brief(), &Watch::new()).expect_err("no patches");
    assert!(why.to_string().contains("how many"), "{why}");
    assert!(patches(&bare, &Brief { parts: Some(4), tolerance: 0.3, ..brief() }, &Watch::new()).is_ok());
    let watch = Watch::new();
    watch.cancel();
    assert_eq!(patches(&place, &Brief { parts: Some(5), ..brief() }, &watch).err(), Some(Unsolved::Cancelled));
}

/// The river of the drawn town.
fn river() -> Vec<Xy> {
    vec![Xy::new(-1000.0, 300.0), Xy::new(5000.0, 300.0)]
}

#[test]
fn a_line_that_is_not_to_be_crossed_parts_the_banks_in_spite_of_the_bridge() {
    for parts in [3, 4, 6] {
        let rules = Rules { not_across: vec![river()], ..Rules::default() };
        let (place, plans) = planned(&toytown(), &Brief { parts: Some(parts), tolerance: 0.5, rules, ..brief() });
        assert!(plans.plans[0].is_met(), "{:?}", plans.sentences);
        assert!(plans.kept.parted > 0 && plans.sentences.iter().any(|said| said.contains("not to be crossed part")));
        for zones in members(&place, &plans) {
            let south = zones.iter().filter(|zone| SOUTH.contains(&zone.as_str()) || *zone == "E4").count();
            assert!(south == 0 || south == zones.len(), "{zones:?}");
        }
    }
    // Where there can be no patch on one bank alone, people go across, and that is said.
    let rules = Rules { not_across: vec![river()], ..Rules::default() };
    let (_, plans) = planned(&toytown(), &Brief { parts: Some(1), tolerance: 0.5, rules, ..brief() });
    assert!(plans.joined.iter().any(|join| join.by_line && join.residents == 2600.0), "{:?}", plans.joined);
    assert!(plans.sentences.iter().any(|said| said.contains("across a line")), "{:?}", plans.sentences);
}

#[test]
fn people_whom_the_lines_leave_to_themselves_go_across_and_that_is_said() {
    // A line round one small zone.
    let around = [(-100.0, 800.0), (200.0, 800.0), (200.0, 1000.0), (-100.0, 1000.0), (-100.0, 800.0)];
    let rules = Rules { not_across: vec![around.map(|(x, y)| Xy::new(x, y)).to_vec()], ..Rules::default() };
    let (place, plans) = planned(&toytown(), &Brief { parts: Some(4), tolerance: 0.3, rules, ..brief() });
    let joined: Vec<&str> =
        plans.joined.iter().filter(|join| join.by_line).map(|join| place.zones[join.zone].key.as_str()).collect();
    assert_eq!(joined, ["A1"], "{:?}", plans.sentences);
    assert!(plans.sentences.iter().any(|said| said.contains("across a line")), "{:?}", plans.sentences);
}

#[test]
fn zones_that_stay_together_are_in_one_patch_of_every_plan() {
    let lists = vec![vec!["A1".to_owned(), "B1".to_owned()], vec!["D3".to_owned(), "D4".to_owned(), "E3".to_owned()]];
    let rules = Rules { together: lists.clone(), ..Rules::default() };
    let (place, plans) = planned(&toytown(), &Brief { parts: Some(4), tolerance: 0.5, rules, ..brief() });
    for plan in &plans.plans {
        for list in &lists {
            let part = |key: &String| {
                let unit = plans.zones.iter().position(|&zone| place.zones[zone].key == *key).expect("a zone");
                plan.part_of[unit]
            };
            assert!(list.iter().all(|key| part(key) == part(&list[0])), "{list:?} {}", plan.aim.word());
        }
    }
    assert_eq!(plans.kept.together, 2);
    let rules = Rules { together: vec![vec!["A1".to_owned(), "Z9".to_owned()]], ..Rules::default() };
    let why = patches(&toytown().place(), &Brief { rules, ..brief() }, &Watch::new()).expect_err("no such zone");
    assert!(why.to_string().contains("Z9"), "{why}");
    // What weighs more than a patch cannot stay together, and that is said.
    let all = toytown().zones.iter().map(|zone| zone.key.clone()).collect();
    let rules = Rules { together: vec![all], ..Rules::default() };
    let (_, plans) = planned(&toytown(), &Brief { parts: Some(4), tolerance: 0.5, rules, ..brief() });
    assert_eq!((plans.kept.together, plans.kept.too_heavy), (0, 1));
}
