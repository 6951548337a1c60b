//! What can be worked out on request (OGC API – Processes 1.0): `coverage`, `hubs`, `patches`, `nearest`, `rounds` and `echo`.
//!
//! A [`Process`] says what it takes and gives as JSON Schema; the same schema describes it to clients and checks what
//! they send ([`check`]). [`execute`] answers `POST …/execution`, [`list`] the descriptions; the rest is one file for
//! each process.

pub(super) mod check;
pub(super) mod coverage;
mod echo;
pub(super) mod execute;
mod hubs;
pub(super) mod list;
mod nearest;
pub(super) mod openapi;
mod patches;
mod rounds;

use super::jobs::{Job, Lane, Part};
use super::problem::Problem;
use crate::snapshot::Snapshot;
use axum::body::Bytes;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Something that can be worked out on request.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) description: &'static str,
    pub(super) keywords: &'static [&'static str],
    /// Whether it may be waited for; if not, it is always a job.
    pub(super) is_sync: bool,
    lane: Lane,
    inputs: fn(&Snapshot) -> Vec<Input>,
    /// Of each list of inputs at least one is needed.
    needs: &'static [&'static [&'static str]],
    pub(super) outputs: &'static [Output],
    /// Inputs that make sense in this place.
    example: fn(&Snapshot) -> Value,
    /// Reads the inputs, which have passed their schemas, and gives the work to be done with them. Quick, so
    /// that what is wrong is said at once and not by a job.
    prepare: fn(&Arc<Snapshot>, &Inputs) -> Result<Work, Problem>,
}

/// What is to be done on a thread of its own.
type Work = Box<dyn FnOnce(&Job) -> Result<Vec<Part>, Problem> + Send>;

/// The inputs of an execution, by name.
type Inputs = Map<String, Value>;

/// What a process takes.
struct Input {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    schema: Value,
    is_required: bool,
}

/// What a process gives.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) name: &'static str,
    title: &'static str,
    description: &'static str,
    pub(super) media: &'static str,
    /// The JSON types it may be of.
    kinds: &'static [&'static str],
}

/// All of them, in reading order.
pub(super) const ALL: [&Process; 6] =
    [&coverage::PROCESS, &hubs::PROCESS, &patches::PROCESS, &nearest::PROCESS, &rounds::PROCESS, &echo::PROCESS];

/// The process of this name.
pub(super) fn named(id: &str) -> Result<&'static Process, Problem> {
    ALL.into_iter().find(|process| process.id == id).ok_or_else(|| {
        let known: Vec<&str> = ALL.iter().map(|process| process.id).collect();
        Problem::no_such_process(id, &known.join(", "))
    })
}

impl Process {
    /// The ways it can be executed, in the words of the standard.
    pub(super) fn control(&self) -> Vec<&'static str> {
        let sync = self.is_sync.then_some("sync-execute");
        sync.into_iter().chain(["async-execute", "dismiss"]).collect()
    }

    /// What the list says of it.
    fn summary(&self) -> Map<String, Value> {
        let summary = json!({
            "id": self.id,
            "title": self.title,
            "description": self.description,
            "keywords": self.keywords,
            "version": env!("CARGO_PKG_VERSION"),
            "jobControlOptions": self.control(),
            "outputTransmission": ["value"],
        });
        match summary {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }

    /// What it takes and gives.
    fn describe(&self, snapshot: &Snapshot) -> Map<String, Value> {
        let inputs = (self.inputs)(snapshot).into_iter().map(|input| {
            let about = json!({
                "title": input.title,
                "description": input.description,
                "minOccurs": u8::from(input.is_required),
                "maxOccurs": 1,
                "schema": input.schema,
            });
            (input.name.to_owned(), about)
        });
        let outputs = self.outputs.iter().map(|output| {
            let mut schema = match output.kinds {
                [only] => json!({ "type": only }),
                kinds => json!({ "oneOf": kinds.iter().map(|kind| json!({ "type": kind })).collect::<Vec<_>>() }),
            };
            if let (["object"], Some(members)) = (output.kinds, schema.as_object_mut()) {
                members.insert("contentMediaType".to_owned(), json!(output.media));
            }
            let about = json!({ "title": output.title, "description": output.description, "schema": schema });
            (output.name.to_owned(), about)
        });
        let mut about = self.summary();
        about.insert("inputs".to_owned(), Value::Object(inputs.collect()));
        about.insert("outputs".to_owned(), Value::Object(outputs.collect()));
        about
    }
}

/// An output of this process as JSON.
fn part(name: &'static str, media: &'static str, value: &Value) -> Part {
    Part { name, media, body: Bytes::from(value.to_string()) }
}

/// A name that is not known, with the nearest that is, and all of them where they are few.
fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    let nearest = crate::text::nearest(name, known.iter().copied(), f64::NEG_INFINITY);
    match nearest {
        None => format!("there is no {what} {name:?}; this place has none"),
        Some(_) if known.len() <= 12 => format!("there is no {what} {name:?}; there are {}", known.join(", ")),
        Some(nearest) => format!("there is no {what} {name:?}; the nearest name is {nearest:?}"),
    }
}
