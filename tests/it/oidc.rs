//! Signing in at somebody else, who may be right, wrong, late, or down.

use crate::http_server::Answer;
use crate::oidc_provider::{Key, Sign, Standing, State};
use crate::roles_accounts::Browser2;
use crate::workspace::Browser;
use patchwork::http::{Provider, SignIn};
use patchwork::store::{self, Actor, Role};
use serde_json::{Value, json};
use std::collections::HashMap;

fn settings(issuer: &str) -> SignIn {
    let text = format!(
        "title = \"Gridton Council\"\nissuer = \"{issuer}\"\nclient_id = \"patchwork\"\nclient_secret = \"a quiet:word\"\n\
         contact = \"the partnership office, room 4\"\n[roles]\nstaff = \"viewer\"\n\"north team\" = \"coordinator\"\n\
         it = \"owner\"\n[patches]\n\"north team\" = [\"N1\"]\n"
    );
    toml::from_str(&text).expect("settings")
}

fn begun() -> (Standing, Browser) {
    let standing = Standing::new();
    let provider = Provider::new(&settings(&standing.issuer)).expect("a provider");
    (standing, Browser::with(Some(provider)))
}

fn stranger() -> Browser2 {
    Browser2 { cookie: String::new(), seal: String::new() }
}

fn cookie_of(answer: &Answer, name: &str) -> Option<String> {
    let set = answer.headers.iter().filter(|(known, _)| known == "set-cookie").map(|(_, value)| value);
    let of = |cookie: &String| cookie.split(';').next().map(str::to_owned);
    set.filter_map(of).find(|cookie| cookie.starts_with(&format!("{name}=")) && !cookie.ends_with('='))
}

/// Leaves for the provider: the cookie that is carried through, and what the address asks.
fn left(at: &Browser) -> (Browser2, HashMap<String, String>) {
    let left = stranger().send(at, "GET", "/sign-in/provider", "");
    assert_eq!(left.status, 303, "{}", left.text());
    let to = reqwest::Url::parse(left.header("location").expect("a location")).expect("an address");
    let cookie = cookie_of(&left, "patchwork_sign_in").expect("a cookie");
    (Browser2 { cookie, seal: String::new() }, to.query_pairs().into_owned().collect())
}

type Pairs = Vec<(&'static str, String)>;

/// Goes through a sign-in in which what comes back is changed on the way.
fn through(standing: &Standing, at: &Browser, change: impl Fn(&mut Browser2, &mut Pairs)) -> Answer {
    let (mut browser, asked) = left(at);
    assert_eq!((asked["response_type"].as_str(), asked["code_challenge_method"].as_str()), ("code", "S256"));
    assert_eq!((asked["tenant"].as_str(), asked["scope"].as_str()), ("1", "openid profile"));
    let code = standing.agreed(&asked["nonce"], &asked["code_challenge"], &asked["redirect_uri"]);
    let mut pairs = vec![("code", code), ("state", asked["state"].clone()), ("iss", standing.issuer.clone())];
    change(&mut browser, &mut pairs);
    back(&browser, at, &pairs)
}

fn back(browser: &Browser2, at: &Browser, pairs: &Pairs) -> Answer {
    let mut address = reqwest::Url::parse("http://x/sign-in/back").expect("an address");
    address.query_pairs_mut().extend_pairs(pairs);
    browser.send(at, "GET", &format!("{}?{}", address.path(), address.query().unwrap_or_default()), "")
}

fn straight(standing: &Standing, at: &Browser) -> Answer {
    through(standing, at, |_, _| {})
}

fn nobody_came(at: &Browser, answer: &Answer, case: &str) {
    assert_eq!(answer.status, 403, "{case}: {}", answer.text());
    assert!(cookie_of(answer, "patchwork_stay").is_none(), "{case}");
    assert!(answer.text().contains("came to nothing") && answer.text().contains("room 4"), "{case}: {}", answer.text());
    assert!(at.editing.workspace().keeper().people().expect("people").is_empty(), "{case}: nobody is made");
}

#[test]
fn whoever_the_provider_knows_comes_in_as_what_their_groups_are_and_is_known_by_the_subject() {
    let (standing, at) = begun();
    let entered = straight(&standing, &at);
    assert_eq!(entered.status, 303, "{}", entered.text());
    let set = entered.headers.iter().filter(|(name, _)| name == "set-cookie").count();
    assert_eq!(set, 2, "a stay, and an end of what was carried");
    let mut jean = stranger();
    jean.cookie = cookie_of(&entered, "patchwork_stay").expect("a stay");
    assert!(jean.send(&at, "GET", "/account", "").text().contains("Jean Smith"), "no e-mail address");
    let keeper = at.editing.workspace().keeper();
    let known = keeper.people().expect("people").remove(0);
    assert_eq!((known.name.as_str(), known.role), ("Jean Smith", Role::Coordinator));
    assert_eq!(known.patches, Some(vec!["N1".to_owned()]));
    assert_eq!(known.subject, format!("{} 7f3", standing.issuer));
    // Another name, address and role of the same subject is the same person; the same name of another subject is not.
    standing.state().claims =
        vec![("name", json!("Jean Brown")), ("groups", json!("it")), ("email", json!("j@b.example"))];
    assert_eq!(straight(&standing, &at).status, 303);
    let again = keeper.person(&known.id).expect("still there");
    assert_eq!((again.name.as_str(), again.role, again.patches), ("Jean Smith", Role::Owner, None));
    standing.state().claims = vec![("sub", json!("8a1")), ("email", json!("j@b.example"))];
    assert_eq!(straight(&standing, &at).status, 303);
    let people = keeper.people().expect("people");
    assert_eq!(people.len(), 2);
    assert!(
        people.iter().any(|one| one.name.starts_with("Jean Smith ") && one.subject.ends_with(" 8a1")),
        "{people:?}"
    );
    // No password is anybody's who signs in elsewhere.
    let tried = stranger().send(&at, "POST", "/sign-in", "name=Jean%20Smith&password=");
    assert_eq!(tried.status, 422);
}

#[test]
fn a_token_that_is_not_right_lets_nobody_in() {
    let (standing, at) = begun();
    let now = chrono::Utc::now().timestamp();
    for (name, value) in [
        ("iss", json!("https://other.example")),
        ("iss", Value::Null),
        ("aud", json!("another")),
        ("aud", json!(["another", "patchwork"])),
        ("aud", Value::Null),
        ("azp", json!("another")),
        ("exp", json!(now - 120)),
        ("exp", Value::Null),
        ("iat", json!(now + 600)),
        ("nbf", json!(now + 600)),
        ("nonce", json!("another")),
        ("nonce", Value::Null),
        ("sub", json!("")),
        ("sub", Value::Null),
    ] {
        standing.state().claims = vec![(name, value.clone())];
        nobody_came(&at, &straight(&standing, &at), &format!("{name}: {value}"));
    }
    standing.state().claims.clear();
    for sign in [Sign::None, Sign::Missing, Sign::Shared, Sign::Critical] {
        standing.state().sign = sign;
        nobody_came(&at, &straight(&standing, &at), &format!("{sign:?}"));
    }
    standing.state().sign = Sign::Right;
    standing.state().claims = vec![("exp", json!(now - 20)), ("iat", json!(now + 20))];
    assert_eq!(straight(&standing, &at).status, 303, "clocks differ a little");
}

#[test]
fn an_answer_to_another_browser_or_another_question_lets_nobody_in() {
    let (standing, at) = begun();
    let other = left(&at).0.cookie;
    type Change<'a> = &'a dyn Fn(&mut Browser2, &mut Pairs);
    let cases: [(&str, Change<'_>); 9] = [
        ("no cookie", &|browser, _| browser.cookie.clear()),
        ("another browser's cookie", &|browser, _| browser.cookie.clone_from(&other)),
        ("another state", &|_, pairs| pairs[1].1 = "a".repeat(64)),
        ("no state", &|_, pairs| {
            pairs.remove(1);
        }),
        ("another code", &|_, pairs| pairs[0].1 = "guessed".to_owned()),
        ("no code", &|_, pairs| {
            pairs.remove(0);
        }),
        ("another issuer", &|_, pairs| pairs[2].1 = "https://other.example".to_owned()),
        ("no issuer, of one that tells it", &|_, pairs| {
            pairs.remove(2);
        }),
        ("the provider refused", &|_, pairs| pairs.push(("error", "access_denied".to_owned()))),
    ];
    for (case, change) in cases {
        nobody_came(&at, &through(&standing, &at, change), case);
    }
    // The verifier of another sign-in does not fit the challenge of this one.
    let (first, second) = (left(&at), left(&at));
    let code = standing.agreed(&first.1["nonce"], &first.1["code_challenge"], &first.1["redirect_uri"]);
    let pairs = vec![("code", code), ("state", second.1["state"].clone()), ("iss", standing.issuer.clone())];
    nobody_came(&at, &back(&second.0, &at, &pairs), "a code of another sign-in");
    // A code is taken once.
    let used = std::cell::RefCell::new(None);
    let entered = through(&standing, &at, |browser, pairs| {
        *used.borrow_mut() = Some((browser.cookie.clone(), pairs.clone()));
    });
    assert_eq!(entered.status, 303, "{}", entered.text());
    let (cookie, pairs) = used.into_inner().expect("used");
    let again = back(&Browser2 { cookie, seal: String::new() }, &at, &pairs);
    assert_eq!((again.status, cookie_of(&again, "patchwork_stay")), (403, None));
}

#[test]
fn new_keys_of_the_provider_are_found_and_old_ones_are_over() {
    let (standing, at) = begun();
    assert_eq!(straight(&standing, &at).status, 303);
    assert_eq!(straight(&standing, &at).status, 303);
    assert_eq!(standing.state().keys_asked, 1, "they are kept");
    let renew = |state: &mut State, key: Key| {
        state.published = vec![key.public()];
        std::mem::replace(&mut state.key, key)
    };
    let old = renew(&mut standing.state(), Key::new("second"));
    assert_eq!(straight(&standing, &at).status, 303, "right after the first were asked for");
    assert_eq!(standing.state().keys_asked, 2);
    standing.state().key = old;
    for _ in 0..3 {
        let refused = straight(&standing, &at);
        assert_eq!((refused.status, cookie_of(&refused, "patchwork_stay")), (403, None));
    }
    // A key of the name of a published one is not that one.
    standing.state().key = Key::new("second");
    assert_eq!(straight(&standing, &at).status, 403);
    assert_eq!(standing.state().keys_asked, 2, "odd keys do not make us ask again and again");
}

#[test]
fn without_a_group_that_counts_nobody_comes_in_and_is_told_whom_to_ask() {
    let (standing, at) = begun();
    let keeper = at.editing.workspace().keeper();
    for groups in
        [json!(["everybody"]), json!([]), json!("NORTH TEAM"), json!([["it"]]), json!({"it": true}), Value::Null]
    {
        standing.state().claims = vec![("groups", groups.clone())];
        let refused = straight(&standing, &at);
        assert_eq!((refused.status, cookie_of(&refused, "patchwork_stay")), (403, None), "{groups}");
        let page = refused.text();
        assert!(page.contains("Jean Smith") && page.contains("the partnership office, room 4"), "{groups}: {page}");
        assert!(keeper.people().expect("people").is_empty());
    }
    // Who had a group and has none any more has no stay and no token left.
    standing.state().claims.clear();
    let mut jean = stranger();
    jean.cookie = cookie_of(&straight(&standing, &at), "patchwork_stay").expect("in");
    let person = keeper.people().expect("people").remove(0);
    let until = chrono::Utc::now() + chrono::Duration::days(90);
    keeper.new_token(&person.actor(), &person.id, "QGIS", false, &store::hashed("t"), until).expect("made");
    assert!(keeper.by_token(&store::hashed("t")).expect("asked").is_some());
    standing.state().claims = vec![("groups", json!(["everybody"]))];
    assert_eq!(straight(&standing, &at).status, 403);
    assert_eq!(jean.send(&at, "GET", "/account", "").status, 403);
    assert!(keeper.by_token(&store::hashed("t")).expect("asked").is_none());
    // Who is closed here stays out, whatever the provider says.
    standing.state().claims.clear();
    keeper.change_person(&Actor::new("o", Role::Owner), &person.id, Role::Viewer, None, false).expect("closed");
    let closed = straight(&standing, &at);
    assert_eq!((closed.status, cookie_of(&closed, "patchwork_stay")), (403, None));
    assert!(closed.text().contains("closed") && closed.text().contains("room 4"));
}

#[test]
fn groups_that_are_told_only_when_asked_are_asked_for_and_only_of_the_same_person() {
    let (standing, at) = begun();
    standing.state().claims = vec![("groups", Value::Null)];
    standing.state().about_people = json!({"sub": "another", "groups": ["it"]});
    nobody_came(&at, &straight(&standing, &at), "told of another person");
    standing.state().about_people = json!({"sub": "7f3", "groups": ["staff"], "iss": "x"});
    assert_eq!(straight(&standing, &at).status, 303);
    assert_eq!(at.editing.workspace().keeper().people().expect("people")[0].role, Role::Viewer);
}

#[test]
fn where_the_provider_is_down_a_page_says_so_and_passwords_and_the_owners_link_still_work() {
    let (standing, at) = begun();
    let late = left(&at);
    let code = standing.agreed(&late.1["nonce"], &late.1["code_challenge"], &late.1["redirect_uri"]);
    standing.state().token_is_down = true;
    let pairs = vec![("code", code), ("state", late.1["state"].clone()), ("iss", standing.issuer.clone())];
    let answer = back(&late.0, &at, &pairs);
    assert_eq!(answer.status, 503, "{}", answer.text());
    let (down, elsewhere, otherwise) = (Standing::new(), Standing::new(), Standing::new());
    down.state().is_down = true;
    let gone = elsewhere.issuer.clone();
    drop(elsewhere);
    otherwise.state().called = Some("https://other.example".to_owned());
    for issuer in [&down.issuer, &gone, &otherwise.issuer] {
        let at = Browser::with(Some(Provider::new(&settings(issuer)).expect("a provider")));
        for path in ["/sign-in/provider", "/sign-in/provider/end"] {
            let answer = stranger().send(&at, "GET", path, "");
            assert_eq!(answer.status, 503, "{path}: {}", answer.text());
            let page = answer.text();
            assert!(page.contains("Gridton Council does not answer") && page.contains("type=\"password\""), "{page}");
            assert!(!page.contains(issuer.as_str()), "causes are for the log: {page}");
        }
        at.come_in();
    }
}

#[test]
fn who_signs_out_is_told_that_the_provider_still_knows_the_browser() {
    let (standing, at) = begun();
    let mut jean = stranger();
    jean.keep(&at, &Answer { status: 303, headers: stay(&straight(&standing, &at)), body: Vec::new() });
    let out = jean.send(&at, "POST", "/sign-out", "");
    assert_eq!((out.status, out.header("location").map(|to| to.ends_with("/sign-in?done=out"))), (303, Some(true)));
    assert_eq!(jean.send(&at, "GET", "/account", "").status, 403, "the stay is over");
    let page = stranger().send(&at, "GET", "/sign-in?done=out", "");
    assert!(page.text().contains("sign out there too"), "{}", page.text());
    let end = stranger().send(&at, "GET", "/sign-in/provider/end", "");
    let to = end.header("location").expect("a location");
    assert!(end.status == 303 && to.starts_with(&format!("{}/end?client_id=patchwork&", standing.issuer)), "{to}");
}

/// The headers of an answer with the cookie of the stay alone.
fn stay(answer: &Answer) -> Vec<(String, String)> {
    let is_stay = |(name, value): &&(String, String)| name == "set-cookie" && value.starts_with("patchwork_stay=");
    answer.headers.iter().filter(is_stay).cloned().collect()
}

#[test]
fn a_place_without_another_provider_has_no_such_pages() {
    let at = Browser::new();
    for path in ["/sign-in/provider", "/sign-in/back?code=a&state=b", "/sign-in/provider/end"] {
        assert_eq!(stranger().send(&at, "GET", path, "").status, 404, "{path}");
    }
    assert!(!stranger().send(&at, "GET", "/sign-in", "").text().contains("/sign-in/provider"));
}
