"""Times Patchwork's districting and GerryChain's re-splitting of the same units in one sitting.

    python benches/peers/districting.py PATCHWORK UNITS [--tolerance 0.05] [--seeds 5] [--seconds 10] [--chain 30]

UNITS is a file of units and edges as `patchwork region` reads it. For each seed: how soon a plan within the tolerance is
found (time limits are doubled from 0.1 s until there is one), counted anew here. Then GerryChain's chain of re-splits
(ReCom), begun from the first of those plans, for so many seconds, and re-splits a second of either. Needs gerrychain and
networkx. Prints a line of JSON for each run.
"""

import argparse
import collections
import functools
import json
import random
import subprocess
import time


def read(path):
    numbers = open(path).read().split()
    n, m, parts = map(int, numbers[:3])
    weights = [float(word) for word in numbers[5 : 5 + n]]
    ends = [int(word) for word in numbers[5 + n : 5 + n + 2 * m]]
    return weights, list(zip(ends[::2], ends[1::2], strict=True)), parts


def recount(weights, edges, plan):
    """How far the worst part is from the average, and whether every part hangs together."""
    loads, near = collections.Counter(), collections.defaultdict(list)
    for unit, part in enumerate(plan):
        loads[part] += weights[unit]
    for a, b in edges:
        if plan[a] == plan[b]:
            near[a].append(b)
            near[b].append(a)
    seen, pieces = set(), 0
    for root in range(len(plan)):
        if root in seen:
            continue
        pieces += 1
        open_units = [root]
        seen.add(root)
        while open_units:
            for to in near[open_units.pop()]:
                if to not in seen:
                    seen.add(to)
                    open_units.append(to)
    average = sum(weights) / len(loads)
    return max(abs(load - average) for load in loads.values()) / average, pieces == len(loads)


def ours(program, path, tolerance, seed, limit):
    command = [program, "-q", "region", "--units", path, "--tolerance", str(tolerance), "--seed", str(seed)]
    command += ["--time-limit", str(limit), "--no-proof", "--format", "json"]
    return json.loads(subprocess.run(command, capture_output=True, text=True).stdout)


def soonest(program, path, tolerance, seed, seconds):
    limit = 0.1
    while True:
        answer = ours(program, path, tolerance, seed, limit)
        if answer["status"] != "infeasible" or limit >= seconds:
            return answer
        limit = min(2 * limit, seconds)


def chain(weights, edges, plan, tolerance, seconds):
    import networkx
    from gerrychain import Graph, MarkovChain, Partition, accept, constraints, proposals, updaters

    random.seed(1)
    graph = networkx.Graph()
    graph.add_nodes_from((unit, {"pop": weight}) for unit, weight in enumerate(weights))
    graph.add_edges_from(edges)
    start = Partition(
        Graph.from_networkx(graph), assignment=dict(enumerate(plan)), updaters={"population": updaters.Tally("pop", alias="population")}
    )
    average = sum(weights) / len(set(plan))
    propose = functools.partial(
        proposals.recom, pop_col="pop", pop_target=average, epsilon=tolerance, node_repeats=1
    )
    bound = constraints.within_percent_of_ideal_population(start, tolerance)
    steps, began = 0, time.perf_counter()
    for _ in MarkovChain(propose, [bound], accept.always_accept, start, total_steps=10**9):
        steps += 1
        if time.perf_counter() - began > seconds:
            break
    return steps, time.perf_counter() - began


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("units")
    parser.add_argument("--tolerance", type=float, default=0.05)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--chain", type=float, default=30)
    asked = parser.parse_args()
    weights, edges, _ = read(asked.units)
    plan = None
    for seed in range(1, asked.seeds + 1):
        answer = soonest(asked.program, asked.units, asked.tolerance, seed, asked.seconds)
        off, hangs = recount(weights, edges, answer["parts"])
        is_met = off <= asked.tolerance and hangs
        plan = plan or (answer["parts"] if is_met else None)
        told = {"seed": seed, "met": is_met, "off": round(off, 5), "hang_together": hangs, "seconds": answer["seconds"]}
        print(json.dumps({"program": "patchwork", **told, "resplits_a_second": round(answer["resplits"] / answer["seconds"])}))
    if plan is None:
        raise SystemExit("no plan within the tolerance to begin the chain from")
    steps, seconds = chain(weights, edges, plan, asked.tolerance, asked.chain)
    print(json.dumps({"program": "gerrychain", "seconds": round(seconds, 1), "resplits_a_second": round(steps / seconds)}))


if __name__ == "__main__":
    main()
