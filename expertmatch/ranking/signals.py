"""Signals: one number in [0, 1] for each need and candidate, and the weighted sum that ranks.

text        how near the candidate's works are to the need (index room)
discipline  where the candidate stands on the graph of disciplines and societies, seen from the need's disciplines:
            the sum over disciplines of p · v / max v, with p the need's mixture and v the personalised PageRank
standing    title level, academy, and office in societies that cover the need's disciplines

Which office and title count how much is policy, not measurement: offices as in ``graph/edges.py``, the rest here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import sparse

from expertmatch.errors import SettingError, UnknownNameError
from expertmatch.index.topk import Scored

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SIGNALS = ("text", "discipline", "standing")

TITLE_WEIGHTS: Mapping[str, float] = {"正高": 1.0, "副高": 0.7, "中级": 0.4, "初级": 0.2}
"""Level of the professional title."""

STANDING_SHARES: Mapping[str, float] = {"office": 0.5, "title": 0.3, "academy": 0.2}
"""What office, title and membership of an academy contribute; they sum to 1."""


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
class Standing:
    """What standing consists of, for every candidate.

    Parameters
    ----------
    office : csr_array, shape (disciplines, candidates)
        The weight of the highest office in a society that covers the discipline.
    title, academy : ndarray of float64, shape (candidates,)
        Weight of the title level; 1 for members of an academy.
    """

    office: sparse.csr_array
    title: Floats
    academy: Floats

    def of_pairs(self, mixture: sparse.csr_array, need: Ints, candidate: Ints) -> Floats:
        """Return the standing of pairs.

        Parameters
        ----------
        mixture : csr_array, shape (needs, disciplines)
            Rows sum to 1, or to 0 for needs without a discipline.
        need, candidate : ndarray of int64, shape (pairs,)
            Positions.

        Returns
        -------
        ndarray of float64, shape (pairs,)
            In [0, 1].
        """
        shares = STANDING_SHARES
        office = pair_values(sparse.csr_array(mixture @ self.office), need, candidate)
        return (
            shares["office"] * office
            + shares["title"] * self.title[candidate]
            + shares["academy"] * self.academy[candidate]
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Totals:
    """Scored pairs with every part.

    Parameters
    ----------
    scored : Scored
        The totals, sorted by need, then candidate.
    parts : dict of str to ndarray of float64
        Each signal's value, in [0, 1], for the same pairs.
    """

    scored: Scored
    parts: dict[str, Floats] = field(default_factory=dict)


def total(
    text: Scored,
    discipline: sparse.csr_array | None,
    standing: Standing | None,
    mixture: sparse.csr_array | None,
    weights: Mapping[str, float],
    candidates: int,
) -> Totals:
    """Add up the signals of every pair whose text or discipline signal is above 0.

    Parameters
    ----------
    text : Scored
        Text signals above 0, sorted by need, then candidate.
    discipline : csr_array, shape (needs, candidates), or None
        Discipline signals.
    standing : Standing or None
        Needed when its weight is above 0.
    mixture : csr_array, shape (needs, disciplines), or None
        Needed with ``standing``.
    weights : dict of str to float
        As :func:`checked_signals` gives them.
    candidates : int
        How many there are.

    Returns
    -------
    Totals
    """
    keys = [text.need * candidates + text.group] if "text" in weights else []
    if discipline is not None and "discipline" in weights:
        rows = discipline.tocoo()
        kept = rows.data > 0
        keys.append(rows.row[kept].astype(np.int64) * candidates + rows.col[kept])
    pairs = keys[0] if len(keys) == 1 and "text" in weights else np.unique(np.concatenate(keys))
    need, candidate = pairs // candidates, pairs % candidates
    parts: dict[str, Floats] = {}
    if "text" in weights:
        parts["text"] = text.score if pairs is keys[0] else _looked_up(keys[0], text.score, pairs)
    if discipline is not None and "discipline" in weights:
        parts["discipline"] = pair_values(discipline, need, candidate)
    if "standing" in weights and standing is not None and mixture is not None:
        parts["standing"] = standing.of_pairs(mixture, need, candidate)
    score = np.zeros(len(pairs))
    for name, values in parts.items():  # the fixed order of SIGNALS
        score += weights[name] * values
    return Totals(scored=Scored(need, candidate, score), parts=parts)


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
    return _looked_up(held, ordered.data.astype(np.float64), row * width + column)


def _looked_up(keys: Ints, values: Floats, wanted: Ints) -> Floats:
    if not len(keys):
        return np.zeros(len(wanted))
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0.0)
