"""OWSLib, the library of pycsw, GeoNode and many scripts."""

import pytest
from owslib.ogcapi.features import Features
from owslib.ogcapi.processes import Processes


@pytest.fixture(scope="module")
def features(url):
    return Features(f"{url}/")


def test_the_service_is_understood(features, service):
    assert features.links
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in features.conformance()["conformsTo"]
    assert set(features.feature_collections()) == set(service.collections)
    assert features.api()["openapi"] == "3.0.3"


def test_a_collection_and_its_queryables_are_read(features):
    assert features.collection("assets")["itemType"] == "feature"
    assert features.collection_queryables("assets")["properties"]["kind"]["type"] == "string"


def test_items_are_read_with_limit_offset_box_and_time(features, service):
    page = features.collection_items("zones", limit=3)
    assert len(page["features"]) == page["numberReturned"] == 3
    after = features.collection_items("zones", limit=3, offset=3)
    assert {f["id"] for f in page["features"]}.isdisjoint(f["id"] for f in after["features"])
    box = features.collection_items("zones", bbox=service.extent("zones"), datetime_="2026-01-01/..")
    assert box["numberMatched"] == service.collections["zones"]["itemCount"]


def test_one_feature_is_read(features):
    first = features.collection_items("assets", limit=1)["features"][0]
    assert features.collection_item("assets", first["id"])["properties"] == first["properties"]


def test_items_are_sorted_and_chosen_and_what_is_unknown_is_refused_rather_than_ignored(features, service):
    most = features.collection_items("zones", sortby=("residents", "desc"), limit=50)["features"]
    residents = [feature["properties"]["residents"] for feature in most]
    assert len(most) == 50 and residents == sorted(residents, reverse=True)
    libraries = features.collection_items("assets", filter="kind = 'library'")
    assert libraries["numberMatched"] == service.where("assets", kind="library") > 0
    with pytest.raises(RuntimeError):
        features.collection_items("assets", colour="red")


def test_every_collection_is_read_whole_by_its_pages(features, service):
    for name, about in service.collections.items():
        met, offset = set(), 0
        while offset < about["itemCount"]:
            page = features.collection_items(name, limit=10_000, offset=offset)
            met |= {feature["id"] for feature in page["features"]}
            offset += page["numberReturned"]
        assert len(met) == about["itemCount"], name


@pytest.fixture(scope="module")
def processes(url):
    return Processes(f"{url}/")


def test_processes_are_listed_and_described(processes):
    ids = [process["id"] for process in processes.processes()]
    assert {"coverage", "echo"} <= set(ids)
    for name in ids:
        assert processes.process(name)["inputs"], name


def test_a_process_is_executed_at_once_and_as_a_job(processes):
    at_once = processes.execute("echo", inputs={"message": "Bore da"}, response="document", async_=False)
    assert at_once["message"] == "Bore da"
    job = processes.execute("echo", inputs={"message": "Bore da"}, response="document", async_=True)
    assert job["type"] == "process" and job["jobID"]
