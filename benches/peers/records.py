"""A hundred million records end to end: from Parquet to protected tables, in how long and how much memory?

    python benches/peers/records.py PATCHWORK [RECORDS] [--located]

Makes the demo borough and, in place of its records, a Parquet file of RECORDS made-up ones (100,000,000 unless told):
day, kind of activity, zone (with --located longitude and latitude instead), one person of 150,000, one to twelve people,
hours, age, ethnic group and disability in the words of the borough's census. Runs `PATCHWORK measure reach` on it, which
reads, places, counts and protects. Prints seconds, the most memory, and what `check` says
became of the records. Needs numpy and pyarrow, and 1 GB of disk for a hundred million records (2.5 GB located).
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

AGES = ["Aged 5 to 15 years", "Aged 16 to 24 years", "Aged 25 to 44 years", "Aged 45 to 64 years", "Not recorded"]
GROUPS = ["White", "Asian, Asian British or Asian Welsh", "Other ethnic group", "Not recorded"]
DISABLED = ["Not disabled under the Equality Act", "Disabled under the Equality Act", "Not recorded"]
ACTIVITIES = ["session", "event", "conversation", "introduction 1"]
CHUNK = 5_000_000

parser = argparse.ArgumentParser()
parser.add_argument("binary")
parser.add_argument("records", nargs="?", type=int, default=100_000_000)
parser.add_argument("--located", action="store_true")
asked = parser.parse_args()


def corners(geometry):
    flat = np.array(geometry["coordinates"][0] if geometry["type"] == "Polygon" else geometry["coordinates"][0][0])
    return flat[:, 0].mean(), flat[:, 1].mean()


def write(path, zones, centres):
    rng = np.random.default_rng(1)
    words = lambda list_of, n: pa.DictionaryArray.from_arrays(rng.integers(0, len(list_of), n).astype("int32"), list_of)
    people = [f"R{i:07}" for i in range(150_000)]
    writer = None
    for begin in range(0, asked.records, CHUNK):
        n = min(CHUNK, asked.records - begin)
        columns = {
            "Date": pa.array(np.datetime64("2023-04-01") + rng.integers(0, 730, n).astype("timedelta64[D]")),
            "Activity": words(ACTIVITIES, n),
            "Person": words(people, n),
            "People": pa.array(rng.integers(1, 13, n).astype("int32")),
            "Hours": pa.array(rng.integers(1, 9, n) / 2),
            "Age band": words(AGES, n),
            "Ethnic group": words(GROUPS, n),
            "Disability": words(DISABLED, n),
        }
        if asked.located:
            at = centres[rng.integers(0, len(centres), n)] + rng.normal(0, 5e-4, (n, 2))
            columns |= {"Longitude": pa.array(at[:, 0]), "Latitude": pa.array(at[:, 1])}
        else:
            columns["Zone"] = words(zones, n)
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table, row_group_size=1_000_000)
    writer.close()


with tempfile.TemporaryDirectory() as scratch:
    place = pathlib.Path(scratch) / "place"
    subprocess.run([asked.binary, "demo", place, "--quiet"], check=True, stdout=subprocess.DEVNULL)
    features = json.loads((place / "zones.geojson").read_text())["features"]
    zones = [feature["properties"]["OA21CD"] for feature in features]
    write(place / "records.parquet", zones, np.array([corners(feature["geometry"]) for feature in features]))
    settings = (place / "place.toml").read_text()
    kept = re.sub(r"\[\[engagement\]\]\n(?:.+\n)+", "", settings)
    source = '{ title = "Made-up records", licence = "CC0-1.0", date = "2025-03-31" }'
    (place / "place.toml").write_text(kept + f'\n[[engagement]]\nfile = "records.parquet"\nsource = {source}\n')
    size = (place / "records.parquet").stat().st_size / 1e9
    print(f"{asked.records:,} records in a Parquet file of {size:.2f} GB", flush=True)
    begun = time.perf_counter()
    run = subprocess.Popen([asked.binary, "measure", place, "reach"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(run.pid, 0)
    seconds = time.perf_counter() - begun
    print(f"{seconds:.0f} s, {asked.records / seconds / 1e6:.2f} million a second, at most {used.ru_maxrss / 1e6:.2f} GB")
    told = subprocess.run([asked.binary, "check", place], capture_output=True, text=True).stdout
    print(next(line.strip() for line in told.splitlines() if line.lstrip().startswith("engagement")))
    sys.exit(os.waitstatus_to_exitcode(status))
