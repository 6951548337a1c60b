//! What is true of the whole place is there to be read, exact.

use crate::http_place::town;
use crate::http_server::Server;
use patchwork::snapshot::Snapshot;
use serde_json::{Value, json};

#[test]
fn coverage_and_gaps_say_what_the_standard_is_and_what_came_of_it_in_the_whole_place() {
    let server = Server::of(town(4, 3));
    for id in ["coverage-hub-15", "gaps-hub-15"] {
        let about = server.get(&format!("/collections/{id}")).json();
        let standard = &about["standard"];
        assert_eq!(
            (&standard["key"], &standard["title"], &standard["kinds"]),
            (&json!("hub-15"), &json!("A hub within 15 minutes"), &json!(["hub"])),
            "{id}"
        );
        assert_eq!((&standard["within_minutes"], &standard["step_free"]), (&json!(15.0), &json!(false)));
        let totals = about["totals"].as_object().expect("totals");
        let zones = server.get("/collections/coverage-hub-15/items?limit=1000").json();
        let sum = |name: &str| -> i64 {
            let features = zones["features"].as_array().expect("features");
            features.iter().filter_map(|feature| feature["properties"][name].as_i64()).sum()
        };
        for name in ["residents", "covered_residents", "residents_under_25", "covered_under_25"] {
            let off = (totals[name].as_i64().expect("a count") - sum(name)).abs();
            assert!(off <= 12, "{name}: {} and {}, a person a zone apart at most", totals[name], sum(name));
        }
        assert_eq!(totals["covered_disabled"], Value::Null, "a group that nobody counted");
        let listed = server.get("/collections").json();
        let listed = listed["collections"].as_array().expect("a list").iter().find(|each| each["id"] == id);
        assert_eq!(listed.map(|each| &each["totals"]), Some(&about["totals"]));
    }
    assert_eq!(server.get("/collections/zones").json()["totals"], Value::Null);
}

#[test]
fn totals_are_summed_before_they_are_rounded() {
    let place = town(5, 3);
    let young: f64 = place.zones.iter().filter_map(|zone| *zone.residents.by_group.as_slice().first()?).sum();
    let rounded: f64 = place
        .zones
        .iter()
        .filter_map(|zone| Some((*zone.residents.by_group.as_slice().first()?)?.round_ties_even()))
        .sum();
    assert_ne!(young.round_ties_even(), rounded, "the parts are off, so the test can tell");
    let snapshot = Snapshot::build(place, Vec::new());
    let totals = &snapshot.totals.first().expect("a standard").totals;
    assert_eq!(totals["residents_under_25"], json!(young.round_ties_even() as i64));
}

#[test]
fn patches_say_for_each_standard_how_many_of_each_group_are_covered() {
    let server = Server::of(town(4, 3));
    let patches = server.get("/collections/patches/items").json();
    let zones = server.get("/collections/coverage-hub-15").json();
    let sum: i64 = patches["features"]
        .as_array()
        .expect("features")
        .iter()
        .map(|patch| patch["properties"]["hub_15_covered_under_25"].as_i64().expect("a count"))
        .sum();
    let whole = zones["totals"]["covered_under_25"].as_i64().expect("a count");
    assert!((sum - whole).abs() <= 2, "{sum} in patches, {whole} in all");
}
