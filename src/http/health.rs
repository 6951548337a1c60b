//! `/livez`, `/readyz`, `/healthz`: whether the program runs, and whether it has something to say.

use super::format::JSON;
use super::problem::Problem;
use super::reply::Reply;
use super::request::Ask;
use axum::http::header;
use serde_json::json;

/// The program runs.
pub(super) fn alive(_: &Ask) -> Result<Reply, Problem> {
    Ok(Reply::json(JSON, &json!({"status": "alive"})).with(header::CACHE_CONTROL, "no-store"))
}

/// A snapshot stands; if not, 503.
pub(super) fn ready(ask: &Ask) -> Result<Reply, Problem> {
    let snapshot = ask.snapshot()?;
    let failure = ask.shared.failure().map(|failure| failure.at.to_rfc3339());
    let state = json!({
        "status": "ready",
        "place": snapshot.place.key,
        "digest": snapshot.digest(),
        "built_at": super::landing::time(snapshot),
        "last_reload_failed_at": failure,
        "not_shown": snapshot.not_shown().map(|_| super::page::NOT_SHOWN),
    });
    Ok(Reply::json(JSON, &state).with(header::CACHE_CONTROL, "no-store"))
}
