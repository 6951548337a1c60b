//! `nearest`: what can be walked to from here?

use super::coverage::pin;
use super::{Input, Inputs, Output, Process, Work, part};
use crate::http::jobs::Lane;
use crate::http::problem::Problem;
use crate::layer::nearby::nearby_json;
use crate::layer::what_if::notices;
use crate::measure::nearby;
use crate::place::{Place, postcode};
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
    let input = |name, title, description, schema| Input { name, title, description, schema, is_required: false };
    vec![
        input(
            "at",
            "At",
            "Longitude and latitude of the spot; either this or a postcode",
            json!({"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}}),
        ),
        input(
            "postcode",
            "Postcode",
            "A postcode of the place, however it is spaced, instead of a spot: the middle of its addresses, from the postcode \
             file of the place. It is not kept",
            json!({"type": "string", "minLength": 1, "maxLength": 20}),
        ),
    ]
}

/// Where a postcode of the place is, as a spot on the map; or why it cannot be told.
fn spot_of(place: &Place, typed: &str) -> Result<Value, Problem> {
    let wanted = postcode::written(typed);
    let known = &place.postcodes;
    let why = match known.binary_search_by(|(code, _)| code.as_str().cmp(&wanted)) {
        Ok(at) => match place.plane.to_lonlat(known[at].1) {
            Some(at) => return Ok(json!([at.lon, at.lat])),
            None => format!("{wanted} lies where there are no degrees"),
        },
        Err(_) if known.is_empty() => {
            "this place has no file of postcodes, so none can be looked up; give a street or a spot on the map"
                .to_owned()
        }
        Err(_) => format!(
            "{typed:?} is not among the {} postcodes of this place; look at how it is written, or give a street or a spot \
             on the map",
            known.len()
        ),
    };
    Err(Problem::bad_input("postcode", why))
}

fn example(snapshot: &Snapshot) -> Value {
    let place = &snapshot.place;
    let home = place.positions.get(place.positions.len() / 2).and_then(|home| place.plane.to_lonlat(home.at));
    let decimals = |degrees: f64| (degrees * 1e5).round() / 1e5;
    home.map_or_else(|| json!({}), |at| json!({"at": [decimals(at.lon), decimals(at.lat)]}))
}

fn prepare(snapshot: &Arc<Snapshot>, inputs: &Inputs) -> Result<Work, Problem> {
    let written = inputs.get("postcode").and_then(Value::as_str);
    let (spot, name) = match (inputs.get("at"), written) {
        (Some(at), None) => (at.clone(), "at"),
        (None, Some(written)) => (spot_of(&snapshot.place, written)?, "postcode"),
        (Some(_), Some(_)) => {
            return Err(Problem::bad_input("postcode", "give either a spot (at) or a postcode, not both"));
        }
        (None, None) => return Err(Problem::bad_input("at", "say where: a spot (at) or a postcode")),
    };
    let (at, snap) = pin(&snapshot.place, &spot, name)?;
    let named = written.map(postcode::written);
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
            members.insert("postcode".to_owned(), json!(named));
            members.insert("at".to_owned(), spot);
            members.insert("date".to_owned(), json!(date.to_string()));
            members.insert("farthest_minutes".to_owned(), json!(FARTHEST));
            members.insert("assumptions".to_owned(), json!(notices(place)));
        }
        Ok(vec![part(OUTPUTS[0].name, OUTPUTS[0].media, &answer)])
    }))
}
