//! `/people`: who there is and what each may; invitations, resets, and an end. `/settings`: who may see what.

use super::super::problem::Problem;
use super::super::reply::Reply;
use super::visit::{Form, Visit};
use super::{account, see};
use crate::store::{Action, Person, Role, StoreError, Visibility, hashed, secret};
use axum::http::StatusCode;
use serde_json::{Value, json};

/// How long an invitation waits.
const INVITED_DAYS: i64 = 7;

fn head(person: &Person) -> Value {
    json!({
        "id": person.id, "name": person.name, "role": person.role.word(), "patches": person.patches,
        "is_active": person.is_active, "is_external": person.is_external(), "has_password": person.has_password,
        "made": person.made.format("%-d %B %Y").to_string(),
        "seen": person.seen.map(|seen| seen.format("%-d %B %Y").to_string()),
    })
}

/// All people, and the form to invite one.
pub(super) fn list(visit: &Visit) -> Result<Reply, Problem> {
    listed(visit, &Form::default(), None, None)
}

fn listed(visit: &Visit, form: &Form, wrong: Option<String>, link: Option<(&str, String)>) -> Result<Reply, Problem> {
    visit.must(Action::People)?;
    let people: Vec<Value> = visit.workspace().keeper().people()?.iter().map(head).collect();
    let is_wrong = wrong.is_some();
    let errors: Vec<Value> = wrong.map(|words| json!({"field": "name", "words": words})).into_iter().collect();
    let page = visit.page(
        "people.html",
        json!({
            "people": people, "patches": patches(visit), "errors": errors, "name": form.get("name"),
            "link": link.as_ref().map(|(_, link)| link), "link_of": link.as_ref().map(|(name, _)| name),
            "days": INVITED_DAYS, "done": visit.ask.get("done"), "provider": visit.provider_title(),
            "by_link": visit.actor.person.is_none(),
        }),
    )?;
    Ok(if is_wrong { page.status(StatusCode::UNPROCESSABLE_ENTITY) } else { page })
}

fn patches(visit: &Visit) -> Vec<Value> {
    let Ok(snapshot) = visit.ask.snapshot() else { return Vec::new() };
    snapshot.place.patches.iter().map(|patch| json!({"key": patch.key, "name": patch.name})).collect()
}

fn role(form: &Form) -> Result<Role, StoreError> {
    let known = Role::named(form.get("role")).filter(|role| *role != Role::Anonymous);
    known.ok_or_else(|| StoreError::Refused("Choose a role: viewer, coordinator, editor or owner".to_owned()))
}

/// The patches of a form: all of the place, or those that are ticked.
fn own(form: &Form) -> Option<Vec<String>> {
    (form.get("reach") == "own").then(|| form.ticked("patch:"))
}

fn link(visit: &Visit) -> Result<(String, String, chrono::DateTime<chrono::Utc>), Problem> {
    let key = secret()?;
    let address = visit.ask.url(&format!("/invitation?key={key}"));
    Ok((address, hashed(&key), chrono::Utc::now() + chrono::Duration::days(INVITED_DAYS)))
}

/// Invites somebody: the link is shown this once.
pub(super) fn invite(visit: &Visit, form: &Form) -> Result<Reply, Problem> {
    visit.must(Action::People)?;
    let (address, hash, until) = link(visit)?;
    let (name, own) = (form.get("name"), own(form));
    let made = role(form)
        .and_then(|role| visit.workspace().keeper().invite(&visit.actor, name, role, own.as_deref(), (&hash, until)));
    match made {
        Ok(_) => listed(visit, &Form::default(), None, Some((name, address))),
        Err(StoreError::Refused(why)) => listed(visit, form, Some(why), None),
        Err(error) => Err(error.into()),
    }
}

fn named(visit: &Visit) -> Result<Person, Problem> {
    visit.must(Action::People)?;
    Ok(visit.workspace().keeper().person(visit.ask.param("person"))?)
}

/// One of them.
pub(super) fn one(visit: &Visit) -> Result<Reply, Problem> {
    let person = named(visit)?;
    shown(visit, &person, None)
}

fn shown(visit: &Visit, person: &Person, link: Option<&str>) -> Result<Reply, Problem> {
    let mut page = head(person);
    if let Some(members) = page.as_object_mut() {
        members.insert("all_patches".to_owned(), json!(patches(visit)));
        members.insert("is_self".to_owned(), json!(visit.actor.person.as_ref() == Some(&person.id)));
        members.insert("link".to_owned(), json!(link));
        members.insert("days".to_owned(), json!(INVITED_DAYS));
        members.insert("done".to_owned(), json!(visit.ask.get("done")));
    }
    visit.page("person.html", page)
}

/// Changes what somebody is.
pub(super) fn change(visit: &Visit, form: &Form) -> Result<Reply, Problem> {
    let person = named(visit)?;
    let (role, own, is_active) = (role(form)?, own(form), form.get("active") != "no");
    visit.workspace().keeper().change_person(&visit.actor, &person.id, role, own.as_deref(), is_active)?;
    Ok(see(visit, &format!("/people/{}?done=changed", person.id)))
}

/// Another link for somebody who forgot their password, or lost what they had.
pub(super) fn reset(visit: &Visit, _: &Form) -> Result<Reply, Problem> {
    let person = named(visit)?;
    let (address, hash, until) = link(visit)?;
    visit.workspace().keeper().reset(&visit.actor, &person.id, (&hash, until))?;
    shown(visit, &person, Some(&address))
}

/// Ends all stays of somebody.
pub(super) fn end_stays(visit: &Visit, _: &Form) -> Result<Reply, Problem> {
    let person = named(visit)?;
    visit.workspace().keeper().leave_everywhere(&visit.actor, &person.id, None)?;
    Ok(see(visit, &format!("/people/{}?done=stays", person.id)))
}

/// Takes somebody's account away.
pub(super) fn erase(visit: &Visit, form: &Form) -> Result<Reply, Problem> {
    let person = named(visit)?;
    if form.get("name") != person.name {
        return Err(Problem::refused("Type the person's name to say that you mean it. Nothing was changed"));
    }
    visit.workspace().keeper().erase_person(&visit.actor, &person.id)?;
    Ok(see(visit, "/people?done=erased"))
}

/// What is kept of somebody, who asked for it.
pub(super) fn data(visit: &Visit) -> Result<Reply, Problem> {
    account::data(visit, &named(visit)?)
}

/// Who may see what.
pub(super) fn settings(visit: &Visit) -> Result<Reply, Problem> {
    visit.must(Action::Settings)?;
    let now = visit.editing.visibility();
    let layers = visit.ask.snapshot().map(|snapshot| snapshot.layers()).unwrap_or_default();
    let collections: Vec<Value> = layers
        .iter()
        .map(|each| {
            let id = each.layer.id.as_str();
            let role = now.collections.get(id).copied().unwrap_or(Role::Anonymous);
            json!({"id": id, "title": each.layer.title, "role": role.word()})
        })
        .collect();
    visit.page(
        "settings.html",
        json!({
            "see": now.place.word(), "files": now.files.word(), "collections": collections,
            "done": visit.ask.get("done"), "days": visit.workspace().keeper().record_days()?,
        }),
    )
}

/// Decides it.
pub(super) fn decide(visit: &Visit, form: &Form) -> Result<Reply, Problem> {
    visit.must(Action::Settings)?;
    let read = |word: &str| Role::named(word).ok_or_else(|| Problem::refused("Choose who may see it from the list"));
    let mut decided =
        Visibility { place: read(form.get("see"))?, files: read(form.get("files"))?, ..Visibility::default() };
    // A layer that is not served now keeps what was decided of it: it may come back.
    let before = visit.editing.visibility();
    let layers = visit.ask.snapshot().map(|snapshot| snapshot.layers()).unwrap_or_default();
    decided.collections = before.collections.clone();
    for (name, value) in &form.fields {
        let Some(id) = name.strip_prefix("see:") else { continue };
        if !before.collections.contains_key(id) && !layers.iter().any(|each| each.layer.id.as_str() == id) {
            let why = format!("There is no layer “{id}” here, so nothing was decided. Load the page again");
            return Err(Problem::refused(&why));
        }
        match read(value)? {
            Role::Anonymous => decided.collections.remove(id),
            role => decided.collections.insert(id.to_owned(), role),
        };
    }
    // A form without the field, such as a program's, says nothing of it.
    if form.fields.iter().any(|(name, _)| name == "days") {
        let words = form.get("days").trim();
        let days = if words.is_empty() { None } else { Some(words.parse::<u32>().ok().filter(|days| *days > 0)) };
        let Some(days) = days.map_or(Some(None), |days| days.map(Some)) else {
            return Err(Problem::refused(
                "Write for how many days records are kept as files, as a whole number above 0; or leave it empty",
            ));
        };
        if days != visit.workspace().keeper().record_days()? {
            visit.workspace().keeper().set_record_days(&visit.actor, days)?;
        }
    }
    visit.editing.set_visibility(&visit.actor, decided)?;
    Ok(see(visit, "/settings?done=1"))
}
