"""What candidates and needs have together: place, time, language, discipline."""

from __future__ import annotations

from bisect import bisect_right
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
        if name == "nearness":
            return holds(condition, self.nearness(need, candidate))
        crossed = None if scope == "need" else self._crossed_of(name)
        if condition not in self._held:
            self._held[condition] = holds(condition, self.needs.column(name) if crossed is None else crossed.table)
        return self._held[condition][need if crossed is None else crossed.at(need, candidate)]

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

    @cached_property
    def _held(self) -> dict[Condition, Verdicts]:
        return {}

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
        left, right = Distinct.of(ours), self.candidates.disciplines
        table = discipline_distances(left.values, right.values)
        return _Crossed(table, len(right.values), left.places, right.places)


def discipline_distances(ours: Sequence[frozenset[str]], theirs: Sequence[frozenset[str]]) -> Column:
    """Return how far sets of GB/T 13745 codes are apart: 0 same, 1 first level, 2 category, 3 other; the least counts.

    Parameters
    ----------
    ours, theirs : sequence of frozenset of str
        Codes; those of different levels are compared at the upper one, third-level ones at the second.

    Returns
    -------
    Column
        For each of ours, each of theirs; not known where either has none.

    Examples
    --------
    >>> discipline_distances([frozenset({"21040"})], [frozenset({"21060"}), frozenset({"210"})]).data.tolist()
    [1.0, 0.0]
    """
    codes = sorted({code for each in theirs for code in each})
    number = {code: i for i, code in enumerate(codes)}
    filled = np.array([bool(each) for each in theirs], dtype=bool)
    flat = np.array([number[code] for each in theirs for code in sorted(each)], dtype=np.int64)
    starts = np.cumsum([0, *(len(each) for each in theirs if each)])[:-1]
    data = np.zeros((len(ours), len(theirs)))
    upper = np.array([code[:3] for code in codes])
    second = np.array([code[:5] for code in codes])
    category = np.array([_category(code) for code in codes])
    for row, each in enumerate(ours):
        if not each or not len(flat):
            continue
        nearest = np.full(len(codes), 3.0)
        for code in each:
            same_upper = upper == code[:3]
            same = same_upper if len(code) == 3 else np.where(second == upper, same_upper, second == code[:5])
            far = np.where(same_upper, 1.0, np.where(category == _category(code), 2.0, 3.0))
            nearest = np.minimum(nearest, np.where(same, 0.0, far))
        data[row, filled] = np.minimum.reduceat(nearest[flat], starts)
    known = np.array([bool(each) for each in ours], dtype=bool)[:, None] & filled
    return Column(data.ravel(), known.ravel())


def _category(code: str) -> int:
    """Return the category of a code: A 110-190, B 210-240, C 310-360, D 410-630, E 710-910."""
    return bisect_right((199, 299, 399, 699), int(code[:3]))


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
