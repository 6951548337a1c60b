"""Giving recomputed from the files alone: rows, pence, shares by residents, need against money and the draws."""

import collections
import csv
import json
import math
import pathlib
import random
import sys
from decimal import Decimal

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import serving  # noqa: E402
from giving_files import measure  # noqa: E402

CODED = {"OA", "NMD"}


def pence(text):
    return int(Decimal(text) * 100)


SLOW = ("streets]", "[assets]", "assets.", "[engagement]", "[standards]")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo without its streets, assets and records, which say nothing of grants and take the time."""
    whole, place = serving.demo(), tmp_path_factory.mktemp("giving")
    for file in whole.iterdir():
        (place / file.name).symlink_to(file)
    sections = (whole / "place.toml").read_text(encoding="utf-8").split("\n[")
    (place / "place.toml").unlink()
    kept = [section for section in sections if not section.startswith(SLOW)]
    (place / "place.toml").write_text("\n[".join(kept), encoding="utf-8")
    return place


def test_the_demos_money_is_what_its_files_say(demo):
    rows = list(csv.DictReader((demo / "grants-made-up.csv").open(encoding="utf-8")))
    latest = {}
    individuals = 0
    for row in rows:
        if row["Recipient Ind:Identifier"]:
            individuals += 1
        elif row["Currency"] == "GBP" and Decimal(row["Amount Awarded"]) > 0:
            known = latest.get(row["Identifier"])
            if known is None or row["Last modified"] > known["Last modified"]:
                latest[row["Identifier"]] = row
    total = sum(pence(row["Amount Awarded"]) for row in latest.values())
    (place,) = measure(demo, "giving-place")
    assert int(place["rows"]) == len(rows)
    assert int(place["grants"]) == len(latest)
    assert int(place["grants_individuals"]) == individuals
    assert int(place["set_aside"]) == len(rows) - len(latest) - individuals
    assert pence(place["money_total"]) == total == pence(place["money_placed"]) + pence(place["money_unplaced"])

    grants = measure(demo, "grants")
    assert {row["grant_id"] for row in grants} == set(latest)
    levels = collections.Counter()
    for row in grants:
        source = latest[row["grant_id"]]
        words = source["Description"]
        if source["Beneficiary Location:Latitude"]:
            expected = "point"
        elif source["Beneficiary Location:Geographic Code Type"] in CODED:
            expected = "area"
        elif source["Beneficiary Location:Name"] or ", in " in words:
            expected = "named"
        else:
            expected = "office"
        assert row["evidence"] == expected, (row["grant_id"], words)
        levels[expected] += pence(source["Amount Awarded"])
    for level, column in [("point", "money_point"), ("area", "money_area"), ("named", "money_named"), ("office", "money_office_only")]:
        assert pence(place[column]) == levels[level]

    amounts = sorted(pence(row["Amount Awarded"]) for row in latest.values())
    for share, column in [(0.25, "amount_q1"), (0.5, "amount_median"), (0.75, "amount_q3")]:
        assert pence(place[column]) == amounts[math.ceil(share * len(amounts)) - 1]
    small = sum(amount for amount in amounts if amount <= 100_000)
    assert float(place["small_money_share"]) == pytest.approx(small / total, abs=1e-4)
    by_funder, by_recipient = collections.Counter(), collections.Counter()
    for row in latest.values():
        by_funder[row["Funding Org:Identifier"]] += pence(row["Amount Awarded"])
        by_recipient[row["Recipient Org:Identifier"]] += pence(row["Amount Awarded"])
    assert float(place["funder_hhi"]) == pytest.approx(sum((m / total) ** 2 for m in by_funder.values()), abs=1e-4)
    held = sorted(by_recipient.values())
    n = len(held)
    gini = sum((2 * (i + 1) - n - 1) * money for i, money in enumerate(held)) / (n * total)
    assert float(place["recipients_gini"]) == pytest.approx(gini, abs=1e-4)
    top = sum(held[-math.ceil(n / 10) :])
    assert float(place["top_tenth_share"]) == pytest.approx(top / total, abs=1e-4)


def test_patches_and_zones_sum_to_the_place_to_the_penny(demo):
    (place,) = measure(demo, "giving-place")
    patches, zones = measure(demo, "giving"), measure(demo, "giving-zones")
    placed = pence(place["money_placed"])
    assert sum(pence(row["money"]) for row in zones) == placed
    assert sum(pence(row["money_office"]) for row in zones) == placed
    outside = pence(place["money_outside_patches"])
    assert sum(pence(row["money"]) for row in patches) + outside == placed
    moved = sum(abs(pence(row["money"]) - pence(row["money_office"])) for row in patches) // 2
    assert abs(moved - pence(place["money_moved"])) <= 1 + outside
    levels = ["money_point", "money_area", "money_delivery", "money_named", "money_office_only"]
    for row in patches:
        assert sum(pence(row[level]) for level in levels) == pence(row["money"])
        assert pence(row["money_sure"]) <= pence(row["money"]) <= pence(row["money_possible"])
        assert pence(row["money_low"]) <= pence(row["money"]) <= pence(row["money_high"])


def test_money_follows_residents_where_only_the_whole_place_is_known(demo):
    zones = measure(demo, "giving-zones")
    people = {row["zone_id"]: int(row["residents"]) for row in zones}
    wide = 0
    certain = collections.Counter()
    for row in measure(demo, "grants"):
        if row["zones"] == str(len(zones)):
            wide += pence(row["amount"])
        elif row["zones"] == "1" and row["evidence"] in {"point", "area"}:
            certain[row["evidence"]] += pence(row["amount"])
    (place,) = measure(demo, "giving-place")
    assert certain["point"] == pence(place["money_point"])
    everybody = sum(people.values())
    only_wide = [row for row in zones if pence(row["money_sure"]) == 0 and pence(row["money_possible"]) == wide]
    for row in only_wide:
        expected = wide * people[row["zone_id"]] / everybody
        assert abs(pence(row["money"]) - expected) <= 3


def test_need_against_money_is_twice_the_area_between_curve_and_line(demo):
    giving = {row["zone_id"]: pence(row["money"]) for row in measure(demo, "giving-zones")}
    people = {row["zone_id"]: int(row["residents"]) for row in measure(demo, "giving-zones")}
    with (demo / "deprivation-made-up.csv").open(encoding="utf-8-sig") as file:
        table = list(csv.DictReader(file))
    key = next(title for title in table[0] if "code" in title.lower())
    rank = next(title for title in table[0] if "Rank" in title and "Multiple" in title)
    order = sorted((float(row[rank]), row[key]) for row in table if row[key] in people and row[rank].strip())
    everybody = sum(people[zone] for _, zone in order)
    bands, before = [[0, 0] for _ in range(10)], 0
    for _, zone in order:
        middle = (before + people[zone] / 2) / everybody
        before += people[zone]
        band = bands[min(int(middle * 10), 9)]
        band[0] += people[zone]
        band[1] += giving[zone]
    money = sum(band[1] for band in bands)
    x = y = area = 0.0
    for residents, amount in bands:
        dx, dy = residents / everybody, amount / money
        area += dx * (2 * y + dy) / 2
        x, y = x + dx, y + dy
    (place,) = measure(demo, "giving-place")
    assert float(place["need_index"]) == pytest.approx(1 - 2 * area, abs=2e-4)
    curve = measure(demo, "giving-need")
    assert len(curve) == 11
    assert float(curve[-1]["money_share"]) == 1.0


def test_draws_of_our_own_give_like_probabilities(demo):
    """The draws again, with another generator and none of the program's code, from the layers' plain facts."""
    patches = measure(demo, "giving")
    names = [row["patch_id"] for row in patches]
    residents = {row["patch_id"]: int(row["residents"]) for row in patches}
    everybody = sum(residents.values())
    years = float(measure(demo, "giving-place")[0]["years"])
    need = {row["patch_id"]: float(row["money"]) / years / float(row["money_for_need_year"]) for row in patches}
    sure, open_ = collections.Counter(), []
    located, same, other = collections.Counter(), collections.Counter(), collections.Counter()
    for row in measure(demo, "grants"):
        amount, patch, office = float(row["amount"]), row["patch_id"], row["office_patch_id"]
        if patch != "[x]":
            # A zone in two patches counts for the one where most of it lies: the difference is small.
            sure[patch] += amount
            if row["evidence"] in {"point", "area"}:
                located[patch] += 1
                (same if patch == office else other)[office] += 1
        else:
            open_.append((amount, office))
    rng = random.Random(20)
    cold = collections.Counter()
    totals = {name: [] for name in names}
    draws, fifth = 2000, max(round(len(names) / 5), 1)
    found = sum(located.values())
    for _ in range(draws):
        pull = {n: rng.gammavariate(1 + located[n] / 2, 1) / (1 + found / 2 * residents[n] / everybody) for n in names}
        at_office = {n: rng.betavariate(1 + same[n], 1 + other[n]) for n in names}
        one_patch = max(rng.random(), rng.random())
        money = {name: sure[name] for name in names}
        weights = [residents[n] * pull[n] for n in names]
        spread = 0.0
        for amount, office in open_:
            if office in money and rng.random() < at_office[office]:
                money[office] += amount
            elif rng.random() < one_patch:
                money[rng.choices(names, weights)[0]] += amount
            else:
                spread += amount
        for name in names:
            money[name] += spread * residents[name] / everybody
            totals[name].append(money[name])
        usual = sum(money.values()) / sum(need.values())
        for name in sorted(names, key=lambda n: money[n] / need[n])[:fifth]:
            cold[name] += money[name] / need[name] < usual / 2
    for row in patches:
        assert float(row["cold_spot_probability"]) == pytest.approx(cold[row["patch_id"]] / draws, abs=0.12), row["name"]
        ours = sorted(totals[row["patch_id"]])
        middle = float(row["money"])
        assert float(row["money_low"]) == pytest.approx(min(ours[draws // 20], middle), abs=0.12 * middle + 3000)
        assert float(row["money_high"]) == pytest.approx(max(ours[-draws // 20], middle), abs=0.12 * middle + 3000)


@pytest.mark.skipif(not serving.SHARED.is_dir(), reason="no real data: set PATCHWORK_SHARED to the folder that has it")
def test_in_trafford_every_pound_is_there():
    place_dir = HERE.parent.parent / "examples" / "places" / "trafford"
    package = json.loads((serving.SHARED / "data/trafford/trafford_council_vs_grants_360g.json").read_text())
    total = sum(int(Decimal(str(grant["amountAwarded"])) * 100) for grant in package["grants"])
    (place,) = measure(place_dir, "giving-place")
    assert pence(place["money_total"]) == total == pence(place["money_placed"])
    assert int(place["grants"]) == len(package["grants"])
    zones = measure(place_dir, "giving-zones")
    assert sum(pence(row["money"]) for row in zones) == total
