//! Who asks: by the cookie of a stay that began with the owner's link.

use super::super::{App, page, problem::Problem, reply::Reply, request::Ask};
use super::see;
use crate::edit::Editing;
use crate::store::{Action, Actor, Workspace, hashed, may, secret};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde_json::{Value, json};
use std::fs::File;
use std::sync::Arc;

/// How long a stay lasts: a working day.
const STAY_HOURS: i64 = 12;
/// The cookie's name where the connection is encrypted: a browser takes it from this host alone.
const SECURE: &str = "__Host-patchwork";
/// Its name where it is not, which is on this machine only.
const PLAIN: &str = "patchwork_stay";

/// A request by somebody.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) ask: Ask,
    pub(super) editing: Arc<Editing>,
    pub(super) actor: Actor,
    /// What only this browser has.
    token: Option<String>,
}

/// What a form says.
#[derive(Debug, Default)]
pub(super) struct Form {
    pub(super) fields: Vec<(String, String)>,
    /// The files that came with it: their names as given, and their bytes.
    pub(super) files: Vec<(String, File)>,
}

impl Form {
    /// A field, without spaces round it; empty where it is missing.
    pub(super) fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// A field that is a whole number.
    pub(super) fn number(&self, name: &str) -> Result<u64, Problem> {
        let words = self.get(name);
        words.parse().map_err(|_| Problem::bad_request(format!("{name} is {words:?}; it must be a whole number.")))
    }
}

impl Visit {
    pub(super) async fn of(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let ask = Ask::from_request_parts(parts, app).await?;
        let Some(editing) = app.editing.clone() else { return Err(Problem::no_such_page(&ask.path)) };
        let token = token(&parts.headers);
        let known = token.clone().map(|token| hashed(&token));
        let asked = Arc::clone(&editing);
        let session = tokio::task::spawn_blocking(move || match known {
            Some(known) => asked.workspace().keeper().session(&known),
            None => Ok(None),
        });
        let session = session.await.map_err(|_| Problem::our_fault())??;
        let token = token.filter(|_| session.is_some());
        let actor = session.map_or_else(Actor::anonymous, |session| session.actor);
        Ok(Self { ask, editing, actor, token })
    }

    pub(super) fn workspace(&self) -> &Workspace {
        self.editing.workspace()
    }

    pub(super) fn may(&self, action: Action) -> bool {
        may(&self.actor, action, None)
    }

    /// Nothing is shown or done that the table of rights does not allow.
    pub(super) fn must(&self, action: Action) -> Result<(), Problem> {
        if self.may(action) { Ok(()) } else { Err(self.forbidden()) }
    }

    /// The same for something that is somebody's.
    pub(super) fn must_of(&self, action: Action, owner: &str) -> Result<(), Problem> {
        if may(&self.actor, action, Some(owner)) { Ok(()) } else { Err(self.forbidden()) }
    }

    pub(super) fn forbidden(&self) -> Problem {
        Problem::forbidden(
            "This page is for those who look after the place. Open the owner's link first: patchwork serve --workspace \
             prints it when it starts.",
        )
    }

    /// What a form must bring back, so that no other page can send one in this browser's name.
    fn seal(&self) -> String {
        self.token.as_deref().map(|token| hashed(&format!("form {token}"))).unwrap_or_default()
    }

    /// Refuses a form that was not shown to this browser.
    pub(super) fn own_form(&self, form: &Form) -> Result<(), Problem> {
        let (seal, sent) = (self.seal(), form.get("seal"));
        // The way in has no seal yet: it changes nothing but who this browser is.
        if self.ask.path == "/sign-in" || (!seal.is_empty() && hashed(&seal) == hashed(sent)) {
            return Ok(());
        }
        Err(Problem::forbidden(
            "This form is not of your present stay. Nothing was changed: open the page again and send it once more.",
        ))
    }

    /// A page with what every page of a workspace has.
    pub(super) fn page(&self, name: &str, mut members: Value) -> Result<Reply, Problem> {
        if let Some(members) = members.as_object_mut() {
            let place = self.ask.snapshot().ok().map(|snapshot| snapshot.place.name.clone());
            members.insert("place".to_owned(), json!(place));
            members.insert("base".to_owned(), json!(self.ask.base));
            members.insert("edited".to_owned(), json!(true));
            members.insert("seal".to_owned(), json!(self.seal()));
            members.insert("who".to_owned(), json!(self.token.as_ref().map(|_| &self.actor.name)));
            members.insert("may_draft".to_owned(), json!(self.may(Action::Draft)));
            members.insert("may_publish".to_owned(), json!(self.may(Action::Publish)));
        }
        page::bare(name, &members)
    }
}

fn token(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, token) = pairs.find(|(name, _)| [SECURE, PLAIN].contains(name))?;
    (token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit())).then(|| token.to_owned())
}

fn cookie(visit: &Visit, token: &str, seconds: i64) -> String {
    let is_secure = visit.ask.base.starts_with("https://");
    let (name, secure) = if is_secure { (SECURE, "; Secure") } else { (PLAIN, "") };
    format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}

/// The way in. Looking at the page uses nothing up, so that whoever only previews a link does not come in.
pub(super) fn door(visit: &Visit) -> Result<Reply, Problem> {
    let key = visit.ask.get("key").unwrap_or_default();
    visit.page("sign_in.html", json!({"key": key}))
}

/// Begins a stay.
pub(super) fn enter(visit: &Visit, form: &super::Form) -> Result<Reply, Problem> {
    let token = secret()?;
    let until = chrono::Utc::now() + chrono::Duration::hours(STAY_HOURS);
    visit.workspace().keeper().enter(&hashed(form.get("key")), &hashed(&token), until)?;
    Ok(see(visit, "/drafts").with(header::SET_COOKIE, cookie(visit, &token, STAY_HOURS * 3600)))
}

/// Ends it.
pub(super) fn leave(visit: &Visit, _: &super::Form) -> Result<Reply, Problem> {
    if let Some(token) = &visit.token {
        visit.workspace().keeper().leave(&hashed(token))?;
    }
    Ok(see(visit, "/").with(header::SET_COOKIE, cookie(visit, "", 0)))
}
