"""What weights fitted on judgments gain on needs that were not fitted on: 5 x 2 seeded splits, paired, with intervals.

    python benchmarks/tuning.py --data DIR [--only NAME] [--null N] [--out FILE]

DIR holds techtransfer/ as its README describes it; the sample needs no DIR. It is `em.tune` that fits, on halves.
Three starts on techtransfer: the defaults, which were measured on these same needs when they were set, and two poor
ones, to see what is found where something is to be gained. With --null N, the grades of each need are shuffled N
times, so that nothing is to be gained, and claims are counted: 2.5 % is what the interval promises.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import protocols
import sample
from quality import _plain, machine

import expertmatch as em
from expertmatch.evaluation import Tuned, paired
from expertmatch.evaluation.trial import Bench, Setting
from expertmatch.evaluation.tune import GRID, cross_validated, value_axes

POOR = {
    "no single characters": em.Weights(character_share=0.0),
    "short texts like long ones, weak characters": em.Weights(length_slope=1.0, character_weight=0.4),
}
NULL = ("character_weight", "length_slope", "title_weight")
"""Weights tuned on shuffled grades."""


def techtransfer(folder: Path, say: Callable[[str, Tuned, float], None]) -> None:
    """Tune fields and terms, from the defaults and from poor starts."""
    task = protocols.techtransfer(folder)
    pool = em.read_pool(works=task.works)
    for name, weights in {"defaults": em.Weights(), **POOR}.items():
        _timed(f"techtransfer, from {name}", em.Matcher(weights=weights).fit(pool), task.needs, task.judgments, say)


def of_sample(say: Callable[[str, Tuned, float], None]) -> None:
    """Tune fields, terms and signals on the fictional sample, by sort of need and from two starts."""
    needs, judged = sample.needs(), sample.judgments()
    text = em.Matcher(signals={"text": 1.0, "discipline": 1e-6, "standing": 1e-6}).fit(sample.pool())
    start = {"text": 1.0, "discipline": 0.0, "standing": 0.0}
    for letter, name in {"": "all needs", **sample.GROUPS}.items():
        part = needs[needs["need_id"].str.startswith(letter)]
        _timed(f"sample, {name}, from text alone", text, part, judged, say, signals=start)
    policy = em.Matcher(signals={"text": 0.8, "discipline": 0.15, "standing": 0.05}).fit(sample.pool())
    _timed("sample, all needs, from text .8, discipline .15, standing .05", policy, needs, judged, say)


def shuffled(folder: Path, count: int, seed: int = 0) -> dict[str, float]:
    """Count how often a gain is claimed on techtransfer when the grades of each need are shuffled.

    Three of the weights are tuned, so that their text signals are computed once for all shuffles.
    """
    task = protocols.techtransfer(folder)
    matcher, needs = em.Matcher().fit(em.read_pool(works=task.works)), em.read_needs(task.needs)
    pairs = em.read_judgments(task.judgments).pooled
    scored = matcher.score(pairs[["need_id", "expert_id"]], needs=needs)
    bench = Bench.build(matcher.index_, needs, pairs, scored, 10)
    given = Setting(matcher.index_.weights, (("text", 1.0),))
    axes = value_axes(given, {name: GRID[name] for name in NULL})
    by_need, usable = np.argsort(bench.need, kind="stable"), np.flatnonzero(bench.differing)
    rng, found = np.random.default_rng(seed), []
    for _ in range(count):
        grade = np.empty_like(bench.grade)
        grade[by_need] = bench.grade[np.lexsort((rng.random(len(grade)), bench.need))]
        mixed = replace(bench, grade=grade, kept={})
        after, _ = cross_validated(mixed, given, axes, usable, folds=2, seeds=range(5))
        found.append(paired(after, mixed.values(given)[usable]))
    return {
        "shuffles": count,
        "mean": float(np.mean([one.mean for one in found])),
        "claimed": float(np.mean([one.low > 0 for one in found])),
        "worse": float(np.mean([one.high < 0 for one in found])),
    }


def _timed(
    name: str, matcher: em.Matcher, needs: Any, judged: Any, say: Callable[[str, Tuned, float], None], **options: Any
) -> None:
    start = time.perf_counter()
    found = em.tune(matcher, needs, judged, **options)
    say(name, found, time.perf_counter() - start)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, help="folder with techtransfer/; without it the sample alone")
    parser.add_argument("--only", choices=["techtransfer", "sample"], help="one of the two")
    parser.add_argument("--null", type=int, default=0, metavar="N", help="also shuffle the grades N times")
    parser.add_argument("--out", type=Path, help="write all figures as JSON")
    asked = parser.parse_args(arguments)
    out: dict[str, Any] = {"machine": machine(), "runs": {}}

    def say(name: str, found: Tuned, seconds: float) -> None:
        print(f"{name} ({seconds:.0f} s)\n{found}\n", flush=True)
        out["runs"][name] = {**found.to_dict(), "seconds": round(seconds, 1)}

    if asked.data and asked.only != "sample":
        techtransfer(asked.data / "techtransfer", say)
        if asked.null:
            out["shuffled"] = shuffled(asked.data / "techtransfer", asked.null)
            print(", ".join(f"{name} {value:.3g}" for name, value in out["shuffled"].items()) + "\n", flush=True)
    if asked.only != "techtransfer":
        of_sample(say)
    print(sample.told(out["machine"]))
    if asked.out:
        asked.out.write_text(json.dumps(_plain(out), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
