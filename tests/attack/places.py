"""Made-up places, written as a user would write them: what the attack is tried on.

A *world* is who was met: for each person a home, answers, and the quarters of their records. A *view* is what a place
makes of it at one time: which zones are a patch, which words are a group, the policy, and up to which quarter. A view
is public (anybody may read the outlines of patches and the names of groups); the world is not.
"""

import csv
import datetime
import json
import pathlib
import random
from dataclasses import dataclass, field

ACTIVITIES = ["conversation", "event", "project", "session"]
THEMES = ["damp", "buses", "play", "safety"]


@dataclass(frozen=True)
class Record:
    id: str
    person: int
    quarter: int
    day: int
    activity: str
    hours: int
    connections: int
    themes: tuple


@dataclass
class World:
    """What is not public."""

    zones: list
    # Dimension -> the words people answer with.
    words: dict
    # Person -> zone and answers (None: nobody recorded it).
    people: dict
    records: list


@dataclass
class View:
    """What is public of a place beside its counts."""

    # Patch -> zones.
    patches: dict
    # Dimension -> group key -> words.
    groups: dict
    # Crossed dimension -> (first, second, key of a pair of words).
    crossed: dict
    threshold: int
    rounding: int
    quarters: int
    # Records that had not been written down yet, or were taken out by then.
    missing: set = field(default_factory=set)
    # Person -> answers as they were written down then.
    miswritten: dict = field(default_factory=dict)
    themes: bool = True
    # Residents of each zone, and whether records name where people were met.
    residents: int = 600
    venues: bool = False


def day_of(quarter, day):
    month = 1 + 3 * (quarter % 4)
    return datetime.date(2022 + quarter // 4, month, 1) + datetime.timedelta(days=day)


def last_day(quarter):
    return day_of(quarter + 1, 0) - datetime.timedelta(days=1)


def world(rng, zones, dimensions, quarters, mean, themes):
    """People by chance: groups of very different sizes, some of whom come again."""
    words = {name: [f"{name} {chr(65 + i)}" for i in range(n)] for name, n in dimensions.items()}
    zone_keys = [f"Z{i:02}" for i in range(zones)]
    weights = {name: [rng.paretovariate(0.8) for _ in ws] for name, ws in words.items()}
    unsaid = {name: rng.choice([0, 0, 0.05, 0.3]) for name in words}
    liveliness = {zone: rng.choice([0.1, 0.5, 1, 2]) for zone in zone_keys}
    again = rng.choice([0.1, 0.4, 0.8])
    people, records = {}, []
    for zone in zone_keys:
        for _ in range(int(rng.expovariate(1 / (mean * liveliness[zone])))):
            person = len(people)
            answers = {
                name: None if rng.random() < unsaid[name] else rng.choices(ws, weights[name])[0]
                for name, ws in words.items()
            }
            people[person] = (zone, answers)
            first = rng.randrange(quarters)
            came = [first] + [q for q in range(first + 1, quarters) if rng.random() < again]
            for quarter in came:
                for _ in range(1 + (rng.random() < 0.3) + (rng.random() < 0.1) * 3):
                    records.append(
                        Record(
                            f"r{len(records):05}",
                            person,
                            quarter,
                            rng.randrange(80),
                            rng.choices(ACTIVITIES, [8, 3, 1, 1])[0],
                            rng.choice([1, 1, 1, 2, 3]),
                            rng.choice([0, 0, 1, 2]),
                            tuple(sorted(rng.sample(THEMES, rng.choice([0, 1, 2])))) if themes else (),
                        )
                    )
    # The last day of every quarter has a record, so that a quarter is seen to be over.
    for quarter in range(quarters):
        nth = next((i for i, r in enumerate(records) if r.quarter == quarter), None)
        if nth is None:
            people[len(people)] = (zone_keys[0], {name: ws[0] for name, ws in words.items()})
            person, ident = len(people) - 1, f"r{len(records):05}"
            records.append(Record(ident, person, quarter, 86, "conversation", 1, 0, ()))
        else:
            one = records[nth]
            records[nth] = Record(
                one.id, one.person, quarter, 86, one.activity, one.hours, one.connections, one.themes
            )
    return World(zone_keys, words, people, records)


def patches(zones, cuts):
    """Runs of zones: patch P1 ends before the first cut, and so on."""
    ends = [0, *cuts, len(zones)]
    return {f"P{i + 1}": zones[a:b] for i, (a, b) in enumerate(zip(ends, ends[1:]))}


def slug(text):
    return text.lower().replace(" ", "_")


def plain_groups(words):
    return {slug(word): [word] for word in words}


def cross(groups, first, second):
    """Every pair of groups of two dimensions: key -> pairs of words."""
    return {
        f"{a}_{b}": [(x, y) for x in groups[first][a] for y in groups[second][b]]
        for a in groups[first]
        for b in groups[second]
    }


def write(world, view, folder, releases=None):
    """Writes the place directory."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    x = {zone: 450_000 + 100 * i for i, zone in enumerate(world.zones)}

    def box(left, right):
        ring = [[left, 300_000], [right, 300_000], [right, 300_100], [left, 300_100], [left, 300_000]]
        return {"type": "Polygon", "coordinates": [ring]}

    def layer(name, features):
        features = [{"type": "Feature", "properties": p, "geometry": g} for p, g in features]
        crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
        (folder / name).write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}))

    layer("zones.geojson", [({"code": z, "residents": view.residents}, box(x[z], x[z] + 100)) for z in world.zones])
    named = ((key, box(x[zones[0]], x[zones[-1]] + 100)) for key, zones in view.patches.items())
    layer("patches.geojson", [({"code": key, "name": f"Patch {key}"}, shape) for key, shape in named])
    (folder / "assets.csv").write_text("key,name,x,y\nhub1,hub1,450000.0,300050.0\n")
    toml = [
        "[place]",
        'name = "Test"',
        "made_up = true",
        f'date = "{last_day(view.quarters - 1)}"',
        'crs = "EPSG:27700"',
        "[patches]",
        'file = "patches.geojson"',
        'key = "code"',
        "[zones]",
        'file = "zones.geojson"',
        'key = "code"',
        'residents = "residents"',
        "[[assets]]",
        'file = "assets.csv"',
        'kind = "hub"',
        'crs = "EPSG:27700"',
    ]

    def table(name, rows, groups, crossed=False):
        with open(folder / f"{name}.csv", "w", newline="") as out:
            csv.writer(out).writerows([("zone", "category", "n"), *rows])
        toml.extend(
            [
                "[[groups]]",
                f'file = "{name}.csv"',
                f'dimension = "{name}"',
                'zone = "zone"',
                'category = "category"',
                'count = "n"',
                "residents = false",
                "[groups.groups]",
                *[f"{key} = {json.dumps(sorted(words))}" for key, words in sorted(groups.items())],
            ]
        )

    for name, groups in view.groups.items():
        words = world.words[name]
        table(name, [(z, w, view.residents // len(words)) for z in world.zones for w in words], groups)
    for name, (first, second, pairs) in view.crossed.items():
        said = {key: [f"{a}, {b}" for a, b in of] for key, of in pairs.items()}
        each = view.residents // (len(world.words[first]) * len(world.words[second]))
        table(name, [(z, w, each) for z in world.zones for ws in said.values() for w in ws], said)
    asked = [f'{name} = "{name}"' for name in view.groups]
    asked += [f'{name} = ["{first}", "{second}"]' for name, (first, second, _) in view.crossed.items()]
    toml += ["[[engagement]]", 'file = "records.csv"', f"dimensions = {{ {', '.join(asked)} }}"]
    for name, groups in view.groups.items():
        toml += [f"[engagement.groups.{name}]"]
        toml += [f"{json.dumps(word)} = {json.dumps(key)}" for key, words in groups.items() for word in words]
    for name, (_, _, pairs) in view.crossed.items():
        toml += [f"[engagement.groups.{name}]"]
        toml += [f"{json.dumps(f'{a}, {b}')} = {json.dumps(key)}" for key, of in pairs.items() for a, b in of]
    toml += ["[disclosure]", f"threshold = {view.threshold}", f"rounding = {view.rounding}"]
    if releases:
        toml.append(f'releases = "{releases}"')
    (folder / "place.toml").write_text("\n".join(toml) + "\n")
    names = list(view.groups)
    with open(folder / "records.csv", "w", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(
            ["id", "date", "activity", "zone", "person", "hours", "new connections"]
            + (["themes"] if view.themes else [])
            + (["venue"] if view.venues else [])
            + names
        )
        for one in seen(world, view):
            zone, answers = answers_of(world, view, one.person)
            themes = ["; ".join(one.themes)] if view.themes else []
            date = day_of(one.quarter, one.day)
            venue = ["hub1" if one.person % 3 == 0 else ""] if view.venues else []
            lines.writerow(
                [one.id, date, one.activity, zone, f"k{one.person}", one.hours, one.connections, *themes, *venue]
                + [answers[name] or "" for name in names]
            )


def seen(world, view):
    """The records that a view has."""
    return [one for one in world.records if one.quarter < view.quarters and one.id not in view.missing]


def answers_of(world, view, person):
    zone, answers = world.people[person]
    return zone, view.miswritten.get(person, answers)


POLICIES = [(10, 5)] * 6 + [(5, 3), (10, 1), (5, 1), (7, 5), (10, 10), (20, 5)]


def random_place(seed, crossed=None):
    """A world and one view of it."""
    rng = random.Random(seed)
    crossed = rng.random() < 0.5 if crossed is None else crossed
    zones = rng.randint(4, 9)
    dimensions = {"background": rng.randint(2, 8)} if not crossed or rng.random() < 0.4 else {}
    if crossed:
        dimensions |= {"age": rng.randint(2, 4), "disability": rng.randint(2, 3)}
    quarters = rng.randint(1, 5)
    themes = rng.random() < 0.5
    made = world(rng, zones, dimensions, quarters, rng.choice([5, 15, 40]), themes)
    cuts = sorted(rng.sample(range(1, zones), rng.randint(1, min(4, zones - 1))))
    groups = {name: plain_groups(words) for name, words in made.words.items()}
    pairs = {"age_disability": ("age", "disability", cross(groups, "age", "disability"))} if crossed else {}
    threshold, rounding = rng.choice(POLICIES)
    view = View(patches(made.zones, cuts), groups, pairs, threshold, rounding, quarters, themes=themes)
    return made, view


KINDS = ["plain", "late", "deleted", "corrected", "moved", "split", "merged", "renamed", "threshold"]


def random_chain(seed, length=4):
    """A world and the views of so many releases, one quarter after another; in words what changes between them."""
    rng = random.Random(seed * 7919 + 1)
    zones = rng.randint(4, 7)
    crossed = rng.random() < 0.2
    dimensions = {"background": rng.randint(3, 5)}
    if crossed:
        dimensions |= {"age": rng.randint(2, 3), "disability": 2}
    start = rng.choice([1, 1, 2])
    made = world(rng, zones, dimensions, start + length - 1, rng.choice([5, 15, 30]), False)
    cuts = sorted(rng.sample(range(1, zones), rng.randint(2, min(4, zones - 1))))
    groups = {name: plain_groups(words) for name, words in made.words.items()}
    threshold, rounding = rng.choice(POLICIES)
    kinds = rng.sample(KINDS, rng.choice([1, 1, 1, 2]))
    when = {kind: rng.randint(1, length - 1) for kind in kinds}
    missing_early, deleted_late, miswritten = set(), set(), {}
    early = [one for one in made.records if one.day != 86]
    some = lambda: {one.id for one in rng.sample(early, min(len(early), rng.randint(1, 4)))}
    if "late" in kinds:
        missing_early = some()
    if "deleted" in kinds:
        deleted_late = some() - missing_early
    if "corrected" in kinds:
        for person in rng.sample(sorted(made.people), min(len(made.people), 3)):
            answers = dict(made.people[person][1])
            answers["background"] = rng.choice(made.words["background"])
            miswritten[person] = answers
    views = []
    for nth in range(length):
        is_after = lambda kind: kind in kinds and nth >= when[kind]
        own_cuts, own_groups, own_threshold = list(cuts), dict(groups), threshold
        if is_after("moved"):
            at = seed % len(own_cuts)
            free = [c for c in range(1, zones) if c not in cuts and abs(c - own_cuts[at]) <= 2]
            if free:
                own_cuts[at] = free[seed % len(free)]
                own_cuts.sort()
        if is_after("split"):
            free = [c for c in range(1, zones) if c not in own_cuts]
            if free:
                own_cuts = sorted([*own_cuts, free[seed % len(free)]])
        words = made.words["background"]
        if is_after("merged"):
            own_groups["background"] = plain_groups(words[:-2]) | {"others": words[-2:]}
        if is_after("renamed"):
            own_groups["background"] = {f"{key}_x": of for key, of in own_groups["background"].items()}
        if is_after("threshold"):
            own_threshold = {10: 5, 5: 10, 7: 10, 20: 10}[threshold]
        pairs = {"age_disability": ("age", "disability", cross(groups, "age", "disability"))} if crossed else {}
        view = View(patches(made.zones, own_cuts), own_groups, pairs, own_threshold, rounding, start + nth, themes=False)
        view.missing = (missing_early if "late" in kinds and not is_after("late") else set()) | (
            deleted_late if is_after("deleted") else set()
        )
        view.miswritten = miswritten if "corrected" in kinds and not is_after("corrected") else {}
        views.append(view)
    return made, views, [f"{kind} at {when[kind]}" for kind in kinds]
