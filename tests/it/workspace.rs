//! A workspace over HTTP, as its owner's browser sees it: bring a file, look, publish, undo.

use crate::cluster::Cluster;
use crate::http_server::{Answer, Server};
use crate::support::{collection, square};
use patchwork::edit::Editing;
use patchwork::http::{Options, Provider, serve};
use patchwork::snapshot::Shared;
use patchwork::store::{self, Actor, Address, Role, Workspace};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

const KEY: &str = "a key that only the owner has";
const TOML: &str = "[place]\nname = \"Toytown\"\ndate = \"2024-06-30\"\n[zones]\nfile = \"zones.geojson\"\nresidents = \"n\"\n\
    [[assets]]\nfile = \"hubs.csv\"\nkind = \"hub\"\n[[standards]]\nkey = \"hub\"\nkinds = [\"hub\"]\nwithin_minutes = 15\n";
const HUBS: &str = "name,latitude,longitude,status\nOne,51.585,-2.995,open\n";

pub(crate) struct Browser {
    pub(crate) address: SocketAddr,
    pub(crate) cookie: String,
    pub(crate) seal: String,
    pub(crate) shared: Arc<Shared>,
    pub(crate) editing: Arc<Editing>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    _dir: tempfile::TempDir,
}

fn zones() -> String {
    let features: Vec<String> =
        (0..3).map(|i| square(&format!("Z{i}"), i, 1).replace("\"code\"", "\"n\":100,\"code\"")).collect();
    collection(&features)
}

impl Browser {
    pub(crate) fn new() -> Self {
        Self::with(None)
    }

    /// Where somebody else vouches for people too.
    pub(crate) fn with(provider: Option<Arc<Provider>>) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let place = Self::place(dir.path());
        let workspace = Workspace::init(&dir.path().join("w")).expect("a workspace");
        Self::first(&workspace, &place);
        Self::serving(workspace, dir, provider)
    }

    /// Several on one database, with one version; nothing where PostgreSQL is not on this machine.
    pub(crate) fn replicas(cluster: &Cluster, how_many: usize) -> (Address, Vec<Self>) {
        let dir = tempfile::tempdir().expect("a folder");
        let place = Self::place(dir.path());
        let address: Address = cluster.database(&dir.path().join("shared")).parse().expect("an address");
        Self::first(&Workspace::init_at(&address).expect("a workspace"), &place);
        let one = |_| tempfile::tempdir().expect("a folder");
        let mut folders: Vec<_> = (1..how_many).map(one).collect();
        folders.push(dir);
        let open = || Workspace::open_at(&address).expect("opened");
        let all = folders.into_iter().map(|dir| Self::serving(open(), dir, None)).collect();
        (address, all)
    }

    fn place(dir: &std::path::Path) -> std::path::PathBuf {
        let place = dir.join("place");
        std::fs::create_dir(&place).expect("a folder");
        for (name, text) in [("place.toml", TOML), ("hubs.csv", HUBS), ("zones.geojson", &zones())] {
            std::fs::write(place.join(name), text).expect("a file");
        }
        place
    }

    fn first(workspace: &Workspace, place: &std::path::Path) {
        store::import(workspace, place, &Actor::new("operator", Role::Owner), "first").expect("imported");
        let until = chrono::Utc::now() + chrono::Duration::hours(1);
        workspace.keeper().new_link(Role::Owner, &store::hashed(KEY), until).expect("a link");
    }

    fn serving(workspace: Workspace, dir: tempfile::TempDir, provider: Option<Arc<Provider>>) -> Self {
        let shared = Arc::new(Shared::default());
        let editing = Editing::begin(workspace, Arc::clone(&shared), Box::new(|_, _| Ok(()))).expect("begun");
        let options = Options { editing: Some(Arc::clone(&editing)), provider, ..Options::default() };
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let (tell, told) = mpsc::channel();
        let for_thread = Arc::clone(&shared);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
                tell.send(listener.local_addr().expect("an address")).expect("somebody waits");
                let stopped = async {
                    let _ = stopped.await;
                };
                serve(listener, for_thread, options, stopped).await.expect("serves");
            });
        });
        let address = told.recv().expect("an address");
        Self { address, cookie: String::new(), seal: String::new(), shared, editing, stop: Some(stop), _dir: dir }
    }

    pub(crate) fn signed_in() -> Self {
        Self::new().come_in()
    }

    /// Comes in by the owner's link.
    pub(crate) fn come_in(mut self) -> Self {
        let browser = &mut self;
        let entered = browser.form("/sign-in", &[("key", KEY)]);
        assert_eq!(entered.status, 303, "{}", entered.text());
        let cookie = entered.header("set-cookie").expect("a cookie");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        browser.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let page = browser.get("/drafts");
        assert_eq!(page.status, 200, "{}", page.text());
        browser.seal = value_of(page.text(), "seal");
        self
    }

    pub(crate) fn send(&self, method: &str, path: &str, media: &str, body: &[u8]) -> Answer {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAccept: text/html\r\nCookie: {}\r\nContent-Type: {media}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            self.address,
            self.cookie,
            body.len()
        );
        let mut stream = TcpStream::connect(self.address).expect("connects");
        stream.write_all(head.as_bytes()).expect("sends");
        let _ = stream.write_all(body);
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        Answer::parsed(bytes)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "text/plain", b"")
    }

    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = format!("seal={}", self.seal);
        for (name, value) in fields {
            let value: String = value.bytes().fold(String::new(), |mut text, b| {
                let _ = write!(text, "%{b:02X}");
                text
            });
            let _ = write!(body, "&{name}={value}");
        }
        self.send("POST", path, "application/x-www-form-urlencoded", body.as_bytes())
    }

    pub(crate) fn bring(&self, name: &str, bytes: &[u8], fields: &[(&str, &str)]) -> Answer {
        self.bring_to("/drafts", name, bytes, fields)
    }

    fn bring_to(&self, path: &str, name: &str, bytes: &[u8], fields: &[(&str, &str)]) -> Answer {
        let mut body = Vec::new();
        for (field, value) in [("seal", self.seal.as_str())].iter().chain(fields) {
            body.extend_from_slice(
                format!("--XX\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").as_bytes(),
            );
        }
        body.extend_from_slice(
            format!("--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--XX--\r\n");
        self.send("POST", path, "multipart/form-data; boundary=XX", &body)
    }

    /// The draft's page once it was looked at.
    pub(crate) fn checked(&self, path: &str) -> String {
        let began = Instant::now();
        loop {
            let page = self.get(path);
            assert_eq!(page.status, 200, "{}", page.text());
            if !page.text().contains("Being looked at") {
                return page.text().to_owned();
            }
            assert!(began.elapsed() < Duration::from_secs(60), "{}", page.text());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub(crate) fn publish(&self, draft: &str) -> Answer {
        let revision = value_of(&self.checked(draft), "revision");
        self.form(&format!("{draft}/publish"), &[("revision", &revision)])
    }

    fn digests(&self) -> Vec<String> {
        let layers = ["patches", "zones", "assets", "coverage-hub", "gaps-hub"];
        layers
            .iter()
            .map(|id| self.get(&format!("/collections/{id}/items?f=json&limit=1000")).text().to_owned())
            .collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        drop(self.stop.take());
    }
}

pub(crate) fn value_of(page: &str, name: &str) -> String {
    let from = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("no {name}: {page}"));
    from.split('"').next().unwrap_or_default().to_owned()
}

pub(crate) fn path_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    let to = answer.header("location").expect("a location");
    format!("/{}", to.splitn(4, '/').nth(3).unwrap_or_default())
}

#[test]
fn an_owner_brings_a_file_sees_the_difference_publishes_and_undoes() {
    let browser = Browser::signed_in();
    let before = browser.digests();
    let more = format!("{HUBS}Two,51.585,-2.985,open\nThree,nowhere,-2.975,open\n");
    let draft = path_of(&browser.bring("hubs.csv", more.as_bytes(), &[("why", "Hubs of October")]));
    let page = browser.checked(&draft);
    assert!(page.contains("New: 1.") && page.contains("Two (hub)"), "{page}");
    assert!(page.contains("<span class=\"narrow\">Row </span>4</td>"), "the row of the issue: {page}");
    assert!(page.contains("Hubs of October"), "{page}");
    assert_eq!(browser.digests(), before, "a draft changes nothing of what is served");
    assert_eq!(path_of(&browser.publish(&draft)), "/versions?new=2");
    assert_ne!(browser.digests(), before);
    let page = browser.get("/versions?new=2").text().to_owned();
    assert!(page.contains("Version 2 is published") && page.contains("Undo: back to version 1"), "{page}");
    assert_eq!(path_of(&browser.form("/versions/1/restore", &[("seen", "2")])), "/versions?back=1");
    assert_eq!(browser.digests(), before, "the old version says what it said, to the last byte");
    assert_eq!(browser.form("/versions/2/restore", &[("seen", "2")]).status, 409, "version 1 is in force by now");
    let wrong = store::verify(browser.editing.workspace()).expect("verified");
    assert!(wrong.iter().all(|finding| !finding.is_fault), "{wrong:?}");
}

#[test]
fn the_file_comes_back_with_problem_and_remedy_at_its_rows() {
    let browser = Browser::signed_in();
    let dirty = format!("{HUBS}Two,nowhere,-2.985,open\n\"=HYPERLINK(\"\"http://x\"\")\",51.585,-2.985,open\n");
    let draft = path_of(&browser.bring("hubs.csv", dirty.as_bytes(), &[]));
    browser.checked(&draft);
    let sheet = browser.get(&format!("{draft}/returned?name=hubs.csv"));
    assert_eq!(sheet.status, 200, "{}", sheet.text());
    let path = tempfile::Builder::new().suffix(".xlsx").tempfile().expect("a file");
    std::fs::write(path.path(), &sheet.body).expect("written");
    let (titles, rows) = patchwork::load::table_of(path.path(), "returned.xlsx").expect("a table");
    assert_eq!(titles, ["Problem", "Remedy", "name", "latitude", "longitude", "status"]);
    assert_eq!(rows.len(), 3);
    assert!(rows[0].1[0].is_empty() && !rows[1].1[0].is_empty() && !rows[1].1[1].is_empty(), "{rows:?}");
    assert_eq!(rows[2].1[2], "=HYPERLINK(\"http://x\")", "what looks like a formula stays text");
}

#[test]
fn strangers_see_and_change_nothing_of_the_work() {
    let browser = Browser::new();
    for path in ["/drafts", "/versions", "/versions/1", "/audit", "/records/new", "/scenarios"] {
        let answer = browser.get(path);
        assert_eq!(answer.status, 403, "{path}: {}", answer.text());
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
    }
    for path in ["/versions/1/restore", "/drafts/x/publish", "/drafts/x/drop", "/records/new", "/scenarios"] {
        assert_eq!(browser.form(path, &[("seen", "1"), ("revision", "1")]).status, 403, "{path}");
    }
    assert_eq!(browser.bring("hubs.csv", b"name\nx\n", &[]).status, 403);
    let refused = browser.form("/sign-in", &[("key", "another")]);
    assert_eq!((refused.status, refused.header("set-cookie")), (422, None));
    assert_eq!(browser.get("/sign-in?key=x").header("set-cookie"), None, "looking at the page lets nobody in");
    let keeper = browser.editing.workspace().keeper();
    assert_eq!(keeper.versions().expect("versions").len(), 1);
    assert!(keeper.drafts().expect("drafts").is_empty());
}

#[test]
fn a_form_of_another_page_is_refused_though_the_cookie_is_right() {
    let mut browser = Browser::signed_in();
    let seal = std::mem::replace(&mut browser.seal, "0".repeat(64));
    assert_eq!(browser.form("/records/new", &[]).status, 403);
    assert_eq!(browser.bring("hubs.csv", HUBS.as_bytes(), &[]).status, 403);
    assert!(browser.editing.workspace().keeper().drafts().expect("drafts").is_empty());
    browser.seal = seal;
    assert_eq!(browser.form("/sign-out", &[]).status, 303);
    assert_eq!(browser.get("/drafts").status, 403, "the stay is over");
}

#[test]
fn what_cannot_be_used_is_not_published_and_what_is_served_stays() {
    let browser = Browser::signed_in();
    let before = browser.digests();
    let draft = path_of(&browser.bring("zones.geojson", b"{\"type\":\"FeatureCollection\",\"features\":[]}", &[]));
    let page = browser.checked(&draft);
    assert!(page.contains("Errors must be mended first") && !page.contains("Publish: everybody sees it"), "{page}");
    let revision = value_of(&page, "revision");
    assert_eq!(browser.form(&format!("{draft}/publish"), &[("revision", &revision)]).status, 422);
    assert_eq!(browser.digests(), before);
    // The mended file in the same draft.
    path_of(&browser.bring_to(
        &format!("{draft}/files"),
        "zones.geojson",
        zones().as_bytes(),
        &[("revision", &revision)],
    ));
    assert!(browser.checked(&draft).contains("Publish: everybody sees it"));
    assert_eq!(browser.bring_to(&format!("{draft}/files"), "a.csv", b"x", &[("revision", &revision)]).status, 409);
}

#[test]
fn a_file_that_is_not_understood_is_asked_about_beside_the_field() {
    let browser = Browser::signed_in();
    for (name, bytes) in
        [("letter.pdf", b"%PDF-1.4".as_slice()), ("odd.csv", b"a,b\n1,2\n"), ("x", b"a"), ("old.zip", b"PK")]
    {
        let answer = browser.bring(name, bytes, &[]);
        assert_eq!(answer.status, 422, "{name}: {}", answer.text());
        assert!(answer.text().contains("There is a problem") && answer.text().contains("id=\"file-wrong\""), "{name}");
    }
    let none = browser.send(
        "POST",
        "/drafts",
        "multipart/form-data; boundary=XX",
        format!("--XX\r\nContent-Disposition: form-data; name=\"seal\"\r\n\r\n{}\r\n--XX--\r\n", browser.seal)
            .as_bytes(),
    );
    assert!(none.text().contains("Choose a file"), "{}", none.text());
    assert!(browser.editing.workspace().keeper().drafts().expect("drafts").is_empty(), "nothing is left of them");
}

#[test]
fn new_assets_get_a_section_of_their_own() {
    let browser = Browser::signed_in();
    let libraries = "name,latitude,longitude\nCentral,51.585,-2.985\n";
    let draft = path_of(&browser.bring("libraries.csv", libraries.as_bytes(), &[("purpose", "auto")]));
    let page = browser.checked(&draft);
    assert!(page.contains("Assets: library"), "{page}");
    assert_eq!(path_of(&browser.publish(&draft)), "/versions?new=2");
    assert_eq!(browser.shared.current().expect("served").place.assets.len(), 2);
}

#[test]
fn records_of_the_short_form_wait_in_one_draft_and_are_counted_once_published() {
    let browser = Browser::signed_in();
    let patch = browser.shared.current().expect("served").place.patches.iter().next().expect("a patch").key.clone();
    let good = [
        ("date", "2024-06-03"),
        ("activity", "Door knocking"),
        ("patch", patch.as_str()),
        ("people", "12"),
        ("themes", "buses"),
    ];
    for n in 0..3 {
        assert_eq!(path_of(&browser.form("/records/new", &good)), "/records/new?saved=1", "{n}");
    }
    for (field, value) in [
        ("date", "soon"),
        ("date", "2999-01-01"),
        ("people", "0"),
        ("people", "many"),
        ("patch", "nowhere"),
        ("activity", ""),
    ] {
        let fields: Vec<(&str, &str)> =
            good.iter().map(|(name, good)| (*name, if *name == field { value } else { good })).collect();
        let answer = browser.form("/records/new", &fields);
        assert_eq!(answer.status, 422, "{field} {value}");
        assert!(answer.text().contains(&format!("href=\"#{field}\"")), "{}", answer.text());
    }
    let drafts = browser.editing.workspace().keeper().drafts().expect("drafts");
    assert_eq!(drafts.len(), 1);
    assert_eq!(path_of(&browser.publish(&format!("/drafts/{}", drafts[0].id))), "/versions?new=2");
    let snapshot = browser.shared.current().expect("served");
    assert_eq!((snapshot.place.engagement.rows(), snapshot.place.engagement.used()), (3, 3), "{:?}", snapshot.issues);
    // What each version publishes of people met is kept, and the next is protected together with it.
    let releases = || -> Vec<_> {
        let dir = browser.editing.workspace().dir().join("releases");
        let mut files: Vec<_> = std::fs::read_dir(dir).expect("listed").flatten().map(|file| file.path()).collect();
        files.sort();
        files
    };
    assert_eq!(releases().len(), 1);
    let later: Vec<(&str, &str)> =
        good.iter().map(|(name, good)| (*name, if *name == "date" { "2024-09-03" } else { good })).collect();
    for _ in 0..2 {
        assert_eq!(path_of(&browser.form("/records/new", &later)), "/records/new?saved=1");
    }
    let drafts = browser.editing.workspace().keeper().drafts().expect("drafts");
    assert_eq!(path_of(&browser.publish(&format!("/drafts/{}", drafts[0].id))), "/versions?new=3");
    let kept: Vec<_> = releases()
        .iter()
        .map(|file| patchwork::disclose::release::read(&std::fs::read(file).expect("read")).expect("a release"))
        .collect();
    assert_eq!(kept.len(), 2);
    let snapshot = browser.shared.current().expect("served");
    assert_eq!(snapshot.place.disclosure.earlier.len(), 1, "the first release was known when the second was made");
    let policy = patchwork::disclose::policy(&snapshot.place);
    assert!(patchwork::disclose::audit(&kept, &policy).expect("audited").exposed.is_empty());
    let copy = tempfile::tempdir().expect("a directory");
    patchwork::store::backup(browser.editing.workspace(), copy.path()).expect("copied");
    assert_eq!(std::fs::read_dir(copy.path().join("releases")).expect("listed").count(), 2, "a copy has them too");
}

#[test]
fn of_two_drafts_the_second_is_told_and_brought_onto_the_first() {
    let browser = Browser::signed_in();
    let first = path_of(&browser.bring("libraries.csv", b"name,latitude,longitude\nCentral,51.585,-2.985\n", &[]));
    let second = path_of(&browser.bring("hubs.csv", format!("{HUBS}Two,51.585,-2.985,open\n").as_bytes(), &[]));
    let third = path_of(&browser.bring("hubs.csv", format!("{HUBS}Three,51.585,-2.985,open\n").as_bytes(), &[]));
    assert!(browser.checked(&third).contains("Somebody else has changed the same file"));
    assert_eq!(path_of(&browser.publish(&first)), "/versions?new=2");
    assert!(browser.checked(&second).contains("Version 2 was published after this draft was begun"));
    let revision = value_of(&browser.checked(&second), "revision");
    assert_eq!(browser.form(&format!("{second}/publish"), &[("revision", &revision)]).status, 409);
    assert_eq!(browser.form(&format!("{second}/rebase"), &[("revision", &revision)]).status, 303);
    assert_eq!(path_of(&browser.publish(&second)), "/versions?new=3");
    assert_eq!(browser.shared.current().expect("served").place.assets.len(), 3);
    let revision = value_of(&browser.checked(&third), "revision");
    let clash = browser.form(&format!("{third}/rebase"), &[("revision", &revision)]);
    assert!(clash.status == 409 && clash.text().contains("hubs.csv"), "{}", clash.text());
    let own = browser.get(&format!("{third}/file?name=hubs.csv"));
    assert!(own.text().contains("Three"), "nobody's file is lost");
}

#[test]
fn a_scenario_keeps_its_states_and_says_that_the_data_changed() {
    let mut browser = Browser::signed_in();
    let view = format!("http://{}/#patch=P1&pins=1,2", browser.address);
    let address = path_of(&browser.form("/scenarios", &[("name", "Two hubs"), ("view", &view)]));
    let id = address.trim_start_matches("/s/").to_owned();
    let again = [("id", id.as_str()), ("seen", "1"), ("name", "Two hubs"), ("view", &view), ("note", "second")];
    assert_eq!(browser.form("/scenarios", &again).status, 303);
    assert_eq!(browser.form("/scenarios", &again).status, 409, "somebody saved state 2 meanwhile");
    assert_eq!(browser.form("/scenarios", &[("name", "x"), ("view", "javascript:alert(1)")]).status, 422);
    let draft = path_of(&browser.bring("hubs.csv", format!("{HUBS}Two,51.585,-2.985,open\n").as_bytes(), &[]));
    browser.publish(&draft);
    browser.cookie.clear();
    let first = browser.get(&format!("/s/{id}/1"));
    assert!(
        first.text().contains("The data have changed since") && !first.text().contains("second"),
        "{}",
        first.text()
    );
    assert!(!first.text().contains("by owner"), "strangers are not told whose it is");
    assert!(browser.get(&format!("/s/{id}")).text().contains("second"));
    assert_eq!(browser.get(&format!("/s/{id}/9")).status, 404);
}

#[test]
fn a_place_that_is_served_from_a_directory_has_no_such_pages() {
    let server = Server::empty(Options::default());
    for path in ["/drafts", "/versions", "/sign-in", "/s/x"] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
}

#[test]
fn a_body_that_is_too_large_or_too_long_for_a_form_is_refused() {
    let browser = Browser::signed_in();
    let long = "a".repeat(1_100_000);
    assert_eq!(browser.form("/records/new", &[("activity", &long)]).status, 413);
    let head = format!(
        "POST /drafts HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nContent-Type: multipart/form-data; boundary=XX\r\nContent-Length: 999999999999\r\nConnection: close\r\n\r\n",
        browser.address, browser.cookie
    );
    let mut stream = TcpStream::connect(browser.address).expect("connects");
    stream.write_all(head.as_bytes()).expect("sends");
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    assert!(bytes.starts_with(b"HTTP/1.1 413"), "{}", String::from_utf8_lossy(&bytes));
}
