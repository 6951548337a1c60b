//! All rows of a workspace from one database into another, of either kind: copies of a database that is used, and the move
//! of a directory into PostgreSQL.

use super::db::{Cell, Db, Engine, Value};
use super::{StoreError, Stored, sqlite};
use std::path::Path;

/// The tables with their columns, those that others name first; the first columns are the key, by which rows are ordered.
/// A test holds this list to both databases. Attempts to come in ([`super::attempts`]) are of an hour, and stay behind.
pub(super) const TABLES: [(&str, &[&str], usize); 15] = [
    ("person", &["id", "subject", "name", "role", "patches", "password", "is_active", "made", "seen"], 1),
    ("version", &["n", "parent", "who", "at", "why"], 1),
    ("version_file", &["version", "name", "hash", "bytes", "who", "at", "why"], 2),
    ("in_force", &["move_n", "version", "at", "who", "how"], 1),
    ("draft", &["id", "base", "revision", "state", "who", "at", "why"], 1),
    ("draft_file", &["draft", "name", "hash", "bytes", "who", "at", "why"], 2),
    ("scenario", &["id", "name", "who"], 1),
    ("scenario_revision", &["scenario", "n", "version", "at", "body"], 2),
    ("link", &["key_hash", "role", "until"], 1),
    ("session", &["token_hash", "who", "role", "until", "person", "seen"], 1),
    ("invitation", &["key_hash", "person", "until"], 1),
    ("token", &["id", "hash", "person", "label", "may_write", "made", "until", "seen"], 1),
    ("erased", &["hash", "who", "at", "why"], 1),
    ("setting", &["name", "value"], 1),
    ("audit", &["n", "at", "who", "action", "object", "detail", "hash"], 1),
];

/// Columns that are true or false, which SQLite keeps as numbers.
const TRUTHS: [&str; 2] = ["is_active", "may_write"];

/// Rows read together.
const PAGE: u64 = 5_000;

/// Copies all rows; the tables of `to` must be empty. How many there were.
pub(super) fn rows(from: &dyn Db, to: &dyn Db) -> Stored<usize> {
    let mut copied = 0;
    for (table, columns, keys) in TABLES {
        if to.number(&format!("SELECT count(*) FROM {table}"), &[])? > 0 {
            return Err(StoreError::Refused(format!(
                "There is something in the table {table} already; nothing was changed"
            )));
        }
        let (names, order) = (columns.join(", "), columns.get(..keys).unwrap_or_default().join(", "));
        let places: Vec<String> = (1..=columns.len()).map(|n| format!("?{n}")).collect();
        let read = format!("SELECT {names} FROM {table} ORDER BY {order} LIMIT ?1 OFFSET ?2");
        let write = format!("INSERT INTO {table} ({names}) VALUES ({})", places.join(", "));
        for page in 0.. {
            let rows = from.rows(&read, &[Value::from(PAGE), Value::from(page * PAGE)])?;
            for row in &rows {
                let values: Vec<Value<'_>> = row.0.iter().zip(columns).map(|(cell, name)| value(cell, name)).collect();
                to.execute(&write, &values)?;
            }
            copied += rows.len();
            if (rows.len() as u64) < PAGE {
                break;
            }
        }
    }
    Ok(copied)
}

fn value<'a>(cell: &'a Cell, column: &str) -> Value<'a> {
    match cell {
        Cell::Null => Value::Null,
        Cell::Whole(number) if TRUTHS.contains(&column) => Value::Truth(*number != 0),
        Cell::Whole(number) => Value::Whole(*number),
        Cell::Text(text) => Value::from(text),
    }
}

/// The last row of the audit: two databases with the same one have the same history.
pub(super) fn history(db: &dyn Db) -> Stored<Option<(u64, String)>> {
    let last = db.row("SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1", &[])?;
    last.map(|row| Ok((row.whole(0)?, row.text(1)?))).transpose()
}

/// Writes all rows, as of one moment, into a new file of SQLite.
pub(super) fn to_file(engine: &impl Engine, path: &Path) -> Stored<()> {
    engine.read(|from| sqlite::fill(path, |to| rows(from, to)))?;
    std::fs::File::open(path)?.sync_all()?;
    Ok(())
}
