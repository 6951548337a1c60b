//! The record of who did what: rows that are only added, each with the hash of itself and of the row before it.

use super::keeper::{AuditRow, now};
use super::rows::{sql, whole};
use super::{Stored, hashed};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// The hash before the first row.
const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Adds a row.
pub(super) fn note(tx: &Connection, who: &str, action: &str, object: &str, detail: &str) -> Stored<()> {
    let last: Option<(u64, String)> = tx
        .query_row("SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1", [], |row| Ok((whole(row, 0)?, row.get(1)?)))
        .optional()?;
    let (n, before) = last.map_or((1, BEGINNING.to_owned()), |(n, hash)| (n + 1, hash));
    let mut row = AuditRow {
        n,
        at: now(),
        who: who.to_owned(),
        action: action.to_owned(),
        object: object.to_owned(),
        detail: detail.to_owned(),
        hash: String::new(),
    };
    row.hash = chained(&before, &row);
    let at = row.at.timestamp_millis();
    tx.execute(
        "INSERT INTO audit (n, at, who, action, object, detail, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![sql(row.n), at, row.who, row.action, row.object, row.detail, row.hash],
    )?;
    Ok(())
}

/// Each part with its length, so that no two rows have the same text.
fn chained(before: &str, row: &AuditRow) -> String {
    let parts =
        [&row.n.to_string(), &row.at.timestamp_millis().to_string(), &row.who, &row.action, &row.object, &row.detail];
    let text: String = parts.iter().map(|part| format!("{}:{part}", part.len())).collect();
    hashed(&format!("{before}{text}"))
}

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    Ok(AuditRow {
        n: whole(row, 0)?,
        at: super::rows::time(row.get(1)?),
        who: row.get(2)?,
        action: row.get(3)?,
        object: row.get(4)?,
        detail: row.get(5)?,
        hash: row.get(6)?,
    })
}

/// What is wrong with the chain, if anything: the first row that does not follow from those before it.
pub(super) fn broken(db: &Connection) -> Stored<Option<String>> {
    let mut rows = db.prepare("SELECT n, at, who, action, object, detail, hash FROM audit ORDER BY n")?;
    let mut before = BEGINNING.to_owned();
    for (expected, row) in (1_u64..).zip(rows.query_map([], read)?) {
        let row = row?;
        if row.n != expected {
            return Ok(Some(format!("the audit has no row {expected}: somebody removed it")));
        }
        if row.hash != chained(&before, &row) {
            return Ok(Some(format!("row {expected} of the audit was changed after it was written")));
        }
        before = row.hash;
    }
    Ok(None)
}
