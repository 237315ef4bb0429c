"""Exact grouped top-k, compiled: term at a time over blocks of rows, whole numbers throughout.

The sums of a need over a block of rows stand in one array that stays in cache. Then chunks of rows are looked at
together: does any row say enough to bring its group among the best? Only such groups are scored exactly, in the
order of operations of :func:`expertmatch.index.topk.group_scores`, so both give the same bytes.

Importing this module imports numba and costs some tenths of a second.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import int32, uint32

from expertmatch.index.compiled import compiled
from expertmatch.index.topk import BEST_ROWS, SCALE

CHUNK = 64
"""Rows looked at together."""
_MARGIN = 1.0 + 1e-12
"""More than the rounding of a discounted sum can make."""


@compiled
def _add(sums: Any, low: int, rows: Any, weights: Any, value: int) -> None:
    # unsigned places need no check for counting from the end; four at a time keep the processor busy
    first, size = uint32(low), len(rows)
    even = size - size % 4
    for j in range(0, even, 4):
        sums[uint32(rows[j]) - first] += value * int32(weights[j])
        sums[uint32(rows[j + 1]) - first] += value * int32(weights[j + 1])
        sums[uint32(rows[j + 2]) - first] += value * int32(weights[j + 2])
        sums[uint32(rows[j + 3]) - first] += value * int32(weights[j + 3])
    for j in range(even, size):
        sums[uint32(rows[j]) - first] += value * int32(weights[j])


@compiled
def _next_above(chunks: Any, first: int, bound: int) -> int:
    """Return the first chunk from ``first`` on that has a sum above the bound."""
    for c in range(first, len(chunks)):
        chunk = chunks[c]
        found = int32(0)
        for j in range(CHUNK):  # no early end: so it is done for many sums at once
            found |= int32(chunk[j] > bound)
        if found:
            return c
    return len(chunks)


@compiled
def _first_from(rows: Any, first: int, last: int, row: int) -> int:
    """Return where the rows from ``row`` on begin, between two places."""
    while first < last:
        middle = (first + last) >> 1
        if rows[middle] < row:
            first = middle + 1
        else:
            last = middle
    return first


@compiled
def _group_score(sums: Any, discounts: Any, best: Any) -> float:
    """Return the discounted sum of a group's best rows."""
    held = 0
    for value in sums:
        if value <= 0 or (held == BEST_ROWS and value <= best[held - 1]):
            continue
        if held < BEST_ROWS:
            held += 1
        k = held - 1
        while k > 0 and best[k - 1] < value:
            best[k] = best[k - 1]
            k -= 1
        best[k] = value
    score = 0.0
    for k in range(held):
        score += discounts[k] * (best[k] * SCALE)
    return score


@compiled
def _most(sums: Any, discounts: Any) -> Any:
    """Return what a group's discounted sum cannot exceed: all rows but the best as if they were second."""
    best, total = int32(0), 0
    for value in sums:
        best = max(best, value)
        total += value
    return (discounts[0] * best + discounts[1] * (total - best)) * (SCALE * _MARGIN)


@compiled
def _is_listed(listed: Any, group: int) -> bool:
    place = np.searchsorted(listed, group)
    return bool(place < len(listed) and listed[place] == group)


@compiled
def _bound(scores: Any, have: int, most_of_best: float) -> Any:
    """Return the sum up to which no row's group can enter."""
    if have < len(scores):
        return int32(0)
    return int32(min(scores[have - 1] / (SCALE * _MARGIN * most_of_best), 2.0**30))


@compiled
def _entered(scores: Any, groups: Any, have: int, group: int, score: float) -> int:
    """Put a group in its place by score; of equals the one that came first stays first. Return how many there are."""
    if have == len(scores):
        if score <= scores[have - 1]:
            return have
        have -= 1
    k = have
    while k > 0 and scores[k - 1] < score:
        scores[k], groups[k] = scores[k - 1], groups[k - 1]
        k -= 1
    scores[k], groups[k] = score, group
    return have + 1


@compiled
def best_groups(
    need_ptr: Any,
    need_terms: Any,
    need_values: Any,
    first: int,
    last: int,
    term_ptr: Any,
    term_rows: Any,
    term_weights: Any,
    block_rows: Any,
    row_group: Any,
    group_ptr: Any,
    discounts: Any,
    most_of_best: Any,
    allowed: Any,
    barred_ptr: Any,
    barred: Any,
    held: Any,
    groups: Any,
    scores: Any,
) -> None:
    """Fill ``held``, ``groups`` and ``scores`` with the best groups of needs ``first`` to ``last``.

    Parameters
    ----------
    need_ptr, need_terms, need_values : ndarray of int64, int32, int16
        Vectors of the needs, in compressed rows.
    first, last : int
        Which needs.
    term_ptr, term_rows, term_weights : ndarray of int64, int32, int16
        Rows of each term, ascending, and the components of their vectors.
    block_rows : ndarray of int64, shape (blocks + 1,)
        Where blocks of rows begin; groups are not cut.
    row_group : ndarray of int32, shape (rows,)
        The group of each row, ascending.
    group_ptr : ndarray of int64, shape (groups + 1,)
        Where the rows of each group begin.
    discounts : ndarray of float64, shape (16,)
        As :func:`expertmatch.index.topk.row_discounts` gives them.
    most_of_best : ndarray of float64, shape (blocks,)
        The most that a group of each block can have as a share of its best row.
    allowed : ndarray of bool, shape (groups,)
        Who can be found.
    barred_ptr, barred : ndarray of int64
        Groups that cannot be found for a need, ascending, in compressed rows.
    held : ndarray of int64, shape (needs,)
        How many groups are found; begins with zeros.
    groups : ndarray of int64, shape (needs, k)
        By rank.
    scores : ndarray of float64, shape (needs, k)
        By rank.
    """
    k = groups.shape[1]
    blocks = len(block_rows) - 1
    longest = 0
    for b in range(blocks):
        longest = max(longest, block_rows[b + 1] - block_rows[b])
    sums = np.zeros(-(-longest // CHUNK) * CHUNK, dtype=np.int32)
    chunks = sums.reshape((-1, CHUNK))
    best = np.zeros(BEST_ROWS, dtype=np.int32)
    begin = need_ptr[first]
    cursors = np.empty(need_ptr[last] - begin, dtype=np.int64)
    for p in range(begin, need_ptr[last]):
        cursors[p - begin] = term_ptr[need_terms[p]]
    for b in range(blocks):
        low, high = block_rows[b], block_rows[b + 1]
        size = high - low
        here = chunks[: -(-size // CHUNK)]
        for n in range(first, last):
            for p in range(need_ptr[n], need_ptr[n + 1]):
                term, value = need_terms[p], int32(need_values[p])
                start, stop = cursors[p - begin], term_ptr[term + 1]
                if b < blocks - 1:
                    stop = _first_from(term_rows, start, stop, high)
                cursors[p - begin] = stop
                _add(sums, low, term_rows[start:stop], term_weights[start:stop], value)
            listed = barred[barred_ptr[n] : barred_ptr[n + 1]]
            have, seen = held[n], -1
            bound = _bound(scores[n], have, most_of_best[b])
            c = _next_above(here, 0, bound)
            while c < len(here):
                chunk = here[c]
                for j in range(CHUNK):
                    if chunk[j] <= bound:
                        continue
                    group = row_group[low + c * CHUNK + j]
                    if group == seen:
                        continue
                    seen = group
                    if not allowed[group] or (len(listed) and _is_listed(listed, group)):
                        continue
                    rows = sums[group_ptr[group] - low : group_ptr[group + 1] - low]
                    if have == k and _most(rows, discounts) <= scores[n, k - 1]:
                        continue
                    have = _entered(scores[n], groups[n], have, group, _group_score(rows, discounts, best))
                    bound = _bound(scores[n], have, most_of_best[b])
                c = _next_above(here, c + 1, bound)
            held[n] = have
            sums[:size] = 0
