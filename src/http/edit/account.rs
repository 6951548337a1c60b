//! `/account`: one's own: tokens for programs, password, stays, and what is kept of oneself.

use super::super::problem::Problem;
use super::super::reply::Reply;
use super::door::cookie;
use super::see;
use super::visit::{Form, Visit};
use super::who::{PLAIN, SECURE, TOKEN};
use crate::store::{Action, Password, Person, Role, hashed, secret, too_weak};
use axum::http::{StatusCode, header};
use serde_json::{Value, json};

/// How long tokens may live, in days.
const LIVES: [i64; 3] = [30, 90, 365];
/// Tokens somebody may have.
const MOST: usize = 20;

/// The page.
pub(super) fn page(visit: &Visit) -> Result<Reply, Problem> {
    shown(visit, None, None)
}

/// The page with a fresh token, or with what is wrong with a field of a form.
fn shown(visit: &Visit, fresh: Option<&str>, wrong: Option<(&str, &str)>) -> Result<Reply, Problem> {
    visit.must(Action::Account)?;
    let keeper = visit.workspace().keeper();
    let person = match &visit.actor.person {
        Some(id) => Some(keeper.person(id)?),
        None => None,
    };
    let day = |at: chrono::DateTime<chrono::Utc>| at.format("%-d %B %Y").to_string();
    let tokens: Vec<Value> = match &person {
        Some(person) => keeper
            .tokens(&person.id)?
            .into_iter()
            .map(|token| {
                json!({
                    "id": token.id, "label": token.label, "may_write": token.may_write, "made": day(token.made),
                    "until": day(token.until), "seen": token.seen.map(day), "over": token.until < chrono::Utc::now(),
                })
            })
            .collect(),
        None => Vec::new(),
    };
    let errors: Vec<Value> = wrong
        .iter()
        .map(|(field, words)| json!({"field": field, "words": format!("{words}. Nothing was changed")}))
        .collect();
    let page = visit.page(
        "account.html",
        json!({
            "name": visit.actor.name, "role": visit.actor.role.word(), "patches": visit.actor.patches,
            "has_account": person.is_some(), "is_external": person.as_ref().is_some_and(Person::is_external),
            "has_password": person.is_some_and(|person| person.has_password),
            "tokens": tokens, "fresh": fresh, "lives": LIVES, "done": visit.ask.get("done"),
            "may_write": visit.actor.role >= Role::Coordinator, "errors": errors,
        }),
    )?;
    Ok(if wrong.is_some() { page.status(StatusCode::UNPROCESSABLE_ENTITY) } else { page })
}

/// Makes a token; it is shown this once.
pub(super) fn new_token(visit: &Visit, form: &Form) -> Result<Reply, Problem> {
    let id = visit.account()?.to_owned();
    let label = form.get("label");
    if label.is_empty() || label.chars().count() > 80 {
        let words = "Say in at most 80 letters what the token is for, such as QGIS on my laptop";
        return shown(visit, None, Some(("label", words)));
    }
    let days = i64::try_from(form.number("days")?).ok().filter(|days| LIVES.contains(days));
    let days = days.ok_or_else(|| Problem::refused("A token lives for 30, 90 or 365 days"))?;
    let keeper = visit.workspace().keeper();
    if keeper.tokens(&id)?.len() >= MOST {
        let words = "You have as many tokens as anybody may. End one that is not used any more";
        return shown(visit, None, Some(("label", words)));
    }
    let token = format!("{TOKEN}{}", secret()?);
    let until = chrono::Utc::now() + chrono::Duration::days(days);
    let may_write = form.get("scope") == "write" && visit.actor.role >= Role::Coordinator;
    keeper.new_token(&visit.actor, &id, label, may_write, &hashed(&token), until)?;
    shown(visit, Some(&token), None)
}

/// Another password for whoever is in: they say the present one first.
pub(super) fn change_password(visit: &Visit, form: &Form) -> Result<Reply, Problem> {
    let id = visit.account()?.to_owned();
    let keeper = visit.workspace().keeper();
    let kept = keeper.named(&visit.actor.name)?.and_then(|(_, password)| password);
    if !Password::is(kept.as_ref(), form.as_typed("present")) {
        return shown(visit, None, Some(("present", "The present password is not right")));
    }
    keeper.excuse(visit.address(), "")?;
    let words = form.as_typed("password");
    if let Some(why) = too_weak(words, &visit.actor.name) {
        return shown(visit, None, Some(("password", &why)));
    }
    if words != form.as_typed("again") {
        return shown(visit, None, Some(("password", "The two passwords are not the same")));
    }
    let own = visit.token.as_deref().map(hashed);
    keeper.change_password(&visit.actor, &id, Password::of(words)?, own.as_deref())?;
    Ok(see(visit, "/account?done=password"))
}

/// Ends a token.
pub(super) fn end_token(visit: &Visit, _: &Form) -> Result<Reply, Problem> {
    let id = visit.account()?.to_owned();
    visit.workspace().keeper().end_token(&visit.actor, &id, visit.ask.param("token"))?;
    Ok(see(visit, "/account?done=token"))
}

/// Signs out everywhere, here too.
pub(super) fn leave_everywhere(visit: &Visit, _: &Form) -> Result<Reply, Problem> {
    let id = visit.account()?.to_owned();
    visit.workspace().keeper().leave_everywhere(&visit.actor, &id, None)?;
    Ok(see(visit, "/sign-in").with(header::SET_COOKIE, cookie(visit, (SECURE, PLAIN), "", 0)))
}

/// What is kept of oneself.
pub(super) fn own_data(visit: &Visit) -> Result<Reply, Problem> {
    let id = visit.account()?.to_owned();
    data(visit, &visit.workspace().keeper().person(&id)?)
}

/// Everything that is kept of a person, as JSON.
pub(super) fn data(visit: &Visit, person: &Person) -> Result<Reply, Problem> {
    let keeper = visit.workspace().keeper();
    let did: Vec<Value> = keeper
        .audit(&person.name, usize::MAX >> 1)?
        .into_iter()
        .filter(|row| row.who == person.name || row.object == person.name)
        .map(|row| {
            json!({"row": row.n, "at": row.at.to_rfc3339(), "who": row.who, "action": row.action, "object": row.object, "detail": row.detail})
        })
        .collect();
    let tokens: Vec<Value> = keeper
        .tokens(&person.id)?
        .into_iter()
        .map(|token| json!({"label": token.label, "may_write": token.may_write, "made": token.made.to_rfc3339(), "until": token.until.to_rfc3339()}))
        .collect();
    let about = json!({
        "name": person.name, "subject": person.subject, "role": person.role.word(), "patches": person.patches,
        "is_active": person.is_active, "has_password": person.has_password, "made": person.made.to_rfc3339(),
        "seen": person.seen.map(|seen| seen.to_rfc3339()), "tokens": tokens, "audit": did,
    });
    let name = "attachment; filename=\"what-is-kept.json\"";
    Ok(Reply::new("application/json", format!("{about:#}\n")).with(header::CONTENT_DISPOSITION, name))
}
