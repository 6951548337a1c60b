"""Nearest distances along streets agree with scipy's Dijkstra over the exported network, within a metre."""

import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import serving  # noqa: E402

EXPORTER = pathlib.Path(serving.program()).parent / "examples" / "export_network"
REAL = {
    "Newport": ("newport/newport_2023-06-13.osm.pbf", 27700),
    "Porto Alegre": ("porto_alegre/porto_alegre_poa_osm.pbf", 32722),
}


def compare(streets, epsg):
    command = [sys.executable, HERE / "nearest_scipy.py", EXPORTER, streets, str(epsg)]
    done = subprocess.run(command, capture_output=True, text=True)
    print(done.stdout, done.stderr)
    assert done.returncode == 0, done.stdout + done.stderr


def test_walks_in_the_demo_borough_are_as_long_as_scipy_says():
    compare(serving.demo() / "streets.osm", 27700)


@pytest.mark.skipif(
    not serving.SHARED.is_dir(),
    reason=f"no real data: {serving.SHARED} is not there; set PATCHWORK_SHARED to the folder that has it",
)
@pytest.mark.parametrize("place", REAL)
def test_walks_in_a_real_city_are_as_long_as_scipy_says(place):
    file, epsg = REAL[place]
    compare(serving.SHARED / "data" / file, epsg)
