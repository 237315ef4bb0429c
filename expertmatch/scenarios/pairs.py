"""What candidates and needs have together: place, time, language, discipline."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np

from expertmatch.scenarios.columns import Column, Distinct, Ints, numbers, words
from expertmatch.scenarios.conditions import Verdicts, holds
from expertmatch.scenarios.facts import CandidateFacts, NeedFacts, region_part
from expertmatch.scenarios.fields import FIELDS
from expertmatch.scenarios.parts import Condition

_A = TypeVar("_A", bound=Hashable)
_B = TypeVar("_B", bound=Hashable)
_NONE, _ELSEWHERE = -1, -2
"""Numbers of a region that is not written, and of one where no candidate is."""


class _Crossed(NamedTuple):
    """A table of what every two values say together, and where each need and candidate stands in it."""

    table: Column
    width: int
    rows: Ints
    columns: Ints

    def at(self, need: Ints, candidate: Ints) -> Ints:
        """Return where pairs stand in the table."""
        return self.rows[need] * self.width + self.columns[candidate]


@dataclass(frozen=True, eq=False, kw_only=True)
class PairFacts:
    """Facts of candidates, of needs, and of the two together.

    Parameters
    ----------
    candidates : CandidateFacts
        One side.
    needs : NeedFacts
        The other.
    """

    candidates: CandidateFacts
    needs: NeedFacts

    def column(self, name: str, need: Ints, candidate: Ints) -> Column:
        """Return a field for pairs.

        Parameters
        ----------
        name : str
            Any of :data:`expertmatch.scenarios.fields.FIELDS`.
        need, candidate : ndarray of int64, shape (pairs,)
            Positions.

        Returns
        -------
        Column
            One value a pair.
        """
        scope = FIELDS[name].scope
        if scope == "candidate":
            return self.candidates.column(name).take(candidate)
        if scope == "need":
            return self.needs.column(name).take(need)
        if name == "nearness":
            return self.nearness(need, candidate)
        crossed = self._crossed_of(name)
        return crossed.table.take(crossed.at(need, candidate))

    def verdicts(self, condition: Condition, need: Ints, candidate: Ints) -> Verdicts:
        """Hold a condition against pairs; what speaks of one side, or of few different values, is held once for each.

        Parameters
        ----------
        condition : Condition
            Any.
        need, candidate : ndarray of int64, shape (pairs,)
            Positions.

        Returns
        -------
        ndarray of int8
        """
        name = condition.field
        scope = FIELDS[name].scope
        if scope == "candidate":
            return self.candidates.verdicts(condition)[candidate]
        if scope == "need":
            return holds(condition, self.needs.column(name))[need]
        if name == "nearness":
            return holds(condition, self.nearness(need, candidate))
        crossed = self._crossed_of(name)
        return holds(condition, crossed.table)[crossed.at(need, candidate)]

    def nearness(self, need: Ints, candidate: Ints) -> Column:
        """Return how near regions are, as positions in NEARNESS of ``fields``; known where both have a province.

        Parameters
        ----------
        need, candidate : ndarray of int64, shape (pairs,)
            Positions.

        Returns
        -------
        Column
        """
        steps = np.zeros(len(need))
        same = np.ones(len(need), dtype=bool)
        known = same.copy()
        for part, (ours, theirs) in self._regions.items():
            if part == "province":
                known = (ours[need] != _NONE) & (theirs[candidate] != _NONE)
            same &= (ours[need] != _NONE) & (ours[need] == theirs[candidate])
            steps += same
        return Column(np.where(known, steps, 0.0), known)

    @cached_property
    def _regions(self) -> dict[str, tuple[Ints, Ints]]:
        """Of province, city and county the numbers of needs and of candidates."""
        found = {}
        for part, (number, theirs) in self.candidates.regions.items():
            known = {"": _NONE, **number}
            ours = np.array([known.get(name, _ELSEWHERE) for name in region_part(self.needs, part)], dtype=np.int64)
            found[part] = ours, theirs
        return found

    def _crossed_of(self, name: str) -> _Crossed:
        return {"available": lambda: self._available, "speaks": lambda: self._speaks,
                "discipline_distance": lambda: self._distance}[name]()  # fmt: skip

    @cached_property
    def _available(self) -> _Crossed:
        """Whether a time the expert can serve holds the need's; not known where either says nothing."""

        def meets(span: tuple[str, str], times: tuple[tuple[str, str], ...]) -> float | None:
            if not span[0] or not times:
                return None
            return float(any(_holds(since, until, *span) for since, until in times))

        spans = zip(self.needs.text("start"), self.needs.text("end"), strict=True)
        return _crossed(meets, [(start, end or start) for start, end in spans], self.candidates.times)

    @cached_property
    def _speaks(self) -> _Crossed:
        """Whether the candidate speaks one of the languages asked; yes where the need asks for none."""

        def meets(asked: frozenset[str], spoken: frozenset[str]) -> float | None:
            return 1.0 if not asked else None if not spoken else float(bool(asked & spoken))

        asked = [frozenset(words(cell)) for cell in self.needs.text("languages")]
        return _crossed(meets, asked, self.candidates.spoken)

    @cached_property
    def _distance(self) -> _Crossed:
        ours = list(self.needs.codes) or [frozenset()] * len(self.needs.frame)
        return _crossed(discipline_distance, ours, self.candidates.disciplines)


def discipline_distance(ours: frozenset[str], theirs: frozenset[str]) -> float | None:
    """Return the smallest distance of two sets of GB/T 13745 codes: 0 same, 1 first level, 2 category, 3 other.

    Parameters
    ----------
    ours, theirs : frozenset of str
        Codes; those of different levels are compared at the upper one.

    Returns
    -------
    float or None
        ``None`` where either has none.

    Examples
    --------
    >>> discipline_distance(frozenset({"21040"}), frozenset({"21060"}))
    1.0
    """
    if not ours or not theirs:
        return None
    return min(_code_distance(a, b) for a in ours for b in theirs)


def _code_distance(a: str, b: str) -> float:
    short = min(len(a), len(b), 5)
    if a[:short] == b[:short]:
        return 0.0
    return 1.0 if a[:3] == b[:3] else 2.0 if _category(a) == _category(b) else 3.0


def _category(code: str) -> int:
    """Return the category of a code: A 110-190, B 210-240, C 310-360, D 410-630, E 710-910."""
    return int(np.searchsorted([200, 300, 400, 700], int(code[:3])))


def _holds(since: str, until: str, start: str, end: str) -> bool:
    """Say whether a window holds a span; a date without day or month is met by any day of it."""
    begins = not since or not start or since[: len(start)] <= start[: len(since)]
    ends = not until or not end or end[: len(until)] <= until[: len(end)]
    return begins and ends


def _crossed(meets: Callable[[_A, _B], float | None], ours: Sequence[_A], theirs: Distinct[_B]) -> _Crossed:
    """Work out what two values say together, once for each two that differ."""
    left = Distinct.of(ours)
    return _Crossed(
        table=numbers([meets(a, b) for a in left.values for b in theirs.values]),
        width=len(theirs.values),
        rows=left.places,
        columns=theirs.places,
    )
