//! A request by somebody: what they may, the pages they see, and the seal of their forms.

use super::super::{App, page, problem::Problem, reply::Reply, request::Ask};
use super::oidc::{CARRIED, Provider};
use super::who::{self, Credential};
use crate::edit::Editing;
use crate::store::{Action, Actor, Role, Workspace, hashed, may};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde_json::{Value, json};
use std::fs::File;
use std::net::IpAddr;
use std::sync::Arc;

/// Forms that are sent by somebody who is not in yet: what they bring is what counts.
const DOORS: [&str; 2] = ["/sign-in", "/invitation"];

/// A request by somebody.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) ask: Ask,
    pub(super) editing: Arc<Editing>,
    pub(super) actor: Actor,
    /// What only this browser has.
    pub(super) token: Option<String>,
    /// Whether a program asks, by a token; it never decides about people.
    is_program: bool,
    reads_only: bool,
    /// Whether the browser's own connection is encrypted.
    pub(super) is_encrypted: bool,
    /// Who else vouches for people.
    pub(super) provider: Option<Arc<Provider>>,
    /// What the browser carried through a sign-in there.
    pub(super) carried: Option<String>,
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
        self.as_typed(name).trim()
    }

    /// A field as it was typed: spaces are part of a password.
    pub(super) fn as_typed(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// A field that is a whole number.
    pub(super) fn number(&self, name: &str) -> Result<u64, Problem> {
        let words = self.get(name);
        words.parse().map_err(|_| Problem::bad_request(format!("{name} is {words:?}; it must be a whole number.")))
    }

    /// What follows a prefix in the names of the fields that are set: boxes that were ticked.
    pub(super) fn ticked(&self, prefix: &str) -> Vec<String> {
        let names = self.fields.iter().filter(|(_, value)| !value.is_empty());
        names.filter_map(|(name, _)| name.strip_prefix(prefix).map(str::to_owned)).collect()
    }
}

impl Visit {
    pub(super) async fn of(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let ask = Ask::from_request_parts(parts, app).await?;
        let Some(editing) = app.editing.clone() else { return Err(Problem::no_such_page(&ask.path)) };
        let credential = who::credential(app, &parts.headers);
        let known = who::known(&editing, &credential).await?;
        let (token, is_program) = match credential {
            Credential::Stay(token) if known.is_some() => (Some(token), false),
            Credential::Token(_) => (None, true),
            _ => (None, false),
        };
        let reads_only = known.as_ref().is_some_and(|known| known.reads_only);
        let actor = known.map_or_else(Actor::anonymous, |known| known.actor);
        let is_encrypted = who::is_encrypted(app, &parts.headers);
        let carried = who::cookie(&parts.headers, if is_encrypted { CARRIED.0 } else { CARRIED.1 });
        let provider = app.provider.clone();
        Ok(Self { ask, editing, actor, token, is_program, reads_only, is_encrypted, provider, carried })
    }

    pub(super) fn workspace(&self) -> &Workspace {
        self.editing.workspace()
    }

    pub(super) fn may(&self, action: Action) -> bool {
        let of_people = matches!(action, Action::Account | Action::People | Action::Settings);
        let shown = !matches!(action, Action::ReadPublished | Action::ReadScenario)
            || self.actor.role >= self.editing.visibility().place;
        may(&self.actor, action, None) && shown && !(of_people && self.is_program)
    }

    /// Nothing is shown or done that the table of rights does not allow.
    pub(super) fn must(&self, action: Action) -> Result<(), Problem> {
        if self.may(action) { Ok(()) } else { Err(self.forbidden()) }
    }

    /// The same for something that is somebody's.
    pub(super) fn must_of(&self, action: Action, owner: &str) -> Result<(), Problem> {
        if self.may(action) && may(&self.actor, action, Some(owner)) { Ok(()) } else { Err(self.forbidden()) }
    }

    pub(super) fn forbidden(&self) -> Problem {
        if self.actor.role == Role::Anonymous {
            return Problem::unauthorized(
                "This page is for those who work on the place. Sign in first; a program sends a token.",
            );
        }
        Problem::forbidden("You are signed in, and this is not among what you may do. Ask an owner of this place.")
    }

    /// Id of the account of whoever asks.
    pub(super) fn account(&self) -> Result<&str, Problem> {
        self.must(Action::Account)?;
        self.actor.person.as_deref().ok_or_else(|| {
            Problem::refused(
                "You came in by the owner's link, which has no account. Invite yourself under People first",
            )
        })
    }

    /// How pages call whoever else vouches for people.
    pub(super) fn provider_title(&self) -> Option<&str> {
        self.provider.as_deref().map(Provider::title)
    }

    /// The address of the client, where it is known and not this machine's own.
    pub(super) fn address(&self) -> Option<IpAddr> {
        self.ask.client
    }

    /// What a form must bring back, so that no other page can send one in this browser's name.
    fn seal(&self) -> String {
        self.token.as_deref().map(|token| hashed(&format!("form {token}"))).unwrap_or_default()
    }

    /// Refuses a form that was not shown to this browser, and one of a token that only reads. A token is sent by no
    /// browser by itself, so a program needs no seal.
    pub(super) fn own_form(&self, form: &Form) -> Result<(), Problem> {
        if self.reads_only {
            return Err(Problem::forbidden("This token only reads. Nothing was changed."));
        }
        let (seal, sent) = (self.seal(), form.get("seal"));
        let is_own = !seal.is_empty() && hashed(&seal) == hashed(sent);
        if is_own || self.is_program || DOORS.contains(&self.ask.path.as_str()) {
            return Ok(());
        }
        if self.actor.role == Role::Anonymous {
            return Err(self.forbidden());
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
            members.insert("here".to_owned(), json!(self.ask.path));
            members.insert("edited".to_owned(), json!(true));
            members.insert("seal".to_owned(), json!(self.seal()));
            members.insert("who".to_owned(), json!(self.token.as_ref().map(|_| &self.actor.name)));
            members.insert("may_draft".to_owned(), json!(self.may(Action::Draft)));
            members.insert("may_publish".to_owned(), json!(self.may(Action::Publish)));
            members.insert("may_people".to_owned(), json!(self.may(Action::People)));
        }
        page::bare(name, &members)
    }
}
