use super::format::{HTML, JSON};
use super::jobs::{Job, Status};
use super::links::Link;
use super::request::Ask;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

const RESULTS_REL: &str = "http://www.opengis.net/def/rel/ogc/1.0/results";

/// How a job stands, in the words of the standard.
pub(super) fn status_info(ask: &Ask, job: &Job) -> Value {
    let state = job.state();
    let address = ask.url(&format!("/jobs/{}", job.id));
    let mut links = vec![
        Link::new(address.clone(), "self", JSON.media, "How the job stands"),
        Link::new(address.clone(), "monitor", JSON.media, "How the job stands"),
        Link::new(format!("{address}?f=html"), "alternate", HTML.media, "The same as a page"),
    ];
    if state.status == Status::Successful {
        links.push(Link::new(format!("{address}/results"), RESULTS_REL, JSON.media, "What came of it"));
    }
    let mut info = json!({
        "processID": job.process,
        "type": "process",
        "jobID": job.id,
        "status": state.status.word(),
        "message": state.message,
        "progress": state.progress,
        "created": time(job.created),
        "started": state.started.map(time),
        "finished": state.finished.map(time),
        "updated": time(state.updated),
        "links": links,
    });
    if let Some(members) = info.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    info
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
