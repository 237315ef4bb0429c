"""What a plan lacks, and which needs lack it together: sets of needs whose candidates together have too little."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from expertmatch.planning.solver.model import Model
from expertmatch.planning.solver.solution import Solution
from expertmatch.scenarios.columns import Flags, Ints


@dataclass(frozen=True, eq=False, kw_only=True)
class Lack:
    """One lower bound that is not reached.

    Parameters
    ----------
    what : {"need", "expert", "rule"}
    subject : int
        Which need or expert, or which row of the rule.
    number : int
        Which rule; 0 otherwise.
    demand, missing : float
        The bound, and how much is missing.
    """

    what: Literal["need", "expert", "rule"]
    subject: int
    number: int
    demand: float
    missing: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Group:
    """Lacks that hang together.

    Parameters
    ----------
    lacks : tuple of Lack
    needs, experts : ndarray of int64
        Those who compete: needs that share too few candidates, and these. Empty where a rule stands in the way.
    full : bool
        Whether capacity alone explains it: none of ``experts`` could serve one of ``needs`` more, whatever is moved.
    """

    lacks: tuple[Lack, ...]
    needs: Ints
    experts: Ints
    full: bool


def lacks_of(model: Model, solution: Solution) -> list[Lack]:
    """Return every lower bound that is not reached, needs first, then candidates, then rules.

    Parameters
    ----------
    model : Model
    solution : Solution

    Returns
    -------
    list of Lack
    """
    found = []
    for what, short, least in (("need", solution.short, model.least), ("expert", solution.idle, model.minimum)):
        for at in np.flatnonzero(short):
            kind: Literal["need", "expert"] = "need" if what == "need" else "expert"
            lack = Lack(what=kind, subject=int(at), number=0, demand=float(least[at]), missing=float(short[at]))
            found.append(lack)
    for number, (rule, breach) in enumerate(zip(model.rows, solution.breach, strict=True)):
        if rule.price is None:
            for at in np.flatnonzero(breach):
                demand, missing = float(rule.lower[at]), float(breach[at])
                found.append(Lack(what="rule", subject=int(at), number=number, demand=demand, missing=missing))
    return found


def groups_of(model: Model, solution: Solution) -> list[Group]:
    """Return what is missing in groups that hang together by the needs and candidates they share.

    Parameters
    ----------
    model : Model
    solution : Solution

    Returns
    -------
    list of Group
        In the order of their first lack.
    """
    lacks = lacks_of(model, solution)
    reaches = [_reach(model, solution, lack) for lack in lacks]
    count = len(model.least)
    marks = [np.r_[needs, count + experts] for needs, experts, _ in reaches]
    rows = np.repeat(np.arange(len(lacks)), [len(one) for one in marks])
    columns = np.concatenate(marks) if marks else np.empty(0, np.int64)
    size = count + len(model.capacity)
    shared = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(lacks), size))
    _, label = connected_components(shared @ shared.T, directed=False) if lacks else (0, np.empty(0, np.int64))
    found = []
    for one in dict.fromkeys(label.tolist()):
        members = np.flatnonzero(label == one)
        needs = np.unique(np.concatenate([reaches[at][0] for at in members]))
        experts = np.unique(np.concatenate([reaches[at][1] for at in members]))
        full = all(reaches[at][2] for at in members)
        found.append(Group(lacks=tuple(lacks[at] for at in members), needs=needs, experts=experts, full=full))
    return found


def _reach(model: Model, solution: Solution, lack: Lack) -> tuple[Ints, Ints, bool]:
    """Return whom a lack competes with, and whether that alone explains it.

    From a need that lacks somebody, to every candidate it could still take, to every other need that candidate
    serves, and so on. When all candidates reached are at their capacity and all needs reached have no more than they
    must, the needs reached are those of Hall's theorem: they want more than their candidates can give.
    """
    if lack.what == "rule":
        need = int(model.rows[lack.number].need[lack.subject])
        own = np.array([need]) if need >= 0 else np.empty(0, np.int64)
        return own, np.empty(0, np.int64), False
    if lack.what == "expert":
        own = np.array([lack.subject])
        return np.empty(0, np.int64), own, bool(model.capacity[lack.subject] < lack.demand)
    free, moved = _pairs(model, solution)
    needs, experts = np.zeros(len(model.least), bool), np.zeros(len(model.capacity), bool)
    needs[lack.subject] = True
    while True:
        asked = free & needs[model.need] & ~experts[model.expert]
        experts[model.expert[asked]] = True
        served = moved & experts[model.expert] & ~needs[model.need]
        if not served.any() and not asked.any():
            break
        needs[model.need[served]] = True
    held = np.bincount(model.expert[solution.chosen], minlength=len(model.capacity))
    placed = np.bincount(model.need[solution.chosen], minlength=len(model.least))
    full = bool((held[experts] >= model.capacity[experts]).all() and (placed[needs] <= model.least[needs]).all())
    if not full:
        return np.array([lack.subject]), np.empty(0, np.int64), False
    return np.flatnonzero(needs), np.flatnonzero(experts), True


def _pairs(model: Model, solution: Solution) -> tuple[Flags, Flags]:
    """Return edges whose pair is not chosen in any role, and chosen ones that are not locked."""
    if not model.edges:
        return np.empty(0, bool), np.empty(0, bool)
    pair = model.pair
    taken = np.bincount(pair[solution.chosen], minlength=int(pair[-1]) + 1) > 0
    return ~taken[pair], solution.chosen & ~model.locked
