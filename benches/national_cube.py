"""A national cube of people met: how long does protection take, is the audit clean, and does it say what the records say?

    python benches/national_cube.py PATCHWORK [--records 2000000] [--people 400000] [--quarters 8]

England and Wales without streets: 35,672 LSOAs, 318 local authorities as patches, residents by disability (out of
PATCHWORK_SHARED). Made-up records of people who live in a zone, most of them where a few charities work, so that most
patches have few. `patchwork count` makes the cube; then reach is published and audited, once from the records and once from
the cube. Prints seconds and the most memory of each; exit code 1 when the audit finds something or the two differ.
"""

import argparse
import csv
import os
import pathlib
import random
import sys
import tempfile
import time

import nation

DISABLED = ["Disabled under the Equality Act", "Not disabled under the Equality Act", "Not disabled under the Equality Act", ""]
RECORDS = """
[[engagement]]
file = "records.csv"
columns = { date = "Day", activity = "What", zone = "Zone", person = "Person", people = "People", hours = "Hours" }
dimensions = { disability = "Disability" }
"""
CUBE = '\n[[engagement]]\ncube = "cube.parquet"\n'


def write_records(path, asked):
    dice = random.Random(1)
    shared = pathlib.Path(os.environ.get("PATCHWORK_SHARED", "../shared"))
    with open(shared / "data/national/lookup_lsoa21_ward24_ltla24.csv", newline="", encoding="utf-8-sig") as file:
        rows = [(row["lsoa21_code"], row["ltla24_code"]) for row in csv.DictReader(file)]
    busy = {code: dice.random() ** 6 for code in sorted({code for _, code in rows})}
    weights = [busy[code] + 1e-3 for _, code in rows]
    homes = dice.choices([zone for zone, _ in rows], weights, k=asked.people)
    groups = dice.choices(DISABLED, k=asked.people)
    months = [(2025 - (asked.quarters - 1 - q) // 4, (q % 4) * 3 + 1) for q in range(asked.quarters)]
    with open(path, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["Day", "What", "Zone", "Person", "People", "Hours", "Disability"])
        for _ in range(asked.records):
            person = int(asked.people * dice.random() ** 2)
            year, month = months[dice.randrange(asked.quarters)]
            day = f"{year - 1}-{month + dice.randrange(3):02d}-{1 + dice.randrange(28):02d}"
            out.writerow([day, dice.choice(["session", "event", "conversation"]), homes[person], f"p{person}", 1, 0.5, groups[person]])


def run(out, *command):
    began = time.monotonic()
    with open(out, "wb") as file:
        pid = os.posix_spawn(command[0], [str(word) for word in command], os.environ,
                             file_actions=[(os.POSIX_SPAWN_DUP2, file.fileno(), 1)])
        _, status, used = os.wait4(pid, 0)
    print(f"{' '.join(map(str, command[1:3]))}: {time.monotonic() - began:.1f} s, {used.ru_utime + used.ru_stime:.1f} s of "
          f"processor time, at most {used.ru_maxrss / 1024:.0f} MB, ended with {os.waitstatus_to_exitcode(status)}", flush=True)
    return os.waitstatus_to_exitcode(status)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("patchwork")
    parser.add_argument("--records", type=int, default=2_000_000)
    parser.add_argument("--people", type=int, default=400_000)
    parser.add_argument("--quarters", type=int, default=8)
    asked = parser.parse_args()
    program = os.path.abspath(asked.patchwork)
    with tempfile.TemporaryDirectory(prefix="patchwork-national-cube-") as name:
        place = pathlib.Path(name) / "place"
        place.mkdir()
        write_records(place / "records.csv", asked)
        (place / "place.toml").write_text(nation.PLACE + RECORDS)
        codes = [run(place / "said", program, "count", place, "--out", place / "cube.parquet")]
        told = []
        for kind, section in (("records", RECORDS), ("cube", CUBE)):
            (place / "place.toml").write_text(nation.PLACE + section)
            print(f"from the {kind}:", flush=True)
            reach, audit = place / f"reach-{kind}.csv", place / f"audit-{kind}"
            codes.append(run(place / "said", program, "measure", place, "reach", "--dimension", "disability", "--out", reach))
            codes.append(run(audit, program, "audit", place))
            print(audit.read_text()[:1500], flush=True)
            told.append((reach.read_bytes() if reach.exists() else b"", audit.read_bytes()))
        same = told[0] == told[1]
        hidden = told[0][0].count(b"[c]")
        print(f"reach: {len(told[0][0])} bytes, {hidden} cells marked [c];", "the same from both" if same else "NOT the same")
        sys.exit(0 if same and not any(codes) else 1)


if __name__ == "__main__":
    main()
