"""Times Patchwork's optimiser, spopt and sparse HiGHS on the same questions in one sitting.

    python benches/peers/siting.py PATCHWORK SHARED [--inputs DIR] [--cap 60] [--only pmed1,pmed3] [--rounds 1]

PATCHWORK is the program; SHARED holds data/benchmarks/orlib and peers/02_siting.py; DIR holds mclp_*_demand.csv,
mclp_*_candidates.csv and mclp_*.json of peers/00_make_inputs.py. Each run is a process of its own, ours and the
peer's in turn, so that the machine's moods fall on all alike. Wall time and processor time (user) of ours are of the
whole process, reading included; the peers' wall time is of building and solving alone, without reading. Prints a line
of JSON per run and a table of the ratios. Needs spopt, pulp, highspy and scipy.
"""

import argparse
import csv
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

PEER = """
import json, resource, sys, time
import numpy as np, pulp
from scipy.sparse.csgraph import shortest_path
from spopt.locate import PMedian
path, cap = sys.argv[1], float(sys.argv[2])
words = open(path).read().split()
n, m, p = map(int, words[:3])
between = np.zeros((n, n))
for u, v, cost in np.array(words[3:3 + 3 * m], dtype=int).reshape(-1, 3):
    between[u - 1, v - 1] = between[v - 1, u - 1] = cost
walks = shortest_path(between, directed=False)
began, cpu = time.perf_counter(), time.process_time()
model = PMedian.from_cost_matrix(walks, np.ones(n), p)
left = max(1.0, cap - (time.perf_counter() - began))
model.solve(pulp.HiGHS(msg=False, timeLimit=left, threads=1, gapRel=0), results=False)
solver = model.problem.solverModel
info = solver.getInfo()
print(json.dumps({"seconds": time.perf_counter() - began, "user": time.process_time() - cpu,
                  "objective": round(info.objective_function_value),
                  "proven": solver.modelStatusToString(solver.getModelStatus()) == "Optimal"}))
"""


def ours(program, *args):
    """Runs the program; its answer with wall and user seconds and the peak of its memory."""
    with tempfile.TemporaryFile("w+") as out:
        began = time.perf_counter()
        process = subprocess.Popen([program, "locate", "--format", "json", *args], stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        out.seek(0)
        answer = json.load(out)
    if status != 0:
        raise SystemExit(f"{args} ended with {status}: {answer}")
    return {"seconds": seconds, "user": usage.ru_utime, "solve": answer["seconds"], "objective": answer["objective"],
            "proven": answer["status"] == "optimal", "peak_mb": usage.ru_maxrss / 1024}


def spopt(path, cap):
    """One p-median question put to spopt with HiGHS; nothing when it does not end."""
    command = [sys.executable, "-c", PEER, path, str(cap)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=2 * cap + 60)
    except subprocess.TimeoutExpired:
        return {"proven": False, "ended": "killed"}
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    return json.loads(lines[-1]) if lines else {"proven": False, "ended": done.stderr[-200:]}


def sparse_highs(shared, inputs, case, cap):
    """The sparse HiGHS baseline of the peers' scripts, as they run it."""
    script = os.path.join(shared, "peers", "02_siting.py")
    with tempfile.TemporaryDirectory() as results:
        env = {**os.environ, "PEERS_INPUTS": inputs, "PEERS_RESULTS": results}
        command = [sys.executable, script, "--case", f"hs_mclp/{case}", "--cap", str(cap)]
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=2 * cap + 60)
        user = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    line = next(line for line in done.stdout.splitlines() if '{"peer"' in line)
    answer = json.loads(line[line.index('{"peer"'):])
    return {"seconds": answer["seconds"]["median"], "user": user, "objective": answer["result_checksum"],
            "proven": answer["status"] == "Optimal", "peak_mb": answer["peak_rss_mb"]}


def say(what, who, result):
    print(json.dumps({"what": what, "who": who, **result}), flush=True)


def or_library(args):
    folder = os.path.join(args.shared, "data", "benchmarks", "orlib")
    with open(os.path.join(folder, "optima.csv"), encoding="utf-8") as file:
        known = list(csv.reader(file))[1:]
    total, table = {"p-median": 0.0, "p-center": 0.0}, []
    for number, n, p, *optima in known:
        name, path = f"pmed{number}", os.path.join(folder, f"pmed{number}.txt")
        if args.only and name not in args.only:
            continue
        for model, optimum in zip(total, optima):
            runs = [ours(args.program, "--model", model, "--costs", path) for _ in range(args.rounds)]
            for run in runs:
                say(f"{model} {name} n={n} p={p}", "patchwork", run)
                if not run["proven"] or run["objective"] != float(optimum):
                    raise SystemExit(f"{model} {name}: {run}, but {optimum} is the published optimum")
            total[model] += statistics.median(run["seconds"] for run in runs)
            if model == "p-median":
                mine = statistics.median(run["seconds"] for run in runs)
        theirs = spopt(path, args.cap)
        say(f"p-median {name} n={n} p={p}", "spopt", theirs)
        ratio = f"{theirs['seconds'] / mine:.0f} times" if theirs["proven"] else f"not proven in {args.cap:.0f} s"
        table.append(f"{name:7} n={n:>3} p={p:>3}   patchwork {mine:6.3f} s   spopt {ratio}")
    print("\n".join(table))
    print(f"all of them: p-median {total['p-median']:.1f} s, p-center {total['p-center']:.1f} s, whole processes")


def cover_table(inputs, name, path):
    """The pairs within the radius as a table of costs, and the weights."""
    radius = json.load(open(f"{inputs}/{name}.json", encoding="utf-8"))["radius_m"]

    def points(part):
        with open(f"{inputs}/{name}_{part}.csv", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    demand, sites = points("demand"), points("candidates")
    at = [(site["id"], int(site["x"]), int(site["y"])) for site in sites]
    with open(f"{path}/costs.csv", "w", encoding="utf-8") as file:
        file.write("from,to,cost\n")
        for row in demand:
            x, y = int(row["x"]), int(row["y"])
            for site, sx, sy in at:
                square = (x - sx) ** 2 + (y - sy) ** 2
                if square <= radius * radius:
                    file.write(f"{row['id']},s{site},{square ** 0.5}\n")
    with open(f"{path}/weights.csv", "w", encoding="utf-8") as file:
        file.write("from,weight\n")
        file.writelines(f"{row['id']},{row['weight']}\n" for row in demand)
    return radius


def covering(args):
    for name, sites, wanted in (("mclp_2000x300", 10, 3), ("mclp_10000x1000", 20, 5)):
        with tempfile.TemporaryDirectory() as folder:
            radius = cover_table(args.inputs, name, folder)
            mine, theirs = [], []
            for _ in range(max(3, args.rounds)):
                mine.append(ours(args.program, "--model", "mclp", "--costs", f"{folder}/costs.csv", "--weights",
                                 f"{folder}/weights.csv", "--radius", str(radius), "--p", str(sites)))
                theirs.append(sparse_highs(args.shared, args.inputs, f"{name}/{sites}", args.cap))
                say(f"mclp {name} p={sites}", "patchwork", mine[-1])
                say(f"mclp {name} p={sites}", "sparse HiGHS", theirs[-1])
        ended = [run for run in theirs if run["proven"]]
        wrong = [run for run in mine + ended if not run["proven"] or run["objective"] != mine[0]["objective"]]
        if wrong:
            raise SystemExit(f"{name}: not proven, or not the same answer: {wrong}")
        # A peer that did not end took at least as long as it had.
        ratios = [peer["seconds"] / run["solve"] for run, peer in zip(mine, theirs)]
        user = statistics.median(peer["user"] for peer in theirs) / statistics.median(run["user"] for run in mine)
        print(f"{name} p={sites}: {statistics.median(ratios):.1f} times by medians of {len(ratios)} pairs "
              f"(building and solving; wanted {wanted}; HiGHS ended {len(ended)} times), {user:.1f} times by processor "
              f"time of the processes; peak {mine[0]['peak_mb']:.0f} MB with reading, HiGHS "
              f"{theirs[0]['peak_mb']:.0f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("shared")
    parser.add_argument("--inputs")
    parser.add_argument("--cap", type=float, default=60.0)
    parser.add_argument("--only", type=lambda words: words.split(","))
    parser.add_argument("--rounds", type=int, default=1)
    args = parser.parse_args()
    if args.inputs:
        covering(args)
    or_library(args)


if __name__ == "__main__":
    main()
