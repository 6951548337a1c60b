"""Starts the real program on a free port for tests and notebooks, and stops it afterwards."""

import contextlib
import os
import pathlib
import socket
import subprocess
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = pathlib.Path(os.environ.get("PATCHWORK_SHARED", ROOT.parent / "shared"))


def program() -> str:
    """The built program: PATCHWORK_BIN, or where cargo puts it."""
    default = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug" / "patchwork"
    path = pathlib.Path(os.environ.get("PATCHWORK_BIN", default))
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there: run `make build` first, or set PATCHWORK_BIN")
    return str(path)


def demo(residents: int = 216_000, seed: int = 1, buses: bool = False) -> pathlib.Path:
    """A demo borough, made once for each size and seed and program; with a timetable where asked for."""
    stamp = int(os.stat(program()).st_mtime)
    place = pathlib.Path(tempfile.gettempdir()) / f"patchwork-demo-{os.getuid()}-{residents}-{seed}-{stamp}{'-buses' * buses}"
    if not (place / "place.toml").is_file():
        command = [program(), "demo", str(place), "--residents", str(residents), "--seed", str(seed)]
        command += ["--buses"] * buses
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return place


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def serving(place: pathlib.Path, wait_s: float = 120, **environment: str):
    """Serves a place, with these variables in the environment; gives its address."""
    url = f"http://127.0.0.1:{free_port()}"
    log = tempfile.TemporaryFile()
    bind = url.removeprefix("http://")
    command = [program(), "serve", str(place), "--bind", bind]
    server = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **environment})
    try:
        deadline = time.monotonic() + wait_s
        while True:
            with contextlib.suppress(OSError):
                if urllib.request.urlopen(f"{url}/readyz", timeout=5).status == 200:
                    break
            if server.poll() is not None or time.monotonic() > deadline:
                log.seek(0)
                raise RuntimeError(f"the server did not get ready:\n{log.read().decode(errors='replace')}")
            time.sleep(0.05)
        yield url
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
