"""expertmatch on the tasks, through its public names alone."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

import numpy as np
import pandas as pd
from protocols import Task

import expertmatch as em

BLOCK = 200
"""Needs at a time: a ranking of all people is held for so many needs at once."""


def fitted(task: Task, settings: Mapping[str, float] | None = None, pool: em.Pool | None = None) -> em.Matcher:
    """Fit a matcher to the task's works, with the defaults or with some weights changed."""
    weights = em.Weights(**settings) if settings else None
    return em.Matcher(weights=weights).fit(pool or em.read_pool(works=task.works))


def judged_run(task: Task, matcher: em.Matcher) -> pd.DataFrame:
    """Score every judged pair: need_id, expert_id, score."""
    pairs = task.judgments[["need_id", "expert_id"]]
    return matcher.score(pairs, needs=task.needs)[["need_id", "expert_id", "score"]]


def target_ranks(task: Task, matcher: em.Matcher, *, top: int | None = None) -> np.ndarray:
    """Rank of each need's right person among all people: by score, ties by id.

    People whose score is 0 are in no ranking; they come after all others, by id.

    Parameters
    ----------
    task : Task
        With one right person a need.
    matcher : Matcher
        Fitted to the task's works.
    top : int, optional
        Look only at so many first ranks and give infinity beyond; quicker.

    Returns
    -------
    ndarray of float, shape (needs,)
    """
    people = [str(name) for name in task.people]
    target = dict(zip(task.judgments["need_id"], task.judgments["expert_id"], strict=True))
    ranks: dict[str, float] = {}
    for start in range(0, len(task.needs), BLOCK):
        needs = task.needs.iloc[start : start + BLOCK]
        frame = matcher.rank(needs, top=top or len(people)).frame
        found = frame[frame["expert_id"] == frame["need_id"].map(target)]
        ranks.update(zip(found["need_id"], found["rank"].astype(float), strict=True))
        listed = dict(tuple(frame.groupby("need_id")["expert_id"]))
        for need in needs["need_id"]:
            if need not in ranks:
                before = sorted(listed.get(need, ()))
                own = target[need]
                ranks[need] = np.inf if top else 1 + len(before) + bisect_left(people, own) - bisect_left(before, own)
    return np.array([ranks[need] for need in task.needs["need_id"]])
