//! A place is built once into a file, and any number of servers start from it: they say the same, and a new file rolls.

use crate::http_attack_town::write_town;
use crate::http_operations::Program;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

fn patchwork(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_patchwork")).args(args).output().expect("the program runs")
}

fn words(path: &Path) -> &str {
    path.to_str().expect("a path in words")
}

fn built(dir: &Path, out: &Path) -> Output {
    let done = patchwork(&["build", words(dir), "--out", words(out)]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    done
}

/// An answer without what is of the moment or of the connection, and with no address in it.
fn answer(server: &Program, path: &str) -> String {
    let whole = server.get(path, "");
    let (head, body) = whole.split_once("\r\n\r\n").expect("a head and a body");
    let own = ["date:", "x-request-id:", "server-timing:", "set-cookie:", "age:"];
    let kept = head.lines().filter(|line| !own.iter().any(|name| line.to_lowercase().starts_with(name)));
    let head: Vec<&str> = kept.collect();
    format!("{}\n\n{body}", head.join("\n")).replace(&server.address.to_string(), "here")
}

const ASKED: [&str; 9] = [
    "/?f=json",
    "/collections?f=json",
    "/collections/patches/items?f=json",
    "/collections/zones/items?f=json",
    "/collections/reach-sex/items?f=json",
    "/collections/evidence/items?f=json",
    "/review/P0",
    "/-/issues?f=json",
    "/api",
];

fn etags(server: &Program) -> Vec<String> {
    let etag = |path| {
        let whole = server.get(path, "");
        let tag = whole.lines().find(|line| line.to_lowercase().starts_with("etag:"));
        tag.unwrap_or_else(|| panic!("{path} has no tag: {whole:.300}")).to_owned()
    };
    ["/collections/patches/items?f=json", "/collections/reach-sex/items?f=json"].map(etag).to_vec()
}

#[test]
fn two_servers_from_one_file_say_the_same_as_the_directory_to_the_last_byte_and_a_new_file_rolls() {
    let tmp = tempfile::tempdir().expect("a directory");
    let (dir, file) = (tmp.path().join("town"), tmp.path().join("town.snapshot"));
    std::fs::create_dir(&dir).expect("a directory");
    write_town(&dir, 6);
    built(&dir, &file);
    let (directory, one, two) = (Program::serving_in(&dir), Program::serving_in(&file), Program::serving_in(&file));
    for path in ASKED {
        let said = answer(&one, path);
        assert!(said.starts_with("HTTP/1.1 200"), "{path}: {said:.400}");
        assert_eq!(said, answer(&two, path), "{path}");
        // When it was built is said, and is not the same moment.
        if !["/?f=json", "/api"].contains(&path) {
            // A page of features says it too.
            let without_time = |said: String| match said.split_once("\"timeStamp\":\"") {
                Some((before, rest)) => format!("{before}{}", rest.split_once('"').map_or(rest, |(_, after)| after)),
                None => said,
            };
            assert_eq!(without_time(said), without_time(answer(&directory, path)), "{path}");
        }
    }
    let before = etags(&one);
    assert_eq!((&before, &before), (&etags(&two), &etags(&directory)));

    // A new file takes the place of the old one, and each server is told in turn; until then it says what it said.
    write_town(&dir, 9);
    built(&dir, &file);
    let roll = |server: &Program| {
        server.signal("HUP");
        server.wait_for("the snapshot is ready");
        let began = Instant::now();
        while etags(server) == before {
            assert!(began.elapsed() < Duration::from_secs(20), "the new snapshot was never served");
        }
    };
    roll(&one);
    assert_eq!(etags(&two), before);
    roll(&two);
    assert_eq!(etags(&one), etags(&two));

    // A file that is cut is refused, and what was served stays.
    let (now, bytes) = (etags(&one), std::fs::read(&file).expect("a file"));
    std::fs::write(&file, &bytes[..bytes.len() / 2]).expect("written");
    one.signal("HUP");
    one.wait_for("the snapshot was not loaded");
    assert_eq!(etags(&one), now);
    drop((directory, one, two));
    let refused = patchwork(&["serve", words(&file), "--bind", "127.0.0.1:0"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("cut off") && said.contains("patchwork build"), "{said}");
}

#[test]
fn the_file_holds_nothing_that_the_records_say_of_anybody() {
    let tmp = tempfile::tempdir().expect("a directory");
    let (dir, file) = (tmp.path().join("town"), tmp.path().join("town.snapshot"));
    std::fs::create_dir(&dir).expect("a directory");
    write_town(&dir, 6);
    let toml = dir.join("place.toml");
    let text = std::fs::read_to_string(&toml).expect("read");
    std::fs::write(&toml, format!("{text}\n[disclosure]\nkeep = true\n")).expect("written");
    built(&dir, &file);
    let kept = std::fs::read_dir(dir.join("releases")).expect("a directory").count();
    assert_eq!(kept, 1, "what the file publishes is kept for the releases to come");
    let bytes = std::fs::read(&file).expect("a file");
    let has = |words: &str| bytes.windows(words.len()).any(|window| window == words.as_bytes());
    assert!(has("reach") && !has(words(&dir)), "the layers are there, and no place where anything is kept");
    // Whoever may not read the records may not read it either, until somebody says so.
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(&file).expect("a file").permissions().mode() & 0o077, 0);
    // A place that cannot be used leaves the file as it was.
    std::fs::write(&toml, "[place]\nname = 3\n").expect("written");
    let failed = patchwork(&["build", words(&dir), "--out", words(&file)]);
    assert_eq!(failed.status.code(), Some(1));
    assert_eq!(std::fs::read(&file).expect("a file"), bytes);
    assert_eq!(patchwork(&["build", words(&dir), "--out", words(&dir)]).status.code(), Some(2));
}
