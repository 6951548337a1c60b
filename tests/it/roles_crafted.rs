//! What each role may not have, asked for in every crooked way: made from the table of all addresses, so that an address
//! that is new is tried too.

use crate::http_server::Answer;
use crate::roles::{House, MATRIX};
use base64::Engine;
use patchwork::store::{self, Action, Actor, Role, may};
use std::collections::BTreeMap;
use std::io::Read;

/// A request by somebody: method, target, more headers.
type Crafted = (String, String, Vec<(&'static str, String)>);

/// The same in other clothes. None of them is another resource that everybody may have.
fn crafted(method: &str, path: &str, host: &str) -> Vec<Crafted> {
    let (bare, query) = path.split_once('?').map_or((path, String::new()), |(bare, query)| (bare, format!("?{query}")));
    let more = if query.is_empty() { '?' } else { '&' };
    let first = bare.chars().nth(1).unwrap_or('x');
    let mut all: Vec<String> = vec![
        path.to_owned(),
        format!("{bare}/{query}"),
        format!("/{path}"),
        format!("/.{path}"),
        format!("/livez/..{path}"),
        format!("/docs/..%2f..{path}"),
        format!("/%{:02x}{}{query}", first as u32, bare.chars().skip(2).collect::<String>()),
        format!("{}{query}", bare.to_uppercase()),
        format!("{bare};role=owner{query}"),
        format!("{bare}%2f{query}"),
        format!("{bare}%00{query}"),
        format!("{bare}/../{}{query}", bare.rsplit('/').next().unwrap_or_default()),
        format!("http://{host}{path}"),
        format!("{path}{more}f=json"),
        format!("{path}{more}f=html&role=owner&who=owner"),
        format!("{path}{more}f=csv&download=true"),
        format!("{path}{more}key=&token=&seal="),
    ];
    all.dedup();
    let mut crafted: Vec<Crafted> = all.into_iter().map(|path| (method.to_owned(), path, Vec::new())).collect();
    let basic = base64::engine::general_purpose::STANDARD.encode("the owner:");
    for header in [
        ("X-HTTP-Method-Override", "GET".to_owned()),
        ("X-Forwarded-For", "127.0.0.1".to_owned()),
        ("X-Forwarded-Prefix", "/docs".to_owned()),
        ("X-Original-URL", "/livez".to_owned()),
        ("X-Remote-User", "the owner".to_owned()),
        ("Range", "bytes=0-9".to_owned()),
        ("If-None-Match", "*".to_owned()),
        ("Accept", "text/html".to_owned()),
        ("Accept", "application/geo+json".to_owned()),
        ("Authorization", format!("Basic {basic}")),
        ("Authorization", "Bearer patchwork_".to_owned()),
        ("Cookie", format!("patchwork_stay={}", "0".repeat(64))),
    ] {
        crafted.push((method.to_owned(), path.to_owned(), vec![header]));
    }
    if method == "GET" {
        crafted.push(("HEAD".to_owned(), path.to_owned(), Vec::new()));
    }
    crafted
}

fn send(house: &House, role: Role, (method, path, headers): &Crafted, body: &str) -> Answer {
    let (token, _) = &house.cookies[role as usize];
    let seal = store::hashed(&format!("form {token}"));
    let body = if method == "POST" { format!("seal={seal}&{body}") } else { String::new() };
    let mut head = format!("{method} {path} HTTP/1.1\r\nContent-Length: {}\r\n", body.len());
    if !token.is_empty() {
        head.push_str(&format!("Cookie: patchwork_stay={token}\r\n"));
    }
    if method == "POST" {
        head.push_str("Content-Type: application/x-www-form-urlencoded\r\n");
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    house.raw(&head, &body)
}

fn rows(house: &House) -> usize {
    house.browser.editing.workspace().keeper().audit("", 100_000).expect("rows").len()
}

#[test]
fn what_a_role_may_not_have_it_has_in_no_crooked_way_either() {
    let house = House::closed();
    let keeper = house.browser.editing.workspace().keeper();
    let host = house.browser.address.to_string();
    let mut wrong = Vec::new();
    let mut tried = BTreeMap::new();
    for role in Role::ALL {
        let refused: Vec<(&str, String)> = MATRIX
            .iter()
            .filter(|(.., row)| row.chars().nth(role as usize) == Some('n'))
            .map(|(method, path, _)| (*method, house.filled(path, role)))
            .collect();
        let (before, people) = (rows(&house), keeper.people().expect("people"));
        let seen = house.browser.editing.visibility();
        for (method, path) in refused {
            for request in crafted(method, &path, &host) {
                let answer =
                    send(&house, role, &request, "name=nobody&role=owner&revision=1&see=anonymous&files=anonymous");
                *tried.entry(role.word()).or_insert(0) += 1;
                if !(400..500).contains(&answer.status) {
                    wrong.push(format!(
                        "{} {} {:?} as {}: {}",
                        request.0,
                        request.1,
                        request.2,
                        role.word(),
                        answer.status
                    ));
                }
            }
        }
        assert_eq!(rows(&house), before, "nothing was done that the record knows of, as {}", role.word());
        assert_eq!((keeper.people().expect("people"), house.browser.editing.visibility()), (people, seen));
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
    for role in ["anonymous", "viewer", "coordinator", "editor"] {
        assert!(tried[role] >= 100, "{role}: only {} requests", tried[role]);
    }
}

#[test]
fn nobody_does_in_somebody_elses_name_what_they_may_do_themselves() {
    let house = House::closed();
    let mut tried = BTreeMap::new();
    let others = store::hashed("form another stay");
    for role in &Role::ALL[1..] {
        let (token, name) = &house.cookies[*role as usize];
        let own = store::hashed(&format!("form {token}"));
        let forms: Vec<String> = MATRIX
            .iter()
            .filter(|(method, path, row)| {
                *method == "POST"
                    && row.chars().nth(*role as usize) == Some('y')
                    && !path.ends_with("/execution")
                    && !["/sign-in", "/invitation"].contains(path)
            })
            .map(|(_, path, _)| house.filled(path, *role))
            .collect();
        let before = rows(&house);
        for path in forms {
            let fields = "name=nobody&role=viewer&revision=1&see=anonymous&files=anonymous&label=x&scope=read&days=30";
            for (why, seal, more) in [
                ("no seal", String::new(), ""),
                ("an empty seal", "seal=&".to_owned(), ""),
                ("another stay's seal", format!("seal={others}&"), ""),
                ("the seal twice, the wrong one first", format!("seal={others}&seal={own}&"), ""),
                ("the seal in capitals", format!("seal={}&", own.to_uppercase()), ""),
                ("from another site", format!("seal={own}&"), "Sec-Fetch-Site: cross-site\r\n"),
                ("from a sister site", format!("seal={own}&"), "Sec-Fetch-Site: same-site\r\n"),
                ("with another origin", format!("seal={own}&"), "Origin: https://evil.example\r\n"),
                ("from nowhere", format!("seal={own}&"), "Origin: null\r\n"),
            ] {
                let body = format!("{seal}{fields}");
                let head = format!(
                    "POST {path} HTTP/1.1\r\nCookie: patchwork_stay={token}\r\n{more}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
                    body.len()
                );
                let answer = house.raw(&head, &body);
                // Pages that take files want another form, and say so before anything is read.
                assert!((400..500).contains(&answer.status), "{path} {why} as {name}: {}", answer.status);
                *tried.entry(role.word()).or_insert(0) += 1;
            }
        }
        assert_eq!(rows(&house), before, "nothing was done, as {name}");
    }
    assert!(tried["viewer"] >= 50 && tried["owner"] >= 100, "{tried:?}");
}

#[test]
fn a_program_with_an_owners_token_decides_about_nobody() {
    let house = House::closed();
    let keeper = house.browser.editing.workspace().keeper();
    let owner = keeper.people().expect("people").into_iter().find(|one| one.role == Role::Owner).expect("an owner");
    let until = chrono::Utc::now() + chrono::Duration::hours(1);
    keeper.new_token(&owner.actor(), &owner.id, "x", true, &store::hashed("patchwork_t"), until).expect("made");
    let before = rows(&house);
    let mut tried = 0;
    for (method, path, _) in MATRIX
        .iter()
        .filter(|(_, path, _)| ["/people", "/settings", "/account"].iter().any(|own| path.starts_with(own)))
    {
        let path = house.filled(path, Role::Owner);
        for request in crafted(method, &path, &house.browser.address.to_string()) {
            if request.2.iter().any(|(name, _)| *name == "Authorization" || *name == "Cookie") {
                continue;
            }
            let (method, path, mut headers) = request;
            headers.push(("Authorization", "Bearer patchwork_t".to_owned()));
            let answer =
                send(&house, Role::Anonymous, &(method, path.clone(), headers), "role=owner&name=x&see=anonymous");
            assert!((400..500).contains(&answer.status), "{path}: {}", answer.status);
            tried += 1;
        }
    }
    assert!(tried >= 100 && rows(&house) == before, "{tried}");
}

/// Everything of a layer for editors that comes out of tiles, files, lists and answers from memory.
#[test]
fn a_layer_for_editors_is_in_no_tile_archive_list_or_filter_of_others() {
    let house = House::closed();
    let get = |role: Role, path: &str, more: &str| {
        let (token, _) = &house.cookies[role as usize];
        house.raw(
            &format!("GET {path} HTTP/1.1\r\nCookie: patchwork_stay={token}\r\nAccept-Encoding: identity\r\n{more}"),
            "",
        )
    };
    let holds = |answer: &Answer| {
        let mut bytes = answer.body.clone();
        if bytes.starts_with(b"\x1f\x8b") {
            bytes = unpacked(&bytes);
        }
        bytes.windows(12).any(|window| window == b"coverage-hub")
    };
    // The tile of the hub's own square has the layer for those who may see it; the test could not fail otherwise.
    let tiles: Vec<String> = (0..=12).map(|z| tile(z, 51.585, -2.995)).collect();
    let whole: Vec<Answer> = tiles.iter().map(|tile| get(Role::Editor, &format!("/tiles/all/{tile}"), "")).collect();
    assert!(whole.iter().any(&holds), "an editor's tiles have it");
    for role in [Role::Viewer, Role::Coordinator] {
        for tile in &tiles {
            for (path, more) in [
                (format!("/tiles/all/{tile}"), String::new()),
                (format!("/tiles/all/{tile}?layers=coverage-hub"), String::new()),
                (format!("/tiles/coverage-hub/{tile}"), String::new()),
                (format!("/tiles/zones,coverage-hub/{tile}"), String::new()),
                (format!("/collections/coverage-hub/tiles/WebMercatorQuad/{tile}"), String::new()),
                (format!("/tiles/all/{tile}"), "If-None-Match: \"x\"\r\n".to_owned()),
            ] {
                let answer = get(role, &path, &more);
                assert!(answer.status < 500 && (answer.status >= 400 || !holds(&answer)), "{path} as {}", role.word());
            }
        }
        for path in [
            "/collections?f=json",
            "/collections?f=html",
            "/api?f=json",
            "/?f=json",
            "/tiles?f=json",
            "/tiles/all?f=json",
            "/tiles/all/tilejson.json",
            "/collections/zones/queryables",
            "/collections/zones?f=json",
            "/conformance?f=json",
            "/processes/plan-hubs?f=json",
            "/versions",
            "/scenarios",
            "/account/data",
        ] {
            let answer = get(role, path, "");
            assert!(!holds(&answer), "{path} as {} names it", role.word());
        }
        for path in [
            "/collections/zones/items?filter=coverage-hub%3D1",
            "/collections/coverage-hub/items?limit=1&f=json",
            "/collections/coverage-hub/items/Z0?f=json",
            "/collections/coverage-hub/items?f=csv",
            "/collections/COVERAGE-HUB/items",
            "/collections/coverage%2Dhub/items",
            "/collections/coverage-hub/queryables",
            "/collections/coverage-hub/schema",
            "/collections/zones,coverage-hub/items",
            "/collections/zones/../coverage-hub/items",
        ] {
            let status = get(role, path, "").status;
            assert!((400..500).contains(&status), "{path} as {}: {status}", role.word());
        }
    }
    // Coordinators may fetch the map as one file: it is another one than the editors'.
    let [theirs, editors] =
        [Role::Coordinator, Role::Editor].map(|role| described(&get(role, "/map.pmtiles", "").body));
    assert!(editors.contains("coverage-hub") && !theirs.contains("coverage-hub"), "{theirs}");
    let tag = get(Role::Editor, "/map.pmtiles", "").header("etag").map(str::to_owned).expect("a tag");
    for more in [format!("If-Range: {tag}\r\nRange: bytes=0-99\r\n"), format!("If-None-Match: {tag}\r\n")] {
        let part = get(Role::Coordinator, "/map.pmtiles", &more);
        assert_eq!(part.status, 200, "the editors' tag is not of the file that she may have");
        assert_eq!(get(Role::Viewer, "/map.pmtiles", &more).status, 403);
    }
}

/// Column and row of the tile of a position, as an address of WebMercatorQuad has them: zoom, row, column for OGC's
/// tiles, and the other way round for those of the whole place.
fn tile(z: u32, lat: f64, lon: f64) -> String {
    let n = f64::from(1_u32 << z);
    let x = ((lon + 180.0) / 360.0 * n).floor();
    let y = ((1.0 - lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * n).floor();
    format!("{z}/{x}/{y}")
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut all).expect("gzip");
    all
}

/// What an archive of tiles says of itself (PMTiles 3: offset and length of the metadata stand at 24 and 32).
fn described(archive: &[u8]) -> String {
    let number = |at: usize| u64::from_le_bytes(archive[at..at + 8].try_into().expect("eight bytes")) as usize;
    let metadata = &archive[number(24)..number(24) + number(32)];
    let plain = if metadata.starts_with(b"\x1f\x8b") { unpacked(metadata) } else { metadata.to_vec() };
    String::from_utf8(plain).expect("JSON")
}

/// Jobs, drafts, returned sheets, scenarios and versions of somebody else.
#[test]
fn jobs_drafts_returned_sheets_and_scenarios_of_others_are_opened_by_no_guess() {
    let house = House::closed();
    let keeper = house.browser.editing.workspace().keeper();
    let stranger = Actor::new("somebody else", Role::Owner);
    let draft = keeper.open_draft(&stranger, "Quicksand").expect("a draft");
    let scenario = keeper.save_scenario(&stranger, None, "Quicksand", 1, "{}").expect("saved");
    let started = {
        let (token, _) = &house.cookies[Role::Editor as usize];
        let body = "{\"inputs\":{}}";
        let head = format!(
            "POST /processes/echo/execution HTTP/1.1\r\nCookie: patchwork_stay={token}\r\nPrefer: respond-async\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
            body.len()
        );
        house.raw(&head, body)
    };
    let job = started.header("location").and_then(|at| at.rsplit('/').next()).map(str::to_owned).unwrap_or_default();
    assert!(!job.is_empty(), "a job: {} {}", started.status, started.text());
    for role in [Role::Anonymous, Role::Viewer, Role::Coordinator] {
        let mut paths = vec![
            format!("/jobs/{job}"),
            format!("/jobs/{job}/results"),
            "/jobs".to_owned(),
            format!("/drafts/{}", draft.id),
            "/versions/1/changes".to_owned(),
        ];
        for what in ["file", "returned"] {
            for name in [
                "hubs.csv",
                "zones.geojson",
                "place.toml",
                "../place.toml",
                "..%2F..%2Fpatchwork.sqlite",
                "/etc/passwd",
                "hubs.csv%00.txt",
                "HUBS.CSV",
                "./hubs.csv",
                "hubs.csv&name=zones.geojson",
                "",
            ] {
                paths.push(format!("/drafts/{}/{what}?name={name}", draft.id));
            }
        }
        if role == Role::Anonymous {
            paths.extend(["", "/1", "/0", "/-1", "/99"].map(|n| format!("/s/{}{n}", scenario.id)));
            paths.extend([format!("/scenarios/compare?a={0}&b={0}", scenario.id), "/versions/1".to_owned()]);
        }
        for path in paths {
            for format in ["", "f=json", "f=html"] {
                let sign = if path.contains('?') { '&' } else { '?' };
                let asked = format!("{path}{sign}{format}");
                let answer = send(&house, role, &("GET".to_owned(), asked.clone(), Vec::new()), "");
                assert!((400..500).contains(&answer.status), "{asked} as {}: {}", role.word(), answer.status);
                let text = String::from_utf8_lossy(&answer.body);
                assert!(
                    !text.contains("Quicksand") && !text.contains("latitude"),
                    "{asked} as {}: {text}",
                    role.word()
                );
            }
        }
        assert!(!may(&Actor::new("x", role), Action::Publish, None));
    }
    // An owner, who may read any draft, reads nothing but its files.
    for name in
        ["../patchwork.sqlite", "..%2Fpatchwork.sqlite", "/etc/passwd", "%2Fetc%2Fpasswd", "files", "", "hubs.csv%00"]
    {
        let path = format!("/drafts/{}/file?name={name}", draft.id);
        let status = house.ask(Role::Owner, "GET", &path, "").status;
        assert!((400..500).contains(&status), "{path}: {status}");
    }
}
