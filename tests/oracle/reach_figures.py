"""Every figure of reach that follows from the counts shown, by scipy: no code in common with Patchwork."""

import numpy as np
import pandas as pd
from scipy import stats

THRESHOLD, HALF = 10, 2
NOT_A_GROUP = ("all", "not_recorded", "unmatched")


def number(column):
    return pd.to_numeric(column, errors="coerce")


def read(path):
    return pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)


def bounds(shown):
    """What a count can be that is shown rounded to 5 where it is 10 or more."""
    return (0, 0) if shown == 0 else (max(shown - HALF, THRESHOLD), shown + HALF)


def garwood(count, spread=1.0):
    count = count / spread
    low = stats.chi2.ppf(0.025, 2 * count) / 2 if count > 0 else 0.0
    return low * spread, stats.chi2.ppf(0.975, 2 * count + 2) / 2 * spread


def clopper(count, trials, spread=1.0):
    hits, misses = count / spread, (trials - count) / spread
    low = stats.beta.ppf(0.025, hits, misses + 1) if hits > 0 else 0.0
    return low, stats.beta.ppf(0.975, hits + 1, misses) if misses > 0 else 1.0


def of_two(now, before):
    """The ends of the ratio of two Poisson counts."""
    low, high = clopper(now, now + before)
    return low / (1 - low), high / (1 - high) if high < 1 else np.inf


def same_rate(a, at_a, b, at_b):
    share = at_a / (at_a + at_b)
    at_most = stats.beta.sf(share, a + 1, b) if b > 0 else 1.0
    at_least = stats.beta.cdf(share, a, b + 1) if a > 0 else 1.0
    return min(1.0, 2 * min(at_most, at_least))


def pooled(counts, exposures):
    """Marshall's moments, then a gamma of the posterior's mean and variance with Morris's term for the mean."""
    counts, exposures = np.asarray(counts, float), np.asarray(exposures, float)
    mean = counts.sum() / exposures.sum()
    spread = (exposures * (counts / exposures - mean) ** 2).sum() / exposures.sum()
    between = max(0.0, spread - mean / exposures.mean())
    weight = mean / (mean + between * exposures)
    rate = weight * mean + (1 - weight) * counts / exposures
    variance = (1 - weight) * rate / exposures + weight**2 * mean / exposures.sum()
    shape, scale = rate**2 / variance, variance / rate
    return rate, stats.gamma.ppf(0.025, shape, scale=scale), stats.gamma.ppf(0.975, shape, scale=scale)


def rounding_of_residents(counts, exposures):
    """How far the pooled figures of each patch can lie off, because residents of every patch leave as whole people."""
    exposures = np.asarray(exposures, float)
    base = pooled(counts, exposures)
    room = [np.zeros(len(exposures)) for _ in base]
    for j in range(len(exposures)):
        moved = [pooled(counts, exposures + half * (np.arange(len(exposures)) == j)) for half in (-0.5, 0.5)]
        for at, figure in enumerate(base):
            room[at] += np.maximum(*(abs(other[at] - figure) for other in moved))
    return room


def close(shown, expected, unit, residents=None):
    """Equal after rounding to `unit`; residents leave as whole people and are parts of people inside, so what rests on
    them may differ by as much as half a person makes."""
    slack = 0.51 * unit + (abs(expected) * 0.5 / residents if residents else 0.0)
    assert abs(float(shown) - expected) <= slack, (shown, expected, slack)


class Reach:
    """The rows of a layer `reach-…`, recomputed; `spread` is how much more the counts of a patch vary than counts do."""

    def __init__(self, rows, spread=None, period="all"):
        self.all = rows.set_index(["patch_id", "group", "period"]).sort_index()
        self.ever = rows[rows["period"] == period].set_index(["patch_id", "group"])
        self.spread = {"all": 1.0} | (spread or {})
        present = self.ever.loc["all"].index
        self.groups = [g for g in present if g not in NOT_A_GROUP]
        self.patches = [p for p in self.ever.index.get_level_values(0).unique() if p != "all"]
        self.checked = {}

    def met(self, patch, group):
        """The count shown and the residents, where both may be known and somebody lives there."""
        if (patch, group) not in self.ever.index:
            return None
        cell = self.ever.loc[(patch, group)]
        if cell["status"] != "shown" and cell["met"] != "0":
            return None
        residents = number(pd.Series([cell["residents"]])).iloc[0]
        return None if not residents > 0 else (int(cell["met"]), residents)

    def value(self, patch, group):
        """The count shown; nobody where nobody is told of."""
        if (patch, group) not in self.ever.index:
            return 0 if group == "not_recorded" else None
        shown = self.ever.loc[(patch, group), "met"]
        return int(shown) if shown.isdigit() else None

    def count(self, what):
        self.checked[what] = self.checked.get(what, 0) + 1

    def check(self):
        self.rates()
        self.flag()
        self.standing()
        self.trend()
        return self.checked

    def check_quarter(self):
        """What is said of a quarter: no flags, and nothing of where people live."""
        self.rates()
        for name in ("flag", "q", "near_residents", "standing", "top_tenth_share", "gini"):
            assert set(self.ever[name]) == {"[z]"}, name
        return self.checked

    def rates(self):
        for (patch, group), cell in self.ever.iterrows():
            known = self.met(patch, group) if group not in NOT_A_GROUP[1:] else None
            if known is None:
                expected = ("[z]",) if group in NOT_A_GROUP[1:] else ("[c]", "[x]", "[low]")
                assert cell["rate"] in expected, (patch, group, cell["rate"])
                continue
            self.rate(patch, cell, *known)
            if group != "all":
                self.compare(patch, group, cell, *known)
        self.pool()

    def rate(self, patch, cell, met, residents):
        least, most = bounds(met)
        spread = self.spread.get(patch, 1.0)
        close(cell["rate"], 1000 * met / residents, 0.1, residents)
        close(cell["rate_low"], 1000 * garwood(least, spread)[0] / residents, 0.1, residents)
        close(cell["rate_high"], 1000 * garwood(most, spread)[1] / residents, 0.1, residents)
        self.count("rate")

    def compare(self, patch, group, cell, met, residents):
        everybody, none = self.value(patch, "all"), self.value(patch, "not_recorded")
        known = sum(number(self.ever.loc[patch, "residents"])[self.groups].dropna())
        if everybody is None or none is None or not 0 < residents < known or everybody <= none:
            assert cell["ratio"] in ("[c]", "[x]"), (patch, group, cell["ratio"])
            return
        due, recorded = residents / known, everybody - none
        least, most = bounds(met)
        close(cell["not_recorded_share"], none / everybody, 0.001)
        close(cell["ratio"], met / recorded / due, 0.01, residents)
        spread = self.spread.get(patch, 1.0)
        close(cell["ratio_low"], clopper(min(least, recorded), recorded, spread)[0] / due, 0.01, residents)
        close(cell["ratio_high"], clopper(min(most, recorded), recorded, spread)[1] / due, 0.01, residents)
        close(cell["ratio_bound_low"], min(1, least / everybody) / due, 0.01, residents)
        close(cell["ratio_bound_high"], min(1, (most + bounds(none)[1]) / everybody) / due, 0.01, residents)
        missing = max(0.0, (due * recorded - met) / (1 - due))
        half = 0.5 / residents * recorded / (1 - due)
        assert np.ceil(missing - half) <= float(cell["to_meet"]) <= np.ceil(missing + half), (patch, group)
        self.count("ratio")

    def pool(self):
        for group in ["all", *self.groups]:
            known = {p: self.met(p, group) for p in self.patches}
            known = {p: k for p, k in known.items() if k}
            if not sum(met for met, _ in known.values()):
                continue
            expected, room = pooled(*zip(*known.values())), rounding_of_residents(*zip(*known.values()))
            for i, patch in enumerate(known):
                cell = self.ever.loc[(patch, group)]
                for at, name in enumerate(("pooled_rate", "pooled_rate_low", "pooled_rate_high")):
                    apart, slack = abs(float(cell[name]) - 1000 * expected[at][i]), 0.051 + 1000 * room[at][i]
                    assert apart <= slack, (patch, group, name, cell[name], 1000 * expected[at][i], slack)
                self.count("pooled")

    def flag(self):
        everybody, none = self.met("all", "all"), self.value("all", "not_recorded")
        of_groups = sum(number(self.ever.loc["all", "residents"])[self.groups].dropna())

        def test(patch, group):
            known = self.met(patch, group)
            if known is None or everybody is None or (group != "all" and none is None):
                return None
            met, residents = known
            if group == "all":
                others, exposure = everybody[0] - met, everybody[1] - residents
            else:
                others, exposure = everybody[0] - none - met, of_groups - residents
            if others < 0 or exposure <= 0:
                return None
            usual = others / exposure * residents
            least, most = bounds(met)
            wide = max(1.0, self.spread.get(patch, 1.0))
            p = same_rate(min(max(usual, least), most) / wide, residents, others / wide, exposure)
            return p, "met less" if met < usual else "met more"

        families = [("all", g) for g in self.groups], [(p, g) for p in self.patches for g in ["all", *self.groups]]
        for family in families:
            tests = {key: test(*key) for key in family}
            tests = {key: found for key, found in tests.items() if found}
            if not tests:
                continue
            q = stats.false_discovery_control([p for p, _ in tests.values()])
            for (key, (_, way)), q in zip(tests.items(), q):
                cell = self.ever.loc[key]
                # Half a person of residents moves the tail by a few parts in a thousand.
                assert abs(float(cell["q"]) - q) <= 0.0001 + 0.02 * q, (key, cell["q"], q)
                if abs(q - 0.05) > 0.002:
                    assert cell["flag"] == (way if q <= 0.05 else "no difference beyond chance"), (key, q)
                self.count("flag")

    def standing(self):
        for (patch, group), cell in self.ever.iterrows():
            near, residents = cell["near_residents"], cell["residents"]
            if patch in ("all", "outside") or group in NOT_A_GROUP or not near.isdigit() or residents == "0":
                continue
            share = int(near) / int(residents)
            if abs(share - 0.5) < 1 / int(residents):
                continue
            told = {"met less": "near but unreached", "[c]": "[c]", "[x]": "[x]", "[low]": "[low]"}
            expected = "too far" if share < 0.5 else told.get(cell["flag"], "reached")
            assert cell["standing"] == expected, (patch, group, cell["standing"], expected)
            self.count("standing")

    def trend(self):
        periods = sorted(p for p in self.all.index.get_level_values(2).unique() if p != "all")
        for (patch, group, period), cell in self.all.iterrows():
            now = periods[-1] if period == "all" else period
            if now not in periods[4:]:
                assert cell["trend"] in ("[x]", "[c]", "[low]")
                continue
            both = [self.all.loc[(patch, group, p)] for p in (now, periods[periods.index(now) - 4])]
            shown = [int(c["met"]) if c["met"].isdigit() else None for c in both]
            if None in shown or shown[1] == 0:
                assert cell["trend"] in ("[x]", "[c]", "[low]"), (patch, group, period, cell["trend"])
                continue
            close(cell["trend"], shown[0] / shown[1], 0.01)
            close(cell["trend_low"], of_two(bounds(shown[0])[0], bounds(shown[1])[1])[0], 0.01)
            high = of_two(bounds(shown[0])[1], bounds(shown[1])[0])[1]
            close(cell["trend_high"], high, 0.01)
            self.count("trend")
