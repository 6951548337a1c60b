//! `/records/new`: one short form for a phone: when, where, what, how many, themes. No names.

use super::super::problem::Problem;
use super::super::reply::Reply;
use super::see;
use super::visit::{Form, Visit};
use crate::edit::Met;
use crate::store::{Action, StoreError, may_in};
use axum::http::StatusCode;
use serde_json::{Value, json};

/// Letters of what was done and raised; whoever writes more writes about somebody.
const LONGEST: usize = 120;

/// The form.
pub(super) fn form(visit: &Visit) -> Result<Reply, Problem> {
    visit.must(Action::Draft)?;
    shown(visit, &Form::default(), &[])
}

/// Whether a record may be written in this patch.
fn own(visit: &Visit, patch: &str) -> bool {
    may_in(&visit.actor, Action::Draft, Some(patch))
}

fn shown(visit: &Visit, form: &Form, errors: &[(&str, String)]) -> Result<Reply, Problem> {
    let snapshot = visit.ask.snapshot()?;
    let patches: Vec<Value> = snapshot
        .place
        .patches
        .iter()
        .filter(|patch| own(visit, &patch.key))
        .map(|patch| json!({"key": patch.key, "name": patch.name}))
        .collect();
    let drafts = visit.workspace().keeper().drafts()?;
    let waiting = drafts.iter().find(|draft| draft.who == visit.actor.name && draft.why == WHY);
    let field = |name: &str| form.get(name).to_owned();
    let errors: Vec<Value> = errors.iter().map(|(field, words)| json!({"field": field, "words": words})).collect();
    let page = visit.page(
        "record.html",
        json!({
            "patches": patches, "errors": errors, "today": chrono::Local::now().date_naive().to_string(),
            "date": form.get("date").parse::<chrono::NaiveDate>().ok().map(|day| day.to_string()), "activity": field("activity"), "patch": field("patch"), "people": field("people"),
            "themes": field("themes"), "longest": LONGEST,
            "waiting": waiting.map(|draft| json!({"id": draft.id})), "saved": visit.ask.get("saved").is_some(),
        }),
    )?;
    Ok(if errors.is_empty() { page } else { page.status(StatusCode::UNPROCESSABLE_ENTITY) })
}

/// What drafts of the short form say of themselves.
const WHY: &str = "Records by the short form";

/// Saves a record into the draft of such records that is open, or begins one.
pub(super) fn save(visit: &Visit, form: &Form) -> Result<Reply, Problem> {
    visit.must(Action::Draft)?;
    let mut errors: Vec<(&str, String)> = Vec::new();
    let people: Option<u32> = form.get("people").parse().ok().filter(|n| (1..=10_000).contains(n));
    let day: Option<chrono::NaiveDate> = form.get("date").parse().ok();
    let today = chrono::Local::now().date_naive();
    match day {
        None => errors.push(("date", "Enter the day you met, such as 2024-06-30".to_owned())),
        Some(day) if day > today => errors.push(("date", "The day you met must be today or in the past".to_owned())),
        Some(_) => {}
    }
    if form.get("activity").is_empty() {
        errors.push(("activity", "Say what you did, such as Door knocking".to_owned()));
    }
    let known = visit
        .ask
        .snapshot()?
        .place
        .patches
        .iter()
        .any(|patch| patch.key == form.get("patch") && own(visit, &patch.key));
    if !known {
        errors.push(("patch", "Choose the patch where you met".to_owned()));
    }
    if people.is_none() {
        errors.push(("people", "Enter how many people you met, a number from 1 to 10,000".to_owned()));
    }
    for name in ["activity", "themes"] {
        if form.get(name).chars().count() > LONGEST {
            errors.push((name, format!("Use at most {LONGEST} letters, and nothing about a single person")));
        }
    }
    let (Some(people), true) = (people, errors.is_empty()) else { return shown(visit, form, &errors) };
    let met = Met {
        date: form.get("date").to_owned(),
        activity: form.get("activity").to_owned(),
        patch: form.get("patch").to_owned(),
        people,
        themes: form.get("themes").to_owned(),
    };
    // Another form may be sent at the same moment; nobody's record is lost, so it is tried again on the newer state.
    for _ in 0..8 {
        let keeper = visit.workspace().keeper();
        let now = keeper.in_force()?.map_or(0, |now| now.version);
        let open = keeper
            .drafts()?
            .into_iter()
            .find(|draft| draft.who == visit.actor.name && draft.why == WHY && draft.base == now);
        let draft = match open {
            Some(draft) => draft,
            None => keeper.open_draft(&visit.actor, WHY)?,
        };
        match visit.editing.add_record(&visit.actor, &draft, &met) {
            Err(StoreError::Stale(_)) => {}
            done => {
                done?;
                return Ok(see(visit, "/records/new?saved=1"));
            }
        }
    }
    Err(Problem::busy(1))
}
