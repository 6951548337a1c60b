"""Do two builds of the program give the same public answers, byte for byte?

    python tests/same_answers.py OLD NEW [PLACE ...]

Serves each place with either program at the same address, asks for every collection in every format, its schema, its
tiles, the pages and the documents of the API, runs the measures of the command line, and compares. PLACE is a folder
with a place.toml, or `demo`; without one it is the demo and the four real places, as far as their files are there.

What may differ, and why, stands in tests/same_answers.toml: [[change]] has `where` (a regular expression for the
address), `what` (one for the text that is taken out of both) or `members` (names that are taken out of JSON), and `why`.
It is emptied when a version is published.
"""

import contextlib
import gzip
import hashlib
import json
import math
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = os.environ.setdefault("PATCHWORK_SHARED", str(ROOT.parent / "shared"))
REAL = ["trafford", "newcastle", "newport", "haringey"]
FORMATS = ["json", "html", "csv", "xlsx", "gpkg", "fgb", "parquet", "json&profile=jsonfg", "csv&bom=true&wkt=true"]
MEASURES = ["coverage", "gaps", "reach", "themes", "evidence", "giving"]
GIVING = ["giving", "grants", "giving-zones", "giving-need", "giving-place", "giving-beside"]
# The moment of building, and the digest of a snapshot, which says of which build it is.
MOMENTS = re.compile(rb'"(built_at|generated|digest|snapshot|updated|timeStamp)": ?"[^"]*"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z')
SHOWN = 12


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fetch(base: str, path: str) -> bytes:
    """Status, type and body; the answer to a wrong request is an answer too."""
    request = urllib.request.Request(base + path, headers={"Accept": "*/*"})
    try:
        with urllib.request.urlopen(request, timeout=600) as answer:
            status, kind, body = answer.status, answer.headers.get("Content-Type", ""), answer.read()
    except urllib.error.HTTPError as error:
        status, kind, body = error.code, error.headers.get("Content-Type", ""), error.read()
    return f"{status} {kind}\n".encode() + body


def addresses(base: str) -> list[str]:
    """Every address there is to ask."""
    paths = ["/", "/?f=html", "/conformance", "/api", "/api?f=html", "/collections", "/collections?f=html", "/processes",
             "/processes?f=html", "/tiles", "/tileMatrixSets", "/giving", "/-/issues", "/-/issues?f=html", "/docs/"]  # fmt: skip
    body = lambda path: json.loads(fetch(base, path).split(b"\n", 1)[1])  # noqa: E731
    paths += [f"/processes/{each['id']}" for each in body("/processes")["processes"]]
    for collection in body("/collections")["collections"]:
        at = "/collections/" + urllib.parse.quote(collection["id"])
        paths += [at, f"{at}?f=html", f"{at}/schema", f"{at}/schema?f=html", f"{at}/queryables", f"{at}/queryables?f=html"]
        paths += [f"{at}/items?f={form}&limit=10000" for form in FORMATS]
        paths += [f"{at}/items?f={form}&download=true" for form in ("json", "csv")]
        paths += [f"{at}/items?limit=20&crs=http://www.opengis.net/def/crs/EPSG/0/27700", f"{at}/items?limit=5&offset=3&f=html"]
        paths += [f"{at}/tiles", f"/tiles/{urllib.parse.quote(collection['id'])}"]
        if box := collection.get("extent", {}).get("spatial", {}).get("bbox"):
            paths += [f"{at}/items?bbox={','.join(map(str, box[0]))}&limit=50", f"{at}/tiles/WebMercatorQuad/{tile(box[0])}"]
    keys = [each["id"] for each in body("/collections/patches/items?limit=10000&skipGeometry=true")["features"]]
    return paths + [f"/review/{urllib.parse.quote(key)}" for key in keys]


def tile(box: list[float], zoom: int = 12) -> str:
    """The tile with the middle of a box."""
    lon, lat = (box[0] + box[2]) / 2, math.radians((box[1] + box[3]) / 2)
    n = 2**zoom
    return f"{zoom}/{int((1 - math.asinh(math.tan(lat)) / math.pi) / 2 * n)}/{int((lon + 180) / 360 * n)}"


def commands(program: str, place: pathlib.Path) -> dict[str, bytes]:
    """What the measures print."""
    asked = [[measure] for measure in MEASURES] + [["giving", "--layer", layer] for layer in GIVING[1:]]
    answers = {}
    for words in asked:
        done = subprocess.run([program, "measure", str(place), *words], capture_output=True, check=False)
        answers["patchwork measure " + " ".join(words)] = f"{done.returncode}\n".encode() + done.stdout
    return answers


@contextlib.contextmanager
def serving(program: str, place: pathlib.Path, port: int):
    base = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen([program, "serve", str(place), "--bind", base.removeprefix("http://")], stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 300
            while True:
                with contextlib.suppress(OSError):
                    if urllib.request.urlopen(f"{base}/readyz", timeout=5).status == 200:
                        break
                if server.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    raise SystemExit(f"{program} does not serve {place}:\n{log.read().decode(errors='replace')}")
                time.sleep(0.05)
            yield base
        finally:
            server.terminate()
            server.wait(timeout=30)


def answers(program: str, place: pathlib.Path, port: int, into: pathlib.Path) -> dict[str, pathlib.Path]:
    """Every answer, as a file."""
    into.mkdir(parents=True, exist_ok=True)
    index = into / "index.json"
    if not index.is_file():
        names = {}

        def keep(address: str, body: bytes) -> None:
            name = hashlib.sha256(address.encode()).hexdigest()[:24]
            (into / name).write_bytes(gzip.compress(MOMENTS.sub(b"", body), 1))
            names[address] = name

        with serving(program, place, port) as base:
            for address in addresses(base):
                keep(address, fetch(base, address))
        for address, body in commands(program, place).items():
            keep(address, body)
        index.write_text(json.dumps(names))
    return {address: into / name for address, name in json.loads(index.read_text()).items()}


def without(body: bytes, change: dict) -> bytes:
    """An answer less what may differ."""
    if "members" not in change:
        return re.sub(change["what"].encode(), b"", body)

    def rest(value):
        if isinstance(value, dict):
            return {name: rest(member) for name, member in value.items() if name not in change["members"]}
        return [rest(item) for item in value] if isinstance(value, list) else value

    head, _, text = body.partition(b"\n")
    try:
        return head + b"\n" + json.dumps(rest(json.loads(text)), ensure_ascii=False, indent=2).encode()
    except ValueError:
        return body


def difference(address: str, old: bytes, new: bytes, changes: list[dict]) -> str | None:
    """In which bytes two answers differ, after what may differ is taken out."""
    for change in changes:
        if re.search(change["where"], address):
            old, new = (without(body, change) for body in (old, new))
    if old == new:
        return None
    at = next((i for i, (a, b) in enumerate(zip(old, new)) if a != b), min(len(old), len(new)))
    cut = slice(max(0, at - 60), at + 100)
    return f"{address}: {len(old)} and {len(new)} bytes, from byte {at}\n    old {old[cut]!r}\n    new {new[cut]!r}"


def main() -> int:
    if len(sys.argv) < 3:
        print(__doc__)
        return 2
    old, new, *places = sys.argv[1:]
    listed = ROOT / "tests" / "same_answers.toml"
    changes = tomllib.loads(listed.read_text()).get("change", []) if listed.is_file() else []
    kept = pathlib.Path(tempfile.gettempdir()) / f"patchwork-same-answers-{os.getuid()}"
    kept.mkdir(exist_ok=True)
    demo = kept / "demo"
    if not (demo / "place.toml").is_file():
        subprocess.run([old, "demo", str(demo)], check=True, stdout=subprocess.DEVNULL)
    places = places or ["demo", *(f"{ROOT}/examples/places/{name}" for name in REAL)]
    # The same port for both, since addresses are part of answers, and for the next run, which reads what is kept.
    port_file = kept / "port"
    port = int(port_file.read_text()) if port_file.is_file() else free_port()
    port_file.write_text(str(port))
    total, wrong = 0, []
    for place in places:
        folder = demo if place == "demo" else pathlib.Path(place).resolve()
        stamp = lambda program: hashlib.sha256(pathlib.Path(program).read_bytes()).hexdigest()[:16]  # noqa: E731
        key = hashlib.sha256(str(folder).encode()).hexdigest()[:8]
        both = [answers(program, folder, port, kept / f"{stamp(program)}-{key}") for program in (old, new)]
        for address in [*both[0], *(address for address in both[1] if address not in both[0])]:
            total += 1
            bodies = [gzip.decompress(each[address].read_bytes()) if address in each else b"(not there)" for each in both]
            if said := difference(address, *bodies, changes):
                wrong.append(f"{folder.name} {said}")
        print(f"{folder.name}: {len(both[0])} answers of the old build, {len(both[1])} of the new", flush=True)
    print("\n".join(wrong[:SHOWN]) + (f"\n… and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""))
    print(f"{total} answers compared, {len(wrong)} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
