//! `patches`: which patches should there be, and what does it cost to have them?

use super::{Input, Inputs, Output, Process, Work};
use crate::crs::{LonLat, Xy};
use crate::export::geojson;
use crate::http::jobs::{Job, Lane, Part};
use crate::http::problem::Problem;
use crate::layer::Layer;
use crate::layer::plan_patches::{patches_json, patches_layer, zones_layer};
use crate::place::Place;
use crate::plan::patches::{Aim, Brief, Rules, Weight, patches};
use crate::region::Unsolved;
use crate::snapshot::Snapshot;
use axum::body::Bytes;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

pub(super) const PROCESS: Process = Process {
    id: "patches",
    title: "Which patches there should be",
    description: "Mends today's patches so that the fewest people change patch, or draws new ones of about the same size \
                  that hang together on foot; three plans, each best at something else, with what each costs, and when \
                  mending what each further point of balance costs in people moved.",
    keywords: &["districting", "patches", "zone design"],
    is_sync: false,
    lane: Lane::Long,
    inputs,
    needs: &[],
    outputs: &OUTPUTS,
    example,
    prepare,
};

const GEOJSON: &str = "application/geo+json";

const OUTPUTS: [Output; 3] = [
    Output {
        name: "plans",
        title: "Plans",
        description: "Three plans with status, bound and cost, patches today, sentences, and what balance costs",
        media: "application/json",
        kinds: &["object"],
    },
    Output {
        name: "patches",
        title: "Patches",
        description: "The patches of the first plan with their residents",
        media: GEOJSON,
        kinds: &["object"],
    },
    Output {
        name: "zones",
        title: "Zones",
        description: "The zones of the first plan, each with its patch and the people moved",
        media: GEOJSON,
        kinds: &["object"],
    },
];

/// Most seconds for everything.
const LONGEST: u64 = 300;

/// Whole numbers up to here come through every client's JSON as they are (RFC 8259).
const LARGEST_SEED: u64 = (1 << 53) - 1;

/// The lines of the street file that cannot be crossed.
const BARRIERS: &str = "barriers";

/// Objectives that may be asked for.
const AIMS: [Aim; 3] = [Aim::Moved, Aim::Distance, Aim::CutEdges];

fn inputs(snapshot: &Snapshot) -> Vec<Input> {
    let input = |name, title, description, schema| Input { name, title, description, schema, is_required: false };
    let aims = AIMS.map(Aim::word);
    let streets = snapshot.place.streets.as_ref();
    let has_barriers = streets.is_some_and(|streets| streets.barriers().next().is_some());
    let mut all = vec![
        input(
            "repair",
            "Repair",
            "Whether today's patches are mended, so that the fewest people change patch, instead of new ones drawn",
            json!({"title": "choice", "type": "boolean", "default": false}),
        ),
        input(
            "parts",
            "Patches",
            "How many patches; as many as today when left out",
            json!({"type": "integer", "minimum": 1, "maximum": 10_000}),
        ),
        input(
            "target",
            "Size",
            "Instead of a number of patches: how many people a patch should have",
            json!({"type": "number", "minimum": 1, "maximum": 1e9}),
        ),
        input(
            "tolerance",
            "Tolerance",
            "By which share a patch may differ from the average, from 0 to 0.9",
            json!({"type": "number", "minimum": 0, "maximum": 0.9, "default": 0.1}),
        ),
        input(
            "objective",
            "Objective",
            "What the first plan is best at: fewest people moved (usual when mending), shortest distances to the middle of \
             the patch, or fewest neighbouring zones in two patches",
            json!({"title": "objective", "type": "string", "enum": aims}),
        ),
        input(
            "weight",
            "Weight",
            "What is balanced: residents, or residents with those of deprived zones counting for up to twice as much",
            json!({"title": "choice", "type": "string", "enum": ["residents", "need"], "default": "residents"}),
        ),
        input(
            "not_across",
            "Not across",
            "What no patch may lie across: `barriers` are the rivers, railways and motorways of the street file",
            json!({"type": "array", "maxItems": 1, "items": {"type": "string", "enum": [BARRIERS]}}),
        ),
        input(
            "lines",
            "Lines",
            "Further lines that no patch may lie across, each a list of points with longitude and latitude",
            json!({"type": "array", "maxItems": 10_000, "items": {"type": "array", "minItems": 2, "maxItems": 100_000, "items": {
                "type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"},
                "description": "Longitude, latitude",
            }}}),
        ),
        input(
            "together",
            "Together",
            "Lists of zones, by their keys, that stay in one patch",
            json!({"type": "array", "maxItems": 10_000, "items": {"type": "array", "minItems": 2, "maxItems": 10_000,
                "items": {"type": "string", "maxLength": 200}}}),
        ),
        input(
            "time_limit",
            "Time limit",
            "Seconds for everything",
            json!({"type": "number", "minimum": 1, "maximum": LONGEST, "default": 60}),
        ),
        input(
            "seed",
            "Seed",
            "Where chance begins: the same number, the same plans, unless the clock ends the search",
            json!({"type": "integer", "minimum": 0, "maximum": LARGEST_SEED, "default": 1}),
        ),
    ];
    all.retain(|input| has_barriers || input.name != "not_across");
    all
}

fn example(snapshot: &Snapshot) -> Value {
    if snapshot.place.patches.is_empty() {
        return json!({"target": 12_000, "tolerance": 0.2, "time_limit": 5});
    }
    json!({"repair": true, "tolerance": 0.2, "time_limit": 5})
}

fn prepare(snapshot: &Arc<Snapshot>, inputs: &Inputs) -> Result<Work, Problem> {
    let (snapshot, brief) = (Arc::clone(snapshot), brief(&snapshot.place, inputs)?);
    Ok(Box::new(move |job| {
        let done = work(&snapshot.place, &brief, job);
        drop(snapshot);
        crate::memory::give_back();
        done
    }))
}

fn work(place: &Place, brief: &Brief, job: &Job) -> Result<Vec<Part>, Problem> {
    let plans = patches(place, brief, &job.watch).map_err(|why| match why {
        Unsolved::Cancelled => Problem::stopped(),
        Unsolved::FailedRecount(_) => {
            tracing::error!(job = job.id, %why, "a plan failed its recount");
            Problem::our_fault()
        }
        Unsolved::Wrong(_) | Unsolved::Impossible(_) => Problem::cannot_be_met(why.to_string()),
    })?;
    job.watch.step("Drawing the patches", 0.95);
    let layer = |name, layer: Layer| Part { name, media: GEOJSON, body: Bytes::from(geojson::write(place, &layer)) };
    Ok(vec![
        Part { name: "plans", media: "application/json", body: Bytes::from(patches_json(place, &plans)) },
        layer("patches", patches_layer(place, &plans)),
        layer("zones", zones_layer(place, &plans)),
    ])
}

/// Lists in a list.
fn lists<'v>(inputs: &'v Inputs, name: &str) -> impl Iterator<Item = &'v Vec<Value>> {
    inputs.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_array)
}

fn rules(place: &Place, inputs: &Inputs) -> Result<Rules, Problem> {
    let point = |value: &Value| {
        let at = LonLat::new(value.get(0)?.as_f64()?, value.get(1)?.as_f64()?)?;
        place.plane.to_xy(at)
    };
    let mut not_across = Vec::new();
    for line in lists(inputs, "lines") {
        let points: Option<Vec<Xy>> = line.iter().map(point).collect();
        let why = "a point lies nowhere near this place: each is longitude, latitude, in degrees";
        not_across.push(points.ok_or_else(|| Problem::bad_input("lines", why))?);
    }
    let words = |list: &Vec<Value>| list.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let asked = inputs.get("not_across").and_then(Value::as_array);
    Ok(Rules {
        barriers: asked.is_some_and(|list| list.iter().any(|word| word.as_str() == Some(BARRIERS))),
        not_across,
        keep_whole: Vec::new(),
        together: lists(inputs, "together").map(words).collect(),
    })
}

fn brief(place: &Place, inputs: &Inputs) -> Result<Brief, Problem> {
    let words = |name: &str| inputs.get(name).and_then(Value::as_str);
    let number = |name: &str| inputs.get(name).and_then(Value::as_f64);
    let repair = inputs.get("repair").and_then(Value::as_bool).unwrap_or_default();
    if number("parts").is_some() && number("target").is_some() {
        return Err(Problem::bad_input("target", "give a number of patches or a size, not both"));
    }
    if let Some(name) = ["parts", "target"].into_iter().find(|name| repair && number(name).is_some()) {
        let why = "mending keeps today's patches: leave this out, or draw new ones with repair false";
        return Err(Problem::bad_input(name, why));
    }
    Ok(Brief {
        parts: number("parts").map(|parts| parts as usize),
        target: number("target"),
        tolerance: number("tolerance").unwrap_or(0.1),
        aim: words("objective").and_then(|word| AIMS.into_iter().find(|aim| aim.word() == word)),
        weight: if words("weight") == Some("need") { Weight::Need } else { Weight::Residents },
        repair,
        rules: rules(place, inputs)?,
        time_limit: Duration::from_secs_f64(number("time_limit").unwrap_or(60.0).clamp(1.0, LONGEST as f64)),
        seed: number("seed").map_or(1, |seed| seed as u64),
    })
}
