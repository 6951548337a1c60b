//! OGC API – Processes 1.0, each requirement of its abstract tests by name, and the live answer to a pin. Plans
//! and jobs under pressure stand in `http_jobs`.

use crate::http_place::town;
use crate::http_server::{Answer, PUBLIC, Server, find_link, path, snapshot};
use patchwork::http::Options;
use serde_json::{Value, json};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

pub(crate) static SERVER: LazyLock<Server> = LazyLock::new(|| Server::of(town(12, 9)));

const PROCESSES: &str = "http://www.opengis.net/def/rel/ogc/1.0/processes";
const JOB_LIST: &str = "http://www.opengis.net/def/rel/ogc/1.0/job-list";
const RESULTS: &str = "http://www.opengis.net/def/rel/ogc/1.0/results";
const EXECUTE: &str = "http://www.opengis.net/def/rel/ogc/1.0/execute";

pub(crate) fn of(options: Options) -> Server {
    let server = Server::empty(Options { public_url: Some(PUBLIC.to_owned()), ..options });
    server.shared.replace(snapshot(town(12, 9)));
    server
}

pub(crate) fn request(server: &Server, process: &str, headers: &[(&str, &str)], body: &str) -> String {
    let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let (address, length) = (server.address, body.len());
    format!(
        "POST /processes/{process}/execution HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n{more}Connection: close\r\n\r\n{body}"
    )
}

pub(crate) fn post(server: &Server, process: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
    server.raw(&request(server, process, headers, &body.to_string()))
}

pub(crate) fn execute(process: &str, body: &Value) -> Answer {
    post(&SERVER, process, &[], body)
}

pub(crate) fn start(server: &Server, process: &str, body: &Value) -> String {
    let answer = post(server, process, &[("Prefer", "respond-async")], body);
    assert_eq!(answer.status, 201, "{}", answer.text());
    path(answer.header("location").expect("where the job is"))
}

/// The job once it stands like this; waits a minute at most.
pub(crate) fn until(server: &Server, job: &str, is_wanted: impl Fn(&str) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let info = server.get(job).json();
        if is_wanted(info["status"].as_str().expect("a status")) {
            return info;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{info}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Starts an echo as a browser does: the job, and the cookie that says whose it is.
pub(crate) fn started(server: &Server, body: &Value) -> (String, String) {
    let answer = post(server, "echo", &[("Prefer", "respond-async")], body);
    assert_eq!(answer.status, 201, "{}", answer.text());
    let cookie = answer.header("set-cookie").expect("a cookie");
    let cookie = cookie.split(';').next().expect("a pair").to_owned();
    (path(answer.header("location").expect("where the job is")), cookie)
}

/// The jobs that whoever holds this cookie is shown.
pub(crate) fn listed(server: &Server, query: &str, cookie: &str) -> Vec<Value> {
    let answer = server.ask("GET", &format!("/jobs?f=json{query}"), &[("Cookie", cookie)]);
    answer.json()["jobs"].as_array().expect("a list").clone()
}

pub(crate) fn over(status: &str) -> bool {
    !matches!(status, "accepted" | "running")
}

pub(crate) fn detail(answer: &Answer) -> String {
    answer.json()["detail"].as_str().unwrap_or_default().to_owned()
}

// The standard's requirements.

#[test]
fn core_landing_page_and_conformance_lead_to_processes_and_jobs() {
    let landing = SERVER.get("/?f=json");
    for rel in [PROCESSES, JOB_LIST] {
        let link = landing.link(rel, None).unwrap_or_else(|| panic!("no link {rel}"));
        assert_eq!(SERVER.get(&path(&link)).status, 200);
    }
    let classes = SERVER.get("/conformance?f=json").text().to_owned();
    for class in ["core", "ogc-process-description", "json", "html", "oas30", "job-list", "dismiss"] {
        assert!(classes.contains(&format!("/ogcapi-processes-1/1.0/conf/{class}\"")), "{class}");
    }
    assert!(!classes.contains("conf/callback"));
}

#[test]
fn core_process_list_and_its_limit_and_links() {
    let list = SERVER.get("/processes?f=json").json();
    let ids: Vec<&str> =
        list["processes"].as_array().expect("a list").iter().filter_map(|p| p["id"].as_str()).collect();
    assert_eq!(ids, PROCESS_IDS);
    for process in list["processes"].as_array().expect("a list") {
        for name in ["id", "version", "title", "description", "jobControlOptions", "outputTransmission", "links"] {
            assert!(!process[name].is_null(), "{name} of {process}");
        }
    }
    assert!(find_link(&list, "alternate", Some("text/html")).is_some() && find_link(&list, "self", None).is_some());
    assert_eq!(SERVER.get("/processes?f=json&limit=1").json()["processes"].as_array().map(Vec::len), Some(1));
    assert_eq!(SERVER.get("/processes?limit=0").status, 400);
}

#[test]
fn core_process_description_has_a_schema_for_every_input_and_output() {
    for id in PROCESS_IDS {
        let about = SERVER.get(&format!("/processes/{id}?f=json")).json();
        assert_eq!(about["id"], *id);
        for (name, one) in
            about["inputs"].as_object().expect("inputs").iter().chain(about["outputs"].as_object().expect("outputs"))
        {
            assert!(one["schema"].is_object() && one["title"].is_string(), "{name} of {id}");
        }
        let execution = find_link(&about, EXECUTE, None).expect("where to execute it");
        assert!(execution.ends_with(&format!("/processes/{id}/execution")));
    }
}

#[test]
fn core_process_exception_no_such_process() {
    for answer in [SERVER.get("/processes/nothing"), execute("nothing", &json!({}))] {
        assert_eq!(answer.status, 404);
        assert!(answer.json()["type"].as_str().is_some_and(|kind| kind.ends_with("/1.0/no-such-process")));
    }
}

#[test]
fn core_job_creation_default_is_to_wait_where_that_is_possible() {
    let answer = execute("echo", &json!({"inputs": {"message": "teststring"}}));
    assert_eq!((answer.status, answer.text()), (200, "\"teststring\""));
    assert!(answer.header("link").is_none(), "what was waited for is no job");
    let owslib = post(&SERVER, "echo", &[("Prefer", "respond-sync")], &json!({"inputs": {"message": "a"}}));
    assert_eq!(owslib.status, 200);
}

#[test]
fn core_job_creation_inline_values_objects_boxes_arrays_and_qualified_values() {
    let inputs = json!({
        "message": {"value": "a", "mediaType": "text/plain"}, "list": [1, 2, 3], "number": 1.5,
        "object": {"value": "teststring"},
        "box": {"bbox": [51.9, 7, 52, 7.1], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"},
        "features": {"value": {"type": "FeatureCollection", "features": []}},
    });
    let answer = execute("echo", &json!({"inputs": inputs, "response": "document"})).json();
    assert_eq!(answer["message"], "a");
    assert_eq!(answer["list"], json!([1, 2, 3]));
    assert_eq!(answer["object"]["value"], json!({"value": "teststring"}));
    assert_eq!(answer["box"]["value"]["bbox"][0], 51.9);
    assert_eq!(
        answer["features"],
        json!({"mediaType": "application/geo+json", "value": {"type": "FeatureCollection", "features": []}})
    );
}

#[test]
fn core_job_creation_outputs_are_those_asked_for_as_parts_or_one_document() {
    let inputs = json!({"message": "a", "number": 2});
    let only = execute("echo", &json!({"inputs": inputs, "outputs": {"number": {"transmissionMode": "value"}}}));
    assert_eq!((only.text(), only.header("content-type")), ("2", Some("application/json")));
    let parts = execute("echo", &json!({"inputs": inputs, "response": "raw"}));
    assert!(parts.header("content-type").is_some_and(|media| media.starts_with("multipart/related; boundary=")));
    assert_eq!(parts.text().matches("Content-ID: <").count(), 2);
    let words = "\r\n\r\na\r\n--patchwork-part-0\r\n";
    assert!(
        parts.text().contains(&format!("text/plain; charset=utf-8\r\nContent-ID: <message>{words}")),
        "{}",
        parts.text()
    );
    let forged = json!({"message": "b\r\n--patchwork-part-0\r\nContent-ID: <number>\r\n\r\n9", "number": 2});
    let forged = execute("echo", &json!({"inputs": forged}));
    assert!(forged.header("content-type").is_some_and(|media| media.ends_with("boundary=patchwork-part-1")));
    assert_eq!(forged.text().matches("--patchwork-part-1").count(), 3, "two parts and the end");
    let document = execute("echo", &json!({"inputs": inputs, "response": "document", "outputs": {"message": {}}}));
    assert_eq!(document.json(), json!({"message": "a"}));
    assert_eq!(execute("echo", &json!({"inputs": {}})).status, 204);
}

#[test]
fn core_job_creation_input_validation_names_the_input_and_the_remedy() {
    let wrong = [
        (json!({"inputs": {"message": 7}}), "message is 7; it must be words in quotes."),
        (json!({"inputs": {"pause": 61}}), "pause is 61; it must be from 0 to 60."),
        (json!({"inputs": {"mesage": "a"}}), "mesage: there is no input \"mesage\"; there are message,"),
        (json!({"inputs": {"features": {"href": "http://localhost/"}}}), "features: links are not followed"),
        (json!({"inputs": {}, "outputs": {"messag": {}}}), "outputs: there is no output \"messag\""),
        (
            json!({"inputs": {}, "outputs": {"message": {"transmissionMode": "reference"}}}),
            "outputs.message: transmissionMode",
        ),
        (json!({"inputs": {}, "response": "xml"}), "response must be"),
        (json!({"input": {}}), "the body has a member that is not known"),
        (json!([]), "The body must be an object"),
    ];
    for (body, words) in wrong {
        let answer = execute("echo", &body);
        assert_eq!(answer.status, 400, "{body}");
        assert!(detail(&answer).to_lowercase().contains(&words.to_lowercase()), "{body}: {}", detail(&answer));
    }
    let garbage = SERVER.raw(&request(&SERVER, "echo", &[], "{\"inputs\": "));
    assert!(garbage.status == 400 && detail(&garbage).contains("not JSON"));
}

#[test]
fn core_job_creation_async_gives_a_job_whose_results_are_those_of_waiting() {
    let body = json!({"inputs": {"message": "teststring"}});
    let answer = post(&SERVER, "echo", &[("Prefer", "respond-async, wait=10")], &body);
    assert_eq!((answer.status, answer.header("preference-applied")), (201, Some("respond-async")));
    let (info, job) = (answer.json(), path(answer.header("location").expect("where the job is")));
    for name in ["jobID", "status", "type"] {
        assert!(info[name].is_string(), "{name}");
    }
    assert!(find_link(&info, "monitor", None).is_some());
    let done = until(&SERVER, &job, over);
    assert_eq!((done["status"].as_str(), done["progress"].as_u64()), (Some("successful"), Some(100)));
    for time in ["created", "started", "finished", "updated"] {
        assert!(done[time].as_str().is_some_and(|time| time.ends_with('Z')), "{time}");
    }
    let results = SERVER.get(&path(&find_link(&done, RESULTS, None).expect("the results")));
    assert_eq!((results.status, results.text()), (200, "\"teststring\""));
}

#[test]
fn core_job_exceptions_no_such_job_and_result_not_ready() {
    for address in ["/jobs/0123", "/jobs/0123/results"] {
        let answer = SERVER.get(address);
        assert!(answer.status == 404 && answer.text().contains("/1.0/no-such-job"), "{}", answer.text());
    }
    let job = start(&SERVER, "echo", &json!({"inputs": {"message": "a", "pause": 30}}));
    let early = SERVER.get(&format!("{job}/results"));
    assert!(early.status == 404 && early.text().contains("/1.0/result-not-ready"), "{}", early.text());
    assert_eq!(SERVER.ask("DELETE", &job, &[]).status, 200);
}

#[test]
fn job_list_is_narrowed_by_process_status_and_limit() {
    let (job, cookie) = started(&SERVER, &json!({"inputs": {"message": "listed"}}));
    until(&SERVER, &job, over);
    let jobs = |query: &str| listed(&SERVER, query, &cookie);
    let id = job.trim_start_matches("/jobs/").to_owned();
    let has = |query: &str| jobs(query).iter().any(|info| info["jobID"] == id.as_str());
    assert!(has("") && has("&processID=echo&status=successful&type=process&datetime=2020-01-01/.."));
    assert!(
        !has("&processID=coverage")
            && !has("&status=failed,dismissed")
            && !has("&datetime=2020-01-01")
            && !has("&minDuration=50")
    );
    assert_eq!(jobs("&limit=1").len(), 1);
    assert_eq!(SERVER.get("/jobs?status=done").status, 400);
    assert!(id.len() == 32, "an id of 128 bits");
}

#[test]
fn dismiss_ends_a_running_job_and_forgets_a_finished_one() {
    let server = of(Options { max_running_jobs: 1, ..Options::default() });
    let job = start(&server, "echo", &json!({"inputs": {"message": "a", "pause": 60}}));
    until(&server, &job, |status| status == "running");
    let dismissed = server.ask("DELETE", &job, &[]);
    assert_eq!(
        (dismissed.status, dismissed.json()["status"].as_str().map(str::to_owned)),
        (200, Some("dismissed".to_owned()))
    );
    assert_eq!(server.get(&job).json()["status"], "dismissed");
    assert_eq!(server.get(&format!("{job}/results")).status, 404);
    let began = Instant::now();
    assert_eq!(post(&server, "echo", &[], &json!({"inputs": {"message": "b"}})).text(), "\"b\"");
    assert!(began.elapsed() < Duration::from_secs(20), "the only worker is free long before the pause is over");
    assert_eq!(server.ask("DELETE", &job, &[]).status, 200);
    assert_eq!(server.get(&job).status, 404);
    assert_eq!(server.ask("DELETE", &job, &[]).status, 404);
}

#[test]
fn html_there_is_a_page_for_each_resource() {
    let job = start(&SERVER, "echo", &json!({"inputs": {"message": "<b>"}}));
    until(&SERVER, &job, over);
    for address in ["/processes", "/processes/echo", "/processes/coverage", "/jobs", job.as_str()] {
        let page = SERVER.get(&format!("{address}?f=html"));
        assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")), "{address}");
        assert!(page.text().contains("<h1>"), "{address}");
    }
}

#[test]
fn oas30_has_a_literal_path_for_each_process_and_the_names_the_suite_looks_for() {
    let api = SERVER.get("/api").json();
    let names: Vec<String> = api["paths"]
        .as_object()
        .expect("paths")
        .values()
        .flat_map(|path| path.as_object().into_iter().flat_map(|path| path.values()))
        .filter_map(|operation| operation["operationId"].as_str().map(str::to_owned))
        .collect();
    for name in ["getProcesses", "getProcessDescription", "execute", "getJobs", "getStatus", "getResult", "dismiss"] {
        assert!(names.iter().any(|known| known == name), "{name}");
    }
    for id in PROCESS_IDS {
        assert!(api["paths"][format!("/processes/{id}/execution")]["post"]["requestBody"].is_object(), "{id}");
    }
}

#[test]
fn other_methods_are_told_which_do_something() {
    let answer = SERVER.get("/processes/echo/execution");
    assert_eq!((answer.status, answer.header("allow")), (405, Some("POST, OPTIONS")));
    let answer = SERVER.ask("PUT", "/jobs/0123", &[]);
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD, DELETE, OPTIONS")));
}

// Coverage: what if?

/// Zones of the town are 200 m wide; the hub is in its south-western corner.
pub(crate) fn far_zone() -> Value {
    let zone = SERVER.get("/collections/zones/items/Z008006").json();
    let ring = zone["geometry"]["coordinates"][0].clone();
    let at = |i: usize, j: usize| ring[i][j].as_f64().or_else(|| ring[0][i][j].as_f64()).expect("a number");
    let middle = |j: usize| (0..4).map(|i| at(i, j)).sum::<f64>() / 4.0;
    json!([middle(0), middle(1)])
}

#[test]
fn a_pin_is_answered_with_who_gains_by_group_patch_and_zone() {
    let inputs = json!({"add": [{"at": far_zone(), "kind": "hub", "id": "pin"}], "standards": ["hub-15"]});
    let answer = execute("coverage", &json!({ "inputs": inputs }));
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")), "{}", answer.text());
    let answer = answer.json();
    let found = &answer["standards"][0];
    let (before, after) = (found["place"]["before"].as_f64().unwrap(), found["place"]["after"].as_f64().unwrap());
    assert!(after > before && found["place"]["change"].as_f64() == Some(after - before));
    assert!(
        found["place"]["groups"]["under_25"]["change"].as_f64().unwrap() > 0.0
            && found["place"]["groups"]["disabled"].is_null()
    );
    let zones = found["zones"].as_array().expect("zones");
    assert!(zones.iter().any(|zone| zone["zone"] == "Z008006" && zone["before"] == 0));
    let by_zone: f64 = zones.iter().map(|zone| zone["change"].as_f64().unwrap()).sum();
    let by_patch: f64 =
        found["patches"].as_array().unwrap().iter().map(|patch| patch["counts"]["change"].as_f64().unwrap()).sum();
    assert_eq!((by_zone, by_patch), (after - before, after - before));
    assert_eq!(answer["changes"][0]["satisfies"], json!(["hub-15"]));
    assert_eq!(answer["changes"][0]["street"], "8 Row");
    assert!(answer["assumptions"][0].as_str().is_some_and(|words| words.contains("open at all hours")));
    assert!(answer["notices"][0].as_str().is_some_and(|words| words.contains("made up")));
}

#[test]
fn who_drags_a_pin_is_told_the_same_without_what_stays_as_it_is() {
    let ask = |changes_only: bool| {
        let add = json!([{"at": far_zone(), "kind": "hub", "id": "pin"}]);
        let inputs = json!({"add": add, "standards": ["hub-15"], "changes_only": changes_only});
        execute("coverage", &json!({ "inputs": inputs })).json()["standards"][0].clone()
    };
    let (all, some) = (ask(false), ask(true));
    assert_eq!((&all["place"], &all["zones"]), (&some["place"], &some["zones"]));
    let patches = |answer: &Value| answer["patches"].as_array().expect("patches").clone();
    let mut differ: Vec<Value> = patches(&all).into_iter().filter(|patch| patch["counts"]["change"] != 0).collect();
    for patch in &mut differ {
        patch["counts"].as_object_mut().expect("counts").remove("groups");
    }
    assert!(!differ.is_empty());
    assert_eq!(differ, patches(&some));
    let nothing = execute("coverage", &json!({"inputs": {"changes_only": true}})).json();
    assert_eq!(nothing["standards"][0]["patches"], json!([]));
}

#[test]
fn without_changes_the_answer_is_what_the_layer_says_and_a_removed_hub_covers_nobody() {
    let today = execute("coverage", &json!({"inputs": {}})).json();
    let layer = SERVER.get("/collections/coverage-hub-15/items?limit=1000").json();
    let covered: i64 = layer["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["properties"]["covered_residents"].as_i64().unwrap())
        .sum();
    assert_eq!(today["standards"][0]["place"]["before"].as_i64(), Some(covered));
    assert_eq!(today["standards"][0]["zones"], json!([]));
    let without = execute("coverage", &json!({"inputs": {"remove": ["hub-1"]}})).json();
    assert_eq!(without["standards"][0]["place"]["after"], 0);
    let moved = execute("coverage", &json!({"inputs": {"move": [{"id": "hub-1", "to": far_zone()}]}})).json();
    let reached = moved["standards"][0]["place"]["after"].as_i64().unwrap();
    assert!(reached > 0 && reached < covered, "rows are joined in the west alone, so the end of a row reaches fewer");
    let changed = json!({"inputs": {"change": [{"id": "lib-1", "kind": "hub"}]}});
    assert!(execute("coverage", &changed).json()["standards"][0]["place"]["change"].as_i64() > Some(0));
}

#[test]
fn wrong_changes_are_answered_with_the_input_and_the_remedy() {
    let at = far_zone();
    let wrong = [
        (json!({"add": [{"at": [-6.5, 50.5]}]}), "add[0].at: [-6.5,50.5] is", "km from the nearest street"),
        (json!({"add": [{"at": [53.0, -1.9]}]}), "add[0].at: ", "longitude first"),
        (json!({"add": [{"at": at, "id": "hub-1"}]}), "add[0].id: ", "choose another id"),
        (json!({"add": [{"at": at, "opening_hours": "always"}]}), "add[0].opening_hours: ", "Mo-Fr"),
        (json!({"move": [{"id": "hub-9", "to": at}]}), "move[0].id: there is no asset \"hub-9\"", "hub-1"),
        (json!({"remove": ["hub-1"], "change": [{"id": "hub-1", "kind": "x"}]}), "remove[0]: ", "ask for one"),
        (json!({"standards": ["hub15"]}), "standards[0]: there is no standard \"hub15\"", "hub-15"),
        (json!({"change": [{"kind": "hub"}]}), "change[0] lacks \"id\"", ""),
    ];
    for (inputs, first, then) in wrong {
        let answer = execute("coverage", &json!({ "inputs": inputs }));
        assert_eq!(answer.status, 400, "{inputs}");
        let said = detail(&answer);
        assert!(said.starts_with(first) && said.contains(then), "{inputs}: {said}");
    }
}

/// In the order of the list.
const PROCESS_IDS: &[&str] = &["coverage", "hubs", "patches", "nearest", "rounds", "echo"];
