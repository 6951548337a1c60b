//! The paths of processes and jobs in the definition of the service: one literal path for each process.

use super::{ALL, Process, execute};
use crate::http::format::{HTML, JSON};
use crate::http::job;
use crate::http::openapi::format_parameter;
use crate::snapshot::Snapshot;
use serde_json::{Map, Value, json};

/// Adds the paths.
pub(in crate::http) fn add(paths: &mut Map<String, Value>, snapshot: &Snapshot) {
    let f = format_parameter(&[JSON, HTML]);
    let id = json!({
        "name": "jobId", "in": "path", "required": true, "description": "The job's id", "schema": {"type": "string"},
    });
    let mut put = |path: &str, operations: Value| {
        paths.insert(path.to_owned(), operations);
    };
    let limit = query("limit", "As many at most", json!({"type": "integer", "minimum": 1, "maximum": 10_000}));
    put("/processes", json!({"get": operation("getProcesses", "The processes", &[limit, f.clone()], "200", "object")}));
    for process in ALL {
        let path = format!("/processes/{}", process.id);
        let describe = operation(
            &name("getProcessDescription", process),
            process.title,
            std::slice::from_ref(&f),
            "200",
            "object",
        );
        put(&path, json!({ "get": describe }));
        put(&format!("{path}/execution"), json!({ "post": execution(process, snapshot) }));
    }
    let of_jobs: Vec<Value> = job::PARAMETERS.into_iter().map(job_parameter).chain([f.clone()]).collect();
    put("/jobs", json!({"get": operation("getJobs", "The jobs", &of_jobs, "200", "object")}));
    let one = [id.clone(), f];
    put(
        "/jobs/{jobId}",
        json!({
            "get": operation("getStatus", "How a job stands", &one, "200", "statusInfo"),
            "delete": operation("dismiss", "Cancels a job, or forgets one that is over", std::slice::from_ref(&id), "200", "statusInfo"),
        }),
    );
    put("/jobs/{jobId}/results", json!({"get": operation("getResult", "What came of a job", &[id], "200", "object")}));
}

/// The suite of tests looks for the bare names, and tests with `echo`.
fn name(what: &str, process: &Process) -> String {
    if process.id == "echo" { what.to_owned() } else { format!("{what}-{}", process.id) }
}

fn query(name: &str, description: &str, schema: Value) -> Value {
    json!({
        "name": name, "in": "query", "required": false, "style": "form", "explode": false,
        "description": description, "schema": schema,
    })
}

fn job_parameter(name: &str) -> Value {
    let words = json!({"type": "array", "items": {"type": "string"}});
    match name {
        "limit" => query(name, "As many at most", json!({"type": "integer", "minimum": 1, "maximum": 10_000})),
        "type" => query(name, "Kind of job; here all are process", words),
        "processID" => query(name, "Names of processes", words),
        "status" => {
            let statuses = crate::http::jobs::Status::ALL.map(crate::http::jobs::Status::word);
            query(name, "How they stand", json!({"type": "array", "items": {"type": "string", "enum": statuses}}))
        }
        "datetime" => {
            query(name, "When they were made: a time, or two with a slash between", json!({"type": "string"}))
        }
        "minDuration" => query(name, "Seconds they took at least", json!({"type": "number", "minimum": 0})),
        _ => query(name, "Seconds they took at most", json!({"type": "number", "minimum": 0})),
    }
}

fn operation(id: &str, summary: &str, parameters: &[Value], status: &str, schema: &str) -> Value {
    let mut responses = Map::new();
    let mut content = json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{schema}")}}});
    if parameters.iter().any(|parameter| parameter["name"] == "f") {
        content["text/html"] = json!({"schema": {"type": "string"}});
    }
    responses.insert(status.to_owned(), json!({"description": "What was asked for", "content": content}));
    for (status, name) in [("400", "BadRequest"), ("404", "NotFound"), ("500", "ServerError"), ("503", "NotReady")] {
        responses.insert(status.to_owned(), json!({"$ref": format!("#/components/responses/{name}")}));
    }
    json!({
        "operationId": id, "tags": ["Processes"], "summary": summary, "parameters": parameters, "responses": responses,
    })
}

fn execution(process: &Process, snapshot: &Snapshot) -> Value {
    let body = body(process, snapshot);
    let needed = body.get("required").is_some();
    let prefer = json!({
        "name": "Prefer", "in": "header", "required": false, "schema": {"type": "string"},
        "description": "respond-async asks for a job",
    });
    let mut about = operation(&name("execute", process), process.description, &[prefer], "201", "statusInfo");
    if let Some(members) = about.as_object_mut() {
        let example = json!({"inputs": (process.example)(snapshot), "response": "document"});
        let content = json!({"application/json": {"schema": body, "example": example}});
        members.insert("requestBody".to_owned(), json!({"required": needed, "content": content}));
    }
    let now = json!({
        "description": "The outputs: bare where one is asked for, else parts, or one document",
        "content": {
            "application/json": {"schema": {}},
            "application/geo+json": {"schema": {}},
            "multipart/related": {"schema": {"type": "string"}},
        },
    });
    if let Some(responses) = about["responses"].as_object_mut() {
        if process.is_sync {
            responses.insert("200".to_owned(), now);
            responses.insert("204".to_owned(), json!({"description": "None of the outputs asked for has a value"}));
        }
        responses.insert("413".to_owned(), json!({"$ref": "#/components/responses/TooLarge"}));
    }
    about
}

/// What is sent to execute a process. What the program passes over may be anything.
fn body(process: &Process, snapshot: &Snapshot) -> Value {
    let inputs = (process.inputs)(snapshot);
    let required: Vec<&str> = inputs.iter().filter(|input| input.is_required).map(|input| input.name).collect();
    let mut of_inputs = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": inputs.iter().map(|i| (i.name.to_owned(), qualified(&i.schema))).collect::<Map<_, _>>(),
    });
    let one_of =
        |names: &&[&str]| json!({"anyOf": names.iter().map(|name| json!({"required": [name]})).collect::<Vec<_>>()});
    let is_needed = !required.is_empty() || !process.needs.is_empty();
    if let Some(members) = of_inputs.as_object_mut() {
        if !required.is_empty() {
            members.insert("required".to_owned(), json!(required));
        }
        if !process.needs.is_empty() {
            members.insert("allOf".to_owned(), process.needs.iter().map(one_of).collect());
        }
        if !is_needed {
            members.insert("nullable".to_owned(), json!(true));
        }
    }
    let outputs: Map<String, Value> =
        process.outputs.iter().map(|output| (output.name.to_owned(), execute::how(output))).collect();
    let mut body = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "inputs": of_inputs,
            "outputs": {"type": "object", "nullable": true, "additionalProperties": false, "properties": outputs},
            "response": {"type": "string", "enum": ["raw", "document"], "default": "raw"},
            "subscriber": {"description": "Passed over: nobody is called back"},
            "mode": {"description": "Passed over: the header Prefer says it"},
            "id": {"description": "Passed over"},
        },
    });
    if let (true, Some(members)) = (is_needed, body.as_object_mut()) {
        members.insert("required".to_owned(), json!(["inputs"]));
    }
    body
}

/// A value, or the value with words about it.
fn qualified(schema: &Value) -> Value {
    let words: Map<String, Value> = execute::QUALIFIERS.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
    let mut of_value =
        json!({"type": "object", "required": ["value"], "additionalProperties": false, "properties": words});
    of_value["properties"]["value"] = schema.clone();
    json!({"anyOf": [schema, of_value]})
}

/// The shapes of answers about jobs.
pub(in crate::http) fn schemas() -> Value {
    json!({
        "type": "object", "required": ["jobID", "status", "type"],
        "properties": {
            "processID": {"type": "string"},
            "type": {"type": "string", "enum": ["process"]},
            "jobID": {"type": "string"},
            "status": {"type": "string", "enum": crate::http::jobs::Status::ALL.map(crate::http::jobs::Status::word)},
            "message": {"type": "string"},
            "created": {"type": "string", "format": "date-time"},
            "started": {"type": "string", "format": "date-time"},
            "finished": {"type": "string", "format": "date-time"},
            "updated": {"type": "string", "format": "date-time"},
            "progress": {"type": "integer", "minimum": 0, "maximum": 100},
            "links": {"type": "array", "items": {"$ref": "#/components/schemas/link"}},
        },
    })
}
