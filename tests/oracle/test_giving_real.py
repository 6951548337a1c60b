"""Real grants recomputed from the files alone, in whole pence with Decimal: Trafford's 555, 4,116 over every LSOA of
England and Wales, and a messy file of 379. The places are in examples/places; the data are looked for in
PATCHWORK_SHARED."""

import collections
import csv
import fractions
import io
import json
import math
import os
import pathlib
import re
import subprocess
import sys
from decimal import Decimal

import pandas as pd
import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import serving  # noqa: E402
from giving_files import measure  # noqa: E402

PLACES = HERE.parent.parent / "examples" / "places"
DATA = serving.SHARED / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="no real data: set PATCHWORK_SHARED to the folder that has it")


def pence(text):
    return int(Decimal(str(text)) * 100)


def package(name):
    return json.loads((DATA / name).read_text(encoding="utf-8"), parse_float=Decimal)["grants"]


def shared_out(total, weights):
    """Largest remainders, exactly: the whole parts, then a penny each to the largest remainders, the first first."""
    everybody = sum(weights)
    exact = [fractions.Fraction(total * weight, everybody) for weight in weights]
    parts = [math.floor(part) for part in exact]
    order = sorted(range(len(weights)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def reconcile(place, grants):
    """Placed + not placed = total, and every level sums to what was placed, to the penny."""
    (whole,) = measure(place, "giving-place")
    placed, total = pence(whole["money_placed"]), pence(whole["money_total"])
    assert total == sum(pence(grant["amountAwarded"]) for grant in grants)
    assert placed + pence(whole["money_unplaced"]) == total
    rows = measure(place, "grants")
    assert sum(pence(row["money_placed"]) for row in rows) == placed
    assert sum(pence(row["money_unplaced"]) for row in rows) == total - placed
    for reading in ("money", "money_office"):
        assert sum(pence(row[reading]) for row in measure(place, "giving-zones")) == placed
    patches = measure(place, "giving")
    outside = pence(whole["money_outside_patches"])
    assert sum(pence(row["money"]) for row in patches) + outside == placed
    levels = ["money_point", "money_area", "money_delivery", "money_named", "money_office_only"]
    assert sum(pence(whole[level]) for level in levels) == placed
    for level in levels:
        inside = sum(pence(row[level]) for row in patches)
        assert inside <= pence(whole[level]) <= inside + outside
    for row in patches:
        assert pence(row["money_sure"]) <= pence(row["money"]) <= pence(row["money_possible"])
        assert pence(row["money_low"]) <= pence(row["money"]) <= pence(row["money_high"])
    reasons = collections.Counter()
    for row in rows:
        reasons[row["unplaced_reason"]] += pence(row["money_unplaced"])
    del reasons["[x]"]
    names = ["money_unplaced_regrant", "money_unplaced_elsewhere", "money_unplaced_wider", "money_unplaced_nowhere"]
    assert sorted(pence(whole[name]) for name in names if pence(whole[name])) == sorted(filter(None, reasons.values()))
    return whole


def test_who_and_how_large_by_pandas():
    for place, name in [("trafford", "trafford/trafford_council_vs_grants_360g.json"), ("england_and_wales", "grants/360g_lloyds_bank_foundation_4116.json")]:
        grants = package(name)
        table = pd.DataFrame(
            {
                "id": [grant["id"] for grant in grants],
                "pence": [pence(grant["amountAwarded"]) for grant in grants],
                "recipient": [grant["recipientOrganization"][0].get("id") for grant in grants],
                "funder": [grant["fundingOrganization"][0]["id"] for grant in grants],
                "awarded": pd.to_datetime([grant["awardDate"][:10] for grant in grants]),
            }
        )
        table = table[table["pence"] > 0].drop_duplicates("id", keep="last")
        (whole,) = measure(PLACES / place, "giving-place")
        assert int(whole["grants"]) == len(table)
        assert int(whole["funders"]) == table["funder"].nunique()
        assert int(whole["recipients"]) == table["recipient"].nunique()
        amounts = table["pence"].sort_values().tolist()
        for share, column in [(0.25, "amount_q1"), (0.5, "amount_median"), (0.75, "amount_q3")]:
            assert pence(whole[column]) == amounts[math.ceil(share * len(amounts)) - 1]
        small = table.loc[table["pence"] <= 100_000, "pence"]
        assert int(whole["small_grants"]) == len(small)
        assert float(whole["small_money_share"]) == pytest.approx(small.sum() / table["pence"].sum(), abs=1e-4)
        held = table.groupby("recipient")["pence"].sum().sort_values()
        n = len(held)
        ranks = pd.Series(range(1, n + 1), index=held.index)
        gini = ((2 * ranks - n - 1) * held).sum() / (n * held.sum())
        assert float(whole["recipients_gini"]) == pytest.approx(gini, abs=1e-4)
        top = held.iloc[-math.ceil(n / 10) :].sum() / held.sum()
        assert float(whole["top_tenth_share"]) == pytest.approx(top, abs=1e-4)
        first = table.groupby("recipient")["awarded"].min()
        since = table["awarded"].max() - pd.Timedelta(days=364)
        lately = table.loc[table["awarded"] >= since, "recipient"].unique()
        assert int(whole["first_time_recipients"]) == (first[lately] >= since).sum()


def test_trafford_to_the_penny_in_every_zone():
    place = PLACES / "trafford"
    grants = package("trafford/trafford_council_vs_grants_360g.json")
    whole = reconcile(place, grants)
    assert pence(whole["money_total"]) == 129_143_654
    # Every beneficiary is "Trafford", so what words do not narrow is shared by residents over all output areas.
    rows, zones = measure(place, "grants"), measure(place, "giving-zones")
    coded = sum(pence(row["amount"]) for row in rows if row["evidence"] == "area")
    named = collections.Counter()
    for row in rows:
        if row["evidence"] == "named":
            named[row["evidence_words"]] += pence(row["amount"])
    assert coded + sum(named.values()) == pence(whole["money_total"])
    assert {row["zones"] for row in rows if row["evidence"] == "area"} == {str(len(zones))}
    people = [int(row["residents"]) for row in zones]
    expected = shared_out(coded, people)
    patch = {}
    for row in zones:
        patch.setdefault(row["patch_id"], []).append(row)
    loose = 0
    for row, part in zip(zones, expected):
        # Money that words give to a ward lies in that ward's zones, and in no other.
        assert pence(row["money"]) >= part - 1, row
        loose += pence(row["money"]) - part
    assert loose == sum(named.values())


def test_trafford_says_that_it_cannot_say():
    place = PLACES / "trafford"
    (whole,) = measure(place, "giving-place")
    patches = measure(place, "giving")
    wide = [row for row in patches if float(row["money_high"]) - float(row["money_low"]) > float(row["money"])]
    assert len(wide) == sum(row["range_word"] == "very wide" for row in patches) >= 18
    assert "no single number for a patch should be quoted" in whole["range_words"]
    assert all(row["cold_spot"] in {"[x]", "unlikely"} for row in patches)


@pytest.fixture(scope="module")
def nation():
    """The layers of England and Wales, loaded once and served."""
    layers = {}
    with serving.serving(PLACES / "england_and_wales", wait_s=600, PATCHWORK_SHARED=str(serving.SHARED)) as url:
        import urllib.request

        for layer in ("giving-place", "giving", "giving-zones", "grants"):
            with urllib.request.urlopen(f"{url}/collections/{layer}/items?f=csv", timeout=600) as answer:
                layers[layer] = list(csv.DictReader(io.StringIO(answer.read().decode("utf-8-sig"))))
    return layers


def test_over_every_zone_of_england_and_wales_money_reconciles_at_every_level(nation, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "measure", lambda place, layer: nation[layer])
    grants = package("grants/360g_lloyds_bank_foundation_4116.json")
    counted = {}
    for grant in grants:
        if pence(grant["amountAwarded"]) > 0:
            counted[grant["id"]] = grant
    whole = reconcile(None, list(counted.values()))
    assert len(nation["giving-zones"]) == 35_672
    assert int(whole["rows"]) == 4_116 == int(whole["grants"]) + int(whole["set_aside"])


def form(name):
    return re.sub(r"[^\w& ]", " ", name.lower()).split()


def test_every_zone_of_england_and_wales_has_the_pence_its_evidence_gives_it(nation):
    """Offices are spread by residents over the whole place, names over the zones of the patch, ward or district they
    name: by the lookups, and for patches by the zones' own column."""
    zones = nation["giving-zones"]
    keys = [row["zone_id"] for row in zones]
    people = {row["zone_id"]: int(row["residents"]) for row in zones}
    # The zone's middle decides its patch, so a zone never lies in two.
    patches = collections.defaultdict(set)
    names = {row["patch_id"]: row["name"] for row in nation["giving"]}
    for row in zones:
        if row["patch_id"] in names:
            patches[tuple(form(names[row["patch_id"]]))].add(row["zone_id"])
    areas = collections.defaultdict(lambda: collections.defaultdict(set))
    for file, zone, pairs in [
        ("lookup_lsoa21_ward24_ltla24.csv", "lsoa21_code", [("ward24_name", "ward24_code"), ("ltla24_name", "ltla24_code")]),
        ("lookup_lsoa11_lsoa21_ltla22.csv", "lsoa21_code", [("ltla22_name", "ltla22_code")]),
    ]:
        table = pd.read_csv(DATA / "national" / file, dtype=str, encoding="utf-8-sig").fillna("")
        for name, code in pairs:
            for own, title, key in zip(table[zone], table[name], table[code]):
                if own in people and title:
                    areas[tuple(form(title))][key].add(own)
    by_area = collections.Counter()
    unknown = 0
    for row in nation["grants"]:
        placed = pence(row["money_placed"])
        if row["evidence"] == "office":
            by_area[frozenset(keys)] += placed
        elif row["evidence"] == "named":
            name = tuple(form(re.search(r'"(.*)"', row["evidence_words"]).group(1)))
            wanted = int(row["zones"])
            if name in {("wales",), ("england",)}:
                found = [{key for key in keys if key[0] == name[0][0].upper()}]
            else:
                found = [patches[name]] if name in patches else list(areas.get(name, {}).values())
            fitting = {frozenset(zones) for zones in found if len(zones) == wanted}
            if len(fitting) == 1:
                by_area[fitting.pop()] += placed
            else:
                unknown += placed
    (whole,) = nation["giving-place"]
    assert unknown <= 0.002 * pence(whole["money_placed"]), unknown
    expected, touched = collections.Counter(), collections.Counter()
    for area, money in by_area.items():
        order = sorted(area)
        for key, part in zip(order, shared_out(money, [people[key] for key in order])):
            expected[key] += part
            touched[key] += 1
    # A penny for each area, where remainders are equal in exact numbers and not in those of the machine.
    off = [row["zone_id"] for row in zones if abs(pence(row["money"]) - expected[row["zone_id"]]) > touched[row["zone_id"]]]
    assert len(off) <= (0 if unknown == 0 else 400), off[:10]
    moved = sum(abs(pence(row["money"]) - pence(row["money_office"])) for row in nation["giving"]) // 2
    assert abs(moved - pence(whole["money_moved"])) <= 1 + pence(whole["money_outside_patches"])
    assert float(whole["money_moved_share"]) == pytest.approx(moved / pence(whole["money_placed"]), abs=1e-3)


def test_of_the_messy_file_every_fault_is_an_issue_and_nothing_is_lost(tmp_path):
    text = (PLACES / "trafford" / "place.toml").read_text(encoding="utf-8")
    text = text.replace("data/trafford/trafford_council_vs_grants_360g.json", "data/grants/360g_wolfson_379_messy.json")
    (tmp_path / "place.toml").write_text(text, encoding="utf-8")
    grants = package("grants/360g_wolfson_379_messy.json")
    good = [grant for grant in grants if pence(grant["amountAwarded"]) > 0]
    (whole,) = measure(tmp_path, "giving-place")
    assert (int(whole["rows"]), int(whole["grants"]), int(whole["set_aside"])) == (379, len(good), 379 - len(good))
    reconcile(tmp_path, good)
    env = {**os.environ, "PATCHWORK_SHARED": str(serving.SHARED)}
    command = [serving.program(), "--quiet", "check", tmp_path, "--all", "--format", "json"]
    said = subprocess.run(command, env=env, capture_output=True, text=True).stdout
    issues = [issue for issue in json.loads(said)["issues"] if issue["code"].startswith("grant")]
    count = collections.Counter(issue["code"] for issue in issues)
    noughts = sum(pence(grant["amountAwarded"]) == 0 for grant in grants)
    assert count["grant-of-nought"] == noughts == 114
    assert count["grant-dates-day-first"] == 1
    assert all(issue["problem"] and issue["remedy"] for issue in issues)
