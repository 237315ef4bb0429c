"""The individually best people of each need, as if nobody else asked: what a plan is compared with."""

from __future__ import annotations

import numpy as np

from expertmatch.planning.composing.edges import Edges
from expertmatch.planning.composing.sides import Sides
from expertmatch.scenarios.columns import Flags


def best_edges(sides: Sides, edges: Edges) -> Flags:
    """Return the best people of each need by score alone, in roles that leave as few empty as can be.

    Parameters
    ----------
    sides : Sides
        Needs and candidates.
    edges : Edges
        Candidates in roles for needs.

    Returns
    -------
    ndarray of bool
        One edge a person chosen.
    """
    _, most = sides.wanted
    chosen = np.zeros(len(edges), dtype=bool)
    bounds = np.searchsorted(edges.need, np.arange(len(sides.needs) + 1))
    for need in range(len(sides.needs)):
        own = np.arange(bounds[need], bounds[need + 1])
        people, first = np.unique(edges.expert[own], return_index=True)
        order = np.lexsort((people, -edges.score[own][first]))[: most[need]]
        team = own[np.isin(edges.expert[own], people[order])]
        chosen[_seated(sides, edges, need, team)] = True
    return chosen


def _seated(sides: Sides, edges: Edges, need: int, team: np.ndarray) -> list[int]:
    """Give each person of a team a role: first those that must be filled, the scarcest first, then the first open."""
    roles = sides.sections[int(sides.section_of[need])].roles
    by_role = {k: team[edges.role[team] == k].tolist() for k in range(len(roles))}
    taken: dict[int, int] = {}
    for k in sorted((k for k, role in enumerate(roles) if role.least), key=lambda k: (len(by_role[k]), k)):
        for _ in range(roles[k].least):
            free = [edge for edge in by_role[k] if int(edges.expert[edge]) not in taken]
            if free:
                scarce = min(free, key=lambda edge: (int((edges.expert[team] == edges.expert[edge]).sum()), edge))
                taken[int(edges.expert[scarce])] = scarce
    counts = {k: sum(int(edges.role[edge]) == k for edge in taken.values()) for k in range(len(roles))}
    for edge in team.tolist():
        person, k = int(edges.expert[edge]), int(edges.role[edge])
        top = roles[k].most if roles else None
        if person not in taken and (top is None or counts[k] < top):
            taken[person] = edge
            counts[k] = counts.get(k, 0) + 1
    for edge in team.tolist():
        taken.setdefault(int(edges.expert[edge]), edge)
    return sorted(taken.values())
