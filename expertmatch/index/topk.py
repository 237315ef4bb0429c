"""Exact grouped top-k: arrays in, arrays out.

An expert is the group of their rows. The signal of a group is the discounted sum of its best rows, best first,

    (1 - g) · (s1 + g · s2 + g² · s3 + …)   over at most 16 rows,

so that further works count, each less than the one before, and many weak works do not beat a good one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

BEST_ROWS = 16
"""How many rows of a group count."""

SCALE = 2.0**-30
"""Product of two stored vectors to a number in [0, 1]."""


class Scored(NamedTuple):
    """Scored pairs, in the order of the needs; within a need by group, or by rank once cut.

    Parameters
    ----------
    need, group : ndarray of int64
        Positions of the need and of the group.
    score : ndarray of float64
        In [0, 1].
    """

    need: Ints
    group: Ints
    score: Floats


def row_discounts(discount: float) -> Floats:
    """Return the weight of a group's best row, its second best …: (1 - g) · g**i.

    Parameters
    ----------
    discount : float
        g, from 0 (the best row alone) to below 1.

    Returns
    -------
    ndarray of float64, shape (16,)

    Examples
    --------
    >>> row_discounts(0.5)[:3].tolist()
    [0.5, 0.25, 0.125]
    """
    steps: Floats = (1.0 - discount) * np.power(float(discount), np.arange(BEST_ROWS, dtype=np.float64))
    return steps


def group_scores(products: sparse.csr_array, row_group: Ints, discount: float) -> Scored:
    """Return the signal of every (need, group) whose best row shares a term with the need.

    Parameters
    ----------
    products : csr_array of int, shape (needs, rows)
        Products of stored vectors.
    row_group : ndarray of int64, shape (rows,)
        The group of each row.
    discount : float
        g, from 0 to below 1.

    Returns
    -------
    Scored
        Sorted by need, then group; only scores above 0.
    """
    positive = products.data > 0
    need = np.repeat(np.arange(products.shape[0]), np.diff(products.indptr))[positive]
    group = row_group[products.indices[positive]]
    groups = int(row_group.max()) + 1 if len(row_group) else 1
    # one number that sorts by need, group, product downwards: products are at most 2**30
    key = ((need * groups + group).astype(np.uint64) << np.uint64(31)) | (
        np.uint64(2**30) - products.data[positive].astype(np.uint64)
    )
    key.sort()
    pair = (key >> np.uint64(31)).astype(np.int64)
    signal = (2**30 - (key & np.uint64(2**31 - 1)).astype(np.int64)) * SCALE
    starts = np.flatnonzero(np.r_[True, pair[1:] != pair[:-1]]) if len(pair) else np.empty(0, dtype=np.int64)
    sizes = np.diff(np.r_[starts, len(pair)])
    score = np.zeros(len(starts))
    for i, weight in enumerate(row_discounts(discount)):
        deep = np.flatnonzero(sizes > i)
        if not len(deep):
            break
        score[deep] += weight * signal[starts[deep] + i]
    return Scored(pair[starts] // groups, pair[starts] % groups, score)


def top_k(scored: Scored, k: int) -> Scored:
    """Keep the best k groups of each need under the total order: score downwards, then group upwards.

    Parameters
    ----------
    scored : Scored
        In any order, each (need, group) once.
    k : int
        How many at most; a need with fewer keeps all.

    Returns
    -------
    Scored
        Sorted by need, then rank.

    Examples
    --------
    >>> three = Scored(np.array([0, 0, 0]), np.array([0, 1, 2]), np.array([0.5, 0.9, 0.5]))
    >>> top_k(three, 2).group.tolist()
    [1, 0]
    """
    kept = top_places(scored, k)
    return Scored(scored.need[kept], scored.group[kept], scored.score[kept])


def top_places(scored: Scored, k: int) -> Ints:
    """Return where the best k groups of each need stand, sorted by need, then rank.

    Parameters
    ----------
    scored : Scored
        In any order, each (need, group) once.
    k : int
        How many at most.

    Returns
    -------
    ndarray of int64
        Positions in ``scored``.
    """
    order = np.lexsort((scored.group, -scored.score, scored.need))
    need = scored.need[order]
    first = np.flatnonzero(np.r_[True, need[1:] != need[:-1]]) if len(need) else np.empty(0, dtype=np.int64)
    rank = np.arange(len(need)) - np.repeat(first, np.diff(np.r_[first, len(need)]))
    kept: Ints = order[rank < k]
    return kept


def merge_topk(parts: Sequence[Scored], k: int) -> Scored:
    """Merge the best of disjoint shards into the best of all.

    Parameters
    ----------
    parts : sequence of Scored
        Each the ``top_k`` of a shard, groups numbered over all shards; may be empty.
    k : int
        How many at most.

    Returns
    -------
    Scored
    """
    if not parts:
        return Scored(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))
    joined = (np.concatenate([getattr(part, name) for part in parts]) for name in Scored._fields)
    return top_k(Scored(*joined), k)


def need_blocks(work: Ints, limit: int, groups: int) -> Iterator[slice]:
    """Cut needs into blocks whose work stays below a limit, at least one need each.

    Parameters
    ----------
    work : ndarray of int64, shape (needs,)
        Multiply-adds of each need: the sum of its terms' document frequencies.
    limit : int
        Multiply-adds of a block.
    groups : int
        How many groups there are; a block's (need, group) pairs fit the sort key of :func:`group_scores`.

    Yields
    ------
    slice
    """
    start, load, most = 0, 0, max(1, 2**32 // max(1, groups))
    for i, cost in enumerate(work.tolist()):
        if i > start and (load + cost > limit or i - start >= most):
            yield slice(start, i)
            start, load = i, 0
        load += cost
    if start < len(work):
        yield slice(start, len(work))


def joined(parts: Iterable[Scored]) -> Scored:
    """Put scored pairs behind each other.

    Parameters
    ----------
    parts : iterable of Scored
        May be none.

    Returns
    -------
    Scored
    """
    whole = list(parts)
    if not whole:
        return Scored(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))
    return Scored(*(np.concatenate([getattr(part, name) for part in whole]) for name in Scored._fields))
