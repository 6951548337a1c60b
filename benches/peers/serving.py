"""Load on Patchwork, pygeoapi, tipg, Martin and nginx in one sitting, on the same zones.

    python benches/peers/serving.py PATCHWORK PLACE [--seconds 6] [--connections 1,16,64] [--only patchwork,martin]
                                    [--martin PROGRAM] [--out FILE.jsonl]

PATCHWORK is the built program (with `CARGO_PROFILE_DEV_OPT_LEVEL=3 cargo build`), PLACE a place directory such as the
demo. Its zones are taken from its own API with all properties and put into PostGIS, so that every server hands out the
same features: pygeoapi (gunicorn, 2 workers) and tipg (uvicorn, 2 workers) the items page of 100 and single features,
tipg and Martin (its cache at its default size, which holds all the tiles) the tiles. nginx serves the bytes Patchwork
answered as static files: the physical limit. wrk with one thread asks, without compression, over kept-open
connections; wrk, servers and PostgreSQL share one machine, so only ratios within a run mean anything.

Needs wrk, nginx, PostgreSQL with PostGIS (found in /usr/lib/postgresql) and, where this Python is, the packages
pygeoapi, tipg, gunicorn, uvicorn, sqlalchemy, geoalchemy2, pygeofilter, psycopg2-binary. What is missing is left out and said.
PostgreSQL does not run as root: then it is started as the user postgres.
"""

import argparse
import contextlib
import glob
import importlib.metadata
import json
import math
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

BIN = pathlib.Path(sys.executable).parent
REPORT = """
local paths, n, i = {}, 0, 0
for line in io.lines("%s") do n = n + 1; paths[n] = line end
request = function() i = i %% n + 1; return wrk.format("GET", paths[i]) end
function done(s, l, r)
  local e = s.errors
  io.write(string.format('{"requests":%%d,"us":%%d,"bytes":%%d,"errors":%%d,"p50":%%d,"p99":%%d}\\n', s.requests,
    s.duration, s.bytes, e.connect + e.read + e.write + e.status + e.timeout, l:percentile(50), l:percentile(99)))
end
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url):
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read()


def family(pid):
    """A process and all it started."""
    parents = {}
    for each in os.listdir("/proc"):
        if each.isdigit():
            with contextlib.suppress(OSError):
                parents[int(each)] = int(open(f"/proc/{each}/stat").read().rsplit(")", 1)[1].split()[1])
    members, grew = {pid}, True
    while grew:
        more = {child for child, parent in parents.items() if parent in members} - members
        members |= more
        grew = bool(more)
    return members


def peak_mb(pid):
    total = 0
    for each in family(pid):
        with contextlib.suppress(OSError):
            line = next((line for line in open(f"/proc/{each}/status") if line.startswith("VmHWM")), None)
            total += int(line.split()[1]) / 1024 if line else 0
    return round(total)


@contextlib.contextmanager
def running(command, ready, folder, name, **options):
    """A server, from when it answers until it is stopped with everything it started."""
    with open(folder / f"{name}.log", "wb") as log:
        started = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, cwd=folder, **options)
    try:
        deadline = time.monotonic() + 120
        while True:
            with contextlib.suppress(Exception):
                get(ready)
                break
            if started.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{name} did not start: {(folder / f'{name}.log').read_text()[-1500:]}")
            time.sleep(0.2)
        yield started.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGTERM)
        try:
            started.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)


class PostGIS:
    def __init__(self, folder):
        versions = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        if not versions:
            raise FileNotFoundError("PostgreSQL is not in /usr/lib/postgresql (apt-get install postgresql postgis)")
        self.bin, self.folder, self.port = versions[-1], folder / "pg", free_port()
        self.root = os.getuid() == 0
        self.folder.mkdir()
        if self.root:
            shutil.chown(self.folder, "postgres")
        self.url = f"postgresql://peer@127.0.0.1:{self.port}/gis"

    def control(self, *command):
        if self.root:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def sql(self, text, database="gis", **options):
        command = ["psql", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "peer", "-d", database]
        subprocess.run([*command, "-v", "ON_ERROR_STOP=1", "-c", text], check=True, text=True, **options)

    def __enter__(self):
        self.control(f"{self.bin}/initdb", "-D", f"{self.folder}/data", "-A", "trust", "-U", "peer")
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} "
        options += "-c shared_buffers=512MB -c max_connections=200"
        self.control(f"{self.bin}/pg_ctl", "-D", f"{self.folder}/data", "-w", "-o", options, "-l", f"{self.folder}/log", "start")
        self.sql("create database gis", "postgres")
        self.sql("create extension postgis")
        return self

    def __exit__(self, *_):
        self.control(f"{self.bin}/pg_ctl", "-D", f"{self.folder}/data", "stop", "-m", "immediate")

    def load(self, features):
        """The zones with the properties and types they have in the API."""
        columns = list(features[0]["properties"])
        kinds = {}
        for name in columns:
            values = {type(feature["properties"][name]) for feature in features} - {type(None)}
            kinds[name] = "text" if str in values else "double precision" if float in values else "integer"
        declared = ", ".join(f'"{name}" {kinds[name]}' for name in columns)
        self.sql(f"create table zones (id integer primary key, {declared}, geom geometry(MultiPolygon, 4326))")

        def cell(value):
            return "\\N" if value is None else str(value).replace("\\", "\\\\").replace("\t", " ")

        rows = [
            "\t".join([str(n), *(cell(each["properties"][name]) for name in columns), json.dumps(each["geometry"])])
            for n, each in enumerate(features)
        ]
        self.sql(f"create table raw (id integer, {declared}, shape text)")
        self.sql("copy raw from stdin", input="\n".join(rows) + "\n")
        names = ", ".join(f'"{name}"' for name in columns)
        shape = "st_multi(st_setsrid(st_geomfromgeojson(shape), 4326))"
        self.sql(f"insert into zones select id, {names}, {shape} from raw; drop table raw")
        self.sql("create index on zones using gist (geom)")
        self.sql("analyze zones")


def tiles_of(bounds, zooms=(10, 11, 12, 13, 14)):
    def at(lon, lat, z):
        y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
        return int((lon + 180) / 360 * 2**z), int(y * 2**z)

    found = []
    for z in zooms:
        (x0, y1), (x1, y0) = at(bounds[0], bounds[1], z), at(bounds[2], bounds[3], z)
        found += [(z, x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)]
    random.Random(61).shuffle(found)
    return found


def pygeoapi(folder, postgis, port):
    database = {"host": "127.0.0.1", "port": postgis.port, "dbname": "gis", "user": "peer", "password": "x"}
    text = {"en": "x"}
    provider = {"type": "feature", "name": "PostgreSQL", "data": {**database, "search_path": ["public"]}}
    provider |= {"id_field": "id", "table": "zones", "geom_field": "geom"}
    contact = dict.fromkeys(
        ["name", "position", "address", "city", "stateorprovince", "postalcode", "country", "phone", "fax", "hours"], "x"
    )
    contact |= {"email": "x@x.invalid", "url": "http://x.invalid", "instructions": "x", "role": "x"}
    settings = {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port}, "url": f"http://127.0.0.1:{port}", "encoding": "utf-8",
            "mimetype": "application/json; charset=UTF-8", "gzip": False, "languages": ["en-US"], "cors": False,
            "pretty_print": False, "limits": {"default_items": 10, "max_items": 10000},
            "map": {"url": "https://x.invalid/{z}/{x}/{y}.png", "attribution": "x"},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {"title": text, "description": text, "keywords": {"en": ["x"]}, "keywords_type": "theme",
                               "terms_of_service": "x", "url": "http://x.invalid"},
            "license": {"name": "x", "url": "http://x.invalid"},
            "provider": {"name": "x", "url": "http://x.invalid"},
            "contact": contact,
        },
        "resources": {"zones": {
            "type": "collection", "title": text, "description": text, "keywords": {"en": ["x"]}, "links": [],
            "extents": {"spatial": {"bbox": [-180, -90, 180, 90], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}},
            "providers": [provider],
        }},
    }
    config, openapi = folder / "pygeoapi.yml", folder / "pygeoapi-openapi.yml"
    config.write_text(json.dumps(settings))
    environment = {**os.environ, "PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(openapi)}
    made = [BIN / "pygeoapi", "openapi", "generate", config, "--output-file", openapi]
    subprocess.run(made, env=environment, check=True, capture_output=True)
    bind = ["-w", "2", "-b", f"127.0.0.1:{port}", "--log-level", "error"]
    return [BIN / "gunicorn", *bind, "pygeoapi.flask_app:APP"], environment


def nginx(folder, port, site):
    config = folder / "nginx.conf"
    config.write_text(
        f"worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log; daemon off; user root;\n"
        "events { worker_connections 1024; }\n"
        "http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; open_file_cache max=10000;\n"
        f"  default_type application/geo+json; server {{ listen 127.0.0.1:{port}; root {site}; }} }}\n"
    )
    return [shutil.which("nginx") or "/usr/sbin/nginx", "-c", str(config)]


def servers(options, folder, ids, tiles, tile_path):
    """Name, how to start it, its address, and the paths it is asked for by workload."""
    numbers = random.Random(61).sample(range(len(ids)), min(200, len(ids)))
    quoted = [urllib.parse.quote(ids[n], safe="") for n in numbers]
    port = free_port()
    log = {**os.environ, "PATCHWORK_LOG_FILTER": "warn"}
    command = [options.patchwork, "serve", options.place, "--bind", f"127.0.0.1:{port}"]
    paths = {"items": ["/collections/zones/items?limit=100"], "feature": [f"/collections/zones/items/{each}" for each in quoted]}
    if tile_path:
        paths["tile"] = [tile_path.format(z=z, x=x, y=y) for z, x, y in tiles]
    yield "patchwork", command, log, port, paths

    site, port = folder / "site", free_port()
    if shutil.which("nginx") or os.path.exists("/usr/sbin/nginx"):
        paths = {"items": ["/items.json"], "feature": [f"/f/{n}.json" for n in numbers]}
        if tile_path:
            paths["tile"] = [f"/t/{z}/{x}/{y}" for z, x, y in tiles]
        yield "nginx", nginx(folder, port, site), dict(os.environ), port, paths
    try:
        importlib.metadata.version("pygeoapi")
        port = free_port()
        command, environment = pygeoapi(folder, options.postgis, port)
        items = "/collections/zones/items"
        yield "pygeoapi", command, environment, port, {
            "items": [f"{items}?f=json&limit=100"], "feature": [f"{items}/{n}?f=json" for n in numbers]}
    except importlib.metadata.PackageNotFoundError:
        print("pygeoapi is left out: it is not installed here", file=sys.stderr)
    try:
        importlib.metadata.version("tipg")
        port = free_port()
        environment = {**os.environ, "DATABASE_URL": options.postgis.url, "TIPG_DB_SCHEMAS": '["public"]'}
        command = [BIN / "uvicorn", "tipg.main:app", "--port", str(port), "--workers", "2", "--log-level", "error", "--no-access-log"]
        items = "/collections/public.zones/items"
        yield "tipg", command, environment, port, {
            "items": [f"{items}?f=geojson&limit=100"], "feature": [f"{items}/{n}?f=geojson" for n in numbers],
            "tile": [f"/collections/public.zones/tiles/WebMercatorQuad/{z}/{x}/{y}" for z, x, y in tiles]}
    except importlib.metadata.PackageNotFoundError:
        print("tipg is left out: it is not installed here", file=sys.stderr)
    if options.martin and os.path.exists(options.martin):
        port = free_port()
        command = [options.martin, "--listen-addresses", f"127.0.0.1:{port}", "--workers", "2", options.postgis.url]
        yield "martin", command, {**os.environ, "RUST_LOG": "error"}, port, {"tile": [f"/zones/{z}/{x}/{y}" for z, x, y in tiles]}
    else:
        print("Martin is left out: give --martin PROGRAM (cargo install martin)", file=sys.stderr)


def write_site(url, folder, ids, tiles, tile_path):
    """What Patchwork answers, as files for nginx; the tiles that are there."""
    site = folder / "site"
    (site / "f").mkdir(parents=True)
    (site / "items.json").write_bytes(get(f"{url}/collections/zones/items?limit=100"))
    for n, each in enumerate(ids):
        (site / "f" / f"{n}.json").write_bytes(get(f"{url}/collections/zones/items/{urllib.parse.quote(each, safe='')}"))
    there = []
    for z, x, y in tiles if tile_path else []:
        body = get(url + tile_path.format(z=z, x=x, y=y))
        if body:
            (site / "t" / str(z) / str(x)).mkdir(parents=True, exist_ok=True)
            (site / "t" / str(z) / str(x) / str(y)).write_bytes(body)
            there.append((z, x, y))
    subprocess.run(["chmod", "-R", "a+rX", str(folder)], check=True)
    return there


def measure(name, workload, url, pid, paths, seconds, connections, folder):
    for path in paths:
        get(url + path)
    listed, script = folder / f"{name}-{workload}.txt", folder / f"{name}-{workload}.lua"
    listed.write_text("\n".join(paths) + "\n")
    script.write_text(REPORT % listed)
    sizes = [len(get(url + path)) for path in paths[:200]]
    for each in connections:
        command = ["wrk", "-t1", f"-c{each}", f"-d{seconds}s", "--timeout", "10s", "-s", str(script), url]
        said = subprocess.run(command, capture_output=True, text=True).stdout
        figures = json.loads(next(line for line in said.splitlines() if line.startswith("{")))
        yield {
            "server": name, "workload": workload, "connections": each,
            "per_second": round(figures["requests"] / figures["us"] * 1e6, 1),
            "p50_ms": figures["p50"] / 1e3, "p99_ms": figures["p99"] / 1e3, "errors": figures["errors"],
            "body_bytes": round(sum(sizes) / len(sizes)), "mb_per_second": round(figures["bytes"] / figures["us"], 1),
            "peak_mb": peak_mb(pid),
        }


def zones_of(url):
    found = json.loads(get(f"{url}/collections/zones/items?limit=10000"))["features"]
    bounds = json.loads(get(f"{url}/collections/zones"))["extent"]["spatial"]["bbox"][0]
    return found, bounds


def tile_template(url, tiles):
    """The path of tiles, if the service has them."""
    z, x, y = tiles[0]
    for path in ("/tiles/zones/{z}/{x}/{y}",):
        with contextlib.suppress(urllib.error.HTTPError):
            get(url + path.format(z=z, x=x, y=y))
            return path
    print("Patchwork has no tiles: they are left out", file=sys.stderr)
    return None


def table(rows):
    print("\n| workload | connections | server | per second | p50 ms | p99 ms | errors | bytes | peak MB | of Patchwork |")
    print("|---|--:|---|--:|--:|--:|--:|--:|--:|--:|")
    own = {(row["workload"], row["connections"]): row["per_second"] for row in rows if row["server"] == "patchwork"}
    for row in sorted(rows, key=lambda row: (row["workload"], row["connections"], -row["per_second"])):
        mine = own.get((row["workload"], row["connections"]))
        ratio = f"{mine / row['per_second']:.2f}×" if mine and row["per_second"] else ""
        print(f"| {row['workload']} | {row['connections']} | {row['server']} | {row['per_second']:,.0f} | {row['p50_ms']:.2f} "
              f"| {row['p99_ms']:.2f} | {row['errors']} | {row['body_bytes']:,} | {row['peak_mb']} | {ratio} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("patchwork")
    parser.add_argument("place")
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--connections", default="1,16,64")
    parser.add_argument("--only")
    parser.add_argument("--martin", default=shutil.which("martin"))
    parser.add_argument("--out")
    options = parser.parse_args()
    options.patchwork, options.place = (os.path.abspath(path) for path in (options.patchwork, options.place))
    connections = [int(each) for each in options.connections.split(",")]
    with tempfile.TemporaryDirectory(prefix="patchwork-load-") as folder, contextlib.ExitStack() as stack:
        folder = pathlib.Path(folder)
        folder.chmod(0o755)
        port = free_port()
        command = [options.patchwork, "serve", options.place, "--bind", f"127.0.0.1:{port}"]
        with running(command, f"http://127.0.0.1:{port}/readyz", folder, "first", env={**os.environ, "PATCHWORK_LOG_FILTER": "warn"}):
            url = f"http://127.0.0.1:{port}"
            features, bounds = zones_of(url)
            tiles = tiles_of(bounds)
            tile_path = tile_template(url, tiles)
            ids = [feature["id"] for feature in features]
            tiles = write_site(url, folder, ids, tiles, tile_path) or tiles
        options.postgis = stack.enter_context(PostGIS(folder))
        options.postgis.load(features)
        print(f"{len(ids)} zones, {len(tiles)} tiles, {options.seconds} s each", file=sys.stderr)
        rows = []
        for name, command, environment, port, paths in servers(options, folder, ids, tiles, tile_path):
            if options.only and name not in options.only.split(","):
                continue
            url = f"http://127.0.0.1:{port}"
            ready = url + ("/readyz" if name == "patchwork" else next(iter(paths.values()))[0])
            with running(command, ready, folder, name, env=environment) as pid:
                for workload, asked in paths.items():
                    for row in measure(name, workload, url, pid, asked, options.seconds, connections, folder):
                        rows.append(row)
                        print(json.dumps(row), flush=True)
                        if options.out:
                            with open(options.out, "a", encoding="utf-8") as out:
                                out.write(json.dumps(row) + "\n")
        table(rows)


if __name__ == "__main__":
    main()
