"""Starts the program on the demo, on one with buses, and on three workspaces, and runs the tests of the pages in a real browser.

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
def workspace(place: pathlib.Path | None = None, bind: str = "127.0.0.1:0", settings: pathlib.Path | None = None):
    """Serves a workspace, empty or with a place in it; gives the owner's link."""
    with tempfile.TemporaryDirectory() as folder:
        quiet = {"check": True, "stdout": subprocess.DEVNULL}
        subprocess.run([serving.program(), "store", "init", folder], **quiet)
        if place:
            subprocess.run([serving.program(), "store", "import", folder, str(place)], **quiet)
        config = ["--config", str(settings)] if settings else []
        command = [serving.program(), *config, "serve", "--workspace", folder, "--bind", bind]
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


def certificates(folder: pathlib.Path) -> None:
    """A certificate authority of our own, and a certificate of it for localhost."""
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    quiet = {"check": True, "cwd": folder, "stderr": subprocess.DEVNULL}
    subprocess.run([*made, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Gridton"], **quiet)
    names = ["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"]
    own = ["-keyout", "own.key", "-out", "own.pem", "-subj", "/CN=localhost", "-CA", "ca.pem", "-CAkey", "ca.key"]
    subprocess.run([*made, *own, *names], **quiet)


@contextlib.contextmanager
def vouched(place: pathlib.Path):
    """Serves a workspace for whose people a provider of OpenID Connect vouches, which only a private authority vouches
    for; gives the owner's link and the provider's address."""
    provider = serving.ROOT / "tests" / "provider"
    if not (provider / "node_modules").is_dir():
        raise RuntimeError("tests/provider has no packages: run npm ci in it, as make browser does")
    with tempfile.TemporaryDirectory() as folder:
        certificates(pathlib.Path(folder))
        bind, port = f"127.0.0.1:{serving.free_port()}", str(serving.free_port())
        told = {"PORT": port, "CERT": f"{folder}/own.pem", "KEY": f"{folder}/own.key", "BACK": f"http://{bind}/sign-in/back"}
        command = ["node", str(provider / "provider.mjs")]
        node = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, **told})
        try:
            issuer = next((line.strip() for line in node.stdout if line.startswith("https://")), None)
            if not issuer:
                raise RuntimeError("the provider did not start")
            threading.Thread(target=node.stdout.read, daemon=True).start()
            settings = pathlib.Path(folder) / "settings.toml"
            settings.write_text(
                f"""public_url = "http://{bind}"
[sign_in]
title = "Gridton Council"
issuer = "{issuer}"
client_id = "patchwork"
client_secret = "a quiet word: said & kept"
ca_file = "ca.pem"
scope = "groups"
contact = "the partnership office, room 4"
[sign_in.roles]
staff = "viewer"
north-team = "coordinator"
it = "owner"
[sign_in.patches]
north-team = ["P01"]
"""
            )
            with workspace(place, bind, settings) as link:
                yield link, issuer
        finally:
            node.terminate()
            node.wait(timeout=30)


with contextlib.ExitStack() as running:
    url = running.enter_context(serving.serving(serving.demo()))
    buses = running.enter_context(serving.serving(serving.demo(residents=20_000, buses=True)))
    small = serving.demo(residents=6_000)
    empty, kept = running.enter_context(workspace()), running.enter_context(workspace(small))
    link, issuer = running.enter_context(vouched(small))
    command = ["npx", "--no-install", "playwright", "test", *sys.argv[1:]]
    told = {"PATCHWORK_URL": url, "PATCHWORK_BUSES": buses, "PATCHWORK_EMPTY": empty, "PATCHWORK_KEPT": kept}
    told |= {"PATCHWORK_VOUCHED": link, "PATCHWORK_PROVIDER": issuer}
    sys.exit(subprocess.run(command, cwd=pathlib.Path(serving.ROOT) / "web", env={**os.environ, **told}).returncode)
