//! `/scenarios` and `/s/{id}`: what somebody tried, kept with the version it was tried on. A state never changes; the
//! short address leads to the newest.

use super::super::problem::Problem;
use super::super::reply::Reply;
use super::see;
use super::visit::{Form, Visit};
use crate::store::{Action, Scenario, ScenarioRevision};
use serde_json::{Value, json};

/// Bytes of a scenario: an address of the page with its sites.
const LONGEST: usize = 64 * 1024;
/// Scenarios that are compared at once.
const COMPARED: usize = 4;

fn told(scenario: &Scenario, state: &ScenarioRevision, now: Option<u64>) -> Value {
    let body: Value = serde_json::from_str(&state.body).unwrap_or_default();
    json!({
        "id": scenario.id, "name": scenario.name, "maker": scenario.who, "n": state.n, "latest": scenario.latest.n,
        "version": state.version, "at": state.at.format("%-d %B %Y, %H:%M UTC").to_string(),
        "view": body.get("view"), "note": body.get("note"), "figures": body.get("figures"),
        "is_older": now.is_some_and(|now| now != state.version), "now": now,
    })
}

/// All scenarios.
pub(super) fn list(visit: &Visit) -> Result<Reply, Problem> {
    visit.must(Action::SaveScenario)?;
    let now = in_force(visit)?;
    let all: Vec<Value> =
        visit.workspace().keeper().scenarios()?.iter().map(|each| told(each, &each.latest, now)).collect();
    let view = visit.ask.get("view").unwrap_or_default();
    visit.page("scenarios.html", json!({"scenarios": all, "view": view, "version": now}))
}

/// Saves a scenario: a new one, a new state of one, or a copy.
pub(super) fn save(visit: &Visit, form: &Form) -> Result<Reply, Problem> {
    visit.must(Action::SaveScenario)?;
    let (name, view) = (form.get("name"), form.get("view"));
    if name.is_empty() || name.chars().count() > 200 {
        return Err(Problem::refused("Give the scenario a name of at most 200 letters"));
    }
    // Only what follows # of an address of the map is kept: a link of a scenario leads nowhere else.
    let view = view.split_once('#').map_or("", |(_, view)| view);
    if view.is_empty() || view.len() > LONGEST {
        return Err(Problem::refused("Copy the whole address of the map page, with what follows #, and paste it here"));
    }
    let Some(now) = in_force(visit)? else { return Err(Problem::not_ready()) };
    let body = json!({"view": view, "note": form.get("note")}).to_string();
    let id = match form.get("id") {
        "" => None,
        id => {
            visit.must_of(Action::SaveScenario, &visit.workspace().keeper().scenario(id)?.who)?;
            Some((id, form.number("seen")?))
        }
    };
    let saved = visit.workspace().keeper().save_scenario(&visit.actor, id, name, now, &body)?;
    Ok(see(visit, &format!("/s/{}", saved.id)))
}

fn in_force(visit: &Visit) -> Result<Option<u64>, Problem> {
    Ok(visit.workspace().keeper().in_force()?.map(|now| now.version))
}

/// The newest state.
pub(super) fn latest(visit: &Visit) -> Result<Reply, Problem> {
    visit.must(Action::ReadScenario)?;
    let scenario = visit.workspace().keeper().scenario(visit.ask.param("scenario"))?;
    shown(visit, &scenario, &scenario.latest)
}

/// One state, for ever.
pub(super) fn state(visit: &Visit) -> Result<Reply, Problem> {
    visit.must(Action::ReadScenario)?;
    let keeper = visit.workspace().keeper();
    let scenario = keeper.scenario(visit.ask.param("scenario"))?;
    let n = visit.ask.param("n").parse().map_err(|_| Problem::not_found("There is no such state of a scenario."))?;
    let state = keeper.scenario_revision(&scenario.id, n)?;
    shown(visit, &scenario, &state)
}

fn shown(visit: &Visit, scenario: &Scenario, state: &ScenarioRevision) -> Result<Reply, Problem> {
    let now = in_force(visit)?;
    let mut page = told(scenario, state, now);
    if let Some(members) = page.as_object_mut() {
        // Who made a scenario is nobody else's business; what changed since is.
        if !visit.may(Action::SaveScenario) {
            members.remove("maker");
        }
        members.insert("changed".to_owned(), json!(changed(visit, state.version, now)?));
        let own = crate::store::may(&visit.actor, Action::SaveScenario, Some(&scenario.who));
        members.insert("may_save".to_owned(), json!(own));
    }
    visit.page("scenario.html", page)
}

/// Names of the files that differ between two versions: to those who may see versions; others are told how many.
fn changed(visit: &Visit, from: u64, now: Option<u64>) -> Result<Value, Problem> {
    let Some(now) = now.filter(|now| *now != from) else { return Ok(Value::Null) };
    let keeper = visit.workspace().keeper();
    let (was, is) = (keeper.version(from)?.files, keeper.version(now)?.files);
    let differs = |name: &str| {
        let hash =
            |files: &[crate::store::Entry]| files.iter().find(|file| file.name == name).map(|file| file.hash.clone());
        hash(&was) != hash(&is)
    };
    let mut names: Vec<&str> =
        was.iter().chain(&is).map(|file| file.name.as_str()).filter(|name| differs(name)).collect();
    names.sort_unstable();
    names.dedup();
    let shown = if visit.may(Action::ReadVersions) { json!(names) } else { json!([]) };
    Ok(json!({"count": names.len(), "names": shown}))
}

/// Two to four scenarios beside each other.
pub(super) fn compare(visit: &Visit) -> Result<Reply, Problem> {
    visit.must(Action::ReadScenario)?;
    let ids: Vec<&str> = visit.ask.get("ids").unwrap_or_default().split(',').filter(|id| !id.is_empty()).collect();
    if !(2..=COMPARED).contains(&ids.len()) {
        return Err(Problem::bad_request(format!(
            "ids names {} scenarios; name two to {COMPARED} with commas between them.",
            ids.len()
        )));
    }
    let now = in_force(visit)?;
    let all = ids
        .iter()
        .map(|id| {
            let each = visit.workspace().keeper().scenario(id)?;
            let mut told = told(&each, &each.latest, now);
            if let Some(members) = told.as_object_mut() {
                members.remove("maker");
            }
            Ok(told)
        })
        .collect::<Result<Vec<Value>, Problem>>()?;
    visit.page("scenarios_compare.html", json!({"scenarios": all}))
}
