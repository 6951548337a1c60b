#!/usr/bin/env python3
"""Damages the files of whole places and runs the program on them, for as long as one lets it.

    python3 fuzz/places.py PATCHWORK SECONDS [SEED] [STREETS.osm.pbf ...]

A small made-up borough is written, one or two of its files are damaged (bits flipped, bytes dropped, repeated,
replaced by words that mean something, the end cut off, the file emptied), and `patchwork check` and `measure gaps`
must end with one of their documented exit codes. Street files given at the end stand in for the borough's own.
Prints what was run; a failing place is kept and named. Exit code 1 when anything failed.
"""

import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

WORDS = [b"", b"\0", b"\xff\xfe", b'"', b",", b"\n", b"-1", b"1e308", b"NaN", b"99999999999999999999", b"[c]", b"null", b"{", b"]", b"<way>", b"</osm>"]


def damage(data: bytes, dice: random.Random) -> bytes:
    data = bytearray(data)
    for _ in range(dice.randint(1, 6)):
        if not data:
            break
        at = dice.randrange(len(data))
        kind = dice.randrange(8)
        if kind == 0:
            data[at] ^= 1 << dice.randrange(8)
        elif kind == 1:
            data[at : at + 4] = dice.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f", dice.randbytes(4)])
        elif kind == 2:
            del data[at : at + dice.randint(1, 200)]
        elif kind == 3:
            data[at:at] = data[at : at + dice.randint(1, 200)]
        elif kind in (4, 5):
            data[at : at + dice.randint(0, 12)] = dice.choice(WORDS)
        elif kind == 6 and dice.random() < 0.5:
            del data[at:]
        elif kind == 7 and dice.random() < 0.05:
            data.clear()
    return bytes(data)


def main(program: str, seconds: str, seed: str = "1", *street_files: str) -> int:
    dice = random.Random(int(seed))
    work = pathlib.Path(tempfile.mkdtemp(prefix="patchwork-fuzz-"))
    whole = work / "whole"
    subprocess.run([program, "demo", whole, "--residents", "600", "--seed", seed], check=True, stdout=subprocess.DEVNULL)
    names = sorted(p.name for p in whole.iterdir() if p.suffix not in (".md", ".txt") and p.name != "planted.json")
    runs, by_exit, failures, end = {}, {}, 0, time.monotonic() + float(seconds)
    while time.monotonic() < end:
        place = work / "place"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(whole, place)
        harmed = dice.sample(names, dice.choice([1, 1, 2]))
        if street_files and dice.random() < 0.15:
            harmed = ["streets.osm.pbf"]
            shutil.copy(dice.choice(street_files), place / "streets.osm.pbf")
            toml = place / "place.toml"
            toml.write_text(toml.read_text().replace("streets.osm", "streets.osm.pbf"))
        for name in harmed:
            path = place / name
            path.chmod(0o644)
            path.write_bytes(damage(path.read_bytes(), dice))
        for words in (["check", place, "--format", "json"], ["measure", place, "gaps"]):
            try:
                done = subprocess.run([program, "-q", *words], capture_output=True, timeout=60)
                code = done.returncode
            except subprocess.TimeoutExpired:
                code = "no end in 60 s"
            by_exit[code] = by_exit.get(code, 0) + 1
            if code not in (0, 1, 2):
                failures += 1
                kept = work / f"failed-{failures}"
                shutil.copytree(place, kept)
                print(f"{words[0]} ended with {code} on {kept} (damaged: {', '.join(harmed)})", flush=True)
        for name in harmed:
            runs[name] = runs.get(name, 0) + 1
    print(f"{sum(runs.values())} files damaged in {float(seconds):.0f} s: {runs}; exit codes {by_exit}; {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
