"""The fewest people to exchange so that a list holds its shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from expertmatch.scenarios.columns import Ints

_Votes = npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class _Model:
    """Whole numbers of people of each sort to take off and to put on."""

    rows: npt.NDArray[np.float64]
    lower: npt.NDArray[np.float64]
    upper: npt.NDArray[np.float64]
    sizes: npt.NDArray[np.float64]

    def least(self, costs: npt.NDArray[np.float64]) -> Ints | None:
        """Return the numbers of least cost, ``None`` where there are none."""
        from scipy.optimize import Bounds, LinearConstraint, milp  # half a second that most uses do not need

        done = milp(
            costs,
            integrality=np.ones(len(costs)),
            bounds=Bounds(np.zeros(len(costs)), self.sizes),
            constraints=LinearConstraint(self.rows, self.lower, self.upper),
            options={"mip_rel_gap": 0.0},
        )
        return None if done.x is None else np.round(done.x).astype(np.int64)

    def fixed(self, row: npt.NDArray[np.float64], value: float) -> _Model:
        """Return the model with one more sum that is settled."""
        lower, upper = np.append(self.lower, value), np.append(self.upper, value)
        return _Model(np.vstack([self.rows, row]), lower, upper, self.sizes)


def fewest_exchanges(
    listed: _Votes, reserves: _Votes, least: Sequence[int], most: Sequence[int], worth: Sequence[int]
) -> tuple[list[int], list[int]] | None:
    """Return who goes and who comes, as few as can be, so that all shares certainly hold.

    People who count alike for every share are one sort, and the model counts sorts: it is small however long the
    lists. Solved exactly by HiGHS (scipy.optimize.milp). Of plans with as few exchanges, the sorts that are worth
    least go first, those worth most come first; within a sort the first on the list.

    Parameters
    ----------
    listed, reserves : ndarray of int8, shape (people, shares)
        1 who counts, -1 who does not, 0 of whom it is not known: they count neither for a least nor against a most.
    least, most : sequence of int
        How many must count for each share, on a list of this length.
    worth : sequence of int
        For each share 1 if counting for it helps, -1 if it is in the way.

    Returns
    -------
    out, into : list of int
        Places among those listed and among the reserves; ``None`` where no exchange will do.

    Examples
    --------
    >>> fewest_exchanges(np.array([[1], [-1]], np.int8), np.array([[-1], [1]], np.int8), [2], [2], [1])
    ([1], [1])
    """
    gone, going = _sorts(listed, np.asarray(worth), ascending=True)
    come, coming = _sorts(reserves, np.asarray(worth), ascending=False)
    if not len(least):
        return [], []
    sizes = np.array([len(each) for each in (*going, *coming)], dtype=np.float64)
    signs = np.concatenate([-np.ones(len(gone)), np.ones(len(come))])
    every = np.vstack([gone, come]).astype(np.int8) if len(come) else gone
    sure = (every > 0).T * signs
    maybe = (every >= 0).T * signs
    model = _Model(
        rows=np.vstack([sure, maybe, signs]),
        lower=np.array([*(np.asarray(least) - (listed > 0).sum(axis=0)), *np.full(len(most), -np.inf), 0.0]),
        upper=np.array([*np.full(len(least), np.inf), *(np.asarray(most) - (listed >= 0).sum(axis=0)), 0.0]),
        sizes=sizes,
    )
    count = np.concatenate([np.ones(len(gone)), np.zeros(len(come))])
    found = model.least(count)
    if found is None:
        return None
    fewest = float(found @ count)
    model = model.fixed(count, fewest)
    for one in range(len(sizes)):  # settle ties: as many as can be of each sort, in order
        first = 0 if one < len(gone) else len(gone)
        if found[first:one].sum() == fewest:  # all that go, or come, are settled
            continue
        row = np.zeros(len(sizes))
        row[one] = 1.0
        better = model.least(-row)
        found = found if better is None else better
        model = model.fixed(row, float(found[one]))
    return _taken(going, found[: len(gone)]), _taken(coming, found[len(gone) :])


def _sorts(votes: _Votes, worth: Ints, *, ascending: bool) -> tuple[_Votes, list[list[int]]]:
    """Return the different rows in order of worth, and the places of each."""
    found: dict[tuple[int, ...], list[int]] = {}
    for place, row in enumerate(votes.tolist()):
        found.setdefault(tuple(row), []).append(place)
    sign = 1 if ascending else -1
    order = sorted(found, key=lambda row: (sign * worth_of(row, worth), row))
    return np.array(order, dtype=np.int8).reshape(len(order), votes.shape[1]), [found[row] for row in order]


def worth_of(row: Sequence[int], worth: Sequence[int] | Ints) -> int:
    """Return for how many shares somebody helps, less those they are in the way of.

    Examples
    --------
    >>> worth_of([1, 0, 1], [1, 1, -1])
    0
    """
    return sum(int(weight) for vote, weight in zip(row, worth, strict=True) if vote > 0)


def _taken(places: Sequence[Sequence[int]], counts: Ints) -> list[int]:
    return [place for each, count in zip(places, counts, strict=True) for place in each[: int(count)]]
