"""Ten million points to zones: the grid of Patchwork beside geopandas, same points, same counts.

    python locate_points.py BINARY ZONES [POINTS]

BINARY is the example `locate_points`, ZONES a map layer such as the 35,672 LSOAs of England and Wales. Points fall
evenly in the boxes of zones picked evenly, so that towns get as many as they have zones.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

import geopandas
import numpy as np
import shapely

binary, zones_file = sys.argv[1], sys.argv[2]
n = int(sys.argv[3]) if len(sys.argv) > 3 else 10_000_000
zones = geopandas.read_file(zones_file)
box = zones.geometry.bounds.to_numpy()
rng = np.random.default_rng(1)
pick = rng.integers(0, len(zones), n)
share = rng.random((n, 2))
points = box[pick, :2] + share * (box[pick, 2:] - box[pick, :2])

with tempfile.TemporaryDirectory() as scratch:
    file, out = pathlib.Path(scratch) / "points.bin", pathlib.Path(scratch) / "counts.bin"
    points.astype("<f8").tofile(file)
    ours = json.loads(subprocess.run([binary, zones_file, file, out], check=True, capture_output=True, text=True).stdout)
    mine = np.fromfile(out, dtype="<u8")
print(f"patchwork   {ours['locate_s']:8.2f} s  {n / ours['locate_s'] / 1e6:8.2f} million a second, grid in {ours['build_s']} s")

begun = time.perf_counter()
tree = shapely.STRtree(zones.geometry.to_numpy())
theirs = np.zeros(len(zones), dtype=np.uint64)
for start in range(0, n, 1_000_000):
    some = shapely.points(points[start : start + 1_000_000])
    which, zone = tree.query(some, predicate="intersects")
    # Of zones that overlap, the first has the point, as in ours.
    first = np.full(len(some), len(zones), dtype=np.int64)
    np.minimum.at(first, which, zone)
    theirs += np.bincount(first[first < len(zones)], minlength=len(zones)).astype(np.uint64)
took = time.perf_counter() - begun
print(f"geopandas   {took:8.2f} s  {n / took / 1e6:8.2f} million a second (shapely's tree, as its sjoin uses)")
same = int((mine == theirs).sum())
print(f"{same} of {len(zones)} zones have the same count; the counts differ by {np.abs(mine.astype(int) - theirs.astype(int)).sum()} points")
sys.exit(0 if same == len(zones) else 1)
