//! Who may ask for what is published, where not everybody may: decided here once, before anything is looked up.
//!
//! A place that everybody may see costs nothing of this: no cookie is read and no database asked.

use super::App;
use super::edit::who;
use super::problem::Problem;
use crate::snapshot::Snapshot;
use crate::store::Role;
use axum::extract::{MatchedPath, Request};
use std::sync::Arc;

/// What the asker sees, where not everybody sees the same.
#[derive(Debug, Clone)]
pub(super) struct View {
    /// The snapshot as far as they may see it; nothing where nothing stands.
    pub(super) snapshot: Option<Arc<Snapshot>>,
    pub(super) sees: Sees,
}

/// What somebody may have of what they see.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sees {
    /// Files, and not pages alone.
    pub(super) files: bool,
    /// What is worked out from everything.
    pub(super) everything: bool,
}

impl Sees {
    /// Where everybody may see everything.
    pub(super) const ALL: Self = Self { files: true, everything: true };
}

/// What one must see to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    /// Nothing: it says nothing of the place, or asks by itself who somebody is.
    Nothing,
    /// The place; what is shown is narrowed to what one may see of it.
    Place,
    /// The place, and fetching files.
    Files,
    /// Everything, because what is answered is worked out from everything.
    Everything,
}

/// What a resource asks for. Whatever is not named asks for the place.
fn need(route: &str) -> Need {
    match route.trim_end_matches('/') {
        "/livez" | "/readyz" | "/healthz" | "/metrics" | "/robots.txt" | "/-/style.css" | "/-/web/{file}" | "/docs"
        | "/docs/{page}" => Need::Nothing,
        super::archive::PATH => Need::Files,
        "/processes/{process}/execution"
        | "/jobs"
        | "/jobs/{job}"
        | "/jobs/{job}/results"
        | "/giving"
        | "/review/{patch}"
        | "/-/issues" => Need::Everything,
        route if super::edit::is_private(route) => Need::Nothing,
        _ => Need::Place,
    }
}

/// Whether somebody who sees so much is answered at an address of the definition.
pub(super) fn is_for(path: &str, sees: Sees) -> bool {
    let route = match path {
        path if path.starts_with("/processes/") && path.ends_with("/execution") => "/processes/{process}/execution",
        path if path.starts_with("/jobs/") => "/jobs/{job}",
        path => path,
    };
    match need(route) {
        Need::Nothing | Need::Place => true,
        Need::Files => sees.files,
        Need::Everything => sees.everything,
    }
}

/// Lets a request in, with what it may see; `None` where everybody may see everything, or nothing is asked of the place.
pub(super) async fn admit(app: &App, request: &mut Request) -> Result<Option<View>, Problem> {
    let Some(editing) = &app.editing else { return Ok(None) };
    let visibility = editing.visibility();
    if visibility.is_open() {
        return Ok(None);
    }
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let need = need(route);
    if need == Need::Nothing {
        return Ok(None);
    }
    let credential = who::credential(app, request.headers());
    let role = who::role(editing, &credential).await?;
    let sees = Sees { files: role >= visibility.files, everything: visibility.shows_all(role) };
    let enough = role >= visibility.place
        && match need {
            Need::Nothing | Need::Place => true,
            Need::Files => sees.files,
            Need::Everything => sees.everything,
        };
    if !enough {
        let why = "Not everybody may see this. Sign in as somebody who may, or send a token of theirs.";
        return Err(if role == Role::Anonymous { Problem::unauthorized(why) } else { Problem::forbidden(why) });
    }
    let view = View { snapshot: editing.seen_by(role, &visibility), sees };
    request.extensions_mut().insert(view.clone());
    Ok(Some(view))
}
