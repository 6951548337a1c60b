//! Plans of hubs by a standard that asks for more than a walk: by bus, or for room. A street by hand, and laws on towns by
//! chance.

use crate::http_processes::{start, until};
use crate::http_server::Server;
use crate::small_towns::drafts;
use crate::town::{Home, Town, TownZone, asset, standard};
use crate::transit::{BY_BUS, HOUR, by_bus, journey, town, toy, trip, ways, with_buses};
use patchwork::crs::Xy;
use patchwork::locate::Status;
use patchwork::measure::walk::doors;
use patchwork::measure::{Door, coverage, coverage_to};
use patchwork::network::Snap;
use patchwork::place::{Asset, AssetIdx, Idx, Journey, Place, PlaceUnit, PlacesAsked, Standard, WayBack};
use patchwork::plan::hubs::{Brief, Candidates, Keep, Objective, Proposal, Spot, Unplanned, hubs, standard_named};
use patchwork::units::{Metres, WalkingSpeed};
use proptest::prelude::*;
use serde_json::json;

fn spots(points: &[(f64, f64)]) -> Candidates {
    let spot = |(i, &(x, y)): (usize, &(f64, f64))| Spot {
        key: format!("s{i}"),
        name: format!("Shop {i}"),
        at: Xy::new(x, y),
        cost: None,
    };
    Candidates::Points(points.iter().enumerate().map(spot).collect())
}

fn keys(proposal: &Proposal) -> Vec<&str> {
    proposal.sites.iter().map(|chosen| chosen.site.key.as_str()).collect()
}

/// One street of four kilometres with homes at these points and these assets.
fn street(homes: &[(f64, f64)], assets: Vec<Asset>) -> Place {
    let zone = |(i, &(_, residents)): (usize, &(f64, f64))| TownZone {
        key: format!("z{i}"),
        residents,
        by_group: vec![Some(residents / 2.0)],
        decile: None,
    };
    let home = |(i, &(x, _)): (usize, &(f64, f64))| Home { zone: format!("z{i}"), at: (x, 0.0), weight: 1.0 };
    Town {
        streets: vec![("Long Street".into(), (0..=40).map(|n| (f64::from(n) * 100.0, 0.0)).collect())],
        has_streets: true,
        zones: homes.iter().enumerate().map(zone).collect(),
        homes: homes.iter().enumerate().map(home).collect(),
        assets,
        groups: vec![("slow".into(), WalkingSpeed::from_km_per_h(3.0))],
        ..Town::default()
    }
    .place()
}

/// A hundred people at the west end and thirty at 1,500 m; a bus from the one end to the other every twenty minutes.
fn street_with_buses() -> Place {
    let every_20 = (0..36).map(|n| 7 * HOUR + 15 * 60 + n * 1200).map(|at| trip(&[(0, at), (1, at + 360)]));
    with_buses(street(&[(0.0, 100.0), (1500.0, 30.0)], vec![]), &[(100.0, 0.0), (3900.0, 0.0)], every_20.collect())
}

/// At the east end a hub is in time by bus for the hundred with eight of twenty departures, which is forty of them; in the
/// middle for the thirty, who walk.
#[test]
fn by_bus_the_best_hub_is_where_most_arrive_in_time_however_they_come() {
    let place = street_with_buses();
    let asked = by_bus(15.0, journey(9 * HOUR + 30 * 60, 10 * HOUR + 30 * 60));
    let plan = |standard: &Standard, sites| {
        let brief = Brief { runs: 3, ..Brief::new(standard.clone(), sites, spots(&[(2000.0, 0.0), (4000.0, 0.0)])) };
        hubs(&place, &brief).expect("a plan")
    };
    let one = plan(&asked, 1);
    assert_eq!((keys(&one), one.status), (vec!["s1"], Status::Optimal));
    assert!((one.objective - 40.0).abs() < 1e-4 && (one.after.place.covered - 40.0).abs() < 1e-4, "{}", one.objective);
    // At 3 km/h six of twenty departures are in time: fifteen of fifty.
    let slow = one.sites[0].by_group.as_slice()[0].expect("a group");
    assert!((slow - 15.0).abs() < 1e-4, "{slow}");
    assert!(
        (one.beyond - 60.0).abs() < 1e-4,
        "twelve of twenty departures of the hundred lead nowhere: {}",
        one.beyond
    );
    assert!((plan(&asked, 2).objective - 70.0).abs() < 1e-4);
    let words = one.sentences.join(" ");
    for part in ["within 15 minutes by bus and on foot", "residents times that share", "60 departures (09:30-10:30"] {
        assert!(words.contains(part), "{part}: {words}");
    }
    let on_foot = plan(&Standard { transit: None, ..asked }, 1);
    assert_eq!((keys(&on_foot), on_foot.objective), (vec!["s0"], 30.0));
}

#[test]
fn what_cannot_be_planned_is_refused_with_what_to_ask_instead() {
    let place = street_with_buses();
    let window = journey(9 * HOUR, 10 * HOUR);
    let candidates = || spots(&[(2000.0, 0.0)]);
    let why = |brief: &Brief| match hubs(&place, brief) {
        Err(Unplanned::Wrong(why)) => why,
        other => panic!("{other:?}"),
    };
    let back = Some(WayBack { by: 12 * HOUR, stay: 600 });
    let there_and_back = by_bus(15.0, Journey { back, ..window.clone() });
    assert!(why(&Brief::new(there_and_back, 1, candidates())).contains("without back_by"));
    let plain = Brief::new(by_bus(15.0, window), 1, candidates());
    let walking = why(&Brief { objective: Objective::Walking, ..plain.clone() });
    assert!(walking.contains("least walking knows walks alone"), "{walking}");
    assert!(why(&Brief { room: Some(5.0), ..plain }).contains("asks for no room"));
    let room = Brief::new(with_room(), 1, candidates());
    assert!(why(&room).contains("say how many places each new site would have"));
    let room = Brief { room: Some(60.0), ..room };
    assert!(why(&Brief { keep: Keep::Free, ..room.clone() }).contains("today's hubs stay"));
    assert!(why(&Brief { objective: Objective::WorstOff, ..room.clone() }).contains("the aim is coverage"));
    let twice = Standard { nth: 2, ..standard(&["hub"], 15.0) };
    assert!(why(&Brief::new(twice, 1, candidates())).contains("more than one asset"));
}

/// Six hundred places for a thousand residents: a hub of sixty places is enough for a hundred.
fn with_room() -> Standard {
    Standard { places: Some(PlacesAsked { per_1000: 600.0, unit: PlaceUnit::Places }), ..standard(&["hub"], 6.0) }
}

fn hall(x: f64, places: Option<f64>) -> Asset {
    Asset { capacity: places, ..asset("hall", "hub", (x, 0.0)) }
}

/// Two hundred people live within six minutes of a hall with room for a hundred, fifty within reach of none.
#[test]
fn where_a_hub_is_full_the_next_stands_beside_it() {
    let homes = [(0.0, 100.0), (900.0, 100.0), (3000.0, 50.0)];
    let candidates = || spots(&[(440.0, 0.0), (3000.0, 0.0)]);
    let place = street(&homes, vec![hall(450.0, Some(60.0))]);
    let plan = |place: &Place, sites, room| {
        let brief = Brief { room: Some(room), runs: 3, ..Brief::new(with_room(), sites, candidates()) };
        hubs(place, &brief).expect("a plan")
    };
    let near = |a: f64, b: f64| (a - b).abs() < 1e-6;
    let one = plan(&place, 1, 60.0);
    assert_eq!((keys(&one), one.status), (vec!["s0"], Status::Optimal), "a hundred more, where on foot fifty would be");
    assert!(near(one.objective_today, 100.0) && near(one.objective, 200.0), "{one:?}");
    assert!(near(one.sites[0].lost_alone, 100.0));
    assert_eq!(one.after.place.covered, 200.0, "both halls share both homes alike, at 600 for a thousand");
    assert_eq!(one.before.place.covered, 0.0, "sixty places for two hundred are too few for anybody");
    let words = one.sentences.join(" ");
    assert!(words.contains("100 of 250 residents (40.0%) today, 200 (80.0%) with the plan"), "{words}");
    assert!(words.contains("have room enough within 6 minutes' walk in a hub"), "{words}");
    assert!(one.sites[0].why.join(" ").contains("100 fewer residents have room"), "{:?}", one.sites[0].why);
    assert!(!words.contains("nobody said"), "{words}");
    let second = one.sites[0].replacement.as_ref().expect("a replacement");
    assert!(near(second.lost, 50.0), "{second:?}");
    // A small one is of less use there than at the far end would be a large one; two small ones have room for fifty each.
    assert!(near(plan(&place, 2, 30.0).objective, 200.0));
    let unknown = street(&homes, vec![hall(450.0, None)]);
    let said = plan(&unknown, 1, 60.0).sentences.join(" ");
    assert!(said.contains("Of 1 of today\u{2019}s 1 hubs nobody said how much room there is"), "{said}");
}

#[test]
fn the_service_plans_by_bus_and_names_the_room_it_needs() {
    let room = "\n[[standards]]\nkey = \"room\"\nkinds = \"hub\"\nwithin_minutes = 15\nplaces_per_1000 = 10\n";
    let (place, _) = toy().and(BY_BUS).and(room).place();
    let today = place.date.unwrap();
    assert!(standard_named(&place, (Some("by-bus"), None), None, today).unwrap().transit.is_some());
    let server = Server::of(place);
    let done = |standard: &str, more: serde_json::Value| {
        let mut inputs = json!({"standard": standard, "sites": 1, "candidates": {"points": [{"at": [-2.995, 51.585]}]}, "runs": 2, "time_limit": 5});
        inputs.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let job = start(&server, "hubs", &json!({ "inputs": inputs }));
        let info = until(&server, &job, |status| ["successful", "failed"].contains(&status));
        if info["status"] == "failed" {
            info.to_string()
        } else {
            server.get(&format!("{job}/results")).text().to_owned()
        }
    };
    let plan = done("by-bus", json!({}));
    assert!(plan.contains("by bus and on foot"), "{plan}");
    let refused = done("room", json!({}));
    assert!(refused.contains("say how many places"), "{refused}");
    let plan = done("room", json!({"room": 3}));
    assert!(plan.contains("sent to where there is some"), "{plan}");
}

/// The doors that are open today and at these points.
fn open(place: &Place, today: &[AssetIdx], points: &[(f64, f64)]) -> Vec<Door> {
    let mut open = doors(place, today);
    for (i, &(x, y)) in points.iter().enumerate() {
        let at = Xy::new(x, y);
        let snap: Option<Snap> = place.streets.as_ref().and_then(|streets| streets.snap(at, Metres::new(500.0)));
        open.push(Door { asset: AssetIdx::from_usize(place.assets.len() + i), at, snap });
    }
    open
}

const POINTS: [(f64, f64); 5] = [(0.0, 5.0), (200.0, 5.0), (405.0, 200.0), (5.0, 200.0), (200.0, 205.0)];

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn by_bus_no_two_sites_cover_more_than_those_of_the_plan(
        draft in drafts(), ways in ways(), minutes in 1u8..9, by in any::<bool>(),
    ) {
        let place = town(&draft, &ways);
        let arrive_by = by.then_some(10 * HOUR);
        let standard = by_bus(f64::from(minutes), Journey { arrive_by, ..journey(9 * HOUR, 10 * HOUR) });
        let brief = Brief { runs: 2, ..Brief::new(standard.clone(), 2, spots(&POINTS)) };
        let today = coverage(&place, &standard).qualifying;
        let plan = match hubs(&place, &brief) {
            Ok(plan) => plan,
            Err(Unplanned::Wrong(why)) => {
                prop_assert!(why.contains("none of the 5 candidates"), "{}", why);
                return Ok(());
            }
            Err(why) => return Err(TestCaseError::fail(why.to_string())),
        };
        let mut most = 0.0_f64;
        for (nth, one) in POINTS.iter().enumerate() {
            for other in &POINTS[..nth] {
                let covered = coverage_to(&place, &standard, &open(&place, &today, &[*one, *other])).place.covered;
                most = most.max(covered);
            }
        }
        prop_assert_eq!(plan.status, Status::Optimal);
        prop_assert!((plan.objective - most).abs() < 1e-3, "{} of {}", plan.objective, most);
        prop_assert!((plan.after.place.covered - most).abs() < 1e-3);
    }

    #[test]
    fn with_room_for_everybody_the_plan_is_that_of_walks_and_with_less_it_is_never_better(
        draft in drafts(), minutes in 1u8..9, room in 1u16..400,
    ) {
        let place = draft.town().place();
        let plain = standard(&["hub"], f64::from(minutes));
        let asked = Standard { places: Some(PlacesAsked { per_1000: 1000.0, unit: PlaceUnit::Places }), ..plain.clone() };
        let plan = |standard: &Standard, room| {
            let brief = Brief { runs: 0, room, ..Brief::new(standard.clone(), 2, spots(&POINTS)) };
            hubs(&place, &brief)
        };
        let (Ok(on_foot), Ok(much), Ok(little)) =
            (plan(&plain, None), plan(&asked, Some(1e6)), plan(&asked, Some(f64::from(room)))) else { return Ok(()) };
        // Nobody said how much room today's hubs have: they count as having none.
        prop_assert!(much.objective <= on_foot.objective + 1e-6);
        if on_foot.today == 0 {
            prop_assert!((much.objective - on_foot.objective).abs() < 1e-6);
        }
        prop_assert!(little.objective <= much.objective + 1e-6);
        prop_assert!(little.objective <= 2.0 * f64::from(room) + 1e-6);
    }
}
