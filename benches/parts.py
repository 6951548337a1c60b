"""A hundred million records on one machine, at once and in eight parts merged: the same cube, byte for byte?

    python benches/parts.py PATCHWORK [--records 100000000] [--parts 8] [--people 100000] [--folder DIR]

Writes a place of 40 zones and so many CSV files of made-up records (7 GB for a hundred million): people who live somewhere,
are of a group, and are met again and again over six quarters; one record in a hundred is as dirty as those of
tests/engine_cube.py (repeated ids, odd days, unknown groups, postcodes of straddling districts). Everybody is met in all
parts. Then `patchwork count` on all files, on each by itself, and `patchwork cube merge` of the parts. Prints seconds and the
most memory of each; exit code 1 when the cubes differ. The files are deleted at the end.
"""

import argparse
import csv
import io
import multiprocessing
import os
import pathlib
import random
import re
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests"))
import engine_cube  # noqa: E402

GROUPS = ["Asian", "Black", "White", "Other", ""]
KINDS = ["session", "Drop-in", "event", "introduction 1"]
DAYS = ["2024-%02d-%02d" % (m, d) for m in range(1, 7) for d in range(1, 29)] + \
       ["%02d/%02d/2023" % (d, m) for m in range(1, 13) for d in range(13, 29)]


def dirty(folder, seed, n):
    """Lines as dirty as those of the engine's test, without their ids."""
    at = folder / f"dirty-{seed}"
    at.mkdir()
    engine_cube.write_records(at, n, seed)
    with open(at / "records.csv", newline="") as file:
        rows = list(csv.reader(file))[1:]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows(row[1:] for row in rows)
    return out.getvalue().splitlines()


def write_part(job):
    folder, part, records, people = job
    dice = random.Random(part)
    own = random.Random("people")
    after = [f"p{n},1,0.5,1," for n in range(people)]
    live = [f"{own.choice(['', 'hall1', 'Hall 3'])},Z{own.randrange(40)},,," for _ in range(people)]
    groups = [own.choice(GROUPS) for _ in range(people)]
    plain = [f"{live[n]}{after[n]},{groups[n]}\n" for n in range(people)]
    themed = [f"{live[n]}{after[n]}{own.choice(['Buses', 'parks;buses', 'warm homes'])},{groups[n]}\n" for n in range(people)]
    heads = [f"{day},{kind}," for day in DAYS for kind in KINDS]
    odd = dirty(folder, part, 50_000)
    bits, n_heads, n_odd = dice.getrandbits, len(heads), len(odd)
    with open(folder / f"records-{part}.csv", "w") as out:
        out.write(",".join(engine_cube.TITLES) + "\n")
        lines = []
        for nth in range(records):
            chance = bits(60)
            one, rest = chance & 1023, chance >> 10
            if one < 10:
                # Of the dirty, one in ten has the id of a record before it.
                id = nth - 1 - rest % 50 if one == 0 and nth > 60 else nth
                lines.append(f"R{part}-{id},{odd[rest % n_odd]}\n")
            else:
                whose = themed if one < 15 else plain
                lines.append(f"R{part}-{nth},{heads[rest % n_heads]}{whose[(rest >> 20) % people]}")
            if len(lines) == 20_000:
                out.write("".join(lines))
                lines.clear()
        out.write("".join(lines))


def write_place(folder, files):
    folder.mkdir()
    engine_cube.write_place(folder)
    settings = (folder / "place.toml").read_text()
    section = re.search(r"\[\[engagement\]\].*", settings, re.S)[0]
    whole = settings.replace(section, "")
    for file in files:
        whole += section.replace('"records.csv"', f'"{file.name}"') + "\n"
        (folder / file.name).hardlink_to(file)
    (folder / "place.toml").write_text(whole)


def run(*command):
    """Seconds and the most memory in MB; what is said goes on to whoever reads this."""
    began = time.monotonic()
    pid = os.posix_spawn(command[0], [str(word) for word in command], os.environ)
    _, status, used = os.wait4(pid, 0)
    if status:
        sys.exit(f"{command} ended with {status}")
    return time.monotonic() - began, used.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("patchwork")
    parser.add_argument("--records", type=int, default=100_000_000)
    parser.add_argument("--parts", type=int, default=8)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--folder")
    asked = parser.parse_args()
    program = os.path.abspath(asked.patchwork)
    with tempfile.TemporaryDirectory(dir=asked.folder, prefix="patchwork-parts-") as name:
        folder = pathlib.Path(name)
        began = time.monotonic()
        jobs = [(folder, part, asked.records // asked.parts, asked.people) for part in range(asked.parts)]
        with multiprocessing.Pool(os.cpu_count()) as pool:
            pool.map(write_part, jobs, chunksize=1)
        files = [folder / f"records-{part}.csv" for part in range(asked.parts)]
        size = sum(file.stat().st_size for file in files)
        print(f"{asked.records:,} records, {size / 1e9:.2f} GB, written in {time.monotonic() - began:.0f} s", flush=True)
        write_place(folder / "whole", files)
        print("at once: %.1f s, at most %.0f MB" % run(program, "count", folder / "whole", "--out", folder / "whole.parquet"), flush=True)
        parts, slowest, most = [], 0.0, 0.0
        for part, file in enumerate(files):
            write_place(folder / f"part-{part}", [file])
            parts.append(folder / f"part-{part}.parquet")
            seconds, memory = run(program, "count", folder / f"part-{part}", "--out", parts[-1])
            slowest, most = max(slowest, seconds), max(most, memory)
        print(f"in {asked.parts} parts: the slowest {slowest:.1f} s, at most {most:.0f} MB", flush=True)
        print("merged: %.1f s, at most %.0f MB" % run(program, "cube", "merge", *parts, "--out", folder / "merged.parquet"), flush=True)
        whole, merged = ((folder / f"{name}.parquet").read_bytes() for name in ("whole", "merged"))
        print(f"the cubes have {len(whole) / 1e6:.1f} and {len(merged) / 1e6:.1f} MB, and are", "the same" if whole == merged else "NOT the same")
        sys.exit(0 if whole == merged else 1)


if __name__ == "__main__":
    main()
