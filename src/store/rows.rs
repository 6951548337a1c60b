//! Rows of the database as the things they are.

use super::db::{Db, Row, values};
use super::keeper::{Draft, DraftState, Entry, InForce, Scenario, ScenarioRevision, Version};
use super::{StoreError, Stored};
use std::collections::BTreeMap;

fn entry(row: &Row) -> Stored<Entry> {
    Ok(Entry {
        name: row.text(0)?,
        hash: row.text(1)?,
        bytes: row.whole(2)?,
        who: row.text(3)?,
        at: row.time(4)?,
        why: row.text(5)?,
    })
}

pub(super) fn version_head(row: &Row) -> Stored<Version> {
    Ok(Version {
        n: row.whole(0)?,
        parent: row.maybe_number(1)?.map(i64::unsigned_abs),
        who: row.text(2)?,
        at: row.time(3)?,
        why: row.text(4)?,
        files: Vec::new(),
    })
}

pub(super) fn in_force(db: &dyn Db, most: usize) -> Stored<Vec<InForce>> {
    let found = db.rows(
        "SELECT move_n, version, at, who, how FROM in_force ORDER BY move_n DESC LIMIT ?1",
        values![most as u64],
    )?;
    let read = |row: &Row| {
        let (move_n, version) = (row.whole(0)?, row.whole(1)?);
        Ok(InForce { move_n, version, at: row.time(2)?, who: row.text(3)?, how: row.text(4)? })
    };
    found.iter().map(read).collect()
}

/// The version in force, 0 where there is none.
pub(super) fn current(db: &dyn Db) -> Stored<u64> {
    Ok(in_force(db, 1)?.first().map_or(0, |now| now.version))
}

pub(super) fn files(db: &dyn Db, version: u64) -> Stored<Vec<Entry>> {
    let found = db.rows(
        "SELECT name, hash, bytes, who, at, why FROM version_file WHERE version = ?1 ORDER BY name",
        values![version],
    )?;
    found.iter().map(entry).collect()
}

pub(super) fn version(db: &dyn Db, n: u64) -> Stored<Version> {
    let head = db
        .row("SELECT n, parent, who, at, why FROM version WHERE n = ?1", values![n])?
        .ok_or_else(|| StoreError::Missing(format!("There is no version {n}")))?;
    Ok(Version { files: files(db, n)?, ..version_head(&head)? })
}

pub(super) fn draft(db: &dyn Db, id: &str) -> Stored<Draft> {
    let row = db
        .row("SELECT id, base, revision, state, who, at, why FROM draft WHERE id = ?1", values![id])?
        .ok_or_else(|| StoreError::Missing("There is no such draft".to_owned()))?;
    let base = row.whole(1)?;
    let found =
        db.rows("SELECT name, hash, bytes, who, at, why FROM draft_file WHERE draft = ?1 ORDER BY name", values![id])?;
    let change = |row: &Row| {
        let gone = row.maybe_text(1)?.is_none();
        Ok((row.text(0)?, if gone { None } else { Some(entry(row)?) }))
    };
    let changes: Vec<(String, Option<Entry>)> = found.iter().map(change).collect::<Stored<_>>()?;
    Ok(Draft {
        id: row.text(0)?,
        base,
        revision: row.whole(2)?,
        state: match row.text(3)?.as_str() {
            "open" => DraftState::Open,
            "published" => DraftState::Published,
            _ => DraftState::Dropped,
        },
        who: row.text(4)?,
        at: row.time(5)?,
        why: row.text(6)?,
        files: laid_over(files(db, base)?, &changes),
        changes,
    })
}

/// The files of a version with changes laid over them.
pub(super) fn laid_over(files: Vec<Entry>, changes: &[(String, Option<Entry>)]) -> Vec<Entry> {
    let mut all: BTreeMap<String, Entry> = files.into_iter().map(|file| (file.name.clone(), file)).collect();
    for (name, change) in changes {
        match change {
            Some(file) => all.insert(name.clone(), file.clone()),
            None => all.remove(name),
        };
    }
    all.into_values().collect()
}

pub(super) fn put_draft_file(tx: &dyn Db, id: &str, name: &str, file: Option<&Entry>, who: &str) -> Stored<()> {
    let (hash, bytes) = file.map(|file| (file.hash.as_str(), file.bytes)).unzip();
    let at = file.map_or_else(super::db::now, |file| file.at);
    tx.execute(
        "INSERT INTO draft_file (draft, name, hash, bytes, who, at, why) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (draft, name) DO UPDATE SET hash = excluded.hash, bytes = excluded.bytes, who = excluded.who,
         at = excluded.at, why = excluded.why",
        values![id, name, hash, bytes, who, at, file.map_or("", |file| file.why.as_str())],
    )?;
    Ok(())
}

pub(super) fn revision(row: &Row) -> Stored<ScenarioRevision> {
    Ok(ScenarioRevision { n: row.whole(0)?, version: row.whole(1)?, at: row.time(2)?, body: row.text(3)? })
}

pub(super) fn scenario(db: &dyn Db, id: &str) -> Stored<Scenario> {
    let missing = || StoreError::Missing("There is no such scenario".to_owned());
    let head = db.row("SELECT name, who FROM scenario WHERE id = ?1", values![id])?.ok_or_else(missing)?;
    let latest = db
        .row(
            "SELECT n, version, at, body FROM scenario_revision WHERE scenario = ?1 ORDER BY n DESC LIMIT 1",
            values![id],
        )?
        .ok_or_else(missing)?;
    Ok(Scenario { id: id.to_owned(), name: head.text(0)?, who: head.text(1)?, latest: revision(&latest)? })
}
