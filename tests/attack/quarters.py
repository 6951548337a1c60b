"""Three years of quarters published one after another: how much is hidden, release by release.

    python tests/attack/quarters.py --program PATH [--residents N] [--releases 12] [--folder FOLDER]
    python tests/attack/quarters.py --program PATH --place examples/places/newcastle --dates 'Date Added' --last 2016-06-30

The demo's two years of records, and a third that is its second a year later (the same people come again), cut at the
end of each quarter. Each release is made with all the earlier ones and kept, as a place would; what is counted is the
release file alone. For comparison each is also made without the earlier ones (`alone`). With `--place` another place's
one file of records is cut so, by its column of dates; the last quarter ends on `--last`.
"""

import argparse
import csv
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import attack  # noqa: E402


def day(text):
    form = "%Y-%m-%d" if "/" not in text else "%d/%m/%Y" if len(text) > 8 else "%d/%m/%y"
    return datetime.datetime.strptime(text, form).date()


def records_of(place, column):
    """Rows of a place's one file of records, and its settings with paths that hold anywhere."""
    settings = os.path.expandvars((place / "place.toml").read_text())
    [named] = re.findall(r'(?ms)^\[\[engagement\]\]\nfile = "(.*?)"', settings)
    file = pathlib.Path(named) if named.startswith("/") else place / named
    settings = settings.replace(f'[[engagement]]\nfile = "{named}"', f'[[engagement]]\nfile = "{file.name}"')
    with open(file, newline="", encoding="utf-8-sig") as lines:
        titles, *rows = csv.reader(lines)
    at = titles.index(column)
    return {file.name: (titles, [(day(row[at]), row) for row in rows if row[at]])}, settings


def records(demo):
    """Rows of the demo's two files and of the third year, by file: titles, and rows with their day."""
    found = {}
    for name, column in (("engagement-2023-24.csv", 1), ("engagement-2024-25.csv", 1)):
        with open(demo / name, newline="", encoding="utf-8-sig") as file:
            titles, *rows = csv.reader(file)
        found[name] = titles, []
        for row in rows:
            try:
                found[name][1].append((day(row[column]), row))
            except (ValueError, IndexError):
                continue
    titles, rows = found["engagement-2024-25.csv"]
    later = []
    for when, row in rows:
        when = when + datetime.timedelta(days=365)
        later.append((when, [f"3-{row[0]}", when.isoformat(), *row[2:]]))
    found["engagement-2024-25.csv"] = titles, rows + later
    return found


def share(release, names):
    """Cells with somebody or hidden, and how many are hidden, in the tables whose name begins so."""
    cells = hidden = 0
    for table in release["tables"]:
        if table.get("is_latent") or not table["name"].startswith(names):
            continue
        cells += sum(cell != 0 for cell in table["cells"])
        hidden += sum(cell == "[c]" for cell in table["cells"])
    return cells, hidden


def without_streets(text):
    """The settings without the streets and what is read out of them, of which no record says anything, so that a
    place is loaded quickly."""
    sections = re.split(r"(?m)^(?=\[)", text)
    return "".join(one for one in sections if not one.startswith("[streets") and "\nosm = true" not in one)


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--program", default="patchwork")
    asked.add_argument("--publish", help="what publishes, if not the program")
    asked.add_argument("--residents", type=int, default=216_000)
    asked.add_argument("--releases", type=int, default=12)
    asked.add_argument("--alone", action="store_true", help="also make each release without the earlier ones")
    asked.add_argument("--place", type=pathlib.Path, help="another place than the demo")
    asked.add_argument("--dates", help="the title of the dates in its records")
    asked.add_argument("--last", type=datetime.date.fromisoformat, default=datetime.date(2026, 3, 31))
    asked.add_argument("--seconds", type=int, default=600, help="processor time that a release may take")
    asked.add_argument("--folder")
    asked = asked.parse_args()
    attack.SECONDS = asked.seconds
    folder = pathlib.Path(asked.folder or tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    demo, kept = folder / "demo", folder / "releases"
    kept.mkdir(exist_ok=True)
    if asked.place:
        demo = asked.place.resolve()
        rows, settings = records_of(demo, asked.dates)
    else:
        made = [asked.program, "--quiet", "demo", str(demo), "--residents", str(asked.residents)]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
        rows, settings = records(demo), without_streets((demo / "place.toml").read_text())
    for nth in range(asked.releases):
        quarter = asked.last.year * 4 + asked.last.month // 3 - asked.releases + nth + 1
        end = datetime.date((quarter - 1) // 4, (quarter - 1) % 4 * 3 + 3, 30 if (quarter - 1) % 4 in (1, 2) else 31)
        for way in ["linked", *(["alone"] if asked.alone and nth else [])]:
            place = folder / f"{way}-{end}"
            place.mkdir(exist_ok=True)
            for file in demo.iterdir():
                if file.name not in rows and file.name != "place.toml" and not (place / file.name).exists():
                    (place / file.name).symlink_to(file)
            for name, (titles, own) in rows.items():
                with open(place / name, "w", newline="") as out:
                    csv.writer(out).writerows([titles, *(row for when, row in own if when <= end)])
            # A record counts up to the day of its place.
            text = re.sub(r'(?m)^date = "[^"]*"', f'date = "{end}"', settings, count=1) if asked.place else settings
            if way == "linked" and nth:
                text += f'\n[disclosure]\nreleases = "releases"\n'
                if not (place / "releases").exists():
                    (place / "releases").symlink_to(kept)
            (place / "place.toml").write_text(text)
            file = kept / f"{end}.json" if way == "linked" else folder / f"alone-{end}.json"
            started = time.monotonic()
            release, why = attack.publish(asked.publish or asked.program, place, file)
            seconds = time.monotonic() - started
            if release is None:
                print(f"{end} {way}: refused: {why}", flush=True)
                sys.exit(1)
            line = [f"{end} {way}: told_before {release['told_before']}"]
            for words, names in (("all", ""), ("reach", "reach-"), ("themes", "themes")):
                cells, hidden = share(release, names)
                line.append(f"{words} {hidden} of {cells} hidden ({100 * hidden / max(cells, 1):.1f} %)")
            print("; ".join(line) + f"; {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
