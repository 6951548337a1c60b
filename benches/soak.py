"""High load while the place under the server changes: is every answer whole, and does memory stay flat?

    python benches/soak.py PATCHWORK [--minutes 10] [--connections 512] [--reload-every 20] [--residents 60000]

PATCHWORK is the built program. Two demo boroughs are made. First each is served by itself, and what it answers to some
sixty addresses is written down under the digest in its ETag. Then the server runs on a link that leads to one borough
or the other; every few seconds the link is turned and SIGHUP sent. All the while wrk presses on with many connections,
and checkers compare every answer they get, byte for byte but for the time it was built, with what was written down for
the digest it bears: an answer made of two snapshots, or of none, is told at once. Among them are the idle, who connect
and say half a word; the slow, who read a kilobyte a second; and the hostile, who send what ought to be refused. Of what
they get only a fault of the server's counts. The server may have more connections and requests at once than by default,
so that a refusal for want of room is a failure here. Prints a line each half minute and a summary; exit code 1 when an
answer to an honest client was wrong or failed, a hostile one met a fault, or memory grew.
"""

import argparse
import collections
import contextlib
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

# When a snapshot was built is said in answers, and is no part of what they say of the place.
BUILT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
NUISANCES = [("idle", 60), ("slow", 20), ("hostile", 4)]
# Memory may grow by this much from the second third of the run to the last.
GROWTH = 1.15


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, program, place, port):
        environment = {
            **os.environ,
            "PATCHWORK_LOG_FILTER": "warn",
            "PATCHWORK_PUBLIC_URL": "http://soak.invalid",
            "PATCHWORK_MAX_CONNECTIONS": "2048",
            "PATCHWORK_MAX_CONCURRENT_REQUESTS": "1024",
        }
        self.port = port
        self.process = subprocess.Popen(
            [program, "serve", str(place), "--bind", f"127.0.0.1:{port}"], env=environment, stderr=subprocess.PIPE
        )
        threading.Thread(target=self.listen, daemon=True).start()
        self.said = []
        deadline = time.monotonic() + 300
        while self.process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                if Client(port).get("/readyz")[0] == 200:
                    return
            time.sleep(0.1)
        raise RuntimeError(f"the server did not get ready: {self.said}")

    def listen(self):
        for line in self.process.stderr:
            self.said.append(line.decode(errors="replace").strip())

    def rss_mb(self):
        status = open(f"/proc/{self.process.pid}/status", encoding="ascii").read()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=30)


class Client:
    """One kept-open connection."""

    def __init__(self, port):
        self.port, self.open = port, None

    def get(self, path, **headers):
        if self.open is None:
            self.open = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        self.open.request("GET", path, headers=headers)
        answer = self.open.getresponse()
        return answer.status, answer.read(), answer.headers.get("ETag", "")


def digest_of(etag):
    found = re.match(r'(?:W/)?"([0-9a-f]{16})', etag)
    return found[1] if found else None


def plain(body):
    return BUILT.sub(b"THEN", body)


def addresses(client):
    """What is asked: pages, single features, tables and tiles of every collection."""
    found = ["/", "/collections", "/conformance", "/api", "/-/issues"]
    for each in json.loads(client.get("/collections?f=json")[1])["collections"]:
        path = f"/collections/{urllib.parse.quote(each['id'])}"
        found += [path, f"{path}/items?limit=50", f"{path}/items?limit=50&f=html", f"{path}/schema"]
        first = json.loads(client.get(f"{path}/items?limit=3")[1])["features"]
        found += [f"{path}/items/{urllib.parse.quote(str(feature['id']), safe='')}" for feature in first[-1:]]
        if "extent" in each and client.get(f"{path}/tiles")[0] == 200:
            west, south, east, north = each["extent"]["spatial"]["bbox"][0]
            column = int(((west + east) / 2 + 180) / 360 * 2**8)
            found += [f"{path}/tiles/WebMercatorQuad/0/0/0"] + [f"/tiles/{urllib.parse.quote(each['id'])}/8/{column}/{row}" for row in range(70, 90, 5)]
    return found


def write_down(program, places):
    """The answers of each place under its digest; and the addresses both have."""
    known, asked = {}, None
    for place in places:
        server = Server(program, place, free_port())
        client = Client(server.port)
        asked = addresses(client) if asked is None else asked
        for path in asked:
            status, body, etag = client.get(path)
            if digest := digest_of(etag):
                known[digest, path] = (status, plain(body))
        server.stop()
    counts = collections.Counter(path for _, path in known)
    return known, [path for path in asked if counts[path] == len(places)]


class Checker(threading.Thread):
    def __init__(self, port, known, paths, seed, until):
        super().__init__(daemon=True)
        self.client, self.known, self.paths, self.until = Client(port), known, paths, until
        self.random, self.wrong, self.checked, self.met = random.Random(seed), [], 0, collections.Counter()

    def run(self):
        tags = {}
        while time.monotonic() < self.until:
            path = self.random.choice(self.paths)
            headers = {"If-None-Match": tags[path]} if path in tags and self.random.random() < 0.2 else {}
            try:
                status, body, etag = self.client.get(path, **headers)
            except (OSError, http.client.HTTPException) as error:
                self.wrong.append(f"{path}: {error!r}")
                self.client.open = None
                continue
            self.checked += 1
            digest = digest_of(etag)
            self.met[digest] += 1
            if status == 304:
                if etag != tags.get(path):
                    self.wrong.append(f"{path}: 304 for {tags.get(path)} bears {etag}")
            elif (digest, path) not in self.known:
                self.wrong.append(f"{path}: {status}, and no place has the tag {etag}")
            elif self.known[digest, path] != (status, plain(body)):
                self.wrong.append(f"{path}: what bears {etag} is not what that place says")
            else:
                tags[path] = etag


HOSTILE = [
    "GET /collections/zones/items?filter=residents%3E" + "1%2B" * 8000 + "1",
    "GET /collections/zones/items?filter=" + "(" * 4000,
    "GET /collections/zones/items?filter=name%20LIKE%20'" + "%25a" * 3000 + "'",
    "GET /collections/zones/items?bbox=1e999,NaN,-inf,0&limit=99999999999999999999",
    "GET /collections/zones/items?offset=18446744073709551615&sortby=" + "-residents," * 500,
    "GET /collections/%00/items", "GET /../../etc/passwd", "GET /tiles/zones/20/1048575/1048575", "BREW / HTTP/9.9",
    "GET /" + "a" * 70_000, "GET /map.pmtiles", "GET /collections/zones/items?f=gpkg",
    "DELETE /jobs/00000000000000000000000000000000", "GET /jobs?limit=10001",
]
BODIES = [
    ("echo", '{"inputs":' + "[" * 100_000),
    ("echo", '{"inputs":{"message":"' + "a" * 2_000_000 + '"}}'),
    ("hubs", '{"inputs":{"kind":"community_hub","within":120,"sites":50,"candidates":{"streets":10},"time_limit":5}}'),
    ("coverage", '{"inputs":{"standard":"hub","add":[{"at":[1e308,-1e308]}]}}'),
    ("nothing", "{}"),
]


class Nuisance(threading.Thread):
    """Somebody who means no good, or knows no better: idle, slow or hostile."""

    def __init__(self, kind, port, seed, until):
        super().__init__(daemon=True)
        self.kind, self.port, self.until, self.random = kind, port, until, random.Random(seed)
        self.met, self.faults = collections.Counter(), []

    def run(self):
        while time.monotonic() < self.until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=40) as line:
                getattr(self, self.kind)(line)
            time.sleep(0.05)

    def idle(self, line):
        line.sendall(self.random.choice([b"", b"GET / HTTP/1.1\r\nHost: a\r\nX-", b"\x16\x03\x01", b"PRI * HTTP/2.0\r\n"]))
        began = time.monotonic()
        while time.monotonic() < self.until and line.recv(4096):
            pass
        self.met["closed after 30 s or less" if time.monotonic() - began < 31 else "closed later"] += 1

    def slow(self, line):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.sendall(b"GET /collections/streets/items?f=csv HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        while time.monotonic() < self.until and line.recv(1024):
            time.sleep(1)
        self.met["ended"] += 1

    def hostile(self, line):
        if self.random.random() < 0.25:
            process, body = self.random.choice(BODIES)
            head = f"POST /processes/{process}/execution HTTP/1.1\r\nContent-Length: {len(body)}\r\nPrefer: respond-async"
        else:
            head, body = f"{self.random.choice(HOSTILE)} HTTP/1.1", ""
        line.sendall(f"{head}\r\nHost: a\r\nConnection: close\r\n\r\n{body}".encode())
        answer = line.recv(200)
        status = answer[9:12].decode(errors="replace") if answer.startswith(b"HTTP/") else "closed"
        self.met[status] += 1
        if status == "500":
            self.faults.append(head[:120])
        while line.recv(1 << 16):
            pass


def press(port, paths, connections, seconds, folder):
    listed, script = folder / "paths.txt", folder / "press.lua"
    listed.write_text("\n".join(paths) + "\n")
    script.write_text(f"""
local paths, n, i = {{}}, 0, 0
for line in io.lines("{listed}") do n = n + 1; paths[n] = line end
request = function() i = i % n + 1; return wrk.format("GET", paths[i]) end
function done(s, l, r)
  local e = s.errors
  io.write(string.format('{{"requests":%d,"us":%d,"errors":%d,"p99":%d}}\\n', s.requests, s.duration,
    e.connect + e.read + e.write + e.status + e.timeout, l:percentile(99)))
end
""")
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", script, f"http://127.0.0.1:{port}"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def run(options, folder):
    program = os.path.abspath(options.patchwork)
    places = [folder / "one", folder / "two"]
    for seed, place in enumerate(places, 1):
        command = [program, "demo", str(place), "--residents", str(options.residents), "--seed", str(seed), "--quiet"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    known, paths = write_down(program, places)
    served = folder / "served"
    served.symlink_to(places[0])
    server = Server(program, served, free_port())
    seconds = round(options.minutes * 60)
    until = time.monotonic() + seconds
    presser = press(server.port, [path for path in paths if known_ok(known, path)], options.connections, seconds, folder)
    checkers = [Checker(server.port, known, paths, seed, until) for seed in range(3)]
    nuisances = [Nuisance(kind, server.port, seed, until) for kind, many in NUISANCES for seed in range(many)]
    for each in checkers + nuisances:
        each.start()
    print(f"{len(paths)} addresses, {options.connections} connections, {seconds} s", flush=True)
    memory, turns, told = [], 0, time.monotonic() + 30
    turn_at = time.monotonic() + options.reload_every
    while time.monotonic() < until and server.process.poll() is None:
        time.sleep(0.5)
        memory.append(server.rss_mb())
        if time.monotonic() >= turn_at:
            turns += 1
            (folder / "next").symlink_to(places[turns % 2])
            os.replace(folder / "next", served)
            server.process.send_signal(signal.SIGHUP)
            turn_at = time.monotonic() + options.reload_every
        if time.monotonic() >= told:
            told += 30
            checked, wrong = (sum(len(c.wrong) if w else c.checked for c in checkers) for w in (0, 1))
            print(f"{checked:,} answers checked, {wrong} wrong, {turns} reloads, {memory[-1]:.0f} MB", flush=True)
    pressed = json.loads(next(line for line in presser.communicate()[0].splitlines() if line.startswith("{")))
    for checker in checkers:
        checker.join(60)
    metrics = Client(server.port).get("/metrics")[1].decode()
    loads = {kind: int(re.search(rf"patchwork_loads_{kind}_total (\d+)", metrics)[1]) for kind in ("succeeded", "failed")}
    return summary(checkers, nuisances, pressed, memory, turns, loads, server.stop(), server.said)


def known_ok(known, path):
    """wrk counts an empty tile (204) as it counts 200, and everything else as an error."""
    return all(status in (200, 204) for (_, each), (status, _) in known.items() if each == path)


def summary(checkers, nuisances, pressed, memory, turns, loads, code, said):
    wrong = [each for checker in checkers for each in checker.wrong]
    met = sum((checker.met for checker in checkers), collections.Counter())
    third = len(memory) // 3
    middle, last = statistics.median(memory[third : 2 * third]), statistics.median(memory[2 * third :])
    complaints = [line for line in said if "ERROR" in line or "panicked" in line]
    print(f"checked {sum(checker.checked for checker in checkers):,} answers: {len(wrong)} wrong; by digest {dict(met)}")
    print(f"wrk: {pressed['requests']:,} requests, {pressed['requests'] / pressed['us'] * 1e6:,.0f} a second, "
          f"p99 {pressed['p99'] / 1e3:.1f} ms, {pressed['errors']} errors")
    digests = len(met)
    print(f"{turns} signals, loads {loads}; memory: start {memory[0]:.0f}, middle third {middle:.0f}, last third {last:.0f}, "
          f"most {max(memory):.0f} MB; exit code {code}")
    for kind, _ in NUISANCES:
        met = sum((each.met for each in nuisances if each.kind == kind), collections.Counter())
        print(f"{kind}: {dict(sorted(met.items()))}")
    faults = [f"met a fault: {fault}" for each in nuisances for fault in each.faults]
    for each in (wrong + complaints + faults)[:10]:
        print("  ", each)
    sound = not faults and not wrong and not complaints and pressed["errors"] == 0 and loads["failed"] == 0 and code == 0
    return sound and last <= GROWTH * middle and digests >= 2


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("patchwork")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--connections", type=int, default=512)
    parser.add_argument("--reload-every", type=float, default=20)
    parser.add_argument("--residents", type=int, default=60_000)
    options = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is not installed: apt-get install wrk")
    with tempfile.TemporaryDirectory(prefix="patchwork-soak-") as folder:
        sys.exit(0 if run(options, pathlib.Path(folder)) else 1)


if __name__ == "__main__":
    main()
