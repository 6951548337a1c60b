//! `POST /processes/{process}/execution`: now, or as a job.

use super::check::fault;
use super::{Inputs, Output, Process, named};
use crate::http::format::JSON;
use crate::http::jobs::{Job, Jobs, Owner, Part, Question, Status};
use crate::http::problem::Problem;
use crate::http::reply::Reply;
use crate::http::request::{Ask, COOKIE};
use crate::http::status_info::status_info;
use axum::body::Bytes;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::sync::Arc;

/// What a client asks to be executed.
struct Order {
    inputs: Inputs,
    /// Names of the outputs wanted.
    outputs: Vec<&'static str>,
    is_document: bool,
}

/// Answers with the outputs, or with the job that will have them.
///
/// When the client goes away before the outputs are there, nobody wants them: the work stops.
pub(in crate::http) async fn execute(ask: Ask, body: Bytes) -> Response {
    let (jobs, gzip) = (Arc::clone(&ask.jobs), ask.gzip);
    let begun = tokio::task::spawn_blocking(move || begin(&ask, &body)).await;
    match begun {
        Ok(Ok(Begun::Job(reply))) => reply.into_response(),
        Ok(Ok(Begun::Now { job, over })) => {
            let waiting = Waiting { jobs, job };
            let _ = over.await;
            let job = Arc::clone(&waiting.job);
            match tokio::task::spawn_blocking(move || Ok::<_, Problem>(outcome(&job)?.packed(gzip))).await {
                Ok(Ok(reply)) => reply.into_response(),
                Ok(Err(problem)) => problem.into_response(),
                Err(_) => Problem::our_fault().into_response(),
            }
        }
        Ok(Err(problem)) => problem.into_response(),
        Err(_) => Problem::our_fault().into_response(),
    }
}

enum Begun {
    Job(Reply),
    Now { job: Arc<Job>, over: tokio::sync::oneshot::Receiver<()> },
}

/// A client that waits; when it goes, the work stops.
struct Waiting {
    jobs: Arc<Jobs>,
    job: Arc<Job>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.job.is_over() {
            self.jobs.cancel(&self.job);
        }
    }
}

fn begin(ask: &Ask, body: &[u8]) -> Result<Begun, Problem> {
    let process = named(ask.param("process"))?;
    let snapshot = ask.own_snapshot()?;
    ask.only(&[])?;
    let order = Order::read(process, &(process.inputs)(snapshot), body)?;
    let work = (process.prepare)(snapshot, &order.inputs)?;
    let is_now = process.is_sync && !prefers_async(ask.prefer.as_deref());
    if !is_now {
        ask.jobs.room_for(ask.client)?;
    }
    let token = ask.token.clone().unwrap_or_else(|| ask.jobs.secret());
    let owner = Owner { token: Some(token.clone()), client: ask.client };
    let job = ask.jobs.make(process.id, order.is_document, owner);
    let wanted = order.outputs;
    // The digest is of what is published; what else a plan rests on, such as streets, is of when it was loaded.
    let loaded = format!("{} {}", snapshot.digest(), snapshot.built_at);
    let question = Question::of(&loaded, process.id, &order.inputs);
    let answers = ask.jobs.answers();
    let work = move |job: &Job| {
        // What takes milliseconds is not worth the room.
        let mut parts = if is_now { work(job)? } else { answers.get(&question, || work(job))? };
        parts.retain(|part| wanted.contains(&part.name));
        Ok(parts)
    };
    if is_now {
        let (tell, over) = tokio::sync::oneshot::channel();
        ask.jobs.start(&job, process.lane, work, move || {
            let _ = tell.send(());
        })?;
        return Ok(Begun::Now { job, over });
    }
    ask.jobs.start(&job, process.lane, work, || ())?;
    ask.jobs.publish(&job);
    let reply = Reply::json(JSON, &status_info(ask, &job))
        .status(StatusCode::CREATED)
        .with(header::LOCATION, ask.url(&format!("/jobs/{}", job.id)))
        .with(HeaderName::from_static("preference-applied"), "respond-async")
        .with(header::SET_COOKIE, cookie(ask, &token))
        .with(header::CACHE_CONTROL, "no-store");
    Ok(Begun::Job(reply))
}

/// Kept by the browser until it is closed, sent to this server only, and read by no script.
fn cookie(ask: &Ask, token: &str) -> String {
    let secure = if ask.base.starts_with("https://") { "; Secure" } else { "" };
    format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict{secure}")
}

/// Whether the client would rather not wait (RFC 7240); preferences nobody knows are passed over.
fn prefers_async(prefer: Option<&str>) -> bool {
    let mut wishes = prefer.unwrap_or_default().split([',', ';']);
    wishes.any(|wish| wish.trim().eq_ignore_ascii_case("respond-async"))
}

impl Order {
    fn read(process: &Process, known: &[super::Input], body: &[u8]) -> Result<Self, Problem> {
        let wrong = |why: String| Problem::bad_request(why);
        let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
        let order: Value = serde_json::from_slice(body).map_err(|error| {
            wrong(format!("The body is not JSON: {error}. Send an object such as {{\"inputs\": {{…}}}}."))
        })?;
        let Value::Object(mut order) = order else {
            return Err(wrong("The body must be an object such as {\"inputs\": {…}}.".to_owned()));
        };
        let names = ["inputs", "outputs", "response", "subscriber", "mode", "id"];
        if let Some(name) = order.keys().find(|name| !names.contains(&name.as_str())) {
            let known = super::unknown("member", name, names[..3].iter().copied());
            return Err(wrong(format!("The body has a member that is not known: {known}.")));
        }
        let is_document = match order.get("response").map(|word| word.as_str().unwrap_or_default()) {
            None | Some("raw") => false,
            Some("document") => true,
            Some(_) => return Err(wrong("response must be \"raw\" or \"document\".".to_owned())),
        };
        let outputs = outputs(process, order.get("outputs"))?;
        let inputs = match order.remove("inputs") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(inputs)) => inputs,
            Some(_) => return Err(wrong("inputs must be an object with a member for each input.".to_owned())),
        };
        Ok(Self { inputs: checked(known, inputs)?, outputs, is_document })
    }
}

/// The inputs, each as its schema says.
fn checked(known: &[super::Input], given: Inputs) -> Result<Inputs, Problem> {
    let mut inputs = Map::new();
    for (name, value) in given {
        let Some(input) = known.iter().find(|input| input.name == name) else {
            let names = known.iter().map(|input| input.name);
            return Err(Problem::bad_input(&name, super::unknown("input", &name, names)));
        };
        inputs.insert(name.clone(), inline(&input.schema, &name, value)?);
    }
    match known.iter().find(|input| input.is_required && !inputs.contains_key(input.name)) {
        Some(missing) => Err(Problem::bad_input(missing.name, format!("it is needed: {}", missing.description))),
        None => Ok(inputs),
    }
}

/// Words that may stand beside a value; they are passed over.
pub(super) const QUALIFIERS: [&str; 4] = ["mediaType", "encoding", "schema", "format"];

/// The value itself, or the one inside `{"value": …, "mediaType": …}`, whichever is as the schema says.
fn inline(schema: &Value, name: &str, value: Value) -> Result<Value, Problem> {
    if value.is_object() && value.get("href").is_some() && value.get("value").is_none() {
        let why = "links are not followed here; send the value itself";
        return Err(Problem::bad_input(name, why));
    }
    let is_qualified =
        |members: &Inputs| members.keys().all(|name| name == "value" || QUALIFIERS.contains(&name.as_str()));
    if let Some(inner) =
        value.as_object().filter(|members| is_qualified(members)).and_then(|members| members.get("value"))
        && fault(schema, inner, name).is_none()
    {
        return Ok(inner.clone());
    }
    match fault(schema, &value, name) {
        None => Ok(value),
        Some(why) => Err(Problem::bad_inputs(format!("{why}."))),
    }
}

/// The outputs asked for; all of them where nothing is said.
fn outputs(process: &Process, asked: Option<&Value>) -> Result<Vec<&'static str>, Problem> {
    let all = || process.outputs.iter().map(|output| output.name).collect();
    let asked = match asked {
        None | Some(Value::Null) => return Ok(all()),
        Some(Value::Object(asked)) if asked.is_empty() => return Ok(all()),
        Some(Value::Object(asked)) => asked,
        Some(_) => {
            return Err(Problem::bad_request("outputs must be an object with a member for each output wanted."));
        }
    };
    let one = |(name, how): (&String, &Value)| {
        let output = process.outputs.iter().find(|output| output.name == name).ok_or_else(|| {
            let names = process.outputs.iter().map(|output| output.name);
            Problem::bad_request(format!("outputs: {}.", super::unknown("output", name, names)))
        })?;
        check_output(output, how)?;
        Ok(output.name)
    };
    asked.iter().map(one).collect()
}

fn check_output(output: &Output, how: &Value) -> Result<(), Problem> {
    let wrong = |why: String| Err(Problem::bad_request(format!("outputs.{}: {why}.", output.name)));
    if how.get("transmissionMode").is_some_and(|mode| mode.is_string() && mode != "value") {
        return wrong("transmissionMode must be \"value\": outputs are not sent by reference".to_owned());
    }
    let media = how.get("format").and_then(|format| format.get("mediaType")).and_then(Value::as_str);
    if let Some(media) = media.filter(|media| *media != output.media && *media != JSON.media) {
        return wrong(format!("it does not come as {media}; it is {}", output.media));
    }
    match fault(&self::how(output), how, &format!("outputs.{}", output.name)) {
        Some(why) => Err(Problem::bad_request(format!("{why}."))),
        None => Ok(()),
    }
}

/// How an output may be asked for.
pub(super) fn how(output: &Output) -> Value {
    let mut media = vec![output.media];
    media.extend((output.media != JSON.media).then_some(JSON.media));
    json!({
        "type": "object", "nullable": true, "additionalProperties": false,
        "properties": {
            "transmissionMode": {"type": "string", "enum": ["value"]},
            "format": {"type": "object", "properties": {"mediaType": {"type": "string", "enum": media}}},
        },
    })
}

/// The outputs of a job that is over, or why there are none.
pub(in crate::http) fn outcome(job: &Job) -> Result<Reply, Problem> {
    let state = job.state();
    match (state.status, state.outcome) {
        (_, Some(Ok(parts))) => Ok(results(&parts, job.is_document).with(header::CACHE_CONTROL, "no-store")),
        (_, Some(Err(problem))) => Err(problem),
        (Status::Dismissed, None) => Err(Problem::stopped()),
        (_, None) => Err(Problem::not_done("The job is not over; its status says how far it is.")),
    }
}

fn results(parts: &[Part], is_document: bool) -> Reply {
    if is_document {
        return Reply::new(JSON.media, document(parts));
    }
    match parts {
        [] => Reply::new(JSON.media, Bytes::new()).status(StatusCode::NO_CONTENT),
        [part] => Reply::new(part.media, part.body.clone()),
        parts => multipart(&parts.iter().map(bare).collect::<Vec<_>>()),
    }
}

/// A part as it stands among others: words as plain text, as clients that read parts expect, else as it is.
fn bare(part: &Part) -> (&'static str, &'static str, Cow<'_, [u8]>) {
    match serde_json::from_slice::<String>(&part.body) {
        Ok(words) => (part.name, "text/plain; charset=utf-8", Cow::Owned(words.into_bytes())),
        Err(_) => (part.name, part.media, Cow::Borrowed(&part.body)),
    }
}

/// Name, media type and body of each part in one answer (RFC 2387).
fn multipart(parts: &[(&str, &str, Cow<'_, [u8]>)]) -> Reply {
    let boundary = boundary(parts);
    let mut all = Vec::new();
    for (name, media, body) in parts {
        let head = format!("--{boundary}\r\nContent-Type: {media}\r\nContent-ID: <{name}>\r\n\r\n");
        all.extend_from_slice(head.as_bytes());
        all.extend_from_slice(body);
        all.extend_from_slice(b"\r\n");
    }
    all.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Reply::new(&format!("multipart/related; boundary={boundary}"), all)
}

/// What stands between the parts: the first of `patchwork-part-0`, `-1`, … that is in none of them, so that no
/// words given can pass for a part.
fn boundary(parts: &[(&str, &str, Cow<'_, [u8]>)]) -> String {
    let is_in = |body: &[u8], words: &str| body.windows(words.len()).any(|at| at == words.as_bytes());
    let mut number = 0;
    loop {
        let words = format!("patchwork-part-{number}");
        if !parts.iter().any(|(_, _, body)| is_in(body, &words)) {
            return words;
        }
        number += 1;
    }
}

/// All outputs in one object: objects with their media type, everything else as it is.
fn document(parts: &[Part]) -> Vec<u8> {
    let mut body = b"{".to_vec();
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            body.push(b',');
        }
        let name = Value::from(part.name).to_string();
        if part.body.first() == Some(&b'{') {
            body.extend_from_slice(format!("{name}:{{\"mediaType\":\"{}\",\"value\":", part.media).as_bytes());
            body.extend_from_slice(&part.body);
            body.push(b'}');
        } else {
            body.extend_from_slice(format!("{name}:").as_bytes());
            body.extend_from_slice(&part.body);
        }
    }
    body.push(b'}');
    body
}
