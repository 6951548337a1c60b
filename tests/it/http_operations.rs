//! What somebody who keeps the service running relies on: counts, the log, reloads and a clean end.

use crate::http_place::town;
use crate::http_server::{Server, snapshot};
use crate::support::Toy;
use patchwork::http::Options;
use patchwork::synth::{DemoOptions, write_demo};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// The value of a series of `/metrics`, by its name and a part of its labels.
fn series(metrics: &str, name: &str, label: &str) -> Option<f64> {
    let line = metrics.lines().find(|line| line.starts_with(name) && line.contains(label) && !line.starts_with('#'))?;
    line.rsplit(' ').next()?.parse().ok()
}

#[test]
fn answers_are_counted_by_route_method_and_status_and_never_by_what_was_asked() {
    let server = Server::of(town(2, 2));
    for query in ["?patch_id=SECRET", "?limit=1", ""] {
        server.get(&format!("/collections/zones/items{query}"));
    }
    server.get("/collections/zones/items/");
    server.get("/collections/zones/items?limit=none");
    server.get("/collections/SECRET");
    server.get("/a/SECRET/path");
    server.ask("BREW", "/livez", &[]);
    let answer = server.get("/metrics");
    let metrics = answer.text();
    assert!(answer.media().starts_with("application/openmetrics-text; version=1.0.0"));
    let count = "http_server_request_duration_seconds_count";
    let items = r#"http_request_method="GET",http_route="/collections/{collection}/items",http_response_status_code="#;
    assert_eq!(series(metrics, count, &format!("{items}\"200\"")), Some(4.0));
    assert_eq!(series(metrics, count, &format!("{items}\"400\"")), Some(1.0));
    assert_eq!(
        series(metrics, count, r#"http_route="/collections/{collection}",http_response_status_code="404""#),
        Some(1.0)
    );
    assert_eq!(series(metrics, count, r#"http_route="",http_response_status_code="404""#), Some(1.0));
    assert_eq!(series(metrics, count, r#"http_request_method="_OTHER""#), Some(1.0));
    assert_eq!(series(metrics, "http_server_active_requests", ""), Some(1.0), "this one");
    assert_eq!(series(metrics, "patchwork_kept_answers_total", ""), Some(0.0), "each was asked once");
    assert!(!metrics.contains("SECRET"));
    assert!(metrics.ends_with("# EOF\n"));
}

#[test]
fn metrics_say_which_snapshot_stands_and_how_loading_went() {
    let server = Server::empty(Options::default());
    let before = server.get("/metrics");
    assert_eq!((before.status, series(before.text(), "patchwork_loads_succeeded_total", "")), (200, Some(0.0)));
    assert!(!before.text().contains("patchwork_snapshot"));
    let mut first = snapshot(town(2, 2));
    first.took = Some(Duration::from_millis(1500));
    let digest = format!("digest=\"{}\"", first.digest());
    server.shared.replace(first);
    server.shared.failed(Vec::new());
    let after = server.get("/metrics");
    assert_eq!(series(after.text(), "patchwork_snapshot_info", &digest), Some(1.0));
    assert_eq!(series(after.text(), "patchwork_snapshot_build_seconds", ""), Some(1.5));
    assert_eq!(series(after.text(), "patchwork_snapshot_issues", ""), Some(1.0));
    assert_eq!(series(after.text(), "patchwork_loads_succeeded_total", ""), Some(1.0));
    assert_eq!(series(after.text(), "patchwork_loads_failed_total", ""), Some(1.0));
    assert!(series(after.text(), "patchwork_snapshot_age_seconds", "").is_some_and(|age| age >= 0.0));
}

/// The program itself, serving a place.
pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
    log: mpsc::Receiver<String>,
}

impl Program {
    fn serving(toy: &Toy) -> Self {
        Self::serving_in(toy.dir())
    }

    pub(crate) fn serving_in(dir: &Path) -> Self {
        Self::serving_with(dir, &[])
    }

    /// With these settings in the environment.
    pub(crate) fn serving_with(dir: &Path, settings: &[(&str, &str)]) -> Self {
        Self::limited(":", dir, settings)
    }

    /// As [`Program::serving_with`], under limits of the shell such as `ulimit -f 16`.
    pub(crate) fn limited(limits: &str, dir: &Path, settings: &[(&str, &str)]) -> Self {
        let mut child = Command::new("sh")
            .args(["-c", &format!("{limits}; exec \"$@\""), "sh", env!("CARGO_BIN_EXE_patchwork")])
            .envs(settings.iter().copied())
            .args(["--log", "json", "serve", &dir.display().to_string(), "--bind", "127.0.0.1:0"])
            .env("PATCHWORK_LOG_FILTER", "info")
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        let (tell, log) = mpsc::channel();
        std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| tell.send(line)));
        let mut program = Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)), log };
        let ready = program.wait_for("Serving ");
        let address = ready.split("http://").nth(1).and_then(|rest| rest.split('/').next()).expect("an address");
        program.address = address.parse().expect("an address");
        program
    }

    pub(crate) fn wait_for(&self, words: &str) -> String {
        let mut seen = Vec::new();
        loop {
            match self.log.recv_timeout(Duration::from_secs(60)) {
                Ok(line) if line.contains(words) => return line,
                Ok(line) => seen.push(line),
                Err(error) => panic!("{words:?} was never said ({error}), but {seen:#?}"),
            }
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        // The shell's own: a bare machine has no program of that name.
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status();
        assert!(sent.expect("sh runs").success());
    }

    fn begin(&self, path: &str, header: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).expect("connects");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: here\r\n{header}Connection: close\r\n\r\n").expect("sends");
        stream
    }

    pub(crate) fn get(&self, path: &str, header: &str) -> String {
        let mut answer = String::new();
        self.begin(path, header).read_to_string(&mut answer).expect("answers");
        answer
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_line_of_the_log_is_json_with_the_clients_request_id_and_without_its_query() {
    let program = Program::serving(&Toy::new());
    let answer = program.get("/collections/zones/items?patch_id=SECRET", "X-Request-Id: my-own-7\r\n");
    assert!(answer.contains("x-request-id: my-own-7"), "{answer}");
    let line = program.wait_for("my-own-7");
    assert!(!line.contains("SECRET") && !line.contains("patch_id"), "{line}");
    let line: Value = serde_json::from_str(&line).expect("JSON");
    let shown = [&line["message"], &line["level"], &line["method"], &line["path"], &line["route"], &line["status"]];
    insta::assert_snapshot!(serde_json::to_string(&shown).expect("JSON"), @r#"["answered","INFO","GET","/collections/zones/items","/collections/{collection}/items",200]"#);
    assert!(line["duration_ms"].is_number());
}

#[test]
fn a_hangup_loads_the_place_again_and_a_place_that_broke_is_not_put_in_service() {
    let toy = Toy::new();
    let program = Program::serving(&toy);
    let name = |name: &str| program.get("/collections/zones/items/B2", "").contains(name);
    assert!(name("\"residents\":4,") || name("\"residents\": 4,"));
    let toy = toy.with(
        "residents.csv",
        "zone,category,n\nA1,White,60\nA1,Asian,40\nA2,White,150\nB1,White,300\nB2,White,70\nB2,Asian,0\n",
    );
    program.signal("HUP");
    program.wait_for("the place is ready");
    assert!(name("\"residents\":70,") || name("\"residents\": 70,"));
    let toy = toy.with("zones.geojson", "{");
    program.signal("HUP");
    program.wait_for("the place was not loaded");
    assert!(name("\"residents\":70,") || name("\"residents\": 70,"));
    let metrics = program.get("/metrics", "");
    assert_eq!(series(&metrics, "patchwork_loads_succeeded_total", ""), Some(2.0));
    assert_eq!(series(&metrics, "patchwork_loads_failed_total", ""), Some(1.0));
    drop(toy);
}

#[test]
fn told_to_stop_the_server_finishes_what_it_began_and_ends_well() {
    let mut program = Program::serving(&Toy::new());
    let mut under_way = TcpStream::connect(program.address).expect("connects");
    under_way.write_all(b"GET /collections HTTP/1.1\r\nHost: here\r\n").expect("sends");
    program.get("/livez", "");
    program.signal("TERM");
    program.wait_for("stopping");
    under_way.write_all(b"Connection: close\r\n\r\n").expect("sends");
    let mut answer = String::new();
    under_way.read_to_string(&mut answer).expect("answers");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(program.child.wait().expect("ends").success());
}

#[test]
fn a_server_that_is_told_to_stop_while_it_loads_stops_and_does_not_serve_first() {
    let tmp = tempfile::tempdir().expect("a directory");
    let demo = tmp.path().join("demo");
    write_demo(&demo, &DemoOptions { residents: 20_000, seed: 1 }, &|_| {}).expect("a demo");
    let mut child = Command::new(env!("CARGO_BIN_EXE_patchwork"))
        .args(["--log", "json", "serve", &demo.display().to_string(), "--bind", "127.0.0.1:0"])
        .env("PATCHWORK_LOG_FILTER", "info")
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines().map_while(Result::ok);
    lines.by_ref().find(|line| line.contains("Reading")).expect("a first step");
    let sent = Command::new("sh").args(["-c", &format!("kill -TERM {}", child.id())]).status();
    assert!(sent.expect("sh runs").success());
    let said: Vec<String> = lines.collect();
    assert!(child.wait().expect("an end").success(), "{said:#?}");
    assert!(!said.iter().any(|line| line.contains("Serving")), "{said:#?}");
}
