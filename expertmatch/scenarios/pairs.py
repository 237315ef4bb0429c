"""What candidates and needs have together: place, time, language, discipline."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np
import pandas as pd

from expertmatch.scenarios.columns import Column, Flags, Ints, numbers, words
from expertmatch.scenarios.facts import CandidateFacts, NeedFacts
from expertmatch.scenarios.fields import FIELDS

_A = TypeVar("_A", bound=Hashable)
_B = TypeVar("_B", bound=Hashable)


def _named(facts: CandidateFacts | NeedFacts, part: str) -> list[str]:
    """Return a part of regions; a county right under a province (仙桃市, 济源市) is its own city."""
    names = facts.text(part)
    if part != "city":
        return names
    return [city or county for city, county in zip(names, facts.text("county"), strict=True)]


class _Crossed(NamedTuple):
    """A table of what every two values say together, and where each need and candidate stands in it."""

    table: Column
    width: int
    rows: Ints
    columns: Ints

    def take(self, need: Ints, candidate: Ints) -> Column:
        return self.table.take(self.rows[need] * self.width + self.columns[candidate])


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
        return {"available": self._available, "speaks": self._speaks, "discipline_distance": self._distance}[name].take(
            need, candidate
        )

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
        for i, (ours, theirs) in enumerate(self._regions):
            if i == 0:
                known = (ours[need] >= 0) & (theirs[candidate] >= 0)
            same &= (ours[need] >= 0) & (ours[need] == theirs[candidate])
            steps += same
        return Column(np.where(known, steps, 0.0), known)

    @cached_property
    def _regions(self) -> list[tuple[Ints, Ints]]:
        """Numbers of province, city and county of needs and of candidates; -1 where there is none."""
        found = []
        for part in ("province", "city", "county"):
            both = np.array([*_named(self.needs, part), *_named(self.candidates, part)], dtype=object)
            filled: Flags = both != ""
            names = np.where(filled, pd.factorize(both, sort=True)[0], -1).astype(np.int64)
            found.append((names[: len(self.needs.frame)], names[len(self.needs.frame) :]))
        return found

    @cached_property
    def _available(self) -> _Crossed:
        """Whether a time the expert can serve holds the need's; not known where either says nothing."""
        starts, ends = self.needs.text("start"), self.needs.text("end")
        windows = [self.candidates.windows.get(key, ()) for key in self.candidates.text("id")]

        def meets(span: tuple[str, str], times: tuple[tuple[str, str], ...]) -> float | None:
            if not span[0] or not times:
                return None
            return float(any(_holds(since, until, *span) for since, until in times))

        return _crossed(meets, [(start, end or start) for start, end in zip(starts, ends, strict=True)], windows)

    @cached_property
    def _speaks(self) -> _Crossed:
        """Whether the candidate speaks one of the languages asked; yes where the need asks for none."""

        def meets(asked: frozenset[str], spoken: frozenset[str]) -> float | None:
            return 1.0 if not asked else None if not spoken else float(bool(asked & spoken))

        asked = [frozenset(words(cell)) for cell in self.needs.text("languages")]
        return _crossed(meets, asked, [frozenset(words(cell)) for cell in self.candidates.text("languages")])

    @cached_property
    def _distance(self) -> _Crossed:
        named = zip(self.candidates.text("kind"), self.candidates.text("id"), strict=True)
        theirs = [self.candidates.codes.get(pair, frozenset()) for pair in named]
        ours = list(self.needs.codes) or [frozenset()] * len(self.needs.frame)
        return _crossed(discipline_distance, ours, theirs)


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


def _crossed(meets: Callable[[_A, _B], float | None], ours: Sequence[_A], theirs: Sequence[_B]) -> _Crossed:
    """Work out what two values say together, once for each two that differ."""
    left, right = list(dict.fromkeys(ours)), list(dict.fromkeys(theirs))
    at_left, at_right = {a: i for i, a in enumerate(left)}, {b: i for i, b in enumerate(right)}
    return _Crossed(
        table=numbers([meets(a, b) for a in left for b in right]),
        width=len(right),
        rows=np.array([at_left[a] for a in ours], dtype=np.int64),
        columns=np.array([at_right[b] for b in theirs], dtype=np.int64),
    )
