"""A plan in positions as tables that people read."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from expertmatch.planning.assigning.shortage import explain_shortage
from expertmatch.planning.broken import NOISE
from expertmatch.planning.composing.best import best_edges
from expertmatch.planning.composing.compose import Composed
from expertmatch.planning.composing.covering import coverage
from expertmatch.planning.composing.team_rows import COVER, groups_there
from expertmatch.planning.solver.solving import account
from expertmatch.scenarios.columns import Flags, Ints, texts

FRAME = (
    "need_id", "scenario", "place", "role", "candidate_kind", "candidate_id", "name", "score", "locked",
)  # fmt: skip
UNSERVED = ("need_id", "title", "wanted", "placed", "missing", "reason")
TEAMS = (
    "need_id", "title", "scenario", "wanted", "placed", "score", "best", "share", "coverage", "best_coverage",
    "broken", "best_broken",
)  # fmt: skip
LOADS = ("candidate_kind", "candidate_id", "name", "held", "planned", "capacity")


def frame_of(found: Composed, order: Ints | None = None) -> pd.DataFrame:
    """Return who serves what: a row a filled place.

    Parameters
    ----------
    found : Composed
        The plan.
    order : ndarray of int64, optional
        The edges chosen as their places are numbered; without it by role, then score.

    Returns
    -------
    DataFrame
        As :class:`~expertmatch.planning.plan.Plan` has it.
    """
    sides, edges = found.sides, found.edges
    chosen = found.chosen if order is None else order
    if order is None:
        by = (edges.expert[chosen], -edges.score[chosen], edges.role[chosen], edges.need[chosen])
        chosen = chosen[np.lexsort(by)]
    locked = set(sides.locked.tolist())
    keys = edges.key(sides)
    rows: dict[int, list[tuple[object, ...]]] = {}
    for edge in chosen.tolist():
        need, expert = int(edges.need[edge]), int(edges.expert[edge])
        section = sides.sections[int(sides.section_of[need])]
        kind, key = sides.people[expert]
        label = section.role_label(int(edges.role[edge]))
        team = rows.setdefault(need, [])
        team.append((label, kind, key, sides.names[expert], float(edges.score[edge]), int(keys[edge]) in locked))
    for need, role, name in zip(sides.own.need.tolist(), sides.own.role, sides.own.names, strict=True):
        rows.setdefault(need, []).append((role, "requester", "", name, math.nan, False))
    ids = texts(sides.needs, "need_id")
    cells = [
        (ids[need], sides.sections[int(sides.section_of[need])].name, place, *row)
        for need in sorted(rows)
        for place, row in enumerate(rows[need], start=1)
    ]
    return pd.DataFrame(cells, columns=list(FRAME)).astype({"score": float, "locked": bool, "place": int})


def unserved_of(found: Composed, told: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Return the needs with fewer people than they must have, and why.

    Parameters
    ----------
    found : Composed
        The plan.
    told : dict of str to str, optional
        Why, for needs of which more is known than the numbers say.

    Returns
    -------
    DataFrame
    """
    sides = found.sides
    ids, titles = texts(sides.needs, "need_id"), texts(sides.needs, "title")
    least, _ = sides.wanted
    placed = np.bincount(found.edges.need[found.chosen], minlength=len(ids))
    reasons = {**_reasons(found), **(told or {})}
    rows = [
        (ids[i], titles[i], int(least[i]), int(placed[i]), int(found.solution.short[i]), reasons.get(ids[i], ""))
        for i in np.flatnonzero(found.solution.short).tolist()
    ]
    return pd.DataFrame(rows, columns=list(UNSERVED)).astype({"wanted": int, "placed": int, "missing": int})


def shortage_of(found: Composed) -> pd.DataFrame:
    """Return what cannot be had, which rule binds, and the smallest relaxations; no rows where nothing is short."""
    sides = found.sides
    return explain_shortage(found.model, found.solution, needs=texts(sides.needs, "need_id"), experts=sides.names)


def _reasons(found: Composed) -> dict[str, str]:
    sides = found.sides
    ids = texts(sides.needs, "need_id")
    told: dict[str, str] = {}
    for section in sides.sections:
        unmatched = section.ranking.unmatched
        told |= dict(zip(unmatched["need_id"], unmatched["reason"], strict=True))
    for i in np.flatnonzero(found.solution.short).tolist():
        if ids[i] in told:
            continue
        count = int(found.supply.count[i])
        least = int(sides.wanted[0][i])
        told[ids[i]] = f"合规则的候选只有 {count} 位" if count < least else "候选够数，但都已排满或受其他要求限制"
    return told


def teams_of(found: Composed) -> pd.DataFrame:
    """Return each need's team beside its individually best people.

    Parameters
    ----------
    found : Composed
        The plan.

    Returns
    -------
    DataFrame
        score and best are sums of scores; share is their quotient; coverage the weight of the need's sub-topics that
        somebody covers; broken how many rules about the team are not kept, roles and limits included.
    """
    sides, edges = found.sides, found.edges
    ids, titles = texts(sides.needs, "need_id"), texts(sides.needs, "title")
    count = len(ids)
    least, _ = sides.wanted
    best = best_edges(sides, edges)
    score = np.bincount(edges.need[found.chosen], weights=edges.score[found.chosen], minlength=count)
    covered, best_covered = _covered(found, found.solution.chosen), _covered(found, best)
    broken, best_broken = _broken_rules(found, found.solution.chosen), _broken_rules(found, best)
    names = [sides.sections[one].name for one in sides.section_of.tolist()]
    top = found.supply.best
    share = np.divide(score, top, out=np.ones(count), where=top > 0)
    placed = np.bincount(edges.need[found.chosen], minlength=count)
    return pd.DataFrame(
        {
            "need_id": ids, "title": titles, "scenario": names, "wanted": least, "placed": placed, "score": score,
            "best": top, "share": share, "coverage": covered, "best_coverage": best_covered, "broken": broken,
            "best_broken": best_broken,
        }
    )[list(TEAMS)]  # fmt: skip


def _covered(found: Composed, chosen: Flags) -> np.ndarray:
    sides, edges = found.sides, found.edges
    at = np.flatnonzero(chosen)
    share = np.zeros(len(sides.needs))
    for i, section in enumerate(sides.sections):
        own = at[sides.section_of[edges.need[at]] == i]
        topics = found.topics.of(section)
        local = np.searchsorted(section.needs, edges.need[own])
        flags = found.topics.covered(section, local, edges.expert[own])
        share[section.needs] = coverage(topics, local, flags)
    return share


def _broken_rules(found: Composed, chosen: Flags) -> Ints:
    """Count, for each need, the rules about its team that a choice breaks."""
    model = found.model
    told = account(model, chosen, groups_there(model, chosen))
    counts = np.zeros(len(model.least), dtype=np.int64)
    for rule, breach in zip(model.rows, told.breach, strict=True):
        if rule.rule == COVER:
            continue
        needs = np.unique(rule.need[(breach > NOISE) & (rule.need >= 0)])
        counts[needs] += 1
    return counts


def loads_of(found: Composed) -> pd.DataFrame:
    """Return what each candidate has and gets; of those who have neither, nothing."""
    sides = found.sides
    planned = np.bincount(found.edges.expert[found.chosen], minlength=len(sides.people))
    shown = np.flatnonzero((planned > 0) | (sides.held > 0))
    whole = sides.whole_capacity
    rows = [
        (*sides.people[i], sides.names[i], int(sides.held[i]), int(planned[i]), int(whole[i])) for i in shown.tolist()
    ]
    frame = pd.DataFrame(rows, columns=list(LOADS)).astype({"held": int, "planned": int, "capacity": int})
    by, falling = ["planned", "held", "candidate_kind", "candidate_id"], [False, False, True, True]
    return frame.sort_values(by, ascending=falling, kind="stable", ignore_index=True)
