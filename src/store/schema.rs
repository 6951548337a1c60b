//! The tables, as a numbered list of steps. A workspace says by `user_version` how many of them it has had.
//!
//! A step that was ever released is never edited; what changes is a new step at the end.

use super::{StoreError, Stored};
use rusqlite::{Connection, TransactionBehavior};

const STEPS: [&str; 3] = ["
CREATE TABLE version (
    n INTEGER PRIMARY KEY, parent INTEGER REFERENCES version (n), who TEXT NOT NULL, at INTEGER NOT NULL, why TEXT NOT NULL
);
CREATE TABLE version_file (
    version INTEGER NOT NULL REFERENCES version (n), name TEXT NOT NULL, hash TEXT NOT NULL, bytes INTEGER NOT NULL,
    who TEXT NOT NULL, at INTEGER NOT NULL, why TEXT NOT NULL, PRIMARY KEY (version, name)
) WITHOUT ROWID;
CREATE TABLE in_force (
    move_n INTEGER PRIMARY KEY, version INTEGER NOT NULL REFERENCES version (n), at INTEGER NOT NULL, who TEXT NOT NULL,
    how TEXT NOT NULL
);
CREATE TABLE draft (
    id TEXT PRIMARY KEY, base INTEGER NOT NULL, revision INTEGER NOT NULL, state TEXT NOT NULL, who TEXT NOT NULL,
    at INTEGER NOT NULL, why TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE draft_file (
    draft TEXT NOT NULL REFERENCES draft (id), name TEXT NOT NULL, hash TEXT, bytes INTEGER, who TEXT NOT NULL,
    at INTEGER NOT NULL, why TEXT NOT NULL, PRIMARY KEY (draft, name)
) WITHOUT ROWID;
CREATE TABLE scenario (id TEXT PRIMARY KEY, name TEXT NOT NULL, who TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE scenario_revision (
    scenario TEXT NOT NULL REFERENCES scenario (id), n INTEGER NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL,
    body TEXT NOT NULL, PRIMARY KEY (scenario, n)
) WITHOUT ROWID;
CREATE TABLE link (key_hash TEXT PRIMARY KEY, role TEXT NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE session (
    token_hash TEXT PRIMARY KEY, who TEXT NOT NULL, role TEXT NOT NULL, until INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE erased (hash TEXT PRIMARY KEY, who TEXT NOT NULL, at INTEGER NOT NULL, why TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE audit (
    n INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, object TEXT NOT NULL,
    detail TEXT NOT NULL, hash TEXT NOT NULL
);
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
CREATE TRIGGER version_stays BEFORE UPDATE ON version BEGIN SELECT RAISE(ABORT, 'a version never changes'); END;
CREATE TRIGGER version_kept BEFORE DELETE ON version BEGIN SELECT RAISE(ABORT, 'a version never changes'); END;
CREATE TRIGGER files_stay BEFORE UPDATE ON version_file BEGIN SELECT RAISE(ABORT, 'a version never changes'); END;
CREATE TRIGGER files_kept BEFORE DELETE ON version_file BEGIN SELECT RAISE(ABORT, 'a version never changes'); END;
CREATE TRIGGER state_stays BEFORE UPDATE ON scenario_revision BEGIN SELECT RAISE(ABORT, 'a saved state never changes'); END;
", "
CREATE TABLE person (
    id TEXT PRIMARY KEY, subject TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE COLLATE NOCASE, role TEXT NOT NULL,
    patches TEXT, password TEXT, is_active INTEGER NOT NULL, made INTEGER NOT NULL, seen INTEGER
) WITHOUT ROWID;
CREATE TABLE invitation (
    key_hash TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES person (id), until INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE token (
    id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, person TEXT NOT NULL REFERENCES person (id), label TEXT NOT NULL,
    may_write INTEGER NOT NULL, made INTEGER NOT NULL, until INTEGER NOT NULL, seen INTEGER
) WITHOUT ROWID;
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
ALTER TABLE session ADD COLUMN person TEXT REFERENCES person (id);
ALTER TABLE session ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
", "
CREATE TABLE attempt (who TEXT PRIMARY KEY, failed INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX attempt_at ON attempt (at);
"];

/// Brings a database up to the tables of this program: all steps it lacks, in one transaction.
pub(super) fn migrate(db: &mut Connection) -> Stored<()> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let had: u32 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let had = had as usize;
    if had > STEPS.len() {
        return Err(StoreError::Refused(format!(
            "The workspace was written by a newer Patchwork (its tables are at step {had}, this program knows {}); use that one",
            STEPS.len()
        )));
    }
    for step in STEPS.iter().skip(had) {
        tx.execute_batch(step)?;
    }
    tx.pragma_update(None, "user_version", STEPS.len() as u32)?;
    Ok(tx.commit()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_without_people_gets_them_and_keeps_all_else() {
        let mut db = Connection::open_in_memory().expect("a database");
        db.execute_batch(STEPS[0]).expect("the first step");
        db.pragma_update(None, "user_version", 1_u32).expect("said");
        db.execute_batch(
            "INSERT INTO scenario VALUES ('a', 'A', 'owner');
             INSERT INTO session (token_hash, who, role, until) VALUES ('h', 'owner', 'owner', 9999999999999);",
        )
        .expect("rows");
        migrate(&mut db).expect("brought up");
        migrate(&mut db).expect("twice is once");
        let count = |table: &str| -> i64 {
            db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).expect("counted")
        };
        assert_eq!((count("scenario"), count("session"), count("person"), count("setting")), (1, 1, 0, 0));
        db.pragma_update(None, "user_version", 99_u32).expect("said");
        assert!(matches!(migrate(&mut db), Err(StoreError::Refused(_))), "a newer workspace is left alone");
    }
}
