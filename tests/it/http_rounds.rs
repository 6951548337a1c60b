//! What a coordinator takes along: every street of a gap, once, in order, in days.

use crate::http_processes::{SERVER, detail, execute};
use serde_json::{Value, json};

fn of(inputs: Value) -> Value {
    let answer = execute("rounds", &json!({"inputs": inputs, "response": "raw"}));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn sum(list: &Value) -> f64 {
    list["streets"].as_array().expect("streets").iter().filter_map(|street| street["residents"].as_f64()).sum()
}

#[test]
fn the_list_of_a_gap_has_every_resident_of_it_and_no_street_twice() {
    let gaps = SERVER.get("/collections/gaps-hub-15/items?f=json&limit=1000").json();
    let gaps = gaps["features"].as_array().expect("gaps");
    assert!(!gaps.is_empty());
    for gap in gaps {
        let list = of(json!({"standard": "hub-15", "gap": gap["properties"]["gap_id"]}));
        let streets = list["streets"].as_array().expect("streets");
        assert_eq!(list["residents"], gap["properties"]["residents"], "{list}");
        assert!((sum(&list) - list["residents"].as_f64().expect("a number")).abs() <= streets.len() as f64 / 2.0);
        let mut names: Vec<String> =
            streets.iter().map(|each| format!("{} {} {}", each["patch_id"], each["street"], each["zone_id"])).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), streets.len());
    }
}

#[test]
fn days_hold_what_was_asked_and_whoever_lacks_every_standard_lacks_each() {
    let one = of(json!({"standard": "hub-15", "residents_a_day": 1e5}));
    assert_eq!(one["days"], 1, "{one}");
    let many = of(json!({"standard": "hub-15", "residents_a_day": 1}));
    assert_eq!(many["days"].as_u64(), many["streets"].as_array().map(|all| all.len() as u64));
    assert_eq!(one["residents"], many["residents"]);
    let (none, some) = (of(json!({})), of(json!({"standard": "hub-15"})));
    assert!(sum(&none) <= sum(&some));
}

#[test]
fn a_hub_that_is_tried_leaves_fewer_streets_and_one_that_is_shut_more() {
    let today = of(json!({"standard": "hub-15"}));
    let spot = today["streets"][0]["position"].clone();
    let with = of(json!({"standard": "hub-15", "add": [spot]}));
    assert!(with["residents"].as_f64() < today["residents"].as_f64(), "{today} {with}");
    let without = of(json!({"standard": "hub-15", "remove": ["hub-1"]}));
    assert!(without["residents"].as_f64() > today["residents"].as_f64(), "{without}");
    // The live answer to the same change leaves as many uncovered.
    let tried = execute(
        "coverage",
        &json!({"inputs": {"standards": ["hub-15"], "add": [{"at": spot, "id": "a"}]}, "response": "raw"}),
    )
    .json();
    let counts = &tried["standards"][0]["place"];
    let left = counts["residents"].as_f64().unwrap_or(0.0) - counts["after"].as_f64().unwrap_or(0.0);
    assert!((left - with["residents"].as_f64().unwrap_or(f64::NAN)).abs() <= 1.0, "{counts} {with}");
}

#[test]
fn a_name_that_is_not_there_is_told() {
    for (inputs, says) in [
        (json!({"standard": "hub-15", "gap": "nowhere-1"}), "gap"),
        (json!({"gap": "nowhere-1"}), "give the standard too"),
        (json!({"patch": "nowhere"}), "patch"),
        (json!({"remove": ["hub-1"]}), "give the standard"),
        (json!({"standard": "hub-15", "remove": ["hub-one"]}), "hub-1"),
    ] {
        let answer = execute("rounds", &json!({"inputs": inputs}));
        assert_eq!(answer.status, 400, "{}", answer.text());
        assert!(detail(&answer).contains(says), "{}", answer.text());
    }
}
