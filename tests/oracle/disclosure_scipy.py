"""What can be worked out of a release, by scipy, from its file alone: no code in common with Patchwork.

    python disclosure_scipy.py RELEASE.json [HOW_MANY_CELLS]
"""

import itertools
import json
import math
import random
import sys

import numpy
from scipy.optimize import linprog
from scipy.sparse import coo_array


def total(dimension):
    tops = [i for i, c in enumerate(dimension["categories"]) if c["part_of"] is None]
    return tops[0] if len(tops) == 1 else None


class Release:
    """Every cell once, what is shown of it, and every sum as rows of a linear program."""

    def __init__(self, release):
        self.threshold, self.rounding = release["threshold"], release["rounding"]
        self.index, self.low, self.high, self.hidden = {}, [], [], set()
        self.equal, self.at_most, self.lines = set(), set(), []
        for table in release["tables"]:
            if not table.get("is_latent"):
                self.add(table)
        # What is hidden is somebody, but where nothing of its line is shown (METHODS.md, Disclosure).
        may = set()
        for whole, parts, is_attribute in self.lines:
            shown = [part for part in parts if part not in self.hidden and self.high[part] > 0]
            if not shown and self.high[whole] > 0 and (is_attribute or whole in self.hidden):
                may.update(parts)
        for cell in self.hidden - may:
            self.low[cell] = 1

    def cell(self, table, at):
        coordinates = [
            (d["name"], d["categories"][c]["key"])
            for d, c in zip(table["dimensions"], at)
            if c != total(d)
        ]
        key = (table["counted"], tuple(sorted(coordinates)))
        if key not in self.index:
            self.index[key] = len(self.low)
            self.low.append(0)
            self.high.append(math.inf)
        return self.index[key]

    def add(self, table):
        dimensions = table["dimensions"]
        sizes = [range(len(d["categories"])) for d in dimensions]
        for at, shown in zip(itertools.product(*sizes), table["cells"]):
            cell = self.cell(table, at)
            if shown == "[c]":
                self.hidden.add(cell)
            elif shown == "[low]":
                self.low[cell], self.high[cell] = 1, (self.rounding - 1) // 2
            elif shown == 0:
                self.high[cell] = 0
            else:
                least = shown - self.rounding // 2
                self.high[cell] = shown + (self.rounding - 1) // 2
                self.low[cell] = max(least, self.threshold) if table["is_people"] else max(least, 1)
            for k, dimension in enumerate(dimensions):
                parts = [i for i, c in enumerate(dimension["categories"]) if c["part_of"] == at[k]]
                if not parts:
                    continue
                parts = [self.cell(table, at[:k] + (p,) + at[k + 1 :]) for p in parts]
                if len(parts) > 1 and (dimension["is_attribute"] or dimension["relation"] == "sum"):
                    self.lines.append((cell, parts, dimension["is_attribute"]))
                whole = ((cell, -1),)
                if dimension["relation"] == "sum":
                    self.equal.add(tuple(sorted(whole + tuple((p, 1) for p in parts))))
                    continue
                self.at_most.update(tuple(sorted(whole + ((p, 1),))) for p in parts)
                if dimension["relation"] == "union":
                    self.at_most.add(tuple(sorted(((cell, 1),) + tuple((p, -1) for p in parts))))

    def matrix(self, rows):
        rows = sorted(rows)
        if not rows:
            return None, None
        entries = [(i, cell, factor) for i, row in enumerate(rows) for cell, factor in row]
        i, j, value = zip(*entries)
        return coo_array((value, (i, j)), shape=(len(rows), len(self.low))).tocsr(), numpy.zeros(len(rows))

    def ends(self, cells):
        """The least and the most, in whole numbers, that each cell can be."""
        a_eq, b_eq = self.matrix(self.equal)
        a_ub, b_ub = self.matrix(self.at_most)
        bounds = list(zip(self.low, [None if h == math.inf else h for h in self.high]))
        for cell in cells:
            found = []
            for sign in (1, -1):
                cost = numpy.zeros(len(self.low))
                cost[cell] = sign
                answer = linprog(cost, a_ub, b_ub, a_eq, b_eq, bounds, method="highs")
                if answer.status == 3:
                    found.append(math.inf)
                    continue
                assert answer.status == 0, answer.message
                found.append(sign * answer.fun)
            yield cell, math.ceil(found[0] - 1e-5), found[1] if found[1] == math.inf else math.floor(found[1] + 1e-5)


def check(path, how_many):
    release = Release(json.load(open(path)))
    hidden = sorted(release.hidden)
    random.Random(1).shuffle(hidden)
    names = {cell: key for key, cell in release.index.items()}
    narrowest = (math.inf, None)
    for cell, least, most in release.ends(hidden[:how_many]):
        narrowest = min(narrowest, (most - least, str(names[cell])))
    print(f"{len(release.low)} cells, {len(hidden)} hidden, {min(len(hidden), how_many)} attacked; narrowest {narrowest}")
    return narrowest[0] >= release.threshold - 2


if __name__ == "__main__":
    sys.exit(0 if check(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10**9) else 1)
