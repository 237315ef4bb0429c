"""Which needs nobody can both serve: events whose half-days overlap, or leave no time to travel.

An event takes the half-days from the morning of its first day to the evening of its last. With travel, between events
in different counties half a day must lie free: as events take whole days, one that begins the morning after another
ends is too early, a day later is in time. This is the project's rule; dates to the day are what the tables keep.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from expertmatch.scenarios.columns import Flags, Ints, objects, texts

NONE = -1
"""Half-day of a need that is no event."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, eq=False)
class Events:
    """When needs take place.

    Parameters
    ----------
    first, last : ndarray of int64, shape (needs,)
        First and last half-day: twice the day's ordinal (1 is 0001-01-01), one more for the afternoon;
        :data:`NONE` for needs that block nobody.
    """

    first: Ints
    last: Ints

    @property
    def there(self) -> Flags:
        """Whether each need is an event."""
        there: Flags = self.first != NONE
        return there


def events(needs: pd.DataFrame, *, longest: int) -> Events:
    """Return when needs take place.

    Parameters
    ----------
    needs : DataFrame
        start, end (empty: the same day), as far as they are there.
    longest : int
        Days of the longest event; what lasts longer, or is not given to the day, goes on beside others.

    Returns
    -------
    Events

    Examples
    --------
    >>> needs = pd.DataFrame({"start": ["2026-11-03", "2026-11", "2026-11-03"], "end": ["", "", "2027-10-31"]})
    >>> when = events(needs, longest=31)
    >>> when.there.tolist(), int(when.last[0] - when.first[0])
    ([True, False, False], 1)
    """
    first, last = np.full(len(needs), NONE), np.full(len(needs), NONE)
    for i, (start, end) in enumerate(zip(texts(needs, "start"), texts(needs, "end"), strict=True)):
        since, until = _day(start), _day(end or start)
        if since is not None and until is not None and 0 <= until - since < longest:
            first[i], last[i] = 2 * since, 2 * until + 1
    return Events(first, last)


def overlaps(needs: pd.DataFrame, *, longest: int, travel: bool) -> tuple[Ints, Ints]:
    """Return the pairs of needs that nobody can both serve.

    Parameters
    ----------
    needs : DataFrame
        start, end and, for travel, province, city, county, as far as they are there.
    longest : int
        Days of the longest event.
    travel : bool
        Whether half a day is needed between counties; needs whose county is not known need none.

    Returns
    -------
    (ndarray of int64, ndarray of int64)
        Positions, the smaller first; sorted.

    Examples
    --------
    >>> needs = pd.DataFrame({"start": ["2026-11-03", "2026-11-04", "2026-11-04"], "end": ["", "2026-11-05", ""],
    ...                       "county": ["周至县", "长安区", "周至县"]})
    >>> [axis.tolist() for axis in overlaps(needs, longest=31, travel=True)]
    [[0, 1], [1, 2]]
    """
    when = events(needs, longest=longest)
    left, right = _meeting(when, 0)
    if travel:
        near, far = _meeting(when, 1)
        apart = _Counties.of(needs).apart(near, far)
        left, right = np.concatenate([left, near[apart]]), np.concatenate([right, far[apart]])
    size = max(1, len(needs))
    pairs = np.unique(np.minimum(left, right) * size + np.maximum(left, right))
    return pairs // size, pairs % size


def cliques(needs: pd.DataFrame, *, longest: int, travel: bool) -> tuple[tuple[int, ...], ...]:
    """Return groups of needs of which one candidate can serve at most one.

    Together they say exactly what :func:`overlaps` says, in few rows. Events that meet pairwise share a half-day
    (Helly's theorem for intervals), the one on which the first of them ends: a group for each such half-day is enough.
    For travel, those of one county that end on an evening, and those of other counties that begin the next morning,
    are a group too.

    Parameters
    ----------
    needs, longest, travel
        As :func:`overlaps` takes them.

    Returns
    -------
    tuple of tuple of int
        Positions, ascending, two at least; no group is part of another. Sorted.

    Examples
    --------
    >>> needs = pd.DataFrame({"start": ["2026-11-03"] * 3 + ["2026-11-05"], "end": ["", "2026-11-05", "", ""]})
    >>> cliques(needs, longest=31, travel=False)
    ((0, 1, 2), (1, 3))
    """
    when = events(needs, longest=longest)
    place = np.flatnonzero(when.there)
    first, last = when.first[place], when.last[place]
    found = [place[(first <= end) & (end <= last)] for end in np.unique(last).tolist()]
    if travel:
        counties = _Counties.of(needs)
        for end in np.intersect1d(last, first - 1).tolist():
            ending, beginning = place[last == end], place[first == end + 1]
            for one in counties.distinct(ending):
                later = beginning[counties.apart(np.full(len(beginning), one[0]), beginning)]
                if len(later):
                    found.append(np.concatenate([one, later]))
    return _largest(tuple(sorted(group.tolist())) for group in found)


@dataclass(frozen=True, eq=False)
class _Counties:
    """Province, city and county of needs, as texts."""

    parts: tuple[npt.NDArray[np.object_], ...]

    @classmethod
    def of(cls, needs: pd.DataFrame) -> _Counties:
        return cls(tuple(objects(texts(needs, name)) for name in ("province", "city", "county")))

    def apart(self, one: Ints, other: Ints) -> Flags:
        """Say of pairs whether both counties are known and certainly differ; a city one lacks tells nothing."""
        county = self.parts[-1]
        known: Flags = (county[one] != "") & (county[other] != "")
        differ = np.zeros(len(one), dtype=bool)
        for part in self.parts:
            differ |= (part[one] != part[other]) & (part[one] != "") & (part[other] != "")
        return known & differ

    def distinct(self, places: Ints) -> list[Ints]:
        """Return places by county, without those whose county is not known."""
        by: dict[tuple[str, ...], list[int]] = {}
        for place in places.tolist():
            by.setdefault(tuple(part[place] for part in self.parts), []).append(place)
        return [np.array(own, dtype=np.int64) for key, own in by.items() if key[-1]]


def _day(text: str) -> int | None:
    """Return the ordinal of a date that is given to the day."""
    try:
        return date.fromisoformat(text).toordinal() if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _meeting(when: Events, gap: int) -> tuple[Ints, Ints]:
    """Return pairs of events that share a half-day, or have fewer than ``gap`` free between them."""
    place = np.flatnonzero(when.there)
    order = place[np.argsort(when.first[place], kind="stable")]
    until = np.searchsorted(when.first[order], when.last[order] + gap, side="right")
    many = until - np.arange(len(order)) - 1
    left = np.repeat(np.arange(len(order)), many)
    right = np.arange(len(left)) - np.repeat(np.cumsum(many) - many, many) + left + 1
    return order[left], order[right]


def _largest(groups: Iterable[tuple[int, ...]]) -> tuple[tuple[int, ...], ...]:
    """Leave out groups of one and those that are part of another."""
    kept: list[tuple[int, ...]] = []
    holding: dict[int, set[int]] = {}
    for group in sorted({group for group in groups if len(group) > 1}, key=lambda own: (-len(own), own)):
        if not set.intersection(*(holding.get(one, set()) for one in group)):
            for one in group:
                holding.setdefault(one, set()).add(len(kept))
            kept.append(group)
    return tuple(sorted(kept))
