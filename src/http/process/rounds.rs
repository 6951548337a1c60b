//! `rounds`: which streets to walk, in which order, on which day?

use super::coverage::pin;
use super::{Input, Inputs, Output, Process, Work, part, unknown};
use crate::http::jobs::Lane;
use crate::http::problem::Problem;
use crate::layer::rounds::rounds_json;
use crate::measure::gaps;
use crate::measure::rounds::{gap_named, rounds, without};
use crate::measure::walk::doors;
use crate::measure::{Door, coverage_to};
use crate::place::{AssetIdx, Idx, PatchIdx};
use crate::snapshot::Snapshot;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) const PROCESS: Process = Process {
    id: "rounds",
    title: "Rounds: which streets to walk, in which order?",
    description: "Every street whose residents are not covered, once, in the order of a walk and cut into days: of one gap \
                  of a standard, of one standard, or, without a standard, those who can walk to nothing that any standard \
                  asks for.",
    keywords: &["gaps", "streets", "outreach"],
    is_sync: true,
    lane: Lane::Quick,
    inputs,
    needs: &[],
    outputs: &OUTPUTS,
    example,
    prepare,
};

const OUTPUTS: [Output; 1] = [Output {
    name: "rounds",
    title: "Rounds",
    description: "The streets in order, with residents, day and position",
    media: "application/json",
    kinds: &["object"],
}];

/// Residents that one person reaches in a day where nobody says: about 300 households of 2.4 people, as canvassers in
/// towns do in pairs. With fewer there are more days; nothing else changes.
const A_DAY: f64 = 700.0;

fn inputs(snapshot: &Snapshot) -> Vec<Input> {
    let place = &snapshot.place;
    let keys: Vec<&str> = place.standards.iter().map(|standard| standard.key.as_str()).collect();
    let input = |name, title, description, schema| Input { name, title, description, schema, is_required: false };
    let words = || json!({"type": "string", "maxLength": 200});
    vec![
        input(
            "standard",
            "Standard",
            "Key of the standard they lack; left out, they lack every one",
            json!({"title": "standard", "type": "string", "enum": keys}),
        ),
        input("gap", "Gap", "Id of one gap of the standard", words()),
        input("patch", "Patch", "Id of the patch; the whole place when left out", words()),
        input(
            "add",
            "Add",
            "Spots where what the standard asks for is tried: longitude and latitude of each",
            json!({"type": "array", "maxItems": 100, "items": {
                "type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"},
            }}),
        ),
        input(
            "remove",
            "Remove",
            "Ids of assets that are tried shut",
            json!({"type": "array", "maxItems": 100, "items": words()}),
        ),
        input(
            "residents_a_day",
            "Residents a day",
            "How many residents a day\u{2019}s work reaches",
            json!({"type": "number", "minimum": 1, "maximum": 100_000, "default": A_DAY}),
        ),
    ]
}

fn example(snapshot: &Snapshot) -> Value {
    json!({"standard": snapshot.place.standards.first().map(|standard| &standard.key)})
}

fn prepare(snapshot: &Arc<Snapshot>, inputs: &Inputs) -> Result<Work, Problem> {
    let place = &snapshot.place;
    let words = |name: &str| inputs.get(name).and_then(Value::as_str);
    let standard = words("standard").and_then(|key| place.standards.iter().position(|standard| standard.key == key));
    if place.standards.is_empty() {
        return Err(Problem::bad_input("standard", "the place names no standard, so nobody lacks one"));
    }
    let patch = match words("patch") {
        None => None,
        Some(key) => {
            let found = place.patches.enumerate().find(|(_, patch)| patch.key == key).map(|(patch, _)| patch);
            let why = || unknown("patch", key, place.patches.iter().map(|patch| patch.key.as_str()));
            Some(found.ok_or_else(|| Problem::bad_input("patch", why()))?)
        }
    };
    let gap = words("gap").map(str::to_owned);
    if gap.is_some() && standard.is_none() {
        return Err(Problem::bad_input("gap", "a gap is of a standard: give the standard too"));
    }
    let changes = Changes::read(snapshot, inputs)?;
    if !changes.is_none() && (standard.is_none() || gap.is_some()) {
        let why = "what is tried changes the gaps: give the standard, and no gap of today";
        return Err(Problem::bad_input("add", why));
    }
    let a_day = inputs.get("residents_a_day").and_then(Value::as_f64).unwrap_or(A_DAY);
    let snapshot = Arc::clone(snapshot);
    Ok(Box::new(move |_| {
        let positions = wanted(&snapshot, standard, gap.as_deref(), patch, &changes)?;
        let mut answer = rounds_json(&snapshot.place, &rounds(&snapshot.place, &positions, a_day));
        if let Some(members) = answer.as_object_mut() {
            members.insert("residents_a_day".to_owned(), json!(a_day));
        }
        Ok(vec![part(OUTPUTS[0].name, OUTPUTS[0].media, &answer)])
    }))
}

/// What is tried: spots where there would be what the standard asks for, and assets that would be shut.
struct Changes {
    add: Vec<Door>,
    remove: Vec<AssetIdx>,
}

impl Changes {
    fn read(snapshot: &Snapshot, inputs: &Inputs) -> Result<Self, Problem> {
        let place = &snapshot.place;
        let list = |name: &str| inputs.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let mut changes = Self { add: Vec::new(), remove: Vec::new() };
        for (i, spot) in list("add").iter().enumerate() {
            let (at, snap) = pin(place, spot, &format!("add[{i}]"))?;
            changes.add.push(Door { asset: AssetIdx::from_usize(place.assets.len() + i), at, snap });
        }
        for (i, id) in list("remove").iter().filter_map(Value::as_str).enumerate() {
            let found = place.assets.enumerate().find(|(_, asset)| asset.key == id).map(|(asset, _)| asset);
            let why = || unknown("asset", id, place.assets.iter().map(|asset| asset.key.as_str()));
            changes.remove.push(found.ok_or_else(|| Problem::bad_input(&format!("remove[{i}]"), why()))?);
        }
        Ok(changes)
    }

    fn is_none(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }
}

/// The dwelling positions that are asked about.
fn wanted(
    snapshot: &Snapshot,
    standard: Option<usize>,
    gap: Option<&str>,
    patch: Option<PatchIdx>,
    changes: &Changes,
) -> Result<Vec<usize>, Problem> {
    let (place, coverage) = (&snapshot.place, snapshot.today().coverage());
    let measured: Vec<_> = place.standards.iter().zip(coverage).collect();
    if let Some(at) = standard.filter(|_| !changes.is_none()) {
        let (standard, today) = measured[at];
        let stays: Vec<AssetIdx> =
            today.qualifying.iter().copied().filter(|asset| !changes.remove.contains(asset)).collect();
        let mut all = doors(place, &stays);
        all.extend_from_slice(&changes.add);
        return Ok(without(place, &[(standard, &coverage_to(place, standard, &all))], patch));
    }
    let (Some(standard), Some(key)) = (standard, gap) else {
        let asked = standard.map_or(measured.as_slice(), |at| &measured[at..=at]);
        return Ok(without(place, asked, patch));
    };
    let found = gaps(place, measured[standard].0, measured[standard].1);
    match gap_named(&found, key) {
        Some(gap) => Ok(gap.positions.clone()),
        None => {
            let why = unknown("gap", key, found.gaps.iter().map(|gap| gap.key.as_str()));
            Err(Problem::bad_input("gap", why))
        }
    }
}
