"""Reach in the demo borough, recomputed from its files with pandas and scipy, knowing nothing of the program's code."""

import json
import pathlib
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy import stats

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import serving  # noqa: E402

THRESHOLD, HALF = 10, 2
COLUMNS = {
    "age": ("Age band", "age_band"),
    "ethnic_group": ("Ethnic group", "ethnic_group"),
    "disability": ("Disability", "disability"),
}


@pytest.fixture(scope="module")
def demo():
    return serving.demo()


@pytest.fixture(scope="module")
def records(demo):
    first = pd.read_csv(demo / "engagement-2023-24.csv", dtype=str).rename(
        columns={"Ref": "record_id", "Date": "date", "Patch": "patch_id", "Person": "person_key", "Themes": "themes"}
    )
    first["date"] = pd.to_datetime(first["date"], format="%d/%m/%Y")
    second = pd.read_csv(demo / "engagement-2024-25.csv", dtype=str)
    second["date"] = pd.to_datetime(second["date"])
    for old, new in COLUMNS.values():
        first = first.rename(columns={old: new})
    both = pd.concat([first, second], ignore_index=True)
    return both.drop_duplicates("record_id")


@pytest.fixture(scope="module")
def people(records):
    keyed = records.dropna(subset=["person_key"]).sort_values("date", kind="stable")
    told = keyed.copy()
    for column in (new for _, new in COLUMNS.values()):
        told[column] = told[column].replace("Not recorded", np.nan)
    last = told.groupby("person_key").last()
    return last.fillna({new: "Not recorded" for _, new in COLUMNS.values()})


def layer(demo, tmp_path, what, *more):
    out = tmp_path / "layer.csv"
    subprocess.run([serving.program(), "--quiet", "measure", demo, what, *more, "--out", out], check=True)
    return pd.read_csv(out, encoding="utf-8-sig", dtype=str, keep_default_na=False)


def number(column):
    return pd.to_numeric(column, errors="coerce")


def garwood(count):
    low = stats.chi2.ppf(0.025, 2 * count) / 2 if count > 0 else 0.0
    return low, stats.chi2.ppf(0.975, 2 * count + 2) / 2


def bounds(shown):
    if shown == 0:
        return 0, 0
    return max(shown - HALF, THRESHOLD), shown + HALF


@pytest.mark.parametrize("dimension", COLUMNS)
def test_reach_in_the_demo_is_what_pandas_and_scipy_say(demo, tmp_path, people, dimension):
    rows = layer(demo, tmp_path, "reach", "--dimension", dimension)
    ever = rows[rows["period"] == "all"].set_index(["patch_id", "group"])
    column = COLUMNS[dimension][1]
    label = {"Not recorded": "not_recorded"}
    names = ever.loc["all", "group_name"]
    label |= {name: key for key, name in names.items() if key not in ("all", "not_recorded")}
    counts = people[column].map(label).value_counts()
    counts["all"] = len(people)
    compared = 0
    for group, exact in counts.items():
        cell = ever.loc[("all", group)]
        assert cell["status"] == "shown"
        assert abs(int(cell["met"]) - exact) <= HALF, (group, exact, cell["met"])
    by_patch = people.groupby(["patch_id", people[column].map(label)]).size()
    for (patch, group), exact in by_patch.items():
        cell = ever.loc[(patch, group)]
        if cell["status"] == "confidential":
            assert cell["met"] == "[c]" and cell["rate"] in ("[c]",)
            continue
        # Zones that straddle two patches are told apart by postcode, which pandas does not know.
        assert abs(int(cell["met"]) - exact) <= HALF + max(6, 0.04 * exact), (patch, group, exact, cell["met"])
        compared += 1
    assert compared > 30
    assert (number(ever["met"]).dropna() % 5 == 0).all()
    check_figures(ever)


def check_figures(ever):
    """Every derived figure follows from the counts shown."""
    groups = [g for g in ever.loc["all"].index if g not in ("all", "not_recorded", "unmatched")]
    tests = {}
    place = {g: int(ever.loc[("all", g), "met"]) for g in ["all", *groups]}
    unknown = int(ever.loc[("all", "not_recorded"), "met"])
    home = {g: int(ever.loc[("all", g), "residents"]) for g in ["all", *groups]}
    checked = 0
    for (patch, group), cell in ever.iterrows():
        if cell["status"] != "shown" or group in ("not_recorded", "unmatched") or patch == "outside":
            continue
        met, residents = int(cell["met"]), int(cell["residents"])
        if residents == 0:
            continue
        # Residents leave as whole people and are parts of people inside: half a person of tolerance.
        near = 0.06 + 1000 * met / residents / residents
        assert float(cell["rate"]) == pytest.approx(1000 * met / residents, abs=near)
        least, most = bounds(met)
        assert float(cell["rate_low"]) == pytest.approx(1000 * garwood(least)[0] / residents, abs=near)
        high = 1000 * garwood(most)[1] / residents
        assert float(cell["rate_high"]) == pytest.approx(high, abs=2 * near + high / 2 / residents)
        if group != "all" and cell["ratio"] not in ("[x]", "[c]"):
            all_met, none = int(ever.loc[(patch, "all"), "met"]), int(ever.loc[(patch, "not_recorded"), "met"])
            known = sum(int(ever.loc[(patch, g), "residents"]) for g in groups)
            due, recorded = residents / known, all_met - none
            assert float(cell["ratio"]) == pytest.approx(met / recorded / due, abs=0.011)
            low = stats.beta.ppf(0.025, least, recorded - least + 1) / due if least else 0.0
            assert float(cell["ratio_low"]) == pytest.approx(low, abs=0.011)
            assert float(cell["to_meet"]) == pytest.approx(max(0, (due * recorded - met) / (1 - due)), abs=1.6)
            checked += 1
        if patch != "all":
            if group == "all":
                others, exposure = place["all"] - met, home["all"] - residents
            else:
                others = place["all"] - unknown - met
                exposure = sum(home[g] for g in groups) - residents
            usual = others / exposure * residents
            nearest = min(max(usual, least), most)
            share = residents / (residents + exposure)
            at_most = stats.beta.sf(share, nearest + 1, others) if others else 1.0
            at_least = stats.beta.cdf(share, nearest, others + 1) if nearest else 1.0
            tests[(patch, group)] = min(1.0, 2 * min(at_most, at_least))
    assert checked > 20
    q = stats.false_discovery_control(list(tests.values()))
    for key, q in zip(tests, q):
        assert float(ever.loc[key, "q"]) == pytest.approx(q, abs=0.01), key


def test_what_was_planted_in_the_demo_is_found(demo, tmp_path):
    planted = json.loads((demo / "planted.json").read_text())["engagement"]
    ages = layer(demo, tmp_path, "reach", "--dimension", "age")
    ever = ages[ages["period"] == "all"].set_index(["patch_id", "group"])
    for one in planted["patches_under_reached"]:
        assert ever.loc[(one["patch"], "all"), "flag"] == "met less"
    for one in planted["ages_under_reached"]:
        assert ever.loc[("all", one["group"]), "flag"] == "met less"
        assert float(ever.loc[("all", one["group"]), "ratio"]) < 0.75
    themes = layer(demo, tmp_path, "themes")
    told = planted["theme_raised_more"]
    here = themes[(themes["patch_id"] == told["patch"]) & (themes["group"] == "all") & (themes["theme"] == told["theme"])]
    assert here["stands_out"].tolist() == ["more"]
    assert float(here["z"].iloc[0]) == number(themes.loc[themes["dimension"] == "all", "z"]).max()


def test_themes_in_the_demo_are_what_pandas_says(demo, tmp_path, records):
    rows = layer(demo, tmp_path, "themes")
    place = rows[(rows["patch_id"] == "all") & (rows["dimension"] == "all")].set_index("theme")
    named = records["themes"].dropna().str.split("; ").explode().value_counts()
    for theme, exact in named.items():
        assert abs(int(place.loc[theme, "records"]) - exact) <= HALF
    patches = rows[(rows["dimension"] == "all") & (rows["patch_id"] != "all")]
    for _, mine in patches.groupby("patch_id"):
        mine = mine[mine["status"] == "shown"].set_index("theme")
        here = number(mine["records"])
        rest = number(place.loc[mine.index, "records"]) - here
        prior = here.sum() * (here + rest) / (here + rest).sum()
        strength = here.sum()

        def odds(count):
            return np.log((count + prior) / (count.sum() + strength - count - prior))

        delta = odds(here) - odds(rest)
        z = delta / np.sqrt(1 / (here + prior) + 1 / (rest + prior))
        assert np.allclose(number(mine["odds_ratio"]), np.exp(delta), atol=0.011)
        assert np.allclose(number(mine["z"]), z, atol=0.011)
