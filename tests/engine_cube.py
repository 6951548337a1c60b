"""Spark's cube beside Patchwork's, of the same dirty records: the same rows, byte for byte after a merge.

    PATCHWORK_BIN=… python tests/engine_cube.py [--records N] [--master URL] [--python PYTHON]

PYTHON has pyspark; without it the test is left out by name. With --master spark://… the job runs on that cluster, and with
--kill PID --after S the process PID, one of its workers, is killed so many seconds after two of them began to count.
"""
import argparse
import csv
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ENGINE = Path(__file__).parent.parent / "engine" / "cube.py"
COLUMNS = ["id=Ref", "date=Day", "activity=What", "asset=Venue", "zone=Zone", "postcode=Postcode", "patch=Patch",
           "person=Person", "people=People", "hours=Hours", "connections=Met", "themes=Themes",
           "group_ethnic_group=Ethnic group"]
TITLES = [pair.split("=")[1] for pair in COLUMNS]


def square(key, west, east, residents):
    ring = [[west, 52.0], [east, 52.0], [east, 52.01], [west, 52.01], [west, 52.0]]
    return {"type": "Feature", "properties": {"code": key, "name": key, "residents": residents},
            "geometry": {"type": "Polygon", "coordinates": [ring]}}


def write_place(at):
    import json
    def layer(name, features):
        (at / name).write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    layer("zones.geojson", [square(f"Z{i}", -1 + i / 100, -0.99 + i / 100, 900 + i) for i in range(40)])
    layer("patches.geojson", [square(f"P{i}", -1 + i * 0.025, -0.975 + i * 0.025, 0) for i in range(16)])
    (at / "dwellings.csv").write_text("x,y,n\n" + "".join(f"{-0.9985 + i / 400},52.005,{1 + i % 3}\n" for i in range(160)))
    (at / "postcodes.csv").write_text("postcode,longitude,latitude\n" + "".join(
        f"AB{i % 5 + 1} {i // 5 % 10}A{chr(65 + i // 50 % 26)},{-1.01 + i / 1200},52.004\n" for i in range(500)))
    (at / "groups.csv").write_text("code,Asian,Black,White,Other\n" + "".join(f"Z{i},200,200,400,100\n" for i in range(40)))
    (at / "assets.csv").write_text("key,name,kind,x,y\n" + "".join(
        f"hall{i},Hall {i},hub,{-0.995 + i / 30},52.005\n" for i in range(12)))
    (at / "place.toml").write_text("""
[place]
name = "Dirty"
date = "2024-06-30"
postcodes = "postcodes.csv"
[patches]
file = "patches.geojson"
key = "code"
[zones]
file = "zones.geojson"
key = "code"
residents = "residents"
[zones.dwellings]
points = { file = "dwellings.csv", weight = "n", x = "x", y = "y", crs = "EPSG:4326" }
[[groups]]
file = "groups.csv"
dimension = "ethnic_group"
residents = false
[[assets]]
file = "assets.csv"
kind_field = "kind"
crs = "EPSG:4326"
[[engagement]]
file = "records.csv"
stream_above_mb = 64
columns = { id = "Ref", date = "Day", activity = "What", asset = "Venue", zone = "Zone", postcode = "Postcode", patch = "Patch", person = "Person", people = "People", hours = "Hours", connections = "Met", themes = "Themes" }
dimensions = { ethnic_group = "Ethnic group" }
""")


def write_records(at, n, seed=5):
    dice = random.Random(seed)
    day = ["2024-%02d-%02d" % (m, d) for m in range(1, 7) for d in range(1, 29)] + \
          ["%02d/%02d/2023" % (d, m) for m in range(1, 13) for d in range(1, 29)] + \
          ["45000", "5 March 2024", "2019-05-01", " 2024-02-02 ", "1 Jan 2022"]
    odd_days = ["soon", "", "31/02/2024", "2031-01-01", "n/a", "2024-13-01"]
    codes = [f"AB{i % 5 + 1} {i // 5 % 10}A{chr(65 + i // 50 % 26)}" for i in range(500)]
    with open(at / "records.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(TITLES)
        for nth in range(n):
            one = dice.random()
            id = f"R{nth - dice.randrange(1, 50)}" if one < 0.03 and nth > 50 else "" if one > 0.995 else f"R{nth}"
            zone = postcode = patch = ""
            kind = dice.random()
            if kind < 0.4:
                zone = dice.choice([f"Z{dice.randrange(42)}", f"z{dice.randrange(40)}"])
            elif kind < 0.75:
                code = dice.choice(codes)
                postcode = dice.choice([code, code.replace(" ", ""), code.lower(), f" {code} ", code[:3], "QQ9 9QQ", "?", "AB9"])
            elif kind < 0.85:
                patch = f"P{dice.randrange(17)}"
            elif kind < 0.95:
                zone, postcode = f"Z{dice.randrange(40)}", dice.choice(codes)[:3]
            when = dice.choice(odd_days) if dice.random() < 0.02 else dice.choice(day)
            out.writerow([
                id, when, dice.choice(["session", "Drop-in", "project", "level 2", "juggling", "", "Coffee event"]),
                dice.choice(["hall1", "Hall 3", "HALL5", "", "", "elsewhere"]), zone, postcode, patch,
                "" if dice.random() < 0.1 else f"p{dice.randrange(max(10, n // 20))}",
                dice.choice(["1", "1", "2", "[c]", "", "30", "1,200"]), dice.choice(["0.1", "0.3", "1.25", "x", ""]),
                dice.choice(["0", "1", "3"]), dice.choice(["", "Buses", "buses; warm homes", "none", "litter, parks", "parks;buses"]),
                dice.choice(["Asian", "black", "White ", "purple", "", "Prefer not to say"])])


def left_out(what):
    path = os.environ.get("PATCHWORK_LEFT_OUT")
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(what + "\n")
    print("left out:", what)


def log_to(at):
    """Settings by which Spark's driver writes what it does into a file."""
    settings = at / "log4j2.properties"
    settings.write_text("rootLogger.level = info\nrootLogger.appenderRef.file.ref = file\nappender.file.type = File\n"
                        f"appender.file.name = file\nappender.file.fileName = {at / 'spark.log'}\n"
                        "appender.file.layout.type = PatternLayout\nappender.file.layout.pattern = %d %p %c{1}: %m%n\n")
    return settings


def kill_when_two_count(log, asked):
    while not log.exists() or log.read_text().count("Registered executor") < 2:
        time.sleep(0.1)
    time.sleep(asked.after)
    os.kill(asked.kill, signal.SIGKILL)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--kill", type=int)
    parser.add_argument("--after", type=float, default=3)
    asked = parser.parse_args()
    if subprocess.run([asked.python, "-c", "import pyspark"], capture_output=True).returncode:
        return left_out("the cube on Spark: pyspark is not installed")
    program = os.environ["PATCHWORK_BIN"]
    with tempfile.TemporaryDirectory() as tmp:
        at = Path(tmp)
        write_place(at)
        write_records(at, asked.records)
        def run(*command, **more):
            began = time.monotonic()
            done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **more)
            if done.returncode:
                sys.exit(f"{command}:\n{done.stdout}\n{done.stderr[-4000:]}")
            print(f"{time.monotonic() - began:6.1f} s  {Path(str(command[0])).name} {' '.join(map(str, command[1:4]))}")
            return done
        said = run(program, "count", at, "--out", at / "own.parquet").stderr
        env = {**os.environ, "PYSPARK_PYTHON": asked.python, "PYSPARK_DRIVER_PYTHON": asked.python, "SPARK_LOCAL_IP": "127.0.0.1"}
        def job(step, out, *more, submit=()):
            conf = ["--conf", "spark.ui.enabled=false", "--conf", "spark.sql.shuffle.partitions=8", "--master", asked.master]
            command = [Path(asked.python).parent / "spark-submit", *submit]
            return run(*command, *conf, ENGINE, step, at / "records.csv", out, "--columns", *COLUMNS, *more, env=env)
        job("words", at / "words")
        run(program, "count", at, "--words", at / "words", "--lookup", at / "lookup.jsonl")
        log4j = ["--driver-java-options", f"-Dlog4j2.configurationFile={log_to(at)}"] if asked.kill else []
        if asked.kill:
            threading.Thread(target=kill_when_two_count, args=(at / "spark.log", asked), daemon=True).start()
        job("count", at / "engine", "--lookup", at / "lookup.jsonl", submit=log4j)
        if asked.kill:
            log = (at / "spark.log").read_text()
            lost = [line for line in log.splitlines() if "Lost executor" in line or "ExecutorLost" in line]
            assert lost, "the worker was killed before or after the counting; choose another --after"
            print("killed meanwhile:", lost[0][:160])
        merged = run(program, "cube", "merge", at / "engine", "--out", at / "spark.parquet").stderr
        print(said)
        assert said.replace("own.parquet", "") == merged.replace("spark.parquet", ""), merged
        assert (at / "own.parquet").read_bytes() == (at / "spark.parquet").read_bytes(), "the cubes differ"
        print(f"{asked.records:,} records: Spark's cube and Patchwork's are the same, byte for byte")


if __name__ == "__main__":
    main()
