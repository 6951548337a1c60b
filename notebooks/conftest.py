"""The notebooks talk to a served demo borough; here it is started for them, unless one is served already."""

import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))
import serving  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def served_demo():
    if "PATCHWORK_URL" in os.environ:
        yield
        return
    with serving.serving(serving.demo()) as url:
        os.environ["PATCHWORK_URL"] = url
        yield
        del os.environ["PATCHWORK_URL"]
