//! Rows of the database as the things they are.

use super::keeper::{Draft, DraftState, Entry, InForce, Scenario, ScenarioRevision, Version};
use super::{StoreError, Stored};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::BTreeMap;

pub(super) fn time(milliseconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(milliseconds).unwrap_or_default()
}

/// A whole number of a row: the database knows signed ones only.
pub(super) fn whole(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)?.unsigned_abs())
}

/// A whole number as the database knows it.
pub(super) fn sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        name: row.get(0)?,
        hash: row.get(1)?,
        bytes: whole(row, 2)?,
        who: row.get(3)?,
        at: time(row.get(4)?),
        why: row.get(5)?,
    })
}

pub(super) fn version_head(row: &Row<'_>) -> rusqlite::Result<Version> {
    Ok(Version {
        n: whole(row, 0)?,
        parent: row.get::<_, Option<i64>>(1)?.map(i64::unsigned_abs),
        who: row.get(2)?,
        at: time(row.get(3)?),
        why: row.get(4)?,
        files: Vec::new(),
    })
}

pub(super) fn in_force(db: &Connection, most: usize) -> Stored<Vec<InForce>> {
    let mut found =
        db.prepare_cached("SELECT move_n, version, at, who, how FROM in_force ORDER BY move_n DESC LIMIT ?1")?;
    let rows = found.query_map([sql(most as u64)], |row| {
        let (move_n, version) = (whole(row, 0)?, whole(row, 1)?);
        Ok(InForce { move_n, version, at: time(row.get(2)?), who: row.get(3)?, how: row.get(4)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The version in force, 0 where there is none.
pub(super) fn current(db: &Connection) -> Stored<u64> {
    Ok(in_force(db, 1)?.first().map_or(0, |now| now.version))
}

pub(super) fn files(db: &Connection, version: u64) -> Stored<Vec<Entry>> {
    let mut found =
        db.prepare_cached("SELECT name, hash, bytes, who, at, why FROM version_file WHERE version = ?1 ORDER BY name")?;
    let rows = found.query_map([sql(version)], entry)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn version(db: &Connection, n: u64) -> Stored<Version> {
    let head = db
        .query_row("SELECT n, parent, who, at, why FROM version WHERE n = ?1", [sql(n)], version_head)
        .optional()?
        .ok_or_else(|| StoreError::Missing(format!("There is no version {n}")))?;
    Ok(Version { files: files(db, n)?, ..head })
}

pub(super) fn draft(db: &Connection, id: &str) -> Stored<Draft> {
    let head = db
        .query_row("SELECT id, base, revision, state, who, at, why FROM draft WHERE id = ?1", [id], |row| {
            let state: String = row.get(3)?;
            Ok(Draft {
                id: row.get(0)?,
                base: whole(row, 1)?,
                revision: whole(row, 2)?,
                state: match state.as_str() {
                    "open" => DraftState::Open,
                    "published" => DraftState::Published,
                    _ => DraftState::Dropped,
                },
                who: row.get(4)?,
                at: time(row.get(5)?),
                why: row.get(6)?,
                changes: Vec::new(),
                files: Vec::new(),
            })
        })
        .optional()?
        .ok_or_else(|| StoreError::Missing("There is no such draft".to_owned()))?;
    let mut found =
        db.prepare_cached("SELECT name, hash, bytes, who, at, why FROM draft_file WHERE draft = ?1 ORDER BY name")?;
    let changes = found.query_map([id], |row| {
        let gone = row.get::<_, Option<String>>(1)?.is_none();
        let name = row.get(0)?;
        Ok((name, if gone { None } else { Some(entry(row)?) }))
    })?;
    let changes: Vec<(String, Option<Entry>)> = changes.collect::<rusqlite::Result<_>>()?;
    let files = laid_over(files(db, head.base)?, &changes);
    Ok(Draft { changes, files, ..head })
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

pub(super) fn put_draft_file(tx: &Connection, id: &str, name: &str, file: Option<&Entry>, who: &str) -> Stored<()> {
    let (hash, bytes) = file.map(|file| (file.hash.as_str(), sql(file.bytes))).unzip();
    let at = file.map_or_else(super::keeper::now, |file| file.at).timestamp_millis();
    tx.execute(
        "INSERT INTO draft_file (draft, name, hash, bytes, who, at, why) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (draft, name) DO UPDATE SET hash = excluded.hash, bytes = excluded.bytes, who = excluded.who,
         at = excluded.at, why = excluded.why",
        params![id, name, hash, bytes, who, at, file.map_or("", |file| file.why.as_str())],
    )?;
    Ok(())
}

pub(super) fn revision(row: &Row<'_>) -> rusqlite::Result<ScenarioRevision> {
    Ok(ScenarioRevision { n: whole(row, 0)?, version: whole(row, 1)?, at: time(row.get(2)?), body: row.get(3)? })
}

pub(super) fn scenario(db: &Connection, id: &str) -> Stored<Scenario> {
    let missing = || StoreError::Missing("There is no such scenario".to_owned());
    let (name, who): (String, String) = db
        .query_row("SELECT name, who FROM scenario WHERE id = ?1", [id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .ok_or_else(missing)?;
    let latest = db
        .query_row(
            "SELECT n, version, at, body FROM scenario_revision WHERE scenario = ?1 ORDER BY n DESC LIMIT 1",
            [id],
            revision,
        )
        .optional()?
        .ok_or_else(missing)?;
    Ok(Scenario { id: id.to_owned(), name, who, latest })
}
