"""Two places whose releases are the same although their people are not: everything that is served must be the same too.

    python tests/attack/alike.py --program PATH [--pairs N] [--first SEED]

One person more (with the records of another) or one fewer is met where the count is hidden, so that no protected
count changes. Both places are served, and every link is followed: documents, pages, all formats, headers. What
differs comes of exact counts by a door beside the protection: sizes, sentences, flags, issues.
"""

import argparse
import copy
import http.client
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import deque
from io import BytesIO
from urllib.parse import urljoin, urlsplit

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent))
import attack  # noqa: E402
import places  # noqa: E402
import serving  # noqa: E402

MOST = 600
# Different at every answer, whatever is in it.
PASSING = ("date", "x-request-id", "keep-alive", "content-length")


def doubled(world, view, rng):
    """The same world with one person more, or one fewer."""
    other = copy.deepcopy(world)
    person = rng.choice(sorted({one.person for one in places.seen(world, view)}))
    own = [one for one in world.records if one.person == person]
    if any(one.day == 86 for one in own) or rng.random() < 0.5:
        new = max(other.people) + 1
        other.people[new] = world.people[person]
        for nth, one in enumerate(own):
            other.records.append(
                places.Record(f"n{nth:04}", new, one.quarter, one.day, one.activity, one.hours, one.connections, one.themes)
            )
    else:
        other.records = [one for one in other.records if one.person != person]
    return other


def twins(program, seed, folder):
    """Two worlds with one release; `None` when none is found."""
    rng = random.Random(seed)
    world, view = places.random_place(seed)
    view.residents, view.venues = rng.choice([600, 30]), True
    places.write(world, view, folder / "one")
    first, why = attack.publish(program, folder / "one", folder / "one.json")
    if first is None:
        return why
    for _ in range(30):
        other = doubled(world, view, rng)
        places.write(other, view, folder / "two")
        (folder / "two.json").unlink(missing_ok=True)
        second, _ = attack.publish(program, folder / "two", folder / "two.json")
        if second == first:
            return view
    return "no twin"


def served(program, folder):
    port = serving.free_port()
    running = subprocess.Popen(
        [program, "serve", str(folder), "--bind", f"127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(100):
        try:
            if get(port, "/readyz")[0] == 200:
                break
        except OSError:
            pass
        time.sleep(0.2)
    return running, port


def get(port, path, accept="*/*"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Host": "place.example", "Accept": accept})
    answer = connection.getresponse()
    body = answer.read()
    headers = {k.lower(): v for k, v in answer.getheaders() if k.lower() not in PASSING}
    connection.close()
    return answer.status, headers, body


def parts(path, body):
    """The parts of a body that can be compared: a workbook is unpacked, and the hour and the number of the asking go."""
    if path == "/metrics":
        body = b"\n".join(line for line in body.splitlines() if not line.startswith((b"http_", b"process_", b"patchwork_snapshot_", b"#")))
    if body[:2] == b"PK":
        with zipfile.ZipFile(BytesIO(body)) as book:
            return {name: book.read(name) for name in book.namelist() if name != "docProps/core.xml"}
    return {"": re.sub(rb'"(timeStamp|request_id|built_at)": ?"[^"]*"', b"", body)}


def crawl(port):
    """Every path that is linked, in documents and in pages."""
    todo, seen = deque(["/", "/?f=html", "/-/issues", "/-/issues?f=html", "/metrics", "/readyz"]), {}
    while todo and len(seen) < MOST:
        path = todo.popleft()
        if path in seen or "/tiles/" in path and "{" in path:
            continue
        seen[path] = get(port, path)
        status, headers, body = seen[path]
        kind = headers.get("content-type", "")
        found = []
        if "json" in kind:
            try:
                found = links(json.loads(body))
            except ValueError:
                continue
        elif "html" in kind:
            found = [link.replace("&amp;", "&") for link in re.findall(r'href="?([^" >]+)', body.decode())]
        for link in found:
            whole = urlsplit(urljoin(f"http://place.example{path}", link))
            if whole.netloc == "place.example" and "{" not in link:
                todo.append(whole.path + (f"?{whole.query}" if whole.query else ""))
    return seen


def links(value):
    if isinstance(value, dict):
        return [v for k, v in value.items() if k == "href" and isinstance(v, str)] + [
            link for v in value.values() for link in links(v)
        ]
    return [link for v in value for link in links(v)] if isinstance(value, list) else []


def difference(one, two):
    """Where two bodies part, with a little around it."""
    at = next((i for i, (a, b) in enumerate(zip(one, two)) if a != b), min(len(one), len(two)))
    return f"{one[max(0, at - 60) : at + 60]!r} and {two[max(0, at - 60) : at + 60]!r}"


def compare(ports, also=()):
    """What differs between what two servers say."""
    first, second = (crawl(port) for port in ports)
    found = [f"{path}: only one has it" for path in sorted(set(first) ^ set(second))]
    for path in sorted(set(first) & set(second)):
        (status, headers, body), (other_status, other_headers, other_body) = first[path], second[path]
        if status != other_status:
            found.append(f"{path}: {status} and {other_status}")
            continue
        for name in sorted(set(headers) | set(other_headers)):
            if headers.get(name) != other_headers.get(name):
                found.append(f"{path}: header {name}: {headers.get(name)} and {other_headers.get(name)}")
        one, two = parts(path, body), parts(path, other_body)
        for name in sorted(set(one) | set(two)):
            if one.get(name) != two.get(name):
                found.append(f"{path} {name}: {difference(one.get(name, b''), two.get(name, b''))}")
    # A changed tag stands on every answer of a snapshot; it is told once.
    tags = [line for line in found if ": header etag:" in line]
    return len(first), [line for line in found if line not in tags] + tags[:1]


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--program", default="patchwork")
    asked.add_argument("--publish", help="what publishes, if not the program")
    asked.add_argument("--pairs", type=int, default=1)
    asked.add_argument("--first", type=int, default=1)
    asked = asked.parse_args()
    tried = differing = 0
    seed = asked.first
    while tried < asked.pairs and seed < asked.first + 20 * asked.pairs:
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            found = twins(asked.publish or asked.program, seed, folder)
            if isinstance(found, str):
                print(f"{seed}: {found[-200:]}", flush=True)
                seed += 1
                continue
            # The same path for both, so that no name differs.
            (folder / "a").mkdir()
            (folder / "b").mkdir()
            (folder / "one").rename(folder / "a" / "place")
            (folder / "two").rename(folder / "b" / "place")
            both = [served(asked.program, folder / side / "place") for side in "ab"]
            try:
                many, differ = compare([port for _, port in both])
            finally:
                for running, _ in both:
                    running.terminate()
                    running.wait()
            tried += 1
            differing += bool(differ)
            print(f"{seed}: {many} answers, {len(differ)} differ", flush=True)
            for line in differ[:25]:
                print(f"    {line[:400]}", flush=True)
        seed += 1
    print(f"{tried} pairs, {differing} of which can be told apart")
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
