//! `/versions`: what was published when, by whom and why; the way back. `/audit`: who did what.

use super::super::problem::Problem;
use super::super::reply::Reply;
use super::see;
use super::visit::{Form, Visit};
use crate::store::{Action, AuditRow, Version};
use axum::http::header;
use serde_json::{Value, json};
use std::collections::HashSet;

/// Rows of the audit that are shown; the database has all.
const ROWS: usize = 500;

fn head(version: &Version) -> Value {
    json!({
        "n": version.n, "parent": version.parent, "maker": version.who, "why": version.why,
        "at": version.at.format("%-d %B %Y, %H:%M UTC").to_string(),
    })
}

/// All versions, the newest first.
pub(super) fn list(visit: &Visit) -> Result<Reply, Problem> {
    visit.must(Action::ReadVersions)?;
    let keeper = visit.workspace().keeper();
    let moves = keeper.moves(2)?;
    let now = moves.first().map(|now| now.version);
    let erased: HashSet<String> =
        keeper.hashes()?.into_iter().filter(|(_, gone)| *gone).map(|(hash, _)| hash).collect();
    let mut broken = HashSet::new();
    let versions = keeper.versions()?;
    if !erased.is_empty() {
        for version in &versions {
            if keeper.version(version.n)?.files.iter().any(|file| erased.contains(&file.hash)) {
                broken.insert(version.n);
            }
        }
    }
    // What was in force before; one click leads back to it, unless something it rests on was erased.
    let before = moves.get(1).map(|before| before.version);
    let before = before.filter(|before| Some(*before) != now && !broken.contains(before));
    let versions: Vec<Value> = versions
        .iter()
        .map(|version| {
            let mut row = head(version);
            row["erased"] = json!(broken.contains(&version.n));
            row
        })
        .collect();
    let digest = visit.ask.snapshot().ok().map(|snapshot| snapshot.digest().to_owned());
    let new = visit.ask.get("new").and_then(|n| n.parse::<u64>().ok()).filter(|n| Some(*n) == now);
    let back = visit.ask.get("back").and_then(|n| n.parse::<u64>().ok()).filter(|n| Some(*n) == now);
    let members =
        json!({"versions": versions, "in_force": now, "before": before, "digest": digest, "new": new, "back": back});
    visit.page("versions.html", members)
}

/// One version with its files.
pub(super) fn one(visit: &Visit) -> Result<Reply, Problem> {
    visit.must(Action::ReadVersions)?;
    let version = visit.workspace().keeper().version(number(visit)?)?;
    let erased: Vec<String> =
        visit.workspace().keeper().hashes()?.into_iter().filter(|(_, gone)| *gone).map(|(hash, _)| hash).collect();
    let files: Vec<Value> = version
        .files
        .iter()
        .map(|file| {
            json!({
                "name": file.name, "bytes": file.bytes, "hash": file.hash, "who": file.who, "why": file.why,
                "at": file.at.format("%Y-%m-%d").to_string(), "erased": erased.contains(&file.hash),
            })
        })
        .collect();
    let mut page = head(&version);
    if let Some(members) = page.as_object_mut() {
        members.insert("files".to_owned(), json!(files));
    }
    visit.page("version.html", page)
}

/// What changed from an earlier version, or the one that is named, to this one.
pub(super) fn changes(visit: &Visit) -> Result<Reply, Problem> {
    visit.must(Action::ReadVersions)?;
    // What changed names every layer.
    if !visit.editing.visibility().shows_all(visit.actor.role) {
        return Err(visit.forbidden());
    }
    let to = visit.workspace().keeper().version(number(visit)?)?;
    let from = match visit.ask.get("from") {
        Some(n) => n.parse().map_err(|_| Problem::not_found(format!("There is no version {n:?}.")))?,
        None => to.parent.filter(|n| *n > 0).unwrap_or(to.n),
    };
    let from = visit.workspace().keeper().version(from)?;
    let difference = visit.editing.between(from.n, to.n)?;
    let others: Vec<Value> =
        visit.workspace().keeper().versions()?.iter().filter(|each| each.n != to.n).map(head).collect();
    let members = json!({
        "from": head(&from), "to": head(&to), "others": others, "difference": super::drafts::difference(&difference),
    });
    visit.page("changes.html", members)
}

/// Puts a version in force again.
pub(super) fn restore(visit: &Visit, form: &Form) -> Result<Reply, Problem> {
    visit.must(Action::Publish)?;
    let moved = visit.editing.restore(&visit.actor, number(visit)?, form.number("seen")?)?;
    Ok(see(visit, &format!("/versions?back={}", moved.version)))
}

/// The newest rows of the audit, those with a word of the query; as CSV all of them.
pub(super) fn audit(visit: &Visit) -> Result<Reply, Problem> {
    visit.must(Action::ReadAudit)?;
    let word = visit.ask.get("word").unwrap_or_default().trim();
    let is_file = visit.ask.get("f") == Some("csv");
    let rows = visit.workspace().keeper().audit(word, if is_file { usize::MAX >> 1 } else { ROWS })?;
    if is_file {
        return written(&rows);
    }
    let shown: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "n": row.n, "at": row.at.format("%Y-%m-%d %H:%M:%S").to_string(), "who": row.who, "action": row.action,
                "object": row.object, "detail": row.detail,
            })
        })
        .collect();
    visit.page("audit.html", json!({"rows": shown, "word": word, "most": ROWS}))
}

fn written(rows: &[AuditRow]) -> Result<Reply, Problem> {
    let mut out = csv::Writer::from_writer(b"\xEF\xBB\xBF".to_vec());
    let failed = |error: csv::Error| {
        tracing::error!(%error, "the audit could not be written");
        Problem::our_fault()
    };
    out.write_record(["row", "at", "who", "action", "object", "detail", "hash"]).map_err(failed)?;
    for row in rows {
        let (n, at) = (row.n.to_string(), row.at.to_rfc3339());
        let cells = [&n, &at, &row.who, &row.action, &row.object, &row.detail, &row.hash];
        out.write_record(cells.map(|cell| plain(cell).into_owned())).map_err(failed)?;
    }
    let text = out.into_inner().map_err(|_| Problem::our_fault())?;
    let name = "attachment; filename=\"audit.csv\"";
    Ok(Reply::new("text/csv; charset=utf-8; header=present", text).with(header::CONTENT_DISPOSITION, name))
}

/// What a spreadsheet would take for a formula is text.
fn plain(cell: &str) -> std::borrow::Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}").into() } else { cell.into() }
}

fn number(visit: &Visit) -> Result<u64, Problem> {
    let n = visit.ask.param("n");
    n.parse().map_err(|_| Problem::not_found(format!("There is no version {n:?}.")))
}
