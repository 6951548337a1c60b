"""What OGC's official Processes suite (ets-ogcapi-processes10) asks, as our own tests: a failure names the requirement.

Requests are made as the suite makes them: from the description of the process `echo`, with "teststring" for text,
1, 2, 3 for a list of whole numbers, the same box, and every output asked for by value.
"""

import json
import time
import urllib.error
import urllib.request
import uuid

import pytest

EXCEPTION = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"
RELATION = "http://www.opengis.net/def/rel/ogc/1.0"
STATES = ("accepted", "running", "successful", "failed", "dismissed")


class Answer:
    def __init__(self, opened):
        self.status, self.headers, self.body = opened.status, opened.headers, opened.read()

    @property
    def json(self):
        return json.loads(self.body)


def ask(address, method="GET", body=None, **headers):
    data = None if body is None else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(address, data, {"Content-Type": "application/json", **named}, method=method)
    try:
        return Answer(urllib.request.urlopen(request, timeout=60))
    except urllib.error.HTTPError as refused:
        return Answer(refused)


@pytest.fixture(scope="module")
def echo(url):
    return ask(f"{url}/processes/echo").json


def kind_of(schema):
    """Its type; of an input that may be of several, the first."""
    return schema["oneOf"][0]["type"] if "oneOf" in schema else schema["type"]


def value_for(schema):
    if schema.get("format") == "ogc-bbox":
        return {"bbox": [51.9, 7, 52, 7.1], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}
    if schema.get("format", "").startswith("geojson"):
        return {"value": {"type": "FeatureCollection", "features": []}, "mediaType": "application/geo+json"}
    kinds = {"string": "teststring", "number": 1.5, "integer": 1, "array": [1, 2, 3], "object": {"value": {"a": "b"}}}
    return kinds[kind_of(schema)]


def bare(value):
    return value["value"] if isinstance(value, dict) and "value" in value else value


def request(echo, chosen=None, **more):
    names = [name for name in chosen or echo["inputs"] if name != "pause"]
    inputs = {name: value_for(echo["inputs"][name]["schema"]) for name in names}
    outputs = {name: {"transmissionMode": "value"} for name in names}
    return {"inputs": inputs, "outputs": outputs, **more}


def execute(url, body, **headers):
    return ask(f"{url}/processes/echo/execution", "POST", body, **headers)


def finished(answer):
    """The job's last state, by the Location of the answer that created it."""
    address = answer.headers["Location"]
    for _ in range(300):
        status = ask(address).json
        if status["status"] not in ("accepted", "running"):
            return address, status
        time.sleep(0.05)
    raise AssertionError(f"{address} is still {status['status']}")


def test_req_core_landingpage_success_and_conformance(url):
    links = {link["rel"] for link in ask(f"{url}/", Accept="application/json").json["links"]}
    assert {"service-desc", f"{RELATION}/processes", f"{RELATION}/job-list"} <= links
    declared = ask(f"{url}/conformance", Accept="application/json").json["conformsTo"]
    for name in ("core", "ogc-process-description", "json", "oas30", "job-list", "dismiss"):
        assert f"http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/{name}" in declared, name


def test_req_core_process_list_success_and_limit(url):
    whole = ask(f"{url}/processes").json
    assert whole["links"] and any(each["id"] == "echo" for each in whole["processes"])
    for each in whole["processes"]:
        assert each["version"] and set(each["jobControlOptions"]) <= {"sync-execute", "async-execute", "dismiss"}
        assert any(link["rel"] == "self" for link in each["links"])
    assert len(ask(f"{url}/processes?limit=1").json["processes"]) == 1


def test_req_core_process_and_process_exception_no_such_process(url, echo):
    assert echo["id"] == "echo" and echo["inputs"] and echo["outputs"]
    assert any(link["rel"] == f"{RELATION}/execute" for link in echo["links"])
    missing = ask(f"{url}/processes/invalid-{uuid.uuid4()}")
    assert (missing.status, missing.json["type"]) == (404, f"{EXCEPTION}/no-such-process")
    refused = ask(f"{url}/processes/invalid-{uuid.uuid4()}/execution", "POST", {"inputs": {}})
    assert (refused.status, refused.json["type"]) == (404, f"{EXCEPTION}/no-such-process")


def test_req_ogc_process_description_inputs_and_outputs_have_schemas(echo):
    for side in ("inputs", "outputs"):
        for name, about in echo[side].items():
            assert kind_of(about["schema"]), name
    for side in ("inputs", "outputs"):
        assert any("oneOf" in about["schema"] for about in echo[side].values()), "one may be of several types"


@pytest.mark.parametrize("kind", ["string", "number", "array", "object", "ogc-bbox", "everything"])
def test_req_core_job_creation_inputs_inline(url, echo, kind):
    def is_of(schema):
        return kind == "everything" or schema.get("format", kind_of(schema)) == kind

    chosen = [name for name, about in echo["inputs"].items() if is_of(about["schema"])]
    assert chosen, f"echo has an input of this kind: {kind}"
    body = request(echo, chosen, response="document")
    answer = execute(url, body, Prefer="respond-sync")
    assert answer.status == 200, answer.body
    for name in (each for each in chosen if each != "pause"):
        # In documents and in requests objects are qualified: {"value": …, "mediaType": …}.
        assert bare(answer.json[name]) == bare(body["inputs"][name]), name


def test_req_core_job_creation_input_validation_what_does_not_fit_is_refused(url, echo):
    for inputs in ({"list": "no list"}, {"number": {"no": "number"}}, {"unknown": 1}, ["no", "object"], "words"):
        answer = execute(url, {"inputs": inputs})
        assert answer.status == 400, (inputs, answer.body)
        assert answer.json["detail"]
    broken = urllib.request.Request(f"{url}/processes/echo/execution", b"{", {"Content-Type": "application/json"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(broken, timeout=60)
    assert refused.value.code == 400


def test_req_core_job_creation_default_execution_mode_is_at_once(url, echo):
    answer = execute(url, request(echo, ["message"]))
    assert answer.status == 200
    assert b"teststring" in answer.body


def test_req_core_job_creation_sync_raw_value_one_is_the_value_itself(url, echo):
    answer = execute(url, request(echo, ["message"], response="raw"))
    assert answer.status == 200 and answer.body.strip().strip(b'"') == b"teststring"


def test_req_core_job_creation_auto_execution_mode_and_success_async(url, echo):
    answer = execute(url, request(echo, response="document"), Prefer="respond-async")
    assert answer.status == 201, answer.body
    created = answer.json
    assert created["type"] == "process" and created["status"] in STATES and created["jobID"]
    assert created["jobID"] in answer.headers["Location"]
    address, status = finished(answer)
    assert (status["status"], status["processID"], status["progress"]) == ("successful", "echo", 100)
    results = [link["href"] for link in status["links"] if link["rel"] == f"{RELATION}/results"]
    assert results == [f"{address}/results"]
    found = ask(results[0])
    assert found.status == 200 and found.json["message"] == "teststring"


def test_req_core_job_exception_no_such_job(url):
    name = f"invalid-{uuid.uuid4()}"
    for answer in (ask(f"{url}/jobs/{name}"), ask(f"{url}/jobs/{name}/results"), ask(f"{url}/jobs/{name}", "DELETE")):
        assert (answer.status, answer.json["type"]) == (404, f"{EXCEPTION}/no-such-job")


def test_req_core_job_results_exception_results_not_ready(url):
    answer = execute(url, {"inputs": {"message": "later", "pause": 20}}, Prefer="respond-async")
    early = ask(f"{answer.headers['Location']}/results")
    assert (early.status, early.json["type"]) == (404, f"{EXCEPTION}/result-not-ready")
    ask(answer.headers["Location"], "DELETE")


def test_req_dismiss_a_job_under_way_is_dismissed(url):
    answer = execute(url, {"inputs": {"message": "never", "pause": 20}}, Prefer="respond-async")
    address = answer.headers["Location"]
    dismissed = ask(address, "DELETE")
    assert (dismissed.status, dismissed.json["status"]) == (200, "dismissed")
    after = ask(address)
    assert after.status == 404 or after.json["status"] == "dismissed"


def test_req_job_list_jobs_are_listed_limited_and_chosen(url, echo):
    made = [finished(execute(url, request(echo, ["message"]), Prefer="respond-async"))[1]["jobID"] for _ in range(2)]
    listed = ask(f"{url}/jobs").json
    assert listed["links"]
    if any(job["jobID"] in made for job in listed["jobs"]):
        assert all(job["type"] == "process" and job["status"] in STATES for job in listed["jobs"])
        assert len(ask(f"{url}/jobs?limit=1").json["jobs"]) == 1
        successful = ask(f"{url}/jobs?status=successful").json["jobs"]
        assert successful and all(job["status"] == "successful" for job in successful)


def test_req_oas30_operations_are_those_the_standard_names(service):
    paths = service.get("/api")["paths"]
    for path, method in (("/processes", "get"), ("/processes/echo", "get"), ("/processes/echo/execution", "post"), ("/jobs", "get")):
        assert method in paths[path], path
