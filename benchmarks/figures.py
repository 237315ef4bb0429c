"""Figures of a task: measures from ranks, comparisons by number of works, and their tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
from protocols import Task

from expertmatch.display import text_table
from expertmatch.evaluation import Comparison, Evaluation, compare_runs


def from_ranks(task: Task, ranks: np.ndarray) -> Evaluation:
    """Return MRR, R@10 and R@100 of ranks over all people.

    With one right person a need they follow from its rank alone, which saves a measure library 200 million rows;
    a test holds that `em.evaluate` says the same.
    """
    per_need = pd.DataFrame(
        {"MRR": 1.0 / ranks, "R@10": (ranks <= 10).astype(float), "R@100": (ranks <= 100).astype(float)},
        index=pd.Index(task.needs["need_id"], name="need_id"),
    )
    return Evaluation(per_need=per_need, relevant=1, unranked=(), unjudged=())


def compared(task: Task, first: Evaluation, others: dict[str, Evaluation], name: str) -> dict[str, Comparison]:
    """Compare one system with others, need by need and by number of works."""
    groups = task.groups if task.name == "fund" else None
    return {
        other: compare_runs(first, evaluation, names=(name, other), groups=groups)
        for other, evaluation in others.items()
    }


def differences(comparisons: dict[str, Comparison], *, head: str = "minus") -> str:
    """Return the table of paired differences."""
    rows = []
    for other, comparison in comparisons.items():
        for row in comparison.frame.to_dict("records"):
            group = "all" if row["group"] == "全部" else f"{row['group']} works"
            rows.append([
                other, row["measure"], group, f"{row['difference']:+.4f}", f"[{row['low']:+.4f}, {row['high']:+.4f}]",
                f"{row['wins']}/{row['ties']}/{row['losses']}",
            ])  # fmt: skip
    headers = [head, "measure", "targets", "difference", "95 % interval", "wins/ties/losses"]
    return text_table(headers, rows, width=140, max_rows=None)
