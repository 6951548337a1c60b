"""England and Wales on streets beside a borough: from files to the first item, memory, tiles, items, search, the map file.

    python benches/nation.py PATCHWORK COUNTRY_STREETS [--nodes 4000000] [--regions 12] [--folder DIR] [--straight] [--parts 5]

PATCHWORK is the built program, COUNTRY_STREETS the example of that name. Zones are the 35,672 LSOAs of 2021 with residents
by disability and deprivation, patches the local authorities, assets public libraries and surgeries, all out of
PATCHWORK_SHARED; the streets are made up. The place stays in DIR where one is given, and its streets are not made again.
With `--parts` each LSOA is cut into so many upright strips, in place of its output areas (needs geopandas); then nobody's
deprivation is known.
Each server is asked one question after the other, on one kept-open connection: what nobody asked before, and the same
again. Prints milliseconds, median and 95th percentile, the nation's beside the demo borough's.
"""

import argparse
import json
import math
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

import soak

OGL = 'source = { licence = "Open Government Licence v3.0", attribution = "Contains National Statistics data © Crown copyright and database right; contains OS data © Crown copyright and database right" }'
PLACE = f"""
[place]
name = "England and Wales"
date = "2025-06-30"
notice = "The streets are made up."
[patches]
file = "${{PATCHWORK_SHARED}}/data/national/uk_ltla24_simplified.fgb"
{OGL}
[zones]
file = "${{PATCHWORK_SHARED}}/data/national/ew_lsoa21_simplified.fgb"
{OGL}
[[groups]]
file = "${{PATCHWORK_SHARED}}/data/national/ew_disability21_lsoa21_ew_long.csv"
dimension = "disability"
residents = true
{OGL}
[deprivation]
file = "${{PATCHWORK_SHARED}}/data/national/imd2025_england_lsoa21.csv"
decile = "IMD_decile"
rank = "IMD_rank"
score = "IMD_score"
{OGL}
[[assets]]
file = "${{PATCHWORK_SHARED}}/data/national/england_libraries_ace2023_enhanced_geocoded.csv"
kind = "library"
where = {{ "Operation in 2023" = ["LA", "LAU", "CR", "C", "ICL"] }}
{OGL}
[[assets]]
file = "${{PATCHWORK_SHARED}}/data/national/GPPractices.csv"
kind = "gp_surgery"
{OGL}
[[standards]]
key = "library-15"
kinds = ["library"]
within_minutes = 15
[[standards]]
key = "gp-15"
kinds = ["gp_surgery"]
within_minutes = 15
"""


def cut(parts, folder):
    """Each LSOA in upright strips, and its residents shared out among them: the settings of a place of those."""
    import geopandas
    import pandas
    import shapely

    national = pathlib.Path(os.environ.get("PATCHWORK_SHARED", "../shared")) / "data/national"
    zones = geopandas.read_file(national / "ew_lsoa21_simplified.fgb")
    shapes = shapely.make_valid(zones.geometry.values)
    west, south, east, north = zones.geometry.bounds.values.T
    strips = []
    for nth in range(parts):
        low, high = (west + (east - west) * share / parts for share in (nth, nth + 1))
        strip = shapely.intersection(shapes, shapely.box(low, south, high, north))
        keys = zones.lsoa21_code + f"-{nth + 1}"
        strips.append(geopandas.GeoDataFrame({"oa": keys, "of": zones.lsoa21_code}, geometry=strip, crs=zones.crs))
    strips = pandas.concat(strips)
    strips = strips[strips.geom_type.isin(["Polygon", "MultiPolygon"]) & ~strips.is_empty]
    strips.geometry = [shapely.MultiPolygon([one]) if one.geom_type == "Polygon" else one for one in strips.geometry]
    strips[["oa", "geometry"]].to_file(folder / "parts.fgb", driver="FlatGeobuf")
    people = strips[["oa", "of"]].merge(pandas.read_csv(national / "ew_disability21_lsoa21_ew_long.csv"), left_on="of", right_on="lsoa21_code")
    same = people.groupby(["of", "disability"])
    rest = same.cumcount() < people.n % same.oa.transform("size")
    people["people"] = people.n // same.oa.transform("size") + rest
    people[["oa", "disability", "people"]].to_csv(folder / "people.csv", index=False)
    print(f"cut into {len(strips)} parts", flush=True)
    settings = PLACE.replace("${PATCHWORK_SHARED}/data/national/ew_lsoa21_simplified.fgb", "parts.fgb")
    named = '"people.csv"\nzone = "oa"\ncategory = "disability"\ncount = "people"'
    settings = settings.replace('"${PATCHWORK_SHARED}/data/national/ew_disability21_lsoa21_ew_long.csv"', named)
    return settings[: settings.index("[deprivation]")] + settings[settings.index("[[assets]]") :]


def write_place(options, folder):
    """The place with its streets."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = cut(options.parts, folder) if options.parts > 1 else PLACE
    settings = folder / "place.toml"
    files = sorted(folder.glob("streets-*.osm.pbf"), key=lambda path: int(path.name.split("-")[1].split(".")[0]))
    if not options.straight and not files:
        settings.write_text(whole)
        began = time.monotonic()
        command = [options.country_streets, str(folder), str(folder), str(options.nodes), str(options.regions)]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        print(f"made in {time.monotonic() - began:.0f} s: {said}", end="", flush=True)
        files = sorted(folder.glob("streets-*.osm.pbf"), key=lambda path: int(path.name.split("-")[1].split(".")[0]))
    streets = "[streets]\nfiles = " + json.dumps([file.name for file in files]) + "\n" if files and not options.straight else ""
    settings.write_text(whole + streets)
    return folder


class Served:
    def __init__(self, program, place, standard):
        self.port, self.standard = soak.free_port(), standard
        began = time.monotonic()
        self.log = tempfile.TemporaryFile()
        command = [program, "serve", str(place), "--bind", f"127.0.0.1:{self.port}"]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        self.client = soak.Client(self.port)
        while True:
            try:
                if self.client.get(f"/collections/coverage-{standard}/items?limit=1")[0] == 200:
                    break
            except OSError:
                self.client.open = None
            if self.process.poll() is not None or time.monotonic() > began + 1800:
                self.log.seek(0)
                sys.exit(self.log.read().decode(errors="replace"))
            time.sleep(0.05)
        self.seconds = time.monotonic() - began

    def memory_mb(self, which):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split(f"{which}:")[1].split()[0]) // 1024

    def timed(self, path):
        began = time.monotonic()
        status, body, _ = self.client.get(path)
        if status not in (200, 204):
            sys.exit(f"{path}: {status} {body[:300]!r}")
        return (time.monotonic() - began) * 1000, len(body)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def tile_of(lon, lat, zoom):
    n = 2**zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * n), int(y * n)


def questions(served, dice, n):
    """Addresses by kind of question, each asked once of nobody before."""
    coverage = f"coverage-{served.standard}"
    ids, centres = [], []
    listed = json.loads(served.client.get(f"/collections/{coverage}/items?limit=1")[1])["numberMatched"]
    for _ in range(n):
        at = dice.randrange(max(1, listed - 1))
        feature = json.loads(served.client.get(f"/collections/{coverage}/items?limit=1&offset={at}")[1])["features"][0]
        flat = feature["geometry"]["coordinates"]
        while isinstance(flat[0], list):
            flat = flat[0]
        ids.append(feature["id"])
        centres.append(flat[:2])
    kinds = {}
    for zoom in (8, 10, 12, 14):
        tiles = {tile_of(*centre, zoom) for centre in centres}
        kinds[f"tile of zones, zoom {zoom}"] = [f"/tiles/{coverage}/{zoom}/{x}/{y}" for x, y in sorted(tiles)]
    names = [each["id"] for each in json.loads(served.client.get("/collections?f=json")[1])["collections"]]
    if "streets" in names:
        tiles = {tile_of(*centre, 14) for centre in centres}
        kinds["tile of streets, zoom 14"] = [f"/tiles/streets/14/{x}/{y}" for x, y in sorted(tiles)]
    kinds["page of 100 items"] = [f"/collections/{coverage}/items?limit=100&offset={dice.randrange(max(1, listed - 100))}" for _ in range(n)]
    kinds["one feature"] = [f"/collections/{coverage}/items/{each}" for each in ids]
    kinds["features in a box"] = [f"/collections/{coverage}/items?limit=100&bbox={x - 0.02:.5f},{y - 0.02:.5f},{x + 0.02:.5f},{y + 0.02:.5f}" for x, y in centres]
    kinds["table of patches"] = ["/collections/patches/items?limit=1000&skipGeometry=true&f=json&sortby=" + by for by in ("residents", "-residents", "name")]
    like = lambda name, words: urllib.parse.quote(f"CASEI(\"{name}\") LIKE CASEI('%{words}%')")
    words = ["high", "market", "oak", "church", "ash", "wren", "mill", "brook"]
    for id, name in (("streets", "name"), ("assets", "name"), ("zones", "zone_id")):
        if id in names:
            kinds[f"search in {id}"] = [f"/collections/{id}/items?f=json&limit=60&filter={like(name, each)}&filter-lang=cql2-text" for each in words]
    return kinds


def asked(served, n):
    dice = random.Random(1)
    table = {}
    for kind, addresses in questions(served, dice, n).items():
        first = [served.timed(address) for address in addresses]
        again = [served.timed(address)[0] for address in addresses]
        table[kind] = (*spread([each[0] for each in first]), *spread(again), max(each[1] for each in first) / 1000)
    return table


def spread(times):
    ordered = sorted(times)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]


def map_file(served):
    """Seconds until the whole map can be had as one file, however often one has to ask."""
    began, refused = time.monotonic(), 0
    while True:
        try:
            status, body, _ = served.client.get("/map.pmtiles", Range="bytes=0-126")
        except OSError:
            served.client.open = None
            continue
        if status == 206:
            return time.monotonic() - began, refused
        refused += 1
        time.sleep(2)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("patchwork")
    parser.add_argument("country_streets")
    parser.add_argument("--nodes", type=int, default=4_000_000)
    parser.add_argument("--regions", type=int, default=12)
    parser.add_argument("--folder", type=pathlib.Path)
    parser.add_argument("--straight", action="store_true")
    parser.add_argument("--parts", type=int, default=1)
    parser.add_argument("--questions", type=int, default=100)
    options = parser.parse_args()
    program = os.path.abspath(options.patchwork)
    with tempfile.TemporaryDirectory(prefix="patchwork-nation-") as scratch:
        scratch = pathlib.Path(scratch)
        borough = scratch / "borough"
        subprocess.run([program, "demo", str(borough), "--quiet"], check=True, stdout=subprocess.DEVNULL)
        nation = write_place(options, options.folder or scratch / "nation")
        rows = []
        for name, place, standard in (("nation", nation, "library-15"), ("borough", borough, "hub-15")):
            served = Served(program, place, standard)
            print(f"{name}: files to first item {served.seconds:.1f} s, at most {served.memory_mb('VmHWM')} MB, then {served.memory_mb('VmRSS')} MB", flush=True)
            rows.append(asked(served, options.questions))
            seconds, refused = map_file(served)
            print(f"{name}: map file after {seconds:.1f} s, {refused} refusals; at most {served.memory_mb('VmHWM')} MB", flush=True)
            served.stop()
        print(f"{'milliseconds: median, 95th percentile':36} {'nation, first':>16} {'again':>14} {'borough, first':>18} {'again':>14}")
        for kind in rows[0]:
            cells = []
            for row in rows:
                a, b, c, d, size = row.get(kind, (math.nan,) * 5)
                cells.append(f"{a:8.1f} {b:7.1f} {c:7.1f} {d:6.1f} ({size:5.0f} kB)")
            print(f"{kind:36} {'   '.join(cells)}")


if __name__ == "__main__":
    main()
