//! `echo`: gives back what it is given, for those who test their clients.

use super::{Input, Inputs, Output, Process, Work, part};
use crate::http::jobs::{Job, Lane, Part};
use crate::http::problem::Problem;
use crate::snapshot::Snapshot;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(super) const PROCESS: Process = Process {
    id: "echo",
    title: "Echo",
    description: "Gives back what it is given, after a pause if one is asked for: for testing clients and connections.",
    keywords: &["test"],
    is_sync: true,
    lane: Lane::Long,
    inputs,
    needs: &[],
    outputs: &OUTPUTS,
    example: |_| json!({"message": "Good morning", "pause": 0}),
    prepare,
};

const JSON: &str = "application/json";

const OUTPUTS: [Output; 7] = [
    Output { name: "message", title: "Message", description: "The words given", media: JSON, kinds: &["string"] },
    Output { name: "number", title: "Number", description: "The number given", media: JSON, kinds: &["number"] },
    Output {
        name: "either",
        title: "Number or word",
        description: "The number or words given",
        media: JSON,
        kinds: &["string", "number"],
    },
    Output { name: "list", title: "List", description: "The list given", media: JSON, kinds: &["array"] },
    Output { name: "object", title: "Object", description: "The object given", media: JSON, kinds: &["object"] },
    Output { name: "box", title: "Box", description: "The box given", media: JSON, kinds: &["object"] },
    Output {
        name: "features",
        title: "Features",
        description: "The features given",
        media: "application/geo+json",
        kinds: &["object"],
    },
];

fn inputs(_: &Snapshot) -> Vec<Input> {
    let input = |name, title, description, schema| Input { name, title, description, schema, is_required: false };
    let bounds = json!({
        "type": "object", "format": "ogc-bbox", "required": ["bbox"],
        "properties": {
            "bbox": {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}},
            "crs": {"type": "string"},
        },
    });
    vec![
        input("message", "Message", "Any words", json!({"type": "string", "maxLength": 10_000})),
        input("number", "Number", "Any number", json!({"type": "number"})),
        input(
            "either",
            "Number or word",
            "A number or words, as you like",
            json!({"oneOf": [
                {"type": "string", "title": "words", "maxLength": 10_000},
                {"type": "number", "title": "a number"},
            ]}),
        ),
        input("list", "List", "A list of whole numbers", json!({"type": "array", "items": {"type": "integer"}})),
        input("object", "Object", "Any object", json!({"type": "object"})),
        input("box", "Box", "A bounding box", bounds),
        input(
            "features",
            "Features",
            "A GeoJSON feature collection",
            json!({"type": "object", "format": "geojson-feature-collection"}),
        ),
        input(
            "pause",
            "Pause",
            "Seconds to wait before the answer",
            json!({"type": "number", "minimum": 0, "maximum": 60}),
        ),
    ]
}

fn prepare(_: &Arc<Snapshot>, inputs: &Inputs) -> Result<Work, Problem> {
    let pause = Duration::from_secs_f64(inputs.get("pause").and_then(Value::as_f64).unwrap_or(0.0).clamp(0.0, 60.0));
    let given: Vec<Part> =
        OUTPUTS.iter().filter_map(|output| Some(part(output.name, output.media, inputs.get(output.name)?))).collect();
    Ok(Box::new(move |job| {
        wait(job, pause);
        Ok(given)
    }))
}

/// Waits, and looks now and then whether anybody still does.
fn wait(job: &Job, pause: Duration) {
    let began = Instant::now();
    while !job.watch.is_cancelled() {
        let passed = began.elapsed();
        let Some(left) = pause.checked_sub(passed).filter(|left| !left.is_zero()) else { break };
        job.watch.step("Pausing", passed.as_secs_f64() / pause.as_secs_f64());
        std::thread::sleep(left.min(Duration::from_millis(20)));
    }
}
