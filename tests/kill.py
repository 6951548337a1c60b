"""Kills the server while eight clients work, again and again, and looks for what was acknowledged.

`python3 tests/kill.py PROGRAM [KILLS] [FOLDER|postgres|power]`: a tiny place in a workspace, so that a publish takes a fraction of
a second (in FOLDER, a small disk of its own, which is filled in the middle of each round); each round starts the server, lets eight clients
bring, write, publish, undo and save scenarios for a moment (MOMENT seconds at most, 1.5), kills it with SIGKILL, and then
asks: is `store verify` clean, is every version and every draft that a client was told of there with the bytes it sent, does
the version in force follow from what was acknowledged, does every scenario say what was saved? It ends with 1 at the first
that is missing. Every 40 rounds begin with an empty workspace, so that what is looked at does not grow without end. With `postgres` two replicas share a database of its own (a server of PostgreSQL in a temporary directory); the
clients work at both, and by turns one replica, the other, both, or both and the database are killed. With `power` (as root)
the workspace lies on a disk of its own whose power fails before the server is killed: what was written and not yet synced is
gone, and what was acknowledged before the power began to fail must be there. The clients sign in with the owner's link and send the forms of the pages, as a browser does.
"""

import contextlib
import copy
import fcntl
import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import sqlite3
import struct
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


class Sqlite:
    """A workspace of a directory, and its rows past the program."""

    replicas = 1

    def __init__(self, workspace):
        self.address = str(workspace)
        self.files = pathlib.Path(self.address) / "files"

    def rows(self, sql):
        db = sqlite3.connect(pathlib.Path(self.address) / "patchwork.sqlite")
        try:
            return [tuple(row) for row in db.execute(sql)]
        finally:
            db.close()


class Postgres:
    """A workspace in a database of a server that is started here, or one after the other."""

    replicas = 2

    def __init__(self):
        bins = [str(p) for p in sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))] + [os.environ.get("PATCHWORK_POSTGRES_BIN", "")]
        self.bin = next((b for b in reversed(bins) if b and (pathlib.Path(b) / "initdb").exists()), None)
        if not self.bin:
            raise SystemExit("PostgreSQL is not on this machine: there is no initdb; set PATCHWORK_POSTGRES_BIN")
        # It does not run as root.
        self.user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self.dir = tempfile.mkdtemp(prefix="patchwork-kill-")
        if self.user:
            shutil.chown(self.dir, "postgres")
        self.run("initdb", "-D", f"{self.dir}/data", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.nth = 0
        self.start()

    def another(self, folder):
        """An empty database, with the files in this folder."""
        self.nth += 1
        self.database = f"places{self.nth}"
        self.run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", self.database)
        self.files = pathlib.Path(folder) / "shared" / "files"
        self.address = f"postgres://postgres@127.0.0.1:{self.port}/{self.database}?files={folder}/shared"
        return self

    def run(self, program, *args):
        subprocess.run([*self.user, f"{self.bin}/{program}", *args], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")

    def start(self):
        options = f"-p {self.port} -k {self.dir} -c listen_addresses=127.0.0.1"
        # Those who served connections of one that was killed hold its memory until they see that it is gone.
        for left in range(60, -1, -1):
            try:
                return self.run("pg_ctl", "-D", f"{self.dir}/data", "-w", "-o", options, "-l", f"{self.dir}/log", "start")
            except subprocess.CalledProcessError:
                if not left:
                    raise
                time.sleep(0.5)

    def kill(self):
        pid = int((pathlib.Path(self.dir) / "data/postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)

    def rows(self, sql):
        command = [f"{self.bin}/psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", self.database, "-AtF", "\x1f", "-c", sql]
        out = subprocess.run([*self.user, *command], check=True, capture_output=True, text=True, cwd="/").stdout
        return [tuple(line.split("\x1f")) for line in out.splitlines()]

    def end(self):
        with contextlib.suppress(subprocess.CalledProcessError):
            self.run("pg_ctl", "-D", f"{self.dir}/data", "-m", "immediate", "stop")
        shutil.rmtree(self.dir, ignore_errors=True)


class Client:
    """A browser: a cookie, and the seal of the forms."""

    def __init__(self, port, key="", timeout=60, entering=None):
        self.port, self.timeout = port, timeout
        self.cookie = ""
        self.cookie = self.entered(*(entering or ("/sign-in", {"key": key})))
        page = self.send("GET", "/account")[2]
        self.seal = re.search(r'name="seal" value="(\w+)"', page)[1]

    def entered(self, path, fields):
        """Comes in, by the owner's link where nothing else is said: the cookie of the stay."""
        # Whose database was killed a moment ago finds it again a second later, and says so until then.
        for _ in range(100):
            status, headers, _ = self.send("POST", path, urllib.parse.urlencode(fields))
            if status != 503:
                break
            time.sleep(0.1)
        assert status == 303, status
        return headers["set-cookie"].split(";")[0]

    def ready(self):
        """Waits until what is in force is served."""
        while self.send("GET", "/readyz")[0] != 200:
            time.sleep(0.1)

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


def looked(program, store, told):
    """What was acknowledged is there; nothing is half there."""
    verified = subprocess.run([program, "store", "verify", store.address], capture_output=True, text=True)
    if verified.returncode:
        raise Lost(f"store verify: {verified.stdout}{verified.stderr}")
    brought = {(draft, name): hash for draft, name, hash in store.rows("SELECT draft, name, hash FROM draft_file WHERE hash IS NOT NULL")}
    bytes_of = lambda hash: (store.files / hash[:2] / hash).read_bytes()
    for draft, name, data in told["drafts"]:
        hash = brought.get((draft, name))
        if not hash:
            raise Lost(f"draft {draft} has no {name}")
        if bytes_of(hash) != data:
            raise Lost(f"{name} is not what was sent")
    numbers = {int(n) for (n,) in store.rows("SELECT n FROM version")}
    if not told["versions"] <= numbers:
        raise Lost(f"versions {told['versions'] - numbers}")
    saved = dict(store.rows("SELECT scenario, body FROM scenario_revision WHERE n = 1"))
    for scenario, view in told["scenarios"]:
        if scenario not in saved or json.loads(saved[scenario])["view"] != view:
            raise Lost(f"scenario {scenario}")
    hashes = {hash for (_, name), hash in brought.items() if name == "records-by-form.csv"}
    text = "".join(bytes_of(hash).decode() for hash in hashes)
    missing = [act for act in told["records"] if f",{act}," not in text]
    if missing:
        raise Lost(f"records {missing[:3]}")
    how = [how for (how,) in store.rows("SELECT how FROM in_force")]
    if how.count("restore") < told["undone"] or how.count("publish") != len(numbers):
        raise Lost(f"{how.count('restore')} moves back, {told['undone']} were told; {how.count('publish')} of {len(numbers)} published")


def filled(folder):
    """Fills the disk to its last byte; what to take away again."""
    filler = pathlib.Path(folder) / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        for size in (65536, 1):
            with contextlib.suppress(OSError):
                while file.write(bytes(size)):
                    pass
    return filler


class Disk:
    """A disk in a file, whose power can fail: what it was not told to keep is lost, as xfstests do it."""

    # EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH: nothing more is written, not even the journal.
    SHUTDOWN, AT_ONCE = 0x8004587D, struct.pack("I", 2)

    def __init__(self, folder):
        self.image, self.folder = f"{folder}/disk", f"{folder}/mounted"
        pathlib.Path(self.folder).mkdir()
        subprocess.run(["truncate", "-s", "2G", self.image], check=True)
        subprocess.run(["mkfs.ext4", "-q", self.image], check=True)
        self.mount()

    def mount(self):
        subprocess.run(["mount", "-o", "loop", self.image, self.folder], check=True)

    def fail(self):
        at = os.open(self.folder, os.O_RDONLY)
        fcntl.ioctl(at, self.SHUTDOWN, self.AT_ONCE)
        os.close(at)

    def back(self):
        """The power comes back: the disk is read anew, and its journal with it."""
        self.end()
        self.mount()

    def end(self):
        subprocess.run(["umount", self.folder], check=True)


def served(program, address):
    """A server, its port and the key that it printed."""
    command = [program, "serve", "--workspace", address, "--bind", "127.0.0.1:0"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    for line in server.stderr:
        if found := re.search(r"http://127\.0\.0\.1:(\d+)/sign-in\?key=(\w+)", line):
            threading.Thread(target=lambda pipe: pipe.read(), args=(server.stderr,), daemon=True).start()
            return server, int(found[1]), found[2]
    raise Lost("the server did not start")


# Rounds with one workspace.
ROUNDS = 40


def main(program, kills, within=None):
    is_shared, has_power = within == "postgres", within == "power"
    within = None if is_shared or has_power else within
    chance, done, began = random.Random(int(os.environ.get("SEED", "1"))), 0, time.monotonic()
    all_told = dict.fromkeys(TOLD, 0)
    with contextlib.ExitStack() as stack:
        postgres = Postgres() if is_shared else None
        if postgres:
            stack.callback(postgres.end)
        while done < kills:
            with tempfile.TemporaryDirectory(dir=within) as folder, contextlib.ExitStack() as parts:
                tiny(f"{folder}/place")
                disk = Disk(folder) if has_power else None
                if disk:
                    parts.callback(disk.end)
                store = postgres.another(folder) if postgres else Sqlite(f"{disk.folder if disk else folder}/w")
                subprocess.run([program, "store", "init", store.address], check=True, stdout=subprocess.DEVNULL)
                subprocess.run([program, "store", "import", store.address, f"{folder}/place"], check=True, stdout=subprocess.DEVNULL)
                own, told = killed(program, kills - done, store, within, disk, chance)
            done += own
            for name, what in told.items():
                all_told[name] += what if isinstance(what, int) else len(what)
            print(f"{done} kills, {time.monotonic() - began:.0f} s, nothing lost of {all_told}", flush=True)


TOLD = ["drafts", "versions", "scenarios", "records", "undone"]


def killed(program, most, store, within, disk, chance):
    """Rounds with one workspace; how many kills there were, and what was acknowledged."""
    told = {"drafts": [], "versions": set(), "scenarios": [], "records": [], "undone": 0}
    lock, kills, running = threading.Lock(), 0, []
    moment = float(os.environ.get("MOMENT", "1.5"))
    try:
        for nth in range(ROUNDS):
            while len(running) < store.replicas:
                running.append(served(program, store.address))
                key = running[-1][2]
            clients = [Client(running[i % len(running)][1], key) for i in range(CLIENTS)]
            stop = threading.Event()
            args = [(client, told, lock, stop, nth * CLIENTS + i) for i, client in enumerate(clients)]
            threads = [threading.Thread(target=work, args=each) for each in args]
            for thread in threads:
                thread.start()
            time.sleep(chance.uniform(0.05, moment))
            filler = filled(within) if within else None
            if filler:
                time.sleep(chance.uniform(0.05, 2))
            # One, the other, or all; sometimes the database goes first, or goes alone and comes back under those who work.
            dying = running[:] if store.replicas == 1 or chance.random() < 0.3 else [chance.choice(running)]
            ends_database = store.replicas > 1 and chance.random() < 0.3
            if ends_database:
                store.kill()
                kills += 1
            if disk:
                # What is acknowledged while the power goes may be lost: the kernel may still have believed in the disk.
                with lock:
                    sure = copy.deepcopy(told)
                disk.fail()
            for each in dying:
                each[0].send_signal(signal.SIGKILL)
                each[0].wait()
                running.remove(each)
                kills += 1
            if ends_database:
                store.start()
            if filler:
                filler.unlink()
            stop.set()
            for thread in threads:
                thread.join()
            if disk:
                told.update(sure)
                disk.back()
            looked(program, store, told)
            if kills >= most:
                break
    finally:
        for server, *_ in running:
            server.kill()
            server.wait()
    return kills, told


if __name__ == "__main__":
    try:
        main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 40, *sys.argv[3:4])
    except Lost as why:
        sys.exit(f"LOST: {why}")
