//! Where the next hubs go in the drawn town, worked out by hand; and what is true of every plan.

use crate::busy::Busy;
use crate::toytown::{a_hub_within_three_minutes, toytown};
use patchwork::crs::Xy;
use patchwork::layer::hubs::{hubs_json, hubs_layer};
use patchwork::locate::{Status, Watch};
use patchwork::measure::coverage;
use patchwork::place::{Place, Standard};
use patchwork::plan::hubs::{
    ALIKE, Brief, Candidates, FairEnd, Keep, Objective, Proposal, Spot, Unplanned, fewest, hubs, hubs_covering,
    hubs_watched,
};
use patchwork::units::{Metres, Seconds};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// A candidate at every step of South Bank, from 0.5 to 23.5.
fn south_bank() -> Candidates {
    let spot = |step: usize| {
        let x = step as f64 + 0.5;
        Spot {
            key: format!("s{step:02}"),
            name: format!("South Bank {step}"),
            at: Xy::new(x * 100.0, 250.0),
            cost: Some(100.0 + step as f64),
        }
    };
    Candidates::Points((0..24).map(spot).collect())
}

fn brief(sites: usize) -> Brief {
    Brief { runs: 5, ..Brief::new(a_hub_within_three_minutes(), sites, south_bank()) }
}

fn planned(brief: &Brief) -> (Place, Proposal) {
    let place = toytown().place();
    let proposal = hubs(&place, brief).expect("a plan");
    (place, proposal)
}

fn keys(proposal: &Proposal) -> Vec<&str> {
    proposal.sites.iter().map(|chosen| chosen.site.key.as_str()).collect()
}

/// The objective counted anew from the measure of the plan.
fn gain(proposal: &Proposal) -> f64 {
    proposal.after.place.covered - proposal.before.place.covered
}

#[test]
fn the_best_single_hub_on_south_bank_is_by_the_bridge() {
    // Three steps each way along South Bank are seven homes. From the bridge at x = 2 one may also cross: a hub at
    // 1.5 or 2.5 walks 0.5 to the bridge and 1 over it, and reaches 0.5 to 3.5 on North Bank (1.5 left). At 2.5 the
    // homes are 0.5 … 5.5 on South Bank (6) and 0.5 … 3.5 on North Bank (4): 10. At 3.5 there are 0.5 … 6.5 (7) and,
    // with 0.5 left beyond the bridge, 1.5 and 2.5 (2): 9. At 1.5 there are 0.5 … 4.5 (5) and 4: 9.
    let (place, proposal) = planned(&brief(1));
    assert_eq!(keys(&proposal), ["s02"]);
    assert_eq!((proposal.status, gain(&proposal)), (Status::Optimal, 1000.0));
    assert_eq!(proposal.objective, proposal.after.place.covered);
    let site = &proposal.sites[0];
    let patches: Vec<(&str, f64)> =
        site.by_patch.iter().map(|&(patch, more)| (place.patches[patch].key.as_str(), more)).collect();
    assert_eq!(patches, [("D", 1000.0)]);
    // Ten disabled people a home, at half the speed: 1.5 steps. South Bank 1.5 2.5 3.5, and nobody over the bridge
    // (0.5 + 1 is the foot of the bridge itself). Children are a quarter of everybody.
    assert_eq!(site.by_group.as_slice(), [Some(30.0), Some(250.0)]);
    assert_eq!(site.lost_alone, 1000.0);
    let second = site.replacement.as_ref().expect("a replacement");
    assert_eq!((second.lost, second.status), (100.0, Status::Optimal));
    assert!(["s01", "s03"].contains(&second.instead[0].key.as_str()), "{second:?}");
    assert!(site.alternatives.is_empty(), "the next best loses a tenth");
    let said = proposal.sentences.join(" ");
    assert!(said.contains("Today 2,300 of 7,400 residents (31.1%)"), "{said}");
    assert!(said.contains("Proven"), "{said}");
}

#[test]
fn a_candidate_that_nobody_can_walk_to_is_told_and_no_candidate() {
    let spot = |key: &str, at: Xy| Spot { key: key.to_owned(), name: format!("Plot {key}"), at, cost: None };
    let bank = |key: &str, step: f64| spot(key, Xy::new(step * 100.0, 250.0));
    let far = spot("far", Xy::new(40_000.0, 40_000.0));
    let ask = |spots: Vec<Spot>| planned(&Brief { candidates: Candidates::Points(spots), ..brief(1) }).1;
    for spots in [
        vec![bank("a", 2.5), bank("b", 12.5), far.clone()],
        vec![far.clone(), bank("a", 2.5), bank("b", 12.5)],
        vec![bank("a", 2.5), bank("b", 12.5), far.clone(), spot("gone", Xy::new(-40_000.0, 250.0))],
    ] {
        let n = spots.len();
        let proposal = ask(spots);
        let lost: Vec<&str> = proposal.out_of_reach.iter().map(|site| site.key.as_str()).collect();
        assert!(lost.contains(&"far") && lost.len() == n - 2 && proposal.candidates == 2, "{lost:?}");
        let said = proposal.sentences.join(" ");
        assert!(said.contains("among the 2 candidates") && said.contains("Not counted among them: Plot far"), "{said}");
        assert!(!proposal.sites[0].why.join(" ").contains("Plot far"), "{:?}", proposal.sites[0].why);
    }
    let proposal = ask(vec![bank("a", 2.5), far]);
    let said = proposal.sentences.join(" ");
    assert!(said.contains("the one candidate") && !said.contains("runner-up"), "{said}");
    assert!(proposal.sites[0].why.join(" ").contains("(no other site)"), "{:?}", proposal.sites[0].why);
    assert!(planned(&brief(1)).1.out_of_reach.is_empty());
}

#[test]
fn where_nothing_is_gained_no_candidate_is_called_better_than_another() {
    let place = toytown().place();
    let hub = place.assets.iter().find(|asset| asset.kind == "hub").expect("a hub").at;
    let spot = |key: &str| Spot { key: key.to_owned(), name: key.to_owned(), at: hub, cost: Some(1.0) };
    for names in [vec!["a", "b"], vec!["a", "b", "c"], vec!["a"]] {
        let spots = names.iter().map(|name| spot(name)).collect();
        let (_, proposal) = planned(&Brief { candidates: Candidates::Points(spots), ..brief(1) });
        assert_eq!(gain(&proposal), 0.0);
        let why = proposal.sites[0].why.join(" ");
        assert!(why.contains("gains nothing over today") && !why.contains("No other candidate"), "{why}");
    }
    // A budget decides what goes together, so single exchanges are not looked for, and none is denied.
    let (_, proposal) = planned(&Brief { sites: None, budget: Some(250.0), ..brief(2) });
    let why: String = proposal.sites.iter().flat_map(|site| site.why.clone()).collect();
    assert!(!why.contains("No other candidate") && !why.contains("gains nothing"), "{why}");
}

#[test]
fn a_plan_that_is_cancelled_at_any_step_gives_no_proposal() {
    let place = toytown().place();
    for at in 0..5 {
        let (watch, steps) = (Arc::new(OnceLock::<Watch>::new()), Arc::new(AtomicUsize::new(0)));
        let (inside, heard) = (Arc::clone(&watch), Arc::clone(&steps));
        let telling = watch.get_or_init(|| {
            Watch::telling(move |_, done| {
                assert!((0.0..=1.0).contains(&done));
                if heard.fetch_add(1, Ordering::Relaxed) == at {
                    inside.get().expect("made before the first step").cancel();
                }
            })
        });
        assert_eq!(hubs_watched(&place, &brief(2), telling).err(), Some(Unplanned::Cancelled));
        assert_eq!(steps.load(Ordering::Relaxed), at + 1, "nothing begins after it is cancelled");
    }
}

#[test]
fn hubs_that_are_kept_stay_and_free_ones_do_no_worse() {
    let (_, kept) = planned(&brief(2));
    let everywhere = coverage(&toytown().place(), &a_hub_within_three_minutes());
    assert!(everywhere.qualifying.iter().all(|asset| kept.after.qualifying.contains(asset)));
    assert!(kept.given_up.is_empty());
    let (_, free) = planned(&Brief { keep: Keep::Free, ..brief(2) });
    assert!(free.objective >= kept.objective);
    let staying = free.staying.as_ref().expect("what moving fewer loses");
    let (first, last) = (staying.points.first().expect("the plan"), staying.points.last().expect("none moved"));
    assert_eq!((first.kept, first.lost), (free.today - free.given_up.len(), 0.0));
    assert_eq!(last.kept, free.today, "the last point is the best plan in which every hub stays");
    assert!((free.objective - last.lost - kept.objective).abs() < 1e-6, "{} - {}", free.objective, last.lost);
    assert!(staying.points.is_sorted_by(|a, b| a.kept < b.kept && a.lost <= b.lost));
    let gain = free.objective - free.objective_today;
    assert!(staying.forgone <= ALIKE * (gain + staying.forgone) + 1e-9, "only what is about as good is passed over");
    assert!((free.bound - free.objective - staying.forgone).abs() < 1e-6);
    assert!(kept.staying.is_none());
    assert_eq!(free.after.qualifying.len(), kept.after.qualifying.len(), "as many hubs in all");
    assert_eq!(free.sites.len() - 2, free.given_up.len());
}

#[test]
fn more_sites_never_cover_less_and_the_sites_sum_to_the_whole() {
    let mut last = 0.0;
    for sites in 1..=5 {
        let (_, proposal) = planned(&brief(sites));
        assert_eq!(proposal.sites.len(), sites);
        assert_eq!(proposal.sites.iter().map(|chosen| chosen.covered).sum::<f64>(), gain(&proposal));
        assert!(proposal.objective >= last);
        last = proposal.objective;
    }
}

#[test]
fn every_objective_is_counted_anew_and_beats_the_others_at_its_own() {
    let of = |objective| planned(&Brief { objective, ..brief(2) }).1;
    let worst = |proposal: &Proposal| {
        let shares = proposal.after.place.by_group.iter().flatten().map(|group| group.covered / group.residents);
        shares.fold(1.0, f64::min)
    };
    let (coverage, walking, worst_off, deprived) =
        (of(Objective::Coverage), of(Objective::Walking), of(Objective::WorstOff), of(Objective::Deprivation));
    for other in [&walking, &worst_off, &deprived] {
        assert!(other.after.place.covered <= coverage.after.place.covered);
        assert!(worst(other) <= worst(&worst_off) + 1e-12);
        assert_eq!(other.status, Status::Optimal);
    }
    assert_eq!(worst_off.objective, worst(&worst_off));
    assert!(walking.sentences.iter().any(|said| said.contains("average walk")));
}

#[test]
fn a_floor_never_raises_the_objective_and_is_honoured() {
    let place = toytown().place();
    let free = hubs(&place, &brief(2)).expect("a plan");
    let disabled = place.groups.indices().next().expect("a group");
    let share = |plan: &Proposal| plan.after.place.by_group[disabled].map_or(0.0, |g| g.covered / g.residents);
    let mut floored = 0;
    for percent in 1..=60 {
        let floor = f64::from(percent) / 100.0;
        match hubs(&place, &Brief { floors: vec![(disabled, floor)], runs: 0, ..brief(2) }) {
            Ok(plan) => {
                floored += 1;
                assert!(plan.objective <= free.objective && share(&plan) >= floor - 1e-12);
            }
            Err(Unplanned::Infeasible { sentence, short_by }) => {
                assert!(short_by > 0.0 && sentence.contains("disabled") && sentence.contains("too few"), "{sentence}");
                assert!(floored > 0, "{sentence}");
                return;
            }
            Err(other) => panic!("{other}"),
        }
    }
    panic!("two hubs can't cover 60 % of disabled people");
}

#[test]
fn a_floor_out_of_reach_says_by_how_much() {
    // One hub on South Bank brings 70 disabled people at the very most, and there are 700 in the table.
    let place = toytown().place();
    let disabled = place.groups.indices().next().expect("a group");
    let refused = hubs(&place, &Brief { floors: vec![(disabled, 0.9)], ..brief(1) });
    let Err(Unplanned::Infeasible { sentence, short_by }) = refused else { panic!("{refused:?}") };
    let today = coverage(&place, &a_hub_within_three_minutes()).place.by_group[disabled].expect("counted");
    // A hub in the middle of the south side covers 1.5 steps each way: three homes.
    let most = today.covered + 30.0;
    assert!((short_by - (0.9 * today.residents - most)).abs() < 1e-6, "{sentence}");
    assert!(sentence.contains("90.0%") && sentence.contains("with 1 new site"), "{sentence}");
}

#[test]
fn the_price_of_fairness_falls_floor_by_floor_until_it_is_impossible() {
    let (_, proposal) = planned(&brief(2));
    let points = &proposal.fairness.points;
    assert_eq!(points[0].covered, proposal.after.place.covered);
    for pair in points.windows(2) {
        assert!(pair[1].covered <= pair[0].covered && pair[1].worst.1 > pair[0].worst.1);
        assert!(pair[1].worst.1 >= pair[1].floor);
    }
    assert!(points.iter().all(|point| point.status == Status::Optimal));
    assert!(matches!(proposal.fairness.end, FairEnd::Impossible(_)), "{:?}", proposal.fairness.end);
}

#[test]
fn a_budget_buys_what_it_can_and_needs_costs() {
    let place = toytown().place();
    let money = Brief { sites: None, budget: Some(205.0), ..brief(1) };
    let proposal = hubs(&place, &money).expect("a plan");
    let spent: f64 = proposal.sites.iter().filter_map(|chosen| chosen.site.cost).sum();
    assert!(spent <= 205.0 && proposal.sites.len() == 2, "{:?}", keys(&proposal));
    let without = Brief { candidates: Candidates::Kinds(vec!["church".into()]), ..money };
    assert!(matches!(hubs(&place, &without), Err(Unplanned::Wrong(why)) if why.contains("cost")));
}

#[test]
fn bad_briefs_are_answered_with_what_to_change() {
    let place = toytown().place();
    let refused = |brief: Brief| hubs(&place, &brief).expect_err("no plan").to_string();
    let church = Candidates::Kinds(vec!["church".into()]);
    let too_many = refused(Brief { candidates: church, ..brief(4) });
    assert_eq!(too_many, "4 sites are wanted, and there are only 1 candidates: 3 too few");
    assert!(
        refused(Brief { candidates: Candidates::Kinds(vec!["lighthouse".into()]), ..brief(1) }).contains("lighthouse")
    );
    assert!(refused(Brief { sites: Some(0), ..brief(1) }).contains("at least 1"));
    let never = Standard { within: Seconds::new(f64::NAN), ..a_hub_within_three_minutes() };
    assert!(refused(Brief { standard: never, ..brief(1) }).contains("minutes"));
}

#[test]
fn candidates_along_the_streets_keep_their_distance() {
    let every = |metres: f64| {
        let candidates = Candidates::Streets(Metres::new(metres));
        planned(&Brief { candidates, runs: 2, ..brief(2) }).1
    };
    let (near, far) = (every(150.0), every(400.0));
    assert!(near.candidates > 20 && far.candidates < near.candidates, "{} {}", near.candidates, far.candidates);
    let [a, b] = [&near.sites[0].site, &near.sites[1].site];
    assert!(a.at.distance(b.at).get() >= 150.0);
    // Wherever it stands on a long street, a hub has at least six homes within three steps.
    assert!(gain(&near) >= 1200.0, "{}", gain(&near));
}

#[test]
fn the_same_seed_gives_the_same_plan_and_the_layer_says_what_the_json_says() {
    let (place, first) = planned(&brief(3));
    let (_, second) = planned(&brief(3));
    let stable = |proposal: &Proposal| Proposal { seconds: 0.0, ..proposal.clone() };
    assert_eq!(hubs_json(&place, &stable(&first)), hubs_json(&place, &stable(&second)));
    let layer = hubs_layer(&place, &first);
    assert_eq!(layer.features.len(), 3);
    assert!(layer.features.iter().all(|feature| feature.values.len() == layer.fields.len()));
    let json: serde_json::Value = serde_json::from_str(&hubs_json(&place, &first)).expect("JSON");
    assert_eq!(json["sites"].as_array().map(Vec::len), Some(3));
    assert_eq!(json["place_total"]["after"], first.after.place.covered);
}

#[test]
fn without_streets_the_plan_goes_by_straight_lines() {
    let place = crate::town::Town { has_streets: false, ..toytown() }.place();
    let proposal = hubs(&place, &brief(1)).expect("a plan");
    assert_eq!(proposal.objective, proposal.after.place.covered);
    assert!(gain(&proposal) > 0.0);
}

#[test]
fn the_same_brief_asked_ten_times_has_one_answer_on_an_idle_and_on_a_busy_machine() {
    // Work for a thousandth of a second ends nearly every search of it before it is proven.
    let place = toytown().place();
    let candidates = Candidates::Streets(Metres::new(10.0));
    let brief = Brief { candidates, time_limit: Duration::from_millis(1), runs: 3, ..brief(3) };
    let ask = || hubs_json(&place, &hubs(&place, &brief).expect("a plan"));
    let first = ask();
    let json: serde_json::Value = serde_json::from_str(&first).expect("JSON");
    assert!(json.get("seconds").is_none() && json["cut_by_clock"] == false, "{first}");
    for _ in 0..4 {
        assert_eq!(ask(), first, "idle");
    }
    let _busy = Busy::start();
    for _ in 0..5 {
        assert_eq!(ask(), first, "busy");
    }
}

#[test]
fn the_fewest_sites_for_a_share_cover_it_and_one_fewer_cannot() {
    let place = toytown().place();
    let watch = Watch::new();
    let residents = coverage(&place, &a_hub_within_three_minutes()).place.residents;
    for share in [0.5, 0.7, 0.9, 1.0] {
        let few = fewest(&place, &brief(1), share, &watch).expect("a number of sites");
        assert!(few.is_proven(), "{few:?}");
        let aim = share.min(few.reachable) * residents;
        let best = |sites: usize| hubs(&place, &Brief { runs: 0, ..brief(sites) }).expect("a plan").after.place.covered;
        if few.sites > 0 {
            assert!(best(few.sites) >= aim - 1e-3, "{few:?}: {} of {aim}", best(few.sites));
            let plan = hubs_covering(&place, &brief(1), Some(share), &watch).expect("a plan");
            assert_eq!(plan.sites.len(), few.sites);
            assert!(
                plan.sentences.iter().any(|sentence| sentence.contains("Fewer cannot do it")),
                "{:?}",
                plan.sentences
            );
        }
        if few.sites > 1 {
            assert!(best(few.sites - 1) < aim, "{few:?}: one fewer covers {}", best(few.sites - 1));
        }
    }
    assert!(fewest(&place, &brief(1), 0.0, &watch).is_err() && fewest(&place, &brief(1), 1.5, &watch).is_err());
    // What is covered already needs nothing, and says so.
    let none = hubs_covering(&place, &brief(1), Some(0.01), &watch);
    assert!(
        matches!(none, Err(Unplanned::Infeasible { ref sentence, .. }) if sentence.contains("no new site")),
        "{none:?}"
    );
}
