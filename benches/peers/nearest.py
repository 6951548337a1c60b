"""Times Patchwork, scipy and pandana on the same network in one sitting.

    python benches/peers/nearest.py TIMER INPUTS [--net synth226k] [--limit 2000] [--rounds 3] [--reps 5] [--only scipy]

TIMER is the built example `time_nearest`; INPUTS has NET_nodes.csv, NET_edges.csv and NET_assets.csv.
The question: how far is the nearest asset of each category from every node, up to the limit? Each round
runs the programs one after the other, each in its own process, so that the machine's moods fall on all
alike; times are of the query alone (reading, building and pandana's precomputation are told apart),
memory is the peak of the process. Prints a line of JSON per program and round, the ratios, and how far
the answers differ.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import pandas as pd


def peak_mb():
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM"))


def read(folder):
    return tuple(pd.read_csv(f"{folder}/{part}.csv") for part in ("nodes", "edges", "assets"))


def timed(query, reps):
    seconds, answer = [], None
    for _ in range(reps):
        answer = None
        began = time.perf_counter()
        answer = query()
        seconds.append(time.perf_counter() - began)
    return answer, seconds


def report(peer, seconds, build_s, answer, limit, out):
    answer = [np.asarray(column, float) for column in answer]
    within = [column[column < limit - 1e-6] for column in answer]
    checksum = f"{sum(map(len, within))}:{sum(int(np.rint(column * 10).sum()) for column in within)}"
    line = {
        "peer": peer,
        "build_s": build_s,
        "seconds": {"min": min(seconds), "median": statistics.median(seconds), "max": max(seconds)},
        "runs": len(seconds),
        "peak_rss_mb": peak_mb(),
        "result_checksum": checksum,
    }
    np.concatenate(answer).astype("<f8").tofile(out)
    print("\n" + json.dumps(line))


def run_scipy(folder, limit, reps, out):
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    nodes, edges, assets = read(folder)
    began = time.perf_counter()
    a, b = np.r_[edges.u, edges.v], np.r_[edges.v, edges.u]
    w = np.r_[edges.length_m, edges.length_m]
    order = np.lexsort((w, b, a))
    a, b, w = a[order], b[order], w[order]
    first = np.r_[True, (a[1:] != a[:-1]) | (b[1:] != b[:-1])]
    graph = csr_matrix((w[first], (a[first], b[first])), (len(nodes), len(nodes)))
    build_s = time.perf_counter() - began
    sources = [group.node_id.values for _, group in assets.groupby("category", sort=False)]
    query = lambda: [dijkstra(graph, directed=True, indices=ids, min_only=True, limit=limit) for ids in sources]
    answer, seconds = timed(query, reps)
    report("scipy", seconds, build_s, answer, limit, out)


def run_pandana(folder, limit, reps, out):
    import pandana

    nodes, edges, assets = read(folder)
    began = time.perf_counter()
    network = pandana.Network(nodes.x, nodes.y, edges.u, edges.v, edges[["length_m"]], twoway=True)
    network.precompute(limit)
    for category, group in assets.groupby("category", sort=False):
        network.set_pois(category, limit, 1, group.x.reset_index(drop=True), group.y.reset_index(drop=True))
    build_s = time.perf_counter() - began
    categories = list(dict.fromkeys(assets.category))
    query = lambda: [network.nearest_pois(limit, category, num_pois=1)[1].values for category in categories]
    answer, seconds = timed(query, reps)
    report("pandana", seconds, build_s, answer, limit, out)


def run_all(args):
    rounds = []
    with tempfile.TemporaryDirectory() as folder:
        nodes, edges, assets = (pd.read_csv(f"{args.inputs}/{args.net}_{p}.csv") for p in ("nodes", "edges", "assets"))
        # A street cannot be shorter than the straight line between its ends; a few are, by rounding.
        straight = np.hypot(*(nodes[["x", "y"]].values[edges.u] - nodes[["x", "y"]].values[edges.v]).T)
        edges["length_m"] = np.maximum(edges.length_m, straight)
        for name, table in (("nodes", nodes), ("edges", edges), ("assets", assets)):
            table.to_csv(f"{folder}/{name}.csv", index=False)
        files = [f"{folder}/{name}.csv" for name in ("nodes", "edges", "assets")]
        own = [sys.executable, __file__, args.timer, folder, "--limit", str(args.limit), "--reps", str(args.reps)]
        commands = {"patchwork": [args.timer, *files, str(args.limit), str(args.reps), f"{folder}/patchwork"]}
        commands |= {peer: [*own, "--case", peer] for peer in args.only}
        for number in range(args.rounds):
            figures = {}
            for peer, command in commands.items():
                out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
                # pandana's own chatter may come before the line.
                figures[peer] = json.loads(out[out.index('{"peer"'):] if peer != "patchwork" else out)
                print(json.dumps(figures[peer] | {"round": number + 1, "load": os.getloadavg()[0]}), flush=True)
            rounds.append(figures)
        answers = {peer: np.fromfile(f"{folder}/{peer}") for peer in commands}
    median = lambda figures, peer: figures[peer]["seconds"]["median"]
    for peer in args.only:
        ratios = [median(figures, peer) / median(figures, "patchwork") for figures in rounds]
        fastest = min(f[peer]["seconds"]["min"] for f in rounds) / min(f["patchwork"]["seconds"]["min"] for f in rounds)
        print(
            f"{peer} takes {', '.join(f'{ratio:.1f}' for ratio in ratios)} times as long (medians of each round), "
            f"{fastest:.1f} times by the fastest runs of all rounds"
        )
        ours, theirs = answers["patchwork"], answers[peer]
        reached = (ours < args.limit - 1e-3) & (theirs < args.limit - 1e-3)
        differ = ((ours < args.limit - 1e-3) != (theirs < args.limit - 1e-3)).sum()
        furthest = np.abs(ours[reached] - theirs[reached]).max()
        print(f"{peer}: {reached.sum()} distances differ by {furthest:.6f} m at most; {differ} are within the limit in one only")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("timer")
    parser.add_argument("inputs")
    parser.add_argument("--net", default="synth226k")
    parser.add_argument("--limit", type=float, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--reps", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=["scipy", "pandana"], default=["scipy", "pandana"])
    parser.add_argument("--case", choices=["scipy", "pandana"])
    args = parser.parse_args()
    if args.case:
        run = {"scipy": run_scipy, "pandana": run_pandana}[args.case]
        run(args.inputs, args.limit, args.reps, f"{args.inputs}/{args.case}")
    else:
        run_all(args)


if __name__ == "__main__":
    main()
