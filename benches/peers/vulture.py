"""Asks the crate `vulture` and Patchwork for journeys from some stops to all, and tells every one that differs.

    cargo build --release --manifest-path benches/peers/vulture/Cargo.toml
    python benches/peers/vulture.py JOURNEYS ASK_VULTURE DATA [--starts 20] [--only newport]

JOURNEYS is the built example `journeys`, ASK_VULTURE the program of benches/peers/vulture, DATA the folder with the published
timetables of Newport and Porto Alegre. Where one of them is not there it says so and ends. `vulture` gets calls that this
script reads out of the feeds, Patchwork the feeds as they came; walks between stops and the time for a change are those of
`otp.py`. Setting out is at 7:10:30, 12:00 and 18:45:07, with four vehicles at most, and arrivals before midnight are compared:
`vulture` gets the trips of one day alone. Ends with a line of JSON per city, and fails where anything differs.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile

import otp

MOMENTS, VEHICLES, MIDNIGHT = (7 * 3600 + 630, 12 * 3600, 18 * 3600 + 45 * 60 + 7), 4, 86_400


def calls(feed, number, day):
    """The trips of a day: for each, stop, arrival, departure, whether one may get on and off."""
    with zipfile.ZipFile(feed) as archive:
        running = otp.services(archive, day)
        trips = {row["trip_id"]: [] for row in otp.table(archive, "trips.txt") if row["service_id"] in running}
        for row in otp.table(archive, "stop_times.txt"):
            if row["trip_id"] in trips:
                trips[row["trip_id"]].append(row)
    for rows in trips.values():
        otp.complete(rows)
        yield [(f"{number}:{row['stop_id']}",
                otp.seconds(row["arrival_time"] or row["departure_time"]),
                otp.seconds(row["departure_time"] or row["arrival_time"]),
                row.get("pickup_type") != "1", row.get("drop_off_type") != "1") for row in rows]


def city(name, options, folder):
    feeds, day, _ = otp.CITIES[name]
    feeds = [os.path.join(options.data, feed) for feed in feeds]
    trips, stops = [], {}
    for nth, feed in enumerate(feeds, 1):
        trips += calls(feed, nth, day)
        stops |= otp.places(feed, nth)
    called = sorted({call[0] for trip in trips for call in trip} & stops.keys())
    number = {key: n for n, key in enumerate(called)}
    changes = {(key, key): otp.SLACK for key in called}
    changes |= {pair: walk + otp.SLACK for pair, walk in otp.walks(stops, called).items()}
    starts = random.Random(5).sample(called, min(options.starts, len(called)))
    questions = [(start, to, leave) for to in called for start in starts if start != to for leave in MOMENTS]

    def write(file, lines, head=None):
        with open(f"{folder}/{file}", "w") as out:
            out.writelines(line + "\n" for line in ([head] if head else []) + lines)
        return f"{folder}/{file}"

    changed = write("changes.csv", [f"{a},{b},{s}" for (a, b), s in changes.items()], "from,to,seconds")
    asked = write("journeys.csv", [f"{a},{b},{at},{VEHICLES}" for a, b, at in questions], "from,to,leave,vehicles")
    rows = [f"{n},{number[stop]},{arrive},{leave},{int(on)},{int(off)}"
            for n, trip in enumerate(trips) for stop, arrive, leave, on, off in trip]
    theirs = [write("calls.csv", rows),
              write("numbers.csv", [f"{number[a]},{number[b]},{s}" for (a, b), s in changes.items()]),
              write("questions.csv", [f"{number[a]},{number[b]},{at},{VEHICLES}" for a, b, at in questions])]
    run = lambda command: subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    began = time.perf_counter()
    ours = run([options.program, day, changed, asked, *feeds])[:-1]
    between = time.perf_counter()
    found = run([options.vulture, *theirs])
    ended = time.perf_counter()
    different, arrive = [], 0
    for question, mine, other in zip(questions, ours, found, strict=True):
        departures = json.loads(mine)
        mine = departures[0][1] if departures and departures[0][1] < MIDNIGHT else None
        other = int(other) if other and int(other) < MIDNIGHT else None
        arrive += mine is not None and mine == other
        if mine != other:
            different.append({"journey": question, "patchwork": mine, "vulture": other})
    for line in different[:10]:
        print(json.dumps(line))
    print(json.dumps({"city": name, "day": day, "stops": len(called), "starts": len(starts), "questions": len(questions),
                      "arrive_alike": arrive, "different": len(different), "patchwork_s": round(between - began, 2),
                      "vulture_s": round(ended - between, 2)}))
    return len(different)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("vulture")
    parser.add_argument("data")
    parser.add_argument("--starts", type=int, default=20)
    parser.add_argument("--only", choices=otp.CITIES)
    options = parser.parse_args()
    names = [options.only] if options.only else list(otp.CITIES)
    missing = [path for path in (options.program, options.vulture) if not os.path.exists(path)]
    missing += [feed for name in names for feed in otp.CITIES[name][0] if not os.path.exists(os.path.join(options.data, feed))]
    if missing:
        print("left out, not there:", ", ".join(missing))
        return
    failed = 0
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            failed += city(name, options, folder)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
