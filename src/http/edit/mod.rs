//! The pages of a workspace: bring a file, see what it became and what it changes, publish or not, go back; scenarios.
//!
//! Plain forms that work without a script. Whoever may do something is asked of `store::may` alone; who somebody is, of
//! [`who`]. Nothing here is answered where no workspace is served.

mod account;
mod body;
mod corrections;
mod door;
mod drafts;
mod multipart;
mod oidc;
mod people;
mod records;
mod scenarios;
mod start;
mod tried;
mod versions;
mod visit;
mod vouch;
pub(super) mod who;

pub use oidc::{Provider, Secret, SignIn};

use super::{App, others, problem::Problem, reply::Reply};
use crate::store::StoreError;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use std::sync::Arc;
use std::time::Duration;
use visit::{Form, Visit};

/// Bytes of an upload: the streets of a county as lines; a city's records of a year are a tenth of it.
pub(super) const UPLOAD_LIMIT: usize = 256 * 1024 * 1024;
/// How long an upload, or loading a version that is not kept in memory, may take.
pub(super) const UPLOAD_TIME: Duration = Duration::from_secs(600);

/// Whether a request to this path may bring a file, or take as long as loading one.
pub(super) fn is_long(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    path == "/drafts"
        || path == "/begin"
        || (path.starts_with("/drafts/") && (path.ends_with("/files") || path.ends_with("/publish")))
        || (path.starts_with("/versions/") && (path.ends_with("/restore") || path.ends_with("/changes")))
}

/// Whether a page is for those who work on the place, and so for no other site.
pub(super) fn is_private(path: &str) -> bool {
    [
        "/begin",
        "/drafts",
        "/versions",
        "/scenarios",
        "/s",
        "/records",
        "/corrections",
        "/sign-in",
        "/sign-out",
        "/audit",
        "/invitation",
        "/account",
        "/people",
        "/settings",
    ]
    .iter()
    .any(|own| path == *own || path.strip_prefix(own).is_some_and(|rest| rest.starts_with('/')))
}

const FORM: &str = "GET, HEAD, POST, OPTIONS";
const SENT: &str = "POST, OPTIONS";

/// The pages, where a workspace is served.
pub(super) fn resources() -> Vec<(&'static str, MethodRouter<Arc<App>>)> {
    vec![
        ("/sign-in", others(get(page(door::door)).post(sent(door::enter)), FORM)),
        ("/sign-in/provider", super::plain(get(vouch::leave_for))),
        ("/sign-in/back", super::plain(get(vouch::come_back))),
        ("/sign-in/provider/end", super::plain(get(vouch::end))),
        ("/sign-out", others(post(sent(door::leave)), SENT)),
        ("/invitation", others(get(page(door::invitation)).post(sent(door::accept)), FORM)),
        ("/account", super::plain(get(page(account::page)))),
        ("/account/password", others(post(sent(account::change_password)), SENT)),
        ("/account/tokens", others(post(sent(account::new_token)), SENT)),
        ("/account/tokens/{token}/end", others(post(sent(account::end_token)), SENT)),
        ("/account/stays/end", others(post(sent(account::leave_everywhere)), SENT)),
        ("/account/data", super::plain(get(page(account::own_data)))),
        ("/people", others(get(page(people::list)).post(sent(people::invite)), FORM)),
        ("/people/{person}", others(get(page(people::one)).post(sent(people::change)), FORM)),
        ("/people/{person}/reset", others(post(sent(people::reset)), SENT)),
        ("/people/{person}/stays/end", others(post(sent(people::end_stays)), SENT)),
        ("/people/{person}/erase", others(post(sent(people::erase)), SENT)),
        ("/people/{person}/data", super::plain(get(page(people::data)))),
        ("/settings", others(get(page(people::settings)).post(sent(people::decide)), FORM)),
        ("/versions", super::plain(get(page(versions::list)))),
        ("/versions/{n}", super::plain(get(page(versions::one)))),
        ("/versions/{n}/changes", super::plain(get(page(versions::changes)))),
        ("/versions/{n}/restore", others(post(sent(versions::restore)), SENT)),
        ("/audit", super::plain(get(page(versions::audit)))),
        ("/begin", others(get(page(start::form)).post(brought(start::begin)), FORM)),
        ("/drafts/{draft}/answers", others(post(sent(start::answer)), SENT)),
        ("/drafts/{draft}/place", others(post(sent(start::place)), SENT)),
        ("/drafts", others(get(page(drafts::list)).post(brought(drafts::begin)), FORM)),
        ("/drafts/{draft}", super::plain(get(page(drafts::one)))),
        ("/drafts/{draft}/files", others(post(brought(drafts::add)), SENT)),
        ("/drafts/{draft}/returned", super::plain(get(page(drafts::returned)))),
        ("/drafts/{draft}/file", super::plain(get(page(drafts::file)))),
        ("/drafts/{draft}/publish", others(post(sent(drafts::publish)), SENT)),
        ("/drafts/{draft}/rebase", others(post(sent(drafts::rebase)), SENT)),
        ("/drafts/{draft}/drop", others(post(sent(drafts::give_up)), SENT)),
        ("/records/new", others(get(page(records::form)).post(sent(records::save)), FORM)),
        ("/corrections", others(get(page(corrections::form)).post(sent(corrections::save)), FORM)),
        ("/scenarios", others(get(page(scenarios::list)).post(sent(scenarios::save)), FORM)),
        ("/scenarios/compare", super::plain(get(page(scenarios::compare)))),
        ("/s/{scenario}", super::plain(get(page(scenarios::latest)))),
        ("/s/{scenario}/{n}", super::plain(get(page(scenarios::state)))),
    ]
}

type Page = fn(&Visit) -> Result<Reply, Problem>;
type Sent = fn(&Visit, &Form) -> Result<Reply, Problem>;

/// The future that answers a request.
type Answered = std::pin::Pin<Box<dyn Future<Output = Response> + Send>>;

fn page(answer: Page) -> impl Fn(State<Arc<App>>, Request) -> Answered + Clone + Send + 'static {
    move |State(app), request| {
        Box::pin(async move { told(app, request, Body::None, move |visit, _| answer(visit)).await })
    }
}

fn sent(answer: Sent) -> impl Fn(State<Arc<App>>, Request) -> Answered + Clone + Send + 'static {
    move |State(app), request| Box::pin(async move { told(app, request, Body::Form, answer).await })
}

fn brought(answer: Sent) -> impl Fn(State<Arc<App>>, Request) -> Answered + Clone + Send + 'static {
    move |State(app), request| Box::pin(async move { told(app, request, Body::Files, answer).await })
}

/// What a request brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Body {
    None,
    Form,
    Files,
}

async fn told(
    app: Arc<App>,
    request: Request,
    body: Body,
    answer: impl FnOnce(&Visit, &Form) -> Result<Reply, Problem> + Send + 'static,
) -> Response {
    match answered(app, request, body, answer).await {
        Ok(reply) => reply.with(header::CACHE_CONTROL, "no-store").into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn answered(
    app: Arc<App>,
    request: Request,
    wanted: Body,
    answer: impl FnOnce(&Visit, &Form) -> Result<Reply, Problem> + Send + 'static,
) -> Result<Reply, Problem> {
    let (mut parts, body) = request.into_parts();
    let visit = Visit::of(&mut parts, &app).await?;
    if wanted == Body::Files && !visit.may(crate::store::Action::Draft) {
        // Nothing is read of what somebody sends who may not send it.
        return Err(visit.forbidden());
    }
    let form = match wanted {
        Body::None => Form::default(),
        Body::Form => body::form(body).await?,
        Body::Files => body::files(&parts.headers, body, visit.workspace().dir()).await?,
    };
    if wanted == Body::Form {
        door::turn(&visit, &form).await?;
    }
    blocking(&app, move || {
        if wanted != Body::None {
            visit.own_form(&form)?;
        }
        answer(&visit, &form)
    })
    .await
}

/// Works an answer out on a thread that serves no connections, when it is its turn.
async fn blocking(
    app: &App,
    answer: impl FnOnce() -> Result<Reply, Problem> + Send + 'static,
) -> Result<Reply, Problem> {
    let turn = app.limits.turn(super::Work::Light).await;
    let answered = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        answer()
    });
    answered.await.unwrap_or_else(|_| Err(Problem::our_fault()))
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Stale(why) => Self::meanwhile(why),
            StoreError::Missing(why) => Self::not_found(format!("{why}.")),
            StoreError::Refused(why) => Self::refused(why),
            StoreError::Full => Self::no_disk(),
            StoreError::Away(_) | StoreError::Unsure(_) => {
                tracing::warn!(%error, "the store");
                Self::store_away(matches!(error, StoreError::Unsure(_)))
            }
            StoreError::Io(_) | StoreError::Database(_) | StoreError::Twice(_) => {
                tracing::error!(%error, "the store");
                Self::our_fault()
            }
        }
    }
}

/// To another page, after something was done.
fn see(visit: &Visit, path: &str) -> Reply {
    Reply::empty().status(axum::http::StatusCode::SEE_OTHER).with(header::LOCATION, visit.ask.url(path))
}
