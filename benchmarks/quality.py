"""How well expertmatch ranks on real data, beside its peers, on the same rows.

    python benchmarks/quality.py --data DIR [--only TASK ...] [--splits N] [--smoke] [--peer-options] [--out FILE]

DIR holds techtransfer/, fund/ and csl/ as their README describes them. Prints every measure of expertmatch and of the
peers, the paired differences with 95 % intervals, wins/ties/losses and the breakdown by the number of works that
a target is left with. With --splits N, settings are chosen on seeded halves and reported on the other halves.

The task csl links abstracts to disciplines and is measured by csl.py, topics groups the same abstracts and is measured
by topics.py; without their folder they are left out. The tasks fund-disciplines and sample add the signals of
disciplines and of standing to text and are measured by disciplines.py; sample needs no DIR.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import csl
import disciplines
import numpy as np
import ours
import peers
import protocols
import splits
import topics
from figures import compared, differences, from_ranks
from protocols import Task

import expertmatch as em
from expertmatch.display import text_table
from expertmatch.evaluation import Comparison, Evaluation, evaluate

OURS = "expertmatch"
HEADLINE = {"techtransfer": "nDCG@10", "fund": "MRR"}
MEASURES = {"techtransfer": ("nDCG@10",), "fund": ("MRR", "R@10", "R@100")}
TASKS = ("csl", "topics", *MEASURES, "fund-disciplines", "sample")
PACKAGES = ("expertmatch", "numpy", "scipy", "pandas", "scikit-learn", "bm25s", "jieba", "rjieba", "ir-measures")
DEEP = 1000
"""Ranks looked at when settings are tried; beyond, a reciprocal rank counts as 0."""
SMOKE = {"techtransfer": 20, "fund": 60}
"""Needs of a smoke run."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """One system on one task.

    Parameters
    ----------
    evaluation : Evaluation
        Every need's values.
    seconds : float
        From texts to ranks.
    """

    evaluation: Evaluation
    seconds: float


def measured(task: Task, system: Any, module: Any, **options: Any) -> Evaluation:
    """Return the measures of a matcher (module ours) or of a scorer (module peers)."""
    if task.name == "fund":
        return from_ranks(task, module.target_ranks(task, system, **options))
    run = module.judged_run(task, system)
    return evaluate(run, task.judgments, measures=MEASURES[task.name], relevant=1)


def timed(work: Callable[[], Evaluation]) -> Result:
    """Run and take the time."""
    start = time.perf_counter()
    evaluation = work()
    return Result(evaluation=evaluation, seconds=time.perf_counter() - start)


def run_task(task: Task, say: Callable[[str], None]) -> dict[str, Result]:
    """Run expertmatch and every peer on a task."""
    results = {OURS: timed(lambda: measured(task, ours.fitted(task), ours))}
    say(f"  {OURS}: {results[OURS].seconds:.0f} s")
    for peer in peers.PEERS:
        results[peer.name] = timed(functools.partial(_peer, task, peer))
        say(f"  {peer.name}: {results[peer.name].seconds:.0f} s")
    return results


def _peer(task: Task, peer: peers.Peer) -> Evaluation:
    return measured(task, peer.scorer(task), peers)


def peer_options(task: Task, say: Callable[[str], None]) -> None:
    """Print the headline measures of every peer under all its options."""
    for peer in peers.PEERS:
        for options in peers.option_grid(peer.model):
            found = measured(task, peer.scorer(task, options), peers)
            told = ", ".join(f"{name} {value}" for name, value in vars(options).items())
            mark = " (used)" if options == peer.options[task.name] else ""
            say(f"  {peer.name}: {told}: " + ", ".join(f"{found[name]:.4f}" for name in MEASURES[task.name]) + mark)


def run_splits(task: Task, count: int, *, smoke: bool, say: Callable[[str], None]) -> splits.Chosen:
    """Measure every setting of the task's grid and choose on halves."""
    pool = em.read_pool(works=task.works)
    options = {"top": DEEP} if task.name == "fund" else {}
    values = {}
    for setting in splits.settings_of(task.name, smoke=smoke):
        found = timed(functools.partial(_tried, task, dict(setting), pool, options))
        values[setting] = found.evaluation.per_need
        told = ", ".join(f"{name} {value:g}" for name, value in setting)
        say(f"  {told}: {found.evaluation[HEADLINE[task.name]]:.4f} ({found.seconds:.0f} s)")
    return splits.choose(values, HEADLINE[task.name], count)


def _tried(task: Task, setting: dict[str, float], pool: em.Pool, options: dict[str, int]) -> Evaluation:
    return measured(task, ours.fitted(task, setting, pool), ours, **options)


def figures(task: Task, results: dict[str, Result]) -> str:
    """Return the table of means: a row per measure and group, a column per system."""
    needs = next(iter(results.values())).evaluation.per_need.index
    parts = {"all": needs}
    if task.name == "fund":
        parts |= {f"{group} works": task.groups.index[task.groups == group] for group in protocols.GROUPS}
    rows: list[list[object]] = []
    for measure in MEASURES[task.name]:
        for part, here in parts.items():
            values = [result.evaluation.per_need[measure].loc[here] for result in results.values()]
            rows.append([measure, part, len(here), *(f"{each.mean():.4f}" for each in values)])
    rows.append(["seconds", "", "", *(f"{result.seconds:.0f}" for result in results.values())])
    return text_table(["measure", "targets", "needs", *results], rows, width=140, max_rows=None)


def machine() -> dict[str, Any]:
    """Return what the figures depend on besides data and settings."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text(encoding="utf-8").splitlines()
        cpu = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), cpu)
    return {
        "system": platform.system(),
        "cpu": cpu,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def record(task: Task, results: dict[str, Result], comparisons: dict[str, Comparison]) -> dict[str, Any]:
    """Return a task's figures for JSON."""
    return {
        "digests": task.digests,
        "about": task.about,
        "options": {peer.name: vars(peer.options[task.name]) for peer in peers.PEERS},
        "systems": {
            name: {"seconds": round(result.seconds, 1), "measures": result.evaluation.frame.to_dict("records")}
            for name, result in results.items()
        },
        "differences": {name: found.frame.to_dict("records") for name, found in comparisons.items()},
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, help="folder with techtransfer/, fund/ and csl/")
    parser.add_argument("--only", nargs="+", choices=TASKS, default=TASKS, metavar="TASK", help=", ".join(TASKS))
    parser.add_argument("--splits", type=int, default=0, metavar="N", help="choose settings on N seeded halvings")
    parser.add_argument("--smoke", action="store_true", help="a small fixed part of the data, for CI")
    parser.add_argument("--peer-options", action="store_true", help="first print every peer under all its options")
    parser.add_argument("--out", type=Path, help="write all figures as JSON")
    asked = parser.parse_args(arguments)
    if asked.data is None and set(asked.only) != {"sample"}:
        parser.error("--data is needed for all tasks but sample")
    started = time.perf_counter()
    out: dict[str, Any] = {"machine": machine(), "smoke": asked.smoke, "tasks": {}}
    if "csl" in asked.only and (asked.only is not TASKS or (asked.data / "csl").is_dir()):
        print("csl: discipline from the abstract, no labelled paper used")
        out["tasks"]["csl"] = csl.run(asked.data / "csl", print, smoke=asked.smoke, tune=bool(asked.splits))
    if "topics" in asked.only and (asked.only is not TASKS or (asked.data / "csl").is_dir()):
        print("topics: abstracts grouped, disciplines as truth")
        out["tasks"]["topics"] = topics.run(asked.data / "csl", print, smoke=asked.smoke)
    for name in (task for task in MEASURES if task in asked.only):
        load = {"techtransfer": protocols.techtransfer, "fund": protocols.fund}[name]
        task = load(asked.data / name, most=SMOKE[name] if asked.smoke else None)
        print(f"{name}: {len(task.judgments):,} pairs, {len(task.needs):,} needs, {len(task.people):,} people")
        if asked.peer_options:
            peer_options(task, print)
        results = run_task(task, print)
        others = {other: result.evaluation for other, result in results.items() if other != OURS}
        comparisons = compared(task, results[OURS].evaluation, others, OURS)
        print(f"\n{figures(task, results)}\n\n{OURS} minus peers\n{differences(comparisons)}\n")
        out["tasks"][name] = record(task, results, comparisons)
        if asked.splits:
            chosen = run_splits(task, asked.splits, smoke=asked.smoke, say=print)
            out["tasks"][name]["splits"] = report_splits(task, chosen, results)
    if "fund-disciplines" in asked.only:
        most = SMOKE["fund"] if asked.smoke else None
        found = disciplines.run_fund(asked.data / "fund", print, most=most, count=asked.splits)
        out["tasks"]["fund-disciplines"] = found
    if "sample" in asked.only:
        out["tasks"]["sample"] = disciplines.run_sample(print, smoke=asked.smoke)
    out["seconds"] = round(time.perf_counter() - started, 1)
    print(f"{out['seconds']:.0f} s on {out['machine']['cpu']}, {out['machine']['cores']} cores")
    if asked.out:
        asked.out.write_text(
            json.dumps(_plain(out), ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8"
        )
    return 0


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it: an undefined figure is null."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _deep(evaluation: Evaluation) -> Evaluation:
    """Return an evaluation that has seen as many ranks as those of the splits."""
    per_need = evaluation.per_need.copy()
    if "MRR" in per_need:
        per_need["MRR"] = per_need["MRR"].where(per_need["MRR"] >= 1 / DEEP, 0.0)
    return replace(evaluation, per_need=per_need)


def report_splits(task: Task, chosen: splits.Chosen, results: dict[str, Result]) -> dict[str, Any]:
    """Print and return what settings chosen on the other half give against the defaults and the peers."""
    tuned = Evaluation(per_need=chosen.per_need, relevant=1, unranked=(), unjudged=())
    every = {("defaults" if name == OURS else name): _deep(result.evaluation) for name, result in results.items()}
    comparisons = compared(task, tuned, every, "chosen")
    picks = [{"settings": dict(setting), "halves": count} for setting, count in chosen.picks.items()]
    print(f"settings chosen on the other half minus defaults and peers\n{differences(comparisons)}")
    for pick in picks:
        print(f"  {pick['halves']} halves chose {pick['settings']}")
    return {
        "picks": picks,
        "measures": tuned.frame.to_dict("records"),
        "differences": {name: found.frame.to_dict("records") for name, found in comparisons.items()},
    }


if __name__ == "__main__":
    sys.exit(main())
