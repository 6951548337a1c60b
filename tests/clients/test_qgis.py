"""QGIS itself, without a screen, opens the connection as a person does: its OAPIF provider reads every collection.

QGIS is Debian's (`apt-get install qgis python3-qgis`) and brings the Python it was built for, so what it does is in
`in_qgis.py`, run by that Python; here its findings are compared with what the service says of itself.
"""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

HERE = pathlib.Path(__file__).resolve().parent
PYTHON = os.environ.get("QGIS_PYTHON", "/usr/bin/python3")


def is_installed():
    if not shutil.which(PYTHON):
        return False
    return subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True).returncode == 0


if not is_installed():
    pytest.skip("QGIS is not installed: apt-get install qgis python3-qgis", allow_module_level=True)


@pytest.fixture(scope="module")
def found(url, service):
    with tempfile.TemporaryDirectory(prefix="patchwork-qgis-") as home:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": home, "XDG_RUNTIME_DIR": home}
        environment.pop("PYTHONPATH", None)
        command = [PYTHON, HERE / "in_qgis.py", f"{url}/", *service.collections]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_every_collection_opens_and_is_read_whole(found, service):
    for name, about in service.collections.items():
        layer = found["layers"][name]
        assert layer["valid"], name
        assert layer["counted"] == layer["read"] == about["itemCount"], name


def test_columns_are_those_of_the_schema_with_their_types(found, service):
    for name in service.collections:
        properties = service.get(f"/collections/{name}/schema")["properties"]
        schema = {key: about for key, about in properties.items() if about.get("type")}
        types = found["layers"][name]["types"]
        if not found["layers"][name]["read"]:
            continue
        for key, about in schema.items():
            if key in types and about["type"] in ("integer", "number"):
                assert types[key] in ("Integer", "Integer64", "Real", "String"), (name, key)
        assert set(types) >= set(schema) - {"geometry"}, name


def test_a_box_and_a_filter_give_what_the_service_gives(found, service):
    box = ",".join(str(number) for number in found["box"])
    served = service.get("/collections/zones/items", bbox=box, limit=10000)
    ids = {feature["id"] for feature in served["features"]}
    assert 0 < len(ids) < service.collections["zones"]["itemCount"]
    assert set(found["in_box"]) == ids
    whole = service.get("/collections/zones/items", limit=10000)["features"]
    many = {feature["id"] for feature in whole if feature["properties"]["residents"] > found["more_than"]}
    assert set(found["filtered"]) == many


def test_nothing_can_be_edited(found):
    assert found["editable"] is False


def test_a_vector_tiles_layer_opens_and_is_drawn(found):
    assert found["tiles"]["valid"] and found["tiles"]["drawn_colours"] > 1, found["tiles"]
