"""How far the probabilities can be believed, on the sample's needs that were not fitted on.

    python benchmarks/calibration.py [--splits N] [--level P] [--out FILE]

Each seeded split halves the needs; inputs and penalty are chosen by cross-validation within one half, fitted on
it, and reported on the other, both ways round. The sample is fictional, and its pairs were pooled from rankings like
this one: the figures hold the code, they do not foretell an association's own.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import sample
from quality import machine

import expertmatch as em
from expertmatch.display import text_table
from expertmatch.evaluation.reliability import brier, brier_skill, ece, expected_ece, reliability
from expertmatch.ranking.answers import LEVEL
from expertmatch.ranking.calibrate import RIDGE, USED, Calibration, fit_evidence
from expertmatch.ranking.evidence import evidence

CHOICES = [
    (features, ridge)
    for features in (("score",), ("score", "pieces"), ("score", "coverage"), ("score", "pieces", "coverage"))
    for ridge in (1.0, 10.0)
]
LEVELS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
BANDS = {"1": (1, 1), "2-3": (2, 3), "4-10": (4, 10)}
INNER = 5
Choice = tuple[tuple[str, ...], float]


def table() -> pd.DataFrame:
    """Return top results with their evidence: need_id, rank, score, pieces, coverage, grade (NaN unjudged)."""
    ranking = em.Matcher().fit(sample.pool()).rank(sample.needs(), top=10)
    pooled = sample.judgments().pooled
    frame = ranking.frame[["need_id", "expert_id", "rank"]].join(evidence(ranking))
    return frame.merge(pooled, on=["need_id", "expert_id"], how="left")


def fitted(rows: pd.DataFrame, choice: Choice) -> Calibration:
    """Fit on judged rows."""
    blank = Calibration(judged=len(rows), suitable=0, first=10, index="", signals={}, scenario="")
    suitable = (rows["grade"] >= 2).to_numpy()
    return fit_evidence(blank, rows, suitable, features=choice[0], ridge=choice[1])


def chosen(rows: pd.DataFrame) -> Choice:
    """Return the inputs and the penalty with the least Brier score in a cross-validation by need."""
    ids = sorted(set(rows["need_id"]))
    fold = dict(zip(np.random.default_rng(0).permutation(ids).tolist(), np.arange(len(ids)) % INNER, strict=True))
    of_row = rows["need_id"].map(fold).to_numpy()
    scores = []
    for choice in CHOICES:
        found = np.empty(len(rows))
        for k in range(INNER):
            found[of_row == k] = fitted(rows[of_row != k], choice).of_evidence(rows[of_row == k])
        scores.append(brier(found, rows["grade"] >= 2))
    return CHOICES[int(np.argmin(scores))]


def figures(rows: pd.DataFrame, nobody: set[str], level: float) -> dict[str, float]:
    """Return the figures of one set of needs; ``rows`` has p.

    A need is answerable if a judged top result of it has grade 2 or more; ``nobody`` are needs of whose judged pairs,
    at any rank, none has.
    """
    judged = rows[rows["grade"].notna()]
    good = (judged["grade"] >= 2).to_numpy()
    p = judged["p"].to_numpy()
    called = p >= level
    firsts = rows[rows["rank"] == 1].set_index("need_id")
    listed = rows.groupby("need_id")["p"].max() >= level
    answerable = sorted(set(judged.loc[good, "need_id"]))
    first_called = firsts["p"] >= level
    judged_first = firsts[first_called & firsts["grade"].notna()]
    hopeless = [need for need in firsts.index if need in nobody]
    return {
        "pairs": len(judged),
        "base": float(good.mean()),
        "ece": ece(p, good),
        "ece_if_perfect": expected_ece(p),
        "skill": brier_skill(p, good),
        "called": int(called.sum()),
        "precision": float(good[called].mean()) if called.any() else np.nan,
        "answered": float(first_called[answerable].mean()),
        "precision_first": float((judged_first["grade"] >= 2).mean()),
        "listed": float(listed[answerable].mean()),
        "nobody_said": float(1 - first_called[hopeless].mean()),
        "nobody_said_of_list": float(1 - listed[hopeless].mean()),
    }


HEADERS = {
    "pairs": "judged pairs", "base": "suitable", "ece": "ECE", "ece_if_perfect": "ECE if perfect",
    "skill": "Brier skill", "called": "called", "precision": "precision", "answered": "answered",
    "precision_first": "precision of firsts", "listed": "any listed called", "nobody_said": "nobody: first refused",
    "nobody_said_of_list": "nobody: all refused",
}  # fmt: skip


def run(splits: int, level: float) -> dict[str, Any]:
    """Fit on halves and report on the others."""
    rows = table()
    judged = rows["grade"].notna()
    best = sample.judgments().pooled.groupby("need_id")["grade"].max()
    nobody = set(best.index[best < 2])
    picks: Counter[Choice] = Counter()
    halves, held = [], []
    for seed, fit_on, report_on in sample.halves(sorted(set(rows["need_id"])), splits):
        train = rows[rows["need_id"].isin(fit_on) & judged]
        choice = chosen(train)
        picks[choice] += 1
        test = rows[rows["need_id"].isin(report_on)]
        test = test.assign(
            p=fitted(train, choice).of_evidence(test),
            p_score=fitted(train, (("score",), 1.0)).of_evidence(test),
            p_own=np.nan,
            seed=seed,
        )
        for kind in sample.GROUPS:  # as a scenario of its own would be: fitted on its own kind of need alone
            own, mine = train["need_id"].str[0] == kind, test["need_id"].str[0] == kind
            test.loc[mine, "p_own"] = fitted(train[own], (USED, RIDGE)).of_evidence(test[mine])
        halves.append(figures(test, nobody, level))
        held.append(test)
    every = pd.concat(held, ignore_index=True)
    kinds = {called: every["need_id"].str[0] == letter for letter, called in sample.GROUPS.items()}
    whole = [figures(every[every["seed"] == seed], nobody, level) for seed in range(splits)]
    return {
        "needs": {"all": rows["need_id"].nunique(), "nobody suits": len(nobody)},
        "picks": [{"inputs": list(c[0]), "ridge": c[1], "halves": n} for c, n in picks.most_common()],
        "halves": halves,
        "splits": whole,
        "score_alone": [
            figures(every[every["seed"] == seed].assign(p=lambda part: part["p_score"]), nobody, level)
            for seed in range(splits)
        ],
        "levels": {
            f"{at:g}": _mean([figures(every[every["seed"] == s], nobody, at) for s in range(splits)]) for at in LEVELS
        },
        "bands": _parts(every, {k: every["rank"].between(*v) for k, v in BANDS.items()}, splits),
        "kinds": _parts(every, kinds, splits),
        "kinds, each fitted alone": _parts(every.assign(p=every["p_own"]), kinds, splits),
        "reliability": _reliability(every[every["seed"] == 0]),
    }


def _reliability(rows: pd.DataFrame) -> list[dict[str, float]]:
    judged = rows[rows["grade"].notna()]
    told: list[dict[str, float]] = reliability(judged["p"], judged["grade"] >= 2).frame.to_dict("records")
    return told


def _parts(every: pd.DataFrame, parts: dict[str, pd.Series], splits: int) -> dict[str, dict[str, float]]:
    """Return calibration of parts: mean over splits."""
    found = {}
    for name, mask in parts.items():
        mine = every[mask & every["grade"].notna()]
        told = []
        for seed in range(splits):
            part = mine[mine["seed"] == seed]
            good = part["grade"] >= 2
            told.append({
                "pairs": len(part), "base": float(good.mean()), "predicted": float(part["p"].mean()),
                "ece": ece(part["p"], good), "ece_if_perfect": expected_ece(part["p"]),
                "skill": brier_skill(part["p"], good),
            })  # fmt: skip
        found[name] = _mean(told)
    return found


def _mean(told: list[dict[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([one[name] for one in told])) for name in told[0]}


def report(found: dict[str, Any], level: float) -> str:
    """Return the figures as text."""
    names = list(HEADERS)
    halves = pd.DataFrame(found["halves"])
    rows = [
        ["halves: mean", *halves[names].mean()], ["halves: lowest", *halves[names].min()],
        ["halves: highest", *halves[names].max()],
        ["both halves together: mean", *pd.DataFrame(found["splits"])[names].mean()],
        ["  same, score alone", *pd.DataFrame(found["score_alone"])[names].mean()],
        *([f"  same, level {at}", *(told[name] for name in names)] for at, told in found["levels"].items()),
    ]  # fmt: skip
    shown = [[name, *(f"{value:.3f}" if value <= 1 else f"{value:.0f}" for value in values)] for name, *values in rows]
    lines = [
        f"{found['needs']['all']} needs, nobody suits {found['needs']['nobody suits']}; level {level:g}; "
        "ECE over 10 bins of equal mass",
        text_table(["", *HEADERS.values()], shown, width=240, max_rows=None),
        "",
        *(f"{pick['halves']} halves chose {pick['inputs']}, ridge {pick['ridge']:g}" for pick in found["picks"]),
    ]
    for title in ("bands", "kinds", "kinds, each fitted alone"):
        told = [[name, *(f"{v:.3f}" if v <= 1 else f"{v:.0f}" for v in part.values())]
                for name, part in found[title].items()]  # fmt: skip
        lines += ["", text_table([title, *found["bands"]["1"]], told, width=120)]
    told = [[f"{row['low']:.2f}-{row['high']:.2f}", row["pairs"], f"{row['predicted']:.3f}", f"{row['observed']:.3f}"]
            for row in found["reliability"]]  # fmt: skip
    lines += ["", text_table(["probability (seed 0)", "pairs", "predicted", "observed"], told, width=120)]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--splits", type=int, default=5, metavar="N", help="seeded halvings")
    parser.add_argument("--level", type=float, default=LEVEL, metavar="P", help="probability called suitable")
    parser.add_argument("--out", type=Path, help="write all figures as JSON")
    asked = parser.parse_args(arguments)
    found = run(asked.splits, asked.level)
    here = machine()
    print(f"{report(found, asked.level)}\n\n{sample.told(here)}")
    if asked.out:
        told = {"machine": here, "level": asked.level, **found}
        asked.out.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
