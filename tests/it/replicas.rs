//! Three replicas on one PostgreSQL: what one publishes all serve, nobody's work is lost, and a database that is away
//! stops nobody from reading.

use crate::cluster::{self, Cluster};
use crate::workspace::{Browser, path_of, value_of};
use patchwork::store::{self, Visibility};
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const HUBS: &str = "name,latitude,longitude,status\nOne,51.585,-2.995,open\n";
/// Within which all replicas serve what one published.
const SOON: Duration = Duration::from_secs(2);

fn hubs(n: usize) -> String {
    (0..n).fold(HUBS.to_owned(), |all, i| format!("{all}Hub {i},51.585,-2.98{i},open\n"))
}

fn digest(browser: &Browser) -> String {
    browser.shared.current().expect("something is served").digest().to_owned()
}

/// Stops those who ask, also when a test fails meanwhile.
struct Stops<'a>(&'a AtomicBool);

impl Drop for Stops<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Publishes so many hubs on one replica.
fn published(browser: &Browser, n: usize) {
    let draft = path_of(&browser.bring("hubs.csv", hubs(n).as_bytes(), &[]));
    path_of(&browser.publish(&draft));
}

/// How long until it is so; it fails when that takes too long.
fn until(limit: Duration, what: &str, is_so: impl Fn() -> bool) -> Duration {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < limit, "{what}: not within {limit:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
    began.elapsed()
}

#[test]
fn what_one_replica_publishes_or_undoes_all_answer_within_two_seconds_and_no_answer_is_torn() {
    let Some(cluster) = cluster::shared() else { return };
    let (_, mut replicas) = Browser::replicas(cluster, 3);
    let first = replicas.remove(0).come_in();
    let first_digest = digest(&first);
    assert!(replicas.iter().all(|other| digest(other) == first_digest), "the same files are the same digest");
    // Every tag stands for one answer, whichever replica gives it.
    let (seen, stop) = (Mutex::new(HashMap::<(String, String), Vec<u8>>::new()), AtomicBool::new(false));
    let asked: usize = std::thread::scope(|scope| {
        let stops = Stops(&stop);
        let askers: Vec<_> = std::iter::once(&first)
            .chain(&replicas)
            .map(|browser| {
                let (seen, stop) = (&seen, &stop);
                scope.spawn(move || {
                    let mut asked = 0;
                    while !stop.load(Ordering::Relaxed) {
                        for path in ["/collections/assets/items?f=json", "/collections/coverage-hub/items?f=json"] {
                            let answer = browser.get(path);
                            assert_eq!(answer.status, 200, "{}", answer.text());
                            let tag = answer.header("etag").expect("a tag").to_owned();
                            let host = browser.address.to_string();
                            let body = answer.text().replace(&host, "host").into_bytes();
                            let mut seen = seen.lock().unwrap();
                            let known = seen.entry((path.to_owned(), tag)).or_insert_with(|| body.clone());
                            assert_eq!(*known, body, "one tag, one answer: {path}");
                            asked += 1;
                        }
                    }
                    asked
                })
            })
            .collect();
        for n in 1..=3 {
            published(&first, n);
            let now = digest(&first);
            until(SOON, "the others follow", || replicas.iter().all(|other| digest(other) == now));
        }
        let back = first.form("/versions/1/restore", &[("seen", "4")]);
        assert_eq!(path_of(&back), "/versions?back=1");
        until(SOON, "the others go back", || replicas.iter().all(|other| digest(other) == first_digest));
        drop(stops);
        askers.into_iter().map(|asker| asker.join().unwrap()).sum()
    });
    assert!(asked > 20, "{asked}");
    let wrong = store::verify(first.editing.workspace()).expect("verified");
    assert!(wrong.iter().all(|finding| !finding.is_fault), "{wrong:?}");
}

#[test]
fn whoever_comes_in_at_one_replica_is_in_at_all_and_out_at_all() {
    let Some(cluster) = cluster::shared() else { return };
    let (_, mut replicas) = Browser::replicas(cluster, 2);
    let mut other = replicas.pop().expect("two");
    let first = replicas.pop().expect("two").come_in();
    (other.cookie, other.seal) = (first.cookie.clone(), first.seal.clone());
    let draft = path_of(&first.bring("hubs.csv", hubs(1).as_bytes(), &[]));
    path_of(&other.publish(&draft));
    until(SOON, "the first follows", || digest(&first) == digest(&other));
    let keeper = first.editing.workspace().keeper();
    let visibility = Visibility { place: store::Role::Viewer, ..Visibility::default() };
    let owner = store::Actor::new("owner", store::Role::Owner);
    first.editing.set_visibility(&owner, visibility.clone()).expect("decided");
    until(SOON, "the other closes too", || *other.editing.visibility() == visibility);
    assert_eq!(other.get("/collections/assets/items?f=json").status, 200, "who is in sees it");
    assert_eq!(first.form("/sign-out", &[]).status, 303);
    assert_eq!(other.get("/collections/assets/items?f=json").status, 401, "out at one is out at all");
    assert_eq!(keeper.versions().expect("versions").len(), 2);
}

#[test]
fn of_two_who_publish_at_once_on_two_replicas_one_is_told_and_loses_nothing() {
    let Some(cluster) = cluster::shared() else { return };
    let (_, mut replicas) = Browser::replicas(cluster, 2);
    let two = replicas.pop().expect("two").come_in();
    let one = replicas.pop().expect("two").come_in();
    let drafts = [&one, &two].map(|who| path_of(&who.bring("hubs.csv", hubs(1).as_bytes(), &[])));
    let revision = |who: &Browser, draft: &str| value_of(&who.checked(draft), "revision");
    let seen = [revision(&one, &drafts[0]), revision(&two, &drafts[1])];
    let statuses = std::thread::scope(|scope| {
        let publish = |nth: usize| {
            let (who, path) = ([&one, &two][nth], format!("{}/publish", drafts[nth]));
            let revision = &seen[nth];
            scope.spawn(move || who.form(&path, &[("revision", revision)]).status)
        };
        [publish(0), publish(1)].map(|thread| thread.join().unwrap())
    });
    let mut sorted = statuses;
    sorted.sort_unstable();
    assert_eq!(sorted, [303, 409], "{statuses:?}");
    let keeper = one.editing.workspace().keeper();
    assert_eq!(keeper.versions().expect("versions").len(), 2);
    assert_eq!(keeper.drafts().expect("drafts").len(), 1, "the other's draft is there");
    until(SOON, "both serve it", || digest(&one) == digest(&two));
}

#[test]
fn a_database_that_is_away_stops_nobody_from_reading_and_is_told_to_whoever_writes() {
    let Some(own) = Cluster::start() else { return };
    let (_, mut replicas) = Browser::replicas(&own, 2);
    let other = replicas.pop().expect("two");
    let first = replicas.pop().expect("two").come_in();
    let before = digest(&first);
    let draft = path_of(&first.bring("hubs.csv", hubs(2).as_bytes(), &[]));
    let revision = value_of(&first.checked(&draft), "revision");
    own.switch(false);
    for browser in [&first, &other] {
        assert_eq!(browser.get("/collections/assets/items?f=json").status, 200);
        assert_eq!(browser.get("/readyz").status, 200);
    }
    let refused = first.form(&format!("{draft}/publish"), &[("revision", &revision)]);
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(refused.header("retry-after").is_some() && refused.text().contains("database"), "{}", refused.text());
    assert_eq!(other.form("/sign-in", &[("key", "x")]).status, 503, "nobody is told that a key is wrong");
    own.switch(true);
    until(Duration::from_secs(20), "it comes back by itself", || first.get(&draft).status == 200);
    path_of(&first.publish(&draft));
    until(SOON + SOON, "both serve it", || digest(&first) == digest(&other) && digest(&first) != before);
}

#[test]
fn wrong_passwords_at_one_replica_count_at_all_and_nobody_is_locked_out() {
    let Some(cluster) = cluster::shared() else { return };
    let (_, mut replicas) = Browser::replicas(cluster, 2);
    let two = replicas.pop().expect("two");
    let one = replicas.pop().expect("two").come_in();
    let keeper = one.editing.workspace().keeper();
    let hour = chrono::Utc::now() + chrono::Duration::hours(1);
    let owner = store::Actor::new("owner", store::Role::Owner);
    keeper.invite(&owner, "Jean", store::Role::Owner, None, (&store::hashed("k"), hour)).expect("invited");
    let words = "seven blue tables";
    keeper.accept(&store::hashed("k"), store::Password::of(words).expect("kept")).expect("accepted");
    for n in 0..10 {
        let wrong = [&one, &two][n % 2].form("/sign-in", &[("name", "jean"), ("password", "six blue tables")]);
        assert_eq!(wrong.status, 422, "{}", wrong.text());
    }
    let began = Instant::now();
    assert_eq!(two.form("/sign-in", &[("name", "Jean"), ("password", words)]).status, 303, "she comes in all the same");
    assert!(began.elapsed() >= Duration::from_secs(2), "and waits, wherever others tried her name");
    // What was right did not count: it stays at ten.
    assert_eq!(keeper.attempt(None, "Jean").expect("asked"), store::Turn::After(Duration::from_secs(2)));
    assert_eq!(keeper.attempt(None, "Ann").expect("asked"), store::Turn::After(Duration::ZERO));
}
