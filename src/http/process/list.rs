//! `/processes` and `/processes/{process}`: what can be worked out, and what each takes and gives.

use super::{ALL, Process, named};
use crate::http::format::{Format, HTML, JSON, Offer};
use crate::http::job::MOST_LISTED;
use crate::http::links::Link;
use crate::http::page;
use crate::http::problem::Problem;
use crate::http::reply::Reply;
use crate::http::request::Ask;
use serde_json::{Value, json};

const OFFERS: [Offer; 2] = [JSON, HTML];

pub(in crate::http) const PROCESSES_REL: &str = "http://www.opengis.net/def/rel/ogc/1.0/processes";
pub(in crate::http) const JOBS_REL: &str = "http://www.opengis.net/def/rel/ogc/1.0/job-list";
const EXECUTE_REL: &str = "http://www.opengis.net/def/rel/ogc/1.0/execute";

/// Answers with the list.
pub(in crate::http) fn list(ask: &Ask) -> Result<Reply, Problem> {
    let snapshot = ask.snapshot()?;
    ask.only(&["limit"])?;
    let limit = ask.limit_of(MOST_LISTED)?;
    ask.told(&OFFERS, |offer, links| {
        links.push(Link::new(ask.url("/jobs"), JOBS_REL, JSON.media, "The jobs"));
        let summaries: Vec<Value> = ALL
            .iter()
            .take(limit)
            .map(|process| {
                let mut summary = process.summary();
                let address = ask.url(&format!("/processes/{}", process.id));
                let own = vec![
                    Link::new(address.clone(), "self", JSON.media, "What it takes and gives"),
                    Link::new(format!("{address}?f=html"), "alternate", HTML.media, "The same as a page"),
                ];
                summary.insert("links".to_owned(), json!(own));
                Value::Object(summary)
            })
            .collect();
        Ok(match offer.format {
            Format::Html => page::reply("processes.html", ask, snapshot, None, json!({ "processes": summaries }))?,
            _ => Reply::json(offer, &json!({ "processes": summaries, "links": links })),
        })
    })
}

/// Answers with the description of one process.
pub(in crate::http) fn one(ask: &Ask) -> Result<Reply, Problem> {
    let process = named(ask.param("process"))?;
    let snapshot = ask.snapshot()?;
    ask.only(&[])?;
    ask.told(&OFFERS, |offer, links| {
        let execution = ask.url(&format!("/processes/{}/execution", process.id));
        links.push(Link::new(execution.clone(), EXECUTE_REL, JSON.media, "Execute it (POST)"));
        let mut about = process.describe(snapshot);
        about.insert("links".to_owned(), json!(links));
        Ok(match offer.format {
            Format::Html => {
                let page = json!({ "process": about, "execution": execution, "example": example(process, ask)? });
                page::reply("process.html", ask, snapshot, None, page)?
            }
            _ => Reply::json(offer, &Value::Object(about)),
        })
    })
}

/// A body that can be sent as it stands.
fn example(process: &Process, ask: &Ask) -> Result<String, Problem> {
    let inputs = (process.example)(ask.snapshot()?);
    Ok(json!({ "inputs": inputs, "response": "document" }).to_string())
}
