"""Signals: one number in [0, 1] for each need and candidate, and the weighted sum that ranks.

text        how near the candidate's works are to the need (index room)
discipline  where the candidate stands on the graph of disciplines and societies, seen from the need's disciplines:
            the sum over disciplines of p · u / max u, with p the need's mixture and u the personalised PageRank over
            the root of the candidate's degree
standing    title level, academy, and office in societies that cover the need's disciplines

place       how near the candidate's region is to the need's (``fact_signals.py``, as the four that follow)
record      past ratings, shrunk towards the mean of all
load        how much of the capacity is free
recency     how long ago the last work was
balance     young people and those who have not served yet

Everything but text is policy, not measurement: what counts how much stands in a scenario's file; offices as in
``graph/edges.py``, the rest here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from expertmatch.errors import SettingError, UnknownNameError
from expertmatch.index.topk import Scored

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SIGNALS = ("text", "discipline", "standing", "place", "record", "load", "recency", "balance")
"""Every signal, in the order in which their parts are added."""
FINDERS = ("text", "discipline")
"""The signals that find candidates: without one of them above 0, nobody is one."""


def checked_signals(signals: Mapping[str, float] | None) -> dict[str, float]:
    """Return the weights of the signals that count, in the order of :data:`SIGNALS`.

    Parameters
    ----------
    signals : dict of str to float or None
        Weight of each signal, at least 0; ``None`` is text alone.

    Returns
    -------
    dict of str to float
        Only weights above 0.

    Raises
    ------
    UnknownNameError
        A signal that does not exist; names the nearest.
    SettingError
        A weight below 0, or neither text nor discipline.

    Examples
    --------
    >>> checked_signals({"standing": 0.1, "text": 0.9})
    {'text': 0.9, 'standing': 0.1}
    """
    given = {"text": 1.0} if signals is None else dict(signals)
    for name, weight in given.items():
        if name not in SIGNALS:
            raise UnknownNameError("信号", name, SIGNALS)
        number = isinstance(weight, int | float) and not isinstance(weight, bool)
        if not number or not 0 <= weight < float("inf"):
            raise SettingError(f"signals[{name!r}]", weight, "0 以上的数")
    if not given.get("text", 0) and not given.get("discipline", 0):
        raise SettingError("signals", given, "text 和 discipline 至少有一个大于 0")
    return {name: float(given[name]) for name in SIGNALS if given.get(name, 0) > 0}


@dataclass(frozen=True, kw_only=True, eq=False)
class Totals:
    """Scored pairs with every part.

    Parameters
    ----------
    scored : Scored
        The totals, sorted by need, then candidate.
    parts : dict of str to ndarray of float64
        Each signal's value, in [0, 1], for the same pairs.
    allowed : ndarray of bool
        Whether rules that depend on the need, and recusal, let each pair be.
    role : ndarray of int64
        The first role each candidate can take; -1 for none.
    why : ndarray of int64
        Which rule refuses the pair, as :class:`~expertmatch.ranking.eligibility.NeedGate` numbers them.
    """

    scored: Scored
    parts: dict[str, Floats]
    allowed: Flags
    role: Ints
    why: Ints

    def take(self, places: Ints | Flags) -> Totals:
        """Return some of the pairs."""
        return Totals(
            scored=Scored(self.scored.need[places], self.scored.group[places], self.scored.score[places]),
            parts={name: values[places] for name, values in self.parts.items()},
            allowed=self.allowed[places],
            role=self.role[places],
            why=self.why[places],
        )


def weighted_sum(parts: Mapping[str, Floats], weights: Mapping[str, float], pairs: int) -> Floats:
    """Return the scores of pairs: weight times signal, added in the order of :data:`SIGNALS`.

    Parameters
    ----------
    parts : dict of str to ndarray of float64, shape (pairs,)
        Signals.
    weights : dict of str to float
        As :func:`checked_signals` gives them.
    pairs : int
        How many pairs there are.

    Returns
    -------
    ndarray of float64, shape (pairs,)
    """
    score = np.zeros(pairs)
    for name in SIGNALS:
        if name in parts:
            score += weights[name] * parts[name]
    return score


def found_pairs(text: Scored | None, discipline: sparse.csr_array | None, candidates: int) -> Ints:
    """Return need · candidates + candidate of every pair whose text or discipline signal is above 0, ascending.

    Parameters
    ----------
    text : Scored or None
        Text signals above 0, sorted by need, then candidate.
    discipline : csr_array, shape (needs, candidates), or None
        Discipline signals.
    candidates : int
        How many there are.

    Returns
    -------
    ndarray of int64
    """
    keys = [] if text is None else [text.need * candidates + text.group]
    if discipline is not None:
        rows = discipline.tocoo()
        kept = rows.data > 0
        keys.append(rows.row[kept].astype(np.int64) * candidates + rows.col[kept])
    if text is not None and discipline is None:
        return keys[0]
    return np.unique(np.concatenate(keys)) if keys else np.empty(0, dtype=np.int64)


def pair_values(matrix: sparse.csr_array, row: Ints, column: Ints) -> Floats:
    """Return the entries of a sparse matrix at given places, 0 where nothing is stored.

    Parameters
    ----------
    matrix : csr_array
        Any.
    row, column : ndarray of int64, shape (pairs,)
        Places.

    Returns
    -------
    ndarray of float64, shape (pairs,)

    Examples
    --------
    >>> matrix = sparse.csr_array(np.array([[0.0, 0.5], [0.25, 0.0]]))
    >>> pair_values(matrix, np.array([0, 0, 1]), np.array([0, 1, 0])).tolist()
    [0.0, 0.5, 0.25]
    """
    ordered = matrix.tocsr(copy=True)
    ordered.sum_duplicates()
    width = int(ordered.shape[1])
    held = np.repeat(np.arange(ordered.shape[0]), np.diff(ordered.indptr)).astype(np.int64) * width + ordered.indices
    return looked_up(held, ordered.data.astype(np.float64), row * width + column)


def looked_up(keys: Ints, values: Floats, wanted: Ints) -> Floats:
    """Return the value at each wanted key, 0 where it is not among the ascending keys."""
    if not len(keys):
        return np.zeros(len(wanted))
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0.0)
