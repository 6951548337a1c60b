"""Attacks random places and chains of releases as an independent reader would.

    python tests/attack/attack.py [--program PATH] [--tables N] [--chains N] [--first SEED] [--keep FOLDER]

Each seed makes a place as files, publishes it with `patchwork audit DIR --keep FILE`, reads the release alone, and
asks for every hidden count (and, of several releases, for what one ground has more than another) whether whole
numbers can be found that agree with all that is published and are as far apart as the policy promises. Exit code 1
when something is narrower, or a weakness that was planted is not found.
"""

import argparse
import json
import pathlib
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict

import numpy

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import places  # noqa: E402
import reader  # noqa: E402
import solver  # noqa: E402


# Processor seconds that publishing a place may take.
SECONDS = 60


def publish(program, folder, kept):
    """The release file, or why there is none. A program of another name than `patchwork` is given lines to publish."""
    limit = lambda: resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if pathlib.Path(program).name == "keep_releases":
        command, asked = [program], f"{folder}\t{kept}\n"
    else:
        command, asked = [program, "--quiet", "audit", str(folder), "--keep", str(kept)], None
    done = subprocess.run(command, input=asked, capture_output=True, text=True, preexec_fn=limit)
    if done.returncode < 0:
        return None, f"ended by signal {-done.returncode}: after {SECONDS} s of processor time it is 9 or 24"
    if not kept.exists():
        return None, (done.stdout[-600:] + done.stderr[:600]).strip()
    return json.loads(kept.read_text()), ""


def truth_of(system, world, nth):
    """The exact number of everything a system has a name for, by the records of one view."""
    view = system.views[nth]
    exact, persons = Counter(), defaultdict(list)
    for one in places.seen(world, view):
        persons[one.person].append(one)
        zone, answers = places.answers_of(world, view, one.person)
        piece = system.piece_of[zone]
        amounts = {"records": 1, "attendances": 1, "hours": one.hours, "connections": one.connections}
        for name, amount in amounts.items():
            exact[name, piece, one.activity, one.quarter] += amount
        for theme in [*one.themes, *(["all"] if one.themes else [])]:
            exact["raised", piece, theme, one.quarter] += 1
            for name in [*view.groups, *view.crossed]:
                exact["raised by", nth, name, key_of(view, name, answers), theme] += 1
    for person, records in persons.items():
        zone, answers = places.answers_of(world, view, person)
        piece = system.piece_of[zone]
        quarters = {one.quarter for one in records}
        for f, family in enumerate(system.families):
            combo = tuple(system.class_of[name][answers[name]] for name in family)
            for q in quarters:
                exact["met", f, piece, combo, q] += 1
            exact["new", f, piece, combo, min(quarters)] += 1
        n = len(records)
        times = "once" if n == 1 else "twice" if n == 2 else "3-5" if n <= 5 else "6-10" if n <= 10 else "11+"
        exact["times", nth, piece, times] += 1
        if sum(one.activity in ("project", "enterprise") for one in records) >= 2:
            exact["leaders", nth, piece] += 1
    return exact


def key_of(view, name, answers):
    if name in view.crossed:
        first, second, pairs = view.crossed[name]
        pair = (answers[first], answers[second])
        return next((key for key, of in pairs.items() if pair in of), reader.NOT_RECORDED)
    word = answers[name]
    return next((key for key, words in view.groups[name].items() if word in words), reader.NOT_RECORDED)


def check_truth(system, world, only=None):
    """That the reader's rules are true: every row and cell holds for the exact counts. Otherwise, which does not."""
    exact = [truth_of(system, world, nth) for nth in range(len(system.views))]
    names = {column: key for key, column in system.index.items()}
    newest = exact[-1]

    def value(key):
        # What belongs to one release is of that release; what does not, of the newest.
        if key[0] in ("times", "leaders"):
            return exact[key[1]][key]
        if key[0] == "raised by":
            return exact[key[1]][key]
        return newest[key]

    column = numpy.array([value(names[i]) for i in range(len(names))])
    for terms, low, high, why in system.rows:
        total = sum(factor * column[c] for c, factor in terms.items())
        if not low <= total <= high:
            return f"a rule does not hold ({why}): {[(names[c], f) for c, f in terms.items()][:4]} is {total}"
    for columns, low, high, nth, known, cell in system.cells:
        if only is not None and nth != only:
            continue
        total = sum(column[c] for c, _ in columns)
        if not low <= total <= high:
            where = sorted(known, key=str)[:2] if known else "an answer not listed"
            return f"release {nth} says {cell} of {total}: {where}"
    for target in system.targets:
        target.truth = int(column[target.terms].sum())
    return None


def described(target):
    most = int(target.most) if target.exact_most else f"{int(target.most)}+"
    kind = "narrow" if target.is_narrow() else "not 1 to the threshold"
    why = f"; by {', '.join(target.causes)}" if getattr(target, "causes", None) else ""
    ends = f"{int(target.least)} to {most}"
    return f"{kind}: {target.name}: {ends}, truth {target.truth}, threshold {target.threshold}{why}"


def as_told_by_earlier(system, targets, elastic):
    """Those counts as earlier releases tell them without the newest, which cannot take that back, by name."""
    own, newest = {target.name: target.again() for target in targets}, len(system.views) - 1
    every, cells = system.targets, system.cells
    system.targets, system.cells = list(own.values()), [cell for cell in cells if cell[3] < newest]
    attacker = solver.Solver(system, elastic=elastic)
    is_answered = attacker.attack(random.Random(1))
    narrow = attacker.narrow() if is_answered else []
    system.targets, system.cells = every, cells
    for target in own.values():
        target.is_told = target in narrow
    return own if is_answered else {}


def adds_nothing(target, told):
    """Whether earlier releases tell a count at least as narrowly, or that it is not small, of which nothing is owed.

    Only what they are right about: a record that was deleted since may have made a count small.
    """
    if told is None or target.truth < told.least or told.exact_most and target.truth > told.most:
        return False
    is_within = told.is_told and told.least >= target.least and told.most <= target.most
    return is_within or target.is_people and told.exact_least and told.least >= target.threshold


def attack_releases(world, releases, views, seed, cross=False, may=(), joined=True, explain=False, doubt=False):
    """Attacks the newest of some releases with all of them; `joined`: no record came late or was changed.

    With `doubt` the reader takes every hidden count for somebody where a count of its row is shown, also one that an
    earlier release hid as it might have been nought. They may be wrong; found is what they are right about.
    """
    started = time.monotonic()
    system = reader.System(releases, views, cross, may)
    is_clean = joined
    if len(releases) > 1:
        may = [] if doubt else list(system.keep_noughts())
        system.differences()
    if joined:
        wrong = check_truth(system, world)
        if wrong and reader.ANY_THEME in wrong:
            system.rows = [row for row in system.rows if row[3] != reader.ANY_THEME]
            wrong = check_truth(system, world)
        if wrong and not doubt:
            return {"untrue": wrong}
    else:
        check_truth(system, world, only=len(views) - 1)
    for target in system.targets:
        if target.truth is None:
            target.truth = -1
    attacker = solver.Solver(system, elastic=not is_clean)
    if not attacker.attack(random.Random(seed)):
        # Who doubts sees that they are wrong.
        return {"seconds": time.monotonic() - started} if doubt else {"untrue": "there is no world in which it is true"}
    narrow = attacker.narrow()
    if not is_clean or doubt:
        # Only what a reader who takes it that nothing changed is right about.
        narrow = [t for t in narrow if t.least <= t.truth <= t.most]
    told = as_told_by_earlier(system, narrow, elastic=not is_clean) if narrow and len(releases) > 1 else {}
    found, narrow = narrow, [target for target in narrow if target.name not in told or not told[target.name].is_told]
    lows = {known for _, low, _, nth, known, cell in system.cells if nth == len(views) - 1 and cell == "[c]" and low == 0}
    if explain:
        for target in narrow[:6]:
            target.causes = solver.causes(system, target, elastic=not is_clean)
    return {
        "hidden": len(system.targets),
        "small": sum(t.is_people and 1 <= t.truth < t.threshold for t in system.targets),
        "may be nought": sum(t.known in lows for t in system.targets),
        "may be nought and is": sum(t.known in lows and t.truth == 0 for t in system.targets),
        "noughts known": sum(t.most == 0 for t in system.targets),
        "narrow": narrow,
        "told by earlier releases alone": len(found) - len(narrow),
        "sole": system.sole() if is_clean else [],
        "told_before": releases[-1]["told_before"],
        "programs": attacker.programs,
        "unsolved": attacker.unsolved,
        "seconds": time.monotonic() - started,
        "may": may,
        "system": system,
    }


def one_table(program, seed, folder, cross=False, explain=False, doubt=False):
    world, view = places.random_place(seed)
    places.write(world, view, folder / "place")
    release, why = publish(program, folder / "place", folder / "release.json")
    if release is None:
        return [{"refused": why}]
    return [attack_releases(world, [release], [view], seed, cross, explain=explain)]


def one_chain(program, seed, folder, cross=False, explain=False, doubt=False):
    world, views, kinds = places.random_chain(seed)
    releases, kept = [], folder / "releases"
    kept.mkdir(parents=True)
    for nth, view in enumerate(views):
        place = folder / f"place{nth}"
        places.write(world, view, place, releases="releases" if nth else None)
        if nth:
            shutil.copytree(kept, place / "releases")
        release, why = publish(program, place, kept / f"{places.last_day(view.quarters - 1)}.json")
        if release is None:
            return [{"refused": f"release {nth}: {why}", "kinds": kinds}]
        releases.append(release)
    is_clean = not any(kind.split()[0] in ("late", "deleted", "corrected") for kind in kinds)
    joint = attack_releases(world, releases, views, seed, cross, joined=is_clean, explain=explain, doubt=doubt)
    found = [joint | {"kinds": kinds}]
    if not is_clean and not doubt:
        # What the newest says is true by itself.
        alone = attack_releases(world, releases[-1:], views[-1:], seed, cross, joint.get("may", ()), explain=explain)
        # Of what the earlier ones tell as narrowly, or as not small, it adds nothing.
        names = {target.name for target in alone.get("narrow", ())}
        if names and "system" in joint:
            system = joint["system"]
            told = as_told_by_earlier(system, [t for t in system.targets if t.name in names], elastic=True)
            alone["narrow"] = [target for target in alone["narrow"] if not adds_nothing(target, told.get(target.name))]
        found.append(alone | {"kinds": [*kinds, "the newest alone"]})
    return found


def weakened(program, seed, folder):
    """One count that was hidden to protect others is laid open, as it would be shown: is anything found then?

    Tries each such count of a place in turn; returns how many lay others open, and how many did not.
    """
    world, view = places.random_place(seed)
    places.write(world, view, folder / "place")
    release, why = publish(program, folder / "place", folder / "release.json")
    if release is None:
        return None
    system = reader.System([release], [view])
    if check_truth(system, world):
        return None
    rounding, threshold = release["rounding"], release["threshold"]
    found = missed = 0
    large = [t for t in system.targets if t.is_people and t.truth >= threshold]
    random.Random(seed).shuffle(large)
    for target in large[:3]:
        shown = (target.truth + rounding // 2) // rounding * rounding
        opened = json.loads(json.dumps(release))
        for table in opened["tables"]:
            if table.get("is_latent"):
                continue
            for i, (at, cell) in enumerate(reader.Table(table).cells.items()):
                terms = system.terms(0, reader.Table(table), at) if cell == "[c]" else None
                if terms is not None and frozenset(terms) == target.known:
                    table["cells"][i] = shown
        answer = attack_releases(world, [opened], [view], seed)
        if "untrue" in answer:
            continue
        is_found = bool(answer["narrow"])
        found, missed = found + is_found, missed + (not is_found)
    return found, missed


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--program", default="patchwork")
    asked.add_argument("--tables", type=int, default=0)
    asked.add_argument("--chains", type=int, default=0)
    asked.add_argument("--weakened", type=int, default=0, help="places in which one count is laid open")
    asked.add_argument("--first", type=int, default=1)
    asked.add_argument("--cross", action="store_true", help="with what one measure tells of another")
    asked.add_argument("--doubt", action="store_true", help="a reader who does not believe that hidden noughts stay hidden")
    asked.add_argument("--explain", action="store_true", help="say by which rules the reader finds a count (slow)")
    asked.add_argument("--keep", help="folder in which the places of findings are kept")
    asked = asked.parse_args()
    failed = 0
    for what, one, how_many in (("table", one_table, asked.tables), ("chain", one_chain, asked.chains)):
        sums = Counter()
        for seed in range(asked.first, asked.first + how_many):
            with tempfile.TemporaryDirectory() as folder:
                attacks = one(asked.program, seed, pathlib.Path(folder), asked.cross, asked.explain, asked.doubt)
                is_bad = any([tell(what, seed, found, sums) for found in attacks])
                if asked.keep and is_bad:
                    shutil.copytree(folder, pathlib.Path(asked.keep) / f"{what}-{seed}", dirs_exist_ok=True)
            if (seed - asked.first) % 50 == 49:
                print(f"... {seed - asked.first + 1} {what}s", flush=True)
        if how_many:
            sums["seconds"] = round(sums["seconds"])
            print(f"{how_many} {what}s from seed {asked.first}: {dict(sums)}", flush=True)
        failed += sums["refused"] + sums["untrue"] + sums["narrow counts"] + sums["everybody in one group"]
    found = missed = 0
    for seed in range(asked.first, asked.first + asked.weakened):
        with tempfile.TemporaryDirectory() as folder:
            answer = weakened(asked.program, seed, pathlib.Path(folder))
            found, missed = found + (answer or (0, 0))[0], missed + (answer or (0, 0))[1]
    if asked.weakened:
        print(f"one count laid open: {found} times others follow, {missed} times none does (it was not needed)")
        failed += found == 0
    sys.exit(1 if failed else 0)


def tell(what, seed, found, sums):
    """Prints what was found and adds it up. Whether it is bad."""
    narrow, sole, told = found.get("narrow", []), found.get("sole", []), found.get("told_before", 0)
    kinds = " ".join(found.get("kinds", []))
    for reason in ("refused", "untrue"):
        if reason in found:
            sums[reason] += 1
            print(f"{what} {seed} [{kinds}] {reason}: {found[reason]}", flush=True)
    if narrow or sole:
        sums["places with findings"] += 1
        sums["narrow counts"] += sum(t.is_narrow() for t in narrow)
        sums["small but not all that small counts can be"] += sum(not t.is_narrow() for t in narrow)
        sums["everybody in one group"] += len(sole)
        print(f"{what} {seed} [{kinds}] told_before {told}: {len(narrow)} narrow, {len(sole)} sole", flush=True)
        for line in [described(target) for target in narrow[:6]] + sole[:3]:
            print(f"    {line}", flush=True)
    added = ["hidden", "small", "may be nought", "may be nought and is", "noughts known", "told by earlier releases alone", "programs", "unsolved", "told_before"]
    for key in [*added, "seconds"]:
        sums[key] += found.get(key, 0)
    return bool(narrow or sole or "refused" in found or "untrue" in found)


if __name__ == "__main__":
    main()
