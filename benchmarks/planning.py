"""Peak memory a case, the optimum by another program, greedy, and teams with crossing rules.

    python benchmarks/planning.py

Each run is a child process, so that its peak memory is its own; seconds include building the model, not drawing the
instance nor imports; processor time beside them, as other work on the machine lengthens the first more. ``all edges``
is one linear program over every pair, written here without the library: the totals must agree. Teams of 4 want
somebody 正高, somebody local, both disciplines their need asks for, and at most 2 of a unit; what is not met costs 5.
``fewest`` solves the same rules without scores: no plan breaks fewer.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import scipy
from scipy import optimize, sparse

import expertmatch as em
from expertmatch.planning.solver.model import Model, Rows
from expertmatch.planning.solver.solving import solve

RESULTS = Path(__file__).parent / "results"
SIZES = {"small": (1_000, 5_000), "large": (10_000, 50_000)}
CASES = ("highs", "flow", "fair", "greedy", "all edges")
TEAMS = ("teams", "fewest", "teams greedy")
CANDIDATES, SEED, REPEATS, PRICE = 50, 1, 3, 5.0


def instance(needs: int, experts: int, seed: int) -> sparse.csr_array:
    """Draw candidates by popularity (Beta(2, 5)) without replacement, and their scores."""
    rng = np.random.default_rng(seed)
    popularity = rng.beta(2, 5, experts)
    columns, scores = [], []
    for _ in range(needs):
        keys = 6 * popularity + rng.gumbel(size=experts)
        chosen = np.sort(np.argpartition(-keys, CANDIDATES)[:CANDIDATES])
        columns.append(chosen)
        score = 0.55 * popularity[chosen] / popularity.max() + 0.45 * rng.random(CANDIDATES)
        scores.append(np.clip(score, 0, 1))
    rows = np.repeat(np.arange(needs), CANDIDATES)
    return sparse.csr_array((np.concatenate(scores), (rows, np.concatenate(columns))), shape=(needs, experts))


def edges(table: sparse.csr_array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.repeat(np.arange(table.shape[0]), np.diff(table.indptr)), table.indices.astype(np.int64), table.data


def greedy(need, expert, value, wanted: int, capacity: int, shape, unit=None) -> np.ndarray:
    """Take pairs by score while both sides have room, and at most 2 of a unit in a team where units are given."""
    place, room, held = [wanted] * shape[0], [capacity] * shape[1], {}
    chosen = np.zeros(len(need), bool)
    for edge in np.lexsort((expert, need, -value)).tolist():
        n, e = int(need[edge]), int(expert[edge])
        key = (n, None if unit is None else int(unit[e]))
        if place[n] and room[e] and (unit is None or held.get(key, 0) < 2):
            place[n], room[e], chosen[edge] = place[n] - 1, room[e] - 1, True
            held[key] = held.get(key, 0) + 1
    return chosen


def all_edges(need, expert, value, shape) -> float:
    """Return the optimum of the linear program over all pairs."""
    every, one = np.arange(len(need)), np.ones(len(need))
    sides = ((need, shape[0]), (expert, shape[1]))
    parts = [sparse.csr_array((one, (of, every)), shape=(count, len(need))) for of, count in sides]
    ends = sparse.vstack(parts, format="csc")
    bounds = np.r_[np.full(shape[0], 3.0), np.full(shape[1], 4.0)]
    return -optimize.linprog(-value, A_ub=ends, b_ub=bounds, bounds=(0, 1), method="highs-ds").fun


def plain_case(case: str, size: str) -> dict:
    table = instance(*SIZES[size], SEED)
    need, expert, value = edges(table)
    em.assign(np.eye(2), wanted=1, capacity=1, solver="flow" if case == "flow" else "highs")  # the imports
    start, cpu = perf_counter(), process_time()
    facts: dict = {}
    if case == "greedy":
        facts["total"] = float(value[greedy(need, expert, value, 3, 4, table.shape)].sum())
    elif case == "all edges":
        facts["total"] = all_edges(need, expert, value, table.shape)
    else:
        given = {"objective": "fair"} if case == "fair" else {"solver": case}
        found = em.assign(table, wanted=3, capacity=4, **given)
        facts = {"total": found.total, "bound": found.bound, "status": found.status, "worst": found.solution.worst}
    return {**facts, "seconds": perf_counter() - start, "cpu": process_time() - cpu}


def team_rules(model: Model, rng: np.random.Generator) -> tuple[Model, np.ndarray]:
    """Add the rules of the teams; returns the units too."""
    needs, experts = len(model.least), len(model.capacity)
    senior, local, unit = rng.random(experts) < 0.3, rng.random(experts) < 0.2, rng.integers(0, 200, experts)
    field = rng.integers(0, 20, (experts, 2))
    first = rng.integers(0, 20, needs)
    asked = np.column_stack([first, (first + rng.integers(1, 20, needs)) % 20])
    has = [(field[model.expert] == asked[model.need, k][:, None]).any(axis=1) for k in (0, 1)]
    every = np.arange(needs)

    def rows(label: str, at: np.ndarray, row: np.ndarray, about: np.ndarray, least: float, most: float) -> Rows:
        count = len(about)
        matrix = sparse.csr_array((np.ones(len(at)), (row, at)), shape=(count, model.edges))
        return Rows(rule=label, label=label, matrix=matrix, lower=np.full(count, least), upper=np.full(count, most),
                    need=about, subject=("",) * count, price=PRICE)  # fmt: skip

    rules = []
    for label, inside in (
        ("正高", senior[model.expert]),
        ("本地", local[model.expert]),
        ("学科一", has[0]),
        ("学科二", has[1]),
    ):
        at = np.flatnonzero(inside)
        rules.append(rows(label, at, model.need[at], every, 1.0, np.inf))
    key, row = np.unique(model.need * 200 + unit[model.expert], return_inverse=True)
    rules.append(rows("单位", np.arange(model.edges), row, key // 200, -np.inf, 2.0))
    return replace(model, rows=tuple(rules)), unit


def team_case(case: str) -> dict:
    table = instance(*SIZES["small"], SEED)
    start, cpu = perf_counter(), process_time()
    need, expert, value = edges(table)
    four, room = np.full(table.shape[0], 4), np.full(table.shape[1], 4)
    model = Model(need=need, expert=expert, value=value, least=four, most=four, minimum=np.zeros_like(room),
                  capacity=room, locked=np.zeros(len(need), bool))  # fmt: skip
    model, unit = team_rules(model, np.random.default_rng(SEED + 1))
    if case == "teams greedy":
        chosen = greedy(need, expert, value, 4, 4, table.shape, unit)
        found, status, bound = None, "-", float("nan")
    else:
        found = solve(model if case == "teams" else replace(model, value=np.zeros_like(value)))
        chosen, status, bound = found.chosen, f"{found.status}, proven {found.proven}", found.bound
    seconds, cpu = perf_counter() - start, process_time() - cpu
    reached = [(rule, rule.matrix @ chosen.astype(float)) for rule in model.rows]
    broken = {r.label: float(np.maximum(r.lower - x, 0).sum() + np.maximum(x - r.upper, 0).sum()) for r, x in reached}
    empty = int((4 - np.bincount(need[chosen], minlength=len(four))).sum())
    return {"seconds": seconds, "cpu": cpu, "total": float(value[chosen].sum()), "bound": bound, "status": status,
            "broken": broken, "broken_all": sum(broken.values()), "empty": empty,
            "beyond_capacity": int((np.bincount(expert[chosen], minlength=len(room)) > 4).sum())}  # fmt: skip


def measured(case: str, size: str) -> dict:
    """Run a case in child processes; returns the last facts with the median time and the largest peak."""
    runs = []
    for _ in range(REPEATS):
        done = subprocess.run([sys.executable, __file__, case, size], check=True, capture_output=True, text=True)
        runs.append(json.loads(done.stdout.splitlines()[-1]))
    times = [run["seconds"] for run in runs]
    return {"case": case, "size": size, **runs[-1], "seconds": float(np.median(times)), "times": times,
            "cpu": float(np.median([run["cpu"] for run in runs])),
            "peak_gb": max(run["peak_gb"] for run in runs)}  # fmt: skip


def main() -> None:
    if len(sys.argv) == 3:
        case, size = sys.argv[1:]
        facts = team_case(case) if case in TEAMS else plain_case(case, size)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e9 if sys.platform == "darwin" else 1e9 / 1024)
        print(json.dumps({**facts, "peak_gb": peak}))
        return
    machine = (f"python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}, "
               f"{platform.machine()}, {os.cpu_count()} cores; seed {SEED}, median of {REPEATS}")  # fmt: skip
    lines, facts = [machine], []
    jobs = [("small", one) for one in CASES + TEAMS] + [("large", one) for one in CASES]
    for size, case in jobs:
        one = measured(case, size)
        facts.append(one)
        more = f", broken {one['broken_all']:g} {one['broken']}, empty {one['empty']}" if case in TEAMS else ""
        told = f", {one['status']}, bound {one['bound']:.6f}" if "bound" in one else ""
        lines.append(f"{size} {case}: {one['seconds']:.3f} s ({one['cpu']:.3f} s of processor), "
                     f"peak {one['peak_gb']:.2f} GB, total {one['total']:.6f}{told}{more}")  # fmt: skip
        print(lines[-1], flush=True)
    (RESULTS / "planning.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = {"machine": machine, "cases": facts}
    (RESULTS / "planning.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
