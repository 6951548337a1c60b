"""Asks OpenTripPlanner and Patchwork the same journeys, and tells every one that differs by a second.

    python benches/peers/otp.py JOURNEYS OTP_JAR DATA [--java java] [--journeys 1000] [--only newport]

JOURNEYS is the built example `journeys`, OTP_JAR `otp-shaded` 2.9, DATA the folder with the published timetables of
Newport and Porto Alegre. Where the jar, a Java that runs it (25) or the data are not there it says so and ends.

Journeys lead from stop to stop, so that no program's streets are asked: OpenTripPlanner gets the timetables without
streets, walks between stops are straight lines at a metre a second, and both programs get the same ones, up to
319 m, in whole metres as OpenTripPlanner rounds them, with two minutes for each change; each walk it tells of is compared
as well. Stops are drawn by how often something calls there. Times that the publisher left out are spread evenly by stops by this script before OpenTripPlanner sees them, since
it cuts the seconds from stop to stop and loses up to a second at each; Patchwork reads the feed as it came.

On a busy machine OpenTripPlanner is slow beyond its work: it gives up the processor at every minute of a search.

Compared are, for each journey, when one arrives who is at the stop at a moment drawn to the second, and at each of the 120
minutes after it, by a vehicle that leaves within two hours of the first: that is where OpenTripPlanner searches. It goes
through the departures minute by minute, so of two within one minute it need not tell of the later. Ends with a line of JSON per city, and fails where anything differs.
"""

import argparse
import csv
import datetime
import io
import json
import math
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from zoneinfo import ZoneInfo

CITIES = {
    "newport": (["newport/newport_bods_2023-06-13_gtfs.zip"], "2023-06-20", "Europe/London"),
    "porto_alegre": (["porto_alegre/poa_eptc.zip", "porto_alegre/poa_trensurb.zip"], "2019-05-13", "America/Sao_Paulo"),
}
# Seconds; OpenTripPlanner turns the first into metres at its usual walking speed, whatever is asked for.
TRANSFER, USUAL_SPEED, SLACK, WINDOW = 240, 1.33, 120, 7200
LONGEST_WALK = TRANSFER * USUAL_SPEED

QUERY = """query($from: String!, $to: String!, $at: OffsetDateTime!, $changes: Int!) { planConnection(
  origin: {location: {stopLocation: {stopLocationId: $from}}}, destination: {location: {stopLocation: {stopLocationId: $to}}},
  dateTime: {earliestDeparture: $at}, searchWindow: "PT%dS", first: 1000, modes: {transitOnly: true},
  preferences: {street: {walk: {speed: 1.0}},
    transit: {transfer: {slack: "PT%dS", maximumTransfers: $changes, maximumAdditionalTransfers: $changes}}},
  itineraryFilter: {itineraryFilterDebugProfile: LIST_ALL}
) { routingErrors { code description } edges { node { start end legs { mode duration distance
      from { stop { gtfsId } } to { stop { gtfsId } } } } } } }"""


def table(archive, name):
    if name not in archive.namelist():
        return []
    return list(csv.DictReader(io.TextIOWrapper(archive.open(name), "utf-8-sig")))


def seconds(text):
    hours, minutes, secs = map(int, text.split(":"))
    return hours * 3600 + minutes * 60 + secs


def clock(at):
    return f"{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}"


def complete(rows):
    """Fills the times of a trip's rows that have none, evenly by stops."""
    rows.sort(key=lambda row: int(row["stop_sequence"]))
    known = [n for n, row in enumerate(rows) if row["arrival_time"] or row["departure_time"]]
    for a, b in zip(known, known[1:]):
        first = seconds(rows[a]["departure_time"] or rows[a]["arrival_time"])
        last = seconds(rows[b]["arrival_time"] or rows[b]["departure_time"])
        for n in range(a + 1, b):
            at = clock(first + (last - first) * (n - a) // (b - a))
            rows[n]["arrival_time"] = rows[n]["departure_time"] = at
    return len(rows) - len(known)


def services(archive, day):
    """The services of a feed that run on a day."""
    weekday = datetime.date.fromisoformat(day).strftime("%A").lower()
    digits = day.replace("-", "")
    running = {row["service_id"] for row in table(archive, "calendar.txt")
               if row[weekday] == "1" and row["start_date"] <= digits <= row["end_date"]}
    for row in table(archive, "calendar_dates.txt"):
        if row["date"] == digits:
            (running.add if row["exception_type"] == "1" else running.discard)(row["service_id"])
    return running


def places(feed, number):
    """Where the stops of a feed are."""
    with zipfile.ZipFile(feed) as archive:
        return {f"{number}:{row['stop_id']}": (float(row["stop_lat"]), float(row["stop_lon"]))
                for row in table(archive, "stops.txt") if row["stop_lat"]}


def prepare(feed, number, out, day):
    """Copies a feed with all its times; gives what calls at which stops that day, one for each call, and the times filled."""
    with zipfile.ZipFile(feed) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in archive.namelist():
            if name not in ("stop_times.txt", "shapes.txt"):
                copy.writestr(name, archive.read(name))
        times, trips = {}, {}
        for row in table(archive, "stop_times.txt"):
            times.setdefault(row["trip_id"], []).append({k: v for k, v in row.items() if k != "shape_dist_traveled"})
        filled = sum(complete(rows) for rows in times.values())
        text = io.StringIO()
        rows = [row for trip in times.values() for row in trip]
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        copy.writestr("stop_times.txt", text.getvalue())
        running = services(archive, day)
        trips = {row["trip_id"] for row in table(archive, "trips.txt") if row["service_id"] in running}
        called = [f"{number}:{row['stop_id']}" for trip in sorted(trips) for row in times.get(trip, [])]
    return called, filled


def metres(a, b):
    """As OpenTripPlanner measures between two stops without streets: the haversine, on its radius of the earth."""
    (lat1, lon1), (lat2, lon2) = [tuple(map(math.radians, at)) for at in (a, b)]
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.sin((lon2 - lon1) / 2) ** 2 * math.cos(lat1) * math.cos(lat2)
    return 2 * 6371.01 * 1000 * math.atan2(math.sqrt(half), math.sqrt(1 - half))


def walks(stops, called):
    """From stop to stop within the longest walk, in whole seconds."""
    near = sorted((stops[key][0], key) for key in called)
    found = {}
    for n, (lat, key) in enumerate(near):
        for other_lat, other in near[n + 1:]:
            if other_lat - lat > LONGEST_WALK / 100_000:
                break
            long = metres(stops[key], stops[other])
            if long <= LONGEST_WALK:
                found[key, other] = found[other, key] = round(long)
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Otp:
    def __init__(self, java, jar, folder):
        with open(f"{folder}/build-config.json", "w") as file:
            json.dump({"transitServiceStart": "2000-01-01", "transitServiceEnd": "2100-01-01",
                       "maxTransferDuration": f"PT{TRANSFER}S"}, file)
        with open(f"{folder}/otp-config.json", "w") as file:
            # It would keep only the nearest stop of each line; further on the same vehicle may still be caught.
            json.dump({"otpFeatures": {"ConsiderPatternsForDirectTransfers": False}}, file)
        self.port = free_port()
        began = time.time()
        command = [java, "-Xmx2G", "-jar", jar, "--build", "--serve", "--port", str(self.port)]
        command += ["--bindAddress", "127.0.0.1", folder]
        self.log = open(f"{folder}/log", "w")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        while time.time() - began < 600 and self.process.poll() is None:
            try:
                self.ask("{ feeds { feedId } }", {})
                break
            except OSError:
                time.sleep(2)
        else:
            sys.exit(f"OpenTripPlanner did not start: see {folder}/log")
        self.build_s = time.time() - began

    def ask(self, query, variables):
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/otp/gtfs/v1", body,
                                         {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            answer = json.load(answer)
        if "errors" in answer:
            raise ValueError(answer["errors"])
        return answer["data"]

    def end(self):
        self.process.terminate()
        self.process.wait(60)
        self.log.close()


def first_arrival(departures, moment, end):
    """Of those who leave from a moment to the end, the earliest arrival."""
    return min((arrive for leave, arrive in departures if moment <= leave <= end), default=None)


def moments_that_differ(ours, theirs, leave):
    """The moments of the window at which the two programs arrive at different seconds, and at how many both arrive."""
    end = leave + WINDOW
    differ, arrive = [], 0
    for moment in range(leave, end + 1, 60):
        mine, other = first_arrival(ours, moment, end), first_arrival(theirs, moment, end)
        arrive += mine is not None and mine == other
        later = first_arrival(ours, end + 1, 1 << 30)
        # A vehicle that leaves after the window and is there as soon makes all others useless to Patchwork, who then
        # names that one alone.
        if mine != other and not (other is not None and later is not None and later <= other and mine is None):
            differ.append((clock(moment), mine, other))
    return differ, arrive


def city(name, options, folder):
    feeds, day, zone = CITIES[name]
    feeds = [os.path.join(options.data, feed) for feed in feeds]
    graph = f"{folder}/{name}"
    os.makedirs(graph)
    stops, calls, filled = {}, [], 0
    for number, feed in enumerate(feeds, 1):
        out = f"{graph}/{number}_gtfs.zip"
        there, gaps = prepare(feed, number, out, day)
        stops, calls, filled = stops | places(feed, number), calls + there, filled + gaps
    calls = [key for key in calls if key in stops]
    called = sorted(set(calls))
    between = walks(stops, called)
    dice = random.Random(21)
    journeys = []
    while len(journeys) < options.journeys:
        start, to = dice.sample(calls, 2)
        if start != to:
            journeys.append((start, to, dice.randrange(5 * 3600, 22 * 3600), 1 + len(journeys) % 4))
    with open(f"{folder}/changes.csv", "w") as file:
        print("from,to,seconds", file=file)
        for key in called:
            print(f"{key},{key},{SLACK}", file=file)
        for (a, b), walk in between.items():
            print(f"{a},{b},{walk + SLACK}", file=file)
    with open(f"{folder}/journeys.csv", "w") as file:
        print("from,to,leave,vehicles", file=file)
        for start, to, leave, vehicles in journeys:
            print(f"{start},{to},{leave},{vehicles}", file=file)
    command = [options.program, day, f"{folder}/changes.csv", f"{folder}/journeys.csv", *feeds]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    *ours, times = map(json.loads, lines)
    midnight = datetime.datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    otp = Otp(options.java, options.jar, graph)
    different, reached, compared, arrived, on_foot, asked = [], 0, 0, 0, 0, 0.0
    try:
        for (start, to, leave, vehicles), own in zip(journeys, ours):
            at = midnight + datetime.timedelta(seconds=leave)
            began = time.time()
            answer = otp.ask(QUERY % (WINDOW, SLACK), {"from": start, "to": to, "at": at.isoformat(), "changes": vehicles - 1})
            asked += time.time() - began
            found = []
            for node in (edge["node"] for edge in answer["planConnection"]["edges"]):
                rides = [leg for leg in node["legs"] if leg["mode"] != "WALK"]
                if not rides or len(rides) > vehicles:
                    continue
                for leg in node["legs"]:
                    pair = (leg["from"]["stop"] or {}).get("gtfsId"), (leg["to"]["stop"] or {}).get("gtfsId")
                    if leg["mode"] == "WALK" and pair[0] != pair[1]:
                        on_foot += 1
                        # Half a metre is rounded by a hair, in one program or the other.
                        if pair not in between or abs(metres(*(stops[key] for key in pair)) - leg["duration"]) > 0.51:
                            different.append({"walk": pair, "otp": leg["duration"], "given": between.get(pair)})
                found.append(tuple(int((datetime.datetime.fromisoformat(node[key]) - midnight).total_seconds())
                                   for key in ("start", "end")))
            differ, both = moments_that_differ(own, found, leave)
            compared += WINDOW // 60 + 1
            arrived += both
            reached += both > 0
            if differ:
                different.append({"journey": (start, to, clock(leave), vehicles), "moment_patchwork_otp": differ[:5]})
    finally:
        otp.end()
    for line in different[: options.show]:
        print(json.dumps(line))
    pairs_a_second = times["pairs"] / times["seconds"]
    print(json.dumps({"city": name, "day": day, "journeys": len(journeys), "reached": reached, "moments": compared, "arrive_alike": arrived,
                      "walks_between_stops": on_foot, "times_filled": filled, "different": len(different),
                      "otp_s_a_pair": round(asked / len(journeys), 5), "otp_build_s": round(otp.build_s, 1),
                      "patchwork_pairs_a_second_and_core": round(pairs_a_second), "patchwork": times}))
    return len(different)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("jar")
    parser.add_argument("data")
    parser.add_argument("--java", default="java")
    parser.add_argument("--journeys", type=int, default=1000)
    parser.add_argument("--only", choices=CITIES)
    parser.add_argument("--show", type=int, default=10, help="differences told one by one")
    options = parser.parse_args()
    missing = [path for path in (options.program, options.jar) if not os.path.exists(path)]
    missing += [] if shutil.which(options.java) else [options.java]
    names = [options.only] if options.only else list(CITIES)
    missing += [feed for name in names for feed in CITIES[name][0]
                if not os.path.exists(os.path.join(options.data, feed))]
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
