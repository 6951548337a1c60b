//! `/drafts`: bring a file, see what it became, what is wrong and what it changes; publish it or not.

use super::super::problem::Problem;
use super::super::reply::Reply;
use super::visit::{Form, Visit};
use super::{UPLOAD_LIMIT, see};
use crate::edit::{self, Difference, Progress, Purpose, Report};
use crate::place::{Issue, Severity};
use crate::report::understood;
use crate::store::{Action, Draft, DraftState, Entry, StoreError, may};
use axum::http::{StatusCode, header};
use serde_json::{Value, json};
use std::io::Read;

/// Issues that are listed on the page; the sheet that is given back has all.
const LISTED: usize = 200;
/// Names that are listed of a change.
const NAMED: usize = 12;
/// Rows of a file that are shown.
const SHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The form, and the drafts that are open.
pub(super) fn list(visit: &Visit) -> Result<Reply, Problem> {
    visit.must(Action::Draft)?;
    if visit.workspace().keeper().in_force()?.is_none() {
        // Nothing is there yet that a file could be brought to.
        return Ok(see(visit, "/begin"));
    }
    listed(visit, &[])
}

fn listed(visit: &Visit, errors: &[(&str, String)]) -> Result<Reply, Problem> {
    let keeper = visit.workspace().keeper();
    let now = keeper.in_force()?;
    let files: Vec<String> = match &now {
        Some(now) => keeper.version(now.version)?.files.into_iter().map(|file| file.name).collect(),
        None => Vec::new(),
    };
    let own = |draft: &&Draft| may(&visit.actor, Action::Draft, Some(&draft.who));
    let drafts: Vec<Value> = keeper.drafts()?.iter().filter(own).map(head).collect();
    let errors: Vec<Value> = errors.iter().map(|(field, words)| json!({"field": field, "words": words})).collect();
    let page = visit.page(
        "drafts.html",
        json!({
            "drafts": drafts, "files": files, "errors": errors, "version": now.map(|now| now.version),
            "limit_mb": UPLOAD_LIMIT / 1024 / 1024,
        }),
    )?;
    Ok(if errors.is_empty() { page } else { page.status(StatusCode::UNPROCESSABLE_ENTITY) })
}

pub(super) fn head(draft: &Draft) -> Value {
    let changes: Vec<Value> = draft
        .changes
        .iter()
        .map(
            |(name, file)| json!({"name": name, "gone": file.is_none(), "size": file.as_ref().map(|file| size(file.bytes))}),
        )
        .collect();
    json!({
        "id": draft.id, "begun_on": draft.base, "revision": draft.revision, "maker": draft.who, "why": draft.why,
        "at": draft.at.format("%-d %B %Y, %H:%M UTC").to_string(), "changes": changes,
    })
}

/// Bytes as people say them.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{:.1} MB", bytes as f64 / 1_000_000.0),
    }
}

/// Begins a draft with the file that is brought.
pub(super) fn begin(visit: &Visit, form: &Form) -> Result<Reply, Problem> {
    visit.must(Action::Draft)?;
    if form.files.is_empty() {
        return listed(visit, &[("file", "Choose a file to bring".to_owned())]);
    }
    let draft = visit.workspace().keeper().open_draft(&visit.actor, form.get("why"))?;
    match put(visit, &draft, form) {
        Ok(id) => Ok(see(visit, &format!("/drafts/{id}"))),
        Err(error) => {
            visit.workspace().keeper().drop_draft(&visit.actor, &draft.id)?;
            match error {
                StoreError::Refused(words) => listed(visit, &[("file", words)]),
                error => Err(error.into()),
            }
        }
    }
}

/// Puts another file into a draft.
pub(super) fn add(visit: &Visit, form: &Form) -> Result<Reply, Problem> {
    let draft = own(visit)?;
    let seen = Draft { revision: form.number("revision")?, ..draft };
    if form.files.is_empty() {
        return Err(Problem::refused("Choose a file to bring"));
    }
    let id = put(visit, &seen, form)?;
    Ok(see(visit, &format!("/drafts/{id}")))
}

fn put(visit: &Visit, draft: &Draft, form: &Form) -> Result<String, StoreError> {
    let kind = || {
        let kind = form.get("kind").trim();
        if kind.is_empty() {
            Err(StoreError::Refused("Say which kind they are, such as library".to_owned()))
        } else {
            Ok(kind.to_owned())
        }
    };
    let purpose = match form.get("purpose") {
        "" | "auto" => Purpose::Auto,
        "records" => Purpose::Records,
        "grants" => Purpose::Grants,
        "assets" => Purpose::Assets(kind()?),
        "groups" => Purpose::Groups(kind()?),
        other => match other.strip_prefix("file:") {
            Some(name) => Purpose::Replaces(name.to_owned()),
            None => return Err(StoreError::Refused("Say what the file is".to_owned())),
        },
    };
    let mut draft = draft.clone();
    for (name, file) in &form.files {
        let mut file = file.try_clone()?;
        draft = visit.editing.bring(&visit.actor, &draft, name, &mut file, &purpose, UPLOAD_LIMIT as u64)?.draft;
    }
    visit.editing.progress(&draft)?;
    Ok(draft.id)
}

/// The draft of the address, if this is somebody who may change it.
pub(super) fn own(visit: &Visit) -> Result<Draft, Problem> {
    visit.must(Action::Draft)?;
    let draft = visit.workspace().keeper().draft(visit.ask.param("draft"))?;
    visit.must_of(Action::Draft, &draft.who)?;
    Ok(draft)
}

/// A file of the draft that whoever asks may read as it was brought: all, or what they brought themselves and which
/// holds nothing that others brought before.
fn readable<'a>(visit: &Visit, draft: &'a Draft, name: &str) -> Result<&'a Entry, Problem> {
    visit.must(Action::ReadUploads)?;
    let missing = || Problem::not_found(format!("The draft has no file {name:?}."));
    let entry = draft.files.iter().find(|file| file.name == name).ok_or_else(missing)?;
    if may(&visit.actor, Action::ReadUploads, Some("")) {
        return Ok(entry);
    }
    let changed = draft.changes.iter().any(|(known, file)| known == name && file.as_ref() == Some(entry));
    if !changed || entry.who != visit.actor.name || edit::is_shared(name) {
        return Err(visit.forbidden());
    }
    Ok(entry)
}

/// What became of a draft so far.
pub(super) fn one(visit: &Visit) -> Result<Reply, Problem> {
    let draft = own(visit)?;
    let keeper = visit.workspace().keeper();
    let now = keeper.in_force()?.map_or(0, |now| now.version);
    let mut page = head(&draft);
    let Some(members) = page.as_object_mut() else { return Err(Problem::our_fault()) };
    let others = keeper.drafts()?.into_iter().filter(|other| {
        other.id != draft.id
            && other
                .changes
                .iter()
                .any(|(name, _)| draft.changes.iter().any(|(own, _)| own == name && own != "place.toml"))
    });
    let others: Vec<Value> = others.map(|other| head(&other)).collect();
    members.insert("others".to_owned(), json!(others));
    members.insert("in_force".to_owned(), json!(now));
    members.insert("is_stale".to_owned(), json!(draft.base != now));
    let state = match draft.state {
        DraftState::Open => "open",
        DraftState::Published => "published",
        DraftState::Dropped => "dropped",
    };
    members.insert("state".to_owned(), json!(state));
    if draft.state == DraftState::Open {
        if let Some(drafted) = visit.editing.drafted(&draft.id) {
            members.insert("drafted".to_owned(), super::start::told(&drafted));
        }
        members.insert("toml".to_owned(), json!(visit.editing.toml(&draft).ok()));
        match visit.editing.progress(&draft)? {
            Progress::Waiting => {
                members.insert("doing".to_owned(), json!("Waiting for another check"));
            }
            Progress::Running(step) => {
                members.insert("doing".to_owned(), json!(step));
            }
            Progress::Done(report) => {
                let sees_all = may(&visit.actor, Action::ReadUploads, Some(""));
                members.insert("report".to_owned(), told(&report, &draft, sees_all));
            }
        }
    }
    visit.page("draft.html", page)
}

fn told(report: &Report, draft: &Draft, sees_all: bool) -> Value {
    // What is said of the files that are new comes first: the others were like this before.
    // Whoever may not read the other files is not told what stands in their rows either.
    let is_told = |issue: &&Issue| sees_all || !edit::is_shared(&issue.at.file);
    let is_new = |issue: &&Issue| draft.changes.iter().any(|(name, _)| *name == issue.at.file);
    let (own, other): (Vec<&Issue>, Vec<&Issue>) = report.issues.iter().filter(is_told).partition(is_new);
    let count = |issues: &[&Issue], severity| issues.iter().filter(|issue| issue.severity == severity).count();
    let line = |issue: &&Issue| {
        json!({
            "severity": issue.severity.word(), "file": issue.at.file, "row": issue.at.row, "field": issue.at.field,
            "problem": issue.problem, "remedy": issue.remedy,
        })
    };
    let shown: Vec<Value> = own.iter().take(LISTED).map(line).collect();
    let errors: Vec<Value> =
        other.iter().filter(|issue| sees_all && issue.severity == Severity::Error).take(LISTED).map(line).collect();
    let files: Vec<&String> = draft
        .changes
        .iter()
        .filter(|(name, file)| file.is_some() && name != "place.toml")
        .map(|(name, _)| name)
        .collect();
    // A sheet is given back where something is said of the file; else there is nothing in it that its owner lacks.
    let returned: Vec<&&String> =
        files.iter().filter(|name| own.iter().any(|issue| issue.at.file == ***name)).collect();
    json!({
        "is_usable": report.is_usable,
        "errors": count(&own, Severity::Error) + errors.len(),
        "warnings": count(&own, Severity::Warning),
        "notes": count(&own, Severity::Note),
        "issues": shown,
        "other_errors": errors,
        "more": own.len().saturating_sub(LISTED),
        "tables": understood::lines(&report.tables.iter().filter(|table| files.contains(&&table.file)).cloned().collect::<Vec<_>>()),
        "files": returned,
        "difference": report.difference.as_deref().map(difference),
        "seconds": format!("{:.1}", report.seconds),
        "digest": report.digest,
    })
}

pub(super) fn difference(difference: &Difference) -> Value {
    let lines: Vec<Value> = difference
        .lines
        .iter()
        .map(
            |line| json!({"what": line.what, "before": line.before, "after": line.after, "changed": line.is_changed()}),
        )
        .collect();
    let assets: Vec<Value> = difference
        .assets
        .iter()
        .map(|(what, names)| {
            let shown: Vec<&String> = names.iter().take(NAMED).collect();
            json!({"what": what, "count": names.len(), "names": shown, "more": names.len().saturating_sub(NAMED)})
        })
        .collect();
    let layers: Vec<Value> = difference
        .layers
        .iter()
        .map(|layer| json!({"id": layer.id, "title": layer.title, "before": layer.before, "after": layer.after}))
        .collect();
    json!({"is_first": difference.is_first, "lines": lines, "assets": assets, "layers": layers, "same": difference.same})
}

/// Publishes a draft.
pub(super) fn publish(visit: &Visit, form: &Form) -> Result<Reply, Problem> {
    visit.must(Action::Publish)?;
    let id = visit.ask.param("draft");
    let draft = visit.workspace().keeper().draft(id)?;
    let why = if form.get("why").is_empty() { draft.why.as_str() } else { form.get("why") };
    let version = visit.editing.publish(&visit.actor, id, form.number("revision")?, why)?;
    Ok(see(visit, &format!("/versions?new={}", version.n)))
}

/// Brings a draft onto the version in force.
pub(super) fn rebase(visit: &Visit, form: &Form) -> Result<Reply, Problem> {
    let draft = own(visit)?;
    let draft = visit.workspace().keeper().rebase(&visit.actor, &draft.id, form.number("revision")?)?;
    Ok(see(visit, &format!("/drafts/{}", draft.id)))
}

/// Gives a draft up.
pub(super) fn give_up(visit: &Visit, _: &Form) -> Result<Reply, Problem> {
    let draft = own(visit)?;
    visit.workspace().keeper().drop_draft(&visit.actor, &draft.id)?;
    Ok(see(visit, "/drafts"))
}

/// A file of the draft, named in the query, with what is wrong in it at its rows.
pub(super) fn returned(visit: &Visit) -> Result<Reply, Problem> {
    let draft = own(visit)?;
    let name = visit.ask.get("name").unwrap_or_default();
    readable(visit, &draft, name)?;
    let Progress::Done(report) = visit.editing.progress(&draft)? else {
        return Err(Problem::refused("The draft is still being checked; ask again in a moment"));
    };
    let view = visit.workspace().view(&draft.files)?;
    let book = edit::returned(&view.join(name), name, &report)?;
    Ok(Reply::new(SHEET, book).with(header::CONTENT_DISPOSITION, attached(&format!("{} - checked.xlsx", stem(name)))))
}

/// A file of the draft as it was brought, so that nobody's work is only here.
pub(super) fn file(visit: &Visit) -> Result<Reply, Problem> {
    let draft = own(visit)?;
    let name = visit.ask.get("name").unwrap_or_default();
    let entry = readable(visit, &draft, name)?;
    let mut bytes = Vec::new();
    visit.workspace().files.read(&entry.hash)?.read_to_end(&mut bytes).map_err(StoreError::from)?;
    let given = name.rsplit('/').next().unwrap_or(name);
    Ok(Reply::new("application/octet-stream", bytes).with(header::CONTENT_DISPOSITION, attached(given)))
}

fn stem(name: &str) -> &str {
    let base = name.rsplit('/').next().unwrap_or(name);
    base.rsplit_once('.').map_or(base, |(stem, _)| stem)
}

/// RFC 6266: the name in ASCII, and as it is.
fn attached(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() && c != '"' || c == ' ' { c } else { '_' }).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", super::super::text::encode(name))
}
