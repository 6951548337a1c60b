//! `/-/issues`: what is wrong with the files, for the people who can mend them.

use super::format::{Format, HTML, JSON, Offer};
use super::page;
use super::problem::Problem;
use super::reply::Reply;
use super::request::Ask;
use crate::place::{Issue, Severity};
use crate::report::check::issues_json;
use axum::http::header;
use serde_json::{Value, json};

const OFFERS: [Offer; 2] = [JSON, HTML];

/// Answers with the issues of the snapshot, and those of a later reload if it failed. Answers before
/// the first snapshot too, once loading has failed.
pub(super) fn issues(ask: &Ask) -> Result<Reply, Problem> {
    let failure = ask.shared.failure();
    let (issues, place): (&[Issue], Value) = match (ask.snapshot(), &failure) {
        (Ok(snapshot), _) => (&snapshot.issues, json!(snapshot.place.name)),
        (Err(_), Some(_)) => (&[], Value::Null),
        (Err(problem), None) => return Err(problem),
    };
    let issues = Issue::for_everybody(issues);
    ask.only(&[])?;
    let offer = ask.choose(&OFFERS)?;
    let count = |severity| issues.iter().filter(|issue| issue.severity == severity).count();
    let body = json!({
        "place": place,
        "errors": count(Severity::Error),
        "warnings": count(Severity::Warning),
        "notes": count(Severity::Note),
        "issues": issues_json(&issues),
        "failed_reload": failure.map(|failure| json!({
            "at": failure.at.to_rfc3339(),
            "issues": issues_json(&Issue::for_everybody(&failure.issues)),
        })),
        "links": ask.links(offer, &OFFERS),
    });
    let reply = match (offer.format, ask.snapshot()) {
        (Format::Html, Ok(snapshot)) => page::reply("issues.html", ask, snapshot, None, body)?,
        (Format::Html, Err(_)) => page::bare("issues.html", &body)?,
        _ => Reply::json(offer, &body),
    };
    Ok(reply.with(header::CACHE_CONTROL, "no-store"))
}
