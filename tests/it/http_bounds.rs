//! What nobody can do to the server: end it, fill its memory, hold its connections, see others' jobs, or read files and
//! records that are not published.

use crate::http_operations::Program;
use crate::http_place::town;
use crate::http_processes::{SERVER, detail, listed, of, over, post, start, started, until};
use crate::http_server::{PUBLIC, Server, snapshot};
use crate::support::Toy;
use patchwork::http::Options;
use patchwork::load::load_inside;
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[test]
fn a_filter_of_any_length_is_answered_and_ends_nothing() {
    for operator in ["+", "-", "*", "/", "%", " div ", "^"] {
        for left in ["1", "residents"] {
            let operator = operator.replace('%', "%25").replace('+', "%2B").replace(' ', "%20").replace('^', "%5E");
            // As long as an address may be.
            let sum = vec![left; 60_000 / (left.len() + operator.len())].join(&operator);
            let answer = SERVER.get(&format!("/collections/zones/items?f=json&limit=1&filter=residents%20%3E%20{sum}"));
            assert_eq!(answer.status, 200, "{operator}: {}", &answer.text()[..answer.text().len().min(300)]);
        }
    }
}

#[test]
fn a_question_larger_than_its_memory_is_refused_with_what_to_ask_instead() {
    let server = of(Options { job_memory: 160 * 400, ..Options::default() });
    let ask = |candidates: serde_json::Value| {
        let inputs = json!({"kind": "hub", "within": 60, "sites": 2, "candidates": candidates, "runs": 0});
        let job = start(&server, "hubs", &json!({"inputs": inputs}));
        until(&server, &job, over)["message"].as_str().expect("a message").to_owned()
    };
    let streets = ask(json!({"streets": 20}));
    assert!(
        streets.contains("too large for the memory") && streets.contains("further apart along streets"),
        "{streets}"
    );
    assert!(streets.contains("a shorter walk"), "{streets}");
    let near = crate::http_processes::far_zone();
    let points: Vec<_> = (0..200).map(|_| json!({"at": near})).collect();
    let points = ask(json!({"points": points}));
    assert!(points.contains("fewer candidates"), "{points}");
}

#[test]
fn jobs_are_listed_to_whoever_started_them_and_to_nobody_else() {
    let server = of(Options::default());
    let slow = json!({"inputs": {"message": "mine", "pause": 60}});
    let (job, cookie) = started(&server, &slow);
    assert_eq!(listed(&server, "", &cookie).len(), 1);
    for other in ["", "patchwork_jobs=", "patchwork_jobs=00000000000000000000000000000000", "other=1"] {
        assert_eq!(listed(&server, "", other).len(), 0, "{other}");
    }
    let (_, other) = started(&server, &json!({"inputs": {"message": "theirs"}}));
    assert!(other != cookie && listed(&server, "", &other).len() == 1);
    assert_eq!(server.get(&job).status, 200, "whoever is told the id may see it, as the standard has it");
    assert_eq!(server.ask("DELETE", &job, &[("Cookie", &other)]).status, 403, "and another browser may not end it");
    assert_eq!(server.ask("DELETE", &job, &[("Cookie", &cookie)]).status, 200);
}

#[test]
fn a_program_without_cookies_ends_what_its_own_address_started_and_no_other() {
    let server = of(Options { behind_proxy: true, ..Options::default() });
    let body = json!({"inputs": {"message": "a", "pause": 60}});
    let began = post(&server, "echo", &[("Prefer", "respond-async"), ("X-Forwarded-For", "192.0.2.1")], &body);
    let job = crate::http_server::path(began.header("location").expect("where the job is"));
    for other in [&[("X-Forwarded-For", "192.0.2.2")][..], &[("X-Forwarded-For", "192.0.2.1, 192.0.2.2")], &[]] {
        let refused = server.ask("DELETE", &job, other);
        assert!(refused.status == 403 && detail(&refused).contains("whoever started it"), "{}", refused.text());
    }
    assert_eq!(server.ask("DELETE", &job, &[("X-Forwarded-For", "192.0.2.1")]).status, 200);
}

#[test]
fn one_client_cannot_take_every_worker() {
    let server = of(Options { behind_proxy: true, max_jobs_per_client: 2, ..Options::default() });
    let slow = json!({"inputs": {"message": "a", "pause": 60}});
    let from = |address| {
        let headers = [("Prefer", "respond-async"), ("X-Forwarded-For", address)];
        post(&server, "echo", &headers, &slow)
    };
    assert_eq!([from("192.0.2.1").status, from("198.51.100.7, 192.0.2.1").status], [201, 201]);
    let refused = from("192.0.2.1");
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("10")), "{}", refused.text());
    assert_eq!(from("192.0.2.2").status, 201, "others are not held up");
}

#[test]
fn pages_of_other_sites_read_and_do_no_more() {
    let site = "https://elsewhere.example";
    let body = json!({"inputs": {"message": "a"}});
    for headers in [&[("Origin", site)][..], &[("Origin", "null")], &[("Sec-Fetch-Site", "cross-site")]] {
        let refused = post(&SERVER, "echo", headers, &body);
        assert_eq!(refused.status, 403, "{headers:?}");
        assert_eq!(refused.header("access-control-allow-origin"), None);
    }
    let own = format!("http://{}", SERVER.address);
    for headers in [
        &[("Origin", own.as_str())][..],
        &[("Origin", "https://maps.example")],
        &[("Sec-Fetch-Site", "same-origin")],
        &[],
    ] {
        assert_eq!(post(&SERVER, "echo", headers, &body).status, 200, "{headers:?}");
    }
    let job = start(&SERVER, "echo", &body);
    for path in ["/jobs", job.as_str(), &format!("{job}/results")] {
        assert_eq!(SERVER.ask("GET", path, &[("Origin", site)]).header("access-control-allow-origin"), None, "{path}");
    }
    assert_eq!(SERVER.ask("DELETE", &job, &[("Origin", site)]).status, 403);
    let ask = [("Origin", site), ("Access-Control-Request-Method", "DELETE")];
    assert_eq!(SERVER.ask("OPTIONS", &job, &ask).header("access-control-allow-origin"), None);
    let server = of(Options { cors_origins: vec![site.to_owned()], ..Options::default() });
    let allowed = post(&server, "echo", &[("Origin", site)], &body);
    assert_eq!((allowed.status, allowed.header("access-control-allow-origin")), (200, Some(site)));
}

#[test]
fn lists_keep_to_the_limit_that_the_definition_says_and_pages_ask_for_no_camera() {
    for path in ["/jobs", "/processes"] {
        assert_eq!(SERVER.get(&format!("{path}?limit=10000&f=json")).status, 200, "{path}");
        let refused = SERVER.get(&format!("{path}?limit=10001&f=json"));
        assert!(refused.status == 400 && detail(&refused).contains("at most 10000"), "{path}");
    }
    assert!(SERVER.get("/").header("permissions-policy").is_some_and(|policy| policy.contains("geolocation=()")));
}

#[test]
fn where_no_connection_is_free_probes_are_answered_and_others_told_so() {
    let server =
        Server::empty(Options { max_connections: 3, public_url: Some(PUBLIC.to_owned()), ..Options::default() });
    server.shared.replace(snapshot(town(4, 3)));
    let held: Vec<TcpStream> = (0..3).map(|_| TcpStream::connect(server.address).expect("connects")).collect();
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(server.get("/readyz").status, 200);
    assert_eq!(server.get("/livez").status, 200);
    let refused = server.get("/collections");
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("5")));
    drop(held);
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(server.get("/collections").status, 200);
}

#[test]
fn a_connection_on_which_nothing_comes_is_closed() {
    let server = Server::of(town(4, 3));
    let open = |words: &str| {
        let mut stream = TcpStream::connect(server.address).expect("connects");
        stream.write_all(words.as_bytes()).expect("sends");
        stream.set_read_timeout(Some(Duration::from_secs(40))).expect("a limit");
        stream
    };
    let idle = ["", "GET / HTTP/1.1\r\nHost: x\r\n", "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"].map(open);
    let began = Instant::now();
    for mut stream in idle {
        let mut all = Vec::new();
        let ended = stream.read_to_end(&mut all);
        let waited = ended
            .as_ref()
            .is_err_and(|error| matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut));
        assert!(!waited, "still open after {:?}", began.elapsed());
    }
    assert!(began.elapsed() < Duration::from_secs(35));
}

const MET: &str =
    "date,patch,group,activity,people\n2024-01-05,A,Romani (only one),refuge group,1\n2024-01-06,A,White,café,3\n";

#[test]
fn what_is_wrong_with_records_is_told_where_the_files_are_and_not_to_the_public() {
    let toy = Toy::new().with("met.csv", MET).and("\n[[engagement]]\nfile = \"met.csv\"\n");
    let loaded = toy.load();
    let exact = format!("{:?}", loaded.issues);
    assert!(exact.contains("café"), "the command line names the value: {exact}");
    let public = patchwork::place::Issue::for_everybody(&loaded.issues);
    let told: Vec<_> = public.iter().filter(|issue| issue.at.file == "met.csv").collect();
    assert!(!told.is_empty());
    for issue in told {
        assert_eq!((issue.at.row, &issue.at.field, &issue.at.key), (None, &None, &None), "{issue:?}");
        assert!(!issue.problem.contains(|c: char| c.is_ascii_digit()) && !issue.problem.contains("café"), "{issue:?}");
    }
    let program = Program::serving_in(toy.dir());
    for page in ["/-/issues?f=json", "/-/issues?f=html", "/?f=json"] {
        let answer = program.get(page, "");
        assert!(!answer.contains("Romani") && !answer.contains("refuge"), "{page}: {answer}");
    }
}

#[test]
fn a_server_reads_no_file_outside_the_place_unless_its_operator_says_so() {
    let outside = tempfile::tempdir().expect("a folder");
    let secret = outside.path().join("secret.csv");
    std::fs::write(&secret, "zone,decile\nA1,3\n").expect("a file");
    let toy = Toy::new();
    std::os::unix::fs::symlink(&secret, toy.dir().join("link.csv")).expect("a link");
    let pipe = toy.dir().join("pipe.csv");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    let mut toy = toy;
    let settings = std::fs::read_to_string(toy.dir().join("place.toml")).expect("settings");
    let absolute = secret.display().to_string();
    let special = ["/proc/self/environ", "/dev/zero", "pipe.csv", "../../../../../../proc/self/environ"];
    for written in [absolute.as_str(), "link.csv", "../nowhere.csv", "${HOME}/x.csv"].iter().chain(&special) {
        toy = toy.with("place.toml", &format!("{settings}\n[deprivation]\nfile = \"{written}\"\n"));
        let loaded = load_inside(toy.dir(), &|_| {});
        let code = if special.contains(written) { "file-special" } else { "file-outside" };
        assert!(loaded.place.is_none(), "{written}");
        assert!(loaded.issues.iter().any(|issue| issue.code == code), "{written}: {:?}", loaded.issues);
        let whole = patchwork::load::load(toy.dir(), &|_| {});
        let is_refused = whole.issues.iter().any(|issue| issue.code == "file-special");
        assert_eq!(is_refused, special.contains(written), "{written}: an operator's own command reads files anywhere");
    }
}

#[test]
fn a_reload_that_takes_too_much_memory_leaves_what_is_served() {
    let toy = Toy::new();
    let program = Program::serving_with(toy.dir(), &[("PATCHWORK_RELOAD_MEMORY_MB", "1")]);
    program.signal("HUP");
    program.wait_for("most likely for want of memory");
    assert!(program.get("/readyz", "").contains("\"ready\""));
    assert!(program.get("/-/issues?f=json", "").contains("reload-too-large"));
    for stray in ["ALRM", "VTALRM", "PROF", "IO"] {
        program.signal(stray);
    }
    program.signal("USR1");
    program.wait_for("asked by a signal how it stands");
    assert!(program.get("/collections/zones/items/B2", "").contains("200 OK"));
}

#[test]
fn a_first_load_that_takes_too_much_memory_ends_in_words_and_not_in_an_abort() {
    let toy = Toy::new().with("residents.csv", &format!("zone,category,n\n{}", "A1,White,6\n".repeat(3_000_000)));
    for command in [&["check"][..], &["serve", "--bind", "127.0.0.1:0"]] {
        let ended = std::process::Command::new("sh")
            .args(["-c", "ulimit -d 100000; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_patchwork")])
            .arg(command[0])
            .arg(toy.dir())
            .args(&command[1..])
            .output()
            .expect("the program runs");
        let told = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(1), "{command:?}: {told}");
        assert!(told.contains("takes more memory than"), "{command:?}: {told}");
    }
}

/// A GeoPackage whose view has no end: however quick the machine, reading it takes longer than anybody allows.
const ENDLESS: &str = "
PRAGMA application_id = 1196444487;
CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT, identifier TEXT, srs_id INTEGER);
CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER, z INTEGER, m INTEGER);
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER, organization TEXT, organization_coordsys_id INTEGER, definition TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES ('British National Grid', 27700, 'EPSG', 27700, '');
INSERT INTO gpkg_contents VALUES ('endless', 'features', 'endless', 27700);
INSERT INTO gpkg_geometry_columns VALUES ('endless', 'geom', 'POINT', 27700, 0, 0);
CREATE VIEW endless AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS fid, NULL AS geom FROM n WHERE i < 0;
";

#[test]
fn a_first_load_that_takes_too_long_ends_in_words() {
    let toy = Toy::new().and("\n[[assets]]\nfile = \"endless.gpkg\"\nkind = \"hall\"\n");
    let file = rusqlite::Connection::open(toy.dir().join("endless.gpkg")).expect("a file");
    file.execute_batch(ENDLESS).expect("a GeoPackage");
    let ended = std::process::Command::new(env!("CARGO_BIN_EXE_patchwork"))
        .arg("serve")
        .arg(toy.dir())
        .args(["--bind", "127.0.0.1:0"])
        .env("PATCHWORK_RELOAD_TIMEOUT_S", "1")
        .output()
        .expect("the program runs");
    let told = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.code() == Some(1) && told.contains("took more than 1 seconds"), "{told}");
}

#[test]
fn where_temporary_files_have_no_room_the_forms_that_need_them_are_503_in_words_and_the_others_are_served() {
    let toy = Toy::new();
    let missing = Program::limited(":", toy.dir(), &[("TMPDIR", "/nowhere/at/all")]);
    // Sixteen blocks are enough for no file, as on a disk that is full.
    let full = Program::limited("ulimit -f 16", toy.dir(), &[]);
    for program in [missing, full] {
        for path in ["/collections/zones/items?f=gpkg", "/map.pmtiles"] {
            let answer = program.get(path, "");
            let small = path == "/map.pmtiles" && answer.contains("200 OK");
            assert!(
                small || (answer.contains("503") && answer.contains("TMPDIR is full or missing")),
                "{path}: {answer}"
            );
        }
        for path in ["/collections/zones/items?f=json", "/collections/zones/items?f=csv", "/readyz"] {
            assert!(program.get(path, "").contains("200 OK"), "{path}");
        }
    }
}

#[test]
fn a_plan_is_given_up_soon_whatever_it_is_doing() {
    let options = Options { max_running_jobs: 1, public_url: Some(PUBLIC.to_owned()), ..Options::default() };
    let server = Server::empty(options);
    server.shared.replace(snapshot(town(60, 40)));
    let mut caught = 0;
    for pause in [0, 30, 100, 300, 800, 2_000, 4_000] {
        let inputs = json!({
            "kind": "hub", "within": 20, "sites": 6, "candidates": {"streets": 60}, "runs": 50, "time_limit": 120,
        });
        let job = start(&server, "hubs", &json!({"inputs": inputs}));
        until(&server, &job, |status| status != "accepted");
        std::thread::sleep(Duration::from_millis(pause));
        let doing = server.get(&job).json();
        if over(doing["status"].as_str().expect("a status")) {
            continue;
        }
        caught += 1;
        assert_eq!(server.ask("DELETE", &job, &[]).status, 200);
        let began = Instant::now();
        assert_eq!(post(&server, "echo", &[], &json!({"inputs": {"message": "b"}})).status, 200);
        let took = began.elapsed();
        // A second, when it is optimised and alone; here it is neither.
        assert!(took < Duration::from_secs(6), "{took:?} while it said {}", doing["message"]);
    }
    assert!(caught >= 3, "only {caught} were caught at work");
}
