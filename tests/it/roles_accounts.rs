//! Accounts as people meet them: invited, in, out, reset, with tokens, and tried by strangers.

use crate::roles::House;
use crate::workspace::{Browser, value_of};
use base64::Engine;
use patchwork::store::{self, Actor, Role};

const GOOD: &str = "seven%20blue%20tables";

fn link_of(page: &str) -> String {
    let key = page.split("/invitation?key=").nth(1).unwrap_or_else(|| panic!("no link: {page}"));
    key[..64].to_owned()
}

/// Somebody who was invited by the owner and chose a password.
fn joined(owner: &Browser, name: &str, role: &str, more: &[(&str, &str)]) -> Browser2 {
    let fields: Vec<(&str, &str)> = [("name", name), ("role", role)].into_iter().chain(more.iter().copied()).collect();
    let invited = owner.form("/people", &fields);
    assert_eq!(invited.status, 200, "{}", invited.text());
    let key = link_of(invited.text());
    let mut stranger = Browser2 { cookie: String::new(), seal: String::new() };
    assert!(stranger.send(owner, "GET", &format!("/invitation?key={key}"), "").text().contains(name));
    let short = stranger.send(owner, "POST", "/invitation", &format!("key={key}&password=short&again=short"));
    assert_eq!(short.status, 422, "{}", short.text());
    let other = stranger.send(owner, "POST", "/invitation", &format!("key={key}&password={GOOD}&again=another"));
    assert_eq!(other.status, 422);
    let entered = stranger.send(owner, "POST", "/invitation", &format!("key={key}&password={GOOD}&again={GOOD}"));
    stranger.keep(owner, &entered);
    let again = Browser2 { cookie: String::new(), seal: String::new() }.send(
        owner,
        "POST",
        "/invitation",
        &format!("key={key}&password={GOOD}&again={GOOD}"),
    );
    assert_eq!(again.status, 422, "a link lets one person in, once");
    stranger
}

/// Another browser at the same server.
pub(crate) struct Browser2 {
    pub(crate) cookie: String,
    pub(crate) seal: String,
}

impl Browser2 {
    pub(crate) fn send(&self, at: &Browser, method: &str, path: &str, body: &str) -> crate::http_server::Answer {
        use std::io::{Read, Write};
        let body = if method == "POST" { format!("seal={}&{body}", self.seal) } else { String::new() };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAccept: text/html\r\nCookie: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            at.address,
            self.cookie,
            body.len()
        );
        let mut stream = std::net::TcpStream::connect(at.address).expect("connects");
        stream.write_all(head.as_bytes()).expect("sends");
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        crate::http_server::Answer::parsed(bytes)
    }

    pub(crate) fn keep(&mut self, at: &Browser, entered: &crate::http_server::Answer) {
        assert_eq!(entered.status, 303, "{}", entered.text());
        let cookie = entered.header("set-cookie").expect("a cookie");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        self.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let page = self.send(at, "GET", "/account", "");
        assert_eq!(page.status, 200, "{}", page.text());
        self.seal = value_of(page.text(), "seal");
    }

    fn sign_in(at: &Browser, name: &str, password: &str) -> crate::http_server::Answer {
        Self { cookie: String::new(), seal: String::new() }.send(
            at,
            "POST",
            "/sign-in",
            &format!("name={name}&password={password}"),
        )
    }
}

#[test]
fn somebody_is_invited_comes_in_signs_out_and_in_again() {
    let owner = Browser::signed_in();
    let mut jean = joined(&owner, "Jean Smith", "coordinator", &[]);
    assert_eq!(jean.send(&owner, "GET", "/drafts", "").status, 200);
    assert_eq!(jean.send(&owner, "GET", "/people", "").status, 403);
    let before = jean.cookie.clone();
    assert_eq!(jean.send(&owner, "POST", "/sign-out", "").status, 303);
    assert_eq!(jean.send(&owner, "GET", "/drafts", "").status, 403, "the stay is over");
    let entered = Browser2::sign_in(&owner, "jean%20smith", GOOD);
    jean.keep(&owner, &entered);
    assert_ne!(jean.cookie, before, "each stay has a cookie of its own");
    assert!(jean.send(&owner, "GET", "/account", "").text().contains("Jean Smith"), "by the name as it was given");
    let rows = owner.editing.workspace().keeper().audit("Jean Smith", 99).expect("rows");
    let did: Vec<&str> = rows.iter().rev().map(|row| row.action.as_str()).collect();
    assert_eq!(did, ["invite", "set password", "sign in", "sign in"]);
}

#[test]
fn a_wrong_password_an_unknown_name_and_a_closed_account_are_told_the_same() {
    let owner = Browser::signed_in();
    let jean = joined(&owner, "Jean", "viewer", &[]);
    let said = |name: &str, password: &str| {
        let answer = Browser2::sign_in(&owner, name, password);
        assert_eq!((answer.status, answer.header("set-cookie")), (422, None), "{name}");
        answer.text().replace(&format!("value=\"{name}\""), "")
    };
    let wrong = said("Jean", "another");
    assert_eq!(said("Nobody", GOOD), wrong);
    let keeper = owner.editing.workspace().keeper();
    let id = keeper.people().expect("people")[0].id.clone();
    assert_eq!(owner.form(&format!("/people/{id}"), &[("role", "viewer"), ("active", "no")]).status, 303);
    assert_eq!(said("Jean", GOOD), wrong);
    assert_eq!(jean.send(&owner, "GET", "/account", "").status, 403, "no stay of a closed account is left");
}

#[test]
fn signing_in_again_ends_the_stay_before_and_everywhere_ends_all() {
    let owner = Browser::signed_in();
    let jean = joined(&owner, "Jean", "editor", &[]);
    let again = jean.send(&owner, "POST", "/sign-in", &format!("name=Jean&password={GOOD}"));
    let mut newer = Browser2 { cookie: String::new(), seal: String::new() };
    newer.keep(&owner, &again);
    assert_eq!(jean.send(&owner, "GET", "/account", "").status, 403, "the cookie before is void");
    let mut elsewhere = Browser2 { cookie: String::new(), seal: String::new() };
    elsewhere.keep(&owner, &Browser2::sign_in(&owner, "Jean", GOOD));
    let changed = format!("present={GOOD}&password=eight%20green%20chairs&again=eight%20green%20chairs");
    assert_eq!(newer.send(&owner, "POST", "/account/password", "present=x&password=y&again=y").status, 422);
    assert_eq!(newer.send(&owner, "POST", "/account/password", &changed).status, 303);
    assert_eq!(elsewhere.send(&owner, "GET", "/account", "").status, 403, "another password ends the other stays");
    assert_eq!(newer.send(&owner, "GET", "/account", "").status, 200);
    assert_eq!(Browser2::sign_in(&owner, "Jean", GOOD).status, 422);
    assert_eq!(newer.send(&owner, "POST", "/account/stays/end", "").status, 303);
    assert_eq!(newer.send(&owner, "GET", "/account", "").status, 403);
}

#[test]
fn a_reset_makes_everything_before_void_and_the_last_owner_stays() {
    let owner = Browser::signed_in();
    let jean = joined(&owner, "Jean", "owner", &[]);
    let keeper = owner.editing.workspace().keeper();
    let id = keeper.people().expect("people")[0].id.clone();
    for fields in [[("role", "viewer"), ("active", "yes")], [("role", "owner"), ("active", "no")]] {
        assert_eq!(owner.form(&format!("/people/{id}"), &fields).status, 422, "somebody must be left who decides");
    }
    assert_eq!(owner.form(&format!("/people/{id}/erase"), &[("name", "Jean")]).status, 422);
    let reset = owner.form(&format!("/people/{id}/reset"), &[]);
    assert_eq!(reset.status, 200, "{}", reset.text());
    link_of(reset.text());
    assert_eq!(jean.send(&owner, "GET", "/account", "").status, 403);
    assert_eq!(Browser2::sign_in(&owner, "Jean", GOOD).status, 422);
    joined(&owner, "Ali", "owner", &[]);
    assert_eq!(owner.form(&format!("/people/{id}/erase"), &[("name", "jean")]).status, 422, "the name must be typed");
    assert_eq!(owner.form(&format!("/people/{id}/erase"), &[("name", "Jean")]).status, 303);
    assert_eq!(keeper.people().expect("people").len(), 1);
    let taken = owner.form("/people", &[("name", "jean"), ("role", "viewer")]);
    assert_eq!(taken.status, 422, "a name that stands in the audit is nobody else's");
    for odd in ["ali", "owner", "jean@example.org", "x", " a  b ", "<b>"] {
        assert_eq!(owner.form("/people", &[("name", odd), ("role", "viewer")]).status, 422, "{odd}");
    }
}

#[test]
fn a_coordinator_writes_in_her_own_patches_and_reads_nobody_elses_uploads() {
    let owner = Browser::signed_in();
    let patches: Vec<String> =
        owner.shared.current().expect("served").place.patches.iter().map(|patch| patch.key.clone()).collect();
    let own = format!("patch:{}", patches[0]);
    let jean = joined(&owner, "Jean", "coordinator", &[("reach", "own"), (&own, "1")]);
    let none = joined(&owner, "Ali", "coordinator", &[("reach", "own")]);
    let record = |patch: &str| format!("date=2024-06-03&activity=Lunch&patch={patch}&people=3&themes=");
    assert_eq!(jean.send(&owner, "POST", "/records/new", &record(&patches[0])).status, 303);
    assert_eq!(none.send(&owner, "POST", "/records/new", &record(&patches[0])).status, 422);
    let draft = owner.editing.workspace().keeper().drafts().expect("drafts").remove(0);
    assert_eq!(draft.who, "Jean");
    for name in ["records-by-form.csv", "hubs.csv", "place.toml", "zones.geojson"] {
        for what in ["file", "returned"] {
            let path = format!("/drafts/{}/{what}?name={name}", draft.id);
            assert_eq!(jean.send(&owner, "GET", &path, "").status, 403, "{path}");
            assert_eq!(none.send(&owner, "GET", &path, "").status, 403, "{path}");
        }
        assert_eq!(owner.get(&format!("/drafts/{}/file?name={name}", draft.id)).status, 200, "{name}");
    }
    assert!(!none.send(&owner, "GET", "/drafts", "").text().contains(&draft.id), "nobody else's draft is listed");
    assert!(!none.send(&owner, "GET", "/corrections", "").text().contains("One"), "no asset is theirs to correct");
    assert_eq!(none.send(&owner, "GET", &format!("/drafts/{}", draft.id), "").status, 403);
}

#[test]
fn a_token_reads_what_its_owner_may_and_decides_about_nobody() {
    let house = House::closed();
    let keeper = house.browser.editing.workspace().keeper();
    let person = |name: &str| keeper.people().expect("people").into_iter().find(|one| one.name == name).expect("there");
    let until = chrono::Utc::now() + chrono::Duration::hours(1);
    let token = |name: &str, may_write, until| {
        let secret = format!("patchwork_{}", store::secret().expect("a secret"));
        let person = person(name);
        keeper.new_token(&person.actor(), &person.id, "QGIS", may_write, &store::hashed(&secret), until).expect("made");
        secret
    };
    let bearer = |secret: &str, method: &str, path: &str, body: &str| {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nAuthorization: Bearer {secret}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
            body.len()
        );
        house.raw(&head, body)
    };
    let (reads, writes) = (token("the coordinator", false, until), token("the coordinator", true, until));
    assert_eq!(bearer(&reads, "GET", "/collections/zones/items?f=csv", "").status, 200);
    assert_eq!(bearer(&reads, "GET", "/collections/coverage-hub", "").status, 404, "no more than its owner may");
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("anything:{reads}"));
    let qgis = house.raw(&format!("GET /collections HTTP/1.1\r\nAuthorization: Basic {basic}\r\n"), "");
    assert_eq!(qgis.status, 200);
    let correction = "asset=none";
    assert_eq!(bearer(&reads, "POST", "/corrections", correction).status, 403, "it only reads");
    assert_eq!(
        bearer(&writes, "POST", "/corrections", correction).status,
        422,
        "understood, and there is no such asset"
    );
    let owners = token("the owner", true, until);
    for path in ["/people", "/settings", "/account"] {
        assert_eq!(bearer(&owners, "GET", path, "").status, 403, "{path}: a program decides about nobody");
    }
    let old = token("the owner", true, chrono::Utc::now() - chrono::Duration::seconds(1));
    for bad in [old.as_str(), "", "patchwork_", "x", &reads[..20]] {
        let refused = bearer(bad, "GET", "/collections", "");
        assert_eq!(refused.status, 401, "{bad}");
        assert!(refused.header("www-authenticate").is_some() && refused.text().contains("\"status\": 401"));
    }
    let of = person("the coordinator");
    for one in keeper.tokens(&of.id).expect("tokens") {
        keeper.end_token(&of.actor(), &of.id, &one.id).expect("ended");
    }
    assert_eq!(bearer(&reads, "GET", "/collections", "").status, 401);
}

#[test]
fn a_token_is_shown_once_and_never_kept_as_it_is() {
    let owner = Browser::signed_in();
    let jean = joined(&owner, "Jean", "viewer", &[]);
    let made = jean.send(&owner, "POST", "/account/tokens", "label=QGIS&scope=write&days=30");
    assert_eq!(made.status, 200, "{}", made.text());
    let at = made.text().find("patchwork_").expect("shown");
    let secret = made.text()[at..at + 74].to_owned();
    assert!(!jean.send(&owner, "GET", "/account", "").text().contains(&secret));
    let bytes = std::fs::read(owner.editing.workspace().dir().join("patchwork.sqlite")).expect("read");
    let log = std::fs::read(owner.editing.workspace().dir().join("patchwork.sqlite-wal")).unwrap_or_default();
    let holds = |word: &str| [&bytes, &log].iter().any(|all| all.windows(word.len()).any(|w| w == word.as_bytes()));
    assert!(!holds(&secret) && !holds(&secret[10..]), "only its hash is kept");
    let cookie = jean.cookie.split('=').nth(1).expect("a value");
    assert!(!holds(cookie), "so is a stay");
    assert!(!holds("seven blue tables"), "and a password");
    let tokens = owner.editing.workspace().keeper().people().expect("people");
    let tokens = owner.editing.workspace().keeper().tokens(&tokens[0].id).expect("tokens");
    assert!(tokens.len() == 1 && !tokens[0].may_write, "a viewer's token writes nothing, whatever was asked");
    for odd in ["label=&scope=read&days=30", "label=x&scope=read&days=9999", "label=x&scope=read&days=x"] {
        assert!(jean.send(&owner, "POST", "/account/tokens", odd).status >= 400, "{odd}");
    }
}

#[test]
fn a_stay_ends_when_nobody_uses_it_and_in_any_case_in_the_evening() {
    let house = House::open();
    let keeper = house.browser.editing.workspace().keeper();
    let jean = keeper.people().expect("people").remove(0);
    let now = chrono::Utc::now();
    keeper.begin_stay(&jean.id, "", "hash", None, now + chrono::Duration::hours(1)).expect("in");
    assert!(keeper.stay("hash", now - chrono::Duration::hours(2)).expect("asked").is_some());
    assert!(keeper.stay("hash", now + chrono::Duration::seconds(5)).expect("asked").is_none(), "idle");
    keeper.begin_stay(&jean.id, "", "over", None, now - chrono::Duration::seconds(1)).expect("in");
    assert!(keeper.stay("over", now - chrono::Duration::hours(2)).expect("asked").is_none(), "over");
    assert!(keeper.stay("nobody", now - chrono::Duration::hours(2)).expect("asked").is_none());
    keeper.change_person(&Actor::new("o", Role::Owner), &jean.id, Role::Editor, None, true).expect("changed");
    let known = keeper.stay("hash", now - chrono::Duration::hours(2)).expect("asked").expect("in");
    assert_eq!(known.actor.role, Role::Editor, "a change of role holds at once");
}

#[test]
fn the_audit_is_narrowed_by_a_word_and_comes_as_a_table_without_formulas() {
    let house = House::open();
    let keeper = house.browser.editing.workspace().keeper();
    keeper.open_draft(&Actor::new("=HYPERLINK(1)", Role::Owner), "x").expect("a draft");
    let csv = house.ask(Role::Owner, "GET", "/audit?f=csv&word=hyperlink", "");
    assert_eq!(csv.status, 200);
    let lines: Vec<&str> = csv.text().lines().collect();
    assert!(lines.len() == 2 && lines[1].contains(",'=HYPERLINK(1),open draft,"), "{lines:?}");
    let page = house.ask(Role::Owner, "GET", "/audit?word=the%20viewer&f=html", "");
    assert!(page.text().contains("the viewer") && !page.text().contains("HYPERLINK"), "{}", page.text());
}
