"""The notebooks talk to a served demo borough; here it is started for them, unless one is served already."""

import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))
import serving  # noqa: E402

STARTED = contextlib.ExitStack()


def pytest_sessionstart(session):
    """Before the first kernel starts: it inherits the address."""
    if "PATCHWORK_URL" not in os.environ:
        os.environ["PATCHWORK_URL"] = STARTED.enter_context(serving.serving(serving.demo()))
    if "PATCHWORK_BUSES_URL" not in os.environ:
        buses = serving.demo(residents=20_000, buses=True)
        os.environ["PATCHWORK_BUSES_URL"] = STARTED.enter_context(serving.serving(buses))
    if "PATCHWORK_NETWORK" not in os.environ:
        folder = STARTED.enter_context(tempfile.TemporaryDirectory(prefix="patchwork-network-"))
        exporter = pathlib.Path(serving.program()).parent / "examples" / "export_network"
        subprocess.run([exporter, serving.demo() / "streets.osm", folder, "27700", "2000"], check=True, capture_output=True)
        os.environ["PATCHWORK_NETWORK"] = folder


def pytest_sessionfinish(session):
    STARTED.close()
