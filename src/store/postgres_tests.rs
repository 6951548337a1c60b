//! What only PostgreSQL has: one database for many, one that goes away, and workspaces that move into it.

use super::tests::{cluster, draft_with, faults, owner, place, text_of, workspace};
use super::*;
use std::fs;

/// A database of PostgreSQL, the directory of its files, and how to come at it past the program.
fn on_postgres() -> Option<(tempfile::TempDir, Address, String)> {
    let dir = tempfile::tempdir().expect("a folder");
    let text = cluster::shared()?.database(&dir.path().join("shared"));
    Some((dir, text.parse().expect("an address"), text))
}

#[test]
fn a_workspace_moves_into_postgres_whole_and_says_so_where_it_was() {
    let Some((_there, address, _)) = on_postgres() else { return };
    let (dir, workspace) = workspace();
    let at = dir.path().join("w");
    let keeper = workspace.keeper();
    let hour = chrono::Utc::now() + chrono::Duration::hours(1);
    let ann = keeper.invite(&owner(), "Ann", Role::Owner, None, (&hashed("a"), hour)).expect("invited");
    keeper.accept(&hashed("a"), Password("hash".to_owned())).expect("accepted");
    keeper.new_token(&owner(), &ann.id, "QGIS", true, &hashed("t"), hour).expect("a token");
    keeper.save_scenario(&owner(), None, "Two", 1, "{}").expect("saved");
    let open = draft_with(&workspace, "b.csv", "2");
    let gone = draft_with(&workspace, "c.csv", "3");
    keeper.erase(&owner(), &gone.changes[0].1.as_ref().expect("a file").hash, "asked").expect("noted");
    workspace.files.erase(&gone.changes[0].1.as_ref().expect("a file").hash).expect("erased");
    fs::create_dir_all(workspace.releases()).expect("a folder");
    fs::write(workspace.releases().join("one.json"), "{}").expect("written");
    let lock = workspace.alone().expect("served");
    assert!(relocate(&at, &address).is_err_and(|why| why.to_string().contains("stop it")), "not while it is served");
    drop(lock);
    let moved = relocate(&at, &address).expect("moved");
    assert_eq!(moved.files, 4, "three of the version, one of a draft");
    let there = Workspace::open_at(&address).expect("opened");
    assert_eq!(faults(&there), Vec::<String>::new());
    assert_eq!(there.keeper().version(1).expect("a version"), keeper.version(1).expect("a version"));
    assert_eq!(there.keeper().draft(&open.id).expect("a draft"), keeper.draft(&open.id).expect("a draft"));
    assert_eq!(there.keeper().audit("", 99).expect("rows"), keeper.audit("", 99).expect("rows"));
    assert_eq!(there.keeper().people().expect("people"), keeper.people().expect("people"));
    assert!(there.keeper().by_token(&hashed("t")).expect("asked").is_some_and(|known| !known.reads_only));
    assert!(there.releases().join("one.json").is_file());
    let old = Workspace::open(&at).expect_err("it went away");
    assert!(old.to_string().contains("moved to postgres://127.0.0.1/"), "{old}");
    // Done again after it was interrupted before it could say so.
    fs::remove_file(at.join(MOVED)).expect("removed");
    assert_eq!(relocate(&at, &address).expect("again"), Moved { files: 0, rows: 0 });
    // One that went on is not laid over by the old one.
    fs::remove_file(at.join(MOVED)).expect("removed");
    there.keeper().open_draft(&owner(), "goes on").expect("a draft");
    assert!(matches!(relocate(&at, &address), Err(StoreError::Refused(_))));
    assert!(!at.join(MOVED).exists());
}

#[test]
fn a_move_that_cannot_be_whole_changes_nothing() {
    let Some((there, address, text)) = on_postgres() else { return };
    let (dir, workspace) = workspace();
    let at = dir.path().join("w");
    let hash = workspace.keeper().version(1).expect("a version").files[0].hash.clone();
    let path = workspace.files.path(&hash).expect("a path");
    let bytes = fs::read(&path).expect("read");
    fs::remove_file(&path).expect("removed");
    assert!(relocate(&at, &address).is_err_and(|why| why.to_string().contains("not whole")));
    assert!(Workspace::open_at(&address).is_err(), "there is nothing there");
    fs::write(&path, bytes).expect("written");
    // A row that PostgreSQL refuses, in the midst of the tables.
    let cluster = cluster::shared().expect("it is there");
    drop(Workspace::init_at(&address).expect("made"));
    cluster.sql(&text, "ALTER TABLE audit ADD CHECK (action <> 'publish')");
    assert!(relocate(&at, &address).is_err());
    let empty = Workspace::open_at(&address).expect("opened").keeper().versions().expect("listed");
    assert!(empty.is_empty() && !at.join(MOVED).exists());
    cluster.sql(&text, "ALTER TABLE audit DROP CONSTRAINT audit_action_check");
    relocate(&at, &address).expect("moved at last");
    assert!(relocate(&at, &Address::Directory(there.path().join("x"))).is_err(), "a directory is no place to move to");
}

#[test]
fn a_copy_of_postgres_is_a_workspace_of_a_directory_and_comes_back_into_either() {
    let Some((dir, address, _)) = on_postgres() else { return };
    let Some((_other, second, _)) = on_postgres() else { return };
    let workspace = Workspace::init_at(&address).expect("made");
    import(&workspace, &place(dir.path(), "[place]\nname = \"A\"\n"), &owner(), "first").expect("imported");
    let copy = dir.path().join("copy");
    backup(&workspace, &copy).expect("copied");
    assert_eq!(text_of(&Workspace::open(&copy).expect("opened"), "zones.csv"), "key\n1\n");
    restore(&copy, &second).expect("restored");
    let again = Workspace::open_at(&second).expect("opened");
    assert_eq!(again.keeper().audit("", 99).expect("rows"), workspace.keeper().audit("", 99).expect("rows"));
    assert!(restore(&copy, &second).is_ok_and(|files| files == 0), "the same again changes nothing");
    again.keeper().open_draft(&owner(), "more").expect("a draft");
    assert!(restore(&copy, &second).is_err(), "never over something");
}

#[test]
fn postgres_too_keeps_the_audit_from_being_changed_unseen() {
    let Some((dir, address, text)) = on_postgres() else { return };
    let cluster = cluster::shared().expect("it is there");
    let workspace = Workspace::init_at(&address).expect("made");
    import(&workspace, &place(dir.path(), "[place]\nname = \"A\"\n"), &owner(), "first").expect("imported");
    for statement in [
        "UPDATE audit SET who = 'nobody' WHERE n = 2",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "DELETE FROM version",
        "UPDATE version_file SET hash = ''",
    ] {
        assert!(cluster.refuses(&text, statement), "{statement}");
    }
    cluster.sql(&text, "ALTER TABLE audit DISABLE TRIGGER USER; UPDATE audit SET who = 'nobody' WHERE n = 2");
    assert!(faults(&workspace).iter().any(|words| words.contains("row 2 of the audit")));
    cluster.sql(&text, "DELETE FROM audit WHERE n = 2");
    assert!(faults(&workspace).iter().any(|words| words.contains("no row 2")));
    cluster.sql(&text, "UPDATE patchwork SET step = 99");
    assert!(matches!(Workspace::open_at(&address), Err(StoreError::Refused(why)) if why.contains("newer")));
}

#[test]
fn three_replicas_that_publish_at_once_make_one_line_of_versions() {
    let Some((dir, address, _)) = on_postgres() else { return };
    let first = Workspace::init_at(&address).expect("made");
    import(&first, &place(dir.path(), "[place]\nname = \"A\"\n"), &owner(), "first").expect("imported");
    let (tries, replicas) = (6, 3);
    std::thread::scope(|scope| {
        for replica in 0..replicas {
            let address = &address;
            scope.spawn(move || {
                let own = Workspace::open_at(address).expect("opened");
                for n in 0..tries {
                    let mut at = draft_with(&own, &format!("{replica}.csv"), &format!("{n}"));
                    loop {
                        let turn = own.keeper().turn().expect("a turn");
                        let published = own.keeper().publish(&owner(), &at.id, at.revision, "");
                        drop(turn);
                        match published {
                            Ok(_) => break,
                            Err(StoreError::Stale(_)) => {
                                at = own.keeper().rebase(&owner(), &at.id, at.revision).expect("files of their own");
                            }
                            Err(other) => panic!("{other}"),
                        }
                    }
                }
            });
        }
    });
    assert_eq!(first.keeper().versions().expect("versions").len(), 1 + tries * replicas);
    for replica in 0..replicas {
        assert_eq!(text_of(&first, &format!("{replica}.csv")), format!("{}", tries - 1), "nobody's last file is lost");
    }
    assert_eq!(faults(&first), Vec::<String>::new());
}

#[test]
fn a_database_that_is_away_is_told_and_comes_back_by_itself() {
    let Some(own) = cluster::Cluster::start() else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let address: Address = own.database(&dir.path().join("shared")).parse().expect("an address");
    let workspace = Workspace::init_at(&address).expect("made");
    import(&workspace, &place(dir.path(), "[place]\nname = \"A\"\n"), &owner(), "first").expect("imported");
    own.switch(false);
    let began = std::time::Instant::now();
    for _ in 0..5 {
        assert!(matches!(workspace.keeper().in_force(), Err(StoreError::Away(_))));
        let tried = workspace.keeper().open_draft(&owner(), "x");
        assert!(matches!(tried, Err(StoreError::Away(_))), "{tried:?}");
    }
    assert!(began.elapsed() < std::time::Duration::from_secs(3), "nobody waits for what is away");
    assert!(matches!(Workspace::open_at(&address), Err(StoreError::Away(_))));
    own.switch(true);
    let back = (0..50).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        workspace.keeper().open_draft(&owner(), "again").is_ok()
    });
    assert!(back, "it comes back by itself");
    assert_eq!(faults(&workspace), Vec::<String>::new());
}

#[test]
fn a_text_with_a_nought_in_it_is_refused_by_postgres_in_words() {
    let Some((_dir, address, _)) = on_postgres() else { return };
    let workspace = Workspace::init_at(&address).expect("made");
    assert!(matches!(workspace.keeper().open_draft(&owner(), "a\0b"), Err(StoreError::Refused(_))));
    workspace.keeper().open_draft(&owner(), "ab").expect("the connection goes on");
}

#[test]
fn both_databases_have_the_tables_and_columns_that_a_move_copies() {
    let (dir, _workspace) = workspace();
    let db = rusqlite::Connection::open(dir.path().join("w").join(DATABASE)).expect("opened");
    let mut tables: Vec<&str> = transfer::TABLES.iter().map(|(table, ..)| *table).chain(["attempt"]).collect();
    tables.sort_unstable();
    let mut listed = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").expect("listed");
    let names: Vec<String> =
        listed.query_map([], |row| row.get(0)).expect("listed").collect::<rusqlite::Result<_>>().expect("names");
    assert_eq!(names, tables);
    for (table, columns, _) in transfer::TABLES {
        let mut of = db.prepare(&format!("PRAGMA table_info({table})")).expect("asked");
        let mut has: Vec<String> =
            of.query_map([], |row| row.get(1)).expect("asked").collect::<rusqlite::Result<_>>().expect("names");
        let mut told: Vec<&str> = columns.to_vec();
        has.sort_unstable();
        told.sort_unstable();
        assert_eq!(has, told, "{table}");
    }
    let Some((_there, address, text)) = on_postgres() else { return };
    drop(Workspace::init_at(&address).expect("made"));
    let cluster = cluster::shared().expect("it is there");
    let told: Vec<String> = transfer::TABLES
        .iter()
        .flat_map(|(table, columns, _)| columns.iter().map(move |column| format!("('{table}', '{column}')")))
        .collect();
    let differ = format!(
        "DO $$ BEGIN IF EXISTS (
           WITH told (t, c) AS (VALUES {}), has AS (
             SELECT table_name::text AS t, column_name::text AS c FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name NOT IN ('patchwork', 'attempt'))
           (SELECT * FROM told EXCEPT SELECT * FROM has) UNION ALL (SELECT * FROM has EXCEPT SELECT * FROM told)
         ) THEN RAISE EXCEPTION 'they differ'; END IF; END $$",
        told.join(", ")
    );
    cluster.sql(&text, &differ);
}

#[test]
fn a_database_is_spoken_to_encrypted_and_only_once_it_has_proven_who_it_is() {
    let Some(own) = cluster::Cluster::start() else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let plain = own.database(&dir.path().join("shared"));
    let Some([ours, other]) = own.encrypt() else { return };
    let made = |text: String| Workspace::init_at(&text.parse().expect("an address"));
    let why = |text: String| made(text).expect_err("refused").to_string();
    let named = plain.replace("@127.0.0.1:", "@localhost:");
    assert!(why(plain.clone()).contains("no encryption"), "{}", why(plain.clone()));
    let by_another = why(format!("{named}&sslmode=verify-full&sslrootcert={}", other.display()));
    assert!(by_another.contains("certificate"), "{by_another}");
    let unknown = why(format!("{named}&sslmode=require"));
    assert!(unknown.contains("certificate") || unknown.contains("trusts nobody"), "{unknown}");
    let of_another_name = why(format!("{plain}&sslrootcert={}", ours.display()));
    assert!(of_another_name.contains("certificate"), "{of_another_name}");
    let workspace = made(format!("{named}&sslmode=verify-full&sslrootcert={}", ours.display())).expect("made");
    import(&workspace, &place(dir.path(), "[place]\nname = \"A\"\n"), &owner(), "first").expect("imported");
    assert_eq!(faults(&workspace), Vec::<String>::new());
    assert_eq!(text_of(&workspace, "zones.csv"), "key\n1\n");
}
