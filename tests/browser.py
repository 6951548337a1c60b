"""Starts the program on the demo and runs the tests of the map page in a real browser.

Usage: browser.py [arguments for playwright]
"""

import os
import pathlib
import subprocess
import sys

import serving

with serving.serving(serving.demo()) as url:
    command = ["npx", "--no-install", "playwright", "test", *sys.argv[1:]]
    sys.exit(subprocess.run(command, cwd=pathlib.Path(serving.ROOT) / "web", env={**os.environ, "PATCHWORK_URL": url}).returncode)
