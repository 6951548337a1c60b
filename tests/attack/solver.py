"""Whole-number programs over what a reader knows: how small, and how large, can a hidden count be?"""

import math
import random
from collections import defaultdict

import numpy
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array


# Worlds that are asked to be wide for many counts at once need not be the widest: every world that is found counts.
NEAR = 0.02
FEW = 12


def matrix_of(rows, width):
    entries = [(i, column, factor) for i, (terms, *_) in enumerate(rows) for column, factor in terms.items()]
    i, j, value = zip(*entries)
    matrix = coo_array((value, (i, j)), shape=(len(rows), width)).tocsr()
    return matrix, numpy.array([r[1] for r in rows], float), numpy.array([r[2] for r in rows], float)


class Solver:
    """Whole-number programs over a system."""

    def __init__(self, system, seconds=20, elastic=False, without=(), whole=True):
        self.whole = whole
        self.system, self.seconds, self.programs, self.unsolved = system, seconds, 0, 0
        self.n = len(system.index)
        shown = [high for _, _, high, *_ in system.cells if high != math.inf]
        self.most = 4 * max([100, *shown])
        rules = [(terms, low, high) for terms, low, high, why in system.rows if why not in without]
        rows = rules + [(dict(columns), low, high) for columns, low, high, *_ in system.cells]
        if elastic:
            rows = self.agree(rows, len(rules))
        self.width = self.n
        self.matrix, self.low, self.high = matrix_of(rows, self.n)

    def agree(self, rows, first):
        """Where older releases say what cannot be true together with the newest, they give way, cell by cell and as
        little as can be: the rows that are left."""
        newest, width, slack = len(self.system.views) - 1, self.n, {}
        loose = []
        for i, (terms, low, high) in enumerate(rows):
            if i >= first and self.system.cells[i - first][3] < newest:
                terms = {**terms, width: 1, width + 1: -1}
                slack[i] = width
                width += 2
            loose.append((terms, low, high))
        self.width = width
        self.matrix, self.low, self.high = matrix_of(loose, width)
        cost = numpy.zeros(width)
        cost[self.n :] = 1
        world = self.solve(cost)
        if world is None:
            return rows
        astray = {i for i, column in slack.items() if world[column : column + 2].any()}
        for target in self.system.targets:
            target.least, target.most = math.inf, -math.inf
        return [row for i, row in enumerate(rows) if i not in astray]

    def with_more(self, added, extra):
        """The rows and their ends with further columns and rows."""
        matrix, low, high = self.matrix, self.low, self.high
        width = self.width + extra
        if added or extra:
            rows, lows, highs = [], [], []
            for i, (terms, a, b) in enumerate(added):
                rows += [(matrix.shape[0] + i, column, factor) for column, factor in terms]
                lows.append(a)
                highs.append(b)
            old = matrix.tocoo()
            i, j, value = zip(*rows)
            matrix = coo_array(
                (
                    numpy.concatenate([old.data, value]),
                    (numpy.concatenate([old.row, i]), numpy.concatenate([old.col, j])),
                ),
                shape=(matrix.shape[0] + len(added), width),
            ).tocsr()
            low, high = numpy.concatenate([low, lows]), numpy.concatenate([high, highs])
        return LinearConstraint(matrix, low, high)

    def solve(self, cost, added=(), extra=0, bounds=None, gap=0):
        """The world of least cost, with further columns and rows, or one as near to it as `gap` says; `None` where there
        is none or no time."""
        self.programs += 1
        width = self.width + extra
        top = numpy.full(width, float(self.most))
        if bounds is not None:
            top[self.width :] = bounds
        whole = numpy.ones(width)
        whole[self.width :] = 0
        whole *= self.whole
        answer = milp(
            cost,
            integrality=whole,
            bounds=Bounds(numpy.zeros(width), top),
            constraints=self.with_more(added, extra),
            options={"time_limit": self.seconds, "mip_rel_gap": gap},
        )
        self.status = answer.status
        if answer.x is None:
            return None
        world = numpy.round(answer.x[: self.width], 0 if self.whole else 6)
        for target in self.system.targets:
            value = world[target.terms].sum()
            target.least, target.most = min(target.least, value), max(target.most, value)
        return world

    def press(self, targets, up, weights):
        """Asks all at once to be large enough, or small enough."""
        added, n = [], len(targets)
        cost = numpy.zeros(self.width + n)
        bounds = []
        for i, (target, weight) in enumerate(zip(targets, weights)):
            column = self.width + i
            count = defaultdict(int)
            for term in target.terms:
                count[term] += 1
            terms = list(count.items())
            goal = target.threshold + 2
            if up:
                added.append(([*((c, f) for c, f in terms), (column, -1)], 0, math.inf))
                cost[column] = -weight
                bounds.append(goal)
            else:
                added.append(([*((c, -f) for c, f in terms), (column, 1)], 0, math.inf))
                cost[column] = weight
                bounds.append(self.most)
        return self.solve(cost, added, n, numpy.array(bounds, float), gap=NEAR)

    def nobody(self, targets):
        """Proves which can only be nobody, all at once: where nothing can lift any of them, each is nought."""
        left = [t for t in targets if t.most == 0]
        while left:
            n = len(left)
            cost, top = numpy.zeros(self.width + n), numpy.full(self.width + n, float(self.most))
            cost[self.width :], top[self.width :] = -1, 1
            added = [([*((c, 1) for c in t.terms), (self.width + i, -1)], 0, math.inf) for i, t in enumerate(left)]
            self.programs += 1
            answer = milp(cost, bounds=Bounds(numpy.zeros(self.width + n), top), constraints=self.with_more(added, n))
            if answer.status != 0:
                return
            stay = [t for t, lifted in zip(left, answer.x[self.width :]) if lifted < 1e-6]
            if len(stay) == n:
                for target in left:
                    target.exact_least = target.exact_most = True
                return
            left = stay

    def end(self, target, up):
        cost = numpy.zeros(self.width)
        for column in target.terms:
            cost[column] += -1 if up else 1
        world = self.solve(cost)
        if world is None or self.status != 0:
            self.unsolved += 1
            return
        if up:
            target.exact_most = True
        else:
            target.exact_least = True

    def prove(self, target):
        """Ends by linear programs alone, where those are near enough already: whole numbers lie between them."""
        ends = []
        for sign in (1, -1):
            cost = numpy.zeros(self.width)
            for column in target.terms:
                cost[column] += sign
            self.programs += 1
            answer = milp(
                cost,
                bounds=Bounds(numpy.zeros(self.width), numpy.full(self.width, float(self.most))),
                constraints=LinearConstraint(self.matrix, self.low, self.high),
            )
            if answer.status != 0:
                return
            ends.append(sign * answer.fun)
        least, most = math.ceil(ends[0] - 1e-6), math.floor(ends[1] + 1e-6)
        if most - least < target.threshold - 2 or (target.is_people and least >= target.threshold):
            target.least, target.most = min(target.least, least), max(target.most, most)
            target.exact_least = target.exact_most = True

    def is_wide(self, target):
        width = target.threshold - 2
        if target.most - target.least < width:
            return False
        if target.truth is not None and target.is_people and target.kind != "difference":
            if 1 <= target.truth < target.threshold:
                return target.least <= 1 and target.most >= target.threshold - 1
        return True

    def attack(self, rng):
        """Bounds every target until it is seen to be wide, or is proven not to be. Whether there is a world at all."""
        if self.solve(numpy.zeros(self.width)) is None:
            return False
        open_ones = [t for t in self.system.targets if not self.is_wide(t)]
        for turn in range(6):
            if turn == 1:
                self.nobody(open_ones)
                open_ones = [t for t in open_ones if not t.exact_most]
            if not open_ones:
                return True
            before = len(open_ones)
            for up in (True, False):
                self.press(open_ones, up, [rng.uniform(0.5, 1) for _ in open_ones])
            open_ones = [t for t in open_ones if not self.is_wide(t)]
            if len(open_ones) > before * 0.8:
                break
        # A dozen at a time leave each other room that hundreds at once do not.
        rng.shuffle(open_ones)
        for first in range(0, len(open_ones), FEW):
            for up in (True, False):
                few = [t for t in open_ones[first : first + FEW] if not self.is_wide(t)]
                if few:
                    self.press(few, up, [1] * len(few))
        open_ones = [t for t in open_ones if not self.is_wide(t)]
        open_ones.sort(key=lambda t: t.most - t.least)
        for target in open_ones:
            if self.is_wide(target):
                continue
            self.prove(target)
            if target.exact_most:
                continue
            for up in (False, True):
                if self.is_wide(target):
                    break
                if up and target.is_people and target.exact_least and target.least >= target.threshold:
                    break
                self.end(target, up)
        return True

    def narrow(self):
        """Targets that are known more narrowly than the policy allows."""
        found = []
        for target in self.system.targets:
            if not target.expression or self.is_wide(target) or not target.exact_least:
                continue
            if target.is_people and target.least >= target.threshold:
                continue
            if not target.exact_most and target.most - target.least < target.threshold - 2:
                continue
            if target.most == 0:
                # That nobody was there is known of nobody; but see `sole`.
                continue
            found.append(target)
        return found


def causes(system, target, elastic=False):
    """The rules without any one of which a narrow count would not be narrow."""
    every = system.targets
    found = []
    whys = sorted({why for *_, why in system.rows})
    for why in [*whys, None]:
        own = target.again()
        system.targets = [own]
        solver = Solver(system, elastic=elastic, without=(why,), whole=why is not None)
        solver.attack(random.Random(1))
        if not solver.narrow():
            found.append(why or "whole numbers")
    system.targets = every
    return found
