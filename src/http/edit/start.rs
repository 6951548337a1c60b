//! `/begin`: the first version of a place, out of files that are chosen together; and the answers to what is asked.

use super::super::problem::Problem;
use super::super::reply::Reply;
use super::visit::{Form, Visit};
use super::{UPLOAD_LIMIT, drafts, see};
use crate::load::recognise::{Drafted, Meant, Purpose, Said};
use crate::store::{Action, Draft, StoreError};
use axum::http::StatusCode;
use serde_json::{Value, json};

/// Letters of a place's name.
const LONGEST: usize = 100;
/// Columns that are offered as the key.
const COLUMNS: usize = 60;

/// The form.
pub(super) fn form(visit: &Visit) -> Result<Reply, Problem> {
    visit.must(Action::Draft)?;
    shown(visit, "", &[])
}

fn shown(visit: &Visit, name: &str, errors: &[(&str, String)]) -> Result<Reply, Problem> {
    let keeper = visit.workspace().keeper();
    let errors: Vec<Value> = errors.iter().map(|(field, words)| json!({"field": field, "words": words})).collect();
    let drafts: Vec<Value> = keeper.drafts()?.iter().map(drafts::head).collect();
    let is_first = keeper.in_force()?.is_none();
    let members = json!({
        "name": name, "errors": errors, "drafts": drafts, "is_first": is_first, "longest": LONGEST,
        "limit_mb": UPLOAD_LIMIT / 1024 / 1024,
    });
    let page = visit.page("begin.html", members)?;
    Ok(if errors.is_empty() { page } else { page.status(StatusCode::UNPROCESSABLE_ENTITY) })
}

/// Begins with the files that are brought.
pub(super) fn begin(visit: &Visit, form: &Form) -> Result<Reply, Problem> {
    visit.must(Action::Draft)?;
    let name = form.get("name");
    let mut errors: Vec<(&str, String)> = Vec::new();
    if name.is_empty() || name.chars().count() > LONGEST {
        errors.push(("name", format!("Say what the place is called, in at most {LONGEST} letters")));
    }
    if form.files.is_empty() {
        errors.push(("files", "Choose the files of the place, or a zip with them".to_owned()));
    }
    if visit.workspace().keeper().in_force()?.is_some() {
        errors.push(("files", "There is a place here already: bring its files under “Bring a file”".to_owned()));
    }
    if !errors.is_empty() {
        return shown(visit, name, &errors);
    }
    let files = form.files.iter().map(|(name, file)| Ok((name.clone(), file.try_clone()?)));
    let files = files.collect::<std::io::Result<Vec<_>>>().map_err(StoreError::from)?;
    match visit.editing.start(&visit.actor, name, files) {
        Ok(draft) => Ok(see(visit, &format!("/drafts/{}", draft.id))),
        Err(StoreError::Refused(words)) => shown(visit, name, &[("files", words)]),
        Err(error) => Err(error.into()),
    }
}

/// What was made of a heap of files, as the page of a draft has it.
pub(super) fn told(drafted: &Drafted) -> Value {
    let files: Vec<Value> = drafted
        .files
        .iter()
        .map(|file| {
            let used = drafted.used.iter().find(|(name, _)| *name == file.name).map(|(_, words)| words);
            let keys: Vec<&String> = file.titles.iter().take(COLUMNS).collect();
            json!({
                "name": file.name, "words": file.purpose.words(), "rows": file.rows, "used": used, "titles": keys,
                "key": file.areas.as_ref().map(|areas| &areas.key),
                "asked": drafted.questions.iter().any(|question| question.at.file == file.name),
                "unknown": matches!(file.purpose, Purpose::Unknown(_)),
            })
        })
        .collect();
    let questions: Vec<Value> = drafted
        .questions
        .iter()
        .map(|each| json!({"file": each.at.file, "problem": each.problem, "remedy": each.remedy}))
        .collect();
    let missing: Vec<Value> =
        drafted.missing.iter().map(|each| json!({"what": each.what, "so": each.so, "from": each.from})).collect();
    json!({"files": files, "questions": questions, "missing": missing})
}

/// Takes the answers about the files.
pub(super) fn answer(visit: &Visit, form: &Form) -> Result<Reply, Problem> {
    let draft = seen(visit, form)?;
    let mut said = Vec::new();
    for n in 0..draft.files.len() {
        let field = |what: &str| form.get(&format!("{what}-{n}"));
        let (file, kind) = (field("file"), field("kind"));
        let kind = |which: &str| {
            if kind.is_empty() {
                Err(Problem::refused(&format!("{file}: say which {which}")))
            } else {
                Ok(kind.to_owned())
            }
        };
        let what = match field("what") {
            "" | "auto" => Meant::Recognised,
            "zones" => Meant::Zones,
            "patches" => Meant::Patches,
            "residents" => Meant::This(Purpose::Groups(kind("dimension it has, such as age")?)),
            "assets" => Meant::This(Purpose::Assets(kind("kind they are, such as library")?)),
            "deprivation" => Meant::This(Purpose::Deprivation),
            "postcodes" => Meant::This(Purpose::Postcodes),
            "streets" => Meant::This(Purpose::Streets { is_osm: false }),
            "records" => Meant::This(Purpose::Engagement),
            "grants" => Meant::This(Purpose::Grants),
            "nothing" => Meant::LeftOut,
            other => return Err(Problem::refused(&format!("{file}: {other:?} is none of the answers"))),
        };
        let key = Some(field("key").to_owned()).filter(|key| !key.is_empty());
        if !file.is_empty() && (what != Meant::Recognised || key.is_some()) {
            said.push(Said { file: file.to_owned(), what, key });
        }
    }
    let draft = visit.editing.answer(&visit.actor, &draft, said)?;
    Ok(see(visit, &format!("/drafts/{}", draft.id)))
}

/// Takes another text of `place.toml`.
pub(super) fn place(visit: &Visit, form: &Form) -> Result<Reply, Problem> {
    let draft = seen(visit, form)?;
    let draft = visit.editing.write_toml(&visit.actor, &draft, form.get("toml"))?;
    Ok(see(visit, &format!("/drafts/{}", draft.id)))
}

/// The draft of the address, in the state that the form was written on.
fn seen(visit: &Visit, form: &Form) -> Result<Draft, Problem> {
    let draft = drafts::own(visit)?;
    Ok(Draft { revision: form.number("revision")?, ..draft })
}
