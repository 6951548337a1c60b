//! Every address of the server, asked as each role: in a place that not everybody may see, with one layer for editors
//! only and files for coordinators. An address without a row is a failure.

use crate::http_server::Answer;
use crate::workspace::Browser;
use patchwork::store::{self, Actor, Role, Visibility};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;

/// Anonymous, viewer, coordinator, editor, owner: `y` is answered, `n` is refused. `{mine}` is a draft of whoever asks,
/// `{draft}` one of somebody else.
pub(crate) const MATRIX: &[(&str, &str, &str)] = &[
    ("GET", "/", "nyyyy"),
    ("GET", "/conformance", "nyyyy"),
    ("GET", "/api", "nyyyy"),
    ("GET", "/collections", "nyyyy"),
    ("GET", "/collections/{collection}", "nyyyy"),
    ("GET", "/collections/{collection}/schema", "nyyyy"),
    ("GET", "/collections/{collection}/queryables", "nyyyy"),
    ("GET", "/collections/{collection}/items", "nyyyy"),
    ("GET", "/collections/{collection}/items/{feature}", "nyyyy"),
    ("GET", "/collections/{collection}/tiles", "nyyyy"),
    ("GET", "/collections/{collection}/tiles/{scheme}", "nyyyy"),
    ("GET", "/collections/{collection}/tiles/{scheme}/tilejson.json", "nyyyy"),
    ("GET", "/collections/{collection}/tiles/{scheme}/{z}/{row}/{col}", "nyyyy"),
    ("GET", "/tiles", "nyyyy"),
    ("GET", "/tiles/{source}", "nyyyy"),
    ("GET", "/tiles/{source}/tilejson.json", "nyyyy"),
    ("GET", "/tiles/{source}/{z}/{second}/{third}", "nyyyy"),
    ("GET", "/map.pmtiles", "nnyyy"),
    ("GET", "/tileMatrixSets", "nyyyy"),
    ("GET", "/tileMatrixSets/{scheme}", "nyyyy"),
    ("GET", "/processes", "nyyyy"),
    ("GET", "/processes/{process}", "nyyyy"),
    ("POST", "/processes/{process}/execution", "nnnyy"),
    ("GET", "/jobs", "nnnyy"),
    ("GET", "/jobs/{job}", "nnnyy"),
    ("DELETE", "/jobs/{job}", "nnnyy"),
    ("GET", "/jobs/{job}/results", "nnnyy"),
    ("GET", "/livez", "yyyyy"),
    ("GET", "/readyz", "yyyyy"),
    ("GET", "/healthz", "yyyyy"),
    ("GET", "/metrics", "yyyyy"),
    ("GET", "/giving", "nnnyy"),
    ("GET", "/-/issues", "nnnyy"),
    ("GET", "/-/style.css", "yyyyy"),
    ("GET", "/-/web/{file}", "yyyyy"),
    ("GET", "/docs", "yyyyy"),
    ("GET", "/docs/{page}", "yyyyy"),
    ("GET", "/review/{patch}", "nnnyy"),
    ("GET", "/robots.txt", "yyyyy"),
    ("GET", "/sign-in", "yyyyy"),
    ("POST", "/sign-in", "yyyyy"),
    // Nobody else vouches for people here, so there is no such page; `oidc.rs` asks where somebody does.
    ("GET", "/sign-in/provider", "yyyyy"),
    ("GET", "/sign-in/back", "yyyyy"),
    ("GET", "/sign-in/provider/end", "yyyyy"),
    ("GET", "/invitation", "yyyyy"),
    ("POST", "/invitation", "yyyyy"),
    ("GET", "/account", "nyyyy"),
    ("POST", "/account/password", "nyyyy"),
    ("POST", "/account/tokens", "nyyyy"),
    ("POST", "/account/tokens/{token}/end", "nyyyy"),
    ("GET", "/account/data", "nyyyy"),
    ("GET", "/people", "nnnny"),
    ("POST", "/people", "nnnny"),
    ("GET", "/people/{person}", "nnnny"),
    ("POST", "/people/{person}", "nnnny"),
    ("POST", "/people/{person}/reset", "nnnny"),
    ("POST", "/people/{person}/stays/end", "nnnny"),
    ("POST", "/people/{person}/erase", "nnnny"),
    ("GET", "/people/{person}/data", "nnnny"),
    ("GET", "/settings", "nnnny"),
    ("POST", "/settings", "nnnny"),
    ("GET", "/versions", "nyyyy"),
    ("GET", "/versions/{n}", "nyyyy"),
    ("GET", "/versions/{n}/changes", "nnnyy"),
    ("POST", "/versions/{n}/restore", "nnnyy"),
    ("GET", "/begin", "nnyyy"),
    ("POST", "/begin", "nnyyy"),
    ("POST", "/drafts/{draft}/answers", "nnnyy"),
    ("POST", "/drafts/{mine}/answers", "--yyy"),
    ("POST", "/drafts/{draft}/place", "nnnyy"),
    ("POST", "/drafts/{mine}/place", "--yyy"),
    ("GET", "/audit", "nnnny"),
    ("GET", "/drafts", "nnyyy"),
    ("POST", "/drafts", "nnyyy"),
    ("GET", "/drafts/{draft}", "nnnyy"),
    ("GET", "/drafts/{mine}", "--yyy"),
    ("POST", "/drafts/{draft}/files", "nnnyy"),
    ("POST", "/drafts/{mine}/files", "--yyy"),
    ("GET", "/drafts/{draft}/returned", "nnnyy"),
    ("GET", "/drafts/{mine}/returned", "--nyy"),
    ("GET", "/drafts/{draft}/file", "nnnyy"),
    ("GET", "/drafts/{mine}/file", "--nyy"),
    ("POST", "/drafts/{draft}/publish", "nnnyy"),
    ("POST", "/drafts/{mine}/publish", "--nyy"),
    ("POST", "/drafts/{draft}/rebase", "nnnyy"),
    ("POST", "/drafts/{mine}/rebase", "--yyy"),
    ("POST", "/drafts/{draft}/drop", "nnnyy"),
    ("POST", "/drafts/{mine}/drop", "--yyy"),
    ("GET", "/records/new", "nnyyy"),
    ("POST", "/records/new", "nnyyy"),
    ("GET", "/corrections", "nnyyy"),
    ("POST", "/corrections", "nnyyy"),
    ("GET", "/scenarios", "nyyyy"),
    ("POST", "/scenarios", "nyyyy"),
    ("GET", "/scenarios/compare", "nyyyy"),
    ("GET", "/s/{scenario}", "nyyyy"),
    ("GET", "/s/{scenario}/{n}", "nyyyy"),
    // Each of these ends the stay of whoever asks.
    ("POST", "/sign-out", "nyyyy"),
    ("POST", "/account/stays/end", "nyyyy"),
];

/// A server with somebody of each role in it.
pub(crate) struct House {
    pub(crate) browser: Browser,
    /// Cookie and name of each role; empty for anonymous.
    pub(crate) cookies: Vec<(String, String)>,
}

impl House {
    pub(crate) fn closed() -> Self {
        let house = Self::open();
        let owner = Actor::new("owner", Role::Owner);
        let collections = [("coverage-hub".to_owned(), Role::Editor)].into();
        let closed = Visibility { place: Role::Viewer, files: Role::Coordinator, collections };
        house.browser.editing.set_visibility(&owner, closed).expect("decided");
        house
    }

    pub(crate) fn open() -> Self {
        let browser = Browser::new();
        let keeper = browser.editing.workspace().keeper();
        let owner = Actor::new("owner", Role::Owner);
        let until = chrono::Utc::now() + chrono::Duration::hours(1);
        let mut cookies = vec![(String::new(), String::new())];
        for role in &Role::ALL[1..] {
            let name = format!("the {}", role.word());
            let person = keeper.invite(&owner, &name, *role, None, (&store::hashed(&name), until)).expect("invited");
            let token = store::secret().expect("a secret");
            keeper.begin_stay(&person.id, "for a test", &store::hashed(&token), None, until).expect("in");
            cookies.push((token, name));
        }
        Self { browser, cookies }
    }

    pub(crate) fn ask(&self, role: Role, method: &str, path: &str, body: &str) -> Answer {
        let (token, _) = &self.cookies[role as usize];
        let seal = store::hashed(&format!("form {token}"));
        let body = if method == "POST" { format!("seal={seal}&{body}") } else { String::new() };
        let (media, body) = match path.ends_with("/execution") {
            true => ("application/json", "{\"inputs\":{}}".to_owned()),
            false if path == "/drafts" || path == "/begin" || path.ends_with("/files") => (
                "multipart/form-data; boundary=XX",
                format!("--XX\r\nContent-Disposition: form-data; name=\"seal\"\r\n\r\n{seal}\r\n--XX--\r\n"),
            ),
            false => ("application/x-www-form-urlencoded", body),
        };
        let cookie = if token.is_empty() { String::new() } else { format!("Cookie: patchwork_stay={token}\r\n") };
        self.raw(
            &format!("{method} {path} HTTP/1.1\r\n{cookie}Content-Type: {media}\r\nContent-Length: {}\r\n", body.len()),
            &body,
        )
    }

    /// Sends a head that still lacks the host, and a body.
    pub(crate) fn raw(&self, head: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.browser.address).expect("connects");
        let all = format!("{head}Host: {}\r\nConnection: close\r\n\r\n{body}", self.browser.address);
        stream.write_all(all.as_bytes()).expect("sends");
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        Answer::parsed(bytes)
    }

    pub(crate) fn name(&self, role: Role) -> &str {
        &self.cookies[role as usize].1
    }

    /// The address with names that are there, in whose draft it is said.
    pub(crate) fn filled(&self, path: &str, role: Role) -> String {
        let keeper = self.browser.editing.workspace().keeper();
        let draft = |name: &str| keeper.open_draft(&Actor::new(name, Role::Owner), "a test").expect("a draft").id;
        let mut path = path.to_owned();
        if path.contains("{draft}") {
            path = path.replace("{draft}", &draft("somebody else"));
        }
        if path.contains("{mine}") {
            path = path.replace("{mine}", &draft(self.name(role)));
        }
        if path.contains("{scenario}") {
            let owner = Actor::new("owner", Role::Owner);
            let made = keeper.save_scenario(&owner, None, "A", 1, "{}").expect("saved");
            path = path.replace("{scenario}", &made.id);
        }
        for (name, value) in [
            ("{collection}", "zones"),
            ("{feature}", "Z0"),
            ("{scheme}", "WebMercatorQuad"),
            ("{source}", "zones"),
            ("{process}", "echo"),
            ("{file}", "none"),
            ("{page}", "keeping"),
            ("{n}", "1"),
            ("{z}", "0"),
            ("{row}", "0"),
            ("{col}", "0"),
            ("{second}", "0"),
            ("{third}", "0"),
        ] {
            path = path.replace(name, value);
        }
        let path = path.replace(['{', '}'], "");
        if path.ends_with("/file") || path.ends_with("/returned") { format!("{path}?name=hubs.csv") } else { path }
    }
}

#[test]
fn every_address_is_answered_to_those_who_may_and_to_nobody_else() {
    let mut house = House::closed();
    let mut wrong = Vec::new();
    for (method, path, row) in MATRIX {
        if path.ends_with("/stays/end") {
            house = House::closed();
        }
        for (role, expected) in Role::ALL.into_iter().zip(row.chars()) {
            if expected == '-' {
                continue;
            }
            let asked = house.filled(path, role);
            let answer = house.ask(role, method, &asked, "name=nobody");
            let is_refused = matches!(answer.status, 401 | 403);
            if is_refused != (expected == 'n') || answer.status >= 500 || answer.status == 405 {
                wrong.push(format!("{method} {asked} as {}: {} {}", role.word(), answer.status, answer.text()));
            }
            if role == Role::Anonymous && is_refused && answer.header("www-authenticate").is_none() {
                wrong.push(format!("{method} {asked}: no challenge"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_address_of_the_server_is_without_its_row() {
    let house = House::open();
    let rows: BTreeSet<(String, String)> =
        MATRIX.iter().map(|(method, path, _)| ((*method).to_owned(), path.replace("{mine}", "{draft}"))).collect();
    let mut known = BTreeSet::new();
    for path in patchwork::http::paths() {
        let told = house.ask(Role::Anonymous, "OPTIONS", &house.filled(path, Role::Owner), "");
        let allow =
            told.header("allow").unwrap_or_else(|| panic!("{path}: {} {}", told.status, told.text())).to_owned();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if allow.split(", ").any(|word| word == method) {
                known.insert((method.to_owned(), path.to_owned()));
            }
        }
    }
    assert_eq!(rows, known);
}

#[test]
fn a_layer_for_editors_is_nowhere_for_others() {
    let house = House::closed();
    let get = |role, path: &str| house.ask(role, "GET", path, "");
    for role in Role::ALL {
        let sees = role >= Role::Editor;
        if role == Role::Anonymous {
            continue;
        }
        for path in ["/collections/coverage-hub", "/collections/coverage-hub/items", "/collections/coverage-hub/schema"]
        {
            for _ in 0..2 {
                assert_eq!(get(role, path).status == 200, sees, "{path} as {}", role.word());
            }
        }
        for path in ["/collections", "/api", "/tiles", "/tiles/all/tilejson.json", "/"] {
            let text = get(role, &format!("{path}?f=json")).text().to_owned();
            assert!(sees || !text.contains("coverage-hub"), "{path} as {} names it", role.word());
        }
        let tags: Vec<_> = ["/collections", "/collections/zones/items?f=json"].map(|path| get(role, path)).into();
        for answer in &tags {
            let (vary, kept) = (answer.header("vary").unwrap_or_default(), answer.header("cache-control"));
            assert!(vary.contains("Cookie") && vary.contains("Authorization"), "{vary}");
            assert_eq!(kept, Some("private, no-cache"));
        }
    }
    let tag = |role| get(role, "/collections?f=json").header("etag").map(str::to_owned);
    assert_ne!(tag(Role::Viewer), tag(Role::Editor), "what is kept for one is never shown to the other");
    assert_eq!(tag(Role::Editor), tag(Role::Owner));
}

#[test]
fn what_an_editor_fetched_is_not_answered_from_memory_to_a_viewer() {
    let house = House::closed();
    for path in [
        "/collections/coverage-hub/items?f=json",
        "/collections/zones/items?f=csv",
        "/map.pmtiles",
        "/tiles/coverage-hub/0/0/0",
    ] {
        for _ in 0..3 {
            // A tile without a shape of the layer in it is empty: 204.
            assert!(house.ask(Role::Editor, "GET", path, "").status < 300, "{path}");
        }
        let tag = house.ask(Role::Editor, "GET", path, "").header("etag").map(str::to_owned);
        let (token, _) = &house.cookies[Role::Viewer as usize];
        for known in ["", "*", tag.as_deref().unwrap_or("*")] {
            let head = format!("GET {path} HTTP/1.1\r\nCookie: patchwork_stay={token}\r\nIf-None-Match: {known}\r\n");
            let status = house.raw(&head, "").status;
            assert!(matches!(status, 403 | 404), "{path} with {known:?}: {status}");
        }
        assert_eq!(house.ask(Role::Anonymous, "GET", path, "").status, 401, "{path}");
    }
    // A page of the same layer is shown to a viewer, and no file of it, in whatever way it is asked for.
    assert_eq!(house.ask(Role::Viewer, "GET", "/collections/zones/items?f=json", "").status, 200);
    for query in ["f=csv", "f=xlsx", "f=gpkg", "f=fgb", "f=parquet", "f=json&download=true"] {
        assert_eq!(
            house.ask(Role::Viewer, "GET", &format!("/collections/zones/items?{query}"), "").status,
            403,
            "{query}"
        );
    }
}

#[test]
fn a_reader_who_signs_out_or_is_let_in_no_more_sees_nothing_from_that_moment() {
    let house = House::closed();
    let keeper = house.browser.editing.workspace().keeper();
    let owner = Actor::new("owner", Role::Owner);
    let status = |role, path: &str| house.ask(role, "GET", path, "").status;
    let (zones, hidden) = ("/collections/zones/items?f=json", "/collections/coverage-hub/items?f=json");
    for _ in 0..3 {
        assert_eq!((status(Role::Viewer, zones), status(Role::Editor, hidden)), (200, 200));
    }
    keeper.leave(&store::hashed(&house.cookies[Role::Viewer as usize].0)).expect("out");
    assert_eq!(status(Role::Viewer, zones), 401, "signed out");
    let editor = house.name(Role::Editor);
    let editor = keeper.people().expect("people").into_iter().find(|person| person.name == editor).expect("there");
    keeper.change_person(&owner, &editor.id, Role::Viewer, None, true).expect("changed");
    assert_eq!((status(Role::Editor, zones), status(Role::Editor, hidden)), (200, 404), "a viewer now");
    keeper.change_person(&owner, &editor.id, Role::Viewer, None, false).expect("changed");
    assert_eq!(status(Role::Editor, zones), 401, "the account is closed");
}

#[test]
fn an_open_place_asks_nobody_who_they_are() {
    let house = House::open();
    for path in ["/", "/collections", "/collections/coverage-hub/items", "/map.pmtiles", "/jobs", "/-/issues"] {
        let answer = house.ask(Role::Anonymous, "GET", path, "");
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("vary"), Some("Accept, Accept-Encoding"), "{path}");
    }
    let odd = house.raw("GET /collections HTTP/1.1\r\nAuthorization: Bearer nothing\r\n", "");
    assert_eq!(odd.status, 200, "what everybody may see is not refused for an old token");
}

#[test]
fn what_is_decided_about_who_may_see_what_holds_at_once_and_after_a_start() {
    let house = House::open();
    assert_eq!(house.ask(Role::Anonymous, "GET", "/collections", "").status, 200);
    let decided = house.ask(Role::Owner, "POST", "/settings", "see=viewer&files=viewer&see%3Agaps-hub=owner");
    assert_eq!(decided.status, 303, "{}", decided.text());
    assert_eq!(house.ask(Role::Anonymous, "GET", "/collections", "").status, 401);
    assert_eq!(house.ask(Role::Editor, "GET", "/collections/gaps-hub", "").status, 404);
    assert_eq!(house.ask(Role::Owner, "GET", "/collections/gaps-hub", "").status, 200);
    let kept = house.browser.editing.workspace().keeper().visibility().expect("kept");
    assert_eq!((kept.place, kept.collections.get("gaps-hub")), (Role::Viewer, Some(&Role::Owner)));
    assert_eq!(house.ask(Role::Owner, "POST", "/settings", "see=nobody&files=viewer").status, 422);
    let opened = house.ask(Role::Owner, "POST", "/settings", "see=anonymous&files=anonymous&see%3Agaps-hub=anonymous");
    assert_eq!(opened.status, 303);
    assert_eq!(house.ask(Role::Anonymous, "GET", "/collections/gaps-hub", "").status, 200);
}
