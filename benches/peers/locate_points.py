"""Ten million points to zones in one run: the grid of Patchwork, geopandas and sedonadb, same points, same counts.

    python locate_points.py BINARY ZONES [POINTS] [--runs N]

BINARY is the example `locate_points` built at level 3, ZONES a map layer such as the 35,672 LSOAs of England and Wales. Points fall
evenly in the boxes of zones picked evenly, so that towns get as many as they have zones. Each program counts with its
zones in memory; geopandas and sedonadb also build their points, sedonadb out of a Parquet file, as they must. Of zones
that overlap the first has the point here and the peers count it in each; so the points in more than one zone are counted
apart, and taken from all but the first, before the counts are compared.

    pip install geopandas pyarrow sedonadb geoarrow-pyarrow
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile
import time

import geopandas
import numpy as np
import pandas as pd
import shapely

parser = argparse.ArgumentParser()
parser.add_argument("binary")
parser.add_argument("zones")
parser.add_argument("points", nargs="?", type=int, default=10_000_000)
parser.add_argument("--runs", type=int, default=3)
asked = parser.parse_args()
n = asked.points
zones = geopandas.read_file(asked.zones).to_crs(4326)
box = zones.geometry.bounds.to_numpy()
rng = np.random.default_rng(1)
pick = rng.integers(0, len(zones), n)
points = box[pick, :2] + rng.random((n, 2)) * (box[pick, 2:] - box[pick, :2])


def told(name, seconds):
    middle = statistics.median(seconds)
    print(f"{name:<10} {middle:8.2f} s  {n / middle / 1e6:8.2f} million a second", flush=True)
    return middle


with tempfile.TemporaryDirectory() as scratch:
    scratch = pathlib.Path(scratch)
    points.astype("<f8").tofile(scratch / "points.bin")
    pd.DataFrame({"lon": points[:, 0], "lat": points[:, 1]}).to_parquet(scratch / "points.parquet")
    zones[["geometry"]].assign(idx=np.arange(len(zones))).to_parquet(scratch / "zones.parquet")

    ours, singly = [], []
    for _ in range(asked.runs):
        command = [asked.binary, asked.zones, scratch / "points.bin", scratch / "counts.bin"]
        said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        ours.append(said["locate_s"])
        singly.append(said["singly_s"])
    mine = np.fromfile(scratch / "counts.bin", dtype="<u8").astype(np.int64)
    mean = told("patchwork", ours)
    told("one by one", singly)
    print(f"           one core; its grid took {said['build_s']:.2f} s on all, and {said['bytes'] / 1e6:.0f} MB", flush=True)

    begun = time.perf_counter()
    frame = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(points[:, 0], points[:, 1], crs=4326))
    joined = geopandas.sjoin(frame, zones[["geometry"]], predicate="intersects")
    which = joined["index_right"].to_numpy()
    theirs = np.bincount(which, minlength=len(zones))
    geopandas_s = told("geopandas", [time.perf_counter() - begun])
    # Where zones overlap: each further match of a point is taken off again.
    order = np.lexsort((which, joined.index.to_numpy()))
    at = joined.index.to_numpy()[order]
    further = np.bincount(which[order][1:][at[1:] == at[:-1]], minlength=len(zones))

    import sedonadb

    engine = sedonadb.connect()
    engine.read_parquet(str(scratch / "zones.parquet")).to_view("zones", overwrite=True)
    engine.read_parquet(str(scratch / "points.parquet")).to_view("points", overwrite=True)
    query = (
        "SELECT z.idx AS idx, COUNT(*) AS n FROM (SELECT ST_SetSRID(ST_Point(lon, lat), 4326) AS at FROM points) p "
        "JOIN zones z ON ST_Intersects(z.geometry, p.at) GROUP BY z.idx"
    )
    seconds = []
    for _ in range(asked.runs):
        begun = time.perf_counter()
        answer = engine.sql(query).to_pandas()
        seconds.append(time.perf_counter() - begun)
    sedona = np.zeros(len(zones), dtype=np.int64)
    sedona[answer["idx"].to_numpy()] = answer["n"].to_numpy()
    sedona_s = told("sedonadb", seconds)

print(f"patchwork is {geopandas_s / mean:.0f} times as fast as geopandas and {sedona_s / mean:.0f} times as fast as sedonadb")
print(f"{further.sum()} points lie in more than one zone, since the boundaries are simplified")
same = [(name, np.abs(mine - (counts - further)).sum()) for name, counts in (("geopandas", theirs), ("sedonadb", sedona))]
for name, differ in same:
    print(f"{name}: the counts of {len(zones)} zones differ by {differ} points")
raise SystemExit(0 if all(differ == 0 for _, differ in same) else 1)
