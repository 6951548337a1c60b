//! `hubs`: where should the next hubs go, who gains, and how sure is that?

use super::{Input, Inputs, Output, Process, Work};
use crate::crs::LonLat;
use crate::export::geojson;
use crate::http::jobs::{Job, Lane, Part};
use crate::http::problem::Problem;
use crate::layer::Layer;
use crate::layer::hubs::{hubs_json, hubs_layer};
use crate::layer::hubs_ground::{catchments_layer, gains_layer};
use crate::measure::what_if::OFF_STREET;
use crate::place::Place;
use crate::plan::hubs::{
    Brief, Candidates, Keep, Objective, Spot, USUAL_MEMORY, USUAL_RUNS, Unplanned, first_of_kind, group_named,
    hubs_covering, kind_named, standard_named,
};
use crate::snapshot::Snapshot;
use crate::units::{Metres, Seconds};
use axum::body::Bytes;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;

pub(super) const PROCESS: Process = Process {
    id: "hubs",
    title: "Where the next hubs should go",
    description: "Chooses sites among candidates so that most residents are newly covered, or by another aim, with \
                  floors for groups and a proof of how good the choice is; says who gains, why each site is there, the \
                  runner-up, how often the choice stands when the numbers vary, and what fairness costs.",
    keywords: &["siting", "facility location", "hubs"],
    is_sync: false,
    lane: Lane::Long,
    inputs,
    needs: &[&["standard", "kind", "first_of_kind"], &["sites", "budget", "cover"]],
    outputs: &OUTPUTS,
    example,
    prepare,
};

const GEOJSON: &str = "application/geo+json";

const OUTPUTS: [Output; 4] = [
    Output {
        name: "proposal",
        title: "Proposal",
        description: "The plan with its status, bound and gap, sentences, reasons, before and after, and the price of fairness",
        media: "application/json",
        kinds: &["object"],
    },
    Output {
        name: "sites",
        title: "Sites",
        description: "A point for each new site: who is newly covered, what is lost without it, and why it is there",
        media: GEOJSON,
        kinds: &["object"],
    },
    Output {
        name: "catchments",
        title: "Catchments",
        description: "The ground each new site serves within the walk",
        media: GEOJSON,
        kinds: &["object"],
    },
    Output {
        name: "gains",
        title: "Who gains",
        description: "The zones where the plan changes who is covered, with residents newly covered by group",
        media: GEOJSON,
        kinds: &["object"],
    },
];

/// Most work for the choice, in seconds. The questions after it may take five times as much again.
const LONGEST: u64 = 300;

/// Most runs of the stability: telling 90 % from 95 % takes some hundreds.
const MOST_RUNS: usize = 500;

/// Whole numbers up to here come through every client's JSON as they are (RFC 8259).
const LARGEST_SEED: u64 = (1 << 53) - 1;

/// Metres between candidates along streets where nobody says.
const APART: f64 = 250.0;

fn inputs(snapshot: &Snapshot) -> Vec<Input> {
    let place = &snapshot.place;
    let input = |name, title, description, schema| Input { name, title, description, schema, is_required: false };
    let keys: Vec<&str> = place.standards.iter().map(|standard| standard.key.as_str()).collect();
    let mut kinds: Vec<&str> = place.assets.iter().map(|asset| asset.kind.as_str()).collect();
    kinds.extend(place.standards.iter().flat_map(|standard| &standard.kinds).map(String::as_str));
    kinds.sort_unstable();
    kinds.dedup();
    let groups: Map<String, Value> = place
        .groups
        .iter()
        .map(|group| (group.key.clone(), json!({"type": "number", "minimum": 0, "maximum": 1})))
        .collect();
    let number = |least: f64, most: f64| json!({"type": "number", "minimum": least, "maximum": most});
    let whole = |least: u64, most: usize| json!({"type": "integer", "minimum": least, "maximum": most});
    let objectives = Objective::ALL.map(Objective::word);
    let mut inputs = vec![
        input(
            "standard",
            "Standard",
            "Key of a standard of the place: its kinds, minutes, hours and step-free entrance say what a hub is",
            json!({"title": "standard", "type": "string", "enum": keys}),
        ),
        input(
            "kind",
            "Kind",
            "Kind of asset to place, instead of a standard",
            json!({"title": "asset of kind", "type": "string", "enum": kinds}),
        ),
        input(
            "first_of_kind",
            "First of a kind",
            "A kind of which the place has none yet, instead of a standard or a kind, such as warm_space",
            json!({"type": "string", "minLength": 1, "maxLength": 80}),
        ),
        input(
            "within",
            "Within",
            "Minutes the walk may take; the standard's when left out, else 15",
            number(1.0, 120.0),
        ),
        input("sites", "Sites", "How many new sites", whole(1, 1000)),
        input(
            "cover",
            "Cover",
            "Instead of a number of sites: the share of all residents to be covered, from 0 to 1, by as few new sites as can be",
            number(0.01, 1.0),
        ),
        input(
            "budget",
            "Budget",
            "Money for all new sites together; then each candidate needs a cost",
            number(0.0, 1e12),
        ),
        input(
            "room",
            "Room",
            "Places (or place-hours a week) that each new site has, where the standard asks for room",
            number(0.01, 1e9),
        ),
        input(
            "objective",
            "Objective",
            "What the choice is best at: most residents covered, least walking by all, the worst-off group first, or most \
             residents with those of deprived zones counting for up to twice as much",
            json!({"title": "objective", "type": "string", "enum": objectives, "default": "coverage"}),
        ),
        input(
            "keep",
            "Keep",
            "Whether today's hubs stay, or may be given up for better sites",
            json!({"title": "choice", "type": "string", "enum": ["existing", "free"], "default": "existing"}),
        ),
        input(
            "candidates",
            "Candidates",
            "Where sites may be; every 250 metres along streets when left out",
            candidates(),
        ),
        input(
            "floors",
            "Floors",
            "The least share of a group that must be covered, from 0 to 1, by the group's key",
            json!({"title": "group", "type": "object", "properties": groups, "additionalProperties": false}),
        ),
    ];
    inputs.extend(of_the_search());
    inputs
}

/// How long and how often is searched, and where chance begins.
fn of_the_search() -> [Input; 3] {
    let input = |name, title, description, schema| Input { name, title, description, schema, is_required: false };
    [
        input(
            "time_limit",
            "Time limit",
            "Seconds of work the choice may take, counted in steps so that the same question has the same answer on any \
             machine, busy or not; the questions after it may take five times as much again",
            json!({"type": "number", "minimum": 1, "maximum": LONGEST, "default": 60}),
        ),
        input(
            "seed",
            "Seed",
            "Where chance begins: the same number, the same plan",
            json!({"type": "integer", "minimum": 0, "maximum": LARGEST_SEED, "default": 1}),
        ),
        input(
            "runs",
            "Runs",
            "Times the choice is made again with other numbers, to see how stable it is",
            json!({"type": "integer", "minimum": 0, "maximum": MOST_RUNS, "default": USUAL_RUNS}),
        ),
    ]
}

/// Three ways to say where sites may be.
fn candidates() -> Value {
    let words = json!({"type": "string", "maxLength": 200});
    let point = json!({
        "type": "object", "required": ["at"], "additionalProperties": false,
        "properties": {
            "id": words, "name": words, "cost": {"type": "number", "minimum": 0},
            "at": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}},
        },
    });
    let object = |title: &str, name: &str, schema: Value| {
        json!({
            "title": title, "type": "object", "required": [name], "additionalProperties": false,
            "properties": {name: schema},
        })
    };
    let about = json!({
        "type": "object", "nullable": true, "properties": {"cost": {"type": "number", "minimum": 0}},
    });
    let geometry = json!({
        "type": "object", "required": ["type", "coordinates"],
        "properties": {
            "type": {"type": "string", "enum": ["Point"]},
            "coordinates": {"type": "array", "minItems": 2, "maxItems": 3, "items": {"type": "number"}},
        },
    });
    let feature = json!({
        "type": "object", "required": ["geometry"], "properties": {"geometry": geometry, "properties": about},
    });
    let collection = json!({
        "title": "a GeoJSON FeatureCollection of points", "type": "object", "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "minItems": 1, "maxItems": 10_000, "items": feature},
        },
    });
    json!({"oneOf": [
        object("{\"streets\": metres between}", "streets", json!({"type": "number", "minimum": 10, "maximum": 10_000})),
        object("{\"kinds\": [kind of asset, …]}", "kinds", json!({"type": "array", "minItems": 1, "maxItems": 100, "items": words})),
        object("{\"points\": [{\"at\": [longitude, latitude]}, …]}", "points", json!({"type": "array", "minItems": 1, "maxItems": 10_000, "items": point})),
        collection,
    ]})
}

fn example(snapshot: &Snapshot) -> Value {
    let on_foot = snapshot.place.standards.iter().find(|standard| standard.is_plain());
    let standard = on_foot.map(|standard| &standard.key);
    json!({"standard": standard, "sites": 2, "candidates": {"streets": 500}, "time_limit": 10, "runs": 5})
}

fn prepare(snapshot: &Arc<Snapshot>, inputs: &Inputs) -> Result<Work, Problem> {
    let (snapshot, brief) = (Arc::clone(snapshot), brief(snapshot, inputs)?);
    let share = inputs.get("cover").and_then(Value::as_f64);
    Ok(Box::new(move |job| {
        let brief = Brief { memory: job.memory, ..brief };
        let done = work(&snapshot.place, &brief, share, job);
        drop((brief, snapshot));
        crate::memory::give_back();
        done
    }))
}

fn work(place: &Place, brief: &Brief, share: Option<f64>, job: &Job) -> Result<Vec<Part>, Problem> {
    let proposal = hubs_covering(place, brief, share, &job.watch).map_err(|why| match why {
        Unplanned::Cancelled => Problem::stopped(),
        Unplanned::FailedRecount(_) => {
            tracing::error!(job = job.id, %why, "a plan failed its recount");
            Problem::our_fault()
        }
        Unplanned::Wrong(_) | Unplanned::Infeasible { .. } | Unplanned::NothingFound => {
            Problem::cannot_be_met(why.to_string())
        }
    })?;
    job.watch.step("Drawing the ground each site serves", 0.95);
    let layer = |name, layer: Layer| Part { name, media: GEOJSON, body: Bytes::from(geojson::write(place, &layer)) };
    Ok(vec![
        Part { name: "proposal", media: "application/json", body: Bytes::from(hubs_json(place, &proposal)) },
        layer("sites", hubs_layer(place, &proposal)),
        layer("catchments", catchments_layer(place, &proposal)),
        layer("gains", gains_layer(place, &proposal)),
    ])
}

fn brief(snapshot: &Snapshot, inputs: &Inputs) -> Result<Brief, Problem> {
    let place = &snapshot.place;
    let words = |name: &str| inputs.get(name).and_then(Value::as_str);
    let number = |name: &str| inputs.get(name).and_then(Value::as_f64);
    let named = (words("standard"), words("kind"));
    let within = number("within").map(Seconds::from_minutes);
    let today = snapshot.built_at.date_naive();
    let (name, standard) = match (words("first_of_kind"), named) {
        (Some(_), (Some(_), _) | (_, Some(_))) => {
            ("first_of_kind", Err("give a standard, a kind, or the first of a kind: one of them".to_owned()))
        }
        (Some(first), _) => ("first_of_kind", first_of_kind(place, first, within, today)),
        (None, (Some(_), _)) => ("standard", standard_named(place, named, within, today)),
        (None, _) => ("kind", standard_named(place, named, within, today)),
    };
    let standard = standard.map_err(|why| Problem::bad_input(name, why))?;
    if number("cover").is_some() && (number("sites").is_some() || number("budget").is_some()) {
        let why = "a share to be covered takes as many sites as it takes: leave out sites and budget";
        return Err(Problem::bad_input("cover", why));
    }
    if number("sites").is_none() && number("budget").is_none() && number("cover").is_none() {
        let why = "say how many sites are wanted, or give a budget and the cost of each candidate";
        return Err(Problem::bad_input("sites", why));
    }
    let objective = words("objective").and_then(|word| Objective::ALL.into_iter().find(|known| known.word() == word));
    let floors = inputs.get("floors").and_then(Value::as_object).into_iter().flatten().map(|(key, share)| {
        let group = group_named(place, key).map_err(|why| Problem::bad_input(&format!("floors.{key}"), why))?;
        Ok((group, share.as_f64().unwrap_or_default()))
    });
    Ok(Brief {
        standard,
        sites: number("sites").map(|sites| sites as usize),
        budget: number("budget"),
        room: number("room"),
        objective: objective.unwrap_or(Objective::Coverage),
        candidates: read_candidates(place, inputs.get("candidates"))?,
        keep: if words("keep") == Some("free") { Keep::Free } else { Keep::Existing },
        floors: floors.collect::<Result<_, Problem>>()?,
        time_limit: Duration::from_secs_f64(number("time_limit").unwrap_or(60.0).clamp(1.0, LONGEST as f64)),
        seed: number("seed").map_or(1, |seed| seed as u64),
        memory: USUAL_MEMORY,
        runs: number("runs").map_or(USUAL_RUNS, |runs| runs as usize),
    })
}

fn read_candidates(place: &Place, given: Option<&Value>) -> Result<Candidates, Problem> {
    let Some(given) = given else { return Ok(Candidates::Streets(Metres::new(APART))) };
    let is_collection = given.get("features").is_some();
    if let Some(metres) = given["streets"].as_f64().filter(|_| !is_collection) {
        return Ok(Candidates::Streets(Metres::new(metres)));
    }
    if let Some(kinds) = given["kinds"].as_array().filter(|_| !is_collection) {
        let kinds: Vec<String> = kinds.iter().filter_map(|kind| kind.as_str().map(str::to_owned)).collect();
        for (i, kind) in kinds.iter().enumerate() {
            kind_named(place, kind).map_err(|why| Problem::bad_input(&format!("candidates.kinds[{i}]"), why))?;
        }
        return Ok(Candidates::Kinds(kinds));
    }
    let points = given["points"].as_array().filter(|_| !is_collection).into_iter().flatten().enumerate();
    let points = points.map(|(i, point)| spot(place, i, point, &point["at"], &format!("candidates.points[{i}].at")));
    let features = given["features"].as_array().into_iter().flatten().enumerate().map(|(i, feature)| {
        let at = &feature["geometry"]["coordinates"];
        spot(place, i, &feature["properties"], at, &format!("candidates.features[{i}].geometry"))
    });
    let spots: Vec<Spot> = points.chain(features).collect::<Result<_, Problem>>()?;
    let mut keys: Vec<&str> = spots.iter().map(|spot| spot.key.as_str()).collect();
    keys.sort_unstable();
    match keys.windows(2).find(|two| two[0] == two[1]) {
        Some(two) => {
            Err(Problem::bad_input("candidates", format!("the id {:?} is there twice; give each its own", two[0])))
        }
        None => Ok(Candidates::Points(spots)),
    }
}

/// A candidate; it must be near a street, or nobody could walk to it.
fn spot(place: &Place, number: usize, about: &Value, at: &Value, here: &str) -> Result<Spot, Problem> {
    let part = |i: usize| at.get(i).and_then(Value::as_f64);
    let lonlat = part(0).zip(part(1)).and_then(|(lon, lat)| LonLat::new(lon, lat));
    let at = lonlat.and_then(|lonlat| place.plane.to_xy(lonlat)).ok_or_else(|| {
        Problem::bad_input(
            here,
            "it is not a longitude and a latitude near this place; give both in degrees, longitude first",
        )
    })?;
    if place.streets.as_ref().is_some_and(|streets| streets.snap(at, OFF_STREET).is_none()) {
        let why =
            format!("no street is within {} m of it, so nobody could walk there; move it onto land", OFF_STREET.get());
        return Err(Problem::bad_input(here, why));
    }
    let words = |name: &str| about[name].as_str().map(str::to_owned).or(about[name].as_i64().map(|n| n.to_string()));
    let key = words("id").unwrap_or_else(|| format!("point-{:04}", number + 1));
    let name = words("name").unwrap_or_else(|| key.clone());
    Ok(Spot { key, name, at, cost: about["cost"].as_f64() })
}
