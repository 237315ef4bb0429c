"""Candidates in roles for needs: the pairs a plan is chosen from, and what each is worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from expertmatch.errors import InputError, Problem
from expertmatch.planning.sides import Pairs, Sides
from expertmatch.scenarios.columns import Flags, Floats, Ints


@dataclass(frozen=True, eq=False, kw_only=True)
class Edges:
    """Candidates in roles for needs, sorted by need, candidate, role.

    Parameters
    ----------
    need, expert : ndarray of int64, shape (edges,)
        Positions in the plan.
    role : ndarray of int64, shape (edges,)
        Among the roles of the need's scenario; where roles are not planned, the first one open to the candidate.
    score : ndarray of float64, shape (edges,)
        As the ranking gives it.
    """

    need: Ints
    expert: Ints
    role: Ints
    score: Floats

    def __len__(self) -> int:
        """Return the number of edges."""
        return len(self.need)

    @classmethod
    def of(cls, sides: Sides, pairs: Pairs) -> Edges:
        """Give pairs the roles that are open to them.

        Parameters
        ----------
        sides : Sides
            Needs and candidates.
        pairs : Pairs
            Each once; all may be.

        Returns
        -------
        Edges
        """
        found: list[tuple[Ints, Ints, Ints, Floats]] = []
        where = sides.section_of[pairs.need]
        for i, section in enumerate(sides.sections):
            own = pairs.take(where == i)
            if not len(own.need):
                continue
            able = section.open_roles(own.need, own.expert)
            if section.roles:
                role, at = np.nonzero(able)
                found.append((own.need[at], own.expert[at], role.astype(np.int64), own.score[at]))
            else:
                found.append((own.need, own.expert, able.argmax(axis=0).astype(np.int64), own.score))
        none = np.empty(0, dtype=np.int64)
        need, expert, role = (np.concatenate([none, *(part[i] for part in found)]) for i in range(3))
        score = np.concatenate([np.empty(0), *(part[3] for part in found)])
        order = np.lexsort((role, expert, need))
        return cls(need=need[order], expert=expert[order], role=role[order], score=score[order])

    def key(self, sides: Sides) -> Ints:
        """Return the number of each edge's pair."""
        return sides.key(self.need, self.expert)


@dataclass(frozen=True, eq=False, kw_only=True)
class Supply:
    """Every pair that may be, as far as it is looked at.

    Parameters
    ----------
    sides : Sides
        Needs and candidates.
    first : Pairs
        The best of each need, and those that must be.
    best : ndarray of float64, shape (needs,)
        Score of each need's own best team, with nobody else asking.
    count : ndarray of int64, shape (needs,)
        How many candidates each need has in all.
    able : ndarray of bool, shape (experts,)
        Who could serve any of the needs.
    kept : Pairs or None
        All pairs, where they fit into memory.
    """

    sides: Sides
    first: Pairs
    best: Floats
    count: Ints
    able: Flags
    kept: Pairs | None

    _MOST_KEPT = 4_000_000

    @classmethod
    def of(cls, sides: Sides, *, deep: int | None = None) -> Supply:
        """Look at every pair once.

        Parameters
        ----------
        sides : Sides
            Needs and candidates.
        deep : int, optional
            How many candidates of each need come first; without it, as the settings say.

        Returns
        -------
        Supply

        Raises
        ------
        InputError
            Pairs that must be are refused by the rules; all of them.
        """
        _, most = sides.wanted
        needs = len(sides.needs)
        deep = max(deep or sides.settings.pairs, int(most.max(initial=1)))
        best, count = np.zeros(needs), np.zeros(needs, dtype=np.int64)
        able = np.zeros(len(sides.people), dtype=bool)
        first: list[Pairs] = []
        kept: list[Pairs] | None = []
        for pairs in sides.eligible():
            count += np.bincount(pairs.need, minlength=needs)
            able[pairs.expert] = True
            place, order = ranks(pairs)
            top = pairs.take(order)
            best += np.bincount(top.need, weights=np.where(place < most[top.need], top.score, 0.0), minlength=needs)
            first.append(top.take(place < deep))
            if kept is not None:
                kept.append(pairs)
                kept = kept if sum(len(one.need) for one in kept) <= cls._MOST_KEPT else None
        every = Pairs.joined(first)
        held = sides.key(every.need, every.expert)
        missing = sides.locked[~np.isin(sides.locked, held)]
        every = Pairs.joined([every, _must_be(sides, missing)])
        able[every.expert] = True
        return cls(
            sides=sides, first=every, best=best, count=count, able=able,
            kept=None if kept is None else Pairs.joined(kept),
        )  # fmt: skip

    def further(self, held: Ints, wanted: Callable[[Pairs], Flags]) -> Pairs:
        """Return pairs that are not held yet, as far as they are wanted.

        Parameters
        ----------
        held : ndarray of int64
            Keys of the pairs that are.
        wanted : callable
            Pairs to which of them are.

        Returns
        -------
        Pairs
        """
        found = []
        for pairs in [self.kept] if self.kept is not None else self.sides.eligible():
            some = pairs.take(wanted(pairs))
            found.append(some.take(~np.isin(self.sides.key(some.need, some.expert), held)))
        return Pairs.joined(found)


def ranks(pairs: Pairs) -> tuple[Ints, Ints]:
    """Return the rank of pairs within their need, from 0, in their order: by need, score downwards, candidate.

    Parameters
    ----------
    pairs : Pairs
        In any order.

    Returns
    -------
    rank, order : ndarray of int64
        ``rank[i]`` is that of the pair at ``order[i]``.
    """
    order = np.lexsort((pairs.expert, -pairs.score, pairs.need))
    need = pairs.need[order]
    start = np.flatnonzero(np.r_[True, need[1:] != need[:-1]]) if len(need) else np.empty(0, dtype=np.int64)
    return np.arange(len(need)) - np.repeat(start, np.diff(np.r_[start, len(need)])), order


def _must_be(sides: Sides, keys: Ints) -> Pairs:
    """Return pairs that must be and were not among the best, with their scores, if rules let them be."""
    need, expert = keys // len(sides.people), keys % len(sides.people)
    score = np.zeros(len(keys))
    refused: list[Problem] = []
    for i, section in enumerate(sides.sections):
        here = np.flatnonzero(sides.section_of[need] == i)
        if not len(here):
            continue
        candidates = section.candidates
        local = np.searchsorted(section.needs, need[here])
        found = candidates.pairs(section.asked, local, expert[here])
        score[here] = found.scored.score
        mask = np.ones(len(here), dtype=bool) if candidates.gate is None else candidates.gate.mask[expert[here]]
        for at in here[~(found.allowed & mask)].tolist():
            told = section.ranking.why_not(sides.needs["need_id"].iloc[int(need[at])], sides.people[int(expert[at])][1])
            refused.append(_refused(sides, int(need[at]), int(expert[at]), told))
        free = sides.available(need[here], expert[here])
        busy = here[~free & found.allowed & mask].tolist()
        told = "写明的可服务时间与需求的时间不合。"
        refused += [_refused(sides, int(need[at]), int(expert[at]), told) for at in busy]
    if refused:
        raise InputError(refused)
    return Pairs(need, expert, score)


def _refused(sides: Sides, need: int, expert: int, told: str) -> Problem:
    message = f"需求 {sides.needs['need_id'].iloc[need]} 要保留{sides.names[expert]}，但不合规则：{told}"
    remedy = "请取消这一处保留，或先按规则补正资料。"
    return Problem(severity="error", code="locked-refused", message=message, remedy=remedy, table="needs")
