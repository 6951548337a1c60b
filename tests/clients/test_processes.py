"""OWSLib runs the processes: waited for, and as jobs."""

import time

import pytest
import requests
from owslib.ogcapi.processes import Processes


@pytest.fixture(scope="module")
def processes(url):
    return Processes(f"{url}/")


def test_the_processes_are_listed_and_described(processes):
    known = ["coverage", "hubs", "patches", "nearest", "rounds", "echo"]
    assert [each["id"] for each in processes.processes()] == known
    about = processes.process("coverage")
    assert about["inputs"]["add"]["schema"]["type"] == "array"
    assert "sync-execute" in about["jobControlOptions"]


def test_echo_comes_back(processes):
    assert processes.execute("echo", inputs={"message": "teststring"}) == {"message": "teststring"}


def test_a_pin_is_answered_at_once(processes, service):
    west, south, east, north = service.extent("zones")
    zone = service.get("/collections/zones/items", limit=1)["features"][0]["geometry"]["coordinates"]
    while isinstance(zone[0], list):
        zone = zone[0]
    answer = processes.execute("coverage", inputs={"add": [{"at": zone}]})["coverage"]["value"]
    assert west <= answer["changes"][0]["position"][0] <= east
    assert south <= answer["changes"][0]["position"][1] <= north
    for standard in answer["standards"]:
        layer = f"coverage-{standard['standard']}"
        features = service.get(f"/collections/{layer}/items", limit=10000)["features"]
        shown = sum(feature["properties"]["covered_residents"] for feature in features)
        assert abs(shown - standard["place"]["before"]) <= len(features) / 2
        assert standard["place"]["after"] >= standard["place"]["before"]


def test_a_plan_is_a_job(processes, url):
    inputs = {"standard": "hub-15", "sites": 2, "candidates": {"streets": 500}, "time_limit": 20, "runs": 2}
    job = processes.execute("hubs", inputs=inputs, async_=True)
    deadline = time.monotonic() + 200
    while job["status"] in ("accepted", "running"):
        assert time.monotonic() < deadline, job
        time.sleep(0.2)
        job = requests.get(f"{url}/jobs/{job['jobID']}", timeout=30).json()
    assert job["status"] == "successful", job
    results = requests.get(f"{url}/jobs/{job['jobID']}/results", timeout=30).json()
    assert len(results["sites"]["value"]["features"]) == 2
    geopandas = pytest.importorskip("geopandas")
    ground = geopandas.GeoDataFrame.from_features(results["catchments"]["value"], crs=4326)
    assert ground.geometry.is_valid.all() and (ground.residents >= ground.newly_covered).all()
