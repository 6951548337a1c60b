//! Records are let go of after so many days: what they come to stays, and says the same.

use crate::cluster;
use crate::workspace::Browser;
use patchwork::edit::Editing;
use patchwork::snapshot::Shared;
use patchwork::store::{self, Actor, Address, Role, StoreError, Workspace};
use patchwork::synth::{DemoOptions, write_demo};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn owner() -> Actor {
    Actor::new("owner", Role::Owner)
}

fn begun(address: &Address) -> (Arc<Shared>, Arc<Editing>) {
    let shared = Arc::new(Shared::default());
    let workspace = Workspace::open_at(address).expect("opened");
    let editing = Editing::begin(workspace, Arc::clone(&shared), Box::new(|_, _| Ok(()))).expect("begun");
    (shared, editing)
}

fn faults(workspace: &Workspace) -> Vec<String> {
    let found = store::verify(workspace).expect("read");
    found.into_iter().map(|finding| finding.words).collect()
}

#[test]
fn what_records_come_to_stays_and_says_the_same_when_their_files_are_erased() {
    let tmp = tempfile::tempdir().expect("a directory");
    let_go(tmp.path(), &Address::Directory(tmp.path().join("w")));
}

#[test]
fn records_in_postgres_are_let_go_of_by_one_replica_and_the_others_follow() {
    let Some(cluster) = cluster::shared() else { return };
    let tmp = tempfile::tempdir().expect("a directory");
    let address: Address = cluster.database(&tmp.path().join("shared")).parse().expect("an address");
    let_go(tmp.path(), &address);
}

fn let_go(folder: &Path, address: &Address) {
    let place = folder.join("demo");
    write_demo(&place, &DemoOptions { residents: 3_000, seed: 3 }, &|_| {}).expect("a demo");
    store::import(&Workspace::init_at(address).expect("made"), &place, &owner(), "first").expect("imported");
    let (shared, editing) = begun(address);
    let other = editing.workspace().is_shared().then(|| begun(address));
    let keeper = editing.workspace().keeper();
    let before = shared.current().expect("served");

    // Brought today, and kept for a year: nothing is due.
    let done = editing.forget(&owner(), 365).expect("asked");
    assert_eq!(done, patchwork::edit::Forgotten::default());
    assert!(
        matches!(editing.forget(&Actor::new("e", Role::Editor), 0), Err(StoreError::Refused(_))),
        "an owner's to do"
    );

    // A draft that was given up brought records too.
    let draft = keeper.open_draft(&owner(), "a try").expect("a draft");
    let kept = editing.workspace().files.put(&mut &b"date,patch\n2024-05-01,P01\n"[..], 1_000).expect("kept");
    let tried = kept.hash.clone();
    let entry = store::Entry::new("engagement-2024-25.csv", kept, &owner(), "a try");
    keeper
        .change_draft(&owner(), &draft.id, draft.revision, &[("engagement-2024-25.csv".to_owned(), Some(entry))])
        .expect("changed");
    keeper.drop_draft(&owner(), &draft.id).expect("dropped");

    let done = editing.forget(&owner(), 0).expect("forgotten");
    assert_eq!((done.version, &done.left), (Some(2), &None));
    let names: Vec<&str> = done.erased.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(done.erased.iter().any(|(_, hash)| *hash == tried), "of a draft that was given up");
    let after = shared.current().expect("served");
    let (mut compared, mut differing) = (0, Vec::new());
    for one in before.layers() {
        let other = after.collection(one.layer.id.as_str()).expect("the same layers");
        compared += 1;
        if one.layer.features != other.layer.features {
            differing.push(one.layer.id.as_str());
        }
    }
    assert!(compared > 10 && differing.is_empty(), "{differing:?}");
    assert_eq!(faults(editing.workspace()), Vec::<String>::new());

    // Bytes are gone; hash and audit stay; the version before cannot come back, in words; nothing more is due.
    for (name, hash) in &done.erased {
        assert!(editing.workspace().files.read(hash).is_err(), "{name}");
        let rows = keeper.audit(hash, 5).expect("rows");
        assert!(rows.iter().any(|row| row.action == "erase" && row.detail.contains("0 days")), "{rows:?}");
    }
    let back = editing.restore(&owner(), 1, 2).expect_err("it rests on what was erased").to_string();
    assert!(back.contains("erased") && back.contains("engagement-2023-24.csv"), "{back}");
    assert!(editing.between(1, 2).is_err());
    assert_eq!(editing.forget(&owner(), 0).expect("asked again"), patchwork::edit::Forgotten::default());
    assert!(std::fs::read_dir(editing.workspace().releases()).expect("releases").count() > 0);

    if let Some((shared, editing)) = other {
        let began = Instant::now();
        while shared.current().expect("served").digest() != after.digest() {
            assert!(began.elapsed() < Duration::from_secs(60), "the other replica follows");
            std::thread::sleep(Duration::from_millis(50));
        }
        assert!(
            editing.restore(&owner(), 1, 2).expect_err("erased at one is erased at all").to_string().contains("erased")
        );
        assert_eq!(editing.forget(&owner(), 0).expect("asked"), patchwork::edit::Forgotten::default());
    }

    // Begun anew, it serves what it served.
    drop(editing);
    let (again, _editing) = begun(address);
    assert_eq!(again.current().expect("served").digest(), after.digest());
}

#[test]
fn an_owner_sets_the_days_on_the_page_and_it_is_in_the_audit() {
    let browser = Browser::signed_in();
    let keeper = browser.editing.workspace().keeper();
    assert_eq!(keeper.record_days().expect("asked"), None);
    let set = |days: &str| browser.form("/settings", &[("see", "anonymous"), ("files", "anonymous"), ("days", days)]);
    assert_eq!(set("365").status, 303);
    assert_eq!(keeper.record_days().expect("asked"), Some(365));
    assert!(browser.get("/settings").text().contains("value=\"365\""));
    for wrong in ["0", "-3", "a year", "1.5", "99999999999"] {
        assert!(set(wrong).status >= 400, "{wrong}");
        assert_eq!(keeper.record_days().expect("asked"), Some(365), "{wrong}");
    }
    assert_eq!(set(" ").status, 303);
    assert_eq!(keeper.record_days().expect("asked"), None);
    let rows = keeper.audit("how long records are kept", 5).expect("rows");
    assert_eq!(rows.iter().map(|row| row.detail.as_str()).collect::<Vec<_>>(), ["until they are erased", "365 days"]);
}

#[test]
fn who_may_see_a_layer_is_not_decided_of_one_that_was_never_here() {
    let browser = Browser::signed_in();
    let decide = |layer: &str| {
        let layer = format!("see:{layer}");
        browser.form("/settings", &[("see", "anonymous"), ("files", "anonymous"), (&layer, "editor")])
    };
    let refused = decide("gaps-of-nobody");
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("gaps-of-nobody"), "{}", refused.text());
    assert!(browser.editing.visibility().is_open());
    assert_eq!(decide("zones").status, 303);
    assert_eq!(browser.editing.visibility().collections.len(), 1);
}
