"""Kills the server while eight clients work, again and again, and looks for what was acknowledged.

`python3 tests/kill.py PROGRAM [ROUNDS] [FOLDER]`: a tiny place in a workspace, so that a publish takes a fraction of
a second (in FOLDER, a small disk of its own, which is filled in the middle of each round); each round starts the server, lets eight clients
bring, write, publish, undo and save scenarios for a moment, kills it with SIGKILL, and then asks: is `store verify`
clean, is every version and every draft that a client was told of there with the bytes it sent, does the version in
force follow from what was acknowledged, does every scenario say what was saved? It ends with 1 at the first that is
missing. The clients sign in with the owner's link and send the forms of the pages, as a browser does.
"""

import contextlib
import http.client
import json
import os
import pathlib
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

CLIENTS = 8
TOML = """[place]
name = "Tiny"
date = "2024-06-30"
[patches]
file = "patches.geojson"
[zones]
file = "zones.geojson"
residents = "n"
[[assets]]
file = "hubs.csv"
kind = "hub"
[[standards]]
key = "hub"
kinds = ["hub"]
within_minutes = 15
"""


def square(key, west, wide):
    ring = [[west, 51.58], [west + wide, 51.58], [west + wide, 51.59], [west, 51.59], [west, 51.58]]
    return {"type": "Feature", "properties": {"code": key, "n": 100}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def tiny(place):
    """Four zones in two patches, a hub, no streets."""
    place = pathlib.Path(place)
    place.mkdir()
    zones = [square(f"Z{i}", -3 + i / 100, 0.01) for i in range(4)]
    patches = [square(f"P{i}", -3 + i / 50, 0.02) for i in range(2)]
    (place / "place.toml").write_text(TOML)
    (place / "hubs.csv").write_text("name,latitude,longitude,status\nOne,51.585,-2.995,open\n")
    for name, features in (("zones", zones), ("patches", patches)):
        (place / f"{name}.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))


class Lost(Exception):
    pass


class Client:
    """A browser: a cookie, and the seal of the forms."""

    def __init__(self, port, key, timeout=60):
        self.port, self.timeout = port, timeout
        self.cookie = ""
        status, headers, _ = self.send("POST", "/sign-in", urllib.parse.urlencode({"key": key}))
        assert status == 303, status
        self.cookie = headers["set-cookie"].split(";")[0]
        page = self.send("GET", "/drafts")[2]
        self.seal = re.search(r'name="seal" value="(\w+)"', page)[1]

    def send(self, method, path, body=None, media="application/x-www-form-urlencoded"):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            headers = {"Cookie": self.cookie, "Accept": "text/html", "Content-Type": media}
            link.request(method, path, body, headers)
            answer = link.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode(errors="replace")
        finally:
            link.close()

    def form(self, path, **fields):
        return self.send("POST", path, urllib.parse.urlencode({"seal": self.seal, **fields}))

    def bring(self, name, data, purpose, kind="library"):
        edge = "edge0f7"
        parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in (("seal", self.seal), ("purpose", purpose), ("kind", kind))]
        parts.append(f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n')
        body = "".join(parts).encode() + data + f"\r\n--{edge}--\r\n".encode()
        return self.send("POST", "/drafts", body, f"multipart/form-data; boundary={edge}")


def work(client, told, lock, stop, seed):
    chance = random.Random(seed)
    n = 0
    while not stop.is_set():
        n += 1
        name = f"l{seed}-{n}.csv"
        data = f"name,latitude,longitude\nLibrary {seed} {n},51.585,-2.985\n".encode()
        try:
            what = chance.choice(["bring", "record", "scenario", "publish", "publish", "publish", "undo"])
            if what == "bring":
                status, headers, _ = client.bring(name, data, "assets")
                if status == 303:
                    with lock:
                        told["drafts"].append((headers["location"].rsplit("/", 1)[1], name, data))
            elif what == "record":
                page = client.send("GET", "/records/new")[2]
                patch = re.findall(r'<option value="([^"]+)"', page)
                if patch:
                    act = f"walk {seed} {n}"
                    status, *_ = client.form("/records/new", date="2024-06-03", activity=act, patch=patch[0], people=12)
                    if status == 303:
                        with lock:
                            told["records"].append(act)
            elif what == "scenario":
                view = f"http://x/#s={seed}-{n}"
                status, headers, _ = client.form("/scenarios", name=f"S {seed} {n}", view=view)
                if status == 303:
                    with lock:
                        told["scenarios"].append((headers["location"].rsplit("/", 1)[1], f"s={seed}-{n}"))
            elif what == "publish":
                with lock:
                    mine = chance.choice(told["drafts"][-4:])[0] if told["drafts"] else None
                if mine:
                    page = client.send("GET", f"/drafts/{mine}")[2]
                    for _ in range(20):
                        if "Being looked at" not in page:
                            break
                        time.sleep(0.1)
                        page = client.send("GET", f"/drafts/{mine}")[2]
                    revision = re.search(r'name="revision" value="(\d+)"', page)
                    if revision and "/rebase" in page:
                        client.form(f"/drafts/{mine}/rebase", revision=revision[1])
                    elif revision and "/publish" in page:
                        status, headers, _ = client.form(f"/drafts/{mine}/publish", revision=revision[1], why="x")
                        if status == 303:
                            with lock:
                                told["versions"].add(int(headers["location"].rsplit("=", 1)[1]))
            else:
                page = client.send("GET", "/versions")[2]
                back = re.search(r'action="[^"]*/versions/(\d+)/restore">.*?name="seen" value="(\d+)"', page)
                if back:
                    status, *_ = client.form(f"/versions/{back[1]}/restore", seen=back[2])
                    if status == 303:
                        with lock:
                            told["undone"] += 1
        except (OSError, http.client.HTTPException):
            return


def looked(program, workspace, told):
    """What was acknowledged is there; nothing is half there."""
    verified = subprocess.run([program, "store", "verify", workspace], capture_output=True, text=True)
    if verified.returncode:
        raise Lost(f"store verify: {verified.stdout}{verified.stderr}")
    db = sqlite3.connect(pathlib.Path(workspace) / "patchwork.sqlite")
    for draft, name, data in told["drafts"]:
        row = db.execute("SELECT hash FROM draft_file WHERE draft = ? AND name = ?", (draft, name)).fetchone()
        if not row:
            raise Lost(f"draft {draft} has no {name}")
        if (pathlib.Path(workspace) / "files" / row[0][:2] / row[0]).read_bytes() != data:
            raise Lost(f"{name} is not what was sent")
    numbers = {n for (n,) in db.execute("SELECT n FROM version")}
    if not told["versions"] <= numbers:
        raise Lost(f"versions {told['versions'] - numbers}")
    for scenario, view in told["scenarios"]:
        row = db.execute("SELECT body FROM scenario_revision WHERE scenario = ? AND n = 1", (scenario,)).fetchone()
        if not row or json.loads(row[0])["view"] != view:
            raise Lost(f"scenario {scenario}")
    rows = db.execute("SELECT DISTINCT hash FROM draft_file WHERE name = 'records-by-form.csv' AND hash IS NOT NULL")
    texts = [(pathlib.Path(workspace) / "files" / h[:2] / h).read_text() for (h,) in rows]
    missing = [act for act in told["records"] if not any(f",{act}," in text for text in texts)]
    if missing:
        raise Lost(f"records {missing[:3]}")
    restored = db.execute("SELECT count(*) FROM in_force WHERE how = 'restore'").fetchone()[0]
    published = db.execute("SELECT count(*) FROM in_force WHERE how = 'publish'").fetchone()[0]
    if restored < told["undone"] or published != len(numbers):
        raise Lost(f"{restored} moves back, {told['undone']} were told; {published} of {len(numbers)} published")
    db.close()


def filled(folder):
    """Fills the disk to its last byte; what to take away again."""
    filler = pathlib.Path(folder) / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        for size in (65536, 1):
            with contextlib.suppress(OSError):
                while file.write(bytes(size)):
                    pass
    return filler


def main(program, rounds, within=None):
    folder = tempfile.TemporaryDirectory(dir=within)
    place, workspace = f"{folder.name}/place", f"{folder.name}/w"
    tiny(place)
    subprocess.run([program, "store", "init", workspace], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([program, "store", "import", workspace, place], check=True, stdout=subprocess.DEVNULL)
    chance = random.Random(int(os.environ.get("SEED", "1")))
    told = {"drafts": [], "versions": set(), "scenarios": [], "records": [], "undone": 0}
    lock, began = threading.Lock(), time.monotonic()
    for nth in range(rounds):
        command = [program, "serve", "--workspace", workspace, "--bind", "127.0.0.1:0"]
        server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        key = None
        for line in server.stderr:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)/sign-in\?key=(\w+)", line):
                port, key = int(found[1]), found[2]
                break
        if not key:
            raise Lost(f"round {nth}: the server did not start")
        threading.Thread(target=lambda pipe: pipe.read(), args=(server.stderr,), daemon=True).start()
        clients = [Client(port, key) for _ in range(CLIENTS)]
        stop = threading.Event()
        args = [(client, told, lock, stop, nth * CLIENTS + i) for i, client in enumerate(clients)]
        threads = [threading.Thread(target=work, args=each) for each in args]
        for thread in threads:
            thread.start()
        time.sleep(chance.uniform(0.05, 4))
        filler = filled(within) if within else None
        if filler:
            time.sleep(chance.uniform(0.05, 2))
        server.send_signal(signal.SIGKILL)
        server.wait()
        if filler:
            filler.unlink()
        stop.set()
        for thread in threads:
            thread.join()
        looked(program, workspace, told)
        if nth % 10 == 9 or nth == rounds - 1:
            counts = {name: len(value) if hasattr(value, "__len__") else value for name, value in told.items()}
            print(f"{nth + 1} kills, {time.monotonic() - began:.0f} s, nothing lost of {counts}", flush=True)
    folder.cleanup()


if __name__ == "__main__":
    try:
        main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20, *sys.argv[3:4])
    except Lost as why:
        sys.exit(f"LOST: {why}")
