"""What the signals of disciplines and of standing add to text: on the fund's projects, and on the sample data.

fund-disciplines: a need's disciplines are what its own row declares (学科分类), or inferred from its title; an
expert's are those of the remaining works' rows. The signal is added to the text signal with a weight chosen on
seeded halves of the needs; what is reported are the other halves.

sample: the weights below are the library's policy, not measured; the pairs were judged by the makers of the sample
data, who drew them from rankings by text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import figures
import numpy as np
import pandas as pd
import protocols
import splits
from protocols import Task

import expertmatch as em
from expertmatch.display import text_table
from expertmatch.evaluation import Evaluation, compare_runs, evaluate, read_judgments
from expertmatch.graph.declared import read_declared
from expertmatch.graph.disciplines import own_tree

Say = Callable[[str], None]

WEIGHTS = (0.0, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15)
"""Weights of the discipline signal beside a text signal of weight 1; 0 is text alone."""
SPLITS = 5
"""Seeded halvings, where no other number is asked for."""
DATA = Path(__file__).parents[1] / "data"
SAMPLE: Mapping[str, Mapping[str, float]] = {
    "text": {"text": 1.0},
    ".95 text, .05 discipline": {"text": 0.95, "discipline": 0.05},
    ".90 text, .07 discipline, .03 standing": {"text": 0.9, "discipline": 0.07, "standing": 0.03},
    ".80 text, .15 discipline, .05 standing": {"text": 0.8, "discipline": 0.15, "standing": 0.05},
}


def target_ranks(matcher: em.Matcher, task: Task, needs: pd.DataFrame, weights: Sequence[float]) -> np.ndarray:
    """Rank of each need's right person among all people under text + weight · discipline, ties by id.

    The two signals are computed once, by the function that scores every ranking, and added up for each weight as it
    does. People whose score is 0 are in no ranking; they come after all others, by id.

    Parameters
    ----------
    matcher : Matcher
        Fitted with the signals text (weight 1) and discipline.
    task : Task
        With one right person a need.
    needs : DataFrame
        The task's needs, with or without the column disciplines.
    weights : sequence of float
        Weights of the discipline signal.

    Returns
    -------
    ndarray of int64, shape (weights, needs)
    """
    place = {name: i for i, name in enumerate(matcher.index_.rows.expert_ids)}
    target = np.array([place[name] for name in task.judgments["expert_id"]])
    ahead = np.zeros((len(weights), len(needs)), dtype=np.int64)
    score = np.zeros((len(weights), len(needs)))
    scoring = matcher.programmes_.candidates_of()
    for found in scoring.totals(scoring.asked(needs)):
        need, candidate = found.scored.need, found.scored.group
        own = candidate == target[need]
        first, end = int(need[0]), int(need[-1]) + 1
        for i, weight in enumerate(weights):
            total = found.parts["text"] + weight * found.parts["discipline"]
            score[i, need[own]] = total[own]
            right = score[i][need]
            before = (total > right) | ((total == right) & (right > 0) & (candidate < target[need]))
            ahead[i, first:end] += np.bincount(need[before] - first, minlength=end - first)
            shut = (total > 0) & (right == 0) & (candidate < target[need])  # not among those of score 0
            ahead[i, first:end] -= np.bincount(need[shut] - first, minlength=end - first)
    return 1 + ahead + np.where(score == 0, target, 0)


def run_fund(folder: Path, say: Say, *, most: int | None = None, count: int = 0) -> dict[str, Any]:
    """Measure the discipline signal on the fund's projects, print and return the figures.

    Parameters
    ----------
    folder : Path
        With social_fund_projects.csv.
    say : callable
        Takes what is printed.
    most : int, optional
        Take only so many needs.
    count : int, default 0
        How many splits; 0 takes :data:`SPLITS`.

    Returns
    -------
    dict
    """
    task = protocols.fund(folder, most=most, disciplines=True)
    silent = task.needs.drop(columns="disciplines")
    declared = sum(map(bool, read_declared(task.needs["disciplines"], own_tree(), "needs").codes))
    say(f"fund-disciplines: {len(silent):,} needs, {declared:,} declare a discipline, {len(task.people):,} people")
    matcher = em.Matcher(signals={"text": 1.0, "discipline": max(WEIGHTS)}).fit(em.read_pool(works=task.works))
    tried, chosen = {}, {}
    for name, needs in (("declared", task.needs), ("inferred", silent)):
        ranks = target_ranks(matcher, task, needs, WEIGHTS)
        tried[name] = {w: figures.from_ranks(task, row) for w, row in zip(WEIGHTS, ranks, strict=True)}
        per_need = {(("discipline", w),): found.per_need for w, found in tried[name].items()}
        chosen[name] = splits.choose(per_need, "MRR", count or SPLITS)
    text = tried["declared"][0.0]
    say(f"\nall needs, nothing chosen\n{_curves(tried)}")
    comparisons = {}
    for name, picked in chosen.items():
        evaluation = Evaluation(per_need=picked.per_need, relevant=1, unranked=(), unjudged=())
        comparisons |= figures.compared(task, evaluation, {name: text}, "chosen")
    say(f"\nweight chosen on the other half ({count or SPLITS} x 2 halves), minus text alone")
    say(figures.differences(comparisons, head="discipline"))
    picks = {name: {setting[0][1]: n for setting, n in picked.picks.items()} for name, picked in chosen.items()}
    for name, found in picks.items():
        say(f"  {name}: " + ", ".join(f"{n} halves chose {weight:g}" for weight, n in found.items()))
    return {
        "digests": task.digests,
        "about": task.about | {"declared": declared},
        "weights": {n: {f"{w:g}": f.frame.to_dict("records") for w, f in some.items()} for n, some in tried.items()},
        "picks": {name: {f"{weight:g}": n for weight, n in found.items()} for name, found in picks.items()},
        "differences": {name: found.frame.to_dict("records") for name, found in comparisons.items()},
    }


def _curves(tried: Mapping[str, Mapping[float, Evaluation]]) -> str:
    rows = []
    for name, some in tried.items():
        for weight, found in some.items():
            values = [f"{found[measure]:.4f}" for measure in ("MRR", "R@10", "R@100")]
            row = compare_runs(found, some[0.0]).frame.set_index("measure").loc["MRR"]
            told = "" if weight == 0 else f"{row['difference']:+.4f} [{row['low']:+.4f}, {row['high']:+.4f}]"
            rows.append([name, f"{weight:g}", *values, told])
    headers = ["discipline", "weight", "MRR", "R@10", "R@100", "MRR minus text alone"]
    return text_table(headers, rows, width=140, max_rows=None)


def run_sample(say: Say, *, smoke: bool = False) -> dict[str, Any]:
    """Measure the policy weights on the sample's judged pairs, print and return the figures.

    Parameters
    ----------
    say : callable
        Takes what is printed.
    smoke : bool, default False
        Only the first weights.

    Returns
    -------
    dict
    """
    tables = {name: DATA / f"{name}.csv" for name in ("works", "societies", "memberships")}
    pool = em.read_pool(DATA / "experts.csv", **tables)
    files = sorted(DATA.glob("needs_*.csv"))
    needs = pd.concat([em.read_needs(file).frame for file in files], ignore_index=True)
    judgments = read_judgments(DATA / "judgments.csv")
    needs = needs[needs["need_id"].isin(judgments.frame["need_id"])]
    pairs = judgments.frame[["need_id", "expert_id"]].drop_duplicates()
    found: dict[str, dict[str, Evaluation]] = {"judged pairs": {}, "whole ranking": {}}
    for name, signals in list(SAMPLE.items())[: 2 if smoke else None]:
        matcher = em.Matcher(signals=signals).fit(pool)
        scored = matcher.score(pairs, needs=needs)[["need_id", "expert_id", "score"]]
        found["judged pairs"][name] = evaluate(scored, judgments, measures=("nDCG@10",))
        ranked = matcher.rank(needs, top=10).frame[["need_id", "expert_id", "score"]]
        found["whole ranking"][name] = evaluate(ranked, judgments, measures=("nDCG@10",))
    say(f"sample: {len(pairs):,} judged pairs, {len(needs):,} needs; weights are policy, not chosen here")
    out: dict[str, Any] = {"digests": {file.name: protocols.digest(file) for file in (*files, *_read(tables))}}
    for how, some in found.items():
        text = some["text"]
        comparisons = {name: compare_runs(other, text) for name, other in some.items() if other is not text}
        note = "" if how == "judged pairs" else ", pairs nobody judged count 0, which favours text"
        say(f"\n{how}{note}: text alone {text['nDCG@10']:.4f}; signals minus text alone")
        say(figures.differences(comparisons, head="signals"))
        out[how] = {
            "measures": {name: each.frame.to_dict("records") for name, each in some.items()},
            "differences": {name: each.frame.to_dict("records") for name, each in comparisons.items()},
        }
    return out


def _read(tables: Mapping[str, Path]) -> list[Path]:
    return [DATA / "experts.csv", *tables.values(), DATA / "judgments.csv"]
