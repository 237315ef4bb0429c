"""How long the discipline signals take: 10,000 needs on a generated graph of 100,000 experts.

``python benchmarks/walk.py`` generates a graph of experts, societies and disciplines, walks from every discipline
and society, computes the signals of all needs, and sets the time beside one networkx PageRank of the same run. A
loop over needs would cost one such PageRank a need.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
from time import perf_counter

import networkx as nx
import numpy as np
import scipy
from scipy import sparse

from expertmatch.graph.walk import KEEP, LEAST, WalkTable, personalised_pagerank, strongest_paths, walk_tables


def generated(experts: int, societies: int, disciplines: int, rng: np.random.Generator) -> sparse.csr_array:
    """Return a graph shaped like a pool's: nodes are experts, then societies, then disciplines.

    Disciplines are of very unequal size; 60 % of the experts have a second one, inferred; 60 % hold an office; works
    of two to five people, mostly of one discipline, tie about every second expert to somebody.
    """
    rank = np.arange(1, disciplines + 1)
    share = rng.permutation(1.0 / rank / (1.0 / rank).sum())
    first = rng.choice(disciplines, size=experts, p=share)
    everyone = np.arange(experts)
    roots = min(62, disciplines)
    a, b, weight = [everyone], [experts + societies + first], [np.ones(experts)]

    some = everyone[rng.random(experts) < 0.6]
    a.append(some)
    b.append(experts + societies + rng.choice(disciplines, size=len(some), p=share))
    weight.append(rng.uniform(0.05, 0.4, len(some)))

    members = everyone[rng.random(experts) < 0.6]
    home = rng.integers(0, societies, members.size)
    a.append(members)
    b.append(experts + home)
    weight.append(rng.choice([0.2, 0.5, 0.7, 0.9, 1.0], size=members.size, p=[0.6, 0.25, 0.1, 0.04, 0.01]))

    by_field = np.argsort(first, kind="stable")
    for _ in range(experts // 6):
        start, size = int(rng.integers(0, experts)), int(rng.integers(2, 6))
        team = by_field[np.unique(np.minimum(start + rng.integers(0, 40, size), experts - 1))]
        i, j = np.triu_indices(len(team), 1)
        a.append(team[i])
        b.append(team[j])
        weight.append(np.full(len(i), 1.0 / max(1, len(team) - 1)))

    covered = rng.choice(disciplines, size=(societies, 3), p=share)
    a.append(np.repeat(experts + np.arange(societies), 3))
    b.append(experts + societies + covered.ravel())
    weight.append(np.full(societies * 3, 0.3 * len(members) / societies / 3))
    below = np.arange(roots, disciplines)
    a.append(experts + societies + below)
    b.append(experts + societies + below % roots)
    weight.append(np.maximum(0.25 * experts * share[below], 0.25))

    size = experts + societies + disciplines
    pairs = (np.concatenate(weight), (np.concatenate(a), np.concatenate(b)))
    half = sparse.coo_array(pairs, shape=(size, size)).tocsr()
    return (half + half.T).tocsr()


def mixtures(needs: int, seeds: int, rng: np.random.Generator) -> sparse.csr_array:
    """Return three disciplines a need."""
    columns = rng.integers(0, seeds, size=(needs, 3))
    weight = rng.dirichlet([4.0, 2.0, 1.0], size=needs)
    pairs = (weight.ravel(), (np.repeat(np.arange(needs), 3), columns.ravel()))
    return sparse.coo_array(pairs, shape=(needs, seeds)).tocsr()


def timed(label: str, job):
    """Run a job, print and return how long it took."""
    start = perf_counter()
    result = job()
    seconds = perf_counter() - start
    print(f"{label:<58}{seconds:>9.2f} s", flush=True)
    return result, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in (("needs", 10_000), ("experts", 100_000), ("societies", 200), ("disciplines", 700)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--keep", type=int, default=KEEP)
    parser.add_argument("--least", type=float, default=LEAST)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="one line of JSON at the end")
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    graph = generated(given.experts, given.societies, given.disciplines, rng)
    hubs = np.arange(given.experts, graph.shape[0])
    people = np.arange(given.experts)
    p = mixtures(given.needs, given.disciplines, rng)
    p = sparse.csr_array((p.data, p.indices + given.societies, p.indptr), shape=(given.needs, len(hubs)))
    print(
        f"python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}, "
        f"networkx {nx.__version__}, {os.cpu_count()} cores, {platform.machine()}; threads {given.threads}"
    )
    print(
        f"nodes {graph.shape[0]:,}, edges {graph.nnz // 2:,}, needs {given.needs:,}, "
        f"keep {given.keep:,}, least {given.least}\n"
    )

    kinds = {"expert": people, "society": hubs[: given.societies]}
    tables, walk = timed(
        f"walk from {len(hubs):,} disciplines and societies",
        lambda: walk_tables(graph, hubs, kinds, keep=given.keep, least=given.least, threads=given.threads),
    )
    table: WalkTable = tables["expert"]
    pairs, signal = timed(
        f"signals of {given.needs:,} needs", lambda: sum(found.nnz for _, found in table.signal_blocks(p))
    )
    total = walk + signal
    print(f"{'all discipline signals':<58}{total:>9.2f} s   (aim: below 30 s)")

    drawn, _ = timed("networkx graph", lambda: nx.from_scipy_sparse_array(graph))
    source = int(hubs[given.societies])
    _, one = timed(
        "one networkx PageRank (its own tolerance, 1e-6)", lambda: nx.pagerank(drawn, personalization={source: 1})
    )
    _, own = timed("one vector of ours (tolerance 1e-12)", lambda: personalised_pagerank(
        graph, sparse.coo_array(([1.0], ([0], [source])), shape=(1, graph.shape[0]))))  # fmt: skip
    _, ways = timed("strongest paths to ten experts", lambda: strongest_paths(graph, source, range(10)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform == "darwin" else 1024)
    print(f"\nall signals / one networkx PageRank                        {total / one:>8.1f}")
    print(f"a PageRank for each need would take                        {one * given.needs / 3600:>8.1f} h")
    print(f"stored entries {table.ratio.nnz:,}; signals above 0: {pairs:,}; peak memory {peak:,.0f} MB")
    print(f"largest signal the cut can lose: {table.lost_by(p).max():.3f}; median {np.median(table.lost_by(p)):.3f}")
    if given.json:
        facts = {
            "walk": walk,
            "signal": signal,
            "networkx": one,
            "own_vector": own,
            "paths": ways,
            "ratio": total / one,
        }
        print(json.dumps({**vars(given), **facts}))


if __name__ == "__main__":
    main()
