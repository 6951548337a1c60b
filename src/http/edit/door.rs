//! The ways in and out: by name and password, by the owner's link, by an invitation.

use super::super::problem::Problem;
use super::super::reply::Reply;
use super::see;
use super::visit::{Form, Visit};
use super::who::{PLAIN, SECURE};
use crate::store::{Action, Password, Person, Stored, Turn, hashed, secret, too_weak};
use axum::http::{StatusCode, header};
use serde_json::json;

/// How long a stay lasts, whatever its owner does: a working day.
const STAY_HOURS: i64 = 12;

/// Bytes of an address to which somebody goes back: that of the map with its sites has some thousand.
const LONGEST: usize = 8 * 1024;

/// What is said of every attempt that fails, so that it says nothing about who exists.
const WRONG: &str = "The name and the password do not belong together, or this account is closed";

/// A cookie of this host alone.
pub(super) fn cookie(visit: &Visit, names: (&str, &str), token: &str, seconds: i64) -> String {
    let (name, secure) = if visit.is_encrypted { (names.0, "; Secure") } else { (names.1, "") };
    format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}

fn stay(visit: &Visit, token: &str) -> String {
    cookie(visit, (SECURE, PLAIN), token, STAY_HOURS * 3600)
}

/// The way in. Looking at the page uses nothing up, so that whoever only previews a link does not come in.
pub(super) fn door(visit: &Visit) -> Result<Reply, Problem> {
    shown(visit, &Form::default(), &[], None)
}

/// The way in, with what became of a sign-in elsewhere.
pub(super) fn told(visit: &Visit, status: StatusCode, words: &str) -> Result<Reply, Problem> {
    Ok(shown(visit, &Form::default(), &[], Some(words))?.status(status))
}

/// Where somebody was before they signed in, if that is a page of this place to which one can go back.
pub(super) fn way_back(from: &str) -> Option<&str> {
    let is_door = ["/sign-", "/invitation", "/account/"].iter().any(|door| from.starts_with(door));
    let is_path = from.starts_with('/') && !from.starts_with("//") && from.len() <= LONGEST;
    (is_path && !is_door && from.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')).then_some(from)
}

fn shown(visit: &Visit, form: &Form, errors: &[(&str, &str)], trouble: Option<&str>) -> Result<Reply, Problem> {
    let (name, sent) = (form.get("name"), form.get("from"));
    let from = if sent.is_empty() { visit.ask.get("from").unwrap_or_default() } else { sent };
    let errors: Vec<_> = errors.iter().map(|(field, words)| json!({"field": field, "words": words})).collect();
    let from = way_back(from).unwrap_or_default();
    let page = visit.page(
        "sign_in.html",
        json!({
            "key": visit.ask.get("key"), "errors": errors, "name": name, "provider": visit.provider_title(),
            "trouble": trouble, "is_out": visit.ask.get("done") == Some("out"), "from": from,
        }),
    )?;
    Ok(if errors.is_empty() { page } else { page.status(StatusCode::UNPROCESSABLE_ENTITY) })
}

/// Whether an attempt is looked at now; waits where the name is tried from everywhere.
pub(super) async fn turn(visit: &Visit, form: &Form) -> Result<(), Problem> {
    match (visit.ask.path.as_str(), form.get("key"), form.get("name")) {
        // An empty form is told what is missing.
        ("/sign-in", "", "") => Ok(()),
        ("/sign-in", "", name) => wait(visit, name).await,
        ("/sign-in" | "/account/password", ..) => wait(visit, "").await,
        _ => Ok(()),
    }
}

/// Asks the store of an attempt, on a thread that serves no connections.
async fn asked<T: Send + 'static>(
    visit: &Visit,
    of: impl FnOnce(&dyn crate::store::Keeper) -> Stored<T> + Send + 'static,
) -> Result<T, Problem> {
    let editing = std::sync::Arc::clone(&visit.editing);
    let asked = tokio::task::spawn_blocking(move || of(editing.workspace().keeper()));
    Ok(asked.await.map_err(|_| Problem::our_fault())??)
}

/// Waits as long as an attempt at this name must. It counts as failed, until it is excused or somebody came in.
pub(super) async fn wait(visit: &Visit, name: &str) -> Result<(), Problem> {
    let (address, name) = (visit.address(), name.to_owned());
    match asked(visit, move |keeper| keeper.attempt(address, &name)).await? {
        Turn::Refused(wait) => {
            tracing::warn!(address = ?visit.address(), seconds = wait.as_secs(), "too many sign-ins failed from one address");
            Err(Problem::too_many_attempts(u16::try_from(wait.as_secs() + 1).unwrap_or(u16::MAX)))
        }
        Turn::After(wait) => {
            tokio::time::sleep(wait).await;
            Ok(())
        }
    }
}

/// An attempt was none.
pub(super) async fn excuse(visit: &Visit) -> Result<(), Problem> {
    let address = visit.address();
    asked(visit, move |keeper| keeper.excuse(address, "")).await
}

/// Begins a stay.
pub(super) fn enter(visit: &Visit, form: &Form) -> Result<Reply, Problem> {
    if !form.get("key").is_empty() {
        let token = secret()?;
        let until = chrono::Utc::now() + chrono::Duration::hours(STAY_HOURS);
        let entered = visit.workspace().keeper().enter(&hashed(form.get("key")), &hashed(&token), until);
        if matches!(entered, Err(crate::store::StoreError::Refused(_))) {
            tracing::warn!(address = ?visit.address(), "a sign-in by the owner's link was refused");
        }
        entered?;
        visit.workspace().keeper().came_in(visit.address(), "")?;
        return Ok(see(visit, "/drafts").with(header::SET_COOKIE, stay(visit, &token)));
    }
    let name = form.get("name");
    if name.is_empty() {
        return shown(visit, form, &[("name", "Enter your name")], None);
    }
    let found = visit.workspace().keeper().named(name)?;
    let kept = found.as_ref().and_then(|(_, password)| password.as_ref());
    let is_right = Password::is(kept, form.as_typed("password"));
    match found.filter(|(person, _)| is_right && person.is_active) {
        Some((person, _)) => {
            visit.workspace().keeper().came_in(visit.address(), name)?;
            begin(visit, &person, "by password", form.get("from"))
        }
        None => {
            // The name may be a password typed into the wrong field, so it is not written down.
            tracing::warn!(address = ?visit.address(), "a sign-in was refused");
            shown(visit, form, &[("name", WRONG)], None)
        }
    }
}

/// Lets somebody in who proved who they are, to where they came from, else to their work, else to the map. What the
/// browser had before is void.
pub(super) fn begin(visit: &Visit, person: &Person, how: &str, from: &str) -> Result<Reply, Problem> {
    let token = secret()?;
    let until = chrono::Utc::now() + chrono::Duration::hours(STAY_HOURS);
    let before = visit.token.as_deref().map(hashed);
    visit.workspace().keeper().begin_stay(&person.id, how, &hashed(&token), before.as_deref(), until)?;
    let own = if crate::store::may(&person.actor(), Action::Draft, None) { "/drafts" } else { "/" };
    Ok(see(visit, way_back(from).unwrap_or(own)).with(header::SET_COOKIE, stay(visit, &token)))
}

/// Ends a stay.
pub(super) fn leave(visit: &Visit, _: &Form) -> Result<Reply, Problem> {
    let keeper = visit.workspace().keeper();
    let is_external =
        visit.actor.person.as_ref().is_some_and(|id| keeper.person(id).is_ok_and(|one| one.is_external()));
    if let Some(token) = &visit.token {
        keeper.leave(&hashed(token))?;
    }
    // Whoever vouches for them still knows this browser, and they are told so.
    let to = if is_external { "/sign-in?done=out" } else { "/" };
    Ok(see(visit, to).with(header::SET_COOKIE, cookie(visit, (SECURE, PLAIN), "", 0)))
}

/// The page of an invitation. Looking at it uses nothing up.
pub(super) fn invitation(visit: &Visit) -> Result<Reply, Problem> {
    invited(visit, visit.ask.get("key").unwrap_or_default(), None)
}

fn invited(visit: &Visit, key: &str, wrong: Option<String>) -> Result<Reply, Problem> {
    let Some(invited) = visit.workspace().keeper().invited(&hashed(key))? else {
        return Err(Problem::refused("This link was used, or its time is over. Ask an owner of the place for another"));
    };
    let is_wrong = wrong.is_some();
    let errors: Vec<_> = wrong.map(|words| json!({"field": "password", "words": words})).into_iter().collect();
    let about = json!({"key": key, "name": invited.person.name, "role": invited.person.role.word(), "errors": errors});
    let page = visit.page("invitation.html", about)?;
    Ok(if is_wrong { page.status(StatusCode::UNPROCESSABLE_ENTITY) } else { page })
}

/// Somebody who was invited chooses a password, and is in.
pub(super) fn accept(visit: &Visit, form: &Form) -> Result<Reply, Problem> {
    let key = form.get("key");
    let known = visit.workspace().keeper().invited(&hashed(key))?;
    let Some(known) = known else { return invited(visit, key, None) };
    let words = form.as_typed("password");
    if let Some(why) = too_weak(words, &known.person.name) {
        return invited(visit, key, Some(why));
    }
    if words != form.as_typed("again") {
        return invited(visit, key, Some("The two passwords are not the same".to_owned()));
    }
    let person = visit.workspace().keeper().accept(&hashed(key), Password::of(words)?)?;
    visit.workspace().keeper().came_in(visit.address(), "")?;
    begin(visit, &person, "by an invitation", "")
}

#[cfg(test)]
mod tests {
    use super::way_back;

    #[test]
    fn whoever_signs_in_goes_back_to_a_page_of_this_place_and_to_no_other() {
        for page in [
            "/",
            "/versions/3?from=2",
            "/scenarios?view=http%3A%2F%2Fa%2F%23pins%3D1",
            "/s/abc",
            "/accounts",
            "/account",
        ] {
            assert_eq!(way_back(page), Some(page));
        }
        for other in [
            "",
            "//evil.example/",
            "https://evil.example",
            "/\\evil",
            "javascript:1",
            "/a b",
            "/a\r\nSet-Cookie: x",
            "/sign-in",
            "/sign-out",
            "/sign-in?from=/sign-in",
            "/invitation?key=1",
            "/account/password",
            &format!("/{}", "x".repeat(9000)),
            "/é",
        ] {
            assert_eq!(way_back(other), None, "{other}");
        }
    }
}
