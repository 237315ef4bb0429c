"""Who could stand in for each place alone, with everybody else staying."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from expertmatch.planning.composing.compose import Composed
from expertmatch.planning.composing.pricing import KEPT
from expertmatch.planning.composing.team_rows import COVER
from expertmatch.scenarios.columns import Flags, Floats, Ints, texts

RUNNER_UPS = ("need_id", "place", "order", "candidate_kind", "candidate_id", "name", "score")
_LOOKED_AT = 12
_NOISE = 1e-6


def runner_ups(found: Composed, frame: pd.DataFrame) -> pd.DataFrame:
    """Return stand-ins for every place.

    A stand-in takes the place's role, is not in the team, has capacity left, is free at the time, and breaks no rule
    that holds without them; how many different groups a team comes from, and its sub-topics, are not looked at.

    Parameters
    ----------
    found : Composed
        The plan.
    frame : DataFrame
        Its table, for the number of each place.

    Returns
    -------
    DataFrame
        Best first; at most ``settings.alternates`` a place.
    """
    sides, edges = found.sides, found.edges
    place, other = _offers(found)
    fit = _fits(found, place, other)
    place, other = place[fit], other[fit]
    order = np.lexsort((edges.expert[other], -edges.score[other], place))
    place, other = place[order], other[order]
    start = np.flatnonzero(np.r_[True, place[1:] != place[:-1]]) if len(place) else np.empty(0, dtype=np.int64)
    rank = np.arange(len(place)) - np.repeat(start, np.diff(np.r_[start, len(place)]))
    kept = rank < sides.settings.alternates
    ids = texts(sides.needs, "need_id")
    pooled = frame[frame["candidate_kind"] != "requester"]
    columns = (pooled[name] for name in ("need_id", "candidate_kind", "candidate_id", "place"))
    number = {(need, kind, key): place for need, kind, key, place in zip(*columns, strict=True)}
    rows = []
    for edge, one, up in zip(place[kept].tolist(), other[kept].tolist(), rank[kept].tolist(), strict=True):
        need = ids[int(edges.need[edge])]
        who, instead = int(edges.expert[edge]), int(edges.expert[one])
        taken = number[need, *sides.people[who]]
        rows.append((need, taken, up + 1, *sides.people[instead], sides.names[instead], float(edges.score[one])))
    listed = pd.DataFrame(rows, columns=list(RUNNER_UPS)).astype({"place": int, "order": int, "score": float})
    position = {need: i for i, need in enumerate(ids)}
    listed["at"] = [position[one] for one in listed["need_id"]]
    listed = listed.sort_values(["at", "place", "order"], kind="stable", ignore_index=True)
    return listed[list(RUNNER_UPS)]


def _offers(found: Composed) -> tuple[Ints, Ints]:
    """Return for each edge chosen the best others of its need and role whose candidate is not in the team."""
    edges, chosen = found.edges, found.solution.chosen
    people = len(found.sides.people)
    team = np.unique(edges.key(found.sides)[chosen])
    planned = np.bincount(edges.expert[chosen], minlength=people)
    free = np.flatnonzero(
        ~np.isin(edges.key(found.sides), team) & (planned < found.model.capacity)[edges.expert]
    )  # fmt: skip
    group = edges.need * (int(edges.role.max(initial=0)) + 1) + edges.role
    order = free[np.lexsort((edges.expert[free], -edges.score[free], group[free]))]
    start = np.searchsorted(group[order], group[found.chosen], side="left")
    end = np.searchsorted(group[order], group[found.chosen], side="right")
    size = np.minimum(end - start, _LOOKED_AT)
    place = np.repeat(found.chosen, size)
    step = np.arange(len(place)) - np.repeat(np.cumsum(size) - size, size)
    return place, order[np.repeat(start, size) + step]


def _fits(found: Composed, place: Ints, other: Ints) -> Flags:
    """Say which exchanges break no row more than it is broken now."""
    model, edges = found.model, len(found.edges)
    fit = np.ones(len(place), dtype=bool)
    values = np.r_[found.solution.chosen.astype(float), found.solution.extra]
    for rule in model.rows:
        # that an earlier plan stays is asked of the plan, not of who stands in for one of it
        if rule.rule in (COVER, KEPT) or rule.rule.endswith(":there"):
            continue
        columns = rule.matrix[:, :edges].T.tocsr()
        change = sparse.csr_array(columns[other] - columns[place]).tocoo()
        now = rule.matrix @ values
        then = now[change.col] + change.data
        worse = _breach(then, rule.lower[change.col], rule.upper[change.col]) > _NOISE + _breach(
            now[change.col], rule.lower[change.col], rule.upper[change.col]
        )
        fit[change.row[worse]] = False
    return fit


def _breach(reached: Floats, lower: Floats, upper: Floats) -> Floats:
    return np.asarray(np.maximum(np.maximum(lower - reached, reached - upper), 0.0))
