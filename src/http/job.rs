//! `/jobs`, `/jobs/{job}` and `/jobs/{job}/results`: what runs, what came of it, and an end to it.

use super::format::{Format, HTML, JSON, Offer};
use super::jobs::{Job, KEPT, KEPT_FOR, Status};
use super::links;
use super::page;
use super::problem::Problem;
use super::process::{self, execute};
use super::reply::Reply;
use super::request::Ask;
use super::status_info::status_info;
use axum::http::header;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};
use std::sync::Arc;

const OFFERS: [Offer; 2] = [JSON, HTML];

/// Parameters by which the list of jobs is narrowed.
pub(super) const PARAMETERS: [&str; 7] =
    ["limit", "type", "processID", "status", "datetime", "minDuration", "maxDuration"];

/// Most that one page of a list may have, as the API's definition says.
pub(super) const MOST_LISTED: usize = 10_000;

/// Answers with the list of the asker's own, the newest first. To strangers it is empty: a job is seen by whoever
/// was told its id, and ended by whoever started it.
pub(super) fn list(ask: &Ask) -> Result<Reply, Problem> {
    let snapshot = ask.snapshot()?;
    ask.only(&PARAMETERS)?;
    let offer = ask.choose(&OFFERS)?;
    let limit = ask.limit_of(MOST_LISTED)?;
    let wanted = Wanted::read(ask)?;
    let jobs = ask.jobs.list(ask.token.as_deref()).into_iter().filter(|job| wanted.holds(job)).take(limit);
    let jobs: Vec<Value> = jobs.map(|job| status_info(ask, &job)).collect();
    let links = ask.links(offer, &OFFERS);
    let reply = match offer.format {
        Format::Html => {
            let page = json!({ "jobs": jobs, "kept": KEPT, "hours": KEPT_FOR.as_secs() / 3600 });
            page::reply("jobs.html", ask, snapshot, None, page)?
        }
        _ => Reply::json(offer, &json!({ "jobs": jobs, "links": links })),
    };
    Ok(reply.with(header::CACHE_CONTROL, "no-store").with(header::LINK, links::header(&links)))
}

/// Answers with how a job stands.
pub(super) fn one(ask: &Ask) -> Result<Reply, Problem> {
    let job = named(ask)?;
    ask.only(&[])?;
    told(ask, &job, ask.choose(&OFFERS)?)
}

/// Cancels a job, or forgets one that is over.
pub(super) fn dismiss(ask: &Ask) -> Result<Reply, Problem> {
    let job = named(ask)?;
    ask.only(&[])?;
    if !job.owner.is(ask.token.as_deref(), ask.client) {
        return Err(Problem::not_your_job());
    }
    ask.jobs.dismiss(&job);
    let mut info = status_info(ask, &job);
    if let Some(members) = info.as_object_mut() {
        members.insert("status".to_owned(), json!(Status::Dismissed.word()));
    }
    Ok(Reply::json(JSON, &info).with(header::CACHE_CONTROL, "no-store"))
}

/// Answers with what came of a job.
pub(super) fn results(ask: &Ask) -> Result<Reply, Problem> {
    let job = named(ask)?;
    ask.only(&[])?;
    execute::outcome(&job).map_err(|problem| match job.state().status {
        Status::Dismissed => Problem::not_done("The job was dismissed before it was done, so there are no results."),
        _ => problem,
    })
}

fn named(ask: &Ask) -> Result<Arc<Job>, Problem> {
    ask.jobs.find(ask.param("job")).ok_or_else(Problem::no_such_job)
}

fn told(ask: &Ask, job: &Job, offer: Offer) -> Result<Reply, Problem> {
    let info = status_info(ask, job);
    let reply = match (offer.format, ask.snapshot()) {
        (Format::Html, Ok(snapshot)) => {
            let outputs: Vec<&str> = process::named(job.process)?.outputs.iter().map(|output| output.name).collect();
            let page = json!({ "job": info, "outputs": outputs, "is_over": job.is_over() });
            page::reply("job.html", ask, snapshot, None, page)?
        }
        _ => Reply::json(JSON, &info),
    };
    Ok(reply.with(header::CACHE_CONTROL, "no-store"))
}

/// Which jobs are wanted.
struct Wanted {
    types: Option<Vec<String>>,
    processes: Option<Vec<String>>,
    statuses: Option<Vec<String>>,
    made: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    seconds: (Option<f64>, Option<f64>),
}

impl Wanted {
    fn read(ask: &Ask) -> Result<Self, Problem> {
        let words = |name: &str| ask.get(name).map(|list| list.split(',').map(str::to_owned).collect::<Vec<_>>());
        let statuses = words("status");
        let known = Status::ALL.map(Status::word);
        if let Some(other) = statuses.iter().flatten().find(|word| !known.contains(&word.as_str())) {
            return Err(Problem::bad_request(format!("status is {other:?}; it can be {}.", known.join(", "))));
        }
        let seconds = |name: &str| {
            let number = |words: &str| words.parse::<f64>().ok().filter(|seconds| *seconds >= 0.0);
            let wrong = |words| Problem::bad_request(format!("{name} is {words:?}; it must be a number of seconds."));
            ask.get(name).map(|words| number(words).ok_or_else(|| wrong(words))).transpose()
        };
        Ok(Self {
            types: words("type"),
            processes: words("processID"),
            statuses,
            made: ask.get("datetime").map_or(Ok((None, None)), between)?,
            seconds: (seconds("minDuration")?, seconds("maxDuration")?),
        })
    }

    fn holds(&self, job: &Job) -> bool {
        let among = |list: &Option<Vec<String>>, word: &str| list.as_ref().is_none_or(|l| l.iter().any(|w| w == word));
        let state = job.state();
        let (from, to) = self.made;
        let took = state.started.map(|at| (state.finished.unwrap_or_else(Utc::now) - at).as_seconds_f64());
        among(&self.types, "process")
            && among(&self.processes, job.process)
            && among(&self.statuses, state.status.word())
            && from.is_none_or(|from| job.created >= from)
            && to.is_none_or(|to| job.created <= to)
            && self.seconds.0.is_none_or(|least| took.is_some_and(|took| took >= least))
            && self.seconds.1.is_none_or(|most| took.is_some_and(|took| took <= most))
    }
}

/// A time, or two with a slash between of which one may be open.
fn between(words: &str) -> Result<(Option<DateTime<Utc>>, Option<DateTime<Utc>>), Problem> {
    let wrong = || {
        Problem::bad_request(format!(
            "datetime is {words:?}; it must be a time such as 2026-06-30T12:00:00Z, or two with a slash between them."
        ))
    };
    let instant = |half: &str, end: bool| match half {
        "" | ".." => Ok(None),
        half => {
            let day = half
                .parse::<NaiveDate>()
                .ok()
                .and_then(|day| if end { day.and_hms_opt(23, 59, 59) } else { day.and_hms_opt(0, 0, 0) });
            let time = DateTime::parse_from_rfc3339(half).map(|time| time.to_utc()).ok();
            time.or(day.map(|day| day.and_utc())).map(Some).ok_or_else(wrong)
        }
    };
    let (from, to) = words.split_once('/').unwrap_or((words, words));
    Ok((instant(from, false)?, instant(to, true)?))
}
