//! Signing in at somebody else: the browser leaves for the provider, comes back with a code, and whoever the provider says
//! it is comes in as what their groups are here. The issuer and its subject are the key, never a name.

use super::super::App;
use super::super::problem::Problem;
use super::super::reply::Reply;
use super::door;
use super::oidc::{self, CARRIED, Fault, Provider};
use super::visit::Visit;
use crate::store::secret;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use std::sync::Arc;

/// Seconds that a sign-in elsewhere may take.
const TAKES: i64 = 600;

/// Sends the browser to the provider.
pub(super) async fn leave_for(State(app): State<Arc<App>>, request: Request) -> Response {
    written(left(&app, request).await)
}

/// Whoever comes back from the provider.
pub(super) async fn come_back(State(app): State<Arc<App>>, request: Request) -> Response {
    written(came_back(&app, request).await)
}

/// Sends whoever signed out here to the page where they sign out of the provider too.
pub(super) async fn end(State(app): State<Arc<App>>, request: Request) -> Response {
    written(ended(&app, request).await)
}

fn written(answer: Result<Reply, Problem>) -> Response {
    match answer {
        Ok(reply) => reply.with(header::CACHE_CONTROL, "no-store").into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn begun(app: &Arc<App>, request: Request) -> Result<(Visit, Arc<Provider>), Problem> {
    let (mut parts, _) = request.into_parts();
    let visit = Visit::of(&mut parts, app).await?;
    let provider = visit.provider.clone().ok_or_else(|| Problem::no_such_page(&visit.ask.path))?;
    Ok((visit, provider))
}

fn back(visit: &Visit) -> String {
    visit.ask.url("/sign-in/back")
}

fn to(address: String) -> Reply {
    Reply::empty().status(StatusCode::SEE_OTHER).with(header::LOCATION, address)
}

async fn left(app: &Arc<App>, request: Request) -> Result<Reply, Problem> {
    let (visit, provider) = begun(app, request).await?;
    let carried = secret()?;
    match provider.address(&carried, &back(&visit)).await {
        Ok(address) => Ok(to(address).with(header::SET_COOKIE, door::cookie(&visit, CARRIED, &carried, TAKES))),
        Err(fault) => failed(app, visit, &provider, fault).await,
    }
}

async fn ended(app: &Arc<App>, request: Request) -> Result<Reply, Problem> {
    let (visit, provider) = begun(app, request).await?;
    match provider.end(&visit.ask.url("/sign-in")).await {
        Ok(Some(address)) => Ok(to(address)),
        Ok(None) => {
            let words = format!("{} has no page for signing out. Close the browser.", provider.title());
            told(app, visit, StatusCode::OK, words).await
        }
        Err(fault) => failed(app, visit, &provider, fault).await,
    }
}

async fn came_back(app: &Arc<App>, request: Request) -> Result<Reply, Problem> {
    let (visit, provider) = begun(app, request).await?;
    let claims = match answered(&visit, &provider).await? {
        Ok(claims) => claims,
        Err(fault) => return failed(app, visit, &provider, fault).await,
    };
    let word = |name: &str| claims.get(name).and_then(Value::as_str).map(str::trim).filter(|word| !word.is_empty());
    // An e-mail address is no name here.
    let names = ["preferred_username", "name", "nickname"].into_iter().filter_map(word);
    let name = names.into_iter().find(|name| !name.contains('@')).unwrap_or_default().to_owned();
    let subject = format!("{} {}", provider.settings.issuer, word("sub").unwrap_or_default());
    let role = provider.settings.role(&provider.groups(&claims));
    super::blocking(app, move || {
        let keeper = visit.workspace().keeper();
        let person = match &role {
            Some((role, patches)) => Some(keeper.vouched(&subject, &name, *role, patches.as_deref())?),
            None => {
                keeper.unvouched(&subject)?;
                None
            }
        };
        let closed = door::cookie(&visit, CARRIED, "", 0);
        if let Some(person) = person.filter(|person| person.is_active) {
            keeper.came_in(visit.address(), "")?;
            return Ok(door::begin(&visit, &person, "by the provider", "")?.with(header::SET_COOKIE, closed));
        }
        tracing::warn!(has_role = role.is_some(), "somebody whom the provider knows has no access here");
        let (title, contact) = (provider.title(), &provider.settings.contact);
        let words = match (role, name.as_str()) {
            (Some(_), _) => format!("Your account here is closed. Ask {contact}."),
            (None, "") => format!("{title} knows you, and none of your groups there gives access here. Ask {contact}."),
            (None, name) => {
                format!("{title} knows you as {name}, and none of your groups there gives access here. Ask {contact}.")
            }
        };
        Ok(door::told(&visit, StatusCode::FORBIDDEN, &words)?.with(header::SET_COOKIE, closed))
    })
    .await
}

/// What the provider says of whoever came back, once everything about the answer is right.
async fn answered(visit: &Visit, provider: &Provider) -> Result<Result<Value, Fault>, Problem> {
    let refused = |why: &str| Ok(Err(Fault::Refused(why.to_owned())));
    let Some(carried) = &visit.carried else { return refused("the browser carried nothing through") };
    if visit.ask.get("state") != Some(&oidc::state(carried)) {
        return refused("the state is not this browser's");
    }
    if let Some(error) = visit.ask.get("error") {
        let error: String = error.chars().take(100).collect();
        return refused(&format!("the provider said {error:?}"));
    }
    let Some(code) = visit.ask.get("code") else { return refused("there is no code") };
    door::wait(visit, "").await?;
    let claims = provider.claims(carried, code, visit.ask.get("iss"), &back(visit)).await;
    // What the provider says is believed, be it that whoever it is has no access here; and silence is nobody's attempt.
    if !matches!(claims, Err(Fault::Refused(_))) {
        door::excuse(visit).await?;
    }
    Ok(claims)
}

/// Says that it came to nothing. The cause is for the log, and not for strangers; who has a password here still gets in.
async fn failed(app: &Arc<App>, visit: Visit, provider: &Arc<Provider>, fault: Fault) -> Result<Reply, Problem> {
    let title = provider.title();
    let (status, words) = match fault {
        Fault::Silent(why) => {
            tracing::error!(why, "the provider of [sign_in] does not answer as it should");
            let words = format!(
                "{title} does not answer at the moment. Try again in a few minutes. Whoever has a password of this place \
                 comes in with it below; an owner also by the owner's link, which the program prints when it starts."
            );
            (StatusCode::SERVICE_UNAVAILABLE, words)
        }
        Fault::Refused(why) => {
            tracing::warn!(why, address = ?visit.address(), "a sign-in at the provider came to nothing");
            let words = format!(
                "The sign-in with {title} came to nothing. Try it once more; if it fails again, tell {} the time.",
                provider.settings.contact
            );
            (StatusCode::FORBIDDEN, words)
        }
    };
    told(app, visit, status, words).await
}

async fn told(app: &Arc<App>, visit: Visit, status: StatusCode, words: String) -> Result<Reply, Problem> {
    super::blocking(app, move || {
        let closed = door::cookie(&visit, CARRIED, "", 0);
        Ok(door::told(&visit, status, &words)?.with(header::SET_COOKIE, closed))
    })
    .await
}
