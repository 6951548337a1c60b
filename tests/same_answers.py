"""Do two builds of the program give the same public answers, byte for byte?

    python tests/same_answers.py OLD NEW [PLACE ...]

Serves each place with either program at the same address, asks for every collection in every format, its schema, its
tiles, the pages and the documents of the API, runs the measures of the command line, and compares. PLACE is a folder
with a place.toml, or `demo`; without one it is the demo and the four real places, as far as their files are there.

Answers that are not the same bytes are compared value by value (tests/answer_leaves.py): a path such as
/body/features/P01/properties/residents, the old value and the new. What may differ, and why, stands in
tests/same_answers.toml: [[change]] has regular expressions `place`, `where` for the address, `at` for the path, and either `was`
and `now` for the two values (what is missing is "(not there)"), `by` for how far the numbers in them may be apart where
nothing else differs, or `what` for the text that is taken out of both before they are compared, with or without `by`; and `why`. How many values each entry explains is printed at the end. The list is emptied when a
version is published.
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

from answer_leaves import NOT_THERE, differences, opened, read_printed

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = os.environ.setdefault("PATCHWORK_SHARED", str(ROOT.parent / "shared"))
REAL = ["trafford", "newcastle", "newport", "haringey"]
FORMATS = ["json", "html", "csv", "xlsx", "gpkg", "fgb", "parquet", "json&profile=jsonfg", "csv&bom=true&wkt=true"]
MEASURES = ["coverage", "gaps", "reach", "themes", "evidence", "giving"]
GIVING = ["giving", "grants", "giving-zones", "giving-need", "giving-place", "giving-beside"]
# The moment of building, and the digest of a snapshot, which says of which build it is.
MOMENTS = re.compile(r'"(built_at|generated|digest|snapshot|updated|timeStamp)": ?"[^"]*"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z')
NUMBERS = re.compile(r"(?<![\w.-])-?\d+(?:,\d{3})*(?:\.\d+)?(?:e-?\d+)?(?![\w-])")
SHOWN = 8

Leaf = tuple[str, str, str]


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
            (into / name).write_bytes(gzip.compress(body, 1))
            names[address] = name

        with serving(program, place, port) as base:
            for address in addresses(base):
                keep(address, fetch(base, address))
        for address, body in commands(program, place).items():
            keep(address, body)
        index.write_text(json.dumps(names))
    return {address: into / name for address, name in json.loads(index.read_text()).items()}


def unequal(address: str, bodies: list[bytes], schemas: list[bytes]) -> list[Leaf]:
    """Where two answers differ: path, old value, new value."""
    if bodies[0] == bodies[1]:
        return []
    if b"" in bodies:
        return [("", *(body.partition(b"\n")[0].decode() or NOT_THERE for body in bodies))]
    if address.startswith("patchwork "):
        opens = [{"printed": read_printed(body.decode())} for body in bodies]
    else:
        titles = [{each["title"]: name for name, each in json.loads(schema.partition(b"\n")[2])["properties"].items() if "title" in each}
                  if schema.startswith(b"200 application/schema+json") else {} for schema in schemas]  # fmt: skip
        opens = [opened(body, names) for body, names in zip(bodies, titles)]
    found = [leaf for leaf in differences(*opens) if MOMENTS.sub("", leaf[1]) != MOMENTS.sub("", leaf[2])]
    if not found and any(MOMENTS.sub("", body.decode(errors="replace")) != MOMENTS.sub("", bodies[0].decode(errors="replace")) for body in bodies):
        found.append(("/(bytes)", *(f"{len(body)} bytes" for body in bodies)))
    return found


def excused(place: str, address: str, leaf: Leaf, changes: list[dict]) -> bool:
    """Whether the list says why this value differs. What one entry takes out of both is out for those after it."""
    path, *values = leaf
    for change in changes:
        if not (change["where"].search(address) and change["at"].search(path)):
            continue
        if not change["place"].fullmatch(place):
            continue
        if "what" in change:
            values = [change["what"].sub("", value) for value in values]
            said = values[0] == values[1] or ("by" in change and apart(*values) <= change["by"])
        else:
            said = all(change[name].search(value) for name, value in zip(("was", "now"), values))
            said = said and ("by" not in change or apart(*values) <= change["by"])
        if said:
            change["count"] += 1
            return True
    return False


def apart(was: str, now: str) -> float:
    """How far the numbers in two texts are from each other, where nothing else in them differs. Parts of names and codes are
    no numbers."""
    texts = [" ".join(text.split()) for text in (was, now)]
    if NUMBERS.sub("#", texts[0]) != NUMBERS.sub("#", texts[1]):
        return math.inf
    pairs = zip(*(NUMBERS.findall(text) for text in texts))
    return max((abs(float(a.replace(",", "")) - float(b.replace(",", ""))) for a, b in pairs), default=0.0)


def read_changes() -> list[dict]:
    listed = ROOT / "tests" / "same_answers.toml"
    changes = tomllib.loads(listed.read_text()).get("change", []) if listed.is_file() else []
    for change in changes:
        if unknown := set(change) - {"place", "where", "at", "was", "now", "by", "what", "why"}:
            raise SystemExit(f"{listed}: {', '.join(unknown)} is no key of a change")
        for name, every in (("place", ".*"), ("where", ""), ("at", ""), ("was", ""), ("now", "")):
            change[name] = re.compile(change.get(name, every), re.DOTALL)
        if "what" in change:
            change["what"] = re.compile(change["what"], re.DOTALL)
        change["count"] = 0
    return changes


def main() -> int:
    if len(sys.argv) < 3:
        print(__doc__)
        return 2
    old, new, *places = sys.argv[1:]
    changes = read_changes()
    kept = pathlib.Path(tempfile.gettempdir()) / f"patchwork-same-answers-{os.getuid()}"
    kept.mkdir(exist_ok=True)
    demo = kept / "demo"
    places = places or ["demo", *(f"{ROOT}/examples/places/{name}" for name in REAL)]
    if "demo" in places and not (demo / "place.toml").is_file():
        subprocess.run([old, "demo", str(demo)], check=True, stdout=subprocess.DEVNULL)
    # The same port for both, since addresses are part of answers, and for the next run, which reads what is kept.
    port_file = kept / "port"
    port = int(port_file.read_text()) if port_file.is_file() else free_port()
    port_file.write_text(str(port))
    wrong = 0
    for place in places:
        folder = demo if place == "demo" else pathlib.Path(place).resolve()
        stamp = lambda program: hashlib.sha256(pathlib.Path(program).read_bytes()).hexdigest()[:16]  # noqa: E731
        key = hashlib.sha256(str(folder).encode()).hexdigest()[:8]
        both = [answers(program, folder, port, kept / f"{stamp(program)}-{key}") for program in (old, new)]
        body = lambda each, address: gzip.decompress(each[address].read_bytes()) if address in each else b""  # noqa: E731
        addresses_of_both = [*both[0], *(address for address in both[1] if address not in both[0])]
        differ = left = 0
        for address in addresses_of_both:
            schema = re.sub(r"(/collections/[^/?]+).*", r"\1/schema", address)
            found = unequal(address, [body(each, address) for each in both], [body(each, schema) for each in both])
            differ += bool(found)
            rest = [leaf for leaf in found if not excused(folder.name, address, leaf, changes)]
            if rest:
                left += 1
                print(f"{folder.name} {address}: {len(rest)} of {len(found)} differences are not in the list")
                for path, was, now in rest[:SHOWN]:
                    print(f"    {path}\n        old {cut(was, now)}\n        new {cut(now, was)}")
        wrong += left
        print(f"{folder.name}: {len(addresses_of_both)} answers compared, {differ} differ, {left} of them in what is not in the list", flush=True)
    for change in changes:
        print(f"{change['count']:8} {change['where'].pattern} {change['at'].pattern}: {change['why']}")
    return 1 if wrong else 0


def cut(value: str, other: str) -> str:
    """A value from where it differs."""
    at = next((i for i, (a, b) in enumerate(zip(value, other)) if a != b), min(len(value), len(other)))
    return repr(value[max(0, at - 60) : at + 100])


if __name__ == "__main__":
    raise SystemExit(main())
