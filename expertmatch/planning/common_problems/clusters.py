"""Average linkage: groups whose members are alike on average.

Every need starts alone; again and again the two groups with the largest average likeness between their members are
joined, as long as it reaches the asked tightness (group average: Sokal and Michener, 1958; scipy's implementation is
that of Müllner, 2011). Then members at the edge leave, one by one, the farthest first: those whose mean likeness to
the others is below the asked nearness. Whoever is in no group of two or more is alone.

The mean likeness of all pairs of a group is at least the asked tightness: it is an average of the joins that made
the group, and goes up when the farthest leaves.
"""

from __future__ import annotations

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage

from expertmatch.planning.common_problems.vectors import Floats, Ints, NeedVectors

_SLACK = 1e-12
"""What rounding may add to a distance."""


def grouped(vectors: NeedVectors, tightness: float, nearness: float) -> list[Ints]:
    """Return the groups of at least two needs.

    Parameters
    ----------
    vectors : NeedVectors
        In a canonical order: equal likeness is decided by it.
    tightness : float
        Average likeness at which groups still join, above 0.
    nearness : float
        Mean likeness to the others that every member of a group has at least.

    Returns
    -------
    list of ndarray of int
        Places of each group's members, ascending; groups by their first member.
    """
    places = np.flatnonzero(vectors.usable)
    if len(places) < 2:
        return []
    tree = linkage(vectors.part(places).distances(), "average")
    label = fcluster(tree, 1.0 - tightness + _SLACK, "distance")
    order = np.argsort(label, kind="stable")
    joined = np.split(places[order], np.flatnonzero(np.diff(label[order])) + 1)
    groups = [_without_edge(vectors, group, nearness) for group in joined if len(group) > 1]
    return sorted((group for group in groups if len(group) > 1), key=lambda group: int(group[0]))


def _without_edge(vectors: NeedVectors, group: Ints, nearness: float) -> Ints:
    """Return a group without the members that are too far from the others."""
    while len(group) > 1:
        near = vectors.to_others(group)
        farthest = int(np.lexsort((-group, near))[0])
        if near[farthest] >= nearness - _SLACK:
            break
        group = np.delete(group, farthest)
    return group


def inner_likeness(vectors: NeedVectors, group: Ints) -> tuple[float, Floats]:
    """Return how alike the members of a group are.

    Parameters
    ----------
    vectors : NeedVectors
        Of all needs.
    group : ndarray of int
        Places of at least two members.

    Returns
    -------
    tightness : float
        Mean likeness of all pairs, in [0, 1].
    nearness : ndarray of float64, shape (members,)
        Mean likeness of each member to the others, in [0, 1].
    """
    nearness = vectors.to_others(group)
    return float(nearness.mean()), nearness
