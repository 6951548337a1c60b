"""The layers of giving as the program writes them, for the tests that recompute them."""

import csv
import functools
import io
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import serving  # noqa: E402


@functools.cache
def measure(place, layer):
    out = pathlib.Path(tempfile.mkdtemp()) / f"{layer}.csv"
    env = {**os.environ, "PATCHWORK_SHARED": str(serving.SHARED)}
    command = [serving.program(), "--quiet", "measure", place, "giving", "--layer", layer, "--out", out]
    subprocess.run(command, check=True, env=env, capture_output=True)
    text = out.read_text(encoding="utf-8-sig")
    shutil.rmtree(out.parent)
    return list(csv.DictReader(io.StringIO(text)))
