//! The tables in PostgreSQL, as a numbered list of steps like [`super::schema`]'s; a table says how many it has had.
//!
//! A step that was ever released is never edited. Replicas of the last release go on while a newer one brings the tables
//! up, so a step only adds.

use super::db::{Db, values};
use super::{StoreError, Stored};

/// Texts are ordered by their bytes, as in SQLite, whatever the database's language is.
const STEPS: [&[&str]; 2] = [&[
    "CREATE TABLE patchwork (step BIGINT NOT NULL)",
    "CREATE TABLE version (
        n BIGINT PRIMARY KEY, parent BIGINT REFERENCES version (n), who TEXT NOT NULL, at BIGINT NOT NULL, why TEXT NOT NULL
    )",
    r#"CREATE TABLE version_file (
        version BIGINT NOT NULL REFERENCES version (n), name TEXT COLLATE "C" NOT NULL, hash TEXT COLLATE "C" NOT NULL,
        bytes BIGINT NOT NULL, who TEXT NOT NULL, at BIGINT NOT NULL, why TEXT NOT NULL, PRIMARY KEY (version, name)
    )"#,
    "CREATE TABLE in_force (
        move_n BIGINT PRIMARY KEY, version BIGINT NOT NULL REFERENCES version (n), at BIGINT NOT NULL, who TEXT NOT NULL,
        how TEXT NOT NULL
    )",
    r#"CREATE TABLE draft (
        id TEXT COLLATE "C" PRIMARY KEY, base BIGINT NOT NULL, revision BIGINT NOT NULL, state TEXT NOT NULL,
        who TEXT NOT NULL, at BIGINT NOT NULL, why TEXT NOT NULL
    )"#,
    r#"CREATE TABLE draft_file (
        draft TEXT COLLATE "C" NOT NULL REFERENCES draft (id), name TEXT COLLATE "C" NOT NULL, hash TEXT COLLATE "C",
        bytes BIGINT, who TEXT NOT NULL, at BIGINT NOT NULL, why TEXT NOT NULL, PRIMARY KEY (draft, name)
    )"#,
    r#"CREATE TABLE scenario (id TEXT COLLATE "C" PRIMARY KEY, name TEXT NOT NULL, who TEXT NOT NULL)"#,
    r#"CREATE TABLE scenario_revision (
        scenario TEXT COLLATE "C" NOT NULL REFERENCES scenario (id), n BIGINT NOT NULL, version BIGINT NOT NULL,
        at BIGINT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (scenario, n)
    )"#,
    r#"CREATE TABLE link (key_hash TEXT COLLATE "C" PRIMARY KEY, role TEXT NOT NULL, until BIGINT NOT NULL)"#,
    r#"CREATE TABLE erased (hash TEXT COLLATE "C" PRIMARY KEY, who TEXT NOT NULL, at BIGINT NOT NULL, why TEXT NOT NULL)"#,
    r#"CREATE TABLE audit (
        n BIGINT PRIMARY KEY, at BIGINT NOT NULL, who TEXT COLLATE "C" NOT NULL, action TEXT COLLATE "C" NOT NULL,
        object TEXT COLLATE "C" NOT NULL, detail TEXT COLLATE "C" NOT NULL, hash TEXT NOT NULL
    )"#,
    r#"CREATE TABLE person (
        id TEXT COLLATE "C" PRIMARY KEY, subject TEXT COLLATE "C" NOT NULL UNIQUE, name TEXT COLLATE "C" NOT NULL,
        role TEXT NOT NULL, patches TEXT, password TEXT, is_active BOOLEAN NOT NULL, made BIGINT NOT NULL, seen BIGINT
    )"#,
    "CREATE UNIQUE INDEX person_name ON person (lower(name))",
    r#"CREATE TABLE session (
        token_hash TEXT COLLATE "C" PRIMARY KEY, who TEXT NOT NULL, role TEXT NOT NULL, until BIGINT NOT NULL,
        person TEXT COLLATE "C" REFERENCES person (id), seen BIGINT NOT NULL DEFAULT 0
    )"#,
    r#"CREATE TABLE invitation (
        key_hash TEXT COLLATE "C" PRIMARY KEY, person TEXT COLLATE "C" NOT NULL REFERENCES person (id), until BIGINT NOT NULL
    )"#,
    r#"CREATE TABLE token (
        id TEXT COLLATE "C" PRIMARY KEY, hash TEXT COLLATE "C" NOT NULL UNIQUE,
        person TEXT COLLATE "C" NOT NULL REFERENCES person (id), label TEXT NOT NULL, may_write BOOLEAN NOT NULL,
        made BIGINT NOT NULL, until BIGINT NOT NULL, seen BIGINT
    )"#,
    r#"CREATE TABLE setting (name TEXT COLLATE "C" PRIMARY KEY, value TEXT NOT NULL)"#,
    "CREATE FUNCTION patchwork_keeps() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$",
    "CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
     FOR EACH STATEMENT EXECUTE FUNCTION patchwork_keeps('the audit is only added to')",
    "CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON version
     FOR EACH STATEMENT EXECUTE FUNCTION patchwork_keeps('a version never changes')",
    "CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON version_file
     FOR EACH STATEMENT EXECUTE FUNCTION patchwork_keeps('a version never changes')",
    "CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON scenario_revision
     FOR EACH STATEMENT EXECUTE FUNCTION patchwork_keeps('a saved state never changes')",
    "INSERT INTO patchwork (step) VALUES (0)",
], &[
    r#"CREATE TABLE attempt (who TEXT COLLATE "C" PRIMARY KEY, failed BIGINT NOT NULL, at BIGINT NOT NULL)"#,
    "CREATE INDEX attempt_at ON attempt (at)",
]];

/// How many steps a database has had; nothing where there is no workspace in it.
pub(super) fn step(db: &dyn Db) -> Stored<Option<usize>> {
    if db.number("SELECT to_regclass('patchwork') IS NOT NULL", &[])? == 0 {
        return Ok(None);
    }
    let had = db.number("SELECT step FROM patchwork", &[])?;
    Ok(Some(usize::try_from(had).unwrap_or(usize::MAX)))
}

/// Brings a database up to the tables of this program, within the transaction of whoever asks.
pub(super) fn migrate(db: &dyn Db) -> Stored<()> {
    let had = step(db)?.unwrap_or(0);
    if had > STEPS.len() {
        return Err(StoreError::Refused(format!(
            "The workspace was written by a newer Patchwork (its tables are at step {had}, this program knows {}); use that one",
            STEPS.len()
        )));
    }
    if had == STEPS.len() {
        return Ok(());
    }
    for statement in STEPS.iter().skip(had).flat_map(|step| step.iter()) {
        db.execute(statement, &[])?;
    }
    db.execute("UPDATE patchwork SET step = ?1", values![STEPS.len() as u64])?;
    Ok(())
}
