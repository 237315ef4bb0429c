"""Who belongs to what: units, societies, counties, disciplines of candidates and of the requester's own people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from expertmatch.graph.disciplines import own_tree
from expertmatch.planning.composing.sides import Sides
from expertmatch.scenarios.columns import Ints, texts
from expertmatch.scenarios.grouping import Keys, keys_of


@dataclass(frozen=True, eq=False, kw_only=True)
class Groups:
    """Who belongs to what: units, societies, counties, disciplines of candidates.

    Parameters
    ----------
    sides : Sides
        Needs and candidates.
    """

    sides: Sides

    def of(self, what: str) -> Keys:
        """Return what each candidate belongs to, ``None`` where that is not known."""
        if what not in self._known:
            found = list(keys_of(self.sides.listed, what, own_tree()))
            self._known[what] = self._with_offices(found) if what == "society" else found
        return self._known[what]

    def codes(self, per: Sequence[str]) -> tuple[Ints, Ints, list[str]]:
        """Return candidates and the groups they certainly belong to, and what the groups are called.

        Parameters
        ----------
        per : sequence of str
            What members of a group agree in.

        Returns
        -------
        expert, group : ndarray of int64, shape (memberships,)
            Positions.
        names : list of str
            Of groups.
        """
        expert, group, number = self._coded(tuple(per))
        return expert, group, called(per, list(number))

    def own(self, per: Sequence[str], needs: Ints) -> tuple[Ints, Ints]:
        """Return the groups that the requester's own people certainly belong to.

        Parameters
        ----------
        per : sequence of str
            What members of a group agree in.
        needs : ndarray of int64
            Whose people are looked at.

        Returns
        -------
        need, group : ndarray of int64, shape (memberships,)
            Positions; groups that nobody of the pool belongs to have numbers from ``len(names)`` on.
        """
        number, own = dict(self._coded(tuple(per))[2]), self.sides.own
        asked = np.isin(own.need, needs)
        found = [
            (int(own.need[i]), number.setdefault(values, len(number)))
            for i, values in values_of([own.keys(what) for what in per])
            if asked[i]
        ]
        need, group = zip(*found, strict=True) if found else ((), ())
        return np.array(need, dtype=np.int64), np.array(group, dtype=np.int64)

    def _coded(self, per: tuple[str, ...]) -> tuple[Ints, Ints, dict[tuple[str, ...], int]]:
        if per not in self._numbers:
            number: dict[tuple[str, ...], int] = {}
            found = [(i, number.setdefault(values, len(number))) for i, values in values_of([*map(self.of, per)])]
            expert, group = zip(*found, strict=True) if found else ((), ())
            self._numbers[per] = np.array(expert, dtype=np.int64), np.array(group, dtype=np.int64), number
        return self._numbers[per]

    def members(self, per: Sequence[str], experts: Ints) -> tuple[Ints, Ints, list[str]]:
        """Return the groups of given candidates: which of those given, which group, and what groups are called.

        Parameters
        ----------
        per : sequence of str
            What members of a group agree in.
        experts : ndarray of int64
            Candidates, also several times.

        Returns
        -------
        at, group : ndarray of int64, shape (memberships,)
            Positions in ``experts`` and among the groups.
        names : list of str
            Of groups.
        """
        expert, group, names = self.codes(per)
        starts = np.searchsorted(expert, np.arange(len(self.sides.people) + 1))
        sizes = np.diff(starts)[experts]
        at = np.repeat(np.arange(len(experts)), sizes)
        step = np.arange(len(at)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return at, group[np.repeat(starts[experts], sizes) + step], names

    def _with_offices(self, found: list[frozenset[str] | None]) -> list[frozenset[str] | None]:
        """Add the societies that the table of memberships names."""
        pool = self.sides.pool
        called = dict(zip(texts(pool.societies, "society_id"), texts(pool.societies, "name"), strict=True))
        held: dict[str, set[str]] = {}
        columns = (texts(pool.memberships, "expert_id"), texts(pool.memberships, "society_id"))
        for expert, society in zip(*columns, strict=True):
            held.setdefault(expert, set()).add(called.get(society) or society)
        return [
            one if kind != "expert" or key not in held else (one or frozenset()) | frozenset(held[key])
            for (kind, key), one in zip(self.sides.people, found, strict=True)
        ]

    @cached_property
    def _known(self) -> dict[str, Keys]:
        return {}

    @cached_property
    def _numbers(self) -> dict[tuple[str, ...], tuple[Ints, Ints, dict[tuple[str, ...], int]]]:
        return {}


def called(per: Sequence[str], groups: Sequence[tuple[str, ...]]) -> list[str]:
    """Return what groups are called, from what their members agree in.

    Examples
    --------
    >>> called(("unit", "discipline"), [("西北大学", "210")])
    ['西北大学、农学']
    """
    known = own_tree().disciplines
    return [
        "、".join(known[one].name if what == "discipline" else one for what, one in zip(per, each, strict=True))
        for each in groups
    ]


def values_of(keys: Sequence[Keys]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield everybody of whom everything is known with each combination of what they belong to."""
    for i, each in enumerate(zip(*keys, strict=True)):
        known = [one for one in each if one is not None]
        if len(known) == len(keys):
            yield from ((i, values) for values in product(*(sorted(one) for one in known)))
