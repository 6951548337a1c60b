"""Least walking for a nation: p-median over 35,672 zones and 1,000 candidates, p = 100. How near to proven, how soon?

    python benches/national_p_median.py PATCHWORK PLACE [--candidates 1000] [--p 100] [--seconds 600]

PLACE is England and Wales as benches/nation.py writes it (with --straight and --folder). Each zone weighs its residents;
candidates are public libraries evenly out of the national list (PATCHWORK_SHARED); a cost is the great circle between
the middle of a zone and a library, in metres. `patchwork locate` gets the whole table, 36 million pairs (600 MB of CSV, deleted
at the end). Prints what it says, seconds and the most memory; exit code 1 when the gap is above 1 %.
"""

import argparse
import csv
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time


def middle(geometry):
    """The middle of the box around an area."""
    xs, ys, left = [], [], [geometry["coordinates"]]
    while left:
        one = left.pop()
        if isinstance(one[0], (int, float)):
            xs.append(one[0])
            ys.append(one[1])
        else:
            left.extend(one)
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def on_sphere(lon, lat):
    lon, lat = math.radians(lon), math.radians(lat)
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("patchwork")
    parser.add_argument("place")
    parser.add_argument("--candidates", type=int, default=1000)
    parser.add_argument("--p", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=600)
    asked = parser.parse_args()
    shared = pathlib.Path(os.environ.get("PATCHWORK_SHARED", "../shared"))
    with open(shared / "data/national/england_libraries_ace2023_enhanced_geocoded.csv", newline="", encoding="utf-8-sig") as file:
        libraries = [(row["Name"], float(row["Longitude"]), float(row["Latitude"])) for row in csv.DictReader(file) if row["Longitude"]]
    some = [libraries[i * len(libraries) // asked.candidates] for i in range(asked.candidates)]
    with tempfile.TemporaryDirectory(prefix="patchwork-p-median-") as name:
        folder = pathlib.Path(name)
        zones = folder / "zones.geojson"
        command = [asked.patchwork, "--quiet", "measure", asked.place, "coverage", "--standard", "library-15", "--out", str(zones)]
        subprocess.run(command, check=True)
        features = json.loads(zones.read_text())["features"]
        zones.unlink()
        sites = [on_sphere(lon, lat) for _, lon, lat in some]
        pairs = 0
        with open(folder / "costs.csv", "w") as costs, open(folder / "weights.csv", "w") as weights:
            costs.write("from,to,cost\n")
            weights.write("from,weight\n")
            for at, feature in enumerate(features):
                x, y, z = on_sphere(*middle(feature["geometry"]))
                weights.write(f"{at},{feature['properties']['residents']}\n")
                to = [12_742_000 * math.asin(min(1, math.dist((x, y, z), site) / 2)) for site in sites]
                costs.write("".join(f"{at},{n},{cost:.0f}\n" for n, cost in enumerate(to)))
                pairs += len(to)
        print(f"{len(features):,} zones, {len(some):,} candidates, {pairs:,} pairs, p = {asked.p}", flush=True)
        began = time.monotonic()
        command = [os.path.abspath(asked.patchwork), "locate", "--model", "p-median", "--costs", str(folder / "costs.csv"),
                   "--weights", str(folder / "weights.csv"), "--p", str(asked.p), "--time-limit", str(asked.seconds), "--format", "json"]
        solver = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        said = json.loads(solver.stdout.read())
        _, status, used = os.wait4(solver.pid, 0)
        said.pop("sites", None)
        print(json.dumps(said, indent=1))
        print(f"{time.monotonic() - began:.0f} s with reading, at most {used.ru_maxrss / 1024:.0f} MB")
        sys.exit(0 if status == 0 and said.get("gap", 1) <= 0.01 else 1)


if __name__ == "__main__":
    main()
