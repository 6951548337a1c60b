"""What a reader of one or several releases can work out, in whole numbers: no code in common with Patchwork.

The reader has the release files, the outlines of the patches and the names of the groups, and knows what METHODS.md
says of them: how counts are rounded, that a shown count is at least the threshold, that what is hidden is somebody
(but for noughts in rows of which nothing is shown), who is counted where, that everybody comes for a first time once,
that crossed groups are pairs of answers, that a record that raised something raised a theme. From that it writes down
every count that can be thought of (people of a piece of ground with an answer, of a quarter, first come or come
again) as a whole number that is not known, and asks for worlds in which a hidden count is small, or large.
"""

import itertools
import math
from collections import defaultdict

QUARTERS_SHOWN = 8
NOT_RECORDED = "not_recorded"


def period_key(quarter):
    return f"{2022 + quarter // 4}-q{quarter % 4 + 1}"


class Table:
    """One table of a release, by the keys of its categories."""

    def __init__(self, table):
        self.name, self.counted, self.is_people = table["name"], table["counted"], table["is_people"]
        self.dimensions = table["dimensions"]
        self.keys = [[c["key"] for c in d["categories"]] for d in self.dimensions]
        self.cells = dict(zip(itertools.product(*self.keys), table["cells"]))

    def lines(self):
        """Whole and parts along a dimension, and whether the parts say something about the people."""
        for k, dimension in enumerate(self.dimensions):
            for whole, _ in enumerate(dimension["categories"]):
                parts = [i for i, c in enumerate(dimension["categories"]) if c["part_of"] == whole]
                if not parts:
                    continue
                sides = [keys if i != k else [None] for i, keys in enumerate(self.keys)]
                for at in itertools.product(*sides):
                    put = lambda c: at[:k] + (self.keys[k][c],) + at[k + 1 :]
                    yield put(whole), [put(p) for p in parts], dimension["is_attribute"], dimension["relation"]


def tables_of(release):
    return [Table(table) for table in release["tables"] if not table.get("is_latent")]


def is_shown(cell):
    return cell == "[low]" or (cell != "[c]" and cell > 0)


def noughts_hidden(tables, same):
    """Cells that are hidden and may be nought, for all one release says. `same` names a cell across tables.

    What a reader knows is what METHODS.md, Disclosure, promises, and what follows: a nought is shown unless a sentence
    there says that it is hidden, so that what is hidden is somebody but for these. "Where no count of a row can be shown its
    noughts are hidden too": a row of which a count is shown hides none. "And so they are along patches and quarters where
    the whole is hidden": along those a shown whole is enough for a row to hide none. "Where no count at all can be shown
    no nought is shown either". A row whose whole is nought says so of its parts. The fourth sentence, that what one release
    hid stays hidden, is `keep_noughts`; `--doubt` is a reader who does not take it for true.
    """
    shown, nought, may = set(), set(), set()
    for table in tables:
        for at, cell in table.cells.items():
            if is_shown(cell):
                shown.add(same(table, at))
            elif cell == 0:
                nought.add(same(table, at))
    if not shown:
        return {same(table, at) for table in tables for at in table.cells}
    for table in tables:
        for whole, parts, is_attribute, relation in table.lines():
            if len(parts) < 2 or not (is_attribute or relation == "sum"):
                continue
            whole, parts = same(table, whole), [same(table, part) for part in parts]
            if whole in nought or (not is_attribute and whole in shown):
                continue
            if not any(part in shown for part in parts):
                may.update(parts)
    return may


def ends(cell, threshold, rounding, is_people):
    """Between what a shown count lies."""
    above = rounding - 1 - rounding // 2
    if cell == 0:
        return 0, 0
    if cell == "[low]":
        return 1, max(1, above)
    least = cell - rounding // 2
    return (max(least, threshold) if is_people else max(least, 1)), cell + above


# Not so where a theme is raised by too few to be named.
ANY_THEME = "any theme is some theme"


class Target:
    """A hidden count."""

    def __init__(self, name, terms, threshold, is_people):
        self.name, self.terms, self.threshold, self.is_people = name, terms, threshold, is_people
        self.least, self.most = math.inf, -math.inf
        self.exact_least = self.exact_most = False
        self.truth = None

    def is_narrow(self):
        """Whether its ends are nearer than the policy promises; else it is small and cannot be all that a small count can."""
        return self.most - self.least < self.threshold - 2

    def again(self):
        """The same, of which nothing is known yet."""
        other = Target(self.name, self.terms, self.threshold, self.is_people)
        other.truth, other.kind, other.known, other.expression = self.truth, self.kind, self.known, self.expression
        return other


class System:
    """All that is known of releases, the newest last, with the views they were made of."""

    def __init__(self, releases, views, cross=False, may=()):
        """`may` names cells of the newest that are hidden because they were before, and may be nought: (table, keys)."""
        self.may = set(may)
        self.releases, self.views, self.cross = releases, views, cross
        self.index, self.rows, self.targets = {}, [], []
        # Of each cell: its columns, ends, release, name and what is shown; and by release what is said of each name.
        self.cells, self.said = [], []
        self.tables = [tables_of(release) for release in releases]
        self.ground()
        self.people_rules()
        for nth in range(len(releases)):
            self.publish(nth)
        if cross:
            self.cross_rules()

    # --- the ground -------------------------------------------------------------------------------------------

    def ground(self):
        views = self.views
        patch_of = [{z: p for p, zones in v.patches.items() for z in zones} for v in views]
        zones = [z for zones in views[-1].patches.values() for z in zones]
        pieces = defaultdict(list)
        for zone in zones:
            pieces[tuple(own[zone] for own in patch_of)].append(zone)
        self.pieces = list(pieces)
        self.piece_of = {zone: piece for piece, zones in pieces.items() for zone in zones}
        tied = [set(v[:2]) | {name} for name, v in views[-1].crossed.items()]
        names = [name for name in views[-1].groups]
        families = [sorted(t & set(names)) for t in tied]
        families += [[name] for name in names if not any(name in t for t in tied)]
        self.families = families
        self.classes, self.class_of = {}, {}
        for name in names:
            classes = {}
            for words in views[-1].groups[name].values():
                for word in words:
                    keys = tuple(next(k for k, ws in v.groups[name].items() if word in ws) for v in views)
                    classes.setdefault(keys, []).append(word)
            self.classes[name] = [None, *classes]
            self.class_of[name] = {word: keys for keys, words in classes.items() for word in words} | {None: None}
            self.words_of_class = getattr(self, "words_of_class", {}) | {(name, k): w[0] for k, w in classes.items()}
        self.combos = [list(itertools.product(*(self.classes[name] for name in family))) for family in families]
        self.quarters = max(v.quarters for v in views)

    def var(self, *key):
        return self.index.setdefault(key, len(self.index))

    def row(self, terms, low, high, why):
        """`terms` are (column, factor); `why` names the rule."""
        total = defaultdict(int)
        for column, factor in terms:
            total[column] += factor
        self.rows.append((total, low, high, why))

    def people_rules(self):
        everybody = [(f, p, c) for f, combos in enumerate(self.combos) for p in self.pieces for c in combos]
        for f, piece, combo in everybody:
            for q in range(self.quarters):
                met, new = self.var("met", f, piece, combo, q), self.var("new", f, piece, combo, q)
                if q == 0:
                    self.row([(met, 1), (new, -1)], 0, 0, "in the first quarter all are new")
                    continue
                self.row([(met, 1), (new, -1)], 0, math.inf, "who is new was met")
                before = [(self.var("new", f, piece, combo, e), 1) for e in range(q + 1)]
                self.row([*before, (met, -1)], 0, math.inf, "who comes again came before")
        for f in range(1, len(self.combos)):
            for kind in ("met", "new"):
                for piece in self.pieces:
                    for q in range(self.quarters):
                        both = [(self.var(kind, f, piece, c, q), 1) for c in self.combos[f]]
                        both += [(self.var(kind, 0, piece, c, q), -1) for c in self.combos[0]]
                        self.row(both, 0, 0, "one total")

    # --- what is published ------------------------------------------------------------------------------------

    def pieces_of(self, nth, patch):
        return [p for p in self.pieces if patch == "all" or p[nth] == patch]

    def combos_of(self, nth, dimension, key):
        """Family, and its combinations with that answer."""
        view = self.views[nth]
        if dimension in view.crossed:
            first, second, pairs = view.crossed[dimension]
            f = next(i for i, family in enumerate(self.families) if first in family)
            family = self.families[f]
            a, b = family.index(first), family.index(second)

            def answer(combo):
                if combo[a] is None or combo[b] is None:
                    return NOT_RECORDED
                pair = (self.words_of_class[first, combo[a]], self.words_of_class[second, combo[b]])
                return next((k for k, of in pairs.items() if pair in of), "unmatched")

        else:
            f = next(i for i, family in enumerate(self.families) if dimension in family)
            at = self.families[f].index(dimension)

            def answer(combo):
                return NOT_RECORDED if combo[at] is None else combo[at][nth]

        return f, [c for c in self.combos[f] if key == "all" or answer(c) == key]

    def keys_there_may_be(self, nth, dimension):
        view = self.views[nth]
        own = view.crossed[dimension][2] if dimension in view.crossed else view.groups[dimension]
        return [*own, NOT_RECORDED]

    def people(self, nth, patch, dimension, key, period, visit="all"):
        f, combos = (0, self.combos[0]) if dimension is None else self.combos_of(nth, dimension, key)
        if period == "all":
            kind, quarters = "new", range(self.views[nth].quarters)
        else:
            kind = "met" if visit == "all" else "new"
            quarters = [q for q in range(self.quarters) if period_key(q) == period]
        return [(kind, f, p, c, q) for p in self.pieces_of(nth, patch) for c in combos for q in quarters]

    def window(self, nth, years):
        n = self.views[nth].quarters
        return {
            "last-year": range(max(0, n - 4), n),
            "year-before": range(max(0, n - 8), max(0, n - 4)),
            "other": range(0, max(0, n - 8)),
            "all": range(n),
        }[years]

    def terms(self, nth, table, at):
        """The whole numbers that a published count is the sum of; `None` for what is not modelled."""
        name = table.name
        if name.startswith("reach-"):
            patch, key, period = at
            return self.people(nth, patch, name[6:] if name != "reach-everybody" else None, key, period)
        if name == "visits":
            patch, visit, period = at
            return self.people(nth, patch, None, None, period, visit)
        if name in ("records", "attendances", "hours", "connections"):
            patch, activity, years = at
            every = [key for key in table.keys[1] if key != "all"]
            return [
                (name, p, a, q)
                for p in self.pieces_of(nth, patch)
                for a in (every if activity == "all" else [activity])
                for q in self.window(nth, years)
            ]
        if name == "how-often":
            patch, times, _ = at
            if times == "all":
                return self.people(nth, patch, None, None, "all")
            return [("times", nth, p, times) for p in self.pieces_of(nth, patch)]
        if name == "leaders":
            if len(at) == 3 and at[1] == "all":
                return self.people(nth, at[0], None, None, "all")
            return [("leaders", nth, p) for p in self.pieces_of(nth, at[0])]
        if name == "themes":
            patch, theme, years = at
            return [("raised", p, theme, q) for p in self.pieces_of(nth, patch) for q in self.window(nth, years)]
        if name.startswith("themes-"):
            key, theme, _ = at
            if key == "all":
                return [("raised", p, theme, q) for p in self.pieces for q in self.window(nth, "all")]
            return [("raised by", nth, name[7:], key, theme)]
        return None

    def publish(self, nth):
        release, newest = self.releases[nth], nth == len(self.releases) - 1
        threshold, rounding = release["threshold"], release["rounding"]
        own = {}

        def same(table, at):
            terms = self.terms(nth, table, at)
            if terms is None:
                return table.name, at
            return frozenset(terms)

        may = noughts_hidden(self.tables[nth], same)
        done = set()
        for table in self.tables[nth]:
            self.rules_of(nth, table)
            for at, cell in table.cells.items():
                terms = self.terms(nth, table, at)
                if terms is None:
                    continue
                known = same(table, at)
                if known in done:
                    continue
                done.add(known)
                is_visit = table.name == "visits" and at[1] == "first"
                if cell == "[c]":
                    low, high = (0 if known in may or (table.name, at) in self.may else 1), math.inf
                else:
                    low, high = ends(cell, threshold, rounding, table.is_people)
                own[known] = (cell, known in may)
                columns = [(self.var(*term), 1) for term in terms]
                self.cells.append([columns, low, high, nth, known, cell])
                if newest and cell == "[c]":
                    name = f"{table.name} {'/'.join(at)}"
                    target = Target(name, [c for c, _ in columns], threshold, table.is_people)
                    target.known, target.kind = known, "visit" if is_visit else table.name.split("-")[0]
                    target.expression = terms
                    self.targets.append(target)
        self.said.append(own)

    def rules_of(self, nth, table):
        """What is known of the counts of a table beside what they are sums of."""
        if table.name.startswith("reach-") and table.name != "reach-everybody":
            dimension = table.name[6:]
            for key in self.keys_there_may_be(nth, dimension):
                if key not in table.keys[1]:
                    terms = self.people(nth, "all", dimension, key, "all")
                    self.cells.append([[(self.var(*t), 1) for t in terms], 0, 0, nth, None, 0])
        if table.name == "how-often":
            for p in self.pieces:
                terms = [(self.var("times", nth, p, t), 1) for t in table.keys[1] if t != "all"]
                whole = [("new", 0, p, c, q) for c in self.combos[0] for q in range(self.views[nth].quarters)]
                self.row(terms + [(self.var(*w), -1) for w in whole], 0, 0, "how often, together")
                most = {"once": 1, "twice": 2, "3-5": 5, "6-10": 10}
                n = self.views[nth].quarters
                times = [(self.var("times", nth, p, t), min(most.get(t, n), n)) for t in table.keys[1] if t != "all"]
                every = [(self.var("met", 0, p, c, q), -1) for c in self.combos[0] for q in range(n)]
                self.row(times + every, 0, math.inf, "quarters are no more than times")
                leaders = (self.var("leaders", nth, p), -1)
                often = [(self.var("times", nth, p, t), 1) for t in table.keys[1] if t not in ("all", "once")]
                self.row([*often, leaders], 0, math.inf, "leaders were met twice")
        if table.name == "themes":
            names = [t for t in table.keys[1] if t != "all"]
            for p in self.pieces:
                for q in range(self.views[nth].quarters):
                    whole = self.var("raised", p, "all", q)
                    each = [self.var("raised", p, t, q) for t in names]
                    for one in each:
                        self.row([(whole, 1), (one, -1)], 0, math.inf, "a theme is any theme")
                    self.row([(one, 1) for one in each] + [(whole, -1)], 0, math.inf, ANY_THEME)
        if table.name.startswith("themes-"):
            dimension, keys, themes = table.name[7:], table.keys[0], table.keys[1]
            for theme in themes:
                every = [("raised", p, theme, q) for p in self.pieces for q in self.window(nth, "all")]
                parts = [(self.var("raised by", nth, dimension, key, theme), 1) for key in keys if key != "all"]
                self.row(parts + [(self.var(*t), -1) for t in every], 0, 0, "themes by group add up")
            for key in (key for key in keys if key != "all"):
                whole = self.var("raised by", nth, dimension, key, "all")
                each = [self.var("raised by", nth, dimension, key, t) for t in themes if t != "all"]
                for one in each:
                    self.row([(whole, 1), (one, -1)], 0, math.inf, "a theme is any theme")
                self.row([(one, 1) for one in each] + [(whole, -1)], 0, math.inf, ANY_THEME)
            if dimension in self.views[nth].crossed:
                self.crossed_themes(nth, dimension, keys, themes)

    def crossed_themes(self, nth, dimension, keys, themes):
        """What an answer raised is what the crossed groups in it raised, and the rest, of whom another answer is not known."""
        view = self.views[nth]
        first, second, pairs = view.crossed[dimension]
        unknown = [key for key in keys if key != "all" and key not in pairs]
        for name, at in ((first, 0), (second, 1)):
            for key, words in view.groups[name].items():
                inside = [c for c, of in pairs.items() if {pair[at] for pair in of} <= set(words)]
                touching = [c for c, of in pairs.items() if {pair[at] for pair in of} & set(words)]
                for theme in themes:
                    whole = (self.var("raised by", nth, name, key, theme), 1)
                    parts = [(self.var("raised by", nth, dimension, c, theme), -1) for c in inside]
                    self.row([whole, *parts], 0, math.inf, "crossed groups lie in an answer")
                    more = [(self.var("raised by", nth, dimension, c, theme), 1) for c in [*touching, *unknown]]
                    self.row([*more, (whole[0], -1)], 0, math.inf, "an answer is its crossed groups and the unknown")

    def cross_rules(self):
        """What attendances tell of people, of a place whose people do not move and all have keys."""
        for nth, view in enumerate(self.views):
            names = {table.name: table for table in self.tables[nth]}
            year = self.window(nth, "last-year")
            for p in self.pieces:
                if "attendances" in names:
                    for q in year:
                        here = [(self.var("met", 0, p, c, q), -1) for c in self.combos[0]]
                        acts = [(self.var("attendances", p, a, q), 1) for a in names["attendances"].keys[1] if a != "all"]
                        self.row(acts + here, 0, math.inf, "who is met attends")

    def keep_noughts(self):
        """Which cells may be nought because an earlier release hid them so ("what one release hid, counts and noughts, stays
        hidden"): hidden in all releases since, never told to be nought, and in one of them with a reason of its own."""
        for cell in self.cells:
            columns, low, high, nth, known, shown = cell
            if shown != "[c]" or low == 0 or known is None:
                continue
            before = [said[known] for said in self.said[:nth] if known in said]
            if any(may and old == "[c]" for old, may in before) and not any(old == 0 for old, _ in before):
                cell[1] = 0
        kept = {cell[4] for cell in self.cells if cell[3] == len(self.views) - 1 and cell[1] == 0}
        nth = len(self.views) - 1
        for table in self.tables[nth]:
            for at, cell in table.cells.items():
                terms = self.terms(nth, table, at)
                if terms is not None and cell == "[c]" and frozenset(terms) in kept:
                    yield table.name, at

    def differences(self):
        """Counts that one ground has more than another, which no release publishes, and those that only earlier releases have
        and hid, which are owed the threshold of then: targets too."""
        newest = len(self.views) - 1
        threshold = self.releases[newest]["threshold"]
        known = {target.known for target in self.targets}
        published = set().union(*(set(said) for said in self.said))
        for same in sorted(published - set(self.said[newest]), key=lambda terms: sorted(map(str, terms))):
            by = [n for n, said in enumerate(self.said) if same in said]
            is_people = isinstance(same, frozenset) and all(term[0] in ("met", "new") for term in same)
            if is_people and all(self.said[n][same][0] == "[c]" for n in by):
                columns = [self.var(*term) for term in same]
                target = Target(f"hidden once: {min(map(str, same))}", columns, max(self.releases[n]["threshold"] for n in by), True)
                target.known, target.kind, target.expression = same, "difference", list(same)
                self.targets.append(target)
        cut = [p for p in self.pieces if any(self.pieces_of(n, p[n]) != [p] for n in range(len(self.views)))]
        joined = []
        for f, family in enumerate(self.families):
            if len(family) == 1:
                for keys in self.classes[family[0]][1:]:
                    if any(len([k for k in self.classes[family[0]][1:] if k[n] == keys[n]]) > 1 for n in range(newest + 1)):
                        joined.append((f, keys))
        asked = []
        for n, view in enumerate(self.views):
            periods = ["all"] + [period_key(q) for q in range(view.quarters)]
            for period in periods:
                for p in cut:
                    for dimension in view.groups:
                        for key in ["all", *self.keys_there_may_be(n, dimension)]:
                            terms = [t for t in self.people(n, "all", dimension, key, period) if t[2] == p]
                            asked.append((f"ground {'+'.join(p)} {dimension} {key} {period} of {n}", terms))
                for f, keys in joined:
                    for patch in ["all", *view.patches]:
                        kind, qs = ("new", range(view.quarters)) if period == "all" else ("met", [periods.index(period) - 1])
                        terms = [(kind, f, p, (keys,), q) for p in self.pieces_of(n, patch) for q in qs]
                        asked.append((f"answer {'+'.join(keys)} {patch} {period} of {n}", terms))
        for name, terms in asked:
            same = frozenset(terms)
            if not terms or same in known or same in published:
                continue
            known.add(same)
            columns = [self.var(*t) for t in terms]
            target = Target(name, columns, threshold, True)
            target.known, target.kind, target.expression = same, "difference", terms
            self.targets.append(target)


    def sole(self):
        """Rows of the newest release of which it is known that all people in them gave one answer, and which.

        Not those of which the earlier releases tell it: the newest cannot take that back.
        """
        newest = len(self.views) - 1
        nought = {t.known for t in self.targets if t.most == 0 and t.exact_most}
        told = self.one_answer({cell for cell in self.spoken() if cell[0] < newest}, set())
        return [row for row in self.one_answer({cell for cell in self.spoken() if cell[0] == newest}, nought) if row not in told]

    def spoken(self):
        """Of each cell that is the count of something: its release, what is counted, and between what it lies."""
        return [(nth, known, low, high) for _, low, high, nth, known, _ in self.cells if known is not None]

    def one_answer(self, cells, nought):
        """Rows of the newest release of which cells tell that all people in them gave one answer; `nought`: of nobody."""
        found, somebody = [], [known for _, known, low, _ in cells if low >= 1]
        nought = nought | {known for _, known, _, high in cells if high == 0}
        for table in self.tables[-1]:
            for whole, parts, is_attribute, _ in table.lines():
                named = {part: self.terms(len(self.views) - 1, table, part) for part in [whole, *parts]}
                if not is_attribute or len(parts) < 2 or None in named.values():
                    continue
                named = {part: frozenset(terms) for part, terms in named.items()}
                left = [part for part in parts if named[part] not in nought]
                if len(left) == 1 and NOT_RECORDED not in left[0] and any(known <= named[whole] for known in somebody):
                    found.append(f"{table.name} {'/'.join(left[0])}")
        return found
