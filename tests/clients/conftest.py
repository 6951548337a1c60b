"""The clients read the demo borough; PATCHWORK_URL names a server that already runs, such as one with another place."""

import json
import os
import pathlib
import sys
import urllib.parse
import urllib.request

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import serving  # noqa: E402


@pytest.fixture(scope="session")
def url():
    given = os.environ.get("PATCHWORK_URL")
    if given:
        yield given.rstrip("/")
    else:
        with serving.serving(serving.demo()) as started:
            yield started


class Service:
    """The service as it says it is: what the clients are compared with."""

    def __init__(self, url):
        self.url = url

    def get(self, path, **query):
        address = f"{self.url}{path}"
        if query:
            address += "?" + urllib.parse.urlencode({name.replace("_", "-"): value for name, value in query.items()})
        with urllib.request.urlopen(address, timeout=60) as answer:
            return json.load(answer)

    def where(self, collection, **properties):
        query = urllib.parse.urlencode({**properties, "limit": 1})
        return self.get(f"/collections/{collection}/items?{query}")["numberMatched"]

    @property
    def collections(self):
        return {each["id"]: each for each in self.get("/collections")["collections"]}

    @property
    def plane(self):
        """The EPSG code of the coordinates in which the service keeps its shapes."""
        return int(self.collections["zones"]["storageCrs"].rsplit("/", 1)[1])

    def extent(self, collection):
        return self.collections[collection]["extent"]["spatial"]["bbox"][0]


@pytest.fixture(scope="session")
def service(url):
    return Service(url)
