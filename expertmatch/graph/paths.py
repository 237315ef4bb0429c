"""The way a walker most probably takes from a discipline to an expert: the reason people are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from expertmatch.graph.pagerank import transition
from expertmatch.graph.solver import Floats

_UNIT = 2.0**-28
"""Costs are whole multiples of this, so that sums of them are exact and ties are ties."""

_STEP = 16.0
"""What a step costs besides, in units: of ways equally probable the shortest is taken."""


class Path(NamedTuple):
    """A way through the graph.

    Parameters
    ----------
    nodes
        Positions of the nodes, from the source to the target; empty if there is no way.
    probability
        Product of the probabilities of its steps; 0 if there is no way.
    """

    nodes: tuple[int, ...]
    probability: float


def strongest_paths(adjacency: sparse.sparray, source: int, targets: Sequence[int]) -> list[Path]:
    """Return the ways with the best product of transition probabilities from one node to several.

    Parameters
    ----------
    adjacency
        Undirected graph with weights above 0, as for :func:`expertmatch.graph.walk.transition`.
    source
        Position of the node they start from.
    targets
        Positions of the nodes they lead to.

    Returns
    -------
    list of Path
        Of equally probable ways the one with fewer steps, then the one whose nodes, read from the target, come
        first.

    Examples
    --------
    >>> graph = sparse.csr_array(np.array([[0, 1, 1, 0], [1, 0, 0, 2], [1, 0, 0, 1], [0, 2, 1, 0]]))
    >>> strongest_paths(graph, 0, [3])[0].nodes
    (0, 1, 3)
    """
    steps = transition(adjacency)
    cost = steps.copy()
    cost.data = np.round(-np.log(steps.data) / _UNIT) + _STEP
    far: Floats = csgraph.dijkstra(cost, directed=True, indices=source)
    into_cost, into_steps = cost.tocsc(), steps.tocsc()
    into_cost.sort_indices()
    into_steps.sort_indices()
    return [_traced(far, into_cost, into_steps, source, target) for target in targets]


def strongest_path(adjacency: sparse.sparray, source: int, target: int) -> Path:
    """Return the way with the best product of transition probabilities between two nodes.

    Parameters
    ----------
    adjacency, source
        As for :func:`strongest_paths`.
    target
        Position of the node it leads to.

    Returns
    -------
    Path
    """
    return strongest_paths(adjacency, source, [target])[0]


def _traced(far: Floats, cost: sparse.csc_array, steps: sparse.csc_array, source: int, target: int) -> Path:
    if not np.isfinite(far[target]):
        return Path((), 0.0)
    nodes, probabilities = [int(target)], []
    while nodes[-1] != source:
        node = nodes[-1]
        part = slice(cost.indptr[node], cost.indptr[node + 1])
        before = cost.indices[part]
        fits = np.flatnonzero(far[before] + cost.data[part] == far[node])  # sums of whole numbers: exact
        nodes.append(int(before[fits[0]]))
        probabilities.append(float(steps.data[part][fits[0]]))
    product = 1.0
    for probability in reversed(probabilities):
        product *= probability
    return Path(tuple(reversed(nodes)), product)
