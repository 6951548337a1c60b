"""An independent reader, in whole numbers, against what is published of places made by chance."""

import json
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "attack"))
import places  # noqa: E402
import reader  # noqa: E402
import solver  # noqa: E402


def dimension(name, relation, parts, is_attribute=False):
    categories = [{"key": "all", "label": "", "part_of": None}]
    categories += [{"key": part, "label": "", "part_of": 0} for part in parts]
    return {"name": name, "relation": relation, "is_attribute": is_attribute, "categories": categories}


def release_of(groups, cells):
    """One patch, one quarter that is the whole time, and these groups; `cells` are everybody and each group."""
    table = {
        "name": "reach-background",
        "counted": "people",
        "is_people": True,
        "dimensions": [
            dimension("patch", "sum", []),
            dimension("background", "sum", groups, True),
            dimension("period", "union", []),
        ],
        "cells": cells,
    }
    return {"threshold": 10, "rounding": 5, "told_before": 0, "tables": [table]}


def attacked(groups, cells):
    words = {"background": {group: [group] for group in groups}}
    view = places.View({"P1": ["Z1"]}, words, {}, 10, 5, 1)
    system = reader.System([release_of(groups, cells)], [view])
    attacker = solver.Solver(system)
    assert attacker.attack(random.Random(1))
    return attacker.narrow()


def test_who_knows_that_hidden_is_somebody_finds_twelve_groups_of_one():
    groups = [f"g{i}" for i in range(13)]
    # 22 at most in all, 10 at least in the first: the other twelve have one each.
    found = attacked(groups, [20, 10, *["[c]"] * 12])
    assert [(target.least, target.most) for target in found] == [(1, 1)] * 12


def test_two_hidden_groups_of_many_are_not_found():
    assert attacked(["a", "b", "c"], [60, 30, "[c]", "[c]"]) == []


def test_where_no_count_of_a_row_is_shown_a_hidden_one_may_be_nought():
    assert attacked(["a", "b"], [20, "[c]", "[c]"]) == []


def test_a_place_is_written_the_same_for_the_same_number(tmp_path):
    texts = []
    for name in ("one", "two"):
        world, view = places.random_place(3)
        places.write(world, view, tmp_path / name)
        texts.append({file.name: file.read_text() for file in (tmp_path / name).iterdir()})
    assert texts[0] == texts[1]
    assert json.loads(texts[0]["patches.geojson"])["features"]
