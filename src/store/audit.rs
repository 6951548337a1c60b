//! The record of who did what: rows that are only added, each with the hash of itself and of the row before it.

use super::db::{Db, Row, now, values};
use super::keeper::AuditRow;
use super::{Stored, hashed};

/// The hash before the first row.
const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Rows looked at together.
const PAGE: u64 = 10_000;

/// Adds a row.
pub(super) fn note(tx: &dyn Db, who: &str, action: &str, object: &str, detail: &str) -> Stored<()> {
    let (n, before) = match tx.row("SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1", &[])? {
        Some(last) => (last.whole(0)? + 1, last.text(1)?),
        None => (1, BEGINNING.to_owned()),
    };
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
    tx.execute(
        "INSERT INTO audit (n, at, who, action, object, detail, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        values![row.n, row.at, &row.who, &row.action, &row.object, &row.detail, &row.hash],
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

pub(super) fn read(row: &Row) -> Stored<AuditRow> {
    Ok(AuditRow {
        n: row.whole(0)?,
        at: row.time(1)?,
        who: row.text(2)?,
        action: row.text(3)?,
        object: row.text(4)?,
        detail: row.text(5)?,
        hash: row.text(6)?,
    })
}

/// What is wrong with the chain, if anything: the first row that does not follow from those before it.
pub(super) fn broken(db: &dyn Db) -> Stored<Option<String>> {
    let (mut before, mut expected) = (BEGINNING.to_owned(), 1_u64);
    loop {
        let rows = db.rows(
            "SELECT n, at, who, action, object, detail, hash FROM audit WHERE n >= ?1 ORDER BY n LIMIT ?2",
            values![expected, PAGE],
        )?;
        if rows.is_empty() {
            return Ok(None);
        }
        for row in &rows {
            let row = read(row)?;
            if row.n != expected {
                return Ok(Some(format!("the audit has no row {expected}: somebody removed it")));
            }
            if row.hash != chained(&before, &row) {
                return Ok(Some(format!("row {expected} of the audit was changed after it was written")));
            }
            (before, expected) = (row.hash, expected + 1);
        }
    }
}
