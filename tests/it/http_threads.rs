//! What is left of long work once it is cancelled or the server is told to stop: nothing.

use crate::http_operations::Program;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs::{read_dir, read_to_string};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

impl Program {
    fn ask(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(self.address).expect("connects");
        let head = format!("{method} {path} HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n");
        let length = body.len();
        let rest = format!("Content-Length: {length}\r\nPrefer: respond-async\r\nConnection: close\r\n\r\n{body}");
        stream.write_all((head + &rest).as_bytes()).expect("sends");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answers");
        answer
    }

    /// A plan that would take minutes, begun; the path of its job.
    fn plan_for_minutes(&self) -> String {
        let inputs = json!({
            "kind": "community_hub", "within": 15, "sites": 9, "candidates": {"streets": 10}, "keep": "free",
            "objective": "worst-off", "time_limit": 300, "runs": 500,
        });
        let answer = self.ask("POST", "/processes/hubs/execution", &json!({ "inputs": inputs }).to_string());
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
        let at = answer.find("/jobs/").expect("where the job is");
        let job: String = answer[at..].chars().take_while(|c| !c.is_whitespace() && *c != '"').collect();
        wait(|| self.ask("GET", &format!("{job}?f=json"), "").contains("running"));
        job
    }

    /// The threads by name, but for those of the runtime, which come and go with connections.
    fn threads(&self) -> BTreeMap<String, usize> {
        let mut names = BTreeMap::new();
        for thread in read_dir(format!("/proc/{}/task", self.child.id())).expect("the process runs").flatten() {
            let name = read_to_string(thread.path().join("comm")).unwrap_or_default().trim().to_owned();
            if !name.is_empty() && !name.starts_with("tokio") {
                *names.entry(name).or_default() += 1;
            }
        }
        names
    }

    /// Ticks of processor time so far.
    fn worked(&self) -> u64 {
        let stat = read_to_string(format!("/proc/{}/stat", self.child.id())).expect("the process runs");
        let after_name = stat.rsplit(')').next().expect("fields").split_whitespace();
        after_name.skip(11).take(2).map(|ticks| ticks.parse::<u64>().expect("a number")).sum()
    }

    fn rests(&self) -> bool {
        let before = self.worked();
        std::thread::sleep(Duration::from_millis(400));
        self.worked() == before
    }
}

/// Waits until it is so; two minutes is far more than any machine needs, and far less than the plan would take.
fn wait(is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(120), "it never came to be");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn nothing_runs_on_once_a_plan_is_cancelled_or_the_server_is_told_to_stop() {
    let dir = tempfile::tempdir().expect("a directory");
    let place = dir.path().join("demo");
    let demo = Command::new(env!("CARGO_BIN_EXE_patchwork"))
        .args(["--quiet", "demo", &place.display().to_string(), "--residents", "20000"])
        .output();
    assert!(demo.expect("the program runs").status.success());
    let mut program = Program::serving_in(&place);
    wait(|| program.rests());
    let resting = program.threads();
    let job = program.plan_for_minutes();
    wait(|| !program.rests());
    assert!(program.ask("DELETE", &job, "").contains("dismissed"));
    wait(|| program.rests());
    assert_eq!(program.threads(), resting, "no thread was left behind");
    program.plan_for_minutes();
    wait(|| !program.rests());
    program.signal("TERM");
    let ended = program.child.wait().expect("ends");
    assert!(ended.success(), "it ends well, and by itself: {ended}");
}
