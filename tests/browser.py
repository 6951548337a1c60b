"""Starts the program on the demo, and on two workspaces, and runs the tests of the pages in a real browser.

Usage: browser.py [arguments for playwright]
"""

import contextlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

import serving


@contextlib.contextmanager
def workspace(place: pathlib.Path | None = None):
    """Serves a workspace, empty or with a place in it; gives the owner's link."""
    with tempfile.TemporaryDirectory() as folder:
        quiet = {"check": True, "stdout": subprocess.DEVNULL}
        subprocess.run([serving.program(), "store", "init", folder], **quiet)
        if place:
            subprocess.run([serving.program(), "store", "import", folder, str(place)], **quiet)
        command = [serving.program(), "serve", "--workspace", folder, "--bind", "127.0.0.1:0"]
        server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        try:
            link = next(filter(None, (re.search(r"http://[\d.:]+/sign-in\?key=\w+", line) for line in server.stderr)), None)
            if not link:
                raise RuntimeError("the workspace was not served")
            threading.Thread(target=server.stderr.read, daemon=True).start()
            yield link[0]
        finally:
            server.terminate()
            server.wait(timeout=30)


with serving.serving(serving.demo()) as url, workspace() as empty, workspace(serving.demo(residents=6_000)) as kept:
    command = ["npx", "--no-install", "playwright", "test", *sys.argv[1:]]
    told = {"PATCHWORK_URL": url, "PATCHWORK_EMPTY": empty, "PATCHWORK_KEPT": kept}
    sys.exit(subprocess.run(command, cwd=pathlib.Path(serving.ROOT) / "web", env={**os.environ, **told}).returncode)
