//! What users rely on of long work: plans for hubs as jobs, overload, cancelling, and jobs that outlive a reload.

use crate::http_place::town;
use crate::http_processes::{
    SERVER, detail, execute, far_zone, listed, of, over, post, request, start, started, until,
};
use crate::http_server::{path, snapshot};
use patchwork::http::Options;
use serde_json::{Value, json};
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

fn brief(more: Value) -> Value {
    let mut inputs = json!({
        "kind": "hub", "within": 5, "sites": 2, "candidates": {"streets": 200}, "time_limit": 20, "runs": 3,
    });
    for (name, value) in more.as_object().expect("members") {
        inputs[name] = value.clone();
    }
    json!({"inputs": inputs, "response": "document"})
}

#[test]
fn a_plan_is_a_job_that_says_what_it_does_and_ends_in_a_proposal_and_layers() {
    let answer = execute("hubs", &brief(json!({})));
    assert_eq!(answer.status, 201, "it is never waited for: {}", answer.text());
    let job = path(answer.header("location").expect("where the job is"));
    let done = until(&SERVER, &job, over);
    assert_eq!(done["status"], "successful", "{done}");
    let results = SERVER.get(&format!("{job}/results")).json();
    let proposal = &results["proposal"]["value"];
    assert_eq!(proposal["status"], "optimal");
    let sites = proposal["sites"].as_array().expect("sites");
    assert_eq!(sites.len(), 2);
    let newly: f64 = sites.iter().map(|site| site["newly_covered"].as_f64().unwrap()).sum();
    let total = &proposal["place_total"];
    assert_eq!(newly, total["after"].as_f64().unwrap() - total["before"].as_f64().unwrap());
    assert!(!proposal["sentences"].as_array().expect("sentences").is_empty());
    for layer in ["sites", "catchments", "gains"] {
        let layer = &results[layer];
        assert_eq!(
            (&layer["mediaType"], &layer["value"]["type"]),
            (&json!("application/geo+json"), &json!("FeatureCollection"))
        );
    }
    let of = |layer: &str, name: &str| -> Vec<i64> {
        let features = results[layer]["value"]["features"].as_array().expect("features");
        features.iter().map(|feature| feature["properties"][name].as_i64().unwrap()).collect()
    };
    assert_eq!(of("gains", "newly_covered").iter().sum::<i64>(), newly as i64);
    assert_eq!(of("sites", "newly_covered").len(), 2);
    assert!(of("catchments", "residents").iter().zip(of("catchments", "newly_covered")).all(|(all, new)| *all >= new));
    let shape = &results["catchments"]["value"]["features"][0]["geometry"];
    assert!(shape["type"].as_str().is_some_and(|kind| kind.ends_with("Polygon")));
    let (lon, lat) = (at_of(shape, 0), at_of(shape, 1));
    assert!((-10.0..3.0).contains(&lon) && (49.0..61.0).contains(&lat), "degrees, longitude first: {lon} {lat}");
}

fn at_of(geometry: &Value, axis: usize) -> f64 {
    let mut part = &geometry["coordinates"];
    while part[0].is_array() {
        part = &part[0];
    }
    part[axis].as_f64().expect("a coordinate")
}

#[test]
fn a_standard_stands_for_kind_minutes_and_hours_and_points_may_be_geojson() {
    let at = far_zone();
    let points = json!({"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": at}, "properties": {"id": "shop", "name": "An empty shop"}},
    ]});
    let inputs = json!({"standard": "hub-15", "sites": 1, "candidates": points, "runs": 0});
    let job = start(&SERVER, "hubs", &json!({"inputs": inputs, "outputs": {"proposal": {}}}));
    assert_eq!(until(&SERVER, &job, over)["status"], "successful");
    let proposal = SERVER.get(&format!("{job}/results")).json();
    assert_eq!((&proposal["sites"][0]["site"]["id"], &proposal["within_minutes"]), (&json!("shop"), &json!(15.0)));
}

#[test]
fn a_brief_that_is_wrong_is_answered_at_once_with_the_input_and_the_remedy() {
    let wrong = [
        (json!({"floors": {"disabld": 0.5}}), "floors: there is no group \"disabld\"; there are under_25, disabled"),
        (json!({"floors": {"under_25": 1.2}}), "floors.under_25 is 1.2; it must be from 0 to 1"),
        (json!({"kind": "hubb"}), "kind: there is no asset of kind \"hubb\"; there are café, hub, library"),
        (json!({"kind": null, "standard": "hub15"}), "there is no standard \"hub15\"; there are hub-15"),
        (json!({"standard": "hub-15"}), "give a standard or a kind, not both"),
        (json!({"candidates": {"kinds": ["libary"]}}), "candidates.kinds[0]: there is no asset of kind \"libary\""),
        (
            json!({"candidates": {"points": [{"at": [-6.5, 50.5]}]}}),
            "candidates.points[0].at: no street is within 500 m",
        ),
        (json!({"candidates": {"streets": 1}}), "candidates.streets is 1; it must be from 10 to 10000"),
        (
            json!({"objective": "best"}),
            "objective: there is no objective \"best\"; there are coverage, walking, worst-off, deprivation",
        ),
        (json!({"sites": 0}), "sites is 0; it must be from 1 to 1000"),
        (json!({"time_limit": 4000}), "time_limit is 4000; it must be from 1 to 300"),
    ];
    for (more, words) in wrong {
        let mut body = brief(more.clone());
        if let Some(inputs) = body["inputs"].as_object_mut() {
            inputs.retain(|_, value| !value.is_null());
        }
        let answer = execute("hubs", &body);
        assert_eq!(answer.status, 400, "{more}: {}", answer.text());
        assert!(detail(&answer).contains(words), "{more}: {}", detail(&answer));
    }
    let nothing = execute("hubs", &json!({"inputs": {"kind": "hub"}}));
    assert!(nothing.status == 400 && detail(&nothing).starts_with("sites: say how many"));
}

#[test]
fn a_brief_that_cannot_be_met_fails_with_why_and_by_how_much() {
    let failed = |more: Value, words: &[&str]| {
        let job = start(&SERVER, "hubs", &brief(more));
        let info = until(&SERVER, &job, over);
        assert_eq!(info["status"], "failed", "{info}");
        let problem = SERVER.get(&format!("{job}/results"));
        assert_eq!(problem.status, 400);
        for word in words {
            assert!(info["message"].as_str().is_some_and(|said| said.contains(word)), "{word}: {info}");
            assert!(detail(&problem).contains(word), "{word}: {}", detail(&problem));
        }
    };
    failed(json!({"sites": 900}), &["900 sites are wanted", "candidates", "too few"]);
    failed(json!({"floors": {"under_25": 1.0}, "sites": 1}), &["Under 25", "100.0%", "too few"]);
    let (at, far) = (far_zone(), json!({"streets": 200}));
    failed(json!({"candidates": {"points": [{"at": at}]}, "sites": 2}), &["1 too few"]);
    failed(json!({"candidates": far, "budget": 10}), &["cost"]);
}

#[test]
fn a_plan_that_is_dismissed_ends_soon_and_frees_its_worker() {
    let server = of(Options { max_running_jobs: 1, ..Options::default() });
    let long = brief(
        json!({"candidates": {"streets": 20}, "sites": 7, "runs": 500, "time_limit": 300, "objective": "worst-off"}),
    );
    let job = start(&server, "hubs", &long);
    until(&server, &job, |status| status == "running");
    assert_eq!(server.ask("DELETE", &job, &[]).status, 200);
    assert_eq!(server.get(&job).json()["status"], "dismissed");
    let began = Instant::now();
    assert_eq!(post(&server, "echo", &[], &json!({"inputs": {"message": "b"}})).text(), "\"b\"");
    assert!(began.elapsed() < Duration::from_secs(25), "the only worker is free long before the time limit");
}

#[test]
fn patches_are_mended_as_a_job_and_wrong_inputs_are_said_at_once() {
    let inputs = json!({"repair": true, "tolerance": 0.5, "time_limit": 2});
    let job = start(&SERVER, "patches", &json!({"inputs": inputs, "outputs": {"plans": {}}}));
    let info = until(&SERVER, &job, over);
    assert_eq!(info["status"], "successful", "{info}");
    let plans = SERVER.get(&format!("{job}/results")).json();
    assert_eq!((&plans["plans"][0]["objective"], plans["plans"].as_array().map(Vec::len)), (&json!("moved"), Some(3)));
    assert!(plans["zones"].as_array().is_some_and(|zones| !zones.is_empty()));
    let wrong = [
        (json!({"tolerance": 2}), "tolerance is 2; it must be from 0 to 0.9"),
        (json!({"parts": 3, "target": 500}), "target: give a number of patches or a size, not both"),
        (json!({"repair": true, "parts": 3}), "parts: mending keeps today's patches"),
        (json!({"objective": "best"}), "there are moved, distance, cut-edges"),
    ];
    for (inputs, words) in wrong {
        let answer = execute("patches", &json!({"inputs": inputs}));
        assert_eq!(answer.status, 400, "{inputs}");
        assert!(detail(&answer).contains(words), "{inputs}: {}", detail(&answer));
    }
}

#[test]
fn patches_that_are_dismissed_free_their_worker() {
    let server = of(Options { max_running_jobs: 1, ..Options::default() });
    let long = json!({"inputs": {"parts": 4, "tolerance": 0.001, "time_limit": 300}});
    let job = start(&server, "patches", &long);
    until(&server, &job, |status| status == "running");
    assert_eq!(server.ask("DELETE", &job, &[]).status, 200);
    let began = Instant::now();
    assert_eq!(post(&server, "echo", &[], &json!({"inputs": {"message": "b"}})).text(), "\"b\"");
    assert!(began.elapsed() < Duration::from_secs(25), "the only worker is free long before the time limit");
}

// Overload, cancelling, reloads.

#[test]
fn when_every_worker_is_busy_and_the_queue_is_full_the_next_is_told_to_come_back() {
    let server = of(Options { max_running_jobs: 1, max_waiting_jobs: 1, ..Options::default() });
    let slow = json!({"inputs": {"message": "a", "pause": 60}});
    let first = start(&server, "echo", &slow);
    until(&server, &first, |status| status == "running");
    let (second, cookie) = started(&server, &slow);
    for headers in [&[("Prefer", "respond-async")][..], &[]] {
        let refused = post(&server, "echo", headers, &slow);
        assert_eq!((refused.status, refused.header("retry-after")), (503, Some("10")), "{}", refused.text());
    }
    assert_eq!(listed(&server, "", &cookie).len(), 1, "what was refused is no job, and the first is somebody else's");
    let pin = post(&server, "coverage", &[], &json!({"inputs": {}}));
    assert_eq!(pin.status, 200, "pins have workers of their own");
    assert_eq!(server.ask("DELETE", &second, &[]).status, 200);
    let third = start(&server, "echo", &json!({"inputs": {"message": "c"}}));
    assert_eq!(server.ask("DELETE", &first, &[]).status, 200);
    assert_eq!(until(&server, &third, over)["status"], "successful");
}

#[test]
fn a_client_that_goes_away_frees_the_worker() {
    let server = of(Options { max_running_jobs: 1, max_waiting_jobs: 4, ..Options::default() });
    let slow = json!({"inputs": {"message": "a", "pause": 60}}).to_string();
    let mut gone = TcpStream::connect(server.address).expect("connects");
    gone.write_all(request(&server, "echo", &[], &slow).as_bytes()).expect("sends");
    std::thread::sleep(Duration::from_millis(300));
    drop(gone);
    let began = Instant::now();
    assert_eq!(post(&server, "echo", &[], &json!({"inputs": {"message": "b"}})).text(), "\"b\"");
    assert!(began.elapsed() < Duration::from_secs(20), "nobody waits for the pause of the other");
}

#[test]
fn a_server_that_stops_ends_its_jobs_and_leaves_no_thread_behind() {
    let server = of(Options { max_running_jobs: 2, ..Options::default() });
    for _ in 0..4 {
        start(&server, "echo", &json!({"inputs": {"message": "a", "pause": 60}}));
    }
    let began = Instant::now();
    drop(server);
    assert!(began.elapsed() < Duration::from_secs(20), "it waits for its threads, and they do not wait for the pauses");
}

#[test]
fn a_job_answers_from_the_place_it_began_with_whatever_is_loaded_meanwhile() {
    let server = of(Options { max_running_jobs: 1, ..Options::default() });
    let before = post(&server, "coverage", &[], &json!({"inputs": {}})).json();
    let block = start(&server, "echo", &json!({"inputs": {"message": "a", "pause": 60}}));
    let job = start(&server, "coverage", &json!({"inputs": {}}));
    server.shared.replace(snapshot(town(6, 4)));
    let answered = until(&server, &job, over);
    assert_eq!(answered["status"], "successful");
    let later = post(&server, "coverage", &[], &json!({"inputs": {}})).json();
    let results = server.get(&format!("{job}/results")).json();
    assert_eq!(results["snapshot"], before["snapshot"]);
    assert_ne!(later["snapshot"], before["snapshot"]);
    assert_eq!(server.ask("DELETE", &block, &[]).status, 200);
}
