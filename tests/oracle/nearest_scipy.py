"""Do the walks Patchwork finds agree with an independent shortest-path program?

    python tests/oracle/nearest_scipy.py EXPORTER STREETS EPSG [STREETS EPSG ...]

EXPORTER is the built example `export_network`. For each street file it writes the network and the walk
from each of 2,000 random positions to the nearest of 40 random sources. Here the lengths of the streets
are measured again from their lines, the nearest street of each position is looked for by trying every
piece of every street, and the walks are worked out by scipy's Dijkstra. Prints the greatest differences
of each file; exit code 1 if a walk differs by more than a centimetre, or anything else disagrees.
"""

import csv
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

WALK_TOLERANCE_M = 0.01
LENGTH_TOLERANCE_M = 1e-6
# Streets this little apart count as equally near, and the first of them is taken.
SNAP_TOLERANCE_M = 1e-4
# `Island::TINY` and `Snap::PAST_TINY` of the network.
TINY_ISLAND_M, PAST_TINY_M = 200.0, 100.0


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class Network:
    def __init__(self, folder):
        rows = read(folder / "edges.csv")
        self.u = np.array([int(row["u"]) for row in rows])
        self.v = np.array([int(row["v"]) for row in rows])
        self.stated = np.array([float(row["length_m"]) for row in rows])
        lines = [np.array([point.split() for point in row["line"].split(";")], float) for row in rows]
        self.length = np.array([np.hypot(*np.diff(line, axis=0).T).sum() for line in lines])
        self.start = np.concatenate([line[:-1] for line in lines])
        self.end = np.concatenate([line[1:] for line in lines])
        self.edge = np.repeat(np.arange(len(lines)), [len(line) - 1 for line in lines])
        # Nobody steps onto a bridge or into a tunnel between its ends.
        self.met = np.repeat([row["passage"] == "0" for row in rows], [len(line) - 1 for line in lines])
        barriers = [[float(row[name]) for name in ("x1", "y1", "x2", "y2")] for row in read(folder / "barriers.csv")]
        self.barriers = np.array(barriers).reshape(-1, 4)
        self.nodes = int(max(self.u.max(), self.v.max())) + 1
        joined = csr_matrix((np.ones(len(self.u)), (self.u, self.v)), (self.nodes, self.nodes))
        _, self.island = connected_components(joined, directed=False)
        self.island_m = np.bincount(self.island[self.u], self.length)

    def nearest_street(self, at):
        """Distance to the nearest street, and to the nearest that is not on a tiny island."""
        along = self.end - self.start
        share = ((at - self.start) * along).sum(1) / np.maximum((along**2).sum(1), 1e-300)
        on = self.start + np.clip(share, 0, 1)[:, None] * along
        off = np.hypot(*(on - at).T)
        large = self.island_m[self.island[self.u[self.edge]]] >= TINY_ISLAND_M
        nearest = {}
        for piece in np.argsort(off, kind="stable"):
            if not self.met[piece] or large[piece] in nearest or self.crossed(at, on[piece]):
                continue
            nearest[large[piece]] = off[piece]
            if large[piece]:
                break
        small, big = nearest.get(False, np.inf), nearest.get(True, np.inf)
        return min(small, big), big, small < big

    def crossed(self, a, b):
        """Whether a straight step crosses a barrier; to end within a centimetre of one is not to cross it."""
        c, d = self.barriers[:, :2], self.barriers[:, 2:]
        left = lambda p, q, at: ((q - p)[..., 0] * (at - p)[..., 1] - (q - p)[..., 1] * (at - p)[..., 0]) / np.maximum(np.hypot(*(q - p).T), 1e-300)
        from_a, from_b = left(c, d, a), left(c, d, b)
        passes = (np.minimum(abs(from_a), abs(from_b)) > 0.01) & ((from_a > 0) != (from_b > 0))
        return bool((passes & ((left(a, b, c) >= 0) != (left(a, b, d) >= 0))).any())


# `Away` of the network: points further than this from their street reach each other in a straight line.
AWAY_M = 25.0


class Points:
    def __init__(self, path):
        rows = read(path)
        column = lambda name: np.array([float(row[name] or "inf") for row in rows])
        self.at = np.c_[column("x"), column("y")]
        self.edge = np.array([int(row["edge"]) for row in rows])
        self.along, self.off, self.walk = column("along_m"), column("off_street_m"), column("walk_m")


def walks(network, sources, positions):
    """From the sources over the graph to all nodes, and from the ends of its street to each position."""
    n, k = network.nodes, len(sources.edge)
    own = network.nodes + np.arange(k)
    at_u = sources.off + sources.along
    at_v = sources.off + network.length[sources.edge] - sources.along
    a = np.r_[network.u, network.v, own, own]
    b = np.r_[network.v, network.u, network.u[sources.edge], network.v[sources.edge]]
    w = np.r_[network.length, network.length, at_u, at_v]
    order = np.lexsort((w, b, a))
    a, b, w = a[order], b[order], np.maximum(w[order], 1e-12)
    first = np.r_[True, (a[1:] != a[:-1]) | (b[1:] != b[:-1])]
    graph = csr_matrix((w[first], (a[first], b[first])), (n + k, n + k))
    reach = dijkstra(graph, directed=True, indices=own, min_only=True)
    by_u = reach[network.u[positions.edge]] + positions.along
    by_v = reach[network.v[positions.edge]] + network.length[positions.edge] - positions.along
    best = np.minimum(by_u, by_v)
    for source in range(k):
        same = positions.edge == sources.edge[source]
        direct = sources.off[source] + np.abs(positions.along - sources.along[source])
        best = np.where(same, np.minimum(best, direct), best)
    best = best + positions.off
    for source in range(k):
        direct = np.hypot(*(positions.at - sources.at[source]).T)
        away = (positions.off > AWAY_M) & (sources.off[source] > AWAY_M) & (direct <= positions.off + sources.off[source])
        for position in np.flatnonzero(away & (direct < best)):
            if not network.crossed(positions.at[position], sources.at[source]):
                best[position] = direct[position]
    return best


def compare(exporter, streets, epsg):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        subprocess.run([exporter, streets, folder, epsg, "2000"], check=True)
        network = Network(folder)
        sources, positions = Points(folder / "sources.csv"), Points(folder / "positions.csv")
    length_m = np.abs(network.length - network.stated).max()
    snap_m = 0.0
    for at, off in zip(positions.at, positions.off):
        nearest, nearest_large, is_tiny = network.nearest_street(at)
        expected = nearest_large if is_tiny and nearest_large <= nearest + PAST_TINY_M else nearest
        snap_m = max(snap_m, abs(off - expected))
    expected = walks(network, sources, positions)
    same_reach = np.isfinite(expected) == np.isfinite(positions.walk)
    both = np.isfinite(expected) & np.isfinite(positions.walk)
    walk_m = np.abs(expected[both] - positions.walk[both]).max()
    print(
        f"{Path(streets).name}: {len(positions.walk)} positions, {both.sum()} with a way; greatest difference of "
        f"walks {walk_m:.6f} m, of off-street walks {snap_m:.9f} m, of lengths of streets {length_m:.9f} m; "
        f"{(~same_reach).sum()} disagree on whether there is a way"
    )
    return walk_m <= WALK_TOLERANCE_M and snap_m <= SNAP_TOLERANCE_M and length_m <= LENGTH_TOLERANCE_M and same_reach.all()


def main(exporter, *files):
    pairs = list(zip(files[::2], files[1::2]))
    if not pairs:
        sys.exit(__doc__)
    sys.exit(0 if all([compare(exporter, streets, epsg) for streets, epsg in pairs]) else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
