//! Standards by bus and on foot: a town by hand, laws on towns by chance, and a place of files.

use crate::http_server::Server;
use crate::small_towns::{Draft, drafts};
use crate::support::Toy;
use crate::town::{Home, Town, TownZone, asset, standard};
use chrono::NaiveDate;
use patchwork::crs::Xy;
use patchwork::measure::journeys::over_the_day;
use patchwork::measure::what_if::{Edit, Today, what_if};
use patchwork::measure::{Cause, Coverage, closure, coverage, gaps};
use patchwork::place::{Journey, Place, Standard, Transit, TransitStop, WayBack};
use patchwork::transit::{Call, Service, Timetable, Trip};
use patchwork::units::{Metres, Seconds, WalkingSpeed};
use proptest::prelude::*;

pub(crate) const HOUR: i32 = 3600;

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 6, 5).unwrap()
}

pub(crate) fn trip(calls: &[(u32, i32)]) -> Trip {
    let call = |&(stop, at): &(u32, i32)| Call { stop, arrival: at, departure: at, board: true, alight: true };
    Trip { service: 0, step_free: true, calls: calls.iter().map(call).collect() }
}

/// The place with stops at these points, where these trips run each day of the week of 5 June 2024 but Sunday.
pub(crate) fn with_buses(mut place: Place, stops: &[(f64, f64)], trips: Vec<Trip>) -> Place {
    let stop = |(i, &(x, y)): (usize, &(f64, f64))| {
        let at = Xy::new(x, y);
        let snap = place.streets.as_ref().and_then(|streets| streets.snap(at, Metres::new(50.0)));
        TransitStop { key: format!("s{i}"), name: format!("Stop {i}"), at: Some(at), snap }
    };
    let stops: Vec<TransitStop> = stops.iter().enumerate().map(stop).collect();
    let days = (3..=8).map(|day| NaiveDate::from_ymd_opt(2024, 6, day).unwrap()).collect();
    let timetable = Timetable {
        step_free_stops: vec![true; stops.len()],
        services: vec![Service { days }],
        trips,
        ..Timetable::default()
    };
    place.transit = Some(Transit { stops, timetable });
    place
}

pub(crate) fn journey(from: i32, to: i32) -> Journey {
    Journey { days: vec![day()], from, to, arrive_by: None, changes: 2, walk: Seconds::from_minutes(20.0), back: None }
}

pub(crate) fn by_bus(minutes: f64, journey: Journey) -> Standard {
    Standard { transit: Some(journey), ..standard(&["hub"], minutes) }
}

/// One street of four kilometres, a home at its west end with a hundred people, a hub at its east end.
fn long_street() -> Place {
    let town = Town {
        streets: vec![("Long Street".into(), (0..=40).map(|n| (f64::from(n) * 100.0, 0.0)).collect())],
        has_streets: true,
        zones: vec![TownZone { key: "z".into(), residents: 100.0, by_group: vec![Some(50.0)], decile: None }],
        homes: vec![Home { zone: "z".into(), at: (0.0, 0.0), weight: 1.0 }],
        assets: vec![asset("hall", "hub", (4000.0, 0.0))],
        groups: vec![("slow".into(), WalkingSpeed::from_km_per_h(3.0))],
        ..Town::default()
    };
    // A bus every twenty minutes from 7:15 to 18:55, six minutes for the way; the last one back is at 16:40.
    let there = (0..36).map(|n| 7 * HOUR + 15 * 60 + n * 1200).map(|at| trip(&[(0, at), (1, at + 360)]));
    let back = (0..29).map(|n| 7 * HOUR + 20 * 60 + n * 1200).map(|at| trip(&[(1, at), (0, at + 360)]));
    with_buses(town.place(), &[(100.0, 0.0), (3900.0, 0.0)], there.chain(back).collect())
}

fn covered(place: &Place, standard: &Standard) -> f64 {
    coverage(place, standard).place.covered
}

/// A minute to the stop, a wait of 0 to 19 minutes, six minutes by bus and a minute to the hall: 8, 9 … 27 minutes.
#[test]
fn a_town_by_hand_is_covered_by_the_share_of_its_departures() {
    let place = long_street();
    let window = journey(9 * HOUR + 30 * 60, 10 * HOUR + 30 * 60);
    assert_eq!(covered(&place, &standard(&["hub"], 15.0)), 0.0, "forty minutes on foot");
    for (minutes, share) in [(7.0, 0), (8.0, 1), (15.0, 8), (26.0, 19), (27.0, 20), (40.0, 20)] {
        let covered = coverage(&place, &by_bus(minutes, window.clone()));
        let expected = 100.0 * f64::from(share) / 20.0;
        assert!((covered.place.covered - expected).abs() < 1e-5, "{minutes}: {}", covered.place.covered);
        let often = covered.place.often.expect("by bus");
        assert_eq!(often.every, if share == 20 { 100.0 } else { 0.0 }, "{minutes}");
        assert_eq!(often.half, if share >= 10 { 100.0 } else { 0.0 }, "{minutes}");
        assert_eq!(often.any, if share > 0 { 100.0 } else { 0.0 }, "{minutes}");
        assert_eq!(covered.place.median, Some(Seconds::from_minutes(17.0)), "ten of twenty take at most 17");
        assert_eq!(often.p85, Some(Seconds::from_minutes(24.0)), "seventeen of twenty take at most 24");
    }
    // At 3 km/h the stop and the hall are two minutes away each: 10 to 29 minutes, so 6 of 20 within 15.
    let slow = coverage(&place, &by_bus(15.0, window)).place.by_group[patchwork::place::Idx::from_usize(0)].unwrap();
    assert!((slow.covered - 15.0).abs() < 1e-5, "{slow:?}");
}

#[test]
fn no_walk_to_a_stop_is_longer_than_asked_and_changes_are_counted() {
    let place = long_street();
    let window = journey(9 * HOUR + 30 * 60, 10 * HOUR + 30 * 60);
    let short = Journey { walk: Seconds::new(59.0), ..window.clone() };
    assert_eq!(covered(&place, &by_bus(30.0, short)), 0.0);
    // The way cut in two: both buses are on time, and a change takes two minutes of slack.
    let halves = (0..36).flat_map(|n| {
        let at = 7 * HOUR + 15 * 60 + n * 1200;
        [trip(&[(0, at), (1, at + 180)]), trip(&[(1, at + 300), (2, at + 480)])]
    });
    let cut = with_buses(long_street(), &[(100.0, 0.0), (2000.0, 0.0), (3900.0, 0.0)], halves.collect());
    let window = Journey { walk: Seconds::from_minutes(15.0), ..window };
    assert!((covered(&cut, &by_bus(29.0, window.clone())) - 100.0).abs() < 1e-5, "10 to 29 minutes");
    assert_eq!(covered(&cut, &by_bus(29.0, Journey { changes: 0, ..window })), 0.0);
}

#[test]
fn no_way_back_is_no_journey() {
    let place = long_street();
    let window = |back| Journey { back, ..journey(15 * HOUR, 16 * HOUR) };
    let ask = |by: i32, stay: i32| {
        let back = Some(WayBack { by, stay: stay * 60 });
        covered(&place, &by_bus(27.0, window(back)))
    };
    assert!((covered(&place, &by_bus(27.0, window(None))) - 100.0).abs() < 1e-5);
    let ten_past_five = 17 * HOUR + 600;
    assert!((ask(ten_past_five, 0) - 100.0).abs() < 1e-5, "by the last bus at 16:40");
    // Leave the hall at 16:39 at the latest; buses there arrive at the hall at 15:22, 15:42, 16:02 and 16:22.
    assert!((ask(ten_past_five, 60) - 100.0 * 15.0 / 60.0).abs() < 1e-5, "{}", ask(ten_past_five, 60));
    // Home by 16:08 means the bus at 16:00, and leaving the hall at 15:59.
    assert!((ask(16 * HOUR + 8 * 60, 0) - 100.0 * 35.0 / 60.0).abs() < 1e-5);
    assert!(ask(15 * HOUR + 27 * 60, 0).abs() < 1e-5);
    // Walking home takes forty minutes: with time enough nobody needs the bus.
    assert!((ask(18 * HOUR + 600, 60) - 100.0).abs() < 1e-5);
}

/// The bus at 9:35 is there at 9:41, the next at 10:01.
#[test]
fn who_is_to_be_there_by_a_time_sets_out_as_late_as_will_do_and_what_they_wait_counts() {
    let place = long_street();
    let by = |at: i32| Journey { arrive_by: Some(at), ..journey(at - 4 * HOUR, at + 1) };
    let asked = |minutes: f64, at: i32| coverage(&place, &by_bus(minutes, by(at))).place;
    let (ten, two_past) = (10 * HOUR, 10 * HOUR + 120);
    assert_eq!((asked(25.0, ten).covered, asked(26.0, ten).covered), (0.0, 100.0), "from 9:34");
    assert_eq!(asked(60.0, ten).median, Some(Seconds::from_minutes(26.0)));
    assert_eq!((asked(7.0, two_past).covered, asked(8.0, two_past).covered), (0.0, 100.0), "from 9:54");
    assert_eq!(asked(39.0, 7 * HOUR).covered, 0.0, "before the first bus one walks");
    assert_eq!(asked(40.0, 7 * HOUR).covered, 100.0);
    // Home by 17:10 means leaving the hall at 16:39: an hour from 15:39 on will do, a minute later not.
    let back = |at: i32| {
        let back = Some(WayBack { by: 17 * HOUR + 600, stay: 3600 });
        covered(&place, &by_bus(27.0, Journey { back, ..by(at) }))
    };
    assert_eq!((back(15 * HOUR + 39 * 60), back(15 * HOUR + 40 * 60)), (100.0, 0.0));
}

/// A bus every twenty minutes from 7:15 to 18:55, and none before and after.
#[test]
fn the_day_is_told_hour_by_hour() {
    let place = long_street();
    let asked = by_bus(15.0, journey(9 * HOUR + 30 * 60, 10 * HOUR + 30 * 60));
    let measured = coverage(&place, &asked);
    let hours = over_the_day(&place, &asked, &measured.qualifying, &measured.walks).expect("by bus");
    let at = |hour: i32| hours.iter().find(|own| own.hour == hour).map(|own| own.covered).expect("an hour");
    assert_eq!(hours.len(), 18);
    // In time are those who set out one to eight minutes before a bus.
    for (hour, minutes) in [(5, 0.0), (6, 0.0), (7, 24.0), (9, 24.0), (18, 24.0), (19, 0.0), (22, 0.0)] {
        assert!((at(hour) - 100.0 * minutes / 60.0).abs() < 1e-4, "{hour}: {}", at(hour));
    }
    let on_foot = standard(&["hub"], 15.0);
    assert_eq!(over_the_day(&place, &on_foot, &measured.qualifying, &measured.walks), None);
}

#[test]
fn a_gap_is_where_half_of_the_departures_do_not_do_and_the_timetable_is_its_cause_where_another_hour_would() {
    let place = long_street();
    let cause = |standard: &Standard| {
        let found = gaps(&place, standard, &coverage(&place, standard));
        found.gaps.first().map(|gap| (gap.cause, gap.residents))
    };
    let morning = journey(9 * HOUR + 30 * 60, 10 * HOUR + 30 * 60);
    assert_eq!(cause(&by_bus(17.0, morning.clone())), None, "ten of twenty");
    assert_eq!(cause(&by_bus(16.0, morning.clone())), Some((Cause::Timetable, 100.0)));
    assert_eq!(cause(&by_bus(7.0, morning)), Some((Cause::Distance, 100.0)), "no bus is quick enough at any hour");
    let evening = journey(20 * HOUR, 21 * HOUR);
    assert_eq!(cause(&by_bus(30.0, evening)), Some((Cause::Timetable, 100.0)), "the last bus is gone");
    let sunday = Journey { days: vec![NaiveDate::from_ymd_opt(2024, 6, 9).unwrap()], ..journey(10 * HOUR, 11 * HOUR) };
    assert_eq!(cause(&by_bus(30.0, sunday)), Some((Cause::Timetable, 100.0)), "not on Sundays");
}

/// Trips in numbers: when the first leaves, and each call by its stop and the minutes to it.
pub(crate) type Ways = Vec<(i32, Vec<(u8, i32)>)>;

pub(crate) fn ways() -> impl Strategy<Value = Ways> {
    prop::collection::vec((0i32..90, prop::collection::vec((0u8..6, 0i32..5), 2..5)), 0..12)
}

fn trips(ways: &Ways) -> Vec<Trip> {
    let one = |(start, calls): &(i32, Vec<(u8, i32)>)| {
        let mut at = 9 * HOUR + start * 60;
        let calls: Vec<(u32, i32)> = calls
            .iter()
            .map(|(stop, ride)| {
                at += ride * 60;
                (u32::from(*stop), at)
            })
            .collect();
        trip(&calls)
    };
    ways.iter().map(one).collect()
}

const STOPS: [(f64, f64); 6] = [(0.0, 0.0), (200.0, 0.0), (400.0, 200.0), (0.0, 400.0), (600.0, 400.0), (200.0, 400.0)];

pub(crate) fn town(draft: &Draft, ways: &Ways) -> Place {
    with_buses(draft.town().place(), &STOPS, trips(ways))
}

fn all_counts(found: &Coverage) -> Vec<f64> {
    let one = |covered: &patchwork::measure::Covered| {
        let groups: Vec<f64> = covered.by_group.iter().flatten().map(|group| group.covered).collect();
        [vec![covered.covered], groups].concat()
    };
    found.zones.iter().chain([&found.place]).flat_map(one).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_trip_more_takes_nobody_away_and_nobody_is_worse_off_than_on_foot(
        draft in drafts(), ways in ways(), more in ways(), minutes in 1u8..9, back in prop::option::of(0i32..60),
    ) {
        let back = back.map(|minutes| WayBack { by: 11 * HOUR, stay: minutes * 60 });
        let standard = by_bus(f64::from(minutes), Journey { back, ..journey(9 * HOUR, 10 * HOUR) });
        let before = coverage(&town(&draft, &ways), &standard);
        let both = [ways, more].concat();
        let place = town(&draft, &both);
        let after = coverage(&place, &standard);
        for (before, after) in all_counts(&before).into_iter().zip(all_counts(&after)) {
            prop_assert!(before <= after);
        }
        if standard.transit.as_ref().is_some_and(|journey| journey.back.is_none()) {
            let on_foot = coverage(&place, &Standard { transit: None, ..standard });
            for (on_foot, by_bus) in all_counts(&on_foot).into_iter().zip(all_counts(&after)) {
                prop_assert!(on_foot <= by_bus);
            }
        }
    }

    #[test]
    fn windows_add_up_and_other_names_and_orders_change_nothing(
        draft in drafts(), ways in ways(), minutes in 1u8..9, cut in 1i32..60,
    ) {
        let place = town(&draft, &ways);
        let ask = |from, to| coverage(&place, &by_bus(f64::from(minutes), journey(from, to)));
        let (start, end, middle) = (9 * HOUR, 10 * HOUR, 9 * HOUR + cut * 60);
        let [all, first, second] = [ask(start, end), ask(start, middle), ask(middle, end)].map(|c| c.often.unwrap());
        for (i, speed) in (0..place.positions.len()).flat_map(|i| [(i, place.speed), (i, slow())]) {
            let of = |often: &patchwork::measure::Often| often.kept(i, speed).in_time;
            prop_assert_eq!(of(&all), of(&first) + of(&second));
        }
        let mut turned = trips(&ways);
        turned.reverse();
        turned.iter_mut().flat_map(|trip| &mut trip.calls).for_each(|call| call.stop = 5 - call.stop);
        let stops: Vec<(f64, f64)> = STOPS.into_iter().rev().collect();
        let other = with_buses(draft.town().place(), &stops, turned);
        prop_assert_eq!(coverage(&other, &by_bus(f64::from(minutes), journey(start, end))).often, Some(all));
    }

    #[test]
    fn gaps_hold_everybody_whom_fewer_than_half_of_the_departures_serve(
        draft in drafts(), ways in ways(), minutes in 1u8..9,
    ) {
        let place = town(&draft, &ways);
        let standard = by_bus(f64::from(minutes), journey(9 * HOUR, 10 * HOUR));
        let found = coverage(&place, &standard);
        let uncovered: f64 = gaps(&place, &standard, &found).gaps.iter().map(|gap| gap.residents).sum();
        let half = found.place.often.map_or(0.0, |often| often.half);
        prop_assert_eq!(uncovered + half, found.place.residents);
    }
}

fn slow() -> WalkingSpeed {
    WalkingSpeed::from_km_per_h(3.0).unwrap()
}

/// The toy place with a hub in its easternmost zone, and a bus to it from the westernmost at ten and at half past.
pub(crate) fn toy() -> Toy {
    let toy = Toy::new().with("hubs.csv", "name,lon,lat\nHall,-2.965,51.585\n");
    std::fs::create_dir(toy.dir().join("buses")).unwrap();
    toy.with("buses/stops.txt", "stop_id,stop_name,stop_lat,stop_lon\nW,West,51.585,-2.995\nE,East,51.585,-2.965\n")
        .with("buses/calendar.txt", "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\nw,1,1,1,1,1,0,0,20240603,20240630\n")
        .with("buses/trips.txt", "route_id,service_id,trip_id\nr,w,a\nr,w,b\n")
        .with("buses/stop_times.txt", "trip_id,arrival_time,departure_time,stop_id,stop_sequence\na,10:00:00,10:00:00,W,1\na,10:06:00,10:06:00,E,2\nb,10:30:00,10:30:00,W,1\nb,10:36:00,10:36:00,E,2\n")
        .and("\n[[assets]]\nfile = \"hubs.csv\"\nkind = \"hub\"\n\n[[transit]]\nfile = \"buses\"\n[transit.source]\ntitle = \"Toy buses\"\n")
}

pub(crate) const BY_BUS: &str = "\n[[standards]]\nkey = \"by-bus\"\nkinds = \"hub\"\nwithin_minutes = 15\nby = \"walk+transit\"\n\
    window = \"09:30-10:30\"\ndate = \"2024-06-04\"\n";
pub(crate) const ON_FOOT: &str = "\n[[standards]]\nkey = \"on-foot\"\nkinds = \"hub\"\nwithin_minutes = 15\n";

/// The stop is a few steps from the home of the westernmost zone: who sets out from 9:51 to 9:59 or after 10:20 is there
/// within fifteen minutes. The two easternmost zones walk.
#[test]
fn a_place_of_files_gets_its_timetable_and_tells_of_it_wherever_the_standard_is_told_of() {
    let (place, issues) = toy().and(BY_BUS).and(ON_FOOT).place();
    assert!(issues.iter().all(|issue| !issue.code.word().starts_with("timetable")), "{issues:#?}");
    let found = coverage(&place, &place.standards[0]);
    assert!((found.place.covered - (304.0 + 100.0 * 18.0 / 60.0)).abs() < 1e-4, "{}", found.place.covered);
    let causes: Vec<Cause> = gaps(&place, &place.standards[0], &found).gaps.iter().map(|gap| gap.cause).collect();
    assert_eq!(causes, [Cause::Distance], "both zones of ward A are one gap, most of it too far from the stop");
    let server = Server::of(place);
    let about = server.get("/collections/coverage-by-bus?f=json").json();
    let words = about["description"].as_str().unwrap();
    for part in
        ["by bus and on foot", "from 09:30 until 10:30 on Tuesday 4 June 2024", "from 3 June 2024 to 28 June 2024"]
    {
        assert!(words.contains(part), "{part}: {words}");
    }
    assert!(about.to_string().contains("Toy buses"), "{about}");
    let zones = server.get("/collections/coverage-by-bus/items?f=json").json();
    let west = zones["features"].as_array().unwrap().iter().find(|zone| zone["properties"]["zone_id"] == "A1").unwrap();
    let counts = ["covered_residents", "every_departure_residents", "any_departure_residents"];
    assert_eq!(counts.map(|name| west["properties"][name].as_i64()), [Some(30), Some(0), Some(100)]);
    let gap = server.get("/collections/gaps-by-bus/items?f=json").json();
    assert_eq!(gap["features"][0]["properties"]["cause_timetable_residents"], 100, "{gap}");
    assert_eq!(about["standard"]["by"], "walk+transit");
    assert_eq!(about["standard"]["journey"]["timetable_last"], "2024-06-28");
}

#[test]
fn a_day_without_services_a_missing_timetable_and_a_bad_one_are_errors_and_never_a_walk() {
    let sunday = toy().and(&BY_BUS.replace("2024-06-04", "2024-06-09")).issue("timetable-outside");
    assert!(sunday.remedy.contains("20 days from 2024-06-03 to 2024-06-28"), "{}", sunday.remedy);
    assert!(toy().and(&BY_BUS.replace("2024-06-04", "2025-06-04")).load().place.is_none());
    let none = Toy::new().and(BY_BUS).issue("standard-invalid");
    assert!(none.remedy.contains("[[transit]]"), "{}", none.remedy);
    let missing = toy().and(BY_BUS);
    std::fs::remove_file(missing.dir().join("buses/trips.txt")).unwrap();
    assert!(missing.load().place.is_none());
    assert_eq!(missing.issue("timetable-file").at.file, "buses/trips.txt");
    assert!(missing.issue("standard-invalid").remedy.contains("Mend buses"), "the timetable that is there is named");
    let twice = toy().and(BY_BUS).and("\n[[transit]]\nfile = \"no-such.zip\"\n");
    assert_eq!(twice.issue("file-missing").at.field.as_deref(), Some("transit"));
    let elsewhere = toy().and(BY_BUS).with("buses/stops.txt", "stop_id,stop_lat,stop_lon\nW,51.585,-2.995\nE,,\n");
    assert_eq!(elsewhere.issue("timetable-stop").at.row, Some(3));
}

#[test]
fn buses_far_from_every_home_and_step_free_journeys_without_a_step_free_stop_are_told_also_without_streets() {
    let spain = "stop_id,stop_lat,stop_lon\nW,40.5,-3.0\nE,40.6,-3.0\nN,51.585,-2.995\n";
    let far = toy().and(BY_BUS).with("buses/stops.txt", spain).issue("timetable-elsewhere");
    assert!(far.problem.starts_with("None of the 2 stops at which anything calls, of 3"), "{}", far.problem);
    let step_free = BY_BUS.replace("within_minutes", "step_free = true\nwithin_minutes");
    let trips = "route_id,service_id,trip_id,wheelchair_accessible\nr,w,a,1\nr,w,b,1\n";
    let told = toy().and(&step_free).with("buses/trips.txt", trips).issue("timetable-step-free");
    assert!(told.problem.starts_with("No stop of the timetable is known to be step-free"), "{}", told.problem);
}

#[test]
fn a_plan_of_hubs_by_walks_tells_what_it_brings_by_bus() {
    let (place, _) = toy().and(BY_BUS).and(ON_FOOT).place();
    let today = place.date.unwrap();
    let of_kind = patchwork::plan::hubs::standard_named(&place, (None, Some("hub")), None, today).unwrap();
    assert!(of_kind.transit.is_none(), "the minutes of a walk, not of a journey");
    let toy = toy().and(BY_BUS).and(ON_FOOT).with("spots.csv", "name,lon,lat\nShop,-2.995,51.585\n");
    let spots = toy.dir().join("spots.csv");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_patchwork"));
    command
        .arg("plan")
        .arg(toy.dir())
        .args(["hubs", "--standard", "on-foot", "--sites", "1", "--candidates"])
        .arg(spots);
    let plan = command.output().expect("runs");
    let words = String::from_utf8(plan.stdout).unwrap();
    let told = words
        .lines()
        .find(|line| line.starts_with("Chosen by walks alone"))
        .unwrap_or_else(|| panic!("nothing of buses in {words}{}", String::from_utf8_lossy(&plan.stderr)));
    assert!(told.contains("by bus and on foot, Tuesday 09:30-10:30") && told.ends_with("in place of 334."), "{told}");
}

/// A hub more in the westernmost zone covers its hundred, who were in time by eighteen of sixty departures; without the
/// hall nobody is covered at all.
#[test]
fn what_would_be_by_bus_is_what_measuring_the_changed_place_gives() {
    let (place, _) = toy().and(BY_BUS).and(ON_FOOT).place();
    let today = Today::of(&place);
    let hall = place.assets.indices().next().unwrap();
    let remove = Edit { asset: Some(hall), after: None };
    let mut moved = place.assets[hall].clone();
    moved.at = place.positions.iter().find(|home| place.zones[home.zone].key == "A1").unwrap().at;
    let add = Edit { asset: None, after: Some(moved) };
    for (edits, covered) in [(vec![remove.clone()], 0.0), (vec![add.clone()], 604.0), (vec![remove, add], 300.0)] {
        let answer = what_if(&place, &today, 0, &edits);
        assert!((answer.place.all.before - 334.0).abs() < 1e-4, "{:?}", answer.place.all);
        assert!((answer.place.all.after - covered).abs() < 1e-4, "{:?}", answer.place.all);
    }
    let closed = closure(&place, &place.standards[0], &today.coverage()[0], &[hall]);
    assert_eq!(closed.change, what_if(&place, &today, 0, &[Edit { asset: Some(hall), after: None }]));
    assert_eq!((closed.place.residents, closed.place.after, closed.place.next), (604.0, None, None));
    let on_foot = closure(&place, &place.standards[1], &today.coverage()[1], &[hall]);
    assert_eq!((on_foot.change.place.all.before, on_foot.change.place.all.after), (304.0, 0.0));
}

#[test]
fn a_closure_is_told_in_words_and_numbers_and_an_unknown_asset_is_met_with_the_nearest_name() {
    let toy = toy().with("hubs.csv", "id,name,lon,lat\nhall,Hall,-2.965,51.585\nbarn,Barn,-2.985,51.585\n");
    let toy = toy.and(BY_BUS).and(ON_FOOT);
    let run = |args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_patchwork"));
        command.arg("closure").arg(toy.dir()).args(args).output().expect("runs")
    };
    let text = run(&["--close", "hall"]);
    let words = String::from_utf8(text.stdout).unwrap();
    for part in ["if Hall closed", "by bus and on foot", "on foot, most of them next to Barn on foot", "Everybody"] {
        assert!(words.contains(part), "{part}: {words}");
    }
    let json: serde_json::Value =
        serde_json::from_slice(&run(&["--close", "hall", "--standard", "on-foot", "--format", "json"]).stdout).unwrap();
    let standard = &json["standards"][0];
    // B2 loses it; A2 and B1 have the barn within fifteen minutes, as A1 has.
    assert_eq!(standard["place"]["before"], 604, "{json}");
    assert_eq!(standard["place"]["after"], 600, "{json}");
    assert_eq!(standard["losers"]["next_asset_id"], "barn");
    let sheet = toy.dir().join("closure.html");
    assert!(run(&["--close", "hall", "--format", "html", "--out", sheet.to_str().unwrap()]).status.success());
    let page = std::fs::read_to_string(&sheet).unwrap();
    for part in ["<h1>If Hall closed</h1>", "<caption>Who loses it</caption>", "Everybody", "Barn", "straight lines"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let wrong = run(&["--close", "hal"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("did you mean \"hall\""), "{wrong:?}");
    // An asset that no standard asks for: not a word would say that nothing is lost.
    let toy = toy.and("\n[[assets]]\nfile = \"pubs.csv\"\nkind = \"pub\"\n");
    let toy = toy.with("pubs.csv", "id,name,lon,lat\nbull,The Bull,-2.965,51.585\n");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_patchwork"));
    let nothing = command.arg("closure").arg(toy.dir()).args(["--close", "bull"]).output().expect("runs");
    assert_eq!(nothing.status.code(), Some(1), "{nothing:?}");
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("asks for a pub"), "{nothing:?}");
    assert!(nothing.stdout.is_empty());
}

#[test]
fn the_demo_with_buses_has_a_river_crossing_an_evening_without_service_and_a_sunday() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (dir.path().join("one"), dir.path().join("two"));
    let options = patchwork::synth::DemoOptions { residents: 3000, ..Default::default() };
    patchwork::synth::write_demo_with_buses(&one, &options, &|_| {}).unwrap();
    patchwork::synth::write_demo_with_buses(&two, &options, &|_| {}).unwrap();
    let bytes = |dir: &std::path::Path| std::fs::read(dir.join("buses-made-up.zip")).unwrap();
    assert_eq!(bytes(&one), bytes(&two), "the same seed, the same bytes");
    let loaded = patchwork::load::load_with(&one, &|_| None, &|_| {});
    let odd: Vec<_> = loaded.issues.iter().filter(|issue| issue.code.word().starts_with("timetable")).collect();
    assert!(odd.is_empty(), "{odd:#?}");
    let place = loaded.place.unwrap();
    let transit = place.transit.as_ref().unwrap();
    assert!(transit.stops.iter().all(|stop| stop.snap.is_some()));
    let runs = |month, day| {
        let mut rides = transit.timetable.on(NaiveDate::from_ymd_opt(2025, month, day).unwrap(), false);
        rides.retain(|ride| (0..24 * HOUR).contains(&ride.departure));
        rides
    };
    let [weekday, sunday, holiday] = [runs(4, 1), runs(4, 6), runs(5, 5)];
    assert!(weekday.len() > sunday.len() && !sunday.is_empty() && holiday.len() == sunday.len());
    assert!(weekday.iter().all(|ride| ride.departure < 20 * HOUR), "no bus in the evening");
    let by_key = |key: &str| place.standards.iter().find(|standard| standard.key == key).unwrap();
    let library = by_key("library-by-bus-30");
    let by_bus = coverage(&place, library);
    let on_foot = coverage(&place, &Standard { transit: None, ..library.clone() });
    assert!(by_bus.place.covered >= on_foot.place.covered, "{:?}", (by_bus.place.covered, on_foot.place.covered));
    let evening = by_key("hub-evening-by-bus-30");
    let found = gaps(&place, evening, &coverage(&place, evening));
    let timetable = found.gaps.iter().flat_map(|gap| &gap.causes).filter(|(cause, _)| *cause == Cause::Timetable);
    eprintln!("{} {} {}", by_bus.place.covered, on_foot.place.covered, timetable.map(|(_, n)| n).sum::<f64>());
}
