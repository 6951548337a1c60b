//! Standards that ask for room, for several assets, or over weeks: a street by hand, and laws on towns by chance.

use crate::http_server::Server;
use crate::small_towns::{drafts, standards};
use crate::town::{Home, Town, TownZone, asset, standard};
use chrono::NaiveDate;
use patchwork::measure::walk::nearest;
use patchwork::measure::what_if::{Edit, Today, what_if};
use patchwork::measure::{Cause, Coverage, coverage, gaps};
use patchwork::place::{
    Asset, AssetIdx, AssetStatus, Idx, Opening, Over, Place, PlaceUnit, PlacesAsked, Standard, ZoneIdx,
};
use patchwork::units::WalkingSpeed;
use proptest::prelude::*;

fn zone(n: usize) -> ZoneIdx {
    ZoneIdx::from_usize(n)
}

fn hall(key: &str, x: f64, places: Option<f64>) -> Asset {
    Asset { capacity: places, opening: Opening::Hours("Mo-Fr 10:00-12:00".into()), ..asset(key, "hub", (x, 0.0)) }
}

/// One street of 3.2 km. A hundred people at its west end, a hundred at 1,000 m, fifty at 3,000 m; halls at 500 and 1,100 m.
fn street(halls: Vec<Asset>) -> Place {
    let homes = [("a", 0.0, 100.0), ("b", 1000.0, 100.0), ("c", 3000.0, 50.0)];
    let zone = |(key, _, residents): (&str, f64, f64)| TownZone {
        key: key.into(),
        residents,
        by_group: vec![Some(residents / 2.0)],
        decile: None,
    };
    Town {
        streets: vec![("Long Street".into(), (0..=32).map(|n| (f64::from(n) * 100.0, 0.0)).collect())],
        has_streets: true,
        zones: homes.map(zone).to_vec(),
        homes: homes.map(|(key, x, _)| Home { zone: key.into(), at: (x, 0.0), weight: 1.0 }).to_vec(),
        assets: halls,
        groups: vec![("slow".into(), WalkingSpeed::from_km_per_h(3.0))],
        ..Town::default()
    }
    .place()
}

fn with_room(per_1000: f64, unit: PlaceUnit) -> Standard {
    Standard { places: Some(PlacesAsked { per_1000, unit }), ..standard(&["hub"], 6.0) }
}

fn near(one: Option<f64>, other: f64) -> bool {
    one.is_some_and(|one| (one - other).abs() < 1e-9)
}

/// Within six minutes `a` reaches the first hall in its last third (0.22); `b` the first so, and the second in its first (1).
#[test]
fn room_on_a_street_is_what_paper_says() {
    let place = street(vec![hall("first", 500.0, Some(60.0)), hall("second", 1100.0, Some(60.0))]);
    let measured = coverage(&place, &with_room(600.0, PlaceUnit::Places));
    let room = measured.ratios.as_ref().expect("asked for").room(&place);
    let [a, b, c] = [0, 1, 2].map(|n| &room.zones[zone(n)]);
    assert!(near(a.two_step(), 60.0 / 200.0) && near(b.two_step(), 0.3 + 0.6), "{a:?} {b:?}");
    assert!(near(a.enhanced(), 0.3) && near(b.enhanced(), 0.3 + 0.6), "60 / 44 × 0.22, and 60 / 100 × 1");
    let (to_first, to_second) = (0.22 / 1.22, 1.0 / 1.22);
    let (first, second) = (60.0 / (100.0 + 100.0 * to_first), 60.0 / (100.0 * to_second));
    assert!(near(a.balanced(), first) && near(b.balanced(), to_first * first + to_second * second));
    assert!(near(c.balanced(), 0.0), "nothing in reach is nought, and known");
    assert!(near(room.place.balanced(), 120.0 / 250.0), "what there is, over everybody");
    assert!(near(a.of_group(Idx::from_usize(0)), first));
    assert_eq!((measured.place.covered, room.place.enough, room.place.unknown), (100.0, 100.0, 0.0), "b alone");
    let slow = measured.place.by_group[Idx::from_usize(0)].expect("a group");
    assert_eq!(slow.covered, 50.0, "the second hall is two minutes away at 3 km/h");
}

#[test]
fn places_times_hours_are_counted_by_the_week() {
    let place = street(vec![hall("first", 500.0, Some(60.0)), hall("second", 1100.0, None)]);
    let measured = coverage(&place, &with_room(1.0, PlaceUnit::PlaceHours));
    let ratios = measured.ratios.expect("asked for");
    assert_eq!(ratios.of_assets[0].room, Some(600.0), "60 places, five days of two hours");
    assert_eq!(ratios.of_assets[1].room, None);
    let closed = Asset { opening: Opening::Unknown, ..hall("first", 500.0, Some(60.0)) };
    let place = street(vec![closed]);
    let measured = coverage(&place, &with_room(1.0, PlaceUnit::PlaceHours));
    assert_eq!(measured.ratios.expect("asked for").of_assets[0].room, None, "nobody says when it is open");
}

#[test]
fn unknown_room_is_not_nought_and_nobody_is_said_to_have_enough_of_it() {
    let place = street(vec![hall("first", 500.0, Some(60.0)), hall("second", 1100.0, None)]);
    let measured = coverage(&place, &with_room(500.0, PlaceUnit::Places));
    let room = measured.ratios.as_ref().expect("asked for").room(&place);
    assert_eq!(room.zones[zone(1)].balanced(), None);
    assert_eq!((room.zones[zone(1)].unknown, room.place.unknown), (100.0, 100.0));
    assert!(near(room.zones[zone(0)].balanced(), 60.0 / (100.0 + 22.0 / 1.22)), "the second still draws its people");
    assert_eq!(measured.place.covered, 100.0, "a has 508 for 1,000, of b nobody knows");
    let none = street(vec![hall("first", 500.0, Some(0.0))]);
    let measured = coverage(&none, &with_room(500.0, PlaceUnit::Places));
    assert!(near(measured.ratios.expect("asked for").room(&none).place.balanced(), 0.0), "none is known to be none");
}

#[test]
fn where_the_only_room_is_unknown_that_of_the_place_is_unknown_and_not_nought() {
    let place = street(vec![hall("first", 500.0, None)]);
    let measured = coverage(&place, &with_room(500.0, PlaceUnit::Places));
    let room = measured.ratios.expect("asked for").room(&place);
    assert_eq!((room.place.balanced(), room.place.enhanced(), room.place.two_step()), (None, None, None));
    assert_eq!((room.place.of_group(Idx::from_usize(0)), room.place.unknown), (None, 200.0));
    assert!(near(room.zones[zone(2)].balanced(), 0.0), "who has nothing in reach has none, and that is known");
}

#[test]
fn a_share_of_nobody_is_unknown_where_the_only_room_in_reach_is_and_nought_where_nothing_is_in_reach() {
    let mut place = street(vec![hall("first", 500.0, None)]);
    place.standards = vec![with_room(500.0, PlaceUnit::Places)];
    let key = place.standards[0].key.clone();
    let server = Server::of(place);
    let zones = server.get(&format!("/collections/coverage-{key}/items?f=json")).json();
    let shares = zones["features"].as_array().unwrap().iter().map(|zone| &zone["properties"]);
    let shares: Vec<(&str, Option<f64>)> =
        shares.map(|zone| (zone["zone_id"].as_str().unwrap(), zone["covered_share"].as_f64())).collect();
    assert_eq!(shares, [("a", None), ("b", None), ("c", Some(0.0))]);
}

#[test]
fn near_and_full_is_a_cause_and_what_is_decided_comes_before_it() {
    let asked = with_room(600.0, PlaceUnit::Places);
    let causes = |place: &Place| -> Vec<(Cause, f64)> {
        let found = gaps(place, &asked, &coverage(place, &asked));
        found.gaps.iter().map(|gap| (gap.cause, gap.residents)).collect()
    };
    let halls = vec![hall("first", 500.0, Some(60.0)), hall("second", 1100.0, Some(60.0))];
    assert_eq!(causes(&street(halls.clone())), [(Cause::Capacity, 100.0), (Cause::Distance, 50.0)]);
    let third = |places| Asset { status: AssetStatus::Planned, ..hall("third", 100.0, Some(places)) };
    let with = |places| street(halls.iter().cloned().chain([third(places)]).collect());
    assert_eq!(causes(&with(60.0))[0], (Cause::Planned, 100.0));
    assert_eq!(causes(&with(1.0))[0], (Cause::Capacity, 100.0), "too small to help");
}

#[test]
fn more_places_at_the_same_door_are_a_change() {
    let mut place = street(vec![hall("first", 500.0, Some(60.0)), hall("second", 1100.0, Some(60.0))]);
    place.standards = vec![with_room(650.0, PlaceUnit::Places)];
    let today = Today::of(&place);
    let first = AssetIdx::from_usize(0);
    let edit = |capacity| Edit { asset: Some(first), after: Some(Asset { capacity, ..place.assets[first].clone() }) };
    let larger = what_if(&place, &today, 0, &[edit(Some(120.0))]);
    assert_eq!((larger.place.all.before, larger.place.all.after), (100.0, 200.0));
    let unknown = what_if(&place, &today, 0, &[edit(None)]);
    assert_eq!(unknown.place.all.after, 0.0, "b is left with 0.6 of the second, shared with the first");
}

#[test]
fn two_to_choose_from_is_the_walk_to_the_second() {
    let place = street(vec![hall("first", 500.0, None), hall("second", 1100.0, None)]);
    let asked = |nth, minutes| Standard { nth, ..standard(&["hub"], minutes) };
    assert_eq!(coverage(&place, &asked(1, 6.0)).place.covered, 200.0);
    let two = coverage(&place, &asked(2, 6.0));
    assert_eq!(two.place.covered, 100.0, "b has the first 500 m away");
    assert_eq!(
        two.walks.iter().map(|walk| walk.map(|walk| walk.length.get())).collect::<Vec<_>>(),
        [Some(1100.0), Some(500.0), Some(2500.0)]
    );
    assert_eq!(coverage(&place, &asked(3, 60.0)).place.covered, 0.0, "there is no third");
    let found = gaps(&place, &asked(2, 6.0), &two);
    assert!(found.gaps.iter().all(|gap| gap.cause == Cause::Distance), "the walk is as direct as the street");
}

/// Weeks 23 to 26 of 2024, from Monday 3 June.
fn over_weeks(count: u64, kinds: &[&str]) -> Standard {
    let monday = NaiveDate::from_ymd_opt(2024, 6, 3).unwrap();
    let week = |n: u64| (0..7).map(|day| monday + chrono::Days::new(7 * n + day)).collect();
    Standard { over: Some(Over { unit: "week", periods: (0..count).map(week).collect() }), ..standard(kinds, 6.0) }
}

#[test]
fn a_van_every_second_tuesday_covers_half_of_the_weeks() {
    let van = |words: &str| Asset { opening: Opening::Hours(words.into()), ..asset("van", "hub", (500.0, 0.0)) };
    for (words, weeks, at_least) in [
        ("week 1-53/2 Tu 10:00-12:00", 2.0, [0.0, 200.0, 200.0]),
        ("2024 Jun 4 10:00-12:00", 1.0, [0.0, 0.0, 200.0]),
        ("2024 Jun 4,2024 Jun 18,2024 Jun 25 10:00-12:00", 3.0, [0.0, 200.0, 200.0]),
        ("2024 Apr 15-2024 Jun 14 Mo 15:30-17:00", 2.0, [0.0, 200.0, 200.0]),
        ("Tu 10:00-12:00", 4.0, [200.0; 3]),
        ("2024 Jul 2 10:00-12:00", 0.0, [0.0; 3]),
    ] {
        let place = street(vec![van(words)]);
        let covered = coverage(&place, &over_weeks(4, &["hub"])).place;
        assert_eq!(covered.covered, 200.0 * weeks / 4.0, "{words}");
        let often = covered.often.unwrap_or_default();
        assert_eq!([often.every, often.half, often.any], at_least, "{words}");
    }
    let place = street(vec![van("2024 Jun 4 10:00-12:00")]);
    let asked = over_weeks(4, &["hub"]);
    let found = gaps(&place, &asked, &coverage(&place, &asked));
    let seldom = found.gaps.iter().flat_map(|gap| &gap.causes).filter(|(cause, _)| *cause == Cause::Hours);
    assert_eq!(seldom.map(|(_, residents)| residents).sum::<f64>(), 200.0, "there, but seldom");
    let evenings = Standard { open_after: chrono::NaiveTime::from_hms_opt(17, 0, 0), ..over_weeks(4, &["hub"]) };
    assert_eq!(coverage(&street(vec![van("Tu 10:00-12:00")]), &evenings).place.covered, 0.0);
}

#[test]
fn what_opens_and_closes_within_the_weeks_counts_for_those_it_is_there() {
    let day = |text: &str| text.parse::<NaiveDate>().ok();
    let hub = |opens: &str, closes: &str| Asset {
        opens_on: day(opens),
        closes_on: day(closes),
        ..asset("hub", "hub", (500.0, 0.0))
    };
    let covered = |hub: Asset| coverage(&street(vec![hub]), &over_weeks(4, &["hub"])).place.covered;
    assert_eq!(covered(hub("", "")), 200.0, "of what has no hours nobody said that it comes now and then");
    assert_eq!(covered(hub("2024-06-12", "")), 150.0);
    assert_eq!(covered(hub("", "2024-06-12")), 100.0);
    assert_eq!(covered(hub("2024-07-01", "")), 0.0);
    let unreadable = Asset { opening: Opening::Unreadable("now and then".into()), ..hub("", "") };
    assert_eq!(covered(unreadable), 0.0, "not known to be there");
}

fn sums(place: &Place, measured: &Coverage) -> ([f64; 3], f64) {
    let ratios = measured.ratios.as_ref().expect("asked for");
    let mut given = [0.0; 3];
    for (position, ratio) in place.positions.iter().zip(&ratios.at) {
        for (sum, form) in given.iter_mut().zip([ratio.two_step, ratio.enhanced, ratio.balanced]) {
            *sum += position.residents * form;
        }
    }
    let reached = ratios.of_assets.iter().filter(|own| own.residents > 0.0);
    (given, reached.map(|own| own.room.unwrap_or(0.0)).sum())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn residents_times_ratio_sums_to_the_room_that_somebody_reaches(
        draft in drafts(),
        plain in standards(),
        places in prop::collection::vec(prop::option::weighted(0.8, 0u16..400), 6),
        per_1000 in 1u16..400,
    ) {
        let mut town = draft.town();
        for (asset, places) in town.assets.iter_mut().zip(&places) {
            asset.capacity = places.map(f64::from);
        }
        let asked = Standard {
            places: Some(PlacesAsked { per_1000: f64::from(per_1000), unit: PlaceUnit::Places }),
            ..plain.clone()
        };
        let place = town.place();
        let measured = coverage(&place, &asked);
        let (given, there) = sums(&place, &measured);
        for given in given {
            prop_assert!((given - there).abs() <= 1e-9 * there.max(1.0), "{given} of {there}");
        }
        // Nobody is covered who is not on foot, and more room takes nobody away.
        let on_foot = coverage(&place, &plain);
        prop_assert!(measured.place.covered <= on_foot.place.covered);
        town.assets.iter_mut().for_each(|asset| asset.capacity = asset.capacity.map(|places| places * 2.0));
        let more = coverage(&town.place(), &asked);
        prop_assert!(more.place.covered >= measured.place.covered);
        // Other names in another order change nothing.
        let n = town.assets.len();
        for (i, asset) in town.assets.iter_mut().enumerate() {
            asset.key = format!("z{}", n - i);
        }
        town.assets.reverse();
        let again = coverage(&town.place(), &asked);
        let (one, other) = (more.ratios.expect("asked for"), again.ratios.expect("asked for"));
        for (one, other) in one.at.iter().zip(&other.at) {
            prop_assert!((one.balanced - other.balanced).abs() <= 1e-9 * one.balanced.max(1.0));
            prop_assert_eq!(one.unknown, other.unknown);
        }
        prop_assert_eq!(more.place.covered, again.place.covered);
        // Gaps hold everybody who is not covered.
        let lacking: f64 = gaps(&place, &asked, &measured).gaps.iter().map(|gap| gap.residents).sum();
        prop_assert!((lacking + measured.place.covered - measured.place.residents).abs() < 1e-6);
    }

    #[test]
    fn the_nth_nearest_is_the_nth_of_all_walks(draft in drafts(), plain in standards(), nth in 2usize..5) {
        let place = draft.town().place();
        let asked = Standard { nth, ..plain.clone() };
        let measured = coverage(&place, &asked);
        let everywhere: Vec<usize> = (0..place.positions.len()).collect();
        let each: Vec<_> =
            measured.qualifying.iter().map(|asset| nearest(&place, &everywhere, &[*asset], None)).collect();
        for position in everywhere {
            let mut walks: Vec<f64> =
                each.iter().filter_map(|walks| walks[position].map(|walk| walk.length.get())).collect();
            walks.sort_by(f64::total_cmp);
            let own = measured.walks[position].map(|walk| walk.length.get());
            prop_assert_eq!(own, walks.get(nth - 1).copied());
        }
        prop_assert!(measured.place.covered <= coverage(&place, &plain).place.covered);
    }

    #[test]
    fn over_weeks_nobody_has_it_oftener_than_with_all_of_it_each_week(draft in drafts(), plain in standards()) {
        let place = draft.town().place();
        let one = over_weeks(1, &["hub"]);
        let asked = Standard { within: plain.within, ..one };
        let measured = coverage(&place, &asked);
        let each = coverage(&place, &Standard { over: None, ..asked });
        // In the one week of an ordinary date all is there that is open at some hour of it.
        prop_assert_eq!(measured.place.covered, each.place.covered);
        let covered: f64 = measured.zones.iter().map(|zone| zone.covered).sum();
        prop_assert_eq!(covered, measured.place.covered);
    }
}
