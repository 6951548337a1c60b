use super::*;
use std::fs;

#[path = "../../tests/it/cluster.rs"]
pub(super) mod cluster;

/// The same tests on both databases.
macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod on_sqlite { $(#[test] fn $test() { super::$test(super::Kind::Sqlite); })* }
        mod on_postgres { $(#[test] fn $test() { super::$test(super::Kind::Postgres); })* }
    };
}

on_both!(
    what_is_published_is_read_under_its_names_and_the_old_comes_back_by_one_move,
    a_file_goes_out_of_a_version_and_stays_in_the_older_one,
    of_two_who_change_the_same_draft_the_second_is_told_and_nothing_is_lost,
    of_two_drafts_the_second_is_brought_onto_what_the_first_published_unless_both_changed_one_file,
    whoever_restores_a_version_says_which_they_saw_in_force,
    eight_who_publish_at_once_make_one_line_of_versions,
    bytes_that_are_lost_or_changed_are_found,
    what_is_erased_leaves_its_hash_and_its_row_and_nothing_that_is_in_force_is_erased,
    a_copy_comes_back_elsewhere_with_everything,
    a_version_goes_out_as_the_directory_that_came_in,
    more_bytes_than_the_limit_are_refused_and_leave_nothing,
    a_stay_ends_when_its_time_is_over_and_a_new_link_ends_the_old_one,
    a_state_of_a_scenario_never_changes_and_the_second_to_save_is_told,
    people_come_in_change_and_go_and_no_name_is_given_twice,
    words_of_all_kinds_come_back_as_they_were_and_are_found,
);

pub(super) fn owner() -> Actor {
    Actor::new("owner", Role::Owner)
}

pub(super) fn place(dir: &Path, toml: &str) -> PathBuf {
    let at = dir.join("place");
    fs::create_dir_all(at.join("more")).expect("a folder");
    fs::write(at.join("place.toml"), toml).expect("a file");
    fs::write(at.join("zones.csv"), "key\n1\n").expect("a file");
    fs::write(at.join("more/hubs.csv"), "name\nA\n").expect("a file");
    at
}

/// What keeps the lists.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Sqlite,
    Postgres,
}

/// A workspace with one version; nothing where PostgreSQL is not on this machine.
fn made(kind: Kind) -> Option<(tempfile::TempDir, Workspace)> {
    let dir = tempfile::tempdir().expect("a folder");
    let address = match kind {
        Kind::Sqlite => Address::Directory(dir.path().join("w")),
        Kind::Postgres => cluster::shared()?.database(&dir.path().join("w")).parse().expect("an address"),
    };
    let workspace = Workspace::init_at(&address).expect("a workspace");
    import(&workspace, &place(dir.path(), "[place]\nname = \"A\"\n"), &owner(), "first").expect("imported");
    Some((dir, workspace))
}

pub(super) fn workspace() -> (tempfile::TempDir, Workspace) {
    let dir = tempfile::tempdir().expect("a folder");
    let workspace = Workspace::init(&dir.path().join("w")).expect("a workspace");
    import(&workspace, &place(dir.path(), "[place]\nname = \"A\"\n"), &owner(), "first").expect("imported");
    (dir, workspace)
}

pub(super) fn put(workspace: &Workspace, draft: &Draft, name: &str, text: &str) -> Stored<Draft> {
    let kept = workspace.files.put(&mut text.as_bytes(), 1000)?;
    let entry = Entry::new(name, kept, &owner(), "new");
    workspace.keeper().change_draft(&owner(), &draft.id, draft.revision, &[(name.to_owned(), Some(entry))])
}

pub(super) fn draft_with(workspace: &Workspace, name: &str, text: &str) -> Draft {
    let draft = workspace.keeper().open_draft(&owner(), "new").expect("a draft");
    put(workspace, &draft, name, text).expect("changed")
}

pub(super) fn text_of(workspace: &Workspace, name: &str) -> String {
    let n = workspace.keeper().in_force().expect("asked").expect("one is in force").version;
    let version = workspace.keeper().version(n).expect("a version");
    fs::read_to_string(workspace.view(&version.files).expect("a view").join(name)).expect("a file")
}

pub(super) fn faults(workspace: &Workspace) -> Vec<String> {
    verify(workspace).expect("verified").into_iter().filter(|f| f.is_fault).map(|f| f.words).collect()
}

fn what_is_published_is_read_under_its_names_and_the_old_comes_back_by_one_move(kind: Kind) {
    let Some((_dir, workspace)) = made(kind) else { return };
    assert_eq!(text_of(&workspace, "more/hubs.csv"), "name\nA\n");
    let draft = draft_with(&workspace, "more/hubs.csv", "name\nB\n");
    assert_eq!(text_of(&workspace, "more/hubs.csv"), "name\nA\n", "a draft changes nothing");
    let version = workspace.keeper().publish(&owner(), &draft.id, draft.revision, "B").expect("published");
    assert_eq!((version.n, version.parent, version.files.len()), (2, Some(1), 3));
    assert_eq!(text_of(&workspace, "more/hubs.csv"), "name\nB\n");
    workspace.keeper().put_in_force(&owner(), 1, 2).expect("moved");
    assert_eq!(text_of(&workspace, "more/hubs.csv"), "name\nA\n");
    let how: Vec<String> = workspace.keeper().moves(9).expect("moves").into_iter().map(|m| m.how).collect();
    assert_eq!(how, ["restore", "publish", "publish"]);
    assert_eq!(faults(&workspace), Vec::<String>::new());
}

fn a_file_goes_out_of_a_version_and_stays_in_the_older_one(kind: Kind) {
    let Some((_dir, workspace)) = made(kind) else { return };
    let draft = workspace.keeper().open_draft(&owner(), "less").expect("a draft");
    let less = [("zones.csv".to_owned(), None)];
    let draft = workspace.keeper().change_draft(&owner(), &draft.id, draft.revision, &less).expect("changed");
    workspace.keeper().publish(&owner(), &draft.id, draft.revision, "less").expect("published");
    assert_eq!(workspace.keeper().version(2).expect("a version").files.len(), 2);
    assert_eq!(workspace.keeper().version(1).expect("a version").files.len(), 3);
}

fn of_two_who_change_the_same_draft_the_second_is_told_and_nothing_is_lost(kind: Kind) {
    let Some((_dir, workspace)) = made(kind) else { return };
    let seen = workspace.keeper().open_draft(&owner(), "x").expect("a draft");
    put(&workspace, &seen, "a.csv", "mine").expect("the first");
    assert!(matches!(put(&workspace, &seen, "a.csv", "theirs"), Err(StoreError::Stale(_))));
    let now = workspace.keeper().draft(&seen.id).expect("a draft");
    assert!(put(&workspace, &now, "b.csv", "theirs").is_ok());
    assert_eq!(workspace.keeper().draft(&seen.id).expect("a draft").changes.len(), 2);
}

fn of_two_drafts_the_second_is_brought_onto_what_the_first_published_unless_both_changed_one_file(kind: Kind) {
    let Some((_dir, workspace)) = made(kind) else { return };
    let (first, second) = (draft_with(&workspace, "a.csv", "1"), draft_with(&workspace, "b.csv", "2"));
    let third = draft_with(&workspace, "a.csv", "3");
    let same = draft_with(&workspace, "a.csv", "1");
    let keeper = workspace.keeper();
    keeper.publish(&owner(), &first.id, first.revision, "1").expect("published");
    assert!(matches!(keeper.publish(&owner(), &second.id, second.revision, "2"), Err(StoreError::Stale(_))));
    let second = keeper.rebase(&owner(), &second.id, second.revision).expect("they do not clash");
    keeper.publish(&owner(), &second.id, second.revision, "2").expect("published");
    assert_eq!((text_of(&workspace, "a.csv"), text_of(&workspace, "b.csv")), ("1".to_owned(), "2".to_owned()));
    let clash = keeper.rebase(&owner(), &third.id, third.revision).expect_err("both changed a.csv");
    assert!(clash.to_string().contains("a.csv"), "{clash}");
    assert_eq!(keeper.draft(&third.id).expect("still there").changes.len(), 1);
    keeper.rebase(&owner(), &same.id, same.revision).expect("the same change is no clash");
}

fn whoever_restores_a_version_says_which_they_saw_in_force(kind: Kind) {
    let Some((_dir, workspace)) = made(kind) else { return };
    let draft = draft_with(&workspace, "a.csv", "1");
    workspace.keeper().publish(&owner(), &draft.id, draft.revision, "1").expect("published");
    assert!(matches!(workspace.keeper().put_in_force(&owner(), 1, 1), Err(StoreError::Stale(_))));
    assert!(matches!(workspace.keeper().put_in_force(&owner(), 2, 2), Err(StoreError::Refused(_))));
    assert!(matches!(workspace.keeper().put_in_force(&owner(), 7, 2), Err(StoreError::Missing(_))));
}

fn eight_who_publish_at_once_make_one_line_of_versions(kind: Kind) {
    let Some((_dir, workspace)) = made(kind) else { return };
    let tries = 12;
    let published: usize = std::thread::scope(|scope| {
        let one = |who: usize| {
            let workspace = &workspace;
            scope.spawn(move || {
                let mut done = 0;
                for n in 0..tries {
                    let draft = draft_with(workspace, &format!("{who}.csv"), &format!("{n}"));
                    let mut at = draft.clone();
                    while let Err(StoreError::Stale(_)) = workspace.keeper().publish(&owner(), &at.id, at.revision, "")
                    {
                        at = workspace.keeper().rebase(&owner(), &at.id, at.revision).expect("files of their own");
                    }
                    done += 1;
                }
                done
            })
        };
        (0..8).map(one).collect::<Vec<_>>().into_iter().map(|thread| thread.join().expect("ended")).sum()
    });
    assert_eq!(published, 8 * tries);
    let versions = workspace.keeper().versions().expect("versions");
    assert_eq!(versions.len(), 1 + published);
    assert!(versions.windows(2).all(|pair| pair[0].parent == Some(pair[1].n)));
    for who in 0..8 {
        assert_eq!(text_of(&workspace, &format!("{who}.csv")), format!("{}", tries - 1), "nobody's last file is lost");
    }
    assert_eq!(faults(&workspace), Vec::<String>::new());
}

#[test]
fn a_row_of_the_audit_cannot_be_changed_unseen() {
    let (dir, workspace) = workspace();
    let path = dir.path().join("w").join(DATABASE);
    let db = rusqlite::Connection::open(&path).expect("opened");
    assert!(db.execute("UPDATE audit SET who = 'nobody' WHERE n = 2", []).is_err());
    assert!(db.execute("DELETE FROM version", []).is_err());
    db.execute_batch("DROP TRIGGER audit_stays; UPDATE audit SET who = 'nobody' WHERE n = 2").expect("by force");
    assert!(faults(&workspace).iter().any(|words| words.contains("row 2 of the audit")));
    db.execute_batch("DROP TRIGGER audit_kept; DELETE FROM audit WHERE n = 2").expect("by force");
    assert!(faults(&workspace).iter().any(|words| words.contains("no row 2")));
}

fn bytes_that_are_lost_or_changed_are_found(kind: Kind) {
    let Some((_dir, workspace)) = made(kind) else { return };
    let file = workspace.keeper().version(1).expect("a version").files.remove(0);
    let path = workspace.files.path(&file.hash).expect("a path");
    let text = fs::read(&path).expect("read");
    fs::remove_file(&path).expect("removed");
    assert!(faults(&workspace).iter().any(|words| words.contains(&file.hash)));
    fs::write(&path, b"other").expect("written");
    assert!(faults(&workspace).iter().any(|words| words.contains(&file.hash)));
    fs::write(&path, text).expect("written");
    assert_eq!(faults(&workspace), Vec::<String>::new());
}

fn what_is_erased_leaves_its_hash_and_its_row_and_nothing_that_is_in_force_is_erased(kind: Kind) {
    let Some((_dir, workspace)) = made(kind) else { return };
    let draft = draft_with(&workspace, "records.csv", "names");
    let hash = draft.changes[0].1.as_ref().expect("a file").hash.clone();
    let keeper = workspace.keeper();
    keeper.publish(&owner(), &draft.id, draft.revision, "").expect("published");
    assert!(matches!(keeper.erase(&owner(), &hash, "asked"), Err(StoreError::Refused(_))));
    keeper.put_in_force(&owner(), 1, 2).expect("moved");
    keeper.erase(&owner(), &hash, "asked").expect("noted");
    workspace.files.erase(&hash).expect("erased");
    assert_eq!(faults(&workspace), Vec::<String>::new());
    assert!(keeper.version(2).expect("a version").files.iter().any(|file| file.hash == hash));
    assert!(keeper.audit("", 1).expect("rows")[0].object == hash);
    let missing = workspace.view(&keeper.version(2).expect("a version").files).expect_err("it is gone");
    assert!(missing.to_string().contains("records.csv"), "{missing}");
}

fn a_copy_comes_back_elsewhere_with_everything(kind: Kind) {
    let Some((dir, workspace)) = made(kind) else { return };
    let draft = draft_with(&workspace, "a.csv", "1");
    workspace.keeper().publish(&owner(), &draft.id, draft.revision, "").expect("published");
    let (copy, back) = (dir.path().join("copy"), dir.path().join("back"));
    backup(&workspace, &copy).expect("copied");
    let later = draft_with(&workspace, "a.csv", "2");
    workspace.keeper().publish(&owner(), &later.id, later.revision, "").expect("published");
    restore(&copy, &Address::Directory(back.clone())).expect("restored");
    let again = Workspace::open(&back).expect("opened");
    assert_eq!(text_of(&again, "a.csv"), "1");
    assert_eq!(again.keeper().version(2).expect("one"), workspace.keeper().version(2).expect("one"));
    assert_eq!(faults(&again), Vec::<String>::new());
    assert!(matches!(backup(&workspace, &copy), Err(StoreError::Refused(_))), "never over something");
    fs::remove_dir_all(copy.join("files")).expect("removed");
    assert!(
        restore(&copy, &Address::Directory(dir.path().join("third"))).is_err(),
        "a copy that is not whole is refused"
    );
}

fn a_version_goes_out_as_the_directory_that_came_in(kind: Kind) {
    let Some((dir, workspace)) = made(kind) else { return };
    let out = dir.path().join("out");
    assert_eq!(export(&workspace, 1, &out).expect("exported"), 3);
    for name in ["place.toml", "zones.csv", "more/hubs.csv"] {
        assert_eq!(
            fs::read(out.join(name)).expect("a file"),
            fs::read(dir.path().join("place").join(name)).expect("a file")
        );
    }
    assert!(export(&workspace, 1, &out).is_err(), "never over something");
}

#[test]
fn what_place_toml_names_elsewhere_comes_in_and_is_named_here() {
    let dir = tempfile::tempdir().expect("a folder");
    let workspace = Workspace::init(&dir.path().join("w")).expect("a workspace");
    for (name, text) in [("one/a.csv", "1"), ("two/a.csv", "2"), ("two/s.shp", "s"), ("two/s.dbf", "d")] {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    let toml = "[place]\nname = \"A\"\n[zones]\nfile = \"../one/a.csv\"\n[[assets]]\nfile = '../two/a.csv'\n[streets]\nfile = \"../two/s.shp\"\n";
    let (_, brought) = import(&workspace, &place(dir.path(), toml), &owner(), "").expect("imported");
    assert_eq!(brought, ["files/a.csv", "files/1/a.csv", "files/s.shp"]);
    assert_eq!(text_of(&workspace, "files/1/a.csv"), "2");
    assert_eq!(text_of(&workspace, "files/s.dbf"), "d");
    assert!(text_of(&workspace, "place.toml").contains("file = 'files/1/a.csv'"));
    let missing = place(&dir.path().join("two"), "[zones]\nfile = \"../none.csv\"\n");
    assert!(import(&workspace, &missing, &owner(), "").is_err_and(|why| why.to_string().contains("none.csv")));
}

fn more_bytes_than_the_limit_are_refused_and_leave_nothing(kind: Kind) {
    let Some((dir, workspace)) = made(kind) else { return };
    let before = workspace.files.all().expect("listed");
    assert!(matches!(workspace.files.put(&mut [0_u8; 11].as_slice(), 10), Err(StoreError::Refused(_))));
    assert_eq!(workspace.files.all().expect("listed"), before);
    let left = fs::read_dir(dir.path().join("w/files")).expect("listed");
    assert!(left.into_iter().all(|entry| !entry.expect("one").file_name().to_string_lossy().starts_with(".part")));
}

#[test]
fn names_that_lead_elsewhere_are_no_names() {
    for name in ["a.csv", "more/a b.csv", "releases/2024-q1.json", "Ärzte.xlsx"] {
        assert!(is_name(name), "{name}");
    }
    for name in [
        "",
        "/a",
        "../a",
        "a/../b",
        "./a",
        ".hidden",
        "a/.b",
        "a\\b",
        "a//b",
        "a/",
        "C:a",
        "a\n",
        " a",
        &"x".repeat(201),
    ] {
        assert!(!is_name(name), "{name:?}");
    }
}

fn a_stay_ends_when_its_time_is_over_and_a_new_link_ends_the_old_one(kind: Kind) {
    let Some((_dir, workspace)) = made(kind) else { return };
    let (keeper, hour) = (workspace.keeper(), chrono::Utc::now() + chrono::Duration::hours(1));
    keeper.new_link(Role::Owner, &hashed("first"), hour).expect("a link");
    keeper.enter(&hashed("first"), &hashed("stay"), hour).expect("inside");
    let past = chrono::Utc::now() - chrono::Duration::hours(1);
    assert_eq!(keeper.stay(&hashed("stay"), past).expect("asked").expect("a stay").actor.role, Role::Owner);
    keeper.new_link(Role::Owner, &hashed("second"), hour).expect("a link");
    assert!(keeper.enter(&hashed("first"), &hashed("other"), hour).is_err());
    let past = chrono::Utc::now() - chrono::Duration::hours(1);
    keeper.enter(&hashed("second"), &hashed("over"), past).expect("inside");
    assert_eq!(keeper.stay(&hashed("over"), past).expect("asked"), None);
    keeper.leave(&hashed("stay")).expect("left");
    assert_eq!(keeper.stay(&hashed("stay"), past).expect("asked"), None);
}

fn a_state_of_a_scenario_never_changes_and_the_second_to_save_is_told(kind: Kind) {
    let Some((_dir, workspace)) = made(kind) else { return };
    let keeper = workspace.keeper();
    let made = keeper.save_scenario(&owner(), None, "Two hubs", 1, "{\"a\":1}").expect("saved");
    let next = keeper.save_scenario(&owner(), Some((&made.id, 1)), "Three hubs", 1, "{\"a\":2}").expect("saved");
    assert_eq!((next.latest.n, next.name.as_str()), (2, "Three hubs"));
    assert!(matches!(keeper.save_scenario(&owner(), Some((&made.id, 1)), "Mine", 1, "{}"), Err(StoreError::Stale(_))));
    assert_eq!(keeper.scenario_revision(&made.id, 1).expect("a state").body, "{\"a\":1}");
    assert_eq!(keeper.scenarios().expect("all").len(), 1);
}

#[test]
fn a_workspace_of_a_newer_program_is_refused() {
    let (dir, workspace) = workspace();
    drop(workspace);
    let path = dir.path().join("w").join(DATABASE);
    rusqlite::Connection::open(&path).expect("opened").pragma_update(None, "user_version", 99).expect("set");
    assert!(matches!(Workspace::open(&dir.path().join("w")), Err(StoreError::Refused(_))));
}

#[test]
fn only_one_server_has_a_workspace() {
    let (dir, workspace) = workspace();
    let lock = workspace.alone().expect("the first");
    let again = Workspace::open(&dir.path().join("w")).expect("opened");
    assert!(matches!(again.alone(), Err(StoreError::Refused(_))));
    drop(lock);
    assert!(again.alone().is_ok());
}

fn people_come_in_change_and_go_and_no_name_is_given_twice(kind: Kind) {
    let Some((_dir, workspace)) = made(kind) else { return };
    let (keeper, hour) = (workspace.keeper(), chrono::Utc::now() + chrono::Duration::hours(1));
    let ann = keeper.invite(&owner(), "Ann O'Hara", Role::Owner, None, (&hashed("a"), hour)).expect("invited");
    let again = keeper.invite(&owner(), "ann o'hara", Role::Viewer, None, (&hashed("b"), hour));
    assert!(matches!(again, Err(StoreError::Refused(_))), "{again:?}");
    let patches = ["E1".to_owned(), "E2".to_owned()];
    let bea = keeper.invite(&owner(), "Ärztin Bea", Role::Coordinator, Some(&patches), (&hashed("b"), hour));
    let bea = bea.expect("invited");
    assert_eq!(bea.patches.as_deref(), Some(patches.as_slice()));
    let invited = keeper.invited(&hashed("b")).expect("asked").expect("a link");
    assert_eq!((invited.person.id.as_str(), invited.person.has_password), (bea.id.as_str(), false));
    keeper.accept(&hashed("b"), Password("not a hash".to_owned())).expect("accepted");
    assert!(keeper.accept(&hashed("b"), Password("another".to_owned())).is_err(), "a link is used once");
    let (known, password) = keeper.named("Ärztin bEA").expect("asked").expect("known by any capitals");
    assert_eq!((known.id.as_str(), password.map(|p| p.0).as_deref()), (bea.id.as_str(), Some("not a hash")));
    keeper.begin_stay(&bea.id, "password", &hashed("s"), None, hour).expect("in");
    keeper.new_token(&ann.actor(), &bea.id, "QGIS", false, &hashed("t"), hour).expect("a token");
    let past = chrono::Utc::now() - chrono::Duration::hours(1);
    assert_eq!(keeper.stay(&hashed("s"), past).expect("asked").expect("a stay").actor.role, Role::Coordinator);
    assert!(keeper.by_token(&hashed("t")).expect("asked").expect("a token").reads_only);
    keeper.change_person(&ann.actor(), &bea.id, Role::Viewer, None, true).expect("changed");
    assert_eq!(keeper.stay(&hashed("s"), past).expect("asked").expect("a stay").actor.role, Role::Viewer);
    assert!(keeper.erase_person(&owner(), &ann.id).is_err(), "the last owner stays");
    keeper.erase_person(&ann.actor(), &bea.id).expect("erased");
    assert_eq!(keeper.stay(&hashed("s"), past).expect("asked"), None);
    assert_eq!(keeper.by_token(&hashed("t")).expect("asked"), None);
    let later = keeper.invite(&owner(), "Ärztin BEA", Role::Viewer, None, (&hashed("c"), hour));
    assert!(matches!(later, Err(StoreError::Refused(_))), "a name that was somebody's stays theirs");
    let sub = "https://id.example|7";
    let cy = keeper.vouched(sub, "ann o'hara", Role::Editor, None).expect("vouched for");
    assert!(cy.name.starts_with("ann o'hara ") && cy.is_external(), "{}", cy.name);
    assert_eq!(keeper.vouched(sub, "other", Role::Viewer, None).expect("again").role, Role::Viewer);
    keeper.unvouched(sub).expect("gone");
    let names: Vec<String> = keeper.people().expect("people").into_iter().map(|person| person.name).collect();
    assert_eq!(names, ["Ann O'Hara".to_owned(), cy.name]);
    let mut visibility = Visibility { files: Role::Editor, ..Visibility::default() };
    visibility.collections.insert("assets".to_owned(), Role::Viewer);
    keeper.set_visibility(&owner(), &visibility).expect("set");
    keeper.set_visibility(&owner(), &visibility).expect("twice");
    assert_eq!(keeper.visibility().expect("read"), visibility);
    assert_eq!(faults(&workspace), Vec::<String>::new());
}

fn words_of_all_kinds_come_back_as_they_were_and_are_found(kind: Kind) {
    let Some((_dir, workspace)) = made(kind) else { return };
    let keeper = workspace.keeper();
    for why in ["50 % of \\ it_all?", "Ünïcode 健康 $1 ?2 'quoted' \"twice\"", "", "line\nline\ttab", "𝒳 astral"]
    {
        let draft = keeper.open_draft(&owner(), why).expect("a draft");
        assert_eq!(keeper.draft(&draft.id).expect("read").why, why);
        let saved = keeper.save_scenario(&owner(), None, why, 1, why).expect("saved");
        assert_eq!(keeper.scenario(&saved.id).expect("read").latest.body, why);
    }
    for name in ["b%x_y.csv", "B.csv", "é.csv", "a.csv"] {
        draft_with(&workspace, name, "1");
    }
    let found = |word: &str| keeper.audit(word, 99).expect("searched").len();
    assert_eq!((found("B%X_y"), found("b%y"), found("É.csv"), found("é.csv: ")), (1, 0, 0, 1));
    assert_eq!(found(""), keeper.audit("", 1).expect("the last")[0].n as usize);
    assert!(found(&"x".repeat(4000)) == 0);
    assert_eq!(faults(&workspace), Vec::<String>::new());
}
