//! What a resident asks at the front door: what can I walk to from here, and where does it say how that is known?

use crate::http_place::town;
use crate::http_processes::{SERVER, execute, post};
use crate::http_server::Server;
use patchwork::place::Place;
use serde_json::json;

fn example() -> serde_json::Value {
    let page = SERVER.get("/processes/nearest?f=json").json();
    assert!(page["inputs"]["at"].is_object() && page["inputs"]["postcode"].is_object(), "{page}");
    let zones = SERVER.get("/collections/zones/items?f=json&limit=1").json();
    let ring = &zones["features"][0]["geometry"]["coordinates"][0];
    let corner = if ring[0][0].is_array() { ring[0][0].clone() } else { ring[0].clone() };
    json!({"inputs": {"at": [corner[0], corner[1]]}, "response": "raw"})
}

#[test]
fn from_a_spot_the_nearest_of_every_kind_is_named_with_its_walk() {
    let answer = execute("nearest", &example());
    assert_eq!(answer.status, 200, "{}", answer.text());
    let answer = answer.json();
    let assets = SERVER.get("/collections/assets/items?f=json&limit=1000").json();
    let assets = assets["features"].as_array().expect("assets");
    let mut kinds: Vec<&str> = assets.iter().filter_map(|asset| asset["properties"]["kind"].as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let told: Vec<&str> =
        answer["kinds"].as_array().expect("kinds").iter().filter_map(|k| k["kind"].as_str()).collect();
    assert_eq!(told, kinds);
    let nearest = answer["kinds"].as_array().expect("kinds").iter().filter_map(|kind| kind["nearest"].as_object());
    for found in nearest {
        let id = found["asset_id"].as_str().expect("an id");
        assert!(assets.iter().any(|asset| asset["properties"]["asset_id"] == id), "{id}");
        // 4.8 km an hour: 80 m a minute.
        let (minutes, metres) =
            (found["minutes"].as_f64().expect("minutes"), found["metres"].as_f64().expect("metres"));
        assert!((minutes - metres / 80.0).abs() < 0.06, "{minutes} min for {metres} m");
    }
    for standard in answer["standards"].as_array().expect("standards") {
        let within = standard["within_minutes"].as_f64().expect("a time");
        let minutes = standard["nearest"]["minutes"].as_f64();
        assert_eq!(standard["kept"], minutes.is_some_and(|minutes| minutes <= within + 0.05), "{standard}");
    }
}

#[test]
fn a_spot_far_from_every_street_is_told_what_is_wrong() {
    let answer = execute("nearest", &json!({"inputs": {"at": [0.0, 0.0]}}));
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert!(answer.text().contains("\"at\"") || answer.text().contains("at:"), "{}", answer.text());
}

#[test]
fn a_postcode_is_looked_up_however_it_is_written_and_what_cannot_be_is_said() {
    let by = |inputs: serde_json::Value| execute("nearest", &json!({"inputs": inputs, "response": "raw"}));
    let code = "ZQ1 1AA";
    let plain = by(json!({"postcode": code})).json();
    assert_eq!(plain["postcode"], code, "{plain}");
    let spot = by(json!({"at": plain["at"]})).json();
    assert_eq!((&spot["kinds"], &spot["standards"]), (&plain["kinds"], &plain["standards"]));
    let bare = code.replace(' ', "").to_lowercase();
    for written in [bare.clone(), format!(" {code} "), bare.to_uppercase()] {
        assert_eq!(by(json!({"postcode": written})).json(), plain, "{written}");
    }
    for (inputs, says) in [
        (json!({"postcode": "XX99 9XX"}), "is not among the"),
        (json!({"postcode": code, "at": [0.0, 0.0]}), "not both"),
        (json!({}), "say where"),
    ] {
        let answer = by(inputs);
        assert_eq!(answer.status, 400, "{}", answer.text());
        assert!(answer.text().contains(says), "{}", answer.text());
    }
    let none = Server::of(Place { postcodes: Vec::new(), ..town(12, 9) });
    let answer = post(&none, "nearest", &[], &json!({"inputs": {"postcode": code}}));
    assert!(answer.status == 400 && answer.text().contains("no file of postcodes"), "{}", answer.text());
}

#[test]
fn the_method_of_every_layer_is_a_link_to_a_heading_that_is_there() {
    let listed = SERVER.get("/collections?f=json").json();
    let methods = SERVER.get("/docs/methods");
    assert_eq!(methods.status, 200);
    let text = methods.text();
    for collection in listed["collections"].as_array().expect("collections") {
        let method = collection["method"].as_str().expect("a method");
        let (page, anchor) = method.split_once('#').expect("an anchor");
        assert!(page.ends_with("/docs/methods"), "{method}");
        assert!(text.contains(&format!("id=\"{anchor}\"")), "METHODS.md has no heading {anchor}");
    }
    assert_eq!(SERVER.get("/docs").status, 200);
    assert_eq!(SERVER.get("/docs/nothing").status, 404);
}
