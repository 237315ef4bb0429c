"""How many places can be filled at all when there is nothing but bounds: two maximum flows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import maximum_flow

from expertmatch.planning.solver.model import Model
from expertmatch.scenarios.columns import Flags, Ints


@dataclass(frozen=True, eq=False, kw_only=True)
class Open:
    """What a plain model leaves to be decided once its locked edges are chosen.

    Parameters
    ----------
    edge : ndarray of int64
        Edges that may still be chosen.
    least, most, minimum, capacity : ndarray of int64
        Less what the locked edges take; none negative, and no lower bound above its upper one.
    """

    edge: Ints
    least: Ints
    most: Ints
    minimum: Ints
    capacity: Ints


def is_plain(model: Model) -> bool:
    """Tell whether a model is nothing but bounds on needs and candidates, so that it is a flow.

    Parameters
    ----------
    model : Model

    Returns
    -------
    bool
    """
    return not model.rows and not model.extra and (not model.edges or int(model.pair[-1]) == model.edges - 1)


def left_open(model: Model, allowed: Flags | None = None) -> Open:
    """Return what is left to decide after the locked edges.

    Parameters
    ----------
    model : Model
        A plain one.
    allowed : ndarray of bool or None
        Edges that may be used.

    Returns
    -------
    Open
    """
    placed = np.bincount(model.need[model.locked], minlength=len(model.least))
    held = np.bincount(model.expert[model.locked], minlength=len(model.capacity))
    most, capacity = model.most - placed, model.capacity - held
    free = ~model.locked if allowed is None else allowed & ~model.locked
    return Open(
        edge=np.flatnonzero(free),
        least=np.clip(model.least - placed, 0, most),
        most=most,
        minimum=np.clip(model.minimum - held, 0, capacity),
        capacity=capacity,
    )


def most_filled(model: Model, rest: Open) -> tuple[int, int]:
    """Return how many required places, and how many required services, can be filled.

    Both can be reached at once (Ford and Fulkerson's symmetric supply and demand theorem, 1962), so that each needs a
    maximum flow of its own only.

    Parameters
    ----------
    model : Model
        A plain one.
    rest : Open

    Returns
    -------
    int, int
    """
    places = _flow(model, rest.edge, rest.least, rest.capacity)
    services = _flow(model, rest.edge, rest.most, rest.minimum) if rest.minimum.any() else 0
    return places, services


def _flow(model: Model, edge: Ints, out: Ints, into: Ints) -> int:
    needs, experts = np.flatnonzero(out > 0), np.flatnonzero(into > 0)
    edge = edge[(out[model.need[edge]] > 0) & (into[model.expert[edge]] > 0)]
    if not len(edge):
        return 0
    at, who = np.full(len(out), -1), np.full(len(into), -1)
    at[needs], who[experts] = np.arange(len(needs)), len(needs) + np.arange(len(experts))
    size = len(needs) + len(experts) + 2
    tail = np.r_[np.full(len(needs), size - 2), at[model.need[edge]], who[experts]]
    head = np.r_[at[needs], who[model.expert[edge]], np.full(len(experts), size - 1)]
    room = np.r_[out[needs], np.ones(len(edge), np.int64), into[experts]]
    room = np.minimum(room, np.iinfo(np.int32).max).astype(np.int32)
    graph = sparse.csr_array((room, (tail.astype(np.int32), head.astype(np.int32))), shape=(size, size))
    return int(maximum_flow(sparse.csr_matrix(graph), size - 2, size - 1).flow_value)
