"""Reach, themes and evidence in the demo borough, recomputed from its files with pandas and scipy, knowing nothing of the
program's code. Counts shown may differ from the exact ones by the rounding (2) and by nothing else."""

import itertools
import json
import pathlib
import subprocess
import sys

import geopandas
import numpy as np
import pandas as pd
import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))
import serving  # noqa: E402
from reach_figures import HALF, THRESHOLD, Reach, bounds, close, number, of_two, read  # noqa: E402

DIMENSIONS = {"age": "age_band", "ethnic_group": "ethnic_group", "disability": "disability"}
LAST_YEAR = ["2024Q2", "2024Q3", "2024Q4", "2025Q1"]
YEAR_BEFORE = ["2023Q2", "2023Q3", "2023Q4", "2024Q1"]


@pytest.fixture(scope="module")
def demo():
    return serving.demo()


@pytest.fixture(scope="module")
def records(demo):
    """Every record once, with the patch it is placed in: by its postcode, else as it says.

    Zones lie in the patch that the record says; of the few that lie in two, the record's own word counts."""
    first = pd.read_csv(demo / "engagement-2023-24.csv", dtype=str)
    second = pd.read_csv(demo / "engagement-2024-25.csv", dtype=str)
    first.columns = second.columns
    first["date"] = pd.to_datetime(first["date"], format="%d/%m/%Y")
    second["date"] = pd.to_datetime(second["date"])
    both = pd.concat([first, second], ignore_index=True).drop_duplicates("record_id")
    both["quarter"] = both["date"].dt.to_period("Q").astype(str)
    codes = pd.read_csv(demo / "postcodes-made-up.csv", header=None, dtype=str)
    points = geopandas.points_from_xy(number(codes[2]), number(codes[3]), crs=27700)
    codes = geopandas.GeoDataFrame({"postcode": codes[0]}, geometry=points)
    patches = geopandas.read_file(demo / "patches.gpkg").to_crs(27700)
    found = geopandas.sjoin(codes, patches, predicate="within").drop_duplicates("postcode")
    at_postcode = both["postcode"].map(found.set_index("postcode")["patch_code"])
    return both.assign(home=at_postcode.fillna(both["patch_id"]))


@pytest.fixture(scope="module")
def keyed(records):
    return records.dropna(subset=["person_key"]).sort_values("date", kind="stable")


@pytest.fixture(scope="module")
def people(keyed):
    """Each person once: where and who the last record that says it says."""
    columns = list(DIMENSIONS.values())
    told = keyed.assign(**{c: keyed[c].replace("Not recorded", np.nan) for c in columns})
    last = told.groupby("person_key")[["home", *columns]].last()
    return last.fillna({c: "Not recorded" for c in columns})


def layer(place, tmp_path, what, *more):
    out = tmp_path / "layer.csv"
    subprocess.run([serving.program(), "--quiet", "measure", place, what, *more, "--out", out], check=True)
    return read(out)


def same(cell, exact, what):
    """A shown count is the exact one rounded; a hidden one is not told."""
    if cell["status"] == "shown":
        assert abs(int(cell["met"]) - exact) <= HALF, (what, exact, cell["met"])
        return True
    assert cell["met"] == {"confidential": "[c]", "low": "[low]", "zero": "0"}[cell["status"]]
    assert exact == 0 or cell["status"] != "zero", what
    return False


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_count_and_figure_of_reach_in_the_demo_is_what_pandas_and_scipy_say(
    demo, tmp_path, keyed, people, dimension
):
    rows = layer(demo, tmp_path, "reach", "--dimension", dimension)
    names = rows[rows["patch_id"] == "all"].drop_duplicates("group").set_index("group_name")["group"].to_dict()
    group = people[DIMENSIONS[dimension]].map(names | {"Not recorded": "not_recorded"})
    assert group.notna().all()
    in_quarter = keyed.groupby("quarter")["person_key"].unique()
    sets = {"all": people.index} | {q.lower().replace("q", "-q"): keys for q, keys in in_quarter.items()}
    compared = 0
    for (patch, answer, period), cell in rows.set_index(["patch_id", "group", "period"]).iterrows():
        who = people.loc[sets[period]]
        who = who if patch == "all" else who[who["home"] == patch]
        exact = len(who) if answer == "all" else (group[who.index] == answer).sum()
        compared += same(cell, exact, (patch, answer, period))
    assert compared > 400
    for quarter in sorted(set(rows["period"]) - {"all"}):
        assert Reach(rows, period=quarter).check_quarter()["rate"] > 40, quarter
    checked = Reach(rows).check()
    assert min(checked.values()) > 30, checked
    assert set(checked) == {"rate", "ratio", "pooled", "flag", "standing", "trend"}


# How often people were met, in classes: the most times, and what somebody in the class is taken to have come.
CLASSES = {"once": (1, 1), "twice": (2, 2), "3-5": (3, 5), "6-10": (6, 10), "11+": (11, np.inf)}


def unequal(came):
    """The Gini coefficient of how often people came, fewest first, and the share of the tenth who came most."""
    n = len(came)
    gini = (2 * np.arange(1, n + 1) - n - 1) @ came / (n * came.sum())
    most = came[::-1]
    # Whoever straddles the line between the tenth and the others counts in part.
    return gini, (most[: n // 10].sum() + (n / 10 - n // 10) * most[n // 10]) / came.sum()


def test_first_timers_in_the_demo_are_what_pandas_says(demo, tmp_path, keyed, people):
    rows = layer(demo, tmp_path, "reach", "--dimension", "age")
    rows = rows[(rows["group"] == "all") & (rows["period"] != "all")].set_index(["patch_id", "period"])
    home = keyed["person_key"].map(people["home"])
    new = keyed.drop_duplicates("person_key").set_index("person_key")["quarter"]
    checked = 0
    for (patch, period), cell in rows.iterrows():
        if cell["first_time_share"] in ("[x]", "[c]", "[z]"):
            continue
        here = keyed if patch == "all" else keyed[home == patch]
        met = here[here["quarter"] == period.upper().replace("-", "")]["person_key"].unique()
        first = (new[met] == period.upper().replace("-", "")).sum()
        share = float(cell["first_time_share"])
        ends = max(0, first - HALF) / (len(met) + HALF), min(1, (first + HALF) / (len(met) - HALF))
        assert ends[0] - 0.005 <= share <= ends[1] + 0.005, (patch, period, first, len(met), share)
        checked += 1
    assert checked > 80


def test_concentration_in_the_demo_follows_from_the_protected_classes_and_they_from_the_records(
    demo, tmp_path, keyed, people
):
    kept = tmp_path / "release.json"
    subprocess.run([serving.program(), "--quiet", "audit", demo, "--keep", kept], check=True, capture_output=True)
    tables = {table["name"]: table for table in json.loads(kept.read_text())["tables"]}
    often = tables["how-often"]
    patches, times = ([each["key"] for each in one["categories"]] for one in often["dimensions"][:2])
    cells = np.array(often["cells"], dtype=object).reshape(len(patches), len(times))
    rows = layer(demo, tmp_path, "reach", "--dimension", "age")
    rows = rows[(rows["group"] == "all") & (rows["period"] == "all")].set_index("patch_id")
    home = keyed["person_key"].map(people["home"])
    said = 0
    for patch, of in zip(patches, cells):
        here = keyed if patch == "all" else keyed[home == patch]
        records = here.groupby("person_key").size()
        edges = [0, *(most for _, most in CLASSES.values())]
        exact = [len(records), *(((records > a) & (records <= b)).sum() for a, b in zip(edges, edges[1:]))]
        for shown, count in zip(of, exact):
            assert shown == "[c]" or abs(shown - count) <= HALF, (patch, shown, count)
        if "[c]" in list(of) or of[0] < 10 * THRESHOLD:
            assert {rows.loc[patch, "top_tenth_share"], rows.loc[patch, "gini"]} <= {"[x]", "[c]", "[z]"}, patch
            continue
        # Of what each class can have come, the least that either figure is; and what the records say is no less.
        ends = itertools.product(*((least, min(most, 1e9)) for least, most in CLASSES.values()))
        could = [unequal(np.repeat(np.array(taken, dtype=float), of[1:].astype(int))) for taken in ends]
        for name, figures, exact in zip(("gini", "top_tenth_share"), zip(*could), unequal(np.sort(records.to_numpy(dtype=float)))):
            told = float(rows.loc[patch, name])
            assert told <= min(figures) + 1e-9 and min(figures) - told < 0.05 + 1e-9, (patch, name, told, min(figures))
            assert told <= exact + 1e-9, (patch, name, told, exact)
        said += 1
    assert said > 0


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


@pytest.fixture(scope="module")
def raised(records):
    named = records.dropna(subset=["themes"])
    return named.assign(theme=named["themes"].str.split("; ")).explode("theme")


@pytest.fixture(scope="module")
def themes(demo, tmp_path_factory):
    return layer(demo, tmp_path_factory.mktemp("themes"), "themes")


def log_odds(mine, whole):
    """Monroe, Colaresi and Quinn's log-odds of each theme in a part beside the rest, with a prior as heavy as the part."""
    rest = whole - mine
    prior = mine.sum() * whole / whole.sum()
    odds = lambda n: np.log((n + prior) / (n.sum() + mine.sum() - n - prior))  # noqa: E731
    delta = odds(mine) - odds(rest)
    error = np.sqrt(1 / (mine + prior) + 1 / (rest + prior))
    return delta, error


def check_odds(shown, mine, whole):
    delta, error = log_odds(mine, whole)
    for name, expected in (("odds_ratio", delta), ("odds_ratio_low", delta - 1.959964 * error), ("odds_ratio_high", delta + 1.959964 * error)):
        assert np.allclose(number(shown[name]), np.exp(expected), atol=0.0051), name
    assert np.allclose(number(shown["z"]), delta / error, atol=0.0051)
    z = delta / error
    assert (shown["stands_out"] == np.select([z > 1.959964, z < -1.959964], ["more", "less"], "no")).all()


def test_themes_of_patches_and_their_change_are_what_pandas_says(themes, raised):
    rows = themes[themes["dimension"] == "all"].set_index(["patch_id", "theme"])
    for (patch, theme), cell in rows.iterrows():
        here = raised[(raised["theme"] == theme) & ((raised["home"] == patch) | (patch == "all"))]
        if same(cell.rename({"records": "met"}), len(here), (patch, theme)) and cell["change"] not in ("[x]", "[c]"):
            both = [here["quarter"].isin(year).sum() for year in (LAST_YEAR, YEAR_BEFORE)]
            ends = [(n - HALF) / (m + HALF) for n, m in (both, both[::-1])]
            assert ends[0] - 0.006 <= float(cell["change"]) <= 1 / ends[1] + 0.006
            low, high = float(cell["change_low"]), float(cell["change_high"])
            assert cell["rising"] == ("rising" if low > 1 else "falling" if high < 1 else "no")
            # The interval holds at least what the exact one holds, and at most what rounding adds.
            exact = of_two(*both)
            widest = of_two(both[0] - 2 * HALF, both[1] + 2 * HALF)[0], of_two(both[0] + 2 * HALF, both[1] - 2 * HALF)[1]
            assert widest[0] - 0.006 <= low <= exact[0] + 0.006 and exact[1] - 0.006 <= high <= widest[1] + 0.006
    for patch in rows.index.get_level_values(0).unique().drop("all"):
        shown = rows.loc[patch][rows.loc[patch]["status"] == "shown"]
        check_odds(shown, number(shown["records"]), number(rows.loc["all"].loc[shown.index, "records"]))


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_themes_of_groups_are_what_pandas_says(demo, themes, raised, dimension):
    mine = themes[themes["dimension"] == dimension].set_index(["group", "theme"])
    whole = themes[(themes["dimension"] == "all") & (themes["patch_id"] == "all")].set_index("theme")["records"]
    assert {"not_recorded"} < set(mine.index.get_level_values(0))
    for group in mine.index.get_level_values(0).unique():
        shown = mine.loc[group][mine.loc[group]["status"] == "shown"]
        check_odds(shown, number(shown["records"]), number(whole[shown.index]))
    words = raised[DIMENSIONS[dimension]].fillna("Not recorded")
    for theme in whole.index:
        exact = ((words == "Not recorded") & (raised["theme"] == theme)).sum()
        same(mine.loc[("not_recorded", theme)].rename({"records": "met"}), exact, theme)


def test_asked_for_and_none_near_is_what_a_standard_of_these_kinds_leaves_uncovered(demo, tmp_path, themes):
    """The walks of a standard are checked against scipy in test_nearest.py."""
    place = tmp_path / "demo"
    place.mkdir()
    for file in demo.iterdir():
        (place / file.name).symlink_to(file)
    text = (demo / "place.toml").read_text()
    (place / "place.toml").unlink()
    kinds = {"young people": ["youth_centre"], "health": ["gp_surgery", "pharmacy"]}
    for i, wanted in enumerate(kinds.values()):
        text += f'\n[[standards]]\nkey = "theme-{i}"\nkinds = {json.dumps(wanted)}\nwithin_minutes = 15\n'
    (place / "place.toml").write_text(text)
    rows = themes[themes["dimension"] == "all"].set_index(["theme", "patch_id"])["residents_without_answer"]
    for i, theme in enumerate(kinds):
        zones = layer(place, tmp_path, "coverage", "--standard", f"theme-{i}")
        without = (number(zones["residents"]) - number(zones["covered_residents"])).sum()
        # Zones leave as whole people: half a person each, and as often up as down.
        assert int(rows[(theme, "all")]) == pytest.approx(without, abs=3 * np.sqrt(len(zones) / 12) + 1)
        assert number(rows[theme].drop("all")).sum() == pytest.approx(int(rows[(theme, "all")]), abs=10)
        assert 0 < int(rows[(theme, "all")]) < number(zones["residents"]).sum()
    assert set(rows["buses"]) == {"[x]"}, "place.toml names nothing that answers it"


def test_evidence_of_mobilisation_is_what_pandas_says(demo, tmp_path, records, keyed, people, themes):
    rows = layer(demo, tmp_path, "evidence").set_index("patch_id")
    year = records[records["quarter"].isin(LAST_YEAR)]
    again = keyed[keyed["activity"].isin(["project", "enterprise"])].groupby("person_key").size()
    leaders = people.loc[again[again >= 2].index, "home"].value_counts()
    shown_themes = themes[(themes["dimension"] == "all") & (themes["status"] == "shown")].groupby("patch_id").size()
    checked = 0

    def agree(shown, exact, parts=1):
        nonlocal checked
        if shown in ("[c]", "[low]"):
            return
        checked += 1
        # Each count that went into a sum is rounded for itself.
        assert abs(int(shown) - exact) <= HALF * parts, (shown, exact)

    for patch, row in rows.iterrows():
        here = year[year["home"] == patch]
        done = here["activity"].value_counts()
        talks = done[["introduction 1", "introduction 2", "conversation"]].sum()
        agree(row["dialogue"], talks, 3)
        agree(row["agenda"], done[["project", "enterprise"]].sum(), 2)
        agree(row["leaders"], leaders.get(patch, 0))
        agree(row["assets"], records[records["home"] == patch]["asset_id"].nunique())
        agree(row["network"], number(here["new_connections"]).sum())
        assert int(row["priorities"]) == shown_themes.get(patch, 0)
        agree(row["people"], (people["home"] == patch).sum())
        agree(row["attendances"], number(here["people"]).sum())
        # The hours of each of the eight activities are made whole before they are added.
        agree(row["hours"], number(here["hours"]).sum(), 1 + 8 * 0.5 / HALF)
        for field, activity in (("sessions", "session"), ("events", "event"), ("conversations", "conversation"),
                                ("memberships", "membership"), ("projects", "project"), ("enterprises", "enterprise")):
            agree(row[field], done.get(activity, 0))
        sessions = here[here["activity"] == "session"]
        made = number(sessions["new_connections"]).sum()
        ends = (made - HALF) / (len(sessions) + HALF), (made + HALF) / (len(sessions) - HALF)
        assert ends[0] - 0.006 <= float(row["connections_per_session"]) <= ends[1] + 0.006
    assert checked > 200
    assert all(bounds(int(n))[0] >= 10 for n in rows["people"])
