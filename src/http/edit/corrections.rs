//! `/corrections`: one asset, put right by a short form: closed, its hours, step-free, "I checked this today".

use super::super::problem::Problem;
use super::super::reply::Reply;
use super::see;
use super::visit::{Form, Visit};
use crate::edit::Correction;
use crate::place::{Asset, Place};
use crate::store::{Action, StoreError, may_in};
use axum::http::StatusCode;
use geo::Intersects;
use serde_json::{Value, json};

/// What drafts of this form say of themselves.
const WHY: &str = "Corrections by the short form";
/// Letters of opening hours.
const LONGEST: usize = 300;

/// The form.
pub(super) fn form(visit: &Visit) -> Result<Reply, Problem> {
    visit.must(Action::Draft)?;
    shown(visit, visit.ask.get("asset").unwrap_or_default(), &[])
}

/// Whether an asset may be corrected: where it stands decides.
fn own(visit: &Visit, place: &Place, asset: &Asset) -> bool {
    if visit.actor.patches.is_none() {
        return true;
    }
    let at = geo::Point::new(asset.at.x, asset.at.y);
    let mut around = place.patches.iter().filter(|patch| patch.shape.intersects(&at)).peekable();
    if around.peek().is_none() {
        return may_in(&visit.actor, Action::Draft, None);
    }
    around.any(|patch| may_in(&visit.actor, Action::Draft, Some(&patch.key)))
}

fn shown(visit: &Visit, key: &str, errors: &[(&str, String)]) -> Result<Reply, Problem> {
    let snapshot = visit.ask.snapshot()?;
    let mut listed: Vec<_> = snapshot.place.assets.iter().filter(|asset| own(visit, &snapshot.place, asset)).collect();
    listed.sort_by_key(|asset| (asset.name.to_lowercase(), asset.kind.clone()));
    let assets: Vec<Value> = listed
        .into_iter()
        .map(|asset| json!({"key": asset.key, "name": asset.name, "kind": asset.kind.replace('_', " ")}))
        .collect();
    let chosen = snapshot.place.assets.iter().find(|asset| asset.key == key && own(visit, &snapshot.place, asset)).map(
        |asset| {
            json!({
                "key": asset.key, "name": asset.name, "status": asset.status.word(), "hours": asset.opening.words(),
                "stepless": asset.step_free, "address": asset.address,
            })
        },
    );
    let drafts = visit.workspace().keeper().drafts()?;
    let waiting = drafts.iter().find(|draft| draft.who == visit.actor.name && draft.why == WHY);
    let errors: Vec<Value> = errors.iter().map(|(field, words)| json!({"field": field, "words": words})).collect();
    let page = visit.page(
        "correction.html",
        json!({
            "assets": assets, "chosen": chosen, "errors": errors, "longest": LONGEST,
            "waiting": waiting.map(|draft| json!({"id": draft.id})), "saved": visit.ask.get("saved").is_some(),
        }),
    )?;
    Ok(if errors.is_empty() { page } else { page.status(StatusCode::UNPROCESSABLE_ENTITY) })
}

/// Saves a correction into the draft of such corrections that is open, or begins one.
pub(super) fn save(visit: &Visit, form: &Form) -> Result<Reply, Problem> {
    visit.must(Action::Draft)?;
    let key = form.get("asset");
    let place = &visit.ask.snapshot()?.place;
    let Some(asset) = place.assets.iter().find(|asset| asset.key == key && own(visit, place, asset)) else {
        return shown(visit, key, &[("asset", "Choose what you want to correct".to_owned())]);
    };
    let hours = form.get("hours");
    if hours.chars().count() > LONGEST {
        return shown(visit, key, &[("hours", format!("Use at most {LONGEST} letters"))]);
    }
    let said = |name: &str| Some(form.get(name).to_owned()).filter(|words| !words.is_empty());
    let what = Correction {
        status: said("status")
            .filter(|word| ["open", "closed", "planned"].contains(&word.as_str()) && word != asset.status.word()),
        hours: said("hours").filter(|words| Some(words.as_str()) != asset.opening.words()),
        step_free: match form.get("stepless") {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        }
        .filter(|yes| Some(*yes) != asset.step_free),
        checked: said("checked").map(|_| chrono::Local::now().date_naive().to_string()),
    };
    if what == Correction::default() {
        return shown(
            visit,
            key,
            &[("status", "Nothing was changed: say what is not right, or that you checked it".to_owned())],
        );
    }
    for _ in 0..8 {
        let keeper = visit.workspace().keeper();
        let now = keeper.in_force()?.map_or(0, |now| now.version);
        let mine = |draft: &crate::store::Draft| draft.who == visit.actor.name && draft.why == WHY && draft.base == now;
        let open = keeper.drafts()?.into_iter().find(mine);
        let is_new = open.is_none();
        let draft = match open {
            Some(draft) => draft,
            None => keeper.open_draft(&visit.actor, WHY)?,
        };
        match visit.editing.correct(&visit.actor, &draft, (&asset.name, &asset.kind), &what) {
            Ok(_) => return Ok(see(visit, "/corrections?saved=1")),
            // Somebody was quicker with this draft; it is tried again on its newer state, so that nothing is lost.
            Err(StoreError::Stale(_)) => {}
            Err(error) => {
                if is_new {
                    keeper.drop_draft(&visit.actor, &draft.id)?;
                }
                return match error {
                    StoreError::Refused(words) => shown(visit, key, &[("asset", words)]),
                    error => Err(error.into()),
                };
            }
        }
    }
    Err(Problem::busy(1))
}
