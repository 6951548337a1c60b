//! `/scenarios` and `/s/{id}`: what somebody tried, kept with the version it was tried on. A state never changes; the
//! short address leads to the newest.

use super::super::page;
use super::super::problem::Problem;
use super::super::reply::Reply;
use super::see;
use super::tried::{Figures, Tried};
use super::visit::{Form, Visit};
use crate::report::scenarios::{self as report, Agenda};
use crate::store::{Action, Scenario, ScenarioRevision};
use crate::text::whole;
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
        "view": body.get("view"), "note": body.get("note"),
        "is_older": now.is_some_and(|now| now != state.version), "now": now,
    })
}

/// With the name that a copy of it gets.
fn with_copy(mut told: Value, scenario: &Scenario) -> Value {
    let name: String = format!("Copy of {}", scenario.name).chars().take(200).collect();
    told["copy"] = json!(name);
    told
}

/// All scenarios.
pub(super) fn list(visit: &Visit) -> Result<Reply, Problem> {
    visit.must(Action::SaveScenario)?;
    let now = in_force(visit)?;
    let all: Vec<Value> = visit
        .workspace()
        .keeper()
        .scenarios()?
        .iter()
        .map(|each| with_copy(told(each, &each.latest, now), each))
        .collect();
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
    let figures = visit
        .ask
        .snapshot()
        .ok()
        .filter(|_| counts(visit))
        .and_then(|snapshot| Some(Tried::read(&snapshot.place, view).ok()?.figures(snapshot)));
    let body = json!({"view": view, "note": form.get("note"), "figures": figures}).to_string();
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
        members.insert("numbers".to_owned(), numbers(visit, state));
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

/// Two to four scenarios beside each other: the committee paper, on a page, as a document or as a workbook.
pub(super) fn compare(visit: &Visit) -> Result<Reply, Problem> {
    visit.must(Action::ReadScenario)?;
    let named = visit.ask.get("ids").unwrap_or_default().split(',').filter(|id| !id.is_empty());
    let mut ids: Vec<&str> = named.chain(visit.ask.ticked("one-")).collect();
    ids.dedup();
    if !(2..=COMPARED).contains(&ids.len()) {
        return Err(Problem::bad_request(format!(
            "{} scenarios are chosen. Choose two to {COMPARED}: tick them in the list of scenarios.",
            ids.len()
        )));
    }
    // What is worked out from the whole place is for those who see all of it.
    if !counts(visit) {
        return Err(visit.forbidden());
    }
    let now = in_force(visit)?;
    let keeper = visit.workspace().keeper();
    let all: Vec<Scenario> = ids.iter().map(|id| keeper.scenario(id)).collect::<Result<_, _>>()?;
    let snapshot = visit.ask.snapshot()?;
    let place = &snapshot.place;
    let read: Vec<Result<Tried, String>> = all.iter().map(|each| Tried::read(place, &view_of(&each.latest))).collect();
    let mut standards: Vec<usize> = read.iter().flatten().map(|tried| tried.standard).collect();
    standards.sort_unstable();
    standards.dedup();
    let mut tried = Vec::new();
    for (each, read) in all.iter().zip(read) {
        tried.push(beside(visit, each, read, &standards, now)?);
    }
    let credits = [page::sources(snapshot), page::attributions(snapshot)].concat();
    let mut sources: Vec<String> = Vec::new();
    for source in credits {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    let about = Agenda {
        standards: standards
            .iter()
            .filter_map(|nth| {
                Some((place.standards.get(*nth)?, snapshot.today().coverage().get(*nth)?.qualifying.clone()))
            })
            .collect(),
        link: visit.ask.url(&format!("/scenarios/compare?ids={}", ids.join(","))),
        sources,
        date: place.date.map(|day| day.format("%-d %B %Y").to_string()),
        version: now.map_or_else(String::new, |now| format!("version {now} of the data")),
    };
    let (sheet, maps) = report::page(place, &about, &tried);
    let back = visit.ask.url(if visit.may(Action::SaveScenario) { "/scenarios" } else { "/" });
    let words = if visit.may(Action::SaveScenario) { "All scenarios" } else { "The map" };
    page::paper(&visit.ask, (&sheet, &maps), &format!("scenarios {}", place.key), (&back, words))
}

/// A scenario as the paper has it.
fn beside(
    visit: &Visit,
    scenario: &Scenario,
    read: Result<Tried, String>,
    standards: &[usize],
    now: Option<u64>,
) -> Result<report::Tried, Problem> {
    let (snapshot, state) = (visit.ask.snapshot()?, &scenario.latest);
    let mut since: Vec<String> = Vec::new();
    if now.is_some_and(|now| now != state.version) {
        since.push(match (figures_of(state), read.as_ref().ok().map(|tried| tried.figures(snapshot))) {
            (Some(then), Some(now)) if then == now => "The data have changed since; its numbers have not".to_owned(),
            (Some(then), Some(now)) => {
                format!("The data have changed since: {} were covered then, {} are now", of(&then), of(&now))
            }
            _ => "The data have changed since".to_owned(),
        });
    }
    since.extend(read.iter().flat_map(|tried| tried.gone.iter().cloned()));
    let body: Value = serde_json::from_str(&state.body).unwrap_or_default();
    Ok(report::Tried {
        name: scenario.name.clone(),
        note: body["note"].as_str().unwrap_or_default().to_owned(),
        link: visit.ask.url(&format!("/s/{}/{}", scenario.id, state.n)),
        saved: format!("{}, on version {}", state.at.format("%-d %B %Y"), state.version),
        since: since.join("; "),
        sites: read.as_ref().map(|tried| tried.sites.clone()).unwrap_or_default(),
        shut: read.as_ref().map(|tried| tried.shut.clone()).unwrap_or_default(),
        answers: read.map(|tried| standards.iter().map(|nth| tried.answer(snapshot, *nth)).collect()),
    })
}

/// "1,234 of 5,000 (24.7 %)".
fn of(figures: &Figures) -> String {
    let share = if figures.residents > 0.0 { figures.after / figures.residents * 100.0 } else { 0.0 };
    format!("{} of {} ({share:.1} %)", whole(figures.after), whole(figures.residents))
}

/// Whether numbers worked out from the whole place may be shown to whoever asks.
fn counts(visit: &Visit) -> bool {
    visit.editing.visibility().shows_all(visit.actor.role)
}

fn view_of(state: &ScenarioRevision) -> String {
    let body: Value = serde_json::from_str(&state.body).unwrap_or_default();
    body["view"].as_str().unwrap_or_default().to_owned()
}

fn figures_of(state: &ScenarioRevision) -> Option<Figures> {
    let body: Value = serde_json::from_str(&state.body).ok()?;
    serde_json::from_value(body.get("figures")?.clone()).ok()
}

/// What a scenario comes to now, and what it came to when it was saved where that was otherwise: for its page.
fn numbers(visit: &Visit, state: &ScenarioRevision) -> Value {
    let Ok(snapshot) = visit.ask.snapshot() else { return Value::Null };
    if !counts(visit) {
        return Value::Null;
    }
    let place = &snapshot.place;
    let tried = match Tried::read(place, &view_of(state)) {
        Ok(tried) => tried,
        Err(why) => return json!({"why": why}),
    };
    let now = tried.figures(snapshot);
    let then = figures_of(state).filter(|then| then.standard == now.standard);
    let line = |what: &str, of: fn(&Figures) -> f64| json!({"what": what, "now": whole(of(&now)), "then": then.as_ref().map(|then| whole(of(then)))});
    let mut lines = vec![
        line("Residents", |figures| figures.residents),
        line("Covered without it", |figures| figures.before),
        line("Covered with it", |figures| figures.after),
        line("Lose by it", |figures| figures.lost),
    ];
    let percent = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", share * 100.0));
    let named = |key: &str| place.patches.iter().find(|patch| patch.key == key).map(|patch| patch.name.clone());
    if let Some(then) = &then {
        for (key, share) in &now.patches {
            let was = then.patches.get(key);
            if was.is_none_or(|was| percent(*was) != percent(*share)) {
                let was = was.map_or_else(|| "–".to_owned(), |was| percent(*was));
                let what = format!("Covered with it in {}", named(key).unwrap_or_else(|| key.clone()));
                lines.push(json!({"what": what, "now": percent(*share), "then": was}));
            }
        }
        let left = then.patches.iter().filter(|(key, _)| !now.patches.contains_key(*key));
        lines.extend(left.map(|(key, was)| {
            json!({"what": format!("Covered with it in {key}"), "now": "no such patch", "then": percent(*was)})
        }));
    }
    let differs = then.as_ref().is_some_and(|then| *then != now);
    let standard = place.standards.get(tried.standard).map(|standard| standard.title.clone());
    let sites: Vec<&String> = tried.sites.iter().map(|(_, name)| name).collect();
    let shut: Vec<&String> = tried.shut.iter().map(|asset| &place.assets[*asset].name).collect();
    json!({
        "lines": lines, "differs": differs, "has_then": then.is_some(), "standard": standard, "sites": sites, "shut": shut,
        "gone": tried.gone,
    })
}
