//! `coverage`: what if a hub stood here, moved there, or closed?

use super::{Input, Inputs, Output, Process, Work, part, unknown};
use crate::crs::{LonLat, Xy};
use crate::http::jobs::Lane;
use crate::http::problem::Problem;
use crate::layer::what_if::{Told, notices, told_json, what_if_json};
use crate::measure::qualify;
use crate::measure::what_if::{Edit, OFF_STREET, what_if};
use crate::network::Snap;
use crate::place::{Asset, AssetIdx, AssetStatus, Opening, Place, Standard};
use crate::snapshot::Snapshot;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

pub(super) const PROCESS: Process = Process {
    id: "coverage",
    title: "Coverage: what if?",
    description: "Who would be covered, and who no longer, if assets were added, moved, changed or removed: totals \
                  before and after for the place, each patch and each group, and the zones where anything changes. \
                  Walks are worked out anew where they can differ, so the answer equals a new measurement.",
    keywords: &["coverage", "walking access", "what if"],
    is_sync: true,
    lane: Lane::Quick,
    inputs,
    needs: &[],
    outputs: &OUTPUTS,
    example,
    prepare,
};

const OUTPUTS: [Output; 1] = [Output {
    name: "coverage",
    title: "Coverage",
    description: "Each standard's counts before and after, and each changed asset with where it meets the streets",
    media: "application/json",
    kinds: &["object"],
}];

/// Changes in one question. A council has some hundred assets of one kind; more would be another place.
const CHANGES: usize = 100;

fn inputs(snapshot: &Snapshot) -> Vec<Input> {
    let keys: Vec<&str> = snapshot.place.standards.iter().map(|standard| standard.key.as_str()).collect();
    let input = |name, title, description, schema| Input { name, title, description, schema, is_required: false };
    let list = |items: Value| json!({"type": "array", "maxItems": CHANGES, "items": items});
    let point = json!({
        "type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"},
        "description": "Longitude, latitude",
    });
    let words = json!({"type": "string", "maxLength": 200});
    let hours = json!({
        "type": "string", "maxLength": 500,
        "description": "OpenStreetMap's opening_hours words, such as Mo-Fr 09:00-19:00",
    });
    let object = |required: &[&str], properties: Value| {
        json!({
            "type": "object", "required": required, "additionalProperties": false, "properties": properties,
        })
    };
    let added = object(
        &["at"],
        json!({"at": point, "kind": words, "id": words, "name": words, "opening_hours": hours, "step_free": {"type": "boolean"}}),
    );
    let changed = json!({
        "id": words, "kind": words, "opening_hours": hours, "step_free": {"type": "boolean"},
        "status": {"type": "string", "enum": ["open", "planned", "closed"]},
    });
    vec![
        input(
            "standards",
            "Standards",
            "Keys of the standards asked about; all of them when left out",
            list(json!({"title": "standard", "type": "string", "enum": keys})),
        ),
        input(
            "add",
            "Add",
            "Assets that would be there: a point each, and what they would be. Without a kind the first kind of the first \
             standard asked about; without opening hours or step_free open at all hours and step-free",
            list(added),
        ),
        input(
            "move",
            "Move",
            "Assets that would stand elsewhere",
            list(object(&["id", "to"], json!({"id": words, "to": point}))),
        ),
        input("remove", "Remove", "Ids of assets that would no longer be there", list(words.clone())),
        input(
            "change",
            "Change",
            "Assets that would be of another kind, or open otherwise",
            list(object(&["id"], changed)),
        ),
        input(
            "changes_only",
            "Changes only",
            "Leave out the patches where nothing changes, and the groups within each patch: a tenth of the answer, \
             for who asks again while a pin is dragged",
            json!({"type": "boolean", "default": false}),
        ),
    ]
}

fn example(snapshot: &Snapshot) -> Value {
    let place = &snapshot.place;
    let middle = place.zones.iter().nth(place.zones.len() / 2).and_then(|zone| place.plane.to_lonlat(zone.centre));
    let add: Vec<Value> = middle.iter().map(|at| json!({"at": [round(at.lon), round(at.lat)]})).collect();
    json!({ "standards": place.standards.iter().take(1).map(|s| &s.key).collect::<Vec<_>>(), "add": add })
}

fn round(degrees: f64) -> f64 {
    (degrees * 1e5).round() / 1e5
}

/// What is asked, with every name found.
struct Question {
    /// Numbers of the standards in the place's list.
    standards: Vec<usize>,
    /// Names for the edits, and what they do.
    names: Vec<(String, &'static str)>,
    edits: Vec<Edit>,
    assumptions: Vec<String>,
    changes_only: bool,
}

/// The changes of assets that these inputs ask for, each asset at most once: those that are there first.
pub(in crate::http) fn edits(place: &Place, inputs: &Inputs) -> Result<Vec<Edit>, Problem> {
    Ok(Question::read(place, inputs)?.edits)
}

fn prepare(snapshot: &Arc<Snapshot>, inputs: &Inputs) -> Result<Work, Problem> {
    let (snapshot, question) = (Arc::clone(snapshot), Question::read(&snapshot.place, inputs)?);
    Ok(Box::new(move |_| Ok(vec![part(OUTPUTS[0].name, OUTPUTS[0].media, &question.answer(&snapshot))])))
}

impl Question {
    fn read(place: &Place, inputs: &Inputs) -> Result<Self, Problem> {
        let keys: Vec<&str> = list(inputs, "standards").filter_map(Value::as_str).collect();
        let asked = |key: &str| keys.is_empty() || keys.contains(&key);
        let standards = place.standards.iter().enumerate().filter(|(_, standard)| asked(&standard.key));
        let standards: Vec<usize> = standards.map(|(number, _)| number).collect();
        let mut drafts = Drafts { place, known: BTreeMap::new() };
        for (i, change) in list(inputs, "move").enumerate() {
            let (at, snap) = pin(place, &change["to"], &format!("move[{i}].to"))?;
            let asset = drafts.asset(change["id"].as_str(), &format!("move[{i}].id"), "moved")?;
            (asset.at, asset.snap) = (at, snap);
        }
        for (i, change) in list(inputs, "change").enumerate() {
            let at = format!("change[{i}]");
            apply(drafts.asset(change["id"].as_str(), &format!("{at}.id"), "changed")?, change, &at)?;
        }
        for (i, id) in list(inputs, "remove").enumerate() {
            drafts.remove(id.as_str(), &format!("remove[{i}]"))?;
        }
        let mut question = drafts.into_question(standards);
        question.changes_only = inputs.get("changes_only").and_then(Value::as_bool).unwrap_or(false);
        for (i, new) in list(inputs, "add").enumerate() {
            question.add(place, new, i)?;
        }
        if question.edits.len() > CHANGES {
            return Err(Problem::bad_input(
                "add",
                format!("more than {CHANGES} changes are asked for; ask for fewer at once."),
            ));
        }
        Ok(question)
    }

    fn add(&mut self, place: &Place, new: &Value, number: usize) -> Result<(), Problem> {
        let here = format!("add[{number}]");
        let (at, snap) = pin(place, &new["at"], &format!("{here}.at"))?;
        let id = new["id"].as_str().map_or_else(|| format!("new-{}", number + 1), str::to_owned);
        let is_taken = self.names.iter().any(|(known, _)| *known == id) || place.assets.iter().any(|a| a.key == id);
        if is_taken {
            return Err(Problem::bad_input(
                &format!("{here}.id"),
                format!("there is already an asset {id:?}; choose another id."),
            ));
        }
        let first = self.standards.first().and_then(|&standard| place.standards[standard].kinds.first());
        let kind = new["kind"].as_str().or(first.map(String::as_str)).unwrap_or_default();
        if kind.is_empty() {
            return Err(Problem::bad_input(
                &format!("{here}.kind"),
                "this place has no standard to take it from; say what it is.",
            ));
        }
        let mut asset = Asset {
            key: id.clone(),
            name: new["name"].as_str().unwrap_or(&id).to_owned(),
            kind: kind.to_owned(),
            at,
            snap,
            status: AssetStatus::Open,
            opens_on: None,
            closes_on: None,
            opening: Opening::Hours("24/7".to_owned()),
            capacity: None,
            step_free: Some(true),
            last_checked: None,
            address: None,
        };
        let unsaid = [("opening_hours", "open at all hours"), ("step_free", "step-free")];
        let taken: Vec<&str> = unsaid.iter().filter(|(name, _)| new[name].is_null()).map(|(_, words)| *words).collect();
        if !taken.is_empty() {
            self.assumptions.push(format!("{id} is taken to be {}, as nothing else was said.", taken.join(" and ")));
        }
        apply(&mut asset, &json!({"opening_hours": new["opening_hours"], "step_free": new["step_free"]}), &here)?;
        self.names.push((id, "added"));
        self.edits.push(Edit { asset: None, after: Some(asset) });
        Ok(())
    }

    fn answer(&self, snapshot: &Snapshot) -> Value {
        let place = &snapshot.place;
        let today = snapshot.today();
        let began = Instant::now();
        let answers: Vec<_> =
            self.standards.iter().map(|&number| (number, what_if(place, today, number, &self.edits))).collect();
        let seconds = began.elapsed().as_secs_f64();
        let standards: Vec<&Standard> = self.standards.iter().map(|&number| &place.standards[number]).collect();
        let told = self.names.iter().zip(&self.edits).map(|((id, what), edit)| {
            let before = edit.asset.map(|asset| &place.assets[asset]);
            told_json(place, &Told { id, what, before, after: edit.after.as_ref() }, &standards)
        });
        json!({
            "place": place.key,
            "made_up": place.made_up,
            "snapshot": snapshot.digest(),
            "changes": told.collect::<Vec<_>>(),
            "standards": answers
                .iter()
                .map(|(number, answer)| what_if_json(place, &place.standards[*number], answer, self.changes_only))
                .collect::<Vec<_>>(),
            "assumptions": self.assumptions,
            "notices": notices(place),
            "seconds": seconds,
        })
    }
}

fn list<'a>(inputs: &'a Inputs, name: &str) -> impl Iterator<Item = &'a Value> {
    inputs.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// Where a pin stands, and where it meets the streets; it must meet them.
pub(super) fn pin(place: &Place, point: &Value, here: &str) -> Result<(Xy, Option<Snap>), Problem> {
    let number = |i: usize| point.get(i).and_then(Value::as_f64);
    let at = number(0).zip(number(1)).and_then(|(lon, lat)| LonLat::new(lon, lat));
    let at = at.and_then(|at| place.plane.to_xy(at)).ok_or_else(|| {
        let why = format!(
            "{point} is not a longitude and a latitude near this place; give both in degrees, longitude first."
        );
        Problem::bad_input(here, why)
    })?;
    let Some(streets) = &place.streets else { return Ok((at, None)) };
    if let Some(snap) = streets.snap(at, OFF_STREET) {
        return Ok((at, Some(snap)));
    }
    let far = streets
        .distance_to(at)
        .map_or(String::new(), |distance| format!("{:.1} km from the nearest street", distance.get() / 1000.0));
    let most = OFF_STREET.get();
    let why = format!(
        "{point} is {far}; a pin must be within {most} m of one, with no river, railway or motorway between. Move it \
         onto land, near a street."
    );
    Err(Problem::bad_input(here, why))
}

/// Changes what is said of an asset.
fn apply(asset: &mut Asset, change: &Value, here: &str) -> Result<(), Problem> {
    if let Some(kind) = change["kind"].as_str() {
        kind.clone_into(&mut asset.kind);
    }
    if let Some(words) = change["opening_hours"].as_str() {
        if !qualify::is_readable(words) {
            let why = format!("{words:?} cannot be read; write as OpenStreetMap does, such as Mo-Fr 09:00-19:00.");
            return Err(Problem::bad_input(&format!("{here}.opening_hours"), why));
        }
        asset.opening = Opening::Hours(words.to_owned());
    }
    if let Some(step_free) = change["step_free"].as_bool() {
        asset.step_free = Some(step_free);
    }
    let status = match change["status"].as_str() {
        Some("open") => AssetStatus::Open,
        Some("planned") => AssetStatus::Planned,
        Some("closed") => AssetStatus::Closed,
        _ => return Ok(()),
    };
    if status == AssetStatus::Open {
        (asset.opens_on, asset.closes_on) = (None, None);
    }
    asset.status = status;
    Ok(())
}

/// Assets of the place as they would be.
struct Drafts<'p> {
    place: &'p Place,
    known: BTreeMap<AssetIdx, (&'static str, Option<Asset>)>,
}

impl Drafts<'_> {
    fn find(&self, id: Option<&str>, here: &str) -> Result<AssetIdx, Problem> {
        let id = id.unwrap_or_default();
        let found = self.place.assets.enumerate().find(|(_, asset)| asset.key == id).map(|(index, _)| index);
        found.ok_or_else(|| {
            let known = self.place.assets.iter().map(|asset| asset.key.as_str());
            Problem::bad_input(here, format!("{}.", unknown("asset", id, known)))
        })
    }

    /// The asset to be changed; one that was moved stays "moved" when it is changed as well.
    fn asset(&mut self, id: Option<&str>, here: &str, what: &'static str) -> Result<&mut Asset, Problem> {
        let index = self.find(id, here)?;
        let own = &self.place.assets[index];
        let (_, draft) = self.known.entry(index).or_insert_with(|| (what, Some(own.clone())));
        Ok(draft.get_or_insert_with(|| own.clone()))
    }

    fn remove(&mut self, id: Option<&str>, here: &str) -> Result<(), Problem> {
        let index = self.find(id, here)?;
        if self.known.insert(index, ("removed", None)).is_some() {
            let why = "it is removed and moved, changed or removed again; ask for one of them.";
            return Err(Problem::bad_input(here, why));
        }
        Ok(())
    }

    fn into_question(self, standards: Vec<usize>) -> Question {
        let place = self.place;
        let names = self.known.iter().map(|(index, (what, _))| (place.assets[*index].key.clone(), *what)).collect();
        let edits = self.known.into_iter().map(|(index, (_, after))| Edit { asset: Some(index), after }).collect();
        Question { standards, names, edits, assumptions: Vec::new(), changes_only: false }
    }
}
