"""Nothing hidden can be worked out of the demo's release, says scipy; and without protection it can."""

import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))
import disclosure_scipy  # noqa: E402
import serving  # noqa: E402

# Hidden cells attacked one by one, chosen by chance from a fixed beginning: each is two programs of half a second.
ATTACKED = 20


def audit(*args):
    return subprocess.run([serving.program(), "--quiet", "audit", *map(str, args)], capture_output=True, text=True)


def test_no_hidden_count_of_the_demo_can_be_worked_out(tmp_path):
    kept = tmp_path / "release.json"
    done = audit(serving.demo(), "--keep", kept)
    assert done.returncode == 0, done.stdout + done.stderr
    assert disclosure_scipy.check(kept, ATTACKED)


def test_the_audit_finds_the_small_counts_of_an_unprotected_demo():
    done = audit(serving.demo(), "--unprotected", "--format", "json")
    assert done.returncode == 1, done.stderr
    assert len(json.loads(done.stdout)["exposed"]) > 10


def test_scipy_and_the_audit_find_the_same_ends_in_a_small_release(tmp_path):
    def dimension(name, parts, is_attribute=False):
        categories = [{"key": "all", "label": "", "part_of": None}]
        categories += [{"key": part, "label": "", "part_of": 0} for part in parts]
        return {"name": name, "relation": "sum", "is_attribute": is_attribute, "categories": categories}

    table = {
        "name": "reach-sex",
        "counted": "people",
        "is_people": True,
        "dimensions": [dimension("patch", ["east", "west"]), dimension("sex", ["f", "m"], True)],
        # 49 and 1, 80 and 70: only the 1 is hidden, and hidden where others are shown is somebody.
        "cells": [200, 130, 70, 50, 50, "[c]", 150, 80, 70],
    }
    release = {"form": "patchwork-release-1", "threshold": 10, "rounding": 5, "told_before": 0, "tables": [table]}
    file = tmp_path / "release.json"
    file.write_text(json.dumps(release))
    done = audit(file, "--format", "json")
    assert done.returncode == 1
    [exposed] = json.loads(done.stdout)["exposed"]
    ours = disclosure_scipy.Release(release)
    [(_, least, most)] = ours.ends(sorted(ours.hidden))
    assert (exposed["least"], exposed["most"]) == (least, most) == (1, 4)
