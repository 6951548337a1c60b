"""Three replicas on PostgreSQL, published on one while all three are asked: is every answer whole, and of the right version?

`python3 tests/replicas.py PROGRAM [REQUESTS]`: a server of PostgreSQL and three of the program; READERS connections to each
ask for pages of assets and for who is covered, compressed and not, with a known tag and without, until there were REQUESTS
answers (100,000). Each version names itself in every asset and has a number of assets of its own, so an answer of two
versions shows. Every answer must be of one version, one that was in force within SOON before it was asked for; its tag
must stand for these bytes and no others, whichever replica sent them, and nobody who asks one replica again may get an
older version than before. Meanwhile:

1. versions are published on one replica: how long until all three answer the new digest?
2. the database is stopped and comes back: reads go on, a publish says so in words, and succeeds afterwards;
3. a replica is killed while it publishes, again and again: what was acknowledged is in force on all, what was not is in
   force on all or on none; the replica that comes back serves the same digest.

At the end `store verify` must be clean. It ends with 1 at the first thing that is not so.
"""

import collections
import gzip
import hashlib
import http.client
import json
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

from kill import Client, Postgres, served, tiny

READERS = 3
REPLICAS = 3
# Within which all answer what one published.
SOON = 2.0
# Assets of a version beside its own number: so many that an answer is sent in several pieces.
MANY = 400
PATHS = ["/collections/assets/items?f=json&limit=1000", "/collections/assets/items?f=csv&limit=1000", "/tiles/assets/14/8055/5442"]
DATABASE_AWAY_S = 5
KILLED = 10


class Wrong(Exception):
    pass


def hubs(version):
    """The hubs of a version: each says of which it is, and there is one more in each."""
    rows = "".join(f"V{version} {n},51.585,{-2.999 + n / 100_000:.5f},open\n" for n in range(MANY + version))
    return f"name,latitude,longitude,status\n{rows}".encode()


class History:
    """When each version was sent to be published, and when that was acknowledged."""

    def __init__(self):
        self.lock, self.moves = threading.Lock(), []

    def sent(self, version):
        with self.lock:
            self.moves.append([version, time.monotonic(), None])

    def acknowledged(self):
        with self.lock:
            self.moves[-1][2] = time.monotonic()

    def void(self):
        """The last one did not come about."""
        with self.lock:
            self.moves.pop()

    def right(self, asked, answered):
        """The versions that an answer may be of."""
        with self.lock:
            moves = list(self.moves)
        right = set()
        for (version, sent, _), after in zip(moves, [*moves[1:], None]):
            is_over = after and after[2] and after[2] + SOON < asked
            if sent <= answered and not is_over:
                right.add(version)
        return right


class Readers:
    """Those who ask, what they were told, and what was wrong with it."""

    def __init__(self, history):
        self.history = history
        self.stop, self.lock = threading.Event(), threading.Lock()
        self.count, self.wrong, self.ports = collections.Counter(), [], []
        # Of which version a body is, by its hash; and the hash of each tag's body.
        self.version_of, self.body_of = {}, {}
        self.slowest = 0.0

    def start(self, ports):
        self.ports = list(ports)
        self.threads = [threading.Thread(target=self.read, args=(which, seed)) for which in range(REPLICAS) for seed in range(READERS)]
        for thread in self.threads:
            thread.start()

    def end(self):
        self.stop.set()
        for thread in self.threads:
            thread.join()

    def total(self):
        return self.count["200"] + self.count["304"]

    def check(self):
        if self.wrong:
            raise Wrong("; ".join(self.wrong[:3]))

    def read(self, which, seed):
        chance, link, tags, newest, port = random.Random(which * 100 + seed), None, {}, 0, None
        while not self.stop.is_set():
            path, packed = chance.choice(PATHS), chance.random() < 0.5
            # One name for all three, since links in answers begin with it.
            headers = {"Host": "map.example", "Accept-Encoding": "gzip" if packed else "identity"}
            known = tags.get((path, packed)) if chance.random() < 0.3 else None
            if known:
                headers["If-None-Match"] = known[0]
            try:
                if link is None or port != self.ports[which]:
                    # Another process answers: it is the same place, but may be behind by what is allowed.
                    port, newest = self.ports[which], 0
                    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                asked = time.monotonic()
                link.request("GET", path, headers=headers)
                answer = link.getresponse()
                body, answered = answer.read(), time.monotonic()
            except (OSError, http.client.HTTPException):
                link = None
                with self.lock:
                    self.count["cut off"] += 1
                time.sleep(0.02)
                continue
            tag = answer.getheader("etag")
            with self.lock:
                self.count[str(answer.status)] += 1
                self.slowest = max(self.slowest, answered - asked)
            if answer.status == 304 and known:
                version = known[1]
                why = None if tag in (None, known[0]) else f"{path}: 304 with another tag"
            elif answer.status == 200:
                version, why = self.looked_at(path, tag, body)
                tags[path, packed] = (tag, version)
            else:
                version, why = None, f"{path}: status {answer.status}: {body[:200]!r}"
            right = self.history.right(asked, answered)
            if not why and version not in right:
                why = f"{path}: version {version}, where only {sorted(right)} are right"
            if not why and version < newest:
                why = f"{path}: version {version} after {newest} of the same replica"
            newest = version if version is not None else newest
            if why:
                with self.lock:
                    self.wrong.append(why)
                return

    def looked_at(self, path, tag, body):
        """Of which version a body is, and what is wrong with it."""
        plain = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        # The tag is a weak one: an answer says when it was made.
        own = hashlib.sha256(re.sub(rb'"timeStamp":"[^"]*"', b"", plain)).digest()
        with self.lock:
            before = self.body_of.setdefault((path, tag), own)
            known = self.version_of.get(own)
        if before != own:
            return None, f"{path}: one tag, {tag}, and two bodies"
        if known is None:
            version, why = whole(path, plain)
            if why:
                return None, why
            with self.lock:
                known = self.version_of[own] = version
        return known, None


def whole(path, body):
    """Of which version a body is, or what is wrong with it: every asset of one version must be in it, and of no other."""
    names = set(re.findall(rb"V(\d+) (\d+)", body))
    versions = {int(version) for version, _ in names}
    if len(versions) != 1:
        return None, f"{path}: torn: of versions {sorted(versions)}"
    version = versions.pop()
    if len(names) != MANY + version:
        return None, f"{path}: torn: {len(names)} assets of version {version}"
    return version, None


def words(page):
    """What a page says, without its head and foot."""
    main = page.split("<main", 1)[-1].split("</main", 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))[:600]


def digest(port):
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        link.request("GET", "/readyz")
        return json.loads(link.getresponse().read())["digest"]
    finally:
        link.close()


def ready(client, draft, limit=120):
    """The revision of a draft that was looked at."""
    until = time.monotonic() + limit
    while time.monotonic() < until:
        page = client.send("GET", draft)[2]
        found = re.search(r'name="revision" value="(\d+)"', page)
        if found and "/publish" in page:
            return found[1]
        time.sleep(0.05)
    raise Wrong(f"{draft} was not looked at within {limit} s")


def drafted(client, version):
    status, headers, page = client.bring("hubs.csv", hubs(version), "", "")
    if status != 303:
        raise Wrong(f"a draft was refused: {status}: {words(page)}")
    return "/drafts/" + headers["location"].rsplit("/", 1)[1]


def until_all(ports, is_so, limit, what):
    """Seconds until what all answer is so."""
    began = time.monotonic()
    while True:
        told = [digest(port) for port in ports]
        if is_so(told):
            return time.monotonic() - began
        if time.monotonic() - began > limit:
            raise Wrong(f"{what}: not within {limit} s: {told}")
        time.sleep(0.01)


def published(client, version, history):
    """Publishes a version on one replica."""
    draft = drafted(client, version)
    revision = ready(client, draft)
    history.sent(version)
    status, _, page = client.form(f"{draft}/publish", revision=revision, why="x")
    if status != 303:
        raise Wrong(f"a publish was refused: {status}: {words(page)}")
    history.acknowledged()


def main(program, requests):
    with tempfile.TemporaryDirectory() as folder:
        tiny(f"{folder}/place")
        pathlib.Path(folder, "place/hubs.csv").write_bytes(hubs(1))
        store = Postgres().another(folder)
        running = []
        try:
            for command in (["store", "init", store.address], ["store", "import", store.address, f"{folder}/place"]):
                subprocess.run([program, *command], check=True, stdout=subprocess.DEVNULL)
            running += [served(program, store.address) for _ in range(REPLICAS)]
            shown(program, store, running, requests)
            verified = subprocess.run([program, "store", "verify", store.address], capture_output=True, text=True)
            if verified.returncode:
                raise Wrong(f"store verify: {verified.stdout}{verified.stderr}")
        finally:
            for server, *_ in running:
                server.kill()
                server.wait()
            store.end()


def shown(program, store, running, requests):
    history = History()
    history.sent(1)
    history.acknowledged()
    readers = Readers(history)
    ports = [port for _, port, _ in running]
    # The last one that was started knows the owner's link.
    key, version = running[-1][2], 1
    client = Client(ports[0], key)
    readers.start(ports)
    began = time.monotonic()
    try:
        version, took = publishing(client, ports, version, history, readers, requests * 6 // 10)
        print(f"{len(took)} publishes beside {readers.total():,} requests: all three answer the new digest within {max(took):.2f} s (median {sorted(took)[len(took) // 2]:.2f})", flush=True)
        version = away(store, client, ports, version, history, readers)
        version, outcomes, key = dying(program, store, running, ports, version, history, readers)
        print(f"{sum(outcomes.values())} replicas killed while publishing: " + ", ".join(f"{n} {what}" for what, n in sorted(outcomes.items())), flush=True)
        client = Client(ports[0], key)
        if readers.total() < requests:
            version, more = publishing(client, ports, version, history, readers, requests)
            print(f"{len(more)} publishes more: within {max(more):.2f} s", flush=True)
    finally:
        readers.end()
    readers.check()
    counts = ", ".join(f"{n:,} {what}" for what, n in sorted(readers.count.items()))
    print(
        f"{readers.total():,} requests answered in {time.monotonic() - began:.0f} s over {REPLICAS * READERS} connections ({counts}), "
        f"{len(readers.version_of)} bodies, {len(readers.body_of)} tags, none torn, none of a version that it should not be; slowest {readers.slowest:.2f} s",
        flush=True,
    )


def publishing(client, ports, version, history, readers, until):
    """Publishes again and again until there were so many requests; how long the others took each time."""
    took = []
    while readers.total() < until:
        version += 1
        was = digest(ports[0])
        published(client, version, history)
        now = digest(ports[0])
        if now == was:
            raise Wrong("a publish changed nothing")
        took.append(until_all(ports, lambda told, now=now: all(each == now for each in told), SOON, "the others follow"))
        readers.check()
    return version, took


def away(store, client, ports, version, history, readers):
    """The database is stopped, and comes back."""
    draft = drafted(client, version + 1)
    revision = ready(client, draft)
    before = readers.total()
    store.run("pg_ctl", "-D", f"{store.dir}/data", "-m", "immediate", "stop")
    status, headers, page = client.form(f"{draft}/publish", revision=revision, why="x")
    if status != 503 or "database" not in page or "retry-after" not in headers:
        raise Wrong(f"a publish without a database: {status}: {words(page)}")
    time.sleep(DATABASE_AWAY_S)
    readers.check()
    reads = readers.total() - before
    if reads < 100:
        raise Wrong(f"{reads} reads while the database was away")
    store.start()
    back = time.monotonic()
    while client.send("GET", draft)[0] != 200:
        if time.monotonic() - back > 20:
            raise Wrong("the database is back, and the replica did not find it within 20 s")
        time.sleep(0.05)
    found = time.monotonic() - back
    revision = ready(client, draft)
    history.sent(version + 1)
    status, _, page = client.form(f"{draft}/publish", revision=revision, why="x")
    if status != 303:
        raise Wrong(f"a publish after the database came back: {status}: {words(page)}")
    history.acknowledged()
    now = digest(ports[0])
    took = until_all(ports, lambda told: all(each == now for each in told), SOON * 2, "all follow again")
    print(f"the database away for {DATABASE_AWAY_S} s: {reads:,} reads went on, a publish said 503 in words; found again {found:.2f} s after it was back, followed by all {took:.2f} s after a publish", flush=True)
    return version + 1


def dying(program, store, running, ports, version, history, readers):
    """Replicas are killed while they publish; what became of each, and the owner's newest link."""
    key = running[-1][2]
    chance, outcomes = random.Random(1), collections.Counter()
    for nth in range(KILLED):
        which = nth % REPLICAS
        client = Client(ports[which], key)
        draft = drafted(client, version + 1)
        revision = ready(client, draft)
        told = []

        def send(client=client, draft=draft, revision=revision, told=told):
            try:
                told.append(client.form(f"{draft}/publish", revision=revision, why="x")[0])
            except (OSError, http.client.HTTPException):
                told.append(None)

        before = digest(ports[(which + 1) % REPLICAS])
        thread = threading.Thread(target=send)
        history.sent(version + 1)
        thread.start()
        time.sleep(chance.uniform(0, 0.1))
        running[which][0].send_signal(signal.SIGKILL)
        running[which][0].wait()
        thread.join()
        others = [port for n, port in enumerate(ports) if n != which]
        # Whoever was not told may have succeeded: the database knows.
        in_force = int(store.rows("SELECT count(*) FROM in_force")[0][0]) == version + 1
        if told[0] == 303 and not in_force:
            raise Wrong("an acknowledged publish is lost")
        if in_force:
            history.acknowledged()
            version += 1
            until_all(others, lambda told: len(set(told)) == 1 and told[0] != before, SOON * 2, "the others follow one that was killed")
        else:
            history.void()
            until_all(others, lambda told: set(told) == {before}, SOON, "the others stay where they were")
        outcomes["acknowledged and in force" if told[0] == 303 else "in force, not acknowledged" if in_force else "not in force"] += 1
        running[which] = served(program, store.address)
        ports[which] = running[which][1]
        readers.ports[which] = ports[which]
        until_all(ports, lambda told: len(set(told)) == 1, SOON * 2, "the one that came back serves the same")
        key = running[which][2]
        readers.check()
    return version, outcomes, key


if __name__ == "__main__":
    try:
        main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100_000)
    except Wrong as why:
        sys.exit(f"WRONG: {why}")
