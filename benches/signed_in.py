"""Is a place in a workspace served as fast as one of a directory, to strangers and to those who are in?

    python benches/signed_in.py PROGRAM [--earlier PROGRAM] [--place DIR] [--seconds 4] [--rounds 5] [--connections 16]

The demo (or DIR) is served, all at once: as a directory by the earlier program, where there is one, and by this one; and in
a workspace, asked by a stranger, by somebody who is signed in, and, where only viewers may see it, by a viewer. Pages of
items, single features and tiles are asked for with wrk, each of them for a few seconds in turn, round after round, so that
whatever else the machine does meets all of them alike. Of each: answers a second, and microseconds of processor that the
server took for one (medians of the rounds), each with how many in a hundred more or less that is than the directory of the
same program (median of the ratios within a round). A busy machine changes the first much and the second little.

Needs wrk. All share one machine, so only ratios within a run mean anything.
"""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parent / "peers")]
from kill import Client, served  # noqa: E402
from serving import REPORT, free_port, get, running, tiles_of, zones_of  # noqa: E402 (of benches/peers)
from publish import worked  # noqa: E402


def asked(server, paths, options, folder, name):
    """Answers a second, and microseconds of processor for each."""
    pid, port, cookie = server
    listed, script = folder / f"{name}.txt", folder / f"{name}.lua"
    listed.write_text("\n".join(paths) + "\n")
    script.write_text(REPORT % listed)
    headers = ["-H", f"Cookie: {cookie}"] if cookie else []
    command = ["wrk", "-t1", f"-c{options.connections}", f"-d{options.seconds}s", "--timeout", "10s", *headers, "-s", str(script), f"http://127.0.0.1:{port}"]
    had = worked(pid)
    said = subprocess.run(command, capture_output=True, text=True).stdout
    took = worked(pid) - had
    figures = json.loads(next(line for line in said.splitlines() if line.startswith("{")))
    if figures["errors"]:
        sys.exit(f"{name}: {figures['errors']} answers were errors")
    return figures["requests"] / figures["us"] * 1e6, took / max(figures["requests"], 1) * 1e6


def workspace(stack, program, place, folder, name, is_closed):
    """A workspace that is served: its process, its port, and the cookie of somebody who is in."""
    address = f"{folder}/{name}"
    for command in (["store", "init", address], ["store", "import", address, place]):
        subprocess.run([program, *command], check=True, stdout=subprocess.DEVNULL)
    server, port, key = served(program, address)
    stack.callback(server.wait)
    stack.callback(server.kill)
    client = Client(port, key, timeout=600)
    if is_closed:
        status, _, page = client.form("/settings", see="viewer", files="viewer")
        if status != 303:
            sys.exit(f"the place was not closed: {status}: {page[-400:]}")
    return server.pid, port, client.cookie


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--earlier")
    parser.add_argument("--place")
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=16)
    options = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is not on this machine (apt-get install wrk)")
    # A line for each answer is half of what an answer takes.
    os.environ["PATCHWORK_LOG_FILTER"] = "warn"
    with tempfile.TemporaryDirectory(prefix="patchwork-load-") as folder, contextlib.ExitStack() as stack:
        folder = pathlib.Path(folder)
        place = options.place or str(folder / "place")
        if not options.place:
            subprocess.run([options.program, "demo", place], check=True, stdout=subprocess.DEVNULL)
        who = {}
        for name, program in (("directory, earlier program", options.earlier), ("directory", options.program)):
            if program:
                port = free_port()
                command = [os.path.abspath(program), "serve", os.path.abspath(place), "--bind", f"127.0.0.1:{port}"]
                pid = stack.enter_context(running(command, f"http://127.0.0.1:{port}/readyz", folder, name))
                who[name] = (pid, port, None)
        pid, port, cookie = workspace(stack, options.program, place, folder, "open", False)
        who |= {"workspace, a stranger": (pid, port, None), "workspace, signed in": (pid, port, cookie)}
        who["workspace for viewers, a viewer"] = workspace(stack, options.program, place, folder, "closed", True)
        url = f"http://127.0.0.1:{who['directory'][1]}"
        features, bounds = zones_of(url)
        ids = [urllib.parse.quote(feature["id"], safe="") for feature in features[:200]]
        tiles = [f"/tiles/zones/{z}/{x}/{y}" for z, x, y in tiles_of(bounds)]
        workloads = {
            "items": ["/collections/zones/items?limit=100"],
            "feature": [f"/collections/zones/items/{each}" for each in ids],
            "tile": [path for path in tiles if get(url + path)],
        }
        print(f"{len(features)} zones, {len(workloads['tile'])} tiles, {options.rounds} rounds of {options.seconds} s, {options.connections} connections\n")
        print("| workload | who asks | a second | | µs of processor | |\n|---|---|--:|--:|--:|--:|", flush=True)
        for workload, paths in workloads.items():
            found = {name: [] for name in who}
            for nth in range(options.rounds + 1):
                # Another one begins each round; the first round only warms up.
                order = list(who)[nth % len(who) :] + list(who)[: nth % len(who)]
                for name in order:
                    figures = asked(who[name], paths, options, folder, name)
                    if nth:
                        found[name].append(figures)
            for name, own in found.items():
                words = [f"| {workload} | {name}"]
                for at, form in ((0, ",.0f"), (1, ",.1f")):
                    ratio = statistics.median(mine[at] / base[at] for mine, base in zip(own, found["directory"]))
                    words.append(f"{statistics.median(each[at] for each in own):{form}} | {(ratio - 1) * 100:+.1f} %")
                print(" | ".join(words) + " |", flush=True)


if __name__ == "__main__":
    main()
