//! `nearest`: what can be walked to from here?

use super::coverage::pin;
use super::{Input, Inputs, Output, Process, Work, part};
use crate::http::jobs::Lane;
use crate::http::problem::Problem;
use crate::layer::nearby::nearby_json;
use crate::layer::what_if::notices;
use crate::measure::nearby;
use crate::snapshot::Snapshot;
use crate::units::Seconds;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) const PROCESS: Process = Process {
    id: "nearest",
    title: "Nearest: what can be walked to from here?",
    description: "From one spot: the nearest asset of each kind that is in use, with the walk along the streets, its \
                  hours and what else is known of it; and for each standard whether it is kept from there.",
    keywords: &["walking access", "nearest"],
    is_sync: true,
    lane: Lane::Quick,
    inputs,
    needs: &[],
    outputs: &OUTPUTS,
    example,
    prepare,
};

const OUTPUTS: [Output; 1] = [Output {
    name: "nearest",
    title: "Nearest",
    description: "The nearest of each kind, and the standards",
    media: "application/json",
    kinds: &["object"],
}];

/// Minutes of walking beyond which nothing is looked for: nobody who asks this would walk further.
const FARTHEST: f64 = 90.0;

fn inputs(_: &Snapshot) -> Vec<Input> {
    vec![Input {
        name: "at",
        title: "At",
        description: "Longitude and latitude of the spot",
        schema: json!({"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}}),
        is_required: true,
    }]
}

fn example(snapshot: &Snapshot) -> Value {
    let place = &snapshot.place;
    let home = place.positions.get(place.positions.len() / 2).and_then(|home| place.plane.to_lonlat(home.at));
    let decimals = |degrees: f64| (degrees * 1e5).round() / 1e5;
    home.map_or_else(|| json!({}), |at| json!({"at": [decimals(at.lon), decimals(at.lat)]}))
}

fn prepare(snapshot: &Arc<Snapshot>, inputs: &Inputs) -> Result<Work, Problem> {
    let (at, snap) = pin(&snapshot.place, inputs.get("at").unwrap_or(&Value::Null), "at")?;
    let snapshot = Arc::clone(snapshot);
    Ok(Box::new(move |_| {
        let place = &snapshot.place;
        let limit = place.speed.distance(Seconds::from_minutes(FARTHEST));
        let date = place.date.or_else(|| place.standards.first().map(|standard| standard.date)).unwrap_or_default();
        let found = nearby(place, at, snap, date, limit);
        let street = snap.and_then(|snap| Some(place.streets.as_ref()?.street(snap.edge).name?.to_owned()));
        let mut answer = nearby_json(place, &found);
        if let Some(members) = answer.as_object_mut() {
            members.insert("street".to_owned(), json!(street));
            members.insert("date".to_owned(), json!(date.to_string()));
            members.insert("farthest_minutes".to_owned(), json!(FARTHEST));
            members.insert("assumptions".to_owned(), json!(notices(place)));
        }
        Ok(vec![part(OUTPUTS[0].name, OUTPUTS[0].media, &answer)])
    }))
}
