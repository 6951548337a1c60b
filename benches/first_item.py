#!/usr/bin/env python3
"""From files to the first served item: how long, and how much memory.

    python3 benches/first_item.py PATCHWORK [RESIDENTS] [RUNS]

Writes a made-up borough (265,000 residents unless told), starts the server on it anew for each run, and asks for one
zone of the first coverage layer until it is answered. Prints each run, the median and the peak memory.
"""

import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))
import serving  # noqa: E402


def run(program: str, place: pathlib.Path) -> tuple[float, int]:
    bind = f"127.0.0.1:{serving.free_port()}"
    begun = time.monotonic()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen([program, "serve", str(place), "--bind", bind], **quiet)
    try:
        while time.monotonic() < begun + 300:
            with contextlib.suppress(OSError, json.JSONDecodeError):
                url = f"http://{bind}/collections/coverage-hub-15/items?limit=1"
                if json.load(urllib.request.urlopen(url, timeout=30))["numberReturned"] == 1:
                    break
            time.sleep(0.01)
        seconds = time.monotonic() - begun
        status = pathlib.Path(f"/proc/{server.pid}/status").read_text()
        peak_kb = int(status.split("VmHWM:")[1].split()[0])
        return seconds, peak_kb // 1024
    finally:
        server.terminate()
        server.wait()


def main(program: str, residents: str = "265000", runs: str = "5") -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder) / "borough"
        command = [program, "demo", str(place), "--residents", residents]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=dict(os.environ))
        figures = [run(program, place) for _ in range(int(runs))]
    seconds = [figure[0] for figure in figures]
    listed = ", ".join(f"{s:.2f}" for s in seconds)
    print(f"{residents} residents, files to first item: median {statistics.median(seconds):.2f} s ({listed}); peak {max(f[1] for f in figures)} MB")


if __name__ == "__main__":
    main(*sys.argv[1:])
